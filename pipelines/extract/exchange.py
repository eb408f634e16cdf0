"""Exchange rates in a text: sums that look like money and are a price of money.

What belongs here: telling "150 yen to the dollar" and 1ユーロ＝180円 from sums. What does not: sums (`amounts`).
"""

from __future__ import annotations

import re
from decimal import Decimal

_RATE_AFTER = re.compile(
    r"\s?(?:to|per|against|for|a)\s(?:the\s|one\s|a\s|1\s)?(?:US\s|U\.S\.\s)?(?:dollar|euro|pound|yen|yuan|\$)(?![\w-])|\s?/\s?(?:\$|€|£|¥|dollar|ドル|ユーロ)"
    r"|台(?:前半|後半|半ば)?で?(?:推移|取引|もみ合|まで|に)|で換算|換算で計算",
    re.IGNORECASE,
)
_RATE_BEFORE = re.compile(
    r"(?:1|１|one|a|一)\s?(?:米|豪|英)?(?:dollar|euro|pound|yuan|ドル|ユーロ|ポンド|元|"
    r"人民元)\s?"
    r"(?:=|＝|は|が|あたり|当たり|につき|に対し(?:て)?|equals|buys|bought|fetched|"
    r"fetches|cost|is worth|was worth|at|:|：)?\s?(?:about |around |約)?$"
    r"|(?:exchange rate|rate of|traded? at|trading at|dollar at|為替(?:相場|レート)?[はがを]|"
    r"想定(?:為替)?レート[はを]|レート[はを]|対(?:米)?(?:ドル|ユーロ|円|元|ポンド)(?:で|では|は|の|相場[はがで]|で一時)|"
    r"(?:ドル円|ユーロ円|円相場|円レート|ドル相場)(?:相場)?[はがで](?:一時)?、?)\s?(?:about |around |約)?$",
    re.IGNORECASE,
)


_COINS = r"(?:dollar|greenback|euro|pound|sterling|yen|yuan|renminbi|won|franc|rupee|loonie|Aussie)"
_COURSE = re.compile(
    rf"\b{_COINS}\s(?:\w+\s)?(?:stood|rose|fell|climb\w*|slid|slip\w*|drop\w*|sank|weaken\w*|strengthen\w*|trad\w+|"
    r"was|is|hit|touch\w*|reach\w*|gain\w*|jump\w*|eas\w+|firm\w*|surg\w+|tumbl\w+|advanc\w+|recover\w*|changed hands|"
    r"hover\w*|dipp\w+|edg\w+|clos\w+|open\w*|end\w*|bought|buys|fetch\w*|settl\w+|went|at)\b"
    r"[^.;,]{0,30}?\s?(?:to|at|near|above|below|past|around|about|beyond|under|over)?\s$",
    re.IGNORECASE,
)
"""A currency that moves or stands somewhere: what follows, without scale, is its price."""


_EQUALS = re.compile(
    r"\s?(?:=|＝|:|：|は|が|あたり|当たり|につき|"
    r"equals|buys|bought|fetched|fetches|cost|is worth|was worth|at|to)?\s?(?:about |around |約)?"
)


def is_rate(text: str, start: int, end: int) -> bool:
    """Whether the sum at these characters is one side of an exchange rate, by the words beside it."""
    if _RATE_AFTER.match(text, end) or _RATE_BEFORE.search(text[max(0, start - 40) : start]):
        return True
    return bool(_COURSE.search(text[max(0, start - 70) : start]))


def opens_rate(value: Decimal | None, gap: str) -> bool:
    """Whether a single unit of one currency and these words open a rate in another ("1 euro = 180 yen")."""
    return value == 1 and bool(_EQUALS.fullmatch(gap))

"""Words around a facility: whether "works" is a plant, which of several it is, what ties a product to it in Japanese.

What belongs here: tests on the text beside a facility word. What does not: facilities themselves (`sites`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.extract.terms import Hit

_JA_MAKING = (
    r"製造|生産|量産|精製|製錬|精錬|分離|組み立て|組立|加工|開発|増産|回収|再生|抽出|合成|培養|再資源化|リサイクル|充填|処理|還元"
    r"|貯蔵|輸出|輸入|積み出し|受け入れ|圧延|鋳造|鍛造|濃縮|成型|成形|検査|修繕|修理|建造|用|向け|関連|系|専用|新|大型|一貫"
)
JA_LINK = re.compile(
    rf"[）)」]?(?:の|を)?(?:{_JA_MAKING})*"
    r"(?:する|の|に向けた|向けの|用の|を取り出す|を作る|をつくる|を造る|を育てる|を焼く|を巻く|を溶かす|を掘る|を取る)?"
    r"(?:新たな|新しい|新|大型の?|最新鋭の|専用の?|主力の?)?"
)
"""Between a product and a Japanese facility that makes it: ニッケルの製錬工場, 電池を作る新しい工場."""
MODEL = re.compile(r"\s*(?:-?\d{1,4}\s)?")
"""Between two words for one facility: nothing, or the number of its model ("SMR-300 reactors")."""
_REACH = 60
"""Characters before "works" that tell whether it is a noun."""
_WORKS_LEAD = re.compile(
    r"(?:\b(?:an?|the|its|their|his|our|new|two|three|four|both|such|another|second|third|former|old"
    r"|big|own|first|existing|present|planned|proposed|sister|whole|only|future|giant|small|large)|[A-Z][\w'’-]+)\s$"
)
_WORKS_MAKING = re.compile(r"\b(?:an?|another|its|their|new)\s(?:[a-z][\w-]*\s){1,3}$")
_WORKS_VERB = re.compile(
    r"\s(?:on|with|to|closely|well|hard|as|out|like|by|together|against|best|only|so|because|when|if|that way|just)\b"
)
SUCH = re.compile(
    r"-(?:backed|based|led|funded|financed|made|owned|built|style|size|sized|scale|grade|class|fired|wide)$"
)
"""What kind of plant it is ("a Japan-backed reactor") is no name."""


_GROUNDWORK = re.compile(r"\b(?:early|enabling|preparatory|preliminary|civil|site|road|building)\s$", re.IGNORECASE)
"""What is done before there is a plant: "early works began in October"."""


def is_noun(text: str, hit: Hit, start: int) -> bool:
    """Whether "works" is a plant: a determiner, a name or a product stands before it and no verb's company behind."""
    if start < hit.start:
        return True
    led = _WORKS_LEAD.search(text, max(0, hit.start - _REACH), hit.start)
    led = led or _WORKS_MAKING.search(text, max(0, hit.start - _REACH), hit.start)
    return bool(led) and not _WORKS_VERB.match(text, hit.end) and not _GROUNDWORK.search(text, 0, hit.start)


def ordinal_of(lead: str) -> str:
    """The number of a facility among its sisters ("second"), right before it; empty where none stands there."""
    found = re.search(r"\b(first|second|third|fourth|fifth)\s(?:[\w-]+\s){0,2}$", lead, re.IGNORECASE)
    return found[1].lower() if found else ""


def is_of_firm(text: str, name: str, start: int, taken: Sequence[tuple[int, int]]) -> bool:
    """Whether the name right before an English facility is a firm's ("the Mitsubishi Electric plant").

    Args:
        text: A paragraph.
        name: What stands before the facility.
        start: Where the facility starts.
        taken: Spans of organisations.
    """
    at = text.rfind(name, 0, start)
    return any(left <= at and at + len(name) <= right for left, right in taken)

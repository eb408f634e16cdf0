"""Whether a measure is in force, suspended, revoked or has run out, as the words of a sentence say.

What belongs here: the words, what undoes them, and which of several measures a clause speaks of. What does not: status
by dates (`controls`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.extract.gating import Cue

_NOT_YET = re.compile(
    r"\b(?:may|might|could|would|should|if|unless|asked?|asks|asking|urged?|urges|urging|call(?:s|ed|"
    r"ing)? (?:on|for)|demand\w*|want\w*|hop(?:e|es|ed|ing)|"
    r"plans?|will|refus\w+|declin\w+|whether|talks? (?:on|about)|possib\w+|not|never|nor|no|neither|n't|"
    r"without|(?:ahead|instead) of)\s(?:\S+\s){0,5}$"
)
_NOT_YET_JA = re.compile(
    r"^[^。、]{0,6}(?:を求め|を要請|されれば|すれば|する見通し|する方針|する可能性|を検討|していない|されていない|しない|せず|に含まれ|の対象外|の対象で(?:は)?な|から外|ではな|を促|を働きかけ)"
)
_OF_TRADE_JA = re.compile(
    r"(?:見積もり?|見積り|取引|商談|出荷|入荷|船積み|通関|審査|生産|操業|工場|炉|供給|流通|販売|受注)(?:は|が|も)[^。]{0,16}$"
)
"""Behind such a subject "stopped" is said of trade, not of a measure: 見積もりは昨日から止まって."""
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "reinstated",
        re.compile(
            r"\b(?:reinstated|reimposed|re-imposed|revived|resumed the (?:ban|controls)|brought back|"
            r"suspension (?:has |had )?(?:ended|expired|lapsed|ran out))\b"
            r"|再開され|復活し|再発動|停止が(?:終わ|解け|切れ)"
        ),
    ),
    (
        "revoked",
        re.compile(
            r"\b(?:revoked?|revokes|revoking|repealed|repeals|withdrawn|withdrew|lifted|lifts|rescinded|"
            r"rescinds|abolished|annulled|cancelled|canceled|struck down|done away with|"
            r"scrapped|removed the (?:ban|controls?|requirement|restrictions?)|dropped the (?:ban|controls?|"
            r"requirement|restrictions?))\b"
            r"|廃止(?:した|され|する|と)|撤廃(?:した|され|する|と)|撤回(?:した|され|する)|解除(?:した|され|する|と)|取り消(?:し|さ)"
        ),
    ),
    (
        "suspended",
        re.compile(
            r"\b(?:suspend(?:s|ed|ing)?|suspension (?:of|took|takes|runs|lasts|applies|until)|"
            r"under suspension|in suspension|put (?:them |it |this )?on (?:hold|ice)|on hold|paus(?:es|ed|"
            r"ing)|held in abeyance|"
            r"in abeyance|asleep|dormant|sleeping|frozen|froze|freezes|defer(?:s|red)|postpone[sd]?|"
            r"stayed until|stay of|shelved?|set aside until|inoperative|not (?:being )?(?:applied|"
            r"enforced) (?:until|for|before))\b"
            r"|(?:一時)?停止(?:した|し、|する|され|を(?:決め|発表|告)|が決ま|が発表|と(?:なっ|な|し)|中|期間|措置|している|して(?:いる|おり))|止まった|止まって|"
            r"止めた|止め(?:る|て)|"
            r"凍結(?:した|し、|され|する|を|と|中|が)|棚上げ|見合わせ|先送り|延期(?:した|し、|され|する|と)|適用しない|適用を(?:止め|見送)|執行を(?:停止|止め)|動かない|休止"
        ),
    ),
    (
        "expired",
        re.compile(
            r"\b(?:expired|lapsed|ran out|has run out|no longer (?:in force|applies|apply|in effect))\b|"
            r"失効(?:した|し、|済)|期限(?:が)?切れ(?:た|とな|で)"
        ),
    ),
    (
        "in_force",
        re.compile(
            r"\b(?:remains?|remained|stays?|stayed|still|continues? to be|is|are) (?:fully |very much |"
            r"firmly )?(?:in (?:force|effect|place)|the law|law|valid|binding|in full force)\b|"
            r"\bstill appl(?:y|ies)\b|continues? to apply|"
            r"\bso it has (?:stayed|remained)|(?:has|have) (?:not|never) been (?:lifted|suspended|revoked|"
            r"repealed|withdrawn|relaxed|eased|paused|touched)|(?:is|are|was|were) not (?:part of|covered by|"
            r"included in|affected by|touched by|among)"
            r"|\b(?:unaffected|untouched|unchanged|stands? as before|stays put)\b|(?:was|were|is|"
            r"are) not (?:suspended|lifted|revoked|paused)"
            r"|(?:いま|今|現在|引き続き|なお)(?:も|で|は)?[^。、]{0,12}(?:続い|続け|有効|生き|効力|適用され|維持|残って|解かれていない|解除されていない|変わ(?:ら|"
            r"って)(?:ない|いない))|(?:解除|停止|廃止|撤廃)(?:は)?されていない|解かれていない|(?:停止|凍結)(?:に含まれ|の対象(?:外|で(?:は)?な)|されず)|"
            r"効力を(?:保|持)|(?:許可制|規制|措置|禁輸|制限|管理)(?:の適用)?(?:は|が|も)[^。、]{0,6}(?:続いて|続く(?!と)|継続して|継続中"
            r"|維持されて|有効)"
        ),
    ),
)
_ACTIVE = re.compile(
    r"\b(?:suspend(?:s|ing)?|paus(?:es|ing)|freez(?:es|ing)|put(?:s|ting)? (?:\S+ ){1,6}on (?:hold|ice)|"
    r"(?:suspended|paused|froze|deferred|postponed|shelved) (?:the|all|both|no\.?|nos\.?|those|these|that|its|"
    r"their|four|three|two|five|announcements?|notices?|par\w+|article|enforcement|application|implementation|"
    r"parts?)\b)"
)
_INSTRUMENT_JA = re.compile(
    r"^[^。、]{0,4}(?:を(?:出|発|公表|発表|公布|公告|告示)|により|によって|に基づ|に従|で、?[^。]{0,40}(?:停止|凍結|見合わせ|適用しない))"
)
OF_EXPORTS = re.compile(
    r"export|shipment|licen[cs]|permi(?:t|ssion)|mofcom|ministry of commerce|commerce ministry|customs|"
    r"輸出|許可|禁輸|商務省"
)
ISSUES = Cue(r"\b(?:announcements?|notices?|orders?|rules|measures|controls)\b|公告|告示|規制")
ORDINANCE = re.compile(
    r"(?:外為法|外国為替(?:及び|および)外国貿易法|輸出貿易管理令|貨物等省令|輸出令)[^。]{0,40}?(?:省令|政令|改正|公布|施行)"
)
"""The Japanese law and its ordinances by which exports are put under licence."""
IMPOSED = re.compile(
    r"impos|introduc|announc|restrict|curb|controls?\b|need|require|place[ds]?|tighten|expand|bann?(?:ed|s|ing)?\b|"
    r"prohibit|規制|許可|制限|禁止|禁輸|認めない"
)
NEW_MEASURE = re.compile(
    r"^(?:then |later |in addition,? |besides,? |separately,? )?(?:an?|another|a further|a second|a separate|"
    r"a new|other|separate|further|new) (?:[\w-]+ ){0,3}(?:ban|measure|rule|control|controls|restriction|"
    r"restrictions|order|curb|curbs|embargo|tariff|quota|list)\b"
    r"|^(?:別の|もう一つの|さらに別の|ほかに)"
)
GROUP = re.compile(
    r"\b(?:all|the|those|these|all of the|each of the)\s(?P<count>two|three|four|five|six)\b(?! (?:years|"
    r"months|days|weeks|companies|firms|countries|elements|metals))|\b(?P<both>both)\b|\b(?:all of them|they|"
    r"them|these|those|the (?:announcements|measures|notices|controls|rules|restrictions))\b"
    r"|いずれも|すべて|全て|これら|両公告|[2-9二三四五]つの(?:公告|措置|規制)|ともに|一連の"
)
COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
DEFINITE = re.compile(
    r"\b(?:the|this|that|its|beijing's|china's) (?:[\w-]+ ){0,3}?(?:ban|measures?|controls?|curbs?|"
    r"licen[cs]ing (?:rule|regime|requirement|system)|restrictions?|announcement|notice|embargo|rules?)\b"
    r"|(?:この|同|その)(?:措置|規制|公告|禁輸|禁輸措置|許可制|制限)|禁輸(?:措置|の条項)?(?:は|も)|許可制は|規制は|公告は"
)


@dataclass(frozen=True, slots=True)
class StatusWord:
    """A word of status in a sentence, with where it stands."""

    start: int
    status: str


def status_words(text: str, *, japanese: bool) -> list[StatusWord]:
    """Status words of a lower-case sentence that are stated, not wished for, denied or still to come."""
    found = []
    for status, pattern in _WORDS:
        for match in pattern.finditer(text):
            if status != "in_force":
                undone = _NOT_YET_JA.match(text[match.end() :]) if japanese else _NOT_YET.search(text[: match.start()])
                if undone and not re.search(r"not (?:being )?(?:applied|enforced)|no longer|適用しない", match[0]):
                    continue
            if japanese and _OF_TRADE_JA.search(text[: match.start()]):
                continue
            found.append(StatusWord(match.start(), status))
    return found


def suspends(text: str, end: int, following: str, *, japanese: bool) -> bool:
    """Whether the announcement whose number ends at `end` is the one that suspends others.

    Args:
        text: Lower-case sentence.
        end: Where its number ends.
        following: The text up to the next number.
        japanese: Language of the sentence.
    """
    if japanese:
        return bool(_INSTRUMENT_JA.match(text[end:])) and bool(
            re.search(r"停止|凍結|見合わせ|棚上げ|適用しない|延期|止め", text)
        )
    match = _ACTIVE.search(following)
    return match is not None and not re.search(
        r"\b(?:was|were|is|are|been|be|being|has been|have been)\s(?:\w+\s)?$", following[: match.start()]
    )


def clauses(text: str, *, japanese: bool) -> list[tuple[int, int]]:
    """Clauses of a sentence, parted where a contrast or a new subject begins."""
    pattern = (
        r"。|(?:一方|だが|ものの|が)、"
        if japanese
        else r"; |,? (?:while|whereas|but|although|though) |, and (?=(?:the|no\.|nos\.) )"
    )
    ends = [match.end() for match in re.finditer(pattern, text)]
    starts = [0, *ends]
    return list(zip(starts, [*ends, len(text)], strict=True))

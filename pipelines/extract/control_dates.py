"""Which date of a sentence is the day a measure was announced, and which the day it takes effect.

What belongs here: the words beside a date that tell, and years left out. What does not: finding dates (`dates`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

from pipelines.extract.mentions import Mention, Sentence

_ON = (
    r"(?: (?:only|again|fully))?(?: (?:on|from|as of|as from|since|with effect from|with effect on|effective|"
    r"starting|beginning))*"
)
_ISSUE = (
    r"(?:announced|published|issued|released|dated|unveiled|made public|signed|gazetted|posted|promulgated|notified|"
    r"decreed|ordered|adopted|disclosed|publicised|publicized|put out|brought out|enacted|imposed|banned|"
    r"restricted|introduced|"
    r"added|presented)"
)
_EFFECT = (
    r"(?:(?:take|takes|took|taking|taken|come|comes|came|coming|go|goes|went|enter|enters|entered|entering|"
    r"put|brought) "
    r"(?:into |in )?(?:effect|force|operation)|(?:in|into) (?:effect|force)|effective|appl(?:y|ies|ied|icable|ying)|"
    r"valid|binding|bind(?:s|ing)?|enforced|implemented|operative|start(?:s|ed|ing)?|beg(?:an|in|ins|inning)|"
    r"kick(?:s|ed)? in|commenc(?:e|ed|es|ing)|activated)"
)
_UNTIL_BEFORE = re.compile(
    r"\b(?:until|till|through|up to|expires?(?: on)?|expiring(?: on)?|lapses?(?: on)?|runs? (?:to|until|"
    r"out on)|ends?(?: on)?|before|no later than|not before|after)(?: the)? $"
)
_EFFECT_BEFORE = re.compile(
    rf"\b(?:{_EFFECT}{_ON}|from|since|starting|beginning|as of|as from|with effect from|with effect)(?: the)? $"
)
_BOTH_BEFORE = re.compile(
    rf"\b{_ISSUE} and (?:[\w-]+ ){{0,3}}?{_EFFECT}{_ON} (?:the )?$|\b{_EFFECT} and {_ISSUE}(?: on)? $"
    rf"|\b{_ISSUE},? (?:with immediate effect|and effective immediately),?(?: on)? $"
)
_ISSUE_BEFORE = re.compile(
    rf"\b{_ISSUE}(?: (?:it|them|jointly|together|only|by [^,;.]{{2,40}}))?(?:,? (?:on|in|of|as of))?(?: the)? $|\bof $"
)
_ISSUE_FAR = re.compile(rf"\b{_ISSUE}\b(?:[^;.]|\bnos?\.){{0,90}}\bon $")
_ISSUE_AFTER = re.compile(
    rf"^,?(?:[^;.]|\bnos?\.){{0,80}}?\b(?:{_ISSUE}|announc\w+|banned|said|told|restricted|tightened|expanded|"
    rf"placed|put|"
    rf"made|required|subjected|widened|limited|stopped|cut off)\b"
)
_UNTIL_JA = re.compile(r"^(?:まで|を期限|の期限|に(?:失効|期限))")
_EFFECT_JA = re.compile(
    r"^(?:付け?)?(?:に|から|より|、|付け?で|をもって|以降|以後)?(?:の)?[^。、\d]{0,10}?(?:施行|発効|実施|適用|"
    r"発動|始ま|始め|スタート|効力|運用開始)"
    r"|^(?:から|より|以降)"
)
_EFFECT_BEFORE_JA = re.compile(
    r"(?:施行|発効|実施|適用)(?:日|開始|時期)?(?:は|を)?(?:いずれも|すべて|全て|ともに|同じ|[^。、]{0,14}と同じ)?$"
)
_ISSUE_JA = re.compile(
    r"^(?:付け?(?:の|で)?)?[^。]{0,60}?(?:発表|公布|公表|告示|公告|通達|発し|発出|出し|出た|出され|打ち出|決め|決定|導入|"
    r"発動|改め|禁じ|禁止|認めない|追加)"
    r"|^付"
)
_SAME_DAY = re.compile(
    r"\b(?:with immediate effect|effective immediately|immediately effective|(?:took|takes|taking|came into|"
    r"comes into|went into|goes into|entered into|enters into) (?:effect|force)"
    r" (?:at once|immediately|straight away|right away|instantly|the same day|that (?:same )?day|"
    r"on the (?:same day|spot|day))"
    r"|effective (?:at once|the same day|that day|upon|on) ?(?:publication|issue|release|"
    r"announcement)?(?! \w+ \d)|applied (?:at once|immediately|the same day|that day)|"
    r"with effect from the same day"
    r"|(?:in force|valid|binding|effective) (?:from|on) (?:the (?:same day|day of (?:publication|issue|"
    r"release))|that day|publication))"
    r"|from that (?:very |same )?(?:day|date)|from the (?:very )?(?:same )?day|"
    r"(?:effective|in force|valid|binding|applicable) (?:that|the) "
    r"(?:very |same )?day|with instant effect|immediate effect"
    r"|即日|即時(?:に)?(?:施行|発効|実施|適用)|(?:公布|発表|公表|公告|告示|発出)(?:した|"
    r"された)?(?:の|と|した|された)?(?:同じ日|当日|同日|その日)(?:に|から|より|付)?"
    r"|(?:その日|当日|同じ日|同日)(?:のうち|付け?)?(?:に|から|より|で|を(?:もって|"
    r"以て))[^。、]{0,6}(?:施行|発効|実施|適用|効力)|その日のうちに|その日から|同日(?:付で|から|に|より)?(?:施行|発効|実施|適用)|公布(?:の日|と同時)|"
    r"発表と同時に|ただちに(?:施行|実施|発効)|直ちに(?:施行|実施|発効)"
)
_EXPLICIT_YEAR = re.compile(r"(?:19|20)\d\d|\d\d年|令和|昨年|去年|一昨年|今年|本年|来年|同年|翌年|year")
_MONTH_AND_DAY = re.compile(r"[A-Za-z]{3,9}\.? \d|\d[a-z]{0,2} [A-Za-z]{3}|\d月\d+日")


def is_same_day(text: str) -> bool:
    """Whether a sentence says that a measure holds from the day it was announced."""
    return bool(_SAME_DAY.search(text))


def told_dates(sentence: Sentence) -> Iterator[tuple[Mention, frozenset[str]]]:
    """Dates of a sentence to the day, with what they are: announced, effective, until, or nothing said.

    Yields:
        The date and its kinds; none where no word beside it tells.
    """
    text = sentence.text.lower().replace("’", "'")
    for date in sentence.of("date"):
        if date.value.day is None or date.value.precision != "day":
            continue
        before, after = text[: date.start - sentence.start], text[date.end - sentence.start :]
        yield date, _kinds_ja(before, after) if sentence.japanese else _kinds(before, after)


def _kinds(before: str, after: str) -> frozenset[str]:
    # "of that year" and the like stand behind the date they belong to.
    if _UNTIL_BEFORE.search(before):
        return frozenset({"until"})
    if _BOTH_BEFORE.search(before):
        return frozenset({"announced", "effective"})
    if _EFFECT_BEFORE.search(before) and not re.search(r"\bdated from $", before):
        return frozenset({"effective"})
    if _ISSUE_BEFORE.search(before) or _ISSUE_FAR.search(before):
        return frozenset({"announced"})
    opening = re.search(r"(?:^|[,;] |\band |\bwhen |\bthat )(?:back )?(?:on )?(?:the )?$", before)
    if (opening or before.endswith("on ")) and _ISSUE_AFTER.search(after):
        return frozenset({"announced"})
    return frozenset()


def _kinds_ja(before: str, after: str) -> frozenset[str]:
    if _UNTIL_JA.search(after):
        return frozenset({"until"})
    if not before.strip() and after[:1] in ("\u3000", " "):
        # A day that heads a paragraph or stands in a margin: what it is the text says.
        return frozenset()
    if _EFFECT_BEFORE_JA.search(before) or _EFFECT_JA.search(after):
        both = re.match(r"(?:に|、)?(?:発表|公表|公布|公告)(?:・|し、?|、|と同時に)(?:即日)?(?:施行|実施|発効)", after)
        return frozenset({"announced", "effective"} if both else {"effective"})
    if _ISSUE_JA.search(after):
        return frozenset({"announced"})
    return frozenset()


def of_year(date: Mention, year: int) -> Mention | None:
    """A date as a measure of a year bears it: its own year, or that of the measure where it has none; else None."""
    day: dt.date = date.value.day
    if day.year == year:
        return date
    if _EXPLICIT_YEAR.search(date.text) or not _MONTH_AND_DAY.search(date.text):
        return None
    return _moved(date, year)


def not_before(date: Mention, announced: dt.date) -> Mention | None:
    """The day of effect: without a year the first such day after the announcement; None where it lies before."""
    if _EXPLICIT_YEAR.search(date.text) or not _MONTH_AND_DAY.search(date.text):
        return date if date.value.day >= announced else None
    for year in (announced.year, announced.year + 1):
        moved = _moved(date, year)
        if moved is not None and moved.value.day >= announced:
            return moved
    return None


def _moved(date: Mention, year: int) -> Mention | None:
    try:
        return replace(date, value=replace(date.value, day=date.value.day.replace(year=year)))
    except ValueError:
        return None

"""Whether what a sentence tells of a project has happened, is still to come, or is another's.

What belongs here: tense, negation, and whose works are spoken of. What does not: which stage the words mean (`stages`).
"""

from __future__ import annotations

import datetime as dt
import re

from pipelines.extract.mentions import Sentence
from pipelines.extract.patterns import Found

DONE = frozenset(
    {"operating", "under_construction", "financing_signed", "cancelled", "suspended", "shelved", "approved"}
)
"""Stages that are claimed only where the thing has happened."""

_TO_COME = (
    r"will|shall|would|'ll|is to|are to|was to|were to|plans? to|planned to|due|expected|expects?|scheduled|"
    r"should|wants? to|"
    r"hopes? to|aims? to|intends? to|means? to|set to|slated|going to|about to|able to|next year|by 20\d\d|"
    r"before|once|when|until|"
    r"if|unless|yet to|not yet|has not|have not|had not|could|may|might|can|must|to start|to begin|no|"
    r"ready to|agreed to|promised to|"
    r"prepar\w+ to|wanted to|had hoped to|failed to|instead of|rather than|how to|whether to|in order to|"
    r"target\w*|forecast"
)
_FUTURE = re.compile(rf"\b(?:{_TO_COME})\s(?:\w+\s){{0,4}}$")
_PLAN_BEFORE = re.compile(
    r"\b(?:will|shall|is to|are to|plans? to|due to|due|expected to|expects? to|scheduled to|set to|slated to|"
    r"going to|about to|"
    r"intends? to|means? to|aims? to|should)\s(?:\w+\s){0,4}$"
)
_WITHIN = re.compile(r"\b(?:will|would|is to|are to|due|expected|planned|scheduled|should|may|could|might)\s")
_FUTURE_JA = re.compile(
    r"^.{0,12}?(?:予定|計画|見込|見通|目指|めざ|目標|方針|ない|たい|検討|後に|までに|はず|構想|考え|可能性|段取り|運び)"
)
_STATE_JA = re.compile(r"(?:中|中で|中だ|ている|ており|ていて)$")
_NEVER_JA = re.compile(r"^.{0,8}?(?:ない|はず|たい|検討|可能性)")
_NEGATED = re.compile(
    r"\b(?:not|never|no|nor|neither|without|nothing|nobody|none|hardly|n't|far from|denied|denies|"
    r"rumou?rs? of|reports? of)\s(?:\w+\s){0,3}$"
)
_NOT_TO_BE = re.compile(r"\b(?:will (?:not|never)|won't|no longer|not to|against|not going)\b")
_CONDITIONAL = re.compile(r"\b(?:if|unless|should|would|could|might|may)\b[^,;.]{0,60}$")
_TRIAL = re.compile(
    r"\b(?:trial|pilot|test|tests|testing|demonstration|demo|prototype|experimental|sample)\b|試験|実証|試運転|試作|パイロット"
)
_MEASURE = re.compile(
    r"\b(?:export (?:controls?|curbs?|bans?|licen\w+|restrictions?|permits?|rules?)|(?:ban|curbs?|controls?|"
    r"restrictions?) on exports?"
    r"|licen[cs]ing|tariffs?|sanctions|embargo|announcement no|exports? (?:of|to))\b"
    r"|輸出(?:規制|許可|管理|制限|禁止)|許可制|禁輸|規制|関税|公告"
)
"""What is announced, suspended or lifted here is a measure, no project."""
_OTHER_SUBJECT = re.compile(
    r"\b(?:an?|another|other|rival|some|several|two|three|his|her|their own|a competitor's|"
    r"competing)\s(?:[\w-]+\s){1,4}$"
)
_IN_PASSING = re.compile(
    r"\b(?:where|near|beside|unlike|like|such as|as|whose) (?:an?|another|one|its|"
    r"the other) (?:[\w-]+ ){0,4}[\ue400-\ue4ff] ?$"
)
_SINCE = re.compile(r"\b(?:since|from)\s?$|から|以来")


def has_happened(match: Found, sentence: Sentence, marks: frozenset[str]) -> bool:
    """Whether a sentence says that the thing is done, not planned, denied, doubted or tried out."""
    if "unnamed" in marks or "denied" in marks:
        return False
    stage = match.row["stage"]
    before, after = sentence.masked[: match.match.start()], sentence.masked[match.match.end() :]
    if stage in ("suspended", "shelved", "cancelled") and is_of_measure(match, sentence):
        return False
    if stage == "operating" and (_TRIAL.search(before[-60:] + match.match.group()) or _is_history(match, sentence)):
        return False
    if sentence.japanese:
        if _STATE_JA.search(match.match.group()) or after.startswith(("で、", "だが、", "であり、")):
            # "Is being built, and is to run next year": what comes after the comma is another matter.
            after = after.partition("、")[0]
        return not _FUTURE_JA.match(after) and not re.search(r"(?:予定|計画|見込み)(?:だ|で)$", before)
    if stage in ("cancelled", "shelved") and _NOT_TO_BE.search(match.match.group()):
        return not re.search(r"\b(?:if|unless|whether|could|might|may)\b", before)
    planned = match.row["event_type"] != "fid" and _FUTURE.search(before)
    return not planned and not _NEGATED.search(before) and not _WITHIN.search(match.match.group())


def is_ahead(match: Found, sentence: Sentence, published: dt.date | None) -> bool:
    """Whether a Japanese verb without tense stands behind a year that is still to come: 2027年秋に稼働し、."""
    if not sentence.japanese or published is None or match.row["stage"] not in ("operating", "under_construction"):
        return False
    if _STATE_JA.search(match.match.group()):
        return False
    end = match.match.end()
    dates = [(sentence.position(one), one) for one in sentence.of("date") if one.value.day is not None]
    before = [pair for pair in dates if 0 <= pair[0] < end]
    if not before or not re.fullmatch(r"[^、。]{0,30}、?", sentence.masked[before[-1][0] + 1 : end]):
        return False
    day: dt.date = before[-1][1].value.day
    return day.year > published.year


def is_planned(match: Found, sentence: Sentence, marks: frozenset[str]) -> bool:
    """Whether a thing that has not happened is told as a plan of those who do it, without doubt or condition."""
    if marks & {"unnamed", "denied"} or match.row["stage"] not in ("operating", "under_construction"):
        return False
    before, after = sentence.masked[: match.match.start()], sentence.masked[match.match.end() :]
    if sentence.japanese:
        return bool(_FUTURE_JA.match(after)) and not _NEVER_JA.match(after)
    if _NEGATED.search(before) or _CONDITIONAL.search(before):
        return False
    return bool(
        _PLAN_BEFORE.search(before) or re.search(r"\b(?:will|is to|are to|due|expected|planned)\s", match.match.group())
    )


def is_another(match: Found, sentence: Sentence) -> bool:
    """Whether the subject is some other works in passing ("where a Korean venture is under construction")."""
    if sentence.japanese:
        return False
    if _IN_PASSING.search(sentence.masked[: match.match.start()] + (match.match.groupdict().get("site") or "")):
        return True
    if match.match.groupdict().get("site"):
        return False
    if match.row["stage"] not in ("under_construction", "operating", "suspended"):
        return False
    return bool(_OTHER_SUBJECT.search(sentence.masked[: match.match.start()]))


def is_of_measure(match: Found, sentence: Sentence) -> bool:
    """Whether the words are about an export control or a tariff."""
    if match.match.groupdict().get("site"):
        return False
    start, end = match.match.span()
    return bool(_MEASURE.search(sentence.masked[max(0, start - 90) : end + 30]))


def _is_history(match: Found, sentence: Sentence) -> bool:
    """A year long past beside the words tells of another time ("the first cargo left here in 1969")."""
    dates = [one for one in sentence.of("date") if one.value.day is not None]
    if not dates or re.search(r"\bsince\b|以来|から", match.match.group()):
        return False
    newest = max(one.value.day.year for one in dates)
    return newest < 2005 and not any(
        _SINCE.search(sentence.text[: one.start - sentence.start]) or _SINCE.search(one.text) for one in dates
    )

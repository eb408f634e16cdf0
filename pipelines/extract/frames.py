"""Roles by grammar: what a verb or noun of the vocabulary makes of its subject, of "from X", of 「Xから」.

What belongs here: applying `role_frames` to organisations that no pattern of wordings gave a part (`relations`). What
does not: patterns, leads and labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.patterns import LISTS, Found

_ORGS = re.compile(LISTS["orgs"])
_BREAK = re.compile(
    r"[;:]|,? (?:while|whereas|but|although|though|because|since|after|before|when|where|whose|if|as|that|which|who|"
    r"and (?:it|they|the|a|an|is|are|was|has|will|\w+s)\b)|\. "
)
"""Where a clause of English ends, as far as words tell."""
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|gets?|got)(?: \w+ly| also| now| not| then| to be| jointly)? $"
)
_GAP = re.compile(r"(?:'s?)?(?: of [\ue300-\ue3ff])?,?(?: [^;:,]{0,60}| [^;:]{0,30}, [^;:,]{0,30})? ?$")
_PREPOSITION = re.compile(r"\b(by|from|to|with|for) (?:the |a |an |its |both |firms? |companies |\w+ ){0,3}?$")
_PARTICLE = re.compile(
    r"(?:など|ほか)?(?:[0-9]*[社行])?(?:（[^（）]{1,30}）)?(による|向けに|向け|との間で|とともに|などと|から|より|は|が|も|に|へ|と|の)"
)
_JA_CASES = {
    "は": "subject",
    "が": "subject",
    "も": "subject",
    "による": "by",
    "から": "from",
    "より": "from",
    "に": "to",
    "へ": "to",
    "向けに": "for",
    "向け": "for",
    "と": "with",
    "との間で": "with",
    "とともに": "with",
    "などと": "with",
}
_JA_REACH = 46
_JA_TOPIC_REACH = 80
_JA_NEW_CLAUSE = re.compile(r"(?:する|した|し|れ|ち|り|き|い|え|て|で)、|[。；]")


def framed(sentence: Sentence, lexicon: Lexicon) -> Iterator[tuple[Mention, str, str, Found]]:
    """Each organisation of a sentence with a role that grammar gives it, its instrument and the frame."""
    found = lexicon.matches("role_frames", sentence, "core")
    if not found:
        return
    groups = [(match.start(), match.end(), match[0]) for match in _ORGS.finditer(sentence.core)]
    cases = _japanese_cases if sentence.japanese else _english_cases
    for frame in found:
        for marks, case in cases(sentence.core, frame, groups):
            role = frame.row[case]
            if role:
                for org in sentence.caught(marks):
                    if org.kind == "org":
                        yield org, role, frame.row["instrument"], frame


def _english_cases(text: str, frame: Found, groups: Sequence[tuple[int, int, str]]) -> Iterator[tuple[str, str]]:
    start, end = frame.match.span()
    passive = _PASSIVE.search(text[:start]) is not None
    before = [group for group in groups if group[1] <= start]
    if before and not passive and frame.row["subject"]:
        at, stop, marks = before[-1]
        gap = text[stop:start]
        if len(gap) <= 60 and not _BREAK.search(gap) and not _PREPOSITION.search(text[:at]):
            yield marks, "subject"
    halt = _BREAK.search(text, end)
    limit = min(halt.start() if halt else len(text), end + 90)
    for at, _, marks in groups:
        if not end <= at < limit:
            continue
        preposition = _PREPOSITION.search(text[:at])
        if preposition is not None and preposition.start() >= end - 1:
            yield marks, preposition[1]
        elif at - end < 30 and frame.row["object"]:
            yield marks, "object"


def _japanese_cases(text: str, frame: Found, groups: Sequence[tuple[int, int, str]]) -> Iterator[tuple[str, str]]:
    start = frame.match.start()
    taken: set[str] = set()
    for _, stop, marks in reversed([group for group in groups if group[1] <= start]):
        particle = _PARTICLE.match(text, stop)
        if particle is None:
            continue
        case = _JA_CASES.get(particle[1])
        gap = text[particle.end() : start]
        if case is None or case in taken or "。" in gap:
            continue
        topic = particle[1] == "は"
        if len(gap) > (_JA_TOPIC_REACH if topic else _JA_REACH) or (not topic and _JA_NEW_CLAUSE.search(gap)):
            continue
        taken.add(case)
        yield marks, case

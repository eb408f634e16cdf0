"""Roles by grammar: what a verb or noun of the vocabulary makes of its subject, of "from X", of 「Xから」.

What belongs here: applying `role_frames` to organisations that no pattern of wordings gave a part (`relations`). What
does not: patterns, leads and labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipelines.extract.japanese_clauses import governs
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
_BY = re.compile(r" (?:\w+ly )?by\b")
"""Behind a participle: "loans insured by X" makes nobody before it an insurer."""
_SAYS = re.compile(
    r" (?:today |also )?(?:announced|said|says|disclosed|confirmed|reported|told \w+)(?: [\w\ue600-\ue6ff]+){0,3}"
    r"(?: that)? (?:it|its board(?: of directors)?|the board(?: of directors)?|they)\b"
    r"| (?:has|have|had) (?:resolved|decided|agreed)\b",
    re.IGNORECASE,
)
"""What stands between a subject and its verb where somebody announces what they do themselves."""
_PREPOSITION = re.compile(
    r"\b(by|from|to|with|for|of|between|among) (?:the |a |an |its |both |firms? |companies |\w+ ){0,3}?$"
)
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
_ENGLISH = {"between": "of", "among": "of"}
_CLEFT = re.compile(
    r"[^。、]{0,10}?(?:する|した|している|る|た|う)?(?:の|もの|企業|会社|銀行|金融機関|先)(?:は|が)、?(?:米|英|独|仏|豪|韓|加)?$"
    r"|(?:する|した|している)(?:米|英|独|仏|豪|韓|加)?$"
)
"""「供給するのはX」: the firm comes last."""
_TAKES = re.compile(
    r"(?:など|ほか)?(?:（[^（）]{1,30}）)?(?:が|も|側が)[^。、]{0,12}?(?:持|担|出|引き受|当た|行|手が|手掛|負|賄|務|受け持|握|占|加わ|名を連ね|拠出|すべて|全額)"
)
_TOPIC = re.compile(
    r"[^。、]{0,14}?(?:は|を|も|には|では|については|に|のうち[^。]{0,10}は)、?(?:米|英|独|仏|豪|韓|加)?$"
)
"""「残りの株式はXが持つ」: what is done stands first, and a verb of no colour last."""
_OCCASION = re.compile(
    r"[^。、]{0,4}(?:に合わせ|に伴|を受け|をにら|を機|に備え|に対応|に応じ|に続|を見据え|を追|に刺激)"
)
"""「Xの進出に合わせ」: what X does is why others act."""
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
    passive = _PASSIVE.search(text[:start]) is not None or _BY.match(text, end) is not None
    before = [group for group in groups if group[1] <= start]
    if before and not passive and frame.row["subject"]:
        at, stop, marks = before[-1]
        gap = _SAYS.sub("", text[stop:start])
        if len(gap) <= 70 and not _BREAK.search(gap) and not _PREPOSITION.search(text[:at]):
            yield marks, "subject"
    halt = _BREAK.search(text, end)
    limit = min(halt.start() if halt else len(text), end + 90)
    for at, _, marks in groups:
        if not end <= at < limit:
            continue
        preposition = _PREPOSITION.search(text[:at])
        if preposition is not None and preposition.start() >= end - 1:
            yield marks, _ENGLISH.get(preposition[1], preposition[1])
        elif at - end < 30 and frame.row["object"]:
            yield marks, "object"


def _japanese_cases(text: str, frame: Found, groups: Sequence[tuple[int, int, str]]) -> Iterator[tuple[str, str]]:
    start = frame.match.start()
    end = frame.match.end()
    taken: set[str] = set()
    for at, stop, marks in groups:
        between = text[end:at] if at >= end else ""
        if between and (_CLEFT.fullmatch(between) or (_TOPIC.fullmatch(between) and _TAKES.match(text, stop))):
            yield marks, "subject"
            break
    for _, stop, marks in reversed([group for group in groups if group[1] <= start]):
        particle = _PARTICLE.match(text, stop)
        if particle is None:
            continue
        gap = text[particle.end() : start]
        case = "by" if particle[1] == "の" and len(gap) <= 5 else _JA_CASES.get(particle[1])
        if case is None or case in taken or "。" in gap:
            continue
        topic = particle[1] == "は"
        if case == "subject" and not governs(text, stop, end, frame.row[case]):
            continue
        if particle[1] == "の" and _OCCASION.match(text, end):
            continue
        if len(gap) > (_JA_TOPIC_REACH if topic else _JA_REACH) or (not topic and _JA_NEW_CLAUSE.search(gap)):
            continue
        taken.add(case)
        yield marks, case

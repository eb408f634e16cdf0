"""Firms told by a word that stands for one: 同社, "the company", "the Korean group", "It plans to build".

What belongs here: finding such words and the firm that they take up. What does not: names (`names`, `newnames`) and
words for facilities (`proforms`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pipelines.extract.gating import Cue
from pipelines.extract.mentions import Mention
from pipelines.extract.terms import has_cjk
from pipelines.extract.vocabulary import Row, rows
from pipelines.records import Document

if TYPE_CHECKING:
    from pipelines.extract.lexicon import Lexicon

_OPENING = r"(?:(?<=^)|(?<=[.!?] )|(?<=[.!?][\"”] ))"
_HELPERS = (
    r"(?:(?:also|already|now|then|later|first|jointly) )?(?:(?:will|would|is to|has|had|plans to|intends to|aims to|"
    r"expects to|wants to|hopes to|agreed to|is|was)(?: also| already| since| now| not)? )?"
)
_LASTS = re.compile(r"It (?:will |would |is to )?(?:take|takes|took) (?:\w+ ){0,3}(?:years?|months?|time)|It takes? ")
_TOPIC = re.compile(
    r"[」』）)]{0,2}(?:（[^（）]{1,30}）)?(?:側)?(?:[はが]|の(?:社長|会長|時価総額|株価|広報|担当者|売上高|業績|幹部)[^、。]{0,6}は)"
)
"""Behind a firm that its sentence is about."""
_OF_TEXT = 2
"""How topical a firm is whose sentence is about it by は; 1: by が; 0: named and no more."""
_WRITERS = frozenset({"当社", "弊社"})
_LOOKS_BACK = 8


class Anaphors:
    """Finds words that stand for a firm named before.

    Args:
        reference: Tables of `raw/reference`; the vocabulary `anaphors` is used.
    """

    def __init__(self, reference: Mapping[str, Sequence[Row]]) -> None:
        forms: dict[tuple[str, str], list[str]] = {}
        words = rows(reference, "anaphors")
        for row in sorted(words, key=lambda row: -len(row["form"])):
            forms.setdefault((row["language"], row["kind"]), []).append(re.escape(row["form"]))
        self.countries = {row["form"]: row["country"] for row in words if row["kind"] == "nation"}
        noun, nation, verb = ("|".join(forms.get(("en", kind), ["(?!)"])) for kind in ("noun", "nation", "verb"))
        self.japanese = Cue("|".join(forms.get(("ja", "noun"), ["(?!)"])))
        self.opening = Cue(rf"{_OPENING}The (?:(?P<nation>{nation}) )?(?:{noun})(?=(?:['’]s)?,? [a-z(])(?! of\b)")
        self.of = Cue(rf"(?<=\bof )the (?P<nation>{nation}) (?:{noun})\b")
        self.it = Cue(rf"{_OPENING}It(?= {_HELPERS}(?:{verb})\b)")


def take_up(document: Document, found: list[list[Mention]], lexicon: Lexicon) -> None:
    """Read 同社, "The company", "the Korean group" and "It plans" as the firm spoken of last; adds to `found`."""
    spoken: list[tuple[Mention, int]] = []
    writer = _writer(document, found, lexicon)
    for paragraph, mentions in zip(document.paragraphs, found, strict=True):
        firms = sorted(
            (one for one in mentions if one.kind == "org" and _is_firm(one, lexicon)), key=lambda one: one.start
        )
        if has_cjk(paragraph.text):
            told = [(one, _topical(paragraph.text, one)) for one in firms]
            mentions.extend(_japanese(paragraph.text, spoken, told, lexicon, writer))
        else:
            told = [(one, int(_opens(paragraph.text, one.start))) for one in firms]
            mentions.extend(_english(paragraph.text, spoken, told, lexicon))
        spoken += told
    _take_up_bodies(document, found)


_LEGAL = re.compile(r"株式会社|合同会社|[（(]株[）)]|㈱|,? (?:Inc|Corp|Co|Ltd|LLC|PLC|plc|Corporation|Limited)\.?$")
"""What tells a firm's own release by its publisher."""


def _writer(document: Document, found: Sequence[Sequence[Mention]], lexicon: Lexicon) -> Mention | None:
    """The firm that publishes its own release and that the text calls 当社; None where the publisher is no firm."""
    publisher = (document.source.publisher or "").strip()
    if not publisher:
        return None
    registered = lexicon.names.find(publisher)
    if len({one.org_id for one in registered}) == 1:
        one = registered[0]
        firm = Mention("org", 0, 0, one.text, one.org_id if one.known else f"@{one.org_id}")
        return firm if _is_firm(firm, lexicon) else None
    name = re.sub(r"（[^（）]*）$", "", publisher).strip()
    if not _LEGAL.search(name):
        return None
    bare = _LEGAL.sub("", name).strip()
    named = (one for mentions in found for one in mentions if one.kind == "org" and one.id.removeprefix("@") == bare)
    return next(named, Mention("org", 0, 0, bare, f"@{bare}")) if bare else None


_BODY = re.compile(
    r"\b(?P<the>[Tt]he )(?P<word>Department|Ministry|Agency|Bank|Authority|Administration|Commission|Fund"
    r"|Corporation|Council)"
    r"\b(?!(?:['’]s)? (?:of|for)\b)(?![’']?s? [A-Z])"
)


def _take_up_bodies(document: Document, found: list[list[Mention]]) -> None:
    """Read "the Department", with its capital, as the one body of that word that an English document has named."""
    named: dict[str, dict[str, Mention]] = {}
    for paragraph, mentions in zip(document.paragraphs, found, strict=True):
        if has_cjk(paragraph.text):
            continue
        orgs = sorted((one for one in mentions if one.kind == "org"), key=lambda one: one.start)
        for match in _BODY.finditer(paragraph.text):
            for org in (one for one in orgs if one.end <= match.start()):
                _note(org, named)
            bodies = named.get(match["word"], {})
            start, end = match.start("word"), match.end()
            free = not any(one.start < end and start < one.end for one in mentions)
            if len(bodies) == 1 and free:
                body = next(iter(bodies.values()))
                mentions.append(Mention("org", start, end, body.text, body.id))
        for org in orgs:
            _note(org, named)


def _note(org: Mention, named: dict[str, dict[str, Mention]]) -> None:
    """Remember an organisation under each word of its name by which it may be taken up."""
    for word in org.text.split():
        named.setdefault(word.title() if word.isupper() else word, {}).setdefault(org.id, org)


def _japanese(
    text: str,
    spoken: Sequence[tuple[Mention, int]],
    told: Sequence[tuple[Mention, int]],
    lexicon: Lexicon,
    writer: Mention | None,
) -> Iterator[Mention]:
    for match in lexicon.anaphors.japanese.finditer(text):
        opening = max(text.rfind("。", 0, match.start()), 0)
        earlier = [*spoken, *(pair for pair in told if pair[0].end <= match.start())]
        topic = next((one.id for one, is_topic in told if is_topic and opening <= one.start < match.start()), "")
        others = [pair for pair in earlier if pair[0].id != topic]
        # The firm that a sentence was about; else the one named last. Never the sentence's own subject. What opens a
        # paragraph goes on with a topic (は), not with who did something on the way (が).
        least = _OF_TEXT if not text[: match.start()].strip("\u3000「 ") else 1
        ranked = [one for one, topical in reversed(others) if topical >= least] or [
            one for one, topical in reversed(others) if topical
        ]
        firm = next(iter(ranked), None) if not topic else None
        firm = firm or (others[-1][0] if others else None)
        if match[0] in _WRITERS:
            # Who writes a release is the firm that publishes it, else the one that it opens with.
            firm = writer or (spoken[0][0] if spoken else told[0][0] if told else None)
        if firm is not None:
            yield Mention("org", match.start(), match.end(), firm.text, firm.id)


def _english(
    text: str, spoken: Sequence[tuple[Mention, int]], told: Sequence[tuple[Mention, int]], lexicon: Lexicon
) -> Iterator[Mention]:
    anaphors = lexicon.anaphors
    for pattern in (anaphors.opening, anaphors.of, anaphors.it):
        for match in pattern.finditer(text):
            if _LASTS.match(text, match.start()):
                continue
            opening = max(text.rfind(". ", 0, match.start()), 0)
            earlier = [*spoken[-_LOOKS_BACK:], *(pair for pair in told if pair[0].end <= match.start())]
            if pattern is anaphors.of:
                # "a subsidiary of the Korean group": somebody else than the one of whom it is said.
                here = {one.id for one, _ in told if opening <= one.start < match.start()}
                earlier = [pair for pair in earlier if pair[0].id not in here]
            nation = anaphors.countries.get(match.groupdict().get("nation") or "", "")
            if nation:
                earlier = [pair for pair in earlier if lexicon.country_of_firm(pair[0].id) in ("", nation)]
            firm = next((one for one, subject in reversed(earlier) if subject), None)
            if pattern is not anaphors.it:
                # "It" is what the text is about; "the company" may be one that was only named.
                firm = firm or (earlier[-1][0] if earlier else None)
            if firm is not None:
                yield Mention("org", match.start(), match.end(), firm.text, firm.id)


def _topical(text: str, firm: Mention) -> int:
    """How much its sentence is about a firm (`_OF_TEXT`)."""
    found = _TOPIC.match(text, firm.end)
    return 0 if found is None else 1 if found[0].endswith("が") else _OF_TEXT


def _opens(text: str, start: int) -> bool:
    """Whether a name opens a sentence, so that it is most likely what the sentence is about."""
    return bool(
        re.search(r"(?:^|[.!?][\"”]? )(?:The |In \w+, |On \w+, |\w+ \d{1,2}, )?$", text[max(0, start - 24) : start])
    )


def _is_firm(org: Mention, lexicon: Lexicon) -> bool:
    kind = lexicon.organizations.get(org.id, {}).get("kind", "company")
    return kind in ("company", "utility", "trading_house", "joint_venture", "spv") and not re.search(
        r"Bank\b|銀行$", org.text
    )

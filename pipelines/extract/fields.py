"""Labelled facts about the project that a passage speaks of: "Capacity: 1,200 tons a year", 投資額：45億円, key facts.

What belongs here: which paragraphs are labelled facts, and of which project. What does not: labels (`labels`) and what
their values mean (`recorded`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pipelines.extract.annotation import Annotated
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.entitled import name_firms
from pipelines.extract.labels import Label, Labelled, Labels, cells
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.listing import MONEY_KINDS, Cell, Listing, Record
from pipelines.extract.mentions import Sentence
from pipelines.extract.recorded import PUBLIC_KINDS

_TELLING = frozenset({"place", "status", "announced", "capacity", "role", *MONEY_KINDS})
"""What a label may announce that is read here."""
_DIGIT = re.compile(r"[0-9０-９]")
_AT_ONCE = 16
_NAME_LENGTH = 60


def find_fields(annotated: Annotated, projects: Projects, lexicon: Lexicon, owned: set[int]) -> list[Record]:
    """Labelled facts as records of one cell, each with the project that it is about.

    Args:
        annotated: The document.
        projects: Its projects, in focus.
        lexicon: With the vocabulary of labels.
        owned: Sentences that are rows of lists.
    """
    found: list[Record] = []
    before: Cluster | None = None
    last = -1
    for paragraph in annotated.document.paragraphs:
        told = list(_labelled(paragraph.text, lexicon.labels))
        if not told:
            continue
        sentences = tuple(annotated.paragraph(paragraph.number))
        if not sentences or sentences[0].number in owned or _is_title(sentences, annotated):
            continue
        explicit = [one for part in sentences for one in projects.explicit.get(part.number, [])]
        above = before if sentences[0].number == last + 1 else _above(sentences[0], projects, annotated)
        cluster = explicit[-1] if explicit else above or _only(sentences[0], projects)
        before, last = cluster, sentences[-1].number
        for one in map(_shares, told) if cluster is not None else ():
            if one.label.kind in _TELLING and not _names_others(one, sentences) and _is_value(one, sentences):
                end = _end(one, sentences)
                end = min(end, _group(one, end, sentences, lexicon)) if one.label.kind == "role" else end
                cell = Cell(one.label, paragraph.number, one.start, end)
                record = Record(Listing(), sentences, (cell,), None, cluster)
                found.append(record)
                if one.label.kind == "role" and cell.end - cell.start < _NAME_LENGTH:
                    name_firms(record, lexicon)
    return found


def _shares(one: Labelled) -> Labelled:
    """A label of shares before names tells who invests (出資比率：A 70％、B 30％); none without names has a part."""
    return replace(one, label=Label("role", "equity_investor")) if one.label.kind == "share" else one


def _labelled(text: str, labels: Labels) -> Iterator[Labelled]:
    if " | " in text:
        spans = cells(text)
        label = labels.read(text[spans[0][0] : spans[0][1]])
        value = text[spans[1][0] : spans[1][1]]
        if label.kind and len(spans) == 2 and (_DIGIT.search(value) or not labels.read(value).kind):
            yield Labelled(label, spans[0][0], spans[1][0], spans[1][1])
        return
    yield from labels.in_line(text)


def _names_others(one: Labelled, sentences: tuple[Sentence, ...]) -> bool:
    """Whether the label speaks of somebody's or something's in particular ("Toshiba's equipment:")."""
    return any(
        one.opens <= mention.start < one.start for part in sentences for mention in part.of("org", "money", "program")
    )


def _is_value(one: Labelled, sentences: tuple[Sentence, ...]) -> bool:
    """Whether a sum answers its label at once; what a whole sentence says of sums, its own words tell better."""
    if one.label.kind not in MONEY_KINDS:
        return True
    money = [mention for part in sentences for mention in part.of("money") if mention.start >= one.start]
    return not money or money[0].start - one.start < _AT_ONCE or one.end - one.start < _NAME_LENGTH


def _is_title(sentences: tuple[Sentence, ...], annotated: Annotated) -> bool:
    return sentences[0].number == 0 and sentences[0].text == annotated.document.title


def _end(one: Labelled, sentences: tuple[Sentence, ...]) -> int:
    """Where a value ends: with its sentence, for the next one may speak of others."""
    ends = [part.start + len(part.text) for part in sentences if part.start + len(part.text) > one.start]
    return min([one.end, *ends[:1]])


def _group(one: Labelled, end: int, sentences: tuple[Sentence, ...], lexicon: Lexicon) -> int:
    """Where the names end that answer a label: in a statement the first firms that it names, together."""
    part = next((part for part in sentences if part.start <= one.start < part.start + len(part.text)), sentences[-1])
    text = part.text[max(0, one.start - part.start) : end - part.start]
    if end - one.start < _NAME_LENGTH or not _STATES.search(text):
        return end
    orgs = [org for org in part.of("org") if one.start <= org.start < end]
    firms = [org for org in orgs if lexicon.organizations.get(org.id, {}).get("kind", "company") not in PUBLIC_KINDS]
    last = firms[0].end if firms else end
    for org in firms[1:]:
        if not _JOINED.fullmatch(part.text[last - part.start : org.start - part.start]):
            break
        last = org.end
    return last


_STATES = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|could|may|might|said|says|names?|holds?|owns?|put|took|takes?|pays?)\b"
)
_JOINED = re.compile(r"\s?(?:,|、|・|/|&|と|及び|および|\band\b|, and)\s?")


def _above(sentence: Sentence, projects: Projects, annotated: Annotated) -> Cluster | None:
    """The project named by the heading right above."""
    if sentence.number == 0:
        return None
    heading = annotated.sentences[sentence.number - 1]
    explicit = projects.explicit.get(heading.number, [])
    return explicit[-1] if heading.heading and explicit else None


def _only(sentence: Sentence, projects: Projects) -> Cluster | None:
    """The project in focus, else the only one of the document."""
    focus = projects.focus.get(sentence.number, [])
    if focus:
        return focus[0]
    return projects.clusters[0] if len(projects.clusters) == 1 else None

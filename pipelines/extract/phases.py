"""Phases of one undertaking that a text tells apart: 第1期 that runs, "the second stage" that is being built.

What belongs here: finding such words where a document has more than one phase, and the project of a phase. What does
not: facilities with a word of their own (`sites`), entries of programmes by number (`proforms`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pipelines.extract.clusters import Cluster
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.sites import Site

_DIGITS = {"一": "1", "二": "2", "三": "3", "四": "4", "五": "5"}
_PHASE = re.compile(
    r"(?<!政権)(?<!任期)(?<!大統領)(?:第([1-5１-５一二三四五])期|([1-5１-５一二三四五])期目?(?=工事|計画|拡張))"
    r"(?![生中末連決目])(?:工事|計画|事業|プロジェクト|開発|拡張|拡張工事|ライン|棟|分|設備|系列)?"
)
_JOINT = re.compile(r"(?:の|計画|事業|プロジェクト|工事|、|「|（|LNG|ＬＮＧ|\s)*")
_PHASE_EN = re.compile(
    r"\b(?:(first|second|third|fourth)[ -](?:phase|stage)"
    r"|(?:phase|stage)[ -](one|two|three|four|1|2|3|4|III|II|IV|I))\b"
    r"(?!\s(?:clinical|trials?|stud(?:y|ies)|results?|tests?|data"
    r"|of (?:the |its )?(?:trials?|talks|tests?|review|study)))",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\b(?:its|their|together with (?:the|its)|along with (?:the|its)|unlike the|than (?:in )?the|as the|as in the"
    r"|including the|in addition to the|on top of the)\s$",
    re.IGNORECASE,
)
"""Words before a phase of another undertaking ("Its first stage"), or of one that is only set beside what is told."""
_EXPANSION_EN = re.compile(r"(?:\b(?:the|this|its) |^)(expansion|enlargement|extension)\b", re.IGNORECASE)
"""What goes on from a first phase where a text gives the second no number."""
_ORDINALS = {
    **dict.fromkeys(("first", "one", "1", "i"), "1"),
    **dict.fromkeys(("second", "two", "2", "ii"), "2"),
    **dict.fromkeys(("third", "three", "3", "iii"), "3"),
    **dict.fromkeys(("fourth", "four", "4", "iv"), "4"),
}
_FIGURE = 220
"""Characters behind a phase in which its own sum or capacity stands."""
_NAMED = re.compile(r"第([1-5])期")


def name_phases(texts: Sequence[str], found: Sequence[list[Mention]]) -> None:
    """Add the phases of a document to the mentions of each paragraph, where it tells of more than one.

    Args:
        texts: The paragraphs.
        found: Their mentions, which are added to.
    """
    phases = [
        [(*match.span(), _ordinal(match)) for match in _PHASE.finditer(text)] if "期" in text else [] for text in texts
    ]
    if not any(phases):
        phases = _english(texts, found)
    if len({ordinal for told in phases for _, _, ordinal in told}) < _SEVERAL:
        return
    for text, told, mentions in zip(texts, phases, found, strict=True):
        for start, end, ordinal in told:
            others = [one for one in mentions if one.start < end and start < one.end]
            if any(one.kind != "site" or one.end > end or one.value.ordinal for one in others):
                continue
            mentions[:] = [one for one in mentions if one not in others]
            site = Site(start, end, text[start:end], {}, {}, "definite", ordinal=ordinal)
            mentions.append(Mention("site", start, end, text[start:end], "", site))


_SEVERAL = 2


def _english(texts: Sequence[str], found: Sequence[list[Mention]]) -> list[list[tuple[int, int, str]]]:
    """Phases of an English text, where two of them have a sum or a quantity of their own; else none.

    A text that only says when each phase of one plant opens speaks of one project.
    """
    told = [
        [
            (*match.span(), f"第{_ORDINALS[(match[1] or match[2]).lower()]}期")
            for match in _PHASE_EN.finditer(text)
            if not _ASIDE.search(text, max(0, match.start() - 24), match.start())
        ]
        if "hase" in text or "tage" in text
        else []
        for text in texts
    ]
    if {ordinal for phases in told for _, _, ordinal in phases} == {"第1期"}:
        for text, phases in zip(texts, told, strict=True):
            phases += [(*match.span(1), "第2期") for match in _EXPANSION_EN.finditer(text)]
            phases.sort()
    own = {
        ordinal
        for phases, mentions in zip(told, found, strict=True)
        for start, _, ordinal in phases
        if any(one.kind in ("money", "quantity") and start < one.start < start + _FIGURE for one in mentions)
    }
    return (
        [[one for one in phases if one[2] in own] for phases in told] if len(own) >= _SEVERAL else [[] for _ in texts]
    )


def _ordinal(match: re.Match[str]) -> str:
    digit = unicodedata.normalize("NFKC", match[1] or match[2])
    return f"第{_DIGITS.get(digit, digit)}期"


def is_phase(site: Site) -> bool:
    """Whether a facility is told by the number of its phase alone."""
    return bool(site.ordinal and not site.facility and _NAMED.fullmatch(site.ordinal))


def phase_of(cluster: Cluster) -> str:
    """The digit of the phase that a project is; empty where it is none."""
    match = _NAMED.fullmatch(cluster.ordinal)
    return match[1] if match else ""


def project_of_phase(site: Site, sentence: Sentence, clusters: list[Cluster]) -> Cluster | None:
    """The project of a phase: the one of that number, the undertaking right before it, or a sister of that.

    Args:
        site: The phase.
        sentence: Its sentence.
        clusters: The document's projects so far; a new one is added to them.

    Returns:
        None where the text has told of no undertaking yet.
    """
    known = next((one for one in clusters if one.ordinal == site.ordinal), None)
    told = [one for one in clusters if (one.sector or not sentence.japanese) and not one.listed]
    if known is not None or (not told and sentence.japanese):
        return known
    if not told:
        clusters.append(Cluster(f"@p{len(clusters)}", ordinal=site.ordinal))
        return clusters[-1]
    base = max(told, key=lambda one: one.sites[-1][0])
    if not phase_of(base) and not any(phase_of(one) for one in clusters):
        number, last = base.sites[-1]
        between = sentence.text[max(0, last.end - sentence.start) : site.start - sentence.start]
        beside = number == sentence.number and last.end <= site.start and _JOINT.fullmatch(between)
        # The undertaking that an English text has told so far is the phase that it names first.
        if beside or sentence.heading or not sentence.japanese:
            base.ordinal = site.ordinal
            return base
    fresh = Cluster(f"@p{len(clusters)}")
    fresh.kind, fresh.ordinal = base.facility, site.ordinal
    if base.sector:
        fresh.sectors.update({base.sector: 1})
    if base.products:
        fresh.products.update({base.product["product"]: 1})
        fresh.product_rows.update(base.product_rows)
    fresh.places, fresh.names = list(base.places), list(base.names)
    clusters.append(fresh)
    return fresh

"""Phases of one undertaking that a text tells apart: 第1期 that runs, 第2期 that is being built.

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
_NAMED = re.compile(r"第([1-5])期")


def name_phases(texts: Sequence[str], found: Sequence[list[Mention]]) -> None:
    """Add the phases of a document to the mentions of each paragraph, where it tells of more than one.

    Args:
        texts: The paragraphs.
        found: Their mentions, which are added to.
    """
    phases = [list(_PHASE.finditer(text)) if "期" in text else [] for text in texts]
    told = [_ordinal(match) for matches in phases for match in matches]
    if len(set(told)) < _SEVERAL:
        return
    for matches, mentions in zip(phases, found, strict=True):
        for match in matches:
            start, end = match.span()
            others = [one for one in mentions if one.start < end and start < one.end]
            if any(one.kind != "site" or one.end > end or one.value.ordinal for one in others):
                continue
            mentions[:] = [one for one in mentions if one not in others]
            site = Site(start, end, match[0], {}, {}, "definite", ordinal=_ordinal(match))
            mentions.append(Mention("site", start, end, match[0], "", site))


_SEVERAL = 2


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
    told = [one for one in clusters if one.sector and not one.listed]
    if known is not None or not told:
        return known
    base = max(told, key=lambda one: one.sites[-1][0])
    if not phase_of(base) and not any(phase_of(one) for one in clusters):
        number, last = base.sites[-1]
        between = sentence.text[max(0, last.end - sentence.start) : site.start - sentence.start]
        beside = number == sentence.number and last.end <= site.start and _JOINT.fullmatch(between)
        if beside or sentence.heading:
            base.ordinal = site.ordinal
            return base
    fresh = Cluster(f"@p{len(clusters)}")
    fresh.kind, fresh.ordinal = base.facility, site.ordinal
    fresh.sectors.update({base.sector: 1})
    if base.products:
        fresh.products.update({base.product["product"]: 1})
        fresh.product_rows.update(base.product_rows)
    fresh.places, fresh.names = list(base.places), list(base.names)
    clusters.append(fresh)
    return fresh

"""The projects of one document: what is known of each, and which sentence speaks of which.

What belongs here: the shapes `Cluster` and `Projects`. What does not: filling them (`projects`, `grouping`, `focus`,
`locations`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.sites import Site
from pipelines.extract.vocabulary import Row

KIN = (
    {"critical_materials", "metals_refining"},
    {"data_center", "ai_infrastructure"},
    {"semiconductors", "electronics"},
    {"power_generation", "power_equipment"},
    {"oil_gas", "ports_waterways"},
    {"quantum", "ai_infrastructure"},
    {"batteries", "critical_materials"},
    {"batteries", "automotive"},
    {"chemicals", "critical_materials"},
    {"chemicals", "semiconductors"},
)
"""Sectors between which a text may waver for one project."""


@dataclass(slots=True, eq=False)
class Cluster:
    """One project as a document speaks of it.

    Attributes:
        key: Provisional key within the document, `@p0`, `@p1`...
        sites: Its facilities, with the number of their sentence.
        places: Where it lies, with sentence and mention, in the order found.
        listed: It is an entry of a list of interest.
        kind: Facility row of the project it is a second one of.
        org_ids: Organisations that the text ties to it.
        entry: It is a row or entry of a list.
        capacity: A `capacities.Capacity` that a heading or label states; None where none does.
    """

    key: str
    sites: list[tuple[int, Mention]] = field(default_factory=list)
    places: list[tuple[Sentence, Mention]] = field(default_factory=list)
    products: Counter[str] = field(default_factory=Counter)
    product_rows: dict[str, Row] = field(default_factory=dict)
    sectors: Counter[str] = field(default_factory=Counter)
    names: list[str] = field(default_factory=list)
    project_id: str = ""
    listed: bool = False
    kind: Row = field(default_factory=dict)
    ordinal: str = ""
    only_heading: bool = True
    org_ids: list[str] = field(default_factory=list)
    entry: bool = False
    capacity: Any = None

    @property
    def sector(self) -> str:
        """The sector most often and earliest told; empty where none is."""
        return self.sectors.most_common(1)[0][0] if self.sectors else ""

    @property
    def several(self) -> bool:
        """Whether the text has told it only as several at once ("a pair of power stations")."""
        return bool(self.sites) and all(mention.value.plural for _, mention in self.sites)

    @property
    def product(self) -> Row:
        """Row of the product most often told; empty where none is."""
        return self.product_rows[self.products.most_common(1)[0][0]] if self.products else {}

    @property
    def facility(self) -> Row:
        """Row of the most telling facility word."""
        found: list[Row] = [mention.value.facility for _, mention in self.sites if mention.value.facility]
        found += [self.kind] if self.kind else []
        for strength in ("strong", "medium"):
            telling = [row for row in found if row.get("strength") == strength]
            if telling:
                return telling[0]
        plants = [row for row in found if row["facility"] == "plant"]
        return next(iter(plants or found), {})

    @property
    def admin1(self) -> str | None:
        """State of the first place that has one; None where one sentence gives it two."""
        states = [(sentence.number, place.value.admin1) for sentence, place in self.places if place.value.admin1]
        if len({state for number, state in states if number == states[0][0]}) > 1:
            return None
        return states[0][1] if states else None

    @property
    def country(self) -> str | None:
        """Country of the first place that has a state, else of the first."""
        ranked = sorted(self.places, key=lambda pair: pair[1].value.admin1 is None)
        return next((place.value.country for _, place in ranked if place.value.country), None)

    def add(self, number: int, mention: Mention) -> None:
        """Take a facility mention into the project."""
        site: Site = mention.value
        self.sites.append((number, mention))
        if site.product and site.product.get("product") not in ("glass",):
            self.products[site.product["product"]] += 2
            self.product_rows.setdefault(site.product["product"], site.product)
        if site.sector:
            self.sectors[site.sector] += 2 if site.facility.get("strength") == "strong" or site.product else 1
        if site.name and site.name not in self.names:
            self.names.append(site.name)
        self.project_id = self.project_id or site.project_id


@dataclass(slots=True)
class Projects:
    """The projects of a document and where it speaks of which.

    Attributes:
        clusters: In the order of the document.
        focus: Sentence number -> projects it speaks of; the first is the nearest.
        explicit: Sentence number -> projects whose facility it names.
        detached: Sentences that speak of something else on purpose.
        records: The `records.Records` of the document.
        batches: Sentences that speak of several projects at once -> these; none where it is not sure which.
        strangers: Keys of projects that the facility being told apart cannot be, for their firms or their sector.
        before: Organisations that the sentence before brought up, while the projects are being told apart.
        head: The place alone that heads the paragraph ("**Ohio.** By far..."), while projects are told apart.
        newcomers: Organisations that the sentence is the first to name, while the projects are being told apart.
    """

    clusters: list[Cluster] = field(default_factory=list)
    focus: dict[int, list[Cluster]] = field(default_factory=dict)
    explicit: dict[int, list[Cluster]] = field(default_factory=dict)
    detached: set[int] = field(default_factory=set)
    records: Any = None
    batches: dict[int, list[Cluster]] = field(default_factory=dict)
    strangers: frozenset[str] = frozenset()
    before: tuple[str, ...] = ()
    newcomers: frozenset[str] = frozenset()
    head: Mention | None = None
    _of_mention: dict[tuple[int, int, int], Cluster] = field(default_factory=dict)

    def of(self, sentence: Sentence, mention: Mention) -> Cluster | None:
        """The project a facility mention belongs to."""
        return self._of_mention.get((sentence.paragraph, mention.start, mention.end))

    def _made(self, sentence: Sentence, start: int, end: int) -> Cluster | None:
        """The one project that makes what a clause without a facility names."""
        # What a Japanese firm is called (トヨタ自動車) is not what is made.
        names = [(one.start, one.end) for one in sentence.of("org")] if sentence.japanese else []
        made = {
            hit.term.id
            for hit in sentence.products
            if start <= hit.start < end and not any(left <= hit.start < right for left, right in names)
        }
        found = [one for one in self.clusters if made & set(one.products)]
        return found[0] if len(found) == 1 else None

    def nearest(self, sentence: Sentence, mention: Mention) -> Cluster | None:
        """The project a mention most likely belongs to: the facility nearest before it, else after, else the focus."""
        sites = [(site, cluster) for site in sentence.of("site") if (cluster := self.of(sentence, site))]
        start, end = clause_of(sentence, mention)
        inside = [pair for pair in sites if start <= pair[0].start < end]
        if len(self.clusters) > 1 and (start > sentence.start or end < sentence.start + len(sentence.text)):
            if inside:
                sites = inside
            elif sites:
                made = self._made(sentence, start, end)
                if made is not None:
                    return made
        if sites:
            before = [pair for pair in sites if pair[0].start <= mention.start]
            if len({cluster.key for _, cluster in sites}) == 1 or not before:
                return sites[0][1]
            if sentence.japanese or len(before) == len(sites):
                return before[-1][1]
            return min(sites, key=lambda pair: _gap(pair[0], mention))[1]
        focus = self.focus.get(sentence.number, [])
        return focus[0] if focus else None


_CLAUSE = re.compile(r";|, (?:while|whereas|but|though|and)\b|, with (?=[\ue000-\ue0ff])")
_CLAUSE_JA = re.compile(r"[、；;]")


def clause_of(sentence: Sentence, mention: Mention) -> tuple[int, int]:
    """Characters of the clause that a mention stands in, as far as marks of punctuation tell."""
    at = mention.start - sentence.start
    start, end = 0, len(sentence.text)
    if sentence.parted is None:
        marks = (_CLAUSE_JA if sentence.japanese else _CLAUSE).finditer(sentence.text)
        sentence.parted = tuple(mark.span() for mark in marks)
    for opening, closing in sentence.parted:
        if closing <= at:
            start = closing
        elif opening >= mention.end - sentence.start:
            end = opening
            break
    return sentence.start + start, sentence.start + end


def _gap(one: Mention, other: Mention) -> int:
    return max(one.start - other.end, other.start - one.end, 0)


def ordered(clusters: Sequence[Cluster]) -> list[Cluster]:
    """Projects in the order of the document."""
    return sorted(clusters, key=lambda cluster: cluster.sites[0][0] if cluster.sites else 0)

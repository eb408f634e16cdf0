"""Which project does a passage speak of: facilities grouped into projects, and the project in focus of each sentence.

What belongs here: the projects of one document. What does not: whether they are known ones (`resolve/projects`), and what is
said about them (`relations`, `finance`, `stages`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipelines.extract.annotation import Annotated
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.patterns import BLOCKS
from pipelines.extract.places import PlaceMention
from pipelines.extract.sites import Site
from pipelines.extract.vocabulary import Row

_KIN = (
    {"critical_materials", "metals_refining"}, {"data_center", "ai_infrastructure"}, {"semiconductors", "electronics"},
    {"power_generation", "power_equipment"}, {"oil_gas", "ports_waterways"}, {"quantum", "ai_infrastructure"},
)  # fmt: skip
"""Sectors between which a text may waver for one project."""


@dataclass(slots=True)
class Cluster:
    """One project as a document speaks of it.

    Attributes:
        key: Provisional key within the document, `@p0`, `@p1`...
        sites: Its facilities, with the number of their sentence.
        places: Where it lies, with sentence and mention, in the order found.
        listed: It is an entry of a list of interest.
        kind: Facility row of the project it is a second one of.
        org_ids: Organisations that the text ties to it.
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

    @property
    def sector(self) -> str:
        """The sector most often and earliest told; empty where none is."""
        return self.sectors.most_common(1)[0][0] if self.sectors else ""

    @property
    def product(self) -> Row:
        """Row of the product most often told; empty where none is."""
        return self.product_rows[self.products.most_common(1)[0][0]] if self.products else {}

    @property
    def facility(self) -> Row:
        """Row of the most telling facility word."""
        rows = [mention.value.facility for _, mention in self.sites if mention.value.facility] + (
            [self.kind] if self.kind else []
        )
        strong = [row for row in rows if row.get("strength") == "strong"]
        return (
            strong
            or [row for row in rows if row.get("strength") == "medium"]
            or [row for row in rows if row["facility"] == "plant"]
            or rows
            or [{}]
        )[0]

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
    """

    clusters: list[Cluster] = field(default_factory=list)
    focus: dict[int, list[Cluster]] = field(default_factory=dict)
    explicit: dict[int, list[Cluster]] = field(default_factory=dict)
    detached: set[int] = field(default_factory=set)
    _of_mention: dict[tuple[int, int, int], Cluster] = field(default_factory=dict)

    def of(self, sentence: Sentence, mention: Mention) -> Cluster | None:
        """The project a facility mention belongs to."""
        return self._of_mention.get((sentence.paragraph, mention.start, mention.end))

    def nearest(self, sentence: Sentence, mention: Mention) -> Cluster | None:
        """The project that a mention of a sentence most likely belongs to: its facility nearest before, else after, else focus."""
        sites = [(site, cluster) for site in sentence.of("site") if (cluster := self.of(sentence, site))]
        if sites:
            before = [pair for pair in sites if pair[0].start <= mention.start]
            if len({cluster.key for _, cluster in sites}) == 1 or not before:
                return sites[0][1]
            if sentence.japanese or len(before) == len(sites):
                return before[-1][1]
            return min(sites, key=lambda pair: _gap(pair[0], mention))[1]
        focus = self.focus.get(sentence.number, [])
        return focus[0] if focus else None


def _gap(one: Mention, other: Mention) -> int:
    return max(one.start - other.end, other.start - one.end, 0)


def find_projects(annotated: Annotated, lexicon: Lexicon) -> Projects:
    """Group the facilities of a document into projects and say which sentence speaks of which."""
    projects = Projects()
    for sentence in annotated.sentences:
        listed = _is_list(sentence, annotated)
        for mention in sentence.of("site"):
            cluster = _cluster_for(_singled_out(mention, sentence), sentence, projects, listed)
            if cluster is None:
                continue
            cluster.add(sentence.number, mention)
            cluster.only_heading = cluster.only_heading and sentence.heading
            cluster.ordinal = cluster.ordinal or mention.value.ordinal
            cluster.org_ids += [org.id for org in sentence.of("org")[:1] if not sentence.heading and not cluster.org_ids]
            cluster.listed = cluster.listed or (listed and len(cluster.sites) == 1)
            projects._of_mention[sentence.paragraph, mention.start, mention.end] = cluster
            explicit = projects.explicit.setdefault(sentence.number, [])
            if cluster not in explicit:
                explicit.append(cluster)
            _place(cluster, sentence, mention, lexicon)
            _place_in_name(cluster, sentence, mention, lexicon)
    _fill_focus(annotated, projects)
    _infer_sectors(annotated, projects, lexicon)
    _share_sectors(annotated, projects)
    _fill_places(annotated, projects, lexicon)
    annotated.focus.update({number: tuple(one.key for one in focus) for number, focus in projects.focus.items()})
    return projects


_LIST = re.compile(
    r"\b(?:fact sheet|same sheet|the sheet|list of interest|interest list)\b|ファクトシート|関心.{0,6}(?:一覧|リスト)"
)


def _is_list(sentence: Sentence, annotated: Annotated) -> bool:
    """Whether a sentence stands in a passage about an official list of interest."""
    if any(_LIST.search(other.masked) for other in annotated.sentences if other.heading):
        return not sentence.heading
    return any(
        _LIST.search(other.masked)
        for other in annotated.paragraph(sentence.paragraph)
        if other.number <= sentence.number
    )


def _singled_out(mention: Mention, sentence: Sentence) -> Site:
    """ "Data centers to be built by X" are X's, not data centers in general."""
    site: Site = mention.value
    mark = sentence.masked[sentence.position(mention)]
    if site.plural and re.search(
        rf"{mark} (?:\w+ ){{0,4}}(?:by|with|from|for) (?:the )?{BLOCKS['org']}", sentence.masked
    ):
        return replace(site, plural=False, determiner="new")
    return site


def _cluster_for(site: Site, sentence: Sentence, projects: Projects, listed: bool) -> Cluster | None:
    """The project that a facility belongs to: a known or compatible one, or a new one."""
    clusters = projects.clusters
    if site.project_id:
        found = next((one for one in clusters if one.project_id == site.project_id), None)
        if found is None and len(clusters) == 1 and clusters[0].sites[0][0] <= 1 and not clusters[0].project_id:
            found = clusters[0]
        return found or _new(clusters)
    if site.name:
        found = next((one for one in clusters if any(_same_name(site.name, name) for name in one.names)), None)
        if found is not None:
            return found
    here = [one for one in projects.explicit.get(sentence.number, []) if _compatible(site, one, sentence)]
    compatible = [one for one in clusters if _compatible(site, one, sentence) and (not listed or one.listed)]
    recent = max(compatible, key=lambda one: one.sites[-1][0], default=None)
    # The first mention in the text takes up the headline's.
    open_ = [one for one in clusters if one.only_heading and _compatible(site, one, sentence, ordinals=False)]
    if open_ and not sentence.heading and not site.plural:
        return open_[0]
    if site.determiner == "other":
        # "A second hub" is of the kind of the first.
        before = max(
            (one for one in clusters if one.sector and site.generic), key=lambda one: one.sites[-1][0], default=None
        )
        fresh = _new(clusters)
        if before is not None:
            fresh.sectors.update({before.sector: 1})
            if before.products:
                fresh.products.update({before.product["product"]: 1})
                fresh.product_rows.update(before.product_rows)
            fresh.kind = before.facility
        return fresh
    if site.plural and site.determiner == "bare" and not site.name and not listed:
        # "for Japanese power stations" names a kind, not one of them.
        return here[-1] if here else recent if recent is not None and recent.sector == site.sector else None
    if (
        listed
        and not here
        and recent is not None
        and not ({org.id for org in sentence.of("org")} & set(recent.org_ids))
        and sentence.of("org")
    ):
        # Each entry of a list is a matter of its own firm.
        return _new(clusters)
    if here and not (listed and site.sector and here[-1].sector != site.sector):
        return here[-1]
    if site.determiner == "definite" or (site.generic and site.determiner == "bare"):
        return recent or _new(clusters)
    if recent is None:
        return _new(clusters)
    if site.determiner == "new" and site.generic and not _continues(site, recent, sentence):
        return _new(clusters)
    return recent


def _new(clusters: list[Cluster]) -> Cluster:
    cluster = Cluster(f"@p{len(clusters)}")
    clusters.append(cluster)
    return cluster


def _same_name(left: str, right: str) -> bool:
    return left == right or left.startswith(f"{right} ") or right.startswith(f"{left} ")


def _compatible(site: Site, cluster: Cluster, sentence: Sentence, *, ordinals: bool = True) -> bool:
    """Whether a facility may be the project spoken of before: nothing told of the two contradicts it."""
    if ordinals and site.ordinal and site.ordinal != cluster.ordinal and not sentence.heading:
        return False
    if site.name and cluster.names and not any(_same_name(site.name, name) for name in cluster.names):
        return False
    if site.sector and cluster.sector and site.sector != cluster.sector:
        if not any({site.sector, cluster.sector} <= kin for kin in _KIN):
            return False
    places = [place.value for place in sentence.of("place")]
    states = {place.admin1 for place in places if place.admin1}
    countries = {place.country for place in places if place.country}
    if (
        site.determiner != "definite"
        and cluster.admin1
        and states
        and cluster.admin1 not in states
        and len(states) == 1
    ):
        return False
    if site.name and not cluster.names and states and cluster.admin1 not in states:
        return False
    if (site.name or site.determiner != "definite") and cluster.country and countries and cluster.country not in countries:
        return False
    if _belongs_to_other(site, cluster, sentence):
        return False
    return True


def _belongs_to_other(site: Site, cluster: Cluster, sentence: Sentence) -> bool:
    """Whether "its plant" is that of another firm than the project's: the firm that the sentence is about."""
    if not re.search(r"\b(?:its|their)\s(?:[\w-]+\s){0,3}$", sentence.text[: max(0, site.start - sentence.start)]):
        return False
    before = [org.id for org in sentence.of("org") if org.start < site.start]
    return bool(before and cluster.org_ids) and not set(before) & set(cluster.org_ids)


def _continues(site: Site, cluster: Cluster, sentence: Sentence) -> bool:
    """Whether "a plant" may still be the plant spoken of: the passage goes on and brings no place or firm of its own."""
    last = cluster.sites[-1][0]
    states = {place.value.admin1 for place in sentence.of("place") if place.value.admin1}
    if states and cluster.admin1 not in states:
        return False
    return sentence.number - last <= 2 or not (states or {org.id for org in sentence.of("org")} - set(cluster.org_ids))


_DETACHED = re.compile(
    r"\b(?:another matter|outside the|elsewhere|separately|a different (?:matter|story)|has nothing to do|unrelated|by contrast|in a separate|set aside for)\b"
    r"|とは別|別枠|無関係|対象ではない|関係はない|別の話|一方で、別"
)


def keep(annotated: Annotated, projects: Projects, kept: Sequence[Cluster]) -> None:
    """Forget the facilities that are no projects, and tell the focus of every sentence anew."""
    keys = {one.key for one in kept}
    # What is said beside a facility of another kind is about that, even though it is no project of ours.
    projects.detached = {
        number
        for number, found in projects.explicit.items()
        if all(one.key not in keys and one.sector for one in found)
    }
    projects.clusters = [one for one in projects.clusters if one.key in keys]
    projects.explicit = {
        number: left
        for number, found in projects.explicit.items()
        if (left := [one for one in found if one.key in keys])
    }
    projects._of_mention = {place: one for place, one in projects._of_mention.items() if one.key in keys}
    projects.focus.clear()
    _fill_focus(annotated, projects)
    annotated.focus.clear()
    annotated.focus.update({number: tuple(one.key for one in focus) for number, focus in projects.focus.items()})


BATCH = re.compile(
    r"\b(?:first|second|third|next|initial) (?:batch|tranche|round|set|wave)\b|\b(?:two|three|four|five|several|all) (?:projects|undertakings|deals)\b"
    r"|第[1-9一二三四]弾|(?:[2-9二三四五]|複数の)(?:つの)?(?:事業|案件|件|プロジェクト)"
)
"""Words for several projects at once: what is said with them belongs to no one of them."""


def _fill_focus(annotated: Annotated, projects: Projects) -> None:
    """Give every sentence the projects it speaks of: those it names, else those of the sentence before in its paragraph,
    else the one its organisations belong to, else the only one there is.
    """
    for sentence in annotated.sentences:
        for org in sentence.of("org") if sentence.number in projects.explicit else ():
            cluster = projects.nearest(sentence, org)
            if cluster is not None and org.id not in cluster.org_ids:
                cluster.org_ids.append(org.id)
    carried: list[Cluster] = []
    detached = False
    paragraph = 0
    for sentence in annotated.sentences:
        if sentence.paragraph != paragraph:
            # A table goes on with what the text before it spoke of.
            carried, detached, paragraph = carried if sentence.row else [], False, sentence.paragraph
        explicit = projects.explicit.get(sentence.number, [])
        if explicit:
            carried, detached = [explicit[-1], *[one for one in carried if one is not explicit[-1]]], False
            projects.focus[sentence.number] = explicit
            continue
        if _DETACHED.search(sentence.masked) or sentence.number in projects.detached:
            detached, carried = True, []
        if detached:
            projects.detached.add(sentence.number)
            continue
        focus = (
            carried[:1]
            or _ahead(annotated, sentence, projects)
            or _by_organizations(sentence, projects)
            or _by_state(sentence, projects)
        )
        if not focus and not BATCH.search(sentence.masked):
            # So far the text has spoken of one project alone.
            known = [one for one in projects.clusters if one.sites[0][0] < sentence.number]
            focus = known if len(known) == 1 else []
        if focus:
            projects.focus[sentence.number] = focus
            carried = carried or focus


def _ahead(annotated: Annotated, sentence: Sentence, projects: Projects) -> list[Cluster]:
    """The first project that the same paragraph names later, in the next sentence but one at most."""
    for later in annotated.sentences[sentence.number + 1 : sentence.number + 3]:
        if later.paragraph == sentence.paragraph and later.number in projects.explicit:
            return projects.explicit[later.number][:1]
    return []


def _by_state(sentence: Sentence, projects: Projects) -> list[Cluster]:
    states = {place.value.admin1 for place in sentence.of("place") if place.value.admin1}
    found = [one for one in projects.clusters if one.admin1 in states]
    return found if len(found) == 1 else []


def _by_organizations(sentence: Sentence, projects: Projects) -> list[Cluster]:
    ids = {org.id for org in sentence.of("org")}
    found = [one for one in projects.clusters if ids & set(one.org_ids)]
    return found if len(found) == 1 else []


def _infer_sectors(annotated: Annotated, projects: Projects, lexicon: Lexicon) -> None:
    """Give a project without product what its sentences speak of most: "the plant" among magnets makes magnets."""
    for cluster in projects.clusters:
        if cluster.products and cluster.sector:
            continue
        counts: Counter[str] = Counter()
        rows: dict[str, Row] = {}
        for sentence in annotated.sentences:
            if cluster not in projects.focus.get(sentence.number, []) and not sentence.heading:
                continue
            hits = lexicon.index.scan(sentence.text)
            products = [hit for hit in hits if hit.term.kind == "product"]
            for hit in products:
                if any(
                    (other.start <= hit.start and hit.end < other.end)
                    or (other.start < hit.start and hit.end <= other.end)
                    for other in products
                ):
                    continue
                if cluster.sector and hit.term.row["sector"] != cluster.sector:
                    continue
                counts[hit.term.id] += 1 + (cluster in projects.explicit.get(sentence.number, []))
                rows[hit.term.id] = hit.term.row
        if counts and not cluster.products:
            best = counts.most_common(1)[0][0]
            cluster.products[best], cluster.product_rows[best] = 1, rows[best]
            if not cluster.sector:
                cluster.sectors[rows[best]["sector"]] += 1


def _share_sectors(annotated: Annotated, projects: Projects) -> None:
    """A project told only by its place and firm is in the sector of the other project of the same firm."""
    for cluster in projects.clusters:
        if cluster.sector or not cluster.places:
            continue
        orgs = {
            org.id
            for sentence in annotated.sentences
            if cluster in projects.focus.get(sentence.number, [])
            for org in sentence.of("org")
        }
        others = [one for one in projects.clusters if one.sector and orgs & set(one.org_ids)]
        if len({one.sector for one in others}) == 1:
            cluster.sectors[others[0].sector] += 1
            if others[0].products:
                cluster.products.update(others[0].products)
                cluster.product_rows.update(others[0].product_rows)


def _place_in_name(cluster: Cluster, sentence: Sentence, mention: Mention, lexicon: Lexicon) -> None:
    """The state in a proper name ("Alaska LNG") is where the project lies, unless the text says otherwise."""
    if not mention.value.name or cluster.admin1:
        return
    hits = [hit for hit in lexicon.index.scan(mention.text) if hit.term.kind == "place"]
    for place in lexicon.places.find(mention.text, hits):
        if place.admin1:
            start = mention.start + place.start
            inner = Mention("place", start, mention.start + place.end, place.text, place.admin1, place)
            cluster.places.append((sentence, inner))


def _place(cluster: Cluster, sentence: Sentence, mention: Mention, lexicon: Lexicon) -> None:
    """Tie the places of a sentence to a project where a pattern says that it lies there."""
    mark = sentence.position(mention)
    for found in lexicon.bank("place_patterns", sentence.japanese).find(sentence.masked):
        caught = sentence.caught(found.mentions("place"))
        site = found.match.groupdict().get("site")
        if not caught or (site and found.match.start("site") != mark):
            continue
        if not site and len(sentence.of("site")) > 1:
            continue
        place: PlaceMention = caught[0].value
        known = cluster.admin1
        if place.admin1 and known and known != place.admin1:
            continue
        for mention_ in _coordinated(sentence, caught[0]):
            if all(mention_ is not other for _, other in cluster.places):
                cluster.places.append((sentence, mention_))


def _coordinated(sentence: Sentence, place: Mention) -> list[Mention]:
    """The places of a coordination ("Tennessee and Alabama") of which one was caught."""
    mark = sentence.masked[sentence.position(place)]
    block = BLOCKS["place"]
    for match in re.finditer(rf"{block}(?:(?:,? and |, | or |と|や|、|・){block})+", sentence.masked):
        if mark in match[0]:
            return [one for one in sentence.caught(match[0]) if one.value.admin1] or [place]
    return [place]


def _fill_places(annotated: Annotated, projects: Projects, lexicon: Lexicon) -> None:
    """Places by sentences without a facility word ("…は…州に建設する"), and a dateline town that the text takes up again."""
    for sentence in annotated.sentences:
        focus = projects.focus.get(sentence.number, [])
        if len(focus) != 1 or sentence.of("site") or sentence.heading:
            continue
        for found in lexicon.bank("place_patterns", sentence.japanese).find(sentence.masked):
            caught = sentence.caught(found.mentions("place"))
            if (
                caught
                and not found.match.groupdict().get("site")
                and not (focus[0].admin1 or (focus[0].places and not caught[0].value.admin1))
            ):
                focus[0].places += [(sentence, one) for one in _coordinated(sentence, caught[0])]
    _take_up_dateline(annotated, projects)


def _take_up_dateline(annotated: Annotated, projects: Projects) -> None:
    """A dateline's town is where a project lies if the text names the town again in speaking of the project."""
    for sentence in annotated.sentences:
        for place in sentence.of("place"):
            dateline = place.start == sentence.start == 0 and re.match(r"\s?[-–—]", sentence.text[place.end :])
            if not dateline or not place.value.city:
                continue
            town = place.value.city.title()
            for later in annotated.sentences[sentence.number :]:
                rest = later.text[place.end :] if later is sentence else later.text
                if not re.search(rf"\b{re.escape(town)}\b", rest):
                    continue
                focus = projects.focus.get(later.number, [])
                if len(focus) == 1 and not focus[0].admin1:
                    value = replace(place.value, city=town)
                    focus[0].places.insert(0, (sentence, replace(place, value=value)))
                    return


def ordered(clusters: Sequence[Cluster]) -> list[Cluster]:
    """Projects in the order of the document."""
    return sorted(clusters, key=lambda cluster: cluster.sites[0][0] if cluster.sites else 0)

"""The projects of a document: facilities grouped, put in focus, located, and given a sector.

What belongs here: the order in which that happens, and the sector of a project whose words do not tell it. What does
not: whether they are known ones (`resolve/projects`), and what is said about them (`relations`, `finance`, `stages`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from pipelines.extract.annotation import Annotated
from pipelines.extract.batches import drop_announced, introduces, is_batch
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.described import Describer
from pipelines.extract.focus import fill_focus
from pipelines.extract.gating import Cue
from pipelines.extract.grouping import cluster_for, singled_out
from pipelines.extract.known_places import place_known
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.locations import fill_places, locate, locate_by_name, locate_by_sentence, scene, set_scene
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.newcomers import newcomers
from pipelines.extract.phases import phase_of
from pipelines.extract.records import open_records, remark, take
from pipelines.extract.scenes import opened_there
from pipelines.extract.sites import Site
from pipelines.extract.unnamed import is_beside, made, opened_elsewhere, unnamed
from pipelines.extract.vocabulary import Row

_LIST = Cue(
    r"\b(?:fact sheet|same sheet|the sheet|list of interest|interest list)\b|ファクトシート|関心.{0,6}(?:一覧|リスト)"
)


def find_projects(annotated: Annotated, lexicon: Lexicon, *, passing: Collection[Spot] = ()) -> Projects:
    """Group the facilities of a document into projects and say which sentence speaks of which.

    Args:
        annotated: The document.
        lexicon: Names, vocabularies and known projects.
        passing: Facilities that a first reading has found to be no projects (`told_in_passing`); they open none.
    """
    records = open_records(annotated, lexicon)
    projects = Projects(records=records)
    describer = Describer(annotated, lexicon)
    previous: Sentence | None = None
    known: set[str] = set()
    opening = scene(annotated)
    for sentence in annotated.sentences:
        for record in records.opening.get(sentence.number, ()):
            take(record, projects, lexicon)
        if sentence.number in records.owned:
            continue
        listed = _is_list(sentence, annotated)
        if records.listed and (listed or sentence.heading):
            remark(sentence, projects)
            continue
        together = previous is not None and previous.paragraph == sentence.paragraph
        projects.before = _new_firms(previous, known) if previous is not None and together else ()
        known |= {org.id for org in previous.of("org")} if previous is not None else set()
        projects.head = _head(sentence, annotated)
        projects.newcomers = newcomers(sentence, known)
        previous = sentence
        for mention in _facilities(sentence, projects, listed=listed):
            if (sentence.number, mention.start) in passing:
                projects.detached |= {sentence.number} if mention.value.sector else set()
                continue
            if is_batch(mention, sentence) or introduces(mention, sentence):
                continue
            described = describer.known(mention, sentence)
            projects.strangers = describer.strangers(described or mention.value.project_id, projects.clusters)
            cluster = cluster_for(_as_known(singled_out(mention, sentence), described), sentence, projects, listed)
            if cluster is not None:
                cluster.project_id = cluster.project_id or described
                _take(cluster, mention, sentence, projects, lexicon, listed=listed)
                _classify(cluster, lexicon)
                _place_by_head(cluster, sentence, annotated)
                if len(projects.clusters) == 1:
                    set_scene(cluster, sentence, opening)
        if sentence.number not in projects.explicit:
            _place_last(sentence, projects, lexicon)
    drop_announced(projects)
    projects.detached -= set(projects.explicit)
    fill_focus(annotated, projects)
    describer.recognise(projects)
    for cluster in projects.clusters:
        if not any(mention.value.sector for _, mention in cluster.sites):
            # What stands beside its name in a list or a text is not what is built.
            cluster.sectors = cluster.sectors if not cluster.project_id else Counter()
        _classify(cluster, lexicon)
    _infer_sectors(annotated, projects, telling=True)
    _share_sectors(annotated, projects)
    _infer_sectors(annotated, projects, telling=False)
    fill_places(annotated, projects, lexicon)
    place_known(annotated, projects, lexicon)
    annotated.focus.update({number: tuple(one.key for one in focus) for number, focus in projects.focus.items()})
    return projects


Spot = tuple[int, int]
"""Number of a sentence and the character at which a facility starts."""


def told_in_passing(projects: Projects, kept: Collection[Cluster]) -> frozenset[Spot]:
    """Where the text names facilities that are no projects: "the fabs are a mile away", not "the plant" behind it.

    Args:
        projects: A first reading.
        kept: Its projects of which the text says enough.
    """
    return frozenset(
        (number, mention.start)
        for cluster in projects.clusters
        if cluster not in kept
        for number, mention in cluster.sites
        if not (mention.value.determiner == "definite" and mention.value.generic) or mention is cluster.sites[0][1]
    )


def _classify(cluster: Cluster, lexicon: Lexicon) -> None:
    """A known project of which the text does not tell what is built is in the sector that it is known to be in."""
    known = lexicon.known_projects.get(cluster.project_id)
    if known is not None and known.sector and not cluster.sector:
        cluster.sectors[known.sector] += 1


def _as_known(site: Site, known: str) -> Site:
    """A facility that describes a known project stands for that one."""
    return replace(site, project_id=known, plural=False, passing=False) if known else site


_NOT_LISTED = re.compile(
    r"\b(?:does not appear|do not appear|is not on|are not on|not listed|nowhere (?:on|in)|is missing from|not among)\b"
    r"|記載(?:が|は)?(?:ない|なし|されていない)|載っていない|含まれ(?:ない|ていない)"
)


def _facilities(sentence: Sentence, projects: Projects, *, listed: bool) -> list[Mention]:
    """The facilities of a sentence, or what it says is made; a line of a list counts without what it only serves."""
    sites = sentence.of("site")
    if listed:
        if not sentence.row and _NOT_LISTED.search(sentence.masked):
            return []
        if sentence.row and not sentence.of("org", "money", "material"):
            return []
        own = [one for one in sites if not one.value.passing]
        entry = unnamed(sentence, projects, listed=True) if sites and not own else None
        if entry is not None or (sites and not own and sentence.products):
            return [entry] if entry is not None else []
    elsewhere = opened_there(sentence, projects)
    if elsewhere or any(not one.value.passing for one in sites):
        return [*sites, *elsewhere]
    entry = unnamed(sentence, projects, listed=listed) or opened_elsewhere(sentence, projects)
    return [*sites, entry] if entry is not None else sites


def _new_firms(previous: Sentence, known: set[str]) -> tuple[str, ...]:
    """Firms that the sentence before brings up for the first time, and no others."""
    orgs = [org.id for org in previous.of("org")]
    return () if known & set(orgs) else tuple(orgs)


def _head(sentence: Sentence, annotated: Annotated) -> Mention | None:
    """The place that stands alone at the head of a sentence's paragraph."""
    first = annotated.paragraph(sentence.paragraph)[0]
    places = [one for one in first.of("place") if one.value.admin1 or one.value.country]
    return places[0] if len(places) == 1 and re.fullmatch(r"\W*.\W*", first.masked) else None


def _place_by_head(cluster: Cluster, sentence: Sentence, annotated: Annotated) -> None:
    """A paragraph headed by a place alone ("**Ohio.** By far the largest...") tells of the project there."""
    if cluster.admin1:
        return
    for other in annotated.sentences[max(0, sentence.number - 3) : sentence.number]:
        if not (other.heading or other.paragraph == sentence.paragraph):
            continue
        places = [one for one in other.of("place") if one.value.admin1 or (one.value.country and not cluster.country)]
        if len(places) == 1 and re.fullmatch(r"\W*.\W*", other.masked):
            cluster.places.append((other, places[0]))


def _take(
    cluster: Cluster, mention: Mention, sentence: Sentence, projects: Projects, lexicon: Lexicon, *, listed: bool
) -> None:
    """Take a facility into its project, with what its sentence tells of it."""
    cluster.add(sentence.number, mention)
    cluster.only_heading = cluster.only_heading and sentence.heading
    cluster.ordinal = cluster.ordinal or mention.value.ordinal
    cluster.org_ids += [org.id for org in sentence.of("org")[:1] if not sentence.heading and not cluster.org_ids]
    cluster.listed = cluster.listed or (listed and len(cluster.sites) == 1)
    projects._of_mention[sentence.paragraph, mention.start, mention.end] = cluster
    explicit = projects.explicit.setdefault(sentence.number, [])
    if cluster not in explicit:
        explicit.append(cluster)
    if not mention.text:
        # A project that only its place has opened lies there.
        cluster.places += [(sentence, one) for one in sentence.of("place") if is_beside(mention, one)]
    locate(cluster, sentence, mention, lexicon)
    locate_by_name(cluster, sentence, mention, lexicon)


def _place_last(sentence: Sentence, projects: Projects, lexicon: Lexicon) -> None:
    """Where the project spoken of just before lies, so that a later facility elsewhere is told apart."""
    if not sentence.of("place") or not projects.explicit:
        return
    before = max(projects.explicit)
    last = projects.explicit[before][-1]
    near = sentence.number - before <= 3 or len(projects.clusters) == 1
    if near and len(projects.explicit[before]) == 1 and not last.admin1 and not sentence.heading:
        locate_by_sentence(last, sentence, lexicon)


def _is_list(sentence: Sentence, annotated: Annotated) -> bool:
    """Whether a sentence stands in a passage about an official list of interest."""
    if any(_LIST.search(other.masked) for other in annotated.sentences if other.heading):
        return not sentence.heading
    return any(
        _LIST.search(other.masked)
        for other in annotated.paragraph(sentence.paragraph)
        if other.number <= sentence.number
    )


def _infer_sectors(annotated: Annotated, projects: Projects, *, telling: bool) -> None:
    """Give a project without product what its sentences speak of most: "the plant" among magnets makes magnets.

    Args:
        annotated: The document.
        projects: Its projects.
        telling: Pass over goods of no sector of ours (tyres, toilets), and the headline of several projects.
    """
    for cluster in projects.clusters:
        if cluster.products and cluster.sector:
            continue
        counts: Counter[str] = Counter()
        rows: dict[str, Row] = {}
        for sentence in annotated.sentences:
            told = cluster in projects.focus.get(sentence.number, [])
            headline = sentence.heading and not (telling and len(projects.clusters) > 1)
            if not sentence.products or not (told or headline):
                continue
            products = sentence.products
            for hit in products:
                if any(
                    (other.start <= hit.start and hit.end < other.end)
                    or (other.start < hit.start and hit.end <= other.end)
                    for other in products
                ):
                    continue
                sector = hit.term.row["sector"]
                if (cluster.sector and sector != cluster.sector) or (telling and sector == "other"):
                    continue
                counts[hit.term.id] += 1 + (cluster in projects.explicit.get(sentence.number, [])) + made(sentence, hit)
                rows[hit.term.id] = hit.term.row
        if counts and not cluster.products:
            best = counts.most_common(1)[0][0]
            cluster.products[best], cluster.product_rows[best] = 1, rows[best]
            if not cluster.sector:
                cluster.sectors[rows[best]["sector"]] += 1


def _share_sectors(annotated: Annotated, projects: Projects) -> None:
    """A project told only by its place and firm is in the sector of the other project of the same firm."""
    told = {one.sector for one in projects.clusters if one.sector}
    for cluster in projects.clusters:
        if cluster.sector:
            continue
        orgs = {
            org.id
            for sentence in annotated.sentences
            if cluster in projects.focus.get(sentence.number, [])
            for org in sentence.of("org")
        }
        others = [one for one in projects.clusters if one.sector and orgs & set(one.org_ids)]
        if phase_of(cluster):
            # What one phase makes the other makes, too.
            others = [one for one in projects.clusters if one.sector and phase_of(one)]
        if len({one.sector for one in others}) != 1:
            # A text that tells of one sector only means it with every "plant".
            others = [one for one in projects.clusters if one.sector] if len(told) == 1 and cluster.places else []
        if others:
            cluster.sectors[others[0].sector] += 1
            if others[0].products:
                cluster.products.update(others[0].products)
                cluster.product_rows.update(others[0].product_rows)

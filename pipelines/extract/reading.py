"""One document, read: its claims with provisional ids, and sketches of the projects and organisations behind them.

What belongs here: the order of reading and what of it becomes a claim. What does not: each step (its own module), final
ids (`resolve/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.extract.annotation import Annotated, annotate_document
from pipelines.extract.claims import ClaimWriter
from pipelines.extract.clusters import Cluster, Projects, ordered
from pipelines.extract.controls import find_controls
from pipelines.extract.finance import Sum, find_sums
from pipelines.extract.focus import keep
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.lists import with_records
from pipelines.extract.mentions import Sentence
from pipelines.extract.owners import Owner, find_owners, without_parents
from pipelines.extract.pledges import pledged_programs
from pipelines.extract.projects import find_projects, told_in_passing
from pipelines.extract.relations import Part, find_parts
from pipelines.extract.sketches import OrgSketch, ProjectSketch, organization_sketches, project_sketch
from pipelines.extract.stages import Step, default_steps, find_steps
from pipelines.extract.ties import Tied, find_tied
from pipelines.extract.uses import find_shares, find_uses
from pipelines.extract.writing import (
    write_controls,
    write_materials,
    write_owners,
    write_parts,
    write_program,
    write_project,
    write_sums,
)
from pipelines.records import Claim, Document


@dataclass(frozen=True, slots=True)
class Reading:
    """What one document says.

    Attributes:
        document: The document.
        claims: With project ids `@p0`, `@p1`... and ids `@name` of organisations that the reference does not know.
        projects: What identifies each provisional project.
        organizations: The organisations outside the reference that the claims name.
        failure: What went wrong while it was read; empty where nothing did. A document that fails says nothing.
    """

    document: Document
    claims: tuple[Claim, ...]
    projects: tuple[ProjectSketch, ...]
    organizations: tuple[OrgSketch, ...]
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything found in a document, before it is decided what is published."""

    parts: tuple[Part, ...]
    sums: tuple[Sum, ...]
    steps: tuple[Step, ...]
    tied: tuple[Tied, ...]
    owners: tuple[Owner, ...]


_NO_FACTS = Facts((), (), (), (), ())


def read_document(document: Document, lexicon: Lexicon) -> Reading:
    """Read a document; whatever its text does to the reader, the other documents are read all the same.

    Args:
        document: Its main text and source.
        lexicon: Names, vocabularies, patterns and known projects.

    Returns:
        Claims with provisional ids; nothing where the document speaks of none of our matters.
    """
    try:
        return _read(document, lexicon)
    except Exception as error:
        # Texts of unknown origin find what no test has found; one of them must not stop a build.
        return Reading(document, (), (), (), f"{type(error).__name__}: {str(error)[:80]}")


def _read(document: Document, lexicon: Lexicon) -> Reading:
    annotated = annotate_document(document, lexicon)
    if annotated is None:
        return Reading(document, (), (), ())
    projects = find_projects(annotated, lexicon)
    facts = _facts(annotated, projects, lexicon) if _has_subject(annotated, projects, lexicon) else _NO_FACTS
    published = _published(projects, facts, annotated)
    if published and _has_taken_up(projects, published):
        # "The plant" behind a neighbour in passing is the one that the text is about.
        projects = find_projects(annotated, lexicon, passing=told_in_passing(projects, published))
        facts = _facts(annotated, projects, lexicon)
        published = _published(projects, facts, annotated)
    if facts is not _NO_FACTS and len(published) < len(projects.clusters):
        # Facilities in passing take the focus from the projects: without them each passage is told anew.
        keep(annotated, projects, published)
        facts = _facts(annotated, projects, lexicon)
    facts = hedged(facts)
    keys = {id(cluster) for cluster in published}
    writer = ClaimWriter(document)
    write_program(writer, annotated, facts.sums)
    sketches = []
    for cluster in published:
        sketches.append(project_sketch(cluster, facts.parts, facts.tied, annotated, lexicon))
        write_project(writer, cluster, sketches[-1], facts.steps, annotated, projects, lexicon)
    if published or _speaks_of_program(annotated) or any(one.program_id for one in facts.sums):
        write_sums(writer, [one for one in facts.sums if one.project is None or id(one.project) in keys], annotated)
    write_parts(
        writer, [part for part in facts.parts if part.project is None or id(part.project) in keys], lexicon, annotated
    )
    write_owners(writer, [one for one in facts.owners if _is_relevant(one, facts, keys)], facts.parts, keys)
    shares, controls = find_shares(annotated, lexicon), find_controls(annotated, lexicon)
    relevant = bool(published or controls or shares or _speaks_of_program(annotated))
    tied = [one for one in facts.tied if id(one.project) in keys]
    write_materials(writer, tied, find_uses(annotated, lexicon) if relevant else [], shares if relevant else [])
    write_controls(writer, controls)
    claims = tuple(writer.claims)
    return Reading(document, claims, tuple(sketches), organization_sketches(claims, annotated, lexicon))


def _published(projects: Projects, facts: Facts, annotated: Annotated) -> list[Cluster]:
    """The projects of which the document says enough, in its order."""
    return [
        cluster
        for cluster in ordered(projects.clusters)
        if _is_project(cluster, facts) and (not _is_existing(cluster, facts) or _is_measured(cluster, annotated))
    ]


def _has_taken_up(projects: Projects, published: Sequence[Cluster]) -> bool:
    """Whether a facility that is no project has been taken up by "the plant" later in the text."""
    return any(
        mention.value.determiner == "definite" and mention.value.generic
        for cluster in projects.clusters
        if cluster not in published
        for _, mention in cluster.sites[1:]
    )


def _has_subject(annotated: Annotated, projects: Projects, lexicon: Lexicon) -> bool:
    """Whether there is anything that facts could be about: a facility of some sector, or the programme."""
    known = any(one.sector or one.project_id or one.listed for one in projects.clusters)
    return known or _speaks_of_program(annotated) or any(pledged_programs(annotated, lexicon))


def hedged(facts: Facts) -> Facts:
    """What is said of a project that nobody confirms is reported, however plainly the text puts it."""
    told = {id(step.project) for step in facts.steps}
    firm = {id(step.project) for step in facts.steps if step.stage != "reported"}
    rumoured = told - firm

    def modality(now: str, project: Cluster | None) -> str:
        return "reported" if project is not None and id(project) in rumoured and now in ("asserted", "planned") else now

    return replace(
        facts,
        parts=tuple(replace(one, modality=modality(one.modality, one.project)) for one in facts.parts),
        sums=tuple(replace(one, modality=modality(one.modality, one.project)) for one in facts.sums),
    )


def _facts(annotated: Annotated, projects: Projects, lexicon: Lexicon) -> Facts:
    parts = find_parts(annotated, projects, lexicon)
    _follow_firms(annotated, projects, parts)
    steps = find_steps(annotated, projects, lexicon)
    steps += default_steps(annotated, projects, steps, lexicon)
    parts, sums, steps, tied = with_records(
        find_parts(annotated, projects, lexicon),
        find_sums(annotated, projects, lexicon),
        steps,
        find_tied(annotated, projects, lexicon),
        annotated,
        projects,
        lexicon,
    )
    owners = find_owners(annotated, lexicon)
    return Facts(tuple(without_parents(parts, owners)), tuple(sums), tuple(steps), tuple(tied), tuple(owners))


def _follow_firms(annotated: Annotated, projects: Projects, parts: Sequence[Part]) -> None:
    """A sentence without facility about a firm of one project is about that project ("Hitachi confirmed talks")."""
    by_org: dict[str, set[str]] = {}
    clusters: dict[str, Cluster] = {}
    beside = {
        (part.org.id, part.note == "lead")
        for part in parts
        if part.project is not None and part.sentence.number in projects.explicit
    }
    for part in parts:
        # A firm that stands beside one facility alone, if only in passing, is that one's in the next sentence too.
        lead = (part.org.id, True) in beside and (part.org.id, False) not in beside
        if part.project is not None and (part.note == "lead") == lead:
            by_org.setdefault(part.org.id, set()).add(part.project.key)
            clusters[part.project.key] = part.project
    for sentence in annotated.sentences:
        if sentence.heading or sentence.number in projects.detached or sentence.number in projects.explicit:
            continue
        orgs = sentence.of("org")
        if projects.focus.get(sentence.number):
            # The passage goes on with another project, but this sentence is about a firm of one project alone.
            orgs = [org for org in orgs[:1] if org.start - sentence.start < 3]
            if not sentence.japanese and any(_names_state(sentence, one) for one in projects.focus[sentence.number]):
                continue
        keys = {key for org in orgs for key in by_org.get(org.id, ())}
        if len(keys) == 1:
            projects.focus[sentence.number] = [clusters[keys.pop()]]


def _names_state(sentence: Sentence, cluster: Cluster) -> bool:
    """Whether a sentence names a place in the state of a project: it speaks of that one, whoever its subject is."""
    return cluster.admin1 is not None and any(one.value.admin1 == cluster.admin1 for one in sentence.of("place"))


def _is_project(cluster: Cluster, facts: Facts) -> bool:
    """Whether a document says enough of a facility to call it a project: a sector and two kinds of facts about it."""
    if not cluster.sector or (cluster.entry and cluster.listed):
        return bool(cluster.entry and cluster.listed)
    steps = [step for step in facts.steps if step.project is cluster]
    told = (part for part in facts.parts if part.project is cluster and part.note != "lead")
    parts = [part for part in told if part.modality != "denied"]
    sums = [one for one in facts.sums if one.project is cluster]
    placed = any(place.value.admin1 or place.value.country for _, place in cluster.places)
    said = [bool(steps), bool(parts), bool(sums), placed]
    if cluster.listed or cluster.project_id:
        return any(said)
    if (placed and _bears_name(cluster, facts)) or _is_sized(cluster, facts):
        return True
    one_facility = any(not mention.value.plural for _, mention in cluster.sites)
    whole = one_facility and placed and bool(sums) and sum(said) >= 3
    if not (cluster.entry or whole) and not _is_anchored(cluster, steps, [part for part in parts if part.role], sums):
        return False
    if cluster.sector == "other":
        # Tyres and toilets are told of in many texts that are none of ours: a step, a place and more.
        return bool(steps) and placed and (bool(sums) or any(part.role for part in parts))
    # A facility in passing ("for Japanese power stations") has no step, no sum, no party.
    return sum(said) >= 2 and (bool(steps) or bool(sums) or any(part.role for part in parts))


def _is_sized(cluster: Cluster, facts: Facts) -> bool:
    """Whether one sentence tells of a facility of a firm and a sector the town, the state and a quantity.

    "The other plant, at Sparks, Nevada, has lines for 41 gigawatt-hours a year".
    """
    named = {number for number, mention in cluster.sites if not mention.value.plural and not mention.value.passing}
    led = any(part.project is cluster for part in facts.parts)
    return (
        led
        and cluster.sector != "other"
        and any(
            sentence.number in named and place.value.city and place.value.admin1 and bool(sentence.of("quantity"))
            for sentence, place in cluster.places
            if not sentence.japanese
        )
    )


def _bears_name(cluster: Cluster, facts: Facts) -> bool:
    """Whether a facility has a name and a firm or a kind: "the Los Pelambres copper mine" is told of for itself."""
    led = any(part.project is cluster and part.modality != "denied" for part in facts.parts)
    strong = cluster.facility.get("strength") == "strong"
    return bool(cluster.names) and cluster.sector != "other" and (led or strong)


_HEAD = 40
"""Characters of a sentence that is nothing but a place."""


def _is_anchored(cluster: Cluster, steps: Sequence[Step], parts: Sequence[Part], sums: Sequence[Sum]) -> bool:
    """Whether a sentence that names the facility also says something of it: where, who, how far or for how much.

    News in brief speaks of depots and data centres in one sentence and of orders and dividends in the next ones.
    """
    named = {number for number, _ in cluster.sites}
    told = {step.sentence.number for step in steps} | {part.sentence.number for part in parts}
    told |= {one.sentence.number for one in sums}
    where = [sentence for sentence, place in cluster.places if place.value.admin1 or place.value.country]
    # "**Sparks, Nevada.** A sister works was begun": the head of its paragraph places it.
    heads = {number for one in where for number in named if one.number == number - 1 and len(one.text) <= _HEAD}
    return bool(heads or named & (told | {one.number for one in where}))


def _is_existing(cluster: Cluster, facts: Facts) -> bool:
    """Whether all that is said of a facility is that it runs: "the company already runs a plant in Toyama"."""
    if cluster.listed or cluster.project_id or any(one.project is cluster for one in facts.sums):
        return False
    steps = {step.stage for step in facts.steps if step.project is cluster}
    roles = {part.role for part in facts.parts if part.project is cluster}
    return steps <= {"operating"} and roles <= {"operator", "owner", "parent", "developer", ""}


def _is_measured(cluster: Cluster, annotated: Annotated) -> bool:
    """Whether the text tells more of a running plant than that it runs: what it makes, since when."""
    numbers = {number for number, _ in cluster.sites}
    if not annotated.sentences[min(numbers)].japanese and any(place.value.city for _, place in cluster.places):
        # "A smelter at Madero takes the poorer grades. Idle for a year, it was started up again this April."
        behind = annotated.sentences[min(numbers) + 1 : min(numbers) + 2]
        numbers |= {one.number for one in behind if annotated.spoken_of(one) == (cluster.key,)}
    named = bool(cluster.names) and bool(cluster.admin1 or cluster.country)
    return named or any(annotated.sentences[number].of("quantity", "date") for number in numbers)


def _speaks_of_program(annotated: Annotated) -> bool:
    return any(sentence.of("program") for sentence in annotated.sentences)


def _is_relevant(owner: Owner, facts: Facts, keys: set[int]) -> bool:
    """Whether one of two firms takes part in something that is published."""
    orgs = {part.org.id for part in facts.parts if part.project is None or id(part.project) in keys}
    return owner.owned.id in orgs or owner.owner.id in orgs

"""Which project is meant: provisional projects of documents become known ones, or candidates shared between documents.

What belongs here: matching by names, place, companies, sector and material, and candidate ids. What does not: reading
(`extract/`), and which statement is believed (`reconcile/`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.extract.clusters import KIN
from pipelines.extract.lexicon import KnownProject, Lexicon
from pipelines.extract.reading import Reading
from pipelines.extract.sketches import ProjectSketch
from pipelines.extract.terms import fold, has_cjk, tokens
from pipelines.records import Cell, Claim, ReviewItem
from pipelines.resolve.materials import known_materials
from pipelines.resolve.organizations import new_organizations

SURE = 0.7
"""From this score on a document's project is a known one; below it, it is a candidate with a suggestion."""

WORTH_A_LOOK = 0.4
"""From this score on a known project is suggested to the reviewer."""

_EVERYWHERE = frozenset(
    {"government", "ministry", "government_bank", "export_credit_agency", "committee", "commercial_bank"}
)
_OWN_WORDS = ("name", "name_ja", "description")


@dataclass(frozen=True, slots=True)
class Settled:
    """Claims with final ids, and what a person should look at."""

    claims: tuple[Claim, ...]
    review: tuple[ReviewItem, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A project that is not known: its id and the sketches that speak of it."""

    project_id: str
    sketch: ProjectSketch


def settle(readings: Sequence[Reading], lexicon: Lexicon) -> Settled:
    """Give every provisional project and organisation of all readings its final id.

    Args:
        readings: What the documents say, in any order; the result does not depend on it.
        lexicon: Known projects and organisations.
    """
    organizations = new_organizations(readings, lexicon)
    claims: list[Claim] = list(organizations.claims)
    review: list[ReviewItem] = list(organizations.review)
    candidates: list[_Candidate] = []
    for reading in sorted(readings, key=lambda one: one.document.source.source_id):
        orgs = {key: org for (path, key), org in organizations.ids.items() if path == reading.document.path}
        projects, known = _settle_projects(reading, orgs, lexicon, candidates, review)
        claims += _renamed(reading.claims, {**orgs, **projects}, known)
    kept, unknown = known_materials(claims, lexicon)
    return Settled(tuple(_once(kept)), (*review, *unknown))


def _settle_projects(
    reading: Reading, orgs: Mapping[str, str], lexicon: Lexicon, candidates: list[_Candidate], review: list[ReviewItem]
) -> tuple[dict[str, str], set[str]]:
    """Final id of each provisional project of a reading, and those of them that are known projects."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    scored = [
        (score(sketch, known, lexicon), sketch.key, known.project_id)
        for sketch in reading.projects
        for known in lexicon.known_projects.values()
    ]
    for value, key, project_id in sorted(scored, key=lambda one: (-one[0], one[1], one[2])):
        if value >= SURE and key not in ids and project_id not in taken:
            ids[key] = project_id
            taken.add(project_id)
    for told in reading.projects:
        if told.key in ids:
            continue
        sketch = replace(told, org_ids=tuple(sorted(orgs.get(org, org) for org in told.org_ids)))
        found = next((one for one in candidates if one.project_id not in taken and _same(one.sketch, sketch)), None)
        if found is None:
            found = _Candidate(_candidate_id(sketch), sketch)
            candidates.append(found)
            best = max((one for one in scored if one[1] == sketch.key), default=(0.0, "", ""))
            review.append(_item(sketch, reading, best[0], best[2]))
        ids[sketch.key] = found.project_id
        taken.add(found.project_id)
    return ids, {project for project in ids.values() if project in lexicon.known_projects}


def _item(sketch: ProjectSketch, reading: Reading, value: float, nearest: str) -> ReviewItem:
    """An item for review that suggests the likeliest known project, where there is one worth a look."""
    source = reading.document.source.source_id
    if value < WORTH_A_LOOK:
        return ReviewItem("project", sketch.name, source, sketch.place)
    return ReviewItem("project", sketch.name, source, sketch.place, nearest, round(value, 3))


def score(sketch: ProjectSketch, known: KnownProject, lexicon: Lexicon) -> float:
    """How surely a document's project is a known one: 1 by its name, else by firms, place, sector and material.

    Returns:
        0 to 1; a contradiction in place or sector weighs more than any likeness.
    """
    if sketch.project_id:
        return 1.0 if sketch.project_id == known.project_id else 0.0
    if sketch.listed != (known.program_relation == "interest_list") and known.program_relation is not None:
        return 0.0
    value = _place_score(sketch, known) + _sector_score(sketch, known) + _firm_score(sketch, known, lexicon)
    if _material_words(sketch, lexicon) & _words(known.names):
        value += 0.25
    if _is_called_otherwise(sketch, known):
        value -= 0.4
    return max(0.0, min(0.99, value))


def _is_called_otherwise(sketch: ProjectSketch, known: KnownProject) -> bool:
    """Whether a document's project bears a proper name that no name of the known one in the same script holds."""
    if not sketch.names or (sketch.admin1 and sketch.admin1 == known.admin1):
        return False
    ours = [fold(name)[0] for name in sketch.names]
    theirs = [fold(name)[0] for name in known.names if any(has_cjk(name) == has_cjk(one) for one in sketch.names)]
    return bool(theirs) and not any(one in other or other in one for one in ours for other in theirs)


def _place_score(sketch: ProjectSketch, known: KnownProject) -> float:
    value = 0.0
    if sketch.country and known.country:
        value += 0.05 if sketch.country == known.country else -0.6
    if sketch.admin1 and known.admin1:
        value += 0.3 if sketch.admin1 == known.admin1 else -0.6
    if sketch.city and not known.admin1:
        # One plant in one town is not "plants across the United States".
        value -= 0.3
    if sketch.city and known.city:
        # A neighbouring town that stands in a known project's name is not another place.
        named = any(fold(sketch.city)[0] in fold(one)[0] for one in (known.city, *known.names))
        value += 0.2 if named else -0.4 if has_cjk(sketch.city) == has_cjk(known.city) else 0.0
    return value


def _sector_score(sketch: ProjectSketch, known: KnownProject) -> float:
    if not sketch.sector or not known.sector:
        return 0.0
    if sketch.sector == known.sector:
        return 0.2
    return 0.1 if any({sketch.sector, known.sector} <= kin for kin in KIN) else -0.5


def _firm_score(sketch: ProjectSketch, known: KnownProject, lexicon: Lexicon) -> float:
    """Firms in common, those apart that take part everywhere (banks, ministries)."""
    ours = {org for org in sketch.org_ids if lexicon.organizations.get(org, {}).get("kind") not in _EVERYWHERE}
    shared = {org for org in ours & set(known.org_ids) if _is_telling(org, lexicon)}
    if not shared:
        # The place and the metal alone do not make another firm's smelter the known mine.
        return -0.3 if ours and set(known.org_ids) - ours and not ours & set(known.org_ids) else 0.0
    value = 0.35 + (0.1 if len(shared) > 1 else 0.0) - (0.1 if len(shared) * 2 < len(ours) else 0.0)
    elsewhere = [
        one for one in lexicon.known_projects.values() if one.project_id != known.project_id and ours & set(one.org_ids)
    ]
    return value + (0.2 if not elsewhere and ours <= set(known.org_ids) else 0.0)


def _is_telling(org: str, lexicon: Lexicon) -> bool:
    """Whether a firm takes part in few enough known projects to tell them apart."""
    return sum(org in one.org_ids for one in lexicon.known_projects.values()) <= 6


def _material_words(sketch: ProjectSketch, lexicon: Lexicon) -> set[str]:
    words: set[str] = set()
    for material in sketch.materials:
        row = lexicon.materials.get(material, {})
        words |= _words((row.get("name", ""), material.replace("-", " ")))
    return words - {"synthetic", "rare", "metal"}


def _words(names: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        found |= {word.rstrip("s") for word in tokens(name).words if len(word) > 3}
    return found


def _same(left: ProjectSketch, right: ProjectSketch) -> bool:
    """Whether two documents' unknown projects are one."""
    if _differ(left, right):
        return False
    if {fold(name)[0] for name in left.names} & {fold(name)[0] for name in right.names}:
        return True
    firms = set(left.org_ids) & set(right.org_ids)
    if left.city and right.city:
        return fold(left.city)[0] == fold(right.city)[0] and (bool(firms) or left.label == right.label)
    return bool(firms) and (left.label == right.label or bool(left.admin1 and right.admin1))


def _differ(left: ProjectSketch, right: ProjectSketch) -> bool:
    """Whether two sketches contradict each other in sector, state, country or kind of entry."""
    sectors = {left.sector, right.sector} - {""}
    other_sector = len(sectors) > 1 and not any(sectors <= kin for kin in KIN)
    places = (len({left.admin1, right.admin1} - {""}) > 1) or (len({left.country, right.country} - {""}) > 1)
    return other_sector or places or left.listed != right.listed


def _candidate_id(sketch: ProjectSketch) -> str:
    """Slug of what is built and eight hexadecimal digits of what identifies it."""
    identity = "|".join(
        [
            sketch.sector,
            sketch.label,
            *sorted(sketch.names),
            sketch.city or sketch.admin1 or sketch.country,
            *sketch.org_ids[:3],
            "listed" if sketch.listed else "",
        ]
    )
    digest = hashlib.sha256(identity.encode()).hexdigest()[:8]
    proper = next((name for name in sketch.names if not has_cjk(name)), "")
    slug = re.sub(r"[^a-z0-9]+", "-", f"{proper} {sketch.label}".lower().encode("ascii", "ignore").decode()).strip("-")
    return f"{slug[:50].strip('-')}-{digest}"


def _renamed(claims: Sequence[Claim], ids: Mapping[str, str], known: set[str]) -> list[Claim]:
    """Claims with final ids; a known project keeps its curated names and description."""
    renamed = []
    for claim in claims:
        cells = {name: _cell(cell, ids) for name, cell in claim.cells.items()}
        key = tuple(ids.get(part, part) for part in claim.key)
        if claim.table == "projects" and key[0] in known:
            cells = {name: cell for name, cell in cells.items() if name not in _OWN_WORDS}
        renamed.append(replace(claim, key=key, cells=cells))
    return renamed


def _cell(cell: Cell, ids: Mapping[str, str]) -> Cell:
    value = cell.value
    return replace(cell, value=ids[value]) if isinstance(value, str) and value in ids else cell


def _once(claims: Sequence[Claim]) -> list[Claim]:
    kept: list[Claim] = []
    seen: set[tuple[object, ...]] = set()
    for claim in claims:
        figures = tuple(sorted((name, str(cell.value)) for name, cell in claim.cells.items()))
        key = (claim.table, claim.key, claim.source_id, claim.modality, figures)
        if key not in seen:
            seen.add(key)
            kept.append(claim)
    return kept

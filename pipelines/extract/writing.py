"""From facts to claims: which contract rows and cells a document's facts fill.

What belongs here: columns, keys and types of the contract. What does not: finding the facts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.extract.annotation import Annotated
from pipelines.extract.announcements import announced
from pipelines.extract.capacities import Capacity, find_capacity
from pipelines.extract.claims import ClaimWriter, cell
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.control_record import Control
from pipelines.extract.finance import Sum
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.owners import Owner
from pipelines.extract.relations import Part
from pipelines.extract.sketches import ProjectSketch
from pipelines.extract.stages import Step
from pipelines.extract.ties import Tied
from pipelines.extract.uses import Use, WorldShare
from pipelines.records import Cell


def write_program(writer: ClaimWriter, annotated: Annotated, sums: Sequence[Sum]) -> None:
    """The programme, where the document names it or gives its pledge."""
    seen: set[str] = set()
    for sentence in annotated.sentences:
        for mention in sentence.of("program"):
            if mention.id not in seen:
                seen.add(mention.id)
                writer.add("programs", (mention.id,), {"program_id": cell(mention.id, sentence, mention)})
    for one in sums:
        if one.program_id and one.program_id not in seen:
            seen.add(one.program_id)
            writer.add("programs", (one.program_id,), {"program_id": cell(one.program_id, one.sentence, one.mention)})


def write_project(
    writer: ClaimWriter,
    cluster: Cluster,
    sketch: ProjectSketch,
    steps: Sequence[Step],
    annotated: Annotated,
    projects: Projects,
    lexicon: Lexicon,
) -> None:
    """A project's own row and its events."""
    number, first = cluster.sites[0]
    sentence = annotated.sentences[number]
    cells: dict[str, Cell] = {
        "project_id": cell(cluster.key, sentence, first),
        "name": cell(sketch.name, sentence, first),
        "description": cell(sketch.description, sentence, first),
        "sector": cell(sketch.sector, sentence, first),
    }
    if sketch.name_ja:
        cells["name_ja"] = cell(sketch.name_ja, sentence, first)
    _write_place(cells, cluster, sketch)
    _write_capacity(cells, find_capacity(cluster, annotated, projects, lexicon))
    _write_program_tie(cells, cluster, annotated)
    date = announced(steps, cluster, annotated.published_on)
    if date is not None:
        step = next(step for step in steps if step.date is date)
        cells["announced_on"] = cell(date.value.day, step.sentence, date)
    own = [step for step in steps if step.project is cluster]
    told = "reported" if own and all(step.stage == "reported" for step in own) else "asserted"
    writer.add("projects", (cluster.key,), cells, told)
    for step in steps:
        if step.project is cluster:
            _write_event(writer, step)


def _write_place(cells: dict[str, Cell], cluster: Cluster, sketch: ProjectSketch) -> None:
    for sentence, mention in sorted(cluster.places, key=lambda pair: pair[1].value.admin1 is None):
        place = mention.value
        if place.country and "country" not in cells:
            cells["country"] = cell(place.country, sentence, mention)
        if place.admin1 and "admin1" not in cells and cluster.admin1:
            cells["admin1"] = cell(place.admin1, sentence, mention)
        if place.city and "city" not in cells and (place.admin1 or "") == sketch.admin1:
            cells["city"] = cell(place.city, sentence, mention)
    if sketch.city and "city" not in cells and cluster.places:
        cells["city"] = cell(sketch.city, *cluster.places[0])


def _write_capacity(cells: dict[str, Cell], found: Capacity | None) -> None:
    if found is not None:
        cells["capacity_value"] = cell(found.value, found.sentence, found.mention)
        cells["capacity_unit"] = cell(found.unit, found.sentence, found.mention)


def _write_program_tie(cells: dict[str, Cell], cluster: Cluster, annotated: Annotated) -> None:
    """The programme a project belongs to, where a sentence about the project says so."""
    for sentence in annotated.sentences:
        programs = sentence.of("program")
        if not programs or cluster.key not in annotated.spoken_of(sentence):
            continue
        if _NOT_OF_PROGRAM.search(sentence.masked) or sentence.heading:
            continue
        relation = next((name for name, pattern in _PROGRAM_TIES if pattern.search(sentence.masked)), "")
        if relation:
            cells["program_id"] = cell(programs[0].id, sentence, programs[0])
            cells["program_relation"] = cell(relation, sentence, programs[0])
            return


_NOT_OF_PROGRAM = re.compile(r"\bnot\b|\bno\b|nothing|outside|whether|separate|ない|別枠|関係な")
_PROGRAM_TIES = (
    ("selected", re.compile(r"selected|chosen|picked|approved|選ばれ|選定|第1号|第一号|決定")),
    (
        "candidate",
        re.compile(
            r"candidate|focus of|part of|under (?:the|japan)|first .{0,20}(?:projects|"
            r"of the)|list of .{0,20}projects|would be funded|候補|一環|枠組み|対象"
        ),
    ),
)


def _write_event(writer: ClaimWriter, step: Step) -> None:
    cells = {
        "project_id": cell(step.project.key, step.sentence, said=step.said),
        "event_type": cell(step.event_type or "statement", step.sentence, said=step.said),
        "stage": cell(step.stage, step.sentence, said=step.said),
    }
    if step.evidence:
        cells["evidence"] = cell(step.evidence, step.sentence, said=step.said)
    if step.date is not None and step.date.value.day is not None:
        cells["event_on"] = cell(step.date.value.day, step.sentence, step.date)
        if step.date.value.precision != "day":
            cells["event_precision"] = cell(step.date.value.precision, step.sentence, step.date)
    told = "reported" if step.stage == "reported" or step.evidence == "single_witness" else "asserted"
    writer.add("events", (), cells, told)


def write_sums(writer: ClaimWriter, sums: Sequence[Sum], annotated: Annotated) -> None:
    """Amounts."""
    for one in sums:
        cells: dict[str, Cell] = {}
        if one.project is not None:
            cells["project_id"] = cell(one.project.key, one.sentence, one.mention)
        elif one.program_id:
            cells["program_id"] = cell(one.program_id, one.sentence, one.mention)
        if one.payer is not None:
            payer = f"@state:{one.payer.id}" if one.payer.kind == "place" else one.payer.id
            cells["payer_org_id"] = cell(payer, one.sentence, one.payer)
        if one.payer_country:
            cells["payer_country"] = cell(one.payer_country, one.sentence, one.mention)
        cells["kind"] = cell(one.kind, one.sentence, one.mention)
        if one.instrument:
            cells["instrument"] = cell(one.instrument, one.sentence, one.mention)
        if one.amount.low is not None:
            cells["low"] = cell(one.amount.low, one.sentence, one.mention, one.amount.literal)
        if one.amount.high is not None:
            cells["high"] = cell(one.amount.high, one.sentence, one.mention, one.amount.literal)
        cells["qualifier"] = cell(one.amount.qualifier, one.sentence, one.mention, one.amount.literal)
        cells["currency"] = cell(one.amount.currency, one.sentence, one.mention, one.amount.literal)
        cells["raw_literal"] = cell(one.amount.literal[:40], one.sentence, one.mention, one.amount.literal)
        writer.add("amounts", (), cells, one.modality)


def write_parts(writer: ClaimWriter, parts: Sequence[Part], lexicon: Lexicon, annotated: Annotated) -> None:
    """Participants."""
    for part in parts:
        said = part.sentence
        org = f"@state:{part.org.id}" if part.note == "state" else part.org.id
        cells: dict[str, Cell] = {}
        if part.project is not None:
            cells["project_id"] = cell(part.project.key, said, part.org)
        else:
            cells["program_id"] = cell(part.program_id, said, part.org)
        cells["org_id"] = cell(org, said, part.org)
        listed = part.project is not None and part.project.listed
        engagement = "interest_expressed" if listed else part.engagement
        for column, value in (("role", part.role), ("engagement", engagement), ("instrument", part.instrument)):
            if value:
                cells[column] = cell(value, said, part.org)
        if part.share is not None:
            cells["share_pct"] = cell(part.share.value.value, said, part.share)
        writer.add("participants", (), cells, "conditional" if listed else part.modality)


def write_owners(writer: ClaimWriter, owners: Sequence[Owner], parts: Sequence[Part], keys: set[int]) -> None:
    """Ownership, and the parent of a participant as a participant."""
    for one in owners:
        cells = {
            "owner_org_id": cell(one.owner.id, one.sentence, one.owner),
            "owned_org_id": cell(one.owned.id, one.sentence, one.owned),
        }
        writer.add("ownership", (one.owner.id, one.owned.id, ""), cells)
        clusters = {
            id(part.project): part.project
            for part in parts
            if part.org.id == one.owned.id and part.project and id(part.project) in keys
        }
        for cluster in clusters.values():
            told = next(part.modality for part in parts if part.org.id == one.owned.id and part.project is cluster)
            writer.add(
                "participants",
                (),
                {
                    "project_id": cell(cluster.key, one.sentence, one.owner),
                    "org_id": cell(one.owner.id, one.sentence, one.owner),
                    "role": cell("parent", one.sentence, one.owner),
                },
                "reported" if told == "reported" else "asserted",
            )


def write_materials(
    writer: ClaimWriter, tied: Sequence[Tied], uses: Sequence[Use], shares: Sequence[WorldShare]
) -> None:
    """Materials of projects, uses of materials, and who makes them."""
    for tie in tied:
        writer.add(
            "project_materials",
            (tie.project.key, tie.material_id, tie.relation),
            {
                "project_id": cell(tie.project.key, tie.sentence, tie.mention),
                "material_id": cell(tie.material_id, tie.sentence, tie.mention),
                "relation": cell(tie.relation, tie.sentence, tie.mention),
            },
        )
    for use in uses:
        cells = {
            "material_id": cell(use.material_id, use.sentence, use.mention),
            "use": cell(use.use, use.sentence, use.mention),
        }
        if use.sector:
            cells["sector"] = cell(use.sector, use.sentence, use.mention)
        if use.dual_use:
            cells["dual_use"] = cell(True, use.sentence, use.mention)
        writer.add("material_uses", (use.material_id, use.use), cells)
    for share in shares:
        _write_share(writer, share)


def _write_share(writer: ClaimWriter, share: WorldShare) -> None:
    said, edition = share.sentence, writer.source_id
    cells = {
        "material_id": cell(share.material_id, said, share.mention),
        "form": cell(share.form, said, share.mention),
        "country": cell(share.place.value.country, said, share.place),
        "stage": cell(share.stage, said, share.mention),
        "edition": cell(edition, said, share.mention),
        "quantity_code": cell(share.code, said, share.mention),
    }
    if share.low is not None:
        cells["share_low_pct"] = cell(share.low, said, share.mention)
    if share.high is not None:
        cells["share_high_pct"] = cell(share.high, said, share.mention)
    if share.estimated:
        cells["estimated"] = cell(True, said, share.mention)
    key = (share.material_id, share.form, str(share.place.value.country), "", share.stage, edition)
    writer.add("material_production", key, cells)


def write_controls(writer: ClaimWriter, controls: Sequence[Control]) -> None:
    """Export controls and what they cover."""
    for control in controls:
        said = control.sentence
        cells = {
            "control_id": cell(control.control_id, said),
            "country": cell(control.country, said),
            "status": cell(control.status, said),
        }
        for column, value in (
            ("authority", control.authority),
            ("measure_type", control.measure_type),
            ("target_country", control.target),
        ):
            if value:
                cells[column] = cell(value, said)
        if control.number:
            cells["number"] = cell(control.number, said, said=control.number_said)
        if control.announced is not None and control.announced.value.day is not None:
            cells["announced_on"] = cell(control.announced.value.day, said, control.announced)
        if control.effective is not None and control.effective_day is not None:
            cells["effective_on"] = cell(control.effective_day, said, control.effective)
        writer.add("export_controls", (control.control_id,), cells)
        for number, (sentence, mention) in enumerate(control.materials, 1):
            writer.add(
                "export_control_items",
                (control.control_id, str(number)),
                {
                    "control_id": cell(control.control_id, sentence, mention),
                    "item_no": cell(str(number), sentence, mention),
                    "material_id": cell(mention.id, sentence, mention),
                },
            )

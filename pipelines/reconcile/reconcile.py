"""Statements -> rows of the investment and materials tables, chosen and completed in one fixed order.

What belongs here: the order of the steps. What does not: any step's rule (each has its module) and tables computed
from several others (`dependence/`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pipelines.ingest.rates import Rate, RateHistory
from pipelines.reconcile import amounts, corrections, stages, sum_sets
from pipelines.reconcile.adverse import listed_to_review, owners_to_review
from pipelines.reconcile.choose import Conflict, Row, choose
from pipelines.reconcile.horizons import fill_known_until
from pipelines.reconcile.integrity import drop_broken
from pipelines.reconcile.parties import fill_provenance, unreviewed_cells
from pipelines.reconcile.statements import Subject, subjects
from pipelines.records import Claim, Quarantined, ReviewItem, Source
from pipelines.resolve.decisions import Decisions
from schemas.contract import TABLES

Tables = dict[str, dict[str, Row]]
"""Table -> key text -> row."""


@dataclass(slots=True)
class Reconciled:
    """What reconciling yields.

    Attributes:
        rows: Published rows by table and key.
        subjects: Everything that was said, chosen or not.
        rates: The exchange rates used.
        reasons: Null reasons that a person gave, or a rule that leaves a value out, by (table, key, column).
    """

    rows: Tables
    subjects: Mapping[tuple[str, tuple[str, ...]], Subject]
    conflicts: list[Conflict]
    rates: list[Rate] = field(default_factory=list)
    review: list[ReviewItem] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    reasons: dict[tuple[str, str, str], str] = field(default_factory=dict)


def reconcile(
    claims: Sequence[Claim],
    sources: Mapping[str, Source],
    decisions: Decisions,
    history: RateHistory,
    *,
    closed: bool = True,
    today: dt.date | None = None,
) -> Reconciled:
    """Choose, correct and complete all rows that sources speak of.

    Args:
        claims: Claims with final keys and ids.
        sources: By source_id.
        decisions: Of the reviewers.
        history: Exchange rates.
        closed: Every reference must hold, as in a release. False where a document is read by itself.
        today: The release's date, which stands for today; None where nothing is dated against it.
    """
    said = subjects(claims, sources)
    rows: Tables = {name: {} for name in TABLES}
    conflicts: list[Conflict] = []
    reasons: dict[tuple[str, str, str], str] = {}
    for subject in said.values():
        row, found = choose(subject)
        if subject.table == "null_reasons":
            if row is not None:
                reasons[(subject.key[0], subject.key[1], subject.key[2])] = row.text("reason")
            continue
        conflicts.extend(found)
        if row is not None:
            fill_provenance(row)
            rows[subject.table][row.key_text] = row
    result = Reconciled(rows, said, conflicts, reasons=reasons)
    result.review.extend(corrections.correct(rows, decisions.corrections, conflicts))
    result.review.extend(corrections.review(rows, decisions.reviews))
    if closed:
        rows["ownership"], owners = owners_to_review(rows["ownership"], rows["organizations"])
        rows["export_control_entities"], listed = listed_to_review(rows["export_control_entities"])
        result.review.extend((*owners, *listed))
        fill_known_until(rows["export_controls"].values(), decisions.corrections)
        result.quarantined.extend(drop_broken(rows, set(sources)))
    _complete(result, history, today, alone=not closed)
    result.review.extend(_cells_to_review(rows))
    result.review.extend(corrections.undecided(rows, result.conflicts))
    return result


def _cells_to_review(rows: Tables) -> list[ReviewItem]:
    items = []
    for table in rows.values():
        for row in table.values():
            for column in unreviewed_cells(row):
                proof = row.receipts[column][0]
                text = f"{row.table} {row.key_text} {column} rests on unreviewed statements alone"
                items.append(ReviewItem("source", text, proof.source_id, proof.locator, row.text(column)))
    return items


def _complete(result: Reconciled, history: RateHistory, today: dt.date | None, *, alone: bool) -> None:
    rows = result.rows
    events: dict[str, list[Row]] = {}
    for event in rows["events"].values():
        stages.fill_evidence(event)
        events.setdefault(event.text("project_id"), []).append(event)
    for project_id, project in rows["projects"].items():
        listed_on = stages.day_of_list(project, rows["tranches"])
        reason = stages.fill_stage(project, events.get(project_id, []), today, alone=alone, listed_on=listed_on)
        if reason is not None:
            result.reasons.setdefault(("projects", project_id, "stage"), reason)
    used = [amounts.convert(row, history) for row in rows["amounts"].values()]
    result.rates = sorted({rate for rate in used if rate is not None}, key=lambda r: (r.currency, r.on))
    chosen, rivals = amounts.settle_rivals(list(rows["amounts"].values()))
    result.conflicts.extend(rivals)
    sum_sets.assign(rows["amounts"], chosen, rows["projects"], list(rows["project_links"].values()))
    _fill_costs(rows, chosen)
    result.conflicts.extend(amounts.carried_conflicts(result.conflicts, chosen))
    _count(result)


def _fill_costs(rows: Tables, chosen: Mapping[str, Row]) -> None:
    """Carry the chosen cost to its project and the chosen pledge to its programme."""
    carried = (
        ("cost_original_low", "low"),
        ("cost_original_high", "high"),
        ("cost_qualifier", "qualifier"),
        ("cost_currency", "currency"),
        ("cost_usd_low", "usd_low"),
        ("cost_usd_high", "usd_high"),
    )
    for project_id, project in rows["projects"].items():
        amount = chosen.get(f"project_cost:{project_id}")
        for target, column in carried if amount is not None else ():
            if amount is not None and column in amount.values:
                project.put(
                    target, amount.values[column], amount.receipts[column], f"amounts.{column} of {amount.key_text}"
                )
    for program_id, program in rows["programs"].items():
        pledge = chosen.get(f"pledge:{program_id}")
        if pledge is not None:
            column = "usd_high" if "usd_high" in pledge.values else "usd_low"
            value = pledge.values.get(column)
            if isinstance(value, Decimal):
                program.put("pledged_usd", value, pledge.receipts[column], f"amounts.{column} of {pledge.key_text}")


def _topic(conflict: Conflict) -> str:
    """What a conflict is about: a project's cost is one topic in dollars and in its own currency."""
    return "cost" if conflict.column.startswith("cost_") else f"{conflict.key} {conflict.column}"


def _count(result: Reconciled) -> None:
    """Count sources, witnesses and open conflicts of each project over all rows that speak of it."""
    open_conflicts: dict[str, set[tuple[str, str]]] = {}
    owners: dict[tuple[str, str], str] = {}
    said: dict[str, set[tuple[str, str]]] = {}
    for table in ("projects", "events", "amounts", "participants", "project_locations", "project_materials"):
        for row in result.rows[table].values():
            project_id = (
                row.key[0]
                if table in ("projects", "project_locations", "project_materials")
                else row.text("project_id")
            )
            owners[(table, row.key_text)] = project_id
            pairs = {(s.source.source_id, s.source.witness) for s in row.support}
            said.setdefault(project_id, set()).update(pairs)
    for conflict in result.conflicts:
        owner = owners.get((conflict.table, conflict.key), "")
        if conflict.table != "amounts" or conflict.column != "high":
            # The cost of a project disagrees once, however many of its cells say so.
            open_conflicts.setdefault(owner, set()).add((conflict.table, _topic(conflict)))
    for project_id, project in result.rows["projects"].items():
        project.values["n_sources"] = len({source for source, _ in said[project_id]})
        project.values["n_witnesses"] = len({witness for _, witness in said[project_id]})
        project.values["n_conflicts"] = len(open_conflicts.get(project_id, ()))

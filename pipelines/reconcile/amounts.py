"""Dollars: conversion with rate, date and source, and which of several figures for the same thing counts.

What belongs here: what happens to rows of `amounts` once they are chosen. What does not: which set a row may be
added in (`sum_sets`) and the sums (`totals`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from pipelines.ingest.rates import Rate, RateHistory
from pipelines.reconcile.choose import Conflict, Receipt, Row
from pipelines.reconcile.precedence import Weight, deciding_rule, weight, witnesses
from pipelines.reconcile.statements import Statement

Rows = Mapping[str, dict[str, Row]]
"""Table -> key text -> row."""

CENT = Decimal("0.01")
COMPETING_KINDS = ("pledge", "tranche_total", "project_cost", "business_scale")
"""Kinds of which a programme, batch or project has one: several figures are rivals, not parts."""


def convert(row: Row, history: RateHistory) -> Rate | None:
    """Fill usd_low, usd_high and the rate of one amount.

    A figure in dollars is its own; a conversion that the source prints itself (`restates`) is never converted again;
    without a date, or without a rate at most five days older, the dollars stay unknown (null reason fx_missing).

    Args:
        row: A row of `amounts`; changed in place.
        history: ECB rates.

    Returns:
        The rate used, None where none was.
    """
    currency = row.text("currency")
    if row.values.get("restates") or row.values.get("source_converted") is True:
        return None
    if currency == "USD":
        for bound in ("low", "high"):
            row.put(f"usd_{bound}", row.values.get(bound), row.receipts.get(bound, []), "same as original: US dollars")
        return None
    as_of = row.values.get("as_of")
    rate = history.usd_per_unit(currency, as_of) if isinstance(as_of, dt.date) and currency else None
    if rate is None:
        return None
    proof = Receipt(
        None, history.source.source_id, None, rate.locator, str(rate.usd_per_unit), "rate of the last business day"
    )
    row.put("fx_rate", rate.usd_per_unit, [proof])
    row.put("fx_on", rate.on, [proof])
    row.put("fx_source_id", history.source.source_id, [proof])
    for bound in ("low", "high"):
        value = row.values.get(bound)
        if isinstance(value, Decimal):
            dollars = in_dollars(value, rate.usd_per_unit)
            row.put(f"usd_{bound}", dollars, [*row.receipts[bound], proof], f"{bound} * fx_rate, to the cent")
    return rate


def in_dollars(amount: Decimal, usd_per_unit: Decimal) -> Decimal:
    """Convert an amount at a rate, to the cent."""
    return (amount * usd_per_unit).quantize(CENT, rounding=ROUND_HALF_EVEN)


def settle_rivals(amounts: Sequence[Row]) -> tuple[dict[str, Row], list[Conflict]]:
    """Among several figures for one programme's pledge, one batch's total or one project's cost, choose one.

    Rivals are rows of the same kind on the same subject that restate no other row. Rows that are part of another
    rival (the copper smelter within a joint item) do not compete with it.

    Args:
        amounts: Rows of `amounts`, converted.

    Returns:
        Subject (`project_cost:element-six-georgia-diamond`) -> chosen row; and a conflict for each subject whose
        figures differ in substance, on the project's cost columns or on the chosen amount.
    """
    groups: dict[str, list[Row]] = {}
    for row in amounts:
        if row.text("kind") in COMPETING_KINDS and not row.values.get("restates") and row.text("qualifier"):
            groups.setdefault(subject_of(row), []).append(row)
    chosen: dict[str, Row] = {}
    conflicts: list[Conflict] = []
    for subject, rivals in sorted(groups.items()):
        ranked = sorted(rivals, key=lambda row: (_row_weight(row), row.key))
        chosen[subject] = ranked[0]
        conflicts.extend(_rival_conflicts(ranked))
    return chosen, conflicts


def subject_of(row: Row) -> str:
    """Return what the figure is a figure of: kind and project, else tranche, else programme, else the row itself."""
    kind = row.text("kind")
    if row.text("project_id"):
        return f"{kind}:{row.text('project_id')}"
    whole = row.text("tranche") or row.text("program_id")
    # A figure for part of a batch (a joint item, a group of the list) says so with part_of; the batch's own total is
    # part of nothing but the pledge.
    part_of = row.text("part_of")
    if whole and (not part_of or kind != "business_scale"):
        return f"{kind}:{whole}"
    return f"{kind}:{row.key_text}"


def _row_weight(row: Row) -> Weight:
    return min(weight(statement, witnesses(row.support)) for statement in _figure(row))


def _figure(row: Row) -> list[Statement]:
    figures = [s for s in row.support if s.column in ("high", "low")]
    return figures or row.support


def _rival_conflicts(ranked: Sequence[Row]) -> list[Conflict]:
    winner, losers = ranked[0], [row for row in ranked[1:] if _differs(ranked[0], row)]
    if not losers:
        return []
    rule = deciding_rule(_row_weight(winner), _row_weight(losers[0]))
    if winner.text("kind") == "project_cost" and winner.text("project_id"):
        table, key, columns = (
            "projects",
            winner.text("project_id"),
            (("cost_usd_high", "usd_high"), ("cost_original_high", "high")),
        )
    else:
        table, key, columns = "amounts", winner.key_text, (("high", "high"), ("usd_high", "usd_high"))
    conflicts = []
    for published, column in columns:
        values: dict[str, tuple[Statement, ...]] = {}
        for row in (winner, *losers):
            text = row.text(column) or row.text(column.replace("high", "low"))
            if text:
                values[text] = (*values.get(text, ()), *_figure(row))
        if len(values) > 1:
            conflicts.append(Conflict(table, key, published, next(iter(values)), rule, dict(sorted(values.items()))))
    return conflicts


def carried_conflicts(conflicts: Sequence[Conflict], chosen: Mapping[str, Row]) -> list[Conflict]:
    """A project's cost is disputed where the amount it comes from is: say so on the project's cells too.

    Args:
        conflicts: Conflicts of all rows so far.
        chosen: Subject -> the figure chosen among rivals.

    Returns:
        Conflicts on `projects.cost_original_high` and, for figures in dollars, `cost_usd_high`.
    """
    told = {(conflict.table, conflict.key, conflict.column) for conflict in conflicts}
    projects = {row.key_text: row for subject, row in chosen.items() if subject.startswith("project_cost:")}
    carried = []
    for conflict in conflicts:
        row = projects.get(conflict.key)
        if conflict.table != "amounts" or conflict.column != "high" or row is None or not row.text("project_id"):
            continue
        columns = ["cost_original_high", *(["cost_usd_high"] if row.text("currency") == "USD" else [])]
        for column in columns:
            if ("projects", row.text("project_id"), column) not in told:
                carried.append(
                    Conflict(
                        "projects", row.text("project_id"), column, conflict.chosen, conflict.rule, conflict.values
                    )
                )
    return carried


def _differs(winner: Row, other: Row) -> bool:
    """Two figures in one currency differ when a bound does; across currencies when the dollars do by over 2 percent."""
    if winner.text("currency") == other.text("currency"):
        return (winner.text("low"), winner.text("high")) != (other.text("low"), other.text("high"))
    left, right = winner.values.get("usd_high"), other.values.get("usd_high") or other.values.get("usd_low")
    return isinstance(left, Decimal) and isinstance(right, Decimal) and abs(left - right) > left * Decimal("0.02")

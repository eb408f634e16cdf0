"""Obey the reviewers: set corrected values while their guard holds, and the review of single rows.

What belongs here: decisions applied to reconciled rows. What does not: reading them (`resolve/decisions.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelines.ingest.values import CellError, parse
from pipelines.reconcile.choose import Conflict, Receipt, Row
from pipelines.records import ReviewItem
from pipelines.resolve.decisions import DECISION_SOURCE, Correction, Review
from schemas.contract import TABLES


def correct(
    rows: Mapping[str, dict[str, Row]], corrections: Iterable[Correction], conflicts: list[Conflict]
) -> list[ReviewItem]:
    """Set the corrected values; a correction whose guard fails is not obeyed and asks for a person instead.

    Args:
        rows: Table -> key -> row; changed in place.
        conflicts: Conflicts of these rows; one about a corrected cell is rewritten to name the decision.

    Returns:
        Review items for corrections whose row is gone or whose value without them is no longer the expected one.
    """
    open_items: list[ReviewItem] = []
    for decision in corrections:
        row = rows.get(decision.table, {}).get(decision.key)
        found = row.text(decision.column) if row is not None else "(no such row)"
        if row is None or found != decision.expect:
            text = f"{decision.decision_id}: expected {decision.expect or '(empty)'}, found {found or '(empty)'}"
            open_items.append(ReviewItem("decision", text, DECISION_SOURCE, decision.place, decision.value))
            continue
        _set(row, decision)
        for place, conflict in enumerate(conflicts):
            if (conflict.table, conflict.key, conflict.column) == (decision.table, decision.key, decision.column):
                conflicts[place] = Conflict(
                    conflict.table, conflict.key, conflict.column, decision.value, "decision", conflict.values
                )
    return open_items


def review(rows: Mapping[str, dict[str, Row]], reviews: Iterable[Review]) -> list[ReviewItem]:
    """Set the review of single rows; a rejected row leaves its table (its statements stay).

    Returns:
        Review items for decisions on rows that are not there any more.
    """
    open_items: list[ReviewItem] = []
    for decision in reviews:
        row = rows.get(decision.table, {}).get(decision.key)
        if row is None:
            text = f"{decision.decision_id}: no row {decision.key} in {decision.table}"
            open_items.append(ReviewItem("decision", text, DECISION_SOURCE, decision.place))
        elif decision.review == "rejected":
            del rows[decision.table][decision.key]
        else:
            row.values["review"] = decision.review
    return open_items


def _set(row: Row, decision: Correction) -> None:
    column = next(c for c in TABLES[row.table].columns if c.name == decision.column)
    try:
        value = parse(decision.value, column.arrow_type)
    except CellError:
        value = None
    if value is None:
        return
    proof = Receipt(
        None, DECISION_SOURCE, None, decision.place, decision.value[:40], f"decision {decision.decision_id}"
    )
    row.put(decision.column, value, [proof])
    if "review" in {c.name for c in TABLES[row.table].columns}:
        row.values["review"] = "corrected"

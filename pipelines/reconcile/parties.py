"""What a row owes to its sources: who stated it first and last, how many witnesses, how sure, reviewed or not.

What belongs here: columns that every reconciled table fills the same way. What does not: stages and amounts.
"""

from __future__ import annotations

from pipelines.reconcile.choose import Row, receipt, source_of
from pipelines.reconcile.precedence import weight, witnesses
from pipelines.reconcile.statements import Statement
from schemas.contract import TABLES

_REVIEWS = ("corrected", "accepted", "unreviewed")


def fill_provenance(row: Row) -> None:
    """Fill source_id, source_ids, modality, review, n_sources, n_witnesses, first_stated_on and last_stated_on.

    Only the columns that the row's table has. A row is accepted when any statement behind it is; its modality is that
    of the preferred statement, so one denial does not hide what others assert (it stands in `conflicts`).

    Args:
        row: A chosen row; changed in place.
    """
    columns = {column.name for column in TABLES[row.table].columns}
    best = row.best
    if best is None:
        return
    if "source_id" in columns:
        row.values["source_id"] = source_of(row).source_id
    if "locator" in columns:
        row.values.setdefault("locator", best.cell.locator)
    if "source_ids" in columns:
        row.values["source_ids"] = tuple(sorted({s.source.source_id for s in row.support}))
    if "modality" in columns:
        row.values["modality"] = best.claim.modality
    if "review" in columns:
        reviews = {statement.claim.review for statement in row.support}
        row.values["review"] = next(code for code in _REVIEWS if code in reviews)
    if "n_sources" in columns:
        row.values["n_sources"] = len({statement.source.source_id for statement in row.support})
    if "n_witnesses" in columns:
        row.values["n_witnesses"] = witnesses(_agreeing(row))
    _fill_span(row, columns)


def _agreeing(row: Row) -> list[Statement]:
    """Who bears witness: for an amount those that state its very figure, else everyone who speaks of the row."""
    figure = [s for s in row.support if s.column in ("low", "high") and s.text == row.text(s.column)]
    return figure if row.table == "amounts" and figure else row.support


def unreviewed_cells(row: Row) -> list[str]:
    """Name the cells of a reviewed row that rest on statements which nobody has reviewed.

    Such a cell is published like any other, for its receipt leads to the statement; but a person should look at it.
    """
    if row.text("review") in ("", "unreviewed"):
        return []
    reviewed: dict[str, bool] = {}
    for statement in row.support:
        if statement.chosen:
            reviewed[statement.column] = reviewed.get(statement.column, False) or statement.claim.review != "unreviewed"
    wanted = {column.name for column in TABLES[row.table].columns if column.meaning.receipted}
    return sorted(column for column, done in reviewed.items() if not done and column in wanted)


def _fill_span(row: Row, columns: set[str]) -> None:
    dated = sorted(
        (s for s in row.support if s.claim.stated_on is not None),
        key=lambda s: (s.claim.stated_on, weight(s, 1), s.column),
    )
    if not dated:
        return
    for column, statement in (("first_stated_on", dated[0]), ("last_stated_on", dated[-1])):
        if column in columns and statement.claim.stated_on is not None:
            row.put(column, statement.claim.stated_on, [receipt(statement, "date of the statement")])

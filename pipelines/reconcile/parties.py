"""What a row owes to the sources behind it: who stated it first and last, how many witnesses, how sure, reviewed or not.

What belongs here: columns that every reconciled table fills the same way. What does not: stages and amounts.
"""

from __future__ import annotations

from pipelines.reconcile.choose import Row, receipt, source_of
from pipelines.reconcile.precedence import weight, witnesses
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
        row.values["n_witnesses"] = witnesses(row.support)
    _fill_span(row, columns)


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

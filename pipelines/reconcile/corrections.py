"""Obey the reviewers: set corrected values while their guard holds, and the review of single rows.

What belongs here: decisions applied to reconciled rows. What does not: reading them (`resolve/decisions.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipelines.ingest.values import canonical, parse
from pipelines.reconcile.choose import Conflict, Receipt, Row
from pipelines.reconcile.statements import Statement
from pipelines.records import ReviewItem, Value
from pipelines.resolve.decisions import DECISION_SOURCE, QUEUE, Correction, Review, correctable
from schemas.contract import TABLES, Column
from schemas.fitness import row_misfits

_NO_RULE = "source_id"
"""The last step of the order of precedence: a name of a source is a tie broken, not a reason."""

Rows = Mapping[str, dict[str, Row]]
"""Table -> key text -> row."""


def correct(rows: Rows, corrections: Iterable[Correction], conflicts: list[Conflict]) -> list[ReviewItem]:
    """Set the corrected values; a correction whose guard fails is not obeyed and asks for a person instead.

    Args:
        rows: Table -> key -> row; changed in place.
        corrections: As `read_decisions` lets them through: each value fits its column.
        conflicts: Conflicts of these rows. One about a corrected cell is rewritten to name the decision; a cell whose
            statements lose to a decision gets one where it had none.

    Returns:
        Review items for corrections whose row is gone, whose value without them is no longer the expected one (or is
        by now the value that they would set, so that they are no longer needed), which name something that nothing
        describes, or after which the row's bounds would not be in order.
    """
    by_row: dict[tuple[str, str], list[Correction]] = {}
    for decision in corrections:
        by_row.setdefault((decision.table, decision.key), []).append(decision)
    open_items: list[ReviewItem] = []
    for (table, key), decisions in by_row.items():
        row = rows.get(table, {}).get(key)
        if row is None:
            open_items.extend(_guarded(decision, "(no such row)") for decision in decisions)
        else:
            open_items.extend(_correct_row(row, decisions, rows, conflicts))
    return open_items


def _correct_row(row: Row, decisions: Sequence[Correction], rows: Rows, conflicts: list[Conflict]) -> list[ReviewItem]:
    spec = TABLES[row.table]
    values, receipts = dict(row.values), dict(row.receipts)
    open_items: list[ReviewItem] = []
    obeyed: list[Correction] = []
    for decision in decisions:
        column = spec.column(decision.column)
        value = parse(decision.value, column.arrow_type)
        assert value is not None, decision.place  # read_decisions sets aside what does not fit the column
        missing = _described_nowhere(column, value, rows)
        if decision.expect != decision.value == row.text(decision.column):
            open_items.append(_item(decision, f"no longer needed, the sources now say {decision.value} themselves"))
        elif row.text(decision.column) != decision.expect:
            open_items.append(_guarded(decision, row.text(decision.column)))
        elif missing is not None:
            open_items.append(_item(decision, f"names {decision.column} {missing}, which nothing describes"))
        else:
            place = Receipt(
                None, DECISION_SOURCE, None, decision.place, decision.value[:40], f"decision {decision.decision_id}"
            )
            row.put(decision.column, value, [place])
            obeyed.append(decision)
    # Bounds can be told only when all corrections of the row are set: the upper one may follow the lower one.
    wrong = [misfit for misfit in row_misfits(spec, row.values) if misfit not in row_misfits(spec, values)]
    if wrong:
        row.values, row.receipts = values, receipts
        name, found, expected = wrong[0]
        text = f"would leave {name} at {found}, expected {expected}; no correction of the row was obeyed"
        return [*open_items, *(_item(decision, text) for decision in obeyed)]
    for decision in obeyed:
        _tell(row, decision, conflicts)
    if obeyed and "review" in spec.names:
        row.values["review"] = "corrected"
    return open_items


def _item(decision: Correction, text: str) -> ReviewItem:
    return ReviewItem("decision", f"{decision.decision_id}: {text}", DECISION_SOURCE, decision.place, decision.value)


def _guarded(decision: Correction, found: str) -> ReviewItem:
    return _item(decision, f"expected {decision.expect or '(empty)'}, found {found or '(empty)'}")


def _described_nowhere(column: Column, value: Value, rows: Rows) -> str | None:
    """The first id of the value that no row of the table it refers to holds."""
    table, _, name = (column.meaning.foreign_key or "").partition(".")
    if table not in rows:
        return None
    held = {_cell(row, name) for row in rows[table].values()}
    return next((item for item in _items(value) if item not in held), None)


def _tell(row: Row, decision: Correction, conflicts: list[Conflict]) -> None:
    """Write into `conflicts` that a decision won, and into the statements that they lost or were borne out."""
    said: dict[str, list[Statement]] = {}
    for statement in row.support:
        if statement.column == decision.column:
            statement.chosen = statement.text == decision.value
            said.setdefault(statement.text, []).append(statement)
    values: Mapping[str, tuple[Statement, ...]] = {text: tuple(found) for text, found in sorted(said.items())}
    cell = (decision.table, decision.key, decision.column)
    for place, conflict in enumerate(conflicts):
        if (conflict.table, conflict.key, conflict.column) == cell:
            conflicts[place] = Conflict(*cell, decision.value, "decision", conflict.values)
            return
    if said.keys() - {decision.value} and TABLES[row.table].column(decision.column).meaning.disputable:
        conflicts.append(Conflict(*cell, decision.value, "decision", values))


def review(rows: Rows, reviews: Iterable[Review]) -> list[ReviewItem]:
    """Set the review of single rows; a rejected row leaves its table with all that refers to it.

    The statements of these rows stay, none of them chosen and those of a rejected row itself marked so. A row that
    leaves because it refers to a rejected one is no fault of its file, so it is not set aside.

    Returns:
        Review items for decisions on rows that are not there any more.
    """
    open_items: list[ReviewItem] = []
    rejected: list[Row] = []
    for decision in reviews:
        if decision.table == QUEUE:
            continue  # it is about an item, which leaves the queue (`resolve/standing.py`)
        row = rows.get(decision.table, {}).get(decision.key)
        if row is None:
            text = f"{decision.decision_id}: no row {decision.key} in {decision.table}"
            open_items.append(ReviewItem("decision", text, DECISION_SOURCE, decision.place))
        elif decision.review == "rejected":
            row = rows[decision.table].pop(decision.key)
            for statement in row.support:
                statement.claim = replace(statement.claim, review="rejected")
            rejected.append(row)
        else:
            row.values["review"] = decision.review
    while rejected:
        for gone in rejected:
            for statement in gone.support:
                statement.chosen = False
        rejected = _leave_with(rejected, rows)
    return open_items


def undecided(rows: Rows, conflicts: Iterable[Conflict]) -> list[ReviewItem]:
    """Ask a person about published cells on which sources differ and which nothing but a source's name decided.

    Args:
        conflicts: Conflicts of these rows after all decisions. One of a cell that is carried over or computed is left
            out: it is settled where it comes from.
    """
    items = []
    for conflict in conflicts:
        row = rows.get(conflict.table, {}).get(conflict.key)
        if conflict.rule != _NO_RULE or row is None or not correctable(conflict.table, conflict.column):
            continue
        said = next((s for s in conflict.values.get(conflict.chosen, ()) if s.chosen), None)
        if said is not None:
            text = f"{conflict.table} {conflict.key} {conflict.column}: sources differ, no rule decides"
            items.append(ReviewItem("conflict", text, said.source.source_id, said.cell.locator, conflict.chosen))
    return items


def _leave_with(gone: Sequence[Row], rows: Rows) -> list[Row]:
    """Remove the rows that refer to rows just removed, and return them."""
    lost: dict[str, set[str]] = {}
    for target in sorted({c.meaning.foreign_key for spec in TABLES.values() for c in spec.columns} - {None}, key=str):
        table, _, name = str(target).partition(".")
        ids = {_cell(row, name) for row in gone if row.table == table} - {""}
        if ids:
            lost[str(target)] = ids - {_cell(row, name) for row in rows[table].values()}
    left: list[Row] = []
    for table, published in rows.items():
        links = [c for c in TABLES[table].columns if lost.get(c.meaning.foreign_key or "")]
        for key, row in list(published.items()) if links else ():
            if any(not lost[str(c.meaning.foreign_key)].isdisjoint(_linked(row, c.name)) for c in links):
                left.append(published.pop(key))
    return left


def _cell(row: Row, column: str) -> str:
    """A cell as text; a part of the key also where no statement repeats it."""
    key = TABLES[row.table].key
    return row.text(column) or (row.key[key.index(column)] if column in key else "")


def _linked(row: Row, column: str) -> Sequence[str]:
    return _items(row.values[column]) if column in row.values else (_cell(row, column),)


def _items(value: Value) -> Sequence[str]:
    return value if isinstance(value, tuple) else (canonical(value),)

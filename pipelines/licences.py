"""What the licence of each source lets a release pass on, and what stays in a user's own build.

What belongs here: which sources are collections whose rows may not be passed on, taking their figures out of the rows,
and the licence of each table that follows. What does not: the check that nothing slipped through (`publish/`).

A fact that a page states is nobody's property and carries over with its source. A collection of figures is another
matter: where its publisher does not allow it to be passed on, its rows, and figures that are nothing but one of its
cells, stay out; indicators computed from many of them are ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from pipelines.reconcile.choose import Receipt, Row
from pipelines.records import EXTRACTED, Source
from schemas.contract import TABLES

OWN_USE = "LicenseRef-own-use"
"""Licence of a table that holds rows which may not be passed on."""
OWN_USE_TITLE = "For the use of whoever built it; not to be passed on"
NOT_STATED = "not stated; facts cited with their source"
_AGENCY = "statistics_agency"

RowTables = Mapping[str, Mapping[str, Row]]


def is_collection(reader: str | None, publisher_kind: str | None) -> bool:
    """Whether a source is a collection of figures that was read as rows, rather than a page that states facts.

    Args:
        reader: Reader that read its file; None for a page that is only cited.
        publisher_kind: Code of `publisher_kind`.
    """
    return publisher_kind == _AGENCY or (reader is not None and not reader.startswith(EXTRACTED))


def restricted_sources(sources: Iterable[Source]) -> frozenset[str]:
    """Return the collections whose publishers do not allow their figures to be passed on."""
    return frozenset(
        source.source_id
        for source in sources
        if source.redistributable is False and is_collection(source.reader, source.publisher_kind)
    )


@dataclass(slots=True)
class Withheld:
    """Rows without what may not be passed on.

    Attributes:
        reasons: (table, key, column) -> `licence` for each cell that was emptied.
        n_rows: Rows left out.
    """

    rows: dict[str, dict[str, Row]]
    reasons: dict[tuple[str, str, str], str] = field(default_factory=dict)
    n_rows: int = 0


def withhold(rows: RowTables, restricted: Collection[str]) -> Withheld:
    """Take out rows of restricted collections, and figures that are nothing but one of their cells.

    Args:
        rows: Published rows by table and key; not changed.
        restricted: Of `restricted_sources`.
    """
    result = Withheld({})
    for table, published in rows.items():
        own = TABLES[table].meaning.receipts == "own"
        figures = figure_columns(table)
        kept: dict[str, Row] = {}
        for key, row in published.items():
            if own and row.text("source_id") in restricted:
                result.n_rows += 1
                continue
            bare = [column for column in figures if is_one_cell(row.receipts.get(column, ()), restricted)]
            # Without the figure its literal goes, too.
            kept[key] = _without(row, [*bare, "raw_literal"]) if bare else row
            result.reasons.update({(table, row.key_text, column): "licence" for column in bare})
        result.rows[table] = kept
    return result


def figure_columns(table: str) -> list[str]:
    """Return the columns of a table that hold figures with receipts: numbers and money, not years and counts."""
    if TABLES[table].meaning.receipts != "receipts":
        return []
    return [
        column.name
        for column in TABLES[table].columns
        if column.meaning.receipted
        and (pa.types.is_floating(column.arrow_type) or pa.types.is_decimal(column.arrow_type))
    ]


def is_one_cell(receipts: Sequence[Receipt], restricted: Collection[str]) -> bool:
    """Whether a figure is nothing but a cell of restricted collections: copies of it do not make an indicator."""
    inputs = {(receipt.source_id, receipt.locator) for receipt in receipts}
    return is_lone(inputs) and all(source in restricted for source, _ in inputs)


def is_lone(inputs: Collection[tuple[str, str]]) -> bool:
    """Whether no source gives more than one of the inputs (source_id, locator) of a figure.

    A second copy of a file is a second source with the same cell; what is computed has several cells of one.
    """
    given = Counter(source for source, _ in inputs)
    return bool(given) and max(given.values()) == 1


def _without(row: Row, columns: Collection[str]) -> Row:
    values = {column: value for column, value in row.values.items() if column not in columns}
    receipts = {column: proofs for column, proofs in row.receipts.items() if column not in columns}
    return Row(row.table, row.key, values, receipts, row.best, row.support)


def cut_receipts(receipts: Iterable[dict[str, Any]], restricted: Collection[str]) -> list[dict[str, Any]]:
    """Return rows of `receipts` in which restricted collections are named by their place alone, without the figure."""
    bare = {"statement_id": None, "raw_literal": None}
    return [{**row, **bare} if row["source_id"] in restricted else row for row in receipts]


def cut_conflicts(
    heads: Sequence[dict[str, Any]],
    values: Sequence[dict[str, Any]],
    restricted: Collection[str],
    rows: RowTables,
    statement_ids: Collection[str],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return conflicts without what only restricted collections say; one with a single side left is none.

    Args:
        heads: Rows of `conflicts`.
        values: Rows of `conflict_values`.
        restricted: Of `restricted_sources`.
        rows: Published rows.
        statement_ids: Of the statements that are published.
    """
    if not restricted:
        return list(heads), list(values)
    kept = [
        {**row, "statement_ids": tuple(one for one in row["statement_ids"] if one in statement_ids)}
        for row in values
        if not row["source_ids"] or set(row["source_ids"]) - set(restricted)
    ]
    sides = Counter(row["conflict_id"] for row in kept)
    left = [
        head
        for head in heads
        if sides[head["conflict_id"]] > 1
        and (head["table"] == "sources" or _has_cell(rows, head["table"], head["key"], head["column"]))
    ]
    ids = {head["conflict_id"] for head in left}
    return left, [row for row in kept if row["conflict_id"] in ids]


def _has_cell(rows: RowTables, table: str, key: str, column: str) -> bool:
    row = rows.get(table, {}).get(key)
    return row is not None and column in row.values


@dataclass(frozen=True, slots=True)
class TableLicence:
    """The licence of one table, as its sources make it.

    Attributes:
        code: Of the table as a whole.
        sources: Licence as its publisher names it -> number of sources under it, sorted.
    """

    code: str
    sources: tuple[tuple[str, int], ...] = ()


def table_licences(tables: Mapping[str, pa.Table]) -> dict[str, TableLicence]:
    """Compute the licence of each table from the sources that its cells rest on.

    Args:
        tables: Tables of the contract as Arrow; `sources` and `receipts` among them.
    """
    sources = {row["source_id"]: row for row in _pick(tables, "sources", _OF_SOURCES)}
    resting: dict[str, set[str]] = {name: set() for name in tables}
    for row in _distinct(tables.get("receipts"), "table", "source_id"):
        resting.setdefault(row[0], set()).add(row[1])
    for name, table in tables.items():
        for column in ("source_id", "source_ids"):
            if name not in ("sources", "receipts") and column in table.column_names:
                resting[name].update(_values(table.column(column)))
    return {name: _licence(name, resting[name], sources) for name in tables}


_OF_SOURCES = ("source_id", "licence", "redistributable", "reader", "publisher_kind")


def _licence(name: str, resting: Collection[str], sources: Mapping[str, Mapping[str, Any]]) -> TableLicence:
    known = [sources[one] for one in resting if one in sources]
    closed = [row for row in known if row["redistributable"] is False]
    barred = any(is_collection(row["reader"], row["publisher_kind"]) for row in closed)
    holds_rows = TABLES[name].meaning.receipts == "own" or name == "statements"
    counted = Counter(str(row["licence"] or NOT_STATED) for row in known)
    code = OWN_USE if barred and holds_rows else TABLES[name].meaning.licence
    return TableLicence(code, tuple(sorted(counted.items())))


def _pick(tables: Mapping[str, pa.Table], name: str, columns: Sequence[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tables[name].select(list(columns)).to_pylist() if name in tables else []
    return rows


def _distinct(table: pa.Table | None, *columns: str) -> list[tuple[str, str]]:
    if table is None:
        return []
    pairs = table.select(list(columns)).group_by(list(columns)).aggregate([])
    return [(row[columns[0]], row[columns[1]]) for row in pairs.to_pylist() if row[columns[1]] is not None]


def _values(column: pa.ChunkedArray) -> set[str]:
    import pyarrow.compute as pc

    flat = pc.list_flatten(column) if pa.types.is_list(column.type) else column
    return {value for value in pc.unique(flat).to_pylist() if value is not None}

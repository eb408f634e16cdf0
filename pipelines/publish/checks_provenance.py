"""Checks that every cell says where it comes from, or why it is empty.

What belongs here: receipts and null reasons. What does not: whether a value is right.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator

import pyarrow.compute as pc

from pipelines.publish.findings import Finding, Tables, table_check
from schemas import contract


def _cells(tables: Tables, name: str, column: str, *, null: bool) -> set[str]:
    """Keys of the rows whose cell in `column` is null, or of those whose cell is not."""
    mask = tables.arrow(name).column(column).is_null()
    wanted = mask if null else pc.invert(mask)
    return set(itertools.compress(tables.keys(name), wanted.to_pylist()))


def _named_cells(tables: Tables, name: str) -> dict[tuple[str, str], set[str]]:
    """(table, column) -> keys, as a table with the key (table, key, column, ...) names them."""
    named: dict[tuple[str, str], set[str]] = defaultdict(set)
    table = tables.arrow(name)
    for row_table, key, column in zip(
        table.column("table").to_pylist(),
        table.column("key").to_pylist(),
        table.column("column").to_pylist(),
        strict=True,
    ):
        named[row_table, column].add(key)
    return named


@table_check("receipts_complete")
def receipts_complete(tables: Tables) -> Iterator[Finding]:
    """Every published cell that came from a source has its receipt."""
    named = _named_cells(tables, "receipts")
    for name in tables.names():
        if contract.TABLES[name].meaning.receipts != "receipts":
            continue
        for column in contract.TABLES[name].columns:
            if not column.meaning.receipted or column.meaning.key:
                continue
            bare = _cells(tables, name, column.name, null=False) - named.get((name, column.name), set())
            for key in sorted(bare):
                yield Finding("receipts_complete", f"{name} {key} {column.name}", "no receipt", "at least one")


@table_check("receipts_point_somewhere")
def receipts_point_somewhere(tables: Tables) -> Iterator[Finding]:
    """Every receipt belongs to a filled cell and names a statement, a source or an input cell that is there."""
    yield from _pointless(tables, "receipts", null=False, expected="a cell with a value")
    statements = set(tables.arrow("statements").column("statement_id").to_pylist())
    sources = set(tables.arrow("sources").column("source_id").to_pylist())
    columns = ("table", "key", "column", "input_no", "statement_id", "source_id", "locator")
    for row in tables.arrow("receipts").select(columns).to_pylist():
        where = f"receipts {row['table']} {row['key']} {row['column']} {row['input_no']}"
        if row["statement_id"] is None and row["source_id"] is None and not _is_cell(tables, row["locator"]):
            found = f"neither statement nor source, locator {row['locator']}"
            yield Finding("receipts_point_somewhere", where, found, "one of them, or the cell that was the input")
        if row["statement_id"] is not None and row["statement_id"] not in statements:
            yield Finding("receipts_point_somewhere", where, f"statement {row['statement_id']}", "a statement there is")
        if row["source_id"] is not None and row["source_id"] not in sources:
            yield Finding("receipts_point_somewhere", where, f"source {row['source_id']}", "a source there is")


def _is_cell(tables: Tables, locator: str | None) -> bool:
    """Whether a locator names a cell of this release, as `table/key/column` does for a computed input."""
    table, _, rest = (locator or "").partition("/")
    key, _, column = rest.rpartition("/")
    if table not in contract.TABLES or column not in contract.arrow_schema(table).names:
        return False
    return key in tables.key_set(table)


def _pointless(tables: Tables, name: str, *, null: bool, expected: str) -> Iterator[Finding]:
    """Rows of receipts or null_reasons whose cell is not there, or not (un)filled as they say."""
    for (table, column), keys in sorted(_named_cells(tables, name).items()):
        check = "receipts_point_somewhere" if name == "receipts" else "null_reasons_point_somewhere"
        if table not in contract.TABLES or column not in contract.arrow_schema(table).names:
            yield Finding(check, f"{name} {table} {column}", "no such column", "a column of the contract")
            continue
        for key in sorted(keys - _cells(tables, table, column, null=null)):
            yield Finding(check, f"{name} {table} {key} {column}", "no such cell", expected)


@table_check("own_receipts")
def own_receipts(tables: Tables) -> Iterator[Finding]:
    """Rows that are their own receipt name their source and the place in it."""
    for name in tables.names():
        if contract.TABLES[name].meaning.receipts != "own":
            continue
        present = [column for column in ("source_id", "locator") if column in tables.frames[name].columns]
        for column in present:
            for key in sorted(_cells(tables, name, column, null=True)):
                yield Finding("own_receipts", f"{name} {key} {column}", "null", "the source and the place in it")


@table_check("null_reasons_complete")
def null_reasons_complete(tables: Tables) -> Iterator[Finding]:
    """Every empty cell of a column that promises it says why it is empty."""
    named = _named_cells(tables, "null_reasons")
    for name in tables.names():
        for column in contract.TABLES[name].columns:
            if not column.meaning.reasoned:
                continue
            bare = _cells(tables, name, column.name, null=True) - named.get((name, column.name), set())
            for key in sorted(bare):
                yield Finding("null_reasons_complete", f"{name} {key} {column.name}", "no reason", "one")


@table_check("null_reasons_point_somewhere")
def null_reasons_point_somewhere(tables: Tables) -> Iterator[Finding]:
    """Every reason belongs to a cell that is empty."""
    yield from _pointless(tables, "null_reasons", null=True, expected="a cell without a value")

"""Checks that each table is what the contract declares: tables, columns, types, keys, codelists, foreign keys.

What belongs here: checks that need the declarations and nothing else. What does not: where values come from.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.publish.findings import Finding, Tables, table_check
from pipelines.publish.formats import LIST_SEPARATOR
from schemas import contract


@table_check("tables_complete")
def tables_complete(tables: Tables) -> Iterator[Finding]:
    """Exactly the contract's tables."""
    for name in contract.TABLES:
        if name not in tables.frames:
            yield Finding("tables_complete", name, "no such table", "every table of the contract, empty ones too")
    for name in tables.frames:
        if name not in contract.TABLES:
            yield Finding("tables_complete", name, "a table", "no table that the contract does not name")


@table_check("columns_match")
def columns_match(tables: Tables) -> Iterator[Finding]:
    """Exactly the contract's columns, in its order and types."""
    for name in tables.names():
        frame, schema = tables.frames[name], contract.arrow_schema(name)
        if list(frame.columns) != schema.names:
            odd = sorted(set(frame.columns) ^ set(schema.names)) or ["the order"]
            yield Finding("columns_match", name, f"a difference in {', '.join(odd)}", "the contract's columns")
            continue
        for field in schema:
            kind = frame[field.name].dtype
            if not isinstance(kind, pd.ArrowDtype) or kind.pyarrow_dtype != field.type:
                yield Finding("columns_match", f"{name}.{field.name}", str(kind), str(field.type))


def _declared(check: str, tables: Tables, *prefixes: str) -> Iterator[Finding]:
    """What the contract's own checks find, of those whose name begins with one of the prefixes."""
    for name in tables.names():
        for failure in tables.failures(name):
            rule = failure["check"] or ""
            if rule.startswith(prefixes):
                where = f"{name} {failure['key']} {failure['column']}"
                yield Finding(check, where, str(failure["value"] or "null"), rule)


@table_check("required_filled")
def required_filled(tables: Tables) -> Iterator[Finding]:
    """No cell is empty that the contract requires."""
    return _declared("required_filled", tables, "required")


@table_check("keys_unique")
def keys_unique(tables: Tables) -> Iterator[Finding]:
    """No two rows of a table have the same key."""
    return _declared("keys_unique", tables, "unique key")


@table_check("codelists_kept")
def codelists_kept(tables: Tables) -> Iterator[Finding]:
    """Every code stands in its codelist."""
    return _declared("codelists_kept", tables, "codelist")


@table_check("patterns_kept")
def patterns_kept(tables: Tables) -> Iterator[Finding]:
    """Ids, countries, currencies, hashes and addresses have their form."""
    return _declared("patterns_kept", tables, "pattern")


@table_check("bounds_in_order")
def bounds_in_order(tables: Tables) -> Iterator[Finding]:
    """No lower bound or first day lies above the upper one."""
    return _declared("bounds_in_order", tables, "not above")


_TOLD_ELSEWHERE = ("required", "unique key", "codelist", "pattern", "not above", "empty text")


@table_check("ranges_kept")
def ranges_kept(tables: Tables) -> Iterator[Finding]:
    """Every figure lies in the range its column declares; so does whatever else the contract comes to check."""
    for name in tables.names():
        for failure in tables.failures(name):
            rule = failure["check"] or ""
            if not rule.startswith(_TOLD_ELSEWHERE):
                where = f"{name} {failure['key']} {failure['column']}"
                yield Finding("ranges_kept", where, str(failure["value"] or "null"), rule)


@table_check("rows_sorted")
def rows_sorted(tables: Tables) -> Iterator[Finding]:
    """Rows stand in the order of their key, so that equal content is equal bytes."""
    for name in tables.names():
        key = list(contract.TABLES[name].key)
        found = tables.arrow(name).select(key)
        if not found.equals(contract.sorted_by_key(name, tables.arrow(name)).select(key)):
            yield Finding("rows_sorted", name, "rows out of order", "rows sorted by key, an unknown part first")


@table_check("foreign_keys")
def foreign_keys(tables: Tables) -> Iterator[Finding]:
    """Every id points at a row that is there."""
    for row in contract.foreign_key_failures(tables.frames).to_dict("records"):
        where = f"{row['table']} {row['key']} {row['column']}"
        yield Finding("foreign_keys", where, str(row["value"]), str(row["check"]))


@table_check("cells_spellable")
def cells_spellable(tables: Tables) -> Iterator[Finding]:
    """No cell that CSV could not give back: empty text, empty list, `|` in a list's item, not a finite number."""
    for name in tables.names():
        table = tables.arrow(name)
        for field in table.schema:
            for wrong, found, expected in _unspellable(table.column(field.name)):
                for index in pc.indices_nonzero(pc.fill_null(wrong, False)).to_pylist():
                    yield Finding("cells_spellable", f"{name} {tables.keys(name)[index]} {field.name}", found, expected)


def _unspellable(column: pa.ChunkedArray) -> Iterator[tuple[pa.ChunkedArray, str, str]]:
    kind = column.type
    if pa.types.is_string(kind):
        yield pc.equal(column, ""), "empty text", "null for what is not known"
    elif pa.types.is_floating(kind):
        yield pc.invert(pc.is_finite(column)), "not a finite number", "a number, or null for what is not known"
    elif pa.types.is_list(kind):
        yield pc.equal(pc.list_value_length(column), 0), "an empty list", "null for what is not known"
        values = column.to_pylist()
        odd = [value is not None and not _plain_list(value) for value in values]
        yield (
            pa.chunked_array([pa.array(odd, pa.bool_())]),
            "a list that CSV cannot hold",
            ("sorted items, each once, none empty, none with a bar in it"),
        )


def _plain_list(items: list[str | None]) -> bool:
    texts = [item for item in items if item and LIST_SEPARATOR not in item]
    return len(texts) == len(items) and texts == sorted(set(texts))

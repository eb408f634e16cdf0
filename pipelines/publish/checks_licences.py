"""Checks that nothing is published that the licence of its source does not let be passed on.

What belongs here: what a finished set of tables shows of it. What does not: leaving it out (`pipelines/licences.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.licences import figure_columns, is_collection, is_lone
from pipelines.publish.findings import Finding, Tables, table_check
from schemas import contract

_EXPECTED = "none of a collection that may not be passed on"


def _restricted(tables: Tables) -> list[str]:
    columns = ["source_id", "redistributable", "reader", "publisher_kind"]
    return sorted(
        row["source_id"]
        for row in tables.arrow("sources").select(columns).to_pylist()
        if row["redistributable"] is False and is_collection(row["reader"], row["publisher_kind"])
    )


@table_check("licence_leak")
def licence_leak(tables: Tables) -> Iterator[Finding]:
    """No row, statement, literal or single figure of a collection that may not be passed on is published."""
    restricted = _restricted(tables)
    if tables.own_use or not restricted:
        return
    closed = pa.array(restricted, pa.string())
    for name in tables.names():
        if contract.TABLES[name].meaning.receipts == "own" or name == "statements":
            mask = pc.is_in(tables.arrow(name).column("source_id"), value_set=closed).to_pylist()
            for key, barred in zip(tables.keys(name), mask, strict=True):
                if barred:
                    yield Finding("licence_leak", f"{name} {key}", "a row of it", _EXPECTED)
    yield from _receipts(tables, closed)


def _receipts(tables: Tables, closed: pa.Array) -> Iterator[Finding]:
    """Literals of a closed collection, and figures with one input only that is its cell."""
    receipts = tables.arrow("receipts")
    barred = receipts.filter(pc.is_in(receipts.column("source_id"), value_set=closed))
    single: dict[tuple[str, str, str], set[tuple[str, str]]] = {}
    for row in barred.to_pylist():
        cell = (row["table"], row["key"], row["column"])
        if row["raw_literal"] is not None or row["statement_id"] is not None:
            yield Finding("licence_leak", f"receipts {' '.join(cell)}", "a literal or statement of it", _EXPECTED)
        single.setdefault(cell, set()).add((row["source_id"], row["locator"]))
    lone = {cell for cell, inputs in single.items() if is_lone(inputs)}
    if not lone:
        return
    open_ = receipts.filter(pc.invert(pc.is_in(receipts.column("source_id"), value_set=closed)))
    helped = {(row["table"], row["key"], row["column"]) for row in open_.select(["table", "key", "column"]).to_pylist()}
    for table, key, column in sorted(lone - helped):
        if table in contract.TABLES and column in figure_columns(table):
            yield Finding("licence_leak", f"{table} {key} {column}", "a figure that is one cell of it", _EXPECTED)

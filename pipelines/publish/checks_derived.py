"""Checks that what is reckoned from other published cells is what these give: dollars, costs, quoted dependence.

What belongs here: cells that the tables themselves make again, to the digit. What does not: sums (`checks_sums`), and
choices among what sources say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pyarrow.compute as pc

from pipelines.dependence.exposures import AS_OF_COLUMNS, AT_ANNOUNCEMENT
from pipelines.publish.findings import Finding, Tables, table_check
from pipelines.reconcile.amounts import in_dollars

_BOUNDS = ("low", "high")
_OF_DEPENDENCE = ("year", "basis", "edition")


def _decided(tables: Tables, table: str) -> set[tuple[str, str]]:
    """(key, column) of the cells that a reviewer's decision made: they follow from nothing else."""
    receipts = tables.arrow("receipts")
    chosen = pc.and_(pc.equal(receipts.column("table"), table), pc.starts_with(receipts.column("rule"), "decision"))
    cells = receipts.filter(pc.fill_null(chosen, False)).select(["key", "column"]).to_pylist()
    return {(row["key"], row["column"]) for row in cells}


@table_check("dollars_recomputed")
def dollars_recomputed(tables: Tables) -> Iterator[Finding]:
    """Every amount in dollars is the amount as stated times its rate, and a project's cost that of an amount of it."""
    decided = _decided(tables, "amounts")
    for row in tables.rows("amounts"):
        for bound in _BOUNDS:
            column = f"usd_{bound}"
            expected = _dollars(row, bound)
            if row[column] != expected and (row["amount_id"], column) not in decided:
                where = f"amounts {row['amount_id']} {column}"
                yield Finding("dollars_recomputed", where, str(row[column]), str(expected))
    yield from _costs(tables)


def _dollars(row: Mapping[str, Any], bound: str) -> Decimal | None:
    """What `reconcile.amounts.convert` makes of one bound."""
    value: Decimal | None = row[bound]
    if row["restates"] is not None or row["source_converted"] is True or value is None:
        return None
    if row["currency"] == "USD":
        return value
    return None if row["fx_rate"] is None else in_dollars(value, row["fx_rate"])


def _costs(tables: Tables) -> Iterator[Finding]:
    figures: dict[str, set[tuple[Any, ...]]] = {}
    for row in tables.rows("amounts"):
        if row["kind"] == "project_cost" and row["project_id"] is not None:
            figures.setdefault(row["project_id"], set()).add((row["usd_low"], row["usd_high"]))
    decided = _decided(tables, "projects")
    for row in tables.rows("projects"):
        cost = row["cost_usd_low"], row["cost_usd_high"]
        columns = ("cost_usd_low", "cost_usd_high")
        if cost == (None, None) or any((row["project_id"], column) in decided for column in columns):
            continue
        if cost not in figures.get(row["project_id"], set()):
            where = f"projects {row['project_id']} cost_usd_high"
            yield Finding(
                "dollars_recomputed", where, f"{cost[0]} to {cost[1]}", "the cost of an amount of the project"
            )


@table_check("dependence_quoted")
def dependence_quoted(tables: Tables) -> Iterator[Finding]:
    """Every figure of dependence beside a project stands in the row of `dependencies` that it names."""
    key = ("importer", "material_id", "form", *_OF_DEPENDENCE)
    known = {tuple(row[part] for part in key): row for row in tables.rows("dependencies")}
    for row in tables.rows("project_exposures"):
        for columns in (AT_ANNOUNCEMENT, AS_OF_COLUMNS):
            named = (*(row[part] for part in key[:3]), *(row[columns[part]] for part in _OF_DEPENDENCE))
            source = known.get(named, {})
            for column, quoted in columns.items():
                if column not in _OF_DEPENDENCE and row[quoted] is not None and row[quoted] != source.get(column):
                    where = f"project_exposures {'|'.join(str(row[part]) for part in _EXPOSURE)} {quoted}"
                    told = source.get(column) if source else f"no dependency {'|'.join(map(str, named))}"
                    yield Finding("dependence_quoted", where, str(row[quoted]), str(told))


_EXPOSURE = ("project_id", "material_id", "form", "importer")


@table_check("receipts_agree")
def receipts_agree(tables: Tables) -> Iterator[Finding]:
    """A receipt that names a statement names the statement's own source."""
    statements = tables.arrow("statements")
    sources = dict(zip(statements["statement_id"].to_pylist(), statements["source_id"].to_pylist(), strict=True))
    columns = ["table", "key", "column", "input_no", "statement_id", "source_id"]
    for row in tables.arrow("receipts").select(columns).to_pylist():
        told = sources.get(row["statement_id"])
        if told is not None and row["source_id"] != told:
            where = f"receipts {row['table']} {row['key']} {row['column']} {row['input_no']}"
            yield Finding("receipts_agree", where, f"source {row['source_id']}", f"{told}, as its statement says")

"""Checks of the money: what may be added, that nothing is added twice, and that `totals` is what the rows say.

What belongs here: `amounts` against `totals`. What does not: choosing a figure (`reconcile`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.publish.findings import Finding, Tables, table_check
from pipelines.reconcile import totals as reconcile_totals

_SETTLED = frozenset({"accepted", "corrected"})
_COUNTED = frozenset({"asserted", "planned"})
_CONTAINERS = ("part_of", "restates", "finances_amount_id", "covers_amount_id")


@table_check("sum_set_admits")
def sum_set_admits(tables: Tables) -> Iterator[Finding]:
    """Only reviewed rows that assert or plan, and that restate no other row, stand in a sum_set."""
    for row in tables.rows("amounts"):
        if row["sum_set"] is None:
            continue
        where = f"amounts {row['amount_id']} sum_set"
        if row["review"] not in _SETTLED:
            yield Finding("sum_set_admits", where, f"review {row['review']}", "accepted or corrected")
        if row["modality"] not in _COUNTED:
            yield Finding("sum_set_admits", where, f"modality {row['modality']}", "asserted or planned")
        if row["restates"] is not None:
            yield Finding("sum_set_admits", where, f"a restatement of {row['restates']}", "the first telling alone")


@table_check("sum_set_no_overlap")
def sum_set_no_overlap(tables: Tables) -> Iterator[Finding]:
    """No row of a sum_set is contained in another row of the same set, at any depth."""
    rows = {row["amount_id"]: row for row in tables.rows("amounts")}
    for amount_id, row in rows.items():
        if row["sum_set"] is None:
            continue
        for other in _containing(amount_id, rows):
            if rows[other]["sum_set"] == row["sum_set"]:
                where = f"amounts {amount_id} sum_set"
                yield Finding("sum_set_no_overlap", where, f"{other} that contains it, in the same set", "one of them")


def _containing(amount_id: str, rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    seen = {amount_id}
    waiting = [amount_id]
    while waiting:
        row = rows[waiting.pop()]
        for column in _CONTAINERS:
            other = row[column]
            if other in rows and other not in seen:
                seen.add(other)
                waiting.append(other)
    return sorted(seen - {amount_id})


@table_check("totals_recomputed")
def totals_recomputed(tables: Tables) -> Iterator[Finding]:
    """`totals` is exactly what the rows of `amounts` give, in decimals."""
    computed = {
        f"{row['scope']}|{row['sum_set']}": dict(row)
        for row in reconcile_totals.compute(tables.rows("amounts"), tables.rows("projects"))
    }
    published = {f"{row['scope']}|{row['sum_set']}": row for row in tables.rows("totals")}
    for key in sorted(computed.keys() | published.keys()):
        if key not in published:
            yield Finding("totals_recomputed", f"totals {key}", "no row", f"a row of {computed[key]['n']} amounts")
        elif key not in computed:
            yield Finding("totals_recomputed", f"totals {key}", "a row", "no row, for no amount is in this set")
        else:
            yield from _differences(key, published[key], computed[key])


def _differences(key: str, published: Mapping[str, Any], computed: Mapping[str, Any]) -> Iterator[Finding]:
    for column, found in published.items():
        expected = computed.get(column)
        same = list(found or ()) == list(expected or ()) if column == "amount_ids" else found == expected
        if not same:
            yield Finding("totals_recomputed", f"totals {key} {column}", str(found), str(expected))

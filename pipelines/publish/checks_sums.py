"""Checks of the money: what may be added, that nothing is added twice, and that `totals` is what the rows say.

What belongs here: `amounts` against `totals`. What does not: choosing a figure (`reconcile`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pipelines.publish.findings import Finding, Tables, table_check
from pipelines.reconcile import totals as reconcile_totals

_SETTLED = frozenset({"accepted", "corrected"})
_COUNTED = frozenset({"asserted", "planned"})
_CHAIN = ("pledge", "cost", "disbursed")
"""Sets of a programme, each no larger than the one before."""
_PART_OF_WHOLE = Decimal("0.02")
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


@table_check("headline_reviewed", waivable=True)
def headline_reviewed(tables: Tables) -> Iterator[Finding]:
    """Every amount that a total is made of has been reviewed."""
    review = {row["amount_id"]: row["review"] for row in tables.rows("amounts")}
    for row in tables.rows("totals"):
        for amount_id in row["amount_ids"] or ():
            if review.get(amount_id) not in _SETTLED:
                where = f"totals {row['scope']}|{row['sum_set']} {amount_id}"
                yield Finding("headline_reviewed", where, f"review {review.get(amount_id)}", "accepted or corrected")


@table_check("bounds_sane", waivable=True)
def bounds_sane(tables: Tables) -> Iterator[Finding]:
    """A pledge is no less than what is committed, that no less than what is paid, and parts fit their whole."""
    totals = {(row["scope"], row["sum_set"]): row for row in tables.rows("totals")}
    for program in tables.rows("programs"):
        chain = [totals.get((program["program_id"], name), {}).get("high_usd") for name in _CHAIN]
        known = [(name, value) for name, value in zip(_CHAIN, chain, strict=True) if value is not None]
        for (more, above), (less, below) in itertools.pairwise(known):
            if below > above:
                where = f"totals {program['program_id']}|{less}"
                yield Finding("bounds_sane", where, f"{below}, above the {more} of {above}", "no more than that")
    yield from _batches(tables, totals)
    yield from _financing(tables)


def _batches(tables: Tables, totals: Mapping[tuple[str, str], Mapping[str, Any]]) -> Iterator[Finding]:
    """The members of a batch add up to its total within two in a hundred, or the difference stands in a conflict."""
    disputed = {row["key"] for row in tables.rows("conflicts") if row["table"] in ("amounts", "projects")}
    for row in tables.rows("amounts"):
        members = totals.get((row["tranche"] or "", "cost"))
        if row["kind"] != "tranche_total" or row["usd_high"] is None or members is None or members["n_open"]:
            continue
        whole = sum(part for part in (members["high_usd"], members["ceiling_usd"]) if part is not None)
        involved = {row["amount_id"], *(members["amount_ids"] or ())}
        if abs(whole - row["usd_high"]) > _PART_OF_WHOLE * row["usd_high"] and not involved & disputed:
            where = f"amounts {row['amount_id']} usd_high"
            yield Finding("bounds_sane", where, f"members of {whole}", f"{row['usd_high']} within 2 %, or a conflict")


def _financing(tables: Tables) -> Iterator[Finding]:
    """What finances a project is no more than it costs, unless the cost is in dispute."""
    disputed = {row["key"] for row in tables.rows("conflicts") if row["table"] == "projects"}
    cost = {row["project_id"]: row["cost_usd_high"] for row in tables.rows("projects")}
    given: dict[str, Decimal] = {}
    for row in tables.rows("amounts"):
        counted = row["sum_set"] == "finance_committed" and row["project_id"] is not None
        if counted and row["usd_low"] is not None:
            given[row["project_id"]] = given.get(row["project_id"], Decimal(0)) + row["usd_low"]
    for project_id, total in given.items():
        most = cost.get(project_id)
        if most is not None and total > most and project_id not in disputed:
            yield Finding("bounds_sane", f"projects {project_id} cost_usd_high", f"financing of {total}", f"{most}")

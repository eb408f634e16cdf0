"""Which kinds of checks a table of the contract has, told by its declaration.

What belongs here: names, words and to which tables each kind applies. What does not: running any check (`checks_*`) and
parting what they find by table (`table_checks`). Nothing heavy is imported: Dagster asks for this when it loads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from schemas.contract import TABLES, TableSpec

CONTRACT, KEY, CODELISTS, FOREIGN_KEYS, RECEIPTS, SUMS = (
    "contract", "key", "codelists", "foreign_keys", "receipts", "sums",
)  # fmt: skip
"""Kinds of checks of one table."""

SUMMED = ("projects", "amounts", "totals")
"""Tables whose money is added, or is what is added."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of checks.

    Attributes:
        name: Name of the asset check.
        says: What holds where nothing is found, to follow the table's name.
        gate: Checks of the gate whose findings it tells.
        has: Whether a table has it; one that cannot fail is none.
    """

    name: str
    says: str
    gate: frozenset[str]
    has: Callable[[TableSpec], bool]


def _always(_: TableSpec) -> bool:
    return True


def _any_column(spec: TableSpec, declared: str) -> bool:
    return any(getattr(column.meaning, declared) for column in spec.columns)


def _receipted(spec: TableSpec) -> bool:
    receipts = spec.meaning.receipts
    own = receipts == "own" and {"source_id", "locator"} & set(spec.names)
    named = receipts == "receipts" and any(one.meaning.receipted and not one.meaning.key for one in spec.columns)
    return bool(own or named or spec.name in ("receipts", "null_reasons") or _any_column(spec, "reasoned"))


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            CONTRACT, "has the contract's columns and types, its required cells, forms, ranges and order.",
            frozenset({"rows_sorted", "cells_spellable"}), _always,
        ),
        Kind(KEY, "has one row a key, and no key with a part missing that it needs.", frozenset(), _always),
        Kind(
            CODELISTS, "holds codes of its codelists only.", frozenset(), lambda spec: _any_column(spec, "codelist"),
        ),
        Kind(
            FOREIGN_KEYS, "points only at rows that are there.", frozenset({"foreign_keys"}),
            lambda spec: _any_column(spec, "foreign_key"),
        ),
        Kind(
            RECEIPTS, "says of every cell where it comes from, or why it is empty.",
            frozenset({
                "receipts_complete", "receipts_point_somewhere", "own_receipts", "null_reasons_complete",
                "null_reasons_point_somewhere",
            }),
            _receipted,
        ),
        Kind(
            SUMS, "adds no dollar twice, nothing unreviewed, and no ceiling as if it were a sum.",
            frozenset({
                "sum_set_admits", "sum_set_no_overlap", "totals_recomputed", "headline_reviewed", "bounds_sane",
            }),
            lambda spec: spec.name in SUMMED,
        ),
    )
}  # fmt: skip
"""Name -> kind, in the order in which they are told."""


def kinds_of(table: str) -> tuple[Kind, ...]:
    """Return the kinds of checks that a contract table has."""
    return tuple(kind for kind in KINDS.values() if kind.has(TABLES[table]))

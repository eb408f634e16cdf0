"""Rows are whole and their references hold: what lacks a required cell or points at nothing is set aside.

What belongs here: required cells and foreign keys before publication. What does not: the check of a finished release
(`publish/checks`).
"""

from __future__ import annotations

from collections.abc import Collection

from pipelines.reconcile.choose import Row
from pipelines.records import Quarantined
from schemas.contract import TABLES
from schemas.fitness import row_misfits

_LATER = frozenset({"statements", "exchange_rates", "conflicts", "codelists"})
"""Tables that are made after this step; references to them are the makers' own."""


def drop_broken(rows: dict[str, dict[str, Row]], source_ids: Collection[str]) -> list[Quarantined]:
    """Remove rows that lack a required cell, then rows whose reference leads nowhere, until all hold.

    Args:
        rows: Table -> key -> row; changed in place.
        source_ids: All sources, which are no rows here.

    Returns:
        One quarantine item a removed row: file and place, what it pointed at.
    """
    dropped = _drop_incomplete(rows)
    while True:
        broken = [
            (row, column, missing)
            for table in rows.values()
            for row in table.values()
            for column, missing in _missing(row, rows, source_ids)
        ]
        if not broken:
            return dropped
        for row, column, missing in broken:
            if rows[row.table].pop(row.key_text, None) is not None:
                dropped.append(_item(row, column, missing))


def _drop_incomplete(rows: dict[str, dict[str, Row]]) -> list[Quarantined]:
    dropped = []
    for name, table in rows.items():
        for row in list(table.values()):
            wrong = row_misfits(TABLES[name], row.values) or _unbounded(row)
            if wrong and row.support:
                del table[row.key_text]
                place = row.support[0].cell.locator
                told = "; ".join(f"{column}: found {found}, expected {expected}" for column, found, expected in wrong)
                reason = f"{place}: {name} {row.key_text}: {told}. Correct the row"
                dropped.append(
                    Quarantined(row.support[0].claim.raw_path, "reconcile", "invalid_value", reason, None, place)
                )
    return dropped


_BOUNDS_OF = {
    "exact": (True, True),
    "about": (True, True),
    "between": (True, True),
    "up_to": (False, True),
    "less_than": (False, True),
    "at_least": (True, False),
    "more_than": (True, False),
}
"""Qualifier -> whether an amount of that kind has a lower and an upper bound."""


def _unbounded(row: Row) -> list[tuple[str, str, str]]:
    """What is wrong with an amount's bounds by its qualifier; a vague amount has no bound at all."""
    if row.table != "amounts":
        return []
    qualifier = row.text("qualifier")
    bounds = ("low" in row.values, "high" in row.values)
    found = f"qualifier {qualifier or '(none)'}, low {row.text('low') or '-'}, high {row.text('high') or '-'}"
    if bounds == (False, False) or (bounds == _BOUNDS_OF.get(qualifier) and not _split(row, qualifier)):
        return []
    return [("qualifier", found, "the bounds that the contract gives to that qualifier")]


def _split(row: Row, qualifier: str) -> bool:
    return qualifier in ("exact", "about") and row.values["low"] != row.values["high"]


def _missing(row: Row, rows: dict[str, dict[str, Row]], source_ids: Collection[str]) -> list[tuple[str, str]]:
    found = []
    for column in TABLES[row.table].columns:
        target = column.meaning.foreign_key
        value = row.values.get(column.name)
        if target is None or value is None:
            continue
        table, name = target.split(".")
        if table in _LATER:
            continue
        for item in value if isinstance(value, tuple) else (value,):
            held = item in source_ids if table == "sources" else _holds(rows[table], table, name, str(item))
            if not held:
                found.append((column.name, str(item)))
    return found


def _holds(rows: dict[str, Row], table: str, column: str, value: str) -> bool:
    if TABLES[table].key == (column,):
        return value in rows
    return any(row.text(column) == value for row in rows.values())


def _item(row: Row, column: str, missing: str) -> Quarantined:
    claim = row.support[0].claim
    place = row.support[0].cell.locator
    found = f"{place}: {row.table} {row.key_text} names {column} {missing}, which nothing describes"
    reason = f"{found}; add it or correct the id"
    return Quarantined(claim.raw_path, "reconcile", "unknown_reference", reason, None, place)

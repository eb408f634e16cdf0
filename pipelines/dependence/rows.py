"""Read reconciled rows as typed cells, and gather the receipts of what was read.

What belongs here: access to cells, key parts and receipts that every computation of this room shares. What does not:
any computation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from pipelines.dependence.metrics import WHOLE, Share
from pipelines.reconcile.choose import Receipt, Row
from schemas.contract import TABLES

Rows = Mapping[str, Mapping[str, Row]]
"""Table -> key text -> row."""

CHINA = "CHN"
WORLD = "WLD"
OTHERS = "OTH"
EVERYWHERE = "ALL"
LUMPED = (OTHERS, WORLD, EVERYWHERE)
"""Codes in a country column that stand for several countries."""


def key_part(row: Row, column: str) -> str:
    """Return one column of the row's key as text, empty where that part is unknown.

    Raises:
        ValueError: The column is not part of the table's key.
    """
    return row.key[TABLES[row.table].key.index(column)]


def key_day(row: Row, column: str) -> dt.date:
    """Return a date of the row's key."""
    return dt.date.fromisoformat(key_part(row, column))


def day(row: Row, column: str) -> dt.date | None:
    """Return a date cell, None where not known."""
    value = row.values.get(column)
    return value if isinstance(value, dt.date) else None


def number(row: Row, column: str) -> float | None:
    """Return a numeric cell, None where not known."""
    value = row.values.get(column)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def share_of(row: Row) -> Share | None:
    """Return share_low_pct and share_high_pct as bounds; an open end is 0 or 100.

    None where neither is known, and where they contradict each other (the checks of the contract report that).
    """
    low, high = number(row, "share_low_pct"), number(row, "share_high_pct")
    if low is None and high is None:
        return None
    bottom, top = 0.0 if low is None else low, WHOLE if high is None else high
    return Share(bottom, top) if 0.0 <= bottom <= top <= WHOLE else None


def proof(rows: Iterable[Row], *columns: str) -> list[Receipt]:
    """Return the receipts of cells that were inputs, each place once.

    Args:
        rows: Rows that were read.
        columns: Their columns that were read; a row without receipts in any of them is its own receipt by its
            source_id and locator.
    """
    found: dict[tuple[str | None, str, str, str], Receipt] = {}
    for row in rows:
        receipts = [receipt for column in columns for receipt in row.receipts.get(column, ())]
        for receipt in receipts or _own(row, columns):
            found.setdefault((receipt.statement_id, receipt.source_id, receipt.locator, receipt.raw_literal), receipt)
    return list(found.values())


def share_proof(rows: Iterable[Row]) -> list[Receipt]:
    """Return the receipts of shares that were inputs: one a share, two where its bounds differ."""
    found: list[Receipt] = []
    for row in rows:
        share = share_of(row)
        both = share is None or share.exact is None
        found.extend(proof([row], *(("share_low_pct", "share_high_pct") if both else ("share_low_pct",))))
    return found


def _own(row: Row, columns: Iterable[str]) -> list[Receipt]:
    if not row.text("source_id"):
        return []
    literal = next((row.text(column) for column in columns if row.text(column)), "")
    locator = row.text("locator") or f"{row.table}/{row.key_text}"
    return [Receipt(None, row.text("source_id"), None, locator, literal[:40], "input")]


def source_ids(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return the sources that rows rest on, sorted."""
    found: set[str] = set()
    for row in rows:
        several = row.values.get("source_ids")
        if isinstance(several, tuple):
            found.update(several)
        if row.text("source_id"):
            found.add(row.text("source_id"))
    return tuple(sorted(found))


def copy_of(row: Row) -> Row:
    """Return a row that can be changed without changing the reconciled one."""
    receipts = {column: list(proofs) for column, proofs in row.receipts.items()}
    return Row(row.table, row.key, dict(row.values), receipts, row.best, row.support)

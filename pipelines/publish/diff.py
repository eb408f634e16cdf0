"""What changed since the release before, cell by cell, each with its reason.

What belongs here: comparing two releases. What does not: words about the changes (a changelog is made from these rows).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.publish.findings import Tables
from pipelines.publish.formats import as_text, key_text
from schemas import contract

WHOLE_ROW = "*"
"""Stands in `changes.column` for a row that came or went as a whole."""

_ROOMS = frozenset({"investment", "materials"})
_BESIDES = ("sources", "exchange_rates", "redirects")
"""Tables outside those rooms whose changes are told. Receipts, statements and the like change with every cell."""

_FX_COLUMNS = ("fx_rate", "fx_on", "fx_source_id")
_DOLLARS = ("usd", *_FX_COLUMNS)


def compared_tables() -> list[str]:
    """Names of the tables whose changes are told, in the contract's order."""
    return [name for name, spec in contract.TABLES.items() if spec.meaning.room in _ROOMS or name in _BESIDES]


def changes(previous_release: Path | None, tables: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Compare tables with the release before.

    Args:
        previous_release: Folder of the release before, None for the first one.
        tables: The tables to be released.

    Returns:
        Rows of the contract's table `changes`, sorted by key; none for a first release. A row that came or went is
        one row with column `*`. Values are spelled as in the CSV, null stays null.
    """
    if previous_release is None:
        return []
    old, new = _Past(previous_release), Tables(tables)
    why = _Reasons(old, new)
    found: list[dict[str, Any]] = []
    for name in compared_tables():
        found += _table_changes(name, old, new, why)
    return sorted(found, key=lambda row: (row["table"], row["key"], row["column"]))


@dataclass(frozen=True)
class _Past:
    """Tables of an earlier release, read when asked for; a table that it did not have is empty."""

    release: Path

    @cached_property
    def _read(self) -> dict[str, pa.Table]:
        return {}

    def arrow(self, name: str) -> pa.Table:
        if name not in self._read:
            path = self.release / "tables" / f"{name}.parquet"
            empty = contract.arrow_schema(name).empty_table()
            self._read[name] = pq.read_table(path) if path.is_file() else empty
        return self._read[name]


def _table_changes(name: str, old: _Past, new: Tables, why: _Reasons) -> Iterator[dict[str, Any]]:
    before, after = _by_key(old.arrow(name), name), _by_key(new.arrow(name), name)
    columns = [column.name for column in contract.TABLES[name].columns if column.name not in contract.TABLES[name].key]
    for key in sorted(before.keys() | after.keys()):
        if key not in before:
            yield _change(name, key, WHOLE_ROW, "added", None, None, why.of_row(name, key))
        elif key not in after:
            yield _change(name, key, WHOLE_ROW, "removed", None, None, why.of_gone_row(name, key))
        elif before[key] != after[key]:
            was, now = before[key], after[key]
            fx_moved = any(was.get(column) != now.get(column) for column in _FX_COLUMNS)
            for column in columns:
                if was.get(column) != now.get(column):
                    reason = why.of_cell(name, key, column, fx_moved)
                    yield _change(name, key, column, "changed", was.get(column), now.get(column), reason)


def _change(
    table: str, key: str, column: str, change: str, old: str | None, new: str | None, reason: str
) -> dict[str, Any]:
    return {
        "table": table, "key": key, "column": column, "change": change, "old": old, "new": new, "reason": reason,
    }  # fmt: skip


def _by_key(table: pa.Table, name: str) -> dict[str, dict[str, str | None]]:
    """Key -> cells as text. Only key columns that the table has: an older contract may lack one."""
    key = [column for column in contract.TABLES[name].key if column in table.column_names]
    if not key or not table.num_rows:
        return {}
    texts = pa.table({column: as_text(table.column(column)) for column in table.column_names})
    return dict(zip(key_text(table, key).to_pylist(), texts.to_pylist(), strict=True))


@dataclass(frozen=True)
class _Reasons:
    """Why a cell changed, told from the receipts and sources of both releases."""

    old: _Past
    new: Tables

    @cached_property
    def _old_sources(self) -> dict[str, str | None]:
        return _hashes(self.old.arrow("sources"))

    @cached_property
    def _revised(self) -> frozenset[str]:
        now = _hashes(self.new.arrow("sources"))
        return frozenset(name for name, sha in now.items() if self._old_sources.get(name, sha) != sha)

    @cached_property
    def _added(self) -> frozenset[str]:
        return frozenset(_hashes(self.new.arrow("sources")).keys() - self._old_sources.keys())

    @cached_property
    def _receipts(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        """(table, key) -> receipts of the new release."""
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        columns = ["table", "key", "column", "source_id", "rule"]
        for row in self.new.arrow("receipts").select(columns).to_pylist():
            found.setdefault((row["table"], row["key"]), []).append(row)
        return found

    def _receipts_of(self, table: str, key: str) -> list[dict[str, Any]]:
        """Receipts of a row; the row itself where it is its own, standing for every column."""
        if contract.TABLES[table].meaning.receipts != "own":
            return self._receipts.get((table, key), [])
        if table not in self._own:
            sources = self.new.arrow(table).column("source_id").to_pylist()
            self._own[table] = dict(zip(self.new.keys(table), sources, strict=True))
        return [{"column": WHOLE_ROW, "source_id": self._own[table].get(key), "rule": None}]

    @cached_property
    def _own(self) -> dict[str, dict[str, str]]:
        return {}

    @cached_property
    def _merged(self) -> frozenset[str]:
        table = self.new.arrow("redirects")
        return frozenset(table.column("old_id").to_pylist())

    def of_cell(self, table: str, key: str, column: str, fx_moved: bool) -> str:
        """The reason of one changed cell."""
        if table == "sources" and key in self._revised:
            return "source_revised"
        if table == "exchange_rates" or (fx_moved and any(part in column for part in _DOLLARS)):
            return "fx_refreshed"
        return self._of_receipts([row for row in self._receipts_of(table, key) if row["column"] in (column, WHOLE_ROW)])

    def of_row(self, table: str, key: str) -> str:
        """The reason of a row that came."""
        if table == "exchange_rates":
            return "fx_refreshed"
        if table == "redirects":
            return "entity_merged"
        if table == "sources":
            return "new_source"
        return self._of_receipts(self._receipts_of(table, key))

    def of_gone_row(self, table: str, key: str) -> str:
        """The reason of a row that went."""
        if table == "exchange_rates":
            return "fx_refreshed"
        if self._merged.intersection(key.split("|")):
            return "entity_merged"
        return self._of_receipts([])

    def _of_receipts(self, receipts: list[dict[str, Any]]) -> str:
        if any((row["rule"] or "").startswith("decision") for row in receipts):
            return "correction"
        named = {row["source_id"] for row in receipts if row["source_id"]}
        # A computed cell without receipts of its own (a count, a sum) follows whatever happened to the sources.
        if named & self._added or (not named and self._added):
            return "new_source"
        if named & self._revised or (not named and self._revised):
            return "source_revised"
        return "rule_changed"


def _hashes(sources: pa.Table) -> dict[str, str | None]:
    return dict(zip(sources.column("source_id").to_pylist(), sources.column("sha256").to_pylist(), strict=True))

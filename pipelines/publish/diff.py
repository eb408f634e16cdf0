"""What changed since the release before, cell by cell, each with its reason.

What belongs here: comparing two releases. What does not: words about the changes (a changelog is made from these rows).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.publish.findings import Tables
from pipelines.publish.formats import as_text, key_text
from pipelines.resolve.decisions import DECISION_SOURCE
from schemas import contract, renames
from schemas.codelists import SUBJECT_KINDS

WHOLE_ROW = "*"
"""Stands in `changes.column` for a row that came or went as a whole."""

_ROOMS = frozenset({"investment", "materials"})
_BESIDES = ("sources", "exchange_rates", "redirects", "renames")
"""Tables outside those rooms whose changes are told. Receipts, statements and the like change with every cell."""

_FX_COLUMNS = ("fx_rate", "fx_on", "fx_source_id")
_DOLLARS = ("usd", *_FX_COLUMNS)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_OF_THE_DAY = frozenset({("project_exposures", "controls_as_of"), ("export_controls", "status")})
"""Cells that are the release's date itself, or what holds on it."""
_COUNT = ("project_exposures", "controls_now")
"""What is counted on the release's date; it is left open from the day on which a status is known no longer."""


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
    return [] if previous_release is None else _changes(_Past(previous_release), Tables(tables))


def changes_between(old: Path, new: Path) -> list[dict[str, Any]]:
    """Compare two releases, neighbours or not, of whatever version of the contract.

    Args:
        old: Folder of the earlier one.
        new: Folder of the later one.

    Returns:
        Rows as those of `changes`; a renamed column stands under its new name.
    """
    return _changes(_Past(old), _Past(new))


def _changes(old: _Past, new: _Past | Tables) -> list[dict[str, Any]]:
    why = _Reasons(old, new)
    found: list[dict[str, Any]] = []
    for name in compared_tables():
        found += _table_changes(name, old, new, why)
    return sorted(found, key=lambda row: (row["table"], row["key"], row["column"]))


@dataclass(frozen=True)
class _Past:
    """Tables of a release that is there, read when asked for; a table that it did not have is empty.

    Columns stand under the names that they have now, in receipts too.
    """

    release: Path

    @cached_property
    def _read(self) -> dict[str, pa.Table]:
        return {}

    def arrow(self, name: str) -> pa.Table:
        if name not in self._read:
            path = self.release / "tables" / f"{name}.parquet"
            empty = contract.arrow_schema(name).empty_table()
            self._read[name] = named_as_now(name, pq.read_table(path)) if path.is_file() else empty
        return self._read[name]


def named_as_now(name: str, table: pa.Table) -> pa.Table:
    """Give a table of an older release the names of now: its columns, and those that its cells speak of.

    Args:
        name: Its name.
        table: As it was published.
    """
    for rename in renames.RENAMES:
        # A release of after the rename may use the old name again.
        waits = rename.old_column in table.column_names and rename.new_column not in table.column_names
        if name == rename.table and waits:
            table = table.rename_columns({rename.old_column: rename.new_column})
        elif name in ("receipts", "changes"):
            of_it = pc.and_(
                pc.equal(table.column("table"), rename.table), pc.equal(table.column("column"), rename.old_column)
            )
            named = pc.if_else(of_it, rename.new_column, table.column("column"))
            table = table.set_column(table.schema.get_field_index("column"), table.schema.field("column"), named)
    return table


def _table_changes(name: str, old: _Past, new: _Past | Tables, why: _Reasons) -> Iterator[dict[str, Any]]:
    before, after = _by_key(old.arrow(name), name), _by_key(new.arrow(name), name)
    columns = [column.name for column in contract.TABLES[name].columns if column.name not in contract.TABLES[name].key]
    for key in sorted(before.keys() | after.keys()):
        if key not in before:
            yield _change(name, key, WHOLE_ROW, "added", None, None, why.of_row(name, key))
        elif key not in after:
            reason = why.of_gone_row(name, key, before[key])
            yield _change(name, key, WHOLE_ROW, "removed", None, None, reason)
        elif before[key] != after[key]:
            was, now = before[key], after[key]
            fx_moved = any(was.get(column) != now.get(column) for column in _FX_COLUMNS)
            for column in columns:
                if was.get(column) != now.get(column):
                    reason = why.of_cell(name, key, column, fx_moved, now)
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
    new: _Past | Tables

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
    def _receipts(self) -> _Receipts:
        return _Receipts(self.new)

    @cached_property
    def _old_receipts(self) -> _Receipts:
        return _Receipts(self.old)

    @cached_property
    def _moved(self) -> frozenset[tuple[str | None, str | None]]:
        """(source, sha256 of the file read) of what one of the releases read and the other did not."""
        return self._receipts.inputs ^ self._old_receipts.inputs

    @cached_property
    def _merged(self) -> frozenset[str]:
        table = self.new.arrow("redirects")
        return frozenset(table.column("old_id").to_pylist())

    @cached_property
    def _joined(self) -> frozenset[tuple[str, str]]:
        """(old id, new id) of the merges that this release is the first to know."""
        pairs = (
            frozenset(zip(table.column("old_id").to_pylist(), table.column("new_id").to_pylist(), strict=True))
            for table in (self.new.arrow("redirects"), self.old.arrow("redirects"))
        )
        now, before = pairs
        return now - before

    def _grew(self, key: str, cells: Mapping[str, str | None]) -> bool:
        """Whether a row is about an id that another one has just been merged into."""
        grown = {new_id for _, new_id in self._joined}
        return bool(grown.intersection((*key.split("|"), *cells.values())))

    def _taken_over(self, table: str, key: str) -> bool:
        """Whether a row that came is one that went, under the id that its own was merged into."""
        parts = key.split("|")
        for old_id, new_id in self._joined:
            if new_id in parts:
                was = "|".join(old_id if part == new_id else part for part in parts)
                if was in self._old_keys(table):
                    return True
        return False

    def _old_keys(self, table: str) -> frozenset[str]:
        if table not in self._keys_before:
            self._keys_before[table] = frozenset(_by_key(self.old.arrow(table), table))
        return self._keys_before[table]

    @cached_property
    def _keys_before(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _said(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        return _said(self.new.arrow("statements")) if DECISION_SOURCE in self._deciders else {}

    @cached_property
    def _said_before(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        return _said(self.old.arrow("statements")) if DECISION_SOURCE in self._deciders else {}

    @cached_property
    def _deciders(self) -> frozenset[str]:
        return frozenset(_hashes(self.new.arrow("sources"))) & {DECISION_SOURCE}

    def _reviewed(self, table: str, key: str, review: str | None) -> bool:
        """Whether a row's review is a reviewer's: no source's statement carries it."""
        said = self._said.get((SUBJECT_KINDS.get(table, ""), key), [])
        return review in ("accepted", "corrected") and bool(said) and all(one["review"] != review for one in said)

    def _let_go(self, table: str, key: str) -> bool:
        """Whether a reviewer let a row go: the same statements stand, and what was chosen of them no longer is."""
        subject = (SUBJECT_KINDS.get(table, ""), key)
        now, was = (
            {one["statement_id"]: one["chosen"] for one in side.get(subject, [])}
            for side in (self._said, self._said_before)
        )
        return any(was.values()) and was.keys() <= now.keys() and not any(now.values())

    def of_cell(self, table: str, key: str, column: str, fx_moved: bool, cells: Mapping[str, str | None]) -> str:
        """The reason of one changed cell; `cells` are those that the row has now."""
        review = cells.get("review")
        if table == "sources" and key in self._revised:
            return "source_revised"
        if table == "exchange_rates" or (fx_moved and any(part in column for part in _DOLLARS)):
            return "fx_refreshed"
        now, was = (side.of(table, key, column) for side in (self._receipts, self._old_receipts))
        if any(map(_decided, now or was)) or (column == "review" and self._reviewed(table, key, review)):
            return "correction"
        of_the_day = (table, column) in _OF_THE_DAY or ((table, column) == _COUNT and self._same_measures(key))
        if self._same_but_for_days(now, was) or (of_the_day and not self._read_otherwise(now, was)):
            return "date_moved"
        if self._grew(key, cells) and not {row["source_id"] for row in now} & (self._added | self._revised):
            return "entity_merged"
        return self._of_receipts(now, was)

    def _same_measures(self, key: str) -> bool:
        """Whether an exposure rests on the measures that it rested on before, read at the same places."""
        now, was = (
            {(row["source_id"], row["source_sha256"], _place(row)) for row in side.of(_COUNT[0], key, "control_ids")}
            for side in (self._receipts, self._old_receipts)
        )
        return now == was

    def _same_but_for_days(self, now: list[dict[str, Any]], was: list[dict[str, Any]]) -> bool:
        """Whether the same inputs were reckoned with for another day: their rules name the days and differ in these."""
        if not now or not was or self._read_otherwise(now, was):
            return False
        rules = [{row["rule"] or "" for row in side} for side in (now, was)]
        dateless = [{_DAY.sub("a day", rule) for rule in side} for side in rules]
        return rules[0] != rules[1] and dateless[0] == dateless[1]

    def of_row(self, table: str, key: str) -> str:
        """The reason of a row that came."""
        if table == "exchange_rates":
            return "fx_refreshed"
        if table == "redirects":
            return "entity_merged"
        if table == "sources":
            return "new_source"
        if table == "renames":
            return "rule_changed"
        if self._taken_over(table, key):
            return "entity_merged"
        # A decision corrects a cell of a row that came for another reason.
        return self._of_receipts([row for row in self._receipts.of(table, key) if not _decided(row)], [])

    def of_gone_row(self, table: str, key: str, cells: Mapping[str, str | None]) -> str:
        """The reason of a row that went; `cells` are those that it had."""
        if table == "exchange_rates":
            return "fx_refreshed"
        if table == "renames":
            return "rule_changed"
        if self._merged.intersection((*key.split("|"), *cells.values())):
            return "entity_merged"
        if self._let_go(table, key):
            return "correction"
        return self._of_receipts([], self._old_receipts.of(table, key))

    def _of_receipts(self, now: list[dict[str, Any]], was: list[dict[str, Any]]) -> str:
        """The reason of a change from the receipts of both releases; either may be none."""
        named = {row["source_id"] for row in now if row["source_id"]}
        # A computed cell without receipts of its own (a count, a sum) follows whatever happened to the sources.
        if named & self._added or (not named and self._added):
            return "new_source"
        if named & self._revised or (not named and self._revised):
            return "source_revised"
        return "source_revised" if self._read_otherwise(now, was) else "rule_changed"

    def _read_otherwise(self, now: list[dict[str, Any]], was: list[dict[str, Any]]) -> bool:
        """Whether a row's or cell's inputs are others than before: another file, or another text at its place.

        The same bytes at another place are no revision: then a rule looks elsewhere in them.
        """
        if any((row["source_id"], row["source_sha256"]) in self._moved for row in (*now, *was)):
            return True
        # Without a hash only place and literal tell; a row that came or went has nothing to be compared with.
        unread = [{_place(row) for row in side if row["source_sha256"] is None} for side in (now, was)]
        return bool(now and was and unread[0] != unread[1])


class _Receipts:
    """The receipts of one release by row; rows of tables without receipts are their own, for every column."""

    def __init__(self, release: _Past | Tables) -> None:
        self._release = release
        self._own: dict[str, dict[str, dict[str, str | None]]] = {}
        self._hashes = _hashes(release.arrow("sources"))
        self._by_row: dict[tuple[str, str], list[dict[str, Any]]] = {}
        columns = ["table", "key", "column", "source_id", "source_sha256", "locator", "raw_literal", "rule"]
        table = release.arrow("receipts")
        there = [column for column in columns if column in table.column_names]
        nothing = dict.fromkeys(columns)
        inputs = set()
        for row in table.select(there).to_pylist():
            whole = {**nothing, **row}
            self._by_row.setdefault((whole["table"], whole["key"]), []).append(whole)
            inputs.add((whole["source_id"], whole["source_sha256"]))
        self.inputs = frozenset(pair for pair in inputs if pair[1] is not None)

    def of(self, table: str, key: str, column: str | None = None) -> list[dict[str, Any]]:
        """Receipts of a row, or of one cell of it."""
        if contract.TABLES[table].meaning.receipts != "own":
            return [row for row in self._by_row.get((table, key), []) if column in (None, row["column"])]
        if table not in self._own:
            self._own[table] = _by_key(self._release.arrow(table), table)
        row = self._own[table].get(key)
        if row is None:
            return []
        source = row["source_id"]
        return [
            {
                "column": WHOLE_ROW, "source_id": source, "source_sha256": self._hashes.get(source or ""),
                "locator": row.get("locator"), "raw_literal": row.get(column or ""), "rule": None,
            }
        ]  # fmt: skip


def _decided(receipt: Mapping[str, Any]) -> bool:
    return (receipt["rule"] or "").startswith("decision")


def _said(statements: pa.Table) -> dict[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    columns = ["subject_kind", "subject_id", "statement_id", "review", "chosen"]
    for row in statements.select(columns).to_pylist():
        found.setdefault((row["subject_kind"], row["subject_id"]), []).append(row)
    return found


def _place(receipt: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    return receipt["source_id"], receipt["locator"], receipt["raw_literal"]


def _hashes(sources: pa.Table) -> dict[str, str | None]:
    return dict(zip(sources.column("source_id").to_pylist(), sources.column("sha256").to_pylist(), strict=True))

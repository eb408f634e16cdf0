"""A release folder as `verify` sees it: files, hashes, manifest and tables, each read at most once.

What belongs here: reading that never raises on a damaged release but remembers what went wrong, and the register of
the checks of releases as files. What does not: judging it (`verify`, `verify_forms`, `verify_tables`).

A table of millions of rows is never in memory as a whole: its rows pass by in pieces.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.publish.contents import SIGNATURE, SUMS, expected_files
from pipelines.publish.findings import Finding
from pipelines.publish.formats import CSV_BATCH_ROWS, file_sha256, logical_sha256
from schemas import contract
from schemas.versions import came_with, version_numbers

__all__ = ["RELEASE_CHECKS", "SIGNATURE", "SUMS", "Folder", "ReleaseCheck", "StoredTable", "release_check"]

LONG_ROWS = 1_000_000
PIECE_ROWS = 262_144
"""A piece of a long table and all that the checks make of it need a few hundred megabytes."""

_SUMS_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


@dataclass(frozen=True)
class StoredTable:
    """A table as it lies on the disk.

    Attributes:
        path: Its Parquet.
        schema: As the file has it, whatever the contract says.
        n_rows: As the file says.
    """

    path: Path
    schema: pa.Schema
    n_rows: int

    @classmethod
    def of(cls, path: Path) -> StoredTable:
        """Look at a file.

        Raises:
            OSError: It is not there.
            pa.ArrowException: It is no Parquet.
        """
        with pq.ParquetFile(path) as file:
            return cls(path, file.schema_arrow, file.metadata.num_rows)

    def batches(self, rows: int = CSV_BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """Yield its rows in order, so many at a time; damage inside the file raises as in `of`."""
        with pq.ParquetFile(self.path) as file:
            yield from file.iter_batches(batch_size=rows)

    @cached_property
    def logical_sha256(self) -> str:
        """Hash of what it says; see `formats.logical_sha256`."""
        return logical_sha256(self.schema, self.batches())

    def only(self, *columns: str) -> pa.Table:
        """Read some columns, each different text once in memory."""
        return pq.read_table(self.path, columns=list(columns), read_dictionary=list(columns))


def _in_short(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


@dataclass(frozen=True)
class Folder:
    """A release at some path; `output/latest` will do."""

    path: Path

    @cached_property
    def files(self) -> dict[str, Path]:
        """Relative posix path -> file, of everything in the folder; symbolic links and odd entries included."""
        found: dict[str, Path] = {}
        for root, folders, names in os.walk(self.path):
            links = [name for name in folders if (Path(root) / name).is_symlink()]
            for name in (*names, *links):
                path = Path(root) / name
                found[path.relative_to(self.path).as_posix()] = path
        return dict(sorted(found.items()))

    @cached_property
    def hashes(self) -> dict[str, str]:
        """Relative path -> sha256 of every regular file but SHA256SUMS."""
        regular = {name: path for name, path in self.files.items() if path.is_file() and not path.is_symlink()}
        return {name: file_sha256(path) for name, path in regular.items() if name != SUMS}

    @cached_property
    def sums(self) -> dict[str, str] | None:
        """SHA256SUMS as relative path -> hash; None where it is missing or a line is not of its form."""
        try:
            lines = (self.path / SUMS).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return None
        found: dict[str, str] = {}
        for line in lines:
            match = _SUMS_LINE.fullmatch(line)
            if match is None or match[2] in found:
                return None
            found[match[2]] = match[1]
        return found

    def json(self, name: str) -> dict[str, Any] | None:
        """A JSON file's object; None where it is missing or is none."""
        try:
            found = json.loads((self.path / name).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    @cached_property
    def manifest(self) -> dict[str, Any] | None:
        """release.json; None where it cannot be read."""
        return self.json("release.json")

    def content(self, name: str) -> bytes | None:
        """A small file's bytes; None where it is missing."""
        try:
            return (self.path / name).read_bytes()
        except OSError:
            return None

    def parquet(self, name: str) -> Path:
        """Where a table's Parquet stands."""
        return self.path / "tables" / f"{name}.parquet"

    def csv(self, name: str) -> Path:
        """Where a table's CSV stands."""
        return self.path / "tables" / f"{name}.csv"

    @cached_property
    def _read(self) -> dict[str, pa.Table | str]:
        return {}

    def stored(self, name: str) -> StoredTable | str:
        """A table as its Parquet holds it, or the reason why that cannot be read."""
        if name not in self._stored:
            try:
                self._stored[name] = StoredTable.of(self.parquet(name))
            except (OSError, pa.ArrowException, ValueError) as error:
                self._stored[name] = _in_short(error)
        return self._stored[name]

    @cached_property
    def _stored(self) -> dict[str, StoredTable | str]:
        return {}

    def is_long(self, name: str) -> bool:
        """Whether a table is looked at in pieces: it has more than a million rows that are their own receipts."""
        stored = self.stored(name)
        own = contract.TABLES[name].meaning.receipts == "own"
        return isinstance(stored, StoredTable) and own and stored.n_rows > LONG_ROWS

    def table(self, name: str) -> pa.Table | str:
        """A table from its Parquet, or the reason why it cannot be read. Not for long ones."""
        if name not in self._read:
            try:
                self._read[name] = pq.read_table(self.parquet(name))
            except (OSError, pa.ArrowException, ValueError) as error:
                self._read[name] = _in_short(error)
        return self._read[name]

    def of_sources(self, name: str) -> pa.Table | None:
        """A table as far as its sources tell its licence; None where it cannot be read."""
        stored = self.stored(name)
        if isinstance(stored, StoredTable) and self.is_long(name):
            return stored.only("source_id") if "source_id" in stored.schema.names else None
        table = self.table(name)
        return table if isinstance(table, pa.Table) else None

    @cached_property
    def version(self) -> tuple[int, ...]:
        """The contract version that it says it follows; the one of now where it says none that can be."""
        told, now = (self.manifest or {}).get("contract_version"), version_numbers(contract.CONTRACT_VERSION)
        if not isinstance(told, str) or not re.fullmatch(r"\d{1,4}\.\d{1,4}\.\d{1,4}", told):
            return now
        theirs = version_numbers(told)
        return theirs if theirs[0] == now[0] and theirs < now else now

    @property
    def older(self) -> bool:
        """Whether it follows an earlier contract of the same major version."""
        return self.version < version_numbers(contract.CONTRACT_VERSION)

    @cached_property
    def expected(self) -> frozenset[str]:
        """Every file that a release of its contract version holds, but SHA256SUMS and its signature."""
        return expected_files(self.version)

    def holds(self, table: str) -> bool:
        """Whether its contract version had a table."""
        return came_with(table) <= self.version

    def lacks(self, name: str) -> tuple[str, ...]:
        """Columns of a table that came after its contract version; all of them where the table came later."""
        return tuple(column for column in contract.TABLES[name].names if came_with(name, column) > self.version)

    @cached_property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Table name -> frame, of the tables that can be read and have the contract's schema.

        What an older release lacks stands there empty; so do long tables, whose rows `pieces` gives.
        """
        found: dict[str, pd.DataFrame] = {}
        for name in contract.TABLES:
            stored = self.stored(name)
            long = isinstance(stored, StoredTable) and self.is_long(name)
            table = stored.schema.empty_table() if isinstance(stored, StoredTable) and long else self.table(name)
            if isinstance(table, str) and not self.holds(name):
                table = contract.arrow_schema(name).empty_table()
            frame = None if isinstance(table, str) else self._frame(name, table)
            if frame is not None:
                found[name] = frame
        return found

    def pieces(self, name: str) -> Iterator[pd.DataFrame]:
        """Yield the frames of a table that stands in `frames`, one piece of its rows after the other."""
        stored = self.stored(name)
        if isinstance(stored, StoredTable):
            for batch in stored.batches(PIECE_ROWS):
                frame = self._frame(name, pa.Table.from_batches([batch]))
                if frame is not None:
                    yield frame

    def _frame(self, name: str, table: pa.Table) -> pd.DataFrame | None:
        """Rows of a table as a frame of the contract; None where they have another schema."""
        schema, lacking = contract.arrow_schema(name), self.lacks(name)
        if lacking:
            filled = table.select([column for column in schema.names if column in table.schema.names])
            for column in set(lacking).difference(table.schema.names):
                filled = filled.append_column(schema.field(column), pa.nulls(table.num_rows, schema.field(column).type))
            table = filled.select(schema.names) if set(schema.names) <= set(filled.schema.names) else table
        same = table.schema.equals(schema)
        if not same and not (lacking and table.schema.types == schema.types):
            return None
        return contract.as_published(table) if lacking else contract.from_arrow(name, table)


ReleaseCheck = Callable[[Folder], Iterable[Finding]]

RELEASE_CHECKS: dict[str, ReleaseCheck] = {}
"""Name -> check of the release as files, in the order in which they run."""


def release_check(name: str) -> Callable[[ReleaseCheck], ReleaseCheck]:
    """Register a function as the check `name` of a release folder."""

    def register(function: ReleaseCheck) -> ReleaseCheck:
        RELEASE_CHECKS[name] = function
        return function

    return register

"""Tables of a release as the rows that the pipeline computes with.

What belongs here: release -> rows by table and key. What does not: what is computed from them, and DataFrames for
users (`reader`).
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from kakehashi.reader import release_folder
from kakehashi.receipts import whole_file
from pipelines.errors import ReleaseError
from pipelines.ingest.values import canonical
from pipelines.reconcile.choose import Row
from pipelines.records import Value
from schemas.contract import TABLES


class Published:
    """A release that is asked.

    Args:
        version: `latest`, or a version such as `2026.11.22`.
        output: Folder that holds the releases; the default one if None.

    Raises:
        ReleaseError: There is no such release.
    """

    def __init__(self, version: str = "latest", output: str | Path | None = None) -> None:
        self.folder = release_folder(version, output)

    @property
    def version(self) -> str:
        """Its version."""
        return self.folder.name

    @property
    def released_on(self) -> dt.date:
        """The release's date: the newest day that its sources can speak of.

        Raises:
            ReleaseError: `release.json` is missing or damaged.
        """
        path = self.folder / "release.json"
        try:
            return dt.date.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["released_on"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ReleaseError(
                str(path), f"{type(error).__name__}: {error}"[:120], "a file of a whole release",
                "Run `kakehashi verify` on this release; if it is damaged, build again or take a whole copy.",
            ) from error  # fmt: skip

    def rows(self, *tables: str) -> dict[str, dict[str, Row]]:
        """Return tables as rows by key text; lists come as tuples, empty cells are left out.

        Raises:
            ReleaseError: A file of the release is missing or damaged.
        """
        return {table: self._table(table) for table in tables}

    def _table(self, table: str) -> dict[str, Row]:
        path = self.folder / "tables" / f"{table}.parquet"
        with whole_file(path):
            records = pq.read_table(path).to_pylist()
        found = {}
        for record in records:
            values = {name: _value(value) for name, value in record.items() if value is not None}
            row = Row(table, tuple(canonical(values[c]) if c in values else "" for c in TABLES[table].key), values)
            found[row.key_text] = row
        return found


def _value(value: Any) -> Value:
    cell: Value = tuple(value) if isinstance(value, list) else value
    return cell

"""Read a table file in our own layout (`raw/README.md`): CSV -> rows of text, header checked.

What belongs here: bytes -> header and rows. What does not: what a cell means (`values`) and agencies' own files
(`readers/`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.errors import RawFileError
from pipelines.ingest.safety import MAX_BYTES, RawFile
from pipelines.records import Quarantined, Source, TableFile

EXTRA_COLUMNS = ("source_ids", "stated_on", "modality", "review", "locator", "note")
"""Columns that any row may carry besides the contract's."""

MAX_CELL = 131_072
"""Longest cell that is read, in characters; a longer one is a quote that was never closed."""


def table_name(path: str) -> str:
    """Return the table that a file is about: `curated/projects__rumours.csv` -> `projects`."""
    stem = path.rsplit("/", 1)[-1].removesuffix(".csv")
    return stem.split("__", 1)[0]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV as read: header, rows by the number of their first line, and rows that do not fit the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]
    bad_rows: tuple[Quarantined, ...]


def read_csv(file: RawFile) -> Sheet:
    """Read a CSV; a row with more or fewer cells than the header, or with an endless cell, is set aside by itself.

    Raises:
        RawFileError: Not UTF-8, no header, a column named twice, or quotes that leave open where rows begin.
    """
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RawFileError(
            f"{file.path}, byte {error.start}", "bytes that are not UTF-8", "UTF-8", "Save it as UTF-8.", "bad_encoding"
        ) from error
    csv.field_size_limit(MAX_BYTES)  # the library's own limit loses the whole file for one cell; ours is checked below
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, Mapping[str, str]]] = []
    bad: list[Quarantined] = []
    line = 1
    try:
        header = tuple(name.strip() for name in next(reader))
        if len(set(header)) != len(header) or not all(header):
            raise RawFileError(
                f"{file.path}, row 1",
                f"header {', '.join(header)[:200]}",
                "columns with names, each once",
                "Correct the header.",
                "malformed",
            )
        line = reader.line_num + 1
        for cells in reader:
            unfit = _unfit(file, line, header, cells)
            if unfit is not None:
                bad.append(Quarantined(file.path, "ingest", unfit.reason_code, str(unfit), line, unfit.where))
            elif any(cell.strip() for cell in cells):
                rows.append((line, dict(zip(header, cells, strict=True))))
            line = reader.line_num + 1
    except (csv.Error, StopIteration) as failure:
        raise RawFileError(
            f"{file.path}, row {line}",
            str(failure) or "no header",
            "comma-separated rows",
            "Repair the file.",
            "malformed",
        ) from failure
    return Sheet(header, tuple(rows), tuple(bad))


def _unfit(file: RawFile, line: int, header: Sequence[str], cells: Sequence[str]) -> RawFileError | None:
    """Why a row cannot be told apart into the header's columns; None where it can, or is blank."""
    place = f"{file.path}, row {line}"
    if cells and len(cells) != len(header):
        expected = f"{len(header)} as in the header"
        return RawFileError(place, f"{len(cells)} cells", expected, "Quote cells that hold a comma.", "malformed")
    longest = max(map(len, cells), default=0)
    if longest > MAX_CELL:
        found = f"a cell of {longest} characters"
        return RawFileError(place, found, f"at most {MAX_CELL}", "Shorten it or close its quotes.", "malformed")
    return None


def read_table(
    file: RawFile, room: str, columns: Sequence[str] | None, source: Source | None, required: Sequence[str] = ()
) -> TableFile:
    """Read a table file and check its header against the contract.

    Args:
        room: reference, curated, statistics or decisions.
        columns: The contract's columns of that table; None for auxiliary tables (vocabulary, places).
        source: The folder's source for statistics.
        required: Columns without which the table means nothing to its readers.

    Raises:
        RawFileError: Also for a column that the contract does not know, and for a required one that is not there.
    """
    sheet = read_csv(file)
    if columns is not None:
        unknown = [name for name in sheet.header if name not in columns and name not in EXTRA_COLUMNS]
        if unknown:
            raise RawFileError(
                f"{file.path}, row 1",
                f"unknown column {', '.join(unknown)}",
                f"one of {', '.join(columns)}",
                "Rename the column or put remarks into `note`.",
                "unknown_column",
            )
    missing = [name for name in required if name not in sheet.header]
    if missing:
        raise RawFileError(
            f"{file.path}, row 1",
            f"no column {', '.join(missing)}",
            f"the columns {', '.join(required)}",
            "Add the column.",
            "missing_column",
        )
    return TableFile(file.path, table_name(file.path), room, file.sha256, source, sheet.rows, sheet.bad_rows)

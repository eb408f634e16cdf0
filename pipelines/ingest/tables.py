"""Read a table file in our own layout (`raw/README.md`): CSV -> rows of text, header checked.

What belongs here: bytes -> header and rows. What does not: what a cell means (`values`) and agencies' own files
(`readers/`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from pipelines.errors import RawFileError
from pipelines.ingest.safety import RawFile
from pipelines.records import Source, TableFile

EXTRA_COLUMNS = ("source_ids", "stated_on", "modality", "review", "locator", "note")
"""Columns that any row may carry besides the contract's."""


def table_name(path: str) -> str:
    """Return the table that a file is about: `curated/projects__rumours.csv` -> `projects`."""
    stem = path.rsplit("/", 1)[-1].removesuffix(".csv")
    return stem.split("__", 1)[0]


def read_csv(file: RawFile) -> tuple[tuple[str, ...], tuple[tuple[int, Mapping[str, str]], ...]]:
    """Read a CSV into its header and its rows, each with the number of its first line in the file.

    Raises:
        RawFileError: Not UTF-8, no header, a column named twice, or a row with more or fewer cells than the header.
    """
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RawFileError(
            f"{file.path}, byte {error.start}", "bytes that are not UTF-8", "UTF-8", "Save it as UTF-8.", "bad_encoding"
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, Mapping[str, str]]] = []
    line = 1
    try:
        header = tuple(name.strip() for name in next(reader))
        if len(set(header)) != len(header) or not all(header):
            raise RawFileError(
                f"{file.path}, row 1",
                f"header {', '.join(header)}",
                "columns with names, each once",
                "Correct the header.",
                "malformed",
            )
        line = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(header):
                raise RawFileError(
                    f"{file.path}, row {line}",
                    f"{len(cells)} cells",
                    f"{len(header)} as in the header",
                    "Quote cells that hold a comma.",
                    "malformed",
                )
            if any(cell.strip() for cell in cells):
                rows.append((line, dict(zip(header, cells, strict=True))))
            line = reader.line_num + 1
    except (csv.Error, StopIteration) as error:
        raise RawFileError(
            f"{file.path}, row {line}",
            str(error) or "no header",
            "comma-separated rows",
            "Repair the file.",
            "malformed",
        ) from error
    return header, tuple(rows)


def read_table(file: RawFile, room: str, columns: Sequence[str] | None, source: Source | None) -> TableFile:
    """Read a table file and check its header against the contract.

    Args:
        room: reference, curated, statistics or decisions.
        columns: The contract's columns of that table; None for auxiliary tables (vocabulary, places).
        source: The folder's source for statistics.

    Raises:
        RawFileError: Also for a column that the contract does not know.
    """
    header, rows = read_csv(file)
    if columns is not None:
        unknown = [name for name in header if name not in columns and name not in EXTRA_COLUMNS]
        if unknown:
            raise RawFileError(
                f"{file.path}, row 1",
                f"unknown column {', '.join(unknown)}",
                f"one of {', '.join(columns)}",
                "Rename the column or put remarks into `note`.",
                "unknown_column",
            )
    return TableFile(file.path, table_name(file.path), room, file.sha256, source, rows)

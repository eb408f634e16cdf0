"""Bytes of an agency's file -> a header and rows of cells, or a JSON value; archives -> their members.

What belongs here: encodings, CSV as agencies write it (a mark before the header, empty columns and rows at the end),
archives opened without trusting them. What does not: what a column means.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from pipelines.errors import RawFileError
from pipelines.ingest.agencies.figures import tidy
from pipelines.ingest.safety import MAX_BYTES, RawFile

MAX_MEMBERS = 2_000
_SNIFFED = 20
_LONGEST_NAME = 80
_SHORT = 2
"""So many cells may be missing at the end of a row (notes that nobody wrote)."""
_WIDE = 6
"""From so many columns on a row may be a few cells short or long; narrower tables must be regular."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A CSV as an agency wrote it.

    Attributes:
        header: Column names without surrounding blanks; empty columns at the end are left out.
        rows: (line in the file, cells), as many cells as the header has; rows without any text are left out.
        ragged: (line, number of cells) of rows with more cells than the header, or with several less.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    ragged: tuple[tuple[int, int], ...]

    def records(self) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Yield each row as column -> cell; of a column named twice the first that holds anything counts."""
        for line, cells in self.rows:
            record: dict[str, str] = {}
            for name, cell in zip(self.header, cells, strict=True):
                if not record.get(name, "").strip():
                    record[name] = cell
            yield line, record


def text_of(content: bytes) -> str | None:
    """Decode UTF-8 (with or without a mark) or else Windows-1252; None for bytes that are no text."""
    if b"\x00" in content[:4096]:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.removeprefix(b"\xef\xbb\xbf").decode("cp1252", errors="replace")


def read_grid(text: str) -> Grid | None:
    """Read text as a CSV with a header; None for text without a header of at least two names."""
    reader = csv.reader(io.StringIO(text, newline=""))
    rows: list[tuple[int, tuple[str, ...]]] = []
    ragged: list[tuple[int, int]] = []
    try:
        header = [tidy(name) for name in next(reader)]
        while header and not header[-1]:
            header.pop()
        if len(header) < 2 or not header[0]:
            return None
        line = reader.line_num + 1
        for cells in reader:
            width = len(header)
            if any(cell.strip() for cell in cells[width:]) or (
                any(map(str.strip, cells)) and len(cells) < width - _SHORT
            ):
                ragged.append((line, len(cells)))
            elif any(cell.strip() for cell in cells):
                rows.append((line, tuple((cells + [""] * width)[:width])))
            line = reader.line_num + 1
    except (csv.Error, StopIteration):
        return None
    return Grid(tuple(header), tuple(rows), tuple(ragged))


def looks_like_table(text: str) -> bool:
    """Whether the first lines are rows of one table: several short names, then as many cells in most rows."""
    head = text[:65536]
    lines = list(csv.reader(io.StringIO(head, newline="")))[: _SNIFFED + 1]
    lines = [cells for cells in lines if cells]
    if len(lines) < 2:
        return False
    header = [name.strip() for name in lines[0]]
    while header and not header[-1]:
        header.pop()
    if len(header) < 2 or any(len(name) > _LONGEST_NAME for name in header) or not header[0]:
        return False
    if sum(name.endswith((".", "?", "!", ":", "\u3002")) for name in header) > len(header) // 3:
        return False
    body = lines[1:] if len(head) == len(text) else lines[1:-1] or lines[1:]
    if len(header) < _WIDE:
        return all(len(cells) == len(lines[0]) for cells in body)
    near = [abs(len(cells) - len(lines[0])) <= 2 or len(cells) > len(header) for cells in body]
    return sum(near) >= 0.8 * len(near)


def read_json(text: str) -> Any:
    """Read text as JSON; None where it is none (or null)."""
    if text.lstrip()[:1] not in ("[", "{"):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def shape(value: Any) -> str:
    """Return what a JSON value looks like, in a few words: the fields that were not recognised."""
    if isinstance(value, dict):
        return f"an object with {', '.join(map(str, value))}"[:200]
    first = value[0] if isinstance(value, list) and value else None
    if isinstance(first, dict):
        return f"a list of objects with {', '.join(map(str, first))}"[:200]
    return f"a list that begins with {str(first)[:150]}"


_LAST_COLUMN = 16_384
"""Columns that a sheet of Excel can have."""
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_workbook(file: RawFile) -> Grid:
    """Read the first sheet of an Excel workbook as a table: stored values, as text.

    Raises:
        RawFileError: A damaged or unfit workbook.
    """
    parts = dict(members(file))
    sheets = sorted(name for name in parts if name.startswith("xl/worksheets/sheet"))
    if not sheets or any(b"<!DOCTYPE" in content or b"<!ENTITY" in content for content in parts.values()):
        raise RawFileError(
            file.path, "no plain sheet", "a workbook with a sheet", "Save it as CSV.", "unreadable_format"
        )
    try:
        # A document type was refused above, so that there are no entities to expand.
        strings = ElementTree.fromstring(parts.get("xl/sharedStrings.xml", b"<sst/>"))  # noqa: S314
        shared = ["".join(text.text or "" for text in item.iter(f"{_SHEET}t")) for item in strings]
        rows = list(ElementTree.fromstring(parts[sheets[0]]).iter(f"{_SHEET}row"))  # noqa: S314
        table = [(int(row.get("r", "0")), _cells(row, shared)) for row in rows]
    except (ElementTree.ParseError, ValueError, IndexError) as error:
        raise RawFileError(file.path, str(error)[:120], "a whole workbook", "Save it as CSV.", "malformed") from error
    header = [tidy(name) for name in table[0][1]] if table else []
    while header and not header[-1]:
        header.pop()
    if not header:
        raise RawFileError(file.path, "an empty sheet", "a table", "Save the sheet that holds it.", "empty")
    width = len(header)
    body = [(line, tuple((cells + [""] * width)[:width])) for line, cells in table[1:] if any(map(tidy, cells))]
    return Grid(tuple(header), tuple(body), ())


def _cells(row: ElementTree.Element, shared: list[str]) -> list[str]:
    cells: list[str] = []
    for cell in row.iter(f"{_SHEET}c"):
        letters = "".join(c for c in cell.get("r", "") if c.isalpha())
        place = 0
        for letter in letters:
            place = place * 26 + ord(letter) - 64
        if place > _LAST_COLUMN:
            raise ValueError(f"a cell in column {letters[:12]}")
        cells.extend([""] * (place - 1 - len(cells)))
        value = cell.find(f"{_SHEET}v")
        text = (value.text or "") if value is not None else "".join(t.text or "" for t in cell.iter(f"{_SHEET}t"))
        cells.append(shared[int(text)] if cell.get("t") == "s" and text else text)
    return cells


def members(file: RawFile) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an archive by name; folders, and what operating systems add, are left out.

    Raises:
        RawFileError: It is damaged, locked, holds too many files, or is too large when unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and "__MACOSX" not in entry.filename]
            size = sum(entry.file_size for entry in entries)
            if size > MAX_BYTES or len(entries) > MAX_MEMBERS:
                found = f"{len(entries)} files of {size} bytes"
                raise RawFileError(file.path, found, f"at most {MAX_BYTES} bytes", "Unpack it.", "too_large")
            for entry in sorted(entries, key=lambda entry: entry.filename):
                with archive.open(entry) as stream:
                    content = stream.read(entry.file_size + 1)
                if len(content) > entry.file_size:
                    raise RawFileError(file.path, "more than it says", "an honest archive", "Unpack it.", "unsafe")
                yield entry.filename, content
    except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError) as error:
        raise RawFileError(file.path, str(error)[:120], "a whole archive", "Fetch it again.", "malformed") from error

"""Files exactly as statistical agencies publish them -> rows in our own layout, whatever a file's name says.

What belongs here: choosing the reader by content, one module an agency and layout. What does not: our own layout
(`ingest/tables`), documents (`ingest/readers`) and what the figures show (`pipelines/dependence`).

A reader accounts for every value: it becomes a cell of a contract table, or is counted by what it means, or sets its
row aside with file, row, column, found and expected. A table whose layout was never seen is refused whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipelines.errors import RawFileError
from pipelines.ingest.agencies import grid as grids
from pipelines.ingest.agencies.account import Account, AgencyFile, Harvest, tables_of
from pipelines.ingest.agencies.layouts import grid_layout, json_layout, metadata_layout
from pipelines.ingest.safety import RawFile
from pipelines.ingest.values import CellError
from pipelines.records import Source

_ZIP = b"PK\x03\x04"
_OFFICE = (b"word/", b"xl/", b"ppt/", b"[Content_Types].xml")
_TABLE_ENDINGS = (".csv", ".json", ".xlsx", ".tsv")


def read_agency_file(file: RawFile, given: Source | None = None) -> AgencyFile | None:
    """Read a file as an agency's, if it is one.

    Args:
        file: As it lies in raw.
        given: Its source record where there is one (a fetched file); else the record is made of what the file says.

    Returns:
        None for a file that is no table, no archive of tables and no JSON: it is a document.

    Raises:
        RawFileError: A table of a layout never seen, an unfit archive, or a file whose reader refuses it whole.
    """
    if file.content.startswith(_ZIP):
        if any(mark in file.content for mark in _OFFICE) and b"xl/" not in file.content:
            return None
        return _read_archive(file, given)
    read = _read_one(file.path, "", file.path, file.content)
    if read is None:
        return None
    harvest, source = read
    return _finish(file, given, source, [harvest])


def _read_archive(file: RawFile, given: Source | None) -> AgencyFile | None:
    if b"xl/workbook.xml" in file.content:
        grid = grids.read_workbook(file)
        harvest, source = _read_grid(file.path, "", file.path, grid)
        return _finish(file, given, source, [harvest])
    harvests: list[Harvest] = []
    sources: list[Source] = []
    for name, content in grids.members(file):
        try:
            read = _read_one(file.path, name, name, content)
        except RawFileError as error:
            harvest = Harvest(file.path, name, "")
            harvest.account.problem = str(error)
            harvest.refuse_row(0, "", CellError(error.found, error.expected), error.reason_code)
            harvests.append(harvest)
            continue
        if read is not None:
            harvests.append(read[0])
            sources.extend([read[1]] if read[1].source_id else [])
        elif name.lower().endswith(_TABLE_ENDINGS):
            harvest = Harvest(file.path, name, "")
            harvest.refuse_row(0, "", CellError("no table", "an agency's table"), "unreadable_format")
            harvests.append(harvest)
    if not sources:
        found = ", ".join(sorted({harvest.member for harvest in harvests}))[:200] or "no tables"
        remedy = "Unpack it and add the documents in it one by one."
        raise RawFileError(file.path, found, "an archive of an agency's tables", remedy, "unreadable_format")
    whole = replace(sources[0], title=(sources[0].title or "").split(", ")[0] + ", archive")
    return _finish(file, given, whole, harvests)


def _read_one(path: str, member: str, name: str, content: bytes) -> tuple[Harvest, Source] | None:
    text = grids.text_of(content)
    if text is None:
        return None
    place = f"{path}!{member}" if member else path
    head = text[:4096].lstrip()
    if head.startswith("<"):
        layout = metadata_layout(text)
        if layout is None:
            return None
        harvest = Harvest(path, member, layout[0])
        return harvest, layout[1]
    value = grids.read_json(text)
    if value is not None:
        found = json_layout(value)
        if found is None:
            shown = grids.shape(value)
            expected, remedy = "an agency's answer (UN Comtrade, US Census)", "Report the layout."
            raise RawFileError(place, f"JSON of a layout never seen: {shown}", expected, remedy, "unknown_column")
        harvest = Harvest(path, member, found.name)
        return harvest, found.read_json(harvest, value)
    grid = grids.read_grid(text)
    if grid is None or (grid_layout(grid) is None and not grids.looks_like_table(text)):
        return None
    return _read_grid(path, member, name, grid)


def _read_grid(path: str, member: str, name: str, grid: grids.Grid) -> tuple[Harvest, Source]:
    layout = grid_layout(grid)
    if layout is None:
        place = f"{path}!{member}" if member else path
        found = f"a table of a layout never seen, columns {', '.join(grid.header)}"[:400]
        expected, remedy = "a table of an agency, or <table>.csv in another room", "Report the layout."
        raise RawFileError(place, found, expected, remedy, "unknown_column")
    harvest = Harvest(path, member, layout.name)
    for line, cells in grid.ragged:
        harvest.refuse_row(line, "", CellError(f"{cells} cells", f"{len(grid.header)} as in the header"), "malformed")
    return harvest, layout.read_grid(harvest, grid, name)


def _finish(file: RawFile, given: Source | None, source: Source, harvests: Sequence[Harvest]) -> AgencyFile:
    """Complete the source by the file's hash and put the rows together."""
    if given is None:
        words = re.sub(r"[^a-z0-9]+", "-", (source.title or source.source_id).lower()).strip("-")
        stem = words if words.startswith(source.source_id) else f"{source.source_id}-{_rest(words)}".rstrip("-")
        source = replace(source, source_id=f"{stem[:60].rstrip('-')}-{file.sha256[:8]}")
    else:
        # What an agency does not let be passed on stays closed, whatever a record leaves out or says.
        allowed = False if source.redistributable is False else given.redistributable
        witness = given.witness_id or source.witness_id
        source = replace(given, reader=source.reader, witness_id=witness, redistributable=allowed)
    source = replace(source, sha256=file.sha256, bytes=len(file.content))
    tables = tables_of(harvests, source, file.path, file.sha256)
    bad = tuple(item for harvest in harvests for item in harvest.bad)
    gaps = frozenset((source.source_id, *gap) for harvest in harvests for gap in harvest.gaps)
    return AgencyFile(source, tables, bad, tuple(harvest.account for harvest in harvests), gaps)


def _rest(words: str) -> str:
    return re.sub(r"^(mineral-commodity-summaries-20\d\d|un-comtrade|cepii-baci)-?", "", words)


__all__ = ["Account", "AgencyFile", "read_agency_file"]

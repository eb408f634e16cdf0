"""Read a raw folder: what lies in it, what could be read, and what was set aside with which reason.

What belongs here: which folder of `raw/` holds what, and the order of reading. What does not: formats (`tables`,
`readers/`) and meaning (`coded`, `extract/`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipelines.errors import RawFileError
from pipelines.ingest import readers
from pipelines.ingest.agencies import read_agency_file
from pipelines.ingest.agencies.supplier_lists import kept_apart
from pipelines.ingest.auxiliary import STATISTICS, STATISTICS_BESIDE, required_columns
from pipelines.ingest.coded import REFERENCE_SOURCE
from pipelines.ingest.fetched import fetched_records
from pipelines.ingest.remembered import DOCUMENTS, RECORDS, identity
from pipelines.ingest.safety import RawFile
from pipelines.ingest.shelf import Shelf, open_rooms, set_aside_unread
from pipelines.ingest.sources import join, read_source_yaml, source_from_row, with_bytes
from pipelines.ingest.tables import read_table, table_name
from pipelines.ingest.values import CellError, parse_date
from pipelines.memory import Memory
from pipelines.records import Document, Quarantined, Source, TableFile
from schemas.contract import TABLES

AUXILIARY_ROOMS = ("reference", "decisions")
"""Rooms that hold tables which are not published as such (names of places, vocabulary, decisions)."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Everything that a build starts from.

    Attributes:
        sources: By source_id, with the bytes read where there are any.
        tables: Files of contract tables, in the order read.
        auxiliary: Reference and decision files that are no contract tables, by stem (`places`, `vocabulary/stages`).
        documents: Documents with their source.
        hashes: Relative path -> sha256 of every file read or set aside.
        identities: Path of a document -> what tells it from any that could be read differently.
        beside: Tables of `statistics/` outside the contract, by name.
        gaps: Trade flows of which a row was set aside: source_id, reporter, flow, hs6, hs_revision, period.
    """

    sources: Mapping[str, Source]
    tables: tuple[TableFile, ...]
    auxiliary: Mapping[str, TableFile]
    documents: tuple[Document, ...]
    quarantined: tuple[Quarantined, ...]
    hashes: Mapping[str, str]
    identities: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, tuple[TableFile, ...]] = field(default_factory=dict)
    gaps: frozenset[tuple[str, ...]] = frozenset()

    def newest_date(self) -> dt.date | None:
        """The newest date recorded in raw: retrieved_on and published_on of sources, decided_on of decisions."""
        dates = [day for source in self.sources.values() for day in (source.retrieved_on, source.published_on) if day]
        for file in self.auxiliary.values():
            for _, row in file.rows if file.room == "decisions" else ():
                try:
                    day, precision = parse_date(row.get("decided_on", ""))
                except CellError:
                    continue  # the row's reader sets it aside with its reason
                if precision == "day":
                    dates.append(day)
        return max(dates, default=None)


def read_raw(raw: Path, reference: Path, memory: Memory | None = None) -> Raw:
    """Read a raw folder, with the project's own reference tables where it has none.

    Args:
        raw: Folder with any of the rooms of `raw/README.md`.
        reference: Folder that serves as `reference/`.
        memory: What was read before; what could not be read is tried again.

    Returns:
        All that could be read; nothing is lost: what could not is in `quarantined`.
    """
    memory = memory or Memory()
    shelf = Shelf(read_before=memory.recall(DOCUMENTS), described_before=memory.recall(RECORDS))
    open_rooms(shelf, raw, reference)
    _read_sources(shelf)
    _read_tables(shelf)
    _read_folders(shelf)
    _read_inbox(shelf)
    tables, contradicting = kept_apart(shelf.tables)
    shelf.tables[:] = tables
    shelf.quarantined.extend(contradicting)
    set_aside_unread(shelf)
    shelf.read_before.save()
    shelf.described_before.save()
    return Raw(
        sources=dict(sorted(shelf.sources.items())),
        tables=tuple(shelf.tables),
        auxiliary=shelf.auxiliary,
        gaps=frozenset(shelf.gaps),
        beside={table: tuple(files) for table, files in shelf.beside.items()},
        documents=tuple(shelf.documents),
        quarantined=tuple(shelf.quarantined),
        hashes=dict(sorted(shelf.hashes.items())),
        identities=shelf.identities,
    )


def _read_sources(shelf: Shelf) -> None:
    columns = [column.name for column in TABLES["sources"].columns]
    for file in shelf.within("reference"):
        if file.path == "reference/source.yaml":
            shelf.used.add(file.path)
            try:
                source, _ = read_source_yaml(file)
                shelf.sources[source.source_id] = source
            except RawFileError as error:
                shelf.set_aside(file.path, error)
    shelf.sources.setdefault(REFERENCE_SOURCE, Source(REFERENCE_SOURCE, publisher="Kakehashi", redistributable=True))
    for file in shelf.within("curated"):
        if table_name(file.path) != "sources" or not file.path.endswith(".csv"):
            continue
        try:
            table = shelf.shelve(read_table(file, "curated", columns, None))
        except RawFileError as error:
            shelf.set_aside(file.path, error)
            continue
        if _is_about_others(table):
            shelf.tables.append(table)
            continue
        for number, row in table.rows:
            try:
                source = source_from_row(table, number, row)
                if source.source_id in shelf.sources and source.source_id != REFERENCE_SOURCE:
                    raise RawFileError(
                        f"{file.path}, row {number}",
                        f"{source.source_id} again",
                        "one row a source",
                        "Remove the second row.",
                        "duplicate",
                    )
                shelf.sources[source.source_id] = source
            except RawFileError as error:
                shelf.set_aside(file.path, error, number)


def _is_about_others(table: TableFile) -> bool:
    """Whether a sources file holds what sources say about sources (a page's wrong date) rather than their records."""
    return any("source_ids" in row for _, row in table.rows)


def _read_tables(shelf: Shelf) -> None:
    for room in ("reference", "curated", "decisions"):
        for file in shelf.within(room):
            stem = file.path.removeprefix(f"{room}/").removesuffix(".csv")
            table = table_name(file.path)
            if not file.path.endswith(".csv") or table == "sources":
                continue
            try:
                spec = TABLES.get(table) if room != "decisions" else None
                if spec is None and room not in AUXILIARY_ROOMS:
                    raise RawFileError(
                        file.path, f"table {table}", "a table of the data contract", "Rename the file.", "unknown_table"
                    )
                columns = None if spec is None else [column.name for column in spec.columns]
                required = required_columns(room, stem, file.path) if room in AUXILIARY_ROOMS else ()
                read = shelf.shelve(read_table(file, room, columns, None, required))
                if spec is None or table == "codelists":
                    shelf.auxiliary[stem if room == "reference" else f"{room}/{stem}"] = read
                else:
                    shelf.tables.append(read)
            except RawFileError as error:
                shelf.set_aside(file.path, error)


def _read_folders(shelf: Shelf) -> None:
    """Read `documents/` and `statistics/`: one folder a source, described by its source.yaml."""
    for room in ("documents", "statistics"):
        folders = sorted({file.path.split("/")[1] for file in shelf.within(room) if file.path.count("/") >= 2})
        for folder in folders:
            place = f"{room}/{folder}"
            try:
                yaml_file = shelf.files.get(f"{place}/source.yaml")
                if yaml_file is None:
                    raise RawFileError(place, "no source.yaml", "a source record", "Add source.yaml.", "missing_source")
                shelf.used.add(yaml_file.path)
                described, document = _described(shelf, yaml_file)
                source = join(shelf.sources.get(described.source_id), described, yaml_file.path)
                if room == "documents":
                    _read_folder_document(shelf, place, source, document)
                else:
                    _read_folder_tables(shelf, place, source)
            except RawFileError as error:
                shelf.set_aside(place, error)


def _described(shelf: Shelf, file: RawFile) -> tuple[Source, str]:
    """What a `source.yaml` says: its source, and the name of the document."""
    key = identity(file)
    found = shelf.described_before.get(key)
    if found is None:
        source, about = read_source_yaml(file)
        found = source, str(about.get("document", ""))
        shelf.described_before.put(key, found)
    return found


def _document(shelf: Shelf, file: RawFile, given: Source | None) -> Document:
    """The document in a file, its source completed by the bytes that were read."""
    key = identity(file, given)
    found = shelf.read_before.get(key)
    if found is None:
        found = readers.read_document(file.content, file.path, given)
        source = with_bytes(given or found.source, file, found.source.reader or "documents")
        found = replace(found, source=source)
        shelf.read_before.put(key, found)
    shelf.identities[file.path] = key
    return found


def _read_folder_document(shelf: Shelf, place: str, source: Source, name: str) -> None:
    file = shelf.files.get(f"{place}/{name}")
    if file is None:
        raise RawFileError(
            f"{place}/source.yaml",
            f"document: {name or '(none)'}",
            "the name of a file beside it",
            "Name the document.",
            "missing_source",
        )
    shelf.used.add(file.path)
    document = _document(shelf, file, source)
    shelf.sources[source.source_id] = document.source
    shelf.documents.append(document)


def _read_folder_tables(shelf: Shelf, place: str, source: Source) -> None:
    shelf.sources[source.source_id] = source
    for file in shelf.within(place):
        if not file.path.endswith(".csv"):
            continue
        table = table_name(file.path)
        try:
            if table in STATISTICS:
                columns = STATISTICS[table]
                shelf.beside.setdefault(table, []).append(
                    shelf.shelve(read_table(file, "statistics", (*columns, *STATISTICS_BESIDE), source, columns))
                )
                continue
            if table not in TABLES:
                raise RawFileError(
                    file.path, f"table {table}", "a table of the data contract", "Rename the file.", "unknown_table"
                )
            columns = tuple(column.name for column in TABLES[table].columns)
            shelf.tables.append(shelf.shelve(read_table(file, "statistics", columns, source)))
            shelf.sources[source.source_id] = with_bytes(source, file, "tables-1")
        except RawFileError as error:
            shelf.set_aside(file.path, error)


def _read_inbox(shelf: Shelf) -> None:
    records = fetched_records(shelf)
    for file in shelf.within("inbox"):
        if file.path in shelf.used:
            continue
        shelf.used.add(file.path)
        try:
            given = records.get(file.path.rpartition("/")[0])
            if _read_agency_file(shelf, file, given):
                continue
            document = _document(shelf, file, given)
            source = document.source
            if source.source_id in shelf.sources:
                raise RawFileError(
                    file.path,
                    f"source {source.source_id} again",
                    "a source not yet in raw",
                    "Remove the copy.",
                    "duplicate",
                )
            shelf.sources[source.source_id] = source
            shelf.documents.append(document)
        except RawFileError as error:
            shelf.set_aside(file.path, error)


def _read_agency_file(shelf: Shelf, file: RawFile, given: Source | None = None) -> bool:
    """Read a file of the inbox as a statistical agency's own; False where it is a document."""
    read = read_agency_file(file, given)
    if read is None:
        return False
    if not read.tables and read.source.source_id in shelf.sources:
        return True  # the same metadata lies beside several tables
    if read.source.source_id in shelf.sources and given is None:
        found, expected = f"source {read.source.source_id} again", "a source not yet in raw"
        raise RawFileError(file.path, found, expected, "Remove the copy.", "duplicate")
    shelf.sources[read.source.source_id] = read.source
    shelf.tables.extend(shelf.shelve(table) for table in read.tables)
    shelf.quarantined.extend(read.quarantined)
    shelf.gaps.update(read.gaps)
    return True

"""A release made by this very program is made again from its tables, and every other file must come out the same.

What belongs here: the comparison. What does not: how the files are made (`forms`). A release of another program is
not judged here: its words may have been put otherwise; what its files say is compared all the same (`verify`,
`verify_forms`).
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from pipelines.fingerprint import program_sha256
from pipelines.licences import TableLicence, table_licences
from pipelines.publish.descriptors import ReleaseFacts, ReleaseTexts, TableFacts
from pipelines.publish.findings import Finding, Tables
from pipelines.publish.flat import FLAT
from pipelines.publish.folder import Folder, StoredTable, release_check
from pipelines.publish.forms import catalogue_files, files_beside
from pipelines.publish.sqlite_file import SQLITE, declarations, read_declarations
from pipelines.publish.workbook import WORKBOOK
from schemas import contract

__all__ = ["made_again", "release_dated"]


@release_check("release_dated")
def release_dated(folder: Folder) -> Iterator[Finding]:
    """Version, date and the release before fit each other, and a first release has no changes."""
    manifest = folder.manifest or {}
    version, day, previous = (manifest.get(name) for name in ("version", "released_on", "previous"))
    if isinstance(version, str) and isinstance(day, str) and ".".join(version.split(".")[:3]) != day.replace("-", "."):
        yield Finding("release_dated", "release.json released_on", day, f"the day of version {version}")
    if previous is None:
        changes = folder.stored("changes")
        if isinstance(changes, StoredTable) and changes.n_rows:
            found = f"{changes.n_rows} changes and no release before"
            yield Finding("release_dated", "release.json previous", found, "the version that they changed")
    elif not _before(previous, version):
        yield Finding("release_dated", "release.json previous", repr(previous), f"a version before {version}")


def _before(previous: Any, version: Any) -> bool:
    try:
        return [int(part) for part in previous.split(".")] < [int(part) for part in version.split(".")]
    except (AttributeError, ValueError):
        return False


@release_check("made_again")
def made_again(folder: Folder) -> Iterator[Finding]:
    """Every file beside the tables is what this program makes of them, byte for byte, if this program made it."""
    manifest = folder.manifest or {}
    if manifest.get("program_sha256") != program_sha256() or len(folder.frames) < len(contract.TABLES):
        return
    facts, texts = _facts(folder, manifest), ReleaseTexts()
    made = files_beside(Tables(folder.frames, facts.own_use), facts, texts)
    if all((folder.path / name).is_file() for name in (SQLITE, WORKBOOK, FLAT)):
        made |= catalogue_files(folder.path, facts, texts)
    for name, content in made.items():
        found = folder.content(name)
        if found is not None and found != content:
            yield Finding("made_again", name, *_difference(found, content))
    yield from _told_of_columns(folder)


def _facts(folder: Folder, manifest: Mapping[str, Any]) -> ReleaseFacts:
    tables = {}
    for name in contract.TABLES:
        stored = folder.stored(name)
        if isinstance(stored, StoredTable):
            csv, parquet = (folder.hashes.get(f"tables/{name}.{form}", "") for form in ("csv", "parquet"))
            tables[name] = TableFacts(stored.n_rows, csv, parquet, stored.logical_sha256)
    return ReleaseFacts(
        version=str(manifest.get("version")),
        released_on=dt.date.fromisoformat(str(manifest.get("released_on"))),
        input_sha256=str(manifest.get("input_sha256")),
        previous=manifest.get("previous"),
        tables=tables,
        licences=licences_of(folder),
        own_use=manifest.get("own_use") is True,
        waivers=manifest.get("waivers") or (),
        program_sha256=manifest.get("program_sha256"),
    )


def licences_of(folder: Folder) -> dict[str, TableLicence]:
    """Return the licence of each table that can be read, as its sources make it."""
    return table_licences({name: table for name in contract.TABLES if (table := folder.of_sources(name)) is not None})


def _difference(found: bytes, made: bytes) -> tuple[str, str]:
    """The first line that differs, on either side; for a file that is no text its sizes."""
    if b"\0" in found[:1024] + made[:1024]:
        return f"other cells or formats ({len(found)} bytes)", f"what its tables give ({len(made)} bytes)"
    pairs = zip_longest(found.decode(errors="replace").splitlines(), made.decode(errors="replace").splitlines())
    for number, (one, other) in enumerate(pairs, start=1):
        if one != other:
            return f"line {number}: {_short(one)}", _short(other)
    return "other line ends", "the same lines"


def _short(line: str | None) -> str:
    return "nothing" if line is None else repr(line if len(line) <= 100 else f"{line[:99]}…")


def _told_of_columns(folder: Folder) -> Iterator[Finding]:
    """What Parquet and SQLite tell of tables and columns beside their types."""
    for name in contract.TABLES:
        stored = folder.stored(name)
        told = {field.name: field.metadata or {} for field in stored.schema} if isinstance(stored, StoredTable) else {}
        for field in contract.arrow_schema(name):
            for key, value in (field.metadata or {}).items():
                found = told[field.name].get(key, b"") if field.name in told else value
                if found != value:
                    where = f"tables/{name}.parquet {field.name} {key.decode()}"
                    yield Finding("made_again", where, _short(found.decode()), _short(value.decode()))
    try:
        said = read_declarations(folder.path / SQLITE, comments=True)
    except sqlite3.Error:
        return  # sqlite_agrees tells it
    for name, statement in declarations(comments=True).items():
        if name in said and said[name] != statement:
            yield Finding("made_again", f"{SQLITE} {name}", *_difference(said[name].encode(), statement.encode()))

"""Checks of the further forms of a release: they say what the Parquet says, and nothing in them runs.

What belongs here: named checks of the SQLite file, the workbook, the scripts for DuckDB and what catalogues are told.
What does not: checks of tables (`checks_*`) and of the release as such (`verify`).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

import pyarrow as pa

from pipelines.publish.catalogues import CATALOGUES, CROISSANT, DCAT
from pipelines.publish.duckdb_import import LOAD, SCHEMA, load_sql, schema_sql
from pipelines.publish.findings import Finding
from pipelines.publish.folder import Folder, StoredTable, release_check
from pipelines.publish.formats import logical_sha256
from pipelines.publish.sqlite_file import (
    SQLITE,
    contract_number,
    declarations,
    read_batches,
    read_declarations,
    user_version,
)
from pipelines.publish.workbook import WORKBOOK, read_sheets, running_parts, sheet_cells, sheets
from schemas import contract

__all__ = ["catalogues_agree", "duckdb_import_agrees", "sqlite_agrees", "workbook_agrees"]

_COMMENT = re.compile(r"""COMMENT ON (TABLE|COLUMN|VIEW) "\w+"(\."\w+")? IS '([^']|'')*';""")


def _readable(folder: Folder) -> dict[str, StoredTable]:
    """Tables that can be read and have the contract's schema; of the others other checks tell."""
    return {name: stored for name in folder.frames if isinstance(stored := folder.stored(name), StoredTable)}


@release_check("sqlite_agrees")
def sqlite_agrees(folder: Folder) -> Iterator[Finding]:
    """kakehashi.sqlite has the contract's tables, keys and views, and every row and cell of the Parquet."""
    path = folder.path / SQLITE
    if not path.is_file():
        return
    try:
        found = read_declarations(path)
    except sqlite3.Error as error:
        yield Finding("sqlite_agrees", SQLITE, str(error), "a SQLite file")
        return
    told, number = user_version(path), contract_number(folder.version)
    if told != number:
        where = f"{SQLITE} user_version"
        yield Finding("sqlite_agrees", where, str(told), f"{number}, the contract version of release.json")
    expected = declarations(comments=False)
    for name in (name for name in contract.TABLES if folder.older and folder.holds(name) and name not in found):
        yield Finding("sqlite_agrees", f"{SQLITE} {name}", "no such table", "every table of the release")
    for name in () if folder.older else sorted(found.keys() | expected.keys()):
        if found.get(name) != expected.get(name):
            yield Finding("sqlite_agrees", f"{SQLITE} {name}", "another declaration", "the contract's own")
    for name, table in _readable(folder).items():
        if name in found:
            wrong = _sqlite_difference(folder, name, table)
            if wrong is not None:
                yield Finding("sqlite_agrees", f"{SQLITE} {name}", wrong, f"the {table.n_rows} rows of the Parquet")


def _sqlite_difference(folder: Folder, name: str, table: StoredTable) -> str | None:
    rows = 0

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for batch in read_batches(folder.path / SQLITE, name, table.schema):
            rows += batch.num_rows
            yield batch

    try:
        found = logical_sha256(table.schema, counted())
    except (
        sqlite3.Error,
        ValueError,
        ArithmeticError,
        TypeError,
        LookupError,
        AttributeError,
        pa.ArrowException,
    ) as error:
        return f"a cell that does not fit ({str(error).splitlines()[0] if str(error) else type(error).__name__})"
    if rows != table.n_rows:
        return f"{rows} rows"
    if found != table.logical_sha256:
        return "other values"
    return None


@release_check("workbook_agrees")
def workbook_agrees(folder: Folder) -> Iterator[Finding]:
    """kakehashi.xlsx has a sheet a table that belongs in it, with the Parquet's cells, and nothing in it runs."""
    path = folder.path / WORKBOOK
    if not path.is_file():
        return
    try:
        found, running = read_sheets(path), running_parts(path)
    except (ValueError, OSError) as error:
        yield Finding("workbook_agrees", WORKBOOK, str(error), "a workbook")
        return
    for part in running:
        yield Finding("workbook_agrees", f"{WORKBOOK} {part}", "a formula, a macro or a link", "plain cells")
    tables = _readable(folder)
    for name in sheets({name: table.n_rows for name, table in tables.items()}):
        table = folder.table(name)
        if name in tables and name not in found:
            yield Finding("workbook_agrees", f"{WORKBOOK} {name}", "no such sheet", "one")
        elif name in tables and isinstance(table, pa.Table):
            yield from _sheet_differences(name, table, found[name])


def _sheet_differences(name: str, table: pa.Table, found: list[tuple[Any, ...]]) -> Iterator[Finding]:
    expected = [tuple(table.schema.names), *sheet_cells(table, name)]
    for number, (cells, ours) in enumerate(zip_longest(found, expected), start=1):
        if cells is None or ours is None:
            yield Finding(
                "workbook_agrees",
                f"{WORKBOOK} {name}",
                f"{len(found) - 1} rows",
                f"{len(expected) - 1}, as in the Parquet",
            )
            return
        if cells != ours or [type(cell) is bool for cell in cells] != [type(cell) is bool for cell in ours]:
            column = next((i for i, pair in enumerate(zip(cells, ours, strict=False)) if pair[0] != pair[1]), 0)
            where = f"{WORKBOOK} {name} row {number} {table.schema.names[column]}"
            yield Finding("workbook_agrees", where, repr(cells[column : column + 1]), repr(ours[column : column + 1]))
            return


@release_check("duckdb_import_agrees")
def duckdb_import_agrees(folder: Folder) -> Iterator[Finding]:
    """The scripts that DuckDB imports declare and load the contract's tables, and do nothing else."""
    for name, ours in ((SCHEMA, schema_sql()), (LOAD, load_sql())):
        content = folder.content(name)
        if content is not None and not folder.older and _statements(content) != _statements(ours):
            yield Finding("duckdb_import_agrees", name, "other statements", f"contract {contract.CONTRACT_VERSION}")


def _statements(content: bytes) -> list[str]:
    lines = content.decode(errors="replace").splitlines()
    # A comment may be put better in time; whatever follows one on its line would be run, and counts.
    return [line for line in lines if not _COMMENT.fullmatch(line)]


@release_check("catalogues_agree")
def catalogues_agree(folder: Folder) -> Iterator[Finding]:
    """croissant.json, dcat.jsonld and schemaorg.jsonld tell this version, these files' hashes and these columns."""
    manifest = folder.manifest or {}
    for name in CATALOGUES:
        if name not in folder.files:
            continue
        told = folder.json(name)
        if told is None:
            yield Finding("catalogues_agree", name, "nothing readable", "a JSON object")
            continue
        version = told.get("dcat:version" if name == DCAT else "version")
        if version != manifest.get("version"):
            yield Finding("catalogues_agree", f"{name} version", str(version), str(manifest.get("version")))
        yield from _distribution_differences(folder, name, told)
        if name == CROISSANT and not folder.older:
            yield from _record_set_differences(told)


def _distribution_differences(folder: Folder, name: str, told: Mapping[str, Any]) -> Iterator[Finding]:
    listed = told.get("dcat:distribution" if name == DCAT else "distribution")
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    found = {str(path): digest for path, digest in map(_offer, items)}
    expected = {path for path in folder.hashes if path.endswith((".csv", ".parquet", ".sqlite", ".xlsx"))}
    expected -= {"data_dictionary.csv"}
    for path in sorted(expected ^ found.keys()):
        what = ("a file that is offered nowhere", "the file") if path in expected else ("no such file", "a data file")
        yield Finding("catalogues_agree", f"{name} {path}", *what)
    for path, digest in found.items():
        if path in expected and digest != folder.hashes[path]:
            yield Finding("catalogues_agree", f"{name} {path} sha256", str(digest), folder.hashes[path])


def _offer(item: Mapping[str, Any]) -> tuple[Any, Any]:
    """Path and hash of one distribution, in either spelling."""
    if "contentUrl" in item:
        return item["contentUrl"], item.get("sha256")
    path, digest = item.get("dcat:downloadURL"), item.get("spdx:checksum")
    value = digest.get("spdx:checksumValue") if isinstance(digest, dict) else None
    return (
        path.get("@id") if isinstance(path, dict) else None,
        value.get("@value") if isinstance(value, dict) else None,
    )


def _record_set_differences(told: Mapping[str, Any]) -> Iterator[Finding]:
    listed = told.get("recordSet")
    sets = (
        {str(item.get("name")): item for item in listed if isinstance(item, dict)} if isinstance(listed, list) else {}
    )
    for name, spec in contract.TABLES.items():
        fields = sets.get(name, {}).get("field")
        names = tuple(f.get("name") for f in fields if isinstance(f, dict)) if isinstance(fields, list) else ()
        if names != spec.names:
            yield Finding("catalogues_agree", f"{CROISSANT} {name}", "other columns", "the contract's columns")

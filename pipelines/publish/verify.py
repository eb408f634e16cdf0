"""`kakehashi verify`: is this release folder whole, unchanged and true to the contract?

What belongs here: named checks of a release as files. What does not: checks of the tables as such: those are run too,
but stand in `checks_*`, for the build's gate runs the very same ones before it writes.

Needs nothing but the folder. A new check of files is one function with `@release_check("its_name")`.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.publish import verify_forms  # noqa: F401 - registers its checks
from pipelines.publish.descriptors import data_dictionary_csv, resource
from pipelines.publish.findings import Finding
from pipelines.publish.flat import FLAT_COLUMNS, flat_csv, projects_flat
from pipelines.publish.folder import RELEASE_CHECKS, SIGNATURE, SUMS, Folder, ReleaseCheck, StoredTable, release_check
from pipelines.publish.formats import CSV_BATCH_ROWS, csv_chunks
from pipelines.publish.signatures import check_signature
from pipelines.publish.verify_made import licences_of
from pipelines.publish.verify_tables import findings_of_tables
from schemas import contract

Progress = Callable[[str, int, int], None]


def verify(release: Path, progress: Progress | None = None, signers: Path | None = None) -> tuple[Finding, ...]:
    """Check a release folder.

    Args:
        release: The folder, or a link to it such as `output/latest`.
        progress: Told of each check as it begins: its name, its number, and how many there are.
        signers: Allowed signers; the release must be signed by one of them. None: a signature is not looked at.

    Returns:
        What is wrong, empty for a whole and true release. Damage never raises; each finding names its check.
    """
    if not release.is_dir():
        found = "a link to nothing" if release.is_symlink() else "no folder"
        return (Finding("release_there", str(release), found, "the folder of a release"),)
    folder = Folder(release)
    steps = len(RELEASE_CHECKS) + 1
    findings: list[Finding] = [] if signers is None else check_signature(release, signers)
    for number, (name, check) in enumerate(RELEASE_CHECKS.items(), start=1):
        if progress is not None:
            progress(name, number, steps)
        findings += _carried_out(name, check, folder)
    if any(finding.check == "contract_known" for finding in findings):
        return tuple(findings)
    if progress is not None:
        progress("tables", steps, steps)
    return tuple(findings) + findings_of_tables(folder)


def _carried_out(name: str, check: ReleaseCheck, folder: Folder) -> list[Finding]:
    """What a check finds. Whatever stops it is damage that nobody thought of, and a finding like any other."""
    try:
        return list(check(folder))
    except Exception as error:
        found = f"something that it cannot judge ({type(error).__name__}: {error})"
        return [Finding(name, folder.path.name, found, "a release that can be judged")]


@release_check("sums_readable")
def sums_readable(folder: Folder) -> Iterator[Finding]:
    """SHA256SUMS is there and is one."""
    if folder.sums is None:
        yield Finding("sums_readable", SUMS, "no such file, or a line that is no hash and path", "`sha256sum` lines")


@release_check("files_present")
def files_present(folder: Folder) -> Iterator[Finding]:
    """Every file of a release is there, whatever SHA256SUMS says."""
    for name in sorted({*folder.expected, *(folder.sums or {})} - folder.files.keys()):
        yield Finding("files_present", name, "no such file", "a file of the release")


@release_check("files_listed")
def files_listed(folder: Folder) -> Iterator[Finding]:
    """Every file in the folder is one of a release and stands in SHA256SUMS, and none is a link."""
    for name, path in folder.files.items():
        if path.is_symlink() or not path.is_file():
            yield Finding("files_listed", name, "a link or something that is no file", "plain files only")
        elif name not in (SUMS, SIGNATURE) and folder.sums is not None and name not in folder.sums:
            yield Finding("files_listed", name, "a file that SHA256SUMS does not name", "no such file")
        elif name not in (SUMS, SIGNATURE) and name not in folder.expected:
            yield Finding("files_listed", name, "a file that is no part of a release", "no such file")


@release_check("files_unchanged")
def files_unchanged(folder: Folder) -> Iterator[Finding]:
    """Every file has the hash that SHA256SUMS gives."""
    for name, expected in (folder.sums or {}).items():
        found = folder.hashes.get(name)
        if found is not None and found != expected:
            yield Finding("files_unchanged", name, f"sha256 {found}", expected)


@release_check("manifest_readable")
def manifest_readable(folder: Folder) -> Iterator[Finding]:
    """release.json is an object that says what release this is."""
    manifest = folder.manifest
    if manifest is None:
        yield Finding("manifest_readable", "release.json", "nothing readable", "a JSON object")
        return
    patterns = {
        "version": r"\d{4}\.\d{2}\.\d{2}(\.[1-9]\d*)?",
        "released_on": r"\d{4}-\d{2}-\d{2}",
        "contract_version": r"\d+\.\d+\.\d+",
        "input_sha256": r"[0-9a-f]{64}",
    }
    for field, pattern in patterns.items():
        value = manifest.get(field)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield Finding("manifest_readable", f"release.json {field}", repr(value), f"text like {pattern}")
    if not isinstance(manifest.get("tables"), dict):
        yield Finding("manifest_readable", "release.json tables", "no object", "one entry a table")


@release_check("contract_known")
def contract_known(folder: Folder) -> Iterator[Finding]:
    """The release follows a contract that this program knows: the same major version, none newer."""
    version = (folder.manifest or {}).get("contract_version")
    if not isinstance(version, str) or not re.fullmatch(r"\d+\.\d+\.\d+", version):
        return
    ours, theirs = _numbers(contract.CONTRACT_VERSION), _numbers(version)
    if theirs[0] != ours[0] or theirs > ours:
        expected = f"contract {contract.CONTRACT_VERSION} or an older one of its major version"
        yield Finding("contract_known", "release.json contract_version", version, expected)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@release_check("manifest_agrees")
def manifest_agrees(folder: Folder) -> Iterator[Finding]:
    """release.json tells the tables as they are: names, rows, hashes."""
    entries = (folder.manifest or {}).get("tables")
    if not isinstance(entries, dict):
        return
    missing = {name for name in contract.TABLES if folder.holds(name)} - entries.keys()
    for name in sorted((entries.keys() - contract.TABLES.keys()) | missing):
        found = "an entry" if name in entries else "no entry"
        yield Finding("manifest_agrees", f"release.json tables {name}", found, "one entry a table of the contract")
    for name, entry in entries.items():
        if name in contract.TABLES and isinstance(entry, dict):
            for field, expected in _told(folder, name).items():
                if entry.get(field) != expected:
                    where = f"release.json tables {name} {field}"
                    yield Finding("manifest_agrees", where, str(entry.get(field)), str(expected))


def _told(folder: Folder, name: str) -> dict[str, int | str]:
    told: dict[str, int | str] = {}
    for field, path in (("csv_sha256", f"tables/{name}.csv"), ("parquet_sha256", f"tables/{name}.parquet")):
        if path in folder.hashes:
            told[field] = folder.hashes[path]
    stored = folder.stored(name)
    if isinstance(stored, StoredTable):
        told["rows"] = stored.n_rows
        # A type that no contract has cannot be spelled, and a damaged page not be read: other checks tell it.
        with contextlib.suppress(pa.ArrowException, OSError):
            told["logical_sha256"] = stored.logical_sha256
    return told


@release_check("parquet_readable")
def parquet_readable(folder: Folder) -> Iterator[Finding]:
    """Every Parquet file that is there can be read."""
    for name in contract.TABLES:
        wrong = _unreadable(folder, name)
        if wrong is not None and folder.parquet(name).exists():
            yield Finding("parquet_readable", f"tables/{name}.parquet", wrong, "a Parquet file")


def _unreadable(folder: Folder, name: str) -> str | None:
    if not folder.is_long(name):
        table = folder.table(name)
        return table if isinstance(table, str) else None
    try:
        for _ in folder.pieces(name):
            pass
    except (OSError, pa.ArrowException) as error:
        return str(error).splitlines()[0]
    return None


@release_check("parquet_schema")
def parquet_schema(folder: Folder) -> Iterator[Finding]:
    """Every Parquet file has the contract's columns, types and units (descriptions may be reworded in time)."""
    for name in contract.TABLES:
        table = folder.stored(name)
        if isinstance(table, str):
            continue
        expected = contract.arrow_schema(name)
        where = f"tables/{name}.parquet"
        expected = pa.schema([field for field in expected if field.name not in folder.lacks(name)])
        if table.schema.names != expected.names:
            odd = sorted(set(table.schema.names) ^ set(expected.names)) or ["the order"]
            yield Finding("parquet_schema", where, f"a difference in {', '.join(odd)}", "the contract's columns")
            continue
        for found, field in zip(table.schema, expected, strict=True):
            if found.type != field.type or found.nullable != field.nullable:
                yield Finding("parquet_schema", f"{where} {field.name}", str(found), str(field))
            elif _unit(found) != _unit(field):
                yield Finding("parquet_schema", f"{where} {field.name} unit", str(_unit(found)), str(_unit(field)))


def _unit(field: pa.Field) -> str | None:
    unit = (field.metadata or {}).get(b"unit")
    return None if unit is None else unit.decode()


@release_check("csv_agrees")
def csv_agrees(folder: Folder) -> Iterator[Finding]:
    """Every CSV says what the Parquet beside it says: it is the very bytes that the Parquet's rows give."""
    for name in contract.TABLES:
        parquet, text = folder.parquet(name), folder.csv(name)
        if not text.is_file() or isinstance(folder.stored(name), str):
            continue
        line = _first_difference(parquet, text)
        if line is not None:
            found = f"a difference from tables/{name}.parquet at line {line}"
            yield Finding("csv_agrees", f"tables/{name}.csv", found, "the same rows")


def _first_difference(parquet: Path, csv_path: Path) -> int | None:
    """Number of the first line (1 is the header) in which a CSV differs from the Parquet's rows, None for none."""
    line = 1
    with pq.ParquetFile(parquet) as file, csv_path.open("rb") as text:
        try:
            for chunk in csv_chunks(file.schema_arrow, file.iter_batches(batch_size=CSV_BATCH_ROWS)):
                found = text.read(len(chunk))
                if found != chunk:
                    pairs = zip(found.splitlines(), chunk.splitlines(), strict=False)
                    same = next((i for i, (left, right) in enumerate(pairs) if left != right), found.count(b"\n"))
                    return line + same
                line += chunk.count(b"\n")
        except pa.ArrowException:
            return line
        return line if text.read(1) else None


@release_check("descriptor_agrees")
def descriptor_agrees(folder: Folder) -> Iterator[Finding]:
    """datapackage.json describes this version and each table as the contract does."""
    package = folder.json("datapackage.json")
    if package is None:
        if "datapackage.json" in folder.files:
            yield Finding("descriptor_agrees", "datapackage.json", "nothing readable", "a JSON object")
        return
    version = (folder.manifest or {}).get("version")
    if package.get("version") != version:
        yield Finding("descriptor_agrees", "datapackage.json version", str(package.get("version")), str(version))
    resources = package.get("resources")
    listed = [item for item in resources if isinstance(item, dict)] if isinstance(resources, list) else []
    described = {str(item.get("name")): item for item in listed}
    licences = licences_of(folder)
    for name in filter(folder.holds, contract.TABLES):
        if name not in described:
            yield Finding("descriptor_agrees", f"datapackage.json {name}", "no resource", "one")
        elif not folder.older and _shape(described[name]) != _shape(resource(name, licences.get(name))):
            found = "other columns, types, units, keys or licence"
            yield Finding("descriptor_agrees", f"datapackage.json {name}", found, "the contract's own")
    for item in listed:
        if not isinstance(item.get("path"), str) or item["path"] not in folder.files:
            where = f"datapackage.json {item.get('name')} path"
            yield Finding("descriptor_agrees", where, str(item.get("path")), "a file of the release")


def _shape(described: dict[str, Any]) -> tuple[Any, ...]:
    """What must not change within a contract version: all but the wording of descriptions and added codes."""
    schema = described.get("schema")
    fields = schema.get("fields") if isinstance(schema, dict) else None
    if not isinstance(schema, dict) or not isinstance(fields, list):
        return (None,)
    columns = tuple((f.get("name"), f.get("type"), f.get("unit")) for f in fields if isinstance(f, dict))
    keys = (schema.get("primaryKey"), schema.get("uniqueKeys"), schema.get("foreignKeys"), schema.get("missingValues"))
    terms = (described.get("licenses"), described.get("sourceLicences"))
    return (described.get("path"), described.get("parquet"), *terms, columns, keys)


@release_check("declarations_agree")
def declarations_agree(folder: Folder) -> Iterator[Finding]:
    """data_dictionary.csv and contract.sql declare the contract's columns, whatever their wording."""
    expected = {
        "data_dictionary.csv": (_declared_columns(data_dictionary_csv()), _declared_columns),
        "contract.sql": (_declared_tables(contract.sql_ddl().encode()), _declared_tables),
    }
    for name, (ours, read) in expected.items() if not folder.older else ():
        content = folder.content(name)
        if content is not None and read(content) != ours:
            yield Finding("declarations_agree", name, "other declarations", f"contract {contract.CONTRACT_VERSION}")


def _declared_columns(content: bytes) -> list[tuple[str | None, ...]]:
    rows = csv.DictReader(io.StringIO(content.decode(errors="replace"), newline=""))
    return [tuple(row.get(part) for part in ("table", "column", "type", "unit", "key")) for row in rows]


def _declared_tables(content: bytes) -> list[str]:
    return [line for line in content.decode(errors="replace").splitlines() if not line.startswith("COMMENT ")]


@release_check("flat_agrees")
def flat_agrees(folder: Folder) -> Iterator[Finding]:
    """projects_flat.csv has every project once and repeats its cells; words of its own may be put better in time."""
    content = folder.content("projects_flat.csv")
    if content is None or "projects" not in folder.frames or folder.older:
        return
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig", errors="replace"), newline="")))
    found = {row.get("project_id"): row for row in rows}
    ours = csv.DictReader(io.StringIO(flat_csv(projects_flat(folder.frames)).decode("utf-8-sig"), newline=""))
    expected = {row["project_id"]: row for row in ours}
    if len(found) != len(rows) or found.keys() != expected.keys():
        expected_rows = f"the {len(expected)} projects, each once"
        yield Finding("flat_agrees", "projects_flat.csv", f"{len(rows)} rows", expected_rows)
        return
    for project_id, row in expected.items():
        for column in FLAT_COLUMNS:
            cell = found[project_id].get(column.name)
            if column.copies is not None and cell != row[column.name]:
                where = f"projects_flat.csv {project_id} {column.name}"
                yield Finding("flat_agrees", where, str(cell), row[column.name] or "nothing")

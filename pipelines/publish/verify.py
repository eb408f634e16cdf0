"""`kakehashi verify`: is this release folder whole, unchanged and true to the contract?

What belongs here: named checks of a release as files. What does not: checks of the tables as such: those are run too,
but stand in `checks_*`, for the build's gate runs the very same ones before it writes.

Needs nothing but the folder. A new check of files is one function with `@release_check("its_name")`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.publish.checks import gate
from pipelines.publish.descriptors import data_dictionary_csv, resource
from pipelines.publish.findings import Finding
from pipelines.publish.flat import flat_csv, projects_flat
from pipelines.publish.folder import SUMS, Folder
from pipelines.publish.formats import CSV_BATCH_ROWS, csv_chunks, logical_sha256
from schemas import contract

ReleaseCheck = Callable[[Folder], Iterable[Finding]]

RELEASE_CHECKS: dict[str, ReleaseCheck] = {}
"""Name -> check of the release as files, in the order in which they run."""

_FIXED_FILES = (
    "projects_flat.csv", "datapackage.json", "release.json", "README.md", "README.ja.md", "data_dictionary.csv",
    "contract.sql",
)  # fmt: skip


def release_check(name: str) -> Callable[[ReleaseCheck], ReleaseCheck]:
    """Register a function as the check `name` of a release folder."""

    def register(function: ReleaseCheck) -> ReleaseCheck:
        RELEASE_CHECKS[name] = function
        return function

    return register


def verify(release: Path) -> tuple[Finding, ...]:
    """Check a release folder.

    Args:
        release: The folder, or a link to it such as `output/latest`.

    Returns:
        What is wrong, empty for a whole and true release. Damage never raises; each finding names its check.
    """
    if not release.is_dir():
        found = "a link to nothing" if release.is_symlink() else "no folder"
        return (Finding("release_there", str(release), found, "the folder of a release"),)
    folder = Folder(release)
    findings = [finding for check in RELEASE_CHECKS.values() for finding in check(folder)]
    if any(finding.check == "contract_known" for finding in findings):
        return tuple(findings)
    return tuple(findings) + _of_tables(folder)


def _of_tables(folder: Folder) -> tuple[Finding, ...]:
    """What the gate finds in the tables that can be read; that others cannot be read has been told already."""
    if len(folder.frames) < len(contract.TABLES):
        return (
            Finding(
                "tables_judged", "tables", f"{len(folder.frames)} readable tables",
                f"all {len(contract.TABLES)}, so that keys and receipts can be followed",
            ),
        )  # fmt: skip
    return gate(folder.frames)


@release_check("sums_readable")
def sums_readable(folder: Folder) -> Iterator[Finding]:
    """SHA256SUMS is there and is one."""
    if folder.sums is None:
        yield Finding("sums_readable", SUMS, "no such file, or a line that is no hash and path", "`sha256sum` lines")


@release_check("files_present")
def files_present(folder: Folder) -> Iterator[Finding]:
    """Every file of a release is there, whatever SHA256SUMS says."""
    for name in sorted({*_expected_files(), *(folder.sums or {})} - folder.files.keys()):
        yield Finding("files_present", name, "no such file", "a file of the release")


def _expected_files() -> Iterator[str]:
    yield from _FIXED_FILES
    for name in contract.TABLES:
        yield f"tables/{name}.csv"
        yield f"tables/{name}.parquet"


@release_check("files_listed")
def files_listed(folder: Folder) -> Iterator[Finding]:
    """Every file in the folder stands in SHA256SUMS, and none is a link."""
    for name, path in folder.files.items():
        if path.is_symlink() or not path.is_file():
            yield Finding("files_listed", name, "a link or something that is no file", "plain files only")
        elif name != SUMS and folder.sums is not None and name not in folder.sums:
            yield Finding("files_listed", name, "a file that SHA256SUMS does not name", "no such file")


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
    for name in sorted(entries.keys() ^ contract.TABLES.keys()):
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
    table = folder.table(name)
    if isinstance(table, pa.Table):
        told["rows"] = table.num_rows
        try:
            told["logical_sha256"] = logical_sha256(table.schema, table.to_batches(max_chunksize=CSV_BATCH_ROWS))
        except pa.ArrowException:  # a type that no contract has; parquet_schema tells it
            pass
    return told


@release_check("parquet_readable")
def parquet_readable(folder: Folder) -> Iterator[Finding]:
    """Every Parquet file that is there can be read."""
    for name in contract.TABLES:
        table = folder.table(name)
        if isinstance(table, str) and folder.parquet(name).exists():
            yield Finding("parquet_readable", f"tables/{name}.parquet", table, "a Parquet file")


@release_check("parquet_schema")
def parquet_schema(folder: Folder) -> Iterator[Finding]:
    """Every Parquet file has the contract's columns, types and descriptions."""
    for name in contract.TABLES:
        table = folder.table(name)
        if isinstance(table, str):
            continue
        expected = contract.arrow_schema(name)
        where = f"tables/{name}.parquet"
        if table.schema.names != expected.names:
            odd = sorted(set(table.schema.names) ^ set(expected.names)) or ["the order"]
            yield Finding("parquet_schema", where, f"a difference in {', '.join(odd)}", "the contract's columns")
            continue
        for found, field in zip(table.schema, expected, strict=True):
            if found.type != field.type or found.nullable != field.nullable:
                yield Finding("parquet_schema", f"{where} {field.name}", str(found), str(field))
            elif found.metadata != field.metadata:
                yield Finding("parquet_schema", f"{where} {field.name}", "another description", "the contract's own")


@release_check("csv_agrees")
def csv_agrees(folder: Folder) -> Iterator[Finding]:
    """Every CSV says what the Parquet beside it says: it is the very bytes that the Parquet's rows give."""
    for name in contract.TABLES:
        parquet, csv = folder.parquet(name), folder.csv(name)
        if not csv.is_file() or isinstance(folder.table(name), str):
            continue
        line = _first_difference(parquet, csv)
        if line is not None:
            found = f"a difference from tables/{name}.parquet at line {line}"
            yield Finding("csv_agrees", f"tables/{name}.csv", found, "the same rows")


def _first_difference(parquet: Path, csv: Path) -> int | None:
    """Number of the first line (1 is the header) in which a CSV differs from the Parquet's rows, None for none."""
    line = 1
    with pq.ParquetFile(parquet) as file, csv.open("rb") as text:
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
    described = {item.get("name"): item for item in listed}
    for name in contract.TABLES:
        if described.get(name) != resource(name):
            found = "another description" if name in described else "no resource"
            yield Finding("descriptor_agrees", f"datapackage.json {name}", found, "the contract's own")
    for item in listed:
        if not isinstance(item.get("path"), str) or item["path"] not in folder.files:
            where = f"datapackage.json {item.get('name')} path"
            yield Finding("descriptor_agrees", where, str(item.get("path")), "a file of the release")


@release_check("declarations_agree")
def declarations_agree(folder: Folder) -> Iterator[Finding]:
    """data_dictionary.csv and contract.sql are those of the contract that release.json names."""
    if (folder.manifest or {}).get("contract_version") != contract.CONTRACT_VERSION:
        return
    expected = {"data_dictionary.csv": data_dictionary_csv(), "contract.sql": contract.sql_ddl().encode()}
    for name, content in expected.items():
        found = folder.content(name)
        if found is not None and found != content:
            yield Finding("declarations_agree", name, "another text", f"that of contract {contract.CONTRACT_VERSION}")


@release_check("flat_agrees")
def flat_agrees(folder: Folder) -> Iterator[Finding]:
    """projects_flat.csv says what the tables say."""
    found = folder.content("projects_flat.csv")
    if found is None or "projects" not in folder.frames:
        return
    expected = flat_csv(projects_flat(folder.frames))
    if found != expected:
        pairs = zip(found.splitlines(), expected.splitlines(), strict=False)
        line = next((i for i, (left, right) in enumerate(pairs, 1) if left != right), None)
        where = f"projects_flat.csv line {line}" if line else "projects_flat.csv"
        yield Finding("flat_agrees", where, "other words than the tables give", "those of the tables")

"""The files of a release beside its Parquet and CSV: what they are called, and what stands in them.

What belongs here: which files there are. What does not: their bytes (`flat`, `descriptors`, `changelog`, `site`,
`workbook`, `duckdb_import`, `catalogues`, `sqlite_file`) and their checks (`verify_forms`, `verify_made`).
"""

from __future__ import annotations

from pathlib import Path

from pipelines.publish import catalogues, descriptors
from pipelines.publish.catalogues import CROISSANT, DCAT, SCHEMA_ORG, FileFacts
from pipelines.publish.changelog import changelog
from pipelines.publish.descriptors import ReleaseFacts, ReleaseTexts, json_bytes
from pipelines.publish.duckdb_import import LOAD, SCHEMA, load_sql, schema_sql
from pipelines.publish.findings import Tables
from pipelines.publish.flat import FLAT, flat_csv, projects_flat
from pipelines.publish.formats import file_sha256
from pipelines.publish.site.pages import SITE, site_files
from pipelines.publish.sqlite_file import SQLITE
from pipelines.publish.workbook import WORKBOOK, workbook_bytes
from schemas import contract

__all__ = ["FORM_FILES", "catalogue_files", "data_files", "files_beside"]

FORM_FILES = (SQLITE, WORKBOOK, SCHEMA, LOAD, *catalogues.CATALOGUES)
"""Paths of those that came with the second contract."""


def files_beside(data: Tables, facts: ReleaseFacts, texts: ReleaseTexts) -> dict[str, bytes]:
    """Return path -> content of every file that the tables and the facts alone make; SQLite and catalogues are none.

    Args:
        data: Every table of the contract.
        facts: Version, date, rows, hashes and licences.
        texts: Words that no table holds.

    Raises:
        OSError: The folder of temporary files is full or cannot be written.
    """
    totals = data.rows("totals")
    found = {
        FLAT: flat_csv(projects_flat(data.frames)),
        "datapackage.json": json_bytes(descriptors.datapackage(facts, texts, data.rows("sources"))),
        "release.json": json_bytes(descriptors.manifest(facts)),
        "README.md": descriptors.readme("en", facts, texts, totals),
        "README.ja.md": descriptors.readme("ja", facts, texts, totals),
        "CHANGELOG.md": changelog("en", data, facts.version, facts.previous),
        "CHANGELOG.ja.md": changelog("ja", data, facts.version, facts.previous),
        "data_dictionary.csv": descriptors.data_dictionary_csv(),
        "contract.sql": contract.sql_ddl().encode(),
        SCHEMA: schema_sql(),
        LOAD: load_sql(),
        WORKBOOK: workbook_bytes({name: data.arrow(name) for name in data.names()}, facts, texts),
    }
    return found | {f"{SITE}/{name}": text.encode() for name, text in site_files(data, facts.version).items()}


def catalogue_files(folder: Path, facts: ReleaseFacts, texts: ReleaseTexts) -> dict[str, bytes]:
    """Return path -> content of what catalogues are told: it names the sizes and hashes of the files in the folder.

    Raises:
        OSError: A data file is not there.
    """
    files = data_files(folder, facts)
    makers = {CROISSANT: catalogues.croissant, DCAT: catalogues.dcat, SCHEMA_ORG: catalogues.schema_org}
    return {name: json_bytes(describe(facts, texts, files)) for name, describe in makers.items()}


def data_files(folder: Path, facts: ReleaseFacts) -> dict[str, FileFacts]:
    """Return path -> size and hash of the files that hold data, which is what catalogues offer."""
    hashes = {f"tables/{name}.csv": table.csv_sha256 for name, table in facts.tables.items()}
    hashes |= {f"tables/{name}.parquet": table.parquet_sha256 for name, table in facts.tables.items()}
    hashes |= {name: file_sha256(folder / name) for name in (SQLITE, WORKBOOK, FLAT)}
    return {path: FileFacts((folder / path).stat().st_size, digest) for path, digest in sorted(hashes.items())}

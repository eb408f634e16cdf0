"""The forms of a release beside its Parquet and CSV: written from the same tables, in one place.

What belongs here: which further files there are and the order of writing. What does not: their bytes (`sqlite_file`,
`workbook`, `duckdb_import`, `catalogues`) and their checks (`verify_forms`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from pipelines.publish import catalogues
from pipelines.publish.catalogues import CROISSANT, DCAT, SCHEMA_ORG, FileFacts
from pipelines.publish.descriptors import ReleaseFacts, ReleaseTexts, json_bytes
from pipelines.publish.duckdb_import import LOAD, SCHEMA, load_sql, schema_sql
from pipelines.publish.formats import file_sha256, write_bytes
from pipelines.publish.sqlite_file import SQLITE, write_sqlite
from pipelines.publish.workbook import WORKBOOK, workbook_bytes

__all__ = ["FORM_FILES", "data_files", "write_forms"]

FORM_FILES = (SQLITE, WORKBOOK, SCHEMA, LOAD, *catalogues.CATALOGUES)
"""Their paths in a release."""


def write_forms(folder: Path, tables: Mapping[str, pa.Table], facts: ReleaseFacts, texts: ReleaseTexts) -> None:
    """Write the further forms into a release folder; on the disk when this returns.

    Args:
        folder: Holds the tables and projects_flat.csv already, for the catalogues tell their sizes and hashes.
        tables: Every table of the contract.
        facts: Version, date, rows and hashes.
        texts: Words that no table holds.

    Raises:
        OSError: A file cannot be written.
        ReleaseError: A figure that a form cannot hold.
    """
    write_sqlite(tables, folder / SQLITE)
    write_bytes(workbook_bytes(tables, facts, texts), folder / WORKBOOK)
    write_bytes(schema_sql(), folder / SCHEMA)
    write_bytes(load_sql(), folder / LOAD)
    files = data_files(folder, facts)
    for name, describe in (
        (CROISSANT, catalogues.croissant), (DCAT, catalogues.dcat), (SCHEMA_ORG, catalogues.schema_org),
    ):  # fmt: skip
        write_bytes(json_bytes(describe(facts, texts, files)), folder / name)


def data_files(folder: Path, facts: ReleaseFacts) -> dict[str, FileFacts]:
    """Return path -> size and hash of the files that hold data, which is what catalogues offer."""
    hashes = {f"tables/{name}.csv": table.csv_sha256 for name, table in facts.tables.items()}
    hashes |= {f"tables/{name}.parquet": table.parquet_sha256 for name, table in facts.tables.items()}
    hashes |= {name: file_sha256(folder / name) for name in (SQLITE, WORKBOOK, "projects_flat.csv")}
    return {path: FileFacts((folder / path).stat().st_size, digest) for path, digest in sorted(hashes.items())}

"""`kakehashi.sqlite`: every table of a release in one SQLite file, with keys, comments and labelled views.

What belongs here: how typed tables become that file and how it is read back. What does not: judging a file
(`verify_forms`).

SQLite knows integers, floats and text only. Money and rates are numbers that give back every digit (the writer refuses
one that would not), dates are ISO text in columns declared DATE, booleans 0 and 1, lists text joined with `|`. Comments
stand in the declarations, which SQLite keeps as they were written: `.schema projects` shows them.
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.errors import ReleaseError
from pipelines.publish.formats import as_text
from pipelines.publish.labels import labelled_views
from schemas import contract
from schemas.versions import version_numbers

__all__ = [
    "SQLITE", "contract_number", "declarations", "read_batches", "read_declarations", "user_version", "write_sqlite",
]  # fmt: skip

SQLITE = "kakehashi.sqlite"
"""Name of the file in a release."""

_PAGE_BYTES = 4096
_BATCH_ROWS = 16_384
_WRITER_AT, _WRITER = 96, 3_040_000
"""Place in the header where SQLite notes which version of it wrote last, a fact about the machine and not the data, and
what stands there in every release."""
_ERRNO = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
}
_TYPES = {
    "text": "TEXT",
    "list": "TEXT",
    "money": "DECIMAL(20, 2)",
    "rate": "DECIMAL(18, 8)",
    "number": "DOUBLE",
    "integer": "INTEGER",
    "year": "INTEGER",
    "date": "DATE",
    "boolean": "BOOLEAN",
}


def write_sqlite(tables: Mapping[str, pa.Table], path: Path) -> None:
    """Write the tables as one SQLite file; on the disk when this returns.

    The same tables give the same bytes: fixed page size, one transaction, rows in key order, no time of any clock.

    Args:
        tables: Every table of the contract, rows in key order.
        path: New file.

    Raises:
        ReleaseError: A decimal has more digits than SQLite keeps.
        OSError: The file cannot be written.
    """
    number = contract_number(version_numbers(contract.CONTRACT_VERSION))
    try:
        # The journal guards an old state, and a new file has none: the release appears whole or not at all anyway.
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            for setting in (
                f"page_size = {_PAGE_BYTES}", "encoding = 'UTF-8'", "auto_vacuum = NONE", "journal_mode = OFF",
                "synchronous = OFF", "foreign_keys = OFF", f"user_version = {number}",
            ):  # fmt: skip
                database.execute(f"PRAGMA {setting}")
            database.execute("BEGIN")
            for statement in declarations(comments=True).values():
                database.execute(statement)
            for name, table in tables.items():
                _insert(database, name, table)
            database.execute("COMMIT")
    except sqlite3.OperationalError as error:
        code = _ERRNO.get(error.sqlite_errorcode & 0xFF, errno.EIO)
        raise OSError(code, os.strerror(code), str(path)) from error
    with path.open("r+b") as file:
        file.seek(_WRITER_AT)
        file.write(_WRITER.to_bytes(4, "big"))
        file.flush()
        os.fsync(file.fileno())


def contract_number(version: tuple[int, ...]) -> int:
    """Return a contract version as the file's `user_version` tells it: (1, 2, 0) as 10200."""
    major, minor, patch = version
    return major * 10_000 + minor * 100 + patch


def user_version(path: Path) -> int:
    """Return the `user_version` of a SQLite file from its header, 0 where it has none."""
    with path.open("rb") as file:
        return int.from_bytes(file.read(64)[60:64], "big")


def declarations(*, comments: bool) -> dict[str, str]:
    """Return name of a table or view -> the statement that creates it, in contract order.

    Args:
        comments: With the descriptions as comments, as in the file; without, what has to be equal.
    """
    made = {spec.name: _table_sql(spec, comments) for spec in contract.TABLES.values()}
    return {**made, **labelled_views()}


def _table_sql(spec: contract.TableSpec, comments: bool) -> str:
    parts: list[tuple[str, str]] = []
    for column in spec.columns:
        not_null = " NOT NULL" if column.meaning.required else ""
        parts.append((f'"{column.name}" {_TYPES[column.type_name]}{not_null}', column.meaning.en))
    key = ", ".join(f'"{part}"' for part in spec.key)
    whole = contract.complete_key(spec)
    parts.append((f"{'PRIMARY KEY' if whole else 'UNIQUE'} ({key})", ""))
    for column in spec.columns:
        if column.meaning.foreign_key is not None and column.type_name != "list":
            table, _, target = column.meaning.foreign_key.partition(".")
            parts.append((f'FOREIGN KEY ("{column.name}") REFERENCES "{table}" ("{target}")', ""))
    lines = [f'CREATE TABLE "{spec.name}" (' + _comment(spec.description, comments)]
    for number, (part, description) in enumerate(parts, start=1):
        lines.append(f"  {part}{',' if number < len(parts) else ''}" + _comment(description, comments))
    # Rows lie in the key's own order then, and no index repeats the key.
    lines.append(") WITHOUT ROWID" if whole else ")")
    return "\n".join(lines)


def _comment(text: str, wanted: bool) -> str:
    return f" -- {' '.join(text.split())}" if wanted and text else ""


def _insert(database: sqlite3.Connection, name: str, table: pa.Table) -> None:
    places = ", ".join("?" * table.num_columns)
    statement = f'INSERT INTO "{name}" VALUES ({places})'  # noqa: S608 - a name of the contract
    for batch in table.to_batches(max_chunksize=_BATCH_ROWS):
        cells = [_cells(name, column, batch.column(column)) for column in batch.schema.names]
        database.executemany(statement, zip(*cells, strict=True))


def _cells(table: str, name: str, column: pa.Array) -> list[Any]:
    kind = column.type
    if pa.types.is_decimal(kind):
        return _numbers(table, name, column)
    if pa.types.is_boolean(kind):
        return pc.cast(column, pa.int8()).to_pylist()  # type: ignore[no-any-return]
    if pa.types.is_list(kind) or pa.types.is_date(kind):
        return as_text(column).to_pylist()  # type: ignore[no-any-return]
    return column.to_pylist()  # type: ignore[no-any-return]


def _numbers(table: str, name: str, column: pa.Array) -> list[int | float | None]:
    """Decimals as SQLite's own numbers: integers where whole, else the float that spells the same digits."""
    found: list[int | float | None] = []
    for value in column.to_pylist():
        if value is None:
            found.append(None)
        elif value == (whole := int(value)):
            found.append(whole)
        elif Decimal(repr(float(value))) == value:
            found.append(float(value))
        else:
            raise ReleaseError(
                SQLITE, f"{table}.{name} {value}", "a decimal of at most 15 digits, which a SQLite number gives back",
                "Check the figure: no sum of money has that many; else declare the column otherwise.",
            )  # fmt: skip
    return found


def read_declarations(path: Path, *, comments: bool = False) -> dict[str, str]:
    """Return name -> statement of the tables and views in a file, with or without its comments.

    Raises:
        sqlite3.Error: It is no SQLite file.
    """
    with closing(_open(path)) as database:
        found = database.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    if comments:
        return dict(found)
    return {name: "\n".join(line.partition(" -- ")[0] for line in sql.splitlines()) for name, sql in found}


def read_batches(path: Path, name: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Yield a table of a file in key order.

    Args:
        path: The file.
        name: Contract table.
        schema: Columns that are read, and their types; an older release has fewer than the contract.

    Raises:
        sqlite3.Error: It is no SQLite file, or has no such table or columns.
        ValueError: A cell that is no value of its column (also as ArithmeticError, TypeError or ArrowException).
    """
    spec = contract.TABLES[name]
    columns = ", ".join(f'"{column}"' for column in schema.names)
    order = ", ".join(f'"{part}"' for part in spec.key) if contract.complete_key(spec) else "rowid"
    with closing(_open(path)) as database:
        rows = database.execute(f'SELECT {columns} FROM "{name}" ORDER BY {order}')  # noqa: S608 - as above
        while chunk := rows.fetchmany(_BATCH_ROWS):
            arrays = [_typed(cells, field.type) for cells, field in zip(zip(*chunk, strict=True), schema, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _typed(cells: Iterable[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_decimal(kind):
        return pa.array((_known(cell, lambda found: Decimal(repr(found))) for cell in cells), kind)
    if pa.types.is_boolean(kind):
        return pa.array((_known(cell, {0: False, 1: True}.__getitem__) for cell in cells), kind)
    if pa.types.is_date(kind):
        return pa.array((_known(cell, dt.date.fromisoformat) for cell in cells), kind)
    if pa.types.is_list(kind):
        return pa.array((_known(cell, lambda text: text.split(contract.LIST_SEPARATOR)) for cell in cells), kind)
    return pa.array(cells, kind)


def _known(cell: Any, read: Callable[[Any], Any]) -> Any:
    return None if cell is None else read(cell)

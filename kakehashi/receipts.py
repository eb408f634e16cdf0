"""The receipt of one published value, in words.

What belongs here: joining `receipts`, `statements`, `sources` and `conflicts` for one cell. What does not: making them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kakehashi.reader import release_folder
from pipelines.errors import KakehashiError, ReleaseError
from pipelines.ingest.values import canonical
from schemas.contract import TABLES


def receipt_lines(
    table: str, key: str, column: str, version: str = "latest", output: Path | None = None
) -> Iterator[str]:
    """Tell where a cell comes from.

    Args:
        table: Table of the contract.
        key: Key of the row; composite keys joined with `|`.
        column: Column of the table.

    Yields:
        The value (or why it is empty), its receipts with source and place, and what other sources say.

    Raises:
        KakehashiError: No such table, column or row.
        ReleaseError: A file of the release is missing or damaged.
    """
    if table not in TABLES:
        raise KakehashiError(table, "no such table", f"one of {', '.join(TABLES)}", "Correct the table.")
    names = [c.name for c in TABLES[table].columns]
    if column not in names:
        raise KakehashiError(f"{table}.{column}", "no such column", f"one of {', '.join(names)}", "Correct the column.")
    folder = release_folder(version, output) / "tables"
    row = _row(folder, table, key)
    value = row[column]
    text = "empty" if value is None else canonical(tuple(value) if isinstance(value, list) else value)
    yield f"{table} {key} {column}: {text}"
    cell = {"table": table, "key": key, "column": column}
    sources = {source["source_id"]: source for source in _read(folder, "sources").to_pylist()}
    for receipt in _rows(folder, "receipts", cell):
        source = sources[receipt["source_id"]]
        literal = f"“{receipt['raw_literal']}”" if receipt["raw_literal"] else "(a text of more than 40 characters)"
        yield f"  {receipt['input_no']}. {literal} ({receipt['rule']})"
        yield f"     {source['publisher']}: {source['title'] or '(no title)'}, {source['published_on'] or 'no date'}"
        yield f"     {source['url'] or 'no address'}"
        yield f"     read at {receipt['locator']}, sha256 {receipt['source_sha256'] or 'not read, only cited'}"
    if "source_id" in row and TABLES[table].meaning.receipts == "own":
        yield f"  {row['source_id']} at {row.get('locator')}"
    for reason in _rows(folder, "null_reasons", cell):
        yield f"  empty because: {reason['reason']}"
    for conflict in _rows(folder, "conflicts", cell):
        yield f"  sources disagree; decided by {conflict['rule']}:"
        for other in _rows(folder, "conflict_values", {"conflict_id": conflict["conflict_id"]}):
            yield f"     {other['value']}: {', '.join(other['source_ids'])} ({other['n_witnesses']} witness(es))"


@contextmanager
def whole_file(path: Path) -> Iterator[None]:
    """Say in words that a Parquet file of a release is missing or damaged, when reading it inside fails for that.

    Raises:
        ReleaseError: Instead of what the Parquet reader raised.
    """
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        found = "no such file" if isinstance(error, FileNotFoundError) else (str(error).splitlines() or ["nothing"])[0]
        raise ReleaseError(
            str(path), found, "the table's Parquet file",
            "Run `kakehashi verify` on this release; if it is damaged, build again or take a whole copy.",
        ) from error  # fmt: skip


def _read(folder: Path, table: str) -> pa.Table:
    path = folder / f"{table}.parquet"
    with whole_file(path):
        return pq.read_table(path)


def _row(folder: Path, table: str, key: str) -> dict[str, Any]:
    parts = TABLES[table].key
    for row in _read(folder, table).to_pylist():
        if "|".join("" if row[p] is None else canonical(row[p]) for p in parts) == key:
            return dict(row)
    raise KakehashiError(
        f"{table} {key}", "no such row", f"a key of {' | '.join(parts)}", f"List them with kakehashi.load({table!r})."
    )


def _rows(folder: Path, table: str, wanted: dict[str, str]) -> list[dict[str, Any]]:
    data = _read(folder, table)
    for name, value in wanted.items():
        data = data.filter(pc.equal(data[name], value))
    return [dict(row) for row in data.to_pylist()]

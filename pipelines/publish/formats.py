"""Parquet and CSV: the two forms in which every table of a release leaves, byte for byte the same each time.

What belongs here: how a typed Arrow table becomes bytes and how those bytes become the table again. What does not:
which tables there are (`schemas/`) and where files are put (`release.py`).

The CSV is RFC 4180 with four choices that the RFC leaves open or that are ours:

* UTF-8 without a byte order mark, and LF line ends (RFC 4180 says CRLF; every reader we know takes both, and LF
  survives version control and `sha256sum` on every system).
* null is the empty cell. Empty text and empty lists would read back as null, so the gate refuses them.
* Lists are their items joined with `|`; an item that holds `|` is refused by the gate.
* A text cell that a spreadsheet would run as a formula (it begins with `= + - @`, or with apostrophes before one of
  them) gets one more apostrophe. `read_csv` takes it off again. Numbers, dates and booleans never get one.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from pipelines.errors import ReleaseError
from schemas import contract

ROW_GROUP_ROWS = 131_072
"""Rows of a Parquet row group: large enough to compress, small enough to stream a table of any length."""

ZSTD_LEVEL = 3
CSV_BATCH_ROWS = 65_536
_WORKERS = 2
LIST_SEPARATOR = contract.LIST_SEPARATOR

_TRAILING_ZEROS = r"\.?0+$"
_FAR, _NEAR = 1e10, 1e-3
"""Beyond these Arrow and the contract spell floats differently (1e-7, 1e-07)."""

_FORMULA = r"^('*[=+\-@])"
_GUARDED_FORMULA = r"^'('*[=+\-@])"
_NEEDS_QUOTES = r'[",\r\n]'
_NEEDS_CARE = rf"{_FORMULA}|{_NEEDS_QUOTES}"


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet: zstd, fixed row groups, Arrow schema with field metadata, nothing of pandas.

    Args:
        table: Rows in key order, schema from the contract.
        path: New file; it is on the disk (fsync) when this returns.

    Raises:
        OSError: The file cannot be written.
    """
    with path.open("wb") as file:
        pq.write_table(
            table,
            file,
            version="2.6",
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            row_group_size=ROW_GROUP_ROWS,
            use_dictionary=True,
            write_statistics=True,
            store_schema=True,
        )
        os.fsync(file.fileno())


def write_csv(table: pa.Table, path: Path) -> str:
    """Write a table as the CSV that the module describes; on the disk when this returns.

    Returns:
        The table's `logical_sha256`, which costs nothing more on the way.

    Raises:
        OSError: The file cannot be written.
    """
    digest = _logical_digest(table.schema)
    with path.open("wb") as file:
        chunks = csv_chunks(table.schema, table.to_batches(max_chunksize=CSV_BATCH_ROWS))
        file.write(next(chunks))
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def write_bytes(content: bytes, path: Path) -> None:
    """Write a small file; on the disk when this returns."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def csv_chunks(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """Yield the CSV of a table piece by piece, header first; the pieces joined do not depend on the batches."""
    yield (",".join(_quoted(pa.array(schema.names, pa.string())).to_pylist()) + "\n").encode()
    filled = (batch for batch in batches if batch.num_rows)
    with ThreadPoolExecutor(_WORKERS) as pool:
        # Arrow leaves Python's lock while it spells; order is kept, and no more than a few batches are in memory.
        waiting = deque(pool.submit(_csv_rows, batch) for batch in itertools.islice(filled, 2 * _WORKERS))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(_csv_rows, batch) for batch in itertools.islice(filled, 1))


def _csv_rows(batch: pa.RecordBatch) -> bytes:
    cells = [_csv_cells(column) for column in batch.columns]
    lines = pc.binary_join_element_wise(*cells, ",", null_handling="replace", null_replacement="")
    lines = pc.binary_join_element_wise(lines, "", "\n")
    # Every line ends with its line feed now, so the array's data buffer is the text of the file as it is: no row
    # passes through Python.
    _, offsets, text = lines.buffers()
    ends = memoryview(offsets).cast("i")
    return bytes(memoryview(text)[ends[lines.offset] : ends[lines.offset + len(lines)]])


def _csv_cells(column: pa.Array) -> pa.Array:
    text = as_text(column)
    if not (pa.types.is_string(column.type) or pa.types.is_list(column.type)):
        return text
    # One look for both: nearly every batch of nearly every column needs neither apostrophe nor quotes.
    if not pc.any(pc.match_substring_regex(text, _NEEDS_CARE)).as_py():
        return text
    return _quoted(pc.replace_substring_regex(text, _FORMULA, r"'\1"))


def _quoted(text: pa.Array) -> pa.Array:
    needed = pc.match_substring_regex(text, _NEEDS_QUOTES)
    doubled = pc.replace_substring(text, '"', '""')
    return pc.if_else(needed, pc.binary_join_element_wise('"', doubled, '"', ""), text)


def as_text(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Spell every value of a column as `contract.as_text` does, but a column at a time.

    Args:
        column: Values of any type of the contract.

    Returns:
        Strings; null stays null.
    """
    if isinstance(column, pa.ChunkedArray):
        # A mask has to be one piece, and a column read from a file comes in several.
        return pa.chunked_array([as_text(chunk) for chunk in column.chunks], pa.string())
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_list(kind):
        return pc.binary_join(column, LIST_SEPARATOR)
    text = pc.cast(column, pa.string())
    if pa.types.is_decimal(kind):
        text = pc.replace_substring_regex(text, _TRAILING_ZEROS, "")
        # Arrow writes small decimals as 1E-8; a spreadsheet and R would make a float of that.
        return _spelled_by_hand(column, text, pc.match_substring(text, "E"))
    if pa.types.is_floating(kind):
        size = pc.abs(column)
        far = pc.or_(pc.greater_equal(size, _FAR), pc.and_(pc.less(size, _NEAR), pc.greater(size, 0.0)))
        return _spelled_by_hand(column, text, far)
    return text


def _spelled_by_hand(column: pa.Array, text: pa.Array, odd: pa.Array) -> pa.Array:
    """Take the contract's spelling for the few numbers that Arrow spells otherwise."""
    odd = pc.fill_null(odd, False)
    if not pc.any(odd).as_py():
        return text
    spelled = [contract.as_text(value) for value in column.filter(odd).to_pylist()]
    return pc.replace_with_mask(text, odd, pa.array(spelled, pa.string()))


def key_text(table: pa.Table, key: Iterable[str]) -> pa.ChunkedArray:
    """Join the key columns of each row with `|` in key order: the form in which receipts and changes name a row.

    A part that is not known is the empty text between two bars.
    """
    parts = [as_text(table.column(name)) for name in key]
    if len(parts) == 1:
        return pc.fill_null(parts[0], "")
    return pc.binary_join_element_wise(*parts, LIST_SEPARATOR, null_handling="replace", null_replacement="")


def read_csv(path: Path, schema: pa.Schema) -> pa.Table:
    """Read a CSV of a release back into the types of the contract, apostrophes taken off.

    Args:
        path: A file that `write_csv` made.
        schema: The contract's schema of the table.

    Raises:
        ReleaseError: The header or a cell is not what the contract says.
        OSError: The file cannot be read.
    """
    try:
        with pa_csv.open_csv(
            path,
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: pa.string() for name in schema.names},
                strings_can_be_null=True,
                null_values=[""],
            ),
        ) as reader:
            text = reader.read_all()
        if text.column_names != schema.names:
            raise ReleaseError(
                str(path), f"columns {text.column_names}", f"columns {schema.names}", "Take the file from a release."
            )
        columns = [_typed(text.column(field.name), field.type) for field in schema]
        return pa.Table.from_arrays(columns, schema=schema)
    except pa.ArrowInvalid as error:
        raise ReleaseError(str(path), str(error), "a CSV of a release", "Take the file from a release.") from error


def _typed(text: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_string(kind):
        return pc.replace_substring_regex(text, _GUARDED_FORMULA, r"\1")
    if pa.types.is_list(kind):
        items = pc.split_pattern(pc.replace_substring_regex(text, _GUARDED_FORMULA, r"\1"), LIST_SEPARATOR)
        return pc.cast(items, kind)
    return pc.cast(text, kind)


def logical_sha256(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> str:
    """Hash what a table says, apart from the bytes of any file format.

    It is sha256 over one line `name:type` a column, an empty line, and the rows spelled as in the CSV. A new version
    of a Parquet library leaves it alone; a changed value, order, name or type does not.
    """
    digest = _logical_digest(schema)
    chunks = csv_chunks(schema, batches)
    next(chunks)
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _logical_digest(schema: pa.Schema) -> hashlib._Hash:
    digest = hashlib.sha256()
    for field in schema:
        digest.update(f"{field.name}:{_type_name(field.type)}\n".encode())
    digest.update(b"\n")
    return digest


def _type_name(kind: pa.DataType) -> str:
    # str() of a list type names its child field, which is a library's choice and not a meaning.
    return f"list<{kind.value_type}>" if pa.types.is_list(kind) else str(kind)


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes as lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

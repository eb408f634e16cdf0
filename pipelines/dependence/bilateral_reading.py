"""Reading bilateral trade tables of any length in parts: packed keys and whole amounts, a batch at a time.

What belongs here: CEPII's columns in Parquet or CSV, and refusing what is no figure. What does not: the row-by-row
reader whose rows carry receipts (`pipelines.ingest.agencies.baci`), and what is reckoned from the flows (`bilateral`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from pipelines.dependence.bilateral import UNITS_PER_DOLLAR, Amounts
from pipelines.dependence.trade_keys import (
    UNSPLIT,
    Keys,
    Place,
    countries,
    importer_years,
    numbers,
    pack,
    written_in_letters,
)
from pipelines.errors import RawFileError
from pipelines.ingest.agencies.baci import PUBLISHED, WITH_NAMES

BATCH_ROWS = 500_000
BATCH_ROW_BYTES = 200
"""Bytes that a row takes while it is read and packed."""

_USED = ("year", "exporter", "importer", "code", "value")
_UNITS = 1000 * UNITS_PER_DOLLAR
"""Values are printed in thousand dollars."""
_LARGEST = 2.0**53
_CSV_BLOCK = 2**24


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of one file.

    Attributes:
        row_group: Of a Parquet file; None for a CSV file as a whole.
    """

    path: Path
    row_group: int | None

    @property
    def where(self) -> str:
        """File and place for messages."""
        return self.path.name if self.row_group is None else f"{self.path.name}, row group {self.row_group}"


@dataclass(frozen=True, slots=True)
class TradeTable:
    """The files of one table.

    Attributes:
        columns: What a column holds -> its name.
        place: Country as written -> alpha-3; None leaves it as it is.
        letters: Codes stand for letters.
    """

    parts: Sequence[Part]
    columns: dict[str, str]
    place: Place | None
    letters: bool


def trade_table(sources: Sequence[Path], place: Place | None) -> TradeTable:
    """Look at the heads of a table's files.

    Raises:
        RawFileError: No file, or one without CEPII's columns, or with others than the first.
    """
    parts: list[Part] = []
    heads: set[tuple[tuple[str, ...], bool]] = set()
    found: dict[str, str] = {}
    letters = False
    for path in sorted(sources):
        schema, of_file = _head(path)
        found = _columns(path, schema)
        letters = written_in_letters(schema.field(found["exporter"]).type, place)
        heads.add((tuple(found.values()), letters))
        parts.extend(of_file)
    if len(heads) != 1:
        where = ", ".join(path.name for path in sources) or "the table"
        remedy = "Reckon each layout alone."
        raise RawFileError(where, f"{len(heads)} layouts", "files of one layout", remedy, "malformed")
    return TradeTable(parts, found, place, letters)


def rows_by_importer_year(table: TradeTable, part: Part) -> dict[int, int]:
    """Count the rows of each importer and year (`trade_keys.importer_years`).

    Raises:
        RawFileError: A cell is no year or country.
    """
    counts: dict[int, int] = {}
    for batch in _batches(table, part, ("year", "importer")):
        try:
            years, importers = numbers(batch["year"]), countries(batch["importer"], table.place)
            found = pc.value_counts(pa.array(importer_years(years, importers)))
        except (ValueError, pa.ArrowInvalid) as error:
            raise _no_flow(part, error) from error
        for one, number in zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True):
            counts[one] = counts.get(one, 0) + number
    return counts


def flows(table: TradeTable, part: Part) -> Iterator[tuple[Keys, Amounts]]:
    """Yield keys and amounts (tenths of a cent) of the flows into single countries.

    Raises:
        RawFileError: A cell is no figure, year, country or product.
    """
    for batch in _batches(table, part, _USED):
        try:
            importers = countries(batch["importer"], table.place)
            keys = pack(
                numbers(batch["year"]), importers, numbers(batch["code"]), countries(batch["exporter"], table.place)
            )
            amounts = _amounts(batch["value"])
        except (ValueError, pa.ArrowInvalid) as error:
            raise _no_flow(part, error) from error
        single = importers != UNSPLIT
        yield (keys, amounts) if single.all() else (keys[single], amounts[single])


def _amounts(column: pa.Array) -> Amounts:
    if column.null_count:
        raise ValueError("an empty cell")
    units = pc.cast(column, pa.float64()).to_numpy() * _UNITS
    low, high = (float(units.min()), float(units.max())) if len(units) else (0.0, 0.0)
    if not 0 <= low <= high < _LARGEST:  # NaN fails as well
        raise ValueError(f"a value of {(low if low < 0 else high) / _UNITS} thousand dollars")
    found: Amounts = np.rint(units).astype(np.int64)
    return found


def _head(path: Path) -> tuple[pa.Schema, list[Part]]:
    try:
        if path.suffix.lower() == ".parquet":
            with pq.ParquetFile(path) as file:
                return file.schema_arrow, [Part(path, group) for group in range(file.num_row_groups)]
        with pcsv.open_csv(path, read_options=pcsv.ReadOptions(block_size=_CSV_BLOCK)) as reader:
            return reader.schema, [Part(path, None)]
    except (OSError, pa.ArrowInvalid) as error:
        expected = "a Parquet or CSV file"
        raise RawFileError(str(path), str(error)[:120], expected, "Give CEPII's file as it is.", "malformed") from error


def _columns(path: Path, schema: pa.Schema) -> dict[str, str]:
    for layout in (PUBLISHED, WITH_NAMES):
        names = {part: layout[part] for part in _USED}
        if set(names.values()) <= set(schema.names):
            return names
    expected = f"columns {', '.join(PUBLISHED.values())}"
    raise RawFileError(
        path.name, f"columns {', '.join(schema.names)[:120]}", expected, "Give CEPII's file as it is.", "malformed"
    )


def _batches(table: TradeTable, part: Part, used: Sequence[str]) -> Iterator[dict[str, pa.Array]]:
    names = [table.columns[one] for one in used]
    if part.row_group is None:
        text = {name: pa.string() for one, name in table.columns.items() if one in used and one != "value"}
        options = pcsv.ConvertOptions(
            include_columns=names, column_types={**text, table.columns["value"]: pa.float64()}, strings_can_be_null=True
        )
        reader = pcsv.ReadOptions(block_size=_CSV_BLOCK, use_threads=False)
        try:
            with pcsv.open_csv(part.path, read_options=reader, convert_options=options) as stream:
                for batch in stream:
                    yield {one: batch.column(name) for one, name in zip(used, names, strict=True)}
        except pa.ArrowInvalid as error:
            raise _no_flow(part, error) from error
        return
    with pq.ParquetFile(part.path, pre_buffer=False) as file:
        for batch in file.iter_batches(BATCH_ROWS, row_groups=[part.row_group], columns=names, use_threads=False):
            yield {one: batch.column(name) for one, name in zip(used, names, strict=True)}


def _no_flow(part: Part, error: Exception) -> RawFileError:
    expected = "year, exporter, importer, HS code of six digits and a value in thousand dollars in every row"
    return RawFileError(part.where, str(error)[:160], expected, "Correct the row, or take the publisher's file again.")

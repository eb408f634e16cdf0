"""Concentration of bilateral trade tables that do not fit into memory: files in, files out, within a limit.

What belongs here: the order of the work, and what is written. What does not: reading (`bilateral_reading`), formulas
(`bilateral`), and where the work runs (`pipelines.engine`): each pass maps a function over parts of the table,
whichever engine does it.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.dependence.bilateral import concentrate
from pipelines.dependence.bilateral_ranges import Ranges, range_starts
from pipelines.dependence.bilateral_reading import (
    BATCH_ROW_BYTES,
    BATCH_ROWS,
    Part,
    TradeTable,
    flows,
    rows_by_importer_year,
    trade_table,
)
from pipelines.dependence.trade_keys import Place, country_code
from pipelines.engine import ThreadEngine
from pipelines.errors import RawFileError
from pipelines.ingest.agencies.baci import place as cepii_place

MEMORY = 4_000_000_000
"""Bytes that a computation takes at most, unless told otherwise."""
LEAST_MEMORY = 500_000_000
"""Bytes below which there is no room beside the libraries themselves."""
SHARES, CONCENTRATION = "supplier_shares", "import_concentration"

_CHINA = {True: country_code("CHN"), False: 156}
"""Supplier code of China where countries are letters, and where they are numbers."""
_BASE = 350_000_000
"""Bytes of the process and its libraries."""
_ROW_BYTES = 200
"""Bytes that one row takes while it is sorted, reckoned and written."""
_BYTES_FOR_A_ROW = 2000
"""A range has one row for so many bytes of the limit, for any number of threads: so files do not depend on them."""
_WRITTEN_ROWS = 2**20


@dataclass(frozen=True, slots=True)
class Told:
    """What was read and written.

    Attributes:
        rows: Of the table.
        flows: Rows of `supplier_shares`.
        groups: Rows of `import_concentration`: importers, products and years.
        without_country: Rows of importers that are no single country; not published.
    """

    rows: int
    flows: int
    groups: int
    without_country: int


def concentrate_files(
    sources: Sequence[Path],
    output: Path,
    *,
    memory: int = MEMORY,
    threads: int = 1,
    scratch: Path | None = None,
    place: Place | None = cepii_place,
) -> Told:
    """Compute supplier shares and concentration of imports of whole bilateral trade tables.

    Reads CEPII's columns (`t,i,j,k,v,q`, or their names) and writes `supplier_shares/` and `import_concentration/`,
    each a folder of Parquet files whose rows stand in the order of year, importer, hs6 and partner (columns:
    `bilateral.Concentrated`). The bytes depend on the table and on `memory`, never on `threads` nor on the order of
    rows.

    Args:
        sources: Parquet or CSV files of one table, all with the same columns.
        output: New folder.
        memory: Bytes that may be used, at least LEAST_MEMORY; what does not fit goes to `scratch`.
        threads: Parts worked on at a time; fewer where they would not fit.
        scratch: Folder with room for 16 bytes a row; by default beside the output.
        place: Country as written -> alpha-3 or OTH; None leaves the table's own numbers or letters.

    Raises:
        RawFileError: A file is no such table, a cell of it is no figure, the folder is there already, or the limit
            has no room for the largest importer and year.
    """
    if output.exists():
        raise RawFileError(str(output), "a folder that is there already", "a new one", "Name another folder.")
    room = _room(memory)
    table = trade_table(sources, place)
    output.parent.mkdir(parents=True, exist_ok=True)
    readers = ThreadEngine(min(threads, max(1, room // (BATCH_ROWS * BATCH_ROW_BYTES))))
    counts: Counter[int] = Counter()
    for some in readers.map(lambda part: rows_by_importer_year(table, part), table.parts):
        counts.update(some)
    largest = max(counts.values(), default=0)
    if largest * _ROW_BYTES > room:
        found, needed = f"{largest} rows of one importer and year", largest * _ROW_BYTES + _BASE
        raise RawFileError("the table", found, f"a limit of {needed} bytes", "Allow more memory.")
    with (
        tempfile.TemporaryDirectory(dir=scratch or output.parent, prefix=".flows-") as spilled,
        tempfile.TemporaryDirectory(dir=output.parent, prefix=".result-") as result,
    ):
        ranges = Ranges(Path(spilled), range_starts(counts, memory // _BYTES_FOR_A_ROW))
        kept = sum(readers.map(lambda part: _spill(table, part, ranges), table.parts))
        whole = Path(result) / "whole"
        for name in (SHARES, CONCENTRATION):
            (whole / name).mkdir(parents=True)
        rows = max(ranges.rows(number) for number in range(len(ranges)))
        writers = ThreadEngine(min(threads, max(1, room // max(1, rows * _ROW_BYTES))))
        made = writers.map(lambda number: _write(ranges, number, whole, table.letters), range(len(ranges)))
        whole.rename(output)
    return Told(counts.total(), sum(one for one, _ in made), sum(one for _, one in made), counts.total() - kept)


def _room(memory: int) -> int:
    if memory < LEAST_MEMORY:
        raise RawFileError("memory", str(memory), f"at least {LEAST_MEMORY} bytes", "Allow more memory.")
    return memory - _BASE


def _spill(table: TradeTable, part: Part, ranges: Ranges) -> int:
    """Put the flows of one part into their ranges; return how many they are."""
    kept = 0
    for keys, amounts in flows(table, part):
        ranges.add(keys, amounts)
        kept += len(keys)
    return kept


def _write(ranges: Ranges, number: int, whole: Path, letters: bool) -> tuple[int, int]:
    """Compute and write one range; return its rows of shares and of concentration."""
    keys, amounts = ranges.take(number)
    found = concentrate(keys, amounts, _CHINA[letters], letters)
    for name, table in ((SHARES, found.shares), (CONCENTRATION, found.concentration)):
        text = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
        pq.write_table(
            table, whole / name / f"part-{number:05d}.parquet", compression="zstd", compression_level=1,
            row_group_size=_WRITTEN_ROWS, use_dictionary=text, store_schema=False,
        )  # fmt: skip
    return len(found.shares), len(found.concentration)

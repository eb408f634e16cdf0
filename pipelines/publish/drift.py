"""How far the tables have moved from the release before: rows that came or went, columns that emptied.

What belongs here: measuring two states of a table against the bounds of `schemas.drift`. What does not: which rows
changed (`diff`), and stopping anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.drift import DriftBounds, drift_bounds


@dataclass(frozen=True, slots=True)
class Filled:
    """How full a table is.

    Attributes:
        rows: Number of rows.
        empty: Column -> number of its empty cells.
    """

    rows: int
    empty: Mapping[str, int]

    def empty_pct(self, column: str) -> float:
        """Share of the empty cells of a column, 0 to 100."""
        return 100.0 * self.empty[column] / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True)
class Drifted:
    """One bound that a table has crossed.

    Attributes:
        what: `rows`, or the column that emptied.
        before: Rows, or percent of empty cells, in the release before.
        now: The same now.
        change: Percent of the rows before, or percentage points.
        bound: What `change` may be at most in its direction, in the same unit.
    """

    what: str
    before: float
    now: float
    change: float
    bound: float

    def __str__(self) -> str:
        """One clause for people."""
        if self.what == "rows":
            return f"{self.now:.0f} rows after {self.before:.0f} ({self.change:+.1f} %, bound {self.bound:+.0f} %)"
        share = f"{self.now:.1f} % empty after {self.before:.1f} %"
        return f"column {self.what} {share} ({self.change:+.1f} points, bound {self.bound:+.0f})"


def filled(frame: pd.DataFrame) -> Filled:
    """Count the rows and empty cells of a frame."""
    return Filled(len(frame), {str(name): int(frame[name].isna().sum()) for name in frame.columns})


def filled_before(release: Path | None, table: str) -> Filled | None:
    """Count the rows and empty cells of a table of a release, from the Parquet's footer where that tells them.

    Args:
        release: Folder of the release, None where there is none.
        table: Contract table.

    Returns:
        None where there is no release, or its table cannot be read: other checks tell of that.
    """
    if release is None:
        return None
    try:
        with pq.ParquetFile(release / "tables" / f"{table}.parquet") as file:
            return Filled(file.metadata.num_rows, dict(_empty_cells(file)))
    except (OSError, pa.ArrowException):
        return None


def _empty_cells(file: pq.ParquetFile) -> Iterator[tuple[str, int]]:
    told: dict[str, int | None] = {}
    for group in range(file.metadata.num_row_groups):
        for number in range(file.metadata.num_columns):
            column = file.metadata.row_group(group).column(number)
            name, statistics = column.path_in_schema.partition(".")[0], column.statistics
            known = statistics is not None and statistics.has_null_count
            before = told.get(name, 0)
            told[name] = before + statistics.null_count if known and before is not None else None
    silent = [name for name in file.schema_arrow.names if told.get(name, 0) is None]
    read = file.read(columns=silent) if silent else None
    for name in file.schema_arrow.names:
        count = told.get(name, 0)
        yield name, read.column(name).null_count if count is None and read is not None else count or 0


def drifts(table: str, before: Filled | None, now: Filled) -> tuple[Drifted, ...]:
    """Hold a table against what it was.

    Args:
        table: Contract table.
        before: As it was, None where it was not there.
        now: As it is.

    Returns:
        The bounds that are crossed, rows first; none for a table that may move as it does.
    """
    bounds = drift_bounds(table)
    if bounds is None or before is None:
        return ()
    return (*_rows(bounds, before.rows, now.rows), *_emptied(bounds, before, now))


def _rows(bounds: DriftBounds, before: int, now: int) -> Iterator[Drifted]:
    if before == 0 or abs(now - before) <= bounds.fewest_rows:
        return
    change = 100.0 * (now - before) / before
    bound = bounds.most_gained_pct if change > 0 else -bounds.most_lost_pct
    if abs(change) > abs(bound):
        yield Drifted("rows", before, now, change, bound)


def _emptied(bounds: DriftBounds, before: Filled, now: Filled) -> Iterator[Drifted]:
    if min(before.rows, now.rows) <= bounds.fewest_rows:
        return
    for column in now.empty:
        if column in before.empty:
            change = now.empty_pct(column) - before.empty_pct(column)
            if change > bounds.most_emptied_points:
                yield Drifted(
                    column, before.empty_pct(column), now.empty_pct(column), change, bounds.most_emptied_points
                )

"""Exchange rates as the European Central Bank and the Federal Reserve publish them: checked value by value.

What belongs here: reading such files strictly. What does not: which rates a release uses: those of `ingest/rates`, the
history that the project ships, so that a release does not depend on which file somebody dropped in.
"""

from __future__ import annotations

import datetime as dt

from pipelines.ingest.agencies.account import Harvest
from pipelines.ingest.agencies.figures import read_figure, tidy
from pipelines.ingest.agencies.grid import Grid
from pipelines.ingest.values import CellError, parse_date
from pipelines.records import Source


def _read(harvest: Harvest, grid: Grid, day_column: str) -> dt.date | None:
    newest: dt.date | None = None
    for line, row in grid.records():
        harvest.account.rows_in += 1
        try:
            day, precision = parse_date(row[day_column])
            if precision != "day":
                raise CellError(row[day_column][:20], "a day as 2026-02-17")
            newest = day if newest is None or day > newest else newest
        except CellError as error:
            harvest.refuse_row(line, day_column, error)
            continue
        for column in grid.header:
            if column == day_column or not column:
                continue
            try:
                figure = read_figure("" if tidy(row[column]) == "." else row[column])
                harvest.count({"number": "rate", "blank": "no rate (holiday)"}.get(figure.meaning, figure.meaning))
            except CellError as error:
                harvest.refuse_row(line, column, error)
    for column in grid.header:
        harvest.went(column, note="the release uses the history of rates that the project ships")
    return newest


def read_ecb(harvest: Harvest, grid: Grid, name: str) -> Source:
    """Read the euro's reference rates; the newest day in it is the day of publication."""
    newest = _read(harvest, grid, "Date")
    return Source(
        "ecb-eurofxref-file", publisher="European Central Bank", publisher_kind="statistics_agency", tier="official",
        witness_id="ecb", title="Euro foreign exchange reference rates", published_on=newest,
        published_precision="day" if newest else None, language="en", media_type="text/csv",
        licence="free use with the source named", redistributable=True, reader="rates-1",
    )  # fmt: skip


def read_fed(harvest: Harvest, grid: Grid, name: str) -> Source:
    """Read a series of the Federal Reserve's rates (`DEXJPUS`: yen for a dollar)."""
    _read(harvest, grid, grid.header[0])
    return Source(
        "federal-reserve-h10", publisher="Federal Reserve", publisher_kind="statistics_agency", tier="official",
        witness_id="federal-reserve", title=f"Foreign exchange rates, {grid.header[1]}", language="en",
        media_type="text/csv", licence="public domain", redistributable=True, reader="rates-1",
    )  # fmt: skip

"""Trade statistics of Japan's customs as e-Stat gives them: by commodity, by country, or by customs house.

What belongs here: months and the year of each line of nine digits, added up to six. What does not: values in dollars:
they are printed in thousand yen, and no single rate is right for the trade of a year, so only quantities are given.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from pipelines.errors import RawFileError
from pipelines.ingest.agencies.account import Harvest
from pipelines.ingest.agencies.figures import read_figure, tidy
from pipelines.ingest.agencies.grid import Grid
from pipelines.ingest.agencies.places import DATA, EVERYWHERE
from pipelines.ingest.agencies.trade_rows import give_flow, revision_of
from pipelines.ingest.values import CellError
from pipelines.records import Source

SIGNATURE = ("Exp or Imp", "Year", "HS", "Value-Year")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_COLUMN = re.compile(r"Exp or Imp|Year|HS|Country|Custom|Unit[12]|(Quantity[12]|Value)-(Year|[A-Z][a-z]{2})")
_FLOWS = {"1": "export", "2": "import"}
_UNITS = {"KG": ("kg", 1), "MT": ("t", 1), "GR": ("g", 1), "CT": ("ct", 1), "NO": ("number", 1), "TH": ("number", 1000)}
_WEIGHTS = ("kg", "t", "g", "ct")

_Key = tuple[str, str, str, str]
_Sum = tuple[Decimal, str, int, str]
"""Amount, unit, line of the first part, column."""


@cache
def _countries() -> dict[str, str]:
    with (DATA / "japan_customs.csv").open(encoding="utf-8", newline="") as lines:
        return {row["number"]: row["code"] for row in csv.DictReader(lines)}


def read(harvest: Harvest, grid: Grid, name: str) -> Source:
    """Read a file of customs statistics.

    A year is only given where the file goes to December; a month without trade is not told from one to come, and is
    left out.

    Raises:
        RawFileError: Columns never seen.
    """
    unknown = [column for column in grid.header if not _COLUMN.fullmatch(column)]
    if unknown:
        shown, expected = f"columns {', '.join(unknown)[:200]}", "columns of Japan's trade statistics"
        raise RawFileError(harvest.account.path, shown, expected, "Report the layout.", "unknown_column")
    whole = any(tidy(row.get("Value-Dec", "")) not in ("", "0") for _, row in grid.records())
    sums: dict[_Key, _Sum | None] = {}
    for line, row in grid.records():
        harvest.account.rows_in += 1
        try:
            _row(harvest, line, row, sums, whole=whole)
        except CellError as error:
            harvest.refuse_row(line, "HS", error)
    for (flow, partner, code, period), total in sums.items():
        if total is None:
            harvest.gaps.add(("JPN", flow, code, revision_of("JPN", period), period))
            harvest.count("lines of one code in different units or without a quantity: not added")
            continue
        amount, unit, line, column = total
        key = ("JPN", partner, flow, code, revision_of("JPN", period), period)
        give_flow(harvest, line, column, key, None, "", (amount, unit), "")
    harvest.went("Quantity1-Year", "trade_flows", "quantity")
    harvest.went("Quantity2-Year", "trade_flows", "quantity")
    harvest.went("HS", "trade_flows", "hs6", "the first six of nine digits")
    harvest.went("Value-Year", note="thousand yen; trade_flows holds dollars")
    return Source(
        "japan-customs", publisher="Japan Customs (Ministry of Finance)", publisher_kind="statistics_agency",
        tier="official", witness_id="japan-customs", title="Trade Statistics of Japan", language="en",
        media_type="text/csv", redistributable=True, licence="free use with the source named", reader="estat-1",
    )  # fmt: skip


def _row(harvest: Harvest, line: int, row: Mapping[str, str], sums: dict[_Key, _Sum | None], *, whole: bool) -> None:
    flow = _FLOWS.get(tidy(row["Exp or Imp"]))
    code, year = tidy(row["HS"]).strip("'\""), tidy(row["Year"])
    if flow is None:
        raise CellError(row["Exp or Imp"][:20], "1 (export) or 2 (import)")
    if not re.fullmatch(r"\d{9}", code):
        raise CellError(row["HS"][:20], "a code of nine digits")
    if not re.fullmatch(r"(?:19|20)\d\d", year):
        raise CellError(year[:20], "a year")
    if code.startswith("00"):
        harvest.count("a code that is no heading of the HS: not published")
        return
    partner = EVERYWHERE
    if "Country" in row:
        known = _countries().get(tidy(row["Country"]))
        if known is None:
            months = (year, *(f"{year}-{number:02}" for number in range(1, 13)))
            harvest.gaps.update(("JPN", flow, code[:6], revision_of("JPN", month), month) for month in months)
            raise CellError(row["Country"][:20] or "an empty cell", "a country number of Japan's customs known here")
        partner = known
    refused: CellError | None = None
    for label, period in (("Year", year), *((m, f"{year}-{n:02}") for n, m in enumerate(_MONTHS, start=1))):
        if f"Value-{label}" not in row or (label == "Year" and not whole):
            continue
        key = (flow, partner, code[:6], period)
        try:
            found = _quantity(harvest, row, label)
        except CellError as problem:
            sums[key], refused = None, problem
            continue
        if found is None:
            if _is_traded(row, label):
                # A line with a value and no quantity: what the others weigh is not the whole.
                sums[key] = None
            continue
        before = sums.get(key, (Decimal(0), found[1], line, found[2]))
        sums[key] = None if before is None or before[1] != found[1] else (before[0] + found[0], *before[1:])
    if refused is not None:
        raise refused


def _is_traded(row: Mapping[str, str], label: str) -> bool:
    value = read_figure(row[f"Value-{label}"])
    return value.low is None or value.low > 0


def _quantity(harvest: Harvest, row: Mapping[str, str], label: str) -> tuple[Decimal, str, str] | None:
    """Amount, unit and column: a weight where one of the two quantities is one."""
    value = read_figure(row[f"Value-{label}"])
    harvest.count(f"{value.meaning} (thousand yen)")
    candidates = []
    for number in ("2", "1"):
        unit = _UNITS.get(tidy(row.get(f"Unit{number}", "")).upper())
        column = f"Quantity{number}-{label}"
        if not tidy(row.get(f"Unit{number}", "")):
            continue
        figure = read_figure(row.get(column, ""))
        harvest.count(figure.meaning)
        if unit is None:
            raise CellError(row[f"Unit{number}"][:20], f"a unit, one of {', '.join(_UNITS)}")
        if figure.low is not None:
            candidates.append((figure.low * unit[1], unit[0], column))
    if value.low is None or value.low == 0:
        return None
    candidates.sort(key=lambda one: one[1] not in _WEIGHTS)
    return candidates[0] if candidates and candidates[0][0] > 0 else None

"""US Census Bureau, international trade: the interface's answers, a JSON list of lists with a header.

What belongs here: imports and exports by HS code, country and month or year. What does not: quantities of trade in
units that the answer does not name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pipelines.errors import RawFileError
from pipelines.ingest.agencies.account import Harvest
from pipelines.ingest.agencies.figures import read_figure, tidy
from pipelines.ingest.agencies.places import EVERYWHERE, country
from pipelines.ingest.agencies.trade_rows import give_flow, revision_of
from pipelines.ingest.values import CellError
from pipelines.records import Source

_VALUES = {
    "GEN_VAL_MO": ("import", "month"), "GEN_VAL_YR": ("import", "year"),
    "CON_VAL_MO": ("import", "month"), "CON_VAL_YR": ("import", "year"),
    "ALL_VAL_MO": ("export", "month"), "ALL_VAL_YR": ("export", "year"),
}  # fmt: skip
"""Column of a value -> flow and period, the preferred first; a year's column is a sum since January."""
_QUANTITIES = {"GEN_VAL_MO": "GEN_QY1_MO", "GEN_VAL_YR": "GEN_QY1_YR", "CON_VAL_MO": "CON_QY1_MO",
               "CON_VAL_YR": "CON_QY1_YR", "ALL_VAL_MO": "QTY_1_MO", "ALL_VAL_YR": "QTY_1_YR"}  # fmt: skip
_KNOWN = re.compile(
    r"(GEN|CON|ALL|AIR|VES|CNT|DUT|CAL|CHA)_[A-Z0-9_]+|QTY_\d_(MO|YR)(_FLAG)?|UNIT_QY\d|COMM_LVL|[IE]_COMMODITY"
    r"(_[LS]DESC)?|CTY_(CODE|NAME)|SUMMARY_LVL2?|time|YEAR|MONTH|LAST_UPDATE|DF|RP|DISTRICT|DIST_NAME"
)
_UNITS = {"KG": "kg", "T": "t", "MTN": "t", "CAR": "ct", "NO": "number", "GM": "g", "CGM": "kg", "CKG": "kg"}
_CONTENT = ("CGM", "CKG")


def fits(value: Any) -> bool:
    """Whether a JSON value is such an answer: a list of lists of which the first names columns."""
    if not isinstance(value, list) or len(value) < 1 or not all(isinstance(row, list) for row in value[:2]):
        return False
    header = [str(name) for name in value[0]]
    return any(name in header for name in ("I_COMMODITY", "E_COMMODITY")) and any(name in header for name in _VALUES)


def read(harvest: Harvest, value: Any) -> Source:
    """Read an answer.

    Args:
        harvest: Takes rows and the account.
        value: The parsed JSON.

    Raises:
        RawFileError: Columns never seen, or no time.
    """
    header = [str(name) for name in value[0]]
    unknown = [name for name in header if not _KNOWN.fullmatch(name)]
    if unknown or not {"time", "YEAR"} & set(header):
        found = f"columns {', '.join(unknown or header)[:200]}"
        expected, remedy = "columns of the international trade interface, time among them", "Report the layout."
        raise RawFileError(harvest.account.path, found, expected, remedy, "unknown_column")
    column = next(name for name in _VALUES if name in header)
    for number, cells in enumerate(value[1:], start=2):
        harvest.account.rows_in += 1
        try:
            if not isinstance(cells, list) or len(cells) != len(header):
                raise CellError("a row of another length", f"{len(header)} cells")
            texts = ("" if cell is None else str(cell) for cell in cells)
            _row(harvest, number, dict(zip(header, texts, strict=True)), column)
        except CellError as error:
            harvest.refuse_row(number, column, error)
    harvest.went(column, "trade_flows", "value_usd")
    for name in header:
        if name != column and name in _VALUES:
            harvest.went(name, note=f"{column} is used")
    return Source(
        "us-census-trade", publisher="US Census Bureau", publisher_kind="statistics_agency", tier="official",
        witness_id="us-census", title="International trade", language="en", media_type="application/json",
        licence="public domain", redistributable=True, reader="census-1",
    )  # fmt: skip


_BREAKDOWNS = ("DISTRICT", "DIST_NAME", "DF", "RP")
"""Columns that break a flow down; a total has nothing, a dash or its name in them."""
_WHOLE = re.compile(r"|-|0|TOTAL.*|ALL .*", re.IGNORECASE)


def _row(harvest: Harvest, number: int, row: Mapping[str, str], column: str) -> None:
    if not all(_WHOLE.fullmatch(tidy(row.get(name, ""))) for name in _BREAKDOWNS):
        harvest.count("a part of a flow: not published")
        return
    code = tidy(row.get("I_COMMODITY", "") or row.get("E_COMMODITY", ""))
    if not re.fullmatch(r"\d{6}", code):
        if re.fullmatch(r"-|\d{2,10}", code):
            harvest.count("a heading of other than six digits: not published")
            return
        raise CellError(code[:20], "an HS code of six digits")
    flow, kind = _VALUES[column]
    period = _period(row, kind)
    if period is None:
        harvest.count("a sum of part of a year: not published")
        return
    about = (flow, code, revision_of("USA", period), period)
    try:
        partner = _partner(row)
        figure = read_figure(row[column])
        if not figure.blank and (figure.low is None or figure.low != figure.high):
            raise CellError(row[column][:40], "a value in dollars")
    except CellError:
        harvest.gaps.add(("USA", *about))
        raise
    if partner is None:
        harvest.count("a group of countries: not published")
        return
    harvest.count(figure.meaning)
    if figure.blank:
        return
    key = ("USA", partner, *about)
    valuation = "customs" if flow == "import" else "fob"
    give_flow(harvest, number, column, key, figure.low, valuation, _quantity(row, column), tidy(row[column]))


def _partner(row: Mapping[str, str]) -> str | None:
    """Code of the partner, ALL for all; None for a group of countries."""
    number, name = tidy(row.get("CTY_CODE", "")), tidy(row.get("CTY_NAME", ""))
    if (not number and not name) or number == "-" or name.upper() == "TOTAL FOR ALL COUNTRIES":
        return EVERYWHERE
    if number and (not re.fullmatch(r"[1-9]\d{3}", number)):
        return None
    named = country(name)
    if named is None:
        raise CellError(name[:40] or number, "the name of a country")
    return named.code


def _period(row: Mapping[str, str], kind: str) -> str | None:
    text = tidy(row.get("time", "")) or "-".join(filter(None, (tidy(row.get("YEAR", "")), tidy(row.get("MONTH", "")))))
    match = re.fullmatch(r"((?:19|20)\d\d)(?:-(0[1-9]|1[0-2]))?", text)
    if match is None:
        raise CellError(text[:20], "a month as 2024-06 or a year")
    if kind == "month":
        if match[2] is None:
            raise CellError(text[:20], "a month, for a value of one month")
        return text
    return match[1] if match[2] in (None, "12") else None


def _quantity(row: Mapping[str, str], column: str) -> tuple[Decimal, str] | None:
    unit = _UNITS.get(tidy(row.get("UNIT_QY1", "")).upper())
    figure = read_figure(row.get(_QUANTITIES[column], ""))
    if unit is None or figure.low is None or tidy(row.get("UNIT_QY1", "")).upper() in _CONTENT:
        return None
    return figure.low, unit

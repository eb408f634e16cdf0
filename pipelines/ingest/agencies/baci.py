"""CEPII's BACI: reconciled trade by exporter, importer and product, and its list of country numbers.

What belongs here: the published columns `t,i,j,k,v,q` and a cut of them with names. What does not: UN Comtrade, of
which BACI is made (`comtrade`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from pipelines.errors import RawFileError
from pipelines.ingest.agencies.account import Harvest
from pipelines.ingest.agencies.figures import read_figure, tidy
from pipelines.ingest.agencies.grid import Grid
from pipelines.ingest.agencies.places import OTHERS, by_number, country
from pipelines.ingest.agencies.trade_rows import give_flow
from pipelines.ingest.values import CellError
from pipelines.records import Source

PUBLISHED = {"year": "t", "exporter": "i", "importer": "j", "code": "k", "value": "v", "quantity": "q"}
WITH_NAMES = {
    "year": "year", "exporter": "exporter", "importer": "importer", "code": "hs6", "value": "value_kusd",
    "quantity": "qty_t",
}  # fmt: skip
_REVISIONS = {"92": "1992", "96": "1996", "02": "2002", "07": "2007", "12": "2012", "17": "2017", "22": "2022"}
_LUMPS = ("S19", "R20", "ZA1", "PUS", "490", "697", "711", "849")
"""CEPII's own letters and numbers for areas that are no single country."""
_THOUSAND = Decimal(1000)
_Key = tuple[str, str, str, str, str, str]


class _Part(NamedTuple):
    """The flow of one area: its line, thousand dollars, and tons where the row gives them."""

    line: int
    value: Decimal
    tons: Decimal | None


def read(harvest: Harvest, grid: Grid, name: str) -> Source:
    """Read trade flows: values in thousand US dollars, quantities in metric tons.

    Args:
        harvest: Takes rows and the account.
        name: Of the file (`BACI_HS17_Y2024_V202601.csv`); the revision of the codes stands nowhere else.

    Raises:
        RawFileError: The name does not say which revision the codes follow.
    """
    columns = PUBLISHED if set(PUBLISHED.values()) <= set(grid.header) else WITH_NAMES
    match = re.search(r"hs(\d\d)(?!\d)", name, re.IGNORECASE)
    revision = _REVISIONS.get(match[1]) if match else None
    if revision is None:
        expected, remedy = "HS17 or the like in its name", "Give it CEPII's name back (BACI_HS17_Y2024_V202601.csv)."
        raise RawFileError(harvest.account.path, "no revision of the HS", expected, remedy, "malformed")
    others: dict[_Key, dict[str, _Part]] = {}
    for line, row in grid.records():
        harvest.account.rows_in += 1
        try:
            _row(harvest, line, row, columns, revision, others)
        except CellError as error:
            harvest.refuse_row(line, columns["value"], error)
            harvest.gaps.update(_about(row, columns, revision))
    for key, areas in others.items():
        parts = list(areas.values())
        value = sum((part.value for part in parts), Decimal(0)) * _THOUSAND
        tons = [part.tons for part in parts if part.tons is not None]
        amount = (sum(tons, Decimal(0)), "t") if len(tons) == len(parts) else None
        give_flow(harvest, parts[0].line, columns["value"], key, value, "fob", amount, "")
    for part, goal in (("value", "value_usd"), ("quantity", "quantity"), ("code", "hs6"), ("year", "period"),
                       ("importer", "reporter"), ("exporter", "partner")):  # fmt: skip
        harvest.went(columns[part], "trade_flows", goal)
    return source()


def source() -> Source:
    """The record of a file, its id to be completed by the file's hash."""
    return Source(
        "cepii-baci", publisher="CEPII (BACI)", publisher_kind="statistics_agency", tier="official",
        witness_id="cepii-baci", title="CEPII BACI, reconciled trade", language="en", media_type="text/csv",
        redistributable=False, reader="baci-1",
    )  # fmt: skip


def _row(
    harvest: Harvest,
    line: int,
    row: Mapping[str, str],
    columns: Mapping[str, str],
    revision: str,
    others: dict[_Key, dict[str, _Part]],
) -> None:
    year, code = tidy(row[columns["year"]]), tidy(row[columns["code"]])
    if not re.fullmatch(r"(?:19|20)\d\d", year):
        raise CellError(year[:20], "a year")
    if not re.fullmatch(r"\d{5,6}", code):
        raise CellError(code[:20], "an HS code of six digits")
    if place(row[columns["importer"]]) == OTHERS:
        harvest.count("imports of an area that is no country: not published")
        return
    exporter, importer = place(row[columns["exporter"]]), place(row[columns["importer"]])
    printed = row[columns["value"]]
    value, quantity = read_figure(printed), read_figure(row[columns["quantity"]])
    for figure in (value, quantity):
        harvest.count(figure.meaning)
    if value.low is None or value.low != value.high:
        raise CellError(printed[:40], "a value in thousand dollars")
    amount = (quantity.low, "t") if quantity.low is not None and quantity.code == "exact" else None
    key = (importer, exporter, "import", code.zfill(6), revision, year)
    if exporter == OTHERS:
        # Several areas are one partner here: their flows are added, not told twice.
        part = _Part(line, value.low, amount[0] if amount else None)
        before = others.setdefault(key, {}).setdefault(tidy(row[columns["exporter"]]), part)
        if before[1:] != part[1:]:
            raise CellError(f"another figure than in row {before.line}", "one figure for each")
        return
    give_flow(harvest, line, columns["value"], key, value.low * _THOUSAND, "fob", amount, tidy(printed))


def _about(row: Mapping[str, str], columns: Mapping[str, str], revision: str) -> list[tuple[str, ...]]:
    """What a row that was set aside is about, where that much can be read: its importer's product of the year."""
    try:
        importer = place(row[columns["importer"]])
    except CellError:
        return []
    year, code = tidy(row[columns["year"]]), tidy(row[columns["code"]])
    return [(importer, "import", code.zfill(6), revision, year)]


def place(text: str) -> str:
    """Return the country that CEPII writes as a number or an alpha-3 code; OTH for an area that is no single country.

    Raises:
        CellError: It is neither.
    """
    bare = tidy(text)
    if bare in _LUMPS:
        return OTHERS
    code = by_number(bare) if bare.isdigit() else None if (named := country(bare)) is None else named.code
    if code is None:
        raise CellError(bare[:40], "the number (or alpha-3 code) of a country")
    return code


def read_countries(harvest: Harvest, grid: Grid, name: str) -> Source:
    """Check CEPII's list of country numbers against ours; it makes no rows.

    A number that CEPII gives to another country than we do sets its row aside.
    """
    for line, row in grid.records():
        harvest.account.rows_in += 1
        ours, theirs = by_number(row["country_code"]), tidy(row["country_iso3"])
        if ours == theirs:
            harvest.count("number of a country, as here")
        elif ours is None or ours == "OTH":
            harvest.count("number of an area that is no country today")
        else:
            harvest.refuse_row(line, "country_iso3", CellError(theirs, ours), "conflicting_record")
    for column in grid.header:
        harvest.went(column, note="compared with the list used here")
    return source()

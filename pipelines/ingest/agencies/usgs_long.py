"""The long table of the Mineral Commodity Summaries (first in 2026): one figure a row, all commodities.

What belongs here: which row is which table of the contract. What does not: figures, units and products.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from pipelines.errors import RawFileError
from pipelines.ingest.agencies import products, usgs
from pipelines.ingest.agencies.account import Harvest
from pipelines.ingest.agencies.figures import meaning_of, tidy
from pipelines.ingest.agencies.grid import Grid
from pipelines.ingest.agencies.places import country, several
from pipelines.ingest.values import CellError
from pipelines.records import Source

REQUIRED = (
    "MCS chapter",
    "Section",
    "Commodity",
    "Country",
    "Statistics",
    "Statistics_detail",
    "Unit",
    "Year",
    "Value",
)
SIGNATURE = {"MCS chapter", "Statistics_detail", "Value"}

_RELIANCE = re.compile(r"net import reliance ?as a percentage of (?:total )?\w+ consumption[:,]?", re.IGNORECASE)
_PERIOD = re.compile(r"(20\d\d)\s*[-\u2013\ufffd?]\s*((?:20)?\d\d)")
_SUPPLY = ("synthetic", "secondary")
"""Stages that stand among the salient statistics of the United States alone."""
_UNUSED = {
    "Import": "quantities of trade", "Export": "quantities of trade", "Price": "prices", "Employment": "employment",
    "Consumption": "consumption", "Stock": "stocks", "Reserves": "reserves", "Sold or used": "sales",
    "Shipment": "shipments", "Sales": "sales", "Sold": "sales", "Supply": "supply", "Production": "production",
}  # fmt: skip


def read(harvest: Harvest, grid: Grid, name: str) -> Source:
    """Read a long table.

    Args:
        harvest: Takes rows and the account.
        name: Unused; the content says all.

    Raises:
        RawFileError: No year in it, so that its edition is not known.
    """
    missing = [name for name in REQUIRED if name not in grid.header]
    if missing:
        found, remedy = f"no column {', '.join(missing)}", "Check the file, or report the layout."
        raise RawFileError(harvest.account.path, found, ", ".join(REQUIRED), remedy, "missing_column")
    years = [int(row["Year"]) for _, row in grid.records() if re.fullmatch(r"20\d\d", row["Year"].strip())]
    if not years:
        raise RawFileError(harvest.account.path, "no year", "years in the column Year", "Check the file.", "malformed")
    counts = Counter(years)
    # An edition comes out early in the year after its last estimates; a slip in a row or two does not move it.
    edition = max(year for year, number in counts.items() if number * 20 >= max(counts.values())) + 1
    state = _State(edition)
    for line, row in grid.records():
        harvest.account.rows_in += 1
        try:
            _row(harvest, line, row, state)
        except CellError as error:
            harvest.refuse_row(line, "Value", error)
    _crosswalk(harvest)
    return usgs.source_of(edition, "commodities data")


class _State:
    """What the rows before say of a row: the block of figures it belongs to, and ranks given so far."""

    def __init__(self, edition: int) -> None:
        self.edition = edition
        self.block: list[str] = []
        self.block_of: tuple[str, str] = ("", "")
        self.ranks: dict[tuple[str, ...], int] = {}

    def context(self, row: Mapping[str, str], *, reset: bool) -> str:
        """Lines of the same chapter and year since the last reliance: of two products in one chapter they tell."""
        place = (row["MCS chapter"], row["Year"])
        if place != self.block_of:
            self.block, self.block_of = [], place
        text = " ".join(self.block)
        self.block = [] if reset else [*self.block, row["Statistics_detail"]]
        return text


def _row(harvest: Harvest, line: int, row: Mapping[str, str], state: _State) -> None:
    if row["Year"].strip().isdecimal() and int(row["Year"]) >= state.edition:
        raise CellError(row["Year"][:40], f"a year before the edition, {state.edition}")
    statistics = tidy(row["Statistics"])
    is_reliance = statistics.lower() == "net import reliance"
    context = state.context(row, reset=is_reliance)
    commodity = products.commodity(row["MCS chapter"])
    if commodity is None:
        raise CellError(tidy(row["MCS chapter"])[:60], "a commodity of the Mineral Commodity Summaries")
    if is_reliance:
        _reliance(harvest, line, row, commodity, context, state.edition)
    elif statistics.lower().startswith("import sources"):
        _import_source(harvest, line, row, commodity, state)
    elif statistics in ("Production", "Capacity"):
        _production(harvest, line, row, commodity, state.edition)
    else:
        _unused(harvest, row["Value"], _UNUSED.get(statistics, f"statistics on {statistics[:30]}"))


def _detail(row: Mapping[str, str]) -> str:
    """What a row says of its commodity beyond the chapter's name."""
    own = "" if tidy(row["Commodity"]).lower() == tidy(row["MCS chapter"]).lower() else tidy(row["Commodity"])
    text = _RELIANCE.sub("", tidy(row["Statistics_detail"])).strip(" :,")
    return f"{own}: {text}".strip(" :") if own else text


def _reliance(harvest: Harvest, line: int, row: Mapping[str, str], commodity: str, context: str, edition: int) -> None:
    detail = _detail(row)
    product = products.product(commodity, "reliance", detail) or products.product(commodity, "reliance", context)
    if product is None:
        raise CellError(detail[:60], f"a product of {commodity}")
    if not product.material_id:
        harvest.count(usgs.NO_MATERIAL)
        return
    if not re.search(r"\d|^\W*$|^[A-Za-z]{1,2}$", row["Value"]):
        raise CellError(row["Value"][:60], "a percentage or a code")
    usgs.give_reliance(harvest, line, "Value", row["Value"], product, _year(row), edition, row.get("Notes", ""))


def _import_source(harvest: Harvest, line: int, row: Mapping[str, str], commodity: str, state: _State) -> None:
    detail = tidy(row["Statistics_detail"])
    own = tidy(row["Commodity"])
    product = products.product(commodity, "imports", detail)
    if product is None:
        raise CellError(detail[:60], f"a product of {commodity}")
    if not product.material_id:
        harvest.count(usgs.NO_MATERIAL)
        return
    match = _PERIOD.search(row["Statistics"]) or _PERIOD.search(row["Year"])
    if match is None:
        raise CellError(row["Year"][:40], "the years of an average as 2021-24")
    last = match[2] if len(match[2]) == 4 else match[1][:2] + match[2]
    place = (commodity, own, detail)
    if country(row["Country"]) is None and several(row["Country"]):
        harvest.count("of several countries together")
        return
    partner = usgs.partner_of(row["Country"], row.get("Notes", ""))
    state.ranks[place] = state.ranks.get(place, 0) + 1
    period = (int(match[1]), int(last))
    rank = state.ranks[place]
    usgs.give_import_source(harvest, line, "Value", partner, row["Value"], product, period, state.edition, rank)


def _production(harvest: Harvest, line: int, row: Mapping[str, str], commodity: str, edition: int) -> None:
    world = row["Section"].lower().startswith("world")
    kind = "capacity" if row["Statistics"] == "Capacity" else "production"
    product = products.product(commodity, kind, _detail(row))
    if product is None and world:
        raise CellError(_detail(row)[:60], f"a product of {commodity}")
    if product is None or not (world or product.stage in _SUPPLY or commodity in ("scandium", "yttrium")):
        _unused(harvest, row["Value"], "production in the United States, as salient statistics give it")
        return
    if not product.material_id:
        harvest.count(usgs.NO_MATERIAL)
        return
    named = country(row["Country"])
    if named is None:
        if several(row["Country"]):
            harvest.count("of several countries together")
            return
        raise CellError(tidy(row["Country"])[:60], "the name of a country")
    unit = usgs.unit_of(row["Unit"])
    if unit is None:
        raise CellError(tidy(row["Unit"])[:60], f"a unit, one of {', '.join(usgs.UNITS)}")
    year, notes = _year(row), row.get("Notes", "")
    usgs.give_production(
        harvest, line, "Value", row["Value"], product, named.code, year, unit, edition, notes, estimated=named.marked
    )


def _year(row: Mapping[str, str]) -> int:
    if not re.fullmatch(r"20\d\d", row["Year"].strip()):
        raise CellError(row["Year"][:40], "a year")
    return int(row["Year"])


def _unused(harvest: Harvest, value: str, why: str) -> None:
    """Count a value that no table of the contract holds, by what it means."""
    harvest.count(f"not used ({why}): {meaning_of(value)}")


def _crosswalk(harvest: Harvest) -> None:
    harvest.went("Value", "dependencies", "reliance_low_pct", "net import reliance")
    harvest.went("Value", "import_sources", "share_low_pct", "import sources")
    harvest.went("Value", "material_production", "quantity_low", "world production and capacity")
    harvest.went("Country", "import_sources", "partner")
    harvest.went("Country", "material_production", "country")
    harvest.went("Year", "dependencies", "year")
    harvest.went("Year", "material_production", "year")
    harvest.went("Unit", "material_production", "unit")
    harvest.went("MCS chapter", "dependencies", "material_id")
    harvest.went("Statistics_detail", "dependencies", "form")
    harvest.went("Notes", "dependencies", "nir_formula", "definitions; `estimated` besides")
    harvest.went("Section", note="tells the tables apart")
    harvest.went("Commodity", note="tells products of one chapter apart")
    harvest.went("Other notes", note="remarks on the chapter; not carried")

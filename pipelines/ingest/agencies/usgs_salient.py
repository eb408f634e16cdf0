"""Salient statistics of one commodity (Mineral Commodity Summaries 2022 to 2025): one row a year.

What belongs here: which columns are net import reliance, of which product, and the output of synthetic and secondary
industrial diamond. What does not: the other columns (trade, prices, stocks, employment), which are counted by meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.errors import RawFileError
from pipelines.ingest.agencies import products, usgs
from pipelines.ingest.agencies.account import Harvest
from pipelines.ingest.agencies.figures import meaning_of, tidy
from pipelines.ingest.agencies.grid import Grid
from pipelines.ingest.values import CellError
from pipelines.records import Source

_STATISTICS = (
    "usprod", "prod", "production", "import", "imports", "export", "exports", "consump", "consumption", "price",
    "prices", "stock", "stocks", "employment", "shipment", "shipments", "sales", "sold", "supply", "recycled",
    "recycling", "furnace", "withdrawn", "extracted", "products", "continuous", "soldfinished", "value", "capacity",
    "grade", "sale", "world", "reexports", "use", "used", "uses", "inventory", "yearend", "index", "scrap",
    "mine", "refinery", "smelter", "apparent", "reported", "estimated", "primary", "secondary",
)  # fmt: skip
"""Words of columns that no table of the contract holds."""
_RELIANCE = re.compile(r"nir", re.IGNORECASE)
_UNITS = re.compile(r"pct|ct|t|percent", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Reliance:
    column: str
    product: products.Product


def is_statistic(name: str) -> bool:
    """Whether a column is one of the statistics that these files hold."""
    text = name.lower().replace("case statement error", "")
    tokens = re.split(r"[_\s-]+", text)
    return (
        bool(_RELIANCE.search(name))
        or any(token in _STATISTICS for token in tokens)
        or any(word in text for word in ("usprod", "imports", "exports", "price", "production", "consump", "sold"))
    )


def read(harvest: Harvest, grid: Grid, name: str) -> Source:
    """Read the salient statistics of one commodity.

    Args:
        harvest: Takes rows and the account.
        name: Of the file; it serves where the column Commodity is misspelt.

    Raises:
        RawFileError: A commodity, an edition or columns never seen.
    """
    path = harvest.account.path
    first = dict(next(grid.records())[1])
    labels = {header.lower(): header for header in grid.header}
    source = labels.get("datasource") or labels["source"]
    edition = usgs.edition_in(first[source], f"{path}, column {source}")
    commodity = _commodity(first[labels["commodity"]], name, path)
    unknown = [
        header
        for header in grid.header
        if header and header.lower() not in ("datasource", "source", "commodity", "year") and not is_statistic(header)
        and not re.search(r"notes?$", header, re.IGNORECASE)
    ]  # fmt: skip
    if unknown:
        expected = "statistics as Imports_kg, Price_dkg, NIR_pct"
        raise RawFileError(
            path, f"columns {', '.join(unknown)[:200]}", expected, "Report the layout.", "unknown_column"
        )
    reliance = _reliance_columns(harvest, grid, commodity)
    for line, row in grid.records():
        harvest.account.rows_in += 1
        try:
            _row(harvest, line, row, labels["year"], reliance, commodity, edition)
        except CellError as error:
            harvest.refuse_row(line, labels["year"], error)
    for header in grid.header:
        if header and not _RELIANCE.search(header):
            harvest.went(header, note="no table of the contract holds it")
    return usgs.source_of(edition, f"salient statistics, {commodity}")


def _commodity(printed: str, name: str, path: str) -> str:
    found = products.commodity_and_detail(printed)
    if found is not None:
        return found[0]
    match = re.search(r"mcs ?20\d\d[-_ ]?([a-z]+)", name.rsplit("/", 1)[-1], re.IGNORECASE)
    coded = products.commodity_of_code(match[1].lower()) if match else None
    if coded is None:
        where, expected = f"{path}, column Commodity", "a commodity of the Mineral Commodity Summaries"
        raise RawFileError(where, tidy(printed)[:60], expected, "Report the name.", "invalid_value")
    return coded


def _reliance_columns(harvest: Harvest, grid: Grid, commodity: str) -> list[_Reliance]:
    found = []
    for header in grid.header:
        if not _RELIANCE.search(header):
            continue
        words = [_RELIANCE.sub("", token) for token in header.split("_")]
        detail = "-".join(word for word in words if word and not _UNITS.fullmatch(word))
        product = products.product(commodity, "reliance", detail)
        if product is None:
            where, expected = f"{harvest.account.path}, column {header}", f"reliance on a product of {commodity}"
            raise RawFileError(where, header, expected, "Report the column.", "unknown_column")
        if product.material_id:
            found.append(_Reliance(header, product))
            harvest.went(header, "dependencies", "reliance_low_pct")
        else:
            harvest.went(header, note="of a product that the contract has no material for")
    return found


def _row(
    harvest: Harvest,
    line: int,
    row: Mapping[str, str],
    year_column: str,
    reliance: list[_Reliance],
    commodity: str,
    edition: int,
) -> None:
    if not re.fullmatch(r"(?:19|20)\d\d", row[year_column].strip()):
        raise CellError(row[year_column][:40], "a year")
    year = int(row[year_column])
    used = {one.column for one in reliance}
    for one in reliance:
        try:
            usgs.give_reliance(harvest, line, one.column, row[one.column], one.product, year, edition, estimated="")
        except CellError as error:
            harvest.refuse_row(line, one.column, error)
    for column, printed in row.items():
        if column in used or column.lower() in ("datasource", "source", "commodity", "year", ""):
            continue
        if not _diamond(harvest, line, column, printed, commodity, year, edition):
            harvest.count(f"not used (other statistics): {meaning_of(printed)}")


def _diamond(harvest: Harvest, line: int, column: str, printed: str, commodity: str, year: int, edition: int) -> bool:
    """Give the output of synthetic or secondary diamond; False for any other column."""
    if commodity != "diamond" or "usprod" not in column.lower():
        return False
    tokens = column.split("_")
    product = products.product("diamond", "production", " ".join(tokens[:-1]))
    unit = usgs.unit_of(tokens[-1])
    if product is None or not product.material_id or unit is None:
        return False
    try:
        usgs.give_production(harvest, line, column, printed, product, usgs.IMPORTER, year, unit, edition)
    except CellError as error:
        harvest.refuse_row(line, column, error)
    return True

"""Figures 2 and 3 and the tables of critical minerals of the Mineral Commodity Summaries.

What belongs here: figure 2 (reliance and suppliers by name), figure 3 (shares of suppliers), the table of salient
critical-minerals statistics (table 5 in 2025, 7 in 2026), and files of the same release that hold no figure of ours.
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
from pipelines.ingest.values import CellError
from pipelines.records import Source

_YEARS = re.compile(r"(20\d\d)(?:[_-]((?:20)?\d\d))?$")
_LOST_SIGN = ("25", "50", "75", "90", "95", "99")
"""Edges of bounds: figure 3 prints them without `>` and `<`, so that figure and bound cannot be told apart."""


def _single_year(header: tuple[str, ...], stem: str, where: str) -> tuple[str, int]:
    for name in header:
        if name.startswith(stem) and (match := _YEARS.search(name)) and not match[2]:
            return name, int(match[1])
    raise RawFileError(where, ", ".join(header)[:200], f"a column {stem}<year>", "Check the file.", "missing_column")


def _period(header: tuple[str, ...], stem: str, where: str) -> tuple[str, tuple[int, int]]:
    for name in header:
        if name.startswith(stem) and (match := _YEARS.search(name)) and match[2]:
            last = match[2] if len(match[2]) == 4 else match[1][:2] + match[2]
            return name, (int(match[1]), int(last))
    expected = f"a column {stem}<year>_<year>"
    raise RawFileError(where, ", ".join(header)[:200], expected, "Check the file.", "missing_column")


def _edition(grid: Grid, harvest: Harvest) -> int:
    """The edition that most rows name; a slip in one row does not move it."""
    if not grid.rows:
        raise RawFileError(harvest.account.path, "no rows", "rows", "Check the file.", "empty")
    named = Counter(
        usgs.edition_in(cells[0], f"{harvest.account.path}, row {line}, column Source") for line, cells in grid.rows
    )
    return named.most_common(1)[0][0]


def read_figure_2(harvest: Harvest, grid: Grid, name: str) -> Source:
    """Read figure 2: net import reliance of the last year, and major import sources by name in their order.

    Raises:
        RawFileError: No edition, or the year of its heading is not the one before its edition.
    """
    path = harvest.account.path
    edition = _edition(grid, harvest)
    nir, year = _single_year(grid.header, "Net_Import_Reliance_pct_", path)
    sources, period = _period(grid.header, "Major_Import_Sources_", path)
    if year != edition - 1:
        found, expected = f"{nir} in edition {edition}", f"the year {edition - 1}"
        raise RawFileError(path, found, expected, "Ask the agency which is right.", "conflicting_record")
    for line, row in grid.records():
        harvest.account.rows_in += 1
        try:
            product = _product(row["Commodity"], "reliance")
            if not product.material_id:
                harvest.count(usgs.NO_MATERIAL)
                continue
            usgs.give_reliance(harvest, line, nir, row[nir], product, year, edition, estimated="true")
        except CellError as error:
            harvest.refuse_row(line, nir, error)
            continue
        try:
            _major_sources(harvest, line, row, sources, period, edition)
        except CellError as error:
            harvest.refuse_row(line, sources, error)
    harvest.went(nir, "dependencies", "reliance_low_pct")
    harvest.went(sources, "import_sources", "partner", "in descending order of share")
    harvest.went("Commodity", "dependencies", "material_id")
    harvest.went("Notes", "import_sources", "partner_scope")
    harvest.went("Import_Share_Order", note="the order of the figure's bars")
    return usgs.source_of(edition, "figure 2, net import reliance")


def _product(heading: str, kind: str) -> products.Product:
    split = products.commodity_and_detail(heading)
    if split is not None:
        commodity, detail = split
        own = () if tidy(heading).lower() == commodity else (tidy(heading),)
        for words in (detail, *own) if detail else (*own, ""):
            found = products.product(commodity, kind, words)
            if found is not None:
                return found
    raise CellError(tidy(heading)[:60], "a commodity of the Mineral Commodity Summaries")


def _major_sources(
    harvest: Harvest, line: int, row: Mapping[str, str], column: str, period: tuple[int, int], edition: int
) -> None:
    text, notes = tidy(row[column]), row.get("Notes", "")
    if text.upper() in ("", "NA", "XX", "W"):
        harvest.count("NA: not available" if text else "blank")
        return
    product = _product(row["Commodity"], "imports")
    if not product.material_id:
        harvest.count(usgs.NO_MATERIAL)
        return
    names = [part for part in (tidy(piece) for piece in text.split(",")) if part]
    partners = [usgs.partner_of(part, notes) for part in names]
    for rank, partner in enumerate(partners, start=1):
        usgs.give_import_source(harvest, line, column, partner, None, product, period, edition, rank)
        harvest.count("name of a country")


def read_figure_3(harvest: Harvest, grid: Grid, name: str) -> Source:
    """Read figure 3 of 2026: shares of import sources of critical minerals.

    Its reliance column has lost `>` and `<`: a figure that could be such a bound is not published from here.
    """
    edition = _edition(grid, harvest)
    column, period = _period(grid.header, "Import_Source_", harvest.account.path)
    ranks: dict[str, int] = {}
    for line, row in grid.records():
        harvest.account.rows_in += 1
        heading = row["Commodity"]
        first = heading not in ranks
        ranks[heading] = ranks.get(heading, 0) + 1
        try:
            if first:
                _figure_3_reliance(harvest, line, row, edition)
            product = _product(heading, "imports")
            if not product.material_id or tidy(row[column]).upper() in ("NA", ""):
                harvest.count(usgs.NO_MATERIAL if not product.material_id else "NA: not available")
                continue
            partner = usgs.partner_of(row[column], told=False)
            share, rank = row["Percent"], ranks[heading]
            usgs.give_import_source(harvest, line, "Percent", partner, share, product, period, edition, rank)
        except CellError as error:
            harvest.refuse_row(line, "Percent", error)
    harvest.went("Percent", "import_sources", "share_low_pct")
    harvest.went(column, "import_sources", "partner")
    harvest.went("NIR", "dependencies", "reliance_low_pct", "not where `>` or `<` may have been lost")
    harvest.went("Critical_Mineral", note="wrong in the 2026 file for listed minerals")
    return usgs.source_of(edition, "figure 3, major import sources")


def _figure_3_reliance(harvest: Harvest, line: int, row: Mapping[str, str], edition: int) -> None:
    product, printed = _product(row["Commodity"], "reliance"), tidy(row["NIR"])
    if not product.material_id:
        harvest.count(usgs.NO_MATERIAL)
    elif printed.upper() == "NA":
        harvest.count("NA: not available here; figure 2 gives some of these")
    elif printed in _LOST_SIGN:
        harvest.count("a bound whose > or < may have been lost: not published")
    elif printed == "0":
        harvest.count("0 where the other tables of the release say net exporter: not published")
    else:
        usgs.give_reliance(harvest, line, "NIR", printed, product, edition - 1, edition, estimated="true")


def read_critical_salient(harvest: Harvest, grid: Grid, name: str) -> Source:
    """Read the salient critical-minerals statistics: reliance and the first supplier (world figures stand elsewhere).

    Raises:
        RawFileError: No edition in it.
    """
    edition = _edition(grid, harvest)
    supplier = next(name for name in grid.header if name.startswith("Primary_import_source"))
    for line, row in grid.records():
        harvest.account.rows_in += 1
        try:
            match = re.match(r"(20\d\d)", row["Year"].strip())
            if match is None:
                raise CellError(row["Year"][:40], "a year")
            product = _product(row["Critical_mineral"], "reliance")
            if not product.material_id:
                harvest.count(usgs.NO_MATERIAL)
                continue
            top = "" if tidy(row[supplier]).upper() in ("", "NA", "XX", "W", "\u2014") else tidy(row[supplier])
            code = usgs.partner_of(top)[0] if top else ""
            column, printed = "Net_Import_Reliance", row["Net_Import_Reliance"]
            usgs.give_reliance(
                harvest, line, column, printed, product, int(match[1]), edition, estimated="true", top_supplier=code
            )
        except CellError as error:
            harvest.refuse_row(line, "Net_Import_Reliance", error)
        _count_others(harvest, row, ("Net_Import_Reliance", "Critical_mineral", "Year", "Source", supplier))
    harvest.went("Net_Import_Reliance", "dependencies", "reliance_low_pct")
    harvest.went(supplier, "dependencies", "top_supplier")
    harvest.went("Critical_mineral", "dependencies", "material_id")
    return usgs.source_of(edition, "salient critical-minerals statistics")


def read_unused(harvest: Harvest, grid: Grid, name: str) -> Source:
    """Read a table of the same release that holds nothing of ours: its values are counted by meaning, nothing more."""
    for _, row in grid.records():
        harvest.account.rows_in += 1
        _count_others(harvest, row, ())
    for column in grid.header:
        harvest.went(column, note="no table of the contract holds it")
    first = next((cell for _, cells in grid.rows for cell in cells[:1]), "")
    match = re.search(r"20\d\d", first)
    edition = int(match[0]) if match else 0
    return usgs.source_of(edition, "trends") if edition else Source("usgs-mcs", publisher="US Geological Survey")


def _count_others(harvest: Harvest, row: Mapping[str, str], used: tuple[str, ...]) -> None:
    for column, cell in row.items():
        if column in used:
            continue
        harvest.count(f"not used (other columns): {meaning_of(cell)}")

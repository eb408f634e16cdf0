"""Which layouts there are, each told by its columns alone.

What belongs here: the list of layouts and how each is recognised. What does not: reading them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipelines.ingest.agencies import (
    baci,
    census,
    comtrade,
    estat,
    eu_crm,
    rate_files,
    usgs,
    usgs_long,
    usgs_salient,
    usgs_trends,
    usgs_world,
)
from pipelines.ingest.agencies.account import Harvest
from pipelines.ingest.agencies.grid import Grid
from pipelines.records import Source

GridReader = Callable[[Harvest, Grid, str], Source]
JsonReader = Callable[[Harvest, Any], Source]


@dataclass(frozen=True, slots=True)
class GridLayout:
    """A layout of a CSV.

    Attributes:
        fits: Whether a table is of this layout.
    """

    name: str
    fits: Callable[[Grid], bool]
    read_grid: GridReader


@dataclass(frozen=True, slots=True)
class JsonLayout:
    """A layout of a JSON answer."""

    name: str
    fits: Callable[[Any], bool]
    read_json: JsonReader


def _has(*names: str) -> Callable[[Grid], bool]:
    return lambda grid: set(names) <= set(grid.header)


def _starts(*stems: str) -> Callable[[Grid], bool]:
    return lambda grid: all(any(name.startswith(stem) for name in grid.header) for stem in stems)


_is_figure_2 = _starts("Net_Import_Reliance_pct_", "Major_Import_Sources_")
_is_critical = _has("Critical_mineral", "Net_Import_Reliance")


def _is_world(grid: Grid) -> bool:
    names = {name.lower() for name in grid.header}
    return {"country", "type"} <= names and any(usgs_world.column_of(name) is not None for name in grid.header)


def _is_salient(grid: Grid) -> bool:
    names = {name.lower() for name in grid.header}
    return {"commodity", "year"} <= names and bool({"datasource", "source"} & names) and _is_usgs(grid)


def _is_usgs(grid: Grid) -> bool:
    return bool(grid.rows) and re.fullmatch(r"\s*MCS ?20\d\d\s*", grid.rows[0][1][0]) is not None


def _is_export_control(grid: Grid) -> bool:
    return {"Country", "Control_Type", "Commodity_Year"} <= set(grid.header)


def _is_growth(grid: Grid) -> bool:
    first = grid.header[0].lower()
    return first in ("critical_mineral_priced", "mineral_commodity") and any(
        name.lower().startswith(("pch_", "cagr_")) for name in grid.header
    )


def _comtrade_grid(harvest: Harvest, grid: Grid, name: str) -> Source:
    return comtrade.read(harvest, grid.records())


def _comtrade_json(harvest: Harvest, value: Any) -> Source:
    rows = ({str(k): "" if v is None else str(v) for k, v in row.items()} for row in value["data"])
    return comtrade.read(harvest, enumerate(rows, start=1))


def _is_comtrade_json(value: Any) -> bool:
    rows = value.get("data") if isinstance(value, dict) else None
    return isinstance(rows, list) and all(isinstance(row, dict) for row in rows) and (
        not rows or set(rows[0]) >= comtrade.SIGNATURE
    )  # fmt: skip


GRIDS: tuple[GridLayout, ...] = (
    GridLayout("usgs long table", _has(*usgs_long.SIGNATURE), usgs_long.read),
    GridLayout("usgs figure 2", _is_figure_2, usgs_trends.read_figure_2),
    GridLayout("usgs figure 3", _starts("Import_Source_", "Percent", "NIR"), usgs_trends.read_figure_3),
    GridLayout("usgs critical minerals, salient", _is_critical, usgs_trends.read_critical_salient),
    GridLayout("usgs world production", _is_world, usgs_world.read),
    GridLayout("usgs salient statistics", _is_salient, usgs_salient.read),
    GridLayout("usgs export controls (not used)", _is_export_control, usgs_trends.read_unused),
    GridLayout("usgs table without figures of ours", _is_usgs, usgs_trends.read_unused),
    GridLayout("usgs figures on prices and consumption", _is_growth, usgs_trends.read_unused),
    GridLayout("usgs trade agreements", _has("Country", "Agreement", "Signing_date"), usgs_trends.read_unused),
    GridLayout("un comtrade, csv", _has(*comtrade.SIGNATURE), _comtrade_grid),
    GridLayout("cepii baci", _has(*baci.PUBLISHED.values()), baci.read),
    GridLayout("cepii baci, a cut with names", _has(*baci.WITH_NAMES.values()), baci.read),
    GridLayout("cepii baci, country numbers", _has("country_code", "country_iso3"), baci.read_countries),
    GridLayout("japan customs", _has(*estat.SIGNATURE), estat.read),
    GridLayout("eu study, shares of supply", _has("Material", "Stage", "Country", "Share", "t"), eu_crm.read_supply),
    GridLayout("eu study, uses", _has("Material", "Application", "Share"), eu_crm.read_uses),
    GridLayout("eu study, supply risk", _has("Material", "Year", "SR", "EI"), eu_crm.read_other),
    GridLayout("eu study, groups", _starts("screened_material", "perm_"), eu_crm.read_other),
    GridLayout("ecb reference rates", _has("Date", "USD", "JPY"), rate_files.read_ecb),
    GridLayout("federal reserve rates", lambda grid: grid.header[0] == "observation_date", rate_files.read_fed),
)  # fmt: skip

JSONS: tuple[JsonLayout, ...] = (
    JsonLayout("un comtrade, json", _is_comtrade_json, _comtrade_json),
    JsonLayout("us census, international trade", census.fits, census.read),
)


def grid_layout(grid: Grid) -> GridLayout | None:
    """Return the layout of a table, None for one never seen."""
    return next((layout for layout in GRIDS if layout.fits(grid)), None)


def json_layout(value: Any) -> JsonLayout | None:
    """Return the layout of a JSON answer, None for one never seen."""
    return next((layout for layout in JSONS if layout.fits(value)), None)


def metadata_layout(text: str) -> tuple[str, Source] | None:
    """Return name and record of a geographic-metadata file (FGDC) that goes with a data release, None for others."""
    if "<metadata" not in text[:600] or "<idinfo>" not in text:
        return None
    match = re.search(r"Mineral Commodity Summaries (20\d\d)", text)
    source = usgs.source_of(int(match[1]), "metadata") if match else Source("usgs-mcs")
    return "metadata of a data release (not used)", source

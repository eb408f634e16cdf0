"""What all tables of the US Geological Survey's Mineral Commodity Summaries share: editions, units, rows to give.

What belongs here: turning one printed figure of any layout into a row of the contract. What does not: the layouts
(`usgs_long`, `usgs_trends`, `usgs_world`, `usgs_salient`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal

from pipelines.errors import RawFileError
from pipelines.ingest.agencies.account import Harvest, bounds_of
from pipelines.ingest.agencies.figures import Figure, read_figure, tidy
from pipelines.ingest.agencies.places import OTHERS, country
from pipelines.ingest.agencies.products import Product
from pipelines.ingest.coded import AS_FOUND
from pipelines.ingest.values import CellError
from pipelines.records import Source

IMPORTER = "USA"
BASIS = "usgs_net_reliance"
PERCENT = Decimal(100)
NO_MATERIAL = "of a commodity or product that the contract has no material for"

UNITS: Mapping[str, tuple[str, int]] = {
    "metric tons": ("t", 1), "metric ton": ("t", 1), "tons": ("t", 1), "t": ("t", 1),
    "thousand metric tons": ("t", 1_000), "thousand metric dry tons": ("t", 1_000), "kt": ("t", 1_000),
    "thousand tons": ("t", 1_000), "kdt": ("t", 1_000),
    "million metric tons": ("t", 1_000_000), "mt": ("t", 1_000_000), "mmt": ("t", 1_000_000),
    "kilograms": ("kg", 1), "kg": ("kg", 1), "grams": ("g", 1),
    "million carats": ("ct", 1_000_000), "mct": ("ct", 1_000_000), "thousand carats": ("ct", 1_000),
    "thousands of carats": ("ct", 1_000), "kct": ("ct", 1_000), "carats": ("ct", 1),
    "million cubic meters": ("m3", 1_000_000), "mcm": ("m3", 1_000_000), "million liters": ("l", 1_000_000),
}  # fmt: skip
"""Unit as the tables or their column names write it -> unit of the contract and how many of it."""

_PUBLISHED = {2025: dt.date(2025, 1, 31), 2026: dt.date(2026, 2, 6)}
"""Days on which editions came out, where they are known to the day."""
_DEFINED = re.compile(r"Defined\b.*", re.DOTALL)
_NO_LONGER = re.compile(r"Beginning in (\d{4}), Government stock changes no longer", re.IGNORECASE)


def edition_id(edition: int) -> str:
    """Code of an edition as the contract's rows carry it."""
    return f"usgs-mcs-{edition}"


def source_of(edition: int, title: str) -> Source:
    """The record of a file of one edition; its source_id is completed by the file's hash.

    The day of publication is only given where it is known; else the edition's year.
    """
    day = _PUBLISHED.get(edition)
    return Source(
        source_id=edition_id(edition),
        publisher="US Geological Survey",
        publisher_kind="statistics_agency",
        tier="official",
        witness_id=edition_id(edition),
        title=f"Mineral Commodity Summaries {edition}, {title}",
        published_on=day or dt.date(edition, 1, 1),
        published_precision="day" if day else "year",
        language="en",
        media_type="text/csv",
        licence="public domain (CC0)",
        licence_url="https://creativecommons.org/publicdomain/zero/1.0/",
        redistributable=True,
        reader="usgs-1",
    )


def edition_in(text: str, where: str) -> int:
    """Read the edition in a cell as `MCS2026`.

    Raises:
        RawFileError: The cell names none.
    """
    match = re.fullmatch(r"MCS ?(20\d\d)", tidy(text), re.IGNORECASE)
    if match is None:
        raise RawFileError(where, text[:40] or "an empty cell", "an edition as MCS2026", "Check the file.")
    return int(match[1])


def unit_of(printed: str) -> tuple[str, Decimal] | None:
    """Return the contract's unit for a printed one and how many of it one makes; None for a unit not known."""
    found = UNITS.get(tidy(printed).lower())
    return None if found is None else (found[0], Decimal(found[1]))


def nir_formula(notes: str, year: int) -> str:
    """Return the code of `nir_formula` for a definition in a footnote, empty where the file defines nothing.

    Government stock changes count up to the year in which the note says that they are no longer included.
    """
    defined = _DEFINED.search(notes)
    if defined is None or "meaningful net import reliance could not" in notes:
        return ""
    text = defined[0]
    if "excludes traded scrap" in notes or "Excludes imports and (or) exports of waste and scrap" in notes:
        return "excl_scrap"
    ended = _NO_LONGER.search(text)
    text = _NO_LONGER.sub("", text)
    government = "Government" in text and (ended is None or year < int(ended[1]))
    industry = "stock changes" in text and ("Government" not in text or "industry" in text)
    if government:
        return "with_both" if industry else "with_government_stocks"
    if industry:
        return "with_industry_stocks"
    return "imports_minus_exports" if "export" in text else "imports_only"


def give_reliance(
    harvest: Harvest,
    line: int,
    column: str,
    printed: str,
    product: Product,
    year: int,
    edition: int,
    notes: str = "",
    **more: str,
) -> None:
    """Give one row of `dependencies` for a printed net import reliance.

    Args:
        column: Column of the file that holds the figure.
        printed: The figure.
        notes: The row's footnotes, which define the figure and mark estimates.
        more: Further columns of the row.

    Raises:
        CellError: The figure cannot be read.
    """
    figure = read_figure(printed, top=PERCENT)
    harvest.count(figure.meaning)
    if figure.blank:
        return
    literal = tidy(printed)
    harvest.give("dependencies", line, {
        "importer": IMPORTER, "material_id": product.material_id, "form": product.form, "year": str(year),
        "basis": BASIS, "edition": edition_id(edition),
        **bounds_of(figure, "reliance_low_pct", "reliance_high_pct", literal),
        "reliance_code": figure.code, f"reliance_code{AS_FOUND}": literal,
        "nir_formula": "" if figure.code == "not_available" else nir_formula(notes, year), "origin": "printed",
        "estimated": _flag(figure, notes), **more, "locator": harvest.locator(line, column),
    })  # fmt: skip


def give_import_source(
    harvest: Harvest,
    line: int,
    column: str,
    partner: tuple[str, str],
    printed: str | None,
    product: Product,
    period: tuple[int, int],
    edition: int,
    rank: int | None,
) -> None:
    """Give one row of `import_sources`.

    Args:
        partner: Code and scope (empty where the file does not say what the partner covers).
        printed: The share as printed; None where the file only names the country.
        period: First and last year of the average.
        rank: Place in the file's order; None for other countries taken together.

    Raises:
        CellError: The share cannot be read.
    """
    code, scope = partner
    values = {
        "importer": IMPORTER, "material_id": product.material_id, "form": product.form, "partner": code,
        "period_start_on": f"{period[0]}-01-01", "period_end_on": f"{period[1]}-12-31",
        "measure": product.measure, "edition": edition_id(edition),
        "rank": "" if rank is None or code == OTHERS else str(rank), "partner_scope": scope,
        "locator": harvest.locator(line, column),
    }  # fmt: skip
    if printed is not None:
        figure = read_figure(printed, top=PERCENT)
        harvest.count(figure.meaning)
        values.update(bounds_of(figure, "share_low_pct", "share_high_pct", tidy(printed)))
    harvest.give("import_sources", line, values)


def give_production(
    harvest: Harvest,
    line: int,
    column: str,
    printed: str,
    product: Product,
    place: str,
    year: int,
    unit: tuple[str, Decimal],
    edition: int,
    notes: str = "",
    *,
    estimated: bool = False,
) -> None:
    """Give one row of `material_production`.

    Args:
        place: Code of the country.
        unit: The contract's unit and how many of it one of the file's makes.
        estimated: True where the column, or the name of the country, marks an estimate.

    Raises:
        CellError: The figure cannot be read.
    """
    figure = read_figure(printed)
    harvest.count(figure.meaning)
    if figure.blank:
        return
    literal = tidy(printed)
    scaled = figure.scaled(unit[1])
    content = f"{unit[0]} ({product.content})" if product.content else unit[0]
    harvest.give("material_production", line, {
        "material_id": product.material_id, "form": product.form, "country": place, "year": str(year),
        "stage": product.stage, "edition": edition_id(edition),
        **bounds_of(scaled, "quantity_low", "quantity_high", literal), "unit": content,
        "quantity_code": figure.code, f"quantity_code{AS_FOUND}": literal,
        "estimated": "true" if estimated else _flag(figure, notes), "locator": harvest.locator(line, column),
    })  # fmt: skip


def _flag(figure: Figure, notes: str) -> str:
    return "true" if figure.estimated or re.search(r"\bestimated\b", notes, re.IGNORECASE) else "false"


def partner_of(name: str, notes: str = "", *, told: bool = True) -> tuple[str, str]:
    """Return code and scope of a supplying country.

    Args:
        name: As printed.
        notes: Footnotes that may say that Hong Kong (and Macao) is included.
        told: Whether the file says what its countries include; else China's scope stays open.

    Raises:
        CellError: A name that is not known.
    """
    named = country(name)
    if named is None:
        raise CellError(tidy(name)[:60], "the name of a country")
    if named.code == OTHERS:
        return OTHERS, "other_countries"
    if named.code == "CHN":
        if "Hong Kong" in notes:
            return "CHN", "incl_hkg_mac" if "Maca" in notes else "incl_hkg"
        return "CHN", "country" if told else ""
    return named.code, "country"

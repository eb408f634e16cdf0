"""Tables of the European Union's study on critical raw materials.

What belongs here: shares of world supply by country and stage, and uses. What does not: shares of the Union's own
supply, of which a part is its own output: the contract's import shares are shares of imports.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from pipelines.ingest.agencies.account import Harvest, bounds_of
from pipelines.ingest.agencies.figures import read_figure, tidy
from pipelines.ingest.agencies.grid import Grid
from pipelines.ingest.agencies.places import DATA, country
from pipelines.ingest.coded import AS_FOUND
from pipelines.ingest.values import CellError
from pipelines.records import Source

EDITION = "eu-crm-study"
_STAGES = {"E": "mine", "P": "refinery"}
_HUNDRED = Decimal(100)


@cache
def _materials() -> dict[str, tuple[str, str]]:
    with (DATA / "eu_materials.csv").open(encoding="utf-8", newline="") as lines:
        return {row["name"]: (row["material_id"], row["form"]) for row in csv.DictReader(lines)}


def material(name: str) -> tuple[str, str] | None:
    """Return material and form for a name of the study; an empty id for a known one without a material here."""
    return _materials().get(tidy(name).lower())


def source() -> Source:
    """The record of a table, its id to be completed by the file's hash."""
    return Source(
        "eu-crm-study", publisher="European Commission", publisher_kind="government", tier="official",
        witness_id="eu-crm-study", title="EU study on critical raw materials, tables", language="en",
        media_type="text/csv", reader="eu-crm-1",
    )  # fmt: skip


def read_supply(harvest: Harvest, grid: Grid, name: str) -> Source:
    """Read shares of supply. World supply makes rows; the Union's own (a narrower list of countries) is counted only.

    The two tables have the same columns. That of the Union names its members for most materials and the file's name
    says EU; without a name that says Global nothing is published.
    """
    world = re.search(r"global", name.rsplit("/", 1)[-1], re.IGNORECASE) is not None
    for line, row in grid.records():
        harvest.account.rows_in += 1
        try:
            figure = read_figure(row["Share"], top=_HUNDRED)
            if not world:
                harvest.count(f"not used (share of the Union's supply): {figure.meaning}")
                continue
            _share(harvest, line, row)
        except CellError as error:
            harvest.refuse_row(line, "Share", error)
    harvest.went("Share", "material_production" if world else "", "share_low_pct" if world else "",
                 "" if world else "share of supply, not of imports")  # fmt: skip
    harvest.went("t", note="the study's trade parameter")
    return source()


def _share(harvest: Harvest, line: int, row: Mapping[str, str]) -> None:
    found, stage = material(row["Material"]), _STAGES.get(tidy(row["Stage"]).upper())
    if found is None:
        raise CellError(row["Material"][:60], "a material of the study")
    if stage is None:
        raise CellError(row["Stage"][:20], "E (extraction) or P (processing)")
    if not found[0]:
        harvest.count("of a material that the contract does not have")
        return
    named = country(row["Country"])
    if named is None:
        raise CellError(row["Country"][:60], "the name of a country")
    figure = read_figure(row["Share"], top=_HUNDRED)
    harvest.count(figure.meaning)
    literal = tidy(row["Share"])
    harvest.give("material_production", line, {
        "material_id": found[0], "form": found[1], "country": named.code, "stage": stage, "edition": EDITION,
        **bounds_of(figure, "share_low_pct", "share_high_pct", literal), "locator": harvest.locator(line, "Share"),
    })  # fmt: skip


def read_uses(harvest: Harvest, grid: Grid, name: str) -> Source:
    """Read what materials are used for; the shares of uses have no place in the contract."""
    sector = next((column for column in grid.header if column.startswith("NACE")), "")
    for line, row in grid.records():
        harvest.account.rows_in += 1
        found, use = material(row["Material"]), tidy(row["Application"])
        try:
            harvest.count(f"not used (share of a use): {read_figure(row['Share'], top=_HUNDRED).meaning}")
            if found is None:
                raise CellError(row["Material"][:60], "a material of the study")
        except CellError as error:
            harvest.refuse_row(line, "Material", error)
            continue
        if not found[0] or not use:
            harvest.count("of a material that the contract does not have" if use else "blank")
            continue
        harvest.count("name of a use")
        harvest.give("material_uses", line, {
            "material_id": found[0], "use": use, f"use{AS_FOUND}": use, "sector": tidy(row.get(sector, "")),
            "locator": harvest.locator(line, "Application"),
        })  # fmt: skip
    harvest.went("Application", "material_uses", "use")
    return source()


def read_other(harvest: Harvest, grid: Grid, name: str) -> Source:
    """Read a table of the study that makes no rows: supply risk over the years, groups of materials."""
    for line, row in grid.records():
        harvest.account.rows_in += 1
        if material(row[grid.header[0]]) is None:
            error = CellError(row[grid.header[0]][:60], "a material of the study")
            harvest.refuse_row(line, grid.header[0], error)
            continue
        for column in grid.header[1:]:
            if tidy(row[column]) == "-":
                harvest.count("not used (other columns): -: not assessed")
                continue
            try:
                harvest.count(f"not used (other columns): {read_figure(row[column]).meaning}")
            except CellError:
                harvest.count("not used (other columns): words")
    return source()

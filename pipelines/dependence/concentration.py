"""How concentrated the world's production of a material is: rows of `world_concentration`.

What belongs here: which production figures make one world total, and what they show. What does not: formulas
(`metrics`) and import shares (`suppliers`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.dependence.metrics import WHOLE, Share, hhi_bounds, leader, remainder
from pipelines.dependence.rows import (
    LUMPED,
    OTHERS,
    WORLD,
    key_part,
    number,
    proof,
    share_of,
    share_proof,
    source_ids,
)
from pipelines.reconcile.choose import Receipt, Row
from schemas.contract import TABLES

MAJORITY = 50.0
"""Percent of a world total that no withheld or unnamed producer can outweigh within it."""

_UNKNOWN = ("withheld", "not_available")


@dataclass(frozen=True, slots=True)
class Production:
    """All rows of one material, form, stage, year, measure and edition.

    Attributes:
        rows: Country -> row of `material_production`; WLD is the world total, OTH other countries together.
    """

    rows: Mapping[str, Row]

    @property
    def countries(self) -> dict[str, Row]:
        """Country -> row of each single country."""
        return {country: row for country, row in self.rows.items() if country not in LUMPED}

    @property
    def hides_some(self) -> bool:
        """Whether a country's figure is withheld or not available, so that the total may leave it out."""
        return any(
            row.text("quantity_code") in _UNKNOWN
            or (row.text("quantity_code") != "small" and _bounds(row) is None and share_of(row) is None)
            for row in self.countries.values()
        )


@dataclass(frozen=True, slots=True)
class _Figures:
    """Shares to compute from, the receipts behind each, and how they were got.

    Attributes:
        total: Receipts of the total, empty where the source prints the shares.
        lists_from_the_top: The source lumps the rest, so that none of it is larger than the smallest named.
    """

    shares: Mapping[str, Share]
    parts: Mapping[str, Sequence[Receipt]]
    total: Sequence[Receipt]
    formula: str
    lists_from_the_top: bool

    @property
    def inputs(self) -> list[Receipt]:
        """Receipts of everything."""
        return [receipt for part in self.parts.values() for receipt in part] + list(self.total)

    def floor(self, hides_some: bool) -> float:
        """Return the percent that the largest producer must have to be certain."""
        rest = remainder(list(self.shares.values()))
        if hides_some:
            return max(rest, MAJORITY)
        return 0.0 if self.lists_from_the_top else rest


def world_concentration(material_production: Mapping[str, Row]) -> dict[str, Row]:
    """Compute `world_concentration` from production.

    From quantities where the source gives the world total, else from the shares that it prints. top_share_pct and the
    HHI bounds are null where the total is unknown or some country's figure is withheld; top_producer then stands only
    with at least half of the printed total, and null where figures not shown could hide a larger one. A share that is
    only a bound ("more than 95") gives top_producer and HHI bounds, no top_share_pct.

    Args:
        material_production: Rows by key text.

    Returns:
        Key text -> row; no row where nothing could be said.
    """
    groups: dict[tuple[str, ...], dict[str, Row]] = {}
    for _, row in sorted(material_production.items()):
        parts = [key_part(row, part) for part in ("material_id", "form", "stage", "year")]
        key = (*parts, measure_of(row), key_part(row, "edition"))
        groups.setdefault(key, {})[key_part(row, "country")] = row
    found = {}
    for key, rows in sorted(groups.items()):
        computed = _concentration(key, Production(rows))
        if computed is not None:
            found[computed.key_text] = computed
    return found


def measure_of(production: Row) -> str:
    """Return what a production figure measures: quantity_content where its unit says so, else quantity_gross."""
    return "quantity_content" if "content" in production.text("unit").lower() else "quantity_gross"


def _concentration(key: tuple[str, ...], production: Production) -> Row | None:
    figures = _from_quantities(production) or _from_shares(production)
    if figures is None:
        return None
    row = Row("world_concentration", key)
    for column, part in zip(TABLES["world_concentration"].key, key, strict=True):
        if part:
            row.values[column] = int(part) if column == "year" else part
    top = leader(figures.shares, figures.floor(production.hides_some))
    row.put("top_producer", top, figures.inputs, f"largest {figures.formula}")
    if not production.hides_some:
        exact = None if top is None else figures.shares[top].exact
        if top is not None and exact is not None:
            row.put("top_share_pct", round(exact, 6), [*figures.parts[top], *figures.total], figures.formula)
        _put_hhi(row, figures)
    if not row.receipts:
        return None
    row.values["source_ids"] = source_ids(production.rows.values())
    return row


def _put_hhi(row: Row, figures: _Figures) -> None:
    rest = remainder(list(figures.shares.values()))
    smallest = min((share.high for share in figures.shares.values() if share.high > 0), default=0.0)
    if not figures.lists_from_the_top and rest > smallest:
        return  # an unnamed producer could be larger than the smallest named: the contract's bound would not hold
    bounds = hhi_bounds(figures.shares.values())
    if bounds is None:
        return
    row.put("hhi_low", round(bounds[0], 6), figures.inputs, f"HHI of {figures.formula}, remainder atomistic")
    rule = f"HHI of {figures.formula}, remainder in producers none larger than the smallest named"
    row.put("hhi_high", round(bounds[1], 6), figures.inputs, rule)


def _from_quantities(production: Production) -> _Figures | None:
    """Shares of the printed world total; None without a total or without a country's quantity."""
    world = production.rows.get(WORLD)
    total = _bounds(world) if world is not None else None
    if world is None or total is None or total[0] <= 0 or total[1] is None:
        return None
    shares: dict[str, Share] = {}
    for country, row in production.countries.items():
        quantity = _bounds(row)
        if quantity is None:
            continue
        low = min(WHOLE, quantity[0] / total[1] * WHOLE)
        high = WHOLE if quantity[1] is None else min(WHOLE, quantity[1] / total[0] * WHOLE)
        shares[country] = Share(low, high)
    if not shares:
        return None
    parts = {country: _quantity_proof(production.countries[country]) for country in shares}
    return _Figures(shares, parts, _quantity_proof(world), "quantity / world total", OTHERS in production.rows)


def _from_shares(production: Production) -> _Figures | None:
    """Shares that the source prints itself."""
    shares = {country: share for country, row in production.countries.items() if (share := share_of(row)) is not None}
    if not shares:
        return None
    parts = {country: share_proof([production.countries[country]]) for country in shares}
    return _Figures(shares, parts, (), "share as printed", False)


def _quantity_proof(row: Row) -> list[Receipt]:
    exact = row.text("quantity_low") == row.text("quantity_high")
    return proof([row], *(("quantity_low",) if exact else ("quantity_low", "quantity_high")))


def _bounds(row: Row) -> tuple[float, float | None] | None:
    """Quantity between bounds; None where not known. A high end of None is open."""
    low, high = number(row, "quantity_low"), number(row, "quantity_high")
    if low is None and high is None:
        return None
    if low is not None and high is not None and low > high:
        return None
    return (0.0 if low is None else low), high

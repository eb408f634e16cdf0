"""Measures of dependence on plain numbers: shares, concentration, net import reliance.

What belongs here: formulas, each with its source, on shares and quantities. What does not: rows, receipts, and which
rows may be put together (`suppliers`, `concentration`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

HHI_LIMIT = 10_000.0
"""The index of a single supplier, with shares in percent."""
WHOLE = 100.0
ROUNDING = 0.5
"""Points by which a share printed in whole percent may be off."""
STOCK_FORMULAS = ("with_industry_stocks", "with_government_stocks", "with_both")
"""Codes of `nir_formula` that take stock changes into account."""


@dataclass(frozen=True, slots=True, order=True)
class Share:
    """A share of a total in percent, known between two bounds (equal for one figure).

    Raises:
        ValueError: The bounds are not ordered within 0 to 100.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.low <= self.high <= WHOLE:
            raise ValueError(f"a share between {self.low} and {self.high} percent")

    @property
    def exact(self) -> float | None:
        """The one figure, None where only bounds are known."""
        return self.low if self.low == self.high else None


@dataclass(frozen=True, slots=True)
class Reliance:
    """Net import reliance in percent of apparent consumption, or the code of `reliance_code` that stands for it."""

    pct: float | None
    code: str


def hhi_bounds(shares: Iterable[Share], largest_unnamed: float | None = None) -> tuple[float, float] | None:
    """Bound the Herfindahl-Hirschman index of suppliers of which a part may be unnamed.

    The index is the sum of squared shares in percent, 0 to 10,000 (Hirschman 1945; as used in the US Merger
    Guidelines 2023, section 2.1). What the named shares leave of 100 is the unnamed remainder. Low: every named share
    at its lower bound, the remainder atomistic (adds nothing). High: the remainder split into suppliers none larger
    than the smallest named: as many whole ones as fit, and one of the rest. Where shares are bounds themselves, the
    room up to 100 first goes to the named, the steepest first; a share that is raised only in part counts its square
    by the chord, so that the result is never below the true maximum.

    Args:
        shares: Named suppliers in any order; a share of zero is no supplier.
        largest_unnamed: Percent that no unnamed supplier exceeds; by default the smallest named one.

    Returns:
        (low, high), or None without a named supplier and where the named exceed 100 by more than rounding.
    """
    named = sorted(share for share in shares if share.high > 0)
    if not named:
        return None
    floor = math.fsum(share.low for share in named)
    if floor > WHOLE + ROUNDING * len(named):
        return None
    low = math.fsum(share.low**2 for share in named)
    room = max(0.0, WHOLE - floor)
    raised = [low]
    for share in sorted(named, key=lambda s: (s.low + s.high, s.low), reverse=True):
        step = min(room, share.high - share.low)
        raised.append(step * (share.low + share.high))
        room -= step
    cap = min(share.high for share in named) if largest_unnamed is None else largest_unnamed
    high = math.fsum([*raised, _split(room, cap)])
    return min(low, HHI_LIMIT), min(max(low, high), HHI_LIMIT)


def _split(remainder: float, cap: float) -> float:
    """Sum of squares of a remainder split into parts of `cap` and one of the rest."""
    if cap <= 0 or remainder <= 0:
        return 0.0
    whole = math.floor(remainder / cap)
    return whole * cap**2 + max(0.0, remainder - whole * cap) ** 2


def supplier_shares(quantities: Mapping[str, float], total: float | None = None) -> dict[str, float]:
    """Return each supplier's share in percent.

    share = quantity of the supplier / total x 100, as US Geological Survey, Mineral Commodity Summaries, reckons import
    sources (imports for consumption from a country over those from all, there summed over four years).

    Args:
        quantities: Supplier -> quantity or value, all in one unit and on one basis.
        total: What the shares are of, in the same unit; by default the sum of the quantities.

    Returns:
        Supplier -> percent; empty where the total is not above zero.
    """
    whole = math.fsum(quantities.values()) if total is None else total
    if whole <= 0:
        return {}
    return {supplier: quantity / whole * WHOLE for supplier, quantity in quantities.items()}


def leader(shares: Mapping[str, Share], largest_unnamed: float = 0.0) -> str | None:
    """Return the supplier that is certainly the largest.

    argmax of the shares where their bounds leave no doubt: the concentration ratio of one supplier (CR1), as in the US
    Merger Guidelines' measures of concentration; the largest of several that may be equal is none.

    Args:
        shares: Supplier -> share.
        largest_unnamed: Percent that no unnamed supplier exceeds.

    Returns:
        The supplier whose lower bound is above every other's upper bound and not below `largest_unnamed`; None where
        bounds or a tie leave it open.
    """
    if not shares:
        return None
    first = max(shares, key=lambda supplier: (shares[supplier].low, supplier))
    floor = shares[first].low
    beaten = all(floor > share.high for supplier, share in shares.items() if supplier != first)
    return first if beaten and floor > 0 and floor >= largest_unnamed else None


def remainder(shares: Sequence[Share]) -> float:
    """Return the most that unnamed suppliers can hold, in percent: 100 less the lower bounds of the named."""
    return max(0.0, WHOLE - math.fsum(sorted(share.low for share in shares)))


def net_import_reliance(
    production: float | None,
    imports: float | None,
    exports: float | None,
    formula: str = "imports_minus_exports",
    industry_stock_draw: float | None = None,
    government_stock_draw: float | None = None,
) -> Reliance:
    """Compute net import reliance as a percentage of apparent consumption.

    USGS Mineral Commodity Summaries, appendix B: (imports - exports +/- adjustments for Government and industry stock
    changes) / (U.S. primary and secondary production + imports - exports +/- the same adjustments). Which adjustments
    enter differs by commodity: `formula` is the code of `nir_formula`. `excl_scrap` is the plain formula on trade that
    the caller has freed of scrap; `imports_only` leaves exports out of both terms.

    Args:
        production: Primary and secondary production, in the unit of all other arguments.
        imports: Imports for consumption.
        exports: Exports; may be missing for `imports_only`.
        formula: Code of `nir_formula`.
        industry_stock_draw: Stocks at the beginning less stocks at the end; a draw adds to supply.
        government_stock_draw: The same for Government stocks.

    Returns:
        The reliance with code exact; net_exporter where net imports are negative; not_available where an input that
        the formula needs is missing or nothing was consumed.
    """
    exports = 0.0 if formula == "imports_only" else exports
    parts = [imports, None if exports is None else -exports]
    if formula in STOCK_FORMULAS:
        if formula != "with_government_stocks":
            parts.append(industry_stock_draw)
        if formula != "with_industry_stocks":
            parts.append(government_stock_draw)
    known = [part for part in parts if part is not None]
    if production is None or len(known) < len(parts):
        return Reliance(None, "not_available")
    net = math.fsum(known)
    if net < 0:
        return Reliance(None, "net_exporter")
    consumption = production + net
    if consumption <= 0:
        return Reliance(None, "not_available")
    return Reliance(net / consumption * WHOLE, "exact")


def reliance_of_consumption(net_imports: float, consumption: float) -> Reliance:
    """Compute net import reliance where consumption is known and production is not.

    USGS Mineral Commodity Summaries, figure 2: net import reliance as a percentage of apparent consumption; net
    imports / consumption x 100, at most 100 (consumption is rounded apart from its parts).

    Args:
        net_imports: Imports less exports, with the stock changes of the formula, in the unit of `consumption`.
        consumption: Apparent, reported or estimated, as the agency prints it.
    """
    if net_imports < 0:
        return Reliance(None, "net_exporter")
    if consumption <= 0:
        return Reliance(None, "not_available")
    return Reliance(min(WHOLE, net_imports / consumption * WHOLE), "exact")

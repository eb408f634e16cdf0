"""Who supplies whom in a whole bilateral trade table: shares and concentration of every importer, product and year.

What belongs here: the formulas of `metrics` on arrays of packed keys (`trade_keys`), for tables too long to be rows of
`trade_flows` with receipts. What does not: files (`bilateral_files`), and the chosen rows of a release (`customs`).

Sums are sums of whole numbers, and shares are squared and added in the order of their keys, so that neither the order
of rows nor the number of threads moves a digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.dependence.metrics import WHOLE
from pipelines.dependence.trade_keys import COUNTRY_BITS, UNSPLIT, Codes, Keys, columns, country_column, suppliers

UNITS_PER_DOLLAR = 1000
"""Amounts are counted in tenths of a cent: BACI's thousand dollars with three decimals are whole dollars, and longer
decimals of other tables lose nothing that a share could show."""
DIGITS = 6
"""Decimals of percentages and of the index, as in `customs`."""

Amounts = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]
_Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Concentrated:
    """What a bilateral trade table shows, sorted by year, importer, product and supplier.

    Attributes:
        shares: importer, hs6, year, partner, value_usd, share_pct; one row a supplier.
        concentration: importer, hs6, year, value_usd, n_suppliers, top_supplier, top_supplier_share_pct,
            china_share_pct, supplier_hhi_low, supplier_hhi_high; one row an importer, product and year.
    """

    shares: pa.Table
    concentration: pa.Table


def concentrate(keys: Keys, amounts: Amounts, china: int, text: bool) -> Concentrated:
    """Compute supplier shares and the Herfindahl-Hirschman index of each importer, product and year.

    share = value from the supplier / value from all x 100 (`metrics.supplier_shares`); index = sum of squared shares
    (`metrics.hhi_bounds`). Areas that are no single country (`UNSPLIT`) are one row of shares, no supplier, and
    anything from atomistic to one supplier in the index: so low and high differ by the square of their share. The top
    supplier is null where two are equal or where such areas supply as much.

    Args:
        keys: One a flow, in any order; a key that stands twice is added up.
        amounts: Of each flow, in tenths of a cent, not negative; nothing supplied is no supplier.
        china: Supplier code of China.
        text: Countries were written in letters.
    """
    keys, amounts = _added_up(keys, amounts)
    groups = keys >> np.uint64(COUNTRY_BITS)
    starts = _starts(groups)
    lengths = np.diff(starts, append=len(groups))
    supplier = suppliers(keys)
    totals = np.add.reduceat(amounts, starts) if len(starts) else amounts
    shares = amounts / np.repeat(totals, lengths) * WHOLE
    listed = columns(groups, text)
    listed["partner"] = country_column(supplier, text)
    listed["value_usd"] = pa.array(amounts / UNITS_PER_DOLLAR)
    listed["share_pct"] = pa.array(np.round(shares, DIGITS))
    found = columns(groups[starts], text)
    found["value_usd"] = pa.array(totals / UNITS_PER_DOLLAR)
    found |= _suppliers(supplier, amounts, shares, starts, lengths, text)
    found["china_share_pct"] = _one_supplier(supplier == china, shares, lengths)
    found |= _index(supplier, shares, starts, lengths)
    return Concentrated(pa.table(listed), pa.table(found))


def _added_up(keys: Keys, amounts: Amounts) -> tuple[Keys, Amounts]:
    """Flows in the order of their keys, each key once, without those of nothing."""
    order = np.argsort(keys)
    keys, amounts = keys[order], amounts[order]
    starts = _starts(keys)
    if len(starts) < len(keys):
        keys, amounts = keys[starts], np.add.reduceat(amounts, starts)
    some = amounts > 0
    return (keys, amounts) if some.all() else (keys[some], amounts[some])


def _starts(ordered: Keys) -> _Places:
    """Where each run of equal numbers begins."""
    if not len(ordered):
        return np.empty(0, np.intp)
    return np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))


def _unsplit(supplier: Codes, values: npt.NDArray[np.generic], starts: _Places, lengths: _Places) -> _Floats:
    """The value of each group's areas that are no single country, which are its last row; 0 where it has none."""
    last = starts + lengths - 1
    return np.where(supplier[last] == UNSPLIT, values[last], 0).astype(np.float64)


def _suppliers(
    supplier: Codes, amounts: Amounts, shares: _Floats, starts: _Places, lengths: _Places, text: bool
) -> dict[str, pa.Array]:
    """Number of suppliers, the largest, and its share."""
    named = supplier != UNSPLIT
    if not len(starts):
        nothing = np.empty(0, np.int64)
        return {
            "n_suppliers": pa.array(nothing.astype(np.int32)),
            "top_supplier": country_column(nothing, text),
            "top_supplier_share_pct": pa.array(nothing.astype(np.float64)),
        }
    most = np.maximum.reduceat(np.where(named, amounts, 0), starts)
    largest = named & (amounts == np.repeat(most, lengths))
    certain = (np.add.reduceat(largest.astype(np.int32), starts) == 1) & (
        most > _unsplit(supplier, amounts, starts, lengths)
    )
    first = np.zeros(len(starts), np.intp)
    first[np.repeat(np.arange(len(starts)), lengths)[largest]] = np.flatnonzero(largest)
    return {
        "n_suppliers": pa.array(np.add.reduceat(named.astype(np.int32), starts)),
        "top_supplier": country_column(np.where(certain, supplier[first], 0), text, known=certain),
        "top_supplier_share_pct": pa.array(np.round(shares[first], DIGITS), mask=~certain),
    }


def _one_supplier(its: _Flags, shares: _Floats, lengths: _Places) -> pa.Array:
    """Share of one supplier in each group; null where it is not among the suppliers."""
    groups = np.repeat(np.arange(len(lengths)), lengths)[its]
    found = np.zeros(len(lengths))
    known = np.zeros(len(lengths), dtype=bool)
    found[groups] = shares[its]
    known[groups] = True
    return pa.array(np.round(found, DIGITS), mask=~known)


def _index(supplier: Codes, shares: _Floats, starts: _Places, lengths: _Places) -> dict[str, pa.Array]:
    """Low and high of the index."""
    if not len(starts):
        return {"supplier_hhi_low": pa.array(shares), "supplier_hhi_high": pa.array(shares)}
    low = np.add.reduceat(np.where(supplier == UNSPLIT, 0.0, shares) ** 2, starts)
    high = low + _unsplit(supplier, shares, starts, lengths) ** 2
    return {
        "supplier_hhi_low": pa.array(np.round(low, DIGITS)),
        "supplier_hhi_high": pa.array(np.round(high, DIGITS)),
    }

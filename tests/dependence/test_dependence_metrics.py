"""Formulas of dependence: known values, and what holds for any input."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipelines.dependence.metrics import Share, hhi_bounds, leader, net_import_reliance, supplier_shares

NAMED = st.lists(st.integers(1, 100), min_size=1, max_size=12).map(
    lambda weights: [100 * w / max(sum(weights), 100) for w in weights]
)
"""Exact shares that sum to at most 100."""


@st.composite
def bounded(draw: st.DrawFn) -> list[Share]:
    lows = draw(NAMED)
    return [Share(low, draw(st.floats(low, 100))) for low in lows]


def exact(shares: list[float]) -> list[Share]:
    return [Share(min(share, 100.0), min(share, 100.0)) for share in shares]


def test_the_contract_formula_by_hand() -> None:
    # 77 + 8 + 5 named, 10 unnamed: atomistic, or two suppliers of 5
    assert hhi_bounds(exact([77, 8, 5])) == (6018.0, 6068.0)
    # 60 named alone, 40 unnamed: one supplier of 40 is allowed
    assert hhi_bounds(exact([60])) == (3600.0, 5200.0)
    # the rest does not divide: 30 = 12 + 12 + 6
    assert hhi_bounds(exact([58, 12])) == (58**2 + 144, 58**2 + 144 + 144 + 144 + 36)


def test_a_floor_and_a_ceiling() -> None:
    assert hhi_bounds([Share(95, 100)]) == (9025.0, 10_000.0)
    low, high = hhi_bounds([Share(0, 90)]) or (-1.0, -1.0)
    assert (low, high) == (0.0, 8200.0)


def test_no_supplier_and_contradictory_shares() -> None:
    assert hhi_bounds([]) is None
    assert hhi_bounds([Share(0, 0)]) is None
    assert hhi_bounds(exact([80, 40])) is None
    assert hhi_bounds(exact([50.5, 50])) is not None  # rounding


def test_a_share_out_of_order_is_refused() -> None:
    with pytest.raises(ValueError, match="a share between"):
        Share(50, 40)


@given(bounded())
def test_bounds_are_ordered_within_the_scale(shares: list[Share]) -> None:
    low, high = hhi_bounds(shares) or (math.nan, math.nan)
    assert 0 <= low <= high <= 10_000


@given(bounded(), st.randoms(use_true_random=False))
def test_order_of_suppliers_does_not_matter(shares: list[Share], chance: random.Random) -> None:
    shuffled = list(shares)
    chance.shuffle(shuffled)
    assert hhi_bounds(shares) == hhi_bounds(shuffled)


@given(NAMED)
def test_merging_two_suppliers_never_lowers_the_index(shares: list[float]) -> None:
    assume(len(shares) >= 2)
    before, after = hhi_bounds(exact(shares)), hhi_bounds(exact([shares[0] + shares[1], *shares[2:]]))
    assert before is not None and after is not None
    assert after[0] >= before[0] - 1e-6
    assert after[1] >= before[1] - 1e-6


@given(NAMED, st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_any_split_of_the_remainder_lies_between(shares: list[float], pieces: list[float]) -> None:
    rest, cap = 100 - sum(shares), min(shares)
    suppliers = []
    for piece in pieces:
        size = min(piece * cap, max(0.0, rest))
        suppliers.append(size)
        rest -= size
    low, high = hhi_bounds(exact(shares)) or (math.nan, math.nan)
    assert low - 1e-6 <= sum(x**2 for x in [*shares, *suppliers]) <= high + 1e-6


@given(bounded(), st.lists(st.floats(0, 1), min_size=12, max_size=12))
def test_any_shares_within_their_bounds_lie_between(shares: list[Share], places: list[float]) -> None:
    true = [s.low + p * (s.high - s.low) for s, p in zip(shares, places, strict=False)]
    assume(sum(true) <= 100)
    low, high = hhi_bounds(shares) or (math.nan, math.nan)
    assert low - 1e-6 <= sum(x**2 for x in true) <= high + 1e-6


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 10**9), min_size=1))
def test_supplier_shares_sum_to_the_whole(quantities: dict[str, int]) -> None:
    shares = supplier_shares({name: float(quantity) for name, quantity in quantities.items()})
    assert math.isclose(sum(shares.values()), 100)
    assert supplier_shares({}) == {}
    assert supplier_shares({"CHN": 30.0}, 40.0) == {"CHN": 75.0}


def test_a_leader_needs_proof() -> None:
    assert leader({"CHN": Share(77, 77), "KOR": Share(8, 8)}, 15) == "CHN"
    assert leader({"CHN": Share(30, 30)}, 70) is None  # one unnamed supplier may hold more
    assert leader({"CHN": Share(40, 40), "KOR": Share(40, 40)}) is None
    assert leader({"CHN": Share(40, 60), "KOR": Share(30, 50)}) is None
    assert leader({}) is None


def test_net_import_reliance() -> None:
    assert net_import_reliance(50, 100, 50).pct == 50.0
    assert net_import_reliance(0, 100, 10).pct == 100.0
    assert net_import_reliance(100, 10, 50).code == "net_exporter"
    assert net_import_reliance(100, 10, 50).pct is None
    assert net_import_reliance(None, 10, 5).code == "not_available"
    assert net_import_reliance(0, 5, 5).code == "not_available"
    assert net_import_reliance(60, 50, 20, "with_industry_stocks", industry_stock_draw=10).pct == 40.0
    assert net_import_reliance(60, 50, 20, "with_both", industry_stock_draw=10).code == "not_available"
    assert net_import_reliance(75, 25, None, "imports_only").pct == 25.0


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0, 1e9))
def test_reliance_is_a_percentage_or_a_code(production: float, imports: float, exports: float) -> None:
    found = net_import_reliance(production, imports, exports)
    assert (found.pct is None) == (found.code != "exact")
    assert found.pct is None or 0 <= found.pct <= 100 + 1e-9

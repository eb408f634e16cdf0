"""Reliance in each formula, suppliers of a list and world concentration: what holds for any figures, and Comtrade's rows.

What belongs here: each measure beside plain arithmetic of another kind. What does not: import shares from trade flows
(`test_dependence_customs.py`), mirror gaps (`test_dependence_properties.py`) and whole tables (`test_dependence_bilateral.py`).
"""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from dependence_sample import dependency, imports, keyed, production, row
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipelines.dependence.concentration import world_concentration
from pipelines.dependence.customs import customs_tables
from pipelines.dependence.metrics import STOCK_FORMULAS, net_import_reliance, reliance_of_consumption
from pipelines.dependence.suppliers import filled_dependencies

PATIENT = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
CHANCE = st.randoms(use_true_random=False)
TONS = st.integers(0, 10**9)
DRAW = st.integers(-(10**6), 10**6)
FORMULAS = ("imports_minus_exports", "excl_scrap", "imports_only", *STOCK_FORMULAS)


def plainly(
    formula: str, produced: float, imported: float, exported: float, industry: float, government: float
) -> float | str:
    """Percent, or why there is none: each formula written out."""
    net = {
        "imports_minus_exports": imported - exported,
        "excl_scrap": imported - exported,
        "imports_only": imported,
        "with_industry_stocks": imported - exported + industry,
        "with_government_stocks": imported - exported + government,
        "with_both": imported - exported + industry + government,
    }[formula]
    if net < 0:
        return "net_exporter"
    return net / (produced + net) * 100 if produced + net > 0 else "not_available"


def told(formula: str, *figures: float) -> float | str:
    produced, imported, exported, industry, government = figures
    found = net_import_reliance(produced, imported, exported, formula, industry, government)
    assert (found.pct is None) == (found.code != "exact")
    return found.code if found.pct is None else found.pct


@given(st.sampled_from(FORMULAS), st.tuples(TONS, TONS, TONS, DRAW, DRAW))
def test_each_formula_written_out_is_the_same_and_a_percentage(formula: str, figures: tuple[int, ...]) -> None:
    found = told(formula, *figures)
    assert found == (expected if isinstance(expected := plainly(formula, *figures), str) else pytest.approx(expected))
    assert isinstance(found, str) or 0 <= found <= 100


@given(st.sampled_from(STOCK_FORMULAS), TONS, TONS, TONS, DRAW)
def test_a_draw_on_stocks_counts_as_imports_do(
    formula: str, produced: int, imported: int, exported: int, draw: int
) -> None:
    assume(imported + draw >= 0)
    both = (draw, 0) if formula != "with_government_stocks" else (0, draw)
    assert told(formula, produced, imported, exported, *both) == told(
        "imports_minus_exports", produced, imported + draw, exported, 0, 0
    )


@given(TONS, TONS, TONS)
def test_reliance_falls_with_production_and_exports(produced: int, imported: int, exported: int) -> None:
    found = told("imports_minus_exports", produced, imported, exported, 0, 0)
    assume(not isinstance(found, str))
    for more in ((produced * 2, imported, exported), (produced, imported, exported + 1)):
        other = told("imports_minus_exports", *more, 0, 0)
        assert other in ("net_exporter", "not_available") or float(other) <= float(found) + 1e-9


@given(TONS, TONS, TONS)
def test_reliance_from_consumption_is_the_same_where_it_is_the_sum_of_its_parts(
    produced: int, imported: int, exported: int
) -> None:
    found = reliance_of_consumption(imported - exported, produced + imported - exported)
    expected = net_import_reliance(produced, imported, exported)
    assert found.code == expected.code
    assert found.pct == (None if expected.pct is None else pytest.approx(expected.pct))


@given(st.sampled_from(FORMULAS), st.integers(0, 2))
def test_a_missing_figure_leaves_reliance_open(formula: str, missing: int) -> None:
    figures: list[float | None] = [50.0, 40.0, 10.0]
    figures[missing] = None
    expected = "exact" if (formula, missing) == ("imports_only", 2) else "not_available"
    assert net_import_reliance(*figures, formula, 1.0, 1.0).code == expected
    if formula in STOCK_FORMULAS:
        assert net_import_reliance(50, 40, 10, formula).code == "not_available"


# Suppliers of a printed list -------------------------------------------------------------------------------------------

NAMES = ("AAA", "BBB", "CCC", "DDD", "EEE", "CHN")


@st.composite
def lists(draw: st.DrawFn) -> dict[str, int]:
    """Whole percent of named suppliers, which leave the rest to other countries."""
    weights = draw(st.lists(st.integers(1, 50), min_size=1, max_size=6))
    scale = max(sum(weights), draw(st.integers(1, 200)))
    shares = [weight * 100 // scale for weight in weights]
    return {name: share for name, share in zip(NAMES, shares, strict=False) if share}


def shown(shares: dict[str, int], chance: random.Random | None = None) -> dict[str, Any]:
    """What a list of the USGS shows: from the largest down, the rest together."""
    order = sorted(shares, key=lambda name: (-shares[name], name))
    rows = [imports(name, float(shares[name]), rank=order.index(name) + 1) for name in order]
    if sum(shares.values()) < 100:
        rows.append(imports("OTH", 100.0 - sum(shares.values())))
    if chance is not None:
        chance.shuffle(rows)
    own = dependency()
    found = filled_dependencies({"dependencies": keyed(own), "import_sources": keyed(*rows)})
    return dict(found[own.key_text].values)


@PATIENT
@given(lists(), CHANCE)
def test_a_list_of_suppliers_is_bounded_and_knows_no_order(shares: dict[str, int], chance: random.Random) -> None:
    assume(shares)
    found = shown(shares)
    assert found == shown(shares, chance)
    plain = sum(share**2 for share in shares.values())
    rest, least = 100 - sum(shares.values()), min(shares.values())
    whole, left = divmod(rest, least)
    assert found["supplier_hhi_low"] == pytest.approx(plain)
    assert found["supplier_hhi_high"] == pytest.approx(plain + whole * least**2 + left**2)
    assert 0 < found["supplier_hhi_low"] <= found["supplier_hhi_high"] <= 10_000
    assert found["n_suppliers"] == len(shares)
    assert found.get("china_share_pct") == shares.get("CHN")
    if "top_supplier" in found:
        assert shares[found["top_supplier"]] == found["top_supplier_share_pct"] == max(shares.values())
        assert found.get("china_share_pct", 0) <= found["top_supplier_share_pct"] <= 100


@PATIENT
@given(lists())
def test_merging_two_suppliers_of_a_list_never_lowers_the_index(shares: dict[str, int]) -> None:
    assume(len(shares) >= 2)
    first, second, *_ = shares
    merged = {name: share for name, share in shares.items() if name != second}
    merged[first] += shares[second]
    before, after = shown(shares), shown(merged)
    assert after["supplier_hhi_low"] >= before["supplier_hhi_low"]
    assert after["supplier_hhi_high"] >= before["supplier_hhi_high"] - 1e-6
    assert after["n_suppliers"] == before["n_suppliers"] - 1


# Real rows: UN Comtrade, annual trade of 2024 --------------------------------------------------------------------------

ISO = {842: "USA", 392: "JPN", 276: "DEU", 410: "KOR"}


def _code(partner: int) -> str:
    return "CHN" if partner == 156 else f"{chr(65 + partner // 100)}{partner % 100:02d}"


@pytest.fixture(scope="module")
def comtrade(shared: Path) -> pd.DataFrame:
    """Rows whose reporter, flow and product have no key that stands twice: breakdown columns were dropped from the file."""
    frame = pd.read_csv(shared / "data" / "comtrade" / "comtrade_2024.csv").drop_duplicates()
    group = [frame[part] for part in ("reporter", "cmd", "flow")]
    repeated = frame.duplicated(["reporter", "partner", "cmd", "flow"], keep=False)
    return frame[~repeated.groupby(group).transform("any")]


def test_reliance_of_real_trade_reckoned_plainly_is_the_same(comtrade: pd.DataFrame) -> None:
    world = comtrade[comtrade.partner == 0].pivot_table(index=["reporter", "cmd"], columns="flow", values="netwgt")
    compared = 0
    for number, one in enumerate(world.dropna().itertuples()):
        produced, draw = one.M * (number % 7) / 3, one.M / 10
        for formula in FORMULAS:
            figures = (produced, one.M, one.X, draw, -draw / 2)
            expected = plainly(formula, *figures)
            assert told(formula, *figures) == (expected if isinstance(expected, str) else pytest.approx(expected))
            compared += not isinstance(expected, str)
    assert compared >= 100


def _weights(frame: pd.DataFrame, reporter: int, cmd: int, flow: str) -> pd.Series:
    chosen = frame[(frame.reporter == reporter) & (frame.cmd == cmd) & (frame.flow == flow) & (frame.partner != 0)]
    return chosen[chosen.netwgt > 0].groupby("partner").netwgt.sum().sort_values(ascending=False)


def test_a_list_cut_after_four_bounds_the_true_index_of_real_imports(comtrade: pd.DataFrame) -> None:
    compared = 0
    for reporter, cmd in comtrade[["reporter", "cmd"]].drop_duplicates().itertuples(index=False):
        weights = _weights(comtrade, reporter, cmd, "M")
        shares = weights / weights.sum() * 100
        if len(shares) < 6 or shares.iloc[3] < 1:
            continue
        rows = [imports(_code(one), float(share), rank=n + 1) for n, (one, share) in enumerate(shares.iloc[:4].items())]
        rows.append(imports("OTH", float(100 - shares.iloc[:4].sum())))
        own = dependency()
        found = filled_dependencies({"dependencies": keyed(own), "import_sources": keyed(*rows)})[own.key_text].values
        true = float((shares**2).sum())
        assert float(found["supplier_hhi_low"]) - 1e-4 <= true <= float(found["supplier_hhi_high"]) + 1e-4  # type: ignore[arg-type]
        assert found["top_supplier"] == _code(int(shares.index[0])) or shares.iloc[0] == shares.iloc[1]
        assert found.get("china_share_pct") == (pytest.approx(shares[156]) if 156 in shares.index[:4] else None)
        compared += 1
    assert compared >= 50


def test_concentration_of_real_exports_reckoned_plainly_is_the_same(comtrade: pd.DataFrame) -> None:
    compared = 0
    world = comtrade[(comtrade.flow == "X") & (comtrade.partner == 0) & (comtrade.netwgt > 0)]
    for _, group in world.groupby("cmd"):
        tons = (group.set_index("reporter").netwgt / 1000).sort_values(ascending=False)
        shares = tons / tons.sum() * 100
        named = shares.iloc[:5]
        if len(shares) < 7:
            continue
        rows = [production(_code(int(one)), float(tons[one])) for one in named.index]
        rows += [production("OTH", float(tons.iloc[5:].sum())), production("WLD", float(tons.sum()))]
        (found,) = world_concentration(keyed(*rows)).values()
        low, rest, least = float((named**2).sum()), float(100 - named.sum()), float(named.min())
        high = low + math.floor(rest / least) * least**2 + (rest - math.floor(rest / least) * least) ** 2
        assert found.values["hhi_low"] == pytest.approx(low, rel=1e-6)
        assert found.values["hhi_high"] == pytest.approx(high, rel=1e-4)
        assert low <= float((shares**2).sum()) <= high * (1 + 1e-9)
        assert found.values["top_producer"] == _code(int(named.index[0]))
        assert found.values["top_share_pct"] == pytest.approx(float(named.iloc[0]), abs=1e-5)
        compared += 1
    assert compared >= 5


def test_shares_by_weight_of_real_imports_reckoned_plainly_are_the_same(comtrade: pd.DataFrame) -> None:
    compared = 0
    for reporter, iso in ISO.items():
        for cmd in comtrade[comtrade.reporter == reporter].cmd.unique():
            chosen = comtrade[(comtrade.reporter == reporter) & (comtrade.cmd == cmd) & (comtrade.flow == "M")]
            if chosen.empty or chosen.netwgt.isna().any():
                continue
            hs = keyed(
                row(
                    "material_hs_codes",
                    material_id="it",
                    hs6=f"{cmd:06d}",
                    hs_revision="2022",
                    form="metal",
                    exclusive=True,
                )
            )
            flows = keyed(*(
                row("trade_flows", reporter=iso, partner="ALL" if one.partner == 0 else _code(one.partner), flow="import",
                    hs6=f"{cmd:06d}", hs_revision="2022", period="2024", quantity=float(one.netwgt), quantity_unit="kg",
                    source_id="trade")
                for one in chosen.itertuples()
            ))  # fmt: skip
            listed, dependencies = customs_tables({"trade_flows": flows, "material_hs_codes": hs})
            weights = _weights(comtrade, reporter, cmd, "M")
            total = float(chosen[chosen.partner == 0].netwgt.sum())
            if not listed or not total:
                continue
            plain = weights / max(total, weights.sum()) * 100
            shares = {one.key[3]: one.values["share_low_pct"] for one in listed.values()}
            assert shares == {_code(int(one)): pytest.approx(share, abs=1e-5) for one, share in plain.items()}
            filled = filled_dependencies({"dependencies": dependencies, "import_sources": listed})
            (found,) = filled.values()
            index = float((plain**2).sum())
            if "supplier_hhi_low" in found.values:
                assert found.values["supplier_hhi_low"] == pytest.approx(index, rel=1e-5, abs=1e-2)
            compared += 1
    assert compared >= 10

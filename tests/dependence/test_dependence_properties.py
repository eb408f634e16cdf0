"""What holds of concentration, mirror gaps, leaders and reliance for any figures, and the gaps of real rows reckoned twice."""

from __future__ import annotations

import csv
import math
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from dependence_sample import keyed, production, row
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipelines.dependence.concentration import world_concentration
from pipelines.dependence.metrics import Share, leader, net_import_reliance
from pipelines.dependence.mirror import mirror_gaps
from pipelines.reconcile.choose import Row

PATIENT = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
NAMES = ("AAA", "BBB", "CCC", "DDD", "CHN", "USA")
QUANTITIES = st.lists(st.integers(0, 10**6), min_size=1, max_size=6).map(
    lambda values: dict(zip(NAMES, values, strict=False))
)
CHANCE = st.randoms(use_true_random=False)


def concentration(quantities: dict[str, int], chance: random.Random | None = None) -> dict[str, Any]:
    rows = [production(country, float(quantity)) for country, quantity in quantities.items()]
    rows.append(production("WLD", float(sum(quantities.values()))))
    if chance is not None:
        chance.shuffle(rows)
    return dict(next(iter(world_concentration(keyed(*rows)).values())).values)


@PATIENT
@given(QUANTITIES, CHANCE)
def test_world_concentration_is_bounded_and_knows_no_order(quantities: dict[str, int], chance: random.Random) -> None:
    assume(any(quantities.values()))
    found = concentration(quantities)
    assert 0 <= found["hhi_low"] <= found["hhi_high"] + 1e-6 <= 10_000 + 1e-5
    assert found == concentration(quantities, chance)
    plain = sum((100 * one / sum(quantities.values())) ** 2 for one in quantities.values())
    assert math.isclose(found["hhi_low"], plain, rel_tol=1e-6)
    if "top_producer" in found:
        assert quantities[found["top_producer"]] == max(quantities.values())
        assert math.isclose(
            found["top_share_pct"], 100 * max(quantities.values()) / sum(quantities.values()), rel_tol=1e-5
        )


@PATIENT
@given(QUANTITIES)
def test_merging_two_producers_never_lowers_world_concentration(quantities: dict[str, int]) -> None:
    alive = {country: quantity for country, quantity in quantities.items() if quantity}
    assume(len(alive) >= 2)
    first, second, *_ = alive
    merged = {country: quantity for country, quantity in alive.items() if country != second}
    merged[first] += alive[second]
    assert concentration(merged)["hhi_low"] >= concentration(alive)["hhi_low"] - 1e-4


def flow(reporter: str, partner: str, direction: str, kilograms: float, **cells: Any) -> Row:
    return row("trade_flows", **{
        "reporter": reporter, "partner": partner, "flow": direction, "hs6": "250490", "hs_revision": "2022",
        "period": "2024", "quantity": kilograms, "quantity_unit": "kg", "value_usd": Decimal("1.00"), "source_id": "trade",
        **cells,
    })  # fmt: skip


@PATIENT
@given(st.floats(0.001, 1e9), st.floats(0.001, 1e9), CHANCE)
def test_a_mirror_gap_turned_round_is_its_inverse(left: float, right: float, chance: random.Random) -> None:
    def ratio(imported: float, exported: float) -> float:
        flows = [flow("USA", "CHN", "import", imported), flow("CHN", "USA", "export", exported)]
        chance.shuffle(flows)
        return float(mirror_gaps(keyed(*flows))["USA|CHN|250490|2022|2024"].values["ratio"])  # type: ignore[arg-type]

    assert ratio(left, left) == 1.0
    assert ratio(left, right) >= 0
    assume(1e-2 < left / right < 1e2)
    assert math.isclose(ratio(left, right) * ratio(right, left), 1.0, rel_tol=1e-3)


@given(st.dictionaries(st.sampled_from(NAMES), st.integers(0, 100), min_size=1), CHANCE)
def test_a_leader_is_the_largest_in_any_order(values: dict[str, int], chance: random.Random) -> None:
    shares = {name: Share(float(value), float(value)) for name, value in values.items()}
    names = list(shares)
    chance.shuffle(names)
    found = leader(shares)
    assert found == leader({name: shares[name] for name in names})
    largest = max(values.values())
    expected = [name for name, value in values.items() if value == largest and largest > 0]
    assert found == (expected[0] if len(expected) == 1 else None)


AMOUNT = st.floats(0.01, 1e6)


@given(AMOUNT, AMOUNT, AMOUNT, st.floats(0.1, 100))
def test_reliance_knows_no_unit_and_rises_with_imports(
    production_: float, imports: float, exports: float, factor: float
) -> None:
    found = net_import_reliance(production_, imports, exports)
    scaled = net_import_reliance(production_ * factor, imports * factor, exports * factor)
    if found.pct is not None and scaled.pct is not None:
        assert math.isclose(found.pct, scaled.pct, abs_tol=1e-6)
    more = net_import_reliance(production_, imports * 2, exports)
    if found.pct is not None:
        assert more.pct is not None
        assert more.pct >= found.pct - 1e-9
    only = net_import_reliance(production_, imports, exports, "imports_only")
    assert only.pct is not None
    assert found.pct is None or only.pct >= found.pct - 1e-9


ISO = {842: "USA", 392: "JPN", 156: "CHN", 276: "DEU", 410: "KOR"}


def test_real_mirror_gaps_reckoned_plainly_are_the_same(shared: Path) -> None:
    frame = pd.read_csv(shared / "data" / "comtrade" / "comtrade_2024.csv").drop_duplicates()
    frame = frame[frame.reporter.isin(ISO) & frame.partner.isin(ISO) & (frame.netwgt > 0)]
    key = ["reporter", "partner", "cmd", "flow"]
    frame = frame[~frame.duplicated(key, keep=False)]  # breakdown columns were dropped: such keys cannot be told apart
    flows = [
        flow(
            ISO[one.reporter], ISO[one.partner], {"M": "import", "X": "export"}[one.flow], one.netwgt, hs6=str(one.cmd)
        )
        for one in frame[frame.flow.isin(["M", "X"])].itertuples()
    ]
    found = mirror_gaps(keyed(*flows))
    imports, exports = (frame[frame.flow == kind] for kind in ("M", "X"))
    plain = imports.merge(exports, left_on=["reporter", "partner", "cmd"], right_on=["partner", "reporter", "cmd"])
    assert len(plain) == len(found) >= 50
    for one in plain.itertuples():
        gap = found[f"{ISO[one.reporter_x]}|{ISO[one.partner_x]}|{one.cmd}|2022|2024"].values
        assert gap["ratio"] == pytest.approx(one.netwgt_x / one.netwgt_y, abs=1e-5, rel=1e-5)


def test_the_gaps_of_the_facts_come_out_as_they_stand_there(shared: Path) -> None:
    with (shared / "facts" / "materials" / "mirror_gaps.csv").open(encoding="utf-8-sig") as file:
        facts = [one for one in csv.DictReader(file) if one["kg_ratio_import_over_export"]]
    flows = []
    for one in facts:
        sides = (one["importer"], one["exporter"])
        about = {"hs6": one["hs6"], "period": one["year"]}
        flows.append(flow(*sides, "import", float(one["import_report_kg"]), **about))
        flows.append(flow(*reversed(sides), "export", float(one["china_export_report_kg"]), **about))
    found = mirror_gaps(keyed(*flows))
    assert len(facts) == len(found) >= 50
    for one in facts:
        gap = found["|".join((one["importer"], one["exporter"], one["hs6"], "2022", one["year"]))].values
        assert gap["ratio"] == pytest.approx(float(one["kg_ratio_import_over_export"]), abs=0.051, rel=0.001)

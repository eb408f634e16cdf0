"""Import shares from trade flows: what speaks for a material, what holds for any figures, and real rows reckoned twice."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from dependence_sample import DAY, keyed, row
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from pipelines.dependence.customs import customs_tables, exclusive_products
from pipelines.dependence.derive import derive
from pipelines.reconcile.choose import Row

AS_OF = DAY("2026-11-22")
SOURCE = "trade-2024"


def code(material_id: str, hs6: str, form: str = "metal", *, exclusive: bool = True, revision: str = "2022") -> Row:
    return row(
        "material_hs_codes", material_id=material_id, hs6=hs6, hs_revision=revision, form=form, exclusive=exclusive
    )


CODES = keyed(
    code("antimony", "811010"), code("antimony", "811020", "scrap"),
    code("titanium", "810820"), code("titanium", "810830"),
    code("gallium", "811292", exclusive=False), code("germanium", "811292", exclusive=False),
    code("bismuth", "810600", revision="2017"),
    code("neon", "280429", "compound"), code("krypton", "280429", "compound"),
)  # fmt: skip


def flow(partner: str, value: float | None, hs6: str = "811010", **cells: Any) -> Row:
    return row("trade_flows", **{
        "reporter": "USA", "partner": partner, "flow": "import", "hs6": hs6, "hs_revision": "2022", "period": "2024",
        "value_usd": None if value is None else Decimal(str(value)), "source_id": SOURCE,
        "locator": f"{partner}/{hs6}", **cells,
    })  # fmt: skip


def told(*flows: Row) -> dict[str, dict[str, Row]]:
    return {"trade_flows": keyed(*flows), "material_hs_codes": CODES}


def shares(*flows: Row, measure: str = "value") -> dict[str, float]:
    listed, _ = customs_tables(told(*flows))
    return {one.key[3]: one.values["share_low_pct"] for one in listed.values() if one.key[6] == measure}  # type: ignore[misc]


def dependency(*flows: Row, basis: str = "customs_value_share") -> dict[str, Any]:
    found = derive(told(*flows), AS_OF)["dependencies"]
    return dict(found[f"USA|antimony|metal|2024|{basis}|{SOURCE}"].values)


def test_shares_of_the_printed_total_or_of_the_sum() -> None:
    assert shares(flow("CHN", 30), flow("THA", 50)) == {"CHN": 37.5, "THA": 62.5}
    assert shares(flow("CHN", 30), flow("THA", 50), flow("ALL", 100)) == {"CHN": 30.0, "THA": 50.0}
    assert shares(flow("CHN", 30), flow("THA", 0)) == {"CHN": 100.0}


def test_what_the_suppliers_show() -> None:
    found = dependency(flow("CHN", 30), flow("THA", 50), flow("VNM", 20), flow("ALL", 100))
    assert (found["top_supplier"], found["top_supplier_share_pct"], found["china_share_pct"]) == ("THA", 50.0, 30.0)
    assert (found["n_suppliers"], found["supplier_hhi_low"], found["supplier_hhi_high"]) == (3, 3800.0, 3800.0)
    assert (found["reliance_code"], found["origin"]) == ("not_available", "computed")
    assert "reliance_low_pct" not in found


def test_weights_count_only_where_every_flow_has_one() -> None:
    kilos, tonnes = {"quantity": 500.0, "quantity_unit": "kg"}, {"quantity": 1.5, "quantity_unit": "t"}
    found = shares(flow("CHN", 30, **kilos), flow("THA", 50, **tonnes), measure="quantity_gross")
    assert found == {"CHN": 25.0, "THA": 75.0}
    assert shares(flow("CHN", 30, **kilos), flow("THA", 50), measure="quantity_gross") == {}
    carats = {"quantity": 5.0, "quantity_unit": "ct"}
    assert shares(flow("CHN", 30, **carats), measure="quantity_gross") == {}
    guessed = dependency(flow("CHN", 1, **kilos, quantity_estimated=True), basis="customs_quantity_share")
    assert guessed["estimated"] is True


@pytest.mark.parametrize(
    "flows",
    [
        [flow("CHN", 30, "811292")],  # covers several materials
        [flow("CHN", 30, "280429")],  # two materials claim it alone
        [flow("CHN", 30, "810820")],  # the statistic covers one of the form's two codes
        [flow("CHN", 30, "810600")],  # a code of another revision
        [flow("CHN", 30, period="2024-06")],
        [flow("CHN", 30, flow="re_import")],
        [flow("CHN", 30, flow="export")],
        [flow("CHN", None)],
        [flow("ALL", 30)],
        [flow("CHN", 60), flow("THA", 60), flow("ALL", 100)],  # parts above the whole
    ],
)
def test_what_speaks_for_no_material(flows: list[Row]) -> None:
    assert customs_tables(told(*flows)) == ({}, {})


def test_all_codes_of_a_form_count_together() -> None:
    flows = [flow("CHN", 30, "810820"), flow("CHN", 10, "810830"), flow("JPN", 60, "810830")]
    assert shares(*flows) == {"CHN": 40.0, "JPN": 60.0}
    listed, _ = customs_tables(told(*flows))
    assert "HS 810820, 810830" in listed[f"USA|titanium|metal|CHN|2024-01-01|2024-12-31|value|{SOURCE}"].receipts[
        "share_low_pct"
    ][0].rule  # fmt: skip


def test_two_statistics_are_never_mixed() -> None:
    listed, _ = customs_tables(told(flow("CHN", 30), flow("THA", 50, source_id="other")))
    assert {(one.key[3], one.values["edition"]) for one in listed.values()} == {("CHN", SOURCE), ("THA", "other")}


def test_areas_that_might_be_one_country_have_no_rank() -> None:
    found = dependency(flow("CHN", 40), flow("OTH", 60))
    assert "top_supplier" not in found
    assert found["china_share_pct"] == 40.0
    assert found["supplier_hhi_low"] == 1600.0
    assert found["supplier_hhi_high"] >= 40.0**2 + 60.0**2 - 1e-6


def test_a_list_that_lacks_partners_proves_no_top_and_no_index() -> None:
    found = dependency(flow("CHN", 30), flow("THA", 20), flow("ALL", 100))
    assert "top_supplier" not in found  # 50 of 100 are nobody's and may be one country's
    assert "supplier_hhi_high" not in found
    assert "n_suppliers" not in found
    assert found["china_share_pct"] == 30.0


def test_who_supplies_more_than_all_the_unnamed_is_the_top() -> None:
    found = dependency(flow("CHN", 60), flow("THA", 10), flow("ALL", 100))
    assert found["top_supplier"] == "CHN"
    assert found["supplier_hhi_low"] == 3700.0
    assert found["supplier_hhi_high"] >= 60.0**2 + 10.0**2 + 30.0**2


def test_equal_suppliers_are_none_the_top() -> None:
    for partners in (("CHN", "THA"), ("THA", "CHN")):
        found = dependency(*(flow(partner, 50) for partner in partners))
        assert "top_supplier" not in found
        assert (found["supplier_hhi_low"], found["supplier_hhi_high"]) == (5000.0, 5000.0)


def test_a_code_with_a_total_alone_counts_in_the_whole() -> None:
    flows = [flow("CHN", 60, "810820"), flow("ALL", 60, "810820"), flow("ALL", 40, "810830")]
    listed, _ = customs_tables(told(*flows))
    (china,) = listed.values()
    assert (china.values["share_low_pct"], china.values["share_high_pct"]) == (60.0, 100.0)


def test_one_importers_rows_never_cover_anothers_codes() -> None:
    others = [flow("ALL", 5, "810830", reporter="JPN"), flow("ALL", 5, "810830", flow="export")]
    assert shares(flow("CHN", 30, "810820"), *others) == {}


def test_of_two_revisions_the_newest_speaks_whole() -> None:
    codes = {**CODES, **keyed(code("antimony", "811010", revision="2017"))}
    older = [flow("CHN", 90, hs_revision="2017"), flow("VNM", 10, hs_revision="2017")]
    flows = keyed(*older, flow("CHN", 30), flow("THA", 70))
    listed, _ = customs_tables({"trade_flows": flows, "material_hs_codes": codes})
    assert {one.key[3]: one.values["share_low_pct"] for one in listed.values()} == {"CHN": 30.0, "THA": 70.0}


def test_what_a_source_prints_stands_before_what_is_computed() -> None:
    printed = row(
        "dependencies", importer="USA", material_id="antimony", form="metal", year=2024, basis="customs_value_share",
        edition=SOURCE, origin="printed", china_share_pct=77.0, source_ids=(SOURCE,),
    )  # fmt: skip
    rows = {**told(flow("CHN", 30), flow("THA", 50)), "dependencies": keyed(printed)}
    found = derive(rows, AS_OF)["dependencies"][printed.key_text].values
    assert (found["origin"], found["china_share_pct"]) == ("printed", 77.0)


def test_each_figure_has_its_receipts() -> None:
    derived = derive(told(flow("CHN", 30), flow("THA", 50), flow("ALL", 90)), AS_OF)
    (china,) = (one for key, one in derived["import_sources"].items() if "|CHN|" in key)
    assert [receipt.locator for receipt in china.receipts["share_low_pct"]] == ["CHN/811010", "ALL/811010"] or china
    assert china.text("locator") == "CHN/811010; ALL/811010"
    (found,) = derived["dependencies"].values()
    for column in ("china_share_pct", "supplier_hhi_low", "top_supplier", "reliance_code", "origin"):
        assert found.receipts[column], column


def test_products_are_sorted_and_of_one_revision() -> None:
    found = exclusive_products(CODES)
    assert [(one.material_id, one.form, one.codes) for one in found["2022"]] == [
        ("antimony", "metal", ("811010",)), ("antimony", "scrap", ("811020",)),
        ("titanium", "metal", ("810820", "810830")),
    ]  # fmt: skip
    assert [one.material_id for one in found["2017"]] == ["bismuth"]


VALUES = st.lists(st.integers(0, 10**9), min_size=1, max_size=6).map(
    lambda values: dict(zip(("AAA", "BBB", "CCC", "DDD", "EEE", "CHN"), values, strict=False))
)
PATIENT = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@PATIENT
@given(VALUES)
def test_shares_sum_to_the_whole_and_stay_within_it(values: dict[str, int]) -> None:
    assume(any(values.values()))
    found = shares(*(flow(partner, value) for partner, value in values.items()))
    assert math.isclose(math.fsum(found.values()), 100, abs_tol=1e-5)
    assert all(0 <= share <= 100 for share in found.values())


@PATIENT
@given(VALUES, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(values: dict[str, int], chance: random.Random) -> None:
    flows = [flow(partner, value) for partner, value in values.items()]
    shuffled = list(flows)
    chance.shuffle(shuffled)
    first, second = (
        {key: dict(one.values) for table in customs_tables(told(*order)) for key, one in table.items()}
        for order in (flows, shuffled)
    )
    assert first == second


@PATIENT
@given(VALUES)
# Shares that round to nothing leave no room for somebody whom nobody named.
@example({"AAA": 1, "BBB": 10, "CCC": 399999710, "DDD": 399999709})
def test_merging_two_suppliers_never_lowers_the_index(values: dict[str, int]) -> None:
    alive = {partner: value for partner, value in values.items() if value}
    assume(len(alive) >= 2)
    first, second, *_ = sorted(alive)
    merged = {partner: value for partner, value in alive.items() if partner != second}
    merged[first] += alive[second]
    before, after = (dependency(*(flow(p, v) for p, v in one.items())) for one in (alive, merged))
    assert after["supplier_hhi_low"] >= before["supplier_hhi_low"] - 1e-4
    assert after["n_suppliers"] == before["n_suppliers"] - 1


# Real rows: UN Comtrade, annual imports of 2024 ------------------------------------------------------------------------

REPORTERS = {842: "USA", 392: "JPN", 276: "DEU", 410: "KOR"}
REAL = {811010: "antimony", 810411: "magnesium", 740311: "copper", 810194: "tungsten", 810320: "tantalum"}


@pytest.fixture(scope="module")
def comtrade(shared: Path) -> pd.DataFrame:
    frame = pd.read_csv(shared / "data" / "comtrade" / "comtrade_2024.csv")
    frame = frame[(frame.flow == "M") & frame.reporter.isin(REPORTERS) & frame.cmd.isin(REAL)]
    key = ["reporter", "partner", "cmd"]
    # Breakdown columns were dropped from this file: a key that comes more than once cannot be told apart.
    repeated = frame[frame.duplicated(key, keep=False)]
    broken = set(zip(repeated.reporter, repeated.cmd, strict=True))
    keep = [pair not in broken for pair in zip(frame.reporter, frame.cmd, strict=True)]
    return frame[keep]


def _alpha_3(partner: int) -> str:
    return {0: "ALL", 156: "CHN"}.get(partner, f"{chr(65 + partner // 100)}{partner % 100:02d}")


def test_real_rows_reckoned_plainly_give_the_same(comtrade: pd.DataFrame) -> None:
    flows = [
        flow(_alpha_3(one.partner), one.value, str(one.cmd), reporter=REPORTERS[one.reporter])
        for one in comtrade.itertuples()
    ]
    codes = keyed(*(code(material, str(hs6)) for hs6, material in REAL.items()))
    derived = derive({"trade_flows": keyed(*flows), "material_hs_codes": codes}, AS_OF)
    compared = 0
    for (reporter, cmd), group in comtrade.groupby(["reporter", "cmd"]):
        parts = group[group.partner != 0].set_index("partner").value
        total = float(group[group.partner == 0].value.sum())
        plain = parts[parts > 0] / total * 100
        key = f"{REPORTERS[reporter]}|{REAL[cmd]}|metal"
        found = derived["dependencies"][f"{key}|2024|customs_value_share|{SOURCE}"].values
        for partner, share in plain.items():
            one = f"{key}|{_alpha_3(partner)}|2024-01-01|2024-12-31|value|{SOURCE}"
            assert derived["import_sources"][one].values["share_low_pct"] == pytest.approx(share, abs=1e-5)
        assert found["supplier_hhi_low"] == pytest.approx(float((plain**2).sum()), abs=1e-2)
        assert found["top_supplier"] == _alpha_3(int(plain.idxmax()))
        assert found.get("china_share_pct", 0.0) == pytest.approx(float(plain.get(156, 0.0)), abs=1e-5)
        assert found["n_suppliers"] == len(plain)
        compared += 1
    assert compared >= 10

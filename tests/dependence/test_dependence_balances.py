"""Reliance reckoned again from printed parts: against the printed figure, with what rounding and missing parts allow."""

from __future__ import annotations

import random
from typing import Any

import pytest
from dependence_sample import dependency, keyed
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dependence.balances import balance_lines, balances, reckon
from pipelines.dependence.metrics import WHOLE, net_import_reliance, reliance_of_consumption
from pipelines.errors import KakehashiError
from pipelines.reconcile.choose import Row
from pipelines.records import Source, TableFile
from tests.conftest import Rows

PATH = "statistics/usgs-mcs-2026/balance_lines.csv"


def table(*lines: dict[str, str]) -> TableFile:
    plain = {
        "importer": "USA", "material_id": "synthetic-diamond", "form": "diamond_grit_all", "year": "2025",
        "edition": "usgs-mcs-2026", "unit": "million carats", "estimated": "true", "locator": "",
    }  # fmt: skip
    rows = tuple((number, {**plain, **line}) for number, line in enumerate(lines, 2))
    return TableFile(PATH, "balance_lines", "statistics", "0", Source("usgs-mcs-2026"), rows)


def parts(**items: str) -> list[dict[str, str]]:
    return [{"item": item, "printed": printed} for item, printed in items.items()]


def only(lines: list[dict[str, str]], **printed: Any) -> Row:
    read, bad = balance_lines([table(*lines)])
    assert not bad
    (row,) = balances(read, keyed(dependency(**{"reliance_code": "exact", **printed}))).values()
    return row


GRIT = {"production": "160", "imports": "170", "exports": "72"}


def test_the_reliance_of_a_year_follows_from_its_lines() -> None:
    row = only([*parts(**GRIT), {"item": "production", "printed": "15"}], reliance_low_pct=35.0, reliance_high_pct=35.0)
    assert row.values["production"] == 175.0
    assert row.values["computed_pct"] == pytest.approx(98 / 273 * 100)
    assert row.values["computed_low_pct"] < row.values["computed_pct"] < row.values["computed_high_pct"]
    assert row.values["difference_points"] == pytest.approx(98 / 273 * 100 - 35)
    assert row.values["outcome"] == "within_tolerance"
    assert "reason" not in row.values
    assert [receipt.locator for receipt in row.receipts["production"]] == [f"{PATH}, row 2", f"{PATH}, row 5"]
    assert row.receipts["imports"][0].raw_literal == "170 million carats"


@pytest.mark.parametrize(
    ("changed", "printed", "outcome", "reason"),
    [
        ({}, {"reliance_low_pct": 50.0, "reliance_high_pct": 50.0}, "differs", None),
        ({"note": "scrap is left out"}, {"reliance_low_pct": 50.0, "reliance_high_pct": 50.0}, "differs", "scrap is left out"),
        ({}, {"reliance_low_pct": 25.0, "reliance_high_pct": 100.0, "reliance_code": "bounded"}, "within_tolerance", None),
        ({"printed": "W"}, {}, "part_withheld", "production or consumption withheld"),
        ({"printed": "<1,000"}, {}, "part_withheld", "production or consumption bounded"),
        ({"printed": "NA"}, {}, "part_not_printed", "production or consumption not available"),
        ({}, {"reliance_low_pct": None, "reliance_high_pct": None, "reliance_code": "not_available"}, "nothing_printed", None),
        ({}, {"reliance_low_pct": None, "reliance_high_pct": None, "reliance_code": "net_exporter"}, "differs", None),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_says_why(
    changed: dict[str, str], printed: dict[str, Any], outcome: str, reason: str | None
) -> None:
    row = only(
        [{"item": "production", "printed": "175", **changed}, *parts(imports="170", exports="72")],
        **{"reliance_low_pct": 35.0, "reliance_high_pct": 35.0, **printed},
    )
    assert (row.values["outcome"], row.values.get("reason")) == (outcome, reason)


def test_rounding_explains_what_it_can_and_no_more() -> None:
    rough = only(parts(production="100", imports="200", exports="95"), reliance_low_pct=53.5, reliance_high_pct=53.5)
    assert rough.values["difference_points"] < -2
    assert rough.values["outcome"] == "within_rounding"
    fine = [
        {**part, "printed": f"{part['printed']}.00"} for part in parts(production="100", imports="200", exports="95")
    ]
    assert only(fine, reliance_low_pct=53.5, reliance_high_pct=53.5).values["outcome"] == "differs"


def test_stocks_enter_where_both_years_are_printed() -> None:
    this = parts(production="100", imports="100", exports="0.0", industry_stocks="20")
    before = [{**part, "year": "2024"} for part in parts(industry_stocks="120")]
    stated = {
        "reliance_code": "exact",
        "nir_formula": "with_industry_stocks",
        "reliance_low_pct": 66.0,
        "reliance_high_pct": 66.0,
    }
    read, _ = balance_lines([table(*this, *before)])
    row = balances(read, keyed(dependency(**stated)))["USA|synthetic-diamond|diamond_grit_all|2025|usgs-mcs-2026"]
    assert row.values["computed_pct"] == pytest.approx(200 / 300 * 100)
    assert row.values["nir_formula"] == "with_industry_stocks"
    alone = only(this, **stated)
    assert alone.values["computed_pct"] == 50.0
    assert alone.values["nir_formula"] == "imports_minus_exports"
    assert alone.values["reason"] == "changes of stocks are not printed as figures"


def test_consumption_stands_for_production_that_is_not_printed() -> None:
    row = only(parts(imports="90", exports="10", consumption="100"), reliance_low_pct=80.0, reliance_high_pct=80.0)
    assert row.values["computed_pct"] == 80.0
    assert "production" not in row.values


@pytest.mark.parametrize(
    "line",
    [
        {"item": "sales", "printed": "1"}, {"item": "imports", "printed": "many"}, {"item": "imports", "printed": ""},
        {"item": "imports", "printed": "1", "year": "2025-26"}, {"item": "imports", "printed": "1", "material_id": ""},
    ],
)  # fmt: skip
def test_a_line_that_means_nothing_is_set_aside_by_its_row(line: dict[str, str]) -> None:
    read, bad = balance_lines([table(*parts(production="1"), line)])
    assert len(read) == 1
    assert (bad[0].row, bad[0].source_path) == (3, PATH)
    assert f"{PATH}, row 3" in bad[0].reason


def test_a_line_in_another_unit_is_set_aside_with_the_others_of_its_sum() -> None:
    odd = {"item": "imports", "printed": "1", "unit": "kilogrms"}
    read, bad = balance_lines([table(*parts(production="1", imports="5", exports="2"), odd)])
    assert [line.item for line in read] == ["production", "exports"]
    assert len(bad) == 2
    assert all("kilogrms" in one.reason and PATH in one.reason for one in bad)
    (row,) = balances(read, {}).values()
    assert "imports" not in row.values
    assert "computed_pct" not in row.values


def test_lines_of_which_no_unit_is_that_of_most_all_go() -> None:
    read, bad = balance_lines([table(*parts(production="1"), {"item": "imports", "printed": "1", "unit": "kilograms"})])
    assert (read, len(bad)) == ([], 2)


def test_two_units_that_nobody_set_aside_are_refused() -> None:
    tables = [
        table({"item": item, "printed": "1", "unit": unit}) for item, unit in (("imports", "t"), ("exports", "kg"))
    ]
    with pytest.raises(KakehashiError, match="kg beside t"):
        balances([line for one in tables for line in balance_lines([one])[0]], {})


AMOUNT = st.integers(0, 10**9)


@given(AMOUNT, AMOUNT, AMOUNT, st.randoms())
def test_the_range_holds_the_figure_and_order_does_not_matter(
    production: int, imports: int, exports: int, chance: random.Random
) -> None:
    lines = parts(production=str(production), imports=str(imports), exports=str(exports))
    shuffled = lines[:]
    chance.shuffle(shuffled)
    first, second = (reckon(balance_lines([table(*one)])[0], [], "imports_minus_exports") for one in (lines, shuffled))
    assert first == second
    plain = net_import_reliance(float(production), float(imports), float(exports))
    assert first.reliance == plain
    if plain.pct is not None and first.low is not None and first.high is not None:
        assert 0 <= first.low <= plain.pct <= first.high <= WHOLE


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
def test_reliance_of_consumption_is_bounded(net: float, consumption: float) -> None:
    found = reliance_of_consumption(net, consumption)
    assert found.pct is None or 0 <= found.pct <= WHOLE
    assert (found.code == "net_exporter") == (net < 0)


def test_the_committed_raw(rows: Rows) -> None:
    """Of 2025 every figure whose parts are printed is within two points, or says why not."""
    year = [row for row in rows("balances") if row["year"] == 2025]
    assert {row["outcome"] for row in year} >= {"within_tolerance", "part_withheld", "part_not_printed"}
    assert sum(row["outcome"] == "within_tolerance" for row in year) > 50
    assert all(row["reason"] for row in year if row["outcome"] in ("differs", "part_withheld", "part_not_printed"))
    grit = next(row for row in year if row["form"] == "diamond_grit_all")
    assert (grit["production"], grit["imports"], grit["exports"]) == (175.0, 170.0, 72.0)
    assert (grit["printed_low_pct"], round(grit["computed_pct"], 1), grit["outcome"]) == (
        35.0,
        35.9,
        "within_tolerance",
    )

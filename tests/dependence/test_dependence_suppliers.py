"""Supplier columns of dependencies: which list speaks, and how far it may be believed."""

from __future__ import annotations

from typing import Any

from dependence_sample import DAY, dependency, imports, keyed, row

from pipelines.dependence.suppliers import filled_dependencies
from pipelines.reconcile.choose import Row

COLUMNS = (
    "top_supplier",
    "top_supplier_share_pct",
    "china_share_pct",
    "n_suppliers",
    "supplier_hhi_low",
    "supplier_hhi_high",
)

GRIT = (
    imports("CHN", 77, rank=1, partner_scope="incl_hkg"),
    imports("KOR", 8, rank=2),
    imports("IRL", 5, rank=3),
    imports("OTH", 10),
)


def filled(own: Row, *shares: Row) -> Row:
    return filled_dependencies({"dependencies": keyed(own), "import_sources": keyed(*shares)})[own.key_text]


def cells(own: Row, *shares: Row) -> dict[str, Any]:
    found = filled(own, *shares)
    return {column: found.values.get(column) for column in COLUMNS}


def test_diamond_grit_as_usgs_prints_it() -> None:
    assert cells(dependency(), *GRIT) == {
        "top_supplier": "CHN",
        "top_supplier_share_pct": 77.0,
        "china_share_pct": 77.0,
        "n_suppliers": 3,
        "supplier_hhi_low": 6018.0,
        "supplier_hhi_high": 6068.0,
    }


def test_each_input_share_has_its_receipt_under_the_formula() -> None:
    found = filled(dependency(), *GRIT)
    receipts = found.receipts["supplier_hhi_high"]
    assert [receipt.raw_literal for receipt in receipts] == ["77", "5", "8"]
    assert all("2021-01-01 to 2024-12-31, average of 4 years" in receipt.rule for receipt in receipts)
    assert all("CHN includes Hong Kong" in receipt.rule for receipt in receipts)
    assert [receipt.raw_literal for receipt in found.receipts["china_share_pct"]] == ["77"]


def test_the_reconciled_row_is_left_alone() -> None:
    own = dependency()
    filled(own, *GRIT)
    assert "top_supplier" not in own.values
    assert "top_supplier" not in own.receipts


def test_never_across_forms_editions_or_bases() -> None:
    nothing = dict.fromkeys(COLUMNS)
    assert cells(dependency(form="synthetic_grit"), *GRIT) == nothing
    assert cells(dependency(edition="usgs-mcs-2025"), *GRIT) == nothing
    assert cells(dependency(basis="customs_value_share"), *GRIT) == nothing
    assert cells(dependency(basis="ministry_statement"), *GRIT) == nothing
    assert cells(dependency(year=2020), *GRIT) == nothing
    assert cells(dependency()) == nothing


def test_a_customs_share_of_another_year_is_another_figure() -> None:
    year = {"period_start_on": DAY("2011-01-01"), "period_end_on": DAY("2011-12-31")}
    share = imports("CHN", 68.37, **year)
    assert cells(dependency(basis="customs_quantity_share", year=2011), share)["china_share_pct"] == 68.37
    assert cells(dependency(basis="customs_quantity_share", year=2012), share)["china_share_pct"] is None
    half = imports("CHN", 79.6, period_start_on=DAY("2024-01-01"), period_end_on=DAY("2024-06-30"))
    assert cells(dependency(basis="customs_quantity_share", year=2024), half)["china_share_pct"] is None


def test_one_small_named_supplier_proves_neither_top_nor_index() -> None:
    own, lone = dependency(edition="press"), imports("CHN", 30, edition="press")
    assert cells(own, lone) == {**dict.fromkeys(COLUMNS), "china_share_pct": 30.0}


def test_a_broken_run_of_ranks_bounds_the_unnamed_by_the_run() -> None:
    press = {"edition": "customs"}
    found = cells(
        dependency(**press),
        imports("AUS", 40, rank=1, **press),
        imports("IDN", 20, rank=2, **press),
        imports("CHN", 1, rank=9, **press),
    )
    # 39 unnamed in suppliers of at most 20, not of at most 1
    assert found["supplier_hhi_high"] == 1600 + 400 + 1 + 400 + 361
    assert found["top_supplier"] == "AUS"
    assert found["n_suppliers"] is None


def test_a_bound_is_not_a_share() -> None:
    found = cells(dependency(), imports("CHN", 70, 100, rank=1))
    assert found["top_supplier"] == "CHN"
    assert found["china_share_pct"] is None
    assert found["top_supplier_share_pct"] is None
    assert (found["supplier_hhi_low"], found["supplier_hhi_high"]) == (4900.0, 10_000.0)


def test_an_order_without_shares_names_the_top_alone() -> None:
    ranked = [imports(partner, None, rank=place) for place, partner in enumerate(("CHN", "KOR"), 1)]
    found = cells(dependency(), *(Row(r.table, r.key, r.values, r.receipts) for r in ranked))
    assert found == {**dict.fromkeys(COLUMNS), "top_supplier": "CHN", "n_suppliers": 2}


def test_areas_not_elsewhere_specified_may_be_one_supplier() -> None:
    customs = {"edition": "customs"}
    found = cells(
        dependency(**customs),
        imports("OTH", 40, partner_scope="nes", **customs),
        imports("CHN", 35, **customs),
        imports("KOR", 25, **customs),
    )
    assert found["top_supplier"] is None
    assert (found["supplier_hhi_low"], found["supplier_hhi_high"]) == (1850.0, 3450.0)


def test_a_figure_that_a_source_prints_stands() -> None:
    found = cells(dependency(top_supplier="KOR", top_supplier_share_pct=80.0), *GRIT)
    assert (found["top_supplier"], found["top_supplier_share_pct"], found["china_share_pct"]) == ("KOR", 80.0, 77.0)


def test_sources_of_the_shares_are_named() -> None:
    found = filled(dependency(), imports("CHN", 77, rank=1, source_id="another"))
    assert found.values["source_ids"] == ("another", "usgs-mcs-2026")
    assert row("dependencies", importer="USA").text("top_supplier") == ""

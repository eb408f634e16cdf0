"""What the committed raw says of the materials that the projects answer: figures, or the reason why there is none."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.conftest import Rows

RAW = Path(__file__).resolve().parents[2] / "raw"
MATERIALS = (
    "gallium", "germanium", "graphite", "antimony", "rare-earths", "tungsten", "bismuth", "tellurium", "indium", "cobalt",
    "lithium", "nickel", "copper", "magnesium",
)  # fmt: skip


@pytest.mark.parametrize("material", MATERIALS)
def test_the_dependence_of_both_countries_is_told_or_its_absence_is(rows: Rows, material: str) -> None:
    reasons = {(row["key"], row["column"]) for row in rows("null_reasons") if row["table"] == "dependencies"}
    own = [row for row in rows("dependencies") if row["material_id"] == material]
    usa = [row for row in own if row["importer"] == "USA" and row["edition"] == "usgs-mcs-2026"]
    assert {row["year"] for row in usa} == {2021, 2022, 2023, 2024, 2025}
    assert any(row["top_supplier"] and row["supplier_hhi_low"] is not None for row in usa if row["year"] == 2025)
    japan = [row for row in own if row["importer"] == "JPN"]
    assert japan
    for row in (*usa, *japan):
        key = "|".join(str(row[part]) for part in ("importer", "material_id", "form", "year", "basis", "edition"))
        for column in ("reliance_low_pct", "china_share_pct", "supplier_hhi_low"):
            assert row[column] is not None or (key, column) in reasons


def test_every_listed_material_has_a_row_for_the_united_states_and_each_of_japans_list_for_japan(rows: Rows) -> None:
    told = {(row["importer"], row["material_id"]) for row in rows("dependencies")}
    for row in rows("material_listings"):
        if row["list_id"] != "us-critical-minerals-2022":
            assert ("USA", row["material_id"]) in told
        if row["list_id"] == "jp-specified-critical-products":
            assert ("JPN", row["material_id"]) in told


def _coded(table: str, mark: str) -> list[dict[str, str]]:
    with (RAW / "statistics" / "usgs-mcs-2026" / f"{table}.csv").open(encoding="utf-8") as lines:
        return [row for row in csv.DictReader(lines) if mark in row["locator"]]


def test_every_row_of_figure_2_is_published_as_printed_or_stands_in_a_conflict(rows: Rows) -> None:
    printed = _coded("dependencies", "Fig2")
    assert sorted(int(row["locator"].split()[-1]) for row in printed) == list(range(1, 69))
    published = {(row["material_id"], row["form"], row["edition"], row["year"]): row for row in rows("dependencies")}
    rivals = {
        row["key"]: row["conflict_id"]
        for row in rows("conflicts")
        if row["table"] == "dependencies" and row["column"] == "reliance_high_pct"
    }
    values = {(row["conflict_id"], row["value"]) for row in rows("conflict_values")}
    apart = []
    for row in printed:
        found = published[row["material_id"], row["form"], row["edition"], int(row["year"])]
        if f"{found['reliance_high_pct']:g}" != row["reliance_high_pct"]:
            key = f"USA|{row['material_id']}|{row['form']}|2025|usgs_net_reliance|usgs-mcs-2026"
            assert (rivals[key], row["reliance_high_pct"]) in values
            apart.append(row["material_id"])
    assert apart == ["dimension-stone"]


def test_disagreements_inside_the_edition_are_told(rows: Rows) -> None:
    """Titanium concentrates: 88 in figure 2 and the commodity's own table, 86 in figure 3; the repeated one is chosen."""
    (row,) = [
        row
        for row in rows("dependencies")
        if (row["material_id"], row["form"], row["year"], row["edition"])
        == ("titanium", "concentrate", 2025, "usgs-mcs-2026")
    ]
    assert (row["reliance_low_pct"], row["top_supplier"], row["n_suppliers"]) == (88.0, "ZAF", 4)
    (conflict,) = [
        row
        for row in rows("conflicts")
        if row["key"].startswith("USA|titanium|concentrate|2025|") and row["column"] == "reliance_high_pct"
    ]
    assert (conflict["chosen_value"], conflict["rule"]) == ("88", "places")
    grit = {
        row["edition"]: row for row in rows("dependencies") if row["form"] == "diamond_grit_all" and row["year"] == 2024
    }
    assert {edition: row["reliance_low_pct"] for edition, row in grit.items()} == {
        "usgs-mcs-2025": 47.0, "usgs-mcs-2026": 49.0,
    }  # fmt: skip


def test_figure_3_stands_beside_the_commodity_tables(rows: Rows) -> None:
    assert len(_coded("import_sources", "Fig3")) == 165
    nickel = [row for row in rows("import_sources") if row["material_id"] == "nickel" and row["importer"] == "USA"]
    assert {row["partner"]: row["share_low_pct"] for row in nickel if row["form"] == "total"}["CAN"] == 44.0


def test_chinas_share_of_synthetic_diamond_is_disputed_by_scope_and_is_no_natural_diamond(rows: Rows) -> None:
    """Above 95 and up to 90 of the world's grit stand against each other; 63 is of another scope and stands apart."""
    share = {
        (row["form"], row["stage"]): (row["share_low_pct"], row["share_high_pct"])
        for row in rows("material_production")
        if (row["material_id"], row["country"], row["edition"]) == ("synthetic-diamond", "CHN", "press")
    }
    assert share == {("synthetic_grit", "synthetic"): (95.0, 100.0), ("total", "capacity"): (63.0, 63.0)}
    told = {
        row["conflict_id"]: row["column"]
        for row in rows("conflicts")
        if row["key"] == "synthetic-diamond|synthetic_grit|CHN||synthetic|press"
    }
    values = {(told[row["conflict_id"]], row["value"]) for row in rows("conflict_values") if row["conflict_id"] in told}
    assert values == {
        ("share_low_pct", "95"),
        ("share_low_pct", "0"),
        ("share_high_pct", "100"),
        ("share_high_pct", "90"),
    }
    assert all(
        row["stage"] != "mine" for row in rows("material_production") if row["material_id"] == "synthetic-diamond"
    )

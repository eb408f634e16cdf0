"""News as it is usually written, from the file to the rows that a reader is shown.

The texts in `news/` are invented for the tests, whatever firms they name; so is every figure in them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kakehashi.explain import Background, background, explain

NEWS = Path(__file__).parent / "news"
Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def known() -> Background:
    return background()


@pytest.fixture(scope="module")
def told(known: Background) -> Callable[[str], Tables]:
    def tell(name: str) -> Tables:
        return explain(str(NEWS / name), known)["tables"]  # type: ignore[no-any-return]

    return tell


def project(tables: Tables, state: str) -> dict[str, Any]:
    return next(row for row in tables["projects"] if row["admin1"] == state)


def sums(tables: Tables, of: dict[str, Any] | None) -> set[tuple[str, int]]:
    wanted = of["project_id"] if of else None
    return {(row["kind"], row["high"] or row["low"]) for row in tables["amounts"] if row["project_id"] == wanted}


def parties(tables: Tables, of: dict[str, Any]) -> set[tuple[str, str | None]]:
    return {(row["org_id"], row["role"]) for row in tables["participants"] if row["project_id"] == of["project_id"]}


def materials(tables: Tables) -> set[str]:
    return {row["material_id"] for row in tables.get("project_materials", [])}


def test_a_headline_in_capitals_names_no_plant(told: Callable[[str], Tables]) -> None:
    tables = told("film_plant_en.txt")
    plant = project(tables, "US-SC")
    assert "Million" not in plant["name"]
    assert (plant["stage"], plant["cost_original_high"]) == ("announced", 310_000_000)
    assert {("sumitomo-corporation", "equity_investor"), ("mizuho-bank", "lender")} <= parties(tables, plant)
    assert "lithium" not in materials(tables)


def test_a_bank_s_release_with_firms_of_two_languages(told: Callable[[str], Tables]) -> None:
    tables = told("mine_loan_en.txt")
    (mine,) = tables["projects"]
    assert sums(tables, mine) == {
        ("financing", 420_000_000), ("financing", 700_000_000), ("project_cost", 1_400_000_000),
    }  # fmt: skip
    assert {("jbic", "lender"), ("smtb", "lender"), ("nexi", "insurer"), ("mitsui", "offtaker")} <= parties(
        tables, mine
    )
    assert not any(row["name"] == "Limited" for row in tables["organizations"])


def test_a_notice_to_the_exchange(told: Callable[[str], Tables]) -> None:
    tables = told("peroxide_notice_ja.txt")
    plant = project(tables, "US-AZ")
    assert (plant["stage"], plant["announced_on"], plant["cost_original_high"]) == (
        "announced", "2026-06-12", 18_000_000_000,
    )  # fmt: skip
    assert {("toa-kasei-america", "developer"), ("obayashi", "contractor"), ("smbc", "lender")} <= parties(
        tables, plant
    )


def test_the_firm_of_the_text_and_the_precious_metals(told: Callable[[str], Tables]) -> None:
    tables = told("recycling_ja.txt")
    plant, older = project(tables, "US-TX"), project(tables, "US-AZ")
    assert parties(tables, older) == {("jx-metals", "developer")}
    assert ("mitsubishi-corporation", "equity_investor") in parties(tables, plant)
    assert materials(tables) == {"copper"}


def test_what_a_firm_is_called_is_not_what_it_makes(told: Callable[[str], Tables]) -> None:
    tables = told("battery_lines_ja.txt")
    plant = project(tables, "US-NC")
    assert ("toyota", "developer") in parties(tables, plant)
    assert plant["cost_original_high"] == 15_200_000_000
    assert not {row["project_id"] for row in tables["projects"]} & {"toyota-us-plants"}


def test_what_goes_on_and_what_is_stopped(told: Callable[[str], Tables]) -> None:
    status = {row["number"]: row["status"] for row in told("notices_ja.txt")["export_controls"]}
    assert status.pop("No. 18 of 2025") == "in_force"
    assert set(status.values()) == {"suspended"}


def test_nothing_is_approved_that_has_not_been(told: Callable[[str], Tables]) -> None:
    tables = told("reactor_site_en.txt")
    plant = project(tables, "US-IN")
    assert "approved" not in (plant["stage"], plant["stage_claimed"])
    assert "backed" not in plant["name"]
    assert sums(tables, plant) == {("project_cost", 24_000_000_000), ("purchase", 1_800_000_000)}
    assert {("bechtel", "contractor"), ("duke", "operator"), ("toshiba", "supplier")} <= parties(tables, plant)


def test_customers_and_suppliers_of_an_old_works(told: Callable[[str], Tables]) -> None:
    tables = told("electrodes_en.txt")
    plant = project(tables, "US-OH")
    assert {
        ("nucor", "offtaker"), ("steel-dynamics", "offtaker"), ("seadrift-coke", "supplier"),
        ("kokosing-construction", "contractor"), ("resonac", "developer"),
    } <= parties(tables, plant)  # fmt: skip


def test_three_mills_and_a_takeover(told: Callable[[str], Tables]) -> None:
    tables = told("three_mills_ja.txt")
    costs = {row["admin1"]: row["cost_original_high"] or row["cost_original_low"] for row in tables["projects"]}
    assert costs == {"US-IN": 350_000_000, "US-AR": 1_900_000_000, "US-PA": 1_000_000_000}
    assert sums(tables, None) == {("commitment", 11_000_000_000), ("purchase", 14_100_000_000)}


def test_another_firm_s_smelter_is_not_the_known_mine(told: Callable[[str], Tables]) -> None:
    tables = told("two_candidates_en.txt")
    smelter, magnets = project(tables, "US-AZ"), project(tables, "US-OK")
    assert smelter["project_id"] != "copper-world-arizona"
    assert ("freeport", "developer") in parties(tables, smelter)
    assert sums(tables, magnets) == {("project_cost", 1_500_000_000)}


def test_a_stake_is_sold_to_no_customer(told: Callable[[str], Tables]) -> None:
    tables = told("stake_sold_ja.txt")
    (mine,) = tables["projects"]
    assert ("purchase", 350_000_000) in sums(tables, mine)
    assert ("marubeni", "equity_investor") in parties(tables, mine)
    assert ("lundin-mining", "operator") in parties(tables, mine)


def test_a_town_behind_its_country(told: Callable[[str], Tables]) -> None:
    tables = told("cable_plant_en.txt")
    plant = project(tables, "US-TX")
    assert (plant["city"], plant["announced_on"]) == ("Corsicana", "2026-02-03")
    assert ("revenue", 4_700_000_000_000) in sums(tables, None)


def test_letters_of_intent_bind_nobody(told: Callable[[str], Tables]) -> None:
    tables = told("lng_letters_ja.txt")
    (lng,) = tables["projects"]
    assert lng["project_id"] == "alaska-lng"
    assert {("tokyo-gas", "interested"), ("jera", "interested"), ("glenfarne", "developer")} == parties(tables, lng)


def test_a_numbered_list_of_what_is_under_review(told: Callable[[str], Tables]) -> None:
    tables = told("under_review_en.txt")
    assert {row["stage"] for row in tables["projects"]} == {"listed_interest"}
    assert {row["admin1"] for row in tables["projects"]} == {"US-MI", "US-LA", "US-TX", "US-VA"}
    assert {row["kind"] for row in tables["amounts"] if row["project_id"]} == {"business_scale"}


def test_a_rival_s_mine_keeps_its_cost(told: Callable[[str], Tables]) -> None:
    tables = told("lithium_pause_en.txt")
    mine = project(tables, "US-NC")
    assert (mine["city"], mine["stage"]) == ("Kings Mountain", "suspended")
    assert ("project_cost", 1_300_000_000) in sums(tables, mine)
    assert ("project_cost", 1_200_000_000) not in sums(tables, mine)
    assert ("financing", 90_000_000) in sums(tables, mine)
    assert ("panasonic-energy", "offtaker") in parties(tables, mine)


def test_who_buys_from_the_venture_not_from_its_owner(told: Callable[[str], Tables]) -> None:
    tables = told("glass_cloth_en.md")
    venture = project(tables, "US-TN")
    assert {("eastman", "equity_investor"), ("nitto-boseki", "equity_investor"), ("nvidia", "interested")} <= parties(
        tables, venture
    )
    assert venture["cost_original_high"] == 220_000_000


def test_a_year_s_investment_is_no_project_s_cost(told: Callable[[str], Tables]) -> None:
    tables = told("foil_study_ja.txt")
    plant = project(tables, "US-AZ")
    assert (plant["stage"], plant["stage_claimed"]) == ("reported", "reported")
    assert plant["cost_original_high"] is None
    assert sums(tables, None) == {("commitment", 50_000_000_000)}


def test_an_investment_from_a_ministry_is_no_cost(told: Callable[[str], Tables]) -> None:
    tables = told("gallium_circuit_en.txt")
    plant = project(tables, "US-LA")
    assert sums(tables, plant) == {("financing", 150_000_000), ("project_cost", 450_000_000)}
    assert plant["stage_claimed"] == "announced"
    assert "gallium" in materials(tables)


def test_a_release_in_polite_japanese(told: Callable[[str], Tables]) -> None:
    tables = told("turbine_release_ja.txt")
    (plant,) = tables["projects"]
    assert (plant["admin1"], plant["sector"], plant["cost_original_high"]) == ("US-GA", "power_equipment", 700_000_000)
    assert {("mitsubishi-power-americas", "developer"), ("mhi", "parent"), ("nextera", "offtaker")} <= parties(
        tables, plant
    )
    assert sums(tables, None) == {("commitment", 270_000_000_000)}


def test_each_firm_of_a_row_is_that_of_its_own_project(told: Callable[[str], Tables]) -> None:
    tables = told("third_batch_ja.txt")
    builders = {
        row["admin1"]: {org for org, role in parties(tables, row) if role == "developer"} for row in tables["projects"]
    }
    assert builders["US-PA"] == {"hitachi-energy"}
    assert builders["US-OK"] == {"ega"}
    assert not builders["US-LA"] and not builders["US-TX"]
    assert {row["stage"] for row in tables["projects"]} == {"approved"}


def test_a_rumour_of_another_firm_in_a_county_s_minutes(told: Callable[[str], Tables]) -> None:
    tables = told("county_minutes_en.txt")
    (plant,) = tables["projects"]
    assert plant["stage"] == "under_construction"
    assert parties(tables, plant) == {("hitachi-energy", "developer"), ("gilbane-building", "contractor")}


def test_more_of_a_product_without_a_word_for_the_works(told: Callable[[str], Tables]) -> None:
    tables = told("tripled_output_en.txt")
    (plant,) = tables["projects"]
    assert (plant["sector"], plant["stage_claimed"]) == ("critical_materials", "announced")
    assert ("project_cost", 48_000_000) in sums(tables, plant)
    assert {("wolfspeed", "offtaker"), ("coherent", "offtaker"), ("toyo-tanso-usa", "developer")} <= parties(
        tables, plant
    )


def test_a_bank_s_board_decides_on_no_mine(told: Callable[[str], Tables]) -> None:
    tables = told("letter_of_interest_en.txt")
    (mine,) = tables["projects"]
    assert mine["stage_claimed"] == "under_construction"
    assert {figure for kind, figure in sums(tables, mine) if kind == "financing"} == {
        120_000_000, 2_000_000_000, 59_000_000, 255_000_000,
    }  # fmt: skip
    assert materials(tables) >= {"antimony", "gold"}


def test_the_same_firm_in_another_town_is_another_project(told: Callable[[str], Tables]) -> None:
    tables = told("other_town_en.txt")
    assert "ports-technology-campus" not in {row["project_id"] for row in tables["projects"]}
    assert {row["cost_original_high"] for row in tables["projects"]} == {3_000_000_000}


def test_what_is_subsidised_is_a_part_of_the_cost(told: Callable[[str], Tables]) -> None:
    tables = told("pilot_line_ja.txt")
    pilot, plant = project(tables, "JP-12"), project(tables, "US-NC")
    assert sums(tables, pilot) == {("project_cost", 21_300_000_000), ("financing", 7_100_000_000)}
    assert sums(tables, plant) == {("project_cost", 100_000_000_000)}


def test_a_ministry_that_publishes_a_list_builds_no_mine(told: Callable[[str], Tables]) -> None:
    tables = told("tungsten_list_en.txt")
    (mine,) = tables["projects"]
    assert parties(tables, mine) == {("guardian-metal", "developer")}
    assert mine["cost_original_high"] is None
    (control,) = tables["export_controls"]
    assert (control["number"], control["effective_on"], control["status"]) == (
        "No. 10 of 2025",
        "2025-02-04",
        "in_force",
    )


def test_a_page_of_the_trade_press(told: Callable[[str], Tables]) -> None:
    tables = told("film_en.html")
    plant = next(row for row in tables["projects"] if row["city"] == "Casa Grande")
    assert (plant["admin1"], plant["sector"], plant["announced_on"]) == ("US-AZ", "semiconductors", "2026-06-18")
    assert sums(tables, plant) >= {("project_cost", 26_000_000_000)}
    assert "US-IL" not in {row["admin1"] for row in tables["projects"]}


def test_a_tracker_s_table_by_hand(told: Callable[[str], Tables]) -> None:
    tables = told("where_they_stand_en.md")
    sectors = {row["project_id"]: row["sector"] for row in tables["projects"]}
    assert sectors["texas-gulflink"] == "oil_gas"
    assert {"portsmouth-gas-power", "element-six-georgia-diamond", "nextera-texas-gas"} < set(sectors)
    assert not sums(tables, None)

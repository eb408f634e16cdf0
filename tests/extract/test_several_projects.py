"""Several projects in one English text: what opens another one, whose it is, and which sums are whose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines.extract.reading import Reading

ReadText = Callable[[str], Reading]


def places(read: Reading) -> list[str]:
    """Town or state of each project, in the order of the text."""
    return [str(one.city or one.admin1) for one in read.projects]


def amounts(read: Reading) -> set[tuple[float, str]]:
    """Figure and kind of every sum."""
    return {
        (float(str((claim.cells.get("high") or claim.cells["low"]).value)), str(claim.cells["kind"].value))
        for claim in read.claims
        if claim.table == "amounts"
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Tessera Cloud will build a data center campus in Milam County, Texas, for $4 billion. Work has begun. "
            "Norwood Compute will build Longhorn, in Jones County, Texas, for $9 billion.",
            ["US-TX", "US-TX"],
        ),
        (
            "Kuroda Magnetics is building a magnet plant in Sumter, South Carolina, for $180 million. It opens in 2027. "
            "Ardent Alloys runs a plant of its own at Danville, Virginia, and is spending $20 million on it.",
            ["Sumter", "Danville"],
        ),
        (
            "Two battery plants are going up. Sanjo Cells is building a battery plant in Dayton, Ohio, for $2 billion. "
            "Redpoint Energy will build a battery plant in Macon, Georgia, for $1 billion.",
            ["Dayton", "Macon"],
        ),
        (
            "Sanjo Cells will build a battery plant in Dayton, Ohio, for $2 billion. "
            "The Ohio plant will open in 2028. The plant will employ 900.",
            ["Dayton"],
        ),
    ],
)
def test_another_firm_or_another_place_opens_another_project(read_text: ReadText, text: str, found: list[str]) -> None:
    assert sorted(places(read_text(text))) == sorted(found)


def test_a_place_that_heads_a_paragraph_parts_the_projects(read_text: ReadText) -> None:
    text = (
        "Three deals.\n\nNolans, Northern Territory. Carrow Metals will build a nickel mine for $1.2 billion.\n\n"
        "Kabanga, Tanzania. Lifton Metals wants $942 million for the nickel mine."
    )
    assert sorted(places(read_text(text))) == ["Kabanga", "Nolans"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Sanjo Cells will build a battery plant in Dayton, Ohio, for $2 billion. JBIC signed a loan of $300 million. "
            "Other lenders joined, so that the whole comes to $800 million.",
            (800e6, "financing"),
        ),
        (
            "Sanjo Cells will build a battery plant in Dayton, Ohio, for $2 billion. "
            "Sanjo, which spent $7 billion on plants last year, will take the output.",
            (7e9, "commitment"),
        ),
        (
            "Sanjo Cells bought Harrow's battery plant in Dayton, Ohio, for $2 billion. It will be enlarged by 2028.",
            (2e9, "purchase"),
        ),
    ],
)
def test_what_is_no_cost_of_a_plant(read_text: ReadText, text: str, expected: tuple[float, str]) -> None:
    found = amounts(read_text(text))
    assert expected in found
    assert (expected[0], "project_cost") not in found


def test_the_word_of_a_body_means_the_one_named(read_text: ReadText) -> None:
    text = (
        "Carrow Metals and the Department of Energy agreed on a magnet plant in Sumter, South Carolina, in July. "
        "The Department will take all of its magnets for ten years."
    )
    orgs = {str(one.cells["org_id"].value) for one in read_text(text).claims if one.table == "participants"}
    assert any("energy" in one for one in orgs)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "Sanjo Cells will build a battery plant in Dayton, Ohio, for $2 billion. Ausgard designs the plant.",
            "Ausgard",
        ),
        (
            "Sanjo Cells will build a battery plant in Dayton, Ohio, for $2 billion. "
            "Harbor & Pike Building is the general contractor.",
            "Harbor & Pike Building",
        ),
        ("Sanjo Cells bought OKR's battery plant in Dayton, Ohio, for $2 billion.", "OKR"),
    ],
)
def test_who_acts_on_a_plant_is_a_firm(read_text: ReadText, text: str, name: str) -> None:
    named = {one.name for one in read_text(text).organizations}
    assert name in named


@pytest.mark.parametrize(
    "text",
    [
        "Sanjo Cells will build a battery plant in Dayton, Ohio, for $2 billion. Fully built, the plant makes 9 GWh.",
        "Sanjo Cells will build a battery plant in Dayton, Ohio, for $2 billion. Local estimates start at $3 billion.",
    ],
)
def test_an_adverb_or_adjective_is_no_firm(read_text: ReadText, text: str) -> None:
    named = {one.name for one in read_text(text).organizations}
    assert not named & {"Fully", "Local"}


def test_what_stands_beside_a_plant_is_another_project_in_its_place(read_text: ReadText) -> None:
    text = (
        "Norwood Energy will build two SMR-200 reactors beside the old Barton nuclear plant in Covert Township, Michigan. "
        "Together they would give 400 megawatts. Ausgard has the order for fuel."
    )
    assert [one.admin1 for one in read_text(text).projects] == ["US-MI"]


def test_stages_with_sums_of_their_own_are_projects_of_their_own(read_text: ReadText) -> None:
    """Two stages with a sum each are two projects; a third undertaking's own first stage is none of them."""
    read = read_text(
        "Minera Andes is building a lithium plant at Cauchari, in Argentina's Jujuy province. "
        "The first stage, which cost $300 million, is running. "
        "The second stage of 20,000 tonnes a year is to cost $450 million and will be ready in 2028."
    )
    assert len(read.projects) == _PAIR


def test_stages_that_only_have_dates_are_one_project(read_text: ReadText) -> None:
    """A plant that opens in two phases stays one project."""
    read = read_text(
        "Kuroda Magnetics is building a magnet plant in Sumter, South Carolina, for $180 million. "
        "The first phase opens in 2027. The second phase follows in 2029."
    )
    assert len(read.projects) == 1


def test_the_sum_of_both_phases_is_nobodys_cost(read_text: ReadText) -> None:
    """What two phases cost together is no project's cost."""
    read = read_text(
        "Tessera Bio will invest $700 million in an antibody plant at Wilson, North Carolina. "
        "The expansion adds four bioreactors of 20,000 liters each. "
        "Together with the first phase, the outlay comes to $1.9 billion. "
        "The first phase, a $1.2 billion investment, was announced in 2021."
    )
    assert len(read.projects) == _PAIR
    tied = {
        float(str(claim.cells["high"].value))
        for claim in read.claims
        if claim.table == "amounts"
        and str((claim.cells.get("project_id") and claim.cells["project_id"].value) or "")
        and claim.cells.get("high") is not None
    }
    assert 1_900_000_000.0 not in tied


_PAIR = 2


def test_another_plant_of_the_firm_with_town_and_capacity(read_text: ReadText) -> None:
    """A sister plant of which a text tells the town and the capacity is a project, without a sum or a step."""
    read = read_text(
        "Ardent Cells is building a battery plant in Sumter, South Carolina, for $900 million. "
        "Ardent's other American plant, at Sparks, Nevada, has lines good for some 41 gigawatt-hours a year."
    )
    assert places(read) == ["Sumter", "Sparks"]


def test_a_plant_abroad_lies_in_its_own_town(read_text: ReadText) -> None:
    """The sister plant in Denmark does not lie in the town of the dateline."""
    read = read_text(
        "HOLLY SPRINGS, N.C. - Tessera Bio will invest $700 million in an antibody plant at Holly Springs. "
        "The company also runs the sister site in Hillerod, Denmark, where an expansion worth $1.6 billion "
        "is under construction. Holly Springs is laid out as its twin."
    )
    assert places(read) == ["Holly Springs", "Hillerod"]

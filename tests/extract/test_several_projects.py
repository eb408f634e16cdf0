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

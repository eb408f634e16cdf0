"""Whole documents. Those in `documents/` are invented for the tests; so is every figure in them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.extract.lexicon import Lexicon
from pipelines.extract.reading import Reading, read_document
from pipelines.records import Document, Paragraph, Source
from tests.conftest import ROOT, SHARED

ReadFile = Callable[[str | Path], Reading]
ReadText = Callable[[str], Reading]


def table(reading: Reading, name: str) -> list[dict[str, Any]]:
    return [
        {**{column: cell.value for column, cell in claim.cells.items()}, "modality": claim.modality}
        for claim in reading.claims
        if claim.table == name
    ]


def sums(reading: Reading) -> set[tuple[Any, ...]]:
    return {
        (row["kind"], row.get("project_id"), row.get("high") or row.get("low"), row["currency"])
        for row in table(reading, "amounts")
    }


def parts(reading: Reading) -> set[tuple[Any, ...]]:
    return {(row.get("project_id"), row["org_id"], row.get("role")) for row in table(reading, "participants")}


def test_two_plants_of_one_firm(reading: ReadFile) -> None:
    read = reading("transformer_works.md")
    new, old = table(read, "projects")
    assert (new["admin1"], new["city"], new["capacity_value"], new["capacity_unit"]) == (
        "US-IA",
        "Cedar Rapids",
        120,
        "units/yr",
    )
    assert str(new["announced_on"]) == "2025-11-12"
    assert (old["admin1"], old["city"]) == ("US-SC", "Spartanburg")
    assert ("project_cost", "@p0", 180_000_000, "USD") in sums(read)
    assert ("revenue", None, 310_000_000, "USD") in sums(read)
    assert {
        ("@p0", "smbc", "lender"),
        ("@p0", "@kajima", "contractor"),
        ("@p0", "@cleveland-cliffs", "supplier"),
    } <= parts(read)
    assert ("@p1", "smbc", "lender") not in parts(read)


def test_a_japanese_report(reading: ReadFile) -> None:
    read = reading("battery_georgia_ja.txt")
    georgia = table(read, "projects")[0]
    assert (georgia["admin1"], georgia["city"], georgia["capacity_unit"]) == ("US-GA", "コロンバス", "GWh/yr")
    assert ("project_cost", "@p0", 120_000_000_000, "JPY") in sums(read)
    assert {("@p0", "@gs-yuasa", "developer"), ("@p0", "@honda", "offtaker"), ("@p0", "smbc", "lender")} <= parts(read)


def test_a_project_given_up(reading: ReadFile) -> None:
    read = reading("hydrogen_withdrawn_ja.txt")
    assert {row["stage"] for row in table(read, "events")} == {"cancelled"}
    assert all("announced_on" not in row for row in table(read, "projects"))


def test_press_talk_stays_reported(reading: ReadFile) -> None:
    read = reading("third_fab.txt")
    assert {row["stage"] for row in table(read, "events")} == {"reported"}
    assert {row["modality"] for row in table(read, "amounts")} == {"reported"}
    assert {row["modality"] for row in table(read, "participants")} == {"reported"}


def test_another_firms_plant_places_nothing(reading: ReadFile) -> None:
    (project,) = table(reading("magnets.html"), "projects")
    assert (project["admin1"], project["city"]) == ("US-NC", "Benson")


def test_an_export_control_and_uses(reading: ReadFile) -> None:
    read = reading("antimony_mine.md")
    (control,) = table(read, "export_controls")
    assert (control["control_id"], control["measure_type"], control["target_country"]) == (
        "cn-2024-46",
        "export_ban",
        "USA",
    )
    assert {row["use"] for row in table(read, "material_uses")} == {"ammunition", "flame retardants", "batteries"}


def test_talks_that_the_parties_confirm(reading: ReadFile) -> None:
    read = reading("polysilicon_ja.txt")
    assert {(row["stage"], row["evidence"]) for row in table(read, "events")} == {
        ("under_discussion", "party_confirmed")
    }
    (control,) = table(read, "export_controls")
    assert (control["number"], control["status"], control["target_country"]) == ("No. 1 of 2026", "in_force", "JPN")


def test_an_irrelevant_page_gives_nothing(reading: ReadFile) -> None:
    assert reading("bakery.txt").claims == ()


def test_a_pledge_is_no_projects_money(read_text: ReadText) -> None:
    read = read_text(
        "A copper smelter in Arizona\n\nToyota Tsusho will build a copper smelter in Arizona, it said. Japan's $550 billion "
        "investment plan pays nothing towards it. The smelter costs $2 billion.\n"
    )
    assert sums(read) == {
        ("pledge", None, 550_000_000_000, "USD"),
        ("project_cost", "@p0", 2_000_000_000, "USD"),
    }


def test_no_literal_is_longer_than_forty_characters(reading: ReadFile) -> None:
    for name in ("transformer_works.md", "antimony_mine.md", "battery_georgia_ja.txt"):
        for claim in reading(name).claims:
            assert claim.review == "unreviewed"
            assert all(len(cell.literal) <= 40 for cell in claim.cells.values())


SEED = SHARED / "seed"


@pytest.mark.skipif(not SEED.exists(), reason="the shared folder is absent")
def test_the_seed(reading: ReadFile) -> None:
    read = reading(next(SEED.glob("*.txt")))
    projects = {row["sector"]: row["project_id"] for row in table(read, "projects")}
    assert set(projects) == {"critical_materials", "power_generation", "data_center"}
    assert sums(read) == {("pledge", None, 550_000_000_000, "USD")}
    assert table(read, "amounts")[0]["program_id"] == "us-japan-550bn"
    stages = {row["project_id"]: row["stage"] for row in table(read, "events")}
    assert stages[projects["critical_materials"]] in ("reported", "under_discussion")
    assert stages[projects["power_generation"]] == "under_discussion"
    named = {(row.get("project_id"), row["org_id"]) for row in table(read, "participants")}
    assert (projects["critical_materials"], "element-six") in named
    assert (projects["critical_materials"], "de-beers", "parent") in parts(read)
    assert (projects["power_generation"], "hitachi") in named
    assert (projects["data_center"], "softbank-group") in named
    assert {(row["owner_org_id"], row["owned_org_id"]) for row in table(read, "ownership")} == {
        ("de-beers", "element-six")
    }
    programme = {
        (row["org_id"], row["instrument"])
        for row in table(read, "participants")
        if row.get("program_id") == "us-japan-550bn"
    }
    assert programme == {(org, i) for org in ("jbic", "nexi") for i in ("equity", "loan", "loan_guarantee")}
    uses = table(read, "material_uses")
    assert {
        "semiconductor polishing",
        "heat dissipation",
        "metal working for quantum devices",
        "ammunition",
        "radar",
    } <= {row["use"] for row in uses}
    assert all(row["dual_use"] is True and row["material_id"] == "synthetic-diamond" for row in uses)
    (share,) = table(read, "material_production")
    assert (share["country"], share["share_low_pct"], share["quantity_code"], share["stage"]) == (
        "CHN",
        50.0,
        "bounded",
        "synthetic",
    )
    (control,) = table(read, "export_controls")
    assert (control["country"], control["status"]) == ("CHN", "unknown")
    assert not {org for _, org in named} & {"reuters", "@Reuters"}
    assert read.organizations == ()


GOLD = SHARED / "acceptance" / "documents"


@pytest.mark.slow
@pytest.mark.skipif(not GOLD.exists(), reason="the shared folder is absent")
def test_the_public_documents_pass_their_scorer(tmp_path: Path) -> None:
    documents = sorted(map(str, (GOLD / "docs").iterdir()))
    command = [sys.executable, "-m", "kakehashi.cli", "explain", "--json", *documents]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert all(json.loads(line) for line in told.stdout.splitlines())
    (tmp_path / "explain.jsonl").write_text(told.stdout, encoding="utf-8")
    scorer = [
        sys.executable,
        str(GOLD / "score.py"),
        "--gold",
        str(GOLD / "gold"),
        str(tmp_path / "explain.jsonl"),
        "-v",
    ]
    scored = subprocess.run(scorer, capture_output=True, text=True, check=False)
    assert scored.returncode == 0, scored.stdout


def test_a_document_that_breaks_the_reader_says_nothing_and_why(
    lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("pipelines.extract.reading.annotate_document", fail)
    document = Document("inbox/x.txt", Source("x"), None, (Paragraph(1, "A plant."),))
    reading = read_document(document, lexicon)
    assert (reading.claims, reading.failure) == ((), "RecursionError: too deep")


def test_numbers_before_paragraphs_are_no_quantities(lexicon: Lexicon) -> None:
    assert not lexicon.measures.find("１．概要", japanese=True)

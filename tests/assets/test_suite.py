"""The suite over the release as a whole: each expectation can fail, and runs the same wherever it runs."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines.publish import suite_process
from pipelines.publish.expectations import expectation_results
from pipelines.publish.suite import SUITE
from pipelines.publish.suite_process import SuiteProcess
from schemas.contract import TABLES, frame
from tests.assets.stub import empty_tables, source

DAY = dt.date(2026, 3, 4)


def _project(**cells: Any) -> dict[str, Any]:
    row = {
        "project_id": "a-plant",
        "name": "A plant",
        "country": "USA",
        "stage": "reported",
        "stage_claimed": "reported",
    }
    return row | {"review": "accepted", "n_sources": 1, "n_witnesses": 1, "n_conflicts": 0} | cells


def _amount(**cells: Any) -> dict[str, Any]:
    row = {"amount_id": "a1", "kind": "project_cost", "currency": "USD", "high": 5, "usd_high": 5}
    return row | {"modality": "asserted", "n_witnesses": 1, "source_id": "example-2026", "review": "accepted"} | cells


def _statement(number: int) -> dict[str, Any]:
    row = {"statement_id": f"s{number}", "subject_kind": "project", "subject_id": "a-plant", "property": "stage"}
    row |= {"value": "reported", "value_type": "text", "source_id": "example-2026", "locator": "p1", "chosen": False}
    return row | {"modality": "asserted", "method": "curated", "review": "accepted"}


def _share(table: str, country: str, **cells: Any) -> dict[str, Any]:
    row = {
        "material_id": "gallium",
        "form": "metal",
        "edition": "example-2026",
        "source_id": "example-2026",
        "locator": "p1",
    }
    if table == "material_production":
        row |= {"country": country, "year": 2025, "stage": "refinery"}
    else:
        row |= {"importer": "JPN", "partner": country, "period_start_on": DAY, "period_end_on": DAY, "measure": "value"}
    return row | {"share_low_pct": 60.0, "share_high_pct": 60.0} | cells


def _dependence(**cells: Any) -> dict[str, Any]:
    row = {"importer": "JPN", "material_id": "gallium", "form": "metal", "year": 2025, "basis": "usgs_net_reliance"}
    return row | {"edition": "example-2026", "reliance_code": "exact", "origin": "printed", "estimated": False} | cells


BROKEN: dict[str, dict[str, list[dict[str, Any]]]] = {
    "projects-stage-in-codelist": {"projects": [_project(stage="nearly_there")]},
    "projects-cost-not-negative": {"projects": [_project(cost_usd_high=-1)]},
    "projects-cost-below-a-trillion": {"projects": [_project(cost_usd_high=10**12)]},
    "projects-placed-or-explained": {"projects": [_project(country=None)]},
    "projects-stage-not-ahead-of-claims": {"projects": [_project(stage="approved", stage_evidence="two_witnesses")]},
    "projects-stage-has-evidence": {
        "projects": [_project(stage="operating", stage_claimed="operating", stage_evidence="single_witness")]
    },
    "projects-stage-evidence-named": {"projects": [_project(stage="approved", stage_claimed="approved")]},
    "projects-names-differ": {"projects": [_project(), _project(project_id="b-plant")]},
    "projects-cost-in-dollars": {
        "projects": [_project(cost_usd_high=550), _project(project_id="b", cost_usd_high=33), _project(project_id="c")]
    },
    "projects-have-parties": {"projects": [_project()]},
    "amounts-dollars-as-printed": {"amounts": [_amount(usd_high=6)]},
    "amounts-yen-rate-plausible": {"amounts": [_amount(currency="JPY", fx_rate=150, usd_high=750)]},
    "amounts-interest-apart": {"amounts": [_amount(kind="business_scale", sum_set="cost")]},
    "amounts-contingent-apart": {"amounts": [_amount(instrument="insurance", sum_set="finance_committed")]},
    "totals-pledge-covers-commitments": {
        "programs": [{"program_id": "p", "name": "P"}],
        "totals": [
            {"scope": "p", "sum_set": "pledge", "n": 1, "n_open": 0, "high_usd": 5},
            {"scope": "p", "sum_set": "finance_committed", "n": 1, "n_open": 0, "high_usd": 6},
        ],
    },
    "receipts-cover-every-column": {"projects": [_project()]},
    "sources-there": {"sources": []},
    "sources-have-addresses": {"sources": [source(url=None), source("b"), source("c", url=None)]},
    "sources-every-quarter": {"sources": [source(published_on=DAY), source("b", published_on=dt.date(2024, 3, 4))]},
    "collections-state-licence": {"sources": [source(reader="tables-1")]},
    "statements-used": {"statements": [_statement(number) for number in range(6)]},
    "files-readable": {
        "quarantine": [
            {"item_id": "q1", "source_path": "inbox/a.pdf", "stage": "ingest", "reason_code": "no_text", "reason": "empty"}
        ]
    },
    "dependencies-every-year": {
        "sources": [source(reader="tables-1", publisher_kind="statistics")],
        "dependencies": [_dependence(), _dependence(year=2021)],
    },
    "dependencies-net-exporter-open": {
        "dependencies": [_dependence(reliance_code="net_exporter", reliance_low_pct=10.0)]
    },
    "production-shares-add-up": {
        "material_production": [_share("material_production", "CHN"), _share("material_production", "JPN")]
    },
    "production-from-year-to-year": {
        "material_production": [
            _share("material_production", "CHN", year=year, unit="t", quantity_high=quantity)
            for year, quantity in ((2023, 600), (2024, 650), (2025, 650_000))
        ]
    },
    "import-shares-add-up": {"import_sources": [_share("import_sources", "CHN"), _share("import_sources", "KOR")]},
    "exposures-quote-dependencies": {
        "dependencies": [_dependence(china_share_pct=90.0)],
        "project_exposures": [
            {
                "project_id": "a-plant", "material_id": "gallium", "form": "metal", "importer": "JPN", "relation": "refines",
                "dependence_year": 2025, "basis": "usgs_net_reliance", "edition": "example-2026", "china_share_pct": 91.0,
            }
        ],
    },
}  # fmt: skip
"""Expectation -> rows that make it fail."""


def _results(tables: dict[str, pd.DataFrame]) -> dict[str, dict[str, Any]]:
    return {row["check_id"]: row for row in expectation_results(tables)}


def test_each_expectation_has_a_fixture_that_fails_it() -> None:
    assert list(BROKEN) == [expectation.check_id for expectation in SUITE]


@pytest.mark.parametrize("check_id", BROKEN)
def test_a_broken_release_fails_it(check_id: str) -> None:
    row = _results(empty_tables(**BROKEN[check_id]))[check_id]
    assert not row["passed"]
    assert row["value"] is not None
    assert (row["value"] > row["threshold"]) == (row["threshold"] == 0.0)


def test_a_right_release_passes_all() -> None:
    project = _project(
        stage="approved", stage_claimed="operating", stage_evidence="primary_document", cost_usd_high=5_000_000_000
    )
    named = [
        column.name for column in TABLES["projects"].columns if column.meaning.receipted and not column.meaning.key
    ]
    amount = _amount(kind="business_scale", sum_set="interest", fx_rate="0.0067", currency="JPY", usd_high=None)
    tables = empty_tables(
        projects=[project],
        participants=[
            {"participant_id": "a", "project_id": "a-plant", "org_id": "f", "role": "operator", "review": "accepted"}
            | {"modality": "asserted", "n_witnesses": 1}
        ],
        dependencies=[_dependence(china_share_pct=90.0)],
        material_production=[_share("material_production", "CHN")],
        import_sources=[_share("import_sources", "CHN"), _share("import_sources", "KOR", share_low_pct=40.0)],
        statements=[_statement(1) | {"chosen": True}],
    )
    del amount["fx_rate"]
    tables["amounts"] = frame("amounts", [amount])
    receipts = [
        {"table": name, "key": key, "column": column, "input_no": 1, "source_id": "example-2026"}
        for name, key, columns in (
            ("projects", "a-plant", named),
            ("participants", "a", [column.name for column in TABLES["participants"].columns]),
            ("amounts", "a1", [column.name for column in TABLES["amounts"].columns]),
            (
                "dependencies", "JPN|gallium|metal|2025|usgs_net_reliance|example-2026",
                [column.name for column in TABLES["dependencies"].columns],
            ),
        )
        for column in columns
    ]  # fmt: skip
    tables["receipts"] = frame("receipts", receipts)
    assert [row for row in _results(tables).values() if not row["passed"]] == []


def test_an_empty_release_has_nothing_to_measure_and_only_lacks_a_source() -> None:
    tables = {name: frame(name, ()) for name in TABLES}
    results = _results(tables)
    assert [name for name, row in results.items() if not row["passed"]] == ["sources-there"]
    assert results["projects-have-parties"]["value"] is None
    assert results["projects-cost-in-dollars"]["value"] is None


def test_what_is_known_of_each_year_passes() -> None:
    productions = [
        _share("material_production", "CHN", year=year, unit=unit, quantity_high=quantity, share_low_pct=None)
        # A new unit, a year left out and nothing produced are no change from the year before.
        for year, unit, quantity in ((2021, "t", 500), (2022, "kg", 500_000), (2024, "t", 9000), (2025, "t", 0))
    ]
    results = _results(
        empty_tables(
            sources=[
                source(reader="tables-1", publisher_kind="statistics", published_on=DAY),
                source("b", published_on=dt.date(2025, 12, 31)),
                source("c", published_on=None),
            ],
            dependencies=[
                *(_dependence(year=year) for year in (2023, 2024, 2025)),
                # What a report says of single years is no series.
                *(_dependence(year=year, edition="b", basis="ministry_statement") for year in (2009, 2020)),
            ],
            material_production=productions,
            projects=[_project(cost_usd_high=20_000_000), _project(project_id="b", cost_usd_high=5)],
        )
    )
    told = {name: (row["passed"], row["value"]) for name, row in results.items()}
    assert told["sources-every-quarter"] == (True, 1.0)
    assert told["dependencies-every-year"] == (True, 1.0)
    assert told["production-from-year-to-year"] == (True, None)
    assert told["projects-cost-in-dollars"] == (True, 10_000_002.5)


def test_results_are_rows_of_quality() -> None:
    rows = expectation_results(empty_tables())
    table = frame("quality", rows)
    assert len(table) == len(SUITE)
    assert {row["severity"] for row in rows} == {"error", "warning"}
    assert all(row["description"].endswith(".") for row in rows)


def test_the_suite_says_nothing_on_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    expectation_results(empty_tables())
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_another_process_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "great_expectations")
    process = SuiteProcess()
    process.start()
    asked = process._process
    assert asked is not None
    tables = empty_tables(**BROKEN["production-shares-add-up"])
    found = process.ask(tables)()
    monkeypatch.undo()
    assert found == expectation_results(tables)
    assert asked.poll() is not None


def test_a_process_that_dies_is_stood_in_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "great_expectations")
    process = SuiteProcess()
    process.start()
    monkeypatch.undo()
    assert process._process is not None
    process._process.kill()
    tables = empty_tables()
    assert process.ask(tables)() == expectation_results(tables)


def test_a_process_that_is_not_asked_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "great_expectations")
    process = SuiteProcess()
    process.start()
    monkeypatch.undo()
    started = process._process
    assert started is not None
    process.stop()
    assert started.poll() is not None


@pytest.mark.slow
def test_a_killed_build_leaves_no_process_behind(tmp_path: Path) -> None:
    code = (
        "import time; from pipelines.publish.suite_process import SHARED; SHARED.start();"
        "print(SHARED._process.pid, flush=True); time.sleep(60)"
    )
    root = Path(suite_process.__file__).parents[2]
    build = subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, text=True)
    assert build.stdout is not None
    child = int(build.stdout.readline())
    build.kill()
    build.wait()
    build.stdout.close()
    deadline = time.monotonic() + 30
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not Path(f"/proc/{child}").exists()

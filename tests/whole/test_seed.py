"""The article that started the project, dropped bare into an empty inbox."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from pipelines.build import Inputs, build_tables
from pipelines.publish.checks import gate
from tests.conftest import Rows, rows_of


@pytest.fixture(scope="module")
def seed(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    raw = tmp_path_factory.mktemp("raw")
    inbox = raw / "inbox"
    inbox.mkdir()
    for path in (shared / "seed").iterdir():
        shutil.copy(path, inbox)
    return build_tables(Inputs(raw))


@pytest.fixture(scope="module")
def rows(seed: Any) -> Rows:
    return rows_of(seed.tables)


def _participants(rows: Rows, org_id: str) -> list[dict[str, Any]]:
    return [row for row in rows("participants") if row["org_id"] == org_id]


def _project(rows: Rows, sector: str) -> dict[str, Any]:
    (project,) = [row for row in rows("projects") if row["sector"] == sector]
    return project


def test_it_passes_the_gate(seed: Any) -> None:
    assert gate(seed.tables) == ()
    assert seed.n_quarantined == 0


def test_the_programme_with_its_pledge_and_no_other_figure(rows: Rows) -> None:
    (programme,) = rows("programs")
    assert programme["pledged_usd"] == 550_000_000_000
    (amount,) = rows("amounts")
    assert (amount["kind"], amount["low"], amount["currency"], amount["project_id"]) == (
        "pledge",
        550_000_000_000,
        "USD",
        None,
    )
    assert all(row["cost_original_high"] is None for row in rows("projects"))


def test_the_diamond_factory(rows: Rows) -> None:
    project = _project(rows, "critical_materials")
    assert "diamond" in project["name"].lower()
    assert project["country"] == "USA"
    assert project["stage"] in ("reported", "under_discussion")
    assert [row["project_id"] for row in _participants(rows, "element-six")] == [project["project_id"]]
    assert {row["role"] for row in _participants(rows, "de-beers")} == {"parent"}
    assert ("de-beers", "element-six") in {(row["owner_org_id"], row["owned_org_id"]) for row in rows("ownership")}


def test_the_power_and_data_centre_projects(rows: Rows) -> None:
    power, centre = _project(rows, "power_generation"), _project(rows, "data_center")
    assert power["stage"] == "under_discussion", "Hitachi confirmed that it talks"
    assert {row["project_id"] for row in _participants(rows, "hitachi")} == {power["project_id"]}
    assert {row["project_id"] for row in _participants(rows, "softbank-group")} == {centre["project_id"]}


def test_the_two_agencies_finance_the_programme_as_a_whole(rows: Rows) -> None:
    for agency in ("jbic", "nexi"):
        found = _participants(rows, agency)
        assert {(row["program_id"], row["project_id"]) for row in found} == {("us-japan-550bn", None)}
        assert {row["instrument"] for row in found} == {"equity", "loan", "loan_guarantee"}


def test_the_material_and_its_uses(rows: Rows) -> None:
    uses = [row for row in rows("material_uses") if row["material_id"] == "synthetic-diamond"]
    told = " / ".join(row["use"] for row in uses).lower()
    for word in ("semiconductor", "heat", "quantum", "ammunition", "radar"):
        assert word in told
    assert all(row["dual_use"] for row in uses)


def test_china_makes_most_of_it_and_controls_its_export(rows: Rows) -> None:
    (production,) = rows("material_production")
    assert (production["material_id"], production["country"], production["year"]) == ("synthetic-diamond", "CHN", None)
    assert (production["share_low_pct"], production["share_high_pct"]) == (50.0, None)
    assert [row["top_producer"] for row in rows("world_concentration")] == ["CHN"]
    (control,) = rows("export_controls")
    assert (control["country"], control["announced_on"]) == ("CHN", None)
    assert [row["material_id"] for row in rows("export_control_items")] == ["synthetic-diamond"]


def test_a_person_is_no_organisation(rows: Rows) -> None:
    names = " ".join(row["name"].lower() for row in rows("organization_names"))
    assert "takai" not in names
    assert "takaichi" not in names
    assert {row["project_id"] for row in _participants(rows, "reuters")} == set()

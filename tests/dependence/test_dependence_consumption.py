"""A plant's output against what a country uses: only where both weigh one thing; and forms that statistics measure wider."""

from __future__ import annotations

from typing import Any

import pytest
from dependence_sample import DAY, dependency, keyed, row

from pipelines.dependence.consumption import Consumption, consumption_figures, share_of_consumption
from pipelines.dependence.derive import derive
from pipelines.reconcile.choose import Row
from pipelines.records import Source, TableFile
from tests.conftest import Rows

AS_OF = DAY("2026-11-22")
ANNOUNCED = DAY("2025-10-20")


def figures(*rows: dict[str, str], path: str = "statistics/s/consumption.csv") -> tuple[list[Consumption], list[Any]]:
    plain = {
        "importer": "USA", "material_id": "gallium", "form": "metal", "year": "2024", "edition": "s", "quantity": "20000",
        "unit": "kg",
    }  # fmt: skip
    lines = tuple((number, {**plain, **one}) for number, one in enumerate(rows, 2))
    return consumption_figures([TableFile(path, "consumption", "statistics", "0", Source("s"), lines)])


def use(**cells: Any) -> Row:
    return row("project_materials", **{
        "project_id": "plant", "material_id": "gallium", "relation": "produces", "form": "metal", "output_low": 100.0,
        "output_high": 100.0, "output_unit": "t", "per_year": True, "source_id": "press", "modality": "planned", **cells,
    })  # fmt: skip


def share(one: Row, *rows: dict[str, str], form: str = "metal", importer: str = "USA") -> float | None:
    told = share_of_consumption(one, figures(*rows)[0], importer, form, ANNOUNCED)
    return None if told is None else told[0]


def test_output_by_the_year_against_the_latest_year() -> None:
    assert share(use(), {}) == 500.0
    assert share(use(), {"year": "2023", "quantity": "10"}, {}, {"year": "2026", "quantity": "1"}) == 500.0
    assert share(use(), {"unit": "kg (gallium content)"}) == 500.0  # a metal by its content is the metal
    assert share(use(output_unit="t (gross weight)"), {}) == 500.0


@pytest.mark.parametrize(
    "cells",
    [
        {"form": None}, {"form": "oxide"}, {"per_year": False}, {"per_year": None}, {"output_high": 120.0},
        {"output_high": None}, {"output_unit": "ct"}, {"output_unit": "t (Ga2O3 content)"}, {"output_unit": None},
        {"material_id": "germanium"},
    ],
)  # fmt: skip
def test_what_does_not_match_gives_nothing(cells: dict[str, Any]) -> None:
    assert share(use(**cells), {}) is None


@pytest.mark.parametrize("changed", [{"form": "oxide"}, {"importer": "JPN"}, {"year": "2026"}, {"quantity": "0"}])
def test_consumption_of_something_else_gives_nothing(changed: dict[str, str]) -> None:
    assert share(use(), changed) is None


def test_tonnes_of_ammonia_are_no_tonnes_of_nitrogen() -> None:
    plant = use(material_id="ammonia", form="compound", output_low=1_400_000.0, output_high=1_400_000.0)
    of_nitrogen = {"material_id": "ammonia", "form": "compound", "unit": "t (nitrogen content)"}
    assert share(plant, of_nitrogen, form="compound") is None
    assert share(plant, {**of_nitrogen, "unit": "t", "quantity": "14000000"}, form="compound") == 10.0


@pytest.mark.parametrize("bad", [{"quantity": "W"}, {"quantity": "1,000"}, {"unit": "carats"}, {"year": "2024-25"}])
def test_a_row_that_cannot_be_read_is_set_aside(bad: dict[str, str]) -> None:
    found, quarantined = figures(bad, {})
    assert len(found) == 1
    assert [item.row for item in quarantined] == [2]
    assert "expected a plain quantity" in quarantined[0].reason


def test_the_share_stands_in_the_exposure_with_both_receipts() -> None:
    rows = {
        "projects": keyed(row("projects", project_id="plant", announced_on=ANNOUNCED)),
        "project_materials": keyed(use()),
    }
    found = derive(rows, AS_OF, figures({})[0])["project_exposures"]
    usa, japan = (found[f"plant|gallium|metal|{importer}"] for importer in ("USA", "JPN"))
    assert usa.values["output_share_of_consumption_pct"] == 500.0
    assert "output_share_of_consumption_pct" not in japan.values
    assert [receipt.source_id for receipt in usa.receipts["output_share_of_consumption_pct"]] == ["usgs-mcs-2026", "s"]


def test_a_plant_of_synthetic_grit_stands_beside_the_form_that_is_measured() -> None:
    grit = use(material_id="synthetic-diamond", form="synthetic_grit", output_low=None, output_high=None)
    rows = {
        "projects": keyed(row("projects", project_id="plant", announced_on=DAY("2026-02-17"))),
        "project_materials": keyed(grit),
        "dependencies": keyed(dependency()),
    }
    found = derive(rows, AS_OF)["project_exposures"]
    wider = found["plant|synthetic-diamond|diamond_grit_all|USA"]
    assert wider.values["reliance_low_pct"] == 35.0
    assert "which diamond_grit_all contains" in wider.receipts["relation"][0].rule
    assert "reliance_low_pct" not in found["plant|synthetic-diamond|synthetic_grit|USA"].values
    assert "plant|synthetic-diamond|diamond_grit_all|JPN" not in found


def test_the_committed_raw(rows: Rows) -> None:
    exposures = {
        (one["project_id"], one["material_id"], one["form"], one["importer"]): one for one in rows("project_exposures")
    }
    gallium = exposures["alcoa-wagerup-gallium", "gallium", "metal", "USA"]
    assert gallium["output_share_of_consumption_pct"] == pytest.approx(100_000 / 19_000 * 100)
    assert (gallium["dependence_year"], gallium["dependence_year_now"]) == (None, 2025), "announced on no known date"
    ammonia = exposures["blue-point-ammonia", "ammonia", "compound", "USA"]
    assert ammonia["output_share_of_consumption_pct"] is None
    diamond = exposures["element-six-georgia-diamond", "synthetic-diamond", "diamond_grit_all", "USA"]
    assert (diamond["reliance_low_now_pct"], diamond["china_share_now_pct"], diamond["dependence_year_now"]) == (
        35.0,
        77.0,
        2025,
    )
    natural = exposures["element-six-georgia-diamond", "synthetic-diamond", "synthetic_grit", "USA"]
    assert natural["reliance_low_pct"] is None

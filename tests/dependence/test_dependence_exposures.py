"""Exposures of projects, mirror gaps, and the room as a whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dependence_sample import DAY, dependency, imports, keyed, row

from pipelines.dependence.derive import derive
from pipelines.reconcile.choose import Row
from schemas.contract import TABLES

AS_OF = DAY("2026-11-22")
GRIT = "diamond_grit_all"


def project(**cells: Any) -> Row:
    return row("projects", **{"project_id": "plant", "announced_on": DAY("2026-02-17"), **cells})


def use(form: str | None = GRIT, relation: str = "produces", **cells: Any) -> Row:
    return row(
        "project_materials", project_id="plant", material_id="synthetic-diamond", relation=relation, form=form,
        source_id="press", modality="planned", **cells,
    )  # fmt: skip


def control(control_id: str, kind: str, target: str, status: str) -> tuple[Row, Row, Row]:
    return (
        row("export_controls", control_id=control_id, country="CHN", target_country=target, measure_type=kind,
            announced_on=DAY("2025-10-09"), status=status),
        row("export_control_periods", control_id=control_id, seq=1, from_on=DAY("2025-10-09"), to_on=DAY("2026-06-30"),
            status=status),
        row("export_control_items", control_id=control_id, item_no=1, material_id="synthetic-diamond"),
    )  # fmt: skip


def world(
    *uses: Row, plant: Row | None = None, dependencies: tuple[Row, ...] = (dependency(),)
) -> dict[str, dict[str, Row]]:
    controls = [
        control("ban", "export_ban", "USA", "in_force"),
        control("licence", "licence", "ALL", "suspended"),
        control("relief", "suspension", "ALL", "in_force"),
    ]
    return {
        "projects": keyed(plant or project()),
        "project_materials": keyed(*(uses or (use(),))),
        "dependencies": keyed(*dependencies),
        "import_sources": keyed(imports("CHN", 77, rank=1), imports("OTH", 23)),
        "export_controls": keyed(*(rows[0] for rows in controls)),
        "export_control_periods": keyed(*(rows[1] for rows in controls)),
        "export_control_items": keyed(*(rows[2] for rows in controls)),
    }


def exposure(rows: dict[str, dict[str, Row]], form: str = GRIT, importer: str = "USA") -> Row:
    return derive(rows, AS_OF)["project_exposures"][f"plant|synthetic-diamond|{form}|{importer}"]


def test_dependence_and_controls_stand_beside_the_project() -> None:
    found = exposure(world()).values
    assert found["dependence_year"] == 2025
    assert (found["reliance_low_pct"], found["china_share_pct"]) == (35.0, 77.0)
    assert found["controls_at_announcement"] == 1
    assert "controls_now" not in found, "what follows the end of the suspension is not known, and that is no zero"
    assert found["control_ids"] == ("ban", "licence")
    assert found["controls_as_of"] == AS_OF
    assert "output_share_of_consumption_pct" not in found


def test_a_measure_against_one_country_does_not_count_for_the_other() -> None:
    found = exposure(world(), importer="JPN").values
    assert found["controls_at_announcement"] == 0
    assert found["control_ids"] == ("licence",)
    assert "reliance_low_pct" not in found


def test_another_form_shows_no_reliance() -> None:
    found = exposure(world(use("synthetic_grit")), "synthetic_grit").values
    assert not {"reliance_low_pct", "china_share_pct", "dependence_year", "basis"} & found.keys()
    unsplit = exposure(world(use(None), dependencies=(dependency(), dependency(form="total"))), "total").values
    assert unsplit["reliance_low_pct"] == 35.0
    assert "reliance_low_pct" not in exposure(world(use(None)), "total").values


def test_the_latest_year_at_or_before_the_announcement() -> None:
    years = tuple(dependency(year=year, reliance_low_pct=float(year - 2000)) for year in (2023, 2024, 2025))
    plant = project(announced_on=DAY("2024-10-01"))
    assert exposure(world(plant=plant, dependencies=years)).values["reliance_low_pct"] == 24.0
    silent = dependency(year=2025, edition="other", reliance_low_pct=None, reliance_high_pct=None)
    assert exposure(world(dependencies=(*years[:2], silent))).values["dependence_year"] == 2024


def test_bases_are_not_mixed() -> None:
    customs = dependency(
        basis="customs_value_share", reliance_low_pct=None, reliance_high_pct=None, china_share_pct=60.0
    )
    printed = dependency(edition="usgs-mcs-2025")
    found = exposure(world(dependencies=(customs, printed))).values
    assert found["basis"] == "usgs_net_reliance"
    assert "china_share_pct" not in found


def test_nothing_holds_at_an_announcement_of_unknown_date() -> None:
    found = exposure(world(plant=project(announced_on=None))).values
    assert not {"dependence_year", "reliance_low_pct", "controls_at_announcement"} & found.keys()
    assert found["dependence_year_now"] == 2025


def test_the_leading_relation_names_the_row_and_denials_make_none() -> None:
    assert exposure(world(use(relation="consumes"), use())).values["relation"] == "produces"
    denied = use()
    denied.values["modality"] = "denied"
    assert derive(world(denied), AS_OF)["project_exposures"] == {}


def test_every_computed_cell_has_receipts() -> None:
    for table, rows in derive(world(), AS_OF).items():
        for found in rows.values():
            for column in TABLES[table].columns:
                if column.meaning.receipted and not column.meaning.key and column.name in found.values:
                    assert found.receipts[column.name], (table, found.key_text, column.name)


def flow(reporter: str, partner: str, direction: str, quantity: float | None, **cells: Any) -> Row:
    return row("trade_flows", **{
        "reporter": reporter, "partner": partner, "flow": direction, "hs6": "250490", "hs_revision": "2022",
        "period": "2024", "quantity": quantity, "quantity_unit": "kg", "value_usd": Decimal("5.00"), "source_id": "trade",
        **cells,
    })  # fmt: skip


def gaps(*flows: Row) -> dict[str, Row]:
    return derive({"trade_flows": keyed(*flows)}, AS_OF)["mirror_gaps"]


def test_mirror_gaps_need_both_reports_of_one_year() -> None:
    found = gaps(flow("USA", "CHN", "import", 1000.0), flow("CHN", "USA", "export", 0.25, quantity_unit="t"))
    values = found["USA|CHN|250490|2022|2024"].values
    assert (values["import_kg"], values["export_kg"], values["ratio"]) == (1000.0, 250.0, 4.0)
    assert values["import_usd"] == Decimal("5.00")
    assert gaps(flow("USA", "CHN", "import", 1.0)) == {}
    assert gaps(flow("USA", "CHN", "import", 1.0), flow("CHN", "USA", "export", 1.0, hs_revision="2017")) == {}
    none = gaps(flow("USA", "CHN", "import", 1.0), flow("CHN", "USA", "export", 0.0))
    assert "ratio" not in none["USA|CHN|250490|2022|2024"].values


def test_nothing_in_nothing_out() -> None:
    assert all(rows == {} for rows in derive({}, AS_OF).values())

"""The timeline of export controls: status on any day, and which measures touch a material."""

from __future__ import annotations

import pytest
from dependence_sample import DAY, keyed, row

from pipelines.dependence.controls import controls_on, refreshed_controls, restricting, status_on
from pipelines.reconcile.choose import Row


def control(control_id: str, **cells: str | None) -> Row:
    dates = ("announced_on", "effective_on", "known_until")
    typed = {name: DAY(text) if name in dates and text else text for name, text in cells.items()}
    return row("export_controls", **{
        "control_id": control_id, "country": "CHN", "target_country": "ALL", "measure_type": "licence",
        "status": "in_force", **typed,
    })  # fmt: skip


def period(control_id: str, seq: int, start: str, end: str | None, status: str) -> Row:
    return row(
        "export_control_periods", control_id=control_id, seq=seq, from_on=DAY(start), to_on=DAY(end) if end else None,
        status=status,
    )  # fmt: skip


def item(control_id: str, material_id: str | None, form: str | None = None) -> Row:
    return row("export_control_items", control_id=control_id, item_no=1, material_id=material_id, form=form)


NO_55 = control(
    "cn-2025-55", announced_on="2025-10-09", effective_on="2025-11-08", known_until="2026-11-10", status="suspended"
)
NO_46 = control(
    "cn-2024-46-2", announced_on="2024-12-03", effective_on="2024-12-03", known_until="2026-11-27", status="suspended",
    measure_type="export_ban", target_country="USA",
)  # fmt: skip
NO_70 = control("cn-2025-70", announced_on="2025-11-07", effective_on="2025-11-07", measure_type="suspension")
PERIODS = (
    period("cn-2025-55", 1, "2025-10-09", "2025-11-06", "announced"),
    period("cn-2025-55", 2, "2025-11-07", "2026-11-10", "suspended"),
    period("cn-2024-46-2", 1, "2024-12-03", "2025-11-08", "in_force"),
    period("cn-2024-46-2", 2, "2025-11-09", "2026-11-27", "suspended"),
)
ROWS = {
    "export_controls": keyed(NO_55, NO_46, NO_70),
    "export_control_periods": keyed(*PERIODS),
    "export_control_items": keyed(
        item("cn-2025-55", "synthetic-diamond", "synthetic_grit"),
        item("cn-2024-46-2", "synthetic-diamond"),
        item("cn-2025-70", "synthetic-diamond"),
    ),
}


@pytest.mark.parametrize(
    ("control_id", "on", "status"),
    [
        ("cn-2025-55", "2025-10-08", None),
        ("cn-2025-55", "2025-10-09", "announced"),
        ("cn-2025-55", "2025-11-07", "suspended"),
        ("cn-2025-55", "2026-11-09", "suspended"),
        ("cn-2025-55", "2026-11-10", "suspended"),
        ("cn-2025-55", "2026-11-11", "unknown"),
        ("cn-2025-55", "2026-11-28", "unknown"),
        ("cn-2024-46-2", "2025-11-08", "in_force"),
        ("cn-2024-46-2", "2026-11-09", "suspended"),
        ("cn-2024-46-2", "2026-11-11", "suspended"),
        ("cn-2024-46-2", "2026-11-28", "unknown"),
    ],
)
def test_status_on_the_days_that_matter(control_id: str, on: str, status: str | None) -> None:
    found = {c.control_id: c.status for c in controls_on(ROWS, DAY(on))}
    assert found.get(control_id) == status


def test_a_measure_without_periods() -> None:
    plain = control("a", announced_on="2023-07-03", effective_on="2023-08-01")
    assert status_on(plain, [], DAY("2023-07-02")) is None
    assert status_on(plain, [], DAY("2023-07-31")) == "announced"
    assert status_on(plain, [], DAY("2023-08-01")) == "in_force"
    undated = control("b", known_until="2025-11-21")
    assert status_on(undated, [], DAY("2025-11-20")) == "unknown"
    assert status_on(undated, [], DAY("2025-11-21")) == "in_force"
    assert status_on(undated, [], DAY("2025-11-22")) == "unknown"
    ended = control("c", announced_on="2023-01-01", effective_on="2023-01-01", status="expired")
    assert status_on(ended, [], DAY("2023-06-01")) == "unknown"


def test_nothing_is_filled_in_between_periods() -> None:
    own = control("a", announced_on="2024-01-01", effective_on="2024-02-01")
    spans = [period("a", 1, "2024-03-01", "2024-04-30", "suspended"), period("a", 2, "2024-07-01", None, "in_force")]
    days = ("2024-01-15", "2024-02-15", "2024-04-30", "2024-05-15", "2030-01-01")
    assert [status_on(own, spans, DAY(day)) for day in days] == [
        "announced", "in_force", "suspended", "unknown", "in_force",
    ]  # fmt: skip


def test_suspensions_licences_and_informal_practice_restrict_nothing() -> None:
    kinds = ("suspension", "general_licence", "informal", "licence", "export_ban", "state_trading")
    assert [restricting(control("a", measure_type=kind)) for kind in kinds] == [False, False, False, True, True, True]


def test_measures_on_a_material_by_form_and_destination() -> None:
    def found(
        form: str | None = None, importer: str | None = None, material_id: str = "synthetic-diamond"
    ) -> list[str]:
        on = DAY("2025-12-01")
        return [c.control_id for c in controls_on(ROWS, on, material_id, form, importer=importer)]

    assert found() == ["cn-2024-46-2", "cn-2025-55", "cn-2025-70"]
    assert found(importer="JPN") == ["cn-2025-55", "cn-2025-70"]
    assert found(importer="CHN") == []
    assert found("diamond_grit_all") == ["cn-2024-46-2", "cn-2025-55", "cn-2025-70"]
    assert found("diamond_stone") == ["cn-2024-46-2", "cn-2025-70"]
    assert found(material_id="gallium") == []
    assert controls_on(ROWS, DAY("2025-12-01"), exporter="IDN") == []


def test_the_release_date_decides_the_published_status() -> None:
    later = refreshed_controls(ROWS, DAY("2026-11-22"))
    assert later["cn-2025-55"].text("status") == "unknown"
    assert "known_until 2026-11-10" in later["cn-2025-55"].receipts["status"][0].rule
    assert later["cn-2024-46-2"].text("status") == "suspended"
    assert later["cn-2025-70"].text("status") == "in_force"
    assert NO_55.text("status") == "suspended"
    earlier = refreshed_controls(ROWS, DAY("2025-11-01"))
    assert earlier["cn-2024-46-2"].text("status") == "in_force"

"""Periods that follow from dates and suspensions, codes that cannot be right, and the timeline of the committed raw."""

from __future__ import annotations

from typing import Any

import pytest
from dependence_sample import DAY, keyed, row
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dependence.codes import code_flag, flagged_items, heading_owners
from pipelines.dependence.controls import controls_on, status_on
from pipelines.dependence.derive import derive
from pipelines.dependence.timeline import completed_periods
from pipelines.reconcile.choose import Row
from tests.conftest import Rows

AS_OF = DAY("2026-11-22")


def control(control_id: str, **cells: Any) -> Row:
    typed = {name: DAY(text) if name.endswith(("_on", "_until")) and text else text for name, text in cells.items()}
    return row("export_controls", **{
        "control_id": control_id, "country": "CHN", "target_country": "ALL", "measure_type": "licence",
        "status": "in_force", "source_id": "gazette", **typed,
    })  # fmt: skip


def period(control_id: str, seq: int, start: str | None, end: str | None, status: str) -> Row:
    return row(
        "export_control_periods", control_id=control_id, seq=seq, from_on=DAY(start) if start else None,
        to_on=DAY(end) if end else None, status=status,
    )  # fmt: skip


def statuses(controls: list[Row], periods: list[Row], name: str, *days: str) -> list[str | None]:
    rows = {"export_controls": keyed(*controls), "export_control_periods": keyed(*periods)}
    rows["export_control_periods"] = completed_periods(rows)
    own = [one for one in rows["export_control_periods"].values() if one.key[0] == name]
    return [status_on(rows["export_controls"][name], own, DAY(day)) for day in days]


BAN = control("ban", announced_on="2024-01-10", effective_on="2024-02-01")
PAUSE = control(
    "pause", measure_type="suspension", amends_control_id="ban", effective_on="2025-03-01", known_until="2025-08-31"
)


def test_dates_alone_give_a_timeline() -> None:
    assert statuses([BAN], [], "ban", "2024-01-09", "2024-01-10", "2024-01-31", "2024-02-01", "2026-01-01") == [
        None, "announced", "announced", "in_force", "in_force",
    ]  # fmt: skip


def test_a_status_of_today_says_nothing_of_the_first_day() -> None:
    ended = control("old", effective_on="2020-01-01", status="revoked")
    assert completed_periods({"export_controls": keyed(ended)}) == {}


@pytest.mark.parametrize("status", ["in_force", "suspended"])
def test_what_another_measure_suspends_is_suspended_and_then_unknown(status: str) -> None:
    ban = control("ban", announced_on="2024-01-10", effective_on="2024-02-01", status=status)
    days = ("2025-02-28", "2025-03-01", "2025-08-31", "2025-09-01", "2026-10-01")
    told = ["in_force", "suspended", "suspended", "unknown", "unknown"]
    assert statuses([ban, PAUSE], [], "ban", *days) == told
    coded = [period("ban", 1, "2024-02-01", None, "in_force")]
    assert statuses([ban, PAUSE], coded, "ban", *days) == told


def test_a_suspension_of_open_end_and_one_by_its_coded_periods() -> None:
    endless = control("pause", measure_type="suspension", amends_control_id="ban", announced_on="2025-03-01")
    assert statuses([BAN, endless], [], "ban", "2026-10-01") == ["suspended"]
    spans = [period("pause", 1, "2025-04-01", "2025-04-30", "in_force")]
    assert statuses([BAN, PAUSE], spans, "ban", "2025-03-15", "2025-04-15", "2025-05-01") == [
        "in_force", "suspended", "unknown",
    ]  # fmt: skip
    undated = control("pause", measure_type="suspension", amends_control_id="ban")
    assert statuses([BAN, undated], [], "ban", "2026-10-01") == ["in_force"]


def test_what_a_person_coded_stands() -> None:
    coded = [
        period("ban", 1, "2024-02-01", "2025-03-31", "in_force"),
        period("ban", 2, "2025-04-01", "2025-09-30", "suspended"),
        period("ban", 3, "2025-10-01", None, "in_force"),
    ]
    rows = {"export_controls": keyed(BAN, PAUSE), "export_control_periods": keyed(*coded)}
    assert [key for key in completed_periods(rows) if key.startswith("ban|")] == ["ban|1", "ban|2", "ban|3"]
    # A repeal of the suspension that came later than its planned end is not covered over by "unknown".
    assert statuses([BAN, PAUSE], coded, "ban", "2026-01-01") == ["in_force"]


def test_derived_periods_have_receipts_and_numbers_of_their_own() -> None:
    coded = [period("ban", 7, "2024-02-01", None, "in_force")]
    found = completed_periods({"export_controls": keyed(BAN, PAUSE), "export_control_periods": keyed(*coded)})
    derived = [one for key, one in found.items() if key.startswith("ban|") and key != "ban|7"]
    assert [one.key[1] for one in derived] == ["8", "9"]
    assert all(one.receipts[column] for one in derived for column in ("from_on", "status"))
    assert "suspended by pause" in derived[0].receipts["status"][0].rule
    assert derived[0].values["source_id"]


def test_a_day_that_no_source_can_speak_of() -> None:
    own = [period("ban", 1, "2024-02-01", None, "in_force")]
    assert status_on(BAN, own, DAY("2026-11-22"), AS_OF) == "in_force"
    assert status_on(BAN, own, DAY("2026-11-23"), AS_OF) == "unknown"
    ahead = [period("ban", 1, "2024-02-01", "2026-12-31", "suspended")]
    assert status_on(BAN, ahead, DAY("2026-12-31"), AS_OF) == "suspended"
    assert status_on(BAN, [], DAY("2026-11-23"), AS_OF) == "unknown"


def test_a_period_without_a_first_day_holds_its_last_day_alone() -> None:
    listed = control("t4", known_until="2025-11-21", status="unknown")
    spans = [period("t4", 1, None, "2025-11-21", "in_force"), period("t4", 2, "2025-11-22", None, "unknown")]
    days = ("2025-11-20", "2025-11-21", "2025-11-22")
    assert [status_on(listed, spans, DAY(day)) for day in days] == ["unknown", "in_force", "unknown"]


@given(st.dates(DAY("2023-01-01"), DAY("2027-12-31")))
def test_completing_twice_changes_nothing_and_no_day_has_two_answers(on: Any) -> None:
    rows = {"export_controls": keyed(BAN, PAUSE), "export_control_periods": {}}
    once = completed_periods(rows)
    twice = completed_periods({**rows, "export_control_periods": once})
    own = [one for one in once.values() if one.key[0] == "ban"]
    again = [one for one in twice.values() if one.key[0] == "ban"]
    assert status_on(BAN, own, on) == status_on(BAN, again, on)


OWNERS = heading_owners(keyed(
    row("material_hs_codes", material_id="antimony", hs6="811010", hs_revision="2022"),
    row("material_hs_codes", material_id="antimony", hs6="811020", hs_revision="2022"),
    row("material_hs_codes", material_id="gallium", hs6="811292", hs_revision="2022"),
    row("material_hs_codes", material_id="germanium", hs6="811292", hs_revision="2022"),
    row("material_hs_codes", material_id="germanium", hs6="282560", hs_revision="2022"),
    row("material_hs_codes", material_id="tungsten", hs6="810194", hs_revision="2022"),
))  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "system", "material_id", "flag"),
    [
        ("8110929010", "cn_customs_10", "gallium", "misprint"),
        ("8110.92.90.10", "cn_customs_10", "gallium", "misprint"),
        ("8110101000", "cn_customs_10", "antimony", ""),
        ("8112929090", "cn_customs_10", "gallium", ""),  # the heading names several metals
        ("2825909001", "cn_customs_10", "gallium", ""),  # a heading of compounds says nothing of one metal
        ("8101991001", "cn_customs_10", "molybdenum", "misprint"),
        ("811099", "hs", "tungsten", "misprint"),
        ("8110", "hs", "antimony", "incomplete"),
        ("81101010", "cn_customs_10", "antimony", "incomplete"),
        ("8110XX", "hs", "gallium", "placeholder"),
        ("8110101000", "cn_customs_10", "", ""),
        ("2C902.a", "cn_dual_use", "synthetic-diamond", ""),
        ("", "hs", "gallium", ""),
    ],
)
def test_codes_that_cannot_be_right(printed: str, system: str, material_id: str, flag: str) -> None:
    assert code_flag(printed, system, material_id, OWNERS) == flag


def test_a_slip_is_kept_as_printed_and_joins_no_trade_figure() -> None:
    def item(number: int, **cells: Any) -> Row:
        return row("export_control_items", control_id="a", item_no=number, code_system="cn_customs_10", **cells)

    slip = item(1, material_id="gallium", code_as_printed="8110929010", hs6="811092", hs_revision="2022")
    told = item(2, material_id="gallium", code_as_printed="8110929010", code_flag="placeholder")
    codes = keyed(row("material_hs_codes", material_id="antimony", hs6="811010", hs_revision="2022"))
    found = flagged_items({"export_control_items": keyed(slip, told), "material_hs_codes": codes})
    assert (found["a|1"].text("code_flag"), found["a|1"].text("code_as_printed")) == ("misprint", "8110929010")
    assert "hs6" not in found["a|1"].values
    assert found["a|1"].receipts["code_flag"]
    assert found["a|2"].text("code_flag") == "placeholder"
    assert slip.text("hs6") == "811092"


def test_derived_periods_reach_controls_and_exposures() -> None:
    rows = {"export_controls": keyed(BAN, PAUSE), "export_control_periods": {}}
    derived = derive(rows, DAY("2025-05-01"))
    assert derived["export_controls"]["ban"].text("status") == "suspended"
    assert len(derived["export_control_periods"]) == 5


ACCEPTED = {
    "2026-11-09": ("suspended", "suspended"),
    "2026-11-11": ("unknown", "suspended"),
    "2026-11-28": ("unknown", "unknown"),
}


@pytest.mark.parametrize("on", ACCEPTED)
def test_the_suspensions_of_november(rows: Rows, on: str) -> None:
    tables = ("export_controls", "export_control_periods", "export_control_items")
    known = {table: keyed(*(row(table, **_plain(one)) for one in rows(table))) for table in tables}
    found = {one.control_id: one.status for one in controls_on(known, DAY(on), told_until=AS_OF)}
    assert (found["cn-2025-55"], found["cn-2024-46-2"]) == ACCEPTED[on]


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None}


def test_every_measure_of_the_facts_has_periods_and_the_slip_is_flagged(rows: Rows) -> None:
    assert {one["control_id"] for one in rows("export_controls")} == {
        one["control_id"] for one in rows("export_control_periods")
    }
    flagged = {(one["control_id"], one["code_as_printed"]) for one in rows("export_control_items") if one["code_flag"]}
    assert flagged == {("cn-2023-23", "8110929010")}

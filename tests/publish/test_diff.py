"""What changed between two releases, cell by cell, with its reason."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from publish_sample import Row, frames

from kakehashi.differing import changes_between
from pipelines.errors import ReleaseError
from pipelines.publish.diff import changes
from pipelines.publish.release import write_release
from pipelines.publish.verify import verify
from schemas import renames
from schemas.renames import Rename

Rows = dict[str, list[Row]]


def _told(built: Path, rows: Rows) -> set[tuple[Any, ...]]:
    order = ("table", "key", "column", "change", "old", "new", "reason")
    return {tuple(change[part] for part in order) for change in changes(built, frames(rows))}


def test_a_first_release_and_an_equal_one_change_nothing(built: Path, rows: Callable[[], Rows]) -> None:
    assert changes(None, frames(rows())) == []
    assert changes(built, frames(rows())) == []


def test_a_new_source(built: Path, rows: Callable[[], Rows]) -> None:
    now = rows()
    now["sources"].append({**now["sources"][0], "source_id": "new-2026"})
    now["materials"][0]["symbol"] = "C"
    now["receipts"].append(
        {"table": "materials", "key": "synthetic-diamond", "column": "symbol", "input_no": 1, "source_id": "new-2026"}
    )
    assert _told(built, now) == {
        ("sources", "new-2026", "*", "added", None, None, "new_source"),
        ("materials", "synthetic-diamond", "symbol", "changed", None, "C", "new_source"),
    }


def test_rows_that_are_their_own_receipt(built: Path, rows: Callable[[], Rows]) -> None:
    now = rows()
    now["sources"].append({**now["sources"][0], "source_id": "usgs-2026"})
    now["material_production"].append(
        {"material_id": "synthetic-diamond", "form": "synthetic_grit", "country": "CHN", "year": 2024,
         "stage": "synthetic", "edition": "usgs-2026", "quantity_code": "withheld", "source_id": "usgs-2026",
         "locator": "row 3"}
    )  # fmt: skip
    assert _told(built, now) == {
        ("sources", "usgs-2026", "*", "added", None, None, "new_source"),
        ("material_production", "synthetic-diamond|synthetic_grit|CHN|2024|synthetic|usgs-2026", "*", "added", None,
         None, "new_source"),
    }  # fmt: skip


def test_a_revised_source(built: Path, rows: Callable[[], Rows]) -> None:
    now = rows()
    old = now["sources"][0]["sha256"]
    now["sources"][0]["sha256"] = "0" * 64
    now["materials"][0]["name"] = "Diamond, synthetic"
    assert _told(built, now) == {
        ("sources", "ministry-2026", "sha256", "changed", old, "0" * 64, "source_revised"),
        ("materials", "synthetic-diamond", "name", "changed", "Synthetic diamond", "Diamond, synthetic",
         "source_revised"),
    }  # fmt: skip


def test_a_decision_and_a_rule(built: Path, rows: Callable[[], Rows]) -> None:
    now = rows()
    now["materials"][0]["name"] = "Diamond"
    now["organizations"][0]["name"] = "E6"
    for receipt in now["receipts"]:
        if receipt["table"] == "materials" and receipt["column"] == "name":
            receipt["rule"] = "decision"
    assert _told(built, now) == {
        ("materials", "synthetic-diamond", "name", "changed", "Synthetic diamond", "Diamond", "correction"),
        ("organizations", "element-six", "name", "changed", "Element Six", "E6", "rule_changed"),
    }


def test_a_merged_entity(built: Path, rows: Callable[[], Rows]) -> None:
    now = rows()
    now["organization_names"] = now["organization_names"][1:]
    now["ownership"] = []
    now["redirects"].append({"kind": "organization", "old_id": "element-six", "new_id": "de-beers"})
    assert _told(built, now) == {
        ("organization_names", "hitachi|-Hitachi, Ltd.", "*", "removed", None, None, "rule_changed"),
        ("ownership", "hitachi|element-six|", "*", "removed", None, None, "entity_merged"),
        ("redirects", "organization|element-six", "*", "added", None, None, "entity_merged"),
    }


def test_a_refreshed_rate(built: Path, rows: Callable[[], Rows]) -> None:
    now = rows()
    now["amounts"][2].update(fx_rate=Decimal(1), fx_on=dt.date(2026, 2, 16), usd_high=Decimal("32000000000.00"))
    told = _told(built, now)
    assert {change[:3] for change in told if change[6] == "fx_refreshed"} == {
        ("amounts", "gas-cost", "fx_rate"), ("amounts", "gas-cost", "fx_on"), ("amounts", "gas-cost", "usd_high"),
    }  # fmt: skip


def test_a_second_release_holds_its_changes(tmp_path: Path, rows: Callable[[], Rows]) -> None:
    day = dt.date(2026, 11, 22)
    write_release(frames(rows()), output=tmp_path, released_on=day, input_sha256="a" * 64)
    now = rows()
    now["materials"][0]["name"] = "=Diamond"
    second = write_release(frames(now), output=tmp_path, released_on=day, input_sha256="b" * 64)
    assert (second.path / "tables" / "changes.csv").read_text("utf-8") == (
        "table,key,column,change,old,new,reason\n"
        "materials,synthetic-diamond,name,changed,Synthetic diamond,'=Diamond,rule_changed\n"
    )
    assert verify(second.path) == ()


def _receipt(now: Rows, table: str, column: str) -> Row:
    return next(row for row in now["receipts"] if (row["table"], row["column"]) == (table, column))


def test_a_cell_whose_file_was_edited_is_revised_though_its_source_is_only_cited(
    built: Path, rows: Callable[[], Rows]
) -> None:
    now = rows()
    now["materials"][0]["name"] = "Diamond"
    now["organizations"][0]["name"] = "E6"
    _receipt(now, "materials", "name").update(source_sha256="1" * 64, raw_literal="Diamond")
    assert {change[0]: change[6] for change in _told(built, now)} == {
        "materials": "source_revised", "organizations": "rule_changed",
    }  # fmt: skip


def test_another_place_in_the_same_bytes_is_a_rule_and_an_unread_place_a_revision(
    built: Path, rows: Callable[[], Rows]
) -> None:
    now = rows()
    now["materials"][0]["name"] = "Diamond"
    now["organizations"][0]["name"] = "E6"
    _receipt(now, "materials", "name").update(locator="p2:4-9")
    _receipt(now, "organizations", "name").update(locator="p2:4-9", source_sha256=None)
    assert {change[0]: change[6] for change in _told(built, now)} == {
        "materials": "rule_changed", "organizations": "source_revised",
    }  # fmt: skip


def test_a_row_that_came_with_an_edited_file_is_a_revision(built: Path, rows: Callable[[], Rows]) -> None:
    now = rows()
    now["tranches"] = [{**now["tranches"][0], "tranche_id": "tranche-2"}]
    for receipt in now["receipts"]:
        if receipt["table"] == "tranches":
            receipt.update(key="tranche-2", source_sha256="1" * 64)
    assert {change[:4] + change[6:] for change in _told(built, now) if change[0] == "tranches"} == {
        ("tranches", "tranche-1", "*", "removed", "rule_changed"),
        ("tranches", "tranche-2", "*", "added", "source_revised"),
    }


def test_a_decision_withdrawn_is_a_correction_too(tmp_path: Path, rows: Callable[[], Rows]) -> None:
    before = rows()
    before["materials"][0]["symbol"] = "C"
    before["receipts"].append(
        {"table": "materials", "key": "synthetic-diamond", "column": "symbol", "input_no": 1,
         "source_id": "ministry-2026", "locator": "row 2", "rule": "decision d"}
    )  # fmt: skip
    day = dt.date(2026, 11, 22)
    first = write_release(frames(before), output=tmp_path, released_on=day, input_sha256="a" * 64)
    assert _told(first.path, rows()) == {
        ("materials", "synthetic-diamond", "symbol", "changed", "C", None, "correction")
    }


def _next(output: Path, number: int, rows: Rows) -> Path:
    day = dt.date(2026, 12, number)
    return write_release(frames(rows), output=output, released_on=day, input_sha256=f"{number}" * 64).path


def _places(old: Path, new: Path) -> set[tuple[str, str, str, str]]:
    return {(row["table"], row["key"], row["column"], row["reason"]) for row in changes_between(old, new)}


def test_releases_that_are_no_neighbours(tmp_path: Path, rows: Callable[[], Rows]) -> None:
    now = rows()
    first = _next(tmp_path, 1, now)
    now["sources"][0]["sha256"] = "0" * 64
    now["materials"][0]["name"] = "Diamond, synthetic"
    second = _next(tmp_path, 2, now)
    now["organizations"][0]["name"] = "E6"
    third = _next(tmp_path, 3, now)
    now["exchange_rates"][0]["usd_per_unit"] = Decimal("0.0066")
    _next(tmp_path, 4, now)
    revised = {
        ("sources", "ministry-2026", "sha256", "source_revised"),
        ("materials", "synthetic-diamond", "name", "source_revised"),
    }
    ruled = {("organizations", "element-six", "name", "rule_changed")}
    assert _places(first, second) == revised
    assert _places(second, third) == ruled
    # The name rests on the source that another release revised: the release that changed it says that a rule did.
    assert _places(first, third) == revised | ruled
    with pytest.raises(ReleaseError, match=r"later release first.*kakehashi diff 2026\.12\.01 2026\.12\.03"):
        changes_between(third, first)
    assert changes_between(third, third) == []


def test_the_reason_is_that_of_the_release_that_gave_the_cell_its_value(
    tmp_path: Path, rows: Callable[[], Rows]
) -> None:
    now = rows()
    first = _next(tmp_path, 1, now)
    now["organizations"][0]["name"] = "E6"
    now["materials"][0]["name"] = "Diamond"
    second = _next(tmp_path, 2, now)
    now["sources"][0]["sha256"] = "0" * 64
    now["materials"][0]["name"] = "Diamond, synthetic"
    third = _next(tmp_path, 3, now)
    now["organizations"][0]["name"] = "Element Six again"
    fourth = _next(tmp_path, 4, now)
    now["exchange_rates"][0]["usd_per_unit"] = Decimal("0.0066")
    _next(tmp_path, 5, now)
    expected = {
        ("sources", "ministry-2026", "sha256", "source_revised"),
        ("materials", "synthetic-diamond", "name", "source_revised"),
        ("organizations", "element-six", "name", "rule_changed"),
    }
    assert _places(first, fourth) == expected
    assert _places(second, fourth) == expected
    with pytest.raises(ReleaseError, match=r"kakehashi diff 2026\.12\.02 2026\.12\.04"):
        changes_between(fourth, second)
    # A release that is gone takes its reasons along; those of the ones after it stay.
    shutil.rmtree(third)
    assert _places(second, fourth) == expected
    # Two folders of which neither grew from the other are compared by what they hold alone.
    apart = tmp_path / "apart" / first.name
    shutil.copytree(first, apart)
    assert {place[:3] for place in _places(apart, fourth)} == {place[:3] for place in expected}
    assert ("organizations", "element-six", "name", "source_revised") in _places(apart, fourth)
    (fourth / "tables" / "changes.parquet").write_bytes(b"no table")
    with pytest.raises(ReleaseError, match=r"changes\.parquet"):
        changes_between(second, fourth)


def test_a_row_that_went_and_came_again_has_the_reason_of_its_coming(tmp_path: Path, rows: Callable[[], Rows]) -> None:
    now = rows()
    whole, receipts = now["ownership"], now["receipts"]
    first = _next(tmp_path, 1, now)
    now["ownership"], now["receipts"] = [], [row for row in receipts if row["table"] != "ownership"]
    _next(tmp_path, 2, now)
    now["ownership"], now["receipts"] = [{**whole[0], "share_pct": 55.0}], receipts
    third = _next(tmp_path, 3, now)
    now["sources"][0]["sha256"] = "0" * 64
    fourth = _next(tmp_path, 4, now)
    ((_, _, column, reason),) = (place for place in _places(first, third) if place[0] == "ownership")
    assert (column, reason) == ("share_pct", "rule_changed")
    assert ("ownership", "hitachi|element-six|", "share_pct", "rule_changed") in _places(first, fourth)


def _at_another_time(release: Path, table: str, change: Callable[[pa.Table], pa.Table]) -> None:
    path = release / "tables" / f"{table}.parquet"
    pq.write_table(change(pq.read_table(path)), path)


def test_a_renamed_column_is_followed_from_one_name_to_the_other(
    tmp_path: Path, rows: Callable[[], Rows], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = rows()
    first = _next(tmp_path, 1, now)
    _at_another_time(first, "materials", lambda table: table.rename_columns({"name": "title"}))

    def titles(receipts: pa.Table) -> pa.Table:
        columns = zip(receipts["table"].to_pylist(), receipts["column"].to_pylist(), strict=True)
        named = ["title" if cell == ("materials", "name") else cell[1] for cell in columns]
        place = receipts.schema.get_field_index("column")
        return receipts.set_column(place, receipts.schema.field(place), pa.array(named))

    _at_another_time(first, "receipts", titles)
    monkeypatch.setattr(renames, "RENAMES", (Rename("materials", "title", "name", "2.0.0", "2.2.0"),))
    entry = {"table": "materials", "old_column": "title", "new_column": "name", "since": "2.0.0", "until": "2.2.0"}
    now["renames"] = [entry]
    now["materials"][0]["symbol"] = "C"
    now["receipts"].append(
        {"table": "materials", "key": "synthetic-diamond", "column": "symbol", "input_no": 1,
         "source_id": "ministry-2026"}
    )  # fmt: skip
    assert {row[:3] + row[-1:] for row in _told(first, now)} == {
        ("renames", "materials|title", "*", "rule_changed"),
        ("materials", "synthetic-diamond", "symbol", "rule_changed"),
    }


def test_a_release_of_before_a_table_came_can_be_either_side(tmp_path: Path, rows: Callable[[], Rows]) -> None:
    now = rows()
    first = _next(tmp_path, 1, now)
    now["materials"][0]["name"] = "Diamond"
    second = _next(tmp_path, 2, now)
    for release in (first, second):
        (release / "tables" / "balances.parquet").unlink()
        manifest = json.loads((release / "release.json").read_text("utf-8"))
        del manifest["tables"]["balances"]
        (release / "release.json").write_text(json.dumps(manifest), "utf-8")
        _at_another_time(release, "projects", lambda table: table.drop_columns(["technology"]))
    assert _places(first, second) == {("materials", "synthetic-diamond", "name", "rule_changed")}
    (second / "tables" / "materials.parquet").unlink()
    with pytest.raises(ReleaseError, match=r"materials\.parquet.*no such file"):
        changes_between(first, second)
    (second / "release.json").write_text("{}", "utf-8")
    with pytest.raises(ReleaseError, match="the manifest of a release"):
        changes_between(first, second)

"""The checks of every table: which it has follows from its declaration, and each one has a fixture that fails it."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from assets.checks import DRIFT, results_alone, table_checks, table_results
from assets.rooms import LATE
from pipelines.publish.check_kinds import CODELISTS, CONTRACT, FOREIGN_KEYS, KEY, RECEIPTS, SUMS, kinds_of
from pipelines.publish.drift import Filled, drifts, filled, filled_before
from pipelines.publish.findings import TABLE_CHECKS, Finding, Tables
from pipelines.publish.formats import write_parquet
from pipelines.publish.table_checks import Examined, examine
from pipelines.publish.waivers import Waiver
from schemas.contract import TABLES, Column, codes, frame, key_texts, to_arrow
from schemas.drift import DRIFT_BOUNDS, UNBOUNDED, drift_bounds
from tests.assets.stub import empty_tables, source

Rows = dict[str, list[dict[str, Any]]]
_EXAMPLES = {
    "text": "a", "list": ["a"], "money": 1, "rate": 1, "number": 1.0, "integer": 1, "year": 2025,
    "date": dt.date(2026, 3, 4), "boolean": True,
}  # fmt: skip


def _value(column: Column) -> Any:
    if column.meaning.codelist is not None:
        code = codes(column.meaning.codelist)[0]
        return [code] if column.type_name == "list" else code
    return _EXAMPLES[column.type_name]


def _row(table: str, **cells: Any) -> dict[str, Any]:
    """A row with its key and required cells, whose other cells are empty."""
    needed = {
        column.name: _value(column) for column in TABLES[table].columns if column.meaning.key or column.meaning.required
    }
    return needed | cells


def _key(table: str, row: dict[str, Any]) -> str:
    return key_texts(table, frame(table, [row]))[0]


def _broken(table: str, kind: str) -> Rows | dict[str, pd.DataFrame]:
    """Tables in which one kind of check fails for one table."""
    spec, row = TABLES[table], _row(table)
    match kind:
        case "contract":
            return {table: frame(table, []).drop(columns=[spec.names[-1]])}
        case "key":
            return {table: [row, row]}
        case "codelists":
            column = next(one for one in spec.columns if one.meaning.codelist)
            return {table: [row | {column.name: ["no-such-code"] if column.type_name == "list" else "no-such-code"}]}
        case "foreign_keys":
            column = next(one for one in spec.columns if one.meaning.foreign_key)
            return {table: [row | {column.name: ["no-such-row"] if column.type_name == "list" else "no-such-row"}]}
        case "receipts":
            return _unreceipted(table)
    return _MONEY[table]


def _unreceipted(table: str) -> Rows:
    spec, row = TABLES[table], _row(table)
    if table == "receipts":
        lost = {"table": "sources", "key": "example-2026", "column": "url", "source_id": "nobody"}
        return {table: [row | lost]}
    if table == "null_reasons":
        return {table: [row | {"table": "projects", "key": "nobody", "column": "stage"}]}
    if spec.meaning.receipts == "own":
        return {table: [{name: value for name, value in row.items() if name not in ("source_id", "locator")}]}
    filled = (one for one in spec.columns if one.meaning.receipted and not one.meaning.key)
    column = next((one for one in filled), None) or next(one for one in spec.columns if one.meaning.reasoned)
    return {table: [row | {column.name: _value(column)}]}


def _amount(**cells: Any) -> dict[str, Any]:
    return _row("amounts", sum_set="cost", review="accepted", modality="asserted", high=5, usd_high=5) | cells


_MONEY: dict[str, Rows] = {
    "amounts": {"amounts": [_amount(review="unreviewed")]},
    "totals": {"totals": [_row("totals", scope="all", sum_set="cost", n=3)]},
    "projects": {
        "projects": [_row("projects", project_id="a-plant", cost_usd_high=5)],
        "amounts": [_amount(project_id="a-plant", sum_set="finance_committed", usd_low=6)],
    },
}
"""Table -> tables in which its money is wrong."""


def _tables(given: Rows | dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    rows = {name: what for name, what in given.items() if not isinstance(what, pd.DataFrame)}
    frames = {name: what for name, what in given.items() if isinstance(what, pd.DataFrame)}
    return empty_tables(**rows) | frames  # type: ignore[arg-type]


def _examined(table: str, kind: Any, frames: dict[str, pd.DataFrame]) -> Examined:
    """What `examine` finds, by the checks of the one kind alone: all of them for each table would take minutes."""
    tables = Tables(frames)
    findings = tuple(TABLE_CHECKS["columns_match"](tables))
    if not findings:
        findings = tuple(finding for name in sorted(kind.gate) for finding in TABLE_CHECKS[name](tables))
    of_table = [finding for finding in findings if finding.place[0] == table]
    return Examined(tables, findings, {table: of_table})


EVERY = [(table, kind.name) for table in TABLES for kind in kinds_of(table)]


@cache
def _nothing_wrong() -> Examined:
    return examine(Tables(empty_tables(sources=[])))


@pytest.mark.parametrize(("table", "kind"), EVERY)
def test_every_check_of_every_table_can_fail(table: str, kind: str) -> None:
    (declared,) = (one for one in kinds_of(table) if one.name == kind)
    judgement = _examined(table, declared, _tables(_broken(table, kind))).judgement(table, declared)
    assert judgement.failing_rows == 1
    case = judgement.cases[0]
    assert case.expected and case.check
    assert not _nothing_wrong().judgement(table, declared).cases


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_the_checks_that_its_declaration_gives_rise_to(table: str) -> None:
    spec = TABLES[table]
    names = {kind.name for kind in kinds_of(table)}
    assert {CONTRACT, KEY} <= names
    assert (CODELISTS in names) == any(column.meaning.codelist for column in spec.columns)
    assert (FOREIGN_KEYS in names) == any(column.meaning.foreign_key for column in spec.columns)
    assert (SUMS in names) == (table in _MONEY)
    alone = table in LATE
    declared = {check.name: check for check in table_checks(table, alone=alone)}
    assert all(check.blocking == (name != DRIFT) for name, check in declared.items())
    if not alone:
        assert declared.keys() == names | ({DRIFT} - ({DRIFT} if drift_bounds(table) is None else set()))


def test_what_a_check_finds_is_counted_by_key_and_shown_as_a_table() -> None:
    rows = [_row("projects", project_id=f"plant-{n}", stage="nearly_there", sector="toys") for n in range(12)]
    examined = examine(Tables(empty_tables(projects=rows)))
    found = {result.check_name: result for result in table_results("projects", examined, None)}
    codelists = found[CODELISTS]
    assert not codelists.passed
    assert (codelists.metadata["failing_rows"].value, codelists.metadata["failing_cells"].value) == (12, 24)
    lines = str(codelists.metadata["sample"].value).splitlines()
    assert (lines[0], len(lines)) == ("| key | column | found | expected | check |", 12)
    assert "plant-0" in str(codelists.description) and found[CONTRACT].passed and found[KEY].passed
    assert not found[RECEIPTS].passed
    assert found[DRIFT].description == "There is no release before that has this table."


def test_a_key_with_a_part_missing_and_a_row_told_twice_are_counted() -> None:
    rows = [_row("projects", project_id="a"), _row("projects", project_id="a"), _row("projects", project_id=None)]
    (key,) = (one for one in kinds_of("projects") if one.name == KEY)
    judgement = examine(Tables(empty_tables(projects=rows))).judgement("projects", key)
    assert sorted(case.check for case in judgement.cases) == ["required", "unique key"]


def test_what_could_not_be_looked_at_is_said_and_stops_nothing_by_itself() -> None:
    tables = _tables({"organizations": frame("organizations", []).drop(columns=["name"])})
    examined = examine(Tables(tables))
    assert not examined.whole
    told = {result.check_name: result for result in table_results("project_links", examined, None)}
    assert not told[FOREIGN_KEYS].passed
    assert told[FOREIGN_KEYS].severity.value == "WARN"
    assert "could not be looked at" in str(told[FOREIGN_KEYS].description)
    assert told[KEY].passed


def test_what_is_waived_is_told_and_stops_nothing() -> None:
    tables = Tables(empty_tables(**_MONEY["projects"]))
    (finding,) = (one for one in examine(tables).findings if one.check == "bounds_sane")
    day = dt.date(2026, 3, 4)
    waiver = Waiver("w1", day, "someone", finding.check, finding.where, finding.found, day, "The cost is old.")
    told = {result.check_name: result for result in table_results("projects", examine(tables, [waiver], day), None)}
    assert (told[SUMS].passed, told[SUMS].severity.value) == (False, "WARN")
    assert "The cost is old." in str(told[SUMS].metadata["waived"].value)
    (expired,) = (one for one in examine(tables, [waiver], day + dt.timedelta(1)).counting["projects"]
                  if one.check == "bounds_sane")  # fmt: skip
    assert expired == finding


@pytest.mark.parametrize("table", LATE)
@pytest.mark.parametrize("kind", [KEY, CODELISTS])
def test_tables_that_come_last_are_checked_alone(table: str, kind: str) -> None:
    if kind not in {one.name for one in kinds_of(table)}:
        pytest.skip("it has no codelist")
    data = _tables(_broken(table, kind))[table]
    told = {result.check_name: result for result in results_alone(table, data)}
    assert not told[kind].passed and told.keys() == {check.name for check in table_checks(table, alone=True)}


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("projects a-plant stage", ("projects", "a-plant", "stage")),
        ("export_control_entities c1 Some Firm, Ltd.", ("export_control_entities", "c1 Some Firm, Ltd.", "")),
        ("projects.stage", ("projects", "", "stage")),
        ("projects", ("projects", "", "")),
        ("receipts projects a-plant stage 1", ("receipts", "projects a-plant stage 1", "")),
        ("release.json", ("", "", "")),
    ],
)
def test_a_finding_tells_its_table_key_and_column(where: str, place: tuple[str, str, str]) -> None:
    assert Finding("check", where, "found", "expected").place == place


@pytest.mark.parametrize("table", [table for table in TABLES if drift_bounds(table) is not None])
def test_every_table_that_shrinks_grows_or_empties_too_far_is_told(table: str) -> None:
    bounds = drift_bounds(table)
    assert bounds is not None
    column = TABLES[table].names[-1]
    full, none = Filled(1000, {column: 0}), Filled(0, {column: 0})
    grown = Filled(int(1000 * (1 + bounds.most_gained_pct / 100)) + 50, {column: 0})
    (told,) = drifts(table, full, grown)
    assert (told.what, told.before, told.now) == ("rows", 1000, grown.rows)
    if bounds.most_lost_pct < 100:
        (lost,) = drifts(table, full, none)
        assert str(lost) == f"0 rows after 1000 (-100.0 %, bound {-bounds.most_lost_pct:+.0f} %)"
    (emptied,) = drifts(table, full, Filled(1000, {column: 400}))
    assert str(emptied).startswith(f"column {column} 40.0 % empty after 0.0 %")
    assert drifts(table, full, full) == drifts(table, None, full) == ()


def test_few_rows_come_and_go_without_a_word_but_no_programme_does() -> None:
    few, fewer = Filled(12, {"name": 0}), Filled(6, {"name": 6})
    assert drifts("projects", few, fewer) == ()
    assert drifts("programs", few, fewer)
    assert drifts("changes", few, fewer) == ()


def test_bounds_name_tables_that_there_are() -> None:
    assert DRIFT_BOUNDS.keys() | UNBOUNDED <= TABLES.keys()
    assert not DRIFT_BOUNDS.keys() & UNBOUNDED


def test_the_release_before_is_measured_as_it_stands_on_the_disk(tmp_path: Path) -> None:
    rows = [_row("projects", project_id="a"), _row("projects", project_id="b", name=None, stage="announced")]
    for table, data in (
        ("projects", frame("projects", rows)),
        ("sources", frame("sources", [source(), source("b", url=None)])),
        ("world_concentration", frame("world_concentration", [_row("world_concentration")])),
    ):
        (tmp_path / "tables").mkdir(exist_ok=True)
        write_parquet(pa.Table.from_pandas(data) if data.isna().any().any() else to_arrow(table, data),
                      tmp_path / "tables" / f"{table}.parquet")  # fmt: skip
        before = filled_before(tmp_path, table)
        assert before == filled(data)
    assert filled_before(tmp_path, "amounts") is None
    assert filled_before(None, "projects") is None


def test_drift_is_told_in_numbers_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "2026.03.01" / "tables").mkdir(parents=True)
    before = frame("sources", [source(f"s{number}") for number in range(100)])
    write_parquet(to_arrow("sources", before), tmp_path / "2026.03.01" / "tables" / "sources.parquet")
    now = [source(f"s{number}", url=None if number < 40 else "https://example.org/") for number in range(80)]
    examined = examine(Tables(empty_tables(sources=now)))
    told = {result.check_name: result for result in table_results("sources", examined, tmp_path / "2026.03.01")}[DRIFT]
    assert (told.passed, told.severity.value) == (False, "WARN")
    assert str(told.description).startswith("80 rows after 100 (-20.0 %, bound -10 %); column url 50.0 % empty after")
    assert told.metadata["rows_before"].value == 100
    assert told.metadata["release_before"].value == "2026.03.01"

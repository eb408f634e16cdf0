"""Every rule that `failures` knows has a table that breaks it, and one that does not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from schemas import contract

PROJECT = {"project_id": "p-1", "name": "Plant", "review": "accepted"}
SOURCE = {"source_id": "s-1", "tier": "press", "distrusted": False}
ORGANIZATION = {"org_id": "o-1", "name": "Firm", "review": "accepted"}
PARTICIPANT = {
    "participant_id": "x",
    "project_id": "p-1",
    "org_id": "o-1",
    "modality": "asserted",
    "source_ids": ["s-1"],
    "review": "accepted",
}


def found(table: str, *rows: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    failed = contract.failures(table, contract.frame(table, rows))
    assert list(failed.columns) == ["column", "check", "value", "key"]
    return [tuple(row) for row in failed.itertuples(index=False, name=None)]


@pytest.mark.parametrize("name", list(contract.TABLES))
def test_an_empty_table_is_right(name: str) -> None:
    assert contract.failures(name, contract.empty(name)).empty


def test_a_right_row_is_right() -> None:
    whole = {**PROJECT, "stage": "announced", "capacity_unit": "MW", "country": "USA", "admin1": "US-OH"}
    assert found("projects", whole) == []
    assert found("participants", PARTICIPANT) == []


@pytest.mark.parametrize(
    ("cells", "column", "check", "value"),
    [
        ({"stage": "finished"}, "stage", "codelist stage", "finished"),
        ({"review": None}, "review", "required", ""),
        ({"latitude": 91.0}, "latitude", "less_than_or_equal_to(90)", "91"),
        ({"cost_usd_low": Decimal(-1)}, "cost_usd_low", "greater_than_or_equal_to(0)", "-1"),
        ({"n_sources": -1}, "n_sources", "greater_than_or_equal_to(0)", "-1"),
        ({"cost_usd_low": Decimal(6), "cost_usd_high": Decimal(5)}, "cost_usd_low", "not above cost_usd_high", "6"),
        ({"country": "US"}, "country", "pattern [A-Z]{3}", "US"),
        ({"admin1": "Ohio"}, "admin1", "pattern [A-Z]{2}-[A-Z0-9]{1,3}", "Ohio"),
    ],
)
def test_a_wrong_cell_is_found(cells: dict[str, Any], column: str, check: str, value: str) -> None:
    good = {**PROJECT, "project_id": "a-good-one"}
    assert found("projects", {**PROJECT, **cells}, good) == [(column, check, value, "p-1")]


def test_ids_are_lower_case_slugs() -> None:
    assert found("projects", {**PROJECT, "project_id": "Plant 1"})[0][0] == "project_id"


def test_a_range_of_dates_runs_forward() -> None:
    row = {"owner_org_id": "a", "owned_org_id": "b", "source_id": "s"}
    turned = {**row, "valid_from": dt.date(2026, 1, 2), "valid_to": dt.date(2026, 1, 1)}
    assert found("ownership", turned) == [("valid_from", "not above valid_to", "2026-01-02", "a|b|2026-01-02")]
    assert found("ownership", {**turned, "valid_to": dt.date(2026, 1, 2)}) == []


def test_bounds_of_a_share_stand_in_order() -> None:
    row = {
        "importer": "USA",
        "material_id": "gallium",
        "form": "metal",
        "year": 2025,
        "basis": "usgs_net_reliance",
        "edition": "usgs-mcs-2026",
        "source_ids": ["s"],
    }
    turned = {**row, "reliance_low_pct": 60.0, "reliance_high_pct": 50.0, "supplier_hhi_low": 2.0}
    assert [failure[:2] for failure in found("dependencies", {**turned, "supplier_hhi_high": 1.0})] == [
        ("reliance_low_pct", "not above reliance_high_pct"),
        ("supplier_hhi_low", "not above supplier_hhi_high"),
    ]


def test_a_key_twice_is_found_nulls_included() -> None:
    assert found("projects", PROJECT, PROJECT) == [("project_id", "unique key", "p-1", "p-1")]
    row = {"owner_org_id": "a", "owned_org_id": "b", "source_id": "s"}
    assert found("ownership", row, row) == [("owner_org_id|owned_org_id|valid_from", "unique key", "a|b|", "a|b|")]


def test_items_of_lists_are_checked_one_by_one() -> None:
    row = {**PARTICIPANT, "source_ids": ["Bad Id", "s-1", "Worse Id"]}
    assert [(failure[0], failure[2], failure[3]) for failure in found("participants", row)] == [
        ("source_ids", "Bad Id", "x"),
        ("source_ids", "Worse Id", "x"),
    ]


def test_wrong_columns_and_types_are_found() -> None:
    good = contract.frame("projects", [PROJECT])
    assert "name" in contract.failures("projects", good.drop(columns=["name"]))["column"].tolist()
    assert "colour" in contract.failures("projects", good.assign(colour="red"))["column"].tolist()
    turned = good[[*good.columns[1:], good.columns[0]]]
    assert not contract.failures("projects", turned).empty
    assert "name" in contract.failures("projects", good.astype({"name": "object"}))["column"].tolist()
    blank = good.assign(name=pd.array([""], dtype=pd.ArrowDtype(pa.string())))
    assert contract.failures("projects", blank)["check"].tolist() == ["empty text"]


def test_foreign_keys() -> None:
    tables = {
        "sources": contract.frame("sources", [SOURCE]),
        "projects": contract.frame("projects", [PROJECT]),
        "organizations": contract.frame("organizations", [ORGANIZATION]),
        "participants": contract.frame("participants", [PARTICIPANT]),
    }
    held = contract.foreign_key_failures(tables)
    assert held.empty
    assert list(held.columns) == ["table", "column", "check", "value", "key"]
    astray = {**PARTICIPANT, "org_id": "o-2", "source_ids": ["s-1", "s-2"]}
    tables["participants"] = contract.frame("participants", [astray])
    broken = contract.foreign_key_failures(tables)
    assert [tuple(row) for row in broken.itertuples(index=False, name=None)] == [
        ("participants", "org_id", "foreign key organizations.org_id", "o-2", "x"),
        ("participants", "source_ids", "foreign key sources.source_id", "s-2", "x"),
    ]
    del tables["projects"]
    assert "project_id" in contract.foreign_key_failures(tables)["column"].tolist()


def test_a_foreign_key_within_a_table() -> None:
    child = {**ORGANIZATION, "org_id": "o-2", "parent_org_id": "o-1"}
    both = contract.frame("organizations", [ORGANIZATION, child])
    assert contract.foreign_key_failures({"organizations": both}).empty
    alone = contract.frame("organizations", [child])
    assert contract.foreign_key_failures({"organizations": alone})["value"].tolist() == ["o-1"]

"""Rows become the table that the contract declares, and text, CSV and Arrow keep every value."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import contract

NAMES = list(contract.TABLES)
TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
ITEM = st.text(st.characters(codec="utf-8", exclude_characters="|"), min_size=1, max_size=12)
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXT,
    "list": st.lists(ITEM, max_size=4),
    "money": st.decimals(-(10**17), 10**17, places=2),
    "rate": st.decimals(0, 10**9, places=8),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "year": st.integers(-(2**15), 2**15 - 1),
    "date": st.dates(),
    "boolean": st.booleans(),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    name = draw(st.sampled_from(NAMES))
    cells = {
        column.name: CELLS[column.type_name] if column.meaning.required else st.none() | CELLS[column.type_name]
        for column in contract.TABLES[name].columns
    }
    return name, draw(st.lists(st.fixed_dictionaries(cells), max_size=4))


def as_held(column: contract.Column, value: Any) -> Any:
    """What the contract's table holds of a cell."""
    if value is None:
        return None
    if column.type_name == "text":
        return unicodedata.normalize("NFC", value)
    if column.type_name == "list":
        return sorted({unicodedata.normalize("NFC", item) for item in value}) or None
    return value


def cell_of(value: Any) -> Any:
    if value is pd.NA or value is None:
        return None
    return list(value) if isinstance(value, np.ndarray) else value


@settings(deadline=None, max_examples=150)
@given(tables())
def test_every_value_survives_frame_arrow_and_csv(drawn: tuple[str, list[dict[str, Any]]]) -> None:
    name, rows = drawn
    for row in rows:
        for column in contract.TABLES[name].columns:
            if column.type_name == "list" and column.meaning.required and not row[column.name]:
                row[column.name] = ["x"]
    made = contract.frame(name, rows)
    assert tuple(made.columns) == contract.TABLES[name].names
    columns = contract.TABLES[name].columns
    held = sorted(repr([as_held(column, row[column.name]) for column in columns]) for row in rows)
    found = [[cell_of(value) for value in row] for row in zip(*(made[c.name].tolist() for c in columns), strict=True)]
    # 0.0 and -0.0 are one number; the table keeps the first.
    assert sorted(repr(row) for row in found) == sorted(
        text.replace("-0.0,", "0.0,").replace("-0.0]", "0.0]") for text in held
    )
    table = contract.to_arrow(name, made)
    assert table.schema.equals(contract.arrow_schema(name), check_metadata=True)
    pd.testing.assert_frame_equal(contract.from_arrow(name, table), made)
    text = contract.to_csv(name, made)
    pd.testing.assert_frame_equal(contract.from_csv(name, text), made)
    assert contract.to_csv(name, contract.from_csv(name, text)) == text


@settings(deadline=None, max_examples=60)
@given(tables(), st.randoms())
def test_order_of_rows_does_not_matter_where_keys_differ(drawn: tuple[str, list[dict[str, Any]]], chance: Any) -> None:
    name, rows = drawn
    keyed = {contract.key_text(name, contract.frame(name, [row]).to_dict("records")[0]): row for row in rows}
    shuffled = list(keyed.values())
    chance.shuffle(shuffled)
    pd.testing.assert_frame_equal(contract.frame(name, keyed.values()), contract.frame(name, shuffled))


@pytest.mark.parametrize("name", NAMES)
def test_parquet_gives_back_the_same_frame(name: str, tmp_path: Any) -> None:
    pq.write_table(contract.to_arrow(name, contract.empty(name)), tmp_path / "t.parquet")
    read = contract.from_arrow(name, pq.read_table(tmp_path / "t.parquet"))
    pd.testing.assert_frame_equal(read, contract.empty(name))


def test_types_missing_values_rounding_and_sorting() -> None:
    made = contract.frame(
        "ownership",
        [
            {"owner_org_id": "b", "owned_org_id": "x", "valid_from": dt.date(2020, 1, 1), "source_id": "s"},
            {"owner_org_id": "b", "owned_org_id": "x", "share_pct": math.nan, "source_id": "s", "control": pd.NA},
            {"owner_org_id": "a", "owned_org_id": "x", "share_pct": np.float64(50), "source_id": np.str_("s")},
        ],
    )
    assert made["owner_org_id"].tolist() == ["a", "b", "b"]
    assert made["valid_from"].tolist() == [None, None, dt.date(2020, 1, 1)] or made["valid_from"].isna().tolist() == [
        True,
        True,
        False,
    ]
    assert made["share_pct"].isna().tolist() == [False, True, True]
    assert made["share_pct"].dtype == pd.ArrowDtype(pa.float64())
    assert made["control"].isna().all()
    amounts = contract.frame(
        "amounts",
        [
            {"amount_id": "a", "low": Decimal("1.005"), "high": Decimal("1.015"), "fx_rate": Decimal("0.123456785")},
            {"amount_id": "b", "low": 5},
        ],
    )
    assert amounts["low"].tolist() == [Decimal("1.00"), Decimal("5.00")]
    assert amounts["high"].tolist()[0] == Decimal("1.02")
    assert amounts["fx_rate"].tolist()[0] == Decimal("0.12345678")
    totals = contract.frame("totals", [{"scope": "all", "sum_set": "cost", "amount_ids": ["b", "a", "b"]}])
    assert list(totals["amount_ids"].tolist()[0]) == ["a", "b"]
    composed = contract.frame("materials", [{"material_id": "m", "name": "Ga", "name_ja": "ガリウム"}])
    assert composed["name_ja"].tolist() == ["ガリウム"]


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [
        ("projects", {"colour": "red"}, "colour"),
        ("projects", {"name": ""}, "name"),
        ("projects", {"name": 5}, "name"),
        ("projects", {"name": "\ud800"}, "name"),
        ("projects", {"latitude": True}, "latitude"),
        ("projects", {"latitude": math.inf}, "latitude"),
        ("projects", {"latitude": "35"}, "latitude"),
        ("projects", {"cost_usd_low": 1.5}, "cost_usd_low"),
        ("projects", {"cost_usd_low": Decimal("NaN")}, "cost_usd_low"),
        ("projects", {"cost_usd_low": 10**18}, "cost_usd_low"),
        ("projects", {"announced_on": dt.datetime(2026, 2, 17)}, "announced_on"),
        ("projects", {"announced_on": "2026-02-17"}, "announced_on"),
        ("projects", {"n_sources": 1.0}, "n_sources"),
        ("projects", {"n_sources": True}, "n_sources"),
        ("sources", {"distrusted": 1}, "distrusted"),
        ("sources", {"bytes": 2**63}, "bytes"),
        ("mirror_gaps", {"year": 40_000}, "year"),
        ("totals", {"amount_ids": "a"}, "amount_ids"),
        ("totals", {"amount_ids": ["a|b"]}, "amount_ids"),
        ("totals", {"amount_ids": [""]}, "amount_ids"),
        ("totals", {"amount_ids": [None]}, "amount_ids"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(table: str, row: dict[str, Any], column: str) -> None:
    with pytest.raises(contract.ContractViolationError) as refused:
        contract.frame(table, [{}, row])
    assert (refused.value.table, refused.value.row, refused.value.column) == (table, 1, column)
    assert isinstance(refused.value, ValueError)


def test_arrow_of_another_shape_is_refused() -> None:
    table = contract.to_arrow("tranches", contract.empty("tranches"))
    with pytest.raises(contract.ContractViolationError, match="columns"):
        contract.from_arrow("tranches", table.drop_columns(["name_ja"]))
    other = table.set_column(0, "tranche_id", pa.array([], pa.int64()))
    with pytest.raises(contract.ContractViolationError, match="tranche_id"):
        contract.from_arrow("tranches", other)
    holed = contract.frame("tranches", [{"tranche_id": "t", "program_id": "p"}])
    with pytest.raises(contract.ContractViolationError, match="name"):
        contract.to_arrow("tranches", holed)
    with pytest.raises(contract.ContractViolationError):
        contract.to_arrow("tranches", contract.empty("tranches").astype({"name": "object"}))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (pd.NA, ""),
        (math.nan, ""),
        (True, "true"),
        (False, "false"),
        (Decimal("33300000000.00"), "33300000000"),
        (Decimal("0.00650000"), "0.0065"),
        (Decimal("0.00"), "0"),
        (Decimal("100"), "100"),
        (9.2, "9.2"),
        (77.0, "77"),
        (dt.date(2026, 2, 17), "2026-02-17"),
        (["b", "a"], "a|b"),
        (np.array(["a", "b"], dtype=object), "a|b"),
        (np.int64(3), "3"),
        ("text", "text"),
    ],
)
def test_cells_as_text(value: Any, text: str) -> None:
    assert contract.as_text(value) == text


def test_text_that_is_no_value_of_the_column_is_refused() -> None:
    for column, text in (("latitude", "north"), ("announced_on", "2026-13-01"), ("cost_usd_low", "1,000")):
        with pytest.raises(ValueError, match=column):
            contract.from_text("projects", column, text)
    with pytest.raises(ValueError, match="distrusted"):
        contract.from_text("sources", "distrusted", "yes")
    with pytest.raises(contract.ContractViolationError, match="row 0"):
        contract.from_csv("renames", contract.csv_header("renames") + "\na,b\n")
    with pytest.raises(contract.ContractViolationError, match="header"):
        contract.from_csv("renames", "a,b\n")


def test_keys_as_text() -> None:
    row = {"owner_org_id": "a", "owned_org_id": "b", "valid_from": None, "source_id": "s"}
    assert contract.key_text("ownership", row) == "a|b|"
    assert contract.key_texts("ownership", contract.frame("ownership", [row])) == ["a|b|"]

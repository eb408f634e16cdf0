"""Parquet and CSV: the same bytes each time, and back again without loss."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import ReleaseError
from pipelines.publish.findings import Tables
from pipelines.publish.formats import as_text, csv_chunks, key_text, logical_sha256, read_csv, write_csv, write_parquet
from schemas import contract

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1)
SCHEMA = pa.schema(
    [
        ("id", pa.string()), ("words", pa.string()), ("items", pa.list_(pa.string())),
        ("money", pa.decimal128(20, 2)), ("rate", pa.decimal128(18, 8)), ("number", pa.float64()),
        ("whole", pa.int64()), ("year", pa.int16()), ("day", pa.date32()), ("flag", pa.bool_()),
    ]
)  # fmt: skip
ITEM = TEXT.filter(lambda text: "|" not in text)
ROW = st.fixed_dictionaries(
    {
        "id": TEXT,
        "words": st.none() | TEXT | st.sampled_from(["=1+1", "+", "-5", "@x", "'=1", "''-", "'plain", "5", '"']),
        "items": st.none() | st.lists(ITEM, min_size=1, unique=True).map(sorted),
        "money": st.none() | st.decimals("-1e15", "1e15", places=2),
        "rate": st.none() | st.decimals("0", "99999", places=8),
        "number": st.none() | st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0),
        "whole": st.none() | st.integers(-(2**63), 2**63 - 1),
        "year": st.none() | st.integers(1900, 2100),
        "day": st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
        "flag": st.none() | st.booleans(),
    }
)


def _csv(table: pa.Table) -> bytes:
    return b"".join(csv_chunks(table.schema, table.to_batches(max_chunksize=3)))


@settings(max_examples=150, deadline=None)
@given(st.lists(ROW, max_size=8))
def test_csv_gives_back_every_value(rows: list[dict[str, object]]) -> None:
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        assert write_csv(table, path) == logical_sha256(SCHEMA, table.to_batches())
        assert read_csv(path, SCHEMA).to_pylist() == table.to_pylist()


@settings(max_examples=150, deadline=None)
@given(st.lists(ROW, max_size=8))
def test_csv_is_what_pythons_reader_reads_but_for_the_apostrophes(rows: list[dict[str, object]]) -> None:
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    lines = list(csv.reader(io.StringIO(_csv(table).decode(), newline=""), strict=True))
    assert lines[0] == SCHEMA.names
    for cells, row in zip(lines[1:], table.to_pylist(), strict=True):
        for cell, (name, value) in zip(cells, row.items(), strict=True):
            text = contract.as_text(value)
            guarded = name in ("id", "words", "items") and text.lstrip("'")[:1] in ("=", "+", "-", "@") and text != ""
            assert cell == ("'" + text if guarded else text)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "'=1", "''@", "'-"])
def test_formulas_get_an_apostrophe_that_reading_takes_off(text: str, tmp_path: Path) -> None:
    schema = pa.schema([("a", pa.string()), ("n", pa.float64())])
    table = pa.table({"a": [text], "n": [-1.5]}, schema=schema)
    write_csv(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == f"a,n\n'{text},-1.5\n"
    assert read_csv(tmp_path / "t.csv", schema).to_pylist() == table.to_pylist()


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (pa.decimal128(18, 8), Decimal("0.00000001"), "0.00000001"),
        (pa.decimal128(18, 8), Decimal("0E-8"), "0"),
        (pa.decimal128(20, 2), Decimal("550000000000.00"), "550000000000"),
        (pa.decimal128(20, 2), Decimal("1.50"), "1.5"),
        (pa.float64(), 1e-7, "1e-07"),
        (pa.float64(), 0.1, "0.1"),
        (pa.float64(), 1e15, "1000000000000000.0"),
        (pa.float64(), 100.0, "100"),
        (pa.date32(), dt.date(2026, 2, 17), "2026-02-17"),
        (pa.bool_(), True, "true"),
    ],
)
def test_values_are_spelled_as_the_contract_spells_them(kind: pa.DataType, value: object, text: str) -> None:
    assert as_text(pa.array([value, None], kind)).to_pylist() == [text, None]
    assert contract.as_text(value) == text


def test_keys_are_spelled_as_the_contract_spells_them(sample: dict[str, pd.DataFrame]) -> None:
    for name, frame in sample.items():
        key = key_text(contract.to_arrow(name, frame), contract.TABLES[name].key).to_pylist()
        assert key == contract.key_texts(name, frame)


def test_parquet_has_meanings_and_nothing_of_pandas(sample: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    for name in sample:
        write_parquet(contract.to_arrow(name, sample[name]), tmp_path / "t.parquet")
        schema = pq.read_schema(tmp_path / "t.parquet")
        for found, field in zip(schema, contract.arrow_schema(name), strict=True):
            assert (found.name, found.type, found.nullable) == (field.name, field.type, field.nullable)
            assert found.metadata == field.metadata
        assert b"pandas" not in (schema.metadata or {})
        metadata = pq.read_metadata(tmp_path / "t.parquet")
        if metadata.num_rows:
            assert metadata.row_group(0).column(0).compression == "ZSTD"


def test_logical_hash_sees_values_types_names_and_order_only() -> None:
    def told(table: pa.Table, size: int = 100) -> str:
        return logical_sha256(table.schema, table.to_batches(max_chunksize=size))

    table = pa.table({"a": ["x", "y", None], "n": pa.array([1, 2, 3], pa.int64())})
    assert told(table) == told(table, 1)
    assert told(table) == told(table.replace_schema_metadata({"by": "somebody"}))
    others = [
        table.slice(1),
        table.take([1, 0, 2]),
        table.rename_columns(["b", "n"]),
        table.set_column(1, "n", table["n"].cast(pa.int16())),
    ]
    assert len({told(other) for other in others} | {told(table)}) == 5


@pytest.mark.parametrize("content", [b"a,c\nx,1\n", b"a,n\nx,one\n", b"a,n\nx\n", b'a,n\n"x,1\n', b""])
def test_a_csv_that_is_no_table_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(ReleaseError, match=r"t\.csv"):
        read_csv(tmp_path / "t.csv", pa.schema([("a", pa.string()), ("n", pa.int64())]))


def test_tables_read_missing_ones_as_empty() -> None:
    assert Tables({}).arrow("projects").num_rows == 0


def test_far_numbers_of_a_column_in_pieces_are_spelled_like_any_other() -> None:
    pieces = pa.chunked_array([pa.array([1e20, None]), pa.array([1e-9, 2.5])])
    assert as_text(pieces).to_pylist() == [contract.as_text(1e20), None, *map(contract.as_text, (1e-9, 2.5))]

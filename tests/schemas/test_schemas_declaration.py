"""The models say what the contract's text says, and everything generated from them agrees."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import re
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from frictionless import Package, Resource

from schemas import contract
from schemas.codelists import CODELISTS, COLUMNS, SUBJECT_KINDS, disagreements

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LISTED = re.compile(r"(\w+) \(([^)]*)\): (.*)")
NAMES = list(contract.TABLES)
EVERY = [(spec.name, column) for spec in contract.TABLES.values() for column in spec.columns]
SQL_TYPES = {
    "text": "VARCHAR",
    "list": "VARCHAR[]",
    "money": "DECIMAL(20,2)",
    "rate": "DECIMAL(18,8)",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "year": "SMALLINT",
    "date": "DATE",
    "boolean": "BOOLEAN",
}


def listed() -> list[tuple[str, list[str], list[str]]]:
    found = []
    for line in (HERE / "contract_v1.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            match = LISTED.fullmatch(line)
            assert match, line
            name, key, rest = match.groups()
            found.append((name, key.split(", "), rest.split(", ")))
    return found


def test_every_table_of_the_contract_is_there_with_exactly_its_columns_in_order() -> None:
    declared = [
        (name, list(spec.key), [column for column in spec.names if column not in spec.key])
        for name, spec in contract.TABLES.items()
    ]
    assert declared == listed()


@pytest.mark.parametrize("name", NAMES)
def test_key_columns_come_in_key_order_and_every_column_is_described_in_both_languages(name: str) -> None:
    spec = contract.TABLES[name]
    assert spec.key
    assert spec.description.endswith(".")
    assert spec.meaning.title_en
    assert spec.meaning.title_ja
    for column in spec.columns:
        assert column.meaning.en.endswith("."), column.name
        assert column.meaning.ja.endswith("。"), column.name
        assert re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", column.meaning.ja), column.name


@pytest.mark.parametrize(("table", "column"), EVERY, ids=lambda part: getattr(part, "name", part))
def test_names_tell_types(table: str, column: contract.Column) -> None:
    name, kind = column.name, column.type_name
    expected = {
        name.endswith("_pct"): "number",
        name.endswith("_usd") or name.startswith(("usd_", "cost_usd_")): "money",
        name.endswith("_on") or name in ("on", "as_of"): "date",
        name == "year" or name.endswith("_year"): "year",
        name.endswith("_ids"): "list",
        name.endswith("_id"): "text",
        name.startswith("n_"): "integer",
    }
    if True in expected and name != "usd_per_unit" and (table, name) != ("project_materials", "per_year"):
        assert kind == expected[True]
    if kind in ("money", "rate", "number", "integer") and not column.meaning.key:
        assert column.meaning.unit, "figures have a unit"
    if name.endswith("_pct"):
        assert column.ge == 0
        assert column.le == 100 or name == "output_share_of_consumption_pct"


@pytest.mark.parametrize(("table", "column"), EVERY, ids=lambda part: getattr(part, "name", part))
def test_codelists_and_foreign_keys_exist(table: str, column: contract.Column) -> None:
    meaning = column.meaning
    if meaning.codelist is not None:
        assert contract.codes(meaning.codelist)
        assert column.type_name in ("text", "list")
    if meaning.foreign_key is not None:
        target, name = meaning.foreign_key.split(".")
        assert contract.TABLES[target].key == (name,), "a foreign key points at a key of one column"
        assert contract.TABLES[target].column(name).arrow_type == pa.string()
    if meaning.reasoned:
        assert not meaning.required
    assert not (meaning.key and meaning.receipted)


def test_every_codelist_is_used_by_a_column_and_has_no_code_twice() -> None:
    used = {column.meaning.codelist for _, column in EVERY} - {None}
    assert used | {"origin"} == set(CODELISTS)
    for name, codes in CODELISTS.items():
        assert len(set(codes)) == len(codes), name
    assert set(SUBJECT_KINDS) <= set(contract.TABLES)


def test_reasons_are_asked_for_where_the_contract_asks_for_them() -> None:
    asked = {f"{table}.{column.name}" for table, column in EVERY if column.meaning.reasoned}
    assert asked == {
        *(f"projects.{name}" for name in ("stage", "cost_usd_high", "cost_original_high", "capacity_value", "admin1")),
        "projects.announced_on",
        *(f"dependencies.{name}" for name in ("reliance_low_pct", "china_share_pct", "supplier_hhi_low")),
        "export_controls.effective_on",
    }


def test_tables_that_carry_their_source_are_their_own_receipt() -> None:
    own = {name for name, spec in contract.TABLES.items() if spec.meaning.receipts == "own"}
    assert own == {"material_production", "import_sources", "trade_flows", "exchange_rates"}
    for name in own:
        assert {"source_id", "locator"} <= set(contract.TABLES[name].names)


@pytest.mark.parametrize("name", NAMES)
def test_arrow_schema_agrees(name: str) -> None:
    schema = contract.arrow_schema(name)
    for field, column in zip(schema, contract.TABLES[name].columns, strict=True):
        assert (field.name, field.type) == (column.name, column.arrow_type)
        assert field.nullable is not column.meaning.required
        said = {key.decode(): value.decode() for key, value in field.metadata.items()}
        meaning = dataclasses.asdict(column.meaning)
        told = {"description": meaning["en"], "description_ja": meaning["ja"]}
        told.update({part: meaning[part] for part in ("unit", "codelist") if meaning[part] is not None})
        assert said == told


@pytest.mark.parametrize("name", NAMES)
def test_pandera_model_agrees(name: str) -> None:
    model = contract.TABLES[name].model.to_schema()
    for (declared, column), spec in zip(model.columns.items(), contract.TABLES[name].columns, strict=True):
        assert (declared, column.nullable) == (spec.name, not spec.meaning.required)
        assert column.description == spec.meaning.en


@pytest.mark.parametrize("name", NAMES)
def test_csv_header_and_frictionless_agree(name: str) -> None:
    spec = contract.TABLES[name]
    resource = contract.frictionless_resource(name)
    fields = resource["schema"]["fields"]
    assert contract.csv_header(name) == ",".join(field["name"] for field in fields) == ",".join(spec.names)
    assert contract.to_csv(name, contract.empty(name)) == contract.csv_header(name) + "\n"
    for field, column in zip(fields, spec.columns, strict=True):
        assert (field["description"], field["description_ja"]) == (column.meaning.en, column.meaning.ja)
        assert field.get("constraints", {}).get("required", False) is column.meaning.required
        if column.meaning.codelist is not None:
            assert field["constraints"]["enum"] == list(CODELISTS[column.meaning.codelist])
    key = resource["schema"].get("primaryKey") or resource["schema"]["uniqueKeys"][0]
    assert tuple(key) == spec.key
    Resource.from_descriptor(resource)


FILLED: dict[str, list[dict[str, Any]]] = {
    "sources": [{"source_id": "s-1", "tier": "press", "distrusted": False, "bytes": 5}],
    "organizations": [
        {"org_id": "parent", "name": "Parent", "review": "accepted"},
        {"org_id": "child", "name": "Child, Inc.", "parent_org_id": "parent", "review": "accepted"},
    ],
    "ownership": [{"owner_org_id": "parent", "owned_org_id": "child", "source_id": "s-1", "share_pct": 50.5}],
    "participants": [
        {
            "participant_id": "x",
            "org_id": "child",
            "modality": "asserted",
            "source_ids": ["s-1"],
            "review": "accepted",
            "first_stated_on": dt.date(2026, 2, 17),
        }
    ],
}


def frictionless_errors(folder: Path, rows: dict[str, list[dict[str, Any]]]) -> list[tuple[str, str]]:
    """Write every table as CSV and return (table, error type) of Frictionless' validation of the whole package."""
    (folder / "tables").mkdir()
    for name in NAMES:
        text = contract.to_csv(name, contract.frame(name, rows.get(name, ())))
        (folder / "tables" / f"{name}.csv").write_text(text, encoding="utf-8")
    descriptor = {"name": "test", "resources": [contract.frictionless_resource(name) for name in NAMES]}
    assert list(Package.metadata_validate(descriptor)) == []
    report = Package.from_descriptor(descriptor, basepath=str(folder)).validate()
    assert report.errors == []
    return [(task.name, error.type) for task in report.tasks for error in task.errors]


def test_frictionless_package_of_all_tables_validates(tmp_path: Path) -> None:
    assert frictionless_errors(tmp_path, FILLED) == []


def test_frictionless_finds_a_broken_foreign_key_and_a_bad_code(tmp_path: Path) -> None:
    broken = {**FILLED, "organizations": [{**FILLED["organizations"][1], "kind": "shop"}]}
    assert {("organizations", "foreign-key"), ("organizations", "constraint-error")} <= set(
        frictionless_errors(tmp_path, broken)
    )


def test_ddl_makes_the_same_tables_in_duckdb() -> None:
    with duckdb.connect() as database:
        database.execute(contract.sql_ddl())
        columns = database.execute(
            "SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() "
            "WHERE NOT internal ORDER BY table_name, column_index"
        ).fetchall()
        tables = dict(database.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
    assert tables == {spec.name: spec.description for spec in contract.TABLES.values()}
    made = {
        name: [(column, kind, null, said) for table, column, kind, null, said in columns if table == name]
        for name in NAMES
    }
    for name, spec in contract.TABLES.items():
        assert made[name] == [
            (column.name, SQL_TYPES[column.type_name], not column.meaning.required, column.meaning.en)
            for column in spec.columns
        ]


def test_ddl_refuses_what_the_contract_refuses() -> None:
    with duckdb.connect() as database:
        database.execute(contract.sql_ddl())
        with pytest.raises(duckdb.ConstraintException):
            database.execute("INSERT INTO tranches (tranche_id, program_id, name) VALUES ('t', 'nowhere', 'T')")
        database.execute("INSERT INTO programs (program_id, name) VALUES ('p', 'P')")
        database.execute("INSERT INTO tranches (tranche_id, program_id, name) VALUES ('t', 'p', 'T')")
        with pytest.raises(duckdb.ConstraintException):
            database.execute("INSERT INTO programs (program_id, name) VALUES ('p', 'again')")


def test_data_dictionary_has_every_column_once_in_order() -> None:
    rows = contract.data_dictionary()
    assert [(row["table"], row["column"]) for row in rows] == [(table, column.name) for table, column in EVERY]
    assert {row["type"] for row in rows} <= set(CODELISTS["value_type"])
    assert all(row["en"] and row["ja"] and row["null_rule"] for row in rows)


def test_codelists_are_described_in_raw() -> None:
    with (ROOT / "raw" / "reference" / "codelists.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    assert tuple(reader.fieldnames or ()) == COLUMNS
    assert disagreements(rows) == []


def test_disagreements_of_codelists_are_found() -> None:
    right = [
        {"list": name, "code": code, "label_en": "x", "label_ja": "x", "definition": "x"}
        for name, codes in CODELISTS.items()
        for code in codes
    ]
    assert disagreements(right) == []
    wrong = [{**right[0], "definition": ""}, *right[1:-1], right[1], {**right[2], "code": "invented"}]
    texts = disagreements(wrong)
    assert len(texts) == 4
    for part in ("definition is empty", "described twice", "not a code", "without a description"):
        assert any(part in text for text in texts), part

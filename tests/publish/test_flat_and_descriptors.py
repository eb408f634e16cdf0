"""The spreadsheet file, the data package and the readmes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from publish_sample import Row, frames

from pipelines.publish.descriptors import ReleaseTexts, dollars_en, dollars_ja, licence
from pipelines.publish.flat import FLAT_COLUMNS, amount_in_words, flat_csv, plain_amount, projects_flat
from schemas import contract


def _flat(tables: dict[str, pd.DataFrame]) -> dict[str, dict[str, str]]:
    text = flat_csv(projects_flat(tables)).decode("utf-8-sig")
    return {row["project_id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def test_one_row_a_project_in_plain_words(sample: dict[str, pd.DataFrame]) -> None:
    rows = _flat(sample)
    assert list(rows) == ["diamond-plant", "gas-plant"]
    plant = rows["diamond-plant"]
    assert plant["cost"] == "about 600 million USD"
    assert plant["name_ja"] == "人工ダイヤ工場"
    assert plant["stage"] == "announced"
    assert plant["stage_evidence"] == (
        "primary document; as of 2026-02-17; a source claims under construction, without sufficient evidence"
    )
    assert plant["operators"] == plant["payers"] == "Element Six"
    assert plant["interested_firms"] == plant["japanese_participants"] == "Hitachi"
    assert plant["developers"] == ""
    assert plant["materials"] == "Synthetic diamond (produces)"
    assert plant["open_conflicts"] == "1"
    assert plant["receipt"] == "kakehashi receipt projects diamond-plant cost_usd_high"
    assert rows["gas-plant"]["cost"] == "up to 33 billion USD"
    assert rows["gas-plant"]["cost_usd_low"] == ""
    assert rows["gas-plant"]["developers"] == "Hitachi (negotiating, reported)"


def test_labels_of_the_codelists_are_used(rows: Callable[[], dict[str, list[Row]]]) -> None:
    with_labels = rows()
    with_labels["codelists"] = [
        {"list": "sector", "code": "critical_materials", "label_en": "Critical materials", "label_ja": "重要鉱物",
         "definition": "Materials on official lists."}
    ]  # fmt: skip
    assert _flat(frames(with_labels))["diamond-plant"]["sector"] == "Critical materials"


def test_who_left_or_denies_is_no_party(rows: Callable[[], dict[str, list[Row]]]) -> None:
    changed = rows()
    changed["participants"][0]["engagement"] = "withdrawn"
    changed["participants"][2]["modality"] = "denied"
    changed["amounts"][1]["modality"] = "denied"
    flat = _flat(frames(changed))
    assert flat["diamond-plant"]["operators"] == flat["diamond-plant"]["payers"] == ""
    assert flat["gas-plant"]["developers"] == flat["gas-plant"]["japanese_participants"] == ""


def test_it_begins_with_a_byte_order_mark_and_is_pure(sample: dict[str, pd.DataFrame]) -> None:
    first = flat_csv(projects_flat(sample))
    assert first.startswith(b"\xef\xbb\xbfproject_id,")
    assert first == flat_csv(projects_flat(dict(reversed(sample.items()))))
    assert list(projects_flat({}).columns) == [column.name for column in FLAT_COLUMNS]


@pytest.mark.parametrize(
    ("low", "high", "qualifier", "currency", "words"),
    [
        ("600000000", "600000000", "about", "USD", "about 600 million USD"),
        ("600000000", "600000000", "exact", "USD", "600 million USD"),
        ("600000000", "600000000", None, "USD", "600 million USD"),
        (None, "500000000", "up_to", "USD", "up to 500 million USD"),
        (None, "500000000", "less_than", "USD", "less than 500 million USD"),
        (None, "500000000", None, "USD", "up to 500 million USD"),
        ("500000000", None, "more_than", "USD", "more than 500 million USD"),
        ("500000000", None, "at_least", "USD", "at least 500 million USD"),
        ("500000000", None, None, "USD", "at least 500 million USD"),
        ("1000000000", "2000000000", "between", "EUR", "between 1 billion and 2 billion EUR"),
        ("1000000000", "2000000000", "about", "EUR", "about 1 billion to 2 billion EUR"),
        ("1000000000", "2000000000", "exact", "EUR", "between 1 billion and 2 billion EUR"),
        ("1234567890", "1234567890", "exact", "JPY", "1,234,567,890 JPY"),
        ("110000000000", "110000000000", "exact", None, "110 billion"),
        (None, None, None, "JPY", None),
    ],
)
def test_amounts_in_words(low: str | None, high: str | None, qualifier: str, currency: str, words: str | None) -> None:
    bounds = [None if bound is None else Decimal(bound).quantize(Decimal("0.01")) for bound in (low, high)]
    assert amount_in_words(bounds[0], bounds[1], qualifier, currency) == words


@pytest.mark.parametrize(
    ("amount", "plain", "english", "japanese"),
    [
        ("550000000000", "550 billion", "USD 550 billion", "5,500億ドル"),
        ("393450000000", "393.45 billion", "USD 393.45 billion", "3,934.5億ドル"),
        ("35700000000.00", "35.7 billion", "USD 35.7 billion", "357億ドル"),
        ("1234567890.50", "1,234,567,890.5", "USD 1,234,567,890.5", "1,234,567,890.5ドル"),
        ("2100000", "2.1 million", "USD 2.1 million", "2,100,000ドル"),
        ("10", "10", "USD 10", "10ドル"),
        ("0", "0", "USD 0", "0ドル"),
    ],
)
def test_no_digit_is_dropped(amount: str, plain: str, english: str, japanese: str) -> None:
    value = Decimal(amount)
    assert (plain_amount(value), dollars_en(value), dollars_ja(value)) == (plain, english, japanese)


def test_the_package_validates(built: Path) -> None:
    from frictionless import Package

    report = Package(str(built / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "message"])
    assert len(report.tasks) == len(contract.TABLES) + 1


def test_the_package_says_what_the_contract_says(built: Path) -> None:
    package = json.loads((built / "datapackage.json").read_bytes())
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert package["version"] == "2026.11.22"
    assert [source["path"] for source in package["sources"]] == [
        "https://example.org/ecb", "https://example.org/a", "https://example.org/b,c",
    ]  # fmt: skip
    resources = {resource["name"]: resource for resource in package["resources"]}
    assert set(resources) == {*contract.TABLES, "projects_flat"}
    for name in contract.TABLES:
        assert [field["name"] for field in resources[name]["schema"]["fields"]] == list(contract.TABLES[name].names)
        assert resources[name]["licenses"][0]["name"] == contract.TABLES[name].meaning.licence
        assert (built / resources[name]["parquet"]).is_file()


def test_the_readmes_print_totals_and_every_table(built: Path) -> None:
    english, japanese = (built / "README.md").read_text("utf-8"), (built / "README.ja.md").read_text("utf-8")
    assert "| cost | 2 | 0 | USD 600 million | USD 600 million | USD 33 billion |" in english
    assert "| pledge | 1 | 0 | USD 550 billion | USD 550 billion | – |" in english
    assert english.index("| all | pledge |") < english.index("| all | cost |")
    assert "| critical_materials |" not in english, "sectors and states stand in the table alone"
    assert "| cost | 2 | 0 | 6億ドル | 6億ドル | 330億ドル |" in japanese
    for name, spec in contract.TABLES.items():
        assert f"[{name}](tables/{name}.csv)" in english
        assert f"[{name}](tables/{name}.csv) | {spec.meaning.title_ja} |" in japanese
    assert "release 2026.11.22" in english


def test_the_dictionary_has_every_column_in_both_languages(built: Path) -> None:
    rows = list(csv.DictReader((built / "data_dictionary.csv").open(encoding="utf-8", newline="")))
    assert [(row["table"], row["column"]) for row in rows] == [
        (name, column) for name, spec in contract.TABLES.items() for column in spec.names
    ]
    assert all(row["en"] and row["ja"] for row in rows)


def test_a_licence_without_an_address_keeps_its_name() -> None:
    assert licence("PDDL-1.0") == {"name": "PDDL-1.0"}
    assert ReleaseTexts().homepage is None

"""The vocabulary: every pattern compiles, every code is one of the contract."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.extract.lexicon import BANKS
from pipelines.extract.patterns import PatternBook, compile_pattern
from pipelines.extract.vocabulary import own_rows
from schemas.codelists import CODELISTS

DOCUMENTS = Path(__file__).parent / "documents"

CODES = {
    ("participant_patterns", "role"): "role",
    ("participant_patterns", "engagement"): "engagement",
    ("participant_patterns", "instrument"): "instrument",
    ("participant_patterns", "modality"): "modality",
    ("stage_patterns", "stage"): "stage",
    ("stage_patterns", "evidence"): "evidence",
    ("stage_patterns", "event_type"): "event_type",
    ("amount_patterns", "kind"): "amount_kind",
    ("amount_patterns", "instrument"): "instrument",
    ("amount_patterns", "modality"): "modality",
    ("facilities", "sector"): "sector",
    ("products", "sector"): "sector",
    ("capacity_units", "unit"): "capacity_unit",
    ("qualifiers", "qualifier"): "qualifier",
    ("status_words", "stage"): "stage",
}


@pytest.mark.parametrize("name", BANKS)
def test_every_pattern_compiles(name: str) -> None:
    for row in own_rows(f"vocabulary/{name}"):
        compile_pattern(row["pattern"])


@pytest.mark.parametrize(("table", "column"), CODES)
def test_every_code_is_one_of_the_contract(table: str, column: str) -> None:
    allowed = {*CODELISTS[CODES[table, column]], "", "@instruments"}
    assert {row[column] for row in own_rows(f"vocabulary/{table}")} <= allowed


def test_materials_of_products_are_known() -> None:
    known = {row["material_id"] for row in own_rows("materials")} | {""}
    assert {row["material_id"] for row in own_rows("vocabulary/products")} <= known


def test_a_gate_lets_through_what_the_pattern_matches() -> None:
    for pattern, text in (
        (r"{orgs} .. (?:will|would) (?:build|construct)", "\ue000 and \ue001, it said, will build"),
        (r"{site}を(?:建設|整備)し", "\ue400を整備し"),
        (r"(?:in)?\s?{date}", "in \ue600"),
    ):
        book = PatternBook({"one": [{"language": "", "pattern": pattern}]}, "en")
        assert book.find("one", text)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_gates_of_all_vocabularies_together_miss_no_match(language: str) -> None:
    """Every pattern alone, without any gate, finds in the test documents just what the gated book finds."""
    tables = {name: own_rows(f"vocabulary/{name}") for name in BANKS}
    book = PatternBook(tables, language)
    sentences = [sentence.lower() for path in sorted(DOCUMENTS.iterdir()) for sentence in path.read_text().split(". ")]
    marks = {"will": "\ue000 will", "plant": "\ue400", "工場": "\ue400を", "億円": "\ue200", "$": "\ue200 "}
    for sentence in sentences:
        text = sentence
        for word, mark in marks.items():
            text = text.replace(word, mark)
        for name, rows in tables.items():
            alone = [
                (row["pattern"], match.span())
                for row in rows
                if row.get("language") in (language, "", "any")
                for match in compile_pattern(row["pattern"]).finditer(text)
            ]
            assert [(one.row["pattern"], one.match.span()) for one in book.find(name, text)] == alone


def test_names_beside_names_compile() -> None:
    for row in own_rows("vocabulary/name_neighbours"):
        if row["side"] != "country":
            re.compile(row["form"])

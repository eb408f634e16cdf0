"""Stages and roles by ways of saying them, one sentence each; whatever reads documents must know these families."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from pipelines.extract.lexicon import Lexicon
from pipelines.extract.reading import Reading, read_document
from pipelines.records import Document, Paragraph, Source

HERE = Path(__file__).parent
OPENING = {
    "en": "Takasago Copper will build a $410 million copper foil plant in Toledo, Ohio, the company said on Friday. ",
    "ja": "高砂銅箔は米オハイオ州トレドに銅箔工場を建設すると発表した。投資額は4億ドル。",
}
COST = {"en": "The plant would cost $410 million.", "ja": "投資額は4億ドル。"}


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((HERE / name).open(encoding="utf-8")))


def _read(language: str, lexicon: Lexicon, *paragraphs: str) -> Reading:
    source = Source("x", language=language, published_on=dt.date(2026, 3, 13))
    texts = tuple(Paragraph(number, text) for number, text in enumerate(paragraphs, start=1))
    return read_document(Document("x.txt", source, None, texts), lexicon)


@pytest.mark.parametrize("case", _rows("stage_sentences.csv"), ids=lambda case: case["sentence"][:50])
def test_a_stage_is_told(case: dict[str, str], lexicon: Lexicon) -> None:
    reading = _read(case["language"], lexicon, case["sentence"], COST[case["language"]])
    told = {
        claim.cells["stage"].value for claim in reading.claims if claim.table == "events" and "stage" in claim.cells
    }
    assert told & set(case["stage"].split("|"))


@pytest.mark.parametrize("case", _rows("role_sentences.csv"), ids=lambda case: case["sentence"][:50])
def test_a_role_is_told(case: dict[str, str], lexicon: Lexicon) -> None:
    reading = _read(case["language"], lexicon, OPENING[case["language"]] + case["sentence"])
    told = {
        str(claim.cells["org_id"].value).lstrip("@")
        for claim in reading.claims
        if claim.table == "participants" and "role" in claim.cells
        if claim.cells["role"].value in case["role"].split("|")
    }
    assert any(case["org"] in name or name in case["org"] for name in told)

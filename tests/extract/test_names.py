"""Known organisations: who is named, and above all who is not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines.extract.lexicon import Lexicon
from pipelines.extract.names import resolve_surface
from tests.conftest import SHARED

CASES = Path(__file__).parent / "names_cases.csv"
PUBLIC = SHARED / "acceptance" / "names_public.csv"
UNIVERSE = SHARED / "acceptance" / "organizations_universe.csv"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _names(lexicon: Lexicon, surface: str, language: str) -> str:
    return "|".join(lexicon.organizations[org]["name"] for org in resolve_surface(lexicon.names, surface, language))


@pytest.mark.parametrize("row", _rows(CASES), ids=lambda row: row["surface"][:40])
def test_own_cases(lexicon: Lexicon, row: dict[str, str]) -> None:
    assert _names(lexicon, row["surface"], row["lang"]) == row["canonical"]


@pytest.mark.skipif(not PUBLIC.exists(), reason="the shared folder is absent")
def test_public_cases(lexicon: Lexicon) -> None:
    universe = {row["canonical"] for row in _rows(UNIVERSE)}
    right = proposed = wanted = 0
    for row in _rows(PUBLIC):
        found = "|".join(n for n in _names(lexicon, row["surface"], row["lang"]).split("|") if n in universe)
        right += bool(found) and found == row["canonical"]
        proposed += bool(found)
        wanted += bool(row["canonical"])
    assert right / proposed >= 0.99
    assert right / wanted >= 0.97


def test_a_name_stands_where_it_says(lexicon: Lexicon) -> None:
    text = "米ＧＥベルノバと（株）フジクラが組む。"
    found = lexicon.names.find(text)
    assert [(one.org_id, text[one.start : one.end]) for one in found] == [
        ("ge-vernova", "ＧＥベルノバ"),
        ("fujikura", "（株）フジクラ"),
    ]

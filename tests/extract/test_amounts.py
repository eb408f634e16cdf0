"""Sums of money: the written rules, case by case and by construction."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.amounts import find_amounts
from pipelines.extract.money_grammar import own_grammar
from pipelines.extract.vocabulary import own_rows
from tests.conftest import SHARED

CASES = Path(__file__).parent / "amounts_cases.csv"
PUBLIC = SHARED / "acceptance" / "amounts_public.csv"


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _plain(value: Decimal | None) -> str:
    text = "" if value is None else format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _check(row: dict[str, str]) -> None:
    found = find_amounts(row["text"], row["lang"], row["context_country"] or None)
    assert len(found) == int(row["n_amounts"])
    if found:
        first = found[0]
        assert (_plain(first.low), _plain(first.high), first.currency, first.qualifier) == (
            row["low"],
            row["high"],
            row["currency"],
            row["qualifier"],
        )


@pytest.mark.parametrize("row", _rows(CASES), ids=lambda row: row["text"][:40])
def test_own_cases(row: dict[str, str]) -> None:
    _check(row)


@pytest.mark.skipif(not PUBLIC.exists(), reason="the shared folder is absent")
@pytest.mark.parametrize("row", _rows(PUBLIC), ids=lambda row: row["text"][:40])
def test_public_cases(row: dict[str, str]) -> None:
    _check(row)


@given(
    st.integers(1, 999), st.sampled_from(["million", "billion", "trillion"]), st.sampled_from(["$", "€", "£", "US$"])
)
def test_a_signed_number_is_read_back(number: int, scale: str, sign: str) -> None:
    factor = {"million": 10**6, "billion": 10**9, "trillion": 10**12}[scale]
    (found,) = find_amounts(f"They put {sign}{number} {scale} into it.", "en", "USA")
    assert found.low == found.high == number * factor
    assert found.qualifier == "exact"


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_a_japanese_number_of_two_units_is_the_sum_of_both(high: int, low: int) -> None:
    (found,) = find_amounts(f"総額は{high}億{low}万円だ。", "ja", "JPN")
    assert found.low == high * 10**8 + low * 10**4


@given(st.integers(1, 900), st.integers(1, 99))
def test_a_range_keeps_its_order(low: int, more: int) -> None:
    (found,) = find_amounts(f"It takes ${low}-{low + more} million.", "en", None)
    assert (found.low, found.high, found.qualifier) == (low * 10**6, (low + more) * 10**6, "between")


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    for found in find_amounts(text, None, None):
        assert text[found.start : found.end]
        assert found.low is None or found.low >= 0


def test_a_literal_stands_where_it_says() -> None:
    text = "The plant costs about $600 million (90 billion yen)."
    (found,) = find_amounts(text, "en", None)
    assert text[found.start : found.end] == "$600 million"
    assert [one.currency for one in found.conversions] == ["JPY"]


def test_the_gate_lets_every_currency_through() -> None:
    grammar = own_grammar()
    for row in own_rows("vocabulary/currencies"):
        for form in _spellings(row["form"]) if row["kind"] in ("word", "ja") else [row["form"]]:
            assert grammar.gate.places(f"x {form} 5 {form} y"), form


def _spellings(pattern: str) -> list[str]:
    """Some of the spellings that the pattern of a currency's word stands for, the shortest ones among them."""
    bare = re.sub(r"\(\?:[^()]*\)\?", "", pattern).replace("\\.", ".")
    chosen = [re.sub(r"\(\?:([^()|]*)[^()]*\)", r"\1", bare), re.sub(r"\(\?:[^()]*?([^()|]*)\)", r"\1", bare)]
    return [form for one in chosen for form in (re.sub(r".\?", "", one), one.replace("?", ""))]

"""Dates, measures, places, sentences and terms."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.dates import find_dates
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import split_sentences
from pipelines.extract.terms import fold

THURSDAY = dt.date(2025, 4, 10)


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("The board decided on Tuesday.", dt.date(2025, 4, 8), "day"),
        ("Last Thursday it closed.", dt.date(2025, 4, 3), "day"),
        ("It takes effect on December 1.", dt.date(2024, 12, 1), "day"),
        ("signed on September 4, 2025", dt.date(2025, 9, 4), "day"),
        ("due in March 2026", dt.date(2026, 3, 1), "month"),
        ("同社は8日、発表した。", dt.date(2025, 4, 8), "day"),
        ("29日に決めた。", dt.date(2025, 3, 29), "day"),
        ("昨年2月の会見で", dt.date(2024, 2, 1), "month"),
        ("25年2月4日に公布", dt.date(2025, 2, 4), "day"),
        ("令和7年4月1日", dt.date(2025, 4, 1), "day"),
    ],
)
def test_dates(text: str, day: dt.date, precision: str) -> None:
    found = find_dates(text, THURSDAY)
    assert [(one.day, one.precision) for one in found] == [(day, precision)]


@pytest.mark.parametrize("text", ["The board decided on Tuesday.", "同社は8日、発表した。", "昨年2月の会見で"])
def test_a_relative_date_needs_a_day_of_publication(text: str) -> None:
    assert [one.day for one in find_dates(text, None)] == [None]


@pytest.mark.parametrize("text", ["2日間の会議", "1日350トンを揚げる", "may rise", "She may march on"])
def test_what_is_no_date(text: str) -> None:
    assert find_dates(text, THURSDAY) == []


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("a capacity of 1.4 million metric tons a year", 1_400_000, "t/yr"),
        ("100 metric tons of gallium a year", 100, "t/yr"),
        ("up to 6 gigawatts in all", 6, "GW"),
        ("出力30万キロワット", 300, "MW"),
        ("年間20ギガワット時の工場", 20, "GWh/yr"),
        ("日量100万バレルを積み出す", 1_000_000, "bbl/d"),
        ("年2万9000トンを造る", 29_000, "t/yr"),
    ],
)
def test_capacities(lexicon: Lexicon, text: str, value: float, unit: str) -> None:
    found = [one for one in lexicon.measures.find(text, japanese=not text.isascii()) if one.unit]
    assert [(one.value, one.unit) for one in found] == [(value, unit)]


def test_a_tonnage_without_a_period_is_no_capacity(lexicon: Lexicon) -> None:
    assert [one.unit for one in lexicon.measures.find("1,000 tons in five years", japanese=False)] == [None]


@pytest.mark.parametrize(
    ("text", "admin1", "city"),
    [
        ("a plant in Savannah, Georgia, opened", "US-GA", "Savannah"),
        ("in Ascension Parish, Louisiana", "US-LA", None),
        ("ルイジアナ州プラケマインに持つ", "US-LA", "プラケマイン"),
        ("at Lacq in France", None, "Lacq"),
    ],
)
def test_places(lexicon: Lexicon, text: str, admin1: str | None, city: str | None) -> None:
    (found,) = lexicon.places.find(text, lexicon.index.scan(text))
    assert (found.admin1, found.city) == (admin1, city)


def test_sentences_end_where_they_end() -> None:
    text = "Hitachi Ltd. said so in the U.S. market. It costs $1.5 billion. No. 39 of 2023 applies."
    assert [text[a:b] for a, b in split_sentences(text)] == [
        "Hitachi Ltd. said so in the U.S. market.",
        "It costs $1.5 billion.",
        "No. 39 of 2023 applies.",
    ]
    assert len(list(split_sentences("「動く。」と述べた。次は来年だ。"))) == 2


@given(st.text(max_size=120))
def test_folding_keeps_every_place(text: str) -> None:
    folded, places = fold(text)
    assert len(places) == len(folded) + 1
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)

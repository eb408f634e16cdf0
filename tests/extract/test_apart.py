"""Facilities kept apart or together: entries told by a word, names, neighbours, provinces outside the gazetteer."""

from __future__ import annotations

import pytest

from pipelines.extract.passing import in_passing, in_passing_japanese
from pipelines.extract.places import _BARE_TOWN, _JA_PROVINCE, _UNKNOWN_STATE
from pipelines.extract.proforms import _JA_ENTRY, _ONE


@pytest.mark.parametrize(
    "lead",
    [
        "The larger one is to rise in ",
        "The other goes to ",
        "the second will stand in ",
        "The smaller of the two is planned for ",
        "Another is going up in ",
    ],
)
def test_words_that_stand_for_a_facility_beside_a_place(lead: str) -> None:
    assert _ONE.search(lead)


@pytest.mark.parametrize("lead", ["The others talked about ", "One thing is clear: ", "the other bidder, "])
def test_other_words_stand_for_none(lead: str) -> None:
    assert not _ONE.search(lead)


def test_numbers_of_notices_are_no_entries() -> None:
    assert _JA_ENTRY.search("第6号はテキサス州に置かれる")
    assert not _JA_ENTRY.search("公告第1号を出した")
    assert not _JA_ENTRY.search("2025年第18号により")


@pytest.mark.parametrize("behind", ["北西部クネネ州の", "の雲林県麦寮で", "・サンファン州の"])
def test_provinces_behind_their_country(behind: str) -> None:
    assert _JA_PROVINCE.match(behind)


@pytest.mark.parametrize("behind", ["の各州の", "商務省は", "の工場で"])
def test_what_is_no_province(behind: str) -> None:
    assert not _JA_PROVINCE.match(behind)


def test_towns_without_their_prefecture_where_something_is_built() -> None:
    assert _BARE_TOWN.search("県が吉野ヶ里町に造成する産業団地")
    assert not _BARE_TOWN.search("同市に新設する")
    assert not _BARE_TOWN.search("吉野ヶ里町は歓迎した")
    assert _UNKNOWN_STATE.search("、ミサミスオリエンタル州ハサアンの工場")


def test_history_and_grounds_are_passed_by() -> None:
    text = "The group began in 1897 as a coal mine in Yamaguchi."
    start = text.index("coal mine")
    assert in_passing(text, start, start + 9)
    text = "The company will build a coal mine in Wyoming."
    start = text.index("coal mine")
    assert not in_passing(text, start, start + 9)


def test_whom_a_japanese_plant_delivers_to_is_passed_by() -> None:
    text = "電気はデータセンターに送る。"
    assert in_passing_japanese(text, 3, 10)
    text = "データセンターを建てる。"
    assert not in_passing_japanese(text, 0, 7)

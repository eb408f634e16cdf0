"""Short cuts of reading find what the long way finds: cues, endings, words of a text, dates around their words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extract import dates
from pipelines.extract.amounts import find_amounts
from pipelines.extract.gating import Cue, Endings
from pipelines.extract.terms import _Words, tokens

_PIECES = st.sampled_from(
    [
        "Hitachi",
        "U.S.",
        "a",
        " ",
        ". ",
        ", ",
        "1,000",
        "2.1",
        "$",
        "&",
        "A1b2",
        "’s",
        "—",
        "é",
        "centre",
        "工場",
        "Ｂ",
        "/",
        "-",
    ]
)


@given(st.lists(_PIECES, max_size=14).map("".join))
@settings(max_examples=400, deadline=None)
def test_words_found_at_once_are_the_words_found_one_by_one(text: str) -> None:
    fast, slow = _Words(text), tokens(text)
    assert fast.joined == slow.joined
    place = 1
    for word, start, end in zip(slow.words, slow.starts, slow.ends, strict=True):
        assert fast.span(place - 1, place + len(word) + 1) == (start, end)
        place += len(word) + 1


@pytest.mark.parametrize(
    "pattern", [r"\b(?:first|next) (?:batch|round)\b|第[1-3]弾", r"\bits (?:own )?plant\b", r"[2-6]x"]
)
def test_a_cue_finds_what_its_expression_finds(pattern: str) -> None:
    for text in ("the next round", "第2弾として", "the nextround", "from its own plant", "its mill", "4x", ""):
        found, alone = Cue(pattern).search(text), re.search(pattern, text)
        assert (found and found.span()) == (alone and alone.span())
        assert Cue(pattern).findall(text) == re.findall(pattern, text)


def test_endings_refuse_only_what_cannot_end_so() -> None:
    ends = Endings(["more than", "about", r"add(?:s|ed)? up to", r"a cap(?: of)?", "~"])
    assert all(map(ends.possible, ("spent More than ", "about", "added up to ", "a cap ", "with a cap of", "~")))
    assert not any(map(ends.possible, ("spent ", "more tha", "", "of late")))
    assert Endings([r"\w+"]).possible("anything")


def test_dates_are_found_around_their_words_as_in_the_whole_text() -> None:
    filler = "The board met and talked at length on many things that have nothing to do with any of this. " * 3
    told = [
        "on March 3, 2026",
        "the following day",
        "in the first quarter of 2027",
        "12th of May of the same year",
        "on Monday",
    ]
    text = filler + filler.join(told) + filler
    assert [one[0] for one in dates._english_matches(text)] == [one[0] for one in dates._ENGLISH.finditer(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5 million USD", 1),
        ("USD 5 million", 1),
        ("It will open 5 stores within years", 0),
        ("He had mad 5 days and 7 pen friends", 0),
        ("more than 2 million US dollars", 1),
        ("US dollars 300 million", 1),
        ("Two Million Dollars", 1),
        ("MORE THAN TWO BILLION EUROS", 1),
    ],
)
def test_codes_count_in_capitals_and_words_in_any_case(text: str, found: int) -> None:
    assert len(find_amounts(text, "en", None)) == found

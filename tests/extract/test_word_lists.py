"""The lists of amounts and names that the reader is measured with keep their scores."""

from __future__ import annotations

import pytest

from pipelines.extract.amounts import find_amounts
from pipelines.extract.lexicon import build_lexicon
from pipelines.extract.vocabulary import own_rows
from tests.evaluation.score_lists import HERE, REFERENCE, name_as_read, read_rows, score_amounts, score_names

STEMS = ("second", "third")


@pytest.mark.parametrize("stem", STEMS)
def test_amounts_of_the_lists_are_read(stem: str) -> None:
    score = score_amounts(read_rows(HERE / f"amounts_{stem}.csv"))
    assert score.share >= 0.98, [miss.row["text"] for miss in score.misses]


@pytest.mark.parametrize("stem", STEMS)
def test_names_of_the_lists_are_read(stem: str) -> None:
    lexicon = build_lexicon({name: own_rows(name) for name in REFERENCE}, ())
    rows = read_rows(HERE / f"names_{stem}.csv")
    universe = {name for row in rows for name in row["canonical"].split("|") if name}
    score = score_names(rows, lambda row: name_as_read(lexicon, universe, row))
    assert score.precision >= 0.99 and score.recall >= 0.97, [miss.row["surface"] for miss in score.misses]


def test_digits_of_two_scripts_are_no_number() -> None:
    assert find_amounts("1二3億円を投じた。", "ja", "JPN") == []


def test_a_letter_of_scale_stands_behind_digits_only() -> None:
    assert find_amounts("He shops at Dollar General.", "en", "USA") == []

"""Words that stand for a firm named before: whom they take up, and where they are no firm."""

from __future__ import annotations

import pytest

from pipelines.extract.annotation import annotate_document
from pipelines.extract.lexicon import Lexicon
from pipelines.records import Document, Paragraph, Source


def _taken_up(lexicon: Lexicon, text: str, word: str) -> str | None:
    annotated = annotate_document(Document("x.txt", Source("x", language="en"), None, (Paragraph(1, text),)), lexicon)
    assert annotated is not None
    start = text.rindex(word)
    return next((one.text for s in annotated.sentences for one in s.of("org") if one.start == start), None)


PLANT = "Panasonic builds a $4 billion battery plant in Kansas. "


@pytest.mark.parametrize(
    ("text", "word", "firm"),
    [
        (PLANT + "The company hires.", "The company", "Panasonic"),
        (PLANT + "It plans a second.", "It", "Panasonic"),
        (PLANT + "It has signed a lease.", "It", "Panasonic"),
        (PLANT + "The Japanese group declined to comment.", "The Japanese", "Panasonic"),
        (PLANT + "Its operator is Liberty Cells LLC, a unit of the Japanese group.", "the Japanese", "Panasonic"),
    ],
)
def test_a_word_takes_up_the_firm_spoken_of(lexicon: Lexicon, text: str, word: str, firm: str) -> None:
    assert _taken_up(lexicon, text, word) == firm


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (PLANT + "It will cost more.", "It"),
        (PLANT + "It takes two years to finish.", "It"),
        (PLANT + "It is 40 miles from Topeka.", "It"),
        (PLANT + "The company of the year is another.", "The company"),
        (PLANT + "It is part of the Korean group of plans.", "the Korean"),
    ],
)
def test_what_only_a_plant_does_takes_up_no_firm(lexicon: Lexicon, text: str, word: str) -> None:
    assert _taken_up(lexicon, text, word) is None

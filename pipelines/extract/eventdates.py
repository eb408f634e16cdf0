"""The day of a step: the date beside the words that tell it, and the day a list of interest was published.

What belongs here: choosing among the dates of a sentence or passage. What does not: finding dates (`dates`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from pipelines.extract.annotation import Annotated
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.patterns import Found

TOLD_BEFORE = re.compile(r"済み|(?:して|されて)(?:い(?:た|る)|お(?:り|った))")
"""What tells that something was made public before the day of the text's own news: 4月25日に公表済み."""


def nearest_date(match: Found, sentence: Sentence) -> Mention | None:
    """The date nearest to the words that tell the step, in the same sentence."""
    start, end = match.match.span()
    dates = [
        (sentence.position(date), date)
        for date in sentence.of("date")
        if date.value.day is not None
        and date.value.precision in ("day", "month")
        and not _STILL_TO_COME.search(sentence.masked[: sentence.position(date)])
    ]
    near = [
        (min(abs(place - start), abs(place - end)) if not start <= place < end else 0, date) for place, date in dates
    ]
    near = [(distance, date) for distance, date in near if distance <= (60 if not sentence.japanese else 90)]
    return min(near, key=lambda pair: pair[0])[1] if near else None


_SAID_ON = re.compile(
    r"\b(?:said|announced|disclosed|confirmed|unveiled|revealed)(?: (?:in|at) [^,;.]{3,40})? (?:on )?"
    r"(?P<day>[\ue600-\ue6ff])"
)


def said_on(sentence: Sentence, published: dt.date | None) -> Mention | None:
    """The day on which an English sentence says that its party spoke, a few days before publication at the most."""
    found = None if sentence.japanese or published is None else _SAID_ON.search(sentence.masked)
    date = next(iter(sentence.caught(found["day"])), None) if found is not None else None
    if date is None or published is None or date.value.day is None or date.value.precision != "day":
        return None
    return date if 0 <= (published - date.value.day).days <= _RECENT else None


_RECENT = 7
"""Days before publication within which news is told."""
_STILL_TO_COME = re.compile(
    r"\b(?:will|would|should|shall|is to|are to|due to|expected to|scheduled to|set to|planned to|"
    r"plans to)\s(?:\w+\s){0,4}$"
)


def day_of_choice(annotated: Annotated, told: Sequence[tuple[Mention | None, Sentence]]) -> Mention | None:
    """The one day on which projects were chosen at once: beside the words that tell it, or in the sentence before.

    Args:
        annotated: The document.
        told: The date and the sentence of each choice.
    """
    dated = [date or choice_date(annotated, sentence) for date, sentence in told]
    days = {date.value.day: date for date in dated if date is not None and date.value.precision == "day"}
    return next(iter(days.values())) if len(days) == 1 else None


def choice_date(annotated: Annotated, sentence: Sentence) -> Mention | None:
    """The one past day of a sentence, or of the sentence before it where that has one and this has none."""
    published = annotated.published_on
    for number in (sentence.number, sentence.number - 1):
        if number < 0 or annotated.sentences[number].paragraph != sentence.paragraph:
            continue
        days = [
            one
            for one in annotated.sentences[number].of("date")
            if one.value.day is not None and one.value.precision == "day"
            if published is None or one.value.day <= published
        ]
        if days:
            return days[0] if len({one.value.day for one in days}) == 1 else None
    return None


def list_date(annotated: Annotated, sentence: Sentence) -> Mention | None:
    """The day the list was published: a date beside its name, in its own passage first, then anywhere in the text."""
    published = annotated.published_on
    for others in (annotated.paragraph(sentence.paragraph), annotated.sentences):
        for other in others:
            if not _LIST.search(other.masked):
                continue
            for date in other.of("date"):
                day = date.value.day if date.value.precision == "day" else None
                if day is not None and (published is None or day <= published):
                    return date
    return None


_LIST = re.compile(
    r"fact sheet|\bsheet\b|\blists?\b|undertakings|(?:have|of) (?:an )?interest|ファクトシート|一覧|共同文書|"
    r"関心を(?:示|持)"
)

"""Which of the dates of a document is the day of its publication: the day at the publisher's place, or none.

What belongs here: weighing dates that a document gives. What does not: reading them (`dates`) and finding them
(`declared`, `record`). Where they disagree nothing is chosen: a wrong date moves every relative one in the text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.ingest.readers.dates import Stamp, written_dates

_EAST, _WEST = dt.timedelta(hours=14), dt.timedelta(hours=-12)
_JAPAN = dt.timedelta(hours=9)
_UPDATED = re.compile(
    r"更新|改訂|改定|修正|訂正|最終|取得|閲覧|\b(?:updated?|modified|revised|edited|corrected|accessed|retrieved|reviewed"
    r"|expires?)\b",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"公開|掲載|配信|発表|発行|投稿|作成|公表|公布|\b(?:published|posted|released?|issued|first|date|created)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dating:
    """The day of publication, or why there is none."""

    day: dt.date | None = None
    remark: str | None = None


def weigh(stamps: Iterable[Stamp], shown: Iterable[dt.date], language: str) -> Dating:
    """Choose the day of publication among a document's dates.

    The day that readers are shown comes first, then the day of a stamp with a zone, then a bare day, last Greenwich's
    day (in Japanese documents Japan's day at that instant). Every other date must be the same day somewhere on Earth.

    Args:
        stamps: What the machine part declares as the day of publication.
        shown: What is printed beside the headline as the day of publication.
        language: Primary language of the document, as `ja`.
    """
    stamps = list(stamps)
    levels: Sequence[set[dt.date]] = (
        set(shown),
        {found.day for found in stamps if found.instant and found.is_local},
        {found.day for found in stamps if found.instant is None},
        {_greenwich_day(found, language) for found in stamps if not found.is_local},
    )
    first = next((level for level in levels if level), None)
    if first is None:
        return Dating()
    if len(first) > 1:
        return Dating(None, _disagreement(first))
    day = next(iter(first))
    others = {found.day for found in stamps if not _is_same_day(found, day, stamps)}
    if others:
        return Dating(None, _disagreement({day, *others}))
    return Dating(day)


def shown_dates(text: str) -> tuple[list[dt.date], list[dt.date]]:
    """Dates of a line beside the headline: those of publication, and those of an update.

    A word stands before its date, or, where the line begins with a date and ends with a word, after it. A date without
    a word is of publication, unless another in the line is said to be.
    """
    dates = written_dates(text)
    if not dates:
        return [], []
    edges = [0, *(place for date in dates for place in (date.start, date.end)), len(text)]
    between = [text[edges[place] : edges[place + 1]] for place in range(0, len(edges), 2)]
    words_follow = _label(between[0]) is None and _label(between[-1]) is not None
    named: dict[str | None, list[dt.date]] = {}
    for number, date in enumerate(dates):
        named.setdefault(_label(between[number + words_follow]), []).append(date.day)
    return named.get("published") or named.get(None, []), named.get("updated", [])


def _label(words: str) -> str | None:
    """What the last word of the kind says that the date beside it is of."""
    found = [(match.start(), "updated") for match in _UPDATED.finditer(words)]
    found += [(match.start(), "published") for match in _PUBLISHED.finditer(words)]
    return max(found)[1] if found else None


def _greenwich_day(found: Stamp, language: str) -> dt.date:
    if language == "ja" and found.instant is not None:
        return (found.instant + _JAPAN).date()
    return found.day


def _is_same_day(found: Stamp, day: dt.date, stamps: Sequence[Stamp]) -> bool:
    if found.instant is not None:
        utc = found.instant.astimezone(dt.UTC)
        return (utc + _WEST).date() <= day <= (utc + _EAST).date()
    # A bare day beside a stamp with a clock may be Greenwich's day of that instant.
    return found.day == day or any(
        other.instant is not None and _is_same_day(other, found.day, ()) and _is_same_day(other, day, ())
        for other in stamps
    )


def _disagreement(days: Iterable[dt.date]) -> str:
    listed = ", ".join(day.isoformat() for day in sorted(set(days)))
    return f"its dates of publication disagree ({listed})"

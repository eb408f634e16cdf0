"""Full dates as documents write them, in both languages, and the machine's stamps: never a day that is not all there.

What belongs here: text -> day. What does not: which of several dates is the day of publication (`dating`), and relative
dates or parts of dates in running text (`extract/dates`).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "R": 2018, "H": 1988, "S": 1925}
"""The year before the first of each era."""
_KANJI = {**{c: n for n, c in enumerate("〇一二三四五六七八九")}, "零": 0}
_K = "〇零一二三四五六七八九十"
_PATTERNS = (
    re.compile(rf"\b(?P<mon>{_NAMES})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?(?P<mon>{_NAMES})\.?,?[\s-]+(?P<y>\d{{4}})\b",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日"),
    re.compile(r"(?P<era>令和|平成|昭和)\s*(?P<y>元|\d{1,2})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日"),
    re.compile(r"(?<![A-Za-z0-9])(?P<era>[RHS])\.?(?P<y>\d{1,2})\.(?P<m>\d{1,2})\.(?P<d>\d{1,2})(?![\d.])"),
    re.compile(rf"(?P<y>[{_K}]{{4}})年(?P<m>[{_K}]{{1,2}})月(?P<d>[{_K}]{{1,3}})日"),
    re.compile(rf"(?P<era>令和|平成|昭和)(?P<y>元|[{_K}]{{1,3}})年(?P<m>[{_K}]{{1,2}})月(?P<d>[{_K}]{{1,3}})日"),
    re.compile(r"(?<![\d./-])(?P<y>\d{4})([-/.])\s?(?P<m>\d{1,2})\2\s?(?P<d>\d{1,2})(?!\d|[-/.]\d)"),
    re.compile(r"(?<![\d./-])(?P<a>\d{1,2})([/.])(?P<b>\d{1,2})\2(?P<y>\d{4})(?!\d)"),
)
_DIGIT = re.compile(r"\d|[〇一二三四五六七八九元]年")
_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ]\s*(\d{2}):?(\d{2})(?::?(\d{2}))?(?:[.,]\d+)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_EARLIEST, _LATEST = 1900, 2100


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A full date in a text: the day, and where it stands (characters, half-open)."""

    day: dt.date
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """A machine's date: the day as written, and the instant where a clock time with its zone is given."""

    day: dt.date
    instant: dt.datetime | None = None

    @property
    def is_local(self) -> bool:
        """Whether the day is that of a place: no clock zone at all, or one that is not Greenwich's."""
        return self.instant is None or self.instant.utcoffset() != dt.timedelta(0)


def written_dates(text: str) -> list[WrittenDate]:
    """Every full date written in a text, in order; `02/03/2026`, which may be read in two ways, is none."""
    if not _DIGIT.search(text):
        return []
    folded, places = _folded(text)
    found: dict[int, WrittenDate] = {}
    for pattern in _PATTERNS:
        for match in pattern.finditer(folded):
            day = _day(match.groupdict())
            if day is not None:
                start, end = places[match.start()], places[match.end() - 1] + 1
                found.setdefault(start, WrittenDate(day, start, end))
    return list(_apart(sorted(found.values(), key=lambda date: (date.start, -date.end))))


def explicit_date(text: str) -> tuple[dt.date, int, int] | None:
    """The first full date written in a text, with its span; None where there is none or it is impossible."""
    dates = written_dates(text)
    return (dates[0].day, dates[0].start, dates[0].end) if dates else None


def stamp(text: str) -> Stamp | None:
    """Read a date of a page's or mail's machine part: ISO 8601, RFC 2822, or as people write it.

    Returns:
        None where there is no full date, or one that cannot be meant (1970-01-01, year 1).
    """
    text = unicodedata.normalize("NFKC", text).strip()
    found = _iso(text) or _mail(text)
    if found is None:
        dates = written_dates(text[:80])
        found = Stamp(dates[0].day) if dates else None
    if found is None or not _EARLIEST <= found.day.year <= _LATEST or found.day == dt.date(1970, 1, 1):
        return None
    return found


def _iso(text: str) -> Stamp | None:
    match = _ISO.match(text)
    if match is None or text[match.end() : match.end() + 1].isdigit():
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    try:
        date = dt.date(int(year), int(month), int(day))
        if hour is None or zone is None:
            return Stamp(date)
        offset = dt.UTC if zone[0] not in "+-" else dt.datetime.strptime(zone, "%z").tzinfo
        return Stamp(date, dt.datetime(*date.timetuple()[:3], int(hour), int(minute), int(second or 0), tzinfo=offset))
    except ValueError:
        return None


def _mail(text: str) -> Stamp | None:
    if not re.match(r"(?:[A-Za-z]{3},\s*)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d{1,2}:\d{2}", text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return Stamp(moment.date(), moment if moment.tzinfo else None)


def _folded(text: str) -> tuple[str, range | list[int]]:
    """Compatibility forms folded, with the place in the text of every character of the result."""
    folded = unicodedata.normalize("NFKC", text)
    if len(folded) == len(text):
        return folded, range(len(text))
    parts = [unicodedata.normalize("NFKC", character) for character in text]
    return "".join(parts), [place for place, part in enumerate(parts) for _ in part]


def _day(parts: dict[str, str | None]) -> dt.date | None:
    try:
        year = _number(parts["y"] or "")
        if parts.get("a"):
            first, second = int(parts["a"] or 0), int(parts["b"] or 0)
            if first <= 12 and second <= 12 and first != second:
                return None
            month, day = (first, second) if first <= 12 else (second, first)
        else:
            month = _MONTHS[(parts["mon"] or "").lower()] if parts.get("mon") else _number(parts["m"] or "")
            day = _number(parts["d"] or "")
        if parts.get("era"):
            year += _ERAS[parts["era"] or ""]
        return dt.date(year, month, day) if _EARLIEST <= year <= _LATEST else None
    except ValueError:
        return None


def _number(text: str) -> int:
    """Digits, kanji digits by place (二〇二六), or kanji with ten (二十八); 元 is the first year of an era."""
    if text == "元":
        return 1
    if text.isascii():
        return int(text)
    if "十" not in text:
        return int("".join(str(_KANJI[character]) for character in text))
    tens, _, ones = text.partition("十")
    return (_KANJI[tens] if tens else 1) * 10 + (_KANJI[ones] if ones else 0)


def _apart(dates: list[WrittenDate]) -> Iterator[WrittenDate]:
    end = 0
    for date in dates:
        if date.start >= end:
            yield date
            end = date.end

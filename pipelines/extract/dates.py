"""Dates in a text, absolute or relative to a known day of publication.

What belongs here: finding dates and resolving them; a relative date without a publication date stays unresolved. What
does not: which event a date belongs to (`stages`, `controls`).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.extract.gating import Gate
from pipelines.extract.terms import has_cjk

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTHS["sept"] = 9
_DAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_MONTH = "|".join(sorted((name.capitalize() for name in _MONTHS), key=len, reverse=True))
_DAY = "|".join(name.capitalize() for name in _DAYS)

_ENGLISH = re.compile(
    rf"\b(?:(?P<m1>{_MONTH})\.?\s(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s(?P<y1>\d{{4}}))?(?!\d|,\d{{3}}|%|\smillion|\sbillion)"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s(?P<m2>{_MONTH})\b\.?(?:,?\s(?P<y2>\d{{4}}))?"
    rf"|(?P<m3>{_MONTH})\.?\s(?P<when3>last year|this year|next year)?(?:of\s)?(?P<y3>\d{{4}})"
    rf"|(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})"
    rf"|(?P<rel>[Ll]ast|[Tt]his|[Nn]ext)?\s?\b(?P<wd>{_DAY})\b(?!\s(?:Times|Review|Journal))"
    rf"|(?P<near>[Tt]oday|[Yy]esterday)\b"
    rf"|(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Ff]rom|[Ll]ast|[Nn]ext|[Oo]f|[Bb]efore|[Aa]fter|[Ee]arly|[Ll]ate|[Mm]id)[\s-](?P<m4>{_MONTH})(?!\w)\.?(?!\s\d)"
    rf"|(?P<q>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|Q[1-4])(?:[\s-]quarter)?(?:\sof)?\s(?P<yq>20\d\d)"
    rf"|(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Ff]rom|[Aa]bout|[Aa]round|[Ll]ate|[Ee]arly|[Mm]id|"
    rf"[Dd]uring|end of|in the)[\s-](?P<y5>(?:19|20)\d\d)\b(?!\s?(?:tons?|tonnes|MW|jobs|"
    rf"people)))"
)
_JAPANESE = re.compile(
    r"(?:(?P<y>20\d{2}|19\d{2}|(?<!\d)\d{2})年|(?P<era>令和)(?P<ey>\d{1,2}|元)年|(?P<rel>昨年|今年|来年|一昨年|本年|翌年|同年|再来年|去年))"
    r"(?:(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})日)?)?(?P<fy>度)?"
    r"|(?:(?P<m2>\d{1,2})月(?P<d2>\d{1,2})日)"
    r"|(?P<rm>今月|先月|来月|前月|同月)(?:(?P<d3>\d{1,2})日)?"
    r"|(?<![\d月.，,])(?P<m4>\d{1,2})月(?=[にのか末上中下ま、，。期以]|$)"
    r"|(?<![\d月.，,第])(?P<d5>\d{1,2})日(?=[はにのまで、，付夜朝午夕未深発早か（(開]|$)(?!間|後|以内|目|連続)"
    r"|(?P<near>本日|きょう|今日|昨日|きのう|同日)"
)
_ENGLISH_GATE = Gate([re.compile(rf"{name}") for name in (*_MONTHS, *_DAYS, "today", "yesterday", "19", "20")])
_JAPANESE_SIGN = re.compile(r"[年月日]|きのう|きょう")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in a text.

    Attributes:
        start, end: Characters of the text.
        text: The date as found.
        day: The day, or the first day of the period; None where it cannot be known.
        precision: day, month, quarter or year.
    """

    start: int
    end: int
    text: str
    day: dt.date | None
    precision: str


def find_dates(text: str, published_on: dt.date | None) -> list[DateMention]:
    """Find the dates of a text.

    Args:
        text: A sentence or paragraph.
        published_on: Day of publication, for what is relative to it; None where unknown.
    """
    if has_cjk(text):
        return list(_find_japanese(text, published_on)) if _JAPANESE_SIGN.search(text) else []
    # Most sentences hold neither a digit nor the name of a month or a day.
    return list(_find_english(text, published_on)) if _ENGLISH_GATE.open(text) else []


def _find_english(text: str, published: dt.date | None) -> Iterator[DateMention]:
    for match in _ENGLISH.finditer(text):
        found = match.groupdict()
        day: dt.date | None = None
        precision = "day"
        if found["iso"]:
            day = _make(*map(int, found["iso"].split("-")))
        elif found["m1"] or found["m2"]:
            number = "1" if found["m1"] else "2"
            year = found[f"y{number}"]
            day = _month_day(
                int(year) if year else None, _MONTHS[found[f"m{number}"].lower()], int(found[f"d{number}"]), published
            )
        elif found["m3"]:
            day, precision = _make(int(found["y3"]), _MONTHS[found["m3"].lower()], 1), "month"
        elif found["wd"]:
            day = _weekday(_DAYS[found["wd"].lower()], (found["rel"] or "").lower(), published)
        elif found["near"]:
            day = published and published - dt.timedelta(days=found["near"].lower() == "yesterday")
        elif found["m4"]:
            day, precision = _month_day(None, _MONTHS[found["m4"].lower()], 1, published), "month"
        elif found["q"]:
            quarter = {"first": 1, "second": 2, "third": 3, "fourth": 4}.get(found["q"].lower()) or int(found["q"][-1])
            day, precision = _make(int(found["yq"]), quarter * 3 - 2, 1), "quarter"
        elif found["y5"]:
            day, precision = _make(int(found["y5"]), 1, 1), "year"
        if found["m1"] and found["m1"] == "May" and not found["d1"]:
            continue
        yield DateMention(match.start(), match.end(), match[0], day, precision)


def _find_japanese(text: str, published: dt.date | None) -> Iterator[DateMention]:
    for match in _JAPANESE.finditer(text.translate(_FULL_WIDTH)):
        found = match.groupdict()
        day: dt.date | None = None
        precision = "day"
        if found["y"] or found["era"] or found["rel"]:
            year = _japanese_year(found, published)
            month, number = found["m"], found["d"]
            precision = "day" if number else "month" if month else "year"
            if found["y"] and len(found["y"]) == 2 and not month:
                continue
            day = _make(year, int(month or (4 if found["fy"] else 1)), int(number or 1)) if year else None
        elif found["m2"]:
            day = _month_day(None, int(found["m2"]), int(found["d2"]), published)
        elif found["rm"]:
            shift = {"先月": -1, "前月": -1, "来月": 1}.get(found["rm"], 0)
            precision = "day" if found["d3"] else "month"
            day = _shifted(published, shift, int(found["d3"] or 1)) if published and found["rm"] != "同月" else None
        elif found["m4"]:
            day, precision = _month_day(None, int(found["m4"]), 1, published), "month"
        elif found["d5"]:
            number = int(found["d5"])
            day = _shifted(published, -1 if published and number > published.day else 0, number) if published else None
        elif found["near"]:
            back = {"昨日": 1, "きのう": 1}.get(found["near"], 0)
            day = published - dt.timedelta(days=back) if published and found["near"] != "同日" else None
        yield DateMention(match.start(), match.end(), text[match.start() : match.end()], day, precision)


def _japanese_year(found: dict[str, str | None], published: dt.date | None) -> int | None:
    if found["y"]:
        year = int(found["y"])
        return year + 2000 if year < 100 else year
    if found["era"]:
        return 2018 + (1 if found["ey"] == "元" else int(found["ey"] or 0))
    shift = {"昨年": -1, "去年": -1, "一昨年": -2, "今年": 0, "本年": 0, "来年": 1, "再来年": 2}.get(found["rel"] or "")
    return None if shift is None or published is None else published.year + shift


def _make(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _month_day(year: int | None, month: int, day: int, published: dt.date | None) -> dt.date | None:
    """A day whose year may be left out: then the one nearest to the day of publication is meant."""
    if year is not None:
        return _make(year, month, day)
    if published is None:
        return None
    candidates = [_make(published.year + shift, month, day) for shift in (-1, 0, 1)]
    return min((day for day in candidates if day), key=lambda day: abs((day - published).days), default=None)


def _weekday(number: int, relation: str, published: dt.date | None) -> dt.date | None:
    if published is None:
        return None
    back = (published.weekday() - number) % 7
    if relation == "next":
        return published + dt.timedelta(days=7 - back)
    if relation == "last" and back == 0:
        back = 7
    return published - dt.timedelta(days=back)


def _shifted(published: dt.date, months: int, day: int) -> dt.date | None:
    month = published.month - 1 + months
    return _make(published.year + month // 12, month % 12 + 1, day)

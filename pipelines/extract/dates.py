"""Dates in a text, absolute or relative to a known day of publication.

What belongs here: finding dates and resolving them; a relative date without a publication date stays unresolved. What
does not: which event a date belongs to (`stages`, `controls`).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from daachorse import CharwiseDoubleArrayAhoCorasick

from pipelines.extract.terms import has_cjk

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTHS["sept"] = 9
_DAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_MONTH = "|".join(sorted((name.capitalize() for name in _MONTHS), key=len, reverse=True))
_DAY = "|".join(name.capitalize() for name in _DAYS)

_SHIFT = r"last|this|next|that|the same|the following|the previous|the"
_ENGLISH = re.compile(
    rf"\b(?:(?P<m1>{_MONTH})\.?\s(?:the\s)?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:(?:,?\s|"
    rf"\s?/\s?)(?P<y1>\d{{4}}))?(?!\d|,\d{{3}}|%|\smillion|\sbillion)"
    rf"(?:,?\s(?:of\s)?(?P<s1>{_SHIFT})\syear\b)?"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|"
    rf"th)?\s(?:of\s)?(?P<m2>{_MONTH})\b\.?(?:,?\s(?P<y2>\d{{4}}))?(?:,?\s(?:of\s)?(?P<s2>{_SHIFT})\syear\b)?"
    rf"|(?P<m3>{_MONTH})\.?\s(?P<when3>last year|this year|next year)?(?:of\s)?(?P<y3>\d{{4}})"
    rf"|(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})"
    rf"|(?P<rel>[Ll]ast|[Tt]his|[Nn]ext)?\s?\b(?P<wd>{_DAY})\b(?!\s(?:Times|Review|Journal)|"
    rf",?\s(?:the\s)?\d{{1,2}}(?:st|nd|rd|th)?\s|,?\s(?:{_MONTH})\.?\s\d)"
    rf"(?P<wk>,?\s(?:of\s)?last\sweek\b)?"
    rf"|(?P<near>[Tt]oday|[Yy]esterday|[Tt]his morning|[Tt]onight|[Ll]ast night|[Tt]omorrow)\b(?!'s\s(?:world|"
    rf"market|economy))"
    rf"|(?P<same>(?:[Tt]he same|[Tt]hat same|[Tt]hat)\sday|[Tt]he (?:next|following|previous) day)\b"
    rf"|(?P<ago>\d{{1,2}}|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Tt]en)\sdays\sago\b"
    rf"|(?P<mw>[Ll]ast|[Tt]his|[Nn]ext)\smonth\b"
    rf"|(?P<pre>[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Ff]rom|[Ll]ast|[Nn]ext|[Tt]his|[Oo]f|[Bb]efore|[Aa]fter|"
    rf"[Ee]arly|[Ll]ate|[Mm]id)[\s-](?P<m4>{_MONTH})(?!\w)\.?(?!\s\d)"
    rf"(?:,?\s(?:of\s)?(?P<s4>{_SHIFT})\syear\b)?"
    rf"|(?P<q>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|Q[1-4])(?:[\s-]quarter)?(?:\sof)?\s(?P<yq>20\d\d)"
    rf"|(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Ff]rom|[Aa]bout|[Aa]round|[Ll]ate|[Ee]arly|[Mm]id|"
    rf"[Dd]uring|end of|in the)[\s-](?P<y5>(?:19|20)\d\d)\b(?!\s?(?:tons?|tonnes|MW|jobs|"
    rf"people)))"
)
_JAPANESE = re.compile(
    r"(?:(?P<y>20\d{2}|19\d{2}|(?<!\d)\d{2})年|(?P<era>令和)(?P<ey>\d{1,2}|元)年|(?P<rel>一昨年|昨年|今年|再来年|来年|本年|翌年|同年|"
    r"去年|前年|おととし)の?)"
    r"(?:(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})日)?)?(?P<fy>度)?"
    r"|(?:(?P<m2>\d{1,2})月(?P<d2>\d{1,2})日)"
    r"|(?P<rm>今月|先月|来月|前月|同月|翌月)の?(?:(?P<d3>\d{1,2})日)?"
    r"|(?<![\d月.，,])(?P<m4>\d{1,2})月(?=[にのか末上中下ま、，。期以]|$)"
    r"|(?<![\d月.，,第後前約計])(?P<d5>\d{1,2})日(?=は|に|の(?!間|旅|休|工期|日程)|ま|で|、|，|付|夜|朝|午|夕|未明|深|発|早|から|（|\(|開|公|も|記|"
    r"時点|$)(?!間|後|以内|目|連続)"
    r"|(?P<near>本日|きょう|今日|一昨日|おととい|昨日|きのう|昨夜|明日|あす|同日|翌日|前日)"
)
_ENGLISH_WORDS = (
    *_MONTHS, *_DAYS, "today", "yesterday", "morning", "night", "tomorrow", " day", "month", "19", "20"
)  # fmt: skip
"""Words of which every English date holds one."""
_ENGLISH_SCAN = CharwiseDoubleArrayAhoCorasick(list(_ENGLISH_WORDS))
_BEFORE, _BEHIND = 40, 90
"""Characters around such a word in which the date stands, with what follows it and would make it none."""
_JAPANESE_SIGN = re.compile(r"[年月日]|きのう|きょう|おととい|あす|昨夜")
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
    return list(_find_english(text, published_on))


def _english_matches(text: str) -> Iterator[re.Match[str]]:
    """Matches of `_ENGLISH`, tried around the words that a date needs."""
    lower = text.lower()
    hits = _ENGLISH_SCAN.find(lower)
    if not hits:
        return
    if len(lower) != len(text):
        yield from _ENGLISH.finditer(text)
        return
    opening, closing = max(0, hits[0][0] - _BEFORE), hits[0][1] + _BEHIND
    for start, end, _ in hits[1:]:
        if start - _BEFORE > closing:
            yield from _ENGLISH.finditer(text, opening, closing)
            opening = start - _BEFORE
        closing = end + _BEHIND
    yield from _ENGLISH.finditer(text, opening, closing)


def _find_english(text: str, published: dt.date | None) -> Iterator[DateMention]:
    last: dt.date | None = None
    for match in _english_matches(text):
        found = match.groupdict()
        if found["m1"] == "May" and not found["d1"]:
            continue
        if last is None and any(found[f"s{number}"] for number in "124"):
            # "In Order No. 5 of 2023, published on July 3 of that year": a year need not stand in a date.
            years = re.findall(r"\b(?:19|20)\d\d\b", text[: match.start()])
            last = _make(int(years[-1]), 1, 1) if years else None
        day, precision = _english_day(found, published, last)
        yield DateMention(match.start(), match.end(), match[0], day, precision)
        last = day if day is not None else last


def _english_day(  # noqa: PLR0911 - one return a form
    found: dict[str, str | None], published: dt.date | None, last: dt.date | None
) -> tuple[dt.date | None, str]:
    """The day and precision of one match; `last` is the date before it in the text, for "that year", "the same day"."""
    if found["iso"]:
        return _make(*map(int, found["iso"].split("-"))), "day"
    for number in ("1", "2"):
        if month := found[f"m{number}"]:
            year = int(found[f"y{number}"] or 0) or _shifted_year(found[f"s{number}"], published, last)
            if found[f"s{number}"] and year is None:
                return None, "day"
            return _month_day(year, _MONTHS[month.lower()], int(found[f"d{number}"] or 1), published), "day"
    if month := found["m3"]:
        return _make(int(found["y3"] or 0), _MONTHS[month.lower()], 1), "month"
    if weekday := found["wd"]:
        relation = "of last week" if found["wk"] else (found["rel"] or "").lower()
        return _weekday(_DAYS[weekday.lower()], relation, published), "day"
    if near := found["near"]:
        back = {"yesterday": 1, "last night": 1, "tomorrow": -1}.get(near.lower(), 0)
        return published and published - dt.timedelta(days=back), "day"
    if same := found["same"]:
        ahead = 1 if re.search("next|following", same) else -1 if "previous" in same else 0
        return last and last + dt.timedelta(days=ahead), "day"
    if ago := found["ago"]:
        days = int(ago) if ago.isdigit() else _COUNTS[ago.lower()]
        return published and published - dt.timedelta(days=days), "day"
    return _english_period(found, published, last)


_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}


def _english_period(
    found: dict[str, str | None], published: dt.date | None, last: dt.date | None
) -> tuple[dt.date | None, str]:
    if which := found["mw"]:
        shift = {"last": -1, "this": 0, "next": 1}[which.lower()]
        return published and _shifted(published, shift, 1), "month"
    if month := found["m4"]:
        year = _shifted_year(found["s4"], published, last)
        day = _month_day(year, _MONTHS[month.lower()], 1, published)
        before = (found["pre"] or "").lower()
        if day and published and not year and before in ("last", "next", "since"):
            # "Last August", told in March, is that of the year before.
            later, earlier = (day.year, day.month) > (published.year, published.month), day < published.replace(day=1)
            day = day.replace(
                year=day.year + (1 if before == "next" and earlier else -1 if before != "next" and later else 0)
            )
        return day, "month"
    if quarter := found["q"]:
        number = {"first": 1, "second": 2, "third": 3, "fourth": 4}.get(quarter.lower()) or int(quarter[-1])
        return _make(int(found["yq"] or 0), number * 3 - 2, 1), "quarter"
    return _make(int(found["y5"] or 0), 1, 1), "year"


def _shifted_year(words: str | None, published: dt.date | None, last: dt.date | None) -> int | None:
    """The year of "of last year", counted from publication, or of "of that year", from the date told before."""
    shift = {"last": -1, "this": 0, "next": 1}.get((words or "").lower())
    if shift is not None:
        return published.year + shift if published else None
    if words and last:
        return last.year + {"the following": 1, "the previous": -1}.get(words.lower(), 0)
    return None


def _find_japanese(text: str, published: dt.date | None) -> Iterator[DateMention]:
    last: dt.date | None = None
    exact: dt.date | None = None
    figures, places = _arabic(text.translate(_FULL_WIDTH))
    for match in _JAPANESE.finditer(figures):
        found = match.groupdict()
        if found["y"] and len(found["y"]) == 2 and not found["m"]:
            continue
        day, precision = _japanese_day(found, published, last, exact)
        start, end = places[match.start()], places[match.end() - 1] + 1
        yield DateMention(start, end, text[start:end], day, precision)
        last = day or last
        exact = day if day and precision == "day" else exact


_KANJI = re.compile(r"(?<![〇一二三四五六七八九十百千万億兆数何])[〇一二三四五六七八九十]{1,4}(?=[年月日])")
_DIGITS = {character: str(number) for number, character in enumerate("〇一二三四五六七八九")}


def _arabic(text: str) -> tuple[str, Sequence[int]]:
    """Dates in Chinese numerals as figures (二〇二六年八月四日), with the place of each character in the text."""
    if not _KANJI.search(text):
        return text, range(len(text))
    pieces: list[str] = []
    places: list[int] = []
    end = 0
    for match in _KANJI.finditer(text):
        figures = _figures(match[0])
        pieces += [text[end : match.start()], figures]
        places += [*range(end, match.start()), *[match.start()] * len(figures)]
        end = match.end()
    return "".join([*pieces, text[end:]]), [*places, *range(end, len(text))]


def _figures(numerals: str) -> str:
    if "十" not in numerals:
        return "".join(_DIGITS[one] for one in numerals)
    tens, _, ones = numerals.partition("十")
    digits = "".join(_DIGITS.get(one, "") for one in ones)
    return f"{int(_DIGITS.get(tens, '1')) * 10 + int(digits or 0)}"


def _japanese_day(  # noqa: PLR0911 - one return a form
    found: dict[str, str | None], published: dt.date | None, last: dt.date | None, exact: dt.date | None
) -> tuple[dt.date | None, str]:
    """The day and precision of one match; `last` and `exact` are the date and the day told before (同年, 同日)."""
    if found["y"] or found["era"] or found["rel"]:
        year = _japanese_year(found, published, last)
        month, number = found["m"], found["d"]
        precision = "day" if number else "month" if month else "year"
        return (_make(year, int(month or (4 if found["fy"] else 1)), int(number or 1)) if year else None), precision
    if found["m2"]:
        return _month_day(None, int(found["m2"]), int(found["d2"] or 1), published), "day"
    if found["rm"]:
        shift = {"先月": -1, "前月": -1, "来月": 1, "翌月": 1}.get(found["rm"], 0)
        anchor = (last or published) if found["rm"] in ("同月", "翌月") else published
        return anchor and _shifted(anchor, shift, int(found["d3"] or 1)), "day" if found["d3"] else "month"
    if found["m4"]:
        return _month_day(None, int(found["m4"]), 1, published), "month"
    if found["d5"]:
        number_of_day = int(found["d5"])
        shift = -1 if published and number_of_day > published.day else 0
        return published and _shifted(published, shift, number_of_day), "day"
    near = found["near"] or ""
    if near in ("同日", "翌日", "前日"):
        return exact and exact + dt.timedelta(days={"翌日": 1, "前日": -1}.get(near, 0)), "day"
    back = {"昨日": 1, "きのう": 1, "昨夜": 1, "一昨日": 2, "おととい": 2, "明日": -1, "あす": -1}.get(near, 0)
    return published and published - dt.timedelta(days=back), "day"


def _japanese_year(found: dict[str, str | None], published: dt.date | None, last: dt.date | None) -> int | None:
    if found["y"]:
        year = int(found["y"])
        return year + 2000 if year < 100 else year
    if found["era"]:
        return 2018 + (1 if found["ey"] == "元" else int(found["ey"] or 0))
    told = {"同年": 0, "翌年": 1, "前年": -1}.get(found["rel"] or "")
    if told is not None:
        return last.year + told if last else None
    shifts = {"昨年": -1, "去年": -1, "一昨年": -2, "おととし": -2, "今年": 0, "本年": 0, "来年": 1, "再来年": 2}
    shift = shifts.get(found["rel"] or "")
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
    if relation == "of last week":
        return published - dt.timedelta(days=published.weekday() + 7 - number)
    if relation == "next":
        return published + dt.timedelta(days=7 - back)
    if relation == "last" and back == 0:
        back = 7
    return published - dt.timedelta(days=back)


def _shifted(published: dt.date, months: int, day: int) -> dt.date | None:
    month = published.month - 1 + months
    return _make(published.year + month // 12, month % 12 + 1, day)

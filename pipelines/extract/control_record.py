"""One export-control measure as it is filled from the sentences that tell of it.

What belongs here: the shape `Control`, and taking dates, issuers and statuses into it. What does not: finding measures
and the sentences about them (`controls`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.extract.control_dates import is_same_day, not_before, of_year, told_dates
from pipelines.extract.control_numbers import NumberMention
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.patterns import Found

COUNTRIES = {
    name: code
    for code, names in {
        "JPN": ("japan", "日本", "対日"),
        "USA": ("united states", "u.s.", "us", "america", "米国", "対米"),
        "TWN": ("taiwan", "台湾"),
        "KOR": ("south korea", "korea", "韓国"),
        "NLD": ("netherlands", "オランダ"),
        "IND": ("india", "インド"),
        "DEU": ("germany", "ドイツ"),
        "FRA": ("france",),
        "AUS": ("australia",),
        "CAN": ("canada",),
        "VNM": ("vietnam",),
        "PHL": ("philippines",),
    }.items()
    for name in names
}


@dataclass(slots=True)
class Control:
    """One export-control measure.

    Attributes:
        control_id: `cn-2023-39` for a numbered Chinese announcement, else made of what the text says.
        number: `No. 39 of 2023`; empty where none is given.
        announced, effective: Dates to the day.
        status: announced, in_force, suspended, expired, revoked or unknown, as of the document.
        materials: What it covers.
    """

    control_id: str
    country: str
    sentence: Sentence
    number: str = ""
    number_said: str = ""
    authority: str = ""
    measure_type: str = ""
    target: str = ""
    announced: Mention | None = None
    effective: Mention | None = None
    effective_day: dt.date | None = None
    status: str = "unknown"
    year: int = 0
    materials: list[tuple[Sentence, Mention]] = field(default_factory=list)


def say_dates(controls: Sequence[Control], told: Sequence[tuple[NumberMention, Control]], sentence: Sentence) -> None:
    """Give dates to the measures of a sentence: each to all of them, or to the nearest where there are several."""
    dates = [(date, kinds) for date, kinds in told_dates(sentence) if "until" not in kinds]
    for kind in ("announced", "effective"):
        of_kind = [date for date, kinds in dates if kind in kinds]
        for control in controls:
            places = [one for one, other in told if other is control]
            mine = of_kind
            if len(of_kind) > 1 and len(controls) > 1 and places:
                mine = sorted(of_kind, key=lambda date: abs(date.start - sentence.start - places[0].end))
            for date in mine:
                set_date(control, kind, date)
    for control in controls:
        # The only date beside a number is the day it was announced, unless a word says otherwise.
        if control.sentence is sentence and control.announced is None and len(dates) == 1 and not dates[0][1]:
            set_date(control, "announced", dates[0][0])
        say_same_day(control, sentence)


def say_dates_in_brackets(subjects: Sequence[tuple[NumberMention, Control]], sentence: Sentence) -> None:
    """Dates in brackets right behind a number are its own, whatever the sentence is about."""
    for one, control in subjects:
        bracket = re.match(r"\s?[(（][^()（）]{4,60}[)）]", sentence.text[one.end :])
        if bracket is None:
            continue
        for date, kinds in told_dates(sentence):
            if one.end <= date.start - sentence.start < one.end + bracket.end():
                for kind in kinds & {"announced", "effective"}:
                    set_date(control, kind, date)


def set_date(control: Control, kind: str, date: Mention) -> None:
    """Take a day as that of announcement or effect, where it fits the year of the number and the other day."""
    if kind == "announced" and control.announced is None:
        control.announced = of_year(date, control.year) if control.year else date
    elif kind == "effective" and control.effective is None:
        if control.announced is not None:
            fitting = not_before(date, control.announced.value.day)
        else:
            fitting = date if not control.year or date.value.day.year in (control.year, control.year + 1) else None
        if fitting is not None:
            control.effective, control.effective_day = fitting, fitting.value.day


def say_same_day(control: Control, sentence: Sentence) -> None:
    """Take the day of announcement as that of effect, where the sentence says so."""
    if control.announced is not None and control.effective is None and is_same_day(sentence.text.lower()):
        control.effective, control.effective_day = control.announced, control.announced.value.day


def say_status(control: Control, status: str) -> None:
    """Take a status: a stated end outweighs a stated life, and a return outweighs both."""
    if status == "reinstated":
        control.status = "in_force"
    elif control.status in ("unknown", "in_force") and (status != "in_force" or control.status == "unknown"):
        control.status = status


def say_issuers(control: Control, matches: Sequence[Found]) -> None:
    """Take who issued the measure; of a Chinese one only Chinese authorities."""
    issuers = list(dict.fromkeys(match.row["value"] for match in matches if match.row["what"] == "issuer"))
    if issuers and not control.authority:
        own = [name for name in issuers if name in ("MOFCOM", "GACC")] if control.country == "CHN" else issuers
        control.authority = " and ".join(own or issuers)

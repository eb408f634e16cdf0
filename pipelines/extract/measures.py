"""Capacities, tonnages and shares in a text, in the units of the contract.

What belongs here: a number with a unit of capacity or a percentage. What does not: money, dates, and whether a capacity
is the project's own (`projects`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pipelines.extract.gating import Gate
from pipelines.extract.numerals import DIGITS, japanese_value
from pipelines.extract.vocabulary import Reference, rows

_SCALES = {"thousand": 1000, "million": 10**6, "billion": 10**9, "m": 10**6, "k": 1000}
_YEAR = re.compile(
    r"\s?(?:(?:a|per|each|every)\s?(?:year|annum)|/\s?(?:year|yr|y|a)\b|annually|yearly|a\syear|p\.a\.|per\s?annum|-a-year|-per-year)",
    re.I,
)
_DAY = re.compile(r"\s?(?:(?:a|per|each|every)\s?day|/\s?(?:day|d)\b|daily|-a-day|-per-day)", re.I)
_OTHER = re.compile(r"\s?(?:(?:a|per|each)\s?(?:month|week|hour)|/\s?(?:month|h)\b|monthly|-a-month)", re.I)
_BEHIND = {
    name: re.compile(
        rf"\s(?:of|in)\s(?:[\w-]+\s){{1,4}}?(?:{pattern.pattern.removeprefix(chr(92) + 's?')})", re.IGNORECASE
    )
    for name, pattern in (("year", _YEAR), ("day", _DAY), ("other", _OTHER))
}
_YEAR_BEFORE = re.compile(r"(?:annual|yearly|per-year|a year)\b[^.;]{0,45}$", re.I)
_DAY_BEFORE = re.compile(r"daily\b[^.;]{0,30}$", re.I)
_JA_YEAR = re.compile(r"(?:年間|年産|年|毎年|年に|年間で|1年あたり|年あたり)[^。；;年]{0,24}$")
_JA_DAY = re.compile(r"(?:日量|1日|一日|日産|毎日|１日)[^。；;]{0,6}$")


@dataclass(frozen=True, slots=True)
class MeasureMention:
    """A quantity with a unit.

    Attributes:
        start, end: Characters of the text.
        text: The quantity as found.
        value: In `unit`.
        unit: Code of `capacity_unit`; None for a quantity that is no capacity (a tonnage without a period).
        per: year, day, other, or empty.
        sort: capacity, mass or share.
    """

    start: int
    end: int
    text: str
    value: float
    unit: str | None
    per: str
    sort: str


class MeasureFinder:
    """Finds quantities by the vocabulary of units."""

    def __init__(self, reference: Reference) -> None:
        self._units = [
            (re.compile(row["pattern"]), row["unit"], Decimal(row["factor"]), row["per"])
            for row in rows(reference, "capacity_units")
        ]
        joined = "|".join(row["pattern"] for row in rows(reference, "capacity_units"))
        self._english = re.compile(
            rf"(?<![\w.,$€£¥])(?P<number>{DIGITS})(?:\s?-?(?P<scale>thousand|million|billion|m|k)\b)?[\s-]?(?P<unit>{joined})(?![A-Za-z])"
        )
        self._japanese = re.compile(
            rf"(?P<number>[0-9０-９.．,，]+(?:[千百]?[万億][0-9０-９.,]*千?)*)(?P<unit>{joined})(?![A-Za-z])"
        )
        self._gate = Gate([re.compile(row["pattern"]) for row in rows(reference, "capacity_units")])

    def find(self, text: str, *, japanese: bool) -> list[MeasureMention]:
        """Quantities of a text, percentages among them."""
        if not _FIGURE.search(text):
            return []
        found = list(self._shares(text, japanese))
        if self._gate.open(text):
            found += self._quantities(text, japanese)
        return sorted(found, key=lambda mention: mention.start)

    def _quantities(self, text: str, japanese: bool) -> Iterator[MeasureMention]:
        for match in (self._japanese if japanese else self._english).finditer(text):
            number = (
                japanese_value(match["number"].strip(",，.")) if japanese else Decimal(match["number"].replace(",", ""))
            )
            if number is None:
                continue
            if not japanese and match["scale"]:
                number *= _SCALES[match["scale"]]
            per, end = _period(text, match, japanese)
            rows_ = [row for row in self._units if row[0].fullmatch(match["unit"])]
            unit = next((row for row in rows_ if row[3] == per), None) or next(
                (row for row in rows_ if row[3] in ("", "rate", "none")), None
            )
            known = next((row for row in self._units if row[0].fullmatch(match["unit"])), None)
            if known is None:
                continue
            if unit is not None and unit[3] == "" and per and per != "year":
                unit = None
            mass = known[1] in ("t/yr", "kg/yr", "ct/yr", "bbl/d")
            code = unit[1] if unit else None
            value = float(number * (unit or known)[2])
            yield MeasureMention(
                match.start(),
                end,
                text[match.start() : end],
                value,
                code,
                per,
                "capacity" if code else "mass" if mass else "count",
            )

    def _shares(self, text: str, japanese: bool) -> Iterator[MeasureMention]:
        pattern = _JA_SHARE if japanese else _SHARE
        for match in pattern.finditer(text):
            found = match.groupdict()
            if found.get("tenths"):
                value = japanese_value(found["tenths"])
                if value is None:
                    continue
                value = value * 10 + (5 if found.get("half") else 0)
            else:
                value = Decimal(found["number"].translate(_FULL_WIDTH).replace(",", ""))
            yield MeasureMention(match.start(), match.end(), match[0], float(value), None, "", "share")


_FIGURE = re.compile(r"[\d一二三四五六七八九]")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．", "0123456789.")
_SHARE = re.compile(rf"(?<![\w.])(?P<number>{DIGITS})(?:\s?%|\s?per\s?cent\b|-percent\b)")
_JA_SHARE = re.compile(
    r"(?P<number>[0-9０-９]+(?:[.．][0-9０-９]+)?)\s?(?:%|％|パーセント)|(?P<tenths>[0-9０-９一二三四五六七八九])割(?P<half>5分|強|弱)?"
)


def _period(text: str, match: re.Match[str], japanese: bool) -> tuple[str, int]:
    """Per year, per day or neither, and where the quantity with its period ends."""
    before = text[: match.start()]
    if japanese:
        yearly = bool(_JA_YEAR.search(before)) or text[match.end() :].startswith(("／年", "/年"))
        return "day" if _JA_DAY.search(before) else "year" if yearly else "", match.end()
    for name, pattern in (("year", _YEAR), ("day", _DAY), ("other", _OTHER)):
        found = pattern.match(text, match.end())
        # "tons of carbon dioxide a year": the period may stand behind what is counted, which is a mention of its own.
        if found or _BEHIND[name].match(text, match.end()):
            return name, found.end() if found else match.end()
    if re.fullmatch(r"(?:m?tpa|tpy|t/y(?:r|ear)?)", match["unit"]):
        return "rate", match.end()
    return "year" if _YEAR_BEFORE.search(before) else "day" if _DAY_BEFORE.search(before) else "", match.end()

"""Names and numbers of countries as agencies write them -> codes of the contract.

What belongs here: `data/countries.csv` and what agencies put around a name (footnote digits, marks of estimates). What
does not: places in documents (`extract/places.py`).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.ingest.agencies.figures import tidy

DATA = Path(__file__).parent / "data"
WORLD, OTHERS, EVERYWHERE = "WLD", "OTH", "ALL"
_END_MARK = re.compile(r"(?:[\s\d\u00b9\u00b2\u00b3\u2070-\u2079]+|\(\d+\))$")
_WORLD = re.compile(r"world( total)?( ?\(?rounded\)?)?|grand total|total", re.IGNORECASE)
_PARTS = (re.compile(r"(.+?) ?\(([^()]*)\)\d*"), re.compile(r"([^,]+), (.+)"))
_OF_A_NAME = re.compile(
    r"\b(rep|republic|dem|democratic|isl|islands?|north|south|east|west|sar|the|and the)\b", re.IGNORECASE
)
_OTHERS = re.compile(r"others?( countries)?|all others?|rest of (the )?world|other countries .*", re.IGNORECASE)
_COMTRADE = {"0": EVERYWHERE, "842": "USA", "251": "FRA", "757": "CHE", "579": "NOR", "699": "IND", "381": "ITA"}
"""Numbers that UN Comtrade uses beside, or instead of, the standard's."""
_LUMPS = ("97", "473", "490", "492", "527", "536", "568", "577", "636", "637", "837", "838", "839", "849", "879", "899")
"""UN Comtrade's areas that are no single country (bunkers, free zones, not elsewhere specified)."""


@dataclass(frozen=True, slots=True)
class Named:
    """A country as printed.

    Attributes:
        code: ISO 3166-1 alpha-3, WLD or OTH.
        marked: True where an estimate's `e` was left on the name.
        part: What of the country a cell adds to its name (`Kazakhstan, concentrate`), empty for the whole.
    """

    code: str
    marked: bool = False
    part: str = ""


def _fold(name: str) -> str:
    text = unicodedata.normalize("NFKD", tidy(name).replace("\u2019", "'")).casefold()
    return "".join(c for c in text if not unicodedata.combining(c))


def _rows() -> list[Mapping[str, str]]:
    with (DATA / "countries.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def _names() -> dict[str, str]:
    return {_fold(name): row["code"] for row in _rows() for name in (*row["names"].split("|"), row["code"]) if name}


@cache
def _numbers() -> dict[str, str]:
    numbers = {number: row["code"] for row in _rows() for number in row["m49"].split("|") if number}
    return {**numbers, **_COMTRADE, **dict.fromkeys(_LUMPS, OTHERS)}


@cache
def country(name: str) -> Named | None:
    """Return the country that an agency names.

    A footnote's digits after the name (`Other countries4`), and a mark of an estimate stuck to it (`Japane`), are
    taken off only where the name is not known with them.

    Returns:
        None for a name that is not known, and for several countries in one cell.
    """
    bare = tidy(name)
    whole = _whole(bare)
    if whole is not None:
        return whole
    for pattern in _PARTS:
        match = pattern.fullmatch(bare)
        found = None if match is None or several(bare) else _whole(match[1])
        if match is not None and found is not None and _is_part(match[2]):
            return Named(found.code, found.marked, match[2])
    return None


def _is_part(text: str) -> bool:
    """Whether what follows a name says which part is meant, and is no part of the name (`Congo, D.R.`)."""
    return text[:1].islower() and not _OF_A_NAME.search(text)


def _whole(bare: str) -> Named | None:
    for text, marked in _readings(bare):
        if _WORLD.fullmatch(text):
            return Named(WORLD, marked)
        if _OTHERS.fullmatch(text):
            return Named(OTHERS, marked)
        code = _names().get(_fold(text))
        if code is not None:
            return Named(code, marked)
    return None


def _readings(bare: str) -> list[tuple[str, bool]]:
    undigited = _END_MARK.sub("", bare).strip().rstrip(",")
    readings = [(bare, False), (undigited, False)]
    if undigited.endswith(("e", "r")):
        readings.append((undigited[:-1].rstrip(), undigited.endswith("e")))
    return [reading for reading in readings if reading[0]]


def several(name: str) -> bool:
    """Whether a cell names more than one country, each of them known (`China, Germany, and Russia`)."""
    parts = [part for part in re.split(r",|\band\b", tidy(name)) if part.strip()]
    return len(parts) > 1 and all(country(part) is not None for part in parts)


def by_number(number: str) -> str | None:
    """Return the code for a number of the UN's list (M49, with UN Comtrade's own): ALL for 0, OTH for lumps."""
    text = tidy(number).removesuffix(".0")
    return _numbers().get(text.lstrip("0") or "0" if text.isdigit() else text)

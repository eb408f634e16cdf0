"""Read one figure as a statistical agency prints it: a number, a bound, a range, a code or words.

What belongs here: what every odd value of the agencies' tables means. What does not: which column it stands in, and
units (`usgs`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from pipelines.ingest.values import CellError

_SPACES = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff]+")
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_FOOTNOTE = re.compile(r"[\u00b9\u00b2\u00b3\u2070-\u2079]+$")
_PLAIN = re.compile(rf"({_NUMBER})\s*%?", re.ASCII)
_BOUND = re.compile(rf"([<>\u2264\u2265]=?)\s*({_NUMBER})\s*%?", re.ASCII)
_RANGE = re.compile(rf"({_NUMBER})\s*%?\s*(?:-|\u2013|\u2014|to)\s*({_NUMBER})\s*%?", re.ASCII)
_ESTIMATED = re.compile(rf"(?:e|\u1d49)\s*({_NUMBER})|({_NUMBER})\s*\u1d49", re.ASCII)
_HALF = re.compile(r"less than (?:\u00bd|1/2|1\u20442|one-half|0\.5) (?:of (?:a|one) )?unit\.?", re.IGNORECASE)
_LESS_THAN = re.compile(rf"less than ({_NUMBER})\b[a-z .]*", re.IGNORECASE)
_LOST = re.compile(rf"[?\ufffd]\s*(?:{_NUMBER})", re.ASCII)
_NEGATIVE = re.compile(rf"[-\u2212]\s*({_NUMBER})|\((\d{{1,2}})\)", re.ASCII)
_WORDS = ("large", "moderate", "small", "very small", "very large", "moderate to large", "small to moderate")
_DASHES = ("-", "--", "\u2013", "\u2014", "\u2212", "\u2026")

_CODES = {
    "W": ("withheld", "W: withheld"),
    "D": ("withheld", "D: withheld"),
    "NA": ("not_available", "NA: not available"),
    "N/A": ("not_available", "NA: not available"),
    "N.A.": ("not_available", "NA: not available"),
    "XX": ("not_available", "XX: no total can be given"),
    "E": ("net_exporter", "E: net exporter"),
    "NET EXPORTER": ("net_exporter", "E: net exporter"),
    "S": ("small", "s: small"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as printed.

    Attributes:
        low, high: Bounds in the unit of the column, equal for one number; None where the source gives none.
        code: Code of `quantity_code`; empty for a blank cell, which says nothing.
        meaning: What kind of value this was, in words for the account of the file.
        estimated: True where the cell itself marks an estimate.
    """

    low: Decimal | None
    high: Decimal | None
    code: str
    meaning: str
    estimated: bool = False

    @property
    def blank(self) -> bool:
        """Whether nothing is said."""
        return not self.code

    def scaled(self, factor: Decimal) -> Figure:
        """The same figure in a unit of which one of the old makes `factor`."""
        low = None if self.low is None else self.low * factor
        high = None if self.high is None else self.high * factor
        return Figure(low, high, self.code, self.meaning, self.estimated)


def tidy(text: str) -> str:
    """Return a cell without surrounding blanks, with no-break and thin spaces as plain ones."""
    return _SPACES.sub(" ", text).strip()


def read_figure(text: str, *, top: Decimal | None = None) -> Figure:
    """Read one figure.

    Args:
        text: The cell.
        top: The largest value that there can be (100 for percentages); it closes a bound that is open above.

    Returns:
        The figure; `>50` of a percentage is 50 to 100, `<1` is 0 to 1, a blank cell has no code.

    Raises:
        CellError: Text that means none of this, a range whose ends are in the wrong order, or more than `top`.
    """
    plain = _FOOTNOTE.sub("", tidy(text)).strip()
    if not plain:
        return Figure(None, None, "", "blank")
    found = _coded(plain) or _bounded(plain, top) or _number(plain)
    if found is None:
        raise CellError(tidy(text)[:60], "a number, a bound as >50, a range, or a code as W, NA, XX, E, s")
    if found.low is not None and found.high is not None and found.low > found.high:
        raise CellError(tidy(text)[:60], "a range from the lower to the higher figure")
    if top is not None and any(end is not None and end > top for end in (found.low, found.high)):
        raise CellError(tidy(text)[:60], f"at most {top}")
    return found


def meaning_of(text: str) -> str:
    """What a cell that is not used means: the meaning of its figure, or words."""
    try:
        return read_figure(text).meaning
    except CellError:
        return "words"


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _coded(plain: str) -> Figure | None:
    # A lower-case e marks an estimate; alone in a cell it says nothing that is known here.
    code = None if plain == "e" else _CODES.get(plain.upper())
    if code is not None:
        return Figure(None, None, *code)
    if plain in _DASHES:
        return Figure(Decimal(0), Decimal(0), "exact", "\u2014: zero")
    if plain.lower() in _WORDS:
        return Figure(None, None, "not_available", "words instead of a figure")
    if _LOST.fullmatch(plain):
        return Figure(None, None, "not_available", "a figure whose sign was lost")
    negative = _NEGATIVE.fullmatch(plain)
    if negative is not None and float((negative[1] or negative[2]).replace(",", "")) != 0:
        return Figure(None, None, "not_available", "a footnote's number, or a negative figure, in place of a figure")
    return None


def _bounded(plain: str, top: Decimal | None) -> Figure | None:
    if _HALF.fullmatch(plain):
        return Figure(Decimal(0), Decimal("0.5"), "small", "less than half a unit")
    if _LESS_THAN.fullmatch(plain):
        return Figure(None, None, "small", "less than some amount, in words")
    bound = _BOUND.fullmatch(plain)
    if bound is not None:
        edge = _decimal(bound[2])
        if bound[1][0] in ">\u2265":
            return Figure(edge, top, "bounded", "> or <: a bound")
        return Figure(Decimal(0), edge, "bounded", "> or <: a bound")
    ends = _RANGE.fullmatch(plain)
    if ends is not None:
        return Figure(_decimal(ends[1]), _decimal(ends[2]), "bounded", "a range")
    return None


def _number(plain: str) -> Figure | None:
    number = _PLAIN.fullmatch(plain)
    if number is not None:
        meaning = "number with thousands separators" if "," in plain else "number"
        return Figure(_decimal(number[1]), _decimal(number[1]), "exact", meaning)
    estimate = _ESTIMATED.fullmatch(plain)
    if estimate is not None:
        value = _decimal(estimate[1] or estimate[2])
        return Figure(value, value, "exact", "number marked as an estimate", estimated=True)
    return None


def cents(value: Decimal | None) -> str:
    """Return money as plain digits, rounded half to even to the cent: agencies print up to three decimals."""
    return "" if value is None else digits(value.quantize(Decimal("0.01"), ROUND_HALF_EVEN))


def digits(value: Decimal | None) -> str:
    """Return a number as plain decimal digits, empty for None."""
    return "" if value is None else format(value.normalize(), "f")

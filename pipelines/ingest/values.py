"""Read one cell of a table file in our own layout as the contract's type.

What belongs here: text -> typed value, strictly. What does not: amounts and dates in running text (`extract/`).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal

import pyarrow as pa

from pipelines.records import Value

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?", re.ASCII)


class CellError(ValueError):
    """A cell that does not hold what its column promises; the caller adds file, row and column."""

    def __init__(self, found: str, expected: str) -> None:
        self.found = found
        self.expected = expected
        super().__init__(f"found {found!r}, expected {expected}")


def parse_date(text: str) -> tuple[dt.date, str]:
    """Read `2026-02-17`, `2026-02` or `2026`: the first day of the period and day, month or year.

    Raises:
        CellError: Anything else, or a day that does not exist.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise CellError(text, "a date as 2026-02-17, 2026-02 or 2026")
    year, month, day = match.groups()
    try:
        first = dt.date(int(year), int(month or 1), int(day or 1))
    except ValueError as error:
        raise CellError(text, "a day that exists") from error
    return first, "day" if day else "month" if month else "year"


def parse(text: str, arrow_type: pa.DataType) -> Value | None:
    """Read one cell.

    Args:
        text: The cell as written; surrounding blanks do not count.
        arrow_type: The column's type in the contract.

    Returns:
        The value; None for an empty cell and for a date that gives less than a day.

    Raises:
        CellError: The text is not of that type.
    """
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        return None
    if pa.types.is_string(arrow_type):
        return text
    if pa.types.is_list(arrow_type):
        return tuple(sorted({part.strip() for part in text.split("|") if part.strip()}))
    if pa.types.is_boolean(arrow_type):
        if text not in ("true", "false"):
            raise CellError(text, "true or false")
        return text == "true"
    if pa.types.is_date(arrow_type):
        first, precision = parse_date(text)
        return first if precision == "day" else None
    return _number(text, arrow_type)


def _number(text: str, arrow_type: pa.DataType) -> Value:
    if not _PLAIN_NUMBER.fullmatch(text):
        raise CellError(text, "a plain number (2100000000, not 2.1 billion, no thousands marks)")
    if pa.types.is_decimal(arrow_type):
        return Decimal(text)
    if pa.types.is_integer(arrow_type):
        if Decimal(text) != int(Decimal(text)):
            raise CellError(text, "a whole number")
        return int(Decimal(text))
    return float(text)


def canonical(value: Value) -> str:
    """Return the value as the text that `statements.value` and hashes use: no exponent, no trailing zeros."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f")
    if isinstance(value, tuple):
        return "|".join(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)

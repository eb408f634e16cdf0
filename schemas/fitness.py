"""Whether a single value or row keeps the contract: the same rules as `checks`, before there is a frame.

What belongs here: predicates over one value or one row, for those who set bad rows aside one at a time. What does not:
checks of whole tables (`checks`) and keys between rows.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import pyarrow as arrow

from schemas.columns import codes
from schemas.specs import Column, TableSpec

_BOUNDS = re.compile(r"(?<![a-z])low(?![a-z])")
_SPANS = {"valid_from": "valid_to", "from_on": "to_on", "period_start_on": "period_end_on"}
_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
_INTEGER_BITS = {"int16": 15, "int64": 63}


def misfit(column: Column, value: Any) -> str | None:
    """Return what the column expects where a value does not fit it, None where it fits.

    Args:
        column: A column of the contract.
        value: Text, Decimal, float, int, bool, date, or a tuple of texts; not None.
    """
    for item in value if isinstance(value, tuple) else (value,):
        expected = _text(column, item) if isinstance(item, str) else _number(column, item)
        if expected is not None:
            return expected
    return None


def row_misfits(spec: TableSpec, values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (column, found, expected) for every cell and pair of cells of a row that breaks the contract.

    Args:
        spec: The row's table.
        values: Column -> value; unknown cells left out.
    """
    found = []
    for column in spec.columns:
        value = values.get(column.name)
        if value is None:
            if column.meaning.required and not column.meaning.key:
                found.append((column.name, "nothing", "a value"))
            continue
        expected = misfit(column, value)
        if expected is not None:
            found.append((column.name, str(value)[:60], expected))
        upper = _SPANS.get(column.name) or _BOUNDS.sub("high", column.name)
        other = values.get(upper) if upper != column.name else None
        if other is not None and value > other:
            found.append((column.name, str(value), f"at most {upper}, {other}"))
    return found


def _text(column: Column, text: str) -> str | None:
    meaning = column.meaning
    if meaning.codelist is not None and text not in codes(meaning.codelist):
        return f"a code of {meaning.codelist}: {', '.join(codes(meaning.codelist))}"
    if meaning.pattern is not None and not _pattern(meaning.pattern).fullmatch(text):
        return f"text of the form {meaning.pattern}"
    # Cc: control signs. Cf between U+202A and U+2069: signs that turn the direction of what is shown.
    if any(unicodedata.category(sign) == "Cc" or sign in _TURNING for sign in text):
        return "text without control or direction signs"
    return "no | within an item" if arrow.types.is_list(column.arrow_type) and "|" in text else None


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _number(column: Column, value: Any) -> str | None:
    if isinstance(value, bool | dt.date):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return "a finite number"
    size = _size(column, value)
    if size is None and column.ge is not None and value < column.ge:
        return f"at least {column.ge:g}"
    if size is None and column.le is not None and value > column.le:
        return f"at most {column.le:g}"
    return size


def _size(column: Column, value: Any) -> str | None:
    """What is expected of a number too long for its column."""
    if isinstance(value, Decimal):
        kind = column.arrow_type
        _, digits, exponent = value.as_tuple()
        if not isinstance(exponent, int) or -exponent > kind.scale:
            return f"at most {kind.scale} decimals"
        if len(digits) + exponent > kind.precision - kind.scale:
            return f"at most {kind.precision - kind.scale} digits before the point"
    bits = _INTEGER_BITS.get(str(column.arrow_type))
    if bits is not None and not -(2**bits) <= value < 2**bits:
        return f"a whole number of {bits} bits"
    return None

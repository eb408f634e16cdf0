"""Cells as text: the form in which CSV files, statements, receipts and keys hold the contract's values.

What belongs here: text to value and back, keys as text, a whole table as CSV. What does not: the literals of sources
(they are read in the pipeline).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from schemas.frames import LIST_SEPARATOR, ContractViolationError, frame
from schemas.specs import TABLES

_NEEDS_QUOTES = re.compile(r'[",\r\n]').search
_BOOLEANS = {"true": True, "false": False}


def as_text(value: Any) -> str:
    """Return a cell as the contract writes it in text and CSV; null is the empty text.

    Lists are joined with `|`, dates are ISO 8601, booleans `true` or `false`, decimals without trailing zeros,
    floats in the shortest form that reads back as the same number.
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, list | tuple | set | frozenset):
        return LIST_SEPARATOR.join(sorted(value))
    return str(value)


_PARSE: dict[str, Callable[[str], Any]] = {
    "text": str,
    "list": lambda text: text.split(LIST_SEPARATOR),
    "money": Decimal,
    "rate": Decimal,
    "number": float,
    "integer": int,
    "year": int,
    "date": dt.date.fromisoformat,
    "boolean": _BOOLEANS.__getitem__,
}


def from_text(table: str, column: str, text: str) -> Any:
    """Read a cell that `as_text` wrote.

    Returns:
        The value in the column's type, None for the empty text.

    Raises:
        KeyError: The contract has no such table or column.
        ValueError: The text is no value of the column's type.
    """
    if not text:
        return None
    try:
        return _PARSE[TABLES[table].column(column).type_name](text)
    except (ValueError, ArithmeticError, KeyError) as error:
        raise ValueError(f"{table}.{column}: {text!r} is not a {TABLES[table].column(column).type_name}") from error


def key_text(name: str, row: Mapping[str, Any]) -> str:
    """Return a row's key as `receipts.key` holds it: parts in key order joined with `|`, a null part empty."""
    return LIST_SEPARATOR.join(as_text(row.get(part)) for part in TABLES[name].key)


def key_texts(name: str, data: pd.DataFrame) -> list[str]:
    """Return `key_text` of every row of a table that has its key columns."""
    parts = [[as_text(value) for value in data[part].tolist()] for part in TABLES[name].key]
    return [LIST_SEPARATOR.join(row) for row in zip(*parts, strict=True)]


def to_csv(name: str, data: pd.DataFrame) -> str:
    """Return a table of the contract as CSV: UTF-8 text, comma, LF, quotes only where needed, null empty.

    Raises:
        KeyError: A column of the contract is missing.
    """
    names = TABLES[name].names
    cells = [[as_text(value) for value in data[column].tolist()] for column in names]
    lines = [",".join(names), *(",".join(map(_csv_cell, row)) for row in zip(*cells, strict=True))]
    return "\n".join(lines) + "\n"


def _csv_cell(text: str) -> str:
    # The standard writer leaves a lone carriage return unquoted when lines end in LF; readers then see a new row.
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES(text) else text


def from_csv(name: str, text: str) -> pd.DataFrame:
    """Read what `to_csv` wrote.

    Raises:
        ContractViolationError: Another header, a row of another length, or a cell that is no value of its column.
    """
    names = TABLES[name].names
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = next(reader, [])
    if tuple(header) != names:
        raise ContractViolationError(name, None, None, f"header {','.join(header)}", ",".join(names))
    rows = []
    for number, cells in enumerate(reader):
        if len(cells) != len(names):
            raise ContractViolationError(name, number, None, f"{len(cells)} cells", f"{len(names)} cells")
        row = {}
        for column, cell in zip(names, cells, strict=True):
            try:
                row[column] = from_text(name, column, cell)
            except ValueError as error:
                raise ContractViolationError(name, number, column, repr(cell), str(error)) from error
        rows.append(row)
    return frame(name, rows)

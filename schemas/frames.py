"""From rows to a table exactly as the contract declares it, and between pandas and Arrow.

What belongs here: types, missing cells, decimals, NFC, sorted lists and rows. What does not: whether the values make
sense (`checks`).
"""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

import pandas as pd
import pyarrow as arrow
from pyarrow import compute

from schemas.specs import TABLES, Column, TableSpec, arrow_schema

LIST_SEPARATOR = "|"
"""Joins the items of a list in text and the parts of a composite key."""

_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
_EXACT: dict[str, frozenset[type]] = {
    "text": frozenset({str}),
    "list": frozenset({list, tuple, set, frozenset}),
    "money": frozenset({Decimal, int}),
    "rate": frozenset({Decimal, int}),
    "number": frozenset({float, int, Decimal}),
    "integer": frozenset({int}),
    "year": frozenset({int}),
    "date": frozenset({dt.date}),
    "boolean": frozenset({bool}),
}
_EXPECTED = {
    "text": "text that is not empty (None where unknown)",
    "list": "a list of texts without the character |",
    "money": "a Decimal or int below 10**18",
    "rate": "a Decimal or int below 10**10",
    "number": "a finite number",
    "integer": "an int",
    "year": "an int between -32768 and 32767",
    "date": "a datetime.date (not a datetime)",
    "boolean": "True or False",
}


class ContractViolationError(ValueError):
    """Rows that do not fit the contract.

    Attributes:
        table: Contract table.
        row: Position of the row, from 0, in the order given; None where the whole table is meant.
        column: Column, None where the row or table as a whole is meant.
        found: What stood there.
        expected: What would have been right.
    """

    def __init__(self, table: str, row: int | None, column: str | None, found: str, expected: str) -> None:
        self.table, self.row, self.column, self.found, self.expected = table, row, column, found, expected
        place = ", ".join(
            part for part in (table, f"row {row}" if row is not None else "", column and f"column {column}") if part
        )
        super().__init__(f"{place}: found {found}; expected {expected}")


class _MisfitError(Exception):
    """A value that does not fit its column's type."""

    def __init__(self, position: int) -> None:
        self.position = position


def _plain(values: list[Any], exact: frozenset[type]) -> list[Any]:
    """Turn every kind of missing value into None and numpy's scalars into Python's; refuse the rest."""
    if set(map(type, values)) - exact <= {type(None)}:
        return values
    plain: list[Any] = []
    for position, value in enumerate(values):
        if type(value) in exact or value is None:
            plain.append(value)
        elif value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
            plain.append(None)
        elif isinstance(value, str) and str in exact:
            plain.append(str.__str__(value))
        elif hasattr(value, "tolist") and type(value.tolist()) in exact:
            plain.append(value.tolist())
        else:
            raise _MisfitError(position)
    return plain


def _each(values: list[Any], convert: Callable[[Any], Any]) -> list[Any]:
    out: list[Any] = []
    for position, value in enumerate(values):
        try:
            out.append(None if value is None else convert(value))
        except (ValueError, ArithmeticError, TypeError):
            raise _MisfitError(position) from None
    return out


def _texts(values: list[Any]) -> arrow.Array:
    array = arrow.array(values, arrow.string())
    if not compute.all(compute.string_is_ascii(array), min_count=0).as_py():
        array = compute.utf8_normalize(array, form="NFC")
    empty = compute.index(compute.binary_length(array), 0).as_py()
    if empty >= 0:
        raise _MisfitError(empty)
    return array


def _items(value: Iterable[Any]) -> list[str] | None:
    items = {unicodedata.normalize("NFC", item) for item in value}
    if any(not item or LIST_SEPARATOR in item for item in items):
        raise ValueError(value)
    return sorted(items) or None


def _quantised(places: str) -> Callable[[Any], Decimal]:
    step = Decimal(places)

    def quantise(value: Decimal | int) -> Decimal:
        number = Decimal(value)
        if not number.is_finite():
            raise ValueError(value)
        return number.quantize(step, context=_WIDE)

    return quantise


def _finite(value: Any) -> float | None:
    number = float(value)
    if math.isinf(number):
        raise ValueError(value)
    return None if math.isnan(number) else number + 0.0  # -0.0 and 0.0 are one number and must be one sequence of bytes


_CONVERT: dict[str, Callable[[Any], Any]] = {
    "list": _items,
    "money": _quantised("0.01"),
    "rate": _quantised("0.00000001"),
    "number": _finite,
}


def _array(column: Column, values: list[Any]) -> arrow.Array:
    kind = column.type_name
    values = _plain(values, _EXACT[kind])
    convert = _CONVERT.get(kind)
    if convert is not None:
        values = _each(values, convert)
    try:
        return _texts(values) if kind == "text" else arrow.array(values, column.arrow_type)
    except (arrow.ArrowInvalid, arrow.ArrowTypeError, OverflowError, UnicodeError):
        for position, value in enumerate(values):
            try:
                arrow.array([value], column.arrow_type)
            except (arrow.ArrowInvalid, arrow.ArrowTypeError, OverflowError, UnicodeError):
                raise _MisfitError(position) from None
        raise


def _checked_rows(spec: TableSpec, rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    listed = list(rows)
    known = frozenset(spec.names)
    for position, row in enumerate(listed):
        if not row.keys() <= known:
            unknown = sorted(row.keys() - known)[0]
            raise ContractViolationError(
                spec.name, position, unknown, "a column of that name", "a column of the contract"
            )
    return listed


def sorted_by_key(name: str, table: arrow.Table) -> arrow.Table:
    """Return the rows in key order, nulls first; rows of equal keys keep their order."""
    order = [(column, "ascending", "at_start") for column in TABLES[name].key]
    return table.take(compute.sort_indices(table, sort_keys=order))


def frame(name: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Make the contract's table of rows.

    Args:
        name: Contract table.
        rows: Column name -> value: text, Decimal or int for money, int or float for numbers, date, bool, iterables of
            text for lists. A column that a row lacks, None, NaN and pd.NA are null.

    Returns:
        Every column of the contract in order, as declared (ArrowDtype); decimals rounded half to even, lists sorted
        without repetitions (an empty one is null), text in NFC, rows sorted by key with nulls first.

    Raises:
        KeyError: The contract has no such table.
        ContractViolationError: A column that the table has not, or a value that does not fit (empty text included).
    """
    spec = TABLES[name]
    listed = _checked_rows(spec, rows)
    arrays = []
    for column in spec.columns:
        values = [row.get(column.name) for row in listed]
        try:
            arrays.append(_array(column, values))
        except _MisfitError as misfit:
            found = repr(values[misfit.position])[:80]
            raise ContractViolationError(
                name, misfit.position, column.name, found, _EXPECTED[column.type_name]
            ) from None
    table = arrow.Table.from_arrays(arrays, schema=arrow_schema(name))
    return _to_pandas(sorted_by_key(name, table))


def _to_pandas(table: arrow.Table) -> pd.DataFrame:
    data: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True)
    return data


def empty(name: str) -> pd.DataFrame:
    """Return the contract's table without rows."""
    return frame(name, ())


def to_arrow(name: str, data: pd.DataFrame) -> arrow.Table:
    """Turn a table of the contract into Arrow with the contract's schema (one chunk, no pandas metadata).

    Raises:
        ContractViolationError: Other columns, other types, or a null where the contract allows none.
    """
    schema = arrow_schema(name)
    _same(name, list(data.columns), list(schema.names))
    arrays = []
    for field in schema:
        if data[field.name].dtype != pd.ArrowDtype(field.type):
            raise ContractViolationError(name, None, field.name, str(data[field.name].dtype), str(field.type))
        array = data[field.name].array.__arrow_array__()
        if isinstance(array, arrow.ChunkedArray):
            array = array.combine_chunks()
        if array.null_count and not field.nullable:
            row = compute.index(compute.is_null(array), True).as_py()
            raise ContractViolationError(name, row, field.name, "null", "a value")
        arrays.append(array)
    return arrow.Table.from_arrays(arrays, schema=schema)


def from_arrow(name: str, table: arrow.Table) -> pd.DataFrame:
    """Turn an Arrow table (as read from Parquet) into the contract's frame.

    Raises:
        ContractViolationError: Other columns, or a type that is not the contract's.
    """
    schema = arrow_schema(name)
    _same(name, table.schema.names, list(schema.names))
    for field in schema:
        found = table.schema.field(field.name).type
        if found != field.type:
            raise ContractViolationError(name, None, field.name, str(found), str(field.type))
    return _to_pandas(table)


def as_published(table: arrow.Table) -> pd.DataFrame:
    """Turn a table of a release of another contract version into a frame, with the columns that it has."""
    return _to_pandas(table)


def _same(name: str, found: Sequence[str], expected: Sequence[str]) -> None:
    if list(found) != list(expected):
        raise ContractViolationError(name, None, None, f"columns {', '.join(found)}", f"columns {', '.join(expected)}")

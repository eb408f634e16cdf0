"""What is wrong with a table or a release: every rule of the contract that can be checked on the data alone.

What belongs here: types, nulls, ranges, codelists, patterns, keys, foreign keys, bounds in order. What does not: rules
about how a value came about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from functools import cache

import pandas as pd
import pandera.errors
import pandera.pandas as pa
import pyarrow as arrow
from pyarrow import compute

from schemas.columns import codes
from schemas.frames import LIST_SEPARATOR
from schemas.specs import TABLES, Column, TableSpec
from schemas.text_form import as_text, key_texts

_LOWER_END = re.compile(r"(?<![a-z])low(?![a-z])")
_FIRST_DAYS = {"valid_from": "valid_to", "from_on": "to_on", "period_start_on": "period_end_on"}


@dataclass(frozen=True, slots=True)
class _Failure:
    column: str
    check: str
    value: str
    key: str


@cache
def _schema(name: str) -> pa.DataFrameSchema:
    return TABLES[name].model.to_schema()


class _Table:
    """A frame under examination: its columns as Arrow arrays, its keys when they are first asked for."""

    def __init__(self, spec: TableSpec, data: pd.DataFrame) -> None:
        self.spec, self.data = spec, data
        self._keys: list[str] | None = None
        self.arrays: dict[str, arrow.Array] = {}
        for column in spec.columns:
            if column.name in data.columns and data[column.name].dtype == pd.ArrowDtype(column.arrow_type):
                array = data[column.name].array.__arrow_array__()
                whole = array.combine_chunks() if isinstance(array, arrow.ChunkedArray) else array
                self.arrays[column.name] = whole

    def key(self, position: int) -> str:
        if self._keys is None:
            complete = all(part in self.data.columns for part in self.spec.key)
            self._keys = key_texts(self.spec.name, self.data) if complete else [""] * len(self.data)
        return self._keys[position]

    def at(self, column: str, check: str, mask: arrow.Array) -> Iterator[_Failure]:
        """Yield a failure for every true item of the mask."""
        if not compute.any(mask, min_count=0).as_py():
            return
        for position in compute.indices_nonzero(mask).to_pylist():
            yield _Failure(column, check, as_text(self.arrays[column][position].as_py()), self.key(position))

    def items(self, column: str) -> tuple[arrow.Array, arrow.Array | None]:
        """Return a column's values, for a list column its items with the rows they stand in."""
        array = self.arrays[column]
        if arrow.types.is_list(array.type):
            return compute.list_flatten(array), compute.list_parent_indices(array)
        return array, None

    def among(self, column: str, check: str, allowed: arrow.Array) -> Iterator[_Failure]:
        """Yield a failure for every value (of lists: every item) that is not among those allowed."""
        values, rows = self.items(column)
        yield from self.outside(column, check, compute.is_in(values, value_set=allowed), values, rows)

    def outside(
        self, column: str, check: str, fits: arrow.Array, values: arrow.Array, rows: arrow.Array | None
    ) -> Iterator[_Failure]:
        """Yield a failure for every value that is not null and does not fit."""
        wrong = compute.and_(compute.invert(compute.fill_null(fits, True)), compute.is_valid(values))
        if not compute.any(wrong, min_count=0).as_py():
            return
        for position in compute.indices_nonzero(wrong).to_pylist():
            row = position if rows is None else rows[position].as_py()
            yield _Failure(column, check, as_text(values[position].as_py()), self.key(row))


def _pandera(table: _Table) -> Iterator[_Failure]:
    try:
        _schema(table.spec.name).validate(table.data, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        positions = {label: position for position, label in enumerate(table.data.index)}
        for case in errors.failure_cases.to_dict("records"):
            row = positions.get(case["index"])
            column = case["column"] if case["schema_context"] == "Column" else case["failure_case"]
            where = "" if row is None else table.key(row)
            check = "required" if case["check"] == "not_nullable" else str(case["check"])
            value = case["failure_case"]
            text = "" if pd.api.types.is_scalar(value) and pd.isna(value) else as_text(value)
            yield _Failure(str(column), check, text, where)


def _texts(table: _Table, column: Column) -> Iterator[_Failure]:
    values, rows = table.items(column.name)
    if column.meaning.codelist is not None:
        check = f"codelist {column.meaning.codelist}"
        yield from table.among(column.name, check, arrow.array(codes(column.meaning.codelist), arrow.string()))
    if column.meaning.pattern is not None:
        fits = compute.match_substring_regex(values, pattern=f"^(?:{column.meaning.pattern})$")
        yield from table.outside(column.name, f"pattern {column.meaning.pattern}", fits, values, rows)
    empty = compute.equal(compute.binary_length(values), 0)
    yield from table.outside(column.name, "empty text", compute.invert(empty), values, rows)


def _unique(table: _Table) -> Iterator[_Failure]:
    if not all(part in table.data.columns for part in table.spec.key):
        return
    repeated = table.data.duplicated(subset=list(table.spec.key), keep="first")
    for position in [number for number, again in enumerate(repeated.tolist()) if again]:
        yield _Failure(LIST_SEPARATOR.join(table.spec.key), "unique key", table.key(position), table.key(position))


def _in_order(table: _Table) -> Iterator[_Failure]:
    for lower, values in table.arrays.items():
        upper = _FIRST_DAYS.get(lower) or _LOWER_END.sub("high", lower)
        if upper != lower and upper in table.arrays:
            above = compute.fill_null(compute.greater(values, table.arrays[upper]), False)
            yield from table.at(lower, f"not above {upper}", above)


def _frame(failures: Iterable[_Failure]) -> pd.DataFrame:
    columns = ["column", "check", "value", "key"]
    rows = [dict(zip(columns, astuple(failure), strict=True)) for failure in failures]
    return pd.DataFrame(rows, columns=columns, dtype=pd.ArrowDtype(arrow.string()))


def failures(name: str, data: pd.DataFrame) -> pd.DataFrame:
    """Hold a table against every rule of the contract that concerns it alone.

    Checked are the columns and their types, required cells, ranges (Pandera), codelists and patterns (also inside
    lists), empty text, the uniqueness of the key, and that lower bounds and first days do not lie above the upper.

    Args:
        name: Contract table.
        data: The table, as `frame` or `from_arrow` makes it.

    Returns:
        One row a failure: column, check, value, key (all text); no row where the table is right.

    Raises:
        KeyError: The contract has no such table.
    """
    table = _Table(TABLES[name], data)
    found = list(_pandera(table))
    for column in table.spec.columns:
        if column.name in table.arrays and column.type_name in ("text", "list"):
            found.extend(_texts(table, column))
    found.extend(_unique(table))
    found.extend(_in_order(table))
    return _frame(found)


def foreign_key_failures(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Find the values that point at no row.

    Args:
        tables: Contract tables by name. A table that is not given counts as one without rows.

    Returns:
        One row a failure: table, column, check, value, key (all text); no row where every foreign key holds.
    """
    examined = {name: _Table(TABLES[name], data) for name, data in tables.items()}
    found: list[pd.DataFrame] = []
    for name, table in examined.items():
        for column in table.spec.columns:
            if column.meaning.foreign_key is None or column.name not in table.arrays:
                continue
            target, _, target_column = column.meaning.foreign_key.partition(".")
            held = examined[target].arrays.get(target_column) if target in examined else None
            allowed = held if held is not None else arrow.array([], arrow.string())
            check = f"foreign key {column.meaning.foreign_key}"
            failed = _frame(table.among(column.name, check, allowed))
            failed.insert(0, "table", pd.Series([name] * len(failed), dtype=pd.ArrowDtype(arrow.string())))
            if len(failed):
                found.append(failed)
    if found:
        return pd.concat(found, ignore_index=True)
    nothing = _frame(())
    nothing.insert(0, "table", pd.Series([], dtype=pd.ArrowDtype(arrow.string())))
    return nothing

"""What the contract's tables are, read once from their models: names, columns, keys, Arrow schemas.

What belongs here: the plain, frozen description that everything else is generated from. What does not: data
(`frames`), checks (`checks`), documents that describe tables (`descriptors`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as arrow

# Order of these imports is the order of the tables in the contract.
from schemas import provenance  # noqa: F401  # isort: skip
from schemas import investment, money, parties  # noqa: F401  # isort: skip
from schemas import materials, dependence, controls  # noqa: F401  # isort: skip
from schemas import housekeeping  # noqa: F401  # isort: skip
from schemas.columns import REGISTRY, Meaning, Table, TableMeaning

CONTRACT_VERSION = "1.2.0"
"""Changes with any change of a table's or column's name, type, unit or key."""

_TYPE_NAMES: dict[arrow.DataType, str] = {
    arrow.string(): "text",
    arrow.list_(arrow.string()): "list",
    arrow.decimal128(20, 2): "money",
    arrow.decimal128(18, 8): "rate",
    arrow.float64(): "number",
    arrow.int64(): "integer",
    arrow.int16(): "year",
    arrow.date32(): "date",
    arrow.bool_(): "boolean",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        ge: Smallest value allowed, None for no bound.
        le: Largest value allowed, None for no bound.
    """

    name: str
    arrow_type: arrow.DataType
    meaning: Meaning
    ge: float | None
    le: float | None

    @property
    def type_name(self) -> str:
        """Code of the codelist `value_type` for the column's type."""
        return _TYPE_NAMES[self.arrow_type]


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: its model, meaning, key and columns in contract order."""

    name: str
    model: type[Table]
    meaning: TableMeaning
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of that name.

        Raises:
            KeyError: The table has no such column.
        """
        for candidate in self.columns:
            if candidate.name == name:
                return candidate
        raise KeyError(f"{self.name} has no column {name}")


def _bound(checks: list[Any], name: str, argument: str) -> float | None:
    for check in checks:
        if check.name == name:
            return float(check.statistics[argument])
    return None


def _spec(name: str, model: type[Table], meaning: TableMeaning) -> TableSpec:
    columns = []
    for column_name, declared in model.to_schema().columns.items():
        columns.append(
            Column(
                column_name,
                declared.dtype.type.pyarrow_dtype,
                Meaning(**declared.metadata),
                _bound(declared.checks, "greater_than_or_equal_to", "min_value"),
                _bound(declared.checks, "less_than_or_equal_to", "max_value"),
            )
        )
    key = tuple(column.name for column in columns if column.meaning.key)
    return TableSpec(name, model, meaning, " ".join((model.__doc__ or "").split()), key, tuple(columns))


TABLES: dict[str, TableSpec] = {name: _spec(name, *declared) for name, declared in REGISTRY.items()}
"""Table name -> its description, in contract order."""


@cache
def arrow_schema(name: str) -> arrow.Schema:
    """Return the Arrow schema of a table: types, not-null flags, and the meaning of each column as field metadata.

    Raises:
        KeyError: The contract has no such table.
    """
    fields = []
    for column in TABLES[name].columns:
        meaning = column.meaning
        metadata = {
            "description": meaning.en,
            "description_ja": meaning.ja,
            "unit": meaning.unit,
            "codelist": meaning.codelist,
        }
        fields.append(
            arrow.field(
                column.name,
                column.arrow_type,
                nullable=not meaning.required,
                metadata={field: text for field, text in metadata.items() if text is not None},
            )
        )
    return arrow.schema(fields)

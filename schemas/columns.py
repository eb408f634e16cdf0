"""How a column is declared: its Arrow type, meaning, unit, codelist, key and null rule, once.

What belongs here: the vocabulary that the models of `schemas/` are written in. What does not: any table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Any, TypeVar

import pandas as pd
import pandera.pandas as pa
import pyarrow as arrow

from schemas import codelists

Text = Annotated[pd.ArrowDtype, arrow.string()]
Texts = Annotated[pd.ArrowDtype, arrow.list_(arrow.string())]
Money = Annotated[pd.ArrowDtype, arrow.decimal128(20, 2)]
Rate = Annotated[pd.ArrowDtype, arrow.decimal128(18, 8)]
Number = Annotated[pd.ArrowDtype, arrow.float64()]
Whole = Annotated[pd.ArrowDtype, arrow.int64()]
Year = Annotated[pd.ArrowDtype, arrow.int16()]
Day = Annotated[pd.ArrowDtype, arrow.date32()]
Flag = Annotated[pd.ArrowDtype, arrow.bool_()]


T = TypeVar("T", bound="Table")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column means beyond its type; stored as the Pandera column's metadata.

    Attributes:
        en: English description.
        ja: Japanese description.
        unit: Unit of the figures (USD, percent, tonne...), None for text.
        codelist: Codelist of the values (of each item, for lists).
        foreign_key: `table.column` that holds every value.
        key: Part of the table's key.
        required: Never null.
        reasoned: A null cell needs its row in `null_reasons`.
        computed: Made by the pipeline from other cells; its receipts name inputs and formula.
        disputable: A difference between sources is a conflict (names and descriptions differ without one).
        receipted: The cell needs a receipt; false for keys, provenance and counts.
        pattern: Regular expression that the whole text (each item, for lists) matches.
    """

    en: str
    ja: str
    unit: str | None = None
    codelist: str | None = None
    foreign_key: str | None = None
    key: bool = False
    required: bool = False
    reasoned: bool = False
    computed: bool = False
    disputable: bool = True
    receipted: bool = True
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class TableMeaning:
    """What a table is for; kept beside the model in `REGISTRY`.

    Attributes:
        room: provenance, investment, materials or housekeeping.
        receipts: `receipts` where each cell has rows there; `own` where rows carry source_id and locator;
            `none` for tables about the dataset itself.
        hashed_key: The key is a hash of content when no source row gives one.
    """

    title_en: str
    title_ja: str
    room: str
    receipts: str = "receipts"
    hashed_key: bool = False
    licence: str = "CC-BY-4.0"


def column(
    en: str,
    ja: str,
    *,
    unit: str | None = None,
    codelist: str | None = None,
    foreign_key: str | None = None,
    required: bool = False,
    reasoned: bool = False,
    computed: bool = False,
    disputable: bool = True,
    receipted: bool = True,
    pattern: str | None = None,
    ge: float | None = None,
    le: float | None = None,
) -> Any:
    """Declare a column that is not part of the key.

    Args:
        en: Description in English: meaning and unit.
        ja: The same in Japanese.
        unit: Unit of the figures, None for text.
        codelist: Codelist of the values.
        foreign_key: `table.column` that holds every value.
        required: Never null.
        reasoned: A null cell needs its row in `null_reasons`.
        computed: Made by the pipeline from other cells.
        disputable: A difference between sources is a conflict.
        receipted: The cell needs a receipt.
        pattern: Regular expression that the whole text matches.
        ge: Smallest value allowed, in the column's unit.
        le: Largest value allowed.

    Returns:
        A Pandera field whose metadata is the column's `Meaning`.
    """
    meaning = Meaning(
        en, ja, unit, codelist, foreign_key, False, required, reasoned, computed, disputable, receipted, pattern
    )
    return _field(meaning, ge, le)


def key(
    en: str,
    ja: str,
    *,
    codelist: str | None = None,
    foreign_key: str | None = None,
    required: bool = True,
    pattern: str | None = None,
    ge: float | None = None,
    le: float | None = None,
) -> Any:
    """Declare a key column. `required=False` only where the key's part can be unknown (an owner since when?)."""
    meaning = Meaning(
        en, ja, None, codelist, foreign_key, True, required, receipted=False, disputable=False, pattern=pattern
    )
    return _field(meaning, ge, le)


def _field(meaning: Meaning, ge: float | None, le: float | None) -> Any:
    # Codelists and patterns are not Pandera checks: list columns hold lists. `checks.failures` does both kinds.
    return pa.Field(nullable=not meaning.required, ge=ge, le=le, description=meaning.en, metadata=asdict(meaning))


class Table(pa.DataFrameModel):
    """Base of every table of the contract: strict and ordered columns, each as declared, nothing coerced."""

    class Config:
        """Pandera settings: exactly these columns in this order."""

        strict = True
        ordered = True
        coerce = False


REGISTRY: dict[str, tuple[type[Table], TableMeaning]] = {}
"""Table name -> model and meaning, in the order of declaration; filled by `contract_table`."""


def contract_table(
    name: str,
    title_en: str,
    title_ja: str,
    room: str,
    *,
    receipts: str = "receipts",
    hashed_key: bool = False,
    licence: str = "CC-BY-4.0",
) -> Callable[[type[T]], type[T]]:
    """Register a model as the contract's table `name`; the model's docstring says what one row is."""

    def register(model: type[T]) -> type[T]:
        REGISTRY[name] = (model, TableMeaning(title_en, title_ja, room, receipts, hashed_key, licence))
        return model

    return register


def codes(name: str) -> tuple[str, ...]:
    """Return the codes of a codelist in their declared order.

    Raises:
        KeyError: There is no such codelist.
    """
    return codelists.CODELISTS[name]

"""Claims -> statements: one statement a cell and source, each with its place, and the rows they speak of.

What belongs here: the shape of a statement and its id. What does not: which statement wins (`precedence`, `choose`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pipelines.ingest.values import canonical
from pipelines.records import Cell, Claim, Source, Value
from schemas.codelists import SUBJECT_KINDS
from schemas.contract import TABLES

VALUE_TYPES: Mapping[tuple[str, str], str] = {
    (name, column.name): column.type_name for name, spec in TABLES.items() for column in spec.columns
}
"""(table, column) -> the codelist's word for the type of its values."""


@dataclass(slots=True)
class Statement:
    """One cell of one source's claim, with what is needed to weigh it.

    Attributes:
        claim: The claim that it is part of; statements of one claim stand or fall together where columns form one fact.
        chosen: Set by `choose` when the value is published.
    """

    statement_id: str
    table: str
    key: tuple[str, ...]
    column: str
    value: Value
    text: str
    cell: Cell
    claim: Claim
    source: Source
    chosen: bool = False

    @property
    def key_text(self) -> str:
        """The key as receipts, conflicts and changes print it."""
        return "|".join(self.key)


@dataclass(slots=True)
class Subject:
    """All that is said about one row of one table: claims and, by column, statements."""

    table: str
    key: tuple[str, ...]
    claims: list[Claim] = field(default_factory=list)
    statements: dict[str, list[Statement]] = field(default_factory=dict)


def subjects(claims: Sequence[Claim], sources: Mapping[str, Source]) -> dict[tuple[str, tuple[str, ...]], Subject]:
    """Explode claims into statements and gather them by the row they speak of.

    Args:
        claims: Claims with their final keys.
        sources: By source_id; every claim's source is among them.

    Returns:
        (table, key) -> subject, in a stable order.
    """
    found: dict[tuple[str, tuple[str, ...]], Subject] = {}
    for claim in claims:
        subject = found.setdefault((claim.table, claim.key), Subject(claim.table, claim.key))
        subject.claims.append(claim)
        source = sources[claim.source_id]
        for column, cell in claim.cells.items():
            text = canonical(cell.value)
            statement = Statement(
                _statement_id(claim, column, text, cell),
                claim.table,
                claim.key,
                column,
                cell.value,
                text,
                cell,
                claim,
                source,
            )
            subject.statements.setdefault(column, []).append(statement)
    return dict(sorted(found.items()))


def statement_row(statement: Statement, unit: str | None) -> dict[str, Value | None]:
    """Return the statement as a row of the contract's table `statements`.

    Args:
        unit: The column's unit in the contract; money keeps the claim's own currency instead.
    """
    claim = statement.claim
    currency = claim.cells.get("currency")
    return {
        "statement_id": statement.statement_id,
        "subject_kind": SUBJECT_KINDS[statement.table],
        "subject_id": statement.key_text,
        "property": statement.column,
        "value": statement.text,
        "value_type": VALUE_TYPES[(statement.table, statement.column)],
        "unit": str(currency.value) if currency and isinstance(statement.value, Decimal) else unit,
        "original_text": statement.cell.literal[:40] or None,
        "source_id": claim.source_id,
        "locator": statement.cell.locator,
        "stated_on": claim.stated_on,
        "modality": claim.modality,
        "method": claim.method,
        "confidence": claim.confidence,
        "review": claim.review,
        "chosen": statement.chosen,
    }


def _statement_id(claim: Claim, column: str, text: str, cell: Cell) -> str:
    parts = (
        claim.table,
        "|".join(claim.key),
        column,
        text,
        claim.source_id,
        cell.locator,
        claim.modality,
        claim.review,
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]

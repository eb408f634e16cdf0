"""Choose one statement per row and column, and write down what lost and why.

What belongs here: competition between statements on the same row and column. What does not: competition between
rows (two figures for one project's cost: `amounts`), and anything computed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.ingest.values import canonical
from pipelines.reconcile.precedence import Weight, deciding_rule, weight, witnesses
from pipelines.reconcile.statements import Statement, Subject
from pipelines.records import Source, Value
from schemas.contract import TABLES

FACTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "amounts": (
        ("low", "high", "qualifier", "currency", "raw_literal", "source_converted"),
        ("as_of", "as_of_precision"),
    ),
    "projects": (("capacity_value", "capacity_unit"),),
    "project_locations": (("city", "admin1", "admin2", "country", "precision"),),
    "program_terms": (("value", "unit", "text"),),
    "events": (("event_on", "event_precision"),),
    "participants": (("share_pct", "share_of"),),
    "dependencies": (("reliance_low_pct", "reliance_high_pct", "reliance_code", "nir_formula", "origin", "estimated"),),
    "import_sources": (("share_low_pct", "share_high_pct", "rank", "partner_scope"),),
    "material_production": (
        ("quantity_low", "quantity_high", "unit", "quantity_code", "estimated"),
        ("share_low_pct", "share_high_pct"),
    ),
    "export_controls": (("status", "known_until"),),
    "project_materials": (("output_low", "output_high", "output_unit", "per_year"),),
}
"""Columns that are one fact together and come from one claim; else a bound of one source meets a bound of another."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a published cell comes from: a row of the contract's table `receipts` without its table, key and column."""

    statement_id: str | None
    source_id: str
    raw_path: str | None
    locator: str
    raw_literal: str
    rule: str


@dataclass(slots=True)
class Row:
    """A published row: its values and, for each, its receipts.

    Attributes:
        best: The statement of the row's preferred claim; gives modality and source of the row as a whole.
        support: Statements of every claim that speaks for the row (not denied, not distrusted).
    """

    table: str
    key: tuple[str, ...]
    values: dict[str, Value] = field(default_factory=dict)
    receipts: dict[str, list[Receipt]] = field(default_factory=dict)
    best: Statement | None = None
    support: list[Statement] = field(default_factory=list)

    @property
    def key_text(self) -> str:
        """The key as receipts, conflicts and changes print it."""
        return "|".join(self.key)

    def text(self, column: str) -> str:
        """The value as text, empty where not known."""
        return canonical(self.values[column]) if column in self.values else ""

    def put(self, column: str, value: Value | None, receipts: Sequence[Receipt], rule: str | None = None) -> None:
        """Set a computed cell with the receipts of its inputs under the formula's name; None leaves it empty."""
        if value is None:
            return
        self.values[column] = value
        self.receipts[column] = [
            Receipt(r.statement_id, r.source_id, r.raw_path, r.locator, r.raw_literal, rule or r.rule) for r in receipts
        ]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A published value that another source disagrees with. `values` maps each value to its statements."""

    table: str
    key: str
    column: str
    chosen: str
    rule: str
    values: Mapping[str, tuple[Statement, ...]]

    @property
    def conflict_id(self) -> str:
        """Hash of table, key and column."""
        return hashlib.sha256("\x1f".join((self.table, self.key, self.column)).encode()).hexdigest()[:16]


def choose(subject: Subject) -> tuple[Row | None, list[Conflict]]:
    """Choose the row that is published for a subject.

    Args:
        subject: Everything that is said about one row.

    Returns:
        The row, or None where only rejected claims or distrusted sources speak of it; and its conflicts.
    """
    usable = [claim for claim in subject.claims if claim.review != "rejected"]
    trusted = {id(claim) for claim in usable}
    everything = [s for column in subject.statements.values() for s in column if id(s.claim) in trusted]
    support = [s for s in everything if s.claim.modality != "denied" and not s.source.distrusted]
    if not support:
        return None, []
    row = Row(subject.table, subject.key, support=support)
    conflicts: list[Conflict] = []
    lone = len(subject.claims) == 1
    for columns in _facts(subject):
        if lone:
            _take(subject, columns, row)
        else:
            _choose_fact(subject, columns, trusted, row, conflicts)
    row.best = min(support, key=lambda s: weight(s, 1))
    return row, conflicts


def _facts(subject: Subject) -> Iterable[tuple[str, ...]]:
    joint = FACTS.get(subject.table, ())
    together = {column for columns in joint for column in columns}
    yield from joint
    for column in sorted(subject.statements):
        if column not in together:
            yield (column,)


def _take(subject: Subject, columns: tuple[str, ...], row: Row) -> None:
    """Take what the only claim says: most rows have one, and nothing competes."""
    for column in columns:
        for statement in subject.statements.get(column, ()):
            statement.chosen = True
            row.values[column] = statement.value
            row.receipts[column] = [receipt(statement, "chosen")]


def _choose_fact(
    subject: Subject, columns: tuple[str, ...], trusted: set[int], row: Row, conflicts: list[Conflict]
) -> None:
    rivals: dict[tuple[str, ...], list[Statement]] = {}
    by_claim: dict[int, dict[str, Statement]] = {}
    for column in columns:
        for statement in subject.statements.get(column, ()):
            if id(statement.claim) in trusted:
                by_claim.setdefault(id(statement.claim), {})[column] = statement
    for cells in by_claim.values():
        signature = tuple(cells[column].text if column in cells else "" for column in columns)
        rivals.setdefault(signature, []).append(next(iter(cells.values())))
    ranked = sorted((_best(statements), signature) for signature, statements in rivals.items())
    ranked = [entry for entry in ranked if _published(rivals[entry[1]])] + [
        entry for entry in ranked if not _published(rivals[entry[1]])
    ]
    if not ranked or not _published(rivals[ranked[0][1]]):
        return
    winning_weight, signature = ranked[0]
    winners = [by_claim[id(statement.claim)] for statement in rivals[signature]]
    for position, column in enumerate(columns):
        if not signature[position]:
            continue
        chosen = sorted((cells[column] for cells in winners), key=lambda s: weight(s, 1))
        for statement in chosen:
            statement.chosen = not statement.source.distrusted
        row.values[column] = chosen[0].value
        row.receipts[column] = [
            receipt(chosen[0], "chosen" if len(ranked) == 1 else deciding_rule(winning_weight, ranked[1][0]))
        ]
        conflict = _conflict(row, column, subject, trusted, ranked, position, winning_weight)
        if conflict is not None:
            conflicts.append(conflict)


def _best(statements: Sequence[Statement]) -> Weight:
    count = witnesses(statements)
    places = Counter(statement.claim.source_id for statement in statements)
    return min(weight(statement, count, places[statement.claim.source_id]) for statement in statements)


def _published(statements: Sequence[Statement]) -> bool:
    """A value is published on the word of a trusted source only, and not because somebody denies it."""
    return any(not s.source.distrusted and s.claim.modality != "denied" for s in statements)


def _conflict(
    row: Row,
    column: str,
    subject: Subject,
    trusted: set[int],
    ranked: Sequence[tuple[Weight, tuple[str, ...]]],
    position: int,
    winning: Weight,
) -> Conflict | None:
    if len(ranked) < 2 or not TABLES[row.table].column(column).meaning.disputable:
        return None
    values: dict[str, list[Statement]] = {}
    for statement in subject.statements[column]:
        if id(statement.claim) in trusted:
            values.setdefault(statement.text, []).append(statement)
    if len(values) < 2 or (column.endswith("low") and _said_by_high(row, column, subject, trusted, set(values))):
        return None
    chosen = canonical(row.values[column])
    loser = next(w for w, signature in ranked if signature[position] and signature[position] != chosen)
    return Conflict(
        row.table,
        row.key_text,
        column,
        chosen,
        deciding_rule(winning, loser),
        {text: tuple(statements) for text, statements in sorted(values.items())},
    )


def _said_by_high(row: Row, column: str, subject: Subject, trusted: set[int], values: set[str]) -> bool:
    """Exact figures differ in both bounds alike: one disagreement, told once, on the upper bound."""
    upper = column.removesuffix("low") + "high"
    others = {s.text for s in subject.statements.get(upper, ()) if id(s.claim) in trusted}
    return values <= others and row.text(column) == row.text(upper)


def receipt(statement: Statement, rule: str) -> Receipt:
    """Return the receipt of a statement: its source, place and literal."""
    return Receipt(
        statement.statement_id,
        statement.claim.source_id,
        statement.claim.raw_path,
        statement.cell.locator,
        statement.cell.literal[:40],
        rule,
    )


def source_of(row: Row) -> Source:
    """Return the source of the row's preferred claim."""
    assert row.best is not None  # set by choose for every published row
    return row.best.source

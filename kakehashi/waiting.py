"""What waits for a person in a release: each item of the queue with its row, its worth and the choices there are.

What belongs here: reading a release as a reviewer needs it. What does not: printing (`reviewing`), writing decisions
(`deciding`, `ledger`).

Best value first: items are ordered by the largest dollar figure among the published rows that refer to the row in
question and the projects those belong to, then by the number of those rows, then by the certainty of the suggestion.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kakehashi.ledger import Ledger
from kakehashi.receipts import whole_file
from pipelines.ingest.values import canonical
from pipelines.records import EXTRACTED, ReviewItem
from pipelines.resolve.decisions import MERGEABLE, Correction, Merge
from pipelines.resolve.standing import (
    Said,
    Subject,
    cell_of_item,
    fingerprints,
    subject_of_merge,
    subjects_of,
)
from schemas.codelists import SUBJECT_KINDS
from schemas.contract import TABLES

_DOLLARS = ("usd_low", "usd_high", "cost_usd_low", "cost_usd_high")
_LIKELY = 0.8
"""From this score on a suggestion stands first among the choices."""

_ROOMS = frozenset({"investment", "materials"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that `decide` takes for an item: its word and the arguments that go with it."""

    decision: str
    arguments: Mapping[str, str] = field(default_factory=dict)

    def command(self, item: str, where: Sequence[str] = ()) -> str:
        """The command to paste; who and why are for the reviewer to fill in."""
        words = ["kakehashi", "decide", item, self.decision]
        for name, value in self.arguments.items():
            words += [f"--{name}", value]
        return f'{shlex.join([*words, *where])} --by "$USER" --why "…"'


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item of the queue.

    Attributes:
        subject: Table and key of the row that it is about; None where it is about none.
        usd: Largest dollar figure that hangs on it; None where there is none.
        rows: Published rows that it touches.
    """

    item: ReviewItem
    item_id: str
    subject: Subject | None
    usd: Decimal | None
    rows: int
    choices: tuple[Choice, ...]


class Book:
    """A release, read table by table when asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tables: dict[str, pa.Table] = {}
        self._rows: dict[str, dict[str, dict[str, Any]]] = {}

    def table(self, name: str) -> pa.Table:
        """A table as published.

        Raises:
            ReleaseError: Its file is missing or damaged.
        """
        if name not in self._tables:
            path = self.folder / "tables" / f"{name}.parquet"
            with whole_file(path):
                self._tables[name] = pq.read_table(path)
        return self._tables[name]

    def rows(self, name: str) -> Mapping[str, dict[str, Any]]:
        """Key text -> row."""
        if name not in self._rows:
            parts = TABLES[name].key
            self._rows[name] = {
                "|".join("" if row[part] is None else canonical(row[part]) for part in parts): row
                for row in self.table(name).to_pylist()
            }
        return self._rows[name]

    def row(self, subject: Subject | None) -> dict[str, Any] | None:
        """The published row, if there is one."""
        return None if subject is None or subject[0] not in TABLES else self.rows(subject[0]).get(subject[1])

    def text(self, subject: Subject, column: str) -> str:
        """A published cell as text; empty where it or its row is not there."""
        value = (self.row(subject) or {}).get(column)
        return "" if value is None else canonical(tuple(value) if isinstance(value, list) else value)

    @cached_property
    def items(self) -> dict[str, ReviewItem]:
        """The queue by item_id."""
        return {
            key: ReviewItem(row["kind"], row["text"], row["source_id"], row["locator"], row["suggestion"], row["score"])
            for key, row in self.rows("review_queue").items()
        }

    @cached_property
    def hashes(self) -> dict[str, str | None]:
        """source_id -> sha256 of the file that was read."""
        return {name: row["sha256"] for name, row in self.rows("sources").items()}

    def prints(self, subject: Subject) -> dict[str, str]:
        """Fingerprints of what each source says of a row now."""
        said = self.table("statements")
        said = said.filter(pc.equal(said["subject_id"], subject[1]))
        return fingerprints(_said(said, SUBJECT_KINDS.get(subject[0], ""), subject[0]), self.hashes)

    def source_print(self, source_id: str) -> dict[str, str]:
        """Fingerprint of a source's file alone."""
        return fingerprints([Said(("", ""), "", "", source_id, "", False)], self.hashes)

    @cached_property
    def subjects(self) -> dict[str, Subject]:
        """item_id -> the row that the item is about, for items other than decisions."""
        items = list(self.items.values())
        said = self.table("statements")
        named = pa.array(sorted({item.source_id for item in items if item.source_id}), pa.string())
        said = said.filter(pc.is_in(said["source_id"], value_set=named))
        cells = [one for kind, (table, _) in MERGEABLE.items() for one in _said(said, kind, table)]
        return subjects_of(items, cells)


def _said(statements: pa.Table, kind: str, table: str) -> list[Said]:
    columns = ["subject_id", "property", "value", "source_id", "locator", "method"]
    return [
        Said(
            (table, row["subject_id"]), row["property"], row["value"] or "", row["source_id"], row["locator"] or "",
            not row["method"].startswith(EXTRACTED),
        )
        for row in statements.filter(pc.equal(statements["subject_kind"], kind)).select(columns).to_pylist()
    ]  # fmt: skip


def waiting(book: Book, ledger: Ledger) -> list[Waiting]:
    """Return all that waits, best value first.

    Args:
        book: The release.
        ledger: The decisions that were made, for items that open one of them again.
    """
    subjects: dict[str, Subject | None] = {}
    for name, item in book.items.items():
        subjects[name] = book.subjects.get(name) if item.kind != "decision" else subject_of_decision(item, ledger)
    worth = _worth(book, {subject for subject in subjects.values() if subject is not None})
    found: list[Waiting] = []
    for name, item in book.items.items():
        subject = subjects[name]
        usd, rows = worth.get(subject, (None, 0)) if subject is not None else (None, 0)
        found.append(Waiting(item, name, subject, usd, rows, tuple(choices(name, item, subject, book, ledger))))
    return sorted(found, key=_order)


def _order(one: Waiting) -> tuple[Decimal, int, float, str]:
    return -(one.usd or Decimal(0)), -one.rows, -(one.item.score or 0.0), one.item_id


def subject_of_decision(item: ReviewItem, ledger: Ledger) -> Subject | None:
    """The row of the decision that an item opens again; None where its file does not hold it any more."""
    decision = ledger.named(item)
    if decision is None:
        return None
    return subject_of_merge(decision) if isinstance(decision, Merge) else (decision.table, decision.key)


def _worth(book: Book, wanted: set[Subject]) -> dict[Subject, tuple[Decimal | None, int]]:
    """Largest dollar figure and number of the rows about each wanted row: itself and those that refer to it."""
    costs = {key: _dollars(row) for key, row in book.rows("projects").items()}
    found: dict[Subject, tuple[Decimal | None, int]] = {}
    targets = {f"{table}.{TABLES[table].key[0]}": table for table, _ in wanted if len(TABLES[table].key) == 1}
    for name, spec in TABLES.items():
        links = {c.name: targets[str(c.meaning.foreign_key)] for c in spec.columns if c.meaning.foreign_key in targets}
        own = {key for table, key in wanted if table == name}
        if spec.meaning.room not in _ROOMS or not (links or own):
            continue
        for key, row in book.rows(name).items():
            told = {(table, item) for column, table in links.items() for item in _items(row[column])} & wanted
            told |= {(name, key)} if key in own else set()
            figures = [] if not told else [_dollars(row), *(costs.get(i) for i in _items(row.get("project_id")))]
            for subject in told:
                usd, rows = found.get(subject, (None, 0))
                found[subject] = (max((f for f in (usd, *figures) if f is not None), default=None), rows + 1)
    return found


def _items(value: Any) -> Iterable[str]:
    return value if isinstance(value, list) else () if value is None else (str(value),)


def _dollars(row: Mapping[str, Any]) -> Decimal | None:
    return max((row[name] for name in _DOLLARS if row.get(name) is not None), default=None)


def choices(name: str, item: ReviewItem, subject: Subject | None, book: Book, ledger: Ledger) -> list[Choice]:
    """Return what `decide` takes for an item, the likeliest first."""
    there = book.row(subject) is not None
    if item.kind in MERGEABLE:
        return _unknown(item, subject, book)
    cell = cell_of_item(item)
    if cell is not None and there and subject is not None:
        now = book.text(subject, cell[2])
        if item.kind == "conflict":
            others = sorted(_values(book, cell) - {now})
            column = {"column": cell[2]}
            return [Choice("keep", column), *(Choice("correct", {**column, "expect": now, "value": v}) for v in others)]
        if item.kind == "control_entity":
            nearest = (item.suggestion or "…").split(": ", 1)[0] if (item.score or 0.0) >= _LIKELY else "…"
            return [Choice("dismiss"), Choice("correct", {"column": cell[2], "expect": now, "value": nearest})]
        return [Choice("accept"), Choice("correct", {"column": cell[2], "expect": now, "value": "…"})]
    if item.kind == "decision":
        return _again(item, there, book, ledger)
    return [Choice("dismiss")]


def _unknown(item: ReviewItem, subject: Subject | None, book: Book) -> list[Choice]:
    """Choices for a name that is not known: another one's, one of its own, or nothing of the kind."""
    if subject is None:
        return [Choice("dismiss")]
    word, fresh = ("merge", "new") if item.kind == "organization" else ("same-as", "accept")
    nearest = (item.suggestion or "").split(": ", 1)[0]
    known = book.row((subject[0], nearest)) is not None
    same = Choice(word, {"to": nearest if known else "…"})
    own = [Choice(fresh), Choice("reject")] if book.row(subject) is not None else [Choice("dismiss")]
    return [same, *own] if known and (item.score or 0.0) >= _LIKELY else [*own, same]


def _again(item: ReviewItem, there: bool, book: Book, ledger: Ledger) -> list[Choice]:
    """Choices for a decision that is open again."""
    decision = ledger.named(item)
    if decision is None:
        return [Choice("dismiss")]
    found = [Choice("withdraw")]
    needed = not isinstance(decision, Correction) or book.text((decision.table, decision.key), decision.column) not in (
        decision.value,
        "",
    )
    return [Choice("confirm"), *found] if there and needed else found


def _values(book: Book, cell: tuple[str, str, str]) -> set[str]:
    """What sources say of a disputed cell."""
    ids = [
        row["conflict_id"]
        for row in book.rows("conflicts").values()
        if (row["table"], row["key"], row["column"]) == cell
    ]
    return {row["value"] for row in book.rows("conflict_values").values() if row["conflict_id"] in ids and row["value"]}

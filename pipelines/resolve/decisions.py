"""What a reviewer decided: corrections with a guard, merges of ids, reviews of rows.

What belongs here: reading `raw/decisions/`. What does not: replacing merged ids (`resolve/merges.py`), whether sources
still say what was decided on (`resolve/standing.py`) and corrected values with a guard (`reconcile/corrections.py`).

No row is ever rewritten. A row that names an earlier one in `supersedes` takes its place; one that says nothing else
than who, when, why and `supersedes` only withdraws it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pipelines.errors import RawFileError
from pipelines.ingest.values import CellError, canonical, parse, parse_date
from pipelines.records import Quarantined, Source, TableFile
from schemas.codelists import CODELISTS
from schemas.contract import TABLES, Column
from schemas.fitness import misfit

DECISION_SOURCE = "kakehashi-decisions"

MERGEABLE: Mapping[str, tuple[str, str]] = {
    "organization": ("organizations", "org_id"),
    "project": ("projects", "project_id"),
}
"""Kinds of things that can be merged -> the table that describes them and the column that holds their id."""

_DECIDED_ROOMS = frozenset({"investment", "materials"})
_COMPUTED_TABLES = frozenset({"totals", "world_concentration", "balances", "mirror_gaps", "project_exposures"})
"""Tables whose every row the pipeline computes anew after the decisions have been obeyed."""

_PROVENANCE = frozenset({"source_id", "source_ids", "locator", "review"})
"""Columns that say where a row comes from; a decision sets them by being obeyed, never by naming them."""

QUEUE = "review_queue"
"""Table that a review may name to set an item aside for good; its key is the item's id."""

_EVIDENCE = re.compile(r"[a-z0-9][a-z0-9._-]*=[0-9a-f]{16}")


class _Recorded(Protocol):
    @property
    def decision_id(self) -> str: ...

    @property
    def supersedes(self) -> str: ...

    @property
    def place(self) -> str: ...


T = TypeVar("T", bound=_Recorded)


@dataclass(frozen=True, slots=True)
class Correction:
    """A value set by a reviewer; obeyed only while the value without it is still `expect`.

    `evidence` and `supersedes` of any decision: what its sources said then (`resolve/standing.py`), empty where that
    was not recorded; and the earlier decision that it takes the place of.
    """

    decision_id: str
    decided_on: dt.date
    decided_by: str
    table: str
    key: str
    column: str
    expect: str
    value: str
    reason: str
    place: str
    evidence: str = ""
    supersedes: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """Two ids of one thing: everything said of `old_id` is said of `new_id`. `kind` is organization or project."""

    decision_id: str
    decided_on: dt.date
    decided_by: str
    kind: str
    old_id: str
    new_id: str
    reason: str
    place: str
    evidence: str = ""
    supersedes: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A row that a reviewer accepted, corrected, rejected or left open; or an item of the queue that needs nothing."""

    decision_id: str
    decided_on: dt.date
    decided_by: str
    table: str
    key: str
    review: str
    reason: str
    place: str
    evidence: str = ""
    supersedes: str = ""


@dataclass(frozen=True, slots=True)
class _Withdrawal:
    """An earlier decision taken back."""

    decision_id: str
    place: str
    supersedes: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions of a raw folder."""

    corrections: tuple[Correction, ...] = ()
    merges: tuple[Merge, ...] = ()
    reviews: tuple[Review, ...] = ()

    def source(self) -> Source:
        """The source record that receipts of corrected cells cite."""
        dates = [c.decided_on for c in self.corrections] + [m.decided_on for m in self.merges]
        newest = max(dates + [r.decided_on for r in self.reviews], default=None)
        return Source(
            DECISION_SOURCE,
            publisher="Kakehashi",
            publisher_kind="research",
            tier="official",
            title="Decisions of the reviewers, each with its reason",
            language="en",
            published_on=newest,
            published_precision="day" if newest else None,
            redistributable=True,
            licence="CC-BY-4.0",
        )


def read_decisions(files: Mapping[str, TableFile]) -> tuple[Decisions, tuple[Quarantined, ...]]:
    """Read `decisions/corrections.csv`, `merges.csv` and `reviews.csv`; a bad row is set aside with its reason.

    Args:
        files: Auxiliary files by stem (`decisions/merges`).
    """
    bad: list[Quarantined] = []
    corrections = decision_rows(files.get("decisions/corrections"), _correction, bad)
    merges = decision_rows(files.get("decisions/merges"), _merge, bad, _consistent)
    reviews = decision_rows(files.get("decisions/reviews"), _review, bad)
    return Decisions(tuple(corrections), tuple(merges), tuple(reviews)), tuple(bad)


def decision_rows(
    file: TableFile | None,
    read: Callable[[Mapping[str, str], str], T],
    bad: list[Quarantined],
    consistent: Callable[[Sequence[T]], Sequence[tuple[T, RawFileError]]] | None = None,
) -> list[T]:
    """Read the rows of one file that stand.

    Args:
        file: A table of `decisions/`; None: there is none.
        read: Makes a decision of a row and the name of its place.
        bad: Rows that cannot be read or contradict each other are added here.
        consistent: Finds the decisions that contradict an earlier one.

    Returns:
        The decisions that no later row takes back or replaces.
    """
    if file is None:
        return []
    found: list[T] = []
    withdrawn: list[_Withdrawal] = []
    refused: list[tuple[int, str]] = []
    numbers: dict[str, int] = {}
    named: set[str] = set()
    for number, row in file.rows:
        place = f"{file.path}, row {number}"
        numbers[place] = number
        try:
            withdrawal = _withdrawal(row, place)
            one = read(row, place) if withdrawal is None else withdrawal
            if one.supersedes and one.supersedes not in named:
                expected = "the decision_id of an earlier row of this file"
                raise RawFileError(f"{place}, column supersedes", one.supersedes, expected, "Correct the decision.")
            named.add(one.decision_id)
            if isinstance(one, _Withdrawal):
                withdrawn.append(one)
            else:
                found.append(one)
        except (RawFileError, CellError, KeyError) as error:
            told = f"no column {error}" if isinstance(error, KeyError) else str(error)
            refused.append((number, told if isinstance(error, RawFileError) else f"{place}: {told}"))
    gone = {one.supersedes for one in found} | {one.supersedes for one in withdrawn}
    found = [one for one in found if one.decision_id not in gone - {""}]
    unfit = consistent(found) if consistent is not None else ()
    refused += [(numbers[one.place], str(error)) for one, error in unfit]
    bad += [
        Quarantined(file.path, "resolve", "invalid_value", reason, number, f"{file.path}, row {number}")
        for number, reason in sorted(refused)
    ]
    contrary = {one.place for one, _ in unfit}
    return [one for one in found if one.place not in contrary]


_WHO = frozenset({"decision_id", "decided_on", "decided_by", "reason", "evidence", "supersedes"})


def _withdrawal(row: Mapping[str, str], place: str) -> _Withdrawal | None:
    """The row as a withdrawal, if it says nothing of its own."""
    if not row.get("supersedes", "").strip() or any(row[name].strip() for name in row.keys() - _WHO):
        return None
    parse_date(row["decided_on"])
    required_text(row, "decided_by", place)
    required_text(row, "reason", place)
    return _Withdrawal(required_text(row, "decision_id", place), place, row["supersedes"].strip())


def _evidence(row: Mapping[str, str], place: str) -> str:
    text = row.get("evidence", "").strip()
    wrong = next((part for part in text.split("|") if text and not _EVIDENCE.fullmatch(part)), None)
    if wrong is not None:
        expected = "source_id=16 hexadecimal digits, joined with |"
        raise RawFileError(f"{place}, column evidence", wrong[:60] or "an empty part", expected, "Restore the cell.")
    return text


def required_text(row: Mapping[str, str], name: str, place: str) -> str:
    """Return a cell that must not be empty, without the blanks around it.

    Raises:
        RawFileError: It is empty.
    """
    text = row[name].strip()
    if not text:
        raise RawFileError(f"{place}, column {name}", "an empty cell", "a value", "Complete the decision.")
    return text


def _table(row: Mapping[str, str], place: str) -> str:
    table = required_text(row, "table", place)
    if table != QUEUE and (table not in TABLES or TABLES[table].meaning.room not in _DECIDED_ROOMS):
        expected = "a table of the data contract about investment or materials"
        raise RawFileError(f"{place}, column table", table, expected, "Correct the decision.")
    if table in _COMPUTED_TABLES:
        raise RawFileError(
            f"{place}, column table", f"{table}, computed from other rows", "a table that sources speak of",
            "Decide about the rows it comes from.",
        )  # fmt: skip
    return table


def _column(row: Mapping[str, str], table: str, place: str) -> Column:
    """The column to be corrected, if a correction can reach it at all."""
    if table == QUEUE:
        expected = "a table about investment or materials"
        raise RawFileError(f"{place}, column table", table, expected, "Correct the row that the item is about.")
    name = required_text(row, "column", place)
    if name not in TABLES[table].names:
        raise RawFileError(place, f"{table}.{name}", "a column of the data contract", "Correct the decision.")
    column = TABLES[table].column(name)
    remedy = _beyond_reach(column)
    if remedy is not None:
        raise RawFileError(f"{place}, column column", name, "a column that sources state", f"{table}.{name} {remedy}")
    return column


def _beyond_reach(column: Column) -> str | None:
    """Why a correction cannot reach a column, and what to do instead; None where it can."""
    if column.meaning.computed:
        return "is computed from other cells; correct the row it comes from."
    if column.meaning.key:
        return "is part of the key; merge two ids, or reject the row and code another."
    if column.name in _PROVENANCE:
        return "says where the row comes from; correct the value, or decide in reviews.csv."
    return None


def correctable(table: str, column: str) -> bool:
    """Whether a correction can set this column of this table."""
    reached = table in TABLES and TABLES[table].meaning.room in _DECIDED_ROOMS and table not in _COMPUTED_TABLES
    return reached and column in TABLES[table].names and _beyond_reach(TABLES[table].column(column)) is None


def _value(column: Column, text: str, place: str) -> str:
    """The corrected value in its canonical spelling, held against the contract's column."""
    where = f"{place}, column value"
    try:
        value = parse(text, column.arrow_type)
    except CellError as error:
        raise RawFileError(where, error.found, error.expected, "Correct the decision.") from error
    expected = "a date to the day, as 2026-02-17" if value is None else misfit(column, value)
    if value is None or expected is not None:
        raise RawFileError(where, text[:60], expected or "a value", "Correct the decision.")
    return canonical(value)


def _expected(column: Column, text: str) -> str:
    """What the guard compares with: the canonical spelling where there is one, so 5.00 expects 5."""
    try:
        value = parse(text, column.arrow_type)
    except CellError:
        return text
    return text if value is None else canonical(value)


def _correction(row: Mapping[str, str], place: str) -> Correction:
    table = _table(row, place)
    column = _column(row, table, place)
    return Correction(
        required_text(row, "decision_id", place),
        parse_date(row["decided_on"])[0],
        required_text(row, "decided_by", place),
        table,
        required_text(row, "key", place),
        column.name,
        _expected(column, row["expect"].strip()),
        _value(column, required_text(row, "value", place), place),
        required_text(row, "reason", place),
        place,
        _evidence(row, place),
        row.get("supersedes", "").strip(),
    )


def _merge(row: Mapping[str, str], place: str) -> Merge:
    kind = required_text(row, "kind", place)
    if kind not in MERGEABLE:
        raise RawFileError(f"{place}, column kind", kind, f"one of {', '.join(MERGEABLE)}", "Correct the decision.")
    merge = Merge(
        required_text(row, "decision_id", place),
        parse_date(row["decided_on"])[0],
        required_text(row, "decided_by", place),
        kind,
        required_text(row, "old_id", place),
        required_text(row, "new_id", place),
        required_text(row, "reason", place),
        place,
        _evidence(row, place),
        row.get("supersedes", "").strip(),
    )
    table, name = MERGEABLE[kind]
    unfit = misfit(TABLES[table].column(name), merge.new_id)
    if unfit is not None:
        raise RawFileError(f"{place}, column new_id", merge.new_id[:60], unfit, "Correct the decision.")
    return merge


def _consistent(merges: Sequence[Merge]) -> list[tuple[Merge, RawFileError]]:
    """The merges that contradict an earlier one, each with what is wrong about it."""
    taken: dict[tuple[str, str], str] = {}
    unfit: list[tuple[Merge, RawFileError]] = []
    for merge in merges:
        kind = merge.kind
        if (kind, merge.old_id) in taken:
            found = f"{merge.old_id}, which an earlier row merges into {taken[kind, merge.old_id]}"
            remedy = "Remove one of the rows, or name the earlier one in supersedes."
            error = RawFileError(f"{merge.place}, column old_id", found, "each id merged once", remedy)
            unfit.append((merge, error))
            continue
        step: str | None = merge.new_id
        while step is not None and step != merge.old_id:
            step = taken.get((kind, step))
        if step is not None:
            found = f"{merge.new_id}, which leads back to {merge.old_id}"
            error = RawFileError(f"{merge.place}, column new_id", found, "an id that stays", "Remove one of the rows.")
            unfit.append((merge, error))
        else:
            taken[kind, merge.old_id] = merge.new_id
    return unfit


def _review(row: Mapping[str, str], place: str) -> Review:
    table = _table(row, place)
    review = required_text(row, "review", place)
    allowed = CODELISTS["review"] if "review" in TABLES[table].names and table != QUEUE else ("rejected",)
    if review not in allowed:
        found = review if review not in CODELISTS["review"] else f"{review} for {table}, which has no column review"
        raise RawFileError(f"{place}, column review", found, ", ".join(allowed), "Correct the decision.")
    return Review(
        required_text(row, "decision_id", place),
        parse_date(row["decided_on"])[0],
        required_text(row, "decided_by", place),
        table,
        required_text(row, "key", place),
        review,
        required_text(row, "reason", place),
        place,
        _evidence(row, place),
        row.get("supersedes", "").strip(),
    )

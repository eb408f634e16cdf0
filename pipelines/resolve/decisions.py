"""What a reviewer decided: corrections with a guard, merges of ids, reviews of rows.

What belongs here: reading `raw/decisions/` and replacing merged ids. What does not: setting corrected values
(`reconcile/corrections.py`), since only the reconciled row can tell whether the guard still holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from pipelines.errors import RawFileError
from pipelines.ingest.values import CellError, canonical, parse, parse_date
from pipelines.records import Claim, Quarantined, Source, TableFile, Value
from schemas.codelists import CODELISTS
from schemas.contract import TABLES, Column
from schemas.fitness import misfit

DECISION_SOURCE = "kakehashi-decisions"

_IDS: Mapping[str, tuple[str, str]] = {
    "organization": ("organizations", "org_id"),
    "project": ("projects", "project_id"),
}
"""Kinds of things that can be merged -> the table that describes them and the column that holds their id."""

_DECIDED_ROOMS = frozenset({"investment", "materials"})
_COMPUTED_TABLES = frozenset({"totals", "world_concentration", "mirror_gaps", "project_exposures"})
"""Tables whose every row the pipeline computes anew after the decisions have been obeyed."""

_PROVENANCE = frozenset({"source_id", "source_ids", "locator", "review"})
"""Columns that say where a row comes from; a decision sets them by being obeyed, never by naming them."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Correction:
    """A value set by a reviewer; obeyed only while the value without it is still `expect`."""

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


@dataclass(frozen=True, slots=True)
class Review:
    """A row that a reviewer accepted, corrected, rejected or left open."""

    decision_id: str
    decided_on: dt.date
    decided_by: str
    table: str
    key: str
    review: str
    reason: str
    place: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions of a raw folder."""

    corrections: tuple[Correction, ...] = ()
    merges: tuple[Merge, ...] = ()
    reviews: tuple[Review, ...] = ()

    def source(self) -> Source:
        """The source record that receipts of corrected cells cite."""
        dates = [c.decided_on for c in self.corrections] + [r.decided_on for r in self.reviews]
        newest = max(dates, default=None)
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
    corrections = _rows(files.get("decisions/corrections"), _correction, bad)
    taken: dict[tuple[str, str], str] = {}
    merges = _rows(files.get("decisions/merges"), partial(_merge, taken), bad)
    reviews = _rows(files.get("decisions/reviews"), _review, bad)
    return Decisions(tuple(corrections), tuple(merges), tuple(reviews)), tuple(bad)


def merge_targets(merges: Iterable[Merge]) -> dict[tuple[str, str], str]:
    """Return where each merged id leads in the end: (kind, old_id) -> id that is merged no further.

    Args:
        merges: Merges as `read_decisions` lets them through, hence without cycles.
    """
    steps = {(merge.kind, merge.old_id): merge.new_id for merge in merges}
    targets = {}
    for (kind, old_id), new_id in steps.items():
        name = new_id
        while (kind, name) in steps:
            name = steps[kind, name]
        targets[kind, old_id] = name
    return targets


def merge_ids(claims: Sequence[Claim], merges: Iterable[Merge]) -> tuple[Claim, ...]:
    """Replace merged ids in keys and cells of all claims that point at the merged thing.

    An organisation and a project may bear the same id; a merge of one leaves the other alone.

    Args:
        claims: Claims before rows are identified.
        merges: Merges; chains (a -> b -> c) are followed.
    """
    targets = merge_targets(merges)
    return tuple(_redirected(claim, targets) for claim in claims) if targets else tuple(claims)


def _redirected(claim: Claim, targets: Mapping[tuple[str, str], str]) -> Claim:
    kinds = {column.name: kind for column in TABLES[claim.table].columns if (kind := _kind(column)) is not None}

    def final(column: str, value: Value) -> Value:
        if isinstance(value, tuple):
            return tuple(sorted({targets.get((kinds[column], item), item) for item in value}))
        return targets.get((kinds[column], value), value) if isinstance(value, str) else value

    cells = {
        name: replace(cell, value=final(name, cell.value)) if name in kinds else cell
        for name, cell in claim.cells.items()
    }
    key = tuple(
        targets.get((kinds[name], part), part) if name in kinds else part
        for name, part in zip(TABLES[claim.table].key, claim.key, strict=False)
    )
    return replace(claim, key=key, cells=cells)


def _kind(column: Column) -> str | None:
    """The kind of thing whose id the column holds, None for every other column."""
    for kind, (table, name) in _IDS.items():
        if column.name == name or column.meaning.foreign_key == f"{table}.{name}":
            return kind
    return None


def _rows(file: TableFile | None, read: Callable[[Mapping[str, str], str], T], bad: list[Quarantined]) -> list[T]:
    found: list[T] = []
    for number, row in file.rows if file is not None else ():
        place = f"{file.path}, row {number}" if file is not None else ""
        try:
            found.append(read(row, place))
        except (RawFileError, CellError, KeyError) as error:
            told = f"no column {error}" if isinstance(error, KeyError) else str(error)
            reason = told if isinstance(error, RawFileError) else f"{place}: {told}"
            path = file.path if file is not None else ""
            bad.append(Quarantined(path, "resolve", "invalid_value", reason, number, place))
    return found


def _text(row: Mapping[str, str], name: str, place: str) -> str:
    text = row[name].strip()
    if not text:
        raise RawFileError(f"{place}, column {name}", "an empty cell", "a value", "Complete the decision.")
    return text


def _table(row: Mapping[str, str], place: str) -> str:
    table = _text(row, "table", place)
    if table not in TABLES or TABLES[table].meaning.room not in _DECIDED_ROOMS:
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
    name = _text(row, "column", place)
    if name not in TABLES[table].names:
        raise RawFileError(place, f"{table}.{name}", "a column of the data contract", "Correct the decision.")
    column = TABLES[table].column(name)
    remedy = None
    if column.meaning.computed:
        remedy = f"{table}.{name} is computed from other cells; correct the row it comes from."
    elif column.meaning.key:
        remedy = f"{table}.{name} is part of the key; merge two ids, or reject the row and code another."
    elif name in _PROVENANCE:
        remedy = f"{table}.{name} says where the row comes from; correct the value, or decide in reviews.csv."
    if remedy is not None:
        raise RawFileError(f"{place}, column column", name, "a column that sources state", remedy)
    return column


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
        _text(row, "decision_id", place),
        parse_date(row["decided_on"])[0],
        _text(row, "decided_by", place),
        table,
        _text(row, "key", place),
        column.name,
        _expected(column, row["expect"].strip()),
        _value(column, _text(row, "value", place), place),
        _text(row, "reason", place),
        place,
    )


def _merge(taken: dict[tuple[str, str], str], row: Mapping[str, str], place: str) -> Merge:
    """Read one merge. `taken` holds the merges before it, (kind, old_id) -> new_id, and takes this one in."""
    kind = _text(row, "kind", place)
    if kind not in _IDS:
        raise RawFileError(f"{place}, column kind", kind, f"one of {', '.join(_IDS)}", "Correct the decision.")
    merge = Merge(
        _text(row, "decision_id", place),
        parse_date(row["decided_on"])[0],
        _text(row, "decided_by", place),
        kind,
        _text(row, "old_id", place),
        _text(row, "new_id", place),
        _text(row, "reason", place),
        place,
    )
    table, name = _IDS[kind]
    unfit = misfit(TABLES[table].column(name), merge.new_id)
    if unfit is not None:
        raise RawFileError(f"{place}, column new_id", merge.new_id[:60], unfit, "Correct the decision.")
    if (kind, merge.old_id) in taken:
        found = f"{merge.old_id}, which an earlier row merges into {taken[kind, merge.old_id]}"
        raise RawFileError(f"{place}, column old_id", found, "each id merged once", "Remove one of the rows.")
    step: str | None = merge.new_id
    while step is not None and step != merge.old_id:
        step = taken.get((kind, step))
    if step is not None:
        found = f"{merge.new_id}, which leads back to {merge.old_id}"
        raise RawFileError(f"{place}, column new_id", found, "an id that stays", "Remove one of the rows.")
    taken[kind, merge.old_id] = merge.new_id
    return merge


def _review(row: Mapping[str, str], place: str) -> Review:
    table = _table(row, place)
    review = _text(row, "review", place)
    allowed = CODELISTS["review"] if "review" in TABLES[table].names else ("rejected",)
    if review not in allowed:
        found = review if review not in CODELISTS["review"] else f"{review} for {table}, which has no column review"
        raise RawFileError(f"{place}, column review", found, ", ".join(allowed), "Correct the decision.")
    return Review(
        _text(row, "decision_id", place),
        parse_date(row["decided_on"])[0],
        _text(row, "decided_by", place),
        table,
        _text(row, "key", place),
        review,
        _text(row, "reason", place),
        place,
    )

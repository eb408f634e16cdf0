"""What a reviewer decided: corrections with a guard, merges of ids, reviews of rows.

What belongs here: reading `raw/decisions/` and replacing merged ids. What does not: setting corrected values
(`reconcile/corrections.py`), since only the reconciled row can tell whether the guard still holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pipelines.errors import RawFileError
from pipelines.ingest.values import CellError, parse_date
from pipelines.records import Cell, Claim, Quarantined, Source, TableFile
from schemas.codelists import CODELISTS
from schemas.contract import TABLES

DECISION_SOURCE = "kakehashi-decisions"

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
    merges = _rows(files.get("decisions/merges"), _merge, bad)
    reviews = _rows(files.get("decisions/reviews"), _review, bad)
    return Decisions(tuple(corrections), tuple(merges), tuple(reviews)), tuple(bad)


def merge_ids(claims: Sequence[Claim], merges: Iterable[Merge]) -> tuple[Claim, ...]:
    """Replace merged ids in keys and cells of all claims that point at the merged thing.

    Args:
        claims: Claims before rows are identified.
        merges: Merges; chains (a -> b -> c) are followed.
    """
    targets = {merge.old_id: merge.new_id for merge in merges}
    if not targets:
        return tuple(claims)

    def final(name: str) -> str:
        seen = {name}
        while name in targets and targets[name] not in seen:
            name = targets[name]
            seen.add(name)
        return name

    return tuple(_redirected(claim, final) for claim in claims)


def _redirected(claim: Claim, final: Callable[[str], str]) -> Claim:
    linked = {
        column.name
        for column in TABLES[claim.table].columns
        if column.name in ("org_id", "project_id")
        or (column.meaning.foreign_key or "").endswith((".org_id", ".project_id"))
    }
    cells = {
        name: Cell(final(cell.value), cell.literal, cell.locator)
        if name in linked and isinstance(cell.value, str)
        else cell
        for name, cell in claim.cells.items()
    }
    key = tuple(
        final(part) if name in linked else part for name, part in zip(TABLES[claim.table].key, claim.key, strict=False)
    )
    return replace(claim, key=key, cells=cells)


def _rows(file: TableFile | None, read: Callable[[Mapping[str, str], str], T], bad: list[Quarantined]) -> list[T]:
    found: list[T] = []
    for number, row in file.rows if file is not None else ():
        place = f"{file.path}, row {number}" if file is not None else ""
        try:
            found.append(read(row, place))
        except (RawFileError, CellError, KeyError) as error:
            reason = f"{place}: no column {error}" if isinstance(error, KeyError) else f"{place}: {error}"
            path = file.path if file is not None else ""
            bad.append(Quarantined(path, "resolve", "invalid_value", reason, number, place))
    return found


def _text(row: Mapping[str, str], name: str, place: str) -> str:
    text = row[name].strip()
    if not text:
        raise RawFileError(f"{place}, column {name}", "an empty cell", "a value", "Complete the decision.")
    return text


def _correction(row: Mapping[str, str], place: str) -> Correction:
    table = _text(row, "table", place)
    column = _text(row, "column", place)
    if table not in TABLES or column not in {c.name for c in TABLES[table].columns}:
        raise RawFileError(place, f"{table}.{column}", "a column of the data contract", "Correct the decision.")
    return Correction(
        _text(row, "decision_id", place),
        parse_date(row["decided_on"])[0],
        _text(row, "decided_by", place),
        table,
        _text(row, "key", place),
        column,
        row["expect"].strip(),
        _text(row, "value", place),
        _text(row, "reason", place),
        place,
    )


def _merge(row: Mapping[str, str], place: str) -> Merge:
    return Merge(
        _text(row, "decision_id", place),
        parse_date(row["decided_on"])[0],
        _text(row, "decided_by", place),
        _text(row, "kind", place),
        _text(row, "old_id", place),
        _text(row, "new_id", place),
        _text(row, "reason", place),
        place,
    )


def _review(row: Mapping[str, str], place: str) -> Review:
    review = _text(row, "review", place)
    if review not in CODELISTS["review"]:
        raise RawFileError(f"{place}, column review", review, ", ".join(CODELISTS["review"]), "Correct the decision.")
    return Review(
        _text(row, "decision_id", place),
        parse_date(row["decided_on"])[0],
        _text(row, "decided_by", place),
        _text(row, "table", place),
        _text(row, "key", place),
        review,
        _text(row, "reason", place),
        place,
    )

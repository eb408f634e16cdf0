"""Turn rows in our own layout into claims: one claim a row and cited source, one cell a non-null cell.

What belongs here: what `raw/README.md` promises about sources, dates, modality and review of a row. What does not:
choosing between rows (`reconcile/`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.errors import RawFileError
from pipelines.ingest.values import CellError, canonical, parse, parse_date
from pipelines.records import Cell, Claim, Quarantined, Source, TableFile, Value
from schemas.codelists import CODELISTS
from schemas.contract import TABLES, TableSpec
from schemas.fitness import misfit

REFERENCE_SOURCE = "kakehashi-reference"
AS_FOUND = " as found"
"""Ends the name of a field that holds what stood in an agency's own file for the column before it."""
LITERAL_LENGTH = 40
"""Longest literal that is kept, in characters: a figure or a name, never a clause."""

PRECISIONS: Mapping[tuple[str, str], str] = {
    (name, column.name): candidate
    for name, spec in TABLES.items()
    for column in spec.columns
    for candidate in (f"{column.name}_precision", f"{column.name.removesuffix('_on')}_precision")
    if candidate in spec.names
}
"""(table, date column) -> the column beside it that says how exactly the date is known."""

METHODS = {
    "curated": "curated",
    "reference": "curated",
    "statistics": "tables-1",
    "decisions": "decision",
    "agency": "agencies-1",
}


@dataclass(frozen=True, slots=True)
class Coded:
    """Claims of one table file and the rows of it that were set aside."""

    claims: tuple[Claim, ...]
    quarantined: tuple[Quarantined, ...]


def claims_of(file: TableFile, sources: Mapping[str, Source]) -> Coded:
    """Read every row of a table file; a bad row is set aside with its reason and the others go on.

    Args:
        file: A file of a contract table.
        sources: All sources by id; a row that cites another one is set aside.
    """
    claims: list[Claim] = []
    quarantined: list[Quarantined] = []
    spec = TABLES[file.table]
    for number, row in file.rows:
        try:
            claims.extend(_row_claims(file, spec, number, row, sources))
        except RawFileError as error:
            quarantined.append(Quarantined(file.path, "ingest", error.reason_code, str(error), number, error.where))
    return Coded(tuple(claims), tuple(quarantined))


def _row_claims(
    file: TableFile, spec: TableSpec, number: int, row: Mapping[str, str], sources: Mapping[str, Source]
) -> list[Claim]:
    cells = _cells(file, spec, number, row)
    key = _key(file, spec, number, cells)
    cited = _cited(file, number, row, sources)
    locator = row.get("locator", "").strip()
    placed = {
        name: Cell(value, literal, locator or f"{file.path}#{'|'.join(key) or number}/{name}")
        for name, (value, literal) in cells.items()
    }
    modality = _code(file, number, row, "modality", "asserted")
    stated = row.get("stated_on", "").strip()
    default_review = (
        "accepted"
        if any(source.url or source.source_id == REFERENCE_SOURCE for source in cited) or (file.room != "curated")
        else "unreviewed"
    )
    review = _code(file, number, row, "review", default_review)
    return [
        Claim(
            table=spec.name,
            key=key,
            cells=placed,
            source_id=source.source_id,
            stated_on=_date(file, number, stated) if stated else source.published_on,
            modality=modality,
            method=METHODS[file.room],
            review=review,
            raw_path=file.path,
        )
        for source in cited
    ]


def _cells(file: TableFile, spec: TableSpec, number: int, row: Mapping[str, str]) -> dict[str, tuple[Value, str]]:
    cells: dict[str, tuple[Value, str]] = {}
    for column in spec.columns:
        text = row.get(column.name, "").strip()
        if not text or column.name in ("modality", "review"):
            continue
        try:
            value = parse(text, column.arrow_type)
            partner = PRECISIONS.get((spec.name, column.name))
            if partner is not None and not row.get(partner, "").strip():
                value, precision = parse_date(text)
                cells[partner] = (precision, text)
        except CellError as error:
            raise _refuse(file, number, column.name, error.found, error.expected) from error
        if value is None:
            continue  # a date of less than a day in a column without precision: not known to the day, so not known
        unfit = misfit(column, value)
        if unfit is not None:
            raise _refuse(file, number, column.name, text[:60], unfit)
        # A longer cell is a sentence, not a figure or a name; its place is receipt enough.
        literal = row.get(f"{column.name}{AS_FOUND}", text)
        cells[column.name] = (value, literal if len(literal) <= LITERAL_LENGTH else "")
    return cells


def _key(file: TableFile, spec: TableSpec, number: int, cells: Mapping[str, tuple[Value, str]]) -> tuple[str, ...]:
    if spec.meaning.hashed_key and spec.key[0] not in cells:
        return ()
    parts = []
    for name in spec.key:
        if name not in cells and spec.column(name).meaning.required:
            raise _refuse(file, number, name, "an empty cell", "a part of the key")
        parts.append(canonical(cells[name][0]) if name in cells else "")
    return tuple(parts)


def _cited(file: TableFile, number: int, row: Mapping[str, str], sources: Mapping[str, Source]) -> Sequence[Source]:
    ids = sorted({part.strip() for part in row.get("source_ids", "").split("|") if part.strip()})
    if not ids and file.source is not None:
        return (file.source,)
    if file.room == "reference":
        # The reference tables travel with the project into any raw folder; a source that this folder does not hold
        # cannot be cited there, so the row then rests on our own compilation.
        known = [sources[source_id] for source_id in ids if source_id in sources]
        return known or (sources[REFERENCE_SOURCE],)
    if not ids:
        raise _refuse(
            file, number, "source_ids", "an empty cell", "at least one source of curated/sources.csv", "unknown_source"
        )
    missing = [source_id for source_id in ids if source_id not in sources]
    if missing:
        raise _refuse(
            file, number, "source_ids", ", ".join(missing), "sources of curated/sources.csv", "unknown_source"
        )
    return [sources[source_id] for source_id in ids]


def _code(file: TableFile, number: int, row: Mapping[str, str], column: str, default: str) -> str:
    text = row.get(column, "").strip() or default
    if text not in CODELISTS[column]:
        raise _refuse(file, number, column, text, f"one of {', '.join(CODELISTS[column])}")
    return text


def _date(file: TableFile, number: int, text: str) -> dt.date:
    try:
        return parse_date(text)[0]
    except CellError as error:
        raise _refuse(file, number, "stated_on", error.found, error.expected) from error


def _refuse(
    file: TableFile, number: int, column: str, found: str, expected: str, reason_code: str = "invalid_value"
) -> RawFileError:
    place = f"{file.path}, row {number}, column {column}"
    return RawFileError(place, found, expected, "Correct the cell and build again.", reason_code)

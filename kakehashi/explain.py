"""`kakehashi explain`: what one document alone says, before any other source is weighed.

What belongs here: reading a document outside a build and showing its rows. What does not: reading itself
(`pipelines/extract`) and choosing (`pipelines/reconcile`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from kakehashi.progress import steps
from pipelines.build import PROJECT_RAW, Inputs, ingest, state
from pipelines.errors import RawFileError
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.reading import read_document
from pipelines.ingest import readers
from pipelines.ingest.coded import REFERENCE_SOURCE
from pipelines.ingest.rates import shipped_history
from pipelines.ingest.safety import RawFile, printable, read_file
from pipelines.ingest.sources import read_source_yaml, with_bytes
from pipelines.reconcile.choose import Row
from pipelines.reconcile.proof import statement_rows
from pipelines.reconcile.reconcile import reconcile
from pipelines.records import Claim, Source
from pipelines.resolve.decisions import Decisions
from pipelines.resolve.identity import complete_tranches, identify
from pipelines.resolve.known import program_claims, reference_rows
from pipelines.resolve.projects import settle
from pipelines.tables import record
from schemas.contract import TABLES

_NAMED = ("organizations", "organization_names", "materials")
"""Reference tables that are sent along for every id that occurs."""


@dataclass(frozen=True, slots=True)
class Background:
    """What is known before a document is read: names to recognise, and the reference rows behind them."""

    lexicon: Lexicon
    reference: tuple[Claim, ...]
    project_names: Mapping[str, Mapping[str, str]]
    program_names: Sequence[Mapping[str, str]]
    sources: Mapping[str, Source]


def background(reference: Path | None = None) -> Background:
    """Read the reference tables, and the names of the projects that the project's curated rows describe."""
    raw = ingest(Inputs(PROJECT_RAW, reference))
    stated = state(raw, documents=())
    named = tuple(claim for claim in stated.claims if claim.table in _NAMED and claim.method == "curated")
    projects: dict[str, dict[str, str]] = {}
    for claim in stated.claims:
        if claim.table == "projects" and claim.review != "rejected":
            for column in ("name", "name_ja"):
                if column in claim.cells:
                    projects.setdefault(claim.key[0], {}).setdefault(column, str(claim.cells[column].value))
    return Background(stated.lexicon, named, projects, reference_rows(raw).get("program_names", ()), raw.sources)


def explain_paths(paths: Sequence[str], *, as_json: bool, reference: Path | None = None) -> int:
    """Explain each document, in order.

    Args:
        paths: Files.
        as_json: One JSON object a line; else a table for people.

    Returns:
        0 when every document could be read, else 1. With `as_json` always 0: each line tells of its own document, an
        unreadable one by its `error`, so that a stream of many documents is whole whatever lies among them.
    """
    known = background(reference)
    failed = False
    with steps() as tell:
        for number, path in enumerate(paths, start=1):
            tell(Path(path).name, number, len(paths))
            answer = explain(path, known)
            failed = failed or "error" in answer
            print(json.dumps(answer, ensure_ascii=False) if as_json else "\n".join(_for_people(answer)), flush=True)
    return 1 if failed and not as_json else 0


def explain(path: str, known: Background) -> dict[str, Any]:
    """Return what one document says, as `{"source", "tables", "statements", "review_queue"}`.

    A document that cannot be read gives empty tables and an `error` with `reason_code` and `reason`.
    """
    shown = printable(path)
    try:
        file = _open(path, shown)
        document = readers.read_document(file.content, shown, _described(path, shown))
    except RawFileError as error:
        reason = {"reason_code": error.reason_code, "reason": str(error)}
        return {
            "source": _source_json(None, shown),
            "tables": {},
            "statements": [],
            "review_queue": [],
            "error": reason,
        }
    source = with_bytes(document.source, file, document.source.reader or "documents")
    reading = read_document(document, known.lexicon)
    settled = settle((reading,), known.lexicon)
    claims = identify(complete_tranches(settled.claims))
    claims = (*claims, *program_claims(claims, known.program_names))
    claims = (*claims, *_mentioned(claims, known.reference))
    sources = {**known.sources, source.source_id: source}
    sources.setdefault(REFERENCE_SOURCE, Source(REFERENCE_SOURCE))
    result = reconcile(claims, sources, Decisions(), shipped_history(), closed=False)
    _name_known(result.rows["projects"], known.project_names)
    tables = {name: [_record(name, row) for row in rows.values()] for name, rows in result.rows.items() if rows}
    own = [
        subject
        for subject in result.subjects.values()
        if subject.table not in _NAMED or _is_own(subject.claims, source)
    ]
    failed = {"error": {"reason_code": "malformed", "reason": reading.failure}} if reading.failure else {}
    return {
        **failed,
        "source": _source_json(source, shown),
        "tables": tables,
        "statements": [_plain(row) for row in statement_rows(own)],
        "review_queue": [{field.name: getattr(item, field.name) for field in fields(item)} for item in settled.review],
    }


def _is_own(claims: Sequence[Claim], source: Source) -> bool:
    return any(claim.source_id == source.source_id for claim in claims)


def _name_known(projects: Mapping[str, Row], names: Mapping[str, Mapping[str, str]]) -> None:
    """Write the names of known projects into their rows: they served to recognise; nothing else known is told."""
    for project_id, row in projects.items():
        for column, name in names.get(project_id, {}).items():
            row.values.setdefault(column, name)


def _open(path: str, shown: str) -> RawFile:
    """Open a document that a user names; a link of the user's own is followed, and messages name the path as given."""
    try:
        real = Path(path).resolve()
        return read_file(real, real.parent)
    except RawFileError as error:
        raise RawFileError(shown, error.found, error.expected, error.remedy, error.reason_code) from error
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, a name that no file can have
        raise RawFileError(shown, str(error), "a readable file", "Check it.", "unreadable_format") from error


def _described(path: str, shown: str) -> Source | None:
    """The record beside the document, where its folder has one that names it."""
    real = Path(path).resolve()
    record = real.parent / "source.yaml"
    if not record.is_file():
        return None
    place = f"{shown.rpartition('/')[0] or '.'}/source.yaml"
    source, about = read_source_yaml(RawFile(place, _open(str(record), place).content, ""))
    return source if about.get("document") == real.name else None


def _mentioned(claims: Sequence[Claim], reference: Sequence[Claim]) -> list[Claim]:
    """The reference rows of every organisation and material that the claims name, and of what those name in turn."""
    by_id: dict[tuple[str, str], list[Claim]] = {}
    for claim in reference:
        kind = "material" if claim.table == "materials" else "org"
        by_id.setdefault((kind, claim.key[0]), []).append(claim)
    waiting = list(claims)
    found: dict[tuple[str, str], list[Claim]] = {}
    while waiting:
        claim = waiting.pop()
        for column, cell in claim.cells.items():
            named = "material" if column == "material_id" else "org" if column.endswith("org_id") else ""
            name = (named, str(cell.value))
            if name in by_id and name not in found:
                found[name] = by_id[name]
                waiting.extend(by_id[name])
    return [claim for _, group in sorted(found.items()) for claim in group]


def _record(table: str, row: Row) -> dict[str, Any]:
    known = record(table, row)
    return {column.name: _json(known.get(column.name)) for column in TABLES[table].columns}


def _source_json(source: Source | None, path: str) -> dict[str, Any]:
    columns = [column.name for column in TABLES["sources"].columns]
    return {**{name: _json(getattr(source, name, None)) for name in columns}, "path": path}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _json(value) for name, value in row.items()}


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


_SHOWN = {
    "programs": ("name", "pledged_usd"),
    "projects": (
        "name",
        "sector",
        "stage",
        "stage_claimed",
        "city",
        "admin1",
        "country",
        "cost_original_high",
        "cost_currency",
    ),
    "amounts": ("project_id", "kind", "qualifier", "low", "high", "currency", "raw_literal"),
    "participants": ("project_id", "org_id", "role", "engagement", "instrument", "modality"),
    "events": ("project_id", "event_type", "stage", "event_on", "evidence"),
    "project_materials": ("project_id", "material_id", "relation"),
    "material_uses": ("material_id", "use", "dual_use"),
    "export_controls": ("country", "number", "announced_on", "effective_on", "status"),
}


def _for_people(answer: Mapping[str, Any]) -> Iterator[str]:
    yield f"== {answer['source']['path']}"
    if "error" in answer:
        yield f"   cannot be read: {answer['error']['reason']}"
        return
    for table, columns in _SHOWN.items():
        rows = answer["tables"].get(table, [])
        if not rows:
            continue
        cells = [columns, *(tuple("" if row[c] is None else str(row[c]) for c in columns) for row in rows)]
        widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
        yield f"{table} ({len(rows)})"
        for line in cells:
            yield "   " + "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
    for item in answer["review_queue"]:
        yield f"   to review: {item['kind']} {item['text']}"

"""Rows -> the typed frames of every table of the contract, housekeeping included.

What belongs here: shape only: which row becomes which record. What does not: deciding values (`reconcile/`,
`dependence/`) and the tables that need the release before (`changes`) or the finished tables (`quality`), which
`publish/` makes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import pandas as pd

from pipelines.ingest.agencies.account import ROOM as AGENCY_ROOM
from pipelines.ingest.coded import METHODS
from pipelines.ingest.raw import Raw
from pipelines.ingest.tables import EXTRA_COLUMNS
from pipelines.ingest.values import parse
from pipelines.licences import cut_conflicts, cut_receipts, withhold
from pipelines.reconcile import totals
from pipelines.reconcile.choose import Row
from pipelines.reconcile.proof import conflict_rows, null_reason_rows, receipt_rows, statement_rows
from pipelines.reconcile.reconcile import Reconciled
from pipelines.records import Quarantined, ReviewItem, Source
from pipelines.resolve.decisions import Decisions
from pipelines.resolve.merges import merge_targets
from pipelines.resolve.standing import item_id
from schemas.contract import TABLES, frame
from schemas.renames import RENAMES

Records = list[dict[str, Any]]


def assemble(
    raw: Raw,
    sources: Mapping[str, Source],
    reconciled: Reconciled,
    derived: Mapping[str, Mapping[str, Row]],
    decisions: Decisions,
    quarantined: Sequence[Quarantined],
    review: Sequence[ReviewItem],
    released_on: dt.date,
    restricted: Collection[str] = (),
) -> dict[str, pd.DataFrame]:
    """Make every table of the contract, in its order.

    Args:
        derived: Tables that `dependence` computed; they replace the reconciled ones of the same name.
        released_on: The release's date, which stands for today.
        restricted: Sources whose figures are left out.

    Returns:
        Table name -> frame with exactly the contract's columns, sorted by key.
    """
    allowed = withhold({**reconciled.rows, **derived}, restricted)
    rows = allowed.rows
    records: dict[str, Records] = {
        name: [record(name, row) for row in published.values()] for name, published in rows.items()
    }
    statements = [row for row in statement_rows(reconciled.subjects.values()) if row["source_id"] not in restricted]
    records["statements"] = statements
    records["sources"] = source_rows(sources, statements)
    records["receipts"] = cut_receipts(receipt_rows(rows, sources, raw.hashes), restricted)
    records["null_reasons"] = null_reason_rows(rows, {**reconciled.reasons, **allowed.reasons})
    held = [c for c in reconciled.conflicts if c.key in rows.get(c.table, {}) or c.table == "sources"]
    published = {row["statement_id"] for row in statements} if restricted else set()
    records["conflicts"], records["conflict_values"] = cut_conflicts(*conflict_rows(held), restricted, rows, published)
    records["totals"] = totals.compute(records["amounts"], records["projects"])
    records["exchange_rates"] = [
        {
            "currency": rate.currency,
            "on": rate.on,
            "usd_per_unit": rate.usd_per_unit,
            "source_id": "ecb-eurofxref",
            "locator": rate.locator,
        }
        for rate in reconciled.rates
    ]
    records["review_queue"] = _distinct([_review_row(item) for item in review])
    records["quarantine"] = _distinct([_quarantine_row(item, released_on) for item in quarantined])
    records["codelists"] = _codelist_rows(raw)
    records["crosswalk"] = _crosswalk_rows(raw)
    records["redirects"] = _redirect_rows(decisions, rows)
    records["renames"] = [asdict(rename) for rename in RENAMES]
    return {name: frame(name, records.get(name, [])) for name in TABLES}


def source_rows(sources: Mapping[str, Source], statements: Sequence[Mapping[str, Any]]) -> Records:
    """Return sources as rows of `sources`, each with the number of its statements."""
    counts = Counter(str(statement["source_id"]) for statement in statements)
    names = [field.name for field in fields(Source)]
    return [
        {
            **{name: getattr(source, name) for name in names},
            "witness_id": source.witness,
            "n_statements": counts[source_id],
        }
        for source_id, source in sources.items()
    ]


def record(table: str, row: Row) -> dict[str, Any]:
    """Return a row as column -> value, in the contract's types; cells that are not known are left out."""
    spec = TABLES[table]
    # The key says what the row is about; its parts are read as their columns' types.
    keys = {
        column: parse(part, spec.column(column).arrow_type)
        for column, part in zip(spec.key, row.key, strict=True)
        if part
    }
    return {**row.values, **keys}


def _item_id(*parts: str | int | None) -> str:
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:16]


def _distinct(records: Records) -> Records:
    return list({record["item_id"]: record for record in records}.values())


def _review_row(item: ReviewItem) -> dict[str, Any]:
    return {
        "item_id": item_id(item),
        "kind": item.kind,
        "text": item.text,
        "source_id": item.source_id,
        "locator": item.locator,
        "suggestion": item.suggestion,
        "score": item.score,
    }


def _quarantine_row(item: Quarantined, released_on: dt.date) -> dict[str, Any]:
    return {
        "item_id": _item_id(item.source_path, item.stage, item.reason_code, item.row, item.locator, item.reason),
        "source_path": item.source_path,
        "stage": item.stage,
        "reason_code": item.reason_code,
        "reason": item.reason,
        "row": item.row,
        "locator": item.locator,
        "first_seen_on": released_on,
    }


def _codelist_rows(raw: Raw) -> Records:
    """Labels and definitions of the codes; of a code that stands twice the first row counts."""
    file = raw.auxiliary.get("codelists")
    names = [column.name for column in TABLES["codelists"].columns]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for _, row in file.rows if file is not None else ():
        found.setdefault((row["list"], row["code"]), {name: row[name] for name in names if row.get(name)})
    return list(found.values())


_EXTRA_NOTES = {
    "source_ids": "the sources cited: statements.source_id and the row's own source columns",
    "stated_on": "statements.stated_on",
    "modality": "statements.modality and the row's modality",
    "review": "statements.review and the row's review",
    "locator": "statements.locator and receipts.locator",
    "note": "a remark for the curator; not published",
}


def _crosswalk_rows(raw: Raw) -> Records:
    """Where each field of the table files went: into the column of its name, beside it, or nowhere (said so)."""
    found: dict[tuple[str, str, str | None], dict[str, Any]] = {}
    for file in raw.tables:
        if file.room == AGENCY_ROOM:
            for layout, raw_field, *goal in file.fields:
                values = (layout, raw_field, *(text or None for text in goal))
                found[layout, raw_field, None] = dict(zip(_CROSSWALK, values, strict=True))
            continue
        columns = {column.name for column in TABLES[file.table].columns}
        reader = f"{METHODS[file.room]}:{file.room}/{file.table}"
        for name in file.rows[0][1] if file.rows else ():
            own = name in columns
            note = None if own else _EXTRA_NOTES[name] if name in EXTRA_COLUMNS else None
            found[(reader, name, file.table)] = {
                "source_reader": reader,
                "raw_field": name,
                "table": file.table if own else "statements" if name != "note" else None,
                "column": name if own else name if name not in ("note", "source_ids") else None,
                "note": note,
            }
    return list(found.values())


_CROSSWALK = ("source_reader", "raw_field", "table", "column", "note")


def _redirect_rows(decisions: Decisions, rows: Mapping[str, Mapping[str, Row]]) -> Records:
    """Where each merged id leads in the end; an id that no published row bears leads nowhere and is left out."""
    described = {"organization": rows.get("organizations", {}), "project": rows.get("projects", {})}
    targets = merge_targets(decisions.merges)
    return [
        {
            "kind": merge.kind,
            "old_id": merge.old_id,
            "new_id": targets[merge.kind, merge.old_id],
            "reason": "entity_merged",
            "since_version": merge.decided_on.strftime("%Y.%m.%d"),
        }
        for merge in decisions.merges
        if targets[merge.kind, merge.old_id] in described[merge.kind]
    ]

"""The tables about the tables: statements, receipts, null reasons, conflicts.

What belongs here: writing down where each published cell comes from and why an empty one is empty. What does not:
deciding anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.reconcile.choose import Conflict, Row
from pipelines.reconcile.statements import Subject, statement_row
from pipelines.records import Source
from pipelines.resolve.decisions import DECISION_SOURCE
from schemas.contract import TABLES

Records = list[dict[str, Any]]


def statement_rows(subjects: Iterable[Subject]) -> Records:
    """Return every statement, chosen or not, as rows of `statements`; the same statement read twice stands once."""
    units = {(t.name, c.name): c.meaning.unit for t in TABLES.values() for c in t.columns}
    found: dict[str, dict[str, Any]] = {}
    for subject in subjects:
        if subject.table == "null_reasons":
            continue
        for column in subject.statements.values():
            for statement in column:
                row = statement_row(statement, units[(statement.table, statement.column)])
                twin = found.get(statement.statement_id)
                if twin is None or (row["chosen"] and not twin["chosen"]):
                    found[statement.statement_id] = row
    return list(found.values())


def receipt_rows(
    rows: Mapping[str, Mapping[str, Row]], sources: Mapping[str, Source], hashes: Mapping[str, str]
) -> Records:
    """Return the receipts of every published cell as rows of `receipts`.

    Args:
        rows: Published rows by table; only tables that keep receipts there count.
        hashes: Raw path -> sha256 of the file actually read.
    """
    found: Records = []
    for table, published in rows.items():
        if TABLES[table].meaning.receipts != "receipts":
            continue
        wanted = {column.name for column in TABLES[table].columns if column.meaning.receipted}
        for row in published.values():
            for column, receipts in row.receipts.items():
                if column not in row.values or column not in wanted:
                    continue
                for number, receipt in enumerate(receipts, start=1):
                    source = sources[receipt.source_id]
                    found.append(
                        {
                            "table": table,
                            "key": row.key_text,
                            "column": column,
                            "input_no": number,
                            "statement_id": receipt.statement_id,
                            "source_id": receipt.source_id,
                            "source_sha256": hashes.get(receipt.raw_path or "", source.sha256),
                            "locator": receipt.locator,
                            "raw_literal": receipt.raw_literal or None,
                            "rule": receipt.rule,
                        }
                    )
    return found


def conflict_rows(conflicts: Iterable[Conflict]) -> tuple[Records, Records]:
    """Return the rows of `conflicts` and `conflict_values`."""
    heads: Records = []
    values: Records = []
    for conflict in conflicts:
        heads.append(
            {
                "conflict_id": conflict.conflict_id,
                "table": conflict.table,
                "key": conflict.key,
                "column": conflict.column,
                "chosen_value": conflict.chosen,
                "rule": conflict.rule,
            }
        )
        for value, statements in conflict.values.items():
            values.append(
                {
                    "conflict_id": conflict.conflict_id,
                    "value": value,
                    "statement_ids": tuple(sorted({s.statement_id for s in statements})),
                    "source_ids": tuple(sorted({s.source.source_id for s in statements})),
                    "n_witnesses": len({s.source.witness for s in statements if not s.source.distrusted}),
                }
            )
        if conflict.rule == "decision" and conflict.chosen not in conflict.values:
            # A value that no source states is a reviewer's own.
            values.append(
                {
                    "conflict_id": conflict.conflict_id,
                    "value": conflict.chosen,
                    "statement_ids": (),
                    "source_ids": (DECISION_SOURCE,),
                    "n_witnesses": 0,
                }
            )
    return heads, values


def null_reason_rows(rows: Mapping[str, Mapping[str, Row]], given: Mapping[tuple[str, str, str], str]) -> Records:
    """Return why each empty cell of the columns that need a reason is empty.

    Args:
        given: Reasons that a person gave, by (table, key, column); they win where the cell is still empty.
    """
    found: Records = []
    for table, published in rows.items():
        reasoned = [column.name for column in TABLES[table].columns if column.meaning.reasoned]
        for row in published.values() if reasoned else ():
            for column in reasoned:
                if row.values.get(column) is None:
                    reason = given.get((table, row.key_text, column)) or _reason(row, column)
                    found.append({"table": table, "key": row.key_text, "column": column, "reason": reason})
    return found


_CODES = {"withheld": "withheld", "not_available": "not_reported", "net_exporter": "not_applicable"}


def _reason(row: Row, column: str) -> str:
    """Say why a cell is empty from what stands beside it: a bound's open end, a missing rate, an agency's code."""
    if column.endswith("usd_high") or column.endswith("usd_low"):
        if row.values.get("restates") or row.values.get("source_converted") is True:
            return "not_applicable"
        original = column.replace("cost_usd", "cost_original").replace("usd_", "")
        if row.values.get(original) is not None:
            return "fx_missing"
        column = original
    if column.endswith(("low", "high")):
        other = column.replace("high", "low") if column.endswith("high") else column.replace("low", "high")
        if row.values.get(other) is not None:
            return "not_applicable"
    if column == "china_share_pct" or column.startswith("supplier_"):
        return "not_reported"
    if "reliance" in column:
        return _CODES.get(row.text("reliance_code"), "not_reported")
    return "not_reported"

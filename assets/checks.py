"""Asset checks: one factory over the contract for every table, and the release's suite of expectations.

What belongs here: how a finding is shown in Dagster. What does not: what is checked (`schemas`, `pipelines.publish`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    import pandas as pd

CONTRACT = "contract"
MOST_SHOWN = 10
"""Failing cells that a check shows; all are counted."""


def contract_check(name: str) -> dg.AssetCheckSpec:
    """Declare the check of one table: a table that breaks the contract stops the release."""
    return dg.AssetCheckSpec(
        CONTRACT,
        asset=name,
        description=f"{name} keeps the contract: columns, types, required cells, codelists, ranges, unique key.",
        blocking=True,
    )


def contract_result(name: str, frame: pd.DataFrame) -> dg.AssetCheckResult:
    """Hold a table against the contract."""
    from schemas.contract import failures

    found = rows_of(failures(name, frame))
    rows = len({case["key"] for case in found})
    metadata: dict[str, Any] = {"failing_rows": rows, "failing_cells": len(found), "rows": len(frame)}
    if found:
        metadata["sample"] = dg.MetadataValue.md(markdown_table(found[:MOST_SHOWN]))
    first = f"{rows} rows break the contract, first {_case(found[0])}." if found else "Every row keeps the contract."
    return dg.AssetCheckResult(
        passed=not found, asset_key=name, check_name=CONTRACT, description=first, metadata=metadata
    )


def _case(case: Mapping[str, Any]) -> str:
    return f"{case['key'] or 'the table'}, column {case['column']}: {case['value'] or 'empty'} ({case['check']})"


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def markdown_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Spell rows as a Markdown table; no rows give no text."""
    if not rows:
        return ""
    columns = list(rows[0])
    lines = [columns, ["---"] * len(columns), *([row[column] for column in columns] for row in rows)]
    return "\n".join(f"| {' | '.join(_cell(value) for value in line)} |" for line in lines)


def _cell(value: Any) -> str:
    from schemas.contract import as_text

    return as_text(value).replace("|", "\\|").replace("\n", " ")


def nothing_set_aside_check() -> dg.AssetCheckSpec:
    """Declare the check that tells whether input waits in quarantine. It never stops a release."""
    return dg.AssetCheckSpec(
        "nothing_set_aside",
        asset="quarantine",
        description="Every file and row of raw could be read; a failure is an error in a strict build.",
    )


def nothing_set_aside_result(frame: pd.DataFrame, strict: bool) -> dg.AssetCheckResult:
    """Tell what was set aside."""
    columns = ["source_path", "row", "reason_code", "reason"]
    shown = rows_of(frame[columns].head(MOST_SHOWN))
    metadata: dict[str, Any] = {"set_aside": len(frame)}
    if shown:
        metadata["sample"] = dg.MetadataValue.md(markdown_table(shown))
    return dg.AssetCheckResult(
        passed=not len(frame),
        asset_key="quarantine",
        check_name="nothing_set_aside",
        severity=dg.AssetCheckSeverity.ERROR if strict else dg.AssetCheckSeverity.WARN,
        description=f"{len(frame)} files or rows were set aside." if len(frame) else "Everything was read.",
        metadata=metadata,
    )

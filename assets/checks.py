"""Asset checks of the tables: one factory over the contract, one kind of check after another.

What belongs here: which checks a table has in Dagster, and how what was found is shown. What does not: what is checked
(`schemas`, `pipelines.publish`) and the suite over the release as a whole (`release`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from pipelines.publish.check_kinds import CODELISTS, CONTRACT, KEY, Kind, kinds_of
from schemas.contract import TABLES
from schemas.drift import drift_bounds

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from pipelines.publish.table_checks import Case, Examined, Judgement

DRIFT = "drift"
MOST_SHOWN = 10
"""Failing cells that a check shows; all are counted."""

ALONE = (CONTRACT, KEY, CODELISTS)
"""Kinds that need no other table; the tables that are made last have these alone."""


def table_checks(name: str, *, alone: bool = False) -> Iterator[dg.AssetCheckSpec]:
    """Declare the checks of one table: those that its declaration gives rise to, and no other.

    Args:
        name: Contract table.
        alone: It is made after all others were judged, so only what concerns it alone is checked.
    """
    title = TABLES[name].meaning.title_en
    for kind in kinds_of(name):
        if kind.name in ALONE or not alone:
            yield dg.AssetCheckSpec(
                kind.name,
                asset=name,
                description=f"{title}: the table {kind.says}",
                blocking=True,
                metadata={"checked_by": ", ".join(sorted(kind.gate)) or "the declaration in schemas/"},
            )
    bounds = drift_bounds(name)
    if bounds is not None and not alone:
        yield dg.AssetCheckSpec(
            DRIFT,
            asset=name,
            description=f"{title}: against the release before no more than {bounds.most_lost_pct:g} % of the rows are "
            f"gone, {bounds.most_gained_pct:g} % are new, and no column's share of empty cells rose by more than "
            f"{bounds.most_emptied_points:g} points (fewer than {bounds.fewest_rows} rows aside).",
        )


def table_results(name: str, examined: Examined, before: Path | None) -> Iterator[dg.AssetCheckResult]:
    """Tell what every check of a table found.

    Args:
        name: Contract table.
        examined: All tables of the release.
        before: Folder of the release before, None where there is none.
    """
    frame = examined.tables.frames[name]
    for kind in kinds_of(name):
        yield _result(name, kind, examined.judgement(name, kind), len(frame))
    if drift_bounds(name) is not None:
        yield _drift_result(name, frame, before)


def results_alone(name: str, frame: pd.DataFrame) -> Iterator[dg.AssetCheckResult]:
    """Tell what the checks of a table found that is made after all others were judged."""
    from pipelines.publish.findings import Tables
    from pipelines.publish.table_checks import alone

    tables = Tables({name: frame})
    for kind in kinds_of(name):
        if kind.name in ALONE:
            yield _result(name, kind, alone(name, tables, kind), len(frame))


def _result(name: str, kind: Kind, judgement: Judgement, rows: int) -> dg.AssetCheckResult:
    cases = judgement.cases
    metadata: dict[str, Any] = {"failing_rows": judgement.failing_rows, "failing_cells": len(cases), "rows": rows}
    if cases:
        metadata["sample"] = dg.MetadataValue.md(markdown_table([_shown(case) for case in cases[:MOST_SHOWN]]))
    if judgement.waived:
        told = [f"{finding} (until {waiver.waived_until}: {waiver.reason})" for finding, waiver in judgement.waived]
        metadata["waived"] = told
    return dg.AssetCheckResult(
        passed=judgement.looked_at and not cases and not judgement.waived,
        asset_key=name,
        check_name=kind.name,
        # What was waived, or could not be looked at because another check fails, stops nothing by itself.
        severity=dg.AssetCheckSeverity.ERROR if cases else dg.AssetCheckSeverity.WARN,
        description=_words(kind, judgement),
        metadata=metadata,
    )


def _words(kind: Kind, judgement: Judgement) -> str:
    if judgement.cases:
        rows = judgement.failing_rows
        return f"{rows} {'row fails' if rows == 1 else 'rows fail'}, first {judgement.cases[0]}."
    if not judgement.looked_at:
        return "It could not be looked at: a table of this run has not the contract's columns."
    if judgement.waived:
        number = len(judgement.waived)
        return f"{number} {'finding is' if number == 1 else 'findings are'} waived, first {judgement.waived[0][0]}."
    return f"The table {kind.says}"


def _shown(case: Case) -> dict[str, str]:
    return {
        "key": case.key, "column": case.column, "found": case.found, "expected": case.expected, "check": case.check,
    }  # fmt: skip


def _drift_result(name: str, frame: pd.DataFrame, before: Path | None) -> dg.AssetCheckResult:
    from pipelines.publish.drift import drifts, filled, filled_before

    was, now = filled_before(before, name), filled(frame)
    found = drifts(name, was, now)
    metadata: dict[str, Any] = {"rows": now.rows}
    if was is not None and before is not None:
        metadata |= {"rows_before": was.rows, "release_before": before.name}
    if found:
        metadata["crossed"] = [str(each) for each in found]
        words = f"{'; '.join(map(str, found[:3]))}{f'; and {len(found) - 3} more' if len(found) > 3 else ''}."
    elif was is None:
        words = "There is no release before that has this table."
    else:
        words = f"{now.rows} rows after {was.rows}, and no column emptied."
    return dg.AssetCheckResult(
        passed=not found,
        asset_key=name,
        check_name=DRIFT,
        severity=dg.AssetCheckSeverity.WARN,
        description=words,
        metadata=metadata,
    )


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

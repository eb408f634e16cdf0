"""The suite that judges a release as a whole, run by Great Expectations on views of its tables.

What belongs here: running the suite. What does not: what is expected (`suite`) and the frames that are judged
(`expectation_views`).

Great Expectations takes seconds to import, so it is imported when the suite runs and not before; nor is anything
imported at the top that a process which only judges does not need.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pipelines.publish.suite import SUITE, Expectation

if TYPE_CHECKING:
    import pandas as pd

_OBSERVED = ("ExpectTableRowCountToBeBetween", "ExpectColumnMedianToBeBetween")
"""Expectations that look at one figure of the view, not at its rows."""


def expectation_results(tables: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Judge a release as a whole.

    Args:
        tables: Table name -> frame of the contract, each one right in itself; a missing table counts as empty.

    Returns:
        One row an expectation with the columns of the table `quality` but `waived_until`: `check_id`, `table`,
        `column`, `severity`, `threshold`, `value` (rows that fail, or the share that holds, the number of rows or the
        median; None
        where there was nothing to measure), `passed`, `description`.
    """
    return judge(views(tables))


def views(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the frames that are judged, by name."""
    from pipelines.publish.expectation_views import VIEWS
    from pipelines.publish.findings import Tables

    data = Tables(tables)
    return {name: make(data) for name, make in VIEWS.items()}


def judge(frames: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Hold the views against the suite; see `expectation_results` for what is returned."""
    asset = _context().data_sources.add_pandas("release").add_dataframe_asset("view")
    batches = asset.add_batch_definition_whole_dataframe("whole")
    found: dict[str, dict[str, Any]] = {}
    for view, group in itertools.groupby(sorted(SUITE, key=lambda each: each.view), lambda each: each.view):
        found.update(_judge(batches.get_batch({"dataframe": frames[view]}), list(group)))
    return [found[expectation.check_id] for expectation in SUITE]


def load() -> ModuleType:
    """Import Great Expectations, which takes seconds."""
    # Its analytics and progress bars are off: a build is quiet and asks no other host.
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations

    return great_expectations


def _context() -> Any:
    gx = load()
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


def _judge(batch: Any, group: list[Expectation]) -> Iterator[tuple[str, dict[str, Any]]]:
    gx = load()
    suite = gx.ExpectationSuite(name=group[0].view)
    for each in group:
        kind = getattr(gx.expectations, each.expect)
        suite.add_expectation(kind(**each.arguments, meta={"check_id": each.check_id}))
    results = {result.expectation_config.meta["check_id"]: result for result in batch.validate(suite).results}
    for each in group:
        yield each.check_id, _row(each, results[each.check_id])


def _row(expectation: Expectation, result: Any) -> dict[str, Any]:
    measured = result.result or {}
    # Great Expectations fails the median of no rows at all; an error inside it leaves no measurement.
    empty = expectation.expect in _OBSERVED and "observed_value" in measured and measured["observed_value"] is None
    return {
        "check_id": expectation.check_id,
        "table": expectation.table,
        "column": expectation.column,
        "severity": expectation.severity,
        "threshold": expectation.threshold,
        "value": _value(expectation, measured),
        "passed": bool(result.success) or empty,
        "description": expectation.description,
    }


def _value(expectation: Expectation, measured: Mapping[str, Any]) -> float | None:
    if expectation.expect in _OBSERVED:
        observed = measured.get("observed_value")
        return None if observed is None else float(observed)
    failing, looked_at = measured.get("unexpected_count"), measured.get("element_count", 0)
    if failing is None:
        return None
    if "mostly" not in expectation.arguments:
        return float(failing)
    held_against = looked_at - (measured.get("missing_count") or 0)
    return (held_against - failing) / held_against if held_against else None

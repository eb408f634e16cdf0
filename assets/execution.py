"""One build as a run of the job `build` in this process, standing in the same history that the UI shows.

What belongs here: starting the run and telling what came of it. What does not: what callers see of it (`run`).
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.execution.stats import StepEventStatus
from dagster._core.storage.tags import PARENT_RUN_ID_TAG, ROOT_RUN_ID_TAG

from assets.definitions import STEPS, defs
from assets.editions import DRAFTS, backfill_editions
from assets.failures import failure_words
from assets.history import HOME, PROCESS_TAG, opened, process_name, report_lost_runs, told_of_history
from assets.run import Outcome, Part, Progress
from assets.shapes import Inputs
from pipelines.errors import KakehashiError

RESUMED = {"build": "build", "dry_run": "dry_run", "__ASSET_JOB": "build"}
"""Job of a run that can be gone on with after a failure -> the job that does it; the UI has one of its own for assets
that are chosen in the graph."""


def execute(
    inputs: Inputs, output: Path, strict: bool, home: Path | None, progress: Progress | None, part: Part
) -> Outcome:
    """Run the job; see `assets.run.run_build`."""
    given = {**_folders(inputs, output), "strict": strict, "dry_run": part.dry_run}
    chosen = [dg.AssetKey(name) for name in part.tables] or None
    with told_of_history(home or HOME), opened(home or HOME) as instance:
        return _run(instance, "dry_run" if part.dry_run else "build", given, chosen, progress)


def _folders(inputs: Inputs, output: Path) -> dict[str, Any]:
    """Where a run reads and writes, as settings of the resource `build`."""
    build = {
        "raw": str(inputs.raw.resolve()),
        "reference": str(inputs.reference.resolve()) if inputs.reference else None,
        "output": str(output.resolve()),
        "as_of": inputs.as_of.isoformat() if inputs.as_of else None,
        "include_restricted": inputs.own_use,
    }
    return {name: value for name, value in build.items() if value is not None}


def backfill(inputs: Inputs, output: Path, editions: Sequence[str], home: Path | None) -> Outcome:
    """Run the job `backfill`; see `assets.run.run_backfill`."""
    ops = {backfill_editions.name: {"config": {"editions": list(editions)}}}
    with told_of_history(home or HOME), opened(home or HOME) as instance:
        result = _executed(instance, "backfill", _folders(inputs, output), ops=ops)
    outputs = [event.step_output_data.metadata for event in result.all_events if event.is_successful_output]
    places: list[Any] = [metadata[DRAFTS].value for metadata in outputs]
    return replace(_outcome(result), drafts=tuple(Path(place) for each in places for place in each))


def resume(run_id: str | None, home: Path | None, progress: Progress | None) -> Outcome:
    """Run what a failed build has left; see `assets.run.resume_build`."""
    with told_of_history(home or HOME), opened(home or HOME) as instance:
        report_lost_runs(instance)
        failed = _failed_run(instance, run_id)
        settings: Mapping[str, Any] = failed.run_config
        given = settings.get("resources", {}).get("build", {}).get("config", {})
        done = {
            step.step_key
            for step in instance.get_run_step_stats(failed.run_id)
            if step.status == StepEventStatus.SUCCESS
        }
        left = [key for step in STEPS if step.op.name not in done for key in step.keys]
        if failed.asset_selection:
            left = [key for key in left if key in failed.asset_selection]
        tags = {PARENT_RUN_ID_TAG: failed.run_id, ROOT_RUN_ID_TAG: failed.root_run_id or failed.run_id}
        return _run(instance, RESUMED[failed.job_name], given, left, progress, tags)


def _failed_run(instance: dg.DagsterInstance, run_id: str | None) -> dg.DagsterRun:
    """The build to go on with.

    Raises:
        KakehashiError: There is none, or it did not fail.
    """
    runs = [run for run in instance.get_runs() if run.job_name in RESUMED and run.run_id.startswith(run_id or "")]
    if not runs:
        found = f"no build {run_id}" if run_id else "no build"
        raise KakehashiError("the history of runs", found, "a build that failed", "Run `kakehashi build`.")
    if runs[0].status != dg.DagsterRunStatus.FAILURE:
        found = f"build {runs[0].run_id[:8]}: {runs[0].status.value.lower()}"
        remedy = "Name another one by its id, or run `kakehashi build`."
        raise KakehashiError("the history of runs", found, "a build that failed", remedy)
    return runs[0]


def _run(
    instance: dg.DagsterInstance,
    job_name: str,
    build: Mapping[str, Any],
    chosen: Sequence[dg.AssetKey] | None,
    progress: Progress | None,
    tags: Mapping[str, str] | None = None,
) -> Outcome:
    return _outcome(_executed(instance, job_name, build, chosen, progress, tags))


def _executed(
    instance: dg.DagsterInstance,
    job_name: str,
    build: Mapping[str, Any],
    chosen: Sequence[dg.AssetKey] | None = None,
    progress: Progress | None = None,
    tags: Mapping[str, str] | None = None,
    ops: Mapping[str, Any] | None = None,
) -> dg.ExecuteInProcessResult:
    job = defs.resolve_job_def(job_name)
    run_id = dg.DagsterRun(job_name=job.name).run_id
    with _rare_collection():
        report_lost_runs(instance)
        if progress is not None:
            _listen(instance, run_id, job, progress)
        return job.execute_in_process(
            run_config={
                "resources": {"build": {"config": dict(build)}},
                "ops": dict(ops or {}),
                # What fails is told once, by whoever called; the history has it with its stack trace.
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            instance=instance,
            raise_on_error=False,
            run_id=run_id,
            asset_selection=chosen,
            tags={
                ".dagster/repository": "__repository__@kakehashi",
                PROCESS_TAG: process_name(os.getpid()) or "",
                **(tags or {}),
            },
        )


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Look for garbage rarely: a build makes a million objects that stay, and looking costs a fifth of its time."""
    before = gc.get_threshold()
    atexit.register(_leave_at_once)
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _leave_at_once() -> None:
    """End the process without a last look for garbage, which takes a seventh of a whole build."""
    # DuckDB's bindings want to see their objects go and complain on the terminal of those that stay.
    if "_duckdb" not in sys.modules:
        gc.freeze()


def _outcome(result: dg.ExecuteInProcessResult) -> Outcome:
    told: dict[str, Mapping[str, dg.MetadataValue[Any]]] = {}
    for event in result.get_asset_materialization_events():
        materialization = event.step_materialization_data.materialization
        told[materialization.asset_key.to_user_string()] = materialization.metadata
    release, assembled = told.get("release"), told.get("assembled_tables")
    return Outcome(
        version=str(release["version"].value) if release else None,
        is_new=bool(release["new"].value) if release else False,
        path=Path(str(release["folder"].value)) if release else None,
        n_quarantined=int(str((assembled or release or {"set_aside": dg.IntMetadataValue(0)})["set_aside"].value)),
        withheld=tuple(filter(None, str(assembled["withheld"].value).split(", "))) if assembled else (),
        waivers=_waivers(told.get("quality")),
        run_id=result.run_id,
        success=result.success,
        failures=failure_words(result),
        drafts=tuple(Path(str(metadata["draft"].value)) for metadata in told.values() if "draft" in metadata),
    )


def _waivers(quality: Mapping[str, dg.MetadataValue[Any]] | None) -> tuple[str, ...]:
    """What was waived and which waivers serve nothing, in sentences."""
    if quality is None:
        return ()
    waived = [f"Waived: {words}." for words in quality["waived"].value]
    return (*waived, *quality["idle_waivers"].value)


def _listen(instance: dg.DagsterInstance, run_id: str, job: dg.JobDefinition, progress: Progress) -> None:
    steps = len(job.nodes)
    begun: list[str] = []

    def heard(entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is not None and event.is_step_start and event.step_key is not None:
            begun.append(event.step_key)
            progress(event.step_key, len(begun), steps)

    instance.add_event_listener(run_id, heard)

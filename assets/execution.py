"""One build as a run of the job `build` in this process, standing in the same history that the UI shows.

What belongs here: starting the run and telling what came of it. What does not: what callers see of it (`run`).
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg

from assets.definitions import defs
from assets.failures import failure_words
from assets.history import HOME, PROCESS_TAG, opened, process_name, report_lost_runs, told_of_history
from assets.run import Outcome, Progress
from assets.shapes import Inputs


def execute(inputs: Inputs, output: Path, strict: bool, home: Path | None, progress: Progress | None) -> Outcome:
    """Run the job; see `assets.run.run_build`."""
    with told_of_history(home or HOME):
        return _execute(inputs, output, strict, home or HOME, progress)


def _execute(inputs: Inputs, output: Path, strict: bool, home: Path, progress: Progress | None) -> Outcome:
    job = defs.resolve_job_def("build")
    build = {
        "raw": str(inputs.raw.resolve()),
        "reference": str(inputs.reference.resolve()) if inputs.reference else None,
        "output": str(output.resolve()),
        "as_of": inputs.as_of.isoformat() if inputs.as_of else None,
        "strict": strict,
        "include_restricted": inputs.own_use,
    }
    given = {name: value for name, value in build.items() if value is not None}
    run_id = dg.DagsterRun(job_name=job.name).run_id
    with opened(home) as instance, _rare_collection():
        report_lost_runs(instance)
        if progress is not None:
            _listen(instance, run_id, job, progress)
        result = job.execute_in_process(
            run_config={
                "resources": {"build": {"config": given}},
                # What fails is told once, by whoever called; the history has it with its stack trace.
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            instance=instance,
            raise_on_error=False,
            run_id=run_id,
            tags={".dagster/repository": "__repository__@kakehashi", PROCESS_TAG: process_name(os.getpid()) or ""},
        )
    return _outcome(result)


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Look for garbage rarely: a build makes a million objects that stay, and looking costs a fifth of its time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


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
        n_quarantined=int(str(assembled["set_aside"].value)) if assembled else 0,
        withheld=tuple(filter(None, str(assembled["withheld"].value).split(", "))) if assembled else (),
        waivers=_waivers(told.get("quality")),
        run_id=result.run_id,
        success=result.success,
        failures=failure_words(result),
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

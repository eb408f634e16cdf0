"""One build as a run of the job `build` in this process, standing in the same history that the UI shows.

What belongs here: starting the run and telling what came of it. What does not: words for a terminal (`kakehashi`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from assets.failures import failure_words
from assets.history import HOME, PROCESS_TAG, opened, report_lost_runs

if TYPE_CHECKING:
    from pipelines.build import Inputs

Progress = Callable[[str, int, int], None]
"""Told the name of the step that begins, its number from 1, and how many there are."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a build.

    Attributes:
        version: Version of the release, None where none was made.
        is_new: False where the input is that of the newest release, which `version` and `path` then name.
        n_quarantined: Files and rows that were set aside.
        run_id: The run in Dagster's history.
        success: The release is there.
        failures: Why it is not, one sentence a cause.
    """

    version: str | None
    is_new: bool
    path: Path | None
    n_quarantined: int
    run_id: str
    success: bool
    failures: tuple[str, ...]


def run_build(
    inputs: Inputs,
    output: Path,
    strict: bool = False,
    home: Path = HOME,
    progress: Progress | None = None,
) -> Outcome:
    """Build a release as a run of Dagster in this process.

    Args:
        inputs: Where the build reads and the date it is told.
        output: Folder that holds `releases/` and `latest`.
        strict: Input that was set aside counts as an error in the history; the release is made all the same.
        home: Folder of the history of runs.
        progress: Told of each step as it begins.

    Raises:
        KakehashiError: The history folder cannot be written.
    """
    from assets.definitions import defs

    job = defs.resolve_job_def("build")
    build = {
        "raw": str(inputs.raw.resolve()),
        "reference": str(inputs.reference.resolve()) if inputs.reference else None,
        "output": str(output.resolve()),
        "as_of": inputs.as_of.isoformat() if inputs.as_of else None,
        "strict": strict,
    }
    given = {name: value for name, value in build.items() if value is not None}
    run_id = dg.DagsterRun(job_name=job.name).run_id
    with opened(home) as instance:
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
            tags={".dagster/repository": "__repository__@kakehashi", PROCESS_TAG: str(os.getpid())},
        )
    return _outcome(result)


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
        run_id=result.run_id,
        success=result.success,
        failures=failure_words(result),
    )


def _listen(instance: dg.DagsterInstance, run_id: str, job: dg.JobDefinition, progress: Progress) -> None:
    steps = len(job.nodes)
    begun: list[str] = []

    def heard(entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is not None and event.is_step_start and event.step_key is not None:
            begun.append(event.step_key)
            progress(event.step_key, len(begun), steps)

    instance.add_event_listener(run_id, heard)

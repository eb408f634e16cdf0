"""The front door to a build as a run of Dagster: `run_build` and what it tells.

What belongs here: what callers need, without importing Dagster. What does not: the run itself (`execution`), and words
for a terminal (`kakehashi`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.publish.suite_process import SHARED

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
        withheld: Sources whose figures were left out because their licence does not let them be passed on.
        waivers: What was let pass, and waivers that ended or fit nothing, one sentence each.
        run_id: The run in Dagster's history.
        success: The release is there.
        failures: Why it is not, one sentence a cause.
        drafts: Files of the tables that were asked for alone.
    """

    version: str | None
    is_new: bool
    path: Path | None
    n_quarantined: int
    withheld: tuple[str, ...]
    waivers: tuple[str, ...]
    run_id: str
    success: bool
    failures: tuple[str, ...]
    drafts: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """How much of the job a run does; as it is made, all of it.

    Attributes:
        tables: Only these tables are made; they are written as drafts, nothing is published.
        dry_run: The release is written beside the others; `latest` stays.
    """

    tables: tuple[str, ...] = ()
    dry_run: bool = False


WHOLE = Part()


def run_build(
    inputs: Inputs,
    output: Path,
    strict: bool = False,
    home: Path | None = None,
    progress: Progress | None = None,
    part: Part = WHOLE,
) -> Outcome:
    """Build a release as a run of the job `build` in this process.

    Args:
        inputs: Where the build reads and the date it is told.
        output: Folder that holds `releases/` and `latest`.
        strict: Input that was set aside counts as an error in the history; the release is made all the same.
        home: Folder of the history of runs that the UI shows; None: the project's own, `.dagster/`.
        progress: Told of each step as it begins.
        part: How much of the job is done.

    Raises:
        KakehashiError: The history folder cannot be written.
    """
    # Great Expectations and Dagster take seconds to import: one in its own process, one here.
    SHARED.start()
    try:
        from assets.execution import execute

        return execute(inputs, output, strict, home, progress, part)
    finally:
        SHARED.stop()


def run_backfill(inputs: Inputs, output: Path, editions: Sequence[str], home: Path | None = None) -> Outcome:
    """Make editions of statistics again, each by itself, as a run of the job `backfill` in this process.

    Args:
        inputs: Where the run reads.
        output: Output folder; the drafts go to `drafts/editions/` in it.
        editions: Ids of sources, or beginnings of ids; none: every statistic.
        home: Folder of the history of runs; None: the project's own.

    Returns:
        What came of it; its `drafts` are the Parquet files.

    Raises:
        KakehashiError: The history cannot be written.
    """
    from assets.execution import backfill

    return backfill(inputs, output, editions, home)


def resume_build(run_id: str | None = None, home: Path | None = None, progress: Progress | None = None) -> Outcome:
    """Run what a failed build has left: the steps that failed and those after them, with its own settings.

    Args:
        run_id: Which one, or the beginning of its id; None: the newest build.
        home: Folder of the history of runs; None: the project's own.
        progress: Told of each step as it begins.

    Raises:
        KakehashiError: There is no such build, it did not fail, or the history cannot be read.
    """
    SHARED.start()
    try:
        from assets.execution import resume

        return resume(run_id, home, progress)
    finally:
        SHARED.stop()

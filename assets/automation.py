"""When the build runs by itself: when something in raw/ has changed, and once a day.

What belongs here: the job, its sensor and its schedule. What does not: what the job does.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import dagster as dg

from assets.history import report_lost_runs
from assets.resources import DRY_RUN_JOB, Build
from assets.rooms import LATE
from assets.stages import STAGES
from assets.touched import areas, changed, touched_tables

SETTLED_SECONDS = 5.0
"""A file that was written less than this ago may still be being written."""

_LONGEST_TAG = 200

build_job = dg.define_asset_job(
    "build",
    selection=dg.AssetSelection.all(),
    description="Raw sources in, a verified release out. The command `kakehashi build` runs this same job.",
)

dry_run_job = dg.define_asset_job(
    DRY_RUN_JOB,
    selection=dg.AssetSelection.all(),
    config={"resources": {"build": {"config": {"dry_run": True}}}},
    description="The whole build, written to output/dry-run/ instead of published: what the next release would be. "
    "The command `kakehashi build --dry-run` runs this same job.",
)


def raw_listing(raw: Path) -> list[tuple[str, int, int]]:
    """List the files of a raw folder: relative path, size, time of the last change in nanoseconds, sorted.

    Hidden files and links are left out, as the build leaves them out. A file that vanishes meanwhile is left out too.
    """
    found: list[tuple[str, int, int]] = []
    # This walk passes over a folder that vanishes under it.
    for folder, inner, names in os.walk(raw):
        inner[:] = [name for name in inner if not name.startswith(".")]
        for path in (Path(folder, name) for name in names if not name.startswith(".")):
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            if stat.S_ISREG(status.st_mode):
                found.append((path.relative_to(raw).as_posix(), status.st_size, status.st_mtime_ns))
    return sorted(found)


def unsettled(listing: list[tuple[str, int, int]], now: float) -> Iterator[str]:
    """Yield the files that may still be being written.

    Args:
        listing: Files as `raw_listing` gives them.
        now: Seconds since the epoch. A time of change in the future counts as settled: clocks differ.
    """
    for path, _, written in listing:
        if 0 <= now - written / 1e9 < SETTLED_SECONDS:
            yield path


@dg.sensor(
    job=build_job,
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for one build when a file of the raw folder is new, changed or gone, and no file is still being "
    "written: of the tables that the change can touch, and of the release.",
)
def raw_changes(context: dg.SensorEvaluationContext, build: Build) -> dg.SkipReason | dg.SensorResult:
    """Compare the raw folder with what it was when the sensor last asked for a build."""
    # A build that was killed must not keep the next one waiting in the queue.
    report_lost_runs(context.instance)
    raw = build.raw_folder()
    if not raw.is_dir():
        return dg.SkipReason(f"there is no folder {raw}")
    listing = raw_listing(raw)
    now, before = areas(listing), _remembered(context.cursor)
    changes = changed(before, now)
    if not changes:
        return dg.SkipReason("nothing new in raw")
    waiting = next(unsettled(listing, time.time()), None)
    if waiting is not None:
        return dg.SkipReason(f"{waiting} may still be being written")
    # No run key: a folder may come back to a state that it had before, and that is news again.
    request = dg.RunRequest(
        tags={"kakehashi/changed": ", ".join(changes)[:_LONGEST_TAG]},
        asset_selection=_selection(changes) if before and _last_build_succeeded(context.instance) else None,
    )
    return dg.SensorResult(run_requests=[request], cursor=json.dumps(now))


def _remembered(cursor: str | None) -> dict[str, str]:
    """The state of raw for which a run was last asked; none for the first time, or for what cannot be read."""
    try:
        found = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _selection(changes: Iterable[str]) -> list[dg.AssetKey]:
    """The stages, the tables that the changes touch, and the release."""
    stages = [key for stage in STAGES for key in stage.keys]
    return [*stages, *map(dg.AssetKey, touched_tables(changes)), dg.AssetKey("release")]


def _last_build_succeeded(instance: dg.DagsterInstance) -> bool:
    """Whether nothing is left of an earlier change: after a failure every table is made."""
    runs = instance.get_runs(dg.RunsFilter(job_name=build_job.name), limit=1)
    return bool(runs) and runs[0].status == dg.DagsterRunStatus.SUCCESS


daily_build = dg.ScheduleDefinition(
    name="daily_build",
    job=build_job,
    cron_schedule="0 6 * * *",
    execution_timezone="Asia/Tokyo",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="A build every morning; if nothing has changed it makes no new version.",
)

release_follows = dg.AutomationConditionSensorDefinition(
    "release_follows",
    target=dg.AssetSelection.assets(*LATE, "release"),
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tables that were made alone are followed by the judgement and the release, once every blocking check "
    "of them holds. A run that goes as far as the release by itself is not followed.",
)

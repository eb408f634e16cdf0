"""When the build runs by itself: when something in raw/ has changed, and once a day.

What belongs here: the job, its sensor and its schedule. What does not: what the job does.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from assets.history import report_lost_runs
from assets.resources import Build

SETTLED_SECONDS = 5.0
"""A file that was written less than this ago may still be being written."""

# Without this a run that the UI or a sensor starts tells every event on the terminal too.
QUIET = {"loggers": {"console": {"config": {"log_level": "WARNING"}}}}

build_job = dg.define_asset_job(
    "build",
    selection=dg.AssetSelection.all(),
    config=QUIET,
    description="Raw sources in, a verified release out. The command `kakehashi build` runs this same job.",
)

dry_run_job = dg.define_asset_job(
    "dry_run",
    selection=dg.AssetSelection.all(),
    config={**QUIET, "resources": {"build": {"config": {"dry_run": True}}}},
    description="The whole build, written to output/dry-run/ instead of published: what the next release would be. "
    "The command `kakehashi build --dry-run` runs this same job.",
)


def raw_listing(raw: Path) -> list[tuple[str, int, int]]:
    """List the files of a raw folder: relative path, size, time of the last change in nanoseconds, sorted.

    Hidden files and links are left out, as the build leaves them out. A file that vanishes meanwhile is left out too.
    """
    found: list[tuple[str, int, int]] = []
    for path in raw.rglob("*"):
        parts = path.relative_to(raw).parts
        if any(part.startswith(".") for part in parts) or path.is_symlink():
            continue
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        if path.is_file():
            found.append(("/".join(parts), status.st_size, status.st_mtime_ns))
    return sorted(found)


def fingerprint(listing: list[tuple[str, int, int]]) -> str:
    """Return the hash of a listing; it changes when a file is new, changed or gone."""
    return hashlib.sha256(repr(listing).encode()).hexdigest()


def unsettled(listing: list[tuple[str, int, int]], now: float) -> Iterator[str]:
    """Yield the files that may still be being written.

    Args:
        listing: Files as `raw_listing` gives them.
        now: Seconds since the epoch. A time of change in the future counts as settled: clocks differ.
    """
    for path, _, changed in listing:
        if 0 <= now - changed / 1e9 < SETTLED_SECONDS:
            yield path


@dg.sensor(
    job=build_job,
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for one build when a file of the raw folder is new, changed or gone, and no file is still being "
    "written.",
)
def raw_changes(context: dg.SensorEvaluationContext, build: Build) -> dg.SkipReason | dg.SensorResult:
    """Compare the raw folder with what it was when the sensor last asked for a build."""
    # A build that was killed must not keep the next one waiting in the queue.
    report_lost_runs(context.instance)
    raw = build.raw_folder()
    if not raw.is_dir():
        return dg.SkipReason(f"there is no folder {raw}")
    listing = raw_listing(raw)
    seen = fingerprint(listing)
    if seen == context.cursor:
        return dg.SkipReason("nothing new in raw")
    waiting = next(unsettled(listing, time.time()), None)
    if waiting is not None:
        return dg.SkipReason(f"{waiting} may still be being written")
    # No run key: a folder may come back to a state that it had before, and that is news again.
    return dg.SensorResult(run_requests=[dg.RunRequest(tags={"kakehashi/raw": seen[:12]})], cursor=seen)


daily_build = dg.ScheduleDefinition(
    name="daily_build",
    job=build_job,
    cron_schedule="0 6 * * *",
    execution_timezone="Asia/Tokyo",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="A build every morning; if nothing has changed it makes no new version.",
)

"""The code location that `workspace.yaml` loads: every asset, check, job, sensor, schedule and resource.

What belongs here: the list. What does not: any of its items.
"""

from __future__ import annotations

import dagster as dg

from assets.alerts import tell_failures
from assets.automation import build_job, daily_build, dry_run_job, raw_changes, release_follows
from assets.editions import backfill_job
from assets.handover import hand_over
from assets.incoming import fetch_due, fetch_job, watch_feeds, watch_job
from assets.release import judge_release, write_release
from assets.resources import Judge, build_from_environment
from assets.sources import SOURCES
from assets.stages import STAGES
from assets.tables import ROOM_TABLES

STEPS = (*STAGES, *ROOM_TABLES, judge_release, write_release)
"""The steps of a build, in order."""

defs = dg.Definitions(
    assets=[*SOURCES, *STEPS],
    jobs=[build_job, dry_run_job, backfill_job, watch_job, fetch_job],
    sensors=[raw_changes, release_follows, watch_feeds, tell_failures],
    schedules=[daily_build, fetch_due],
    resources={"build": build_from_environment(), "judge": Judge(), "io_manager": hand_over},
    # One process: each step of the multiprocess executor costs seconds, and the hand-over is in memory.
    executor=dg.in_process_executor,
)

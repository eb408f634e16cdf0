"""The code location that `workspace.yaml` loads: every asset, check, job, sensor, schedule and resource.

What belongs here: the list. What does not: any of its items.
"""

from __future__ import annotations

import dagster as dg

from assets.automation import build_job, daily_build, raw_changes
from assets.release import judge_release, write_release
from assets.resources import Judge, build_from_environment, hand_over
from assets.stages import STAGES
from assets.tables import ROOM_TABLES

defs = dg.Definitions(
    assets=[*STAGES, *ROOM_TABLES, judge_release, write_release],
    jobs=[build_job],
    sensors=[raw_changes],
    schedules=[daily_build],
    resources={"build": build_from_environment(), "judge": Judge(), "io_manager": hand_over},
    # One process: each step of the multiprocess executor costs seconds, and the hand-over is in memory.
    executor=dg.in_process_executor,
)

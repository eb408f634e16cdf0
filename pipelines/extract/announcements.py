"""The day on which a project was announced, of all the days that a document ties to its steps.

What belongs here: choosing that day. What does not: steps and their dates (`stages`, `eventdates`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pipelines.extract.clusters import Cluster
from pipelines.extract.eventdates import TOLD_BEFORE
from pipelines.extract.mentions import Mention
from pipelines.extract.stages import Step

_ANNOUNCING = frozenset({"announcement", "fid", "agreement", "listing", "statement", "selection"})


def announced(steps: Sequence[Step], cluster: Cluster, published: dt.date | None = None) -> Mention | None:
    """The day on which a project was announced, chosen by the president or, for an entry of a list, published."""
    wanted = ("listed_interest",) if cluster.listed else ("announced", "approved")
    for stage in wanted:
        dated = []
        for step in steps:
            told = step.project is cluster and step.stage == stage and step.event_type in _ANNOUNCING
            day = step.date.value.day if told and step.date and step.date.value.precision == "day" else None
            if day is not None and (published is None or day <= published):
                dated.append((step, day))
        # What a text says to have been made public before is the day, not that of its own news.
        before = [pair for pair in dated if TOLD_BEFORE.search(pair[0].said)]
        if dated:
            return (min(before, key=lambda pair: pair[1]) if before else dated[0])[0].date
    return None

"""What was true on a day, according to what one release knows.

What belongs here: which rows of a table held on a day, and columns that were others then. What does not: what had been
published by then (`history`).

A date known only as a month, a quarter or a year counts from the end of that period: before, it is not known to have
come. A row without the date that decides is kept: that nobody dates it does not say that it did not hold. So is a
project that nothing dates; its stage is null then, because stages are reckoned anew from dated events alone.
A project whose dated events all came later is left out, for they say that it came later.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from kakehashi.published import Published
from pipelines.dependence.controls import controls_on
from pipelines.dependence.rows import copy_of, day
from pipelines.errors import ReleaseError
from pipelines.reconcile.choose import Row
from pipelines.reconcile.stages import day_of_list, fill_stage

Rows = Mapping[str, Row]

_FROM: Mapping[str, str] = {
    "amounts": "as_of", "events": "event_on", "participants": "first_stated_on", "program_terms": "valid_from",
    "programs": "signed_on", "tranches": "announced_on", "material_listings": "listed_on", "sources": "published_on",
}  # fmt: skip
"""Table -> the day from which a row holds; nothing ends it."""
_PERIOD_MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}
"""Precision of a date -> months of the period it stands for; any other is a day."""
_STAGES = ("stage", "stage_as_of", "stage_evidence", "stage_claimed", "last_evidence_on")


def valid_rows(release: Published, table: str, on: dt.date) -> dict[str, Row]:
    """Return the rows of a table that held on a day.

    Args:
        release: What is known.
        table: `projects` (stage as its events until that day prove it, null without any), `export_controls`
            (status of that day), `export_control_periods` and `ownership` (those that cover it), `dependencies`
            (years until it), and tables whose rows have a day from which they hold.
        on: The day.

    Raises:
        ReleaseError: Nothing dates the rows of this table.
    """
    special: Mapping[str, Callable[[Published, dt.date], dict[str, Row]]] = {
        "projects": _projects,
        "export_controls": _controls,
        "export_control_periods": lambda r, d: _spans(r.rows("export_control_periods"), "from_on", "to_on", d),
        "ownership": lambda r, d: _spans(r.rows("ownership"), "valid_from", "valid_to", d),
        "dependencies": _dependencies,
    }
    if table in special:
        return special[table](release, on)
    if table in _FROM:
        return _since(release.rows(table)[table], _FROM[table], on)
    known = ", ".join(sorted([*special, *_FROM]))
    raise ReleaseError(
        f"load({table!r}, valid_on=...)", "rows without a day", f"one of: {known}", "Leave valid_on out."
    )


def _since(rows: Rows, column: str, on: dt.date) -> dict[str, Row]:
    return {key: row for key, row in rows.items() if (start := _known_from(row, column)) is None or start <= on}


def _known_from(row: Row, column: str) -> dt.date | None:
    """The day by which a date has certainly come: the last one of the period that its precision leaves open."""
    start = day(row, column)
    months = _PERIOD_MONTHS.get(row.text(f"{column.removesuffix('_on')}_precision"))
    if start is None or months is None:
        return start
    month = (start.month - 1) // months * months + months
    return dt.date(start.year, month, calendar.monthrange(start.year, month)[1])


def _spans(rows: Mapping[str, Rows], first: str, last: str, on: dt.date) -> dict[str, Row]:
    (own,) = rows.values()
    started = _since(own, first, on)
    return {key: row for key, row in started.items() if (end := day(row, last)) is None or end >= on}


def _projects(release: Published, on: dt.date) -> dict[str, Row]:
    tables = release.rows("projects", "events", "tranches")
    events: dict[str, list[Row]] = {}
    for event in tables["events"].values():
        events.setdefault(event.text("project_id"), []).append(event)
    found = {}
    for key, row in tables["projects"].items():
        told = [(event, when) for event in events.get(key, []) if (when := _known_from(event, "event_on")) is not None]
        own = [event for event, when in told if when <= on]
        announced = _announced(row, told)
        dated = bool(told) or announced is not None
        if dated and not own and (announced is None or announced > on):
            continue
        then = copy_of(row)
        for column in _STAGES:
            then.values.pop(column, None)
        fill_stage(then, own, on, listed_on=day_of_list(then, tables["tranches"]))
        if announced is not None and announced > on:
            then.values.pop("announced_on")
        found[key] = then
    return found


def _announced(project: Row, told: Sequence[tuple[Row, dt.date]]) -> dt.date | None:
    """The day by which a project was certainly announced: `announced_on` is as precise as the events of that date."""
    announced = day(project, "announced_on")
    return min((when for event, when in told if day(event, "event_on") == announced), default=announced)


def _controls(release: Published, on: dt.date) -> dict[str, Row]:
    rows = release.rows("export_controls", "export_control_periods", "export_control_items")
    found = {}
    for told in controls_on(rows, on):
        row = copy_of(rows["export_controls"][told.control.key_text])
        row.values["status"] = told.status
        found[row.key_text] = row
    return found


def _dependencies(release: Published, on: dt.date) -> dict[str, Row]:
    rows = release.rows("dependencies")["dependencies"]
    return {key: row for key, row in rows.items() if int(row.text("year")) <= on.year}

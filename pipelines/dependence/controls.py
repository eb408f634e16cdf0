"""Which export controls hold on a day: the timeline of each measure, and which measures touch a material.

What belongs here: status by date, and matching measures to materials, forms and destinations. What does not: counts
beside a project (`exposures`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.dependence.rows import EVERYWHERE, Rows, copy_of, day, key_part, proof
from pipelines.dependence.timeline import ANNOUNCED, IN_FORCE, UNKNOWN, by_control
from pipelines.reconcile.choose import Row

NOT_RESTRICTING = ("suspension", "general_licence", "informal")
"""Measure types that restrict nothing."""

_OVERLAPPING = frozenset({"diamond_grit_all", "synthetic_grit"})
"""Forms of which one contains the other: a control on one touches the other. Nothing else is inferred."""


@dataclass(frozen=True, slots=True)
class ControlOn:
    """One measure on one day.

    Attributes:
        status: Code of `control_status`.
        evidence: The period that gives the status and the measure itself.
    """

    control: Row
    status: str
    evidence: tuple[Row, ...]

    @property
    def control_id(self) -> str:
        """Its id."""
        return self.control.key[0]


def restricting(control: Row) -> bool:
    """Whether a measure restricts: suspensions, general licences and informal practice do not."""
    return bool(control.text("measure_type")) and control.text("measure_type") not in NOT_RESTRICTING


def status_on(control: Row, periods: Iterable[Row], on: dt.date, told_until: dt.date | None = None) -> str | None:
    """Return the status of a measure on a day.

    Args:
        control: A row of `export_controls`.
        periods: Its rows of `export_control_periods`.
        on: The day.
        told_until: The newest day that any source can speak of; on a later day only a period whose end a source
            states tells the status. None: the day asked for is not after it.

    Returns:
        A code of `control_status`: `unknown` from the day after `known_until` and wherever no source tells; None
        before the day the measure was announced.
    """
    known_until = day(control, "known_until")
    if known_until is not None and on > known_until:
        return UNKNOWN
    periods = list(periods)
    period = _covering(periods, on)
    if told_until is not None and on > told_until and (period is None or day(period, "to_on") is None):
        return UNKNOWN
    if period is not None:
        return period.text("status")
    announced, effective = day(control, "announced_on"), day(control, "effective_on")
    starts = [start for row in periods if (start := day(row, "from_on")) is not None]
    first = min([*starts, *([effective] if effective is not None else [])], default=None)
    if announced is not None and on < announced:
        return None
    if first is not None and on < first:
        return UNKNOWN if announced is None else ANNOUNCED
    return _between_periods(control, starts, on)


def _between_periods(control: Row, starts: Sequence[dt.date], on: dt.date) -> str:
    """Status of a measure on a day that no period holds, not before its first.

    In force from its first day of effect to its first period; without periods in force since then if that is its
    status, and its status whatever it is on the last day it is known for. Everything else no source tells.
    """
    effective = day(control, "effective_on")
    if starts:
        return IN_FORCE if effective is not None and effective <= on < min(starts) else UNKNOWN
    status = control.text("status") or UNKNOWN
    if on == day(control, "known_until"):
        return status
    return IN_FORCE if status == IN_FORCE and effective is not None and on >= effective else UNKNOWN


def _covering(periods: Sequence[Row], on: dt.date) -> Row | None:
    """The period that holds the day; of several the one that began last.

    A period whose first day no source gives (a ban "of 2020") holds its last day for certain, and no other.
    """
    covering = []
    for row in periods:
        start, end = day(row, "from_on") or day(row, "to_on"), day(row, "to_on")
        if start is not None and start <= on and (end is None or on <= end):
            covering.append((start, int(key_part(row, "seq")), row))
    return max(covering, key=lambda entry: entry[:2])[2] if covering else None


def controls_on(
    rows: Rows,
    on: dt.date,
    material_id: str | None = None,
    form: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    told_until: dt.date | None = None,
) -> list[ControlOn]:
    """Return the measures on a material with their status on a day, restricting ones and others.

    An item without a form touches every form of its material; measures by end use name no material and are found only
    where none is asked for. Nothing is inferred from a group of materials to its members.

    Args:
        rows: Holds export_controls, export_control_periods and export_control_items.
        on: The day.
        material_id: Only measures with an item on this material.
        form: Form of the material; None or `total`: any.
        exporter: Only measures of this country.
        importer: Only measures aimed at this country or at every destination, and none of its own; a measure whose
            target is not known is left out.
        told_until: As in `status_on`.

    Returns:
        Measures announced by that day, sorted by control_id.
    """
    periods = by_control(rows.get("export_control_periods", {}))
    items = by_control(rows.get("export_control_items", {}))
    found = []
    for control_id, control in sorted(rows.get("export_controls", {}).items()):
        if exporter is not None and control.text("country") != exporter:
            continue
        if importer is not None and not _aimed_at(control, importer):
            continue
        if material_id is not None and not any(_touches(item, material_id, form) for item in items.get(control_id, ())):
            continue
        own = periods.get(control_id, [])
        status = status_on(control, own, on, told_until)
        if status is not None:
            period = _covering(own, on)
            found.append(ControlOn(control, status, (control,) if period is None else (period, control)))
    return found


def refreshed_controls(rows: Rows, as_of: dt.date) -> dict[str, Row]:
    """Return `export_controls` with the status of the release's date.

    Changed only where periods or `known_until` tell it; elsewhere the status that a person gave stands.
    """
    periods = by_control(rows.get("export_control_periods", {}))
    found = {}
    for control_id, control in rows.get("export_controls", {}).items():
        own = periods.get(control_id, [])
        known_until = day(control, "known_until")
        period = _covering(own, as_of)
        told = period is not None or (known_until is not None and as_of > known_until)
        status = status_on(control, own, as_of) if told else None
        row = copy_of(control)
        if status is not None and status != control.text("status"):
            over = known_until is not None and as_of > known_until
            inputs = proof([control], "known_until") if over or period is None else proof([period], "status", "from_on")
            rule = f"unknown after known_until {known_until}" if over else f"status of the period that holds {as_of}"
            row.put("status", status, inputs or proof([control], "status"), rule)
        found[control_id] = row
    return found


def _aimed_at(control: Row, importer: str) -> bool:
    return control.text("country") != importer and control.text("target_country") in (importer, EVERYWHERE)


def _touches(item: Row, material_id: str, form: str | None) -> bool:
    if item.text("material_id") != material_id:
        return False
    own = item.text("form")
    anything = ("", "total")
    return own in anything or form is None or form in anything or own == form or {own, form} == _OVERLAPPING

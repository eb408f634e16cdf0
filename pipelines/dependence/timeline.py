"""The timeline of each export control: its periods, completed where sources give dates but nobody coded periods.

What belongs here: periods that follow from dates of announcement and effect, and from another measure that suspends
this one. What does not: the status on a day (`controls`), and any period that no source tells.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.dependence.rows import Rows, day, key_part, proof
from pipelines.reconcile.choose import Receipt, Row

ANNOUNCED, IN_FORCE, SUSPENDED, UNKNOWN = "announced", "in_force", "suspended", "unknown"
SUSPENSION = "suspension"
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A period that was derived.

    Attributes:
        end: Last day; None where no source sets an end.
        dates: Receipts of the dates that bound it.
        state: Receipts of what makes the status.
    """

    start: dt.date
    end: dt.date | None
    status: str
    dates: Sequence[Receipt]
    state: Sequence[Receipt]
    rule: str


def by_control(table: Mapping[str, Row]) -> dict[str, list[Row]]:
    """Group periods or items by their measure, in the order of their keys (numbers by their size)."""
    found: dict[str, list[Row]] = {}
    for row in sorted(table.values(), key=lambda one: [(len(part), part) for part in one.key]):
        found.setdefault(key_part(row, "control_id"), []).append(row)
    return found


def completed_periods(rows: Rows) -> dict[str, Row]:
    """Return `export_control_periods` with those that follow from what sources say of a measure and of its suspension.

    A measure without periods is announced from its announcement to the eve of its effect, and in force from its effect
    if that is its status. A measure that another one suspends (`amends_control_id`) is suspended for the time of that
    one, and unknown from the day after: that a suspension ends does not say what comes after it. A coded period of
    suspension that overlaps stands instead.

    Args:
        rows: Holds export_controls and export_control_periods; not changed.

    Returns:
        Key text -> row: the coded periods, and the derived ones numbered after them.
    """
    coded = by_control(rows.get("export_control_periods", {}))
    found = dict(rows.get("export_control_periods", {}))
    controls = rows.get("export_controls", {})
    suspending: dict[str, list[Row]] = {}
    for _, control in sorted(controls.items()):
        if control.text("measure_type") == SUSPENSION and control.text("amends_control_id"):
            suspending.setdefault(control.text("amends_control_id"), []).append(control)
    for control_id, control in sorted(controls.items()):
        own = coded.get(control_id, [])
        pauses = [span for one in suspending.get(control_id, ()) for span in _pause(one, coded.get(one.key[0], ()))]
        pauses = [span for span in pauses if not _coded_already(span, own)]
        spans = [*([] if own else _plain(control, bool(pauses))), *pauses]
        seq = max((int(key_part(row, "seq")) for row in own), default=0)
        for number, span in enumerate(spans, seq + 1):
            row = _row(control, number, span)
            found[row.key_text] = row
    return found


def _plain(control: Row, paused: bool) -> list[Span]:
    """Periods that follow from the measure's own dates and status."""
    announced, effective = day(control, "announced_on"), day(control, "effective_on")
    spans = []
    if announced is not None and effective is not None and announced < effective:
        dates = proof([control], "announced_on", "effective_on")
        rule = "announced until the eve of effective_on"
        spans.append(Span(announced, effective - _DAY, ANNOUNCED, dates, dates, rule))
    # A suspension says that there was something to suspend: the status of today then is not that of the first day.
    if effective is not None and (paused or control.text("status") == IN_FORCE):
        dates = proof([control], "effective_on")
        state = dates if paused else proof([control], "status")
        spans.append(Span(effective, None, IN_FORCE, dates, state or dates, "in force from effective_on"))
    return spans


def _pause(suspension: Row, periods: Iterable[Row]) -> list[Span]:
    """The time for which a suspension holds, and the unknown after it."""
    holding = [row for row in periods if row.text("status") == IN_FORCE]
    start = next((first for row in holding if (first := day(row, "from_on")) is not None), None)
    start = start or day(suspension, "effective_on") or day(suspension, "announced_on")
    if start is None:
        return []
    ends = [end for row in holding if (end := day(row, "to_on")) is not None]
    end = max(ends, default=day(suspension, "known_until"))
    dates = proof([suspension], "effective_on", "announced_on", "known_until") or proof([suspension], "measure_type")
    state = proof([suspension], "measure_type", "amends_control_id") or dates
    called = suspension.text("number") or suspension.key[0]
    spans = [Span(start, end, SUSPENDED, dates, state, f"suspended by {called}")]
    if end is not None:
        rule = f"no source tells what follows the suspension by {called}"
        spans.append(Span(end + _DAY, None, UNKNOWN, dates, state, rule))
    return spans


def _coded_already(span: Span, own: Iterable[Row]) -> bool:
    """Whether a person coded a suspension at that time, or whatever comes after it."""
    for row in own:
        start, end = day(row, "from_on"), day(row, "to_on")
        if start is None:
            continue
        if span.status == UNKNOWN and start >= span.start:
            return True
        overlaps = (end is None or span.start <= end) and (span.end is None or start <= span.end)
        if row.text("status") == SUSPENDED and overlaps:
            return True
    return False


def _row(control: Row, number: int, span: Span) -> Row:
    row = Row("export_control_periods", (control.key[0], str(number)))
    row.values.update(control_id=control.key[0], seq=number)
    row.put("from_on", span.start, span.dates, span.rule)
    row.put("to_on", span.end, span.dates, span.rule)
    row.put("status", span.status, span.state, span.rule)
    source = next((receipt.source_id for receipt in (*span.state, *span.dates)), control.text("source_id"))
    if source:
        row.values["source_id"] = source
    return row

"""Waivers: one finding of a check that a person lets pass until a day, for a reason that the release tells.

What belongs here: reading `raw/decisions/waivers.csv`, which waiver a finding meets, and how a release carries them.
What does not: the checks (`checks_*`, `suite`) and writing the file (`kakehashi.waiving`).

A waiver names the check, the place and what was found there, word for word as the check tells it. Once anything else is
found there, or the release's date is after `waived_until`, the check counts again. No clock is asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.errors import RawFileError
from pipelines.ingest.values import parse_date
from pipelines.publish.checks import TABLE_CHECKS
from pipelines.publish.findings import WAIVABLE, Finding
from pipelines.publish.suite import SUITE
from pipelines.records import Quarantined, TableFile
from pipelines.resolve.decisions import decision_rows, required_text

WAIVERS = "decisions/waivers"
LONGEST = dt.timedelta(days=366)
"""From `decided_on` to `waived_until`: a waiver is looked at again at least once a year."""
_BLOCKING = frozenset(each.check_id for each in SUITE if each.severity == "error" and each.waivable)
_ALWAYS = "It says that the release is not whole, adds wrongly or may not be passed on; correct what causes it."


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that is accepted for a while.

    Attributes:
        check: Name of a check, or of an expectation of the suite.
        key: Where the finding is, as the check tells it.
        found: What is found there, as the check tells it.
        waived_until: Last day on which it is accepted, held against the release's date.
        place: File and row; empty for one that a release carries.
        supersedes: The waiver that it takes the place of.
    """

    decision_id: str
    decided_on: dt.date
    decided_by: str
    check: str
    key: str
    found: str
    waived_until: dt.date
    reason: str
    place: str = ""
    supersedes: str = ""

    def covers(self, finding: Finding) -> bool:
        """Whether this is the finding that it names."""
        return (self.check, self.key, self.found) == (finding.check, finding.where, finding.found)


Waived = tuple[Finding, Waiver]


def waivable(check: str) -> bool:
    """Whether findings of a check may be waived at all."""
    return check in WAIVABLE or check in _BLOCKING


def unwaivable_words(check: str) -> tuple[str, str]:
    """Return what is wrong with a waiver of a check, and what to do instead."""
    if check in TABLE_CHECKS or any(each.check_id == check and not each.waivable for each in SUITE):
        return f"{check}, which is never waived", _ALWAYS
    if any(each.check_id == check for each in SUITE):
        return f"{check}, which stops no release", "There is nothing to waive."
    return f"{check}, no check of tables that can be waived", "Files, hashes and unknown checks are never waived."


def read_waivers(files: Mapping[str, TableFile]) -> tuple[tuple[Waiver, ...], tuple[Quarantined, ...]]:
    """Read `decisions/waivers.csv`; a bad row is set aside with its reason, so that its check counts.

    Args:
        files: Auxiliary files by stem (`decisions/waivers`).
    """
    bad: list[Quarantined] = []
    return tuple(decision_rows(files.get(WAIVERS), _waiver, bad)), tuple(bad)


def _waiver(row: Mapping[str, str], place: str) -> Waiver:
    check = required_text(row, "check", place)
    if not waivable(check):
        found, remedy = unwaivable_words(check)
        raise RawFileError(f"{place}, column check", found, f"one of {', '.join(sorted(WAIVABLE | _BLOCKING))}", remedy)
    decided_on = _day(row, "decided_on", place)
    until = _day(row, "waived_until", place)
    if not decided_on <= until <= decided_on + LONGEST:
        expected = f"a day from decided_on to {LONGEST.days} days after it"
        raise RawFileError(f"{place}, column waived_until", until.isoformat(), expected, "A waiver expires; renew it.")
    return Waiver(
        required_text(row, "decision_id", place),
        decided_on,
        required_text(row, "decided_by", place),
        check,
        required_text(row, "key", place),
        required_text(row, "found", place),
        until,
        required_text(row, "reason", place),
        place,
        row.get("supersedes", "").strip(),
    )


def _day(row: Mapping[str, str], name: str, place: str) -> dt.date:
    day, precision = parse_date(row[name])
    if precision != "day":
        raise RawFileError(f"{place}, column {name}", row[name], "a day as 2026-02-17", "Complete the date.")
    return day


def outcome_finding(outcome: Mapping[str, Any]) -> Finding:
    """Return a failed expectation of the suite as a finding, so that one waiver serves both kinds of checks.

    Args:
        outcome: A row of `quality`. Its measured value is part of the finding: one row more is another finding.
    """
    where = " ".join(part for part in (outcome["table"], outcome["column"]) if part) or "release"
    measured = "nothing" if outcome["value"] is None else f"{outcome['value']:.10g}"
    bound = "none" if outcome["threshold"] is None else f"{outcome['threshold']:.10g}"
    return Finding(outcome["check_id"], where, measured, f"threshold {bound}: {outcome['description']}")


def failed_outcomes(outcomes: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Return the expectations that failed and would stop the release, as findings."""
    return [outcome_finding(one) for one in outcomes if one["severity"] == "error" and not one["passed"]]


def part(findings: Iterable[Finding], waivers: Sequence[Waiver], on: dt.date) -> tuple[list[Finding], list[Waived]]:
    """Part findings into those that count and those that are waived on a day.

    Args:
        findings: Of any checks.
        waivers: All that there are, expired ones too.
        on: The release's date.
    """
    valid = sorted((one for one in waivers if on <= one.waived_until and waivable(one.check)), key=_lasting)
    counting: list[Finding] = []
    waived: list[Waived] = []
    for finding in findings:
        waiver = next((one for one in valid if one.covers(finding)), None)
        if waiver is None:
            counting.append(finding)
        else:
            waived.append((finding, waiver))
    return counting, waived


def _lasting(waiver: Waiver) -> tuple[int, str]:
    return -waiver.waived_until.toordinal(), waiver.decision_id


def idle(waivers: Iterable[Waiver], used: Iterable[Waiver], on: dt.date) -> list[str]:
    """Say of each waiver that serves nothing why that is, in a sentence."""
    serving = {one.decision_id for one in used}
    told = []
    for one in waivers:
        if on > one.waived_until:
            told.append(f"Waiver {one.decision_id} of {one.check} ({one.key}) ended on {one.waived_until}.")
        elif one.decision_id not in serving:
            told.append(
                f"Waiver {one.decision_id} of {one.check} ({one.key}: {one.found}) fits nothing that was found; "
                "withdraw it."
            )
    return told


def in_manifest(waivers: Iterable[Waiver]) -> list[dict[str, str]]:
    """Return waivers as release.json carries them."""
    return [
        {
            "id": one.decision_id,
            "check": one.check,
            "key": one.key,
            "found": one.found,
            "waived_until": one.waived_until.isoformat(),
            "reason": one.reason,
            "decided_by": one.decided_by,
            "decided_on": one.decided_on.isoformat(),
        }
        for one in sorted(set(waivers), key=lambda each: (each.check, each.key, each.found, each.decision_id))
    ]


def from_manifest(told: Any) -> tuple[Waiver, ...] | None:
    """Read the waivers of a release.json; None where they are not of that form."""
    try:
        if not all(isinstance(cell, str) for one in told for cell in one.values()):
            return None
        return tuple(
            Waiver(
                one["id"], dt.date.fromisoformat(one["decided_on"]), one["decided_by"], one["check"], one["key"],
                one["found"], dt.date.fromisoformat(one["waived_until"]), one["reason"],
            )
            for one in told
        )  # fmt: skip
    except (TypeError, KeyError, ValueError, AttributeError):
        return None

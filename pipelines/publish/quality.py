"""The table `quality`: every check of a release with its threshold, the value measured and the outcome.

What belongs here: writing outcomes down, and weighing them against waivers. What does not: the checks (`checks_*`, and
the expectations that the release is gated by).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.publish.checks import shortened
from pipelines.publish.findings import TABLE_CHECKS, Finding
from pipelines.publish.waivers import Waived, Waiver, failed_outcomes, idle, part


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all checks say of a release that is to be written.

    Attributes:
        findings: Of the checks of tables, those that stop it; of many of one check the first.
        failing: Names of the expectations that stop it.
        waived: What is let pass, each with its waiver.
        idle: Sentences on waivers that ended or fit nothing.
        rows: Rows of the table `quality`.
    """

    findings: tuple[Finding, ...]
    failing: frozenset[str]
    waived: tuple[Waived, ...]
    idle: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]


def verdict(
    findings: Iterable[Finding],
    outcomes: Sequence[Mapping[str, Any]],
    waivers: Sequence[Waiver] = (),
    on: dt.date = dt.date.min,
) -> Verdict:
    """Weigh what all checks found against the waivers.

    Args:
        findings: Every finding of the checks of tables, unshortened (`checks.all_findings`).
        outcomes: Of the expectations over the release as a whole, as rows of `quality`.
        waivers: All of the raw folder, expired ones too.
        on: The release's date.
    """
    counting, waived = part(findings, waivers, on)
    failing, passing = part(failed_outcomes(outcomes), waivers, on)
    let_pass = (*waived, *passing)
    return Verdict(
        shortened(counting),
        frozenset(finding.check for finding in failing),
        let_pass,
        tuple(idle(waivers, (waiver for _, waiver in let_pass), on)),
        tuple(quality_rows(counting, outcomes, let_pass)),
    )


def quality_rows(
    findings: Iterable[Finding], expectations: Iterable[Mapping[str, Any]] = (), waived: Iterable[Waived] = ()
) -> list[dict[str, Any]]:
    """Return one row a check.

    Args:
        findings: What the table checks found; none are allowed, so the threshold of each is zero findings.
        expectations: Outcomes of the expectations over the release as a whole, as rows of `quality`.
        waived: What they found, or failed with, that is let pass for a while, each with its waiver.

    Returns:
        Rows of the contract's table `quality`. A waived check has not passed; `waived_until` is the first day on which
        one of its waivers ends, and the description says what each lets pass and why.
    """
    waivers: dict[str, list[Waived]] = {}
    for finding, waiver in waived:
        waivers.setdefault(finding.check, []).append((finding, waiver))
    counts = Counter(finding.check for finding in findings)
    checks = [
        {
            "check_id": name,
            "table": None,
            "column": None,
            "severity": "error",
            "threshold": 0.0,
            "value": float(counts[name] + len(waivers.get(name, ()))),
            "passed": counts[name] == 0 and name not in waivers,
            "description": (check.__doc__ or name).strip().splitlines()[0],
        }
        for name, check in TABLE_CHECKS.items()
    ]
    return [_told(row, waivers.get(row["check_id"], ())) for row in (*checks, *expectations)]


def _told(row: Mapping[str, Any], waived: Sequence[Waived]) -> dict[str, Any]:
    """A row with its waivers in words."""
    until = min((waiver.waived_until for _, waiver in waived), default=None)
    words = [
        f"Waived until {waiver.waived_until}: {finding.where}, {finding.found}. {waiver.reason}"
        for finding, waiver in waived
    ]
    return {**row, "waived_until": until, "description": " ".join([row["description"], *words])}

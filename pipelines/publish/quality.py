"""The table `quality`: every check of a release with its threshold, the value measured and the outcome.

What belongs here: writing outcomes down. What does not: the checks (`checks_*`, and the expectations that the release
is gated by).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.publish.findings import TABLE_CHECKS, Finding


def quality_rows(findings: Iterable[Finding], expectations: Iterable[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """Return one row a check.

    Args:
        findings: What the table checks found; none are allowed, so the threshold of each is zero findings.
        expectations: Outcomes of the expectations over the release as a whole, as rows of `quality`.

    Returns:
        Rows of the contract's table `quality`.
    """
    counts = Counter(finding.check for finding in findings)
    checks = [
        {
            "check_id": name,
            "table": None,
            "column": None,
            "severity": "error",
            "threshold": 0.0,
            "value": float(counts[name]),
            "passed": counts[name] == 0,
            "waived_until": None,
            "description": (check.__doc__ or name).strip().splitlines()[0],
        }
        for name, check in TABLE_CHECKS.items()
    ]
    return [*checks, *(dict(row) for row in expectations)]

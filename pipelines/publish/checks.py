"""The gate: every check of the tables, run the same way before writing and by `verify` on a release.

What belongs here: running the registered checks and stopping a build. What does not: the checks themselves (`checks_*`)
and anything that reads files (`verify.py`).

A new check is one function with `@table_check("its_name")` in one of those modules; nothing else needs to know of it.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from pipelines.errors import ContractError
from pipelines.publish import (
    checks_claims,
    checks_contract,
    checks_dependence,
    checks_derived,
    checks_licences,
    checks_provenance,
    checks_sums,
)
from pipelines.publish.findings import TABLE_CHECKS, Finding, Tables

__all__ = [
    "TABLE_CHECKS", "Finding", "all_findings", "checks_claims", "checks_contract", "checks_dependence",
    "checks_derived", "checks_licences", "checks_provenance", "checks_sums", "gate", "refuse", "shortened",
]  # fmt: skip

MOST_SHOWN = 20
"""Findings of one check that are spelled out; the rest are counted in one more."""

_SHAPE = ("tables_complete", "columns_match")


def gate(tables: Mapping[str, pd.DataFrame], *, own_use: bool = False) -> tuple[Finding, ...]:
    """Run every table check.

    Args:
        tables: Table name -> frame with ArrowDtype columns.
        own_use: They may hold figures that may not be passed on.

    Returns:
        What is wrong, in the order of the checks; empty for tables that may be published. Where tables or columns are
        missing only that is told, for nothing else can be said then. Of many findings of one check the first are told
        and the rest counted.
    """
    return shortened(all_findings(Tables(tables, own_use)))


def all_findings(data: Tables) -> Iterator[Finding]:
    """Yield every finding of every table check, those of the tables' shape first, as `gate` but not shortened."""
    misshapen = [finding for name in _SHAPE for finding in TABLE_CHECKS[name](data)]
    yield from misshapen
    if misshapen:
        return
    for name, check in TABLE_CHECKS.items():
        if name not in _SHAPE:
            yield from check(data)


def refuse(findings: tuple[Finding, ...]) -> None:
    """Stop if there is any finding.

    Raises:
        ContractError: Names the first finding and counts the others.
    """
    if findings:
        first = findings[0]
        more = f" There are {len(findings) - 1} more findings." if len(findings) > 1 else ""
        raise ContractError(
            f"{first.check}, {first.where}",
            first.found,
            first.expected,
            f"Correct what makes this row; nothing was published.{more}",
        )


def shortened(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Spell out the first findings of each check and count the rest in one more."""
    counts: Counter[str] = Counter()
    told: dict[str, list[Finding]] = {}
    for finding in findings:
        counts[finding.check] += 1
        if counts[finding.check] <= MOST_SHOWN:
            told.setdefault(finding.check, []).append(finding)
    for name, shown in told.items():
        if counts[name] > MOST_SHOWN:
            left = counts[name] - MOST_SHOWN
            shown.append(Finding(name, shown[-1].where.split(" ")[0], f"{left} more like these", "none"))
    return tuple(itertools.chain.from_iterable(told.values()))

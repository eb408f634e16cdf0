"""What every check says of one table: findings of the gate told table by table, and those that need one table alone.

What belongs here: what each kind of checks found in a table. What does not: which kinds there are (`check_kinds`), the
checks (`checks_*`, `schemas.checks`), weighing them for the release (`quality`), and how a result is shown (`assets`).

Nothing is looked at twice: rules of the contract are held against each table once (`Tables.failures`), the gate runs
once, and both are parted here by table.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.publish.check_kinds import CODELISTS, CONTRACT, KEY, Kind
from pipelines.publish.checks import all_findings
from pipelines.publish.findings import Finding, Tables
from pipelines.publish.waivers import Waived, Waiver, part
from schemas.contract import TABLES, TableSpec

_SHAPE = frozenset({"tables_complete", "columns_match"})


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that is wrong in a table.

    Attributes:
        key: Key of the row as text; empty where the table as a whole is meant.
        column: Column, empty where the row as a whole is meant.
        found: What stands there.
        expected: What would be right.
        check: Which check says so: the contract's rule, or the name of the gate's check.
    """

    key: str
    column: str
    found: str
    expected: str
    check: str

    def __str__(self) -> str:
        """One clause for people."""
        place = " ".join(part for part in (self.key or "the table", self.column and f"column {self.column}") if part)
        return f"{place}: {self.found or 'empty'} ({self.expected})"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one kind of checks says of one table.

    Attributes:
        cases: What is wrong.
        waived: What is wrong and let pass for a while.
        looked_at: False where it could not be looked at, for tables are not of the contract's shape.
    """

    cases: tuple[Case, ...] = ()
    waived: tuple[Waived, ...] = ()
    looked_at: bool = True

    @property
    def failing_rows(self) -> int:
        """Rows that fail, counted by their key."""
        return len({case.key for case in self.cases})


@dataclass(frozen=True)
class Examined:
    """All tables of a release, looked at once.

    Attributes:
        tables: The tables.
        findings: Every finding of the gate, unshortened, waived ones too.
        counting: Those that no waiver lets pass, by table.
        waived: The others, by table.
    """

    tables: Tables
    findings: tuple[Finding, ...]
    counting: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    waived: Mapping[str, Sequence[Waived]] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether every table has the contract's shape; else only that could be looked at."""
        return not any(finding.check in _SHAPE for finding in self.findings)

    @property
    def passes(self) -> bool:
        """Whether the gate lets these tables through."""
        return not any(self.counting.values())

    def judgement(self, table: str, kind: Kind) -> Judgement:
        """Return what one kind of checks says of one table."""
        declared = tuple(_declared(self.tables, table, kind.name))
        if not self.whole and kind.gate:
            return Judgement(declared, looked_at=bool(declared))
        told = (_case(finding) for finding in self.counting.get(table, ()) if finding.check in kind.gate)
        passed = (one for one in self.waived.get(table, ()) if one[0].check in kind.gate)
        return Judgement((*declared, *told), tuple(passed))


def examine(tables: Tables, waivers: Sequence[Waiver] = (), on: dt.date = dt.date.min) -> Examined:
    """Run every check of tables once.

    Args:
        tables: All tables of a release.
        waivers: All of the raw folder, expired ones too.
        on: The release's date.
    """
    findings = tuple(all_findings(tables))
    counting, waived = part(findings, waivers, on)
    by_table: dict[str, list[Finding]] = defaultdict(list)
    passing: dict[str, list[Waived]] = defaultdict(list)
    for finding in counting:
        by_table[finding.place[0]].append(finding)
    for finding, waiver in waived:
        passing[finding.place[0]].append((finding, waiver))
    return Examined(tables, findings, by_table, passing)


def alone(table: str, tables: Tables, kind: Kind) -> Judgement:
    """Judge a table that stands beside no others yet: by the rules of the contract that concern it alone."""
    return Judgement(tuple(_declared(tables, table, kind.name)))


def _declared(tables: Tables, table: str, kind: str) -> Iterator[Case]:
    """What the contract's own rules find in a table, of one kind."""
    if kind not in (CONTRACT, KEY, CODELISTS) or table not in tables.frames:
        return
    spec = TABLES[table]
    for failure in tables.failures(table):
        column, rule = failure["column"] or "", failure["check"] or ""
        if _kind_of_rule(spec, column, rule) == kind:
            yield Case(failure["key"] or "", column, failure["value"] or "", rule, rule)


def _kind_of_rule(spec: TableSpec, column: str, rule: str) -> str:
    if rule.startswith("unique key") or (rule.startswith("required") and column in spec.key):
        return KEY
    return CODELISTS if rule.startswith("codelist") else CONTRACT


def _case(finding: Finding) -> Case:
    _, key, column = finding.place
    return Case(key, column, finding.found, finding.expected, finding.check)

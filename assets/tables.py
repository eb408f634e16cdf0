"""One asset a table of the contract, made by room, each with its checks.

What belongs here: the factory over the contract. What does not: a table's rows, its rules or its meaning (`schemas`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.checks import nothing_set_aside_check, nothing_set_aside_result, table_checks, table_results
from assets.resources import Build, Judge
from assets.rooms import DERIVED_FROM, GROUPS, early_tables, table_spec
from assets.shapes import Built

ASSEMBLED = "assembled_tables"
_QUARANTINE = "quarantine"


def room_tables(group: str) -> dg.AssetsDefinition:
    """Make the assets of one group: every table of it, held against the contract before anything is released."""
    names = early_tables(group)
    checks = [check for name in names for check in table_checks(name)]
    if _QUARANTINE in names:
        checks.append(nothing_set_aside_check())

    @dg.multi_asset(
        name=f"{group}_tables",
        specs=[table_spec(name, group, (ASSEMBLED, *DERIVED_FROM.get(name, ()))) for name in names],
        check_specs=checks,
        ins={"built": dg.AssetIn(ASSEMBLED)},
    )
    def tables(build: Build, judge: Judge, built: Built) -> Iterator[dg.MaterializeResult[Any]]:
        """Hand the tables of the room on, each with the results of its checks."""
        from pipelines.publish.release import newest

        examined, before = judge.examine(built), newest(build.output_folder())
        for name in names:
            frame = built.tables[name]
            results = list(table_results(name, examined, before.path if before else None))
            if name == _QUARANTINE:
                results.append(nothing_set_aside_result(frame, build.strict))
            yield dg.MaterializeResult(
                asset_key=name, metadata={"dagster/row_count": len(frame)}, check_results=results
            )

    return tables


ROOM_TABLES = tuple(room_tables(group) for group in GROUPS if early_tables(group))
"""The tables of every room; those of the room `release` are the ones about the dataset itself."""

EARLY_TABLES = tuple(name for group in GROUPS for name in early_tables(group))

"""One asset a table of the contract, made by room, each with its checks.

What belongs here: the factory over the contract. What does not: a table's rows, its rules or its meaning (`schemas`).
"""

# Without postponed annotations: Dagster looks at the type of a step's context as it stands.
from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.checks import nothing_set_aside_check, nothing_set_aside_result, table_checks, table_results
from assets.handover import drafts_of
from assets.resources import Build, Judge
from assets.rooms import DERIVED_FROM, GROUPS, early_tables, table_spec
from assets.shapes import Built
from assets.showing import shown, sources_by_table

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
        can_subset=True,
    )
    def tables(
        context: dg.AssetExecutionContext, build: Build, judge: Judge, built: Built
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        """Hand on the tables of the room that are asked for, each with the results of its checks."""
        from pipelines.publish.release import newest

        asked, wanted = context.selected_asset_keys, context.selected_asset_check_keys
        drafts = drafts_of(context, build, {name: built.tables[name] for name in names if dg.AssetKey(name) in asked})
        examined, before = judge.examine(built), newest(build.output_folder())
        sources = sources_by_table(built.tables)
        for name in names:
            frame = built.tables[name]
            results = list(table_results(name, examined, before.path if before else None))
            if name == _QUARANTINE:
                results.append(nothing_set_aside_result(frame, build.strict))
            told = [one for one in results if dg.AssetCheckKey(dg.AssetKey(name), one.check_name or "") in wanted]
            if dg.AssetKey(name) in asked:
                metadata: dict[str, Any] = {**shown(name, frame, sources), **drafts.get(name, {})}
                yield dg.MaterializeResult(asset_key=name, metadata=metadata, check_results=told)
            else:
                yield from told

    return tables


ROOM_TABLES = tuple(room_tables(group) for group in GROUPS if early_tables(group))
"""The tables of every room; those of the room `release` are the ones about the dataset itself."""

EARLY_TABLES = tuple(name for group in GROUPS for name in early_tables(group))

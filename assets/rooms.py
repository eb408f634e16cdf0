"""Which table stands in which group of the asset graph, and how a table is described there.

What belongs here: the graph's groups and the specs generated from the contract. What does not: what computes a table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from assets.showing import table_links
from schemas.contract import TABLES, Column, TableSpec

RAW, STATEMENTS, ENTITIES, INVESTMENT, DEPENDENCE, RELEASE = (
    "raw", "statements", "entities", "investment", "dependence", "release",
)  # fmt: skip
OWNERS = ("team:kakehashi",)

GROUPS: Mapping[str, tuple[str, ...]] = {
    STATEMENTS: (
        "sources", "statements", "receipts", "null_reasons", "conflicts", "conflict_values", "quarantine", "crosswalk",
    ),
    ENTITIES: (
        "organizations", "organization_names", "ownership", "materials", "material_hs_codes", "review_queue",
        "redirects",
    ),
    INVESTMENT: (
        "programs", "tranches", "program_terms", "projects", "project_locations", "project_links", "amounts", "totals",
        "participants", "events", "exchange_rates",
    ),
    DEPENDENCE: (
        "material_listings", "material_uses", "material_production", "trade_flows", "import_sources",
        "world_concentration", "dependencies", "balances", "mirror_gaps", "export_controls", "export_control_periods",
        "export_control_items", "export_control_entities", "project_materials", "project_exposures",
    ),
    RELEASE: ("renames", "codelists", "quality", "changes"),
}  # fmt: skip
"""Group -> its tables of the contract, in the order in which the house is walked through; computed tables come last."""

QUALITY, CHANGES = "quality", "changes"
"""Tables that the last two steps make: one judges all others, one compares them with the release before."""

LATE = (QUALITY, CHANGES)

DERIVED_FROM: Mapping[str, tuple[str, ...]] = {
    "totals": ("amounts", "projects"),
    "world_concentration": ("material_production",),
    "import_sources": ("trade_flows",),
    "dependencies": ("import_sources", "material_production", "trade_flows"),
    "balances": ("dependencies",),
    "mirror_gaps": ("trade_flows",),
    "project_exposures": ("dependencies", "export_control_items", "export_controls", "project_materials"),
}
"""Computed tables of a group -> the tables of the same group that they are computed from."""

FRESH = dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(days=3), warn_window=dt.timedelta(days=2))
"""A daily build may miss one day before anybody is told."""


FOLLOWS: dg.AutomationCondition[Any] = (
    dg.AutomationCondition.eager() & dg.AutomationCondition.all_deps_blocking_checks_passed()
)
"""What comes after the tables is made when they are new, none is missing and every blocking check of them holds."""


def early_tables(group: str) -> tuple[str, ...]:
    """Return the tables of a group that are assembled together, before the release as a whole is judged."""
    return tuple(name for name in GROUPS[group] if name not in LATE)


def table_spec(
    name: str, group: str, deps: Sequence[str], condition: dg.AutomationCondition[Any] | None = None
) -> dg.AssetSpec:
    """Describe one table of the contract as an asset.

    Args:
        name: Contract table.
        group: Group of the asset graph.
        deps: Keys of the assets that it is made from.
        condition: When it is made by itself; None: only when asked for.
    """
    spec = TABLES[name]
    return dg.AssetSpec(
        name,
        deps=list(deps),
        description=f"{spec.meaning.title_en} ({spec.meaning.title_ja}). {spec.description}",
        metadata={
            "dagster/column_schema": column_schema(spec),
            "key": ", ".join(spec.key),
            "licence": spec.meaning.licence,
            **table_links(name),
        },
        group_name=group,
        owners=list(OWNERS),
        tags={"room": spec.meaning.room, "receipts": spec.meaning.receipts},
        kinds={"pandas", "table"},
        automation_condition=condition,
    )


def column_schema(spec: TableSpec) -> dg.TableSchema:
    """Return a table's columns with type, unit, codelist and null rule, as the UI shows them."""
    return dg.TableSchema(columns=[_column(spec, column) for column in spec.columns])


def _column(spec: TableSpec, column: Column) -> dg.TableColumn:
    meaning = column.meaning
    rules = [
        "part of the key" if meaning.key and len(spec.key) > 1 else None,
        f"unit: {meaning.unit}" if meaning.unit else None,
        f"codelist: {meaning.codelist}" if meaning.codelist else None,
        f"foreign key: {meaning.foreign_key}" if meaning.foreign_key else None,
        "an empty cell has its reason in null_reasons" if meaning.reasoned else None,
    ]
    return dg.TableColumn(
        column.name,
        column.type_name,
        description=meaning.en,
        constraints=dg.TableColumnConstraints(
            nullable=not meaning.required,
            unique=spec.key == (column.name,),
            other=[rule for rule in rules if rule],
        ),
    )

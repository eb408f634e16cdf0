"""Which columns a column is made from: declared where it is computed, and following from the contract elsewhere.

What belongs here: the lineage of columns. What does not: the lineage of single cells, which `receipts` tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from schemas.specs import TABLES

__all__ = ["derived_from"]

_STATED = ("statements.value",)
_SHARES = ("import_sources.share_low_pct", "import_sources.share_high_pct", "import_sources.partner")
_DATED_CONTROLS = (
    "export_control_items.material_id", "export_control_periods.status", "export_control_periods.from_on",
    "export_controls.measure_type",
)  # fmt: skip
_MONEY = ("amounts.usd_low", "amounts.usd_high", "amounts.qualifier", "amounts.sum_set")
_PRODUCED = ("material_production.quantity_low", "material_production.quantity_high", "material_production.country")
_ANNOUNCED = ("projects.announced_on",)

_OF_TABLE: Mapping[str, tuple[str, ...]] = {
    "totals": _MONEY,
    "world_concentration": _PRODUCED,
    "mirror_gaps": ("trade_flows.quantity", "trade_flows.value_usd"),
    "balances": _STATED,
    "project_exposures": ("project_materials.material_id", "project_materials.relation"),
}
"""Computed table -> what its columns are made from, where no line of `_OF_COLUMN` says more."""

_OF_COLUMN: Mapping[str, tuple[str, ...]] = {
    "amounts.fx_rate": ("exchange_rates.usd_per_unit", "amounts.currency", "amounts.as_of"),
    "amounts.fx_on": ("exchange_rates.on",),
    "amounts.fx_source_id": ("exchange_rates.source_id",),
    "amounts.usd_low": ("amounts.low", "amounts.fx_rate"),
    "amounts.usd_high": ("amounts.high", "amounts.fx_rate"),
    "amounts.n_witnesses": ("sources.witness_id",),
    "amounts.sum_set": ("amounts.kind", "amounts.instrument", "amounts.modality", "amounts.review", "amounts.part_of"),
    "programs.pledged_usd": ("amounts.usd_low", "amounts.sum_set"),
    "projects.stage": ("events.stage", "events.event_on", "events.evidence", "events.modality"),
    "projects.stage_as_of": ("events.event_on",),
    "projects.stage_evidence": ("events.n_witnesses", "sources.tier"),
    "projects.stage_claimed": ("events.stage",),
    "projects.last_evidence_on": ("sources.published_on",),
    "projects.cost_usd_low": ("amounts.usd_low",),
    "projects.cost_usd_high": ("amounts.usd_high",),
    "projects.cost_qualifier": ("amounts.qualifier",),
    "projects.cost_currency": ("amounts.currency",),
    "projects.cost_original_low": ("amounts.low",),
    "projects.cost_original_high": ("amounts.high",),
    "projects.n_sources": ("statements.source_id",),
    "projects.n_witnesses": ("sources.witness_id",),
    "projects.n_conflicts": ("conflicts.key",),
    "participants.first_stated_on": ("sources.published_on",),
    "participants.last_stated_on": ("sources.published_on",),
    "participants.n_witnesses": ("sources.witness_id",),
    "events.n_witnesses": ("sources.witness_id",),
    "project_materials.n_witnesses": ("sources.witness_id",),
    "sources.n_statements": ("statements.source_id",),
    "conflict_values.n_witnesses": ("sources.witness_id",),
    "dependencies.top_supplier": _SHARES,
    "dependencies.top_supplier_share_pct": _SHARES,
    "dependencies.china_share_pct": _SHARES,
    "dependencies.n_suppliers": _SHARES,
    "dependencies.supplier_hhi_low": _SHARES,
    "dependencies.supplier_hhi_high": _SHARES,
    "balances.printed_low_pct": ("dependencies.reliance_low_pct",),
    "balances.printed_high_pct": ("dependencies.reliance_high_pct",),
    "balances.printed_code": ("dependencies.reliance_code",),
    "balances.difference_points": ("balances.computed_pct", "balances.printed_low_pct", "balances.printed_high_pct"),
    "mirror_gaps.ratio": ("mirror_gaps.import_kg", "mirror_gaps.export_kg"),
    **{
        f"project_exposures.{column}{now}{unit}": (f"dependencies.{column}{unit}", *(() if now else _ANNOUNCED))
        for now in ("", "_now")
        for column, unit in (
            ("reliance_low", "_pct"), ("reliance_high", "_pct"), ("china_share", "_pct"), ("supplier_hhi_low", ""),
            ("supplier_hhi_high", ""), ("basis", ""), ("edition", ""),
        )
    },
    "project_exposures.dependence_year": ("dependencies.year", "projects.announced_on"),
    "project_exposures.dependence_year_now": ("dependencies.year",),
    "project_exposures.output_share_of_consumption_pct": ("project_materials.output_low", "statements.value"),
    "project_exposures.controls_at_announcement": (*_DATED_CONTROLS, "projects.announced_on"),
    "project_exposures.controls_now": _DATED_CONTROLS,
    "project_exposures.controls_as_of": ("sources.published_on", "sources.retrieved_on"),
    "project_exposures.control_ids": ("export_control_items.control_id",),
}  # fmt: skip
"""`table.column` -> the columns it is computed from."""


def derived_from(table: str, column: str) -> tuple[str, ...]:
    """Return the columns, as `table.column`, that a column of the contract is made from.

    A column that is chosen from sources is made from `statements.value`, one that points at another table from the
    column that it points at; keys and descriptions of the dataset itself are made from none.
    """
    return tuple(dict.fromkeys(_sources(table, column)))


def _sources(table: str, name: str) -> Iterator[str]:
    spec = TABLES[table]
    meaning = spec.column(name).meaning
    declared = _OF_COLUMN.get(f"{table}.{name}")
    if declared is not None:
        yield from declared
    elif meaning.foreign_key is not None:
        yield meaning.foreign_key
    elif table in _OF_TABLE:
        yield from _OF_TABLE[table]
    elif spec.meaning.receipts != "none" and not meaning.key and meaning.receipted:
        yield from _STATED

"""Reconciled rows as the tests of dependence build them: each filled cell with one receipt."""

from __future__ import annotations

import datetime as dt

from pipelines.ingest.values import canonical
from pipelines.reconcile.choose import Receipt, Row
from pipelines.records import Value
from schemas.contract import TABLES

DAY = dt.date.fromisoformat
SOURCE = "usgs-mcs-2026"


def row(table: str, **cells: Value | None) -> Row:
    """A row of a table; key columns are taken from the cells, absent ones are unknown."""
    known = {column: value for column, value in cells.items() if value is not None}
    key = tuple(canonical(known[part]) if part in known else "" for part in TABLES[table].key)
    receipts = {
        column: [
            Receipt(f"s-{table}-{column}", SOURCE, "file.csv", f"{'|'.join(key)}/{column}", canonical(value), "chosen")
        ]
        for column, value in known.items()
    }
    return Row(table, key, known, receipts)


def keyed(*rows: Row) -> dict[str, Row]:
    """Rows by key text."""
    return {one.key_text: one for one in rows}


def imports(partner: str, low: float | None, high: float | None = None, **cells: Value | None) -> Row:
    """A share of US imports of diamond grit, 2021 to 2024, as one edition prints it."""
    return row("import_sources", **{
        "importer": "USA",
        "material_id": "synthetic-diamond",
        "form": "diamond_grit_all",
        "partner": partner,
        "period_start_on": DAY("2021-01-01"),
        "period_end_on": DAY("2024-12-31"),
        "measure": "quantity_gross",
        "edition": SOURCE,
        "share_low_pct": low,
        "share_high_pct": low if high is None else high,
        "partner_scope": "other_countries" if partner == "OTH" else "country",
        "source_id": SOURCE,
        **cells,
    })  # fmt: skip


def dependency(**cells: Value | None) -> Row:
    """The US reliance on diamond grit in 2025."""
    return row("dependencies", **{
        "importer": "USA",
        "material_id": "synthetic-diamond",
        "form": "diamond_grit_all",
        "year": 2025,
        "basis": "usgs_net_reliance",
        "edition": SOURCE,
        "reliance_low_pct": 35.0,
        "reliance_high_pct": 35.0,
        "source_ids": (SOURCE,),
        **cells,
    })  # fmt: skip


def production(country: str, quantity: float | None = None, **cells: Value | None) -> Row:
    """Mine production of tungsten in 2025."""
    return row("material_production", **{
        "material_id": "tungsten",
        "form": "total",
        "country": country,
        "year": 2025,
        "stage": "mine",
        "edition": SOURCE,
        "quantity_low": quantity,
        "quantity_high": quantity,
        "unit": "t (tungsten content)",
        "source_id": SOURCE,
        **cells,
    })  # fmt: skip

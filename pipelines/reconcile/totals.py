"""Sums of amounts by scope and set: the only place that sums come from.

What belongs here: adding rows that `sum_sets` admitted. What does not: admitting them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

CEILINGS = ("up_to", "less_than")
"""Qualifiers of a row that is only a ceiling: it counts in ceiling_usd and nowhere else."""


def compute(amounts: Sequence[Mapping[str, Any]], projects: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Sum the amounts of each set over each scope.

    A row with both bounds adds them to low_usd and high_usd. A row with a lower bound only adds to low_usd, and leaves
    the sum without an upper bound: high_usd is null then. A ceiling counts in ceiling_usd alone; a row without a figure
    in dollars is counted in n_open.

    Args:
        amounts: Rows of `amounts` (sum_set, usd_low, usd_high, qualifier, program_id, project_id, tranche, amount_id).
        projects: Rows of `projects` (project_id, program_id, tranche, sector, admin1) for the scopes of an amount.

    Returns:
        Rows of `totals`, sorted by scope and set. A sum without any figure is null, not zero.
    """
    places = {str(project["project_id"]): project for project in projects}
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in amounts:
        if row.get("sum_set"):
            for scope in _scopes(row, places.get(str(row.get("project_id")))):
                groups.setdefault((scope, str(row["sum_set"])), []).append(row)
    return [_total(scope, sum_set, rows) for (scope, sum_set), rows in sorted(groups.items())]


def _scopes(row: Mapping[str, Any], project: Mapping[str, Any] | None) -> set[str]:
    scopes = {"all"}
    for column in ("program_id", "tranche"):
        value = row.get(column) or (project or {}).get(column)
        if value:
            scopes.add(str(value))
    for column in ("sector", "admin1"):
        if project is not None and project.get(column):
            scopes.add(str(project[column]))
    return scopes


def _total(scope: str, sum_set: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    low: Decimal | None = None
    high: Decimal | None = None
    ceiling: Decimal | None = None
    n_open = 0
    bounded = True
    for row in rows:
        bottom, top = row.get("usd_low"), row.get("usd_high")
        if bottom is None and top is None:
            n_open += 1
        elif row.get("qualifier") in CEILINGS:
            ceiling = (ceiling or Decimal(0)) + Decimal(top or 0)
        else:
            low = low if bottom is None else (low or Decimal(0)) + bottom
            high = high if top is None else (high or Decimal(0)) + top
            bounded = bounded and top is not None
    return {
        "scope": scope,
        "sum_set": sum_set,
        "n": len(rows),
        "low_usd": low,
        "high_usd": high if bounded else None,
        "ceiling_usd": ceiling,
        "n_open": n_open,
        "amount_ids": tuple(sorted(str(row["amount_id"]) for row in rows)),
    }

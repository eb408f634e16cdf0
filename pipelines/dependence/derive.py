"""All tables of this room from the reconciled rows, in one call.

What belongs here: which computation yields which table. What does not: any computation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from pipelines.dependence.balances import Line, balances
from pipelines.dependence.codes import flagged_items
from pipelines.dependence.concentration import world_concentration
from pipelines.dependence.consumption import Consumption
from pipelines.dependence.controls import refreshed_controls
from pipelines.dependence.customs import customs_tables
from pipelines.dependence.exposures import project_exposures
from pipelines.dependence.mirror import mirror_gaps
from pipelines.dependence.rows import Rows
from pipelines.dependence.suppliers import filled_dependencies
from pipelines.dependence.timeline import completed_periods
from pipelines.reconcile.choose import Row


def derive(
    rows: Rows,
    as_of: dt.date,
    consumption: Sequence[Consumption] = (),
    lines: Sequence[Line] = (),
    gaps: Collection[tuple[str, ...]] = (),
) -> dict[str, Mapping[str, Row]]:
    """Compute the dependence tables.

    Args:
        rows: Reconciled rows by table and key; not changed.
        as_of: The release's date, which stands for today.
        consumption: Figures of consumption.
        lines: Printed lines of supply.
        gaps: Trade flows of which a row was set aside, as `customs.customs_tables` takes them.

    Returns:
        Tables that replace those of the same name: import_sources and dependencies with those that follow from
        trade flows and with supplier columns, export_controls with the status of that date, their periods completed
        and their codes checked, world_concentration, balances, mirror_gaps and project_exposures.
    """
    shares, by_customs = customs_tables(rows, gaps)
    # What a source prints itself stands before what is computed from its trade flows.
    rows = {
        **rows,
        "import_sources": {**shares, **rows.get("import_sources", {})},
        "dependencies": {**by_customs, **rows.get("dependencies", {})},
        "export_control_periods": completed_periods(rows),
    }
    dependencies = filled_dependencies(rows)
    return {
        "world_concentration": world_concentration(rows.get("material_production", {})),
        "import_sources": rows["import_sources"],
        "dependencies": dependencies,
        "balances": balances(lines, dependencies),
        "mirror_gaps": mirror_gaps(rows.get("trade_flows", {})),
        "export_controls": refreshed_controls(rows, as_of),
        "export_control_items": flagged_items(rows),
        "export_control_periods": rows["export_control_periods"],
        "project_exposures": project_exposures(rows, dependencies, as_of, consumption),
    }

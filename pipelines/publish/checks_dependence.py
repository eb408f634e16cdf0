"""Checks of the dependence: figures that do not follow from their parts say why, and none stands beside another form.

What belongs here: `balances` and what stands beside projects. What does not: computing them (`pipelines/dependence`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pipelines.dependence.exposures import CONTAINED_IN
from pipelines.publish.findings import Finding, Tables, table_check
from pipelines.records import EXTRACTED

LONGEST_GAP = dt.timedelta(days=5)
"""Markets close for no longer: an older rate is missing, not old."""


@table_check("balances_explained", waivable=True)
def balances_explained(tables: Tables) -> Iterator[Finding]:
    """A printed reliance that does not follow from its printed parts says why."""
    for row in tables.rows("balances"):
        if row["outcome"] == "differs" and row["reason"] is None:
            where = "balances " + "|".join(str(row[column]) for column in ("importer", "material_id", "form", "year"))
            found = f"{row['difference_points']} points between computed and printed"
            yield Finding("balances_explained", where, found, "the reason: a note in balance_lines")


@table_check("stage_matches", waivable=True)
def stage_matches(tables: Tables) -> Iterator[Finding]:
    """No figure of dependence stands beside a project of another form, and no share without what it is of."""
    forms: dict[tuple[str, str], set[str]] = {}
    for row in tables.rows("project_materials"):
        form = row["form"] or "total"
        own = forms.setdefault((row["project_id"], row["material_id"]), set())
        own.update({form, CONTAINED_IN.get(form, form)})
    for row in tables.rows("project_exposures"):
        where = f"project_exposures {row['project_id']} {row['material_id']} {row['form']} {row['importer']}"
        if row["form"] not in forms.get((row["project_id"], row["material_id"]), set()):
            yield Finding("stage_matches", where, f"the form {row['form']}", "a form that the project makes or uses")
        figures = (row["reliance_low_pct"], row["reliance_high_pct"], row["china_share_pct"], row["supplier_hhi_low"])
        if any(figure is not None for figure in figures) and None in (
            row["dependence_year"],
            row["basis"],
            row["edition"],
        ):
            yield Finding("stage_matches", where, "a figure without year, basis or edition", "all three")
    for row in tables.rows("participants"):
        if row["share_pct"] is not None and row["share_of"] is None and row["review"] != "unreviewed":
            yield Finding(
                "stage_matches", f"participants {row['participant_id']} share_pct", "a share", "what it is of"
            )


@table_check("status_horizon", waivable=True)
def status_horizon(tables: Tables) -> Iterator[Finding]:
    """Every status of a control that a person gave, but `unknown`, says until when it is known.

    What a machine reads in a text holds for the day of that text, which its statement tells.
    """
    read = {
        row["subject_id"]
        for row in tables.rows("statements")
        if row["subject_kind"] == "export_control" and row["method"].startswith(EXTRACTED)
    }
    for row in tables.rows("export_controls"):
        if row["control_id"] in read or row["status"] in (None, "unknown"):
            continue
        if row["known_until"] is None:
            where = f"export_controls {row['control_id']} known_until"
            yield Finding("status_horizon", where, f"{row['status']} without an end", "the last day it is known for")


@table_check("fx_gap", waivable=True)
def fx_gap(tables: Tables) -> Iterator[Finding]:
    """No amount is converted at a rate more than five days older than itself."""
    for row in tables.rows("amounts"):
        if row["fx_on"] is None or row["as_of"] is None:
            continue
        gap = row["as_of"] - row["fx_on"]
        if not dt.timedelta(0) <= gap <= LONGEST_GAP:
            where = f"amounts {row['amount_id']} fx_on"
            yield Finding("fx_gap", where, f"{gap.days} days before the amount", f"0 to {LONGEST_GAP.days}")

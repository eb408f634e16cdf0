"""Checks of the dependence: figures that do not follow from their parts say why, and none stands beside another form.

What belongs here: `balances` and what stands beside projects. What does not: computing them (`pipelines/dependence`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import pyarrow.compute as pc

from pipelines.dependence.exposures import AS_OF_COLUMNS, AT_ANNOUNCEMENT, CONTAINED_IN, WHOLE_MATERIAL
from pipelines.dependence.timeline import UNKNOWN
from pipelines.publish.findings import Finding, Tables, table_check
from schemas import contract

LONGEST_GAP = dt.timedelta(days=5)
"""Markets close for no longer: an older rate is missing, not old."""

OUTPUT_SHARE = "output_share_of_consumption_pct"
"""What it is of stands in no column: the figure of consumption is one of its receipts."""

_KEY_OF_DEPENDENCE = ("year", "basis", "edition")


def _shares(table: str) -> list[str]:
    """Columns of a table that are shares or concentrations."""
    units = {column.name: column.meaning.unit or "" for column in contract.TABLES[table].columns}
    return [name for name, unit in units.items() if unit == "percent" or unit.startswith("HHI")]


def _of() -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for figure in _shares("dependencies"):
        leader = ("top_supplier",) if figure == "top_supplier_share_pct" else ()
        found["dependencies", figure] = (*_KEY_OF_DEPENDENCE, *leader)
    for figure in _shares("world_concentration"):
        # The year may be null: an article may tell the world's share without one.
        leader = ("top_producer",) if figure == "top_share_pct" else ()
        found["world_concentration", figure] = ("measure", "edition", *leader)
    for columns in (AT_ANNOUNCEMENT, AS_OF_COLUMNS):
        of = tuple(columns[part] for part in _KEY_OF_DEPENDENCE)
        figures = set(columns.values()) - set(of)
        found.update(
            {("project_exposures", figure): of for figure in _shares("project_exposures") if figure in figures}
        )
    return found


OF: Mapping[tuple[str, str], tuple[str, ...]] = _of()
"""Table and column of a share or concentration -> columns that say what it is of."""


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
    yield from _forms(tables)
    for (table, figure), of in OF.items():
        key = contract.TABLES[table].key
        for row in tables.rows(table):
            missing = [column for column in of if row[column] is None] if row[figure] is not None else []
            if missing:
                where = f"{table} {'|'.join(str(row[part]) for part in key)} {figure}"
                yield Finding("stage_matches", where, f"a figure without {', '.join(missing)}", "what it is of")
    for row in tables.rows("participants"):
        if row["share_pct"] is not None and row["share_of"] is None and row["review"] != "unreviewed":
            yield Finding(
                "stage_matches", f"participants {row['participant_id']} share_pct", "a share", "what it is of"
            )


def _forms(tables: Tables) -> Iterator[Finding]:
    """Projects with figures of a form that they neither make nor use."""
    stated: dict[tuple[str, str], set[str | None]] = {}
    for row in tables.rows("project_materials"):
        if row["modality"] != "denied":
            stated.setdefault((row["project_id"], row["material_id"]), set()).add(row["form"])
    shares = _inputs(tables, "project_exposures", OUTPUT_SHARE)
    for row, key in zip(tables.rows("project_exposures"), tables.keys("project_exposures"), strict=True):
        own = stated.get((row["project_id"], row["material_id"]), set())
        beside = {form or WHOLE_MATERIAL for form in own}
        beside |= {CONTAINED_IN.get(form, form) for form in beside}
        if row["form"] not in beside:
            found = f"the form {row['form']}"
            yield Finding("stage_matches", f"project_exposures {key}", found, "a form that the project makes or uses")
        elif row[OUTPUT_SHARE] is not None and row["form"] not in own:
            found, expected = f"a share of {row['form']}", "a share of the form that the project makes"
            yield Finding("stage_matches", f"project_exposures {key} {OUTPUT_SHARE}", found, expected)
        if row[OUTPUT_SHARE] is not None and len(shares.get(key, ())) < 2:
            expected = "receipts of the output and of the consumption"
            yield Finding("stage_matches", f"project_exposures {key} {OUTPUT_SHARE}", "a share of nothing", expected)


def _inputs(tables: Tables, table: str, column: str) -> dict[str, set[tuple[str | None, str | None]]]:
    """Key -> source and place of each input of a computed column."""
    receipts = tables.arrow("receipts")
    own = pc.and_(pc.equal(receipts.column("table"), table), pc.equal(receipts.column("column"), column))
    found: dict[str, set[tuple[str | None, str | None]]] = {}
    for row in receipts.filter(pc.fill_null(own, False)).select(["key", "source_id", "locator"]).to_pylist():
        found.setdefault(row["key"], set()).add((row["source_id"], row["locator"]))
    return found


@table_check("status_horizon", waivable=True)
def status_horizon(tables: Tables) -> Iterator[Finding]:
    """Every status of a control says until when it is known; `unknown` alone says nothing that could end."""
    for row in tables.rows("export_controls"):
        if row["known_until"] is None and row["status"] not in (None, UNKNOWN):
            where = f"export_controls {row['control_id']} known_until"
            yield Finding("status_horizon", where, f"{row['status']} without an end", "the last day it is known for")


@table_check("fx_gap", waivable=True)
def fx_gap(tables: Tables) -> Iterator[Finding]:
    """No amount is converted at a rate more than five days older than itself, or at a rate of no day."""
    for row in tables.rows("amounts"):
        if row["fx_rate"] is None and row["fx_on"] is None:
            continue
        missing = [column for column in ("fx_rate", "fx_on", "as_of") if row[column] is None]
        if missing:
            where = f"amounts {row['amount_id']} {missing[0]}"
            yield Finding(
                "fx_gap", where, f"a conversion without {', '.join(missing)}", "rate, its day and the amount's"
            )
            continue
        gap = row["as_of"] - row["fx_on"]
        if not dt.timedelta(0) <= gap <= LONGEST_GAP:
            where = f"amounts {row['amount_id']} fx_on"
            yield Finding("fx_gap", where, f"{gap.days} days before the amount", f"0 to {LONGEST_GAP.days}")

"""What a project answers: the dependence and the export controls on each material it makes or needs.

What belongs here: rows of `project_exposures`. What does not: the dependence itself (`suppliers`) and the timeline of
measures (`controls`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from pipelines.dependence.consumption import Consumption, share_of_consumption
from pipelines.dependence.controls import ControlOn, controls_on, restricting
from pipelines.dependence.rows import Rows, day, key_part, proof
from pipelines.dependence.timeline import IN_FORCE, UNKNOWN
from pipelines.reconcile.choose import Receipt, Row

IMPORTERS = ("JPN", "USA")
"""The two countries whose dependence the dataset is about."""
RELATIONS = ("produces", "refines", "recycles", "secures", "consumes")
"""Where a project does several things with one form of a material, the first of these names the row."""
BASES = ("usgs_net_reliance", "customs_value_share", "customs_quantity_share", "ministry_statement")
"""Among figures of one year the first basis speaks; bases are never mixed in a row."""
WHOLE_MATERIAL = "total"

CONTAINED_IN: Mapping[str, str] = {"synthetic_grit": "diamond_grit_all"}
"""Form -> the wider one that statistics measure: no agency counts synthetic grit apart from natural. A project stands
beside the wider form too, in a row of that form, so that no figure passes for one of the narrower."""

_CARRIED = (
    "reliance_low_pct",
    "reliance_high_pct",
    "china_share_pct",
    "supplier_hhi_low",
    "supplier_hhi_high",
)
_OF_KEY = ("year", "basis", "edition")
AT_ANNOUNCEMENT: Mapping[str, str] = {
    "year": "dependence_year", "basis": "basis", "edition": "edition", **{column: column for column in _CARRIED},
}  # fmt: skip
AS_OF_COLUMNS: Mapping[str, str] = {
    "year": "dependence_year_now",
    "basis": "basis_now",
    "edition": "edition_now",
    "reliance_low_pct": "reliance_low_now_pct",
    "reliance_high_pct": "reliance_high_now_pct",
    "china_share_pct": "china_share_now_pct",
    "supplier_hhi_low": "supplier_hhi_low_now",
    "supplier_hhi_high": "supplier_hhi_high_now",
}
"""Column of `dependencies` -> that of `project_exposures`, for the release's day as `AT_ANNOUNCEMENT` for that one."""
_FIGURES = (*_CARRIED, "top_supplier")
"""A dependency that holds one of these, or says net exporter, tells something."""


def project_exposures(
    rows: Rows, dependencies: Mapping[str, Row], as_of: dt.date, consumption: Sequence[Consumption] = ()
) -> dict[str, Row]:
    """Compute `project_exposures`: one row a project, material, form and importer.

    The dependence is that of the same form only (a project whose form is not known counts as `total`), of the latest
    year at or before the announcement. Where a wider form contains the project's and is what statistics measure, the
    project has a row of that form besides.

    Args:
        rows: Holds projects, project_materials and the tables of export controls.
        dependencies: Rows with supplier columns filled.
        as_of: The release's date. A project whose announcement has no known date has nothing at its announcement.
        consumption: Figures of consumption.

    Returns:
        Key text -> row.
    """
    by_product: dict[tuple[str, str, str], list[Row]] = {}
    for row in dependencies.values():
        by_product.setdefault((row.key[0], row.key[1], row.key[2]), []).append(row)
    found = {}
    stated = _uses(rows)
    for (project_id, material_id, form), uses in sorted(stated.items()):
        project = rows.get("projects", {}).get(project_id)
        if project is None:
            continue
        wider = CONTAINED_IN.get(form)
        for importer in IMPORTERS:
            row = _exposure(project, uses[0], form, importer)
            _put_dependence(row, project, by_product.get((importer, material_id, form), ()), as_of)
            _put_controls(row, project, uses[0], rows, as_of)
            _put_output(row, project, uses, consumption, as_of)
            found[row.key_text] = row
            measured = by_product.get((importer, material_id, wider or ""), ())
            if wider and measured and (project_id, material_id, wider) not in stated:
                row = _exposure(project, uses[0], wider, importer)
                _put_dependence(row, project, measured, as_of)
                _put_controls(row, project, uses[0], rows, as_of)
                found[row.key_text] = row
    return found


def _exposure(project: Row, use: Row, form: str, importer: str) -> Row:
    """A row with its key and relation."""
    project_id, material_id = project.key[0], key_part(use, "material_id")
    row = Row("project_exposures", (project_id, material_id, form, importer))
    row.values.update(project_id=project_id, material_id=material_id, form=form, importer=importer)
    own = use.text("form")
    rule = f"as stated of {own}, which {form} contains" if CONTAINED_IN.get(own) == form else "as stated"
    row.put("relation", key_part(use, "relation"), proof([use], "relation", "material_id"), rule)
    return row


def dependence_at(candidates: Sequence[Row], on: dt.date) -> Row | None:
    """Return the dependency of the latest year at or before a day that states a figure.

    Of one year the first basis of `BASES`, printed before computed, and of that the newest edition.
    """
    told = [row for row in candidates if int(key_part(row, "year")) <= on.year and _tells(row)]
    if not told:
        return None
    return max(
        told,
        key=lambda row: (
            int(key_part(row, "year")),
            -BASES.index(key_part(row, "basis")),
            row.text("origin") != "computed",
            key_part(row, "edition"),
        ),
    )


def _tells(dependency: Row) -> bool:
    stated = any(column in dependency.values for column in _FIGURES)
    return stated or dependency.text("reliance_code") == "net_exporter"


def _uses(rows: Rows) -> dict[tuple[str, str, str], list[Row]]:
    """(project, material, form) -> what the project does with it, the leading relation first; denials left out."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows.get("project_materials", {}).values():
        if row.text("modality") != "denied":
            form = row.text("form") or WHOLE_MATERIAL
            found.setdefault((key_part(row, "project_id"), key_part(row, "material_id"), form), []).append(row)
    for uses in found.values():
        uses.sort(key=lambda row: (RELATIONS.index(key_part(row, "relation")), row.key))
    return found


def _announcement(project: Row) -> tuple[dt.date, str, list[Receipt]] | None:
    """The day, how rules call it, and its receipts; None where it is not known.

    The release's date must not stand for it: what held at an announcement would then change with the calendar.
    """
    announced = day(project, "announced_on")
    if announced is None:
        return None
    return announced, f"announcement on {announced}", proof([project], "announced_on")


def _put_dependence(row: Row, project: Row, candidates: Sequence[Row], as_of: dt.date) -> None:
    """Fill the dependence at the announcement, and as of the release's date beside it."""
    announcement = _announcement(project)
    if announcement is not None:
        on, called, dated = announcement
        _carry(row, dependence_at(candidates, on), called, dated, AT_ANNOUNCEMENT)
    _carry(row, dependence_at(candidates, as_of), f"release date {as_of}", [], AS_OF_COLUMNS)


def _carry(row: Row, dependency: Row | None, called: str, dated: Sequence[Receipt], columns: Mapping[str, str]) -> None:
    """Copy a dependency into the columns of one day."""
    if dependency is None:
        return
    rule = f"dependencies {dependency.key_text}: latest year at or before the {called}, same form"
    stated = [column for column in (*_FIGURES, "reliance_code") if column in dependency.values]
    for source, column in columns.items():
        if source in _OF_KEY:
            value: int | str = key_part(dependency, source)
            inputs = proof([dependency], source) or proof([dependency], *stated[:1])
            row.put(column, int(value) if source == "year" else value, [*inputs, *dated], rule)
        elif source in dependency.values:
            inputs = proof([dependency], source)
            own = {receipt.rule for receipt in inputs if receipt.rule.startswith(("share of", "HHI"))}
            row.put(column, dependency.values[source], inputs, "; ".join([rule, *sorted(own)]))


def _put_output(
    row: Row, project: Row, uses: Sequence[Row], consumption: Sequence[Consumption], as_of: dt.date
) -> None:
    """Fill the part of the importer's consumption that the plant's output would be, where both weigh one thing."""
    on, called, _ = _announcement(project) or (as_of, f"release date {as_of}", [])
    for use in uses:
        told = share_of_consumption(use, consumption, row.key[3], row.key[2], on)
        if told is not None:
            share, figure = told
            inputs = [*proof([use], "output_low"), figure.receipt]
            rule = f"output a year / consumption of {figure.year} ({figure.edition}), latest at or before the {called}"
            row.put("output_share_of_consumption_pct", round(share, 6), inputs, rule)
            return


def _put_controls(row: Row, project: Row, use: Row, rows: Rows, as_of: dt.date) -> None:
    """Fill the counts of restricting measures in force, and list all restricting measures on the material.

    A count of a day on which the status of any of them is unknown is left open: unknown is not zero.
    """
    _, material_id, form, importer = row.key
    stated = proof([use], "material_id", "relation")
    listed: dict[str, ControlOn] = {}
    days: list[tuple[str, dt.date, str, list[Receipt]]] = [("controls_now", as_of, f"release date {as_of}", [])]
    announcement = _announcement(project)
    if announcement is not None:
        days.append(("controls_at_announcement", *announcement))
    for column, date, name, dated in days:
        touching = [c for c in controls_on(rows, date, material_id, form, importer=importer) if restricting(c.control)]
        listed.update({control.control_id: control for control in touching})
        if any(control.status == UNKNOWN for control in touching):
            continue
        holding = [control for control in touching if control.status == IN_FORCE]
        inputs = [receipt for control in holding for receipt in _control_proof(control)]
        rule = f"restricting measures on the material known to be in force at the {name}, aimed at {importer} or all"
        row.put(column, len(holding), inputs or [*stated, *dated], rule)
    row.put("controls_as_of", as_of, stated, "the release's date")
    if listed:
        inputs = proof([control.control for _, control in sorted(listed.items())], "measure_type")
        row.put("control_ids", tuple(sorted(listed)), inputs, "restricting measures on the material, of any status")


def _control_proof(control: ControlOn) -> list[Receipt]:
    return proof(control.evidence[:1], "status", "effective_on")[:1] or proof([control.control], "measure_type")

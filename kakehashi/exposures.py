"""`kakehashi exposures`: the dependence and the controls beside a project at its announcement and on any other day.

What belongs here: asking a release and saying the answer. What does not: the computation
(`pipelines/dependence/exposures`), which is the one that makes the table `project_exposures`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

from kakehashi.cli import DONE
from kakehashi.published import Published
from pipelines.dependence.exposures import AS_OF_COLUMNS, project_exposures
from pipelines.dependence.rows import day
from pipelines.errors import KakehashiError
from pipelines.ingest.values import canonical
from pipelines.reconcile.choose import Row

_TABLES = (
    "projects", "project_materials", "dependencies", "export_controls", "export_control_periods",
    "export_control_items",
)  # fmt: skip
_FIGURES = (
    "dependence_year", "basis", "edition", "reliance_low_pct", "reliance_high_pct", "china_share_pct",
    "supplier_hhi_low", "supplier_hhi_high",
)  # fmt: skip

_OF_A_DAY = {"dependence_year" if name == "year" else name: column for name, column in AS_OF_COLUMNS.items()}
"""Figure -> the column of an exposure that holds it as of a day."""


def exposures(options: argparse.Namespace) -> int:
    """List a project's exposures at its announcement and on a day; without a project, all of them.

    Args:
        options: project, on, json, version, output.

    Raises:
        KakehashiError: No such project or day.
        ReleaseError: No such release, or a file of it is missing or damaged.
    """
    release = Published(options.version, options.output)
    rows = release.rows(*_TABLES)
    on = _day(options.on) if options.on else release.released_on
    if options.project is not None and options.project not in rows["projects"]:
        near = _near(options.project, rows["projects"])
        raise KakehashiError("exposures", options.project, "a project_id of the release", f"Near it are {near}.")
    published = release.rows("project_exposures")["project_exposures"]
    later = project_exposures(rows, rows["dependencies"], on)
    for key, row in published.items():
        if options.project in (None, row.key[0]):
            told = _object(row, later.get(key), rows["projects"][row.key[0]], on)
            for line in [json.dumps(told, ensure_ascii=False)] if options.json else _lines(told):
                print(line)
    return DONE


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise KakehashiError("--on", text, "a day as 2026-11-22", "Correct the date.") from error


def _near(word: str, projects: Mapping[str, Row]) -> str:
    from rapidfuzz.process import extract

    return ", ".join(found[0] for found in extract(word, sorted(projects), limit=3))


def _object(row: Row, later: Row | None, project: Row, on: dt.date) -> dict[str, Any]:
    announced = day(project, "announced_on")
    now = later if later is not None else Row(row.table, row.key)
    return {
        **dict(zip(("project_id", "material_id", "form", "importer"), row.key, strict=True)),
        "relation": row.text("relation"),
        "output_share_of_consumption_pct": row.values.get("output_share_of_consumption_pct"),
        "at_announcement": {
            "on": None if announced is None else announced.isoformat(),
            **_figures(row, {column: column for column in _FIGURES}),
            "controls": row.values.get("controls_at_announcement"),
        },
        "as_of": {"on": on.isoformat(), **_figures(now, _OF_A_DAY), "controls": now.values.get("controls_now")},
        "control_ids": list(_texts(row)),
    }


def _texts(row: Row) -> tuple[str, ...]:
    value = row.values.get("control_ids")
    return value if isinstance(value, tuple) else ()


def _figures(row: Row, columns: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for name, column in columns.items():
        value = row.values.get(column)
        found[name] = value if value is None or isinstance(value, (int, float)) else canonical(value)
    return found


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    material = f"{told['material_id']} ({told['form']})"
    yield f"{told['project_id']}: {told['relation']} {material}, importer {told['importer']}"
    for name, called in (("at_announcement", "announced"), ("as_of", "as of")):
        moment = told[name]
        when = moment["on"] or "(no date)"
        yield f"    {called} {when}: {_reliance(moment)}; restricting measures in force: {_count(moment)}"
    if told["output_share_of_consumption_pct"] is not None:
        yield f"    its output is {told['output_share_of_consumption_pct']:.3g} % of the country's consumption"


def _count(moment: Mapping[str, Any]) -> str:
    return "not known" if moment["controls"] is None else str(moment["controls"])


def _reliance(moment: Mapping[str, Any]) -> str:
    if moment["dependence_year"] is None:
        return "no figure for this form"
    low, high = moment["reliance_low_pct"], moment["reliance_high_pct"]
    figure = "not told" if low is None and high is None else f"{low:g} %" if low == high else f"{low} to {high} %"
    china = "" if moment["china_share_pct"] is None else f", China {moment['china_share_pct']:g} % of imports"
    return f"reliance {figure}{china} ({moment['dependence_year']}, {moment['edition']})"

"""The pages: every check with threshold and outcome, every column with its meaning, in English and Japanese.

What belongs here: what stands on a page. What does not: how it looks (`templates/`) and the plots (`plots`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.publish.findings import Tables
from pipelines.publish.site.plots import dependence_by_material, dollars_by_stage
from schemas import contract
from schemas.lineage import derived_from

SITE = "site"
QUALITY_PAGE, DICTIONARY_PAGE = "quality.html", "dictionary.html"
STAGES_PLOT, DEPENDENCE_PLOT = "dollars_by_stage.svg", "dependence_by_material.svg"
FILES = (DEPENDENCE_PLOT, DICTIONARY_PAGE, STAGES_PLOT, QUALITY_PAGE)
"""Every file of a release's `site/`."""

_TEMPLATES = Path(__file__).parent / "templates"


def site_files(data: Tables, version: str) -> dict[str, str]:
    """Return every file of the site by name, a function of the tables and the version alone."""
    labels = {
        (str(row["list"]), str(row["code"])): (str(row["label_en"]), str(row["label_ja"]))
        for row in data.rows("codelists")
    }
    names = {
        str(row["material_id"]): (str(row["name"]), str(row["name_ja"] or row["name"]))
        for row in data.rows("materials")
    }
    return {
        QUALITY_PAGE: _quality_page(data, version),
        DICTIONARY_PAGE: _render(
            "dictionary.html.j2", version=version, specs=list(contract.TABLES.values()), derived_from=derived_from
        ),
        STAGES_PLOT: dollars_by_stage(data.rows("amounts"), data.rows("projects"), labels),
        DEPENDENCE_PLOT: dependence_by_material(data.rows("dependencies"), names),
    }


def _quality_page(data: Tables, version: str) -> str:
    rows = sorted(data.rows("quality"), key=lambda row: (bool(row["passed"]), str(row["check_id"])))
    return _render(
        "quality.html.j2",
        version=version,
        rows=rows,
        held=sum(bool(row["passed"]) for row in rows),
        plots=(STAGES_PLOT, DEPENDENCE_PLOT),
        counts={name: len(data.rows(name)) for name in ("quarantine", "review_queue", "conflicts", "changes")},
    )


def _figure(value: Any) -> str:
    if value is None:
        return "–"
    # Dollars in full, shares in short.
    return f"{float(value):,.0f}" if abs(value) >= 10_000 else f"{float(value):.6g}"


def _render(template: str, **words: Any) -> str:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["figure"] = _figure
    given: Mapping[str, Any] = words
    return environment.get_template(template).render(given)

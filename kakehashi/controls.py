"""`kakehashi controls`: which export controls hold on a day, for a material, a destination or all.

What belongs here: asking a release and saying the answer. What does not: the status on a day and which measure touches
what (`pipelines/dependence/controls`).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kakehashi.cli import DONE
from kakehashi.country_codes import alpha_3
from kakehashi.published import Published
from pipelines.dependence.controls import ControlOn, controls_on, restricting
from pipelines.dependence.rows import EVERYWHERE, day
from pipelines.dependence.timeline import by_control
from pipelines.errors import KakehashiError
from pipelines.ingest.values import canonical
from pipelines.reconcile.choose import Row
from schemas.codelists import CODELISTS

_TABLES = ("export_controls", "export_control_periods", "export_control_items", "export_control_entities")
_ITEM = ("item_no", "material_id", "form", "code_system", "code_as_printed", "hs6", "code_flag", "description")
_MEASURE = ("number", "authority", "country", "title", "measure_type", "amends_control_id", "target_country")
_DATES = ("announced_on", "effective_on", "known_until")
_WORDS = {"announced": "announced, not yet in force", "in_force": "in force"}
_WIDTH = 112


def controls(options: argparse.Namespace) -> int:
    """List the measures announced by a day with their status on it.

    Args:
        options: on, material, form, exporter, importer, json, version, output.

    Raises:
        KakehashiError: No such day, material, form or country.
        ReleaseError: No such release, or a file of it is missing or damaged.
    """
    release = Published(options.version, options.output)
    rows = release.rows(*_TABLES, "materials")
    on = _day(options.on) if options.on else release.released_on
    material = _material(options.material, rows["materials"]) if options.material else None
    found = controls_on(
        rows, on, material, _form(options.form), _country("--exporter", options.exporter),
        _country("--importer", options.importer), told_until=release.released_on,
    )  # fmt: skip
    items, entities = by_control(rows["export_control_items"]), by_control(rows["export_control_entities"])
    if options.json:
        for one in found:
            measured = _object(one, on, items.get(one.control_id, ()), entities.get(one.control_id, ()))
            print(json.dumps(measured, ensure_ascii=False))
        return DONE
    print(_heading(on, release, material))
    for one in found:
        for line in _lines(one, items.get(one.control_id, ()), material):
            print(line)
    print(_count(found))
    others = _by_end_use(rows, on, options, release) if material else 0
    if others:
        those = "1 restricting measure may apply" if others == 1 else f"{others} restricting measures may apply"
        print(f"Besides, {those} that names no material (by end use or user); without --material all are listed.")
    return DONE


def _by_end_use(rows: Mapping[str, Mapping[str, Row]], on: dt.date, asked: argparse.Namespace, of: Published) -> int:
    """How many restricting measures name no material at all: they may touch any."""
    naming = {row.key[0] for row in rows["export_control_items"].values() if row.text("material_id")}
    countries = (_country("--exporter", asked.exporter), _country("--importer", asked.importer))
    found = controls_on(rows, on, None, None, *countries, told_until=of.released_on)
    return sum(restricting(one.control) and one.control_id not in naming for one in found)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise KakehashiError("--on", text, "a day as 2026-11-22", "Correct the date.") from error


def _form(text: str | None) -> str | None:
    if text is not None and text not in CODELISTS["form"]:
        raise KakehashiError("--form", text, f"one of {', '.join(CODELISTS['form'])}", "Correct the form.")
    return text


def _country(option: str, text: str | None) -> str | None:
    code = alpha_3(text) if text is not None else None
    if text is not None and code is None:
        raise KakehashiError(option, text, "a country code as CHN or CN", "Correct the code.")
    return code


def _material(text: str, materials: Mapping[str, Row]) -> str:
    """The material that a word names: its id, its name in either language, or its symbol."""
    wanted = text.strip().casefold()
    for columns in (("material_id",), ("name", "name_ja"), ("symbol",)):
        named = [key for key, row in materials.items() if wanted in [row.text(c).casefold() for c in columns]]
        if len(named) == 1:
            return named[0]
    from rapidfuzz.process import extract

    near = [found[0] for found in extract(wanted, sorted(materials), limit=3)]
    raise KakehashiError("--material", text, "the id or name of a material", f"Near it are {', '.join(near)}.")


def _object(one: ControlOn, on: dt.date, items: Sequence[Row], entities: Sequence[Row]) -> dict[str, Any]:
    control = one.control
    period = one.evidence[0] if one.evidence[0].table == "export_control_periods" else None
    return {
        "control_id": one.control_id,
        "on": on.isoformat(),
        "status": one.status,
        "restricts": restricting(control),
        "since": _text(period, "from_on") if period else None,
        "until": _text(period, "to_on") if period else None,
        **{column: _text(control, column) for column in (*_MEASURE, *_DATES, "url", "source_id")},
        "items": [{column: _text(item, column) for column in _ITEM} for item in items],
        "entities": [{column: _text(row, column) for column in ("name_as_printed", "org_id")} for row in entities],
    }


def _text(row: Row, column: str) -> Any:
    value = row.values.get(column)
    return value if value is None or isinstance(value, int) else canonical(value)


def _heading(on: dt.date, release: Published, material: str | None) -> str:
    about = f" on {material}" if material else ""
    later = " (a later day than the release: only what sources date ahead is told)" if on > release.released_on else ""
    return f"Export controls{about} as of {on}, by release {release.version}{later}"


def _lines(one: ControlOn, items: Sequence[Row], material: str | None) -> Iterator[str]:
    control = one.control
    kind = control.text("measure_type").replace("_", " ") or "kind not said"
    free = "" if restricting(control) else "; restricts nothing"
    target = control.text("target_country") or "destination not known"
    called = control.text("number") or one.control_id
    aim = "all destinations" if target == EVERYWHERE else target
    yield f"{_WORDS.get(one.status, one.status):<10} {called} ({control.text('country')} to {aim}; {kind}{free})"
    title = control.text("title")
    yield from textwrap.wrap(title, _WIDTH, initial_indent=" " * 11, subsequent_indent=" " * 11)
    told = _span(one)
    if told:
        yield f"{'':11}{told}"
    for item in items:
        if item.text("code_flag") and material in (None, item.text("material_id")):
            printed, flag = item.text("code_as_printed"), item.text("code_flag")
            yield f"{'':11}code {printed} beside {item.text('material_id')} stands as printed: {flag}"


def _span(one: ControlOn) -> str:
    period = one.evidence[0]
    if one.status == "unknown":
        until = day(one.control, "known_until")
        return f"no source tells the status; known until {until}" if until else "no source tells the status"
    start, end = day(period, "from_on"), day(period, "to_on")
    if period.table != "export_control_periods" or start is None:
        return ""
    return f"since {start}" + (f", until {end}" if end else "")


def _count(found: Sequence[ControlOn]) -> str:
    if not found:
        return "No measure is known to have been announced by then."
    holding = sum(one.status == "in_force" and restricting(one.control) for one in found)
    open_ = sum(one.status == "unknown" for one in found)
    measures = "1 measure" if len(found) == 1 else f"{len(found)} measures"
    return f"{measures}; {holding} restrict and are in force, of {open_} no source tells the status."

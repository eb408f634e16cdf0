"""What `verify` makes of the waivers that a release carries: the release alone must bear each of them out.

What belongs here: waivers against findings and the table `quality`. What does not: what a waiver is (`waivers`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from pipelines.publish.findings import TABLE_CHECKS, Finding, Tables
from pipelines.publish.folder import Folder
from pipelines.publish.waivers import Waived, Waiver, from_manifest, outcome_finding, waivable


def carried(folder: Folder) -> tuple[dt.date, tuple[Waiver, ...]]:
    """The release's date, which alone ends a waiver, and the waivers that it carries."""
    manifest = folder.manifest or {}
    try:
        released_on = dt.date.fromisoformat(manifest.get("released_on", ""))
    except (TypeError, ValueError):
        return dt.date.max, ()  # manifest_readable tells it; without a date nothing is waived
    return released_on, from_manifest(manifest.get("waivers", [])) or ()


def waiver_differences(
    folder: Folder, waivers: Sequence[Waiver], waived: Sequence[Waived], released_on: dt.date
) -> Iterator[Finding]:
    """Waivers that serve nothing, and rows of `quality` that hide a failure or tell one that nobody waived."""
    if from_manifest((folder.manifest or {}).get("waivers", [])) is None:
        yield Finding("waivers_agree", "release.json waivers", "another form", "a list of waivers")
    rows = {row["check_id"]: row for row in Tables(folder.frames).rows("quality")}
    serving = [waiver for _, waiver in waived]
    for one in waivers:
        row = rows.get(one.check)
        if one.check not in TABLE_CHECKS and waivable(one.check) and released_on <= one.waived_until:
            fits = row is not None and not row["passed"] and one.covers(outcome_finding(row))
        else:
            fits = one in serving
        if not fits:
            expected = "a waiver in force of something that is found"
            yield Finding("waivers_agree", f"release.json waivers {one.check} {one.key}", one.found, expected)
        elif row is None or row["passed"] or row["waived_until"] is None or row["waived_until"] > one.waived_until:
            yield Finding("waivers_agree", f"quality {one.check}", "no failure waived until then", one.found)
    waived_checks = {one.check for one in waivers}
    for name, row in rows.items():
        if row["severity"] == "error" and not row["passed"] and name not in waived_checks:
            yield Finding("waivers_agree", f"quality {name} passed", "false", "true, or a waiver in release.json")
        elif row["waived_until"] is not None and name not in waived_checks:
            yield Finding("waivers_agree", f"quality {name} waived_until", str(row["waived_until"]), "no waiver")

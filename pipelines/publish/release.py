"""One release: checked tables written once, whole or not at all, the same bytes for the same input.

What belongs here: versions, the order of writing, and where the files stand. What does not: the bytes of a table
(`formats`), the words beside it (`descriptors`), locks and renames (`atomic`).

A dry run goes the same way into `<output>/dry-run/<version>/`, which the next one replaces; `latest` stays.

Layout: `<output>/releases/<version>/` and `<output>/latest`, a relative symlink to the newest one. A release is
written into a hidden staging folder of the same output and appears by one rename; then `latest` is replaced by
another. Killed anywhere, `latest` points at a whole release, and the next build clears away what was left.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.errors import ReleaseError
from pipelines.fingerprint import program_sha256
from pipelines.licences import table_licences
from pipelines.publish import descriptors
from pipelines.publish.atomic import appear, clear_errors, output_lock, point, staging
from pipelines.publish.checks import Finding, all_findings, refuse, shortened
from pipelines.publish.compatibility import refuse_unsaid, shape_changes
from pipelines.publish.descriptors import ReleaseFacts, ReleaseTexts, TableFacts
from pipelines.publish.diff import changes
from pipelines.publish.findings import Tables
from pipelines.publish.formats import file_sha256, write_bytes, write_csv, write_parquet
from pipelines.publish.forms import catalogue_files, files_beside
from pipelines.publish.site.pages import SITE
from pipelines.publish.sqlite_file import SQLITE, write_sqlite
from pipelines.publish.waivers import Waiver, in_manifest, part
from schemas import contract

__all__ = [
    "Release",
    "ReleaseTexts",
    "newest",
    "next_version",
    "output_lock",
    "version_order",
    "versions",
    "write_release",
]

RELEASES, DRY_RUN = "releases", "dry-run"

_VERSION = re.compile(r"(\d{4})\.(\d{2})\.(\d{2})(?:\.([1-9]\d*))?")

Check = Callable[[Mapping[str, pd.DataFrame]], tuple[Finding, ...]]


@dataclass(frozen=True, slots=True)
class Release:
    """A release in an output folder.

    Attributes:
        path: Its folder.
        is_new: False where nothing was written because the input is that of the newest release.
    """

    version: str
    path: Path
    is_new: bool


def write_release(
    tables: Mapping[str, pd.DataFrame],
    *,
    output: Path,
    released_on: dt.date,
    input_sha256: str,
    texts: ReleaseTexts | None = None,
    check: Check | None = None,
    own_use: bool = False,
    waivers: Sequence[Waiver] = (),
    dry_run: bool = False,
) -> Release:
    """Write the tables as the next release of an output folder.

    Args:
        tables: Every table of the contract. `changes` may be left out: it is then computed against the release
            before, under the lock.
        output: Folder that holds `releases/` and `latest`; made if it is not there.
        released_on: The newest date in raw, or the one given with --as-of; never today.
        input_sha256: Hash over all that the tables are made from. Equal to the newest release's: nothing is written.
        texts: Words that no table holds.
        check: The gate: what it finds stops the release; None: all checks of tables.
        own_use: The tables may hold figures that may not be passed on.
        waivers: Findings that are let pass. With `check` given they are those that serve, and go into the release;
            without, those that serve on the release's date are chosen from them.
        dry_run: Write what the next release would be beside the releases, in the place of the last dry run.

    Returns:
        The new release, or the newest one with `is_new` false.

    Raises:
        ContractError: The gate found something.
        ReleaseError: Another build holds the folder, it cannot be written, or its newest release is of a later date.
    """
    with output_lock(output), clear_errors(output):
        before = newest(output)
        if before is not None and _manifest(before)["input_sha256"] == input_sha256:
            if not dry_run:
                _point_at(output, before.version)
            return before
        version = next_version(versions(output), released_on, where=str(output))
        if before is not None:
            refuse_unsaid(shape_changes(before.path), _contract_version(before), contract.CONTRACT_VERSION)
        data = dict(tables)
        if "changes" not in data:
            data["changes"] = contract.frame("changes", changes(before.path if before else None, data))
        if check is None:
            counting, waived = part(all_findings(Tables(data, own_use)), waivers, released_on)
            waivers = [waiver for _, waiver in waived]
            refuse(shortened(counting))
        else:
            refuse(check(data))
        target = output / (DRY_RUN if dry_run else RELEASES) / version
        if dry_run:
            shutil.rmtree(target.parent, ignore_errors=True)
        target.parent.mkdir(exist_ok=True)
        with staging(output) as work:
            folder = work / version
            folder.mkdir()
            previous = before.version if before else None
            facts = ReleaseFacts(
                version,
                released_on,
                input_sha256,
                previous,
                {},
                own_use=own_use,
                waivers=in_manifest(waivers),
                program_sha256=program_sha256(),
            )
            _write_folder(folder, Tables(data, own_use), facts, texts or ReleaseTexts())
            appear(folder, target)
        if not dry_run:
            _point_at(output, version)
        return Release(version, target, is_new=True)


def versions(output: Path) -> list[str]:
    """Return the versions of the releases in an output folder, oldest first."""
    folder = output / RELEASES
    names = [path.name for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    return sorted((name for name in names if is_version(name)), key=version_order)


def is_version(name: str) -> bool:
    """Whether a name is that of a release, and not of something else that lies beside the releases."""
    return _VERSION.fullmatch(name) is not None


def newest(output: Path) -> Release | None:
    """Return the newest release of an output folder, None for a fresh one. Every release in place is whole."""
    known = versions(output)
    return Release(known[-1], output / RELEASES / known[-1], is_new=False) if known else None


def next_version(known: list[str], released_on: dt.date, where: str = "output") -> str:
    """Return the version of the next release: `2026.11.22`, then `2026.11.22.1` for a second one of that date.

    Raises:
        ReleaseError: A release of a later date is there already; versions never go back.
    """
    base = released_on.strftime("%Y.%m.%d")
    day = version_order(base)[:3]
    latest = max((version_order(version) for version in known), default=None)
    if latest is not None and latest[:3] > day:
        raise ReleaseError(
            where,
            f"a release of {latest[0]:04}-{latest[1]:02}-{latest[2]:02} already, after {released_on.isoformat()}",
            "dates that do not go back",
            "Give a later --as-of, or build into a fresh --output.",
        )
    taken = [version_order(version)[3] for version in known if version_order(version)[:3] == day]
    return f"{base}.{max(taken) + 1}" if taken else base


def version_order(version: str) -> tuple[int, int, int, int]:
    """Return what orders versions: year, month, day, and the number of the release on that day from 0."""
    parts = [int(part) for part in version.split(".")]
    return parts[0], parts[1], parts[2], parts[3] if len(parts) > 3 else 0


def _manifest(release: Release) -> dict[str, Any]:
    path = release.path / "release.json"
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
        str(found["input_sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(
            str(path), f"nothing readable ({error})", "the manifest of the newest release",
            "Move this damaged release out of the folder, then build again.",
        ) from error  # fmt: skip
    return found


def _contract_version(release: Release) -> str:
    told = str(_manifest(release).get("contract_version"))
    if not re.fullmatch(r"\d+\.\d+\.\d+", told):
        remedy = "Move this damaged release out of the folder, then build again."
        raise ReleaseError(str(release.path / "release.json"), f"contract_version {told}", "a version as 1.0.0", remedy)
    return told


def _point_at(output: Path, version: str) -> None:
    with staging(output) as work:
        point(output / "latest", f"{RELEASES}/{version}", work)


def _write_folder(folder: Path, data: Tables, begun: ReleaseFacts, texts: ReleaseTexts) -> None:
    """Write everything; `begun` knows all but what only the written tables tell."""
    (folder / "tables").mkdir()
    written = {name: _write_table(folder, data, name) for name in data.names()}
    arrow = {name: data.arrow(name) for name in data.names()}
    facts = replace(begun, tables=written, licences=table_licences(arrow))
    (folder / SITE).mkdir()
    for name, content in files_beside(data, facts, texts).items():
        write_bytes(content, folder / name)
    write_sqlite(arrow, folder / SQLITE)
    for name, content in catalogue_files(folder, facts, texts).items():
        write_bytes(content, folder / name)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    hashes = {path.relative_to(folder).as_posix(): file_sha256(path) for path in paths}
    write_bytes(descriptors.sums_file(hashes), folder / "SHA256SUMS")


def _write_table(folder: Path, data: Tables, name: str) -> TableFacts:
    table = data.arrow(name)
    parquet, csv = folder / "tables" / f"{name}.parquet", folder / "tables" / f"{name}.csv"
    write_parquet(table, parquet)
    logical = write_csv(table, csv)
    return TableFacts(table.num_rows, file_sha256(csv), file_sha256(parquet), logical)

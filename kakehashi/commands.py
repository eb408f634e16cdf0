"""What the shorter commands do: build, receipt, verify, tables, ui.

What belongs here: asking the pipeline and telling a person the answer in words. What does not: arguments (`cli`).
"""

from __future__ import annotations

import datetime as dt
import gc
import sys
from pathlib import Path

from kakehashi.cli import DAMAGED, DONE, FAILED, QUARANTINED
from pipelines.errors import KakehashiError


def build(
    raw: Path | None,
    output: Path | None,
    reference: Path | None,
    as_of: str | None,
    *,
    strict: bool,
    own_use: bool = False,
) -> int:
    """Make a release by running the Dagster job, and say in the last line what came of it."""
    from pipelines.publish.suite_process import SHARED

    SHARED.start()  # the suite loads in the background from the first moment on
    from assets.run import run_build
    from kakehashi.progress import steps
    from kakehashi.reader import default_output
    from pipelines.build import PROJECT_RAW, Inputs

    inputs = Inputs(raw or PROJECT_RAW, reference, _date(as_of), own_use)
    with steps() as tell:
        outcome = run_build(inputs, output or default_output(), strict=strict, progress=tell)
    for sentence in outcome.waivers:
        print(sentence, file=sys.stderr)
    if not outcome.success:
        for failure in outcome.failures:
            print(f"kakehashi: {failure}", file=sys.stderr)
        before = ((output or default_output()) / "latest").is_dir()
        print("The release before stays the latest." if before else "Nothing was published.", file=sys.stderr)
        return FAILED
    said = (
        f"Release {outcome.version} is in {outcome.path}"
        if outcome.is_new
        else (f"Nothing is new since release {outcome.version}; no version was made")
    )
    aside = _aside(outcome.n_quarantined)
    if outcome.withheld:
        names = ", ".join(outcome.withheld)
        print(f"Left out, for their licence does not let them be passed on: rows of {names} (--include-restricted).")
    if own_use:
        print("This release may hold figures that may not be passed on: it is for your own use.")
    print(f"{said}. {aside}")
    gc.freeze()  # the process ends here: tearing millions of objects down would take seconds and serve nobody
    return QUARANTINED if strict and outcome.n_quarantined else DONE


def _aside(count: int) -> str:
    if not count:
        return "Nothing was quarantined."
    things = "1 file or row was" if count == 1 else f"{count} files or rows were"
    return f"{things} set aside; the table quarantine says which, where and why."


def _date(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise KakehashiError("--as-of", text, "a day as 2026-11-22", "Correct the date.") from error


def receipt(table: str, key: str, column: str, version: str, output: Path | None) -> int:
    """Print where one published value comes from: value, receipts, sources, conflicts."""
    from kakehashi.receipts import receipt_lines

    for line in receipt_lines(table, key, column, version, output):
        print(line)
    return DONE


def verify(release: Path | None, signers: Path | None = None) -> int:
    """Check a release and list what is wrong with it."""
    from kakehashi.progress import steps
    from kakehashi.reader import release_folder
    from pipelines.publish.verify import verify as check

    folder = release.resolve() if release is not None else release_folder()
    if not folder.is_dir():
        raise KakehashiError(str(folder), "no folder", "a release", "Name the folder of a release.")
    with steps() as tell:
        findings = check(folder, tell, signers)
    for finding in findings:
        print(finding)
    if findings:
        print(f"{folder.name}: {len(findings)} finding(s). Do not use this copy; build or download it again.")
        return DAMAGED
    signed = "" if signers is None else " It is signed by one of the signers."
    print(f"{folder.name}: whole; bytes, contract, keys, receipts and sums hold.{signed}")
    return DONE


def sign(release: Path | None, key: Path) -> int:
    """Sign a release with an SSH key."""
    from kakehashi.reader import release_folder
    from pipelines.publish.signatures import sign as write_signature

    folder = release.resolve() if release is not None else release_folder()
    print(f"{folder.name}: signed, {write_signature(folder, key)}")
    return DONE


def tables(version: str, output: Path | None) -> int:
    """List the tables of a release: rows, name and what one row is."""
    import pyarrow.parquet as pq

    from kakehashi.reader import release_folder
    from kakehashi.receipts import whole_file
    from schemas.contract import TABLES

    folder = release_folder(version, output)
    print(f"Release {folder.name}")
    for name, spec in TABLES.items():
        path = folder / "tables" / f"{name}.parquet"
        with whole_file(path):
            rows = pq.read_metadata(path).num_rows
        first = spec.description.strip().splitlines()[0]
        print(f"{rows:>8,}  {name:<24} {first}")
    return DONE


def ui(port: int) -> int:
    """Serve the Dagster UI until it is stopped."""
    from assets.ui import serve

    return serve(port=port)

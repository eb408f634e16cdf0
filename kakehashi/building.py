"""`kakehashi build`, `resume`, `backfill`, `failures`: a release, a dry run, parts of one, and what did not work.

What belongs here: asking for a run and telling a person what came of it. What does not: the run (`assets`).
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kakehashi.cli import DONE, FAILED, QUARANTINED
from pipelines.errors import KakehashiError

if TYPE_CHECKING:
    from assets.run import Outcome


def build(
    raw: Path | None,
    output: Path | None,
    reference: Path | None,
    as_of: str | None,
    *,
    strict: bool,
    own_use: bool = False,
    only: Sequence[str] = (),
    dry_run: bool = False,
) -> int:
    """Make a release by running the Dagster job, and say in the last line what came of it.

    Args:
        raw: Raw folder; None: the project's.
        output: Output folder; None: the project's.
        reference: Folder that serves as reference/; None: raw's own, or else the project's.
        as_of: The release's date, YYYY-MM-DD; None: the newest date in raw.
        strict: Return `QUARANTINED` where input was set aside.
        own_use: Keep figures that may not be passed on.
        only: Make these tables alone, as drafts.
        dry_run: Write the release beside the others, and publish nothing.

    Returns:
        Exit code.

    Raises:
        KakehashiError: A word that was given is wrong, or the history cannot be written.
    """
    from pipelines.publish.suite_process import SHARED

    SHARED.start()  # the suite loads in the background from the first moment on
    from assets.run import Part, run_build
    from kakehashi.progress import steps
    from kakehashi.reader import default_output
    from pipelines.build import PROJECT_RAW, Inputs

    part = Part(_tables(only), dry_run)
    inputs = Inputs(raw or PROJECT_RAW, reference, _date(as_of), own_use)
    with steps() as tell:
        outcome = run_build(inputs, output or default_output(), strict=strict, progress=tell, part=part)
    return _told(outcome, output or default_output(), strict=strict, own_use=own_use, dry_run=dry_run)


def resume(run_id: str | None) -> int:
    """Run what a failed build has left, and say what came of it.

    Args:
        run_id: The build, by its id or the beginning of it; None: the newest one.

    Raises:
        KakehashiError: There is no such build, or it did not fail.
    """
    from assets.run import resume_build
    from kakehashi.progress import steps
    from kakehashi.reader import default_output

    with steps() as tell:
        outcome = resume_build(run_id, progress=tell)
    return _told(outcome, default_output())


def backfill(editions: Sequence[str], raw: Path | None, output: Path | None) -> int:
    """Make editions of statistics again as drafts, nothing remembered, and say where they are.

    Args:
        editions: Ids of sources, or beginnings of ids; none: every statistic.
        raw: Raw folder; None: the project's.
        output: Output folder; None: the project's.

    Raises:
        KakehashiError: The history cannot be written.
    """
    from assets.run import run_backfill
    from kakehashi.reader import default_output
    from pipelines.build import PROJECT_RAW, Inputs

    outcome = run_backfill(Inputs(raw or PROJECT_RAW), output or default_output(), editions)
    for failure in outcome.failures:
        print(f"kakehashi: {failure}", file=sys.stderr)
    if outcome.success:
        print(f"Nothing was published; {len(outcome.drafts)} editions stand here:")
        print(*outcome.drafts, sep="\n")
    return DONE if outcome.success else FAILED


def failures(output: Path | None, last: int, *, as_json: bool) -> int:
    """Show the list of runs that failed, the newest first, as the UI's sensor wrote it.

    Args:
        output: Output folder; None: the project's.
        last: Show this many at most.
        as_json: One JSON object a line instead of sentences.
    """
    from assets.alerts import in_short, read_entries
    from kakehashi.reader import default_output

    found = read_entries(output or default_output())[::-1][:last]
    if as_json:
        for one in found:
            print(json.dumps(one, ensure_ascii=False))
    elif not found:
        print("No failure is on the list. The UI keeps it while it is up (make ui).")
    else:
        print("\n\n".join(f"{one['failed_at']}  {in_short(one)}" for one in found))
    return DONE


def _told(outcome: Outcome, output: Path, *, strict: bool = False, own_use: bool = False, dry_run: bool = False) -> int:
    for sentence in outcome.waivers:
        print(sentence, file=sys.stderr)
    if not outcome.success:
        for failure in outcome.failures:
            print(f"kakehashi: {failure}", file=sys.stderr)
        before = (output / "latest").is_dir()
        print("The release before stays the latest." if before else "Nothing was published.", file=sys.stderr)
        return FAILED
    if outcome.drafts:
        print(f"Drafts, nothing was published: {', '.join(map(str, outcome.drafts))}")
        return DONE
    if outcome.withheld:
        names = ", ".join(outcome.withheld)
        print(f"Left out, for their licence does not let them be passed on: rows of {names} (--include-restricted).")
    if own_use:
        print("This release may hold figures that may not be passed on: it is for your own use.")
    print(f"{_made(outcome, dry_run=dry_run)}. {_aside(outcome.n_quarantined)}")
    gc.freeze()  # the process ends here: tearing millions of objects down would take seconds and serve nobody
    return QUARANTINED if strict and outcome.n_quarantined else DONE


def _made(outcome: Outcome, *, dry_run: bool) -> str:
    if not outcome.is_new:
        return f"Nothing is new since release {outcome.version}; no version was made"
    if dry_run:
        return f"The next release would be {outcome.version}; it is in {outcome.path}, nothing was published"
    return f"Release {outcome.version} is in {outcome.path}"


def _tables(names: Sequence[str]) -> tuple[str, ...]:
    """The tables asked for, held against those that can be made alone."""
    if not names:
        return ()
    from rapidfuzz.process import extract

    from assets.tables import EARLY_TABLES

    for name in names:
        if name not in EARLY_TABLES:
            near = ", ".join(found[0] for found in extract(name, sorted(EARLY_TABLES), limit=3))
            raise KakehashiError(
                "--table", name, "a table that is made before a release is judged", f"Near it: {near}."
            )
    return tuple(dict.fromkeys(names))


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

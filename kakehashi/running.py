"""Arguments of the commands that run the pipeline and tell of its runs: `build`, `resume`, `backfill`, `failures`.

What belongs here: arguments and help. What does not: the work, which each command imports when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path

EPILOG = (
    "exit codes: 0 done, 1 failed (the message says why), 2 wrong use, 3 done with quarantined input (--strict), "
    "4 verify found something"
)


def run_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    build = commands.add_parser("build", help="make a release from a raw folder", epilog=EPILOG)
    build.add_argument("--raw", type=Path, help="raw folder (default: the project's raw/)")
    build.add_argument("--output", type=Path, help="output folder (default: the project's output/)")
    build.add_argument(
        "--reference", type=Path, help="folder that serves as reference/ (default: raw's own, else ours)"
    )
    build.add_argument("--as-of", metavar="DATE", help="the release's date, YYYY-MM-DD (default: the newest in raw)")
    build.add_argument(
        "--include-restricted", action="store_true",
        help="keep figures whose licence does not let them be passed on: for your own use only",
    )  # fmt: skip
    build.add_argument("--strict", action="store_true", help="exit with 3 when any input was quarantined")
    part = build.add_mutually_exclusive_group()
    part.add_argument("--dry-run", action="store_true", help="write the next release to OUTPUT/dry-run/ alone")
    part.add_argument(
        "--table", action="append", metavar="NAME", default=[],
        help="make only this table, as a draft in OUTPUT/drafts/ (may be given again)",
    )  # fmt: skip
    build.set_defaults(run=_build)

    resume = commands.add_parser("resume", help="run what a failed build has left, with its own settings")
    resume.add_argument(
        "run_id", nargs="?", metavar="RUN", help="id of the build, or its beginning (default: the newest)"
    )
    resume.set_defaults(run=_resume)

    backfill = commands.add_parser("backfill", help="what each edition of a statistic says, made again as drafts")
    backfill.add_argument(
        "editions", nargs="*", metavar="STATISTIC",
        help="id of a source, or what ids begin with: usgs-mcs means all of its years (default: every statistic)",
    )  # fmt: skip
    backfill.add_argument("--raw", type=Path, help="raw folder (default: the project's raw/)")
    backfill.add_argument("--output", type=Path, help="output folder (default: the project's output/)")
    backfill.set_defaults(run=_backfill)

    failures = commands.add_parser("failures", help="runs that failed while the UI was up, with why")
    failures.add_argument("--last", type=_count, default=10, metavar="N", help="this many at most (default: 10)")
    failures.add_argument("--json", action="store_true", help="one JSON object a run")
    failures.add_argument("--output", type=Path, help="output folder (default: the project's output/)")
    failures.set_defaults(run=_failures)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _build(options: argparse.Namespace) -> int:
    from kakehashi.building import build

    return build(
        options.raw, options.output, options.reference, options.as_of,
        strict=options.strict, own_use=options.include_restricted, only=options.table, dry_run=options.dry_run,
    )  # fmt: skip


def _resume(options: argparse.Namespace) -> int:
    from kakehashi.building import resume

    return resume(options.run_id)


def _backfill(options: argparse.Namespace) -> int:
    from kakehashi.building import backfill

    return backfill(options.editions, options.raw, options.output)


def _failures(options: argparse.Namespace) -> int:
    from kakehashi.building import failures

    return failures(options.output, options.last, as_json=options.json)

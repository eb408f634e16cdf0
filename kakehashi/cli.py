"""The `kakehashi` command: what it takes and which exit code it gives.

What belongs here: arguments, help, exit codes. What does not: work; each command imports what it needs when it runs,
so that `kakehashi --help` starts at once.

Exit codes: 0 done · 1 failed, the message says why and what to do · 2 wrong use · 3 done, but input was quarantined
(with --strict) · 4 `verify` found something.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from kakehashi.incoming import incoming_commands
from kakehashi.running import EPILOG, run_commands

DONE, FAILED, QUARANTINED, DAMAGED = 0, 1, 3, 4

_TO_EPILOG = (
    "credentials are read from the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (AWS_ENDPOINT_URL for "
    "another service than Amazon's), ZENODO_TOKEN, HF_TOKEN. A command that was cut off is run again."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Words after `kakehashi`; None: those of the process.

    Returns:
        The exit code.
    """
    options = _parser().parse_args(arguments)
    from pipelines.errors import KakehashiError

    try:
        code: int = options.run(options)
    except KakehashiError as error:
        print(f"kakehashi: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # The reader of a pipe has seen enough (`| head`); that is no failure.
        sys.stderr.close()
        return DONE
    except KeyboardInterrupt:
        print("kakehashi: stopped; nothing half-done was published", file=sys.stderr)
        return FAILED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kakehashi", description=_summary(), epilog=EPILOG)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    run_commands(commands)

    explain = commands.add_parser("explain", help="what each document alone says")
    explain.add_argument("paths", nargs="*", metavar="PATH", help="documents")
    explain.add_argument(
        "--lines",
        metavar="FILE",
        help="mentions in each line of a JSONL file (`-`: standard input), one JSON line each",
    )
    explain.add_argument("--json", action="store_true", help="one JSON object a line, in the order of the arguments")
    explain.add_argument("--reference", type=Path, help="folder that serves as reference/")
    explain.set_defaults(run=_explain)

    receipt = commands.add_parser("receipt", help="where one published value comes from")
    receipt.add_argument("table")
    receipt.add_argument("key", help="key of the row; composite keys joined with |")
    receipt.add_argument("column")
    _release_arguments(receipt)
    receipt.set_defaults(run=_receipt)

    verify = commands.add_parser("verify", help="check a release: bytes, contract, keys, receipts, sums", epilog=EPILOG)
    verify.add_argument("release", nargs="?", type=Path, help="folder of a release (default: output/latest)")
    verify.add_argument(
        "--signers", type=Path, metavar="FILE", help="it must be signed by one of these (ssh-keygen -Y)"
    )
    verify.set_defaults(run=_verify)

    sign = commands.add_parser("sign", help="sign a release with an SSH key")
    sign.add_argument("release", nargs="?", type=Path, help="folder of a release (default: output/latest)")
    sign.add_argument(
        "--key", type=Path, required=True, help="private SSH key, or the public one of a key in the agent"
    )
    sign.set_defaults(run=_sign)

    tables = commands.add_parser("tables", help="the tables of a release, with their rows")
    _release_arguments(tables)
    tables.set_defaults(run=_tables)

    diff = commands.add_parser("diff", help="what differs between two releases, cell by cell, each with its reason")
    diff.add_argument("old", metavar="OLD", help="version of a release, or its folder")
    diff.add_argument("new", metavar="NEW", help="version of a release, or its folder")
    diff.add_argument("--json", action="store_true", help="one JSON object a change")
    diff.add_argument("--html", type=Path, metavar="FILE", help="write a page instead")
    diff.add_argument("--output", type=Path, help="output folder (default: the project's output/)")
    diff.set_defaults(run=_diff)

    _files_command(commands)
    _dependence_commands(commands)
    _concentration_command(commands)
    incoming_commands(commands)
    _decision_commands(commands)
    _release_commands(commands)

    ui = commands.add_parser("ui", help="watch runs in the Dagster UI, on this machine alone")
    ui.add_argument("--port", type=int, default=3000, help="port on 127.0.0.1, the next one for pages (default: 3000)")
    ui.add_argument("--raw", type=Path, help="raw folder (default: the project's raw/)")
    ui.add_argument("--output", type=Path, help="output folder (default: the project's output/)")
    ui.add_argument("--history", type=Path, help="folder of the history of runs (default: the project's .dagster/)")
    ui.set_defaults(run=_ui)
    return parser


def _files_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command that shows what agencies' files hold before they go into a build."""
    files = commands.add_parser("files", help="agencies' own files: layout, rows in, rows out, values by meaning")
    files.add_argument("paths", nargs="+", metavar="PATH", help="files, or folders with files")
    files.add_argument("--json", action="store_true", help="one JSON object a file")
    files.set_defaults(run=_files)


def _dependence_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The commands that answer questions on dependence from a release."""
    controls = commands.add_parser("controls", help="export controls and their status on any day")
    controls.add_argument("--on", metavar="DATE", help="the day, YYYY-MM-DD (default: the release's date)")
    controls.add_argument("--material", metavar="M", help="only measures with an item on this material (id or name)")
    controls.add_argument("--form", help="only where they touch this form of it (codelist form)")
    controls.add_argument("--exporter", metavar="COUNTRY", help="only measures of this country (CHN or CN)")
    controls.add_argument("--importer", metavar="COUNTRY", help="only measures that hold for exports to this country")
    controls.add_argument("--json", action="store_true", help="one JSON object a measure")
    _release_arguments(controls)
    controls.set_defaults(run=_controls)

    exposures = commands.add_parser("exposures", help="what dependence and controls a project answers, on two days")
    exposures.add_argument("project", nargs="?", metavar="PROJECT", help="project_id (default: all)")
    exposures.add_argument("--on", metavar="DATE", help="the later day, YYYY-MM-DD (default: the release's date)")
    exposures.add_argument("--json", action="store_true", help="one JSON object an exposure")
    _release_arguments(exposures)
    exposures.set_defaults(run=_exposures)


def _concentration_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command that reckons whole trade tables, which are no part of a release."""
    found = commands.add_parser(
        "concentration", help="supplier shares and concentration of a whole table of CEPII BACI"
    )
    found.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="Parquet or CSV files with t,i,j,k,v")
    found.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="new folder for the two tables")
    found.add_argument("--memory", type=float, default=4.0, metavar="GB", help="gigabytes to use at most (default: 4)")
    found.add_argument("--threads", type=int, help="processors to use (default: all); the result is the same")
    found.add_argument("--codes-as-written", action="store_true", help="leave country codes as the table has them")
    found.set_defaults(run=_concentration)


def _decision_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The commands by which a person decides: they only append rows to raw/decisions/."""
    review = commands.add_parser("review", help="what needs a person, best value first")
    review.add_argument("--kind", help="only items of this kind (codelist review_kind)")
    review.add_argument("--limit", type=int, default=20, help="how many (default: 20; 0: all)")
    review.add_argument("--json", action="store_true", help="one JSON object an item")
    review.add_argument("--raw", type=Path, help="raw folder whose decisions may be open again (default: raw/)")
    _release_arguments(review)
    review.set_defaults(run=_review)

    decide = commands.add_parser("decide", help="write a reviewer's decision into raw/decisions/")
    decide.add_argument("item", metavar="ITEM", help="review item id, table:key, or file:decision_id")
    decide.add_argument(
        "decision",
        help="accept, new (an organisation), reject, unreviewed, merge, same-as, correct, keep, dismiss, confirm or "
        "withdraw; `kakehashi review` names the choices of each item",
    )
    decide.add_argument("--to", metavar="ID", help="for merge and same-as: the id that stays")
    decide.add_argument("--column", help="for a correction: the column")
    decide.add_argument("--value", help="for a correction: the right value")
    decide.add_argument("--expect", help="for a correction: the value that is published today")
    decide.add_argument("--supersede", action="store_true", help="take the place of an earlier decision on the same")
    decide.add_argument("--by", required=True, help="who decides")
    decide.add_argument("--why", required=True, help="the reason, in a sentence")
    decide.add_argument("--on", metavar="DATE", help="day of the decision, YYYY-MM-DD (default: today)")
    decide.add_argument("--raw", type=Path, help="raw folder (default: the project's raw/)")
    _release_arguments(decide)
    decide.set_defaults(run=_decide)

    waive = commands.add_parser("waive", help="what stops the next release; let one finding pass until a day")
    waive.add_argument("check", nargs="?", metavar="CHECK", help="name of the check (default: list what is found)")
    waive.add_argument("key", nargs="?", metavar="PLACE", help="where, as listed")
    waive.add_argument("--until", metavar="DATE", help="last release date for which it passes, at most a year on")
    waive.add_argument("--withdraw", metavar="ID", help="take the waiver of this decision_id back")
    waive.add_argument("--by", help="who decides")
    waive.add_argument("--why", help="the reason, in a sentence")
    waive.add_argument("--on", metavar="DATE", help="day of the decision, YYYY-MM-DD (default: today)")
    waive.add_argument("--as-of", metavar="DATE", help="the release's date (default: the newest in raw)")
    waive.add_argument("--raw", type=Path, help="raw folder (default: the project's raw/)")
    waive.set_defaults(run=_waive)


def _release_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The commands that hand releases on, and those that decide which of them stay."""
    publish = commands.add_parser("publish", help="send a release to others, whole or not at all", epilog=_TO_EPILOG)
    publish.add_argument(
        "--to", required=True, metavar="TARGET", help="a folder, s3://bucket/prefix, zenodo, or hf:owner/name"
    )
    _release_arguments(publish)
    publish.set_defaults(run=_publish)

    prune = commands.add_parser("prune", help="remove the oldest releases; never the latest or a tagged one")
    prune.add_argument("--keep", type=int, required=True, metavar="N", help="how many of the newest stay")
    prune.add_argument("--dry-run", action="store_true", help="only tell which would go")
    prune.add_argument("--output", type=Path, help="output folder (default: the project's output/)")
    prune.set_defaults(run=_prune)

    tag = commands.add_parser("tag", help="name a release, so that it is never pruned; without a name: list tags")
    tag.add_argument("name", nargs="?", metavar="NAME", help="the tag, such as report-2026")
    tag.add_argument("--remove", action="store_true", help="take the tag away")
    _release_arguments(tag)
    tag.set_defaults(run=_tag)


def _summary() -> str:
    return "Kakehashi (架け橋): US-Japan investment projects and the critical-material dependencies behind them."


def _release_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--version", default="latest", help="version of the release (default: latest)")
    parser.add_argument("--output", type=Path, help="output folder (default: the project's output/)")


def _explain(options: argparse.Namespace) -> int:
    if options.lines is not None:
        from kakehashi.lines import explain_lines

        return explain_lines(options.lines, options.paths, reference=options.reference)
    from kakehashi.explain import explain_paths

    return explain_paths(options.paths, as_json=options.json, reference=options.reference)


def _files(options: argparse.Namespace) -> int:
    from kakehashi.files import files

    return files(options.paths, as_json=options.json)


def _receipt(options: argparse.Namespace) -> int:
    from kakehashi.commands import receipt

    return receipt(options.table, options.key, options.column, options.version, options.output)


def _verify(options: argparse.Namespace) -> int:
    from kakehashi.commands import verify

    return verify(options.release, options.signers)


def _sign(options: argparse.Namespace) -> int:
    from kakehashi.commands import sign

    return sign(options.release, options.key)


def _diff(options: argparse.Namespace) -> int:
    from kakehashi.differing import diff

    return diff(options)


def _tables(options: argparse.Namespace) -> int:
    from kakehashi.commands import tables

    return tables(options.version, options.output)


def _controls(options: argparse.Namespace) -> int:
    from kakehashi.controls import controls

    return controls(options)


def _exposures(options: argparse.Namespace) -> int:
    from kakehashi.exposures import exposures

    return exposures(options)


def _concentration(options: argparse.Namespace) -> int:
    from kakehashi.concentrating import concentration

    return concentration(
        options.paths, options.output, options.memory, options.threads, as_written=options.codes_as_written
    )


def _review(options: argparse.Namespace) -> int:
    from kakehashi.reviewing import review

    return review(
        options.version, options.output, options.raw, kind=options.kind, limit=options.limit, as_json=options.json
    )


def _decide(options: argparse.Namespace) -> int:
    from kakehashi.deciding import decide

    return decide(options)


def _waive(options: argparse.Namespace) -> int:
    from kakehashi.waiving import waive

    return waive(options)


def _publish(options: argparse.Namespace) -> int:
    from kakehashi.publishing import publish

    return publish(options.to, options.version, options.output)


def _prune(options: argparse.Namespace) -> int:
    from kakehashi.publishing import prune

    return prune(options.keep, options.output, only_tell=options.dry_run)


def _tag(options: argparse.Namespace) -> int:
    from kakehashi.publishing import tag

    return tag(options.name, options.version, options.output, remove=options.remove)


def _ui(options: argparse.Namespace) -> int:
    from kakehashi.commands import ui

    return ui(options.port, options.raw, options.output, options.history)


if __name__ == "__main__":
    sys.exit(main())

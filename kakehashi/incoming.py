"""Arguments of the commands that bring documents and files into raw: `add`, `fetch` and `watch`.

What belongs here: arguments and help. What does not: the work, which each command imports when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path

_FETCH_EPILOG = (
    "keys are read from the environment: COMTRADE_API_KEY (optional), CENSUS_API_KEY. exit codes: 0 done, 1 a source "
    "could not be had, 3 a file has shrunk by more than a quarter since last time and is held for review"
)

_WATCH_EPILOG = (
    "feeds stand in reference/feeds.csv of the raw folder (else the project's). Without --once it goes on for ever, "
    "each feed at its cadence. exit codes: 0 done, 1 a feed could not be had (the others were looked at)"
)


def incoming_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands; they only create files."""
    add = commands.add_parser("add", help="put a document into raw/documents/ with its source record")
    add.add_argument("sources", nargs="+", metavar="FILE|URL", help="documents, or addresses of pages")
    add.add_argument("--raw", type=Path, help="raw folder (default: the project's raw/)")
    add.add_argument("--json", action="store_true", help="one JSON object a document: where it is, its record")
    add.set_defaults(run=_add)

    fetch = commands.add_parser("fetch", help="bring a public service's files into raw/inbox/", epilog=_FETCH_EPILOG)
    fetch.add_argument("source", metavar="SOURCE", help="usgs-mcs, comtrade, census, ecb or federal-register")
    fetch.add_argument("--year", type=int, help="year of the figures, or edition")
    fetch.add_argument("--product", action="append", metavar="HS6", help="only this product (may be given again)")
    fetch.add_argument("--accept", action="store_true", help="take in a file that has shrunk by more than a quarter")
    fetch.add_argument("--from", dest="base", metavar="URL", help="a mirror of the service")
    fetch.add_argument("--raw", type=Path, help="raw folder (default: the project's raw/)")
    fetch.add_argument("--json", action="store_true", help="one JSON object a source")
    fetch.set_defaults(run=_fetch)

    watch = commands.add_parser(
        "watch", help="put new pages of feeds and index pages into raw/inbox/", epilog=_WATCH_EPILOG
    )
    watch.add_argument("--feed", action="append", metavar="ID", help="only this feed (may be given again)")
    how = watch.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="look at them now, due or not, and stop")
    how.add_argument("--list", action="store_true", help="list the feeds with what came of them; no network")
    watch.add_argument("--dry-run", action="store_true", help="look once and tell what would come in; write nothing")
    watch.add_argument("--raw", type=Path, help="raw folder (default: the project's raw/)")
    watch.add_argument("--json", action="store_true", help="one JSON object a feed")
    watch.set_defaults(run=_watch)


def _add(options: argparse.Namespace) -> int:
    from kakehashi.adding import add

    return add(options.sources, options.raw, as_json=options.json)


def _fetch(options: argparse.Namespace) -> int:
    from kakehashi.fetching import fetch

    return fetch(options)


def _watch(options: argparse.Namespace) -> int:
    from kakehashi.watching import watch

    return watch(options)

"""`kakehashi files`: what agencies' own files hold, as a build would read them.

What belongs here: the table of files, rows and values by meaning. What does not: reading (`pipelines/ingest/agencies`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kakehashi.cli import DONE, FAILED
from pipelines.errors import RawFileError
from pipelines.ingest.agencies import read_agency_file
from pipelines.ingest.safety import is_litter, printable, read_file


def files(paths: Sequence[str], *, as_json: bool) -> int:
    """Print the account of each file (of each member of an archive).

    Args:
        paths: Files, or folders whose files are all read.
        as_json: One JSON object a line; else a table for people.

    Returns:
        0 where every file could be read, else 1.
    """
    failed = False
    for account in accounts(_all_files(paths)):
        failed = failed or bool(account["problem"])
        print(json.dumps(account, ensure_ascii=False) if as_json else "\n".join(_for_people(account)), flush=True)
    return FAILED if failed else DONE


def accounts(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """Yield for each file `{"file", "layout", "rows_in", "rows_out", "values", "set_aside", "problem"}`.

    `values` counts cells by what they mean, `set_aside` holds one sentence a row that could not be read, and `problem`
    says why a whole file was refused.
    """
    for path in paths:
        try:
            read = read_agency_file(read_file(path, path.parent))
        except RawFileError as error:
            yield _account(path, problem=str(error))
            continue
        if read is None:
            yield _account(path, layout="a document; `kakehashi explain` tells what it says")
            continue
        for account in read.accounts:
            aside = [item.reason for item in read.quarantined if item.reason.startswith(f"{account.path},")]
            values = dict(sorted(account.meanings.items(), key=lambda item: (-item[1], item[0])))
            shown = str(path.parent / account.path)
            yield {
                "file": printable(shown), "layout": account.layout, "rows_in": account.rows_in,
                "rows_out": account.rows_out, "values": values, "set_aside": aside, "problem": account.problem,
            }  # fmt: skip


def _account(path: Path, layout: str = "", problem: str = "") -> dict[str, Any]:
    empty: dict[str, Any] = {"rows_in": 0, "rows_out": 0, "values": {}, "set_aside": []}
    return {"file": printable(path), "layout": layout, **empty, "problem": problem}


def _all_files(paths: Sequence[str]) -> Iterator[Path]:
    for text in paths:
        path = Path(text)
        if not path.is_dir():
            yield path
            continue
        found = (child for child in path.rglob("*") if child.is_file())
        yield from sorted(child for child in found if not any(map(is_litter, child.relative_to(path).parts)))


def _for_people(account: dict[str, Any]) -> list[str]:
    lines = [f"{account['file']}  [{account['layout'] or 'not read'}]"]
    if account["problem"]:
        return [*lines, f"    {account['problem']}"]
    lines.append(f"    {account['rows_in']:,} rows in, {account['rows_out']:,} rows out")
    lines.extend(f"    {number:>9,}  {meaning}" for meaning, number in account["values"].items())
    lines.extend(f"    set aside: {reason}" for reason in account["set_aside"][:20])
    more = len(account["set_aside"]) - 20
    return [*lines, f"    and {more} more"] if more > 0 else lines

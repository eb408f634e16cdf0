"""Reasons as they were published: what the releases between two others said about each change.

What belongs here: following releases from the later one back to the earlier one and reading their `changes`. What does
not: comparing two releases, which also gives the reason where none was published (`pipelines/publish/diff`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from kakehashi.reader import version_parts
from kakehashi.receipts import whole_file
from pipelines.errors import ReleaseError
from pipelines.publish.diff import WHOLE_ROW, named_as_now

Cell = tuple[str, str, str]


def with_published_reasons(old: Path, new: Path, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give each change the reason under which a release first had its value.

    Two releases that are no neighbours do not tell which of several causes moved a cell: the release that made the
    change does. Of several changes of one cell the last one counts, for it gave the value that stands.

    Args:
        old: Folder of the earlier release.
        new: Folder of the later one; the releases between are looked for beside it.
        rows: Changes from one to the other, with the reason that the two of them suggest.

    Returns:
        The same changes. A reason stays as it is where no release between says how the cell came to its value: one of
        them is gone, or `old` is none of those that `new` grew from.

    Raises:
        ReleaseError: A file of a release between is damaged.
    """
    last: dict[Cell, tuple[int, Mapping[str, Any]]] = {}
    for age, link in enumerate(_back(old.resolve(), new.resolve())):
        for change in _told(link):
            last.setdefault((change["table"], change["key"], change["column"]), (age, change))
    return [{**row, "reason": _published(row, last) or row["reason"]} for row in rows]


def _published(row: Mapping[str, Any], last: Mapping[Cell, tuple[int, Mapping[str, Any]]]) -> str | None:
    """The reason of the youngest change of a cell, or of its row's coming where that is younger."""
    table, key, column = row["table"], row["key"], row["column"]
    told = [last[cell] for cell in {(table, key, column), (table, key, WHOLE_ROW)} if cell in last]
    if not told:
        return None
    _, change = min(told, key=lambda one: one[0])
    came_with_row = column != WHOLE_ROW and (change["column"], change["change"]) == (WHOLE_ROW, "added")
    if not came_with_row and (change["change"], change["new"]) != (row["change"], row["new"]):
        return None
    return str(change["reason"])


def _back(old: Path, new: Path) -> Iterator[Path]:
    """Releases from `new` back to the one after `old`; none where `new` did not grow from `old`."""
    found: list[Path] = []
    here = new
    while old.parent == new.parent and here != old:
        previous = _previous(here)
        if previous is None or version_parts(previous) < version_parts(old.name):
            return
        found.append(here)
        here = new.parent / previous
        if not (here / "release.json").is_file():
            break
    yield from found


def _previous(release: Path) -> str | None:
    place = release / "release.json"
    try:
        previous = json.loads(place.read_bytes())["previous"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        remedy = "Run `kakehashi verify` on this release; if it is damaged, take a whole copy or put it away."
        raise ReleaseError(str(place), f"nothing readable ({error})", "the manifest of a release", remedy) from error
    return None if previous is None else str(previous)


def _told(release: Path) -> list[dict[str, Any]]:
    path = release / "tables" / "changes.parquet"
    with whole_file(path):
        rows: list[dict[str, Any]] = named_as_now("changes", pq.read_table(path)).to_pylist()
    return rows

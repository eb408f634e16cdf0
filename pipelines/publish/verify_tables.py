"""The gate's checks on the tables of a release that is there: as at the build, but in bounded memory.

What belongs here: bringing the tables of a folder before the checks, long ones in pieces. What does not: the checks
(`checks_*`) and those of the files (`verify`, `verify_forms`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.publish.checks import TABLE_CHECKS, all_findings, shortened
from pipelines.publish.findings import Finding, Tables
from pipelines.publish.folder import Folder
from pipelines.publish.formats import key_text
from pipelines.publish.verify_waivers import carried, waiver_differences
from pipelines.publish.waivers import part
from schemas import contract

_BETWEEN_PIECES = ("keys_unique", "rows_sorted")
"""Checks of a row and the one before it; all others that concern a long table look at one row alone."""


def findings_of_tables(folder: Folder) -> tuple[Finding, ...]:
    """Return what the gate finds in the tables that can be read; that others cannot be read is told elsewhere."""
    if len(folder.frames) < len(contract.TABLES):
        return (
            Finding(
                "tables_judged", "tables", f"{len(folder.frames)} readable tables",
                f"all {len(contract.TABLES)}, so that keys and receipts can be followed",
            ),
        )  # fmt: skip
    long = [name for name in contract.TABLES if folder.is_long(name)]
    data = Tables(folder.frames, _own_use(folder), {name: _keys_asked_for(folder, name) for name in long})
    told = tuple(one for one in all_findings(data) if not _came_later(folder, one))
    released_on, waivers = carried(folder)
    counting, waived = part(told, waivers, released_on)
    in_pieces = itertools.chain.from_iterable(_in_pieces(folder, name) for name in long)
    return (
        *shortened(counting),
        *waiver_differences(folder, waivers, waived, released_on),
        *shortened(one for one in in_pieces if not _came_later(folder, one)),
    )


def _came_later(folder: Folder, finding: Finding) -> bool:
    words = finding.where.split()
    return words[0] in contract.TABLES and words[-1] in folder.lacks(words[0])


def _own_use(folder: Folder) -> bool:
    """Whether a release says of itself that it is for its builder alone."""
    return (folder.manifest or {}).get("own_use") is True


def _in_pieces(folder: Folder, name: str) -> Iterator[Finding]:
    """What the gate finds in a long table; its rows hang on each other by their order alone."""
    columns = contract.TABLES[name].columns
    needed = {str(column.meaning.foreign_key).partition(".")[0] for column in columns if column.meaning.foreign_key}
    beside = {
        other: frame if other in needed | {"sources"} else frame.iloc[:0] for other, frame in folder.frames.items()
    }
    last: pd.DataFrame | None = None
    for piece in folder.pieces(name):
        data = Tables({**beside, name: piece}, _own_use(folder))
        yield from (one for one in all_findings(data) if one.place[0] == name)
        if last is not None:
            neighbours = Tables({name: pd.concat([last, piece.iloc[:1]], ignore_index=True)})
            for check in _BETWEEN_PIECES:
                yield from TABLE_CHECKS[check](neighbours)
        last = piece.iloc[-1:]


def _keys_asked_for(folder: Folder, name: str) -> set[str]:
    """The keys of a long table that receipts name as their input and that are there."""
    begin = f"{name}/"
    asked = {
        locator.removeprefix(begin).rpartition("/")[0]
        for locator in folder.frames["receipts"]["locator"].array.__arrow_array__().to_pylist()
        if locator is not None and locator.startswith(begin)
    }
    found: set[str] = set()
    if asked:
        wanted = pa.array(sorted(asked), pa.string())
        for piece in folder.pieces(name):
            keys = key_text(Tables({name: piece}).arrow(name), contract.TABLES[name].key)
            found.update(keys.filter(pc.is_in(keys, value_set=wanted)).to_pylist())
    return found

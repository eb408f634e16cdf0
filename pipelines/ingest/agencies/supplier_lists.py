"""Two lists of one edition for the same imports that contradict each other are not mixed into a third.

What belongs here: which list of suppliers leads where files of one release disagree (figure 3 of 2026 repeats the
list of the edition before for titanium concentrates), and what is set aside. What does not: choosing figures
(`reconcile/`), which shows the figures that both lists give as a conflict.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.errors import RawFileError
from pipelines.ingest.agencies.account import ROOM
from pipelines.records import Quarantined, TableFile

_LIST = ("importer", "material_id", "form", "period_start_on", "period_end_on", "measure", "edition")
_ROUNDING = 1.5
"""Points by which two roundings of one share may differ."""


@dataclass(frozen=True, slots=True)
class _Given:
    source_id: str
    shares: Mapping[str, float]


def kept_apart(tables: Sequence[TableFile]) -> tuple[list[TableFile], list[Quarantined]]:
    """Set aside suppliers that only a contradicting list of an agency's file names.

    The list of the source whose id sorts first leads, as it does in the choice between equal sources; a list of our own
    layout leads before any. A partner of another list that the leading one does not name would make shares of two lists
    add up to more than all imports.

    Args:
        tables: Every table file read so far.

    Returns:
        The tables, and what was set aside.
    """
    leading = _leading(tables)
    kept: list[TableFile] = []
    aside: list[Quarantined] = []
    for file in tables:
        if file.table != "import_sources" or file.room != ROOM:
            kept.append(file)
            continue
        own = _lists(file)
        rows = []
        for line, row in file.rows:
            first, mine = leading.get(_list_key(row)), own.get(_list_key(row))
            if first is None or mine is None or row.get("partner", "") in first.shares or not _against(first, mine):
                rows.append((line, row))
                continue
            place = f"{file.path}, {row.get('locator', f'row {line}')}"
            found = f"{row.get('partner')} in a list that differs from that of {first.source_id}"
            remedy = "Ask the agency which of its lists is right."
            error = RawFileError(place, found, "one list of suppliers in an edition", remedy, "conflicting_record")
            aside.append(Quarantined(file.path, "ingest", error.reason_code, str(error), line, place))
        kept.append(replace(file, rows=tuple(rows)))
    return kept, aside


def _list_key(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row.get(column, "") for column in _LIST)


def _lists(file: TableFile) -> dict[tuple[str, ...], _Given]:
    shares: dict[tuple[str, ...], dict[str, float]] = {}
    for _, row in file.rows:
        try:
            share = float(row.get("share_low_pct", "") or "nan")
        except ValueError:
            continue  # the row's reader sets it aside with its reason
        if not math.isnan(share):
            shares.setdefault(_list_key(row), {})[row.get("partner", "")] = share
    source_id = file.source.source_id if file.source is not None else ""
    return {key: _Given(source_id, found) for key, found in shares.items()}


def _leading(tables: Sequence[TableFile]) -> dict[tuple[str, ...], _Given]:
    found: dict[tuple[str, ...], tuple[bool, _Given]] = {}
    for file in tables:
        if file.table != "import_sources":
            continue
        for key, given in _lists(file).items():
            rank = (file.room == ROOM, given)
            before = found.get(key)
            if before is None or (rank[0], given.source_id) < (before[0], before[1].source_id):
                found[key] = rank
    return {key: given for key, (_, given) in found.items()}


def _against(first: _Given, other: _Given) -> bool:
    """Whether two lists contradict each other in a share that both give, or cannot both be part of one whole."""
    shared = first.shares.keys() & other.shares.keys()
    if any(abs(first.shares[partner] - other.shares[partner]) > _ROUNDING for partner in shared):
        return True
    return sum({**other.shares, **first.shares}.values()) > 100 + _ROUNDING * len(first.shares)

"""What a change in raw/ touches: which tables can differ after it, so that a run is asked for them and no others.

What belongs here: from changed paths to groups of tables. What does not: seeing that something changed (`automation`).

The answer errs on the side of too much: names, places and decisions can move any table. Where the newest date of raw
moves, a table can change that no file of its own has; the step that writes the release reports each such table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from assets.rooms import DEPENDENCE, ENTITIES, GROUPS, RELEASE, STATEMENTS

_ALL = frozenset(GROUPS)
_NO_INVESTMENT = frozenset({STATEMENTS, ENTITIES, DEPENDENCE, RELEASE})
"""Groups that figures of materials and controls reach: they say nothing of projects or money."""
_RATES = "exchange_rates"

Listing = Iterable[tuple[str, int, int]]


def areas(listing: Listing) -> dict[str, str]:
    """Return the state of raw by area: a room, or one file of a room that holds tables.

    Args:
        listing: Path, size, time of the last change in nanoseconds.

    Returns:
        Area -> short hash that changes when a file of it is new, changed or gone.
    """
    found: dict[str, list[tuple[str, int, int]]] = {}
    for path, size, changed in listing:
        room, _, rest = path.rpartition("/")
        # A README explains a folder; in a room of documents it is one.
        if rest != "README.md" or room.partition("/")[0] in ("inbox", "documents"):
            found.setdefault(_area(path), []).append((path, size, changed))
    return {area: hashlib.sha256(repr(files).encode()).hexdigest()[:12] for area, files in sorted(found.items())}


def _area(path: str) -> str:
    room = path.partition("/")[0]
    return path if room in ("curated", "statistics") else room


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """Return the areas that differ between two states, sorted."""
    return tuple(sorted(area for area in before.keys() | now.keys() if before.get(area) != now.get(area)))


def touched_groups(changes: Iterable[str]) -> frozenset[str]:
    """Return the groups whose tables can differ after changes in these areas; none for no change."""
    found: frozenset[str] = frozenset()
    for area in changes:
        found |= _groups(area)
    return found


def _groups(area: str) -> frozenset[str]:
    room, name = area.partition("/")[0], area.rpartition("/")[2]
    table = name.removesuffix(".csv").partition("__")[0]
    if room == "statistics" and table != _RATES:
        return _NO_INVESTMENT
    if room == "curated" and table in GROUPS[DEPENDENCE]:
        return _NO_INVESTMENT
    return _ALL


def touched_tables(changes: Iterable[str]) -> tuple[str, ...]:
    """Return the tables that can differ after changes in these areas, in the order of the house."""
    groups = touched_groups(changes)
    return tuple(name for group, names in GROUPS.items() if group in groups for name in names)

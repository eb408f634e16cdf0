"""Which tables that are not published a raw folder may hold, and the columns that their readers need.

What belongs here: names and headers of `reference/` and `decisions/` tables outside the contract. What does not: what
they mean (`extract/`, `resolve/`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from pipelines.errors import RawFileError
from pipelines.fingerprint import ROOT
from schemas.contract import TABLES

CONSUMPTION = "consumption"
BALANCE_LINES = "balance_lines"
STATISTICS: Mapping[str, tuple[str, ...]] = {
    CONSUMPTION: ("importer", "material_id", "form", "year", "edition", "quantity", "unit"),
    BALANCE_LINES: ("importer", "material_id", "form", "year", "edition", "item", "printed", "unit", "estimated"),
}
STATISTICS_BESIDE = ("line",)
"""Tables of `statistics/` outside the contract, and their columns.

`consumption`: what a country uses of a material in a year. `quantity` in `unit`, t or kg, with what is weighed in
brackets where that is not the material itself in that form: `t (nitrogen content)`.
`balance_lines`: the printed lines from which a country's net import reliance follows, each as printed;
`line` may name it.
"""

DECISIONS = ("corrections", "merges", "reviews", "waivers")

_OPTIONAL = {"places": ("name_ja", "parent", "aliases")}
"""Columns of a reference table that its readers can do without."""


def required_columns(room: str, stem: str, path: str) -> Sequence[str]:
    """Return the columns that a reference or decision table must have.

    The project's own tables say which there are and what columns their readers use. A decision's columns are checked
    row by row by its reader.

    Args:
        room: reference or decisions.
        stem: Path in the room without suffix (`vocabulary/stages`).
        path: Of the file, for messages.

    Raises:
        RawFileError: Nothing reads such a table.
    """
    if room == "reference" and stem.split("__", 1)[0] in TABLES:
        spec = TABLES[stem.split("__", 1)[0]]
        names = ("name",) if "name" in spec.names else ()
        return tuple(dict.fromkeys((*spec.key, *names))) if "__" not in stem and not spec.meaning.hashed_key else ()
    known = DECISIONS if room == "decisions" else tuple(_own_headers())
    if stem not in known:
        raise RawFileError(path, f"table {stem}", f"one of {', '.join(known)}", "Rename the file.", "unknown_table")
    optional = _OPTIONAL.get(stem, ())
    return () if room == "decisions" else tuple(name for name in _own_headers()[stem] if name not in optional)


@cache
def _own_headers() -> dict[str, tuple[str, ...]]:
    """Header of each reference table of the project, by stem."""
    folder = ROOT / "raw" / "reference"
    found = {}
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8-sig") as lines:
            header = tuple(name.strip() for name in lines.readline().split(","))
        found[path.relative_to(folder).with_suffix("").as_posix()] = header
    return found

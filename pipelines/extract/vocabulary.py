"""Vocabularies and patterns as data: the tables of `raw/reference/vocabulary`, as rows.

What belongs here: finding a vocabulary table, in the given reference or in the project's own. What does not: what the
tables mean (each module compiles its own).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

Row = Mapping[str, str]
Reference = Mapping[str, Sequence[Row]]

_FOLDER = Path(__file__).resolve().parents[2] / "raw" / "reference"


def rows(reference: Reference, name: str) -> Sequence[Row]:
    """Rows of `vocabulary/<name>`: those of the reference, or the project's own where it has no such table.

    Args:
        reference: File stem -> rows, as `build_lexicon` takes it.
        name: Table without folder and suffix, as `qualifiers`.
    """
    given = reference.get(f"vocabulary/{name}")
    return given if given is not None else own_rows(f"vocabulary/{name}")


@cache
def own_rows(stem: str) -> tuple[Row, ...]:
    """Rows of one of the project's own reference tables; none where the table does not exist."""
    path = _FOLDER / f"{stem}.csv"
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple({key: value or "" for key, value in row.items() if key} for row in csv.DictReader(lines))

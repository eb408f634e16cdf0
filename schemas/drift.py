"""How far a table may move from one release to the next before a person is asked to look.

What belongs here: the bounds. What does not: measuring (`pipelines.publish.drift`). A bound that is crossed is told and
stops nothing: sources do grow and shrink. Exact numbers of rows stand nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DriftBounds:
    """What a table may do between two releases.

    Attributes:
        most_lost_pct: Share of the rows before that may be gone, in percent of them.
        most_gained_pct: Share of the rows before that may be new, in percent of them.
        most_emptied_points: Percentage points by which the share of empty cells of a column may rise.
        fewest_rows: Rows that come or go without a word, and rows below which no share is told: a share of few rows
            jumps with each of them.
    """

    most_lost_pct: float = 10.0
    most_gained_pct: float = 100.0
    most_emptied_points: float = 10.0
    fewest_rows: int = 10


USUAL = DriftBounds()
"""Bounds of every table that is not named in `DRIFT_BOUNDS`."""

DRIFT_BOUNDS: Mapping[str, DriftBounds] = {
    # One row a cell or a literal: a lost source shows here first, and its share of the whole is small.
    "statements": DriftBounds(most_lost_pct=5.0),
    "receipts": DriftBounds(most_lost_pct=5.0),
    # What waits for a person is worked off in batches.
    "review_queue": DriftBounds(most_lost_pct=100.0, most_gained_pct=50.0),
    "quarantine": DriftBounds(most_lost_pct=100.0, most_gained_pct=25.0, fewest_rows=3),
    "conflicts": DriftBounds(most_lost_pct=50.0),
    "conflict_values": DriftBounds(most_lost_pct=50.0),
    "null_reasons": DriftBounds(most_lost_pct=50.0),
    # Small tables of which every row is a headline.
    "programs": DriftBounds(most_lost_pct=0.0, most_gained_pct=50.0, fewest_rows=0),
    "tranches": DriftBounds(most_lost_pct=0.0, most_gained_pct=50.0, fewest_rows=0),
    # New editions replace nothing: figures of an earlier edition stay.
    "material_production": DriftBounds(most_lost_pct=2.0, most_gained_pct=150.0),
    "dependencies": DriftBounds(most_lost_pct=2.0, most_gained_pct=150.0),
    "import_sources": DriftBounds(most_lost_pct=2.0, most_gained_pct=150.0),
}
"""Tables that may move less, or more, than is usual."""

UNBOUNDED = frozenset({"changes", "quality", "exchange_rates"})
"""Tables that differ with every release by what they are: differences, results of checks, the rates of the amounts."""


def drift_bounds(table: str) -> DriftBounds | None:
    """Return the bounds of a contract table, None for one that may move as it does."""
    return None if table in UNBOUNDED else DRIFT_BOUNDS.get(table, USUAL)

"""The contract's written order of precedence between statements, and which of its steps decided.

What belongs here: how one statement weighs against another. What does not: which statements compete (`choose`).
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.reconcile.statements import Statement
from pipelines.records import EXTRACTED

RULES = (
    "decision",
    "curated_over_extracted",
    "source_tier",
    "modality",
    "newest_stated_on",
    "exactness",
    "witnesses",
    "source_id",
    "places",
)
"""Names of the steps, as `conflicts.rule` prints them."""

UNDECIDED = "source_id"
"""Where nothing tells values apart but the order that keeps the choice stable."""

_TIERS = {"official": 0, "party": 1, "press": 2, "aggregator": 3}
_DISTRUSTED = 9
_MODALITIES = {"asserted": 0, "planned": 1, "reported": 2, "conditional": 3, "denied": 4}

_ABOUT = "about"
_EXACT = ("", "exact")

Weight = tuple[int, int, int, int, int, int, int, str, int]


def weight(statement: Statement, n_witnesses: int, n_places: int = 1) -> Weight:
    """Return what the statement weighs: the smaller tuple is preferred, compared step by step.

    Args:
        statement: A statement on a row and column.
        n_witnesses: First publishers that state the same value.
        n_places: Places of its source that print the same value; of two figures of one source the repeated one is
            preferred.
    """
    claim, source = statement.claim, statement.source
    qualifier = claim.cells.get("qualifier")
    hedge = str(qualifier.value) if qualifier is not None else ""
    return (
        0 if claim.method == "decision" else 1,
        1 if claim.method.startswith(EXTRACTED) else 0,
        _DISTRUSTED if source.distrusted else _TIERS[source.tier],
        _MODALITIES[claim.modality],
        -claim.stated_on.toordinal() if claim.stated_on else 0,
        0 if hedge in _EXACT else 1 if hedge == _ABOUT else 2,
        -n_witnesses,
        claim.source_id,
        -n_places,
    )


def deciding_rule(winner: Weight, loser: Weight) -> str:
    """Return the name of the first step in which two weights differ."""
    for rule, left, right in zip(RULES, winner, loser, strict=True):
        if left != right:
            return rule
    return UNDECIDED


def witnesses(statements: Sequence[Statement]) -> int:
    """Count first publishers behind statements; distrusted sources bear no witness."""
    return len({statement.source.witness for statement in statements if not statement.source.distrusted})

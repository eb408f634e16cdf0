"""Claims that can harm whoever they are about: on two witnesses or a primary source and reviewed, or not published.

What belongs here: which owners and which names on control lists are published. What does not: stages (`stages` holds
cancellations to the same measure) and whose name it is (`resolve/control_entities`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.reconcile.choose import Row
from pipelines.reconcile.precedence import witnesses
from pipelines.reconcile.statements import Statement
from pipelines.records import ReviewItem

PRIMARY_TIERS = frozenset({"official", "party"})
"""Tiers whose word on their own affairs is a primary source."""

SETTLED = frozenset({"accepted", "corrected"})
"""Reviews by which a person stands for what is said."""


def owners_to_review(
    ownership: Mapping[str, Row], organizations: Mapping[str, Row]
) -> tuple[dict[str, Row], list[ReviewItem]]:
    """Part owners that may be published from those that one outsider alone, or nobody but a machine, tells of.

    Args:
        ownership: Chosen rows by key text; not changed.
        organizations: Their `parent_org_id` is the word of the register, which bears an outsider out where it is
            reviewed.

    Returns:
        Reviewed rows with two first publishers or a primary source behind them, rows that the register bears out, and
        an item of the review queue for each other.
    """
    kept: dict[str, Row] = {}
    items: list[ReviewItem] = []
    for key, row in ownership.items():
        owned = organizations.get(row.text("owned_org_id"))
        registered = (
            owned is not None
            and owned.text("parent_org_id") == row.text("owner_org_id")
            and owned.text("review") in SETTLED
        )
        lacking = "" if registered else _lacking(row.support)
        if not lacking:
            kept[key] = row
            continue
        pair = f"{row.text('owner_org_id')} of {row.text('owned_org_id')}"
        items.append(_item("ownership", f"ownership {pair} {lacking}", row))
    return kept, items


def listed_to_review(entities: Mapping[str, Row]) -> tuple[dict[str, Row], list[ReviewItem]]:
    """Part names on control lists that may be published from those that too few print, or that nobody reviewed.

    Args:
        entities: Chosen rows of `export_control_entities` by key text; not changed. Who prints another spelling speaks
            of another row.

    Returns:
        Reviewed rows with two first publishers or a primary source behind the very name, and an item of the review
        queue for each other.
    """
    kept: dict[str, Row] = {}
    items: list[ReviewItem] = []
    for key, row in entities.items():
        lacking = _lacking([statement for statement in row.support if statement.column == "name_as_printed"])
        if not lacking:
            kept[key] = row
            continue
        text = f"the name {row.text('name_as_printed')} on the list {row.text('control_id')} {lacking}"
        items.append(_item("control_entity", text, row))
    return kept, items


def _lacking(support: Sequence[Statement]) -> str:
    """What a claim still needs before it may be published, empty where nothing."""
    tiers = {statement.source.tier for statement in support}
    if not tiers & PRIMARY_TIERS and witnesses(support) < 2:
        return "rests on one witness: a second is needed"
    if not any(statement.claim.review in SETTLED for statement in support):
        return "rests on unreviewed statements: code it as a row that somebody has reviewed"
    return ""


def _item(kind: str, text: str, row: Row) -> ReviewItem:
    statement = row.support[0]
    return ReviewItem(kind, text, statement.claim.source_id, statement.cell.locator)

"""Claims that can harm whoever they are about: published on two witnesses or a primary source, or not at all.

What belongs here: which owners are published. What does not: stages (`stages` holds cancellations to the same measure)
and names on control lists (`resolve/control_entities`).
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.reconcile.choose import Row
from pipelines.reconcile.precedence import witnesses
from pipelines.records import ReviewItem

PRIMARY_TIERS = frozenset({"official", "party"})
"""Tiers whose word on their own affairs is a primary source."""


def owners_to_review(
    ownership: Mapping[str, Row], organizations: Mapping[str, Row]
) -> tuple[dict[str, Row], list[ReviewItem]]:
    """Part owners that may be published from those that one outsider alone tells of.

    Args:
        ownership: Chosen rows by key text; not changed.
        organizations: Their `parent_org_id` is the word of the reviewed register, which bears an outsider out.

    Returns:
        Rows with two first publishers, a primary source or the register behind them, and an item of the review queue
        for each other.
    """
    kept: dict[str, Row] = {}
    items: list[ReviewItem] = []
    for key, row in ownership.items():
        tiers = {statement.source.tier for statement in row.support}
        owned = organizations.get(row.text("owned_org_id"))
        registered = owned is not None and owned.text("parent_org_id") == row.text("owner_org_id")
        if tiers & PRIMARY_TIERS or witnesses(row.support) >= 2 or registered:
            kept[key] = row
            continue
        statement = row.support[0]
        pair = f"{row.text('owner_org_id')} of {row.text('owned_org_id')}"
        text = f"ownership {pair} rests on one witness: a second is needed"
        items.append(ReviewItem("ownership", text, statement.claim.source_id, statement.cell.locator))
    return kept, items

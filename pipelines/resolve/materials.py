"""Materials in claims of documents: every id must be one of the reference.

What belongs here: setting aside claims on materials that the reference does not hold. What does not: finding materials
(`extract/`), which does so by the reference's own names.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.extract.lexicon import Lexicon
from pipelines.records import Claim, ReviewItem


def known_materials(claims: Sequence[Claim], lexicon: Lexicon) -> tuple[list[Claim], list[ReviewItem]]:
    """Split off claims on materials that the reference does not know (a vocabulary may name more than it).

    Returns:
        The claims that stay, and an item for review for each material that does not.
    """
    kept: list[Claim] = []
    review: dict[str, ReviewItem] = {}
    for claim in claims:
        cell = claim.cells.get("material_id")
        if cell is None or str(cell.value) in lexicon.materials or not lexicon.materials:
            kept.append(claim)
        else:
            review.setdefault(str(cell.value), ReviewItem("material", cell.literal, claim.source_id, cell.locator))
    return kept, list(review.values())

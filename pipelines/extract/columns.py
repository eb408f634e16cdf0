"""What the rows of a table are by its columns: firms of one project, or projects though no column calls them so.

What belongs here: telling such tables by their headings and rows. What does not: the shape of tables (`listing`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.extract.labels import Label
from pipelines.extract.mentions import Sentence


def tells_apart(heads: Sequence[Label]) -> bool:
    """Whether the columns of a table tell a project each: a builder, a product or place, and a sum or capacity."""
    kinds = {head.kind for head in heads}
    builds = any(head.kind == "firm" or (head.kind, head.code) == ("role", "developer") for head in heads)
    measured = bool(kinds & {"cost", "financing", "capacity", "status"})
    return builds and measured and bool({"place", "material"} & kinds) and not kinds & {"work", "share_table", "share"}


def is_of_parties(heads: Sequence[Label]) -> bool:
    """Whether rows are firms of one project: a column of lenders or partners, none of projects."""
    kinds = [head.kind for head in heads]
    if tells_apart(heads):
        return False
    return "project" not in kinds and (kinds[:1] == ["role"] or ("firm" in kinds and "work" in kinds))


def is_told_apart(text: str, sentences: Sequence[Sentence]) -> bool:
    """Whether a row holds a firm and a product, material or place of its own, or adds up the others.

    Args:
        text: The row.
        sentences: Its sentences.
    """
    if _TOTAL.search(text):
        return True
    return any(sentence.of("org") for sentence in sentences) and any(
        sentence.of("place", "site", "material") or sentence.products for sentence in sentences
    )


_TOTAL = re.compile(r"^(?:grand )?totals?\b|^(?:合計|総計|小計|計)", re.IGNORECASE)

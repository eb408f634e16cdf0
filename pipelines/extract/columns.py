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


def column_of_builders(heads: Sequence[Label]) -> int:
    """The place of the column that names who builds; -1 where none does."""
    builds = (place for place, head in enumerate(heads) if head.kind == "firm" or head.code == "developer")
    return next(builds, -1)


def is_of_parties(heads: Sequence[Label]) -> bool:
    """Whether rows are firms of one project: a column of lenders or partners, none of projects."""
    kinds = [head.kind for head in heads]
    if tells_apart(heads):
        return False
    return "project" not in kinds and (kinds[:1] == ["role"] or ("firm" in kinds and "work" in kinds))


def is_told_apart(text: str, sentences: Sequence[Sentence], builder: str = "") -> bool:
    """Whether a row holds a firm and a product, material or place of its own, or adds up the others.

    Args:
        text: The row.
        sentences: Its sentences.
        builder: The words under the heading of firms, which nothing else need tell to be a firm's name.
    """
    if _TOTAL.search(text):
        return True
    named = any(sentence.of("org") for sentence in sentences) or bool(_NAME_SHAPED.fullmatch(builder.strip()))
    return named and any(sentence.of("place", "site", "material") or sentence.products for sentence in sentences)


_TOTAL = re.compile(r"^(?:grand )?totals?\b|^(?:合計|総計|小計|計)", re.IGNORECASE)
_NAME_SHAPED = re.compile(r"(?=.*[A-Z一-鿿ァ-ヺ])(?!未定|なし|非公表|調整中|その他|不明)[\w・&＆、,.（）()\s-]{2,80}")
"""Words that can be the names of firms, in a cell under a heading of firms."""

"""Whether a document can say anything that we publish, told by the words it holds before any of it is read.

What belongs here: what a document must hold for a project, the programme, an export control or a share of world
production to be read in it. What does not: reading. The test errs on the side of reading: whatever it passes over could
not have given a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from pipelines.extract.gating import Gate
from pipelines.extract.patterns import compile_pattern
from pipelines.extract.terms import Hit
from pipelines.extract.vocabulary import Reference, rows

_KANJI = "〇一二三四五六七八九"
_WIDE = "０１２３４５６７８９"


class Relevance:
    """Compiled from the vocabularies that reading cannot do without.

    Args:
        reference: File stem -> rows of `raw/reference`.
        pledges: (figure, currency) of the programmes' own sums, by which a programme is known without its name.
    """

    def __init__(self, reference: Reference, pledges: Mapping[tuple[Decimal, str], str]) -> None:
        controls = rows(reference, "control_patterns")
        opening = [row["pattern"] for row in controls if row["what"] in ("number", "trigger")]
        self._controls = Gate([compile_pattern(pattern) for pattern in opening])
        self._production = Gate([compile_pattern(row["pattern"]) for row in rows(reference, "production_patterns")])
        figures = {str(figure.normalize().as_tuple().digits[0]) for figure, _ in pledges}
        forms = [form for digit in figures for form in (digit, _WIDE[int(digit)], _KANJI[int(digit)])]
        self._pledge = re.compile(
            rf"(?:{'|'.join(forms) or '(?!)'})[^。.]{{0,14}}(?:billion|bn|trillion|億|兆)", re.IGNORECASE
        )

    def concerns(self, texts: Sequence[str], hits: Sequence[Sequence[Hit]]) -> bool:
        """Whether a document is worth reading.

        Args:
            texts: Its paragraphs.
            hits: The term index's hits for each of them.
        """
        kinds = {hit.term.kind for found in hits for hit in found}
        if "program" in kinds or "project" in kinds:
            return True
        if "facility" in kinds and ("product" in kinds or _has_sector(hit for found in hits for hit in found)):
            return True
        if any(self._controls.open(text) or self._pledge.search(text) for text in texts):
            return True
        return "material" in kinds and any(self._production.open(text) for text in texts)


def _has_sector(hits: Iterable[Hit]) -> bool:
    return any(hit.term.kind == "facility" and hit.term.row.get("sector") for hit in hits)

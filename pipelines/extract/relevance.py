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
_PLACES = ("", "千", "百", "十", "")
_WIDEN = str.maketrans("0123456789,", "０１２３４５６７８９，")


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
        triggers = [row["pattern"] for row in controls if row["what"] == "trigger"]
        self._triggers = Gate([compile_pattern(pattern) for pattern in triggers])
        self._production = Gate([compile_pattern(row["pattern"]) for row in rows(reference, "production_patterns")])
        figures = "|".join(sorted({form for figure, _ in pledges for form in _forms(figure)})) or "(?!)"
        self._pledge = re.compile(rf"(?<![0-9０-９,，.．])(?:{figures})(?![0-9０-９])")

    def controls(self, text: str) -> bool:
        """Whether a text, masked or not, holds a word without which nothing speaks of an export control."""
        return bool(self._triggers.open(text))

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


def _forms(figure: Decimal) -> list[str]:
    """How texts write a large sum: 550, 5,500, ５５００, 五千五百; the unit behind it is left to reading."""
    found = []
    for unit in (Decimal(10) ** 9, Decimal(10) ** 8):
        count = int(figure / unit)
        digits = str(count)
        forms = {digits, f"{count:,}", "".join(_KANJI[int(digit)] for digit in digits)}
        found += [*forms, *(form.translate(_WIDEN) for form in forms)]
        found.append("".join(_KANJI[int(digit)] + _PLACES[-place] for place, digit in _placed(digits)))
    return [re.escape(form) for form in dict.fromkeys(found)]


def _placed(digits: str) -> list[tuple[int, str]]:
    return [(len(digits) - number, digit) for number, digit in enumerate(digits) if digit != "0"]

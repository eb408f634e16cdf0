"""Provinces abroad and Japanese municipalities that a text names without what it lies in.

What belongs here: looking up the written form of a province or a municipality. What does not: finding the words in a
text, and the states and prefectures of the reference (`places`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pipelines.extract.vocabulary import Reference, rows

_SPELLINGS = str.maketrans({"・": None, "ー": None, "＝": None, "ヴ": "ブ", "ヂ": "ジ", "ヅ": "ズ", "ヲ": "オ"})
_SOUNDS = (
    ("ブァ", "バ"),
    ("ブィ", "ビ"),
    ("ブェ", "ベ"),
    ("ブォ", "ボ"),
    ("ウェ", "ベ"),
    ("ティ", "チ"),
    ("ディ", "ジ"),
)
_ENDS = re.compile(r"[市町村](?![場長議民内立税営有])")
_INSIDE = re.compile(r"[一-鿿々]")
_SHORT, _LONGEST = 3, 8
"""Characters of a katakana name that may be many things, and of the longest municipality's name."""


class Provinces:
    """Looks up provinces abroad by their Japanese name, and Japanese municipalities.

    Args:
        reference: File stem -> rows, with the vocabularies `provinces` and `municipalities`.
    """

    def __init__(self, reference: Reference) -> None:
        self._codes: dict[str, dict[str, str]] = {}
        for row in rows(reference, "provinces"):
            self._codes.setdefault(_spelled(row["form"]), {}).setdefault(row["country"], row["code"])
        self._towns = {row["form"]: row["code"] for row in rows(reference, "municipalities")}

    def of(self, form: str, country: str | None) -> tuple[str, str] | None:
        """ISO 3166-2 of a province with the ISO 3166-1 alpha-3 of its country; None where none or several fit.

        Args:
            form: As a text spells it, with 州, 県 or 省 at its end.
            country: The country that the text names with it, where it names one.
        """
        codes = self._codes.get(_spelled(form), {})
        if country is None and len(codes) == 1 and (len(form) > _SHORT or _INSIDE.match(form)):
            country = next(iter(codes))
        return (codes[country], country) if country in codes else None

    def towns(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and prefecture (ISO 3166-2) of every municipality of a text whose name only one of them bears."""
        for match in _ENDS.finditer(text):
            end = match.end()
            for start in range(max(0, end - _LONGEST), end - 1):
                code = self._towns.get(text[start:end])
                if code and not _INSIDE.match(text[start - 1 : start] if start else ""):
                    yield start, end, code
                    break


def _spelled(form: str) -> str:
    """One spelling for the ways in which a foreign name is written in katakana."""
    plain = unicodedata.normalize("NFKC", form).translate(_SPELLINGS)
    for sound, same in _SOUNDS:
        plain = plain.replace(sound, same)
    return plain

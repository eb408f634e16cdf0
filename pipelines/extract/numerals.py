"""Numbers as English and Japanese write them: digits, words, fractions, kanji, full width.

What belongs here: the value of a numeral without its unit. What does not: currencies, measures, dates.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from pipelines.extract.vocabulary import Row

DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
"""A number in ASCII digits, with thousands marks and a decimal point."""

JAPANESE = r"[0-9０-９〇零一二三四五六七八九十百千万億兆,，.．]"
"""A character of a Japanese numeral."""

VAGUE = "数何幾"
"""Characters that stand for an unknown digit: several tens, several hundred."""

_KANJI = {"〇": 0, "零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_PLAIN_DIGITS = str.maketrans({kanji: str(digit) for kanji, digit in _KANJI.items()})
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "億": 10**8, "兆": 10**12}


class WordNumbers:
    """Number words of a language: a pattern that finds them and the values they have.

    Attributes:
        pattern: Regular expression source (lower case) of a numeral in words, without article.
    """

    def __init__(self, vocabulary: Sequence[Row]) -> None:
        self._units = {row["form"]: Decimal(row["value"]) for row in vocabulary if row["kind"] == "unit"}
        self._times = {row["form"]: Decimal(row["value"]) for row in vocabulary if row["kind"] == "times"}
        self._fractions = {row["form"]: Decimal(row["value"]) for row in vocabulary if row["kind"] == "fraction"}
        units = _any([*self._units, *self._times])
        fraction = _any(self._fractions).replace(" ", "[ -]")
        whole = rf"(?:{units})(?:[ -](?:and )?(?:{units}))*"
        self.pattern = (
            rf"(?:(?:{DIGITS}|{whole}|an?)(?:[ -]and[ -](?:{fraction}))"
            rf"|(?:{fraction})(?:[ -]of(?= an? | one ))?(?:[ -](?:an?|one))?"
            rf"|(?:an? )?{whole}(?: point(?: (?:{_any(self._units)}))+)?|an?)"
        )

    def value(self, text: str) -> Decimal | None:
        """The value of a numeral in words ("one and a half", "two hundred and fifty", "half a"); None if it is none."""
        words = re.sub(r"[\s-]+", " ", text.strip().lower())
        whole, _, fraction = words.partition(" and ")
        if " point " in words:
            whole, _, behind = words.partition(" point ")
            base, digits = self._whole(whole), "".join(str(self._units.get(word, "")) for word in behind.split())
            return None if base is None else base + Decimal(f"0.{digits or 0}")
        if fraction in self._fractions:
            base = self._whole(whole)
            return None if base is None else base + self._fractions[fraction]
        for form in sorted(self._fractions, key=len, reverse=True):
            if words == form or re.fullmatch(rf"{form}(?: of)?(?: an?| one)?", words):
                return self._fractions[form]
        return self._whole(words)

    def _whole(self, words: str) -> Decimal | None:
        if re.fullmatch(DIGITS, words):
            return Decimal(words.replace(",", ""))
        if words in ("a", "an"):
            return Decimal(1)
        total = current = Decimal(0)
        # "A two-billion-euro loan": an article before a number counts nothing, before "hundred" it is one.
        for word in re.sub(rf"^an? (?={_any(self._units)}\b)(?!.{{0,3}}dozen)", "", words).split():
            if word in ("a", "an") and not current:
                current = Decimal(1)
            elif word in self._units:
                # "a dozen" is one dozen, "two dozen" two.
                current = current * 12 if word == "dozen" and current else current + self._units[word]
            elif word in self._times:
                current = max(current, Decimal(1)) * self._times[word]
            elif word != "and":
                return None
        return total + current


def japanese_value(text: str) -> Decimal | None:
    """The value of a Japanese numeral without currency (1兆2000億, 三百五十億, 三〇億); None if it is none."""
    plain = re.sub(r"(?<=\S)[・･](?=\S)", ".", unicodedata.normalize("NFKC", text)).replace(",", "")
    plain = re.sub(
        r"([〇零一二三四五六七八九]+)\.([〇零一二三四五六七八九]+)",
        lambda found: found[0].translate(_PLAIN_DIGITS),
        plain,
    )
    total = Decimal(0)
    section = ""
    seen = False
    for character in plain:
        if character in _LARGE:
            value = _section(section) if section else None
            if value is None:
                return None
            total += value * _LARGE[character]
            section, seen = "", True
        else:
            section += character
    if section:
        value = _section(section)
        if value is None:
            return None
        total += value
        seen = True
    return total if seen else None


def _section(text: str) -> Decimal | None:
    """Value below 10,000 (or any run of digits): 2千, 三百五十, 三〇, 1200, 3.5."""
    if re.fullmatch(DIGITS, text):
        return Decimal(text)
    if all(character in _KANJI for character in text):
        return Decimal("".join(str(_KANJI[character]) for character in text))
    total = Decimal(0)
    digits = ""
    for character in text:
        if character in _SMALL:
            head = _digits(digits) if digits else Decimal(1)
            if head is None:
                return None
            total += head * _SMALL[character]
            digits = ""
        else:
            digits += character
    tail = _digits(digits) if digits else Decimal(0)
    return None if tail is None else total + tail


def _digits(text: str) -> Decimal | None:
    """Value of a run of digits, all kanji or all ASCII; None for anything else ("１．" before a paragraph)."""
    kanji = all(character in _KANJI for character in text)
    plain = "".join(str(_KANJI[character]) for character in text) if kanji else text
    return Decimal(plain) if re.fullmatch(DIGITS, plain) else None


def _any(forms: Sequence[str] | dict[str, Decimal]) -> str:
    return "|".join(re.escape(form).replace(r"\ ", " ") for form in sorted(forms, key=len, reverse=True))

"""Where in a text money can stand at all: one scan for every sign, code and word of a currency.

What belongs here: the places around which the patterns of money are tried. What does not: the patterns
(`money_grammar`) and what they mean (`amounts`). Regular expressions over a whole text are what reading would spend
its time on; most sentences name no currency, and the others name it in one place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from re import _parser as regex_parser  # type: ignore[attr-defined]

from pipelines.extract.gating import word_sets
from pipelines.extract.vocabulary import Row

_BEFORE, _BEHIND = 110, 30
"""Characters around a word of a currency in which its number stands ("one hundred and twenty-five million")."""
_NUMBER = re.compile(r"\s?[\d.,，．〇零一二三四五六七八九十百千万億兆]")
_OLD_YEN = re.compile(r"(?<![A-Za-z])Y\d")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a text speaks of currencies.

    Attributes:
        signs: Starts of signs and codes that stand before a number.
        words: Stretches (start, end) around words, codes and signs that stand behind one.
        japanese: The same for the words of Japanese.
        lower: The text in lower case, each character at its place.
    """

    signs: Sequence[int]
    words: Sequence[tuple[int, int]]
    japanese: Sequence[tuple[int, int]]
    lower: str


class MoneyGate:
    """Finds the places of money; made of the vocabulary `currencies`."""

    def __init__(self, currencies: Sequence[Row]) -> None:
        from daachorse import CharwiseDoubleArrayAhoCorasick

        classes: dict[str, set[str]] = {}
        codes = {row["form"].lower() for row in currencies if row["kind"] == "code"}
        words = set()
        for row in currencies:
            form = row["form"].lower()
            if row["position"] in ("before", "both"):
                first, *others = form.split(" ")
                classes.setdefault(first, set()).add("opening" if others else "sign")
            if row["position"] in ("after", "both"):
                needed = next(iter(word_sets(regex_parser.parse(form))), [form])
                words |= set(needed) if row["kind"] == "word" else set()
                for word in [form] if row["kind"] == "code" else needed:
                    classes.setdefault(word, set()).add("japanese" if row["kind"] == "ja" else "word")
        for sign in ("€", "£"):
            classes.setdefault(sign, set()).add("word")
        self._classes = [frozenset(named) for named in classes.values()]
        # A code behind a number counts in capitals alone: "open" and "years" are full of codes.
        self._shouted = [word.upper() if word in codes - words else "" for word in classes]
        self._scan = CharwiseDoubleArrayAhoCorasick(list(classes))

    def places(self, text: str) -> Places | None:
        """Where the patterns of money are worth trying; None where the text names no currency."""
        lower = text.lower()
        if len(lower) != len(text):
            # A few letters become two in lower case; places must stay places of the text.
            lower = "".join(character.lower()[:1] for character in text)
        hits = self._scan.find_overlapping(lower)
        signs: set[int] = set()
        words: list[tuple[int, int]] = []
        japanese: list[tuple[int, int]] = []
        for start, end, number in hits:
            named = self._classes[number]
            if ("sign" in named and _NUMBER.match(text, end)) or ("opening" in named and text[end : end + 1].isspace()):
                signs.add(start)
            if self._shouted[number] and text[start:end] != self._shouted[number]:
                continue
            if "word" in named:
                words.append((max(0, start - _BEFORE), end + _BEHIND))
            if "japanese" in named:
                japanese.append((max(0, start - _BEFORE), end + _BEHIND))
        if not (signs or words or japanese or ("Y" in text and _OLD_YEN.search(text))):
            return None
        return Places(sorted(signs), _merged(words), _merged(japanese), lower)


def within(pattern: re.Pattern[str], text: str, stretches: Iterable[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """Every match of a pattern inside the stretches, in order."""
    for start, end in stretches:
        yield from pattern.finditer(text, start, end)


def at(pattern: re.Pattern[str], text: str, starts: Iterable[int]) -> Iterator[re.Match[str]]:
    """The match of a pattern at each start that lies behind the match before it."""
    place = 0
    for start in starts:
        match = pattern.match(text, start) if start >= place else None
        if match is not None:
            place = match.end()
            yield match


def _merged(stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined

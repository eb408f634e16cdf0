"""Which of many regular expressions are worth trying on a text, told by one scan for the words they need.

What belongs here: the words that every match of an expression holds, and the scan for them. What does not: expressions.
Trying expressions one by one is what reading would spend its time on: most of them need a word that is not there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from re import _parser as regex_parser  # type: ignore[attr-defined]
from typing import Any

_PRIVATE = range(0xE000, 0xF900)
"""Characters that stand for mentions, not for themselves."""


class Gate:
    """One scan of a text that tells which expressions could match at all.

    Args:
        patterns: Expressions; one without a telling word is always worth trying.
    """

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        from daachorse import CharwiseDoubleArrayAhoCorasick

        words: dict[str, set[int]] = defaultdict(set)
        always = set()
        for number, pattern in enumerate(patterns):
            needed = next(iter(word_sets(regex_parser.parse(pattern.pattern, pattern.flags))), [])
            for word in needed:
                words[word.lower()].add(number)
            if not needed:
                always.add(number)
        self._always = frozenset(always)
        self._opened = [frozenset(numbers) for numbers in words.values()]
        self._words = CharwiseDoubleArrayAhoCorasick(list(words)) if words else None

    def open(self, text: str) -> frozenset[int] | set[int]:
        """Numbers of the expressions that could match a text; it is read in lower case."""
        hits = self._words.find_overlapping(text.lower()) if self._words is not None else ()
        if not hits:
            return self._always
        return self._always.union(*(self._opened[number] for number in {number for _, _, number in hits}))


def word_sets(items: Any) -> list[list[str]]:
    """Sets of words of a parsed expression: every match holds one word of each; the most telling set first."""
    options: list[list[str]] = []
    run = ""
    for name, argument in [*items, ("END", None)]:
        if str(name) == "LITERAL" and argument not in _PRIVATE:
            run += chr(argument)
            continue
        if len(run.strip()) >= 2 or (run and ord(run[0]) > 0x2E80):
            options.append([run])
        run = ""
        if str(name) == "SUBPATTERN":
            options += word_sets(argument[-1])
        elif str(name) == "BRANCH":
            branches = [next(iter(word_sets(branch)), []) for branch in argument[1]]
            options.append([word for branch in branches for word in branch] if all(branches) else [])
        elif str(name) == "MAX_REPEAT" and argument[0] > 0:
            options += word_sets(argument[2])
    return sorted(filter(None, options), key=lambda option: -min(map(_weight, option)))


class Cue:
    """A regular expression that is searched for only where a text holds a word that every match of it holds.

    Args:
        pattern: The expression; its case counts.
        words: Words of which every match holds one; empty to take them from the expression itself.
    """

    __slots__ = ("_pattern", "_scan")

    def __init__(self, pattern: str, words: Sequence[str] = ()) -> None:
        from daachorse import CharwiseDoubleArrayAhoCorasick

        self._pattern = re.compile(pattern)
        words = words or next(iter(word_sets(regex_parser.parse(pattern))), [])
        self._scan = CharwiseDoubleArrayAhoCorasick(list(dict.fromkeys(words))) if words else None

    def _may_match(self, text: str) -> bool:
        return self._scan is None or bool(self._scan.find(text))

    def search(self, text: str) -> re.Match[str] | None:
        """As of `re.Pattern`."""
        return self._pattern.search(text) if self._may_match(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As of `re.Pattern`."""
        return self._pattern.finditer(text) if self._may_match(text) else iter(())

    def findall(self, text: str) -> list[Any]:
        """As of `re.Pattern`."""
        return self._pattern.findall(text) if self._may_match(text) else []


class Endings:
    """Whether a text can end with a match of one of many expressions: by what every such match ends with.

    Args:
        patterns: Expressions; their letters count in any case.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._by_last: dict[str, tuple[str, ...]] | None = {}
        for pattern in patterns:
            endings = _endings(list(regex_parser.parse(pattern)))
            if endings is None or not all(ending and ending.rstrip() == ending for ending in endings):
                self._by_last = None
                return
            for ending in (one.lower() for one in endings):
                known = self._by_last.get(ending[-1], ())
                self._by_last[ending[-1]] = tuple(dict.fromkeys((*known, ending)))

    def possible(self, text: str) -> bool:
        """Whether the text could end so; blanks at its end do not count."""
        if self._by_last is None:
            return True
        tail = text[-40:].rstrip().lower()
        endings = self._by_last.get(tail[-1:])
        return endings is not None and tail.endswith(endings)


def _endings(items: list[Any]) -> set[str] | None:
    """What the matches of a parsed expression end with, one of the set; None where that cannot be told."""
    run = ""
    for place in range(len(items) - 1, -1, -1):
        name, argument = str(items[place][0]), items[place][1]
        if name == "LITERAL":
            run = chr(argument) + run
            continue
        if run:
            break
        if name == "IN" and all(str(kind) == "LITERAL" for kind, _ in argument):
            return {chr(code) for _, code in argument}
        if name == "SUBPATTERN":
            return _endings(list(argument[-1]))
        if name == "BRANCH":
            branches = [_endings(list(branch)) for branch in argument[1]]
            return None if None in branches else set().union(*(one for one in branches if one))
        if name == "MAX_REPEAT":
            inner = _endings(list(argument[2]))
            before = set() if argument[0] else _endings(items[:place])
            return None if inner is None or before is None else inner | before
        return None
    return {run} if run else None


def _weight(word: str) -> int:
    return sum(3 if ord(character) > 0x2E80 else 1 for character in word.strip())

"""A text that another tool hands over: the form that the finders expect, and the way back to its characters.

What belongs here: composition, places of characters, paragraphs of running text. What does not: what is found in it
(`lines.py`), and documents in files (`pipelines/ingest/readers`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import zip_longest

Span = tuple[int, int]
"""Start and end, in characters (code points)."""


class Original:
    """A text in the form that the finders expect (NFC, no half of a surrogate pair), and the way back to it as given.

    Args:
        given: As given.

    Attributes:
        text: The text to search.
    """

    def __init__(self, given: str) -> None:
        safe = given if given.isascii() else _SURROGATE.sub("\ufffd", given)
        self._spans: list[Span] | None = None
        self.text = safe
        if not unicodedata.is_normalized("NFC", safe):
            pieces: list[str] = []
            self._spans = []
            for start, end in _composed(safe):
                piece = unicodedata.normalize("NFC", safe[start:end])
                pieces.append(piece)
                self._spans += [(start, end)] * len(piece)
            self.text = "".join(pieces)

    def span(self, start: int, end: int) -> Span:
        """The characters of the text as given behind a non-empty span of `text`."""
        return (start, end) if self._spans is None else (self._spans[start][0], self._spans[end - 1][1])


_SURROGATE = re.compile("[\ud800-\udfff]")


def _composed(text: str) -> Iterator[Span]:
    """Start and end of each shortest run of characters that composition cannot join with its neighbours."""
    start = 0
    for place in range(1, len(text) + 1):
        if place < len(text) and _joins(text, start, place):
            continue
        yield start, place
        start = place


def _joins(text: str, start: int, place: int) -> bool:
    character = text[place]
    if character < "\u0300" or "ぁ" <= character <= "\u3098" or "一" <= character <= "\u9fff":
        return False
    if unicodedata.combining(character):
        return True
    # Korean syllables and a few Indic signs compose without being combining marks.
    head = unicodedata.normalize("NFC", text[max(start, place - 8) : place])
    return not unicodedata.normalize("NFC", head + character).startswith(head)


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Start and text of each paragraph, line breaks in it as blanks, so that characters keep their places.

    A blank line parts paragraphs; a single break does too, unless the text is hard-wrapped and the line goes on.
    """
    lines = text.splitlines(keepends=True)
    wrapped = max(map(len, lines), default=0) <= _WRAPPED
    begin = end = 0
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        end += len(line)
        if wrapped and _goes_on(line, following):
            continue
        if not text[begin:end].isspace():
            yield begin, text[begin:end].translate(_BREAKS)
        begin = end


def _goes_on(line: str, following: str) -> bool:
    """Whether a line that is no short one breaks off within a sentence, and the next one is no item of a list."""
    width = sum(1 if character < "\u2e80" else 2 for character in line.rstrip())
    return width >= _LONG and bool(following.strip()) and not _ENDS.search(line) and not _ITEM.match(following)


_WRAPPED, _LONG = 140, 40
"""Characters that no line of a hard-wrapped text exceeds, and columns below which a line is a heading or the last."""
_ENDS = re.compile(r"[.!?。！？:：”\"」』]\s*$")
_ITEM = re.compile(r"\s*(?:[-*+•‣◦▪●○◆■・※|]|\(?\d{1,2}[.)]\s|[①-⑳])")
_BREAKS = dict.fromkeys(map(ord, "\t\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), " ")

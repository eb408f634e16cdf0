"""From lines to paragraphs: undo hard line breaks, keep list items, headings and table rows apart.

What belongs here: the shape of plain text. What does not: encodings, markup, meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

from pipelines.records import Paragraph

_ITEM = re.compile(r"^\s*(?:[-*+•‣◦▪●○◆■・※]\s*|\(?\d{1,2}[.)]\s+|[（(]\d{1,2}[)）]|\d{1,2}[．、](?!\d)|[①-⑳]|\|)")
_WIDE = re.compile(r"[぀-ヿ一-鿿＀-￯　-〿]")
_BLANK = re.compile(r" ?[\t\u00a0\u2000-\u200b][ \t\u00a0\u2000-\u200b]*| {2,}[\t\u00a0\u2000-\u200b ]*")
"""Any run of blanks but a single space, which stays as it is."""
_GOES_ON = re.compile(r"[ぁ-ゖァ-ヺー一-鿿](?:[、はがをにでとのもへ])$")
_ENDS = re.compile(r"[.!?。！？:：”\"')）」』]\s*$")


def paragraphs(blocks: Iterable[str]) -> tuple[Paragraph, ...]:
    """Number the non-empty blocks from 1, each tidied and in NFC."""
    texts = (tidy(block) for block in blocks)
    return tuple(Paragraph(number, text) for number, text in enumerate((text for text in texts if text), 1))


def tidy(text: str) -> str:
    """One line of NFC text: blanks joined; the ideographic space stays, it parts words in Japanese headlines."""
    return _BLANK.sub(" ", unicodedata.normalize("NFC", join_lines(text.split("\n")))).strip()


def is_wide(character: str) -> bool:
    """Whether a character is Japanese or Chinese, which are written without blanks."""
    return bool(_WIDE.match(character))


def is_item(line: str) -> bool:
    """Whether a line begins as an item of a list or a row of a table does."""
    return bool(_ITEM.match(line))


def join_lines(lines: Sequence[str]) -> str:
    """Join the lines of one paragraph: without a blank between Japanese characters, else with one."""
    joined = ""
    for line in (line.strip() for line in lines):
        if not line:
            continue
        if joined and not (_WIDE.match(joined[-1]) or _WIDE.match(line[0])):
            joined += " "
        joined += line
    return joined


def unwrap(text: str, *, marked: bool = False) -> list[str]:
    """Split plain text into paragraphs.

    Args:
        text: Lines.
        marked: Headings, items and breaks are marked as such (Markdown): a line always goes on in the next one.

    Returns:
        Paragraphs.

    A blank line parts paragraphs. Within a block a line goes on in the next one if it is about as long as the lines of
    the document are; a short line (a masthead, a heading, the end of a paragraph) does not.
    """
    lines = text.split("\n") if marked else with_rows(text.split("\n"))
    widths = sorted(_width(line) for line in lines if line.strip())
    full = widths[int(len(widths) * 0.9)] if widths else 0
    hard = full <= _PAGE or _is_cut(lines, full)
    blocks: list[str] = []
    current: list[str] = []
    for line in lines:
        # A row of a table is a paragraph of its own.
        if not line.strip() or _ITEM.match(line) or " | " in line or (current and " | " in current[-1]):
            _flush(blocks, current)
        if line.strip():
            current.append(line)
            long_enough = _width(line) >= full * (0.9 if _ENDS.search(line) else 0.7)
            wrapped = bool(_GOES_ON.search(line)) or (hard and long_enough)
            loose = not hard and _width(line) < _PAGE and not _ENDS.search(line) and len(current) > 1
            if not wrapped and not loose and not marked:
                _flush(blocks, current)
    _flush(blocks, current)
    return blocks


_GUTTER = re.compile(r"(?<=\S)(?: {2,}|\t+|\u3000{2,})(?=\S)")
_LEAST_ROWS, _LONGEST_CELL = 3, 60


def with_rows(lines: Sequence[str]) -> list[str]:
    """Lines of a plain text in which columns set with blanks are rows of a table, their cells parted by ` | `.

    Args:
        lines: Of a text without markup. A table is three lines or more of as many short cells, set flush left or right.
    """
    found: list[str] = []
    table: list[list[tuple[int, str]]] = []
    held: list[str] = []
    for line in [*lines, ""]:
        cells = _cells(line)
        if table and (len(cells) != len(table[0]) or not cells):
            found += _rows(table) if len(table) >= _LEAST_ROWS and _is_set(table) else held
            table, held = [], []
        if cells:
            table.append(cells)
            held.append(line)
        else:
            found.append(line)
    return found[:-1]


def _cells(line: str) -> list[tuple[int, str]]:
    """The cells of a line with the column at which each begins; none where it is no row."""
    text = line.expandtabs(8).rstrip()
    edges = [0, *(gap.end() for gap in _GUTTER.finditer(text)), len(text)]
    cells = [(_width(f"{text[:start]}.") - 1, text[start:end].strip()) for start, end in pairwise(edges)]
    return cells if len(cells) > 1 and all(0 < len(cell) <= _LONGEST_CELL for _, cell in cells) else []


def _is_set(table: Sequence[Sequence[tuple[int, str]]]) -> bool:
    """Whether the cells of each column begin or end at one place."""
    for column in zip(*table, strict=True):
        starts = [start for start, _ in column]
        ends = [start + _width(cell) for start, cell in column]
        if min(max(starts) - min(starts), max(ends) - min(ends)) > 1:
            return False
    return True


def _rows(table: Sequence[Sequence[tuple[int, str]]]) -> list[str]:
    return [" | ".join(cell for _, cell in row) for row in table]


_PAGE = 140
"""Columns of a line that no printed page exceeds; a Japanese character takes two."""


def _is_cut(lines: Sequence[str], full: int) -> bool:
    """Whether the long lines of a Japanese text are cut at one width: most of them end within a sentence."""
    long = [line for line in lines if 0.9 * full <= _width(line) <= _WIDEST]
    within = [line for line in long if _WIDE.match(line.rstrip()[-1]) and not _ENDS.search(line)]
    return full <= _WIDEST and len(within) >= 2 and len(within) * 2 > len(long)


_WIDEST = 180


def _flush(blocks: list[str], current: list[str]) -> None:
    if current:
        blocks.append(join_lines(current))
        current.clear()


def _width(line: str) -> int:
    line = line.rstrip()
    return len(line) if line.isascii() else len(line) + len(_WIDE.findall(line))

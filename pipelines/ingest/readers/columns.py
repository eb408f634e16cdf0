"""Reading order of a printed page: from pieces of text with their places to lines in columns, top to bottom.

What belongs here: columns, lines, rows of tables. What does not: PDF (`pdf`) and paragraphs (`print`).

Places are points with the origin below left. In vertical writing the page is turned first, so that lines run from left
to right and follow each other downwards as in horizontal writing.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.ingest.readers.layout import is_wide

WIDE_GAP = 1.1
"""Pieces of a line stand apart from this many sizes of their font on; words of a justified line stand closer."""
_MARK = re.compile(r"[•‣◦▪●○◆■・※*–-]|[(（]?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4}|[一二三四五六七八九十])[.)）．、]?|[①-⑳]")
_FEWEST = 3
"""Columns have at least so many lines side by side."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that stands together on one line."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float

    @property
    def middle(self) -> float:
        """Height of its middle."""
        return (self.bottom + self.top) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a column; `is_row` where it is a row of a table, its cells parted by ` | `."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    is_row: bool = False


def in_order(pieces: Sequence[Piece]) -> list[list[Line]]:
    """The columns of a page in reading order, each a list of lines; what spans columns is one of its own."""
    return [lines for column in _columns(list(pieces), 0) if (lines := _lines(column))]


def _columns(pieces: list[Piece], depth: int) -> list[list[Piece]]:
    gutter = _gutter(pieces) if depth < 6 else None
    if gutter is None:
        return [pieces]
    start, stop = gutter
    left = [piece for piece in pieces if piece.right <= start + 0.5]
    right = [piece for piece in pieces if piece.left >= stop - 0.5]
    beside = {id(piece) for piece in (*left, *right)}
    spanning = sorted((piece for piece in pieces if id(piece) not in beside), key=lambda piece: -piece.middle)
    found: list[list[Piece]] = []
    waiting = [left, right]
    across: list[Piece] = []
    for piece in spanning:
        above = [[other for other in side if other.middle > piece.middle] for side in waiting]
        if any(above):
            _flush(found, across)
            across = []
            found += [column for side in above if side for column in _columns(side, depth + 1)]
            waiting = [[other for other in side if other.middle <= piece.middle] for side in waiting]
        across.append(piece)
    _flush(found, across)
    return found + [column for side in waiting if side for column in _columns(side, depth + 1)]


def _flush(found: list[list[Piece]], across: list[Piece]) -> None:
    if across:
        found.append(across)


def _gutter(pieces: Sequence[Piece]) -> tuple[float, float] | None:
    """The blank strip between the first column and the next, as left and right edge; None for one column."""
    if len(pieces) < 2 * _FEWEST:
        return None
    size = statistics.median(piece.size for piece in pieces)
    margin = min(piece.left for piece in pieces)
    for start in sorted({round(piece.left, 1) for piece in pieces}):
        if start < margin + 6 * size:
            continue
        column = [piece for piece in pieces if abs(piece.left - start) < 0.3 * size]
        indented = [piece for piece in pieces if start - 0.3 * size < piece.left < start + 2.6 * size]
        if len(column) < _FEWEST or not _is_running(indented, size):
            continue
        low, high = min(piece.bottom for piece in column), max(piece.top for piece in column)
        beside = [
            piece for piece in pieces if piece.left < start - 0.3 * size and low - size < piece.middle < high + size
        ]
        left = [piece for piece in beside if piece.right <= start - 0.6 * size]
        if (
            len(left) < _FEWEST
            or not _is_running(left, size)
            or len(beside) - len(left) > 0.34 * (len(left) + len(column))
        ):
            continue
        return max(piece.right for piece in left), start - 0.3 * size
    return None


def _is_running(column: Sequence[Piece], size: float) -> bool:
    """Whether pieces are lines of text that fill their column, not the cells of a table."""
    widths = [piece.right - piece.left for piece in column]
    if not widths:
        return False
    full = sorted(widths)[int(len(widths) * 0.9) if len(widths) > 3 else -1]
    return full >= 7 * size and statistics.median(widths) >= 0.72 * full


def _lines(column: Sequence[Piece]) -> list[Line]:
    rows: list[list[Piece]] = []
    for piece in sorted(column, key=lambda piece: (-piece.middle, piece.left)):
        row = rows[-1] if rows else None
        if row and _is_beside(row, piece):
            row.append(piece)
        else:
            rows.append([piece])
    many = [_has_cells(row) for row in rows]
    lines = []
    for number, row in enumerate(rows):
        row.sort(key=lambda piece: piece.left)
        table = many[number] and (any(many[max(0, number - 1) : number]) or any(many[number + 1 : number + 2]))
        lines.append(_line(row, table))
    return lines


def _is_beside(row: Sequence[Piece], piece: Piece) -> bool:
    first = max(row, key=lambda other: other.size)
    tolerance = 0.45 * max(first.size, piece.size)
    return abs(first.middle - piece.middle) < tolerance


def _has_cells(row: Sequence[Piece]) -> bool:
    """Whether pieces side by side may be cells of a table; a mark or number and its item are none."""
    return len(row) > 1 and not _MARK.fullmatch(min(row, key=lambda piece: piece.left).text.strip())


def _line(row: Sequence[Piece], table: bool) -> Line:
    text = ""
    before: Piece | None = None
    for piece in row:
        part = piece.text.strip()
        if before is not None and part:
            gap = piece.left - before.right
            if table and gap > 0.8 * piece.size:
                text += " | "
            elif gap > 0.2 * piece.size and not (is_wide(text[-1:]) or is_wide(part[0])):
                text += " "
            elif gap > WIDE_GAP * piece.size:
                text += "\u3000"
        text += part
        before = piece
    largest = max(row, key=lambda piece: len(piece.text))
    return Line(
        text,
        row[0].left,
        max(piece.right for piece in row),
        min(piece.bottom for piece in row),
        max(piece.top for piece in row),
        largest.size,
        table,
    )

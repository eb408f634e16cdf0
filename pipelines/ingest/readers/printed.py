"""Printed pages to paragraphs: running heads left out, lines joined over line ends, columns and pages.

What belongs here: what a line says by its place. What does not: PDF (`pdf`), columns (`columns`).
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipelines.ingest.readers.columns import Line, Piece, in_order
from pipelines.ingest.readers.layout import is_item, is_wide

_EDGE = 0.14
"""Running heads stand in this share of the page's height, above and below."""
_PAGE_NUMBER = re.compile(
    r"[-–—‐・\s(（]*(?:page|p\.?)?\s*(\d{1,3})\s*(?:(?:/|of|／)\s*\d{1,3})?\s*(?:頁|ページ|面)?[-–—‐・\s)）]*",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?。！？:：][\"'”’」』)）]*\s*$")
_HYPHEN = re.compile(r"[^\W\d_][-‐\u00ad]$")
_OTHER_SIZE = 0.08
_HEADING = 1.12


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its pieces of text, width and height in points (turned, where the writing is vertical)."""

    pieces: tuple[Piece, ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Printed:
    """The text of a document as printed.

    Attributes:
        blocks: Paragraphs in reading order.
        heads: Running heads of the first page, left out of the paragraphs.
        heading: The first block in letters that are clearly larger than the text's, if it stands near the top.
    """

    blocks: tuple[str, ...]
    heads: tuple[str, ...]
    heading: str | None


@dataclass(slots=True)
class _Paragraph:
    lines: list[Line]
    edge: float
    indented: bool = False

    @property
    def size(self) -> float:
        return self.lines[0].size


def printed(pages: Sequence[Page]) -> Printed:
    """Read the pages of a document."""
    running = _running(pages)
    heads = [piece.text.strip() for piece in pages[0].pieces if _is_head(pages[0], piece, running)] if pages else []
    paragraphs: list[_Paragraph] = []
    for page in pages:
        body = [piece for piece in page.pieces if not _is_head(page, piece, running)]
        for column in in_order(body):
            _continue(paragraphs, _paragraphs(column))
    known = _words(paragraphs)
    blocks = [_joined([line.text for line in paragraph.lines], known) for paragraph in paragraphs]
    return Printed(tuple(blocks), tuple(heads), _heading(paragraphs, blocks))


def _key(page: Page, piece: Piece) -> tuple[str, int] | None:
    """What makes a running head the same on every page: its text without figures, and its height on the page."""
    at_top = piece.middle > page.height * (1 - _EDGE)
    if not at_top and piece.middle > page.height * _EDGE:
        return None
    return re.sub(r"\d+", "#", re.sub(r"\s+", "", piece.text)), round(piece.middle / 12)


def _running(pages: Sequence[Page]) -> frozenset[tuple[str, int]]:
    counts: Counter[tuple[str, int]] = Counter()
    for page in pages:
        counts.update({key for piece in page.pieces if (key := _key(page, piece)) is not None})
    needed = max(2, len(pages) * 0.4)
    return frozenset(key for key, count in counts.items() if count >= needed)


def _is_head(page: Page, piece: Piece, running: frozenset[tuple[str, int]]) -> bool:
    key = _key(page, piece)
    if key is None:
        return False
    if key in running or (key[0], key[1] + 1) in running or (key[0], key[1] - 1) in running:
        return True
    level = [other for other in page.pieces if abs(other.middle - piece.middle) < piece.size / 2]
    below = all(other in level or other.middle > piece.middle for other in page.pieces)
    above = all(other in level or other.middle < piece.middle for other in page.pieces)
    text = " ".join(other.text for other in level).strip()
    if not (below or above):
        return False
    usual = statistics.median(other.size for other in page.pieces)
    small = len(page.pieces) > 5 and piece.size <= 0.9 * usual and len(text) <= 100 and not _ENDS.search(text)
    return bool(_PAGE_NUMBER.fullmatch(text)) or small


def _paragraphs(column: Sequence[Line]) -> list[_Paragraph]:
    """Part a column, run by run of lines in letters of one size: each run has its own margins."""
    runs: list[list[Line]] = []
    for line in column:
        if runs and _alike(runs[-1][-1], line):
            runs[-1].append(line)
        else:
            runs.append([line])
    return [paragraph for run in runs for paragraph in _of_run(run, column)]


def _of_run(run: Sequence[Line], column: Sequence[Line]) -> list[_Paragraph]:
    # Two lines tell nothing of where lines end; then the column's own edges serve.
    measured = run if len(run) > 2 else column
    edge, margin = max(line.right for line in measured), min(line.left for line in measured)
    steps = [above.bottom - below.bottom for above, below in pairwise(run)]
    leading = statistics.median_low(steps) if steps else 0.0
    found: list[_Paragraph] = []
    for number, line in enumerate(run):
        above = run[number - 1] if number else None
        if above is None or _begins(above, line, margin, edge, leading):
            found.append(_Paragraph([line], edge, line.left > margin + 0.6 * line.size))
        else:
            found[-1].lines.append(line)
    return found


def _alike(line: Line, other: Line) -> bool:
    return abs(line.size - other.size) <= _OTHER_SIZE * max(line.size, other.size)


def _begins(above: Line, line: Line, margin: float, edge: float, leading: float) -> bool:
    """Whether a line begins a paragraph: by kind, size of letters, the space about it, or by room left above it."""
    step = above.bottom - line.bottom
    far = (leading and step > 1.3 * leading) or step > 2.6 * line.size
    if above.is_row or line.is_row or far or is_item(line.text):
        return True
    inside, inside_above = line.left > margin + 0.6 * line.size, above.left > margin + 0.6 * line.size
    hangs = is_item(above.text) and inside
    if inside and not inside_above and not hangs:
        return True
    centred = inside and inside_above and edge - above.right > 1.5 * line.size and abs(line.left - above.left) > 2
    if hangs or centred or _HYPHEN.search(above.text):
        return False
    # A break was meant where the next word would have had room in the line above.
    first = 1 if is_wide(line.text[:1]) else len(line.text.split(" ", 1)[0])
    room = (first + 1) * line.size * (1.0 if is_wide(line.text[:1]) else 0.55)
    left_over = edge - above.right
    return left_over > room + line.size and (bool(_ENDS.search(above.text)) or left_over > 0.4 * (edge - margin))


def _continue(paragraphs: list[_Paragraph], column: list[_Paragraph]) -> None:
    """Append a column; its first paragraph may go on with what the column before broke off."""
    if paragraphs and column and _goes_on(paragraphs[-1], column[0]):
        paragraphs[-1].lines += column[0].lines
        column = column[1:]
    paragraphs.extend(column)


def _goes_on(last: _Paragraph, first: _Paragraph) -> bool:
    end, start = last.lines[-1], first.lines[0]
    if end.is_row or start.is_row or not _alike(end, start) or is_item(start.text) or _ENDS.search(end.text):
        return False
    if first.indented:
        return False
    if start.text[:1].islower() or _HYPHEN.search(end.text):
        return True
    return last.edge - end.right < 2.5 * end.size and len(last.lines) > 1


def _words(paragraphs: Sequence[_Paragraph]) -> frozenset[str]:
    """Words with a hyphen inside a line: the document's own spelling."""
    text = "\n".join(line.text for paragraph in paragraphs for line in paragraph.lines)
    return frozenset(word.lower() for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)+", text))


def _joined(lines: Sequence[str], known: frozenset[str]) -> str:
    text = ""
    for line in (line.strip() for line in lines):
        if text and _HYPHEN.search(text) and line[:1].islower():
            before = re.split(r"[\s(]", text)[-1][:-1]
            after = re.split(r"[\s,.;:)]", line, maxsplit=1)[0]
            if f"{before}-{after}".lower() in known:
                text = f"{text[:-1]}-"
            else:
                text = text[:-1] if before.islower() or before.istitle() else text
        elif text and text[-1:] not in "-‐/" and not (is_wide(text[-1]) or is_wide(line[:1])):
            text += " "
        text += line
    return text.strip()


def _heading(paragraphs: Sequence[_Paragraph], blocks: Sequence[str]) -> str | None:
    if not paragraphs:
        return None
    sizes = Counter[float]()
    for paragraph, block in zip(paragraphs, blocks, strict=True):
        sizes[round(paragraph.size, 1)] += len(block)
    body = sizes.most_common(1)[0][0]
    top = [
        number
        for number, paragraph in enumerate(paragraphs[:8])
        if paragraph.size >= body * _HEADING and not paragraph.lines[0].is_row
    ]
    if not top:
        return None
    best = max(top, key=lambda number: (round(paragraphs[number].size, 1), -number))
    return blocks[best] if 4 <= len(blocks[best]) <= 200 else None

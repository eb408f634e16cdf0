"""PDF files with a text layer.

What belongs here: characters, their places, and the properties of a PDF. What does not: the order of reading
(`columns`), paragraphs (`printed`), recognition of scanned pages; such a file is set aside.

A PDF's dates say when a file was made, not when a text was published: they are not read.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from pipelines.errors import RawFileError
from pipelines.ingest.readers.columns import WIDE_GAP, Piece
from pipelines.ingest.readers.layout import is_wide
from pipelines.ingest.readers.printed import Page, Printed, printed
from pipelines.ingest.readers.text import from_blocks, title_in_text
from pipelines.records import Document, Source

READER = "pdf-2"

_MOST_PAGES = 1500
_FEWEST_LETTERS = 20
_UNREADABLE = re.compile(r"[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f]")
_HYPHENS = {"\x02": "-", "\ufffe": "-", "\u00ad": "-", "\u2010": "-"}

Glyph = tuple[str, float, float, float, float, float, int]
"""Character, left, bottom, right, top, size of its font, quarter turns."""


def read(content: bytes, path: str, source: Source | None) -> Document:
    """Read the text of every page; for a bare file the masthead gives publisher and date where it states them.

    Raises:
        RawFileError: Not a PDF, locked, too long, or without a readable text layer (reason_code `no_text`).
    """
    text, title = _opened(content, path)
    _check(text, path)
    blocks = list(text.blocks)
    given = title_in_text(title, blocks[:12]) or text.heading
    return from_blocks(blocks, content, path, source, READER, "application/pdf", title=given, heads=text.heads)


def remarks(content: bytes, path: str) -> list[str]:
    """Which pages hold no text and were not read."""
    import pypdfium2

    file = pypdfium2.PdfDocument(content)
    try:
        empty = [number + 1 for number in range(len(file)) if not _page(file[number]).pieces]
    finally:
        file.close()
    listed = ", ".join(map(str, empty[:10])) + (" and more" if len(empty) > 10 else "")
    return [f"no text on page {listed} (a scan?); not read"] if empty else []


def _opened(content: bytes, path: str) -> tuple[Printed, str]:
    import pypdfium2

    try:
        file = pypdfium2.PdfDocument(content)
        count = len(file)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            found, remedy = "a PDF locked by a password", "Save it without a password."
            raise RawFileError(path, found, "an open PDF", remedy, "unreadable_format") from error
        remedy = "Save it again or convert it."
        raise RawFileError(path, str(error)[:120], "a readable PDF", remedy, "malformed") from error
    try:
        if count > _MOST_PAGES:
            raise RawFileError(path, f"{count} pages", f"at most {_MOST_PAGES}", "Split the file.", "too_large")
        pages = [_page(file[number]) for number in range(count)]
        title = str(file.get_metadata_dict().get("Title") or "").strip()
    finally:
        file.close()
    return printed(pages), title


def _check(text: Printed, path: str) -> None:
    letters = re.sub(r"\s", "", "".join((*text.heads, *text.blocks)))
    if len(letters) < _FEWEST_LETTERS:
        found, remedy = "pages without text", "Run text recognition first."
        raise RawFileError(path, found, "a PDF with a text layer", remedy, "no_text")
    if len(_UNREADABLE.findall(letters)) > len(letters) * 0.3:
        found, remedy = "a text layer of unknown characters", "Run text recognition on it."
        raise RawFileError(path, found, "fonts that name their characters", remedy, "no_text")


def _page(page: Any) -> Page:
    textpage = page.get_textpage()
    try:
        glyphs = list(_glyphs(textpage))
        width, height = page.get_size()
    finally:
        textpage.close()
        page.close()
    if _is_vertical(glyphs):
        turned = [(c, height - t, left, height - b, r, s, 0) for c, left, b, r, t, s, _ in glyphs]
        return Page(tuple(_pieces(turned)), height, width)
    upright, sideways = _upright(glyphs, width, height)
    return Page(tuple(_pieces(upright)), *((height, width) if sideways else (width, height)))


def _glyphs(textpage: Any) -> Iterator[Glyph]:
    import pypdfium2.raw as pdfium

    raw = textpage.raw
    box = pdfium.FS_RECTF()
    place = ctypes.byref(box)
    for number in range(pdfium.FPDFText_CountChars(raw)):
        code = pdfium.FPDFText_GetUnicode(raw, number)
        character = chr(code) if code < 0x110000 else "\ufffd"
        if character in "\r\n":
            continue  # the library's own line ends; the places of the letters tell more
        if not pdfium.FPDFText_GetLooseCharBox(raw, number, place):
            continue
        size = pdfium.FPDFText_GetFontSize(raw, number)
        if size < 2:  # text scaled by its matrix
            size = max(box.top - box.bottom, 1.0) * 0.85
        turns = round(pdfium.FPDFText_GetCharAngle(raw, number) / (math.pi / 2) * 4)
        yield _HYPHENS.get(character, character), box.left, box.bottom, box.right, box.top, size, turns % 16


def _is_vertical(glyphs: Sequence[Glyph]) -> bool:
    """Whether the characters follow each other downwards."""
    down = across = 0
    for before, after in pairwise(glyphs):
        size = after[5]
        if not is_wide(after[0]):
            continue
        if abs(after[1] - before[1]) < 0.25 * size and 0.5 * size < before[4] - after[4] < 2.2 * size:
            down += 1
        elif abs(after[2] - before[2]) < 0.4 * size and after[1] > before[1]:
            across += 1
    return down > across


def _upright(glyphs: Sequence[Glyph], width: float, height: float) -> tuple[list[Glyph], bool]:
    """Turn the page so that most of its text is upright; slanted text (a watermark) is left out."""
    turns = Counter(glyph[6] for glyph in glyphs)
    most = turns.most_common(1)[0][0] if turns else 0
    most = most if most in (0, 4, 8, 12) else 0
    kept = [glyph for glyph in glyphs if glyph[6] == most]
    if most == 4:
        kept = [(c, b, width - r, t, width - left, s, 0) for c, left, b, r, t, s, _ in kept]
    elif most == 12:
        kept = [(c, height - t, left, height - b, r, s, 0) for c, left, b, r, t, s, _ in kept]
    elif most == 8:
        kept = [(c, width - r, height - t, width - left, height - b, s, 0) for c, left, b, r, t, s, _ in kept]
    return kept, most in (4, 12)


def _pieces(glyphs: Sequence[Glyph]) -> Iterator[Piece]:
    """Join characters that stand together on a line; blanks between words come from their distance too."""
    run: list[Glyph] = []
    text = ""
    for glyph in glyphs:
        character, left, bottom, _, top, size, _ = glyph
        if character.isspace():
            text += " " if run and not text.endswith(" ") else ""
            continue
        if run:
            last = run[-1]
            gap = left - last[3]
            level = abs((bottom + top) / 2 - (last[2] + last[4]) / 2) < 0.4 * max(size, last[5])
            if not level or gap > WIDE_GAP * max(size, last[5]) or gap < -0.9 * size:
                yield _piece(run, text)
                run, text = [], ""
            elif gap > 0.22 * size and not text.endswith(" ") and not (is_wide(last[0]) or is_wide(character)):
                text += " "
        run.append(glyph)
        text += character
    if run:
        yield _piece(run, text)


def _piece(run: Sequence[Glyph], text: str) -> Piece:
    sizes = Counter(round(glyph[5], 1) for glyph in run)
    return Piece(
        re.sub(r"(?<=[^\x00-\u2fff]) (?=[^\x00-\u2fff])", "\u3000", text.strip()),
        min(glyph[1] for glyph in run),
        max(glyph[3] for glyph in run),
        min(glyph[2] for glyph in run),
        max(glyph[4] for glyph in run),
        sizes.most_common(1)[0][0],
    )

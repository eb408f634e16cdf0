"""Plain text, and what all formats without markup of their own share: a head and paragraphs.

What belongs here: text files, and documents made of blocks of text. What does not: Markdown, HTML, PDF.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.errors import RawFileError
from pipelines.ingest.readers.decoding import decode
from pipelines.ingest.readers.layout import paragraphs, tidy, unwrap
from pipelines.ingest.readers.record import masthead, source_of
from pipelines.records import Document, Source

READER = "text-4"

_LONGEST_TITLE = 160


def read(content: bytes, path: str, source: Source | None) -> Document:
    """Read a plain text; for a bare file the head gives title, publisher and date where it states them.

    Raises:
        RawFileError: No text, or in no known encoding.
    """
    return from_blocks(unwrap(decode(content, path)), content, path, source, READER, "text/plain")


def from_blocks(
    blocks: Sequence[str],
    content: bytes,
    path: str,
    source: Source | None,
    reader: str,
    media_type: str,
    *,
    title: str | None = None,
    heads: Sequence[str] = (),
) -> Document:
    """Make a document of blocks of text.

    Args:
        title: Headline by the format itself (the largest letters, a heading's style).
        heads: Lines that stand on every page; they are no text, but may name publisher and day.

    Raises:
        RawFileError: There are no blocks.
    """
    if not blocks:
        raise RawFileError(path, "no text", "a document with text", "Check the file.", "no_text")
    head = masthead(blocks)
    body = [block for number, block in enumerate(blocks) if number not in head.consumed] or list(blocks)
    above = masthead([*heads, *body[:3]]) if heads else None
    first = body[0] if len(body[0]) <= _LONGEST_TITLE and not body[0].endswith(("。", "」")) else None
    named = head.title or title or first
    if source is None:
        source = source_of(
            content,
            reader,
            "\n".join(body),
            title=named,
            url=head.url,
            publisher=head.publisher or (above.publisher if above else None),
            published_on=head.published_on or (above.published_on if above else None),
            media_type=media_type,
        )
    return Document(path, source, named or source.title, paragraphs(body))


def title_in_text(title: str, blocks: Sequence[str]) -> str | None:
    """The headline that a file's properties name, as printed; None where no block of the head says it.

    Properties often hold the name of a template or of another file: only a title that is also printed is believed.
    """
    wanted = re.sub(r"[\W_]+", "", title).lower()
    if len(wanted) < 4:
        return None
    return next((tidy(block) for block in blocks if re.sub(r"[\W_]+", "", block).lower() == wanted), None)

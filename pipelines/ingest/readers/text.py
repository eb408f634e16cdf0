"""Plain text: paragraphs from lines.

What belongs here: text files without markup. What does not: Markdown, HTML, PDF.
"""

from __future__ import annotations

from pipelines.errors import RawFileError
from pipelines.ingest.readers.decoding import decode
from pipelines.ingest.readers.layout import paragraphs, unwrap
from pipelines.ingest.readers.record import masthead, source_of
from pipelines.records import Document, Source

READER = "text-1"


def read(content: bytes, path: str, source: Source | None) -> Document:
    """Read a plain text; for a bare file the head gives title, publisher and date where it states them.

    Raises:
        RawFileError: No text, or in no known encoding.
    """
    return from_text(decode(content, path), content, path, source, READER, "text/plain")


def from_text(
    text: str, content: bytes, path: str, source: Source | None, reader: str, media_type: str, title: str | None = None
) -> Document:
    """Make a document of decoded text; `title` is one that the file's own properties give."""
    blocks = unwrap(text)
    if not blocks:
        raise RawFileError(path, "no text", "a document with text", "Check the file.", "no_text")
    head = masthead(blocks)
    body = [block for number, block in enumerate(blocks) if number not in head.consumed]
    first = body[0] if body and len(body[0]) <= 160 and not body[0].endswith(("。", "」")) else None
    if source is None:
        source = source_of(
            content,
            reader,
            text,
            title=title or first,
            publisher=head.publisher,
            published_on=head.published_on,
            media_type=media_type,
        )
    return Document(path, source, first or title or source.title, paragraphs(body))

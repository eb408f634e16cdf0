"""Read one raw document of any supported format into paragraphs, whatever its file name says.

What belongs here: the choice of the reader by content. What does not: the formats themselves (one module each) and
what a document means (`pipelines/extract`).
"""

from __future__ import annotations

from collections.abc import Callable

from pipelines.errors import RawFileError
from pipelines.ingest.readers import html, markdown, pdf, text
from pipelines.ingest.readers.decoding import decode, looks_like_text
from pipelines.records import Document, Source

Reader = Callable[[bytes, str, Source | None], Document]


def read_document(content: bytes, path: str, source: Source | None) -> Document:
    """Read a document with the reader that its content asks for.

    Args:
        content: The bytes of the file.
        path: Where it lies in raw (relative, posix); used in locators and messages only.
        source: Its source record, None for a bare file: then the record is made of what the document itself says.

    Returns:
        The document with its main text in numbered paragraphs (NFC).

    Raises:
        RawFileError: Empty, of an unknown format, in no known encoding, without text, or failing its reader.
    """
    try:
        return _reader_for(content, path)(content, path, source)
    except RawFileError:
        raise
    except Exception as error:
        # Readers of foreign formats may fail in any way (libraries raise what they like on broken bytes); one file
        # must not stop a build, so whatever they raise is a reason to set the file aside.
        raise RawFileError(
            path,
            f"something its reader fails on ({type(error).__name__}: {str(error)[:80]})",
            "a whole document",
            "Save it again or convert it.",
            "malformed",
        ) from error


def _reader_for(content: bytes, path: str) -> Reader:
    head = content[:4096].lstrip()
    if not head:
        raise RawFileError(path, "an empty file", "a document", "Remove the file or fill it.", "empty")
    if head.startswith(b"%PDF-"):
        return pdf.read
    if not looks_like_text(content):
        raise RawFileError(
            path, "bytes of an unknown format", "Markdown, text, HTML or PDF", "Convert the file.", "unreadable_format"
        )
    start = decode(content[:65536], path, tolerate_cut=True)
    if html.is_html(start):
        return html.read
    if markdown.is_markdown(start):
        return markdown.read
    return text.read

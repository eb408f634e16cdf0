"""Read one raw document of any supported format into paragraphs, whatever its file name says.

What belongs here: the choice of the reader by content. What does not: the formats themselves (one module each) and
what a document means (`pipelines/extract`).
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from pipelines.errors import RawFileError
from pipelines.ingest.readers import html, mail, markdown, pdf, text, word
from pipelines.ingest.readers.decoding import decode, looks_like_text
from pipelines.records import Document, Source

Reader = Callable[[bytes, str, Source | None], Document]

FORMATS = "Markdown, text, HTML, PDF, DOCX or e-mail"


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
        read: Reader = _reader_for(content, path).read
        return read(content, path, source)
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


def remarks_on(content: bytes, path: str) -> tuple[str, ...]:
    """What a person should know of a document that could be read, one sentence each without a full stop.

    That is: parts that were not read (attachments, scanned pages), and why it has no date.
    """
    remarks = getattr(_reader_for(content, path), "remarks", None)
    return tuple(remarks(content, path)) if remarks is not None else ()


def _reader_for(content: bytes, path: str) -> ModuleType:
    head = content[:4096].lstrip()
    if not head:
        raise RawFileError(path, "an empty file", "a document", "Remove the file or fill it.", "empty")
    if b"%PDF-" in content[:1024]:
        return pdf
    if word.is_container(content):
        return word
    if not looks_like_text(content):
        raise RawFileError(path, "bytes of an unknown format", FORMATS, "Convert the file.", "unreadable_format")
    if mail.is_mail(content):
        return mail
    start = decode(content[:65536], path, tolerate_cut=True)
    if html.is_html(start):
        return html
    if markdown.is_markdown(start):
        return markdown
    return text

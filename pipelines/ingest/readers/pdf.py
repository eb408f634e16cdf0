"""PDF files with a text layer.

What belongs here: text and properties of a PDF. What does not: recognition of scanned pages; such a file is set aside.
"""

from __future__ import annotations

from typing import Any

from pipelines.errors import RawFileError
from pipelines.ingest.readers.text import from_text
from pipelines.records import Document, Source

READER = "pdf-1"


def read(content: bytes, path: str, source: Source | None) -> Document:
    """Read the text of every page; for a bare file the masthead gives publisher and date where it states them.

    Raises:
        RawFileError: Not a PDF, locked, or without a text layer (reason_code `no_text`).
    """
    import pypdfium2

    try:
        file = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise RawFileError(
            path, str(error)[:120], "a readable PDF", "Save it without a password.", "malformed"
        ) from error
    try:
        text = "\n".join(_page_text(file[number]) for number in range(len(file)))
        title = str(file.get_metadata_dict().get("Title") or "").strip() or None
    finally:
        file.close()
    if len(text.strip()) < 20:
        raise RawFileError(
            path, "pages without text", "a PDF with a text layer", "Run text recognition first.", "no_text"
        )
    return from_text(text.replace("\ufffe", ""), content, path, source, READER, "application/pdf", title)


def _page_text(page: Any) -> str:
    textpage = page.get_textpage()
    try:
        return str(textpage.get_text_range()).replace("\r\n", "\n").replace("\r", "\n")
    finally:
        textpage.close()
        page.close()

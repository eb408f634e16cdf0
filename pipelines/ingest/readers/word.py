"""Word documents (DOCX).

What belongs here: paragraphs, tables and properties of a Word file, and the refusal of other office files. What does
not: what the text means. The dates in a file's properties are those of editing: they are not read.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from pipelines.errors import RawFileError
from pipelines.ingest.readers.layout import tidy
from pipelines.ingest.readers.text import from_blocks, title_in_text
from pipelines.records import Document, Source

READER = "docx-1"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST_PARTS, _MOST_BYTES, _MOST_RATIO = 5000, 256 * 1024 * 1024, 200
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SKIPPED = frozenset(
    {
        *(f"{_W}{name}" for name in ("del", "moveFrom", "rt", "instrText", "delText", "footnoteReference", "sdtPr")),
        *(f"{_W}{name}" for name in ("endnoteReference", "commentReference", "annotationRef", "pPr", "fldData")),
        f"{_MC}Fallback",
    }
)
"""What is no text as it stands: deletions, text at the place it was moved from, reading aids, fields, second copies."""
_HIDDEN = f"{_W}rPr/{_W}vanish"
_WRAPPERS = frozenset(f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"))
_TABLE_OF_CONTENTS = f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery[@{_W}val='Table of Contents']"
_CONTENTS = re.compile(r"toc\s?\d|toc ?heading|目次|header|footer|caption", re.IGNORECASE)
_HEADING = re.compile(r"title|表題|タイトル|heading ?1|見出し ?1", re.IGNORECASE)


def is_container(content: bytes) -> bool:
    """Whether bytes are a ZIP archive or an office file of the time before."""
    return content.startswith((_ZIP, _OLD))


def read(content: bytes, path: str, source: Source | None) -> Document:
    """Read the body of a Word file: paragraphs, headings, items, rows of tables; foot notes last.

    Headers, footers, comments, deletions under review and hidden text are left out.

    Raises:
        RawFileError: Another kind of archive, locked, too large when unpacked, with entities, or without text.
    """
    _check(content, path)
    import docx

    file = docx.Document(io.BytesIO(content))
    blocks: list[str] = []
    heading: str | None = None
    for text, style in _body(file.element.body, _styles(file)):
        if heading is None and len(blocks) < 6 and _HEADING.fullmatch(style):
            heading = text
        blocks.append(text)
    blocks += _notes(file)
    title = title_in_text(file.core_properties.title or "", blocks[:12]) or heading
    return from_blocks(blocks, content, path, source, READER, MEDIA_TYPE, title=title)


def _check(content: bytes, path: str) -> None:
    if content.startswith(_OLD):
        found, remedy = "an old or locked office file", "Save it as DOCX without a password."
        raise RawFileError(path, found, "DOCX", remedy, "unreadable_format")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, RuntimeError) as error:
        # The last is what zipfile says of an archive that is locked, or whose version it does not know.
        raise RawFileError(path, str(error)[:80], "a whole DOCX", "Save it again.", "malformed") from error
    whole = sum(part.file_size for part in parts)
    if len(parts) > _MOST_PARTS or whole > _MOST_BYTES or whole > max(len(content), 4096) * _MOST_RATIO:
        found = f"an archive that unpacks to {whole} bytes in {len(parts)} parts"
        raise RawFileError(path, found, "a document", "Check where it comes from.", "unsafe")
    if any(part.flag_bits & 1 for part in parts):
        raise RawFileError(path, "a locked archive", "DOCX", "Save it without a password.", "unreadable_format")
    names = {part.filename for part in parts}
    if "word/document.xml" not in names:
        kind = next(
            (kind for name, kind in _OTHERS.items() if any(part.startswith(name) for part in names)), "an archive"
        )
        raise RawFileError(path, kind, "DOCX", "Unpack or convert it.", "unreadable_format")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")) and _declares(archive, part):
            found = f"{part.filename[:80]} with a document type of its own"
            raise RawFileError(path, found, "plain XML", "Check where it comes from.", "unsafe")


_OTHERS = {"xl/": "a spreadsheet", "ppt/": "a presentation", "mimetype": "an OpenDocument or EPUB file"}


def _declares(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether an XML part declares a document type: office programs never do, entity bombs do."""
    with archive.open(part) as stream:
        head = stream.read(65536)
    return b"<!DOCTYPE" in head or b"<!ENTITY" in head or "<!DOCTYPE".encode("utf-16-le") in head


def _styles(file: Any) -> dict[str, str]:
    return {style.style_id: style.name or "" for style in file.styles if style.style_id}


def _body(element: Any, styles: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Paragraphs and rows below an element, in order, each with the name of its style."""
    for child in element:
        if child.tag == f"{_W}p":
            named = child.find(f"{_W}pPr/{_W}pStyle")
            style = styles.get(named.get(f"{_W}val"), "") if named is not None else ""
            if not _CONTENTS.match(style):
                yield from ((text, style) for text in _paragraph(child, styles))
        elif child.tag == f"{_W}tbl":
            yield from ((row, "") for row in _rows(child))
        elif child.tag in _WRAPPERS and child.find(_TABLE_OF_CONTENTS) is None:
            yield from _body(child, styles)


def _paragraph(element: Any, styles: dict[str, str]) -> Iterator[str]:
    """The text of a paragraph, then that of text boxes anchored in it."""
    boxes: list[Any] = []
    text = tidy("".join(_said(element, boxes)))
    if text:
        yield text
    for box in boxes:
        yield from (inner for inner, _ in _body(box, styles))


def _said(element: Any, boxes: list[Any]) -> Iterator[str]:
    for child in element:
        if child.tag in _SKIPPED or not isinstance(child.tag, str):
            continue
        if child.tag == f"{_W}txbxContent":
            boxes.append(child)
        elif child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in (f"{_W}tab", f"{_W}ptab"):
            yield " "
        elif child.tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"
        elif child.tag == f"{_W}noBreakHyphen":
            yield "-"
        elif not (child.tag == f"{_W}r" and _is_hidden(child)):
            yield from _said(child, boxes)


def _is_hidden(run: Any) -> bool:
    mark = run.find(_HIDDEN)
    return mark is not None and mark.get(f"{_W}val") not in ("0", "false", "off")


def _rows(table: Any) -> Iterator[str]:
    for row in table.iter(f"{_W}tr"):
        if row.getparent() is not table and row.getparent().getparent() is not table:
            continue  # a row of a table within a cell is part of that cell
        if row.find(f"{_W}trPr/{_W}del") is not None:
            continue
        cells = []
        for cell in row.iter(f"{_W}tc"):
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            if cell.getparent() is row and (merged is None or merged.get(f"{_W}val") == "restart"):
                cells.append(" ".join(text for text, _ in _body(cell, {})))
        text = " | ".join(cell for cell in cells if cell)
        if text:
            yield text


def _notes(file: Any) -> list[str]:
    """Foot notes and end notes: they are the author's own words, and often hold the condition of a figure."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    found: list[str] = []
    for relation in file.part.rels.values():
        if relation.is_external or not relation.reltype.endswith(("/footnotes", "/endnotes")):
            continue
        root = etree.fromstring(relation.target_part.blob, parser)
        for note in root:
            if note.get(f"{_W}type") in (None, "normal"):
                found += [text for text, _ in _body(note, {})]
    return found

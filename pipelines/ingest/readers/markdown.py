"""Markdown, with or without front matter.

What belongs here: front matter, headings, tables, links and emphasis. What does not: what the text means.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from pipelines.errors import RawFileError
from pipelines.ingest.readers.dates import explicit_date
from pipelines.ingest.readers.decoding import decode
from pipelines.ingest.readers.layout import paragraphs, unwrap
from pipelines.ingest.readers.record import masthead, source_of
from pipelines.ingest.yamlfile import is_scalar, read_fields
from pipelines.records import Document, Source

READER = "markdown-2"

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_UNQUOTED = re.compile(
    r"^(title|headline|name|publisher|author|description|subtitle): (?![\"'\[{|>&*!])(.*\S)[ \t]*$", re.MULTILINE
)
_HEADING = re.compile(r"^#{1,6}\s+\S", re.MULTILINE)
_RULE = re.compile(r"^\s*\|?\s*:?-{2,}[-|: ]*$")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|`)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def is_markdown(text: str) -> bool:
    """Whether a text has front matter, headings, or a table as Markdown writes them."""
    return bool(
        _FRONT.match(text) or _HEADING.search(text) or re.search(r"^\|.+\|\s*\n\|[\s:|-]+\|", text, re.MULTILINE)
    )


def read(content: bytes, path: str, source: Source | None) -> Document:
    """Read Markdown; front matter fills the record of a bare file.

    Raises:
        RawFileError: No text, broken front matter, or in no known encoding.
    """
    text = decode(content, path)
    about: dict[str, Any] = {}
    front = _FRONT.match(text)
    if front:
        about = _front_matter(front.group(1), path)
        text = text[front.end() :]
    blocks = _blocks(_COMMENT.sub(" ", text))
    if not blocks:
        raise RawFileError(path, "no text", "a document with text", "Check the file.", "no_text")
    head = masthead(blocks) if not about else None
    body = [block for number, block in enumerate(blocks) if head is None or number not in head.consumed]
    heading = _HEADING.search(text)
    title = str(about["title"]) if about.get("title") else (body[0] if heading or len(body[0]) <= 160 else None)
    if source is None:
        source = source_of(
            content,
            READER,
            text,
            title=title,
            url=_text(about, "url", "link", "canonical"),
            publisher=_text(about, "publisher", "site_name", "source") or (head.publisher if head else None),
            published_on=_date(about) or (head.published_on if head else None),
            language=_text(about, "language", "lang"),
            media_type="text/markdown",
        )
    return Document(path, source, title or source.title, paragraphs(body))


def _front_matter(text: str, path: str) -> dict[str, Any]:
    where = f"{path}, front matter"
    try:
        record = read_fields(text, where) or {}
    except RawFileError:
        # A headline with a colon in it is what people write, though no YAML.
        mended = _UNQUOTED.sub(lambda line: f"{line[1]}: {json.dumps(line[2], ensure_ascii=False)}", text)
        if mended == text:
            raise
        record = read_fields(mended, where) or {}
    return {str(key).lower(): value for key, value in record.items() if is_scalar(value)}


def _text(about: dict[str, Any], *names: str) -> str | None:
    return next((str(about[name]).strip() for name in names if about.get(name)), None)


def _date(about: dict[str, Any]) -> dt.date | None:
    for name in ("published_on", "published", "date", "publish_date", "datepublished"):
        value = about.get(name)
        if isinstance(value, dt.datetime):
            return value.date()
        if isinstance(value, dt.date):
            return value
        if isinstance(value, str):
            found = explicit_date(value)
            if found:
                return found[0]
    return None


def _blocks(text: str) -> list[str]:
    """Paragraphs, one per heading, list item and table row; cells stay parted by ` | `."""
    parts: list[str] = []
    plain: list[str] = []
    for line in text.split("\n"):
        if _RULE.match(line):
            continue
        marked = re.match(r"^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+|\d{1,3}[.)]\s+)", line)
        if line.lstrip().startswith("|"):
            parts += [
                *unwrap("\n".join(plain), marked=True),
                " | ".join(cell.strip() for cell in line.strip().strip("|").split("|")),
            ]
            plain = []
        elif marked and not line.lstrip().startswith(">"):
            parts += unwrap("\n".join(plain), marked=True)
            # A list item may go on in indented lines; they are joined by `unwrap` with the item.
            plain = [line[marked.end() :], *([""] if line.lstrip().startswith("#") else [])]
        else:
            plain.append(line.lstrip("> ") if line.lstrip().startswith(">") else line)
    parts += unwrap("\n".join(plain), marked=True)
    return [cleaned for cleaned in (_inline(part) for part in parts) if cleaned.strip()]


def _inline(text: str) -> str:
    return _EMPHASIS.sub("", _LINK.sub(r"\1", _IMAGE.sub("", text)))

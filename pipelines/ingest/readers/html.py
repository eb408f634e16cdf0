"""HTML pages as saved from the web: the main text alone, and what the page says of itself.

What belongs here: how a page becomes a document. What does not: finding the text (`maintext`), reading meta data
(`declared`), weighing dates (`dating`). No date is guessed from an address or from running text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipelines.errors import RawFileError
from pipelines.ingest.readers.cleaning import plain
from pipelines.ingest.readers.dating import Dating, weigh
from pipelines.ingest.readers.declared import Declared, declared, name_after
from pipelines.ingest.readers.decoding import decode, language
from pipelines.ingest.readers.layout import paragraphs, tidy
from pipelines.ingest.readers.maintext import MainText, is_sentence, is_text, main_text
from pipelines.ingest.readers.record import masthead, source_of
from pipelines.records import Document, Source

READER = "html-2"

_MARKUP = re.compile(
    r"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|article|main|meta|title|div|table|h1|p)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(r"\A\s*<\?xml[^>]*>")
_DOCTYPE = re.compile(r"\A\s*<!doctype[^>\[]*\[.*?\]\s*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as read, before it is a document."""

    about: Declared
    text: MainText
    blocks: tuple[str, ...]
    title: str | None
    language: str
    dating: Dating


def is_html(text: str) -> bool:
    """Whether a text begins as an HTML page does."""
    return bool(_MARKUP.match(text))


def read(content: bytes, path: str, source: Source | None) -> Document:
    """Read a page: main text; title, publisher, date and language by meta tags, Open Graph, JSON-LD and microdata.

    Raises:
        RawFileError: No main text, or in no known encoding.
    """
    page = read_page(decode(content, path), path)
    return document_of(page, content, path, source)


def document_of(page: Page, content: bytes, path: str, source: Source | None, url: str | None = None) -> Document:
    """Make a document of a page; `url` is the address that the file's envelope gives."""
    if source is None:
        source = source_of(
            content,
            READER,
            "\n".join(page.blocks),
            title=page.title or page.blocks[0][:160],
            url=page.about.url or url,
            publisher=page.about.publisher,
            published_on=page.dating.day,
            language=page.language,
            media_type="text/html",
        )
    return Document(path, source, page.title or source.title, paragraphs(page.blocks))


def remarks(content: bytes, path: str) -> list[str]:
    """What a reader of a page's record should know: why there is no date, and that a part may be missing."""
    page = read_page(decode(content, path), path)
    found = [page.dating.remark] if page.dating.remark else []
    if page.about.is_partial:
        found.append("the page says that a part of it is for subscribers only; what was saved may be its beginning")
    return found


def read_page(markup: str, path: str) -> Page:
    """Read a page's text and declarations.

    Raises:
        RawFileError: The page has no main text.
    """
    about, found = _parsed(markup)
    blocks = [tidy(block) for block in found.blocks]
    if not blocks:
        raise RawFileError(path, "a page without main text", "an article", "Save the page whole.", "no_text")
    about, title = _titled(about, found, blocks)
    spoken = language(about.language, "\n".join(blocks))
    name = plain(about.publisher or "")
    blocks = [block for block in blocks if not name or plain(block) != name]
    if title:
        title = tidy(title)
        blocks = [title, *(block for block in blocks if block != title)]
    return Page(about, found, tuple(blocks), title, spoken, _dating(about, found, blocks, spoken))


def _titled(about: Declared, found: MainText, blocks: Sequence[str]) -> tuple[Declared, str | None]:
    """The headline, and the publisher that the page's title names after it where nothing else names one."""
    for headline in (found.heading, *blocks[:3]):
        for whole in about.titles if headline else ():
            name = name_after(whole, headline or "")
            if name is not None:
                return replace(about, publisher=about.publisher or name), headline
    return about, found.heading or about.title


def _parsed(markup: str) -> tuple[Declared, MainText]:
    from lxml import etree
    from lxml import html as lxml_html

    try:
        # A document type with declarations of its own could stand for anything; browsers ignore them and so do we.
        tree: Any = lxml_html.document_fromstring(_DOCTYPE.sub("", _XML.sub("", markup)))
    except etree.ParserError:
        return Declared(), MainText((), None, (), ())
    about = declared(tree)
    found = main_text(tree, [title for title in (about.title, *about.titles) if title])
    return about, found if found.blocks else replace(found, blocks=_second_opinion(markup))


def _second_opinion(markup: str) -> tuple[str, ...]:
    """The text as a general extractor sees it, for pages of which our own rules leave nothing."""
    import trafilatura

    text = trafilatura.extract(markup, include_comments=False, include_links=False, favor_precision=True)
    blocks = tuple(line for line in (text or "").split("\n") if is_text(line))
    return blocks if any(is_sentence(block) for block in blocks) else ()


def _dating(about: Declared, found: MainText, blocks: Sequence[str], spoken: str) -> Dating:
    """The day of publication: declared and shown ones weighed; a dateline only where there is no other."""
    dating = weigh(about.stamps, found.shown, spoken)
    if dating.day is None and dating.remark is None:
        dating = weigh(about.vague, (), spoken)
    dateline = masthead(blocks[:4]).published_on
    if dating.day is None and dating.remark is None and dateline is not None:
        return Dating(dateline)
    if dating.day is None and dating.remark is None and found.updated:
        return Dating(None, "the page gives only the day of an update")
    if dating.day is not None and dateline is not None and (dateline - dating.day).days > 1:
        days = f"{dating.day.isoformat()}, {dateline.isoformat()} in the dateline"
        return Dating(None, f"the text was written after the declared day of publication ({days})")
    return dating

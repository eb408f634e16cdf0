"""HTML pages as saved from the web: the main text alone, and what the page's meta data say of it.

What belongs here: markup, meta tags, JSON-LD. What does not: what the text means. The date is the one that the page
declares for its publication; none is guessed from its address or text.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

from pipelines.errors import RawFileError
from pipelines.ingest.readers.decoding import decode
from pipelines.ingest.readers.layout import paragraphs, tidy
from pipelines.ingest.readers.record import explicit_date, masthead, source_of
from pipelines.records import Document, Source

READER = "html-1"

_MARKUP = re.compile(
    r"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|article|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_NOISE = re.compile(
    r"(?:^|[\s_-])(?:ads?|advert\w*|ad-?slot|sponsor\w*|promo\w*|banner|cookie\w*|consent|related|recommend\w*|share|sns|social|"
    r"newsletter|subscribe|breadcrumbs?|comments?|most-?read|ranking|ticker|footer|masthead|byline|meta|copyright|nav|menu|side"
    r"|sidebar|pr|trending|popular|widget|paywall|popup|modal)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BLOCKS = ("p", "div", "td", "th", "li", "small", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section", "pre")
_MARK = "¶¶"
"""Stands for a paragraph break while trafilatura works, for it joins what only `<br>` or a table cell parts."""

_DATE_META = (
    "article:published_time",
    "datepublished",
    "date",
    "dc.date",
    "dc.date.issued",
    "pubdate",
    "publishdate",
    "og:published_time",
)


def is_html(text: str) -> bool:
    """Whether a text begins as an HTML page does."""
    return bool(_MARKUP.match(text))


def read(content: bytes, path: str, source: Source | None) -> Document:
    """Read a page: main text by trafilatura; title, publisher, date and language by meta tags, Open Graph and JSON-LD.

    Raises:
        RawFileError: No main text, or in no known encoding.
    """
    from lxml import html as lxml_html

    text = decode(content, path)
    tree = lxml_html.fromstring(re.sub(r"\A\s*<\?xml[^>]*>", "", text))
    about = _about(tree)
    for element in tree.xpath("//*[@class or @id or @role]"):
        label = " ".join(filter(None, (element.get("class"), element.get("id"), element.get("role"))))
        if (
            element.tag not in ("html", "body", "article", "main")
            and _NOISE.search(label)
            and element.getparent() is not None
        ):
            element.drop_tree()
    blocks = _main_text(tree)
    if not blocks:
        raise RawFileError(path, "a page without main text", "an article", "Save the page whole.", "no_text")
    title = about.get("title")
    heading = re.sub(r"\s+", " ", tidy(title)) if title else ""
    blocks = [block for block in blocks if re.sub(r"\s+", " ", block) != heading and not _is_byline(block)]
    if title:
        blocks.insert(0, tidy(title))
    if source is None:
        source = source_of(
            content,
            READER,
            "\n".join(blocks),
            title=title or blocks[0][:160],
            url=about.get("url"),
            publisher=about.get("publisher"),
            published_on=_date(about.get("date")) or masthead(blocks).published_on,
            language=about.get("language"),
            media_type="text/html",
        )
    return Document(path, source, title or source.title, paragraphs(blocks))


def _main_text(tree: Any) -> list[str]:
    import trafilatura
    from lxml import html as lxml_html

    _mark_breaks(tree)
    markup = lxml_html.tostring(tree, encoding="unicode")
    text = trafilatura.extract(
        markup, include_comments=False, include_tables=True, include_links=False, favor_recall=True, deduplicate=False
    )
    lines = [tidy(line) for line in re.split(rf"\n|{_MARK}", text or "")]
    return [re.sub(r"^(?:- |\|\s*)|\s*\|$", "", line) for line in lines if line and not re.fullmatch(r"[|\s:-]+", line)]


def _is_byline(block: str) -> bool:
    """A short line with nothing but a name and the day: it belongs to the page, not to the text."""
    return len(block) <= 70 and explicit_date(block) is not None and not block.endswith((".", "。"))


def _mark_breaks(tree: Any) -> None:
    """Make every visible break one that survives: double `<br>`, block elements, tables that only lay out the page."""
    for table in tree.xpath("//table[.//td[p or div or h1 or h2 or h3 or table or count(br) > 1]]"):
        for element in (table, *table.iter("tbody", "tr", "td", "th")):
            element.tag = "div"
    for element in tree.iter("br"):
        after = element.getnext()
        if after is not None and after.tag == "br" and not (element.tail or "").strip():
            element.tail = _MARK
    for element in tree.iter(*_BLOCKS):
        if element.getparent() is not None and element.getparent().tag not in ("table", "tbody", "tr"):
            element.tail = _MARK + (element.tail or "")


def _about(tree: Any) -> dict[str, str]:
    """What the page declares: title, publisher, url, date, language; JSON-LD before Open Graph before plain tags."""
    meta: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        if name and element.get("content"):
            meta.setdefault(name, element.get("content").strip())
    article = next(_articles(tree), {})
    publisher = article.get("publisher")
    canonical = tree.xpath("//link[@rel='canonical']/@href")
    titles = tree.xpath("//title/text()")
    found = {
        "title": article.get("headline")
        or meta.get("og:title")
        or meta.get("twitter:title")
        or (titles[0] if titles else None),
        "publisher": (publisher.get("name") if isinstance(publisher, dict) else publisher)
        or meta.get("og:site_name")
        or meta.get("application-name"),
        "url": (canonical[0] if canonical else None) or meta.get("og:url") or _address(article.get("mainEntityOfPage")),
        "date": article.get("datePublished") or next((meta[name] for name in _DATE_META if name in meta), None),
        "language": article.get("inLanguage") or tree.get("lang") or next(iter(tree.xpath("/html/@lang")), None),
    }
    return {name: str(value).strip() for name, value in found.items() if value}


def _address(value: Any) -> str | None:
    text = value.get("@id") if isinstance(value, dict) else value
    return str(text) if text and str(text).startswith("http") else None


def _articles(tree: Any) -> Iterator[dict[str, Any]]:
    for text in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            found = json.loads(text)
        except ValueError:
            continue
        items = found if isinstance(found, list) else found.get("@graph", [found]) if isinstance(found, dict) else []
        for item in items:
            if isinstance(item, dict) and (item.get("headline") or item.get("datePublished")):
                yield item


def _date(text: str | None) -> dt.date | None:
    found = explicit_date(text[:40]) if text else None
    return found[0] if found else None

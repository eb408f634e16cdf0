"""Read RSS 2.0, RSS 1.0, Atom and index pages of unknown origin: the links that they announce.

What belongs here: bytes -> entries. What does not: which of them concern us (`feeds`) and fetching (`downloading`).
Nothing outside the bytes is opened: no entity is expanded, no document type or address in them is followed. A day is
kept only where the feed states a day of publication: an update is none.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from pipelines.errors import RawFileError
from pipelines.ingest.feeds import Entry, Feed, canonical
from pipelines.ingest.readers.dates import Stamp, stamp, written_dates
from pipelines.ingest.readers.decoding import decode

MOST_ENTRIES = 5000
"""A feed or page with more links than this is none that a person made."""
_XML = re.compile(r"\A\s*<\?xml[^>]*>")
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_ATOM = "http://www.w3.org/2005/Atom"
_DUBLIN_CORE = ("http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/")
_ROWS = ("li", "tr", "article", "dd", "dt", "option")
_WIDE = 600
"""What stands around a link in more characters than these is no row of a list."""
_SHOWN = 300
"""Longest title that is kept, in characters."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a feed announces.

    Attributes:
        entries: Its links that count, each address once, in the order of the feed.
        refused: Links that are no address of the web (`file:`, `javascript:`).
        remark: What a person should know of the feed; empty where nothing.
    """

    entries: tuple[Entry, ...]
    refused: tuple[str, ...] = ()
    remark: str = ""


def read_entries(content: bytes, feed: Feed, url: str | None = None) -> Listed:
    """Read what a feed announces.

    Args:
        content: The feed as fetched.
        feed: Its row of the list; `links` chooses.
        url: Where the bytes came from in the end; relative links are relative to it. None: the feed's own address.

    Raises:
        RawFileError: No feed or page, one with entities of its own, in no encoding that can be told, or far too long.
    """
    text = decode(content, feed.feed_id)
    base = url or feed.url
    remark = ""
    if feed.kind == "index":
        found = list(_page(text, base, feed))
    else:
        root, remark = _root(text, base, feed)
        found = list(_announced(root, base, feed))
        if remark and not found:
            raise _unreadable(feed)
    if len(found) > MOST_ENTRIES:
        raise RawFileError(feed.feed_id, f"{len(found)} links", f"at most {MOST_ENTRIES}", "Report it.", "too_large")
    entries: dict[str, Entry] = {}
    refused: list[str] = []
    for entry in found:
        if urlsplit(entry.url).scheme not in ("http", "https") or not urlsplit(entry.url).netloc:
            refused.append(entry.url[:200])
        elif feed.links.search(entry.url):
            entries[entry.url] = _joined(entries.get(entry.url), entry)
    return Listed(tuple(entries.values()), tuple(dict.fromkeys(refused)), remark)


def _joined(first: Entry | None, other: Entry) -> Entry:
    """One link that stands in a page twice (a picture and a headline)."""
    if first is None:
        return other
    day = first.published_on or other.published_on
    if first.published_on and other.published_on and first.published_on != other.published_on:
        day = None
    return Entry(first.url, first.title or other.title, day, f"{first.about} {other.about}")


# Feeds --------------------------------------------------------------------------------------------------------------


def _root(text: str, base: str, feed: Feed) -> tuple[Any, str]:
    from lxml import etree

    if _ENTITY.search(text):
        expected, remedy = "a feed without entities of its own", "Leave this feed out."
        raise RawFileError(feed.feed_id, "a document type with entities", expected, remedy, "unsafe")
    body = _XML.sub("", text).lstrip().encode()
    remark = ""
    for forgiving in (False, True):
        parser = etree.XMLParser(
            recover=forgiving, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
            remove_comments=True, remove_pis=True, encoding="utf-8",
        )  # fmt: skip
        try:
            root = etree.fromstring(body, parser, base_url=base)
        except (etree.XMLSyntaxError, ValueError) as error:
            remark = f"the feed is not well-formed ({str(error)[:80]}); what can be read of it was"
            continue
        if root is not None and _name(root) in ("rss", "RDF", "feed"):
            return root, remark
        break
    raise _unreadable(feed)


def _unreadable(feed: Feed) -> RawFileError:
    remedy = "Open its address in a browser and correct the list of feeds."
    return RawFileError(feed.feed_id, "no feed that can be read", "RSS or Atom", remedy, "malformed")


def _name(element: Any) -> str:
    tag = element.tag
    return str(tag).rpartition("}")[2] if isinstance(tag, str) else ""


def _space(element: Any) -> str:
    tag = element.tag
    return str(tag)[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def _announced(root: Any, base: str, feed: Feed) -> Iterator[Entry]:
    for number, item in enumerate(one for one in root.iter() if _name(one) in ("item", "entry")):
        if number > MOST_ENTRIES:
            found = f"more than {MOST_ENTRIES} entries"
            raise RawFileError(feed.feed_id, found, "fewer", "Report it.", "too_large")
        link = _atom_link(item) if _name(item) == "entry" else _rss_link(item)
        if not link:
            continue
        title = _plain(_child(item, "title"))
        words = [_plain(_child(item, name)) for name in ("description", "summary", "content", "encoded")]
        words += [_plain(_text(one)) for one in item if _name(one) in ("category", "subject")]
        words += [one.get("term") or "" for one in item if _name(one) == "category"]
        day = _day(_published(item), feed.language)
        yield Entry(_absolute(link, item.base or base), title or None, day, " ".join(filter(None, words)))


def _text(element: Any) -> str:
    return "".join(element.itertext()).strip()


def _child(item: Any, name: str) -> str:
    """The text of a child of the item's own vocabulary: `media:title` is the title of a picture."""
    for child in item:
        if _name(child) == name and (_space(child) == _space(item) or name == "encoded"):
            return _text(child)
    return ""


def _rss_link(item: Any) -> str:
    link = _child(item, "link")
    if link:
        return link
    for child in item:
        if _name(child) == "guid" and (child.get("isPermaLink") or "true").lower() == "true":
            return _text(child)
    return _atom_link(item)


def _atom_link(item: Any) -> str:
    links = [
        child for child in item
        if _name(child) == "link" and child.get("href") and (child.get("rel") or "alternate") == "alternate"
    ]  # fmt: skip
    pages = [child for child in links if (child.get("type") or "text/html") in ("text/html", "application/xhtml+xml")]
    for child in (*pages, *links):
        return urljoin(str(child.base or ""), str(child.get("href")))
    return ""


def _published(item: Any) -> Stamp | None:
    for child in item:
        own = _space(child) == _space(item)
        if (_name(child) in ("pubDate", "published", "issued") and (own or _space(child) == _ATOM)) or (
            _name(child) in ("date", "issued") and _space(child) in _DUBLIN_CORE
        ):
            found = stamp(_text(child))
            if found is not None:
                return found
    return None


def _day(found: Stamp | None, language: str) -> dt.date | None:
    """The day at the publisher's place: none where Greenwich's clock alone is given and leaves it open."""
    if found is None or found.is_local or found.instant is None:
        return found.day if found is not None else None
    if language == "ja":
        return (found.instant + dt.timedelta(hours=9)).date()
    days = {(found.instant + dt.timedelta(hours=hours)).date() for hours in (-10, 9)}
    return days.pop() if len(days) == 1 else None


def _plain(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", html.unescape(markup))).split())


def _absolute(link: str, base: str) -> str:
    try:
        return canonical(urljoin(base, link.strip()))
    except ValueError:
        return f"invalid:{link[:100]}"


# Pages --------------------------------------------------------------------------------------------------------------


def _page(text: str, base: str, feed: Feed) -> Iterator[Entry]:
    from lxml import etree
    from lxml import html as lxml_html

    try:
        tree = lxml_html.document_fromstring(_XML.sub("", text))
    except (etree.ParserError, ValueError) as error:
        raise RawFileError(feed.feed_id, "no page", "a page with links", "Check its address.", "malformed") from error
    stated = next(iter(tree.xpath("//base/@href")), None)
    base = urljoin(base, str(stated)) if stated else base
    for number, anchor in enumerate(tree.iter("a")):
        if number > MOST_ENTRIES * 2:
            found = f"more than {MOST_ENTRIES * 2} links"
            raise RawFileError(feed.feed_id, found, "fewer", "Report it.", "too_large")
        link = (anchor.get("href") or "").strip()
        if not link or link.startswith("#"):
            continue
        url = _absolute(link, base)
        if urlsplit(url).scheme in ("http", "https") and not feed.links.search(url):
            continue
        if urlsplit(url).scheme in ("mailto", "tel", "javascript", "data"):
            continue
        row = _row(anchor)
        words = _words(row) if row is not None else _words(anchor)
        title = _words(anchor) or _flat(anchor.get("title") or "") or _flat(" ".join(anchor.xpath(".//img/@alt")))
        yield Entry(url, title[:_SHOWN] or None, _shown_day(row, words, feed.language), f"{title} {words}")


def _words(element: Any) -> str:
    return _flat(" ".join(element.itertext()))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _row(anchor: Any) -> Any:
    """The row of a list or table in which a link stands; of a definition list the part that holds it."""
    for element in anchor.iterancestors():
        if _name(element) in _ROWS:
            return element if len(_words(element)) <= _WIDE else None
        if _name(element) in ("ul", "ol", "table", "dl", "nav", "body", "main"):
            return None
        if _name(element) == "div" and any(written_dates(_words(element)[:_WIDE])):
            return element if len(_words(element)) <= _WIDE else None
    return None


def _shown_day(row: Any, words: str, language: str) -> dt.date | None:
    """The one day that the row shows; none where it shows two."""
    if row is None:
        return None
    texts = [words]
    if _name(row) == "dd":
        before = row.getprevious()
        if before is not None and _name(before) == "dt":
            texts.append(_words(before))
    days = {date.day for text in texts for date in written_dates(text[:_WIDE])}
    if not days:
        stamps = (stamp(str(value)) for value in row.xpath(".//time/@datetime"))
        days = {day for one in stamps if (day := _day(one, language)) is not None}
    return days.pop() if len(days) == 1 else None

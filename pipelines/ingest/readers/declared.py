"""What a page declares of itself: title, publisher, address, dates, language.

What belongs here: meta tags, Open Graph, JSON-LD, microdata. What does not: the text (`maintext`), and which of several
dates counts (`dating`).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.ingest.readers.boilerplate import ARTICLE_TYPES, PUBLISHER_TYPES
from pipelines.ingest.readers.dates import Stamp, stamp

_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "citation_publication_date",
    "dcterms.issued",
    "dc.date.issued",
    "pubdate",
    "publishdate",
    "publish-date",
    "published",
    "article.published",
)
_VAGUE = ("date", "dc.date", "dcterms.date", "dcterms.created", "article:published", "creation_date")
"""Tags that some pages use for the day of publication and others for that of any change."""
_PUBLISHER = (
    "og:site_name",
    "application-name",
    "dc.publisher",
    "dcterms.publisher",
    "citation_publisher",
    "publisher",
)
_FIELD = re.compile(r'"(headline|datePublished|inLanguage)"\s*:\s*"((?:[^"\\]|\\.)*)"')
_NAMED = re.compile(r'"publisher"\s*:\s*\{[^{}]*?"name"\s*:\s*"((?:[^"\\]|\\.)*)"')
_SAVED = re.compile(r"(?:saved from url=\(\d+\)|^\s*url:)\s*(https?://\S+)", re.MULTILINE)
_OTHERS = frozenset(
    {"itemListElement", "citation", "hasPart", "mentions", "comment", "relatedLink", "isBasedOn", "review"}
)
"""Properties that lead to other pages."""
_SEPARATOR = re.compile(r"\s+[-–—:]\s+|\s*[|｜：»・]\s*")
_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Declared:
    """What a page's machine part says; empty where it says nothing.

    Attributes:
        stamps: Dates declared as the day of publication.
        vague: Dates whose meaning the page does not tell; used where there is nothing better.
        is_partial: The page says that a part of it is for subscribers only.
    """

    title: str | None = None
    titles: tuple[str, ...] = ()
    publisher: str | None = None
    url: str | None = None
    language: str | None = None
    stamps: tuple[Stamp, ...] = ()
    vague: tuple[Stamp, ...] = ()
    is_partial: bool = False


def declared(tree: Any) -> Declared:
    """Read the machine part of a page."""
    meta = _meta(tree)
    canonical = _first(tree.xpath("//link[@rel='canonical']/@href"))
    things = list(_things(tree))
    page_title = _clean(_first(tree.xpath("//title/text()")))
    named = _clean(meta.get("og:title")) or _clean(meta.get("twitter:title"))
    article = _article(things, canonical or meta.get("og:url"), named or page_title)
    titles = [_clean(article.get("headline") or article.get("name")), named, page_title]
    publisher = _publisher(article, things, meta)
    known = [title for title in titles if title]
    if publisher is None and known:
        publisher = name_after(page_title, known[0])
    title = next((_without_name(text, publisher) for text in known), None)
    published = [article.get("datePublished"), *(meta[name] for name in _PUBLISHED if name in meta)]
    published += tree.xpath("//*[@itemprop='datePublished']/@content | //*[@itemprop='datePublished']/@datetime")
    free = article.get("isAccessibleForFree")
    return Declared(
        title=title,
        titles=tuple(known),
        publisher=publisher,
        url=_web(canonical) or _web(meta.get("og:url")) or _address(article) or _saved(tree),
        language=_language(article, tree, meta),
        stamps=tuple(_stamps(published)),
        vague=tuple(_stamps(meta[name] for name in _VAGUE if name in meta)),
        is_partial=str(free).lower() == "false" or meta.get("article:content_tier") in ("locked", "metered"),
    )


def _meta(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if content and element.get(attribute):
                found.setdefault(element.get(attribute).strip().lower(), content)
    return found


def _stamps(texts: Any) -> Iterator[Stamp]:
    for text in texts:
        for part in text if isinstance(text, list) else [text]:
            found = stamp(str(part)) if part else None
            if found is not None:
                yield found


def _first(values: Any) -> str | None:
    return next((str(value) for value in values if str(value).strip()), None)


def _clean(text: Any) -> str | None:
    """A title as text: entities that were escaped twice undone, blanks joined."""
    if isinstance(text, list):
        text = text[0] if text else None
    if isinstance(text, dict):
        text = text.get("@value")
    if not isinstance(text, str):
        return None
    return (
        re.sub(r"\s+", lambda blank: "\u3000" if "\u3000" in blank.group() else " ", html.unescape(text)).strip()
        or None
    )


def _web(text: str | None) -> str | None:
    return text.strip() if text and re.match(r"https?://", text.strip()) else None


def _saved(tree: Any) -> str | None:
    """The address that a browser writes into a page that it saves."""
    for comment in tree.xpath("//comment()"):
        found = _SAVED.search(str(comment.text or ""))
        if found:
            return found.group(1)
    return None


def _things(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of the page's JSON-LD that is about this page: those of lists and graphs, not those it links to."""
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = re.sub(
            r"\A\s*(?:<!--|/[/*]\s*<!\[CDATA\[(?:\s*\*/)?|<!\[CDATA\[)|(?:-->|(?://|/\*)?\s*\]\]>(?:\s*\*/)?)\s*\Z",
            "",
            script.text or "",
        )
        found = _json(text)
        if found is None:
            yield from _salvaged(text)
        else:
            yield from _unfolded(found, 0)


def _json(text: str) -> list[Any] | None:
    """Objects of a JSON text, also several in a row, with commas before brackets and line feeds in texts."""
    decoder = json.JSONDecoder(strict=False)
    text = re.sub(r",(?=\s*[}\]])", "", text.strip().rstrip(";"))
    found: list[Any] = []
    place = 0
    try:
        while place < len(text):
            value, place = decoder.raw_decode(text, place)
            found.append(value)
            while place < len(text) and text[place] in " \t\r\n,;":
                place += 1
    except (ValueError, RecursionError):
        return found or None
    return found


def _salvaged(text: str) -> Iterator[dict[str, Any]]:
    """The fields of a broken object, where each occurs once (twice: nobody can say which is the page's)."""
    fields: dict[str, Any] = {"@type": "Article"}
    for name in ("headline", "datePublished", "inLanguage"):
        values = {match[1] for match in _FIELD.findall(text) if match[0] == name}
        if len(values) == 1:
            fields[name] = _unescaped(values.pop())
    names = set(_NAMED.findall(text))
    if len(names) == 1:
        fields["publisher"] = {"name": _unescaped(names.pop())}
    if len(fields) > 1:
        yield fields


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


def _unfolded(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > _DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _unfolded(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for name, item in value.items():
            if name not in _OTHERS and isinstance(item, (dict, list)):
                yield from _unfolded(item, depth + 1)


def _types(thing: Mapping[str, Any]) -> set[str]:
    kinds = thing.get("@type") or ()
    return {str(kind).rsplit("/", 1)[-1] for kind in (kinds if isinstance(kinds, list) else [kinds])}


def _article(things: list[dict[str, Any]], url: str | None, title: str | None) -> dict[str, Any]:
    """The object that is this page: of several articles the one with its address or title, else the first."""
    articles = [thing for thing in things if _types(thing) & ARTICLE_TYPES]
    articles = articles or [thing for thing in things if _types(thing) & {"WebPage", "NewsItem", "ItemPage"}]
    if not articles:
        articles = [thing for thing in things if thing.get("headline") and thing.get("datePublished")]
    for article in articles:
        if url and _bare(url) in {_bare(address) for address in _addresses(article)}:
            return article
    for article in articles:
        headline = _clean(article.get("headline") or article.get("name"))
        if headline and title and (headline in title or title in headline):
            return article
    return articles[0] if articles else {}


def _addresses(thing: Mapping[str, Any]) -> Iterator[str]:
    for name in ("url", "@id", "mainEntityOfPage"):
        value = thing.get(name)
        text = value.get("@id") or value.get("url") if isinstance(value, dict) else value
        if isinstance(text, str) and text.startswith("http"):
            yield text


def _address(article: Mapping[str, Any]) -> str | None:
    return next(_addresses(article), None)


def _bare(url: str) -> str:
    return re.sub(r"^https?://(?:www\.|m\.)?|[#?].*$|/$", "", url)


def _publisher(article: Mapping[str, Any], things: list[dict[str, Any]], meta: Mapping[str, str]) -> str | None:
    by_id = {thing["@id"]: thing for thing in things if isinstance(thing.get("@id"), str) and thing.get("name")}

    def name_of(value: Any) -> str | None:
        if isinstance(value, list):
            return next(filter(None, map(name_of, value)), None)
        if isinstance(value, dict):
            return _clean(value.get("name")) or _clean(by_id.get(str(value.get("@id")), {}).get("name"))
        return _clean(value) if isinstance(value, str) and not value.startswith("http") else None

    found = name_of(article.get("publisher")) or name_of(article.get("sourceOrganization"))
    found = found or next((_clean(meta[name]) for name in _PUBLISHER if _clean(meta.get(name))), None)
    if found is None:
        bodies = [thing for thing in things if _types(thing) & PUBLISHER_TYPES and thing.get("name")]
        found = _clean(bodies[0].get("name")) if len({str(body["name"]) for body in bodies}) == 1 else None
    return found if found is None or not re.match(r"https?://|@", found) else None


def name_after(page_title: str | None, title: str) -> str | None:
    """The name that stands beside the headline in the title of the page.

    That is the last part of `Headline | Section | Name`, or the first of `Name | Headline`; None where there is none.
    """
    if not page_title or page_title == title or not title:
        return None
    if page_title.startswith(title):
        parts = _SEPARATOR.split(page_title[len(title) :])
        name = parts[-1] if len(parts) > 1 and not parts[0].strip() else ""
    elif page_title.endswith(title):
        parts = _SEPARATOR.split(page_title[: -len(title)])
        name = parts[0] if len(parts) > 1 and not parts[-1].strip() else ""
    else:
        return None
    return name.strip() if 1 < len(name.strip()) <= 60 else None


def _without_name(title: str, publisher: str | None) -> str:
    if publisher is None:
        return title
    return re.sub(rf"\s*(?:[-–—|｜:：»]\s*|[（(【])\s*{re.escape(publisher)}\s*[)）】]?\s*$", "", title) or title


def _language(article: Mapping[str, Any], tree: Any, meta: Mapping[str, str]) -> str | None:
    value = article.get("inLanguage")
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("alternateName") or value.get("@id") or value.get("name")
    names = (
        value,
        tree.get("lang"),
        _first(tree.xpath("/html/@lang")),
        _first(tree.xpath("/html/@*[local-name()='lang']")),
    )
    return next((str(name) for name in (*names, meta.get("og:locale"), meta.get("content-language")) if name), None)

"""The source record of a bare document, made of what the document itself says: nothing is guessed.

What belongs here: title, publisher, date and language as a document's head states them. What does not: records that a
person wrote (`pipelines/ingest/sources.py`), the meta data of a page (`declared`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.ingest.readers.dates import explicit_date, stamp, written_dates
from pipelines.ingest.readers.dating import shown_dates
from pipelines.ingest.readers.decoding import language as language_in
from pipelines.records import Source

_DATELINE = re.compile(r"^[A-Z][\w .,/'’-]{2,60}?(?:\(([^)]{2,60})\))?\s*(?:[-–—]|--)\s")
_SHORT = 90
"""A masthead line is at most this long (in characters)."""
_DEEP = 8
"""So many blocks are looked at."""
_BYLINE = re.compile(
    r"(?:by|words|text|reporting)\s*:?\s+[A-Z][\w.'’-]+(?:\s+(?:and\s+|&\s+|de\s+|van\s+|von\s+)?[A-Z][\w.'’-]+){0,6}"
    r"(?:,\s*[\w .'’-]{2,40})?|(?:文|取材|執筆|筆者|著者|記者|取材・文|文・写真)\s*[：:＝=／/]\s*\S.{0,30}|.{0,20}記者",
    re.IGNORECASE,
)
_RELEASE = re.compile(
    r"\W*(?:for immediate release|(?:press|news|media) release|報道発表(?:資料)?|(?:プレス|ニュース)\s?リリース"
    r"|お知らせ|報道関係者各位|各\s?位|以上)\W*",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"(?:media |press )?contacts?\s*:|お?問い?合わ?せ先?\s*[：:]|連絡先\s*[：:]|(?:TEL|電話)\s*[：:]", re.IGNORECASE
)
_FIELD = re.compile(
    r"(?P<key>date|published(?: on)?|publication date|publisher|published by|source|outlet|title|headline|url|link"
    r"|日付|日時|公開日?|掲載日?|配信日?|発表日?|発行日|発行元?|媒体|出典|掲載元|配信元|タイトル|題名|見出し)"
    r"\s*[：:]\s*(?P<value>\S.*)",
    re.IGNORECASE,
)
_FIELDS = {
    "published_on": re.compile(
        r"date|published(?: on)?|publication date|日付|日時|公開日?|掲載日?|配信日?|発表日?|発行日", re.I
    ),
    "publisher": re.compile(r"publisher|published by|source|outlet|発行元?|媒体|出典|掲載元|配信元", re.I),
    "title": re.compile(r"title|headline|タイトル|題名|見出し", re.I),
    "url": re.compile(r"url|link", re.I),
}
_BODY = re.compile(
    r"株式会社|有限会社|[省庁府県市署局]$|機構$|協会$|委員会$|銀行$|新聞(?:社)?$|通信(?:社)?$|研究所$|大学$|政府$|官邸$"
    r"|\b(?:Inc|Corp|Corporation|Company|Ltd|LLC|Ministry|Department|Agency|Office|Bank|Commission|Authority|Times"
    r"|News|Journal|Post|Press|Tribune|Herald|Review|Observer|Weekly|Daily|Ledger|Gazette|Bulletin|Chronicle|Record|Wire"
    r"|Digest|Monitor|Dispatch|Courier|Examiner|Register|Sentinel|Globe|Newsletter|Magazine|Letter)\b\.?",
)
"""How a line looks that names who publishes."""


@dataclass(frozen=True, slots=True)
class Masthead:
    """What the head of a plain document says of its publication, and the blocks that say nothing else."""

    published_on: dt.date | None
    publisher: str | None
    consumed: frozenset[int]
    title: str | None = None
    url: str | None = None


def masthead(blocks: Sequence[str]) -> Masthead:
    """Read publication date and publisher from the first lines of a plain document.

    Only these shapes count: a field with its name (`Date: ...`, `出典：...`), a short line that is little more than a
    date (with the publisher or a town), and a dateline that opens a paragraph (`KENAI, Alaska, October 30, 2025 (Inlet
    Observer)`, `HAMBURG, Oct. 23, 2023 - `). The date of an update is none.
    """
    named = _fields(blocks)
    left = [(number, block) for number, block in enumerate(blocks[:_DEEP]) if number not in named.consumed]
    plain = {number for number, block in left if _says_nothing(block)}
    kept = [(number, block) for number, block in left if number not in plain]
    head = _dated([block for _, block in kept])
    consumed = {kept[number][0] for number in head.consumed} | plain | named.consumed
    return replace(
        named,
        published_on=named.published_on or head.published_on,
        publisher=named.publisher or head.publisher,
        consumed=frozenset(consumed),
    )


def is_byline(block: str) -> bool:
    """Whether a short line gives an author or the day and nothing else: it belongs to the page, not to the text."""
    if len(block) > 70 or block.endswith((".", "。")):
        return False
    return bool(_BYLINE.fullmatch(block.strip())) or explicit_date(block) is not None


def _fields(blocks: Sequence[str]) -> Masthead:
    """Lines `name: value` at the very head."""
    found: dict[str, str] = {}
    consumed: set[int] = set()
    for number, block in enumerate(blocks[:_DEEP]):
        match = _FIELD.fullmatch(block.strip())
        if match is None or len(block) > 300:
            if len(block) > _SHORT or _ends(block):
                break
            continue
        name = next(name for name, pattern in _FIELDS.items() if pattern.fullmatch(match["key"]))
        value = match["value"].strip()
        if (name == "published_on" and stamp(value) is None) or (name == "url" and not value.startswith("http")):
            continue
        found.setdefault(name, value)
        consumed.add(number)
    day = stamp(found["published_on"]) if "published_on" in found else None
    return Masthead(
        day.day if day else None, found.get("publisher"), frozenset(consumed), found.get("title"), found.get("url")
    )


def _says_nothing(block: str) -> bool:
    """A line of the head that is no text: by whom, `for immediate release`, whom to ask, when it was changed."""
    line = block.strip()
    if len(line) > _SHORT or _ends(line):
        return False
    if _BYLINE.fullmatch(line) or _RELEASE.fullmatch(line) or _CONTACT.match(line):
        return True
    published, updated = shown_dates(line)
    return bool(updated) and not published


def _dated(blocks: Sequence[str]) -> Masthead:
    for number, block in enumerate(blocks[:6]):
        found = _first_shown(block)
        if found is None:
            continue
        day, start, end = found
        if len(block) <= _SHORT and not _ends(block):
            return _date_line(blocks, number, day, (block[:start], block[end:]))
        line = _DATELINE.match(block)
        if line and line.end() >= end:
            return Masthead(day, line.group(1), frozenset())
        if start < 60 and block[end : end + 2] == " (" and ")" in block[end : end + 60]:
            consumed = frozenset({number} if len(block) < _SHORT else ())
            return Masthead(day, block[end + 2 : block.index(")", end)], consumed)
    return Masthead(None, None, frozenset())


def _first_shown(block: str) -> tuple[dt.date, int, int] | None:
    """The date of publication in a line of the head, with its span; an update's is passed over."""
    head = block[:_SHORT]
    published, _ = shown_dates(head)
    return next(((date.day, date.start, date.end) for date in written_dates(head) if date.day in published), None)


def _date_line(blocks: Sequence[str], number: int, day: dt.date, rest: tuple[str, str]) -> Masthead:
    """Read a short line with a date: what else stands in it or about it is a town or the publisher."""
    publisher = next(filter(None, (_publisher(part) for part in rest)), None)
    before = rest[0].strip(" *_,")
    # "Nashville," is a town, "The Basin Record," a paper.
    town = "," in rest[0] and len(before.split()) <= 3 and not re.match(r"The\b", before) and not _BODY.search(before)
    named = re.search(r"[(（]([^()（）]{3,60})[)）]\s*$", rest[1])
    if named and town:
        return Masthead(day, named.group(1), frozenset({number}))
    above = number == 1 and len(blocks[0]) <= 60 and len(blocks) > 3
    if (publisher is None or town) and above and _is_headline(blocks[2]):
        # A line above a line "town, date", with the headline still to come, is the paper's name.
        return Masthead(day, blocks[0].strip(), frozenset({0, 1}))
    if publisher is None and number + 2 < len(blocks):
        below = blocks[number + 1].strip(" 　*_")
        # A date alone, then who publishes, then the headline: the head of a ministry's or firm's release.
        if len(below) <= 40 and _BODY.search(below) and _is_headline(blocks[number + 2]) and number < 2:
            return Masthead(day, below, frozenset({number, number + 1}))
    return Masthead(day, None if town else publisher, frozenset({number}))


def _ends(block: str) -> bool:
    return block.rstrip().endswith((".", "。")) and not re.search(r"\b(?:Inc|Corp|Ltd|Co|Jr|Sr)\.$", block.rstrip())


def _is_headline(block: str) -> bool:
    return len(block) <= 140 and not block.rstrip().endswith((".", "。"))


def _publisher(text: str) -> str | None:
    text = _BYLINE.sub(" ", text) if _BYLINE.match(text.strip()) else text
    name = re.sub(r"[(（]?(?:[月火水木金土日]曜日?|[月火水木金土日])[)）]|\d+面|第?\d+号", " ", text)
    name = re.sub(r"\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\b\.?,?", " ", name)
    name = re.sub(
        r"\d{1,2}[時:：]\d{0,2}分?(?:\s*(?:[ap]\.?m\.?|[A-Z]{2,4}T|JST|UTC|GMT))*", " ", name, flags=re.IGNORECASE
    )
    name = re.sub(r"公開|掲載|配信|発表|更新|\b(?:published|posted|released|date)\b", " ", name, flags=re.IGNORECASE)
    name = re.sub(r"\s+", " ", name).strip(" 　()（）[]【】<>《》,、-–—|｜・:：*_")
    return name if 2 < len(name) <= 60 and re.search(r"[^\W\d]", name) else None


def source_of(
    content: bytes,
    reader: str,
    text: str,
    *,
    title: str | None,
    url: str | None = None,
    publisher: str | None = None,
    published_on: dt.date | None = None,
    language: str | None = None,
    media_type: str | None = None,
) -> Source:
    """Make the record of a bare document.

    Args:
        content: Its bytes.
        reader: Reader and version.
        text: Its main text, for the language and, where there is no title, for a name.

    Returns:
        A record with tier `press` where a publisher is named and `aggregator` where none is; the id is a slug of the
        address or title and the first eight hexadecimal digits of the sha256.
    """
    digest = hashlib.sha256(content).hexdigest()
    return Source(
        source_id=f"{slug(url or title or 'document')}-{digest[:8]}",
        publisher=publisher,
        tier="press" if publisher else "aggregator",
        title=title,
        url=url,
        published_on=published_on,
        published_precision="day" if published_on else None,
        language=language_in(language, text),
        media_type=media_type,
        sha256=digest,
        bytes=len(content),
        reader=reader,
    )


def slug(text: str) -> str:
    """Lower-case ASCII words joined with `-`, at most 60 characters; `document` where hardly any letter is left."""
    bare = re.sub(r"^https?://(?:www\.)?", "", text)
    plain = unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    # Of a Japanese title figures and an initial may be left, which name nothing.
    return words if len(re.findall(r"[a-z]", words)) >= 3 else "document"

"""The source record of a bare document, made of what the document itself says: nothing is guessed.

What belongs here: title, publisher, date and language as a document states them. What does not: records that a person
wrote (`pipelines/ingest/sources.py`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.ingest.readers.decoding import language_of
from pipelines.records import Source

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_MONTH_DAY = re.compile(rf"\b({_NAMES})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b", re.IGNORECASE)
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+({_NAMES})\.?,?\s+(\d{{4}})\b", re.IGNORECASE)
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_JAPANESE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_DATELINE = re.compile(r"^[A-Z][\w .,'’-]{2,60}?(?:\(([^)]{2,60})\))?\s*(?:[-–—]|--)\s")
_SHORT = 90
"""A masthead line is at most this long (in characters)."""


@dataclass(frozen=True, slots=True)
class Masthead:
    """What the head of a plain document says of its publication, and the blocks that say nothing else."""

    published_on: dt.date | None
    publisher: str | None
    consumed: frozenset[int]


def explicit_date(text: str) -> tuple[dt.date, int, int] | None:
    """The first full date written in a text, with its span; None where there is none or it is impossible."""
    for pattern, order in ((_MONTH_DAY, "mdy"), (_DAY_MONTH, "dmy"), (_JAPANESE, "ymd"), (_ISO, "ymd")):
        found = pattern.search(unicodedata.normalize("NFKC", text))
        if not found:
            continue
        parts = dict(zip(order, found.groups(), strict=True))
        month = parts["m"].lower()
        try:
            day = dt.date(int(parts["y"]), _MONTHS.get(month) or int(month), int(parts["d"]))
        except ValueError:
            continue
        return day, found.start(), found.end()
    return None


def masthead(blocks: Sequence[str]) -> Masthead:
    """Read publication date and publisher from the first lines of a plain document.

    Only two shapes count: a short line that is little more than a date (with the publisher or a town), and a dateline
    that opens a paragraph (`KENAI, Alaska, October 30, 2025 (Inlet Observer)`, `HAMBURG, Oct. 23, 2023 - `).
    """
    for number, block in enumerate(blocks[:6]):
        found = explicit_date(block[:_SHORT])
        if found is None:
            continue
        day, start, end = found
        if len(block) <= _SHORT and not block.rstrip().endswith(("。", ".")):
            rest = (block[:start], block[end:])
            publisher = next(filter(None, (_publisher(part) for part in rest)), None)
            before = rest[0].strip(" *_,")
            # "Nashville," is a town, "The Basin Record," a paper.
            town = "," in rest[0] and len(before.split()) <= 3 and not re.match(r"The\b", before)
            consumed = {number}
            named = re.search(r"[(（]([^()（）]{3,60})[)）]\s*$", rest[1])
            if named and town:
                return Masthead(day, named.group(1), frozenset(consumed))
            if (
                (publisher is None or town)
                and number == 1
                and len(blocks[0]) <= 60
                and len(blocks) > 3
                and _is_headline(blocks[2])
            ):
                # A line above a line "town, date", with the headline still to come, is the paper's name.
                publisher, consumed = blocks[0].strip(), {0, 1}
            elif town:
                publisher = None
            return Masthead(day, publisher, frozenset(consumed))
        line = _DATELINE.match(block)
        if line and line.end() >= end:
            return Masthead(day, line.group(1), frozenset())
        if start < 60 and block[end : end + 2] == " (" and ")" in block[end : end + 60]:
            return Masthead(
                day, block[end + 2 : block.index(")", end)], frozenset({number} if len(block) < _SHORT else ())
            )
    return Masthead(None, None, frozenset())


def _is_headline(block: str) -> bool:
    return len(block) <= 140 and not block.rstrip().endswith((".", "。"))


def _publisher(text: str) -> str | None:
    name = re.sub(r"[(（]?[月火水木金土日]曜?日?[)）]|\d+面|第?\d+号", " ", text)
    name = re.sub(r"\d{1,2}[時:]\d{0,2}分?", " ", name).strip(" 　()（）[]【】,、-–—|｜・:：*_")
    return name if 2 < len(name) <= 60 else None


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
        language=language or language_of(text),
        media_type=media_type,
        sha256=digest,
        bytes=len(content),
        reader=reader,
    )


def slug(text: str) -> str:
    """Lower-case ASCII words joined with `-`, at most 60 characters; `document` where no ASCII letter is left."""
    bare = re.sub(r"^https?://(?:www\.)?", "", text)
    plain = unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "document"

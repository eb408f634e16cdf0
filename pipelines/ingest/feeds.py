"""The feeds and index pages that are watched: where they are, which of their links count, and how often they are read.

What belongs here: the list `reference/feeds.csv`, and whether a link of a feed concerns us. What does not: reading a
feed's bytes (`feed_formats`), what has been seen (`watched`) and the network (`downloading`). Loading this must stay
cheap: the asset graph names every source of the list.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from pipelines.errors import KakehashiError
from pipelines.fingerprint import ROOT

FEEDS = "feeds.csv"
"""Name of the list in `reference/`."""
KINDS = ("rss", "atom", "index")
CADENCES: Mapping[str, dt.timedelta] = {
    "hourly": dt.timedelta(hours=1),
    "daily": dt.timedelta(days=1),
    "weekly": dt.timedelta(days=7),
    "monthly": dt.timedelta(days=30),
    "yearly": dt.timedelta(days=365),
}
"""How often a source is asked -> the time from one asking to the next."""
_EARLY = 0.9
"""A part of the cadence after which a source is due: a daily tick must not find it due a minute later, every time."""
_COLUMNS = ("feed_id", "source", "publisher", "language", "kind", "url", "links", "keywords", "cadence")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_cid|mc_eid", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed or index page.

    Attributes:
        source: The living source that it belongs to; several feeds may be one source.
        kind: rss (1.0 or 2.0), atom or index (a page with links).
        links: Only links that it finds in count, each with its whole address.
        keywords: Any of them must stand in the title, the summary or the row of a link; none: every link counts.
        cadence: A name of `CADENCES`.
    """

    feed_id: str
    source: str
    publisher: str
    language: str
    kind: str
    url: str
    links: re.Pattern[str]
    keywords: tuple[str, ...]
    cadence: str

    @property
    def identity(self) -> str:
        """What the choice of links depends on: a feed whose row has changed is read anew."""
        said = "\n".join((self.url, self.kind, self.links.pattern, *self.keywords))
        return hashlib.sha256(said.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of a feed: its address without tracking, its title, and the day where the feed states one."""

    url: str
    title: str | None = None
    published_on: dt.date | None = None
    about: str = field(default="", repr=False)
    """Title, summary and the row around the link: only to see whether it concerns us; never kept."""


def feeds_path(raw: Path) -> Path:
    """Return the list of feeds of a raw folder: its own, else the project's."""
    own = raw / "reference" / FEEDS
    return own if own.exists() else ROOT / "raw" / "reference" / FEEDS


def read_feeds(path: Path) -> tuple[Feed, ...]:
    """Read the list of feeds.

    Args:
        path: A `feeds.csv`.

    Returns:
        The feeds in the order of the list.

    Raises:
        KakehashiError: No such file, or a row that is not what it should be.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                found = f"no column {', '.join(missing)}"
                raise KakehashiError(str(path), found, ", ".join(_COLUMNS), "Add it.", "malformed")
            feeds = [_feed(row, f"{path.name}, row {number}") for number, row in enumerate(reader, start=1)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        remedy = "Put the list of feeds there."
        raise KakehashiError(str(path), str(error)[:120], "a list of feeds", remedy, "missing_source") from error
    seen: set[str] = set()
    for feed in feeds:
        if feed.feed_id in seen:
            raise KakehashiError(
                str(path), f"{feed.feed_id} twice", "one row a feed", "Remove one of them.", "duplicate"
            )
        seen.add(feed.feed_id)
    return tuple(feeds)


def _feed(row: Mapping[str, str | None], where: str) -> Feed:
    cell = {name: (row.get(name) or "").strip() for name in _COLUMNS}
    for name, right, expected in (
        ("feed_id", bool(_NAME.fullmatch(cell["feed_id"])), "lower-case words joined with -"),
        ("source", bool(_NAME.fullmatch(cell["source"])), "lower-case words joined with -"),
        ("publisher", bool(cell["publisher"]), "a name"),
        ("language", bool(re.fullmatch(r"[a-z]{2,3}", cell["language"])), "a language as en"),
        ("kind", cell["kind"] in KINDS, f"one of {', '.join(KINDS)}"),
        ("url", bool(re.match(r"https?://\S+$", cell["url"])), "an address"),
        ("links", bool(cell["links"]) or cell["kind"] != "index", "a pattern: an index page links to anything"),
        ("cadence", cell["cadence"] in CADENCES, f"one of {', '.join(CADENCES)}"),
    ):
        if not right:
            raise KakehashiError(f"{where}, column {name}", cell[name] or "nothing", expected, "Correct the cell.")
    try:
        links = re.compile(cell.pop("links"))
    except re.error as error:
        found = f"{error.pattern!r} ({error})"
        raise KakehashiError(f"{where}, column links", found, "a regular expression", "Correct the cell.") from error
    keywords = tuple(word.strip() for word in cell.pop("keywords").split("|") if word.strip())
    return Feed(links=links, keywords=keywords, **cell)


def is_due(asked_at: dt.datetime | None, cadence: str, now: dt.datetime) -> bool:
    """Whether a source that was asked last at a time is to be asked again; what was never asked is due.

    Args:
        asked_at: With a time zone; one far in the future (a clock was set back) counts as never.
        cadence: A name of `CADENCES`.
        now: With a time zone.
    """
    every = CADENCES[cadence]
    return asked_at is None or asked_at - now > every or now - asked_at >= every * _EARLY


def concerns(feed: Feed, entry: Entry) -> bool:
    """Whether a link has one of the feed's keywords beside it, in any width and case; Latin words whole."""
    if not feed.keywords:
        return True
    about = _folded(f"{entry.title or ''} {entry.about}")
    return any(_stands_in(_folded(word), about) for word in feed.keywords)


def _stands_in(word: str, text: str) -> bool:
    place = text.find(word)
    while place >= 0:
        before, after = text[place - 1 : place], text[place + len(word) : place + len(word) + 1]
        # A plural is the word still; "Japan" stands neither in "Japanism" nor in an address.
        rest = text[place + len(word) : place + len(word) + 2]
        plural = rest[:1] == "s" and not _is_latin(rest[1:])
        left = _is_latin(word[:1]) and _is_latin(before)
        right = _is_latin(word[-1:]) and _is_latin(after) and not plural
        if not left and not right:
            return True
        place = text.find(word, place + 1)
    return False


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def canonical(url: str) -> str:
    """Return an address without fragment and tracking parameters, so that one page has one address."""
    # Feeds escape "&" once too often.
    parts = urlsplit(url.strip().replace("&amp;", "&"))
    query = parts.query
    if any(_TRACKING.fullmatch(name) for name, _ in parse_qsl(query, keep_blank_values=True)):
        query = "&".join(pair for pair in query.split("&") if not _TRACKING.fullmatch(pair.partition("=")[0]))
    host = parts.netloc.lower()
    default = {"http": ":80", "https": ":443"}.get(parts.scheme.lower(), " ")
    return urlunsplit((parts.scheme.lower(), host.removesuffix(default), parts.path or "/", query, ""))

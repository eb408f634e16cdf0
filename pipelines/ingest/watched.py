"""What has been seen of a watched feed: which pages came in, which wait, which failed and when they are tried again.

What belongs here: one small file a feed in `inbox/.watching/`, which a build does not see, written by one rename each
time: killed anywhere, a watch finds what it knew before or after a page, never half of it. What does not: fetching.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipelines.errors import KakehashiError
from pipelines.ingest.feeds import Feed

FOLDER = ".watching"
"""Hidden folder of the inbox."""
WAITING, ADDED, PRESENT, FAILED, DENIED, REFUSED = "waiting", "added", "present", "failed", "denied", "refused"
"""What became of a page. A failed or denied one is tried again; a refused one (unsafe) never is."""
OPEN = (WAITING, FAILED, DENIED)
_FIRST_WAIT = dt.timedelta(hours=1)
_LONGEST_WAIT = dt.timedelta(days=7)


@dataclass(slots=True)
class Seen:
    """One page of a feed.

    Attributes:
        status: One of the constants above.
        title, published_on: As the feed gives them (YYYY-MM-DD).
        tries: How often it was asked for in vain.
        next_at: Not asked for again before this time.
        place: Where it lies in raw, once it does.
        told: Why it failed.
    """

    status: str = WAITING
    title: str | None = None
    published_on: str | None = None
    tries: int = 0
    next_at: str | None = None
    place: str | None = None
    told: str | None = None

    def is_open(self, now: dt.datetime) -> bool:
        """Whether it is to be asked for now."""
        at = parsed(self.next_at)
        return self.status in OPEN and (at is None or at <= now)

    def fail(self, status: str, told: str, now: dt.datetime) -> None:
        """Note that it was asked for in vain; the next time is four times as far off as the last, a week at most."""
        wait = min(_FIRST_WAIT * 4 ** min(self.tries, 8), _LONGEST_WAIT)
        self.status, self.told = status, told[:300]
        self.tries += 1
        self.next_at = written(now + wait)


@dataclass(slots=True)
class Memory:
    """What is known of one feed.

    Attributes:
        identity: Of the row of the list by which links were chosen; the feed is read anew when it changes.
        asked_at: When the feed was asked last, whatever came of it; read_at: when it was had last.
        told: Why it could not be had the last time; None where it could.
        pages: Address -> what became of it.
    """

    feed_id: str
    identity: str = ""
    asked_at: str | None = None
    read_at: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    told: str | None = None
    pages: dict[str, Seen] = field(default_factory=dict)

    def count(self, *statuses: str) -> int:
        """How many pages have one of these statuses."""
        return sum(page.status in statuses for page in self.pages.values())


def written(moment: dt.datetime) -> str:
    """Return a time as text, in Greenwich's clock."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parsed(text: str | None) -> dt.datetime | None:
    """Return a time that `written` wrote; None where there is none."""
    try:
        moment = dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else None


def recall(raw: Path, feed: Feed) -> Memory:
    """Return what is known of a feed; nothing where its file is missing or damaged: then its pages are looked up anew.

    Args:
        raw: Raw folder.
        feed: The feed. Where its row has changed, it is read in full whatever its service says of changes.
    """
    known = Memory(feed.feed_id)
    try:
        said: dict[str, Any] = json.loads(_path(raw, feed.feed_id).read_text(encoding="utf-8"))
        pages = {str(url): Seen(**page) for url, page in said.pop("pages").items()}
        known = Memory(**{**said, "feed_id": feed.feed_id}, pages=pages)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    if known.identity != feed.identity:
        known.identity, known.etag, known.last_modified = feed.identity, None, None
    return known


def remember(raw: Path, memory: Memory) -> None:
    """Write what is known of a feed, whole or not at all.

    Raises:
        KakehashiError: The inbox cannot be written.
    """
    path = _path(raw, memory.feed_id)
    fresh = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("w", encoding="utf-8", newline="\n") as file:
            json.dump(asdict(memory), file, ensure_ascii=False, indent=0)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        found, remedy = error.strerror or str(error), "Give a raw folder that you may write in."
        raise KakehashiError(str(path), found, "a file that can be written", remedy) from error


def _path(raw: Path, feed_id: str) -> Path:
    return raw / "inbox" / FOLDER / f"{feed_id}.json"

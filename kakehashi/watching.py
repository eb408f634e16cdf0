"""`kakehashi watch`: look at feeds and index pages, and put every new page that concerns us into `raw/inbox/`, once.

What belongs here: which feeds are looked at, what is new in them, and what came of it. What does not: reading feeds
(`pipelines/ingest/feed_formats`), one page and its record (`taking`), words for the terminal (`watch_words`), and what
is remembered (`pipelines/ingest/watched`).

Pages that a feed announces are noted as waiting before the first of them is asked for, and each one's outcome as soon
as it is known: a watch that is killed goes on from there.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from kakehashi.cli import DONE, FAILED
from kakehashi.taking import Taker
from kakehashi.watch_words import tell, tell_list, tell_sum
from pipelines.build import PROJECT_RAW
from pipelines.errors import KakehashiError, RawFileError
from pipelines.ingest.downloading import Downloader, Validators, Wanted
from pipelines.ingest.feed_formats import Listed, read_entries
from pipelines.ingest.feeds import Feed, concerns, feeds_path, is_due, read_feeds
from pipelines.ingest.robots import Robots, site
from pipelines.ingest.watched import (
    FOLDER,
    OPEN,
    WAITING,
    Memory,
    Seen,
    parsed,
    recall,
    remember,
    written,
)

AGENT = "kakehashi (open dataset; watches public feeds, obeys robots.txt)"
MOST_PAGES = 50
"""So many pages of one feed are asked for at a time; the others wait for the next."""
_FEED_BYTES = 8 * 1024 * 1024
_PAUSE_S = 2.0
_ROUND_S = 60.0
"""So often it is looked whether a feed is due."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(slots=True)
class Looked:
    """What came of looking at one feed.

    Attributes:
        told: Why it could not be had; None where it could.
        unchanged: Its service says that nothing in it has changed.
        pages: Pages that were asked for now, with what became of each.
        passed_over: Links that do not concern us; known: those that were dealt with before.
        waiting: Pages left for the next time; failing: those tried again later.
        refused: Links that are no address of the web.
    """

    feed: Feed
    told: str | None = None
    unchanged: bool = False
    pages: dict[str, Seen] = field(default_factory=dict)
    passed_over: int = 0
    known: int = 0
    waiting: int = 0
    failing: int = 0
    refused: tuple[str, ...] = ()
    remark: str = ""


def watch(options: argparse.Namespace, downloader: Downloader | None = None) -> int:
    """Look at feeds: once all of them or those named, or for ever each at its cadence.

    Args:
        options: feed, once, list, dry_run, raw, json.
        downloader: Asks the network; replaced in tests.

    Returns:
        0; 1 when a feed could not be had. The others were looked at all the same.

    Raises:
        KakehashiError: No such feed, a broken list of feeds, or another watch of this raw folder is running.
    """
    raw = options.raw or PROJECT_RAW
    if not raw.is_dir():
        raise KakehashiError(str(raw), "no folder", "a raw folder", "Name it with --raw DIR.")
    feeds = _chosen(read_feeds(feeds_path(raw)), options.feed or ())
    asking = downloader or Downloader(pause_s=_PAUSE_S, attempts=3, deadline_s=300.0)
    asking.agent = AGENT
    if options.list:
        tell_list([(feed, recall(raw, feed)) for feed in feeds], asking.now(), as_json=options.json)
        return DONE
    if options.dry_run or options.once:
        return _round(feeds, raw, asking, dry=options.dry_run, as_json=options.json)
    while True:
        due = [feed for feed in feeds if is_due(parsed(recall(raw, feed).asked_at), feed.cadence, asking.now())]
        if due:
            _round(due, raw, asking, dry=False, as_json=options.json)
        asking.sleep(_ROUND_S)


def _chosen(feeds: tuple[Feed, ...], names: list[str] | tuple[str, ...]) -> list[Feed]:
    known = {feed.feed_id: feed for feed in feeds}
    for name in names:
        if name not in known:
            raise KakehashiError("--feed", name, f"one of {', '.join(known)}", "Name a feed of the list.")
    return [known[name] for name in dict.fromkeys(names)] if names else list(feeds)


def _round(feeds: list[Feed], raw: Path, asking: Downloader, *, dry: bool, as_json: bool) -> int:
    """Look at each of the feeds, whatever becomes of the others."""
    robots = Robots(AGENT, asking.timeout_s)
    with _way(raw, dry=dry) as way:
        looked = []
        for feed in feeds:
            looked.append(_look(feed, raw, way, asking, robots, dry=dry))
            tell(looked[-1], dry=dry, as_json=as_json)
    if not as_json:
        tell_sum(looked, dry=dry)
    return FAILED if any(one.told for one in looked) else DONE


@contextmanager
def _way(raw: Path, *, dry: bool) -> Iterator[Path]:
    """The folder for what is on its way, held against another watch; the kernel lets it go with its holder."""
    if dry:
        with tempfile.TemporaryDirectory(prefix="kakehashi-watch-") as folder:
            yield Path(folder)
        return
    way = raw / "inbox" / FOLDER
    try:
        way.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(way, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        found, remedy = error.strerror or str(error), "Give a raw folder that you may write in."
        raise KakehashiError(str(way), found, "a folder that can be written", remedy) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            remedy = "Wait until it is done."
            raise KakehashiError(str(raw), "another watch of this folder", "one at a time", remedy) from error
        shutil.rmtree(way / "made", ignore_errors=True)
        yield way
        shutil.rmtree(way / "lists", ignore_errors=True)
    finally:
        os.close(descriptor)


def _look(feed: Feed, raw: Path, way: Path, asking: Downloader, robots: Robots, *, dry: bool) -> Looked:
    """Look at one feed and ask for its new pages."""
    robots.own_site = site(feed.url) if (urlsplit(feed.url).hostname or "").lower() in _LOOPBACK else None
    memory = recall(raw, feed)
    looked = Looked(feed)
    memory.asked_at = written(asking.now())
    try:
        _note_new(looked, memory, _listed(looked, memory, way, asking, robots), asking)
        memory.read_at, memory.told = memory.asked_at, None
    except RawFileError as error:
        looked.told = memory.told = str(error)
    if not dry:
        remember(raw, memory)
    # What waits from before is asked for even where the feed itself cannot be had.
    now = asking.now()
    open_now = {url: page for url, page in memory.pages.items() if page.is_open(now)}
    taker = Taker(raw, way, feed, asking, robots)
    for url, page in list(open_now.items())[:MOST_PAGES]:
        looked.pages[url] = page
        if not dry:
            taker.take(url, page)
            remember(raw, memory)
    looked.waiting = max(0, len(open_now) - MOST_PAGES)
    looked.failing = sum(page.status in OPEN and page.status != WAITING for page in memory.pages.values())
    return looked


def _listed(looked: Looked, memory: Memory, way: Path, asking: Downloader, robots: Robots) -> Listed:
    """What the feed announces; nothing where it has not changed since it was read."""
    feed = looked.feed
    denied = robots.refusal(feed.url)
    if denied is not None:
        remedy = "Leave it out of the list of feeds, or ask the publisher."
        raise RawFileError(feed.url, denied, "a feed that programs may read", remedy, "missing_source")
    asking.allow_loopback = robots.own_site is not None
    asking.pauses[urlsplit(feed.url).netloc] = robots.pause_s(feed.url) or 0.0
    known = Validators(memory.etag, memory.last_modified)
    target = way / "lists" / feed.feed_id
    wanted = Wanted(feed.url, "html" if feed.kind == "index" else "xml", limit=_FEED_BYTES)
    done = asking.get(wanted, target, known if known.if_changed else None)
    if done.status != "fetched":
        looked.unchanged = True
        return Listed(())
    listed = read_entries(target.read_bytes(), feed, done.url)
    memory.etag, memory.last_modified = done.validators.etag, done.validators.last_modified
    return listed


def _note_new(looked: Looked, memory: Memory, listed: Listed, asking: Downloader) -> None:
    """Note the pages that concern us and were never seen as waiting."""
    looked.refused, looked.remark = listed.refused, listed.remark
    tomorrow = asking.now().date().toordinal() + 1
    for entry in listed.entries:
        if entry.url in memory.pages:
            looked.known += 1
        elif not concerns(looked.feed, entry):
            looked.passed_over += 1
        else:
            day = entry.published_on
            stated = day.isoformat() if day is not None and day.toordinal() <= tomorrow else None
            memory.pages[entry.url] = Seen(title=entry.title, published_on=stated)

"""What `kakehashi watch` says: what came in, what was skipped and why, in sentences or as JSON.

What belongs here: words. What does not: looking at feeds (`watching`).
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.ingest.feeds import Feed, is_due
from pipelines.ingest.watched import ADDED, DENIED, FAILED, PRESENT, REFUSED, WAITING, Memory, Seen, parsed

if TYPE_CHECKING:
    from kakehashi.watching import Looked


def tell(looked: Looked, *, dry: bool, as_json: bool) -> None:
    """Say what came of one feed.

    Args:
        looked: What came of it.
        dry: Nothing was taken in; pages are those that would be.
        as_json: One JSON object instead of sentences.
    """
    if as_json:
        print(json.dumps(_json(looked), ensure_ascii=False), flush=True)
        return
    name = looked.feed.feed_id
    if looked.told is not None:
        print(f"kakehashi: {name}: {looked.told}", file=sys.stderr, flush=True)
    else:
        print(f"{name}: {', '.join(_counts(looked, dry=dry)) or 'nothing in it counts'}", flush=True)
    for line in _details(looked, dry=dry):
        print(f"   {line}", flush=True)


def _counts(looked: Looked, *, dry: bool) -> Iterator[str]:
    if looked.unchanged:
        yield "unchanged"
    for status, words in (
        (WAITING, "would come in"), (ADDED, "came in"), (PRESENT, "already in raw"), (FAILED, "failed"),
        (DENIED, "not allowed by robots.txt"), (REFUSED, "refused"),
    ):  # fmt: skip
        number = sum(_shown(page, dry=dry) == status for page in looked.pages.values())
        if number:
            yield f"{_pages(number)} {words}"
    for number, words in (
        (looked.known, "dealt with before"), (looked.passed_over, "of no concern to us"),
        (looked.waiting, "left for the next time"),
    ):  # fmt: skip
        if number:
            yield f"{number} {words}"


def _shown(page: Seen, *, dry: bool) -> str:
    return WAITING if dry else page.status


def _pages(number: int) -> str:
    return "1 page" if number == 1 else f"{number} pages"


def _details(looked: Looked, *, dry: bool) -> Iterator[str]:
    for url, page in looked.pages.items():
        about = " ".join(filter(None, (page.published_on, f"“{page.title}”" if page.title else None)))
        status = _shown(page, dry=dry)
        if status == WAITING:
            yield f"+ {about} {url}"
        elif status == ADDED:
            yield f"+ {about or url} in {page.place}"
        elif status == PRESENT:
            yield f"= {url} is already in {page.place}"
        elif status == REFUSED:
            yield f"- {url} is refused: {page.told}"
        else:
            yield f"- {url}: {page.told} It is tried again after {page.next_at}."
    if looked.refused:
        yield f"- {_pages(len(looked.refused))} at no address of the web: {', '.join(looked.refused[:3])}"
    if looked.remark:
        yield looked.remark


def tell_sum(looked: Sequence[Looked], *, dry: bool) -> None:
    """Say in one line what came of all feeds."""
    pages = [page for one in looked for page in one.pages.values()]
    came = sum(_shown(page, dry=dry) in (ADDED, WAITING) for page in pages)
    lost = [one.feed.feed_id for one in looked if one.told is not None]
    later = sum(one.failing for one in looked)
    parts = [f"{_pages(came)} {'would come in' if dry else 'came in'}"]
    parts += [f"{_pages(later)} tried again later"] if later else []
    parts += [f"could not be had: {', '.join(lost)}"] if lost else []
    feeds = "1 feed" if len(looked) == 1 else f"{len(looked)} feeds"
    print(f"{feeds}: {'; '.join(parts)}", flush=True)


def _json(looked: Looked) -> dict[str, Any]:
    status = "failed" if looked.told is not None else "unchanged" if looked.unchanged else "read"
    pages = [
        {"url": url, "status": page.status, "path": page.place, "title": page.title, "told": page.told,
         "next_at": page.next_at}
        for url, page in looked.pages.items()
    ]  # fmt: skip
    return {
        "feed": looked.feed.feed_id, "source": looked.feed.source, "status": status, "told": looked.told,
        "pages": pages, "known": looked.known, "passed_over": looked.passed_over, "waiting": looked.waiting,
        "failing": looked.failing, "refused": list(looked.refused), "remark": looked.remark or None,
    }  # fmt: skip


def tell_list(feeds: Sequence[tuple[Feed, Memory]], now: dt.datetime, *, as_json: bool) -> None:
    """Say which feeds are watched, when each was read, and what has come of it."""
    for feed, memory in feeds:
        due = is_due(parsed(memory.asked_at), feed.cadence, now)
        counted = {
            "added": memory.count(ADDED), "present": memory.count(PRESENT), "waiting": memory.count(WAITING),
            "failing": memory.count(FAILED, DENIED), "refused": memory.count(REFUSED),
        }  # fmt: skip
        if as_json:
            said = {
                "feed": feed.feed_id, "source": feed.source, "publisher": feed.publisher, "language": feed.language,
                "kind": feed.kind, "url": feed.url, "cadence": feed.cadence, "asked_at": memory.asked_at,
                "read_at": memory.read_at, "told": memory.told, "due": due, **counted,
            }  # fmt: skip
            print(json.dumps(said, ensure_ascii=False))
            continue
        read = f"read at {memory.read_at}" if memory.read_at else "never read"
        pages = ", ".join(f"{number} {name}" for name, number in counted.items() if number)
        print(f"{feed.feed_id}: {feed.publisher}, {feed.kind}, {feed.language}, {feed.cadence}; {read}"
              f"{', due' if due else ''}{f'; {pages}' if pages else ''}\n   {feed.url}")  # fmt: skip
        if memory.told:
            print(f"   {memory.told}")

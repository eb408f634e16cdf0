"""One page of a watched feed: ask for it politely, and put it into `raw/inbox/` with its record, whole or not at all.

What belongs here: one page. What does not: which pages there are (`watching`), and reading documents.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from kakehashi.adding import ENDINGS, RECORD, WANTED, present, seen_at
from kakehashi.recording import file_lines, scalar, source_lines
from pipelines.errors import RawFileError
from pipelines.ingest.downloading import Download, Downloader, Wanted
from pipelines.ingest.feeds import Feed, canonical
from pipelines.ingest.readers import read_document
from pipelines.ingest.robots import Robots, site
from pipelines.ingest.safety import RawFile
from pipelines.ingest.sources import read_source_yaml
from pipelines.ingest.watched import ADDED, DENIED, FAILED, PRESENT, REFUSED, Seen, written
from pipelines.ingest.yamlfile import read_fields
from pipelines.records import Source

_PAGE_BYTES = 32 * 1024 * 1024


@dataclass(slots=True)
class Taker:
    """Takes in pages of one feed, one at a time.

    Attributes:
        way: Folder on the inbox's own file system for what is on its way.
        robots: What sites allow.
    """

    raw: Path
    way: Path
    feed: Feed
    asking: Downloader
    robots: Robots
    _known: dict[str, str] | None = field(default=None)

    def take(self, url: str, page: Seen) -> None:
        """Ask for a page and take it in; what became of it is noted in `page`.

        Args:
            url: Its address.
            page: What is known of it; changed in place.
        """
        there = self._places().get(url)
        if there is not None:
            page.status, page.place = PRESENT, there
            return
        try:
            denied = self.robots.refusal(url)
            if denied is None:
                denied = self._ask(url, page)
        except RawFileError as error:
            if error.reason_code == "unsafe":
                page.status, page.told = REFUSED, str(error)[:300]
            else:
                page.fail(FAILED, str(error), self.asking.now())
            return
        if denied is not None:
            page.fail(DENIED, denied, self.asking.now())

    def _ask(self, url: str, page: Seen) -> str | None:
        """Ask for a page that may be asked for; return why it may not be kept, None where it may."""
        # Only the feed's own site may lie on this machine: what a feed links to is not its owner's word.
        self.asking.allow_loopback = site(url) == self.robots.own_site
        self.asking.pauses[urlsplit(url).netloc] = self.robots.pause_s(url) or 0.0
        target = self.way / "pages" / hashlib.sha256(url.encode()).hexdigest()[:16]
        try:
            done = self.asking.get(Wanted(url, "html", limit=_PAGE_BYTES), target)
            if done.status != "fetched":
                raise RawFileError(url[:200], "no content", "a page", "Open it in a browser.", "empty")
            denied = self.robots.refusal(done.url) if done.url != url else None
            if denied is None:
                self._keep(url, done, target.read_bytes(), page)
            return denied
        finally:
            target.unlink(missing_ok=True)

    def _keep(self, url: str, done: Download, content: bytes, page: Seen) -> None:
        there = present(self.raw, content) or self._places().get(canonical(done.url))
        if there is not None:
            page.status, page.place = PRESENT, there
            return
        now = self.asking.now()
        document = read_document(content, url[:200], None)
        source, _ = seen_at(document.source, done.url, now.astimezone().date())
        page.place = self._store(url, self._completed(source, page), done, content, now)
        page.status, page.told, page.next_at = ADDED, None, None
        self._places()[url] = page.place

    def _completed(self, source: Source, page: Seen) -> Source:
        """Fill in what the page does not say of itself and its own publisher's feed does."""
        own = urlsplit(source.url or "").hostname == urlsplit(self.feed.url).hostname
        day = dt.date.fromisoformat(page.published_on) if page.published_on and own else None
        stated = source.published_on or day
        return replace(
            source,
            title=source.title or page.title,
            publisher=source.publisher or (self.feed.publisher if own else None),
            published_on=stated,
            published_precision="day" if stated else None,
        )

    def _store(self, url: str, source: Source, done: Download, content: bytes, now: dt.datetime) -> str:
        """Write the folder and put it into its place by one rename; never into one that is there."""
        place = f"inbox/{source.source_id}"
        folder = self.raw / place
        if folder.exists():
            raise RawFileError(place, "a folder of that name", "none", "Rename or remove it.", "duplicate")
        name = f"document{ENDINGS.get(source.media_type or '', '.txt')}"
        file: dict[str, str | int | None] = {
            "name": name, "url": url, "fetched_at": written(now), "sha256": done.sha256, "bytes": done.size,
            "etag": done.validators.etag, "last_modified": done.validators.last_modified,
        }  # fmt: skip
        record = self._record(source, file)
        read_source_yaml(
            RawFile(f"{place}/{RECORD}", record.encode(), "")
        )  # what is written must be what a build reads
        made = self.way / "made"
        try:
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir(parents=True)
            (made / name).write_bytes(content)
            (made / RECORD).write_text(record, encoding="utf-8", newline="\n")
            made.rename(folder)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise RawFileError(place, reason, "room to write", "Check the folder.", "unreadable_format") from error
        return place

    def _record(self, source: Source, file: Mapping[str, str | int | None]) -> str:
        missing = [name for name in WANTED if getattr(source, name) is None]
        lines = ["# Made by `kakehashi watch` from what the page and its feed say. Correct what is wrong."]
        lines += source_lines(source, missing)
        lines += [f"fetched_at: {scalar(file['fetched_at'])}", f"note: {scalar(f'announced by {self.feed.feed_id}')}"]
        return "\n".join([*lines, *file_lines([file])]) + "\n"

    def _places(self) -> dict[str, str]:
        """Address -> place of the pages that lie in raw with a record."""
        if self._known is None:
            self._known = {}
            for room in ("documents", "inbox"):
                for record in sorted((self.raw / room).glob(f"[!.]*/{RECORD}")):
                    for address in _addresses(record):
                        self._known.setdefault(address, record.parent.relative_to(self.raw).as_posix())
        return self._known


def _addresses(record: Path) -> list[str]:
    """The addresses that a record gives: of the page in the end, and of each file as it was asked for."""
    try:
        said = read_fields(record.read_text(encoding="utf-8"), record.as_posix()) or {}
        files = [one.get("url") for one in said.get("files") or () if isinstance(one, dict)]
        return [canonical(str(address)) for address in (said.get("url"), *files) if address]
    except (OSError, ValueError, TypeError, RawFileError):
        return []  # a broken record is told by the build

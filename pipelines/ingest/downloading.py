"""Bring a file of a public service onto the disk, whole: politely, again after failures, on from where it broke off.

What belongs here: attempts, waiting, conditions and ranges of one request, and whether the bytes are whole. What does
not: what the network may be asked at all (`fetching`), which addresses there are (`endpoints`), and what bytes mean.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import http.client
import io
import json
import re
import ssl
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.errors import RawFileError
from pipelines.ingest.fetching import FAILURES, Secret, opened, reason_of
from pipelines.ingest.safety import MAX_BYTES, printable

ATTEMPTS = 5
LONGEST_WAIT_S = 120.0
"""A service that wants us to wait longer is not asked again in this run."""
_FIRST_WAIT_S = 1.0
_CHUNK = 65536
_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_HTML = re.compile(rb"\s*<(?:!doctype\s+html|html)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file to be had.

    Attributes:
        kind: json, csv, zip or html: what the bytes must look like.
        secret: A key that the service asks for.
        limit: Most bytes, unpacked.
        size, md5: As the service's own list gives them.
    """

    url: str
    kind: str
    secret: Secret | None = None
    limit: int = MAX_BYTES
    size: int | None = None
    md5: str | None = None


@dataclass(frozen=True, slots=True)
class Validators:
    """By what a service tells whether a file has changed since we had it."""

    etag: str | None = None
    last_modified: str | None = None

    @property
    def if_changed(self) -> dict[str, str]:
        """Headers that ask for the file only if it has changed."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in pairs.items() if value}

    @property
    def for_range(self) -> str | None:
        """What proves that the rest belongs to what we have; a weak tag proves nothing."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified


@dataclass(frozen=True, slots=True)
class Download:
    """What came of it.

    Attributes:
        status: `fetched`; `unchanged` since the validators; `nothing` where the service has no data for what was asked.
        url: Where the bytes came from in the end, without a key.
        sha256: Of the file; empty where there is none.
    """

    status: str
    url: str
    size: int = 0
    sha256: str = ""
    validators: Validators = field(default_factory=Validators)


class _FailedError(Exception):
    """An attempt that may be made again; `wait_s` is how long the service wants us to wait."""

    def __init__(self, found: str, wait_s: float | None = None) -> None:
        self.found = found
        self.wait_s = wait_s
        super().__init__(found)


@dataclass(slots=True)
class Downloader:
    """Asks services one request at a time.

    Attributes:
        pause_s: Shortest time between two requests to one host, in seconds.
        timeout_s: Longest wait for an answer and for the next bytes of it, in seconds.
        deadline_s: Longest time for one file with all attempts, in seconds; waiting counts.
        allow_loopback: Allow this machine's own address where an address itself names it (a mirror, a test).
        agent: Our User-Agent header; None: that of a single request.
        pauses: Host -> a longer pause that it asks for, in seconds.
        sleep, clock, now: Waiting and time; replaced in tests.
    """

    pause_s: float = 1.0
    attempts: int = ATTEMPTS
    timeout_s: float = 30.0
    deadline_s: float = 900.0
    allow_loopback: bool = False
    agent: str | None = None
    pauses: dict[str, float] = field(default_factory=dict)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(tz=dt.UTC)
    _asked: dict[str, float] = field(default_factory=dict)

    def get(self, wanted: Wanted, target: Path, known: Validators | None = None) -> Download:
        """Bring a file to `target`.

        What a broken attempt has left (`<target>.part`) is completed, here or in a later run, where the service can
        prove that the rest belongs to it; else it starts anew.

        Args:
            wanted: The file.
            target: Where it goes; written only when it is whole.
            known: Of the file as we had it; then an unchanged file is not sent again.

        Raises:
            RawFileError: Refused, too large, not what was asked for, or not to be had after all attempts.
        """
        shown = printable(wanted.url)[:200]
        target.parent.mkdir(parents=True, exist_ok=True)
        deadline = self.clock() + self.deadline_s
        failure = _FailedError("no attempt")
        for attempt in range(self.attempts):
            if attempt:
                wait = _FIRST_WAIT_S * 2 ** (attempt - 1) if failure.wait_s is None else failure.wait_s
                if wait > LONGEST_WAIT_S or self.clock() + wait > deadline:
                    break
                self.sleep(wait)
            self._be_polite(wanted.url)
            try:
                return self._attempt(wanted, target, known, deadline)
            except _FailedError as failed:
                failure = failed
            except FAILURES as error:
                failure = _FailedError(reason_of(error))
                if isinstance(getattr(error, "reason", error), ssl.SSLCertVerificationError):
                    break
        asked = "" if failure.wait_s is None else f"; the service asks to wait {failure.wait_s:.0f} s"
        remedy = "Check address and network and run it again: what is there already is not fetched twice."
        raise RawFileError(shown, f"{failure.found}{asked}", "the whole file", remedy, "missing_source")

    def json(self, wanted: Wanted, target: Path) -> Any:
        """Bring a list of a service to `target` and return what it says; arguments and errors as of `get`."""
        if self.get(wanted, target).status == "nothing":
            return None
        return json.loads(target.read_bytes())

    def _be_polite(self, url: str) -> None:
        host = urlsplit(url).netloc
        pause = max(self.pause_s, self.pauses.get(host, 0.0))
        since = self.clock() - self._asked.get(host, -pause)
        if since < pause:
            self.sleep(pause - since)
        self._asked[host] = self.clock()

    def _attempt(self, wanted: Wanted, target: Path, known: Validators | None, deadline: float) -> Download:
        shown = printable(wanted.url)[:200]
        part = _Part.left(target, wanted.url)
        headers = {"Accept": "*/*", **part.asking()}
        if self.agent:
            headers["User-Agent"] = self.agent
        if not part.size and known is not None:
            headers |= known.if_changed
        with opened(
            wanted.url, headers, timeout_s=self.timeout_s, allow_loopback=self.allow_loopback, secret=wanted.secret
        ) as (answer, url):
            if answer.status == 304 and known is not None:
                return Download("unchanged", url, validators=known)
            if answer.status == 204:
                return Download("nothing", url)
            if answer.status == 416:
                part.drop()
                raise _FailedError("answer 416: the file has changed meanwhile")
            if answer.status in _AGAIN:
                raise _FailedError(f"answer {answer.status} {answer.reason}", _told_to_wait(answer.headers, self.now()))
            if answer.status not in (200, 206):
                found, remedy = f"answer {answer.status} {answer.reason}", "Check the source, the year and the key."
                raise RawFileError(shown, found, "the file", remedy, "missing_source")
            validators = Validators(answer.headers.get("ETag"), answer.headers.get("Last-Modified"))
            part.begin(answer, validators)
            self._write(answer, part, wanted, deadline)
        return part.finish(wanted, shown, url, validators)

    def _write(self, answer: http.client.HTTPResponse, part: _Part, wanted: Wanted, deadline: float) -> None:
        """Append what comes to the part; what is cut off stays for the next attempt."""
        unpack = _Unpacker((answer.headers.get("Content-Encoding") or "").strip().lower(), printable(wanted.url)[:200])
        promised = answer.headers.get("Content-Length", "")
        came = 0
        with part.path.open("ab") as file:
            while chunk := answer.read1(_CHUNK):
                came += len(chunk)
                piece = unpack.more(chunk, wanted.limit)
                part.size += len(piece)
                if part.size > wanted.limit:
                    file.close()
                    part.drop()
                    remedy = "Ask for less of it."
                    place, found = printable(wanted.url)[:200], f"more than {wanted.limit} bytes"
                    raise RawFileError(place, found, "a smaller file", remedy, "too_large")
                file.write(piece)
                if self.clock() > deadline:
                    raise _FailedError(f"an answer that does not end, {part.size} bytes so far")
        if promised.isdecimal() and came < int(promised):
            raise _FailedError(f"an answer cut off after {came} of {promised} bytes")
        if not unpack.whole:
            raise _FailedError(f"packed content that breaks off after {came} bytes")


@dataclass(slots=True)
class _Part:
    """A file that is not whole yet, and what it is a part of."""

    target: Path
    url: str
    size: int
    proof: str | None

    @property
    def path(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def note(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part.json")

    @classmethod
    def left(cls, target: Path, url: str) -> _Part:
        """What an earlier attempt left of the same address; nothing where it cannot be proved to go on."""
        found = cls(target, url, 0, None)
        try:
            note = json.loads(found.note.read_text(encoding="utf-8"))
            if note["url"] == url and note["proof"]:
                found.size, found.proof = found.path.stat().st_size, str(note["proof"])
        except (OSError, ValueError, KeyError, TypeError):
            found.size = 0
        if not found.size:
            found.drop()
        return found

    def asking(self) -> dict[str, str]:
        return {"Range": f"bytes={self.size}-", "If-Range": self.proof} if self.size and self.proof else {}

    def begin(self, answer: http.client.HTTPResponse, validators: Validators) -> None:
        """Keep what is there where the answer goes on from it, else start anew."""
        span = _RANGE.fullmatch(answer.headers.get("Content-Range", "")) if answer.status == 206 else None
        if answer.status == 206 and (span is None or int(span[1]) != self.size):
            self.drop()
            raise _FailedError("a part of the file that was not asked for")
        if answer.status == 200:
            self.drop()
        self.proof = validators.for_range if not answer.headers.get("Content-Encoding") else None
        self.note.write_text(json.dumps({"url": self.url, "proof": self.proof}), encoding="utf-8")

    def finish(self, wanted: Wanted, shown: str, url: str, validators: Validators) -> Download:
        """Check that the file is whole and put it in its place."""
        content = self.path.read_bytes() if self.path.exists() else b""
        wrong = not_whole(content, wanted)
        if wrong:
            self.drop()
            raise _FailedError(wrong)
        self.path.replace(self.target)
        self.note.unlink(missing_ok=True)
        return Download("fetched", url, len(content), hashlib.sha256(content).hexdigest(), validators)

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)
        self.size, self.proof = 0, None


def not_whole(content: bytes, wanted: Wanted) -> str:
    """Return what shows that bytes are not the file that was wanted; empty where nothing does.

    Args:
        content: All bytes.
        wanted: What its list said of it.
    """
    if not content.strip():
        return "an empty answer"
    if wanted.size is not None and len(content) != wanted.size:
        return f"{len(content)} bytes, where the service's list gives {wanted.size}"
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if wanted.md5 and digest != wanted.md5.lower():
        return "bytes of another checksum than the service's list gives"
    if wanted.kind != "html" and _HTML.match(content[:200]):
        return "a web page in place of the file"
    return _SHAPES[wanted.kind](content) if wanted.kind in _SHAPES else ""


def _broken_json(content: bytes) -> str:
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return "JSON that breaks off or is none"
    return ""


def _broken_zip(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "" if archive.namelist() else "an empty zip file"
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
        return "a zip file that breaks off or is none"


_SHAPES = {"json": _broken_json, "zip": _broken_zip}


class _Unpacker:
    """Unpacks an answer as it comes, and knows whether it has come to its end."""

    def __init__(self, packed: str, shown: str) -> None:
        if packed not in ("", "identity", "gzip", "x-gzip"):
            expected = "a plain answer"
            raise RawFileError(shown, f"content packed as {packed[:40]}", expected, "Report it.", "unreadable_format")
        self._stream = zlib.decompressobj(wbits=31) if packed.endswith("gzip") else None

    def more(self, chunk: bytes, limit: int) -> bytes:
        # One byte more than may come is enough to see that it is too much.
        return chunk if self._stream is None else self._stream.decompress(chunk, limit + 1)

    @property
    def whole(self) -> bool:
        # What follows the end of a packed answer would be lost.
        return self._stream is None or (self._stream.eof and not self._stream.unused_data)


def _told_to_wait(headers: Message, now: dt.datetime) -> float | None:
    """Seconds that a service asks us to wait, as a number or until a time; None where it does not say."""
    told = (headers.get("Retry-After") or "").strip()
    if told.isdecimal():
        return float(told)
    try:
        moment = parsedate_to_datetime(told)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - now).total_seconds())

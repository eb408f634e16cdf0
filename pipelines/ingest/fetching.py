"""Fetch one page or file from the web without trusting it.

What belongs here: one request, its redirects, and their limits. What does not: what the bytes mean (`readers/`) and
where they are kept (`kakehashi/adding`). Nothing in a build calls this: a build needs no network.

An address that leads into a private network is refused, also where a redirect or a name leads there: what a page says
must never make this machine ask its neighbours. Proxies of the environment are not used, for behind one the address
cannot be checked.
"""

from __future__ import annotations

import gzip
import http.client
import io
import ipaddress
import re
import socket
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from pipelines.errors import RawFileError
from pipelines.ingest.safety import MAX_BYTES, printable

TIMEOUT_S = 20.0
"""Longest wait for an answer, and for the next bytes of one."""
DEADLINE_S = 120.0
_MOST_REDIRECTS = 5
_CHUNK = 65536
_TYPES = re.compile(
    r"text/(?:html|plain|markdown|x-markdown)|application/(?:xhtml\+xml|pdf|x-pdf|octet-stream|msword|zip"
    r"|vnd\.openxmlformats-officedocument\.wordprocessingml\.document|force-download|download)"
    r"|message/rfc822|multipart/related|binary/octet-stream"
)
"""Content types that may hold a document; the content itself decides in the end."""
_AGENT = "kakehashi (open dataset; one page at a person's request)"
_SHARED_NAT = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched: the bytes, and the address that they came from in the end."""

    content: bytes
    url: str
    media_type: str | None


def is_address(text: str) -> bool:
    """Whether a word is an address of the web rather than the name of a file."""
    return bool(re.match(r"https?://", text, re.IGNORECASE))


def fetch(
    url: str,
    *,
    limit: int = MAX_BYTES,
    timeout_s: float = TIMEOUT_S,
    deadline_s: float = DEADLINE_S,
    allow_loopback: bool = False,
) -> Fetched:
    """Fetch one address.

    Args:
        url: http or https, without user name and password.
        limit: Largest answer in bytes, unpacked.
        timeout_s: Longest wait for the server, in seconds.
        deadline_s: Longest time for all of it, in seconds.
        allow_loopback: Allow this machine's own addresses: for tests only.

    Raises:
        RawFileError: Refused (`unsafe`), too large, of a type that holds no document, or not to be had.
    """
    shown = printable(url)[:200]
    deadline = time.monotonic() + deadline_s
    address = _ascii(url, shown)
    try:
        for _ in range(_MOST_REDIRECTS + 1):
            with _ask(address, shown, timeout_s, allow_loopback) as answer:
                status = answer.status
                if status in (301, 302, 303, 307, 308) and answer.headers.get("Location"):
                    address = _ascii(urljoin(address, answer.headers["Location"]), shown)
                    continue
                if status != 200:
                    remedy = "Open it in a browser, save it, and add the file."
                    raise RawFileError(shown, f"answer {status} {answer.reason}", "the page", remedy, "missing_source")
                media_type = answer.headers.get_content_type() if answer.headers.get("Content-Type") else None
                if media_type is not None and not _TYPES.fullmatch(media_type):
                    expected = "a page, text, PDF, DOCX or e-mail"
                    raise RawFileError(shown, media_type, expected, "Name a document.", "unreadable_format")
                content = _body(answer, shown, limit, deadline)
                return Fetched(content, urlunsplit((*urlsplit(address)[:4], "")), media_type)
    except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
        reason = str(getattr(error, "reason", None) or error)[:120] or type(error).__name__
        remedy = "Check address and network, or save the page and add the file."
        raise RawFileError(shown, reason, "an answer", remedy, "missing_source") from error
    found = f"more than {_MOST_REDIRECTS} redirects"
    raise RawFileError(shown, found, "a page", "Open it in a browser and save it.", "missing_source")


def _ascii(url: str, shown: str) -> str:
    """The address as it goes over the wire; refused where it is none of the web or carries a password."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise RawFileError(shown, "no address", "http(s)://host/path", "Correct it.", "unsafe") from error
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise RawFileError(
            shown, f"an address of {parts.scheme or 'no kind'}", "http or https", "Correct it.", "unsafe"
        )
    if parts.username is not None or parts.password is not None:
        raise RawFileError(
            shown, "a user name in the address", "an open page", "Save the page and add the file.", "unsafe"
        )
    try:
        name = host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise RawFileError(shown, "no name of a host", "http(s)://host/path", "Correct it.", "unsafe") from error
    netloc = (f"[{name}]" if ":" in name else name) + (f":{port}" if port else "")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return urlunsplit((parts.scheme.lower(), netloc, path, quote(parts.query, safe="/%:@!$&'()*+,;=~-._?"), ""))


def _ask(address: str, shown: str, timeout_s: float, allow_loopback: bool) -> http.client.HTTPResponse:
    """One request without following redirects, to an address that was looked up and checked once."""

    def connect(target: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        return _connected(target, shown, timeout_s, allow_loopback)

    class Plain(urllib.request.HTTPHandler):
        def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(_through(http.client.HTTPConnection, connect), request)

    class Secure(urllib.request.HTTPSHandler):
        def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(_through(http.client.HTTPSConnection, connect), request)

    class Every(urllib.request.HTTPErrorProcessor):
        """Hands over every answer as it is, so that redirects are checked one by one."""

        def http_response(self, request: urllib.request.Request, response: Any) -> Any:
            return response

        https_response = http_response

    opener = urllib.request.OpenerDirector()
    for handler in (Plain(), Secure(), Every()):
        opener.add_handler(handler)
    headers = {"User-Agent": _AGENT, "Accept": "text/html,application/pdf,*/*;q=0.5", "Accept-Encoding": "identity"}
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 (the scheme was checked)
    answer: http.client.HTTPResponse = opener.open(request, timeout=timeout_s)
    return answer


def _through(kind: type[http.client.HTTPConnection], connect: Callable[..., socket.socket]) -> Callable[..., Any]:
    def make(host: str, **options: Any) -> http.client.HTTPConnection:
        connection = kind(host, **options)
        # The library's own hook for how a connection comes about; a certificate is still checked for the host's name.
        connection._create_connection = connect  # type: ignore[attr-defined]
        return connection

    return make


def _connected(target: tuple[str, int], shown: str, timeout_s: float, allow_loopback: bool) -> socket.socket:
    """Connect to a host by an address of it that is public; the name is not looked up a second time."""
    host, port = target
    found = {entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    for address in sorted(map(str, found)):
        if not _is_public(address) and not (allow_loopback and ipaddress.ip_address(address).is_loopback):
            remedy = "Save the page and add the file."
            raise RawFileError(shown, f"an address of a private network ({host})", "a public page", remedy, "unsafe")
    return socket.create_connection((sorted(map(str, found))[0], port), timeout_s)


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.split("%", maxsplit=1)[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _SHARED_NAT:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return address.is_global and not address.is_multicast


def _body(answer: http.client.HTTPResponse, shown: str, limit: int, deadline: float) -> bytes:
    content = _read(answer, shown, limit, deadline)
    packed = (answer.headers.get("Content-Encoding") or "identity").strip().lower()
    if packed in ("gzip", "x-gzip"):
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as unpacked:
            content = _read(unpacked, shown, limit, deadline)
    elif packed not in ("identity", ""):
        raise RawFileError(
            shown, f"content packed as {packed[:40]}", "a plain answer", "Save the page.", "unreadable_format"
        )
    if not content.strip():
        raise RawFileError(shown, "an empty answer", "a page", "Check the address.", "empty")
    return content


def _read(stream: Any, shown: str, limit: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        part = stream.read1(_CHUNK) if hasattr(stream, "read1") else stream.read(_CHUNK)
        if not part:
            return b"".join(parts)
        size += len(part)
        parts.append(part)
        if size > limit:
            raise RawFileError(shown, f"more than {limit} bytes", "a document", "Save and split it.", "too_large")
        if time.monotonic() > deadline:
            raise RawFileError(shown, "an answer that does not end", "a page", "Save the page.", "missing_source")

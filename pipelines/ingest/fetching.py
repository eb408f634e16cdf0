"""Fetch one page or file from the web without trusting it.

What belongs here: one request, its redirects, and their limits. What does not: what the bytes mean (`readers/`), asking
again and files on disk (`downloading`), and where they are kept (`kakehashi/adding`, `kakehashi/fetching`). Nothing in
a build calls this: a build needs no network.

An address that leads into a private network is refused, also where a redirect or a name leads there: what a page says
must never make this machine ask its neighbours. Proxies of the environment are not used, for behind one the address
cannot be checked.
"""

from __future__ import annotations

import contextlib
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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
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
_MOVED = (301, 302, 303, 307, 308)
_SHARED_NAT = ipaddress.ip_network("64:ff9b::/96")
_BEHIND = tuple(map(ipaddress.ip_network, ("::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "fec0::/10")))
"""Ranges of IPv6 that are not listed as private and may lead to private addresses all the same."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched: the bytes, and the address that they came from in the end."""

    content: bytes
    url: str
    media_type: str | None


@dataclass(frozen=True, slots=True)
class Secret:
    """A key that a service asks for. It goes to the host that it was given for, and nowhere else.

    Attributes:
        name: Of the header, or of the parameter of the address.
        in_header: Whether it goes as a header.
    """

    name: str
    value: str = field(repr=False)
    in_header: bool = False


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
    headers = {"Accept": "text/html,application/pdf,*/*;q=0.5"}
    try:
        with opened(url, headers, timeout_s=timeout_s, allow_loopback=allow_loopback) as (answer, address):
            if answer.status != 200:
                remedy = "Open it in a browser, save it, and add the file."
                found = f"answer {answer.status} {answer.reason}"
                raise RawFileError(shown, found, "the page", remedy, "missing_source")
            media_type = answer.headers.get_content_type() if answer.headers.get("Content-Type") else None
            if media_type is not None and not _TYPES.fullmatch(media_type):
                expected = "a page, text, PDF, DOCX or e-mail"
                raise RawFileError(shown, media_type, expected, "Name a document.", "unreadable_format")
            return Fetched(_body(answer, shown, limit, deadline), address, media_type)
    except FAILURES as error:
        remedy = "Check address and network, or save the page and add the file."
        raise RawFileError(shown, reason_of(error), "an answer", remedy, "missing_source") from error


FAILURES = (OSError, http.client.HTTPException, ValueError, zlib.error)
"""What goes wrong on the way: no connection, an answer that is cut off or no HTTP."""


def reason_of(error: BaseException) -> str:
    """What went wrong on the way, in few words."""
    return str(getattr(error, "reason", None) or error)[:120] or type(error).__name__


@contextmanager
def opened(
    url: str,
    headers: Mapping[str, str],
    *,
    timeout_s: float = TIMEOUT_S,
    allow_loopback: bool = False,
    secret: Secret | None = None,
) -> Iterator[tuple[http.client.HTTPResponse, str]]:
    """Ask for one address and follow its redirects, each looked up and checked anew.

    Args:
        url: http or https, without user name and password.
        headers: Besides our own.
        timeout_s: Longest wait for the server, in seconds.
        allow_loopback: Allow this machine's own address where `url` itself names it; a redirect to another port of it
            is refused all the same.
        secret: Sent to the host of `url` alone, and never over an open line where that one is encrypted.

    Yields:
        The answer, whatever its status, and the address that it came from in the end, without the secret.

    Raises:
        RawFileError: Refused (`unsafe`), or redirected too often.
    """
    shown = printable(url)[:200]
    first = address = _ascii(url, shown)
    for _ in range(_MOST_REDIRECTS + 1):
        same = urlsplit(address)[:2] == urlsplit(first)[:2]
        sent, asked = dict(headers), address
        if secret is not None and same:
            asked, sent = _with_secret(address, sent, secret)
        with _ask(asked, sent, shown, timeout_s, allow_loopback and same) as answer:
            target = answer.headers.get("Location")
            if answer.status not in _MOVED or not target:
                yield answer, urlunsplit((*urlsplit(address)[:4], ""))
                return
        address = _ascii(urljoin(address, target), shown)
        if secret is not None:
            address = _without_secret(address, secret)
        if first.startswith("https:") and not address.startswith("https:") and secret is not None:
            remedy = "Report it to the service."
            raise RawFileError(shown, "a redirect to an open line", "an encrypted one", remedy, "unsafe")
    found = f"more than {_MOST_REDIRECTS} redirects"
    raise RawFileError(shown, found, "a page", "Open it in a browser and save it.", "missing_source")


def _with_secret(address: str, headers: dict[str, str], secret: Secret) -> tuple[str, dict[str, str]]:
    if secret.in_header:
        return address, {**headers, secret.name: secret.value}
    parts = urlsplit(address)
    query = "&".join(filter(None, (parts.query, f"{secret.name}={quote(secret.value, safe='')}")))
    return urlunsplit((*parts[:3], query, "")), headers


def _without_secret(address: str, secret: Secret) -> str:
    """An address without the key that the redirect to it may repeat."""
    parts = urlsplit(address)
    kept = [one for one in parts.query.split("&") if one.partition("=")[0] != secret.name]
    return urlunsplit((*parts[:3], "&".join(kept), parts.fragment))


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


def _ask(
    address: str, headers: Mapping[str, str], shown: str, timeout_s: float, allow_loopback: bool
) -> http.client.HTTPResponse:
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
    every = {"User-Agent": _AGENT, "Accept-Encoding": "identity", **headers}
    request = urllib.request.Request(address, headers=every)  # noqa: S310 (the scheme was checked)
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
    # IPv4 first: many machines have addresses of IPv6 and no way out by them.
    *others, last = sorted(map(str, found), key=lambda address: (":" in address, address))
    for address in others:
        with contextlib.suppress(OSError):
            return socket.create_connection((address, port), timeout_s)
    return socket.create_connection((last, port), timeout_s)


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.split("%", maxsplit=1)[0])
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in _BEHIND):
            return False
        inner = address.ipv4_mapped or address.sixtofour
        if address in _SHARED_NAT:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return address.is_global and not address.is_multicast


def _body(answer: http.client.HTTPResponse, shown: str, limit: int, deadline: float) -> bytes:
    content = _read(answer, shown, limit, deadline)
    promised = answer.headers.get("Content-Length", "")
    if promised.isdecimal() and int(promised) > len(content):
        found = f"an answer cut off after {len(content)} of {promised} bytes"
        raise RawFileError(shown, found, "all of it", "Try again, or save the page.", "missing_source")
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

"""The pages of the releases beside the Dagster UI: served on this machine alone, for the UI's links and pictures.

What belongs here: where pages are found by the browser, and the small server of `make ui`. What does not: the pages
(`pipelines.publish.site`). A deployment lets its own proxy serve them and names the address in `KAKEHASHI_PAGES`.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PAGES_VARIABLE = "KAKEHASHI_PAGES"
"""Environment variable that names the address under which the pages are found."""

DEFAULT_PAGES = "http://127.0.0.1:3001"
_PATH = re.compile(r"/(latest|\d{4}\.\d{2}\.\d{2}(?:\.\d+)?)/([a-z_]+\.(?:html|svg))")
_TYPES = {".html": "text/html; charset=utf-8", ".svg": "image/svg+xml; charset=utf-8"}
_SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def page(name: str, version: str = "latest", environment: Mapping[str, str] = os.environ) -> str:
    """Return the address of a page of a release, with its anchor if it has one.

    Args:
        name: Such as `dictionary.html#projects`.
        version: Of the release.
        environment: Names the address of all pages, or the default holds.
    """
    return f"{environment.get(PAGES_VARIABLE, DEFAULT_PAGES).rstrip('/')}/{version}/{name}"


@contextmanager
def served(host: str, port: int, output: Path) -> Iterator[str]:
    """Serve the pages of the releases of an output folder while the block runs.

    Args:
        host: Address to listen on.
        port: Port to listen on; 0: any that is free.
        output: Folder that holds `releases/` and `latest`; it may come later.

    Yields:
        The address.

    Raises:
        OSError: The port is taken.
    """

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer with a page, or say that there is none."""
            found = _PATH.fullmatch(self.path.partition("?")[0])
            content = None if found is None else _content(output, found[1], found[2])
            if found is None or content is None:
                self._answer(HTTPStatus.NOT_FOUND, b"There is no such page of a release.\n", "text/plain")
            else:
                self._answer(HTTPStatus.OK, content, _TYPES[Path(found[2]).suffix])

        def _answer(self, status: HTTPStatus, content: bytes, kind: str) -> None:
            self.send_response(status)
            for name, value in {**_SECURITY, "Content-Type": kind, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *words: Any) -> None:
            """Say nothing on the terminal."""

    with ThreadingHTTPServer((host, port), Pages) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://{host}:{server.server_address[1]}"
        finally:
            server.shutdown()


def _content(output: Path, version: str, name: str) -> bytes | None:
    folder = output / version if version == "latest" else output / "releases" / version
    try:
        return (folder / "site" / name).read_bytes()
    except OSError:
        return None

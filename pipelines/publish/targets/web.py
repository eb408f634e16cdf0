"""A web service with a token: requests that are tried again where that is safe, and errors in sentences.

What belongs here: the connection. What does not: what a service is asked (`zenodo`, `huggingface`).

The token goes to the service's own address and nowhere else: not to another host that an answer names, not along a
redirect, not into a message. Only https will do, but for this machine itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from pipelines.errors import ReleaseError
from pipelines.publish.targets.secrets import Secrets

AGAIN = "Run the same command again: what has arrived is not sent again. The latest there is the one before."
_TIMEOUT = (10.0, 300.0)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_SAFE_TO_REPEAT = ("GET", "PUT", "DELETE")


class _Token(requests.auth.AuthBase):
    """Puts the token on requests to one origin; being there, it also keeps `.netrc` from being read."""

    def __init__(self, origin: tuple[str, str], token: str) -> None:
        self._origin, self._token = origin, token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if _origin(str(request.url)) == self._origin:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


class Web:
    """A service at one address.

    Args:
        name: What people call the target.
        base: The service's address.
        token: Sent to that address as a bearer.
        secrets: What must not stand in a message.

    Raises:
        ReleaseError: The address is not https.
    """

    def __init__(self, name: str, base: str, token: str, secrets: Secrets) -> None:
        self.name, self.base = name, base.rstrip("/") + "/"
        self._secrets = secrets
        _only_safe(name, self.base)
        self._session = requests.Session()
        self._session.auth = _Token(_origin(self.base), token)
        retry = Retry(
            total=3, backoff_factor=0.2, status_forcelist=(429, 502, 503, 504), allowed_methods=_SAFE_TO_REPEAT,
            raise_on_status=False, redirect=False,
        )  # fmt: skip
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | Path | None = None,
        headers: Mapping[str, str] | None = None,
        accept: tuple[int, ...] = (),
    ) -> requests.Response:
        """Send one request and take in the answer.

        Args:
            method: GET, POST, PUT or DELETE.
            path: Below the service's address, or a whole address that the service has named.
            body: Sent as JSON.
            content: Sent as it is; a file is read as it is sent.
            headers: More of them.
            accept: Codes from 300 on that are answers and no errors.

        Raises:
            ReleaseError: The connection was cut, or the service refuses.
        """
        url = urljoin(self.base, path)
        _only_safe(self.name, url)
        try:
            with ExitStack() as stack:
                data = stack.enter_context(content.open("rb")) if isinstance(content, Path) else content
                answer = self._session.request(
                    method, url, json=body, data=data, headers=dict(headers or {}), timeout=_TIMEOUT,
                    allow_redirects=False,
                )  # fmt: skip
        except requests.RequestException as error:
            said = f"a connection that was cut ({self._hide(type(error).__name__)} at {self._hide(_shown(url))})"
            raise ReleaseError(self.name, said, "an answer", AGAIN) from None
        if answer.status_code >= 300 and answer.status_code not in accept:
            raise self._refused(answer, method, url)
        return answer

    def json(self, method: str, path: str, **how: Any) -> Any:
        """Send one request and return the JSON of the answer; see `ask`.

        Raises:
            ReleaseError: See `ask`, or the answer is no JSON.
        """
        answer = self.ask(method, path, **how)
        try:
            return answer.json()
        except json.JSONDecodeError as error:
            url = self._hide(_shown(urljoin(self.base, path)))
            raise ReleaseError(self.name, f"an answer of {url} that is no JSON", "JSON", AGAIN) from error

    def _refused(self, answer: requests.Response, method: str, url: str) -> ReleaseError:
        said = self._hide(" ".join(answer.text.split())[:200])
        found = f"answer {answer.status_code} to {method} {self._hide(_shown(url))}{f': {said}' if said else ''}"
        remedy = "Look at the token and at what it may do. " if answer.status_code in (401, 403) else ""
        return ReleaseError(self.name, found, "that it is done", remedy + AGAIN)

    def _hide(self, text: str) -> str:
        return self._secrets.hide(text)


def _shown(url: str) -> str:
    """An address without its query: the query of an upload address may be a credential."""
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}"


def _only_safe(name: str, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ReleaseError(
            name, f"the address {_shown(url)} without https", "https", "Give the service's https address."
        )

"""What a site lets programs ask for: its robots.txt, by the rules of RFC 9309.

What belongs here: asking for robots.txt once a site and a run, and what it allows. What does not: asking for pages.
"""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pipelines.errors import RawFileError
from pipelines.ingest.fetching import FAILURES, opened, reason_of

NAME = "kakehashi"
"""What rules for us are written under."""
_LIMIT = 512 * 1024
"""So many bytes of a robots.txt count, as the standard asks for at least."""
_ABSENT = (400, 401, 403, 404, 405, 406, 410, 451)
"""Answers that say that there is no robots.txt: then all may be asked for. After any other answer nothing may."""


@dataclass(slots=True)
class Robots:
    """The rules of the sites that were asked in this run.

    Attributes:
        agent: Our User-Agent header.
        timeout_s: Longest wait for an answer, in seconds.
        own_site: scheme://host of a feed on this machine, which alone may be asked there (a mirror, a test).
    """

    agent: str
    timeout_s: float = 30.0
    own_site: str | None = None
    _rules: dict[str, Any] = field(default_factory=dict)

    def refusal(self, url: str) -> str | None:
        """Return why a page may not be asked for; None where it may.

        Raises:
            RawFileError: The address itself is refused (`unsafe`).
        """
        rules = self._of(site(url))
        if isinstance(rules, str):
            return rules
        allowed = rules is None or rules.can_fetch(url, NAME)
        return None if allowed else f"the robots.txt of {urlsplit(url).netloc} does not allow it"

    def pause_s(self, url: str) -> float | None:
        """Seconds that a site wants between two requests; None where it does not say."""
        rules = self._of(site(url))
        asked = None if rules is None or isinstance(rules, str) else rules.crawl_delay(NAME)
        return float(asked) if asked is not None and asked >= 0 else None

    def _of(self, where: str) -> Any:
        """The rules of a site; None where it has none, a reason where it cannot be asked."""
        if where not in self._rules:
            self._rules[where] = self._ask(where)
        return self._rules[where]

    def _ask(self, where: str) -> Any:
        from protego import Protego

        address = f"{where}/robots.txt"
        headers = {"Accept": "text/plain,*/*;q=0.1", "User-Agent": self.agent}
        try:
            with opened(address, headers, timeout_s=self.timeout_s, allow_loopback=where == self.own_site) as (
                answer,
                _,
            ):
                if answer.status in _ABSENT:
                    return None
                if answer.status != 200:
                    return f"{address} answers {answer.status}"
                return Protego.parse(_begin(answer, self.timeout_s).decode("utf-8", "replace"))
        except RawFileError as error:
            if error.reason_code == "unsafe":
                raise
            return f"{address} cannot be had ({error.found})"
        except FAILURES as error:
            return f"{address} cannot be had ({reason_of(error)})"


def _begin(answer: http.client.HTTPResponse, seconds: float) -> bytes:
    """The bytes of an answer that count: a site that sends them one by one is not waited for."""
    deadline = time.monotonic() + seconds
    content = b""
    while len(content) < _LIMIT and (more := answer.read1(_LIMIT - len(content))):
        content += more
        if time.monotonic() > deadline:
            raise TimeoutError("an answer that does not end")
    return content


def site(url: str) -> str:
    """Return scheme and host of an address."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "", "", ""))

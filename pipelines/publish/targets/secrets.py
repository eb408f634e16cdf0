"""Credentials: read from the environment alone, and kept out of every message.

What belongs here: asking for them and blotting them out. What does not: who uses them.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.errors import ReleaseError

_SHORTEST = 6
"""A shorter value is no secret, and blotting it out would tear words apart."""


class Secrets:
    """The variables of an environment, of which those that were asked for are kept out of messages.

    Args:
        environment: Variable -> value.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._asked: set[str] = set()

    def __repr__(self) -> str:
        """Tell nothing."""
        return "Secrets(…)"

    def need(self, where: str, name: str) -> str:
        """Return a variable that must be set.

        Raises:
            ReleaseError: It is not.
        """
        found = self.get(name).strip()
        if not found:
            raise ReleaseError(
                where, f"no {name} in the environment", "credentials in the environment, and nowhere else",
                f"Set {name}, then run the command again. Nothing was sent.",
            )  # fmt: skip
        return found

    def get(self, name: str) -> str:
        """Return a variable; empty where it is not set."""
        found = self._environment.get(name, "")
        if not name.endswith(("REGION", "URL", "URL_S3", "ENDPOINT")):
            self._asked.add(found.strip())
        return found

    def hide(self, text: str) -> str:
        """Return a text for people: the variables that were asked for are blotted out."""
        for secret in sorted(self._asked, key=len, reverse=True):
            if len(secret) >= _SHORTEST:
                text = text.replace(secret, "…")
        return text

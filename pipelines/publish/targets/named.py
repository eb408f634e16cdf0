"""From what a person names to a target.

What belongs here: the spelling of targets. What does not: the targets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from pipelines.errors import ReleaseError
from pipelines.publish.targets.bucket import Bucket
from pipelines.publish.targets.directory import Directory
from pipelines.publish.targets.shipment import Progress, Sent, Shipment

SPELLINGS = "a folder, s3://bucket/prefix, zenodo, or hf:owner/name"

_BUCKET = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([\w./-]*))?", re.ASCII)
_REPOSITORY = re.compile(r"hf:([\w.-]+/[\w.-]+)", re.ASCII)


class Target(Protocol):
    """What takes releases."""

    @property
    def name(self) -> str:
        """What people call it, without credentials."""

    def send(self, shipment: Shipment, progress: Progress) -> Sent:
        """Send a release; cut off anywhere, the target's latest is whole, and the next call goes on from there.

        Raises:
            ReleaseError: Why it could not be sent, and what to do.
        """


def target(text: str, environment: Mapping[str, str]) -> Target:
    """Find the target that a person has named.

    Args:
        text: A folder, `s3://bucket/prefix`, `zenodo`, or `hf:owner/name`.
        environment: Variables that hold credentials; nothing else does.

    Raises:
        ReleaseError: It is none, a credential is missing, or a client is not installed.
    """
    if text == "zenodo":
        from pipelines.publish.targets.zenodo import Zenodo

        return Zenodo(environment)
    bucket, repository = _BUCKET.fullmatch(text), _REPOSITORY.fullmatch(text)
    if bucket:
        return Bucket(bucket[1], (bucket[2] or "").strip("/"), environment)
    if repository:
        from pipelines.publish.targets.huggingface import HuggingFace

        return HuggingFace(repository[1], environment)
    if not text or re.match(r"[a-z0-9+]+:", text):
        raise ReleaseError(f"--to {text}", "no target of a known kind", SPELLINGS, "Name one of these.")
    return Directory(Path(text))

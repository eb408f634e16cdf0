"""A release that may leave this machine: verified, free to be passed on, its files with their hashes.

What belongs here: what every target must know of a release, and the refusal of one that must not be sent. What does
not: any target's own way of taking it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import ReleaseError
from pipelines.licences import OWN_USE
from pipelines.publish.folder import SUMS, Folder
from pipelines.publish.release import version_order
from pipelines.publish.verify import verify

_NAME = re.compile(r"[\w.-]+(/[\w.-]+)*", re.ASCII)

Progress = Callable[[str, int, int], None]
"""Told of each file as it is sent: its name, its number, and how many there are."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """A file of a release: its hash (sha256, lower-case hex) and its size in bytes."""

    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """A release ready to be sent.

    Attributes:
        folder: The release's folder.
        released_on: Its date, YYYY-MM-DD.
        files: Relative path -> file, in the order of sending: SHA256SUMS comes last, so that what has it is whole.
    """

    folder: Path
    version: str
    released_on: str
    files: Mapping[str, Shipped]

    def __len__(self) -> int:
        return len(self.files)

    def sums(self) -> str:
        """The hash of SHA256SUMS: equal hashes mean equal releases, byte for byte."""
        return self.files[SUMS].sha256


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of sending.

    Attributes:
        where: The target's name for people, without credentials; or the address at which the release now is.
        sent: Files that were sent.
        there: Files that had arrived before.
        size: Bytes that were sent.
        is_latest: Whether the target's latest is this release now; false where it has a newer one.
    """

    where: str
    version: str
    sent: int
    there: int
    size: int
    is_latest: bool


def prepare(release: Path) -> Shipment:
    """Check that a release may be sent, and list what there is to send.

    Args:
        release: Its folder.

    Raises:
        ReleaseError: It is for its builder's own use, or it does not verify. Nothing was sent then.
    """
    folder = Folder(release.resolve())
    if (folder.manifest or {}).get("own_use") is True or _own_use_tables(folder):
        raise ReleaseError(
            str(folder.path), "figures that may not be passed on (built with --include-restricted)",
            "a release that is free to be published", "Build without --include-restricted, then publish that release.",
        )  # fmt: skip
    findings = verify(folder.path)
    if findings:
        raise ReleaseError(
            str(folder.path), f"{len(findings)} finding(s), the first: {findings[0]}", "a whole and true release",
            "Build again; `kakehashi verify` lists all of them. Nothing was sent.",
        )  # fmt: skip
    manifest = folder.manifest or {}
    # The order of names, but what says that all is there goes last.
    names = sorted(folder.files, key=lambda name: (name == SUMS, name == "release.json", name))
    strange = [name for name in names if not _NAME.fullmatch(name)]
    if strange:
        raise ReleaseError(str(folder.path), strange[0], "plain names of files", "Build again. Nothing was sent.")
    hashes = {**folder.hashes, SUMS: hashlib.sha256(folder.content(SUMS) or b"").hexdigest()}
    files = {name: Shipped(folder.files[name], hashes[name], folder.files[name].stat().st_size) for name in names}
    return Shipment(folder.path, str(manifest["version"]), str(manifest["released_on"]), files)


def _own_use_tables(folder: Folder) -> bool:
    """Whether the descriptor gives any table the licence of one's own use, whatever the manifest says."""
    return OWN_USE in json.dumps(folder.json("datapackage.json") or {})


def immutable(where: str, version: str) -> ReleaseError:
    """The error for a target that holds other bytes under the same version."""
    return ReleaseError(
        where, f"another release {version}, with other bytes", "the same release or none",
        "A published version never changes. Publish from the output folder that it was made in, or build a new one.",
    )  # fmt: skip


def newer(where: str, theirs: str, ours: str) -> ReleaseError:
    """The error for a target that holds one release at a time and has a newer one."""
    return ReleaseError(
        where, f"release {theirs} already, newer than {ours}", "an older one", "Publish the newest release."
    )


def is_newest(version: str, others: list[str]) -> bool:
    """Whether no other version is newer."""
    return all(version_order(other) <= version_order(version) for other in others)

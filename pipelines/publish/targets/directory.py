"""A folder as a target: a mounted disk, a share, the root of a web server. Laid out as an output folder is.

What belongs here: copying a release so that it appears by one rename, and going on where a copy broke off. What does
not: other targets.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from pipelines.errors import ReleaseError
from pipelines.publish.atomic import appear, clear_errors, output_lock, point, staging, sync_folder
from pipelines.publish.folder import SIGNATURE, SUMS
from pipelines.publish.formats import file_sha256
from pipelines.publish.release import versions
from pipelines.publish.targets.index import put_index
from pipelines.publish.targets.shipment import (
    Progress,
    Sent,
    Shipment,
    Shipped,
    immutable,
    is_newest,
)

INCOMING = ".incoming-"
"""What a release that is still being copied is called before its version; nobody reads hidden folders."""

_PART = ".part"
_CHUNK = 1 << 20


class Directory:
    """A folder that takes releases.

    Args:
        root: The folder; it and `releases/` and `latest` in it are made if they are not there.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def name(self) -> str:
        """What people call it."""
        return str(self._root)

    def send(self, shipment: Shipment, progress: Progress) -> Sent:
        """Copy a release, then point `latest` at it if no release there is newer.

        Raises:
            ReleaseError: The folder cannot be written, somebody else is publishing into it, it is the release's own
                output folder, or it holds other bytes under this version.
        """
        target = self._root / "releases" / shipment.version
        if target.resolve() == shipment.folder:
            raise ReleaseError(self.name, "the release itself", "another folder", "Name the folder to copy it to.")
        with output_lock(self._root), clear_errors(self._root):
            sent = there = size = 0
            if target.exists():
                _same(self.name, target, shipment)
                sent, size = _add_signature(target, shipment)
                there = len(shipment) - sent
            else:
                incoming = self._root / f"{INCOMING}{shipment.version}"
                _no_links(incoming)
                for number, (name, file) in enumerate(shipment.files.items(), start=1):
                    progress(name, number, len(shipment))
                    if _arrived(incoming / name, file):
                        there += 1
                        continue
                    _copy(file, incoming / name)
                    sent, size = sent + 1, size + file.size
                _clear_strays(incoming, shipment)
                target.parent.mkdir(exist_ok=True)
                appear(incoming, target)
            is_latest = self._announce(shipment.version)
        return Sent(self.name, shipment.version, sent, there, size, is_latest)

    def _announce(self, version: str) -> bool:
        """Point `latest` at the newest release there and list all of them; say whether this one is the newest."""
        known = versions(self._root)
        newest = is_newest(version, known)
        if newest:
            with staging(self._root) as work:
                point(self._root / "latest", f"releases/{version}", work)
        put_index(self._root, known)
        return newest


def _arrived(path: Path, file: Shipped) -> bool:
    return path.is_file() and path.stat().st_size == file.size and file_sha256(path) == file.sha256


def _same(where: str, target: Path, shipment: Shipment) -> None:
    """Refuse a version that is there with other bytes, and one that was damaged where it lies."""
    if not (target / SUMS).is_file() or file_sha256(target / SUMS) != shipment.sums():
        raise immutable(where, shipment.version)
    files = {name: file for name, file in shipment.files.items() if name != SIGNATURE}
    damaged = [name for name, file in files.items() if not _arrived(target / name, file)]
    if damaged:
        raise ReleaseError(
            str(target), f"a damaged {damaged[0]}", "the release as it was published",
            "Move this folder away, then publish again.",
        )  # fmt: skip


def _add_signature(target: Path, shipment: Shipment) -> tuple[int, int]:
    """Bring along a signature that was made after the release was published; files and bytes that were sent."""
    signature = shipment.files.get(SIGNATURE)
    if signature is None or _arrived(target / SIGNATURE, signature):
        return 0, 0
    # Beside the release until it is whole: nothing stray is ever left inside a published one.
    with staging(target.parent.parent) as work:
        _copy(signature, work / SIGNATURE)
        (work / SIGNATURE).replace(target / SIGNATURE)
        sync_folder(target)
    return 1, signature.size


def _copy(file: Shipped, to: Path) -> None:
    """Copy a file under another name and give it its own when it is whole and on the disk.

    Raises:
        ReleaseError: The file has changed since it was verified.
        OSError: It cannot be read or written.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(to.name + _PART)
    digest = hashlib.sha256()
    with file.path.open("rb") as source, part.open("wb") as copy:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    if digest.hexdigest() != file.sha256:
        raise changed_meanwhile(file)
    part.replace(to)


def changed_meanwhile(file: Shipped) -> ReleaseError:
    """The error for a file whose bytes are others than those that were verified."""
    return ReleaseError(
        str(file.path), "other bytes than a moment ago", "a release that nobody changes",
        "Run `kakehashi verify` on it, then publish again.",
    )  # fmt: skip


def _no_links(incoming: Path) -> None:
    """Remove links from what an earlier attempt left: what is copied must arrive here and nowhere else."""
    for path in (incoming, *incoming.rglob("*")):
        if path.is_symlink():
            path.unlink()


def _clear_strays(incoming: Path, shipment: Shipment) -> None:
    """Remove what an earlier attempt left and this release does not have."""
    for path in sorted(incoming.rglob("*"), reverse=True):
        name = path.relative_to(incoming).as_posix()
        if path.is_symlink() or path.is_file():
            if name not in shipment.files:
                path.unlink()
        elif not any(wanted.startswith(f"{name}/") for wanted in shipment.files):
            shutil.rmtree(path)

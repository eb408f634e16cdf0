"""How a folder appears whole or not at all: one lock, one hidden staging folder, one rename.

What belongs here: the file system's side of a release. What does not: what stands in the files.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import ReleaseError

STAGING_PREFIX = ".staging-"
LOCK_NAME = ".lock"

_held: dict[Path, int] = {}
"""Outputs locked by this process -> the thread that holds them, so that a build may lock around `write_release`."""


@contextmanager
def output_lock(output: Path) -> Iterator[None]:
    """Hold the output folder against every other build; the same thread may take it again.

    The lock is the kernel's (flock): it ends with its holder, so a killed build leaves none behind.

    Args:
        output: The folder that holds `releases/`; made if it is not there.

    Raises:
        ReleaseError: Another build holds it, or the folder cannot be written.
    """
    with clear_errors(output):
        output.mkdir(parents=True, exist_ok=True)
        place = output.resolve()
        mine = _held.get(place) == threading.get_ident()
        file = None if mine else (output / LOCK_NAME).open("a+")
    if file is None:
        yield
        return
    with file:
        _take(file.fileno(), output)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        _held[place] = threading.get_ident()
        try:
            yield
        finally:
            # Nothing of this process stays behind: two outputs of the same input are equal to the last file.
            file.truncate(0)
            del _held[place]


def _take(descriptor: int, output: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
        who = f"process {holder}" if holder else "another process"
        raise ReleaseError(
            str(output),
            f"{who} building into this folder",
            "one build at a time",
            "Wait until it is done and build again, or give this build another --output. Nothing was written.",
        ) from error


@contextmanager
def staging(output: Path) -> Iterator[Path]:
    """Give an empty hidden folder on the output's own file system and remove it afterwards, done or failed.

    Call with the lock held: what earlier builds left when they were killed is removed first.
    """
    with clear_errors(output):
        sweep(output)
        folder = Path(tempfile.mkdtemp(prefix=STAGING_PREFIX, dir=output))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(output: Path) -> None:
    """Remove what killed builds left behind. Only with the lock held."""
    for left in output.glob(f"{STAGING_PREFIX}*"):
        shutil.rmtree(left, ignore_errors=True)


def appear(folder: Path, target: Path) -> None:
    """Move a finished folder to its place by one rename, everything on the disk before and after.

    Raises:
        OSError: The rename fails, or `target` is there already.
    """
    for inner in sorted(path for path in folder.rglob("*") if path.is_dir()):
        sync_folder(inner)
    sync_folder(folder)
    if target.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    os.rename(folder, target)
    sync_folder(target.parent)


def point(link: Path, target: str, work: Path) -> None:
    """Make `link` a relative symlink to `target` by one rename, so that a reader sees the old one or the new one.

    Args:
        link: The symlink to make or replace.
        target: What it holds, relative to the link's folder.
        work: Folder on the same file system in which the new symlink is made first.
    """
    if link.is_symlink() and os.readlink(link) == target:
        return
    fresh = work / "link"
    os.symlink(target, fresh)
    os.rename(fresh, link)
    sync_folder(link.parent)


def sync_folder(folder: Path) -> None:
    """Put a folder's entries on the disk; file systems that cannot sync folders are left to themselves."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


_REMEDIES = {
    errno.ENOSPC: "Free space on that disk and build again.",
    errno.EDQUOT: "Free space within your quota and build again.",
    errno.EROFS: "Give a folder that can be written with --output.",
    errno.EACCES: "Give a folder that you may write with --output.",
    errno.EPERM: "Give a folder that you may write with --output.",
    errno.ENOENT: "Something removed the file during the build; build again.",
    errno.EEXIST: "Move the folder away if it is no release, then build again.",
    errno.ENOTDIR: "Give a folder, not a file, with --output.",
}


@contextmanager
def clear_errors(output: Path) -> Iterator[None]:
    """Turn an error of the operating system into one sentence that says what to do.

    Raises:
        ReleaseError: Instead of any OSError inside.
    """
    try:
        yield
    except OSError as error:
        where = str(error.filename or output)
        said = error.strerror or str(error)
        remedy = _REMEDIES.get(error.errno or 0, "Look at the disk and build again.")
        raise ReleaseError(where, said, "a folder that can be written", f"{remedy} No release was changed.") from error

"""How a folder appears whole or not at all: one lock, one hidden staging folder, one rename.

What belongs here: the file system's side of a release. What does not: what stands in the files.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import ReleaseError

STAGING_PREFIX = ".staging-"
LOCK_NAME = ".lock"
PATIENCE_SECONDS = 120.0
"""How long a build waits for another one that is writing into the same folder."""
_POLL_SECONDS = 0.05

_held: dict[Path, int] = {}
"""Outputs locked by this process -> the thread that holds them, so that a build may lock around `write_release`."""


@contextmanager
def output_lock(output: Path, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the output folder against every other build; the same thread may take it again.

    The lock is the kernel's (flock): it ends with its holder, so a killed build leaves none behind. Whoever comes
    second waits, for the first holds it only while it writes.

    Args:
        output: The folder that holds `releases/`; made if it is not there.
        patience: Seconds to wait for another holder.

    Raises:
        ReleaseError: Another build holds it longer than that, or the folder cannot be written.
    """
    with clear_errors(output):
        output.mkdir(parents=True, exist_ok=True)
        place = output.resolve()
        mine = _held.get(place) == threading.get_ident()
        descriptor = None if mine else _take(output, time.monotonic() + patience)
    if descriptor is None:
        yield
        return
    _held[place] = threading.get_ident()
    try:
        _name_holder(descriptor, f"{os.getpid()}\n")
        yield
    finally:
        # Nothing of this process stays behind: two outputs of the same input are equal to the last file.
        _name_holder(descriptor, "")
        del _held[place]
        os.close(descriptor)


def _take(output: Path, deadline: float) -> int:
    """The descriptor of the lock file, locked; what closes it lets the lock go."""
    path = output / LOCK_NAME
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(descriptor, path):
                return descriptor
        except BlockingIOError:
            if time.monotonic() >= deadline:
                holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
                os.close(descriptor)
                raise _busy(output, holder) from None
            time.sleep(_POLL_SECONDS)
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether an open file is still the one of that name: somebody may have cleared the folder meanwhile."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _name_holder(descriptor: int, name: str) -> None:
    # The name only serves a message: a full disk must not keep anyone from the lock, nor from letting it go.
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, name.encode(), 0)


def _busy(output: Path, holder: str) -> ReleaseError:
    return ReleaseError(
        str(output),
        f"{f'process {holder}' if holder else 'another process'} building into this folder",
        "one build at a time",
        "Wait until it is done and build again, or give this build another --output. Nothing was written.",
    )


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
    errno.EISDIR: "Move that folder away: a link belongs in its place. Then build again.",
    errno.EFBIG: "That disk or account allows no file of this size; give another --output.",
    errno.EIO: "The disk fails; check it, then build again.",
    errno.ENOLCK: "That file system knows no locks; give an --output on another one.",
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

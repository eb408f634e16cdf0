"""Open files of unknown origin without trusting them.

What belongs here: what may be read at all (regular files inside the folder, up to a size) and the walk over a folder.
What does not: what a file means.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import RawFileError

MAX_BYTES = 64 * 1024 * 1024
"""Largest file that is read, in bytes; agencies' tables are below 30 MB, anything larger is a mistake or an attack."""

_FLAGS = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
"""No link is followed, and no pipe waited for."""

IGNORED_NAMES = frozenset({"Thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file as found: path relative to the raw folder (posix), its bytes and their sha256."""

    path: str
    content: bytes
    sha256: str


def is_litter(name: str) -> bool:
    """Whether a file or folder is hidden or operating-system litter, which nobody put there as raw."""
    return name.startswith(".") or name in IGNORED_NAMES


def printable(path: Path | str) -> str:
    """Return a path as text that any file and terminal can hold: bytes that are not UTF-8 and controls escaped."""
    text = str(path)
    if text.isascii() and text.isprintable():
        return text
    text = os.fsencode(text).decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def walk(folder: Path, refuse: Callable[[str, RawFileError], None]) -> Iterator[os.DirEntry[str]]:
    """Yield every file below a folder in a stable order; hidden files and operating-system litter are left out.

    Args:
        folder: It may be a link; no link below it is followed.
        refuse: Called for every folder that is not entered (a link, or not readable) with its path and the reason.
    """
    waiting = [os.fspath(folder)]
    while waiting:
        directory = waiting.pop()
        try:
            with os.scandir(directory) as listing:
                named = {entry.name: entry for entry in listing if not is_litter(entry.name)}
        except OSError as error:
            reason = error.strerror or type(error).__name__
            expected = "a readable folder"
            place = printable(Path(directory).name)
            refuse(directory, RawFileError(place, reason, expected, "Check its permissions.", "unreadable_format"))
            continue
        entries = [named[name] for name in sorted(named)]
        folders = {entry.name: entry for entry in entries if _is_folder(entry)}
        for entry in folders.values():
            if entry.is_symlink():
                remedy = "Copy the folder itself."
                place = printable(entry.name)
                refuse(entry.path, RawFileError(place, "a link to a folder", "a folder", remedy, "unsafe"))
        yield from (entry for entry in entries if entry.name not in folders)
        waiting.extend(entry.path for entry in reversed(folders.values()) if not entry.is_symlink())


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # links in a circle: reading it will say so
        return False


def read_file(path: Path, root: Path) -> RawFile:
    """Read one file below `root`.

    Raises:
        RawFileError: The file is a link out of the folder, not a regular file, too large, empty, gone or not readable.
    """
    relative = printable(path.relative_to(root).as_posix())
    try:
        if path.is_dir():
            remedy = "This is a folder; name the documents in it."
            raise RawFileError(relative, "a folder", "a file", remedy, "unreadable_format")
        real = path.resolve()
        if not real.is_relative_to(root.resolve()):
            raise RawFileError(relative, "a link that leaves the folder", "a file", "Copy the file itself.", "unsafe")
        if not stat.S_ISREG(path.stat().st_mode):
            raise _no_file(relative)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise _unreadable(relative, error) from error
    return read_plain(os.fspath(real), relative, relative)


def read_plain(path: str, name: str, shown: str) -> RawFile:
    """Read a file that the walk, or `read_file`, has found to be a regular one inside the folder.

    What is found is not trusted to stay: a link that has taken its place is not followed, and what was opened is looked
    at again before it is read.

    Args:
        path: Where it lies.
        name: Its path relative to the raw folder, as `RawFile` has it.
        shown: What messages call it.

    Raises:
        RawFileError: It is a link or no regular file by now, too large, empty, gone or not readable.
    """
    try:
        descriptor = os.open(path, _FLAGS)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise _no_file(shown)
            content = _content(descriptor, status.st_size, shown)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unreadable(shown, error) from error
    if not content or content.isspace():
        raise RawFileError(shown, "an empty file", "some content", "Remove it or fill it.", "empty")
    return RawFile(name, content, hashlib.sha256(content).hexdigest())


def _content(descriptor: int, size: int, shown: str) -> bytes:
    """All bytes of an open file of which it was said how many there are."""
    content = b""
    if size <= MAX_BYTES:
        content = os.read(descriptor, size + 1)
        if len(content) == size:
            return content
        # It has grown or shrunk meanwhile, or comes in pieces.
        while len(content) <= MAX_BYTES and (more := os.read(descriptor, 1 << 20)):
            content += more
        if len(content) <= MAX_BYTES:
            return content
    found = f"{max(size, len(content))} bytes"
    raise RawFileError(shown, found, f"at most {MAX_BYTES}", "Split the file.", "too_large")


def _no_file(shown: str) -> RawFileError:
    return RawFileError(shown, "a device, pipe or socket", "a file", "Remove it.", "unsafe")


def _unreadable(shown: str, error: OSError | RuntimeError) -> RawFileError:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return RawFileError(shown, reason, "a readable file", "Check the file.", "unreadable_format")

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
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def walk(folder: Path, refuse: Callable[[Path, RawFileError], None]) -> Iterator[Path]:
    """Yield every file below a folder in a stable order; hidden files and operating-system litter are left out.

    Args:
        refuse: Called for every folder that is not entered (a link, or not readable) with the reason.
    """

    def unreadable(error: OSError) -> None:
        path = Path(os.fsdecode(error.filename))
        reason = error.strerror or type(error).__name__
        expected = "a readable folder"
        place = printable(path.name)
        refuse(path, RawFileError(place, reason, expected, "Check its permissions.", "unreadable_format"))

    for directory, names, files in os.walk(folder, onerror=unreadable):
        names[:] = sorted(name for name in names if not is_litter(name))
        for name in names:
            if (Path(directory) / name).is_symlink():
                error = RawFileError(
                    printable(name), "a link to a folder", "a folder", "Copy the folder itself.", "unsafe"
                )
                refuse(Path(directory) / name, error)
        for name in sorted(files):
            if not is_litter(name):
                yield Path(directory) / name


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
        if not path.resolve().is_relative_to(root.resolve()):
            raise RawFileError(relative, "a link that leaves the folder", "a file", "Copy the file itself.", "unsafe")
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise RawFileError(relative, "a device, pipe or socket", "a file", "Remove it.", "unsafe")
        if status.st_size > MAX_BYTES:
            raise RawFileError(
                relative, f"{status.st_size} bytes", f"at most {MAX_BYTES}", "Split the file.", "too_large"
            )
        content = path.read_bytes()
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise RawFileError(relative, reason, "a readable file", "Check the file.", "unreadable_format") from error
    if not content.strip():
        raise RawFileError(relative, "an empty file", "some content", "Remove it or fill it.", "empty")
    return RawFile(relative, content, hashlib.sha256(content).hexdigest())

"""Open files of unknown origin without trusting them.

What belongs here: what may be read at all (regular files inside the folder, up to a size) and the walk over a folder.
What does not: what a file means.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
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


def walk(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder in a stable order; hidden files and operating-system litter are left out."""
    for directory, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and name not in IGNORED_NAMES:
                yield Path(directory) / name


def read_file(path: Path, root: Path) -> RawFile:
    """Read one file below `root`.

    Raises:
        RawFileError: The file is a link out of the folder, not a regular file, too large, empty, gone or not readable.
    """
    relative = path.relative_to(root).as_posix()
    try:
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
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RawFileError(relative, reason, "a readable file", "Check the file.", "unreadable_format") from error
    if not content.strip():
        raise RawFileError(relative, "an empty file", "some content", "Remove it or fill it.", "empty")
    return RawFile(relative, content, hashlib.sha256(content).hexdigest())

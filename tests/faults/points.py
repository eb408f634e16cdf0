"""Where a fault strikes: at the n-th thing that a command does to a folder, or when a disk is full.

What belongs here: hooks into the system calls of a child process. What does not: which faults there are (`scenarios`).

Python tells an audit hook of every file it opens, renames, links or removes, before it does so. A hook may kill the
process there, take a file away, or fail the call with the error of the operating system. The program under test holds
nothing that serves a test.
"""

from __future__ import annotations

import ctypes
import errno
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_CHANGES = frozenset({"os.mkdir", "os.rename", "os.symlink", "os.link", "os.remove", "os.rmdir", "os.truncate"})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def _inside(argument: Any, folder: str) -> bool:
    if not isinstance(argument, str | bytes | os.PathLike):
        return False
    return os.fsdecode(argument).startswith(folder)


def is_change(event: str, arguments: tuple[Any, ...], folder: str) -> bool:
    """Whether an audit event is about to change something in a folder."""
    if event == "open":
        path, _, flags = arguments
        return _inside(path, folder) and bool((flags or 0) & _WRITING)
    return event in _CHANGES and any(_inside(argument, folder) for argument in arguments)


def at_change(folder: Path, number: int, strike: Callable[[], None]) -> Callable[[], None]:
    """Strike before the n-th change of a folder (1 is the first); a call of `os.fsync` counts as one too."""
    return _Counter(str(folder), number, strike).begin


def counting(folder: Path, into: Path) -> Callable[[], None]:
    """Write down how many changes of a folder a command has begun, as one byte each."""
    file = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    return _Counter(str(folder), None, lambda: os.write(file, b".") and None).begin


class _Counter:
    def __init__(self, folder: str, number: int | None, strike: Callable[[], None]) -> None:
        self._folder, self._number, self._strike = folder, number, strike
        self._seen = 0

    def begin(self) -> None:
        honest = os.fsync

        def fsync(descriptor: Any) -> None:
            self._count()
            honest(descriptor)

        os.fsync = fsync
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if is_change(event, arguments, self._folder):
            self._count()

    def _count(self) -> None:
        self._seen += 1
        if self._number is None or self._seen == self._number:
            self._strike()


def die() -> None:
    """What kill -9 does."""
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(code: int) -> Callable[[], None]:
    """Fail the call with an error of the operating system."""

    def strike() -> None:
        raise OSError(code, os.strerror(code))

    return strike


_CAPABILITIES_V3 = 0x20080522
_OVERRIDE = 0b110
"""The capabilities CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, by which root may write where its own mode says no."""


def bound_by_permissions() -> None:
    """Obey the permissions of files as anyone does, even where the tests are run by root."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_V3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable, for capabilities 0 to 31 and 32 to 63
    if libc.capget(header, sets) == 0:
        for number in range(3):
            sets[number] &= ~_OVERRIDE
        libc.capset(header, sets)


def vanishing(path: Path) -> Callable[[], None]:
    """Take a file or folder away at the moment when a command opens it."""

    def begin() -> None:
        def hear(event: str, arguments: tuple[Any, ...]) -> None:
            if event == "open" and isinstance(arguments[0], str) and arguments[0] == str(path) and path.exists():
                path.unlink()

        sys.addaudithook(hear)

    return begin


def small_disk(folder: Path, bytes_left: int) -> Callable[[], None]:
    """Make a folder lie on a disk with so many bytes left: writes stop there, in the midst of a file."""
    return _Disk(str(folder), bytes_left).begin


class _Disk:
    def __init__(self, folder: str, left: int) -> None:
        self.folder, self.left = folder, left

    def begin(self) -> None:
        honest = io.open

        def opened(file: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
            if set(mode) & set("wax+") and (isinstance(file, int) or _inside(file, self.folder)):
                raw = _Starved(file, mode.replace("b", "").replace("t", ""), self, closefd=more.get("closefd", True))
                return io.BufferedWriter(raw) if "b" in mode else io.TextIOWrapper(io.BufferedWriter(raw), "utf-8")
            return honest(file, mode, *rest, **more)

        io.open = opened  # type: ignore[assignment]
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("os.mkdir", "os.symlink") and self.left <= 0 and is_change(event, arguments, self.folder):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class _Starved(io.FileIO):
    """A file on a small disk."""

    def __init__(self, file: Any, mode: str, disk: _Disk, closefd: bool) -> None:
        super().__init__(file, mode, closefd)
        self._disk = disk

    def write(self, content: Any) -> int:
        fits = memoryview(content).cast("B")[: max(self._disk.left, 0)]
        if not fits and memoryview(content).nbytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._disk.left -= len(fits)
        return super().write(fits)

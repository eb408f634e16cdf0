"""Results of work done before for the same bytes, the same code and the same background, kept between builds.

What belongs here: the store (one SQLite file in a cache folder), when an entry of it counts, and how long it stays.
What does not: what is remembered (`ingest/remembered.py`, `remembered.py`).

The store can only save time. A release never depends on it: what is locked, damaged, cut off, foreign or of other code
is passed over, and the work is done as if nothing had been kept.

Entries are pickled, for nothing else in the standard library gives back a hundred thousand values in a tenth of a
second. A pickle can run code of whoever wrote it. Three things stand against that: the file lies in a folder that only
the user may enter, and that is passed over if anybody else could write to it; a blob is read only if its sha256 is the
one written beside it; and while it is read no name is looked up except those of `_PLAIN`, numbers and dates.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import gc
import hashlib
import io
import os
import pickle
import sqlite3
import stat
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import Any, Generic, TypeVar

from pipelines.fingerprint import ROOT, code_hashes

DEFAULT_FOLDER = ROOT / ".cache"
"""Where builds of this checkout remember, if nothing else is said; git ignores it."""

GENERATIONS = 2
"""So many states of code and background are kept of each kind: going back and forth between two costs nothing."""

RAW_FOLDERS = 16
"""So many raw folders are remembered, the ones last written first."""

_WAIT = 5.0
"""Seconds to wait for another build that is writing; longer than writing ever takes."""

_FORMAT = 1
_ROOM, _FILE = "reading", "memory.sqlite"
_ENTRIES = 5000
"""At most so many entries a blob, far below SQLite's bound of a gigabyte."""

_TABLES = """
CREATE TABLE IF NOT EXISTS generation (
    raw TEXT, kind TEXT, generation TEXT, used INTEGER,
    PRIMARY KEY (raw, kind, generation)
);
CREATE TABLE IF NOT EXISTS part (
    raw TEXT, kind TEXT, generation TEXT, number INTEGER, sha256 TEXT, content BLOB,
    PRIMARY KEY (raw, kind, generation, number)
);
"""

_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR")
"""How SQLite calls a file that is none of its own, or not as we left it."""

_LIST = "SELECT number, sha256 FROM part WHERE raw = ? AND kind = ? AND generation = ? ORDER BY number"
_READ = "SELECT number, sha256, content FROM part WHERE raw = ? AND kind = ? AND generation = ? ORDER BY number"
_DROP = "DELETE FROM part WHERE raw = ? AND kind = ? AND generation = ? AND number = ?"
_NEWEST = (
    "SELECT (SELECT raw FROM generation ORDER BY used DESC LIMIT 1), :kind,"
    " (SELECT generation FROM generation WHERE raw = :raw AND kind = :kind ORDER BY used DESC LIMIT 1)"
)
_USE = "INSERT OR REPLACE INTO generation SELECT ?, ?, ?, coalesce(max(used), 0) + 1 FROM generation"
_FORGET = (
    "DELETE FROM generation WHERE raw = :raw AND kind = :kind AND generation NOT IN (SELECT generation FROM generation"
    " WHERE raw = :raw AND kind = :kind ORDER BY used DESC LIMIT :generations)",
    "DELETE FROM generation WHERE raw NOT IN"
    " (SELECT raw FROM generation GROUP BY raw ORDER BY max(used) DESC LIMIT :folders)",
    "DELETE FROM part WHERE (raw, kind, generation) NOT IN (SELECT raw, kind, generation FROM generation)",
)
"""Former states of code and background go, then raw folders that were not read for long, then what they held."""

_PLAIN = {
    ("decimal", "Decimal"): decimal.Decimal,
    ("datetime", "date"): dt.date,
    ("datetime", "datetime"): dt.datetime,
}

Kept = TypeVar("Kept")
Record = TypeVar("Record")


@cache
def code_sha256() -> str:
    """Return the hash of our code, the lock and the Python that runs them.

    Taken once a process: what this process reads, it reads with the code it has loaded, whatever is edited meanwhile.
    """
    digest = hashlib.sha256(f"format {_FORMAT}\npython {sys.version}\n".encode())
    for name, content in code_hashes():
        digest.update(f"{name} {content}\n".encode())
    return digest.hexdigest()


def columns(records: Sequence[Any], kind: type[Any]) -> list[list[Any]]:
    """Return the values of many records of one dataclass, field by field: plain lists keep and load fastest."""
    return [[getattr(record, field.name) for record in records] for field in fields(kind)]


def from_columns(kind: type[Record], values: Sequence[Sequence[Any]], names: Sequence[str] = ()) -> list[Record]:
    """Make records of a dataclass with slots from `columns`, in a third of the time that calling the class takes.

    Args:
        kind: A dataclass with slots whose records need no more than their fields (no `__post_init__`).
        values: One sequence a field, all of the same length.
        names: The fields, if `values` holds not all of them or others.
    """
    size = len(values[0]) if values else 0
    made: list[Record] = list(map(kind.__new__, repeat(kind, size)))
    for name, column in zip(names or [field.name for field in fields(kind)], values, strict=True):  # type: ignore[arg-type]
        # A frozen record refuses `setattr`, its slots do not; a deque that holds nothing runs through without a loop.
        deque(map(getattr(kind, name).__set__, made, column), maxlen=0)
    return made


@dataclass(frozen=True, slots=True)
class Form(Generic[Kept]):
    """How entries of one kind are kept: as plain values (texts, numbers, dates, lists, tuples and dicts of them)."""

    kind: str
    pack: Callable[[Sequence[Kept]], Any]
    unpack: Callable[[Any], Sequence[Kept]]


class Memory:
    """What is remembered of one raw folder; without a folder to remember in, nothing.

    Args:
        folder: Cache folder; None: nothing is remembered.
        raw: The raw folder. Each has its own entries, so that what is gone from it can be dropped.
        avoid: Folders that must not hold the cache, besides the raw folder.
    """

    def __init__(self, folder: Path | None = None, raw: Path | None = None, avoid: Iterable[Path] = ()) -> None:
        self._store: _Store | None = None
        if folder is None or raw is None:
            return
        with contextlib.suppress(OSError, RuntimeError):  # links in a circle
            place, shut = folder.resolve(), [raw.resolve(), *(path.resolve() for path in avoid)]
            if not any(place.is_relative_to(path) for path in shut):
                self._store = _Store(place / _ROOM, os.fsencode(shut[0]).hex())

    def recall(self, form: Form[Kept], background: str = "") -> Recollection[Kept]:
        """Return the entries of one kind.

        Args:
            form: How they are kept.
            background: Identity of all that the result depends on besides the code and the entry's own identity.
        """
        generation = hashlib.sha256(f"{code_sha256()} {background}".encode()).hexdigest()
        return Recollection(form, generation, self._store)


class Recollection(Generic[Kept]):
    """Entries of one kind by identity: those of earlier builds and those of this one."""

    def __init__(self, form: Form[Kept], generation: str, store: _Store | None) -> None:
        self._form, self._generation, self._store = form, generation, store
        self._entries: dict[str, Kept] = {}
        self._used: set[str] = set()
        self._new: list[str] = []
        self._seen: list[tuple[int, str]] = []
        self._parts: list[tuple[int, list[str]]] = []
        if store is not None:
            with _no_collection():
                self._load(store)

    def get(self, identity: str) -> Kept | None:
        """Return what was remembered under an identity, None if nothing was."""
        found = self._entries.get(identity)
        if found is not None:
            self._used.add(identity)
        return found

    def put(self, identity: str, entry: Kept) -> None:
        """Remember a result of this build, once it is saved."""
        if self._store is not None:
            self._entries[identity] = entry
            self._used.add(identity)
            self._new.append(identity)

    def save(self) -> None:
        """Write what is new. Entries that this build did not ask for go as soon as they are the greater part."""
        if self._store is None:
            return
        stored = sum(len(identities) for _, identities in self._parts)
        if len(self._parts) < len(self._seen) or stored > 2 * len(self._used) + 100:
            stay, write = [], [identity for identity in self._entries if identity in self._used]
        else:
            stay, write = list(self._parts), self._new
            # Smaller blobs before it are written anew with it: there are never more than a few, and adding one
            # document again and again rewrites each entry a few times, not each time.
            while write and stay and len(stay[-1][1]) <= 2 * len(write):
                write = [*stay.pop()[1], *write]
        kept = {number for number, _ in stay}
        drop = [number for number, _ in self._seen if number not in kept]
        self._store.write(self._form.kind, self._generation, self._seen, drop, self._blobs(write))

    def _blobs(self, identities: Sequence[str]) -> Iterator[bytes]:
        for start in range(0, len(identities), _ENTRIES):
            chosen = list(identities[start : start + _ENTRIES])
            yield pickle.dumps((chosen, self._form.pack([self._entries[one] for one in chosen])), protocol=5)

    def _load(self, store: _Store) -> None:
        for number, sha256, content in store.read(self._form.kind, self._generation):
            self._seen.append((number, sha256))
            if content is None or sha256 != _sha256(self._form.kind, self._generation, content):
                continue
            try:
                identities, packed = _PlainUnpickler(io.BytesIO(content)).load()
                self._entries.update(zip(identities, self._form.unpack(packed), strict=True))
            except Exception:  # noqa: S112  # whatever is wrong with a blob, the work it would have saved is done instead
                continue
            self._parts.append((number, identities))


class _PlainUnpickler(pickle.Unpickler):  # it knows numbers and dates alone; see the module's docstring
    def find_class(self, module_name: str, global_name: str) -> Any:
        if (module_name, global_name) not in _PLAIN:
            raise pickle.UnpicklingError(f"{module_name}.{global_name} is nothing that is kept")
        return _PLAIN[module_name, global_name]


class _Store:
    """The SQLite file. Whatever goes wrong with it, reading finds nothing and writing does nothing."""

    def __init__(self, folder: Path, raw: str) -> None:
        self._folder, self._raw = folder, raw

    def read(self, kind: str, generation: str) -> list[tuple[int, str, bytes | None]]:
        """Number, sha256 and content of every blob of a generation, in order."""
        try:
            if not self._is_ours() or not (self._folder / _FILE).is_file():
                return []
            with self._opened() as connection:
                return connection.execute(_READ, (self._raw, kind, generation)).fetchall()
        except (OSError, sqlite3.Error, ValueError):
            return []

    def write(
        self, kind: str, generation: str, seen: list[tuple[int, str]], drop: Sequence[int], blobs: Iterable[bytes]
    ) -> None:
        """Replace blobs of a generation, and make it the newest. Nothing where another build has written meanwhile."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._is_ours():
                return
            try:
                self._write(kind, generation, seen, drop, blobs)
            except sqlite3.DatabaseError as error:
                # Another build is writing, or the disk is full: later builds may use what is there.
                if not getattr(error, "sqlite_errorname", "SQLITE_ERROR").startswith(_DAMAGED):
                    return
                # Else the file is damaged, and the next build begins a new one.
                for name in (_FILE, f"{_FILE}-journal"):
                    (self._folder / name).unlink(missing_ok=True)
        except (OSError, sqlite3.Error, ValueError, MemoryError):
            return

    def _write(
        self, kind: str, generation: str, seen: list[tuple[int, str]], drop: Sequence[int], blobs: Iterable[bytes]
    ) -> None:
        here = (self._raw, kind, generation)
        contents = [(_sha256(kind, generation, blob), blob) for blob in blobs]
        bounds = {"raw": self._raw, "kind": kind, "generations": GENERATIONS, "folders": RAW_FOLDERS}
        with self._opened() as connection:
            if not contents and not drop and (not seen or connection.execute(_NEWEST, bounds).fetchone() == here):
                return
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute(_LIST, here).fetchall() != seen:
                connection.execute("ROLLBACK")
                return
            connection.executemany(_DROP, [(*here, number) for number in drop])
            first = max((number for number, _ in seen), default=0) + 1
            connection.executemany(
                "INSERT INTO part VALUES (?, ?, ?, ?, ?, ?)",
                [(*here, number, sha256, blob) for number, (sha256, blob) in enumerate(contents, start=first)],
            )
            connection.execute(_USE, here)
            for statement in _FORGET:
                connection.execute(statement, bounds)
            connection.execute("COMMIT")

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        path = self._folder / _FILE
        with contextlib.closing(sqlite3.connect(path, timeout=_WAIT, isolation_level=None)) as connection:
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            if found == 0:
                connection.execute("PRAGMA auto_vacuum = FULL")
                connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {_FORMAT}; COMMIT;")
            elif found != _FORMAT:
                raise sqlite3.DatabaseError(f"format {found}")
            yield connection

    def _is_ours(self) -> bool:
        """Whether the folder is the user's own and nobody else can write to it."""
        if not hasattr(os, "getuid"):
            return self._folder.is_dir()
        status = self._folder.lstat()
        return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o022


def _sha256(kind: str, generation: str, content: bytes) -> str:
    digest = hashlib.sha256(f"{kind} {generation}\n".encode())
    digest.update(content)
    return digest.hexdigest()


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """No search for garbage while many objects are made that all stay: it would take half of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

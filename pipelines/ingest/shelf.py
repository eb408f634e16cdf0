"""What has been read of a raw folder so far, and the account of what has not: no file is passed over in silence.

What belongs here: opening the rooms' files, setting aside with a reason, and finding what no room read. What does not:
what a room's files mean (`raw`).
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipelines.errors import KakehashiError, RawFileError
from pipelines.ingest.remembered import DOCUMENTS, RECORDS, Described
from pipelines.ingest.safety import RawFile, is_litter, printable, read_file, read_plain, walk
from pipelines.memory import Memory, Recollection
from pipelines.records import Document, Quarantined, Source, TableFile

ROOMS = ("inbox", "documents", "statistics", "curated", "reference", "decisions")

_README = "README.md"


@dataclass(slots=True)
class Shelf:
    """What has been read so far; filled by the functions of `raw` and frozen into `Raw` at the end.

    Attributes:
        files: Opened files by path (`room/...`).
        used: Paths of the files that a room has read, or has set aside.
        identities: Path of a document -> its identity among those remembered.
        read_before, described_before: Documents and source records of earlier builds.
    """

    files: dict[str, RawFile] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    tables: list[TableFile] = field(default_factory=list)
    auxiliary: dict[str, TableFile] = field(default_factory=dict)
    beside: dict[str, list[TableFile]] = field(default_factory=dict)
    gaps: set[tuple[str, ...]] = field(default_factory=set)
    documents: list[Document] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    identities: dict[str, str] = field(default_factory=dict)
    read_before: Recollection[Document] = field(default_factory=lambda: Memory().recall(DOCUMENTS))
    described_before: Recollection[Described] = field(default_factory=lambda: Memory().recall(RECORDS))

    def set_aside(self, path: str, error: RawFileError, row: int | None = None) -> None:
        """Quarantine a file, a folder with all that lies in it, or one row of a file."""
        self.quarantined.append(Quarantined(path, "ingest", error.reason_code, str(error), row, error.where))
        self.used.update(name for name in self.files if name == path or name.startswith(f"{path}/"))

    def refuse(self, path: str, error: RawFileError) -> None:
        """Quarantine something that was never opened."""
        # The reason, not the bytes, stands for what cannot be opened: the same folder gives the same hash.
        self.hashes[path] = hashlib.sha256(str(error).encode()).hexdigest()
        self.set_aside(path, error)

    def shelve(self, table: TableFile) -> TableFile:
        """Note that a table file was read, and set aside its rows that do not fit its header."""
        self.used.add(table.path)
        self.quarantined.extend(table.bad_rows)
        return table

    def within(self, folder: str) -> list[RawFile]:
        """Opened files of a room or of a folder in it."""
        return [file for name, file in self.files.items() if name.startswith(f"{folder}/")]


def open_rooms(shelf: Shelf, raw: Path, reference: Path) -> None:
    """Open every file of every room, and refuse what lies beside the rooms.

    Args:
        raw: Folder with any of the rooms.
        reference: Folder that serves as `reference/`.
    """
    _look_beside(shelf, raw)
    for room in ROOMS:
        folder = reference if room == "reference" else raw / room
        if folder.parent != raw or not leaves(folder, raw):
            _open_files(shelf, folder, room)


def leaves(folder: Path, raw: Path) -> bool:
    """Whether a room is a link to somewhere outside the raw folder."""
    try:
        return folder.is_symlink() and not folder.resolve().is_relative_to(raw.resolve())
    except (OSError, RuntimeError):  # links in a circle
        return True


def _look_beside(shelf: Shelf, raw: Path) -> None:
    """Refuse what lies in the raw folder itself and is no room."""
    try:
        paths = sorted(raw.iterdir()) if raw.is_dir() else []
    except OSError as failure:
        reason = failure.strerror or type(failure).__name__
        raise KakehashiError(printable(raw), reason, "a readable folder", "Check its permissions.") from failure
    for path in paths:
        name = printable(path.name)
        if is_litter(path.name) or (path.name == _README and path.is_file()):
            continue
        rooms = f"one of the folders {', '.join(ROOMS)}"
        if path.name in ROOMS and path.is_dir() and not leaves(path, raw):
            continue
        if path.is_symlink():
            error = RawFileError(name, "a link", rooms, "Copy what it leads to.", "unsafe")
        elif path.name in ROOMS:
            error = RawFileError(name, "a file", "a folder", "Make it a folder.", "unreadable_format")
        elif path.is_dir():
            error = RawFileError(name, "a folder that is no room", rooms, "Move what is in it there.", "unknown_table")
        else:
            error = RawFileError(name, "a file outside the rooms", rooms, "Move it to inbox/.", "missing_source")
        shelf.refuse(name, error)


def _open_files(shelf: Shelf, folder: Path, room: str) -> None:
    top = len(os.path.join(folder, ""))  # noqa: PTH118  # a Path of each file would cost more than reading it

    def name_of(path: str) -> str:
        below = printable(path[top:].replace(os.sep, "/"))
        return f"{room}/{below}" if below else room

    for entry in walk(folder, lambda path, error: shelf.refuse(name_of(path), error)) if folder.is_dir() else ():
        name = name_of(entry.path)
        try:
            if name in shelf.hashes:
                raise RawFileError(name, "a name like another's", "another name", "Rename the file.", "duplicate")
            if entry.is_file(follow_symlinks=False):
                file = read_plain(entry.path, name, name[len(room) + 1 :])
            else:
                file = replace(read_file(Path(entry.path), folder), path=name)
        except RawFileError as error:
            shelf.refuse(name, error)
            continue
        shelf.files[name] = file
        shelf.hashes[name] = file.sha256


def set_aside_unread(shelf: Shelf) -> None:
    """Set aside every opened file that no room has read; a README explains a room and is no raw."""
    for path in shelf.files:
        if path in shelf.used:
            continue
        room, name = path.split("/", 1)[0], path.rsplit("/", 1)[-1]
        if name == _README and room not in ("inbox", "documents"):
            continue
        shelf.set_aside(path, _unread(path, room))


def _unread(path: str, room: str) -> RawFileError:
    if room == "documents" and path.count("/") > 1:
        expected, remedy = "the document that source.yaml names", "Give it a folder and a source.yaml of its own."
        return RawFileError(path, "a file that source.yaml does not name", expected, remedy, "missing_source")
    if room in ("documents", "statistics") and path.count("/") == 1:
        remedy = "Put it beside a source.yaml in a folder of its own."
        return RawFileError(path, "a file outside a source's folder", "a source's folder", remedy, "missing_source")
    if path.endswith(".csv"):
        return RawFileError(path, "a table that nothing reads here", "a known table", "Rename it.", "unknown_table")
    remedy = "Save it as CSV under the name of a table."
    return RawFileError(path, "a file that is no table", "<table>.csv, in lower case", remedy, "unreadable_format")

"""The files of `raw/decisions/` as a book that is only ever added to.

What belongs here: reading them, and adding one row to one of them whole or not at all. What does not: what may be
decided (`deciding`).
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import KakehashiError
from pipelines.ingest.safety import MAX_BYTES, RawFile
from pipelines.ingest.tables import read_table
from pipelines.publish.atomic import sync_folder
from pipelines.publish.waivers import Waiver, read_waivers
from pipelines.records import ReviewItem, TableFile
from pipelines.resolve.decisions import Correction, Decisions, Merge, Review, read_decisions

Decision = Correction | Merge | Review

HEADERS: Mapping[str, tuple[str, ...]] = {
    "corrections": (
        "decision_id", "decided_on", "decided_by", "table", "key", "column", "expect", "value", "reason", "evidence",
        "supersedes",
    ),
    "merges": (
        "decision_id", "decided_on", "decided_by", "kind", "old_id", "new_id", "reason", "evidence", "supersedes",
    ),
    "reviews": (
        "decision_id", "decided_on", "decided_by", "table", "key", "review", "reason", "evidence", "supersedes",
    ),
    "waivers": (
        "decision_id", "decided_on", "decided_by", "check", "key", "found", "waived_until", "reason", "supersedes",
    ),
}  # fmt: skip
"""File -> its columns, as a new file gets them."""

_UNFINISHED = ".decision-"
_PLACE = re.compile(r"decisions/(\w+)\.csv, row \d+")


@dataclass(frozen=True, slots=True)
class Added:
    """A row that was added: its file (relative to raw), the number of its line, and the cells that were written."""

    path: str
    line: int
    row: Mapping[str, str]


class Ledger:
    """The decisions of a raw folder.

    Args:
        raw: The raw folder; `decisions/` in it may be missing.
    """

    def __init__(self, raw: Path) -> None:
        self.folder = raw / "decisions"
        self.files = {name: self._file(name) for name in HEADERS}
        self.decisions = _read({name: _table(name, content) for name, content in self.files.items()})

    def _file(self, name: str) -> bytes:
        try:
            content = (self.folder / f"{name}.csv").read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            found, remedy = error.strerror or str(error), "Give a raw folder that you may read with --raw."
            raise KakehashiError(str(self.folder / f"{name}.csv"), found, "a file of decisions", remedy) from error
        if len(content) > MAX_BYTES:
            raise KakehashiError(f"decisions/{name}.csv", f"{len(content)} bytes", f"at most {MAX_BYTES}", "Split it.")
        return content

    def waivers(self) -> tuple[Waiver, ...]:
        """The waivers that were not taken back or replaced."""
        return read_waivers({"decisions/waivers": _table("waivers", self.files["waivers"])})[0]

    def all(self) -> Iterator[tuple[str, Decision]]:
        """Each decision that was not taken back or replaced, with the name of its file."""
        for name, decisions in (
            ("corrections", self.decisions.corrections), ("merges", self.decisions.merges),
            ("reviews", self.decisions.reviews),
        ):  # fmt: skip
            for decision in decisions:
                yield name, decision

    def find(self, file: str, decision_id: str) -> Decision | None:
        """The decision of that id in that file, if it was not taken back or replaced."""
        return next((one for name, one in self.all() if (name, one.decision_id) == (file, decision_id)), None)

    def named(self, item: ReviewItem) -> Decision | None:
        """The decision that an item of kind decision is about."""
        place = _PLACE.fullmatch(item.locator or "")
        return self.find(place[1], item.text.split(": ", 1)[0]) if place is not None else None

    def file_of(self, decision: Decision) -> str:
        """Name of the file that holds a decision."""
        return next(name for name, one in self.all() if one is decision)

    def fresh_id(self, wish: str) -> str:
        """A decision_id that no row of any file bears, close to the wish."""
        base = re.sub(r"[^a-z0-9]+", "-", wish.lower()).strip("-")[:60].strip("-") or "decision"
        taken = {
            row.get("decision_id", "") for name, content in self.files.items() for _, row in _table(name, content).rows
        }
        name, number = base, 2
        while name in taken:
            name, number = f"{base}-{number}", number + 1
        return name

    def add(self, name: str, row: Mapping[str, str]) -> Added:
        """Add one row at the end of a file. What stands there already stays as it is, byte for byte.

        Args:
            name: corrections, merges, reviews or waivers.
            row: Cells by column; columns of the contract that are left out stay empty.

        Raises:
            KakehashiError: The next build would set the row aside, the file lacks a column that the row needs, or
                somebody else has changed the file meanwhile.
        """
        path = (self.folder / f"{name}.csv").resolve()
        with _told(path), _locked(self.folder):
            _sweep(self.folder)
            before = self._file(name)
            if before != self.files[name]:
                raise KakehashiError(
                    str(path), "another decision added meanwhile", "the file as it was read", "Decide again."
                )
            content, written = _extended(name, before, row)
            line = self._check(name, content)
            _replace(path, content)
        self.files[name] = content
        return Added(f"decisions/{name}.csv", line, written)

    def _check(self, name: str, content: bytes) -> int:
        """Refuse a last row that the build would set aside, in the words of the build; return its line."""
        tables = {other: _table(other, content if other == name else own) for other, own in self.files.items()}
        files = {f"decisions/{other}": table for other, table in tables.items()}
        bad = (*read_decisions(files)[1], *read_waivers(files)[1])
        line = tables[name].rows[-1][0]
        reasons = [one.reason for one in (*tables[name].bad_rows, *bad) if one.row == line and name in one.source_path]
        if reasons:
            raise KakehashiError(
                f"decisions/{name}.csv",
                reasons[0].rstrip("."),
                "a decision that the build obeys",
                "Nothing was written.",
            )
        return line


def _read(tables: Mapping[str, TableFile]) -> Decisions:
    return read_decisions({f"decisions/{name}": table for name, table in tables.items()})[0]


def _table(name: str, content: bytes) -> TableFile:
    path = f"decisions/{name}.csv"
    if not content.strip():
        return TableFile(path, name, "decisions", "", None)
    return read_table(RawFile(path, content, hashlib.sha256(content).hexdigest()), "decisions", None, None)


def _extended(name: str, before: bytes, row: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    """The file with one row more, in its own header's order and with its own line ends, and the cells of that row."""
    if not before.strip():
        before = (",".join(HEADERS[name]) + "\n").encode()
    text = before.decode("utf-8-sig")
    first = text.splitlines(keepends=True)[0]
    newline = "\r\n" if first.endswith("\r\n") else "\n"
    header: Sequence[str] = [column.strip() for column in next(csv.reader([first]))]
    lacking = [column for column, value in row.items() if value and column not in header and column != "evidence"]
    if lacking:
        raise KakehashiError(
            f"decisions/{name}.csv, row 1", f"no column {', '.join(lacking)}", f"all of {', '.join(HEADERS[name])}",
            "Add the column to the header and an empty cell to each row.",
        )  # fmt: skip
    if not text.endswith(("\n", "\r")):
        before += newline.encode()
    written = {column: row.get(column, "") for column in header}
    line = io.StringIO()
    csv.writer(line, lineterminator=newline).writerow(written.values())
    return before + line.getvalue().encode(), written


def _replace(path: Path, content: bytes) -> None:
    """Put a file in the place of another by one rename."""
    descriptor, fresh = tempfile.mkstemp(prefix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, fresh)
        else:
            Path(fresh).chmod(0o644)
        Path(fresh).replace(path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _sweep(folder: Path) -> None:
    """Remove what killed reviewers left behind; only with the folder locked. Their rows were never in the file."""
    for left in folder.glob(f"{_UNFINISHED}*"):
        left.unlink(missing_ok=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Make a folder and hold it against other reviewers; the kernel lets it go with its holder."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in a sentence why nothing could be written."""
    try:
        yield
    except OSError as error:
        found, remedy = error.strerror or str(error), "Nothing was written. Give a raw folder that you may write in."
        raise KakehashiError(str(path), found, "a file that can be written", remedy) from error

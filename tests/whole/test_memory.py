"""What is remembered between builds: it saves reading, it never changes what is published, and nothing stale is used."""

from __future__ import annotations

import pickle
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipelines import build, memory
from pipelines.build import PROJECT_RAW, Built, Inputs, Stated, ingest, state
from pipelines.ingest import raw as raw_module
from pipelines.ingest import readers
from pipelines.memory import Form, Memory, columns, from_columns
from pipelines.records import Cell, Claim, Document, Source
from tests.conftest import ROOT

PLANT = """# Oakvale to build a gallium refinery in {town}

{town}, Ohio, March 3, 2026 - Oakvale Metals plans to build a gallium refinery in {town}, Ohio, at a cost of $700 million.
Hitachi will supply the equipment. Construction is to begin in 2027.
"""
NEWS = "# The library opens again\n\nThe reading room has ninety seats, and the choir sang at noon.\n"

Counts = dict[str, int]


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A raw folder with a reference of its own and four documents, one of them with a source record."""
    folder = tmp_path / "raw"
    shutil.copytree(PROJECT_RAW / "reference", folder / "reference")
    (folder / "inbox").mkdir()
    for name, text in {"a.md": PLANT.format(town="Toledo"), "b.md": NEWS, "c.md": PLANT.format(town="Dayton")}.items():
        (folder / "inbox" / name).write_text(text)
    (folder / "documents" / "d").mkdir(parents=True)
    _describe(folder, "2026-03-01")
    (folder / "documents" / "d" / "d.md").write_text(PLANT.format(town="Akron"))
    return folder


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counts:
    """How many documents were parsed, read and how many records, since it was cleared."""
    counts: Counts = {"parsed": 0, "read": 0, "records": 0}

    def count(module: Any, name: str, what: str) -> None:
        before: Callable[..., Any] = getattr(module, name)

        def counted(*given: Any) -> Any:
            counts[what] += 1
            return before(*given)

        monkeypatch.setattr(module, name, counted)

    count(build, "read_document", "read")
    count(readers, "read_document", "parsed")
    count(raw_module, "read_source_yaml", "records")
    return counts


def _describe(raw: Path, day: str, publisher: str = "Lake Courier") -> None:
    record = f"source_id: d\ndocument: d.md\npublisher: {publisher}\npublished_on: {day}\n"
    (raw / "documents" / "d" / "source.yaml").write_text(record)


def _state(raw: Path, cache: Path | None) -> Stated:
    known = Memory(cache, raw)
    return state(ingest(Inputs(raw), known), memory=known)


def _taken(counts: Counts) -> tuple[int, int, int]:
    found = counts["parsed"], counts["read"], counts["records"]
    counts.update(dict.fromkeys(counts, 0))
    return found


def _store(cache: Path) -> Path:
    return cache / "reading" / "memory.sqlite"


def _equal(one: Stated, two: Stated) -> bool:
    def said(stated: Stated) -> Any:
        return [
            (
                each.document,
                each.claims,
                [list(claim.cells) for claim in each.claims],
                each.projects,
                each.organizations,
            )
            for each in stated.readings
        ]

    return bool(said(one) == said(two) and (one.claims, one.quarantined) == (two.claims, two.quarantined))


@pytest.mark.slow
def test_what_was_read_is_not_read_again(raw: Path, tmp_path: Path, read: Counts) -> None:
    cold = _state(raw, None)
    assert sum(bool(one.claims) for one in cold.readings) == 3
    assert _taken(read) == (4, 4, 1 + 1), "the reference has a source.yaml too"
    first = _state(raw, tmp_path / "cache")
    assert _taken(read) == (4, 4, 2)
    warm = _state(raw, tmp_path / "cache")
    assert _taken(read) == (0, 0, 1)
    assert _equal(cold, first)
    assert _equal(cold, warm)
    (raw / "inbox" / "e.md").write_text(PLANT.format(town="Canton"))
    more = _state(raw, tmp_path / "cache")
    assert _taken(read) == (1, 1, 1)
    assert _equal(more, _state(raw, None))


def test_a_remembered_document_is_the_document(raw: Path, tmp_path: Path) -> None:
    _state(raw, tmp_path / "cache")
    known = Memory(tmp_path / "cache", raw)
    (fresh, *_), (warm, *_) = ingest(Inputs(raw)).documents, ingest(Inputs(raw), known).documents
    assert type(warm) is not Document
    assert (fresh == warm, warm == fresh, hash(fresh) == hash(warm)) == (True, True, True)
    assert warm.paragraphs == fresh.paragraphs
    assert pickle.loads(pickle.dumps(warm)) == fresh
    with pytest.raises(AttributeError):
        _ = warm.pages  # type: ignore[attr-defined]


def _curate(raw: Path) -> None:
    """A row about the source that the folder describes: it completes the record."""
    (raw / "curated").mkdir()
    (raw / "curated" / "sources.csv").write_text("source_id,publisher,title\nd,Lake Courier,A refinery\n")


def _know(raw: Path) -> None:
    (raw / "curated").mkdir()
    (raw / "curated" / "sources.csv").write_text("source_id,publisher,url\nx,X,https://example.org/x\n")
    rows = "project_id,name,country,source_ids\nlime-ridge,Lime Ridge Smelter,USA,x\n"
    (raw / "curated" / "projects.csv").write_text(rows)


def _vocabulary(raw: Path) -> None:
    """No vocabulary knows a refinery any more."""
    for path in (raw / "reference" / "vocabulary").glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if "refiner" not in line.lower()), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "again"),
    [
        (lambda raw: (raw / "inbox" / "a.md").write_text(PLANT.format(town="Canton")), (1, 1, 1)),
        (lambda raw: (raw / "inbox" / "a.md").rename(raw / "inbox" / "other.md"), (1, 1, 1)),
        (lambda raw: _describe(raw, "2026-03-02"), (1, 1, 2)),
        (_curate, (1, 1, 1)),
        (_vocabulary, (0, 4, 1)),
        (_know, (0, 4, 1)),
        (lambda raw: (raw / "reference" / "vocabulary" / "facilities.csv").unlink(), (0, 4, 1)),
    ],
    ids=["content", "name", "record", "curated record", "vocabulary", "known project", "vocabulary gone"],
)
def test_what_a_change_can_touch_is_read_again(
    raw: Path, tmp_path: Path, read: Counts, change: Callable[[Path], object], again: tuple[int, int, int]
) -> None:
    _state(raw, tmp_path / "cache")
    _taken(read)
    change(raw)
    warm = _state(raw, tmp_path / "cache")
    assert _taken(read) == again
    assert _equal(warm, _state(raw, None))


def test_a_changed_form_of_a_vocabulary_changes_what_is_read(raw: Path, tmp_path: Path) -> None:
    def labels() -> list[str]:
        return [project.label for one in _state(raw, tmp_path / "cache").readings for project in one.projects]

    assert sum("refinery" in label for label in labels()) == 3
    _vocabulary(raw)
    assert sum("refinery" in label for label in labels()) == 0


def test_other_code_reads_again(raw: Path, tmp_path: Path, read: Counts, monkeypatch: pytest.MonkeyPatch) -> None:
    _state(raw, tmp_path / "cache")
    _taken(read)
    monkeypatch.setattr(memory, "code_sha256", lambda: "other")
    _state(raw, tmp_path / "cache")
    assert _taken(read) == (4, 4, 2)


def test_the_code_hash_is_of_code_lock_and_python(monkeypatch: pytest.MonkeyPatch) -> None:
    found = set()
    for hashes, version in (((("a", "1"),), "3"), ((("a", "2"),), "3"), ((("a", "1"),), "4")):
        monkeypatch.setattr(memory, "code_hashes", lambda hashes=hashes: iter(hashes))
        monkeypatch.setattr(sys, "version", version)
        found.add(memory.code_sha256.__wrapped__())
    assert len(found) == 3


def _cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _flip(path: Path) -> None:
    """One byte in the middle of every blob."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for row, content in connection.execute("SELECT rowid, content FROM part").fetchall():
            middle = len(content) // 2
            changed = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
            connection.execute("UPDATE part SET content = ? WHERE rowid = ?", (changed, row))


def _sql(*statements: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    return change


def _hole(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:-4096] = bytes(len(content) - 8192)
    path.write_bytes(bytes(content))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut": _cut,
    "empty": lambda path: path.write_bytes(b""),
    "no database": lambda path: path.write_bytes(b"x" * 5000),
    "a byte": _flip,
    "a hole": _hole,
    "no tables": _sql("DROP TABLE part", "DROP TABLE generation"),
    "other columns": _sql("DROP TABLE part", "CREATE TABLE part (raw TEXT)"),
    "other format": _sql("PRAGMA user_version = 99"),
    "no blob": _sql("UPDATE part SET content = NULL"),
    "a folder": _folder,
}


@pytest.mark.parametrize("damage", [pytest.param(kind, marks=pytest.mark.slow) for kind in DAMAGES])
def test_a_damaged_store_is_passed_over_and_made_anew(raw: Path, tmp_path: Path, read: Counts, damage: str) -> None:
    cold = _state(raw, tmp_path / "cache")
    _taken(read)
    DAMAGES[damage](_store(tmp_path / "cache"))
    assert _equal(cold, _state(raw, tmp_path / "cache"))
    assert _taken(read) == (4, 4, 2)
    if damage == "a folder":
        return
    for _ in range(3):
        assert _equal(cold, _state(raw, tmp_path / "cache"))
    _taken(read)
    _state(raw, tmp_path / "cache")
    assert _taken(read) == (0, 0, 1), "it heals"


def test_a_blob_that_would_run_code_is_not_run(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "sprung",)

    cold = _state(raw, tmp_path / "cache")
    content = pickle.dumps((["x"], Trap()))
    with closing(sqlite3.connect(_store(tmp_path / "cache"))) as connection, connection:
        for row, kind, generation in connection.execute("SELECT rowid, kind, generation FROM part").fetchall():
            # The sum beside it fits: whoever can write one can write the other.
            found = (content, memory._sha256(kind, generation, content), row)
            connection.execute("UPDATE part SET content = ?, sha256 = ? WHERE rowid = ?", found)
    assert _equal(cold, _state(raw, tmp_path / "cache"))
    assert not (tmp_path / "sprung").exists()


def test_a_locked_store_is_passed_over(
    raw: Path, tmp_path: Path, read: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    cold = _state(raw, tmp_path / "cache")
    content = _store(tmp_path / "cache").read_bytes()
    _taken(read)
    monkeypatch.setattr(memory, "_WAIT", 0.01)
    with closing(sqlite3.connect(_store(tmp_path / "cache"), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert _equal(cold, _state(raw, tmp_path / "cache"))
        assert _taken(read) == (4, 4, 2)
    assert _store(tmp_path / "cache").read_bytes() == content, "what the other build wrote stays"


def test_a_folder_that_others_can_write_to_is_passed_over(raw: Path, tmp_path: Path, read: Counts) -> None:
    _state(raw, tmp_path / "cache")
    assert (tmp_path / "cache" / "reading").stat().st_mode & 0o777 == 0o700
    (tmp_path / "cache" / "reading").chmod(0o777)
    _taken(read)
    _state(raw, tmp_path / "cache")
    assert _taken(read) == (4, 4, 2)


@pytest.mark.parametrize("place", ["raw", "raw/inbox", "out"])
def test_nothing_is_kept_among_what_is_read_or_published(raw: Path, tmp_path: Path, place: str) -> None:
    known = Memory(tmp_path / place, raw, avoid=[tmp_path / "out"])
    state(ingest(Inputs(raw), known), memory=known)
    assert not list(tmp_path.rglob("*.sqlite"))


def test_a_place_that_cannot_hold_a_store_is_no_error(raw: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert _equal(_state(raw, None), _state(raw, tmp_path / "file"))


def test_a_build_that_comes_between_keeps_what_it_wrote(raw: Path, tmp_path: Path, read: Counts) -> None:
    slow = Memory(tmp_path / "cache", raw)
    form: Form[str] = Form("documents", list, list)
    found = slow.recall(form)
    found.put("x", "late")
    cold = _state(raw, tmp_path / "cache")
    found.save()
    _taken(read)
    assert _equal(cold, _state(raw, tmp_path / "cache"))
    assert _taken(read) == (0, 0, 1)


LIST: Form[int] = Form("numbers", list, list)


def _numbers(cache: Path, raw: Path, wanted: range, background: str = "") -> int:
    """Ask for numbers, work out those that are not remembered; returns how many those were."""
    found = Memory(cache, raw).recall(LIST, background)
    missing = [number for number in wanted if found.get(str(number)) is None]
    for number in missing:
        found.put(str(number), number)
    found.save()
    return len(missing)


def _parts(cache: Path) -> list[int]:
    with closing(sqlite3.connect(_store(cache))) as connection:
        return [
            len(pickle.loads(content)[0])
            for (content,) in connection.execute("SELECT content FROM part ORDER BY number")
        ]


def test_one_more_rewrites_little_and_there_are_never_many_blobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_ENTRIES", 50)
    cache, raw = tmp_path / "cache", tmp_path / "raw"
    assert _numbers(cache, raw, range(120)) == 120
    assert _parts(cache) == [50, 50, 20]
    for more in range(121, 180):
        assert _numbers(cache, raw, range(more)) == 1
        assert sum(_parts(cache)) == more
        assert len(_parts(cache)) <= 8
    assert _numbers(cache, raw, range(179)) == 0


def test_what_is_gone_from_raw_goes_once_it_is_the_greater_part(tmp_path: Path) -> None:
    cache, raw = tmp_path / "cache", tmp_path / "raw"
    _numbers(cache, raw, range(1000))
    assert _numbers(cache, raw, range(500, 1000)) == 0
    assert _parts(cache) == [1000]
    assert _numbers(cache, raw, range(900, 1000)) == 0
    assert _parts(cache) == [100]
    assert _numbers(cache, raw, range(900, 1000)) == 0


def test_two_backgrounds_are_kept_and_former_ones_go(tmp_path: Path) -> None:
    cache, raw = tmp_path / "cache", tmp_path / "raw"
    for background, missing in (("one", 9), ("two", 9), ("one", 0), ("three", 9), ("one", 0), ("two", 9), ("three", 9)):
        assert _numbers(cache, raw, range(9), background) == missing, background
        assert len(_parts(cache)) <= memory.GENERATIONS


def test_raw_folders_that_were_not_read_for_long_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "RAW_FOLDERS", 3)
    for name in "abcda":
        assert _numbers(tmp_path / "cache", tmp_path / name, range(9)) == 9
    assert _numbers(tmp_path / "cache", tmp_path / "d", range(9)) == 0
    assert len(_parts(tmp_path / "cache")) == 3


def test_the_file_shrinks_when_things_go(tmp_path: Path) -> None:
    cache, raw = tmp_path / "cache", tmp_path / "raw"
    _numbers(cache, raw, range(100_000))
    before = _store(cache).stat().st_size
    _numbers(cache, raw, range(10))
    assert _store(cache).stat().st_size < before / 10


def test_records_made_of_columns_are_those_records() -> None:
    source = Source("s", publisher="P", redistributable=False)
    claim = Claim("projects", ("p",), {"a": Cell(1, "one", "p1")}, "s", None, "asserted", "m", "accepted", "x", 0.5)
    for record in (source, claim):
        kind: type[Any] = type(record)
        assert from_columns(kind, columns([record, record], kind)) == [record, record]
        assert from_columns(kind, columns([], kind)) == []


_WRITER = """
import sys
from pathlib import Path
from tests.whole.test_memory import LIST, Memory
start = int(sys.argv[2])
for more in range(start, start + 1_000_000, 997):
    found = Memory(Path(sys.argv[1]), Path("raw")).recall(LIST)
    for number in range(more, more + 997):
        if found.get(str(number)) is None:
            found.put(str(number), number)
    found.save()
    print(more, flush=True)
"""


@pytest.mark.slow
def test_builds_at_once_and_killed_at_any_moment_leave_nothing_wrong(tmp_path: Path) -> None:
    chance = random.Random(7)
    for _ in range(6):
        command = [sys.executable, "-c", _WRITER, str(tmp_path / "cache")]
        writers = [subprocess.Popen([*command, start], cwd=ROOT, stdout=subprocess.PIPE) for start in ("0", "500000")]
        for writer in writers:
            assert writer.stdout is not None
            writer.stdout.readline()
        time.sleep(chance.uniform(0, 0.2))
        for writer in writers:
            writer.kill()
            writer.communicate()
        found = Memory(tmp_path / "cache", ROOT / "raw").recall(LIST)
        assert all(identity == str(number) for identity, number in found._entries.items())
        assert len(found._entries) >= 997


@pytest.mark.parametrize(("named", "folder"), [(None, "default"), ("", None), ("here", "here")])
def test_the_environment_says_where_builds_remember(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str | None, folder: str | None
) -> None:
    from assets.resources import CACHE_VARIABLE, Build

    monkeypatch.setattr(memory, "DEFAULT_FOLDER", tmp_path / "default")
    if named is None:
        monkeypatch.delenv(CACHE_VARIABLE)
    else:
        monkeypatch.setenv(CACHE_VARIABLE, named and str(tmp_path / named))
    state(
        ingest(Inputs(raw)),
        memory=Build(raw=str(raw), reference=None, output=str(tmp_path / "out"), as_of=None, strict=False).memory(),
    )
    found = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.sqlite")]
    assert found == ([f"{folder}/reading/memory.sqlite"] if folder else [])


def _files(folder: Path) -> dict[str, bytes]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.mark.slow
def test_releases_have_the_same_bytes_with_an_empty_a_warm_a_damaged_and_no_store(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    releases = []
    for name in ("none", "empty", "warm", "damaged"):
        if name == "damaged":
            _cut(_store(cache))
        command = [sys.executable, "-m", "kakehashi.cli", "build", "--output", str(tmp_path / name)]
        environment = {"PATH": "", "PYTHONPATH": str(ROOT), "KAKEHASHI_CACHE": "" if name == "none" else str(cache)}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr
        assert _store(cache).is_file() == (name != "none")
        releases.append(_files(tmp_path / name / "latest"))
    assert all(release == releases[0] for release in releases)


@pytest.mark.slow
def test_the_committed_raw_gives_the_same_tables_from_memory(built: Built, tmp_path: Path, read: Counts) -> None:
    for run in ("empty", "warm"):
        _taken(read)
        again = build.build_tables(Inputs(), memory=Memory(tmp_path / "cache", PROJECT_RAW))
        assert (read["parsed"] > 10, read["read"] > 10) == (run == "empty", run == "empty")
        assert again.input_sha256 == built.input_sha256
        assert [name for name in built.tables if not built.tables[name].equals(again.tables[name])] == []

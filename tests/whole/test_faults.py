"""The faults notice what they are there to notice; `make faults` runs them."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.faults import points
from tests.faults.children import Ended
from tests.faults.keeping import Keeper, Minutes, Tally


def _release(output: Path, version: str) -> Path:
    folder = output / "releases" / version
    folder.mkdir(parents=True)
    (folder / "table.csv").write_text("a\n1\n")
    digest = hashlib.sha256((folder / "table.csv").read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{digest}  table.csv\n")
    return folder


def _point(output: Path, version: str) -> None:
    (output / "latest").unlink(missing_ok=True)
    (output / "latest").symlink_to(f"releases/{version}")


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    """Over an output with one whole release; `verify` finds nothing."""
    _release(tmp_path, "2026.11.22")
    _point(tmp_path, "2026.11.22")
    commands: Any = SimpleNamespace(run=lambda *_: Ended(0, "", "", 0.0))
    return Keeper(commands, tmp_path)


def test_a_whole_latest_is_not_counted(keeper: Keeper) -> None:
    tally = Tally("none")
    keeper.look(tally, "now")
    keeper.look_at_all(tally)
    assert tally.bad == 0


def _older(output: Path) -> None:
    _release(output, "2025.01.01")
    _point(output, "2025.01.01")


@pytest.mark.parametrize(
    "harm",
    [
        lambda output: (output / "latest").unlink(),
        lambda output: _point(output, "2027.01.01"),
        lambda output: (output / "latest" / "table.csv").write_text("a\n2\n"),
        lambda output: (output / "latest" / "table.csv").unlink(),
        lambda output: (output / "latest" / "more.csv").write_text("a\n"),
        lambda output: (output / "latest" / "SHA256SUMS").write_text(""),
        _older,
    ],
)
def test_a_broken_latest_is_counted(keeper: Keeper, tmp_path: Path, harm: Callable[[Path], Any]) -> None:
    before, after = Tally("before"), Tally("after")
    keeper.look(before, "before")
    harm(tmp_path)
    keeper.look(after, "after")
    assert (before.bad, after.broken_latest) == (0, 1)


def test_lost_decisions_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "decisions" / "corrections.csv"
    path.parent.mkdir()
    minutes, tally = Minutes(tmp_path), Tally("lost")
    for name in ("first", "second"):
        minutes.heard(Ended(0, f"decisions/corrections.csv, row 2:\n  decision_id  {name}\n", "", 0.0))
    path.write_text("decision_id,value\nfirst,1\nsecond,2\n")
    minutes.look(tally, "all there")
    assert tally.bad == 0
    for content in ("decision_id,value\nsecond,2\nfirst,1\n", "decision_id,value\nfirst,1\n", ""):
        path.write_text(content)
        counted = Tally("lost")
        minutes.look(counted, "gone")
        assert counted.lost_decisions > 0
    path.write_text("decision_id,value\nfirst,1\nsecond,2\nthi")
    torn = Tally("torn")
    Minutes(tmp_path).look(torn, "torn")
    assert torn.lost_decisions == 1


@pytest.mark.parametrize(
    ("code", "said", "silent"),
    [
        (0, "", False),
        (-signal.SIGKILL, "", False),
        (1, "kakehashi: out: found no space; expected room. Free some.", False),
        (1, "", True),
        (1, "Traceback (most recent call last):\nkakehashi: no", True),
        (-signal.SIGSEGV, "", True),
    ],
)
def test_who_fails_without_a_sentence_is_counted(code: int, said: str, silent: bool) -> None:
    tally = Tally("silent")
    tally.heard(Ended(code, "", said, 0.0))
    assert tally.silent == silent


def _in_a_child(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    whole = f"from pathlib import Path\nfrom tests.faults import points\nfolder = Path({str(folder)!r})\n{code}"
    root = Path(points.__file__).parents[2]
    return subprocess.run([sys.executable, "-c", whole], cwd=root, capture_output=True, text=True, check=False)


_THREE_CHANGES = "(folder / 'a').mkdir()\n(folder / 'a' / 'b').write_text('b')\n(folder / 'a').rename(folder / 'c')\n"


@pytest.mark.parametrize(("number", "left"), [(1, []), (2, ["a"]), (3, ["a", "a/b"]), (4, ["c", "c/b"])])
def test_a_process_dies_before_the_change_named(tmp_path: Path, number: int, left: list[str]) -> None:
    ended = _in_a_child(f"points.at_change(folder, {number}, points.die)()\n{_THREE_CHANGES}", tmp_path)
    assert (ended.returncode == -signal.SIGKILL) == (number < 4)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == left


@pytest.mark.parametrize("room", [0, 3, 9, 10])
def test_a_small_disk_takes_what_fits(tmp_path: Path, room: int) -> None:
    write = "with (folder / 'file').open('wb') as file:\n    file.write(b'0123456789')\n"
    ended = _in_a_child(f"points.small_disk(folder, {room})()\n{write}", tmp_path)
    assert (os.strerror(errno.ENOSPC) in ended.stderr) == (room < 10)
    assert (tmp_path / "file").read_bytes() == b"0123456789"[:room]


def test_permissions_bind_root_too(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    ended = _in_a_child("points.bound_by_permissions()\n(folder / 'file').write_text('x')\n", tmp_path)
    tmp_path.chmod(0o755)
    assert os.strerror(errno.EACCES) in ended.stderr

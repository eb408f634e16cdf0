"""The command from raw to release, in processes of its own: the same bytes, whole or not at all, in words."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipelines.publish.verify import verify
from tests.conftest import ROOT

KAKEHASHI = [sys.executable, "-m", "kakehashi.cli"]
KILLS = 20


def _run(*words: str | Path, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*KAKEHASHI, *map(str, words)],
        cwd=cwd,
        env=_environment(environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **more}


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def _small_raw(folder: Path) -> Path:
    """A raw folder that builds quickly: one digest of ours and no curated rows."""
    shutil.copytree(ROOT / "raw" / "documents" / "cbs-atl-20260218", folder / "documents" / "cbs-atl-20260218")
    return folder


@pytest.fixture(scope="module")
def two_builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The committed raw built twice: other hash seed, other time zone, other working folder, other language."""
    one, two = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")
    first = _run("build", "--output", one, PYTHONHASHSEED="1", TZ="Asia/Tokyo", LC_ALL="C.UTF-8")
    second = _run("build", "--output", two, cwd=two, PYTHONHASHSEED="2", TZ="America/New_York", LC_ALL="C")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    return one, two


@pytest.mark.slow
def test_two_processes_write_the_same_bytes(two_builds: tuple[Path, Path]) -> None:
    one, two = (_files(folder / "latest") for folder in two_builds)
    assert list(one) == list(two)
    assert [name for name in one if one[name] != two[name]] == []


@pytest.mark.slow
def test_a_third_build_says_that_nothing_is_new(two_builds: tuple[Path, Path]) -> None:
    before = _files(two_builds[0])
    again = _run("build", "--output", two_builds[0])
    assert again.returncode == 0
    assert "Nothing is new" in again.stdout
    assert _files(two_builds[0]) == before


@pytest.mark.slow
def test_a_build_is_quiet_when_piped_and_verifies(two_builds: tuple[Path, Path], tmp_path: Path) -> None:
    assert _run("verify", two_builds[0] / "latest").returncode == 0
    copy = tmp_path / "copy"
    shutil.copytree(two_builds[0] / "latest", copy)
    damaged = copy / "tables" / "amounts.csv"
    content = bytearray(damaged.read_bytes())
    content[-2] ^= 1
    damaged.write_bytes(content)
    outcome = _run("verify", copy)
    assert outcome.returncode == 4
    assert "tables/amounts.csv" in outcome.stdout


@pytest.mark.slow
def test_one_broken_file_among_good_ones(tmp_path: Path) -> None:
    raw = _small_raw(tmp_path / "raw")
    (raw / "inbox").mkdir()
    (raw / "inbox" / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing of use")
    outcome = _run("build", "--raw", raw, "--output", tmp_path / "out")
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stderr == ""
    assert "1 file or row was set aside" in outcome.stdout.splitlines()[-1]
    told = (tmp_path / "out" / "latest" / "tables" / "quarantine.csv").read_text(encoding="utf-8")
    assert "inbox/broken.pdf" in told
    assert verify((tmp_path / "out" / "latest").resolve()) == ()
    strict = _run("build", "--raw", raw, "--output", tmp_path / "out", "--strict")
    assert strict.returncode == 3


@pytest.mark.slow
def test_a_wrong_date_or_folder_is_told_in_one_sentence(tmp_path: Path) -> None:
    for words, said in (
        (("build", "--as-of", "yesterday"), "expected a day as 2026-11-22"),
        (("build", "--raw", tmp_path / "nowhere"), "expected a raw folder"),
        (("verify", tmp_path / "nowhere"), "expected a release"),
        (("receipt", "projects", "nobody", "stage", "--output", tmp_path), "no release"),
    ):
        outcome = _run(*words)
        assert outcome.returncode == 1
        assert said in outcome.stderr
        assert "Traceback" not in outcome.stderr


@pytest.mark.slow
def test_killed_anywhere_latest_is_whole(tmp_path: Path) -> None:
    raw, output = _small_raw(tmp_path / "raw"), tmp_path / "out"
    started = time.monotonic()
    assert _run("build", "--raw", raw, "--output", output).returncode == 0
    whole = time.monotonic() - started
    chance = random.Random(20261122)
    digest = raw / "documents" / "cbs-atl-20260218" / "document.md"
    for number in range(KILLS):
        digest.write_text(digest.read_text(encoding="utf-8") + f"\nNote {number}.\n", encoding="utf-8")
        process = subprocess.Popen(
            [*KAKEHASHI, "build", "--raw", str(raw), "--output", str(output)],
            cwd=ROOT,
            env=_environment({}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(chance.uniform(0.4, 1.0) * whole if number % 2 else chance.uniform(0, 1) * whole)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert verify((output / "latest").resolve()) == (), f"kill {number}"
    assert _run("build", "--raw", raw, "--output", output).returncode == 0
    assert verify((output / "latest").resolve()) == ()
    assert [path.name for path in output.iterdir() if path.name.startswith(".staging")] == []


def test_help_needs_no_heavy_library() -> None:
    code = "import sys; from kakehashi.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += "print(sorted({'pandas', 'pyarrow', 'pandera', 'dagster', 'great_expectations'} & set(sys.modules)))"
    outcome = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert outcome.stdout.splitlines()[-1] == "[]"

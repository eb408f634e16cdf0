"""A release: same bytes from the same input, versions in order, whole or not at all."""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from publish_sample import INPUT, build, frames

from kakehashi.reader import load
from pipelines.errors import ContractError, ReleaseError
from pipelines.publish import release as release_module
from pipelines.publish.atomic import output_lock
from pipelines.publish.release import next_version, write_release
from pipelines.publish.verify import verify
from schemas import contract

SCRIPT = Path(__file__).with_name("publish_sample.py")
DAY = dt.date(2026, 11, 22)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _run(output: Path, *arguments: str, seed: str = "0", zone: str = "UTC", cwd: Path | None = None) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
    command = [sys.executable, str(SCRIPT), str(output), *arguments]
    done = subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.slow
def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "elsewhere" / "second"
    _run(first, seed="1", zone="Asia/Tokyo", cwd=tmp_path)
    _run(second, seed="4242", zone="America/Los_Angeles", cwd=Path("/"))
    names = [path.name for path in (first / "releases").iterdir()]
    assert names == [path.name for path in (second / "releases").iterdir()] == ["2026.11.22"]
    assert _files(first / "latest") == _files(second / "latest")
    assert os.readlink(first / "latest") == "releases/2026.11.22"


def test_layout_and_manifest(built: Path) -> None:
    files = _files(built)
    tables = {f"tables/{name}.{form}" for name in contract.TABLES for form in ("csv", "parquet")}
    beside = {
        "projects_flat.csv", "datapackage.json", "release.json", "SHA256SUMS", "README.md", "CHANGELOG.md", "CHANGELOG.ja.md", "README.ja.md",
        "data_dictionary.csv", "contract.sql", "kakehashi.sqlite", "kakehashi.xlsx", "tables/schema.sql", "tables/load.sql",
        "croissant.json", "dcat.jsonld", "schemaorg.jsonld", "site/quality.html", "site/dictionary.html",
        "site/dollars_by_stage.svg", "site/dependence_by_material.svg",
    }  # fmt: skip
    assert set(files) == tables | beside
    manifest = json.loads(files["release.json"])
    assert manifest["version"] == built.name == "2026.11.22"
    assert manifest["released_on"] == "2026-11-22"
    assert manifest["contract_version"] == contract.CONTRACT_VERSION
    assert manifest["input_sha256"] == INPUT
    assert manifest["previous"] is None
    assert manifest["counts"]["rows"] == sum(table["rows"] for table in manifest["tables"].values())
    assert str(built.parent.parent).encode() not in b"".join(files.values())


def test_nothing_new_makes_no_version(tmp_path: Path) -> None:
    first = build(tmp_path)
    before = {name: path.stat().st_mtime_ns for name, path in ((p.name, p) for p in first.path.rglob("*"))}
    second = build(tmp_path)
    assert (first.is_new, second.is_new) == (True, False)
    assert (second.version, second.path) == (first.version, first.path)
    assert before == {name: path.stat().st_mtime_ns for name, path in ((p.name, p) for p in first.path.rglob("*"))}
    assert len(list((tmp_path / "releases").iterdir())) == 1


@pytest.mark.slow
def test_versions_of_one_date_are_numbered_and_dates_never_go_back(tmp_path: Path) -> None:
    made = [build(tmp_path, DAY, letter * 64) for letter in "abc"]
    made.append(build(tmp_path, dt.date(2026, 12, 1), "d" * 64))
    assert [one.version for one in made] == ["2026.11.22", "2026.11.22.1", "2026.11.22.2", "2026.12.01"]
    manifest = json.loads((made[2].path / "release.json").read_bytes())
    assert manifest["previous"] == "2026.11.22.1"
    assert os.readlink(tmp_path / "latest") == "releases/2026.12.01"
    with pytest.raises(ReleaseError, match="2026-12-01 already, after 2026-11-30"):
        build(tmp_path, dt.date(2026, 11, 30), "e" * 64)
    assert all(not verify(one.path) for one in made)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ([], "2026.11.22"),
        (["2026.11.21"], "2026.11.22"),
        (["2026.11.22"], "2026.11.22.1"),
        (["2026.11.22", "2026.11.22.9", "2026.11.22.10"], "2026.11.22.11"),
    ],
)
def test_next_version(known: list[str], expected: str) -> None:
    assert next_version(known, DAY) == expected


def test_a_gate_that_finds_something_stops_the_release(tmp_path: Path, sample: dict[str, pd.DataFrame]) -> None:
    broken = {**sample, "receipts": sample["receipts"].iloc[1:]}
    with pytest.raises(ContractError, match="receipts_complete"):
        write_release(broken, output=tmp_path, released_on=DAY, input_sha256=INPUT)
    assert not (tmp_path / "latest").exists()
    assert list((tmp_path / "releases").glob("*")) == []


@pytest.mark.slow
def test_a_killed_build_leaves_a_whole_latest(tmp_path: Path) -> None:
    build(tmp_path, DAY, "a" * 64)
    start = time.monotonic()
    _run(tmp_path / "timing", "2026-11-23", "b" * 64)
    duration = time.monotonic() - start
    chance = random.Random(1)
    killed = 0
    for number in range(6):
        command = [sys.executable, str(SCRIPT), str(tmp_path), f"2026-12-{number + 1:02}", f"{number:064x}"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        # The writing is the last part of the process; most kills should fall into it.
        time.sleep(chance.uniform(0.6 if number % 4 else 0.2, 1.0) * duration)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() != 0
        assert verify(tmp_path / "latest") == ()
    assert killed
    assert build(tmp_path, dt.date(2027, 1, 1), "f" * 64).is_new
    assert not list(tmp_path.glob(".staging-*"))


@pytest.mark.parametrize("place", ["appear", "point"])
def test_stopped_between_the_two_renames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    build(tmp_path, DAY, "a" * 64)

    def stopped(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(release_module, place, stopped)
        with pytest.raises(KeyboardInterrupt):
            build(tmp_path, DAY, "b" * 64)
    assert os.readlink(tmp_path / "latest") == "releases/2026.11.22"
    again = build(tmp_path, DAY, "b" * 64)
    # Where the release was in place already only `latest` was missing, and that is mended.
    assert again.is_new == (place == "appear")
    assert os.readlink(tmp_path / "latest") == "releases/2026.11.22.1"
    assert verify(tmp_path / "latest") == ()


def test_a_second_build_says_who_holds_the_folder(tmp_path: Path) -> None:
    build(tmp_path)
    with (tmp_path / ".lock").open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ReleaseError, match="building into this folder"), output_lock(tmp_path, patience=0.2):
            pytest.fail("two hold it")
    # The holder is gone, and so is its lock.
    assert build(tmp_path, DAY, "b" * 64).is_new


def test_a_second_build_waits_for_the_first(tmp_path: Path) -> None:
    build(tmp_path)
    with (tmp_path / ".lock").open("a+") as held, ThreadPoolExecutor() as pool:
        fcntl.flock(held, fcntl.LOCK_EX)
        second = pool.submit(build, tmp_path, DAY, "b" * 64)
        with pytest.raises(TimeoutError):
            second.result(0.3)
        fcntl.flock(held, fcntl.LOCK_UN)
        assert second.result().is_new


def test_a_lock_whose_file_was_cleared_away_holds_nobody(tmp_path: Path) -> None:
    with output_lock(tmp_path):
        (tmp_path / ".lock").unlink()
        with (tmp_path / ".lock").open("a+") as fresh:
            fcntl.flock(fresh, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with output_lock(tmp_path, patience=0):
        assert (tmp_path / ".lock").read_text().strip() == str(os.getpid())
    assert (tmp_path / ".lock").read_text() == ""


def test_two_processes_at_once_give_one_release_and_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), str(tmp_path)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate() for process in both]
    assert sorted(path.name for path in (tmp_path / "releases").iterdir()) == ["2026.11.22"]
    assert any(process.returncode == 0 for process in both)
    assert [(process.returncode, error) for process, (_, error) in zip(both, said, strict=True)] == [(0, "")] * 2
    assert verify(tmp_path / "latest") == ()


def test_a_build_may_hold_the_lock_around_the_release(tmp_path: Path) -> None:
    with output_lock(tmp_path):
        assert build(tmp_path).is_new


@pytest.mark.parametrize(
    "code",
    [errno.ENOSPC, *(pytest.param(one, marks=pytest.mark.slow) for one in (errno.EROFS, errno.EACCES, errno.EIO))],
)
@pytest.mark.parametrize("after", [0, 7, 60, 95])
def test_a_disk_that_fails_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, after: int
) -> None:
    build(tmp_path, DAY, "a" * 64)
    calls = iter(range(1000))
    honest = os.fsync

    def failing(descriptor: int) -> None:
        if next(calls) >= after:
            raise OSError(code, os.strerror(code))
        honest(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing)
        with pytest.raises(ReleaseError, match=os.strerror(code)):
            build(tmp_path, DAY, "b" * 64)
    assert verify(tmp_path / "latest") == ()
    assert not list(tmp_path.glob(".staging-*"))


def test_an_output_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("not a folder")
    with pytest.raises(ReleaseError, match="output"):
        build(tmp_path / "output")


def test_a_damaged_newest_manifest_is_told(tmp_path: Path) -> None:
    made = build(tmp_path)
    (made.path / "release.json").write_text("{}")
    with pytest.raises(ReleaseError, match="manifest of the newest release"):
        build(tmp_path)


def test_load_gives_the_contracts_types(tmp_path: Path, sample: dict[str, pd.DataFrame]) -> None:
    build(tmp_path)
    for name, frame in sample.items():
        loaded = load(name, output=tmp_path)
        pd.testing.assert_frame_equal(loaded, frame)
        assert all(isinstance(kind, pd.ArrowDtype) for kind in loaded.dtypes)
    assert load("projects", "2026.11.22", tmp_path)["name"].tolist()[0] == "+Diamond plant"


def test_load_names_the_tables_and_releases_there_are(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="releases there are: none"):
        load("projects", output=tmp_path)
    build(tmp_path)
    with pytest.raises(ReleaseError, match=r"releases there are: 2026\.11\.22"):
        load("projects", "2025.01.01", tmp_path)
    with pytest.raises(ReleaseError, match=r"releases there are: 2026\.11\.22"):
        load("projects", "../../etc", tmp_path)
    with pytest.raises(ReleaseError, match="projects, project_locations"):
        load("project", output=tmp_path)
    (tmp_path / "latest" / "tables" / "projects.parquet").write_bytes(b"PAR1")
    with pytest.raises(ReleaseError, match="kakehashi verify"):
        load("projects", output=tmp_path)


def test_a_release_can_be_moved(tmp_path: Path) -> None:
    build(tmp_path / "here")
    shutil.move(tmp_path / "here", tmp_path / "there")
    assert verify(tmp_path / "there" / "latest") == ()


def test_tables_of_every_kind_stand_in_the_sample(sample: dict[str, pd.DataFrame]) -> None:
    assert set(sample) == set(contract.TABLES) - {"changes"}
    assert frames({}) == {}

"""What starts a build by itself: the sensor on raw/ and the daily schedule."""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path

import dagster as dg
import pytest

from assets.automation import SETTLED_SECONDS, daily_build, raw_changes, raw_listing
from assets.definitions import defs
from assets.resources import OUTPUT_VARIABLE, RAW_VARIABLE, Build, build_from_environment
from pipelines.fingerprint import ROOT

LONG_AGO = time.time() - 10 * SETTLED_SECONDS


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    _write(folder / "curated" / "projects.csv", "project_id\n")
    return folder


def _write(path: Path, text: str, changed: float = LONG_AGO) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (changed, changed))


class Ticks:
    """A sensor that remembers its cursor from one tick to the next, as the daemon does."""

    def __init__(self, raw: Path, instance: dg.DagsterInstance) -> None:
        self._build = Build(raw=str(raw), reference=None, output=None, as_of=None, strict=False)
        self._instance = instance
        self._cursor: str | None = None

    def tick(self) -> str | int:
        """The number of runs asked for, or why none was."""
        context = dg.build_sensor_context(
            instance=self._instance, cursor=self._cursor, resources={"build": self._build}, definitions=defs
        )
        said = raw_changes(context)
        if isinstance(said, dg.SkipReason):
            return said.skip_message or ""
        assert isinstance(said, dg.SensorResult)
        self._cursor = said.cursor
        return len(said.run_requests or ())


@pytest.fixture
def ticks(raw: Path) -> Ticks:
    return Ticks(raw, dg.DagsterInstance.ephemeral())


def test_one_run_is_asked_for_and_then_none_until_something_changes(ticks: Ticks) -> None:
    assert ticks.tick() == 1
    assert ticks.tick() == "nothing new in raw"


def test_new_changed_and_vanished_files_are_seen(ticks: Ticks, raw: Path) -> None:
    ticks.tick()
    _write(raw / "inbox" / "article.txt", "talks")
    assert ticks.tick() == 1
    _write(raw / "inbox" / "article.txt", "talks!")
    assert ticks.tick() == 1
    _write(raw / "inbox" / "article.txt", "talks?", LONG_AGO + 1)
    assert ticks.tick() == 1, "same size, another time of change"
    (raw / "inbox" / "article.txt").unlink()
    assert ticks.tick() == 1, "back to a state that was there before"
    assert ticks.tick() == "nothing new in raw"


def test_a_file_that_is_being_written_is_waited_for(ticks: Ticks, raw: Path) -> None:
    ticks.tick()
    path = raw / "inbox" / "big.pdf"
    _write(path, "%PDF", time.time())
    assert ticks.tick() == "inbox/big.pdf may still be being written"
    _write(path, "%PDF and the rest", time.time())
    assert ticks.tick() == "inbox/big.pdf may still be being written"
    os.utime(path, (LONG_AGO, LONG_AGO))
    assert ticks.tick() == 1


def test_many_new_files_are_one_run(ticks: Ticks, raw: Path) -> None:
    ticks.tick()
    for number in range(50):
        _write(raw / "inbox" / f"{number}.txt", "talks")
    assert ticks.tick() == 1


def test_hidden_files_and_links_are_nothing(raw: Path) -> None:
    before = raw_listing(raw)
    _write(raw / "inbox" / ".gitkeep", "")
    _write(raw / ".cache" / "x.txt", "x")
    (raw / "inbox" / "link.txt").symlink_to(raw / "curated" / "projects.csv")
    (raw / "inbox" / "dangling").symlink_to(raw / "nowhere")
    assert raw_listing(raw) == before == [("curated/projects.csv", 11, before[0][2])]


def test_no_folder_is_said(tmp_path: Path) -> None:
    said = Ticks(tmp_path / "nowhere", dg.DagsterInstance.ephemeral()).tick()
    assert isinstance(said, str) and said.startswith("there is no folder")


def test_the_schedule_asks_for_one_build_a_morning() -> None:
    assert (daily_build.cron_schedule, daily_build.execution_timezone) == ("0 6 * * *", "Asia/Tokyo")
    when = dt.datetime(2026, 3, 3, 21, tzinfo=dt.UTC)
    context = dg.build_schedule_context(dg.DagsterInstance.ephemeral(), scheduled_execution_time=when)
    said = daily_build.evaluate_tick(context)
    assert said.run_requests is not None and len(said.run_requests) == 1


def test_folders_are_the_project_s_own_unless_the_environment_names_others() -> None:
    assert build_from_environment({}).raw_folder() == ROOT / "raw"
    assert build_from_environment({}).output_folder() == ROOT / "output"
    named = build_from_environment({RAW_VARIABLE: "/a", OUTPUT_VARIABLE: "/b"})
    assert (named.raw_folder(), named.output_folder()) == (Path("/a"), Path("/b"))

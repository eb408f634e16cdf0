"""What starts a build by itself: the sensor on raw/ and the daily schedule."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.automation import SETTLED_SECONDS, daily_build, raw_changes, raw_listing
from assets.definitions import defs
from assets.resources import OUTPUT_VARIABLE, RAW_VARIABLE, Build, build_from_environment
from assets.touched import touched_tables
from pipelines.errors import KakehashiError
from pipelines.fingerprint import ROOT
from tests.assets.stub import empty_tables, source, stub_stages

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
        self.asked: set[str] | None = None

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
        self.asked = None
        for request in said.run_requests or ():
            chosen = request.asset_selection
            self.asked = None if chosen is None else {key.to_user_string() for key in chosen}
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


def test_a_folder_that_vanishes_meanwhile_is_passed_over(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(raw / "inbox" / "going" / "page.txt", "talks")
    listed = os.walk

    def vanishing(top: Path) -> Iterator[tuple[str, list[str], list[str]]]:
        for folder, inner, names in listed(top):
            if folder.endswith("going"):
                shutil.rmtree(folder)
            yield folder, inner, names

    monkeypatch.setattr("assets.automation.os.walk", vanishing)
    assert [path for path, _, _ in raw_listing(raw)] == ["curated/projects.csv"]


def test_a_day_that_is_none_is_told_in_words() -> None:
    with pytest.raises(KakehashiError, match=r"as_of.*31\.3\.2026.*YYYY-MM-DD"):
        Build(as_of="31.3.2026").inputs()


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


def _finished(instance: dg.DagsterInstance, status: dg.DagsterRunStatus) -> None:
    instance.add_run(dg.DagsterRun(job_name="build", status=status))


def test_a_run_is_asked_for_what_a_change_can_touch(raw: Path) -> None:
    instance = dg.DagsterInstance.ephemeral()
    ticks = Ticks(raw, instance)
    assert (ticks.tick(), ticks.asked) == (1, None), "the first run makes everything"
    _finished(instance, dg.DagsterRunStatus.SUCCESS)
    _write(raw / "statistics" / "usgs-2027" / "material_production.csv", "material_id\n")
    assert ticks.tick() == 1
    assert ticks.asked is not None
    assert {"raw_files", "statements", "dependencies", "quality", "changes", "release"} <= ticks.asked
    assert not {"projects", "amounts", "totals"} & ticks.asked
    _write(raw / "inbox" / "article.txt", "talks")
    assert ticks.tick() == 1
    assert ticks.asked is not None and ticks.asked == _executable(), "an article can speak of anything"


def test_after_a_failed_run_everything_is_made(raw: Path) -> None:
    instance = dg.DagsterInstance.ephemeral()
    ticks = Ticks(raw, instance)
    ticks.tick()
    _finished(instance, dg.DagsterRunStatus.FAILURE)
    _write(raw / "statistics" / "usgs-2027" / "material_production.csv", "material_id\n")
    assert (ticks.tick(), ticks.asked) == (1, None)


def test_a_readme_touches_nothing_but_among_documents(ticks: Ticks, raw: Path) -> None:
    ticks.tick()
    _write(raw / "README.md", "rooms")
    _write(raw / "curated" / "README.md", "tables")
    assert ticks.tick() == "nothing new in raw"
    _write(raw / "inbox" / "README.md", "talks")
    assert ticks.tick() == 1


def test_rates_touch_money() -> None:
    assert "amounts" in touched_tables(["statistics/ecb/exchange_rates.csv"])
    assert "amounts" not in touched_tables(["curated/export_controls__china.csv"])
    assert touched_tables([]) == ()


def _executable() -> set[str]:
    return {key.to_user_string() for key in defs.resolve_job_def("build").asset_layer.executable_asset_keys}


def _ran(instance: dg.DagsterInstance, *names: str) -> None:
    job = defs.resolve_job_def("build")
    job.execute_in_process(
        instance=instance,
        asset_selection=[dg.AssetKey(name) for name in names] or None,
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )


def _requested(instance: dg.DagsterInstance, cursor: dg.AssetDaemonCursor | None = None) -> Any:
    return dg.evaluate_automation_conditions(defs, instance, asset_selection=FOLLOWING, cursor=cursor)


FOLLOWING = dg.AssetSelection.assets("quality", "changes", "release")


@pytest.mark.slow
def test_the_release_follows_tables_made_alone_once_their_blocking_checks_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(RAW_VARIABLE, str(tmp_path / "raw"))
    (tmp_path / "raw").mkdir()
    monkeypatch.setattr(Build, "raw_folder", lambda self: tmp_path / "raw")
    monkeypatch.setattr(Build, "output_folder", lambda self: tmp_path / "out")
    stub_stages(monkeypatch, empty_tables())
    instance = dg.DagsterInstance.ephemeral()
    seen = _requested(instance)
    _ran(instance)
    seen = _requested(instance, seen.cursor)
    assert seen.total_requested == 0, "a run that went as far as the release is not followed"
    _ran(instance, "projects")
    seen = _requested(instance, seen.cursor)
    assert seen.total_requested == 3
    _ran(instance, "quality", "changes", "release")
    seen = _requested(instance, seen.cursor)
    assert seen.total_requested == 0
    stub_stages(monkeypatch, empty_tables(sources=[source(), source()]))
    _ran(instance, "sources")
    assert _requested(instance, seen.cursor).total_requested == 0, "a blocking check has failed"

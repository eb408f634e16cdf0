"""Living sources: they stand in the graph, are asked when they are due, and never by a build."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets import incoming
from assets.definitions import defs
from assets.incoming import due_feeds, due_services, fetch_due, run_command, watch_feeds
from assets.resources import Build
from assets.sources import SOURCES, fetched_key, watched_key, watched_specs
from pipelines.ingest.endpoints import ENDPOINTS
from pipelines.ingest.feeds import CADENCES, feeds_path, read_feeds
from pipelines.ingest.watched import Memory, recall, remember
from tests.conftest import ROOT
from tests.ingest.test_fetch import Service, reply, service, zipped
from tests.ingest.test_watch import article, feeds, row, rss

__all__ = ["service"]

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    (folder / "inbox").mkdir(parents=True)
    (folder / "reference").mkdir()
    return folder


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> list[dt.datetime]:
    """The time that sensors and jobs see; its only item may be changed."""
    moment = [NOW]
    monkeypatch.setattr(incoming, "now", lambda: moment[0])
    return moment


def build(raw: Path) -> Build:
    return Build(raw=str(raw), reference=None, output=None, as_of=None, strict=False, include_restricted=False)


# The graph ----------------------------------------------------------------------------------------------------------


def test_every_living_source_is_an_asset_that_raw_files_come_from() -> None:
    names = {spec.key.to_user_string() for spec in SOURCES}
    listed = {watched_key(feed.source) for feed in read_feeds(ROOT / "raw" / "reference" / "feeds.csv")}
    assert names == listed | {fetched_key(name) for name in ENDPOINTS}
    graph = defs.resolve_asset_graph()
    assert {key.to_user_string() for key in graph.get(dg.AssetKey("raw_files")).parent_keys} == names
    assert len(names) + 1 <= 12, "the group raw is one screen"


def test_sources_are_as_fresh_as_they_are_asked() -> None:
    for spec in SOURCES:
        policy: Any = spec.freshness_policy
        every = CADENCES[spec.tags["cadence"]]
        assert policy.warn_window.to_timedelta() == every * 2
        assert policy.fail_window.to_timedelta() == every * 3
        assert spec.owners and spec.kinds and spec.description and spec.group_name == "raw"


def test_no_build_asks_a_source() -> None:
    made = defs.resolve_job_def("build").asset_layer.executable_asset_keys
    assert not {spec.key for spec in SOURCES} & set(made)


def test_both_are_off_until_they_are_switched_on() -> None:
    assert watch_feeds.default_status == dg.DefaultSensorStatus.STOPPED
    assert fetch_due.default_status == dg.DefaultScheduleStatus.STOPPED
    for one in (watch_feeds, fetch_due):
        assert "switch it on" in (one.description or "")


def test_a_broken_list_of_feeds_does_not_take_the_location_away(raw: Path) -> None:
    (raw / "reference" / "feeds.csv").write_text("feed_id\nx\n")
    words = "import assets.definitions as d; print(len(d.SOURCES))"
    said = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, env={"KAKEHASHI_RAW": str(raw), "PATH": ""}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert said.stdout.strip() == str(len(ENDPOINTS)), said.stderr
    (skipped,) = [Ticks(raw).tick()]
    assert "no column source" in str(skipped)


def test_feeds_of_one_source_are_one_asset_with_the_quickest_cadence(raw: Path) -> None:
    rows = [f"{name},a,P,en,{kind},https://x.org/{name},.,,{often}" for name, kind, often in (
        ("a-1", "rss", "weekly"), ("a-2", "index", "hourly"))]  # fmt: skip
    feeds(raw, *rows)
    (spec,) = watched_specs(read_feeds(feeds_path(raw)))
    assert (spec.key.to_user_string(), spec.tags["cadence"], spec.kinds) == ("watched_a", "hourly", {"rss", "html"})


# The sensor ---------------------------------------------------------------------------------------------------------


class Ticks:
    """A sensor that remembers its cursor from one tick to the next, as the daemon does."""

    def __init__(self, raw: Path) -> None:
        self._build = build(raw)
        self._cursor: str | None = None

    def tick(self) -> list[str] | str:
        """The feeds for which a run was asked, or why none was."""
        context = dg.build_sensor_context(
            instance=dg.DagsterInstance.ephemeral(), cursor=self._cursor, resources={"build": self._build},
            definitions=defs,
        )  # fmt: skip
        said = watch_feeds(context)
        if isinstance(said, dg.SkipReason):
            return said.skip_message or ""
        assert isinstance(said, dg.SensorResult)
        self._cursor = said.cursor
        (request,) = said.run_requests or ()
        asked: list[str] = request.run_config["ops"]["look_at_feeds"]["config"]["feeds"]
        return asked


def test_the_sensor_asks_for_what_is_due_and_then_not_again(raw: Path, at: list[dt.datetime]) -> None:
    daily = "a,s,P,en,rss,https://x.org/a,.,,daily"
    feeds(raw, daily, "b,s,P,en,rss,https://x.org/b,.,,hourly", "c,s,P,en,rss,https://x.org/c,.,,daily")
    remember(raw, Memory("c", asked_at="2026-11-23T06:00:00Z"))  # looked at by hand this morning
    ticks = Ticks(raw)
    assert ticks.tick() == ["a", "b"]
    assert ticks.tick() == "no feed is due", "the run may not have begun yet"
    at[0] = NOW + dt.timedelta(hours=1)
    assert ticks.tick() == ["b"]
    at[0] = NOW + dt.timedelta(hours=20)
    assert ticks.tick() == ["b", "c"]
    at[0] = NOW + dt.timedelta(hours=24)
    assert ticks.tick() == ["a", "b"]


def test_a_cursor_that_is_none_of_ours_is_left(raw: Path, at: list[dt.datetime]) -> None:
    feeds(raw, "a,s,P,en,rss,https://x.org/a,.,,daily")
    ticks = Ticks(raw)
    ticks._cursor = "[broken"
    assert ticks.tick() == ["a"]


def test_a_raw_folder_without_a_list_uses_the_project_s(tmp_path: Path) -> None:
    assert len(due_feeds(tmp_path, {}, NOW)) == len(read_feeds(ROOT / "raw" / "reference" / "feeds.csv"))


# The job of the feeds -----------------------------------------------------------------------------------------------


def look(raw: Path, instance: dg.DagsterInstance, names: list[str]) -> dg.ExecuteInProcessResult:
    config = {
        "ops": {"look_at_feeds": {"config": {"feeds": names}}},
        "resources": {"build": {"config": {"raw": str(raw)}}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    return defs.resolve_job_def("watch").execute_in_process(run_config=config, instance=instance, raise_on_error=False)


@pytest.mark.slow
def test_a_run_looks_only_at_what_it_was_asked_for_and_reports_it(service: Service, raw: Path) -> None:
    service.at("/press/1", reply(200, article("Japan invests")))
    service.at("/feed", reply(200, rss(("Japan invests", "/press/1"))))
    gone = row(service, "gone", "/gone").replace("the-source", "another")
    feeds(raw, row(service), gone, row(service, "not-asked", "/not-asked"))
    with dg.DagsterInstance.ephemeral() as instance:
        result = look(raw, instance, ["one", "gone"])
        assert not result.success, "a feed that is gone is told"
        failure = next(event for event in result.all_events if event.is_step_failure)
        assert failure.step_failure_data.user_failure_data is not None
        assert "gone: " in (failure.step_failure_data.user_failure_data.description or "")
        event = instance.get_latest_materialization_event(dg.AssetKey("watched_the_source"))
        assert event is not None and event.asset_materialization is not None
        assert event.asset_materialization.metadata["came_in"].value == 1
        first = (event.asset_materialization.tags or {})["dagster/data_version"]
        assert instance.get_latest_materialization_event(dg.AssetKey("watched_another")) is None
        assert "/not-asked" not in service.paths()
        assert look(raw, instance, ["one"]).success
        event = instance.get_latest_materialization_event(dg.AssetKey("watched_the_source"))
        assert event is not None and event.asset_materialization is not None
        assert event.asset_materialization.metadata["came_in"].value == 0
        assert (event.asset_materialization.tags or {})["dagster/data_version"] == first
    (feed, *_) = read_feeds(raw / "reference" / "feeds.csv")
    assert recall(raw, feed).asked_at is not None
    assert len([path for path in (raw / "inbox").iterdir() if not path.name.startswith(".")]) == 1


def test_what_a_command_says_is_read(raw: Path) -> None:
    feeds(raw, "a,s,P,en,rss,https://x.org/a,.,,daily")
    code, said, complaint = run_command(["watch", "--list"], raw)
    assert (code, [one["feed"] for one in said], complaint) == (0, ["a"], "")
    code, said, complaint = run_command(["watch", "--once", "--feed", "none"], raw)
    assert (code, said) == (1, [])
    assert "Name a feed of the list" in complaint


# The schedule and its job -------------------------------------------------------------------------------------------


def report(instance: dg.DagsterInstance, name: str) -> None:
    instance.report_runless_asset_event(dg.AssetMaterialization(fetched_key(name)))


def test_the_schedule_asks_for_services_that_are_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CENSUS_API_KEY", raising=False)
    today = dt.datetime.now(tz=dt.UTC)

    def asked(instance: dg.DagsterInstance, days: int) -> Any:
        when = today + dt.timedelta(days=days)
        context = dg.build_schedule_context(instance, scheduled_execution_time=when)
        said = fetch_due.evaluate_tick(context)
        if not said.run_requests:
            return said.skip_message
        return said.run_requests[0].run_config["ops"]["fetch_services"]["config"]["services"]

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        assert asked(instance, 0) == ["comtrade", "ecb", "federal-register", "usgs-mcs"], "census has no key here"
        for name in ("comtrade", "ecb", "federal-register", "usgs-mcs"):
            report(instance, name)
        assert asked(instance, 0) == "no service is due"
        assert asked(instance, 1) == ["ecb"]
        assert asked(instance, 7) == ["ecb", "federal-register"]
        assert asked(instance, 30) == ["comtrade", "ecb", "federal-register", "usgs-mcs"]
        monkeypatch.setenv("CENSUS_API_KEY", "x")
        assert "census" in [one.name for one in due_services(instance, today)]


@pytest.mark.slow
def test_a_run_fetches_what_it_was_asked_for_and_reports_it(service: Service, raw: Path) -> None:
    service.at("/eurofxref-hist.zip", reply(200, zipped(b"Date,USD\n2026-11-20,1.1\n")))
    options: dict[str, Any] = {
        "services": ["ecb", "usgs-mcs"],
        "mirrors": dict.fromkeys(("ecb", "usgs-mcs"), service.base),
    }
    config = {
        "ops": {"fetch_services": {"config": options}}, "resources": {"build": {"config": {"raw": str(raw)}}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }  # fmt: skip
    with dg.DagsterInstance.ephemeral() as instance:
        job = defs.resolve_job_def("fetch")
        result = job.execute_in_process(run_config=config, instance=instance, raise_on_error=False)
        assert not result.success, "one of the two cannot be had"
        event = instance.get_latest_materialization_event(dg.AssetKey("fetched_ecb"))
        assert event is not None and event.asset_materialization is not None
        assert event.asset_materialization.metadata["fetched"].value == 1
        assert instance.get_latest_materialization_event(dg.AssetKey("fetched_usgs_mcs")) is None
    assert json.dumps(sorted(path.name for path in (raw / "inbox").iterdir())).count("ecb-eurofxref-hist-") == 1

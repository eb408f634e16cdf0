"""The history of runs: made once, shared by processes, and listened to."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest
import yaml

from assets.event_log import History
from assets.history import SETTINGS, opened, prepare
from assets.run import run_build
from pipelines.build import Inputs
from pipelines.errors import KakehashiError
from tests.assets.stub import empty_tables, stub_stages
from tests.conftest import ROOT

BUILD = """
import sys
from pathlib import Path
import pytest
from tests.assets.stub import empty_tables, stub_stages
stub_stages(pytest.MonkeyPatch(), empty_tables())
from assets.run import run_build
from pipelines.build import Inputs
folder = Path(sys.argv[1])
outcome = run_build(Inputs(folder), folder / sys.argv[2], home=folder / "home")
sys.exit(0 if outcome.success else str(outcome.failures))
"""


def test_the_folder_holds_this_project_s_settings(tmp_path: Path) -> None:
    home = prepare(tmp_path / "a" / "home")
    settings = yaml.safe_load((home / "dagster.yaml").read_text(encoding="utf-8"))
    assert settings == yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))
    assert settings["telemetry"] == settings["nux"] == {"enabled": False}
    (home / "dagster.yaml").write_text("telemetry: {enabled: true}\n")
    prepare(home)
    assert (home / "dagster.yaml").read_bytes() == SETTINGS.read_bytes()


def test_the_event_log_is_ours_and_survives_being_closed(tmp_path: Path) -> None:
    key = dg.AssetKey("projects")
    with opened(tmp_path) as instance:
        assert isinstance(instance.event_log_storage, History)
        assert not instance.telemetry_enabled
        instance.report_runless_asset_event(dg.AssetMaterialization(key))
    with opened(tmp_path) as instance:
        assert instance.get_latest_materialization_event(key) is not None


def test_a_listener_hears_of_new_events(tmp_path: Path) -> None:
    @dg.op
    def nothing() -> None:
        """Do nothing."""

    @dg.job
    def idle() -> None:
        """Hold one op."""
        nothing()

    heard: list[str] = []
    with opened(tmp_path) as instance:
        run_id = "0f0f0f0f-0000-4000-8000-000000000000"
        instance.watch_event_logs(run_id, None, lambda entry, _: heard.append(entry.message))
        idle.execute_in_process(
            instance=instance, run_id=run_id, run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        )
        deadline = time.monotonic() + 10
        while not any("Finished execution" in message for message in heard) and time.monotonic() < deadline:
            time.sleep(0.1)
    assert any("Finished execution" in message for message in heard)


@pytest.mark.slow
def test_two_processes_make_and_share_one_history(tmp_path: Path) -> None:
    builds = [
        subprocess.Popen(
            [sys.executable, "-c", BUILD, str(tmp_path), name], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for name in ("one", "two")
    ]
    assert [(build.communicate()[1], build.returncode) for build in builds] == [("", 0), ("", 0)]
    with opened(tmp_path / "home") as instance:
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.SUCCESS] * 2


def test_a_history_that_cannot_be_kept_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    stub_stages(monkeypatch, empty_tables())
    monkeypatch.setattr(History, "store_event", full)
    (tmp_path / "raw").mkdir()
    with pytest.raises(KakehashiError, match="found database or disk is full; expected a history of runs"):
        run_build(Inputs(tmp_path / "raw"), tmp_path / "out", home=tmp_path / "home")
    assert not (tmp_path / "out" / "latest").exists()

"""A part of the job alone: single tables, a dry run, the rest of a failed build. Each gives the bytes of the whole."""

from __future__ import annotations

import datetime as dt
import filecmp
import shutil
from pathlib import Path

import dagster as dg
import pytest

from assets.automation import build_job
from assets.definitions import defs
from assets.handover import publishes
from assets.history import opened
from assets.run import Part, resume_build, run_build
from pipelines.build import Inputs
from pipelines.errors import KakehashiError
from pipelines.publish.verify import verify
from tests.assets.conftest import Run
from tests.assets.stub import empty_tables, source, stub_stages
from tests.assets.test_whole import _raw

DAY = dt.date(2026, 3, 4)


def _same(one: Path, other: Path) -> None:
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    differing = [path for path in files if not filecmp.cmp(one / path, other / path, shallow=False)]
    assert not differing


@pytest.mark.slow
def test_parts_give_the_bytes_of_the_whole(tmp_path: Path, home: Path) -> None:
    inputs, output = Inputs(_raw(tmp_path / "raw"), as_of=DAY), tmp_path / "out"
    drafted = run_build(inputs, output, home=home, part=Part(tables=("projects", "totals")))
    assert (drafted.success, drafted.version, len(drafted.drafts)) == (True, None, 2)
    dry = run_build(inputs, output, home=home, part=Part(dry_run=True))
    assert (dry.success, dry.is_new, dry.version) == (True, True, "2026.03.04")
    assert not (output / "latest").exists() and not (output / "releases").exists()
    drafts = {path.name: path.read_bytes() for path in (output / "drafts" / "tables").iterdir()}
    shutil.rmtree(output / "drafts")
    whole = run_build(inputs, output, home=home)
    assert (whole.drafts, (output / "drafts").exists()) == ((), False)
    assert whole.path is not None and dry.path is not None and verify(dry.path) == ()
    _same(whole.path, dry.path)
    assert sorted(drafts) == ["projects.csv", "projects.parquet", "totals.csv", "totals.parquet"]
    for name, content in drafts.items():
        assert content == (whole.path / "tables" / name).read_bytes()
    again = run_build(inputs, output, home=home, part=Part(dry_run=True))
    assert (again.success, again.is_new, again.version) == (True, False, "2026.03.04")


def test_the_job_dry_run_publishes_nothing_with_whatever_settings_it_is_launched(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A launch by GraphQL or the command line does not fill in the settings of a job; the UI's form does."""
    stub_stages(monkeypatch, empty_tables())
    (tmp_path / "raw").mkdir()
    folders = {"raw": str(tmp_path / "raw"), "output": str(tmp_path / "out")}
    with opened(home) as instance:
        job = defs.resolve_job_def("dry_run")
        result = job.execute_in_process({"resources": {"build": {"config": folders}}}, instance=instance)
    assert result.success
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_dir()) == ["dry-run"]


@pytest.mark.slow
def test_the_rest_of_a_failed_build_gives_the_bytes_of_a_whole_one(tmp_path: Path) -> None:
    inputs, output, history = Inputs(_raw(tmp_path / "raw"), as_of=DAY), tmp_path / "out", tmp_path / "history"
    output.write_text("a file where the folder should be")
    failed = run_build(inputs, output, home=history)
    assert not failed.success
    output.unlink()
    rest = resume_build(home=history)
    assert (rest.success, rest.is_new, rest.failures) == (True, True, ())
    assert rest.path is not None and verify(rest.path) == ()
    with opened(history) as instance:
        assert [step.step_key for step in instance.get_run_step_stats(rest.run_id)] == ["write_release"]
        followed = instance.get_run_by_id(rest.run_id)
        assert followed is not None and followed.tags["dagster/parent_run_id"] == failed.run_id
    fresh = run_build(inputs, tmp_path / "fresh", home=history)
    assert fresh.path is not None
    _same(fresh.path, rest.path)
    with pytest.raises(KakehashiError, match="a build that failed"):
        resume_build(home=history)
    with pytest.raises(KakehashiError, match="no build no-such"):
        resume_build("no-such", home=history)


def test_a_release_asked_for_alone_is_judged(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the gate would have stopped in a whole run it stops here too."""
    broken = empty_tables(sources=[source(), source()])
    stub_stages(monkeypatch, broken)
    build = {"raw": str(tmp_path / "raw"), "output": str(tmp_path / "out")}
    result = defs.resolve_job_def("build").execute_in_process(
        run_config={"resources": {"build": {"config": build}}},
        asset_selection=[dg.AssetKey("release"), dg.AssetKey("changes")],
        raise_on_error=False,
    )
    assert not result.success
    assert not (tmp_path / "out" / "latest").exists()
    stub_stages(monkeypatch, empty_tables())
    result = defs.resolve_job_def("build").execute_in_process(
        run_config={"resources": {"build": {"config": build}}},
        asset_selection=[dg.AssetKey("release"), dg.AssetKey("changes")],
    )
    assert result.success and (tmp_path / "out" / "latest").is_dir()


def test_a_table_that_changed_unasked_is_reported(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer date in raw can move a table that no file of its own touches: its page in the UI must not look old."""
    assert run(empty_tables()).success
    stub_stages(monkeypatch, empty_tables(sources=[source(), source("another-2026")]), "1" * 64)
    build = {"raw": str(tmp_path / "raw"), "output": str(tmp_path / "out")}
    result = defs.resolve_job_def("build").execute_in_process(
        run_config={"resources": {"build": {"config": build}}},
        asset_selection=[dg.AssetKey(name) for name in ("totals", "quality", "changes", "release")],
    )
    told = {
        event.step_materialization_data.materialization.asset_key.to_user_string(): event.step_key
        for event in result.get_asset_materialization_events()
    }
    assert told["sources"] == "write_release"
    assert told["totals"] != "write_release"
    assert "projects" not in told  # it did not change


def test_a_check_alone_can_be_run(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub_stages(monkeypatch, empty_tables())
    key = dg.AssetCheckKey(dg.AssetKey("projects"), "contract")
    job = dg.define_asset_job("one_check", selection=dg.AssetSelection.checks(key))
    alone = dg.Definitions(
        assets=defs.assets, jobs=[job], resources=defs.resources, executor=dg.in_process_executor
    ).resolve_job_def("one_check")
    build = {"raw": str(tmp_path / "raw"), "output": str(tmp_path / "out")}
    result = alone.execute_in_process(run_config={"resources": {"build": {"config": build}}})
    assert [one.check_name for one in result.get_asset_check_evaluations()] == ["contract"]
    assert not result.get_asset_materialization_events()
    assert not (tmp_path / "out" / "drafts").exists()


def test_whether_a_run_publishes() -> None:
    whole = dg.DagsterRun(job_name=build_job.name)
    assert publishes(whole)
    assert publishes(dg.DagsterRun(job_name="build", asset_selection=frozenset()))
    assert not publishes(dg.DagsterRun(job_name="build", asset_selection=frozenset({dg.AssetKey("projects")})))
    assert publishes(dg.DagsterRun(job_name="build", asset_selection=frozenset({dg.AssetKey("release")})))
    assert not publishes(dg.DagsterRun(job_name="build", step_keys_to_execute=["investment_tables"]))

"""A build as a run: what it tells, what stops it, and what stands in the history afterwards."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.history import HISTORY_VARIABLE, PROCESS_TAG, opened, process_name, report_lost_runs
from assets.run import run_build
from pipelines.publish.release import newest
from schemas.contract import TABLES, frame
from tests.assets.conftest import Run
from tests.assets.stub import RELEASED_ON, empty_tables, source, stub_stages
from tests.conftest import ROOT


def _project(**cells: Any) -> dict[str, Any]:
    row = {"project_id": "a-plant", "name": "A plant", "review": "accepted"}
    row |= {"n_sources": 1, "n_witnesses": 1, "n_conflicts": 0, "stage": "reported", "country": "USA"}
    return row | cells


def test_a_build_makes_a_release_and_a_second_one_nothing_new(run: Run, tmp_path: Path) -> None:
    first = run()
    assert (first.success, first.is_new, first.version, first.failures) == (True, True, "2026.03.04", ())
    assert first.path == tmp_path / "out" / "releases" / "2026.03.04"
    assert (first.path / "SHA256SUMS").is_file()
    second = run()
    assert (second.success, second.is_new, second.version, second.path) == (True, False, first.version, first.path)
    assert second.run_id != first.run_id


def test_changed_input_makes_the_next_version_with_its_changes(run: Run, tmp_path: Path) -> None:
    run()
    tables = empty_tables(sources=[source(), source("example-2027")])
    second = run(tables, sha="1" * 64)
    assert (second.success, second.version) == (True, "2026.03.04.1")
    assert "example-2027" in (tmp_path / "out" / "latest" / "tables" / "changes.csv").read_text(encoding="utf-8")


def test_the_suite_s_results_are_published(run: Run, tmp_path: Path) -> None:
    run()
    quality = (tmp_path / "out" / "latest" / "tables" / "quality.csv").read_text(encoding="utf-8")
    assert "totals-pledge-covers-commitments" in quality
    assert "receipts_complete" in quality


def test_a_build_is_quiet(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    run()
    run(raw=Path("nowhere"))
    assert capfd.readouterr() == ("", "")


def test_a_build_stands_in_the_history(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    outcome = run(home=home)
    with opened(home) as instance:
        (record,) = instance.get_run_records()
        assert record.dagster_run.run_id == outcome.run_id
        assert record.dagster_run.job_name == "build"
        assert record.dagster_run.status == dg.DagsterRunStatus.SUCCESS
        for name in (*TABLES, "release"):
            event = instance.get_latest_materialization_event(dg.AssetKey(name))
            assert event is not None and event.run_id == outcome.run_id, name
        config = record.dagster_run.run_config["resources"]["build"]["config"]
        assert config["output"] == str(tmp_path / "out")


def test_a_table_that_breaks_a_codelist_stops_the_release_and_the_one_before_stays(run: Run, tmp_path: Path) -> None:
    before = run()
    tables = empty_tables(projects=[_project(stage="nearly_there")])
    outcome = run(tables, sha="2" * 64)
    assert (outcome.success, outcome.version, outcome.path) == (False, None, None)
    (words,) = (words for words in outcome.failures if "codelist" in words)
    assert words.startswith("projects: 1 row fails, first ")
    for part in ("a-plant", "stage", "nearly_there"):
        assert part in words
    kept = newest(tmp_path / "out")
    assert kept is not None and kept.version == before.version
    assert (tmp_path / "out" / "latest").resolve() == before.path


def test_the_check_counts_the_failing_rows_and_shows_them(run: Run, home: Path) -> None:
    bad = [_project(project_id=f"plant-{number}", stage="nearly_there", review="perhaps") for number in range(12)]
    outcome = run(empty_tables(projects=bad))
    with opened(home) as instance:
        evaluation = _check(instance, outcome.run_id, "projects", "codelists")
    assert not evaluation.passed
    assert evaluation.metadata["failing_rows"].value == 12
    assert evaluation.metadata["failing_cells"].value == 24
    sample = str(evaluation.metadata["sample"].value).splitlines()
    assert sample[0] == "| key | column | found | expected | check |"
    assert len(sample) == 12


def _check(instance: dg.DagsterInstance, run_id: str, asset: str, name: str) -> dg.AssetCheckEvaluation:
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION):
        assert entry.dagster_event is not None
        found = entry.dagster_event.asset_check_evaluation_data
        if (found.asset_key.to_user_string(), found.check_name) == (asset, name):
            return found
    raise AssertionError(f"{asset} {name} was not checked")


def test_every_broken_table_is_told_at_once(run: Run) -> None:
    tables = empty_tables(projects=[_project(stage="nearly_there")])
    tables["organizations"] = frame(
        "organizations", [{"org_id": "a-firm", "name": "A firm", "kind": "guild", "review": "accepted"}]
    )
    told = run(tables).failures
    assert {words.split(":")[0] for words in told} == {"projects", "organizations"}


def test_the_gate_stops_the_release(run: Run) -> None:
    links = [{"project_id": "a-plant", "other_project_id": "b-plant", "relation": "supplies", "source_id": "nobody"}]
    outcome = run(empty_tables(project_links=links))
    assert not outcome.success
    assert any(words.startswith("project_links: ") and "foreign key" in words for words in outcome.failures)
    amounts = [
        {
            "amount_id": "a1",
            "kind": "project_cost",
            "currency": "JPY",
            "as_of": RELEASED_ON,
            "fx_on": dt.date(2025, 1, 1),
        }
    ]
    amounts[0] |= {"modality": "asserted", "n_witnesses": 1, "source_id": "example-2026", "review": "accepted"}
    receipts = [
        {"table": "amounts", "key": "a1", "column": column, "input_no": 1, "source_id": "example-2026"}
        for column in amounts[0]
    ]
    told = run(empty_tables(amounts=amounts, receipts=receipts), sha="3" * 64).failures
    assert [words for words in told if words.startswith("quality: ") and "fx_gap" in words], told


def test_the_suite_stops_the_release(run: Run, tmp_path: Path) -> None:
    tables = empty_tables()
    tables["sources"] = frame("sources", [])
    outcome = run(tables)
    assert not outcome.success
    assert [words for words in outcome.failures if "There is a source at all. Measured 0, threshold 1" in words]
    assert newest(tmp_path / "out") is None


def test_a_warning_stops_nothing(run: Run, home: Path) -> None:
    outcome = run(empty_tables(sources=[source(url=None)]))
    assert outcome.success
    with opened(home) as instance:
        evaluation = _check(instance, outcome.run_id, "quality", "sources_have_addresses")
    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.WARN)


@pytest.mark.parametrize(("strict", "severity"), [(False, "WARN"), (True, "ERROR")])
def test_what_was_set_aside_is_told_and_stops_nothing(run: Run, home: Path, strict: bool, severity: str) -> None:
    item = {"item_id": "ab12", "source_path": "inbox/broken.pdf", "stage": "ingest", "reason_code": "no_text"}
    item |= {"reason": "There is no text in it.", "first_seen_on": RELEASED_ON}
    outcome = run(empty_tables(quarantine=[item]), strict=strict)
    assert (outcome.success, outcome.n_quarantined) == (True, 1)
    with opened(home) as instance:
        evaluation = _check(instance, outcome.run_id, "quarantine", "nothing_set_aside")
    assert (evaluation.passed, evaluation.severity.value) == (False, severity)
    assert "inbox/broken.pdf" in str(evaluation.metadata["sample"].value)


def test_a_typed_error_is_told_in_its_own_sentence(run: Run, tmp_path: Path) -> None:
    outcome = run(raw=tmp_path / "nowhere")
    where = tmp_path / "nowhere"
    assert outcome.failures == (f"{where}: found no folder; expected a raw folder. Name it with --raw DIR.",)


def test_an_error_that_nobody_foresaw_names_step_and_cause(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pipelines.publish.release

    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("nobody thought of this")

    monkeypatch.setattr(pipelines.publish.release, "write_release", fail)
    assert run().failures == ("step write_release: ZeroDivisionError: nobody thought of this",)


def test_progress_is_told_step_by_step(run: Run) -> None:
    told: list[tuple[str, int, int]] = []
    run(progress=lambda *what: told.append(what))
    assert [number for _, number, _ in told] == list(range(1, 13))
    assert {of for _, _, of in told} == {12}
    assert (told[0][0], told[-1][0]) == ("raw_files", "write_release")


def test_a_run_whose_process_was_killed_is_told_so(run: Run, tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    home = tmp_path / "home"
    with opened(home) as instance:
        from assets.definitions import defs

        lost = instance.create_run_for_job(
            defs.resolve_job_def("build"), tags={PROCESS_TAG: f"{gone.pid}@123"}, status=dg.DagsterRunStatus.STARTED
        )
    run(home=home)
    with opened(home) as instance:
        kept = instance.get_run_by_id(lost.run_id)
        assert kept is not None and kept.status == dg.DagsterRunStatus.FAILURE


def test_a_run_of_a_living_process_and_one_of_the_ui_are_left_alone(tmp_path: Path) -> None:
    from assets.definitions import defs

    job = defs.resolve_job_def("build")
    started = {"status": dg.DagsterRunStatus.STARTED}
    with opened(tmp_path) as instance:
        alive = instance.create_run_for_job(job, tags={PROCESS_TAG: process_name(os.getpid()) or ""}, **started)
        another = instance.create_run_for_job(job, tags={PROCESS_TAG: f"{os.getpid()}@1"}, **started)
        of_the_ui = instance.create_run_for_job(job, **started)

        def lost() -> set[str]:
            failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE])
            return {run.run_id for run in instance.get_runs(failed)}

        report_lost_runs(instance)
        assert lost() == {another.run_id}
        report_lost_runs(instance, of_the_ui=True)
        assert lost() == {another.run_id, of_the_ui.run_id}
        assert alive.run_id not in lost()


def test_the_environment_is_left_as_it_was(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "/elsewhere")
    run()
    assert os.environ["DAGSTER_HOME"] == "/elsewhere"
    assert HISTORY_VARIABLE not in os.environ


def test_callers_do_not_pay_for_dagster_before_they_build() -> None:
    code = "import sys; from assets.run import run_build; print({'dagster', 'pandas', 'pandera'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_a_history_that_cannot_be_written_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.errors import KakehashiError

    stub_stages(monkeypatch, empty_tables())
    from pipelines.build import Inputs

    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KakehashiError, match="history of runs that can be written"):
        run_build(Inputs(tmp_path), tmp_path / "out", home=tmp_path / "file" / "home")

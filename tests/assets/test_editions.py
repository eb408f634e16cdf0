"""One statistic's editions made again: each gives the rows that the whole build has of it, byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq
import pytest

from assets.definitions import defs
from assets.run import run_backfill, run_build
from kakehashi.building import backfill
from pipelines.build import Inputs
from pipelines.publish.formats import write_csv, write_parquet
from pipelines.publish.verify import verify
from tests.conftest import ROOT

STATISTICS = ROOT / "raw" / "statistics"
YEARS = ("usgs-mcs-2023", "usgs-mcs-2024")


def _raw(folder: Path) -> Path:
    for name in YEARS:
        shutil.copytree(STATISTICS / name, folder / "statistics" / name)
    return folder


@pytest.mark.slow
def test_editions_have_the_bytes_of_the_whole_build_and_publish_nothing(tmp_path: Path, home: Path) -> None:
    inputs, output = Inputs(_raw(tmp_path / "raw")), tmp_path / "out"
    outcome = run_backfill(inputs, output, ["usgs-mcs"], home)
    assert (outcome.success, outcome.version) == (True, None), outcome.failures
    assert [path.parent.name for path in outcome.drafts] == list(YEARS)
    assert not (output / "latest").exists() and not (output / "releases").exists()
    whole = run_build(inputs, tmp_path / "whole", home=home)
    assert whole.path is not None and verify(whole.path) == ()
    statements = pq.read_table(whole.path / "tables" / "statements.parquet")
    for draft in outcome.drafts:
        of_edition = [source == draft.parent.name for source in statements["source_id"].to_pylist()]
        expected = statements.filter(of_edition)
        assert expected.num_rows > 0
        write_parquet(expected, tmp_path / "expected.parquet")
        write_csv(expected, tmp_path / "expected.csv")
        assert draft.read_bytes() == (tmp_path / "expected.parquet").read_bytes()
        assert draft.with_suffix(".csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()
    again = run_build(inputs, output, home=home)
    assert again.path is not None
    for file in sorted(path for path in whole.path.rglob("*") if path.is_file()):
        assert file.read_bytes() == (again.path / file.relative_to(whole.path)).read_bytes(), file


def test_an_edition_that_is_not_there_is_told_with_those_that_are(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("assets.execution.HOME", home)
    assert backfill(["usgs"], _raw(tmp_path / "raw"), tmp_path / "out") == 0, "the beginning of an id, up to a hyphen"
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(YEARS)
    assert backfill(["usgs-mc"], tmp_path / "raw", tmp_path / "out") == 1
    said = capsys.readouterr().err
    assert "usgs-mc" in said and "There are: usgs-mcs-2023, usgs-mcs-2024." in said


def test_the_job_stands_in_the_ui_with_its_setting() -> None:
    job = defs.resolve_job_def("backfill")
    assert job.description is not None and "kakehashi backfill" in job.description
    settings = dg.validate_run_config(job, {"ops": {"backfill_editions": {"config": {"editions": ["usgs-mcs"]}}}})
    assert settings["ops"]["backfill_editions"]["config"]["editions"] == ["usgs-mcs"]

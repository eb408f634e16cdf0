"""What the tests of the Dagster layer share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from assets.run import Outcome, run_build
from tests.assets.stub import empty_tables, stub_stages


@pytest.fixture(scope="session", autouse=True)
def _great_expectations_once() -> None:
    """Loaded here once, so that no build of this session starts a process for it."""
    from pipelines.publish.expectations import load

    load()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One history for all tests that do not look at it: making its databases takes a second."""
    return tmp_path_factory.mktemp("history")


Run = Callable[..., Outcome]


@pytest.fixture
def run(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the job over stages that give the tables named, into `out` below `tmp_path`."""
    (tmp_path / "raw").mkdir()

    def build(tables: dict[str, pd.DataFrame] | None = None, sha: str = "0" * 64, **options: Any) -> Outcome:
        stub_stages(monkeypatch, tables if tables is not None else empty_tables(), sha)
        from pipelines.build import Inputs

        inputs = Inputs(options.pop("raw", tmp_path / "raw"))
        return run_build(inputs, tmp_path / "out", home=options.pop("home", home), **options)

    return build

"""Fixtures of the tests of publishing: the sample's tables and one release of them, built once."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import publish_sample


@pytest.fixture(scope="session")
def sample() -> dict[str, pd.DataFrame]:
    """The sample's tables; not to be changed."""
    return publish_sample.sample_tables()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a release of the sample; not to be changed."""
    return publish_sample.build(tmp_path_factory.mktemp("built")).path


@pytest.fixture
def damaged(built: Path, tmp_path: Path) -> Path:
    """A copy of the release that a test may damage."""
    copy = tmp_path / built.name
    shutil.copytree(built, copy)
    return copy


@pytest.fixture
def rows() -> Callable[[], dict[str, list[publish_sample.Row]]]:
    """Fresh complete rows of the sample, to be changed at will."""
    return lambda: publish_sample.complete(publish_sample.sample_rows())

"""What more than one test needs: the committed raw built once, and a small raw folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

# No test, nor any process that it starts, knows what was read before; tests of the memory bring their own folder.
os.environ["KAKEHASHI_CACHE"] = ""

Rows = Callable[[str], list[dict[str, Any]]]


def rows_of(tables: Any) -> Rows:
    """Table name -> its rows as dictionaries, null as None."""

    def rows(name: str) -> list[dict[str, Any]]:
        return pa.Table.from_pandas(tables[name], preserve_index=False).to_pylist()

    return rows


@pytest.fixture(scope="session")
def built() -> Any:
    """The committed raw, gone the whole way in this process; nobody changes it."""
    from pipelines.build import Inputs, build_tables

    return build_tables(Inputs())


@pytest.fixture(scope="session")
def rows(built: Any) -> Rows:
    """The rows of the committed raw's tables."""
    return rows_of(built.tables)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The facts, real files and acceptance cases that lie beside a developer's checkout."""
    if not SHARED.is_dir():
        pytest.skip("the folder with facts and acceptance cases is not beside this checkout")
    return SHARED

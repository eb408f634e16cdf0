"""A disk that fills inside the SQLite file or the workbook: one clear sentence, nothing half-published.

SQLite writes past Python, so that no hook on files sees it; a limit on its pages makes it say itself that the disk is
full. The workbook spools through temporary files and is then written as any small file is.
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
from publish_sample import INPUT, RELEASED_ON, build

from pipelines.errors import KakehashiError
from pipelines.publish import release, sqlite_file
from pipelines.publish.release import write_release
from pipelines.publish.verify import verify

LATER = RELEASED_ON + dt.timedelta(days=1)


def _refused(sample: dict[str, pd.DataFrame], output: Path) -> str:
    before = os.readlink(output / "latest")
    with pytest.raises(KakehashiError, match=os.strerror(errno.ENOSPC)) as told:
        write_release(sample, output=output, released_on=LATER, input_sha256="b" * 64)
    assert str(output) in str(told.value)
    return before


def _nothing_came_of_it(output: Path, before: str) -> None:
    assert os.readlink(output / "latest") == before and verify(output / "latest") == ()
    assert [path.name for path in (output / "releases").iterdir()] == [Path(before).name]
    assert not list(output.glob(".staging-*"))


class _Small(sqlite3.Connection):
    pages = 4

    def execute(self, statement: str, *rest: Any) -> sqlite3.Cursor:
        done = super().execute(statement, *rest)
        if statement == "BEGIN":
            super().execute(f"PRAGMA max_page_count = {self.pages}")
        return done


@pytest.mark.parametrize("pages", [1, *(pytest.param(more, marks=pytest.mark.slow) for more in (4, 20, 40))])
def test_full_inside_the_sqlite_file(
    sample: dict[str, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    build(tmp_path, input_sha256=INPUT)
    honest = sqlite3.connect
    monkeypatch.setattr(_Small, "pages", pages)
    with monkeypatch.context() as patch:
        patch.setattr(
            sqlite_file.sqlite3, "connect",
            lambda path, **more: honest(path, **more) if more.get("uri") else honest(path, factory=_Small, **more),
        )  # fmt: skip
        before = _refused(sample, tmp_path)
    _nothing_came_of_it(tmp_path, before)
    write_release(sample, output=tmp_path, released_on=LATER, input_sha256="b" * 64)


@pytest.mark.parametrize("place", ["spool", "file"])
def test_full_inside_the_workbook(
    sample: dict[str, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    build(tmp_path, input_sha256=INPUT)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        if place == "spool":
            patch.setattr(xlsxwriter.Workbook, "_store_workbook", full)
        else:
            honest = release.write_bytes
            patch.setattr(
                release,
                "write_bytes",
                lambda content, path: full() if path.suffix == ".xlsx" else honest(content, path),
            )
        before = _refused(sample, tmp_path)
    _nothing_came_of_it(tmp_path, before)

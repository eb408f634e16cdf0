"""The job over the real stages: a small raw folder goes in, a whole release comes out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from assets.run import run_build
from pipelines.build import Inputs
from pipelines.publish.verify import verify

NEWS = """Talks on a gallium plant

Sumitomo Metal Mining said on Monday that it is in talks to build a gallium refinery in Texas under the Japan-US
investment programme. The plant would cost about $300 million.

JBIC would lend part of the money, two people familiar with the matter said.
"""


def _raw(folder: Path) -> Path:
    (folder / "inbox").mkdir(parents=True)
    (folder / "inbox" / "talks.txt").write_text(NEWS, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_a_dropped_article_becomes_a_release(tmp_path: Path, home: Path) -> None:
    inputs = Inputs(_raw(tmp_path / "raw"), as_of=dt.date(2026, 3, 4))
    outcome = run_build(inputs, tmp_path / "out", home=home)
    assert (outcome.success, outcome.version, outcome.failures) == (True, "2026.03.04", ())
    assert outcome.path is not None and verify(outcome.path) == ()
    assert (tmp_path / "out" / "latest").resolve() == outcome.path
    again = run_build(inputs, tmp_path / "out", home=home)
    assert (again.success, again.is_new, again.version) == (True, False, "2026.03.04")


def test_a_broken_file_is_set_aside_and_the_release_is_made(tmp_path: Path, home: Path) -> None:
    raw = _raw(tmp_path / "raw")
    (raw / "inbox" / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing of use")
    outcome = run_build(Inputs(raw, as_of=dt.date(2026, 3, 4)), tmp_path / "out", strict=True, home=home)
    assert (outcome.success, outcome.n_quarantined) == (True, 1)


def test_a_folder_without_any_date_says_what_to_do(tmp_path: Path, home: Path) -> None:
    (tmp_path / "reference").mkdir()
    outcome = run_build(Inputs(_raw(tmp_path / "raw"), tmp_path / "reference"), tmp_path / "out", home=home)
    assert not outcome.success
    assert [words for words in outcome.failures if "--as-of" in words]

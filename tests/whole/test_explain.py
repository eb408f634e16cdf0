"""`kakehashi explain`: which documents it takes, and how it tells of those it cannot read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kakehashi.explain import Background, background, explain, explain_paths


@pytest.fixture(scope="module")
def known() -> Background:
    return background()


def test_a_folder_is_told_to_be_one_under_the_path_as_given(
    tmp_path: Path, known: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "papers").mkdir()
    monkeypatch.chdir(tmp_path)
    error = explain("papers", known)["error"]
    assert "is a folder; name the documents in it" in error["reason"]
    assert explain("papers/../papers", known)["error"]["reason"].startswith("papers/../papers: ")
    assert explain("papers/gone.md", known)["error"]["reason"].startswith("papers/gone.md: ")


def test_a_link_of_the_users_own_is_followed(tmp_path: Path, known: Background) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "there" / "a.md").write_text("# A title\n\nPlain words.\n")
    (tmp_path / "here" / "b.md").symlink_to(tmp_path / "there" / "a.md")
    (tmp_path / "here" / "circle.md").symlink_to(tmp_path / "here" / "circle.md")
    answer = explain(str(tmp_path / "here" / "b.md"), known)
    assert "error" not in answer
    assert answer["source"]["path"] == str(tmp_path / "here" / "b.md")
    assert "error" in explain(str(tmp_path / "here" / "circle.md"), known)


def test_a_broken_record_beside_a_document_is_an_error_of_that_document(tmp_path: Path, known: Background) -> None:
    (tmp_path / "a.md").write_text("# A title\n\nPlain words.\n")
    (tmp_path / "source.yaml").write_text("source_id: a\npublished_on: 2026-02-30\n")
    error = explain(str(tmp_path / "a.md"), known)["error"]
    assert error["reason_code"] == "malformed"
    assert str(tmp_path / "source.yaml") in error["reason"]


def test_json_tells_of_errors_in_its_lines_and_people_get_an_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = str(tmp_path / "gone\udcff.md")
    assert explain_paths([odd], as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["error"]["reason_code"] == "unreadable_format"
    assert explain_paths([odd], as_json=False) == 1
    assert "cannot be read" in capsys.readouterr().out

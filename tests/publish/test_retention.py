"""Tags and pruning: the latest and what has a tag always stay."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kakehashi import cli
from pipelines.errors import ReleaseError
from pipelines.publish import retention
from pipelines.publish.release import versions
from pipelines.publish.retention import prune, tag, tags, untag
from pipelines.publish.targets.index import put_index

VERSIONS = ["2026.09.09", "2026.10.01", "2026.10.01.2", "2026.10.01.10", "2026.11.22"]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output folder with five releases that are folders and nothing more."""
    for version in VERSIONS:
        (tmp_path / "releases" / version).mkdir(parents=True)
        (tmp_path / "releases" / version / "release.json").write_text("{}")
    (tmp_path / "latest").symlink_to("releases/2026.11.22")
    return tmp_path


@pytest.mark.parametrize("keep", [1, 2, 4, 5, 12])
def test_the_newest_stay(output: Path, keep: int) -> None:
    done = prune(output, keep)
    assert versions(output) == list(done.kept) == VERSIONS[-keep:]
    assert [*done.removed, *done.kept] == VERSIONS
    assert [path.name for path in output.iterdir() if path.name.startswith(".staging")] == []


def test_a_tagged_release_and_the_latest_stay(output: Path) -> None:
    (output / "latest").unlink()
    (output / "latest").symlink_to("releases/2026.10.01.2")
    tag(output, "2026.09.09", "report-2026")
    done = prune(output, 1)
    assert versions(output) == ["2026.09.09", "2026.10.01.2", "2026.11.22"]
    assert done.tagged == ("2026.09.09", "2026.10.01.2")
    assert (output / "tags" / "report-2026" / "release.json").is_file()
    untag(output, "report-2026")
    assert prune(output, 1).removed == ("2026.09.09",)


def test_only_telling_removes_nothing(output: Path) -> None:
    assert prune(output, 1, only_tell=True).removed == tuple(VERSIONS[:-1])
    assert versions(output) == VERSIONS


@pytest.mark.parametrize("keep", [0, -1])
def test_less_than_one_is_no_number_to_keep(output: Path, keep: int) -> None:
    with pytest.raises(ReleaseError, match="expected 1 or more"):
        prune(output, keep)
    assert versions(output) == VERSIONS


@pytest.mark.parametrize("odd", ["file", "lost", "outside"])
def test_where_a_tag_cannot_be_read_nothing_is_removed(output: Path, odd: str) -> None:
    (output / "tags").mkdir()
    if odd == "file":
        (output / "tags" / "note").write_text("2026.09.09")
    else:
        (output / "tags" / "note").symlink_to("../releases/2020.01.01" if odd == "lost" else "/releases/2026.09.09")
    with pytest.raises(ReleaseError, match="Nothing was removed"):
        prune(output, 1)
    assert versions(output) == VERSIONS


def test_a_tag_names_one_release(output: Path) -> None:
    tag(output, "latest", "final")
    tag(output, "2026.11.22", "final")
    assert tags(output) == {"final": "2026.11.22"}
    with pytest.raises(ReleaseError, match=r"release 2026\.11\.22; expected no tag final"):
        tag(output, "2026.09.09", "final")
    with pytest.raises(ReleaseError, match="no release 2020"):
        tag(output, "2020.01.01", "other")
    for name in ("", "../up", "Big", "a/b", ".hidden"):
        with pytest.raises(ReleaseError, match="a tag such as"):
            tag(output, "latest", name)
    with pytest.raises(ReleaseError, match="one of those there are: final"):
        untag(output, "other")


def test_a_removal_that_is_stopped_leaves_no_half_release(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(retention.shutil, "rmtree", stopped)
        with pytest.raises(KeyboardInterrupt):
            prune(output, 1)
    assert all((output / "releases" / version / "release.json").is_file() for version in versions(output))
    prune(output, 1)
    assert sorted(os.listdir(output)) == [".lock", "latest", "releases"]


def _listed(output: Path) -> list[str]:
    return [one["version"] for one in json.loads((output / "releases.json").read_text())]


def test_the_list_of_a_target_tells_what_stays(output: Path) -> None:
    put_index(output, VERSIONS)
    prune(output, 2, only_tell=True)
    assert _listed(output) == VERSIONS
    prune(output, 2)
    assert _listed(output) == versions(output) == VERSIONS[-2:]


def test_a_list_that_is_out_of_date_is_made_again(output: Path) -> None:
    put_index(output, [*VERSIONS, "2026.12.01"])
    assert prune(output, 12).removed == ()
    assert _listed(output) == VERSIONS
    (output / "releases.json").unlink()
    prune(output, 12)
    assert not (output / "releases.json").exists(), "an output folder that is no target has no list"


def test_a_removal_that_is_stopped_leaves_a_list_of_what_is_there(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_index(output, VERSIONS)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(retention, "_remove", stopped)
        with pytest.raises(KeyboardInterrupt):
            prune(output, 2)
    assert set(_listed(output)) <= set(versions(output))
    prune(output, 2)
    assert _listed(output) == versions(output) == VERSIONS[-2:]


def test_the_commands_say_what_came_of_them(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--output", str(output)]
    assert cli.main(["tag", *where]) == cli.DONE
    assert cli.main(["tag", "report-2026", "--version", "2026.09.09", *where]) == cli.DONE
    assert cli.main(["tag", *where]) == cli.DONE
    assert cli.main(["prune", "--keep", "2", "--dry-run", *where]) == cli.DONE
    assert cli.main(["prune", "--keep", "2", *where]) == cli.DONE
    assert cli.main(["prune", "--keep", "2", *where]) == cli.DONE
    assert cli.main(["tag", "report-2026", "--remove", *where]) == cli.DONE
    assert cli.main(["prune", "--keep", "2", "--output", str(output / "nowhere")]) == cli.FAILED
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "No release has a tag.",
        "Release 2026.09.09 has the tag report-2026; it is never pruned.",
        "report-2026  2026.09.09",
        "2026.10.01, 2026.10.01.2 would be removed; 3 kept, 2026.09.09 for a tag or as the latest.",
        "2026.10.01, 2026.10.01.2 removed; 3 kept, 2026.09.09 for a tag or as the latest.",
        "Nothing removed; 3 kept, 2026.09.09 for a tag or as the latest.",
        "The tag report-2026 is gone; its release stays until it is pruned.",
    ]
    assert "found no folder; expected a folder with releases" in told.err
    assert not (output / "nowhere").exists()

"""A folder as a target, and what every target asks of a release before it is sent."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest
from publish_sample import RELEASED_ON, sample_tables

from kakehashi.history import Remote, published_on
from pipelines.errors import ReleaseError
from pipelines.publish import formats
from pipelines.publish.folder import SIGNATURE
from pipelines.publish.release import write_release
from pipelines.publish.targets import directory
from pipelines.publish.targets.directory import Directory
from pipelines.publish.targets.named import target
from pipelines.publish.targets.shipment import Shipment, Shipped, prepare
from pipelines.publish.verify import verify


def quiet(*_: object) -> None:
    """Hear of no progress."""


def test_a_release_arrives_whole_and_once(tmp_path: Path, newer: Shipment) -> None:
    goal = Directory(tmp_path / "public")
    first, second = goal.send(newer, quiet), goal.send(newer, quiet)
    assert (first.sent, first.there, first.is_latest) == (len(newer), 0, True)
    assert (second.sent, second.there, second.is_latest) == (0, len(newer), True)
    assert os.readlink(tmp_path / "public" / "latest") == "releases/2026.12.01"
    assert verify(tmp_path / "public" / "latest") == ()
    assert sorted(path.name for path in (tmp_path / "public").iterdir()) == [
        ".lock", "latest", "releases", "releases.json",
    ]  # fmt: skip


def test_an_older_release_is_kept_and_never_becomes_the_latest(
    tmp_path: Path, older: Shipment, newer: Shipment
) -> None:
    goal = Directory(tmp_path)
    goal.send(newer, quiet)
    assert not goal.send(older, quiet).is_latest
    assert os.readlink(tmp_path / "latest") == "releases/2026.12.01"
    told = json.loads((tmp_path / "releases.json").read_text())
    assert [(one["version"], one["released_on"]) for one in told] == [
        ("2026.11.22", "2026-11-22"), ("2026.12.01", "2026-12-01"),
    ]  # fmt: skip


@pytest.mark.parametrize("after", [0, 1, 30, 95])
def test_a_copy_that_broke_off_is_taken_up_again(
    tmp_path: Path, older: Shipment, newer: Shipment, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    goal, honest, calls = Directory(tmp_path), os.fsync, iter(range(1000))
    goal.send(older, quiet)

    def failing(descriptor: int) -> None:
        if next(calls) >= after:
            raise OSError(28, "No space left on device")
        honest(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing)
        with pytest.raises(ReleaseError, match="No space left"):
            goal.send(newer, quiet)
    assert os.readlink(tmp_path / "latest") == "releases/2026.11.22"
    assert verify(tmp_path / "latest") == ()
    sent = goal.send(newer, quiet)
    assert sent.there >= min(after, len(newer)) - 2
    assert sent.sent + sent.there == len(newer)
    assert verify(tmp_path / "latest") == ()
    assert list(tmp_path.glob(f"{directory.INCOMING}*")) == []


def test_a_published_version_never_changes(tmp_path: Path, newer: Shipment) -> None:
    goal = Directory(tmp_path)
    goal.send(newer, quiet)
    sums = tmp_path / "releases" / newer.version / "SHA256SUMS"
    content = sums.read_text()
    sums.write_text(content.replace("a", "b", 1))
    with pytest.raises(ReleaseError, match=r"another release 2026\.12\.01, with other bytes"):
        goal.send(newer, quiet)
    sums.write_text(content)
    (sums.parent / "README.md").write_text("changed")
    with pytest.raises(ReleaseError, match=r"a damaged README\.md"):
        goal.send(newer, quiet)


def signed(shipment: Shipment, tmp_path: Path) -> Shipment:
    """The same release with a signature that was made later."""
    path = tmp_path / SIGNATURE
    path.write_text("a signature\n")
    file = Shipped(path, formats.file_sha256(path), path.stat().st_size)
    return replace(shipment, files={SIGNATURE: file, **shipment.files})


def test_a_signature_made_later_follows(tmp_path: Path, newer: Shipment) -> None:
    goal = Directory(tmp_path / "public")
    goal.send(newer, quiet)
    sent = goal.send(signed(newer, tmp_path), quiet)
    assert (sent.sent, sent.there) == (1, len(newer))
    assert (tmp_path / "public" / "latest" / SIGNATURE).read_text() == "a signature\n"
    assert goal.send(newer, quiet).sent == 0
    assert verify(tmp_path / "public" / "latest") == ()


def test_what_is_published_is_found_by_its_day(tmp_path: Path, older: Shipment, newer: Shipment) -> None:
    goal = Directory(tmp_path)
    goal.send(newer, quiet)
    goal.send(older, quiet)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        there = Remote(f"http://127.0.0.1:{server.server_port}")
        assert published_on(there.releases(), dt.date(2026, 11, 30), "there") == older.version
        assert there.table(newer.version, "projects").num_rows > 1
    finally:
        server.shutdown()
        server.server_close()


def test_what_an_earlier_attempt_left_over_is_not_published(tmp_path: Path, newer: Shipment) -> None:
    left = tmp_path / f"{directory.INCOMING}{newer.version}" / "tables"
    (left / "deep").mkdir(parents=True)
    (left / "old.csv").write_text("old")
    (left / "deep" / "er.csv").write_text("old")
    (left.parent / "more").mkdir()
    Directory(tmp_path).send(newer, quiet)
    assert verify(tmp_path / "latest") == ()


@pytest.mark.parametrize("place", ["", "tables", "README.md"])
def test_a_link_in_what_an_earlier_attempt_left_leads_nowhere(tmp_path: Path, newer: Shipment, place: str) -> None:
    elsewhere, root = tmp_path / "elsewhere", tmp_path / "public"
    incoming = root / f"{directory.INCOMING}{newer.version}"
    if place == "README.md":
        elsewhere.write_text("mine")
    else:
        elsewhere.mkdir()
    (incoming / place).parent.mkdir(parents=True, exist_ok=True)
    (incoming / place).symlink_to(elsewhere)
    Directory(root).send(newer, quiet)
    assert verify(root / "latest") == ()
    assert elsewhere.read_text() == "mine" if place == "README.md" else not list(elsewhere.iterdir())
    assert not any(path.is_symlink() for path in (root / "releases").rglob("*"))


def test_a_signature_that_breaks_off_leaves_nothing_in_the_release(
    tmp_path: Path, newer: Shipment, monkeypatch: pytest.MonkeyPatch
) -> None:
    goal = Directory(tmp_path / "public")
    goal.send(newer, quiet)
    with monkeypatch.context() as broken:
        broken.setattr(directory.os, "fsync", _no_space)
        with pytest.raises(ReleaseError):
            goal.send(signed(newer, tmp_path), quiet)
    assert verify(tmp_path / "public" / "latest") == ()
    goal.send(signed(newer, tmp_path), quiet)
    assert (tmp_path / "public" / "latest" / SIGNATURE).is_file()


def _no_space(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_file_that_changes_meanwhile_is_not_sent(
    tmp_path: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy" / "releases" / "2026.12.01"
    shutil.copytree(output / "latest", copy)
    shipment = prepare(copy)
    (copy / "tables" / "projects.csv").write_bytes(b"x" * shipment.files["tables/projects.csv"].size)
    with pytest.raises(ReleaseError, match="other bytes than a moment ago"):
        Directory(tmp_path / "public").send(shipment, quiet)
    assert not (tmp_path / "public" / "latest").exists()
    assert formats.file_sha256(output / "latest" / "tables" / "projects.csv")


def test_the_output_folder_itself_is_no_target(output: Path, newer: Shipment) -> None:
    with pytest.raises(ReleaseError, match="the release itself"):
        Directory(output).send(newer, quiet)


def test_a_release_for_own_use_is_refused(tmp_path: Path) -> None:
    made = write_release(
        sample_tables(), output=tmp_path, released_on=RELEASED_ON, input_sha256="c" * 64, own_use=True
    )  # fmt: skip
    with pytest.raises(ReleaseError, match="may not be passed on"):
        prepare(made.path)
    # Nor where somebody has taken the word out of the manifest.
    manifest = json.loads((made.path / "release.json").read_text())
    del manifest["own_use"]
    (made.path / "release.json").write_text(json.dumps(manifest))
    with pytest.raises(ReleaseError, match="may not be passed on"):
        prepare(made.path)


def test_a_damaged_release_is_refused(tmp_path: Path, output: Path) -> None:
    copy = tmp_path / "2026.12.01"
    shutil.copytree(output / "latest", copy)
    (copy / "tables" / "projects.csv").unlink()
    with pytest.raises(ReleaseError, match=r"finding\(s\), the first: .*tables/projects.csv"):
        prepare(copy)


@pytest.mark.parametrize("text", ["", "ftp://somewhere", "s3://B", "s3://", "hf:name", "hf:a/b/c", "https://a.example"])
def test_what_is_no_target_is_told(text: str) -> None:
    with pytest.raises(ReleaseError, match="a folder, s3://bucket/prefix, zenodo, or hf:owner/name"):
        target(text, {})


@pytest.mark.parametrize(
    ("text", "variable"),
    [("zenodo", "ZENODO_TOKEN"), ("hf:a/b", "HF_TOKEN"), ("s3://bucket/a", "AWS_ACCESS_KEY_ID")],
)
def test_a_missing_credential_is_named(text: str, variable: str, older: Shipment) -> None:
    with pytest.raises(ReleaseError, match=f"no {variable} in the environment"):
        target(text, {})


def test_the_sample_has_rows(older: Shipment) -> None:
    assert len(pd.read_parquet(older.folder / "tables" / "projects.parquet")) > 1

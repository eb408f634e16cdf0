"""Zenodo and Hugging Face as targets, against services on this machine that answer as theirs do."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from services import TOKEN, Deposits, Hub, Service, serving
from test_directory import quiet, signed

from pipelines.errors import ReleaseError
from pipelines.publish.targets.named import target
from pipelines.publish.targets.shipment import Sent, Shipment
from pipelines.publish.verify import verify


def _deposit(service: Service, shipment: Shipment, token: str = TOKEN) -> Sent:
    return target("zenodo", {"ZENODO_TOKEN": token, "ZENODO_URL": service.url}).send(shipment, quiet)


def _push(service: Service, shipment: Shipment, token: str = TOKEN, repository: str = "someone/kakehashi") -> Sent:
    return target(f"hf:{repository}", {"HF_TOKEN": token, "HF_ENDPOINT": service.url}).send(shipment, quiet)


def test_a_deposit_holds_the_release(deposits: Deposits, newer: Shipment, tmp_path: Path) -> None:
    first = _deposit(deposits, newer)
    assert (first.sent, first.there) == (5, 0)
    assert deposits.published() == [newer.version]
    (files,) = deposits.content.values()
    assert set(files) == {
        "kakehashi-2026.12.01.zip", "README.md", "README.ja.md", "release.json", "SHA256SUMS",
    }  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(files["kakehashi-2026.12.01.zip"])) as archive:
        archive.extractall(tmp_path)
    assert verify(tmp_path / "kakehashi-2026.12.01") == ()
    deposits.quiet()
    assert _deposit(deposits, newer).sent == 0
    assert deposits.sent("^(PUT|POST|DELETE) ") == []


def test_the_next_release_is_a_new_version_of_the_same_record(
    deposits: Deposits, older: Shipment, newer: Shipment
) -> None:
    _deposit(deposits, older)
    _deposit(deposits, newer)
    assert deposits.published() == [older.version, newer.version]
    assert len(deposits.sent(r"^POST .*/newversion")) == 1
    assert "kakehashi-2026.11.22.zip" not in deposits.content[102]
    with pytest.raises(ReleaseError, match=r"release 2026\.12\.01 already, newer than 2026\.11\.30"):
        _deposit(deposits, Shipment(older.folder, "2026.11.30", "2026-11-30", older.files))
    deposits.content[101]["SHA256SUMS"] = b"other"
    with pytest.raises(ReleaseError, match="with other bytes"):
        _deposit(deposits, older)


@pytest.mark.slow
def test_a_record_that_has_a_newer_one_is_not_called_the_latest(
    deposits: Deposits, older: Shipment, newer: Shipment
) -> None:
    assert _deposit(deposits, older).is_latest
    assert _deposit(deposits, newer).is_latest
    assert not _deposit(deposits, older).is_latest
    assert _deposit(deposits, newer).is_latest


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    "cut", [cut if cut in (1, 9, 16) else pytest.param(cut, marks=pytest.mark.slow) for cut in range(1, 17)]
)
def test_a_cut_deposit_publishes_nothing_and_goes_on(
    deposits: Deposits, older: Shipment, newer: Shipment, cut: int, late: bool
) -> None:
    _deposit(deposits, older)
    deposits.quiet()
    deposits.cut, deposits.late = cut, late
    try:
        _deposit(deposits, newer)
    except ReleaseError as error:
        assert "Run the same command again" in str(error)
        assert TOKEN not in str(error)
    else:
        assert len(deposits.log) < cut
    assert deposits.published()[0] == older.version
    struck = deposits.log[cut - 1 : cut]
    arrived = {path for method, path in deposits.log[: cut - 1 + late] if method == "PUT" and "/files/" in path}
    deposits.quiet()
    _deposit(deposits, newer)
    assert deposits.published() == [older.version, newer.version]
    assert not arrived & set(deposits.sent("^PUT .*/files/")), f"sent twice after {struck}"
    assert len(deposits.records) == 2


def test_a_draft_of_others_is_left_alone(deposits: Deposits, newer: Shipment) -> None:
    deposits.records[1] = {"id": 1, "submitted": False, "metadata": {"title": "Mine", "keywords": []}}
    deposits.content[1] = {"mine.txt": b"mine"}
    _deposit(deposits, newer)
    assert deposits.content[1] == {"mine.txt": b"mine"}


def test_a_draft_whose_files_were_changed_is_not_published(
    deposits: Deposits, newer: Shipment, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = deposits.answer

    def lossy(method: str, path: str, body: bytes, headers: object) -> object:
        return honest(method, path, body[:-1] if "README.md" in path else body, headers)

    monkeypatch.setattr(deposits, "answer", lossy)
    with pytest.raises(ReleaseError, match="other files in the draft"):
        _deposit(deposits, newer)
    assert deposits.published() == []


def _main(hub: Hub, to: Path) -> Path:
    for name, content in hub.main.items():
        if name != ".gitattributes":
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            (to / name).write_bytes(content)
    return to


def test_main_is_the_release_and_a_tag_its_version(hub: Hub, older: Shipment, newer: Shipment, tmp_path: Path) -> None:
    first = _push(hub, older)
    assert first.sent == len(older)
    assert verify(_main(hub, tmp_path / older.version)) == ()
    hub.commits[-1]["left.csv"] = b"of somebody"
    second = _push(hub, newer)
    assert 0 < second.sent < len(newer), "what has not changed is not sent"
    assert verify(_main(hub, tmp_path / newer.version)) == ()
    assert ".gitattributes" in hub.main
    assert len(hub.commits) == 3
    assert list(hub.tags) == [older.version, newer.version]
    hub.quiet()
    third = _push(hub, newer)
    assert (third.sent, hub.sent("^(PUT|POST) ")) == (0, [])
    with pytest.raises(ReleaseError, match="newer than"):
        _push(hub, older)


@pytest.mark.slow
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("cut", [1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 40])
def test_a_cut_push_leaves_main_and_goes_on(
    hub: Hub, older: Shipment, newer: Shipment, tmp_path: Path, cut: int, late: bool
) -> None:
    _push(hub, older)
    hub.quiet()
    hub.cut, hub.late = cut, late
    try:
        _push(hub, newer)
    except ReleaseError as error:
        assert "Run the same command again" in str(error)
        assert TOKEN not in str(error)
    else:
        assert len(hub.log) < cut
    version = json.loads(hub.main["release.json"])["version"]
    assert verify(_main(hub, tmp_path / version)) == ()
    arrived = {path for method, path in hub.log[: cut - 1 + late] if method == "PUT"}
    hub.quiet()
    _push(hub, newer)
    assert not arrived & set(hub.sent("^PUT "))
    assert json.loads(hub.main["release.json"])["version"] == newer.version
    assert list(hub.tags) == [older.version, newer.version]
    assert len(hub.commits) == 3


def test_a_signature_made_later_follows(hub: Hub, newer: Shipment, tmp_path: Path) -> None:
    _push(hub, newer)
    assert _push(hub, signed(newer, tmp_path)).sent == 1
    assert _push(hub, newer).sent == 0
    assert hub.main["SHA256SUMS.sig"] == b"a signature\n"


def test_other_bytes_under_a_published_version_are_refused(hub: Hub, newer: Shipment) -> None:
    _push(hub, newer)
    hub.commits[-1]["README.md"] = b"other"
    with pytest.raises(ReleaseError, match="with other bytes"):
        _push(hub, newer)


def test_somebody_else_s_commit_is_not_written_over(hub: Hub, newer: Shipment, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = hub.answer

    def meanwhile(method: str, path: str, body: bytes, headers: object) -> object:
        if "/commit/" in path:
            hub.commits.append({**hub.main, "theirs.txt": b"theirs"})
        return honest(method, path, body, headers)

    monkeypatch.setattr(hub, "answer", meanwhile)
    with pytest.raises(ReleaseError, match="answer 412"):
        _push(hub, newer)
    assert hub.main["theirs.txt"] == b"theirs"


def test_a_repository_that_is_not_there(hub: Hub, newer: Shipment) -> None:
    with pytest.raises(ReleaseError, match="Create it once at the Hub"):
        _push(hub, newer, repository="someone/else")


@pytest.mark.parametrize("send", [_deposit, _push])
def test_a_refused_token_is_told_and_not_shown(send: object, deposits: Deposits, hub: Hub, newer: Shipment) -> None:
    service = deposits if send is _deposit else hub
    with pytest.raises(ReleaseError, match=r"answer 401.*Look at the token") as told:
        send(service, newer, token="wrong-and-yet-secret")  # type: ignore[operator]
    assert "wrong-and-yet-secret" not in str(told.value)


def test_the_token_goes_to_its_own_service_only(hub: Hub, newer: Shipment) -> None:
    with serving(Hub()) as other:
        hub.elsewhere = other.url
        with pytest.raises(ReleaseError, match="answer 400"):  # our Hub does not find there what it asked for
            _push(hub, newer)
        assert len(other.tokens) > 1
        assert set(other.tokens) == {None}


@pytest.mark.parametrize("url", ["http://example.org", "ftp://example.org", "example.org"])
def test_a_token_is_sent_over_https_only(url: str) -> None:
    with pytest.raises(ReleaseError, match="https"):
        target("zenodo", {"ZENODO_TOKEN": TOKEN, "ZENODO_URL": url})

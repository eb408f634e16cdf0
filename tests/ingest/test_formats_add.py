"""`kakehashi add`: files and pages of a local server become sources that a build reads."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kakehashi.adding import add, add_one
from pipelines.errors import KakehashiError, RawFileError
from pipelines.ingest import fetching
from pipelines.ingest.fetching import fetch
from pipelines.ingest.raw import read_raw
from tests.conftest import ROOT

REFERENCE = ROOT / "raw" / "reference"
BODY = "Birchwood Alloys will spend $140 million on a furnace hall in Toledo, Ohio, the company said on Tuesday."
PAGE = f"""<html lang="en"><head><title>A furnace hall</title><meta property="og:site_name" content="Lake Ledger">
<script type="application/ld+json">{{"@type":"NewsArticle","headline":"A furnace hall","datePublished":"2026-02-17"}}</script></head>
<body><article><h1>A furnace hall</h1><p>{BODY}</p><p>{BODY}</p></article></body></html>"""
TODAY = dt.date(2026, 3, 1)


class Handler(BaseHTTPRequestHandler):
    """Answers by path."""

    def do_GET(self) -> None:
        name = self.path.partition("?")[0].strip("/")
        kinds = {
            "page": (200, {"Content-Type": "text/html; charset=utf-8"}, PAGE.encode()),
            "undated": (200, {"Content-Type": "text/html"}, PAGE.replace("2026-02-17", "soon").encode()),
            "future": (200, {"Content-Type": "text/html"}, PAGE.replace("2026-02-17", "2031-01-01").encode()),
            "packed": (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, gzip.compress(PAGE.encode())),
            "bomb": (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, gzip.compress(b"x" * 3_000_000)),
            "strange": (200, {"Content-Type": "text/html", "Content-Encoding": "br"}, b"x"),
            "image": (200, {"Content-Type": "image/png"}, b"\x89PNG"),
            "large": (200, {"Content-Type": "text/plain"}, b"x " * 600_000),
            "empty": (200, {"Content-Type": "text/html"}, b""),
            "moved": (302, {"Location": "/page"}, b""),
            "loop": (302, {"Location": "/loop"}, b""),
            "inward": (302, {"Location": "http://10.0.0.1/secret"}, b""),
            "metadata": (302, {"Location": "http://169.254.169.254/latest"}, b""),
            "file": (302, {"Location": "file:///etc/passwd"}, b""),
        }
        status, headers, body = kinds.get(name, (404, {}, b"gone"))
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    service = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=service.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{service.server_port}"
    service.shutdown()
    service.server_close()


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    (folder / "inbox").mkdir(parents=True)
    return folder


def test_a_file_becomes_a_source_that_the_build_reads(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "saved page.htm"
    file.write_text(PAGE)
    assert add([str(file)], raw, as_json=False) == 0
    told = capsys.readouterr().out
    assert "A furnace hall" in told
    assert "not found: address; if you know it" in told
    read = read_raw(raw, REFERENCE)
    assert not read.quarantined
    (document,) = read.documents
    source = document.source
    assert (source.title, source.publisher, source.published_on) == (
        "A furnace hall",
        "Lake Ledger",
        dt.date(2026, 2, 17),
    )
    assert source.source_id == f"a-furnace-hall-{str(source.sha256)[:8]}"
    assert source.retrieved_on is None
    folder = raw / "documents" / source.source_id
    assert (folder / "document.html").read_bytes() == file.read_bytes()
    assert (folder / ".gitignore").read_text().endswith("*\n")


def test_the_same_file_twice_is_told_and_nothing_changes(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.html"
    file.write_text(PAGE)
    add([str(file)], raw, as_json=False)
    before = {path: path.read_bytes() for path in raw.rglob("*") if path.is_file()}
    capsys.readouterr()
    assert add([str(file)], raw, as_json=False) == 0
    assert "already there" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in raw.rglob("*") if path.is_file()} == before


def test_what_lies_in_the_inbox_is_there_already(raw: Path) -> None:
    file = raw / "inbox" / "a.html"
    file.write_text(PAGE)
    assert (add_one(str(file), raw).status, add_one(str(file), raw).place) == ("present", "inbox/a.html")


def test_a_date_is_never_guessed_and_can_be_written_in(raw: Path, tmp_path: Path) -> None:
    file = tmp_path / "notes-2026-02-17.txt"
    file.write_text(f"A furnace hall\n\n{BODY}\n\nIt opens on December 1, 2028.\n")
    added = add_one(str(file), raw)
    assert added.source is not None
    assert added.source.published_on is None
    assert "published_on" in added.missing
    record = raw / added.place / "source.yaml"
    record.write_text(record.read_text().replace("published_on: null", "published_on: 2026-02-17"))
    (document,) = read_raw(raw, REFERENCE).documents
    assert document.source.published_on == dt.date(2026, 2, 17)


def test_nothing_is_overwritten(raw: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    file.write_text(PAGE)
    place = raw / add_one(str(file), raw).place
    (place / "document.html").write_text("changed by hand")
    with pytest.raises(RawFileError, match="a folder of that name"):
        add_one(str(file), raw)
    assert (place / "document.html").read_text() == "changed by hand"


def test_one_bad_document_does_not_keep_the_others_out(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "a.html", tmp_path / "b.bin"
    good.write_text(PAGE)
    bad.write_bytes(b"\x00\x01\x02" * 60)
    assert add([str(bad), str(tmp_path / "none"), str(good)], raw, as_json=True) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["status"] for line in lines] == ["refused", "refused", "added"]
    assert lines[0]["error"]["reason_code"] == "unreadable_format"
    assert lines[2]["source"]["published_on"] == "2026-02-17"
    assert sorted(path.name for path in (raw / "documents").iterdir()) == [lines[2]["source"]["source_id"]]


def test_a_hostile_title_stays_a_title(raw: Path, tmp_path: Path) -> None:
    title = 'Steel: "half" & more\\n# {a: b} \u2028 - &x *y'
    file = tmp_path / "a.html"
    file.write_text(PAGE.replace("A furnace hall", title.replace("&", "&amp;").replace('"', "&quot;")))
    added = add_one(str(file), raw)
    assert added.source is not None
    assert read_raw(raw, REFERENCE).documents[0].source.title == added.source.title


def test_no_raw_folder(tmp_path: Path) -> None:
    with pytest.raises(KakehashiError, match="no folder"):
        add(["x"], tmp_path / "none", as_json=False)


@pytest.mark.parametrize("name", ["page", "moved", "packed"])
def test_a_page_is_fetched_with_its_address_and_day(server: str, raw: Path, name: str) -> None:
    added = add_one(f"{server}/{name}?a=1#part", raw, allow_loopback=True, today=TODAY)
    source = added.source
    assert source is not None
    assert (source.retrieved_on, source.published_on, source.publisher) == (TODAY, dt.date(2026, 2, 17), "Lake Ledger")
    assert source.url == f"{server}/{'page' if name == 'moved' else name + '?a=1'}"
    assert (raw / added.place / "document.html").read_text() == PAGE
    (document,) = read_raw(raw, REFERENCE).documents
    assert document.source.url == source.url


def test_a_page_without_a_date_and_one_of_the_future(server: str, raw: Path) -> None:
    assert "published_on" in add_one(f"{server}/undated", raw, allow_loopback=True, today=TODAY).missing
    future = add_one(f"{server}/future", raw, allow_loopback=True, today=TODAY)
    assert "published_on" in future.missing
    assert "has not come" in future.remarks[0]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("inward", "unsafe"),
        ("metadata", "unsafe"),
        ("file", "unsafe"),
        ("loop", "missing_source"),
        ("gone", "missing_source"),
        ("image", "unreadable_format"),
        ("strange", "unreadable_format"),
        ("large", "too_large"),
        ("bomb", "too_large"),
        ("empty", "empty"),
    ],
)
def test_what_is_not_fetched(server: str, name: str, code: str) -> None:
    with pytest.raises(RawFileError) as raised:
        fetch(f"{server}/{name}", limit=1_000_000, allow_loopback=True)
    assert raised.value.reason_code == code


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:1/x",
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://[::ffff:10.0.0.1]/x",
        "http://192.168.1.1/x",
        "http://0.0.0.0/x",
        "http://100.64.0.1/x",
        "http://user:secret@192.0.2.1/x",
        "http:///x",
        "http://a..b/x",
    ],
)
def test_addresses_that_are_never_asked(url: str) -> None:
    with pytest.raises(RawFileError) as raised:
        fetch(url)
    assert raised.value.reason_code == "unsafe"


def test_a_name_that_leads_to_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [(2, 1, 6, "", ("93.184.216.34", 80)), (2, 1, 6, "", ("10.1.2.3", 80))]
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *_, **__: entries)
    with pytest.raises(RawFileError, match="private network"):
        fetch("http://example.org/x")


def test_an_answer_that_does_not_end(server: str) -> None:
    with pytest.raises(RawFileError, match="does not end"):
        fetch(f"{server}/page", deadline_s=-1, allow_loopback=True)

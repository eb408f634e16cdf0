"""`kakehashi fetch` against a server of this machine that misbehaves in every way a public service does."""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import hashlib
import io
import json
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kakehashi import cli
from kakehashi.fetching import fetch
from pipelines.errors import KakehashiError, RawFileError
from pipelines.ingest.downloading import Downloader, Validators, Wanted
from pipelines.ingest.endpoints import ENDPOINTS, safe_name
from pipelines.ingest.fetching import Secret
from pipelines.ingest.raw import read_raw
from pipelines.ingest.yamlfile import read_fields
from tests.conftest import ROOT

REFERENCE = ROOT / "raw" / "reference"
BODY = b"year,value\n" + b"2024,1\n" * 2000
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
Answer = Callable[["Handler"], None]


@dataclass
class Service:
    """What the server does at each path, in turn; the last answer is given again and again."""

    port: int = 0
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def at(self, path: str, *answers: Answer) -> str:
        self.answers[path] = list(answers)
        return self.base + path

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


class Handler(BaseHTTPRequestHandler):
    service: Service

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.service.asked.append((self.path, dict(self.headers)))
        answers = self.service.answers.get(path)
        if not answers:
            reply(404, b"gone")(self)
            return
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def reply(status: int = 200, body: bytes = BODY, **headers: str) -> Answer:
    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        if status not in (204, 304):
            handler.wfile.write(body)

    return answer


def cut(after: int, body: bytes = BODY, **headers: str) -> Answer:
    """Promise all of it, and hang up in the middle."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body[:after])
        handler.close_connection = True

    return answer


def ranged(body: bytes = BODY, etag: str = '"v1"') -> Answer:
    """The rest of the file, if it is still the same one."""

    def answer(handler: Handler) -> None:
        start = int(handler.headers.get("Range", "bytes=0-")[6:-1])
        if not start or handler.headers.get("If-Range") != etag:
            reply(200, body, ETag=etag)(handler)
            return
        rest = body[start:]
        span = f"bytes {start}-{len(body) - 1}/{len(body)}"
        reply(206, rest, ETag=etag, Content_Range=span)(handler)

    return answer


def conditional(body: bytes, etag: str) -> Answer:
    def answer(handler: Handler) -> None:
        if handler.headers.get("If-None-Match") == etag:
            reply(304, b"")(handler)
        else:
            reply(200, body, ETag=etag, Last_Modified="Mon, 02 Nov 2026 08:00:00 GMT")(handler)

    return answer


def silent(handler: Handler) -> None:
    """Promise an answer and say nothing more for a while."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.flush()
    time.sleep(5)


@pytest.fixture
def service() -> Iterator[Service]:
    state = Service()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"service": state}))
    server.daemon_threads = True
    state.port = server.server_port
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield state
    server.shutdown()
    server.server_close()


@dataclass
class Clock:
    """A clock that waiting moves on."""

    at: float = 0.0
    waited: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waited.append(round(seconds, 3))
        self.at += seconds


def downloader(clock: Clock | None = None, **options: Any) -> Downloader:
    clock = clock or Clock()
    given = {"pause_s": 0.0, "timeout_s": 20.0, "allow_loopback": True, "now": lambda: NOW, **options}
    return Downloader(sleep=clock.sleep, clock=lambda: clock.at, **given)


def got(url: str, tmp_path: Path, clock: Clock | None = None, **options: Any) -> bytes:
    """Fetch a CSV file and return its bytes."""
    wanted = options.pop("wanted", Wanted(url, "csv"))
    target = tmp_path / "file"
    done = downloader(clock, **options).get(wanted, target)
    content = target.read_bytes()
    assert (done.status, done.size, done.sha256) == ("fetched", len(content), hashlib.sha256(content).hexdigest())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]
    return content


def failure(url: str, tmp_path: Path, clock: Clock | None = None, **options: Any) -> RawFileError:
    wanted = options.pop("wanted", Wanted(url, "csv"))
    with pytest.raises(RawFileError) as raised:
        downloader(clock, **options).get(wanted, tmp_path / "file")
    assert not (tmp_path / "file").exists()
    return raised.value


# One file --------------------------------------------------------------------------------------------------------


def test_failures_of_the_server_are_waited_out_ever_longer(service: Service, tmp_path: Path) -> None:
    clock = Clock()
    url = service.at("/a.csv", reply(500), reply(503), reply(502), reply())
    assert got(url, tmp_path, clock) == BODY
    assert clock.waited == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("told", "waited"), [("7", 7.0), ("Mon, 23 Nov 2026 12:00:09 GMT", 9.0), ("soon", 1.0), (None, 1.0)]
)
def test_too_many_requests_are_waited_out_as_told(
    service: Service, tmp_path: Path, told: str | None, waited: float
) -> None:
    clock = Clock()
    headers = {"Retry_After": told} if told else {}
    assert got(service.at("/a.csv", reply(429, b"", **headers), reply()), tmp_path, clock) == BODY
    assert clock.waited == [waited]


def test_a_service_that_wants_rest_is_left_alone(service: Service, tmp_path: Path) -> None:
    clock = Clock()
    error = failure(service.at("/a.csv", reply(429, b"", Retry_After="86400")), tmp_path, clock)
    assert "asks to wait 86400 s" in str(error)
    assert (clock.waited, len(service.asked)) == ([], 1)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_what_will_not_get_better_is_asked_once(service: Service, tmp_path: Path, status: int) -> None:
    assert str(status) in str(failure(service.at("/a.csv", reply(status)), tmp_path))
    assert len(service.asked) == 1


def test_nothing_is_asked_for_ever(service: Service, tmp_path: Path) -> None:
    error = failure(service.at("/a.csv", reply(500)), tmp_path)
    assert (error.reason_code, len(service.asked)) == ("missing_source", 5)


def test_a_silent_server_is_left_and_asked_again(service: Service, tmp_path: Path) -> None:
    assert got(service.at("/a.csv", silent, reply()), tmp_path, timeout_s=1.5) == BODY


def test_an_answer_that_does_not_end(service: Service, tmp_path: Path) -> None:
    error = failure(service.at("/a.csv", reply()), tmp_path, deadline_s=-1.0)
    assert "does not end" in str(error)


def test_what_was_cut_off_goes_on_from_there(service: Service, tmp_path: Path) -> None:
    url = service.at("/a.csv", cut(5000, ETag='"v1"'), cut(3000, ETag='"v1"'), ranged())
    assert got(url, tmp_path) == BODY
    asked = [headers.get("Range") for _, headers in service.asked]
    assert asked[0] is None
    assert asked[1] == "bytes=5000-"
    assert asked[2] == "bytes=3000-"  # the second answer began anew, for it was no part


def test_a_later_run_goes_on_where_an_earlier_one_was_broken_off(service: Service, tmp_path: Path) -> None:
    url = service.at("/a.csv", cut(9000, ETag='"v1"'))
    failure(url, tmp_path, attempts=1)
    service.at("/a.csv", ranged())
    assert got(url, tmp_path) == BODY
    assert service.asked[-1][1]["Range"] == "bytes=9000-"


@pytest.mark.parametrize("proof", [{}, {"ETag": 'W/"v1"'}])
def test_what_cannot_be_proved_to_go_on_starts_anew(service: Service, tmp_path: Path, proof: dict[str, str]) -> None:
    assert got(service.at("/a.csv", cut(9000, **proof), reply()), tmp_path) == BODY
    assert "Range" not in service.asked[-1][1]


def test_a_file_that_changed_meanwhile_starts_anew(service: Service, tmp_path: Path) -> None:
    new = BODY.replace(b"2024", b"2025")
    assert got(service.at("/a.csv", cut(9000, ETag='"v1"'), ranged(new, '"v2"')), tmp_path) == new


def test_a_range_that_does_not_fit(service: Service, tmp_path: Path) -> None:
    wrong = reply(206, BODY[10:], Content_Range=f"bytes 10-{len(BODY) - 1}/{len(BODY)}", ETag='"v1"')
    assert got(service.at("/a.csv", cut(9000, ETag='"v1"'), wrong, reply()), tmp_path) == BODY
    past = reply(416, b"", Content_Range=f"bytes */{len(BODY)}")
    assert got(service.at("/b.csv", cut(9000, ETag='"v1"'), past, reply()), tmp_path) == BODY


def test_a_length_that_is_too_small_shows_in_what_came(service: Service, tmp_path: Path) -> None:
    short = reply(200, json.dumps({"data": [1] * 500}).encode(), Content_Length="400")
    wanted = Wanted(service.at("/a.json", short), "json")
    assert "JSON that breaks off" in str(failure("", tmp_path, wanted=wanted))
    listed = Wanted(service.at("/a.csv", reply(200, BODY, Content_Length="400")), "csv", size=len(BODY))
    assert "400 bytes, where" in str(failure("", tmp_path, wanted=listed))


def test_the_checksum_of_the_list_decides(service: Service, tmp_path: Path) -> None:
    url = service.at("/a.csv", reply(200, BODY[:-1] + b"x"), reply())
    digest = hashlib.md5(BODY, usedforsecurity=False).hexdigest()
    assert got(url, tmp_path, wanted=Wanted(url, "csv", size=len(BODY), md5=digest)) == BODY


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        ("csv", b"<!DOCTYPE html><html>Please log in</html>", "a web page"),
        ("json", b" \n<html>Blocked</html>", "a web page"),
        ("csv", b"   ", "an empty answer"),
        ("zip", b"PK\x03\x04broken", "a zip file that breaks off"),
        ("json", b'{"data": [1, 2', "JSON that breaks off"),
    ],
)
def test_what_is_not_the_file(service: Service, tmp_path: Path, kind: str, body: bytes, told: str) -> None:
    url = service.at("/a", reply(200, body))
    assert told in str(failure(url, tmp_path, wanted=Wanted(url, kind), attempts=2))


def test_sizes_have_limits_packed_or_not(service: Service, tmp_path: Path) -> None:
    wanted = Wanted(service.at("/a.csv", reply()), "csv", limit=1000)
    assert failure("", tmp_path, wanted=wanted).reason_code == "too_large"
    bomb = gzip.compress(b"x," * 5_000_000)
    wanted = Wanted(service.at("/b.csv", reply(200, bomb, Content_Encoding="gzip")), "csv", limit=100_000)
    assert failure("", tmp_path, wanted=wanted).reason_code == "too_large"
    assert len(service.asked) == 2
    assert list(tmp_path.iterdir()) == []


def test_packed_answers(service: Service, tmp_path: Path) -> None:
    packed = gzip.compress(BODY)
    whole = reply(200, packed, Content_Encoding="gzip")
    torn = reply(200, packed[:-20], Content_Encoding="gzip", ETag='"v1"')
    assert (
        got(service.at("/a.csv", torn, cut(50, packed, Content_Encoding="gzip", ETag='"v1"'), whole), tmp_path) == BODY
    )
    assert all("Range" not in headers for _, headers in service.asked)
    joined = reply(200, gzip.compress(BODY) + gzip.compress(BODY), Content_Encoding="gzip")
    failure(service.at("/joined.csv", *[joined] * 9), tmp_path / "joined")
    strange = failure(service.at("/b.csv", reply(200, BODY, Content_Encoding="br")), tmp_path / "none")
    assert "packed as br" in str(strange)


def test_an_unchanged_file_is_not_sent_again(service: Service, tmp_path: Path) -> None:
    url = service.at("/a.csv", conditional(BODY, '"v1"'))
    done = downloader().get(Wanted(url, "csv"), tmp_path / "file", Validators('"v1"', None))
    assert (done.status, (tmp_path / "file").exists()) == ("unchanged", False)
    done = downloader().get(Wanted(url, "csv"), tmp_path / "file", Validators('"v0"', None))
    assert done.validators.etag == '"v1"'


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/secret", "http://169.254.169.254/latest", "http://[::1]/x", "http://192.168.0.1/a.csv",
        "http://127.0.0.1:1/other-port", "http://localhost/x", "file:///etc/passwd", "http://[::ffff:127.0.0.1]/x",
        "http://[::127.0.0.1]/x", "http://[64:ff9b:1::7f00:1]/x", "http://[::ffff:0:127.0.0.1]/x", "http://[fec0::1]/x",
    ],
)  # fmt: skip
def test_a_redirect_to_a_private_address_is_refused(service: Service, tmp_path: Path, target: str) -> None:
    error = failure(service.at("/a.csv", reply(302, b"", Location=target)), tmp_path)
    assert (error.reason_code, len(service.asked)) == ("unsafe", 1)


def test_a_redirect_of_the_same_service_is_followed(service: Service, tmp_path: Path) -> None:
    service.at("/b.csv", reply())
    assert got(service.at("/a.csv", reply(301, b"", Location="/b.csv")), tmp_path) == BODY
    loop = failure(service.at("/c.csv", reply(302, b"", Location="/c.csv")), tmp_path / "none")
    assert "redirects" in str(loop)


def test_without_leave_this_machine_is_private_too(service: Service, tmp_path: Path) -> None:
    error = failure(service.at("/a.csv", reply()), tmp_path, allow_loopback=False)
    assert (error.reason_code, service.asked) == ("unsafe", [])


@pytest.mark.parametrize("in_header", [True, False])
def test_a_key_goes_to_its_service_and_into_no_message(service: Service, tmp_path: Path, in_header: bool) -> None:
    secret = Secret("X-Key", "s3cret", in_header=in_header)
    url = service.at("/a.csv", reply(500), reply(404))
    error = failure("", tmp_path, wanted=Wanted(url + "?a=1", "csv", secret))
    assert "s3cret" not in str(error) + repr(secret)
    for path, headers in service.asked:
        assert (headers.get("X-Key") == "s3cret") == in_header
        assert parse_qs(urlsplit(path).query).get("X-Key") == (None if in_header else ["s3cret"])


@pytest.mark.parametrize("in_header", [True, False])
def test_a_key_follows_no_redirect_to_another_host(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_header: bool
) -> None:
    from pipelines.ingest import fetching

    sent: list[tuple[str, dict[str, str]]] = []
    real = fetching._ask

    def spy(address: str, headers: dict[str, str], *rest: Any) -> Any:
        sent.append((address, dict(headers)))
        if "elsewhere" in address:
            raise OSError("stop here")
        return real(address, headers, *rest)

    monkeypatch.setattr(fetching, "_ask", spy)
    url = service.at("/a.csv", reply(302, b"", Location="http://elsewhere.example/a.csv?X-Key=s3cret&b=1"))
    failure("", tmp_path, wanted=Wanted(url, "csv", Secret("X-Key", "s3cret", in_header=in_header)), attempts=1)
    assert "s3cret" in str(sent[0])
    assert "s3cret" not in str(sent[1]) and "b=1" in sent[1][0]


def test_requests_to_one_host_keep_their_distance(service: Service, tmp_path: Path) -> None:
    clock = Clock()
    asking = downloader(clock, pause_s=2.0)
    for number in range(3):
        asking.get(Wanted(service.at(f"/{number}.csv", reply()), "csv"), tmp_path / str(number))
    assert clock.waited == [2.0, 2.0]


# Whole sources ---------------------------------------------------------------------------------------------------


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    (folder / "inbox").mkdir(parents=True)
    return folder


def zipped(text: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("eurofxref-hist.csv"), text)
    return buffer.getvalue()


def run(service: Service, raw: Path, source: str = "ecb", at: dt.datetime = NOW, **options: Any) -> int:
    given = {"source": source, "year": None, "product": None, "raw": raw, "base": service.base, "accept": False,
             "json": True, **options}  # fmt: skip
    return fetch(argparse.Namespace(**given), downloader(now=lambda: at))


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def record(raw: Path, place: str) -> dict[str, Any]:
    found = read_fields((raw / place / "source.yaml").read_text(), place)
    assert found is not None
    return found


def test_a_file_comes_with_its_record(service: Service, raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = zipped(b"Date,USD\n2026-11-20,1.1\n")
    service.at("/eurofxref-hist.zip", conditional(content, '"v1"'))
    assert run(service, raw) == cli.DONE
    (said,) = told(capsys)
    digest = hashlib.sha256(content).hexdigest()
    assert (said["status"], said["path"]) == ("fetched", f"inbox/ecb-eurofxref-hist-{digest[:8]}")
    found = record(raw, said["path"])
    assert (found["sha256"], found["fetched_at"], found["retrieved_on"]) == (
        digest, "2026-11-23T12:00:00Z", dt.date(2026, 11, 23),
    )  # fmt: skip
    (file,) = found["files"]
    assert (file["url"], file["etag"]) == (f"{service.base}/eurofxref-hist.zip", '"v1"')
    assert (raw / said["path"] / "eurofxref-hist.zip").read_bytes() == content
    assert sorted(path.name for path in (raw / "inbox").iterdir()) == [said["path"].split("/")[1]]


def test_what_is_unchanged_makes_no_second_folder(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = zipped(b"Date,USD\n")
    service.at("/eurofxref-hist.zip", conditional(content, '"v1"'))
    run(service, raw)
    assert run(service, raw, at=NOW + dt.timedelta(days=2)) == cli.DONE
    assert [said["status"] for said in told(capsys)] == ["fetched", "unchanged"]
    assert service.asked[-1][1]["If-None-Match"] == '"v1"'
    service.at("/eurofxref-hist.zip", reply(200, content))  # the same bytes from a server without validators
    run(service, raw, at=NOW + dt.timedelta(days=3))
    assert told(capsys)[0]["status"] == "unchanged"
    assert len(list((raw / "inbox").iterdir())) == 1


def test_a_file_changed_by_hand_is_fetched_again_and_set_aside(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.at("/eurofxref-hist.zip", conditional(zipped(b"Date,USD\n"), '"v1"'))
    run(service, raw)
    (said,) = told(capsys)
    path = raw / said["path"] / "eurofxref-hist.zip"
    path.write_bytes(b"changed")
    reasons = [item.reason for item in read_raw(raw, REFERENCE).quarantined]
    assert any("other bytes" in reason for reason in reasons)
    run(service, raw)
    assert "If-None-Match" not in service.asked[-1][1]
    assert path.read_bytes() == b"changed"


def test_a_file_that_shrank_is_held_until_a_person_accepts(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    large, less, little = (zipped(b"Date,USD\n" + b"2026-11-20,1.1\n" * rows) for rows in (100, 95, 60))
    later = [NOW + dt.timedelta(days=days) for days in range(1, 7)]
    service.at("/eurofxref-hist.zip", reply(200, large))
    assert run(service, raw) == cli.DONE
    service.at("/eurofxref-hist.zip", reply(200, less))
    assert run(service, raw, at=later[0]) == cli.DONE  # a little smaller: nothing out of the ordinary
    service.at("/eurofxref-hist.zip", reply(200, little))
    assert run(service, raw, at=later[1]) == cli.QUARANTINED
    held = told(capsys)[-1]
    assert (held["status"], held["path"][-5:]) == ("held", "-held")
    assert "60" not in held["path"] and str(len(less)) in held["told"]
    read = read_raw(raw, REFERENCE)
    assert [item.source_path for item in read.quarantined if "-held" in item.source_path] == [held["path"]]
    assert not [path for path in read.hashes if path.startswith(held["path"]) and path.endswith(".zip")]
    assert run(service, raw, at=later[2]) == cli.QUARANTINED  # asked again, held again, nothing new written
    assert len(list((raw / "inbox").iterdir())) == 3
    assert run(service, raw, at=later[3], accept=True) == cli.DONE
    accepted = told(capsys)[-1]
    assert accepted["status"] == "fetched"
    assert not [item for item in read_raw(raw, REFERENCE).quarantined if "-held" in item.source_path]
    assert run(service, raw, at=later[4]) == cli.DONE
    assert told(capsys)[-1]["status"] == "unchanged"


def listing(service: Service, files: dict[str, bytes], **changed: Any) -> Answer:
    entries = []
    for name, body in files.items():
        service.at(f"/catalog/file/{name}", reply(200, body))
        digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
        checksum = {"value": digest, "type": "MD5"}
        url = f"https://www.sciencebase.gov/catalog/file/{name}"
        entries.append({"name": name, "url": url, "size": len(body), "checksum": checksum, **changed})
    item = {"dates": [{"type": "Publication", "dateString": "2026-02-06"}], "files": entries}
    return reply(200, json.dumps(item).encode())


ITEM = "/catalog/item/696a75d5d4be0228872d3bf8"


def test_a_data_release_comes_whole(service: Service, raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {"MCS2026_A.csv": BODY, "MCS2026_B.zip": zipped(b"a,b\n"), "metadata.xml": b"<x/>"}
    service.at(ITEM, listing(service, files))
    assert run(service, raw, "usgs-mcs", year=2026) == cli.DONE
    (said,) = told(capsys)
    folder = raw / said["path"]
    assert sorted(path.name for path in folder.iterdir()) == ["MCS2026_A.csv", "MCS2026_B.zip", "source.yaml"]
    found = record(raw, said["path"])
    assert (found["published_on"], found["licence"], found["redistributable"]) == (dt.date(2026, 2, 6), "CC0-1.0", True)
    assert [file["sha256"] for file in found["files"]] == [
        hashlib.sha256(files[name]).hexdigest() for name in ("MCS2026_A.csv", "MCS2026_B.zip")
    ]


def test_a_broken_run_leaves_nothing_half_and_its_rest_is_not_fetched_twice(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.at(ITEM, listing(service, {"A.csv": BODY, "B.csv": BODY * 2}))
    service.at("/catalog/file/B.csv", reply(404, b""))
    assert run(service, raw, "usgs-mcs") == cli.FAILED
    assert told(capsys)[0]["status"] == "failed"
    assert [path.name for path in (raw / "inbox").iterdir()] == [".fetching"]
    assert not [q for q in read_raw(raw, REFERENCE).quarantined if "fetching" in q.source_path]
    service.at("/catalog/file/B.csv", reply(200, BODY * 2))
    assert run(service, raw, "usgs-mcs", at=NOW + dt.timedelta(hours=3)) == cli.DONE
    assert service.paths().count("/catalog/file/A.csv") == 1
    assert [path.name.startswith("usgs-mcs-2026-") for path in (raw / "inbox").iterdir()] == [True]


def test_a_stale_rest_is_fetched_again(service: Service, raw: Path) -> None:
    service.at(ITEM, listing(service, {"A.csv": BODY, "B.csv": BODY * 2}))
    service.at("/catalog/file/B.csv", reply(404, b""))
    run(service, raw, "usgs-mcs")
    run(service, raw, "usgs-mcs", at=NOW + dt.timedelta(days=3))
    assert service.paths().count("/catalog/file/A.csv") == 2


def test_a_revised_release_makes_a_new_folder_and_a_lost_file_is_held(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("A.csv", "B.csv", "C.csv")
    service.at(ITEM, listing(service, dict.fromkeys(names, BODY)))
    run(service, raw, "usgs-mcs")
    service.at(ITEM, listing(service, {**dict.fromkeys(names, BODY), "C.csv": BODY + b"2025,2\n"}))
    assert run(service, raw, "usgs-mcs", at=NOW + dt.timedelta(days=1)) == cli.DONE
    first, second = (said["path"] for said in told(capsys))
    assert first != second
    assert (raw / first / "C.csv").read_bytes() == BODY
    service.at(ITEM, listing(service, {"A.csv": BODY, "C.csv": BODY + b"2025,2\n"}))
    assert run(service, raw, "usgs-mcs", at=NOW + dt.timedelta(days=2)) == cli.QUARANTINED
    assert "2 files, where there were 3" in told(capsys)[0]["told"]


def test_comtrade_asks_for_totals_and_refuses_a_full_preview(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COMTRADE_API_KEY", raising=False)
    path = "/public/v1/preview/C/A/HS"
    service.at(path, reply(200, json.dumps({"count": 2, "data": [{}, {}], "error": ""}).encode()))
    assert run(service, raw, "comtrade", year=2024, product=["811292"]) == cli.DONE
    (said,) = told(capsys)
    assert (said["files"], record(raw, said["path"])["redistributable"]) == (5, False)
    asked = parse_qs(urlsplit(service.asked[0][0]).query)
    assert {name: value[0] for name, value in asked.items()} == {
        "reporterCode": "842", "period": "2024", "cmdCode": "811292", "flowCode": "M", "partner2Code": "0",
        "customsCode": "C00", "motCode": "0",
    }  # fmt: skip
    service.at(path, reply(200, json.dumps({"data": [{}] * 500}).encode()))
    assert run(service, raw, "comtrade", year=2023, product=["811292"]) == cli.FAILED
    assert "a full preview of 500 rows" in told(capsys)[0]["told"]
    service.at(path, reply(200, json.dumps({"data": [], "error": "Invalid period"}).encode()))
    assert run(service, raw, "comtrade", year=2023, product=["811292"]) == cli.FAILED
    assert "Invalid period" in told(capsys)[0]["told"]


def test_a_key_of_the_environment_opens_the_whole_service_and_is_written_nowhere(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMTRADE_API_KEY", " s3cret\n")
    service.at("/data/v1/get/C/A/HS", reply(200, json.dumps({"data": [{}] * 700}).encode()))
    assert run(service, raw, "comtrade", year=2024, product=["811292"]) == cli.DONE
    assert service.asked[0][1]["Ocp-Apim-Subscription-Key"] == "s3cret"
    written = b"".join(path.read_bytes() for path in raw.rglob("*") if path.is_file())
    assert b"s3cret" not in written + capsys.readouterr().out.encode()


def test_census_needs_a_key_and_may_have_nothing(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CENSUS_API_KEY", raising=False)
    with pytest.raises(KakehashiError, match="CENSUS_API_KEY"):
        run(service, raw, "census", year=2024)
    monkeypatch.setenv("CENSUS_API_KEY", "s3cret")
    rows = [["CTY_CODE", "GEN_VAL_MO", "time"], ["5700", "12", "2024-01"]]
    service.at("/data/timeseries/intltrade/imports/hs", reply(200, json.dumps(rows).encode()))
    service.at("/data/timeseries/intltrade/exports/hs", reply(204, b""))
    assert run(service, raw, "census", year=2024, product=["811292"]) == cli.DONE
    (said,) = told(capsys)
    assert said["files"] == 1
    asked = parse_qs(urlsplit(service.asked[0][0]).query)
    assert (asked["key"], asked["time"], asked["I_COMMODITY"]) == (
        ["s3cret"], ["from 2024-01 to 2024-12"], ["811292"],
    )  # fmt: skip
    assert "s3cret" not in (raw / said["path"] / "source.yaml").read_text()
    service.at("/data/timeseries/intltrade/imports/hs", reply(204, b""))
    assert run(service, raw, "census", year=2030, product=["811292"]) == cli.DONE
    assert told(capsys)[0]["status"] == "nothing"


def test_documents_of_the_federal_register_are_read_by_a_build(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = b"<html><head><title>A list</title></head><body><h1>A list</h1><p>The final list of critical minerals of 2025 has sixty materials on it, among them copper and silver.</p></body></html>"
    service.at("/documents/full_text/html/1.html", reply(200, page))

    def entry(number: str) -> dict[str, str]:
        return {
            "document_number": number, "title": f"Notice {number}", "publication_date": "2025-11-07",
            "html_url": f"https://www.federalregister.gov/documents/{number}",
            "body_html_url": "https://www.federalregister.gov/documents/full_text/html/1.html",
        }  # fmt: skip

    following = "https://www.federalregister.gov/api/v1/documents.json?page=2"
    first = {"results": [entry("2025-19813")], "next_page_url": following}
    second = {"results": [entry("2025-20000"), {"document_number": "../x", "body_html_url": "y"}]}
    service.at(
        "/api/v1/documents.json", reply(200, json.dumps(first).encode()), reply(200, json.dumps(second).encode())
    )
    assert run(service, raw, "federal-register", year=2025) == cli.DONE
    assert [said["status"] for said in told(capsys)] == ["fetched", "fetched"]
    documents = {document.source.title: document.source for document in read_raw(raw, REFERENCE).documents}
    source = documents["Notice 2025-19813"]
    assert (source.published_on, source.licence, source.tier) == (dt.date(2025, 11, 7), "public domain", "official")


def test_the_products_are_those_of_the_revision_of_the_year(service: Service, raw: Path) -> None:
    from kakehashi.fetching import _products

    now, before = _products(REFERENCE, 2024), _products(REFERENCE, 2019)
    assert "810610" in now and "810610" not in before
    assert "810600" in before and "810600" not in now
    assert _products(REFERENCE, 1990) == _products(raw, 2024) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"source": "nasa"}, "usgs-mcs"),
        ({"source": "comtrade"}, "no year"),
        ({"source": "comtrade", "year": 2024, "product": ["8112"]}, "six digits"),
        ({"source": "usgs-mcs", "year": 1999}, "2026"),
    ],
)
def test_wrong_words(service: Service, raw: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(KakehashiError, match=message):
        run(service, raw, **options)
    assert not service.asked


def test_the_command_speaks_plainly(service: Service, raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    service.at("/eurofxref-hist.zip", reply(200, zipped(b"Date,USD\n")))
    words = ["fetch", "ecb", "--from", service.base, "--raw", str(raw)]
    assert cli.main(words) == cli.DONE
    assert "ecb-eurofxref-hist: 1 file in inbox/ecb-eurofxref-hist-" in capsys.readouterr().out


def test_names_of_files_cannot_leave_their_folder() -> None:
    assert safe_name("../../etc/passwd") == "etc_passwd"
    assert safe_name("World Data (2).zip") == "World_Data_2_.zip"
    assert safe_name("..") == "file"


def test_every_service_has_an_encrypted_address() -> None:
    assert all(one.base.startswith("https://") for one in ENDPOINTS.values())

"""`kakehashi watch` against a server of this machine: every new page once, politely, whatever goes wrong."""

from __future__ import annotations

import argparse
import datetime as dt
import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from kakehashi import cli
from kakehashi.taking import Taker
from kakehashi.watching import watch
from pipelines.errors import KakehashiError
from pipelines.ingest.feeds import read_feeds
from pipelines.ingest.raw import read_raw
from pipelines.ingest.watched import FOLDER, recall
from pipelines.ingest.yamlfile import read_fields
from tests.conftest import ROOT
from tests.ingest.test_fetch import Clock, Service, conditional, cut, downloader, reply, service

__all__ = ["service"]

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
HEADER = "feed_id,source,publisher,language,kind,url,links,keywords,cadence\n"


def article(
    title: str, text: str = "The two governments named the plant today, and its cost is one billion dollars."
) -> bytes:
    body = f"<p>{text}</p><p>It will stand in Georgia, the ministry said in its announcement on the same day.</p>"
    return f"<html lang='en'><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>".encode()


def rss(*items: tuple[str, str], day: str = "Fri, 20 Nov 2026 10:00:00 EST") -> bytes:
    entries = "".join(
        f"<item><title>{title}</title><link>{link}</link><pubDate>{day}</pubDate></item>" for title, link in items
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel>{entries}</channel></rss>".encode()


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    (folder / "inbox").mkdir(parents=True)
    (folder / "reference").mkdir()
    return folder


def feeds(raw: Path, *rows: str) -> None:
    (raw / "reference" / "feeds.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")


def row(service: Service, name: str = "one", path: str = "/feed", kind: str = "rss", keywords: str = "Japan") -> str:
    return f"{name},the-source,The Ministry,en,{kind},{service.base}{path},/press/,{keywords},daily"


def run(raw: Path, at: dt.datetime = NOW, clock: Clock | None = None, **options: Any) -> int:
    given = {"feed": None, "once": True, "list": False, "dry_run": False, "raw": raw, "json": True, **options}
    return watch(argparse.Namespace(**given), downloader(clock, now=lambda: at, attempts=2))


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def statuses(said: dict[str, Any]) -> list[str]:
    return [page["status"] for page in said["pages"]]


def inbox(raw: Path) -> list[str]:
    return sorted(path.name for path in (raw / "inbox").iterdir() if not path.name.startswith("."))


def asked(service: Service, path: str) -> int:
    return service.paths().count(path)


def test_a_new_page_comes_in_once_with_its_record(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = article("Japan invests")
    service.at("/press/1", reply(200, page, Content_Type="text/html", ETag='"p"'))
    listed = rss(("Japan invests", "/press/1"), ("A new minister", "/press/2"), ("Japan", "/about/"))
    service.at("/feed", conditional(listed, '"v1"'))
    feeds(raw, row(service))
    assert run(raw) == cli.DONE
    (said,) = told(capsys)
    assert (statuses(said), said["passed_over"], said["status"]) == (["added"], 1, "read")
    place = said["pages"][0]["path"]
    found = read_fields((raw / place / "source.yaml").read_text(), place) or {}
    digest = hashlib.sha256(page).hexdigest()
    assert place == f"inbox/{found['source_id']}" and place.endswith(digest[:8])
    assert (found["url"], found["title"], found["publisher"]) == (
        f"{service.base}/press/1", "Japan invests", "The Ministry",
    )  # fmt: skip
    assert (found["published_on"], found["retrieved_on"]) == (dt.date(2026, 11, 20), dt.date(2026, 11, 23))
    assert (found["files"][0]["sha256"], found["files"][0]["etag"]) == (digest, '"p"')
    assert (raw / place / "document.html").read_bytes() == page
    (document,) = read_raw(raw, ROOT / "raw" / "reference").documents
    assert document.source.source_id == found["source_id"]
    assert all("kakehashi" in headers["User-Agent"] for _, headers in service.asked)
    assert all("Cookie" not in headers and "Authorization" not in headers for _, headers in service.asked)

    assert run(raw, NOW + dt.timedelta(days=1)) == cli.DONE
    (said,) = told(capsys)
    assert (said["status"], said["pages"]) == ("unchanged", [])
    assert service.asked[-1][1]["If-None-Match"] == '"v1"'
    assert (asked(service, "/press/1"), len(inbox(raw))) == (1, 1)


def test_without_validators_the_same_feed_brings_nothing_twice(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.at("/press/1", reply(200, article("Japan")))
    service.at("/feed", reply(200, rss(("Japan", "/press/1?utm_source=rss"))), reply(200, rss(("Japan", "/press/1#a"))))
    feeds(raw, row(service))
    run(raw)
    assert run(raw, NOW + dt.timedelta(days=1)) == cli.DONE
    first, second = told(capsys)
    assert (statuses(first), second["known"], second["pages"]) == (["added"], 1, [])
    assert asked(service, "/press/1") == 1


def test_a_page_known_by_its_bytes_or_its_address_is_not_added_twice(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = article("Japan")
    (raw / "inbox" / "by-hand.html").write_bytes(page)
    there = raw / "documents" / "a-digest"
    there.mkdir(parents=True)
    (there / "source.yaml").write_text(f"source_id: a-digest\nurl: {service.base}/press/2\ndocument: document.md\n")
    service.at("/press/1", reply(200, page))
    service.at("/feed", reply(200, rss(("Japan", "/press/1"), ("Japan", "/press/2"))))
    feeds(raw, row(service))
    assert run(raw) == cli.DONE
    (said,) = told(capsys)
    assert [(page["status"], page["path"]) for page in said["pages"]] == [
        ("present", "inbox/by-hand.html"), ("present", "documents/a-digest"),
    ]  # fmt: skip
    assert (inbox(raw), asked(service, "/press/2")) == (["by-hand.html"], 0)


def test_robots_txt_is_obeyed_and_asked_once(service: Service, raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = b"User-agent: *\nDisallow: /press/*/private\nCrawl-delay: 7\n\nUser-agent: other\nDisallow: /\n"
    service.at("/robots.txt", reply(200, rules))
    service.at("/press/1", reply(200, article("Japan")))
    service.at("/press/2/private", reply(200, article("Japan 2")))
    service.at("/feed", reply(200, rss(("Japan", "/press/1"), ("Japan", "/press/2/private"))))
    feeds(raw, row(service))
    clock = Clock()
    assert run(raw, clock=clock) == cli.DONE
    (said,) = told(capsys)
    assert statuses(said) == ["added", "denied"]
    assert (asked(service, "/robots.txt"), asked(service, "/press/2/private")) == (1, 0)
    assert clock.waited == [7.0], "the site's own pause between feed and page"


@pytest.mark.parametrize("rules", [reply(200, b"User-agent: kakehashi\nDisallow: /\n"), reply(503, b"later")])
def test_a_site_that_allows_nothing_or_cannot_say_is_left_alone(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str], rules: Any
) -> None:
    service.at("/robots.txt", rules)
    service.at("/feed", reply(200, rss(("Japan", "/press/1"))))
    feeds(raw, row(service))
    assert run(raw) == cli.FAILED
    (said,) = told(capsys)
    assert "robots.txt" in said["told"]
    assert service.paths() == ["/robots.txt"]


def test_a_redirect_into_what_robots_txt_keeps_is_not_kept(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.at("/robots.txt", reply(200, b"User-agent: *\nDisallow: /members/\n"))
    service.at("/press/1", reply(302, b"", Location="/members/1"))
    service.at("/members/1", reply(200, article("Japan")))
    service.at("/feed", reply(200, rss(("Japan", "/press/1"))))
    feeds(raw, row(service))
    assert run(raw) == cli.DONE
    assert (statuses(told(capsys)[0]), inbox(raw)) == (["denied"], [])


def test_a_broken_feed_and_one_that_is_gone_do_not_keep_the_others(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.at("/broken", reply(200, b"<rss><channel><item>"))
    service.at("/login", reply(200, b"<!DOCTYPE html><html><body>Log in</body></html>"))
    service.at("/bomb", reply(200, b'<!DOCTYPE x [<!ENTITY a "a">]><rss><channel/></rss>'))
    service.at("/huge", reply(200, b"<rss>" + b" " * (9 * 1024 * 1024)))
    service.at("/press/1", reply(200, article("Japan")))
    service.at("/feed", reply(200, rss(("Japan", "/press/1"))))
    names = ("broken", "gone", "login", "bomb", "huge")
    feeds(raw, *(row(service, name, f"/{name}") for name in names), row(service))
    assert run(raw) == cli.FAILED
    said = told(capsys)
    assert [one["status"] for one in said] == ["failed"] * 5 + ["read"]
    assert "404" in said[1]["told"] and "web page" in said[2]["told"] and "entities" in said[3]["told"]
    assert statuses(said[5]) == ["added"]


def test_a_feed_that_breaks_off_waits_for_the_next_time(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = rss(("Japan", "/press/1"))
    service.at("/feed", cut(60, listed), cut(60, listed), reply(200, listed))
    service.at("/press/1", reply(200, article("Japan")))
    feeds(raw, row(service))
    assert run(raw) == cli.FAILED
    assert run(raw) == cli.DONE
    assert [one["status"] for one in told(capsys)] == ["failed", "read"]


@pytest.mark.parametrize(
    "target",
    ["http://10.0.0.1/press/x", "http://169.254.169.254/press/latest", "http://127.0.0.1:1/press/x", "file:///press/passwd"],
)  # fmt: skip
def test_links_and_redirects_into_private_places_are_refused_for_good(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str], target: str
) -> None:
    service.at("/press/1", reply(302, b"", Location=target))
    service.at("/feed", reply(200, rss(("Japan", "/press/1"), ("Japan", target))))
    feeds(raw, row(service))
    assert run(raw) == cli.DONE
    (said,) = told(capsys)
    assert set(statuses(said)) == {"refused"}
    assert bool(said["refused"]) == target.startswith("file:")
    run(raw, NOW + dt.timedelta(days=30))
    assert (asked(service, "/press/1"), inbox(raw)) == (1, [])


def test_a_page_that_failed_is_tried_again_later_and_ever_more_rarely(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.at(
        "/press/1", reply(404), reply(404), reply(200, b"<html><body></body></html>"), reply(200, article("Japan"))
    )
    service.at("/feed", reply(200, rss(("Japan", "/press/1"))), reply(200, rss()))
    feeds(raw, row(service))
    seen = []
    for hours in (0, 0.5, 1.5, 3, 6, 100):
        assert run(raw, NOW + dt.timedelta(hours=hours)) == cli.DONE
        seen += [statuses(said) for said in told(capsys)]
    assert seen == [["failed"], [], ["failed"], [], ["failed"], ["added"]], "also when the feed has dropped it"


def test_japanese_pages_by_an_index_page_in_shift_jis(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = (
        "<html><head><meta charset='Shift_JIS'></head><body><ul>"
        "<li>2026年11月20日 <a href='press/1.html'>米国におけるガス火力発電事業への融資</a></li>"
        "<li>2026年11月19日 <a href='press/2.html'>インド国内の事業</a></li></ul></body></html>"
    ).encode("shift_jis")
    page = (
        "<html lang='ja'><head><meta charset='Shift_JIS'><title>融資について</title></head><body><h1>融資について</h1>"
        "<p>国際協力銀行は、米国オハイオ州のガス火力発電事業に対し、約5億ドルを融資する契約を結びました。</p>"
        "<p>本事業は日米両政府の覚書に基づくものであり、民間の銀行も融資に加わる予定です。</p></body></html>"
    ).encode("shift_jis")
    service.at("/index.html", reply(200, index))
    service.at("/press/1.html", reply(200, page))
    feeds(raw, f"one,jbic,国際協力銀行,ja,index,{service.base}/index.html,/press/\\d+\\.html$,米国|日米,daily")
    assert run(raw) == cli.DONE
    (said,) = told(capsys)
    assert (statuses(said), said["passed_over"]) == (["added"], 1)
    found = read_fields((raw / said["pages"][0]["path"] / "source.yaml").read_text("utf-8"), "x") or {}
    assert (found["published_on"], found["publisher"], found["language"]) == (
        dt.date(2026, 11, 20), "国際協力銀行", "ja",
    )  # fmt: skip


def test_a_changed_row_reads_the_feed_anew(service: Service, raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    service.at("/feed", conditional(rss(("Gallium", "/press/1"), ("Japan", "/press/2")), '"v1"'))
    for number in (1, 2):
        service.at(f"/press/{number}", reply(200, article(f"Page {number}")))
    feeds(raw, row(service))
    run(raw)
    feeds(raw, row(service, keywords="Japan|gallium"))
    run(raw)
    assert [len(said["pages"]) for said in told(capsys)] == [1, 1]


def test_a_dry_run_writes_nothing(service: Service, raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    service.at("/feed", conditional(rss(("Japan invests", "/press/1")), '"v1"'))
    feeds(raw, row(service))
    assert run(raw, dry_run=True, once=False, json=False) == cli.DONE
    out = capsys.readouterr().out
    assert "1 page would come in" in out and "Japan invests" in out
    assert list((raw / "inbox").iterdir()) == []
    assert asked(service, "/press/1") == 0


def test_more_pages_than_may_come_at_once_wait(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kakehashi.watching.MOST_PAGES", 2)
    for number in range(3):
        service.at(f"/press/{number}", reply(200, article(f"Japan {number}")))
    service.at("/feed", conditional(rss(*(("Japan", f"/press/{number}") for number in range(3))), '"v1"'))
    feeds(raw, row(service))
    run(raw)
    run(raw)
    first, second = told(capsys)
    assert (len(first["pages"]), first["waiting"]) == (2, 1)
    assert (second["status"], len(second["pages"]), len(inbox(raw))) == ("unchanged", 1, 3)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_between_download_and_record_it_goes_on_from_there(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    class Killed(BaseException):
        """Passes by everything that handles errors."""

    for number in (1, 2):
        service.at(f"/press/{number}", reply(200, article(f"Japan {number}")))
    service.at("/feed", conditional(rss(("Japan", "/press/1"), ("Japan", "/press/2")), '"v1"'))
    feeds(raw, row(service))
    stock = Taker._store

    def store(self: Taker, *given: Any) -> str:
        if moment == "after":
            stock(self, *given)
        raise Killed

    monkeypatch.setattr(Taker, "_store", store)
    with pytest.raises(Killed):
        run(raw)
    assert len(inbox(raw)) == (moment == "after")
    monkeypatch.setattr(Taker, "_store", stock)
    assert run(raw) == cli.DONE
    said = told(capsys)[-1]
    assert statuses(said) == [("present" if moment == "after" else "added"), "added"]
    assert len(inbox(raw)) == 2
    assert asked(service, "/press/1") == (1 if moment == "after" else 2)
    assert not read_raw(raw, ROOT / "raw" / "reference").quarantined


@pytest.mark.slow
def test_a_watch_killed_in_a_download_leaves_nothing_half_and_no_lock(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def hanging(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        handler.wfile.write(b"<html>")
        handler.wfile.flush()
        time.sleep(30)

    service.at("/press/1", hanging)
    service.at("/feed", conditional(rss(("Japan", "/press/1")), '"v1"'))
    feeds(raw, row(service))
    words = [sys.executable, "-m", "kakehashi.cli", "watch", "--once", "--raw", str(raw)]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while asked(service, "/press/1") == 0 and time.monotonic() < end:
        time.sleep(0.05)
    with pytest.raises(KakehashiError, match="another watch"):
        run(raw)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert inbox(raw) == []
    service.at("/press/1", reply(200, article("Japan")))
    assert run(raw) == cli.DONE
    assert (statuses(told(capsys)[0]), len(inbox(raw))) == (["added"], 1)


def test_a_damaged_memory_costs_a_look_and_no_copy(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.at("/press/1", reply(200, article("Japan")))
    service.at("/feed", conditional(rss(("Japan", "/press/1")), '"v1"'))
    feeds(raw, row(service))
    run(raw)
    for damage in (b"", b'{"pages": 3}', b"[]", b'{"pages": {"x": {"no": 1}}}'):
        (raw / "inbox" / FOLDER / "one.json").write_bytes(damage)
        assert run(raw) == cli.DONE
    assert [statuses(said) for said in told(capsys)] == [["added"]] + [["present"]] * 4
    assert (asked(service, "/press/1"), len(inbox(raw))) == (1, 1)


def test_two_watches_of_one_folder_do_not_meet(service: Service, raw: Path) -> None:
    feeds(raw, row(service))
    way = raw / "inbox" / FOLDER
    way.mkdir()
    holder = os.open(way, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    with pytest.raises(KakehashiError, match="another watch"):
        run(raw)
    os.close(holder)


class StoppedError(Exception):
    """Ends a watch that would go on for ever."""


def test_without_once_each_feed_is_looked_at_when_it_is_due(
    service: Service, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.at("/a", reply(200, rss()))
    service.at("/b", reply(200, rss()))
    feeds(raw, row(service, "a", "/a"), row(service, "b", "/b").replace("daily", "hourly"))
    clock = Clock()
    asking = downloader(clock)
    asking.now = lambda: NOW + dt.timedelta(seconds=clock.at)

    def sleep(seconds: float) -> None:
        clock.at += seconds
        if clock.at > 2.5 * 3600:
            raise StoppedError

    asking.sleep = sleep
    given = argparse.Namespace(feed=None, once=False, list=False, dry_run=False, raw=raw, json=False)
    with pytest.raises(StoppedError):
        watch(given, asking)
    assert (asked(service, "/a"), asked(service, "/b")) == (1, 3)


def test_the_command_speaks_plainly(service: Service, raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    service.at("/press/1", reply(200, article("Japan")))
    service.at("/feed", reply(200, rss(("Japan invests", "/press/1"), ("Weather", "/press/2"))))
    feeds(raw, row(service), row(service, "gone", "/gone"))
    assert cli.main(["watch", "--once", "--raw", str(raw), "--feed", "one"]) == cli.DONE
    out = capsys.readouterr().out
    assert "one: 1 page came in, 1 of no concern to us" in out
    assert "“Japan invests” in inbox/" in out
    assert "1 feed: 1 page came in" in out
    assert cli.main(["watch", "--list", "--raw", str(raw)]) == cli.DONE
    listed = capsys.readouterr().out
    assert "one: The Ministry, rss, en, daily; read at" in listed and "gone: The Ministry" in listed
    assert cli.main(["watch", "--once", "--raw", str(raw), "--feed", "three"]) == cli.FAILED
    assert "one, gone" in capsys.readouterr().err
    (feed, _) = read_feeds(raw / "reference" / "feeds.csv")
    assert recall(raw, feed).count("added") == 1

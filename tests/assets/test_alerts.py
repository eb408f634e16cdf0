"""A run that fails is told of: in the list of failures, to a webhook, by mail; never more than once, never a secret."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.alerts import (
    FAILURES,
    MAIL_FROM,
    MAIL_TO,
    SMTP,
    UI_VARIABLE,
    WEBHOOK,
    read_entries,
    tell,
    tell_failures,
    write_entry,
)
from assets.definitions import defs
from assets.failures import words_of
from assets.resources import Build
from kakehashi.cli import main
from pipelines.errors import KakehashiError

ENTRY = {"run": "abcdef123456", "job": "build", "failed_at": "2026-03-01T00:00:00+00:00", "words": ["It broke."],
         "changed": "inbox", "latest": "2026.02.28", "link": None}  # fmt: skip


@dg.op
def _breaks() -> None:
    raise dg.Failure("reference/materials.csv, row 7: found no name, expected one. Write it there.")


@dg.job(name="breaks")
def _broken_job() -> None:
    _breaks()


def _failed(instance: dg.DagsterInstance) -> dg.RunFailureSensorContext:
    result = _broken_job.execute_in_process(instance=instance, raise_on_error=False)
    event = next(one for one in result.all_events if one.event_type == dg.DagsterEventType.RUN_FAILURE)
    context = dg.build_run_status_sensor_context(
        sensor_name="tell_failures", dagster_instance=instance, dagster_run=result.dagster_run, dagster_event=event
    )
    return context.for_run_failure()


class _Hook(BaseHTTPRequestHandler):
    code = 200
    heard: list[dict[str, Any]]

    def do_POST(self) -> None:
        self.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.code)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[tuple[str, type[_Hook]]]:
    handler = type("Hook", (_Hook,), {"heard": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/very-secret", handler
        server.shutdown()


class _Post(socketserver.StreamRequestHandler):
    """As much of a mail server as one message needs."""

    heard: list[str]

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        in_message = False
        for line in self.rfile:
            word = line.decode().rstrip("\r\n")
            self.heard.append(word)
            if in_message:
                in_message = word != "."
                if not in_message:
                    self.wfile.write(b"250 taken\r\n")
            elif word.upper() == "DATA":
                in_message = True
                self.wfile.write(b"354 go on\r\n")
            elif word.upper() == "QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 yes\r\n")


@pytest.fixture
def post() -> Iterator[tuple[str, list[str]]]:
    handler = type("Post", (_Post,), {"heard": []})
    with socketserver.TCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"smtp://127.0.0.1:{server.server_address[1]}", handler.heard
        server.shutdown()


def test_a_failed_run_is_written_down_with_its_sentence_and_the_release_that_stays(
    tmp_path: Path, hook: tuple[str, type[_Hook]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address, handler = hook
    (tmp_path / "releases" / "2026.02.28").mkdir(parents=True)
    (tmp_path / "latest").symlink_to("releases/2026.02.28")
    monkeypatch.setenv(WEBHOOK, address)
    monkeypatch.setenv(UI_VARIABLE, "http://127.0.0.1:3000")
    with dg.DagsterInstance.ephemeral() as instance:
        context = _failed(instance)
        for _ in range(2):  # a daemon that was stopped in the middle looks at the same run again
            tell_failures(context, build=Build(output=str(tmp_path)))
    (entry,) = read_entries(tmp_path)
    assert entry["words"] == ["reference/materials.csv, row 7: found no name, expected one. Write it there."]
    assert (entry["latest"], entry["job"]) == ("2026.02.28", "breaks")
    assert entry["link"] == f"http://127.0.0.1:3000/runs/{entry['run']}"
    assert entry["told"] == {"webhook": "sent"}
    assert len(handler.heard) == 1, "nobody is told twice"
    assert "row 7" in handler.heard[0]["text"]
    assert handler.heard[0]["run"] == entry["run"]
    assert "very-secret" not in (tmp_path / FAILURES).read_text()
    assert main(["failures", "--output", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "Release 2026.02.28 stays the latest." in said
    assert "row 7" in said
    assert main(["failures", "--json", "--output", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["run"] == entry["run"]


def test_a_run_that_says_nothing_still_gets_a_sentence(tmp_path: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(_broken_job)
        event = instance.report_run_failed(run, "The process of this run is gone: it was killed.")
        context = dg.build_run_status_sensor_context(
            sensor_name="tell_failures", dagster_instance=instance, dagster_run=run, dagster_event=event
        ).for_run_failure()
        tell_failures(context, build=Build(output=str(tmp_path)))
    (entry,) = read_entries(tmp_path)
    assert entry["words"] == ["The process of this run is gone: it was killed."]
    assert entry["latest"] is None


def test_a_mail_is_sent(post: tuple[str, list[str]]) -> None:
    server, heard = post
    told = tell(ENTRY, {MAIL_TO: "a@example.org, b@example.org", MAIL_FROM: "k@example.org", SMTP: server})
    assert told == {"mail": "sent"}
    assert "rcpt TO:<b@example.org>" in heard
    assert "Subject: Kakehashi: build failed" in heard
    assert "It broke." in heard


def test_a_password_is_not_sent_in_the_clear(post: tuple[str, list[str]]) -> None:
    server, heard = post
    told = tell(ENTRY, {MAIL_TO: "a@example.org", SMTP: server.replace("//", "//me:my-password@")})
    assert told["mail"].startswith("not sent: the mail server offers no STARTTLS")
    assert "my-password" not in " ".join(heard) + str(told)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, {}),
        ({WEBHOOK: " "}, {}),
        ({WEBHOOK: "http://127.0.0.1:9/secret"}, {"webhook": "not sent: ConnectionError"}),
        ({MAIL_TO: "a@example.org"}, {"mail": f"not sent: {SMTP} must be smtp://HOST:PORT or smtps://HOST:PORT"}),
        ({MAIL_TO: "a@example.org", SMTP: "smtp://127.0.0.1:9"}, {"mail": "not sent: ConnectionRefusedError"}),
    ],
)
def test_who_cannot_be_told_is_written_down_without_a_secret(settings: dict[str, str], said: dict[str, str]) -> None:
    assert tell(ENTRY, settings) == said


def test_a_webhook_that_refuses_is_told_by_its_code(hook: tuple[str, type[_Hook]]) -> None:
    address, handler = hook
    handler.code = 500
    assert tell(ENTRY, {WEBHOOK: address}) == {"webhook": "not sent: the webhook answered 500"}


def test_a_list_that_was_cut_off_is_still_read_and_one_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    write_entry(tmp_path, ENTRY)
    with (tmp_path / FAILURES).open("a") as file:
        file.write('{"run": "cut')
    assert [one["run"] for one in read_entries(tmp_path)] == [ENTRY["run"]]
    write_entry(tmp_path, {**ENTRY, "run": "the next one"})
    assert [one["run"] for one in read_entries(tmp_path)] == [ENTRY["run"], "the next one"]
    (tmp_path / "file").write_text("")
    with pytest.raises(KakehashiError, match="a list of failures that can be written"):
        write_entry(tmp_path / "file", ENTRY)


def test_no_failure_is_said_in_words_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["failures", "--output", str(tmp_path)]) == 0
    assert "No failure" in capsys.readouterr().out
    assert words_of([]) == ()


def test_the_sensor_is_on_and_hears_of_every_job() -> None:
    sensor = defs.resolve_sensor_def("tell_failures")
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING

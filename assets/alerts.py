"""When a run fails: an entry in the list of failures, and a word to those who asked for one.

What belongs here: the sensor, the entry, the webhook and the mail. What does not: why a run failed (`failures`).

Whom to tell comes from the environment alone; each of them may be unset or empty:

    KAKEHASHI_ALERT_WEBHOOK    address that gets a POST with a JSON object (`text` first, as chats expect it)
    KAKEHASHI_ALERT_MAIL_TO    addresses, separated by commas
    KAKEHASHI_ALERT_MAIL_FROM  address of the sender
    KAKEHASHI_ALERT_SMTP       smtp://USER:PASSWORD@HOST:PORT (STARTTLS where it is offered) or smtps://...

None of these is ever written into an entry or a log: addresses of webhooks are secrets.

Annotations are not postponed here: Dagster reads those of a sensor's resources as they stand.
"""

import datetime as dt
import json
import os
import smtplib
import ssl
from collections.abc import Iterable, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dagster as dg

from assets.failures import words_of
from assets.resources import Build
from pipelines.errors import KakehashiError

FAILURES = "failures.jsonl"
"""The list of failures, in the output folder: one JSON object a line, oldest first."""
WEBHOOK, MAIL_TO, MAIL_FROM, SMTP = (f"KAKEHASHI_ALERT_{name}" for name in ("WEBHOOK", "MAIL_TO", "MAIL_FROM", "SMTP"))
UI_VARIABLE = "KAKEHASHI_UI"
"""Environment variable with the address of the UI, for links to runs."""
_PATIENCE_S = 10.0
_LONGEST_WORDS = 20


def entry_of(run: dg.DagsterRun, words: Iterable[str], at: dt.datetime, output: Path) -> dict[str, Any]:
    """Return what is told of a run that failed.

    Args:
        run: The run.
        words: Why it failed, a sentence a cause.
        at: When it failed.
        output: Folder of the releases.

    Returns:
        `run`, `job`, `failed_at` (UTC), `words`, `changed` (what in raw asked for the run, if that did), `latest`
        (the release that stays the newest; None: there is none), `link` (None where no UI is known).
    """
    latest = output / "latest"
    ui = os.environ.get(UI_VARIABLE, "").rstrip("/")
    return {
        "run": run.run_id,
        "job": run.job_name,
        "failed_at": at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "words": list(words)[:_LONGEST_WORDS],
        "changed": run.tags.get("kakehashi/changed"),
        "latest": latest.resolve().name if latest.is_dir() else None,
        "link": f"{ui}/runs/{run.run_id}" if ui else None,
    }


def in_short(entry: Mapping[str, Any]) -> str:
    """Return an entry as lines of plain text, for a chat, a mail or a terminal."""
    stays = f"Release {entry['latest']} stays the latest." if entry["latest"] else "Nothing was published yet."
    asked = [f"Asked for by a change in {entry['changed']}."] if entry["changed"] else []
    link = [str(entry["link"])] if entry["link"] else []
    return "\n".join(
        [f"Kakehashi: {entry['job']} failed ({str(entry['run'])[:8]}).", *entry["words"], stays, *asked, *link]
    )


def write_entry(output: Path, entry: Mapping[str, Any]) -> Path:
    """Append an entry to the list of failures.

    Returns:
        The list.

    Raises:
        KakehashiError: It cannot be written.
    """
    path = output / FAILURES
    try:
        output.mkdir(parents=True, exist_ok=True)
        cut_off = path.is_file() and not path.read_bytes().endswith(b"\n")
        with path.open("a", encoding="utf-8") as file:
            file.write("\n" if cut_off else "")  # what a crash left of a line must not take this one along
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
    except OSError as error:
        raise KakehashiError(
            str(path), error.strerror or str(error), "a list of failures that can be written", "Free space there."
        ) from error
    return path


def read_entries(output: Path) -> list[dict[str, Any]]:
    """Read the list of failures, oldest first; a line that was cut off by a crash is passed over."""
    path = output / FAILURES
    found: list[dict[str, Any]] = []
    if path.is_file():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                one = json.loads(line)
            except ValueError:
                continue
            if isinstance(one, dict) and "run" in one:
                found.append(one)
    return found


def tell(entry: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, str]:
    """Tell those whom the settings name.

    Args:
        entry: As `entry_of` gives it.
        settings: Environment variables.

    Returns:
        Way -> `sent`, or why not, in words that hold no address and no password. Empty: nobody asked to be told.
    """
    asked = {"webhook": (WEBHOOK, _call), "mail": (MAIL_TO, _mail)}
    told = {}
    for way, (variable, send) in asked.items():
        if settings.get(variable, "").strip():
            try:
                told[way] = send(entry, settings)
            except Exception as error:
                # Whoever is told must not make the sensor fail: it would tell everybody again and again.
                told[way] = f"not sent: {type(error).__name__}"
    return told


def _call(entry: Mapping[str, Any], settings: Mapping[str, str]) -> str:
    import requests

    # The text first: a chat shows it; what else the entry holds is there for programs. No redirect: it is a secret.
    answer = requests.post(
        settings[WEBHOOK].strip(), json={"text": in_short(entry), **entry}, timeout=_PATIENCE_S, allow_redirects=False
    )
    return "sent" if answer.status_code < 300 else f"not sent: the webhook answered {answer.status_code}"


def _mail(entry: Mapping[str, Any], settings: Mapping[str, str]) -> str:
    server = urlsplit(settings.get(SMTP, "").strip())
    if server.scheme not in ("smtp", "smtps") or not server.hostname:
        return f"not sent: {SMTP} must be smtp://HOST:PORT or smtps://HOST:PORT"
    message = EmailMessage()
    message["Subject"] = f"Kakehashi: {entry['job']} failed"
    message["To"] = settings[MAIL_TO]
    message["From"] = settings.get(MAIL_FROM, "").strip() or settings[MAIL_TO].partition(",")[0].strip()
    message.set_content(in_short(entry))
    safe = ssl.create_default_context()
    port = server.port or (465 if server.scheme == "smtps" else 587)
    connection: smtplib.SMTP = (
        smtplib.SMTP_SSL(server.hostname, port, timeout=_PATIENCE_S, context=safe)
        if server.scheme == "smtps"
        else smtplib.SMTP(server.hostname, port, timeout=_PATIENCE_S)
    )
    with connection:
        connection.ehlo()
        if server.scheme == "smtp" and connection.has_extn("starttls"):
            connection.starttls(context=safe)
        elif server.scheme == "smtp" and server.username:
            return "not sent: the mail server offers no STARTTLS, and a password is not sent in the clear"
        if server.username:
            connection.login(unquote(server.username), unquote(server.password or ""))
        connection.send_message(message)
    return "sent"


@dg.run_failure_sensor(
    name="tell_failures",
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=f"Writes of every run that fails why, and which release stays the latest, into {FAILURES} of the "
    "output folder (`kakehashi failures` shows it), and calls the webhook and sends the mail that the environment "
    f"names ({WEBHOOK}, {MAIL_TO}).",
)
def tell_failures(context: dg.RunFailureSensorContext, build: Build) -> None:
    """Write the entry of a failed run, then tell."""
    run, output = context.dagster_run, build.output_folder()
    if any(one["run"] == run.run_id for one in read_entries(output)):
        return  # a daemon that was stopped before it noted the run: nobody is told twice
    events = [record.dagster_event for record in context.instance.all_logs(run.run_id) if record.dagster_event]
    words = words_of(events) or (context.failure_event.message or "It did not say why; look at it in the UI.",)
    at = dt.datetime.fromtimestamp(_ended(context, run), tz=dt.UTC)
    entry = entry_of(run, words, at, output)
    entry["told"] = tell(entry, os.environ)
    write_entry(output, entry)


def _ended(context: dg.RunFailureSensorContext, run: dg.DagsterRun) -> float:
    record = context.instance.get_run_record_by_id(run.run_id)
    return record.end_time if record is not None and record.end_time else dt.datetime.now(tz=dt.UTC).timestamp()

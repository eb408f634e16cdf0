"""When living sources are asked by themselves: a sensor for feeds, a schedule for services, each with a job of its own.

What belongs here: what is due by its cadence, and reporting what was asked. What does not: asking. That is the work of
the commands `kakehashi watch` and `kakehashi fetch`, which run in a process of their own: the network stays outside the
code location, and a run that is stopped ends it. Both are off until a person switches them on.

Annotations are not postponed here: Dagster reads those of an op's configuration as they stand.
"""

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field

from assets.resources import Build
from assets.sources import fetched_key, watched_key
from pipelines.errors import KakehashiError
from pipelines.fingerprint import ROOT
from pipelines.ingest.endpoints import ENDPOINTS, Endpoint
from pipelines.ingest.feeds import Feed, feeds_path, is_due, read_feeds
from pipelines.ingest.watched import ADDED, PRESENT, parsed, recall, written

_LONGEST_S = 3600.0
"""A command that runs longer is ended; what it brought so far stays."""
_DONE, _HELD = 0, 3
"""Exit codes of the commands."""
_ON = "Off until you switch it on (Automation in the UI, or `dagster {kind} start {name}`): it needs the network."


class DueFeeds(dg.Config):
    """Which feeds a run looks at."""

    feeds: list[str] = Field([], description="Names of feeds; none: those that are due.")


class DueServices(dg.Config):
    """Which services a run asks."""

    services: list[str] = Field([], description="Names of services; none: those that are due.")
    mirrors: dict[str, str] = Field({}, description="Service -> another address for it.")


def now() -> dt.datetime:
    """The time; replaced in tests."""
    return dt.datetime.now(tz=dt.UTC)


def run_command(words: Sequence[str], raw: Path) -> tuple[int, list[dict[str, Any]], str]:
    """Run a command of the project on a raw folder.

    Args:
        words: The command's own.
        raw: Raw folder.

    Returns:
        Its exit code, the objects that it printed, and what it complained of.
    """
    command = [sys.executable, "-m", "kakehashi.cli", *words, "--json", "--raw", str(raw.resolve())]
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(  # noqa: S603 our own words
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, encoding="utf-8",
            timeout=_LONGEST_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return 1, [], f"{words[0]} was ended after {_LONGEST_S:.0f} s; what it brought stays"
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return done.returncode, said, done.stderr.strip()[-2000:]


# Feeds --------------------------------------------------------------------------------------------------------------


def due_feeds(raw: Path, asked_for: Mapping[str, str], at: dt.datetime) -> list[Feed]:
    """Return the feeds that are to be looked at.

    Args:
        raw: Raw folder.
        asked_for: Feed -> when a run was asked for that may not have begun yet.
        at: Now.

    Raises:
        KakehashiError: The list of feeds is broken.
    """
    due = []
    for feed in read_feeds(feeds_path(raw)):
        times = [parsed(recall(raw, feed).asked_at), parsed(asked_for.get(feed.feed_id))]
        if all(is_due(one, feed.cadence, at) for one in times):
            due.append(feed)
    return due


@dg.op(description="Looks at the feeds that are due and puts their new pages into the inbox.")
def look_at_feeds(context: dg.OpExecutionContext, config: DueFeeds, build: Build) -> None:
    """Run `kakehashi watch` for the feeds and report each source whose feeds were all had."""
    raw = build.raw_folder()
    listed = {feed.feed_id: feed for feed in read_feeds(feeds_path(raw))}
    names = config.feeds or [feed.feed_id for feed in due_feeds(raw, {}, now())]
    if not names:
        context.log.info("no feed is due")
        return
    words = [word for name in names for word in ("--feed", name)]
    _, said, complaint = run_command(["watch", "--once", *words], raw)
    by_source: dict[str, list[dict[str, Any]]] = {}
    for one in said:
        by_source.setdefault(one["source"], []).append(one)
    for source, feeds in sorted(by_source.items()):
        if all(one["status"] != "failed" for one in feeds):
            context.log_event(_watched(raw, source, feeds, [one for one in listed.values() if one.source == source]))
    failed = [f"{one['feed']}: {one['told']}" for one in said if one["status"] == "failed"]
    silent = sorted(set(names) - {one["feed"] for one in said})
    if silent:
        failed.append(f"{', '.join(silent)}: {complaint or 'no answer'}")
    if failed:
        raise dg.Failure("\n".join(failed), allow_retries=False)


def _watched(raw: Path, source: str, said: list[dict[str, Any]], feeds: list[Feed]) -> dg.AssetMaterialization:
    pages = [page for one in said for page in one["pages"]]
    came = [page for page in pages if page["status"] == ADDED]
    known = sorted(
        url for feed in feeds for url, page in recall(raw, feed).pages.items() if page.status in (ADDED, PRESENT)
    )
    lines = [f"| {page['title'] or page['url']} | {page['path']} |" for page in came]
    table = "\n".join(["| page | place |", "|---|---|", *lines]) if lines else "nothing new"
    return dg.AssetMaterialization(
        watched_key(source),
        description=f"{len(came)} new pages" if len(came) != 1 else "1 new page",
        metadata={
            "came_in": len(came),
            "pages": dg.MetadataValue.md(table),
            "failing": sum(one["failing"] for one in said),
            "passed_over": sum(one["passed_over"] for one in said),
            "feeds": ", ".join(one["feed"] for one in said),
        },
        tags={"dagster/data_version": _version(known)},
    )


def _version(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@dg.job(name="watch", description="Looks at the feeds that are due; their new pages go into the inbox.")
def watch_job() -> None:
    """Look at feeds."""
    look_at_feeds()


@dg.sensor(
    # By its name: to put resources into a job that is named by itself Dagster makes the sensor anew, with a warning.
    job_name=watch_job.name,
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Asks for one run that looks at the feeds of raw/reference/feeds.csv that are due by their cadence. "
    + _ON.format(kind="sensor", name="watch_feeds"),
)
def watch_feeds(context: dg.SensorEvaluationContext, build: Build) -> dg.SkipReason | dg.SensorResult:
    """Compare when each feed was looked at with its cadence."""
    try:
        asked_for = {str(name): str(at) for name, at in json.loads(context.cursor or "{}").items()}
    except (ValueError, AttributeError):
        asked_for = {}
    at = now()
    try:
        due = [feed.feed_id for feed in due_feeds(build.raw_folder(), asked_for, at)]
    except KakehashiError as error:
        return dg.SkipReason(str(error))
    if not due:
        return dg.SkipReason("no feed is due")
    config = {"ops": {"look_at_feeds": {"config": {"feeds": due}}}}
    cursor = json.dumps({**asked_for, **dict.fromkeys(due, written(at))})
    return dg.SensorResult(run_requests=[dg.RunRequest(run_config=config)], cursor=cursor)


# Services -----------------------------------------------------------------------------------------------------------


def due_services(instance: dg.DagsterInstance, at: dt.datetime) -> Iterator[Endpoint]:
    """Yield the services that are to be asked: those not reported for their cadence, whose key is there if needed."""
    for name, service in sorted(ENDPOINTS.items()):
        if service.key_needed and not os.environ.get(service.key_variable or "", "").strip():
            continue
        event = instance.get_latest_materialization_event(dg.AssetKey(fetched_key(name)))
        last = dt.datetime.fromtimestamp(event.timestamp, tz=dt.UTC) if event is not None else None
        if is_due(last, service.cadence, at):
            yield service


@dg.op(description="Asks the services that are due and puts what is new into the inbox.")
def fetch_services(context: dg.OpExecutionContext, config: DueServices, build: Build) -> None:
    """Run `kakehashi fetch` for each service, whatever becomes of the others, and report those that were had."""
    raw = build.raw_folder()
    failed = []
    for name in config.services or [service.name for service in due_services(context.instance, now())]:
        service = ENDPOINTS.get(name)
        if service is None:
            failed.append(f"{name}: no such service; there are {', '.join(sorted(ENDPOINTS))}")
            continue
        words = ["fetch", name]
        words += ["--year", str(now().year - service.lag_years)] if service.by_year else []
        words += ["--from", config.mirrors[name]] if name in config.mirrors else []
        code, said, complaint = run_command(words, raw)
        if code in (_DONE, _HELD):
            context.log_event(_fetched(name, said))
        else:
            told = [str(one["told"]) for one in said if one["status"] == "failed"]
            failed.append(f"{name}: {'; '.join(told) or complaint or 'no answer'}")
    if failed:
        raise dg.Failure("\n".join(failed), allow_retries=False)


def _fetched(name: str, said: list[dict[str, Any]]) -> dg.AssetMaterialization:
    counted = {status: sum(one["status"] == status for one in said) for status in ("fetched", "unchanged", "held")}
    places = sorted(str(one["path"]) for one in said if one["path"] and one["status"] in ("fetched", "unchanged"))
    held = "; ".join(str(one["told"]) for one in said if one["status"] == "held")
    return dg.AssetMaterialization(
        fetched_key(name),
        description=", ".join(f"{number} {status}" for status, number in counted.items() if number) or "nothing there",
        metadata={**counted, "places": "\n".join(places) or "none", "held_because": held or "nothing is held"},
        tags={"dagster/data_version": _version(places)},
    )


@dg.job(name="fetch", description="Asks the services that are due; what is new goes into the inbox.")
def fetch_job() -> None:
    """Ask services."""
    fetch_services()


@dg.schedule(
    name="fetch_due",
    job_name=fetch_job.name,
    cron_schedule="0 5 * * *",
    execution_timezone="Asia/Tokyo",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Asks every morning for one run that fetches from the services that are due, each at its cadence: "
    "exchange rates daily, federal documents weekly, statistics monthly. "
    + _ON.format(kind="schedule", name="fetch_due"),
)
def fetch_due(context: dg.ScheduleEvaluationContext) -> dg.SkipReason | dg.RunRequest:
    """Compare when each service was reported with its cadence."""
    names = [service.name for service in due_services(context.instance, context.scheduled_execution_time)]
    if not names:
        return dg.SkipReason("no service is due")
    return dg.RunRequest(run_config={"ops": {"fetch_services": {"config": {"services": names}}}})

"""Where the history of runs lives: a folder of the project, shared by the command line and the UI.

What belongs here: preparing the folder, opening Dagster's instance on it, telling of runs that were killed.
What does not: how events are stored (`event_log`), running or showing anything.
"""

from __future__ import annotations

import fcntl
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from pipelines.errors import KakehashiError
from pipelines.fingerprint import ROOT

HOME = ROOT / ".dagster"
"""The project's own history folder."""

SETTINGS = ROOT / "dagster.yaml"
HISTORY_VARIABLE = "KAKEHASHI_HISTORY"
PROCESS_TAG = "kakehashi/process"
"""Tag of a run that the command line started: the process that runs it."""

_UNFINISHED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def prepare(home: Path = HOME) -> Path:
    """Make the history folder, with this project's settings in it.

    Args:
        home: The folder; made if it is not there.

    Returns:
        Its absolute path.

    Raises:
        KakehashiError: It cannot be written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        settings = home / "dagster.yaml"
        wanted = SETTINGS.read_bytes()
        if not settings.is_file() or settings.read_bytes() != wanted:
            settings.write_bytes(wanted)
    except OSError as error:
        raise KakehashiError(
            str(error.filename or home),
            error.strerror or str(error),
            "a folder for the history of runs that can be written",
            "Make the project's folder writable, or work in a copy of it.",
        ) from error
    return home.resolve()


@contextmanager
def told_of_history(home: Path) -> Iterator[None]:
    """Say in a sentence that the history of runs cannot be kept: a full disk, a damaged file.

    Raises:
        KakehashiError: Instead of any error of the databases inside.
    """
    import sqlite3

    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        cause = getattr(error, "orig", None) or error
        raise KakehashiError(
            str(home),
            str(cause).splitlines()[0],
            "a history of runs that can be written",
            "Free space on that disk, or move the folder away, and build again. Releases in place are whole.",
        ) from error


def environment(home: Path) -> dict[str, str]:
    """Return the environment variables that Dagster's processes on this history need: no telemetry, quiet."""
    return {
        "DAGSTER_HOME": str(home),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        HISTORY_VARIABLE: str(home / "history"),
    }


@contextmanager
def opened(home: Path = HOME) -> Iterator[dg.DagsterInstance]:
    """Open the history for runs in this process.

    What steps print goes to the terminal instead of the history's log files: the command line shows its progress there.

    Raises:
        KakehashiError: The folder cannot be written.
    """
    from dagster._core.instance.ref import InstanceRef

    place = prepare(home)
    silent = {
        "compute_logs": {
            "module": "dagster._core.storage.noop_compute_log_manager",
            "class": "NoOpComputeLogManager",
            "config": {},
        }
    }
    with _environment(environment(place)), warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"dagster(\.|$)")
        # Two processes that make the databases at once would trip over each other.
        with (place / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            instance = dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(place), overrides=silent))
        with instance:
            yield instance


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def report_lost_runs(instance: dg.DagsterInstance, *, of_the_ui: bool = False) -> None:
    """Say of runs that were killed that they failed: else they would seem to run, and the queue would wait for them.

    Args:
        instance: The history.
        of_the_ui: Runs that the UI started count as killed too. Right only while no UI is up.
    """
    for run in instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED)):
        process = run.tags.get(PROCESS_TAG)
        lost = of_the_ui if process is None else process != process_name(int(process.partition("@")[0]))
        if lost:
            instance.report_run_failed(run, "The process of this run is gone: it was killed.")


def process_name(number: int) -> str | None:
    """Return a name of a process that no later process of the same number has; None where there is no such process."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    try:
        # Field 22 of the line, the 20th after the name in parentheses: when the process started.
        began = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        began = ""
    return f"{number}@{began}"

"""The Dagster UI of this project on this machine: `make ui`.

What belongs here: starting Dagster's own processes on our history and ending all of them. What does not: what they
show.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from assets.alerts import UI_VARIABLE
from assets.history import HOME, environment, opened, prepare, report_lost_runs
from assets.pages import PAGES_VARIABLE, served
from assets.resources import OUTPUT_VARIABLE, RAW_VARIABLE
from pipelines.errors import KakehashiError
from pipelines.fingerprint import ROOT

WORKSPACE = ROOT / "workspace.yaml"
PORT = 3000
_PATIENCE_SECONDS = 8.0


def serve(
    host: str = "127.0.0.1",
    port: int = PORT,
    home: Path | None = None,
    raw: Path | None = None,
    output: Path | None = None,
    ready: Callable[[str], None] = print,
) -> int:
    """Serve the UI until it is told to stop (SIGINT or SIGTERM), and leave no process behind.

    Args:
        host: Address to listen on; the default is reached from this machine only.
        port: Port to listen on; the pages of the releases are served on the next one.
        home: Folder of the history of runs; None: the project's own, `.dagster/`.
        raw: Raw folder of builds that are started in the UI; None: the project's own.
        output: Folder of their releases; None: the project's own.
        ready: Told the address once it answers.

    Returns:
        0 after it was told to stop, else the exit code with which it ended by itself.

    Raises:
        KakehashiError: The port is taken, a UI is up on this history, or its folder cannot be written.
    """
    _port_free(host, port)
    _port_free(host, port + 1)
    place = prepare(home or HOME)
    releases = (output or ROOT / "output").resolve()
    with _alone(place), _told_to_stop() as told, served(host, port + 1, releases) as pages:
        with opened(place) as instance:
            report_lost_runs(instance, of_the_ui=True)
        process = _started(host, port, place, {RAW_VARIABLE: raw, OUTPUT_VARIABLE: output}, pages)
        try:
            announced = False
            while not told and process.poll() is None:
                if not announced and _answers(host, port):
                    ready(f"http://{host}:{port}")
                    announced = True
                time.sleep(0.2)
            return 0 if told else process.wait()
        finally:
            _end(process)


def _started(host: str, port: int, home: Path, folders: dict[str, Path | None], pages: str) -> subprocess.Popen[bytes]:
    command = [
        sys.executable, "-m", "dagster", "dev", "--workspace", str(WORKSPACE), "--host", host, "--port", str(port),
        "--log-level", "warning", "--code-server-log-level", "warning",
    ]  # fmt: skip
    given = {name: str(folder.resolve()) for name, folder in folders.items() if folder is not None}
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    variables = {
        **os.environ,
        **environment(home),
        **given,
        PAGES_VARIABLE: pages,
        UI_VARIABLE: f"http://{host}:{port}",
        "PYTHONPATH": os.pathsep.join(paths),
        # Dagster's own notes to developers (superseded commands, beta features) are nothing to the reader of the UI.
        "PYTHONWARNINGS": "ignore",
    }
    # A session of its own: all of Dagster's processes can be ended together. In the history folder, because Dagster
    # warns of settings that lie in the folder it is started in but are not the ones it uses.
    return subprocess.Popen(command, cwd=home, env=variables, start_new_session=True)  # noqa: S603 our own words


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold a history against a second UI: two daemons would start every run twice."""
    with (home / ".ui.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise KakehashiError(
                str(home), "a UI that is running already", "one UI on one history", "Use that one, or stop it first."
            ) from error
        yield


@contextlib.contextmanager
def _told_to_stop() -> Iterator[list[int]]:
    """Give a list that is empty until a signal asks to stop."""
    told: list[int] = []

    def hear(number: int, _: FrameType | None) -> None:
        told.append(number)

    # Set even where it is ignored: a shell starts background jobs with SIGINT ignored.
    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _port_free(host: str, port: int) -> None:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise KakehashiError(
                f"{host}:{port}", error.strerror or str(error), "a free port", "Give another one with --port."
            ) from error


def _answers(host: str, port: int) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"http://{host}:{port}/server_info", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """End Dagster's processes: the first one kindly, so that it ends the others, then what is left of its session."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.terminate()
        process.wait(_PATIENCE_SECONDS)
    for number in (signal.SIGTERM, signal.SIGKILL):
        _signal_all(process, number)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            process.poll()
            if not _signal_all(process, 0):
                return
            time.sleep(0.1)


def _signal_all(process: subprocess.Popen[bytes], number: int) -> bool:
    """Send a signal to the process's session; False where nothing is left of it."""
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True

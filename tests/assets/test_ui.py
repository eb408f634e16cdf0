"""The UI on this machine: it answers, it shows the builds of the command line, and it ends when it is told to."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from assets.ui import serve
from pipelines.errors import KakehashiError
from tests.assets.conftest import Run
from tests.conftest import ROOT

SERVE = """
import sys
from pathlib import Path
from assets.ui import serve
port, home, raw, output = sys.argv[1:]
ready = lambda address: print(address, flush=True)
sys.exit(serve(port=int(port), home=Path(home), raw=Path(raw), output=Path(output), ready=ready))
"""

RUNS = (
    "{ runsOrError { ... on Runs { results { runId status jobName repositoryOrigin { repositoryLocationName } } } } }"
)
CHECKS = """{ assetNodes { assetKey { path } groupName
  assetMaterializations(limit: 1) { runId } } }"""


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def _ask(address: str, query: str) -> Any:
    request = urllib.request.Request(
        f"{address}/graphql", json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return json.load(answer)["data"]


def _session(process: int) -> list[int]:
    """Processes whose parent or session is the one given."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == process or int(fields[3]) == process:
                found.append(int(entry.name))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_ui_shows_the_builds_of_the_command_line(run: Run, tmp_path: Path, number: signal.Signals) -> None:
    home = tmp_path / "home"
    outcome = run(home=home)
    # Nothing is in raw/ but what the sensor has no reason to build: the folder is not there.
    words = [str(_free_port()), str(home), str(tmp_path / "nowhere"), str(tmp_path / "out")]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None and process.stderr is not None
    try:
        address = process.stdout.readline().strip()
        assert address == f"http://127.0.0.1:{words[0]}"
        (shown,) = _ask(address, RUNS)["runsOrError"]["results"]
        assert (shown["runId"], shown["status"], shown["jobName"]) == (outcome.run_id, "SUCCESS", "build")
        nodes = {"/".join(node["assetKey"]["path"]): node for node in _ask(address, CHECKS)["assetNodes"]}
        assert nodes["release"]["groupName"] == "release"
        assert nodes["projects"]["assetMaterializations"] == [{"runId": outcome.run_id}]
        children = _session(process.pid)
        assert children
    finally:
        process.send_signal(number)
        said, warned = process.communicate(timeout=40)
    assert (process.returncode, said, warned) == (0, "", "")
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    assert not [left for child in children for left in _session(child)]


def test_a_second_ui_on_one_history_is_told_in_words(tmp_path: Path) -> None:
    import fcntl

    with (tmp_path / ".ui.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(KakehashiError, match="one UI on one history"):
            serve(port=_free_port(), home=tmp_path)


def test_a_port_that_is_taken_is_told_in_words(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(KakehashiError, match="expected a free port"):
            serve(port=taken.getsockname()[1], home=tmp_path)

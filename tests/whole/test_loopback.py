"""A build and the UI ask no other machine: every connection that any of their processes tries is written down and read.

What belongs here: what the system's own tracer saw. What does not: what the browser asked for (tests/browser).
"""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

STRACE = shutil.which("strace")
DIGEST = "cbs-atl-20260218"
_ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')


def addresses(trace: str) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Yield every address that a trace of `connect`, `sendto` and `sendmsg` names."""
    for four, six in _ADDRESS.findall(trace):
        yield ipaddress.ip_address(four or six)


def elsewhere(trace: str) -> set[str]:
    """Return the addresses of a trace that are not this machine's own."""
    return {str(one) for one in addresses(trace) if not one.is_loopback}


def test_what_the_tracer_writes_is_understood() -> None:
    trace = """
12 connect(5, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.7")}, 16) = -1 EINPROGRESS
12 connect(5, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 0
13 sendto(6, "x", 1, 0, {sa_family=AF_INET6, sin6_port=htons(53), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr)}, 28)
13 connect(7, {sa_family=AF_UNIX, sun_path="/run/socket"}, 110) = 0
"""
    assert elsewhere(trace) == {"192.0.2.7", "2001:db8::1"}


@pytest.fixture
def traced(tmp_path: Path) -> Iterator[tuple[Path, list[str]]]:
    """The file of a trace, and the words that trace a command and all its children into it."""
    if STRACE is None:
        pytest.skip("there is no strace on this machine (apt-get install strace)")
    trace = tmp_path / "trace"
    words = [STRACE, "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", str(trace)]
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("nothing may be traced on this machine")
    yield trace, words


def _raw(folder: Path) -> Path:
    shutil.copytree(ROOT / "raw" / "documents" / DIGEST, folder / "documents" / DIGEST)
    return folder


def _environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


@pytest.mark.slow
def test_a_build_asks_nobody(tmp_path: Path, traced: tuple[Path, list[str]]) -> None:
    trace, words = traced
    command = [sys.executable, "-m", "kakehashi.cli", "build", "--raw", str(_raw(tmp_path / "raw"))]
    done = subprocess.run(
        [*words, *command, "--output", str(tmp_path / "out")], env=_environment(KAKEHASHI_CACHE=""), cwd=ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, (tmp_path / "out" / "latest").is_dir()) == (0, True), done.stderr
    assert elsewhere(trace.read_text()) == set()


@pytest.mark.slow
def test_the_ui_asks_this_machine_alone(tmp_path: Path, traced: tuple[Path, list[str]]) -> None:
    trace, words = traced
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    folders = ["--raw", str(_raw(tmp_path / "raw")), "--output", str(tmp_path / "out")]
    command = [sys.executable, "-m", "kakehashi.cli", "ui", "--port", str(port), "--history", str(tmp_path / "history")]
    process = subprocess.Popen(
        [*words, *command, *folders], env=_environment(), cwd=ROOT, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        # The sensor on raw asks for a build by itself: the daemon, the queue, the launcher and the run are seen too.
        deadline = time.monotonic() + 180
        while not (tmp_path / "out" / "latest").is_dir():
            assert time.monotonic() < deadline, "no build was made"
            time.sleep(1)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)
    said = trace.read_text()
    assert any(one.is_loopback for one in addresses(said)), "the tracer saw the UI's own processes talk"
    assert elsewhere(said) == set()

"""The services of deploy/compose.yaml as processes of this machine.

What belongs here: reading the file as compose reads it, and starting each service's own command with its own
environment, translated only in host names, ports and folders. What does not: what is asked of them.
"""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
LOOPBACK = "127.0.0.1"
INSIDE = {"postgres": "5432", "code": "4000", "operators": "3000", "readers": "3000", "nginx": "8080"}
"""Service -> the port that it listens on in its container."""

_VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?:(?P<kind>:-|:\?)(?P<words>[^}]*))?\}")
_OURS = ("DAGSTER", "KAKEHASHI", "POSTGRES", "PG", "COMTRADE", "CENSUS")
_PATIENCE_SECONDS = 120.0


def compose(variables: Mapping[str, str]) -> dict[str, Any]:
    """The compose file with its variables filled in.

    Raises:
        KeyError: A variable that has to be given is not.
    """
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return {key: _filled(value, variables) for key, value in read.items()}


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, variables) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, variables) for one in value]
    return _VARIABLE.sub(lambda found: _variable(found, variables), value) if isinstance(value, str) else value


def _variable(found: re.Match[str], variables: Mapping[str, str]) -> str:
    given = variables.get(found["name"], "")
    if not given and found["kind"] == ":?":
        raise KeyError(f"{found['name']}: {found['words']}")
    return given or (found["words"] or "")


def postgresql() -> Path | None:
    """Folder of PostgreSQL's programs, the newest; None where there are none."""
    found = glob.glob("/usr/lib/postgresql/*/bin/postgres")
    if found:
        return Path(max(found, key=lambda path: int(path.split("/")[4]))).parent
    program = shutil.which("postgres")
    return Path(program).resolve().parent if program else None


def nginx() -> str | None:
    """The program nginx; None where there is none."""
    return shutil.which("nginx", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))


def free_ports(n: int) -> list[int]:
    """Ports that nobody listens on."""
    trials = [socket.socket() for _ in range(n)]
    for trial in trials:
        trial.bind((LOOPBACK, 0))
    ports = [int(trial.getsockname()[1]) for trial in trials]
    for trial in trials:
        trial.close()
    return ports


@dataclass
class Stand:
    """The services, each with a free port of its own.

    Attributes:
        folder: Holds everything; others than its owner may walk into it, as PostgreSQL does not run as root.
        variables: What `.env` would hold.
    """

    folder: Path
    variables: dict[str, str]
    ports: dict[str, int] = field(default_factory=dict)
    services: dict[str, Any] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = dict(zip(INSIDE, free_ports(len(INSIDE)), strict=True))
        self.variables["KAKEHASHI_PAGES"] = self.address("nginx") + "/pages"
        self.services = compose(self.variables)["services"]
        for name in ("srv/raw/inbox", "srv/output", "srv/cache", "srv/logs", "home", "said", "nginx"):
            (self.folder / name).mkdir(parents=True)
        # As the Dockerfile lays it.
        shutil.copyfile(DEPLOY / "dagster.yaml", self.folder / "home" / "dagster.yaml")

    def address(self, service: str) -> str:
        """Where a service answers."""
        return f"http://{LOOPBACK}:{self.ports[service]}"

    def environment(self, service: str) -> dict[str, str]:
        """What the compose file gives a service, and of this process's own nothing that is ours."""
        given = {name: self._place(value) for name, value in self.services[service]["environment"].items()}
        for name, value in given.items():
            if name.endswith("_HOST"):
                given |= {name: LOOPBACK, name.removesuffix("HOST") + "PORT": str(self.ports[value])}
        machine = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        return {**machine, "PYTHONPATH": str(ROOT), **given}

    def start(self, service: str) -> None:
        """Start a service's own command."""
        words = self._words(service, self.services[service]["command"])
        if service == "nginx":
            words += ["-p", str(self.folder / "nginx"), "-c", str(self._nginx_settings())]
        self._run(service, words, {"env": self.environment(service) if service != "nginx" else None})

    def start_postgresql(self, programs: Path) -> None:
        """Do what the image of PostgreSQL does at its first start, and serve on loopback alone."""
        settings = self.services["postgres"]["environment"]
        password = self.folder / "password"
        password.write_text(settings["POSTGRES_PASSWORD"])
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        someone: dict[str, Any] = {}
        if os.geteuid() == 0:
            names = {entry.pw_name: entry for entry in pwd.getpwall()}
            entry = names.get("postgres") or names["nobody"]
            someone = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
            for path in (password, data):
                os.chown(path, entry.pw_uid, entry.pw_gid)
        password.chmod(0o400)
        words = [*shlex.split(settings["POSTGRES_INITDB_ARGS"]), "-U", settings["POSTGRES_USER"]]
        subprocess.run(
            [programs / "initdb", "-D", data, f"--pwfile={password}", *words],
            check=True, capture_output=True, cwd=self.folder, **someone,
        )  # fmt: skip
        only_here = ["-c", f"listen_addresses={LOOPBACK}", "-c", "unix_socket_directories="]
        serve = [programs / "postgres", "-D", data, "-p", str(self.ports["postgres"]), *only_here]
        self._run("postgres", [str(word) for word in serve], someone)
        self.wait("postgres", programs)
        subprocess.run(
            [programs / "createdb", "-h", LOOPBACK, "-p", str(self.ports["postgres"]), "-U", settings["POSTGRES_USER"],
             settings["POSTGRES_DB"]],
            check=True, capture_output=True, env={**os.environ, "PGPASSWORD": settings["POSTGRES_PASSWORD"]},
        )  # fmt: skip

    def wait(self, service: str, programs: Path | None = None) -> None:
        """Wait until a service's own health check holds."""
        words = self._words(service, self.services[service]["healthcheck"]["test"][1:], programs)
        until = time.monotonic() + _PATIENCE_SECONDS
        environment = self.environment(service) if service not in ("postgres", "nginx") else None
        while subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, check=False).returncode != 0:
            assert self.processes[service].poll() is None, f"{service} has ended: {self.said(service)}"
            assert time.monotonic() < until, f"{service} is not healthy: {self.said(service)}"
            time.sleep(0.3)

    def said(self, service: str) -> str:
        """The end of what a service has said."""
        return (self.folder / "said" / service).read_text(errors="replace")[-5000:]

    def end(self) -> None:
        """End all services, the last one first, with all of their processes."""
        for process in reversed(self.processes.values()):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _run(self, service: str, words: list[str], options: dict[str, Any]) -> None:
        with (self.folder / "said" / service).open("wb") as said:
            self.processes[service] = subprocess.Popen(
                words, stdout=said, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                cwd=ROOT if service != "postgres" else self.folder, start_new_session=True, **options,
            )  # fmt: skip

    def _words(self, service: str, words: list[str], programs: Path | None = None) -> list[str]:
        program, *rest = words
        here = programs or Path(sys.executable).parent
        found = nginx() if program == "nginx" else shutil.which(program, path=here) or shutil.which(program)
        assert found is not None, f"no program {program} on this machine"
        inside, outside = INSIDE.get(service, ""), str(self.ports.get(service, ""))
        own = re.compile(rf"(?<=:){inside}\b|^{inside}$") if inside else None
        return [found, *(self._place(own.sub(outside, word) if own else word) for word in rest)]

    def _place(self, text: str) -> str:
        """The same place on this machine."""
        for there, here in {"/srv/kakehashi": self.folder / "srv", "/opt/dagster": self.folder / "home"}.items():
            text = text.replace(there, str(here))
        text = f"{ROOT}{text.removeprefix('/app')}" if text.startswith("/app/") else text
        return LOOPBACK if text == "0.0.0.0" else text

    def _nginx_settings(self) -> Path:
        text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
        for there, here in {
            "/tmp/": f"{self.folder}/nginx/",
            "server readers:3000": f"server {LOOPBACK}:{self.ports['readers']}",
            "listen 8080": f"listen {LOOPBACK}:{self.ports['nginx']}",
            "/srv/kakehashi": f"{self.folder}/srv",
        }.items():
            assert there in text
            text = text.replace(there, here)
        path = self.folder / "nginx" / "nginx.conf"
        path.write_text(text, encoding="utf-8")
        return path

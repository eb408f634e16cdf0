"""A server as deploy/compose.yaml describes it, without docker: one run through queue, daemon and launcher into
PostgreSQL, seen by those who may only look."""

from __future__ import annotations

import itertools
import json
import re
import secrets
import shutil
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.publish.verify import verify
from tests.conftest import ROOT
from tests.deploy.standing import Stand, nginx, postgresql

psycopg2 = pytest.importorskip("psycopg2", reason="requirements-deploy.lock is not installed")
pytest.importorskip("dagster_postgres", reason="requirements-deploy.lock is not installed")

POSTGRESQL, NGINX = postgresql(), nginx()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        POSTGRESQL is None, reason="there is no PostgreSQL on this machine (apt-get install postgresql)"
    ),
]
with_nginx = pytest.mark.skipif(NGINX is None, reason="there is no nginx on this machine (apt-get install nginx)")

DIGEST = "cbs-atl-20260218"
LAUNCH = """mutation { launchRun(executionParams: {mode: "default", selector: {
  jobName: "build", repositoryLocationName: "kakehashi", repositoryName: "__repository__"}})
  { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
RUNS = """{ runsOrError { ... on Runs { results {
  runId jobName status startTime endTime tags { key value } } } } }"""
OTHER_MUTATIONS = [
    """mutation { reloadWorkspace { __typename } }""",
    """mutation { setAutoMaterializePaused(paused: true) }""",
    """mutation { setConcurrencyLimit(concurrencyKey: "a", limit: 1) }""",
    """mutation { wipeAssets(assetPartitionRanges: [{assetKey: {path: ["release"]}}]) { __typename } }""",
    """mutation { stopSensor(id: "%(sensor)s") { __typename } }""",
    """mutation { deletePipelineRun(runId: "%(run)s") { __typename } }""",
    """mutation { terminateRun(runId: "%(run)s", terminatePolicy: MARK_AS_CANCELED_IMMEDIATELY)
      { __typename ... on TerminateRunFailure { message } } }""",
    """mutation { reportRunlessAssetEvents(eventParams: {assetKey: {path: ["release"]},
      eventType: ASSET_MATERIALIZATION}) { __typename } }""",
]
SENSOR = """{ sensorOrError(sensorSelector: {sensorName: "raw_changes", repositoryLocationName: "kakehashi",
  repositoryName: "__repository__"}) { ... on Sensor { id sensorState { id status } } } }"""
LOOPBACK_IN_HEX = {"0100007F", "0000000000000000FFFF00000100007F"}
"""127.0.0.1 as the kernel's tables write it, among addresses of version 4 and of version 6."""
ENDED = {"SUCCESS", "FAILURE", "CANCELED"}


def _open(request: urllib.request.Request | str) -> Any:
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60)


def ask(address: str, query: str) -> Any:
    """What a UI's GraphQL answers."""
    words = json.dumps({"query": query}).encode()
    with _open(urllib.request.Request(f"{address}/graphql", words, {"Content-Type": "application/json"})) as answer:
        return json.load(answer)


def refused(address: str, query: str) -> bool:
    """Whether a mutation was refused for want of the right to it, and for nothing else."""
    try:
        answer = ask(address, query)
    except urllib.error.HTTPError as error:
        answer = json.loads(error.read())
    said = json.dumps(answer)
    return "UnauthorizedError" in said or "not have permission" in said


def status(address: str, method: str = "GET", body: bytes | None = None) -> int:
    """The HTTP status of an answer."""
    try:
        with _open(urllib.request.Request(address, body, {"Content-Type": "application/json"}, method=method)) as got:
            return int(got.status)
    except urllib.error.HTTPError as error:
        return error.code


@dataclass
class Server:
    """The services, and the run that was launched by hand in them."""

    stand: Stand
    launched: str
    raw_before: dict[str, bytes]

    @property
    def operators(self) -> str:
        return self.stand.address("operators")

    @property
    def readers(self) -> str:
        return self.stand.address("readers")

    @property
    def door(self) -> str:
        return self.stand.address("nginx")

    def runs(self, address: str) -> dict[str, Any]:
        """Every run that a UI shows."""
        return {run["runId"]: run for run in ask(address, RUNS)["data"]["runsOrError"]["results"]}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of PostgreSQL's tables."""
        settings = self.stand.environment("code")
        with psycopg2.connect(
            host=settings["DAGSTER_POSTGRES_HOST"], port=settings["DAGSTER_POSTGRES_PORT"],
            dbname=settings["DAGSTER_POSTGRES_DB"], user=settings["DAGSTER_POSTGRES_USER"],
            password=settings["DAGSTER_POSTGRES_PASSWORD"],
        ) as connection, connection.cursor() as cursor:  # fmt: skip
            cursor.execute(query)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # Not below pytest's own folder, which only its owner may walk into: PostgreSQL and nginx run as somebody else.
    with tempfile.TemporaryDirectory(prefix="kakehashi-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        stand = Stand(folder, {"KAKEHASHI_POSTGRES_PASSWORD": secrets.token_hex(24)})
        raw = folder / "srv" / "raw"
        shutil.copytree(ROOT / "raw" / "documents" / DIGEST, raw / "documents" / DIGEST)
        before = _files(raw)
        try:
            assert POSTGRESQL is not None
            stand.start_postgresql(POSTGRESQL)
            stand.start("code")
            stand.wait("code")
            for service in ("daemon", "operators", "readers"):
                stand.start(service)
            for service in ("operators", "readers", "daemon"):
                stand.wait(service)
            if NGINX is not None:
                stand.start("nginx")
                stand.wait("nginx")
            made = Server(stand, "", before)
            made.launched = _launched(made)
            yield made
        finally:
            stand.end()


def _launched(server: Server) -> str:
    """Launch a build as an operator does, while the sensor asks for one of its own; both are waited for."""
    answer = ask(server.operators, LAUNCH)["data"]["launchRun"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    launched: str = answer["run"]["runId"]
    until = time.monotonic() + 300
    while True:
        runs = server.runs(server.readers)
        of_sensor = [run for run in runs.values() if _tag(run, "dagster/sensor_name") == "raw_changes"]
        if of_sensor and all(run["status"] in ENDED for run in runs.values()):
            return launched
        assert time.monotonic() < until, (runs, server.stand.said("code"), server.stand.said("daemon"))
        time.sleep(0.5)


def _tag(run: dict[str, Any], key: str) -> str | None:
    return next((tag["value"] for tag in run["tags"] if tag["key"] == key), None)


def test_a_run_goes_through_queue_and_launcher_and_makes_a_release(server: Server) -> None:
    runs = server.runs(server.operators)
    assert server.launched in runs and len(runs) >= 2
    assert {run["status"] for run in runs.values()} == {"SUCCESS"}
    output = server.stand.folder / "srv" / "output"
    assert verify(output / "latest") == ()
    said = server.rows(
        f"SELECT dagster_event_type FROM event_logs WHERE run_id = '{server.launched}' "
        "AND dagster_event_type LIKE 'PIPELINE\\_%' ORDER BY id"
    )
    assert [kind for (kind,) in said] == [
        "PIPELINE_ENQUEUED", "PIPELINE_STARTING", "PIPELINE_START", "PIPELINE_SUCCESS",
    ]  # fmt: skip


def test_runs_never_overlap(server: Server) -> None:
    spans = sorted((run["startTime"], run["endTime"]) for run in server.runs(server.readers).values())
    assert len(spans) >= 2
    assert all(ended <= began for (_, ended), (began, _) in itertools.pairwise(spans))


def test_the_history_is_in_postgresql(server: Server) -> None:
    statuses = dict(server.rows("SELECT run_id, status FROM runs"))
    assert statuses == {run_id: run["status"] for run_id, run in server.runs(server.readers).items()}
    counted = dict(server.rows("SELECT run_id, count(*) FROM event_logs WHERE run_id <> '' GROUP BY run_id"))
    assert counted[server.launched] > 100
    assert server.rows("SELECT count(*) FROM asset_keys")[0][0] > 40
    assert server.rows("SELECT count(*) FROM daemon_heartbeats")[0][0] > 3
    assert server.rows("SELECT count(*) FROM job_ticks")[0][0] > 0
    # Nothing of it lies in a folder: the home that the image lays is only read.
    assert list(_files(server.stand.folder / "home")) == ["dagster.yaml"]
    assert not list(server.stand.folder.rglob("*.db"))


def test_the_database_wants_its_password(server: Server) -> None:
    settings = server.stand.environment("code")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(
            host="127.0.0.1", port=settings["DAGSTER_POSTGRES_PORT"], dbname=settings["DAGSTER_POSTGRES_DB"],
            user=settings["DAGSTER_POSTGRES_USER"], password="guess",
        )  # fmt: skip


def test_the_settings_are_those_of_the_file(server: Server) -> None:
    said = ask(server.readers, "{ instance { info runLauncher { name } runQueuingSupported daemonHealth "
               "{ allDaemonStatuses { daemonType required healthy } } } }")["data"]["instance"]  # fmt: skip
    for words in (
        "PostgresRunStorage",
        "PostgresEventLogStorage",
        "PostgresScheduleStorage",
        "max_runtime_seconds: 7200",
    ):
        assert words in said["info"], said["info"]
    assert said["runLauncher"]["name"] == "DefaultRunLauncher" and said["runQueuingSupported"]
    required = {
        one["daemonType"]: one["healthy"] for one in said["daemonHealth"]["allDaemonStatuses"] if one["required"]
    }
    assert {"SENSOR", "SCHEDULER", "QUEUED_RUN_COORDINATOR", "MONITORING", "ASSET"} <= set(required)
    assert all(required.values()), required
    assert server.stand.environment("readers")["DAGSTER_POSTGRES_PASSWORD"] not in said["info"]


def test_raw_is_only_read(server: Server) -> None:
    assert _files(server.stand.folder / "srv" / "raw") == server.raw_before


def test_readers_see_and_change_nothing(server: Server) -> None:
    run = server.launched
    assert server.runs(server.readers)[run]["status"] == "SUCCESS"
    n_runs = len(server.runs(server.operators))
    assert refused(server.readers, LAUNCH)
    sensor = ask(server.readers, SENSOR)["data"]["sensorOrError"]
    for mutation in OTHER_MUTATIONS:
        filled = mutation % {"sensor": sensor["id"], "run": run} if "%(" in mutation else mutation
        assert refused(server.readers, filled), mutation
    assert status(f"{server.readers}/report_asset_materialization/release", "POST", b"{}") == 401
    assert ask(server.operators, SENSOR)["data"]["sensorOrError"]["sensorState"]["status"] == "RUNNING"
    assert len(server.runs(server.operators)) == n_runs


@with_nginx
def test_the_door_lets_readers_look(server: Server) -> None:
    run = server.launched
    assert server.runs(server.door)[run]["status"] == "SUCCESS"
    with _open(f"{server.door}/runs/{run}") as answer:
        page = answer.read().decode()
    script = re.search(r'src="(/[^"]+\.js)"', page)
    assert script is not None and status(server.door + script[1]) == 200


@with_nginx
def test_the_door_serves_the_pages_of_releases_as_make_ui_does(server: Server) -> None:
    from assets.pages import served

    output = server.stand.folder / "srv" / "output"
    version = (output / "latest").resolve().name
    pages = sorted(path.name for path in (output / "latest" / "site").iterdir())
    assert {path.rpartition(".")[2] for path in pages} >= {"html"}
    with served("127.0.0.1", 0, output) as small:
        for place in ("latest", version):
            for name in pages:
                with _open(f"{small}/{place}/{name}") as one, _open(f"{server.door}/pages/{place}/{name}") as other:
                    assert one.read() == other.read()
                    for header in (
                        "Content-Type",
                        "Content-Security-Policy",
                        "X-Content-Type-Options",
                        "Cache-Control",
                    ):
                        assert one.headers[header].lower() == other.headers[header].lower(), (name, header)
    for path in ("release.json", "latest/release.json", "latest/../release.json", "latest/none.html", ".lock", ""):
        assert status(f"{server.door}/pages/{path}") == 404


@with_nginx
def test_the_door_is_shut_to_what_changes_something(server: Server) -> None:
    assert refused(server.door, LAUNCH)
    run = server.launched
    for path in ("report_asset_materialization/release", "report_asset_check/release", "notebook",
                 "dagit/notebook", f"download_debug/{run}"):  # fmt: skip
        assert status(f"{server.door}/{path}", "POST", b"{}") == 403
        assert status(f"{server.door}/{path}") == 403
    for method in ("POST", "PUT", "DELETE"):
        assert status(f"{server.door}/runs", method, b"{}") == 403
    assert status(f"{server.door}/graphql", "PUT", b"{}") == 403


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system has no /proc/net/tcp")
def test_nobody_but_loopback_is_listened_to(server: Server) -> None:
    """The commands were translated to loopback; what they listen on is that and nothing else."""
    ports = {f"{port:04X}" for name, port in server.stand.ports.items() if name in server.stand.processes}
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    listening = [fields[1].split(":") for fields in lines if fields[3] == "0A"]
    heard = [address for address, port in listening if port in ports]
    assert len(heard) >= len(ports) and set(heard) <= LOOPBACK_IN_HEX

"""What deploy/ promises, read from its files: pinned, without secrets, shut but for one door."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from tests.conftest import ROOT
from tests.deploy.standing import DEPLOY, INSIDE, LOOPBACK, compose, nginx

GIVEN = {"KAKEHASHI_POSTGRES_PASSWORD": "given"}
DAGSTERS = ("daemon", "operators", "readers")
ALERTS = ("WEBHOOK", "MAIL_TO", "MAIL_FROM", "SMTP")
PINNED = re.compile(r"[a-z0-9./_-]+:\d+\.\d+[a-z0-9.-]*")
SECRET_NAMES = re.compile(r"PASSWORD|KEY|TOKEN|SECRET|WEBHOOK|SMTP")
"""Variables whose value may let somebody in: an SMTP address may hold a password, a webhook's address is one."""


def _text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key with its value, however deep."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield str(key), one
            yield from _pairs(one)
    elif isinstance(value, list):
        for one in value:
            yield from _pairs(one)


def _images(value: Any) -> list[str]:
    """Every image that a file of settings names, as compose or as Kubernetes writes it."""
    found = []
    for key, image in _pairs(value):
        if key == "image":
            found.append(image if isinstance(image, str) else f"{image['repository']}:{image['tag']}")
    return found


def _version() -> str:
    import tomllib

    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def _pin(file: str, name: str) -> str:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    (found,) = [one for one in (Requirement(line) for line in lines if line[:1].isalpha()) if one.name == name]
    return str(found.specifier).removeprefix("==")


def test_compose_has_the_services_that_the_documentation_names() -> None:
    services = compose(GIVEN)["services"]
    assert set(services) == set(INSIDE) | {"daemon"}
    told = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in told for name in services)
    for name, service in services.items():
        assert service["restart"] == "unless-stopped" and service["healthcheck"]["test"][0] == "CMD", name


def test_images_are_pinned() -> None:
    services = compose(GIVEN)["services"]
    bases = re.findall(r"^FROM (\S+)$", _text("Dockerfile"), re.MULTILINE)
    named = [*_images(services), *bases, *_images(yaml.safe_load(_text("helm-values.yaml")))]
    assert len(named) >= 8
    assert [image for image in named if not PINNED.fullmatch(image.replace("REGISTRY/", ""))] == []
    assert {image for image in named if "kakehashi" in image} == {
        f"kakehashi:{_version()}", f"REGISTRY/kakehashi:{_version()}",
    }  # fmt: skip


def test_nothing_is_reached_from_outside_but_nginx() -> None:
    services = compose(GIVEN)["services"]
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert set(published) == {"operators", "nginx"}
    for name, ports in published.items():
        for port in ports:
            assert port.endswith(f":{INSIDE[name]}")
            assert name == "nginx" or port.startswith(f"{LOOPBACK}:"), port
    networks = compose(GIVEN)["networks"]
    assert networks["inside"] == {"internal": True}
    assert {name for name, one in services.items() if "outside" in one["networks"]} == {"code", "operators", "nginx"}
    assert not any(key in service for service in services.values() for key in ("privileged", "network_mode", "pid"))


def test_no_secret_lies_in_a_file() -> None:
    raw = yaml.safe_load(_text("compose.yaml"))
    values = yaml.safe_load(_text("helm-values.yaml"))
    for key, value in [*_pairs(raw), *_pairs(values)]:
        if SECRET_NAMES.search(key):
            assert re.fullmatch(r"\$\{[A-Z_]+(:-|:\?[^}]*)\}", str(value)), key
    for line in _text(".env.example").splitlines():
        name, is_set, value = line.partition("=")
        if is_set and SECRET_NAMES.search(name):
            assert value == "", name
    assert "deploy/.env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "**/.env" in _text("Dockerfile.dockerignore").splitlines()


def test_without_a_password_nothing_starts() -> None:
    with pytest.raises(KeyError, match="KAKEHASHI_POSTGRES_PASSWORD: set it in"):
        compose({})


def test_every_variable_of_compose_that_one_has_to_know_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", _text("compose.yaml")))
    told = set(re.findall(r"^([A-Z_]+)=", _text(".env.example"), re.MULTILINE))
    assert told <= asked
    assert asked - told == {
        "KAKEHASHI_POSTGRES_DB", "KAKEHASHI_POSTGRES_USER", "KAKEHASHI_RAW_FOLDER", "KAKEHASHI_OUTPUT_FOLDER",
    }  # fmt: skip


def test_only_the_code_location_sees_folders_and_keys() -> None:
    services = compose(GIVEN)["services"]
    code = services["code"]["environment"]
    assert {f"KAKEHASHI_ALERT_{name}" for name in ALERTS} < set(code)
    for name in DAGSTERS:
        environment = services[name]["environment"]
        assert not [one for one in environment if one.startswith("KAKEHASHI_ALERT") or one.endswith("API_KEY")]
        assert [one.split(":")[0] for one in services[name]["volumes"]] == ["logs"]
    mounted = {place: kind for _, place, kind in ((*one.split(":"), "rw")[:3] for one in services["code"]["volumes"])}
    assert mounted["/srv/kakehashi/raw"] == "ro" and mounted["/srv/kakehashi/raw/inbox"] == "rw"
    assert all(volume.endswith(":ro") for volume in services["nginx"]["volumes"])
    assert "--read-only" in services["readers"]["command"] and "--read-only" not in services["operators"]["command"]


def test_nobody_of_ours_is_root() -> None:
    services = compose(GIVEN)["services"]
    for name in ("code", *DAGSTERS):
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", services[name]["user"])
    for name in ("code", "nginx", *DAGSTERS):
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]
    assert re.findall(r"^USER (\S+)$", _text("Dockerfile"), re.MULTILINE) == ["kakehashi"]
    assert "unprivileged" in services["nginx"]["image"]


def test_the_image_installs_from_the_locks_alone() -> None:
    (install, ours) = re.findall(r"pip install ([^\n]*)", _text("Dockerfile"))
    assert {"--no-deps", "--require-hashes", "--only-binary"} <= set(install.split())
    assert re.findall(r"-r (\S+)", install) == ["requirements.lock", "requirements-deploy.lock"]
    assert "--no-deps" in ours and "--no-build-isolation" in ours
    environment = dict(re.findall(r"([A-Z_]+)=(\S+)", _text("Dockerfile").split("ENV", 1)[1].split("\n\n")[0]))
    for name in ("DAGSTER_DISABLE_TELEMETRY", "GX_ANALYTICS_ENABLED", "DAGSTER_HOME"):
        assert environment[name] == compose(GIVEN)["services"]["code"]["environment"][name]


def test_dagsters_own_libraries_are_of_one_version() -> None:
    minor, patch = _pin("requirements.in", "dagster").split(".")[1:]
    # Libraries beside the core are numbered 0.(minor + 16).patch.
    for name in ("dagster-postgres", "dagster-k8s"):
        assert _pin("requirements-deploy.in", name) == f"0.{int(minor) + 16}.{patch}"
        assert f"\n{name}==0.{int(minor) + 16}.{patch} " in "\n" + (ROOT / "requirements-deploy.lock").read_text()
    values = _text("helm-values.yaml")
    assert f"--version {_pin('requirements.in', 'dagster')} " in values


def test_the_settings_say_what_a_server_needs() -> None:
    settings, values = yaml.safe_load(_text("dagster.yaml")), yaml.safe_load(_text("helm-values.yaml"))
    for one in (settings, values):
        assert one["telemetry"] == {"enabled": False}
    database = settings["storage"]["postgres"]["postgres_db"]
    given = compose(GIVEN)["services"]["readers"]["environment"]
    assert {name["env"] for name in database.values() if isinstance(name, dict)} < set(given)
    assert {"username", "password", "hostname", "db_name", "port"} < set(database)
    assert database["scheme"] == values["postgresql"]["postgresqlScheme"]
    assert settings["concurrency"] == {"runs": {"max_concurrent_runs": 1}}
    queue = values["dagsterDaemon"]["runCoordinator"]
    assert queue["enabled"] and queue["config"]["queuedRunCoordinator"] == {"maxConcurrentRuns": 1}
    assert settings["run_monitoring"]["enabled"] and values["dagsterDaemon"]["runMonitoring"]["enabled"]
    assert settings["retention"]["sensor"]["purge_after_days"] == values["retention"]["sensor"]["purgeAfterDays"]


def test_in_kubernetes_the_only_ingress_leads_to_nginx_before_the_read_only_ui() -> None:
    values = yaml.safe_load(_text("helm-values.yaml"))
    assert values["dagsterWebserver"]["enableReadOnly"] is True
    assert values["dagsterWebserver"]["service"]["type"] == "ClusterIP"
    # The chart's own ingress has a rule for the webserver with all buttons, whatever one sets.
    assert values["ingress"] == {"enabled": False}
    manifests = {(one["kind"], one["metadata"]["name"]): one["spec"] for one in values["extraManifests"]}
    (rule,) = manifests["Ingress", "kakehashi-readers"]["rules"]
    (path,) = rule["http"]["paths"]
    assert rule["host"] and path["backend"]["service"]["name"] == "kakehashi-nginx"
    # nginx.conf asks `readers:3000` in both worlds.
    readers = manifests["Service", "readers"]
    assert readers["ports"][0]["port"] == 3000 and readers["selector"]["component"].endswith("-read-only")
    (claim,) = [one["spec"] for one in values["extraManifests"] if one["kind"] == "PersistentVolumeClaim"]
    assert claim["accessModes"] == ["ReadWriteMany"]
    (code,) = values["dagster-user-deployments"]["deployments"]
    assert code["includeConfigInLaunchedRuns"] == {"enabled": True}
    assert values["runLauncher"]["type"] == "K8sRunLauncher"
    assert code["dagsterApiGrpcArgs"] == ["-m", "assets.definitions"]
    assert code["podSecurityContext"]["runAsNonRoot"] is True
    assert {mount["name"] for mount in code["volumeMounts"]} == {volume["name"] for volume in code["volumes"]}


def test_what_a_run_of_kubernetes_loads_is_in_the_image() -> None:
    """A run's pod loads the launcher and the storages that the chart's settings name."""
    pytest.importorskip("kubernetes", reason="requirements-deploy.lock is not installed")
    from dagster._core.launcher import RunLauncher
    from dagster._core.storage.event_log import EventLogStorage
    from dagster_k8s import K8sRunLauncher
    from dagster_postgres import PostgresEventLogStorage

    assert issubclass(K8sRunLauncher, RunLauncher) and issubclass(PostgresEventLogStorage, EventLogStorage)


def test_nginx_serves_readers_and_pages_alone() -> None:
    text = re.sub(r"^\s*#.*$", "", _text("nginx.conf"), flags=re.MULTILINE)
    assert re.findall(r"proxy_pass (\S+);", text) == ["http://readers"] * 2
    assert re.findall(r"^\s*server (\S+);", text, re.MULTILINE) == ["readers:3000"]
    assert re.findall(r"listen (\S+);", text) == [INSIDE["nginx"]]
    assert re.findall(r"(?:alias|root) (\S+);", text) == ["/srv/kakehashi/output/$folder/site/$page"]
    for way in ("report_asset_", "notebook", "dagit", "download_debug"):
        assert way in text


@pytest.mark.skipif(nginx() is None, reason="there is no nginx on this machine (apt-get install nginx)")
def test_nginx_understands_its_settings(tmp_path: Path) -> None:
    program = nginx()
    assert program is not None
    settings = tmp_path / "nginx.conf"
    # The name of the service is known in compose's network alone.
    text = _text("nginx.conf").replace("server readers:", f"server {LOOPBACK}:").replace("/tmp/", f"{tmp_path}/")
    settings.write_text(text, encoding="utf-8")
    told = subprocess.run(
        [program, "-t", "-q", "-p", tmp_path, "-c", settings],
        capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    assert (told.returncode, told.stdout + told.stderr) == (0, "")

"""The code location: it loads cheaply, and its graph is the one that people know."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.definitions import defs
from assets.rooms import DERIVED_FROM, GROUPS
from assets.sources import SOURCES
from pipelines.publish.suite import SUITE
from schemas.contract import TABLES
from tests.conftest import ROOT

SNAPSHOT = Path(__file__).parent / "graph.json"
UPDATE = "KAKEHASHI_UPDATE_SNAPSHOTS"
"""Set it to write the snapshot anew, then read the difference."""


def _graph() -> dict[str, dict[str, Any]]:
    graph = defs.resolve_asset_graph()
    found: dict[str, dict[str, Any]] = {}
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        found[key.to_user_string()] = {
            "group": node.group_name,
            "deps": sorted(parent.to_user_string() for parent in node.parent_keys),
            "kinds": sorted(node.kinds),
            "owners": sorted(node.owners),
            "checks": sorted(check.name for check in node.check_keys),
        }
    return found


def test_the_graph_is_the_one_that_is_known() -> None:
    graph = _graph()
    if os.environ.get(UPDATE):
        SNAPSHOT.write_text(json.dumps(graph, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert graph == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_every_table_of_the_contract_stands_in_one_group() -> None:
    placed = [name for names in GROUPS.values() for name in names]
    assert sorted(placed) == sorted(TABLES)
    assert TABLES.keys() <= _graph().keys()


def test_computed_tables_come_after_what_they_are_computed_from() -> None:
    for names in GROUPS.values():
        for name in names:
            for source in DERIVED_FROM.get(name, ()):
                assert names.index(source) < names.index(name)


def test_groups_never_look_back() -> None:
    graph = _graph()
    order = ["raw", "statements", "entities", "investment", "dependence", "release"]
    for asset in graph.values():
        for dep in asset["deps"]:
            assert order.index(graph[dep]["group"]) <= order.index(asset["group"])


def test_every_table_has_its_blocking_check() -> None:
    specs = {(spec.asset_key.to_user_string(), spec.name): spec for spec in _check_specs()}
    for name in TABLES:
        assert all(specs[name, kind].blocking for kind in ("contract", "key"))
    for expectation in SUITE:
        assert specs["quality", expectation.check_id.replace("-", "_")].blocking == (expectation.severity == "error")


def _check_specs() -> list[dg.AssetCheckSpec]:
    graph = defs.resolve_asset_graph()
    return [graph.get_check_spec(key) for key in graph.asset_check_keys]


def test_every_asset_is_described() -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description and len(node.description) > 20, key
        assert node.owners and node.kinds, key
        if key.to_user_string() in TABLES:
            schema = node.metadata["dagster/column_schema"]
            assert [column.name for column in schema.columns] == list(TABLES[key.to_user_string()].names)
            assert all(column.description for column in schema.columns)


def test_the_job_the_sensor_and_the_schedule_are_there_and_run_in_one_process() -> None:
    job = defs.resolve_job_def("build")
    assert job.executor_def is dg.in_process_executor
    living = {source.key.to_user_string() for source in SOURCES}
    made = {key.to_user_string() for key in job.asset_layer.executable_asset_keys}
    assert made == _graph().keys() - living, "the build asks no source: it needs no network"
    assert defs.resolve_job_def("dry_run").executor_def is dg.in_process_executor
    assert defs.resolve_sensor_def("raw_changes").job_name == "build"
    assert defs.resolve_schedule_def("daily_build").job_name == "build"


HEAVY = """
import sys
import assets.definitions
assets.definitions.defs.resolve_asset_graph()
heavy = {"great_expectations", "pipelines.build", "jinja2", "trafilatura", "rapidfuzz", "polars", "duckdb", "sqlalchemy"}
print(sorted(heavy & set(sys.modules)))
"""


def test_loading_imports_nothing_that_only_a_run_needs() -> None:
    said = subprocess.run([sys.executable, "-c", HEAVY], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.slow
def test_dagster_s_own_command_passes_in_the_project_as_it_stands() -> None:
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("DAGSTER", "KAKEHASHI"))}
    words = [sys.executable, "-m", "dagster", "definitions", "validate"]
    said = subprocess.run(words, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.slow
def test_dagster_itself_finds_the_workspace_valid(tmp_path: Path) -> None:
    from assets.history import environment, prepare

    variables = {**os.environ, **environment(prepare(tmp_path)), "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    words = ["-m", "dagster", "definitions", "validate", "-w", str(ROOT / "workspace.yaml")]
    said = subprocess.run(
        [sys.executable, *words], cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr
    assert "kakehashi" in said.stdout + said.stderr

"""What the UI shows of a table, and the pages that its links lead to."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import dagster as dg
import pytest

from assets.definitions import defs
from assets.history import opened
from assets.pages import DEFAULT_PAGES, PAGES_VARIABLE, page, served
from assets.showing import column_lineage, measured, preview, sources_by_table, table_links
from pipelines.fingerprint import ROOT
from schemas.contract import TABLES, frame
from tests.assets.conftest import Run
from tests.assets.stub import empty_tables, source


def _get(address: str) -> tuple[int, str, str]:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


def test_pages_of_releases_are_served_and_nothing_else(tmp_path: Path) -> None:
    site = tmp_path / "releases" / "2026.03.04" / "site"
    site.mkdir(parents=True)
    (site / "quality.html").write_text("<p>held 合格</p>", encoding="utf-8")
    (site.parent / "release.json").write_text("{}")
    (tmp_path / "latest").symlink_to(Path("releases") / "2026.03.04")
    (tmp_path / "secret.html").write_text("secret")
    with served("127.0.0.1", 0, tmp_path) as address:
        for version in ("latest", "2026.03.04"):
            found = _get(f"{address}/{version}/quality.html")
            assert found == (200, "text/html; charset=utf-8", "<p>held 合格</p>")
        for path in (
            "/", "/latest/", "/latest/dictionary.html", "/latest/../release.json", "/2026.03.04/release.json",
            "/latest/..%2Frelease.json", "/../secret.html", "/releases/2026.03.04/site/quality.html", "/2026.03.05/quality.html",
        ):  # fmt: skip
            assert _get(f"{address}{path}")[0] == 404, path
    with pytest.raises(urllib.error.URLError):
        _get(f"{address}/latest/quality.html")


def test_links_lead_to_the_pages_that_the_environment_names() -> None:
    assert page("quality.html", environment={}) == f"{DEFAULT_PAGES}/latest/quality.html"
    named = {PAGES_VARIABLE: "https://example.org/pages/"}
    assert page("dictionary.html#projects", "2026.03.04", named) == (
        "https://example.org/pages/2026.03.04/dictionary.html#projects"
    )


@pytest.mark.parametrize("name", TABLES)
def test_every_table_links_to_its_entry_and_its_declaration(name: str) -> None:
    links = table_links(name)
    assert links["data_dictionary"].value.endswith(f"/latest/dictionary.html#{name}")
    (reference,) = links["dagster/code_references"].code_references
    lines = Path(reference.file_path).read_text(encoding="utf-8").splitlines()
    assert lines[reference.line_number - 1].startswith(f'@contract_table("{name}"')


def test_every_step_links_to_code_that_is_there() -> None:
    graph = defs.resolve_asset_graph()
    for key in defs.resolve_job_def("build").asset_layer.executable_asset_keys:
        references = graph.get(key).metadata["dagster/code_references"].code_references
        assert all(Path(one.file_path).is_file() and ROOT in Path(one.file_path).parents for one in references), key


def test_lineage_names_columns_of_assets() -> None:
    keys = {key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()}
    for name in TABLES:
        for column, found in column_lineage(name).deps_by_column.items():
            assert column in TABLES[name].names
            assert all(one.asset_key.to_user_string() in keys for one in found)


def test_a_preview_shows_keys_first_and_cuts_what_is_long() -> None:
    rows = [{"project_id": f"p-{n}", "name": "x" * 100, "description": None} for n in range(9)]
    lines = preview("projects", frame("projects", rows)).splitlines()
    assert lines[0].startswith("| project_id | name |")
    assert len(lines) == 2 + 5
    assert "description" not in lines[0] and f"{'x' * 59}…" in lines[2]


def test_sources_are_counted_by_receipts_or_by_a_table_s_own_rows() -> None:
    tables = empty_tables(
        sources=[source("a"), source("b")],
        receipts=[
            {"table": "projects", "key": "p", "column": column, "input_no": 1, "source_id": one}
            for column, one in (("name", "a"), ("city", "b"), ("stage", "b"))
        ],
        exchange_rates=[{"currency": "JPY", "on": None, "usd_per_unit": 1, "source_id": "a", "locator": "x"}],
    )
    counted = sources_by_table(tables)
    assert (counted["projects"], counted["exchange_rates"]) == (2, 1)


def test_a_step_tells_how_long_it_took_and_the_memory_it_needed() -> None:
    with measured() as usage:
        assert usage == {}
    assert usage["seconds"] >= 0 and usage["peak_memory_mb"] > 10


def test_a_release_shows_its_plots_and_leads_to_its_results(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    outcome = run(empty_tables(), home=home)
    with opened(home) as instance:
        told = {}
        for name in ("release", "projects", "raw_files"):
            event = instance.get_latest_materialization_event(dg.AssetKey(name))
            assert event is not None and event.asset_materialization is not None
            told[name] = event.asset_materialization.metadata
    assert told["release"]["results"].value == f"{DEFAULT_PAGES}/{outcome.version}/quality.html"
    assert f"![dollars_by_stage.svg]({DEFAULT_PAGES}/{outcome.version}/dollars_by_stage.svg)" in str(
        told["release"]["plots"].value
    )
    assert "dagster/column_lineage" in told["projects"] and "size_mb" in told["projects"]
    assert told["raw_files"]["peak_memory_mb"].value

"""The pages and plots of a release: true to the tables, the same bytes each time, without anything from elsewhere."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from publish_sample import build, sample_tables

from pipelines.publish.findings import Tables
from pipelines.publish.site.pages import FILES, SITE, site_files
from pipelines.publish.site.plots import Bar, _svg, dependence_by_material, dollars_by_stage, sums_by_stage
from pipelines.reconcile.totals import compute
from schemas import contract

VERSION = "2026.03.04"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return site_files(Tables(sample_tables()), VERSION)


def test_a_release_holds_them(tmp_path: Path) -> None:
    made = build(tmp_path)
    assert sorted(path.name for path in (made.path / SITE).iterdir()) == sorted(FILES)


def test_the_same_tables_give_the_same_pages(pages: dict[str, str]) -> None:
    assert site_files(Tables(sample_tables()), VERSION) == pages
    assert sorted(pages) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_nothing_runs_and_nothing_comes_from_another_host(pages: dict[str, str], name: str) -> None:
    text = pages[name].replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"<script|<link|@import|javascript:|https?://|url\(", text)
    assert all(one in FILES for one in re.findall(r'src="([^"]+)"', text))
    assert all(one.partition("#")[0] in ("", *FILES) for one in re.findall(r'href="([^"]+)"', text))


def test_every_check_stands_on_the_page_failed_ones_first(pages: dict[str, str]) -> None:
    rows = contract.frame("quality", [
        {"check_id": "b-held", "severity": "error", "threshold": 0.0, "value": 0.0, "passed": True, "description": "x"},
        {"check_id": "c-failed", "severity": "warning", "threshold": 0.5, "value": 0.25, "passed": False,
         "description": "<b>y</b>"},
    ])  # fmt: skip
    page = site_files(Tables({**sample_tables(), "quality": rows}), VERSION)["quality.html"]
    assert page.index("c-failed") < page.index("b-held")
    assert "1 / 2" in page and "0.25" in page and html.escape("<b>y</b>") in page


def test_every_column_is_explained_in_both_languages_at_a_place_of_its_own(pages: dict[str, str]) -> None:
    page = pages["dictionary.html"]
    for spec in contract.TABLES.values():
        assert f'id="{spec.name}"' in page
        for column in spec.columns:
            assert f'id="{spec.name}.{column.name}"' in page
            assert html.escape(column.meaning.ja) in page or column.meaning.ja in html.unescape(page)


def test_the_plot_of_money_adds_what_totals_adds() -> None:
    amounts = [
        _amount("a", "p1", 5, 5, "exact"), _amount("b", "p2", 3, 4, "range"), _amount("c", "p2", None, 9, "up_to"),
        _amount("d", "p3", 7, 7, "exact") | {"sum_set": None}, _amount("e", "p9", 2, 2, "about"),
    ]  # fmt: skip
    projects = [{"project_id": "p1", "stage": "approved"}, {"project_id": "p2", "stage": "announced"}]
    sums = sums_by_stage(amounts, {str(row["project_id"]): row["stage"] for row in projects})
    assert sums == {"approved": (5, 0), "announced": (3, 9), "": (2, 0)}
    (everything,) = (row for row in compute(amounts, projects) if row["scope"] == "all")
    assert everything["low_usd"] == sum(firm for firm, _ in sums.values())
    assert everything["ceiling_usd"] == sum(ceiling for _, ceiling in sums.values())
    drawn = dollars_by_stage(amounts, projects, {("stage", "approved"): ("approved", "承認済み")})
    ElementTree.fromstring(drawn)
    assert "承認済み" in drawn and "apart" in drawn and "段階不明" in drawn


def _amount(amount_id: str, project: str, low: int | None, high: int | None, qualifier: str) -> dict[str, object]:
    return {
        "amount_id": amount_id, "project_id": project, "sum_set": "cost", "qualifier": qualifier,
        "usd_low": None if low is None else Decimal(low) * 10**9 / 10**9, "usd_high": high and Decimal(high),
    }  # fmt: skip


def test_dependence_is_drawn_by_china_s_share_of_the_latest_year_and_unknown_is_no_bar() -> None:
    row = {
        "form": "total", "importer": "USA", "year": 2025, "edition": "usgs-mcs-2026", "basis": "usgs_net_reliance",
        "origin": "printed", "reliance_low_pct": 50.0, "reliance_high_pct": 100.0, "china_share_pct": 5.0,
    }  # fmt: skip
    rows = [
        row | {"material_id": "gallium", "form": "metal", "reliance_low_pct": 100.0, "china_share_pct": 18.0},
        row | {"material_id": "gallium", "form": "metal", "year": 2024, "china_share_pct": 99.0},
        row | {"material_id": "germanium"},
        row | {"material_id": "lead", "reliance_low_pct": None},
        row | {"material_id": "zinc", "china_share_pct": None},
        row | {"material_id": "tin", "importer": "JPN"},
        row | {"material_id": "iron", "origin": "computed"},
    ]
    drawn = dependence_by_material(rows, {"gallium": ("Gallium", "ガリウム")})
    ElementTree.fromstring(drawn)
    for words in ("Gallium, 2025", "metal · ガリウム", "100 %; China 18 %", "50 to 100 %; China 5 %"):
        assert words in drawn
    assert drawn.index("Gallium") < drawn.index("germanium")
    assert not [name for name in ("lead", "zinc", "tin", "iron", "China 99") if name in drawn]


def test_markup_in_a_name_stays_text() -> None:
    drawn = _svg("t", "t", (), [Bar("<b>&", "x", ((1.0, "#000"),), "1")])
    ElementTree.fromstring(drawn)
    assert "&lt;b&gt;&amp;" in drawn

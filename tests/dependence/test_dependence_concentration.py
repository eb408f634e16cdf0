"""World concentration: quantities against the world total, shares as printed, and what is withheld."""

from __future__ import annotations

from typing import Any

from dependence_sample import keyed, production

from pipelines.dependence.concentration import world_concentration
from pipelines.reconcile.choose import Row

COLUMNS = ("top_producer", "top_share_pct", "hhi_low", "hhi_high")


def only(*rows: Row) -> Row | None:
    found = world_concentration(keyed(*rows))
    return next(iter(found.values())) if found else None


def cells(*rows: Row) -> dict[str, Any] | None:
    found = only(*rows)
    return None if found is None else {column: found.values.get(column) for column in COLUMNS}


def test_shares_of_the_printed_total() -> None:
    rows = (production("CHN", 60), production("RUS", 20), production("OTH", 20), production("WLD", 100))
    assert cells(*rows) == {"top_producer": "CHN", "top_share_pct": 60.0, "hhi_low": 4000.0, "hhi_high": 4400.0}
    found = only(*rows)
    assert found is not None
    assert found.key == ("tungsten", "total", "mine", "2025", "quantity_content", "usgs-mcs-2026")
    assert [receipt.raw_literal for receipt in found.receipts["top_share_pct"]] == ["60", "100"]
    assert found.values["source_ids"] == ("usgs-mcs-2026",)


def test_gross_weight_is_told_apart_from_content() -> None:
    gross = {"unit": "t (gross weight)"}
    found = only(production("CHN", 60, **gross), production("WLD", 100, **gross))
    assert found is not None
    assert found.values["measure"] == "quantity_gross"


def test_a_withheld_figure_leaves_the_share_open() -> None:
    hidden = production("USA", None, quantity_code="withheld")
    rest = production("OTH", 5)
    assert cells(production("CHN", 80), hidden, rest, production("WLD", 100)) == {
        **dict.fromkeys(COLUMNS),
        "top_producer": "CHN",
    }
    assert cells(production("AUS", 40), hidden, rest, production("WLD", 100)) is None


def test_without_a_world_total_nothing_is_said() -> None:
    assert cells(production("CHN", 60), production("RUS", 20)) is None


def test_a_share_that_is_a_floor_gives_the_producer_and_no_share() -> None:
    floor = production("CHN", None, share_low_pct=95.0, unit=None, year=None)
    assert cells(floor) == {"top_producer": "CHN", "top_share_pct": None, "hhi_low": 9025.0, "hhi_high": 10_000.0}
    found = only(floor)
    assert found is not None
    assert "year" not in found.values
    ceiling = production("CHN", None, share_high_pct=90.0, unit=None, year=None)
    assert (cells(ceiling) or {}).get("top_producer") is None


def test_a_share_as_printed() -> None:
    assert cells(production("CHN", None, share_low_pct=63.0, share_high_pct=63.0)) == {
        "top_producer": "CHN",
        "top_share_pct": 63.0,
        "hhi_low": 3969.0,
        "hhi_high": 3969.0 + 37**2,
    }


def test_a_list_that_lumps_nothing_bounds_no_index() -> None:
    found = cells(production("CHN", 50), production("RUS", 5), production("WLD", 100))
    assert found == {"top_producer": "CHN", "top_share_pct": 50.0, "hhi_low": None, "hhi_high": None}


def test_editions_and_years_are_kept_apart() -> None:
    rows = [
        production(country, quantity, edition=edition, year=year)
        for edition in ("usgs-mcs-2025", "usgs-mcs-2026")
        for year in (2023, 2024)
        for country, quantity in (("CHN", 60.0), ("OTH", 40.0), ("WLD", 100.0))
    ]
    assert len(world_concentration(keyed(*rows))) == 4

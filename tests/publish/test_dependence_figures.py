"""Figures of dependence, statuses and conversions: each says what it is of, until when, and at the rate of which day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from publish_sample import Row, frames

from pipelines.publish.checks import gate
from pipelines.publish.checks_dependence import OF, OUTPUT_SHARE, _shares
from schemas import contract

Rows = dict[str, list[Row]]
EXPOSURE = "project_exposures diamond-plant|synthetic-diamond|total|USA"


def found(rows: Rows, check: str) -> list[str]:
    """Where a check finds something in these rows."""
    tables = {**frames(rows), "changes": contract.empty("changes")}
    return [finding.where for finding in gate(tables) if finding.check == check]


def test_every_share_of_the_three_tables_is_looked_at() -> None:
    shares = {
        (name, one) for name in ("dependencies", "world_concentration", "project_exposures") for one in _shares(name)
    }
    assert shares == {*OF, ("project_exposures", OUTPUT_SHARE)}
    assert len(shares) > 15


def _with_figure(rows: Rows, table: str, figure: str, missing: str | None) -> Rows:
    whole: Row = {
        "project_id": "diamond-plant", "material_id": "synthetic-diamond", "form": "total", "importer": "USA",
        "relation": "produces", "dependence_year": 2025, "dependence_year_now": 2025, "year": 2025, "stage": "synthetic",
        "edition": "e-2026", "edition_now": "e-2026", "measure": "quantity_gross", "basis": "usgs_net_reliance",
        "basis_now": "usgs_net_reliance", "top_supplier": "CHN", "top_producer": "CHN", "source_ids": ["ministry-2026"],
    }  # fmt: skip
    own = {name: whole[name] for name in contract.TABLES[table].names if name in whole}
    rows[table] = [{**own, figure: 50.0, **({missing: None} if missing else {})}]
    return rows


@pytest.mark.slow
@pytest.mark.parametrize(("table", "figure"), OF)
def test_a_figure_says_what_it_is_of(rows: Callable[[], Rows], table: str, figure: str) -> None:
    assert found(_with_figure(rows(), table, figure, None), "stage_matches") == []
    for missing in OF[table, figure]:
        (where,) = found(_with_figure(rows(), table, figure, missing), "stage_matches")
        assert where.split()[0] == table
        assert where.endswith(f" {figure}")


def _with_output(rows: Rows, form: str | None, *places: str, beside: str | None = None) -> Rows:
    rows["project_materials"][0].update(form=form)
    _with_figure(rows, "project_exposures", OUTPUT_SHARE, None)
    beside = beside or form or "total"
    rows["project_exposures"][0].update(form=beside)
    rows["receipts"] += [
        {
            "table": "project_exposures", "key": f"diamond-plant|synthetic-diamond|{beside}|USA", "column": OUTPUT_SHARE,
            "input_no": number, "source_id": "ministry-2026", "locator": place, "rule": "output / consumption",
        }
        for number, place in enumerate(places, start=1)
    ]  # fmt: skip
    return rows


def test_an_output_stands_beside_a_consumption_of_its_own_form(rows: Callable[[], Rows]) -> None:
    assert found(_with_output(rows(), "synthetic_grit", "p1:0-3", "row 9"), "stage_matches") == []
    alone = [f"{EXPOSURE.replace('total', 'synthetic_grit')} {OUTPUT_SHARE}"]
    assert found(_with_output(rows(), "synthetic_grit", "p1:0-3"), "stage_matches") == alone
    wider = _with_output(rows(), "synthetic_grit", "p1:0-3", "row 9", beside="diamond_grit_all")
    assert found(wider, "stage_matches") == [f"{EXPOSURE.replace('total', 'diamond_grit_all')} {OUTPUT_SHARE}"]
    unknown = _with_output(rows(), None, "p1:0-3", "row 9")
    assert found(unknown, "stage_matches") == [f"{EXPOSURE} {OUTPUT_SHARE}"]


def test_what_is_denied_of_a_project_has_no_figure_beside_it(rows: Callable[[], Rows]) -> None:
    denied = _with_figure(rows(), "project_exposures", "reliance_low_pct", None)
    denied["project_materials"][0].update(modality="denied")
    assert found(denied, "stage_matches") == [EXPOSURE]


@pytest.mark.parametrize("status", contract.codes("control_status"))
@pytest.mark.parametrize("method", ["curated", "documents-1"])
def test_every_status_but_unknown_has_its_last_day(rows: Callable[[], Rows], status: str, method: str) -> None:
    told = rows()
    told["export_controls"] = [{"control_id": "c", "status": status, "source_id": "ministry-2026"}]
    told["statements"].append(
        {
            **told["statements"][0], "statement_id": "control", "subject_kind": "export_control", "subject_id": "c",
            "property": "status", "value": status, "method": method,
        }
    )  # fmt: skip
    assert found(told, "status_horizon") == ([] if status == "unknown" else ["export_controls c known_until"])
    told["export_controls"][0].update(known_until=dt.date(2026, 11, 22))
    assert found(told, "status_horizon") == []


CONVERTED = {
    "currency": "JPY", "fx_rate": Decimal("0.00650000"), "fx_on": dt.date(2026, 2, 17), "as_of": dt.date(2026, 2, 17),
}  # fmt: skip


@pytest.mark.parametrize("missing", ["fx_rate", "fx_on", "as_of"])
def test_a_conversion_has_its_rate_and_both_days(rows: Callable[[], Rows], missing: str) -> None:
    good, bad = rows(), rows()
    good["amounts"][0].update(CONVERTED)
    assert found(good, "fx_gap") == []
    bad["amounts"][0].update({**CONVERTED, missing: None})
    assert found(bad, "fx_gap") == [f"amounts pledge-550 {missing}"]


def test_an_amount_in_dollars_needs_no_day(rows: Callable[[], Rows]) -> None:
    dollars = rows()
    dollars["amounts"][0].update(as_of=None, as_of_precision=None)
    assert found(dollars, "fx_gap") == []

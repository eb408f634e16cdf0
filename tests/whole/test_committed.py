"""What the committed raw gives: enough of it, disputes told, sums that add up, a receipt for each value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pipelines.publish.checks import gate
from schemas.contract import TABLES, frame
from tests.conftest import Rows

BN = Decimal(10**9)


@pytest.mark.parametrize(
    ("table", "least"),
    [
        ("projects", 40), ("organizations", 80), ("participants", 100), ("amounts", 60), ("materials", 70), ("program_terms", 34),
        ("sources", 170), ("export_controls", 45), ("material_uses", 300), ("dependencies", 60),
    ],
)  # fmt: skip
def test_there_is_enough_of_it(rows: Rows, table: str, least: int) -> None:
    assert len(rows(table)) >= least


def test_the_gate_finds_nothing_and_nothing_was_set_aside(built: Any) -> None:
    assert gate(built.tables) == ()
    assert built.n_quarantined == 0


def _total(rows: Rows, scope: str, sum_set: str) -> dict[str, Any]:
    return next(row for row in rows("totals") if (row["scope"], row["sum_set"]) == (scope, sum_set))


def _values(rows: Rows, table: str, key: str, column: str) -> set[str]:
    heads = [r for r in rows("conflicts") if (r["table"], r["key"], r["column"]) == (table, key, column)]
    ids = {head["conflict_id"] for head in heads}
    return {row["value"] for row in rows("conflict_values") if row["conflict_id"] in ids}


def test_the_first_batch_adds_up_and_the_other_figure_stands_in_conflicts(rows: Rows) -> None:
    total = _total(rows, "tranche-1", "cost")
    assert total["low_usd"] == total["high_usd"]
    assert total["high_usd"] in (Decimal("35.7") * BN, Decimal("36.0") * BN)
    assert _values(rows, "projects", "portsmouth-gas-power", "cost_usd_high") >= {"33000000000", "33300000000"}


def test_the_second_batch_keeps_its_ceiling_apart(rows: Rows) -> None:
    total = _total(rows, "tranche-2", "cost")
    assert (total["high_usd"], total["ceiling_usd"]) == (56 * BN, 17 * BN)


def test_the_list_of_interest_is_no_cost(rows: Rows) -> None:
    interest = _total(rows, "fact-sheet-2025-10", "interest")
    assert (interest["low_usd"], interest["high_usd"], interest["ceiling_usd"]) == (None, None, Decimal("393.45") * BN)
    assert not [row for row in rows("totals") if row["scope"] == "fact-sheet-2025-10" and row["sum_set"] == "cost"]


def test_the_pledge_covers_what_is_committed(rows: Rows) -> None:
    pledge = _total(rows, "us-japan-550bn", "pledge")
    committed = [
        r for r in rows("totals") if r["scope"] == "us-japan-550bn" and r["sum_set"] in ("finance_committed", "cost")
    ]
    assert all((row["high_usd"] or 0) + (row["ceiling_usd"] or 0) <= pledge["high_usd"] for row in committed)


def test_no_amount_is_added_in_two_places_or_beside_what_contains_it(rows: Rows) -> None:
    amounts = {row["amount_id"]: row for row in rows("amounts")}
    for total in rows("totals"):
        assert len(set(total["amount_ids"])) == total["n"]
    for row in amounts.values():
        for column in ("part_of", "finances_amount_id", "covers_amount_id", "restates"):
            other = amounts.get(row[column])
            if other is not None and row["sum_set"]:
                assert row["sum_set"] != other["sum_set"], row["amount_id"]


def test_element_six_supersedes_its_ceiling_and_was_never_half_a_million(rows: Rows) -> None:
    project = next(row for row in rows("projects") if row["project_id"] == "element-six-georgia-diamond")
    assert (project["cost_usd_high"], project["cost_qualifier"]) == (600_000_000, "about")
    assert _values(rows, "projects", project["project_id"], "cost_usd_high") >= {"500000000", "600000000"}
    assert not [row for row in rows("amounts") if row["usd_low"] == 500_000 or row["usd_high"] == 500_000]
    links = {(row["project_id"], row["other_project_id"], row["relation"]) for row in rows("project_links")}
    assert ("element-six-georgia-diamond", "fs2025-diamond-grit", "supersedes") in links


def test_stages_rest_on_evidence(rows: Rows) -> None:
    stages = {row["project_id"]: row["stage"] for row in rows("projects")}
    assert stages["portsmouth-gas-power"] == "approved", (
        "a groundbreaking is an event, loans of the batch raise no stage"
    )
    assert stages["jdi-us-display-plant"] == "reported"
    listed = {name: stage for name, stage in stages.items() if name.startswith("fs2025-")}
    assert set(listed.values()) == {"listed_interest"}
    strong = {"primary_document", "party_confirmed", "two_witnesses"}
    for project in rows("projects"):
        if project["stage"] not in (None, "reported"):
            assert project["stage_evidence"] in strong, project["project_id"]


def test_the_loans_of_the_batch_are_one_row_that_counts_nowhere(rows: Rows) -> None:
    loans = [
        r
        for r in rows("amounts")
        if r["tranche"] == "tranche-1" and r["instrument"] == "loan" and r["currency"] == "JPY"
    ]
    (loan,) = loans
    assert (loan["project_id"], loan["n_witnesses"], loan["review"], loan["sum_set"]) == (None, 1, "unreviewed", None)


def test_facts_without_an_address_stay_unreviewed(rows: Rows) -> None:
    urls = {row["source_id"]: row["url"] for row in rows("sources")}
    for table in ("amounts", "events"):
        for row in rows(table):
            if urls[row["source_id"]] is None and row["n_witnesses"] == 1 and row["source_id"].startswith("ghidx-"):
                assert row["review"] == "unreviewed", row


@pytest.mark.parametrize(
    ("table", "key", "column", "values"),
    [
        ("projects", "portsmouth-gas-power", "cost_usd_high", {"33000000000", "33300000000", "43300000000", "40000000000"}),
        ("amounts", "tranche-1-total-jpy", "high", {"5500000000000", "5518000000000", "5600000000000", "80000000000000"}),
        ("project_locations", "gvh-smr-tennessee-alabama|2", "admin1", {"US-AL", "US-ID"}),
        ("program_terms", "funding-days", "unit", {"day", "business_day"}),
        ("amounts", "fact-sheet-2025-10-total", "high", {"393450000000", "400000000000", "440000000000", "467000000000"}),
        ("projects", "texas-gulflink", "capacity_value", {"1000000", "1200000", "2000000"}),
        ("organizations", "element-six", "country", {"GBR", "IRL", "USA"}),
        ("participants", "portsmouth-gas-power-softbank-group", "role", {"developer", "parent"}),
        ("participants", "portsmouth-gas-power-bechtel", "engagement", {"selected"}),
        ("projects", "nextera-texas-gas", "cost_usd_high", {"16000000000", "18000000000"}),
        ("projects", "nextera-pennsylvania-gas", "cost_usd_high", {"15000000000", "17000000000"}),
        ("amounts", "alcoa-wagerup-public-equity", "high", {"174000000", "200000000"}),
        ("projects", "caremag-lacq", "capacity_value", {"590", "600"}),
        ("events", "minamitorishima-rare-earth-mud-full-trial", "event_on", {"2027-01-01", "2027-02-01"}),
        ("program_terms", "cash-split-after-usa", "unit", {"percent_of_distributable_cash_flow", "percent_of_ownership"}),
    ],
)  # fmt: skip
def test_the_disputes_of_the_facts_stand_in_conflicts(
    rows: Rows, table: str, key: str, column: str, values: set[str]
) -> None:
    assert _values(rows, table, key, column) >= values


def test_a_distrusted_page_decides_nothing(rows: Rows) -> None:
    distrusted = {row["source_id"] for row in rows("sources") if row["distrusted"]}
    assert "benzhi-202602" in distrusted
    assert not [row for row in rows("receipts") if row["source_id"] in distrusted]
    assert not [row for row in rows("statements") if row["source_id"] in distrusted and row["chosen"]]


def test_one_receipt_less_and_the_gate_refuses(built: Any) -> None:
    tables = dict(built.tables)
    receipts = tables["receipts"]
    cell = receipts[(receipts["table"] == "projects") & (receipts["column"] == "cost_usd_high")].index[0]
    tables["receipts"] = receipts.drop(index=cell)
    assert {finding.check for finding in gate(tables)} == {"receipts_complete"}


def test_every_column_that_needs_a_reason_has_one(built: Any, rows: Rows) -> None:
    reasons = {(row["table"], row["key"], row["column"]) for row in rows("null_reasons")}
    assert ("projects", "fs2025-kinder-morgan", "cost_usd_high") in reasons
    tables = dict(built.tables)
    tables["null_reasons"] = frame("null_reasons", [])
    assert "null_reasons_complete" in {finding.check for finding in gate(tables)}
    assert {name for name, spec in TABLES.items() if any(c.meaning.reasoned for c in spec.columns)} >= {
        "projects", "dependencies", "export_controls",
    }  # fmt: skip


def test_every_statement_s_literal_is_short_and_no_statement_lacks_its_place(rows: Rows) -> None:
    for row in rows("statements"):
        assert len(row["original_text"] or "") <= 40
        assert row["locator"]


def test_the_plot_of_the_committed_raw_agrees_with_its_totals(built: Any) -> None:
    from pipelines.publish.site.plots import sums_by_stage

    amounts, projects, totals = (built.tables[name] for name in ("amounts", "projects", "totals"))
    sums = sums_by_stage(amounts.to_dict("records"), dict(zip(projects.project_id, projects.stage, strict=True)))
    (row,) = totals[(totals.scope == "all") & (totals.sum_set == "cost")].to_dict("records")
    assert sum(firm for firm, _ in sums.values()) == row["low_usd"]

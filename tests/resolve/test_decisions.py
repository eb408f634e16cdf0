"""What a reviewer may decide: what is read, what is set aside with its reason, and what a decision does to rows."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.ingest.rates import shipped_history
from pipelines.reconcile.reconcile import Reconciled, reconcile
from pipelines.records import Claim, Quarantined, TableFile
from pipelines.resolve.decisions import Decisions, read_decisions
from pipelines.resolve.merges import merge_ids, merge_targets
from pipelines.tables import _redirect_rows
from tests.reconcile.claims import SOURCES, claim

_WHO = {"decision_id": "d", "decided_on": "2026-11-22", "decided_by": "us", "reason": "because"}


def _read(**files: list[dict[str, str]]) -> tuple[Decisions, tuple[Quarantined, ...]]:
    return read_decisions(
        {
            f"decisions/{name}": TableFile(
                f"decisions/{name}.csv", name, "decisions", "", None,
                tuple(enumerate(({**_WHO, **row} for row in rows), start=2)),
            )
            for name, rows in files.items()
        }
    )  # fmt: skip


def _correction(table: str, column: str, value: str, expect: str = "", key: str = "plant") -> dict[str, str]:
    return {"table": table, "key": key, "column": column, "expect": expect, "value": value}


def _reconciled(decisions: Decisions, *claims: Claim) -> Reconciled:
    sources = {**SOURCES, decisions.source().source_id: decisions.source()}
    return reconcile(claims, sources, decisions, shipped_history())


def _plant(**cells: Any) -> Claim:
    return claim("projects", "plant", "paper", project_id="plant", name="Plant", **cells)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (_correction("projects", "sector", "flying"), "a code of sector"),
        (_correction("projects", "country", "JPNX"), "text of the form"),
        (_correction("amounts", "high", "2 billion"), "a plain number"),
        (_correction("amounts", "high", "-5"), "at least 0"),
        (_correction("projects", "announced_on", "2026-02"), "a date to the day"),
        (_correction("projects", "stage", "operating"), "computed from other cells; correct the row it comes from"),
        (_correction("projects", "cost_usd_high", "5"), "computed from other cells; correct the row it comes from"),
        (_correction("projects", "project_id", "other"), "part of the key"),
        (_correction("amounts", "source_id", "paper"), "where the row comes from"),
        (_correction("projects", "colour", "red"), "a column of the data contract"),
        (_correction("nowhere", "name", "red"), "a table of the data contract"),
        (_correction("totals", "n", "5"), "computed from other rows"),
        (_correction("sources", "title", "red"), "a table of the data contract"),
    ],
)
def test_a_correction_that_cannot_hold_is_set_aside_when_read(row: dict[str, str], told: str) -> None:
    decisions, (item,) = _read(corrections=[row])
    assert decisions.corrections == ()
    assert told in item.reason
    assert (item.source_path, item.row, item.reason_code) == ("decisions/corrections.csv", 2, "invalid_value")


def test_values_and_guards_are_compared_in_their_canonical_spelling() -> None:
    decisions, bad = _read(corrections=[_correction("amounts", "high", "5.50", expect="7.00")])
    assert bad == ()
    assert [(each.value, each.expect) for each in decisions.corrections] == [("5.5", "7")]


@pytest.mark.parametrize(
    ("table", "review", "told"),
    [
        ("programs", "accepted", "accepted for programs, which has no column review"),
        ("projects", "splendid", "unreviewed, accepted"),
        ("nowhere", "rejected", "a table of the data contract"),
        ("project_exposures", "rejected", "computed from other rows"),
    ],
)
def test_a_review_that_cannot_hold_is_set_aside_when_read(table: str, review: str, told: str) -> None:
    decisions, (item,) = _read(reviews=[{"table": table, "key": "p", "review": review}])
    assert decisions.reviews == ()
    assert told in item.reason


def test_a_row_of_a_table_without_reviews_can_be_rejected() -> None:
    decisions, bad = _read(reviews=[{"table": "programs", "key": "p", "review": "rejected"}])
    assert bad == ()
    result = _reconciled(decisions, claim("programs", "p", "paper", program_id="p", name="Programme"))
    assert result.rows["programs"] == {}


def _merge(kind: str, old: str, new: str) -> dict[str, str]:
    return {"kind": kind, "old_id": old, "new_id": new}


def test_a_merge_that_contradicts_an_earlier_one_is_set_aside() -> None:
    decisions, bad = _read(
        merges=[
            _merge("project", "a", "b"),
            _merge("project", "a", "c"),
            _merge("project", "b", "a"),
            _merge("project", "c", "c"),
            _merge("projekt", "d", "e"),
            _merge("material", "d", "e"),
            _merge("project", "d", "No Slug"),
            _merge("organization", "b", "a"),
        ]
    )
    assert [(each.kind, each.old_id, each.new_id) for each in decisions.merges] == [
        ("project", "a", "b"), ("organization", "b", "a"),
    ]  # fmt: skip
    assert [(each.row, told in each.reason) for each, told in zip(bad, _TOLD, strict=True)] == [
        (number, True) for number in range(3, 9)
    ]


_TOLD = (
    "each id merged once", "which leads back to b", "which leads back to c", "one of organization, project",
    "one of organization, project", "text of the form",
)  # fmt: skip


def test_a_merge_touches_ids_of_its_own_kind_alone() -> None:
    decisions, _ = _read(merges=[_merge("organization", "a", "b")])
    (moved,) = merge_ids(
        (claim("participants", "x", "paper", participant_id="x", org_id="a", project_id="a", role="lender"),),
        decisions.merges,
    )
    assert (moved.cells["org_id"].value, moved.cells["project_id"].value) == ("b", "a")


def test_a_redirect_leads_to_where_the_merges_end_and_only_to_what_is_there() -> None:
    decisions, _ = _read(
        merges=[
            _merge("project", "a", "b"),
            _merge("project", "b", "c"),
            _merge("project", "x", "gone"),
            _merge("organization", "a", "c"),
        ]
    )
    assert merge_targets(decisions.merges)["project", "a"] == "c"
    rows: Any = {"projects": {"c": SimpleNamespace()}, "organizations": {}}
    told = [(each["kind"], each["old_id"], each["new_id"]) for each in _redirect_rows(decisions, rows)]
    assert told == [("project", "a", "c"), ("project", "b", "c")]
    assert {each["since_version"] for each in _redirect_rows(decisions, rows)} == {"2026.11.22"}


def test_what_loses_to_a_correction_stands_in_conflicts() -> None:
    decisions, _ = _read(corrections=[_correction("projects", "country", "USA", expect="JPN")])
    result = _reconciled(decisions, _plant(country="JPN"))
    (conflict,) = result.conflicts
    assert (conflict.chosen, conflict.rule, list(conflict.values)) == ("USA", "decision", ["JPN"])
    row = result.rows["projects"]["plant"]
    assert (row.text("country"), row.text("review")) == ("USA", "corrected")
    assert [receipt.rule for receipt in row.receipts["country"]] == ["decision d"]
    said = result.subjects[("projects", ("plant",))].statements["country"]
    assert [statement.chosen for statement in said] == [False]


def test_a_correction_of_an_empty_cell_contradicts_nobody() -> None:
    decisions, _ = _read(corrections=[_correction("projects", "country", "USA")])
    result = _reconciled(decisions, _plant())
    assert (result.rows["projects"]["plant"].text("country"), result.conflicts) == ("USA", [])


def test_both_bounds_can_be_corrected_in_either_order_but_not_out_of_order() -> None:
    figures = claim(
        "project_materials", "plant|copper|produces", "paper", project_id="plant", material_id="copper",
        relation="produces", output_low=10.0, output_high=20.0,
    )  # fmt: skip
    material = claim("materials", "copper", "paper", material_id="copper", name="Copper")
    key = "plant|copper|produces"
    both, bad = _read(
        corrections=[
            _correction("project_materials", "output_low", "30", expect="10", key=key),
            _correction("project_materials", "output_high", "40", expect="20", key=key),
        ]
    )
    assert bad == ()
    result = _reconciled(both, _plant(), material, figures)
    row = result.rows["project_materials"][key]
    assert (row.text("output_low"), row.text("output_high")) == ("30", "40")
    one, _ = _read(corrections=[_correction("project_materials", "output_low", "30", expect="10", key=key)])
    result = _reconciled(one, _plant(), material, figures)
    assert result.rows["project_materials"][key].text("output_low") == "10"
    (item,) = result.review
    assert "would leave output_low at 30" in item.text
    assert result.quarantined == []


def test_a_correction_that_names_what_nothing_describes_is_not_obeyed() -> None:
    decisions, _ = _read(corrections=[_correction("participants", "org_id", "nobody", expect="jbic", key="x")])
    result = _reconciled(
        decisions,
        _plant(),
        claim("organizations", "jbic", "paper", org_id="jbic", name="JBIC"),
        claim("participants", "x", "paper", participant_id="x", project_id="plant", org_id="jbic", role="lender"),
    )
    assert result.rows["participants"]["x"].text("org_id") == "jbic"
    assert [item.text for item in result.review] == ["d: names org_id nobody, which nothing describes"]


def test_what_refers_to_a_rejected_row_leaves_with_it_and_is_not_set_aside() -> None:
    decisions, _ = _read(
        reviews=[
            {"table": "projects", "key": "plant", "review": "rejected"},
            {"table": "participants", "key": "x", "review": "rejected"},
        ]
    )
    money = {"kind": "project_cost", "currency": "USD", "qualifier": "exact"}
    result = _reconciled(
        decisions,
        _plant(),
        claim("projects", "other", "paper", project_id="other", name="Other"),
        claim("organizations", "jbic", "paper", org_id="jbic", name="JBIC"),
        claim("participants", "x", "paper", participant_id="x", project_id="plant", org_id="jbic", role="lender"),
        claim("project_locations", "plant|1", "paper", project_id="plant", seq=1, country="USA"),
        claim("project_links", "plant|other|part_of", "paper", project_id="plant", other_project_id="other",
              relation="part_of"),
        claim("amounts", "a", "paper", amount_id="a", project_id="plant", **money),
        claim("amounts", "b", "paper", amount_id="b", project_id="other", part_of="a", **money),
    )  # fmt: skip
    assert list(result.rows["projects"]) == ["other"]
    left = ("participants", "project_locations", "project_links", "amounts")
    assert {table: list(result.rows[table]) for table in left} == {table: [] for table in left}
    assert list(result.rows["organizations"]) == ["jbic"]
    assert (result.quarantined, result.review) == ([], [])
    assert ("amounts", ("b",)) in result.subjects


def test_the_decisions_are_dated_by_the_newest_one() -> None:
    decisions, _ = _read(corrections=[_correction("projects", "country", "USA")])
    assert decisions.source().published_on == dt.date(2026, 11, 22)

"""What makes two claims speak of the same amount, participant or event; and what reviewers decided."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipelines.ingest.rates import shipped_history
from pipelines.reconcile.reconcile import reconcile
from pipelines.records import TableFile
from pipelines.resolve.decisions import Decisions, read_decisions
from pipelines.resolve.identity import complete_tranches, identify
from pipelines.resolve.known import heed_coders, program_claims
from pipelines.resolve.merges import merge_ids
from tests.reconcile.claims import SOURCES, claim


def _money(source: str, **cells: object) -> dict[str, object]:
    return {
        "project_id": "plant",
        "kind": "project_cost",
        "currency": "USD",
        "low": Decimal(600),
        "high": Decimal(600),
        **cells,
    }


def test_an_extracted_figure_meets_the_row_that_a_person_named() -> None:
    named = claim("amounts", "plant-cost", "paper", amount_id="plant-cost", **_money("paper", qualifier="about"))
    read = claim("amounts", "", "rival", method="documents-1", **_money("rival", qualifier="exact"))
    ceiling = claim(
        "amounts", "", "rival", method="documents-1", **(_money("rival") | {"low": None, "qualifier": "up_to"})
    )
    _, same, other = identify((named, read, ceiling))
    assert same.key == ("plant-cost",)
    assert other.key != ("plant-cost",)
    assert other.cells["amount_id"].value == other.key[0]


def test_ids_of_content_are_stable_and_differ_with_the_content() -> None:
    first = identify(
        (claim("participants", "", "paper", project_id="plant", org_id="jbic", role="lender", instrument="loan"),)
    )
    assert first[0].key == ("plant.jbic.lender.loan",)
    payers = [
        claim("amounts", "", "paper", payer_org_id=payer, **(_money("paper") | {"kind": "financing"}))
        for payer in ("jbic", "nexi")
    ]
    ids = {each.key for each in identify(payers)}
    assert len(ids) == 2, "one bank's part is another row than the other bank's"
    assert {each.key for each in identify(list(reversed(payers)))} == ids


def test_a_tranche_that_only_a_document_names_gets_a_row() -> None:
    total = claim("amounts", "", "paper", program_id="p", tranche="tranche-9", kind="tranche_total")
    described = claim("tranches", "tranche-1", "paper", tranche_id="tranche-1", program_id="p", name="First batch")
    added = complete_tranches((total, described, claim("amounts", "", "paper", program_id="p", tranche="tranche-1")))[
        3:
    ]
    assert [(each.table, each.key) for each in added] == [("tranches", ("tranche-9",))]


def _decisions(**files: list[dict[str, str]]) -> Decisions:
    tables = {
        f"decisions/{name}": TableFile(
            f"decisions/{name}.csv", name, "decisions", "", None, tuple(enumerate(rows, start=2))
        )
        for name, rows in files.items()
    }
    decisions, bad = read_decisions(tables)
    assert bad == ()
    return decisions


_WHO = {"decided_on": "2026-11-22", "decided_by": "us", "reason": "because"}


def test_a_merge_moves_everything_said_of_the_old_id() -> None:
    decisions = _decisions(
        merges=[
            {"decision_id": "1", "kind": "organization", "old_id": "a", "new_id": "b", **_WHO},
            {"decision_id": "2", "kind": "organization", "old_id": "b", "new_id": "c", **_WHO},
        ]
    )
    moved = merge_ids(
        (
            claim("participants", "x", "paper", participant_id="x", org_id="a", role="lender"),
            claim("ownership", "a|d|", "paper", owner_org_id="a", owned_org_id="d"),
            claim("amounts", "y", "paper", payer_org_id="b"),
        ),
        decisions.merges,
    )
    assert [moved[0].cells["org_id"].value, moved[1].key, moved[2].cells["payer_org_id"].value] == [
        "c",
        ("c", "d", ""),
        "c",
    ]


def _correct(expect: str) -> tuple[str, list[str], str]:
    decisions = _decisions(
        corrections=[
            {
                "decision_id": "1",
                "table": "projects",
                "key": "plant",
                "column": "country",
                "expect": expect,
                "value": "USA",
                **_WHO,
            }
        ]
    )
    claims = (
        claim("projects", "plant", "paper", project_id="plant", name="Plant", country="JPN"),
        claim("projects", "plant", "blog", project_id="plant", country="USA"),
    )
    result = reconcile(
        claims, {**SOURCES, decisions.source().source_id: decisions.source()}, decisions, shipped_history()
    )
    conflict = next(c for c in result.conflicts if c.column == "country")
    return result.rows["projects"]["plant"].text("country"), [item.text for item in result.review], conflict.rule


def test_a_correction_is_obeyed_while_its_guard_holds_and_opened_again_when_the_source_changed() -> None:
    assert _correct(expect="JPN") == ("USA", [], "decision")
    assert _correct(expect="KOR") == ("JPN", ["1: expected KOR, found JPN"], "source_tier")


def test_a_rejected_row_leaves_its_table_and_its_statements_stay() -> None:
    decisions = _decisions(
        reviews=[{"decision_id": "1", "table": "projects", "key": "plant", "review": "rejected", **_WHO}]
    )
    result = reconcile(
        (claim("projects", "plant", "paper", project_id="plant", name="Plant"),), SOURCES, decisions, shipped_history()
    )
    assert result.rows["projects"] == {}
    assert ("projects", ("plant",)) in result.subjects


def test_a_row_that_points_at_nothing_is_set_aside_with_what_pointed_at_it() -> None:
    claims = (
        claim("projects", "plant", "paper", project_id="plant", name="Plant"),
        claim("participants", "x", "paper", participant_id="x", project_id="plant", org_id="nobody", role="lender"),
    )
    result = reconcile(claims, SOURCES, Decisions(), shipped_history())
    assert result.rows["participants"] == {}
    (item,) = result.quarantined
    assert (item.reason_code, "org_id nobody" in item.reason) == ("unknown_reference", True)


def test_a_row_without_a_required_cell_is_set_aside_and_the_others_go_on() -> None:
    claims = (
        claim("projects", "nameless", "paper", project_id="nameless", country="USA"),
        claim("projects", "plant", "paper", project_id="plant", name="Plant"),
    )
    result = reconcile(claims, SOURCES, Decisions(), shipped_history())
    assert list(result.rows["projects"]) == ["plant"]
    (item,) = result.quarantined
    assert "projects nameless: name: found nothing, expected a value" in item.reason


def test_what_a_person_has_coded_is_not_read_again_into_rows_of_its_own() -> None:
    coded = claim("projects", "plant", "paper", project_id="plant", name="Plant")
    same = claim(
        "projects", "plant", "paper", method="documents-1", project_id="plant", city="Pike", review="unreviewed"
    )
    extra = claim(
        "projects", "other", "paper", method="documents-1", project_id="other", name="Other", review="unreviewed"
    )
    fresh = claim("projects", "new", "rival", method="documents-1", project_id="new", name="New", review="unreviewed")
    assert [each.review for each in heed_coders((coded, same, extra, fresh))] == [
        "accepted", "unreviewed", "rejected", "unreviewed",
    ]  # fmt: skip


def test_a_programme_that_only_documents_name_gets_its_official_name() -> None:
    names = [
        {"program_id": "p", "name": "Programme", "language": "en", "kind": "official"},
        {"program_id": "p", "name": "計画", "language": "ja", "kind": "official"},
        {"program_id": "p", "name": "the plan", "language": "en", "kind": "short"},
    ]
    spoken = claim("amounts", "a", "paper", program_id="p")
    (added,) = program_claims((spoken,), names)
    assert (added.cells["name"].value, added.cells["name_ja"].value) == ("Programme", "計画")
    assert program_claims((spoken, claim("programs", "p", "paper", program_id="p", name="Named")), names) == []


@pytest.mark.parametrize(
    "cells",
    [
        {"low": Decimal(5), "high": Decimal(9), "qualifier": "exact"},
        {"low": Decimal(9), "high": Decimal(5), "qualifier": "between"},
        {"low": Decimal(5), "high": Decimal(9), "qualifier": "up_to"},
        {"low": Decimal(5), "high": Decimal(5)},
        {"low": Decimal(-5), "high": Decimal(-5), "qualifier": "exact"},
        {"low": Decimal("1.234"), "high": Decimal("1.234"), "qualifier": "exact"},
        {"low": Decimal("1e30"), "high": Decimal("1e30"), "qualifier": "exact"},
        {"low": Decimal(5), "high": Decimal(5), "qualifier": "exact", "currency": "usd"},
    ],
)
def test_an_amount_that_breaks_the_contract_is_set_aside_alone(cells: dict[str, object]) -> None:
    good = claim("amounts", "good", "paper", amount_id="good", kind="other", currency="USD", **_FIVE)
    bad = claim("amounts", "bad", "paper", **({"amount_id": "bad", "kind": "other", "currency": "USD"} | cells))
    result = reconcile((good, bad), SOURCES, Decisions(), shipped_history())
    assert list(result.rows["amounts"]) == ["good"]
    assert [item.reason_code for item in result.quarantined] == ["invalid_value"]


_FIVE = {"low": Decimal(5), "high": Decimal(5), "qualifier": "exact"}

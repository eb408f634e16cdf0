"""The contract's order of precedence, step by step, and what becomes of those that lose."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipelines.reconcile.choose import choose
from pipelines.reconcile.parties import unreviewed_cells
from pipelines.reconcile.proof import conflict_rows, statement_rows
from pipelines.records import Claim
from tests.reconcile.claims import claim, day, row, subject


def _capacity(source: str, value: float, **about: object) -> Claim:
    return claim("projects", "plant", source, project_id="plant", capacity_value=value, capacity_unit="MW", **about)


@pytest.mark.parametrize(
    ("rule", "winner", "loser"),
    [
        ("curated_over_extracted", _capacity("blog", 1.0), _capacity("treaty", 2.0, method="documents-1")),
        ("source_tier", _capacity("treaty", 1.0, modality="reported"), _capacity("firm", 2.0)),
        ("source_tier", _capacity("firm", 1.0), _capacity("paper", 2.0)),
        ("source_tier", _capacity("paper", 1.0), _capacity("blog", 2.0)),
        ("modality", _capacity("paper", 1.0), _capacity("rival", 2.0, modality="planned", on=day("2026-09-01"))),
        (
            "newest_stated_on",
            _capacity("paper", 1.0, on=day("2026-03-02")),
            _capacity("rival", 2.0, on=day("2026-03-01")),
        ),
        ("source_id", _capacity("paper", 1.0), _capacity("rival", 2.0)),
    ],
)
def test_each_step_decides_and_is_named(rule: str, winner: Claim, loser: Claim) -> None:
    for claims in ((winner, loser), (loser, winner)):
        chosen, conflicts = choose(subject(*claims))
        assert chosen is not None
        assert chosen.values["capacity_value"] == 1.0
        (conflict,) = [c for c in conflicts if c.column == "capacity_value"]
        assert (conflict.rule, conflict.chosen, sorted(conflict.values)) == (rule, "1", ["1", "2"])


def test_exact_beats_about_beats_bound() -> None:
    def figure(source: str, qualifier: str, low: str | None, high: str) -> Claim:
        bounds = {"low": Decimal(low) if low else None, "high": Decimal(high)}
        return claim("amounts", "a", source, amount_id="a", qualifier=qualifier, currency="USD", **bounds)

    exact, about, ceiling = (
        figure("rival", "exact", "5", "5"),
        figure("paper", "about", "6", "6"),
        figure("firm", "up_to", None, "7"),
    )
    assert row(exact, about).values["high"] == 5
    chosen = row(about, figure("reprint", "up_to", None, "7"))
    assert (chosen.values["low"], chosen.values["qualifier"]) == (6, "about")
    assert row(exact, ceiling).values["high"] == 7, "a party's ceiling outweighs the press's exact figure"


def test_two_first_publishers_outweigh_one_but_reprints_count_once() -> None:
    same_day = day("2026-03-01")
    one = _capacity("blog", 1.0, on=same_day)
    assert (
        row(one, _capacity("paper", 2.0, on=same_day), _capacity("reprint", 2.0, on=same_day)).values["capacity_value"]
        == 2.0
    )
    reprints = row(_capacity("paper", 2.0, on=same_day), _capacity("reprint", 2.0, on=same_day))
    assert (reprints.values["n_sources"], reprints.values["n_witnesses"]) == (2, 1)


def test_bounds_of_one_fact_never_come_from_two_sources() -> None:
    chosen = row(
        claim("amounts", "a", "firm", amount_id="a", high=Decimal(9), qualifier="up_to", currency="USD"),
        claim(
            "amounts", "a", "paper", amount_id="a", low=Decimal(5), high=Decimal(5), qualifier="exact", currency="USD"
        ),
    )
    assert chosen.values["high"] == 9
    assert "low" not in chosen.values


def test_distrusted_sources_never_speak_alone_but_stay_in_statements_and_conflicts() -> None:
    poisoned = subject(_capacity("poison", 80.0))
    assert choose(poisoned) == (None, [])
    assert {statement["value"] for statement in statement_rows([poisoned])} >= {"80"}
    chosen, conflicts = choose(subject(_capacity("poison", 80.0), _capacity("blog", 1.0, modality="conditional")))
    assert chosen is not None
    assert chosen.values["capacity_value"] == 1.0
    _, values = conflict_rows(conflicts)
    assert {(value["value"], value["n_witnesses"]) for value in values} == {("1", 1), ("80", 0)}


def test_rejected_and_denied_statements_are_never_published() -> None:
    chosen, conflicts = choose(subject(_capacity("treaty", 9.0, review="rejected"), _capacity("blog", 1.0)))
    assert chosen is not None
    assert chosen.values["capacity_value"] == 1.0
    assert conflicts == []
    assert choose(subject(_capacity("treaty", 9.0, modality="denied"))) == (None, [])


def test_names_and_descriptions_differ_without_a_conflict() -> None:
    chosen, conflicts = choose(
        subject(
            claim("projects", "plant", "paper", project_id="plant", name="Grit plant"),
            claim("projects", "plant", "firm", project_id="plant", name="Diamond grit plant"),
        )
    )
    assert chosen is not None
    assert chosen.values["name"] == "Diamond grit plant"
    assert conflicts == []


def test_every_published_cell_has_the_receipt_of_the_statement_it_came_from() -> None:
    chosen = row(_capacity("paper", 1.0), _capacity("firm", 2.0))
    (receipt,) = chosen.receipts["capacity_value"]
    assert (receipt.source_id, receipt.locator, receipt.raw_literal) == ("firm", "here#plant/capacity_value", "2")
    assert set(chosen.receipts) == set(chosen.values) - {"n_sources", "n_witnesses", "review"}


def test_a_reviewed_row_names_the_cells_that_nobody_has_reviewed() -> None:
    chosen = row(
        claim("projects", "plant", "paper", project_id="plant", name="Plant"),
        claim("projects", "plant", "blog", project_id="plant", name="Plant", city="Pike", review="unreviewed"),
    )
    assert unreviewed_cells(chosen) == ["city"]
    assert (
        unreviewed_cells(row(claim("projects", "plant", "blog", project_id="plant", city="Pike", review="unreviewed")))
        == []
    )

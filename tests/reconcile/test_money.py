"""Dollars: conversion, rivals, sets and sums."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.rates import RateHistory, shipped_history
from pipelines.reconcile import sum_sets, totals
from pipelines.reconcile.amounts import convert, settle_rivals
from pipelines.reconcile.choose import Row
from pipelines.records import Source
from tests.reconcile.claims import amount, claim, day, row

HISTORY = RateHistory(
    Source("ecb-eurofxref", tier="official"),
    {
        dt.date(2026, 2, 17): {"USD": "1.2000", "JPY": "180.00"},
        dt.date(2026, 2, 10): {"USD": "1.1000", "JPY": "170.00", "AUD": "1.6"},
    },
)


def test_dollars_are_the_cross_of_the_last_business_day() -> None:
    yen = amount("a", currency="JPY", value=90_000_000_000, as_of=day("2026-02-18"))
    rate = convert(yen, HISTORY)
    assert rate is not None
    assert (yen.values["fx_rate"], yen.values["fx_on"]) == (Decimal("0.00666667"), dt.date(2026, 2, 17))
    assert yen.values["usd_high"] == Decimal("600000300.00"), "low and high follow from the published rate, to the cent"
    assert [receipt.source_id for receipt in yen.receipts["usd_high"]] == ["paper", "ecb-eurofxref"]


@pytest.mark.parametrize("as_of", [None, "2026-02-16", "2026-03-30"])
def test_no_rate_within_five_days_or_no_date_leaves_dollars_unknown(as_of: str | None) -> None:
    yen = amount("a", currency="JPY", value=1000, as_of=day(as_of) if as_of else None)
    assert convert(yen, HISTORY) is None
    assert "usd_high" not in yen.values


def test_a_conversion_that_the_source_prints_is_never_converted_again() -> None:
    yen = amount(
        "b", currency="JPY", value=90_000_000_000, as_of=day("2026-02-18"), restates="a", source_converted=True
    )
    assert convert(yen, HISTORY) is None
    assert "usd_high" not in yen.values


def test_the_shipped_history_knows_a_published_rate() -> None:
    rate = shipped_history().usd_per_unit("JPY", dt.date(2026, 2, 17))
    assert rate is not None
    assert Decimal("0.005") < rate.usd_per_unit < Decimal("0.008")
    assert shipped_history().usd_per_unit("XXX", dt.date(2026, 2, 17)) is None


def _figures(*rows: Row) -> dict[str, Row]:
    for each in rows:
        convert(each, HISTORY)
    return {each.key_text: each for each in rows}


def _assign(amounts: dict[str, Row], stages: dict[str, str], *links: Row) -> dict[str, str]:
    projects = {name: row(claim("projects", name, "paper", project_id=name)) for name in stages}
    for name, stage in stages.items():
        projects[name].values["stage"] = stage
    chosen, _ = settle_rivals(list(amounts.values()))
    sum_sets.assign(amounts, chosen, projects, list(links))
    return {name: each.text("sum_set") for name, each in amounts.items()}


def test_one_cost_a_project_counts_and_the_rival_stands_in_conflicts() -> None:
    amounts = _figures(
        amount("exact", "paper", kind="project_cost", project_id="plant", value=33, on=day("2026-02-18")),
        amount(
            "about", "rival", kind="project_cost", project_id="plant", value=34, qualifier="about", on=day("2026-02-18")
        ),
        amount("yen", "paper", kind="project_cost", project_id="plant", value=5, currency="JPY", restates="exact"),
    )
    _, conflicts = settle_rivals(list(amounts.values()))
    assert {(c.table, c.key, c.column, c.rule) for c in conflicts} == {
        ("projects", "plant", "cost_usd_high", "exactness"),
        ("projects", "plant", "cost_original_high", "exactness"),
    }
    assert _assign(amounts, {"plant": "announced"}) == {"exact": "cost", "about": "", "yen": ""}


@pytest.mark.parametrize(
    "stage", ["reported", "listed_interest", "under_discussion", "suspended", "shelved", "cancelled", ""]
)
def test_a_cost_counts_only_once_the_project_is_announced(stage: str) -> None:
    amounts = _figures(amount("a", kind="project_cost", project_id="plant", value=33))
    assert _assign(amounts, {"plant": stage}) == {"a": ""}


def test_unreviewed_reported_and_contained_rows_count_nowhere() -> None:
    amounts = _figures(
        amount("unreviewed", kind="pledge", program_id="p", value=1, review="unreviewed"),
        amount("rumour", kind="pledge", program_id="q", value=1, modality="reported"),
        amount("list", kind="business_scale", program_id="r", tranche="t", value=9, qualifier="up_to"),
        amount("entry", kind="business_scale", project_id="plant", value=4, qualifier="up_to", part_of="list"),
        amount("loan", kind="financing", instrument="loan", project_id="plant", value=3),
        amount("tranche", kind="financing", instrument="loan", project_id="plant", value=1, part_of="loan"),
        amount("cover", kind="financing", instrument="insurance", project_id="plant", value=3, covers_amount_id="loan"),
        amount("sales", kind="revenue", project_id="plant", value=7),
    )
    assert _assign(amounts, {"plant": "announced"}) == {
        "unreviewed": "", "rumour": "", "list": "interest", "entry": "", "loan": "finance_committed", "tranche": "",
        "cover": "contingent", "sales": "",
    }  # fmt: skip


@pytest.mark.parametrize(("relation", "kept"), [("candidate_for", "b"), ("same_money", "b"), ("supersedes", "a")])
def test_linked_projects_that_may_be_the_same_money_count_once(relation: str, kept: str) -> None:
    amounts = _figures(
        amount("a-cost", kind="project_cost", project_id="a", value=1),
        amount("b-cost", kind="project_cost", project_id="b", value=2),
    )
    link = row(
        claim("project_links", f"a|b|{relation}", "paper", project_id="a", other_project_id="b", relation=relation)
    )
    sets = _assign(amounts, {"a": "announced", "b": "announced"}, link)
    assert sets == {"a-cost": "cost" if kept == "a" else "", "b-cost": "cost" if kept == "b" else ""}


def test_totals_keep_ceilings_and_open_rows_apart() -> None:
    amounts = [
        _amount("a", 40, 40), _amount("b", 16, 16, "about"), _amount("c", None, 17, "up_to"), _amount("d", 5, None, "at_least"),
        _amount("e", None, None, "exact"),
    ]  # fmt: skip
    (total,) = [t for t in totals.compute(amounts, []) if t["scope"] == "all"]
    assert (total["n"], total["low_usd"], total["high_usd"], total["ceiling_usd"], total["n_open"]) == (
        5,
        61,
        None,
        17,
        1,
    )
    assert total["amount_ids"] == ("a", "b", "c", "d", "e")


def test_a_set_of_ceilings_only_has_no_sum() -> None:
    (total,) = totals.compute([_amount("c", None, 17, "up_to")], [])
    assert (total["low_usd"], total["high_usd"], total["ceiling_usd"]) == (None, None, 17)


def _amount(name: str, low: int | None, high: int | None, qualifier: str = "exact") -> dict[str, Any]:
    return {
        "amount_id": name, "sum_set": "cost", "qualifier": qualifier,
        "usd_low": None if low is None else Decimal(low), "usd_high": None if high is None else Decimal(high),
    }  # fmt: skip


@given(
    st.lists(st.tuples(st.sampled_from(["exact", "about", "up_to", "at_least"]), st.integers(1, 10**12)), max_size=12),
    st.randoms(),
)
def test_sums_do_not_depend_on_the_order_of_rows_and_count_each_once(
    figures: list[tuple[str, int]], shuffler: Any
) -> None:
    rows = [
        _amount(str(place), None if q == "up_to" else value, None if q == "at_least" else value, q)
        for place, (q, value) in enumerate(figures)
    ]
    before = totals.compute(rows, [])
    shuffler.shuffle(rows)
    assert totals.compute(rows, []) == before
    if before:
        added = (before[0]["low_usd"] or 0) + (before[0]["ceiling_usd"] or 0)
        assert added == sum(value for _, value in figures)


def test_witnesses_of_a_rival_figure_bear_no_witness_for_the_chosen_one() -> None:
    chosen = row(
        claim(
            "amounts", "a", "firm", amount_id="a", low=Decimal(5), high=Decimal(5), qualifier="exact", currency="USD"
        ),
        claim(
            "amounts", "a", "paper", amount_id="a", low=Decimal(6), high=Decimal(6), qualifier="exact", currency="USD"
        ),
        claim(
            "amounts", "a", "blog", amount_id="a", low=Decimal(5), high=Decimal(5), qualifier="about", currency="USD"
        ),
    )
    assert (chosen.values["high"], chosen.values["n_witnesses"]) == (5, 2)


@pytest.mark.parametrize("relation", ["same_money", "candidate_for", "supersedes"])
def test_a_link_in_both_directions_keeps_one_of_the_two(relation: str) -> None:
    amounts = _figures(
        amount("a-cost", kind="project_cost", project_id="a", value=1),
        amount("b-cost", kind="project_cost", project_id="b", value=2),
    )
    links = [
        row(claim("project_links", f"{x}|{y}|{relation}", "paper", project_id=x, other_project_id=y, relation=relation))
        for x, y in (("a", "b"), ("b", "a"), ("a", "a"))
    ]
    sets = _assign(amounts, {"a": "announced", "b": "announced"}, *links)
    assert sorted(sets.values()) == ["", "cost"]


def test_an_early_date_has_no_rate_and_breaks_nothing() -> None:
    assert HISTORY.usd_per_unit("JPY", dt.date.min) is None

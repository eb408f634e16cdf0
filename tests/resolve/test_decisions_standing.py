"""Decisions that take the place of others, and those that are opened again because their sources have changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.records import Claim, Quarantined, ReviewItem, Source, TableFile
from pipelines.resolve.decisions import Decisions, read_decisions
from pipelines.resolve.standing import (
    Said,
    changed_sources,
    evidence,
    fingerprints,
    item_id,
    said_in,
    standing_merges,
    standing_rest,
    still_open,
    subjects_of,
)
from tests.reconcile.claims import claim

_WHO = {"decided_on": "2026-11-22", "decided_by": "us", "reason": "because"}
_SOURCES = {"paper": Source("paper", sha256="a" * 64), "page": Source("page")}


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


def _review(name: str, review: str, supersedes: str = "", proof: str = "", key: str = "plant") -> dict[str, str]:
    table = "projects" if review else ""
    return {
        "decision_id": name, "table": table, "key": key if review else "", "review": review, "evidence": proof,
        "supersedes": supersedes,
    }  # fmt: skip


def _merge(name: str, old: str, new: str, supersedes: str = "", proof: str = "") -> dict[str, str]:
    kind = "organization" if old else ""
    return {
        "decision_id": name, "kind": kind, "old_id": old, "new_id": new, "evidence": proof, "supersedes": supersedes,
    }  # fmt: skip


def _names(decisions: Decisions) -> list[str]:
    return [one.decision_id for one in (*decisions.corrections, *decisions.merges, *decisions.reviews)]


def test_a_later_row_takes_the_place_of_an_earlier_one_and_an_empty_one_only_withdraws_it() -> None:
    decisions, bad = _read(
        reviews=[
            _review("a", "accepted"),
            _review("b", "rejected", "a"),
            _review("c", "accepted", key="other"),
            _review("d", "", "c"),
        ],
        merges=[_merge("m", "x", "y"), _merge("n", "x", "z", "m"), _merge("o", "y", "x")],
    )
    assert bad == ()
    assert _names(decisions) == ["n", "o", "b"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (_review("a", "accepted", "nobody"), "an earlier row of this file"),
        (_review("a", "accepted", "later"), "an earlier row of this file"),
        (_review("a", "accepted", "a"), "an earlier row of this file"),
        (_review("a", "", ""), "an empty cell"),
        ({**_review("a", "", "first"), "reason": ""}, "an empty cell"),
        (_review("a", "accepted", proof="paper"), "16 hexadecimal digits"),
        (_review("a", "accepted", proof="paper=0123456789abcdef|"), "16 hexadecimal digits"),
    ],
)
def test_a_row_that_cannot_take_anothers_place_is_set_aside_and_the_other_stands(
    row: dict[str, str], told: str
) -> None:
    decisions, (item,) = _read(reviews=[_review("first", "rejected"), row, _review("later", "accepted", key="p")])
    assert _names(decisions) == ["first", "later"]
    assert told in item.reason
    assert item.row == 3


def _plant(source: str = "paper", method: str = "documents-1", **cells: str) -> Claim:
    one = claim("projects", "plant", source, project_id="plant", **{"name": "Plant", **cells})
    return replace(one, method=method)


def _prints(*claims: Claim) -> dict[str, str]:
    hashes = {name: source.sha256 for name, source in _SOURCES.items()}
    return fingerprints(said_in(claims, frozenset({"projects"})), hashes)


def test_a_fingerprint_follows_the_file_that_was_read_and_what_a_person_coded() -> None:
    machine, person = _plant(), _plant("page", "curated")
    before = _prints(machine, person)
    assert set(before) == {"paper", "page"}
    assert _prints(person, replace(machine, method="documents-2")) == before
    assert _prints(_plant(name="Works"), person) == before
    assert changed_sources(evidence(before), _prints(machine, _plant("page", "curated", name="Works"))) == ["page"]
    assert changed_sources(evidence(before), _prints(machine)) == ["page"]
    other = {"paper": "b" * 64}
    assert changed_sources(evidence(before), fingerprints(said_in([machine], frozenset({"projects"})), other)) == [
        "page", "paper",
    ]  # fmt: skip
    assert changed_sources(evidence({"paper": before["paper"]}), before) == []
    assert changed_sources("", {}) == []


def test_a_review_stands_while_its_sources_say_the_same_and_one_without_evidence_always() -> None:
    proof = evidence(_prints(_plant()))
    decisions, bad = _read(reviews=[_review("with", "rejected", proof=proof), _review("without", "accepted")])
    assert bad == ()
    whole = standing_rest(standing_merges(decisions, [_plant()], _SOURCES), [_plant()], _SOURCES)
    assert (_names(whole.decisions), whole.review, whole.opened) == (["with", "without"], (), frozenset())
    revised = {**_SOURCES, "paper": Source("paper", sha256="b" * 64)}
    for claims, sources in (([_plant()], revised), ([_plant("page")], _SOURCES), ([], {})):
        opened = standing_rest(standing_merges(decisions, claims, sources), claims, sources)
        assert _names(opened.decisions) == ["without"]
        (item,) = opened.review
        assert (item.kind, item.suggestion, item.locator) == ("decision", "rejected", "decisions/reviews.csv, row 2")
        assert item.text == "with: projects plant was decided on what paper said before"
        assert opened.opened == {("projects", "plant")}


def _firm(source: str) -> Claim:
    return replace(claim("organizations", "firm", source, org_id="firm", name="Firm"), method="documents-1")


def test_a_merge_is_let_go_when_its_text_changes_but_a_redirect_of_what_nobody_names_stays() -> None:
    proof = evidence(fingerprints(said_in([_firm("paper")], frozenset({"organizations"})), {"paper": "a" * 64}))
    decisions, _ = _read(merges=[_merge("m", "firm", "known", proof=proof)])
    assert _names(standing_merges(decisions, [_firm("paper")], _SOURCES).decisions) == ["m"]
    revised = {"paper": Source("paper", sha256="b" * 64)}
    opened = standing_merges(decisions, [_firm("paper")], revised)
    assert (_names(opened.decisions), [one.suggestion for one in opened.review]) == ([], ["known"])
    unnamed = standing_merges(decisions, [], _SOURCES)
    assert (_names(unnamed.decisions), len(unnamed.review)) == (["m"], 1)


def _item(kind: str = "project", text: str = "Plant", source: str = "paper", locator: str = "p1:0-5") -> ReviewItem:
    return ReviewItem(kind, text, source, locator)


def test_an_item_is_about_the_row_that_its_source_names_so() -> None:
    def said(key: str, text: str, source: str = "paper", locator: str = "p9:0-1") -> Said:
        return Said(("projects", key), "name", text, source, locator, coded=False)

    item = _item()

    def found(*cells: Said) -> object:
        return subjects_of([item], cells).get(item_id(item))

    assert found(said("a", "Plant"), said("b", "Works"), said("c", "Plant", "page")) == ("projects", "a")
    assert found(said("a", "Plant"), said("b", "Plant", locator="p1:0-5")) == ("projects", "b")
    assert found(said("a", "Plant"), said("b", "Plant")) is None
    cell = ReviewItem("source", "amounts a|b c low rests on unreviewed statements alone", "paper", "p1")
    assert subjects_of([cell], [])[item_id(cell)] == ("amounts", "a|b c")


def test_a_decided_item_leaves_and_what_came_later_still_waits() -> None:
    late = ReviewItem("source", "projects plant city rests on unreviewed statements alone", "page", "p1")
    seen = replace(late, source_id="paper")
    proof = evidence(_prints(_plant()))
    decisions, _ = _read(reviews=[_review("a", "accepted", proof=proof)])
    standing = standing_rest(standing_merges(decisions, [_plant()], _SOURCES), [_plant()], _SOURCES)
    assert still_open([_item(), late, seen], [_plant()], standing) == (late,)
    left_open, _ = _read(reviews=[_review("a", "unreviewed")])
    waiting = standing_merges(left_open, [], {})
    assert still_open([_item()], [_plant()], waiting) == (_item(),)


def test_an_item_that_was_set_aside_waits_again_when_its_source_changes() -> None:
    item = _item("material", "Unobtainium")
    hashes: dict[str, str | None] = {"paper": "a" * 64}
    proof = evidence(fingerprints([Said(("", ""), "", "", "paper", "", coded=False)], hashes))
    row = {**_review("a", "rejected", proof=proof, key=item_id(item)), "table": "review_queue"}
    decisions, bad = _read(reviews=[row])
    assert bad == ()
    for sources, left in ((_SOURCES, ()), ({"paper": Source("paper", sha256="b" * 64)}, (item,)), ({}, (item,))):
        standing = standing_rest(standing_merges(decisions, [], sources), [], sources)
        assert (still_open([item], [], standing), standing.review) == (left, ())
    _, (wrong,) = _read(reviews=[{**row, "review": "accepted"}])
    assert "rejected" in wrong.reason

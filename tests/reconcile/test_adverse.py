"""Claims that can harm: which owners and names on control lists are published, and which wait for a person."""

from __future__ import annotations

import pytest

from pipelines.reconcile.adverse import listed_to_review, owners_to_review
from pipelines.reconcile.choose import Row
from tests.reconcile.claims import claim, row

CASES = [
    (("treaty",), "accepted", ""), (("paper", "rival"), "accepted", ""), (("firm",), "corrected", ""),
    (("paper",), "accepted", "one witness"), (("paper", "reprint"), "accepted", "one witness"),
    (("paper", "poison"), "accepted", "one witness"), (("treaty",), "unreviewed", "unreviewed statements"),
    (("paper", "rival"), "unreviewed", "unreviewed statements"),
]  # fmt: skip


def _row(table: str, key: str, sources: tuple[str, ...], review: str, **cells: str) -> Row:
    return row(*(claim(table, key, source, review=review, **cells) for source in sources))


@pytest.mark.parametrize(("sources", "review", "lacking"), CASES)
def test_a_listed_name_needs_two_witnesses_and_a_review(sources: tuple[str, ...], review: str, lacking: str) -> None:
    listed = _row("export_control_entities", "c|Birch", sources, review, control_id="c", name_as_printed="Birch")
    kept, items = listed_to_review({"c|Birch": listed})
    assert list(kept) == ([] if lacking else ["c|Birch"])
    assert [lacking in item.text for item in items] == ([True] if lacking else [])


@pytest.mark.parametrize(("sources", "review", "lacking"), CASES)
def test_an_owner_needs_the_same_or_the_reviewed_register(sources: tuple[str, ...], review: str, lacking: str) -> None:
    owned = {"ownership": _row("ownership", "a|b|", sources, review, owner_org_id="a", owned_org_id="b")}
    kept, items = owners_to_review(owned, {})
    assert (len(kept), [lacking in item.text for item in items]) == ((0, [True]) if lacking else (1, []))
    register = _row("organizations", "b", ("treaty",), "accepted", org_id="b", name="B", parent_org_id="a")
    assert owners_to_review(owned, {"b": register}) == (owned, [])
    unreviewed = _row("organizations", "b", ("treaty",), "unreviewed", org_id="b", name="B", parent_org_id="a")
    assert len(owners_to_review(owned, {"b": unreviewed})[0]) == (0 if lacking else 1)

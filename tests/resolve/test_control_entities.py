"""Entities of control lists: an exact official name or a person, nothing between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.records import Claim
from pipelines.resolve.control_entities import match_entities
from tests.reconcile.claims import claim

REFERENCE = {
    "organizations": [
        {"org_id": "birch", "name": "Birch Heavy Industries, Ltd.", "name_ja": "樺重工業"},
        {"org_id": "twin-a", "name": "Twin Works", "name_ja": ""},
        {"org_id": "twin-b", "name": "Twin Works", "name_ja": ""},
    ],
    "organization_names": [
        {"org_id": "birch", "name": "Birch", "kind": "short"},
        {"org_id": "birch", "name": "Birch Heavy Industries", "kind": "official"},
        {"org_id": "birch", "name": "Old Birch", "kind": "former"},
    ],
}


def listed(name: str, org_id: str | None = None) -> Claim:
    return claim("export_control_entities", f"list|{name}", "paper", name_as_printed=name, org_id=org_id)


@pytest.mark.parametrize(
    ("name", "org_id", "expected"),
    [
        ("Birch Heavy Industries", None, "birch"),
        ("Ｂｉｒｃｈ  Heavy Industries", None, "birch"),  # width and blanks are typography
        ("樺重工業", None, "birch"),
        ("Birch", None, None),  # a short name may be a whole group's
        ("Birch", "birch", "birch"),  # a person said which
        ("Birch Heavy Industry", None, None),
        ("Birch Heavy Industries Precision", "birch", None),  # another firm, whoever coded it
        ("Old Birch", "birch", None),
        ("Twin Works", None, None),  # two bear the name
        ("BIRCH HEAVY INDUSTRIES", None, None),
    ],
)
def test_only_an_exact_name_gives_an_id(name: str, org_id: str | None, expected: str | None) -> None:
    (found,), items = match_entities([listed(name, org_id)], REFERENCE)
    cell = found.cells.get("org_id")
    assert (None if cell is None else cell.value) == expected
    assert [item.kind for item in items] == ([] if expected else ["control_entity"])


def test_two_sources_of_one_entity_wait_once_and_a_corrected_one_not_at_all() -> None:
    twice = [listed("Birch"), replace(listed("Birch"), source_id="rival")]
    assert len(match_entities(twice, REFERENCE)[1]) == 1
    key = "|".join(twice[0].key)
    assert match_entities(twice, REFERENCE, {("export_control_entities", key)})[1] == ()


def test_what_is_rejected_or_no_entity_passes_through() -> None:
    other = claim("projects", "plant", "paper", name="Birch")
    rejected = replace(listed("Unheard Works"), review="rejected")
    assert match_entities([other, rejected], REFERENCE) == ((other, rejected), ())


def test_the_nearest_name_is_a_suggestion() -> None:
    _, (item,) = match_entities([listed("Birch Heavy Industry")], REFERENCE)
    assert (item.suggestion or "").startswith("birch: ")
    assert match_entities([listed("Birch")], {})[1][0].suggestion is None

"""Final ids: known projects, candidates shared between documents, organisations of their own."""

from __future__ import annotations

from dataclasses import replace

from pipelines.extract.lexicon import Lexicon
from pipelines.extract.reading import Reading, read_document
from pipelines.ingest import readers
from pipelines.resolve.projects import settle

FIRST = (
    "Talks on a zinc smelter\n\nAbelion Metals will build a zinc smelter in Clarksville, Tennessee, the company said. "
    "The smelter is to cost $900 million.\n"
)
SECOND = (
    "Loan for Abelion\n\nAbelion Metals has begun building its zinc smelter in Clarksville, Tennessee. "
    "Sumitomo Mitsui Banking Corporation will lend $300 million.\n"
)
DIAMOND = (
    "Diamonds at home\n\nElement Six, a subsidiary of De Beers Group, will build a lab-grown diamond factory in Georgia, "
    "it said. The factory costs $600 million.\n"
)


def _read(text: str, name: str, lexicon: Lexicon) -> Reading:
    return read_document(readers.read_document(text.encode(), f"inbox/{name}.txt", None), lexicon)


def _projects(readings: list[Reading], lexicon: Lexicon) -> list[str]:
    return [claim.key[0] for claim in settle(readings, lexicon).claims if claim.table == "projects"]


def test_two_documents_on_one_new_project_become_one(lexicon: Lexicon) -> None:
    readings = [_read(FIRST, "first", lexicon), _read(SECOND, "second", lexicon)]
    ids = _projects(readings, lexicon)
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert ids[0].startswith("zinc-smelter-")


def test_the_order_of_documents_changes_nothing(lexicon: Lexicon) -> None:
    readings = [_read(text, str(number), lexicon) for number, text in enumerate((FIRST, SECOND, DIAMOND))]
    assert settle(readings, lexicon) == settle(readings[::-1], lexicon)


def test_a_known_project_keeps_its_id_and_its_curated_name(lexicon: Lexicon) -> None:
    settled = settle([_read(DIAMOND, "diamond", lexicon)], lexicon)
    (project,) = [claim for claim in settled.claims if claim.table == "projects"]
    assert project.key == ("element-six-georgia-diamond",)
    assert "name" not in project.cells
    assert not settled.review


def test_an_unknown_project_is_a_candidate_for_review(lexicon: Lexicon) -> None:
    settled = settle([_read(FIRST, "first", lexicon)], lexicon)
    assert [item.kind for item in settled.review] == ["organization", "project"]


def test_an_unknown_organisation_has_an_id_of_its_own(lexicon: Lexicon) -> None:
    settled = settle([_read(FIRST, "first", lexicon)], lexicon)
    (organization,) = [claim for claim in settled.claims if claim.table == "organizations"]
    assert organization.key == ("abelion-metals",)
    assert organization.review == "unreviewed"
    (item,) = [item for item in settled.review if item.kind == "organization"]
    assert item.text == "Abelion Metals"
    assert item.suggestion is not None
    used = {
        str(cell.value) for claim in settled.claims for name, cell in claim.cells.items() if name.endswith("org_id")
    }
    assert not any(value.startswith("@") for value in used)


def test_a_name_that_slugs_to_a_known_id_gets_a_hash(lexicon: Lexicon) -> None:
    reading = _read(FIRST, "first", lexicon)
    (sketch,) = reading.organizations
    clash = replace(sketch, name="Hitachi")
    settled = settle([replace(reading, organizations=(clash,))], lexicon)
    (organization,) = [claim for claim in settled.claims if claim.table == "organizations"]
    assert organization.key[0].startswith("hitachi-")


def test_no_provisional_id_is_left(lexicon: Lexicon) -> None:
    readings = [_read(text, str(number), lexicon) for number, text in enumerate((FIRST, SECOND, DIAMOND))]
    for claim in settle(readings, lexicon).claims:
        assert not any(part.startswith("@") for part in claim.key)
        assert not any(str(cell.value).startswith("@") for cell in claim.cells.values())

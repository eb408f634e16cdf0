"""What a sum is, by ways of saying it: each sentence stands behind one that names the plant."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines.extract.annotation import annotate_document
from pipelines.extract.finance import find_sums
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.projects import find_projects
from pipelines.records import Document, Paragraph, Source

CASES = list(csv.DictReader((Path(__file__).parent / "money_kinds.csv").open(encoding="utf-8")))
OPENING = {
    "en": "Takasago Copper will build a copper foil plant in Toledo, Ohio, the company said on Friday. ",
    "ja": "高砂銅箔は米オハイオ州トレドに銅箔工場を建設すると発表した。",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["sentence"][:40])
def test_the_kind_of_a_sum(case: dict[str, str], lexicon: Lexicon) -> None:
    text = OPENING[case["language"]] + case["sentence"]
    document = Document("x.txt", Source("x", language=case["language"]), None, (Paragraph(1, text),))
    annotated = annotate_document(document, lexicon)
    assert annotated is not None
    sums = find_sums(annotated, find_projects(annotated, lexicon), lexicon)
    told = [one for one in sums if one.kind in case["kind"].split("|")]
    assert told
    assert not case["instrument"] or {one.instrument for one in told} & set(case["instrument"].split("|"))
    assert case["kind"] == "project_cost" or not any(one.kind == "project_cost" for one in sums)
    assert all(one.project is not None for one in told if one.kind == "project_cost")

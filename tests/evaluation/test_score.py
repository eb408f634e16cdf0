"""The scorer of `make evaluate` gives the figures of the acceptance's own scorer, whatever the pipeline answers."""

from __future__ import annotations

import csv
import importlib.util
import json
import random
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import SHARED
from tests.evaluation import __main__ as evaluate
from tests.evaluation.score import Score, read_labels, score

DOCUMENTS = SHARED / "acceptance" / "documents"
LABELS = {
    "projects.csv": """doc,name_hints,gold_id,sector,stage,admin1,city,cost_low,cost_high,cost_currency,cost_qualifier,capacity_value,capacity_unit,announced_on
a.md,Harbour|smelter,g-one,critical_materials|metals,announced,US-TX,Houston,2000000000,2000000000,USD,exact,10000,t/yr,2026-03-01
a.md,Harbour cable,g-two,power_generation,reported,,,,,,,,,
b.md,工場|plant,g-three,critical_materials,approved,US-OH,,,500000000,USD,up_to,,,
""",
    "amounts.csv": """doc,gold_id,org,kind,instrument,low,high,currency,qualifier
a.md,g-one,,project_cost,unspecified,2000000000,2000000000,USD,exact
a.md,g-one,Harbour Bank,financing,loan,300000000,300000000,USD,about
a.md,prog-us-japan-550bn,,pledge,,,550000000000,USD,up_to
b.md,,,revenue,unspecified,70000000,,USD,at_least
""",
    "participants.csv": """doc,gold_id,org,org_ja,role,modality
a.md,g-one,Harbour Metals Corp.|Harbour,,developer|owner,asserted
a.md,g-one,Harbour Metals Corp.|Harbour,,operator,planned
a.md,g-one,Harbour Bank,港銀行,lender,asserted
a.md,g-two,Far Cable,,,asserted
b.md,g-three,Far Cable,,interested,
""",
    "materials.csv": """doc,gold_id,material,relation,uses
a.md,g-one,neodymium|ネオジム,produces,magnets
a.md,,graphite,,batteries
b.md,g-three,synthetic diamond,produces,
""",
    "controls.csv": """doc,authority,number,announced_on,effective_on,materials,target_country,status
a.md,MOFCOM,No. 11 of 2025,2025-02-03,2025-02-04,graphite,,in_force
b.md,MOFCOM,,2025-04-09,,,USA,suspended
""",
    "negatives_checks.csv": """doc,table,column,value,project_hint,note
a.md,projects,cost_original_low|cost_original_high,300000000,g-one,a loan as cost
a.md,participants,role,supplier,far cable & !g-one,a supplier
a.md,amounts,kind,tranche*,tied,a batch at a project
b.md,projects,stage,operating|under_construction,,too far
""",
    "empty.txt": "c.md\n",
    "sites.csv": "doc,word\nb.md,yard\n",
}


def _right_answers() -> dict[str, dict[str, Any]]:
    organizations = [
        {"org_id": "harbour-metals", "name": "Harbour Metals Corporation", "kind": "company"},
        {"org_id": "harbour-bank", "name": "Harbour Bank", "name_ja": "港銀行", "kind": "company"},
        {"org_id": "far-cable", "name": "Far Cable Inc.", "kind": "company"},
        {"org_id": "ministry", "name": "Ministry of Harbours", "kind": "ministry"},
    ]
    materials = [
        {"material_id": "neodymium", "name": "neodymium", "name_ja": "ネオジム"},
        {"material_id": "graphite", "name": "graphite"},
        {"material_id": "synthetic-diamond", "name": "synthetic diamond"},
        {"material_id": "rare-earths", "name": "rare earths"},
    ]
    smelter = {
        "project_id": "p1", "name": "Harbour smelter", "sector": "metals", "stage": "announced", "admin1": "US-TX",
        "city": "Houston", "cost_original_low": 2e9, "cost_original_high": 2e9, "cost_currency": "USD",
        "cost_qualifier": "exact", "capacity_value": 10000, "capacity_unit": "t/yr", "announced_on": "2026-03-01",
    }  # fmt: skip
    return {
        "a.md": {
            "organizations": organizations,
            "organization_names": [{"org_id": "harbour-metals", "name": "Harbour"}],
            "materials": materials,
            "projects": [
                smelter,
                {"project_id": "p2", "name": "Harbour cable", "sector": "power_generation", "stage": None, "stage_claimed": "reported"},
            ],
            "amounts": [
                {"amount_id": 1, "project_id": "p1", "low": 2e9, "high": 2e9, "currency": "USD", "kind": "project_cost", "qualifier": "exact"},
                {"amount_id": 2, "project_id": "p1", "low": 3e8, "high": 3e8, "currency": "USD", "kind": "financing", "qualifier": "about",
                 "instrument": "loan", "payer_org_id": "harbour-bank"},
                {"amount_id": 3, "project_id": "p1", "low": 4.5e10, "high": 4.5e10, "currency": "JPY", "kind": "financing", "restates": 2},
                {"amount_id": 4, "project_id": None, "low": None, "high": 5.5e11, "currency": "USD", "kind": "pledge", "qualifier": "up_to"},
            ],
            "participants": [
                {"project_id": "p1", "org_id": "harbour-metals", "role": "developer"},
                {"project_id": "p1", "org_id": "harbour-metals", "role": "operator"},
                {"project_id": "p1", "org_id": "harbour-bank", "role": "lender"},
                {"project_id": "p1", "org_id": "ministry", "role": "sponsor_government"},
                {"project_id": "p2", "org_id": "far-cable", "role": "contractor"},
            ],
            "project_materials": [{"project_id": "p1", "material_id": "neodymium"}, {"project_id": "p1", "material_id": "rare-earths"}],
            "material_uses": [{"material_id": "graphite", "use": "batteries"}],
            "export_controls": [
                {"control_id": "c1", "number": "Announcement 11 of 2025", "announced_on": "2025-02-03", "effective_on": "2025-02-04", "status": "in_force"},
                {"control_id": "c2", "number": None, "announced_on": None, "measure_type": "licence"},
            ],
        },
        "b.md": {
            "organizations": organizations,
            "materials": materials,
            "projects": [
                {"project_id": "q1", "name": "New plant", "sector": "critical_materials", "stage": "approved", "admin1": "US-OH",
                 "cost_original_low": None, "cost_original_high": 5e8, "cost_currency": "USD", "cost_qualifier": "up_to"},
                {"project_id": "q2", "name": "The old yard", "sector": "shipbuilding"},
            ],
            "amounts": [{"amount_id": 9, "project_id": "q1", "low": 7e7, "high": None, "currency": "USD", "kind": "revenue", "qualifier": "at_least"}],
            "participants": [
                {"project_id": "q1", "org_id": "far-cable", "role": "supplier", "engagement": "interest_expressed"},
                {"project_id": "q2", "org_id": "harbour-bank", "role": "lender"},
            ],
            "project_materials": [{"project_id": "q1", "material_id": "synthetic-diamond"}],
            "export_controls": [{"control_id": "c3", "number": "", "announced_on": "2025-04-09", "status": "suspended", "target_country": "USA"}],
        },
        "c.md": {},
    }  # fmt: skip


WORDS: list[Any] = [
    None,
    "",
    "graphite",
    "p1",
    "q1",
    "developer",
    "operating",
    "harbour-bank",
    "No. 11 of 2025",
    "tranche_total",
]
USING = ("participants", "project_materials", "material_uses")
FIGURES: list[Any] = [None, 3e8, 2e12, 10000]


def _spoiled(tables: dict[str, dict[str, Any]], chance: random.Random) -> dict[str, dict[str, Any]]:
    """Answers with some rows left out, doubled or moved to another document, and some cells changed."""
    spoiled: dict[str, dict[str, Any]] = json.loads(json.dumps(tables))
    rows = [(name, table, row) for name, of in spoiled.items() for table, listed in of.items() for row in listed]
    for name, table, row in rows:
        deed = chance.random()
        listed = spoiled[name][table]
        if deed < 0.08:
            listed[:] = [other for other in listed if other is not row]
        elif deed < 0.14:
            listed.append(dict(row))
        elif deed < 0.18:
            spoiled[chance.choice(list(spoiled))].setdefault(table, []).append(dict(row))
        elif deed < 0.5:
            column = chance.choice(
                [key for key in row if key not in ("org_id", "material_id") or table in USING] or ["x"]
            )
            same = [other.get(column) for _, _, other in rows]
            row[column] = chance.choice(
                [*(WORDS if isinstance(row.get(column), str) else FIGURES), chance.choice(same)]
            )
    if chance.random() < 0.1:
        del spoiled[chance.choice(list(spoiled))]
    return spoiled


@pytest.fixture(scope="module")
def theirs() -> ModuleType:
    """The acceptance's own scorer."""
    if not (DOCUMENTS / "score.py").exists():
        pytest.skip("the shared folder is absent")
    spec = importlib.util.spec_from_file_location("acceptance_score", DOCUMENTS / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    folder = tmp_path / "gold"
    folder.mkdir()
    for name, content in LABELS.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def _objects(tables: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {"source": {"path": f"docs/{name}"}, "tables": of} for name, of in tables.items()}


def _same(gold: Path, answers: dict[str, dict[str, Any]], theirs: ModuleType) -> Score:
    labels = read_labels(gold)
    wanted, hits = theirs.score(gold, answers)
    beside = gold.parent / "docs"
    documents = sorted(path.name for path in beside.iterdir()) if beside.is_dir() else sorted(labels.documents)
    ours = score(labels, answers, documents)
    for name in ("tp", "fp", "fn", "ok", "n"):
        assert +getattr(ours, name) == +getattr(wanted, name), name
    assert (ours.lines, ours.faults, ours.forbidden) == (wanted.lines, wanted.faults, hits)
    return ours


def test_the_figures_of_a_right_answer(gold: Path) -> None:
    result = score(read_labels(gold), _objects(_right_answers()), ["a.md", "b.md", "c.md"])
    assert (result.lines, result.faults, result.forbidden, result.magnitudes) == ([], [], [], [])
    assert dict(result.tp) == {
        "projects": 3,
        "amounts": 4,
        "participants": 4,
        "participants+role": 4,
        "materials": 3,
        "controls": 2,
    }
    assert result.ok == result.n and result.n["stage"] == 3 and result.n["amounts.payer"] == 1


def test_what_is_missed_superfluous_wrong_and_forbidden_is_told(gold: Path) -> None:
    tables = _right_answers()
    tables["a.md"]["projects"][0]["cost_original_high"] = 3e8
    tables["a.md"]["participants"] += [{"project_id": "p2", "org_id": "harbour-bank", "role": "supplier"}]
    tables["b.md"]["projects"] = [{"project_id": "x", "name": "Mill"}]
    tables["c.md"] = {"projects": [{"project_id": "y", "name": "Dam"}]}
    result = score(read_labels(gold), _objects(tables), ["a.md", "b.md", "c.md"])
    assert "FIELD cost_high          a.md g-one: 300000000.0 for '2000000000'" in result.lines
    assert "EXTRA participants       a.md ('p2', 'harbour-bank')" in result.lines
    assert {"MISS  projects           b.md g-three", "EXTRA projects           b.md x Mill"} <= set(result.lines)
    assert result.faults == ["c.md must give nothing and gives rows"]
    assert result.forbidden == ["a.md projects.cost_original_high = 300000000.0: a loan as cost"]


@pytest.mark.parametrize(("factor", "told"), [(0.05, 2), (0.5, 0), (5, 0), (1000, 2)])
def test_another_magnitude_is_told_of_costs_and_sums(gold: Path, factor: float, told: int) -> None:
    tables = _right_answers()
    tables["a.md"]["projects"][0]["cost_original_high"] *= factor
    for bound in ("low", "high"):
        tables["a.md"]["amounts"][0][bound] *= factor
    result = score(read_labels(gold), _objects(tables), ["a.md", "b.md", "c.md"])
    assert len(result.magnitudes) == told


@pytest.mark.parametrize("seed", range(200))
def test_equal_figures_whatever_the_answer(gold: Path, theirs: ModuleType, seed: int) -> None:
    _same(gold, _objects(_spoiled(_right_answers(), random.Random(seed))), theirs)


def test_the_answers_differ_enough_to_prove_it(gold: Path) -> None:
    labels, told = read_labels(gold), set()
    for seed in range(200):
        answers = _objects(_spoiled(_right_answers(), random.Random(seed)))
        result = score(labels, answers, sorted(labels.documents))
        told |= {line[:24] for line in result.lines} | {f"forbidden {line.split()[1]}" for line in result.forbidden}
        told |= {" ".join(fault.split()[1:]) for fault in result.faults}
    for table in ("projects", "amounts", "participants", "participants+role", "materials", "controls"):
        assert {f"MISS  {table:18}", f"EXTRA {table:18}"} <= told
    assert len([line for line in told if line.startswith("FIELD")]) > 12
    assert len([line for line in told if line.startswith("forbidden")]) >= 3
    assert "must give nothing and gives rows" in told


@pytest.mark.skipif(not DOCUMENTS.exists(), reason="the shared folder is absent")
def test_equal_figures_on_the_public_documents(theirs: ModuleType) -> None:
    from kakehashi.explain import background, explain

    known = background()
    answers = json.loads(
        json.dumps({path.name: explain(str(path), known) for path in sorted((DOCUMENTS / "docs").iterdir())})
    )
    assert sum(_same(DOCUMENTS / "gold", answers, theirs).tp.values()) > 80
    tables = {name: answer["tables"] for name, answer in answers.items()}
    for seed in range(6):
        spoiled = _objects(_spoiled(tables, random.Random(seed)))
        _same(DOCUMENTS / "gold", spoiled, theirs)


def _set(home: Path, name: str, texts: dict[str, str], labels: dict[str, str]) -> None:
    for folder, files in (("docs", texts), ("gold", labels)):
        (home / name / folder).mkdir(parents=True)
        for file, content in files.items():
            (home / name / folder / file).write_text(content, encoding="utf-8")


def test_a_set_of_which_only_part_exists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = {"plain.md": "# A fair\n\nThe fair opened.\n", "new.md": "# News\n\nNothing yet.\n"}
    _set(tmp_path, "en-worked", texts, {"empty.txt": "plain.md\n"})
    assert evaluate.main(["--home", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "== en-worked: 1 documents" in told and "left out, for no label names them yet: new.md" in told
    assert "labels not there yet: projects.csv" in told and "ja-aside: not there yet" in told


def test_a_missed_floor_and_a_document_without_answer_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = next(csv.reader(LABELS["projects.csv"].splitlines()))
    labels = {
        "projects.csv": ",".join(rows) + "\nplain.md,fair,g-fair" + "," * (len(rows) - 3) + "\n",
        "empty.txt": "gone.md\n",
    }
    _set(tmp_path, "en-aside", {"plain.md": "# A fair\n\nThe fair opened.\n"}, labels)
    assert evaluate.main(["--home", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert (
        "aside: projects F1 0.000, floor 0.90" in told
        and "aside: not as it must be: 1 cases" in told
        and "gone.md" not in told
    )
    assert "MISS" not in told, "misses of what is kept aside are told on request only"
    assert evaluate.main(["--home", str(tmp_path), "-v"]) == 1
    assert "MISS  projects           plain.md g-fair" in capsys.readouterr().out

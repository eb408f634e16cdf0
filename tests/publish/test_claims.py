"""Claims that can harm or flatter: what is evidence for them, and what is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from publish_sample import Row, frames

from pipelines.publish.checks import gate
from schemas import contract

Rows = dict[str, list[Row]]


def found(rows: Rows, check: str) -> list[str]:
    """Where a check finds something in these rows."""
    tables = {**frames(rows), "changes": contract.empty("changes")}
    return [finding.where for finding in gate(tables) if finding.check == check]


def with_event(rows: Rows, project: Row, stage: str, **event: object) -> Rows:
    """Give a project a stage and one event of that stage."""
    project.update(stage=stage)
    rows["tranches"][0].update(announced_on=dt.date(2026, 2, 17))
    rows["events"] = [
        {
            "event_id": "e1", "project_id": project["project_id"], "event_type": "statement", "stage": stage,
            "event_on": dt.date(2026, 3, 1), "event_precision": "day", "modality": "asserted",
            "evidence": "primary_document", "n_witnesses": 2, "source_id": "ministry-2026", "review": "accepted", **event,
        }
    ]  # fmt: skip
    return rows


NO_EVIDENCE: dict[str, dict[str, object]] = {
    "denied": {"modality": "denied"},
    "planned": {"modality": "planned"},
    "conditional": {"modality": "conditional"},
    "without a day": {"event_on": None, "event_precision": None},
}


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["financing_signed", "under_construction", "operating", "cancelled"])
@pytest.mark.parametrize("kind", NO_EVIDENCE)
def test_what_is_denied_or_has_no_day_is_no_evidence(rows: Callable[[], Rows], stage: str, kind: str) -> None:
    good, bad = rows(), rows()
    assert found(with_event(good, good["projects"][0], stage), "evidence_floor") == []
    with_event(bad, bad["projects"][0], stage, **NO_EVIDENCE[kind])
    assert found(bad, "evidence_floor") == ["projects diamond-plant stage"]


@pytest.mark.parametrize("kind", [*NO_EVIDENCE, "on the day of the list"])
def test_an_entry_of_a_list_is_not_lifted_by_a_denial_or_an_undated_word(rows: Callable[[], Rows], kind: str) -> None:
    good, bad = rows(), rows()
    for one in (good, bad):
        one["projects"][0].update(program_relation="interest_list")
    assert found(with_event(good, good["projects"][0], "announced"), "interest_not_announced") == []
    event = NO_EVIDENCE.get(kind, {"event_on": dt.date(2026, 2, 17)})
    with_event(bad, bad["projects"][0], "announced", **event)
    assert found(bad, "interest_not_announced") == ["projects diamond-plant stage"]


def with_listed(rows: Rows, name: str = "日立製作所", org_id: str | None = "hitachi", **told: object) -> Rows:
    """Put a name on a control list, as two newspapers print it and a person has accepted."""
    about = {"control_id": "c", "name_as_printed": name}
    rows["export_control_entities"] = [{**about, "org_id": org_id, "source_id": "newswire-2026"}]
    rows["sources"].append({**rows["sources"][1], "source_id": "rival-2026", "witness_id": "rival"})
    for number, source in enumerate(("newswire-2026", "rival-2026")):
        rows["statements"].append(
            {
                "statement_id": f"listed-{number}", "subject_kind": "export_control_entity", "subject_id": f"c|{name}",
                "property": "name_as_printed", "value": name, "value_type": "text", "source_id": source,
                "locator": "p1:0-3", "modality": "asserted", "method": "curated", "review": "accepted", "chosen": True,
                **(told if number else {}),
            }
        )  # fmt: skip
    return rows


LISTED = ["export_control_entities c|日立製作所"]


def test_a_name_on_a_list_that_two_print_and_one_accepted_passes(rows: Callable[[], Rows]) -> None:
    assert found(with_listed(rows()), "adverse_claim") == []
    assert found(with_listed(rows(), org_id=None), "adverse_claim") == []


@pytest.mark.parametrize(
    "told",
    [{"value": "日立"}, {"modality": "denied"}, {"source_id": "newswire-2026"}, {"subject_id": "c|日立"}],
    ids=["another spelling", "a denial", "one witness twice", "another row"],
)
@pytest.mark.parametrize("org_id", ["hitachi", None])
def test_a_name_on_a_list_needs_two_who_print_it(
    rows: Callable[[], Rows], told: dict[str, object], org_id: str | None
) -> None:
    assert found(with_listed(rows(), org_id=org_id, **told), "adverse_claim") == LISTED


def test_a_primary_document_is_enough_for_a_name_on_a_list(rows: Callable[[], Rows]) -> None:
    primary = with_listed(rows(), source_id="ministry-2026", subject_id="c|日立製作所")
    assert found(primary, "adverse_claim") == []
    primary["sources"][0].update(distrusted=True)
    assert LISTED[0] in found(primary, "adverse_claim")


def test_a_name_on_a_list_needs_a_review_and_an_exact_name(rows: Callable[[], Rows]) -> None:
    unreviewed = with_listed(rows())
    for row in unreviewed["statements"]:
        if row["subject_kind"] == "export_control_entity":
            row.update(review="unreviewed")
    assert found(unreviewed, "adverse_claim") == LISTED
    misspelled = with_listed(rows(), name="'=日立 製作所")
    assert found(misspelled, "adverse_claim") == ["export_control_entities c|'=日立 製作所"]


def test_an_owner_that_nobody_reviewed_is_found(rows: Callable[[], Rows]) -> None:
    unreviewed = rows()
    assert found(unreviewed, "adverse_claim") == []
    for row in unreviewed["statements"]:
        row.update(review="unreviewed")
    assert found(unreviewed, "adverse_claim") == ["ownership hitachi|element-six|"]
    unreviewed["organizations"][0].update(parent_org_id="hitachi")
    assert found(unreviewed, "adverse_claim") == []
    unreviewed["organizations"][0].update(review="unreviewed")
    assert found(unreviewed, "adverse_claim") == ["ownership hitachi|element-six|"]

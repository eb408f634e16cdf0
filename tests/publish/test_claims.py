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

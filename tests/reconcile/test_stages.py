"""How far a project is: on strong evidence, with halts, and never ahead of time."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.reconcile.choose import Row
from pipelines.reconcile.stages import fill_evidence, fill_stage
from tests.reconcile.claims import claim, day, row


def _event(stage: str, on: str | None, *sources: str, precision: str = "day", **about: Any) -> Row:
    key = f"{stage}-{on}"
    event = row(
        *(
            claim(
                "events", key, source, event_id=key, project_id="plant", event_type="statement", stage=stage,
                event_on=day(on) if on else None, event_precision=precision if on else None, **about,
            )
            for source in sources or ("treaty",)
        )
    )  # fmt: skip
    fill_evidence(event)
    return event


def _stage(*events: Row, today: str | None = None) -> tuple[str, str, str]:
    project = row(claim("projects", "plant", "paper", project_id="plant", name="Plant"))
    fill_stage(project, events, day(today) if today else None)
    return project.text("stage"), project.text("stage_evidence"), project.text("stage_claimed")


@pytest.mark.parametrize(
    ("sources", "evidence"),
    [
        (("treaty", "paper"), "primary_document"), (("firm",), "party_confirmed"), (("paper", "rival"), "two_witnesses"),
        (("paper", "reprint"), "single_witness"), (("paper", "poison"), "single_witness"),
    ],
)  # fmt: skip
def test_evidence_follows_from_who_states_it(sources: tuple[str, ...], evidence: str) -> None:
    assert _event("announced", "2026-02-17", *sources).text("evidence") == evidence


def test_two_witnesses_must_be_two() -> None:
    assert _event("announced", "2026-02-17", "paper", evidence="two_witnesses").text("evidence") == "single_witness"


def test_a_single_witness_shows_that_it_is_reported_and_no_more() -> None:
    assert _stage(_event("under_construction", "2026-02-17", "paper")) == (
        "reported",
        "single_witness",
        "under_construction",
    )


def test_the_furthest_stage_on_strong_evidence_is_published() -> None:
    events = [
        _event("announced", "2026-02-17"), _event("approved", "2026-01-01", "paper", "rival"),
        _event("operating", "2026-03-01", "paper"),
    ]  # fmt: skip
    assert _stage(*events) == ("approved", "two_witnesses", "operating")


@pytest.mark.parametrize(
    ("halted", "precision", "resumed", "stage"),
    [
        ("2026-03-01", "day", None, "cancelled"),
        ("2026-03-01", "month", "2026-03-20", "cancelled"), ("2026-03-01", "day", "2026-03-20", "approved"),
    ],
)  # fmt: skip
def test_a_halt_holds_until_something_dated_later_goes_on(
    halted: str | None, precision: str, resumed: str | None, stage: str
) -> None:
    events = [_event("announced", "2026-02-17"), _event("cancelled", halted, precision=precision)]
    if resumed:
        events.append(_event("approved", resumed))
    assert _stage(*events)[0] == stage


@pytest.mark.parametrize("resumed", [None, "2026-05-01"])
def test_a_halt_without_a_day_holds_until_something_is_known_of_it(resumed: str | None) -> None:
    events = [_event("announced", "2026-02-17"), *([_event("approved", resumed)] if resumed else [])]
    assert _stage(*events, _event("shelved", None))[0] == "shelved"


@pytest.mark.parametrize("earlier", [None, "2026-05-01"])
def test_a_cancellation_without_a_day_leaves_the_stage_open(earlier: str | None) -> None:
    """It cannot be published, and what went before may be over: the stage is left empty with its reason."""
    project = row(claim("projects", "plant", "paper", project_id="plant", name="Plant"))
    events = [_event("cancelled", None), *([_event("announced", earlier)] if earlier else [])]
    assert fill_stage(project, events) == "conflicting"
    assert (project.text("stage"), project.text("stage_claimed")) == ("", "cancelled")


@pytest.mark.parametrize("stage", ["financing_signed", "under_construction", "operating"])
def test_money_and_concrete_need_a_day(stage: str) -> None:
    announced = _event("announced", "2026-01-01", "firm")
    assert _stage(announced, _event(stage, None)) == ("announced", "party_confirmed", stage)
    assert _stage(announced, _event(stage, "2026-02-17"))[0] == stage


@pytest.mark.parametrize(
    ("on", "listed_on", "stage"),
    [
        ("2025-10-28", "2025-10-28", "listed_interest"), ("2025-10-01", "2025-10-28", "listed_interest"),
        (None, None, "listed_interest"), ("2025-11-01", "2025-10-28", "under_discussion"),
        ("2025-10-01", None, "under_discussion"),
    ],
)  # fmt: skip
def test_an_entry_of_a_list_moves_by_a_later_word_alone(on: str | None, listed_on: str | None, stage: str) -> None:
    about = {"project_id": "plant", "name": "Plant", "program_relation": "interest_list"}
    project = row(claim("projects", "plant", "paper", **about))
    events = [_event("listed_interest", "2025-10-28"), _event("under_discussion", on, "firm")]
    fill_stage(project, events, listed_on=day(listed_on) if listed_on else None)
    assert project.text("stage") == stage


def test_what_is_dated_after_the_release_has_not_happened() -> None:
    events = [_event("announced", "2026-02-17"), _event("operating", "2030-01-01")]
    assert _stage(*events, today="2026-11-22") == ("announced", "primary_document", "announced")


def test_plans_conditions_and_denials_are_no_stage() -> None:
    for modality in ("planned", "conditional"):
        assert (
            _stage(_event("announced", "2026-02-17"), _event("operating", "2026-03-01", modality=modality))[0]
            == "announced"
        )


@pytest.mark.parametrize("stage", ["financing_signed", "under_construction", "operating", "cancelled"])
def test_money_and_concrete_need_more_than_a_partys_own_word(stage: str) -> None:
    announced = _event("announced", "2026-01-01", "firm")
    assert _stage(announced, _event(stage, "2026-02-17", "firm")) == ("announced", "party_confirmed", stage)
    assert _stage(announced, _event(stage, "2026-02-17", "firm", "paper"))[0] == stage
    assert _stage(announced, _event(stage, "2026-02-17", "treaty"))[0] == stage


def test_a_document_by_itself_has_no_second_witness() -> None:
    project = row(claim("projects", "plant", "paper", project_id="plant", name="Plant"))
    fill_stage(project, [_event("operating", "2026-02-17", "firm")], alone=True)
    assert project.text("stage") == "operating"

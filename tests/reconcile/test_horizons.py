"""Until when the status of a control is known: a text tells that of its own day, a person says it."""

from __future__ import annotations

from pipelines.reconcile.choose import Row
from pipelines.reconcile.horizons import fill_known_until
from pipelines.resolve.decisions import Correction
from tests.reconcile.claims import claim, day, row

READ = {"method": "documents-1", "review": "unreviewed"}


def _control(*told: tuple[str, str | None], status: str = "in_force", **about: str) -> Row:
    return row(
        *(
            claim("export_controls", "c", source, control_id="c", status=status, on=day(on) if on else None, **about)
            for source, on in told
        )
    )


def _filled(control: Row, *corrections: Correction) -> tuple[str, str]:
    fill_known_until([control], corrections)
    return control.text("status"), control.text("known_until")


def test_what_a_machine_read_holds_for_the_day_of_the_newest_text() -> None:
    control = _control(("paper", "2026-03-01"), ("rival", "2026-04-01"), **READ)
    assert _filled(control) == ("in_force", "2026-04-01")
    assert [proof.source_id for proof in control.receipts["known_until"]] == ["rival"]


def test_a_text_without_a_date_tells_no_status() -> None:
    control = _control(("paper", None), **READ)
    assert _filled(control) == ("unknown", "")
    assert "without a date" in control.receipts["status"][0].rule


def test_what_a_person_coded_is_left_to_the_gate() -> None:
    assert _filled(_control(("treaty", "2026-03-01"))) == ("in_force", "")
    assert _filled(_control(("treaty", None), status="unknown")) == ("unknown", "")


def test_a_decision_tells_the_status_of_its_day() -> None:
    from pipelines.reconcile.corrections import correct

    control = _control(("paper", "2026-03-01"), **READ)
    decision = Correction(
        "d1", day("2026-05-01"), "me", "export_controls", "c", "status", "in_force", "revoked", "why", "here"
    )
    assert correct({"export_controls": {"c": control}}, [decision], []) == []
    assert _filled(control, decision) == ("revoked", "2026-05-01")

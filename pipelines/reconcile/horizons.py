"""Until when the status of an export control is known, where no person has said.

What belongs here: the last day of a status that a machine read or that a decision set. What does not: the status of
another day (`dependence/controls`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from pipelines.reconcile.choose import Row, receipt
from pipelines.records import EXTRACTED
from pipelines.resolve.decisions import Correction

UNKNOWN = "unknown"


def fill_known_until(controls: Iterable[Row], corrections: Iterable[Correction]) -> None:
    """Fill `known_until` of statuses that stand without one.

    A text tells the status of its own day, a decision that of the day it was made on. What a text without a date says
    holds for no day that is known: its status is `unknown`. A status that a person coded is left as it is.

    Args:
        controls: Rows of `export_controls`, corrected; changed in place.
        corrections: Decisions that were to be obeyed.
    """
    decided = {f"decision {one.decision_id}": one.decided_on for one in corrections}
    for control in controls:
        if control.text("known_until") or control.text("status") in ("", UNKNOWN):
            continue
        if not _by_decision(control, decided):
            _by_text(control)


def _by_decision(control: Row, decided: Mapping[str, dt.date]) -> bool:
    proofs = control.receipts.get("status", [])
    days = [decided[proof.rule] for proof in proofs if proof.rule in decided]
    if days:
        control.put("known_until", max(days), proofs, "day of the decision that tells the status")
    return bool(days)


def _by_text(control: Row) -> None:
    said = [statement for statement in control.support if statement.column == "status" and statement.chosen]
    if not said or not all(statement.claim.method.startswith(EXTRACTED) for statement in said):
        return
    dated = [(one.claim.stated_on, one.statement_id, one) for one in said if one.claim.stated_on is not None]
    if dated:
        day, _, newest = max(dated, key=lambda entry: entry[:2])
        control.put("known_until", day, [receipt(newest, "chosen")], "day of the text that tells the status")
    else:
        proofs = control.receipts.get("status", [])
        control.put("status", UNKNOWN, proofs, "told by a text without a date, so of no day that is known")

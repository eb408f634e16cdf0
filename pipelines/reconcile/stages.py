"""How far a project is, on which evidence, and how far anybody claims it is.

What belongs here: the contract's rule for stage, stage_claimed and evidence of events. What does not: what counts
as an event (`raw/curated/events.csv`, `extract/stages`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from pipelines.reconcile.choose import Receipt, Row
from pipelines.reconcile.precedence import witnesses
from pipelines.records import EXTRACTED

STAGES = (
    "reported",
    "listed_interest",
    "under_discussion",
    "announced",
    "approved",
    "financing_signed",
    "under_construction",
    "operating",
)
"""Stages in the order in which a project goes through them."""

HALTED = ("suspended", "shelved", "cancelled")
"""Ends and halts: whichever came last decides over the furthest stage."""

UNDER_WAY = ("announced", "approved", "financing_signed", "under_construction", "operating")
"""Stages whose project cost may be added."""

STRONG = ("primary_document", "party_confirmed", "two_witnesses")
"""Evidence on which a stage is published."""

FLOORED = ("financing_signed", "under_construction", "operating", "cancelled")
"""Stages that need a primary document or two witnesses."""

WEAK_STAGES = ("reported",)
"""What a single witness can show: that it is reported, nothing more."""


def fill_evidence(event: Row) -> None:
    """Fill `evidence` and `n_witnesses` of an event where no person gave its evidence.

    primary_document where an official source states it, party_confirmed for a party's own, two_witnesses for two first
    publishers, else single_witness. A person's word for it stands, except that two witnesses must be two.
    """
    count = witnesses(event.support)
    event.values["n_witnesses"] = count
    tiers = {statement.source.tier for statement in event.support}
    given = event.text("evidence") if _given_by_person(event) else ""
    if given and not (given == "two_witnesses" and count < 2):
        return
    if "official" in tiers:
        event.values["evidence"] = "primary_document"
    elif "party" in tiers:
        event.values["evidence"] = "party_confirmed"
    else:
        event.values["evidence"] = "two_witnesses" if count >= 2 else "single_witness"


def _given_by_person(event: Row) -> bool:
    """A machine's word on evidence counts only where no person has coded the event."""
    by_person = [not s.claim.method.startswith(EXTRACTED) for s in event.support]
    told = [not s.claim.method.startswith(EXTRACTED) for s in event.support if s.column == "evidence"]
    return any(told) or not any(by_person)


INTEREST_LIST = "interest_list"
"""Relation to the programme of what an official list names as of interest to firms."""

_EARLY = ("reported", "listed_interest")
"""What an entry of such a list may be without a word of a party since."""


def fill_stage(
    project: Row,
    events: Sequence[Row],
    today: dt.date | None = None,
    *,
    alone: bool = False,
    listed_on: dt.date | None = None,
) -> str | None:
    """Fill stage, stage_as_of, stage_evidence, stage_claimed and last_evidence_on of a project.

    Args:
        project: A row of `projects`; changed in place.
        events: Its events, with evidence.
        today: The release's date; what is dated later has not happened. None: nothing is known to be later.
        alone: One document is asked for what it says by itself: there is no second witness to wait for.
        listed_on: Day of the list of interest that the project is an entry of, where it is known.

    Returns:
        Why the stage is left empty, a code of `null_reason`; None where nothing but the events decides.
    """
    told = [event for event in events if event.text("stage") and _has_happened(event, today)]
    proven, undated = _proven(project, told, alone=alone)
    if project.text("program_relation") == INTEREST_LIST and not alone:
        proven = [event for event in proven if event.text("stage") in _EARLY or _is_after(event, listed_on)]
    best = _furthest(proven)
    # An end whose day nobody tells: it cannot be published, and whatever went before may be over.
    ended = any(event.text("stage") in HALTED for event in undated)
    if best is None and told and not ended:
        _fill_reported(project, told)
    if best is not None and not ended:
        proof = _proof(best)
        project.put("stage", best.text("stage"), proof, "furthest stage on strong evidence")
        project.put("stage_evidence", best.text("evidence"), proof, "evidence of the event that gives the stage")
        project.put(
            "stage_as_of", best.values.get("event_on"), best.receipts.get("event_on", proof), "date of that event"
        )
    claimed = _furthest(told)
    if claimed is not None:
        project.put("stage_claimed", claimed.text("stage"), _proof(claimed), "furthest stage that anyone claims")
    dated = [
        event for event in events if isinstance(event.values.get("event_on"), dt.date) and _has_happened(event, today)
    ]
    if dated:
        last = max(dated, key=lambda event: (event.text("event_on"), event.key))
        project.put(
            "last_evidence_on", last.values["event_on"], last.receipts.get("event_on", []), "date of the newest event"
        )
    return "conflicting" if ended else None


def _proven(project: Row, told: Sequence[Row], *, alone: bool) -> tuple[list[Row], list[Row]]:
    """Events that prove their stage, and those that would if they had the day that their stage needs."""
    # What nobody has reviewed may carry a project that nobody has reviewed, never one that somebody has.
    reviewed = project.text("review") != "unreviewed"
    proven = [
        event
        for event in told
        if _proves(event, alone=alone) and (not reviewed or event.text("review") != "unreviewed")
    ]
    if alone:
        return proven, []
    if not reviewed:
        # That something is given up can harm: of a project that nobody has reviewed it is only claimed.
        proven = [event for event in proven if event.text("stage") != "cancelled"]
    undated = [event for event in proven if event.text("stage") in FLOORED and not event.text("event_on")]
    return [event for event in proven if event not in undated], undated


def day_of_list(project: Row, tranches: Mapping[str, Row]) -> dt.date | None:
    """Return the day of the batch or list that a project was announced in, None where it is not known."""
    batch = tranches.get(project.text("tranche"))
    listed_on = batch.values.get("announced_on") if batch is not None else None
    return listed_on if isinstance(listed_on, dt.date) else None


def _is_after(event: Row, listed_on: dt.date | None) -> bool:
    on = event.values.get("event_on")
    return isinstance(on, dt.date) and (listed_on is None or on > listed_on)


def _proves(event: Row, *, alone: bool) -> bool:
    """A party's own word shows what it says it will do, not that money or concrete has moved."""
    if event.text("stage") in FLOORED and not alone:
        count = event.values.get("n_witnesses")
        return event.text("evidence") == "primary_document" or (isinstance(count, int) and count >= 2)
    return event.text("evidence") in STRONG or event.text("stage") in WEAK_STAGES


def _has_happened(event: Row, today: dt.date | None) -> bool:
    """A plan, a condition or a date to come is no stage: it becomes one when the event comes."""
    on = event.values.get("event_on")
    to_come = today is not None and isinstance(on, dt.date) and on > today
    return event.text("modality") in ("asserted", "reported") and not to_come


def _fill_reported(project: Row, told: Sequence[Row]) -> None:
    """What a single witness tells of a project shows that it is reported, whatever stage he claims."""
    first = min(told, key=lambda event: (event.text("event_on") or "9999", event.key))
    proof = _proof(first)
    project.put("stage", "reported", proof, "told by a single witness")
    project.put("stage_evidence", first.text("evidence"), proof, "evidence of the event that gives the stage")
    project.put(
        "stage_as_of", first.values.get("event_on"), first.receipts.get("event_on", proof), "date of that event"
    )


def _furthest(events: Sequence[Row]) -> Row | None:
    """The last halt where nothing dated later goes on; else the furthest stage, on the strongest and newest event."""
    halts = [event for event in events if event.text("stage") in HALTED]
    if halts:
        last = max(halts, key=lambda event: (_end(event), event.key))
        resumed = [e for e in events if e.text("stage") in STAGES and e.text("event_on") > _end(last)]
        if not resumed:
            return last
        events = resumed
    along = [event for event in events if event.text("stage") in STAGES]
    if not along:
        return None
    strength = {name: len(STRONG) - place for place, name in enumerate(STRONG)}
    return max(
        along,
        key=lambda e: (STAGES.index(e.text("stage")), strength.get(e.text("evidence"), 0), e.text("event_on"), e.key),
    )


def _end(event: Row) -> str:
    """The last day that the event can have happened on; a halt without a date holds until something is known of it."""
    on = event.text("event_on")
    precision = event.text("event_precision")
    if not on:
        return "9999"
    return {"year": f"{on[:4]}-12-31", "quarter": f"{on[:4]}-12-31", "month": f"{on[:7]}-31"}.get(precision, on)


def _proof(event: Row) -> list[Receipt]:
    return event.receipts.get("stage", [])

"""Give claims on tables with a content key their key, so that two sources on the same thing meet in one row.

What belongs here: what makes two amounts, participants or events the same one. What does not: which of two
differing figures is preferred (`reconcile/`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from pipelines.ingest.values import canonical
from pipelines.records import Cell, Claim
from schemas.contract import TABLES

Signature = tuple[str, ...]

_SIGNATURES: dict[str, tuple[str, ...]] = {
    "amounts": ("program_id", "project_id", "tranche", "kind", "currency"),
    "participants": ("program_id", "project_id", "org_id", "role", "instrument"),
    "events": ("program_id", "project_id", "event_type", "stage", "event_on"),
    "program_terms": ("program_id", "term", "value", "unit"),
}
"""Columns that together say which one of its table a row is about. An amount adds its figure, below."""


def identify(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Fill empty keys of `amounts`, `participants`, `events` and `program_terms`.

    A claim without key takes the readable id of a row that a person gave for the same content; otherwise its id is
    made of its content.

    Args:
        claims: All claims of a build, those with a key (curated ids) and those without.

    Returns:
        The claims in the same order, each with a key; the key column is among its cells.
    """
    named: dict[tuple[str, Signature], str] = {}
    for claim in claims:
        if claim.table in _SIGNATURES and claim.key:
            named.setdefault((claim.table, _signature(claim)), claim.key[0])
    return tuple(_keyed(claim, named) if not claim.key else claim for claim in claims)


def complete_tranches(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Add the tranche that a document speaks of where no row describes it, so that its amounts have what to point at.

    Args:
        claims: All claims of a build.

    Returns:
        The claims and, for each undescribed tranche of a programme, one claim by the first source that names it.
    """
    described = {claim.key[0] for claim in claims if claim.table == "tranches" and claim.key}
    added: dict[str, Claim] = {}
    for claim in claims:
        tranche, program = claim.cells.get("tranche"), claim.cells.get("program_id")
        if tranche is None or program is None or claim.table == "tranches":
            continue
        name = str(tranche.value)
        if name not in described and name not in added:
            cells = {
                "tranche_id": tranche,
                "program_id": program,
                "name": Cell(name.replace("-", " ").capitalize(), tranche.literal, tranche.locator),
            }
            added[name] = replace(claim, table="tranches", key=(name,), cells=cells)
    return (*claims, *added.values())


def _signature(claim: Claim) -> Signature:
    parts = [_text(claim, column) for column in _SIGNATURES[claim.table]]
    if claim.table == "amounts":
        # "About 600 million" and "600 million" are the same money told twice; a ceiling of 600 is not.
        parts.append(_text(claim, "high") or _text(claim, "low") or _text(claim, "raw_literal"))
        parts.append("ceiling" if "low" not in claim.cells else "")
        if parts[3] in ("financing", "commitment", "disbursement", "repayment", "purchase"):
            parts.append(_text(claim, "payer_org_id"))
    return tuple(parts)


def _text(claim: Claim, column: str) -> str:
    cell = claim.cells.get(column)
    return canonical(cell.value) if cell is not None else ""


def _keyed(claim: Claim, named: dict[tuple[str, Signature], str]) -> Claim:
    signature = _signature(claim)
    key = named.get((claim.table, signature)) or _made_up(claim, signature)
    column = TABLES[claim.table].key[0]
    place = next(iter(claim.cells.values())).locator
    return replace(claim, key=(key,), cells={column: Cell(key, key[:40], place), **claim.cells})


def _made_up(claim: Claim, signature: Signature) -> str:
    subject = _text(claim, "project_id") or _text(claim, "program_id") or "unassigned"
    if claim.table == "participants":
        parts = [subject, _text(claim, "org_id"), _text(claim, "role"), _text(claim, "instrument")]
        return ".".join(part.replace("_", "-") for part in parts if part)
    kind = _text(claim, "kind") or _text(claim, "event_type") or _text(claim, "term")
    digest = hashlib.sha256("\x1f".join(signature).encode()).hexdigest()[:8]
    return "-".join(part.replace("_", "-") for part in (subject, kind, digest) if part)

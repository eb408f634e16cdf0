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
    "participants": ("program_id", "project_id", "org_id", "role", "instrument"),
    "events": ("program_id", "project_id", "event_type", "stage", "event_on"),
    "program_terms": ("program_id", "term", "value", "unit"),
}
"""Columns that together say which one of its table a row is about. Amounts have a rule of their own."""

_PAID_BY = ("financing", "commitment", "disbursement", "repayment", "purchase")
"""Kinds of which each payer has its own: one bank's part is another row than the other bank's."""


def identify(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Fill empty keys of `amounts`, `participants`, `events` and `program_terms`.

    A claim without key takes the readable id of a row that a person gave for the same content; otherwise its id is
    made of its content.

    Args:
        claims: All claims of a build, those with a key (curated ids) and those without.

    Returns:
        The claims in the same order, each with a key; the key column is among its cells.
    """
    named: dict[tuple[str, Signature], dict[str, Claim]] = {}
    for claim in claims:
        if claim.key and (claim.table in _SIGNATURES or claim.table == "amounts"):
            named.setdefault((claim.table, _signature(claim)), {}).setdefault(claim.key[0], claim)
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
    if claim.table != "amounts":
        return tuple(_text(claim, column) for column in _SIGNATURES[claim.table])
    # "About 600 million" and "600 million" are the same money told twice; a ceiling of 600 is not.
    figure = _text(claim, "high") or _text(claim, "low") or _text(claim, "raw_literal")
    subject = _text(claim, "project_id") or _text(claim, "program_id")
    ceiling = "ceiling" if "low" not in claim.cells else ""
    return (subject, _text(claim, "kind"), _text(claim, "currency"), figure, ceiling)


def _agrees(claim: Claim, other: Claim, column: str) -> bool:
    left, right = _text(claim, column), _text(other, column)
    return not left or not right or left == right


def _named_like(claim: Claim, candidates: dict[str, Claim]) -> str | None:
    """The named row that the claim may be about: neither payer nor batch contradicts.

    Where several fit, the first is taken: the same figure for the same thing is never a further amount.
    """
    columns = ["tranche"]
    if claim.table == "amounts" and _text(claim, "kind") in _PAID_BY:
        columns.append("payer_org_id")
    fitting = [key for key, other in candidates.items() if all(_agrees(claim, other, column) for column in columns)]
    return min(fitting, default=None)


def _text(claim: Claim, column: str) -> str:
    cell = claim.cells.get(column)
    return canonical(cell.value) if cell is not None else ""


def _keyed(claim: Claim, named: dict[tuple[str, Signature], dict[str, Claim]]) -> Claim:
    signature = _signature(claim)
    key = _named_like(claim, named.get((claim.table, signature), {})) or _made_up(claim, signature)
    column = TABLES[claim.table].key[0]
    place = next(iter(claim.cells.values())).locator
    return replace(claim, key=(key,), cells={column: Cell(key, key[:40], place), **claim.cells})


def _made_up(claim: Claim, signature: Signature) -> str:
    subject = _text(claim, "project_id") or _text(claim, "program_id") or "unassigned"
    if claim.table == "participants":
        parts = [subject, _text(claim, "org_id"), _text(claim, "role"), _text(claim, "instrument")]
        return ".".join(part.replace("_", "-") for part in parts if part)
    kind = _text(claim, "kind") or _text(claim, "event_type") or _text(claim, "term")
    apart = (*signature, _text(claim, "payer_org_id")) if kind in _PAID_BY else signature
    digest = hashlib.sha256("\x1f".join(apart).encode()).hexdigest()[:8]
    return "-".join(part.replace("_", "-") for part in (subject, kind, digest) if part)

"""Checks of what is claimed of projects and firms: enough evidence for it, and nothing claimed twice.

What belongs here: evidence behind stages, interest, owners and listed names, and links between projects. What does not:
money (`checks_sums`) and figures of dependence (`checks_dependence`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.publish.findings import Finding, Tables, table_check

FLOORED = ("financing_signed", "under_construction", "operating", "cancelled")
"""Stages that need a primary document or two witnesses."""
_EARLY = (None, "reported", "listed_interest")
_STRONG = frozenset({"primary_document", "party_confirmed", "two_witnesses"})
_EXCLUSIVE = frozenset({"candidate_for", "supersedes", "same_money"})
_SETTLED = frozenset({"accepted", "corrected"})
_PRIMARY = frozenset({"official", "party"})
_DOUBTFUL = ("former", "misspelling")
"""Kinds of names by which nobody on a list is known."""
_TOLD = frozenset({"asserted", "reported"})
"""Modalities of what has happened; what is denied, planned or conditional is no evidence that it has."""


@table_check("interest_not_announced", waivable=True)
def interest_not_announced(tables: Tables) -> Iterator[Finding]:
    """No entry of an interest list stands above listed_interest without a later event of a party."""
    listed_on = {row["tranche_id"]: row["announced_on"] for row in tables.rows("tranches")}
    events = _events(tables)
    for row in tables.rows("projects"):
        if row["program_relation"] != "interest_list" or row["stage"] in _EARLY:
            continue
        day = listed_on.get(row["tranche"])
        later = (
            event["stage"] not in _EARLY and event["evidence"] in _STRONG and (day is None or event["event_on"] > day)
            for event in events.get(row["project_id"], [])
        )
        if not any(later):
            expected = "listed_interest, or a dated event of a party after the list"
            yield Finding("interest_not_announced", f"projects {row['project_id']} stage", row["stage"], expected)


@table_check("evidence_floor", waivable=True)
def evidence_floor(tables: Tables) -> Iterator[Finding]:
    """Signed finance, construction, operation and cancellation have a day, and a primary document or two witnesses."""
    events = _events(tables)
    for row in tables.rows("projects"):
        if row["stage"] not in FLOORED:
            continue
        own = [event for event in events.get(row["project_id"], []) if event["stage"] == row["stage"]]
        if not any(event["evidence"] == "primary_document" or (event["n_witnesses"] or 0) >= 2 for event in own):
            where = f"projects {row['project_id']} stage"
            expected = "a dated event on two witnesses or a primary document"
            yield Finding("evidence_floor", where, f"{row['stage']} on {row['stage_evidence']}", expected)


@table_check("links_exclusive", waivable=True)
def links_exclusive(tables: Tables) -> Iterator[Finding]:
    """Two projects that are one under another name are never both in one sum."""
    sets: dict[str, set[str]] = {}
    for row in tables.rows("amounts"):
        if row["project_id"] is not None and row["sum_set"] is not None:
            sets.setdefault(row["project_id"], set()).add(row["sum_set"])
    for row in tables.rows("project_links"):
        if row["relation"] in _EXCLUSIVE:
            both = sets.get(row["project_id"], set()) & sets.get(row["other_project_id"], set())
            for name in sorted(both):
                where = f"project_links {row['project_id']} {row['relation']} {row['other_project_id']}"
                yield Finding("links_exclusive", where, f"both in the set {name}", "one of them")


@table_check("adverse_claim", waivable=True)
def adverse_claim(tables: Tables) -> Iterator[Finding]:
    """Owners, cancellations and listed names rest on two witnesses or a primary source, an exact name, and review."""
    yield from _owners(tables)
    yield from _listed_names(tables)
    for row in tables.rows("projects"):
        if row["stage"] == "cancelled" and row["review"] not in _SETTLED:
            where = f"projects {row['project_id']} stage"
            yield Finding("adverse_claim", where, f"cancelled, review {row['review']}", "a reviewed project")


def _owners(tables: Tables) -> Iterator[Finding]:
    support = _support(tables, "ownership")
    parents = {
        (row["parent_org_id"], row["org_id"]) for row in tables.rows("organizations") if row["review"] in _SETTLED
    }
    for key, row in zip(tables.keys("ownership"), tables.rows("ownership"), strict=True):
        if (row["owner_org_id"], row["owned_org_id"]) not in parents:
            yield from _weak(f"ownership {key}", support.get(key, []))


def _listed_names(tables: Tables) -> Iterator[Finding]:
    support, names = _support(tables, "export_control_entity", "name_as_printed"), _known_names(tables)
    listed = tables.rows("export_control_entities")
    for key, row in zip(tables.keys("export_control_entities"), listed, strict=True):
        where = f"export_control_entities {key}"
        printed = row["name_as_printed"]
        yield from _weak(where, [told for told in support.get(key, []) if told["value"] == printed])
        if row["org_id"] is not None and _plain(printed) not in names.get(row["org_id"], set()):
            yield Finding("adverse_claim", where, f"taken for {row['org_id']}", "a name of it, letter for letter")


def _weak(where: str, told: list[Mapping[str, Any]]) -> Iterator[Finding]:
    """What is wrong with a claim that these statements bear."""
    witnesses = {statement["witness"] for statement in told}
    if len(witnesses) < 2 and not any(statement["tier"] in _PRIMARY for statement in told):
        found = "one witness" if witnesses else "no witness"
        yield Finding("adverse_claim", where, found, "two, or a primary source")
    elif not any(statement["review"] in _SETTLED for statement in told):
        yield Finding("adverse_claim", where, "statements that nobody reviewed", "a reviewed one")


def _support(tables: Tables, kind: str, told_of: str | None = None) -> dict[str, list[Mapping[str, Any]]]:
    """Key -> statements that speak for a row of this kind, each with tier and witness of its source.

    Args:
        told_of: Only statements of this column.
    """
    sources = {row["source_id"]: row for row in tables.rows("sources")}
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in tables.rows("statements"):
        source = sources.get(row["source_id"])
        own = row["subject_kind"] == kind and told_of in (None, row["property"])
        if own and source is not None and not source["distrusted"] and row["modality"] != "denied":
            witness = source["witness_id"] or source["source_id"]
            found.setdefault(row["subject_id"], []).append({**row, "tier": source["tier"], "witness": witness})
    return found


def _known_names(tables: Tables) -> dict[str, set[str]]:
    """Organisation -> names by which it may be known on a list; a former name or a misspelling is none."""
    names: dict[str, set[str]] = {}
    for row in tables.rows("organization_names"):
        if row["kind"] not in _DOUBTFUL:
            names.setdefault(row["org_id"], set()).add(_plain(row["name"]))
    for row in tables.rows("organizations"):
        names.setdefault(row["org_id"], set()).update(_plain(name) for name in (row["name"], row["name_ja"]) if name)
    return names


def _plain(name: str) -> str:
    """A name with its widths and blanks made one way, as names on lists are compared."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def _events(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """Project -> its events that can be evidence of a stage: told to have happened, on a day that is known."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in tables.rows("events"):
        if row["project_id"] is not None and row["modality"] in _TOLD and row["event_on"] is not None:
            found.setdefault(row["project_id"], []).append(row)
    return found

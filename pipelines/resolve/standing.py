"""Does a decision still stand, and does an item of the queue still wait for one?

What belongs here: the fingerprint of what a decision was made about, decisions that are opened again because their
sources say something else now, and items that a decision has answered. What does not: obeying decisions.

A decision's `evidence` names each source that spoke of the row with a fingerprint of what it said: the file that was
read, byte by byte, and what a person coded from it. A place in a file or a reader's version is no part of it: those
move without the source saying anything else. A decision without evidence stands, as decisions written by hand do.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.ingest.values import canonical
from pipelines.records import EXTRACTED, Claim, ReviewItem, Source
from pipelines.resolve.decisions import DECISION_SOURCE, MERGEABLE, QUEUE, Correction, Decisions, Merge, Review
from schemas.contract import TABLES

Subject = tuple[str, str]
"""Table and key text of the row that something is about."""

_NAMES = ("name", "name_ja")
_CELL_ITEM = re.compile(
    r"(\w+) (.+) (\w+)(?: rests on unreviewed statements alone|: sources differ, no rule decides"
    r"|: the name is not certain to be a known organisation's)"
)


@dataclass(frozen=True, slots=True)
class Said:
    """One cell of what one source says of a row, from a claim or from a release's table `statements`."""

    subject: Subject
    column: str
    text: str
    source_id: str
    locator: str
    coded: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """The decisions that are obeyed, the items that open the others again, and the rows that those were about."""

    decisions: Decisions
    review: tuple[ReviewItem, ...] = ()
    opened: frozenset[Subject] = frozenset()


def item_id(item: ReviewItem) -> str:
    """The item's id in `review_queue`: 16 hexadecimal digits of what it says and where."""
    parts = (item.kind, item.text, item.source_id, item.locator)
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:16]


def said_in(claims: Iterable[Claim], tables: frozenset[str], subjects: frozenset[Subject] | None = None) -> list[Said]:
    """Return the cells of claims on rows of some tables, or of some rows alone."""
    found: list[Said] = []
    for claim in claims:
        if claim.table in tables and claim.key:
            subject = (claim.table, "|".join(claim.key))
            if subjects is None or subject in subjects:
                coded = not claim.method.startswith(EXTRACTED)
                found += [
                    Said(subject, column, canonical(cell.value), claim.source_id, cell.locator, coded)
                    for column, cell in claim.cells.items()
                ]
    return found


def fingerprints(said: Iterable[Said], hashes: Mapping[str, str | None]) -> dict[str, str]:
    """Return source_id -> fingerprint of what the source says of one row.

    Args:
        said: Cells of one row.
        hashes: source_id -> sha256 of the file in raw; None for a page that is only cited.
    """
    coded: dict[str, set[str]] = {}
    for one in said:
        own = coded.setdefault(one.source_id, set())
        if one.coded:
            own.add(unicodedata.normalize("NFC", f"{one.column}\x1f{one.text}"))
    return {
        source: hashlib.sha256("\x1e".join([hashes.get(source) or "", *sorted(cells)]).encode()).hexdigest()[:16]
        for source, cells in sorted(coded.items())
        if source != DECISION_SOURCE
    }


def evidence(prints: Mapping[str, str]) -> str:
    """Return fingerprints as the cell `evidence` of a decision."""
    return "|".join(f"{source}={fingerprint}" for source, fingerprint in sorted(prints.items()))


def changed_sources(recorded: str, now: Mapping[str, str]) -> list[str]:
    """Name the sources of a decision's evidence that say something else now, or nothing any more.

    Sources that came later are no reason to ask again: they compete with the others by the order of precedence.
    """
    pairs = (part.rpartition("=") for part in recorded.split("|") if part)
    return [source for source, _, fingerprint in pairs if now.get(source) != fingerprint]


def subject_of_merge(merge: Merge) -> Subject:
    """The row that a merge lets go."""
    return MERGEABLE[merge.kind][0], merge.old_id


def standing_merges(decisions: Decisions, claims: Iterable[Claim], sources: Mapping[str, Source]) -> Standing:
    """Let go the merges whose sources have changed; each is opened again.

    A merge of an id that nobody speaks of any more stays as a redirect, since ids are never used again, and is shown.

    Args:
        claims: All claims before merged ids are replaced.
    """
    guarded = frozenset(subject_of_merge(merge) for merge in decisions.merges if merge.evidence)
    now = _prints(claims, guarded, sources)
    items: list[ReviewItem] = []
    stale: set[str] = set()
    for merge in decisions.merges:
        subject = subject_of_merge(merge)
        changed = changed_sources(merge.evidence, now.get(subject, {}))
        if changed:
            items.append(_opened(merge, subject, changed, merge.new_id))
            if subject in now:
                stale.add(merge.place)
    kept = tuple(merge for merge in decisions.merges if merge.place not in stale)
    opened = frozenset(subject_of_merge(merge) for merge in decisions.merges if merge.place in stale)
    return Standing(replace(decisions, merges=kept), tuple(items), opened)


def standing_rest(before: Standing, claims: Iterable[Claim], sources: Mapping[str, Source]) -> Standing:
    """Let go the reviews and corrections whose sources have changed; each is opened again.

    An item of the queue that was set aside simply waits again: it says itself what is to be decided.

    Args:
        before: What `standing_merges` gave.
        claims: All claims with their final keys.
    """
    decisions = before.decisions
    rows: list[Review | Correction] = [*decisions.reviews, *decisions.corrections]
    rows = [one for one in rows if one.evidence]
    now = _prints(claims, frozenset((one.table, one.key) for one in rows), sources)
    items, opened, stale = list(before.review), set(before.opened), set()
    for one in rows:
        said = now.get((one.table, one.key), {})
        if one.table == QUEUE:
            said = fingerprints((Said((QUEUE, one.key), "", "", s, "", False) for s in sources), _hashes(sources))
        changed = changed_sources(one.evidence, said)
        if changed:
            stale.add(one.place)
        if changed and one.table != QUEUE:
            old = one.review if isinstance(one, Review) else one.value
            items.append(_opened(one, (one.table, one.key), changed, old))
            opened.add((one.table, one.key))
    kept = replace(
        decisions,
        reviews=tuple(one for one in decisions.reviews if one.place not in stale),
        corrections=tuple(one for one in decisions.corrections if one.place not in stale),
    )
    return Standing(kept, tuple(items), frozenset(opened))


def _prints(
    claims: Iterable[Claim], subjects: frozenset[Subject], sources: Mapping[str, Source]
) -> dict[Subject, dict[str, str]]:
    said: dict[Subject, list[Said]] = {}
    if subjects:
        for one in said_in(claims, frozenset(table for table, _ in subjects), subjects):
            said.setdefault(one.subject, []).append(one)
    hashes = _hashes(sources)
    return {subject: fingerprints(cells, hashes) for subject, cells in said.items()}


def _hashes(sources: Mapping[str, Source]) -> dict[str, str | None]:
    return {name: source.sha256 for name, source in sources.items()}


def _opened(decision: Correction | Merge | Review, subject: Subject, changed: Sequence[str], old: str) -> ReviewItem:
    text = f"{decision.decision_id}: {' '.join(subject)} was decided on what {', '.join(changed)} said before"
    return ReviewItem("decision", text, DECISION_SOURCE, decision.place, old)


def cell_of_item(item: ReviewItem) -> tuple[str, str, str] | None:
    """Table, key and column that an item about one cell names."""
    found = _CELL_ITEM.fullmatch(item.text) if item.kind in ("source", "conflict", "control_entity") else None
    return (found[1], found[2], found[3]) if found is not None and found[1] in TABLES else None


def subjects_of(items: Iterable[ReviewItem], said: Iterable[Said]) -> dict[str, Subject]:
    """Find the rows that items of the queue are about.

    An item about an unknown organisation or project is about the row that its source names so, at its place where one
    source names two rows alike; where even that leaves two, it is about neither.

    Args:
        said: At least the cells of all organisations and projects that the items' sources speak of.

    Returns:
        item_id -> table and key.
    """
    found: dict[str, Subject] = {}
    wanted: dict[tuple[str, str, str], list[ReviewItem]] = {}
    for item in items:
        cell = cell_of_item(item)
        if cell is not None:
            found[item_id(item)] = cell[:2]
        elif item.kind in MERGEABLE:
            wanted.setdefault((MERGEABLE[item.kind][0], item.source_id, item.text), []).append(item)
    ranked: dict[str, dict[Subject, bool]] = {}
    for one in said if wanted else ():
        if one.column in _NAMES:
            for item in wanted.get((one.subject[0], one.source_id, one.text), ()):
                rows = ranked.setdefault(item_id(item), {})
                rows[one.subject] = rows.get(one.subject, False) or one.locator == item.locator
    for name, rows in ranked.items():
        exact = [subject for subject, here in rows.items() if here] or list(rows)
        if len(exact) == 1:
            found[name] = exact[0]
    return found


def still_open(items: Sequence[ReviewItem], claims: Iterable[Claim], standing: Standing) -> tuple[ReviewItem, ...]:
    """Return the items that no standing decision has answered; a decision opened again stands for its row's own item.

    Args:
        claims: Claims of documents before merged ids are replaced, which the items were made from.
    """
    decisions = standing.decisions
    merged = {subject_of_merge(merge) for merge in decisions.merges}
    reviewed = {
        (one.table, one.key): {part.rpartition("=")[0] for part in one.evidence.split("|") if part}
        for one in decisions.reviews
        if one.review != "unreviewed"
    }
    tables = frozenset(table for table, _ in MERGEABLE.values())
    about = subjects_of(items, said_in(claims, tables)) if merged or reviewed or standing.opened else {}

    def answered(item: ReviewItem) -> bool:
        subject = about.get(item_id(item))
        if (QUEUE, item_id(item)) in reviewed:
            return True
        if subject is None:
            return False
        if item.kind in ("source", "conflict"):
            # Whoever reviewed the row saw what its sources said then, and nothing of a source that came later.
            seen = reviewed.get(subject)
            return item.kind == "source" and seen is not None and (not seen or item.source_id in seen)
        return subject in merged or subject in reviewed or subject in standing.opened

    return tuple(item for item in items if not answered(item))

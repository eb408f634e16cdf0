"""`kakehashi decide`: check what a reviewer decides against the release, then write it down as one row.

What belongs here: which decision fits which thing, and what it contradicts. What does not: the file (`ledger`) and what
a decision means to a build (`pipelines/resolve/decisions.py`), whose own reader has the last word on every row.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kakehashi.cli import DONE
from kakehashi.ledger import HEADERS, Added, Decision, Ledger
from kakehashi.reader import release_folder
from kakehashi.waiting import Book, subject_of_decision
from pipelines.errors import KakehashiError
from pipelines.ingest.values import CellError, canonical, parse
from pipelines.records import ReviewItem
from pipelines.resolve.decisions import MERGEABLE, QUEUE, Correction, Merge, Review, correctable
from pipelines.resolve.standing import Subject, cell_of_item, changed_sources, evidence, subject_of_merge
from schemas.contract import TABLES

REVIEWS: Mapping[str, str] = {
    "accept": "accepted",
    "new": "accepted",
    "reject": "rejected",
    "unreviewed": "unreviewed",
}
"""Words for a review of a row -> the code of `review` that they write."""

MERGES = ("merge", "same-as")
CORRECTIONS = ("correct", "keep")
AGAIN = ("confirm", "withdraw")
WORDS = (*REVIEWS, *MERGES, *CORRECTIONS, *AGAIN, "dismiss")
"""Everything that can be decided."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What the reviewer said, checked for itself."""

    word: str
    by: str
    why: str
    on: str
    to: str
    column: str
    value: str
    expect: str | None
    supersede: bool


@dataclass(frozen=True, slots=True)
class Thing:
    """What is decided about.

    Attributes:
        item_id: Of the queue; empty where the reviewer named a row or a decision.
        subject: Table and key of the row; None where the item is about none.
        decision: The earlier decision that is open again or was named.
    """

    name: str
    item_id: str
    item: ReviewItem | None
    subject: Subject | None
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A row to be added: its file, its own cells, and what the next build will do."""

    file: str
    cells: Mapping[str, str]
    effect: str


def decide(options: argparse.Namespace) -> int:
    """Write one decision into `raw/decisions/` and say what the next build will do.

    Args:
        options: As `kakehashi.cli` reads them.

    Raises:
        KakehashiError: The decision is not whole, does not fit the thing, names what is not there, was made on
            another value than the published one, or contradicts an earlier one. Nothing is written then.
    """
    from pipelines.fingerprint import ROOT

    raw: Path = options.raw or ROOT / "raw"
    if not raw.is_dir():
        raise KakehashiError(str(raw), "no folder", "a raw folder", "Name it with --raw DIR.")
    ask = _ask(options)
    book, ledger = Book(release_folder(options.version, options.output)), Ledger(raw)
    if options.on is None:
        _doubt_the_clock(ask.on, book.folder.name)
    thing = _thing(options.item, book, ledger)
    draft = _draft(thing, ask, book, ledger)
    earlier = _earlier(thing, draft, ask, book, ledger)
    about = draft.cells.get("old_id") or draft.cells.get("key") or thing.name
    row = {
        "decision_id": ledger.fresh_id(f"{about} {ask.word}"),
        "decided_on": ask.on,
        "decided_by": ask.by,
        **draft.cells,
        "reason": ask.why,
        "supersedes": earlier.decision_id if earlier is not None else "",
    }
    _tell(ledger.add(draft.file, row), draft)
    return DONE


def _doubt_the_clock(today: str, version: str) -> None:
    """Say that this machine's clock stands before the release's date: the decision would bear a wrong day."""
    released = "-".join(version.split(".")[:3])
    if today < released:
        print(f"kakehashi: the clock here says {today}, before the release of {released}; correct decided_on if that "
              "is wrong, and give --on.", file=sys.stderr)  # fmt: skip


def _tell(added: Added, draft: Draft) -> None:
    print(f"{added.path}, row {added.line}:")
    for column, value in added.row.items():
        if value:
            print(f"  {column:<12} {value}")
    if draft.cells.get("evidence") and "evidence" not in added.row:
        print("  The file has no column evidence: the decision will not be opened again when its sources change.")
    print(f"The next build {draft.effect}")


def _ask(options: argparse.Namespace) -> Ask:
    word = options.decision
    if word not in WORDS:
        raise KakehashiError(
            "decision", word, f"one of {', '.join(WORDS)}", "`kakehashi review` names those of an item."
        )
    by, why = (" ".join(str(text).split()) for text in (options.by, options.why))
    if not any(c.isalnum() for c in by):
        raise KakehashiError("--by", repr(by), "who decides", "Give a name or a handle.")
    if not any(c.isalnum() for c in why):
        raise KakehashiError("--why", repr(why), "the reason, in a sentence", "Say what was looked at and found.")
    if not (by + why).isprintable():
        raise KakehashiError("--by, --why", "control characters", "plain text", "Write it out.")
    on = options.on or dt.date.today().isoformat()
    try:
        day = dt.date.fromisoformat(on)
    except ValueError as error:
        raise KakehashiError("--on", on, "a day as 2026-11-22", "Correct the date.") from error
    unused = [name for name, words in _USES.items() if getattr(options, name) is not None and word not in words]
    if unused:
        raise KakehashiError(
            f"--{unused[0]}", f"given with {word}", f"it with {', '.join(_USES[unused[0]])}", "Drop it."
        )
    to, column, value = ((getattr(options, name) or "").strip() for name in ("to", "column", "value"))
    return Ask(word, by, why, day.isoformat(), to, column, value, options.expect, options.supersede)


_USES = {"to": MERGES, "column": CORRECTIONS, "value": ("correct",), "expect": CORRECTIONS}


def _thing(name: str, book: Book, ledger: Ledger) -> Thing:
    """What the reviewer named: an item of the queue, table:key, or file:decision_id."""
    item = book.items.get(name)
    if item is not None:
        decision = ledger.named(item) if item.kind == "decision" else None
        about = subject_of_decision(item, ledger) if item.kind == "decision" else book.subjects.get(name)
        return Thing(name, name, item, about, decision)
    table, colon, key = name.partition(":")
    if colon and table in HEADERS:
        named = ledger.find(table, key)
        if named is None:
            remedy = "Look into the file: it may have been taken back or replaced."
            raise KakehashiError(name, "no such decision", f"a decision_id of decisions/{table}.csv", remedy)
        return Thing(name, "", None, _subject(named), named)
    if colon and table in TABLES:
        return Thing(name, "", None, (table, key), None)
    raise KakehashiError(
        name, f"no such item in release {book.folder.name}", "an item_id, table:key or file:decision_id",
        "`kakehashi review` lists the items; one that was decided leaves the queue with the next build.",
    )  # fmt: skip


def _subject(decision: Decision) -> Subject:
    return subject_of_merge(decision) if isinstance(decision, Merge) else (decision.table, decision.key)


def _draft(thing: Thing, ask: Ask, book: Book, ledger: Ledger) -> Draft:
    if ask.word in AGAIN:
        if thing.decision is None:
            raise _unfit(thing, ask, "an earlier decision, as an item of kind decision or as file:decision_id")
        return _again(thing, thing.decision, ask, book, ledger)
    if ask.word == "dismiss":
        return _dismissed(thing, ask, book)
    if thing.subject is None:
        raise _unfit(thing, ask, "dismiss, for the item is about no row, or table:key of the row that is meant")
    if ask.word in MERGES:
        return _merged(thing, thing.subject, ask, book, ledger)
    if ask.word in CORRECTIONS:
        return _corrected(thing, thing.subject, ask, book, ledger)
    return _reviewed(thing, thing.subject, ask, book)


def _unfit(thing: Thing, ask: Ask, expected: str) -> KakehashiError:
    kind = f"an item of kind {thing.item.kind}" if thing.item is not None else thing.name
    return KakehashiError(thing.name, f"{ask.word} for {kind}", expected, "`kakehashi review` names the choices.")


def _no_row(subject: Subject, book: Book) -> KakehashiError:
    found = f"no such row in release {book.folder.name}"
    return KakehashiError(f"{subject[0]} {subject[1]}", found, "a row that is published", "Build, or correct the key.")


def _reviewed(thing: Thing, subject: Subject, ask: Ask, book: Book) -> Draft:
    kind = thing.item.kind if thing.item is not None else ""
    if kind == "conflict":
        raise _unfit(thing, ask, "keep, or correct with --value")
    if ask.word == "new" and subject[0] != "organizations":
        raise _unfit(thing, ask, "accept; only an organisation is new")
    row, review = book.row(subject), REVIEWS[ask.word]
    if row is None:
        raise _no_row(subject, book)
    if row.get("review") == review and kind not in ("source", "decision"):
        raise KakehashiError(thing.name, f"{review} already", "another review", "There is nothing to decide.")
    cells = {"table": subject[0], "key": subject[1], "review": review, "evidence": evidence(book.prints(subject))}
    effect = {
        "accepted": f"publishes {' '.join(subject)} as accepted. Rows about it keep their own review.",
        "rejected": f"leaves out {' '.join(subject)} and all rows that refer to it; what was said stays in statements.",
        "unreviewed": f"publishes {' '.join(subject)} as unreviewed.",
    }
    return Draft("reviews", cells, effect[review])


def _dismissed(thing: Thing, ask: Ask, book: Book) -> Draft:
    if thing.item is None or (thing.decision is not None and not isinstance(thing.decision, Review)):
        raise _unfit(thing, ask, "withdraw" if thing.decision is not None else "an item of the queue")
    if thing.decision is not None:
        raise _unfit(thing, ask, "confirm or withdraw")
    source = thing.item.source_id
    proof = evidence(book.source_print(source)) if source else ""
    cells = {"table": QUEUE, "key": thing.item_id, "review": "rejected", "evidence": proof}
    return Draft("reviews", cells, "takes the item out of the queue until its source changes.")


def _merged(thing: Thing, subject: Subject, ask: Ask, book: Book, ledger: Ledger) -> Draft:
    kind = next((kind for kind, (table, _) in MERGEABLE.items() if table == subject[0]), None)
    if kind is None or (thing.item is not None and thing.item.kind not in (*MERGEABLE, "decision")):
        raise _unfit(thing, ask, f"a row of {' or '.join(table for table, _ in MERGEABLE.values())}")
    if not ask.to:
        raise KakehashiError("--to", "nothing", f"the id of the {kind} that stays", "Name it with --to ID.")
    target = (subject[0], ask.to)
    if ask.to == subject[1]:
        raise KakehashiError("--to", ask.to, "another id", "Name the one that stays.")
    if book.row(target) is None:
        found = f"no {kind} {ask.to} in release {book.folder.name}"
        raise KakehashiError("--to", found, f"a key of {subject[0]}", "Correct the id.")
    if any(one.review == "rejected" and (one.table, one.key) == target for one in ledger.decisions.reviews):
        raise KakehashiError("--to", f"{ask.to}, which a decision rejects", "a row that stays", "Name another.")
    redirected = any(row["old_id"] == subject[1] for row in book.rows("redirects").values())
    if book.row(subject) is None and thing.item is None and not redirected:
        raise _no_row(subject, book)
    prints = book.prints(subject)
    before = next((one for one in ledger.decisions.merges if subject_of_merge(one) == subject), None)
    proof = evidence(prints) if prints or before is None else before.evidence
    cells = {"kind": kind, "old_id": subject[1], "new_id": ask.to, "evidence": proof}
    return Draft("merges", cells, f"says of {ask.to} what was said of {subject[1]}, and redirects the old id.")


def _corrected(thing: Thing, subject: Subject, ask: Ask, book: Book, ledger: Ledger) -> Draft:
    cell = cell_of_item(thing.item) if thing.item is not None else None
    if thing.item is not None and cell is None:
        raise _unfit(thing, ask, "an item about a cell, or table:key with --column")
    column = ask.column or (cell[2] if cell is not None else "")
    if cell is not None and column != cell[2]:
        raise KakehashiError("--column", column, f"{cell[2]}, which the item is about", "Correct the column.")
    if not column:
        raise KakehashiError("--column", "nothing", "the column that is wrong", "Name it with --column.")
    if book.row(subject) is None:
        raise _no_row(subject, book)
    now, base = _published(subject, column, book, ledger)
    if ask.expect is not None and _spelled(subject[0], column, ask.expect) != now:
        found, expected = f"--expect {ask.expect or '(empty)'}", f"{now or '(empty)'}, which is published now"
        raise KakehashiError(f"{' '.join(subject)} {column}", found, expected, "Look at the row again.")
    value = now if ask.word == "keep" else ask.value
    if not any(c.isalnum() for c in value):
        remedy = "Give it with --value; a row that is wrong as a whole is rejected."
        raise KakehashiError(f"{' '.join(subject)} {column}", "no value", "the right value", remedy)
    if ask.word == "correct" and _spelled(subject[0], column, value) == now:
        raise KakehashiError(
            "--value", f"{value}, which is published", "another value", "Use keep to settle a conflict."
        )
    proof = evidence(book.prints(subject)) if ask.word == "keep" else ""
    cells = {
        "table": subject[0], "key": subject[1], "column": column, "expect": base, "value": value, "evidence": proof,
    }  # fmt: skip
    effect = f"publishes {value} in {' '.join(subject)} {column} as long as the sources lead to {base or '(empty)'}."
    return Draft("corrections", cells, effect)


def _published(subject: Subject, column: str, book: Book, ledger: Ledger) -> tuple[str, str]:
    """The published value, and the value that the sources alone lead to where a correction was obeyed."""
    if not correctable(subject[0], column):
        found = f"{subject[0]}.{column}"
        expected, remedy = "a column that sources state", "Correct the row that it comes from, or merge or reject."
        raise KakehashiError("--column", found, expected, remedy)
    now = book.text(subject, column)
    for one in ledger.decisions.corrections:
        if (one.table, one.key, one.column) == (*subject, column) and one.value == now:
            return now, one.expect
    return now, now


def _spelled(table: str, column: str, text: str) -> str:
    """The canonical spelling of a value, or the text itself where it is none."""
    try:
        value = parse(text.strip(), TABLES[table].column(column).arrow_type)
    except CellError:
        return text.strip()
    return text.strip() if value is None else canonical(value)


def _again(thing: Thing, decision: Decision, ask: Ask, book: Book, ledger: Ledger) -> Draft:
    """A decision made again on what the sources say now, or taken back."""
    file = ledger.file_of(decision)
    if ask.word == "withdraw":
        return Draft(file, {}, f"no longer obeys {decision.decision_id}; what it answered waits again.")
    subject = _subject(decision)
    if book.row(subject) is None:
        raise KakehashiError(thing.name, f"no row {' '.join(subject)}", "a row to decide about", "Withdraw it.")
    proof = evidence(book.prints(subject))
    done = f"obeys {decision.decision_id} again, on what the sources say now."
    if isinstance(decision, Merge):
        cells = {"kind": decision.kind, "old_id": decision.old_id, "new_id": decision.new_id, "evidence": proof}
        if book.row((subject[0], decision.new_id)) is None:
            raise KakehashiError(thing.name, f"no row {decision.new_id}", "the id that stays", "Withdraw it.")
        return Draft(file, cells, done)
    cells = {"table": decision.table, "key": decision.key}
    if isinstance(decision, Correction):
        now = book.text(subject, decision.column)
        if now == decision.value and decision.expect != decision.value:
            raise KakehashiError(thing.name, f"{now} published", "a value to correct", "It is obeyed, or not needed.")
        kept = decision.expect == decision.value
        cells |= {"column": decision.column, "expect": now, "value": now if kept else decision.value}
        return Draft(file, {**cells, "evidence": proof if kept else ""}, done)
    return Draft(file, {**cells, "review": decision.review, "evidence": proof}, done)


def _earlier(thing: Thing, draft: Draft, ask: Ask, book: Book, ledger: Ledger) -> Decision | None:
    """The decision that this one takes the place of.

    Raises:
        KakehashiError: There is one on the same thing that still stands, and the reviewer did not say so.
    """
    if thing.decision is not None and (ask.word in AGAIN or draft.file == ledger.file_of(thing.decision)):
        return thing.decision
    for file, one in ledger.all():
        if not _same_thing(one, thing, draft):
            continue
        stale = changed_sources(one.evidence, _prints_now(one, thing, book))
        if file == draft.file and (ask.supersede or stale):
            return one
        remedy = "Add --supersede to put this in its place."
        if file != draft.file:
            remedy = f"Take it back first: kakehashi decide {file}:{one.decision_id} withdraw."
        found = f"decision {one.decision_id} of {one.decided_on}: {_outcome(one)}"
        raise KakehashiError(thing.name, found, "a thing that is not decided", remedy)
    return None


def _prints_now(one: Decision, thing: Thing, book: Book) -> dict[str, str]:
    """Fingerprints of what an earlier decision was made about, as the release has it."""
    if isinstance(one, Review) and one.table == QUEUE:
        source = thing.item.source_id if thing.item is not None else None
        return book.source_print(source) if source else {}
    return book.prints(_subject(one))


def _same_thing(one: Decision, thing: Thing, draft: Draft) -> bool:
    if isinstance(one, Review) and one.table == QUEUE:
        return one.key == thing.item_id
    if _subject(one) != thing.subject:
        return False
    if isinstance(one, Correction):
        return one.column == draft.cells.get("column")
    return draft.file != "corrections" and draft.cells.get("table") != QUEUE


def _outcome(one: Decision) -> str:
    return one.review if isinstance(one, Review) else one.new_id if isinstance(one, Merge) else one.value

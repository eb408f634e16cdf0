"""The whole way from a raw folder to the tables of a release, as one chain of pure stages.

What belongs here: which stage hands what to which. What does not: any stage's work, and Dagster, which runs the same
functions one asset each (`assets/`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import pandas as pd

from pipelines.dependence.balances import balance_lines
from pipelines.dependence.consumption import consumption_figures
from pipelines.dependence.derive import derive
from pipelines.engine import Engine, LocalEngine
from pipelines.errors import KakehashiError
from pipelines.extract.lexicon import Lexicon, build_lexicon
from pipelines.extract.reading import Reading, read_document
from pipelines.fingerprint import ROOT, input_sha256
from pipelines.ingest.auxiliary import BALANCE_LINES, CONSUMPTION
from pipelines.ingest.coded import claims_of
from pipelines.ingest.rates import shipped_history
from pipelines.ingest.raw import Raw, read_raw
from pipelines.ingest.shelf import leaves
from pipelines.licences import restricted_sources
from pipelines.memory import Memory, Recollection
from pipelines.publish.waivers import Waiver, read_waivers
from pipelines.reconcile.reconcile import Reconciled, reconcile
from pipelines.records import Claim, Document, Quarantined, ReviewItem, Source
from pipelines.remembered import READINGS, Said, background, reading_of, said
from pipelines.resolve.control_entities import match_entities
from pipelines.resolve.decisions import Decisions, read_decisions
from pipelines.resolve.identity import complete_tranches, identify
from pipelines.resolve.known import heed_coders, known_projects, program_claims, reference_rows
from pipelines.resolve.merges import merge_ids
from pipelines.resolve.projects import settle
from pipelines.resolve.standing import Standing, standing_merges, standing_rest, still_open
from pipelines.tables import assemble

PROJECT_RAW = ROOT / "raw"
"""The project's own raw folder; its `reference/` serves raw folders that have none."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where a build reads, and the date it is told.

    Attributes:
        raw: Folder with the rooms of `raw/README.md`.
        reference: Folder that serves as `reference/`; None: the raw folder's own, or else the project's.
        as_of: The release's date; None: the newest date recorded in raw.
        own_use: Keep figures that may not be passed on: for the user's own build alone.
    """

    raw: Path = PROJECT_RAW
    reference: Path | None = None
    as_of: dt.date | None = None
    own_use: bool = False

    def reference_folder(self) -> Path:
        """The reference folder that is used."""
        own = self.raw / "reference"
        return self.reference or (own if own.is_dir() and not leaves(own, self.raw) else PROJECT_RAW / "reference")


@dataclass(frozen=True, slots=True)
class Stated:
    """Everything that is claimed, before ids are settled: coded rows and what documents say."""

    claims: tuple[Claim, ...]
    readings: tuple[Reading, ...]
    lexicon: Lexicon
    decisions: Decisions
    quarantined: tuple[Quarantined, ...]


@dataclass(frozen=True, slots=True)
class Resolved:
    """Claims with final ids and keys, the decisions that stand, what a person should look at, and the release's date.

    Attributes:
        found: Claims of documents before merged ids were replaced: what items of the queue were made from.
    """

    claims: tuple[Claim, ...]
    sources: Mapping[str, Source]
    review: tuple[ReviewItem, ...]
    released_on: dt.date | None
    standing: Standing
    found: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Built:
    """The tables of a release, not yet written.

    Attributes:
        own_use: They may hold figures that may not be passed on.
        withheld: Sources whose figures were left out because their licence does not let them be passed on.
        waivers: Findings of the checks that are to be let pass, each until its day; expired ones too.
    """

    tables: Mapping[str, pd.DataFrame]
    released_on: dt.date
    input_sha256: str
    n_quarantined: int = field(default=0)
    own_use: bool = False
    withheld: frozenset[str] = frozenset()
    waivers: tuple[Waiver, ...] = ()


def ingest(inputs: Inputs, memory: Memory | None = None) -> Raw:
    """Read the raw folder.

    Args:
        inputs: Where it lies.
        memory: Documents that it holds are not read again; by default all are.

    Raises:
        KakehashiError: There is no such folder, or no such reference folder.
    """
    if not inputs.raw.is_dir():
        raise KakehashiError(
            str(inputs.raw), "no folder", "a raw folder", "Name it with --raw DIR.", "unreadable_format"
        )
    if inputs.reference is not None and not inputs.reference.is_dir():
        place, remedy = str(inputs.reference), "Name it with --reference DIR."
        raise KakehashiError(place, "no folder", "a reference folder", remedy, "unreadable_format")
    return read_raw(inputs.raw, inputs.reference_folder(), memory)


def state(
    raw: Raw,
    engine: Engine | None = None,
    documents: Sequence[Document] | None = None,
    memory: Memory | None = None,
) -> Stated:
    """Turn every source into claims: coded rows as they stand, documents by reading them.

    Args:
        raw: What lies in the raw folder.
        engine: Where documents are read; this process by default.
        documents: Read these instead of raw's own; nothing of them is remembered.
        memory: What it holds of raw's documents is not read again; by default all are read.
    """
    claims: list[Claim] = []
    quarantined: list[Quarantined] = []
    for file in raw.tables:
        coded = claims_of(file, raw.sources)
        claims.extend(coded.claims)
        quarantined.extend(coded.quarantined)
    decisions, bad = read_decisions(raw.auxiliary)
    known = known_projects(claims)
    lexicon = build_lexicon(reference_rows(raw), known)
    engine = engine or LocalEngine()
    if memory is None or documents is not None:
        chosen = raw.documents if documents is None else documents
        readings = engine.map(lambda document: read_document(document, lexicon), chosen)
    else:
        readings = _read_new(raw, lexicon, engine, memory.recall(READINGS, background(raw, known)))
    failed = [_failed(reading) for reading in readings if reading.failure]
    return Stated(tuple(claims), tuple(readings), lexicon, decisions, (*quarantined, *bad, *failed))


def _failed(reading: Reading) -> Quarantined:
    reason = f"{reading.document.path}: its text could not be read ({reading.failure}). Report it with the document."
    return Quarantined(reading.document.path, "extract", "malformed", reason)


def _read_new(raw: Raw, lexicon: Lexicon, engine: Engine, before: Recollection[Said]) -> list[Reading]:
    """Readings of all documents in their order; only those are read that are not remembered."""
    found = [before.get(raw.identities.get(document.path, "")) for document in raw.documents]
    new = [document for document, remembered in zip(raw.documents, found, strict=True) if remembered is None]
    read = engine.map(lambda document: read_document(document, lexicon), new)
    for document, reading in zip(new, read, strict=True):
        if document.path in raw.identities and not reading.failure:
            before.put(raw.identities[document.path], said(reading))
    before.save()
    fresh = iter(read)
    return [
        next(fresh) if remembered is None else reading_of(document, remembered)
        for document, remembered in zip(raw.documents, found, strict=True)
    ]


def resolve(inputs: Inputs, raw: Raw, stated: Stated) -> Resolved:
    """Settle which project, organisation and amount each claim speaks of."""
    settled = settle(stated.readings, stated.lexicon)
    said = (*stated.claims, *settled.claims)
    standing = standing_merges(stated.decisions, said, raw.sources)
    claims = identify(complete_tranches(merge_ids(said, standing.decisions.merges)))
    standing = standing_rest(standing, claims, raw.sources)
    reference = reference_rows(raw)
    claims = heed_coders((*claims, *program_claims(claims, reference.get("program_names", ()))))
    corrected = {(one.table, one.key) for one in standing.decisions.corrections}
    claims, unmatched = match_entities(claims, reference, corrected)
    history = shipped_history()
    ecb = raw.sources.get(history.source.source_id)
    sources = dict(raw.sources)
    sources[history.source.source_id] = history.source if ecb is None else _with_history(ecb, history.source)
    decision = stated.decisions.source()
    if stated.decisions != Decisions():
        sources[decision.source_id] = decision
    released_on = inputs.as_of or raw.newest_date()
    return Resolved(claims, sources, (*settled.review, *unmatched), released_on, standing, settled.claims)


def weigh(stated: Stated, resolved: Resolved) -> Reconciled:
    """Choose one value for each cell and complete the rows."""
    decisions = resolved.standing.decisions
    return reconcile(resolved.claims, resolved.sources, decisions, shipped_history(), today=resolved.released_on)


def finish(inputs: Inputs, raw: Raw, stated: Stated, resolved: Resolved, reconciled: Reconciled) -> Built:
    """Derive the dependence tables and assemble every table of the contract.

    Raises:
        KakehashiError: Raw records no date and none was given.
    """
    released_on = resolved.released_on
    if released_on is None:
        raise KakehashiError(str(inputs.raw), "no date in raw", "a date of the release", "Give one with --as-of DATE.")
    consumption, unread = consumption_figures(raw.beside.get(CONSUMPTION, ()))
    lines, unreadable = balance_lines(raw.beside.get(BALANCE_LINES, ()))
    derived = derive(reconciled.rows, released_on, consumption, lines, raw.gaps)
    waivers, refused = read_waivers(raw.auxiliary)
    quarantined = (*raw.quarantined, *stated.quarantined, *reconciled.quarantined, *unread, *unreadable, *refused)
    waiting = still_open((*resolved.review, *reconciled.review), resolved.found, resolved.standing)
    review = (*waiting, *resolved.standing.review)
    decisions = resolved.standing.decisions
    withheld = frozenset() if inputs.own_use else restricted_sources(resolved.sources.values())
    tables = assemble(raw, resolved.sources, reconciled, derived, decisions, quarantined, review, released_on, withheld)
    fingerprint = input_sha256(raw.hashes, inputs.as_of, own_use=inputs.own_use)
    left_out = _read_as_rows(resolved.sources, withheld)
    return Built(tables, released_on, fingerprint, len(quarantined), inputs.own_use, left_out, waivers)


def _read_as_rows(sources: Mapping[str, Source], names: frozenset[str]) -> frozenset[str]:
    """Those sources of which a file was read; one that is only cited has no figures to leave out."""
    return frozenset(name for name in names if sources[name].reader is not None)


def build_tables(inputs: Inputs, engine: Engine | None = None, memory: Memory | None = None) -> Built:
    """Go the whole way in this process.

    Args:
        inputs: Where it reads.
        engine: Where documents are read; this process by default.
        memory: What need not be read again; the tables do not depend on it.
    """
    raw = ingest(inputs, memory)
    stated = state(raw, engine, memory=memory)
    resolved = resolve(inputs, raw, stated)
    return finish(inputs, raw, stated, resolved, weigh(stated, resolved))


def _with_history(ours: Source, shipped: Source) -> Source:
    """Our record of the rates, with hash and size of the file read and what our record leaves open."""
    gaps = {field.name: getattr(shipped, field.name) for field in fields(Source) if getattr(ours, field.name) is None}
    return replace(ours, **gaps)

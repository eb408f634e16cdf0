"""The few records that every room passes on: a source, a document, a claim.

What belongs here: immutable shapes without behaviour that more than one stage of the pipeline uses. What does not:
tables (they are declared in `schemas/`) and anything that reads, decides or writes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

Value = str | int | float | Decimal | bool | dt.date | tuple[str, ...]
"""What a cell of a contract table can hold. Never None: a cell that is not known is not stated."""


EXTRACTED = "documents"
"""How the method of every claim begins that a machine read in running text."""


@dataclass(frozen=True, slots=True)
class Source:
    """One publication, as in the contract's table `sources`.

    Attributes:
        tier: official, party, press or aggregator.
        witness_id: First publisher of a syndicated story; reprints share it.
        sha256: Of the bytes in raw that were read, None for a page that is only cited.
    """

    source_id: str
    publisher: str | None = None
    publisher_kind: str | None = None
    tier: str = "aggregator"
    distrusted: bool = False
    witness_id: str | None = None
    title: str | None = None
    url: str | None = None
    archived_url: str | None = None
    published_on: dt.date | None = None
    published_precision: str | None = None
    retrieved_on: dt.date | None = None
    language: str | None = None
    media_type: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    licence: str | None = None
    licence_url: str | None = None
    redistributable: bool | None = None
    reader: str | None = None

    @property
    def witness(self) -> str:
        """The first publisher, or the source itself where it is its own."""
        return self.witness_id or self.source_id


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a document's main text, numbered from 1; a heading or a table row is one too."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read: its source record and its main text in paragraphs (NFC)."""

    path: str
    source: Source
    title: str | None
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as a source states it.

    Attributes:
        value: Normalised, in the contract's type and unit.
        literal: The figure or name as found, at most 40 characters.
        locator: Place in the source: `p3:41-58` (paragraph 3, characters 41 to 58), a page, or a file's row.
    """

    value: Value
    literal: str
    locator: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says about one row of one contract table.

    Attributes:
        table: Contract table, as `projects`.
        key: Values of the key columns in key order; empty where the key is a hash of content that is computed later.
        cells: Column -> what the source states. Key columns of composite keys stand here too.
        method: Reader and its version, or `curated`.
        confidence: 0 to 1, None for curated rows.
        raw_path: File in raw (relative, posix) that was read; its sha256 goes into the receipts.
    """

    table: str
    key: tuple[str, ...]
    cells: Mapping[str, Cell]
    source_id: str
    stated_on: dt.date | None
    modality: str
    method: str
    review: str
    raw_path: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """Something that needs a person: a row of the contract's table `review_queue`."""

    kind: str
    text: str
    source_id: str
    locator: str
    suggestion: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Input that could not be read: a row of the contract's table `quarantine`. `row` is None for a whole file."""

    source_path: str
    stage: str
    reason_code: str
    reason: str
    row: int | None = None
    locator: str | None = None


@dataclass(frozen=True, slots=True)
class TableFile:
    """One CSV of raw in our own layout: header-keyed rows of text, numbered by their line in the file.

    Attributes:
        bad_rows: Rows that do not fit the header; they are set aside and the others count.
        fields: For a file in an agency's own layout, (layout, raw field, table, column, note) of where each went.
    """

    path: str
    table: str
    room: str
    sha256: str
    source: Source | None
    rows: tuple[tuple[int, Mapping[str, str]], ...] = field(default_factory=tuple)
    bad_rows: tuple[Quarantined, ...] = ()
    fields: tuple[tuple[str, str, str, str, str], ...] = ()

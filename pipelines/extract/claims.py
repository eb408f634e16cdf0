"""Making claims: cells with their literal and place, rows with their modality.

What belongs here: the shape of a claim from a document. What does not: deciding what is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.extract.mentions import Mention, Sentence
from pipelines.records import Cell, Claim, Document, Value

METHOD = "documents-1"


def literal(text: str) -> str:
    """What a receipt may quote: the figure or name, at most 40 characters."""
    return " ".join(text.split())[:40]


def cell(value: Value, sentence: Sentence, mention: Mention | None = None, said: str | None = None) -> Cell:
    """A cell that a sentence states.

    Args:
        value: In the contract's type.
        sentence: Where it stands.
        mention: The words that state it; None where the whole sentence does.
        said: What to quote instead of the mention's text.
    """
    text = said if said is not None else mention.text if mention is not None else str(value)
    place = sentence.locator(mention) if mention is not None else sentence.whole
    return Cell(value, literal(text), place)


class ClaimWriter:
    """Writes the claims of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.claims: list[Claim] = []

    @property
    def source_id(self) -> str:
        """Source of the document."""
        return self._document.source.source_id

    def add(
        self,
        table: str,
        key: tuple[str, ...],
        cells: Mapping[str, Cell],
        modality: str = "asserted",
        confidence: float = 0.7,
    ) -> None:
        """Add one claim; the same claim is written once."""
        source = self._document.source
        claim = Claim(
            table,
            key,
            dict(cells),
            source.source_id,
            source.published_on,
            modality,
            METHOD,
            "unreviewed",
            self._document.path,
            confidence,
        )
        if claim not in self.claims:
            self.claims.append(claim)

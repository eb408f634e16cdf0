"""Documents and source records that an earlier build has read, given back without reading them again.

What belongs here: what identifies a document or a record, and the form in which they are kept. What does not: the store
(`pipelines/memory.py`) and reading (`readers/`, `sources`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from pipelines.ingest.safety import RawFile
from pipelines.memory import Form, columns, from_columns
from pipelines.records import Document, Paragraph, Source

Described = tuple[Source, str]
"""What a `source.yaml` says: the source, and the name of the file that is its document."""


def identity(file: RawFile, given: Source | None = None) -> str:
    """Return what tells apart any two files that could be read differently by the same code.

    Args:
        file: As found: its bytes, and its path, which stands in locators and messages.
        given: The source record that the file is read with.
    """
    record = "" if given is None else hashlib.sha256(repr(given).encode("utf-8", "backslashreplace")).hexdigest()
    return f"{file.sha256}{record} {file.path}"


class RememberedDocument(Document):
    """A document whose paragraphs are put together when somebody asks for them.

    Hardly anybody does: what the document says was read from them before and is remembered too.
    """

    __slots__ = ("_columns",)
    _columns: Sequence[Sequence[Any]]

    def __getattr__(self, name: str) -> Any:
        """Make the paragraphs; called only while there are none."""
        if name != "paragraphs":
            raise AttributeError(name)
        made = tuple(from_columns(Paragraph, self._columns))
        object.__setattr__(self, "paragraphs", made)
        return made

    def __eq__(self, other: object) -> bool:
        """A document is the same whether it was read or remembered."""
        if not isinstance(other, Document):
            return NotImplemented
        ours, theirs = ((one.path, one.source, one.title, one.paragraphs) for one in (self, other))
        return ours == theirs

    def __hash__(self) -> int:
        """As of a document that was read."""
        return hash((self.path, self.source, self.title, self.paragraphs))


def _pack_documents(documents: Sequence[Document]) -> Any:
    return (
        [document.path for document in documents],
        [document.title for document in documents],
        [columns(document.paragraphs, Paragraph) for document in documents],
        columns([document.source for document in documents], Source),
    )


def _unpack_documents(packed: Any) -> Sequence[Document]:
    paths, titles, paragraphs, sources = packed
    values = (paths, titles, paragraphs, from_columns(Source, sources))
    return from_columns(RememberedDocument, values, ("path", "title", "_columns", "source"))


def _pack_records(records: Sequence[Described]) -> Any:
    return [name for _, name in records], columns([source for source, _ in records], Source)


def _unpack_records(packed: Any) -> Sequence[Described]:
    names, sources = packed
    return list(zip(from_columns(Source, sources), names, strict=True))


DOCUMENTS: Form[Document] = Form("documents", _pack_documents, _unpack_documents)
"""Documents as read, with their source as completed by their bytes."""

RECORDS: Form[Described] = Form("records", _pack_records, _unpack_records)
"""What `source.yaml` files say."""

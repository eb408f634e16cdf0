"""What documents said when an earlier build read them, given back without reading them again.

What belongs here: what a reading depends on, and the form in which readings are kept. What does not: the store
(`memory.py`) and reading (`extract/`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import fields
from itertools import islice
from typing import Any, TypeVar

from pipelines.extract.lexicon import KnownProject
from pipelines.extract.reading import Reading
from pipelines.extract.sketches import OrgSketch, ProjectSketch
from pipelines.fingerprint import ROOT
from pipelines.ingest.raw import Raw
from pipelines.memory import Form, columns, from_columns
from pipelines.records import Cell, Claim, Document

_OWN_REFERENCE = ROOT / "raw" / "reference"

Said = tuple[tuple[Claim, ...], tuple[ProjectSketch, ...], tuple[OrgSketch, ...]]
"""A reading without its document."""

Item = TypeVar("Item")


def background(raw: Raw, known: Sequence[KnownProject]) -> str:
    """Return the identity of all that reading a document depends on besides the document and the code.

    Every file of the reference and every known project counts for every document: a new name can be found in any text,
    and where it is found, it decides what the words around it are taken for. So whatever is changed there, all
    documents are read again; which of them it cannot touch is not known before they are read.
    """
    digest = hashlib.sha256()
    for path, sha256 in sorted(raw.hashes.items()):
        if path.startswith("reference/"):
            digest.update(f"{path} {sha256}\n".encode())
    # Tables that a reference lacks are the project's own (`extract/vocabulary.py`).
    read = {f"reference/{stem}.csv" for stem, file in raw.auxiliary.items() if file.room == "reference"}
    read |= {file.path for file in raw.tables}
    for file in sorted(_OWN_REFERENCE.rglob("*.csv")):
        name = file.relative_to(_OWN_REFERENCE).as_posix()
        if f"reference/{name}" not in read:
            digest.update(f"own {name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    for project in known:
        digest.update(f"{project!r}\n".encode("utf-8", "backslashreplace"))
    return digest.hexdigest()


def said(reading: Reading) -> Said:
    """A reading without its document."""
    return reading.claims, reading.projects, reading.organizations


def reading_of(document: Document, remembered: Said) -> Reading:
    """A reading with its document again."""
    return Reading(document, *remembered)


def _pack(readings: Sequence[Said]) -> Any:
    claims = [claim for said_claims, _, _ in readings for claim in said_claims]
    cells = [cell for claim in claims for cell in claim.cells.values()]
    plain = columns(claims, Claim)
    plain[_CELLS] = [tuple(claim.cells) for claim in claims]
    projects = [project for _, said_projects, _ in readings for project in said_projects]
    organizations = [one for _, _, said_organizations in readings for one in said_organizations]
    return (
        [(len(one), len(two), len(three)) for one, two, three in readings],
        plain,
        columns(cells, Cell),
        columns(projects, ProjectSketch),
        columns(organizations, OrgSketch),
    )


def _unpack(packed: Any) -> Sequence[Said]:
    sizes, plain, cells, projects, organizations = packed
    made = iter(from_columns(Cell, cells))
    # `zip` asks for a name first and stops after the last one, so that no cell is lost between two claims.
    plain[_CELLS] = [dict(zip(names, made, strict=False)) for names in plain[_CELLS]]
    claims, sketches = iter(from_columns(Claim, plain)), iter(from_columns(ProjectSketch, projects))
    firms = iter(from_columns(OrgSketch, organizations))
    nothing: Said = ((), (), ())
    return [
        (_take(claims, one), _take(sketches, two), _take(firms, three)) if one or two or three else nothing
        for one, two, three in sizes
    ]


def _take(items: Iterable[Item], number: int) -> tuple[Item, ...]:
    return tuple(islice(items, number))


_CELLS = [field.name for field in fields(Claim)].index("cells")

READINGS: Form[Said] = Form("readings", _pack, _unpack)
"""What documents say."""

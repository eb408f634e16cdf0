"""Organisations that no reference knows: one id each across documents, the nearest known name for a person to look at.

What belongs here: ids, rows and review items of unknown organisations. What does not: finding names (`extract/`). An
unknown organisation never gets a known one's id.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.extract.lexicon import Lexicon
from pipelines.extract.reading import Reading
from pipelines.extract.sketches import OrgSketch
from pipelines.extract.terms import fold, has_cjk, tokens
from pipelines.records import Cell, Claim, ReviewItem

_LEGAL = frozenset(
    [
        "inc",
        "corp",
        "corporation",
        "co",
        "company",
        "ltd",
        "limited",
        "llc",
        "plc",
        "group",
        "holdings",
        "kk",
        "ag",
        "sa",
        "gmbh",
    ]
)


@dataclass(frozen=True, slots=True)
class NewOrganizations:
    """Final ids of provisional ones by (document path, provisional id), with the rows and review items they bring."""

    ids: Mapping[tuple[str, str], str]
    claims: tuple[Claim, ...]
    review: tuple[ReviewItem, ...]


def new_organizations(readings: Sequence[Reading], lexicon: Lexicon) -> NewOrganizations:
    """Give each unknown organisation of all documents one id, a row and an item for review.

    Args:
        readings: What the documents say.
        lexicon: Known organisations.
    """
    ids: dict[tuple[str, str], str] = {}
    claims: list[Claim] = []
    review: list[ReviewItem] = []
    seen: set[str] = set()
    for reading in sorted(readings, key=lambda one: one.document.source.source_id):
        for sketch in reading.organizations:
            org_id = organization_id(sketch, lexicon)
            ids[reading.document.path, sketch.key] = org_id
            claims += _rows(sketch, org_id, reading)
            if org_id not in seen:
                seen.add(org_id)
                review.append(_item(sketch, reading, lexicon))
    return NewOrganizations(ids, tuple(claims), tuple(review))


def organization_id(sketch: OrgSketch, lexicon: Lexicon) -> str:
    """A slug of the name without legal form; with eight hexadecimal digits where it is a known id."""
    if sketch.key.startswith("@state:"):
        return f"state-{sketch.key.removeprefix('@state:').lower()}"
    group = sketch.key.removeprefix("@")
    if group in lexicon.firm_names:
        base = group
    else:
        words = [word for word in tokens(sketch.name).words if word not in _LEGAL] if sketch.name else []
        base = "-".join(re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", word).lower()) for word in words).strip(
            "-"
        )[:50]
    digest = hashlib.sha256(_identity(sketch).encode()).hexdigest()[:8]
    if not base:
        return f"org-{digest}"
    return f"{base}-{digest}" if base in lexicon.organizations else base


def _identity(sketch: OrgSketch) -> str:
    name = sketch.name or sketch.name_ja
    return fold(name)[0] if has_cjk(name) else " ".join(word for word in tokens(name).words if word not in _LEGAL)


def _rows(sketch: OrgSketch, org_id: str, reading: Reading) -> list[Claim]:
    source = reading.document.source
    name, said = sketch.name or sketch.name_ja, sketch.name_ja or sketch.name

    def cell(value: str) -> Cell:
        return Cell(value, said[:40], sketch.locator)

    def claim(table: str, key: tuple[str, ...], cells: dict[str, Cell]) -> Claim:
        return Claim(
            table,
            key,
            cells,
            source.source_id,
            source.published_on,
            "asserted",
            "documents-1",
            "unreviewed",
            reading.document.path,
            0.6,
        )

    cells = {"org_id": cell(org_id), "name": cell(name)}
    if sketch.name_ja:
        cells["name_ja"] = cell(sketch.name_ja)
    if sketch.kind in ("commercial_bank", "government"):
        cells["kind"] = cell(sketch.kind)
    language = "ja" if has_cjk(said) else "en"
    names = {"org_id": cell(org_id), "name": cell(said), "language": cell(language), "kind": cell("short")}
    return [claim("organizations", (org_id,), cells), claim("organization_names", (org_id, said), names)]


def _item(sketch: OrgSketch, reading: Reading, lexicon: Lexicon) -> ReviewItem:
    """The nearest known name is a suggestion for a person, nothing more."""
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import extractOne
    from rapidfuzz.utils import default_process

    name = sketch.name or sketch.name_ja
    japanese = has_cjk(name)
    forms = {
        form: org for org, names in lexicon.organization_names.items() for form in names if has_cjk(form) == japanese
    }
    found = extractOne(name, sorted(forms), scorer=ratio, processor=default_process)
    suggestion = f"{forms[found[0]]}: {found[0]}" if found else None
    return ReviewItem(
        "organization",
        name,
        reading.document.source.source_id,
        sketch.locator,
        suggestion,
        round(found[1] / 100, 3) if found and suggestion else None,
    )

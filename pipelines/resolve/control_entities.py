"""Which organisation an entity on a control list is: only where its name says so exactly.

What belongs here: names on control lists against known organisations. What does not: organisations that documents name
(`organizations`). To put a firm on a list that it is not on is defamation: nothing here is guessed, and a short name
that a whole group goes by is left to a person.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipelines.records import Cell, Claim, ReviewItem

_TABLE = "export_control_entities"
_CERTAIN = "official"
_DOUBTFUL = ("former", "misspelling")
"""Kinds of names by which nobody is identified, whoever says so."""


@dataclass(slots=True)
class _Names:
    """Known names: all names of an organisation, and the organisations that a name officially belongs to."""

    of: dict[str, set[str]] = field(default_factory=dict)
    official: dict[str, set[str]] = field(default_factory=dict)
    spelled: dict[str, str] = field(default_factory=dict)

    def add(self, org_id: str, name: str, kind: str) -> None:
        if not org_id or not name.strip() or kind in _DOUBTFUL:
            return
        same = _exact(name)
        self.of.setdefault(org_id, set()).add(same)
        self.spelled.setdefault(name.strip(), org_id)
        if kind == _CERTAIN:
            self.official.setdefault(same, set()).add(org_id)


def match_entities(
    claims: Sequence[Claim],
    reference: Mapping[str, Sequence[Mapping[str, str]]],
    decided: Collection[tuple[str, str]] = (),
) -> tuple[tuple[Claim, ...], tuple[ReviewItem, ...]]:
    """Give entities of control lists the id of the one organisation that officially bears exactly that name.

    An id that a row gives itself stands where the printed name is exactly one of that organisation's names, and goes
    otherwise. Every entity without an id then waits for a person, who may add the name to the reference or correct
    the cell.

    Args:
        claims: All claims of a build.
        reference: Rows of `reference/` by file stem.
        decided: Table and key of the rows that a reviewer has corrected: they wait no more.

    Returns:
        The claims in their order, and an item of the queue for each entity that is not matched.
    """
    names = _known(reference)
    found: list[Claim] = []
    items: dict[tuple[str, ...], ReviewItem] = {}
    for claim in claims:
        printed = claim.cells.get("name_as_printed")
        if claim.table != _TABLE or printed is None or claim.review == "rejected":
            found.append(claim)
            continue
        matched = _matched(claim, printed, names)
        found.append(matched)
        if "org_id" not in matched.cells and (_TABLE, "|".join(claim.key)) not in decided:
            items.setdefault(claim.key, _item(claim, printed, names))
    return tuple(found), tuple(items.values())


def _known(reference: Mapping[str, Sequence[Mapping[str, str]]]) -> _Names:
    names = _Names()
    for row in reference.get("organizations", ()):
        for column in ("name", "name_ja"):
            names.add(row.get("org_id", ""), row.get(column, ""), _CERTAIN)
    for row in reference.get("organization_names", ()):
        names.add(row.get("org_id", ""), row.get("name", ""), row.get("kind", ""))
    return names


def _exact(name: str) -> str:
    """A name without what typography alone changes: width of characters and number of blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def _matched(claim: Claim, printed: Cell, names: _Names) -> Claim:
    name = _exact(str(printed.value))
    given = claim.cells.get("org_id")
    if given is not None:
        if name in names.of.get(str(given.value), ()):
            return claim
        return replace(claim, cells={column: cell for column, cell in claim.cells.items() if column != "org_id"})
    bearers = names.official.get(name, set())
    if len(bearers) != 1:
        return claim
    cell = Cell(next(iter(bearers)), printed.literal, printed.locator)
    return replace(claim, cells={**claim.cells, "org_id": cell})


def _item(claim: Claim, printed: Cell, names: _Names) -> ReviewItem:
    """The nearest known name is a suggestion for a person, nothing more."""
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import extractOne
    from rapidfuzz.utils import default_process

    name = str(printed.value)
    nearest = extractOne(name, sorted(names.spelled), scorer=ratio, processor=default_process)
    text = f"{_TABLE} {'|'.join(claim.key)} org_id: the name is not certain to be a known organisation's"
    suggestion = f"{names.spelled[nearest[0]]}: {nearest[0]}" if nearest else None
    score = round(nearest[1] / 100, 3) if nearest else None
    return ReviewItem("control_entity", text, claim.source_id, printed.locator, suggestion, score)

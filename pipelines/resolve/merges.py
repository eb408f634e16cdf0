"""Two ids of one thing become one: where each merged id leads, and claims that point there.

What belongs here: replacing merged ids. What does not: reading merges (`decisions`) and whether they still hold
(`standing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipelines.records import EXTRACTED, Claim, Value
from pipelines.resolve.decisions import MERGEABLE, Merge
from schemas.contract import TABLES, Column

_OWN_WORDS = {"projects": ("name", "name_ja", "description"), "organizations": ("name", "name_ja")}


def merge_targets(merges: Iterable[Merge]) -> dict[tuple[str, str], str]:
    """Return where each merged id leads in the end: (kind, old_id) -> id that is merged no further.

    Args:
        merges: Merges as `read_decisions` lets them through, hence without cycles.
    """
    steps = {(merge.kind, merge.old_id): merge.new_id for merge in merges}
    targets = {}
    for (kind, old_id), new_id in steps.items():
        name = new_id
        while (kind, name) in steps:
            name = steps[kind, name]
        targets[kind, old_id] = name
    return targets


def merge_ids(claims: Sequence[Claim], merges: Iterable[Merge]) -> tuple[Claim, ...]:
    """Replace merged ids in keys and cells of all claims that point at the merged thing.

    An organisation and a project may bear the same id; a merge of one leaves the other alone.

    Args:
        claims: Claims before rows are identified.
        merges: Merges; chains (a -> b -> c) are followed.
    """
    targets = merge_targets(merges)
    return tuple(_redirected(claim, targets) for claim in claims) if targets else tuple(claims)


def _redirected(claim: Claim, targets: Mapping[tuple[str, str], str]) -> Claim:
    kinds = {column.name: kind for column in TABLES[claim.table].columns if (kind := _kind(column)) is not None}

    def final(column: str, value: Value) -> Value:
        if isinstance(value, tuple):
            return tuple(sorted({targets.get((kinds[column], item), item) for item in value}))
        return targets.get((kinds[column], value), value) if isinstance(value, str) else value

    cells = {
        name: replace(cell, value=final(name, cell.value)) if name in kinds else cell
        for name, cell in claim.cells.items()
    }
    key = tuple(
        targets.get((kinds[name], part), part) if name in kinds else part
        for name, part in zip(TABLES[claim.table].key, claim.key, strict=False)
    )
    if key != claim.key and claim.method.startswith(EXTRACTED):
        # What a machine made up to call an unknown thing is no rival to the name that the known one bears.
        cells = {name: cell for name, cell in cells.items() if name not in _OWN_WORDS.get(claim.table, ())}
    return replace(claim, key=key, cells=cells)


def _kind(column: Column) -> str | None:
    """The kind of thing whose id the column holds, None for every other column."""
    for kind, (table, name) in MERGEABLE.items():
        if column.name == name or column.meaning.foreign_key == f"{table}.{name}":
            return kind
    return None

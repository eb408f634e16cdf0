"""Does a release break what people have built on the release before, and does the contract's version say so?

What belongs here: comparing the shape of two releases with the versions they claim. What does not: cells (`diff`).

Semantic versions: a column, table or code that went, another name, type, unit or key, and cells that may be empty where
none was, are breaks and need a new major version; for a new name `schemas/renames` also keeps the old one as an alias.
A table, column or code that came needs a new minor version. A column that is always filled from now on breaks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import ContractError
from pipelines.publish.declared import Declared, declared_tables
from schemas import contract
from schemas.renames import RENAMES, Rename

Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class ShapeChange:
    """One difference in shape.

    Attributes:
        breaks: Whether somebody's program stops working.
    """

    where: str
    was: str
    now: str
    breaks: bool


def shape_changes(previous: Path, renames: Sequence[Rename] = RENAMES) -> list[ShapeChange]:
    """Compare the tables of a release with the contract as it is now.

    Args:
        previous: Folder of the release before; its Parquet files tell names, types, units and which cells may be empty,
            its `datapackage.json` keys and codes.
        renames: Columns that have another name now.

    Returns:
        What differs, in the contract's order; tables that went come last.
    """
    folder = previous / "tables"
    before = {path.stem: pq.read_schema(path) for path in sorted(folder.glob("*.parquet"))}
    declared = declared_tables(previous)
    found: list[ShapeChange] = []
    for name in contract.TABLES:
        if name in before:
            renamed = {
                r.old_column: r.new_column
                for r in renames
                if r.table == name and r.new_column not in before[name].names
            }
            found.extend(_of_table(name, before[name], renamed))
            found.extend(_of_declaration(name, declared.get(name, Declared()), renamed))
        else:
            found.append(ShapeChange(name, "no table", "a table", breaks=False))
    gone = [name for name in before if name not in contract.TABLES]
    return [*found, *(ShapeChange(name, "a table", "no table", breaks=True) for name in gone)]


def refuse_unsaid(changes: Iterable[ShapeChange], was: str, now: str) -> None:
    """Stop a release whose shape changed more than its contract version says.

    Args:
        changes: Of `shape_changes`.
        was: Contract version of the release before.
        now: Contract version of this one.

    Raises:
        ContractError: Names the first change that the version does not own up to, and counts the others.
    """
    before, after = _parts(was), _parts(now)
    unsaid = [change for change in changes if not _said(change, before, after)]
    if not unsaid:
        return
    first = next((change for change in unsaid if change.breaks), unsaid[0])
    needed = f"{before[0] + 1}.0.0" if first.breaks else f"{before[0]}.{before[1] + 1}.0"
    alias = ", and for a new name an entry in schemas/renames, which keeps the old one as an alias"
    more = f" There are {len(unsaid) - 1} more such changes." if len(unsaid) > 1 else ""
    raise ContractError(
        f"contract {now}, {first.where}", f"{first.now}, where release {was} of the contract has {first.was}",
        f"contract version {needed} or later" + (alias if first.breaks else ""),
        f"Say so in CONTRACT_VERSION, or take the change back; nothing was published.{more}",
    )  # fmt: skip


def _of_table(name: str, before: pa.Schema, renamed: dict[str, str]) -> Iterator[ShapeChange]:
    after = contract.arrow_schema(name)
    for field in before:
        where = f"{name}.{field.name}"
        new = renamed.get(field.name, field.name)
        if new not in after.names:
            yield ShapeChange(where, "a column", "no column", breaks=True)
            continue
        now = after.field(new)
        if now.type != field.type:
            yield ShapeChange(where, str(field.type), str(now.type), breaks=True)
        if _unit(now) != _unit(field):
            yield ShapeChange(where, f"unit {_unit(field)}", f"unit {_unit(now)}", breaks=True)
        if now.nullable and not field.nullable:
            yield ShapeChange(where, "no empty cells", "cells that may be empty", breaks=True)
        if new != field.name:
            yield ShapeChange(where, f"the name {field.name}", f"the name {new}", breaks=True)
    known = {renamed.get(column, column) for column in before.names}
    for column in after.names:
        if column not in known:
            yield ShapeChange(f"{name}.{column}", "no column", "a column", breaks=column in contract.TABLES[name].key)


def _of_declaration(name: str, before: Declared, renamed: dict[str, str]) -> Iterator[ShapeChange]:
    spec = contract.TABLES[name]
    key = tuple(renamed.get(column, column) for column in before.key)
    if key and key != tuple(spec.key):
        yield ShapeChange(name, f"the key {', '.join(before.key)}", f"the key {', '.join(spec.key)}", breaks=True)
    for column, codes in before.codes.items():
        new = renamed.get(column, column)
        if new not in spec.names:
            continue
        codelist = spec.column(new).meaning.codelist
        if codelist is None:
            yield ShapeChange(f"{name}.{column}", "a codelist", "no codelist", breaks=True)
            continue
        now = contract.codes(codelist)
        for code in sorted(set(codes) - set(now)):
            yield ShapeChange(f"{name}.{column}", f"the code {code}", "no such code", breaks=True)
        for code in sorted(set(now) - set(codes)):
            yield ShapeChange(f"{name}.{column}", "no such code", f"the code {code}", breaks=False)


def _unit(field: pa.Field) -> str | None:
    unit = (field.metadata or {}).get(b"unit")
    return None if unit is None else unit.decode()


def _said(change: ShapeChange, before: Version, after: Version) -> bool:
    return after[0] > before[0] or (not change.breaks and after[:2] > before[:2])


def _parts(version: str) -> Version:
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch

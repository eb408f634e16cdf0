"""What a check finds, what it looks at, and the register of the checks over tables.

What belongs here: the vocabulary that the modules `checks_*` are written in. What does not: any check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow as pa

from pipelines.publish.formats import key_text
from schemas import contract


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        check: Name of the check.
        where: Table, key and column, or file.
        found: What stood there.
        expected: What would have been right.
    """

    check: str
    where: str
    found: str
    expected: str

    @property
    def place(self) -> tuple[str, str, str]:
        """Table, key and column of `where`, as far as it names them; else empty text."""
        first, _, rest = self.where.partition(" ")
        table, _, column = first.partition(".")
        if table not in contract.TABLES:
            return "", "", ""
        key, _, last = rest.rpartition(" ")
        if last in contract.TABLES[table].names:
            return table, key, last
        return table, rest, column

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.check}: {self.where}: found {self.found}; expected {self.expected}"


@dataclass(frozen=True)
class Tables:
    """All tables of a release, as frames and as Arrow tables, each made at most once.

    Attributes:
        frames: Table name -> frame with the contract's columns. Tables that are not there count as missing.
        own_use: Whether they may hold figures that may not be passed on.
        long_keys: Keys that are there, of tables too long to stand here with their rows: those that are asked for.
    """

    frames: Mapping[str, pd.DataFrame]
    own_use: bool = False
    long_keys: Mapping[str, set[str]] = field(default_factory=dict)

    @cached_property
    def _arrow(self) -> dict[str, pa.Table]:
        return {}

    @cached_property
    def _failures(self) -> dict[str, list[dict[str, str | None]]]:
        return {}

    @cached_property
    def _keys(self) -> dict[str, list[str]]:
        return {}

    @cached_property
    def _key_sets(self) -> dict[str, set[str]]:
        return {}

    def names(self) -> list[str]:
        """Names of the contract's tables that are here, in the contract's order."""
        return [name for name in contract.TABLES if name in self.frames]

    def arrow(self, name: str) -> pa.Table:
        """One table as Arrow, in the contract's types; an empty one if it is missing."""
        if name not in self._arrow:
            if name in self.frames:
                self._arrow[name] = _to_arrow(name, self.frames[name])
            else:
                self._arrow[name] = contract.arrow_schema(name).empty_table()
        return self._arrow[name]

    def keys(self, name: str) -> list[str]:
        """The key of each row as text, in row order."""
        if name not in self._keys:
            self._keys[name] = key_text(self.arrow(name), contract.TABLES[name].key).to_pylist()
        return self._keys[name]

    def failures(self, name: str) -> list[dict[str, str | None]]:
        """What the contract alone finds wrong in a table: rows of column, check, value, key."""
        if name not in self._failures:
            found = contract.failures(name, self.frames[name])
            self._failures[name] = pa.Table.from_pandas(found, preserve_index=False).to_pylist()
        return self._failures[name]

    def key_set(self, name: str) -> set[str]:
        """The keys of a table, for look-ups."""
        if name in self.long_keys:
            return self.long_keys[name]
        if name not in self._key_sets:
            self._key_sets[name] = set(self.keys(name))
        return self._key_sets[name]

    def rows(self, name: str) -> list[dict[str, Any]]:
        """One table as a list of rows, null as None."""
        rows: list[dict[str, Any]] = self.arrow(name).to_pylist()
        return rows


def _to_arrow(name: str, frame: pd.DataFrame) -> pa.Table:
    # contract.to_arrow refuses a null in a required column; here such a null is something to be found and told.
    arrays = [pa.chunked_array(frame[column].array.__arrow_array__()) for column in frame.columns]
    return pa.Table.from_arrays(arrays, schema=contract.arrow_schema(name)).combine_chunks()


Check = Callable[[Tables], Iterable[Finding]]

TABLE_CHECKS: dict[str, Check] = {}
"""Name -> check, in the order in which they run. A check may rely on those before it having found nothing."""


WAIVABLE: set[str] = set()
"""Checks whose findings a person may let pass until a day: judgements. Keys, receipts, sums and licences are none."""


def table_check(name: str, *, waivable: bool = False) -> Callable[[Check], Check]:
    """Register a function as the check `name`; its docstring's first line is what the reader of a finding is told.

    Args:
        name: Of the check, unique.
        waivable: A waiver may let one of its findings pass. Not where the finding says that the release is not whole,
            adds wrongly, or may not be passed on.
    """

    def register(function: Check) -> Check:
        TABLE_CHECKS[name] = function
        if waivable:
            WAIVABLE.add(name)
        return function

    return register

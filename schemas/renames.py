"""Columns that were given another name, so that whoever knows the old one still finds it.

What belongs here: one `Rename` a column, from the day its name changed. What does not: columns that came or went.

A rename is a major change of the contract. With an entry here the old name stays an alias for two versions more, in
`kakehashi.load(..., aliases=True)`, and `kakehashi diff` follows the column from one name to the other.
"""

from __future__ import annotations

from dataclasses import dataclass

KEPT_FOR = 2
"""Contract versions (minor ones count) for which an old name stays an alias."""


@dataclass(frozen=True, slots=True)
class Rename:
    """One column whose name changed.

    Attributes:
        since: Contract version that brought the new name.
        until: Last contract version that accepts the old one: two after `since`.
    """

    table: str
    old_column: str
    new_column: str
    since: str
    until: str


RENAMES: tuple[Rename, ...] = ()
"""All of them, oldest first; published as the table `renames`. None so far."""

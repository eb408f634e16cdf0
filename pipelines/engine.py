"""Where batches run: this machine (default) or, later, a cluster; same functions, same bytes.

What belongs here: handing a pure function and a batch of items to whatever computes them, in order. What does not:
what the function does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Engine(Protocol):
    """Anything that maps a pure function over items and gives the results back in the items' order."""

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Apply `function` to every item.

        Args:
            function: Pure; its result depends on the item alone, so that the engine cannot change it.
            items: In the order in which results are wanted.
        """
        ...


class LocalEngine:
    """This process, one item after the other: the fastest there is for the few dozen documents of a usual build."""

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Apply `function` to every item, in order."""
        return [function(item) for item in items]

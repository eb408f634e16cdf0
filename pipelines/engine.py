"""Where batches run: this machine (default) or, later, a cluster; same functions, same bytes.

What belongs here: handing a pure function and a batch of items to whatever computes them, in order. What does not:
what the function does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
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


class ThreadEngine:
    """This process on several cores: for functions that spend their time in Arrow and NumPy, which run side by side.

    Args:
        threads: Items worked on at a time, at least one.
    """

    def __init__(self, threads: int) -> None:
        self._threads = max(1, threads)

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Apply `function` to every item, in order; the first error ends the rest."""
        if self._threads == 1:
            return LocalEngine().map(function, items)
        with ThreadPoolExecutor(self._threads) as pool:
            futures = [pool.submit(function, item) for item in items]
            try:
                return [future.result() for future in futures]
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

"""Progress on a terminal: one bar over the steps of a build, silent when the output is piped.

What belongs here: telling a person that something goes on. What does not: messages that matter (they are printed).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function that is told (name of the step, its number, number of steps).

    The bar stands on stderr and vanishes when the work is done; on a pipe nothing is written at all.
    """
    if not sys.stderr.isatty():
        yield lambda _name, _number, _total: None
        return
    from tqdm import tqdm

    with tqdm(total=0, bar_format="{desc:<24} {bar} {n}/{total}", leave=False, file=sys.stderr) as bar:

        def tell(name: str, number: int, total: int) -> None:
            bar.total = total
            bar.n = number
            bar.set_description_str(name)

        yield tell

"""Flows cut into ranges of years and importers, each small enough to be sorted in memory, on disk meanwhile.

What belongs here: where a range begins, and keeping its flows until all of them are there. What does not: reading
(`bilateral_reading`) and formulas (`bilateral`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Lock

import numpy as np

from pipelines.dependence.bilateral import Amounts
from pipelines.dependence.trade_keys import GROUP_BITS, Keys

_WIDTH = 16
"""Bytes of a flow on disk: its key and its amount."""


def range_starts(counts: Mapping[int, int], rows: int) -> list[int]:
    """Return where ranges begin: the first importer and year of each.

    A range takes importers and years in order as long as it stays within `rows`; one that has more stands alone.

    Args:
        counts: Importer and year (`trade_keys.importer_years`) -> its rows.
        rows: That a range should not exceed.
    """
    starts: list[int] = []
    filled = 0
    for one, number in sorted(counts.items()):
        if not starts or filled + number > rows:
            starts.append(one)
            filled = 0
        filled += number
    return starts or [0]


class Ranges:
    """Flows of each range, in files of a folder; threads may add to it side by side.

    Args:
        folder: Empty, with room for 16 bytes a flow.
        starts: Of `range_starts`.
    """

    def __init__(self, folder: Path, starts: list[int]) -> None:
        self._folder = folder
        self._starts = np.array(starts, dtype=np.uint64)
        self._locks = [Lock() for _ in starts]

    def __len__(self) -> int:
        return len(self._locks)

    def add(self, keys: Keys, amounts: Amounts) -> None:
        """Put flows into their ranges."""
        of = np.searchsorted(self._starts, keys >> np.uint64(GROUP_BITS), side="right").astype(np.uint16) - np.uint16(1)
        order = np.argsort(of, kind="stable")
        flows = np.empty((len(keys), 2), np.uint64)
        flows[:, 0] = keys[order]
        flows[:, 1] = amounts[order]
        ends = np.cumsum(np.bincount(of, minlength=len(self)))
        begin = 0
        for number, end in enumerate(ends.tolist()):
            if end > begin:
                with self._locks[number], self._path(number).open("ab") as file:
                    file.write(flows[begin:end].data)
                begin = end

    def rows(self, number: int) -> int:
        """Flows of one range."""
        path = self._path(number)
        return path.stat().st_size // _WIDTH if path.exists() else 0

    def take(self, number: int) -> tuple[Keys, Amounts]:
        """Return the flows of one range, in the order in which they happened to be added, and let them go from disk."""
        path = self._path(number)
        if not path.exists():
            return np.empty(0, np.uint64), np.empty(0, np.int64)
        flows = np.fromfile(path, np.uint64).reshape(-1, 2)
        path.unlink()
        return flows[:, 0].copy(), flows[:, 1].astype(np.int64)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.flows"

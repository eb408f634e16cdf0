"""What one more document costs when many are read already: ingest and extract alone, in one process on one core.

What belongs here: making a raw folder of N documents, reading it, adding one, reading it again. What does not: how reading
remembers (`pipelines`).
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pipelines.build import PROJECT_RAW, Inputs, ingest, state
from pipelines.memory import Memory
from tests.bench_corpus import RELEVANT_SHARE, document

ALLOWED = 0.03
"""Share of the time for all documents that one more may cost."""

Reader = Callable[[Path, Path], int]
"""Reads a raw folder with what it remembers in a second folder; returns the number of documents that state something."""


def _remembering(raw: Path, cache: Path) -> int:
    """Read a raw folder, and what an earlier run read from its memory."""
    memory = Memory(cache, raw)
    stated = state(ingest(Inputs(raw), memory), memory=memory)
    return sum(bool(reading.claims) for reading in stated.readings)


def main(number: int) -> None:
    """Print what reading `number` documents costs, and what one more does.

    Args:
        number: Documents that are read already.
    """
    with tempfile.TemporaryDirectory() as folder:
        raw, memory = Path(folder) / "raw", Path(folder) / "memory"
        _make_raw(raw, number)
        first = _timed(_remembering, raw, memory)
        again = _timed(_remembering, raw, memory)
        _add(raw, number)
        one_more = _timed(_remembering, raw, memory)
    share = one_more / first
    told = "reached" if share <= ALLOWED else "MISSED"
    print(f"{number} documents read for the first time {first:9.2f} s")
    print(f"the same again {again:30.2f} s  {again / first:7.2%}")
    print(f"with one document more {one_more:22.2f} s  {share:7.2%} (asked {ALLOWED:.0%}: {told})")


def _timed(read: Reader, raw: Path, memory: Path) -> float:
    started = time.process_time()
    read(raw, memory)
    return time.process_time() - started


def _make_raw(raw: Path, number: int) -> None:
    """A raw folder with the project's reference and `number` documents in its inbox."""
    (raw / "inbox").mkdir(parents=True)
    shutil.copytree(PROJECT_RAW / "reference", raw / "reference")
    for one in range(number):
        _add(raw, one)


def _add(raw: Path, number: int) -> None:
    every = round(1 / RELEVANT_SHARE)
    one = document(number, "ja" if number % 2 else "en", relevant=number % every == 0)
    (raw / "inbox" / one.name).write_bytes(one.content)

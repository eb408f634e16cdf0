"""What one more document costs when many have been read: ingest and extract alone, as CPU seconds of this process.

What belongs here: making the documents, reading all of them, adding one, reading again. What does not: asserts; what is
said of the ratio is for `tests/bench.py`, which calls `incremental`.
"""

from __future__ import annotations

import gc
import shutil
import sys
import tempfile
import time
from pathlib import Path

from pipelines.build import PROJECT_RAW, Inputs, Stated, ingest, state
from pipelines.memory import Memory

_PLANTS = (
    "{firm} plans to build a {kind} plant in {town}, {state}, at a cost of ${sum} million. Work is to begin in {year}, and "
    "about {jobs} people will find work there. {other} will supply the equipment.\n\nThe Japan Bank for International "
    "Cooperation may lend ${part} million, people close to the talks said on {day} March. The plant would make {tonnes} "
    "tonnes of {material} a year, which is used in {use}.\n\nChina, which makes most of the world's {material}, put it "
    "under export licence in {year}. Officials in {state} welcomed the announcement, note {number}.\n"
)
_NEWS = (
    "The town library of {town} opens again after a winter of repairs. The reading room has {jobs} seats, and number {number} "
    "on the list of loans is a book on gardens.\n\nVolunteers carried {tonnes} volumes up the stairs in {day} days. Children "
    "from two schools painted the entrance, and the choir sang at noon.\n\nThe mayor thanked everyone in {state} who had "
    "given time. The next evening on stories from the harbour is in {year}; tea will be served, and dogs are welcome.\n"
)
_WORDS = {
    "firm": ("Hitachi", "Noveon Magnetics", "Harrow Materials", "Element Six", "Lynas"),
    "other": ("Mitsubishi Electric", "Bechtel", "Oakvale Process Systems"),
    "kind": ("rare earth magnet", "synthetic diamond", "graphite anode", "transformer"),
    "material": ("neodymium", "gallium", "graphite", "germanium"),
    "use": ("motors", "chips", "batteries", "lasers"),
    "town": ("Savannah", "Toledo", "Huntsville", "Mobile", "Duluth", "Macon", "Corpus Christi"),
    "state": ("Georgia", "Ohio", "Alabama", "Texas", "Minnesota"),
}


def incremental(documents: int, runs: int = 3) -> tuple[float, float]:
    """Read so many documents, then one more with what was remembered.

    Args:
        documents: Documents in the inbox to begin with: a third on plants, the others on nothing of ours.
        runs: One document more is measured so many times, each time another one; the quickest counts.

    Returns:
        CPU seconds of reading all for the first time, remembering included, and of reading all but one from memory.
    """
    with tempfile.TemporaryDirectory() as folder:
        raw, cache = Path(folder) / "raw", Path(folder) / "cache"
        (raw / "inbox").mkdir(parents=True)
        shutil.copytree(PROJECT_RAW / "reference", raw / "reference")
        for number in range(documents):
            _write(raw, number)
        first = _timed(raw, cache)
        more = []
        for run in range(runs):
            _write(raw, documents + 3 * run)
            more.append(_timed(raw, cache))
    return first, min(more)


def _timed(raw: Path, cache: Path) -> float:
    gc.collect()
    started = time.process_time()
    stated = _read(raw, cache)
    taken = time.process_time() - started
    # What is remembered must be there, not only promised.
    assert all(claim.cells for reading in stated.readings for claim in reading.claims)
    return taken


def _read(raw: Path, cache: Path) -> Stated:
    memory = Memory(cache, raw)
    return state(ingest(Inputs(raw), memory), memory=memory)


def _write(raw: Path, number: int) -> None:
    about = {name: words[number // step % len(words)] for step, (name, words) in enumerate(_WORDS.items(), start=1)}
    figures = {"sum": 100 + number, "part": 50 + number % 900, "jobs": 40 + number % 1900, "tonnes": 500 + number}
    text = _NEWS if number % 3 else _PLANTS
    body = text.format(**about, **figures, year=2026 + number % 5, day=1 + number % 28, number=number)
    # Each is as long as a short article, about 1.9 kB.
    rest = _NEWS.format(**about, **figures, year=2026 + number % 5, day=1 + number % 28, number=number)
    title = f"# {about['town']}: {'a plant' if text is _PLANTS else 'the library'}, {number}"
    (raw / "inbox" / f"article-{number:06}.md").write_text(f"{title}\n\n{body}\n{rest}\n{rest}", encoding="utf-8")


if __name__ == "__main__":
    for count in map(int, sys.argv[1:] or ("2000",)):
        whole, one = incremental(count)
        print(f"{count} documents {whole:8.2f} s; with one more {one:7.3f} s: {one / whole:6.2%}")

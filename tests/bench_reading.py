"""How fast documents are read, on one core, beside a bare scan and beside peers, in one run on the same texts.

What belongs here: throughput of reading, of its stage of names and of its stage of amounts. What does not: asserts, whole
builds (`bench.py`), adding one document to many (`bench_incremental.py`).

Figures are processor seconds, the best of several passes: a machine that others use as well gives the same ratios.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daachorse import MATCH_KIND_LEFTMOST_LONGEST, CharwiseDoubleArrayAhoCorasick

from kakehashi.explain import background
from pipelines.extract.amounts import find_amounts
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import split_sentences
from pipelines.extract.reading import read_document
from pipelines.ingest import readers
from pipelines.records import Document
from tests.bench_corpus import BenchDocument, dense, mixed

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv-bench" / "bin" / "python"
PASSES = 3
PASS_SECONDS = 0.4
PEER_DOCUMENTS, PEER_SENTENCES = 60, 500
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
CORPORA: dict[str, Callable[[str], list[BenchDocument]]] = {"dense": dense, "mixed": mixed}

_WANTED = {
    "spaCy": 100.0,
    "bare scan": 1 / 50,
    "quantulum3": 100.0,
    "names en": 1 / 10,
    "names ja": 1 / 20,
}
"""How many times as fast as the peer, at least."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Throughput over some texts.

    Attributes:
        texts: How many.
        size: Their bytes in UTF-8.
        seconds: Processor time for all of them once.
    """

    texts: int
    size: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Texts a second."""
        return self.texts / self.seconds

    @property
    def kilobytes(self) -> float:
        """Kilobytes a second."""
        return self.size / 1000 / self.seconds


def measure(work: Callable[[Any], object], items: Sequence[Any], size: int) -> Rate:
    """Run `work` over all items, again and again, and take the best pass."""
    best = float("inf")
    for _ in range(PASSES):
        gc.collect()
        rounds = 0
        started = time.process_time()
        while (spent := time.process_time() - started) < PASS_SECONDS or not rounds:
            for item in items:
                work(item)
            rounds += 1
        best = min(best, spent / rounds)
    return Rate(len(items), size, best)


def bare_scan(lexicon: Lexicon) -> Callable[[str], object]:
    """Aho-Corasick over every known name of every organisation, and nothing else."""
    names = sorted({form for forms in lexicon.organization_names.values() for form in forms})
    scan: Callable[[str], object] = CharwiseDoubleArrayAhoCorasick(names, MATCH_KIND_LEFTMOST_LONGEST).find
    return scan


def main() -> None:
    """Print throughput and ratios; the process and its children stay on one core from here on."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    lexicon = background().lexicon
    scan = bare_scan(lexicon)
    corpora = {(name, language): make(language) for name, make in CORPORA.items() for language in ("en", "ja")}
    peers = _peers(corpora)
    print("Reading, one core, processor time; a document of the corpus has about 1.9 kB")
    for (name, language), documents in corpora.items():
        for line in _reading(f"{name} {language}", documents, lexicon, scan, peers.get(f"spacy {name} {language}")):
            print(line)
    for language in ("en", "ja"):
        print("\n".join(_names(language, corpora["mixed", language], lexicon, scan)))
    for kind, sentences in _sentences(corpora).items():
        print("\n".join(_amounts(kind, sentences, lexicon, peers.get(f"quantulum3 {kind}"))))
    if not peers:
        print(
            "spaCy and quantulum3 are not measured: `make peers` installs them from requirements-bench.lock into .venv-bench, "
            "a folder of their own."
        )


def _read(one: BenchDocument) -> Document:
    return readers.read_document(one.content, f"inbox/{one.name}", None)


def _reading(
    name: str,
    documents: Sequence[BenchDocument],
    lexicon: Lexicon,
    scan: Callable[[str], object],
    spacy: Rate | None,
) -> Iterator[str]:
    size = sum(len(one.content) for one in documents)
    whole = measure(lambda one: read_document(_read(one), lexicon), documents, size)
    opened = [_read(one) for one in documents]
    extract = measure(lambda one: read_document(one, lexicon), opened, size)
    bare = measure(scan, [one.body for one in documents], size)
    stating = sum(bool(read_document(one, lexicon).claims) for one in opened)
    yield _line(f"{name}: whole reading", whole, "documents") + f"  ({stating} of {len(documents)} state something)"
    yield _line(f"{name}: without opening the file", extract, "documents")
    yield _line(f"{name}: bare scan for names", bare, "documents") + _ratio(whole, bare, "bare scan")
    if spacy is not None:
        yield _line(f"{name}: spaCy, small English", spacy, "documents") + _ratio(whole, spacy, "spaCy")


def _names(
    language: str, documents: Sequence[BenchDocument], lexicon: Lexicon, scan: Callable[[str], object]
) -> Iterator[str]:
    paragraphs = [paragraph.text for one in documents for paragraph in _read(one).paragraphs]
    size = sum(len(text.encode()) for text in paragraphs)
    ours = measure(lexicon.names.find, paragraphs, size)
    bare = measure(scan, paragraphs, size)
    yield _line(f"mixed {language}: stage of names", ours, "paragraphs")
    yield _line(f"mixed {language}: bare scan for names", bare, "paragraphs") + _ratio(ours, bare, f"names {language}")


def _sentences(corpora: dict[tuple[str, str], list[BenchDocument]]) -> dict[str, list[str]]:
    """English sentences as they come, and those with a sum of money alone."""
    found: dict[str, list[str]] = {"all sentences": [], "sentences with money": []}
    for name, make in (("mixed", "all sentences"), ("dense", "sentences with money")):
        for one in corpora[name, "en"]:
            for paragraph in one.body.split("\n\n"):
                for start, end in split_sentences(paragraph):
                    text = paragraph[start:end]
                    if make == "all sentences" or any(sign in text for sign in ("$", "€", "£", " yen")):
                        found[make].append(text)
    return {kind: list(dict.fromkeys(texts))[:PEER_SENTENCES] for kind, texts in found.items()}


def _amounts(kind: str, sentences: Sequence[str], lexicon: Lexicon, peer: Rate | None) -> Iterator[str]:
    size = sum(len(text.encode()) for text in sentences)
    ours = measure(lambda text: find_amounts(text, "en", None, lexicon.grammar), sentences, size)
    yield _line(f"{kind}: amounts", ours, "sentences")
    if peer is not None:
        yield _line(f"{kind}: quantulum3", peer, "sentences") + _ratio(ours, peer, "quantulum3")


def _peers(corpora: dict[tuple[str, str], list[BenchDocument]]) -> dict[str, Rate]:
    """Throughput of the peers over the same texts, or nothing where they are not installed."""
    if not PEERS.exists():
        return {}
    found: dict[str, Rate] = {}
    kinds = dict(zip(("mixed", "dense"), _sentences(corpora).items(), strict=True))
    for name, (kind, sentences) in kinds.items():
        documents = corpora[name, "en"]
        bodies = [one.body for one in documents[:: -(-len(documents) // PEER_DOCUMENTS)]]
        rows = [{"sort": "document", "text": text} for text in bodies]
        rows += [{"sort": "sentence", "text": text} for text in sentences]
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
            file.flush()
            command = [str(PEERS), str(ROOT / "tests" / "bench_peers.py"), file.name]
            run = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **ONE_THREAD})
        if run.returncode:
            print(f"the peers failed: {run.stderr.strip().splitlines()[-1]}")
            return {}
        told = json.loads(run.stdout)
        sizes = {"spacy": bodies, "quantulum3": sentences}
        for peer, label in (("spacy", f"{name} en"), ("quantulum3", kind)):
            size = sum(len(text.encode()) for text in sizes[peer])
            found[f"{peer} {label}"] = Rate(told[peer]["texts"], size, told[peer]["seconds"])
    return found


def _line(name: str, rate: Rate, unit: str) -> str:
    return f"{name:<44} {rate.per_second:12,.0f} {unit}/s {rate.kilobytes:10,.0f} kB/s"


def _ratio(ours: Rate, peer: Rate, wanted: str) -> str:
    """Our throughput in bytes as a multiple of the peer's, and the multiple that is asked for."""
    ratio = ours.kilobytes / peer.kilobytes
    goal = _WANTED[wanted]
    if goal < 1:
        told, asked = f"ours is 1/{1 / ratio:,.1f} of it", f"1/{1 / goal:,.0f}"
    else:
        told, asked = f"ours is {ratio:,.1f} times it", f"{goal:,.0f}"
    return f"  {told} (asked {asked}: {'reached' if ratio >= goal else 'MISSED'})"


if __name__ == "__main__":
    main()

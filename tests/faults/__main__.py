"""Run the faults and print the counts: `python -m tests.faults [--share 0.1]`.

Exit code 1 where any `latest` was broken, any decision lost, or anyone failed without saying why.
"""

from __future__ import annotations

import argparse
import math
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["KAKEHASHI_CACHE"] = ""  # what an earlier build has read would spare the very work that is to be disturbed

from tests.faults import publishing, scenarios
from tests.faults.children import Commands, load_everything
from tests.faults.keeping import HEADER, Minutes, Tally


def main() -> int:
    """Run all kinds of faults, each as often as the share says."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--share", type=float, default=1.0, help="part of the full number of faults (default: 1)")
    parser.add_argument("--only", default="", help="kinds whose name holds this")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="faults-") as scratch:
        tallies = _run(Path(scratch), options.share, options.only)
    print(_summary(tallies))
    return 1 if any(tally.bad for tally in tallies) else 0


def _run(scratch: Path, share: float, only: str) -> list[Tally]:
    load_everything(scenarios.small_raw(scratch / "words"))
    bench = scenarios.Bench(Commands(scratch / "history"), scratch / "bench")
    minutes = Minutes(bench.raw)
    print(f"a build takes {bench.seconds:.1f} s and changes its output {bench.changes} times, {bench.bytes:,} bytes")
    print(HEADER, flush=True)
    kinds: list[tuple[Callable[[int], Tally], int]] = [
        (lambda n: scenarios.kills_in_time(bench, n), 80),
        (lambda n: scenarios.kills_at_changes(bench, n), 80),
        (lambda n: scenarios.full_disks(bench, n), 20),
        (lambda n: scenarios.failing_disks(bench, n), 20),
        (lambda n: scenarios.no_permission(bench, n), 4),
        (lambda n: scenarios.no_room_for_the_history(bench, n), 10),
        (lambda n: scenarios.vanishing_files(bench, n), 6),
        (lambda n: scenarios.vanishing_staging(bench, n), 10),
        (lambda n: scenarios.clocks_set_back(bench, n), 4),
        (lambda n: scenarios.pairs(bench, n), 50),
        (lambda n: scenarios.decisions(bench, n, minutes), 30),
        (lambda n: scenarios.two_reviewers(bench, n, minutes), 15),
        (lambda n: publishing.publications_killed(bench, n), 50),
        (lambda n: publishing.publications_without_space(bench, n), 10),
        (lambda n: publishing.removals_killed(bench, n), 10),
    ]
    tallies = []
    for run, count in kinds:
        if only and not any(only in name for name in run.__code__.co_names):
            continue
        began = time.monotonic()
        tally = run(math.ceil(count * share))
        print(f"{tally.line()}   {time.monotonic() - began:.0f} s", flush=True)
        for remark in tally.remarks:
            print(f"    {remark}", flush=True)
        tallies.append(tally)
    return tallies


def _summary(tallies: list[Tally]) -> str:
    total = Tally("all")
    for tally in tallies:
        for name in ("runs", "killed", "failed", "broken_latest", "lost_decisions", "silent"):
            setattr(total, name, getattr(total, name) + getattr(tally, name))
    return (
        f"{total.line()}\n{total.killed} kills, {total.broken_latest} broken latest, {total.lost_decisions} lost "
        f"decisions, {total.failed} failed by themselves, {total.silent} of them without saying why"
    )


if __name__ == "__main__":
    raise SystemExit(main())

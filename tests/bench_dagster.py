"""`make bench ARGS=dagster`: the whole build as a run of Dagster, beside the same functions called without it.

What belongs here: both ways, each in processes of its own, in turn, nothing remembered. What does not: asserts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
WITHOUT = """
import sys
from pathlib import Path
from pipelines.publish.suite_process import SHARED
SHARED.start()
from pipelines.build import Inputs, build_tables
from pipelines.publish.checks import all_findings, refuse, shortened
from pipelines.publish.findings import Tables
from pipelines.publish.quality import verdict
from pipelines.publish.release import write_release
from schemas.contract import frame
import gc
gc.freeze(); gc.set_threshold(100_000, 20, 100)
built = build_tables(Inputs())
answer = SHARED.ask(built.tables)
findings = list(all_findings(Tables(built.tables, built.own_use)))
found = verdict(findings, answer(), built.waivers, built.released_on)
refuse(found.findings)
tables = {name: table for name, table in built.tables.items() if name != "changes"}
write_release(
    tables | {"quality": frame("quality", found.rows)}, output=Path(sys.argv[1]), released_on=built.released_on,
    input_sha256=built.input_sha256, check=lambda _: (),
)
"""
WITH = """
import sys
from pathlib import Path
from assets.run import run_build
from pipelines.build import Inputs
outcome = run_build(Inputs(), Path(sys.argv[1]), home=Path(sys.argv[2]))
sys.exit(0 if outcome.success else "\\n".join(outcome.failures))
"""


def _seconds(script: str, *words: Path) -> float:
    environment = {**os.environ, "KAKEHASHI_CACHE": "", "PYTHONPATH": str(ROOT)}
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", script, *map(str, words)], cwd=ROOT, env=environment, check=True)
    return time.perf_counter() - began


def main() -> None:
    """Print the median of the ratios of each round: both ways one after the other."""
    ratios, with_it, without = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "history"
        # The history is made once in the life of a checkout.
        _seconds(WITH, Path(folder) / "first", home)
        for number in range(ROUNDS):
            without.append(_seconds(WITHOUT, Path(folder) / f"without-{number}"))
            with_it.append(_seconds(WITH, Path(folder) / f"with-{number}", home))
            ratios.append(with_it[-1] / without[-1])
    print(f"{'build, functions alone':<34} {statistics.median(without):7.3f} s")
    print(
        f"{'build, as a run of Dagster':<34} {statistics.median(with_it):7.3f} s  "
        f"{statistics.median(ratios):5.2f} times the functions alone (rounds {min(ratios):.2f} to {max(ratios):.2f})"
    )

"""`make bench`: how long things take and how much memory they need, as ratios measured in one run.

What belongs here: whole commands, timed beside a yardstick on the same machine in the same minute, and the order of all
measurements (`bench_reading.py`, `bench_incremental.py`, `bench_concentration.py`, `bench_long.py`). What does not:
asserts; a slow machine is no defect.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 3
YARDSTICK = "import dagster, pandera.pandas, great_expectations"
"""What any build has to import, whatever it does."""
LOCATION = """
import time
began = time.process_time()
import dagster, pandera.pandas
base = time.process_time() - began
import assets.definitions
assets.definitions.defs.resolve_asset_graph()
print((time.process_time() - began) / base)
"""
"""Loading Dagster's code location beside importing the two libraries that it cannot do without, in one process."""


def _timed(words: list[str]) -> tuple[float, int]:
    """Run a command; return seconds of wall clock and the peak resident memory of all its processes together in MB."""
    started = time.perf_counter()
    process = subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, _resident(process.pid))
        time.sleep(0.02)
    if process.returncode:
        sys.exit(f"{' '.join(words)} failed")
    return time.perf_counter() - started, peak


def _resident(session: int) -> int:
    """Resident memory of every process of a session in MB; pages that they share count once for each."""
    pages = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if int(fields[3]) == session:
            pages += int(fields[21])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def _median(words: list[str]) -> tuple[float, int]:
    runs = [_timed(words) for _ in range(RUNS)]
    return statistics.median(seconds for seconds, _ in runs), max(memory for _, memory in runs)


def commands() -> None:
    """Print one line a command: seconds, ratio to the yardstick, memory."""
    python = sys.executable
    empty, _ = _median([python, "-c", "pass"])
    help_page, _ = _median([python, "-m", "kakehashi.cli", "--help"])
    imports, _ = _median([python, "-c", YARDSTICK])
    print(f"{'empty Python':<34} {empty:7.3f} s")
    print(f"{'kakehashi --help':<34} {help_page:7.3f} s  {help_page / empty:5.1f} times an empty Python")
    print(f"{'importing what a build needs':<34} {imports:7.3f} s")
    ratios = [
        float(subprocess.run([python, "-c", LOCATION], cwd=ROOT, capture_output=True, text=True, check=True).stdout)
        for _ in range(RUNS)
    ]
    print(f"{'loading the code location':<34} {statistics.median(ratios):7.2f} times importing dagster and pandera")
    builds = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            builds.append(_timed([python, "-m", "kakehashi.cli", "build", "--output", str(Path(folder) / "output")]))
    seconds, memory = statistics.median(s for s, _ in builds), max(m for _, m in builds)
    print(
        f"{'kakehashi build, fresh output':<34} {seconds:7.3f} s  {seconds / imports:5.1f} times the imports  {memory} MB"
    )


def main() -> None:
    """Measure what was asked for, by default everything."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument(
        "parts", nargs="*", help="commands, reading, incremental (default: these), dagster, long, concentration"
    )
    parser.add_argument("--documents", type=int, default=2000, help="documents to which one is added (default: 2000)")
    parser.add_argument("--rows", type=int, help="flows for long (default: 10 million), concentration (100 million)")
    parser.add_argument("--scratch", type=Path, help="folder with room: long 700 bytes a flow, concentration 60")
    options = parser.parse_args()
    parts = options.parts or ["commands", "reading", "incremental"]
    if "commands" in parts:
        commands()
    if "reading" in parts:
        from tests import bench_reading

        bench_reading.main()
    if "incremental" in parts:
        from tests import bench_incremental

        bench_incremental.main(options.documents)
    if "dagster" in parts:
        from tests import bench_dagster

        bench_dagster.main()
    if "long" in parts:
        from tests import bench_long

        bench_long.main(options.rows or 10_000_000, options.scratch)
    if "concentration" in parts:
        from tests import bench_concentration

        bench_concentration.main(options.rows or 100_000_000, options.scratch)


if __name__ == "__main__":
    main()

"""Supplier shares and concentration of a long bilateral trade table, beside DuckDB and Polars by hand.

What belongs here: each in a process of its own under one limit of memory, and whether the result holds. What does not: the
table (`bench_bilateral.py`) and the hands (`bench_hands.py`).

Memory is what is resident: a process above the limit is ended, and the peak is what the kernel counted for it. Seconds
are those of the wall clock; those of the processor stand beside them, for other work on the machine moves them less.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from pipelines.ingest.agencies.places import by_number

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 4_000_000_000
THREADS = 2
ALLOWED = 1.25
"""Times the better of the hands that the project's function may take."""
SAMPLE = 40
"""Importers and years that pandas reckons again."""


@dataclass(frozen=True, slots=True)
class Run:
    """One process.

    Attributes:
        peak: Bytes resident.
        whole: It ended by itself, well, and within the limit.
    """

    seconds: float
    processor: float
    peak: int
    whole: bool


def run(who: str, source: Path, output: Path, threads: int, limit: int) -> Run:
    """Let one of the hands do the work."""
    output.mkdir()
    words = [sys.executable, "-m", "tests.bench_hands", who, str(source), str(output), str(threads)]
    started = time.perf_counter()
    process = subprocess.Popen(words, cwd=ROOT, env={**os.environ, "POLARS_MAX_THREADS": str(threads)})
    peak, above = 0, False
    while True:
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        peak = max(peak, peak_of(process.pid))
        if peak > limit and not above:
            above = True
            process.kill()
        time.sleep(0.01)
    process.returncode = os.waitstatus_to_exitcode(status)
    whole = process.returncode == 0 and not above
    return Run(time.perf_counter() - started, used.ru_utime + used.ru_stime, peak, whole)


def peak_of(process: int) -> int:
    """Most bytes that a process had resident so far, as the kernel counts them; 0 where it has ended."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) * 1024 if found else 0


def digest(folder: Path) -> str:
    """One hash over all files of a folder, names included."""
    found = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        found.update(str(path.relative_to(folder)).encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def differences(source: Path, found: Path, sample: int = SAMPLE) -> tuple[int, int]:
    """Reckon some importers and years with pandas; return rows compared, and rows that differ beyond rounding."""
    compared = wrong = 0
    paths = sorted(source.glob("*.parquet"))
    for number in range(sample):
        path = paths[number % len(paths)]
        importers = pq.read_table(path, columns=["j"])["j"].unique().to_pylist()
        importer = sorted(importers)[(number * 37) % len(importers)]
        flows = pq.read_table(path, filters=[("j", "=", importer)]).to_pandas()
        told = [_told(found / name, by_number(str(importer)), int(flows["t"].iloc[0])) for name in _COLUMNS]
        for plain, ours in zip(_plainly(flows), told, strict=True):
            joined = plain.join(ours.add_suffix("_ours"), how="outer")
            compared += len(joined)
            bad = pd.Series(False, index=joined.index)
            for column in plain.columns:
                bad |= ~((joined[column] - joined[f"{column}_ours"]).abs() <= 1e-6 + 1e-9 * joined[column].abs())
            wrong += int(bad.sum())
    return compared, wrong


_COLUMNS = {
    "supplier_shares": ["hs6", "partner", "value_usd", "share_pct"],
    "import_concentration": ["hs6", "value_usd", "n_suppliers", "supplier_hhi_low", "supplier_hhi_high"],
}


def _told(folder: Path, importer: str | None, year: int) -> pd.DataFrame:
    chosen = (ds.field("importer") == importer) & (ds.field("year") == year)
    frame = ds.dataset(folder).to_table(columns=_COLUMNS[folder.name], filter=chosen).to_pandas()
    return frame.set_index([column for column in ("hs6", "partner") if column in frame])


def _plainly(flows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same tables by pandas' own floats."""
    flows = pd.DataFrame({
        "hs6": flows["k"].map("{:06d}".format), "partner": flows["i"].map(lambda one: by_number(str(one))),
        "value_usd": flows["v"] * 1000,
    })  # fmt: skip
    flows = flows.groupby(["hs6", "partner"], as_index=False).sum()
    flows["share_pct"] = flows["value_usd"] / flows.groupby("hs6")["value_usd"].transform("sum") * 100
    flows["supplier_hhi_low"] = flows["supplier_hhi_high"] = flows["share_pct"] ** 2
    flows["n_suppliers"] = 1
    sums = ["value_usd", "n_suppliers", "supplier_hhi_low", "supplier_hhi_high"]
    groups = flows.groupby("hs6")[sums].sum()
    return flows.set_index(["hs6", "partner"])[["value_usd", "share_pct"]], groups


def main(rows: int, scratch: Path | None = None) -> None:
    """Print what each needs, the ratio, and whether the result holds.

    Args:
        rows: Of the table, about.
        scratch: Folder with room for some 60 bytes a row; all of it is removed at the end.
    """
    with tempfile.TemporaryDirectory(dir=scratch, prefix="trade-") as name:
        folder = Path(name)
        source = folder / "baci"
        source.mkdir()
        # In a process of its own, so that nothing of it is held while the hands work.
        subprocess.run([sys.executable, "-m", "tests.bench_bilateral", str(source), str(rows)], cwd=ROOT, check=True)
        paths = sorted(source.iterdir())
        made = sum(pq.read_metadata(path).num_rows for path in paths)
        print(f"{made:,} flows of {len(paths)} years; limit {LIMIT:,} bytes resident, {THREADS} threads", flush=True)
        hands = {who: _told_run(who, source, folder / who, THREADS) for who in ("duckdb", "polars")}
        ours = _told_run("kakehashi", source, folder / "kakehashi", THREADS)
        alone = _told_run("kakehashi", source, folder / "alone", 1)
        fitting = {who: one for who, one in hands.items() if one.whole}
        if fitting and ours.whole:
            best = min(fitting, key=lambda who: fitting[who].seconds)
            ratio = ours.seconds / fitting[best].seconds
            told = "reached" if ratio <= ALLOWED else "MISSED"
            print(f"kakehashi {ratio:.2f} times {best} by hand (asked at most {ALLOWED}: {told})")
        if ours.whole and alone.whole:
            same = digest(folder / "kakehashi" / "found") == digest(folder / "alone" / "found")
            print(f"1 and {THREADS} threads: {'the same bytes' if same else 'DIFFERENT'}")
            compared, wrong = differences(source, folder / "kakehashi" / "found")
            print(f"beside pandas: {compared:,} rows of {SAMPLE} importers and years, {wrong} differ")


def _told_run(who: str, source: Path, output: Path, threads: int) -> Run:
    one = run(who, source, output, threads, LIMIT)
    end = "" if one.whole else "  ENDED: above the limit or failed"
    print(
        f"{who:<10} {threads} threads {one.seconds:8.1f} s  processor {one.processor:7.1f} s  "
        f"peak {one.peak / 1e9:5.2f} GB{end}",
        flush=True,
    )
    return one

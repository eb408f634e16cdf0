"""`make bench ARGS=long`: a table of ten million rows, written beside DuckDB's own COPY, and verified.

What belongs here: Parquet and CSV by the release's writers and by COPY in turn in one process, then `verify` of a
release with that table, beside hashing the same files. What does not: asserts.
"""

from __future__ import annotations

import datetime as dt
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.publish.formats import ROW_GROUP_ROWS, ZSTD_LEVEL, write_csv, write_parquet
from pipelines.publish.release import write_release
from schemas import contract
from tests.bench_concentration import peak_of

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
TABLE = "trade_flows"
SOURCE = "bench-2024"
_PARTNERS = 200
_PERIODS = 20


def flows(rows: int) -> pa.Table:
    """Make a long table of the contract, in the order of its key: reporters, partners, products, years."""
    letters = [chr(65 + number) for number in range(26)]
    countries = sorted(f"{one}{two}{three}" for one in letters for two in letters for three in letters)[::37]
    number = np.arange(rows)
    per_reporter = _PARTNERS * _PERIODS
    products = max(1, -(-rows // (per_reporter * 100)))
    period, rest = number % _PERIODS, number // _PERIODS
    product, rest = rest % products, rest // products
    partner, reporter = rest % _PARTNERS, rest // _PARTNERS
    random = np.random.default_rng(1)
    cents = random.integers(1, 10**9, rows)

    def picked(texts: list[str], places: np.ndarray) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), pa.array(texts)).cast(pa.string())

    columns = {
        "reporter": picked(countries, reporter),
        "partner": picked(countries, partner),
        "flow": picked(["import"], np.zeros(rows, np.int32)),
        "hs6": picked([f"{code:06d}" for code in range(250000, 250000 + products)], product),
        "hs_revision": picked(["2022"], np.zeros(rows, np.int32)),
        "period": picked([str(2005 + year) for year in range(_PERIODS)], period),
        "value_usd": pa.array(cents).cast(pa.decimal128(20, 0)).cast(pa.decimal128(20, 2)),
        "valuation": picked(["cif", "fob"], random.integers(0, 2, rows)),
        "quantity": pa.array(np.round(random.random(rows) * 1e6, 1)),
        "quantity_unit": picked(["kg"], np.zeros(rows, np.int32)),
        "quantity_estimated": pa.array(random.random(rows) < 0.1),
        "source_id": picked([SOURCE], np.zeros(rows, np.int32)),
        "locator": pa.array(number).cast(pa.string()),
    }
    return pa.table([columns[name] for name in contract.TABLES[TABLE].names], contract.arrow_schema(TABLE))


def writing(table: pa.Table, folder: Path) -> None:
    """Print how long each form takes, beside COPY of the same rows from memory."""
    session = duckdb.connect(config={"threads": 2})
    session.register("flows", table)
    parquet = f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {ZSTD_LEVEL}, ROW_GROUP_SIZE {ROW_GROUP_ROWS})"
    hands: dict[str, tuple[Callable[[Path], object], str]] = {
        "parquet": (lambda path: write_parquet(table, path), parquet),
        "csv": (lambda path: write_csv(table, path), "(FORMAT csv, HEADER)"),
    }
    for form, (write, options) in hands.items():
        ratios, ours = [], []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            session.execute(f"COPY (SELECT * FROM flows) TO '{folder / f'copy.{form}'}' {options}")
            copied = time.perf_counter()
            write(folder / f"ours.{form}")
            ours.append(time.perf_counter() - copied)
            ratios.append(ours[-1] / (copied - began))
        print(
            f"{f'writing {table.num_rows:,} rows as {form}':<44} {statistics.median(ours):7.2f} s  "
            f"{statistics.median(ratios):5.2f} times DuckDB's COPY (rounds {min(ratios):.2f} to {max(ratios):.2f})"
        )


def verifying(table: pa.Table, folder: Path) -> None:
    """Print how long `verify` of a release with the table takes and the memory it needs, beside hashing its files."""
    source = {"source_id": SOURCE, "publisher": "Bench", "tier": "official", "distrusted": False, "witness_id": SOURCE}
    tables = {name: contract.frame(name, ()) for name in contract.TABLES if name != "changes"}
    tables["sources"] = contract.frame("sources", [source | {"n_statements": 0}])
    tables[TABLE] = contract.from_arrow(TABLE, table)
    release = write_release(
        tables, output=folder, released_on=dt.date(2026, 1, 1), input_sha256="0" * 64, check=lambda _: ()
    ).path
    began = time.perf_counter()
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=release, check=True)
    hashed = time.perf_counter() - began
    began = time.perf_counter()
    words = [sys.executable, "-m", "kakehashi.cli", "verify", str(release)]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    peak = 0
    while process.poll() is None:
        peak = max(peak, peak_of(process.pid))
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    said = process.stdout.read() if process.stdout else ""
    print(
        f"{f'verifying {table.num_rows:,} rows':<44} {seconds:7.2f} s  {seconds / hashed:5.1f} times sha256sum of the "
        f"same files ({hashed:.2f} s), {peak / 1e9:.2f} GB at most: {said.strip()}"
    )


def main(rows: int, scratch: Path | None) -> None:
    """Measure with so many rows, in a scratch folder with room for 700 bytes a row."""
    table = flows(rows)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        writing(table, Path(folder))
        verifying(table, Path(folder) / "output")

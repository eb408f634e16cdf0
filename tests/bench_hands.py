"""Supplier shares and concentration as one would write them by hand, each in a process of its own.

What belongs here: `python -m tests.bench_hands WHO SOURCE OUTPUT THREADS` does the work once and writes Parquet. What does
not: measuring (`bench_concentration.py`).

The hands may take it that no key stands twice, as CEPII says, and they name no top supplier; the project's own function
(`kakehashi`) relies on nothing and does all of its work.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

DUCKDB_MEMORY = "3GB"
"""Below the limit: DuckDB's own counts leave out what its allocator holds."""


def with_duckdb(source: Path, output: Path, threads: int) -> None:
    """One grouping for totals and index, one join for shares."""
    import duckdb

    connection = duckdb.connect(
        config={
            "memory_limit": DUCKDB_MEMORY,
            "threads": threads,
            "temp_directory": str(output / "spill"),
            "preserve_insertion_order": False,
        }
    )
    flows, kind = f"read_parquet('{source}/*.parquet')", "(format parquet, compression zstd)"
    connection.execute(
        f"create table found as select t, j, k, sum(v) total, count(*) n, 1e4 * sum(v * v) / (sum(v) * sum(v)) hhi from {flows} group by all"
    )
    connection.execute(
        f"copy (select t, j, k, i, v, 100 * v / total share from {flows} join found using (t, j, k)) to '{output}/shares.parquet' {kind}"
    )
    connection.execute(f"copy found to '{output}/hhi.parquet' {kind}")


def with_polars(source: Path, output: Path, threads: int) -> None:
    """The same, a file at a time: Polars holds the groups of all years together only above the limit."""
    import polars as pl

    keys = ["t", "j", "k"]
    for path in sorted(source.glob("*.parquet")):
        flows = pl.scan_parquet(path).select("t", "j", "k", "i", "v")
        value = pl.col("v")
        index = 1e4 * (value * value).sum() / (value.sum() * value.sum())
        found = flows.group_by(keys).agg(total=value.sum(), n=pl.len(), hhi=index).collect(engine="streaming")
        found.write_parquet(output / f"hhi-{path.name}", compression="zstd")
        shares = flows.join(found.lazy().select(*keys, "total"), on=keys)
        shares = shares.select("t", "j", "k", "i", "v", share=100 * value / pl.col("total"))
        shares.sink_parquet(output / f"shares-{path.name}", compression="zstd", engine="streaming")


def with_kakehashi(source: Path, output: Path, threads: int) -> None:
    """The project's own function."""
    from pipelines.dependence.bilateral_files import concentrate_files

    concentrate_files(sorted(source.glob("*.parquet")), output / "found", threads=threads)


HANDS: Mapping[str, Callable[[Path, Path, int], None]] = {
    "duckdb": with_duckdb,
    "polars": with_polars,
    "kakehashi": with_kakehashi,
}

if __name__ == "__main__":
    HANDS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))

"""`kakehashi concentration`: supplier shares and concentration of imports of a whole bilateral trade table.

What belongs here: how much memory and how many threads, and what is told. What does not: the work
(`pipelines/dependence/bilateral_files.py`).
"""

from __future__ import annotations

import os
from pathlib import Path

from kakehashi.cli import DONE
from pipelines.dependence.bilateral_files import CONCENTRATION, SHARES, concentrate_files
from pipelines.ingest.agencies.baci import place

_GIGABYTE = 1_000_000_000


def concentration(paths: list[Path], output: Path, memory_gb: float, threads: int | None, *, as_written: bool) -> int:
    """Write `supplier_shares/` and `import_concentration/` and tell how many rows they have.

    Args:
        paths: Files of one table, Parquet or CSV.
        output: New folder.
        memory_gb: Gigabytes that may be used.
        threads: None: one a processor.
        as_written: Country codes stay the table's own; by default they become ISO 3166-1 alpha-3.
    """
    number = threads or os.cpu_count() or 1
    told = concentrate_files(
        paths, output, memory=round(memory_gb * _GIGABYTE), threads=number, place=None if as_written else place
    )
    print(f"{told.rows:,} rows read; {output / SHARES}: {told.flows:,}, {output / CONCENTRATION}: {told.groups:,}")
    if told.without_country:
        print(f"left out: {told.without_country:,} rows of importers that are no single country")
    print("These tables are for your own use: a release holds none of them.")
    return DONE

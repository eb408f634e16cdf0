"""Single tables written outside a release: the bytes that the release would hold, for whoever works on one of them.

What belongs here: where a draft stands and how it appears. What does not: the bytes of a table (`formats`) and anything
that is published: nobody reads a draft but the person who asked for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from pipelines.publish.atomic import clear_errors, output_lock, staging
from pipelines.publish.findings import Tables
from pipelines.publish.formats import write_csv, write_parquet

DRAFTS = "drafts"


def write_drafts(output: Path, frames: Mapping[str, pd.DataFrame], folder: str = "tables") -> list[Path]:
    """Write tables as Parquet and CSV to `<output>/drafts/<folder>/`, each in the place of an earlier draft.

    Args:
        output: Folder that holds `releases/`; made if it is not there.
        frames: Name of a contract table -> its rows.
        folder: Folder below `drafts/`.

    Returns:
        The files, in the order of the tables, Parquet before CSV.

    Raises:
        ReleaseError: Another build holds the output folder, or it cannot be written.
    """
    written: list[Path] = []
    with output_lock(output), clear_errors(output):
        target = output / DRAFTS / folder
        target.mkdir(parents=True, exist_ok=True)
        tables = Tables(frames)
        with staging(output) as work:
            for name in frames:
                write_parquet(tables.arrow(name), work / f"{name}.parquet")
                write_csv(tables.arrow(name), work / f"{name}.csv")
                for suffix in ("parquet", "csv"):
                    written.append((work / f"{name}.{suffix}").replace(target / f"{name}.{suffix}"))
    return written

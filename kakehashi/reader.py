"""`kakehashi.load`: a table of a release as a DataFrame with the contract's types.

What belongs here: finding a release and reading a table from it. What does not: building or checking releases.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from pipelines.errors import ReleaseError
from schemas import contract

OUTPUT_VARIABLE = "KAKEHASHI_OUTPUT"
"""Environment variable that names the output folder where no argument does."""


def default_output() -> Path:
    """Return the output folder: `$KAKEHASHI_OUTPUT`, else `output/` of the checkout that this code stands in."""
    named = os.environ.get(OUTPUT_VARIABLE)
    return Path(named) if named else Path(__file__).resolve().parent.parent / "output"


def release_folder(version: str = "latest", output: Path | None = None) -> Path:
    """Find a release.

    Args:
        version: `latest`, or a version such as `2026.11.22`.
        output: Folder that holds `releases/` and `latest`; `default_output()` if None.

    Raises:
        ReleaseError: There is no such release; names those that there are.
    """
    place = output if output is not None else default_output()
    folder = place / "latest" if version == "latest" else place / "releases" / version
    known = _versions(place)
    if (version != "latest" and version not in known) or not folder.is_dir():
        there = ", ".join(known) if known else "none"
        raise ReleaseError(
            str(place), f"no release {version}", f"one of the releases there are: {there}",
            "Build one with `kakehashi build`, or name another version or output folder.",
        )  # fmt: skip
    return folder.resolve()


def load(table: str, version: str = "latest", output: Path | None = None) -> pd.DataFrame:
    """Load a table of a release.

    Args:
        table: Name of a table of the contract, such as `projects`.
        version: `latest`, or a version such as `2026.11.22`.
        output: Folder that holds `releases/` and `latest`; `default_output()` if None.

    Returns:
        A DataFrame with Arrow-backed columns of the contract's types (decimals for money, dates as dates, null where
        a value is not known), rows in key order. Text is as it was published: the apostrophes that guard cells of
        the CSV are not in it.

    Raises:
        ReleaseError: There is no such table or release (names those there are), or its file cannot be read.
    """
    if table not in contract.TABLES:
        raise ReleaseError(
            f"load({table!r})", f"no table {table}", f"one of: {', '.join(contract.TABLES)}",
            "Name one of these tables.",
        )  # fmt: skip
    path = release_folder(version, output) / "tables" / f"{table}.parquet"
    try:
        return contract.from_arrow(table, pq.read_table(path))
    except (OSError, ValueError) as error:
        raise ReleaseError(
            str(path), str(error).splitlines()[0], "the table's Parquet file",
            "Run `kakehashi verify` on this release; if it is damaged, build again or take a whole copy.",
        ) from error  # fmt: skip


def _versions(output: Path) -> list[str]:
    # pipelines.publish.release would do, but it imports jinja2 and the checks: a reader should not wait for those.
    folder = output / "releases"
    if not folder.is_dir():
        return []
    names = (path.name for path in folder.iterdir() if path.is_dir() and path.name[:1].isdigit())
    return sorted(names, key=lambda name: [int(part) for part in name.split(".") if part.isdigit()])

"""`kakehashi.load`: a table of a release as a DataFrame with the contract's types.

What belongs here: finding a release and reading a table from it. What does not: building or checking releases.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import ReleaseError
from schemas import contract

OUTPUT_VARIABLE = "KAKEHASHI_OUTPUT"
"""Environment variable that names the output folder where no argument does."""
_VERSION = re.compile(r"\d{4}\.\d{2}\.\d{2}(\.[1-9]\d*)?")


def default_output() -> Path:
    """Return the output folder: `$KAKEHASHI_OUTPUT`, else `output/` of the checkout that this code stands in."""
    named = os.environ.get(OUTPUT_VARIABLE)
    return Path(named) if named else Path(__file__).resolve().parent.parent / "output"


def release_folder(version: str = "latest", output: str | Path | None = None) -> Path:
    """Find a release.

    Args:
        version: `latest`, or a version such as `2026.11.22`.
        output: Folder that holds `releases/` and `latest`; `default_output()` if None.

    Raises:
        ReleaseError: There is no such release; names those that there are.
    """
    place = Path(output) if output is not None else default_output()
    folder = place / "latest" if version == "latest" else place / "releases" / version
    known = _versions(place)
    if (version != "latest" and version not in known) or not folder.is_dir():
        there = ", ".join(known) if known else "none"
        raise ReleaseError(
            str(place), f"no release {version}", f"one of the releases there are: {there}",
            "Build one with `kakehashi build`, or name another version or output folder.",
        )  # fmt: skip
    return folder.resolve()


def load(
    table: str,
    version: str = "latest",
    output: str | Path | None = None,
    *,
    as_of: str | dt.date | None = None,
    valid_on: str | dt.date | None = None,
    releases: str | None = None,
    aliases: bool = False,
) -> pd.DataFrame:
    """Load a table of a release.

    Args:
        table: Name of a table of the contract, such as `projects`.
        version: `latest`, or a version such as `2026.11.22`.
        output: Folder that holds `releases/` and `latest`; `default_output()` if None.
        as_of: The release that was the newest on that day, instead of `version`: what had been published then.
        valid_on: What was true on that day according to the release: rows that held, stages and statuses of then.
        releases: Address where releases are published, instead of `output`.
        aliases: Also give renamed columns under their old names, as long as the contract accepts these.

    Returns:
        A DataFrame with Arrow-backed columns of the contract's types (decimals for money, dates as dates, null where
        a value is not known), rows in key order. Text is as it was published: the apostrophes that guard cells of
        the CSV are not in it. A release of an older contract version has the columns of that version.

    Raises:
        ReleaseError: There is no such table or release (names those there are, or the oldest one), its file cannot be
            read, or nothing dates the rows of the table.
        KakehashiError: A day that is none.
    """
    if table not in contract.TABLES:
        raise ReleaseError(
            f"load({table!r})", f"no table {table}", f"one of: {', '.join(contract.TABLES)}",
            "Name one of these tables.",
        )  # fmt: skip
    if releases is not None:
        if valid_on is not None:
            remedy = "Download the release and name its output folder."
            raise ReleaseError(f"load({table!r})", "valid_on at an address", "a release in a folder", remedy)
        found = _from_address(table, version, releases, as_of)
    else:
        if as_of is not None:
            version = _version_on(as_of, output)
        folder = release_folder(version, output)
        found = _frame(table, _read(folder / "tables" / f"{table}.parquet"))
        if valid_on is not None:
            found = _valid(found, table, version, output, valid_on)
    return _with_aliases(found, table) if aliases else found


def _read(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (OSError, ValueError) as error:
        raise ReleaseError(
            str(path), str(error).splitlines()[0], "the table's Parquet file",
            "Run `kakehashi verify` on this release; if it is damaged, build again or take a whole copy.",
        ) from error  # fmt: skip


def _frame(table: str, arrow: pa.Table) -> pd.DataFrame:
    same = arrow.schema.names == contract.arrow_schema(table).names
    return contract.from_arrow(table, arrow) if same else contract.as_published(arrow)


def _version_on(as_of: str | dt.date, output: str | Path | None) -> str:
    from kakehashi.history import a_day, local_releases, published_on

    place = Path(output) if output is not None else default_output()
    return published_on(local_releases(place, _versions(place)), a_day(as_of, "as_of"), str(place))


def _from_address(table: str, version: str, url: str, as_of: str | dt.date | None) -> pd.DataFrame:
    from kakehashi.history import Remote, a_day, published_on

    remote = Remote(url)
    known = remote.releases()
    if as_of is not None:
        version = published_on(known, a_day(as_of, "as_of"), url)
    elif version == "latest" and known:
        version = list(known)[-1]
    if version not in known:
        there = ", ".join(known) or "none"
        raise ReleaseError(url, f"no release {version}", f"one of the releases there are: {there}", "Name another.")
    return _frame(table, remote.table(version, table))


def _valid(
    found: pd.DataFrame, table: str, version: str, output: str | Path | None, valid_on: str | dt.date
) -> pd.DataFrame:
    from kakehashi.history import a_day
    from kakehashi.published import Published
    from kakehashi.validity import valid_rows

    rows = valid_rows(Published(version, output), table, a_day(valid_on, "valid_on"))
    # The release's own columns, so that an older one keeps its shape, and the names that they had then.
    now = {name: _name_now(table, name) for name in found.columns}
    records = [{now[name]: row.values.get(name) for name in found.columns} for row in rows.values()]
    whole = contract.frame(table, records)[list(now.values())]
    return whole.rename(columns={new: name for name, new in now.items()})


def _name_now(table: str, column: str) -> str:
    from schemas.renames import RENAMES

    for rename in RENAMES:
        if (rename.table, rename.old_column) == (table, column) and column not in contract.TABLES[table].names:
            column = rename.new_column
    return column


def _with_aliases(found: pd.DataFrame, table: str) -> pd.DataFrame:
    from schemas.renames import RENAMES

    # A patch of the contract takes nothing away: only the first two numbers count.
    now = version_parts(contract.CONTRACT_VERSION)[:2]
    accepted = [one for one in RENAMES if one.table == table and now <= version_parts(one.until)[:2]]
    # The newest first: a column that was renamed twice has two old names. A column there is keeps its own values.
    for one in reversed(accepted):
        if one.new_column in found.columns and one.old_column not in found.columns:
            found = found.assign(**{one.old_column: found[one.new_column]})
    return found


def version_parts(version: str) -> list[int]:
    """Return what orders versions of releases and of the contract."""
    return [int(part) for part in version.split(".") if part.isdigit()]


def _versions(output: Path) -> list[str]:
    # pipelines.publish.release would do, but it imports jinja2 and the checks: a reader should not wait for those.
    folder = output / "releases"
    if not folder.is_dir():
        return []
    names = (path.name for path in folder.iterdir() if path.is_dir() and _VERSION.fullmatch(path.name))
    return sorted(names, key=version_parts)

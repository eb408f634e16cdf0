"""What the UI shows of a table: preview, sources, size, lineage, links to its declaration and its dictionary entry.

What belongs here: metadata of assets. What does not: checks (`checks`), pages (`pages`), and anything that only a
release knows (`release`).
"""

from __future__ import annotations

import re
import resource
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import dagster as dg

from assets.pages import page
from pipelines.fingerprint import ROOT
from schemas.contract import TABLES
from schemas.lineage import derived_from

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 5, 8, 60
"""How much of a table a preview shows."""


def table_links(name: str) -> dict[str, Any]:
    """Return where a table is explained and declared: its entry in the dictionary, and its model in `schemas/`."""
    entry = dg.MetadataValue.url(page(f"dictionary.html#{name}"))
    return {"data_dictionary": entry, **code_link(*_declaration(name), f"declaration of {name}")}


def code_link(path: str, line: int = 1, label: str = "the step") -> dict[str, Any]:
    """Return the link to a line of this project's code.

    Args:
        path: Relative to the project.
        line: Number from 1.
        label: What is there.
    """
    with warnings.catch_warnings():
        # Dagster calls its links to code a beta feature; that is nothing to the reader of a terminal.
        warnings.simplefilter("ignore")
        reference = dg.LocalFileCodeReference(file_path=str(ROOT / path), line_number=line, label=label)
        return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[reference])}


def _declaration(name: str) -> tuple[str, int]:
    """Where a table is declared: file and line of its `@contract_table`."""
    return next(((path, declared[name]) for path, declared in _declarations().items() if name in declared))


@cache
def _declarations() -> Mapping[str, dict[str, int]]:
    found = {}
    for path in sorted((ROOT / "schemas").glob("*.py")):
        lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        matches = ((re.match(r'@contract_table\("(\w+)"', line), number) for number, line in lines)
        found[f"schemas/{path.name}"] = {match[1]: number for match, number in matches if match is not None}
    return found


def column_lineage(name: str) -> dg.TableColumnLineage:
    """Return which columns of which assets a table's columns are made from."""
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(dg.AssetKey(table), source) for table, _, source in found]
            for column in TABLES[name].names
            if (found := [each.partition(".") for each in derived_from(name, column)])
        }
    )


def shown(name: str, frame: pd.DataFrame, sources: Mapping[str, int]) -> dict[str, Any]:
    """Return what the UI shows of a table that was made.

    Args:
        name: Contract table.
        frame: Its rows.
        sources: Table -> number of sources behind it, as `sources_by_table` counts them.
    """
    told: dict[str, Any] = {
        "dagster/row_count": len(frame),
        "dagster/column_lineage": column_lineage(name),
        "size_mb": round(float(frame.memory_usage(deep=False).sum()) / 2**20, 2),
    }
    if len(frame):
        told["preview"] = dg.MetadataValue.md(preview(name, frame))
    if name in sources:
        told["sources"] = sources[name]
    return told


def preview(name: str, frame: pd.DataFrame) -> str:
    """Spell the first rows of a table as Markdown: its key and the columns that say most there, long cells cut."""
    from assets.checks import markdown_table, rows_of

    key = [column for column in frame.columns if column in TABLES[name].key]
    full = [column for column in frame.columns if column not in key and frame[column].head(MOST_ROWS).notna().any()]
    columns = [*key, *full][:MOST_COLUMNS]
    rows = rows_of(frame[columns].head(MOST_ROWS))
    return markdown_table([{column: _cut(row[column]) for column in columns} for row in rows])


def _cut(value: Any) -> Any:
    return f"{value[: LONGEST_CELL - 1]}…" if isinstance(value, str) and len(value) > LONGEST_CELL else value


def sources_by_table(tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Count the sources behind each table: by its receipts, or by its own rows where those name their source."""
    receipts = tables["receipts"]
    found = {str(name): int(count) for name, count in receipts.groupby("table")["source_id"].nunique().items()}
    for name, frame in tables.items():
        if TABLES[name].meaning.receipts == "own" and "source_id" in frame.columns:
            found[name] = int(frame["source_id"].nunique())
    return found


@contextmanager
def measured() -> Iterator[dict[str, Any]]:
    """Yield metadata that tells, after the block, how long it took and the most memory the process has had so far."""
    told: dict[str, Any] = {}
    began = time.perf_counter()
    yield told
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    told |= {"seconds": round(time.perf_counter() - began, 3), "peak_memory_mb": round(peak)}

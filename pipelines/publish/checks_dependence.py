"""Checks of the dependence: figures that do not follow from their parts say why.

What belongs here: `balances` and what stands beside projects. What does not: computing them (`pipelines/dependence`).
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.publish.findings import Finding, Tables, table_check


@table_check("balances_explained")
def balances_explained(tables: Tables) -> Iterator[Finding]:
    """A printed reliance that does not follow from its printed parts says why."""
    for row in tables.rows("balances"):
        if row["outcome"] == "differs" and row["reason"] is None:
            where = "balances " + "|".join(str(row[column]) for column in ("importer", "material_id", "form", "year"))
            found = f"{row['difference_points']} points between computed and printed"
            yield Finding("balances_explained", where, found, "the reason: a note in balance_lines")

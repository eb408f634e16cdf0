"""Where columns come from: every computed one is declared, and every declaration names columns that there are."""

from __future__ import annotations

import pytest

from schemas import contract, lineage
from schemas.lineage import derived_from

COLUMNS = [(spec.name, column) for spec in contract.TABLES.values() for column in spec.columns]


def _there(name: str) -> bool:
    table, _, column = name.partition(".")
    return table in contract.TABLES and column in contract.TABLES[table].names


@pytest.mark.parametrize(("table", "column"), [(table, one.name) for table, one in COLUMNS])
def test_a_column_comes_from_columns_that_there_are(table: str, column: str) -> None:
    found = derived_from(table, column)
    assert [name for name in found if not _there(name)] == []
    assert f"{table}.{column}" not in found


def test_every_computed_column_says_what_it_is_computed_from() -> None:
    silent = [(table, one.name) for table, one in COLUMNS if one.meaning.computed and not derived_from(table, one.name)]
    assert silent == []


def test_every_declaration_is_of_a_column() -> None:
    assert [name for name in lineage._OF_COLUMN if not _there(name)] == []
    assert set(lineage._OF_TABLE) <= set(contract.TABLES)


def test_a_stated_column_comes_from_statements_and_a_reference_from_what_it_points_at() -> None:
    assert derived_from("projects", "city") == ("statements.value",)
    assert derived_from("participants", "org_id") == ("organizations.org_id",)
    assert derived_from("project_exposures", "china_share_now_pct") == ("dependencies.china_share_pct",)
    assert derived_from("codelists", "code") == ()

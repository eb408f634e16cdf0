"""SQL views in which every coded column has the words of its codes beside it, for SQLite and DuckDB alike.

What belongs here: the views' declarations. What does not: the databases that hold them (`sqlite_file`,
`duckdb_import`).
"""

from __future__ import annotations

from schemas import contract

__all__ = ["labelled_views"]


def labelled_views() -> dict[str, str]:
    """Return a view a table that has coded columns.

    Returns:
        Name (`projects_labelled`) -> its CREATE VIEW statement without a semicolon. A view has the table's columns in
        order, and after each coded one its words: `stage`, `stage_label_en`, `stage_label_ja`; null beside null.
    """
    return {f"{spec.name}_labelled": _view(spec) for spec in contract.TABLES.values() if _coded(spec)}


def _coded(spec: contract.TableSpec) -> list[contract.Column]:
    # A list's items would need one join an item; no list of the contract holds codes.
    return [column for column in spec.columns if column.meaning.codelist and column.type_name != "list"]


def _view(spec: contract.TableSpec) -> str:
    coded = {column.name: f"c{number}" for number, column in enumerate(_coded(spec), start=1)}
    cells, joins = [], []
    for column in spec.columns:
        cells.append(f't."{column.name}"')
        if column.name in coded:
            alias = coded[column.name]
            cells.append(f'{alias}."label_en" AS "{column.name}_label_en"')
            cells.append(f'{alias}."label_ja" AS "{column.name}_label_ja"')
            codelist = contract.sql_quoted(str(column.meaning.codelist))
            words = f'{alias}."list" = {codelist} AND {alias}."code" = t."{column.name}"'
            joins.append(f'LEFT JOIN "codelists" AS {alias} ON {words}')
    lines = [f'CREATE VIEW "{spec.name}_labelled" AS', "SELECT", "  " + ",\n  ".join(cells)]
    return "\n".join([*lines, f'FROM "{spec.name}" AS t', *joins])

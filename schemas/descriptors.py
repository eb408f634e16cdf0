"""Documents that describe the tables to others: Frictionless resources, SQL, CSV headers, the data dictionary.

What belongs here: renderings of `specs`. What does not: anything that is not already said there.
"""

from __future__ import annotations

from typing import Any

from schemas.columns import codes
from schemas.frames import LIST_SEPARATOR
from schemas.lineage import derived_from
from schemas.specs import CONTRACT_VERSION, TABLES, Column, TableSpec

_FRICTIONLESS = {
    "text": "string",
    # Data Package 2.0 knows a type `list`, but few readers do: the joined text is what everyone can read.
    "list": "string",
    "money": "number",
    "rate": "number",
    "number": "number",
    "integer": "integer",
    "year": "integer",
    "date": "date",
    "boolean": "boolean",
}
_SQL = {
    "text": "VARCHAR",
    "list": "VARCHAR[]",
    "money": "DECIMAL(20, 2)",
    "rate": "DECIMAL(18, 8)",
    "number": "DOUBLE PRECISION",
    "integer": "BIGINT",
    "year": "SMALLINT",
    "date": "DATE",
    "boolean": "BOOLEAN",
}
_LICENCES = {
    "CC-BY-4.0": {
        "name": "CC-BY-4.0",
        "path": "https://creativecommons.org/licenses/by/4.0/",
        "title": "Creative Commons Attribution 4.0 International",
    }
}


def csv_header(name: str) -> str:
    """Return the header row of the table's CSV, without a line end.

    Raises:
        KeyError: The contract has no such table.
    """
    return ",".join(TABLES[name].names)


def _field(column: Column) -> dict[str, Any]:
    meaning = column.meaning
    constraints: dict[str, Any] = {}
    if meaning.required:
        constraints["required"] = True
    if column.ge is not None:
        constraints["minimum"] = int(column.ge)
    if column.le is not None:
        constraints["maximum"] = int(column.le)
    scalar = column.type_name != "list"
    if meaning.codelist is not None and scalar:
        constraints["enum"] = list(codes(meaning.codelist))
    if meaning.pattern is not None and scalar:
        constraints["pattern"] = meaning.pattern
    field: dict[str, Any] = {"name": column.name, "type": _FRICTIONLESS[column.type_name], "description": meaning.en}
    field["description_ja"] = meaning.ja
    if column.type_name == "boolean":
        field.update(trueValues=["true"], falseValues=["false"])
    if not scalar:
        field["list_separator"] = LIST_SEPARATOR
    for name in ("unit", "codelist"):
        if getattr(meaning, name) is not None:
            field[name] = getattr(meaning, name)
    if constraints:
        field["constraints"] = constraints
    return field


def complete_key(spec: TableSpec) -> bool:
    """Whether no part of the key may be null, so that it can be a primary key."""
    return all(spec.column(part).meaning.required for part in spec.key)


def frictionless_resource(name: str) -> dict[str, Any]:
    """Return the table's Frictionless (Data Package 2.0) resource, for `tables/<name>.csv` of a release.

    A key that holds a column which may be null is given as a unique key, since no primary key may hold nulls. List
    columns are text joined with `list_separator`; their foreign keys cannot be said in a descriptor and are left out.

    Raises:
        KeyError: The contract has no such table.
    """
    spec = TABLES[name]
    schema: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [_field(column) for column in spec.columns],
        "missingValues": [""],
    }
    if complete_key(spec):
        schema["primaryKey"] = list(spec.key)
    else:
        schema["uniqueKeys"] = [list(spec.key)]
    foreign = []
    for column in spec.columns:
        if column.meaning.foreign_key is not None and column.type_name != "list":
            table, _, target = column.meaning.foreign_key.partition(".")
            reference = {"resource": "" if table == name else table, "fields": [target]}
            foreign.append({"fields": [column.name], "reference": reference})
    if foreign:
        schema["foreignKeys"] = foreign
    return {
        "name": name,
        "type": "table",
        "path": f"tables/{name}.csv",
        "title": spec.meaning.title_en,
        "title_ja": spec.meaning.title_ja,
        "description": spec.description,
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True},
        "licenses": [_LICENCES[spec.meaning.licence]],
        "contract_version": CONTRACT_VERSION,
        "schema": schema,
    }


def in_reference_order() -> list[TableSpec]:
    """Return the tables so that each follows those its foreign keys point at."""
    ordered: dict[str, TableSpec] = {}

    def place(spec: TableSpec) -> None:
        for column in spec.columns:
            target = (column.meaning.foreign_key or "").partition(".")[0]
            if target and target != spec.name and target not in ordered:
                place(TABLES[target])
        ordered.setdefault(spec.name, spec)

    for spec in TABLES.values():
        place(spec)
    return list(ordered.values())


def sql_quoted(text: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _table_sql(spec: TableSpec, *, to_itself: bool) -> list[str]:
    lines = []
    for column in spec.columns:
        not_null = " NOT NULL" if column.meaning.required else ""
        lines.append(f'  "{column.name}" {_SQL[column.type_name]}{not_null}')
    key = ", ".join(f'"{part}"' for part in spec.key)
    lines.append(f"  {'PRIMARY KEY' if complete_key(spec) else 'UNIQUE'} ({key})")
    for column in spec.columns:
        if column.meaning.foreign_key is not None and column.type_name != "list":
            table, _, target = column.meaning.foreign_key.partition(".")
            if table == spec.name and not to_itself:
                continue
            lines.append(f'  FOREIGN KEY ("{column.name}") REFERENCES "{table}" ("{target}")')
    sql = [f'CREATE TABLE "{spec.name}" (\n' + ",\n".join(lines) + "\n);"]
    sql.append(f'COMMENT ON TABLE "{spec.name}" IS {sql_quoted(spec.description)};')
    for column in spec.columns:
        sql.append(f'COMMENT ON COLUMN "{spec.name}"."{column.name}" IS {sql_quoted(column.meaning.en)};')
    return sql


def sql_ddl(*, to_itself: bool = True) -> str:
    """Return SQL that creates every table with keys and comments, each after the tables it points at.

    Written for DuckDB and PostgreSQL (list columns are arrays, which standard SQL writes otherwise).

    Args:
        to_itself: With the foreign keys of a table to its own rows. DuckDB refuses rows that come before the row they
            point at, even within one statement, so a bulk load into it goes without.
    """
    return "\n".join(line for spec in in_reference_order() for line in _table_sql(spec, to_itself=to_itself)) + "\n"


def _null_rule(column: Column) -> str:
    if column.meaning.required:
        return "never null"
    return "null with a reason in null_reasons" if column.meaning.reasoned else "null where not known"


def data_dictionary() -> list[dict[str, Any]]:
    """Return one row a column, in contract order.

    Returns:
        Rows of table, column, type (code of `value_type`), unit, key (bool), codelist, foreign_key, null_rule,
        derived_from (columns, joined with `|`), en, ja; unit, codelist, foreign_key and derived_from are None where
        there is none.
    """
    return [
        {
            "table": spec.name,
            "column": column.name,
            "type": column.type_name,
            "unit": column.meaning.unit,
            "key": column.meaning.key,
            "codelist": column.meaning.codelist,
            "foreign_key": column.meaning.foreign_key,
            "null_rule": _null_rule(column),
            "derived_from": LIST_SEPARATOR.join(derived_from(spec.name, column.name)) or None,
            "en": column.meaning.en,
            "ja": column.meaning.ja,
        }
        for spec in TABLES.values()
        for column in spec.columns
    ]

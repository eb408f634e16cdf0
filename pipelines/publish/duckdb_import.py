"""The tables as a DuckDB database: two scripts beside the Parquet that DuckDB imports in one command.

What belongs here: `schema.sql` and `load.sql`. What does not: a ready `.duckdb` file. DuckDB writes sketches and
samples of its own into one, so two files of the same rows never have the same bytes; and with its keys it would weigh
more than all the rest of a release. `IMPORT DATABASE 'tables'` makes it in seconds from the Parquet of the release.
"""

from __future__ import annotations

from pipelines.publish.labels import labelled_views
from schemas import contract

__all__ = ["LOAD", "SCHEMA", "load_sql", "schema_sql"]

SCHEMA, LOAD = "tables/schema.sql", "tables/load.sql"
"""Paths of the scripts in a release: in the folder of the Parquet, where DuckDB's IMPORT looks for the files."""


def schema_sql() -> bytes:
    """Return schema.sql: tables with keys and comments, and views with the words of the codes.

    References of a table to its own rows are left out: DuckDB refuses a row that comes before the one it points at.
    They hold all the same; the check `foreign_keys` of `verify` sees to it.
    """
    views = [
        f'{statement};\nCOMMENT ON VIEW "{name}" IS '
        f"{contract.sql_quoted('The table with the words of each code beside it, English and Japanese.')};\n"
        for name, statement in labelled_views().items()
    ]
    return (contract.sql_ddl(to_itself=False) + "".join(views)).encode()


def load_sql() -> bytes:
    """Return load.sql: one COPY a table, each after the tables it points at.

    DuckDB's IMPORT looks for the files in the folder that holds the script, wherever it is called from.
    """
    lines = (
        f"COPY \"{spec.name}\" FROM '{spec.name}.parquet' (FORMAT 'parquet');\n"
        for spec in contract.in_reference_order()
    )
    return "".join(lines).encode()

"""The contract in one import: its version, its tables, and everything that is generated from their declaration.

What belongs here: names that the other rooms use. What does not: definitions; those stand in the modules re-exported.
"""

from __future__ import annotations

from schemas.checks import failures, foreign_key_failures
from schemas.codelists import CODELISTS, SUBJECT_KINDS
from schemas.columns import Meaning, Table, TableMeaning, codes
from schemas.descriptors import (
    complete_key,
    csv_header,
    data_dictionary,
    frictionless_resource,
    in_reference_order,
    sql_ddl,
    sql_quoted,
)
from schemas.frames import (
    LIST_SEPARATOR,
    ContractViolationError,
    as_published,
    empty,
    frame,
    from_arrow,
    sorted_by_key,
    to_arrow,
)
from schemas.specs import CONTRACT_VERSION, TABLES, Column, TableSpec, arrow_schema
from schemas.text_form import as_text, from_csv, from_text, key_text, key_texts, to_csv

__all__ = [
    "CODELISTS",
    "CONTRACT_VERSION",
    "LIST_SEPARATOR",
    "SUBJECT_KINDS",
    "TABLES",
    "Column",
    "ContractViolationError",
    "Meaning",
    "Table",
    "TableMeaning",
    "TableSpec",
    "arrow_schema",
    "as_published",
    "as_text",
    "codes",
    "complete_key",
    "csv_header",
    "data_dictionary",
    "empty",
    "failures",
    "foreign_key_failures",
    "frame",
    "frictionless_resource",
    "from_arrow",
    "from_csv",
    "from_text",
    "in_reference_order",
    "key_text",
    "key_texts",
    "sorted_by_key",
    "sql_ddl",
    "sql_quoted",
    "to_arrow",
    "to_csv",
]

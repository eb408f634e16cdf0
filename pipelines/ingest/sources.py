"""Source records: rows of `curated/sources*.csv`, `source.yaml` files, and the join of the two.

What belongs here: reading and checking what a source says about itself. What does not: which source is preferred
(`reconcile/precedence.py`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from pipelines.errors import RawFileError
from pipelines.ingest.safety import RawFile
from pipelines.ingest.values import CellError, parse, parse_date
from pipelines.ingest.yamlfile import is_scalar, read_fields
from pipelines.records import Source, TableFile
from schemas.codelists import CODELISTS
from schemas.contract import TABLES

_FIELDS = frozenset(field.name for field in fields(Source))
FOLDER_FIELDS = frozenset(
    {
        "document",
        "digest",
        "digest_licence",
        "read_sha256",
        "read_bytes",
        "reader",
        "note",
        "fetched_at",
        "files",
        "held",
    }
)
"""Fields of a `source.yaml` that describe the folder rather than the source."""

_FILE_FIELDS = frozenset({"name", "url", "fetched_at", "sha256", "bytes", "etag", "last_modified"})
"""What the field `files` says of each file that was fetched."""

_CODELISTS = {"tier": "tier", "publisher_kind": "publisher_kind"}


def source_from_row(file: TableFile, number: int, row: Mapping[str, str]) -> Source:
    """Read one row of a sources table.

    Raises:
        RawFileError: A value that its column does not allow, or no source_id.
    """
    return _source({name: text for name, text in row.items() if name in _FIELDS}, f"{file.path}, row {number}")


def read_source_yaml(file: RawFile) -> tuple[Source, Mapping[str, Any]]:
    """Read a `source.yaml`: the source record and the fields about the folder (which file is the document, ...).

    Raises:
        RawFileError: Not YAML, an unknown field, nested values, or a value of the wrong kind.
    """
    try:
        record = read_fields(file.content.decode("utf-8-sig"), file.path)
    except UnicodeDecodeError as error:
        raise RawFileError(file.path, str(error)[:120], "YAML in UTF-8", "Repair the file.", "malformed") from error
    if record is None:
        raise RawFileError(file.path, "no fields", "fields with values", "Repair the file.", "malformed")
    unknown = sorted(set(map(str, record)) - _FIELDS - FOLDER_FIELDS)
    if unknown:
        raise RawFileError(
            file.path,
            f"unknown field {', '.join(unknown)}",
            f"one of {', '.join(sorted(_FIELDS | FOLDER_FIELDS))}",
            "Rename the field or put remarks into `note`.",
            "unknown_column",
        )
    nested = sorted(
        str(name)
        for name, value in record.items()
        if not is_scalar(value) and not (name == "files" and _is_file_list(value))
    )
    if nested:
        raise RawFileError(
            f"{file.path}, field {', '.join(nested)}", "nested values", "one value a field", "Write one.", "malformed"
        )
    texts = {name: _text(value) for name, value in record.items() if name in _FIELDS and value is not None}
    return _source(texts, file.path), {name: value for name, value in record.items() if name in FOLDER_FIELDS}


def _is_file_list(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(entry, dict) and set(entry) <= _FILE_FIELDS and all(map(is_scalar, entry.values()))
        for entry in value
    )


def join(curated: Source | None, described: Source, where: str) -> Source:
    """Join a source's curated row with its folder's record; a field that both give must agree.

    Raises:
        RawFileError: They disagree: one of the two files is wrong and nobody but a person can say which.
    """
    if curated is None:
        return described
    merged: dict[str, Any] = {}
    for field in fields(Source):
        ours, theirs = getattr(curated, field.name), getattr(described, field.name)
        default = field.default
        if theirs in (None, default):
            merged[field.name] = ours
        elif ours in (None, default, theirs):
            merged[field.name] = theirs
        else:
            raise RawFileError(
                f"{where}, field {field.name}",
                str(theirs),
                f"{ours}, as in curated/sources.csv",
                "Make the two records agree.",
                "conflicting_record",
            )
    return Source(**merged)


def with_bytes(source: Source, file: RawFile, reader: str) -> Source:
    """Return the source with hash, size and reader of the file that was read for it."""
    return replace(source, sha256=file.sha256, bytes=len(file.content), reader=reader)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def _source(texts: Mapping[str, str], where: str) -> Source:
    values: dict[str, Any] = {}
    columns = {column.name: column for column in TABLES["sources"].columns}
    for name, text in texts.items():
        if not text.strip():
            continue
        try:
            if name == "published_on":
                values[name], values["published_precision"] = parse_date(text)
            else:
                values[name] = parse(text, columns[name].arrow_type)
        except CellError as error:
            raise RawFileError(
                f"{where}, column {name}", error.found, error.expected, "Correct the cell and build again."
            ) from error
        pattern = columns[name].meaning.pattern
        if pattern is not None and isinstance(values[name], str) and not re.fullmatch(pattern, values[name]):
            raise RawFileError(
                f"{where}, column {name}", text[:120], f"text of the form {pattern}", "Correct the cell."
            )
        codelist = _CODELISTS.get(name)
        if codelist and values[name] not in CODELISTS[codelist]:
            raise RawFileError(
                f"{where}, column {name}", text, f"one of {', '.join(CODELISTS[codelist])}", "Correct the cell."
            )
    if "source_id" not in values:
        raise RawFileError(where, "no source_id", "an id", "Give the source an id.", "malformed")
    return Source(**values)

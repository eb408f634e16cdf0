"""Source records as text: what `source.yaml` says of a source.

What belongs here: writing. What does not: reading and checking (`pipelines/ingest/sources`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

from pipelines.records import Source

_COMPUTED = ("sha256", "bytes", "reader", "published_precision", "distrusted")
"""Computed from the bytes in every build, or a person's judgement."""


def source_lines(source: Source, missing: Collection[str] = ()) -> list[str]:
    """Return a line for each field that is known.

    Args:
        source: The record.
        missing: Fields that stand there empty, to be written in by a person.
    """
    lines = []
    for field in fields(Source):
        if field.name in _COMPUTED:
            continue
        value = getattr(source, field.name)
        if value is not None:
            lines.append(f"{field.name}: {scalar(value)}")
        elif field.name in missing:
            hint = "; a day as 2026-02-17" if field.name == "published_on" else ""
            lines.append(f"{field.name}: null  # the document does not give it{hint}")
    return lines


def scalar(value: Any) -> str:
    """Return a value as YAML: texts quoted as JSON does, which YAML reads alike."""
    return value.isoformat() if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)


def file_lines(files: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the lines of the field `files`: what is known of each file that was fetched.

    Args:
        files: Name, address, time, sha256, size and validators of each; what is None is left out.
    """
    lines = ["files:"]
    for told in files:
        pairs = [f"{name}: {scalar(value)}" for name, value in told.items() if value is not None]
        lines += [f"  - {pairs[0]}", *(f"    {pair}" for pair in pairs[1:])]
    return lines

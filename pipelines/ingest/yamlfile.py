"""Read YAML of unknown origin: one mapping of fields, or a reason why not.

What belongs here: text -> fields, without trusting the text. What does not: which fields there are (`sources`,
`readers/markdown`).
"""

from __future__ import annotations

from typing import Any

import yaml

from pipelines.errors import RawFileError


def read_fields(text: str, where: str) -> dict[str, Any] | None:
    """Read a YAML text.

    Args:
        text: The YAML.
        where: Place for messages.

    Returns:
        Its fields; None where the text is YAML but no mapping.

    Raises:
        RawFileError: Not YAML, an alias (a few lines of aliases can stand for gigabytes), a day that does not exist,
            or nested too deeply.
    """
    fast = _read_fast(text)
    if fast is not None:
        return fast
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise RawFileError(where, "an alias", "plain fields", "Write the value out.", "malformed")
        record = yaml.safe_load(text)
    except RawFileError:
        raise
    except Exception as error:
        # The YAML library fails in many ways besides YAMLError: ValueError for 2026-02-30, RecursionError for deep
        # nesting, AttributeError for a wrong tag. Each is the file's fault, and none may stop a build.
        found = (str(error).split("\n")[0] or "no YAML")[:120]
        raise RawFileError(where, f"{found} ({type(error).__name__})", "YAML", "Repair it.", "malformed") from error
    return record if isinstance(record, dict) else None


def _read_fast(text: str) -> dict[str, Any] | None:
    """The fields of a text without fault, by the C library where the YAML package has it; None to read it slowly."""
    if "*" in text or not hasattr(yaml, "CSafeLoader"):
        return None
    try:
        record = yaml.load(text, Loader=yaml.CSafeLoader)
    except Exception:
        # What is wrong with it is told by the slow way, in the same words on every machine.
        return None
    return record if isinstance(record, dict) else None


def is_scalar(value: Any) -> bool:
    """Whether a field's value is one text, number, date or truth value."""
    return not isinstance(value, (dict, list, tuple, set))

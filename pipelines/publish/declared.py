"""What a release declares of its tables beside their Parquet: keys and codes, from its own `datapackage.json`.

What belongs here: reading that declaration. What does not: comparing it with the contract (`compatibility`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Declared:
    """One table.

    Attributes:
        key: Key columns in their order, empty where the release declares none.
        codes: Column -> the codes that it may hold.
    """

    key: tuple[str, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def declared_tables(release: Path) -> dict[str, Declared]:
    """Read the declaration of every table of a release.

    Args:
        release: Its folder.

    Returns:
        Table -> declaration; empty where the release has no readable `datapackage.json`, of which `verify` tells.
    """
    try:
        package = json.loads((release / "datapackage.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    resources = package.get("resources", ()) if isinstance(package, dict) else ()
    return {str(one["name"]): _declared(one.get("schema", {})) for one in resources if isinstance(one, dict)}


def _declared(schema: Mapping[str, Any]) -> Declared:
    key = schema.get("primaryKey") or next(iter(schema.get("uniqueKeys", ())), ())
    enums = {one["name"]: one.get("constraints", {}).get("enum") for one in schema.get("fields", ())}
    codes = {name: tuple(str(code) for code in enum) for name, enum in enums.items() if enum}
    return Declared((key,) if isinstance(key, str) else tuple(key), codes)

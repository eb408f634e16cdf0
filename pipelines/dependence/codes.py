"""Whether a code that a control list prints can be what it says: slips are kept as printed and flagged.

What belongs here: the shape of a code, and its heading against the material named beside it. What does not: correcting
a code: nobody but the authority can say what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipelines.dependence.rows import Rows, copy_of, key_part, proof
from pipelines.reconcile.choose import Row

MISPRINT, INCOMPLETE, PLACEHOLDER = "misprint", "incomplete", "placeholder"
DIGITS: Mapping[str, int] = {"hs": 6, "cn_customs_10": 10}
"""Code system -> digits of a whole code."""

METAL_CHAPTERS = frozenset(str(chapter) for chapter in range(74, 82))
"""Chapters of the Harmonized System whose headings name one base metal each (8112 names several)."""

_WILD = re.compile(r"[Xx*?…]")
_SEPARATORS = re.compile(r"[\s.\-–]")


def flagged_items(rows: Rows) -> dict[str, Row]:
    """Return `export_control_items` with `code_flag` filled where the printed code cannot be right.

    A flag that a person gave stands. An item whose heading names another metal loses its `hs6`: joined with trade
    figures it would speak of the wrong metal.

    Args:
        rows: Holds export_control_items and material_hs_codes; not changed.
    """
    owners = heading_owners(rows.get("material_hs_codes", {}))
    found = {}
    for key, item in rows.get("export_control_items", {}).items():
        flag = "" if item.text("code_flag") else code_flag(
            item.text("code_as_printed"), item.text("code_system"), item.text("material_id"), owners
        )  # fmt: skip
        row = item
        if flag:
            row = copy_of(item)
            inputs = proof([item], "code_as_printed", "material_id")
            row.put("code_flag", flag, inputs, _RULES[flag])
            for column in ("hs6", "hs_revision") if flag == MISPRINT else ():
                row.values.pop(column, None)
                row.receipts.pop(column, None)
        found[key] = row
    return found


_RULES = {
    MISPRINT: "the heading of the printed code names another metal",
    INCOMPLETE: "fewer digits than the system has",
    PLACEHOLDER: "a wildcard in the printed code",
}


def heading_owners(hs_codes: Mapping[str, Row]) -> dict[str, str]:
    """Return the headings of base metals that belong to one material alone: four digits -> material_id."""
    owners: dict[str, set[str]] = {}
    for row in hs_codes.values():
        owners.setdefault(key_part(row, "hs6")[:4], set()).add(key_part(row, "material_id"))
    return {
        heading: next(iter(materials))
        for heading, materials in sorted(owners.items())
        if heading[:2] in METAL_CHAPTERS and len(materials) == 1
    }


def code_flag(printed: str, system: str, material_id: str, owners: Mapping[str, str]) -> str:
    """Return the code of `code_flag` for a printed code, empty where nothing is wrong with it.

    Args:
        printed: The code as printed; dots, dashes and blanks between its digits do not count.
        system: Code of `code_system`; only customs codes have a shape that can be checked.
        material_id: Material that the source names beside it; empty for none.
        owners: Of `heading_owners`.
    """
    whole = DIGITS.get(system)
    if whole is None or not printed:
        return ""
    code = _SEPARATORS.sub("", printed)
    if _WILD.search(code):
        return PLACEHOLDER
    owner = owners.get(code[:4])
    if material_id and owner is not None and owner != material_id:
        return MISPRINT
    return INCOMPLETE if len(code) < whole else ""

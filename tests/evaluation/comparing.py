"""When a value of the pipeline equals a label: names without legal forms, figures, alternatives.

What belongs here: comparing single values, and the names behind the ids of one answer. What does not: rows (`score.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
Label = Mapping[str, str]

_LEGAL = re.compile(
    r"\b(corporation|corp|company|co|ltd|limited|inc|llc|plc|group|holdings?|kk|k k|sa|sas|the|of japan)\b"
)


def norm(text: object) -> str:
    """A name in lower case without brackets, punctuation and legal forms."""
    plain = unicodedata.normalize("NFKC", re.sub(r"[(（].*?[)）]", " ", str(text or ""))).lower()
    plain = re.sub(r"\bu s\b", "united states", re.sub(r"[^\w]+", " ", plain))
    return " ".join(_LEGAL.sub(" ", plain).split())


def num(value: object) -> float | None:
    """A figure, or None where there is none."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def close(left: object, right: object) -> bool:
    """Whether two figures are equal, or both absent."""
    a, b = num(left), num(right)
    return a is b if a is None or b is None else abs(a - b) <= 1e-6 * max(1.0, abs(b))


def anyof(found: object, wanted: str) -> bool:
    """Whether a value is one of the alternatives of a label."""
    return str(found or "").strip().lower() in [word.strip().lower() for word in wanted.split("|")]


def digits(text: object) -> set[str]:
    """The numbers in a text."""
    return set(re.findall(r"\d+", str(text or "")))


class Answer:
    """The tables of one document as the pipeline gives them, with the names of every id.

    Args:
        answer: One object of `kakehashi explain --json`; empty where there is none.

    Attributes:
        pid: Label's gold_id -> project_id of the row that answers it, once projects are assigned.
        ignored: Projects that are neither right nor wrong.
    """

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self._tables: Mapping[str, list[Row]] = answer.get("tables", {})
        self.orgs: dict[object, set[str]] = defaultdict(set)
        self.kinds: dict[object, object] = {}
        for row in self.rows("organizations"):
            self.orgs[row["org_id"]] |= {norm(row.get("name")), norm(row.get("name_ja"))}
            self.kinds[row["org_id"]] = row.get("kind")
        for row in self.rows("organization_names"):
            self.orgs[row["org_id"]].add(norm(row.get("name")))
        self.mats: dict[object, set[str]] = {
            row["material_id"]: {norm(row.get("name")), norm(row.get("name_ja"))} for row in self.rows("materials")
        }
        self.pid: dict[str, object] = {}
        self.ignored: set[object] = set()

    def rows(self, table: str) -> list[Row]:
        """Rows of a table; none where it is absent."""
        return self._tables.get(table) or []

    def org(self, org_id: object) -> set[str]:
        """Every name of an organisation, its id as words among them."""
        return (self.orgs.get(org_id, set()) | {norm(str(org_id or "").replace("-", " "))}) - {""}

    def mat(self, material_id: object) -> set[str]:
        """Every name of a material, its id as words among them."""
        return (self.mats.get(material_id, set()) | {norm(str(material_id or "").replace("-", " "))}) - {""}

    def of_project(self, row: Row, gold_id: str) -> bool:
        """Whether a row belongs to the project that answers a label."""
        return self.pid.get(gold_id) is not None and row.get("project_id") == self.pid[gold_id]

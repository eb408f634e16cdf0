"""Commodities as the US Geological Survey names them -> material, form and stage of the contract.

What belongs here: looking up `data/usgs_commodities.csv` (names) and `data/usgs_products.csv` (which line of a
commodity's tables is which product; the first that fits counts, one without a material is known and has no place in the
contract). What does not: reading tables.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipelines.ingest.agencies.figures import tidy
from pipelines.ingest.agencies.places import DATA


@dataclass(frozen=True, slots=True)
class Product:
    """One product of a commodity's tables.

    Attributes:
        material_id: Empty for a product that the reference holds no material for.
        content: What a quantity counts (`antimony content`, `gross weight`); empty for carats and volumes.
        measure: What a share of imports is of, code of `measure`.
    """

    material_id: str
    form: str
    stage: str
    content: str
    measure: str


@dataclass(frozen=True, slots=True)
class _Line:
    kind: str
    words: re.Pattern[str]
    product: Product


def _read(name: str) -> list[Mapping[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def _lines() -> dict[str, list[_Line]]:
    found: dict[str, list[_Line]] = {}
    for row in _read("usgs_products.csv"):
        parts = (row["material_id"], row["form"], row["stage"], row["content"], row["measure"])
        line = _Line(row["kind"], re.compile(row["words"], re.IGNORECASE), Product(*parts))
        found.setdefault(row["commodity"], []).append(line)
    return found


@cache
def commodity(name: str) -> str | None:
    """Return the commodity that a name stands for (`Gemanium`, `DIAMOND (INDUSTRIAL)`, `Barite  `), None if unknown."""
    text = re.sub(r"[\d\u00b9\u00b2\u00b3]+$", "", tidy(name).replace("\u2014", "-").replace("\u2013", "-")).strip()
    for row in _read("usgs_commodities.csv"):
        if re.fullmatch(row["names"], text, re.IGNORECASE):
            return row["commodity"]
    return None


@cache
def commodity_of_code(code: str) -> str | None:
    """Return the commodity of the five letters in the name of a file of one commodity (`galli`)."""
    for row in _read("usgs_commodities.csv"):
        letters = row["file_code"]
        if letters and (code == letters or (len(letters) >= 4 and code.startswith(letters))):
            return row["commodity"]
    return None


def commodity_and_detail(printed: str) -> tuple[str, str] | None:
    """Split a heading of the figures (`ANTIMONY, metal and oxide`) into commodity and what of it; None if unknown."""
    whole = commodity(printed)
    if whole is not None:
        return whole, ""
    head, _, rest = tidy(printed).partition(",")
    found = commodity(head)
    if found is None:
        head, _, rest = tidy(printed).partition("(")
        found = commodity(head)
    return None if found is None else (found, rest.strip(" )"))


def product(name: str, kind: str, detail: str) -> Product | None:
    """Return the product that a line of a commodity's tables is about.

    Args:
        name: Commodity as `commodity` returns it.
        kind: reliance, imports, production or capacity.
        detail: What the line says of it.

    Returns:
        None for a line that nothing is known of.
    """
    text = tidy(detail)
    for line in _lines().get(name, ()):
        if line.kind in (kind, "any") and line.words.search(text):
            return line.product
    return None

"""How much of a material a country uses, and what part of it a plant's output would be.

What belongs here: figures of consumption that agencies print (`raw/statistics/<source>/consumption.csv`), and comparing
them with output. What does not: reliance (`metrics`), and consumption that nobody prints.

A figure of consumption is compared only with output of the same form, by the year, and in weight of the same thing:
tonnes of ammonia are no tonnes of nitrogen.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.dependence.metrics import WHOLE
from pipelines.dependence.rows import number
from pipelines.reconcile.choose import Receipt, Row
from pipelines.records import Quarantined, TableFile

_KILOGRAMS: Mapping[str, float] = {"kg": 1.0, "t": 1000.0}
_UNIT = re.compile(r"(kg|t)(?: \((.+)\))?(?:/yr)?")
_ITSELF = ("", "gross weight")


@dataclass(frozen=True, slots=True)
class Consumption:
    """A country's consumption of one form of a material in one year.

    Attributes:
        kilograms: Its weight.
        of: What is weighed; empty for the material itself.
    """

    importer: str
    material_id: str
    form: str
    year: int
    edition: str
    kilograms: float
    of: str
    receipt: Receipt


def consumption_figures(files: Iterable[TableFile]) -> tuple[list[Consumption], list[Quarantined]]:
    """Read the figures of consumption; a row that cannot be read is set aside.

    Args:
        files: Tables `consumption` with the source of their folder.
    """
    found: list[Consumption] = []
    bad: list[Quarantined] = []
    for file in files:
        if file.source is None:
            continue
        for line, row in file.rows:
            weight = _weight(row.get("quantity", ""), row.get("unit", ""), row)
            year = row.get("year", "").strip()
            if weight is None or not re.fullmatch(r"\d{4}", year) or not row.get("material_id", "").strip():
                told = f"{row.get('quantity')} {row.get('unit')} of {row.get('material_id')}, {year}"
                expected = "a plain quantity in t or kg, a year and a material"
                reason = f"{file.path}, row {line}: found {told}; expected {expected}. Correct the row."
                bad.append(Quarantined(file.path, "dependence", "invalid_value", reason, line))
                continue
            literal = f"{row['quantity'].strip()} {row['unit'].strip()}"[:40]
            place = row.get("locator", "").strip() or f"{file.path}, row {line}"
            receipt = Receipt(None, file.source.source_id, file.path, place, literal, "input")
            importer, material, form = (row[column].strip() for column in ("importer", "material_id", "form"))
            found.append(Consumption(importer, material, form, int(year), row["edition"].strip(), *weight, receipt))
    return found, bad


def _weight(quantity: str, unit: str, about: Mapping[str, str]) -> tuple[float, str] | None:
    """Kilograms, and what is weighed; None where it is no weight. A metal by its content is the metal itself."""
    match = _UNIT.fullmatch(unit.strip())
    if match is None or not re.fullmatch(r"\d{1,15}(?:\.\d{1,6})?", quantity.strip()):
        return None
    itself = (*_ITSELF, f"{about['material_id'].strip()} content") if about["form"].strip() == "metal" else _ITSELF
    of = "" if (match[2] or "") in itself else match[2]
    return float(quantity) * _KILOGRAMS[match[1]], of


def share_of_consumption(
    use: Row, figures: Sequence[Consumption], importer: str, form: str, on: dt.date
) -> tuple[float, Consumption] | None:
    """Return a project's yearly output in percent of a country's consumption.

    output / consumption x 100, of the latest year at or before the day. Null (None) unless the output is one figure by
    the year, in the same form as the consumption, and both weigh the same thing.

    Args:
        use: A row of `project_materials`.
        figures: Of `consumption_figures`.
        importer: Country that consumes.
        form: Form that the project's row is about; a form that is not known matches none.
        on: Day of the announcement.

    Returns:
        Percent, which may exceed 100, and the figure that it is of.
    """
    low, high = number(use, "output_low"), number(use, "output_high")
    if low is None or low != high or use.values.get("per_year") is not True or not use.text("form"):
        return None
    about = {"material_id": use.text("material_id"), "form": use.text("form")}
    weight = _weight(f"{low:.6f}".rstrip("0").rstrip("."), use.text("output_unit"), about)
    fitting = [
        one
        for one in figures
        if (one.importer, one.material_id, one.form) == (importer, use.text("material_id"), form)
        and one.form == use.text("form")
        and one.year <= on.year
        and one.kilograms > 0
        and weight is not None
        and one.of == weight[1]
    ]
    if weight is None or not fitting:
        return None
    chosen = max(fitting, key=lambda one: (one.year, one.edition))
    return weight[0] / chosen.kilograms * WHOLE, chosen

"""What importer and exporter report of the same trade: rows of `mirror_gaps`.

What belongs here: pairing two reports of one year. What does not: shares of imports (`suppliers`).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pipelines.dependence.rows import LUMPED, key_part, number, proof, source_ids
from pipelines.reconcile.choose import Row

KILOGRAMS: Mapping[str, float] = {"kg": 1.0, "t": 1000.0}
"""Unit of a trade flow -> kilograms; flows in other units have no weight here."""

_Pair = tuple[str, str, str, str, str]


def mirror_gaps(trade_flows: Mapping[str, Row]) -> dict[str, Row]:
    """Compute `mirror_gaps` for each product, year and pair of countries of which both report.

    ratio = net weight that the importer reports / net weight that the exporter reports, the bilateral asymmetry of
    International Merchandise Trade Statistics: Compilers Manual (United Nations Statistics Division): 1 where both tell
    the same. Weights are compared, not values: imports are valued with freight and insurance, exports without.

    Args:
        trade_flows: Rows of `trade_flows`; months, re-imports, re-exports and lumped partners are left out.

    Returns:
        Key text -> row. ratio is import_kg / export_kg, null where either is missing or the exporter reports none.
    """
    imports, exports = _reports(trade_flows, "import"), _reports(trade_flows, "export")
    found = {}
    for pair in sorted(imports.keys() & exports.keys()):
        row = Row("mirror_gaps", pair)
        importer, exporter, hs6, revision, year = pair
        row.values.update(importer=importer, exporter=exporter, hs6=hs6, hs_revision=revision, year=int(year))
        weights = []
        for side, flow in (("import", imports[pair]), ("export", exports[pair])):
            weight = _kilograms(flow)
            weights.append(weight)
            row.put(f"{side}_kg", weight, proof([flow], "quantity"), f"quantity that the {side}er reports, in kg")
            value = flow.values.get("value_usd")
            if isinstance(value, Decimal):
                row.put(f"{side}_usd", value, proof([flow], "value_usd"), f"value that the {side}er reports")
        if weights[0] is not None and weights[1]:
            inputs = proof([imports[pair], exports[pair]], "quantity")
            row.put("ratio", round(weights[0] / weights[1], 6), inputs, "import_kg / export_kg")
        row.values["source_ids"] = source_ids([imports[pair], exports[pair]])
        found[row.key_text] = row
    return found


def _reports(trade_flows: Mapping[str, Row], flow: str) -> dict[_Pair, Row]:
    """(importer, exporter, hs6, hs_revision, year) -> what one of them reports for the whole year."""
    found: dict[_Pair, Row] = {}
    for row in trade_flows.values():
        reporter, partner, period = (key_part(row, part) for part in ("reporter", "partner", "period"))
        if key_part(row, "flow") != flow or partner in LUMPED or len(period) != 4:
            continue
        sides = (reporter, partner) if flow == "import" else (partner, reporter)
        found[(*sides, key_part(row, "hs6"), key_part(row, "hs_revision"), period)] = row
    return found


def _kilograms(flow: Row) -> float | None:
    quantity, factor = number(flow, "quantity"), KILOGRAMS.get(flow.text("quantity_unit"))
    return None if quantity is None or factor is None else quantity * factor

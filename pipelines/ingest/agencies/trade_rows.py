"""Rows of `trade_flows` from statistics that name no revision of their own: what the readers of trade share.

What belongs here: revisions by time for countries that change on known days, and giving a row. What does not: any
agency's layout.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.ingest.agencies.account import Harvest
from pipelines.ingest.agencies.figures import cents, digits
from pipelines.ingest.coded import AS_FOUND
from pipelines.ingest.values import CellError

_US = ((2022, 2, "2022"), (2017, 1, "2017"), (2012, 2, "2012"), (2007, 2, "2007"))
_JAPAN = ((2022, 1, "2022"), (2017, 1, "2017"), (2012, 1, "2012"), (2007, 1, "2007"))
_IN_FORCE = {"USA": _US, "JPN": _JAPAN}
"""Reporter -> first month (year, month) in which its tariff followed a revision of the Harmonized System."""


def revision_of(reporter: str, period: str) -> str:
    """Return the revision that a country's codes follow in a year (2024) or month (2024-06).

    A year in which the revision changed after January counts as the new one's: codes of that year are its codes.

    Raises:
        CellError: Before the first revision that is known here.
    """
    year, month = int(period[:4]), int(period[5:] or 12)
    for first_year, first_month, revision in _IN_FORCE[reporter]:
        if (year, month) >= (first_year, first_month):
            return revision
    raise CellError(period, "2007 or later")


def give_flow(
    harvest: Harvest,
    line: int,
    column: str,
    key: tuple[str, str, str, str, str, str],
    value: Decimal | None,
    valuation: str,
    quantity: tuple[Decimal, str] | None,
    literal: str,
) -> None:
    """Give one row of `trade_flows`.

    Args:
        key: reporter, partner, flow, hs6, revision and period.
        value: US dollars.
        quantity: Amount and unit.
        literal: What stood in the file for the value, or for the quantity where there is no value.
    """
    names = ("reporter", "partner", "flow", "hs6", "hs_revision", "period")
    figure = "value_usd" if value is not None else "quantity"
    harvest.give("trade_flows", line, {
        **dict(zip(names, key, strict=True)), "value_usd": cents(value),
        "valuation": valuation if value is not None else "",
        "quantity": digits(quantity[0]) if quantity else "", "quantity_unit": quantity[1] if quantity else "",
        f"{figure}{AS_FOUND}": literal, "locator": harvest.locator(line, column),
    })  # fmt: skip

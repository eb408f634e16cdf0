"""Where a document was published, as far as its address tells.

What belongs here: the publisher's country, for readings that depend on it (whose dollar, whose peso). What does not:
the source record (`ingest/`) and what the text is about.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from pipelines.records import Source

_COUNTRIES = {
    "au": "AUS",
    "ca": "CAN",
    "nz": "NZL",
    "sg": "SGP",
    "hk": "HKG",
    "tw": "TWN",
    "cn": "CHN",
    "jp": "JPN",
    "kr": "KOR",
    "in": "IND",
    "mx": "MEX",
    "cl": "CHL",
    "ph": "PHL",
    "ar": "ARG",
    "ch": "CHE",
    "no": "NOR",
    "dk": "DNK",
    "qa": "QAT",
    "sa": "SAU",
    "om": "OMN",
    "kw": "KWT",
    "bh": "BHR",
    "jo": "JOR",
    "uk": "GBR",
    "us": "USA",
    "gov": "USA",
}
"""Last part of an address -> ISO 3166-1 alpha-3 of the country whose dollars, pesos or dinars its pages mean."""


def country_of(source: Source) -> str | None:
    """Country of a publisher by the domain of its address; None where the address tells none (`.com`)."""
    host = urlsplit(source.url or "").hostname or ""
    return _COUNTRIES.get(host.rpartition(".")[2].lower())

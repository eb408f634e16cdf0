"""The public services that files are fetched from: what is asked of each, and what its licence allows.

What belongs here: addresses, parameters, keys, licences. What does not: asking (`downloading`), keeping
(`kakehashi/fetching`) and reading the files (the readers of agencies' files find them by content).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from pipelines.errors import KakehashiError, RawFileError
from pipelines.ingest.downloading import Wanted
from pipelines.ingest.fetching import Secret
from pipelines.ingest.safety import MAX_BYTES
from pipelines.records import Source

Look = Callable[[Wanted], Any]
"""Ask a service for one of its lists; None where it has none."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person asks of a service.

    Attributes:
        year: Year of the figures or of the edition; None where not said.
        products: HS codes of six digits.
        base: Another address for the same service (a mirror); None: its own.
        key: The service's key from the environment.
    """

    year: int | None = None
    products: Sequence[str] = ()
    base: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Files that together are one source.

    Attributes:
        slug: Its name; eight digits of the sha256 follow it in the source_id.
        source: What is known of it beforehand; its source_id is the slug.
        files: File name -> what to fetch.
    """

    slug: str
    source: Source
    files: Mapping[str, Wanted]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One public service.

    Attributes:
        base: Its address.
        plan: What is fetched for what is asked.
        key_variable: Environment variable that holds its key; None where none is taken.
        key_needed: Whether nothing is given without a key.
        pause_s: Shortest time between two requests, in seconds.
        by_year: Whether a year must be said.
        cadence: How often there may be something new (a name of `feeds.CADENCES`).
        lag_years: How many years back the newest year lies that it can have, where a year must be said.
    """

    name: str
    about: str
    base: str
    plan: Callable[[Ask, Look], list[Batch]] = field(repr=False)
    key_variable: str | None = None
    key_needed: bool = False
    pause_s: float = 1.0
    by_year: bool = False
    cadence: str = "weekly"
    lag_years: int = 0


def endpoint(name: str) -> Endpoint:
    """Return a service by its name.

    Raises:
        KakehashiError: There is none of that name.
    """
    if name not in ENDPOINTS:
        raise KakehashiError("fetch", name, f"one of {', '.join(ENDPOINTS)}", "Name one of these.")
    return ENDPOINTS[name]


def refuse_incomplete(name: str, record: Any, wanted: Wanted, key: str | None) -> None:
    """Refuse an answer that is whole as a file but says itself, or by its size, that rows are missing.

    Raises:
        RawFileError: An error in the service's own form, or a full page of a preview.
    """
    place = wanted.url[:200]
    if isinstance(record, dict) and record.get("error"):
        found = f"the service's error {str(record['error'])[:80]}"
        raise RawFileError(place, found, "data", "Check the year and the products.", "missing_source")
    if name != "comtrade":
        return
    rows = record.get("data") if isinstance(record, dict) else None
    if not isinstance(rows, list):
        raise RawFileError(place, "no list of rows", "rows under `data`", "Report it.", "malformed")
    if key is None and len(rows) >= _PREVIEW_ROWS:
        remedy = f"Set {ENDPOINTS[name].key_variable} to a key of the service."
        raise RawFileError(place, f"a full preview of {len(rows)} rows", "all rows", remedy, "missing_source")


# United States Geological Survey ------------------------------------------------------------------------------------

USGS_ITEMS: Mapping[int, str] = {
    2022: "6197ccbed34eb622f692ee1c",
    2023: "63b5f411d34e92aad3caa57f",
    2024: "65a6e45fd34e5af967a46749",
    2025: "677eaf95d34e760b392c4970",
    2026: "696a75d5d4be0228872d3bf8",
}
"""Edition of the Mineral Commodity Summaries -> its item in the agency's catalogue."""

_TABULAR = {".csv": "csv", ".zip": "zip"}


def _usgs(ask: Ask, look: Look) -> list[Batch]:
    year = ask.year or max(USGS_ITEMS)
    if year not in USGS_ITEMS:
        known = ", ".join(map(str, USGS_ITEMS))
        raise KakehashiError("--year", str(year), f"one of {known}", "Name an edition whose item is known.")
    base = ask.base or ENDPOINTS["usgs-mcs"].base
    page = f"{base}/catalog/item/{USGS_ITEMS[year]}"
    listing = look(Wanted(f"{page}?format=json", "json"))
    files = {}
    for entry in (listing or {}).get("files") or []:
        name = str(entry.get("name") or "")
        kind = _TABULAR.get(name[-4:].lower())
        url = _here(str(entry.get("downloadUri") or entry.get("url") or ""), "usgs-mcs", ask.base)
        if kind and url:
            files[safe_name(name)] = Wanted(url, kind, size=_whole(entry.get("size")), md5=_md5(entry.get("checksum")))
    if not files:
        raise RawFileError(page, "no CSV or zip in its list", "the release's files", "Report it.", "malformed")
    source = Source(
        f"usgs-mcs-{year}", "US Geological Survey", "government", "official",
        title=f"Mineral Commodity Summaries {year}, data release", url=page, published_on=_published(listing),
        language="en", licence="CC0-1.0", licence_url="https://creativecommons.org/publicdomain/zero/1.0/",
        redistributable=True,
    )  # fmt: skip
    return [Batch(source.source_id, source, files)]


def _here(url: str, name: str, base: str | None) -> str:
    """An address of a list, at the mirror where one is used and the list names the service itself."""
    same = urlsplit(url).netloc == urlsplit(ENDPOINTS[name].base).netloc
    return url if base is None or not same else base + _tail(url)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _md5(value: Any) -> str | None:
    given = value if isinstance(value, dict) else {}
    digest = str(given.get("value") or "")
    return digest if str(given.get("type")).upper() == "MD5" and re.fullmatch(r"[0-9a-fA-F]{32}", digest) else None


def _published(listing: Mapping[str, Any]) -> dt.date | None:
    for entry in listing.get("dates") or []:
        if str(entry.get("type")) == "Publication":
            return _day(entry.get("dateString"))
    return None


def _day(text: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        return None


def safe_name(name: str) -> str:
    """A name of a file that no path can hide in."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).lstrip("._")[:120] or "file"


# United Nations Comtrade ----------------------------------------------------------------------------------------------

_PREVIEW_ROWS = 500
_COMTRADE_ASKED = (("842", "M"), ("842", "X"), ("392", "M"), ("392", "X"), ("156", "X"))
"""Reporter (United States, Japan, China) and flow; China's exports are the mirror of the others' imports."""


def _comtrade(ask: Ask, look: Look) -> list[Batch]:
    base = ask.base or ENDPOINTS["comtrade"].base
    path = "data/v1/get/C/A/HS" if ask.key else "public/v1/preview/C/A/HS"
    secret = Secret("Ocp-Apim-Subscription-Key", ask.key, in_header=True) if ask.key else None
    files = {}
    for reporter, flow in _COMTRADE_ASKED:
        for product in ask.products:
            asked = {
                "reporterCode": reporter, "period": ask.year, "cmdCode": product, "flowCode": flow,
                "partner2Code": 0, "customsCode": "C00", "motCode": 0,
            }  # fmt: skip
            url = f"{base}/{path}?{urlencode(asked)}"
            files[f"{reporter}-{flow}-{product}.json"] = Wanted(url, "json", secret, limit=MAX_BYTES // 4)
    source = Source(
        f"un-comtrade-{ask.year}", "United Nations Statistics Division", "statistics_agency", "official",
        title=f"UN Comtrade, annual trade {ask.year}", url="https://comtradeplus.un.org", language="en",
        redistributable=False,
    )  # fmt: skip
    return [Batch(source.source_id, source, files)]


# United States Census Bureau ------------------------------------------------------------------------------------------

_CENSUS_FIELDS = {
    "imports": ("I_COMMODITY", ("CTY_CODE", "CTY_NAME", "GEN_VAL_MO", "CON_VAL_MO", "GEN_QY1_MO", "UNIT_QY1")),
    "exports": ("E_COMMODITY", ("CTY_CODE", "CTY_NAME", "ALL_VAL_MO", "QTY_1_MO", "UNIT_QY1")),
}


def _census(ask: Ask, look: Look) -> list[Batch]:
    base = ask.base or ENDPOINTS["census"].base
    secret = Secret("key", ask.key) if ask.key else None
    files = {}
    for flow, (code, fields) in _CENSUS_FIELDS.items():
        for product in ask.products:
            asked = {
                "get": ",".join(fields), "COMM_LVL": "HS6", code: product, "SUMMARY_LVL": "DET",
                "time": f"from {ask.year}-01 to {ask.year}-12",
            }  # fmt: skip
            url = f"{base}/data/timeseries/intltrade/{flow}/hs?{urlencode(asked, safe=',')}"
            files[f"{flow}-{product}.json"] = Wanted(url, "json", secret, limit=MAX_BYTES // 4)
    source = Source(
        f"us-census-trade-{ask.year}", "US Census Bureau", "statistics_agency", "official",
        title=f"International trade by country and product, {ask.year}", language="en",
        url="https://www.census.gov/data/developers/data-sets/international-trade.html",
        licence="public domain", redistributable=True,
    )  # fmt: skip
    return [Batch(source.source_id, source, files)]


# European Central Bank ------------------------------------------------------------------------------------------------


def _ecb(ask: Ask, look: Look) -> list[Batch]:
    base = ask.base or ENDPOINTS["ecb"].base
    page = "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/index.en.html"
    source = Source(
        "ecb-eurofxref-hist", "European Central Bank", "statistics_agency", "official",
        title="Euro foreign exchange reference rates, history", url=page, language="en",
        licence="free use with the source named", redistributable=True,
    )  # fmt: skip
    return [Batch(source.source_id, source, {"eurofxref-hist.zip": Wanted(f"{base}/eurofxref-hist.zip", "zip")})]


# Federal Register -----------------------------------------------------------------------------------------------------

_PAGES = 20
_FR_AGENCIES = ("geological-survey", "industry-and-security-bureau")
_FR_FIELDS = ("document_number", "title", "publication_date", "html_url", "body_html_url")


def _federal_register(ask: Ask, look: Look) -> list[Batch]:
    base = ask.base or ENDPOINTS["federal-register"].base
    asked = [
        ("conditions[term]", '"critical minerals"'),
        ("conditions[publication_date][year]", ask.year),
        *(("conditions[agencies][]", agency) for agency in _FR_AGENCIES),
        *(("fields[]", name) for name in _FR_FIELDS),
        ("per_page", 100),
        ("order", "oldest"),
    ]
    url: str | None = f"{base}/api/v1/documents.json?{urlencode(asked)}"
    batches: list[Batch] = []
    for _ in range(_PAGES):
        if not url:
            return batches
        page = look(Wanted(url, "json")) or {}
        batches += [batch for entry in page.get("results") or [] if (batch := _document(entry, ask.base)) is not None]
        following = page.get("next_page_url")
        url = base + _tail(str(following)) if following else None
    raise RawFileError(base, f"more than {_PAGES} pages", "fewer documents", "Report it.", "too_large")


def _tail(url: str) -> str:
    """Path and query of the address of the next page: the service is asked where we ask it, whatever its list says."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _document(entry: Mapping[str, Any], base: str | None) -> Batch | None:
    number, url = str(entry.get("document_number") or ""), str(entry.get("body_html_url") or "")
    if not re.fullmatch(r"[A-Za-z0-9-]{3,30}", number) or not url:
        return None
    source = Source(
        f"federal-register-{number.lower()}", "Federal Register", "government", "official",
        title=str(entry.get("title") or "") or None, url=str(entry.get("html_url") or "") or None,
        published_on=_day(entry.get("publication_date")), language="en", media_type="text/html",
        licence="public domain", redistributable=True,
    )  # fmt: skip
    return Batch(source.source_id, source, {"document.html": Wanted(_here(url, "federal-register", base), "html")})


ENDPOINTS: Mapping[str, Endpoint] = {
    one.name: one
    for one in (
        Endpoint("usgs-mcs", "Mineral Commodity Summaries, data release of one edition (default: the newest known)",
                 "https://www.sciencebase.gov", _usgs, cadence="monthly"),
        Endpoint("comtrade", "UN Comtrade, annual trade in the products of the reference (preview without a key)",
                 "https://comtradeapi.un.org", _comtrade, "COMTRADE_API_KEY", by_year=True, cadence="monthly",
                 lag_years=1),
        Endpoint("census", "US Census Bureau, monthly trade by country in the products of the reference",
                 "https://api.census.gov", _census, "CENSUS_API_KEY", key_needed=True, by_year=True,
                 cadence="monthly"),
        Endpoint("ecb", "European Central Bank, history of the euro's reference rates",
                 "https://www.ecb.europa.eu/stats/eurofxref", _ecb, cadence="daily"),
        Endpoint("federal-register", "Federal Register, documents on critical minerals of one year",
                 "https://www.federalregister.gov", _federal_register, by_year=True),
    )
}  # fmt: skip
"""Name -> service."""

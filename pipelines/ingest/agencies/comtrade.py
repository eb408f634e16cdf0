"""UN Comtrade: trade flows as CSV or JSON of the public interface.

What belongs here: which rows are totals and which only break one down, revisions, flows and units. What does not:
shares (`pipelines/dependence`).

A download holds a flow several times: once as a total over partners of second rank, customs procedures and modes of
transport, and again in parts. A total and its parts are never added; parts are added only where no total stands beside
them and they break the flow down in one way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from pipelines.errors import RawFileError
from pipelines.ingest.agencies.account import Harvest
from pipelines.ingest.agencies.figures import cents, digits, tidy
from pipelines.ingest.agencies.places import OTHERS, by_number
from pipelines.ingest.coded import AS_FOUND
from pipelines.ingest.values import CellError
from pipelines.records import Source

REQUIRED = (
    "freqCode",
    "period",
    "reporterCode",
    "flowCode",
    "partnerCode",
    "classificationCode",
    "cmdCode",
    "primaryValue",
)
SIGNATURE = {"reporterCode", "partnerCode", "cmdCode", "flowCode", "primaryValue"}
KNOWN = frozenset(
    [
        "typeCode",
        "freqCode",
        "refPeriodId",
        "refYear",
        "refMonth",
        "period",
        "reporterCode",
        "reporterISO",
        "reporterDesc",
        "flowCode",
        "flowDesc",
        "partnerCode",
        "partnerISO",
        "partnerDesc",
        "partner2Code",
        "partner2ISO",
        "partner2Desc",
        "classificationCode",
        "classificationSearchCode",
        "isOriginalClassification",
        "cmdCode",
        "cmdDesc",
        "aggrLevel",
        "isLeaf",
        "customsCode",
        "customsDesc",
        "mosCode",
        "motCode",
        "motDesc",
        "qtyUnitCode",
        "qtyUnitAbbr",
        "qty",
        "isQtyEstimated",
        "altQtyUnitCode",
        "altQtyUnitAbbr",
        "altQty",
        "isAltQtyEstimated",
        "atlQtyUnitCode",
        "atlQtyUnitAbbr",
        "netWgt",
        "isNetWgtEstimated",
        "grossWgt",
        "isGrossWgtEstimated",
        "cifvalue",
        "fobvalue",
        "primaryValue",
        "legacyEstimationFlag",
        "isReported",
        "isAggregate",
        "datasetCode",
    ]
)
OWN_ADDITIONS = frozenset({"commodity_name", "hs_code", "query_year"})
"""Columns that downloaders are known to add; they repeat what the others say."""

_REVISIONS = {
    "H0": "1992",
    "H1": "1996",
    "H2": "2002",
    "H3": "2007",
    "H4": "2012",
    "H5": "2017",
    "H6": "2022",
    "H7": "2028",
}
_FLOWS = {"M": "import", "X": "export", "RM": "re_import", "RX": "re_export"}
_BREAKDOWNS = {"partner2Code": ("0", ""), "customsCode": ("C00", ""), "mosCode": ("0", ""), "motCode": ("0", "")}
"""Column that breaks a flow down -> its value in a total."""
_KILOGRAM = "8"

_NUMBER = "the number of a country (UN M49)"
_Record = Mapping[str, str]
_Key = tuple[str, ...]


def read(harvest: Harvest, rows: Iterable[tuple[int, _Record]]) -> Source:
    """Read rows of the interface.

    Args:
        harvest: Takes rows and the account.
        rows: (line or number, column -> cell).

    Raises:
        RawFileError: Columns never seen, or one that is needed is missing.
    """
    groups: dict[_Key, list[tuple[int, _Record]]] = {}
    checked: frozenset[str] = frozenset()
    for line, row in rows:
        # Records of JSON may differ in what they name.
        if row.keys() != checked:
            _check(harvest, row)
            checked = frozenset(row)
        harvest.account.rows_in += 1
        try:
            about = _about(row)
        except CellError as error:
            harvest.refuse_row(line, "cmdCode", error)
            continue
        if about is None:
            harvest.count("a heading of other than six digits: not published")
            continue
        partner = by_number(row["partnerCode"])
        if partner is None:
            harvest.refuse_row(line, "partnerCode", CellError(row["partnerCode"][:20], _NUMBER))
            harvest.gaps.add(about)
            continue
        groups.setdefault((about[0], partner, *about[1:]), []).append((line, row))
    for key, found in groups.items():
        if not _flow(harvest, key, found):
            harvest.gaps.add((key[0], *key[2:]))
    for column, goal in (
        ("primaryValue", "value_usd"),
        ("netWgt", "quantity"),
        ("cmdCode", "hs6"),
        ("period", "period"),
    ):
        harvest.went(column, "trade_flows", goal)
    for column in _BREAKDOWNS:
        harvest.went(column, note="tells totals from their parts")
    return source()


def source() -> Source:
    """The record of a download, its id to be completed by the file's hash."""
    return Source(
        "un-comtrade", publisher="United Nations Statistics Division (UN Comtrade)", publisher_kind="statistics_agency",
        tier="official", witness_id="un-comtrade", title="UN Comtrade, trade flows", language="en",
        media_type="text/csv", redistributable=False, reader="comtrade-1",
    )  # fmt: skip


def _check(harvest: Harvest, row: _Record) -> None:
    path = harvest.account.path
    missing = [name for name in REQUIRED if name not in row]
    if missing:
        remedy = "Download it with all columns."
        raise RawFileError(path, f"no column {', '.join(missing)}", ", ".join(REQUIRED), remedy, "missing_column")
    unknown = sorted(set(row) - KNOWN - OWN_ADDITIONS - {""})
    if unknown:
        remedy = "Download it again, or report the layout."
        raise RawFileError(path, f"columns {', '.join(unknown)[:200]}", "Comtrade's columns", remedy, "unknown_column")


def _about(row: _Record) -> _Key | None:
    """Reporter, flow, code, revision and period; None for a heading of other than six digits."""
    code = tidy(row["cmdCode"])
    if not re.fullmatch(r"\d{6}", code):
        if re.fullmatch(r"\d{1,10}|TOTAL|AG\d", code):
            return None
        raise CellError(code[:40], "an HS code of six digits")
    revision = _REVISIONS.get(tidy(row["classificationCode"]).upper())
    if revision is None:
        raise CellError(row["classificationCode"][:20], f"a revision, one of {', '.join(_REVISIONS)}")
    flow = _FLOWS.get(tidy(row["flowCode"]).upper())
    if flow is None:
        raise CellError(row["flowCode"][:20], f"a flow, one of {', '.join(_FLOWS)}")
    reporter = by_number(row["reporterCode"])
    if reporter is None or reporter == OTHERS:
        raise CellError(row["reporterCode"][:20], _NUMBER)
    return reporter, flow, code, revision, _period(row)


def _period(row: _Record) -> str:
    text, frequency = tidy(row["period"]).removesuffix(".0"), tidy(row["freqCode"]).upper()
    if frequency == "A" and re.fullmatch(r"(?:19|20)\d\d", text):
        return text
    if frequency == "M" and re.fullmatch(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])", text):
        return f"{text[:4]}-{text[4:]}"
    raise CellError(f"{frequency} {text}"[:40], "a year (A 2024) or a month (M 202406)")


def _flow(harvest: Harvest, key: _Key, rows: Sequence[tuple[int, _Record]]) -> bool:
    """Give one flow; False where it was set aside."""
    distinct = {tuple(sorted(row.items())): (line, row) for line, row in rows}
    harvest.count("a row that repeats another", len(rows) - len(distinct))
    chosen = list(distinct.values())
    areas = {tidy(row["partnerCode"]) for _, row in chosen}
    if len(areas) > 1:
        # Areas that are no single country share one code here; each is a flow of its own, and they add up.
        totals = [
            _total(harvest, [one for one in chosen if tidy(one[1]["partnerCode"]) == area]) for area in sorted(areas)
        ]
        if any(total is None for total in totals):
            return False
        chosen = [one for total in totals if total is not None for one in total]
    else:
        found = _total(harvest, chosen)
        if found is None:
            return False
        chosen = found
    try:
        _give(harvest, key, chosen)
    except CellError as error:
        harvest.refuse_row(chosen[0][0], "primaryValue", error)
        return False
    return True


def _total(harvest: Harvest, rows: list[tuple[int, _Record]]) -> list[tuple[int, _Record]] | None:
    """The rows whose sum is the flow: its total, else the parts of its only breakdown; None where that is open."""
    totals = [one for one in rows if all(tidy(one[1].get(name, "")) in total for name, total in _BREAKDOWNS.items())]
    if len(totals) == 1:
        harvest.count("a part of a total that stands beside it: not added", len(rows) - 1)
        return totals
    varying = [name for name in _BREAKDOWNS if len({tidy(row.get(name, "")) for _, row in rows}) > 1]
    if not totals and len(varying) <= 1:
        outer = [row for _, row in rows if varying and tidy(row.get(varying[0], "")) in _BREAKDOWNS[varying[0]]]
        if not outer:
            return rows
    lines = ", ".join(str(line) for line, _ in rows[:6])
    expected = "one total, or parts in one way"
    error = CellError(f"{len(rows)} different rows of one flow (rows {lines})", expected)
    harvest.refuse_row(rows[0][0], "primaryValue", error, "conflicting_record")
    return None


def _give(harvest: Harvest, key: _Key, rows: Sequence[tuple[int, _Record]]) -> None:
    reporter, partner, flow, code, revision, period = key
    values = [_number(row["primaryValue"]) for _, row in rows]
    weights = [_weight(row) for _, row in rows]
    value = sum((one for one in values if one is not None), Decimal(0)) if None not in values else None
    weight = (
        sum((one[0] for one in weights if one[0] is not None), Decimal(0))
        if all(one[0] is not None for one in weights)
        else None
    )
    line = rows[0][0]
    lines = "+".join(str(number) for number, _ in rows[:8])
    harvest.count("number", len(rows))
    harvest.count("0 for a weight that is not known", sum(one[0] is None for one in weights))
    harvest.give("trade_flows", line, {
        "reporter": reporter, "partner": partner, "flow": flow, "hs6": code, "hs_revision": revision,
        "period": period, "value_usd": cents(value), f"value_usd{AS_FOUND}": tidy(rows[0][1]["primaryValue"]),
        "valuation": _valuation(rows), "quantity": digits(weight), "quantity_unit": "" if weight is None else "kg",
        "quantity_estimated": "" if weight is None else "true" if any(one[1] for one in weights) else "false",
        "locator": f"{harvest.place} row {lines}, column primaryValue",
    })  # fmt: skip


def _number(text: str) -> Decimal | None:
    plain = tidy(text).replace(",", "")
    if plain.lower() in ("", "none", "null", "nan"):
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation as error:
        raise CellError(plain[:40], "a number") from error
    if not value.is_finite() or value < 0:
        raise CellError(plain[:40], "a number not below zero")
    return value


def _weight(row: _Record) -> tuple[Decimal | None, bool]:
    """Net weight in kilograms, and whether it was estimated; no weight where Comtrade has a zero for want of one."""
    for value, unit, flag in (("netWgt", None, "isNetWgtEstimated"), ("qty", "qtyUnitCode", "isQtyEstimated")):
        if unit is not None and tidy(row.get(unit, "")).removesuffix(".0") != _KILOGRAM:
            continue
        weight = _number(row.get(value, ""))
        if weight:
            return weight, tidy(row.get(flag, "")).lower() in ("true", "1")
    return None, False


def _valuation(rows: Sequence[tuple[int, _Record]]) -> str:
    """Which of the two printed values the main one is; empty where it cannot be told."""
    kinds = set()
    for _, row in rows:
        main, cif, fob = (_number(row.get(name, "")) for name in ("primaryValue", "cifvalue", "fobvalue"))
        kinds.add("" if not main or cif == fob else "cif" if main == cif else "fob" if main == fob else "")
    return kinds.pop() if len(kinds) == 1 else ""

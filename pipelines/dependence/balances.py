"""What agencies print of a material's supply, and the net import reliance that follows from it: rows of `balances`.

What belongs here: reading the printed lines (`raw/statistics/<source>/balance_lines.csv`), adding them up, reckoning
the reliance again, and saying how it compares with the printed one. What does not: the formula (`metrics`), and the
printed reliance itself (`dependencies`).

A figure printed as 14,000 may be anything from 13,500 to 14,500. What rounding allows is carried through the reckoning,
so that a difference which rounding explains is told apart from one that it does not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.dependence.metrics import STOCK_FORMULAS, WHOLE, Reliance, net_import_reliance, reliance_of_consumption
from pipelines.dependence.rows import key_part, number, proof
from pipelines.errors import KakehashiError
from pipelines.ingest.agencies.figures import Figure, read_figure
from pipelines.ingest.values import CellError
from pipelines.reconcile.choose import Receipt, Row
from pipelines.records import Quarantined, TableFile

ITEMS = ("production", "imports", "exports", "industry_stocks", "government_stocks", "consumption")
"""What a line counts as. Lines of one item add up; stocks are those at the end of the year."""
TOLERANCE = 2.0
"""Points by which a reckoned reliance may differ from the printed one: USGS rounds both parts and result."""
PLAIN, IMPORTS_ALONE = "imports_minus_exports", "imports_only"
STOCKS = ("industry_stocks", "government_stocks")
_BASIS = "usgs_net_reliance"
_ESTIMATE_DIGITS, _FIGURE_DIGITS = 2, 3
"""Significant digits to which USGS rounds estimates, and other figures of more digits."""


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line of a country's supply of one form of a material in one year.

    Attributes:
        key: (importer, material_id, form, year, edition).
        item: One of `ITEMS`.
        slack: Half of the last digit printed, in `unit`.
        note: A remark of whoever coded it.
    """

    key: tuple[str, str, str, int, str]
    item: str
    name: str
    figure: Figure
    slack: float
    unit: str
    note: str
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Sum:
    """Lines added up: the figure and the range that rounding leaves open.

    Attributes:
        code: exact, or the code of `quantity_code` of the line that could not be added.
    """

    value: float
    low: float
    high: float
    code: str = "exact"

    @property
    def known(self) -> bool:
        """Whether every line is a plain figure."""
        return self.code == "exact"

    def less(self, other: Sum) -> Sum:
        """This one without another."""
        code = self.code if not self.known else other.code
        return Sum(self.value - other.value, self.low - other.high, self.high - other.low, code)

    def and_(self, other: Sum) -> Sum:
        """Both together."""
        code = self.code if not self.known else other.code
        return Sum(self.value + other.value, self.low + other.low, self.high + other.high, code)


NOTHING = Sum(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A reliance reckoned from its parts.

    Attributes:
        low, high: What rounding of the parts allows, in percent; None for a net exporter.
        formula: Code of `nir_formula` that was used.
        lacking: Parts that the formula needs and the source does not give as figures, in words.
        code: Of the part that is lacking; empty where none is.
    """

    reliance: Reliance
    low: float | None
    high: float | None
    formula: str
    lacking: tuple[str, ...] = ()
    code: str = ""


def balance_lines(files: Iterable[TableFile]) -> tuple[list[Line], list[Quarantined]]:
    """Read the printed lines; a row that cannot be read, or in another unit, is set aside.

    Args:
        files: Tables `balance_lines` with the source of their folder.
    """
    found: list[Line] = []
    bad: list[Quarantined] = []
    for file in files:
        if file.source is None:
            continue
        for number_, row in file.rows:
            try:
                found.append(_line(file, number_, row, file.source.source_id))
            except CellError as error:
                reason = f"{file.path}, row {number_}: {error}. Correct the row."
                bad.append(Quarantined(file.path, "dependence", "invalid_value", reason, number_))
    kept, odd = _in_one_unit(found)
    return kept, [*bad, *odd]


def _in_one_unit(lines: Sequence[Line]) -> tuple[list[Line], list[Quarantined]]:
    """Set aside lines in another unit than most of their product and year.

    The other lines of the same item go with them, for a sum that lacks a part would be a wrong figure; where no unit
    is that of most lines, all go.
    """
    units: dict[tuple[str, str, str, int, str], Counter[str]] = {}
    for line in lines:
        units.setdefault(line.key, Counter())[line.unit] += 1
    main = {key: _most(counts) for key, counts in units.items()}
    spoilt = {(line.key, line.item) for line in lines if line.unit != main[line.key]}
    kept: list[Line] = []
    odd: list[Quarantined] = []
    for line in lines:
        if (line.key, line.item) not in spoilt:
            kept.append(line)
            continue
        beside = ", ".join(sorted(units[line.key]))
        where = f"{line.receipt.raw_path}, {line.receipt.locator}, {line.name}"
        reason = f"{where}: {line.item} of {line.key[1]} {line.key[3]} in {line.unit!r}; its lines are in {beside}."
        path = line.receipt.raw_path or ""
        odd.append(Quarantined(path, "dependence", "invalid_value", f"{reason} Give all lines in one unit."))
    return kept, odd


def _most(counts: Counter[str]) -> str | None:
    (unit, most), *others = counts.most_common(2)
    return None if others and others[0][1] == most else unit


def balances(lines: Sequence[Line], dependencies: Mapping[str, Row]) -> dict[str, Row]:
    """Compute `balances`: what is printed of each product's supply, and the reliance that follows.

    Args:
        lines: Of `balance_lines`.
        dependencies: Reconciled rows; those of the same importer, material, form, year and edition are compared.

    Returns:
        Key text -> row.

    Raises:
        KakehashiError: Lines of one product and year in different units.
    """
    products: dict[tuple[str, str, str, int, str], list[Line]] = {}
    for line in lines:
        own = products.setdefault(line.key, [])
        if own and own[0].unit != line.unit:
            where, found = f"{line.receipt.raw_path}, {line.name}", f"{line.unit} beside {own[0].unit}"
            raise KakehashiError(where, found, "lines of one product and year in one unit", "Correct the table.")
        own.append(line)
    printed = {
        (row.key[0], row.key[1], row.key[2], int(key_part(row, "year")), key_part(row, "edition")): row
        for row in dependencies.values()
        if key_part(row, "basis") == _BASIS
    }
    rows = {}
    for key, own in sorted(products.items()):
        earlier = products.get((*key[:3], key[3] - 1, key[4]), [])
        before = [line for line in earlier if line.unit == own[0].unit]
        row = _row(key, own, before, printed.get(key))
        rows[row.key_text] = row
    return rows


def reckon(lines: Sequence[Line], before: Sequence[Line], formula: str) -> Reckoned:
    """Reckon a reliance from printed lines.

    Where production is printed: `metrics.net_import_reliance`. Where it is not, but consumption is:
    `metrics.reliance_of_consumption`. Stock changes enter where the formula asks for them and both years are printed;
    otherwise the plain formula is used, and `formula` says so.

    Args:
        lines: Of one product and year.
        before: Of the same product in the year before, for changes of stocks.
        formula: Code of `nir_formula` that the source uses; empty where it tells none.
    """
    parts = {item: _sum(lines, item) for item in ITEMS}
    produced, consumed = parts["production"], parts["consumption"]
    if consumed is not None and produced is not None and produced.code == "not_available":
        produced = None
    used, draws = _stocks(lines, before, formula or PLAIN)
    needed = {"imports": parts["imports"], "exports": parts["exports"]}
    if used == IMPORTS_ALONE:
        needed["exports"] = NOTHING
    needed["production or consumption"] = produced if produced is not None else consumed
    lacking = {name: part for name, part in needed.items() if part is None or not part.known}
    if lacking:
        words = tuple(f"{name} {_told(part)}" for name, part in lacking.items())
        return Reckoned(Reliance(None, "not_available"), None, None, used, words, _worst(lacking.values()))
    imports, exports, whole = (part or NOTHING for part in needed.values())

    def at(more: str, less: str) -> Reliance:
        """With the ends of imports and draws named by `more`, those of exports and of the whole by `less`."""
        industry, government = (getattr(draws.get(item, NOTHING), more) for item in STOCKS)
        into, out, base = getattr(imports, more), getattr(exports, less), getattr(whole, less)
        if produced is None:
            return reliance_of_consumption(into - out + industry + government, base)
        return net_import_reliance(base, into, out, used, industry, government)

    low, high = (0.0 if end.code == "net_exporter" else end.pct for end in (at("low", "high"), at("high", "low")))
    return Reckoned(at("value", "value"), low, high, used)


def _line(file: TableFile, number_: int, row: Mapping[str, str], source_id: str) -> Line:
    cells = {name: value.strip() for name, value in row.items()}
    if cells["item"] not in ITEMS:
        raise CellError(cells["item"][:40], f"an item, one of {', '.join(ITEMS)}")
    if not re.fullmatch(r"\d{4}", cells["year"]):
        raise CellError(cells["year"][:40], "a year")
    if not cells["material_id"] or not cells["form"]:
        raise CellError(cells["material_id"], "a material and its form")
    figure = read_figure(cells["printed"])
    if figure.blank:
        raise CellError("a blank cell", "the figure or code as printed")
    place = cells.get("locator") or f"{file.path}, row {number_}"
    literal = f"{cells['printed']} {cells['unit']}"[:40]
    receipt = Receipt(None, source_id, file.path, place, literal, "input")
    key = (cells["importer"], cells["material_id"], cells["form"], int(cells["year"]), cells["edition"])
    slack = _slack(cells["printed"], figure, estimated=cells["estimated"] == "true")
    name = cells.get("line") or cells["item"]
    return Line(key, cells["item"], name, figure, slack, cells["unit"], cells.get("note", ""), receipt)


def _slack(printed: str, figure: Figure, *, estimated: bool) -> float:
    """Half of the last digit that means something; zeros at the end mean nothing beyond the digits USGS rounds to."""
    if figure.code == "small":
        return 0.5
    if figure.low is None or figure.low != figure.high or not figure.low:
        return 0.0
    digits = re.sub(r"[^0-9.]", "", printed)
    if "." in digits:
        return float(0.5 * 10 ** -len(digits.partition(".")[2]))
    zeros = len(digits) - len(digits.rstrip("0"))
    meant = _ESTIMATE_DIGITS if estimated else _FIGURE_DIGITS
    return float(0.5 * 10 ** min(zeros, max(0, len(digits) - meant)))


def _sum(lines: Sequence[Line], item: str) -> Sum | None:
    """Add up the lines of an item; None where the source prints none."""
    own = [line for line in lines if line.item == item]
    total = NOTHING if own else None
    for line in own:
        total = _plain(line).and_(total or NOTHING)
    return total


def _plain(line: Line) -> Sum:
    figure = line.figure
    if figure.code == "small":  # more than nothing, less than half a unit
        return Sum(0.0, 0.0, line.slack)
    if figure.low is None or figure.low != figure.high:
        return Sum(0.0, 0.0, 0.0, figure.code if figure.code != "exact" else "bounded")
    value = float(figure.low)
    return Sum(value, max(0.0, value - line.slack), value + line.slack)


def _stocks(lines: Sequence[Line], before: Sequence[Line], formula: str) -> tuple[str, dict[str, Sum]]:
    """The formula that can be reckoned with, and the draws that enter: all that it asks for, or none."""
    wanted = [item for item in STOCKS if formula == "with_both" or item.split("_")[0] in formula]
    if formula not in STOCK_FORMULAS:
        return formula, {}
    drawn = {item: draw for item in wanted if (draw := _draw(lines, before, item)) is not None and draw.known}
    return (formula, drawn) if len(drawn) == len(wanted) else (PLAIN, {})


def _draw(lines: Sequence[Line], before: Sequence[Line], item: str) -> Sum | None:
    """Stocks at the end of the year before less those at the end of this one: a draw adds to supply."""
    now, then = _sum(lines, item), _sum(before, item)
    return None if now is None or then is None else then.less(now)


def _worst(parts: Iterable[Sum | None]) -> str:
    codes = {"not_available" if part is None else part.code for part in parts}
    return next((code for code in ("withheld", "bounded") if code in codes), "not_available")


def _told(part: Sum | None) -> str:
    return "not printed" if part is None else part.code.replace("_", " ")


def _row(key: tuple[str, str, str, int, str], own: Sequence[Line], before: Sequence[Line], printed: Row | None) -> Row:
    importer, material_id, form, year, edition = key
    row = Row("balances", (importer, material_id, form, str(year), edition))
    row.values.update(importer=importer, material_id=material_id, form=form, year=year, edition=edition)
    row.values["source_ids"] = tuple(sorted({line.receipt.source_id for line in own}))
    row.put("unit", own[0].unit, [own[0].receipt], "as printed")
    for item in ITEMS:
        part = _sum(own, item)
        receipts = [line.receipt for line in own if line.item == item]
        if part is not None and part.known:
            rule = "as printed" if len(receipts) == 1 else "sum of the printed lines"
            row.put(item, part.value, receipts, rule)
    stated = printed.text("nir_formula") if printed is not None else ""
    reckoned = reckon(own, before, stated)
    _put_reckoned(row, reckoned, [*own, *before])
    _put_comparison(row, reckoned, printed, stated, [line.note for line in own if line.note])
    return row


def _put_reckoned(row: Row, reckoned: Reckoned, lines: Sequence[Line]) -> None:
    receipts = [line.receipt for line in lines]
    row.put("nir_formula", reckoned.formula, receipts, "the formula reckoned with")
    rule = f"net import reliance, {reckoned.formula}, from the printed lines"
    for column, value in (
        ("computed_pct", reckoned.reliance.pct),
        ("computed_low_pct", reckoned.low),
        ("computed_high_pct", reckoned.high),
    ):
        if value is not None and reckoned.reliance.pct is not None:
            row.put(column, round(min(value, WHOLE), 6), receipts, rule)


def _put_comparison(row: Row, reckoned: Reckoned, printed: Row | None, stated: str, notes: Sequence[str]) -> None:
    inputs = [] if printed is None else proof([printed], "reliance_low_pct", "reliance_high_pct", "reliance_code")
    if printed is not None:
        for column, source in (("printed_low_pct", "reliance_low_pct"), ("printed_high_pct", "reliance_high_pct")):
            row.put(column, number(printed, source), proof([printed], source), "dependencies")
        row.put("printed_code", printed.text("reliance_code"), proof([printed], "reliance_code"), "dependencies")
    off = _difference(reckoned, printed)
    outcome = _outcome(reckoned, printed, off)
    if off is not None:
        row.put("difference_points", round(off, 6), inputs, "computed less printed, 0 within printed bounds")
    row.values["outcome"] = outcome
    words = [*notes, *reckoned.lacking]
    if outcome != "nothing_printed" and stated in STOCK_FORMULAS and reckoned.formula == PLAIN:
        words.append("changes of stocks are not printed as figures")
    if words and outcome not in ("within_tolerance", "nothing_printed"):
        row.values["reason"] = "; ".join(dict.fromkeys(words))


def _difference(reckoned: Reckoned, printed: Row | None) -> float | None:
    """Points by which the reckoned figure lies outside what is printed; None where one of the two is no figure."""
    if printed is None or reckoned.lacking:
        return None
    low, high = number(printed, "reliance_low_pct"), number(printed, "reliance_high_pct")
    pct = 0.0 if reckoned.reliance.code == "net_exporter" else reckoned.reliance.pct
    if printed.text("reliance_code") == "net_exporter":
        return pct
    if pct is None or low is None or high is None:
        return None
    return pct - low if pct < low else max(0.0, pct - high)


def _outcome(reckoned: Reckoned, printed: Row | None, off: float | None) -> str:
    code = "" if printed is None else printed.text("reliance_code")
    if code not in ("exact", "bounded", "net_exporter"):
        return "nothing_printed"
    if reckoned.lacking:
        return "part_withheld" if reckoned.code in ("withheld", "bounded") else "part_not_printed"
    if off is None or abs(off) <= TOLERANCE:
        return "part_not_printed" if off is None else "within_tolerance"
    assert printed is not None  # it has a code
    low, high = number(printed, "reliance_low_pct"), number(printed, "reliance_high_pct")
    bottom, top = reckoned.low or 0.0, WHOLE if reckoned.high is None else reckoned.high
    if low is not None and high is not None and bottom <= high and low <= top:
        return "within_rounding"
    return "differs"

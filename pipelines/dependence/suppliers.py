"""Who supplies: the computed columns of `dependencies`, from the import sources of the same country, material and form.

What belongs here: which list of suppliers speaks for a dependency, and what it shows. What does not: formulas
(`metrics`), and shares of world production (`concentration`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.dependence.metrics import ROUNDING, WHOLE, Share, hhi_bounds, leader, remainder
from pipelines.dependence.rows import (
    CHINA,
    LUMPED,
    Rows,
    copy_of,
    key_day,
    key_part,
    proof,
    share_of,
    share_proof,
    source_ids,
)
from pipelines.reconcile.choose import Receipt, Row

MEASURES: Mapping[str, tuple[str, ...]] = {
    "usgs_net_reliance": ("quantity_content", "quantity_gross", "value"),
    "customs_value_share": ("value",),
    "customs_quantity_share": ("quantity_content", "quantity_gross"),
}
"""Basis of a dependency -> measures of the shares that may stand in its row, the preferred first.

What a ministry states speaks for itself: no list of shares is put beside it.
"""

AVERAGES = "usgs_net_reliance"
"""The basis whose shares are averages of the years before: only there may an earlier period speak for a year."""

ORDERED_EDITIONS = ("usgs-mcs-",)
"""Editions whose lists name suppliers from the largest down and lump the rest."""

_DUST = 1e-6
"""Percent a share: what rounding its last digit leaves over is no supplier that nobody named."""

_SCOPES = {"incl_hkg": "CHN includes Hong Kong", "incl_hkg_mac": "CHN includes Hong Kong and Macao"}


@dataclass(frozen=True, slots=True)
class SupplierList:
    """One edition's list of where a country's imports of one form of a material came from in one period.

    Attributes:
        rows: Its rows of `import_sources`, sorted by key.
    """

    measure: str
    edition: str
    start: dt.date
    end: dt.date
    rows: tuple[Row, ...]

    @property
    def label(self) -> str:
        """Period, measure and edition, as rules print them; an average over years says so."""
        years = self.end.year - self.start.year + 1
        average = f", average of {years} years" if years > 1 else ""
        return f"import_sources {self.start} to {self.end}{average}, {self.measure}, {self.edition}"

    @property
    def named(self) -> dict[str, Row]:
        """Partner -> row of each single country."""
        return {key_part(row, "partner"): row for row in self.rows if not _lumped(row)}

    @property
    def torn(self) -> bool:
        """Whether two suppliers have one rank: two lists that differ have been put together, and neither is whole."""
        ranks = [rank for row in self.named.values() if (rank := row.values.get("rank")) is not None]
        return len(ranks) > len(set(ranks))

    @property
    def in_order(self) -> bool:
        """Whether the edition lists suppliers from the largest down."""
        return self.edition.startswith(ORDERED_EDITIONS)


def supplier_lists(import_sources: Mapping[str, Row]) -> dict[tuple[str, str, str], list[SupplierList]]:
    """Group import sources by importer, material and form into lists of one period, measure and edition each."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    parts = ("importer", "material_id", "form", "measure", "edition", "period_start_on", "period_end_on")
    for _, row in sorted(import_sources.items()):
        groups.setdefault(tuple(key_part(row, part) for part in parts), []).append(row)
    found: dict[tuple[str, str, str], list[SupplierList]] = {}
    for (importer, material_id, form, measure, edition, *_), rows in sorted(groups.items()):
        start, end = key_day(rows[0], "period_start_on"), key_day(rows[0], "period_end_on")
        found.setdefault((importer, material_id, form), []).append(
            SupplierList(measure, edition, start, end, tuple(rows))
        )
    return found


def list_for(dependency: Row, lists: Sequence[SupplierList]) -> SupplierList | None:
    """Choose the list that speaks for a dependency: its own edition, a measure of its basis, its year.

    Among these the shortest period that covers the year, else (USGS averages) the one that ends nearest before it. A
    later or an earlier edition never speaks for this one: editions are kept apart.
    """
    year, edition, basis = (key_part(dependency, part) for part in ("year", "edition", "basis"))
    measures = MEASURES.get(basis, ())
    first, last = dt.date(int(year), 1, 1), dt.date(int(year), 12, 31)
    fitting = [
        one
        for one in lists
        if one.edition == edition
        and one.measure in measures
        and one.start <= first
        and (one.end >= last or (basis == AVERAGES and one.end < first))
    ]
    if not fitting:
        return None
    return min(fitting, key=lambda one: (*_distance(one, int(year)), measures.index(one.measure), one.start))


def fill_suppliers(dependency: Row, lists: Sequence[SupplierList]) -> Row:
    """Return the dependency with its supplier columns filled.

    top_supplier is given only where the shares or the source's order prove it; a share only where it is one figure;
    n_suppliers only where the list is whole; HHI bounds only where nothing unnamed can be larger than the smallest
    named supplier, as the contract's formula needs.

    Args:
        dependency: A row of `dependencies`; not changed.
        lists: Lists of the same importer, material and form.

    Returns:
        A copy; without a fitting list its supplier columns stay as they were.
    """
    chosen = list_for(dependency, lists)
    filled = copy_of(dependency)
    if chosen is None:
        return filled
    named = chosen.named
    scope = _SCOPES.get(named[CHINA].text("partner_scope")) if CHINA in named else None
    note = f"{chosen.label}; {scope}" if scope else chosen.label
    top = top_supplier(chosen)
    if top is not None:
        proofs = [*proof([named[top]], "rank"), *share_proof([*named.values(), *_unsplit_rows(chosen)])]
        _put(filled, "top_supplier", top, proofs, f"largest share: {note}")
        _put_share(filled, "top_supplier_share_pct", named[top], f"share of the top supplier: {note}")
    if CHINA in named:
        _put_share(filled, "china_share_pct", named[CHINA], f"share of CHN: {note}")
    if _whole(chosen):
        _put(filled, "n_suppliers", len(named), share_proof(named.values()), f"countries named: {note}")
    bounds = supplier_hhi(chosen)
    if bounds is not None:
        formulas = ("remainder atomistic", "remainder in suppliers none larger than the smallest named")
        for column, bound, formula in zip(("supplier_hhi_low", "supplier_hhi_high"), bounds, formulas, strict=True):
            proofs = share_proof([*named.values(), *_unsplit_rows(chosen)])
            _put(filled, column, round(bound, 6), proofs, f"HHI, sum of squared shares, {formula}: {note}")
    if len(filled.values) > len(dependency.values):
        filled.values["source_ids"] = source_ids([dependency, *chosen.rows])
    return filled


def top_supplier(chosen: SupplierList) -> str | None:
    """Return the country that certainly supplies most, by its share or by the source's own order; None if open."""
    shares = {partner: share for partner, row in chosen.named.items() if (share := share_of(row)) is not None}
    first = [partner for partner, row in chosen.named.items() if row.values.get("rank") == 1]
    if len(shares) == len(chosen.named):
        rest = 0.0 if chosen.in_order else _unnamed(chosen)
        top = leader(shares | _unsplit(chosen), rest)
        if top is not None and top in chosen.named:
            return top
    if len(first) != 1:
        return None
    own = shares.get(first[0], Share(0.0, WHOLE))
    return first[0] if all(share.low <= own.high for share in shares.values()) else None


def supplier_hhi(chosen: SupplierList) -> tuple[float, float] | None:
    """Return the HHI bounds of a list, None where a named supplier's share or the size of the unnamed is unknown."""
    shares = {partner: share_of(row) for partner, row in chosen.named.items()}
    known = {partner: share for partner, share in shares.items() if share is not None}
    if len(known) < len(shares) or not known or chosen.torn:
        return None
    cap = _largest_unnamed(chosen, known)
    return None if cap is None else hhi_bounds((known | _unsplit(chosen)).values(), cap)


def filled_dependencies(rows: Rows) -> dict[str, Row]:
    """Return all `dependencies`, each with its supplier columns filled where a list speaks for it."""
    lists = supplier_lists(rows.get("import_sources", {}))
    return {
        key: fill_suppliers(row, lists.get((row.key[0], row.key[1], row.key[2]), ()))
        for key, row in rows.get("dependencies", {}).items()
    }


def _distance(one: SupplierList, year: int) -> tuple[int, int]:
    """Covering lists first, the shortest before longer ones; then those that ended, the latest first."""
    if one.end.year >= year:
        return 0, one.end.year - one.start.year
    return 1, year - one.end.year


def _unnamed(chosen: SupplierList) -> float:
    """The most that suppliers outside every row of a list can hold, lumps of other countries among them, in percent."""
    shares = [share_of(row) for row in (*chosen.named.values(), *_unsplit_rows(chosen))]
    return remainder([share for share in shares if share is not None])


def _largest_unnamed(chosen: SupplierList, known: Mapping[str, Share]) -> float | None:
    """Percent that no unnamed supplier exceeds; None where the list is not one from the largest down.

    Ranks 1, 2, 3 and 9 leave room between 3 and 9: only the unbroken run from rank 1 bounds what is unnamed.
    """
    smallest, unnamed = min(share.high for share in known.values()), _unnamed(chosen)
    if chosen.in_order or unnamed <= smallest:
        return smallest
    if unnamed <= _DUST * len(known):
        return unnamed
    ranked = {row.values["rank"]: row for row in chosen.rows if "rank" in row.values and not _others(row)}
    run: list[float] = []
    while len(run) + 1 in ranked:
        share = share_of(ranked[len(run) + 1])
        run.append(WHOLE if share is None else share.high)
    return min(run) if run else None


def _unsplit(chosen: SupplierList) -> dict[str, Share]:
    """Lumps that might be one country (areas not elsewhere specified): anything from atomistic to one supplier."""
    shares = {key_part(row, "partner"): share_of(row) for row in _unsplit_rows(chosen)}
    return {partner: Share(0.0, share.high) for partner, share in shares.items() if share is not None}


def _unsplit_rows(chosen: SupplierList) -> list[Row]:
    return [row for row in chosen.rows if _lumped(row) and not _others(row)]


def _lumped(row: Row) -> bool:
    return key_part(row, "partner") in LUMPED or row.text("partner_scope") == "other_countries"


def _others(row: Row) -> bool:
    return _lumped(row) and row.text("partner_scope") != "nes"


def _whole(chosen: SupplierList) -> bool:
    """Whether the list names all that its source names: it lumps the rest, or what it names makes up the total."""
    if chosen.torn:
        return False
    shares = [share for row in chosen.named.values() if (share := share_of(row)) is not None]
    closed = any(_others(row) for row in chosen.rows) or remainder(shares) <= ROUNDING
    return chosen.in_order or closed


def _put(row: Row, column: str, value: str | int | float, proofs: Sequence[Receipt], rule: str) -> None:
    if column not in row.values:
        row.put(column, value, proofs, rule)


def _put_share(row: Row, column: str, source: Row, rule: str) -> None:
    share = share_of(source)
    if share is not None and share.exact is not None:
        _put(row, column, share.exact, share_proof([source]), rule)

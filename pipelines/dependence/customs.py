"""Who supplies by a country's own trade statistics: import shares and dependencies computed from `trade_flows`.

What belongs here: which flows speak for a material, and their shares. What does not: what the shares show (`suppliers`)
and reliance as a share of consumption, which no trade statistic can tell.

A code that covers several materials speaks for none of them: 811292 is gallium, germanium, indium and more, and the
share of China in it is nobody's. The revision of the Harmonized System is part of every code.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pipelines.dependence.metrics import ROUNDING, WHOLE, Share, supplier_shares
from pipelines.dependence.mirror import KILOGRAMS
from pipelines.dependence.rows import EVERYWHERE, LUMPED, OTHERS, WORLD, Rows, key_part, number, proof
from pipelines.reconcile.choose import Receipt, Row

TOTALS = (EVERYWHERE, WORLD)
"""Partners that stand for all partners together."""
BASES: Mapping[str, str] = {"customs_value_share": "value", "customs_quantity_share": "quantity_gross"}
"""Basis of a dependency -> measure of the import shares that it rests on."""
_DIGITS = 6

_Group = tuple[str, str, str, str]
"""Importer, year, source, revision of the Harmonized System."""


@dataclass(frozen=True, slots=True)
class Product:
    """A material in one form, and the codes of one revision that are nothing else."""

    material_id: str
    form: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Imports:
    """A country's imports of one product: partner -> flows, and the flows of all partners together.

    Attributes:
        source_id: The statistic that tells them.
        whole: Whether every row of them could be read, so that the partners may be added up.
    """

    importer: str
    year: int
    source_id: str
    product: Product
    partners: Mapping[str, Sequence[Row]]
    totals: Sequence[Row]
    whole: bool = True


def exclusive_products(hs_codes: Mapping[str, Row]) -> dict[str, list[Product]]:
    """Return, by revision, the materials and forms that have codes of their own, sorted.

    Args:
        hs_codes: Rows of `material_hs_codes`. A code that two materials or forms claim belongs to neither.
    """
    claimed: dict[tuple[str, str], set[tuple[str, str]]] = {}
    shared: set[tuple[str, str]] = set()
    for row in hs_codes.values():
        code = (key_part(row, "hs_revision"), key_part(row, "hs6"))
        claimed.setdefault(code, set()).add((key_part(row, "material_id"), row.text("form")))
        if row.values.get("exclusive") is not True:
            shared.add(code)
    found: dict[str, dict[tuple[str, str], set[str]]] = {}
    for (revision, hs6), owners in claimed.items():
        if len(owners) == 1 and (revision, hs6) not in shared:
            found.setdefault(revision, {}).setdefault(next(iter(owners)), set()).add(hs6)
    return {
        revision: [
            Product(material, form, tuple(sorted(codes))) for (material, form), codes in sorted(owned.items()) if form
        ]
        for revision, owned in found.items()
    }


def customs_tables(rows: Rows, gaps: Collection[tuple[str, ...]] = ()) -> tuple[dict[str, Row], dict[str, Row]]:
    """Compute import shares and dependencies from trade flows.

    share = flow from a partner / flow from all partners, in percent, over all codes of the product; by value, and by
    net weight where every flow has one. The total is what the statistic prints for all partners, else the sum over
    partners. A product is left out where the statistic covers only some of its codes, where partners exceed the total
    by more than rounding, and where a partner's row was set aside and no total is printed. Where the partners make up
    less than the total, a share is a range for a partner that is missing under a code, and only who supplies more than
    all that is not named has a rank. Of two revisions of one statistic and year the newest that tells shares speaks.

    Args:
        rows: Holds trade_flows and material_hs_codes. Months, exports and re-imports are left out.
        gaps: source_id, reporter, flow, hs6, hs_revision and period of flows of which a row was set aside.

    Returns:
        Rows of import_sources and of dependencies by key text; the edition is the source of the flows.
    """
    products = exclusive_products(rows.get("material_hs_codes", {}))
    dependencies: dict[str, Row] = {}
    chosen: dict[tuple[str, ...], list[Row]] = {}
    for imports in _all_imports(rows.get("trade_flows", {}), products, frozenset(gaps)):
        for basis, measure in BASES.items():
            listed = _share_rows(imports, measure)
            if listed:
                dependency = _dependency(imports, basis, measure)
                # Revisions come in order: the list of a newer one replaces that of an older one whole, never in part.
                chosen[dependency.key] = listed
                dependencies[dependency.key_text] = dependency
    shares = {row.key_text: row for listed in chosen.values() for row in listed}
    return shares, dependencies


def _all_imports(
    flows: Mapping[str, Row], products: Mapping[str, Sequence[Product]], gaps: Collection[tuple[str, ...]]
) -> Iterable[_Imports]:
    groups: dict[_Group, dict[str, list[Row]]] = {}
    covered: dict[_Group, set[str]] = {}
    for _, row in sorted(flows.items()):
        period, code, revision = (key_part(row, part) for part in ("period", "hs6", "hs_revision"))
        source = row.text("source_id")
        if key_part(row, "flow") == "import" and len(period) == 4:
            group = (key_part(row, "reporter"), period, source, revision)
            # What another country's rows or this one's exports cover says nothing about these imports.
            covered.setdefault(group, set()).add(code)
            groups.setdefault(group, {}).setdefault(code, []).append(row)
    for (importer, year, source, revision), by_code in sorted(groups.items()):
        told = covered[importer, year, source, revision]
        for product in products.get(revision, ()):
            there = [row for code in product.codes for row in by_code.get(code, ())]
            if there and told.issuperset(product.codes):
                lacking = {(source, importer, "import", code, revision, year) for code in product.codes}
                yield replace(_split(importer, int(year), source, product, there), whole=lacking.isdisjoint(gaps))


def _split(importer: str, year: int, source: str, product: Product, flows: Sequence[Row]) -> _Imports:
    partners: dict[str, list[Row]] = {}
    totals = []
    for row in flows:
        partner = key_part(row, "partner")
        if partner in TOTALS:
            totals.append(row)
        else:
            partners.setdefault(partner, []).append(row)
    return _Imports(importer, year, source, product, partners, totals)


def _amount(flow: Row, measure: str) -> float | None:
    """A flow in dollars or kilograms; None where it is not told."""
    if measure == "value":
        value = flow.values.get("value_usd")
        return float(value) if isinstance(value, Decimal) else None
    quantity, factor = number(flow, "quantity"), KILOGRAMS.get(flow.text("quantity_unit"))
    return None if quantity is None or factor is None else quantity * factor


def _totals(imports: _Imports, measure: str) -> dict[str, tuple[float, float]] | None:
    """Code -> (sum over partners, all imports); None where a total is not known or is less than its parts.

    All imports under a code are what is printed for all partners, else the sum over partners where all were read. A
    code of which only the total is told counts too.
    """
    flows = [row for listed in imports.partners.values() for row in listed]
    printed = {key_part(row, "hs6"): _amount(row, measure) for row in imports.totals}
    found: dict[str, tuple[float, float]] = {}
    for code in sorted({key_part(row, "hs6") for row in flows} | printed.keys()):
        amounts = [_amount(row, measure) or 0.0 for row in flows if key_part(row, "hs6") == code]
        parts, whole = math.fsum(amounts), printed.get(code)
        if whole is None and (not imports.whole or not amounts):
            return None
        found[code] = (parts, parts if whole is None else whole)
    parts, whole = (math.fsum(pair[place] for pair in found.values()) for place in (0, 1))
    return found if parts <= whole * (1 + ROUNDING / WHOLE) else None


def _share_rows(imports: _Imports, measure: str) -> list[Row]:
    amounts: dict[str, float] = {}
    for partner, flows in imports.partners.items():
        told = [_amount(row, measure) for row in flows]
        if any(amount is None for amount in told):
            return []
        amounts[partner] = math.fsum(amount for amount in told if amount is not None)
    amounts = {partner: amount for partner, amount in amounts.items() if amount > 0}
    totals = _totals(imports, measure)
    if not amounts or not totals:
        return []
    parts = math.fsum(amounts.values())
    total = max(parts, math.fsum(whole for _, whole in totals.values()))
    shares = supplier_shares(amounts, total)
    ranges = {one: Share(*_range(share, _missing(imports, totals, one) / total)) for one, share in shares.items()}
    ranks = _ranks(ranges, (total - parts) / total * WHOLE)
    return [_share_row(imports, measure, one, share, ranks.get(one)) for one, share in sorted(ranges.items())]


def _range(share: float, missing: float) -> tuple[float, float]:
    low = min(WHOLE, round(share, _DIGITS))
    high = min(WHOLE, round(share + missing * WHOLE, _DIGITS))
    return low, max(low, high)


def _missing(imports: _Imports, totals: Mapping[str, tuple[float, float]], partner: str) -> float:
    """The most a partner may have sent beyond what is told: the unnamed rest of codes under which it is missing."""
    told = {key_part(row, "hs6") for row in imports.partners[partner]}
    return math.fsum(max(0.0, whole - parts) for code, (parts, whole) in totals.items() if code not in told)


def _ranks(shares: Mapping[str, Share], rest: float) -> dict[str, int]:
    """Places that are certain: none for equals, for ranges that overlap, nor for less than what might be one country.

    Args:
        shares: Partner -> share.
        rest: Percent of which no partner is told.
    """
    lumped = math.fsum(share.high for partner, share in shares.items() if partner in LUMPED)
    unnamed = lumped + round(rest, _DIGITS)
    named = {partner: share for partner, share in shares.items() if partner not in LUMPED}
    found = {}
    for partner, share in named.items():
        others = [other for one, other in named.items() if one != partner]
        above = sum(other.low > share.high for other in others)
        below = sum(other.high < share.low for other in others)
        if share.low > unnamed and above + below == len(others):
            found[partner] = above + 1
    return found


def _share_row(imports: _Imports, measure: str, partner: str, share: Share, rank: int | None) -> Row:
    flows = [*imports.partners[partner], *imports.totals]
    first, last = dt.date(imports.year, 1, 1), dt.date(imports.year, 12, 31)
    product = imports.product
    key = (
        imports.importer, product.material_id, product.form, partner, first.isoformat(), last.isoformat(), measure,
        imports.source_id,
    )  # fmt: skip
    row = Row("import_sources", key)
    row.values.update(
        importer=imports.importer, material_id=product.material_id, form=product.form, partner=partner,
        period_start_on=first, period_end_on=last, measure=measure, edition=imports.source_id,
        source_id=imports.source_id, locator=_place(flows),
    )  # fmt: skip
    receipts = _inputs(flows, measure)
    rule = f"imports of HS {', '.join(product.codes)} from the partner / imports from all"
    row.put("share_low_pct", share.low, receipts, rule)
    row.put("share_high_pct", share.high, receipts, rule)
    if rank is not None:
        row.put("rank", rank, receipts, "place among the partners by share")
    row.put("partner_scope", "nes" if partner == OTHERS else "country", receipts, "as reported")
    return row


def _place(flows: Sequence[Row]) -> str:
    places = list(dict.fromkeys(row.text("locator") or f"{row.table}/{row.key_text}" for row in flows))
    more = f" and {len(places) - 3} more" if len(places) > 3 else ""
    return "; ".join(places[:3]) + more


def _inputs(flows: Sequence[Row], measure: str) -> list[Receipt]:
    return proof(flows, "value_usd" if measure == "value" else "quantity")


def _dependency(imports: _Imports, basis: str, measure: str) -> Row:
    """The row into which the suppliers' columns are filled; no customs office knows what share of consumption it is."""
    product = imports.product
    key = (imports.importer, product.material_id, product.form, str(imports.year), basis, imports.source_id)
    row = Row("dependencies", key)
    row.values.update(
        importer=imports.importer, material_id=product.material_id, form=product.form, year=imports.year, basis=basis,
        edition=imports.source_id, source_ids=(imports.source_id,),
    )  # fmt: skip
    flows = [*imports.totals, *(row for flows in imports.partners.values() for row in flows)]
    receipts = _inputs(flows[:1], measure)
    row.put("reliance_code", "not_available", receipts, "trade statistics do not tell consumption")
    row.put("origin", "computed", receipts, f"from imports of HS {', '.join(product.codes)}")
    if measure != "value":
        guessed = any(flow.values.get("quantity_estimated") is True for flow in flows)
        row.put(
            "estimated", guessed, receipts, "some quantity is the publisher's estimate" if guessed else "as reported"
        )
    return row

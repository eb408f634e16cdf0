"""Claims as tests need them: one line a claim."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from pipelines.ingest.values import canonical
from pipelines.reconcile.choose import Row, choose
from pipelines.reconcile.parties import fill_provenance
from pipelines.reconcile.statements import Subject, subjects
from pipelines.records import Cell, Claim, Source

SOURCES = {
    "treaty": Source("treaty", tier="official", witness_id="state", url="https://example.org/treaty"),
    "firm": Source("firm", tier="party", witness_id="firm", url="https://example.org/firm"),
    "paper": Source("paper", tier="press", witness_id="paper", url="https://example.org/paper"),
    "reprint": Source("reprint", tier="press", witness_id="paper", url="https://example.org/reprint"),
    "rival": Source("rival", tier="press", witness_id="rival", url="https://example.org/rival"),
    "blog": Source("blog", tier="aggregator", witness_id="blog", url="https://example.org/blog"),
    "poison": Source("poison", tier="press", witness_id="poison", distrusted=True, url="https://example.org/poison"),
}


def claim(table: str, key: str, source: str, /, **given: Any) -> Claim:
    """A claim; `on`, `modality`, `method`, `review` are about the claim, everything else is a cell."""
    about = {name: given.pop(name) for name in ("on", "modality", "method", "review") if name in given}
    cells = {
        name: Cell(value, canonical(value)[:40], f"here#{key}/{name}")
        for name, value in given.items()
        if value is not None
    }
    return Claim(
        table=table,
        key=tuple(key.split("|")) if key else (),
        cells=cells,
        source_id=source,
        stated_on=about.get("on"),
        modality=about.get("modality", "asserted"),
        method=about.get("method", "curated"),
        review=about.get("review", "accepted"),
        raw_path=f"curated/{table}.csv",
    )


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def subject(*claims: Claim) -> Subject:
    (only,) = subjects(claims, SOURCES).values()
    return only


def row(*claims: Claim) -> Row:
    chosen, _ = choose(subject(*claims))
    assert chosen is not None
    fill_provenance(chosen)
    return chosen


def amount(key: str, source: str = "paper", /, **given: Any) -> Row:
    """A row of `amounts` with its figure in dollars filled, as `convert` leaves it for USD."""
    cells: dict[str, Any] = {"amount_id": key, "currency": "USD", "qualifier": "exact", **given}
    if "value" in cells:
        value = Decimal(cells.pop("value"))
        bounds = {"up_to": (None, value), "at_least": (value, None)}.get(cells["qualifier"], (value, value))
        cells["low"], cells["high"] = bounds
    return row(claim("amounts", key, source, **cells))

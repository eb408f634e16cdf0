"""Two successive releases of the committed raw: the difference names every changed cell with its reason, and no other."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from kakehashi.differing import changes_between
from pipelines.build import Inputs, build_tables
from pipelines.publish.diff import compared_tables
from pipelines.publish.quality import quality_rows
from pipelines.publish.release import write_release
from schemas.contract import TABLES, frame
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
DAY = dt.date(2026, 11, 22)


def release(raw: Path, output: Path, day: dt.date) -> Path:
    built = build_tables(Inputs(raw, as_of=day))
    tables = {name: table for name, table in built.tables.items() if name != "changes"}
    tables["quality"] = frame("quality", quality_rows(()))
    made = write_release(tables, output=output, released_on=built.released_on, input_sha256=built.input_sha256)
    return made.path


def add_a_source(raw: Path) -> None:
    """A new page that tells a use of peat nobody told before."""
    header = (raw / "curated" / "sources.csv").read_text("utf-8").splitlines()[0].split(",")
    cells = {
        "source_id": "peat-page", "publisher": "Bog Weekly", "publisher_kind": "trade_press", "tier": "press",
        "title": "Peat", "url": "https://example.org/peat", "published_on": "2026-11-20", "language": "en",
    }  # fmt: skip
    line = ",".join(cells.get(name, "") for name in header)
    (raw / "curated" / "sources__peat.csv").write_text(f"{','.join(header)}\n{line}\n", "utf-8")
    (raw / "curated" / "material_uses__peat.csv").write_text(
        "material_id,use,sector,dual_use,source_ids,note\npeat,whisky,,,peat-page,\n", "utf-8"
    )


def revise_a_source(raw: Path) -> None:
    """The edition of 2025 prints another reliance on peat."""
    path = raw / "statistics" / "usgs-mcs-2025" / "dependencies.csv"
    lines = path.read_text("utf-8").splitlines()
    (place,) = (number for number, line in enumerate(lines) if line.startswith("USA,peat,"))
    cells = lines[place].split(",")
    cells[6] = cells[7] = "66"
    lines[place] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def merge_two_firms(raw: Path) -> None:
    with (raw / "decisions" / "merges.csv").open("a", encoding="utf-8") as lines:
        lines.write("one-firm,2026-11-22,a tester,organization,noritake,asahi-diamond,To see what becomes of it.,,\n")


def test_every_change_has_its_reason_and_nothing_else_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(ROOT / "raw", raw)
    first = release(raw, tmp_path / "output", DAY)
    add_a_source(raw)
    revise_a_source(raw)
    merge_two_firms(raw)
    _another_rate(monkeypatch)
    second = release(raw, tmp_path / "output", DAY + dt.timedelta(days=1))

    rows = changes_between(first, second)
    assert {(row["table"], row["key"], row["column"]) for row in rows} == _compared_by_hand(first, second)
    told: dict[str, set[tuple[str, str, str]]] = {}
    for row in rows:
        told.setdefault(row["reason"], set()).add((row["table"], row["key"], row["column"]))
    assert told.pop("fx_refreshed") == {
        ("exchange_rates", "EUR|2025-03-17", "usd_per_unit"),
        *(("amounts", f"caremag-{name}", column) for name, columns in _EUROS.items() for column in columns),
    }
    peat = "USA|peat|total|2024|usgs_net_reliance|usgs-mcs-2025"
    assert told.pop("source_revised") == {
        ("sources", "usgs-mcs-2025", "sha256"),
        ("dependencies", peat, "reliance_low_pct"),
        ("dependencies", peat, "reliance_high_pct"),
    }
    assert told.pop("new_source") == {("sources", "peat-page", "*"), ("material_uses", "peat|whisky", "*")}
    # What holds on a day, reckoned for the next one: nobody said anything new.
    of_the_day = {("export_controls", "status"), *(("project_exposures", f"controls_{name}") for name in _CONTROLS)}
    assert {(table, column) for table, _, column in told.pop("date_moved")} == of_the_day
    merged = told.pop("entity_merged")
    assert {table for table, _, _ in merged} == {"organizations", "organization_names", "participants", "redirects"}
    assert all("noritake" in key or "asahi-diamond" in key for _, key, _ in merged)
    assert not told


def _compared_by_hand(first: Path, second: Path) -> set[tuple[str, str, str]]:
    """(table, key, column) of every cell that differs between the CSV files, `*` for a row that is in one alone."""
    found = set()
    for name in compared_tables():
        key = TABLES[name].key
        sides: list[dict[str, dict[str, str]]] = []
        for release in (first, second):
            with (release / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
                sides.append({"|".join(row[part] for part in key): row for row in csv.DictReader(lines)})
        before, after = sides
        found |= {(name, one, "*") for one in before.keys() ^ after.keys()}
        for one in before.keys() & after.keys():
            found |= {(name, one, column) for column in after[one] if before[one][column] != after[one][column]}
    return found


_EUROS = {
    "french-support": ("fx_rate", "usd_low", "usd_high"),
    "financing-total": ("fx_rate", "usd_low", "usd_high"),
    "japan-equity-loans": ("fx_rate", "usd_high"),
}
_CONTROLS = ("as_of", "now")


def _another_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """The euro of one day at another rate."""
    from pipelines import build

    known = build.shipped_history

    def another() -> Any:
        history = known()
        rates = history.euro_rates
        day = dt.date(2025, 3, 17)
        return dataclasses.replace(history, euro_rates={**rates, day: {**rates[day], "USD": "1.5"}})

    monkeypatch.setattr(build, "shipped_history", another)

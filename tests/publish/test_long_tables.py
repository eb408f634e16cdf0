"""Long tables are verified piece by piece, and what is found is what a look at the whole finds."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from publish_sample import INPUT, RELEASED_ON, Row, complete, frames, sample_rows

from pipelines.publish import folder, workbook
from pipelines.publish.folder import Folder
from pipelines.publish.formats import write_csv, write_parquet
from pipelines.publish.release import write_release
from pipelines.publish.verify import verify

PARTNERS = ("AUS", "BRA", "CAN", "CHN", "DEU", "KOR", "VNM")
CELL = "trade_flows/JPN|CHN|import|710510|2022|2024/value_usd"


@pytest.fixture(autouse=True)
def _short_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    """No long table is a sheet."""
    monkeypatch.setattr(workbook, "MOST_ROWS", len(PARTNERS) - 1)


def _flow(partner: str) -> Row:
    return {
        "reporter": "JPN", "partner": partner, "flow": "import", "hs6": "710510", "hs_revision": "2022",
        "period": "2024", "value_usd": Decimal("12.50"), "valuation": "cif", "quantity": 3.0, "quantity_unit": "kg",
        "quantity_estimated": False, "source_id": "ministry-2026", "locator": f"row {partner}",
    }  # fmt: skip


def _release(output: Path, locator: str | None = None) -> Path:
    """A release with seven flows, and a receipt that names one of their cells as its input."""
    rows = complete(sample_rows())
    rows["trade_flows"] = [_flow(partner) for partner in PARTNERS]
    if locator is not None:
        rows["receipts"][0] |= {"statement_id": None, "source_id": None, "source_sha256": None, "locator": locator}
    return write_release(
        frames(rows), output=output, released_on=RELEASED_ON, input_sha256=INPUT, check=lambda _: ()
    ).path


def _both_ways(release: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[set[str], set[str], set[str]]:
    """What is found in the whole and in pieces of two rows, and the names of the checks."""
    assert not Folder(release).is_long("trade_flows")
    whole = verify(release)
    monkeypatch.setattr(folder, "LONG_ROWS", 3)
    monkeypatch.setattr(folder, "PIECE_ROWS", 2)
    assert Folder(release).is_long("trade_flows") and not Folder(release).is_long("receipts")
    pieces = verify(release)
    return {str(one) for one in whole}, {str(one) for one in pieces}, {one.check for one in pieces}


def _cell(row: int, column: str, value: Any) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index(column)
        cells = table.column(column).to_pylist()
        cells[row] = value
        return table.set_column(place, table.schema.field(place), pa.array(cells, table.schema.field(place).type))

    return change


DAMAGES: dict[str, tuple[str, Callable[[pa.Table], pa.Table]]] = {
    "a row twice within a piece": ("keys_unique", lambda flows: flows.take([0, 0, 1, 2, 3, 4, 5, 6])),
    "a row twice across pieces": ("keys_unique", lambda flows: flows.take([0, 1, 1, 2, 3, 4, 5, 6])),
    "out of order within a piece": ("rows_sorted", lambda flows: flows.take([0, 1, 3, 2, 4, 5, 6])),
    "out of order across pieces": ("rows_sorted", lambda flows: flows.take([0, 2, 1, 3, 4, 5, 6])),
    "a code of no list in the last piece": ("codelists_kept", _cell(6, "valuation", "guessed")),
    "a product of five digits": ("patterns_kept", _cell(0, "hs6", "71051")),
    "a quantity below nothing": ("ranges_kept", _cell(4, "quantity", -1.0)),
    "a source that is not there": ("foreign_keys", _cell(5, "source_id", "nobody")),
    "empty text": ("cells_spellable", _cell(6, "quantity_unit", "")),
    "one figure changed": ("sqlite_agrees", _cell(2, "value_usd", Decimal("12.51"))),
}
"""Damage -> the check that finds it, and how it comes about."""


def test_a_whole_release_is_whole_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _both_ways(_release(tmp_path), monkeypatch) == (set(), set(), set())


@pytest.mark.parametrize(
    "damage", [kind if "across" in kind else pytest.param(kind, marks=pytest.mark.slow) for kind in DAMAGES]
)
def test_in_pieces_the_same_is_found_as_in_the_whole(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, change = DAMAGES[damage]
    release = _release(tmp_path)
    path = release / "tables" / "trade_flows.parquet"
    changed = change(pq.read_table(path))
    write_parquet(changed, path)
    write_csv(changed, path.with_suffix(".csv"))
    whole, pieces, checks = _both_ways(release, monkeypatch)
    assert pieces == whole
    assert check in checks


@pytest.mark.parametrize("there", [True, False])
def test_a_receipt_may_name_a_cell_of_a_long_table(
    there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = _release(tmp_path, CELL if there else CELL.replace("CHN", "USA"))
    whole, pieces, checks = _both_ways(release, monkeypatch)
    assert pieces == whole
    assert ("receipts_point_somewhere" in checks) is not there

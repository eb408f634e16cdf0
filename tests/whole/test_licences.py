"""What a licence does not let be passed on stays in the user's own build; the rest, and what follows from many rows, goes out."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from kakehashi import cli
from pipelines.build import Built, Inputs, build_tables
from pipelines.licences import OWN_USE, is_collection, restricted_sources, table_licences, withhold
from pipelines.publish.checks import gate
from pipelines.publish.checks_licences import licence_leak
from pipelines.publish.findings import Tables
from pipelines.publish.release import write_release
from pipelines.publish.verify import verify
from pipelines.reconcile.choose import Receipt, Row
from pipelines.records import Source
from schemas.contract import to_arrow
from tests.conftest import ROOT, Rows, rows_of

CLOSED, OPEN = "closed-trade-2024", "open-trade-2024"


def _source(raw: Path, source_id: str, redistributable: str, licence: str) -> None:
    folder = raw / "statistics" / source_id
    folder.mkdir(parents=True)
    (folder / "source.yaml").write_text(
        f"source_id: {source_id}\npublisher: An office\npublisher_kind: statistics_agency\ntier: official\n"
        f"url: https://example.org/{source_id}\npublished_on: 2025-03-01\nlicence: {licence}\n"
        f"redistributable: {redistributable}\n"
    )


def _table(raw: Path, source_id: str, table: str, rows: list[dict[str, Any]]) -> None:
    with (raw / "statistics" / source_id / f"{table}.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _imports(edition: str, **shares: float) -> list[dict[str, Any]]:
    key = {"importer": "USA", "material_id": "gallium", "form": "metal"}
    period = {"period_start_on": "2024-01-01", "period_end_on": "2024-12-31", "measure": "value", "edition": edition}
    return [
        {
            **key,
            "partner": partner,
            **period,
            "share_low_pct": share,
            "share_high_pct": share,
            "partner_scope": "country",
        }
        for partner, share in shares.items()
    ]


def _dependency(edition: str) -> dict[str, Any]:
    return {
        "importer": "USA", "material_id": "gallium", "form": "metal", "year": 2024, "basis": "customs_value_share",
        "edition": edition, "reliance_code": "not_available", "origin": "computed",
    }  # fmt: skip


def _flow(reporter: str, partner: str, flow: str, quantity: int) -> dict[str, Any]:
    return {
        "reporter": reporter, "partner": partner, "flow": flow, "hs6": "811292", "hs_revision": "2022",
        "period": "2024", "value_usd": 100, "quantity": quantity, "quantity_unit": "kg",
    }  # fmt: skip


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two agencies tell the same kind of thing; one does not let it be passed on."""
    folder = tmp_path_factory.mktemp("raw")
    for source_id, redistributable, licence in ((CLOSED, "false", "for subscribers"), (OPEN, "true", "CC0-1.0")):
        _source(folder, source_id, redistributable, licence)
        _table(folder, source_id, "import_sources", _imports(source_id, CHN=77.0, DEU=23.0))
        _table(folder, source_id, "dependencies", [_dependency(source_id)])
    _table(folder, CLOSED, "trade_flows", [_flow("USA", "CHN", "import", 1000), _flow("CHN", "USA", "export", 250)])
    return folder


def _built(raw: Path, *, own_use: bool = False) -> Built:
    return build_tables(Inputs(raw, ROOT / "raw" / "reference", own_use=own_use))


@pytest.fixture(scope="module")
def public(raw: Path) -> Built:
    return _built(raw)


@pytest.fixture(scope="module")
def own(raw: Path) -> Built:
    return _built(raw, own_use=True)


def _of(rows: Rows, table: str, edition: str) -> list[dict[str, Any]]:
    return [row for row in rows(table) if row["edition"] == edition]


def test_rows_and_single_cells_stay_out_and_indicators_go(public: Built) -> None:
    rows = rows_of(public.tables)
    assert (gate(public.tables), public.n_quarantined) == ((), 0)
    assert public.withheld == {CLOSED}
    assert (rows("trade_flows"), _of(rows, "import_sources", CLOSED)) == ([], [])
    (closed,), (open_,) = _of(rows, "dependencies", CLOSED), _of(rows, "dependencies", OPEN)
    assert (closed["china_share_pct"], closed["top_supplier_share_pct"]) == (None, None)
    for column in ("top_supplier", "n_suppliers", "supplier_hhi_low"):
        assert closed[column] == open_[column] is not None
    assert open_["china_share_pct"] == 77.0
    (gap,) = rows("mirror_gaps")
    assert (gap["ratio"], gap["import_kg"], gap["export_kg"], gap["import_usd"]) == (4.0, None, None, None)


def test_the_reason_says_licence_and_no_literal_tells_the_figure(public: Built) -> None:
    rows = rows_of(public.tables)
    reasons = {(r["table"], r["key"], r["column"]): r["reason"] for r in rows("null_reasons")}
    key = f"USA|gallium|metal|2024|customs_value_share|{CLOSED}"
    assert reasons["dependencies", key, "china_share_pct"] == "licence"
    assert not [row for row in rows("statements") if row["source_id"] == CLOSED]
    receipts = [row for row in rows("receipts") if row["source_id"] == CLOSED]
    assert receipts
    assert {(row["raw_literal"], row["statement_id"]) for row in receipts} == {(None, None)}
    assert all(row["locator"] for row in receipts)


def test_the_users_own_build_has_all_of_it(own: Built, public: Built) -> None:
    rows = rows_of(own.tables)
    assert (gate(own.tables, own_use=True), own.withheld) == ((), frozenset())
    assert (len(rows("trade_flows")), len(_of(rows, "import_sources", CLOSED))) == (2, 2)
    assert rows("mirror_gaps")[0]["import_kg"] == 1000.0
    assert own.input_sha256 != public.input_sha256


def test_the_gate_refuses_what_slipped_through(own: Built) -> None:
    assert "licence_leak" in {finding.check for finding in gate(own.tables)}
    found = list(licence_leak(Tables(own.tables)))
    assert {finding.where.split(" ")[0] for finding in found} >= {"trade_flows", "import_sources", "statements"}
    assert any("china_share_pct" in finding.where and "one cell" in finding.found for finding in found)
    assert any("receipts" in finding.where for finding in found)


@pytest.mark.parametrize("own_use", [False, True])
def test_a_release_states_the_licence_of_each_table(raw: Path, tmp_path: Path, own_use: bool) -> None:
    built = _built(raw, own_use=own_use)
    release = write_release(
        built.tables, output=tmp_path, released_on=built.released_on, input_sha256=built.input_sha256, own_use=own_use
    )
    assert verify(release.path) == ()
    manifest = json.loads((release.path / "release.json").read_text())
    closed = OWN_USE if own_use else "CC-BY-4.0"
    assert manifest.get("own_use", False) == own_use
    assert manifest["tables"]["import_sources"]["licence"] == closed
    assert manifest["tables"]["projects"]["licence"] == "CC-BY-4.0"
    package = json.loads((release.path / "datapackage.json").read_text())
    described = {resource["name"]: resource for resource in package["resources"]}
    assert described["import_sources"]["licenses"][0]["name"] == closed
    said = {entry["licence"] for entry in described["dependencies"]["sourceLicences"]}
    assert said == {"CC0-1.0", "for subscribers"}
    assert package["licenses"][0]["name"] == closed
    assert f"| {closed} |" in (release.path / "README.md").read_text()


def test_a_descriptor_that_says_another_licence_is_found(raw: Path, tmp_path: Path) -> None:
    built = _built(raw, own_use=True)
    path = write_release(
        built.tables, output=tmp_path, released_on=built.released_on, input_sha256=built.input_sha256, own_use=True
    ).path
    for name, change in (
        ("datapackage.json", lambda text: text.replace(OWN_USE, "CC-BY-4.0")),
        ("release.json", lambda text: text.replace('"own_use": true', '"own_use": false')),
    ):
        file = path / name
        before = file.read_text()
        file.write_text(change(before))
        checks = {finding.check for finding in verify(path)}
        assert ("descriptor_agrees" if name.startswith("data") else "licence_leak") in checks
        file.write_text(before)


@pytest.mark.slow
def test_the_command_says_what_it_leaves_out(raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["build", "--raw", str(raw), "--reference", str(ROOT / "raw" / "reference"), "--output", str(tmp_path)]
    assert cli.main(words) == cli.DONE
    assert f"rows of {CLOSED} (--include-restricted)" in capsys.readouterr().out
    assert cli.main([*words, "--include-restricted"]) == cli.DONE
    assert "for your own use" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("reader", "kind", "redistributable", "closed"),
    [
        ("tables-1", "research", False, True),
        (None, "statistics_agency", False, True),
        ("tables-1", "statistics_agency", None, False),
        ("tables-1", "statistics_agency", True, False),
        ("documents", "newspaper", False, False),
        (None, "wire", False, False),
    ],
)
def test_a_page_states_facts_and_a_collection_is_its_publishers(
    reader: str | None, kind: str, redistributable: bool | None, closed: bool
) -> None:
    source = Source("one", publisher_kind=kind, redistributable=redistributable, reader=reader)
    assert (source.source_id in restricted_sources([source])) == closed
    assert is_collection(reader, kind) or not closed


def _row(*inputs: tuple[str, str]) -> Row:
    receipts = [Receipt(None, source, None, place, "1", "computed") for source, place in inputs]
    return Row("mirror_gaps", ("USA", "CHN", "811292", "2022", "2024"), {"import_kg": 1.0}, {"import_kg": receipts})


@pytest.mark.parametrize(
    ("inputs", "kept"),
    [
        ([("closed", "row 1")], False),
        ([("closed", "row 1"), ("closed", "row 1")], False),
        ([("closed", "row 1"), ("copy", "row 1")], False),
        ([("closed", "row 1"), ("copy", "row 3")], False),
        ([("closed", "row 1"), ("closed", "row 2")], True),
        ([("closed", "row 1"), ("open", "row 1")], True),
        ([("open", "row 1")], True),
    ],
)
def test_a_figure_that_is_nothing_but_one_cell(inputs: list[tuple[str, str]], kept: bool) -> None:
    row = _row(*inputs)
    found = withhold({"mirror_gaps": {row.key_text: row}}, {"closed", "copy"})
    assert ("import_kg" in found.rows["mirror_gaps"][row.key_text].values) == kept
    assert bool(found.reasons) == (not kept)
    assert row.values == {"import_kg": 1.0}


def test_the_committed_raw_withholds_nothing(built: Built) -> None:
    licences = table_licences({name: to_arrow(name, frame) for name, frame in built.tables.items()})
    assert built.withheld == frozenset()
    assert {licence.code for licence in licences.values()} == {"CC-BY-4.0"}
    assert dict(licences["import_sources"].sources)["public domain (CC0)"] >= 1

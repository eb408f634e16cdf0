"""`verify` finds every kind of damage by the name of a check, and nothing in a release without damage."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from publish_sample import Row, frames

from pipelines.publish.checks import TABLE_CHECKS, gate
from pipelines.publish.formats import file_sha256, write_csv, write_parquet
from pipelines.publish.verify import RELEASE_CHECKS, verify
from schemas import contract

Damage = Callable[[Path], object]


def _reseal(release: Path) -> None:
    """Make SHA256SUMS fit again, as somebody would who changes a release and covers it up."""
    names = sorted(p.relative_to(release).as_posix() for p in release.rglob("*") if p.is_file())
    lines = [f"{file_sha256(release / name)}  {name}\n" for name in names if name != "SHA256SUMS"]
    (release / "SHA256SUMS").write_text("".join(lines))


def _without(name: str) -> Callable[[Path], None]:
    return lambda release: (release / name).unlink()


def _replace(name: str, old: str, new: str, *, reseal: bool = True) -> Damage:
    def damage(release: Path) -> None:
        text = (release / name).read_text("utf-8")
        assert old in text
        (release / name).write_text(text.replace(old, new, 1), "utf-8")
        if reseal:
            _reseal(release)

    return damage


def _manifest(change: Callable[[dict[str, Any]], object]) -> Damage:
    def damage(release: Path) -> None:
        manifest = json.loads((release / "release.json").read_bytes())
        change(manifest)
        (release / "release.json").write_text(json.dumps(manifest))
        _reseal(release)

    return damage


def _one_byte(name: str) -> Damage:
    def damage(release: Path) -> None:
        content = bytearray((release / name).read_bytes())
        content[len(content) // 2] ^= 1
        (release / name).write_bytes(content)

    return damage


def _parquet(change: Callable[[Any], Any]) -> Damage:
    """Change projects in both forms, so that they agree with each other."""

    def damage(release: Path) -> None:
        path = release / "tables" / "projects.parquet"
        table = change(pq.read_table(path))
        write_parquet(table, path)
        write_csv(table, path.with_suffix(".csv"))
        _reseal(release)

    return damage


def _retyped(table: pa.Table) -> pa.Table:
    place = table.schema.get_field_index("n_witnesses")
    return table.set_column(place, "n_witnesses", table["n_witnesses"].cast("int32"))


def _in_yen(table: pa.Table) -> pa.Table:
    place = table.schema.get_field_index("cost_usd_low")
    return table.cast(table.schema.set(place, table.schema.field(place).with_metadata({"unit": "JPY"})))


def _described_otherwise(table: pa.Table) -> pa.Table:
    place = table.schema.get_field_index("name")
    told = dict(table.schema.field(place).metadata) | {b"description": b"Anything."}
    return table.cast(table.schema.set(place, table.schema.field(place).with_metadata(told)))


DAMAGES: dict[str, tuple[str, Damage]] = {
    "a changed byte in a table": ("files_unchanged", _one_byte("tables/projects.csv")),
    "a changed byte in Parquet": ("files_unchanged", _one_byte("tables/receipts.parquet")),
    "a changed byte in the readme": ("files_unchanged", _one_byte("README.ja.md")),
    "an empty file": ("files_unchanged", lambda r: (r / "contract.sql").write_bytes(b"")),
    "a missing table": ("files_present", lambda r: (r / "tables" / "events.csv").unlink()),
    "a missing table that the sums forgot": (
        "files_present",
        lambda r: [step(r) for step in (_without("tables/events.parquet"), _reseal)],
    ),
    "a missing readme": ("files_present", lambda r: (r / "README.md").unlink()),
    "an extra file": ("files_listed", lambda r: (r / "tables" / "more.csv").write_text("a\n")),
    "a link": ("files_listed", lambda r: os.symlink("/etc/hosts", r / "hosts")),
    "no sums": ("sums_readable", lambda r: (r / "SHA256SUMS").unlink()),
    "sums that are none": ("sums_readable", lambda r: (r / "SHA256SUMS").write_text("nothing\n")),
    "no manifest": ("manifest_readable", lambda r: (r / "release.json").write_text("[]")),
    "a manifest without input": ("manifest_readable", _manifest(lambda m: m.pop("input_sha256"))),
    "a version that is none": ("manifest_readable", _manifest(lambda m: m.update(version="newest"))),
    "wrong row count": ("manifest_agrees", _manifest(lambda m: m["tables"]["projects"].update(rows=7))),
    "wrong hash": ("manifest_agrees", _manifest(lambda m: m["tables"]["projects"].update(csv_sha256="0" * 64))),
    "wrong logical hash": ("manifest_agrees", _manifest(lambda m: m["tables"]["sources"].update(logical_sha256="0"))),
    "a table too many": ("manifest_agrees", _manifest(lambda m: m["tables"].update(more={}))),
    "a contract from the future": ("contract_known", _manifest(lambda m: m.update(contract_version="2.0.0"))),
    "a changed value in one form": ("csv_agrees", _replace("tables/projects.csv", "600000000", "500000000")),
    "a row less in one form": ("csv_agrees", _replace("tables/organization_names.csv", '"\'-Hitachi, Ltd."', "")),
    "a row more in one form": ("csv_agrees", _replace("tables/renames.csv", ",until\n", ",until\na,b,c,,\n")),
    "Parquet that is none": ("parquet_readable", lambda r: (r / "tables" / "totals.parquet").write_bytes(b"PAR1")),
    "a renamed column": (
        "parquet_schema",
        _parquet(lambda t: t.rename_columns(["id" if name == "project_id" else name for name in t.schema.names])),
    ),
    "a retyped column": (
        "parquet_schema",
        _parquet(_retyped),
    ),
    "a changed unit": (
        "parquet_schema",
        _parquet(_in_yen),
    ),
    "a descriptor of another version": ("descriptor_agrees", _replace("datapackage.json", "2026.11.22", "2026.11.23")),
    "a descriptor's types": ("descriptor_agrees", _replace("datapackage.json", '"type": "number"', '"type": "any"')),
    "a descriptor that is none": ("descriptor_agrees", lambda r: (r / "datapackage.json").write_text("{")),
    "another data dictionary": ("declarations_agree", _replace("data_dictionary.csv", ",money,USD,", ",money,JPY,")),
    "another declaration": ("declarations_agree", _replace("contract.sql", "DECIMAL(20, 2)", "DOUBLE PRECISION")),
    "another figure in the flat file": ("flat_agrees", _replace("projects_flat.csv", ",600000000,", ",500000000,")),
    "another day than the version's": ("release_dated", _manifest(lambda m: m.update(released_on="2026-11-21"))),
    "a release after itself": ("release_dated", _manifest(lambda m: m.update(previous=m["version"]))),
    "a release after a later one": ("release_dated", _manifest(lambda m: m.update(previous="2026.11.30"))),
    "a release after none that is": ("release_dated", _manifest(lambda m: m.update(previous="the last one"))),
    "other counts": ("made_again", _manifest(lambda m: m["counts"].update(rows=7))),
    "another licence in the manifest": (
        "made_again", _manifest(lambda m: m["tables"]["projects"].update(licence="CC0-1.0"))
    ),
    "another figure in the readme": ("made_again", _replace("README.md", "USD 600", "USD 6,000")),
    "another figure in the Japanese readme": ("made_again", _replace("README.ja.md", "6億ドル", "60億ドル")),
    "another word in the changelog": ("made_again", _replace("CHANGELOG.md", "release", "rumour")),
    "a party's standing in the flat file": ("made_again", _replace("projects_flat.csv", "(negotiating, reported)", "(agreed)")),
    "another outcome on the page of checks": ("made_again", _replace("site/quality.html", "<h1>", "<h1>All is well ")),
    "a longer bar": ("made_again", _replace("site/dollars_by_stage.svg", 'height="', 'height="9')),
    "another source in the descriptor": (
        "made_again", _replace("datapackage.json", '"path": "https://', '"path": "https://not.')
    ),
    "a column of Parquet described otherwise": ("made_again", _parquet(_described_otherwise)),
    "a project twice in the flat file": ("flat_agrees", _replace("projects_flat.csv", "\ngas-", "\ndiamond-")),
}  # fmt: skip


def test_an_undamaged_release_has_no_findings(built: Path) -> None:
    assert verify(built) == ()


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_is_found_by_name(damaged: Path, kind: str) -> None:
    check, damage = DAMAGES[kind]
    damage(damaged)
    found = {finding.check for finding in verify(damaged)}
    assert check in found
    if check != "files_unchanged" and not (damaged / "SHA256SUMS").exists():
        assert "files_unchanged" not in found


def _change(table: str, **cells: object) -> Callable[[dict[str, list[Row]]], None]:
    return lambda rows: rows[table][0].update(cells)


def _close(source_id: str) -> Callable[[dict[str, list[Row]]], None]:
    """Let a source be a collection whose figures may not be passed on."""

    def change(rows: dict[str, list[Row]]) -> None:
        for row in rows["sources"]:
            if row["source_id"] == source_id:
                row.update(redistributable=False, reader="tables-1", publisher_kind="statistics_agency")

    return change


def _tiny_pledge(rows: dict[str, list[Row]]) -> None:
    program = rows["programs"][0]["program_id"]
    rows["totals"].append({"scope": program, "sum_set": "pledge", "n": 1, "high_usd": 1, "n_open": 0, "amount_ids": []})
    rows["totals"].append(
        {"scope": program, "sum_set": "disbursed", "n": 1, "high_usd": 2, "n_open": 0, "amount_ids": []}
    )


def _odd_batch(rows: dict[str, list[Row]]) -> None:
    rows["amounts"][0].update(kind="tranche_total", tranche="batch", usd_high=100, sum_set=None)
    rows["totals"].append(
        {"scope": "batch", "sum_set": "cost", "n": 1, "high_usd": 50, "ceiling_usd": 10, "n_open": 0, "amount_ids": []}
    )


WRONG_ROWS: dict[str, tuple[str, Callable[[dict[str, list[Row]]], object]]] = {
    "an empty required cell": ("required_filled", _change("projects", name=None)),
    "two rows of one key": ("keys_unique", lambda rows: rows["materials"].append(dict(rows["materials"][0]))),
    "a code outside its codelist": ("codelists_kept", _change("projects", stage="dreamt_of")),
    "a country by two letters": ("patterns_kept", _change("projects", country="US")),
    "bounds the wrong way round": ("bounds_in_order", _change("amounts", low="9", high="1")),
    "a share above 100": ("ranges_kept", _change("ownership", share_pct=101.0)),
    "an id that points nowhere": ("foreign_keys", _change("participants", org_id="nobody")),
    "an id in a list that points nowhere": ("foreign_keys", _change("participants", source_ids=["nobody"])),
    "a cell without a receipt": ("receipts_complete", lambda rows: rows["receipts"].pop(3)),
    "a receipt of no statement": ("receipts_point_somewhere", _change("receipts", statement_id="none")),
    "a receipt of no source": ("receipts_point_somewhere", _change("receipts", source_id="none")),
    "a row that may not be passed on": ("licence_leak", _close("ecb-rates")),
    "a statement that may not be passed on": ("licence_leak", _close("ministry-2026")),
    "a receipt of nothing": ("receipts_point_somewhere", _change("receipts", statement_id=None, source_id=None)),
    "a receipt for a row that is not there": ("receipts_point_somewhere", _change("receipts", key="nowhere")),
    "a receipt for no column": ("receipts_point_somewhere", _change("receipts", column="colour")),
    "an empty cell without a reason": ("null_reasons_complete", lambda rows: rows["null_reasons"].pop()),
    "a reason for a filled cell": ("null_reasons_point_somewhere", _change("null_reasons", column="stage")),
    "a row of its own without a place": ("own_receipts", _change("exchange_rates", locator=None)),
    "an unreviewed row in a sum": ("sum_set_admits", _change("amounts", review="unreviewed")),
    "a rumour in a sum": ("sum_set_admits", _change("amounts", modality="reported")),
    "money counted twice": ("sum_set_no_overlap", lambda rows: rows["amounts"][2].update(part_of="diamond-cost")),
    "a total that is not the sum": ("totals_recomputed", _change("totals", low_usd=1)),
    "a total too many": ("totals_recomputed", _change("totals", scope="elsewhere")),
    "an entry of a list of interest that nobody confirmed": (
        "interest_not_announced",
        lambda rows: (rows["events"].clear(), rows["projects"][0].update(program_relation="interest_list")),
    ),
    "a plant that runs on one witness's word": ("evidence_floor", _change("projects", stage="operating")),
    "one project twice in a sum": (
        "links_exclusive",
        lambda rows: (
            rows["amounts"][0].update(project_id=rows["projects"][0]["project_id"], sum_set="cost"),
            rows["amounts"][1].update(project_id=rows["projects"][1]["project_id"], sum_set="cost"),
            rows["project_links"].append({
                "project_id": rows["projects"][0]["project_id"], "relation": "same_money",
                "other_project_id": rows["projects"][1]["project_id"], "source_id": "ministry-2026",
            }),
        ),
    ),
    "an owner whom one outsider names": (
        "adverse_claim", lambda rows: [row.update(tier="press", witness_id="one") for row in rows["sources"]],
    ),
    "a firm taken for one on a list": (
        "adverse_claim",
        lambda rows: rows["export_control_entities"].append({
            "control_id": "c", "name_as_printed": "Somebody Else", "source_id": "ministry-2026",
            "org_id": rows["organizations"][0]["org_id"],
        }),
    ),
    "a cancellation that nobody reviewed": (
        "adverse_claim", _change("projects", stage="cancelled", review="unreviewed"),
    ),
    "more spent than pledged": ("bounds_sane", _tiny_pledge),
    "a batch that is not its members": ("bounds_sane", _odd_batch),
    "a headline that nobody reviewed": ("headline_reviewed", _change("amounts", review="unreviewed")),
    "dollars that are not the amount's": ("dollars_recomputed", _change("amounts", usd_low=1)),
    "dollars at another rate": ("dollars_recomputed", _change("amounts", currency="EUR", fx_rate=Decimal("1.1"))),
    "dollars of an amount told again": ("dollars_recomputed", _change("amounts", restates="gas-cost")),
    "a cost that no amount has": ("dollars_recomputed", _change("projects", cost_usd_high=5)),
    "a dependence that nothing says": (
        "dependence_quoted",
        lambda rows: rows["project_exposures"].append({
            "project_id": "diamond-plant", "material_id": "synthetic-diamond", "form": "synthetic_grit",
            "importer": "USA", "dependence_year": 2024, "basis": "usgs_net_reliance", "edition": "ministry-2026",
            "china_share_pct": 77.0,
        }),
    ),
    "a receipt of another source than its statement's": ("receipts_agree", _change("receipts", source_id="ecb-rates")),
    "a dependence of another form": (
        "stage_matches",
        lambda rows: rows["project_exposures"].append({
            "project_id": rows["projects"][0]["project_id"], "material_id": rows["materials"][0]["material_id"],
            "form": "scrap", "importer": "USA",
        }),
    ),
    "a share of nothing": ("stage_matches", _change("participants", share_pct=10.0, share_of=None)),
    "a status without an end": (
        "status_horizon",
        lambda rows: rows["export_controls"].append({"control_id": "c", "status": "in_force", "known_until": None}),
    ),
    "a rate of last month": (
        "fx_gap", _change("amounts", as_of=dt.date(2026, 2, 17), fx_on=dt.date(2026, 1, 17)),
    ),
    "a reliance that does not follow from its parts": (
        "balances_explained",
        lambda rows: rows.setdefault("balances", []).append({
            "importer": "USA", "material_id": rows["materials"][0]["material_id"], "form": "total", "year": 2025,
            "edition": "ministry-2026", "outcome": "differs", "source_ids": ["ministry-2026"],
        }),
    ),
    "a total that is missing": ("totals_recomputed", lambda rows: rows["totals"].pop()),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG_ROWS)
def test_wrong_tables_are_found_by_name(rows: Callable[[], dict[str, list[Row]]], kind: str) -> None:
    check, change = WRONG_ROWS[kind]
    wrong = rows()
    change(wrong)
    for row in wrong["amounts"]:
        for bound in ("low", "high"):
            row[bound] = None if row[bound] is None else Decimal(row[bound])
    assert check in {finding.check for finding in gate({**frames(wrong), "changes": contract.empty("changes")})}


def test_tables_that_are_not_the_contracts(sample: dict[str, pd.DataFrame]) -> None:
    whole = {**sample, "changes": contract.empty("changes")}
    assert gate(whole) == ()
    missing = {name: frame for name, frame in whole.items() if name != "events"}
    assert {f.check for f in gate(missing)} == {"tables_complete"}
    assert {f.check for f in gate({**whole, "more": whole["events"]})} == {"tables_complete"}
    retyped = whole["events"].astype({"n_witnesses": "int32[pyarrow]"})
    assert {f.check for f in gate({**whole, "events": retyped})} == {"columns_match"}
    assert {f.check for f in gate({**whole, "events": whole["events"].iloc[:, ::-1]})} == {"columns_match"}
    assert {f.check for f in gate({**whole, "sources": whole["sources"].iloc[::-1]})} == {"rows_sorted"}


@pytest.mark.parametrize("value", ["text", "list", "number"])
def test_cells_that_csv_cannot_hold(sample: dict[str, pd.DataFrame], value: str) -> None:
    tables = {**sample, "changes": contract.empty("changes")}
    if value == "text":
        tables["projects"] = tables["projects"].assign(technology=pd.array(["", None], dtype="string[pyarrow]"))
        tables["projects"] = tables["projects"].astype({"technology": sample["projects"]["technology"].dtype})
    elif value == "list":
        lists = pd.Series([[], ["b", "a"], ["a|b"], ["a"]], dtype=sample["participants"]["source_ids"].dtype)
        tables["participants"] = tables["participants"].assign(source_ids=lists)
    else:
        numbers = pd.Series([float("inf"), 1.0], dtype=sample["projects"]["latitude"].dtype)
        tables["projects"] = tables["projects"].assign(capacity_value=numbers)
    found = [finding for finding in gate(tables) if finding.check == "cells_spellable"]
    assert len(found) == {"text": 1, "list": 3, "number": 1}[value]


def test_every_check_has_a_case_that_fails_it() -> None:
    import test_forms

    kinds = {**DAMAGES, **test_forms.DAMAGES, **WRONG_ROWS}
    found = {check for check, _ in kinds.values()}
    shape = {"tables_complete", "columns_match", "rows_sorted", "cells_spellable"}
    assert found | shape == set(RELEASE_CHECKS) | set(TABLE_CHECKS)


def test_findings_are_counted_where_they_are_many(rows: Callable[[], dict[str, list[Row]]]) -> None:
    wrong = rows()
    wrong["receipts"].clear()
    found = [f for f in gate({**frames(wrong), "changes": contract.empty("changes")}) if f.check == "receipts_complete"]
    assert len(found) == 21
    assert found[-1].found.endswith("more like these")


@pytest.mark.parametrize("place", ["nothing", "file", "dangling"])
def test_no_release_there(tmp_path: Path, place: str) -> None:
    path = tmp_path / "latest"
    if place == "file":
        path.write_text("")
    elif place == "dangling":
        path.symlink_to("releases/2026.11.22")
    assert [finding.check for finding in verify(path)] == ["release_there"]

"""A release whose shape changed more than its contract version says is refused; renames keep their old names."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from publish_sample import RELEASED_ON, build, sample_tables

from kakehashi import load
from pipelines.errors import ContractError, ReleaseError
from pipelines.publish import contents, folder
from pipelines.publish.compatibility import refuse_unsaid, shape_changes
from pipelines.publish.formats import file_sha256, logical_sha256, write_csv
from pipelines.publish.forms import FORM_FILES
from pipelines.publish.release import write_release
from pipelines.publish.site.pages import FILES, SITE
from pipelines.publish.verify import verify
from schemas import contract, renames, versions
from schemas.renames import Rename

NOW = contract.CONTRACT_VERSION
MAJOR, MINOR, _ = (int(part) for part in NOW.split("."))


def reshape(release: Path, table: str, change: Any) -> None:
    """Let a release have been made under another contract: its Parquet has another schema."""
    path = release / "tables" / f"{table}.parquet"
    pq.write_table(change(pq.read_table(path)), path)


def another_unit(table: pa.Table) -> pa.Table:
    place = table.schema.get_field_index("quantity_low")
    field = table.schema.field(place)
    return table.cast(table.schema.set(place, field.with_metadata({**(field.metadata or {}), b"unit": b"pounds"})))


def next_release(output: Path) -> None:
    tables = {name: frame for name, frame in sample_tables().items() if name != "changes"}
    write_release(tables, output=output, released_on=RELEASED_ON + dt.timedelta(days=1), input_sha256="b" * 64)


@pytest.mark.parametrize(
    ("table", "change", "told"),
    [
        ("material_production", another_unit, "material_production.quantity_low"),
        ("projects", lambda t: t.append_column("colour", pa.nulls(t.num_rows, pa.string())), "projects.colour"),
        ("projects", lambda t: t.rename_columns({"name": "title"}), "projects.title"),
        ("ownership", lambda t: t.set_column(3, "share_pct", pa.nulls(t.num_rows, pa.string())), "ownership"),
    ],
)
def test_a_break_that_the_version_does_not_own_up_to_is_refused(
    tmp_path: Path, table: str, change: Any, told: str
) -> None:
    made = build(tmp_path)
    reshape(made.path, table, change)
    with pytest.raises(ContractError, match=rf"(?s){told}.*contract version {MAJOR + 1}\.0\.0 or later"):
        next_release(tmp_path)
    assert (tmp_path / "latest").resolve() == made.path


def test_a_changed_unit_is_named_with_both_units(tmp_path: Path) -> None:
    made = build(tmp_path)
    reshape(made.path, "material_production", another_unit)
    with pytest.raises(ContractError, match=r"unit see column unit, where .* has unit pounds"):
        next_release(tmp_path)


def test_the_same_shape_and_an_owned_break_are_released(tmp_path: Path) -> None:
    made = build(tmp_path)
    next_release(tmp_path)
    reshape(made.path, "material_production", another_unit)
    changes = shape_changes(made.path)
    assert [change.where for change in changes] == ["material_production.quantity_low"]
    refuse_unsaid(changes, NOW, f"{MAJOR + 1}.0.0")


def test_a_new_column_needs_a_minor_version(tmp_path: Path) -> None:
    made = build(tmp_path)
    reshape(made.path, "projects", lambda table: table.drop_columns(["description"]))
    (change,) = shape_changes(made.path)
    assert (change.where, change.breaks) == ("projects.description", False)
    refuse_unsaid([change], f"{MAJOR}.{MINOR - 1}.0", NOW)
    with pytest.raises(ContractError, match=rf"contract version {MAJOR}\.{MINOR + 1}\.0 or later\. Say so"):
        refuse_unsaid([change], NOW, NOW)


def test_a_rename_is_a_major_change_and_what_is_written_down_keeps_its_old_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = build(tmp_path)
    reshape(made.path, "projects", lambda table: table.rename_columns({"name": "title"}))
    rename = Rename("projects", "title", "name", NOW, f"{MAJOR}.{MINOR}.0")
    (change,) = shape_changes(made.path, [rename])
    assert (change.was, change.now, change.breaks) == ("the name title", "the name name", True)
    refuse_unsaid([change], NOW, f"{MAJOR + 1}.0.0")
    with pytest.raises(ContractError, match="keeps the old one as an alias"):
        refuse_unsaid([change], NOW, f"{MAJOR}.{MINOR + 1}.0")

    again = build(tmp_path / "again")
    monkeypatch.setattr(renames, "RENAMES", (rename,))
    monkeypatch.setattr(contract, "CONTRACT_VERSION", f"{MAJOR}.{MINOR}.7")  # a patch takes no alias away
    both = load("projects", output=tmp_path / "again", aliases=True)
    assert both["title"].tolist() == both["name"].tolist()
    assert "title" not in load("projects", output=tmp_path / "again")
    monkeypatch.setattr(renames, "RENAMES", (Rename("projects", "title", "name", "0.1.0", "0.3.0"),))
    assert "title" not in load("projects", output=tmp_path / "again", aliases=True)
    assert again.is_new


def test_a_release_of_before_a_rename_gives_what_it_gave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = build(tmp_path)
    reshape(made.path, "projects", lambda table: table.rename_columns({"name": "title"}))
    monkeypatch.setattr(renames, "RENAMES", (Rename("projects", "title", "name", "2.0.0", "2.2.0"),))
    published, then = (load("projects", output=tmp_path, **{day: "2027-01-01"}) for day in ("as_of", "valid_on"))
    assert published.columns.tolist() == then.columns.tolist()
    assert published["title"].tolist() == then["title"].tolist()


def test_aliases_of_a_column_renamed_twice_and_of_a_name_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path)
    plain = load("projects", output=tmp_path)
    older = Rename("projects", "heading", "title", "1.9.0", "1.11.0")
    twice = (older, Rename("projects", "title", "name", "1.10.0", "1.12.0"))
    monkeypatch.setattr(renames, "RENAMES", twice)
    both_names = {"heading", "title"}
    for version, expected in (("1.10.3", both_names), ("1.11.9", both_names), ("1.12.0", {"title"})):
        monkeypatch.setattr(contract, "CONTRACT_VERSION", version)
        both = load("projects", output=tmp_path, aliases=True)
        assert set(both.columns) - set(plain.columns) == expected
        assert all(both[name].tolist() == plain["name"].tolist() for name in expected)
    monkeypatch.setattr(renames, "RENAMES", (Rename("projects", "stage", "name", "1.12.0", "1.14.0"),))
    assert load("projects", output=tmp_path, aliases=True)["stage"].tolist() == plain["stage"].tolist()


@pytest.mark.parametrize("entry", renames.RENAMES)
def test_each_rename_names_columns_and_lasts_two_versions(entry: Rename) -> None:
    assert entry.new_column in contract.TABLES[entry.table].names
    assert entry.old_column not in contract.TABLES[entry.table].names
    since, until = (int(version.split(".")[1]) for version in (entry.since, entry.until))
    assert until - since == renames.KEPT_FOR or entry.until.split(".")[0] != entry.since.split(".")[0]


def test_a_manifest_without_contract_is_told(tmp_path: Path) -> None:
    made = build(tmp_path)
    manifest = json.loads((made.path / "release.json").read_text())
    (made.path / "release.json").write_text(json.dumps({**manifest, "contract_version": "new"}))
    with pytest.raises(ReleaseError, match="contract_version new"):
        next_release(tmp_path)


@pytest.fixture
def came_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a table, a column and all further forms have come with the contract version of now."""
    before, now = f"{MAJOR}.{MINOR - 1}.0", NOW
    beside = contents._BESIDE
    later = tuple(name for names in list(beside.values())[1:] for name in names if not name.startswith("CHANGELOG"))
    first = (*beside["1.0.0"], "CHANGELOG.md", "CHANGELOG.ja.md")
    monkeypatch.setattr(contents, "_BESIDE", {before: first, now: later})
    monkeypatch.setattr(versions, "_CAME", {"balances": now, "projects.technology": now})


@pytest.mark.usefixtures("came_later")
def test_a_release_of_an_older_contract_is_verified_by_what_it_has(tmp_path: Path) -> None:
    """A contract that got a table and a column later finds nothing wrong with a release from before, and all damage."""
    made = build(tmp_path)
    reshape(made.path, "projects", lambda table: table.drop_columns(["technology"]))
    for form in ("csv", "parquet"):
        (made.path / "tables" / f"balances.{form}").unlink()
    table = pq.read_table(made.path / "tables" / "projects.parquet")
    write_csv(table, made.path / "tables" / "projects.csv")
    package = json.loads((made.path / "datapackage.json").read_text())
    package["resources"] = [one for one in package["resources"] if one["name"] != "balances"]
    (made.path / "datapackage.json").write_text(json.dumps(package))
    manifest = json.loads((made.path / "release.json").read_text())
    manifest["contract_version"] = f"{MAJOR}.{MINOR - 1}.0"
    manifest["program_sha256"] = "0" * 64  # the program of that time
    # A release of that time has none of the forms that came later.
    del manifest["tables"]["balances"]
    for name in (*FORM_FILES, *(f"{SITE}/{page}" for page in FILES)):
        (made.path / name).unlink()
    manifest["tables"]["projects"] |= {
        "csv_sha256": file_sha256(made.path / "tables" / "projects.csv"),
        "parquet_sha256": file_sha256(made.path / "tables" / "projects.parquet"),
        "logical_sha256": logical_sha256(table.schema, table.to_batches()),
    }
    (made.path / "release.json").write_text(json.dumps(manifest))
    files = sorted(path for path in made.path.rglob("*") if path.is_file() and path.name != folder.SUMS)
    lines = (f"{file_sha256(path)}  {path.relative_to(made.path).as_posix()}\n" for path in files)
    (made.path / folder.SUMS).write_text("".join(lines))
    assert verify(made.path) == ()
    assert "technology" not in load("projects", output=tmp_path)
    (made.path / "tables" / "events.csv").unlink()
    assert "files_present" in {finding.check for finding in verify(made.path)}


@pytest.mark.parametrize(
    ("told", "gone"),
    [
        ("1.0.0", ["tables/projects.csv", "tables/projects.parquet"]),
        ("1.0.0", ["README.md"]),
        ("1.1.0", ["kakehashi.sqlite"]),
        ("1.1.0", []),
        ("1.0.0", []),
    ],
)
def test_a_release_that_calls_itself_older_is_not_let_off(tmp_path: Path, told: str, gone: list[str]) -> None:
    """What came with the version that it names must be there, and what came later must not."""
    made = build(tmp_path)
    manifest = json.loads((made.path / "release.json").read_text())
    manifest["contract_version"] = told
    for name in gone:
        (made.path / name).unlink()
        manifest["tables"].pop(Path(name).stem, None)
    (made.path / "release.json").write_text(json.dumps(manifest))
    files = sorted(path for path in made.path.rglob("*") if path.is_file() and path.name != folder.SUMS)
    lines = (f"{file_sha256(path)}  {path.relative_to(made.path).as_posix()}\n" for path in files)
    (made.path / folder.SUMS).write_text("".join(lines))
    found = {finding.check for finding in verify(made.path)}
    assert ("files_present" in found) == bool(gone)
    assert "files_listed" in found, "pages came later"


def test_every_table_and_column_that_came_later_is_one_of_the_contract() -> None:
    for name, version in versions._CAME.items():
        table, _, column = name.partition(".")
        assert table in contract.TABLES and (not column or column in contract.TABLES[table].names)
        assert versions.version_numbers("1.0.0") < versions.version_numbers(version) <= versions.version_numbers(NOW)

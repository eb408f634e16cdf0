"""Keys, codes, units and empty cells: a release that changes them must say so by the contract's major version."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from publish_sample import RELEASED_ON, build, sample_tables

from pipelines.errors import ContractError
from pipelines.publish.compatibility import refuse_unsaid, shape_changes
from pipelines.publish.release import write_release
from schemas import contract

NOW = contract.CONTRACT_VERSION
MAJOR, MINOR, _ = (int(part) for part in NOW.split("."))
Change = Callable[[Path], None]


def _declared(table: str, change: Callable[[dict[str, Any]], None]) -> Change:
    """Let a release have declared another schema of a table."""

    def apply(release: Path) -> None:
        path = release / "datapackage.json"
        package = json.loads(path.read_text())
        (resource,) = [one for one in package["resources"] if one["name"] == table]
        change(resource["schema"])
        path.write_text(json.dumps(package))

    return apply


def _field(table: str, column: str, **about: Any) -> Change:
    """Let the Parquet of a release have had another nullability or unit of a column."""

    def apply(release: Path) -> None:
        path = release / "tables" / f"{table}.parquet"
        old = pq.read_table(path)
        place = old.schema.get_field_index(column)
        field = old.schema.field(place)
        if "unit" in about:
            field = field.with_metadata({**(field.metadata or {}), b"unit": about["unit"]})
        if "nullable" in about:
            field = field.with_nullable(about["nullable"])
        pq.write_table(pa.table(old.columns, schema=old.schema.set(place, field)), path)

    return apply


def _enum(column: str, change: Callable[[list[str]], None]) -> Callable[[dict[str, Any]], None]:
    def apply(schema: dict[str, Any]) -> None:
        (field,) = [one for one in schema["fields"] if one["name"] == column]
        change(field["constraints"]["enum"])

    return apply


BREAKS: dict[str, tuple[str, Change]] = {
    "a primary key": (
        r"projects: found the key project_id, where .* the key name",
        _declared("projects", lambda schema: schema.update(primaryKey=["name"])),
    ),
    "the order of a key": (
        "project_links: found the key",
        _declared("project_links", lambda schema: schema["primaryKey"].reverse()),
    ),
    "a key with an open part": (
        "ownership: found the key owner_org_id, owned_org_id, valid_from",
        _declared("ownership", lambda schema: schema.update(uniqueKeys=[["owner_org_id", "owned_org_id"]])),
    ),
    "a code that went": (
        r"projects\.stage: found no such code, where .* the code dreamt_of",
        _declared("projects", _enum("stage", lambda codes: codes.append("dreamt_of"))),
    ),
    "a unit": (
        r"projects\.cost_usd_high: found unit USD, where .* unit million USD",
        _field("projects", "cost_usd_high", unit=b"million USD"),
    ),
}


def _next(output: Path) -> None:
    tables = {name: frame for name, frame in sample_tables().items() if name != "changes"}
    write_release(tables, output=output, released_on=RELEASED_ON + dt.timedelta(days=1), input_sha256="b" * 64)


def _nullable_now(release: Path) -> None:
    # The release of then promised what may be empty now.
    path = release / "tables" / "projects.parquet"
    old = pq.read_table(path)
    place = old.schema.get_field_index("admin1")
    filled = pa.array(["US-OR"] * old.num_rows)
    field = old.schema.field(place).with_nullable(False)
    columns = [filled if number == place else column for number, column in enumerate(old.columns)]
    pq.write_table(pa.table(columns, schema=old.schema.set(place, field)), path)


BREAKS["cells that may be empty"] = (r"projects\.admin1: found cells that may be empty", _nullable_now)


@pytest.mark.parametrize("kind", BREAKS)
def test_a_break_is_refused_and_an_owned_one_is_not(tmp_path: Path, kind: str) -> None:
    told, change = BREAKS[kind]
    made = build(tmp_path)
    change(made.path)
    with pytest.raises(ContractError, match=rf"(?s){told}.*contract version {MAJOR + 1}\.0\.0 or later"):
        _next(tmp_path)
    assert (tmp_path / "latest").resolve() == made.path
    changes = shape_changes(made.path)
    assert [one.breaks for one in changes] == [True]
    refuse_unsaid(changes, NOW, f"{MAJOR + 1}.0.0")
    with pytest.raises(ContractError):
        refuse_unsaid(changes, NOW, f"{MAJOR}.{MINOR + 1}.0")


def test_a_column_that_is_always_filled_now_breaks_nothing(tmp_path: Path) -> None:
    made = build(tmp_path)
    _field("projects", "name", nullable=True)(made.path)
    assert shape_changes(made.path) == []
    _next(tmp_path)


def test_a_code_that_came_needs_a_minor_version(tmp_path: Path) -> None:
    made = build(tmp_path)
    _declared("projects", _enum("stage", lambda codes: codes.remove("shelved")))(made.path)
    (change,) = shape_changes(made.path)
    assert (change.where, change.now, change.breaks) == ("projects.stage", "the code shelved", False)
    refuse_unsaid([change], NOW, f"{MAJOR}.{MINOR + 1}.0")
    with pytest.raises(ContractError, match="the code shelved"):
        refuse_unsaid([change], NOW, NOW)


def test_the_same_contract_changes_nothing(tmp_path: Path) -> None:
    made = build(tmp_path)
    assert shape_changes(made.path) == []
    (made.path / "datapackage.json").unlink()
    assert shape_changes(made.path) == []

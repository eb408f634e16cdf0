"""The command's words for what a person can mend, and none of its own for what only we can."""

from __future__ import annotations

import argparse
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kakehashi import building, cli
from kakehashi.cli import main
from kakehashi.receipts import receipt_lines
from pipelines.errors import ReleaseError
from schemas.contract import TABLES, arrow_schema


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output folder with one release: a project and nothing else."""
    tables = tmp_path / "releases" / "2026.11.22" / "tables"
    tables.mkdir(parents=True)
    for name in TABLES:
        pq.write_table(arrow_schema(name).empty_table(), tables / f"{name}.parquet")
    # What is required of a row is no concern here.
    loose = pa.schema([field.with_nullable(True) for field in arrow_schema("projects")])
    plant = pa.Table.from_pylist([{"project_id": "plant", "name": "Plant"}], schema=loose)
    pq.write_table(plant, tables / "projects.parquet")
    (tmp_path / "latest").symlink_to(Path("releases") / "2026.11.22")
    return tmp_path


def _damage(path: Path, how: str) -> None:
    if how == "missing":
        path.unlink()
    elif how == "truncated":
        path.write_bytes(path.read_bytes()[:-20])
    else:
        path.write_bytes(b"")


@pytest.mark.parametrize("how", ["missing", "truncated", "empty"])
@pytest.mark.parametrize("table", ["projects", "sources", "receipts", "conflicts"])
def test_a_damaged_release_is_told_in_words(
    output: Path, table: str, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _damage(output / "latest" / "tables" / f"{table}.parquet", how)
    with pytest.raises(ReleaseError, match="kakehashi verify"):
        list(receipt_lines("projects", "plant", "name", output=output))
    for words in (["receipt", "projects", "plant", "name"], ["tables"]):
        assert cli.main([*words, "--output", str(output)]) == cli.FAILED
    told = capsys.readouterr().err
    assert (f"{table}.parquet" in told, "Traceback" in told) == (True, False)


def test_a_whole_release_is_listed(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["tables", "--output", str(output)]) == cli.DONE
    assert cli.main(["receipt", "projects", "plant", "name", "--output", str(output)]) == cli.DONE
    assert "projects plant name: Plant" in capsys.readouterr().out


def test_a_bug_is_not_dressed_up_as_a_users_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: argparse.Namespace) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "_tables", broken)
    with pytest.raises(ZeroDivisionError):
        cli.main(["tables"])


def test_a_failed_build_speaks_of_a_release_before_only_where_there_is_one(
    output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = SimpleNamespace(success=False, failures=("projects: wrong",), waivers=())
    monkeypatch.setattr("assets.run.run_build", lambda *_, **__: failed)
    monkeypatch.setattr("pipelines.publish.suite_process.SHARED", SimpleNamespace(start=lambda: None))
    for folder, last in (
        (output, "The release before stays the latest."),
        (tmp_path / "new", "Nothing was published."),
    ):
        assert building.build(tmp_path, folder, None, None, strict=False) == cli.FAILED
        assert capsys.readouterr().err.splitlines()[-2:] == ["kakehashi: projects: wrong", last]


def test_whole_trade_tables_are_reckoned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flows = tmp_path / "BACI_HS17_Y2024.csv"
    flows.write_text("t,i,j,k,v,q\n2024,156,842,010121,60.5,NA\n2024,392,842,010121,39.5,1\n2024,392,490,010121,1,1\n")
    command = ["concentration", str(flows), "--output", str(tmp_path / "found"), "--threads", "2"]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "3 rows read" in told
    assert "left out: 1 rows" in told
    (row,) = pq.read_table(tmp_path / "found" / "import_concentration").to_pylist()
    assert (row["importer"], row["hs6"], row["top_supplier"], row["supplier_hhi_low"]) == (
        "USA",
        "010121",
        "CHN",
        5220.5,
    )
    unknown = tmp_path / "unknown.csv"
    unknown.write_text("t,i,j,k,v,q\n2024,7,999,010121,60.5,1\n")
    odd = ["concentration", str(unknown), "--output", str(tmp_path / "odd")]
    assert main(odd) == 1
    assert "unknown.csv" in capsys.readouterr().err
    assert main([*odd, "--codes-as-written"]) == 0
    assert main(command) == 1
    assert "there already" in capsys.readouterr().err

"""The further forms of a release: other programs open them with types and rows right, and `verify` knows damage."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from publish_sample import Row, frames
from test_verify import _reseal

from pipelines.errors import ReleaseError
from pipelines.publish.sqlite_file import declarations, read_batches, read_declarations, write_sqlite
from pipelines.publish.verify import verify
from pipelines.publish.workbook import COVER, MOST_ROWS, sheet_cells, sheets
from schemas import contract

Damage = Callable[[Path], object]


def _sql(statement: str, *first: str) -> Damage:
    def damage(release: Path) -> None:
        database = sqlite3.connect(release / "kakehashi.sqlite")
        for setting in first:
            database.execute(setting)
        assert database.execute(statement).rowcount != 0
        database.commit()
        database.close()
        _reseal(release)

    return damage


def _book(change: Callable[[Any], object]) -> Damage:
    def damage(release: Path) -> None:
        book = openpyxl.load_workbook(release / "kakehashi.xlsx")
        change(book)
        book.save(release / "kakehashi.xlsx")
        _reseal(release)

    return damage


def _put(sheet: str, cell: str, value: object) -> Damage:
    return _book(lambda book: book[sheet].__setitem__(cell, value))


def _text(name: str, old: str, new: str) -> Damage:
    def damage(release: Path) -> None:
        text = (release / name).read_text("utf-8")
        assert old in text
        (release / name).write_text(text.replace(old, new, 1), "utf-8")
        _reseal(release)

    return damage


def _told(name: str, change: Callable[[Any], object]) -> Damage:
    def damage(release: Path) -> None:
        told = json.loads((release / name).read_bytes())
        change(told)
        (release / name).write_text(json.dumps(told))
        _reseal(release)

    return damage


def _raw(name: str, content: bytes) -> Damage:
    return lambda release: ((release / name).write_bytes(content), _reseal(release))


def _gone(name: str) -> Damage:
    return lambda release: ((release / name).unlink(), _reseal(release))


DAMAGES: dict[str, tuple[str, Damage]] = {
    "a figure in SQLite": ("sqlite_agrees", _sql("UPDATE projects SET cost_usd_high = 5 WHERE cost_usd_high > 6e8")),
    "a text in a number of SQLite": ("sqlite_agrees", _sql("UPDATE projects SET cost_usd_high = 'about 5'")),
    "a date that is none in SQLite": ("sqlite_agrees", _sql("UPDATE programs SET signed_on = 'soon'")),
    "a row less in SQLite": ("sqlite_agrees", _sql("DELETE FROM sources WHERE source_id = 'ecb-rates'")),
    "a view less in SQLite": ("sqlite_agrees", _sql("DROP VIEW projects_labelled")),
    "a table more in SQLite": ("sqlite_agrees", _sql("CREATE TABLE more (a)")),
    "a trigger in SQLite": (
        "sqlite_agrees", _sql("CREATE TRIGGER t AFTER INSERT ON projects BEGIN DELETE FROM amounts; END")
    ),
    "SQLite that is none": ("sqlite_agrees", _raw("kakehashi.sqlite", b"SQLite format 3, said nobody")),
    "SQLite cut off": (
        "sqlite_agrees", lambda r: _raw("kakehashi.sqlite", (r / "kakehashi.sqlite").read_bytes()[:9000])(r)
    ),
    "no SQLite": ("files_present", _gone("kakehashi.sqlite")),
    "a figure in the workbook": ("workbook_agrees", _put("amounts", "L2", 5)),
    "a name in the workbook": ("workbook_agrees", _put("projects", "B2", "Another plant")),
    "a formula in the workbook": ("workbook_agrees", _put("projects", "B2", "=1+1")),
    "a formula on the cover": ("workbook_agrees", _put(COVER, "D1", "=HYPERLINK(\"https://example.org\")")),
    "a row less in the workbook": ("workbook_agrees", _book(lambda book: book["projects"].delete_rows(2))),
    "a row more in the workbook": ("workbook_agrees", _book(lambda book: book["projects"].append(["more"]))),
    "a sheet less in the workbook": ("workbook_agrees", _book(lambda book: book.remove(book["totals"]))),
    "a workbook that is none": ("workbook_agrees", _raw("kakehashi.xlsx", b"PK\x03\x04")),
    "no workbook": ("files_present", _gone("kakehashi.xlsx")),
    "another type for DuckDB": ("duckdb_import_agrees", _text("tables/schema.sql", "DECIMAL(20, 2)", "DOUBLE")),
    "a statement behind a comment": (
        "duckdb_import_agrees", _text("tables/schema.sql", "';\nCOMMENT", "'; DROP TABLE sources;\nCOMMENT")
    ),
    "another file for DuckDB": ("duckdb_import_agrees", _text("tables/load.sql", "'amounts.parquet'", "'/etc/hosts'")),
    "no script for DuckDB": ("files_present", _gone("tables/load.sql")),
    "Croissant of another version": ("catalogues_agree", _told("croissant.json", lambda t: t.update(version="1"))),
    "Croissant without a column": (
        "catalogues_agree", _told("croissant.json", lambda t: t["recordSet"][0]["field"].pop())
    ),
    "Croissant with another hash": (
        "catalogues_agree", _told("croissant.json", lambda t: t["distribution"][0].update(sha256="0" * 64))
    ),
    "DCAT without a file": ("catalogues_agree", _told("dcat.jsonld", lambda t: t["dcat:distribution"].pop())),
    "DCAT with another hash": (
        "catalogues_agree",
        _told("dcat.jsonld", lambda t: t["dcat:distribution"][0]["spdx:checksum"].update({"spdx:checksumValue": "0"})),
    ),
    "schema.org with a file that is not there": (
        "catalogues_agree", _told("schemaorg.jsonld", lambda t: t["distribution"][0].update(contentUrl="more.csv"))
    ),
    "schema.org that is none": ("catalogues_agree", _raw("schemaorg.jsonld", b"[]")),
    "another licence in DCAT": ("made_again", _text("dcat.jsonld", "licenses/by/4.0", "publicdomain/zero/1.0")),
    "another licence in schema.org": (
        "made_again", _text("schemaorg.jsonld", "licenses/by/4.0", "publicdomain/zero/1.0")
    ),
    "another licence in Croissant": ("made_again", _text("croissant.json", "licenses/by/4.0", "publicdomain/zero/1.0")),
    "a figure shown otherwise in the workbook": (
        "made_again", _book(lambda book: setattr(book["amounts"]["L2"], "number_format", '"9"0'))
    ),
    "another comment in SQLite": (
        "made_again",
        _sql("UPDATE sqlite_schema SET sql = replace(sql, '-- Name', '-- No name')", "PRAGMA writable_schema = 1"),
    ),
    "no description for catalogues": ("files_present", _gone("dcat.jsonld")),
}  # fmt: skip


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_is_found_by_name(damaged: Path, kind: str) -> None:
    check, damage = DAMAGES[kind]
    damage(damaged)
    assert check in {finding.check for finding in verify(damaged)}


# --- SQLite


def _arrow(built: Path, name: str) -> pa.Table:
    return pq.read_table(built / "tables" / f"{name}.parquet")


def test_sqlite_holds_keys_comments_labels_and_numbers(built: Path) -> None:
    database = sqlite3.connect(built / "kakehashi.sqlite")
    database.execute("PRAGMA foreign_keys = ON")
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    for name in contract.TABLES:
        assert database.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (_arrow(built, name).num_rows,)
    row = database.execute(
        "SELECT name, cost_usd_high, typeof(cost_usd_high), stage, stage_label_en, stage_label_ja"
        " FROM projects_labelled WHERE project_id = 'diamond-plant'"
    ).fetchone()
    assert row[:4] == ("+Diamond plant", 600_000_000, "integer", "announced")
    assert database.execute('SELECT usd_per_unit, "on" FROM exchange_rates').fetchall() == [(0.0065, "2026-02-17")]
    told = database.execute("SELECT sql FROM sqlite_schema WHERE name = 'projects'").fetchone()[0]
    assert f"-- {contract.TABLES['projects'].column('stage').meaning.en}" in told
    with pytest.raises(sqlite3.IntegrityError):
        database.execute("INSERT INTO programs SELECT * FROM programs")
    with pytest.raises(sqlite3.IntegrityError):
        database.execute("UPDATE projects SET program_id = 'nowhere'")
    database.close()


def test_labels_stand_beside_codes_in_both_databases(tmp_path: Path, rows: Callable[[], dict[str, list[Row]]]) -> None:
    with_labels = rows()
    with_labels["codelists"] = [
        {
            "list": "stage",
            "code": "announced",
            "label_en": "announced",
            "label_ja": "発表済み",
            "definition": "Said so.",
        }
    ]
    tables = {name: contract.to_arrow(name, table) for name, table in frames(with_labels).items()}
    write_sqlite(
        {**{name: contract.arrow_schema(name).empty_table() for name in contract.TABLES}, **tables}, tmp_path / "a"
    )
    database = sqlite3.connect(tmp_path / "a")
    found = database.execute(
        "SELECT DISTINCT stage_label_ja FROM projects_labelled WHERE stage = 'announced'"
    ).fetchall()
    assert found == [("発表済み",)]
    count = database.execute(
        "SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM projects_labelled)"
    ).fetchone()
    assert count[0] == count[1]
    database.close()


def test_sqlite_gives_every_digit_back_or_refuses(tmp_path: Path) -> None:
    schema = contract.arrow_schema("exchange_rates")

    def table(rate: str) -> dict[str, pa.Table]:
        row = {
            "currency": "JPY",
            "on": dt.date(2026, 2, 17),
            "usd_per_unit": Decimal(rate),
            "source_id": "s",
            "locator": "l",
        }
        return {"exchange_rates": pa.Table.from_pylist([row], schema=schema)}

    for number, rate in enumerate(("0.00000001", "1234567.12345678", "9999999999", "0.1")):
        path = tmp_path / str(number)
        write_sqlite(table(rate), path)
        found = next(read_batches(path, "exchange_rates", schema)).column("usd_per_unit").to_pylist()
        assert found == [Decimal(rate)]
    with pytest.raises(ReleaseError, match=r"1234567890\.12345678"):
        write_sqlite(table("1234567890.12345678"), tmp_path / "long")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Permission denied"):
        write_sqlite({}, tmp_path / "nowhere" / "kakehashi.sqlite")


def test_declarations_are_read_back(built: Path) -> None:
    assert read_declarations(built / "kakehashi.sqlite") == declarations(comments=False)


# --- DuckDB


def test_duckdb_imports_the_tables_in_one_command(built: Path, tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "kakehashi.duckdb") as database:
        database.execute(f"IMPORT DATABASE '{built / 'tables'}'")
        for name in contract.TABLES:
            assert database.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (_arrow(built, name).num_rows,)
        types = dict(
            database.execute(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'projects'"
            ).fetchall()
        )
        assert (types["cost_usd_high"], types["announced_on"], types["name"]) == ("DECIMAL(20,2)", "DATE", "VARCHAR")
        keys = database.execute("SELECT constraint_type, count(*) FROM duckdb_constraints() GROUP BY 1").fetchall()
        assert dict(keys)["FOREIGN KEY"] > 20
        comment = database.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'amounts'").fetchone()
        assert comment == (contract.TABLES["amounts"].description,)
        assert database.execute("SELECT count(*), count(stage) FROM projects_labelled").fetchone() == (2, 2)


# --- The workbook


def test_the_workbook_opens_in_openpyxl_with_its_types(built: Path) -> None:
    book = openpyxl.load_workbook(built / "kakehashi.xlsx")
    rows = {name: _arrow(built, name).num_rows for name in contract.TABLES}
    assert book.sheetnames == [COVER, *sheets(rows), "columns"]
    cover = {row[0].value: row[1].value for row in book[COVER].iter_rows() if row[0].value}
    assert (cover["version"], cover["released on"]) == ("2026.11.22", dt.datetime(2026, 11, 22))
    assert "Attribution 4.0" in cover["licence"] and "release 2026.11.22" in cover["cite as"]
    assert cover["projects"] == 2 and cover["statements"] == rows["statements"]
    for name in sheets(rows):
        sheet = book[name]
        assert sheet.max_row - 1 == rows[name]
        assert sheet.freeze_panes is not None and sheet.freeze_panes.endswith("2")
        assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    header = [cell.value for cell in book["projects"][1]]
    plant = dict(zip(header, (cell.value for cell in book["projects"][2]), strict=True))
    assert plant["name"] == "+Diamond plant" and plant["cost_usd_high"] == 600_000_000
    assert isinstance(plant["stage_as_of"], dt.datetime)


def test_long_and_odd_cells_are_written_so_that_nothing_is_lost_unseen() -> None:
    schema = contract.arrow_schema("amounts")
    row = {"amount_id": "=a", "low": Decimal("123456789012345678.00"), "high": Decimal("12345678901234.56"),
           "usd_low": Decimal("1234567890123.25"), "as_of": dt.date(1899, 1, 1), "raw_literal": "x" * 40_000}  # fmt: skip
    names = [field.name for field in schema]
    bare = pa.schema([field.with_nullable(True) for field in schema])
    cells = dict(zip(names, next(sheet_cells(pa.Table.from_pylist([row], schema=bare), "amounts")), strict=True))
    assert cells["low"] == "123456789012345678" and cells["high"] == "12345678901234.56"
    assert cells["usd_low"] == 1234567890123.25 and cells["as_of"] == "1899-01-01"
    assert cells["raw_literal"] == "(40000 characters: see tables/amounts.csv)" and cells["kind"] is None


def test_a_table_of_millions_is_no_sheet() -> None:
    assert "trade_flows" in sheets({}) and "trade_flows" not in sheets({"trade_flows": MOST_ROWS + 1})
    assert not {"statements", "receipts", "null_reasons"} & set(sheets({}))


def test_pandas_and_polars_open_parquet_and_csv(built: Path) -> None:
    for name in ("projects", "amounts", "sources"):
        table = _arrow(built, name)
        frame = pd.read_parquet(built / "tables" / f"{name}.parquet", dtype_backend="pyarrow")
        assert list(frame.columns) == table.schema.names and len(frame) == table.num_rows
        assert len(pd.read_csv(built / "tables" / f"{name}.csv")) == table.num_rows
        assert pl.read_parquet(built / "tables" / f"{name}.parquet").height == table.num_rows
        assert pl.read_csv(built / "tables" / f"{name}.csv", infer_schema=False).height == table.num_rows
    polars = pl.read_parquet(built / "tables" / "amounts.parquet").schema
    assert (polars["usd_high"], polars["as_of"]) == (pl.Decimal(20, 2), pl.Date)
    assert pd.read_excel(built / "kakehashi.xlsx", sheet_name="amounts", engine="openpyxl")["usd_high"].sum() > 5e11


def test_parquet_holds_descriptions_and_units_and_is_compressed(built: Path) -> None:
    file = pq.ParquetFile(built / "tables" / "amounts.parquet")
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    told = file.schema_arrow.field("usd_high").metadata
    meaning = contract.TABLES["amounts"].column("usd_high").meaning
    assert told[b"unit"] == b"USD" and told[b"description"].decode() == meaning.en
    assert told[b"description_ja"].decode() == meaning.ja


_R_COUNTS = """
for (path in commandArgs(trailingOnly = TRUE)) {
  table <- read.csv(path, na.strings = "", encoding = "UTF-8")
  cat(basename(path), nrow(table), ncol(table), "\\n")
}
"""


def _r(script: str, *arguments: str) -> str:
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("R is not installed on this machine")
    command = [rscript, "-e", script, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout


def test_r_reads_every_csv_with_its_rows_and_types(built: Path) -> None:
    paths = [str(built / "tables" / f"{name}.csv") for name in contract.TABLES]
    told = [line.split() for line in _r(_R_COUNTS, *paths).splitlines()]
    expected = [
        (f"{name}.csv", _arrow(built, name).num_rows, _arrow(built, name).num_columns) for name in contract.TABLES
    ]
    assert [(name, int(rows), int(columns)) for name, rows, columns in told] == expected
    types = f"t <- read.csv('{built}/tables/projects.csv', na.strings='', encoding='UTF-8')\n"
    types += (
        "cat(is.numeric(t$cost_usd_high), max(t$cost_usd_high, na.rm=TRUE) == 3.3e10, class(as.Date(t$stage_as_of)))"
    )
    assert _r(types).split() == ["TRUE", "TRUE", "Date"]


_READR = """
for (path in commandArgs(trailingOnly = TRUE)) {
  table <- readr::read_csv(path, show_col_types = FALSE, guess_max = Inf, progress = FALSE)
  cat(basename(path), nrow(table), ncol(table), nrow(readr::problems(table)), "\\n")
}
projects <- readr::read_csv(grep("/projects.csv", commandArgs(trailingOnly = TRUE), value = TRUE), show_col_types = FALSE)
cat(class(projects$stage_as_of), class(projects$cost_usd_high), class(projects$name_ja), "\\n")
"""


def test_readr_reads_every_csv_with_its_rows_and_types(built: Path) -> None:
    if _r("cat(requireNamespace('readr', quietly = TRUE))").strip() != "TRUE":
        pytest.skip("R's readr is not installed on this machine")
    filled = [name for name in contract.TABLES if _arrow(built, name).num_rows]
    *told, types = (
        line.split() for line in _r(_READR, *(str(built / f"tables/{name}.csv") for name in filled)).splitlines()
    )
    expected = [(f"{name}.csv", _arrow(built, name).num_rows, _arrow(built, name).num_columns, 0) for name in filled]
    assert [(name, *map(int, counts)) for name, *counts in told] == expected
    assert types == ["Date", "numeric", "character"]


def test_r_arrow_reads_the_parquet(built: Path) -> None:
    if _r("cat(requireNamespace('arrow', quietly = TRUE))").strip() != "TRUE":
        pytest.skip("R's arrow is not installed on this machine")
    rows = _r(f"cat(nrow(arrow::read_parquet('{built}/tables/amounts.parquet')))")
    assert int(rows) == _arrow(built, "amounts").num_rows


@pytest.mark.slow
def test_libreoffice_opens_the_workbook_and_the_csv(built: Path, tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed on this machine")
    shutil.copy(built / "kakehashi.xlsx", tmp_path / "book.xlsx")
    shutil.copy(built / "projects_flat.csv", tmp_path / "flat.csv")
    command = [soffice, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "ods"]
    for name, options in (("book.xlsx", ()), ("flat.csv", ("--infilter=Text - txt - csv (StarCalc):44,34,76",))):
        # Without a window nobody is asked which encoding a text file has; 76 says UTF-8.
        subprocess.run(
            [*command, *options, "--outdir", str(tmp_path), str(tmp_path / name)],
            check=True,
            capture_output=True,
            timeout=300,
        )
    for name in ("projects", "amounts", "exchange_rates"):
        frame = pd.read_excel(tmp_path / "book.ods", sheet_name=name, engine="calamine")
        assert len(frame) == _arrow(built, name).num_rows
    plant = pd.read_excel(tmp_path / "book.ods", sheet_name="projects", engine="calamine").iloc[0]
    assert plant["name"] == "+Diamond plant" and plant["cost_usd_high"] == 600_000_000
    assert isinstance(plant["stage_as_of"], dt.datetime)
    flat = pd.read_excel(tmp_path / "flat.ods", engine="calamine")
    assert len(flat) == 2 and flat["name_ja"].iloc[0] == "人工ダイヤ工場"


# --- Catalogues


def test_croissant_is_valid_by_its_own_validator(built: Path) -> None:
    croissant = pytest.importorskip("mlcroissant", reason="requirements-test.lock is not installed")
    dataset = croissant.Dataset(jsonld=str(built / "croissant.json"))
    assert list(dataset.metadata.issues.errors) == []
    assert {one.id for one in dataset.metadata.record_sets} == set(contract.TABLES)


def test_croissant_names_what_it_must_and_points_at_what_is_there(built: Path) -> None:
    from pyld import jsonld

    told = json.loads((built / "croissant.json").read_bytes())
    (dataset,) = jsonld.expand(told, {"documentLoader": _no_network, "base": "https://example.org/r/"})
    schema, cr = "https://schema.org/", "http://mlcommons.org/croissant/"
    assert dataset["@type"] == [f"{schema}Dataset"]
    assert dataset["http://purl.org/dc/terms/conformsTo"][0]["@value"] == f"{cr}1.0"
    for field in ("name", "description", "license", "url", "creator", "datePublished", "version", "distribution"):
        assert dataset[schema + field], field
    offered = {item["@id"] for item in told["distribution"]}
    for item in told["distribution"]:
        assert item["@type"] == "cr:FileObject" and item["encodingFormat"] and len(item["sha256"]) == 64
        assert (built / item["contentUrl"]).stat().st_size == int(item["contentSize"].split()[0])
    fields = {field["@id"]: field for one in told["recordSet"] for field in one["field"]}
    assert len(fields) == sum(len(spec.columns) for spec in contract.TABLES.values())
    for one in told["recordSet"]:
        assert one["@type"] == "cr:RecordSet" and {part["@id"] for part in one["key"]} <= fields.keys()
    for field in fields.values():
        assert field["@type"] == "cr:Field" and field["dataType"].startswith("sc:")
        path = field["source"]["fileObject"]["@id"]
        assert path in offered and field["source"]["extract"]["column"] in pq.read_schema(built / path).names
        assert "references" not in field, "its reader would drop the rows without one"


def _no_network(address: str, options: object) -> None:
    pytest.fail(f"a context was asked for at {address}")


def test_dcat_is_valid_by_its_shapes(built: Path) -> None:
    import pyshacl
    import rdflib

    told = json.loads((built / "dcat.jsonld").read_bytes())
    shapes = rdflib.Graph().parse(Path(__file__).with_name("dcat_shapes.ttl"))

    def outcome(description: dict[str, Any]) -> tuple[bool, str]:
        data = rdflib.Graph().parse(data=json.dumps(description), format="json-ld", base="https://example.org/r/")
        conforms, _, text = pyshacl.validate(data, shacl_graph=shapes)
        return bool(conforms), str(text)

    conforms, text = outcome(told)
    assert conforms, text
    for broken in ("dct:title", "dct:publisher", "dcat:distribution", "dct:issued"):
        assert not outcome({name: value for name, value in told.items() if name != broken})[0], broken
    del told["dcat:distribution"][0]["dcat:accessURL"]
    assert not outcome(told)[0]


def test_schema_org_expands_to_a_dataset_with_its_required_fields(built: Path) -> None:
    from pyld import jsonld

    told = json.loads((built / "schemaorg.jsonld").read_bytes())

    (dataset,) = jsonld.expand(told, {"documentLoader": _no_network, "base": "https://example.org/r/"})
    schema = "https://schema.org/"
    assert dataset["@type"] == [f"{schema}Dataset"]
    for field in ("name", "description", "license", "creator", "version", "datePublished", "distribution", "keywords"):
        assert dataset[schema + field], field
    assert 50 <= len(dataset[f"{schema}description"][0]["@value"]) <= 5000
    for offered in dataset[f"{schema}distribution"]:
        assert offered["@type"] == [f"{schema}DataDownload"]
        assert (built / offered[f"{schema}contentUrl"][0]["@value"]).is_file()
        assert offered[f"{schema}encodingFormat"] and offered[f"{schema}sha256"]

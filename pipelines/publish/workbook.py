"""`kakehashi.xlsx`: the tables that an analyst opens, in one workbook with a cover sheet.

What belongs here: which tables are sheets, how a cell is written and read back. What does not: judging a workbook
(`verify_forms`), the flat file of projects (`flat`).

A spreadsheet's numbers hold 15 significant digits; a decimal with more is written as text, so that no digit is lost
unseen. Text is always written as text: nothing in the file is a formula or a link.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.publish.descriptors import ReleaseFacts, ReleaseTexts, citation, licence
from pipelines.publish.formats import as_text
from schemas import contract

__all__ = ["COVER", "WORKBOOK", "read_sheets", "running_parts", "sheet_cells", "sheets", "workbook_bytes"]

WORKBOOK = "kakehashi.xlsx"
"""Name of the file in a release."""

COVER, COLUMNS = "about", "columns"
MOST_ROWS = 100_000
"""A longer table is no sheet: the cover says so and names its Parquet and CSV."""

_ROOMS = ("investment", "materials")
_BESIDE = ("sources", "conflicts", "conflict_values", "exchange_rates", "codelists")
"""Tables of other rooms that are read beside the figures; receipts and statements are for programs."""

_LONGEST = 32_767
_DIGITS = 15
_FIRST_DAY = dt.date(1900, 3, 1)
"""Spreadsheets disagree about days before this one; they are written as text."""

_NUMBER_FORMATS = {
    "money": "#,##0.00", "rate": "0.00000000", "integer": "#,##0", "year": "0", "date": "yyyy-mm-dd",
    "number": "General",
}  # fmt: skip
_WIDTHS = {"money": 20, "rate": 14, "integer": 10, "year": 8, "date": 12, "number": 12, "boolean": 9}
_WIDE = 24
_PLAIN_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/(workbook|styles|sharedStrings)\.xml|xl/theme/theme1\.xml|xl/worksheets/sheet\d+\.xml"
)
_FORMULA = re.compile(rb"<f[ />]")

Cell = str | int | float | bool | dt.date | None


def sheets(rows: Mapping[str, int]) -> list[str]:
    """Return the tables that are sheets, in contract order.

    Args:
        rows: Table name -> rows.
    """
    wanted = [spec.name for spec in contract.TABLES.values() if spec.meaning.room in _ROOMS or spec.name in _BESIDE]
    return [name for name in wanted if rows.get(name, 0) <= MOST_ROWS]


def sheet_cells(table: pa.Table, name: str) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of a table as a sheet holds them: text, numbers, dates and booleans; None for an empty cell.

    Args:
        table: A table of the contract.
        name: Its name, for the note that stands in place of a text longer than a cell may be.
    """
    columns = [_column(table.column(field), name) for field in table.schema.names]
    yield from zip(*columns, strict=True)


def _column(column: pa.ChunkedArray, name: str) -> Sequence[Cell]:
    kind = column.type
    if pa.types.is_decimal(kind) or pa.types.is_integer(kind):
        return [None if value is None else _number(Decimal(value)) for value in column.to_pylist()]
    if pa.types.is_floating(kind):
        # The file spells 16 digits; more are below what any spreadsheet shows.
        return [None if value is None else float(f"{value:.16G}") for value in column.to_pylist()]
    if pa.types.is_date(kind):
        return [
            value.isoformat() if value is not None and value < _FIRST_DAY else value for value in column.to_pylist()
        ]
    if pa.types.is_boolean(kind):
        return column.to_pylist()  # type: ignore[no-any-return]
    return [None if text is None else _text(text, name) for text in as_text(column).to_pylist()]


def _number(value: Decimal) -> float | str:
    digits = value.normalize().as_tuple().digits
    return float(value) if len(digits) <= _DIGITS else contract.as_text(value)


def _text(text: str, name: str) -> str:
    return text if len(text) <= _LONGEST else f"({len(text)} characters: see tables/{name}.csv)"


def workbook_bytes(tables: Mapping[str, pa.Table], facts: ReleaseFacts, texts: ReleaseTexts) -> bytes:
    """Return the workbook; the same bytes for the same tables and facts.

    Args:
        tables: Every table of the contract that is short enough for a sheet; others may stand there empty.
        facts: Version, date, rows and licences.
        texts: Words that no table holds.

    Raises:
        OSError: The folder of temporary files is full or cannot be written.
    """
    import xlsxwriter
    import xlsxwriter.exceptions

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"constant_memory": True})
    created = dt.datetime.combine(facts.released_on, dt.time())
    book.set_properties({"title": texts.title_en, "author": texts.creator, "created": created})
    styles = {name: book.add_format({"num_format": shown}) for name, shown in _NUMBER_FORMATS.items()}
    bold = book.add_format({"bold": True})
    chosen = sheets({name: table.rows for name, table in facts.tables.items()})
    _cover(book.add_worksheet(COVER), _cover_rows(facts, texts, chosen), bold, styles["date"])
    for name in chosen:
        _sheet(book.add_worksheet(name), name, tables[name], bold, styles)
    _cover(book.add_worksheet(COLUMNS), _column_rows(chosen), bold, styles["date"], header=True)
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        # It spools through temporary files and hides the error of the system in one of its own.
        raise error.args[0] from error
    return content.getvalue()


def _sheet(sheet: Any, name: str, table: pa.Table, bold: Any, styles: Mapping[str, Any]) -> None:
    spec = contract.TABLES[name]
    kinds = [column.type_name for column in spec.columns]
    for place, kind in enumerate(kinds):
        sheet.set_column(place, place, _WIDTHS.get(kind, _WIDE))
    sheet.freeze_panes(1, len(spec.key) if len(spec.key) == 1 else 0)
    sheet.autofilter(0, 0, max(table.num_rows, 1), len(kinds) - 1)
    for place, title in enumerate(spec.names):
        sheet.write_string(0, place, title, bold)
    formats = [styles.get(kind) for kind in kinds]
    for row, cells in enumerate(sheet_cells(table, name), start=1):
        for place, cell in enumerate(cells):
            if cell is not None:
                _write(sheet, row, place, cell, formats[place])


def _write(sheet: Any, row: int, place: int, cell: Cell, style: Any) -> None:
    write: Callable[..., int] = sheet.write_string
    if isinstance(cell, bool):
        write = sheet.write_boolean
    elif isinstance(cell, int | float):
        write = sheet.write_number
    elif isinstance(cell, dt.date):
        write = sheet.write_datetime
    if write(row, place, cell, style):
        raise ValueError(f"cell {row}, {place} of {sheet.get_name()} does not fit")


def _cover(sheet: Any, rows: Sequence[Sequence[Cell]], bold: Any, day: Any, *, header: bool = False) -> None:
    for place, width in enumerate((24, 28, 52, 52, 18, 60)):
        sheet.set_column(place, place, width)
    if header:
        sheet.freeze_panes(1, 0)
    for row, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            title = (header and row == 0) or (not header and place == 0)
            if cell is not None:
                _write(sheet, row, place, cell, day if isinstance(cell, dt.date) else bold if title else None)


def _cover_rows(facts: ReleaseFacts, texts: ReleaseTexts, chosen: Sequence[str]) -> list[list[Cell]]:
    terms = licence(facts.package_licence())
    rows: list[list[Cell]] = [
        ["title", texts.title_en], ["", texts.title_ja], ["version", facts.version], ["released on", facts.released_on],
        ["data contract", contract.CONTRACT_VERSION], ["licence", terms.get("title", terms["name"])],
        ["", terms.get("path")], ["cite as", citation(facts, texts)], [],
        ["read first", "An empty cell means not known: never zero, never all. null_reasons (CSV, Parquet) says why."],
        ["", "Quote sums from the sheet totals only; its sets are never added to each other."],
        ["", "Money is in full units of its currency, with two decimals."],
        ["", f"A number here holds {_DIGITS} digits, one with more stands as text. Parquet and CSV hold all digits."],
        ["", "Lists are joined with |. The sheet codelists explains codes, the sheet columns the columns and units."],
        ["", "空欄は「不明」を意味し、ゼロではない。合計は totals のみを引用し、集合どうしを足さないこと。"], [],
        ["sheet", "rows", "what it is", "内容", "licence"],
    ]  # fmt: skip
    for name, table in facts.tables.items():
        if name in chosen:
            meaning = contract.TABLES[name].meaning
            rows.append([name, table.rows, meaning.title_en, meaning.title_ja, facts.licence(name)])
    rows += [[], ["not in this workbook", "rows", "what it is", "内容", "licence", "where"]]
    for name, table in facts.tables.items():
        if name not in chosen:
            meaning = contract.TABLES[name].meaning
            where = f"tables/{name}.csv, tables/{name}.parquet, kakehashi.sqlite"
            rows.append([name, table.rows, meaning.title_en, meaning.title_ja, facts.licence(name), where])
    return rows


def _column_rows(chosen: Sequence[str]) -> list[list[Cell]]:
    rows: list[list[Cell]] = [["sheet", "column", "what it is", "内容", "unit", "codelist"]]
    for name in chosen:
        for column in contract.TABLES[name].columns:
            meaning = column.meaning
            rows.append([name, column.name, meaning.en, meaning.ja, meaning.unit, meaning.codelist])
    return rows


def read_sheets(path: Path) -> dict[str, list[tuple[Cell, ...]]]:
    """Return sheet name -> its rows, header first, as `sheet_cells` spells them.

    Raises:
        ValueError: It is no workbook.
        OSError: The file cannot be read.
    """
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
            return {
                name: [tuple(map(_read, row)) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
                for name in book.sheet_names
            }
    except python_calamine.CalamineError as error:
        raise ValueError(str(error)) from error


def _read(cell: Any) -> Cell:
    return None if cell == "" else cell


def running_parts(path: Path) -> list[str]:
    """Return the parts of a workbook that would run or reach outside: formulas, macros, links. Ours has none.

    Raises:
        ValueError: It is no workbook.
        OSError: The file cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as parts:
            return [
                name
                for name in parts.namelist()
                if not _PLAIN_PARTS.fullmatch(name) or ("worksheets/" in name and _FORMULA.search(parts.read(name)))
            ]
    except (zipfile.BadZipFile, EOFError) as error:
        raise ValueError(str(error)) from error

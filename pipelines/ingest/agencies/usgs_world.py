"""World production and capacity of the Mineral Commodity Summaries to 2025: one row a country.

What belongs here: the table of all commodities (2025, unit in a column) and the files of one commodity each (2022 to
2024, unit inside the column's name). What does not: the long table (`usgs_long`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.errors import RawFileError
from pipelines.ingest.agencies import products, usgs
from pipelines.ingest.agencies.account import Harvest
from pipelines.ingest.agencies.figures import meaning_of, tidy
from pipelines.ingest.agencies.grid import Grid
from pipelines.ingest.agencies.places import Named, country, several
from pipelines.ingest.values import CellError
from pipelines.records import Source

_KINDS = {"prod": "production", "cap": "capacity", "reserves": "reserves", "reserve": "reserves"}
_LABELS = ("source", "datasource", "commodity", "country", "type", "unit_meas")
_FILLER = re.compile(
    r"\b(contained|content|mine|plant|smelter|refinery|production|poduction|primary|secondary|estimated|world|total|"
    r"metric|tons|of|rounded|equivalent|marketable|recoverable|all|forms|yearend|operating|capacity)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of figures, as its name says.

    Attributes:
        words: What of the commodity it is about, where its name says so (`Sponge`).
        unit: As the name gives it, empty where a column of the row does.
    """

    name: str
    kind: str
    year: int | None
    estimated: bool
    words: str
    unit: str


def column_of(name: str) -> _Column | None:
    """Read the name of a column of figures (`Prod_kg_est_2023`, `PROD_EST_ 2024`, `Cap_Pigment_t_2021`).

    Returns:
        None for names that are none (labels, notes, names never seen).
    """
    tokens = [token for token in re.split(r"[_\s]+", name.strip()) if token]
    if not tokens or tokens[0].lower() not in _KINDS or re.fullmatch(r"notes?", tokens[-1], re.IGNORECASE):
        return None
    year, unit, estimated, words = None, "", False, []
    for token in tokens[1:]:
        if re.fullmatch(r"20\d\d", token):
            year = int(token)
        elif token.lower() == "est":
            estimated = True
        elif usgs.unit_of(token) is not None and not unit:
            unit = token
        elif re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", token):
            words.append(token)
        else:
            return None
    kind = _KINDS[tokens[0].lower()]
    if kind != "reserves" and year is None:
        return None
    return _Column(name, kind, year, estimated, " ".join(words), unit)


def is_label(name: str) -> bool:
    """Whether a column holds what a row is about, or notes."""
    return name.lower() in _LABELS or re.fullmatch(r"(prod|cap|reserves?)_?.*notes?", name, re.IGNORECASE) is not None


def read(harvest: Harvest, grid: Grid, name: str) -> Source:
    """Read a table of world production.

    Args:
        harvest: Takes rows and the account.
        name: Of the file; the files of one commodity say nowhere else which it is.

    Raises:
        RawFileError: Columns never seen, no edition, or nothing that says which commodity it is.
    """
    path = harvest.account.path
    columns = [column for column in map(column_of, grid.header) if column is not None]
    known = {column.name for column in columns}
    unknown = [header for header in grid.header if header and header not in known and not is_label(header)]
    if unknown:
        expected = "columns as Prod_t_2022, Cap_kg_est_2023, Reserves_kt or labels"
        raise RawFileError(
            path, f"columns {', '.join(unknown)[:200]}", expected, "Report the layout.", "unknown_column"
        )
    labels = {header.lower(): header for header in grid.header}
    source = labels.get("source") or labels["datasource"]
    edition = usgs.edition_in(dict(grid.records().__next__()[1])[source], path)
    whole = "" if "commodity" in labels else _commodity_of_file(harvest, grid, name)
    for line, row in grid.records():
        harvest.account.rows_in += 1
        found = whole or products.commodity(row[labels["commodity"]])
        if found is None:
            error = CellError(row[labels["commodity"]][:60], "a commodity of the Mineral Commodity Summaries")
            harvest.refuse_row(line, labels["commodity"], error)
            continue
        _row(harvest, line, row, labels, columns, found, edition)
    for column in columns:
        table = "material_production" if column.kind != "reserves" else ""
        harvest.went(column.name, table, "quantity_low" if table else "", "" if table else "reserves; not carried")
    harvest.went(labels["country"], "material_production", "country")
    harvest.went(labels["type"], "material_production", "form")
    return usgs.source_of(edition, "world production" + (f", {whole}" if whole else ""))


def _commodity_of_file(harvest: Harvest, grid: Grid, name: str) -> str:
    """Which commodity a file of one commodity is about: by the agency's name for it, else by its types."""
    match = re.search(r"mcs ?20\d\d[-_ ]?([a-z]+)", name.rsplit("/", 1)[-1], re.IGNORECASE)
    found = products.commodity_of_code(match[1].lower()) if match else None
    if found is not None:
        return found
    column = next(header for header in grid.header if header.lower() == "type")
    named = {product for _, row in grid.records() for product in _in_type(row[column])}
    if len(named) == 1:
        return named.pop()
    remedy = "Give the file the agency's own name back (mcs2024-galli_world.csv)."
    raise RawFileError(harvest.account.path, "no commodity", "a commodity in its name or types", remedy, "malformed")


def _in_type(text: str) -> set[str]:
    parts = re.split(r"[,:;()-]", _FILLER.sub(" ", text))
    return {found for part in parts if (found := products.commodity(tidy(part))) is not None}


def _row(
    harvest: Harvest,
    line: int,
    row: Mapping[str, str],
    labels: Mapping[str, str],
    columns: Sequence[_Column],
    commodity: str,
    edition: int,
) -> None:
    place, kind_of_row = row[labels["country"]], tidy(row[labels["type"]])
    named = country(place)
    if named is None and not several(place):
        error = CellError(tidy(place)[:60], "the name of a country")
        harvest.refuse_row(line, labels["country"], error)
        return
    for column in columns:
        printed = row[column.name]
        try:
            if column.kind == "reserves":
                harvest.count(f"not used (reserves): {meaning_of(printed)}")
            elif not tidy(printed):
                harvest.count("blank")
            elif named is None:
                harvest.count("of several countries together")
            else:
                unit = column.unit or row.get(labels.get("unit_meas", ""), "")
                _figure(harvest, line, column, printed, commodity, kind_of_row, unit, edition, row, named)
        except CellError as error:
            harvest.refuse_row(line, column.name, error)


def _figure(
    harvest: Harvest,
    line: int,
    column: _Column,
    printed: str,
    commodity: str,
    kind_of_row: str,
    printed_unit: str,
    edition: int,
    row: Mapping[str, str],
    named: Named,
) -> None:
    part = named.part
    detail = f"{column.words or kind_of_row}: {part}".rstrip(" :") if part else column.words or kind_of_row
    kind = "capacity" if re.search(r"\bcapacity\b", kind_of_row) and not column.words else column.kind
    product = products.product(commodity, kind, detail)
    if product is None:
        raise CellError(detail[:60], f"a product of {commodity} ({kind})")
    if not product.material_id:
        harvest.count(usgs.NO_MATERIAL)
        return
    unit = usgs.unit_of(printed_unit)
    if unit is None:
        raise CellError(printed_unit[:60] or "no unit", f"a unit, one of {', '.join(usgs.UNITS)}")
    estimated = column.estimated or named.marked or "estimated" in kind_of_row.lower()
    assert column.year is not None  # `column_of` gives none without, but for reserves
    usgs.give_production(
        harvest,
        line,
        column.name,
        printed,
        product,
        named.code,
        column.year,
        unit,
        edition,
        _notes(row, column),
        estimated=estimated,
    )


def _notes(row: Mapping[str, str], column: _Column) -> str:
    """The row's notes on a column's kind, as far as they speak of its year or of none."""
    stem = "prod" if column.kind == "production" else "cap"
    texts = [text for name, text in row.items() if re.fullmatch(rf"{stem}_?.*notes?", name, re.IGNORECASE)]
    years = [set(re.findall(r"20\d\d", text)) for text in texts]
    return " ".join(text for text, named in zip(texts, years, strict=True) if not named or str(column.year) in named)

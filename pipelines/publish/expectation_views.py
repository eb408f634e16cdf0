"""Small frames on which the release as a whole is judged: rows of several tables brought together.

What belongs here: selecting, joining and counting, in plain pandas types. What does not: what is expected of them
(`expectations`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow.compute as pc

from pipelines.licences import is_collection
from pipelines.publish.findings import Tables
from schemas import contract

ADVANCED_STAGES = ("announced", "approved", "financing_signed", "under_construction", "operating")
"""Stages that a release claims only on strong evidence."""

_HALTED = ("suspended", "shelved", "cancelled")


def _rows(tables: Tables, name: str, *columns: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tables.arrow(name).select(list(columns)).to_pylist()
    return rows


def _frame(rows: list[dict[str, Any]], *columns: str) -> pd.DataFrame:
    """Make a frame of plain numbers and objects; decimals become floats, for figures are only compared here."""
    plain = [
        {name: float(row[name]) if isinstance(row[name], Decimal) else row[name] for name in columns} for row in rows
    ]
    return pd.DataFrame(plain, columns=list(columns))


def projects(tables: Tables) -> pd.DataFrame:
    """Projects with the rank of their stages, their number of parties, and whether a place is known or explained."""
    parties = Counter(row["project_id"] for row in _rows(tables, "participants", "project_id"))
    explained = {
        row["key"]
        for row in _rows(tables, "null_reasons", "table", "key", "column")
        if row["table"] == "projects" and row["column"] in ("country", "admin1")
    }
    order = [stage for stage in contract.codes("stage") if stage not in _HALTED]
    columns = ("project_id", "name", "stage", "stage_claimed", "country", "cost_usd_high")
    rows = _rows(tables, "projects", *columns)
    for row in rows:
        row["placed"] = row["country"] is not None or row["project_id"] in explained
        row["n_parties"] = float(parties[row["project_id"]])
        for column in ("stage", "stage_claimed"):
            row[f"{column}_rank"] = float(order.index(row[column])) if row[column] in order else None
    return _frame(rows, *columns, "placed", "n_parties", "stage_rank", "stage_claimed_rank")


def known_costs(tables: Tables) -> pd.DataFrame:
    """Projects whose cost is known in US dollars."""
    rows = _rows(tables, "projects", "project_id", "cost_usd_high")
    return _frame([row for row in rows if row["cost_usd_high"] is not None], "project_id", "cost_usd_high")


def advanced_projects(tables: Tables) -> pd.DataFrame:
    """Projects whose stage needs strong evidence."""
    rows = _rows(tables, "projects", "project_id", "stage", "stage_evidence")
    return _frame([row for row in rows if row["stage"] in ADVANCED_STAGES], "project_id", "stage", "stage_evidence")


def _amounts(tables: Tables, column: str, *values: str) -> pd.DataFrame:
    columns = ("amount_id", "kind", "instrument", "currency", "high", "fx_rate", "usd_high", "sum_set")
    rows = [row for row in _rows(tables, "amounts", *columns) if row[column] in values]
    return _frame(rows, *columns)


def dollar_amounts(tables: Tables) -> pd.DataFrame:
    """Amounts stated in US dollars."""
    return _amounts(tables, "currency", "USD")


def yen_amounts(tables: Tables) -> pd.DataFrame:
    """Amounts stated in yen."""
    return _amounts(tables, "currency", "JPY")


def business_scale_amounts(tables: Tables) -> pd.DataFrame:
    """Figures that put investment and sales together."""
    return _amounts(tables, "kind", "business_scale")


def contingent_amounts(tables: Tables) -> pd.DataFrame:
    """Guarantees and insurance: money that flows only if something goes wrong."""
    return _amounts(tables, "instrument", "loan_guarantee", "insurance")


def program_totals(tables: Tables) -> pd.DataFrame:
    """One row a programme: what it pledges and what is committed under it, in US dollars."""
    programs = {row["program_id"] for row in _rows(tables, "programs", "program_id")}
    by_scope: dict[str, dict[str, Any]] = {}
    for row in _rows(tables, "totals", "scope", "sum_set", "low_usd", "high_usd"):
        if row["scope"] in programs:
            columns = by_scope.setdefault(
                row["scope"], {"scope": row["scope"], "pledge_usd": None, "finance_committed_usd": None}
            )
            name = f"{row['sum_set']}_usd"
            if name in columns:
                # The pledge at its lowest against the commitments at their highest would fault a pledge of "at least".
                columns[name] = row["high_usd"] if row["high_usd"] is not None else row["low_usd"]
    return _frame(list(by_scope.values()), "scope", "pledge_usd", "finance_committed_usd")


def receipt_coverage(tables: Tables) -> pd.DataFrame:
    """One row a published column that needs receipts: its filled cells and those of them that have one."""
    named = {(row["table"], row["column"], row["key"]) for row in _rows(tables, "receipts", "table", "column", "key")}
    covered = Counter((table, column) for table, column, _ in named)
    rows = []
    for name in tables.names():
        if contract.TABLES[name].meaning.receipts != "receipts":
            continue
        for column in contract.TABLES[name].columns:
            if column.meaning.receipted and not column.meaning.key:
                filled = pc.count(tables.arrow(name).column(column.name)).as_py()
                rows.append(
                    {
                        "column": f"{name}.{column.name}",
                        "filled": float(filled),
                        "receipted": float(covered[name, column.name]),
                    }
                )
    return _frame(rows, "column", "filled", "receipted")


def sources(tables: Tables) -> pd.DataFrame:
    """Sources with their addresses."""
    return _frame(_rows(tables, "sources", "source_id", "url"), "source_id", "url")


def source_quarters(tables: Tables) -> pd.DataFrame:
    """One row a quarter from the oldest to the newest dated source: whether anything was published in it."""
    days = [row["published_on"] for row in _rows(tables, "sources", "published_on") if row["published_on"] is not None]
    filled = {day.year * 4 + (day.month - 1) // 3 for day in days}
    quarters = range(min(filled), max(filled) + 1) if filled else range(0)
    rows = [{"quarter": f"{each // 4}-Q{each % 4 + 1}", "has_source": each in filled} for each in quarters]
    return _frame(rows, "quarter", "has_source")


def collections(tables: Tables) -> pd.DataFrame:
    """Collections of figures that were read as rows, and whether each says what may be done with it."""
    rows = _collections(tables)
    for row in rows:
        row["licensed"] = row["licence"] is not None or row["redistributable"] is not None
    return _frame(rows, "source_id", "licensed")


def _collections(tables: Tables) -> list[dict[str, Any]]:
    columns = ("source_id", "licence", "redistributable", "reader", "publisher_kind")
    return [
        row
        for row in _rows(tables, "sources", *columns)
        if row["reader"] is not None and is_collection(row["reader"], row["publisher_kind"])
    ]


def statements(tables: Tables) -> pd.DataFrame:
    """Whether each statement was chosen."""
    return _frame(_rows(tables, "statements", "chosen"), "chosen")


def files(tables: Tables) -> pd.DataFrame:
    """Sources that were read, and whole files that could not be."""
    read = [{"path": row["source_id"], "read": True} for row in _rows(tables, "sources", "source_id")]
    refused = {row["source_path"] for row in _rows(tables, "quarantine", "source_path", "row") if row["row"] is None}
    return _frame(read + [{"path": path, "read": False} for path in sorted(refused)], "path", "read")


def dependence_years(tables: Tables) -> pd.DataFrame:
    """One row a series of a statistic: whether it has every year from its first to its last, over all editions."""
    read_as_rows = {row["source_id"] for row in _collections(tables)}
    series: dict[tuple[str, ...], set[int]] = {}
    for row in _rows(tables, "dependencies", "importer", "material_id", "form", "basis", "edition", "year"):
        if row["edition"] in read_as_rows:
            key = (row["importer"], row["material_id"], row["form"], row["basis"])
            series.setdefault(key, set()).add(row["year"])
    rows = [
        {"what": "|".join(key), "whole": max(series[key]) - min(series[key]) + 1 == len(series[key])}
        for key in sorted(series)
    ]
    return _frame(rows, "what", "whole")


def net_exporters(tables: Tables) -> pd.DataFrame:
    """Dependencies of countries that export more of the material than they import."""
    columns = ("importer", "material_id", "year", "reliance_code", "reliance_low_pct", "reliance_high_pct")
    rows = _rows(tables, "dependencies", *columns)
    return _frame([row for row in rows if row["reliance_code"] == "net_exporter"], *columns)


def _share_sums(tables: Tables, name: str, *group: str) -> pd.DataFrame:
    sums: dict[tuple[Any, ...], float] = {}
    for row in _rows(tables, name, *group, "share_low_pct"):
        if row["share_low_pct"] is not None:
            key = tuple(row[column] for column in group)
            sums[key] = sums.get(key, 0.0) + row["share_low_pct"]
    texts = {"|".join(contract.as_text(part) for part in key): total for key, total in sums.items()}
    rows = [{"what": text, "sum_pct": texts[text]} for text in sorted(texts)]
    return _frame(rows, "what", "sum_pct")


def production_shares(tables: Tables) -> pd.DataFrame:
    """World shares of one material, stage and year, added up over the countries."""
    return _share_sums(tables, "material_production", "material_id", "form", "year", "stage", "edition")


def production_changes(tables: Tables) -> pd.DataFrame:
    """How many times the year before's each production of one edition is; nothing where either is nought or open."""
    group = ("material_id", "form", "stage", "country", "unit", "edition")
    figures: dict[tuple[Any, ...], float] = {}
    for row in _rows(tables, "material_production", *group, "year", "quantity_high"):
        if row["quantity_high"]:
            figures[*(row[column] for column in group), row["year"]] = float(row["quantity_high"])
    rows = []
    for *what, year in sorted(figures, key=str):
        before = figures.get((*what, year - 1))
        if before is not None:
            rows.append({"what": "|".join(map(str, (*what, year))), "times": figures[*what, year] / before})
    return _frame(rows, "what", "times")


def import_shares(tables: Tables) -> pd.DataFrame:
    """Import shares of one country, material and period, added up over the partners."""
    group = ("importer", "material_id", "form", "period_start_on", "period_end_on", "measure", "edition")
    return _share_sums(tables, "import_sources", *group)


def exposures(tables: Tables) -> pd.DataFrame:
    """Exposures of projects beside the dependence that each one quotes."""
    known = {
        (row["importer"], row["material_id"], row["form"], row["year"], row["basis"], row["edition"]): row[
            "china_share_pct"
        ]
        for row in _rows(
            tables, "dependencies", "importer", "material_id", "form", "year", "basis", "edition", "china_share_pct"
        )
    }
    rows = _rows(
        tables, "project_exposures",
        "project_id", "importer", "material_id", "form", "dependence_year", "basis", "edition", "china_share_pct",
    )  # fmt: skip
    for row in rows:
        key = (row["importer"], row["material_id"], row["form"], row["dependence_year"], row["basis"], row["edition"])
        row["dependence_china_share_pct"] = known.get(key)
    return _frame(rows, "project_id", "material_id", "china_share_pct", "dependence_china_share_pct")


VIEWS: Mapping[str, Callable[[Tables], pd.DataFrame]] = {
    view.__name__: view
    for view in (
        projects, known_costs, advanced_projects, dollar_amounts, yen_amounts, business_scale_amounts,
        contingent_amounts, program_totals, receipt_coverage, sources, source_quarters, collections, statements, files,
        dependence_years, net_exporters, production_shares, production_changes, import_shares, exposures,
    )
}  # fmt: skip
"""Name -> what makes the view, in the order in which they are judged."""

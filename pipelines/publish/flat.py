"""`projects_flat.csv`: one row a project, for people with a spreadsheet.

What belongs here: how a project, its money and its parties are put into one line of plain words. What does not: any
figure that is not already in a table, and any sum (those stand in `totals` alone).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa

from pipelines.publish.findings import Tables
from pipelines.publish.formats import csv_chunks

Row = Mapping[str, Any]

SEPARATOR = "; "
"""Between names in one cell."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""This one file begins with it: without it Excel reads the Japanese names as something else."""


@dataclass(frozen=True, slots=True)
class FlatColumn:
    """A column of the flat file.

    Attributes:
        en: Meaning in English.
        ja: Meaning in Japanese.
        copies: Column of `projects` that it repeats unchanged; None where the cell is put into words here.
    """

    name: str
    arrow_type: pa.DataType
    en: str
    ja: str
    copies: str | None = None


_MONEY = pa.decimal128(20, 2)

FLAT = "projects_flat.csv"
"""Name of the file in a release."""

FLAT_COLUMNS: tuple[FlatColumn, ...] = (
    FlatColumn("project_id", pa.string(), "Stable id of the project.", "プロジェクトの固定識別子。", "project_id"),
    FlatColumn("name", pa.string(), "Name in English.", "英語名。", "name"),
    FlatColumn("name_ja", pa.string(), "Name in Japanese.", "日本語名。", "name_ja"),
    FlatColumn("program", pa.string(), "Investment programme it is seen with.", "関係する投資プログラム。"),
    FlatColumn("program_relation", pa.string(), "How it stands to the programme.", "プログラムとの関係。"),
    FlatColumn("tranche", pa.string(), "Tranche in which it was named.", "公表された回(トランシェ)。"),
    FlatColumn("sector", pa.string(), "Sector.", "部門。"),
    FlatColumn("stage", pa.string(), "Furthest stage on sufficient evidence.", "十分な証拠のある最も進んだ段階。"),
    FlatColumn("stage_evidence", pa.string(), "What the stage rests on, in words.", "段階の根拠(文章)。"),
    FlatColumn("state", pa.string(), "State or prefecture, ISO 3166-2.", "州・都道府県(ISO 3166-2)。", "admin1"),
    FlatColumn("city", pa.string(), "City or place.", "市町村または地点。", "city"),
    FlatColumn("country", pa.string(), "Country, ISO 3166-1 alpha-3.", "国(ISO 3166-1 alpha-3)。", "country"),
    FlatColumn(
        "cost",
        pa.string(),
        "Cost with its qualifier in words, in the currency of the source; not a sum of payments.",
        "事業費(限定語つき、出典の通貨)。支払額の合計ではない。",
    ),
    FlatColumn("cost_usd_low", _MONEY, "Lower bound of the cost, USD.", "事業費の下限(米ドル)。", "cost_usd_low"),
    FlatColumn("cost_usd_high", _MONEY, "Upper bound of the cost, USD.", "事業費の上限(米ドル)。", "cost_usd_high"),
    FlatColumn("payers", pa.string(), "Who pays, where a source says so.", "資金の出し手(出典に明記のもの)。"),
    FlatColumn("operators", pa.string(), "Operators.", "運営者。"),
    FlatColumn("developers", pa.string(), "Developers.", "開発者。"),
    FlatColumn("lenders", pa.string(), "Lenders.", "貸し手。"),
    FlatColumn("insurers_guarantors", pa.string(), "Insurers and guarantors.", "保険者・保証者。"),
    FlatColumn(
        "interested_firms",
        pa.string(),
        "Firms that only showed interest; they have not said that they pay or build.",
        "関心を示したにとどまる企業。出資・建設を表明したものではない。",
    ),
    FlatColumn("japanese_participants", pa.string(), "All participants from Japan.", "日本の参加者すべて。"),
    FlatColumn("materials", pa.string(), "Materials and what is done with them.", "関係する鉱物・素材と関わり方。"),
    FlatColumn(
        "last_evidence_on", pa.date32(), "Date of the newest evidence.", "最新の証拠の日付。", "last_evidence_on"
    ),
    FlatColumn("n_witnesses", pa.int64(), "Independent first publishers.", "独立した初出発行元の数。", "n_witnesses"),
    FlatColumn(
        "open_conflicts", pa.int64(), "Cells on which sources differ.", "出典が食い違うセルの数。", "n_conflicts"
    ),
    FlatColumn("review", pa.string(), "Whether a person has checked the row.", "人による確認の状態。", "review"),
    FlatColumn("receipt", pa.string(), "Command that shows where the cost comes from.", "事業費の根拠を示すコマンド。"),
)

FLAT_SCHEMA = pa.schema([pa.field(c.name, c.arrow_type, metadata={"description": c.en}) for c in FLAT_COLUMNS])

_PAYING_KINDS = frozenset({"project_cost", "commitment", "financing", "disbursement", "purchase"})
_NOT_PAYING = frozenset({"insurance", "loan_guarantee"})
_GONE = frozenset({"withdrawn", "denied"})


def projects_flat(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Put each project into one row.

    Args:
        tables: The contract's tables; of them programs, tranches, projects, amounts, participants, organizations,
            project_materials, materials and codelists are read. Missing ones count as empty.

    Returns:
        A frame with `FLAT_COLUMNS`, sorted by project_id. Text in English; names of parties sorted. A party whose
        part is not a fact is followed by what it is: `Hitachi (negotiating)`, `Toshiba (reported, unreviewed)`.
    """
    data = Tables(tables)
    read = {name: data.rows(name) for name in _READ}
    words = {(row["list"], row["code"]): row["label_en"] for row in read["codelists"]}
    names = {row["org_id"]: row["name"] or row["org_id"] for row in read["organizations"]}
    programs = {row["program_id"]: row["name"] for row in read["programs"]}
    tranches = {row["tranche_id"]: row["name"] for row in read["tranches"]}
    parties = _Parties(read["participants"], read["amounts"], names, read["organizations"], words)
    materials = _materials(read["project_materials"], read["materials"], words)
    rows = [
        _flat_row(project, programs, tranches, parties, materials, words)
        for project in sorted(read["projects"], key=lambda row: row["project_id"])
    ]
    table = pa.Table.from_pylist(rows, schema=FLAT_SCHEMA)
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


_READ = (
    "programs", "tranches", "projects", "amounts", "participants", "organizations", "project_materials", "materials",
    "codelists",
)  # fmt: skip


def flat_csv(frame: pd.DataFrame) -> bytes:
    """Return the file's bytes: a byte order mark, then the CSV of `formats`."""
    table = pa.Table.from_pandas(frame, schema=FLAT_SCHEMA, preserve_index=False)
    return BYTE_ORDER_MARK + b"".join(csv_chunks(table.schema, table.to_batches()))


def _flat_row(
    project: Row,
    programs: Mapping[str, str],
    tranches: Mapping[str, str],
    parties: _Parties,
    materials: Mapping[str, str],
    words: Mapping[tuple[str, str], str],
) -> dict[str, Any]:
    project_id = project["project_id"]

    def word(codelist: str, code: str | None) -> str | None:
        return _word(words, codelist, code)

    return {
        "project_id": project_id,
        "name": project["name"],
        "name_ja": project["name_ja"],
        "program": programs.get(project["program_id"], project["program_id"]),
        "program_relation": word("program_relation", project["program_relation"]),
        "tranche": tranches.get(project["tranche"], project["tranche"]),
        "sector": word("sector", project["sector"]),
        "stage": word("stage", project["stage"]),
        "stage_evidence": _stage_in_words(project, words),
        "state": project["admin1"],
        "city": project["city"],
        "country": project["country"],
        "cost": amount_in_words(
            project["cost_original_low"],
            project["cost_original_high"],
            project["cost_qualifier"],
            project["cost_currency"],
        ),
        "cost_usd_low": project["cost_usd_low"],
        "cost_usd_high": project["cost_usd_high"],
        "payers": parties.payers(project_id),
        "operators": parties.with_role(project_id, "operator"),
        "developers": parties.with_role(project_id, "developer"),
        "lenders": parties.with_role(project_id, "lender"),
        "insurers_guarantors": parties.with_role(project_id, "insurer", "guarantor"),
        "interested_firms": parties.interested(project_id),
        "japanese_participants": parties.japanese(project_id),
        "materials": materials.get(project_id),
        "last_evidence_on": project["last_evidence_on"],
        "n_witnesses": project["n_witnesses"],
        "open_conflicts": project["n_conflicts"],
        "review": project["review"],
        "receipt": f"kakehashi receipt projects {project_id} cost_usd_high",
    }


def _word(words: Mapping[tuple[str, str], str], codelist: str, code: str | None) -> str | None:
    """The codelist's English label; the code itself, spaced, where the label is not known."""
    if code is None:
        return None
    return words.get((codelist, code)) or code.replace("_", " ")


def _stage_in_words(project: Row, words: Mapping[tuple[str, str], str]) -> str | None:
    evidence = _word(words, "evidence", project["stage_evidence"])
    parts = [evidence] if evidence else []
    if project["stage_as_of"] is not None:
        parts.append(f"as of {project['stage_as_of'].isoformat()}")
    claimed = project["stage_claimed"]
    if claimed is not None and claimed != project["stage"]:
        parts.append(f"a source claims {_word(words, 'stage', claimed)}, without sufficient evidence")
    return SEPARATOR.join(parts) or None


_QUALIFIERS: Mapping[str, str] = {
    "exact": "{high}", "about": "about {high}", "up_to": "up to {high}", "less_than": "less than {high}",
    "at_least": "at least {low}", "more_than": "more than {low}", "between": "between {low} and {high}",
}  # fmt: skip


def amount_in_words(
    low: Decimal | None, high: Decimal | None, qualifier: str | None, currency: str | None
) -> str | None:
    """Say an amount with its qualifier: `about 600 million USD`, `between 1 billion and 2 billion USD`.

    Args:
        low: Lower bound in full units of the currency.
        high: Upper bound.
        qualifier: Code of the codelist `qualifier`; null is read off the bounds.
        currency: ISO 4217.

    Returns:
        The words, None where neither bound is known. No digit is dropped: 1,234,567,890 stays as it is.
    """
    if low is None and high is None:
        return None
    pattern = _QUALIFIERS.get(qualifier or "", "")
    if low is None and (not pattern or "{low}" in pattern):
        pattern = "up to {high}"
    elif high is None and (not pattern or "{high}" in pattern):
        pattern = "at least {low}"
    elif low is not None and high is not None and low != high and "{low}" not in pattern:
        pattern = {"about": "about {low} to {high}"}.get(qualifier or "", "between {low} and {high}")
    elif not pattern:
        pattern = "{high}"
    spelled = pattern.format(low=plain_amount(low), high=plain_amount(high))
    return f"{spelled} {currency}" if currency else spelled


def plain_amount(amount: Decimal | None) -> str:
    """Spell an amount in billions, millions or full units, whichever needs at most three decimals; nothing rounded."""
    if amount is None:
        return ""
    for size, word in ((Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million")):
        scaled = (amount / size).normalize()
        if abs(amount) >= size and scaled == round(scaled, 3):
            return f"{scaled:,f} {word}"
    return f"{amount.normalize():,f}"


class _Parties:
    """Who takes part in which project, ready to be printed as names."""

    def __init__(
        self,
        participants: Iterable[Row],
        amounts: Iterable[Row],
        names: Mapping[str, str],
        organizations: Iterable[Row],
        words: Mapping[tuple[str, str], str],
    ) -> None:
        self._names = names
        self._words = words
        self._japanese = {row["org_id"] for row in organizations if row["country"] == "JPN"}
        self._by_project: dict[str, list[Row]] = defaultdict(list)
        self._payments: dict[str, list[Row]] = defaultdict(list)
        for row in participants:
            if row["project_id"] is not None and row["modality"] != "denied" and row["engagement"] not in _GONE:
                self._by_project[row["project_id"]].append(row)
        for row in amounts:
            paying = row["kind"] in _PAYING_KINDS and row["instrument"] not in _NOT_PAYING
            if paying and row["project_id"] is not None and row["payer_org_id"] and row["modality"] != "denied":
                self._payments[row["project_id"]].append(row)

    def payers(self, project_id: str) -> str | None:
        """Names of who pays for the project."""
        return self._list(self._payments[project_id], "payer_org_id")

    def with_role(self, project_id: str, *roles: str) -> str | None:
        """Names of those who hold a role and do more than show interest."""
        return self._list(r for r in self._by_project[project_id] if r["role"] in roles and not _only_interest(r))

    def interested(self, project_id: str) -> str | None:
        """Names of those who only show interest."""
        rows = self._by_project[project_id]
        firm = {row["org_id"] for row in rows if not _only_interest(row)}
        return self._list(row for row in rows if _only_interest(row) and row["org_id"] not in firm)

    def japanese(self, project_id: str) -> str | None:
        """Names of all participants from Japan."""
        rows = [row for row in self._by_project[project_id] if row["org_id"] in self._japanese]
        return self._list(rows, engagement_matters=False)

    def _list(self, rows: Iterable[Row], column: str = "org_id", *, engagement_matters: bool = True) -> str | None:
        doubts: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for row in rows:
            doubts[row[column]].append(self._doubts(row) if engagement_matters else ())
        printed = []
        for org_id, found in doubts.items():
            # One firm statement is enough; only where each is doubtful is the least doubtful one told.
            doubt = min(found, key=lambda item: (len(item), item))
            name = self._names.get(org_id, org_id)
            printed.append(f"{name} ({', '.join(doubt)})" if doubt else name)
        return SEPARATOR.join(sorted(printed)) or None

    def _doubts(self, row: Row) -> tuple[str, ...]:
        doubts: list[str] = []
        if row.get("engagement") == "negotiating":
            doubts.append("negotiating")
        if row["modality"] in {"reported", "conditional"}:
            doubts.append(row["modality"])
        if row["review"] == "unreviewed":
            doubts.append("unreviewed")
        return tuple(doubts)


def _only_interest(row: Row) -> bool:
    return bool(row["role"] == "interested" or row["engagement"] == "interest_expressed")


def _materials(links: Iterable[Row], materials: Iterable[Row], words: Mapping[tuple[str, str], str]) -> dict[str, str]:
    names = {row["material_id"]: row["name"] or row["material_id"] for row in materials}
    found: dict[str, set[str]] = defaultdict(set)
    for row in links:
        if row["modality"] != "denied":
            relation = _word(words, "material_relation", row["relation"])
            found[row["project_id"]].add(f"{names.get(row['material_id'], row['material_id'])} ({relation})")
    return {project_id: SEPARATOR.join(sorted(texts)) for project_id, texts in found.items()}

"""What stands beside the tables in a release: descriptors, manifest, readmes, data dictionary, SQL.

What belongs here: descriptions generated from the contract and the tables. What does not: the tables' own bytes
(`formats`) and the folder (`release`).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.licences import OWN_USE, OWN_USE_TITLE, TableLicence
from pipelines.publish.flat import FLAT_COLUMNS, plain_amount
from schemas import contract

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TEMPLATES = Path(__file__).parent / "templates"
LICENCES: Mapping[str, tuple[str, str]] = {
    "CC-BY-4.0": ("Creative Commons Attribution 4.0 International", "https://creativecommons.org/licenses/by/4.0/"),
    "CC0-1.0": ("CC0 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
}
"""Licence code of the contract -> title and address; another code is published by its name alone."""

KEYWORDS = ("Japan", "United States", "investment", "critical materials", "import dependence")
_TITLES = {OWN_USE: OWN_USE_TITLE}

_STATE = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
"""How a state's scope is spelled: ISO 3166-2."""


@dataclass(frozen=True, slots=True)
class ReleaseTexts:
    """The words of a release that no table holds.

    Attributes:
        name: Name of the data package, a slug.
        creator: Who is to be cited.
        homepage: Address of the project, None while it has none.
    """

    name: str = "kakehashi"
    title_en: str = "Kakehashi: US-Japan investment projects and critical-material dependence"
    title_ja: str = "架け橋:日米投資案件と重要鉱物依存のオープンデータ"
    description_en: str = (
        "Projects of and beside the Japan-US investment programme of 550 billion US dollars, the money and the parties "
        "behind them, and the dependence on critical materials that they bear on. Every value has its receipt."
    )
    description_ja: str = (
        "5,500億ドルの日米投資プログラムとその周辺の案件、資金、当事者、および関係する重要鉱物への依存。"
        "すべての値に根拠(受領証)が付く。"
    )
    creator: str = "Kakehashi contributors"
    homepage: str | None = None


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What release.json says of one table: rows and hashes (sha256, lower-case hex)."""

    rows: int
    csv_sha256: str
    parquet_sha256: str
    logical_sha256: str


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What release.json says of the release.

    Attributes:
        licences: Licence of each table, as its sources make it.
        own_use: The release may hold figures that may not be passed on.
        waivers: What its failed checks are let pass by, as release.json carries it.
        program_sha256: Hash of the program that wrote it.
    """

    version: str
    released_on: dt.date
    input_sha256: str
    previous: str | None
    tables: Mapping[str, TableFacts]
    licences: Mapping[str, TableLicence] = field(default_factory=dict)
    own_use: bool = False
    waivers: Sequence[Mapping[str, str]] = ()
    program_sha256: str | None = None

    def licence(self, name: str) -> str:
        """Licence code of a table."""
        return self.licences[name].code if name in self.licences else contract.TABLES[name].meaning.licence

    def package_licence(self) -> str:
        """Licence code of the release as a whole."""
        return OWN_USE if self.own_use else "CC-BY-4.0"


def json_bytes(value: Any) -> bytes:
    """Spell a value as JSON: sorted keys, two spaces, UTF-8 as it is, a line feed at the end."""
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def manifest(facts: ReleaseFacts) -> dict[str, Any]:
    """Return release.json: what the release is, made from what, after which, and what each table weighs."""
    return {
        **({"own_use": True} if facts.own_use else {}),
        **({"waivers": list(facts.waivers)} if facts.waivers else {}),
        "version": facts.version,
        "released_on": facts.released_on.isoformat(),
        "contract_version": contract.CONTRACT_VERSION,
        "input_sha256": facts.input_sha256,
        **({"program_sha256": facts.program_sha256} if facts.program_sha256 else {}),
        "previous": facts.previous,
        "counts": {
            "tables": len(facts.tables),
            "rows": sum(table.rows for table in facts.tables.values()),
        },
        "tables": {
            name: {
                "rows": table.rows,
                "licence": facts.licence(name),
                "csv_sha256": table.csv_sha256,
                "parquet_sha256": table.parquet_sha256,
                "logical_sha256": table.logical_sha256,
            }
            for name, table in facts.tables.items()
        },
    }


def datapackage(facts: ReleaseFacts, texts: ReleaseTexts, sources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the Frictionless Data Package (version 2) of the release.

    Args:
        facts: Version, date and tables.
        texts: Words that no table holds.
        sources: Rows of the table `sources`; those with an address are named as the package's sources.
    """
    package: dict[str, Any] = {
        "$schema": PROFILE,
        "name": texts.name,
        "title": texts.title_en,
        "description": texts.description_en,
        "version": facts.version,
        # The release date, not the time of the build: the bytes of a release know no clock.
        "created": f"{facts.released_on.isoformat()}T00:00:00Z",
        "contributors": [{"title": texts.creator, "roles": ["creator"]}],
        "licenses": [licence(facts.package_licence())],
        "keywords": list(KEYWORDS),
        "resources": [resource(name, facts.licences.get(name)) for name in facts.tables] + [_flat_resource()],
    }
    if texts.homepage:
        package["homepage"] = texts.homepage
    cited = sorted((row["source_id"], row["title"], row["publisher"], row["url"]) for row in sources if row["url"])
    if cited:
        package["sources"] = [
            {"title": title or publisher or source_id, "path": url} for source_id, title, publisher, url in cited
        ]
    return package


def resource(name: str, terms: TableLicence | None = None) -> dict[str, Any]:
    """Return a table's resource: its CSV as the contract describes it, and where the Parquet stands.

    Args:
        name: Contract table.
        terms: Its licence as its sources make it; None: as the contract declares it.
    """
    described = {**contract.frictionless_resource(name), "parquet": f"tables/{name}.parquet"}
    if terms is not None:
        described["licenses"] = [licence(terms.code)]
        described["sourceLicences"] = [{"licence": said, "sources": number} for said, number in terms.sources]
    return described


def licence(code: str) -> dict[str, str]:
    """Return the Frictionless licence of a contract code."""
    if code in LICENCES:
        title, path = LICENCES[code]
        return {"name": code, "title": title, "path": path}
    return {"name": code, **({"title": _TITLES[code]} if code in _TITLES else {})}


def citation(facts: ReleaseFacts, texts: ReleaseTexts) -> str:
    """Return how the release is to be cited."""
    where = f" {texts.homepage}" if texts.homepage else ""
    return f"{texts.creator} ({facts.released_on.year}). {texts.title_en}, release {facts.version}.{where}"


def _flat_resource() -> dict[str, Any]:
    fields = [
        {"name": column.name, "type": _frictionless_type(column.arrow_type), "description": column.en}
        for column in FLAT_COLUMNS
    ]
    return {
        "name": "projects_flat",
        "type": "table",
        "title": "Projects, one row each, for spreadsheets",
        "path": "projects_flat.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True},
        "schema": {"fields": fields, "primaryKey": ["project_id"], "missingValues": [""]},
        "licenses": [licence("CC-BY-4.0")],
    }


def _frictionless_type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_integer(kind):
        return "integer"
    return "date" if pa.types.is_date(kind) else "string"


def data_dictionary_csv() -> bytes:
    """Return data_dictionary.csv: one row a column of the contract, in both languages."""
    rows = list(contract.data_dictionary())
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _dictionary_cell(value) for name, value in row.items()} for row in rows)
    return file.getvalue().encode()


def _dictionary_cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def readme(language: str, facts: ReleaseFacts, texts: ReleaseTexts, totals: Sequence[Mapping[str, Any]]) -> bytes:
    """Render README.md or README.ja.md.

    Args:
        language: `en` or `ja`.
        facts: Version, date and tables.
        texts: Words that no table holds.
        totals: Rows of the table `totals`: the only figures that are printed, each with its set, ceilings apart.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=False,  # noqa: S701 - Markdown, not HTML
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = lambda text: str(text).replace("|", "\\|").replace("\n", " ")
    dollars = dollars_en if language == "en" else dollars_ja
    name = {"en": "README.md.j2", "ja": "README.ja.md.j2"}[language]
    text = environment.get_template(name).render(
        facts=facts,
        texts=texts,
        totals=sorted((row for row in totals if _is_headline(row)), key=_headline_order),
        dollars=dollars,
        specs=contract.TABLES,
        keys={name: _key_columns(name, language) for name in facts.tables},
        contract_version=contract.CONTRACT_VERSION,
    )
    return text.encode()


def _is_headline(row: Mapping[str, Any]) -> bool:
    """Programmes, their batches and the whole; sectors and states stand in the table alone."""
    return row["scope"] not in contract.CODELISTS["sector"] and not _STATE.fullmatch(row["scope"])


def _headline_order(row: Mapping[str, Any]) -> tuple[bool, str, int]:
    return row["scope"] == "all", row["scope"], contract.CODELISTS["sum_set"].index(row["sum_set"])


def _key_columns(name: str, language: str) -> str:
    spec = contract.TABLES[name]
    columns = [column for column in spec.columns if column.name in spec.key]
    if language == "en":
        return ", ".join(f"`{column.name}`" for column in columns)
    return "、".join(f"`{column.name}`({column.meaning.ja.split('。')[0]})" for column in columns)


def dollars_en(amount: Decimal | None) -> str:
    """Spell dollars for a reader of English; nothing is rounded, and a dash stands where there is nothing to sum."""
    return "–" if amount is None else f"USD {plain_amount(amount)}"


def dollars_ja(amount: Decimal | None) -> str:
    """Spell dollars for a reader of Japanese, in hundreds of millions where that drops no digit."""
    if amount is None:
        return "–"
    scaled = (amount / Decimal(10) ** 8).normalize()
    if abs(amount) >= 10**8 and scaled == round(scaled, 3):
        return f"{scaled:,f}億ドル"
    return f"{amount.normalize():,f}ドル"


def sums_file(hashes: Mapping[str, str]) -> bytes:
    """Return SHA256SUMS for `sha256sum -c`: one line a file, sorted by path."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(hashes.items())).encode()

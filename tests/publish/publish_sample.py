"""A small whole set of tables, made up, that passes every check.

Run as `python publish_sample.py OUTPUT [DATE [INPUT]]` it writes a release from them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from pipelines.publish.release import Release, write_release  # noqa: E402
from pipelines.reconcile import totals as reconcile_totals  # noqa: E402
from schemas import contract  # noqa: E402

Row = dict[str, Any]

RELEASED_ON = dt.date(2026, 11, 22)
INPUT = "a" * 64


def sample_rows() -> dict[str, list[Row]]:
    """Rows of the tables that a person would code, as plain values; receipts, reasons and totals come later."""
    return {
        **_programme_rows(),
        "projects": [_diamond_plant(), _gas_plant()],
        "amounts": _amount_rows(),
        **_party_rows(),
        **_material_rows(),
    }


def _programme_rows() -> dict[str, list[Row]]:
    return {
        "sources": [
            _source("ministry-2026", tier="official", title='Fact sheet, "first" list', url="https://example.org/a"),
            _source("newswire-2026", tier="press", title="=A report", url="https://example.org/b,c"),
            _source("ecb-rates", tier="official", title="Reference rates", url="https://example.org/ecb"),
        ],
        "exchange_rates": [
            {
                "currency": "JPY", "on": dt.date(2026, 2, 17), "usd_per_unit": Decimal("0.00650000"),
                "source_id": "ecb-rates", "locator": "row 12",
            }
        ],
        "programs": [
            {
                "program_id": "us-japan-550bn", "name": "Strategic investment programme", "name_ja": "戦略的投資",
                "sponsor_country": "JPN", "host_country": "USA", "pledged_usd": Decimal("550000000000.00"),
                "signed_on": dt.date(2025, 9, 4),
            }
        ],
        "tranches": [
            {"tranche_id": "tranche-1", "program_id": "us-japan-550bn", "name": "First batch", "name_ja": "第1弾"}
        ],
    }  # fmt: skip


def _amount_rows() -> list[Row]:
    return [
        _amount("pledge-550", kind="pledge", sum_set="pledge", low="550000000000", high="550000000000"),
        _amount(
            "diamond-cost", project_id="diamond-plant", kind="project_cost", sum_set="cost", qualifier="about",
            low="600000000", high="600000000", payer_org_id="element-six", part_of="pledge-550",
        ),
        _amount(
            "gas-cost", project_id="gas-plant", kind="project_cost", sum_set="cost", qualifier="up_to",
            low=None, high="33000000000",
        ),
    ]  # fmt: skip


def _party_rows() -> dict[str, list[Row]]:
    return {
        "participants": [
            _participant("p1", "diamond-plant", "element-six", role="operator", engagement="selected"),
            _participant("p2", "diamond-plant", "hitachi", role="interested", engagement="interest_expressed"),
            _participant("p3", "gas-plant", "hitachi", role="developer", engagement="negotiating", modality="reported"),
            _participant("p4", None, "jbic", role="lender", engagement="negotiating", instrument="loan"),
        ],
        "organizations": [
            {"org_id": "element-six", "name": "Element Six", "country": "GBR", "review": "accepted"},
            {"org_id": "hitachi", "name": "Hitachi", "name_ja": "日立製作所", "country": "JPN", "review": "accepted"},
            {"org_id": "jbic", "name": "JBIC", "name_ja": "国際協力銀行", "country": "JPN", "review": "accepted"},
        ],
        "organization_names": [
            {"org_id": "hitachi", "name": "-Hitachi, Ltd.", "language": "en", "kind": "official"},
            {"org_id": "hitachi", "name": "'=日立\n製作所", "language": "ja", "kind": "misspelling"},
        ],
        "ownership": [
            {
                "owner_org_id": "hitachi", "owned_org_id": "element-six", "valid_from": None, "share_pct": 12.5,
                "source_id": "ministry-2026",
            }
        ],
    }  # fmt: skip


def _material_rows() -> dict[str, list[Row]]:
    return {
        "materials": [{"material_id": "synthetic-diamond", "name": "Synthetic diamond", "name_ja": "人工ダイヤ"}],
        "project_materials": [
            {
                "project_id": "diamond-plant", "material_id": "synthetic-diamond", "relation": "produces",
                "modality": "planned", "n_witnesses": 2, "review": "accepted", "source_id": "ministry-2026",
            }
        ],
    }  # fmt: skip


def _source(source_id: str, **cells: Any) -> Row:
    return {
        "source_id": source_id, "publisher": source_id.split("-", maxsplit=1)[0], "distrusted": False, "n_statements": 1,
        "published_on": dt.date(2026, 2, 17), "published_precision": "day", "sha256": _hash(source_id), **cells,
    }  # fmt: skip


def _project(project_id: str, **cells: Any) -> Row:
    return {
        "project_id": project_id, "program_id": "us-japan-550bn", "program_relation": "selected",
        "tranche": "tranche-1", "country": "USA", "review": "accepted", "n_sources": 2, "n_witnesses": 2,
        "n_conflicts": 0, "last_evidence_on": dt.date(2026, 5, 1), **cells,
    }  # fmt: skip


def _diamond_plant() -> Row:
    cost = Decimal("600000000.00")
    return _project(
        "diamond-plant", name="+Diamond plant", name_ja="人工ダイヤ工場", sector="critical_materials",
        stage="announced", stage_as_of=dt.date(2026, 2, 17), stage_evidence="primary_document",
        stage_claimed="under_construction", city="Troutdale", admin1="US-OR", latitude=45.5, longitude=-122.4,
        cost_usd_low=cost, cost_usd_high=cost, cost_qualifier="about", cost_currency="USD",
        cost_original_low=cost, cost_original_high=cost, announced_on=dt.date(2026, 2, 17),
        description='Stones, "grit" and\nwafers', n_conflicts=1,
    )  # fmt: skip


def _gas_plant() -> Row:
    ceiling = Decimal("33000000000.00")
    return _project(
        "gas-plant", name="Gas plant", sector="power_generation", stage="approved", stage_evidence="primary_document",
        stage_claimed="approved", capacity_value=9.2, capacity_unit="GW", cost_usd_high=ceiling,
        cost_qualifier="up_to", cost_currency="USD", cost_original_high=ceiling,
    )  # fmt: skip


def _amount(amount_id: str, *, low: str | None, high: str | None, **cells: Any) -> Row:
    bounds = {name: None if text is None else Decimal(text).quantize(Decimal("0.01")) for name, text in
              (("low", low), ("high", high))}  # fmt: skip
    return {
        "amount_id": amount_id, "program_id": "us-japan-550bn", "qualifier": "exact", "modality": "asserted",
        "review": "accepted", "n_witnesses": 1, "source_id": "ministry-2026", "source_converted": False,
        "as_of": dt.date(2026, 2, 17), "as_of_precision": "day", "currency": "USD", **bounds,
        "usd_low": bounds["low"], "usd_high": bounds["high"], **cells,
    }  # fmt: skip


def _participant(participant_id: str, project_id: str | None, org_id: str, **cells: Any) -> Row:
    return {
        "participant_id": participant_id, "program_id": "us-japan-550bn", "project_id": project_id, "org_id": org_id,
        "modality": "asserted", "n_witnesses": 1, "source_ids": ["ministry-2026", "newswire-2026"],
        "review": "accepted", **cells,
    }  # fmt: skip


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def complete(rows: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Add what reconciling adds: statements, receipts, null reasons, totals, one conflict."""
    whole = {name: list(rows.get(name, [])) for name in contract.TABLES}
    whole["totals"] = reconcile_totals.compute(rows["amounts"], rows["projects"])
    for name, spec in contract.TABLES.items():
        for row in list(whole[name]):
            key = "|".join("" if row.get(part) is None else _text(row[part]) for part in spec.key)
            for column in spec.columns:
                value = row.get(column.name)
                if value is None and column.meaning.reasoned:
                    reason = {"table": name, "key": key, "column": column.name, "reason": "not_reported"}
                    whole["null_reasons"].append(reason)
                receipted = spec.meaning.receipts == "receipts" and column.meaning.receipted
                if value is not None and receipted and not column.meaning.key:
                    _receipt(whole, name, key, column.name, _text(value))
    statement = whole["statements"][0]["statement_id"]
    whole["conflicts"].append(
        {
            "conflict_id": "c1", "table": "projects", "key": "diamond-plant", "column": "cost_usd_high",
            "chosen_value": "600000000.00", "rule": contract_code("conflict_rule"),
        }
    )  # fmt: skip
    for value in ("500000000.00", "600000000.00"):
        whole["conflict_values"].append(
            {
                "conflict_id": "c1", "value": value, "statement_ids": [statement], "source_ids": ["ministry-2026"],
                "n_witnesses": 1,
            }
        )  # fmt: skip
    return whole


def contract_code(codelist: str) -> str:
    """Return the first code of a codelist."""
    from schemas.columns import codes

    return codes(codelist)[0]


def _receipt(whole: dict[str, list[Row]], table: str, key: str, column: str, value: str) -> None:
    statement_id = _hash(f"{table}/{key}/{column}")[:16]
    whole["statements"].append(
        {
            "statement_id": statement_id, "subject_kind": contract.SUBJECT_KINDS[table], "subject_id": key, "property": column,
            "value": value, "value_type": "text", "source_id": "ministry-2026", "locator": "p1:0-3",
            "modality": "asserted", "method": "curated", "review": "accepted", "chosen": True,
        }
    )  # fmt: skip
    whole["receipts"].append(
        {
            "table": table, "key": key, "column": column, "input_no": 1, "statement_id": statement_id,
            "source_id": "ministry-2026", "source_sha256": _hash("ministry-2026"), "locator": "p1:0-3",
        }
    )  # fmt: skip


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def frames(rows: dict[str, list[Row]]) -> dict[str, pd.DataFrame]:
    """Put complete rows into the contract's frames; `changes` is left to the release."""
    return {name: contract.frame(name, table) for name, table in rows.items() if name != "changes"}


def sample_tables() -> dict[str, pd.DataFrame]:
    """Return the sample as frames, `changes` left out."""
    return frames(complete(sample_rows()))


def build(output: Path, released_on: dt.date = RELEASED_ON, input_sha256: str = INPUT) -> Release:
    """Write a release of the sample."""
    return write_release(sample_tables(), output=output, released_on=released_on, input_sha256=input_sha256)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    date = dt.date.fromisoformat(arguments[1]) if len(arguments) > 1 else RELEASED_ON
    print(build(Path(arguments[0]), date, arguments[2] if len(arguments) > 2 else INPUT).version)

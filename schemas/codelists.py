"""The closed vocabularies of the contract: every code a column may hold, in its declared order.

What belongs here: codes and their order. What does not: labels and definitions (`raw/reference/codelists.csv`, which
`disagreements` holds against this module) and open vocabularies such as countries, currencies or units of statistics.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

SUBJECT_KINDS: dict[str, str] = {
    "sources": "source",
    "programs": "program",
    "tranches": "tranche",
    "program_terms": "program_term",
    "projects": "project",
    "project_locations": "project_location",
    "project_links": "project_link",
    "amounts": "amount",
    "participants": "participant",
    "events": "event",
    "organizations": "organization",
    "organization_names": "organization_name",
    "ownership": "ownership",
    "materials": "material",
    "material_hs_codes": "material_hs_code",
    "material_listings": "material_listing",
    "material_uses": "material_use",
    "material_production": "material_production",
    "import_sources": "import_source",
    "world_concentration": "world_concentration",
    "dependencies": "dependency",
    "balances": "balance",
    "trade_flows": "trade_flow",
    "mirror_gaps": "mirror_gap",
    "export_controls": "export_control",
    "export_control_periods": "export_control_period",
    "export_control_items": "export_control_item",
    "export_control_entities": "export_control_entity",
    "project_materials": "project_material",
    "project_exposures": "project_exposure",
    "exchange_rates": "exchange_rate",
}
"""Contract table -> what a statement about one of its rows calls it in `subject_kind`."""

_FIGURE_CODES = ("exact", "bounded", "net_exporter", "withheld", "not_available", "small")

# fmt: off
CODELISTS: dict[str, tuple[str, ...]] = {
    # Provenance
    "tier": ("official", "party", "press", "aggregator"),
    "publisher_kind": (
        "government", "company", "wire", "newspaper", "broadcaster", "trade_press", "research",
        "statistics_agency", "law_firm", "aggregator", "social",
    ),
    "subject_kind": (*SUBJECT_KINDS.values(), "document"),
    "value_type": ("text", "list", "money", "rate", "number", "integer", "year", "date", "boolean"),
    "modality": ("asserted", "planned", "reported", "conditional", "denied"),
    "review": ("unreviewed", "accepted", "corrected", "rejected"),
    "null_reason": (
        "not_reported", "withheld", "unparsed", "conflicting", "not_applicable", "fx_missing", "licence",
        "not_disclosed",
    ),
    "conflict_rule": (
        "decision", "curated_over_extracted", "source_tier", "modality", "newest_stated_on", "exactness", "witnesses",
        "source_id", "places", "evidence",
    ),
    # Investment
    "term": (
        "ceiling", "deadline", "funding_days", "deemed_allocation", "cash_split_before", "cash_split_after",
        "spv_control", "remedy", "eligible_sector", "facility_window", "governance", "other",
    ),
    "program_relation": (
        "selected", "candidate", "interest_list", "related_private", "allied_country", "related_public",
    ),
    "sector": (
        "power_generation", "power_equipment", "nuclear", "oil_gas", "critical_materials", "semiconductors",
        "data_center", "ai_infrastructure", "electronics", "batteries", "shipbuilding", "pharmaceuticals",
        "chemicals", "metals_refining", "automotive", "telecom", "quantum", "aerospace_defense",
        "ports_waterways", "other",
    ),
    "stage": (
        "reported", "listed_interest", "under_discussion", "announced", "approved", "financing_signed",
        "under_construction", "operating", "suspended", "shelved", "cancelled",
    ),
    "evidence": ("primary_document", "party_confirmed", "two_witnesses", "single_witness", "inferred"),
    "location_precision": ("site", "city", "admin2", "admin1", "country"),
    "capacity_unit": (
        "MW", "GW", "MWh", "GWh/yr", "bbl/d", "t/yr", "kg/yr", "vehicles/yr", "units/yr", "ct/yr",
    ),
    "link_relation": (
        "candidate_for", "supersedes", "part_of", "same_money", "same_site", "supplies", "enables",
    ),
    # Money
    "amount_kind": (
        "pledge", "tranche_total", "business_scale", "project_cost", "commitment", "financing", "disbursement",
        "repayment", "purchase", "revenue", "export_value", "other",
    ),
    "instrument": (
        "equity", "loan", "subordinated_loan", "shareholder_loan", "loan_guarantee", "insurance", "grant", "bond",
        "convertible", "warrant", "price_floor", "offtake", "letter_of_interest", "unspecified",
    ),
    "funding_nature": ("public", "private", "public_private", "unknown"),
    "qualifier": ("exact", "about", "up_to", "at_least", "more_than", "less_than", "between"),
    "sum_set": ("pledge", "interest", "cost", "finance_committed", "contingent", "disbursed"),
    "precision": ("day", "month", "quarter", "year"),
    "period_basis": ("calendar", "jp_fiscal", "us_fiscal", "multi_year_average"),
    # Parties
    "role": (
        "operator", "developer", "owner", "parent", "supplier", "contractor", "offtaker", "lender", "insurer",
        "guarantor", "equity_investor", "sponsor_government", "advisor", "interested",
    ),
    "engagement": (
        "interest_expressed", "negotiating", "selected", "contracted", "completed", "withdrawn", "denied",
    ),
    "share_of": ("project_equity", "spv_equity", "output", "voting", "distributable_cash_flow", "financing"),
    "event_type": (
        "agreement", "listing", "selection", "groundbreaking", "permit", "application", "financing",
        "financing_target", "fid", "fid_target", "operation_target", "trial", "grant", "summit", "joint_document",
        "report", "land_secured", "statement", "study", "meeting", "order", "law", "legal_ruling", "appointment",
        "facility_opened", "announcement", "other",
    ),
    "organization_kind": (
        "company", "government", "government_bank", "export_credit_agency", "ministry", "agency",
        "commercial_bank", "utility", "trading_house", "university", "fund", "spv", "joint_venture", "committee",
        "other",
    ),
    "name_kind": ("official", "short", "former", "abbreviation", "misspelling"),
    "control": ("sole", "majority", "joint", "minority", "unknown"),
    # Materials, dependence, controls
    "form": (
        "ore", "concentrate", "oxide", "metal", "powder", "compound", "diamond_stone", "diamond_grit_all",
        "synthetic_grit", "alloy", "carbonate", "hydroxide", "lump", "magnet", "scrap", "total",
    ),
    "production_stage": ("mine", "refinery", "synthetic", "secondary", "reserves", "capacity"),
    "hs_revision": ("1992", "1996", "2002", "2007", "2012", "2017", "2022", "2028"),
    "list_id": (
        "us-critical-minerals-2022", "us-critical-minerals-2025", "jp-specified-critical-products",
        "eu-crma-2024-critical",
    ),
    "basis": (
        "usgs_net_reliance", "customs_value_share", "customs_quantity_share", "ministry_statement",
    ),
    "measure": ("quantity_gross", "quantity_content", "value"),
    "reliance_code": _FIGURE_CODES,
    "quantity_code": _FIGURE_CODES,
    "balance_outcome": (
        "within_tolerance", "within_rounding", "differs", "part_withheld", "part_not_printed", "nothing_printed",
    ),
    "nir_formula": (
        "imports_minus_exports", "with_industry_stocks", "with_government_stocks", "with_both", "excl_scrap",
        "imports_only",
    ),
    "origin": ("printed", "computed"),
    "partner_scope": ("country", "incl_hkg", "incl_hkg_mac", "other_countries", "nes"),
    "flow": ("import", "export", "re_import", "re_export"),
    "valuation": ("cif", "fob", "customs"),
    "measure_type": (
        "export_ban", "licence", "quota", "export_tax", "entity_list", "watch_list", "end_use_ban",
        "technology_control", "state_trading", "extraterritorial", "suspension", "general_licence", "informal",
    ),
    "control_status": ("announced", "in_force", "suspended", "expired", "revoked", "unknown"),
    "code_system": ("hs", "cn_customs_10", "cn_dual_use", "jp", "us"),
    "code_flag": ("misprint", "incomplete", "placeholder"),
    "material_relation": ("produces", "refines", "consumes", "secures", "recycles"),
    # Housekeeping
    "review_kind": (
        "organization", "project", "material", "source", "decision", "conflict", "control_entity",
        "ownership",
    ),
    "pipeline_stage": ("ingest", "extract", "resolve", "reconcile", "dependence", "publish"),
    "quarantine_reason": (
        "unreadable_format", "no_text", "bad_encoding", "too_large", "malformed", "missing_column",
        "unknown_column", "unknown_table", "invalid_value", "missing_source", "unknown_source", "unknown_reference",
        "conflicting_record", "duplicate", "empty", "unsafe",
    ),
    "change_kind": ("added", "removed", "changed"),
    "change_reason": (
        "date_moved",
        "source_revised", "new_source", "rule_changed", "correction", "entity_merged", "fx_refreshed",
    ),
    "severity": ("error", "warning", "info"),
}
# fmt: on
"""Codelist -> its codes."""

COLUMNS = ("list", "code", "label_en", "label_ja", "definition", "crosswalk")
"""Columns of `raw/reference/codelists.csv`, in order."""

_NEVER_EMPTY = ("label_en", "label_ja", "definition")


def disagreements(rows: Iterable[Mapping[str, str | None]]) -> list[str]:
    """Compare the described codelists with `CODELISTS`.

    Args:
        rows: Rows of `raw/reference/codelists.csv` (or of the table `codelists`) by column name.

    Returns:
        One sentence a disagreement (a code without a row, a row without a code, a code described twice, an empty
        label or definition), sorted; empty where both agree.
    """
    known = {(name, code) for name, codes in CODELISTS.items() for code in codes}
    seen: set[tuple[str, str]] = set()
    found: list[str] = []
    for row in rows:
        name, code = row.get("list") or "", row.get("code") or ""
        if (name, code) not in known:
            found.append(f"{name}|{code}: described, but not a code of the contract")
        if (name, code) in seen:
            found.append(f"{name}|{code}: described twice")
        seen.add((name, code))
        found.extend(f"{name}|{code}: {column} is empty" for column in _NEVER_EMPTY if not row.get(column))
    found.extend(f"{name}|{code}: a code of the contract without a description" for name, code in known - seen)
    return sorted(found)

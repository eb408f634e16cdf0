"""What is expected of a release as a whole, in plain declarations.

What belongs here: the suite. What does not: running it (`expectations`), rules of one table alone (`schemas`), and the
gate's exact checks (`checks_*`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.codelists import CODELISTS

_NO_ROW = 0.0
_TEN_MILLION = 1e7
_ROUNDING = 105.0
"""Printed shares are whole numbers: twenty of them can add up to a little over a hundred."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing that is expected of every release.

    Attributes:
        check_id: Slug, as in the table `quality`.
        table: Table that is judged, None for several.
        severity: `error` stops the release, `warning` is told.
        threshold: Most rows that may fail, or with `mostly` the least share of rows that hold; for a count of rows
            or a median its least.
        view: View of `expectation_views` that is judged.
        expect: Class of Great Expectations.
        arguments: Its arguments.
        waivable: A waiver may let its failure pass; not where the release would not be whole.
    """

    check_id: str
    table: str | None
    column: str | None
    severity: str
    threshold: float
    description: str
    view: str
    expect: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    waivable: bool = True


def _pair(larger: str, smaller: str) -> dict[str, Any]:
    return {
        "column_A": larger,
        "column_B": smaller,
        "or_equal": True,
        "ignore_row_if": "either_value_is_missing",
    }


def _equal(one: str, other: str) -> dict[str, Any]:
    return {"column_A": one, "column_B": other, "ignore_row_if": "either_value_is_missing"}


SUITE: tuple[Expectation, ...] = (
    Expectation(
        "projects-stage-in-codelist", "projects", "stage", "error", _NO_ROW,
        "Every stage is a code of the contract.",
        "projects", "ExpectColumnValuesToBeInSet", {"column": "stage", "value_set": list(CODELISTS["stage"])},
        waivable=False,
    ),
    Expectation(
        "projects-cost-not-negative", "projects", "cost_usd_high", "error", _NO_ROW,
        "No project costs less than nothing.",
        "projects", "ExpectColumnValuesToBeBetween", {"column": "cost_usd_high", "min_value": 0},
    ),
    Expectation(
        "projects-cost-below-a-trillion", "projects", "cost_usd_high", "error", _NO_ROW,
        "No single project costs a trillion US dollars: such a figure has the wrong unit.",
        "projects", "ExpectColumnValuesToBeBetween", {"column": "cost_usd_high", "max_value": 1e12, "strict_max": True},
    ),
    Expectation(
        "projects-placed-or-explained", "projects", "country", "error", _NO_ROW,
        "Every project has a country, or a reason why its place is not known.",
        "projects", "ExpectColumnValuesToBeInSet", {"column": "placed", "value_set": [True]},
    ),
    Expectation(
        "projects-stage-not-ahead-of-claims", "projects", "stage", "error", _NO_ROW,
        "No project stands further along than anyone claims.",
        "projects", "ExpectColumnPairValuesAToBeGreaterThanB", _pair("stage_claimed_rank", "stage_rank"),
    ),
    Expectation(
        "projects-stage-has-evidence", "projects", "stage_evidence", "error", _NO_ROW,
        "A project that is announced or further rests on a primary document, a party or two witnesses.",
        "advanced_projects", "ExpectColumnValuesToBeInSet",
        {"column": "stage_evidence", "value_set": ["primary_document", "party_confirmed", "two_witnesses"]},
    ),
    Expectation(
        "projects-stage-evidence-named", "projects", "stage_evidence", "error", _NO_ROW,
        "A project that is announced or further says what that rests on.",
        "advanced_projects", "ExpectColumnValuesToNotBeNull", {"column": "stage_evidence"},
    ),
    Expectation(
        "projects-names-differ", "projects", "name", "warning", _NO_ROW,
        "No two projects have the same name: they may be one.",
        "projects", "ExpectColumnValuesToBeUnique", {"column": "name"},
    ),
    Expectation(
        "projects-cost-in-dollars", "projects", "cost_usd_high", "warning", _TEN_MILLION,
        "The middle one of the projects' costs is ten million US dollars or more; below it, millions were read as "
        "dollars.",
        "known_costs", "ExpectColumnMedianToBeBetween", {"column": "cost_usd_high", "min_value": _TEN_MILLION},
    ),
    Expectation(
        "projects-have-parties", "participants", "project_id", "warning", 0.5,
        "At least half of the projects name a party.",
        "projects", "ExpectColumnValuesToBeBetween", {"column": "n_parties", "min_value": 1, "mostly": 0.5},
    ),
    Expectation(
        "amounts-dollars-as-printed", "amounts", "usd_high", "error", _NO_ROW,
        "An amount stated in US dollars has the same figure in dollars.",
        "dollar_amounts", "ExpectColumnPairValuesToBeEqual", _equal("high", "usd_high"),
    ),
    Expectation(
        "amounts-yen-rate-plausible", "amounts", "fx_rate", "error", _NO_ROW,
        "A yen is worth between a third of a cent and two cents: otherwise the rate is upside down.",
        "yen_amounts", "ExpectColumnValuesToBeBetween", {"column": "fx_rate", "min_value": 0.003, "max_value": 0.02},
    ),
    Expectation(
        "amounts-interest-apart", "amounts", "sum_set", "error", _NO_ROW,
        "Business scale, investment and sales in one figure, is never added to investment.",
        "business_scale_amounts", "ExpectColumnValuesToBeInSet", {"column": "sum_set", "value_set": ["interest"]},
    ),
    Expectation(
        "amounts-contingent-apart", "amounts", "sum_set", "error", _NO_ROW,
        "Guarantees and insurance are never added to money that flows.",
        "contingent_amounts", "ExpectColumnValuesToBeInSet", {"column": "sum_set", "value_set": ["contingent"]},
    ),
    Expectation(
        "totals-pledge-covers-commitments", "totals", "high_usd", "error", _NO_ROW,
        "No more is committed under a programme than it pledges.",
        "program_totals", "ExpectColumnPairValuesAToBeGreaterThanB", _pair("pledge_usd", "finance_committed_usd"),
    ),
    Expectation(
        "receipts-cover-every-column", "receipts", None, "error", _NO_ROW,
        "Every column that comes from sources has as many receipted cells as filled ones.",
        "receipt_coverage", "ExpectColumnPairValuesAToBeGreaterThanB", _pair("receipted", "filled"), waivable=False,
    ),
    Expectation(
        "sources-there", "sources", None, "error", 1.0,
        "There is a source at all.",
        "sources", "ExpectTableRowCountToBeBetween", {"min_value": 1}, waivable=False,
    ),
    Expectation(
        "sources-have-addresses", "sources", "url", "warning", 0.5,
        "At least half of the sources can be looked up.",
        "sources", "ExpectColumnValuesToNotBeNull", {"column": "url", "mostly": 0.5},
    ),
    Expectation(
        "sources-every-quarter", "sources", "published_on", "warning", 0.5,
        "Between the oldest and the newest source, at least half of the quarters have one.",
        "source_quarters", "ExpectColumnValuesToBeInSet",
        {"column": "has_source", "value_set": [True], "mostly": 0.5},
    ),
    Expectation(
        "collections-state-licence", "sources", "licence", "warning", _NO_ROW,
        "Every collection of figures that was read says under which licence, or whether it may be passed on.",
        "collections", "ExpectColumnValuesToBeInSet", {"column": "licensed", "value_set": [True]},
    ),
    Expectation(
        "statements-used", "statements", "chosen", "warning", 0.2,
        "At least a fifth of the statements are chosen; fewer, and most of what is read is thrown away.",
        "statements", "ExpectColumnValuesToBeInSet", {"column": "chosen", "value_set": [True], "mostly": 0.2},
    ),
    Expectation(
        "files-readable", "quarantine", None, "warning", 0.8,
        "At least four files in five could be read.",
        "files", "ExpectColumnValuesToBeInSet", {"column": "read", "value_set": [True], "mostly": 0.8},
    ),
    Expectation(
        "dependencies-every-year", "dependencies", "year", "warning", 0.9,
        "At least nine in ten series of a statistic have every year between their first and their last.",
        "dependence_years", "ExpectColumnValuesToBeInSet", {"column": "whole", "value_set": [True], "mostly": 0.9},
    ),
    Expectation(
        "dependencies-net-exporter-open", "dependencies", "reliance_low_pct", "error", _NO_ROW,
        "A net exporter has no figure of reliance.",
        "net_exporters", "ExpectColumnValuesToBeNull", {"column": "reliance_low_pct"},
    ),
    Expectation(
        "production-shares-add-up", "material_production", "share_low_pct", "error", _NO_ROW,
        "The countries' shares of one world production add up to no more than 100 percent, rounding aside.",
        "production_shares", "ExpectColumnValuesToBeBetween", {"column": "sum_pct", "max_value": _ROUNDING},
    ),
    Expectation(
        "production-from-year-to-year", "material_production", "quantity_high", "warning", 0.95,
        "At least 19 in 20 productions are a fifth to five times those of the year before; fewer, and a unit changed.",
        "production_changes", "ExpectColumnValuesToBeBetween",
        {"column": "times", "min_value": 0.2, "max_value": 5, "mostly": 0.95},
    ),
    Expectation(
        "import-shares-add-up", "import_sources", "share_low_pct", "error", _NO_ROW,
        "The partners' shares of one country's imports add up to no more than 100 percent, rounding aside.",
        "import_shares", "ExpectColumnValuesToBeBetween", {"column": "sum_pct", "max_value": _ROUNDING},
    ),
    Expectation(
        "exposures-quote-dependencies", "project_exposures", "china_share_pct", "error", _NO_ROW,
        "A project's exposure quotes the dependence that it names, to the digit.",
        "exposures", "ExpectColumnPairValuesToBeEqual", _equal("china_share_pct", "dependence_china_share_pct"),
    ),
)  # fmt: skip
"""The suite, in the order in which the results are told."""

"""The stages of the build, one asset each: raw files, claims, claims with ids, chosen claims, assembled tables.

What belongs here: which function of `pipelines.build` makes which asset and what the UI shows of it. What does not: any
stage's work.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import dagster as dg

from assets.failures import in_words
from assets.resources import Build
from assets.rooms import FRESH, OWNERS, RAW, STATEMENTS
from assets.shapes import Raw, Reconciled, Resolved, Stated
from assets.showing import code_link, measured
from assets.sources import SOURCES

_CODE = code_link("pipelines/build.py", label="the stages of a build")


def _counts(counted: Counter[str]) -> dg.MarkdownMetadataValue:
    lines = [f"| {name} | {number} |" for name, number in sorted(counted.items())]
    return dg.MetadataValue.md("\n".join(["| what | how many |", "|---|---:|", *lines]))


@dg.asset(
    deps=[source.key for source in SOURCES],
    group_name=RAW,
    owners=list(OWNERS),
    metadata=_CODE,
    kinds={"file", "csv", "markdown"},
    freshness_policy=FRESH,
    description="Everything in the raw folder, opened safely: documents as paragraphs, coded tables as rows of text. "
    "What cannot be read is set aside with its reason. Documents that an earlier build has read are remembered.",
)
def raw_files(build: Build) -> dg.MaterializeResult[Any]:
    """Read the raw folder."""
    from pipelines.build import ingest

    with in_words(), measured() as usage:
        raw = ingest(build.inputs(), build.memory())
    newest = raw.newest_date()
    return dg.MaterializeResult(
        value=raw,
        metadata={
            **usage,
            "documents": len(raw.documents),
            "tables": len(raw.tables),
            "rows": sum(len(file.rows) for file in raw.tables),
            "sources": len(raw.sources),
            "set_aside": len(raw.quarantined),
            "newest_date": str(newest or "none recorded"),
            "rooms": _counts(Counter(path.partition("/")[0] for path in raw.hashes)),
        },
    )


@dg.asset(
    group_name=STATEMENTS,
    owners=list(OWNERS),
    metadata=_CODE,
    kinds={"python"},
    description="What every source says about one row of one table, before anything is decided: coded rows as they "
    "stand, documents as they are read.",
)
def claims(build: Build, raw_files: Raw) -> dg.MaterializeResult[Any]:
    """Turn every source into claims."""
    from pipelines.build import state

    with in_words(), measured() as usage:
        stated = state(raw_files, memory=build.memory())
    return dg.MaterializeResult(
        value=stated,
        metadata={
            **usage,
            "claims": len(stated.claims),
            "documents_read": len(stated.readings),
            "set_aside": len(stated.quarantined),
            "by_table": _counts(Counter(claim.table for claim in stated.claims)),
        },
    )


@dg.asset(
    group_name=STATEMENTS,
    owners=list(OWNERS),
    metadata=_CODE,
    kinds={"python"},
    description="The claims with final ids: which project, organisation and amount each one speaks of. A name that is "
    "not known waits in review_queue; it is never given a known id.",
)
def resolved_claims(build: Build, raw_files: Raw, claims: Stated) -> dg.MaterializeResult[Any]:
    """Settle the ids."""
    from pipelines.build import resolve

    with in_words(), measured() as usage:
        resolved = resolve(build.inputs(), raw_files, claims)
    return dg.MaterializeResult(
        value=resolved,
        metadata={
            **usage,
            "claims": len(resolved.claims),
            "sources": len(resolved.sources),
            "to_review": len(resolved.review),
            "by_table": _counts(Counter(claim.table for claim in resolved.claims)),
        },
    )


@dg.asset(
    group_name=STATEMENTS,
    owners=list(OWNERS),
    metadata=_CODE,
    kinds={"python"},
    description="One value chosen for each cell by the contract's order of precedence; the losers stay, with the rule "
    "that decided where they differ in substance.",
)
def chosen_claims(claims: Stated, resolved_claims: Resolved) -> dg.MaterializeResult[Any]:
    """Weigh the claims."""
    from pipelines.build import weigh

    with in_words(), measured() as usage:
        reconciled = weigh(claims, resolved_claims)
    return dg.MaterializeResult(
        value=reconciled,
        metadata={
            **usage,
            "rows": sum(len(rows) for rows in reconciled.rows.values()),
            "conflicts": len(reconciled.conflicts),
            "to_review": len(reconciled.review),
            "by_table": _counts(Counter({name: len(rows) for name, rows in reconciled.rows.items()})),
        },
    )


@dg.asset(
    group_name=STATEMENTS,
    owners=list(OWNERS),
    metadata=_CODE,
    kinds={"pandas"},
    description="Every table of the contract as a typed frame, the dependence tables derived, nothing judged yet.",
)
def assembled_tables(
    build: Build, raw_files: Raw, claims: Stated, resolved_claims: Resolved, chosen_claims: Reconciled
) -> dg.MaterializeResult[Any]:
    """Derive and assemble the tables."""
    from pipelines.build import finish

    with in_words(), measured() as usage:
        built = finish(build.inputs(), raw_files, claims, resolved_claims, chosen_claims)
    return dg.MaterializeResult(
        value=built,
        metadata={
            **usage,
            "released_on": built.released_on.isoformat(),
            "input_sha256": built.input_sha256,
            "set_aside": built.n_quarantined,
            "withheld": ", ".join(sorted(built.withheld)),
            "rows": _counts(Counter({name: len(frame) for name, frame in built.tables.items()})),
        },
    )


STAGES = (raw_files, claims, resolved_claims, chosen_claims, assembled_tables)
"""Assets of the stages, in order."""

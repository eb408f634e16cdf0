"""The last two steps: the release is judged as a whole, then written.

What belongs here: what the gate and the suite found as asset checks, and what the UI shows of a release. What does not:
what is expected of a release and how it is written (`pipelines.publish`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from assets.checks import MOST_SHOWN, markdown_table, results_alone, rows_of, table_checks
from assets.failures import in_words
from assets.pages import page
from assets.resources import Build, Judge
from assets.rooms import CHANGES, FOLLOWS, FRESH, LATE, OWNERS, QUALITY, RELEASE, table_spec
from assets.shapes import Built, Frame, Release
from assets.showing import code_link, measured, shown
from assets.tables import ASSEMBLED, EARLY_TABLES
from pipelines.publish.suite import SUITE, Expectation

GATE, WAIVERS = "gate", "waivers"


def check_name(expectation: Expectation) -> str:
    """Return the name of an expectation's asset check; Dagster's names hold no hyphens."""
    return expectation.check_id.replace("-", "_")


def _suite_checks() -> Iterator[dg.AssetCheckSpec]:
    yield from table_checks(QUALITY, alone=True)
    yield dg.AssetCheckSpec(
        GATE, asset=QUALITY, blocking=True,
        description="Keys, foreign keys, receipts, null reasons and sums hold over all tables.",
    )  # fmt: skip
    yield dg.AssetCheckSpec(
        WAIVERS, asset=QUALITY, description="Every waiver is in force and fits something that the checks found."
    )
    for each in SUITE:
        yield dg.AssetCheckSpec(
            check_name(each), asset=QUALITY, description=each.description, blocking=each.severity == "error"
        )


_QUALITY = table_spec(QUALITY, RELEASE, ())


@dg.asset(
    name=QUALITY,
    deps=list(EARLY_TABLES),
    description=_QUALITY.description,
    metadata=_QUALITY.metadata,
    group_name=RELEASE,
    owners=_QUALITY.owners,
    tags=_QUALITY.tags,
    kinds=_QUALITY.kinds,
    automation_condition=FOLLOWS,
    check_specs=list(_suite_checks()),
)
def judge_release(judge: Judge, assembled_tables: Built) -> Iterator[dg.MaterializeResult[Any]]:
    """Judge all tables together; a failed blocking check keeps the release from being written."""
    from pipelines.publish.quality import verdict
    from schemas.contract import frame

    built = assembled_tables
    with in_words(), measured() as usage:
        answer = judge.ask(built.tables)
        findings = judge.examine(built).findings
        outcomes = answer()
        found = verdict(findings, outcomes, built.waivers, built.released_on)
        quality = frame(QUALITY, found.rows)
    waived = {finding.check for finding, _ in found.waived}
    yield dg.MaterializeResult(
        # Dagster compares the value with a marker of its own, which a frame cannot do.
        value={QUALITY: quality, WAIVERS: tuple(waiver for _, waiver in found.waived)},
        metadata={
            **shown(QUALITY, quality, {}),
            **usage,
            "failed": sum(not row["passed"] for row in found.rows),
            "waived": [f"{finding}, until {waiver.waived_until}" for finding, waiver in found.waived],
            "idle_waivers": list(found.idle),
        },
        check_results=[
            *results_alone(QUALITY, quality),
            _gate_result(found.findings),
            dg.AssetCheckResult(
                passed=not found.idle, check_name=WAIVERS, severity=dg.AssetCheckSeverity.WARN,
                description=" ".join(found.idle) or "Every waiver serves a finding.",
            ),
            *(_suite_result(each, outcome, waived) for each, outcome in zip(SUITE, outcomes, strict=True)),
        ],
    )  # fmt: skip


def _gate_result(findings: Sequence[Any]) -> dg.AssetCheckResult:
    rows = [
        {"check": finding.check, "where": finding.where, "found": finding.found, "expected": finding.expected}
        for finding in findings
    ]
    metadata: dict[str, Any] = {"findings": len(rows)}
    if rows:
        metadata["sample"] = dg.MetadataValue.md(markdown_table(rows[:MOST_SHOWN]))
    said = f"{findings[0]}." if rows else "Nothing is wrong."
    if len(rows) > 1:
        said = f"{len(rows)} findings, the first: {said}"
    return dg.AssetCheckResult(passed=not rows, asset_key=QUALITY, check_name=GATE, description=said, metadata=metadata)


def _short(figure: float | None) -> str:
    return "nothing" if figure is None else f"{figure:.4g}"


def _suite_result(expectation: Expectation, outcome: Mapping[str, Any], waived: Collection[str]) -> dg.AssetCheckResult:
    stops = expectation.severity == "error" and expectation.check_id not in waived
    failed = (
        f"{expectation.description} Measured {_short(outcome['value'])}, threshold {_short(expectation.threshold)}."
    )
    return dg.AssetCheckResult(
        passed=outcome["passed"],
        asset_key=QUALITY,
        check_name=check_name(expectation),
        severity=dg.AssetCheckSeverity.ERROR if stops else dg.AssetCheckSeverity.WARN,
        description=expectation.description if outcome["passed"] else failed,
        metadata={"threshold": expectation.threshold}
        | ({} if outcome["value"] is None else {"value": outcome["value"]}),
    )


@dg.multi_asset(
    name="write_release",
    specs=[
        table_spec(CHANGES, RELEASE, (ASSEMBLED, QUALITY), FOLLOWS),
        dg.AssetSpec(
            "release",
            deps=[ASSEMBLED, QUALITY, CHANGES],
            description="The release: every table as Parquet and CSV with its descriptors and hashes, immutable, in "
            "output/releases/VERSION. It appears by one rename, or not at all.",
            group_name=RELEASE,
            owners=list(OWNERS),
            kinds={"parquet", "csv", "json"},
            freshness_policy=FRESH,
            metadata={
                "results": dg.MetadataValue.url(page("quality.html")),
                "data_dictionary": dg.MetadataValue.url(page("dictionary.html")),
                **code_link("pipelines/publish/release.py", label="how a release is written"),
            },
            automation_condition=FOLLOWS,
        ),
    ],
    check_specs=list(table_checks(CHANGES, alone=True)),
)
def write_release(
    build: Build, assembled_tables: Built, quality: Mapping[str, Any]
) -> Iterator[dg.MaterializeResult[Any]]:
    """Write the tables as the next release, unless its input is that of the newest one."""
    from pipelines.publish import release as publish
    from pipelines.publish.folder import Folder
    from schemas.contract import from_arrow

    built = assembled_tables
    dry_run = build.is_dry(dg.AssetExecutionContext.get().run.job_name)
    tables = {name: frame for name, frame in built.tables.items() if name != CHANGES} | {QUALITY: quality[QUALITY]}
    with in_words(), measured() as usage:
        release = publish.write_release(
            tables,
            output=build.output_folder(),
            released_on=built.released_on,
            input_sha256=built.input_sha256,
            check=_late_findings,
            own_use=built.own_use,
            waivers=quality[WAIVERS],
            dry_run=dry_run,
        )
        changes = from_arrow(CHANGES, Folder(release.path).table(CHANGES))
        _tell_unforeseen(built, changes)
    yield dg.MaterializeResult(
        asset_key=CHANGES,
        metadata=shown(CHANGES, changes, {}),
        check_results=list(results_alone(CHANGES, changes)),
    )
    yield _released(release, built, {"dry_run": dry_run, **usage, "changes": len(changes)})


def _tell_unforeseen(built: Built, changes: Frame) -> None:
    """Report the tables that changed though the run was not asked for them: a newer date in raw can move any."""
    context = dg.AssetExecutionContext.get()
    asked = context.run.asset_selection
    if not asked:
        return
    for name in sorted(set(changes["table"])):
        if dg.AssetKey(name) not in asked and name in built.tables:
            context.log_event(
                dg.AssetMaterialization(
                    name,
                    description="Changed by the date of the release, not by a file of its own.",
                    metadata={"dagster/row_count": len(built.tables[name])},
                )
            )


def _late_findings(tables: Mapping[str, Frame]) -> tuple[Any, ...]:
    """Judge the tables that the gate has not seen: a step ago it judged all others, and takes a second to do it."""
    from pipelines.publish.findings import Finding
    from schemas.contract import failures

    return tuple(
        Finding("contract_kept", f"{name} {case['key']} {case['column']}", case["value"], case["check"])
        for name in LATE
        for case in rows_of(failures(name, tables[name]))
    )


def _released(release: Release, built: Built, told: Mapping[str, Any]) -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(
        asset_key="release",
        metadata={
            # What a person looks for comes first.
            **({} if told["dry_run"] else _pictures(release.version)),
            "version": release.version,
            "new": release.is_new,
            "folder": dg.MetadataValue.path(str(release.path)),
            "readme": dg.MetadataValue.path(str(release.path / "README.md")),
            "released_on": built.released_on.isoformat(),
            "input_sha256": built.input_sha256,
            "set_aside": built.n_quarantined,
            **told,
        },
    )


def _pictures(version: str) -> dict[str, Any]:
    """The plots of a release and the page with what its checks said."""
    plots = (f"![{name}]({page(name, version)})" for name in ("dollars_by_stage.svg", "dependence_by_material.svg"))
    return {
        "results": dg.MetadataValue.url(page("quality.html", version)),
        "plots": dg.MetadataValue.md("\n\n".join(plots)),
    }

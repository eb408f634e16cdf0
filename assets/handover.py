"""What a step hands to the next: in memory within one run, and made again where a run holds only a part of the job.

What belongs here: Dagster's IO manager, which function of `pipelines` makes which hand-over, and whether a run goes as
far as the release. What does not: the steps of a whole run (`stages`, `tables`, `release`).

Nothing of one run is kept for the next: every hand-over is a function of raw, so making it again gives the same bytes,
and a partial run can never mix what two states of raw said.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

import dagster as dg

from assets.failures import in_words
from assets.resources import Build, Judge
from assets.shapes import Frame

RELEASE_STEP = "write_release"
REMADE = ("raw_files", "claims", "resolved_claims", "chosen_claims", "assembled_tables", "quality")
"""Assets that later steps take from memory, in order."""


def publishes(run: dg.DagsterRun) -> bool:
    """Whether a run goes as far as the release; one that does not leaves drafts of what it made."""
    chosen, steps = run.asset_selection, run.step_keys_to_execute
    # A whole run in this process chooses nothing, one from the UI names what it was asked for.
    in_assets = not chosen or dg.AssetKey("release") in chosen
    return in_assets and (steps is None or RELEASE_STEP in steps)


def drafts_of(
    context: dg.AssetExecutionContext, build: Build, frames: Mapping[str, Frame]
) -> dict[str, dict[str, dg.MetadataValue[Any]]]:
    """Write tables that a run makes without going on to the release; a run that publishes leaves no drafts.

    Args:
        context: Of the step.
        build: The folders of the run.
        frames: Table -> its rows.

    Returns:
        Table -> where its draft stands, as metadata.

    Raises:
        dagster.Failure: They cannot be written, in the words of the typed error.
    """
    if not frames or publishes(context.run):
        return {}
    from pipelines.publish.drafts import write_drafts

    with in_words():
        paths = write_drafts(build.output_folder(), frames)
    return {path.stem: {"draft": dg.MetadataValue.path(str(path))} for path in paths if path.suffix == ".parquet"}


def remade(name: str, held: MutableMapping[str, Any], build: Build, judge: Judge) -> Any:
    """Return what an asset hands over, made again if it has not been made in this run.

    Args:
        name: One of `REMADE`.
        held: What has been made so far; what is made on the way is added.
        build: The folders of the run.
        judge: What judges a release that is asked for alone.

    Raises:
        dagster.Failure: It cannot be made, in the words of the typed error; or no release must be written, for the
            gate or the suite found something.
    """
    if name not in held:
        with in_words():
            held[name] = _made(name, held, build, judge)
    return held[name]


def _made(name: str, held: MutableMapping[str, Any], build: Build, judge: Judge) -> Any:
    from pipelines import build as way

    def need(earlier: str) -> Any:
        return remade(earlier, held, build, judge)

    match name:
        case "raw_files":
            return way.ingest(build.inputs(), build.memory())
        case "claims":
            return way.state(need("raw_files"), memory=build.memory())
        case "resolved_claims":
            return way.resolve(build.inputs(), need("raw_files"), need("claims"))
        case "chosen_claims":
            return way.weigh(need("claims"), need("resolved_claims"))
        case "assembled_tables":
            return way.finish(build.inputs(), *(need(earlier) for earlier in REMADE[:4]))
        case "quality":
            return _judged(need("assembled_tables"), judge)
    raise KeyError(name)


def _judged(built: Any, judge: Judge) -> dict[str, Any]:
    """What judges a release hands over; what would have stopped a whole run stops this one too."""
    from pipelines.errors import ContractError
    from pipelines.publish.checks import refuse
    from pipelines.publish.quality import verdict
    from schemas.contract import frame

    findings = judge.examine(built).findings
    found = verdict(findings, judge.ask(built.tables)(), built.waivers, built.released_on)
    refuse(found.findings)
    if found.failing:
        names = ", ".join(sorted(found.failing))
        remedy = "Run the whole job to see the figures; nothing was published."
        raise ContractError("the suite over the release", f"failed: {names}", "every blocking expectation met", remedy)
    return {"quality": frame("quality", found.rows), "waivers": tuple(waiver for _, waiver in found.waived)}


class HandOver(dg.IOManager):
    """Keeps what a step makes for the steps of the same run; nothing is pickled or copied."""

    def __init__(self, build: Build, judge: Judge) -> None:
        self._build, self._judge = build, judge
        self._held: dict[str, Any] = {}

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Keep one asset."""
        self._held[context.asset_key.to_user_string()] = obj

    def load_input(self, context: dg.InputContext) -> Any:
        """Return an asset that an earlier step of this run made; what none made is made now.

        Raises:
            dagster.Failure: It cannot be made.
        """
        name = context.asset_key.to_user_string()
        return remade(name, self._held, self._build, self._judge)


@dg.io_manager(required_resource_keys={"build", "judge"}, description="Hand-over in memory within one run.")
def hand_over(context: dg.InitResourceContext) -> HandOver:
    """Give each run its own hand-over."""
    return HandOver(context.resources.build, context.resources.judge)

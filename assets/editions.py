"""One statistic's editions made again, each by itself: what every one of them says, beside the releases.

What belongs here: the job `backfill`. What does not: the build, and the bytes of a table (`pipelines/publish/formats`).
It is a job with a setting and not a partitioned asset: partitions of one asset would make every button that
materialises all of the graph ask for a partition first.

Annotations are not postponed here: Dagster reads those of an op's configuration as they stand.
"""

from collections.abc import Sequence

import dagster as dg
from pydantic import Field

from assets.failures import in_words
from assets.resources import Build
from assets.shapes import Frame
from pipelines.errors import KakehashiError

_STATEMENTS = "statements"
_FOLDER = "editions"
DRAFTS = "drafts"
"""Name of the metadata with the files that a run wrote."""


class Editions(dg.Config):
    """Which editions a run makes again."""

    editions: list[str] = Field(
        [], description="Ids of sources, or the beginning they share (usgs-mcs: all of its years); none: every file of "
        "an agency.",
    )  # fmt: skip


def editions(sources: Frame, asked: Sequence[str]) -> list[str]:
    """Return the editions that are asked for.

    Args:
        sources: The table `sources`.
        asked: Ids, or beginnings of ids up to a hyphen; none: all.

    Returns:
        Ids of statistics of which a file was read, sorted.

    Raises:
        KakehashiError: One that is asked for is none.
    """
    statistics = (sources["publisher_kind"] == "statistics_agency") & sources["reader"].notna()
    read = sources[statistics & (sources["n_statements"] > 0)]
    there = sorted(read["source_id"])
    found: set[str] = set()
    for word in asked:
        fitting = [one for one in there if one == word or one.startswith(f"{word}-")]
        if not fitting:
            raise KakehashiError(
                "backfill", word, "a statistic of which a file lies in raw", f"There are: {', '.join(there)}."
            )
        found.update(fitting)
    return sorted(found) if asked else there


@dg.op(
    out=dg.Out(dg.Nothing),  # no step follows: nothing is handed over
    description="Reads raw again, nothing remembered, and writes what each edition says as a draft.",
)
def backfill_editions(context: dg.OpExecutionContext, config: Editions, build: Build) -> None:
    """Write the statements of each edition to `drafts/editions/<source_id>/` of the output folder."""
    from pipelines.build import build_tables
    from pipelines.publish.drafts import write_drafts

    lines = ["| edition | statements | folder |", "|---|---:|---|"]
    places: list[str] = []
    with in_words():
        built = build_tables(build.inputs())
        statements = built.tables[_STATEMENTS]
        for edition in editions(built.tables["sources"], config.editions):
            rows = statements[statements["source_id"] == edition].reset_index(drop=True)
            paths = write_drafts(build.output_folder(), {_STATEMENTS: rows}, f"{_FOLDER}/{edition}")
            places.extend(str(path) for path in paths if path.suffix == ".parquet")
            lines.append(f"| {edition} | {len(rows)} | {paths[0].parent} |")
    context.add_output_metadata(
        {"editions": dg.MetadataValue.md("\n".join(lines)), DRAFTS: dg.MetadataValue.json(places)}
    )


@dg.job(
    name="backfill",
    description="What each edition of a statistic says, made again from raw into output/drafts/editions/; nothing is "
    "published. The command `kakehashi backfill` runs this same job.",
)
def backfill_job() -> None:
    """Make editions again."""
    backfill_editions()

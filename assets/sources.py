"""The living sources that raw files come from: feeds that are watched and services that files are fetched from.

What belongs here: one external asset a source, with its cadence and how fresh it must be. What does not: when they are
asked (`incoming`). No job computes these assets: whoever asks a source reports it, and the job `build` never does.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import dagster as dg

from assets.resources import build_from_environment
from assets.rooms import OWNERS, RAW
from pipelines.errors import KakehashiError
from pipelines.ingest.endpoints import ENDPOINTS, Endpoint
from pipelines.ingest.feeds import CADENCES, Feed, feeds_path, read_feeds

_KINDS = {"index": "html"}
_HOW = "It is asked by hand (`{command}`), or by the {kind} `{name}` once that is switched on."


def watched_key(source: str) -> str:
    """Return the asset of a source that is watched by feeds."""
    return f"watched_{source.replace('-', '_')}"


def fetched_key(service: str) -> str:
    """Return the asset of a service that files are fetched from."""
    return f"fetched_{service.replace('-', '_')}"


def _fresh(cadence: str) -> dg.FreshnessPolicy:
    """One asking may be missed before anybody is told."""
    every = CADENCES[cadence]
    return dg.FreshnessPolicy.time_window(fail_window=every * 3, warn_window=every * 2)


def watched_specs(feeds: tuple[Feed, ...]) -> Iterator[dg.AssetSpec]:
    """Yield the asset of each source of a list of feeds; several feeds may be one source."""
    for source, group in groupby(sorted(feeds, key=lambda feed: (feed.source, feed.feed_id)), lambda one: one.source):
        its = list(group)
        quickest = min((feed.cadence for feed in its), key=CADENCES.__getitem__)
        how = _HOW.format(command="kakehashi watch --once", kind="sensor", name="watch_feeds")
        names = ", ".join(feed.feed_id for feed in its)
        yield dg.AssetSpec(
            watched_key(source),
            description=f"New pages of {its[0].publisher} that concern us, by the feeds {names}. {how}",
            metadata={feed.feed_id: dg.MetadataValue.url(feed.url) for feed in its},
            group_name=RAW,
            owners=list(OWNERS),
            kinds={_KINDS.get(feed.kind, feed.kind) for feed in its},
            tags={"cadence": quickest, "source": source},
            freshness_policy=_fresh(quickest),
        )


def fetched_spec(service: Endpoint) -> dg.AssetSpec:
    """Return the asset of a service."""
    year = " --year YYYY" if service.by_year else ""
    how = _HOW.format(command=f"kakehashi fetch {service.name}{year}", kind="schedule", name="fetch_due")
    key = f" It needs a key in {service.key_variable}." if service.key_needed else ""
    return dg.AssetSpec(
        fetched_key(service.name),
        description=f"{service.about}. {how}{key}",
        metadata={"address": dg.MetadataValue.url(service.base)},
        group_name=RAW,
        owners=list(OWNERS),
        kinds={"api"},
        tags={"cadence": service.cadence, "source": service.name},
        freshness_policy=_fresh(service.cadence),
    )


def _feeds_of_here() -> tuple[Feed, ...]:
    """The feeds of the raw folder that runs of the UI use; a broken list must not take the whole location away."""
    try:
        return read_feeds(feeds_path(build_from_environment().raw_folder()))
    except KakehashiError:
        return ()  # the sensor says what is wrong with it


SOURCES = (*watched_specs(_feeds_of_here()), *(fetched_spec(ENDPOINTS[name]) for name in sorted(ENDPOINTS)))
"""Every living source, as an external asset."""

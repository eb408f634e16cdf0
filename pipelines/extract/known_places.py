"""Where a known project lies, as far as the document itself names its town or state.

What belongs here: taking up a place that the text names anywhere for a project that is known to lie there. What does
not: places that only curated rows know, which never become a document's statement.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pipelines.extract.annotation import Annotated
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.lexicon import KnownProject, Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.places import PlaceMention


def place_known(annotated: Annotated, projects: Projects, lexicon: Lexicon) -> None:
    """Give known projects the town and the state that the text names and in which they are known to lie.

    Args:
        annotated: The document.
        projects: Its projects; their places are completed.
        lexicon: Known projects with state and town.
    """
    for cluster in projects.clusters:
        known = lexicon.known_projects.get(cluster.project_id)
        if known is None or not known.admin1:
            continue
        if cluster.admin1 not in (None, known.admin1):
            continue
        town = _town(annotated, known)
        if town is not None and not any(place.value.city for _, place in cluster.places):
            cluster.places.insert(0, town)
        elif cluster.admin1 is None:
            cluster.places += _state(annotated, cluster, known, projects)


def _town(annotated: Annotated, known: KnownProject) -> tuple[Sentence, Mention] | None:
    """The first place in the text where it names the town, with the state that the town is known to lie in."""
    if not known.city:
        return None
    pattern = re.compile(rf"\b{re.escape(known.city)}\b")
    for sentence in annotated.sentences:
        found = pattern.search(sentence.text)
        if found is not None and not sentence.heading:
            start, end = sentence.start + found.start(), sentence.start + found.end()
            value = PlaceMention(start, end, found[0], known.country, known.admin1, known.city)
            return sentence, Mention("place", start, end, found[0], known.admin1 or "", value)
    return None


def _state(
    annotated: Annotated, cluster: Cluster, known: KnownProject, projects: Projects
) -> list[tuple[Sentence, Mention]]:
    """The state's first mention where the text speaks of the project, else anywhere."""
    named = [
        (sentence, place)
        for sentence in annotated.sentences
        for place in sentence.of("place")
        if place.value.admin1 == known.admin1
    ]
    own = [pair for pair in named if cluster in projects.focus.get(pair[0].number, [])]
    return [(sentence, replace(place, value=_without_town(place.value))) for sentence, place in (own or named)[:1]]


def _without_town(place: PlaceMention) -> PlaceMention:
    """The state alone: another town named with it is not the project's."""
    return replace(place, city=None)

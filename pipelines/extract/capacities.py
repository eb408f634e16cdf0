"""The capacity of a project: of the quantities that a document gives, the one that is the project's own when complete.

What belongs here: which quantity is a capacity, and whose. What does not: reading quantities (`measures`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.extract.annotation import Annotated
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.patterns import BLOCKS


@dataclass(frozen=True, slots=True)
class Capacity:
    """A capacity as a sentence gives it."""

    sentence: Sentence
    mention: Mention
    value: float
    unit: str


def find_capacity(cluster: Cluster, annotated: Annotated, projects: Projects, lexicon: Lexicon) -> Capacity | None:
    """The one capacity that a document gives a project; None where it gives none or two that differ.

    Args:
        cluster: The project.
        annotated: The document.
        projects: Which sentence speaks of which project.
        lexicon: With the vocabulary `capacity_cues`.
    """
    if cluster.capacity is not None:
        stated: Capacity = cluster.capacity
        return stated
    ranked = sorted(_candidates(cluster, annotated, projects, lexicon), key=lambda pair: -pair[0])
    if not ranked or cluster.listed:
        return None
    best = [one for score, one in ranked if score == ranked[0][0]]
    figures = {(one.value, one.unit) for one in best}
    return best[0] if len(figures) == 1 else None


def _candidates(
    cluster: Cluster, annotated: Annotated, projects: Projects, lexicon: Lexicon
) -> Iterator[tuple[int, Capacity]]:
    for sentence in annotated.sentences:
        quantities = [one for one in sentence.of("quantity") if one.value.unit]
        if not quantities or sentence.heading or cluster.key not in annotated.spoken_of(sentence):
            continue
        for one in quantities:
            start, end = _clause(sentence, one)
            cues = [(match.row["kind"], match.match.start()) for match in lexicon.matches("capacity_cues", sentence)]
            near = {kind for kind, place in cues if start <= place < end}
            if projects.nearest(sentence, one) is not cluster or "foreign" in near:
                continue
            if sentence.japanese and _of_passing(sentence, one, projects):
                continue
            score = 2 * ("telling" in near) + 2 * _beside_site(sentence, one)
            score += any(kind == "telling" for kind, _ in cues) + any(kind == "whole" for kind, _ in cues)
            # What is measured in watts is nobody's purchase.
            score += one.value.unit in _POWER and cluster.sector in _POWERED
            if score:
                yield score, Capacity(sentence, one, one.value.value, unit_of(one, cluster))


def _of_passing(sentence: Sentence, mention: Mention, projects: Projects) -> bool:
    """Whether the facility before a quantity in a Japanese sentence is no project of the text (呉の本社工場の能力)."""
    before = [site for site in sentence.of("site") if site.end <= mention.start]
    return bool(before) and projects.of(sentence, before[-1]) is None


_POWER = frozenset({"MW", "GW"})
_POWERED = frozenset({"power_generation", "nuclear"})


def _beside_site(sentence: Sentence, mention: Mention) -> bool:
    """Whether the quantity stands with the facility itself: "the 9.2-gigawatt plant", 5.2ギガワットの発電所."""
    place = sentence.position(mention)
    site, quantity = BLOCKS["site"], sentence.masked[place]
    before = rf"{quantity}[ -](?:\w+[ -]){{0,3}}{site}|{quantity}の?(?:\w{{0,8}}){site}"
    behind = rf"{site}(?:, | \(|（|、)(?:with |of |at )?(?:\w+ ){{0,2}}{quantity}"
    return bool(re.search(f"{before}|{behind}", sentence.masked))


def unit_of(mention: Mention, cluster: Cluster) -> str:
    """The unit's code; things counted by the piece are vehicles where the project builds vehicles."""
    unit = str(mention.value.unit)
    if unit == "vehicles/yr" and cluster.sector != "automotive" and not _VEHICLE.search(mention.text):
        return "units/yr"
    return unit


_VEHICLE = re.compile(r"vehicle|truck|pickup|bus|sedan|SUV", re.IGNORECASE)


def _clause(sentence: Sentence, mention: Mention) -> tuple[int, int]:
    """The stretch of masked text around a quantity, from the clause before it to the end of its own."""
    place = sentence.position(mention)
    opened = max((match.end() for match in _OPENS.finditer(sentence.masked, 0, place)), default=0)
    closed = _CLOSES.search(sentence.masked, place + 1)
    return max(opened, place - 90), min(closed.start() if closed else len(sentence.masked), place + 46)


_OPENS = re.compile(r"[;；:。]|(?<!\d)、(?=[^、]{30})|, (?:and|but|while|which|who|with|of which) ")
_CLOSES = re.compile(r"[;；,。、]")

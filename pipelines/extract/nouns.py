"""What the noun of a facility allows: "the plant" is no port told before, "the wharf" a part of the plant.

What belongs here: facilities that the text does not tell of for themselves, by their noun and article alone. What does
not: determiners, names, sectors and places as signs of sameness (`grouping`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.mentions import Sentence
from pipelines.extract.patterns import BLOCKS
from pipelines.extract.sites import Site
from pipelines.extract.whereabouts import own_place

_TOWARDS = re.compile(r"\b(?:to|from|for|between|around|near|past|towards?|of)\s(?:the|its|their)\s(?:[\w-]+\s){0,3}$")


_FOR = re.compile(r"\bfor\s(?:the|those|these|such)\s(?:[\w-]+\s){0,2}$")


def are_served(site: Site, sentence: Sentence) -> bool:
    """Whether a pipeline runs "to the refineries": several facilities, told of for where another one leads."""
    others = any(one.value is not site and not one.value.plural for one in sentence.of("site"))
    lead = sentence.text[: max(0, site.start - sentence.start)]
    if not site.plural or site.determiner != "definite":
        return False
    return bool(_FOR.search(lead)) or (others and bool(_TOWARDS.search(lead)))


_FIXTURES = frozenset({"port", "substation", "pipeline", "terminal", "storage"})
"""Facilities that a larger one often has of its own: "the title to the wharf", "the substation"."""


_OF_OTHERS = re.compile(
    rf"({BLOCKS['org']}(?:(?:、|や|と|・|および|及び){BLOCKS['org']})*)(?:など)?が(?:進める|手がける|計画する|関わる|率いる|参画する)[^。、]{{0,10}}$"
)


def is_of_others(site: Site, sentence: Sentence, clusters: Sequence[Cluster]) -> bool:
    """Whether 「三菱商事が進める案件」 are the undertakings of firms that have no part in what the text tells of."""
    if not sentence.japanese or site.facility.get("facility") != "project" or site.name or site.product:
        return False
    mark = next((sentence.position(one) for one in sentence.of("site") if one.value is site), 0)
    found = _OF_OTHERS.search(sentence.masked[: max(mark, 0)])
    ours = {org_id for one in clusters for org_id in one.org_ids}
    topic = found is not None and "は" in sentence.masked[: found.start()]
    return bool(found and topic and ours) and not ours & {org.id for org in sentence.caught(found[1] if found else "")}


_FURNACE = re.compile(r"炉$|\bfurnaces?$")


def is_fixture(site: Site, sentence: Sentence, projects: Projects, compatible: Sequence[Cluster]) -> bool:
    """Whether "the wharf", never told of before, is that of the project spoken of and no project of its own."""
    if site.name or site.product or sentence.heading or compatible or own_place(site.start, site.end, sentence):
        return False
    furnace = _FURNACE.search(site.text) and site.determiner in ("definite", "bare")
    if not furnace and not (site.determiner == "definite" and site.facility.get("facility") in _FIXTURES):
        return False
    return any(not one.only_heading for one in projects.clusters)


def of_its_noun(site: Site, compatible: Sequence[Cluster]) -> Sequence[Cluster]:
    """The projects that "the plant" can take up by its noun: a factory told before, not the port told last."""
    noun = site.facility.get("facility", "")
    if site.determiner != "definite" or not site.generic or noun != "plant":
        return compatible
    agreeing = [one for one in compatible if any(told.value.facility.get("facility") == noun for _, told in one.sites)]
    return agreeing if agreeing and all(_is_no_plant(one) for one in compatible if one not in agreeing) else compatible


def _is_no_plant(cluster: Cluster) -> bool:
    """Whether none of a project's words is one that "the plant" can take up."""
    kinds = {told.value.facility.get("facility", "") for _, told in cluster.sites}
    return kinds <= {
        "mine",
        "port",
        "substation",
        "pipeline",
        "data_center",
        "seabed",
        "cable",
        "oil_field",
        "shipyard",
    }

"""Is this facility the project spoken of before, or another one?

What belongs here: determiners, names, sectors and places as signs of sameness. What does not: the projects themselves.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pipelines.extract.clusters import KIN, Cluster, Projects
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.newcomers import belongs_to_other, is_newcomers
from pipelines.extract.nouns import are_served, is_fixture, is_of_others, of_its_noun
from pipelines.extract.passing import in_passing
from pipelines.extract.patterns import BLOCKS
from pipelines.extract.phases import is_phase, project_of_phase
from pipelines.extract.sites import Site
from pipelines.extract.whereabouts import is_home, lies_elsewhere, lies_there, own_place, reaches

_ITS = re.compile(r"^(?:Its|Their)\s(?:own\s)?(?:[\w-]+\s){0,2}$")


def singled_out(mention: Mention, sentence: Sentence) -> Site:
    """Take data centers "to be built by X" for X's, not for data centers in general."""
    site: Site = mention.value
    mark = sentence.masked[sentence.position(mention)]
    by_firm = rf"{mark} (?:\w+ ){{0,4}}(?:by|with|from|for) (?:the )?{BLOCKS['org']}"
    if site.plural and re.search(by_firm, sentence.masked):
        return replace(site, plural=False, determiner="new")
    return site


def cluster_for(site: Site, sentence: Sentence, projects: Projects, listed: bool) -> Cluster | None:
    """The project that a facility belongs to: a known or compatible one, or a new one.

    Args:
        site: The facility.
        sentence: Its sentence.
        projects: The projects so far; a new one is added to them.
        listed: The passage is a list of interest.

    Returns:
        None where the words name a kind of facility and no single one.
    """
    named = _by_name(site, sentence, projects) or (_new(projects.clusters) if site.project_id else None)
    if named is not None:
        return named
    if site.passing and not listed:
        return _known(site, sentence, projects)
    if site.ordinal and not site.facility:
        return _by_number(site, sentence, projects)
    if _contrasts(site, sentence, projects.clusters):
        return _new(projects.clusters)
    told = (
        _at(site, sentence, projects)
        or _of_firm(site, sentence, projects)
        or _of_new_firm(site, sentence, projects)
        or _of_newcomer(site, sentence, projects)
    )
    if told is None and not site.facility and not site.name and site.determiner == "new" and projects.clusters:
        # "The other goes to Pennsylvania" is of the kind of the first.
        return _another(site, projects.clusters)
    return told or _by_context(site, sentence, projects, listed=listed)


def _by_number(site: Site, sentence: Sentence, projects: Projects) -> Cluster | None:
    """The phase, or the entry of a number: "第6号" without a place takes that up and brings up none."""
    if is_phase(site):
        return project_of_phase(site, sentence, projects.clusters)
    entry = _numbered(site, projects.clusters)
    return entry or (_another(site, projects.clusters) if sentence.of("place") else None)


def _of_newcomer(site: Site, sentence: Sentence, projects: Projects) -> Cluster | None:
    """A project of its own, where a firm that the text has not named yet owns it or builds it."""
    if not is_newcomers(site, sentence, projects):
        return None
    taken_up = any(one.only_heading and _compatible(site, one, sentence) for one in projects.clusters)
    return None if taken_up else _new(projects.clusters)


def _by_context(site: Site, sentence: Sentence, projects: Projects, *, listed: bool) -> Cluster | None:
    """The project by what the text has told before, where neither a name nor a place decides."""
    here = [one for one in projects.explicit.get(sentence.number, []) if _compatible(site, one, sentence)]
    compatible = [one for one in projects.clusters if _compatible(site, one, sentence) and (not listed or one.listed)]
    if projects.head is not None:
        # "**Kabanga, Tanzania.** ... for the nickel mine": what a place heads lies there.
        compatible = [one for one in compatible if not lies_elsewhere(one, projects.head.value)]
    if not listed and (
        is_fixture(site, sentence, projects, compatible) or is_of_others(site, sentence, projects.clusters)
    ):
        return None
    recent = max(of_its_noun(site, compatible), key=lambda one: one.sites[-1][0], default=None)
    if recent is not None and not listed and _is_part(site, sentence):
        return here[-1] if here else recent
    chosen = _headline(site, sentence, projects)
    if chosen is None and (site.determiner == "other" or _is_apart(site, sentence, projects)):
        chosen = _another(site, projects.clusters)
    kind = site.determiner == "bare" or (recent is None and are_served(site, sentence))
    if chosen is None and site.plural and kind and not site.name and not listed:
        # "for Japanese power stations" names a kind, not one of them.
        same = recent if recent is not None and recent.sector == site.sector else None
        return here[-1] if here else same
    if chosen is None and listed and (sentence.row or _opens_with_firm(sentence)):
        # One line, one entry.
        chosen = next(reversed(projects.explicit.get(sentence.number, [])), None)
    if chosen is None and here and not (listed and site.sector and here[-1].sector != site.sector):
        chosen = here[-1]
    if chosen is None and recent is not None:
        chosen = None if _opens_another(site, recent, sentence, listed=listed and not here) else recent
    if chosen is None and not listed and _is_vague(site, sentence):
        return None
    return chosen or _new(projects.clusters)


def _is_vague(site: Site, sentence: Sentence) -> bool:
    """Whether 案件を薦め speaks of no one project: a bare word for any undertaking, without name, product or place."""
    general = site.text in ("案件", "事業", "計画", "プロジェクト") and site.determiner == "bare"
    return general and not site.name and not site.product and not sentence.of("place")


_CONTRAST = re.compile(
    r"^(?:一方|他方|これとは別に|それとは別に|このほか|別に|片や)"
    r"|^(?:By contrast|Elsewhere|Separately|In a separate|Meanwhile)\b"
)


def _contrasts(site: Site, sentence: Sentence, clusters: list[Cluster]) -> bool:
    """Whether a sentence sets a facility in a place of its own against what the text spoke of."""
    if site.determiner == "definite" or sentence.heading or not _CONTRAST.search(sentence.text):
        return False
    place = own_place(site.start, site.end, sentence) or next(
        (one.value for one in sentence.of("place") if one.value.admin1 or one.value.city), None
    )
    return place is not None and bool(clusters) and not any(lies_there(one, place) for one in clusters)


def _of_new_firm(site: Site, sentence: Sentence, projects: Projects) -> Cluster | None:
    """A project of its own, where "Its own plant" opens a sentence behind one that brings up another firm."""
    if not projects.before or not _ITS.search(sentence.text[: max(0, site.start - sentence.start)]):
        return None
    theirs = set(projects.before)
    owned = any(theirs & set(one.org_ids) for one in projects.clusters)
    others = any(one.org_ids for one in projects.clusters)
    return None if owned or not others or projects.explicit.get(sentence.number) else _new(projects.clusters)


_WHOSE_JA = re.compile(rf"({BLOCKS['org']})(?:など|ほか)?の(?:同|この)?$")


def _of_firm(site: Site, sentence: Sentence, projects: Projects) -> Cluster | None:
    """The entry of a list whose firm a Japanese sentence names before "the plan": 日産の計画."""
    mark = next((sentence.position(one) for one in sentence.of("site") if one.value is site), -1)
    whose = _WHOSE_JA.search(sentence.masked[: max(mark, 0)]) if sentence.japanese and not site.product else None
    if whose is None or site.determiner in ("new", "other") or own_place(site.start, site.end, sentence):
        return None
    firm = sentence.caught(whose[1])[0]
    found = [one for one in projects.clusters if firm.id in one.org_ids]
    return found[0] if len(found) == 1 and found[0].entry else None


def _opens_with_firm(sentence: Sentence) -> bool:
    first = sentence.mentions[0] if sentence.mentions else None
    return first is not None and first.kind == "org" and first.start <= sentence.start + 4


def _is_part(site: Site, sentence: Sentence) -> bool:
    """Whether a word for a piece of equipment or a building belongs to the plant spoken of (炉, ライン, "hall")."""
    part = site.facility.get("strength") == "beside" or site.facility.get("facility") == "line"
    return part and site.determiner not in ("new", "other") and not own_place(site.start, site.end, sentence)


def _known(site: Site, sentence: Sentence, projects: Projects) -> Cluster | None:
    """The project that a facility in passing turns out to be: "power for the campus" after the campus was told of."""
    if site.determiner != "definite" or site.generic or own_place(site.start, site.end, sentence):
        return None
    found = [one for one in projects.clusters if one.sector == site.sector and _compatible(site, one, sentence)]
    return found[-1] if found else None


def _at(site: Site, sentence: Sentence, projects: Projects) -> Cluster | None:
    """The project that lies where the words beside the facility say: "the Kentucky plant", "Kinston's works"."""
    place = own_place(site.start, site.end, sentence)
    if place is None or not place.admin1 or sentence.heading or site.determiner == "other":
        return None
    found = [one for one in projects.clusters if lies_there(one, place) and _compatible(site, one, sentence)]
    return max(found, key=lambda one: one.sites[-1][0], default=None)


def _by_name(site: Site, sentence: Sentence, projects: Projects) -> Cluster | None:
    """The project of this name, or the one that the sentences before speak of without it."""
    clusters = projects.clusters
    if site.project_id:
        found = next((one for one in clusters if one.project_id == site.project_id), None)
        return found or _yet_unnamed(site, sentence, [one for one in clusters if one.key not in projects.strangers])
    if site.name:
        return next((one for one in clusters if any(_same_name(site.name, name) for name in one.names)), None)
    return None


def _yet_unnamed(site: Site, sentence: Sentence, clusters: list[Cluster]) -> Cluster | None:
    """The one project told so far that a known one's name or description may take up: nothing speaks against it."""
    beside = _apposed(site, sentence, clusters)
    if beside is not None:
        return beside
    if site.sector or not site.name:
        near = [one for one in clusters if one.sector and not one.project_id and _compatible(site, one, sentence)]
        near = [one for one in near if not one.names and (one.only_heading or sentence.number - one.sites[-1][0] <= 3)]
        return near[0] if len(near) == 1 else None
    opening = len(clusters) == 1 and clusters[0].sites[0][0] <= 1 and sentence.number <= _OPENING
    return clusters[0] if opening and not clusters[0].project_id and not clusters[0].names else None


_NAMING = re.compile(
    r"[,\s「『（(\"“]*(?:(?:to be |also |better )?(?:known as|called|named|dubbed)\s)?(?:the\s)?[「『\"“]?"
)


def _apposed(site: Site, sentence: Sentence, clusters: list[Cluster]) -> Cluster | None:
    """The project right before its name: "a data center campus, known as PORTS", 輸出港「ガルフリンク」."""
    for one in reversed(clusters):
        number, last = one.sites[-1]
        between = sentence.text[max(0, last.end - sentence.start) : max(0, site.start - sentence.start)]
        if number == sentence.number and last.end <= site.start and _NAMING.fullmatch(between):
            return one if not one.project_id and not one.names else None
    return None


_OPENING = 6
"""A name that comes later than this sentence belongs to another project than the one that the text opened with."""


def _headline(site: Site, sentence: Sentence, projects: Projects) -> Cluster | None:
    """The headline's project, which the first mention in the text takes up."""
    if sentence.heading or site.plural:
        return None
    if site.determiner == "definite" and site.generic and not site.name:
        # "The plant" is the one just told, whatever else the headline names.
        told = [one for one in projects.clusters if not one.only_heading and _compatible(site, one, sentence)]
        if any(sentence.number - one.sites[-1][0] <= _STILL for one in told):
            return None
    waiting = (one for one in projects.clusters if one.only_heading and not _stands_beside(site, one, sentence))
    return next((one for one in waiting if _compatible(site, one, sentence, ordinals=False)), None)


_STILL = 5
"""Sentences after which "the plant" may be another than the one told last."""
_APART = re.compile(
    r"^(?:Separately|In a separate (?:\w+ )?(?:project|move|development|step|deal)|Apart from (?:this|that)|Elsewhere"
    r"|(?:これ|それ|本件|同計画|同事業|今回の(?:計画|事業|投資|案件))とは別(?:に|の))"
)


def _is_apart(site: Site, sentence: Sentence, projects: Projects) -> bool:
    """Whether a sentence opens with words that set its matter apart ("Separately", これとは別に)."""
    if site.determiner == "definite" or sentence.heading or not projects.clusters:
        return False
    return bool(_APART.match(sentence.text)) and not projects.explicit.get(sentence.number)


def _stands_beside(site: Site, cluster: Cluster, sentence: Sentence) -> bool:
    """Whether a sentence names a project as the neighbour of a facility ("reactors beside the Palisades plant")."""
    text = sentence.text
    return any(
        any(_same_name(other.value.name, name) for name in cluster.names)
        and in_passing(text, other.start - sentence.start, other.end - sentence.start)
        for other in sentence.of("site")
        if other.start > site.end and other.value.name and not sentence.japanese
    )


def _another(site: Site, clusters: list[Cluster]) -> Cluster:
    """A project of its own; "a second hub" is of the kind of the first."""
    same_kind = (one for one in clusters if one.sector and site.generic)
    before = max(same_kind, key=lambda one: one.sites[-1][0], default=None)
    fresh = _new(clusters)
    if before is not None:
        fresh.sectors.update({before.sector: 1})
        fresh.kind = before.facility
        if before.products:
            fresh.products.update({before.product["product"]: 1})
            fresh.product_rows.update(before.product_rows)
    return fresh


def _opens_another(site: Site, recent: Cluster, sentence: Sentence, *, listed: bool) -> bool:
    """Whether a facility that might be the project spoken of last opens another one."""
    if listed and sentence.row and recent.sites[-1][0] != sentence.number:
        return True
    if listed:
        # Each entry of a list is a matter of its own firm.
        orgs = {org.id for org in sentence.of("org")}
        return bool(orgs) and not orgs & set(recent.org_ids)
    behind = sentence.text[site.end - sentence.start :]
    before = {org.id for org in sentence.of("org") if org.start < site.start}
    if re.match(r"\sof\s(?:its|their)\sown\b", behind) and before and not before & set(recent.org_ids):
        # "Its neighbour started up an acid unit of its own".
        return True
    return site.determiner == "new" and site.generic and not _continues(site, recent, sentence)


def _numbered(site: Site, clusters: list[Cluster]) -> Cluster | None:
    """The entry of this number."""
    return next((one for one in clusters if one.ordinal == site.ordinal), None)


def _new(clusters: list[Cluster]) -> Cluster:
    cluster = Cluster(f"@p{len(clusters)}")
    clusters.append(cluster)
    return cluster


def _same_name(left: str, right: str) -> bool:
    left, right = left.casefold(), right.casefold()
    return any(
        one == other or one.startswith(f"{other} ") or one.endswith(f"・{other}")
        for one, other in ((left, right), (right, left))
    )


def _compatible(site: Site, cluster: Cluster, sentence: Sentence, *, ordinals: bool = True) -> bool:
    """Whether a facility may be the project spoken of before: nothing told of the two contradicts it."""
    late = sentence.number - cluster.sites[-1][0] > 1 and not cluster.only_heading and not sentence.heading
    return not (
        (late and site.determiner in ("new", "bare") and bool(site.sector) and not cluster.sector)
        or (ordinals and site.ordinal and site.ordinal != cluster.ordinal and not sentence.heading)
        or (site.name and cluster.names and not any(_same_name(site.name, name) for name in cluster.names))
        or _other_sector(site, cluster)
        or _other_product(site, cluster, sentence)
        or _elsewhere(site, cluster, sentence)
        or belongs_to_other(site, cluster, sentence)
        or _stands_beside(site, cluster, sentence)
        or (
            cluster.several
            and cluster.sites[-1][0] < sentence.number
            and not sentence.japanese
            and not site.plural
            and (site.determiner in ("new", "other") or site.name)
        )
    )


def _other_sector(site: Site, cluster: Cluster) -> bool:
    if not site.sector or not cluster.sector or site.sector == cluster.sector:
        return False
    return not any({site.sector, cluster.sector} <= kin for kin in KIN)


def _other_product(site: Site, cluster: Cluster, sentence: Sentence) -> bool:
    """Whether a facility with a place of its own makes something else than a project that has been given no place."""
    if not site.product or not cluster.products or site.determiner == "definite":
        return False
    if any(hit.term.id in cluster.products for hit in sentence.products):
        # "ニッケルとコバルトの鉱山": one of several things that it makes is what the project makes.
        return False
    place = own_place(site.start, site.end, sentence)
    return bool(
        place and place.admin1 and not lies_there(cluster, place) and site.product["product"] not in cluster.products
    )


def _elsewhere(site: Site, cluster: Cluster, sentence: Sentence) -> bool:
    """Whether the sentence places the facility where the project does not lie."""
    own = own_place(site.start, site.end, sentence)
    if own is not None and own.admin1:
        return lies_elsewhere(cluster, own)
    places = [
        place.value
        for place in sentence.of("place")
        if reaches(place, site.start, sentence) and not (sentence.japanese and is_home(sentence, place))
    ]
    states = {place.admin1 for place in places if place.admin1}
    countries = {place.country for place in places if place.country}
    introduced = site.determiner != "definite"
    if introduced and cluster.admin1 and len(states) == 1 and cluster.admin1 not in states:
        return True
    if site.name and not cluster.names and states and cluster.admin1 not in states:
        # What a headline leaves without place and name may still be this one.
        return bool(cluster.admin1) or not cluster.only_heading
    abroad = bool(cluster.country and countries and cluster.country not in countries)
    return abroad and (introduced or bool(site.name))


def _continues(site: Site, cluster: Cluster, sentence: Sentence) -> bool:
    """Whether "a plant" may still be the plant spoken of: the passage brings no place or firm of its own."""
    last = cluster.sites[-1][0]
    states = {place.value.admin1 for place in sentence.of("place") if place.value.admin1}
    if states and cluster.admin1 not in states:
        return False
    return sentence.number - last <= 2 or not (states or {org.id for org in sentence.of("org")} - set(cluster.org_ids))

"""Projects without a facility word: "Element Six is to grow synthetic diamond", a line of a list of interest.

What belongs here: what is made by whom as the sign of a project. What does not: facilities that a text names (`sites`),
which of these are projects in the end (`reading`).
"""

from __future__ import annotations

import re

from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.places import PlaceMention
from pipelines.extract.sites import Site
from pipelines.extract.terms import Hit
from pipelines.extract.whereabouts import is_home, lies_elsewhere

_PLANS = (
    r"(?:is|are|was|were) (?:due |set |expected |planning |preparing |slated |about )?to|will|would|plans? to"
    r"|planned to"
    r"|means? to|meant to|intends? to|wants? to|aims? to|hopes? to|expects? to|decided to|promised to|agreed to"
    r"|proposes to"
    r"|(?:has )?(?:begun|began|started)(?: to)?|to (?:begin|start)"
)
_MAKES = (
    r"(?:be )?(?:mak|produc|build|manufactur|grow|refin|smelt|assembl|recover|process|turn out|turning out|cast|forg"
    r"|synthesi[sz]"
    r"|recycl|min|enrich|extract|roll|separat|press|generat|liquef|brew|weav|print|mold|crystalli[sz]|purif)"
    r"(?:e|es|ed|ing|y|ies|ying)?"
)
_MAKING = re.compile(rf"\b(?:{_PLANS})\s(?:\w+\s){{0,3}}?{_MAKES}\s(?:[\w'’-]+\s){{0,4}}$", re.IGNORECASE)
_RAISING = re.compile(
    r"\b(?:doubl|tripl|quadrupl|expand|rais|increas|boost|lift)\w*\s(?:[\w'’-]+\s){0,6}(?:capacity|output|production)\s"
    r"(?:of|for|in)\s(?:[\w-]+\s){0,2}$"
)
"""In front of the product of which a firm means to make more ("to triple its capacity for graphite")."""
_JA_MAKING = re.compile(
    r"(?:を|の)(?:[^、。]{0,12})(?:生産|製造|量産|精製|製錬|精錬|分離|回収|組み立て|組立|増産|現地生産|採掘|育成|合成)"
    r"(?:を(?:始める|開始|計画|予定|めざす|目指す|検討)|する(?:計画|方針|予定|方向|公算|意向|案|と発表|ことを決め|考え|構え)|に(?:乗り出す|着手|踏み切る))"
)
_PLANT = {"facility": "plant", "sector": "", "strength": "generic", "label": "plant", "label_ja": "工場"}


_NUMBER = 5
"""Characters of a number before an entry."""


def unnamed(sentence: Sentence, projects: Projects, *, listed: bool) -> Mention | None:
    """The project that a sentence without a facility word tells of, as a facility at the words for what is made.

    Args:
        sentence: It names no facility.
        projects: The projects so far: what they make opens no other one.
        listed: The sentence stands in a list of interest, each line of which is a matter of its own.
    """
    if sentence.heading and not sentence.row:
        return None
    hits = [hit for hit in sentence.products if hit.term.row["sector"] != "other"]
    hits = [hit for hit in hits if not any(one.start <= hit.start < one.end for one in sentence.of("org", "program"))]
    if not hits:
        return None
    opens = (
        bool(sentence.mentions)
        and sentence.mentions[0].kind == "org"
        and sentence.mentions[0].start <= sentence.start + 4
    )
    named = bool(sentence.of("org"))
    # What stands before it in its paragraph is no more than the number of an entry ("4.").
    numbered = named and 0 < sentence.start <= _NUMBER
    if listed and (
        (sentence.row and (named or sentence.of("money"))) or (named and (opens or numbered) and sentence.of("money"))
    ):
        return _mention(sentence, max(hits, key=lambda hit: hit.end - hit.start))
    if any(one.sector for one in projects.clusters):
        # What a known project makes is told in many sentences: only other sectors open another one.
        known = {one.sector for one in projects.clusters}
        hits = [hit for hit in hits if hit.term.row["sector"] not in known]
    hit = next((hit for hit in hits if _is_made(sentence, hit)), None)
    return _mention(sentence, hit) if hit is not None else None


_OUTPUT = re.compile(
    r"\b(?:tons?|tonnes|kilograms?|units|pounds|ounces|carats|barrels|pieces|million|gigawatt-hours|wafers)\s"
    r"(?:(?:a|per|each)\s(?:year|month|day)\s|annually\s)?(?:worth\s)?of\s(?:[\w-]+\s){0,3}$"
)
_JA_OUTPUT = re.compile(
    r"(?:を|の)?(?:年(?:間|産)?|月産|日量)|(?:を)(?:生産|製造|精製|回収|取り出|作る|造る|つくる|量産|製錬)"
)


def made(sentence: Sentence, hit: Hit) -> int:
    """How strongly a sentence says that a product is what is made: as the object of making, as what is measured."""
    at = hit.start - sentence.start
    if sentence.japanese:
        return 2 if _JA_OUTPUT.match(sentence.text, hit.end - sentence.start) else 0
    lead = sentence.text[max(0, at - 80) : at]
    return 3 if _OUTPUT.search(lead) or _MAKING.search(lead) else 0


def _is_made(sentence: Sentence, hit: Hit) -> bool:
    at = hit.start - sentence.start
    if sentence.japanese:
        return bool(_JA_MAKING.match(sentence.text, hit.end - sentence.start)) and bool(sentence.of("org"))
    lead = sentence.text[max(0, at - 80) : at]
    raised = _RAISING.search(lead) and sentence.of("money") and sentence.of("org")
    if raised:
        return True
    return bool(_MAKING.search(lead)) and (bool(sentence.of("org")) or bool(re.search(r"\b(?:[Ii]t|[Tt]hey)\s", lead)))


_STANDING = re.compile(r"(?:^|\s)(?:[Ii]n|[Aa]t|[Nn]ear|[Oo]utside)\s(?:(?:rural|nearby|the\s[a-z]+|[a-z]+ern)\s)?$")
_WORKS = re.compile(
    r"\b(?:(?:re)?buil[dt]|(?:re)?building|(?:re)?open(?:s|ed|ing)?|runs?|ran|operat(?:e[sd]?|ing)|restart(?:s|ed|ing)?"
    r"|(?:broke|break|breaks|breaking) ground|put(?:s|ting)? up|construct(?:s|ed|ing)?|costs?|priced at|is done"
    r"|expand(?:s|ed|ing)?"
    r"|goes up|going up|rise|rises|invest(?:s|ed|ing)?|spend(?:s|ing)?|start(?:s|ed)? (?:up|production|work)"
    r"|began (?:production|work)|begun to|has begun|restart of|reopening of|expansion of|wants (?:up to |to )"
    r"|(?:has )?applied for|develop(?:s|ed|ing)?|does the same"
    r"|makes?|(?:has|have) been making|is making|produc(?:es|ed|ing)|assembl(?:es|ed|ing)|refin(?:es|ed|ing))\b"
)
_SUBJECT = re.compile(
    r"^(?:(?:The )?(?:[Rr]estart|[Rr]eopening|[Ee]xpansion|[Ee]nlargement|[Rr]evival|[Rr]ebuilding) of\b|It"
    r"|They|The (?:company|group|firm|two|pair|partners))\b"
)
_NOT_BUILT = re.compile(
    r"\b(?:office|headquarter|warehouse|school|road|house|sales|store|shop|court|hearing|talks|conference|meeting|summit"
    r"|election|subsidiary|laborator(?:y|ies)|training)\w*\b"
)


def opened_elsewhere(sentence: Sentence, projects: Projects) -> Mention | None:
    """A project told only by who builds it and where: "X will build Frontier, in Shackelford County, Texas".

    Args:
        sentence: It names no facility, and a place where none of the projects told so far lies.
        projects: The projects so far; the last one is known to lie elsewhere, so that this one is another.
    """
    if sentence.japanese or sentence.heading or sentence.row or not projects.explicit:
        return None
    last = projects.explicit[max(projects.explicit)][-1]
    if not (last.places or last.several) or _NOT_BUILT.search(sentence.masked):
        return None
    works = _WORKS.search(sentence.masked)
    actor = bool(sentence.of("org")) or bool(_SUBJECT.match(sentence.text))
    if works is None or not actor:
        return None
    for place in sentence.of("place"):
        told = place.value.admin1 or place.value.city
        lead = sentence.text[: place.start - sentence.start]
        stands = _STANDING.search(lead, max(0, len(lead) - 30))
        if not told or is_home(sentence, place) or stands is None:
            continue
        if not all(_apart(one, place.value, sentence, projects) for one in projects.clusters):
            continue
        start = sentence.start + stands.start() if stands.start() else place.end
        site = Site(start, start, "", _PLANT, {}, "other")
        return Mention("site", start, start, "", "", site)
    return None


def is_beside(opened: Mention, place: Mention) -> bool:
    """Whether a place is the one that opened a project (`opened_elsewhere`): it ends or begins right there."""
    return place.end == opened.start or 0 < place.start - opened.start <= _NEAR


_NEAR = 30
"""Characters of "in", "near the", "outside the town of" before a place."""


def _apart(cluster: Cluster, place: PlaceMention, sentence: Sentence, projects: Projects) -> bool:
    """Whether a project lies elsewhere; one in the same state, where a firm that is new to the text builds."""
    if lies_elsewhere(cluster, place) or cluster.several:
        return True
    # A town that the text places nowhere is another one than that of the project before.
    fresh = any(org.id in projects.newcomers for org in sentence.of("org")[:1]) or not place.country
    spots = {spot for _, one in cluster.places if (spot := _spot(one.value))}
    return fresh and bool(spots) and bool(_spot(place)) and _spot(place) not in spots


def _spot(place: PlaceMention) -> str:
    """The town or county of a place; empty where it tells neither."""
    return (place.city or (place.text.partition(",")[0] if "," in place.text else "")).casefold()


def _mention(sentence: Sentence, hit: Hit) -> Mention:
    text = sentence.text[hit.start - sentence.start : hit.end - sentence.start]
    site = Site(hit.start, hit.end, text, _PLANT, hit.term.row, "bare")
    return Mention("site", hit.start, hit.end, text, "", site)

"""Projects without a facility word: "Element Six is to grow synthetic diamond", a line of a list of interest.

What belongs here: what is made by whom as the sign of a project. What does not: facilities that a text names (`sites`),
which of these are projects in the end (`reading`).
"""

from __future__ import annotations

import re

from pipelines.extract.clusters import Projects
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.sites import Site
from pipelines.extract.terms import Hit

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
_JA_MAKING = re.compile(
    r"(?:を|の)(?:[^、。]{0,12})(?:生産|製造|量産|精製|製錬|精錬|分離|回収|組み立て|組立|増産|現地生産|採掘|育成|合成)"
    r"(?:を(?:始める|開始|計画|予定|めざす|目指す|検討)|する(?:計画|方針|予定|方向|公算|意向|案|と発表|ことを決め|考え|構え)|に(?:乗り出す|着手|踏み切る))"
)
_PLANT = {"facility": "plant", "sector": "", "strength": "generic", "label": "plant", "label_ja": "工場"}


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
    if listed and ((sentence.row and (named or sentence.of("money"))) or (named and opens and sentence.of("money"))):
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
    return bool(_MAKING.search(lead)) and (bool(sentence.of("org")) or bool(re.search(r"\b(?:[Ii]t|[Tt]hey)\s", lead)))


def _mention(sentence: Sentence, hit: Hit) -> Mention:
    text = sentence.text[hit.start - sentence.start : hit.end - sentence.start]
    site = Site(hit.start, hit.end, text, _PLANT, hit.term.row, "bare")
    return Mention("site", hit.start, hit.end, text, "", site)

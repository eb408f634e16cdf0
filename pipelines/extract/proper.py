"""Projects that bear a name ("Ocotillo Storage, the largest bank of batteries"), wherever the text takes it up.

What belongs here: names that an apposition or a facility word tells to be a project's, and their later mentions. What
does not: names of known projects (`sites`), names of firms (`newnames`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipelines.extract.mentions import Mention
from pipelines.extract.passing import in_passing
from pipelines.extract.places import occurrences
from pipelines.extract.sites import Site
from pipelines.extract.terms import has_cjk

_APPOSED = re.compile(
    r",\s(?:an?|the|its|their|one of the)\s(?:(?!(?:maker|operator|owner|developer|builder|company|firm|unit|supplier"
    r"|producer|subsidiary|that|which|of|in)\b)[\w'’-]+\s){0,4}$"
)
_FIRM = re.compile(
    r"\b(?:Inc|Corp|Ltd|LLC|Co|Company|Corporation|Group|Holdings|Bank|Partners|Associates|Industries|Energy|Power|Electric"
    r"|Steel|Chemicals?|Metals|Materials|Resources|Recovery|Capital|Contractors|Construction|Works)\.?$"
)


def name_projects(texts: Sequence[str], found: Sequence[list[Mention]]) -> None:
    """Take an unknown name for a project's where a facility explains it, and mark its other mentions as the project.

    Args:
        texts: Paragraphs.
        found: The mentions of each, which are changed: organisations that are projects become facilities.
    """
    ids: dict[str, str] = {}
    names: dict[str, str] = {}
    for text, mentions in zip(texts, found, strict=True):
        if has_cjk(text):
            continue
        for site in [one for one in mentions if one.kind == "site"]:
            for org in mentions:
                if org.kind != "org" or not org.id.startswith("@") or _FIRM.search(org.text):
                    continue
                if org.end < site.start <= org.end + 50 and _APPOSED.fullmatch(text[org.end : site.start]):
                    ids[org.id] = org.text
            name = site.value.name
            if len(name) >= 5 and not site.value.project_id and not _FIRM.search(name):
                names[name] = name
    for text, mentions in zip(texts, found, strict=True):
        for number, org in enumerate(mentions):
            if org.kind == "org" and ids.get(org.id, "").startswith(org.text):
                mentions[number] = _named(org.start, org.end, ids[org.id])
        _take_up(text, mentions, names)


def _take_up(text: str, mentions: list[Mention], names: dict[str, str]) -> None:
    for name in names:
        if name not in text or has_cjk(name) != has_cjk(text):
            continue
        for start, end in occurrences(text, name):
            if not any(start < one.end and one.start < end for one in mentions) and not any(
                one.kind == "site" and 0 <= one.start - end <= 40 and one.value.name == name for one in mentions
            ):
                named = _named(start, end, name)
                passing = in_passing(text, start, end) and not has_cjk(text)
                mentions.append(replace(named, value=replace(named.value, passing=passing)))


_HEAD = re.compile(r"([A-Za-z]{3,})$|([一-鿿ァ-ヺー]{1,6})$")
_NO_HEAD = frozenset(
    {"generation", "project", "storage", "power", "extension", "expansion", "venture", "mining", "scheme"}
)


def take_up_heads(texts: Sequence[str], found: Sequence[list[Mention]]) -> None:
    """Mark "the hall" and 基地は as the facility that was told more fully before ("a lathe hall", LNG基地).

    Args:
        texts: Paragraphs.
        found: The mentions of each, to which facilities are added.
    """
    heads: dict[str, Site] = {}
    for text, mentions in zip(texts, found, strict=True):
        for head, site in heads.items():
            if head in text and has_cjk(head) == has_cjk(text):
                _take_up_head(text, mentions, head, site)
        for mention in mentions:
            site = mention.value
            if mention.kind != "site" or site.passing or site.plural or not site.sector:
                continue
            form = site.facility.get("form", "") if has_cjk(mention.text) else mention.text.lower()
            match = _HEAD.search(form)
            if match is not None and match[0] not in _NO_HEAD:
                heads.setdefault(match[0], site)


_LEAD = re.compile(r"\b[Tt]h(?:e|is|at)\s(?:(?:new|planned|whole|finished)\s)?$")
_TAIL = re.compile(r"(?![\w-])(?!\s(?:of|between|[a-z]+line)\b)")
_JA_LEAD = re.compile(r"(?:[。、「（]|^)(?:同|この|その)?$")
_JA_TAIL = re.compile(r"(?=[はのをでにが])")


def _take_up_head(text: str, mentions: list[Mention], head: str, site: Site) -> None:
    before, behind = (_JA_LEAD, _JA_TAIL) if has_cjk(head) else (_LEAD, _TAIL)
    start = text.find(head)
    while start >= 0:
        end = start + len(head)
        told = before.search(text[max(0, start - 16) : start]) and behind.match(text, end)
        if told and not any(start < one.end and one.start < end for one in mentions):
            value = Site(start, end, head, site.facility, site.product, "definite")
            mentions.append(Mention("site", start, end, head, "", value))
        start = text.find(head, end)


def _named(start: int, end: int, name: str) -> Mention:
    return Mention("site", start, end, name, "", Site(start, end, name, {}, {}, "definite", False, name))

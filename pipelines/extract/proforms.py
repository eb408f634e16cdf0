"""Facilities named by a word that stands for one: "one in Ohio and the other in Texas", "the Kentucky half".

What belongs here: pronouns and shares that take up a facility and are told apart by a place. What does not: facilities
with a word of their own (`sites`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from pipelines.extract.places import PlaceMention
from pipelines.extract.sites import Site
from pipelines.extract.terms import has_cjk

_ONE = re.compile(
    r"\b(?P<word>one|the other(?: one)?|another(?: one)?"
    r"|the (?:first|second|third|former|latter|bigger|biggest|larger|largest|smaller|smallest|dearer|cheaper|newer"
    r"|older)"
    r"(?: one| of the (?:two|three|pair|twins))?)"
    r"(?: of [\d.,]+ [\w-]+)?"
    r"(?:,? (?:(?:(?:is|was|are|will|would|should|due|planned|set|slated|expected|meant|going) ?)?(?:to )?(?:be |is )?"
    r"(?:rise|rises|go|goes|go up|going up|stand|stands|come|comes|sit|sits|lie|lies|built|build|located|based|sited"
    r"|land|lands|headed|heads|follow|follows|planned|due|is|be)? ?))?"
    r"(?:in|at|near|outside|for|off|to|on)\s"
    r"(?:the (?:north|south|east|west|(?:north|south)(?:east|west)) of |"
    r"(?:the|(?:south|north)?(?:southern|northern|eastern|western|west|east)|south|north|central|rural|upstate|coastal)\s){0,2}$",
    re.IGNORECASE,
)
_SHARE = re.compile(r"(?:['’]s)?\s(?P<word>half|part|leg|piece|portion|one|side|arm|location|station|end)\b(?! of\b)")
_MANY = re.compile(
    r"\b(?:two|three|four|five|both|several|pair of|twin|2|3|4)\s(?:[\w-]+\s){0,3}"
    r"(?:plants?|works|mills|factories|facilities|sites|yards|hubs|stations|projects|mines|centers|campuses|terminals"
    r"|reactors|units|smelters|refineries|schemes|undertakings|halls)\b|\bplants?\b|\bworks\b"
    r"|\b(?:both|the (?:two|three|pair|twins))\b",
    re.IGNORECASE,
)
_JA_ONE = re.compile(
    r"(?:もう一方|もう一つ|もうひとつ|もう1つ|一方|一つ|ひとつ|1つ|他方|1カ所|片方|一つ目|二つ目|1つ目|2つ目)(?=(?:は|が|、)$)"
)
_JA_MANY = re.compile(
    r"(?:二つ|2つ|三つ|3つ|両|2カ所|二カ所|3カ所|複数)の?[^。]{0,8}(?:工場|拠点|発電所|事業|計画|基地|施設|鉱山|ヤード)"
)

_JA_LAW = re.compile(r"公告|告示|公布|施行|輸出管理|政令|省令|法律|条例|裁判")
"""A paragraph on law, where numbers are those of notices."""
_JA_ENTRY = re.compile(
    r"(?<![年告示令達律報法書])第([0-9０-９一二三四五六七八九十]{1,2})号(?:案件|事業|プロジェクト)?(?=は|が|に|の|を|も|と|で)"
)


def find_proforms(
    text: str, places: Sequence[PlaceMention], hidden: Sequence[tuple[int, int]], sites: Sequence[tuple[int, int]]
) -> list[Site]:
    """Words that stand for a facility: beside a place, or by the number of an entry.

    Args:
        text: A paragraph.
        places: Its places.
        hidden: Spans of organisations and programmes, which hide what lies in them.
        sites: Spans of its facilities.
    """
    japanese = has_cjk(text)
    found = _numbered(text, sites) if japanese and "号" in text and not _JA_LAW.search(text) else []
    if places:
        found += _japanese(text, places) if japanese else _english(text, places)
    return [one for one in found if not any(one.start < end and start < one.end for start, end in (*hidden, *sites))]


def _english(text: str, places: Sequence[PlaceMention]) -> list[Site]:
    found = []
    for place in places:
        if not (place.admin1 or place.country):
            continue
        lead = text[max(0, place.start - 60) : place.start]
        one = _ONE.search(lead)
        if one is not None and (" of " in one[0] or _MANY.search(text[: place.start])):
            start = place.start - len(lead) + one.start("word")
            found.append(_site(text, start, start + len(one["word"]), "new"))
        share = _SHARE.match(text, place.end)
        if share is not None and place.admin1 and re.search(r"\b[Tt]he\s(?:new\s|big\s)?$", lead):
            found.append(_site(text, share.start("word"), share.end("word"), "definite"))
    return found


def _japanese(text: str, places: Sequence[PlaceMention]) -> list[Site]:
    found = []
    for place in places:
        one = _JA_ONE.search(text[max(0, place.start - 8) : place.start])
        if one is not None and place.admin1 and _JA_MANY.search(text[: place.start]):
            start = max(0, place.start - 8) + one.start()
            found.append(_site(text, start, start + len(one[0]), "new"))
    return found


def _numbered(text: str, sites: Sequence[tuple[int, int]]) -> list[Site]:
    """第6号 where no facility follows in its sentence: the entry of a programme that bears the number."""
    found = []
    for match in _JA_ENTRY.finditer(text):
        stop = text.find("。", match.end())
        stop = len(text) if stop < 0 else stop
        if not any(match.end() <= start < stop for start, _ in sites):
            site = _site(text, match.start(), match.end(), "definite")
            found.append(replace(site, ordinal=unicodedata.normalize("NFKC", match[1])))
    return found


def _site(text: str, start: int, end: int, determiner: str) -> Site:
    return Site(start, end, text[start:end], {}, {}, determiner)

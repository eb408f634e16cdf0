"""Towns that a text names without their state right behind a facility: "the plant at Petersburg was to yield".

What belongs here: finding such towns, and taking their names from the facilities that bear them. What does not: towns
that a text or the gazetteer places in a state (`places`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipelines.extract.mentions import Mention
from pipelines.extract.places import PlaceMention
from pipelines.extract.terms import has_cjk

_BEHIND = re.compile(
    r"(?:\s(?:[\w-]+\s){0,3}|,\s(?:[\w-]+\s){0,2})?\s?(?:in|at|near|outside)\s"
    r"(?:(?:downtown|nearby|the town of|the city of)\s)?"
    r"([A-Z][a-z'’]+(?:\s[A-Z][a-z'’]+){0,2})(?![\w’'-])(?!\s(?:[A-Z]|and\s[A-Z]))"
)
_STANDS = re.compile(
    r"\b(?:stand|rise|sit|be built|be located|go up|come up|be sited|stands|rises|sits|is located|is being built"
    r"|is going up|construction|groundbreaking|build it|built it)\s(?:in|at|near|outside)\s"
    r"([A-Z][a-z'’]+(?:\s[A-Z][a-z'’]+){0,2})"
    r"(?![\w’'-])(?!\s[A-Z])"
)
"""What says that something stands in a town, whatever it is called."""
_OPENING = re.compile(r"(?:^|(?<=[.!?]\s))(?:In|At|Near|Outside)\s([A-Z][a-z'’]+(?:\s[A-Z][a-z'’]+){0,2}),\s")
"""A town that opens a sentence, if a firm follows: "In Higashihiroshima, Micron plans"."""
_NO_TOWN = frozenset(
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "Congress",
        "Parliament",
        "Europe",
        "Asia",
        "Africa",
        "Christmas",
        "Easter",
        "Spring",
        "Summer",
        "Autumn",
        "Winter",
        "North",
        "South",
        "East",
        "West",
        "Gulf",
        "Midwest",
        "Northeast",
        "Southwest",
        "Phase",
        "English",
        "Japanese",
        "Appalachia",
    ]
)


def bare_towns(text: str, mentions: Sequence[Mention]) -> list[PlaceMention]:
    """Towns without a state behind the facilities of an English paragraph.

    Args:
        text: A paragraph.
        mentions: What is recognised in it.
    """
    if has_cjk(text):
        return []
    found = []
    firms = {org.start for org in mentions if org.kind == "org"}
    opening = (match for match in _OPENING.finditer(text) if match.end() in firms)
    behind = [_BEHIND.match(text, site.end) for site in mentions if site.kind == "site"]
    for match in (*behind, *opening, *_STANDS.finditer(text)):
        if match is None or match[1].split()[0] in _NO_TOWN or match[1].endswith(("'s", "’s")):
            continue
        start, end = match.span(1)
        if any(start < one.end and one.start < end for one in mentions):
            continue
        found.append(PlaceMention(start, end, text[start:end], None, None, match[1]))
    return found


def name_towns(texts: Sequence[str], found: Sequence[list[Mention]]) -> None:
    """Add the towns without a state to the mentions of each paragraph; a facility's name that is one is none."""
    towns = set()
    for text, mentions in zip(texts, found, strict=True):
        for place in bare_towns(text, mentions):
            towns.add(place.text)
            mentions.append(Mention("place", place.start, place.end, place.text, "", place))
    if not towns:
        return
    for mentions in found:
        for number, mention in enumerate(mentions):
            if mention.kind == "site" and mention.value.name in towns and not mention.value.project_id:
                mentions[number] = replace(mention, value=replace(mention.value, name=""))

"""Words around an English facility: whether "works" is a plant, which of several ("the second") it is.

What belongs here: tests on the text beside a facility word. What does not: facilities themselves (`sites`).
"""

from __future__ import annotations

import re

from pipelines.extract.terms import Hit

MODEL = re.compile(r"\s*(?:-?\d{1,4}\s)?")
"""Between two words for one facility: nothing, or the number of its model ("SMR-300 reactors")."""
_REACH = 60
"""Characters before "works" that tell whether it is a noun."""
_WORKS_LEAD = re.compile(
    r"(?:\b(?:an?|the|its|their|his|our|new|two|three|four|both|such|another|second|third|former|old"
    r"|big|own|first|existing|present|planned|proposed|sister|whole|only|future|giant|small|large)|[A-Z][\w'’-]+)\s$"
)
_WORKS_MAKING = re.compile(r"\b(?:an?|another|its|their|new)\s(?:[a-z][\w-]*\s){1,3}$")
_WORKS_VERB = re.compile(
    r"\s(?:on|with|to|closely|well|hard|as|out|like|by|together|against|best|only|so|because|when|if|that way|just)\b"
)


def is_noun(text: str, hit: Hit, start: int) -> bool:
    """Whether "works" is a plant: a determiner, a name or a product stands before it and no verb's company behind."""
    if start < hit.start:
        return True
    led = _WORKS_LEAD.search(text, max(0, hit.start - _REACH), hit.start)
    led = led or _WORKS_MAKING.search(text, max(0, hit.start - _REACH), hit.start)
    return bool(led) and not _WORKS_VERB.match(text, hit.end)


def ordinal_of(lead: str) -> str:
    """The number of a facility among its sisters ("second"), right before it; empty where none stands there."""
    found = re.search(r"\b(first|second|third|fourth|fifth)\s(?:[\w-]+\s){0,2}$", lead, re.IGNORECASE)
    return found[1].lower() if found else ""

"""On whose word a sentence stands, and how sure it is.

What belongs here: unnamed sources, plans, conditions, denials. What does not: what is said.
"""

from __future__ import annotations

from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Sentence

_ORDER = ("denied", "unnamed", "estimate", "conditional", "planned")
_MODALITY = {
    "denied": "denied",
    "unnamed": "reported",
    "estimate": "reported",
    "conditional": "conditional",
    "planned": "planned",
}


def attributions(sentence: Sentence, lexicon: Lexicon) -> frozenset[str]:
    """Which of unnamed, conditional, planned and denied a sentence is."""
    found = lexicon.matches("attribution_patterns", sentence)
    return frozenset(one.row["attribution"] for one in found) if found else _NONE


_NONE: frozenset[str] = frozenset()


def modality(marks: frozenset[str], *, about_money: bool = False) -> str:
    """Modality of what a sentence says.

    Args:
        marks: Its attributions.
        about_money: "Up to" and "may reach" in a sentence on money bound the figure, they do not make it conditional.
    """
    for mark in _ORDER:
        if mark in marks and not (about_money and mark == "conditional" and "planned" not in marks):
            return _MODALITY[mark]
    return "asserted"

"""What an English sentence says of the name it is about: that it builds, owns, supplies or is a contractor.

What belongs here: signs, in the words behind a capitalised phrase, that it is a firm. What does not: their weights and
the choice of names (`english_names`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Protocol

BRANCHES = frozenset(
    {"America", "Americas", "USA", "US", "Canada", "Australia", "Europe", "Japan", "India", "Mexico", "Brasil", "Texas"}
)
"""Countries that the name of a firm's arm there ends with ("Daikin America")."""

_ASIDE = re.compile(r",\s(?!(?:and|but|who|while)\b)[^,.;]{3,70},|\s(?:of|from)\s[A-Z]\w+(?:,\s[A-Z]\w+)?(?=\s)")
"""What may stand between a subject and its verb."""
_TRADES = re.compile(
    r"\s(?:(?:will|would|is to|also|now) )*"
    r"(?:suppl|deliver|manufactur|produc|provid|own|operat|sell|design)(?:y|ies|ied|s|es|ed)?\s"
    r"(?:the|its|their|all|some|most|both|\d)\b"
)
"""What a firm does with goods; a person hardly ever."""
_DOES_IT = re.compile(
    r"\s(?:builds|designs|supplies|operates|owns|runs|engineers|delivers|finances|insures|manages|developed|built|designed)"
    r"\s(?:it|them|both|the (?:pair|two))\b"
)
_PRESENT = re.compile(
    r"\s(?:(?:also|now|already|still|itself) )*(?:has|will|would|is|\w+s)\s"
    r"(?:an?|the|its|it|them|both|all|some|to|up|about|nearly|\d|[$€£¥A-Z]|[a-z]+ed\s)"
)
_CLAUSE_END = re.compile(r"[.!?]\s|;|$")
_OBJECTS = frozenset({"site", "money", "quantity", "share", "material"})
_ACTIVE = 2.0
_CALLED = re.compile(
    r"\s(?:is|are|was|were|will be|remains|stays on as|acts as|serves as|has been named)\s(?:the|an?|its|their"
    r"|one of the)\s"
    r"((?:(?!(?:of|for|to|in|at|on|that|which|who|and)\b)[\w&/-]+\s?){1,5})"
)
_POSSESSIVE = re.compile(r"['’]s?\s(?:(?!(?:the|a|an)\b)[\w.&'’-]+\s){0,4}$")


class Span(Protocol):
    """What is recognised in a paragraph: its characters and its kind."""

    @property
    def start(self) -> int:
        """First character."""

    @property
    def kind(self) -> str:
        """Kind of mention."""


def acts_on(text: str, end: int, spans: Sequence[Span], verb: Callable[[str], float], *, several: bool) -> bool:
    """Whether a sentence says what its subject builds, sells, holds: "Ausenco designs the plant".

    Args:
        text: A paragraph.
        end: Where the subject ends.
        spans: What is recognised in the paragraph.
        verb: Points for the verb that a text begins with.
        several: The subject has more than one word.
    """
    skipped = _ASIDE.match(text, end)
    start = skipped.end() if skipped else end
    if _DOES_IT.match(text, start):
        return True
    if not several and not _PRESENT.match(text, start):
        # "Fully built" and "Local owned" are no subjects.
        return False
    if not text.startswith(" ", start) or verb(text[start : start + 60]) < _ACTIVE:
        return False
    if several and _TRADES.match(text, start):
        return True
    stop = _CLAUSE_END.search(text, start)
    until = stop.start() if stop else len(text)
    return any(start < one.start < until and one.kind in _OBJECTS for one in spans)


def is_called(after: str, is_noun: Callable[[Sequence[str]], bool]) -> bool:
    """Whether the words behind a name say that it is a firm: "is the general contractor".

    Args:
        after: Text behind the name.
        is_noun: Whether words in lower case end with a word for firms.
    """
    found = _CALLED.match(after)
    return found is not None and is_noun(found[1].lower().split()[-3:])


def owns_site(text: str, end: int, spans: Sequence[Span]) -> bool:
    """Whether a name's possessive leads to a facility: "OCI's Beaumont ammonia plant"."""
    if text[end : end + 1] not in ("'", "’"):
        return False
    site = next((one for one in spans if one.kind == "site" and one.start > end), None)
    return site is not None and bool(_POSSESSIVE.fullmatch(text[end : site.start]))

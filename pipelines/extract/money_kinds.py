"""What a sum of money is, told by the words around it: a cost, a loan, a grant, sales, a loss, several projects' total.

What belongs here: weighing the cues of the vocabulary `money_cues` by how near they stand and what stands between. What
does not: whose money it is (`finance`), nor the ways of saying that need no weighing (`amount_patterns`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.vocabulary import Row

THRESHOLD = 0.2
"""Least weight of a cue that is believed: one a clause and a long way off says nothing."""

SURE = 0.45
"""Weight from which a cue goes before a pattern of cost."""

_REACH = 26.0
"""Characters of masked text after which a cue counts half."""

_REACH_TO_VERB = 60.0
_OPENING = 10
"""Characters within which a word opens its sentence."""

_BREAK_EN = re.compile(
    r"[;:]|\s-\s|, (?:and|but|while|whereas|which|who|whose|with|of which|against|after|before|although|though|since|"
    r"so|plus|as)\b|\bof which\b|\b(?:and|but) (?=[\ue000-\ue1ff]|the |it |its |a )"
)
_BREAK_JA = re.compile(r"[。；]|、(?!約|およそ|計|総額|最大|合計|[\ue200-\ue2ff])|(?:が|ため|ほか|一方)、|うち")
_MONEY = re.compile(r"[\ue200-\ue2ff]")
_GAPPED = re.compile(
    r"(?: (?:of|towards?|for|to) (?:the |its |that )?[\w\ue000-\ue1ff-]+(?: [\w-]+)?)?"
    r",?(?: and)? (?:the )?[\ue000-\ue1ff](?: (?:a further|another|some|about|around))? ?"
)
"""From one sum to the next where nothing but a name stands before it."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A cue beside a sum: its row and how much it counts."""

    row: Row
    weight: float


def tell_kind(sentence: Sentence, mention: Mention, lexicon: Lexicon) -> Weighed | None:
    """The cue that says most about a sum; None where no word near it tells what it is.

    Args:
        sentence: Sentence of the sum.
        mention: The sum.
        lexicon: With the vocabulary `money_cues`.
    """
    return max(_weighed(sentence, mention, lexicon), key=lambda one: one.weight, default=None)


def shares_verb_with(sentence: Sentence, mention: Mention) -> Mention | None:
    """The sum before this one whose verb it shares: one bank lends so much "and another bank so much".

    "The budget has moved from $360 million to $430 million": the new figure is what the old one was.
    """
    place = sentence.position(mention)
    before = list(_MONEY.finditer(sentence.masked, 0, place))
    if not before:
        return None
    start, end = before[-1].span()
    risen = sentence.masked[end:place] == " to " and sentence.masked[:start].endswith("from ")
    if not risen and not _GAPPED.fullmatch(sentence.masked, end, place):
        return None
    return next(iter(sentence.caught(before[-1][0])), None)


def is_company(sentence: Sentence, mention: Mention, lexicon: Lexicon) -> bool:
    """Whether the words beside a sum tell that it is a firm's own: its sales, its plan for all its plants."""
    weighed = tell_kind(sentence, mention, lexicon)
    return weighed is not None and weighed.row["tie"] == "company" and weighed.weight >= SURE


def _weighed(sentence: Sentence, mention: Mention, lexicon: Lexicon) -> Iterator[Weighed]:
    place = sentence.position(mention)
    text = sentence.masked
    for found in lexicon.matches("money_cues", sentence):
        start, end = found.match.span()
        if start <= place < end:
            between, side = "", found.row["side"]
        elif end <= place:
            between, side = text[end:place], "before"
        else:
            between, side = text[place + 1 : start], "after"
        if found.row["side"] not in (side, "any"):
            continue
        breaks = len((_BREAK_JA if sentence.japanese else _BREAK_EN).findall(between))
        # What stands between two sums belongs to the sum it stands before in Japanese, and to either in English.
        others = len(_MONEY.findall(between))
        # In Japanese the verb that governs a sum stands at the end, however far that is.
        reach = _REACH_TO_VERB if sentence.japanese and side == "after" else _REACH
        weight = float(found.row["weight"]) * reach / (reach + len(between)) * 0.5**breaks * 0.4**others
        if sentence.japanese and side == "before" and start < _OPENING and text[end : end + 1] in ("は", "が"):
            # The topic of a Japanese sentence holds to its end: 投資額は、…により…億円となった.
            weight = max(weight, float(found.row["weight"]) * 0.6 * 0.7**others)
        if weight >= THRESHOLD:
            yield Weighed(found.row, weight)

"""Towns told by the state named before: 同じ州のアリストン, 同県の坂出市, 同国北部のアントファガスタ.

What belongs here: Japanese words that take up the state or the country of the place told last, with the town behind
them. What does not: places that a text names outright (`places`), towns without any state (`towns`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.extract.places import PlaceMention

_TAKEN_UP = re.compile(
    r"(?<![一-鿿])(?:同じ|同)(?:(?P<state>州|県|省)(?:[東西南北中]{1,2}部)?の?|(?P<country>国)(?:[東西南北中]{1,2}部)?の)"
    r"(?P<town>[ァ-ヺー][ァ-ヺー・]{1,15}(?:市|郡)?|[一-鿿]{1,4}[市町村](?![場長議民内立税営有]))(?=[のにでへ、（])"
)


def take_up_states(texts: Sequence[str], places: Sequence[list[PlaceMention]]) -> None:
    """Add the towns whose state is only taken up ("同じ州の") to the places of each paragraph.

    Args:
        texts: The paragraphs.
        places: The places of each, in its order, which are added to.
    """
    last: PlaceMention | None = None
    for text, found in zip(texts, places, strict=True):
        more = []
        for match in _TAKEN_UP.finditer(text) if "同" in text else ():
            before = [one for one in found if one.end <= match.start() and one.country]
            source = _source(before[-1] if before else last, match)
            start, end = match.span("town")
            if source is not None and not any(start < one.end and one.start < end for one in found):
                town = (
                    match["town"].removesuffix("市").removesuffix("郡") if _KANA.match(match["town"]) else match["town"]
                )
                admin1 = source.admin1 if match["state"] else None
                more.append(PlaceMention(start, end, text[start:end], source.country, admin1, town))
        last = next((one for one in reversed(found) if one.country), last)
        if more:
            found[:] = sorted([*found, *more], key=lambda one: one.start)


_KANA = re.compile(r"[ァ-ヺ]")


def _source(place: PlaceMention | None, match: re.Match[str]) -> PlaceMention | None:
    """The place told last, if it is of the kind that is taken up."""
    if place is None or (match["state"] and not place.admin1):
        return None
    return place

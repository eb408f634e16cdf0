"""Places in a text: country, state or prefecture, and the town that a text puts before or into one.

What belongs here: finding places by name and by the shape "town, state". What does not: which project lies there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.extract.terms import Hit, Term, has_cjk, longest
from pipelines.extract.vocabulary import Reference, rows


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place in a text.

    Attributes:
        start, end: Characters of the text.
        text: As found.
        country: ISO 3166-1 alpha-3.
        admin1: ISO 3166-2 of the state, prefecture or region.
        city: Town as the text spells it.
        named: Neither country nor state but a spot within one (an island).
    """

    start: int
    end: int
    text: str
    country: str | None
    admin1: str | None = None
    city: str | None = None
    named: bool = False


_TOWN = re.compile(r"((?:[A-Z][\w'’.-]+|of|de|la)(?:\s(?:[A-Z][\w'’.-]+|of|de|la|upon))*),\s?$")
_TOWN_IN = re.compile(
    r"\b(?:at|in|near|outside|for)\s([A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+)?)\sin\s(?:the\s)?(?:(?:southern|northern|eastern|western|central|state\sof)\s)?$"
)
_JA_TOWN = re.compile(
    r"(?:の)?([ァ-ヺー・]{2,20}|[一-鿿]{1,6}?(?:市|町|村|区))(?:郡|市|町|村|近郊|周辺)?(?=[のにでとへを、，。）)（(]|工場|から|など|沖|$)"
)


class PlaceFinder:
    """Finds places by the reference's names and the shapes around them."""

    def __init__(self, reference: Reference) -> None:
        forms = rows(reference, "place_forms")
        self._parents = {row["code"]: row.get("parent", "") for row in reference.get("places", ())}
        self._features = {row["form"] for row in forms if row["kind"] == "feature"}
        self._capitals = {row["form"] for row in forms if row["kind"] == "capital"}

    @staticmethod
    def terms(reference: Reference) -> list[Term]:
        """Terms for every place name."""
        found: dict[tuple[str, str], Term] = {}
        for row in reference.get("places", ()):
            names = [row["name"], row.get("name_ja", ""), *row.get("aliases", "").split("|")]
            for name in filter(None, names):
                found.setdefault((row["code"], name), Term("place", row["code"], name, {"sort": row["kind"]}))
                if row["kind"] in ("state", "region") and name.endswith("州") and len(name) > 3:
                    # 州 may be left out in headlines: ルイジアナで.
                    found.setdefault(
                        (row["code"], name[:-1]), Term("place", row["code"], name[:-1], {"sort": row["kind"]})
                    )
        for row in rows(reference, "place_forms"):
            if row["code"] and row["kind"] in ("country", "after_comma", "named"):
                found.setdefault(
                    (row["code"], row["form"]), Term("place", row["code"], row["form"], {"sort": row["kind"]})
                )
        return list(found.values())

    def find(self, text: str, hits: Sequence[Hit]) -> list[PlaceMention]:
        """Places of a text, in its order; `hits` are those of the term index for this text."""
        japanese = has_cjk(text)
        known = longest(
            [hit for hit in hits if hit.term.kind == "place"], lambda hit: self._accept(text, hit, japanese)
        )
        found = []
        for hit in known:
            code = self._choose(text, hit, hits)
            country = code if "-" not in code else self._parents.get(code) or _country(code)
            admin1 = code if "-" in code else None
            start, end, city = hit.start, hit.end, None
            if admin1 and japanese:
                town = _JA_TOWN.match(text, hit.end)
                if town and not re.search(r"[のにで]$", text[hit.start : hit.end]) and not text[hit.end] == "の":
                    city, end = town[1], town.end(1)
            elif admin1 or not japanese:
                town = _TOWN.search(text[: hit.start]) or _TOWN_IN.search(text[: hit.start])
                if town:
                    name = town[1]
                    if self._is_town(name) and not any(
                        other.end > town.start(1) and other.start < hit.start for other in known
                    ):
                        city, start = name, town.start(1)
                    elif name.split()[-1] in self._features:
                        start = town.start(1)
            found.append(
                PlaceMention(
                    start, end, text[start:end], country or None, admin1, city, hit.term.row.get("sort") == "named"
                )
            )
        return found

    def _is_town(self, name: str) -> bool:
        words = name.split()
        return (
            words[-1] not in self._features and words[0][0].isupper() and name not in self._capitals and len(words) <= 4
        )

    def _accept(self, text: str, hit: Hit, japanese: bool) -> bool:
        surface = text[hit.start : hit.end]
        if japanese:
            following = text[hit.end : hit.end + 1]
            if re.match(r"製|側|系|人|籍|式|産(?!出|が|業)", text[hit.end :]):
                return False
            if surface in ("米", "豪", "英") or (len(surface) <= 2 and following and re.match(r"[ァ-ヺ]", following)):
                return False
            return not (re.match(r"[一-鿿ァ-ヺー]", text[hit.start - 1 : hit.start] or " ") and len(surface) <= 2)
        if hit.term.row.get("sort") == "after_comma":
            return (text[: hit.start].endswith(", ") and surface == hit.term.form.rstrip(".")) or (
                text[hit.start : hit.end + 1] == hit.term.form and text[: hit.start].endswith(", ")
            )
        if surface.isascii() and surface == "US":
            return True
        if not surface[0].isupper():
            return False
        if surface in (
            "Washington",
            "us",
            "Jersey",
            "Turkey",
            "Guinea",
            "Chad",
            "Jordan",
            "Victoria",
            "Reunion",
        ) and surface in ("us", "Turkey", "Jordan", "Chad"):
            return False
        return not re.match(r"\s(?:Power|Ammonia|Pacific|Steel|Gas|Electric)\b", text[hit.end :])

    def _choose(self, text: str, hit: Hit, hits: Sequence[Hit]) -> str:
        """Of places with one name (Georgia) the state, unless the text is about the country."""
        same = [
            other.term
            for other in hits
            if other.term.kind == "place" and (other.start, other.end) == (hit.start, hit.end)
        ]
        states = [term for term in same if "-" in term.id]
        if not states or re.search(r"Tbilisi|Caucasus|トビリシ|グルジア", text):
            return same[0].id if not states else next((term.id for term in same if "-" not in term.id), states[0].id)
        american = [term for term in states if term.id.startswith("US-")]
        return (american or states)[0].id


def _country(code: str) -> str:
    return {"US": "USA", "JP": "JPN", "AU": "AUS", "CA": "CAN", "FR": "FRA", "KR": "KOR"}.get(
        code.split("-", maxsplit=1)[0], ""
    )

"""Places in a text: country, state or prefecture, and the town that a text puts before or into one.

What belongs here: finding places by name and by the shape "town, state". What does not: which project lies there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.extract.provinces import Provinces
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
        guessed: A town named without its state, which the gazetteer tells.
    """

    start: int
    end: int
    text: str
    country: str | None
    admin1: str | None = None
    city: str | None = None
    named: bool = False
    guessed: bool = False


_REACH = 160
"""Characters before a state in which its town stands."""
_TOWN = re.compile(
    r"(?<![\w'’-])((?!(?:In|At|Near|Outside|From|For|By|Off|On|Around|Of|And|But|The)\s)[A-Z][\w'’.-]+"
    r"(?:\s(?:[A-Z][\w'’.-]+|of|de|la|upon))*),\s?$"
)
_TOWN_IN = re.compile(
    r"\b(?:at|in|near|outside|for)\s([A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+)?),?\sin\s(?:the\s)?"
    r"(?:[A-Z][a-z]+(?:an|ese|ish|['’]s)\s)?(?:(?:state|province|region|prefecture|department)\sof\s)?"
    r"(?:(?:southern|northern|eastern|western|central|south|north|east|west|southeast|southwest|northeast|northwest|rural|coastal"
    r"|upstate|state\sof)\s)?$"
)
_JA_TOWN = re.compile(
    r"(?:の)?(?:[ァ-ヺー・]{2,16}郡(?=[ァ-ヺー]))?([ァ-ヺー・]{2,20}|[ｦ-ﾟ]{3,24}|[一-鿿]{1,6}?(?:市|町|村|区)"
    r"|[一-鿿]{1,3}(?=（[ァ-ヺー・]{2,12}）[郡市県]))(?P<ends>(?:（[ァ-ヺー・]{2,12}）)?(?:郡|市|町|村)?)(?:近郊|周辺)?(?=[のにでとへを、，。）)（(]|工場|から|など|沖|$)"
)


_JA_PROVINCE = re.compile(
    r"(?:の)?(?:[東西南北]{1,2}部|[東西南北]{1,2}|中部|中央部|内陸部?|沿岸部?)?(?:の|にある|、)?"
    r"((?:[ァ-ヺー・]{2,16}|(?![各同両全他当本])[一-鿿]{2,4}?)(?:自治区|首長国|[州県省]))"
    r"([ァ-ヺー]{2,14}|[一-鿿]{1,3}(?:市|町|郷|鎮|村)|[一-鿿]{2,3}(?=で|に))?(?=[のにでとへを、（(]|$)"
)
"""A state or county behind its country that the gazetteer does not know (ナミビア北西部クネネ州), with a town."""


def is_title(text: str) -> bool:
    """Whether nearly every longer word has a capital, so that capitals tell nothing."""
    words = re.findall(r"[A-Za-z]{4,}", text)
    return len(words) >= 5 and sum(word[0].isupper() for word in words) >= 0.85 * len(words)


_TOWN_LEAD = re.compile(
    r"(?:^|[—–|:]\s?|\b(?:in|at|near|outside|of|to|from|around|for|between|and|or|off|via|through|chose|chosen|picked|than"
    r"|beyond|within|across|downtown|central|nearby|port of|city of|the|into|toward|towards|leave|leaving)\s)$"
)
_TOWN_TAIL = re.compile(r"\s(?!(?:In|On|The|A|And|But|It|For|At|To|When|While)\b)[A-Z][a-z]+|['’]s\s[A-Z]|-[A-Z]")
_TOWN_WORKS = re.compile(
    r"\s(?:[a-z-]+\s){0,3}(?:plant|mine|works|mill|factory|refinery|smelter|complex|terminal|fab|facility|quarry)\b"
)
"""Behind a town that a works bears the name of: "the Kings Mountain lithium mine"."""
_ALSO_WORDS = frozenset({"Turkey", "Jordan", "Chad"})
"""Names of countries that are more often a bird, a shoe or a man."""


class PlaceFinder:
    """Finds places by the reference's names and the shapes around them."""

    def __init__(self, reference: Reference) -> None:
        forms = rows(reference, "place_forms")
        self._parents = {row.get("code", ""): row.get("parent", "") for row in reference.get("places", ())}
        self._features = {row["form"] for row in forms if row["kind"] == "feature"}
        self._seats = {row["form"] for row in forms if row["kind"] == "seat"}
        self._no_town = {row["form"] for row in forms if row["kind"] == "no_town"}
        self._town_prefix = {row["form"] for row in forms if row["kind"] == "town_prefix"}
        self._capitals = {row["form"] for row in forms if row["kind"] == "capital"}
        self._provinces = Provinces(reference)
        self._countries = {row["code"].partition("-")[0]: row["country"] for row in rows(reference, "provinces")}

    @staticmethod
    def terms(reference: Reference) -> list[Term]:
        """Terms for every place name."""
        found: dict[tuple[str, str], Term] = {}
        for row in reference.get("places", ()):
            code, kind = row.get("code", ""), row.get("kind", "")
            names = [row.get("name", ""), row.get("name_ja", ""), *row.get("aliases", "").split("|")]
            for name in filter(None, names if code else ()):
                # "Ind." and "La." are states behind a comma only: "La Rochelle" is none of Louisiana's.
                sort = "after_comma" if name.endswith(".") and name.count(".") == 1 else kind
                found.setdefault((code, name), Term("place", code, name, {"sort": sort}))
                if kind in ("state", "region") and name.endswith("州") and len(name) > 3:
                    # 州 may be left out in headlines: ルイジアナで.
                    found.setdefault((code, name[:-1]), Term("place", code, name[:-1], {"sort": kind}))
        for row in rows(reference, "place_forms"):
            if row["code"] and row["kind"] in ("country", "after_comma", "named", "town", "region"):
                found.setdefault(
                    (row["code"], row["form"]), Term("place", row["code"], row["form"], {"sort": row["kind"]})
                )
        return list(found.values())

    def _country(self, code: str) -> str:
        two = code.partition("-")[0]
        return _ALPHA3.get(two) or self._countries.get(two, "")

    def find(self, text: str, hits: Sequence[Hit]) -> list[PlaceMention]:
        """Places of a text, in its order; `hits` are those of the term index for this text."""
        accept = self._accept_japanese if has_cjk(text) else self._accept_english
        known = longest([hit for hit in hits if hit.term.kind == "place"], lambda hit: accept(text, hit))
        known = [hit for hit in known if not _is_before_state(text, hit, known)]
        found = []
        for hit in known:
            code = self._choose(text, hit, hits)
            admin1 = code if "-" in code and not self._is_seat(text, hit) else None
            country = code if "-" not in code else self._parents.get(code) or self._country(code)
            sort = hit.term.row.get("sort")
            if sort == "town":
                found.append(
                    PlaceMention(
                        hit.start, hit.end, text[hit.start : hit.end], country, admin1, hit.term.form, False, True
                    )
                )
                continue
            start, end, city = self._town(text, hit, known, admin1)
            province = _PROVINCE.search(text, hit.end, end) if end > hit.end and not admin1 and country else None
            if province is not None:
                admin1 = (self._provinces.of(province[0], country) or (None,))[0]
            found.append(PlaceMention(start, end, text[start:end], country or None, admin1, city, sort == "named"))
        if has_cjk(text):
            found = sorted([*found, *_unlisted(text, found, self._provinces)], key=lambda one: one.start)
        return found

    def _is_seat(self, text: str, hit: Hit) -> bool:
        """Whether a capital's name stands for its government: "Washington said", 東京で発表 place nothing."""
        if text[hit.start : hit.end] not in self._seats:
            return False
        around = text[max(0, hit.start - 14) : hit.end + 8]
        return not re.search(
            r", Washington|Washington [Ss]tate|[Ss]tate of|(?:eastern|western|central) W|ワシントン州|東京都", around
        )

    def _town(self, text: str, hit: Hit, known: Sequence[Hit], admin1: str | None) -> tuple[int, int, str | None]:
        """The place with the town that the text puts before or into it."""
        if has_cjk(text):
            return _japanese_town(text, hit, known, admin1)
        reach = max(0, hit.start - _REACH)
        town = _TOWN.search(text, reach, hit.start) or _TOWN_IN.search(text, reach, hit.start)
        if town is None:
            return hit.start, hit.end, None
        name = town[1] if not is_title(text) else self._last_words(town[1])
        while " " in name and name.split()[0] in self._no_town:
            name = name.partition(" ")[2]
        if name in self._no_town or (" " in name and re.match(r"['’]s\b", text[hit.end :])):
            return hit.start, hit.end, None
        at = town.end(1) - len(name)
        # "Naraha, in Japan's Fukushima prefecture": the country between the two is theirs.
        free = not any(
            other.end > town.start(1) and other.start < hit.start and (town.re is _TOWN or "-" in other.term.id)
            for other in known
        )
        if free and self._is_town(name):
            return at, hit.end, name
        # "Ascension Parish, Louisiana" is one place without a town; "Hopkinsville, Christian County, Kentucky" has one.
        feature = town[1].split()[-1] in self._features
        inner = _TOWN.search(text, reach, town.start(1)) if feature and not is_title(text) else None
        if inner is not None and inner[1] not in self._no_town and self._is_town(inner[1]):
            return inner.start(1), hit.end, inner[1]
        return town.start(1) if feature else hit.start, hit.end, None

    def _is_town(self, name: str) -> bool:
        words = name.split()
        known = words[-1] in self._features or name in self._capitals
        return not known and words[0][0].isupper() and len(words) <= 4

    def _last_words(self, name: str) -> str:
        """The town at the end of a run of capitalised words."""
        words = name.split()
        length = 2 if len(words) > 1 and words[-2].rstrip(".") in self._town_prefix else 1
        return " ".join(words[-length:])

    def _accept_japanese(self, text: str, hit: Hit) -> bool:
        surface, after = text[hit.start : hit.end], text[hit.end :]
        town = _JA_TOWN_OF.match(after) if hit.term.row.get("sort") == "country" else None
        places = re.match(r"・[ァ-ヺー]+(?:州|両州|など)", after) or (town and town[1] not in self._no_town)
        if re.match(r"・[ァ-ヺ]", after) and not places:
            # テキサス・ガルフリンク is a name, テキサス・ルイジアナ両州 a list, サウジアラビア・ジュベイルの a town.
            return False
        if re.match(r"[ァ-ヺー]", surface) and re.search(r"[ァ-ヺー]$", text[: hit.start]):
            # ザクセン州 in ニーダーザクセン州.
            return False
        if re.match(r"製|側|系|人|籍|式|産(?!出|が|業)", after) or surface in ("米", "豪", "英"):
            return False
        if re.search(r"[ァ-ヺー]$", surface) and re.match(r"[ァ-ヺー]", after):
            # インド in インドネシア.
            return False
        short = len(surface) <= 2
        inside = re.match(r"[一-鿿ァ-ヺー]", text[hit.start - 1 : hit.start] or " ") or re.match(r"[ァ-ヺ]", after)
        return not (short and inside)

    def _accept_english(self, text: str, hit: Hit) -> bool:
        surface = text[hit.start : hit.end]
        if hit.term.row.get("sort") == "after_comma":
            stopped = text[hit.start : hit.end + 1] == hit.term.form
            return text[: hit.start].endswith(", ") and (stopped or surface == hit.term.form.rstrip("."))
        if not surface[0].isupper() or surface in _ALSO_WORDS:
            return False
        if hit.term.row.get("sort") == "town" and text[: hit.start].endswith("nearby "):
            # "Nearby Peoria" is the one of the state that the text is about, not the one that most people mean.
            return False
        if hit.term.row.get("sort") == "town" and not (
            (_TOWN_LEAD.search(text[: hit.start]) and not _TOWN_TAIL.match(text, hit.end))
            or _TOWN_WORKS.match(text, hit.end)
        ):
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


def _japanese_town(text: str, hit: Hit, known: Sequence[Hit], admin1: str | None) -> tuple[int, int, str | None]:
    """A state with its town behind it, or a country with a province that the gazetteer does not know."""
    if admin1:
        town = _JA_TOWN.match(text, hit.end) if text[hit.end : hit.end + 1] != "の" else None
        if town is None:
            before = _JA_TOWN_BEFORE.search(text, 0, hit.start) if text[hit.end : hit.end + 1] == "）" else None
            abroad = before is not None and any(one.end == before.start() and "-" not in one.term.id for one in known)
            return hit.start, hit.end, before[1] if before is not None and abroad else None
        # What the town is, and its reading in brackets, belong to the place: 寧越（ヨンウォル）郡.
        return hit.start, town.end("ends"), town[1]
    town = _JA_TOWN_OF.match(text, hit.end) if hit.term.row.get("sort") == "country" else None
    if town is not None:
        return hit.start, town.end(1), town[1]
    found = _JA_PROVINCE.match(text, hit.end) if hit.term.id not in ("JPN", "JP") else None
    if found is None or any(hit.end < other.end and other.start < found.end() for other in known if other is not hit):
        return hit.start, hit.end, None
    return hit.start, found.end(), found[2]


_JA_TOWN_BEFORE = re.compile(r"・([一-鿿ァ-ヺー]{2,8})（$")
"""A town behind its country, with the state in brackets: 韓国・平沢（京畿道）."""
_JA_TOWN_OF = re.compile(r"・([ァ-ヺー]{2,12})(?=市|港|沖|近郊|郊外|(?:の|で|に(?!よ)|、)(?!・))")
"""A town behind its country: サウジアラビア・ジュベイルの."""
_PROVINCE = re.compile(r"(?:[ァ-ヺー・]{2,16}|[一-鿿]{2,4}?)(?:自治区|首長国|[州県省])")
_UNKNOWN_STATE = re.compile(
    r"(?:(?<![ァ-ヺー・一-鿿])|(?<=[国邦](?=[ァ-ヺ]))|(?<=同国))((?:[ァ-ヺー・]{2,16}|[一-鿿]{2,3})[州県省])"
    r"([ァ-ヺー]{2,14}|[一-鿿]{1,3}[市区県鎮](?=で|に|の)|[一-鿿]{2,3}(?=で|に|の))?(?=[のにで])"
)
_BARE_TOWN = re.compile(
    r"(?<![一-鿿ァ-ヺー])(?![各同両全他当本下市都])([一-鿿][一-鿿ヶケノ々]{0,4}(?<!都)(?<!城下)[市町村])"
    r"(?=[にで][^、。]{0,12}(?:造成|建設|建て|建つ|新設|設け|進出|整備|立地|工場|造る|つくる))"
)


def _unlisted(text: str, found: Sequence[PlaceMention], provinces: Provinces) -> Iterator[PlaceMention]:
    """Provinces abroad, known or behind their country in the paragraph, and Japanese towns without a prefecture."""
    for match in _UNKNOWN_STATE.finditer(text) if re.search("[州県省]", text) else ():
        before = [one for one in found if one.end <= match.start() and one.country]
        country = before[-1].country if before else None
        listed = provinces.of(match[1], country) or provinces.of(match[1], None)
        if any(_overlaps(match, one) for one in found):
            continue
        if listed is not None:
            yield PlaceMention(*match.span(), match[0], listed[1], listed[0], match[2])
        elif country and country not in ("JPN", "USA") and not match[1].endswith("省"):
            yield PlaceMention(*match.span(), match[0], country, None, match[2])
    towns = list(provinces.towns(text))
    for start, end, code in towns:
        if not any(start < one.end and one.start < end for one in found):
            yield PlaceMention(start, end, text[start:end], "JPN", code, text[start:end], guessed=True)
    for match in _BARE_TOWN.finditer(text):
        taken = any(start < match.end(1) and match.start(1) < end for start, end, _ in towns)
        if not taken and not any(_overlaps(match, one) for one in found):
            yield PlaceMention(*match.span(1), match[1], "JPN", None, match[1])


def _overlaps(match: re.Match[str], place: PlaceMention) -> bool:
    return match.start() < place.end and place.start < match.end()


def _is_before_state(text: str, hit: Hit, known: Sequence[Hit]) -> bool:
    """Whether a town of the gazetteer stands before its state, which then tells where it lies."""
    sort = hit.term.row.get("sort")
    state = next((one for one in known if one.start >= hit.end), None)
    if state is None or text[hit.end : state.start] not in (", ", " in "):
        return False
    if sort == "country":
        # "in Lebanon, Indiana": a town that bears a country's name; "in Canada, Texas and Ohio" is a list.
        lead = re.search(r"(?:^|\b(?:in|at|near|outside|of)\s)$", text[: hit.start])
        return bool(lead) and not re.match(r",? (?:and|or) |, [A-Z]", text[state.end :])
    return sort == "town"


_ALPHA3 = {
    "US": "USA", "JP": "JPN", "AU": "AUS", "CA": "CAN", "FR": "FRA", "KR": "KOR", "MY": "MYS", "IN": "IND", "MX": "MEX",
    "BR": "BRA", "DE": "DEU", "ID": "IDN", "VN": "VNM", "PH": "PHL", "TH": "THA", "GB": "GBR", "CL": "CHL", "ZA": "ZAF",
    "PL": "POL", "ES": "ESP", "IT": "ITA",
}  # fmt: skip


_CITY = re.compile(r"[一-鿿][一-鿿々ヶケノ]+市")
_AS_TOWN = re.compile(
    r"で|の(?:新|旧|既存)?(?:[^、。]{0,6}(?:工場|拠点|製錬所|設備|棟|施設|用地))|(?:新)?工場|に(?:ある|置|建|設)|へ"
)
_SHORT_STATES = {
    "US-NC": ("Carolina", "US-SC"),
    "US-SC": ("Carolina", "US-NC"),
    "US-ND": ("Dakota", "US-SD"),
    "US-SD": ("Dakota", "US-ND"),
}


def towns_of(found: Sequence[Sequence[PlaceMention]]) -> dict[str, PlaceMention]:
    """Towns that a document places in a state somewhere: name -> place; none that it places in two states."""
    towns: dict[str, PlaceMention] = {}
    twice: set[str] = set()
    for place in (one for places in found for one in places):
        if not place.city or not place.admin1 or place.guessed:
            continue
        name = place.city.title() if place.city.isupper() else place.city
        if len(name) < 2 or (name in towns and towns[name].admin1 != place.admin1):
            twice.add(name)
        towns.setdefault(name, replace(place, city=name))
        if _CITY.fullmatch(name):
            # 豊橋市 is 豊橋 in the next sentence.
            towns.setdefault(name[:-1], replace(place, city=name))
    found_states = {one.admin1: one for places in found for one in places if one.admin1 in _SHORT_STATES}
    for code, place in found_states.items():
        twin = _SHORT_STATES[code or ""][1]
        if twin not in found_states:
            # "the Carolina plant" is that of the one Carolina which the document names.
            towns[_SHORT_STATES[code or ""][0]] = replace(place, city=None)
    return {name: place for name, place in towns.items() if name not in twice}


def occurrences(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Start and end of a name wherever a text holds it as a word of its own."""
    before, after = _EDGES[has_cjk(name)]
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        if not before.match(text[start - 1 : start]) and not after.match(text[end : end + 1]):
            yield start, end
        start = text.find(name, end)


_EDGES = {
    True: (re.compile(r"[ァ-ヺー一-鿿]"), re.compile(r"[ァ-ヺー]")),
    False: (re.compile(r"[\w-]"), re.compile(r"[\w-]")),
}
"""Whether a name is Japanese -> characters that before and behind it make it a part of another word."""


def with_towns(text: str, places: Sequence[PlaceMention], towns: Mapping[str, PlaceMention]) -> list[PlaceMention]:
    """The places of a text with the towns that it names again without their state."""
    places = [
        replace(town, start=one.start, end=one.end, text=one.text)
        if one.guessed and (town := towns.get(one.city or "")) is not None
        else one
        for one in places
    ]
    more = []
    for name, town in towns.items():
        if name not in text:
            continue
        for start, end in occurrences(text, name):
            # A stem without 市 is a town only where grammar follows: 豊橋で, not 豊橋技術科学大学.
            stem = town.city is not None and town.city[:-1] == name and not _AS_TOWN.match(text, end)
            if not stem and not any(start < one.end and one.start < end for one in places):
                more.append(replace(town, start=start, end=end, text=name))
    return sorted([*places, *more], key=lambda one: one.start) if more else list(places)

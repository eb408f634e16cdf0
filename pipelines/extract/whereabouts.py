"""Where a facility stands by the words right beside it, and which projects lie there.

What belongs here: the place that adjoins a facility ("the Kentucky plant", "a works in Kinston"), and comparing places.
What does not: places of whole sentences (`locations`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.extract.clusters import Cluster
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.patterns import BLOCKS
from pipelines.extract.places import PlaceMention

_BEFORE = re.compile(
    r",\swhere\s[^,;.]{0,60}|(?:['’]s)?\s?(?:(?:new|planned|proposed|big|giant|first|second|third|future|own|largest|vast|huge|site's)\s){0,2}"
    r"|(?:の|に(?:ある|設ける|建てる|建つ|持つ|構える|造る|作る|つくる|計画する|置く)?|で(?:計画する|準備する|進める|建設する"
    r"|予定する|予定した|予定していた)?|沖の?|内の|近郊の|東部の|西部の|南部の|北部の|郊外の)[^、。]{0,6}"
)
_BEHIND = re.compile(
    r",?\s(?:[\w-]+\s){0,3}?(?:in|at|near|outside|off|for|within)\s"
    r"(?:(?:the|southern|northern|eastern|western|central|rural|southeastern|southwestern|northeastern|northwestern"
    r"|town of|city of|state of|upstate|coastal|nearby)\s){0,3}"
    r"|（|\s\("
)


_NEARER = re.compile(r",? (?:in|at|near|outside) ")
_FAR = re.compile(
    r"\s(?:(?!(?:from|by|company|maker|firm|unlike|while|whereas|but|and)\b)[\w&.'’-]+\s){0,12}(?:in|at|near|outside|off)\s"
    r"(?:(?:the|southern|northern|eastern|western|central|rural|nearby)\s){0,2}"
)


def own_place(start: int, end: int, sentence: Sentence) -> PlaceMention | None:
    """The place that adjoins a facility; None where none with a state or country does.

    Args:
        start, end: Characters of the paragraph.
        sentence: The facility's sentence.
    """
    if sentence.japanese:
        return _own_japanese(start, sentence) or _adjoining(start, end, sentence)
    return (
        _adjoining(start, end, sentence) or _behind(end, sentence) or _opening(start, sentence) or _there(end, sentence)
    )


def _there(end: int, sentence: Sentence) -> PlaceMention | None:
    """The place named before, where the facility stands "there"."""
    places = [one for one in sentence.of("place") if one.end <= end and one.value.admin1]
    if not places or not re.match(r"\s(?:right\s|over\s)?there\b", _between(sentence, end, end + 14)):
        return None
    found: PlaceMention = places[-1].value
    return found


def _opening(start: int, sentence: Sentence) -> PlaceMention | None:
    """The place that opens a sentence with what happens there: "In Bintulu, Sarawak, X means to put up a plant"."""
    places = [one for one in sentence.of("place") if one.end <= start]
    if len(places) != 1 or not places[0].value.admin1:
        return None
    lead = _between(sentence, sentence.start, places[0].start)
    if not re.fullmatch(
        r"(?:(?:In|At|Near)\s[A-Z][\w'’.-]*(?:\s[A-Z][\w'’.-]*){0,2},\s(?:in\s)?|(?:In|At|Near|Outside|Off)\s)"
        r"(?:(?:the|southern|northern|eastern|western|central|rural)\s){0,2}",
        lead,
    ):
        return None
    found: PlaceMention = places[0].value
    return found


def _behind(end: int, sentence: Sentence) -> PlaceMention | None:
    """The place that ends the words about an English facility: "the works that X is to build in Georgia"."""
    place = next((one for one in sentence.of("place") if one.start >= end), None)
    site = next((one for one in sentence.of("site") if one.start >= end), None)
    if place is None or not place.value.admin1 or (site is not None and site.start < place.start):
        return None
    if is_home(sentence, place) or not _FAR.fullmatch(_between(sentence, end, place.start)):
        return None
    found: PlaceMention = place.value
    return found


def _adjoining(start: int, end: int, sentence: Sentence) -> PlaceMention | None:
    for place in sentence.of("place"):
        before = place.end <= start and _BEFORE.fullmatch(_between(sentence, place.end, start))
        behind = end <= place.start and _BEHIND.fullmatch(_between(sentence, end, place.start))
        if (before or behind) and (place.value.admin1 or place.value.country):
            found: PlaceMention = place.value
            # "A plant in the United States, in Corsicana, Texas": the nearer place follows.
            inner = next((one for one in sentence.of("place") if one.start > place.end), None)
            nearer = inner is not None and _NEARER.fullmatch(_between(sentence, place.end, inner.start))
            if inner is not None and nearer and behind and inner.value.admin1 and not found.admin1:
                found = inner.value
            return found
    return None


def _own_japanese(start: int, sentence: Sentence) -> PlaceMention | None:
    """The state or town that stands before a Japanese facility as what places it, with no other facility between."""
    places = [one for one in sentence.of("place") if one.end <= start and (one.value.admin1 or one.value.city)]
    if not places or is_home(sentence, places[-1]):
        return None
    gap = _between(sentence, places[-1].end, start).removeprefix("）")
    if any(places[-1].end <= site.start and site.end <= start for site in sentence.of("site")):
        return None
    if (
        re.match(
            r"(?:[ァ-ヺー]{2,12})?(?:郡|市|近郊|沖|東部|西部|南部|北部|南西部|南東部|北西部|北東部|中部|内)?(?:の|に|で|へ)",
            gap,
        )
        and len(gap) <= 40
    ):
        found: PlaceMention = places[-1].value
        return found
    return None


_HOME = re.compile(
    rf"(?:\b(?:based|headquartered|headquarters|head office|seat|born|registered|listed|living)\s(?:in|at|near)"
    rf"|{BLOCKS['org']},?\s(?:an?\s(?:[\w-]+\s){{0,6}})?(?:of|from)"
    r"|\b(?:company|firm|maker|group|specialist|producer|start-?up|developer|supplier|trader|builder|bank|fund|lender|utility"
    r"|miner|refiner|manufacturer|house|investor|analyst|broker|partner|competitor|customer|buyer)s?\s(?:of|from|in|near|outside)"
    r"|^(?:[\w.&'-]+\s){0,4}[\w.&'-]+,\s(?:of|from)"
    r"|\b(?:company|maker|firm)\s(?:city|town)\sof)\s(?:(?:the|nearby|western|eastern|northern|southern|central)\s)?$"
)
_HOME_JA = re.compile(rf"(?<!{BLOCKS['site']})[（(](?:本社|本店)?[・、：]?$")
_TOWN_IN_JA = re.compile(rf"{BLOCKS['place']}・?(?:[一-鿿ァ-ヺー]{{1,8}}|{BLOCKS['place']})[（(]$")
"""「韓国・平沢（京畿道）」: what a bracket behind a town tells is where that town lies."""
_HOME_JA_BEHIND = re.compile(
    r"(?:に|で)?(?:本社|本店|本拠|拠点)を(?:置|構)|本社|のメーカー|の(?:電機|化学|素材|商社|製薬|造船)大手|の老舗"
)


_ORIGIN_JA = re.compile(rf"の(?:[^、。はがをに]{{1,8}}の?)?「?{BLOCKS['org']}")
"""「フィンランドのX」, 「ドイツの化学大手X」: a country before a firm is where the firm is from."""


def is_home(sentence: Sentence, place: Mention) -> bool:
    """Whether a place is where a firm has its seat ("Sekiya, of Amagasaki"), which places no project."""
    at = sentence.position(place)
    if at < 0:
        return False
    lead, rest = sentence.masked[:at], sentence.masked[at + 1 :]
    if sentence.japanese:
        origin = not place.value.admin1 and _ORIGIN_JA.match(rest)
        seat = _HOME_JA.search(lead) and not _TOWN_IN_JA.search(lead)
        return bool(origin or seat or _HOME_JA_BEHIND.match(rest))
    return bool(_HOME.search(lead)) or bool(re.match(r"-(?:based|headquartered|listed)\b", rest))


def reaches(place: Mention, start: int, sentence: Sentence) -> bool:
    """Whether a country before a Japanese facility can place it: no topic, quotation or clause stands between."""
    if not sentence.japanese or place.value.admin1 or place.end > start:
        return True
    return not re.search(r"[、「はが]", _between(sentence, place.end, start))


def _between(sentence: Sentence, start: int, end: int) -> str:
    return sentence.text[start - sentence.start : end - sentence.start]


def lies_there(cluster: Cluster, place: PlaceMention) -> bool:
    """Whether a project is told to lie at a place: the town where both tell one, else the state, else the country."""
    towns = {_town(one.value) for _, one in cluster.places if one.value.city}
    if place.city and towns:
        return _town(place) in towns
    if place.admin1:
        return cluster.admin1 == place.admin1
    return bool(place.country) and cluster.country == place.country


def lies_elsewhere(cluster: Cluster, place: PlaceMention) -> bool:
    """Whether a project is told to lie where this place is not."""
    if place.admin1 and cluster.admin1:
        if place.admin1 != cluster.admin1:
            return True
        towns = {_town(one.value) for _, one in cluster.places if one.value.city}
        return bool(place.city and towns) and _town(place) not in towns
    return bool(place.country and cluster.country) and place.country != cluster.country


def _town(place: PlaceMention) -> str:
    return (place.city or "").casefold()


_SET_THERE = re.compile(r"(?:で|に(?:は|も|ある)|の(?=[\ue400-\ue4ff])|側|向け|分)")


def spoken_of(sentence: Sentence, clusters: Sequence[Cluster]) -> list[Cluster]:
    """The one project that a sentence's places single out among several that lie apart; empty where they do not."""
    if len(clusters) < 2:
        return []
    places = [one for one in sentence.of("place") if one.value.admin1 and not is_home(sentence, one)]
    places = places or _opening_country(sentence)
    found = [one for one in clusters if any(lies_there(one, place.value) for place in places)]
    return found if len(found) == 1 and any(one.places for one in clusters if one is not found[0]) else []


def _opening_country(sentence: Sentence) -> list[Mention]:
    """The country that opens a Japanese sentence as the scene of what it tells (メキシコでは)."""
    first = next(iter(sentence.of("place")), None)
    if not sentence.japanese or first is None or first.start - sentence.start > 1 or not first.value.country:
        return []
    return [first] if _SET_THERE.match(sentence.text[first.end - sentence.start :]) else []


def place_of_sum(sentence: Sentence, mention: Mention, clusters: Sequence[Cluster]) -> Cluster | None:
    """The project of a sum that a list gives to its place: 「ポーランドが170億円、メキシコが90億円」.

    Args:
        sentence, mention: A sum in its sentence.
        clusters: The projects of the document.
    """
    if not sentence.japanese or len(clusters) < 2:
        return None
    for place in sentence.of("place"):
        between = sentence.text[max(0, place.end - sentence.start) : max(0, mention.start - sentence.start)]
        if place.end <= mention.start and _ALLOTTED.fullmatch(between):
            found = [one for one in clusters if lies_there(one, place.value)]
            return found[0] if len(found) == 1 else None
    return None


_ALLOTTED = re.compile(
    r"(?:側|向け|分|工場|の(?:工場|拠点|計画|事業|分))?(?:が|は|に|で|には|では)、?(?:約|およそ|最大)?"
)

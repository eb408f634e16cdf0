"""Where a project lies, by the patterns of the vocabulary `place_patterns` and by what a passage takes up again.

What belongs here: tying places to projects. What does not: finding places (`places`).
"""

from __future__ import annotations

import re
from dataclasses import replace

from pipelines.extract.annotation import Annotated
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.patterns import BLOCKS
from pipelines.extract.places import PlaceMention
from pipelines.extract.whereabouts import is_home, own_place, reaches


def locate_by_name(cluster: Cluster, sentence: Sentence, mention: Mention, lexicon: Lexicon) -> None:
    """The state in a proper name ("Alaska LNG") is where the project lies, unless the text says otherwise."""
    if not mention.value.name or cluster.admin1:
        return
    hits = [hit for hit in lexicon.index.scan(mention.text) if hit.term.kind == "place"]
    for place in lexicon.places.find(mention.text, hits):
        if place.admin1:
            start = mention.start + place.start
            inner = Mention("place", start, mention.start + place.end, place.text, place.admin1, place)
            cluster.places.append((sentence, inner))


def locate(cluster: Cluster, sentence: Sentence, mention: Mention, lexicon: Lexicon) -> None:
    """Tie the places of a sentence to a project where a pattern says that it lies there."""
    mark = sentence.position(mention)
    own = own_place(mention.start, mention.end, sentence) or _of_neighbour(sentence, mention)
    towns = any(place.value.city for _, place in cluster.places)
    abroad = own is not None and bool(own.city and own.country) and not cluster.places
    if own is not None and (
        abroad or (own.admin1 and (not cluster.admin1 or (own.admin1 == cluster.admin1 and not towns)))
    ):
        where = next(one for one in sentence.of("place") if one.value is own)
        cluster.places.append((sentence, where))
    opening = _opening_place(cluster, sentence, mention)
    if opening is not None:
        cluster.places.append((sentence, opening))
    for found in lexicon.matches("place_patterns", sentence):
        caught = sentence.caught(found.mentions("place"))
        site = found.match.groupdict().get("site")
        if not caught or (site and found.match.start("site") != mark):
            continue
        if (not site and len(sentence.of("site")) > 1) or is_home(sentence, caught[0]):
            continue
        if not reaches(caught[0], mention.start, sentence):
            continue
        found_place: PlaceMention = caught[0].value
        known = cluster.admin1
        if found_place.admin1 and known and known != found_place.admin1:
            continue
        for mention_ in _coordinated(sentence, caught[0]):
            if all(mention_ is not other for _, other in cluster.places):
                cluster.places.append((sentence, mention_))


_BESIDE = re.compile(
    r"(?:-\d+)?\s(?:\w+\s){0,3}?(?:beside|next to|alongside|adjacent to|adjoining|across from"
    r"|on the (?:grounds|site) of)\s"
    r"(?:the|its|their|an?)\s(?:[\w-]+\s){0,4}"
)


def _of_neighbour(sentence: Sentence, mention: Mention) -> PlaceMention | None:
    """The place of what a facility stands beside: "two reactors beside the old Palisades station in Covert"."""
    other = next((one for one in sentence.of("site") if one.start >= mention.end), None)
    if other is None or sentence.japanese:
        return None
    between = sentence.text[mention.end - sentence.start : other.start - sentence.start]
    return own_place(other.start, other.end, sentence) if _BESIDE.fullmatch(between) else None


_AT = re.compile(r"^(?:At|In|Near|Outside)\s(?:[A-Z][\w'’-]*,?\s(?:in\s)?){0,3}$")


def _opening_place(cluster: Cluster, sentence: Sentence, mention: Mention) -> Mention | None:
    """The place that opens a sentence on a project which has none: "At Onsan, in Ulsan, it builds a line"."""
    places = [one for one in sentence.of("place") if one.value.admin1]
    if cluster.admin1 or len(places) != 1 or sentence.japanese or places[0].start > mention.start:
        return None
    return places[0] if _AT.match(sentence.text[: places[0].start - sentence.start]) else None


def _coordinated(sentence: Sentence, place: Mention) -> list[Mention]:
    """The places of a coordination ("Tennessee and Alabama") of which one was caught."""
    mark = sentence.masked[sentence.position(place)]
    block = BLOCKS["place"]
    for match in re.finditer(rf"{block}(?:(?:,? and |, | or |と|や|、|・){block})+", sentence.masked):
        if mark in match[0]:
            return [one for one in sentence.caught(match[0]) if one.value.admin1] or [place]
    return [place]


def fill_places(annotated: Annotated, projects: Projects, lexicon: Lexicon) -> None:
    """Places by sentences without a facility word, and by a dateline town that the text takes up again."""
    for sentence in annotated.sentences:
        focus = projects.focus.get(sentence.number, [])
        if len(focus) != 1 or sentence.of("site") or sentence.heading:
            continue
        locate_by_sentence(focus[0], sentence, lexicon)
        if not focus[0].admin1 and not sentence.japanese:
            _stand_in(focus[0], sentence)
    _take_up_dateline(annotated, projects)
    _take_up_only_state(annotated, projects)
    _state_of_towns(annotated, projects)
    for cluster in projects.clusters:
        _take_up_only_town(cluster, annotated, projects)


_IN = re.compile(r"\b(?:in|at|near|outside)\s(?:(?:downtown|rural|the\s[a-z]+)\s)?$")


_SETTLES = re.compile(
    r"\b(?:do so|build|building|built|put up|erect\w*|stands?|rise|rising|go up|goes up|locat\w+|invest\w*|plann?\w*"
    r"|chose\w*|picked|settled?|make|making|produce|producing|expand\w*|open\w*|based|sited|construct\w*|land|acres)\b"
    r"(?![^.;]*\b(?:last|former|closed|shut|until|anymore)\b)"
)


def _stand_in(cluster: Cluster, sentence: Sentence) -> None:
    """A town with its state, the only one of a sentence that speaks of a project without a place: it lies there."""
    places = [one for one in sentence.of("place") if one.value.admin1 and not is_home(sentence, one)]
    if len(places) != 1 or not places[0].value.city or cluster.country not in (None, places[0].value.country):
        return
    lead = sentence.text[: places[0].start - sentence.start]
    if _IN.search(lead) and _SETTLES.search(lead[-70:]):
        cluster.places.append((sentence, places[0]))


def locate_by_sentence(cluster: Cluster, sentence: Sentence, lexicon: Lexicon) -> None:
    """Tie the places of a sentence that names no facility to the project it speaks of."""
    for found in lexicon.matches("place_patterns", sentence):
        caught = sentence.caught(found.mentions("place"))
        if (
            caught
            and not is_home(sentence, caught[0])
            and not found.match.groupdict().get("site")
            and not (cluster.admin1 or (cluster.places and not caught[0].value.admin1))
        ):
            cluster.places += [(sentence, one) for one in _coordinated(sentence, caught[0])]


def scene(annotated: Annotated) -> tuple[Sentence, Mention] | None:
    """The dateline's town, where the text goes on to say that something happens there ("to stop at Bay City")."""
    for sentence in annotated.sentences[:_OPENING]:
        place = next((one for one in sentence.of("place") if one.start == sentence.start == 0), None)
        if place is None or not place.value.city or not re.match(r"\.?\s?[-–—]", sentence.text[place.end :]):
            continue
        town = re.compile(rf"\b(?:at|in|to|near|outside)\s{re.escape(place.value.city.title())}\b(?!\s[A-Z])")
        told = (one for one in annotated.sentences if one is not sentence or town.search(one.text[place.end :]))
        if any(town.search(one.text) for one in told):
            return sentence, replace(place, value=replace(place.value, city=place.value.city.title()))
    return None


_OPENING = 6
"""Sentences of a text among which its dateline stands and its first project is told."""


def set_scene(cluster: Cluster, sentence: Sentence, where: tuple[Sentence, Mention] | None) -> None:
    """The first project of a text lies where the dateline says, if nothing that the text has told says otherwise."""
    if where is None or cluster.places or sentence.heading or not 0 <= sentence.number - where[0].number <= _OPENING:
        return
    others = [one.value for one in sentence.of("place") if one.value.admin1 and not is_home(sentence, one)]
    if cluster.country in (None, where[1].value.country) and all(one.admin1 == where[1].value.admin1 for one in others):
        cluster.places.append(where)


def _take_up_dateline(annotated: Annotated, projects: Projects) -> None:
    """A dateline's town is where a project lies if the text names the town again in speaking of the project."""
    for sentence in annotated.sentences:
        for place in sentence.of("place"):
            dateline = place.start == sentence.start == 0 and re.match(r"\.?\s?[-–—]", sentence.text[place.end :])
            if not dateline or not place.value.city:
                continue
            town = place.value.city.title()
            for later in annotated.sentences[sentence.number :]:
                rest = later.text[place.end :] if later is sentence else later.text
                if not re.search(rf"\b{re.escape(town)}\b", rest):
                    continue
                focus = projects.focus.get(later.number, [])
                if len(focus) == 1 and not focus[0].admin1 and focus[0].country in (None, place.value.country):
                    value = replace(place.value, city=town)
                    focus[0].places.insert(0, (sentence, replace(place, value=value)))
                    return


def _take_up_only_state(annotated: Annotated, projects: Projects) -> None:
    """The one project of a text lies in the only state that the text speaks of, a town of it or more than once."""
    if len(projects.clusters) != 1 or projects.clusters[0].admin1:
        return
    told = [
        (sentence, place)
        for sentence in annotated.sentences
        for place in sentence.of("place")
        if place.value.admin1 and not is_home(sentence, place) and not _opens(sentence, place)
    ]
    towns = [pair for pair in told if pair[1].value.city]
    if len({place.value.admin1 for _, place in told}) == 1 and (towns or len(told) >= 2 or told[0][0].heading):
        projects.clusters[0].places.append((towns or told)[0])


def _state_of_towns(annotated: Annotated, projects: Projects) -> None:
    """A town without its state lies in the only state of a text, be it that of the dateline."""
    told = [(one, place) for one in annotated.sentences for place in one.of("place") if place.value.admin1]
    datelines = [place for one, place in told if _opens(one, place)]
    if len({place.value.admin1 for _, place in told}) != 1 and len(datelines) != 1:
        return
    state = datelines[0] if datelines else told[0][1]
    taken = datelines and any(one.admin1 == datelines[0].value.admin1 for one in projects.clusters)
    for cluster in projects.clusters:
        # Another project lies in the dateline's state already: a town elsewhere is not there as well.
        if cluster.admin1 or cluster.country or (taken and len({place.value.admin1 for _, place in told}) > 1):
            continue
        for number, (sentence, place) in enumerate(cluster.places):
            if place.value.city and not place.value.country:
                value = replace(place.value, admin1=state.value.admin1, country=state.value.country)
                cluster.places[number] = (sentence, replace(place, id=state.id, value=value))


def _opens(sentence: Sentence, place: Mention) -> bool:
    """Whether a place is a dateline."""
    return place.start == sentence.start == 0 and bool(re.match(r"\W{0,3}[-–—|,(（]", sentence.text[place.end :]))


def _take_up_only_town(cluster: Cluster, annotated: Annotated, projects: Projects) -> None:
    """The town of a project whose state is known: the only one of that state that its sentences stand in."""
    state = cluster.admin1
    if state is None or any(place.value.city for _, place in cluster.places):
        return
    rivals = [one for one in projects.clusters if one is not cluster and one.admin1 == state]
    told = [
        (sentence, place)
        for sentence in annotated.sentences
        for place in sentence.of("place")
        if place.value.admin1 == state
        and place.value.city
        and not _opens(sentence, place)
        and not is_home(sentence, place)
    ]
    if rivals or len({place.value.city for _, place in told}) != 1:
        return
    for sentence, place in told:
        focus = projects.focus.get(sentence.number, [])
        lead = sentence.text[: place.start - sentence.start]
        stands = sentence.japanese or re.search(r"\b(?:in|at|near|outside)\s$", lead)
        if focus[:1] == [cluster] and stands:
            cluster.places.append((sentence, place))
            return

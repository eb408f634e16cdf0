"""Known projects told without their name: "the diamond-grit plant" in Georgia, "the crude terminal", ダイヤ工場.

What belongs here: weighing what is built, where and by whom against the projects that curated rows describe, mention by
mention. What does not: names (`lexicon`), and which document's project is a known one as a whole (`resolve/projects`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.extract.annotation import Annotated
from pipelines.extract.clusters import KIN, Cluster, Projects
from pipelines.extract.gating import Cue
from pipelines.extract.lexicon import KnownProject, Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.signs import Signs
from pipelines.extract.sites import Site

_ENOUGH = 3
"""What is built must fit, and beside it two of: its place, its state, a firm of its own, the programme."""

_EVERYWHERE = frozenset(
    {"government", "ministry", "government_bank", "export_credit_agency", "committee", "commercial_bank", "agency"}
)
_CHOSEN = Cue(
    r"\b(?:selected|picked|chosen|chose|approved|named) by (?:the )?(?:u\.s\. |us )?president"
    r"|\bpresident (?:donald )?trump\b"
    r"|\bstrategic investment|\binvestment (?:memorandum|promise|pledge|agreement)|\btrade deal\b"
    r"|トランプ(?:米)?大統領|対米投資|対米投融資|戦略的投資|了解覚書|投資枠"
)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a document tells around a mention."""

    text: str
    states: frozenset[str]
    countries: frozenset[str]
    firms: frozenset[str]


class Describer:
    """Tells which facility mentions of one document describe a known project."""

    def __init__(self, annotated: Annotated, lexicon: Lexicon) -> None:
        self._annotated, self._lexicon = annotated, lexicon
        whole = "\n".join(sentence.text.lower() for sentence in annotated.sentences)
        self._likely = [one for one in lexicon.signs.likely(annotated.language, whole) if one in lexicon.known_projects]
        self._programme = min(
            (
                one.paragraph
                for one in annotated.sentences
                if self._likely and (one.of("program") or _CHOSEN.search(one.text.lower()))
            ),
            default=len(annotated.document.paragraphs) + 1,
        )
        self._states = {place.value.admin1 for one in annotated.sentences if self._likely for place in one.of("place")}

    def known(self, mention: Mention, sentence: Sentence) -> str:
        """The project that a facility describes; empty where none fits, or two fit alike."""
        if not self._likely or _is_out(mention.value) or sentence.row:
            return ""
        weighed = sorted(((self._weight(mention, sentence, one), one) for one in self._likely), reverse=True)
        sure = weighed[0][0] >= _ENOUGH and (len(weighed) == 1 or weighed[0][0] > weighed[1][0])
        return weighed[0][1] if sure else ""

    def strangers(self, project_id: str, clusters: Sequence[Cluster]) -> frozenset[str]:
        """Keys of a document's projects that a known one cannot be: other firms have a part in them, or other work."""
        known = self._lexicon.known_projects.get(project_id)
        if known is None:
            return frozenset()
        signs = self._lexicon.signs.of(project_id, self._annotated.language)
        return frozenset(
            one.key
            for one in clusters
            if self._firms_speak_against(one, known) or _other_work(one, known) or _other_town(one, known, signs)
        )

    def recognise(self, projects: Projects) -> None:
        """Tell the projects that a text describes bit by bit: what is built, a firm of its own, the state.

        Args:
            projects: The document's projects; those recognised get the known project's id.
        """
        clusters = projects.clusters
        taken = {one.project_id for one in clusters}
        for cluster in clusters:
            if cluster.project_id or cluster.listed or not cluster.sites:
                continue
            fitting = [one for one in self._likely if one not in taken and self._fits(cluster, one, projects)]
            if len(fitting) == 1:
                cluster.project_id = fitting[0]
                taken.add(fitting[0])

    def _fits(self, cluster: Cluster, project_id: str, projects: Projects) -> bool:
        known = self._lexicon.known_projects[project_id]
        signs = self._lexicon.signs.of(project_id, self._annotated.language)
        built = " ".join(site.text for _, site in cluster.sites).lower()
        if signs is None or signs.works is None or not signs.works.search(built):
            return False
        if known.program_relation == "interest_list" or self.strangers(project_id, [cluster]):
            return False
        state = known.admin1 in self._states and cluster.admin1 in (None, known.admin1)
        firms = {
            org.id
            for sentence in self._annotated.sentences
            if projects.focus.get(sentence.number) == [cluster]
            for org in sentence.of("org")
        }
        kinds = self._lexicon.organizations
        own = {org for org in firms & set(known.org_ids) if kinds.get(org, {}).get("kind") not in _EVERYWHERE}
        return state and bool(own)

    def _firms_speak_against(self, cluster: Cluster, known: KnownProject) -> bool:
        kinds = self._lexicon.organizations
        firms = {org for org in cluster.org_ids if kinds.get(org, {}).get("kind") not in _EVERYWHERE}
        return bool(firms and known.org_ids) and not firms & set(known.org_ids)

    def _weight(self, mention: Mention, sentence: Sentence, project_id: str) -> int:
        """How surely a facility is a known project: 0 where what is built, the place or the builder speaks against."""
        known = self._lexicon.known_projects[project_id]
        signs = self._lexicon.signs.of(project_id, self._annotated.language)
        if signs is None or known.program_relation == "interest_list":
            return 0
        built = _is_built(mention, _near(mention, sentence), signs, known)
        told = _told(mention, sentence, self._annotated)
        if not built or (known.admin1 and told.states and known.admin1 not in told.states):
            return 0
        abroad = known.country and told.countries and known.country not in told.countries and not told.states
        if abroad or _in_other_town(sentence, known, signs):
            return 0
        kinds = self._lexicon.organizations
        firms = {org for org in told.firms if kinds.get(org, {}).get("kind") not in _EVERYWHERE}
        own = firms & set(known.org_ids)
        if firms and not own:
            return 0
        spot = bool(signs.place and signs.place.search(told.text))
        # A town's name alone may be another town's: the state must stand somewhere in the text.
        state = known.admin1 in told.states or (spot and known.admin1 in self._states)
        if not spot and not state:
            # A firm and the programme alone fit what the firm only thinks of, too: where it stands must be told.
            return 0
        return 1 + spot + bool(known.admin1 and state) + bool(own) + (self._programme <= sentence.paragraph)


def _in_other_town(sentence: Sentence, known: KnownProject, signs: Signs) -> bool:
    """Whether the towns of a sentence in a known project's state are none of that project's."""
    places = [one.value for one in sentence.of("place") if one.value.city and one.value.admin1 == known.admin1]
    towns = {(place.city or "").lower() for place in places if not sentence.japanese}
    own = (known.city or "").lower()
    return bool(towns and own) and not any(
        town in own or own in town or (signs.place is not None and signs.place.search(town)) for town in towns
    )


def _other_work(cluster: Cluster, known: KnownProject) -> bool:
    sectors = {cluster.sector, known.sector or ""} - {""}
    return len(sectors) > 1 and not any(sectors <= kin for kin in KIN)


def _other_town(cluster: Cluster, known: KnownProject, signs: Signs | None) -> bool:
    """Whether a project lies in a town that is no sign of the known one."""
    towns = {place.value.city.lower() for _, place in cluster.places if place.value.city} - {(known.city or "").lower()}
    return bool(towns) and not any(signs and signs.place and signs.place.search(town) for town in towns)


def _is_out(site: Site) -> bool:
    """Whether a facility cannot be a known one told without its name: it has one, or is only passed by."""
    return bool(site.project_id or site.passing or site.determiner == "other")


def _is_built(mention: Mention, near: str, signs: Signs, known: KnownProject) -> bool:
    """Whether the words of a facility, with those right beside it, tell what is built, and its sector fits."""
    site = mention.value
    sectors = {site.sector, known.sector} - {"", None}
    if len(sectors) > 1 and not any(sectors <= kin for kin in KIN):
        return False
    return bool(signs.works and signs.works.search(near))


def _near(mention: Mention, sentence: Sentence) -> str:
    """The facility with the words of its clause right before and behind it, up to the next facility."""
    if not mention.value.facility and not mention.value.product:
        # "One in Texas" is what the sentence speaks of.
        return sentence.text.lower()
    start, end = mention.start - sentence.start, mention.end - sentence.start
    before = max((one.end - sentence.start for one in sentence.of("site") if one.end <= mention.start), default=0)
    after = min(
        (one.start - sentence.start for one in sentence.of("site") if one.start >= mention.end),
        default=len(sentence.text),
    )
    reach = (24, 16) if sentence.japanese else (40, 60)
    return sentence.text[max(before, start - reach[0]) : min(after, end + reach[1])].lower()


def _told(mention: Mention, sentence: Sentence, annotated: Annotated) -> _Told:
    """Places and firms of the facility's own stretch of its sentence, else the state of a lead ("Ohio.")."""
    own = list(_stretch(mention, sentence))
    if mention.value.plural and len({one.value.admin1 for one in own if one.kind == "place"} - {None}) > 1:
        # "Two hubs, one in Texas and one in Pennsylvania" are not one of them.
        return _Told("", frozenset({"several"}), frozenset(), frozenset())
    states = {one.value.admin1 for one in own if one.kind == "place" and one.value.admin1}
    countries = {one.value.country for one in own if one.kind == "place" and _lies_in(one, sentence)} - {None}
    firms = {one.id for one in own if one.kind == "org"}
    text = _own_text(mention, sentence)
    lead = next(iter(annotated.paragraph(sentence.paragraph)))
    if not states and lead is not sentence and len(lead.text) < 40:
        states = {one.value.admin1 for one in lead.of("place") if one.value.admin1}
        text += " " + lead.text.lower()
    before = annotated.sentences[max(0, sentence.number - 1)]
    if not states and before.paragraph == sentence.paragraph and not countries and mention.value.determiner != "bare":
        near = {one.value.admin1 for one in before.of("place") if one.value.admin1}
        if len(near) == 1:
            states, text = near, f"{text} {before.text.lower()}"
    return _Told(text, frozenset(states), frozenset(countries), frozenset(firms))


def _lies_in(place: Mention, sentence: Sentence) -> bool:
    """Whether something lies in a country rather than is paid for, bought or sold by it."""
    if sentence.japanese:
        return place.value.country not in ("JPN", "CHN", "USA")
    lead = sentence.text[max(0, place.start - sentence.start - 30) : place.start - sentence.start]
    return bool(re.search(r"\b(?:in|at|near|off|outside|across)\s(?:the\s|[a-z]+ern\s)*$", lead))


def _bounds(mention: Mention, sentence: Sentence) -> tuple[int, int]:
    """From the facility before to the next one; behind a Japanese one of several nothing more is its own."""
    sites = sentence.of("site")
    before = max((one.end for one in sites if one.end <= mention.start), default=sentence.start)
    after = min((one.start for one in sites if one.start >= mention.end), default=sentence.start + len(sentence.text))
    if len(sites) > 1 and sentence.japanese:
        after = min(after, mention.end + 12)
    return before, after


def _stretch(mention: Mention, sentence: Sentence) -> Iterator[Mention]:
    before, after = _bounds(mention, sentence)
    for one in sentence.mentions:
        if one.kind in ("place", "org") and before <= one.start and one.end <= after:
            yield one


def _own_text(mention: Mention, sentence: Sentence) -> str:
    before, after = _bounds(mention, sentence)
    return sentence.text[before - sentence.start : after - sentence.start].lower()

"""Known projects told without their name: "the diamond-grit plant" of Georgia, "the crude terminal off Freeport", ダイヤ工場.

What belongs here: weighing what is built, where and by whom against the projects that curated rows describe, mention by
mention. What does not: names (`lexicon`), and which document's project is a known one as a whole (`resolve/projects`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.extract.annotation import Annotated
from pipelines.extract.clusters import KIN
from pipelines.extract.lexicon import KnownProject, Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.signs import Signs
from pipelines.extract.sites import Site

_ENOUGH = 3
"""What is built must fit, and beside it a telling place, or a state and the programme or a firm of the project."""

_EVERYWHERE = frozenset(
    {"government", "ministry", "government_bank", "export_credit_agency", "committee", "commercial_bank", "agency"}
)
_CHOSEN = re.compile(
    r"\b(?:selected|picked|chosen|chose|approved|named) by (?:the )?(?:u\.s\. |us )?president|\bpresident (?:donald )?trump\b"
    r"|\bstrategic investment|\binvestment (?:memorandum|promise|pledge|agreement)|\btrade deal\b"
    r"|トランプ(?:米)?大統領|対米投資|対米投融資|戦略的投資|了解覚書|投資枠"
)

Place = tuple[int, int, int]
"""Paragraph, start and end of a mention."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a document tells around a mention."""

    text: str
    states: frozenset[str]
    countries: frozenset[str]
    firms: frozenset[str]


def find_described(annotated: Annotated, lexicon: Lexicon) -> dict[Place, str]:
    """Facility mentions that describe a known project, with its id.

    Args:
        annotated: The document.
        lexicon: Known projects and their signs.

    Returns:
        For each such mention the project that fits best; a mention that two projects fit alike is left out.
    """
    likely = [
        one for one in lexicon.signs.likely(annotated.language, _whole(annotated)) if one in lexicon.known_projects
    ]
    if not likely:
        return {}
    programme = bool(_CHOSEN.search(_whole(annotated))) or any(one.of("program") for one in annotated.sentences)
    found: dict[Place, str] = {}
    for sentence in annotated.sentences:
        for mention in sentence.of("site"):
            if _is_out(mention.value) or sentence.row:
                continue
            weighed = sorted(
                ((_weight(mention, sentence, annotated, lexicon.known_projects[one], lexicon, programme=programme), one)
                 for one in likely),
                reverse=True,
            )  # fmt: skip
            if weighed[0][0] >= _ENOUGH and (len(weighed) == 1 or weighed[0][0] > weighed[1][0]):
                found[sentence.paragraph, mention.start, mention.end] = weighed[0][1]
    return found


def _is_out(site: Site) -> bool:
    """Whether a facility cannot be a known one told without its name: it has one, or is only passed by."""
    return bool(site.project_id or site.passing or site.determiner == "other")


def _whole(annotated: Annotated) -> str:
    return "\n".join(sentence.text.lower() for sentence in annotated.sentences)


def _weight(
    mention: Mention,
    sentence: Sentence,
    annotated: Annotated,
    known: KnownProject,
    lexicon: Lexicon,
    *,
    programme: bool,
) -> int:
    """How surely a facility is a known project: 0 where what is built, the place or the builder speaks against it."""
    signs = lexicon.signs.of(known.project_id, annotated.language)
    if signs is None or known.program_relation == "interest_list":
        return 0
    near = _near(mention, sentence)
    if not _is_built(mention, near, signs, known):
        return 0
    told = _told(mention, sentence, annotated)
    if known.admin1 and told.states and known.admin1 not in told.states:
        return 0
    if known.country and told.countries and known.country not in told.countries and not told.states:
        return 0
    firms = {org for org in told.firms if lexicon.organizations.get(org, {}).get("kind") not in _EVERYWHERE}
    own = firms & set(known.org_ids)
    if firms and not own:
        return 0
    state = bool(known.admin1 and known.admin1 in told.states)
    spot = bool(signs.place and signs.place.search(told.text)) and (state or not known.admin1 or not told.states)
    return 1 + (2 if spot else state) + bool(own) + programme


def _is_built(mention: Mention, near: str, signs: Signs, known: KnownProject) -> bool:
    """Whether the words of a facility, with those right beside it, tell what is built, and its sector fits."""
    site = mention.value
    if site.sector and known.sector and site.sector != known.sector:
        if not any({site.sector, known.sector} <= kin for kin in KIN):
            return False
    return bool(signs.works and signs.works.search(near))


def _near(mention: Mention, sentence: Sentence) -> str:
    """The facility with the words of its clause right before and behind it, up to the next facility."""
    start, end = mention.start - sentence.start, mention.end - sentence.start
    before = max((one.end - sentence.start for one in sentence.of("site") if one.end <= mention.start), default=0)
    after = min(
        (one.start - sentence.start for one in sentence.of("site") if one.start >= mention.end),
        default=len(sentence.text),
    )
    reach = (24, 16) if sentence.japanese else (40, 60)
    return sentence.text[max(before, start - reach[0]) : min(after, end + reach[1])].lower()


def _told(mention: Mention, sentence: Sentence, annotated: Annotated) -> _Told:
    """Places and firms of the facility's own stretch of its sentence, else of the sentence before or a lead ("Ohio.")."""
    own = list(_stretch(mention, sentence))
    states = {one.value.admin1 for one in own if one.kind == "place" and one.value.admin1}
    countries = {one.value.country for one in own if one.kind == "place" and one.value.country}
    firms = {one.id for one in own if one.kind == "org"}
    text = _own_text(mention, sentence)
    lead = next(iter(annotated.paragraph(sentence.paragraph)))
    if not states and lead is not sentence and len(lead.text) < 40:
        states = {one.value.admin1 for one in lead.of("place") if one.value.admin1}
        text += " " + lead.text.lower()
    return _Told(text, frozenset(states), frozenset(countries), frozenset(firms))


def _bounds(mention: Mention, sentence: Sentence) -> tuple[int, int]:
    """From the facility before to the next one; in English what stands behind belongs to it, in Japanese what stands before."""
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

"""Which project does a sentence speak of that names no facility?

What belongs here: carrying the project in focus from sentence to sentence, and letting it go. What does not: projects.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.extract.annotation import Annotated
from pipelines.extract.batches import spread
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.gating import Cue
from pipelines.extract.mentions import Sentence
from pipelines.extract.phases import phase_of
from pipelines.extract.whereabouts import lies_elsewhere, spoken_of

_DETACHED = Cue(
    r"\b(?:another matter|outside the|elsewhere|separately|a different (?:matter|story)"
    r"|has nothing to do|unrelated|by contrast|in a separate|set aside for)\b"
    r"|とは別|別枠|無関係|対象ではない|関係はない|別の話|一方で、別"
)

BATCH = Cue(
    r"\b(?:first|second|third|next|initial) (?:batch|tranche|round|set|wave)\b|\b(?:two|"
    r"three|four|five|several|all) (?:projects|undertakings|deals)\b"
    r"|\bthe (?:tranche|batch|trio) (?:as a whole|itself|in all|is|comes|totals?|amounts?|adds|runs)\b"
    r"|\bthe (?:whole|entire) (?:tranche|batch|list|round)\b"
    r"|第[1-9一二三四]弾|(?:[2-9二三四五]|複数の)(?:つの)?(?:事業|案件|件|プロジェクト)"
)
"""Words for several projects at once: what is said with them belongs to no one of them."""

_TOGETHER = Cue(
    r"\b(?:together|combined|along) with (?:the|its) (?:\w+ )?"
    r"(?:phase|stage|first|second|third|earlier|previous|existing|investment)\b"
    r"|\b(?:both|all|the two|the three) (?:phases|stages|sites|plants|expansions) together\b"
)
"""Words for a sum of several projects: what its sentence tells is that of no single one."""

OWN_PLANT = Cue(
    r"\b(?:from|at|in) (?:its|their)(?: own)? (?:\w+ ){0,2}[\ue400-\ue4ff]|自社の?[\ue400-\ue4ff](?:から|で)"
)
"""A party's own plant from which it supplies ("will supply oxide from its plant"): not what the passage is about."""


def keep(annotated: Annotated, projects: Projects, kept: Sequence[Cluster]) -> None:
    """Forget the facilities that are no projects, and tell the focus of every sentence anew."""
    keys = {one.key for one in kept}
    # What is said beside a facility of another kind is about that, even though it is no project of ours.
    projects.detached = {
        number
        for number, found in projects.explicit.items()
        if all(one.key not in keys and one.sector for one in found)
    }
    projects.clusters = [one for one in projects.clusters if one.key in keys]
    projects.explicit = {
        number: left
        for number, found in projects.explicit.items()
        if (left := [one for one in found if one.key in keys])
    }
    projects._of_mention = {place: one for place, one in projects._of_mention.items() if one.key in keys}
    projects.focus.clear()
    fill_focus(annotated, projects)
    annotated.focus.clear()
    annotated.focus.update({number: tuple(one.key for one in focus) for number, focus in projects.focus.items()})


def fill_focus(annotated: Annotated, projects: Projects) -> None:
    """Give every sentence the projects it speaks of.

    Those it names; else those of the sentence before in its paragraph; else the one its organisations or its state
    belong to; else the only one that the text has spoken of so far.
    """
    for sentence in annotated.sentences:
        for org in sentence.of("org") if sentence.number in projects.explicit else ():
            cluster = projects.nearest(sentence, org)
            if cluster is not None and org.id not in cluster.org_ids:
                cluster.org_ids.append(org.id)
    carried: list[Cluster] = []
    detached = False
    paragraph = 0
    for sentence in annotated.sentences:
        if sentence.paragraph != paragraph:
            # A table goes on with what the text before it spoke of.
            carried, paragraph = carried if sentence.row else [], sentence.paragraph
            detached = _is_headed_elsewhere(sentence, projects.clusters)
        explicit = projects.explicit.get(sentence.number, [])
        if explicit:
            last = _told(sentence, explicit, projects)
            carried, detached = [last, *[one for one in carried if one is not last]], False
            projects.focus[sentence.number] = explicit
            continue
        if _DETACHED.search(sentence.masked) or sentence.number in projects.detached:
            detached, carried = True, []
        if detached:
            projects.detached.add(sentence.number)
            continue
        if _TOGETHER.search(sentence.masked):
            continue
        focus = (
            spoken_of(sentence, projects.clusters)
            or _former(sentence, projects)
            or _same_phase(sentence, projects)
            or carried[:1]
            or _by_organizations(sentence, projects)
            or _ahead(annotated, sentence, projects)
            or _by_state(sentence, projects)
        )
        if not focus and not BATCH.search(sentence.masked):
            # So far the text has spoken of one project alone.
            known = [one for one in projects.clusters if one.sites[0][0] < sentence.number]
            focus = known if len(known) == 1 else []
            if not known and len(projects.clusters) == 1 and not sentence.heading:
                # What opens a text with one project alone ("a loan agreement was signed") is about that project.
                focus = projects.clusters[:1]
        if focus:
            projects.focus[sentence.number] = focus
            carried = carried if carried[:1] == focus[:1] else [*focus, *carried]
    spread(annotated, projects)


_FORMER = re.compile(
    r"\b(?:for|at|to|of|in|from|by|with) the (former|latter)\b(?! \w+ (?:of|who|that)\b)"
    r"(?=[,.;]| (?:and|is|was|will|by)\b|$)"
)


def _former(sentence: Sentence, projects: Projects) -> list[Cluster]:
    """The first or the last of two projects that the sentences right before name: "gas for the former"."""
    found = None if sentence.japanese else _FORMER.search(sentence.text)
    for number in range(sentence.number - 1, max(-1, sentence.number - 3), -1) if found else ():
        told = projects.explicit.get(number, [])
        if len(told) == 2:
            return [told[0] if found and found[1] == "former" else told[1]]
    return []


_HEADED = re.compile(r"(?:\u3000|：|: | [-–—] |\.$|。$)")


def _is_headed_elsewhere(sentence: Sentence, clusters: Sequence[Cluster]) -> bool:
    """Whether a place alone heads a paragraph, and no project lies there: "フランス　…", "Mason, Nevada."."""
    place = next(iter(sentence.of("place")), None)
    if place is None or place.start != sentence.start or sentence.row:
        return False
    alone = _HEADED.match(sentence.text, place.end - sentence.start) is not None
    return alone and bool(clusters) and all(lies_elsewhere(one, place.value) for one in clusters)


_THE_PHASE = re.compile(r"(?:The|This|That) (?:phase|stage|expansion)\b")


def _same_phase(sentence: Sentence, projects: Projects) -> list[Cluster]:
    """The phase told last, which "The stage" takes up."""
    if sentence.japanese or not _THE_PHASE.match(sentence.text):
        return []
    before = max((number for number in projects.explicit if number < sentence.number), default=None)
    return [] if before is None else [one for one in projects.explicit[before][-1:] if phase_of(one)]


def _told(sentence: Sentence, explicit: Sequence[Cluster], projects: Projects) -> Cluster:
    """The last project of a sentence that it does not only name as a neighbour ("beside the Palisades station")."""
    passing = {
        one.key
        for site in sentence.of("site")
        if site.value.passing and (one := projects.of(sentence, site)) is not None and not sentence.japanese
    }
    return next((one for one in reversed(explicit) if one.key not in passing), explicit[-1])


_ALSO = re.compile(
    r"\balso (?:plans?|intends|will|spends?|operates|has|is|runs|reviewed|builds|expects|announced|said)\b"
    r"|^(?:Meanwhile|Separately|Elsewhere|In addition)\b"
)
_ASIDE_JA = re.compile(r"(?:なお|ちなみに|一方|他方|また|このほか|これとは別に|別に)、")
"""What opens an aside on another matter: the sentences before it are not about that one."""


def _ahead(annotated: Annotated, sentence: Sentence, projects: Projects) -> list[Cluster]:
    """The first project that the same paragraph names later, in the next sentence but one at most."""
    for later in annotated.sentences[sentence.number + 1 : sentence.number + 3]:
        if OWN_PLANT.search(later.masked) or _ASIDE_JA.match(later.text) or _ALSO.search(later.text):
            continue
        if later.paragraph == sentence.paragraph and later.number in projects.explicit:
            return projects.explicit[later.number][:1]
    return []


def _by_state(sentence: Sentence, projects: Projects) -> list[Cluster]:
    states = {place.value.admin1 for place in sentence.of("place") if place.value.admin1}
    found = [one for one in projects.clusters if one.admin1 in states]
    return found if len(found) == 1 else []


def _by_organizations(sentence: Sentence, projects: Projects) -> list[Cluster]:
    ids = {org.id for org in sentence.of("org")}
    found = [one for one in projects.clusters if ids & set(one.org_ids)]
    return found if len(found) == 1 else []

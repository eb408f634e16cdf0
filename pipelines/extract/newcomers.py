"""Firms that a text names for the first time: what they own or build is a project of its own.

What belongs here: which organisations of a sentence are new to the document, and whether a facility is theirs. What
does not: other signs of sameness (`grouping`).
"""

from __future__ import annotations

import re
from collections.abc import Collection

from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.mentions import Sentence
from pipelines.extract.patterns import BLOCKS
from pipelines.extract.sites import Site
from pipelines.extract.whereabouts import lies_there, own_place


def newcomers(sentence: Sentence, known: Collection[str]) -> frozenset[str]:
    """Organisations that a sentence is the first to name, and that bear no name of one named before.

    Args:
        sentence: The sentence.
        known: Ids of the organisations that the text before it names.
    """
    families = {_family(one) for one in known}
    return frozenset(org.id for org in sentence.of("org") if org.id not in known and _family(org.id) not in families)


def _family(org_id: str) -> str:
    return re.split(r"[\s-]", org_id.removeprefix("@").casefold(), maxsplit=1)[0]


_ORGS = "\ue000-\ue1ff"
_OWNER = re.compile(r"['’]s?\s(?:(?!(?:the|a|an)\b)[\w.&'’-]+\s){0,4}$")
_ITS_OWN = re.compile(r"\b(?:its|their)\s(?:[\w-]+\s){0,3}$")
_ITS_OWN_PLAN = re.compile(
    r"\s(?:that|which) (?:it|they) (?:had |has |have )?(?:want|plan|meant|intend|propos|announc|set out|hop)"
)
_CLOSED = re.compile(r"(?:\s\([^()]*\))?,")
_BUILDS = re.compile(
    rf"^(?:[^{_ORGS}]{{0,24}})?{BLOCKS['org']}(?:, [^,]{{2,60}},| of \S+| \([^()]*\))? "
    r"(?:(?:will|would|is|are|has|have|also|now|said|plans?|wants?|means|intends|hopes|aims|it|"
    r"to|that|on|its|own|itself|"
    r"just|in turn|meanwhile|wholly|already|still) )*"
    r"(?:build|building|built|put up|puts up|putting up|erect|erecting|construct|constructing|open|opens|opened|"
    r"opening|broke ground on|breaking ground on|"
    r"start|started|starts|plan|planning|planned|announced|proposed?|proposes|"
    r"run|runs|operate|operates|spend|spending|spends|invest|investing|invests|develop|developing|develops|finish|"
    r"cancelled|canceled|cancels|scrapped|scraps|shelved|shelves|dropped|drops|abandoned|suspended|halted|postponed|"
    r"finished|completed?|set up|setting up|add|adding|adds)\b"
)


def is_newcomers(site: Site, sentence: Sentence, projects: Projects) -> bool:
    """Whether a facility is that of a firm new to the text, behind what other firms build.

    "Novonix's plant", "Hitachi Energy is building a factory".
    """
    led = [one for one in projects.clusters if (one.org_ids and not one.only_heading) or one.several]
    if sentence.japanese or sentence.heading or not led or projects.explicit.get(sentence.number):
        return False
    if _is_venture(site, sentence, projects):
        return True
    before = [org for org in sentence.of("org") if org.end <= site.start]
    if not before or not {before[0].id, before[-1].id} & projects.newcomers:
        return False
    own = before[0].id in projects.newcomers and _ITS_OWN.search(sentence.text[: site.start - sentence.start])
    if own or _OWNER.match(sentence.text[before[-1].end - sentence.start : site.start - sentence.start]):
        return True
    if len(before) > 1 or site.plural or not _BUILDS.match(sentence.masked):
        return False
    behind = sentence.text[site.end - sentence.start :]
    apart = bool(_ITS_OWN_PLAN.match(behind)) or _lies_apart(site, sentence, projects)
    return site.determiner == "new" or (site.determiner == "definite" and apart)


def _is_venture(site: Site, sentence: Sentence, projects: Projects) -> bool:
    """Whether a firm that is new to the text explains a facility: "that venture, Japan Advanced (JASM), started"."""
    behind = next((org for org in sentence.of("org") if org.start == site.end + 2), None)
    comma = sentence.text[site.end - sentence.start : site.end - sentence.start + 2] == ", "
    if behind is None or not comma or behind.id not in projects.newcomers:
        return False
    return bool(_CLOSED.match(sentence.text, behind.end - sentence.start))


def _lies_apart(site: Site, sentence: Sentence, projects: Projects) -> bool:
    """Whether a facility has a place beside it where no project of the text lies."""
    place = own_place(site.start, site.end, sentence)
    return place is not None and not any(lies_there(one, place) for one in projects.clusters)


def belongs_to_other(site: Site, cluster: Cluster, sentence: Sentence) -> bool:
    """Whether "its plant" is that of another firm than the project's: the firm that the sentence is about."""
    owner = next((org for org in sentence.of("org") if org.end + 1 == site.start), None)
    if owner is not None and not sentence.japanese and cluster.org_ids:
        # "The rumoured Mitsubishi Electric plant" is none of the firm's that the text has spoken of.
        return owner.id not in cluster.org_ids
    if not re.search(r"\b(?:its|their)\s(?:[\w-]+\s){0,3}$", sentence.text[: max(0, site.start - sentence.start)]):
        return False
    before = [org.id for org in sentence.of("org") if org.start < site.start]
    return bool(before and cluster.org_ids) and not set(before) & set(cluster.org_ids)

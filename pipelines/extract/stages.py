"""How far a project is, by which words and on whose word, and when.

What belongs here: applying the vocabulary `stage_patterns`. What does not: which of several sources is believed
(`reconcile/stages`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.extract.annotation import Annotated
from pipelines.extract.attribution import attributions
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.patterns import Found

_RANK = {
    "reported": 0,
    "listed_interest": 1,
    "under_discussion": 2,
    "announced": 3,
    "approved": 4,
    "financing_signed": 5,
    "under_construction": 6,
    "operating": 7,
    "suspended": 8,
    "shelved": 8,
    "cancelled": 8,
}
_FUTURE = re.compile(
    r"\b(?:will|would|is to|are to|plans? to|due|expected|scheduled|should|wants? to|hopes? to|"
    r"aims?|next year|by 20\d\d|before|once|when|until|if|yet to|not yet|has not|have not|"
    r"could|may|might|to start|to begin|no )\s(?:\w+\s){0,4}$",
)
_FUTURE_JA = re.compile(r"^.{0,12}?(?:予定|計画|見込|見通|目指|目標|方針|ない|たい|検討|後に|までに)")


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of a project as a sentence states it.

    Attributes:
        stage, evidence, event_type: Codes; `event_type` may be empty.
        date: The day it happened, where the sentence gives it.
        weak: The words alone are little; any firmer step goes before it.
    """

    project: Cluster
    sentence: Sentence
    stage: str
    evidence: str
    event_type: str
    date: Mention | None
    said: str
    weak: bool = False


def find_steps(annotated: Annotated, projects: Projects, lexicon: Lexicon) -> list[Step]:
    """Every step that a document states for its projects, one a project and stage, with caps by hearsay applied."""
    found: list[Step] = []
    hearsay: set[str] = set()
    for sentence in annotated.sentences:
        focus = projects.focus.get(sentence.number, [])
        if not focus:
            continue
        marks = attributions(sentence, lexicon)
        if "unnamed" in marks:
            hearsay |= {cluster.key for cluster in focus}
        for match in lexicon.matches("stage_patterns", sentence):
            for cluster in _clusters(match, sentence, focus, projects):
                step = _step(match, sentence, cluster, marks)
                if step is not None:
                    found.append(step)
    found = [_confirmed(step, annotated, lexicon) for step in found]
    ended = {
        (step.project.key, step.sentence.number)
        for step in found
        if _RANK[step.stage] == _RANK["cancelled"] or step.stage == "financing_signed"
    }
    # "Announced that it gives up", "announced that it signed the loans": what was announced is not the project.
    found = [
        step for step in found if step.stage != "announced" or (step.project.key, step.sentence.number) not in ended
    ]
    found += _alongside(annotated, projects, found)
    for cluster in projects.clusters:
        if cluster.listed:
            number = cluster.sites[0][0]
            sentence = annotated.sentences[number]
            date = _list_date(annotated, sentence)
            found = [step for step in found if step.project is not cluster or step.stage == "listed_interest"]
            found.append(Step(cluster, sentence, "listed_interest", "primary_document", "listing", date, "listed"))
    return _capped(found, hearsay, projects, annotated)


_PARTY_SAYS = re.compile(
    r"\b(?:said|confirmed|announced|told|disclosed|says)\b|明らかにした|発表した|と述べ|と説明した|認めた|公表した"
)


def _confirmed(step: Step, annotated: Annotated, lexicon: Lexicon) -> Step:
    """A step that the party itself tells, in the same sentence or the next one of the paragraph."""
    if step.evidence or step.stage not in ("under_discussion", "announced", "under_construction", "operating"):
        return step
    for sentence in annotated.sentences[step.sentence.number : step.sentence.number + 2]:
        told = sentence.paragraph == step.sentence.paragraph and _PARTY_SAYS.search(sentence.masked)
        if told and "unnamed" not in attributions(sentence, lexicon):
            return replace(step, evidence="party_confirmed")
    return step


_ALONGSIDE = re.compile(r"(?:でも|も)同時に|at the same time|\blikewise\b|\bas well\b|\bin parallel\b|並行して")


def _alongside(annotated: Annotated, projects: Projects, found: Sequence[Step]) -> list[Step]:
    """Read "at X, too, at the same time": what was announced for the project before holds for this one."""
    more = []
    for number, clusters in projects.explicit.items():
        if number == 0 or not _ALONGSIDE.search(annotated.sentences[number].masked):
            continue
        before = [one for one in projects.focus.get(number - 1, [])[:1] if one is not clusters[0]]
        paragraph = annotated.sentences[number].paragraph
        more += [
            replace(step, project=clusters[0])
            for step in found
            if step.project in before and step.stage == "announced" and step.sentence.paragraph == paragraph
        ]
    return more


def _clusters(match: Found, sentence: Sentence, focus: Sequence[Cluster], projects: Projects) -> Sequence[Cluster]:
    site = next(iter(sentence.caught(match.mentions("site"))), None)
    if site is not None:
        cluster = projects.of(sentence, site)
        return [cluster] if cluster else []
    if sentence.number in projects.batches and sentence.number not in projects.explicit:
        return focus
    if len(focus) > 1 and match.row["stage"] != "reported":
        sites = [(sentence.position(site), projects.of(sentence, site)) for site in sentence.of("site")]
        near = min(sites, key=lambda pair: abs(pair[0] - match.match.start()), default=None)
        return [near[1]] if near and near[1] else focus[:1]
    return focus


def _step(match: Found, sentence: Sentence, cluster: Cluster, marks: frozenset[str]) -> Step | None:
    """The step that a match states; None where it lies in the future, is denied, or rests on hearsay it cannot bear."""
    row = match.row
    if (row["note"] == "list" and not cluster.listed) or (sentence.heading and row["stage"] != "reported"):
        return None
    if (row["stage"] in _DONE or row["event_type"] == "fid") and not _has_happened(match, sentence, marks):
        return None
    hearsay = "unnamed" in marks and row["stage"] in ("announced", "under_discussion")
    if hearsay and (row["stage"] == "announced" or row["evidence"] != "party_confirmed"):
        return None
    said = match.match.group()[:40]
    date = _date(match, sentence)
    weak = row["note"] == "weak"
    return Step(cluster, sentence, row["stage"], row["evidence"], row["event_type"], date, said, weak)


_DONE = frozenset(
    {"operating", "under_construction", "financing_signed", "cancelled", "suspended", "shelved", "approved"}
)


def _has_happened(match: Found, sentence: Sentence, marks: frozenset[str]) -> bool:
    if "unnamed" in marks or "denied" in marks:
        return False
    if sentence.japanese:
        return not _FUTURE_JA.match(sentence.masked[match.match.end() :])
    before = sentence.masked[: match.match.start()]
    planned = match.row["event_type"] != "fid" and _FUTURE.search(before)
    return not planned and not _negated(before, match.match.group())


def _negated(before: str, matched: str) -> bool:
    return bool(re.search(r"\b(?:not|never|no|nor|neither|without|nothing)\s(?:\w+\s){0,3}$", before)) or bool(
        re.search(r"\b(?:will|would|is to|are to|due|expected|planned|scheduled) ", matched)
    )


def _date(match: Found, sentence: Sentence) -> Mention | None:
    """The date nearest to the words that tell the step, in the same sentence."""
    start, end = match.match.span()
    dates = [
        (sentence.position(date), date)
        for date in sentence.of("date")
        if date.value.day is not None and date.value.precision in ("day", "month")
    ]
    near = [
        (min(abs(place - start), abs(place - end)) if not start <= place < end else 0, date) for place, date in dates
    ]
    near = [(distance, date) for distance, date in near if distance <= (60 if not sentence.japanese else 90)]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _list_date(annotated: Annotated, sentence: Sentence) -> Mention | None:
    """The day the list was published: a date of the passage that speaks of it."""
    for other in annotated.paragraph(sentence.paragraph):
        if re.search(r"fact sheet|ファクトシート|list|一覧", other.masked):
            for date in other.of("date"):
                if date.value.day is not None and date.value.precision == "day":
                    return date
    return None


def _capped(steps: Sequence[Step], hearsay: set[str], projects: Projects, annotated: Annotated) -> list[Step]:
    """One step a project and stage; what rests on unnamed sources stays reported unless a party confirms it."""
    kept: list[Step] = []
    for cluster in projects.clusters:
        own = [step for step in steps if step.project is cluster]
        if cluster.key in hearsay:
            own = [
                step
                for step in own
                if step.stage == "reported"
                or (step.evidence == "party_confirmed" and step.stage != "announced")
                or step.stage in ("cancelled", "shelved", "suspended")
            ]
        elif any(_RANK[step.stage] >= _RANK["announced"] and not step.weak for step in own):
            own = [step for step in own if step.stage != "reported"]
        firm = [step for step in own if not step.weak]
        # A project that waits for its decision is not announced by "would develop".
        waiting = any(
            step.stage == "under_discussion" and re.search(r"decid|decision|gone ahead", step.said) for step in firm
        )
        if waiting:
            own = [step for step in own if step.stage not in ("announced",)]
            firm = [step for step in own if not step.weak]
        talking = any(step.stage == "under_discussion" for step in firm)
        chosen = [
            step
            for step in own
            if not step.weak or not firm or (step.stage == "announced" and step.date is not None and not talking)
        ]
        best: dict[str, Step] = {}
        for step in chosen:
            old = best.get(step.stage)
            if old is None or (step.date is not None and old.date is None):
                best[step.stage] = step
        kept += best.values()
    return kept


def default_steps(annotated: Annotated, projects: Projects, steps: Sequence[Step], lexicon: Lexicon) -> list[Step]:
    """Projects of a document that rests on unnamed sources and says nothing firmer of them are reported."""
    told = {step.project.key for step in steps}
    witness = next((sentence for sentence in annotated.sentences if "unnamed" in attributions(sentence, lexicon)), None)
    if witness is None:
        return []
    return [
        Step(
            cluster, annotated.sentences[cluster.sites[0][0]], "reported", "single_witness", "report", None, "reported"
        )
        for cluster in projects.clusters
        if cluster.key not in told and cluster.sites
    ]


def announced(steps: Sequence[Step], cluster: Cluster) -> Mention | None:
    """The day on which a project was announced or, for an entry of a list, the list was published."""
    for wanted in ("listed_interest",) if cluster.listed else ("announced", "approved"):
        for step in steps:
            told = step.project is cluster and step.stage == wanted and step.event_type in _ANNOUNCING
            if told and step.date is not None and step.date.value.precision == "day":
                return step.date
    return None


_ANNOUNCING = frozenset({"announcement", "fid", "agreement", "listing", "statement", "selection"})

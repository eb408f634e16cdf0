"""How far a project is, by which words and on whose word, and when.

What belongs here: applying the vocabulary `stage_patterns`. What does not: which of several sources is believed
(`reconcile/stages`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.extract.annotation import Annotated
from pipelines.extract.attribution import attributions
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.eventdates import TOLD_BEFORE, day_of_choice, list_date, nearest_date, said_on
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.patterns import Found
from pipelines.extract.tenses import DONE, has_happened, is_ahead, is_another, is_of_measure, is_planned

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
    hearsay: dict[str, int] = {}
    for sentence in annotated.sentences:
        focus = projects.focus.get(sentence.number, [])
        if not focus:
            continue
        marks = attributions(sentence, lexicon)
        if "unnamed" in marks:
            for cluster in focus:
                hearsay.setdefault(cluster.key, sentence.number)
        for match in lexicon.matches("stage_patterns", sentence):
            for cluster in _clusters(match, sentence, focus, projects):
                step = _step(match, sentence, cluster, marks, annotated.published_on)
                if step is not None:
                    found.append(step)
    found = [_in_the_past(_confirmed(step, annotated, lexicon), annotated.published_on) for step in found]
    found = _without_echoes(found)
    found += _alongside(annotated, projects, found)
    found += _for_all(annotated, projects, found, lexicon)
    found = [_with_day_of_batch(_with_day_before(step, annotated), found) for step in found]
    day = day_of_choice(annotated, [(step.date, step.sentence) for step in found if step.stage == "approved"])
    found = [replace(one, date=one.date or day) if one.stage == "approved" else one for one in found]
    for cluster in projects.clusters:
        if cluster.listed:
            number = cluster.sites[0][0]
            sentence = annotated.sentences[number]
            date = list_date(annotated, sentence)
            found = [step for step in found if step.project is not cluster or step.stage == "listed_interest"]
            found.append(Step(cluster, sentence, "listed_interest", "primary_document", "listing", date, "listed"))
    return _capped(found, hearsay, projects, annotated)


_PARTY_SAYS = re.compile(
    r"\b(?:said|confirmed|announced|told|disclosed|says|stated|reported|notified|wrote|informed|acknowledged|"
    r"admitted|conceded|according to (?:its|the|a|their) (?:\w+ )?(?:notice|statement|filing|release|company|"
    r"website|board)|in a (?:notice|statement|filing|release)|"
    r"spokes\w+|boards?)\b"
    r"|明らかに(?:した|し)|発表(?:した|し|で)|と述べ|と説明|認めた|公表|表明|と語っ|と話し|開示|コメント|決議"
)


def _confirmed(step: Step, annotated: Annotated, lexicon: Lexicon) -> Step:
    """A step that the party itself tells, in the same sentence or the next one of the paragraph."""
    if step.evidence or step.stage not in _CONFIRMABLE or step.weak:
        return step
    if step.stage == "under_discussion" and re.search(r"decision|decide|whether", step.said):
        # "No decision has been made" owns to nothing.
        return step
    for sentence in annotated.sentences[step.sentence.number : step.sentence.number + 2]:
        told = sentence.paragraph == step.sentence.paragraph and _PARTY_SAYS.search(sentence.masked)
        if told and "unnamed" not in attributions(sentence, lexicon):
            return replace(step, evidence="party_confirmed")
    return step


def _in_the_past(step: Step, published: dt.date | None) -> Step:
    """What has happened lies before the day of publication: a day without year is then that of the year before."""
    date = step.date
    if date is None or published is None or step.weak or date.value.day is None or date.value.day <= published:
        return step
    if not _NO_YEAR.fullmatch(date.text) or (date.value.day.month, date.value.day.day) == (2, 29):
        return step
    earlier = replace(date.value, day=date.value.day.replace(year=date.value.day.year - 1))
    return replace(step, date=replace(date, value=earlier))


_NO_YEAR = re.compile(
    r"[A-Z][a-z]{2,8}\.? \d{1,2}(?:st|nd|rd|th)?|\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8}\.?|\d{1,2}月\d{1,2}日"
)
_ENDED = frozenset({"suspended", "shelved", "cancelled"})
_CONFIRMABLE = _ENDED | {"under_discussion", "announced", "under_construction", "operating"}
_BUILDS = re.compile(
    r"\b(?:will|is to|are to|ha(?:s|ve|d) decided|go(?:ing to| ahead))\b|建設する|建てる|[新増]設する|設ける|着工する"
    r"|投じる"
)


_BEFORE_JA = re.compile(r"^[\ue600-\ue6ff](?:に)?(?:発表|公表|表明)(?:した|された|の)(?![。、])")
_HAD = re.compile(r"\bhad (?:\w+ )?(?:announced|unveiled|presented|disclosed|made public)\b")


def _was_before(step: Step) -> bool:
    """Whether the announcement is told as an earlier one ("had announced a plant on May 6")."""
    masked = step.sentence.masked
    if step.sentence.japanese:
        return bool(_BEFORE_JA.match(masked[max(masked.find(step.said), 0) :]))
    return bool(_HAD.search(masked))


def _without_echoes(steps: Sequence[Step]) -> list[Step]:
    """Drop "announced" where the same sentence tells what was announced: talks, a loan, a start, an end."""
    told: dict[tuple[str, int], set[str]] = {}
    for step in steps:
        if not step.weak and step.stage not in ("announced", "approved", "reported"):
            told.setdefault((step.project.key, step.sentence.number), set()).add(step.stage)
    kept = []
    for step in steps:
        others = told.get((step.project.key, step.sentence.number), set())
        echo = step.stage == "announced" and step.event_type == "announcement" and others
        if not echo or _was_before(step) or (not others & _ENDED and not step.weak and _BUILDS.search(step.said)):
            kept.append(step)
    return kept


_ALL = re.compile(
    r"\b(?:(?:first|all|the|these|those|of) (?:\w+ )?(?:two|three|four|five|six|projects|undertakings|picks|"
    r"batch|set|round|tranche)|"
    r"(?:his|the) (?:choices?|selections?|picks?)|[Bb]oth (?:of them |projects |plants |stations )?(?:were|are|have"
    r"|had|was)|batch|tranche)\b"
    r"|第[1-9一二三]弾|(?:[2-9二三四五]|複数の)(?:つの|件の|つ|件)?(?:事業|案件|プロジェクト|件)"
    r"|[2-9二三四五]件を選|いずれも|三つ|二つ|共同文書"
)
_SHARED = ("approved", "financing_signed", "announced")


def _for_all(annotated: Annotated, projects: Projects, found: Sequence[Step], lexicon: Lexicon) -> list[Step]:
    """What is said of a batch holds for each of its projects: chosen; announced or financed where no more is told."""
    told: dict[str, set[str]] = {cluster.key: set() for cluster in projects.clusters}
    for step in found:
        told[step.project.key].add(step.stage)
    # Neither an ended project nor one that only rumour tells of was in the batch.
    out = _ENDED | {"operating", "under_construction", "reported", "listed_interest"}
    batch = [one for one in projects.clusters if not one.listed and not told[one.key] & out]
    if len(batch) < 2:
        return []
    more = []
    for sentence in annotated.sentences:
        matches = [one for one in lexicon.matches("stage_patterns", sentence) if one.row["stage"] in _SHARED]
        matches = [one for one in matches if one.row["note"] != "weak" and not one.match.groupdict().get("site")]
        if sentence.heading or not matches or not _is_of_all(sentence, projects):
            continue
        marks = attributions(sentence, lexicon)
        for match in matches:
            stage = match.row["stage"]
            meant = projects.batches.get(sentence.number) or batch
            lacking = [
                one
                for one in batch
                if one in meant and not told[one.key] & (_FIRM if stage != "approved" else {"approved"})
            ]
            steps = [_step(match, sentence, one, marks, annotated.published_on) for one in lacking]
            more += [step for step in steps if step is not None and step.stage == stage]
    return _without_echoes(more)


def _with_day_before(step: Step, annotated: Annotated) -> Step:
    """A choice of several projects at once was made on the day that the sentence before tells (19日に公表した)."""
    number = step.sentence.number
    if step.date is not None or step.stage != "approved" or not number or not _ALL.search(step.sentence.masked):
        return step
    before = annotated.sentences[number - 1]
    if before.paragraph != step.sentence.paragraph or not (before.of("program") or _ALL.search(before.masked)):
        return step
    days = [date for date in before.of("date") if date.value.precision == "day" and date.value.day is not None]
    published = annotated.published_on
    recent = len(days) == 1 and (published is None or days[0].value.day <= published)
    return replace(step, date=days[0]) if recent else step


_BATCH = re.compile(
    r"第[1-9一二三四五](?:弾|陣|次|号案件)|最初の[1-9一二三四五](?:件|つ|案件|事業)"
    r"|\b(?:first|second|third|initial) (?:batch|set|round|tranche|group|slate|wave|picks?|selections?)\b"
)


def _with_day_of_batch(step: Step, found: Sequence[Step]) -> Step:
    """A project that came with a batch came on the batch's day."""
    batch = _BATCH.search(step.sentence.masked)
    if step.date is not None or step.stage not in ("approved", "announced") or batch is None:
        return step
    for other in found:
        same = other.stage == step.stage and batch[0] in other.sentence.masked
        if same and other.date is not None and other.date.value.precision == "day":
            return replace(step, date=other.date)
    return step


_FIRM = frozenset(
    {"operating", "under_construction", "cancelled", "shelved", "suspended", "approved", "financing_signed"}
)


def _is_of_all(sentence: Sentence, projects: Projects) -> bool:
    """Whether a sentence speaks of several projects at once: by its words, or because it is on no one of them."""
    sites = sentence.of("site")
    several = bool(sites) and all(site.value.plural and not site.value.project_id for site in sites)
    if len(projects.explicit.get(sentence.number, [])) == 1 and not several:
        return False
    return bool(_ALL.search(sentence.masked)) or not projects.focus.get(sentence.number)


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
    if len(focus) > 1 and match.row["stage"] != "reported" and not _SEVERAL.search(sentence.masked):
        sites = [(sentence.position(site), projects.of(sentence, site)) for site in sentence.of("site")]
        near = min(sites, key=lambda pair: abs(pair[0] - match.match.start()), default=None)
        return [near[1]] if near and near[1] else focus[:1]
    return focus


_SEVERAL = re.compile(
    r"\b(?:two|three|four|both|several|each) (?:new |such |more |separate )?[\ue400-\ue4ff]|\bboth\b"
    r"|二つの|三つの|"
    r"両(?:工場|拠点|事業)|それぞれ"
)


_NOT_DONE = re.compile(r"\b(?:has|have|had|did|does|do|is|was|were) (?:not|never)\b|\byet to\b|n't\b")
_NOT_DONE_JA = re.compile(r"(?:は|も)?(?:して|されて|下りて|得られて)?(?:い)?(?:ない|なかった|ません|おらず)")


def _has_not_come(match: Found, sentence: Sentence) -> bool:
    """Whether a choice or a signature has yet to come: "has not yet approved it", まだ承認していない."""
    return bool(_NOT_DONE.search(match.match.group()) or _NOT_DONE_JA.match(sentence.masked[match.match.end() :]))


def _step(
    match: Found, sentence: Sentence, cluster: Cluster, marks: frozenset[str], published: dt.date | None
) -> Step | None:
    """The step that a match states; None where it is denied or rests on hearsay."""
    row = match.row
    stage, evidence, event, weak = row["stage"], row["evidence"], row["event_type"], row["note"] == "weak"
    unlisted = (row["note"] == "list" and not cluster.listed) or (sentence.heading and stage != "reported")
    if unlisted or (stage in _SHARED and _has_not_come(match, sentence)):
        return None
    if stage in DONE or event == "fid":
        if is_another(match, sentence):
            return None
        if (ahead := is_ahead(match, sentence, published)) or not has_happened(match, sentence, marks):
            if not ahead and not is_planned(match, sentence, marks):
                return None
            # "Will open in 2028" opens nothing, but says that it goes ahead.
            stage, evidence, event, weak = "announced", "", "announcement", True
    if stage == "announced" and not weak and is_of_measure(match, sentence):
        return None
    hearsay = "unnamed" in marks and stage in ("announced", "under_discussion")
    if hearsay and (stage == "announced" or evidence != "party_confirmed"):
        return None
    date = nearest_date(match, sentence) or (said_on(sentence, published) if stage == "announced" else None)
    if weak and not _PARTY_SAYS.search(sentence.masked):
        # The date beside a bare plan is that of the plan's next step.
        date = None
    return Step(cluster, sentence, stage, evidence, event, date, match.match.group()[:60], weak)


def _capped(steps: Sequence[Step], hearsay: Mapping[str, int], projects: Projects, annotated: Annotated) -> list[Step]:
    """One step a project and stage; what rests on unnamed sources stays reported unless a party confirms it."""
    kept: list[Step] = []
    for cluster in projects.clusters:
        own = [step for step in steps if step.project is cluster]
        # Who is quoted without a name far down the text speaks of what it has told plainly before.
        plain = (step.sentence.number for step in own if not step.weak and _RANK[step.stage] >= _RANK["announced"])
        if hearsay.get(cluster.key, -1) >= 0 and min(plain, default=10**6) >= hearsay[cluster.key]:
            own = [
                step
                for step in own
                if (step.stage != "approved" or cluster in projects.explicit.get(step.sentence.number, []))
                if step.stage == "reported"
                or (step.evidence == "party_confirmed" and step.stage != "announced")
                or step.stage in ("cancelled", "shelved", "suspended")
            ]
        elif any(_RANK[step.stage] >= _RANK["announced"] and not step.weak for step in own):
            own = [step for step in own if step.stage != "reported"]
        firm = [step for step in own if not step.weak]
        # A project that waits for its decision is not announced by "would develop".
        if any(one.stage == "under_discussion" and re.search(r"decid|decision|gone ahead", one.said) for one in firm):
            own = [step for step in own if step.stage != "announced"]
            firm = [step for step in own if not step.weak]
        talking = any(step.stage == "under_discussion" for step in firm)
        chosen = [
            step
            for step in own
            if not step.weak or not firm or (step.stage == "announced" and step.date is not None and not talking)
        ]
        best: dict[tuple[str, bool], Step] = {}
        for step in chosen:
            kind = (step.stage, step.event_type == "groundbreaking")
            if kind not in best or _dating(step) > _dating(best[kind]):
                best[kind] = step
        kept += _as_told(list(best.values()))
    return kept


def _dating(step: Step) -> int:
    if step.date is None or step.date.value.precision != "day":
        return int(step.date is not None)
    return 3 if step.stage == "announced" and TOLD_BEFORE.search(step.said) else 2


def _as_told(steps: list[Step]) -> list[Step]:
    """Where only the press tells that a project has ended, what its parties said of it before counts no more."""
    if any(step.stage in _ENDED and not step.evidence for step in steps):
        return [step if step.stage in _ENDED else replace(step, evidence="") for step in steps]
    return steps


def default_steps(annotated: Annotated, projects: Projects, steps: Sequence[Step], lexicon: Lexicon) -> list[Step]:
    """Projects of which nothing firmer is said are reported, where their text rests on unnamed sources.

    A source speaks for its own paragraph, and for the whole text where the opening rests on it.
    """
    told = {step.project.key for step in steps}
    witnesses = [one for one in annotated.sentences if "unnamed" in attributions(one, lexicon)]
    if not witnesses:
        return []
    opening = next((one.paragraph for one in annotated.sentences if not one.heading), 0)
    paragraphs = {one.paragraph for one in witnesses}
    whole = min(paragraphs) <= opening + 1
    return [
        Step(cluster, annotated.sentences[number], "reported", "single_witness", "report", None, "reported")
        for cluster in projects.clusters
        if cluster.key not in told and cluster.sites
        for number in (cluster.sites[0][0],)
        if whole or paragraphs & {annotated.sentences[place].paragraph for place, _ in cluster.sites}
    ]

"""Who has which part in what: participants with role, engagement and share, and who owns whom.

What belongs here: applying the vocabularies `participant_patterns` and `ownership_patterns`. What does not: money
(`finance`) and how far a project is (`stages`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipelines.extract.annotation import Annotated
from pipelines.extract.attribution import attributions, modality
from pipelines.extract.batches import counted
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.cues import labelled, table_row, under_question
from pipelines.extract.focus import OWN_PLANT
from pipelines.extract.gating import Cue
from pipelines.extract.grammar import by_grammar, still
from pipelines.extract.japanese_clauses import governs
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.parties import Part, by_name, denied, lead_parts, strays, the_state
from pipelines.extract.patterns import BLOCKS, Found

_INSTRUMENTS = (
    ("equity", "equity_investor", re.compile(r"\bequity\b|出資|資本")),
    ("loan_guarantee", "guarantor", re.compile(r"guarantee|保証")),
    ("insurance", "insurer", re.compile(r"\binsur(?!ance\))|貿易保険の|保険を|付保")),
    ("loan", "lender", re.compile(r"\bloans?\b(?! guarantee)|\blend(?:ing)?\b|融資|貸し付け|貸付")),
)
__all__ = ["Part", "find_parts"]

_PROGRAM_ANAPHOR = re.compile(
    r"\b(?:these|the|this|such) (?:\w+ )?(?:investment )?(?:plans?|program(?:me)?|scheme|"
    r"initiative|package|framework|fund|pledge|investments)\b"
    r"|(?:この|同|こうした|これらの)(?:枠組み|投資|計画|イニシアチブ|投融資|事業)"
)
_PARTNERS = Cue(
    r"\beach (?:of the )?(?:partner|owner|shareholder)s? (?:takes|will take|gets|receives|"
    r"buys|lifts)|(?:両社|各社|3社|三社|出資者)(?:は|が)(?:それぞれ)?.{0,14}(?:引き取|"
    r"購入)"
)
_LIKE_STATE = Cue(
    r"(?<![一-鿿ァ-ヺー])(?:同?州|州政府|州当局)(?:は|が|から|も).{0,40}(?:補助|助成|支援|優遇|減税|奨励金)"
)
_WEAK_WITH_INTEREST = frozenset(
    {"offtaker", "supplier", "developer", "operator", "contractor", "lender", "equity_investor"}
)


def find_parts(annotated: Annotated, projects: Projects, lexicon: Lexicon) -> list[Part]:
    """Participants of every project of a document and of the programme it names."""
    program = next((one.id for sentence in annotated.sentences for one in sentence.of("program")), "")
    found: list[Part] = []
    for sentence in annotated.sentences:
        marks = attributions(sentence, lexicon)
        here: list[Part] = []
        told = lexicon.matches("participant_patterns", sentence, "core")
        matches = [match for match in told if match.row["note"] != "full"]
        told = lexicon.matches("participant_patterns", sentence)
        matches += [match for match in told if match.row["note"] == "full"]
        for match in matches:
            here += _parts(match, sentence, projects, marks, program)
        here += _possessive(annotated, sentence, projects)
        here += _partners(sentence, projects, found, marks)
        here += table_row(sentence, projects, lexicon)
        here += labelled(sentence, projects)
        if not here:
            here += under_question(annotated, sentence, projects, lexicon)
        here += _listed_parts(sentence, projects, here)
        here += _state_parts(sentence, projects)
        here += the_state(sentence, projects)
        absent = denied(sentence) if here else set()
        found += _settled([part for part in here if part.org.id not in absent])
    found = [
        _as_financier(part, lexicon)
        for part in found
        if not strays(part, found, projects) and not _publishes(part, lexicon)
    ]
    found += by_grammar(annotated, projects, found, lexicon)
    found = by_name([*found, *_alongside(annotated, projects, found)], lexicon)
    return _merged([*found, *lead_parts(annotated, projects, found, lexicon)])


def _as_financier(part: Part, lexicon: Lexicon) -> Part:
    """A public lender or insurer that "provides" money supplies no equipment."""
    kind = lexicon.organizations.get(part.org.id, {}).get("kind")
    if kind not in ("government_bank", "export_credit_agency", "commercial_bank"):
        return part
    if kind == "export_credit_agency" and part.role in ("lender", "supplier") and _INSURES.search(part.sentence.masked):
        return replace(part, role="insurer", instrument="insurance")
    misread = part.role in ("supplier", "developer") or (part.role == "insurer" and kind != "export_credit_agency")
    return replace(part, role="lender", instrument="loan") if misread else part


def _publishes(part: Part, lexicon: Lexicon) -> bool:
    """Whether a ministry has only published or announced something: it builds no plants."""
    kind = lexicon.organizations.get(part.org.id, {}).get("kind")
    return part.role == "developer" and kind in ("ministry", "government", "committee")


_INSURES = re.compile(r"\binsur(?:e|es|ed|ing|ance)\b|保険")


_ALONGSIDE = Cue(r"(?:でも|も)同時に|at the same time|\blikewise\b|\bas well\b|\bin parallel\b|並行して")


def _alongside(annotated: Annotated, projects: Projects, found: Sequence[Part]) -> Iterator[Part]:
    """Read "at X, too, at the same time": who builds the project before builds this one."""
    for number, clusters in projects.explicit.items():
        if number == 0 or not _ALONGSIDE.search(annotated.sentences[number].masked):
            continue
        before = projects.focus.get(number - 1, [])
        for part in found:
            if (
                before
                and part.project is before[0]
                and part.role == "developer"
                and part.sentence.number == number - 1
                and clusters[0] is not before[0]
            ):
                yield replace(part, project=clusters[0])


def _parts(match: Found, sentence: Sentence, projects: Projects, marks: frozenset[str], program: str) -> Iterator[Part]:
    row = match.row
    group = (
        "orgs"
        if match.mentions("orgs")
        else "org"
        if match.mentions("org")
        else "state"
        if match.mentions("state")
        else ""
    )
    marks_caught = match.mentions(group) + (match.mentions("orgsb") if group == "orgs" else "") if group else ""
    orgs = [one for one in sentence.caught(marks_caught) if one.kind == ("place" if group == "state" else "org")]
    if len(orgs) > 1 and _SINGULAR.match(
        sentence.masked if match.row["note"] == "full" else sentence.core, match.match.end(group)
    ):
        # "...from A, and B is in the running": the verb is B's alone.
        orgs = orgs[-1:]
    if sentence.heading and sentence.japanese and match.match.string.startswith("と", match.match.end(group or 0)):
        # 「A、Bと供給契約」: in a headline the comma stands for は.
        orgs = orgs[-1:] if "、" in marks_caught else orgs
    share = next(iter(sentence.caught(match.mentions("share"))), None)
    told = row["modality"] or modality(marks)
    if "unnamed" in marks and told in ("asserted", "planned"):
        told = "reported"
    inner = row["role"] not in _BUILDING and sentence.japanese and orgs and _within_clause(match, group)
    if inner or _is_open(match, sentence) or _of_another(match, sentence, group) or _of_relative(match, group):
        return
    for org, project in _pairs(match, sentence, orgs, projects):
        if row["role"] == "@instruments":
            yield from _financiers(sentence, org, project, program, told)
        elif project is not None and not (row["note"] == "state" and not org.value.admin1):
            yield Part(
                project, "", org, sentence, row["role"], row["engagement"], row["instrument"], share, told, row["note"]
            )


_SINGULAR = re.compile(r",? (?:also |itself |now |still |already )?(?:is|has|was|wants|plans|hopes|says|does)\b")
_BUILDING = frozenset({"developer", "operator", "owner", ""})


def _within_clause(match: Found, group: str) -> bool:
    """Whether a Japanese subject with が belongs to a clause about a facility, not to the verb that was matched.

    "Aは、Bが建てる工場に出資する": it is A that invests.
    """
    text = match.match.string
    at, end = match.match.start(group), match.match.end()
    if not text.startswith("が", match.match.end(group)):
        return False
    topic = any(text[place + 1 : place + 2] == "は" for place in range(at) if "\ue000" <= text[place] <= "\ue1ff")
    return topic and bool(re.search(r"[\ue400-\ue4ff](?:に|へ|を|の)", text[match.match.end(group) : end]))


def _of_another(match: Found, sentence: Sentence, group: str) -> bool:
    """Whether Japanese grammar gives what was found behind a name to somebody else."""
    if not sentence.japanese or not group:
        return False
    return not governs(match.match.string, match.match.end(group), match.match.end(), match.row["role"])


_RELATIVE = re.compile(r"(?<!of )(?<!in )(?<!from )([\ue000-\uefff])(?:['’]s \w+)?, (?:which|who) ")


def _of_relative(match: Found, group: str) -> bool:
    """Whether what was found behind a name is said of another one: "X, meant to rival China, which supplies most"."""
    if not group or group not in match.match.re.groupindex:
        return False
    behind = match.match.string[match.match.end(group) : match.match.end()]
    return any(mark[1] not in match.mentions(group) for mark in _RELATIVE.finditer(behind))


_OPEN = re.compile(r"\bwhether\b[^,;]*$")
_OPEN_JA = re.compile(r"^.{0,16}?(?:か(?:どうか|否か)|のか)")


def _is_open(match: Found, sentence: Sentence) -> bool:
    """Whether the words only ask: "asked whether it insures the loans", 引き受けたかどうかを尋ねる."""
    if sentence.japanese:
        return bool(_OPEN_JA.match(sentence.masked[match.match.end() :]))
    return bool(_OPEN.search(sentence.masked[: match.match.start()]))


_FOR_ALL = frozenset({"lender", "insurer", "guarantor", "sponsor_government", "equity_investor", "@instruments"})


def _pairs(
    match: Found, sentence: Sentence, orgs: Sequence[Mention], projects: Projects
) -> Iterator[tuple[Mention, Cluster | None]]:
    """Each organisation with its project; with every one of several projects that the sentence speaks of at once."""
    together = projects.batches.get(sentence.number, ())
    for org in orgs:
        alone = bool(match.mentions("site")) or sentence.number in projects.explicit
        if together and not alone:
            if match.row["role"] in _FOR_ALL or counted(sentence) is not None:
                yield from ((org, one) for one in together)
        else:
            yield org, _project_of(match, sentence, org, projects)


def _project_of(match: Found, sentence: Sentence, org: Mention, projects: Projects) -> Cluster | None:
    site = next(iter(sentence.caught(match.mentions("site"))), None)
    if site is not None:
        between = [one for one in sentence.of("site") if site.end <= one.start < org.start]
        if between and sentence.number in projects.batches and not sentence.japanese:
            # Of several projects in a row the last one before the firm is the firm's.
            return projects.nearest(sentence, org)
        return projects.of(sentence, site)
    if match.row["role"] == "supplier" and OWN_PLANT.search(sentence.masked):
        # "will supply oxide from its plant": the supplier's own plant is not what it supplies.
        return next(iter(projects.focus.get(sentence.number - 1, [])), None)
    return projects.nearest(sentence, org) or still(sentence, projects)


_BY_OTHERS = re.compile(
    rf"\b(?:insured|guaranteed|reinsured|backed) by (?:the )?{BLOCKS['org']}"
    rf"|{BLOCKS['org']}(?:が|による)(?:保険|保証)[^。、]{{0,10}}"
)
"""What somebody else does for the loans that a bank gives: "loans insured by NEXI"."""


def _financiers(sentence: Sentence, org: Mention, project: Cluster | None, program: str, told: str) -> Iterator[Part]:
    """Rows by the instruments that a sentence names; for the programme where it speaks of that."""
    of_program = program and (sentence.of("program") or _PROGRAM_ANAPHOR.search(sentence.masked))
    if not of_program and (project is None or not sentence.of("site")):
        return
    given = _BY_OTHERS.sub("", sentence.masked) if sentence.position(org) >= 0 else sentence.masked
    for instrument, role, pattern in _INSTRUMENTS:
        if pattern.search(given):
            if of_program and not sentence.of("site"):
                yield Part(None, program, org, sentence, role, "", instrument, None, told)
            elif project is not None:
                yield Part(project, "", org, sentence, role, "", instrument, None, told)


def _partners(sentence: Sentence, projects: Projects, found: Sequence[Part], marks: frozenset[str]) -> Iterator[Part]:
    """Read "each partner takes its share": every shareholder named before is an offtaker."""
    if not _PARTNERS.search(sentence.masked):
        return
    for project in projects.focus.get(sentence.number, [])[:1]:
        seen: set[str] = set()
        shares = sentence.of("share")
        orgs = [part.org for part in found if part.project is project and part.role == "equity_investor"]
        orgs += [org for org in sentence.of("org") if any(0 <= share.start - org.end <= 14 for share in shares)]
        for org in orgs:
            if org.id not in seen:
                seen.add(org.id)
                yield Part(project, "", org, sentence, "offtaker", "", "", None, "planned")


def _possessive(annotated: Annotated, sentence: Sentence, projects: Projects) -> Iterator[Part]:
    """Read "its plant": the plant of the firm that the sentence before is about."""
    match = re.match(r"(?:its|同社の)\s?(?:\w+\s){0,2}([\ue400-\ue4ff])", sentence.masked)
    if match is None or sentence.number == 0:
        return
    before = annotated.sentences[sentence.number - 1]
    orgs = [org for org in before.of("org") if org.start - before.start < 5]
    site = next(iter(sentence.caught(match[1])), None)
    cluster = projects.of(sentence, site) if site is not None else None
    if orgs and cluster is not None and before.paragraph == sentence.paragraph:
        yield Part(cluster, "", orgs[0], before, "owner")


def _listed_parts(sentence: Sentence, projects: Projects, here: Sequence[Part]) -> Iterator[Part]:
    """An entry of a list of interest: the firm of the sentence is interested in what it names."""
    for cluster in projects.explicit.get(sentence.number, []):
        if not cluster.listed:
            continue
        for org in sentence.of("org"):
            if projects.nearest(sentence, org) is cluster and not any(part.org is org for part in here):
                yield Part(cluster, "", org, sentence, "interested", "interest_expressed", "", None, "conditional")


def _state_parts(sentence: Sentence, projects: Projects) -> Iterator[Part]:
    """The state government without its name ("州政府は…補助する") is that of the project's place."""
    match = _LIKE_STATE.search(sentence.text)
    focus = projects.focus.get(sentence.number, [])
    if match is None or not focus:
        return
    place = next((place for _, place in focus[0].places if place.value.admin1), None)
    if place is not None:
        start = sentence.start + match.start()
        org = Mention("place", start, start + 3, "州政府", place.id, place.value)
        yield Part(focus[0], "", org, sentence, "", "", "grant", None, "conditional", "state")


def _settled(parts: Sequence[Part]) -> list[Part]:
    """In one sentence an expression of interest takes the place of the role it is about; a share that of ownership."""
    interested = {(part.org.id, id(part.project)) for part in parts if part.role == "interested"}
    sharing = {(part.org.id, id(part.project)) for part in parts if part.role == "equity_investor"}
    lending = {(part.org.id, id(part.project)) for part in parts if part.role in ("lender", "insurer", "guarantor")}
    guaranteeing = {(part.org.id, id(part.project)) for part in parts if part.role == "guarantor"}
    supplying = {(part.org.id, id(part.project)) for part in parts if part.role == "supplier"}
    programme = {part.org.id for part in parts if part.program_id}
    kept = []
    for part in parts:
        who = (part.org.id, id(part.project))
        if part.program_id:
            kept.append(part)
            continue
        if part.org.id in programme and not part.sentence.of("site"):
            # What a bank does for the programme as a whole is told of no project.
            continue
        if part.role in _WEAK_WITH_INTEREST and who in interested and part.note != "full":
            continue
        if (
            part.role == "lender"
            and who in guaranteeing
            and not re.search(r"(?<!保証付き)融資(?!保証)(?:と|や|・)", part.sentence.masked)
        ):
            continue
        if part.role == "developer" and who in supplying and part.note != "full":
            continue
        if (part.role == "owner" and who in sharing) or (
            part.role in ("developer", "supplier", "offtaker", "operator", "contractor") and who in lending
        ):
            continue
        kept.append(part)
    return kept


def _merged(parts: Sequence[Part]) -> list[Part]:
    """Each organisation, project, role and instrument once; the surest telling stays."""
    parts = [replace(part, note="") if part.note in ("full", "grammar") else part for part in parts]
    order = ("asserted", "planned", "conditional", "reported", "denied")
    best: dict[tuple[object, ...], Part] = {}
    for part in parts:
        key = (id(part.project), part.program_id, part.org.id, part.note, part.role, part.instrument)
        old = best.get(key)
        if old is None:
            best[key] = part
        elif order.index(part.modality) < order.index(old.modality) or (part.share and not old.share):
            best[key] = replace(part, share=part.share or old.share)
    roles = {(id(part.project), part.org.id) for part in best.values() if part.role and part.role != "interested"}
    interested = {(id(part.project), part.org.id): part for part in best.values() if part.role == "interested"}
    return [
        _bounded(part, interested.get((id(part.project), part.org.id)))
        for part in best.values()
        if (part.role and part.role != "interested")
        or (id(part.project), part.org.id) not in roles
        or part.note == "state"
    ]


def _bounded(part: Part, interest: Part | None) -> Part:
    """A buyer or supplier that has only signed a letter of intent is one on condition."""
    if interest is None or part.role not in ("offtaker", "supplier", "lender", "contractor"):
        return part
    return replace(part, modality="conditional", engagement=part.engagement or interest.engagement)

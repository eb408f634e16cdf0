"""Parties that no single sentence gives a role: who leads a project, and what a firm's name says of its part.

What belongs here: conclusions from the whole document about who takes part (the firm that a project's sentences are
about, the builder by its name, the state that "the state" means). What does not: patterns of sentences (`relations`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.extract.annotation import Annotated
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.gating import Cue
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.names import PUBLIC_KINDS
from pipelines.extract.phases import phase_of


@dataclass(frozen=True, slots=True)
class Part:
    """An organisation's part in a project or in the programme.

    Attributes:
        project: The project; None for the programme as a whole.
        program_id: The programme, where `project` is None.
        org: The name as found.
        role, engagement, instrument: Codes; empty where the text does not say.
        share: A percentage with its mention.
        modality: Code.
        note: `state` where it is the government of the place mentioned, `lead` where the role is inferred.
    """

    project: Cluster | None
    program_id: str
    org: Mention
    sentence: Sentence
    role: str
    engagement: str = ""
    instrument: str = ""
    share: Mention | None = None
    modality: str = "asserted"
    note: str = ""


_LEADING = frozenset({"developer", "owner", "operator"})
_OUTSIDE = frozenset({"supplier", "contractor", "offtaker", "lender", "insurer", "guarantor", "advisor", "interested"})
_BANK = re.compile(r"\b(?:Bank(?:ing)?|Bancorp|Trust)\b|銀行|信託|金庫|公庫|Insurance|保険")
_BUILDER = re.compile(
    r"\b(?:Construction|Constructors|Contractors|Contracting|Builders|Building|Engineers|Dredging)$"
    r"|(?:建設|工務店|コンストラクターズ|コンストラクション|ビルダーズ|コントラクターズ|エンジニアリング|土木|組)$"
)
_THE_STATE = Cue(
    r"\b(?:the|The) (?:state|commonwealth)(?:'s|’s)? (?:\w+ ){0,3}?(?:pays?|paid|grants?|offer(?:s|ed)?|will|has|adds?|"
    r"added|contribut\w+|forgoes|abat\w+|promised|pledged|set aside|incentive|package|part is|gives|gave|puts?)\b"
    r"|\bgrants? [^.;]{0,30}?from the (?:state|commonwealth)\b"
    r"|(?<![一-鿿ァ-ヺー])(?:県|州|州政府|同州|同県)(?=[はが](?![、。])|から|も[^、。]{0,12}補助)"
)
_STATE_MONEY = re.compile(
    r"[\ue200-\ue2ff]|\bgrants?\b|\btax\b|\bincentives?\b|\bsubsid|\btraining\b|補助|助成|減税|税額控除|優遇"
)
_NEEDED = 3.0


def lead_parts(annotated: Annotated, projects: Projects, found: Sequence[Part], lexicon: Lexicon) -> list[Part]:
    """For each project without developer, owner or operator the firm that its sentences are about.

    It must be the subject or the topic of sentences about the project and stand out from every other firm there.
    """
    shared = [] if annotated.language == "ja" else _of_phases(projects.clusters, found)
    found = [*found, *shared]
    roles: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for part in found:
        if part.project is not None:
            roles[id(part.project)][part.org.id].add(part.role)
    told: Mapping[int, list[tuple[Sentence, bool]]] = _sentences_of(annotated, projects)
    parts = []
    for cluster in projects.clusters:
        known = roles[id(cluster)]
        if cluster.listed or any(told_roles & _LEADING for told_roles in known.values()):
            continue
        outside = {org for org, told_roles in known.items() if told_roles & _OUTSIDE}
        # Who leads another project of the same sentence does not lead this one ("a plant with A and a hub by B").
        outside |= {
            part.org.id
            for part in found
            if part.role in _LEADING
            and part.project is not cluster
            and cluster in projects.explicit.get(part.sentence.number, [])
        }
        best = (
            _lead(cluster, projects, told.get(id(cluster), []), outside, lexicon)
            if (head := _head(cluster, annotated, lexicon)) is None
            else head
        )
        if best is None and not _other_firms(told.get(id(cluster), []), lexicon):
            best = _of_document(annotated, found, lexicon, outside)
            if best is not None and not _is_its_own(best[0], cluster, found, annotated):
                best = None
        if best is not None:
            org, sentence = best
            parts.append(Part(cluster, "", org, sentence, "developer", "", "", None, "planned", "lead"))
    return [*shared, *parts]


def _of_phases(clusters: Sequence[Cluster], found: Sequence[Part]) -> list[Part]:
    """The leading firms of one phase for the others of which a text does not say whose they are."""
    phases = [one for one in clusters if phase_of(one)]
    leading = [part for part in found if part.project in phases and part.role in _LEADING]
    led = {id(part.project) for part in leading}
    return [
        replace(part, project=one, note="lead")
        for one in phases
        if id(one) not in led
        for part in leading
        if id(part.project) == id(leading[0].project)
    ]


_SECTION = 4
"""Sentences between a section's heading and the facility that it opens with."""


def _head(cluster: Cluster, annotated: Annotated, lexicon: Lexicon) -> tuple[Mention, Sentence] | None:
    """The firm that alone heads the section in which a project is told: "2/ DAIICHI SANKYO", "**Fujifilm**"."""
    if annotated.language == "ja":
        return None
    opens = cluster.sites[0][0]
    for sentence in reversed(annotated.sentences[max(1, opens - _SECTION) : opens + 1]):
        if sentence.heading and sentence.number != opens:
            orgs = [one for one in sentence.of("org") if is_firm(one, lexicon)]
            rest = sentence.text
            for one in sentence.of("org"):
                rest = rest.replace(one.text, "")
            return (orgs[0], sentence) if len(orgs) == 1 and len(rest.strip()) <= _SECTION else None
    return None


def _sentences_of(annotated: Annotated, projects: Projects) -> dict[int, list[tuple[Sentence, bool]]]:
    """Project -> sentences that speak of it first, with whether they name its facility."""
    found: dict[int, list[tuple[Sentence, bool]]] = defaultdict(list)
    for sentence in annotated.sentences:
        explicit = projects.explicit.get(sentence.number, [])
        for cluster in explicit or projects.focus.get(sentence.number, [])[:1]:
            found[id(cluster)].append((sentence, cluster in explicit))
    return found


def _lead(
    cluster: Cluster, projects: Projects, told: Sequence[tuple[Sentence, bool]], outside: set[str], lexicon: Lexicon
) -> tuple[Mention, Sentence] | None:
    points: defaultdict[str, float] = defaultdict(float)
    first: dict[str, tuple[Mention, Sentence]] = {}
    for sentence, explicit in told:
        orgs = [one for one in sentence.of("org") if is_firm(one, lexicon)]
        if len(projects.explicit.get(sentence.number, [])) > 1:
            # Of several projects in a row each firm is that of the one beside it.
            orgs = [one for one in orgs if projects.nearest(sentence, one) is cluster]
        seen: set[str] = set()
        for number, org in enumerate(orgs):
            if org.id in seen or org.id in outside:
                continue
            seen.add(org.id)
            subject = number == 0 and (
                org.start - sentence.start < 8
                or bool(re.match(r"[」』]?(?:（[^（）]*）)?(?:は|が)", sentence.text[org.end - sentence.start :]))
            )
            points[org.id] += 10 * (
                0.5 + (1.0 if explicit else 0.0) + (1.5 if subject else 0.0) + 0.5 * sentence.heading
            )
            first.setdefault(org.id, (org, sentence))
    ranked = sorted(points.items(), key=lambda pair: -pair[1])[:2]
    if not ranked or ranked[0][1] < _NEEDED or (len(ranked) > 1 and ranked[0][1] < 1.4 * ranked[1][1]):
        return None
    return first[ranked[0][0]]


def _other_firms(told: Sequence[tuple[Sentence, bool]], lexicon: Lexicon) -> bool:
    """Whether sentences that name the project's facility name firms."""
    return any(is_firm(org, lexicon) for sentence, explicit in told if explicit for org in sentence.of("org"))


def _of_document(
    annotated: Annotated, found: Sequence[Part], lexicon: Lexicon, outside: set[str]
) -> tuple[Mention, Sentence] | None:
    """The firm that the document is about: it leads every other project of it, and is named at the top."""
    leading = {part.org.id for part in found if part.role in _LEADING and part.project is not None}
    first = [
        (org, sentence)
        for sentence in annotated.sentences[:5]
        for org in sentence.of("org")
        if org.id not in outside and is_firm(org, lexicon)
    ]
    top = [pair for pair in first if pair[0].id in leading]
    if len(leading) > 1 and annotated.language == "ja":
        # The firm that a Japanese text names first, with its arms and partners: its other plants are its own.
        return first[0] if top and first[0][0].id == top[0][0].id else None
    if len(leading) > 1 and annotated.language != "ja":
        # A company and its arm that lead every project of the text together.
        led: dict[int, set[str]] = defaultdict(set)
        for part in found:
            if part.role in _LEADING and part.project is not None:
                led[id(part.project)].add(part.org.id)
        common = set.intersection(*led.values())
        return next((pair for pair in top if pair[0].id in common), None)
    return top[0] if len(leading) == 1 and top else None


def _is_its_own(org: Mention, cluster: Cluster, found: Sequence[Part], annotated: Annotated) -> bool:
    """Whether a Japanese text goes on with a firm of several when it turns to a plant: 同社, 子会社, its name."""
    leading = {part.org.id for part in found if part.role in _LEADING and part.project is not None}
    if len(leading) == 1 or annotated.language != "ja":
        return True
    sectors = {part.project.sector for part in found if part.org.id == org.id and part.project is not None}
    opens = cluster.sites[0][0]
    near = annotated.sentences[max(0, opens - 1) : opens + 1]
    told = any(_OWN.search(one.masked) or any(other.id == org.id for other in one.of("org")) for one in near)
    return told and (not sectors or cluster.sector in sectors)


_OWN = re.compile(r"当社|同社|自社|弊社|子会社|主力")


def is_firm(org: Mention, lexicon: Lexicon) -> bool:
    """Whether an organisation may build a plant of its own: no bank, no public body."""
    about = lexicon.organizations.get(org.id) or lexicon.firm_names.get(org.id.removeprefix("@"), {})
    kind = about.get("kind", "company")
    return (
        kind not in PUBLIC_KINDS
        and kind in ("company", "utility", "trading_house", "joint_venture", "spv")
        and (not _BANK.search(org.text))
    )


_DENIED = Cue(
    r"([\ue000-\ue1ff])(?:は|も|と(?:は|の間に|の間には)?)[^。；\ue000-\ue1ff]{0,34}?(?:記載がない|記載はない|載っていない|名はない|名前はない|含まれ(?:てい)?ない|"
    r"入っていない|関係(?:が|は|も)ない|取引もない|関与していない|関わっていない|検討していない|参加していない|参加しない|予定はない|契約はない|無関係)"
    r"|((?:[\ue000-\ue1ff](?:、|や|と|・)?)+)が(?:進める|手がける|計画する|率いる)[^。]{0,16}(?:に|と)は"
    r"[^。]{0,8}?(?:加わってい?ない|関係が?ない|無関係|参加してい?ない|関わってい?ない)"
    r"|, (?:and )?not ([\ue000-\ue1ff]),"
    r"|(?:neither|nor) (?:the )?([\ue000-\ue1ff])[^.;]{0,30}(?:part|involved|interest|list|talks|contract|party)"
    r"|([\ue000-\ue1ff]) (?:itself )?(?:is|are|was|were|has|have|had|takes?|took|plays?|does|do|did) "
    r"(?:not|no|never|nothing)(?: been| be| appear| have| hold| take)?(?: a| an| any| in| on| of| the)* ?"
    r"(?:part\b|party|involved|interest|stake|among|on the|listed|named|role|share\b|owner|investor|customer|buyer|"
    r"supplier|plans?\b|talks|in talks|connection|related|connected|list\b)"
)


def denied(sentence: Sentence) -> set[str]:
    """Ids of the organisations of which a sentence says that they have no part ("is not on the list", 記載がない)."""
    marks = "".join(mark for found in _DENIED.findall(sentence.masked) for mark in found)
    return {org.id for org in sentence.caught(marks)}


def by_name(parts: Sequence[Part], lexicon: Lexicon) -> list[Part]:
    """Correct a role that a name contradicts: a construction firm beside another developer is the contractor."""
    leads: dict[int, set[str]] = defaultdict(set)
    for part in parts:
        if part.role in _LEADING and not _is_builder(part.org, lexicon):
            leads[id(part.project)].add(part.org.id)
    return [_by_name(part, bool(part.project is not None and leads[id(part.project)]), lexicon) for part in parts]


def _by_name(part: Part, led: bool, lexicon: Lexicon) -> Part:
    if part.role in ("developer", "supplier") and led and _is_builder(part.org, lexicon):
        return replace(part, role="contractor")
    about = lexicon.organizations.get(part.org.id) or lexicon.firm_names.get(part.org.id.removeprefix("@"), {})
    kind = about.get("kind", "")
    bank = kind in ("commercial_bank", "government_bank") or (not kind and _BANK.search(part.org.text))
    if bank and part.role in ("developer", "supplier", "operator", "contractor", "offtaker"):
        lends = re.search(r"loan|lend|lent|credit|borrow|debt|融資|貸|借", part.sentence.masked)
        return replace(part, role="lender" if lends else "", instrument="loan" if lends else "")
    return part


def _is_builder(org: Mention, lexicon: Lexicon) -> bool:
    """Whether a firm builds for others: by its name, or because it is known for it."""
    return bool(_BUILDER.search(org.text)) or org.text.startswith(tuple(lexicon.builders))


def the_state(sentence: Sentence, projects: Projects) -> Iterator[Part]:
    """Read "the state pays for training" as the government of the state where the project lies."""
    match = _THE_STATE.search(sentence.text)
    focus = projects.focus.get(sentence.number, [])
    if match is None or not focus or not _STATE_MONEY.search(sentence.masked):
        return
    place = next((place for _, place in focus[0].places if place.value.admin1), None)
    if place is not None:
        start = sentence.start + match.start()
        org = Mention("place", start, sentence.start + match.end(), "the state", place.id, place.value)
        yield Part(focus[0], "", org, sentence, "", "", "grant", None, "conditional", "state")


def strays(part: Part, found: Sequence[Part], projects: Projects) -> bool:
    """Whether a firm's interest is tied by the passage alone, while the sentence before puts it beside another one."""
    number = part.sentence.number
    return (
        part.role == "interested"
        and number not in projects.explicit
        and any(
            other.org.id == part.org.id
            and other.project is not part.project
            and other.sentence.number == number - 1
            and number - 1 in projects.explicit
            for other in found
        )
    )

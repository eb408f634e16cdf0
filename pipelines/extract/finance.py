"""What each sum of money is and what it belongs to: a project, the programme, a batch, a company, or nothing we publish.

What belongs here: applying the vocabulary `amount_patterns`. What does not: reading figures (`amounts`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.extract.amounts import AmountMention, find_amounts
from pipelines.extract.annotation import Annotated
from pipelines.extract.attribution import attributions, modality
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.patterns import Found
from pipelines.extract.projects import BATCH, Cluster, Projects

_ORDER = (
    "pledge", "tranche_total", "business_scale", "revenue", "export_value", "financing", "purchase", "commitment",
    "disbursement", "other", "project_cost",
)  # fmt: skip
"""Where several kinds fit one sum, the first of these: a loan for a plant is no cost of the plant."""


@dataclass(frozen=True, slots=True)
class Sum:
    """One sum of money with what it is.

    Attributes:
        project: The project it belongs to; None for the programme, a company, or none.
        program_id: The programme, for a pledge or a batch.
        kind, instrument, modality: Codes.
        payer: The organisation that pays, where the sentence names it.
        payer_country: ISO 3166-1 alpha-3, for a government's pledge.
    """

    sentence: Sentence
    mention: Mention
    amount: AmountMention
    project: Cluster | None
    program_id: str
    kind: str
    instrument: str
    modality: str
    payer: Mention | None = None
    payer_country: str = ""


def find_sums(annotated: Annotated, projects: Projects, lexicon: Lexicon) -> list[Sum]:
    """Every sum of a document that is something we publish."""
    pledges = _pledges(lexicon)
    programs = [one.id for sentence in annotated.sentences for one in sentence.of("program")]
    found: list[Sum] = []
    for sentence in annotated.sentences:
        matches = (
            lexicon.bank("amount_patterns", sentence.japanese).find(sentence.masked)
            if sentence.of("money", "program")
            else []
        )
        for mention in sentence.of("program"):
            found += _pledged(sentence, mention, annotated.language)
        for mention in sentence.of("money"):
            one = _sum(annotated, sentence, mention, matches, projects, lexicon, pledges, programs)
            if one is not None:
                found.append(one)
    return _distinct(found)


def _pledges(lexicon: Lexicon) -> dict[tuple[Decimal | None, str], str]:
    """(figure, currency) -> programme, from the programmes' own names ("$550 billion investment plan")."""
    found: dict[tuple[Decimal | None, str], str] = {}
    for name, program in lexicon.program_forms:
        for amount in find_amounts(name, None, None, lexicon.grammar):
            if amount.currency == "USD":
                found[amount.low, amount.currency] = program
    return found


def _batch(
    sentence: Sentence, annotated: Annotated, marks: frozenset[str], mention: Mention, programs: Sequence[str]
) -> Sum | None:
    """A sum for several projects at once: a batch's total, or the loans for it."""
    before = annotated.sentences[sentence.number - 1] if sentence.number else sentence
    near = (
        before
        if before.paragraph == sentence.paragraph
        and re.search(r"^(?:総額|合計|全体|in all|together|altogether|the total)", sentence.masked)
        else sentence
    )
    if not programs or not (BATCH.search(near.masked) or BATCH.search(sentence.masked)):
        return None
    if not re.search(
        r"総額|合計|全体|規模|計|あわせて|合わせて|in all|together|altogether|total|worth|of|for", sentence.masked
    ):
        return None
    loan = re.search(r"融資|貸付|ローン|\bloans?\b|\blend", near.masked)
    kind, instrument = ("financing", "loan") if loan else ("tranche_total", "")
    return Sum(sentence, mention, mention.value, None, programs[0], kind, instrument, modality(marks, about_money=True))


def _pledged(sentence: Sentence, mention: Mention, language: str) -> list[Sum]:
    """The figure within a programme's name is its pledge."""
    return [
        Sum(sentence, mention, amount, None, mention.id, "pledge", "", "asserted", *_pledger(sentence, mention))
        for amount in find_amounts(mention.text, language, None)
        if amount.currency == "USD" and amount.low is not None
    ]


def _pledger(sentence: Sentence, mention: Mention) -> tuple[Mention | None, str]:
    text = sentence.text[: mention.end - sentence.start]
    government = next((org for org in sentence.of("org") if org.id == "japan-government"), None)
    found = re.search(r"Japan['’]s|Japanese|日本", text)
    if government is None and found is not None:
        start = sentence.start + found.start()
        government = Mention("org", start, sentence.start + found.end(), found[0], "japan-government")
    return government, "JPN" if government is not None else ""


def _sum(
    annotated: Annotated, sentence: Sentence, mention: Mention, matches: Sequence[Found], projects: Projects, lexicon: Lexicon,
    pledges: dict[tuple[Decimal | None, str], str], programs: Sequence[str],
) -> Sum | None:  # fmt: skip
    amount: AmountMention = mention.value
    if amount.is_vague or _is_remark(sentence, mention):
        return None
    mark = sentence.masked[sentence.position(mention)]
    fitting = [
        match
        for match in matches
        if mark in "".join(value or "" for name, value in match.match.groupdict().items() if name.startswith("money"))
    ]
    fitting.sort(
        key=lambda match: (
            _ORDER.index(match.row["kind"]),
            not match.row["instrument"],
            match.match.end() - match.match.start(),
        )
    )
    marks = attributions(sentence, lexicon)
    figure = amount.low if amount.low is not None else amount.high
    program = pledges.get((figure, amount.currency), "")
    if program and (program in programs or (figure is not None and figure >= _UNMISTAKABLE)):
        return Sum(sentence, mention, amount, None, program, "pledge", "", "asserted", *_pledger(sentence, mention))
    fitting = [match for match in fitting if match.row["kind"] != "pledge"]
    cluster = projects.nearest(sentence, mention)
    batch = _batch(sentence, annotated, marks, mention, programs)
    if batch is not None and not sentence.of("site"):
        return batch
    if cluster is not None and cluster.listed:
        if re.search(r"合計|総額|in all|altogether|in total", sentence.masked):
            return None
        return Sum(sentence, mention, amount, cluster, "", "business_scale", "", "conditional", None)
    best = next((match for match in fitting if match.row["note"] != "list"), None)
    if best is None:
        return None
    hedged = best.row["kind"] in ("financing", "commitment", "purchase", "disbursement")
    told = best.row["modality"] or modality(marks, about_money=not hedged)
    kind, tie = best.row["kind"], best.row["tie"]
    program_id = programs[0] if tie == "program" and programs else ""
    if tie == "program" and not program_id:
        return None
    project = cluster if tie == "project" else None
    if kind == "revenue" and _COMPANY_SALES.search(sentence.masked):
        project = None
        return Sum(sentence, mention, amount, None, "", kind, "", told)
    if kind == "project_cost" and project is None and sentence.number in projects.detached:
        payer = _payer(sentence, mention, "commitment", "", None)
        return Sum(sentence, mention, amount, None, "", "commitment", "", told, payer) if payer is not None else None
    if project is None and tie == "project" and kind in ("project_cost", "revenue", "export_value"):
        return None
    if kind == "project_cost" and _own_money(sentence, mention):
        kind, project = "commitment", None
    return Sum(
        sentence,
        mention,
        amount,
        project,
        program_id,
        kind,
        best.row["instrument"],
        told,
        _payer(sentence, mention, kind, best.row["instrument"], project),
    )


_UNMISTAKABLE = Decimal(10) ** 11
"""A sum this large that equals a programme's pledge is that pledge, even where the programme is not named."""

_REMARK = re.compile(
    r"(?:fine|ticket|salary|salaries|wage|rent|reward|prize|bonus|settlement|damages|lawsuit|per share|a share|a barrel|bail|share price|market value|market capitali[sz]ation|時価総額|罰金|年収|給与|株価|賞金|賠償)"
)


def _is_remark(sentence: Sentence, mention: Mention) -> bool:
    """Whether a sum is a fine, a wage, a share price: nothing we publish."""
    start = mention.start - sentence.start
    return bool(_REMARK.search(sentence.text[max(0, start - 40) : mention.end - sentence.start + 25]))


def _own_money(sentence: Sentence, mention: Mention) -> bool:
    after = sentence.masked[sentence.position(mention) + 1 :]
    return bool(re.match(r" of (?:its|their) own\b", after)) or "outside the venture" in sentence.masked


_COMPANY_SALES = re.compile(
    r"\b(?:its|their|company's|group's|firm's|group|consolidated|annual) (?:\w+ )?(?:sales|revenues?|turnover)|last year|fiscal|"
    r"同社の(?:売上|売り上げ)|グループ(?:全体)?の売|連結売上|通期|期の売"
)
_PAYING_JA = re.compile(r"^(?:は|が|も)")


def _payer(sentence: Sentence, mention: Mention, kind: str, instrument: str, project: Cluster | None) -> Mention | None:
    """The organisation that lends, grants, buys or spends; None where a sum is shared or nobody is named."""
    if kind not in ("financing", "commitment", "purchase", "disbursement", "other"):
        return None
    orgs = [org for org in sentence.of("org") if org.start < mention.start]
    if instrument == "grant":
        place = next(
            (place for place in sentence.of("place") if place.start < mention.start and place.value.admin1), None
        )
        if place is None and project is not None and re.search(r"州政府|\bthe state\b", sentence.masked):
            place = next((place for _, place in project.places if place.value.admin1), None)
        givers = [org for org in orgs if org.kind == "org"]
        return place if place is not None or not givers else givers[0]
    if re.search(
        r"協調融資|全体|総額|合わせて|co-?financ|syndicat|in all|together|altogether|in total|round\b", sentence.masked
    ):
        return None
    if not orgs:
        return None
    if sentence.japanese:
        subjects = [org for org in orgs if _PAYING_JA.match(sentence.masked[sentence.position(org) + 1 :].lstrip())]
        return subjects[0] if subjects else None
    return orgs[0]


def _distinct(sums: Sequence[Sum]) -> list[Sum]:
    """The same figure for the same thing once; a kind that says more takes the place of one that says less."""
    best: dict[tuple[object, ...], Sum] = {}
    for one in sums:
        key = (id(one.project) if one.project else one.program_id, one.amount.low, one.amount.high, one.amount.currency)
        old = best.get(key)
        if (
            old is None
            or (_ORDER.index(one.kind) < _ORDER.index(old.kind))
            or (one.payer and not old.payer and one.kind == old.kind)
        ):
            best[key] = one
    totals = {
        figure
        for one in best.values()
        if one.kind in ("tranche_total", "pledge")
        for figure in (one.amount.low, one.amount.high)
        if figure
    }
    best = {key: one for key, one in best.items() if one.program_id or not {one.amount.low, one.amount.high} & totals}
    tied = {(one.amount.low, one.amount.high, one.amount.currency) for one in best.values() if one.project is not None}
    return [
        one for one in best.values()
        if one.project is not None or one.program_id or (one.amount.low, one.amount.high, one.amount.currency) not in tied
    ]  # fmt: skip

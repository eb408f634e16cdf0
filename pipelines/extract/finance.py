"""What each sum of money is and whose: a project's, the programme's, a batch's, a company's, or nothing we publish.

What belongs here: applying the vocabulary `amount_patterns`. What does not: reading figures (`amounts`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pipelines.extract.amounts import AmountMention, find_amounts
from pipelines.extract.annotation import Annotated
from pipelines.extract.attribution import attributions, modality
from pipelines.extract.batches import is_batch, one_of_several, respective
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.focus import BATCH
from pipelines.extract.gating import Cue
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.money_changes import (
    giver_before,
    is_added,
    is_company_wide,
    is_history,
    is_remark,
    lesser,
    superseded,
    totals_loans,
    waits_for_targets,
    whose_sales,
)
from pipelines.extract.money_kinds import SURE, is_company, shares_verb_with, tell_kind
from pipelines.extract.money_parties import bank_gives, find_payer, of_others, of_the_project, public_giver
from pipelines.extract.patterns import BLOCKS, Found
from pipelines.extract.pledges import UNMISTAKABLE, pledged_programs, program_of_projects
from pipelines.extract.vocabulary import Row
from pipelines.extract.whereabouts import place_of_sum

_ORDER = (
    "pledge",
    "tranche_total",
    "business_scale",
    "revenue",
    "export_value",
    "financing",
    "purchase",
    "commitment",
    "disbursement",
    "other",
    "project_cost",
)
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
        untold: No word beside it says what it is.
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
    untold: bool = False


@dataclass(frozen=True, slots=True)
class _Context:
    """What the sums of a document are read against."""

    annotated: Annotated
    projects: Projects
    lexicon: Lexicon
    programs: tuple[str, ...]


def find_sums(annotated: Annotated, projects: Projects, lexicon: Lexicon) -> list[Sum]:
    """Every sum of a document that is something we publish."""
    programs = tuple(one.id for sentence in annotated.sentences for one in sentence.of("program"))
    programs = (
        programs or tuple(dict.fromkeys(pledged_programs(annotated, lexicon))) or program_of_projects(projects, lexicon)
    )
    context = _Context(annotated, projects, lexicon, programs)
    found: list[Sum] = []
    for sentence in annotated.sentences:
        for mention in sentence.of("program"):
            found += _pledged(sentence, mention, annotated.language)
        money = sentence.of("money")
        matches = lexicon.matches("amount_patterns", sentence) if money else []
        for mention in money:
            if not (
                mention.value.is_vague or is_remark(sentence, mention) or is_history(sentence, annotated.published_on)
            ):
                found += filter(None, [_sum(context, sentence, mention, matches)])
    return _distinct(_current(_told(found)))


def _told(sums: Sequence[Sum]) -> list[Sum]:
    """What a bare figure beside a project is ("That is $2.1 billion"): its cost where there is no other one."""
    costed = {id(one.project) for one in sums if one.kind == "project_cost" and one.project is not None}
    bare: dict[int, set[tuple[object, ...]]] = {}
    for one in sums:
        if one.untold:
            figures = (one.amount.low, one.amount.high, one.amount.currency)
            bare.setdefault(id(one.project), set()).add(figures)
    kept = []
    for one in sums:
        if not one.untold:
            kept.append(one)
        elif id(one.project) not in costed and len(bare[id(one.project)]) == 1:
            kept.append(replace(one, kind="project_cost"))
    return kept


def _current(sums: Sequence[Sum]) -> list[Sum]:
    """Of several costs of a project the one that the text marks as the whole; smaller ones are earlier or a part."""
    costs = [one for one in sums if one.kind == "project_cost" and one.project is not None]
    told = [((id(one.project), one.amount.currency), one.sentence, one.mention) for one in costs]
    parts = {id(costs[place]) for place in lesser(told)}
    return [replace(one, kind="commitment") if id(one) in parts else one for one in sums]


def _batch(context: _Context, sentence: Sentence, mention: Mention) -> Sum | None:
    """A sum for several projects at once: a batch's total, or the loans for it."""
    before = context.annotated.sentences[max(0, sentence.number - 1)]
    follows = before.paragraph == sentence.paragraph and _TOTAL_FIRST.search(sentence.masked)
    near = before if follows else sentence
    # "Projects" may be a mention of its own, and so hidden in the masked text.
    named = BATCH.search(near.text.lower()) or BATCH.search(sentence.text.lower())
    running = sentence.number in context.projects.batches
    if running and sentence.number not in context.projects.explicit and before.paragraph == sentence.paragraph:
        near = before if not _LOAN.search(sentence.text.lower()) else sentence
    if not context.programs or not (named or running) or not _TOTAL.search(sentence.masked):
        return None
    loan = _LOAN.search(near.text.lower()) if not _IS_TOTAL.search(sentence.masked) else None
    kind, instrument = ("financing", "loan") if loan else ("tranche_total", "")
    told = modality(attributions(sentence, context.lexicon), about_money=True)
    return Sum(sentence, mention, mention.value, None, context.programs[0], kind, instrument, told)


_LOAN = re.compile(r"融資|貸付|貸し付け|ローン|\bloans?\b|\blend|\bbanks?\b|銀行|\bcredits?\b")
_IS_TOTAL = re.compile(r"\baccount(?:s|ed)? for\b|\bcost|\bpriced\b|\bworth\b|事業費|事業規模|投資額|総事業費|建設費")
_TOTAL_FIRST = re.compile(r"^(?:総額|合計|全体|in all|together|altogether|the total)")
_TOTAL = re.compile(r"総額|合計|全体|規模|計|あわせて|合わせて|in all|together|altogether|total|worth|of|for")


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
    found = re.search(r"Japan['’]s|Japanese|\bJapan\b|\bTokyo\b|日本", text)
    if government is None and found is not None:
        start = sentence.start + found.start()
        government = Mention("org", start, sentence.start + found.end(), found[0], "japan-government")
    return government, "JPN" if government is not None else ""


def _sum(context: _Context, sentence: Sentence, mention: Mention, matches: Sequence[Found]) -> Sum | None:
    """What one sum is: the programme's pledge, a batch's, an entry of a list, or what the words beside it say."""
    pledge = _pledge(context, sentence, mention)
    if pledge is not None:
        return pledge
    parallel = respective(sentence, mention, context.projects)
    parallel = parallel or place_of_sum(sentence, mention, context.projects.clusters)
    batch = _batch(context, sentence, mention) if parallel is None else None
    if batch is not None and all(site.value.plural or is_batch(site, sentence) for site in sentence.of("site")):
        return batch
    cluster = parallel or context.projects.nearest(sentence, mention)
    alone = sentence.number in context.projects.explicit
    if parallel is None and sentence.number in context.projects.batches and not alone:
        # What is said of several projects at once is no single one's.
        cluster = None
    if cluster is not None and cluster.listed and not alone and is_company(sentence, mention, context.lexicon):
        # Behind an entry of a list the text may go on with what a firm sells or spends.
        cluster = None
    if cluster is not None and cluster.listed:
        if re.search(r"合計|総額|in all|altogether|in total", sentence.masked):
            return None
        return Sum(sentence, mention, mention.value, cluster, "", "business_scale", "", "conditional", None)
    if _is_small(mention.value) or _MISTAKEN.search(sentence.masked):
        return None
    told = shares_verb_with(sentence, mention) or mention
    row = _telling(sentence, told, matches) or _cued(context, sentence, told)
    if row["kind"] == "project_cost" or row["instrument"] == "loan":
        # The words of cost and of loans are many and loose: a nearer word for something else goes before them.
        weighed = tell_kind(sentence, told, context.lexicon)
        row = weighed.row if weighed is not None and weighed.weight >= SURE else row
        lent = bank_gives(context.lexicon, sentence, told) or totals_loans(context.annotated, sentence, told)
        if row["kind"] == "project_cost" and lent:
            row = _LENT
    if row["kind"] in ("purchase", "project_cost") and not row["instrument"] and not _BUYS.search(sentence.masked):
        row = _GRANT if public_giver(context.lexicon, sentence, mention) else row
    project = parallel or one_of_several(sentence, mention, context.projects, cluster)
    return _by_words(context, sentence, mention, row, project)


_MISTAKEN = Cue(
    r"\bslip of\b|\bmisprint|\btypo\b|\bmistak\w+|\bwrongly\b|\berroneous|\bin error\b|\bmisquot|\bmisreport|\bmisstat"
    r"|誤り|誤報|誤記|訂正|間違"
)
"""A figure that the text itself calls wrong is nobody's."""
_BUYS = re.compile(r"\b(?:buy|buys|bought|acquir|purchas|stake|shares)|買|購入|取得|株")


def _cued(context: _Context, sentence: Sentence, mention: Mention) -> Row:
    """What the words beside a sum tell, with what the payer's nature adds; `other` where nothing does."""
    weighed = tell_kind(sentence, mention, context.lexicon)
    uncertain = weighed is None or weighed.row["kind"] in ("project_cost", "purchase", "disbursement", "commitment")
    if uncertain and bank_gives(context.lexicon, sentence, mention):
        return _LENT
    giver = public_giver(context.lexicon, sentence, mention)
    if giver and uncertain:
        return _GRANT
    return weighed.row if weighed is not None else _UNTOLD


_LENT: Row = {"kind": "financing", "instrument": "loan", "tie": "project", "modality": ""}
_GRANT: Row = {"kind": "financing", "instrument": "grant", "tie": "project", "modality": ""}
_UNTOLD: Row = {"kind": "other", "instrument": "", "tie": "project", "modality": "", "note": "untold"}


def _is_small(amount: AmountMention) -> bool:
    """Whether a sum is a price in a shop rather than money that a project or a firm moves."""
    figure = amount.high if amount.high is not None else amount.low
    least = _SMALL_YEN if amount.currency in ("JPY", "KRW", "VND", "IDR") else _SMALL
    return figure is not None and figure < least


_SMALL = Decimal(20_000)
_SMALL_YEN = Decimal(2_000_000)


def _telling(sentence: Sentence, mention: Mention, matches: Sequence[Found]) -> Row | None:
    """The pattern that says most about a sum: by kind, then with an instrument, then the closest."""
    mark = sentence.masked[sentence.position(mention)]
    fitting = [
        match
        for match in matches
        if match.row["kind"] != "pledge"
        and match.row["note"] != "list"
        and any(mark in (value or "") for name, value in match.match.groupdict().items() if name.startswith("money"))
        and not _reaches_past(match, mark, sentence)
    ]

    def order(match: Found) -> tuple[int, bool, int]:
        row = match.row
        return _ORDER.index(row["kind"]), not row["instrument"], match.match.end() - match.match.start()

    return min(fitting, key=order).row if fitting else None


def _reaches_past(match: Found, mark: str, sentence: Sentence) -> bool:
    """Whether the words behind a Japanese sum are those of another one: 「事業費213億円のうち71億円を補助する」."""
    text = match.match.string
    behind = text[text.find(mark) + 1 : match.match.end()]
    return sentence.japanese and bool(re.search(rf"うち[^。]*{BLOCKS['money']}", behind))


def _pledge(context: _Context, sentence: Sentence, mention: Mention) -> Sum | None:
    amount: AmountMention = mention.value
    figure = amount.low if amount.low is not None else amount.high
    program = "" if figure is None else context.lexicon.pledges.get((figure, amount.currency), "")
    if not program or figure is None or (program not in context.programs and figure < UNMISTAKABLE):
        return None
    return Sum(sentence, mention, amount, None, program, "pledge", "", "asserted", *_pledger(sentence, mention))


def _by_words(context: _Context, sentence: Sentence, mention: Mention, row: Row, cluster: Cluster | None) -> Sum | None:
    kind, instrument, tie = row["kind"], row["instrument"], row["tie"]
    marks = attributions(sentence, context.lexicon)
    bounded = kind not in ("financing", "commitment", "purchase", "disbursement")
    told = row.get("modality") or modality(marks, about_money=bounded)
    program = context.programs[0] if tie == "program" and context.programs else ""
    project = cluster if tie == "project" or (kind == "purchase" and of_the_project(sentence, cluster)) else None
    if kind == "revenue" and _COMPANY_SALES.search(sentence.masked):
        return Sum(sentence, mention, mention.value, None, "", kind, "", told, whose_sales(sentence, mention))
    if kind == "project_cost":
        beside = superseded(sentence, mention) or is_added(sentence, mention)
        if beside or of_others(sentence, mention, cluster):
            kind = "commitment" if is_added(sentence, mention) else "other"
            return Sum(sentence, mention, mention.value, project if beside else None, "", kind, "", told)
    if instrument == "grant" and told == "asserted" and waits_for_targets(context.annotated, sentence):
        told = "conditional"
    aside = kind == "project_cost" and project is None and sentence.number in context.projects.detached
    own = _own_money(sentence, mention) or is_company_wide(sentence, mention)
    if own and row.get("note") == "untold":
        return None
    if aside or (kind == "project_cost" and own):
        # Money that the text sets apart from the project is the firm's own.
        payer = find_payer(sentence, mention, "commitment", "", None)
        kind, project = "commitment", None
        if aside and payer is None:
            return None
    elif tie == "batch":
        # Several projects' money belongs to none of them: the programme's where it is a batch, else the firm's.
        program = context.programs[0] if context.programs and not sentence.of("org")[:1] else ""
        kind = "tranche_total" if program else "other"
    elif (tie == "program" and not program) or (tie == "project" and project is None and kind in _OF_PROJECT):
        return None
    payer = find_payer(sentence, mention, kind, instrument, project)
    if payer is None and kind == "financing":
        payer = giver_before(context.annotated, sentence, context.lexicon)
    untold = row.get("note") == "untold"
    return Sum(sentence, mention, mention.value, project, program, kind, instrument, told, payer, untold=untold)


_OF_PROJECT = frozenset({"project_cost", "revenue", "export_value", "other"})
"""A sum this large that equals a programme's pledge is that pledge, even where the programme is not named."""


def _own_money(sentence: Sentence, mention: Mention) -> bool:
    after = sentence.masked[sentence.position(mention) + 1 :]
    return bool(re.match(r" of (?:its|their) own\b", after)) or "outside the venture" in sentence.masked


_COMPANY_SALES = re.compile(
    r"\b(?:its|their|company's|group's|firm's|group|consolidated|annual) (?:\w+ )?(?:sales|"
    r"revenues?|turnover)|last year|fiscal|\bfy\b|\bguidance\b|\bfounded\b|\b(?:had|reported|booked) (?:\w+ )?(?:sales"
    r"|revenues?|turnover)\b|"
    r"同社の(?:売上|売り上げ)|グループ(?:全体)?の売|連結売上|通期|期の売|連結業績|業績予想|売上高予想|業績見通し|[0-9]月期"
)

_Figures = tuple[object, Decimal | None, Decimal | None, str | None]


def _figures(one: Sum) -> _Figures:
    return id(one.project) if one.project else one.program_id, one.amount.low, one.amount.high, one.amount.currency


def _hedged_below(one: Sum, told: set[_Figures]) -> bool:
    """Whether the text below a heading gives the heading's figure with a hedge ("up to", "more than")."""
    tie, low, high, currency = _figures(one)
    return low == high and ((tie, None, high, currency) in told or (tie, low, None, currency) in told)


def _distinct(sums: Sequence[Sum]) -> list[Sum]:
    """The same figure for the same thing once; a kind that says more takes the place of one that says less."""
    told = {_figures(one) for one in sums if not one.sentence.heading}
    sums = [one for one in sums if not one.sentence.heading or not _hedged_below(one, told)]
    best: dict[tuple[object, ...], Sum] = {}
    for one in sums:
        key = (id(one.project) if one.project else one.program_id, one.amount.low, one.amount.high, one.amount.currency)
        old = best.get(key)
        if (
            old is None
            or (old.sentence.heading and not one.sentence.heading and one.kind == "project_cost")
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
    tied = {
        (one.amount.low, one.amount.high, one.amount.currency)
        for one in best.values()
        if one.project is not None or one.program_id
    }
    return [
        one
        for one in best.values()
        if one.project is not None
        or one.program_id
        or (one.amount.low, one.amount.high, one.amount.currency) not in tied
    ]

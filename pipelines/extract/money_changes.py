"""Sums that stand beside the cost of a project without being it: earlier budgets, increments, pots, conditional grants.

What belongs here: which of two figures of a sentence is the one that holds now, and whether a grant waits for targets.
What does not: what a sum is (`money_kinds`), who pays it (`money_parties`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Hashable, Sequence

from pipelines.extract.annotation import Annotated
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence

_MONEY = "[\ue200-\ue2ff]"
_DATE = r"(?:[\ue600-\ue6ff]|(?:19|20)\d\d)"
_EARLIER = re.compile(
    r"(?:\bfrom|\binstead of|\boriginal(?:ly)?|\binitial(?:ly)?|\bfirst (?:put|priced|estimated|reckoned) at|"
    r"\bearlier (?:estimate|figure|budget)|\bat first|\bpreviously|\bonce (?:put|priced)|\bhad been|"
    r"\bcompared with|\bagainst|\bup on|\b(?:twice|double|triple|(?:more|less) than) the|\babove the|\bbeyond the|"
    r"\bhad been (?:\w+ )?(?:budgeted|priced|estimated|costed|put|pegged|reckoned|quoted|planned) at|"
    rf"\b(?:first|earlier|old|previous|former|prior|last|{_DATE}) (?:budget|estimate|figure|plan|price|forecast)s? of)"
    r" (?:\w+ ){0,4}$|(?:当初|従来|以前|これまで|前回|旧計画)(?:の|は|計画の|想定の|"
    r"見込みの|予定の)?[^、。\ue200-\ue2ff]{0,10}$"
    r"|(?:公表|発表|計画|着工|当初|決定)(?:時|段階|時点)の(?:見積も?り|試算|想定|計画|予想)(?:である|だった|の)?[^、。\ue200-\ue2ff]{0,6}$"
)
_BUDGETED_THEN = re.compile(
    rf"(?:{_DATE}|\boriginal\w*|\bat first|\bonce|\binitially) [^;.]{{0,40}}?\b(?:budgeted|"
    rf"priced|estimated|costed|pegged"
    r"|reckoned|put|planned) at (?:\w+ ){0,2}$|, (?:\w+ ){0,2}(?:budgeted|priced|estimated|costed|pegged|planned) at "
    r"(?:\w+ ){0,2}$"
)
_LATER = re.compile(
    rf"^(?: \w+){{0,3}} to {_MONEY}|^から[^。]{{0,12}}{_MONEY}|^(?:（[^）]*）)?(?:から|"
    rf"より)[^。、]{{0,8}}(?:増|膨|拡|引き上|上積|上振|倍|減|縮)"
    rf"|^(?:程度|前後)?(?:と|を|に)(?:して|見込んで|見積もって|試算して|想定して|予定して|発表して)(?:い|き)た[^、。]{{0,12}}"
    rf"(?:は|が|を)、?[^。]{{0,20}}{_MONEY}"
    rf"|^(?: \w+| {_DATE}){{0,3}} (?:estimated|budgeted|planned|foreseen|forecast|expected|"
    rf"projected|given|announced|put) "
    rf"(?:\w+ ){{0,3}}(?:in |at )?(?:{_DATE}|first|the time|the start|the outset|launch)"
    rf"|^ (?:plan|budget|estimate|figure|price|programme|program|project|commitment|"
    rf"pledge) (?:of|from|announced in|made in|"
    rf"unveiled in|set in|it (?:announced|unveiled) in) (?:the )?(?:\w+ )?(?:{_DATE}|year)"
)
_ADDED_BEFORE = re.compile(
    r"\b(?:adds?|added|adding|rais\w+ (?:\w+ ){1,6}by|increas\w+ (?:\w+ ){0,6}by|lift\w+ (?:\w+ ){1,6}by|"
    r"boost\w+ (?:\w+ ){1,6}by|an (?:extra|additional|added)|a further|another|tops? (?:\w+ ){1,3}up (?:by|with)|"
    r"topped (?:\w+ ){1,3}up (?:by|with)|(?:rises?|rose|grew|grows|swells?|swelled|climbs?|climbed|went up|goes up) by)"
    r" (?:about |some |around |nearly |almost |more than |up to )?$|(?:追加で|新たに|さらに)$"
)
_ADDED_AFTER = re.compile(
    r"^ (?:more|extra|on top|(?:increase|rise|addition|top-up)|is added|"
    r"(?:\w+ ){0,2}(?:on top of|in addition to|to the|"
    r"to its|to an earlier))\b|^(?:（[^）]*）)?(?:を)?(?:積み増|上積み|追加|増額|上乗せ|増やし|引き上げて)"
)
_ON_TARGETS = re.compile(
    r"\b(?:paid (?:out )?(?:only )?(?:as|if|when|once)|"
    r"as (?:the )?(?:\w+ ){0,3}(?:targets?|goals?|milestones?|jobs?|work|"
    r"benchmarks?|commitments?) (?:\w+ ){0,2}(?:are|is|gets?|get) (?:\w+ )?(?:met|kept|reached|hit|done|created|"
    r"achieved|filled)|"
    r"(?:if|provided|once|when|unless|so long as|as long as) (?:\w+ ){0,6}(?:met|kept|"
    r"reached|hit|hires?|hired|creates?|"
    r"created|achieved|fulfilled|stays?)|"
    r"tied to|conditional|contingent|performance[- ]based|depends? on|dependent on|linked to|in return for|"
    r"in exchange for|subject to|clawed? back|claw-?back|hiring (?:targets?|goals?)|milestones?|"
    r"preliminary (?:memorandum|terms|agreement)|non-?binding)\b"
    r"|条件|達成|満たし|満たす|満たせば|雇用(?:の)?(?:目標|数)|目標(?:に|を)|応じて|マイルストーン|返還|出来高|進捗"
)
_PAID_LATER = re.compile(
    r"^(?:it|the (?:money|grant|award|sum|aid|cash|funds?)|payment)\b (?:\w+ ){0,4}(?:paid|"
    r"released|disbursed|due|flows?|"
    r"handed|depends?|comes?)|^(?:支給|交付|支払い|補助|受け取り)"
)
_IT_GIVES = re.compile(
    r"\b(?:it|they|the (?:department|ministry|agency|bank|state|government|office|lender))\b (?:\w+ ){0,3}"
    r"(?:award(?:s|ed)?|gave|gives?|grant(?:s|ed)?|lent|lends?|lend|provid\w+|put|puts|pays?|paid|approved|offer\w*|"
    r"contribut\w+|set aside|chipped|committed|extended|handed|signed|agreed)\b"
    r"|(?:同省|同庁|同行|同機構|同局|同州|同社)(?:は|が|も)"
)


def superseded(sentence: Sentence, mention: Mention) -> bool:
    """Whether a cost is an earlier estimate that the same sentence replaces ("from $180 million to $240 million")."""
    place = sentence.position(mention)
    if len(sentence.of("money")) < 2:
        return False
    before, after = sentence.masked[:place], sentence.masked[place + 1 :]
    then = _BUDGETED_THEN.search(before) and re.search(_MONEY, after)
    return bool(_LATER.match(after) or _EARLIER.search(before) or then)


def is_added(sentence: Sentence, mention: Mention) -> bool:
    """Whether a sum comes on top of another of the same sentence ("adds $2 billion to the $5 billion plan")."""
    place = sentence.position(mention)
    others = [one for one in sentence.of("money") if one is not mention]
    figure = _figure(mention)
    if figure is None or not any((_figure(one) or 0) > figure for one in others):
        return False
    return bool(_ADDED_BEFORE.search(sentence.masked[:place]) or _ADDED_AFTER.match(sentence.masked[place + 1 :]))


def _figure(mention: Mention) -> float | None:
    amount = mention.value
    found = amount.high if amount.high is not None else amount.low
    return None if found is None else float(found)


def waits_for_targets(annotated: Annotated, sentence: Sentence) -> bool:
    """Whether public money is paid only as something is kept, in the words of its sentence or of the next one."""
    if _ON_TARGETS.search(sentence.masked):
        return True
    following = annotated.sentences[sentence.number + 1 : sentence.number + 2]
    return any(
        one.paragraph == sentence.paragraph and _PAID_LATER.search(one.masked) and _ON_TARGETS.search(one.masked)
        for one in following
    )


def giver_before(annotated: Annotated, sentence: Sentence, lexicon: Lexicon) -> Mention | None:
    """The body that "it" stands for, where "it awarded" a sum: the one giver named in the sentence before."""
    if sentence.number == 0 or not _IT_GIVES.search(sentence.masked):
        return None
    before = annotated.sentences[sentence.number - 1]
    if before.paragraph != sentence.paragraph:
        return None
    givers = {org.id: org for org in before.of("org") if lexicon.organizations.get(org.id, {}).get("kind") in _GIVING}
    return next(iter(givers.values())) if len(givers) == 1 else None


_GIVING = frozenset({"ministry", "agency", "government", "committee", "government_bank", "commercial_bank"})


def whose_sales(sentence: Sentence, mention: Mention) -> Mention | None:
    """The firm whose yearly sales a sum is: the topic of its clause, or the one beside the word; None if unsure."""
    place = sentence.position(mention)
    orgs = [org for org in sentence.of("org") if 0 <= sentence.position(org) < place]
    marks = re.compile(r"^(?:は|が|の|も)" if sentence.japanese else r"^(?:'s|’s)? ?(?:\w+ ){0,4}")
    orgs = [org for org in orgs if marks.match(sentence.masked[sentence.position(org) + 1 :])]
    return orgs[-1] if len({org.id for org in orgs}) == 1 else None


_WHOLE = re.compile(
    r"\b(?:whole|total|overall|full|entire|combined|final|now|new|latest|current|"
    r"revised) (?:\w+ )?(?:cost|price|bill|outlay|"
    r"investment|budget|sum|estimate|figure)\b|\b(?:tak|bring|lift|rais|push|driv|carr)(?:e|es|ing|s|ies|ying)? "
    r"(?:the |its |their )?(?:\w+ ){0,4}to\b|\bin all\b|\baltogether\b|\bin total\b|"
    r"\bhas (?:\w+ )?(?:cost|risen|grown|climbed|"
    r"swollen)\b|\bnow (?:costs?|put|priced|estimated|stands?)\b"
    r"|総事業費|総投資|総額|総工費|全体|累計|合計|あわせて|合わせて|最終的"
)
_THEN = re.compile(
    r"\bstood at\b|\bthe talk was\b|\bhad (?:been )?(?:put|priced|estimated|budgeted|stood|"
    r"planned)\b|\bat (?:the|that) time\b|"
    r"\bthen\b|\boriginal\w*|\binitial\w*|\bat first\b|\bonce\b|\bearlier\b|\bformer\w*|\bprevious\w*|"
    r"\b(?:was|were) (?:\w+ )?(?:put|priced|estimated|budgeted|pegged|reckoned|"
    r"foreseen) at\b|\b(?:had|has) grown from\b"
    r"|当初|従来|当時|以前|かつて|旧計画|見込んでいた|としていた|だったが"
)
_MORE = re.compile(r"\bfurther\b|\bextra\b|\badditional\b|\bmore (?:into|in|on|for)\b|追加|積み増|上積み|増額")


def standing(sentence: Sentence, mention: Mention) -> int:
    """How much speaks for a cost being the one that holds now: 2 for a whole, less for earlier or added."""
    place = sentence.position(mention)
    near = sentence.masked[max(0, place - 70) : place + 40]
    return 2 * bool(_WHOLE.search(near)) - 2 * bool(_THEN.search(near)) - bool(_MORE.search(near))


def lesser(costs: Sequence[tuple[Hashable, Sentence, Mention]]) -> set[int]:
    """Places of costs that are smaller than another of the same project and currency that stands above them.

    Args:
        costs: Whose cost (project and currency), its sentence, the sum.
    """
    ranked = [(key, standing(sentence, one), _figure(one) or 0.0) for key, sentence, one in costs]
    return {
        place
        for place, (key, rank, figure) in enumerate(ranked)
        if any(
            key == other and rank < above and figure < sum_ and (rank < 0 or above > 1) for other, above, sum_ in ranked
        )
    }


_A_GENERATION = 30
"""Years after which money that was spent belongs to history."""


def is_history(sentence: Sentence, published_on: dt.date | None) -> bool:
    """Whether a sentence tells only of what was long ago ("in 1943 the government spent $4 million here")."""
    years = [one.value.day.year for one in sentence.of("date") if one.value.day is not None]
    return bool(years) and published_on is not None and max(years) < published_on.year - _A_GENERATION


_LENDING = re.compile(
    r"\b(?:loans?|lend(?:s|ing|ers?)?|lent|co-?financ\w+|syndicat\w+|borrow\w*|debt|credits?|refinanc\w+)\b"
)
_WHOLE = re.compile(
    r"\b(?:the (?:whole|total|sum|package|rest|overall \w+)|total|in all|altogether|together|all told|in total)\b"
)
_COSTS = re.compile(
    r"\b(?:cost\w*|invest\w*|price\w*|budget\w*|capital expenditure|capex|project(?:'s)? (?:value|total)|"
    r"(?:project|plant|scheme) (?:comes|came|is put)|bill|equity)\b"
)


def totals_loans(annotated: Annotated, sentence: Sentence, mention: Mention) -> bool:
    """Whether a total adds up loans: "other lenders signed too, so that the whole comes to $": no cost.

    Args:
        annotated: The document.
        sentence: Sentence of the sum.
        mention: The sum.
    """
    before = sentence.masked[: sentence.position(mention)]
    if sentence.japanese or not _WHOLE.search(before) or _COSTS.search(sentence.masked):
        return False
    if _LENDING.search(sentence.masked):
        return True
    last = annotated.sentences[max(0, sentence.number - 1)]
    return (
        last.paragraph == sentence.paragraph and bool(_LENDING.search(last.masked)) and not _COSTS.search(last.masked)
    )


_YEARLY = re.compile(r"\b(?:last year|this year|next year|a year|annually|every year|each year|a quarter|per year)\b")
_SPENT = re.compile(r"\b(?:spen[dt]s?|spending|invest(?:s|ed)?|laid out|lays out) (?:\w+ ){0,2}$")
_PART_OF = re.compile(r"\bpart of (?:(?:a|an|its|their|the|his) [^.;]{0,60}|[^.;]{1,40}, for which [^.;]{1,60})$")


def is_company_wide(sentence: Sentence, mention: Mention) -> bool:
    """Whether a sum is that of something larger than a project: a year's spending, the plan that it is a part of."""
    if sentence.japanese:
        return False
    place = sentence.position(mention)
    before, after = sentence.masked[:place], sentence.masked[place + 1 :]
    yearly = _SPENT.search(before) and _YEARLY.search(re.split(r"[.;]|, ", after)[0])
    return bool(yearly or _PART_OF.search(before))


_REMARK = re.compile(
    r"(?:fine|ticket|salary|salaries|wage|rent|reward|prize|bonus|settlement|damages|lawsuit|"
    r"per share|a share|a barrel|bail|share price|market value|market capitali[sz]ation|"
    r"時価総額|罰金|年収|給与|株価|賞金|賠償)"
)


def is_remark(sentence: Sentence, mention: Mention) -> bool:
    """Whether a sum is a fine, a wage, a share price: nothing we publish."""
    start = mention.start - sentence.start
    return bool(_REMARK.search(sentence.text[max(0, start - 40) : mention.end - sentence.start + 25]))

"""Who pays a sum: the bank that lends, the state that grants, the firm that buys.

What belongs here: finding the payer in the sentence of a sum. What does not: what the sum is (`finance`,
`money_kinds`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.extract.clusters import Cluster
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.patterns import BLOCKS

_ORG = BLOCKS["org"]
_GIVERS = frozenset({"ministry", "agency", "government", "committee"})
_GIVES = re.compile(
    r"^(?:'s)? (?:\w+ ){0,3}?(?:pays?|paid|gives?|gave|given|adds?|add|added|contributes?|contributed|offers?|offered|"
    r"provides?|provided|provide|extends?|extended|arranges?|arranged|agreed|signed|sets?|set|spends?|puts?|put|chips?|promises?|promised|pledges?|pledged|approved?|approves|"
    r"commits?|committed|awards?|awarded|would|will|has|is)\b|^(?:は|が|も)"
)


def bank_gives(lexicon: Lexicon, sentence: Sentence, mention: Mention) -> bool:
    """Whether the sum's giver is a bank: what a bank provides is a loan unless the text says otherwise."""
    place = sentence.position(mention)
    return any(
        0 <= sentence.position(org) < place
        and _GIVES.match(sentence.masked[sentence.position(org) + 1 :])
        and (_BANK.search(org.text) or lexicon.organizations.get(org.id, {}).get("kind") in _LENDERS)
        for org in sentence.of("org")
    )


_BANK = re.compile(r"Bank\b|Banking|銀行|信用金庫|信託")
_LENDERS = frozenset({"commercial_bank", "government_bank"})


def public_giver(lexicon: Lexicon, sentence: Sentence, mention: Mention) -> bool:
    """Whether the sum's giver is a state, a county or a government: public money for a project is a grant."""
    place = sentence.position(mention)
    for one in sentence.of("place", "org"):
        spot = sentence.position(one)
        if spot < 0 or spot > place or not _GIVES.match(sentence.masked[spot + 1 :]):
            continue
        if one.kind == "place":
            if one.value.admin1 and spot < 12:
                return True
        elif lexicon.organizations.get(one.id, {}).get("kind") in _GIVERS:
            return True
    return bool(_STATE_GIVES.search(sentence.masked[:place]))


_STATE_GIVES = re.compile(
    r"\b(?:the|its) (?:state|county|city|commonwealth|town|federal government|province|prefecture)(?:'s \w+)? "
    r"(?:\w+ ){0,3}?(?:pays?|paid|gives?|gave|adds?|contributes?|offers?|provides?|sets? aside|promised|approved|"
    r"awarded|will|would|has)\b|(?:州|県|市|郡|政府)(?:は|が)"
)


_PAYING_JA = re.compile(r"^(?:は|が|も)")


def find_payer(
    sentence: Sentence, mention: Mention, kind: str, instrument: str, project: Cluster | None
) -> Mention | None:
    """The organisation that lends, grants, buys or spends; None where a sum is shared or nobody is named."""
    if kind not in ("financing", "commitment", "purchase", "disbursement", "other"):
        return None
    clause = sentence.start + max(sentence.text.rfind(mark, 0, mention.start - sentence.start) for mark in ";；")
    orgs = [org for org in sentence.of("org") if clause < org.start < mention.start]
    if kind == "purchase" and not sentence.japanese:
        return _buyer(sentence, mention, orgs)
    giver = None if sentence.japanese else _source(sentence, mention)
    if giver is not None:
        return giver
    if instrument == "grant":
        return _grantor(sentence, mention, orgs, project)
    if sentence.japanese:
        orgs = [org for org in orgs if _PAYING_JA.match(sentence.masked[sentence.position(org) + 1 :].lstrip())]
    if _SHARED.search(sentence.masked):
        return None
    source = None if sentence.japanese else _FROM.search(sentence.masked, sentence.position(mention))
    if source is not None:
        # "Borrowed from A": the lender stands behind; of several none is the payer.
        orgs = [] if source["more"] else sentence.caught(source["org"])
    if not sentence.japanese:
        # "Also Holtec's, which has a federal loan": whose a project is does not lend to it.
        orgs = [org for org in orgs if not _WHOSE.match(sentence.text, org.end - sentence.start)]
    return next(iter(orgs), None)


_WHOSE = re.compile(r"['’]s,")
_SHARED = re.compile(
    r"協調融資|全体|総額|合わせて|共同で|両行|銀行団|co-?financ|syndicat|consorti|in all|together|altogether|in total|"
    rf"between them|jointly|round\b|{_ORG}(?:,| and|、|と|や) ?(?:the )?{_ORG}(?: \w+)? (?:lend|lent|provid|put)"
)
_FROM = re.compile(
    rf"(?:borrowed|loans?|lent|credit|financing|debt)\b[^;]{{0,40}}?(?:from|by) (?:the )?(?P<org>{_ORG})"
    rf"(?P<more>(?:,| and) (?:the )?{_ORG})?"
)


_GIVEN = re.compile(
    rf"^(?:[^.;{BLOCKS['money'][1:-1]}]{{0,60}}? )?(?:from|by|provided by|granted by|lent by) (?:the |its )?"
    rf"(?P<who>{_ORG}|{BLOCKS['place']})(?P<more>(?:,| and) (?:the )?{_ORG})?"
)
_RECEIVED = re.compile(
    r"\b(?:loans?|credit|facility|grants?|financing|funding|award|aid|subsidy|subsidies|got|gets?|received?|receives|won|wins"
    r"|secured?|obtained?|awarded|granted|lent|given|promised|offered|borrowed?|raised)\b[^.;]{0,40}$"
)


def _source(sentence: Sentence, mention: Mention) -> Mention | None:
    """Who gives a sum that somebody else gets: "has a loan of $ from X", "was awarded $ by X"."""
    place = sentence.position(mention)
    found = _GIVEN.match(sentence.masked[place + 1 :].lstrip())
    if found is None or found["more"] or not _RECEIVED.search(sentence.masked[:place]):
        return None
    who = next(iter(sentence.caught(found["who"])), None)
    return who if who is None or who.kind == "org" or who.value.admin1 else None


def _grantor(sentence: Sentence, mention: Mention, orgs: Sequence[Mention], project: Cluster | None) -> Mention | None:
    """The state or body that grants: the place named before the sum, else the project's own state, else the body."""
    before = (place for place in sentence.of("place") if place.start < mention.start and place.value.admin1)
    place = next((place for place in before if sentence.japanese or _gives(sentence, place)), None)
    if place is None and project is not None and re.search(r"州政府|\bthe state\b", sentence.masked):
        place = next((place for _, place in project.places if place.value.admin1), None)
    givers = [org for org in orgs if org.kind == "org"]
    return place if place is not None or not givers else givers[0]


def _gives(sentence: Sentence, place: Mention) -> bool:
    """Whether a state or town is who gives, not where the money goes."""
    return not _WHERE.search(sentence.masked[: sentence.position(place)])


_WHERE = re.compile(r"\b(?:in|at|near|for|to|outside|around|across)\s(?:the\s)?(?:\w+\s)?$", re.IGNORECASE)
_BUYING = re.compile(
    r"(?:\w+ ){0,5}?(?:took|takes|take|taken|bought|buys|buy|buying|acquired|acquires|acquire|paid|pays|pay|purchased|"
    r"ordered|orders|has agreed|agreed|might pay|would pay)\b"
)


def _buyer(sentence: Sentence, mention: Mention, orgs: Sequence[Mention]) -> Mention | None:
    """The firm that buys: the nearest before a verb of buying; "it bought" names nobody."""
    place = sentence.position(mention)
    for org in reversed(orgs):
        spot = sentence.position(org)
        rest = sentence.masked[spot + 1 : place]
        if _BUYING.match(re.sub(r"^(?:,[^,]{0,60},|\([^()]*\)| of \S+)? ?", "", rest)):
            return org
    return None


_SPENDS = (
    r"(?:will |would |is to |has |have )?(?:spends?|spent|spend|spending|laid out|lays out|pays?|paid) [^.;]{0,40}?$"
)
_SPENDER = re.compile(
    rf"(?P<who>{_ORG}|{BLOCKS['place']})(?:'s (?:\w+ |{BLOCKS['site']} ){{1,5}}?"
    rf"(?:comes?|came|costs?|amounts?|runs?|adds?) [^.;]{{0,30}}?$| {_SPENDS})"
)
_COUNCIL = re.compile(
    r"\b(?:shire|council|county|city|town|township|borough|municipality|harbou?r board|port authority|water board|"
    r"utility)"
    rf"(?: of \S+)? {_SPENDS}"
)


def of_others(sentence: Sentence, mention: Mention, project: Cluster | None) -> bool:
    """Whether a cost is that of works which somebody outside the project does: a utility's lines, a shire's road."""
    before = sentence.masked[: sentence.position(mention)]
    found = _SPENDER.search(before)
    if project is None or found is None:
        return _COUNCIL.search(before) is not None
    who = next(iter(sentence.caught(found["who"])), None)
    return who is not None and (bool(who.value.admin1) if who.kind == "place" else who.id not in project.org_ids)


def of_the_project(sentence: Sentence, cluster: Cluster | None) -> bool:
    """Whether what is bought is a part of the project, not of a firm ("30% of the mine", "a stake" and no more).

    A share of a firm that the text alone knows, and knows by this project, is one of the project.
    """
    if re.search(r"\b(?:preferred|common|ordinary|new) (?:stock|shares)\b|'s shares\b", sentence.masked):
        return False
    part = rf"(?:{BLOCKS['share']}|stake|shares|interest|holding|fifth|quarter|third|half|株式?|持ち分|持分)"
    firm = rf"{part}(?: \w+){{0,2}}? ?(?:of|in|の)? ?(?:the )?({BLOCKS['org']})(?! ?{BLOCKS['site']})"
    bought = re.search(firm, sentence.masked)
    if bought and cluster is not None and re.search(BLOCKS["share"], sentence.masked):
        vehicle = next(iter(sentence.caught(bought[1])), None)
        return vehicle is not None and vehicle.id.startswith("@") and vehicle.id in cluster.org_ids
    return not bought and not re.search(
        rf"{BLOCKS['org']}(?:の?(?:株|持ち分|持分)|(?:の|を)(?:[^、。はが]{{0,14}}で)?(?:買収|完全子会社|傘下))",
        sentence.masked,
    )

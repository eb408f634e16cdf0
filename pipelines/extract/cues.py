"""Parts told by where a name stands: under a question, behind a label, in a table.

What belongs here: roles that headings ("Who is behind it."), labels ("Contractor: X") and cells of a table give to
names. What does not: patterns of sentences (`relations`), leads (`parties`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.extract.annotation import Annotated
from pipelines.extract.attribution import attributions, modality
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Sentence
from pipelines.extract.names import PUBLIC_KINDS
from pipelines.extract.parties import Part

_QUESTIONS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"\bwho (?:hopes|wants|would like|is interested|might|may|could|has shown)\b|関心を示す|名乗り"),
        "interested",
        "interest_expressed",
    ),
    (re.compile(r"\bwho (?:pays|lends|finances|funds|puts up the money)\b|誰が(?:払う|貸す|融資)"), "lender", ""),
    (re.compile(r"\bwho (?:buys|takes|will buy|gets the)\b|誰が(?:買う|引き取る)"), "offtaker", ""),
    (re.compile(r"\bwho (?:supplies|delivers|makes the|provides the)\b|誰が(?:納める|供給する)"), "supplier", ""),
    (re.compile(r"\bwho (?:builds|constructs|is the contractor|will build)\b|誰が(?:建てる|施工)"), "contractor", ""),
    (re.compile(r"\bwho (?:runs|operates|will run)\b|誰が(?:動かす|運営)"), "operator", ""),
    (re.compile(r"\bwho (?:owns|holds)\b|誰が(?:持つ|所有)"), "owner", ""),
    (re.compile(r"\bwho (?:is|are|stands|stand) behind\b|誰が(?:進める|開発)"), "developer", ""),
)
_LABELS = (
    (re.compile(r"contractor|\bepc\b|builder|construction|civil works|施工|建設会社|元請け|工事|請負"), "contractor"),
    (
        re.compile(r"supplier|vendor|licensor|technology|equipment|turbine|reactor|供給元|納入|調達先|機器|技術"),
        "supplier",
    ),
    (re.compile(r"off-?taker|buyer|customer|purchaser|tenant|販売先|買い手|引取|引き取り|納入先|需要家"), "offtaker"),
    (re.compile(r"lender|loan|bank|financ|arranger|融資|貸し手|借入先|金融機関|資金調達"), "lender"),
    (re.compile(r"insur|保険"), "insurer"),
    (re.compile(r"guarant|保証"), "guarantor"),
    (re.compile(r"operator|operation|操業|運営|運転"), "operator"),
    (re.compile(r"shareholder|equity|investor|partners?\b|joint venture|出資|株主"), "equity_investor"),
    (re.compile(r"\bowner|所有"), "owner"),
    (
        re.compile(
            r"developer|sponsor|promoter|project company|\bcompany\b|proponent"
            r"|事業主体|事業者|開発|実施主体|建設主体|事業会社"
        ),
        "developer",
    ),
    (re.compile(r"advis|アドバイザー|助言"), "advisor"),
    (re.compile(r"parent|親会社"), "parent"),
)
_LABEL = re.compile(r"^\W{0,3}([^|:：\ue000-\ue1ff]{2,40}?)\s?[|:：]\s?(?=(?:the )?[\ue000-\ue1ff])")


def under_question(annotated: Annotated, sentence: Sentence, projects: Projects, lexicon: Lexicon) -> Iterator[Part]:
    """Read "Who is behind it. A, through a company called B": the names answer the question in front of them."""
    if not sentence.of("org") or sentence.number == 0:
        return
    before = annotated.sentences[sentence.number - 1]
    if before.of("org") or len(before.text) > 60:
        return
    for pattern, role, engagement in _QUESTIONS:
        if pattern.search(before.masked):
            for project in _focus(sentence, projects):
                for org in sentence.of("org"):
                    if not _is_public(org.id, lexicon) or role == "lender":
                        told = "conditional" if engagement else "asserted"
                        yield Part(project, "", org, sentence, role, engagement, "", None, told)
            return


def labelled(sentence: Sentence, projects: Projects) -> Iterator[Part]:
    """Read "Contractor: A" and the row "運営主体 | A": the label is the role."""
    masked = sentence.masked
    match = _LABEL.match(masked) if "|" in masked or ":" in masked or "：" in masked else None
    if match is None:
        return
    role = next((role for pattern, role in _LABELS if pattern.search(match[1])), "")
    if not role:
        return
    for project in _focus(sentence, projects):
        for org in sentence.of("org"):
            yield Part(project, "", org, sentence, role)


_BUILDS = re.compile(r"\b(?:plans|develops|owns|sponsors)\b|事業主体|開発")
_ROW_ROLES = (
    (
        "supplier",
        re.compile(
            r"licen[cs]|technology|process|equipment(?!.*engineering)|turbine|reactor|suppl"
            r"|機器|設備|技術|供給|ライセンス"
        ),
    ),
    ("contractor", re.compile(r"engineering|construction|epc|build|contract|設計|施工|建設|工事")),
    ("offtaker", re.compile(r"buys|buyer|offtake|takes the|customer|purchas|引き取|購入|買い手")),
    ("lender", re.compile(r"loan|lend|lender|debt|融資|貸付")),
    ("insurer", re.compile(r"insur|保険")),
    ("guarantor", re.compile(r"guarant|保証")),
    ("equity_investor", re.compile(r"equity|stake|share|出資|持ち分")),
    ("operator", re.compile(r"operat|runs|運営|操業")),
    ("developer", re.compile(r"develop|owner|事業主体|開発")),
    ("advisor", re.compile(r"advis|助言")),
)


def role_in(words: str) -> str:
    """The role that words on what somebody does tell ("engineering and construction", 融資); empty where none.

    Args:
        words: A cell of a table, in lower case.
    """
    roles = [role for role, pattern in _ROW_ROLES if pattern.search(words)]
    contractor = "contractor" in roles and not {"developer", "operator"} & set(roles)
    if {"developer", "operator"} & set(roles) and _BUILDS.search(words):
        return "developer"
    return "contractor" if contractor else next(iter(roles), "")


def table_row(sentence: Sentence, projects: Projects, lexicon: Lexicon) -> Iterator[Part]:
    """Read a table's row "organisation | what it does"."""
    focus = projects.focus.get(sentence.number, [])
    orgs = sentence.of("org")
    if not sentence.row or not focus or not orgs or orgs[0].start - sentence.start > 2:
        return
    role = role_in(sentence.masked.split("|", 1)[-1])
    yield Part(
        focus[0],
        "",
        orgs[0],
        sentence,
        role,
        "",
        "",
        next(iter(sentence.of("share")), None),
        modality(attributions(sentence, lexicon) | {"planned"}),
    )


def _focus(sentence: Sentence, projects: Projects) -> list[Cluster]:
    focus = projects.focus.get(sentence.number, [])[:1]
    if focus or len(projects.clusters) != 1:
        return focus
    return projects.clusters[:1]


def _is_public(org_id: str, lexicon: Lexicon) -> bool:
    return lexicon.organizations.get(org_id, {}).get("kind", "") in PUBLIC_KINDS

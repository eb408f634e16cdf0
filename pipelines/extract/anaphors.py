"""Firms told by a word that stands for one: 同社, "the company", "the Korean group", "It plans to build".

What belongs here: finding such words and the firm that they take up. What does not: names (`names`, `newnames`) and
words for facilities (`proforms`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipelines.extract.gating import Cue
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention
from pipelines.extract.terms import has_cjk
from pipelines.records import Document

_JA = re.compile(r"同社|同じ会社|当社|弊社")
_FIRM_NOUN = (
    r"(?:company|firm|developer|group|maker|manufacturer|carmaker|automaker|chipmaker|steelmaker|drugmaker|battery maker|"
    r"magnet maker|utility|miner|refiner|smelter operator|producer|supplier|trader|trading house|conglomerate|"
    r"start-?up|shipbuilder|toolmaker|newcomer|corporation)"
)
_NATION = (
    r"(?:Japanese|Korean|South Korean|Chinese|Taiwanese|Australian|Canadian|German|French|British|Dutch|Swiss|Indian|"
    r"Israeli|Norwegian|Swedish|Belgian|American|Tokyo|Osaka|Nagoya|Seoul)"
)
_OPENING = Cue(
    rf"(?:(?<=^)|(?<=[.!?] )|(?<=[.!?][\"”] ))The (?:{_NATION} )?{_FIRM_NOUN}(?=(?:['’]s)?,? [a-z(])(?! of\b)"
)
_OF = Cue(rf"(?<=\bof )the (?:{_NATION} ){_FIRM_NOUN}\b")
_DOES = (
    r"(?:builds?|built|opens?|opened|buys?|bought|sells?|sold|suppl(?:y|ies|ied)|invests?|invested|spends?|spent|owns?|owned|"
    r"operates?|operated|runs?|ran|signs?|signed|agree[sd]?|announce[sd]?|plans?|planned|intends?|expects? to|aims?|hopes?|"
    r"lends?|lent|borrow(?:s|ed)?|acquires?|acquired|holds?|held|pays?|paid|put|puts|develops?|developed|makes?|made|mines?|"
    r"said|says|told|wants?|decided|chose|picked|selected|hired|ordered|raised|delivers?|delivered|ships?|shipped|"
    r"takes?|took|refines?|refined|produces?|produced|employs|broke ground|applied|received|secured|won|shelved|cancelled|"
    r"dropped|suspended)"
)
_IT = Cue(
    rf"(?:(?<=^)|(?<=[.!?] )|(?<=[.!?][\"”] ))It(?= (?:(?:also|already|now|then|later|first|jointly) )?"
    rf"(?:(?:will|would|is to|has|had|plans to|intends to|aims to|expects to|wants to|hopes to|agreed to|is|was)"
    rf"(?: also| already| since| now| not)? )?(?:build|open|buy|sell|supply|invest|spend|own|operate|run|sign|lend|borrow|"
    rf"acquire|hold|pay|put|develop|mine|take|deliver|building|buying|spending|investing|developing|in talks|{_DOES})\b)"
)
_COST = re.compile(r"It (?:will |would |is to )?(?:take|takes|took) (?:\w+ ){0,3}(?:years?|months?|time)|It takes? ")


def take_up(document: Document, found: list[list[Mention]], lexicon: Lexicon) -> None:
    """Read 同社, "The company", "the Korean group" and "It plans" as the firm spoken of last; adds to `found`."""
    spoken: list[tuple[Mention, bool]] = []
    for paragraph, mentions in zip(document.paragraphs, found, strict=True):
        firms = sorted(
            (one for one in mentions if one.kind == "org" and _is_firm(one, lexicon)), key=lambda one: one.start
        )
        if has_cjk(paragraph.text):
            told = [(one, paragraph.text[one.end : one.end + 12].lstrip("）)").startswith("は")) for one in firms]
            mentions += _japanese(paragraph.text, spoken, told)
        else:
            told = [(one, _opens(paragraph.text, one.start)) for one in firms]
            mentions += _english(paragraph.text, spoken, told, lexicon)
        spoken += told


def _japanese(
    text: str, spoken: Sequence[tuple[Mention, bool]], told: Sequence[tuple[Mention, bool]]
) -> Iterator[Mention]:
    for match in _JA.finditer(text):
        opening = max(text.rfind("。", 0, match.start()), 0)
        earlier = [*spoken, *(pair for pair in told if pair[0].end <= match.start())]
        topic = next((one.id for one, is_topic in told if is_topic and opening <= one.start < match.start()), "")
        others = [pair for pair in earlier if pair[0].id != topic]
        # The firm that a sentence was about; else the one named last. Never the sentence's own subject.
        firm = next((one for one, is_topic in reversed(others) if is_topic), None) if not topic else None
        firm = firm or (others[-1][0] if others else None)
        if match[0] in ("当社", "弊社"):
            # Who writes a release is the firm that it opens with.
            firm = spoken[0][0] if spoken else told[0][0] if told else None
        if firm is not None:
            yield Mention("org", match.start(), match.end(), firm.text, firm.id)


def _english(
    text: str, spoken: Sequence[tuple[Mention, bool]], told: Sequence[tuple[Mention, bool]], lexicon: Lexicon
) -> Iterator[Mention]:
    for pattern in (_OPENING, _OF, _IT):
        for match in pattern.finditer(text):
            if _COST.match(text, match.start()):
                continue
            opening = max(text.rfind(". ", 0, match.start()), 0)
            earlier = [*spoken[-8:], *(pair for pair in told if pair[0].end <= match.start())]
            if pattern is _OF:
                # "a subsidiary of the Korean group": somebody else than the one of whom it is said.
                here = {one.id for one, _ in told if opening <= one.start < match.start()}
                earlier = [pair for pair in earlier if pair[0].id not in here]
            nation = _COUNTRY.get(match[0].partition(" ")[2].partition(" ")[0], "")
            if nation:
                earlier = [pair for pair in earlier if lexicon.country_of_firm(pair[0].id) in ("", nation)]
            firm = next((one for one, subject in reversed(earlier) if subject), None)
            firm = firm or (earlier[-1][0] if earlier else None)
            if firm is not None:
                yield Mention("org", match.start(), match.end(), firm.text, firm.id)


_COUNTRY = {
    "Japanese": "JPN", "Tokyo": "JPN", "Osaka": "JPN", "Nagoya": "JPN", "Korean": "KOR", "South": "KOR", "Seoul": "KOR",
    "Chinese": "CHN", "Taiwanese": "TWN", "Australian": "AUS", "Canadian": "CAN", "German": "DEU", "French": "FRA",
    "British": "GBR", "Dutch": "NLD", "Swiss": "CHE", "Indian": "IND", "Israeli": "ISR", "Norwegian": "NOR",
    "Swedish": "SWE", "Belgian": "BEL", "American": "USA",
}  # fmt: skip


def _opens(text: str, start: int) -> bool:
    """Whether a name opens a sentence, so that it is most likely what the sentence is about."""
    return bool(
        re.search(r"(?:^|[.!?][\"”]? )(?:The |In \w+, |On \w+, |\w+ \d{1,2}, )?$", text[max(0, start - 24) : start])
    )


def _is_firm(org: Mention, lexicon: Lexicon) -> bool:
    kind = lexicon.organizations.get(org.id, {}).get("kind", "company")
    return kind in ("company", "utility", "trading_house", "joint_venture", "spv") and not re.search(
        r"Bank\b|銀行$", org.text
    )

"""Facilities in passing: whom a project serves, where its inputs come from, what stands next door or stood there.

What belongs here: the words around a facility which tell that it is no project of the text. What does not: facilities
(`sites`), and which mentions are the same project (`grouping`).
"""

from __future__ import annotations

import re

_ARTICLE = (
    r"(?:(?:the|an?|its|their|his|this|that|those|these|some|several|many|another|one of (?:its|the)"
    r"|[A-Z][\w.&'’-]*)\s)"
)
_WORDS = rf"{_ARTICLE}?(?:(?!(?:the|an?|its|their|is|are|was|will|and|which|that|to)\s)[\w.&'’-]+\s){{0,4}}$"
_SOURCE = re.compile(rf"\b(?:from|out of)\s{_ARTICLE}{_WORDS}")
_WHOSE = re.compile(
    r"\b(?:whose|precedent for|(?<!\ba\s)(?<!\bA\s)(?:rivals?|competing)|an existing"
    r"|(?:which|that|who)\s(?:already\s)?(?:runs?|owns?|operates?|has|had)|(?:operators?|owners?)\sof)\s(?:[\w'’-]+\s){0,3}$"
)
_STARTING = re.compile(
    r"\b(?:began|begun|begins?|start(?:s|ed|ing)?|first|sent)\b[^.;]{0,60}\b(?:its|the|their)\s[^.;]{0,40}$"
)
"""What a facility has begun to give tells of the facility: "began selling electricity from its station"."""
_NEIGHBOUR = re.compile(
    r"\b(?:next(?:\sdoor)?\sto|beside|alongside|adjacent\sto|adjoining|across\s(?:\w+\s){0,2}from|opposite|not\sfar\sfrom"
    r"|miles?\s(?:away\s)?(?:from|north\sof|south\sof|east\sof|west\sof)|kilomet(?:er|re)s?\s(?:away\s)?from|close\sto"
    r"|in\sthe\sshadow\sof|(?:part|corner|edge|end)\sof\san?|(?:began|started|founded|set\sup|born)\s(?:life\s)?(?:in\s\d{4}\s)?as|on\sthe\ssite\sof|site\sof|in\sthe\sgrounds\sof|grounds\sof|in\spart\sof|neighbou?ring|together\swith|along\swith|combined\swith)"
    rf"\s{_WORDS}"
)
_PURPOSE = re.compile(
    r"\b(?:(?:meant|intended|destined|earmarked|needed|used|suited|sold|demand|appetite)\s(?:for|in|by|from|to)"
    r"|(?:electricity|power|gas|fuel|current|energy|water|parts|equipment|components?|cooling|tools|steel|sales|shipments"
    r"|deliveries|supplies)\s(?:for|to|in)|customers\s(?:like|such\sas)|serv(?:e|es|ing)|feed(?:s|ing)?"
    rf"|cool(?:s|ing)?|fuel(?:s|ling|ing)?|depend(?:s|ent)?\son|thanks\sto|unlike|like|than)\s{_WORDS}"
)
_GONE = re.compile(
    r"\b(?:former|old|disused|abandoned|defunct|shuttered|closed|mothballed|demolished|derelict|retired|bankrupt|vacant|last)"
    r"\s(?:[\w.&'’-]+\s){0,3}$",
    re.IGNORECASE,
)
_REVIVED = re.compile(
    r"\b(?:re-?start|re-?open|reviv|re-?commission|refurbish|rebuil|bring(?:ing)? back|brought back|resum|buy|bought"
    r"|take over)",
    re.IGNORECASE,
)
_JA_BEHIND = re.compile(
    r"(?:(?:[・、や][^・、。|はがを]{1,12})?(?:向け|用の)|群|用(?:の|に)|などに(?:使|納|供給)|から(?:出|送|運|届|納|搬|調達|仕入|受け|買|の(?:くず|副産|排|廃))|に(?:隣接|隣り合)|の?隣接|の(?:隣|近く|すぐ|跡地|そば)"
    r"|跡地?|などで使|に(?:置く|据える|並べる|納める|設置する|据え付ける)|に使う|で使う|に使われ|へ(?:の)?供給|(?:に|へ)(?:送る|送電|供給|届け|流す|回す|売る|運ぶ|納め|卸す|引く)|(?:など)?(?:に|へ)(?:[^、。]{0,8}を)?(?:送|届|供給|納め|納入|出荷|卸|売|販売|引き渡|振り向)|(?:など)?の需要|の顧客"
    r"|で(?:つく|作|造|生産|製造|量産)(?:った|し(?:た|てきた)|ってきた)(?=[^。、]{0,3}(?:製品|品|もの|部品|素材|材料))|で(?:製錬|精錬|精製|加工|処理|使用|消費)され|で[^、。はが]{1,10}(?:に(?:する(?=。|$|方針|計画)|加工|仕上げ|変え))|を(?:掘る|運営する|持つ|手がける|営む|操業する|保有する|抱える|もつ)(?=[ァ-ヺーA-Zａ-ｚＡ-Ｚ一-鿿]))"
)
_JA_BEFORE = re.compile(
    r"(?:本社(?!工場)|本店|旧|閉鎖した|閉鎖された|隣り合う|隣接する|隣の|近隣の|最寄りの|使わなくなった|廃止した|休止した|既に稼働する)[^、。]{0,8}$"
)


_JA_CONVERTED = re.compile(r"を(?:衣替え|転用|改装|改造|転換|作り替え|居抜き|買い取り)")
"""What a works was before it becomes the project: 「自動車部品の工場を衣替えする」."""


def in_passing(text: str, start: int, end: int) -> bool:
    """Whether an English facility is mentioned only for what a project serves, uses, neighbours or replaces.

    Args:
        text: A paragraph.
        start, end: The facility with the product in front of it.
    """
    lead = text[max(0, start - 90) : start]
    source = _SOURCE.search(lead) and not _STARTING.search(lead)
    if _WHOSE.search(lead) or source or _NEIGHBOUR.search(lead) or _PURPOSE.search(lead):
        return True
    return bool(_GONE.search(lead)) and not _REVIVED.search(text[max(0, start - 120) : end + 60])


def in_passing_japanese(text: str, start: int, end: int) -> bool:
    """The same for a Japanese facility."""
    converted = end - start > len("工場") and _JA_CONVERTED.match(text, end)
    return bool(converted or _JA_BEHIND.match(text, end) or _JA_BEFORE.search(text[max(0, start - 20) : start]))

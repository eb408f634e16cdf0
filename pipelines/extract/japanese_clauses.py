"""Does a Japanese verb belong to the organisation before it? Clauses end, relative clauses have subjects of their own.

What belongs here: signs of grammar that part a name with は, が or も from a verb that a pattern found behind it. What
does not: patterns (`relations`), roles by particles (`frames`).
"""

from __future__ import annotations

import re

_PARTICLE = re.compile(r"(?:など|ほか|側|社|株式会社)?(?:[0-9]{0,2}[社行])?(?:（[^（）]{1,40}）)?(は|が|も)、?")
_CLOSED = re.compile(r"(?:[しちりきぎびみいえけせてめれべ]|って|んで|おり|たが|るが|ほか|一方)、")
"""Behind a verb in the form that goes on to the next clause."""
_NOUN = "一-鿿ァ-ヺーA-Za-z0-9」』）\ue000-\uebff"
_NEW_SUBJECT = re.compile(rf"(?<=[{_NOUN}])(?:は|が|も)(?![、てらし])")
_NEW_FIRM = re.compile(r"[\ue000-\ue1ff](?:（[^（）]{1,30}）)?(?:など|側|社)?が")
_PLAIN = re.compile(r"(?:[一-鿿い][るたうくむぶつすぬぐ]|する|した|られる|された|れる|ている|ていた)$")
"""A verb that may stand before the noun which it tells of."""
_NO_NOUN = re.compile(
    r"計画|方針|予定|見通し|見込|考え|意向|案|契約|合意|覚書|構え|構想|運び|段階|可能性|必要|準備|態勢|体制|一方|条件|権利|約束|目標"
    r"|戦略|協定|書簡|協議|交渉|検討|動き|決定|旨|際|上で|前|後|時|間|場合|事業計画|基本|最終|投資"
)
"""Nouns behind such a verb that say what the subject of the sentence does."""
_RECIPIENT = re.compile(
    r"(?:する|した|している|していた|[一-鿿](?:る|た|う|む|く|ぶ|つ|す))[一-鿿ァ-ヺ0-9a-z\ue400-\uebff][^、。はがを]{0,14}?(?:に|へ|向けに)"
    r"[^、。はが]{0,16}$"
)
_CUSTOMER = re.compile(
    r"[^、。はがを\ue400-\ue4ff]{1,16}?(?:に|へ|向けに)[^、。]{0,6}(?:供給|納入|納め|出荷|販売|届け|使われ|採用)"
)
"""Behind what a customer does with the product: 「Xが量産する品に供給する」."""
_OF_PROJECT = frozenset({"developer", "operator", "owner", "parent", ""})


def governs(text: str, end: int, stop: int, role: str) -> bool:
    """Whether a verb found behind an organisation may be the organisation's.

    Args:
        text: The masked sentence.
        end: Where the organisation ends in it.
        stop: Where what was found ends.
        role: The role that it would give.

    Returns:
        True where no particle of a subject stands behind the organisation.
    """
    particle = _PARTICLE.match(text, end)
    if particle is None or particle.end() >= stop:
        return True
    gap, topic = text[particle.end() : stop], particle[1] == "は"
    closed = [match.end() for match in _CLOSED.finditer(gap, 0, max(0, len(gap) - 2))]
    if closed and (_NEW_FIRM if topic else _NEW_SUBJECT).search(gap[closed[-1] :]):
        return False
    if topic and role != "developer" and _PLAIN.search(gap) and _opens_noun(text[stop : stop + 6]):
        return False
    if topic or role == "offtaker":
        return True
    return not (_CUSTOMER.match(text, stop) if role in _OF_PROJECT else _RECIPIENT.search(gap))


def _opens_noun(behind: str) -> bool:
    """Whether a noun follows that the verb before it tells of."""
    return bool(re.match(r"[一-鿿ァ-ヺ「『\ue000-\uebff]", behind)) and not _NO_NOUN.match(behind)

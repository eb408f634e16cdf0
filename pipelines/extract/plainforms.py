"""Polite Japanese verb endings as plain ones, so that one pattern reads both styles (発表しました, 発表した).

What belongs here: endings. What does not: what the verbs mean.
"""

from __future__ import annotations

import re

_TA = {
    "い": "った",
    "ち": "った",
    "り": "った",
    "き": "いた",
    "ぎ": "いだ",
    "み": "んだ",
    "に": "んだ",
    "び": "んだ",
    "し": "した",
}
_RU = {"い": "う", "ち": "つ", "り": "る", "き": "く", "ぎ": "ぐ", "み": "む", "に": "ぬ", "び": "ぶ", "し": "する"}
_POLITE = re.compile(
    r"(?P<end>[いちりきぎみにびし]?)(?P<form>ませんでした|ません|ましたが|ました|ましょう|まして|ます)(?=[^せ]|$)|でしょう|でした|です"
)
_SINGLE = re.compile(r"(?:て|で)い$|[てで]き$|[起落過下降足生尽用率応見出着居似煮診試老閉感信禁通報論命講演投任]$")
"""Stems of verbs that only add the ending: 見ました is 見た, ています is ている."""


_IS = {"おる": "いる", "おった": "いた", "おらない": "いない", "おらなかった": "いなかった"}
_HUMBLE = re.compile(r"(?<=[てで])お(?:る|った|らなかった|らない)")


def plain(text: str) -> str:
    """Turn the polite endings of a Japanese sentence into plain ones; other sentences come back unchanged.

    Args:
        text: A sentence in lower case.
    """
    if "ます" not in text and "まし" not in text and "ませ" not in text and "です" not in text and "でし" not in text:
        return text
    plainer = _POLITE.sub(_plain_ending, text)
    # 操業しております is the humble 操業している.
    return _HUMBLE.sub(lambda found: _IS[found[0]], plainer) if "お" in plainer else plainer


def _plain_ending(match: re.Match[str]) -> str:
    form = match["form"]
    if form is None:
        return {"でした": "だった", "でしょう": "だろう", "です": "だ"}[match[0]]
    end = match["end"]
    stem = match.string[: match.start("form")]
    single = not end or _SINGLE.search(stem) is not None
    if form.startswith("ませ"):
        tail = "なかった" if form.endswith("した") else "ない"
        return end + tail if single or end == "し" else _negative(end) + tail
    if form.startswith("ました"):
        return (end + "た" if single else _TA[end]) + form[3:]
    if form == "ます":
        return end + "る" if single else _RU[end]
    return end + {"まして": "て", "ましょう": "よう"}[form] if single or end == "し" else match[0]


def _negative(end: str) -> str:
    return dict(zip("いちりきぎみにびし", "わたらかがまなばさ", strict=True))[end]

"""What a label or the heading of a column announces: a firm, a cost, a place, a role.

What belongs here: the vocabulary `field_labels`, and cutting lines into labels and values. What does not: lists and
tables as a whole (`listing`) and what their values mean for a project (`records`, `fields`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.extract.terms import has_cjk
from pipelines.extract.vocabulary import Reference, rows


@dataclass(frozen=True, slots=True)
class Label:
    """What a label announces.

    Attributes:
        kind: firm, project, cost, scale, financing, role, place, capacity, status, announced and so on; empty where the
            words are no label.
        code: Role or instrument.
        unit: What stands in brackets behind it ("US$ billion", 億円).
        ceiling: It announces the most that a sum may be (最大助成額).
    """

    kind: str
    code: str = ""
    unit: str = ""
    ceiling: bool = False


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label, where it opens, and its value: characters of the paragraph."""

    label: Label
    opens: int
    start: int
    end: int


NONE = Label("")
_LONGEST, _LONGEST_JA, _MOST_WORDS = 44, 18, 7
_NUMBERING = re.compile(
    r"^(?:[・•●○◆◇■□▪※*–—-]\s?|[(（]?[0-9０-９一二三四五六七八九十]{1,2}[)）.．、]\s?|[①-⑳]\s?|[(（][a-zア-ン][)）]\s?)+"
)
_BRACKET = re.compile(r"\s?[(（［\[]([^()（）］\]]{1,30})[)）］\]]")
_COLON = re.compile(r"[:：]\s?")
_INLINE = re.compile(r"(?:^|(?<=[;；。])|(?<=[.!?]\s))\s*([^:：;；。|.!?]{1,44}?)\s?[:：]\s?")
_HEADED = re.compile(r"^[【〔［\[]([^】〕］\]]{1,18})[】〕］\]]\s?(?=\S)")
_SPACED = re.compile(
    r"^([^\u3000:：|。]{2,14}(?:\u3000[^\u3000:：|。]{1,2})?"
    r"|[^\u3000:：|。]{1,6}(?:\u3000{1,4}[^\u3000:：|。]){1,4}(?=\u3000))\u3000+(?=\S)"
)
"""A label with the value behind wide blanks, spread out by such blanks itself or not: 所　在　地　　福岡県."""
_DASHED = re.compile(r"^([A-Z][\w' -]{2,30}?)\s[–—-]\s(?=\S)")
_RUN_IN = re.compile(r"^((?:Wh\w+|How)(?:\s[\w'’-]+){1,6}|[A-Z][\w'’-]*(?:\s[\w'’-]+){0,2})[.?]\s+(?=\S)")
_ARTICLE = re.compile(r"^(?:the|its|their|project|plant)\s", re.IGNORECASE)
_QUESTION = re.compile(r"Wh\w+|How")
_MOST = re.compile(r"^(?:最大|上限)|(?:上限|限度)額?$|^(?:maximum|max\.?|up to)\b", re.IGNORECASE)


class Labels:
    """Tells labels by the vocabulary `field_labels`, whose first fitting row decides."""

    def __init__(self, reference: Reference) -> None:
        self._rows = [
            (row["language"] == "ja", re.compile(row["pattern"], re.IGNORECASE), Label(row["kind"], row["code"]))
            for row in rows(reference, "field_labels")
        ]
        self._stages = [
            (re.compile(row["pattern"], re.IGNORECASE), row["stage"]) for row in rows(reference, "status_words")
        ]
        self._known: dict[str, Label] = {}

    def read(self, text: str) -> Label:
        """What a few words announce; a label without kind where they are none."""
        found = self._known.get(text)
        if found is None:
            found = self._read(text)
            if len(self._known) < _REMEMBERED:
                self._known[text] = found
        return found

    def _read(self, text: str) -> Label:
        bare = _NUMBERING.sub("", text.strip()).strip(" 　*")
        unit = _BRACKET.search(bare)
        bare = _BRACKET.sub("", bare).strip(" 　:：.?")
        japanese = has_cjk(bare)
        if japanese:
            bare = re.sub(r"\s|　", "", bare)
        if not bare or len(bare) > (_LONGEST_JA if japanese else _LONGEST) or len(bare.split()) > _MOST_WORDS:
            return NONE
        for of_japanese, pattern, label in self._rows:
            if of_japanese == japanese and pattern.search(bare):
                return Label(label.kind, label.code, unit[1] if unit else "", bool(_MOST.search(bare)))
        return NONE

    def _asks(self, text: str, label: Label) -> bool:
        return label.kind not in _NO_QUESTION and bool(_QUESTION.match(text) or self._is_all(text))

    def _is_all(self, text: str) -> bool:
        """Whether the words of a label are all that a short sentence holds ("The cost."), so that it states nothing."""
        bare = _ARTICLE.sub("", text)
        return any(match and 2 * len(match[0]) > len(bare) for match in (row[1].search(bare) for row in self._rows))

    def stage(self, text: str) -> str:
        """The stage that the words under a heading "status" tell; empty where they tell none."""
        return next((stage for pattern, stage in self._stages if pattern.search(text)), "")

    def in_line(self, text: str) -> Iterator[Labelled]:
        """The labels of a paragraph with their values: `label: value`, `【label】value`, a question that opens it."""
        found: list[tuple[Label, int, int]] = []
        if _COLON.search(text):
            for match in _INLINE.finditer(text):
                label = self.read(match[1])
                if label.kind:
                    found.append((label, match.start(), match.end()))
        if not found:
            opening = _HEADED.match(text) or _SPACED.match(text) or _DASHED.match(text) or _RUN_IN.match(text)
            label = self.read(opening[1]) if opening else NONE
            if opening and label.kind and (opening.re is not _RUN_IN or self._asks(opening[1], label)):
                found.append((label, opening.start(), opening.end()))
        for number, (label, opens, start) in enumerate(found):
            end = found[number + 1][1] if number + 1 < len(found) else len(text)
            yield Labelled(label, opens, start, end)


_REMEMBERED = 4096
_NO_QUESTION = frozenset({"note", "firm", "sector", "material", "share_table", "work"})


def cells(text: str) -> list[tuple[int, int]]:
    """Start and end of each cell of a table's row."""
    found, start = [], 0
    for match in re.finditer(r"\s?\|\s?", text):
        found.append((start, match.start()))
        start = match.end()
    return [*found, (start, len(text))]

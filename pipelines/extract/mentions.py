"""Sentences with everything that is mentioned in them, each mention one character of a masked text.

What belongs here: splitting paragraphs, the shape of an annotated sentence, and which of overlapping mentions stays.
What does not: finding the mentions (one module each) and what they have to do with each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.extract.patterns import KINDS, Found
from pipelines.extract.plainforms import plain
from pipelines.extract.terms import Hit, has_cjk

_RANK = ("program", "org", "site", "money", "place", "material", "date", "quantity", "share", "name")
"""Of overlapping mentions the one whose kind stands first stays, whatever their length."""

# fmt: off
_ABBREVIATIONS = frozenset({
    "mr", "mrs", "ms", "dr", "prof", "inc", "corp", "co", "ltd", "llc", "st", "no", "nos", "vs", "u.s", "u.k", "jan",
    "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "gov", "sen", "rep", "gen", "col",
    "fig", "approx", "est", "dept", "p.m", "a.m", "ft", "mt", "bros", "jr", "sr", "ph.d", "tenn", "tex", "calif",
    "fla", "ga", "ala", "ariz", "ark", "colo", "conn", "del", "ill", "ind", "kan", "ky", "la", "md", "mass", "mich",
    "minn", "miss", "mo", "mont", "neb", "nev", "okla", "ore", "pa", "va", "vt", "wash", "wis", "wyo", "n.c", "s.c",
    "n.y", "n.j", "n.m", "n.d", "s.d", "w.va", "d.c", "e.g", "i.e",
})
# fmt: on


@dataclass(slots=True, unsafe_hash=True)  # nothing changes one; frozen ones take three times as long to make
class Mention:
    """Something a sentence mentions.

    Attributes:
        kind: org, money, place, site, material, date, quantity, share, program or name.
        start, end: Characters of the paragraph.
        text: As found.
        id: What it resolves to (an organisation, a material, a programme); empty where it resolves to nothing.
        value: The finder's own record (AmountMention, DateMention, ...).
    """

    kind: str
    start: int
    end: int
    text: str
    id: str = ""
    value: Any = field(default=None, compare=False)


@dataclass(slots=True)
class Sentence:
    """One sentence of a paragraph.

    Attributes:
        number: Place in the document, from 0.
        paragraph: Number of its paragraph.
        start: Where it begins in the paragraph.
        text: Its text.
        heading: It is the document's title or a heading.
        mentions: In order, not overlapping.
        masked: Lower-case text with one character a mention.
        core: The same without asides.
        matched: Vocabulary and text form -> matches of its patterns; filled by `Lexicon.matches`.
        together: How many projects it speaks of at once, once `batches.counted` has told.
        parted: Where marks part its clauses, once `clusters.clause_of` has looked.
        held: Text form -> which words of patterns it holds; filled by `Lexicon.matches`.
        japanese: Whether it is in Japanese.
        products: Words of the vocabulary `products` in it, overlapping ones too (characters of the paragraph).
    """

    number: int
    paragraph: int
    start: int
    text: str
    heading: bool = False
    row: bool = False
    mentions: tuple[Mention, ...] = ()
    masked: str = ""
    core: str = ""
    matched: dict[tuple[str, str], list[Found]] = field(default_factory=dict, compare=False, repr=False)
    together: tuple[int | None] | None = field(default=None, compare=False, repr=False)
    parted: tuple[tuple[int, int], ...] | None = field(default=None, compare=False, repr=False)
    held: dict[str, frozenset[int]] = field(default_factory=dict, compare=False, repr=False)
    japanese: bool = False
    products: tuple[Hit, ...] = field(default=(), compare=False, repr=False)
    _by_mark: dict[str, Mention] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.japanese = has_cjk(self.text)

    def of(self, *kinds: str) -> list[Mention]:
        """Mentions of some kinds, in order."""
        return [mention for mention in self.mentions if mention.kind in kinds]

    def caught(self, marks: str) -> list[Mention]:
        """The mentions behind masked characters."""
        return [self._by_mark[mark] for mark in marks if mark in self._by_mark]

    def position(self, mention: Mention) -> int:
        """Where a mention stands in the masked text; -1 where it is masked by another."""
        return next((self.masked.find(mark) for mark, other in self._by_mark.items() if other is mention), -1)

    def locator(self, mention: Mention) -> str:
        """`p<paragraph>:<start>-<end>` of a mention."""
        return f"p{self.paragraph}:{mention.start}-{mention.end}"

    @property
    def whole(self) -> str:
        """`p<paragraph>:<start>-<end>` of the sentence."""
        return f"p{self.paragraph}:{self.start}-{self.start + len(self.text)}"


def split_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence of a paragraph; full stops in abbreviations, numbers and quotations end none."""
    ends = _japanese_ends(text) if has_cjk(text) else _english_ends(text)
    start = 0
    for end in _bounded([*ends, len(text)]):
        body = text[start:end]
        if body.strip():
            lead = len(body) - len(body.lstrip())
            yield start + lead, start + len(body.rstrip())
        start = end


_LONGEST = 3_000
"""Characters after which what goes on without an end is no sentence; each one costs by the square of its length."""


def _bounded(ends: Iterable[int]) -> Iterator[int]:
    """Ends of sentences with more of them where one would be too long."""
    last = 0
    for end in ends:
        yield from range(last + _LONGEST, end, _LONGEST)
        yield end
        last = end


def _english_ends(text: str) -> Iterator[int]:
    for match in re.finditer(r"[.!?]+[\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-Z0-9])", text):
        word = re.search(r"([\w.]+)$", text[max(0, match.start() - _LONGEST_WORD) : match.start()])
        last = (word[1] if word else "").lower()
        if text[match.start()] == "." and _is_abbreviation(last, text[match.end() :]):
            continue
        yield match.end()


_LONGEST_WORD = 64
"""Characters before a full stop that are looked at; no abbreviation is longer."""


def _is_abbreviation(word: str, following: str) -> bool:
    """Whether the full stop belongs to the word; behind "U.S." a sentence may end all the same."""
    if word in ("u.s", "u.k", "inc", "corp", "co", "ltd", "llc"):
        return not re.match(r"(?:The|It|Its|They|In|But|He|She|A|An|This|That|Both|At|For|On)\s", following)
    return word in _ABBREVIATIONS or bool(re.fullmatch(r"[a-z]|(?:[a-z]\.)+[a-z]", word))


def _japanese_ends(text: str) -> Iterator[int]:
    depth = 0
    for number, character in enumerate(text):
        if character in "「『（(":
            depth += 1
        elif character in "」』）)":
            depth = max(0, depth - 1)
        elif character in "。！？" and depth == 0:
            yield number + 1


def annotate(sentence: Sentence, mentions: Iterable[Mention]) -> None:
    """Give a sentence its mentions and masked texts; of overlapping ones the higher kind, then the longer, stays."""
    kept: list[Mention] = []
    ranked = sorted(mentions, key=lambda one: (_RANK.index(one.kind), one.start - one.end, one.start))
    for mention in ranked:
        if mention.start < sentence.start or mention.end > sentence.start + len(sentence.text):
            continue
        if all(mention.end <= other.start or mention.start >= other.end for other in kept):
            kept.append(mention)
    kept.sort(key=lambda mention: mention.start)
    sentence.mentions = tuple(kept)
    sentence._by_mark, sentence.masked = _mask(sentence, kept)
    sentence.core = _without_asides(sentence.masked)


def _mask(sentence: Sentence, mentions: Sequence[Mention]) -> tuple[dict[str, Mention], str]:
    marks: dict[str, Mention] = {}
    pieces: list[str] = []
    counts = dict.fromkeys(KINDS, 0)
    place = 0
    for mention in mentions:
        mark = chr(KINDS[mention.kind] + counts[mention.kind] % 256)
        counts[mention.kind] += 1
        marks[mark] = mention
        pieces += [sentence.text[place : mention.start - sentence.start], mark]
        place = mention.end - sentence.start
    pieces.append(sentence.text[place:])
    masked = _plain("".join(pieces))
    if marks and (_ARTICLE.search(masked) or any(quote in masked for quote in '"「」『』')):
        masked = _QUOTED.sub("", masked)
    return marks, plain(masked) if sentence.japanese else masked


def _plain(text: str) -> str:
    return text.lower().translate(_QUOTES)


_QUOTES: dict[int, str] = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u3000": " ", "\xa0": " "}
)
_QUOTES |= {0xFF01 + number: chr(0x21 + number) for number in range(0x5E) if chr(0x21 + number).isalnum()}
"""Quotation marks and full-width letters and digits, one for one."""
_QUOTED = re.compile(
    r"(?:^|(?<=from )|(?<=with )|(?<= by )|(?<= to )|(?<= of )|(?<= and )|(?<=that )|(?<= in ))the (?=[\ue000-\ue1ff])"
    r'|["「『](?=[\ue000-\ue1ff])|(?<=[\ue000-\ue1ff])[」』]'
    r'|"(?=[\ue000-\uebff])|(?<=[\ue000-\uebff])"|(?<=[\ue000-\uebff][,.])"'
)
"""Quotation marks around a name say nothing, nor does its article."""
_ARTICLE = re.compile("the [\ue000-\ue1ff]")
_ASIDE = re.compile(
    r"(?<=[\ue000-\ue1ff\ue300-\ue4ff\uea00-\ueaff])(?:,\s(?:the|a|an|which|who|known as|"
    r"part of|owned by|one of|itself|its|based in|an? \w+)\b[^,;]{1,110},(?=\s)|\s?\([^()"
    r"]{2,60}\)|\s-\s[^-]{3,90}\s-(?=\s)|（[^（）]{1,40}）)"
)


def _without_asides(masked: str) -> str:
    """The masked text without appositions and brackets behind names, so that a subject meets its verb."""
    if masked.isascii():
        return masked
    return _THROUGH.sub(r"\g<topic>", _ASIDE.sub("", masked)) if "を通じ" in masked else _ASIDE.sub("", masked)


_THROUGH = re.compile(
    r"(?P<topic>[\ue000-\ue1ff](?:は|が|も)、?)(?:[^、。はが\ue000-\ue1ff]{0,14}(?:の|「)?[\ue000-\ue1ff]」?|[^、。はが]{0,14}(?:子会社|法人))を通じ(?:て|た)?、?"
)
"""「Aは子会社のBを通じて」: what follows is what A does."""

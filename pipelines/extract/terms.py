"""Find the terms of a vocabulary in a text, all at once and in whatever typography they come.

What belongs here: normalising spelling (full width, half width, accents, dots, middle dots, possessives, capitals) with
a way back to the characters of the text, and the one scan for all terms. What does not: which hit is meant.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pipelines.extract.vocabulary import Row


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a vocabulary.

    Attributes:
        kind: organization, material, place, program, project, facility, product, firm, ...
        id: What the term stands for.
        form: The term as the vocabulary writes it.
        row: The vocabulary's row, for what else it says.
    """

    kind: str
    id: str
    form: str
    row: Row = field(default_factory=dict, compare=False, hash=False)


@dataclass(slots=True, unsafe_hash=True)  # nothing changes one; frozen ones take three times as long to make
class Hit:
    """A term in a text: characters start to end."""

    start: int
    end: int
    term: Term


_TOKEN = re.compile(r"[A-Za-z](?:\.[A-Za-z])+\b\.?|[A-Za-z]+(?:\d+[A-Za-z]*)?|\d+(?:[.,]\d+)*[A-Za-z]*|[&$€£¥]")
_CJK = re.compile(r"[぀-ヿ㐀-鿿豈-﫿가-힯ｦ-ﾟ]")
_WIDE = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"\u3000": " "})
_DASHED = re.compile(r"(?<=[ァ-ヺ])-(?=[ァ-ヺ])")
"""A dash typed for the long mark of katakana (スチ－ル)."""
_PARTING = re.compile(r"[/;:|!?()]")
_DROPPED = frozenset("・･·‧•＝゠ \u3000\t'’\u200b")
_SPELLINGS = {
    "organisation": "organization",
    "organisations": "organizations",
    "&": "and",
    "centre": "center",
    "aluminium": "aluminum",
    "programme": "program",
    "defence": "defense",
    "fibre": "fiber",
    "fibres": "fibers",
    "centres": "centers",
    "metre": "meter",
    "sulphur": "sulfur",
    "mould": "mold",
    "labour": "labor",
    "programmes": "programs",
    "licence": "license",
    "licences": "licenses",
    "mfg": "manufacturing",
}
_VOICED = (("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴェ", "ベ"), ("ヴォ", "ボ"), ("ヴ", "ブ"))


def has_cjk(text: str) -> bool:
    """Whether a text holds Japanese, Chinese or Korean characters."""
    return not text.isascii() and _CJK.search(text) is not None


@dataclass(frozen=True, slots=True)
class Tokens:
    """Words of a Latin text, normalised, with their characters."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @property
    def joined(self) -> str:
        """The words with one blank between, before and after."""
        return f" {' '.join(self.words)} "


def tokens(text: str) -> Tokens:
    """Split a text into normalised Latin words; Japanese characters part words and are left out."""
    plain = text if text.isascii() else _latin(text)
    words, starts, ends = [], [], []
    spelled = _SPELLINGS.get
    for match in _TOKEN.finditer(plain):
        word = match[0]
        start, end = match.span()
        if not word.isalpha():
            if word[0].isalpha():
                end -= word[-1] == "." and word.count(".") == 1
                word = word.replace(".", "")
            else:
                word = word.replace(",", "")
        word = word.lower()
        words.append(spelled(word, word))
        starts.append(start)
        ends.append(end)
    return Tokens(tuple(words), tuple(starts), tuple(ends))


def _latin(text: str) -> str:
    """The text with accents and width removed, character by character, so that places stay."""
    return text.translate(_BARE)


class _Bare(dict[int, str]):
    """Characters without accent and width, as `str.translate` asks for them."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = character if code < 128 else unicodedata.normalize("NFKD", character)
        self[code] = plain[0] if plain and plain[0].isascii() else character
        return self[code]


_BARE = _Bare()
_BLANKED = bytes(code if chr(code).isalnum() and code < 128 else 32 for code in range(256))
"""Letters and digits of ASCII as they are, all else blank."""
_ODD = re.compile(r"[.,&$](?:(?<=[&$])|(?<=[a-z0-9].)(?=[a-z0-9]))")
_ODD_NUMBER = re.compile(r"[0-9][a-z]+[0-9]")
_BLANKS = re.compile("  +")


class _Words:
    """The normalised words of a Latin text with one blank between, and the way back to the characters of the text.

    The same words as `tokens` gives. Where words are parted by nothing but blanks and marks, the text itself in lower
    case has them all, and the way back is asked for only where something was found.

    Attributes:
        joined: The words with one blank between, before and after.
    """

    __slots__ = ("_gaps", "_plain", "_removed", "_words", "joined")

    def __init__(self, text: str) -> None:
        self._gaps: list[int] | None = None
        self._removed: list[int] = []
        plain = text if text.isascii() else _latin(text)
        ascii_only = plain.encode("ascii", "replace").lower()
        lower, blanked = ascii_only.decode(), ascii_only.translate(_BLANKED).decode()
        words = blanked.split()
        odd = _ODD.search(lower) or _ODD_NUMBER.search(lower) or not _SPELLINGS.keys().isdisjoint(words)
        if odd or not (text.isascii() or ("€" not in plain and "£" not in plain and "¥" not in plain)):
            words = [one if one.isalpha() else _without_marks(one) for one in _TOKEN.findall(plain)]
            words = " ".join(words).lower().split(" ")
            if not _SPELLINGS.keys().isdisjoint(words):
                words = [_SPELLINGS.get(word, word) for word in words]
            self._words, self._plain = words, plain
        else:
            self._words, self._plain = [], f" {blanked} "
        self.joined = f" {' '.join(words)} "

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Characters of the text behind characters of `joined` that open and close with a blank."""
        if self._words:
            first, last = self.joined.count(" ", 0, start + 1) - 1, self.joined.count(" ", 0, end - 1) - 1
            if self._gaps is None:
                self._gaps, self._removed = [], []
                for match in _TOKEN.finditer(self._plain):
                    self._gaps.append(match.start())
                    self._removed.append(match.end())
            stop = self._removed[last]
            opening = self._plain[self._gaps[last]]
            if (
                self._plain[stop - 1] == "."
                and opening.isalpha()
                and self._plain.count(".", self._gaps[last], stop) == 1
            ):
                stop -= 1
            return self._gaps[first], stop
        if self._gaps is None:
            self._gaps, removed = [], 0
            for blanks in _BLANKS.finditer(self._plain):
                self._gaps.append(blanks.start() - removed)
                removed += blanks.end() - blanks.start() - 1
                self._removed.append(removed)
        # One blank stands before the text; what other blanks went before a place is added to it.
        return self._place(start + 1), self._place(end - 2) + 1

    def _place(self, place: int) -> int:
        before = bisect_left(self._gaps or (), place)
        return place - 1 + (self._removed[before - 1] if before else 0)


def _without_marks(word: str) -> str:
    return word.replace(".", "") if word[0].isalpha() else word.replace(",", "")


def fold(text: str) -> tuple[str, list[int]]:
    """Japanese text without the typography that changes nothing, and the place of each character kept.

    Returns:
        Folded text (NFKC, lower case, no blanks or middle dots, ヴァ as バ) and for each of its characters the index of
        the character of `text` it comes from, with one more entry for the end.
    """
    plain = text.translate(_WIDE)
    if "-" in plain and _DASHED.search(plain):
        text = plain = _DASHED.sub("ー", plain)
    if unicodedata.is_normalized("NFKC", plain) and len(plain.lower()) == len(plain):
        # Nothing but blanks and dots goes: the usual case, and reading's most frequent one.
        kept = [place for place, character in enumerate(plain) if character not in _DROPPED]
        joined = plain.lower() if len(kept) == len(plain) else "".join([plain[place].lower() for place in kept])
        return _unvoice(joined, [*kept, len(text)]) if "ヴ" in joined else (joined, [*kept, len(text)])
    return _fold_slowly(text)


def _fold_slowly(text: str) -> tuple[str, list[int]]:
    """Fold a text in which characters change their number: half width, decomposed, squared forms."""
    folded: list[str] = []
    places: list[int] = []
    number = 0
    while number < len(text):
        character = text[number]
        # A half-width or decomposed kana and its voicing mark are one character.
        span = 2 if number + 1 < len(text) and text[number + 1] in "ﾞﾟ\u3099\u309a" else 1
        if character in _DROPPED:
            number += 1
            continue
        known = "ぁ" <= character <= "ヺ" or "一" <= character <= "鿿"
        plain = character if known and span == 1 else unicodedata.normalize("NFKC", text[number : number + span])
        for piece in plain.lower():
            folded.append(piece)
            places.append(number)
        number += span
    places.append(len(text))
    joined = "".join(folded)
    if "ヴ" in joined:
        return _unvoice(joined, places)
    return joined, places


def _unvoice(folded: str, places: list[int]) -> tuple[str, list[int]]:
    text: list[str] = []
    kept: list[int] = []
    number = 0
    while number < len(folded):
        for old, new in _VOICED:
            if folded.startswith(old, number):
                text.append(new)
                kept.append(places[number])
                number += len(old)
                break
        else:
            text.append(folded[number])
            kept.append(places[number])
            number += 1
    kept.append(places[-1])
    return "".join(text), kept


class TermIndex:
    """Every term of every vocabulary in two automata: words for Latin text, characters for Japanese."""

    def __init__(self, terms: Iterable[Term], *, plural_kinds: frozenset[str] = frozenset()) -> None:
        from daachorse import CharwiseDoubleArrayAhoCorasick

        latin: dict[str, list[Term]] = {}
        japanese: dict[str, list[Term]] = {}
        for term in terms:
            if not has_cjk(term.form):
                for words in _plurals(tokens(term.form).words, term.kind in plural_kinds):
                    if words:
                        latin.setdefault(f" {' '.join(words)} ", []).append(term)
            folded, _ = fold(term.form)
            everywhere = term.kind in ("organization", "firm", "program", "project", "place")
            if folded and (has_cjk(term.form) or everywhere or term.row.get("language") == "ja"):
                japanese.setdefault(folded, []).append(term)
        self._latin, self._latin_keys = list(latin.values()), list(latin)
        self._japanese, self._japanese_keys = list(japanese.values()), list(japanese)
        self._words = CharwiseDoubleArrayAhoCorasick(self._latin_keys) if latin else None
        self._characters = CharwiseDoubleArrayAhoCorasick(self._japanese_keys) if japanese else None

    def scan(self, text: str) -> list[Hit]:
        """Every term at every place of a text, overlapping ones too, in the order of the text."""
        hits = self._scan_japanese(text) if has_cjk(text) else self._scan_latin(text)
        if len(hits) > 1:
            hits.sort(key=lambda hit: (hit.start, -hit.end, hit.term.kind, hit.term.id))
        return hits

    def _scan_latin(self, text: str) -> list[Hit]:
        if self._words is None:
            return []
        words = _Words(text)
        hits = []
        for start, end, number in self._words.find_overlapping(words.joined):
            first, last = words.span(start, end)
            surface = text[first:last]
            # Within one word there is no mark; between words one parts them unless the term has it, too.
            parted = None if " " not in self._latin_keys[number][1:-1] else _PARTING.search(surface)
            hits += [
                Hit(first, last, term)
                for term in self._latin[number]
                if parted is None or not any(mark in surface and mark not in term.form for mark in "/;:|!?()")
            ]
        return hits

    def _scan_japanese(self, text: str) -> list[Hit]:
        if self._characters is None:
            return []
        folded, places = fold(text)
        hits = []
        for start, end, number in self._characters.find_overlapping(folded):
            key = self._japanese_keys[number]
            if _cuts_word(folded, start, end, key):
                continue
            stop = places[end - 1] + 1
            while stop < len(text) and stop < places[end] and text[stop] in "ﾞﾟ\u3099\u309aァィェォｧｨｪｫ":
                stop += 1
            hits += [Hit(places[start], stop, term) for term in self._japanese[number]]
        return hits


def _cuts_word(folded: str, start: int, end: int, key: str) -> bool:
    """Whether a hit that begins or ends with a Latin letter, digit or katakana lies inside a longer such word."""
    return (start > 0 and _same_word(folded[start - 1], key[0])) or (
        end < len(folded) and _same_word(key[-1], folded[end])
    )


def _same_word(left: str, right: str) -> bool:
    if left.isascii() and right.isascii():
        return left.isalnum() and right.isalnum()
    return False


def _plurals(words: tuple[str, ...], wanted: bool) -> list[tuple[str, ...]]:
    if not wanted or not words:
        return [words]
    last = words[-1]
    more = [last + "s"]
    if last.endswith(("s", "x", "ch", "sh")):
        more = [last + "es"]
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        more = [last[:-1] + "ies"]
    return [words, *((*words[:-1], plural) for plural in more)]


def longest(hits: Iterable[Hit], accept: Callable[[Hit], bool] = lambda _: True) -> list[Hit]:
    """Of overlapping hits the longest, the earlier of two equal ones; those not accepted do not count."""
    accepted = list(filter(accept, hits))
    if len(accepted) < 2:
        return accepted
    chosen: list[Hit] = []
    starts: list[int] = []
    for hit in sorted(accepted, key=lambda hit: (hit.start - hit.end, hit.start)):
        # Those chosen do not overlap, so only the neighbours can.
        place = bisect_right(starts, hit.start)
        if (place and chosen[place - 1].end > hit.start) or (place < len(starts) and starts[place] < hit.end):
            continue
        starts.insert(place, hit.start)
        chosen.insert(place, hit)
    return chosen

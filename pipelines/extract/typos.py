"""Known names with a typo of one or two letters.

What belongs here: candidates for a misspelt name and how far from it they may be. What does not: names as registered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.extract.terms import Term, fold, has_cjk, tokens

_PHRASE = re.compile(r"[A-Z][\w’'.-]*(?:(?:,? (?:of|and|for|the|&) |, | )[A-Z&][\w’'.-]*){0,8}")
_BODIES = frozenset("会社省庁部課館局店県市町村区院校賞杯展株債法案戦線駅城寺塾隊軍団組党派場園荘湖川山島港橋")
"""A name that ends like this is that of another body, not a slip."""
_RUN = re.compile(r"[一-鿿々ァ-ヺーA-Za-zＡ-Ｚａ-ｚ0-9・･&＆ｦ-ﾟ]{4,24}")


@dataclass(frozen=True, slots=True)
class Typo:
    """A misspelt known name: characters start to end of the text."""

    start: int
    end: int
    term: Term


class TypoIndex:
    """Known names by their normalised spelling, for a search with tolerance.

    Args:
        terms: Names that a typo may stand for.
        others: Right names of other firms (and ordinary words): never a typo.
        legal: Legal forms.
        heads: Words that firms' names end with (製作所, 電機).
    """

    def __init__(
        self, terms: Iterable[Term], others: Iterable[str], legal: re.Pattern[str], heads: Iterable[str] = ()
    ) -> None:
        self._legal = legal
        self._heads = re.compile(rf"(?:{'|'.join(map(re.escape, heads)) or '(?!)'})$")
        self._latin: dict[str, Term] = {}
        self._japanese: dict[str, Term] = {}
        for term in terms:
            if has_cjk(term.form):
                # Names of ministries differ from each other's by one character: only long ones bear a typo.
                if term.row.get("org_kind") in ("ministry", "government") and len(term.form) < 8:
                    continue
                self._japanese.setdefault(fold(term.form)[0], term)
            elif term.row.get("name_kind") not in ("abbreviation", "misspelling"):
                self._latin.setdefault(" ".join(tokens(term.form).words), term)
        self._others = {fold(name)[0] if has_cjk(name) else " ".join(tokens(name).words) for name in others}
        self._latin_keys = _by_length(key for key in self._latin if len(key) >= 5)
        self._japanese_keys = _by_length(key for key in self._japanese if len(key) >= 4)
        self._kana: dict[str, list[str]] = {}
        for key in self._japanese:
            if len(key) >= 4 and re.fullmatch(r"[ァ-ヺー]+", key):
                self._kana.setdefault(_loose(key), []).append(key)
        self._seen: dict[tuple[str, bool], tuple[int, Term | None]] = {}

    def find(self, text: str, taken: Sequence[tuple[int, int]], *, japanese: bool) -> Iterator[Typo]:
        """Misspelt names in a text outside the spans already taken."""
        for match in (_RUN if japanese else _PHRASE).finditer(text):
            surface = match[0]
            if (surface, japanese) not in self._seen:
                self._remember(surface, japanese)
            size, term = self._seen[surface, japanese]
            if term is None or any(match.start() < end and start < match.end() for start, end in taken):
                continue
            yield Typo(match.start(), match.start() + size, term)

    def _remember(self, surface: str, japanese: bool) -> None:
        """Keep what a run of capitalised words or characters is a slip of; the same ones come again and again."""
        if len(self._seen) > 50_000:
            self._seen.clear()
        bare = surface if japanese else re.sub(r"['’]s$|[.,'’]+$", "", surface)
        term = self._closest_japanese(bare) if japanese else self._closest_latin(bare)
        self._seen[surface, japanese] = len(bare), term

    def _closest_latin(self, surface: str) -> Term | None:
        bare = surface
        while (match := self._legal_end(bare)) is not None:
            bare = bare[:match].rstrip(" ,")
        for form in (surface, bare):
            words = " ".join(tokens(form).words)
            if len(words) < 5 or words in self._others or words in self._latin:
                continue
            found = self._nearest(words, self._latin_keys, 1 if len(words) < 9 else 2)
            found = [name for name in found if _words_agree(words, name)]
            terms = {self._latin[name].id: self._latin[name] for name in found}
            if len(terms) == 1:
                return next(iter(terms.values()))
        return None

    def _legal_end(self, text: str) -> int | None:
        last = None
        for match in self._legal.finditer(text):
            last = match
        return last.start() if last is not None and last.end() == len(text) and last.start() > 0 else None

    def _closest_japanese(self, surface: str) -> Term | None:
        folded = re.sub(r"^(?:株式会社|\(株\))|(?:株式会社|\(株\)|社)$", "", fold(surface)[0])
        kana = bool(re.fullmatch(r"[ァ-ヺーa-z0-9]+", folded))
        if len(folded) < 4 or folded in self._others or folded in self._japanese:
            return None
        sounding = self._kana.get(_loose(folded), ()) if kana else ()
        if heard := {self._japanese[key].id: self._japanese[key] for key in sounding}:
            return next(iter(heard.values())) if len(heard) == 1 else None
        if len(folded) < (6 if kana else 5):
            near = [] if kana else [name for name in self._japanese_keys.get(len(folded), ()) if _slips(folded, name)]
            alike = {self._japanese[name].id: self._japanese[name] for name in near}
            return next(iter(alike.values())) if len(alike) == 1 else None
        found = self._nearest(folded, self._japanese_keys, 2 if kana and len(folded) >= 10 else 1)
        # The head of a Japanese name stands at its end and its family at its start: a difference there is another firm.
        # Where it ends with no head that a firm bears, its last character is the slip (製作書).
        headed = kana or bool(self._heads.search(folded)) or folded[-1] in _BODIES
        found = [name for name in found if name[0] == folded[0] and (not headed or kana or name[-1] == folded[-1])]
        terms = {self._japanese[name].id: self._japanese[name] for name in found}
        return next(iter(terms.values())) if len(terms) == 1 else None

    def _nearest(self, key: str, names: Mapping[int, Sequence[str]], allowed: int) -> list[str]:
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        # A name is at most `allowed` letters longer or shorter than its misspelling.
        near = [name for size in range(len(key) - allowed, len(key) + allowed + 1) for name in names.get(size, ())]
        found = extract(key, sorted(near), scorer=OSA.distance, score_cutoff=allowed, limit=4)
        return [str(name) for name, _, _ in found]


def _by_length(names: Iterable[str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for name in sorted(names):
        found.setdefault(len(name), []).append(name)
    return found


def is_legal_slip(after: str) -> bool:
    """Whether the word behind a name is a misspelt legal form ("Fujikura Limted")."""
    from rapidfuzz.distance import OSA

    word = re.match(r"\s([A-Z][a-z]{4,12})\b", after)
    return word is not None and any(
        0 < OSA.distance(word[1].lower(), form) <= (1 if len(form) < 9 else 2)
        for form in ("corporation", "limited", "company", "incorporated")
    )


_SMALL_WORDS = frozenset({"of", "for", "and", "the", "in", "on", "to"})


def _loose(name: str) -> str:
    """Katakana without what ears and eyes mistake: voicing, long marks, small letters (ベクデル for ベクテル)."""
    plain = "".join(one for one in unicodedata.normalize("NFD", name) if one not in "\u3099\u309aー")
    return plain.translate(_SMALL_KANA)


_SMALL_KANA = str.maketrans("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ")


def _slips(left: str, right: str) -> bool:
    """Whether two names of one length differ in one character that sounds or looks like the other (電機 and 電気)."""
    differing = [(one, other) for one, other in zip(left, right, strict=True) if one != other]
    return len(differing) == 1 and any(set(differing[0]) <= set(group) for group in _ALIKE)


_ALIKE = [
    "機気器幾械機木",
    "鉄鐵鉃銕",
    "製制成",
    "作昨策",
    "所処諸",
    "商尚称高",
    "事時亊字",
    "物仏牧",
    "産算参彦",
    "通痛道",
    "重里垂車",
    "工エ江口行",
    "業行菜",
    "電雷伝",
    "友支反右",
    "菱凌稜陵麦",
    "三参",
    "井丼",
    "住佳往",
    "村材",
    "田由甲",
    "日目曰白",
    "京亰",
    "阪坂",
    "忠仲虫",
    "伊井",
    "藤籐",
    "銀鋃艮",
    "省生",
    "豊農登",
    "旭九",
    "化花",
    "本木未末",
    "東束柬",
    "芝柴",
    "双雙",
    "和知",
    "ガカ",
]
"""Characters that are typed or read for each other: of one sound, or of one shape."""


def _words_agree(found: str, name: str) -> bool:
    """Whether two names have the same number of words and differ only within long ones."""
    from rapidfuzz.distance import OSA

    left, right = found.split(), name.split()
    if len(left) != len(right):
        return found.replace(" ", "") == name.replace(" ", "")
    for place, (word, known) in enumerate(zip(left, right, strict=True)):
        # A short word behind the name proper may lack or change one letter ("Osaka Gs").
        short = place and len(known) in (3, 4) and word[0] == known[0] and known + "s" != word
        if short and len(left[0]) >= 5 and left[0] == right[0] and OSA.distance(word, known) < 2:
            continue
        if word in _SMALL_WORDS and known in _SMALL_WORDS:
            continue
        distance = OSA.distance(word, known)
        if distance and (
            len(known) < 5 or distance > (1 if len(known) < 8 else 2) or known + "s" == word or word[0] != known[0]
        ):
            return False
    return True

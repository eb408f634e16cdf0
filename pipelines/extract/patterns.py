"""Patterns as data: expressions over sentences in which every mention is one character of its kind.

A pattern of the vocabulary is a regular expression in lower case with placeholders: `{org}`, `{orgs}` (a coordination:
"A, B and C"), `{money}`, `{place}`, `{site}`, `{material}`, `{materials}`, `{date}`, `{quantity}`, `{share}`,
`{program}`, `{name}`; `{org:owner}` names what it catches. ` .. ` stands for a few words without another organisation,
` ... ` for more, ` ~ ` for words with any mention; in Japanese `……`, `…` and `‥` for many, some and few characters.

What belongs here: compiling patterns, and trying only those whose words and kinds of mentions occur. What does not:
the patterns themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from re import _parser as regex_parser  # type: ignore[attr-defined]
from typing import Any

from pipelines.extract.gating import word_sets
from pipelines.extract.vocabulary import Row

KINDS = {
    "org": 0xE000,
    "money": 0xE200,
    "place": 0xE300,
    "site": 0xE400,
    "material": 0xE500,
    "date": 0xE600,
    "quantity": 0xE700,
    "share": 0xE800,
    "program": 0xE900,
    "name": 0xEA00,
}
"""Kind of mention -> first code point of its block of 256 (512 for organisations)."""


def _block(kind: str) -> str:
    first = KINDS[kind]
    return rf"[\u{first:04x}-\u{first + (0x1FF if kind == 'org' else 0xFF):04x}]"


BLOCKS = {kind: _block(kind) for kind in KINDS}
_JOIN = (
    r"(?:,? and (?:the )?(?:\w+ ){0,3}?|, (?:the )?|/| & "
    r"|(?:、(?:同じく)?|や|と|・|及び|および|並びに|のほか、?)"
    rf"(?:米|英|独|仏|豪|韓|加|台湾の|{BLOCKS['place']}(?:国営|国有|政府系)?の|{BLOCKS['place']}法人)?)"
)
_ORG = BLOCKS["org"]
_ARM = (
    rf"の(?:{BLOCKS['place']}|現地|海外|欧州|北米|国内)?の?(?:現地法人|法人|子会社|グループ会社|事業会社)"
    r"(?=[はがもにへとや、]|から|による|など)"
)
"""A firm's arm without a name of its own stands for the firm: 竹中工務店の欧州法人が."""
_AFTER_ORG = rf"(?: of (?:the )?{BLOCKS['place']}| \([^()]{{1,30}}\)|（[^（）]{{1,30}}）| {BLOCKS['share']}|{_ARM})?"
LISTS = {
    "orgs": rf"{_ORG}{_AFTER_ORG}(?:{_JOIN}{_ORG}{_AFTER_ORG}){{0,8}}",
    "materials": rf"{BLOCKS['material']}(?:{_JOIN}{BLOCKS['material']}){{0,12}}",
}
_PLACEHOLDER = re.compile(r"\{([a-z]+)(?::([a-z0-9]+))?\}")
_NOT_ORG = r"[^;；\ue000-\ue1ff]"


_MACROS = {
    "<will>": (
        "(?:will|would|is to|are to|was to|were to|plans? to|planned to|(?:is|are) (?:planning|going|preparing|"
        "looking|seeking|hoping|aiming|proposing) to|intends? to|means? to|wants? to|hopes? to|(?:is|are) (?:set|due|"
        "scheduled|expected|about|ready|slated|poised) to|expects? to|expected to|(?:has |have )?(?:agreed|decided|"
        "chosen|pledged|promised|committed|undertaken|resolved|voted|offered) to|undertook to|vow(?:s|ed) to|"
        "chose to|aims? to|would like to|proposes? to|proposed to|seeks? to|looks? to|prepares? to|"
        "(?:has|have|was|were) (?:been )?(?:chosen|picked|selected|hired|asked|appointed|engaged|named) to|"
        "may|might|could|can|shall|must)"
        "(?: also| now| then| eventually| jointly| together| in turn| soon| later| itself| themselves| \\w+ly)?"
    ),
}
"""Shorthand for what many patterns share; `<will>`: what somebody is going to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern in a sentence: its row and where it matched the masked text."""

    row: Row
    match: re.Match[str]

    def mentions(self, group: str) -> str:
        """The masked characters that a placeholder caught; empty where it caught none."""
        return self.match.groupdict().get(group) or ""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A compiled pattern with what every match of it holds: mentions of kinds, and one word of each further set."""

    order: int
    pattern: re.Pattern[str]
    row: Row
    kinds: int
    words: tuple[frozenset[int], ...]


class PatternBook:
    """All pattern vocabularies for one language: one scan of a sentence tells which patterns are worth trying.

    Args:
        vocabularies: Name -> rows with `language` and `pattern`.
        language: `en` or `ja`.
    """

    def __init__(self, vocabularies: Mapping[str, Iterable[Row]], language: str) -> None:
        from daachorse import CharwiseDoubleArrayAhoCorasick

        words: dict[str, int] = {}
        self._gated: dict[str, dict[int, list[_Entry]]] = {name: {} for name in vocabularies}
        self._always: dict[str, list[_Entry]] = {name: [] for name in vocabularies}
        for name, rows in vocabularies.items():
            for order, row in enumerate(rows):
                if row.get("language") not in (language, "", "any"):
                    continue
                pattern = compile_pattern(row["pattern"])
                parsed = regex_parser.parse(pattern.pattern)
                sets = [frozenset(words.setdefault(word, len(words)) for word in one) for one in word_sets(parsed)]
                entry = _Entry(order, pattern, row, _required_kinds(parsed), tuple(sets[1:]))
                # The first set is the most telling one: a sentence without any of its words is passed over unseen.
                for word in sets[0] if sets else ():
                    self._gated[name].setdefault(word, []).append(entry)
                if not sets:
                    self._always[name].append(entry)
        self._words = CharwiseDoubleArrayAhoCorasick(list(words)) if words else None

    def words_in(self, text: str) -> frozenset[int]:
        """Numbers of the words of any pattern that a masked sentence holds: one scan for all vocabularies."""
        if self._words is None:
            return frozenset()
        return frozenset([number for _, _, number in self._words.find_overlapping(text)])

    def find(
        self, vocabulary: str, text: str, held: frozenset[int] | None = None, present: int | None = None
    ) -> list[Found]:
        """Every match of a vocabulary's patterns in a masked, lower-case sentence, in the vocabulary's order.

        Args:
            vocabulary: Its name.
            text: The sentence.
            held: `words_in` of the sentence, where the caller has it.
            present: Kinds of mentions that it holds, as bits (`kind_bits`), where the caller knows them.
        """
        present = kinds_in(text) if present is None else present
        held = self.words_in(text) if held is None else held
        gated = self._gated[vocabulary]
        tried = {
            entry.order: entry
            for number in held & gated.keys()
            for entry in gated[number]
            if entry.kinds & present == entry.kinds
        }
        for entry in self._always[vocabulary]:
            if entry.kinds & present == entry.kinds:
                tried[entry.order] = entry
        found: list[Found] = []
        for order in sorted(tried):
            entry = tried[order]
            for one in entry.words:
                if held.isdisjoint(one):
                    break
            else:
                found += [Found(entry.row, match) for match in entry.pattern.finditer(text)]
        return found


def kind_bits(kinds: Iterable[str]) -> int:
    """Kinds of mentions as bits, in the order of `KINDS`."""
    bits = 0
    for kind in kinds:
        bits |= _BITS[KINDS[kind]]
    return bits


def kinds_in(text: str) -> int:
    """Which kinds of mentions a masked text holds, one bit a kind in the order of `KINDS`."""
    if text.isascii():
        return 0
    bits = 0
    for number, block in enumerate(_BLOCK_PATTERNS):
        if block.search(text):
            bits |= 1 << number
    return bits


def compile_pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern of the vocabulary (see the module's description)."""
    for short, full in _MACROS.items():
        text = text.replace(short, full)
    text = text.replace(" ~ ", ",? (?:[^;]{0,120}? )??").replace(" ... ", rf",? (?:{_NOT_ORG}{{0,90}}? )??\"?")
    text = text.replace(" .. ", rf",? (?:{_NOT_ORG}{{0,40}}? )??\"?").replace("……", r"[^。\ue000-\ue1ff]{0,60}?")
    text = text.replace("…", r"[^。；\ue000-\ue1ff]{0,36}?").replace("‥", r"[^。；、\ue000-\ue1ff]{0,12}?")
    seen: set[str] = set()

    def group(match: re.Match[str]) -> str:
        kind, label = match[1], match[2] or match[1]
        body = LISTS.get(kind) or BLOCKS[kind]
        if label in seen:
            return f"(?:{body})"
        seen.add(label)
        return f"(?P<{label}>{body})"

    return re.compile(_PLACEHOLDER.sub(group, text))


def _required_kinds(items: Any) -> int:
    """Kinds of mentions that every match holds, as bits."""
    bits = 0
    for name, argument in items:
        if str(name) == "IN" and len(argument) == 1 and str(argument[0][0]) == "RANGE":
            bits |= _BITS.get(argument[0][1][0], 0)
        elif str(name) == "SUBPATTERN":
            bits |= _required_kinds(argument[-1])
        elif str(name) == "BRANCH":
            shared = -1
            for branch in argument[1]:
                shared &= _required_kinds(branch)
            bits |= shared
        elif str(name) == "MAX_REPEAT" and argument[0] > 0:
            bits |= _required_kinds(argument[2])
    return bits


_BITS = {first: 1 << number for number, first in enumerate(KINDS.values())}
_BLOCK_PATTERNS = [re.compile(block) for block in BLOCKS.values()]

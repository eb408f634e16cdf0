"""Patterns as data: expressions over sentences in which every mention is one character of its kind.

A pattern of the vocabulary is a regular expression in lower case with placeholders: `{org}`, `{orgs}` (a coordination:
"A, B and C"), `{money}`, `{place}`, `{site}`, `{material}`, `{materials}`, `{date}`, `{quantity}`, `{share}`,
`{program}`, `{name}`; `{org:owner}` names what it catches. ` .. ` stands for a few words without another organisation,
` ... ` for more, ` ~ ` for words with any mention; in Japanese `……`, `…` and `‥` for many, some and few characters.

What belongs here: compiling patterns, and trying only those whose words occur. What does not: the patterns themselves.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from re import _parser as regex_parser  # type: ignore[attr-defined]
from typing import Any

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

_JOIN = (
    r"(?:,? and (?:the )?(?:\w+ ){0,3}?|, (?:the )?|/| & "
    r"|(?:、(?:同じく)?|や|と|・|及び|および|並びに|のほか、?)(?:米|英|独|仏|豪|韓|加|台湾の)?)"
)


def _block(kind: str) -> str:
    first = KINDS[kind]
    return rf"[\u{first:04x}-\u{first + (0x1FF if kind == 'org' else 0xFF):04x}]"


BLOCKS = {kind: _block(kind) for kind in KINDS}
_ORG = BLOCKS["org"]
_AFTER_ORG = rf"(?: of (?:the )?{BLOCKS['place']}| \([^()]{{1,30}}\)|（[^（）]{{1,30}}）| {BLOCKS['share']})?"
_LISTS = {
    "orgs": rf"{_ORG}{_AFTER_ORG}(?:{_JOIN}{_ORG}{_AFTER_ORG}){{0,8}}",
    "materials": rf"{BLOCKS['material']}(?:{_JOIN}{BLOCKS['material']}){{0,12}}",
}
_PLACEHOLDER = re.compile(r"\{([a-z]+)(?::([a-z0-9]+))?\}")
_NOT_ORG = r"[^;；\ue000-\ue1ff]"


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern in a sentence: its row and where it matched the masked text."""

    row: Row
    match: re.Match[str]

    def mentions(self, group: str) -> str:
        """The masked characters that a placeholder caught; empty where it caught none."""
        return self.match.groupdict().get(group) or ""


class PatternBank:
    """All patterns of a vocabulary for one language, tried only where their words occur.

    Args:
        vocabulary: Rows with `language` and `pattern`.
        language: `en` or `ja`.
    """

    def __init__(self, vocabulary: Iterable[Row], language: str) -> None:
        from daachorse import CharwiseDoubleArrayAhoCorasick

        self._rows: list[tuple[re.Pattern[str], Row]] = []
        gates: dict[str, list[int]] = defaultdict(list)
        self._always: list[int] = []
        for row in vocabulary:
            if row.get("language") not in (language, "", "any"):
                continue
            pattern = compile_pattern(row["pattern"])
            number = len(self._rows)
            self._rows.append((pattern, row))
            words = required_words(pattern.pattern)
            for word in words:
                gates[word].append(number)
            if not words:
                self._always.append(number)
        self._gates = list(gates.values())
        self._words = CharwiseDoubleArrayAhoCorasick(list(gates)) if gates else None

    def find(self, masked: str) -> list[Found]:
        """Every match of every pattern in a masked, lower-case sentence, in the order of the vocabulary."""
        tried = set(self._always)
        if self._words is not None:
            for _, _, number in self._words.find_overlapping(masked):
                tried.update(self._gates[number])
        found = []
        for number in sorted(tried):
            pattern, row = self._rows[number]
            found += [Found(row, match) for match in pattern.finditer(masked)]
        return found


def compile_pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern of the vocabulary (see the module's description)."""
    text = text.replace(" ~ ", ",? (?:[^;]{0,120}? )??").replace(" ... ", rf",? (?:{_NOT_ORG}{{0,90}}? )??")
    text = text.replace(" .. ", rf",? (?:{_NOT_ORG}{{0,40}}? )??").replace("……", r"[^。\ue000-\ue1ff]{0,60}?")
    text = text.replace("…", r"[^。；\ue000-\ue1ff]{0,36}?").replace("‥", r"[^。；、\ue000-\ue1ff]{0,12}?")
    seen: set[str] = set()

    def group(match: re.Match[str]) -> str:
        kind, label = match[1], match[2] or match[1]
        body = _LISTS.get(kind) or BLOCKS[kind]
        if label in seen:
            return f"(?:{body})"
        seen.add(label)
        return f"(?P<{label}>{body})"

    return re.compile(_PLACEHOLDER.sub(group, text))


def required_words(pattern: str) -> tuple[str, ...]:
    """Literal pieces one of which occurs in every match of a pattern; empty where none can be told."""
    return tuple(sorted(set(_required(regex_parser.parse(pattern)))))


def _required(items: Any) -> Sequence[str]:
    """The best set of alternatives: every match holds at least one of them."""
    options: list[list[str]] = []
    run = ""
    for name, argument in [*items, ("END", None)]:
        if str(name) == "LITERAL" and argument < 0xE000:
            run += chr(argument)
            continue
        if len(run.strip()) >= 2 or (run and ord(run[0]) > 0x2E80):
            options.append([run])
        run = ""
        if str(name) == "SUBPATTERN":
            options.append(list(_required(argument[-1])))
        elif str(name) == "BRANCH":
            branches = [list(_required(branch)) for branch in argument[1]]
            options.append([word for branch in branches for word in branch] if all(branches) else [])
        elif str(name) == "MAX_REPEAT" and argument[0] > 0:
            options.append(list(_required(argument[2])))
    options = [option for option in options if option]
    return max(options, key=lambda option: min(map(_weight, option)), default=[])


def _weight(word: str) -> int:
    return sum(3 if ord(character) > 0x2E80 else 1 for character in word.strip())

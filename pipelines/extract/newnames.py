"""Firms and bodies that no reference knows, and the short forms a document gives to names.

What belongs here: where names found by their company (`english_names`, `japanese_names`) occur, and which later words
of the document mean them or a known organisation. What does not: known names (`names`), ids (`resolve/organizations`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.extract.english_names import EnglishNames, Taken
from pipelines.extract.japanese_names import JapaneseNames
from pipelines.extract.names import NameRules
from pipelines.extract.terms import fold, has_cjk
from pipelines.extract.vocabulary import Reference, rows

__all__ = ["NewName", "NewNames", "Taken"]

_BRACKET_EN = re.compile(r"\s?\(([A-Z][A-Za-z0-9&-]{1,9})\)")
_BRACKET_JA = re.compile(r"[」』]?[（(](?:以下、?「?)?([A-ZＡ-Ｚ][A-Za-zＡ-Ｚ0-9&]{1,9}|[ァ-ヺー]{3,12})」?[）)]")
_LEGAL_JA = re.compile(r"株式会社|[（(]株[）)]|㈱|社(?=[はがのとにもをや、。])")
_OWN_RELEASE = 7.0
_NO_NAME = re.compile(r"NYSE|TSE|NASDAQ|LSE|CEO|CFO|LNG|EPC|SMR|FID|AI|EV|HALEU")
_JA_PREFIX = re.compile(r"[ァ-ヺーｦ-ﾟ]{3,}(?=・)|[一-鿿]{2,4}(?=[ァ-ヺーｦ-ﾟ]{3,}$)")


@dataclass(frozen=True, slots=True)
class NewName:
    """An organisation outside the reference, or another spelling of a known one, in a paragraph.

    Attributes:
        paragraph: Index of the paragraph.
        start, end: Characters of it.
        text: As found.
        id: `@` and the full name as the document gives it, or the id that a short form stands for.
    """

    paragraph: int
    start: int
    end: int
    text: str
    id: str


class NewNames:
    """Finds organisations by the company that their names keep."""

    def __init__(self, reference: Reference, rules: NameRules) -> None:
        words = rows(reference, "org_words")
        common = {row["form"] for name in ("facilities", "products") for row in rows(reference, name)}
        self._english = EnglishNames(words, rules)
        self._japanese = JapaneseNames(words, frozenset(form for form in common if not form.isascii()))
        heads = sorted(
            (row["form"] for row in words if (row["language"], row["kind"]) == ("ja", "head")), key=len, reverse=True
        )
        self._ja_head = re.compile(rf"(?:{'|'.join(map(re.escape, heads))})$")
        self._not_short = {row["form"] for row in words if row["kind"] in ("not_short", "not", "never", "opener")}
        self._families = rules.families
        self._legal = rules.legal

    def find(self, paragraphs: Sequence[str], taken: Sequence[Sequence[Taken]], publisher: str = "") -> list[NewName]:
        """Organisations of a document that are not taken yet, and short forms of those that are.

        Args:
            paragraphs: Texts of the document.
            taken: For each paragraph what is recognised in it (organisations, places, materials, facilities).
            publisher: Who published the document: no party to what it tells.
        """
        found = {**self._english.find(paragraphs, taken), **self._japanese.find(paragraphs, taken)}
        names = {
            surface: f"@{unicodedata.normalize('NFKC', surface)}"
            for surface, points in found.items()
            # A newspaper is no party to what it tells; a company that publishes its own release is.
            if surface.lower() not in publisher.lower() or points >= _OWN_RELEASE
        }
        known = {short for spans in taken for one in spans if one.kind == "org" for short in self._shorts(one.text)}
        names = _join_prefixes({name: identity for name, identity in names.items() if name not in known})
        aliases = self._aliases(paragraphs, taken, names)
        return self._occurrences(paragraphs, taken, names, aliases)

    def _aliases(
        self, paragraphs: Sequence[str], taken: Sequence[Sequence[Taken]], names: Mapping[str, str]
    ) -> dict[str, str]:
        """Short forms: the abbreviation in brackets behind a name, and the words that open a name of several."""
        found: dict[str, str] = {}
        fulls: dict[str, str] = dict(names)
        for number, text in enumerate(paragraphs):
            spans = [(one.end, one.id, one.text) for one in taken[number] if one.kind == "org"]
            spans += [
                (match.end(), identity, surface)
                for surface, identity in names.items()
                if surface in text
                for match in re.finditer(re.escape(surface), text)
            ]
            for end, identity, surface in spans:
                fulls.setdefault(surface, identity)
                for pattern in (_BRACKET_EN, _BRACKET_JA):
                    behind = self._with_legal_form(text, end, end)[1] if has_cjk(text) else end
                    bracket = pattern.match(text, behind)
                    if bracket and not _NO_NAME.fullmatch(bracket[1]):
                        found.setdefault(bracket[1], identity)
        places = {one.text for spans_ in taken for one in spans_ if one.kind == "place"}
        whole = "\n".join(paragraphs)
        for surface, identity in fulls.items():
            for short in self._shorts(surface):
                if short not in places and short not in fulls and whole.count(short) > whole.count(surface):
                    known = found.setdefault(short, identity)
                    if known != identity:
                        found[short] = ""
        return {short: identity for short, identity in found.items() if identity}

    def _shorts(self, surface: str) -> list[str]:
        """Short forms that a name may have."""
        if has_cjk(surface):
            head = self._ja_head.search(surface)
            options = [match[0] for match in [_JA_PREFIX.match(surface)] if match]
            if head and head.start() >= 2:
                options.append(surface[: head.start()].rstrip("・"))
            return [
                one
                for one in dict.fromkeys(options)
                if one not in self._not_short and fold(one)[0] not in self._families and len(one) >= 2
            ]
        words = surface.split()
        options = [" ".join(words[:length]).rstrip(",") for length in range(1, len(words))]
        return [
            one
            for one in options
            if len(one) >= 2
            and one not in self._not_short
            and one.split()[-1] not in ("of", "and", "&", "de")
            and one[-1] not in ".'’"
        ]

    def _occurrences(
        self,
        paragraphs: Sequence[str],
        taken: Sequence[Sequence[Taken]],
        names: Mapping[str, str],
        aliases: Mapping[str, str],
    ) -> list[NewName]:
        surfaces = {**names, **aliases}
        found: list[NewName] = []
        for number, text in enumerate(paragraphs):
            spans = [(one.start, one.end) for one in taken[number] if one.kind in ("org", "place", "program")]
            for surface in sorted(surfaces, key=len, reverse=True):
                if surface not in text:
                    continue
                # A place inside a full name is part of it; a short form that is a place's name there is the place.
                full = surface in names
                for match in _bounded(surface, text, short=not full):
                    if all(
                        match.end() <= start
                        or match.start() >= end
                        or (full and match.start() - 1 <= start and end <= match.end() and len(surface) > end - start)
                        for start, end in spans
                    ):
                        spans.append(match.span())
                        name = unicodedata.normalize("NFKC", surface)
                        start, end = self._with_legal_form(text, *match.span())
                        found.append(NewName(number, start, end, name, surfaces[surface]))
        return found

    def _with_legal_form(self, text: str, start: int, end: int) -> tuple[int, int]:
        """A name's characters with the legal form beside it (株式会社, "Inc.")."""
        after = _LEGAL_JA.match(text, end)
        if after:
            return start, after.end()
        if text.endswith("株式会社", 0, start):
            return start - 4, end
        legal = self._legal.match(text, end)
        return start, legal.end() if legal and legal[0].strip(" ,.") else end


def _bounded(surface: str, text: str, *, short: bool) -> Iterable[re.Match[str]]:
    """Where a name stands for itself and is no part of another word."""
    name = re.escape(surface)
    if has_cjk(surface):
        kana = re.match(r"[ァ-ヺｦ-ﾟ]", surface)
        before = r"(?<![ァ-ヺー・ｦ-ﾟ])" if kana else r"(?<![一-鿿])" if short else ""
        after = r"(?![ァ-ヺーｦ-ﾟ])" if re.search(r"[ァ-ヺーｦ-ﾟ]$", surface) else ""
        if short:
            after = r"(?=[はがのともにをへやで、。」』（(側社製]|から|より|など|$)"
        return re.finditer(before + name + after, text)
    following = r"(?![\w-]|\s[A-Z][a-z]+\b(?<!Corp)(?<!Inc)(?<!Ltd))" if short else r"(?!\w)"
    if has_cjk(text):
        # Kana and kanji around a Latin name are words of their own: 出資比率はLGESが.
        return re.finditer(rf"(?<![A-Za-z0-9&-]){name}(?![A-Za-z0-9])", text)
    return re.finditer(rf"(?<![\w&-]){name}{following}", text)


def _join_prefixes(names: Mapping[str, str]) -> dict[str, str]:
    """Names of which one begins another ("Technip", "Technip Energies") are one organisation, under the longer."""
    joined = dict(names)
    for short in names:
        longer = [
            name
            for name in names
            if name != short
            and (name.startswith(f"{short} ") or (has_cjk(short) and len(short) >= 3 and name.startswith(short)))
        ]
        if len(longer) == 1:
            joined[short] = joined[longer[0]]
    return joined

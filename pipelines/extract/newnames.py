"""Firms and bodies that no reference knows, and the short forms a document gives to names.

What belongs here: telling that a capitalised phrase or a run of katakana names an organisation, and which later words
of the same document mean it. What does not: known names (`names`), ids (`resolve/organizations`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.extract.gating import Gate
from pipelines.extract.money_gate import at
from pipelines.extract.names import NameRules
from pipelines.extract.terms import has_cjk
from pipelines.extract.vocabulary import Reference, rows

_CAP = r"(?:[A-Z][\w&'’.-]*[\w&]|[A-Z]|\d+[A-Z]\w+)"
_PHRASE = re.compile(rf"{_CAP}(?:(?:\s(?:&\s|of\s|de\s)?){_CAP}){{0,5}}")
_RUN = r"[ァ-ヺー・一-鿿々A-Za-z0-9&＆]"
_KATAKANA = r"(?:[A-Z]{1,3})?[ァ-ヺー][ァ-ヺー・]{2,}"
_BRACKET_EN = re.compile(r"\s?\(([A-Z][A-Za-z0-9&-]{1,9})\)")
_BRACKET_JA = re.compile(r"[（(]([A-Z][A-Za-z0-9&]{1,9}|[ァ-ヺー]{3,12})[）)]")


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


@dataclass(frozen=True, slots=True)
class Taken:
    """What is already recognised in a paragraph: start, end, kind and id."""

    start: int
    end: int
    kind: str
    id: str
    text: str


class NewNames:
    """Finds organisations by the company that their names keep."""

    def __init__(self, reference: Reference, rules: NameRules) -> None:
        from daachorse import CharwiseDoubleArrayAhoCorasick

        words = rows(reference, "org_words")

        def of(language: str, kind: str) -> list[str]:
            return sorted(
                (row["form"] for row in words if (row["language"], row["kind"]) == (language, kind)),
                key=len,
                reverse=True,
            )

        heads, nouns = "|".join(map(re.escape, of("en", "head"))), "|".join(map(re.escape, of("en", "noun")))
        self._legal = rules.legal
        self._headed = re.compile(rf"(?:{_CAP}\s(?:&\s)?){{1,4}}(?:{heads})(?![\w-])")
        self._bodies = re.compile(
            rf"(?:(?:Bank|University|Institute|Ministry|Department|Government|State|Commonwealth)"
            rf" of (?:the )?{_CAP}(?:\s{_CAP}){{0,2}}"
            rf"|(?:{_CAP}\s){{1,4}}(?:University|Institute|Agency|Authority|Commission|Corporation|Council|Association|Fund))(?![\w-])"
        )
        self._nouned = re.compile(
            rf"(?:{nouns})s?,?\s(?:is\scalled\s|named\s|called\s)?[\"“]?({_CAP}(?:\s{_CAP}){{0,3}})", re.IGNORECASE
        )
        self._apposed = re.compile(
            rf"({_CAP}(?:\s(?:&\s)?{_CAP}){{0,3}})[\"”]?,[\"”]?\s(?:[Tt]he|an?|its|another|"
            rf"which is an?)\s(?:[\w'’-]+\s){{0,6}}(?:{nouns})(?![\w])"
        )
        self._called = re.compile(
            rf"(?:{nouns})\s(?:is|will be|was|to be)\s(?:called|named|known as)\s[\"“]?({_CAP}(?:\s{_CAP}){{0,4}})"
        )
        self._verbed = re.compile(
            rf"({_CAP}(?:\s(?:&\s)?{_CAP}){{0,3}})\s(?:holds|owns|supplies|manufactures|"
            rf"operates|makes|produces|acquired|is building|plans to build|"
            r"will build|will supply|will operate|will own|runs|is headquartered|was founded|"
            r"has agreed to buy|mines|refines|has a stake|takes the)\b"
        )
        self._listed = re.compile(
            rf"({_CAP}(?:\s{_CAP}){{0,2}})\sof\s(?:Taiwan|Thailand|South Korea|Korea|Japan|"
            rf"China|India|Australia|Canada|Germany|France|Britain|Italy|Norway|Denmark|"
            rf"Indonesia|Malaysia|Singapore|Vietnam|Finland|Sweden|Belgium|Chile|Brazil)"
            rf"(?=,|\sand\s|\.|\s(?:will|is|has|are|have|holds|takes))"
        )
        self._row = re.compile(rf"^({_CAP}(?:\s(?:&\s)?{_CAP}){{0,4}})\s\|\s")
        self._noun_words = CharwiseDoubleArrayAhoCorasick(sorted({form.lower() for form in of("en", "noun")}))
        self._patterns = (
            self._legal,
            self._headed,
            self._bodies,
            self._nouned,
            self._apposed,
            self._called,
            self._verbed,
            self._listed,
            self._row,
        )
        self._gate = Gate(self._patterns)
        self._compile_japanese(of("ja", "head"), of("ja", "noun"))
        self._ja_not = set(of("ja", "not")) | set(of("ja", "never"))
        self._never = set(of("en", "never"))
        self._not_short = set(of("en", "not_short"))
        self._ja_lead = re.compile(
            r"^(?:米国|米|英|独|仏|豪|韓|大手|最大手|子会社|同社|日本|新興|地元|国営|国有|民間|政府系|取引先の|現|旧|元)(?=[ァ-ヺA-Z一-鿿]{2})"
        )

    def _compile_japanese(self, heads: Sequence[str], nouns: Sequence[str]) -> None:
        ja_heads = "|".join(map(re.escape, heads))
        ja_nouns = "|".join(map(re.escape, nouns))
        self._ja_headed = re.compile(rf"{_RUN}{{1,18}}?(?:{ja_heads})(?!{_RUN})")
        self._ja_nouned = re.compile(
            rf"(?:{ja_nouns})(?:、|・)?(?:米|英|独|仏|豪)?({_KATAKANA}(?:{_RUN}){{0,8}}|[A-Z][A-Za-z0-9&]{{1,12}})(?!{_RUN})"
        )
        self._ja_legal = re.compile(
            rf"(?:株式会社)({_RUN}{{2,20}})|({_RUN}{{2,20}}?)株式会社|((?:[A-Z]{{1,6}})?[ァ-ヺー・]{{3,16}}|[A-Z][A-Za-z]{{1,10}})社(?=[はがのとにもを、，])"
        )
        self._ja_bracket = re.compile(
            rf"({_KATAKANA}|[一-鿿]{{2,12}}?(?:機構|銀行|公社|公庫))[（(]([A-Z][A-Za-z0-9&]{{1,9}})[）)]"
        )
        self._ja_country = re.compile(
            rf"(?<![{_RUN[1:-1]}])(?:米|英|独|仏|豪|韓|加|台湾)({_KATAKANA})(?=[はがのとにもを、，])"
        )
        self._ja_subject = re.compile(
            rf"(?:事業主体|運営主体|事業者|開発業者|施主|買い手|売り手|貸し手|元請け|運営会社|開発会社)は(?:米|英|独|仏|豪|韓|加)?({_KATAKANA})(?!{_RUN})"
        )

    def find(self, paragraphs: Sequence[str], taken: Sequence[Sequence[Taken]]) -> list[NewName]:
        """Organisations of a document that are not taken yet, and short forms of those that are.

        Args:
            paragraphs: Texts of the document.
            taken: For each paragraph what is recognised in it (organisations, places, materials, facilities).
        """
        names = self._full_names(paragraphs, taken)
        aliases = self._aliases(paragraphs, taken, names)
        return self._occurrences(paragraphs, taken, names, aliases)

    def _full_names(self, paragraphs: Sequence[str], taken: Sequence[Sequence[Taken]]) -> dict[str, str]:
        """Surface -> provisional id of every new organisation."""
        found: dict[str, str] = {}
        for number, text in enumerate(paragraphs):
            japanese = has_cjk(text)
            if not japanese and text.upper() == text:
                continue
            for start, end in self._japanese(text) if japanese else self._english(text):
                surface = text[start:end]
                if _overlaps(start, end, taken[number], japanese) or not self._plausible(surface, japanese):
                    continue
                found.setdefault(surface, f"@{surface}")
        return _join_prefixes(found)

    def _english(self, text: str) -> Iterator[tuple[int, int]]:
        open_ = self._gate.open(text)
        for number, pattern in enumerate(self._patterns):
            if number not in open_:
                continue
            if pattern is self._nouned:
                yield from self._behind_nouns(text)
                continue
            for match in pattern.finditer(text):
                if pattern is self._legal:
                    head = re.search(
                        rf"((?:{_CAP}\s?(?:&\s)?){{1,5}})$", text[max(0, match.start() - 120) : match.start()]
                    )
                    if head and match[0].strip(" ,."):
                        yield self._trim(text, max(0, match.start() - 120) + head.start(1), match.start())
                else:
                    yield self._trim(text, *match.span(1 if pattern.groups else 0))

    def _behind_nouns(self, text: str) -> Iterator[tuple[int, int]]:
        """Names behind a word for firms ("miner Lynas"), tried only where such a word stands."""
        for match in at(
            self._nouned, text, sorted({start for start, _, _ in self._noun_words.find_overlapping(text.lower())})
        ):
            if text[match.start(1)].isupper() or text[match.start(1)].isdigit():
                yield self._trim(text, *match.span(1))

    def _trim(self, text: str, start: int, end: int) -> tuple[int, int]:
        """Drop words that open a sentence or a noun phrase, possessives and trailing marks."""
        words = text[start:end]
        lead = re.match(
            r"(?:(?:The|A|An|In|At|On|And|But|For|With|By|From|When|While|As|If|Its|Their|Last|This|That|Both|Neither|Meanwhile|However|Also|Then|Now|Where|Japanese|American|U\.S\.|US|British|French|German|Korean|South|Australian|Canadian|Chinese|Taiwanese|Dutch|Swiss|Indian|State-owned)\s)+",
            words,
        )
        start += lead.end() if lead and lead.end() < len(words) else 0
        body = text[start:end].rstrip()
        body = re.sub(r"(?:['’]s?|[.,])$", "", body)
        return start, start + len(body)

    def _japanese(self, text: str) -> Iterator[tuple[int, int]]:
        for pattern in (
            self._ja_headed,
            self._ja_legal,
            self._ja_nouned,
            self._ja_bracket,
            self._ja_country,
            self._ja_subject,
        ):
            for match in pattern.finditer(text):
                group = next((number for number in range(1, (match.re.groups or 0) + 1) if match[number]), 0)
                start, end = match.span(group)
                lead = self._ja_lead.match(text[start:end])
                yield start + (lead.end() if lead else 0), end

    def _plausible(self, surface: str, japanese: bool) -> bool:
        if japanese:
            return (
                2 <= len(surface) <= 26
                and surface not in self._ja_not
                and not re.search(
                    r"^[0-9]|^(?:第|約|計|各|同|両|全|他|大|複数|主要|一部|関連|[一二三四五六七八九十]+)", surface
                )
            )
        words = surface.split()
        if (
            not words
            or surface in self._never
            or words[0]
            in (
                "Mr",
                "Ms",
                "Mrs",
                "Dr",
                "President",
                "Minister",
                "Governor",
                "Senator",
                "Secretary",
                "Prime",
                "Former",
                "Representative",
            )
        ):
            return False
        if any(
            word
            in (
                "Act",
                "Day",
                "Street",
                "Road",
                "Avenue",
                "Agreement",
                "Treaty",
                "Order",
                "Minister",
                "President",
                "House",
            )
            for word in words
        ):
            return False
        return len(surface) > 1 and not (
            len(words) == 1 and (words[0] in self._not_short or (len(words[0]) < 3 and not words[0].isupper()))
        )

    def _aliases(
        self, paragraphs: Sequence[str], taken: Sequence[Sequence[Taken]], names: Mapping[str, str]
    ) -> dict[str, str]:
        """Short forms: the abbreviation in brackets behind a name, and the first word of a name of several."""
        found: dict[str, str] = {}
        fulls: dict[str, str] = dict(names)
        for number, text in enumerate(paragraphs):
            spans = [(one.end, one.id, one.text) for one in taken[number] if one.kind == "org"]
            spans += [
                (match.end(), identity, surface)
                for surface, identity in names.items()
                for match in re.finditer(re.escape(surface), text)
            ]
            for end, identity, surface in spans:
                fulls.setdefault(surface, identity)
                for pattern in (_BRACKET_EN, _BRACKET_JA):
                    bracket = pattern.match(text, end)
                    if bracket and not re.fullmatch(r"NYSE|TSE|NASDAQ|LSE|CEO|CFO", bracket[1]):
                        found.setdefault(bracket[1], identity)
        places = {one.text for spans_ in taken for one in spans_ if one.kind == "place"}
        for surface, identity in fulls.items():
            words = surface.split()
            first = words[0].rstrip(",")
            if (
                len(words) > 1
                and surface.isascii()
                and first not in self._not_short
                and first not in places
                and len(first) >= 2
            ):
                found.setdefault(first, identity)
        return found

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
                for match in _bounded(surface, text):
                    if all(match.end() <= start or match.start() >= end for start, end in spans):
                        spans.append(match.span())
                        found.append(NewName(number, match.start(), match.end(), surface, surfaces[surface]))
        return found


def _bounded(surface: str, text: str) -> Iterable[re.Match[str]]:
    if has_cjk(surface):
        return re.finditer(
            rf"(?<![ァ-ヺー・]){re.escape(surface)}(?![ァ-ヺー])"
            if re.match(r"[ァ-ヺ]", surface)
            else re.escape(surface),
            text,
        )
    following = r"(?![\w-]|\s[A-Z][a-z]+\b(?<!Corp)(?<!Inc)(?<!Ltd))" if " " not in surface else r"(?!\w)"
    if has_cjk(text):
        following = r"(?![A-Za-z0-9])"
    return re.finditer(rf"(?<![\w&-]){re.escape(surface)}{following}", text)


def _overlaps(start: int, end: int, taken: Sequence[Taken], japanese: bool) -> bool:
    for one in taken:
        if start < one.end and one.start < end:
            if one.kind in ("org", "program"):
                return True
            # A place, metal or plant inside a longer name is part of the name ("Akita Bank"); the whole name is not.
            if one.start <= start and end <= one.end:
                return True
            if one.kind == "site" and japanese and one.end == end:
                return True
    return False


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

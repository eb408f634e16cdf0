"""English names of organisations that no reference knows, told by the company that they keep.

What belongs here: the weight of each sign for and against a capitalised phrase being an organisation, summed up over a
document. What does not: short forms and where names occur (`newnames`), Japanese names (`japanese_names`).

No single sign decides: a name needs two of them (a firm's verb, a word for firms beside it, a legal form, a firm's last
word, "a contract with X", "X's plant"), and what speaks for a person, a place or a title speaks against it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.extract.names import NameRules
from pipelines.extract.subjects import BRANCHES, acts_on, is_called, owns_site
from pipelines.extract.terms import has_cjk
from pipelines.extract.vocabulary import Row

_WORD = r"(?:(?:[OD]['’])?[A-Z][\w&-]*|(?:[A-Z]\.){2,}[A-Z]?|\d+[A-Z]\w+)"
_PHRASE = re.compile(rf"{_WORD}(?:\s(?:(?:&|del?|della|de la|de los|du|d[aio]s?|van|von|van der)\s)?{_WORD}){{0,6}}")
_BODY = re.compile(
    r"(?:Bank|University|Institute|Ministry|Department|Government|Commonwealth|Federation|Association) of (?:the )?"
    rf"{_WORD}(?:\s{_WORD}){{0,2}}"
)
_PUBLIC = re.compile(r"(?:Ministry|Department|Government|Commonwealth) of ")
_LEGAL_WORDS = frozenset(
    [
        "Inc",
        "Corp",
        "Ltd",
        "Co",
        "LLC",
        "LLP",
        "LP",
        "PLC",
        "Plc",
        "AG",
        "GmbH",
        "KK",
        "Pty",
        "Limited",
        "Incorporated",
        "S.A.",
        "N.V.",
        "B.V.",
    ]
)
_TOKEN = re.compile(r"[\w'’&%$.-]*\w|%")
_CALLED = frozenset(["called", "named", "dubbed", "christened"])
_PREPOSITIONS = ("by", "with", "from", "to", "of", "for", "in")
_BE = frozenset(["is", "are", "was", "were", "be", "been"])
_OPENING = re.compile(r"(?:^|[.!?:|\"“”—–-]|\.[”\"’')])\s*$")
_ROLE_CELL = re.compile(
    r"\|.*?(?:engineer|equip|suppl|licen|build|own|operat|runs|lend|loan|buy|contract|equity|share|insur|guarant|advis|"
    r"develop|technolog|process|construct|turbine|reactor|offtak|rents|leases|financ|insta|deliver)",
    re.IGNORECASE,
)
_AGED = re.compile(r",\s(?:\d\d,|who\b)")
_NEEDED = 3.5
_SURE = 4.0


@dataclass(frozen=True, slots=True)
class Taken:
    """What is already recognised in a paragraph: start, end, kind and id."""

    start: int
    end: int
    kind: str
    id: str = ""
    text: str = ""


class _Signs:
    """Points of one name, each kind of sign counted once."""

    def __init__(self) -> None:
        self.points: dict[str, float] = {}

    def add(self, kind: str, points: float) -> None:
        old = self.points.get(kind, 0.0)
        if abs(points) > abs(old):
            self.points[kind] = points

    @property
    def total(self) -> float:
        return sum(self.points.values())

    @property
    def kinds(self) -> int:
        return sum(points > 0.5 for points in self.points.values())


_JOINTS = (" and ", ", ", " and the ", ", and the ")
"""What parts a name from the next one in a list."""


class EnglishNames:
    """Finds names of organisations in a document in English.

    Args:
        words: Rows of the vocabulary `org_words`.
        rules: Legal forms.
    """

    def __init__(self, words: Sequence[Row], rules: NameRules) -> None:
        kinds: dict[str, set[str]] = defaultdict(set)
        for row in words:
            if row["language"] == "en":
                kinds[row["kind"]].add(row["form"])
        self._kinds = kinds
        self._legal = rules.legal
        self._nouns = {form.lower() for form in kinds["noun"]}
        self._cues = {word: frozenset(kinds[f"cue_{word}"]) for word in _PREPOSITIONS}
        self._heads = {tuple(form.split()) for form in kinds["head"]}

    def find(self, paragraphs: Sequence[str], taken: Sequence[Sequence[Taken]]) -> dict[str, float]:
        """Names with their points.

        Args:
            paragraphs: Texts of the document; those in Japanese or all in capitals are passed over.
            taken: What is recognised in each already.
        """
        lower = set(re.findall(r"(?<![\w-])[a-z]{2,}(?![\w-])", " ".join(paragraphs)))
        signs: dict[str, _Signs] = defaultdict(_Signs)
        people: set[str] = set()
        for text, spans in zip(paragraphs, taken, strict=True):
            if has_cjk(text) or text.upper() == text or _title_case(text):
                continue
            for start, end in self._phrases(text, spans, lower):
                surface = text[start:end]
                if self._is_person(text, start, end):
                    people.update((surface, surface.split()[-1]))
                    continue
                self._weigh(signs[surface], text, start, end, spans)
        firms = {one.text.split()[0] for spans in taken for one in spans if one.kind == "org" and one.text}
        for surface, one in signs.items():
            if surface.count(" ") == 1 and surface.split()[0] in firms and surface.split()[1] in BRANCHES:
                one.add("branch", 4.0)
        found = self._chosen(signs, people, lower)
        if found and len(found) < len(signs):
            self._coordinate(signs, found, "\n".join(paragraphs))
            found = self._chosen(signs, people, lower)
        return found

    def _coordinate(self, signs: Mapping[str, _Signs], found: Mapping[str, float], text: str) -> None:
        """What stands in one list with a firm is more likely one ("Quantora and Helix Foundry, two start-ups")."""
        if not any(joint + name in text or name + joint in text for name in found for joint in _JOINTS):
            return
        names = "|".join(map(re.escape, sorted(found, key=len, reverse=True)))
        phrase, joint = _PHRASE.pattern, "(?:,? and (?:the )?|, )"
        listed = re.compile(rf"(?:{names}){joint}({phrase})|({phrase}){joint}(?:{names})")
        for match in listed.finditer(text):
            surface = match[1] or match[2]
            if surface in signs and surface not in found:
                signs[surface].add("beside", 2.0)

    def _phrases(self, text: str, spans: Sequence[Taken], lower: set[str]) -> Iterator[tuple[int, int]]:
        """Capitalised phrases without the words that open a sentence and without legal forms."""
        covered: list[tuple[int, int]] = []
        for match in _BODY.finditer(text):
            if not any(one.start < match.end() and match.start() < one.end for one in spans if one.kind == "org"):
                covered.append(match.span())
                if not _PUBLIC.match(match[0]):
                    yield match.span()
        for match in _PHRASE.finditer(text):
            start, end = match.span()
            if any(start < other_end and other_start < end for other_start, other_end in covered):
                continue
            opening = bool(_OPENING.search(text[max(0, start - 4) : start]))
            while start < end:
                word = re.match(r"\S+", text[start:end])
                if word is None or not (
                    word[0] in self._kinds["opener"]
                    or (opening and " " in text[start:end] and word[0].lower() in lower)
                ):
                    break
                start += word.end() + len(text[start + word.end() : end]) - len(text[start + word.end() : end].lstrip())
                opening = False
            words = text[start:end].split()
            while words and words[-1] in (*_LEGAL_WORDS, "&", "de", "del", "van", "von"):
                words.pop()
                end = start + len(text[start:end].rstrip().rsplit(" ", 1)[0]) if words else start
            if words and not _hidden(start, end, spans):
                yield start, end

    def _is_person(self, text: str, start: int, end: int) -> bool:
        words = text[start:end].split()
        before = _TOKEN.findall(text[max(0, start - 24) : start])
        if words[0] in self._kinds["title"] or (before and before[-1] in self._kinds["title"]):
            return True
        if len(words) > 4 or self._head(words) >= 2 or self._legal.match(text, end):
            return False
        if 2 <= len(words) <= 3 and words[0] in self._kinds["given_name"]:
            return True
        if re.match(r"\s[A-Z]\.\s", text[end : end + 4]):
            return True
        after = text[end : end + 90]
        if _AGED.match(after):
            return bool(re.match(r",\s\d\d,", after)) or len(words) == 2
        told = re.match(
            r",\s(?:(?:the|a|an|its|their|his|her|[A-Z][\w’']+(?:\s[A-Z][\w’']+)*['’]s?)\s)?([^,.;]{3,60})", after
        )
        return (
            bool(told) and any(word in self._kinds["person_noun"] for word in _TOKEN.findall(told[1].lower())[:4])
            if told
            else False
        )

    def _head(self, words: Sequence[str]) -> float:
        """Points for the last word or words of a name."""
        if len(words) > 1 and words[-1] in self._kinds["sure_head"]:
            return _SURE
        for length in (3, 2, 1):
            if len(words) > length and tuple(words[-length:]) in self._heads:
                return 3.0
        return 0.0

    def _weigh(self, signs: _Signs, text: str, start: int, end: int, spans: Sequence[Taken]) -> None:
        words = text[start:end].split()
        legal = self._legal.match(text, end)
        if legal and legal[0].strip(" ,."):
            signs.add("legal", 6)
            end_after = legal.end()
        else:
            end_after = end
        signs.add("head", 4.0 if _BODY.fullmatch(text, start, end) else self._head(words))
        if words[0] in self._kinds["lead_word"] and len(words) > 1:
            signs.add("lead", 1.0)
        before, after = text[max(0, start - 70) : start], text[end_after : end_after + 110]
        opening = bool(_OPENING.search(before[-4:])) or not before.strip()
        if not opening and len(words) > 1 and not re.search(r"\b(?:the|an?)\s$", before):
            signs.add("middle", 0.5)
        if re.search(r"[a-z][A-Z]|^[A-Z]{3,}\d*$|\d", text[start:end]):
            signs.add("shape", 0.5)
        self._weigh_before(signs, before)
        self._weigh_after(signs, after, end_after, spans)
        if owns_site(text, end_after, spans):
            signs.add("part", 2.0)
        if is_called(text[end_after : end_after + 90], self._is_noun):
            signs.add("part", _NEEDED)
        if opening and acts_on(text, end_after, spans, self._verb, several=len(words) > 1):
            signs.add("object", 1.5)
        near = {one.end for one in spans if one.kind == "org"}, {one.start for one in spans if one.kind == "org"}
        if re.search(r"(?:,| and| or) (?:the )?$", before) and any(
            0 < start - other <= 10 and "." not in text[other:start] for other in near[0]
        ):
            signs.add("beside", 1.5)
        joined = re.match(r"(?:,? and |, | or )(?:the )?", after)
        if joined and end_after + joined.end() in near[1]:
            signs.add("beside", 1.5)
        if not text[:start].strip() and after.startswith(" | "):
            signs.add("row", 3.5 if _ROLE_CELL.search(text) else 1.0)

    def _weigh_before(self, signs: _Signs, before: str) -> None:
        clause = re.split(r"(?<![A-Z])[.;!?]\s", before)[-1]
        tokens = [token.lower() for token in _TOKEN.findall(clause)][-8:]
        if not tokens:
            return
        last = tokens[-1]
        if last in _CALLED:
            named = any(token.rstrip("s") in self._nouns or token in self._nouns for token in tokens[-5:-1])
            signs.add("called", 3 if named else -3)
        elif self._is_noun(tokens) and not re.search(r"[.;:]\s?[\"“]?$", clause):
            signs.add("noun", 3)
        elif last in ("in", "at", "near", "outside", "across", "around", "beside", "off") and not (
            last == "in" and set(tokens[-4:-1]) & self._cues["in"]
        ):
            signs.add("place", -1.5)
        elif clause.endswith(" "):
            lead = tokens[:-1] if last == "the" or last.endswith(("'s", "’s")) else tokens
            word = lead[-1] if lead else ""
            if word in self._cues and set(lead[-7:-1]) & self._cues[word]:
                signs.add("cue", 2)

    def _is_noun(self, tokens: Sequence[str]) -> bool:
        """Whether a word for firms stands last ("the chip maker X", "its subsidiary, X")."""
        for length in (1, 2, 3):
            phrase = " ".join(tokens[-length:])
            if phrase in self._nouns or (phrase.endswith("s") and phrase[:-1] in self._nouns):
                return True
        return False

    def _weigh_after(self, signs: _Signs, after: str, place: int, spans: Sequence[Taken]) -> None:
        starts = {one.start for one in spans if one.kind == "place"}
        of = re.match(r",? (?:of|based in|from|in) (?:the )?", after)
        if re.match(r", ", after) and place + 2 in starts:
            signs.add("place", -3)
        if of and (place + of.end() in starts or re.match(r"[A-Z]", after[of.end() : of.end() + 1])):
            signs.add("of", 1.5)
            rest = re.match(r"[A-Z]\w+(?: [A-Z]\w+)?", after[of.end() :])
            after = after[of.end() + rest.end() :] if rest else after
            if re.match(r",? (?:and|will|is|has|are|have|holds|takes|own)\b|,", after) and "of" in of[0].split():
                signs.add("listed", 2)
        bracket = re.match(r"\s?\(([A-Z][A-Za-z0-9&-]{1,9}|[A-Z]{2,5}: ?[\w.]+)\)", after)
        if bracket:
            signs.add("bracket", 2)
            after = after[bracket.end() :]
        owned = re.match(r"['’]s?\s", after)
        if owned:
            if set(_TOKEN.findall(re.split(r"[,.;]", after[owned.end() :])[0].lower())[:4]) & self._kinds["thing"]:
                signs.add("thing", 2)
            return
        following = _TOKEN.findall(after[:40])
        if following and after.startswith(" ") and following[0] in self._kinds["site_noun"]:
            signs.add("site", -2)
            return
        apposed = re.match(r"[\"”]?,[\"”]? (?:the|an?|its|another|one of|which is|whose|a)\s([^.;]{2,90})", after)
        if apposed:
            told = _TOKEN.findall(apposed[1].split(",")[0].lower())[:9]
            if any(token in self._nouns or token.rstrip("s") in self._nouns for token in told):
                signs.add("noun", 3)
            elif after.lstrip(',”" ').startswith("whose") and set(told[:3]) & self._kinds["thing"]:
                signs.add("thing", 2)
            rest = re.match(r"[^,]*,", apposed[1])
            after = apposed[1][rest.end() :] if rest else ""
        elif re.match(r", which ", after):
            after = after[7:]
        elif re.match(r", ", after):
            skipped = re.match(r", [^,.;]{3,70},", after)
            after = after[skipped.end() :] if skipped else ""
        signs.add("verb", self._verb(after))

    def _verb(self, after: str) -> float:
        """Points for the verb of which the name is the subject."""
        tokens = _TOKEN.findall(after[:60])
        if not after[:1].isspace() and after[:1] != "":
            return 0.0
        strong = self._kinds["strong_verb"]
        helped = ""
        for number, token in enumerate(tokens[:5]):
            if token in strong or " ".join(tokens[number : number + 2]) in strong:
                # "was built" says nothing of a firm; "is building", "has built" and "will build" do.
                return 0.0 if helped in _BE and token.endswith(("ed", "t", "ght")) else 2.0
            if token not in self._kinds["auxiliary"] and not token.endswith("ly"):
                break
            helped = token
        return 0.5 if tokens and tokens[0] in self._kinds["weak_verb"] else 0.0

    def _chosen(self, signs: Mapping[str, _Signs], people: set[str], lower: set[str]) -> dict[str, float]:
        found: dict[str, float] = {}
        for surface, one in signs.items():
            words = surface.split()
            points = one.total
            if len(words) > 1:
                short = signs.get(words[0]) or signs.get(" ".join(words[:-1]))
                if short is not None:
                    points += sum(more for kind, more in short.points.items() if kind not in one.points and more > 0)
            if points < _NEEDED or not self._plausible(surface, people, lower):
                continue
            if "legal" not in one.points and one.kinds < (2 if len(words) == 1 else 1):
                continue
            found[surface] = points
        return found

    def _plausible(self, surface: str, people: set[str], lower: set[str]) -> bool:
        words = surface.split()
        if surface in people or surface in self._kinds["never"] or words[-1] in self._kinds["not_last"]:
            return False
        if words[-1] in people and len(words) < 3:
            return False
        if any(word in ("Act", "Treaty", "Order", "Minister", "President", "House") for word in words):
            return False
        if len(words) == 1:
            word = words[0]
            return not (
                word in self._kinds["not_short"]
                or word.lower() in lower
                or word in self._kinds["given_name"]
                or len(word) < 2
                or (len(word) < 3 and not word.isupper())
            )
        return True


def _hidden(start: int, end: int, spans: Sequence[Taken]) -> bool:
    """Whether a phrase is (part of) something recognised, or holds an organisation or a programme."""
    return any(
        one.start < end
        and start < one.end
        and (one.kind in ("org", "program") or (one.start <= start and end <= one.end))
        for one in spans
    )


def _title_case(text: str) -> bool:
    """Whether nearly every longer word has a capital: a headline, where capitals tell nothing."""
    words = re.findall(r"[A-Za-z]{5,}", text)
    return len(words) >= 6 and sum(word[0].isupper() for word in words) >= 0.85 * len(words)

"""Organisations by their known names: which of them does a text name, if any?

What belongs here: accepting or refusing a known name by what stands around it, small typos, the vocabulary of
neighbours. What does not: firms that no reference knows (`newnames`), and roles (`relations`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.extract.terms import Hit, Term, TermIndex, fold, has_cjk, longest, tokens
from pipelines.extract.typos import TypoIndex, is_legal_slip
from pipelines.extract.vocabulary import Reference, Row, rows

PUBLIC_KINDS = frozenset({"ministry", "agency", "government", "government_bank", "export_credit_agency", "committee"})


@dataclass(frozen=True, slots=True)
class OrgMention:
    """A known organisation in a text.

    Attributes:
        start, end: Characters of the text.
        text: The name as found.
        org_id: Id of the reference.
        confidence: 1 for a name as it is registered, less for a typo.
        known: Of the reference; False for a firm that only the gazetteer spells (`org_id` is its group there).
    """

    start: int
    end: int
    text: str
    org_id: str
    confidence: float = 1.0
    known: bool = True


class NameRules:
    """What may stand beside a known name, and which names need more than themselves to be believed."""

    def __init__(self, reference: Reference) -> None:
        neighbours = rows(reference, "name_neighbours")
        self.legal = _pattern(neighbours, "legal", "en", r"\s?,?\s?(?:{})(?![A-Za-z])\.?")
        self.title_after = _pattern(neighbours, "follower", "en", r"\s(?:{})(?![a-z])")
        self.capital_before = _pattern(neighbours, "leader", "en", r"(?<![A-Za-z])(?:{})\s$")
        self.refused_before = _pattern(
            neighbours, "refused_before", "en", r"(?<![A-Za-z])(?:{})\s?[\"“'‘]?$", fold_case=True
        )
        self.refused_after = _pattern(
            neighbours, "refused_after", "en", r"[\"”'’]?,?\s(?:{})(?![A-Za-z])", fold_case=True
        )
        self.japanese_after = _pattern(neighbours, "follower", "ja", r"(?:{})")
        self.japanese_before = _pattern(neighbours, "leader", "ja", r"(?:{})$")
        self.japanese_refused_after = _pattern(neighbours, "refused_after", "ja", r"(?:{})")
        self.japanese_refused_before = _pattern(neighbours, "refused_before", "ja", r"(?:{})$")
        self.countries = {row["form"]: row["note"] for row in neighbours if row["side"] == "country"}
        ambiguous = rows(reference, "ambiguous_names")
        self.families = {_key(row["form"]) for row in ambiguous if row["kind"] == "family"}
        self.weak = {_key(row["form"]) for row in ambiguous if row["kind"] == "weak"}
        self.ordinary = self.weak | {_key(row["form"]) for row in ambiguous if row["kind"] == "ordinary"}
        self.exact = {row["form"] for row in ambiguous if row["kind"] == "capitals"}


def organization_terms(reference: Reference, rules: NameRules) -> list[Term]:
    """Terms for every known name of every organisation, with and without its legal form."""
    kinds = {row["org_id"]: row for row in reference.get("organizations", ())}
    names: dict[tuple[str, str], Row] = {}
    for row in reference.get("organizations", ()):
        for form in (row["name"], row.get("name_ja", "")):
            if form:
                names.setdefault((row["org_id"], form), {"kind": "official"})
    for row in (*reference.get("organization_names", ()), *rows(reference, "organization_aliases")):
        names.setdefault((row["org_id"], row["name"]), row)
    owners: dict[str, set[str]] = {}
    for org_id, form in names:
        owners.setdefault(_key(form), set()).add(org_id)
    stripped: dict[str, set[str]] = {}
    for org_id, form in names:
        for variant in _variants(form, rules)[1:]:
            stripped.setdefault(_key(variant), set()).add(org_id)
    terms = []
    for (org_id, form), row in sorted(names.items()):
        about = kinds.get(org_id, {})
        info = {
            "name_kind": row.get("kind", ""),
            "org_kind": about.get("kind", ""),
            "country": about.get("country", ""),
        }
        for number, variant in enumerate(_variants(form, rules)):
            # A name without its legal form counts only where it is nobody else's ("SoftBank" is not SoftBank Corp.).
            if number and (owners.get(_key(variant)) or stripped[_key(variant)]) != {org_id}:
                continue
            if row.get("language") == "zh" and not variant.isascii():
                info = {**info, "language": "zh"}
            terms.append(Term("organization", org_id, variant, info))
    return terms


def _variants(form: str, rules: NameRules) -> list[str]:
    """A name, and the name without its legal form unless that leaves a family name that several firms share."""
    found = [form]
    bare = re.sub(r"^(?:株式会社|\(株\)|㈱|独立行政法人|国立研究開発法人)|(?:株式会社|\(株\)|㈱)$", "", form)
    if not has_cjk(form):
        for _ in range(3):
            tail = next((one for one in rules.legal.finditer(bare) if one.end() == len(bare) and one.start() > 0), None)
            if tail is None:
                break
            bare = bare[: tail.start()].rstrip(" ,")
            found.append(bare)
    elif bare != form:
        found += [bare, form.replace("株式会社", "(株)")]
    return [
        name
        for number, name in enumerate(dict.fromkeys(found))
        if number == 0 or (_key(name) not in rules.families and len(name) > 1)
    ]


class NameFinder:
    """Finds known organisations in texts.

    Args:
        index: Index with the terms of `organization_terms` (and of other vocabularies).
        rules: Compiled neighbours.
        typos: Index of names for small typos.
    """

    def __init__(self, index: TermIndex, rules: NameRules, typos: TypoIndex) -> None:
        self._index = index
        self._rules = rules
        self._typos = typos

    def find(self, text: str, language: str | None = None, hits: Sequence[Hit] | None = None) -> list[OrgMention]:
        """The known organisations that a text names, in its order.

        Args:
            text: A name, a sentence or a paragraph.
            language: `en` or `ja`; None to decide by the characters.
            hits: Result of the index for this text, where the caller has it already.
        """
        japanese = has_cjk(text) or language == "ja"
        hits = list(hits) if hits is not None else self._index.scan(text)
        candidates = _parted(text, [hit for hit in hits if hit.term.kind in ("organization", "firm")])
        if not candidates:
            return self._slips(text, [], [], japanese)
        taken = longest(candidates, lambda hit: japanese or self._right_case(text, hit))
        names = taken
        accept = self._accept_japanese if japanese else self._accept_english
        spans = [(hit.start, hit.end) for hit in taken]
        kept = [hit for hit in names if accept(text, hit, spans)]
        strong = {hit.term.id for hit in kept if not self._is_weak(hit)}
        kept = [hit for hit in kept if not self._is_weak(hit) or hit.term.id in strong or self._supported(text, hit)]
        kept = [_with_stop(text, hit) for hit in kept]
        mentions = [
            OrgMention(
                hit.start, hit.end, text[hit.start : hit.end], hit.term.id, known=hit.term.kind == "organization"
            )
            for hit in kept
        ]
        mentions += self._slips(text, taken, kept, japanese)
        return sorted(mentions, key=lambda mention: mention.start)

    def _slips(self, text: str, taken: Sequence[Hit], kept: Sequence[Hit], japanese: bool) -> list[OrgMention]:
        """Misspelt names outside those that are kept."""
        spans = [(hit.start, hit.end) for hit in taken]
        accept = self._accept_japanese if japanese else self._accept_english
        found = []
        for typo in self._typos.find(text, [(hit.start, hit.end) for hit in kept], japanese=japanese):
            around = Hit(typo.start, typo.end, typo.term)
            if japanese and any(
                typo.start <= hit.start < typo.end and self._rules.japanese_refused_after.match(text, hit.end)
                for hit in taken
            ):
                continue
            if accept(text, around, spans):
                found.append(OrgMention(typo.start, typo.end, text[typo.start : typo.end], typo.term.id, 0.8))
        return found

    def _right_case(self, text: str, hit: Hit) -> bool:
        """Whether a Latin name is written as a name: capitals where it is an abbreviation, a capital first else."""
        surface = text[hit.start : hit.end]
        form = hit.term.form
        if form in self._rules.exact or (hit.term.row.get("name_kind") == "abbreviation" and len(form) <= 4):
            return re.sub(r"\W", "", surface) == re.sub(r"\W", "", form)
        if surface[0].isupper() or surface[0].isdigit():
            words = re.findall(r"[A-Za-z]+", surface)
            known = re.findall(r"[A-Za-z]+", form)
            # "De Beers" but not "De beers": a word that the register writes with a capital keeps it.
            return len(words) != len(known) or all(
                word[0].isupper() or not name[0].isupper() or word in _LOWERED
                for word, name in zip(words, known, strict=True)
            )
        return not any(map(str.isupper, text)) and _key(form) not in self._rules.ordinary

    def _accept_english(  # noqa: PLR0911
        self, text: str, hit: Hit, spans: Sequence[tuple[int, int]]
    ) -> bool:
        rules, before, after = self._rules, text[: hit.start], text[hit.end :]
        if rules.refused_before.search(before) or rules.refused_after.match(after):
            return False
        if self._foreign(before, after, hit.term):
            return False
        upper_text = text.isupper() or _title_case(text)
        follower = re.match(r"[\s-](?=[A-Z0-9])", after)
        while (legal := rules.legal.match(after)) and legal.end():
            after, follower = after[legal.end() :], re.match(r"[\s-](?=[A-Z0-9])", after[legal.end() :])
        if follower and not upper_text and not is_legal_slip(after):
            starts = hit.end + len(text[hit.end :]) - len(after) + follower.end()
            beside = any(start == starts for start, _ in spans)
            if beside and follower[0] == "-" and _goes_on(text, starts, spans, rules):
                return False
            if beside and follower[0] == " " and hit.term.row.get("org_kind") == "company":
                # Two firms side by side are a joint firm with a name of its own ("Toshiba Carrier").
                return False
            if not beside and not rules.title_after.match(after) and not re.match(r"\s\d", after):
                return False
        leader = re.search(r"([A-Z][\w&'’-]*|(?:[A-Z]\.)+)\s$", before)
        if leader and not upper_text and not rules.capital_before.search(before):
            opening = not re.search(r"\w\W*$", before[: leader.start()]) or before[: leader.start()].rstrip().endswith(
                (".", ":", "“", '"')
            )
            beside = any(end == len(before.rstrip()) for _, end in spans)
            return beside or (opening and _is_function_word(leader[1]))
        return not re.search(r"[A-Za-z0-9]-$", before) or bool(
            re.search(r"\b(?:non|ex|anti|pro|by)-$", before, re.IGNORECASE)
        )

    def _foreign(self, before: str, after: str, term: Term) -> bool:  # noqa: PLR0911
        """Whether a name belongs to a body of another country ("India's", "of India", 韓国, "Alcoa of Australia")."""
        branch = re.match(r"\sof\s([A-Z][a-z]+)", after)
        if branch and self._rules.countries.get(branch[1], term.row.get("country")) != term.row.get("country"):
            return True
        if term.row.get("org_kind") not in PUBLIC_KINDS:
            return False
        own = term.row.get("country", "")
        named = re.match(r"\s?[(（]([^()（）]{1,20})[)）]", after)
        if named and self._rules.countries.get(named[1], own) != own:
            return True
        beside = re.match(r"(?:,)?\s(?:of|in|for)\s(?:the\s)?([A-Z][\w.]*(?:\s[A-Z]\w*)?)", after)
        if beside and self._rules.countries.get(beside[1]) != own:
            return "of" in beside[0].split() or beside[1] in self._rules.countries
        lead = re.search(r"([A-Z][\w.]*)(?:['’]s)?\s(?:the\s)?$", before) or re.search(
            r"([一-鿿ァ-ヺー]{1,6})の?$", before
        )
        if not lead:
            return False
        if lead[1].isascii():
            country = self._rules.countries.get(lead[1])
            possessive = bool(re.search(r"['’]s\s(?:the\s)?$", before))
            return country != own if country else possessive
        country = next(
            (code for form, code in self._rules.countries.items() if not form.isascii() and lead[1].endswith(form)),
            None,
        )
        return country is not None and country != own

    def _accept_japanese(self, text: str, hit: Hit, spans: Sequence[tuple[int, int]]) -> bool:
        if hit.term.row.get("language") == "zh" and re.search(r"[ぁ-ゖァ-ヺ]", text):
            return False
        rules, before, after = self._rules, text[: hit.start], text[hit.end :]
        starts, ends = {start for start, _ in spans}, {end for _, end in spans}
        if self._foreign(before, after, hit.term) or _in_compound(text, hit, spans):
            return False
        if rules.japanese_refused_after.match(after) or rules.japanese_refused_before.search(before):
            return False
        rest = re.sub(r"^(?:株式会社|[(（]株[)）]|㈱|社(?=[^一-鿿]|$))", "", after)
        joined = rest and _continues(hit.term.form, text[hit.start : hit.end], rest) and hit.end not in starts
        if joined and not (rules.japanese_after.match(rest) or self._follows_dot(rest, hit.end, text, starts)):
            return False
        lead = re.sub(r"(?:株式会社|[(（]株[)）]|㈱)$", "", before)
        if lead and _continues_back(text[hit.start : hit.end], lead) and hit.start not in ends:
            return bool(rules.japanese_before.search(lead)) or (
                lead[-1] in "・･" and any(end == len(lead) - 1 for end in ends)
            )
        return True

    def _follows_dot(self, rest: str, end: int, text: str, starts: set[int]) -> bool:
        """Whether a middle dot parts this name from another known one (三菱重工・東芝)."""
        return rest[0] in "・･" and (end + 1 in starts or text[end : end + 1] not in "・･")

    def _is_weak(self, hit: Hit) -> bool:
        return _key(hit.term.form) in self._rules.weak

    def _supported(self, text: str, hit: Hit) -> bool:
        """Whether a name that is also an ordinary word is used as a firm's: possessive, a firm's verb, all the text."""
        if hit.end - hit.start >= len(text.strip(" .。'’s")) or (_HEADS_ENTRY.match(text, hit.end) and not hit.start):
            return True
        legal = self._rules.legal.match(text, hit.end) or self._rules.legal.match(text.title(), hit.end)
        return any((legal and legal[0].strip(), _FIRM_VERBS.match(text, hit.end), _FIRM_VERBS_JA.match(text, hit.end)))


_HEADS_ENTRY = re.compile(r"\s?(?::|：|\|)\s")
_FIRM_VERBS = re.compile(
    r"(?:,? (?:Inc|Corp|Ltd)\b|['’]s\b|\s(?:said|says|will|has|plans|holds|signed|agreed|"
    r"announced|wants|would|may|makes|supplies|and [A-Z]))"
)
_FIRM_VERBS_JA = re.compile(r"(?:社|は|が|と|も)(?!.{0,2}(?:機|波))")
_LOWERED = frozenset(
    {"government", "ministry", "department", "committee", "administration", "authority", "agency", "group", "bank"}
)
# fmt: off
_FUNCTION = frozenset({
    "the", "a", "an", "in", "on", "at", "by", "for", "from", "with", "when", "while", "after", "before", "as", "if",
    "but", "and", "or", "so", "both", "even", "last", "next", "this", "that", "then", "there", "what", "why", "how",
    "who", "will", "can", "may", "did", "does", "has", "have", "is", "are", "was", "were", "since", "under", "over",
    "about", "it", "its", "according", "meanwhile", "however", "today", "yesterday", "now", "once", "like", "unlike",
    "among", "between", "during", "despite", "because",
})
# fmt: on


def _with_stop(text: str, hit: Hit) -> Hit:
    """A hit with the full stop of its abbreviated legal form ("Mitsui & Co.")."""
    if text[hit.end : hit.end + 1] == "." and re.search(r"\b(?:Co|Inc|Corp|Ltd|Mfg)$", text[hit.start : hit.end]):
        return Hit(hit.start, hit.end + 1, hit.term)
    return hit


def _is_function_word(word: str) -> bool:
    return word.lower().strip(".'’") in _FUNCTION


def _title_case(text: str) -> bool:
    """Whether nearly every longer word has a capital: a headline, where capitals tell nothing."""
    words = re.findall(r"[A-Za-z]{5,}", text)
    return len(words) >= 6 and sum(word[0].isupper() for word in words) >= 0.85 * len(words)


def _continues(form: str, surface: str, rest: str) -> bool:
    """Whether the characters behind a Japanese name may be part of a longer name."""
    following = rest[0]
    if following in "・･":
        return bool(re.match(r".[ァ-ヺー一-鿿A-Za-zｦ-ﾟ]", rest)) and not re.search(r"[一-鿿]$", surface + "")
    if re.match(r"[一-鿿々ァ-ヺーA-Za-zＡ-Ｚａ-ｚｦ-ﾟ]", following):
        return True
    return bool(re.match(r" [ァ-ヺA-Z]", rest)) and bool(re.search(r"[A-Za-zァ-ヺー]$", surface))


def _in_compound(text: str, hit: Hit, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether names stand side by side and go on (伊藤忠丸紅…スチール): the name of a joint company of its own."""
    start, end = hit.start, hit.end
    for _ in range(4):
        start = next((one for one, other in spans if other == start), start)
        end = next((other for one, other in spans if one == end), end)
    if (start, end) == (hit.start, hit.end):
        return False
    going_on = re.match(r"[一-鿿々ァ-ヺー]{2}", text[end:])
    leading_in = re.search(r"[一-鿿々ァ-ヺー]{2}$", text[:start])
    return bool(going_on or leading_in) and has_cjk(text[start:end])


def _goes_on(text: str, start: int, spans: Sequence[tuple[int, int]], rules: NameRules) -> bool:
    """Whether names joined by a hyphen lead to a further word: a joint company's own name ("Marubeni-Itochu Steel")."""
    rest = text[next(other for one, other in spans if one == start) :]
    return bool(re.match(r"\s[A-Z]", rest)) and not rules.title_after.match(rest) and not rules.legal.match(rest)


def _parted(text: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits without those that read over the dot between two names into the second (GEベルノバ・日立|製作所)."""
    if "・" not in text and "･" not in text:
        return list(hits)
    firsts, seconds = {(hit.start, hit.end) for hit in hits}, {hit.start: hit.end for hit in reversed(hits)}
    kept = []
    for hit in hits:
        dots = [hit.start + at.start() for at in re.finditer("[・･]", text[hit.start : hit.end])]
        if not any((hit.start, dot) in firsts and seconds.get(dot + 1, 0) > hit.end for dot in dots):
            kept.append(hit)
    return kept


def _continues_back(surface: str, lead: str) -> bool:
    previous = lead[-1]
    if previous in "・･":
        return bool(re.search(r"[ァ-ヺー]", surface[0])) or bool(re.search(r"[ァ-ヺー][・･]$", lead))
    return bool(re.match(r"[一-鿿々ァ-ヺーA-Za-z0-9Ａ-Ｚｦ-ﾟ]", previous))


def _key(form: str) -> str:
    return fold(form)[0] if has_cjk(form) else " ".join(tokens(form).words)


def _pattern(
    neighbours: Sequence[Row], side: str, language: str, template: str, *, fold_case: bool = False
) -> re.Pattern[str]:
    forms = [row["form"] for row in neighbours if row["side"] == side and row["language"] == language]
    joined = "|".join(sorted(forms, key=len, reverse=True)) or "(?!)"
    return re.compile(template.replace("{}", joined), re.IGNORECASE if fold_case else 0)


def resolve_surface(finder: NameFinder, surface: str, language: str | None = None) -> list[str]:
    """Ids of the organisations that a bare surface names, in order, each once; empty where none is safe to propose."""
    found: Mapping[str, None] = dict.fromkeys(
        mention.org_id for mention in finder.find(surface, language) if mention.known
    )
    return list(found)

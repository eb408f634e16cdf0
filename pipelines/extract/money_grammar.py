"""The compiled vocabulary of money: currencies, scales, hedges, conversions, as patterns.

What belongs here: regular expressions made of the vocabulary tables. What does not: reading a text with them
(`amounts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from pipelines.extract.gating import Endings
from pipelines.extract.money_gate import MoneyGate
from pipelines.extract.numerals import DIGITS, JAPANESE, VAGUE, WordNumbers
from pipelines.extract.vocabulary import Reference, Row, rows

_LONGEST = 36
"""Characters of the longest hedge before an amount; what stands farther off need not be searched."""
BOUNDS = frozenset({"up_to", "at_least", "more_than", "less_than"})


class MoneyGrammar:
    """Patterns that find money in English and Japanese text.

    Attributes:
        gate: Where in a text money can stand at all.
        signed: `US$40B`: groups sign, digits, scale.
        united: `40 billion dollars` in lower case: groups number, scale, unit.
        vague: `billions of dollars` in lower case: group unit.
        japanese: `1兆2000億円`: groups sign, number, unit.
        partner_after, partner_before: The end of a range that lacks currency or scale.
    """

    def __init__(self, reference: Reference) -> None:
        currencies = rows(reference, "currencies")
        scales = rows(reference, "scales")
        hedges = rows(reference, "qualifiers")
        self.gate = MoneyGate(currencies)
        self.words = WordNumbers(rows(reference, "number_words"))
        self._factors = {row["form"]: Decimal(row["factor"]) for row in scales}
        self._units = [(re.compile(row["form"], re.IGNORECASE), row["currency"]) for row in currencies]
        self._signs = {row["form"]: row["currency"] for row in currencies if row["position"] in ("before", "both")}
        self._codes = {row["form"] for row in currencies if row["kind"] == "code"}
        self._folded = {form.lower(): code for form, code in self._signs.items() if form not in self._codes}
        self._known_units: dict[str, str | None] = {}
        self._compile_atoms(currencies, scales)
        self._before = {code: _ending(hedges, code, "before") for code in ("en", "ja")}
        self._after = {code: _starting(hedges, code) for code in ("en", "ja")}
        self._filler = {code: _ending(hedges, code, "filler") for code in ("en", "ja")}
        self._ends = {
            (code, place): Endings(
                row["pattern"] for row in hedges if row["language"] == code and row["position"] == place
            )
            for code in ("en", "ja")
            for place in ("before", "filler")
        }
        self._known_hedges: dict[tuple[str, str, str], str] = {}
        self._hedges = {
            (code, place): [
                (re.compile(row["pattern"], re.IGNORECASE), row["qualifier"])
                for row in hedges
                if row["language"] == code and row["position"] == place
            ]
            for code in ("en", "ja")
            for place in ("before", "after")
        }
        conversions = rows(reference, "conversions")
        joined = "|".join(row["pattern"] for row in conversions)
        self.conversion = re.compile(rf"(?:{joined})\s*", re.IGNORECASE)
        changes = rows(reference, "change_verbs")
        self.change = re.compile("|".join(row["pattern"] for row in changes), re.IGNORECASE)
        self._families = {
            (row["family"], row["country"]): row["currency"] for row in rows(reference, "currency_families")
        }
        self._family_names = {family for family, _ in self._families}
        self._homes = _markers(rows(reference, "home_markers"))

    def _compile_atoms(self, currencies: Sequence[Row], scales: Sequence[Row]) -> None:
        signs = _literals(row["form"] for row in currencies if row["position"] in ("before", "both"))
        words = [row["form"] for row in currencies if row["position"] in ("after", "both") and row["kind"] != "ja"]
        kanji = [row["form"] for row in currencies if row["kind"] == "ja"]
        units = "|".join([*map(_lowered, sorted(words, key=len, reverse=True)), "€", "£"])
        scale = _literals(row["form"] for row in scales)
        large = "|".join(row["form"] for row in scales if row["form"].endswith("s"))
        point = r"(?<=[0-9０-９〇一二三四五六七八九])[・･](?=[0-9０-９〇一二三四五六七八九])"
        number = rf"[{VAGUE}]?{JAPANESE}+(?:{point}{JAPANESE}+)?(?:[{VAGUE}]{JAPANESE}+)?"
        flags = re.IGNORECASE
        self.signed = re.compile(
            rf"(?<![A-Za-z0-9])(?P<sign>{signs})\s?(?P<digits>{DIGITS})"
            rf"(?:[\s-]?(?P<scale>{scale})(?![A-Za-z]))?(?![0-9]|[A-Za-z](?<![mMbBtTkK]))",
            flags,
        )
        # Without regard to case each word of an alternative is tried letter by letter: these two read lower case.
        self.united = re.compile(
            rf"(?<![\w.,$€£¥])(?P<number>{self.words.pattern}|{DIGITS})(?:[\s-]?(?P<scale>{scale})(?![a-z]))?"
            rf"[\s-]?(?P<unit>{units})(?![a-z])"
        )
        self.vague = re.compile(
            r"(?<![\w$€£¥.,-])(?:multi[\s-]?(?:million|billion|trillion)"
            r"|(?:several|a few|many|multiple|countless|untold|a couple(?: of)?|some)\s+"
            r"(?:(?:hundred|thousand|dozen|ten)s?\s+(?:of\s+)?)?(?:thousand|million|billion|trillion)s?"
            rf"|(?:(?:tens|hundreds|thousands|dozens|scores)\s+of\s+)(?:{large}|thousands)|(?:{large}|thousands))"
            rf"[\s-]+(?:of\s+|in\s+|worth of\s+)?(?P<unit>{units})(?![a-z])"
        )
        ja_unit = "|".join(sorted(kanji, key=len, reverse=True))
        self.japanese = re.compile(rf"(?P<sign>{signs})?\s?(?P<number>{number})(?P<unit>{ja_unit})")
        self.japanese_signed = re.compile(rf"(?P<sign>{signs})\s?(?P<number>{JAPANESE}*[万億兆])(?!{ja_unit})")
        self.partner_after = re.compile(
            rf"(?P<gap>\s?(?:-|–|—|~|〜|～)\s?|-?\s(?:to|and)\s|-to-)(?P<sign>{signs})?\s?(?P<digits>{DIGITS})"
            rf"(?:[\s-]?(?P<scale>{scale})(?![A-Za-z]))?",
            flags,
        )
        self.partner_before = re.compile(
            rf"(?<![\w.,$€£¥])(?P<digits>{DIGITS}|{self.words.pattern})(?:[\s-]?(?P<scale>{scale})(?![A-Za-z]))?"
            rf"(?P<gap>\s?(?:-|–|—|~|〜|～)\s?|-?\s(?:to|and)\s|-to-)$",
            flags,
        )
        self.japanese_before = re.compile(
            rf"(?P<number>{number})(?P<gap>\s?(?:-|–|—|−|ー|~|〜|～|から|ないし|乃至|、)\s?)$"
        )

    def factor(self, scale: str | None) -> Decimal:
        """What a scale multiplies by; 1 for none."""
        return self._factors[re.sub(r"\s+", " ", scale.lower())] if scale else Decimal(1)

    def sign_currency(self, sign: str) -> str | None:
        """Currency of a sign or code before a number; None for a code that is not in capitals."""
        if sign in self._signs:
            return self._signs[sign]
        return self._folded.get(sign.lower())

    def unit_currency(self, unit: str) -> str | None:
        """Currency of a word, sign or code behind a number; None for a code that is not in capitals."""
        if unit not in self._known_units:
            self._known_units[unit] = self._currency_of(unit)
        return self._known_units[unit]

    def _currency_of(self, unit: str) -> str | None:
        if unit in ("€", "£"):
            return self._signs[unit]
        for pattern, currency in self._units:
            if pattern.fullmatch(unit):
                return None if unit.upper() in self._codes and unit not in self._codes else currency
        return None

    def at_home(self, currency: str, country: str | None) -> str | None:
        """A currency that several countries name alike ("pesos"), by the publisher's; None where that does not tell."""
        if currency not in self._family_names:
            return currency
        return self._families.get((currency, country or "")) or self._families.get((currency, ""))

    def dollar(self, text: str, country: str | None) -> str:
        """What a bare dollar means: the home dollar of the publisher where the text is about a matter at home."""
        home = _DOLLARS.get(country or "")
        if home is None:
            return "USD"
        mentioned = {code for code, pattern in self._homes.items() if pattern.search(text)}
        return "USD" if mentioned and country not in mentioned else home

    def hedge(self, before: str, after: str, language: str) -> tuple[str, int, int]:
        """Qualifier from the words around an amount, and how many characters before and after belong to it."""
        found: list[str] = []
        rest = before
        for _ in range(4):
            filler = self._last(self._filler, rest, language, "filler")
            head = rest[: filler.start()] if filler else rest
            match = self._last(self._before, head, language, "before") or (
                self._last(self._before, rest, language, "before") if filler else None
            )
            if match is None:
                break
            found.append(self._which(match.group(1), language, "before"))
            rest = rest[: match.start()]
        tail = self._after[language].match(after)
        taken = tail.end() if tail else 0
        if tail:
            found.append(self._which(tail.group(1), language, "after"))
        bound = next((name for name in found if name in BOUNDS), None)
        return bound or next((name for name in found if name), "exact"), len(before) - len(rest), taken

    def _last(
        self, patterns: Mapping[str, re.Pattern[str]], text: str, language: str, place: str
    ) -> re.Match[str] | None:
        """The hedge that a text ends with; most end with none."""
        if not self._ends[language, place].possible(text):
            return None
        lower = text.lower()
        return patterns[language].search(lower if len(lower) == len(text) else text, max(0, len(text) - _LONGEST))

    def _which(self, text: str, language: str, place: str) -> str:
        key = (text, language, place)
        if key not in self._known_hedges:
            if len(self._known_hedges) > 5_000:
                self._known_hedges.clear()
            self._known_hedges[key] = self._hedge_of(text, language, place)
        return self._known_hedges[key]

    def _hedge_of(self, text: str, language: str, place: str) -> str:
        for pattern, qualifier in self._hedges[language, place]:
            if pattern.fullmatch(text):
                return qualifier
        # A pattern with a look-ahead matches only in its context; the text alone has lost it.
        for pattern, qualifier in self._hedges[language, place]:
            if pattern.match(f"{text}。") or pattern.match(f"{text}の"):
                return qualifier
        return "exact"


_DOLLARS = {"AUS": "AUD", "CAN": "CAD", "NZL": "NZD", "SGP": "SGD", "HKG": "HKD"}


@lru_cache(maxsize=1)
def own_grammar() -> MoneyGrammar:
    """The grammar of the project's own vocabulary."""
    return MoneyGrammar({})


def _literals(forms: Iterable[str]) -> str:
    ordered = sorted(set(forms), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(form).replace(r"\ ", r"\s") for form in ordered) + ")"


def _ending(hedges: Sequence[Row], language: str, place: str) -> re.Pattern[str]:
    """Hedges at the end of a text in lower case."""
    forms = [row["pattern"] for row in hedges if row["language"] == language and row["position"] == place]
    joined = "|".join(map(_lowered, sorted(forms, key=len, reverse=True))) or "(?!)"
    guard = r"(?<![A-Za-z])" if language == "en" else ""
    return re.compile(rf"{guard}({joined})\s?$")


def _lowered(pattern: str) -> str:
    """An expression for lower-case text; what stands behind a backslash keeps its case."""
    return re.sub(r"\\.|[A-Z]", lambda found: found[0] if found[0][0] == "\\" else found[0].lower(), pattern)


def _starting(hedges: Sequence[Row], language: str) -> re.Pattern[str]:
    forms = [row["pattern"] for row in hedges if row["language"] == language and row["position"] == "after"]
    return re.compile("(" + "|".join(sorted(forms, key=len, reverse=True)) + ")", re.IGNORECASE)


def _markers(markers: Sequence[Row]) -> dict[str, re.Pattern[str]]:
    by_country: dict[str, list[str]] = {}
    for row in markers:
        by_country.setdefault(row["country"], []).append(row["form"])
    patterns = {}
    for country, forms in by_country.items():
        plain = _literals(form for form in forms if form != "us")
        extra = r"|\bUS\b" if "us" in forms else ""
        patterns[country] = re.compile(rf"(?i:(?<![A-Za-z]){plain}(?![A-Za-z])){extra}")
    return patterns

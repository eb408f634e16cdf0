"""Sums of money in a text: bounds, qualifier and currency of each, in English and Japanese.

What belongs here: what is a sum and how large it is, by the written labelling rules. What does not: what a sum pays for
(`finance`), nor the vocabulary (`raw/reference/vocabulary`, compiled in `money_grammar`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from pipelines.extract.exchange import is_rate, opens_rate
from pipelines.extract.money_gate import Places, at, within
from pipelines.extract.money_grammar import MoneyGrammar, own_grammar
from pipelines.extract.money_ranges import Atom, join_ranges
from pipelines.extract.numerals import VAGUE, japanese_value


@dataclass(slots=True, unsafe_hash=True)  # nothing changes one; frozen ones take three times as long to make
class AmountMention:
    """One sum of money as a text states it.

    Attributes:
        start, end: Characters of the text, hedging words not included.
        literal: The figure as found.
        low, high: Units of one; None where the text gives no such bound.
        qualifier: Code of the codelist `qualifier`.
        currency: ISO 4217.
        outer_start, outer_end: The same with hedging words, and with the conversion that follows it.
        conversions: The same money in other currencies, as the text itself converts it.
    """

    start: int
    end: int
    literal: str
    low: Decimal | None
    high: Decimal | None
    qualifier: str
    currency: str
    outer_start: int
    outer_end: int
    conversions: tuple[AmountMention, ...] = ()

    @property
    def is_vague(self) -> bool:
        """Whether the text gives no number ("hundreds of millions of dollars")."""
        return self.low is None and self.high is None


def find_amounts(
    text: str, language: str | None, country: str | None, grammar: MoneyGrammar | None = None
) -> list[AmountMention]:
    """Find the distinct sums of money of a text, in its order.

    Args:
        text: A sentence or paragraph.
        language: `en` or `ja`.
        country: ISO 3166-1 alpha-3 of the publisher, None where unknown.
        grammar: Compiled vocabulary; None for the project's own.

    Returns:
        One mention a distinct sum: a range is one, a conversion counts with what it converts, a repetition once.
    """
    seen: set[tuple[object, ...]] = set()
    distinct: list[AmountMention] = []
    for mention in scan_amounts(text, language, country, grammar):
        # "At least $250,000" and "the $250,000" are one sum: the bound belongs to the wording, not to the figure.
        ends = (mention.low, mention.high)
        figure: tuple[object, ...] = (*(end for end in ends if end is not None), mention.currency)
        figure = (figure[0], *figure) if len(figure) == 2 else figure
        key = (*figure, mention.literal) if mention.is_vague else figure
        if key not in seen:
            seen.add(key)
            distinct.append(mention)
    return distinct


def scan_amounts(
    text: str, language: str | None, country: str | None, grammar: MoneyGrammar | None = None
) -> list[AmountMention]:
    """Find every sum of money of a text, repetitions included; arguments as for `find_amounts`."""
    grammar = grammar or own_grammar()
    places = grammar.gate.places(text)
    if places is None:
        return []
    atoms = sorted(_atoms(grammar, text, places, language, country), key=lambda atom: atom.start)
    if not atoms:
        return []
    atoms = join_ranges(grammar, text, atoms)
    atoms = [atom for number, atom in enumerate(atoms) if not _in_rate(text, atoms, number)]
    mentions = [_hedged(grammar, text, atoms, number) for number in range(len(atoms))]
    return _fold_conversions(grammar, text, mentions)


def _atoms(
    grammar: MoneyGrammar, text: str, places: Places, language: str | None, country: str | None
) -> Iterator[Atom]:
    taken = bytearray(len(text) + 1)
    dollar = grammar.dollar(text, country)

    def free(match: re.Match[str]) -> bool:
        if any(taken[match.start() : match.end()]):
            return False
        taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
        return True

    def money(currency: str | None, kind: str) -> str | None:
        if currency is None or currency == "dollar":
            return currency and ("USD" if kind == "ja" else dollar)
        if currency == "yen_sign":
            return "CNY" if country == "CHN" and language != "ja" else "JPY"
        return grammar.at_home(currency, country)

    for match in within(grammar.vague, places.lower, places.words):
        currency = money(grammar.unit_currency(text[slice(*match.span("unit"))]), "en")
        unit = _TABLE_UNIT.search(text[max(0, match.start() - 60) : match.start()])
        if currency and not unit and not _other_sense(text, match) and free(match):
            yield Atom(match.start(), match.end(), None, currency, True, "en")
    for match in (
        *within(grammar.japanese, text, places.japanese),
        *at(grammar.japanese_signed, text, places.signs),
    ):
        atom = _japanese_atom(grammar, text, match, money)
        if atom and free(match):
            yield atom
    for match in at(grammar.signed, text, places.signs):
        currency = money(grammar.sign_currency(match["sign"]), "en")
        if currency and not _is_version(match) and free(match):
            value = Decimal(match["digits"].replace(",", "")) * grammar.factor(match["scale"])
            yield Atom(match.start(), match.end(), value, currency, bool(match["scale"]), "en")
    for match in within(grammar.united, places.lower, places.words):
        currency = money(grammar.unit_currency(text[slice(*match.span("unit"))]), "en")
        number = grammar.words.value(match["number"])
        if currency and number is not None and not _other_sense(text, match) and free(match):
            value = number * grammar.factor(match["scale"])
            yield Atom(match.start(), match.end(), value, currency, bool(match["scale"]), "en")
    if "Y" in text and (country == "JPN" or any(sign in text for sign in ("yen", "Japan", "Tokyo"))):
        for match in re.finditer(r"(?<![A-Za-z])Y(\d[\d,.]*\d|\d)\s?(trillion|billion|million|tn|bn|m|b)?\b", text):
            if free(match):
                value = Decimal(match[1].replace(",", "")) * grammar.factor(match[2])
                yield Atom(match.start(), match.end(), value, "JPY", bool(match[2]), "en")


_TABLE_UNIT = re.compile(
    r"(?:\b(?:figures?|amounts?|numbers?|values?|data|sums?|prices?|sales|expressed|stated|shown|given|reported|quoted|units?)\b"
    r"[^.;]{0,40}|[(\[])\bin\s$",
    re.IGNORECASE,
)
"""What stands before the unit of a table ("all figures in millions of yen"), which is no sum."""


def _is_version(match: re.Match[str]) -> bool:
    """Whether a code or word before a number is no currency's ("PHP 8.2", "Euro 7")."""
    if len(match["sign"]) > 3 and match["sign"][-1].isalpha() and not (match["scale"] and match["sign"][0].isupper()):
        return True
    return match["sign"] in _OTHER_CODES and not match["scale"] and len(match["digits"].split(".")[0]) < 3


_OTHER_CODES = frozenset({"PHP"})
"""Codes of currencies that also name a thing with versions."""


def _japanese_atom(  # noqa: PLR0911
    grammar: MoneyGrammar, text: str, match: re.Match[str], money: Callable[[str | None, str], str | None]
) -> Atom | None:
    groups = match.groupdict()
    number, unit, sign = groups["number"], groups.get("unit"), groups.get("sign")
    currency = money(grammar.unit_currency(unit) if unit else grammar.sign_currency(sign or ""), "ja")
    if currency is None or _heads_table(text, match):
        return None
    after = text[match.end() : match.end() + 6]
    scaled = bool(re.search(r"[万億兆]", number))
    if unit == "元" and (not scaled and re.match(r"[素年々号帥本金請凶総配数祖栄]|社長|首相|大統領|職員", after)):
        return None
    if unit == "円" and re.match(r"(?:ショップ|均一|玉|硬貨|札)", after):
        return None
    if unit == "円" and re.match(r"[高安形卓柱滑盤周熟]", after) and not scaled:
        return None
    if unit == "ポンド" and (
        re.match(rf"の?(?:{_JA_METALS}|爆弾|鉱|酸化|重)", after)
        or re.search(
            rf"(?:{_JA_METALS})(?:鉱石?|精鉱|地金)?(?:を|は|が|の|、)?(?:約|およそ|計|年間?)?$", text[: match.start()]
        )
    ):
        return None
    # A comma that belongs to the sentence is no thousands mark.
    start = match.start() if sign else match.start("number") + len(number) - len(number.lstrip(",，.．"))
    number = number.lstrip(",，.．")
    value = None if set(number) & set(VAGUE) else japanese_value(number)
    if value is None and not set(number) & set(VAGUE):
        return None
    return Atom(start, match.end(), value, currency, scaled, "ja")


def _heads_table(text: str, match: re.Match[str]) -> bool:
    """Whether a scale and a currency are the unit of a table (単位：百万円) and no sum."""
    if re.search(r"[0-9０-９一二三四五六七八九〇数]", match["number"]):
        return False
    before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
    return bool(re.search(r"単位[はがをも：:／/＝=]?$", before)) or bool(
        re.search(r"[(（\[［]$", before) and re.match(r"[)）\]］]", after)
    )


_JA_METALS = (
    "銅|錫|ウラン|リチウム|コバルト|ニッケル|金属|精鉱|イエローケーキ|亜鉛|モリブデン|バナジウム|タングステン|スズ|鉛"
)


def _other_sense(text: str, match: re.Match[str]) -> bool:
    """Whether "pounds" is a weight, "won" a verb, or an article stands before a bare unit ("a pound of flesh")."""
    found = match.groupdict()
    unit, number = match["unit"].lower(), (found.get("number") or "").lower().strip()
    after = text[match.end() : match.end() + 40].lower()
    scale = found.get("scale") or ""
    # "At Dollar General" is no trillion: a letter of scale stands behind digits only.
    if (number in ("a", "an") and not scale) or (number.isalpha() and 0 < len(scale) < 4):
        return True
    if unit.startswith("pound") and "sterling" not in unit:
        around = text[max(0, match.start() - 80) : match.end() + 60].lower()
        if re.search(rf"{_WEIGHTS.pattern}:?\s(?:is\s|was\s|of\s)?$", text[: match.start()].lower()):
            return True
        if re.match(
            r"\s?-?of (?!funding|investment|aid|debt|support|spending|revenue|savings|public|tax|new money)", after
        ):
            return True
        yearly = re.match(r"\s(?:a|per) (?:year|day|month)|\s?/", after)
        made = _OUTPUT.search(around) and not _PAID.search(text[: match.start()].lower())
        return bool(yearly or made) and bool(_WEIGHTS.search(around))
    if unit == "won" and number:
        value = re.fullmatch(r"[\d,.]+", number)
        return not found.get("scale") and not (value and len(number.replace(",", "")) >= 3)
    return unit == "rand" and after.startswith((" corp", " paul"))


_WEIGHTS = re.compile(
    r"\b(?:copper|tin|zinc|lead|vanadium|tungsten|molybdenum|uranium|lithium|cobalt|nickel|metal|ore|oxide|yellowcake|concentrate|weigh\w*|output)\b"
)


_OUTPUT = re.compile(
    r"\b(?:produc\w+|output|yield\w*|mined|ship(?:s|ped|ments?)|stockpil\w+|smelt(?:s|ed)|extract\w*)\b"
)
_PAID = re.compile(
    r"\b(?:for|cost(?:s|ing)?|worth|paid|pays?|invest\w*|spen[dt]\w*|at|by|"
    r"(?:cost|loan|sum|grant|fund|total|price|bill|investment|budget|subsidy) of|rais\w+|lent|"
    r"with|fetch\w*|pledg\w+|owes?|"
    r"earn\w*|los[et]\w*|profit\w*|sales|revenues?)\s(?:\w+\s){0,2}$"
)
"""Words before a number of pounds that make them money, whatever metal is spoken of."""


def _in_rate(text: str, atoms: list[Atom], number: int) -> bool:
    atom = atoms[number]
    if atom.scaled:
        return False
    if is_rate(text, atom.start, atom.end):
        return True
    return any(
        one.currency != other.currency and not other.scaled and opens_rate(one.value, text[one.end : other.start])
        for one, other in pairwise(atoms[max(0, number - 1) : number + 2])
    )


def _hedged(grammar: MoneyGrammar, text: str, atoms: list[Atom], number: int) -> AmountMention:
    atom = atoms[number]
    floor = atoms[number - 1].end if number else 0
    ceiling = atoms[number + 1].start if number + 1 < len(atoms) else len(text)
    before = text[max(floor, atom.start - 60) : atom.start]
    after = text[atom.end : min(ceiling, atom.end + 24)]
    bracket = re.match(r"\s?[(（][^()（）]{0,60}[)）]", text[atom.end : atom.end + 64])
    qualifier, left, right = grammar.hedge(before, after, atom.language)
    if right == 0 and bracket and qualifier not in ("up_to", "at_least", "more_than", "less_than"):
        # The hedge may stand behind the conversion: 30億ドル（約4500億円）超.
        late, _, _ = grammar.hedge("", text[atom.end + bracket.end() :][:12], atom.language)
        qualifier = late if late != "exact" else qualifier
    if atom.upper is not None:
        qualifier = "between"
    elif atom.value is None:
        qualifier = "about"
    low = None if qualifier in ("up_to", "less_than") else atom.value
    high = None if qualifier in ("at_least", "more_than") else (atom.upper if atom.upper is not None else atom.value)
    literal = text[atom.start : atom.end]
    return AmountMention(
        atom.start,
        atom.end,
        literal if literal.isascii() else unicodedata.normalize("NFC", literal),
        _plain(low),
        _plain(high),
        qualifier,
        atom.currency,
        atom.start - left,
        atom.end + right,
    )


def _plain(value: Decimal | None) -> Decimal | None:
    if value is None:
        return None
    whole = value.to_integral_value()
    return whole if whole == value else value.quantize(Decimal("0.01"))


def _fold_conversions(grammar: MoneyGrammar, text: str, mentions: list[AmountMention]) -> list[AmountMention]:
    """Put each conversion under the sum it converts: in brackets, after "or" or 日本円で, before 相当."""
    kept: list[AmountMention] = []
    for mention in mentions:
        main = kept[-1] if kept else None
        if main is None or main.currency == mention.currency or not _converts(grammar, text, main, mention):
            kept.append(mention)
            continue
        close = re.match(r"[^()（）]{0,40}[)）]", text[mention.outer_end :])
        end = mention.outer_end + (
            close.end() if close and re.search(r"[(（\[［]", text[main.outer_end : mention.start]) else 0
        )
        kept[-1] = replace(main, outer_end=end, conversions=(*main.conversions, mention))
    return kept


_RATED = re.compile(
    r"\s?[(（\[［][^()（）]{0,24}(?:=|＝|換算で|のレートで|として|とすると|at |to the )[^()（）]{0,24}?"
    r"(?:換算で、?|レートで、?|として、?|とすると、?|[,、;；:]|or )\s?"
)
"""A bracket that gives the rate before the conversion: （1ドル＝150円換算で約1800億円）."""


_NAMED = re.compile(r"(?:\s[a-z][a-z-]*){1,4},\s(?:or|equivalent to|equal to|the equivalent of)\s")
"""What the money is stands between it and its conversion: "a ¥32.5 billion charge, or $210 million"."""
_NAMED_BRACKET = re.compile(r"(?:\s[a-z][a-z-]*){1,4}\s\((?:or |equivalent to |the equivalent of |worth )?")


def _converts(grammar: MoneyGrammar, text: str, main: AmountMention, other: AmountMention) -> bool:
    last = main.conversions[-1] if main.conversions else main
    gap = text[last.end : other.outer_start]
    if re.fullmatch(
        r"[^\w(（]{0,3}\w{0,6}\s?[(（\[［]\s?(?:or |equivalent to |the equivalent of |"
        r"worth |日本円で|円換算で|当時|=|＝|then )?",
        gap,
    ):
        return True
    if _RATED.fullmatch(gap) or _NAMED.fullmatch(gap):
        return True
    if _NAMED_BRACKET.fullmatch(gap) and re.match(r"[^\w()]{0,2}(?: at [^()]{0,30})?\)", text[other.outer_end :]):
        return True
    if main.conversions and re.fullmatch(r"\s?[,、;；/]\s?(?:or |and )?", gap):
        return True
    if grammar.conversion.fullmatch(gap):
        return True
    return bool(re.match(r"\s?(?:相当|に相当|換算)|\sequivalent\b", text[other.outer_end :])) and bool(
        re.fullmatch(r"[、,\s]{0,2}", gap)
    )

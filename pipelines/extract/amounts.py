"""Sums of money in a text: bounds, qualifier and currency of each, in English and Japanese.

What belongs here: what is a sum and how large it is, by the written labelling rules. What does not: what a sum pays for
(`finance`), nor the vocabulary (`raw/reference/vocabulary`, compiled in `money_grammar`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from pipelines.extract.exchange import is_rate, opens_rate
from pipelines.extract.money_gate import Places, at, within
from pipelines.extract.money_grammar import MoneyGrammar, own_grammar
from pipelines.extract.numerals import VAGUE, japanese_value


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class _Atom:
    start: int
    end: int
    value: Decimal | None
    currency: str
    scaled: bool
    language: str
    upper: Decimal | None = None


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
        figure: tuple[object, ...] = (mention.low, mention.high, mention.currency)
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
    atoms = _join_ranges(grammar, text, atoms)
    atoms = [atom for number, atom in enumerate(atoms) if not _in_rate(text, atoms, number)]
    mentions = [_hedged(grammar, text, atoms, number) for number in range(len(atoms))]
    return _fold_conversions(grammar, text, mentions)


def _atoms(
    grammar: MoneyGrammar, text: str, places: Places, language: str | None, country: str | None
) -> Iterator[_Atom]:
    taken = bytearray(len(text) + 1)
    dollar = grammar.dollar(text, country)

    def free(match: re.Match[str]) -> bool:
        if any(taken[match.start() : match.end()]):
            return False
        taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
        return True

    def money(currency: str, kind: str) -> str:
        if currency == "yen_sign":
            return "CNY" if country == "CHN" and language != "ja" else "JPY"
        return ("USD" if kind == "ja" else dollar) if currency == "dollar" else currency

    for match in within(grammar.vague, text, places.words):
        currency = grammar.unit_currency(match["unit"])
        if currency and free(match):
            yield _Atom(match.start(), match.end(), None, money(currency, "en"), True, "en")
    for match in (
        *within(grammar.japanese, text, places.japanese),
        *at(grammar.japanese_signed, text, places.signs),
    ):
        atom = _japanese_atom(grammar, text, match, money)
        if atom and free(match):
            yield atom
    for match in at(grammar.signed, text, places.signs):
        currency = grammar.sign_currency(match["sign"])
        if currency and free(match):
            value = Decimal(match["digits"].replace(",", "")) * grammar.factor(match["scale"])
            yield _Atom(match.start(), match.end(), value, money(currency, "en"), bool(match["scale"]), "en")
    for match in within(grammar.united, text, places.words):
        currency = grammar.unit_currency(match["unit"])
        number = grammar.words.value(match["number"])
        if currency and number is not None and not _other_sense(text, match) and free(match):
            value = number * grammar.factor(match["scale"])
            yield _Atom(match.start(), match.end(), value, money(currency, "en"), bool(match["scale"]), "en")
    if country == "JPN" or re.search(r"yen|Japan|Tokyo", text):
        for match in re.finditer(r"(?<![A-Za-z])Y(\d[\d,.]*\d|\d)\s?(trillion|billion|million|tn|bn|m|b)?\b", text):
            if free(match):
                value = Decimal(match[1].replace(",", "")) * grammar.factor(match[2])
                yield _Atom(match.start(), match.end(), value, "JPY", bool(match[2]), "en")


def _japanese_atom(grammar: MoneyGrammar, text: str, match: re.Match[str], money: object) -> _Atom | None:
    groups = match.groupdict()
    number, unit, sign = groups["number"], groups.get("unit"), groups.get("sign")
    currency = grammar.unit_currency(unit) if unit else grammar.sign_currency(sign or "")
    if currency is None or not callable(money):
        return None
    after = text[match.end() : match.end() + 6]
    scaled = bool(re.search(r"[万億兆]", number))
    if unit == "元" and (not scaled and re.match(r"[素年々号帥本金請凶総配数祖栄]|社長|首相|大統領|職員", after)):
        return None
    if unit == "円" and re.match(r"[高安形卓柱滑盤周熟]", after) and not scaled:
        return None
    if unit in ("ポンド", "英ポンド") and re.match(
        r"の?(?:銅|ウラン|リチウム|コバルト|ニッケル|金属|鉱|酸化|イエローケーキ|重)", after
    ):
        return None
    # A comma that belongs to the sentence is no thousands mark.
    start = match.start() if sign else match.start("number") + len(number) - len(number.lstrip(",，.．"))
    number = number.lstrip(",，.．")
    value = None if set(number) & set(VAGUE) else japanese_value(number)
    if value is None and not set(number) & set(VAGUE):
        return None
    return _Atom(start, match.end(), value, money(currency, "ja"), scaled, "ja")


def _other_sense(text: str, match: re.Match[str]) -> bool:
    """Whether "pounds" is a weight, "won" a verb, or an article stands before a bare unit ("a pound of flesh")."""
    unit, number = match["unit"].lower(), match["number"].lower().strip()
    after = text[match.end() : match.end() + 40].lower()
    if number in ("a", "an") and not match["scale"]:
        return True
    if unit.startswith("pound") and "sterling" not in unit:
        around = text[max(0, match.start() - 80) : match.end() + 60].lower()
        if re.match(
            r"\s?-?of (?!funding|investment|aid|debt|support|spending|revenue|savings|public|tax|new money)", after
        ):
            return True
        return bool(re.match(r"\s(?:a|per) (?:year|day|month)|\s?/", after)) and bool(_WEIGHTS.search(around))
    if unit == "won":
        value = re.fullmatch(r"[\d,.]+", number)
        return not match["scale"] and not (value and len(number.replace(",", "")) >= 3)
    return unit == "rand" and after.startswith((" corp", " paul"))


_WEIGHTS = re.compile(
    r"\b(?:copper|uranium|lithium|cobalt|nickel|metal|ore|oxide|yellowcake|concentrate|weigh\w*|output)\b"
)


def _join_ranges(grammar: MoneyGrammar, text: str, atoms: list[_Atom]) -> list[_Atom]:
    """Join the two ends of each range, whether both, the first or the last one bears currency and scale."""
    joined: list[_Atom] = []
    number = 0
    while number < len(atoms):
        atom = atoms[number]
        following = atoms[number + 1] if number + 1 < len(atoms) else None
        if following and _is_range(grammar, text, atom, following):
            low = atom.value
            if low is not None and following.value is not None and not atom.scaled and following.scaled:
                low *= _scale_of(grammar, text, following)
            joined.append(replace(atom, end=following.end, value=low, upper=following.value))
            number += 2
            continue
        joined.append(_with_partner(grammar, text, _with_scale(grammar, text, atom, following), following))
        number += 1
    return [
        atom if atom.upper is None or atom.value is None or atom.value < atom.upper else replace(atom, upper=None)
        for atom in joined
    ]


def _with_scale(grammar: MoneyGrammar, text: str, atom: _Atom, following: _Atom | None) -> _Atom:
    """A change "from $2 to $3 billion" leaves the scale out once, as a range does."""
    if following is None or atom.value is None or atom.scaled or not following.scaled or atom.value >= 1000:
        return atom
    if atom.currency != following.currency or not _GAP.fullmatch(text[atom.end : following.start]):
        return atom
    return replace(atom, value=atom.value * _scale_of(grammar, text, following), scaled=True)


_GAP = re.compile(r"\s?(?:-|–|—|−|ー|~|〜|～|から|ないし|乃至)\s?|\s(?:to|and)\s")


def _is_range(grammar: MoneyGrammar, text: str, first: _Atom, second: _Atom) -> bool:
    gap = text[first.end : second.start]
    if first.currency != second.currency or not _GAP.fullmatch(gap):
        return False
    if first.value is not None and second.value is not None:
        scaled = first.value if first.scaled or not second.scaled else first.value * _scale_of(grammar, text, second)
        if scaled >= second.value:
            return False
    before = text[: first.start]
    if gap.strip() == "and":
        return bool(re.search(r"\b[Bb]etween\s+(?:\w+\s+)?$", before))
    if gap.strip() in ("to", "から"):
        return not _is_change(grammar, before, text[second.end :], gap.strip())
    return True


def _is_change(grammar: MoneyGrammar, before: str, after: str, gap: str) -> bool:
    if gap == "to":
        if not re.search(r"\bfrom\s+(?:\w+\s+){0,2}$", before):
            return False
        clause = re.split(r"[.;]", before)[-1][-60:]
        return bool(grammar.change.search(clause)) or bool(grammar.change.match(after.lstrip()))
    if re.match(r"(?:の間|の範囲|の幅|程度|くらい|ぐらい|前後|規模|と見|とみ|と試算)", after):
        return False
    return bool(re.match(r"[にへ]", after)) or bool(grammar.change.search(after[:14]))


def _scale_of(grammar: MoneyGrammar, text: str, atom: _Atom) -> Decimal:
    """The scale word of an atom, for a partner that has none: `$2-3 billion`, 5～6億円."""
    body = text[atom.start : atom.end]
    if atom.language == "ja":
        found = re.search(r"([十百千]?)[万億兆]", body)
        value = japanese_value(found[0] if found[1] else f"1{found[0]}") if found else None
        return value or Decimal(1)
    match = grammar.signed.search(body) or grammar.united.search(body)
    return grammar.factor(match["scale"]) if match else Decimal(1)


def _with_partner(grammar: MoneyGrammar, text: str, atom: _Atom, following: _Atom | None) -> _Atom:
    """Look for a second end without currency behind or before an atom."""
    if atom.value is None:
        return atom
    if atom.language == "ja":
        return _japanese_partner(grammar, text, atom)
    after = grammar.partner_after.match(text, atom.end)
    if after and not after["sign"] and not (following and following.start < after.end()):
        word = after["gap"].strip()
        upper = Decimal(after["digits"].replace(",", "")) * grammar.factor(after["scale"])
        low = atom.value if atom.scaled or not after["scale"] else atom.value * grammar.factor(after["scale"])
        rest = text[after.end() : after.end() + 12]
        tied = bool(after["scale"]) and (word not in ("to", "and") or not atom.scaled)
        plain = (
            not after["scale"] and not atom.scaled and word not in ("to", "and") and not re.match(r"[-\w]|\s\w", rest)
        )
        allowed = word != "and" or re.search(r"\b[Bb]etween\s+$", text[: atom.start])
        if (tied or plain) and allowed and low < upper and not re.match(r"-?(?:year|month|day|hour)", rest.lower()):
            return replace(atom, end=after.end(), value=low, upper=upper)
    before = grammar.partner_before.search(text[: atom.start])
    if before:
        word = before["gap"].strip()
        scale = grammar.factor(before["scale"]) if before["scale"] else _scale_of(grammar, text, atom)
        low = Decimal(before["digits"].replace(",", "")) * scale
        head = text[: before.start()]
        allowed = word != "and" or bool(re.search(r"\b[Bb]etween\s+$", head))
        changed = word == "to" and _is_change(grammar, head, text[atom.end :], "to")
        if allowed and not changed and low < atom.value and (word != "to" or not re.search(r"[$€£¥]\s?$", head)):
            return replace(atom, start=before.start(), value=low, upper=atom.value)
    return atom


def _japanese_partner(grammar: MoneyGrammar, text: str, atom: _Atom) -> _Atom:
    before = grammar.japanese_before.search(text[: atom.start])
    if before is None or atom.value is None:
        return atom
    number, gap = before["number"].lstrip(",，.．"), before["gap"].strip()
    if set(number) & set(VAGUE):
        return replace(atom, start=before.start(), value=None)
    low = japanese_value(number)
    if low is None:
        return atom
    if not re.search(r"[万億兆]", number):
        low *= _scale_of(grammar, text, atom)
    if gap == "、":
        # 2、3億円 is "two or three hundred million"; a comma between other numbers parts a list.
        digits = japanese_value(re.sub(r"[十百千万億兆].*", "", text[atom.start : atom.end]) or "0")
        single = japanese_value(number)
        if single is None or digits is None or len(number) > 1 or single + 1 != digits:
            return atom
    if low >= atom.value or (gap == "から" and _is_change(grammar, text[: before.start()], text[atom.end :], gap)):
        return atom
    start = before.start() + len(before["number"]) - len(number)
    return replace(atom, start=start, value=low, upper=atom.value)


def _in_rate(text: str, atoms: list[_Atom], number: int) -> bool:
    atom = atoms[number]
    if atom.scaled:
        return False
    if is_rate(text, atom.start, atom.end):
        return True
    following = atoms[number + 1] if number + 1 < len(atoms) else None
    if following is None or following.scaled or following.currency == atom.currency:
        return False
    return opens_rate(atom.value, text[atom.end : following.start])


def _hedged(grammar: MoneyGrammar, text: str, atoms: list[_Atom], number: int) -> AmountMention:
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
    return AmountMention(
        atom.start,
        atom.end,
        unicodedata.normalize("NFC", text[atom.start : atom.end]),
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


def _converts(grammar: MoneyGrammar, text: str, main: AmountMention, other: AmountMention) -> bool:
    last = main.conversions[-1] if main.conversions else main
    gap = text[last.end : other.outer_start]
    if re.fullmatch(
        r"[^\w(（]{0,3}\w{0,6}\s?[(（\[［]\s?(?:or |equivalent to |the equivalent of |"
        r"worth |日本円で|円換算で|当時|=|＝|then )?",
        gap,
    ):
        return True
    if main.conversions and re.fullmatch(r"\s?[,、;；/]\s?(?:or |and )?", gap):
        return True
    if grammar.conversion.fullmatch(gap):
        return True
    return bool(re.match(r"\s?(?:相当|に相当|換算)", text[other.outer_end :])) and bool(
        re.fullmatch(r"[、,\s]{0,2}", gap)
    )

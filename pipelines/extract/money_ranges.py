"""The two ends of a range of money, whether both, the first or the last one bears currency and scale.

What belongs here: telling "$2-3 billion" and 5～6億円 from a change and from a list. What does not: finding the figures
(`amounts`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from pipelines.extract.money_grammar import MoneyGrammar
from pipelines.extract.numerals import VAGUE, japanese_value


@dataclass(slots=True, unsafe_hash=True)  # nothing changes one; frozen ones take three times as long to make
class Atom:
    """A figure with its currency, before ranges, hedges and conversions are looked at.

    Attributes:
        start, end: Characters of the text.
        value: Units of one; None for a vague quantity.
        scaled: A word of scale stands with it (billion, 億).
        upper: The upper end, where it is a range.
    """

    start: int
    end: int
    value: Decimal | None
    currency: str
    scaled: bool
    language: str
    upper: Decimal | None = None


def join_ranges(grammar: MoneyGrammar, text: str, atoms: list[Atom]) -> list[Atom]:
    """Join the two ends of each range, whether both, the first or the last one bears currency and scale."""
    joined: list[Atom] = []
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
        whole = _with_partner(grammar, text, _with_scale(grammar, text, atom, following), following)
        joined += [*_former(grammar, text, whole), whole]
        number += 1
    return [
        atom if atom.upper is None or atom.value is None or atom.value < atom.upper else replace(atom, upper=None)
        for atom in joined
    ]


def _with_scale(grammar: MoneyGrammar, text: str, atom: Atom, following: Atom | None) -> Atom:
    """A change "from $2 to $3 billion" leaves the scale out once, as a range does."""
    if following is None or atom.value is None or atom.scaled or not following.scaled or atom.value >= 1000:
        return atom
    if atom.currency != following.currency or not _GAP.fullmatch(text[atom.end : following.start]):
        return atom
    return replace(atom, value=atom.value * _scale_of(grammar, text, following), scaled=True)


_GAP = re.compile(r"\s?(?:-|–|—|−|ー|~|〜|～|から|ないし|乃至)\s?|-?\s(?:to|and)\s|-to-")


def _is_range(  # noqa: PLR0911
    grammar: MoneyGrammar, text: str, first: Atom, second: Atom
) -> bool:
    gap = text[first.end : second.start]
    if first.currency == second.currency and _is_span(text, first, second):
        return True
    if first.currency != second.currency or not _GAP.fullmatch(gap):
        return False
    if first.value is not None and second.value is not None:
        scaled = first.value if first.scaled or not second.scaled else first.value * _scale_of(grammar, text, second)
        if scaled >= second.value:
            return False
    before = text[: first.start]
    if gap.strip(" -") == "to" and first.scaled and second.scaled and _is_step(grammar, before, first, second):
        return False
    if gap.strip(" -") == "and":
        return bool(re.search(r"\b[Bb]etween\s+(?:\w+\s+)?$", before))
    if gap.strip(" -") in ("to", "から"):
        return not _is_change(grammar, before, text[second.end :], gap.strip(" -"))
    return True


def _is_span(text: str, first: Atom, second: Atom) -> bool:
    """Whether two bounds close in one sum: 500億円以上1000億円未満, "at least $5 million but under $9 million"."""
    if first.value is None or second.value is None or first.value >= second.value:
        return False
    gap = text[first.end : second.start]
    if first.language == "ja":
        return bool(re.fullmatch(r"(?:以上|超)[、,]?", gap)) and bool(re.match(r"未満|以下|以内", text[second.end :]))
    lower = re.search(r"\b(?:at least|more than|over|not less than|no less than)\s$", text[: first.start])
    return bool(lower) and bool(
        re.fullmatch(r",?\s(?:but|and)\s(?:(?:no|not) more|less|at most|under|below)(?: than)?\s", gap)
    )


def _is_step(grammar: MoneyGrammar, before: str, first: Atom, second: Atom) -> bool:
    """Whether the first sum is the size of a step, the second where it leads: "cut by $200 million to $1 billion"."""
    if first.value is None or second.value is None or second.value < 2 * first.value:
        return False
    clause = re.split(r"[.;]", before)[-1][-60:]
    return bool(
        re.search(r"\b(?:by|up|down|(?:rise|increase|gain|drop|fall|cut|jump) of)\s+(?:\w+\s+){0,2}$", before)
    ) and bool(grammar.change.search(clause))


def _is_change(grammar: MoneyGrammar, before: str, after: str, gap: str) -> bool:
    if gap == "to":
        if not re.search(r"\bfrom\s+(?:\w+\s+){0,2}$", before):
            return False
        clause = re.split(r"[.;]", before)[-1][-60:]
        return bool(grammar.change.search(clause)) or bool(grammar.change.match(after.lstrip()))
    if re.match(r"(?:の間|の範囲|の幅|程度|くらい|ぐらい|前後|規模|と見|とみ|と試算)", after):
        return False
    return bool(re.match(r"[にへ]", after)) or bool(grammar.change.search(after[:14]))


def _scale_of(grammar: MoneyGrammar, text: str, atom: Atom) -> Decimal:
    """The scale word of an atom, for a partner that has none: `$2-3 billion`, 5～6億円."""
    body = text[atom.start : atom.end]
    if atom.language == "ja":
        found = re.search(r"([十百千]?)[万億兆]", body)
        value = japanese_value(found[0] if found[1] else f"1{found[0]}") if found else None
        return value or Decimal(1)
    match = grammar.signed.search(body) or grammar.united.search(body.lower())
    return grammar.factor(match["scale"]) if match else Decimal(1)


def _with_partner(grammar: MoneyGrammar, text: str, atom: Atom, following: Atom | None) -> Atom:
    """Look for a second end without currency behind or before an atom."""
    if atom.value is None:
        return atom
    if atom.language == "ja":
        return _japanese_partner(grammar, text, atom)
    after = grammar.partner_after.match(text, atom.end)
    if after and not after["sign"] and not (following and following.start < after.end()):
        word = after["gap"].strip(" -")
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
    before = None
    if text[max(0, atom.start - 8) : atom.start].rstrip().lower().endswith(_GAP_ENDS):
        before = grammar.partner_before.search(text[: atom.start])
    if before:
        word = before["gap"].strip(" -")
        scale = grammar.factor(before["scale"]) if before["scale"] else _scale_of(grammar, text, atom)
        number = grammar.words.value(before["digits"])
        low = (number if number is not None else Decimal(before["digits"].replace(",", ""))) * scale
        head = text[: before.start()]
        allowed = word != "and" or bool(re.search(r"\b[Bb]etween\s+$", head))
        changed = word == "to" and _is_change(grammar, head, text[atom.end :], "to")
        if allowed and not changed and low < atom.value and (word != "to" or not re.search(r"[$€£¥]\s?$", head)):
            return replace(atom, start=before.start(), value=low, upper=atom.value)
    return atom


def _former(grammar: MoneyGrammar, text: str, atom: Atom) -> list[Atom]:  # noqa: PLR0911
    """The sum that a change leaves, where only the second one bears the currency: "rose from 5 to 8 billion yen"."""
    if atom.upper is not None or atom.value is None:
        return []
    head = text[max(0, atom.start - 60) : atom.start]
    if not head.endswith(("から", "から ", " to ")):
        return []
    if atom.language == "ja":
        found = grammar.japanese_before.search(head)
        if found is None or found["gap"].strip() != "から":
            return []
        value = japanese_value(found["number"].lstrip(",，.．"))
        scaled = bool(re.search(r"[万億兆]", found["number"]))
        rest = text[atom.end :]
        if not _is_change(grammar, "", rest, "から") or re.match(r"[にへ][^増減拡縮引上下膨]", rest):
            return []
    else:
        found = grammar.partner_before.search(head)
        if found is None or found["gap"].strip(" -") != "to":
            return []
        value = grammar.words.value(found["digits"])
        scaled = bool(found["scale"])
        if not _is_change(grammar, head[: found.start()], text[atom.end :], "to"):
            return []
    if value is None or (value > 1000 and not scaled and value in range(1990, 2101)):
        return []
    factor = Decimal(1)
    if not scaled:
        factor = _scale_of(grammar, text, atom)
    elif atom.language == "en":
        factor = grammar.factor(found["scale"])
    start = atom.start - len(head) + found.start()
    return [replace(atom, start=start, end=start + len(found[0].split(found["gap"])[0]), value=value * factor)]


_GAP_ENDS = ("-", "–", "—", "~", "〜", "～", "to", "and")
_JA_GAP_ENDS = ("-", "–", "—", "−", "ー", "~", "〜", "～", "から", "ないし", "乃至", "、")
"""What the gap between the ends of a range ends with; most sums have nothing of the kind before them."""


def _japanese_partner(grammar: MoneyGrammar, text: str, atom: Atom) -> Atom:
    before = None
    if text[max(0, atom.start - 8) : atom.start].rstrip().endswith(_JA_GAP_ENDS):
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

"""Numbers of official announcements: `No. 55 of 2025`, 公告2025年第55号, lists, short ones (`No. 56`, 55号).

What belongs here: finding the numbers of a sentence and the years they go with. What does not: what is announced.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_HEAD = r"(?:public )?(?:announcement|notice|order|decree|bulletin|circular|proclamation|notification|directive)"
_LIST = (
    r"(?:(?:\s?,\s?(?:and\s)?|\s(?:and|to|through)\s|\s?[-&]\s?|\sas well as\s)(?:nos?\.?\s?|numbers?\s)?\d{1,3}(?!\d))"
)
_ENGLISH = re.compile(
    rf"(?:(?P<y0>20\d\d)(?:'s)?\s)?(?P<head>\b{_HEAD}(?P<plural>s)?\b[\s,]{{1,2}})?(?:\(?\[?(?P<y1>20\d\d)[)\]]?[\s,-]{{1,2}})?"
    rf"(?P<mark>\b(?:nos?\.?|numbers?|#)\s?)?(?P<no>(?<![\d.,])\d{{1,3}}(?![\d%]|\.\d))(?P<list>{_LIST}*)"
    r"(?:,?\s?(?:of|/|\(|\[|for|from|issued in)\s?(?P<y2>20\d\d)\b)?"
)
_SHORT_YEAR = re.compile(rf"(?:{_HEAD}s?\s(?:no\.?\s?)?)(?P<y>20\d\d)[-/](?P<no>\d{{1,3}})(?!\d)")
_JAPANESE = re.compile(
    r"(?:(?P<y0>20\d\d)年(?:の)?)?(?:(?P<head>公告|告示|通達|公布|命令|省令|通知)(?:の)?)?[（(]?(?:(?P<y1>20\d\d)年?[）)]?(?:の)?)?"
    r"(?P<mark>第)?(?P<no>(?<!\d)\d{1,3})(?P<list>(?:号?(?:、|,|・|と|から|〜|～|~|-|および|及び)第?\d{1,3}(?=号|、|・|と|および|及び|〜|～))*)"
    r"号(?!機|車|線|館|店|室|棟|炉|艇|船|墳|井|議案)(?P<tail>公告|告示)?(?:[（(](?P<y2>20\d\d)年?[）)])?"
)
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
_RANGE = re.compile(r"to|through|-|から|〜|～|~")


@dataclass(frozen=True, slots=True)
class NumberMention:
    """A number of an announcement.

    Attributes:
        start, end: Characters of the sentence.
        number: Without its year.
        year: 0 where the sentence gives none.
        said: As found.
        headed: A word such as "announcement" stands with it.
    """

    start: int
    end: int
    number: int
    year: int
    said: str
    headed: bool


def find_numbers(text: str, known: Collection[int], *, japanese: bool) -> list[NumberMention]:
    """Numbers of announcements in a sentence.

    Args:
        text: The sentence.
        known: Numbers that the document has given in full before: those may stand without any head word.
        japanese: Its language.
    """
    found = list(_japanese(text.translate(_WIDE), known) if japanese else _english(text.lower(), known))
    # The year behind the last number of a list goes for all of it ("No. 55, No. 56 and No. 57 of 2025").
    for number in range(len(found) - 2, -1, -1):
        one, following = found[number], found[number + 1]
        gap = text[one.end : following.start]
        if not one.year and following.year and re.fullmatch(r"(?:,| |and|&|、|と|・|号|及び|および)*", gap):
            found[number] = _dated(one, following.year)
    return found


def _dated(one: NumberMention, year: int) -> NumberMention:
    return NumberMention(one.start, one.end, one.number, year, one.said, True)


def _english(text: str, known: Collection[int]) -> Iterator[NumberMention]:
    for match in _SHORT_YEAR.finditer(text):
        yield NumberMention(match.start(), match.end(), int(match["no"]), int(match["y"]), match[0], True)
    for match in _ENGLISH.finditer(text):
        year = int(match["y2"] or match["y1"] or match["y0"] or 0)
        if not match["mark"] and not (match["head"] and year):
            continue
        if not match["head"] and not year and not known:
            continue
        plural = bool(match["plural"] or (match["mark"] or "").startswith(("nos", "numbers")))
        listed = match["list"] if plural or re.search(r"no", match["list"]) else ""
        end = match.end() if listed == match["list"] else match.start("list")
        for number in _all(match["no"], listed):
            yield NumberMention(match.start(), end, number, year, text[match.start() : end][:40], bool(match["head"]))


def _japanese(text: str, known: Collection[int]) -> Iterator[NumberMention]:
    for match in _JAPANESE.finditer(text):
        year = int(match["y2"] or match["y1"] or match["y0"] or 0)
        headed = bool(match["head"] or match["tail"])
        numbers = _all(match["no"], match["list"])
        if not headed and not (year and match["mark"]) and not (known and (match["mark"] or set(numbers) & set(known))):
            continue
        for number in numbers:
            yield NumberMention(match.start(), match.end(), number, year, match[0][:40], headed)


def _all(first: str, listed: str) -> list[int]:
    numbers = [int(first)]
    place = 0
    for match in re.finditer(r"\d{1,3}", listed):
        low, high = numbers[-1], int(match[0])
        if _RANGE.search(listed[place : match.start()]) and low < high <= low + 12:
            numbers += range(low + 1, high + 1)
        else:
            numbers.append(high)
        place = match.end()
    return numbers

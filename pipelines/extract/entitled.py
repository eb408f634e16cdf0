"""Firms that a list names by where they stand: the cells of a column of companies, the words that open an entry.

What belongs here: taking such words for organisations, known or new, though nothing else about them tells. What does
not: names in running text (`names`, `newnames`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pipelines.extract.lexicon import Lexicon
from pipelines.extract.listing import Record
from pipelines.extract.mentions import Mention, Sentence, annotate
from pipelines.extract.terms import has_cjk

_PIECES = re.compile(r"\s?(?:[,;/、；／]|\band\b|及び|および)\s?")
_NAME = re.compile(
    r"(?:the )?[A-Z0-9][\w&.'’+-]*(?:\s(?:[A-Z0-9&][\w&.'’+-]*|of|and|de|for|the)){0,6}(?:,? (?:Inc|Ltd|LLC|Co)\.?)?"
)
_NAME_JA = re.compile(r"[一-鿿ァ-ヺーｦ-ﾟA-Za-zＡ-Ｚａ-ｚ0-9０-９・&＆＝\s　-]{2,26}")
_NOBODY = re.compile(
    r"^(?:none|n/?a|tbd|tba|to be|not|no|unnamed|undisclosed|various|several|others?|multiple|unknown|japanese"
    r"|american|us|u\.s\.|european|companies|firms|suppliers?|buyers?|both|all|total|each|open|same|private|local"
    r"|federal|state|banks?)\b|記載|未定|なし|非公表|未公表|複数|各社|不明|調整中|検討|その他|同上|未選定|企業群|メーカー$|合計"
    r"|日本企業|米国企業|など$|ほか$|等$",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\s?[(（][^()（）]*[)）]?")


def name_firms(record: Record, lexicon: Lexicon) -> None:
    """Give the cells under a heading of firms the organisations that their words can only be."""
    for cell in record.of("firm", "role"):
        for sentence in record.sentences:
            if sentence.paragraph != cell.paragraph:
                continue
            start = max(cell.start - sentence.start, 0)
            text = sentence.text[start : max(0, cell.end - sentence.start)]
            found = [
                Mention("org", sentence.start + start + begin, sentence.start + start + end, words, identity)
                for begin, end, words, identity in _named(text, lexicon)
                if not _taken(sentence, sentence.start + start + begin, sentence.start + start + end, identity)
            ]
            if found:
                kept = [one for one in sentence.mentions if not any(_overlap(one, other) for other in found)]
                annotate(sentence, [*kept, *found])
                sentence.matched.clear()
                sentence.held.clear()


def _named(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int, str, str]]:
    """Start, end, words and id of each name in a cell."""
    place = 0
    for piece in [*_PIECES.split(_BRACKETED.sub(lambda found: " " * len(found[0]), text))]:
        words = piece.strip(" 　・•-–—:：.。")
        place = text.find(words, place) if words else place
        if not words or place < 0:
            place = max(place, 0)
            continue
        start, place = place, place + len(words)
        hits = [hit for hit in lexicon.index.scan(words) if (hit.start, hit.end) == (0, len(words))]
        known = next((hit.term for hit in hits if hit.term.kind in ("organization", "firm")), None)
        if known is not None:
            yield start, place, words, known.id if known.kind == "organization" else f"@{known.id}"
        elif (one := _shortened(words, lexicon)) is not None:
            yield start, place, words, one
        elif not hits and not _NOBODY.search(words) and (_NAME_JA if has_cjk(words) else _NAME).fullmatch(words):
            yield start, place, words, f"@{unicodedata.normalize('NFKC', words)}"


def _shortened(words: str, lexicon: Lexicon) -> str | None:
    """The known organisation whose Japanese name alone opens with a word (キャリア for キャリア・グローバル)."""
    if not has_cjk(words) or len(words) < _SHORTEST:
        return None
    longer = (f"{words}・", f"{words}社")
    found = {org for org, names in lexicon.organization_names.items() if any(name.startswith(longer) for name in names)}
    return found.pop() if len(found) == 1 else None


_SHORTEST = 3


def _taken(sentence: Sentence, start: int, end: int, identity: str) -> bool:
    """Whether a sum, a known name, or a name of the same reach stands there already."""
    for one in sentence.mentions:
        if one.start < end and start < one.end:
            if one.kind in ("money", "program"):
                return True
            if one.kind == "org" and (
                one.id[:1] != "@" or (identity[:1] == "@" and one.end - one.start >= end - start)
            ):
                return True
    return False


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end

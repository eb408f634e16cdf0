"""Take away from a page what is not its main text, by what its elements are and how they call themselves.

What belongs here: which elements go. What does not: the vocabulary (`boilerplate`), and where the text is (`maintext`).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from pipelines.ingest.readers import boilerplate as words
from pipelines.ingest.readers.flow import HEADINGS, Block

MOST = 0.7
"""What holds this share of a page's text is kept, whatever it calls itself."""
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px)?\s*(?:;|$)|opacity\s*:\s*0\s*(?:;|$)", re.I
)
SENTENCE = re.compile(r"[.!?。！？](?:[\"'”’」』)）]*)(?:\s|$|[^\s\d])")
"""The end of a sentence."""
_WIDE = re.compile(r"[^\x00-\u2fff]")
_NOTE_MARK = re.compile(r"\s*[\[(]?(?:\d{1,3}|[a-z*†])[\])]?\s*")


def plain(text: str) -> str:
    """Letters and digits alone, in lower case, for comparing headlines."""
    return re.sub(r"[\W_]+", "", text).lower()


def text_of(element: Any) -> str:
    """All text below an element."""
    return "".join(element.itertext())


def tokens(element: Any) -> list[str]:
    """The words that class and id of an element are made of, in lower case: `mostRead` is `most`, `read`."""
    names = [name for name in (element.get("class") or "").split() if not words.UTILITY_CLASS.match(name)]
    parts = (part for name in (*names, element.get("id") or "") for part in re.split(r"[^A-Za-z0-9]+", name))
    found = [token.lower() for part in parts for token in _PART.findall(part)]
    return found + [name.lower() for name in names]


def is_named(element: Any, single: frozenset[str], pairs: frozenset[tuple[str, ...]] = frozenset()) -> bool:
    """Whether class or id hold one of the words, or two of them in a row."""
    if not (element.get("class") or element.get("id")):
        return False
    found = tokens(element)
    return any(token in single for token in found) or any(pair in pairs for pair in pairwise(found))


def drop(element: Any) -> None:
    """Take an element out of its tree; what stands after it stays."""
    if element.getparent() is not None:
        element.drop_tree()


def drop_tags(body: Any) -> None:
    """Leave out elements that never hold main text: scripts, navigation, asides, figures without a table."""
    for element in list(body.iter(*words.FOREIGN_TAGS)):
        drop(element)
    for element in list(body.iterdescendants()):
        # Elements of a page's own making carry their name as others carry a class (`amp-ad`).
        if isinstance(element.tag, str) and "-" in element.tag and set(element.tag.split("-")) & words.FOREIGN_WORDS:
            drop(element)
    for element in list(body.iter("figure")):
        if next(element.iter("table"), None) is None:
            drop(element)
    for element in list(body.iter("header")):
        inside = any(above.tag in ("article", "main", "section") for above in element.iterancestors())
        if not inside and next(element.iter("h1"), None) is None:
            drop(element)
    for element in list(body.iter("sup")):
        if _NOTE_MARK.fullmatch(text_of(element)) and next(element.iter("a"), None) is not None:
            drop(element)


def drop_hidden(body: Any) -> None:
    """Leave out what a reader of the page does not see."""
    whole = len(text_of(body))
    for element in list(body.iterdescendants()):
        if not isinstance(element.tag, str) or not element.attrib:
            continue
        classes = (element.get("class") or "").split()
        hidden = (
            element.get("hidden") is not None
            or element.get("aria-hidden") == "true"
            or _STYLE.search(element.get("style") or "")
            or any(name.lower() in words.HIDDEN_CLASSES for name in classes)
        )
        if hidden and not any(map(words.SHOWN_CLASS.fullmatch, classes)) and len(text_of(element)) < whole * MOST:
            drop(element)


def is_above(element: Any, other: Any | None) -> bool:
    """Whether an element holds another."""
    return other is not None and any(above is element for above in other.iterancestors())


def drop_foreign(body: Any, heading: Any | None) -> None:
    """Leave out elements that name themselves advertisement, navigation, related stories and the like."""
    whole = max(1, len(text_of(body).strip()))
    for element in list(body.iterdescendants()):
        if not isinstance(element.tag, str) or not element.attrib or element is heading:
            continue
        roles = set((element.get("role") or "").lower().split())
        if not (roles & words.FOREIGN_ROLES or is_named(element, words.FOREIGN_WORDS, words.FOREIGN_PAIRS)):
            continue
        if is_above(element, heading) or element.get("itemprop") == "articleBody" or element.tag == "main":
            continue
        if element.xpath("boolean(.//*[@itemprop='articleBody'] or .//main)"):
            continue
        if len(text_of(element).strip()) < whole * MOST or {"comments", "comment", "disqus"} & set(tokens(element)):
            drop(element)


def drop_tails(body: Any, heading: Any | None) -> None:
    """Leave out each section with a heading under which other stories, comments or advertisements stand."""
    whole = max(1, len(text_of(body).strip()))
    marks = [*body.iter("h2", "h3", "h4", "h5", "h6", "dt", "strong", "b", "p", "div", "span", "legend", "summary")]
    for mark in marks:
        text = text_of(mark).strip() if mark.getparent() is not None else ""
        if not text or len(text) > 60 or mark is heading or not words.TAIL_HEADING.fullmatch(text):
            continue
        element = mark
        while _is_alone(element):
            element = element.getparent()
        parent = element.getparent()
        if parent is None:
            continue
        leads = not any(text_of(other).strip() for other in element.itersiblings(preceding=True))
        size = len(text_of(parent).strip())
        if leads and parent is not body and size < whole * 0.5 and not is_above(parent, heading):
            drop(parent)
        else:
            _drop_section(element)


def _is_alone(element: Any) -> bool:
    """Whether an element is all that its parent holds: then the parent is the heading."""
    parent = element.getparent()
    return (
        parent is not None
        and len(text_of(parent).strip()) == len(text_of(element).strip())
        and parent.tag not in ("body", "article", "main")
    )


def _drop_section(element: Any) -> None:
    """Leave out a heading and what follows, up to the next heading or the next plain sentences without a link."""
    level = element.tag if element.tag in HEADINGS else "h6"
    after = list(element.itersiblings())
    drop(element)
    for other in after:
        if isinstance(other.tag, str):
            inner = other if other.tag in HEADINGS else next(other.iter(*HEADINGS), None)
            if inner is not None and inner.tag <= level and not words.TAIL_HEADING.fullmatch(text_of(inner).strip()):
                break
            if level == "h6" and weight(text_of(other), linked(other)) > 0:
                break
        drop(other)


def linked(element: Any) -> int:
    """How many characters below an element are links."""
    if element.tag == "a":
        return len(text_of(element).strip())
    return sum(len(text_of(link).strip()) for link in element.iter("a"))


def weight(text: str, in_links: int) -> int:
    """How much a paragraph counts as running text: its length where it is sentences and not links.

    Args:
        in_links: How many of its characters are links.
    """
    text = text.strip()
    start = text[:400]
    shortest = 20 if not start.isascii() and len(_WIDE.findall(start)) * 2 > len(start) else 50
    if len(text) < shortest or in_links > len(text) * 0.5 or not SENTENCE.search(text):
        return 0
    return len(text) - in_links


def weight_of(block: Block) -> int:
    """How much a block counts as running text."""
    return weight(block.text, round(block.linked * len(block.text)))

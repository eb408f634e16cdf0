"""The main text of a page: what is left without navigation, advertisements, other stories, comments and bylines.

What belongs here: which elements and blocks of a page are its text. What does not: the vocabulary (`boilerplate`), text
from elements (`flow`), what the page declares (`declared`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.ingest.readers import boilerplate as words
from pipelines.ingest.readers.bylines import drop_bylines, printed_dates
from pipelines.ingest.readers.cleaning import (
    SENTENCE,
    drop_foreign,
    drop_hidden,
    drop_tags,
    drop_tails,
    is_above,
    is_named,
    plain,
    text_of,
    weight,
    weight_of,
)
from pipelines.ingest.readers.flow import HEADINGS, Block, blocks_of
from pipelines.ingest.readers.layout import tidy
from pipelines.ingest.readers.record import is_byline

_BLANKS = re.compile(r"[ \t\r\n\xa0]*\n[ \t\r\n\xa0]*|[ \t\xa0]+")
_HALF, _ARTICLE_SHARE = 0.65, 0.3


@dataclass(frozen=True, slots=True)
class MainText:
    """The blocks of the text, and the days that are printed beside its headline.

    Attributes:
        heading: The headline as printed, None where none was found.
        shown: Days printed as those of publication.
        updated: Days printed as those of an update.
    """

    blocks: tuple[str, ...]
    heading: str | None
    shown: tuple[dt.date, ...]
    updated: tuple[dt.date, ...]


def main_text(tree: Any, titles: Sequence[str]) -> MainText:
    """Find the main text of a page; the tree is taken apart.

    Args:
        titles: What the page declares as its title; a heading that says the same is the headline.
    """
    from lxml.etree import Comment, ProcessingInstruction, strip_tags

    body = next(tree.iter("body"), tree)
    strip_tags(tree, Comment, ProcessingInstruction)
    drop_tags(body)
    drop_hidden(body)
    known = [plain(title) for title in titles]
    heading = _headline(body, known)
    drop_foreign(body, heading)
    drop_tails(body, heading)
    scope = _scope(body, heading)
    shown, updated = printed_dates(body, scope, heading)
    drop_bylines(scope, heading)
    blocks = _blocks(scope, heading, known)
    title = tidy(_BLANKS.sub(" ", text_of(heading))) if heading is not None else None
    return MainText(tuple(blocks), title or None, tuple(shown), tuple(updated))


def _headline(body: Any, known: Sequence[str]) -> Any | None:
    """The heading that says what the page declares as its title; else the only first-level one."""
    headings = list(body.iter("h1", "h2", "h3"))
    for title in filter(None, known):
        for heading in headings:
            if plain(text_of(heading)) == title:
                return heading
    for title in filter(None, known):
        for heading in headings:
            text = plain(text_of(heading))
            if len(text) >= 8 and (
                title.startswith(text) or text.startswith(title) or (heading.tag == "h1" and text in title)
            ):
                return heading
    first = [heading for heading in headings if heading.tag == "h1" and plain(text_of(heading))]
    if len(first) == 1 or (first and not any(known)):
        return first[0]
    inside = [
        heading for heading in first if any(above.tag in ("article", "main") for above in heading.iterancestors())
    ]
    return inside[0] if inside else None


def _scope(body: Any, heading: Any | None) -> Any:
    """The element that holds the main text."""
    weights: dict[Any, int] = {}
    for block in blocks_of(body):
        counts, element = weight_of(block), block.element
        while counts and element is not None:
            weights[element] = weights.get(element, 0) + counts
            element = element.getparent()
    total = max(1, weights.get(body, 0))
    marked = _marked(body, weights, total, heading)
    if marked is not None:
        return marked
    scope = body
    while weights:
        children = [child for child in scope if isinstance(child.tag, str)]
        best = max(children, key=lambda child: weights.get(child, 0), default=None)
        if (
            best is None
            or weights.get(best, 0) < weights.get(scope, 0) * _HALF
            or best.tag in ("p", "li", "pre", "blockquote")
        ):
            return scope
        if scope is not body and (scope.tag in ("article", "main") or is_named(scope, words.CONTENT_WORDS)):
            share = weights.get(best, 0) / max(1, weights.get(scope, 0))
            if share < 0.95:
                return scope
        scope = best
    return body


def _marked(body: Any, weights: dict[Any, int], total: int, heading: Any | None) -> Any | None:
    """What the page itself marks as the article: of several the one under the headline, else the first of weight."""
    articles = [
        element
        for element in body.iter("article")
        if not any(above.tag == "article" for above in element.iterancestors()) and weights.get(element, 0) > 0
    ]
    own = [element for element in articles if is_above(element, heading)]
    if own and weights[own[0]] >= total * 0.1:
        return own[0]
    largest = max((weights[element] for element in articles), default=0)
    if largest >= total * _ARTICLE_SHARE and heading is None:
        return next(element for element in articles if weights[element] >= largest * 0.4)
    if len(articles) == 1 and largest >= total * 0.5:
        return articles[0]
    bodies = [element for element in body.xpath("//*[@itemprop='articleBody']") if weights.get(element, 0) > 0]
    if bodies:
        above = next((a for a in bodies[0].iterancestors() if a.tag in ("article", "main")), None)
        return above if above is not None and is_above(above, heading) else bodies[0]
    mains = [element for element in body.iter("main") if weights.get(element, 0) >= total * 0.5]
    if mains and largest < total * _ARTICLE_SHARE and is_above(mains[0], heading):
        inner = _narrowed(mains[0], weights)
        return inner if is_above(inner, heading) or inner is mains[0] else mains[0]
    return None


def _narrowed(scope: Any, weights: dict[Any, int]) -> Any:
    while True:
        best = max(scope, key=lambda child: weights.get(child, 0), default=None)
        if best is None or weights.get(best, 0) < weights[scope] * 0.95 or best.tag in ("p", "li"):
            return scope
        scope = best


def _blocks(scope: Any, heading: Any | None, known: Iterable[str]) -> list[str]:
    """The blocks of the scope that are text, from the headline to where the next story begins."""
    found = blocks_of(scope)
    names = {plain(text_of(heading))} if heading is not None else set()
    start = next(
        (number for number, block in enumerate(found) if heading is not None and block.element is heading), None
    )
    if start is not None:
        found = found[start:]
    kept: list[Block] = []
    begun = False
    for block in found:
        if block.tag == "h1" and kept and begun and plain(block.text) not in names:
            break  # the next story of a page without end
        if plain(block.text) in names or (block.tag in HEADINGS and not begun and plain(block.text) in known):
            continue
        if _belongs(block, begun):
            kept.append(block)
        begun = begun or weight_of(block) > 0
    while kept and _is_foot(kept[-1]):
        kept.pop()
    return [block.text for block in kept]


def _is_foot(block: Block) -> bool:
    """A heading under which nothing is left, or who wrote and when, at the end of the text."""
    if block.tag in HEADINGS or words.TAIL_HEADING.fullmatch(block.text):
        return True
    return block.tag == "p" and is_byline(block.text)


def is_sentence(text: str) -> bool:
    """Whether a block is running text, not a label."""
    return weight(text, 0) > 0


def is_text(text: str) -> bool:
    """Whether a block is something else than a label, a credit, or an invitation to subscribe or log in."""
    if not re.search(r"\w", text) or all(map(words.LABEL.fullmatch, re.split(r"\s*[|/｜・·]\s*", text))):
        return False
    if len(text) <= words.STUB_WIDTH and words.ADVERTISEMENT.match(text):
        return False
    if len(text) <= words.STUB_WIDTH and words.STUB.search(text):
        return False
    return not (len(text) <= words.CREDIT_WIDTH and words.CREDIT.match(text))


def _belongs(block: Block, begun: bool) -> bool:
    text = block.text
    if not is_text(text):
        return False
    if block.linked > 0.9 and (block.tag in HEADINGS or not SENTENCE.search(text) or len(text) < 60):
        return False
    if words.LEAD.match(text) and (block.linked > 0.4 or len(text) < 120):
        return False
    return begun or block.tag in HEADINGS or block.tag in ("row", "li") or not is_byline(text)

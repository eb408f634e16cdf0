"""From elements of a page to blocks of text as a reader sees them: paragraphs, headings, list items, rows of tables.

What belongs here: what a break is and what a row. What does not: which part of the page is its main text (`maintext`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipelines.ingest.readers.layout import tidy
from pipelines.ingest.readers.record import is_byline

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_CELL_WIDTH = 160
"""A cell of a table of data is shorter than this, in characters, in the middle."""
_ENDS = re.compile(r"[.!?。！？」』]\s*$")
_LABELLED = re.compile(r"^[^\s:：。.]{1,20}(?:\s[^\s:：。.]{1,20}){0,3}[:：]\s*\S")
_STARTS = re.compile(r"^(?:\u3000|[•‣◦▪●○◆■・※①-⑳]|[-*–]\s|\(?\d{1,2}[.)]\s|（?\d{1,2}[．）])")
_SPACE = re.compile(r"[ \t\r\f\v]*\n[ \t\r\f\v]*| ?[\t\r\f\v][ \t\r\f\v]*| {2,}[\t\r\f\v ]*")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_BREAK = "\u2028"
"""Stands for `<br>` until lines are parted; a line feed of the source is a blank."""


@dataclass(slots=True)
class Block:
    """One paragraph as it stands in the page.

    Attributes:
        tag: `p`, a heading, `li`, `row` or `pre`.
        linked: Share of its characters that are links, 0 to 1.
        element: The element it came from.
    """

    text: str
    tag: str
    linked: float
    element: Any = field(repr=False)


def blocks_of(root: Any) -> list[Block]:
    """The blocks of an element in reading order."""
    flow = _Flow()
    flow.walk(root, False)
    flow.flush(root)
    return flow.blocks


class _Flow:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._linked = 0

    def walk(self, element: Any, in_link: bool) -> None:
        tag = element.tag
        if not isinstance(tag, str):
            return
        if tag == "br":
            self._parts.append(_BREAK)
            return
        if tag == "table" and _is_data(element):
            self.flush(element)
            self.blocks.extend(_rows(element))
            return
        if tag == "dl":
            self.flush(element)
            self.blocks.extend(_definitions(element))
            return
        is_block = tag in _BLOCKS
        if is_block:
            self.flush(element.getparent() if element.getparent() is not None else element)
        link = in_link or tag == "a"
        self._say(element.text, link, tag == "pre")
        for child in element:
            self.walk(child, link)
            self._say(child.tail, link, tag == "pre")
        if is_block:
            self.flush(element)

    def _say(self, text: str | None, in_link: bool, verbatim: bool) -> None:
        if not text:
            return
        text = _INVISIBLE.sub("", text)
        text = text.replace("\n", _BREAK) if verbatim else _collapse(text)
        self._parts.append(text)
        if in_link:
            self._linked += len(text.strip())

    def flush(self, element: Any) -> None:
        """End a paragraph, which belongs to `element`."""
        if not self._parts:
            return
        text, linked = "".join(self._parts), self._linked
        self._parts, self._linked = [], 0
        if not text.strip(" \n\u2028\u3000\xa0"):
            return
        tag = element.tag if isinstance(element.tag, str) else "p"
        if tag not in HEADINGS:
            tag = "li" if _in_list(element) else tag if tag == "pre" else "p"
        share = linked / max(1, len(text.strip()))
        for part in _parted(text):
            self.blocks.append(Block(part, tag, min(1.0, share), element))


def _collapse(text: str) -> str:
    """Blanks and line feeds of the source as one blank, none between Japanese characters (`layout.join_lines`)."""
    if "\n" not in text:
        return _SPACE.sub(" ", text)
    # A line of the source that begins with the wide blank of a Japanese paragraph is shown as one by the page's style.
    text = re.sub(r"\s*\n[ \t\r\n]*(?=\u3000\S)", _BREAK * 2, text) if "\u3000" in text else text
    return _SPACE.sub(lambda found: "\n" if "\n" in found.group() else " ", text)


def _in_list(element: Any) -> bool:
    while element is not None:
        if element.tag == "li":
            return True
        if element.tag in ("ul", "ol", "article", "main", "body", "table"):
            return False
        element = element.getparent()
    return False


def _parted(text: str) -> Iterator[str]:
    """Part a text at its breaks: two in a row always, one where a line is an item, a field, or a whole sentence."""
    for chunk in re.split(rf"{_BREAK}[\s{_BREAK}]*{_BREAK}", text):
        lines: list[str] = []
        for raw in chunk.split(_BREAK):
            line = raw.strip(" \n\xa0")
            if not line.strip("\u3000"):
                continue
            apart = is_byline(line) or _STARTS.match(line) or _LABELLED.match(line)
            if lines and (apart or _ENDS.search(lines[-1]) or is_byline(lines[-1])):
                yield from _whole(lines)
                lines = []
            lines.append(line)
        yield from _whole(lines)


def _whole(lines: list[str]) -> Iterator[str]:
    text = tidy("\n".join(lines))
    if text:
        yield text


def _is_data(table: Any) -> bool:
    """Whether a table holds data; one that lays out the page has long cells, one column, or blocks within."""
    if table.get("role") in ("presentation", "none") or next(table.iterdescendants("table"), None) is not None:
        return False
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    if table.xpath(".//td//*[self::h1 or self::h2 or self::h3 or self::article or self::nav or self::form]"):
        return False
    columns = max((len(row) for row in rows), default=0)
    if columns < 2:
        return False
    lengths = sorted(len(" ".join(cell.itertext()).strip()) for row in rows for cell in row)
    marked = next(table.iter("th", "caption", "thead"), None) is not None
    if len(rows) < 2 and not marked:
        return False
    breaks = table.xpath("boolean(.//td[count(.//p) > 2 or count(.//br) > 4])")
    return not breaks and lengths[len(lengths) // 2] <= _CELL_WIDTH and lengths[-1] <= (2000 if marked else 600)


def _line(element: Any) -> tuple[str, int]:
    """The text of a cell on one line, and how many of its characters are links."""
    found = blocks_of_inline(element)
    return " ".join(block.text for block in found), round(sum(len(block.text) * block.linked for block in found))


def blocks_of_inline(element: Any) -> list[Block]:
    """The blocks inside a cell or item, without the element's own kind."""
    flow = _Flow()
    flow._say(element.text, False, False)
    for child in element:
        flow.walk(child, False)
        flow._say(child.tail, False, False)
    flow.flush(element)
    return flow.blocks


def _rows(table: Any) -> Iterator[Block]:
    for row in table.iter("tr", "caption"):
        cells = [row] if row.tag == "caption" else [cell for cell in row if cell.tag in ("td", "th")]
        lines = [line for line in map(_line, cells) if line[0]]
        text = " | ".join(text for text, _ in lines)
        if text:
            yield Block(text, "row", sum(linked for _, linked in lines) / len(text), row)


def _definitions(element: Any) -> Iterator[Block]:
    """Terms with what is said of them, one row a term; long descriptions keep their paragraphs."""
    terms: list[str] = []
    for part in element.iter("dt", "dd"):
        if part.tag == "dt":
            terms.append(_line(part)[0])
            continue
        found = blocks_of_inline(part)
        lead = " ".join(filter(None, terms))
        terms = []
        for number, block in enumerate(found):
            text = f"{lead} | {block.text}" if lead and number == 0 else block.text
            yield Block(text, "row" if lead else block.tag, block.linked, part)
        if lead and not found:
            yield Block(lead, "p", 0.0, part)
    for term in filter(None, terms):
        yield Block(term, "p", 0.0, element)

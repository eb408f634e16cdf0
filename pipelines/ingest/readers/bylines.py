"""The lines about the headline that say who wrote and when: read for the day, then taken out of the text.

What belongs here: finding these lines in a page. What does not: which day counts (`dating`).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from pipelines.ingest.readers import boilerplate as words
from pipelines.ingest.readers.cleaning import drop, is_above, is_named, linked, text_of, weight, weight_of
from pipelines.ingest.readers.dates import stamp
from pipelines.ingest.readers.dating import shown_dates
from pipelines.ingest.readers.flow import HEADINGS, Block, blocks_of
from pipelines.ingest.readers.record import is_byline

_DATE_WIDTH = 120


def printed_dates(body: Any, scope: Any, heading: Any | None) -> tuple[list[dt.date], list[dt.date]]:
    """Days printed beside the headline: in `time` elements and lines that a page names so, or in the first lines."""
    shown: set[dt.date] = set()
    updated: set[dt.date] = set()
    near = scope
    if heading is not None:
        near = next((above for above in heading.iterancestors() if above is scope or is_above(above, scope)), body)
    for element in near.iter("time", "abbr", "p", "div", "span", "small", "li", "dd", "em", "td"):
        is_time = element.tag in ("time", "abbr")
        if not (is_time or is_named(element, words.BYLINE_WORDS)) or not _in_head(element, near):
            continue
        text = element.text_content().strip()
        if len(text) > _DATE_WIDTH:
            continue
        machine = stamp(element.get("datetime") or element.get("title") or "") if is_time else None
        prop = f"{element.get('itemprop') or ''} {element.get('class') or ''}".lower()
        context = f"{_before(element)}{text}"
        published, changed = shown_dates(context)
        if "modified" in prop or "updated" in prop:
            published, changed = [], [*changed, *published]
        if machine is not None and not published and not changed and "modified" not in prop and "updated" not in prop:
            published = [machine.day]
        shown.update(published)
        updated.update(changed)
    if not shown:
        for block in _head_blocks(near):
            if is_byline(block.text) and block.tag == "p":
                published, changed = shown_dates(block.text)
                shown.update(published)
                updated.update(changed)
    return sorted(shown - updated if len(shown) > 1 else shown), sorted(updated)


def _before(element: Any) -> str:
    """The words just before an element, which may say what its date is of."""
    previous = element.getprevious()
    if previous is not None:
        lead = (previous.tail or "").strip() or text_of(previous).strip()
    else:
        lead = (element.getparent().text or "").strip() if element.getparent() is not None else ""
    lead = lead[-14:]
    return f"{lead} " if lead and not re.search(r"\d", lead) else ""


def _in_head(element: Any, near: Any) -> bool:
    """Whether hardly any running text stands before an element."""
    seen = 0
    while element is not near and element is not None:
        for other in element.itersiblings(preceding=True):
            seen += weight(text_of(other), linked(other)) if isinstance(other.tag, str) else 0
        element = element.getparent()
    return seen < 200


def _head_blocks(near: Any) -> list[Block]:
    head: list[Block] = []
    for block in blocks_of(near)[:12]:
        if weight_of(block):
            break
        head.append(block)
    return head


def drop_bylines(scope: Any, heading: Any | None) -> None:
    """Take out the lines that say who wrote and when; a date within a sentence or a list of events stays."""
    for element in list(scope.iterdescendants()):
        if not isinstance(element.tag, str) or element is heading or is_above(element, heading):
            continue
        named = element.tag == "time" or is_named(element, words.BYLINE_WORDS) or element.get("rel") == "author"
        text = text_of(element)
        if not named or element.tag in HEADINGS or weight(text, 0) or len(text) > _DATE_WIDTH:
            continue
        inside = element.tag in ("time", "span", "abbr") and weight(text_of(element.getparent()), 0)
        listed = any(above.tag in ("li", "tr", "dl") for above in element.iterancestors()) and is_above(scope, element)
        if not inside and not (listed and not _in_head(element, scope)):
            drop(element)

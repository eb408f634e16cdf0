"""`kakehashi review`: what needs a person, best value first, each with the commands that decide it.

What belongs here: the list as a table and as JSON. What does not: what waits and what it is worth (`waiting`), and
writing decisions (`deciding`).
"""

from __future__ import annotations

import json
import shutil
import textwrap
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from kakehashi.cli import DONE
from kakehashi.ledger import Ledger
from kakehashi.reader import release_folder
from kakehashi.waiting import Book, Waiting, waiting
from pipelines.errors import KakehashiError
from pipelines.fingerprint import ROOT
from pipelines.resolve.standing import cell_of_item
from schemas.codelists import CODELISTS

_SAYS = 40
"""Longest text of an item in the table, in characters."""


def review(
    version: str, output: Path | None, raw: Path | None = None, *, kind: str | None, limit: int, as_json: bool
) -> int:
    """List what needs a person in a release, best value first (`waiting` says what that is).

    Args:
        raw: Raw folder whose decisions items may be about; the project's own if None.
        kind: Only items of this kind.
        limit: How many; 0 for all.
        as_json: One object a line instead of a table.

    Raises:
        KakehashiError: No such release or kind.
    """
    if kind is not None and kind not in CODELISTS["review_kind"]:
        expected = f"one of {', '.join(CODELISTS['review_kind'])}"
        raise KakehashiError("--kind", kind, expected, "Correct the kind.")
    if limit < 0:
        raise KakehashiError("--limit", str(limit), "0 or more", "Give 0 for all.")
    book = Book(release_folder(version, output))
    found = [one for one in waiting(book, Ledger(raw or ROOT / "raw")) if kind in (None, one.item.kind)]
    shown = found[:limit] if limit else found
    where = _where(version, output, raw)
    for line in (_json_lines if as_json else _table)(shown, book, where):
        print(line)
    if not as_json:
        print(_count(len(shown), len(found), book.folder.name))
    return DONE


def _where(version: str, output: Path | None, raw: Path | None) -> list[str]:
    """Arguments by which `decide` reads and writes where `review` read."""
    words: list[str] = [] if version == "latest" else ["--version", version]
    for name, path in (("--output", output), ("--raw", raw)):
        words += [] if path is None else [name, str(path)]
    return words


def _count(shown: int, found: int, version: str) -> str:
    if not found:
        return f"Nothing waits in release {version}."
    things = "1 thing waits" if found == 1 else f"{found} things wait"
    rest = "" if shown == found else f", {shown} shown (--limit 0 shows all)"
    return f"{things} in release {version}{rest}. The next build obeys what is decided."


def _json_lines(shown: Sequence[Waiting], book: Book, where: Sequence[str]) -> list[str]:
    return [json.dumps(_object(one, where), ensure_ascii=False) for one in shown]


def _object(one: Waiting, where: Sequence[str]) -> dict[str, Any]:
    subject = None if one.subject is None else {"table": one.subject[0], "key": one.subject[1]}
    return {
        "item_id": one.item_id,
        "kind": one.item.kind,
        "text": one.item.text,
        "source_id": one.item.source_id,
        "locator": one.item.locator,
        "suggestion": one.item.suggestion,
        "score": one.item.score,
        "row": subject,
        "usd_at_stake": None if one.usd is None else format(one.usd, "f"),
        "rows_touched": one.rows,
        "choices": [
            {"decision": choice.decision, **choice.arguments, "command": choice.command(one.item_id, where)}
            for choice in one.choices
        ],
    }


def _table(shown: Sequence[Waiting], book: Book, where: Sequence[str]) -> list[str]:
    """One line an item, as wide as the terminal needs, and below it where it stands and how to decide it."""
    heads = ("item", "kind", "at stake", "rows", "says", "suggestion")
    cells = [
        (
            one.item_id, one.item.kind, _money(one.usd), str(one.rows), _short(_says(one), _SAYS),
            _suggestion(one),
        )
        for one in shown
    ]  # fmt: skip
    widths = [max(_width(row[n]) for row in (heads, *cells)) for n in range(len(heads))]
    room = max(60, shutil.get_terminal_size((120, 24)).columns)
    lines = [_line(heads, widths)] if shown else []
    for one, row in zip(shown, cells, strict=True):
        lines.append(_line(row, widths))
        lines += textwrap.wrap(_place(one, book), room, initial_indent="    ", subsequent_indent="    ")
        lines += [f"    {choice.command(one.item_id, where)}" for choice in one.choices]
        lines.append("")
    return lines


def _says(one: Waiting) -> str:
    cell = cell_of_item(one.item)
    return one.item.text if cell is None else f"{cell[2]} of {cell[1]}"


def _place(one: Waiting, book: Book) -> str:
    said = f"“{one.item.text}” " if _width(_says(one)) > _SAYS else ""
    source = book.rows("sources").get(one.item.source_id or "", {})
    title = f" ({source['publisher']})" if source.get("publisher") else ""
    row = "" if one.subject is None else f", row {' '.join(one.subject)}"
    return f"{said}{one.item.source_id or 'no source'}{title} at {one.item.locator or 'no place'}{row}"


def _suggestion(one: Waiting) -> str:
    if not one.item.suggestion:
        return "none"
    score = "" if one.item.score is None else f" ({one.item.score:.2f})"
    return f"{_short(one.item.suggestion, _SAYS)}{score}"


def _money(usd: Decimal | None) -> str:
    if usd is None:
        return "-"
    for unit, size in (("bn", 10**9), ("m", 10**6)):
        if usd >= size:
            return f"US${usd / size:.1f}{unit}"
    return f"US${usd:.0f}"


def _short(text: str, width: int) -> str:
    """The text in at most this many columns of a terminal, cut with an ellipsis; controls are shown as `?`."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    if _width(text) <= width:
        return text
    while _width(text) > width - 1:
        text = text[:-1]
    return f"{text}…"


def _width(text: str) -> int:
    """Columns of a terminal that a text takes: kanji and kana take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()

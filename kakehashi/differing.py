"""`kakehashi diff`: what differs between two releases, cell by cell, each with its reason.

What belongs here: finding the two releases and telling the answer to a terminal, a program or a browser. What does
not: comparing them (`pipelines/publish/diff`), which also makes the table `changes`.
"""

from __future__ import annotations

import argparse
import html
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kakehashi.cli import DONE
from kakehashi.reader import release_folder, version_parts
from kakehashi.receipts import whole_file
from pipelines.errors import ReleaseError

_WIDTHS = (18, 46, 26, 30, 30)
_HEAD = ("table", "key", "column", "old", "new")


def diff(options: argparse.Namespace) -> int:
    """List the changes from one release to another.

    Args:
        options: old and new (versions, or folders of releases), output, json, html (a file to write).

    Raises:
        ReleaseError: No such release, or a file of it is missing or damaged.
    """
    old, new = (_folder(name, options.output) for name in (options.old, options.new))
    rows = changes_between(old, new)
    if options.html is not None:
        options.html.write_text(page(old.name, new.name, rows), encoding="utf-8")
        print(f"{len(rows)} changes from {old.name} to {new.name} are in {options.html}")
        return DONE
    for line in [json.dumps(row, ensure_ascii=False) for row in rows] if options.json else _lines(rows):
        print(line)
    if not options.json:
        told = ", ".join(f"{number} {reason}" for reason, number in sorted(_reasons(rows).items())) or "none"
        print(f"{len(rows)} changes from {old.name} to {new.name}: {told}")
    return DONE


def changes_between(old: Path, new: Path) -> list[dict[str, Any]]:
    """Return the rows that `changes` has where `old` is the release before `new`, with the reasons published since.

    Args:
        old: Folder of the earlier release.
        new: Folder of the later one.

    Raises:
        ReleaseError: A file of either is missing or damaged, or the earlier one is the later one.
    """
    from kakehashi.lineage import with_published_reasons
    from pipelines.publish import diff

    earlier, later = (_version(folder) for folder in (old, new))
    if version_parts(earlier) > version_parts(later):
        raise ReleaseError(
            f"diff {earlier} {later}", "the later release first", "the earlier one first",
            f"Ask for `kakehashi diff {later} {earlier}`.",
        )  # fmt: skip
    with whole_file(new / "tables"):
        rows = diff.changes_between(old, new)
    return with_published_reasons(old, new, rows)


def _version(folder: Path) -> str:
    """Version of a release whose tables can be opened."""
    import pyarrow.parquet as pq

    place = folder / "release.json"
    try:
        told = json.loads(place.read_bytes())
        version, tables = str(told["version"]), list(told["tables"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        remedy = "Run `kakehashi verify` on this release; if it is damaged, build again or take a whole copy."
        raise ReleaseError(str(place), f"nothing readable ({error})", "the manifest of a release", remedy) from error
    for name in tables:
        path = folder / "tables" / f"{name}.parquet"
        with whole_file(path):
            pq.read_metadata(path)
    return version


def page(old: str, new: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Spell changes as a page that needs no other file and no other host."""
    title = f"Kakehashi: {old} → {new}"
    counted = "".join(
        f"<li>{html.escape(str(reason))}: {number}</li>" for reason, number in sorted(_reasons(rows).items())
    )
    head = "".join(f"<th>{name}</th>" for name in (*_HEAD, "reason"))
    body = "\n".join(
        "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in (*_cells(row), str(row["reason"]))) + "</tr>"
        for row in rows
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>\n'
        "<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#1b1b1b}table{border-collapse:collapse;"
        "width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ddd;"
        "overflow-wrap:anywhere}th{position:sticky;top:0;background:#fff}</style></head><body>\n"
        f"<h1>{html.escape(title)}</h1><p>{len(rows)} changes</p><ul>{counted}</ul>\n"
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></body></html>\n"
    )


def _folder(name: str, output: Path | None) -> Path:
    path = Path(name)
    return path.resolve() if path.is_dir() and (path / "release.json").is_file() else release_folder(name, output)


def _reasons(rows: Sequence[Mapping[str, Any]]) -> Counter[str]:
    return Counter(str(row["reason"]) for row in rows)


def _lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    reason: str | None = None
    for row in sorted(rows, key=lambda row: (str(row["reason"]), row["table"], row["key"], row["column"])):
        if row["reason"] != reason:
            reason = row["reason"]
            yield f"== {reason}"
        yield "  ".join(_fit(text, width) for text, width in zip(_cells(row), _WIDTHS, strict=True)).rstrip()


def _cells(row: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    if row["change"] != "changed":
        return row["table"], row["key"], f"({row['change']})", "", ""
    return row["table"], row["key"], row["column"], row["old"] or "–", row["new"] or "–"


def _fit(text: str, width: int) -> str:
    flat = " ".join(text.split())
    return (flat if len(flat) <= width else flat[: width - 1] + "…").ljust(width)

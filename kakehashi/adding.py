"""`kakehashi add`: put a document into raw with its source record, made of what the document itself says.

What belongs here: choosing the place, writing the record, and telling what could not be found. What does not: reading
documents (`pipelines/ingest/readers`), fetching (`pipelines/ingest/fetching`), and building.

Each document gets `raw/documents/<source_id>/` with `source.yaml`, the document's own bytes, and a `.gitignore` that
keeps both out of git: a text of others is kept on this machine and never published. Nothing is ever overwritten.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kakehashi.cli import DONE, FAILED
from kakehashi.recording import scalar, source_lines
from pipelines.build import PROJECT_RAW
from pipelines.errors import KakehashiError, RawFileError
from pipelines.ingest.fetching import fetch, is_address
from pipelines.ingest.readers import read_document, remarks_on
from pipelines.ingest.readers.record import slug
from pipelines.ingest.safety import RawFile, printable, read_file
from pipelines.ingest.sources import read_source_yaml
from pipelines.records import Source

RECORD = "source.yaml"
ENDINGS = {
    "text/html": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "message/rfc822": ".eml",
}
"""Media type of a document -> how its file ends."""
WANTED = {"title": "title", "publisher": "publisher", "published_on": "date of publication", "url": "address"}
"""What a record should have, and what it is called in a message."""
_OFFICIAL = (".gov", ".mil", ".go.jp", ".lg.jp", ".gov.au", ".gov.uk", ".europa.eu", ".gc.ca", ".gouv.fr")
"""Domains that are given to governments alone."""


@dataclass(frozen=True, slots=True)
class Added:
    """What came of one document.

    Attributes:
        status: `added`, or `present` where the same bytes were there.
        place: Where it is, relative to the raw folder.
        missing: Fields of the record that the document does not give.
        remarks: What else a person should know of it.
    """

    name: str
    status: str
    place: str
    source: Source | None
    missing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def add(sources: list[str], raw: Path | None, *, as_json: bool, allow_loopback: bool = False) -> int:
    """Add documents, each by itself.

    Args:
        sources: Files, or addresses that start with http:// or https://.
        raw: Raw folder; None: the project's own.
        as_json: One JSON object a line instead of sentences.
        allow_loopback: Fetch from this machine too: for tests only.

    Returns:
        0 when every document is there, 1 when one could not be added; the others are.
    """
    folder = raw or PROJECT_RAW
    if not folder.is_dir():
        raise KakehashiError(str(folder), "no folder", "a raw folder", "Name it with --raw DIR.")
    failed = False
    for name in sources:
        try:
            added = add_one(name, folder, allow_loopback=allow_loopback)
        except KakehashiError as error:
            failed = True
            if as_json:
                print(
                    json.dumps(
                        {"name": printable(name), "status": "refused", "error": _error(error)}, ensure_ascii=False
                    )
                )
            else:
                print(f"kakehashi: {error}", file=sys.stderr)
            continue
        for line in [json.dumps(_json(added), ensure_ascii=False)] if as_json else _sentences(added, folder):
            print(line, flush=True)
    return FAILED if failed else DONE


def add_one(name: str, raw: Path, *, allow_loopback: bool = False, today: dt.date | None = None) -> Added:
    """Add one document.

    Args:
        name: A file, or an address.
        raw: Raw folder.
        allow_loopback: Fetch from this machine too: for tests only.
        today: Day of retrieval for what is fetched; None: today.

    Raises:
        RawFileError: It cannot be had or cannot be read; nothing was written.
    """
    shown = printable(name)
    page = fetch(name, allow_loopback=allow_loopback) if is_address(name) else None
    content = page.content if page is not None else _file(name, shown).content
    there = present(raw, content)
    if there is not None:
        return Added(shown, "present", there, None)
    document = read_document(content, shown, None)
    source, remarks = document.source, list(remarks_on(content, shown))
    if page is not None:
        source, more = seen_at(source, page.url, today or dt.datetime.now(tz=dt.UTC).astimezone().date())
        remarks += more
    missing = tuple(field for field in WANTED if getattr(source, field) is None)
    _store(raw, source, content, missing)
    return Added(shown, "added", f"documents/{source.source_id}", source, missing, tuple(remarks))


def _file(name: str, shown: str) -> RawFile:
    try:
        real = Path(name).expanduser().resolve()
        return read_file(real, real.parent)
    except RawFileError as error:
        raise RawFileError(shown, error.found, error.expected, error.remedy, error.reason_code) from error
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, a name that no file can have
        raise RawFileError(shown, str(error), "a readable file", "Check it.", "unreadable_format") from error


def present(raw: Path, content: bytes) -> str | None:
    """Return where in raw the same bytes lie already, relative to it; None where they do not."""
    wanted = hashlib.sha256(content).digest()
    for room in ("inbox", "documents"):
        for path in sorted((raw / room).rglob("*")):
            # What is hidden is on its way, and no build reads it.
            if any(part.startswith(".") for part in path.relative_to(raw).parts):
                continue
            try:
                if (
                    path.is_file()
                    and path.stat().st_size == len(content)
                    and hashlib.sha256(path.read_bytes()).digest() == wanted
                ):
                    inside = path.parent if room == "documents" and (path.parent / RECORD).is_file() else path
                    return printable(inside.relative_to(raw).as_posix())
            except OSError:
                continue  # what cannot be read is told by the build
    return None


def seen_at(source: Source, url: str, today: dt.date) -> tuple[Source, list[str]]:
    """Complete the record of a fetched page: where it was seen and when; a day that has not come is none.

    Args:
        source: As the page itself gives it.
        url: Where it came from in the end.
        today: Day of retrieval.

    Returns:
        The record, and remarks on what was left out.
    """
    remarks: list[str] = []
    digest = (source.sha256 or "")[:8]
    host = (urlsplit(url).hostname or "").lower()
    official = f".{host}".endswith(_OFFICIAL)
    published = source.published_on
    if published is not None and published > today + dt.timedelta(days=1):
        remarks.append(f"its date of publication ({published.isoformat()}) has not come yet and was left out")
        published = None
    source = replace(
        source,
        source_id=f"{slug(url)}-{digest}",
        url=url,
        tier="official" if official else source.tier,
        publisher_kind="government" if official else source.publisher_kind,
        published_on=published,
        published_precision="day" if published else None,
        retrieved_on=today,
    )
    return source, remarks


def _store(raw: Path, source: Source, content: bytes, missing: tuple[str, ...]) -> None:
    """Write the folder whole or not at all, and never into one that is there."""
    room = raw / "documents"
    room.mkdir(exist_ok=True)
    folder = room / source.source_id
    if folder.exists():
        place = f"documents/{source.source_id}"
        raise RawFileError(place, "a folder of that name", "none", "Rename or remove it.", "duplicate")
    document = f"document{ENDINGS.get(source.media_type or '', '.txt')}"
    record = _record(source, document, missing)
    # What is written must be what the build reads.
    read_source_yaml(RawFile(f"documents/{source.source_id}/{RECORD}", record.encode(), ""))
    made = Path(tempfile.mkdtemp(prefix=".adding-", dir=room))
    try:
        (made / document).write_bytes(content)
        (made / RECORD).write_text(record, encoding="utf-8", newline="\n")
        (made / ".gitignore").write_text(
            "# A text of others stays on this machine.\n*\n", encoding="utf-8", newline="\n"
        )
        made.chmod(0o755)
        made.rename(folder)
    except OSError as error:
        place, reason = f"documents/{source.source_id}", error.strerror or type(error).__name__
        raise RawFileError(place, reason, "room to write", "Check the folder.", "unreadable_format") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _record(source: Source, document: str, missing: tuple[str, ...]) -> str:
    """The text of `source.yaml`; what the document does not say stands there empty, to be written in."""
    lines = ["# Made from what the document itself says. Correct what is wrong; leave empty what nobody knows."]
    lines += source_lines(source, missing)
    lines += [f"document: {document}", f"read_sha256: {scalar(source.sha256)}", f"read_bytes: {source.bytes}"]
    return "\n".join(lines) + "\n"


def _sentences(added: Added, raw: Path) -> Iterator[str]:
    if added.status == "present":
        yield f"{added.name}: already there, in {raw / added.place}"
        return
    source = added.source
    about = (
        ", ".join(filter(None, (source.publisher, source.published_on.isoformat() if source.published_on else None)))
        if source
        else ""
    )
    title = f"“{source.title}”" if source and source.title else "a document without a title"
    yield f"{added.name}: {title}{f' ({about})' if about else ''} is in {raw / added.place}"
    if added.missing:
        names = ", ".join(WANTED[field] for field in added.missing)
        yield f"   not found: {names}; if you know it, write it into {raw / added.place / RECORD}"
    for remark in added.remarks:
        yield f"   {remark}"


def _json(added: Added) -> dict[str, Any]:
    record: Mapping[str, Any] = {}
    if added.source is not None:
        record = {field.name: getattr(added.source, field.name) for field in fields(Source)}
    return {
        "name": added.name,
        "status": added.status,
        "path": added.place,
        "source": {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in record.items()},
        "missing": list(added.missing),
        "remarks": list(added.remarks),
    }


def _error(error: KakehashiError) -> dict[str, str]:
    return {"reason_code": error.reason_code, "reason": str(error)}

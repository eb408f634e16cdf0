"""`kakehashi fetch`: bring a public service's files into `raw/inbox/`, each source in a folder with its `source.yaml`.

What belongs here: what is new since last time, what is held for review, and where files are kept. What does not: the
network (`pipelines/ingest/downloading`), the services (`pipelines/ingest/endpoints`), and reading what was fetched.

Nothing is ever overwritten: a file that has changed comes into a new folder, named by its content. Files on their way
lie hidden in `inbox/.fetching/`, where the next run finds them; a build does not see them.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kakehashi.cli import DONE, FAILED, QUARANTINED
from kakehashi.recording import file_lines, scalar, source_lines
from pipelines.build import PROJECT_RAW, Inputs
from pipelines.errors import KakehashiError, RawFileError
from pipelines.ingest.downloading import Downloader, Validators, Wanted
from pipelines.ingest.endpoints import Ask, Batch, Endpoint, endpoint, refuse_incomplete
from pipelines.ingest.fetched import HELD, RECORD
from pipelines.ingest.safety import RawFile
from pipelines.ingest.sources import read_source_yaml
from pipelines.ingest.yamlfile import read_fields
from pipelines.records import Source

SHRINKS = 0.75
"""A file below this part of its size last time is held for review."""
_ON_THE_WAY = ".fetching"
_HIDDEN = ".held"
_STALE = dt.timedelta(days=1)
"""Files of a broken run that are older are fetched again: the rest of their source may be newer."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Got:
    """One file of a source: as fetched now, or as it was and still is.

    Attributes:
        path: Where its bytes lie; None where the service has no data for what was asked.
        changed: Whether its bytes are others than last time.
    """

    name: str
    url: str
    path: Path | None
    sha256: str
    size: int
    validators: Validators
    fetched_at: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one source: status `fetched`, `unchanged`, `held`, `nothing` or `failed`."""

    slug: str
    status: str
    place: str = ""
    files: int = 0
    told: str = ""


def fetch(options: argparse.Namespace, downloader: Downloader | None = None) -> int:
    """Fetch what a service has of what is asked.

    Args:
        options: source, year, product, raw, base, accept, json.
        downloader: Asks the network; replaced in tests.

    Returns:
        0; 1 when a source could not be had, 3 when a file is held for review. The others are there all the same.

    Raises:
        KakehashiError: No such source, year or product, no key where one is needed, or its list cannot be had.
    """
    service = endpoint(options.source)
    raw = options.raw or PROJECT_RAW
    if not raw.is_dir():
        raise KakehashiError(str(raw), "no folder", "a raw folder", "Name it with --raw DIR.")
    ask = _ask(service, options, raw)
    asking = downloader or Downloader(pause_s=service.pause_s, allow_loopback=_is_own(options.base))
    way = raw / "inbox" / _ON_THE_WAY
    way.mkdir(parents=True, exist_ok=True)
    failed = held = False
    for batch in service.plan(ask, _looking(asking, way / "lists")):
        outcome = _fetch_batch(batch, service, ask, raw, asking, accept=options.accept)
        failed |= outcome.status == "failed"
        held |= outcome.status == "held"
        _tell(outcome, as_json=options.json)
    shutil.rmtree(way / "lists", ignore_errors=True)
    if not any(way.iterdir()):
        way.rmdir()
    return FAILED if failed else QUARANTINED if held else DONE


def _is_own(base: str | None) -> bool:
    return base is not None and (urlsplit(base).hostname or "").lower() in _LOOPBACK


def _ask(service: Endpoint, options: argparse.Namespace, raw: Path) -> Ask:
    if service.by_year and options.year is None:
        raise KakehashiError(f"fetch {service.name}", "no year", "a year", "Name it with --year YYYY.")
    key = os.environ.get(service.key_variable or "", "").strip() or None
    if key is not None and not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
        raise KakehashiError(f"${service.key_variable}", "no key", "a key as the service gave it", "Set it anew.")
    if service.key_needed and key is None:
        remedy = f"Ask the service for one and set {service.key_variable}."
        raise KakehashiError(f"fetch {service.name}", f"no {service.key_variable}", "a key", remedy)
    for product in options.product or ():
        if not re.fullmatch(r"\d{6}", product):
            raise KakehashiError("--product", product, "an HS code of six digits", "Correct the code.")
    products = options.product or _products(Inputs(raw).reference_folder(), options.year)
    base = options.base.rstrip("/") if options.base else None
    return Ask(options.year, tuple(dict.fromkeys(products)), base, key)


def _products(reference: Path, year: int | None) -> list[str]:
    """The codes of the reference in the revision of the Harmonized System that held in a year."""
    try:
        with (reference / "material_hs_codes.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = [(row["hs_revision"], row["hs6"]) for row in csv.DictReader(file)]
    except (OSError, KeyError, ValueError):
        return []
    revisions = [revision for revision, _ in rows if year is None or int(revision) <= year]
    return sorted({code for revision, code in rows if revision == max(revisions, default="")})


def _looking(asking: Downloader, folder: Path) -> Callable[[Wanted], Any]:
    def look(wanted: Wanted) -> Any:
        folder.mkdir(parents=True, exist_ok=True)
        return asking.json(wanted, folder / f"{hashlib.sha256(wanted.url.encode()).hexdigest()[:16]}.json")

    return look


def _fetch_batch(batch: Batch, service: Endpoint, ask: Ask, raw: Path, asking: Downloader, *, accept: bool) -> Outcome:
    """Bring all files of a source, then keep them together or not at all."""
    inbox = raw / "inbox"
    before = _before(inbox, batch.slug)
    way = inbox / _ON_THE_WAY / batch.slug
    way.mkdir(parents=True, exist_ok=True)
    got: list[Got] = []
    try:
        for name, wanted in batch.files.items():
            got.append(_fetch_file(name, wanted, way, before, asking))
            _refuse_incomplete(got[-1], service, wanted, ask)
    except RawFileError as error:
        return Outcome(batch.slug, "failed", told=str(error))
    present = [one for one in got if one.path is not None]
    if not present:
        shutil.rmtree(way, ignore_errors=True)
        return Outcome(batch.slug, "nothing", told="the service has nothing for what was asked")
    names = {one.name for one in present}
    if before is not None and names == set(before.files) and not any(one.changed for one in present):
        shutil.rmtree(way, ignore_errors=True)
        return Outcome(batch.slug, "unchanged", before.place(raw), len(present), f"as fetched at {before.fetched_at}")
    shrunk = None if before is None or accept else _shrunk(present, before)
    return _keep(batch, present, raw, way, asking.now(), shrunk)


def _refuse_incomplete(one: Got, service: Endpoint, wanted: Wanted, ask: Ask) -> None:
    if one.path is None or wanted.kind != "json":
        return
    try:
        refuse_incomplete(service.name, json.loads(one.path.read_bytes()), wanted, ask.key)
    except RawFileError:
        if one.changed:
            one.path.unlink()  # or the next run would take it for what it has brought already
        raise


@dataclass(frozen=True, slots=True)
class _Before:
    """A source as it was fetched last: its folder, and what its record says of each file."""

    folder: Path
    fetched_at: str
    files: Mapping[str, Mapping[str, Any]]

    def place(self, raw: Path) -> str:
        return self.folder.relative_to(raw).as_posix()


def _before(inbox: Path, slug: str) -> _Before | None:
    """The newest fetch of a source that was taken in."""
    found: list[_Before] = []
    for record in sorted(inbox.glob(f"{slug}-*/{RECORD}")):
        if not re.fullmatch(rf"{re.escape(slug)}-[0-9a-f]{{8}}", record.parent.name):
            continue
        try:
            said = read_fields(record.read_text(encoding="utf-8"), record.as_posix()) or {}
        except (OSError, ValueError, RawFileError):
            continue
        files = {str(entry["name"]): entry for entry in said.get("files") or () if "name" in entry}
        found.append(_Before(record.parent, str(said.get("fetched_at", "")), files))
    return max(found, key=lambda one: one.fetched_at, default=None)


def _fetch_file(name: str, wanted: Wanted, way: Path, before: _Before | None, asking: Downloader) -> Got:
    target, note = way / name, way / f"{name}.fetched.json"
    kept = _kept(target, note, wanted, asking.now())
    if kept is not None:
        return kept
    old = before.files.get(name, {}) if before is not None else {}
    held = before.folder / name if before is not None else None
    whole = held is not None and _is(held, old.get("sha256")) and old.get("url") == wanted.url
    known = Validators(old.get("etag"), old.get("last_modified")) if whole else None
    done = asking.get(wanted, target, known if known and known.if_changed else None)
    at = asking.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    if done.status == "unchanged" and known is not None and held is not None:
        return Got(name, wanted.url, held, str(old["sha256"]), held.stat().st_size, known, at, changed=False)
    if done.status != "fetched":
        return Got(name, wanted.url, None, "", 0, Validators(), at, changed=bool(old))
    changed = done.sha256 != old.get("sha256")
    said = {
        "url": wanted.url, "sha256": done.sha256, "at": at, "changed": changed,
        "etag": done.validators.etag, "last_modified": done.validators.last_modified,
    }  # fmt: skip
    note.write_text(json.dumps(said), encoding="utf-8")
    return Got(name, wanted.url, target, done.sha256, done.size, done.validators, at, changed)


def _kept(target: Path, note: Path, wanted: Wanted, now: dt.datetime) -> Got | None:
    """A file that a broken run has brought already; None where there is none, or none of these days."""
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
        at = dt.datetime.fromisoformat(said["at"])
        if said["url"] != wanted.url or not dt.timedelta(0) <= now - at <= _STALE or not _is(target, said["sha256"]):
            return None
        validators = Validators(said["etag"], said["last_modified"])
        size = target.stat().st_size
        return Got(target.name, wanted.url, target, said["sha256"], size, validators, said["at"], bool(said["changed"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is(path: Path, sha256: Any) -> bool:
    try:
        return bool(hashlib.sha256(path.read_bytes()).hexdigest() == sha256)
    except OSError:
        return False


def _shrunk(present: list[Got], before: _Before) -> str | None:
    """What shows that a source has lost more than a quarter since last time; None where nothing does."""
    for one in present:
        old = before.files.get(one.name, {}).get("bytes")
        if isinstance(old, int) and one.size < SHRINKS * old:
            return f"{one.name} with {one.size} bytes, where it had {old} on {before.fetched_at[:10]}"
    if len(present) < SHRINKS * len(before.files):
        return f"{len(present)} files, where there were {len(before.files)} on {before.fetched_at[:10]}"
    return None


def _keep(batch: Batch, present: list[Got], raw: Path, way: Path, now: dt.datetime, held: str | None) -> Outcome:
    """Put the files into a folder of their own, whole or not at all."""
    listing = "".join(f"{one.sha256}  {one.name}\n" for one in sorted(present, key=lambda one: one.name))
    digest = present[0].sha256 if len(present) == 1 else hashlib.sha256(listing.encode()).hexdigest()
    source_id = f"{batch.slug}-{digest[:8]}"
    folder = raw / "inbox" / (f"{source_id}{HELD}" if held else source_id)
    place = folder.relative_to(raw).as_posix()
    status = "held" if held else "fetched"
    if folder.exists():
        shutil.rmtree(way, ignore_errors=True)
        return Outcome(batch.slug, "held" if held else "unchanged", place, len(present), held or "there already")
    made = way / "made"
    shutil.rmtree(made, ignore_errors=True)
    files = made / _HIDDEN if held else made
    files.mkdir(parents=True)
    for one in present:
        assert one.path is not None
        shutil.copyfile(one.path, files / one.name)
    source = replace(batch.source, source_id=source_id, retrieved_on=now.date())
    record = _record(source, present, digest, now, held)
    read_source_yaml(RawFile(f"{place}/{RECORD}", record.encode(), ""))  # what is written must be what a build reads
    (made / RECORD).write_text(record, encoding="utf-8", newline="\n")
    made.rename(folder)
    shutil.rmtree(way, ignore_errors=True)
    return Outcome(batch.slug, status, place, len(present), held or "")


def _record(source: Source, present: list[Got], digest: str, now: dt.datetime, held: str | None) -> str:
    lines = ["# Made by `kakehashi fetch`: where each file came from, when, and its sha256.", *source_lines(source)]
    lines.append(f"fetched_at: {scalar(now.strftime('%Y-%m-%dT%H:%M:%SZ'))}")
    if len(present) == 1:
        lines.append(f"sha256: {scalar(digest)}")
    if held:
        lines.append(f"held: {scalar(held)}")
    lines += file_lines([
        {
            "name": one.name, "url": one.url, "fetched_at": one.fetched_at, "sha256": one.sha256, "bytes": one.size,
            "etag": one.validators.etag, "last_modified": one.validators.last_modified,
        }
        for one in present
    ])  # fmt: skip
    return "\n".join(lines) + "\n"


def _tell(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        said = {"source": outcome.slug, "status": outcome.status, "path": outcome.place or None}
        print(
            json.dumps({**said, "files": outcome.files, "told": outcome.told or None}, ensure_ascii=False), flush=True
        )
        return
    if outcome.status == "failed":
        print(f"kakehashi: {outcome.slug}: {outcome.told}", file=sys.stderr)
        return
    files = "1 file" if outcome.files == 1 else f"{outcome.files} files"
    words = {
        "fetched": f"{files} in {outcome.place}",
        "unchanged": f"unchanged, in {outcome.place} ({outcome.told})",
        "nothing": outcome.told,
        "held": f"held for review in {outcome.place}: {outcome.told}. Look at it; --accept takes it in.",
    }
    print(f"{outcome.slug}: {words[outcome.status]}", flush=True)

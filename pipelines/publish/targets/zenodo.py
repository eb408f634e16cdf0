"""A Zenodo deposit as a target: one record a release, all under one concept DOI that leads to the newest.

What belongs here: what Zenodo is asked. What does not: the connection (`web`) and other targets.

A record takes a hundred files and no folders, so a release goes there as one archive, with the files beside it that
people look at first. A draft is found again by its keyword, its files are compared by their MD5, and nobody sees
anything before the last request, which publishes all of it at once. The token comes from ZENODO_TOKEN; ZENODO_URL
names another address, such as https://sandbox.zenodo.org.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipelines.errors import ReleaseError
from pipelines.publish.descriptors import ReleaseTexts
from pipelines.publish.folder import SIGNATURE, SUMS
from pipelines.publish.release import version_order
from pipelines.publish.targets.directory import changed_meanwhile
from pipelines.publish.targets.secrets import Secrets
from pipelines.publish.targets.shipment import Progress, Sent, Shipment, immutable, is_newest, newer
from pipelines.publish.targets.web import AGAIN, Web

ADDRESS = "https://zenodo.org"
KEYWORD = "kakehashi-us-japan-dataset"
"""By this a deposit is known as ours among others of the same account."""

_BESIDE = ("README.md", "README.ja.md", "release.json", SUMS, SIGNATURE)
_DEPOSITS = "api/deposit/depositions"
_PAGE = 100


@dataclass(frozen=True, slots=True)
class _Upload:
    path: Path
    md5: str
    size: int


class Zenodo:
    """The deposits of one account.

    Args:
        environment: Variables that hold the token and, where it is another, the address.

    Raises:
        ReleaseError: There is no token, or the address is not https.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        secrets = Secrets(environment)
        token = secrets.need(self.name, "ZENODO_TOKEN")
        self._web = Web(self.name, secrets.get("ZENODO_URL") or ADDRESS, token, secrets)

    @property
    def name(self) -> str:
        """What people call it."""
        return "zenodo"

    def send(self, shipment: Shipment, progress: Progress) -> Sent:
        """Fill a draft with a release and publish it.

        Raises:
            ReleaseError: The connection was cut, the service refuses, a newer release is published there, or other
                bytes under this version.
        """
        ours = [deposit for deposit in self._deposits() if KEYWORD in deposit["metadata"].get("keywords", ())]
        published = {deposit["metadata"].get("version", ""): deposit for deposit in ours if deposit["submitted"]}
        with tempfile.TemporaryDirectory() as scratch:
            uploads = _uploads(shipment, Path(scratch))
            if shipment.version in published:
                record = published[shipment.version]
                self._same(record, uploads, shipment.version)
                is_latest = is_newest(shipment.version, [version for version in published if version])
                return Sent(_address(record), shipment.version, 0, len(uploads), 0, is_latest)
            for version in published:
                if version and version_order(version) > version_order(shipment.version):
                    raise newer(self.name, version, shipment.version)
            draft = self._draft(ours, shipment)
            sent, size = self._fill(draft, uploads, progress)
        self._web.json("PUT", self._at(draft), body={"metadata": _metadata(shipment)})
        self._check(self._web.json("GET", self._at(draft)), uploads)
        record = self._web.json("POST", f"{self._at(draft)}/actions/publish")
        return Sent(_address(record), shipment.version, sent, len(uploads) - sent, size, is_latest=True)

    def _deposits(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = len(found) // _PAGE + 1
            more = self._web.json("GET", f"{_DEPOSITS}?size={_PAGE}&page={page}&all_versions=true")
            found += more
            if len(more) < _PAGE:
                return found

    def _at(self, deposit: Mapping[str, Any]) -> str:
        return f"{_DEPOSITS}/{int(deposit['id'])}"

    def _draft(self, ours: list[dict[str, Any]], shipment: Shipment) -> dict[str, Any]:
        """The draft to fill: the one an earlier attempt left, a new version of what is published, or a first one."""
        drafts = [deposit for deposit in ours if not deposit["submitted"]]
        published = [deposit for deposit in ours if deposit["submitted"]]
        if drafts:
            found = drafts[0]
        elif published:
            last = max(published, key=lambda deposit: int(deposit["id"]))
            made = self._web.json("POST", f"{self._at(last)}/actions/newversion")
            found = {"id": made["links"]["latest_draft"].rstrip("/").rpartition("/")[2]}
        else:
            # With its metadata from the first moment on, so that an attempt that is cut off is found again.
            found = self._web.json("POST", _DEPOSITS, body={"metadata": _metadata(shipment)})
        draft: dict[str, Any] = self._web.json("GET", self._at(found))
        return draft

    def _fill(self, draft: Mapping[str, Any], uploads: Mapping[str, _Upload], progress: Progress) -> tuple[int, int]:
        """Send what is not there, and take away what does not belong there; how many files and bytes were sent."""
        there: set[str] = set()
        for file in draft.get("files", ()):
            name = file["filename"]
            if name in uploads and _md5(file) == uploads[name].md5:
                there.add(name)
            else:
                self._web.ask("DELETE", f"{self._at(draft)}/files/{quote(str(file['id']))}")
        sent = size = 0
        for number, (name, upload) in enumerate(uploads.items(), start=1):
            progress(name, number, len(uploads))
            if name not in there:
                self._web.ask("PUT", f"{draft['links']['bucket']}/{quote(name)}", content=upload.path)
                sent, size = sent + 1, size + upload.size
        return sent, size

    def _check(self, draft: Mapping[str, Any], uploads: Mapping[str, _Upload]) -> None:
        """Refuse to publish a draft that does not hold exactly what was sent."""
        found = {file["filename"]: _md5(file) for file in draft.get("files", ())}
        if found != {name: upload.md5 for name, upload in uploads.items()}:
            raise ReleaseError(self.name, "other files in the draft than were sent", "the same MD5 of each", AGAIN)

    def _same(self, record: Mapping[str, Any], uploads: Mapping[str, _Upload], version: str) -> None:
        found = {file["filename"]: _md5(file) for file in record.get("files", ())}
        if found.get(SUMS) != uploads[SUMS].md5:
            raise immutable(self.name, version)


def _md5(file: Mapping[str, Any]) -> str:
    return str(file.get("checksum", "")).removeprefix("md5:")


def _address(record: Mapping[str, Any]) -> str:
    return str(record.get("links", {}).get("record_html") or record.get("doi_url") or "zenodo")


def _uploads(shipment: Shipment, scratch: Path) -> dict[str, _Upload]:
    """What a record holds: the archive first, for it takes longest."""
    archive = scratch / f"kakehashi-{shipment.version}.zip"
    _archive(shipment, archive)
    paths = {archive.name: archive} | {name: shipment.files[name].path for name in _BESIDE if name in shipment.files}
    found = {}
    for name, path in paths.items():
        with path.open("rb") as file:
            md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        found[name] = _Upload(path, md5, path.stat().st_size)
    return found


def _archive(shipment: Shipment, to: Path) -> None:
    """Put a release into an archive that has the same bytes each time.

    Raises:
        ReleaseError: A file has changed since it was verified.
    """
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, file in shipment.files.items():
            entry = zipfile.ZipInfo(f"kakehashi-{shipment.version}/{name}", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".parquet") else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            digest = hashlib.sha256()
            with file.path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as packed:
                while chunk := source.read(1 << 20):
                    digest.update(chunk)
                    packed.write(chunk)
            if digest.hexdigest() != file.sha256:
                raise changed_meanwhile(file)


def _metadata(shipment: Shipment) -> dict[str, Any]:
    texts = ReleaseTexts()
    beyond = (
        "The tables are CC BY 4.0 where release.json names no other licence for one of them; the licence of each "
        "source stands in the table sources. SHA256SUMS lists every file of the archive."
    )
    return {
        "title": texts.title_en,
        "upload_type": "dataset",
        "description": f"<p>{texts.description_en}</p><p>{texts.description_ja}</p><p>{beyond}</p>",
        "creators": [{"name": texts.creator}],
        "access_right": "open",
        "license": "cc-by-4.0",
        "version": shipment.version,
        "publication_date": shipment.released_on,
        "language": "eng",
        "keywords": [KEYWORD, "foreign direct investment", "Japan", "United States", "critical minerals"],
    }

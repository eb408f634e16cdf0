"""Releases of the past: which one was published on a day, from a folder or from an address.

What belongs here: choosing a release by date, and reading releases that lie elsewhere. What does not: what was true on
a day according to what is known now (`validity`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import http.client
import io
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import KakehashiError, ReleaseError

INDEX = "releases.json"
"""At an address: every release with its `version` and `released_on`, oldest first, as `kakehashi publish` writes it."""
_TIMEOUT = 30
_MOST_BYTES = 2 * 1024**3


def a_day(text: str | dt.date, name: str) -> dt.date:
    """Read a day given as text, as a date, or as a moment (also one of pandas), of which it is the day.

    Raises:
        KakehashiError: Not a day as 2026-03-01.
    """
    try:
        if isinstance(text, dt.datetime):
            return dt.date.fromisoformat(text.isoformat()[:10])  # the moment that is none (NaT) has no such text
        return text if isinstance(text, dt.date) else dt.date.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise KakehashiError(name, str(text), "a day as 2026-03-01", "Correct the date.") from error


def published_on(releases: Mapping[str, dt.date], day: dt.date, where: str) -> str:
    """Return the version that was the newest on a day.

    Args:
        releases: Version -> the release's date, oldest first.
        where: Folder or address, for messages.

    Raises:
        ReleaseError: There was none yet; names the oldest one there is.
    """
    before = [version for version, released_on in releases.items() if released_on <= day]
    if before:
        return before[-1]
    oldest = next(iter(releases.items()), None)
    found = "there is no release at all" if oldest is None else f"the oldest one is {oldest[0]}, of {oldest[1]}"
    remedy = "Ask for a later day." if oldest else "Build one with `kakehashi build`."
    raise ReleaseError(where, f"no release by {day}: {found}", "a release of that day or before", remedy)


def local_releases(output: Path, versions: list[str]) -> dict[str, dt.date]:
    """Return the releases of an output folder with their dates, oldest first.

    Raises:
        ReleaseError: A `release.json` is missing or damaged.
    """
    return {
        version: _date_of((output / "releases" / version / "release.json").read_bytes, version) for version in versions
    }


class Remote:
    """Releases at an address, as `kakehashi publish` leaves them there.

    Args:
        url: Where `releases.json` and `releases/<version>/` lie; http or https.

    Raises:
        ReleaseError: Not such an address.
    """

    def __init__(self, url: str) -> None:
        if not _is_address(url):
            raise ReleaseError(url, "no http address", "an address as https://example.org/kakehashi", "Correct it.")
        self.url = url.rstrip("/")

    def releases(self) -> dict[str, dt.date]:
        """Return version -> date, oldest first.

        Raises:
            ReleaseError: The index cannot be had or is none.
        """
        try:
            listed = json.loads(self._get(INDEX))
            return {str(one["version"]): dt.date.fromisoformat(one["released_on"]) for one in listed}
        except (ValueError, KeyError, TypeError) as error:
            remedy = "Check the address, or ask who publishes there."
            raise ReleaseError(f"{self.url}/{INDEX}", str(error)[:120], "a list of releases", remedy) from error

    def table(self, version: str, name: str) -> pa.Table:
        """Return a table of a release; its bytes are those that the release's manifest names.

        Raises:
            ReleaseError: It cannot be had, or it is not what the manifest says.
        """
        try:
            manifest: Any = json.loads(self._get(f"releases/{version}/release.json"))
            expected = str(manifest["tables"][name]["parquet_sha256"])
        except (ValueError, KeyError, TypeError) as error:
            place = f"{self.url}/releases/{version}/release.json"
            raise ReleaseError(place, f"no table {name} ({error})", "a release with it", "Name another.") from error
        path = f"releases/{version}/tables/{name}.parquet"
        content = self._get(path)
        found = hashlib.sha256(content).hexdigest()
        if found != expected:
            remedy = "Try again; if it stays so, tell who publishes there."
            raise ReleaseError(f"{self.url}/{path}", f"sha256 {found}", expected, remedy)
        return pq.read_table(io.BytesIO(content))

    def _get(self, path: str) -> bytes:
        address = f"{self.url}/{urllib.parse.quote(path)}"
        try:
            with urllib.request.urlopen(address, timeout=_TIMEOUT) as answer:  # noqa: S310 - http(s) only, see above
                content: bytes = answer.read(_MOST_BYTES + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ReleaseError(address, str(error)[:160], "a file of a release", "Check the address.") from error
        if len(content) > _MOST_BYTES:
            raise ReleaseError(
                address, f"more than {_MOST_BYTES} bytes", "a table of a release", "Take a copy by hand."
            )
        return content


def _is_address(url: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _date_of(read: Any, version: str) -> dt.date:
    try:
        return dt.date.fromisoformat(json.loads(read())["released_on"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(
            f"release {version}, release.json", f"{type(error).__name__}: {error}"[:120], "a whole release",
            "Run `kakehashi verify` on this release; if it is damaged, take a whole copy.",
        ) from error  # fmt: skip

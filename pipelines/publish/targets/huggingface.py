"""A Hugging Face dataset repository as a target: `main` is the latest release, a git tag each version.

What belongs here: what the Hub is asked. What does not: the connection (`web`) and other targets.

A release becomes `main` by one commit, so that readers see the old one or the new one. Large files go to the Hub's
storage first, which knows them by their sha256 and asks for none that it has. The protocol is Git LFS's and the Hub's
own HTTP API; the Hub's Python client is not used, because it sends large files through a compiled part of its own that
speaks to another service. The token comes from HF_TOKEN; HF_ENDPOINT names another address.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pipelines.errors import ReleaseError
from pipelines.publish.folder import SIGNATURE
from pipelines.publish.release import version_order
from pipelines.publish.targets.directory import changed_meanwhile
from pipelines.publish.targets.secrets import Secrets
from pipelines.publish.targets.shipment import Progress, Sent, Shipment, Shipped, immutable, newer
from pipelines.publish.targets.web import AGAIN, Web

ADDRESS = "https://huggingface.co"
_OWN = (".gitattributes",)
"""Files of the repository itself, which no release has."""

_LFS = {"Accept": "application/vnd.git-lfs+json", "Content-Type": "application/vnd.git-lfs+json"}
_SAMPLE = 512
"""Bytes of a file by which the Hub decides how it wants it."""

_FILES_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class _State:
    """What `main` holds: its commit, path -> hash of the content (sha256, or git's own), and the tags."""

    commit: str
    files: Mapping[str, str]
    tags: Mapping[str, str]
    version: str


class HuggingFace:
    """A dataset repository.

    Args:
        repository: `owner/name`.
        environment: Variables that hold the token and, where it is another, the address.

    Raises:
        ReleaseError: There is no token, or the address is not https.
    """

    def __init__(self, repository: str, environment: Mapping[str, str]) -> None:
        self._repository = repository
        secrets = Secrets(environment)
        token = secrets.need(self.name, "HF_TOKEN")
        self._web = Web(self.name, secrets.get("HF_ENDPOINT") or ADDRESS, token, secrets)
        self._api = f"api/datasets/{repository}"

    @property
    def name(self) -> str:
        """What people call it."""
        return f"hf:{self._repository}"

    def send(self, shipment: Shipment, progress: Progress) -> Sent:
        """Make a release the repository's `main` by one commit, and tag it with its version.

        Raises:
            ReleaseError: The connection was cut, the service refuses, it has a newer release, somebody else has
                committed meanwhile, or it holds other bytes under this version.
        """
        state = self._state()
        if state.version and version_order(state.version) > version_order(shipment.version):
            raise newer(self.name, state.version, shipment.version)
        new = {name: file for name, file in shipment.files.items() if not _same(state.files.get(name), file)}
        if new.keys() - {SIGNATURE} and state.version == shipment.version:
            raise immutable(self.name, shipment.version)
        kept = {*_OWN, SIGNATURE} if state.version == shipment.version else {*_OWN}
        gone = sorted(state.files.keys() - shipment.files.keys() - kept)
        commit, sent, size = state.commit, 0, 0
        if new or gone:
            large = self._large(new)
            sent, size = self._upload({name: new[name] for name in large}, progress)
            small = [name for name in new if name not in large]
            commit = self._commit(shipment, new, large, gone, state.commit)
            sent, size = sent + len(small), size + sum(new[name].size for name in small)
        self._tag(shipment.version, commit, state.tags)
        where = f"{self._web.base}datasets/{self._repository}"
        return Sent(where, shipment.version, sent, len(shipment) - sent, size, is_latest=True)

    def _state(self) -> _State:
        answer = self._web.ask("GET", f"{self._api}/revision/main", accept=(404,))
        if answer.status_code == 404:
            raise ReleaseError(
                self.name, "no such dataset repository, or none that this token sees", "a dataset repository",
                "Create it once at the Hub, with nothing in it, then run the command again. Nothing was sent.",
            )  # fmt: skip
        files: dict[str, str] = {}
        page = f"{self._api}/tree/main?recursive=true&limit=1000"
        while page:
            listed = self._web.ask("GET", page)
            for entry in listed.json():
                if entry.get("type") == "file":
                    files[entry["path"]] = (entry.get("lfs") or {}).get("oid") or entry["oid"]
            page = listed.links.get("next", {}).get("url", "")
        refs = self._web.json("GET", f"{self._api}/refs")
        tags = {tag["name"]: tag["targetCommit"] for tag in refs.get("tags", ())}
        return _State(str(answer.json()["sha"]), files, tags, self._version(files))

    def _version(self, files: Mapping[str, str]) -> str:
        """Version of the release that `main` holds; empty where it holds none."""
        if "release.json" not in files:
            return ""
        told = self._web.json("GET", f"datasets/{self._repository}/resolve/main/release.json")
        return str(told.get("version", "")) if isinstance(told, dict) else ""

    def _large(self, new: Mapping[str, Shipped]) -> set[str]:
        """Which files the Hub wants in its storage; the others are sent in the commit itself."""
        found: set[str] = set()
        names = list(new)
        for start in range(0, len(names), _FILES_AT_ONCE):
            asked = [{"path": name, "sample": _sample(new[name]), "size": new[name].size}
                     for name in names[start : start + _FILES_AT_ONCE]]  # fmt: skip
            told = self._web.json("POST", f"{self._api}/preupload/main", body={"files": asked})
            found |= {file["path"] for file in told["files"] if file["uploadMode"] == "lfs"}
        # The storage takes no empty file.
        return {name for name in found if new[name].size}

    def _upload(self, large: Mapping[str, Shipped], progress: Progress) -> tuple[int, int]:
        """Send what the storage does not have; how many files and bytes."""
        sent = size = 0
        names = {file.sha256: name for name, file in large.items()}
        for number, wanted in enumerate(actions := self._wanted(large), start=1):
            name = names[str(wanted["oid"])]
            progress(name, number, len(actions))
            upload = wanted["actions"]["upload"]
            if "chunk_size" in (upload.get("header") or {}):
                raise ReleaseError(self.name, f"{name} wanted in parts", "one upload a file", "Report this; it is new.")
            self._web.ask("PUT", upload["href"], content=large[name].path, headers=upload.get("header"))
            verify = wanted["actions"].get("verify")
            if verify:
                body = {"oid": wanted["oid"], "size": large[name].size}
                self._web.ask("POST", verify["href"], body=body, headers={**_LFS, **verify.get("header", {})})
            sent, size = sent + 1, size + large[name].size
        return sent, size

    def _wanted(self, large: Mapping[str, Shipped]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        objects = list({file.sha256: {"oid": file.sha256, "size": file.size} for file in large.values()}.values())
        for start in range(0, len(objects), _FILES_AT_ONCE):
            body = {
                "operation": "upload", "transfers": ["basic"], "hash_algo": "sha256",
                "objects": objects[start : start + _FILES_AT_ONCE], "ref": {"name": "main"},
            }  # fmt: skip
            place = f"datasets/{self._repository}.git/info/lfs/objects/batch"
            answered = self._web.json("POST", place, body=body, headers=_LFS)["objects"]
            for one in answered:
                if "error" in one:
                    said = str(one["error"].get("message", "an error"))[:120]
                    raise ReleaseError(self.name, f"the storage refuses a file: {said}", "that it takes it", AGAIN)
            found += [one for one in answered if "upload" in (one.get("actions") or {})]
        return found

    def _commit(
        self, shipment: Shipment, new: Mapping[str, Shipped], large: set[str], gone: list[str], parent: str
    ) -> str:
        """Make the commit; the Hub refuses it where `main` is not the parent any more."""
        header = {"summary": f"Release {shipment.version}", "description": "", "parentCommit": parent}
        lines: list[dict[str, Any]] = [{"key": "header", "value": header}]
        for name, file in new.items():
            if name in large:
                value = {"path": name, "algo": "sha256", "oid": file.sha256, "size": file.size}
                lines.append({"key": "lfsFile", "value": value})
            else:
                content = base64.b64encode(_content(file)).decode()
                lines.append({"key": "file", "value": {"path": name, "content": content, "encoding": "base64"}})
        lines += [{"key": "deletedFile", "value": {"path": name}} for name in gone]
        told = self._web.json(
            "POST", f"{self._api}/commit/main", content=b"".join(json.dumps(line).encode() + b"\n" for line in lines),
            headers={"Content-Type": "application/x-ndjson"},
        )  # fmt: skip
        return str(told["commitOid"])

    def _tag(self, version: str, commit: str, tags: Mapping[str, str]) -> None:
        if version not in tags:
            self._web.ask("POST", f"{self._api}/tag/{quote(commit)}", body={"tag": version}, accept=(409,))


def _content(file: Shipped) -> bytes:
    content = file.path.read_bytes()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise changed_meanwhile(file)
    return content


def _sample(file: Shipped) -> str:
    with file.path.open("rb") as content:
        return base64.b64encode(content.read(_SAMPLE)).decode()


def _same(found: str | None, file: Shipped) -> bool:
    """Whether a file of `main` has our bytes: the Hub gives the sha256 of a large one, git's hash of another."""
    if found is None or found == file.sha256:
        return found is not None
    content = file.path.read_bytes()
    return found == hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()

"""An S3-compatible bucket as a target.

What belongs here: sending a release as objects. What does not: other targets.

Objects stand under `releases/<version>/`. A bucket knows no rename: a release is whole once its `SHA256SUMS` is there,
which is sent last, and `releases.json` lists whole releases only, the latest last; it is one object, so that its
readers see the old list or the new one. Each object carries its sha256, which the service checks on arrival and tells
afterwards.

Credentials come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, where there is one, AWS_SESSION_TOKEN; another
service than Amazon's from AWS_ENDPOINT_URL. Files of this machine are not asked for any.
"""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pipelines.errors import ReleaseError
from pipelines.publish.folder import SIGNATURE, SUMS
from pipelines.publish.release import is_version
from pipelines.publish.targets.index import INDEX, index_json
from pipelines.publish.targets.secrets import Secrets
from pipelines.publish.targets.shipment import (
    Progress,
    Sent,
    Shipment,
    Shipped,
    immutable,
    is_newest,
)

_TYPES = {".parquet": "application/vnd.apache.parquet", ".csv": "text/csv; charset=utf-8", ".md": "text/markdown"}
_AGAIN = "Run the same command again: what has arrived is not sent again. The latest there is the one before."


class Bucket:
    """A bucket, or a prefix in one, that takes releases.

    Args:
        bucket: Its name.
        prefix: What stands before every key; empty, or without slash at its ends.
        environment: Variables that hold credentials and endpoint.

    Raises:
        ReleaseError: A credential is missing, or the client is not installed.
    """

    def __init__(self, bucket: str, prefix: str, environment: Mapping[str, str]) -> None:
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""
        self._secrets = Secrets(environment)
        self._client = _client(self.name, self._secrets)

    @property
    def name(self) -> str:
        """What people call it."""
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    def send(self, shipment: Shipment, progress: Progress) -> Sent:
        """Send a release, SHA256SUMS last, then list it in `releases.json`.

        Raises:
            ReleaseError: The connection was cut, the service refuses, or it holds other bytes under this version.
        """
        place = f"{self._prefix}releases/{shipment.version}/"
        sent = there = size = 0
        with self._told():
            sizes = self._sizes(place)
            if SUMS in sizes and not self._arrived(place + SUMS, shipment.files[SUMS], sizes[SUMS]):
                raise immutable(self.name, shipment.version)
            self._clear_strays(place, sizes, shipment)
            for number, (name, file) in enumerate(shipment.files.items(), start=1):
                progress(name, number, len(shipment))
                if name in sizes and self._arrived(place + name, file, sizes[name]):
                    there += 1
                    continue
                self._put(place + name, file)
                sent, size = sent + 1, size + file.size
            is_latest = self._announce(shipment.version)
        return Sent(self.name, shipment.version, sent, there, size, is_latest)

    def _sizes(self, place: str) -> dict[str, int]:
        """Size of every object below a place, by its name there."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=place)
        found = (item for page in pages for item in page.get("Contents", ()))
        return {item["Key"].removeprefix(place): item["Size"] for item in found}

    def _arrived(self, key: str, file: Shipped, size: int) -> bool:
        if size != file.size:
            return False
        told = self._client.head_object(Bucket=self._bucket, Key=key)
        return bool(told.get("Metadata", {}).get("sha256") == file.sha256)

    def _put(self, key: str, file: Shipped) -> None:
        kind = _TYPES.get(file.path.suffix) or mimetypes.guess_type(file.path.name)[0] or "text/plain; charset=utf-8"
        with file.path.open("rb") as content:
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=content, ContentType=kind, Metadata={"sha256": file.sha256},
                ChecksumSHA256=base64.b64encode(bytes.fromhex(file.sha256)).decode(),
            )  # fmt: skip

    def _clear_strays(self, place: str, sizes: Mapping[str, int], shipment: Shipment) -> None:
        """Remove what an earlier attempt at another release of this version left; a whole one has been refused."""
        for name in sorted(sizes.keys() - shipment.files.keys() - {SIGNATURE}):
            self._client.delete_object(Bucket=self._bucket, Key=place + name)

    def _announce(self, version: str) -> bool:
        """Put `releases.json`, made from what is there and not from what it said before; whether this is the newest."""
        place = f"{self._prefix}releases/"
        whole = [name.removesuffix(f"/{SUMS}") for name in self._sizes(place) if name.count("/") == 1]
        known = [name for name in whole if is_version(name)]
        self._client.put_object(
            Bucket=self._bucket, Key=self._prefix + INDEX, Body=index_json(known), ContentType="application/json",
            CacheControl="no-cache",
        )  # fmt: skip
        return is_newest(version, known)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in a sentence what went wrong, without any credential.

        Raises:
            ReleaseError: Instead of any error of the client inside.
        """
        from botocore.exceptions import BotoCoreError, ClientError
        from urllib3.exceptions import HTTPError

        try:
            yield
        except ClientError as error:
            told = error.response.get("Error", {})
            said = f"{told.get('Code', 'an error')}: {told.get('Message', '')}".rstrip(": ")
            remedy = f"Look at the bucket and at what your key may do. {_AGAIN}"
            raise ReleaseError(self.name, self._secrets.hide(said), "a bucket that takes files", remedy) from None
        except (BotoCoreError, HTTPError, OSError) as error:
            said = f"a connection that was cut ({self._secrets.hide(str(error))[:160]})"
            raise ReleaseError(self.name, said, "an answer", _AGAIN) from None


def _client(where: str, secrets: Secrets) -> Any:
    key, secret = secrets.need(where, "AWS_ACCESS_KEY_ID"), secrets.need(where, "AWS_SECRET_ACCESS_KEY")
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise ReleaseError(
            where, "no client for buckets (boto3)", "boto3, which is not part of the default installation",
            "Run `make publish-clients` once.",
        ) from error  # fmt: skip
    endpoint = secrets.get("AWS_ENDPOINT_URL_S3") or secrets.get("AWS_ENDPOINT_URL") or None
    return boto3.session.Session().client(
        "s3",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=secrets.get("AWS_SESSION_TOKEN") or None,
        region_name=secrets.get("AWS_REGION") or secrets.get("AWS_DEFAULT_REGION") or "us-east-1",
        endpoint_url=endpoint,
        config=Config(
            retries={"mode": "standard", "total_max_attempts": 3},
            connect_timeout=10,
            read_timeout=120,
            s3={"addressing_style": "path" if endpoint else "auto"},
        ),
    )

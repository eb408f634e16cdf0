"""A bucket as a target, against a local S3 service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from services import TOKEN, Bucket
from test_directory import quiet, signed

from pipelines.errors import ReleaseError
from pipelines.publish.targets.named import target
from pipelines.publish.targets.shipment import Sent, Shipment
from pipelines.publish.verify import verify

pytestmark = pytest.mark.slow


def _send(bucket: Bucket, shipment: Shipment, secret: str = TOKEN) -> Sent:
    environment = {"AWS_ACCESS_KEY_ID": "a" * 20, "AWS_SECRET_ACCESS_KEY": secret, "AWS_ENDPOINT_URL": bucket.url}
    return target("s3://releases/public/kakehashi", environment).send(shipment, quiet)


def _get(bucket: Any, key: str) -> bytes:
    content: bytes = bucket.client.get_object(Bucket="releases", Key=f"public/kakehashi/{key}")["Body"].read()
    return content


def _latest(bucket: Any) -> str:
    """Version that readers are led to, empty where there is none; it is there as a whole."""
    cut, bucket.cut = bucket.cut, None
    listed = bucket.client.list_objects_v2(Bucket="releases", Prefix="public/kakehashi/releases.json")
    version = json.loads(_get(bucket, "releases.json"))[-1]["version"] if listed["KeyCount"] else ""
    if version:
        names = [
            line.partition("  ")[2] for line in _get(bucket, f"releases/{version}/SHA256SUMS").decode().splitlines()
        ]
        for name in names:
            bucket.client.head_object(Bucket="releases", Key=f"public/kakehashi/releases/{version}/{name}")
    bucket.cut = cut
    return str(version)


def _stored(bucket: Any, version: str) -> list[str]:
    """Names of the files of a release that are there."""
    bucket.cut = None
    prefix = f"public/kakehashi/releases/{version}/"
    listed = bucket.client.list_objects_v2(Bucket="releases", Prefix=prefix)
    return [item["Key"].removeprefix(prefix) for item in listed.get("Contents", ())]


def _download(bucket: Any, version: str, to: Path) -> Path:
    prefix = f"public/kakehashi/releases/{version}/"
    for page in bucket.client.get_paginator("list_objects_v2").paginate(Bucket="releases", Prefix=prefix):
        for item in page["Contents"]:
            place = to / version / item["Key"].removeprefix(prefix)
            place.parent.mkdir(parents=True, exist_ok=True)
            bucket.client.download_file("releases", item["Key"], str(place))
    return to / version


def test_a_release_arrives_whole_and_once(bucket: Bucket, newer: Shipment, tmp_path: Path) -> None:
    first = _send(bucket, newer)
    assert (first.sent, first.there, first.is_latest) == (len(newer), 0, True)
    assert _latest(bucket) == newer.version
    assert verify(_download(bucket, newer.version, tmp_path)) == ()
    puts = bucket.sent("^PUT ")
    assert puts[-2].endswith("/SHA256SUMS")
    assert puts[-1].endswith("/releases.json")
    bucket.quiet()
    second = _send(bucket, newer)
    assert (second.sent, second.there) == (0, len(newer))
    assert [path.rpartition("/")[2] for path in bucket.sent("^PUT ")] == ["releases.json"]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("cut", [1, 2, 40, 92, 93, 94, 95])
def test_a_cut_connection_leaves_the_release_before_and_nothing_is_sent_twice(
    bucket: Bucket, older: Shipment, newer: Shipment, cut: int, late: bool
) -> None:
    _send(bucket, older)
    bucket.quiet()
    bucket.cut, bucket.late = cut, late
    try:
        _send(bucket, newer)
    except ReleaseError as error:
        assert "Run the same command again" in str(error)
        assert TOKEN not in str(error)
    else:
        assert len(bucket.log) < cut
    assert _latest(bucket) in (older.version, newer.version)
    arrived = set(_stored(bucket, newer.version))
    bucket.quiet()
    again = _send(bucket, newer)
    assert (again.there, again.sent) == (len(arrived), len(newer) - len(arrived))
    assert not {path.rpartition(f"/{newer.version}/")[2] for path in bucket.sent("^PUT ")} & arrived
    assert len(arrived) >= min(cut - 2, len(newer)) - 1
    assert _latest(bucket) == newer.version


def test_older_and_other_releases(bucket: Any, older: Shipment, newer: Shipment) -> None:
    _send(bucket, newer)
    assert not _send(bucket, older).is_latest
    assert _latest(bucket) == newer.version
    assert [one["version"] for one in json.loads(_get(bucket, "releases.json"))] == [
        older.version, newer.version,
    ]  # fmt: skip
    key = f"public/kakehashi/releases/{newer.version}/SHA256SUMS"
    bucket.client.put_object(Bucket="releases", Key=key, Body=b"other")
    with pytest.raises(ReleaseError, match=r"another release 2026\.12\.01, with other bytes"):
        _send(bucket, newer)


def test_the_list_is_made_from_what_is_there(bucket: Any, older: Shipment, newer: Shipment) -> None:
    """Also where a person has put something else beside the releases, has removed one, or has spoilt the list."""
    _send(bucket, older)
    for key, body in (("releases/notes/SHA256SUMS", b"mine"), ("releases.json", b"spoilt")):
        bucket.client.put_object(Bucket="releases", Key=f"public/kakehashi/{key}", Body=body)
    assert _send(bucket, newer).is_latest
    told = [one["version"] for one in json.loads(_get(bucket, "releases.json"))]
    assert told == [older.version, newer.version]
    for name in _stored(bucket, older.version):
        bucket.client.delete_object(Bucket="releases", Key=f"public/kakehashi/releases/{older.version}/{name}")
    assert _send(bucket, newer).sent == 0
    assert [one["version"] for one in json.loads(_get(bucket, "releases.json"))] == [newer.version]


def test_a_signature_made_later_follows(bucket: Any, newer: Shipment, tmp_path: Path) -> None:
    _send(bucket, newer)
    assert _send(bucket, signed(newer, tmp_path)).sent == 1
    assert _send(bucket, newer).sent == 0
    assert _get(bucket, f"releases/{newer.version}/SHA256SUMS.sig") == b"a signature\n"


def test_what_an_earlier_attempt_left_over_is_cleared(bucket: Any, newer: Shipment, tmp_path: Path) -> None:
    prefix = f"public/kakehashi/releases/{newer.version}/"
    for name in ("tables/old.csv", "tables/projects.csv"):
        bucket.client.put_object(Bucket="releases", Key=prefix + name, Body=b"old")
    _send(bucket, newer)
    assert verify(_download(bucket, newer.version, tmp_path)) == ()


def test_a_bucket_that_is_not_there(bucket: Bucket, newer: Shipment) -> None:
    environment = {"AWS_ACCESS_KEY_ID": "a" * 20, "AWS_SECRET_ACCESS_KEY": TOKEN, "AWS_ENDPOINT_URL": bucket.url}
    with pytest.raises(ReleaseError, match="NoSuchBucket") as told:
        target("s3://nowhere", environment).send(newer, quiet)
    assert TOKEN not in str(told.value)
    assert "a" * 20 not in str(told.value)

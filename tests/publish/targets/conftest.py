"""Releases to send, and services to send them to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from publish_sample import build
from services import TOKEN, Bucket, Deposits, Hub, serving

from pipelines.publish.targets.shipment import Shipment, prepare


@pytest.fixture(scope="session")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases of the sample, made one after the other."""
    folder = tmp_path_factory.mktemp("output")
    build(folder)
    build(folder, dt.date(2026, 12, 1), "b" * 64)
    return folder


@pytest.fixture(scope="session")
def older(output: Path) -> Shipment:
    """The first of them."""
    return prepare(output / "releases" / "2026.11.22")


@pytest.fixture(scope="session")
def newer(output: Path) -> Shipment:
    """The second."""
    return prepare(output / "latest")


@pytest.fixture
def deposits() -> Iterator[Deposits]:
    """A Zenodo."""
    with serving(Deposits()) as service:
        assert isinstance(service, Deposits)
        yield service


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A Hugging Face Hub."""
    with serving(Hub()) as service:
        assert isinstance(service, Hub)
        yield service


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    """An S3 service with one empty bucket."""
    boto3 = pytest.importorskip("boto3", reason="`make publish-clients` has not been run")
    pytest.importorskip("moto", reason="requirements-test.lock is not installed")
    service = Bucket()
    server = service.serve()
    client = boto3.client(
        "s3", endpoint_url=service.url, aws_access_key_id="a" * 20, aws_secret_access_key=TOKEN, region_name="us-east-1"
    )
    requests.post(f"{service.url}/moto-api/reset", timeout=30)
    client.create_bucket(Bucket="releases")
    service.client = client  # type: ignore[attr-defined]
    service.quiet()
    yield service
    server.shutdown()

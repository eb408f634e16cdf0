"""Ordinary business news, which names firms, plants, metals and sums of its own, gives no project."""

from __future__ import annotations

import pytest

from pipelines.extract.lexicon import Lexicon
from pipelines.extract.reading import read_document
from pipelines.ingest import readers
from tests.bench_corpus import mixed


@pytest.mark.parametrize("language", ["en", "ja"])
def test_business_news_gives_nothing(language: str, lexicon: Lexicon) -> None:
    for number, one in enumerate(mixed(language)):
        document = readers.read_document(one.body.encode(), f"{number}.md", None)
        tables = {claim.table for claim in read_document(document, lexicon).claims}
        assert one.relevant == ("projects" in tables), one.body[:200]
        assert one.relevant or not tables & {"amounts", "participants", "events"}

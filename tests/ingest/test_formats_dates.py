"""Days of publication: at the publisher's place, or none where a page contradicts itself."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.ingest.readers import read_document
from tests.ingest.test_formats_html import EN1, FEB17, FEB18, JA1, JA2


def _dated(head: str = "", byline: str = "", language: str = "en") -> dt.date | None:
    text = JA1 + JA2 if language == "ja" else EN1
    page = f"<html lang='{language}'><head>{head}</head><body><article><h1>A title of it</h1>{byline}<p>{text}</p></article></body></html>"
    return read_document(page.encode(), "a.html", None).source.published_on


def _ld(published: str) -> str:
    return f'<script type="application/ld+json">{{"@type":"Article","datePublished":"{published}"}}</script>'


@pytest.mark.parametrize(
    ("head", "byline", "language", "expected"),
    [
        (_ld("2026-02-17T23:30:00-05:00"), "", "en", FEB17),
        (_ld("2026-02-18T05:00:00+09:00"), "<p>2026年2月18日 5:00</p>", "ja", FEB18),
        (_ld("2026-02-17T20:00:00Z"), "", "ja", FEB18),
        (_ld("2026-02-17T20:00:00Z"), "", "en", FEB17),
        (_ld("2026-02-18T01:00:00Z"), "<time>Feb. 17, 2026</time>", "en", FEB17),
        (
            _ld("2026-02-18T00:30:00Z"),
            "<p class='byline'>Published 17 February 2026, updated 1 March 2026</p>",
            "en",
            FEB17,
        ),
        ("", "<p class='date'>2026.02.18 更新 2026.02.20</p>", "ja", FEB18),
        ("", "<p>掲載日 2026/02/18（水）</p>", "ja", FEB18),
        ("", "<p class='date'>二〇二六年二月十八日</p>", "ja", FEB18),
        ("", "<div class='meta'>Updated: Feb. 18, 2026</div>", "en", None),
        ("", "<p class='date'>02/03/2026</p>", "en", None),
        ('<meta name="date" content="2026-02-17">', "", "en", FEB17),
        ('<meta property="article:modified_time" content="2026-02-17">', "", "en", None),
        (_ld("1970-01-01T00:00:00Z"), "<time>Feb. 17, 2026</time>", "en", FEB17),
        (_ld("2023-06-01"), "<time>Feb. 17, 2026</time>", "en", None),
        (_ld("2023-06-01") + '<meta property="article:published_time" content="2026-02-17">', "", "en", None),
        (_ld("2026-02-17") + '<meta name="date" content="2026-03-09">', "", "en", FEB17),
        ("", "<p>It takes effect on December 1, 2026.</p>", "en", None),
    ],
)
def test_the_day_at_the_publishers_place_or_none(
    head: str, byline: str, language: str, expected: dt.date | None
) -> None:
    assert _dated(head, byline, language) == expected


def test_a_dateline_gives_the_day_and_refutes_an_earlier_stamp() -> None:
    line = "<p>HAMBURG, Oct. 23, 2025 - A ship came in with ore for the furnace, its owner said.</p>"
    assert _dated("", line) == dt.date(2025, 10, 23)
    assert _dated(_ld("2025-10-24"), line) == dt.date(2025, 10, 24)
    assert _dated(_ld("2023-06-01"), line) is None

"""Bytes to documents: encodings, formats, and what a bare file says of itself."""

from __future__ import annotations

import datetime as dt
import io

import pytest

from pipelines.errors import RawFileError
from pipelines.ingest.readers import read_document

JAPANESE = (
    "銅の製錬所を新設\n\n（2026年3月10日　素材短信）\n\n丸紅は9日、アリゾナ州で銅の製錬所を建設すると発表した。\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp", "iso2022_jp"])
def test_japanese_encodings(encoding: str) -> None:
    document = read_document(JAPANESE.encode(encoding), "inbox/a.txt", None)
    assert document.paragraphs[-1].text.startswith("丸紅は9日")
    assert document.source.language == "ja"
    assert document.source.published_on == dt.date(2026, 3, 10)
    assert document.source.publisher == "素材短信"


def test_western_encoding() -> None:
    document = read_document(
        "Café plans – a €5 million mill in Québec\n\nThe owner said so.\n".encode("cp1252"), "a.txt", None
    )
    assert "Café" in document.paragraphs[0].text
    assert "Québec" in document.paragraphs[0].text


def test_hard_wrapped_lines_are_joined() -> None:
    text = (
        "A title\n\n"
        + "The plant in Ohio is to make copper foil for batteries and is the first\nof its kind in the state, the company said on Friday in a statement to\nthe press.\n"
    )
    document = read_document(text.encode(), "a.txt", None)
    assert [paragraph.number for paragraph in document.paragraphs] == [1, 2]
    assert "first of its kind" in document.paragraphs[1].text


def test_front_matter_fills_the_record() -> None:
    text = '---\ntitle: "A mill"\npublisher: Paper\nurl: https://example.org/a\npublished_on: 2025-04-10\nlanguage: en\n---\n# A mill\n\n| Who | What |\n|---|---|\n| Bechtel | builds |\n'
    document = read_document(text.encode(), "a.md", None)
    source = document.source
    assert (source.publisher, source.url, source.published_on) == (
        "Paper",
        "https://example.org/a",
        dt.date(2025, 4, 10),
    )
    assert source.source_id.startswith("example-org-a-")
    assert source.source_id.endswith(str(source.sha256)[:8])
    assert document.paragraphs[-1].text == "Bechtel | builds"


def test_no_date_is_guessed() -> None:
    document = read_document(b"A mill opens\n\nIt was planned in 2019 and opened on a Friday.\n", "a.txt", None)
    assert document.source.published_on is None
    assert document.source.tier == "aggregator"


PAGE = """<html lang="en"><head><title>x | Paper</title><meta property="og:title" content="A mill opens">
<meta property="og:site_name" content="Paper"><meta property="article:published_time" content="2025-08-18T23:30:00-05:00"></head>
<body><nav>Home Prices</nav><div class="cookie">We store cookies</div><article><h1>A mill opens</h1>
<p class="byline">Ana Pruitt Aug. 18, 2025</p><p>The mill in Ohio opened on Friday, the company said, after two years of building.</p>
<aside class="ad-slot">Cranes for $890 million</aside><p>It makes 2,000 tons a year and employs 163 people from the town.</p></article>
<section class="related"><p>Bottler to spend $310 million</p></section></body></html>"""


def test_the_main_text_of_a_page_alone() -> None:
    document = read_document(PAGE.encode(), "inbox/page.bin", None)
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "890" not in text
    assert "310" not in text
    assert "cookies" not in text
    assert "163 people" in text
    assert document.title == "A mill opens"
    assert document.source.published_on == dt.date(2025, 8, 18)


def test_paragraphs_that_only_breaks_part() -> None:
    page = "<html><body><table><tr><td><h2>Title of it</h2>One sentence that stands first in the text.<br><br>Another sentence that stands second.</td></tr></table></body></html>"
    texts = [paragraph.text for paragraph in read_document(page.encode(), "a.html", None).paragraphs]
    assert "Another sentence that stands second." in texts


def test_a_pdf_without_text_is_set_aside() -> None:
    import pypdfium2

    file = pypdfium2.PdfDocument.new()
    file.new_page(200, 200)
    stream = io.BytesIO()
    file.save(stream)
    with pytest.raises(RawFileError) as raised:
        read_document(stream.getvalue(), "inbox/scan.pdf", None)
    assert raised.value.reason_code == "no_text"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"   ", "empty"), (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 20, "unreadable_format"), (b"%PDF-1.4 broken", "malformed"),
     (b"---\ntitle: [\n---\n# x\n", "malformed")],
)  # fmt: skip
def test_what_cannot_be_read(content: bytes, code: str) -> None:
    with pytest.raises(RawFileError) as raised:
        read_document(content, "inbox/x", None)
    assert raised.value.reason_code == code

"""Feeds and index pages as sites really write them, and as nobody should."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.errors import KakehashiError, RawFileError
from pipelines.ingest.feed_formats import MOST_ENTRIES, read_entries
from pipelines.ingest.feeds import CADENCES, Entry, Feed, canonical, concerns, is_due, read_feeds
from tests.conftest import ROOT

FEEDS = read_feeds(ROOT / "raw" / "reference" / "feeds.csv")
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


def feed(kind: str = "rss", url: str = "https://example.org/news/feed", links: str = "", **options: str) -> Feed:
    language = options.get("language", "en")
    return Feed("a-feed", "a-source", "A Publisher", language, kind, url, re.compile(links), (), "daily")


RSS2 = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xml:base="https://example.org/" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>News</title><link>https://example.org/</link><atom:link href="https://example.org/feed" rel="self"/>
<item><media:title>A picture</media:title><title>Gallium &amp; germanium</title>
 <link>https://example.org/a?id=3&amp;amp;utm_source=x&amp;amp;utm_medium=rss</link><pubDate>Mon, 4 May 2026 00:30:00 EDT</pubDate>
 <description><![CDATA[<p>Japan&nbsp;invests</p>]]></description></item>
<item><title>Relative</title><link>/b#top</link><pubDate>Tue, 05 May 2026 12:00:00 +0000</pubDate></item>
<item><title>Late in Greenwich</title><link>https://example.org/c</link><pubDate>Tue, 05 May 2026 23:00:00 GMT</pubDate></item>
<item><title>By its guid</title><guid>https://example.org/d</guid><dc:date>2026-05-06T09:00:00+09:00</dc:date></item>
<item><title>A number</title><guid isPermaLink="false">17</guid></item>
<item><title>Again</title><link>https://example.org/c</link></item>
</channel></rss>"""


def test_rss_2() -> None:
    listed = read_entries(RSS2.encode(), feed())
    assert [(one.url, one.title, one.published_on) for one in listed.entries] == [
        ("https://example.org/a?id=3", "Gallium & germanium", dt.date(2026, 5, 4)),
        ("https://example.org/b", "Relative", dt.date(2026, 5, 5)),
        ("https://example.org/c", "Late in Greenwich", None),  # where its publisher is the day may be another
        ("https://example.org/d", "By its guid", dt.date(2026, 5, 6)),
    ]
    assert "Japan invests" in listed.entries[0].about
    assert (listed.remark, listed.refused) == ("", ())


RDF = """<?xml version="1.0" encoding="Shift_JIS"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xml:lang="ja">
<channel rdf:about="https://example.go.jp/rss.rdf"><title>報道発表</title><link>https://example.go.jp/</link></channel>
<item rdf:about="https://example.go.jp/press/1.html"><title>米国における重要鉱物事業について</title>
<link>https://example.go.jp/press/1.html</link><dc:date>2026-11-19T20:00:00Z</dc:date></item></rdf:RDF>"""


@pytest.mark.parametrize("encoding", ["shift_jis", "euc_jp", "utf-8", "utf-16"])
def test_rss_1_in_japanese_whatever_it_says_of_its_encoding(encoding: str) -> None:
    (entry,) = read_entries(RDF.encode(encoding), feed(language="ja")).entries
    assert entry.title == "米国における重要鉱物事業について"
    assert entry.published_on == dt.date(2026, 11, 20), "Japan's day at that instant"


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.go.jp/press/"><title>新着</title>
<entry><title type="html">日米&lt;b&gt;共同&lt;/b&gt;声明</title><link rel="enclosure" href="x.mp3"/>
<link rel="alternate" type="application/pdf" href="1.pdf"/><link href="2026/1.html"/>
<updated>2026-11-20T10:00:00+09:00</updated><category term="重要鉱物"/></entry>
<entry><title>二</title><link href="2026/2.html"/><published>令和8年11月21日</published></entry></feed>"""


def test_atom_an_update_is_no_day_of_publication() -> None:
    first, second = read_entries(ATOM.encode(), feed("atom", language="ja")).entries
    assert (first.url, first.title, first.published_on) == (
        "https://example.go.jp/press/2026/1.html", "日米 共同 声明", None,
    )  # fmt: skip
    assert "重要鉱物" in first.about
    assert second.published_on == dt.date(2026, 11, 21)


PAGE = """<!DOCTYPE html><html><head><meta charset="Shift_JIS"><base href="https://example.go.jp/topics/"></head><body>
<nav><ul><li><a href="release/index.html">一覧</a></li><li><a href="mailto:a@example.go.jp">窓口</a></li></ul></nav>
<ul><li>２０２６年１１月２０日 <a href="release/1.html">米国ガス火力発電事業への融資</a></li>
<li><a href="release/2.html">保険の引受け</a>（2026年11月18日公表、2026年11月19日更新）</li>
<li><a href="release/4.html"><img src="x.png" alt="対米投資の図"></a></li></ul>
<table><tr><td>Nov. 17, 2026</td><td>USA</td><td><a href="../topics/release/3.html?utm_source=top">Loan</a></td></tr></table>
<dl><dt>2026.11.16</dt><dd><a href="release/5.html">別件</a></dd></dl>
<p><a href="file:///etc/passwd">x</a> <a href="release/1.html#map">地図</a></p></body></html>"""


@pytest.mark.parametrize("encoding", ["shift_jis", "utf-8"])
def test_index_pages(encoding: str) -> None:
    one = feed("index", "https://example.go.jp/topics/index.html", r"/topics/release/\d+\.html$", language="ja")
    listed = read_entries(PAGE.encode(encoding), one)
    assert [(entry.url.rpartition("/")[2], entry.title, entry.published_on) for entry in listed.entries] == [
        ("1.html", "米国ガス火力発電事業への融資", dt.date(2026, 11, 20)),
        ("2.html", "保険の引受け", None),  # two dates: neither is chosen
        ("4.html", "対米投資の図", None),
        ("3.html", "Loan", dt.date(2026, 11, 17)),
        ("5.html", "別件", dt.date(2026, 11, 16)),
    ]
    assert listed.refused == ("file:///etc/passwd",)
    assert concerns(replace(one, keywords=("USA",)), listed.entries[3]), "the row says where the loan goes"


BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss><channel><item><title>&b;</title><link>https://example.org/x</link></item></channel></rss>"""
OUTSIDE = """<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&f;</title>
<link>https://example.org/x</link></item></channel></rss>"""


@pytest.mark.parametrize("text", [BOMB, OUTSIDE])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_of_a_feed_s_own_are_refused(text: str, encoding: str) -> None:
    with pytest.raises(RawFileError) as raised:
        read_entries(text.encode(encoding), feed())
    assert raised.value.reason_code == "unsafe"


def test_a_document_type_of_elsewhere_is_not_opened() -> None:
    text = RSS2.replace("<rss", '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/rss.dtd"><rss', 1)
    assert len(read_entries(text.encode(), feed()).entries) == 4


@pytest.mark.parametrize(
    "content",
    [b"{}", b"not a feed at all", b"<html><body>Please log in</body></html>", b"<rss", b"\x00\xff\x00\xfe" * 50,
     b"<a>" * 5000],
)  # fmt: skip
def test_what_is_no_feed(content: bytes) -> None:
    with pytest.raises(RawFileError):
        read_entries(content, feed())


def test_a_feed_that_is_not_well_formed_is_read_and_that_is_said() -> None:
    text = RSS2.replace("Gallium &amp; germanium", "Gallium &nbsp; & germanium").replace("</channel></rss>", "")
    listed = read_entries(text.encode(), feed())
    assert len(listed.entries) == 4
    assert "not well-formed" in listed.remark


def test_too_many_entries_are_refused() -> None:
    item = "<item><title>x</title><link>https://example.org/%d</link></item>"
    many = "".join(item % number for number in range(MOST_ENTRIES + 5))
    with pytest.raises(RawFileError) as raised:
        read_entries(f"<rss><channel>{many}</channel></rss>".encode(), feed())
    assert raised.value.reason_code == "too_large"
    page = "".join(f"<a href='/{number}'>x</a>" for number in range(MOST_ENTRIES + 5))
    with pytest.raises(RawFileError):
        read_entries(f"<html><body>{page}</body></html>".encode(), feed("index", links="example"))


def test_addresses_that_are_none_of_the_web_are_told() -> None:
    items = "".join(
        f"<item><link>{link}</link></item>" for link in ("file:///etc/passwd", "javascript:alert(1)", "http://[broken")
    )
    listed = read_entries(f"<rss><channel>{items}</channel></rss>".encode(), feed())
    assert listed.entries == ()
    assert len(listed.refused) == 3


@pytest.mark.parametrize(
    ("keyword", "text", "found"),
    [
        ("Japan", "Fact sheet: JAPAN invests", True),
        ("Japan", "ｊａｐａｎ", True),
        ("Japan", "Japanism in painting", False),
        ("rare earth", "on rare\n earths", True),
        ("U.S.", "loan to a U.S. company", True),
        ("U.S.", "BONUS. Then", False),
        ("USA", "Usage rules", False),
        ("米国", "対米国投資", True),
        ("日米", "両国", False),
    ],
)
def test_keywords(keyword: str, text: str, found: bool) -> None:
    assert concerns(replace(feed(), keywords=(keyword,)), Entry("https://example.org", None, None, text)) == found


def test_one_page_has_one_address() -> None:
    assert canonical("HTTPS://Example.org:443?utm_source=a&id=1#x") == "https://example.org/?id=1"
    assert canonical("http://example.org:8080/a?b=&c=%20d") == "http://example.org:8080/a?b=&c=%20d"


def test_a_daily_source_is_due_at_the_same_hour_each_day() -> None:
    assert is_due(None, "daily", NOW)
    assert is_due(NOW - dt.timedelta(hours=23, minutes=50), "daily", NOW)
    assert not is_due(NOW - dt.timedelta(hours=12), "daily", NOW)
    assert is_due(NOW + dt.timedelta(days=400), "daily", NOW), "a clock that was set back"


# The list -----------------------------------------------------------------------------------------------------------


def test_the_list_names_who_is_to_be_watched() -> None:
    assert {one.source for one in FEEDS} == {"jbic", "nexi", "meti", "us-commerce", "white-house", "usgs"}
    assert all(one.url.startswith("https://") and one.keywords and one.cadence in CADENCES for one in FEEDS)
    assert {"en", "ja"} == {one.language for one in FEEDS}


EXAMPLES = {
    "jbic-press-ja": "https://www.jbic.go.jp/ja/information/press/press-2025/press_00120.html",
    "jbic-press-en": "https://www.jbic.go.jp/en/information/press/press-2025/press_00146.html",
    "meti-press-ja": "https://www.meti.go.jp/press/2025/09/20250905001/20250905001.html",
    "nexi-release-ja": "https://www.nexi.go.jp/topics/newsrelease/2025090501.html",
    "commerce-news": "https://www.commerce.gov/news/press-releases/2026/02/a-release",
    "usgs-news": "https://www.usgs.gov/news/national-news-release/a-release",
    "whitehouse-fact-sheets": "https://www.whitehouse.gov/fact-sheets/2025/07/a-fact-sheet/",
}


@pytest.mark.parametrize("feed_id", sorted(EXAMPLES))
def test_pages_of_a_feed_count_and_its_other_links_do_not(feed_id: str) -> None:
    one = {found.feed_id: found for found in FEEDS}[feed_id]
    assert one.links.search(EXAMPLES[feed_id])
    assert not one.links.search(EXAMPLES[feed_id].replace("https://www.", "https://www.elsewhere."))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("rss,https", "xml,https", "column kind"), ("daily", "often", "column cadence"),
        ("https://www.commerce.gov/feeds/news", "commerce.gov", "column url"), ("^https://www", "^(https", "column links"),
        ("usgs-news", "commerce-news", "twice"), ("feed_id", "id", "no column feed_id"),
    ],
)  # fmt: skip
def test_a_broken_list_is_told(tmp_path: Path, old: str, new: str, place: str) -> None:
    text = (ROOT / "raw" / "reference" / "feeds.csv").read_text(encoding="utf-8")
    path = tmp_path / "feeds.csv"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(KakehashiError, match=re.escape(place)):
        read_feeds(path)
    with pytest.raises(KakehashiError):
        read_feeds(tmp_path / "none.csv")

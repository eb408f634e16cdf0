"""Pages in many layouts: the main text and nothing else. All sites, people and figures are invented."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pytest

from pipelines.errors import RawFileError
from pipelines.ingest.readers import read_document

EN1 = "TOLEDO, Ohio - Birchwood Alloys will spend $140 million on a furnace hall here, the company said on Tuesday."
EN2 = "The hall is to melt 12,000 tons of scrap a year from 2028. Who lends the money was not said."
EN3 = "A union official called the plan late but welcome, and asked for an apprentice school beside it."
JA1 = "白樺合金は17日、オハイオ州トレドに溶解工場を建設すると発表した。投資額は約1億4000万ドルを見込む。"
JA2 = "年1万2000トンのくず鉄を処理し、2028年に稼働する予定。融資の内容は明らかにしていない。"
JA3 = "地元の労組幹部は「遅いが歓迎する」と述べ、訓練校の併設を求めた。"
TITLE, TITLE_JA = "Birchwood plans a furnace hall", "白樺合金、オハイオに溶解工場"


@dataclass
class Page:
    name: str
    html: str
    paragraphs: list[str]
    publisher: str | None = None
    published_on: dt.date | None = None
    language: str = "en"
    url: str | None = None
    title: str | None = None
    absent: tuple[str, ...] = field(default_factory=tuple)


FEB17 = dt.date(2026, 2, 17)
FEB18 = dt.date(2026, 2, 18)

PAGES = [
    Page(
        "article with rails, share bar, promo and newsletter box",
        f"""<!doctype html><html lang="en-US"><head><title>{TITLE} | Lake Ledger</title>
        <meta property="og:site_name" content="Lake Ledger"><meta property="og:title" content="{TITLE} | Lake Ledger">
        <meta property="article:published_time" content="2026-02-17T19:30:00-05:00">
        <meta property="article:modified_time" content="2026-02-19T08:00:00-05:00">
        <link rel="canonical" href="https://ledger.example/a/1"></head><body>
        <header class="site-header"><a href="/">Lake Ledger</a><nav><a href="/x">News</a></nav></header>
        <div id="onetrust-banner-sdk"><p>We and our partners use cookies to store $9 million worth of data about you.</p></div>
        <div class="layout has-sidebar"><main><article><header><h1>{TITLE}</h1><p class="dek">Scrap in, steel out.</p>
        <div class="byline">By <a href="#">Ana Pell</a></div><time datetime="2026-02-17T19:30:00-05:00">Feb. 17, 2026</time>
        <ul class="share-tools"><li><a>Facebook</a></li><li><a>Email</a></li></ul></header>
        <figure><img src="a.jpg"><figcaption>The yard in Toledo, worth $3 million. (Photo: L. Ames)</figcaption></figure>
        <p>{EN1}</p><div class="newsletter-signup"><h3>Get the Morning Ledger</h3><p>Join 40,000 readers. It is free, always.</p></div>
        <p>{EN2}</p><p><strong>Read more:</strong> <a href="/b">Rival to spend $900 million in Gary</a></p><p>{EN3}</p>
        <div class="article-tags"><a>Steel</a> <a>Ohio</a></div></article></main>
        <aside class="right-rail"><h3>Most read</h3><ol><li><a>Bridge fails, $2 billion bill</a></li></ol></aside></div>
        <footer><p>© 2026 Lake Ledger. All rights reserved.</p></footer></body></html>""",
        [TITLE, "Scrap in, steel out.", EN1, EN2, EN3],
        "Lake Ledger",
        FEB17,
        url="https://ledger.example/a/1",
        title=TITLE,
    ),
    Page(
        "JSON-LD graph with a publisher by reference, and a list of other stories",
        f"""<html><head><title>{TITLE} - Foundry Wire</title><script type="application/ld+json">
        {{"@context":"https://schema.org","@graph":[
        {{"@type":"ItemList","itemListElement":[{{"@type":"NewsArticle","headline":"Other","datePublished":"2020-01-01"}}]}},
        {{"@type":"NewsMediaOrganization","@id":"#pub","name":"Foundry Wire"}},
        {{"@type":["NewsArticle"],"headline":"{TITLE}","datePublished":"2026-02-17","dateModified":"2026-03-01","inLanguage":"en-GB",
        "publisher":{{"@id":"#pub"}}}}]}}</script></head><body>
        <div class="wrapper"><div class="col-main"><h1>{TITLE}</h1><div class="entry-content"><p>{EN1}</p>
        <blockquote><p>{EN3}</p></blockquote><p>{EN2}</p></div>
        <div class="related-posts"><h2>Related</h2><p>A rival mill in Gary cost $900 million last year, its owner said in June.</p></div></div>
        <div class="col-side"><h4>Latest news</h4><p><a href="#">Copper falls again</a></p></div></div></body></html>""",
        [TITLE, EN1, EN3, EN2],
        "Foundry Wire",
        FEB17,
    ),
    Page(
        "broken JSON-LD with line feeds and a trailing comma",
        f"""<html lang="en"><head><script type="application/ld+json"><!--
        [{{"@type":"NewsArticle","headline":"{TITLE}","datePublished":"2026-02-17T06:00:00+00:00","description":"two
        lines","publisher":[{{"@type":"Organization","name":"Ore &amp; Alloy"}}],}},]
        --></script></head><body><article><h1>{TITLE}</h1><p>{EN1}</p><p>{EN2}</p></article></body></html>""",
        [TITLE, EN1, EN2],
        "Ore & Alloy",
        FEB17,
    ),
    Page(
        "JSON-LD beyond repair",
        f"""<html lang="en"><head><script type="application/ld+json">{{"@type":"NewsArticle","headline":"{TITLE}" "x",
        "datePublished":"2026-02-17","publisher":{{"@type":"Organization","name":"Ore Post"}}</script></head>
        <body><div id="content"><h1>{TITLE}</h1><p>{EN1}</p><p>{EN2}</p></div></body></html>""",
        [TITLE, EN1, EN2],
        "Ore Post",
        FEB17,
    ),
    Page(
        "microdata",
        f"""<html lang="en"><body><div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">{TITLE}</h1>
        <span itemprop="datePublished" content="2026-02-17">17/02/2026</span><div itemprop="articleBody"><p>{EN1}</p><p>{EN2}</p>
        <div class="ad-unit"><p>Gold coins from $2,400. Order now, while stocks last.</p></div><p>{EN3}</p></div></div>
        <div class="comments"><p>First comment, and a long one: I paid $500 million for nothing at all, said nobody.</p></div></body></html>""",
        [TITLE, EN1, EN2, EN3],
        None,
        FEB17,
    ),
    Page(
        "old table layout with breaks",
        f"""<html><head><title>{TITLE} : Rust Belt Digest</title></head><body><table><tr><td colspan=2 class="masthead"><b>Rust Belt Digest</b></td></tr>
        <tr><td width=150><a href=a>Home</a><br><a href=b>Prices</a><br><a href=c>Jobs paying $90,000</a></td><td>
        <font size=5><b>{TITLE}</b></font><br><i>By Ana Pell, Feb. 17, 2026</i><br><br>{EN1}<br><br>{EN2}<br><br>{EN3}</td></tr></table></body></html>""",
        [TITLE, EN1, EN2, EN3],
        "Rust Belt Digest",
        FEB17,
    ),
    Page(
        "a portal's Japanese page",
        f"""<html lang="ja"><head><meta charset="utf-8"><title>{TITLE_JA}（鉄と鋼の新聞） - 港ポータル</title>
        <meta property="og:title" content="{TITLE_JA}（鉄と鋼の新聞）"><meta property="og:site_name" content="港ポータル"></head><body>
        <div id="header"><ul class="gnav"><li><a>主要</a></li><li><a>経済</a></li></ul></div><div id="contents"><div id="main">
        <h1>{TITLE_JA}</h1><p class="date">2026年2月18日 5時00分 鉄と鋼の新聞</p><p>　{JA1}</p>
        <div class="ad">【PR】総額480億円のクレーン</div><p>　{JA2}</p><p>　{JA3}</p>
        <p>写真＝共同</p><div class="sns"><a>ツイート</a><a>シェア</a></div>
        <h2>関連記事</h2><ul><li><a>港湾倉庫大手、3200億円で買収</a></li></ul><h2>アクセスランキング</h2><ol><li><a>A</a></li></ol></div>
        <div id="side"><h3>おすすめ記事</h3><p>銅の価格が上がり、倉庫の在庫は10億円を超えたと市場関係者は話した。</p></div></div>
        <div id="footer">無断転載を禁じます</div></body></html>""",
        [TITLE_JA, JA1, JA2, JA3],
        "港ポータル",
        FEB18,
        "ja",
    ),
    Page(
        "a ministry's release with the era's year",
        f"""<html lang="ja"><head><title>{TITLE_JA}｜産業観察省</title></head><body><nav>ホーム</nav><main><h1>{TITLE_JA}</h1>
        <p class="date">令和8年2月18日</p><p>{JA1}</p><h2>1. 概要</h2><ul><li>場所：オハイオ州トレド</li><li>能力：年1万2000トン</li></ul>
        <table><tr><th>項目</th><th>金額</th></tr><tr><td>建屋</td><td>4000万ドル</td></tr><tr><td>設備</td><td>1億ドル</td></tr></table>
        <p>{JA2}</p></main></body></html>""",
        [
            TITLE_JA,
            JA1,
            "1. 概要",
            "場所：オハイオ州トレド",
            "能力：年1万2000トン",
            "項目 | 金額",
            "建屋 | 4000万ドル",
            "設備 | 1億ドル",
            JA2,
        ],
        "産業観察省",
        FEB18,
        "ja",
    ),
    Page(
        "furigana, and a time in Greenwich on a Japanese page",
        f"""<html><head><script type="application/ld+json">{{"@type":"NewsArticle","headline":"やさしい工場","datePublished":"2026-02-17T20:00:00Z",
        "publisher":"やさしい報せ"}}</script></head><body><article><h1>やさしい<ruby>工場<rt>こうじょう</rt></ruby></h1>
        <p><ruby>白樺<rp>(</rp><rt>しらかば</rt><rp>)</rp></ruby>の<ruby>会社<rt>かいしゃ</rt></ruby>は、アメリカに工場を作ると言いました。お金は1億ドルです。</p>
        <p>{JA2}</p></article></body></html>""",
        ["やさしい工場", "白樺の会社は、アメリカに工場を作ると言いました。お金は1億ドルです。", JA2],
        "やさしい報せ",
        FEB18,
        "ja",
    ),
    Page(
        "the next stories follow without end",
        f"""<html lang="en"><body><div class="feed"><article class="story"><h1>{TITLE}</h1><p>{EN1}</p><p>{EN2}</p></article>
        <article class="story"><h1>Copper smelter for Utah</h1><p>A copper smelter worth $5 billion is to rise in Utah, two people said on Monday.</p>
        <p>Nobody at the company would confirm it. It has sold a similar site before, for $700 million.</p><p>{EN3} {EN3} {EN3}</p></article></div></body></html>""",
        [TITLE, EN1, EN2],
    ),
    Page(
        "the next story follows in the same container",
        f"""<html lang="en"><body><main><div class="infinite"><h1>{TITLE}</h1><p>{EN1}</p><p>{EN2}</p><h1>Copper smelter for Utah</h1>
        <p>A copper smelter worth $5 billion is to rise in Utah, two people said on Monday.</p></div></main></body></html>""",
        [TITLE, EN1, EN2],
    ),
    Page(
        "paywall: the beginning and the invitation",
        f"""<html lang="ja"><head><script type="application/ld+json">{{"@type":"NewsArticle","headline":"{TITLE_JA}","isAccessibleForFree":"False",
        "datePublished":"2026-02-18T05:00:00+09:00"}}</script></head><body><article><h1>{TITLE_JA}</h1><time>2026年2月18日 5:00</time>
        <span>[会員限定]</span><p>{JA1}</p><p>この記事は有料会員限定です。残り1234文字</p><div class="paywall-cta"><p>月額1950円で読み放題。まずは登録を。</p></div></article></body></html>""",
        [TITLE_JA, JA1],
        None,
        FEB18,
        "ja",
    ),
    Page(
        "hidden elements and a struck figure",
        f"""<html lang="en"><body><article><h1>{TITLE}</h1><p style="display: none">Secretly it costs $8 billion, the hidden line says here.</p>
        <p hidden>Invented ministers agreed to pay $80 trillion at once, says nobody.</p><p class="sr-only">Skip this $7 million advertisement, please do.</p>
        <p aria-hidden="true">More of it, at $6 million, for machines only to read.</p><p>{EN1}</p><p>The bill is <del>$900 million</del> $140 million.</p>
        <p>{EN2}<sup><a href="#n1">[1]</a></sup></p></article></body></html>""",
        [TITLE, EN1, "The bill is $140 million.", EN2],
    ),
    Page(
        "words split by marks, links inside, a definition list",
        f"""<html lang="en"><body><section class="article-body"><h2>{TITLE}</h2><p>Birch&shy;wood <a href="#">Alloys</a> of
        <em>Toledo</em> will spend&nbsp;$140&nbsp;million on a <b>furnace</b> hall, it said.</p><dl><dt>Site</dt><dd>Toledo, Ohio</dd><dt>Start</dt><dd>2028</dd></dl>
        <ul><li>Scrap: 12,000 tons</li><li>Jobs: <a href="#">85</a> at first</li></ul><p>{EN2}</p></section></body></html>""",
        [
            TITLE,
            "Birchwood Alloys of Toledo will spend $140 million on a furnace hall, it said.",
            "Site | Toledo, Ohio",
            "Start | 2028",
            "Scrap: 12,000 tons",
            "Jobs: 85 at first",
            EN2,
        ],
    ),
    Page(
        "a short note beside a long rail",
        f"""<html lang="en"><body><div class="page"><div class="left"><h1>{TITLE}</h1><div class="story-text"><p>{EN1}</p></div></div>
        <div class="right"><h4>More from Business</h4><div class="card"><a href="#">Gary mill sold</a><p>A mill in Gary was sold for $900 million, and its
        owners said that they were glad of it. The buyer said nothing.</p></div><div class="card"><a href="#">Utah</a><p>A copper smelter worth $5 billion is
        to rise in Utah, two people said on Monday, though not soon.</p></div></div></div></body></html>""",
        [TITLE, EN1],
    ),
    Page(
        "the site's name is the first-level heading",
        f"""<html lang="ja"><head><title>{TITLE_JA} | 北の工業日報</title><meta property="og:title" content="{TITLE_JA}">
        <meta property="og:site_name" content="北の工業日報"></head><body><div class="head"><h1>北の工業日報</h1></div><div class="kiji"><h2>{TITLE_JA}</h2>
        <p>公開日：2026年2月18日　更新日：2026年2月20日</p><p>{JA1}<br>　{JA2}</p><p>{JA3}</p></div><div class="ranking"><p>一番読まれたのは、100億円の倉庫の話だった。</p></div></body></html>""",
        [TITLE_JA, JA1, JA2, JA3],
        "北の工業日報",
        FEB18,
        "ja",
    ),
    Page(
        "a form around the whole page, as ASP.NET makes it",
        f"""<html lang="en"><head><meta name="DC.date.issued" content="2026-02-17"><meta name="DC.Publisher" content="State Office of Works"></head><body>
        <form id="aspnetForm"><input type="hidden" value="x"><div id="menu"><a>Home</a></div><div class="content"><h1>{TITLE}</h1><p>{EN1}</p><p>{EN2}</p>
        <h2>Related Documents</h2><ul><li><a>Memorandum</a></li></ul></div></form></body></html>""",
        [TITLE, EN1, EN2],
        "State Office of Works",
        FEB17,
    ),
    Page(
        "sections of their own, a data table inside a figure",
        f"""<html lang="en"><body><main><h1>{TITLE}</h1><section><h2>What is planned</h2><p>{EN1}</p></section><section><h2>What it makes</h2><p>{EN2}</p>
        <figure class="wp-block-table"><table><thead><tr><th>Year</th><th>Tons</th></tr></thead><tbody><tr><td>2028</td><td>4,000</td></tr>
        <tr><td>2029</td><td>12,000</td></tr></tbody></table></figure></section><section class="recirc"><h2>More stories</h2><p>Somebody bought a lake for
        $30 million, and drained it. That was in May.</p></section></main></body></html>""",
        [TITLE, "What is planned", EN1, "What it makes", EN2, "Year | Tons", "2028 | 4,000", "2029 | 12,000"],
    ),
    Page(
        "a fragment without head and body",
        f"<div><p>{EN1}</p><p>{EN2}</p></div>",
        [EN1, EN2],
    ),
    Page(
        "a template in English around a Japanese text, saved by a browser",
        f"""<!-- saved from url=(0032)https://portal.example/n/99 --><html lang="en"><body><main><h1>{TITLE_JA}</h1><p>{JA1}</p><p>{JA2}</p></main></body></html>""",
        [TITLE_JA, JA1, JA2],
        language="ja",
        url="https://portal.example/n/99",
    ),
    Page(
        "a page builder's sections, each a widget, and classes that only set spaces",
        f"""<html lang="en"><body class="home elementor-page"><div class="elementor-section"><div class="elementor-widget"><h1>{TITLE}</h1></div></div>
        <div class="elementor-section pr-4 overflow-hidden"><div class="elementor-widget elementor-widget-text-editor"><p class="pr-2 md:hidden lg:block">{EN1}</p></div></div>
        <div class="elementor-section"><div class="elementor-widget"><p class="hidden md:block">{EN2}</p></div></div><div class="elementor-section">
        <div class="elementor-widget recent-posts"><h3>Recent Posts</h3><p>Something else was bought for $9 million. It was good.</p></div></div></body></html>""",
        [TITLE, EN1, EN2],
    ),
    Page(
        "lines of the source that the page shows as paragraphs",
        f"""<html lang="ja"><head><meta property="og:title" content="{TITLE_JA}（湖畔新聞）"><script type="application/ld+json">{{"@type":"NewsArticle",
        "headline":"{TITLE_JA}（湖畔新聞）","datePublished":"2026-02-18T05:00:00+09:00","publisher":{{"@type":"Organization","name":"港ポータル"}}}}</script></head>
        <body><main><article><header><h1>{TITLE_JA}</h1><div><time>2/18(水) 5:00</time>配信</div></header><div><p>　{JA1}\n\n　{JA2}\n\n　{JA3}</p></div>
        <div>【関連記事】<ul><li><a>別の話、3000億円</a></li></ul></div></article><section id="comment"><h2>コメント12件</h2><p>これは高い。300億円でできるはずだと思う。</p></section></main></body></html>""",
        [TITLE_JA, JA1, JA2, JA3],
        "港ポータル",
        FEB18,
        "ja",
    ),
    Page(
        "a firm's release with its name last in the title, and a table of facts",
        f"""<html lang="ja"><head><title>{TITLE_JA} | ニュースリリース | 白樺合金株式会社</title></head><body><div id="topicPath">HOME &gt; ニュース</div>
        <div id="contents"><div class="news_detail"><p class="date">2026年2月18日</p><h2>{TITLE_JA}</h2><p>{JA1}</p><p>記</p><table>
        <tr><th>所在地</th><td>米国オハイオ州トレド</td></tr><tr><th>稼働</th><td>2028年（予定）</td></tr></table><p>{JA2}</p><p>以上</p></div></div></body></html>""",
        [TITLE_JA, JA1, "所在地 | 米国オハイオ州トレド", "稼働 | 2028年（予定）", JA2],
        "白樺合金株式会社",
        FEB18,
        "ja",
    ),
    Page(
        "a fact sheet with nested items and a list of dated events",
        f"""<html lang="en-US"><head><meta property="og:title" content="Fact Sheet: A Hall"><meta property="og:site_name" content="Works Office">
        <meta property="article:modified_time" content="2026-02-19T01:00:00+00:00"></head><body><main><h1>Fact Sheet: A Hall</h1>
        <div class="post-date"><time datetime="2026-02-17T20:00:00-05:00">February 17, 2026</time></div><div class="entry-content"><p>{EN1}</p><ul><li>Furnaces: up to $100 million</li>
        <li>Rails: $40 million<ul><li>of which $5 million for a bridge</li></ul></li></ul><p>{EN2}</p><ul><li><span class="date">Oct. 28, 2025</span> Sheet signed</li>
        <li><span class="date">Feb. 17, 2026</span> Hall announced</li></ul></div></main></body></html>""",
        [
            "Fact Sheet: A Hall",
            EN1,
            "Furnaces: up to $100 million",
            "Rails: $40 million",
            "of which $5 million for a bridge",
            EN2,
            "Oct. 28, 2025 Sheet signed",
            "Feb. 17, 2026 Hall announced",
        ],
        "Works Office",
        FEB17,
    ),
    Page(
        "no heading at all, blocks of nothing but div",
        f"""<html lang="en"><head><title>Ore Times | {TITLE}</title></head><body><div><div><a>Home</a> <a>Prices</a></div><div><div><span>{TITLE}</span></div>
        <div>Feb 17, 2026</div><div>{EN1}</div><div>{EN2}</div><div>{EN3}</div></div><div><div><a>Mill sold for $900 million</a></div></div></div></body></html>""",
        [TITLE, EN1, EN2, EN3],
        "Ore Times",
        FEB17,
    ),
    Page(
        "advertisements that only say so, a product card, a row of buttons, and a rail with its heading",
        f"""<html lang="en"><head><meta property="og:site_name" content="Lake Ledger"></head><body><main class="grid"><div class="col-8"><h1>{TITLE}</h1>
        <div class="by"><a rel="author">Ana Pell</a> | Lake Ledger<br>Published 5:00 a.m. ET Feb. 17, 2026</div><div class="text"><p>{EN1}</p>
        <amp-ad type="x"><div fallback>Cranes for $890 million. Buy two of them.</div></amp-ad><p>{EN2}</p><div class="kg-product-card"><h4>The Mug</h4><p>$18, ships free. Safe.</p></div>
        <p>Sponsored: a $2.6 billion platform. Shimmer, you.</p><p>【PR】総額480億円のクレーン。お早めに。</p><p>{EN3}</p><p>Email this story | Print | Comments (47)</p></div></div>
        <div class="col-4"><section><h3>Property</h3><a>Farm fetches $6.8 million</a></section></div></main></body></html>""",
        [TITLE, EN1, EN2, EN3],
        "Lake Ledger",
        FEB17,
    ),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_main_text_and_the_record(page: Page) -> None:
    document = read_document(page.html.encode(), "inbox/page", None)
    source = document.source
    assert [paragraph.text for paragraph in document.paragraphs] == page.paragraphs
    assert (source.publisher, source.published_on, source.language) == (
        page.publisher,
        page.published_on,
        page.language,
    )
    assert source.url == page.url
    if page.title:
        assert document.title == page.title


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><nav><a>Home</a></nav></body></html>",
        "<html><body><article><h1></h1></article></body></html>",
        "<!doctype html><html><head><title>x</title></head><body><script>var a=1</script></body></html>",
    ],
)
def test_a_page_without_text_is_set_aside(page: str) -> None:
    with pytest.raises(RawFileError) as raised:
        read_document(page.encode(), "a.html", None)
    assert raised.value.reason_code == "no_text"


def test_entities_of_a_page_are_not_followed(tmp_path: object) -> None:
    page = f'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body><h1>{TITLE}</h1><p>{EN1} &x;</p></body></html>'
    text = "\n".join(paragraph.text for paragraph in read_document(page.encode(), "a.html", None).paragraphs)
    assert "root:" not in text
    assert EN1 in text

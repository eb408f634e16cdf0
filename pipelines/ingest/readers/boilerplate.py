"""Words by which the parts of a page are known that are not its main text, in both languages.

What belongs here: vocabulary alone, to be edited by whoever reads pages. What does not: how a page is taken apart
(`maintext`, `flow`).
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FOREIGN_TAGS = _words(
    "script style noscript template iframe object embed svg canvas map audio video picture img button input select"
    " textarea nav footer aside dialog figcaption menu rp rt del s strike"
)
"""Elements that never hold main text: what is struck out and the reading aids above kanji (rt) are none either."""

FOREIGN_ROLES = _words(
    "navigation banner contentinfo complementary dialog alertdialog search menu menubar toolbar tablist tooltip alert"
    " status marquee form button"
)

FOREIGN_WORDS = _words(
    "ad ads adv advert adverts advertisement advertising advertorial adslot adbox adunit adsense adwrap sponsor"
    " sponsored sponsors promo promos promotion promoted cookie cookies consent gdpr ccpa onetrust cmp didomi related"
    " relate recommend recommended recommends recommendation recommendations recirc recirculation share shares sharing"
    " sharebar sharetools addthis sns social socials newsletter newsletters subscribe subscription signup breadcrumb"
    " breadcrumbs pankuzu topicpath comment comments commentlist disqus respond ranking rankings ticker footer masthead"
    " copyright nav navbar navi gnav gnavi lnav navigation menu menus megamenu sidebar side rail pr trending popular"
    " popup modal overlay lightbox toast interstitial banner banners pagination pager paginator outbrain taboola teads"
    " popin skip login signin register registration membership donate donation follow followus followbar authorbio bio"
    " teaser teasers nextarticle prevnext readnext readmore morefrom upnext seealso osusume kanren toolbar"
    " srcnav toc survey poll quiz feedback pushnotification appdownload appbanner sitemap"
    " infobar weather stockticker marketdata hotwords keywords tags taglist tagcloud playlist photogallery carousel"
    " caption captions figcaption photocredit imagecredit"
)
"""Words in class and id; `most-read`, `next-article` and the like are pairs (`FOREIGN_PAIRS`)."""

FOREIGN_PAIRS = frozenset(
    tuple(pair.split("-"))
    for pair in _words(
        "most-read most-viewed most-popular most-commented read-more read-also read-next more-stories more-news"
        " more-articles more-from more-on next-article next-story next-post prev-article previous-post other-news"
        " other-articles other-stories latest-news latest-stories recent-posts recent-articles recent-news also-read"
        " also-like see-also up-next you-may top-stories top-news hot-news news-list article-list story-list entry-list"
        " post-list author-bio author-box about-author sign-up log-in paywall-prompt paywall-message paywall-overlay"
        " paywall-cta paywall-offer paywall-modal pay-wall site-header global-header sub-nav tag-list"
        " product-card product-box affiliate-box shop-card buy-box"
        " pull-quote legal-notice inline-story inline-link link-list photo-gallery key-word back-top page-top page-nav"
        " widget-area widget-title widget-recent widget-categories widget-archive widget-search widget-tag print-button"
        " photo-credit image-credit photo-caption image-caption weather-widget stock-widget print-tools article-tools"
    )
)

UTILITY_CLASS = re.compile(r".*:|-?[a-z]{1,3}-\d")
"""Classes that only set spaces and sizes (`pr-4`, `md:hidden`): what they are made of says nothing."""

BYLINE_WORDS = _words(
    "byline dateline meta postmeta entrymeta articlemeta author authors writer timestamp pubdate publishdate"
    " posted postedon date datetime time updated hizuke nichiji"
)
"""Where the day and the author stand: read for the date, then left out."""

HIDDEN_CLASSES = _words(
    "hidden hide is-hidden u-hidden js-hidden invisible d-none display-none dnone sr-only visually-hidden"
    " visuallyhidden screen-reader-text screen-reader-only offscreen element-invisible a11y-hidden assistive-text"
)
"""Classes, as a whole, of what a reader of the page does not see."""

SHOWN_CLASS = re.compile(
    r"(?:sm|md|lg|xl|2xl):(?:block|flex|grid|inline.*|table)|d-(?:sm|md|lg|xl)-(?:block|flex|inline.*)"
)
"""Classes that show on wider screens what another class hides."""

CONTENT_WORDS = _words(
    "article articlebody story storybody entry post content contents body main maintext maincontent honbun kiji text"
    " newsbody release pressrelease"
)
"""Words of the element that holds the text."""

ARTICLE_TYPES = _words(
    "Article NewsArticle ReportageNewsArticle AnalysisNewsArticle BackgroundNewsArticle OpinionNewsArticle"
    " ReviewNewsArticle AskPublicNewsArticle AdvertiserContentArticle BlogPosting LiveBlogPosting SocialMediaPosting"
    " Report TechArticle ScholarlyArticle PressRelease DiscussionForumPosting"
)
PUBLISHER_TYPES = _words(
    "Organization NewsMediaOrganization Corporation GovernmentOrganization NGO EducationalOrganization"
)

_SPACE = r"[\s　]*"


def _any(*patterns: str) -> str:
    return "(?:" + "|".join(patterns) + ")"


TAIL_HEADING = re.compile(
    r"\W*"
    + _any(
        r"(?:more|further|other|related|recommended|latest|top|popular|trending|similar|featured|editor'?s?|suggested)"
        r"\s+(?:\w+\s+){0,2}?(?:stories|story|news|articles?|reading|reads?|posts?|coverage|headlines|links?|picks?"
        r"|content|topics?|reports?|releases?|documents?|videos?)(?:\s+(?:from|on|in|about|by)\b.*)?",
        r"(?:most|also)[\s-]+(?:read|viewed|popular|shared|commented|watched)",
        r"read\s+(?:more|next|also|this next)|see also|keep reading|what to read next|up next",
        r"next article|previous article",
        r"you (?:may|might) (?:also )?(?:like|be interested).*|recommended(?: for you| reading)?|related",
        r"trending(?: now)?|popular(?: now)?|latest|ranking|topics?|tags?|contents|table of contents|in this article",
        r"more (?:from|on|in|about)\b.{0,60}|from (?:our|the) (?:partners|web|archives?)|about the authors?",
        r"comments?(?:[\s　]*\(?\d*\)?)|\d+ comments?|leave a (?:reply|comment)|join the conversation|share this.*",
        r"sign up.*|newsletters?|subscribe.*|advertisements?|sponsored(?:\s+\w+)?",
        r"関連(?:記事|ニュース|情報|リンク|コンテンツ|ページ|キーワード|する記事|トピックス|資料)?(?:一覧)?",
        r"関連する?(?:サイト|リンク).*|(?:あわせて|合わせて|併せて)(?:読みたい|読む|どうぞ).*",
        r"(?:おすすめ|オススメ|お薦め|お勧め|注目|人気|話題|最新|新着|ほか|他|その他|特集)の?"
        r"(?:記事|ニュース|コンテンツ|情報|動画|トピックス|話題|一覧).*",
        r"おすすめ|オススメ|新着|速報|特集|ピックアップ|トピックス|バックナンバー|同じカテゴリ.*",
        r".{0,12}ランキング.{0,6}|よく読まれて(?:いる|る).*|(?:こちら|この記事)(?:も|を).{0,10}(?:おすすめ|読.*)",
        r"(?:次|前)の記事.*|(?:次に|続けて)読.*|目次|タグ|キーワード|フォロー.*|(?:この記事を)?シェア.*",
        r"コメント(?:\s*\(?\d*\)?|一覧|欄|を書く)?|みんなの(?:コメント|意見)",
        r"(?:筆者|著者|記者)(?:紹介|プロフィール)|プロフィール|スポンサーリンク|広告|PR|メルマガ.*|ニュースレター.*",
    )
    + _SPACE
    + r"[:：>»]*"
    + _SPACE,
    re.IGNORECASE,
)
"""Headings after which other stories, comments or advertisements follow."""

STUB = re.compile(
    _any(
        r"to (?:continue|keep) reading|continue reading (?:with|by)|(?:already|not yet) a (?:subscriber|member)",
        r"subscrib(?:e|ers?)\b.{0,60}\b(?:read|access|unlimited|only|continue)",
        r"(?:this|the) (?:article|story|content) is (?:reserved|only|exclusive)|unlock this (?:article|story)",
        r"(?:log|sign) in (?:or|to)\b|create (?:a |an )?(?:free )?account|free articles? (?:left|remaining)",
        r"start your (?:free )?trial|enable javascript|javascript (?:is|must be|を)|your browser|JavaScript\s*を",
        r"cookies?\b.{0,40}\b(?:use|accept|store|consent|policy)|(?:use|store|accept)s?\b.{0,20}\bcookies?",
        r"unsubscribe|view (?:this|it) (?:email )?in (?:your|a) browser|配信停止|メール配信|クッキー|Cookie\s*を",
        r"(?:有料|無料)?(?:会員|読者)(?:限定|登録|専用|の方)|残り?[\s\d,]*文字",
        r"続き(?:を|は).{0,16}(?:読|ログイン|会員|登録|こちら)|購読(?:者|する|の?お?申)",
        r"ログイン(?:して|すると|が必要)|この(?:記事|先|続き)は.{0,16}(?:有料|会員|登録|購読)",
    ),
    re.IGNORECASE,
)
"""Invitations to subscribe, log in or accept cookies; counted only in short blocks."""

STUB_WIDTH = 160

LABEL = re.compile(
    r"\W*"
    + _any(
        r"advertisements?|ad|sponsored(?: content)?|promoted|share(?: (?:this|on).{0,30})?|tweet|facebook|line|x",
        r"twitter|linkedin|print|e-?mail(?: this .{2,12})?|copy link|save|listen|bookmark|follow(?: us)?.{0,20}"
        r"|back to top|read more",
        r"more|next|previous|continue(?: reading)?|close|menu|search|\d+\s*(?:shares?|comments?|likes?)"
        r"|comments?\s*\(\d+\)",
        r"\d+\s*min(?:ute)?s? read",
        r"広告|PR|ＰＲ|シェア(?:する)?|ツイート(?:する)?|ポスト(?:する)?|印刷(?:する)?|保存(?:する)?|はてブ",
        r"ブックマーク|共有(?:する)?|もっと(?:見る|読む)|続きを読む|全文を?読む|次へ|前へ|閉じる|トップへ戻る",
        r"ページ(?:の先頭|トップ)(?:へ|に戻る)?.{0,6}|一覧(?:へ|に戻る|を見る)?|この記事を.{0,14}|文字サイズ.*",
        r"配信|公開|掲載|更新|記|以上|(?:additional )?(?:reporting|writing|editing) by .{3,160}|our standards:.{0,80}",
        r"画像を?(?:拡大|見る).{0,6}|拡大(?:画像|する)?|\d+\s*(?:件のコメント|コメント)",
    )
    + r"\W*",
    re.IGNORECASE,
)
"""Whole blocks that are buttons or labels."""

ADVERTISEMENT = re.compile(
    r"[\s\[【(（<]*(?:advertisements?|sponsored|promoted|paid (?:content|post)|ad|広告|スポンサー|PR|ＰＲ)"
    r"\s*[\]】)）>：:|｜]",
    re.IGNORECASE,
)
"""How a short block begins that says itself that it is paid for."""

LEAD = re.compile(
    r"\W*"
    + _any(
        r"read (?:more|also|next)|related(?: (?:story|article|news))?|see also|more(?: on this)?|also read|watch",
        r"listen|don'?t miss|recommended|関連(?:記事)?|あわせて読みたい|▶|▼|→|＞＞|>>|詳しくはこちら",
        r"【?(?:写真|画像|動画|図解|関連)(?:特集|記事|を?見る|ギャラリー)?】?",
    )
    + _SPACE
    + r"[:：|｜／】]",
    re.IGNORECASE,
)
"""How a line begins that leads to another story."""

CREDIT = re.compile(
    r"[\s（(【\[]*"
    + _any(
        r"(?:photo(?:graph)?|image|picture|file photo|credit|illustration|graphic|courtesy)\s*"
        r"(?:credit|by|:|：|/|courtesy)",
        r"©|\(c\)\s|ⓒ|copyright\b|getty images|無断転載|all rights reserved",
        r"(?:写真|画像|図|撮影|提供|イラスト|資料写真)\s*(?:[＝=：:]|は[^。]{0,20}提供)",
    )
    + r"|.{0,80}(?:all rights reserved|無断(?:転載|複製)|禁無断転載).{0,40}$"
    + r"|.{0,60}[＝=](?:共同|ロイター|AP|AFP|ＡＰ|時事|本社|撮影|提供).{0,10}$",
    re.IGNORECASE,
)
"""Credits of pictures and of the page; counted only in short blocks."""

CREDIT_WIDTH = 200

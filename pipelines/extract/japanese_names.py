"""Japanese names of organisations that no reference knows, told by the company that they keep.

What belongs here: the weight of each sign for and against a run of katakana, kanji and Latin letters being an
organisation, summed up over a document. What does not: short forms and where names occur (`newnames`), English names.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

from pipelines.extract.english_names import Taken
from pipelines.extract.terms import has_cjk
from pipelines.extract.vocabulary import Row

_CHAR = r"ァ-ヺー・ｦ-ﾟ一-鿿々A-Za-zＡ-Ｚａ-ｚ0-9０-９&＆"
_RUN = re.compile(rf"[{_CHAR}]{{2,30}}")
_SOFT = re.compile(r"[一-鿿ァ-ヺー]{2,6}[ぁ-ん]{2,4}[一-鿿ァ-ヺー]{2,8}(?=[（(])")
"""A name with hiragana inside (九州みらい電力), believed only in front of a bracket."""
_NATION = re.compile(
    r"^(?:(?:米国|米系|英国|豪州|韓国|台湾|中国|欧州|北欧|日系|米(?!国))(?=[ァ-ヺーｦ-ﾟA-ZＡ-Ｚ一-鿿]{2})"
    r"|(?:英|独|仏|豪|韓|加|伊|蘭|印|瑞)(?=[ァ-ヺーｦ-ﾟA-ZＡ-Ｚ]{2}))"
)
_LEAD = re.compile(
    r"^(?:[一-鿿]{2,8}(?=[ァ-ヺー]+・[ァ-ヺー])|[一-鿿]{2,8}(?:組織|団体|会社|企業|大手|業者|機関|法人|銀行|商社|連合|最大手|専業|新興)(?=[ァ-ヺ])|最大手|準大手|大手|中堅|新興|子会社|孫会社|親会社|現地法人|取引先|提携先|納入先|販売先|供給元|専業|地元|国営|国有|国策|民間|"
    r"政府系|官民|老舗|同業|合弁会社|合弁|新会社|会社|企業|商社|総合商社|専門商社|メーカー|傘下|系|スタートアップ|現|旧|元|対|同社|"
    r"事業者|事業主体|開発会社|運営会社|建設会社|電力会社|投資会社|持ち株会社|発電事業者|顧客|日本|複数|一部|各)(?=[ァ-ヺーｦ-ﾟA-ZＡ-Ｚ一-鿿]{2})"
)
_LEGAL_ABROAD = re.compile(r"(?:共和国|王国|連邦)?(?:国営|現地)?(?:法人|企業|会社)(?=[ァ-ヺ])")
"""Behind a country: what makes the word behind it a firm of there (チリ共和国法人…)."""
_NOUN_BEFORE = re.compile(
    r"(?:大手|中堅|専業|新興|老舗|メーカー|会社|企業|商社|業者|事業者|子会社|法人|グループ|組織|団体|傘下|連合|銀行|ファンド|スタートアップ|"
    r"元請け|ゼネコン|ベンチャー|機関|公社|連合体|協同組合|顧客|取引先|提携先|納入先|供給元|販売先|国営|国有|国策|政府系)"
    r"(?:の|、|で、|である|だった|・){0,2}(?:米|英|独|仏|豪|韓|加|台湾の)?[「『]?$"
    r"|(?:買い手|売り手|貸し手|親会社|主幹事|幹事|幹事行|アドバイザー|助言役|筆頭株主|顧客|取引先|提携先|納入先|供給元|販売先|借り手|荷主|テナント|株主|出資者|投資家|事業主体|運営主体|施主|開発主体|"
    r"発注先|発注元|調達先|委託先|ライセンサー|パートナー|相手|窓口|元請け|運営|開発|施工|設計|操業|建設|所有)(?:するの|するのは|者|会社)?(?:は|が|の|には|となるのは)、?"
    r"(?:米|英|独|仏|豪|韓|加|台湾の)?[「『]?$"
)
_INDUSTRY_BEFORE = re.compile(
    r"(?:電炉|高炉|工作機械|造船|重電|非鉄|非鉄製錬|化学|鉄鋼|電機|鉱山|電力|ガス|製薬|素材|部品|機械|半導体|電池|海運|商船|石油|資源|金属)の$"
)
_CLAUSE_BEFORE = re.compile(
    r"(?:手がける|手掛ける|掘る|作る|造る|営む|率いる|展開する|製造する|生産する|出資する|設立した|設けた|設ける|つくる|組む|持つ|開発する|"
    r"販売する|運営する|提供する|供給する|所有する|保有する|建設する|採掘する|精製する|傘下の|新設する|設立する|系の|発祥の|本拠の|抱える)"
    r"(?:米|英|独|仏|豪|韓|加)?[「『]?$"
)
_FACILITY_BEFORE = re.compile(
    r"(?:基地|港|鉱山|工場|製油所|製錬所|発電所|計画|事業|構想|施設|船|号|探査船|炉|鉱区|油田|ガス田|団地|案件|プロジェクト|パイプライン|街|"
    r"枠組み|制度|戦略|銘柄|製品|ブランド)(?:の)?[「『]$"
)
_AFTER = (
    (
        "where",
        3.0,
        re.compile(
            r"[」』]?[（(](?:本社|[^（）()]{0,8}?(?:都|道|府|県|州|市|区|町|村)|東京|大阪|京都|[^（）()]{0,12}州)"
        ),
    ),
    ("bracket", 2.0, re.compile(r"[」』]?[（(][A-ZＡ-Ｚ][A-ZＡ-Ｚ&]{1,8}[）)]")),
    ("listed", 3.0, re.compile(r"[」』]?[（(](?:証券コード|東証|NYSE|ナスダック|コード)")),
    ("legal", 5.0, re.compile(r"株式会社|合同会社|有限会社|（株）|\(株\)|㈱")),
    ("firm", 3.0, re.compile(r"社(?=[はがのとにもを、，と])")),
    (
        "thing",
        1.5,
        re.compile(
            r"[」』]?(?:社)?の(?:米|英|独|豪|現地|主力|本社|国内|海外|自社|新|既存|最新)?(?:社長|会長|広報|担当|役員|幹部|首脳|工場|本社|株|売上|業績|決算|"
            r"子会社|親会社|技術|製品|持ち分|設備|装置|機器|最高|ceo|創業|経営|取締役|財務|持ち株|法人|出資|受注|米国法人|全額出資|合弁|共同出資|折半出資)",
            re.IGNORECASE,
        ),
    ),
    (
        "with",
        2.0,
        re.compile(
            r"[」』]?(?:社)?と(?:の|は|も|、|の間で)?(?:[^。、]{0,20}?)(?:契約|合弁|折半|共同|提携|基本合意|組|合意|覚書|協議|交渉|売買|協力|資本|交わ|結ん|調印)"
        ),
    ),
    (
        "to",
        2.0,
        re.compile(
            r"[」』]?(?:社)?(?:に|へ|向けに)(?:も|は)?(?:[^。、]{0,12}?)(?:発注|売る|売却|売電|供給|委託|納|販売|任せ|打診|出荷|融資|出資|注文|依頼|頼|貸)"
        ),
    ),
    (
        "from",
        2.0,
        re.compile(
            r"[」』]?(?:社)?(?:から|より)(?:の|は|も)?(?:[^。、]{0,14}?)(?:調達|購入|借り|融資|買|受け入れ|仕入|供給|導入|出資|技術|派遣|取得|引き取|ライセンス)"
        ),
    ),
    ("share", 2.0, re.compile(r"[」』]?(?:が|は|の|も|に)?(?:、)?[0-9０-９]{1,3}(?:\.[0-9]+)?[%％割]")),
    ("agent", 2.0, re.compile(r"を(?:主幹事|幹事|筆頭|代表|中心)と|など(?:の|が|から|による|[0-9０-９]+[社行])")),
    ("used", 1.5, re.compile(r"の[^、。]{1,10}を(?:採用|導入|使|用い)")),
    ("made", 1.5, re.compile(r"製の|傘下|グループの")),
)
_SUBJECT = re.compile(
    r"[」』]?(?:（[^（）]{1,20}）|\([^()]{1,20}\))?(?:社)?(?:(?:、|と|や|・)["
    + _CHAR
    + r"]{2,18}){0,4}(?:は|が|も|など[0-9]*[社行]?(?:が|は))"
    r"[^。]{0,46}?(?:関心|興味|意欲|発表|公表|建設|新設|建て|設け|投資|投じ|出資|供給|納め|納入|請け負|引き取|買|"
    r"購入|売る|売却|販売|調印|契約|締結|結んだ|合意|受注|発注|担う|担い|手がけ|手掛け|運営|操業|生産|製造|作る|造る|計画|融資|貸|保証|買収|取得|提携|参画|"
    r"参加|撤退|断念|凍結|延期|表明|開発|見込む|計上|目指す|明らかにし|持つ|動かす|受け持|据え付け|施工|設計|採掘|精製|製錬|準備|開始|始めた|打診|申請|"
    r"提案|検討|進出|稼働|増産|増設|上場|雇|調達|提供|派遣|交わし|敷く|運ぶ|保有|所有|握る|加わ|名を連ね|当たる|務め|助言|採用|承認|賄|協調)"
)
_ANNOUNCER = re.compile(
    r"(?:（[^（）]{1,20}）)?は(?:[0-9０-９]{1,2}日|、?[^。]{0,90}(?:と発表|を発表|と公表|を公表|ことを決議|と明らかに))"
)
"""Behind the word that opens a sentence: who announces something, whatever the name looks like."""
_MAKER = re.compile(
    r"(?:が(?:納め|納入|供給|製作|据え付け|施工|請け負|受注|引き受け|担当|担う|担い|務め|運営|操業)|から(?:購入|仕入|買|調達))"
)
"""Behind a word that stands behind a topic (台車は…が納める): who delivers or builds it."""
_NO_FIRM = re.compile(
    r"(?:政府|当局|省|庁|国|府|議会|裁判所|協会|連盟|党|業者|者|各国|側|団体|チーム|部門|自社|組合|委員会|[州県市]"
    r"|長官|大臣|首相|大統領|知事|次官|局長|報道官|担当者|関係者|投資家連合|企業連合|銀行団|投資家|アミン|エチレン|プロピレン|ベンゼン|フェノール|"
    r"アセトン|メタノール|エステル|オキサイド|クロライド|カーボネート|アルコール)$"
)
_REFUSED_AFTER = re.compile(
    r"[」』]?(?:氏|さん|君|様|大統領|首相|知事|市長|議員|長官|会長|社長|教授|大臣|選手|監督|博士|州|市|郡|県|町|村|港|湾|島|川|半島|盆地|地区|地方|空港|"
    r"鉱床|油田|ガス田|通り|県|発電|計画|事業|プロジェクト|工場|基地|法|条約|年度?|月|日|号|トン|ドル|円|人)"
)
_SITE_END = re.compile(
    r"(?:[0-9０-９]号(?:機|炉)?|号機|原発|工場|基地|計画|事業|発電所|製錬所|製油所|施設|拠点|プロジェクト|本社|支社|支店|営業所|部門|向け|製品|市場|業界|大手|各社|両社|同社|社|"
    r"メーカー|会社|企業|業者|団体|当局|声明|報告書|報告|調査|統計|指数|結果|政府|協議|会議|会談|会見|契約|協定|規制|制度|法|案件|関税|経済|首脳|新聞|通信社|日報|時報|週報|ニュース|タイムズ|レビュー|マガジン)$"
)
_GENERIC = re.compile(
    r"^(?:民間|公営|県営|市営|都営|州営|地方|大手|外資|国営|国有|主要|海外|国内|世界|欧州|中国|米国|日本|欧米|日米|中堅|総合|専門|既存|新規|大型|小型|中型|高純度|粗|金属|"
    r"酸化|塩化|四塩化|窒化|炭化|水酸化|硫酸|炭酸|合成|人造|天然|工業用|半導体用|車載|車載用|家庭用|産業用|次世代|最先端|先端|全固体|再生|石油|"
    r"電気|鉄鋼|自動車|鉱物|重要|戦略|資源|原料|国際|公的|政府系|政策|電子|機械|精密|公共|社会|情報|通信|設備|運転|研究|共同|追加|本格|商業|技術)+$"
)
_BAD = re.compile(
    r"[ァ-ヺー一-鿿][州県][ァ-ヺー一-鿿]+[市町村郡区]$"
    r"|(?:アミン|エチレン|プロピレン|ベンゼン|フェノール|アセトン|メタノール|エタノール|カーボネート|アルコール|ナイロン|ウレタン|アンモニア"
    r"|カプロラクタム|ポリマー|シリコーン|ブタジエン|スチレン)$"
    r"|[0-9０-９](?:億|万|兆|千|ドル|円|トン|年|月|日|%|％|件|社|人|割)|^[0-9０-９]|^第|^約|^計|^各|^同|^両|^全|^他|^複数|^今|^昨|^来|^翌|^前|年度|[一-鿿]用[一-鿿ァ-ヺ]|^[一二三四五六七八九十]+(?:月|日|年|つ|社|件)"
)
_NEEDED = 3.5


_LATIN_LEGAL = re.compile(
    r"(?<![A-Za-z])([A-Z][\w&.-]*(?: [A-Z&][\w&.-]*){0,5}),? (?:LLC|L\.L\.C\.|Inc|Incorporated|Corp|Corporation|Ltd|Co|"
    r"PLC|plc|GmbH|S\.A|Pty|LP)(?![A-Za-z])"
)
"""A name in Latin letters with its legal form, as Japanese releases print it."""


class JapaneseNames:
    """Finds names of organisations in a document in Japanese.

    Args:
        words: Rows of the vocabulary `org_words`.
        common: Words of other vocabularies (facilities, products) that are no names.
    """

    def __init__(self, words: Sequence[Row], common: frozenset[str]) -> None:
        kinds: dict[str, set[str]] = defaultdict(set)
        for row in words:
            if row["language"] == "ja":
                kinds[row["kind"]].add(row["form"])
        self._not = kinds["not"] | kinds["never"] | common
        self._abstract = kinds["abstract"]
        self._heads = sorted(kinds["head"], key=len, reverse=True)
        sure = sorted(kinds["sure_head"], key=len, reverse=True)
        self._sure = re.compile(rf"(?:[一-鿿]{{2,}}|[ァ-ヺー]{{2,}})(?:{'|'.join(map(re.escape, sure)) or '(?!)'})")
        self._head = re.compile(rf"(?:{'|'.join(map(re.escape, self._heads))})$")

    def find(self, paragraphs: Sequence[str], taken: Sequence[Sequence[Taken]]) -> dict[str, float]:
        """Names with their points; `taken` is what is recognised in each paragraph already."""
        signs: dict[str, dict[str, float]] = defaultdict(dict)
        soft = _begun_in_hiragana("\n".join(paragraphs))
        known = {one.text for spans in taken for one in spans if one.kind == "org"}
        for text, spans in zip(paragraphs, taken, strict=True):
            if not has_cjk(text):
                continue
            for start, end, led in self._runs(text, spans, soft, known):
                surface = text[start:end]
                for kind, points in self._signs(text, start, end, led, spans):
                    if abs(points) > abs(signs[surface].get(kind, 0.0)):
                        signs[surface][kind] = points
        for told in signs.values():
            if {"noun", "subject"} <= told.keys():
                # "The maker X" is a firm, even where its name ends in what it makes.
                told.pop("goods", None)
        return {
            surface: sum(told.values())
            for surface, told in signs.items()
            if sum(told.values()) >= _NEEDED and self._enough(surface, told)
        }

    def _enough(self, surface: str, told: dict[str, float]) -> bool:
        """A run of katakana or kanji alone needs more than its look and its being a subject."""
        solid = {
            "nation",
            "noun",
            "where",
            "legal",
            "firm",
            "listed",
            "bracket",
            "clause",
            "announces",
            "maker",
        } & told.keys()
        context = {"subject", "with", "to", "from", "share", "thing", "made", "beside", "agent", "used"} & told.keys()
        if told.get("head", 0.0) >= 2 and (solid or context or "sure" in told):
            return True
        return bool(solid) and (bool(context) or len(solid) > 1 or "head" in told or "・" in surface or "legal" in told)

    def _runs(
        self, text: str, spans: Sequence[Taken], soft: frozenset[str], known: Collection[str]
    ) -> Iterator[tuple[int, int, dict[str, float]]]:
        """Runs without what leads them in, with the points that the lead gives."""
        runs = [match.span() for match in _RUN.finditer(text)]
        for match in _LATIN_LEGAL.finditer(text):
            if not any(
                one.kind in ("org", "program") and one.start < match.end(1) and match.start() < one.end for one in spans
            ):
                yield *match.span(1), {"legal": 6.0}
        runs += [match.span() for match in _SOFT.finditer(text) if self._head.search(match[0])]
        for begin, stop in runs:
            before = next((name for name in soft if text.endswith(name, 0, begin) and begin > 0), "")
            if before and self._plausible(text, begin - len(before), stop, spans):
                yield begin - len(before), stop, {"shape": 1.0}
                continue
            abroad = next((one.end for one in spans if one.kind == "place" and one.start == begin), stop)
            legal = _LEGAL_ABROAD.match(text, abroad, stop)
            start, led = self._led_in(text[:stop], legal.end() if legal else begin, known)
            if legal:
                led["nation"] = 2.5
            tail = re.search(
                r"株式会社$|(?<=[ァ-ヺーｦ-ﾟA-Za-zＡ-Ｚ])(?:社|製|側|傘下|向|産)$|(?<=[一-鿿])(?:向|及|並|又)$",
                text[start:stop],
            )
            end = stop - len(tail[0]) if tail and stop - start - len(tail[0]) >= 2 else stop
            if end - start >= 2 and self._plausible(text, start, end, spans):
                yield start, end, led

    def _led_in(self, text: str, start: int, known: Collection[str]) -> tuple[int, dict[str, float]]:
        """Where a run's name begins behind 米, 大手, 子会社, 株式会社, with the points that these give."""
        led: dict[str, float] = {}
        for _ in range(4):
            nation, lead = _NATION.match(text[start:]), _LEAD.match(text[start:])
            if text.startswith("株式会社", start):
                start += 4
                led["legal"] = 5.0
            elif nation:
                start += nation.end()
                led["nation"] = 2.5
            elif lead and lead[0] not in known and not self._known_name(text[start:]):
                start += lead.end()
                led["noun"] = 2.0
            else:
                break
        return start, led

    def _known_name(self, run: str) -> bool:
        """Whether the lead is part of the name (新日本…, 日本…工業)."""
        return bool(re.match(r"(?:日本|現代|元|系|対|各|旧|新興|会社|企業)[一-鿿]", run)) and not re.match(
            r"(?:会社|企業)", run
        )

    def _plausible(self, text: str, start: int, end: int, spans: Sequence[Taken]) -> bool:
        surface = text[start:end]
        if _BAD.search(surface) or surface in self._not or not 2 <= len(surface) <= 26:
            return False
        if _SITE_END.search(surface) or _GENERIC.match(surface) or surface[0] in "・ー&＆" or surface[-1] in "・&＆":
            return False
        if re.fullmatch(r"[A-Za-zＡ-Ｚａ-ｚ0-9０-９&＆-]{1,3}", surface):
            return False
        refused = _REFUSED_AFTER.match(text, end) and not re.match(r"(?:会長|社長)", text[end:])
        head = self._head.search(surface)
        stem = surface[: head.start()] if head else "-"
        return not (refused or stem in self._not or _GENERIC.match(stem or "民間") or _taken(start, end, spans))

    def _signs(
        self, text: str, start: int, end: int, led: dict[str, float], spans: Sequence[Taken]
    ) -> Iterator[tuple[str, float]]:
        surface = unicodedata.normalize("NFKC", text[start:end])
        yield from led.items()
        head = self._head.search(surface)
        if head and head.start() >= 1 + (surface[0] > "一"):
            material = re.match(r"[ァ-ヺ]", head[0]) and not re.search(r"[ァ-ヺー]", surface[: head.start()])
            if self._sure.fullmatch(surface):
                yield "sure", 2.0
            yield "head", 1.0 if head[0] in self._not and (material or head[0] in self._abstract) else 2.5
        yield from _told_by_place(text, start, end)
        if any(surface[place:] in self._not for place in range(1, head.start() if head else len(surface) - 2)):
            # Its last word is something that is made or built: more often goods than a maker of them.
            yield "goods", -2.5
        if re.search(r"[ァ-ヺー]・[ァ-ヺー]", surface):
            yield "shape", 1.0
        before, after = text[max(0, start - 16) : start], text[end : end + 64]
        if _FACILITY_BEFORE.search(before):
            yield "site", -4.0
        if _NOUN_BEFORE.search(before):
            yield "noun", 3.0
        elif _INDUSTRY_BEFORE.search(before):
            yield "industry", 1.0
        if _CLAUSE_BEFORE.search(before):
            yield "clause", 2.0
        rest = re.match(r"[」』]?(?:株式会社|社)?[（(][^（）()]{1,30}[）)]", after)
        for kind, points, pattern in _AFTER:
            if pattern.match(after) or (rest and pattern.match(after, rest.end())):
                yield kind, points
        if _SUBJECT.match(after):
            yield "subject", 1.5
        if any(
            one.kind == "org"
            and (0 <= one.start - end <= 6 or 0 <= start - one.end <= 6)
            and re.fullmatch(
                r"(?:[、や・と]|及び|および|並びに|ならびに)?(?:株式会社)?[「『]?",
                text[min(end, one.end) : max(start, one.start)] or "",
            )
            for one in spans
        ):
            yield "beside", 1.5


_BEGUN = re.compile(r"(?:^|(?<=[、。「『（(\s\u3000]))([ぁ-ん]{2,5})(?=[ァ-ヺー一-鿿]{2})", re.MULTILINE)
_NO_BEGINNING = re.compile(
    r"^(?:この|その|あの|どの|これ|それ|あれ|ここ|そこ|いま|まだ|もう|また|なお|ただ|まず|さら|しか|すで|かつ|とく|ほか|うち|ため"
    r"|など|もの|こと|より|から|まで|だけ|ほど|とき|のち|あと|いず|とも|ほぼ|およ|すぐ|やや|もっ|もし|たと|さて|では|そし|つま"
    r"|いわ|むし|こう|そう|どう|ある|いく|あわ|おも|およそ|わず|ちょ|きわ|たび|やが|つい|よう|あらた|はじ|みな(?!と)|よく)|(?:を|が|は|に|で)$"
)


def _begun_in_hiragana(text: str) -> frozenset[str]:
    """The hiragana with which a name begins that the text repeats: みなと in みなと化研."""
    found = {match[1] for match in _BEGUN.finditer(text) if not _NO_BEGINNING.search(match[1])}
    return frozenset(name for name in found if _repeats(text, name))


def _repeats(text: str, name: str) -> bool:
    """Whether one word follows some hiragana twice or more, and it is most often this word that does."""
    behind = Counter(re.findall(rf"{name}([ァ-ヺー一-鿿]{{2}})", text))
    return bool(behind) and behind.most_common(1)[0][1] >= 2


def _told_by_place(text: str, start: int, end: int) -> Iterator[tuple[str, float]]:
    """Points of a word for opening a sentence that announces, or for delivering what the topic names."""
    surface = text[start:end]
    if len(surface) < 4 or _NO_FIRM.search(surface):
        return
    if (not text[:start].strip() or text[start - 1] in "。\n　") and _ANNOUNCER.match(text, end):
        yield "announces", 5.0
    if text[max(0, start - 1) : start] in ("は", "を", "、") and _MAKER.match(text, end):
        yield "maker", 2.5


def _taken(start: int, end: int, spans: Sequence[Taken]) -> bool:
    """Whether a run is recognised as something else, or holds a known name, a sum, a date or a facility at its end."""
    for one in spans:
        if one.start < end and start < one.end:
            inside = one.start <= start and end <= one.end
            if one.kind in ("org", "program", "money", "date", "quantity") or inside:
                return True
            if one.kind == "site" and one.end >= end:
                return True
    return False

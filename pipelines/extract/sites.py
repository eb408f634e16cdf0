"""What is built: plants, mines, terminals, reactors in a text, with what they make.

What belongs here: a facility as one mention, its product, sector, determiner and proper name. What does not: which
mentions are the same project (`projects`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from pipelines.extract.passing import in_passing, in_passing_japanese
from pipelines.extract.places import is_title
from pipelines.extract.site_words import JA_LINK, MODEL, SUCH, is_noun, is_of_firm, ordinal_of
from pipelines.extract.terms import Hit, has_cjk, longest
from pipelines.extract.vocabulary import Reference, Row, rows

Determiner = str
"""definite (the, this, its, 同), new (a, another, 新), other (another, second, 別の), bare."""


@dataclass(frozen=True, slots=True)
class Site:
    """A facility as a text names it.

    Attributes:
        start, end: Characters of the text.
        text: As found.
        facility: Row of the vocabulary `facilities`; empty for a bare project name.
        product: Row of the vocabulary `products`; empty where none is named with it.
        determiner: See `Determiner`.
        plural: More than one is meant.
        name: Proper name in front of or around it ("Copper World", 亀尾); empty where none.
        project_id: Known project of that name; empty where none.
        ordinal: "first", "second" and so on before it, which tells sister plants apart.
        passing: Named only for what a project serves, uses or neighbours (`passing`).
    """

    start: int
    end: int
    text: str
    facility: Row
    product: Row
    determiner: Determiner = "bare"
    plural: bool = False
    name: str = ""
    project_id: str = ""
    ordinal: str = ""
    passing: bool = False

    @property
    def sector(self) -> str:
        """Sector of the facility, else of its product; empty where neither tells."""
        facility = self.facility.get("sector", "")
        product = self.product.get("sector", "")
        if self.facility.get("strength") == "strong":
            return facility
        return product or facility

    @property
    def generic(self) -> bool:
        """Whether the words alone do not tell what is made ("the plant")."""
        return not self.sector


_BETWEEN = (
    r"(?:(?!(?:the|this|that|its|their|an?|with|of|for|in|at|on|by|to"
    r"|from|and|is|are|will|has)\b)[\w'’.%$€£¥,-]+\s){0,5}$"
)
_BEFORE = re.compile(
    rf"\b(?P<other>another|a second|a similar|a comparable|an identical"
    rf"|a competing|a rival|a neighbou?ring|(?:a|the|its|their) sister|a third|a further"
    rf"|a separate|other)\s{_BETWEEN}"
    rf"|\b(?P<new>an?\s(?:set|series|pair|group|cluster|string|fleet|chain|network|number)\sof|an?|one|two|three|four|five|six|seven|eight|ten|several|some|new)\s{_BETWEEN}"
    rf"|\b(?P<definite>the|this|that|these|those|its|their|his|our|said)\s{_BETWEEN}"
)
"""In lower case."""
_PRODUCT_AFTER = re.compile(
    r"\s(?:for|to\s(?:make|produce|build|manufacture|process|refine|recycle|assemble)|making|producing|that\s(?:makes|will\smake|produces|would\smake|will\sproduce)|of|which\swill\smake|which\smakes|dedicated\sto|turning\sout|manufacturing)"
    r"\s(?:[\w-]+\s){0,3}$"
)
_REACH = 200
"""Characters before a facility in which its determiner and its name stand."""
_WORD_BEFORE = re.compile(r"[\w-]\s(?:processing|manufacturing|production|recycling|refining|making)?\s?$")
_NAME_BEFORE = re.compile(r"((?<![\w'’&-])(?:(?:[A-Z]|\d+[A-Z])[\w'’&-]*\s){1,4})$")
_POSSESSOR = re.compile(r"^.*['’]s?\s(?=\S)")
"""Whose a facility is ("Kairos Power's Hermes site") is no part of its name."""
_APPOSED = re.compile(r"([A-Z][\w'’&-]*(?:\s[A-Z][\w'’&-]*){0,3}),\san?\s(?:[\w-]+\s){0,3}$")
_NAMED_AFTER = re.compile(
    r",?\s(?:now\s|to be\s|since\s)?(?:called|named|dubbed|known as)\s[\"“]?"
    r"([A-Z][\w'’&-]*(?:\s[A-Z0-9][\w'’&-]*){0,4})"
)
_NUMBERED = re.compile(r"\b(?:two|three|four|five|six|seven|eight|nine|ten|\d{1,2})\s(?:[\w-]+\s){0,3}$", re.IGNORECASE)
_COUNTED = re.compile(
    r"(?:経営|中期|中長期|成長|行動|経済|販売|基本|[0-9０-９二三四五六七八九十]|複数の|各|全|[0-9０-９二三四五六七八九]つの)$"
)
_VENTURE = re.compile(
    r"(?:事業|計画|プロジェクト|で、|に(?:参入|乗り出|投資|着手)|を(?:始め|開始|計画|めざ|目指|検討|決め)|体制|へ)"
)
_JA_QUOTED = re.compile(
    r"[「『]([ァ-ヺー・A-Za-z][^「」『』]{1,24}|[一-鿿ぁ-ん]{2,12})[」』](?!と(?:述べ|話|語|説明|コメント))"
)
_JA_TOLD = re.compile(r"(?:同|この|その|新しい|新たな|別の|トンの|ワットの|キロワットの|バレルの)$")
_JA_FIRM = re.compile(r"(?:会社)?(?:である|の[「『ァ-ヺA-Zａ-ｚＡ-Ｚ一-鿿]|「|、)")
_JA_HEADED = re.compile(
    r"(?<![ァ-ヺー・])([ァ-ヺ][ァ-ヺー・]{2,14})(?:LNG|ＬＮＧ)(?!船|基地|事業|市場|価格|タンカー|輸出|輸入|需要|供給|開発|マーケ|ジャパン|プラント|計画)"
)
_JA_PHASE = re.compile(r"の?(第[0-9０-９一二三四]期)")
_JA_NUMBER = re.compile(
    r"第([0-9０-９一二三四五六七八九十]{1,2})号(?:案件|事業|プロジェクト)?(?:の|は、?|として(?:は|の)?、?|となる(?:のは|の|もの)、?)"
    r"[^。、]{0,26}$"
)
_JA_TOPIC = re.compile(r"(?:^|[。\s])新?$")
_KATAKANA = re.compile(r"(?<![ァ-ヺー・A-Za-z])([ァ-ヺ][ァ-ヺー・]{2,20})$")
_KANA = frozenset(map(chr, range(ord("ァ"), ord("ヺ") + 1)))
_LEAST, _BEARS_TOWN = 2, {"原子力発電所", "原発", "火力発電所", "水力発電所", "製油所", "製鉄所", "製錬所"}
"""Facilities that mostly bear the name of their town: 女川原子力発電所."""


class SiteFinder:
    """Finds facilities by the vocabularies `facilities`, `products` and the names of known projects."""

    def __init__(self, reference: Reference) -> None:
        modifiers = rows(reference, "site_modifiers")
        self._not_names = {row["form"] for row in modifiers if row["kind"] == "not_name"}
        self._compounds = _pattern(modifiers, "compound")
        self._definite = _pattern(modifiers, "definite_ja")
        self._new = _pattern(modifiers, "new_ja")
        self._other = _pattern(modifiers, "other_ja")
        self._facilities = {row["form"]: row for row in rows(reference, "facilities")}
        heads = "|".join(re.escape(row["form"]) for row in modifiers if row["kind"] == "name_head") or "(?!)"
        self._headed = re.compile(
            rf"(?<![\w'’-])(?:[A-Z][\w'’-]{{0,40}}\s){{1,3}}({heads})(?![\w-])(?!\s(?:terminal|plant|export|import|carrier|tanker|cargo|price|market|industry|supply|supplies|demand|project))"
        )

    def find(
        self, text: str, hits: Sequence[Hit], taken: Sequence[tuple[int, int]] = (), towns: Collection[str] = ()
    ) -> list[Site]:
        """Facilities of a text in its order.

        Args:
            text: A paragraph.
            hits: The term index's hits for it.
            taken: Spans of organisations and programmes, which hide what lies in them.
            towns: Towns that the document places somewhere; they are no names of facilities.
        """
        japanese = has_cjk(text)
        free = [hit for hit in hits if not any(hit.start < end and start < hit.end for start, end in taken)]
        projects = longest(
            [hit for hit in free if hit.term.kind == "project"], lambda hit: text[hit.start].isupper() or japanese
        )
        facilities = longest([hit for hit in free if hit.term.kind == "facility"])
        products = longest([hit for hit in free if hit.term.kind == "product"])
        named = [(hit.start, hit.end) for hit in projects]
        places = {text[hit.start : hit.end] for hit in hits if hit.term.kind == "place"} | set(towns)
        sites = []
        for hit in projects:
            own = text[hit.start : hit.end]
            sites.append(Site(hit.start, hit.end, own, {}, {}, "definite", False, own, hit.term.id))
        for hit in facilities:
            if any(hit.start < end and start < hit.end for start, end in named) or self._is_compound(text, hit):
                continue
            told = self._japanese(text, hit, products) if japanese else self._english(text, hit, products, taken)
            site = _unplaced(text, told, places) if told is not None else None
            if site is not None and site.name and not japanese and is_of_firm(text, site.name, site.start, taken):
                site = replace(site, name="")
            if site is not None and site.name and japanese and _is_hidden(text, site, taken):
                start = site.start if site.product else hit.start
                site = replace(site, name="", start=start, text=text[start : site.end])
            if site is not None and _is_bare(text, site, hit):
                continue
            if site is not None and (hit.term.row["strength"] != "beside" or self._told(text, site, places)):
                passing = (in_passing_japanese if japanese else in_passing)(text, site.start, site.end)
                sites.append(replace(site, passing=passing))
        # "diamond factory project" is one facility: the general word behind the telling one says nothing more.
        sites.sort(key=lambda site: site.start)
        sites = [site for number, site in enumerate(sites) if not number or not _repeats(site, sites[number - 1], text)]
        sites = [site for site in sites if not any(_names(other, site, text) for other in sites)]
        if japanese:
            sites += self._by_head_japanese(text, [(site.start, site.end) for site in sites] + list(taken))
        else:
            sites += self._by_head(text, [(site.start, site.end) for site in sites] + list(taken))
        return sorted(sites, key=lambda site: site.start)

    @staticmethod
    def _told(text: str, site: Site, places: set[str]) -> bool:
        """Whether a word that is no facility by itself ("hall", 棟) has beside it what makes it one."""
        if site.product or (site.name and not text[site.end - 1 : site.end].isascii()):
            return True
        if _JA_TOLD.search(text[: site.start]):
            return True
        before = text[: site.start].rstrip().removesuffix("の")
        return any(before.endswith(place) for place in places)

    def _by_head(self, text: str, taken: Sequence[tuple[int, int]]) -> list[Site]:
        """Projects that bear their kind in their name: "Alaska LNG", "Rio Grande LNG"."""
        found = []
        for match in self._headed.finditer(text):
            words = self._name(match[0][: match.start(1) - match.start()].strip())
            row = self._facilities.get(f"{match[1]} project") or self._facilities.get(match[1]) or {}
            if words and row and not any(match.start() < end and start < match.end() for start, end in taken):
                name = f"{words} {match[1]}"
                start = match.end() - len(name)
                found.append(Site(start, match.end(), name, row, {}, "definite", False, name))
        return found

    def _by_head_japanese(self, text: str, taken: Sequence[tuple[int, int]]) -> list[Site]:
        """Projects that bear their kind in their name: ポートアーサーLNG."""
        found = []
        for match in _JA_HEADED.finditer(text):
            row = self._facilities.get("LNG project") or self._facilities.get("LNG基地") or {}
            free = not any(match.start() < end and start < match.end() for start, end in taken)
            if row and free and match[1] not in self._not_names:
                phase = _JA_PHASE.match(text, match.end())
                number = unicodedata.normalize("NFKC", phase[1]) if phase else ""
                found.append(
                    Site(match.start(), match.end(), match[0], row, {}, "definite", False, match[1], "", number)
                )
        return found

    def _is_compound(self, text: str, hit: Hit) -> bool:
        """Whether the word is only part of another ("project list", 計画どおり)."""
        return bool(self._compounds.match(text, hit.end))

    def _english(self, text: str, hit: Hit, products: Sequence[Hit], taken: Sequence[tuple[int, int]]) -> Site | None:
        start, product = hit.start, {}
        before = next(
            (other for other in products if other.end <= hit.start and text[other.end : hit.start].strip(" -") == ""),
            None,
        )
        if before is not None:
            start, product = before.start, dict(before.term.row)
        elif hit.term.row["strength"] != "strong":
            behind = next((other for other in products if hit.end < other.start <= hit.end + 60), None)
            if behind is not None and _PRODUCT_AFTER.fullmatch(text[hit.end : behind.start]):
                product = dict(behind.term.row)
            inside = _WORD_BEFORE.search(text[max(0, start - 24) : start])
            if not product and inside:
                near = next(
                    (
                        other
                        for other in products
                        if other.end <= start
                        and start - other.end <= 14
                        and re.fullmatch(
                            r"[\s-](?:and\s\w+\s)?(?:processing|manufacturing|production|recycling|refining|making|separation|assembly|export|storage|cell|component|components)?\s?",
                            text[other.end : start],
                        )
                    ),
                    None,
                )
                if near is not None:
                    start, product = near.start, dict(near.term.row)
        surface = text[hit.start : hit.end]
        if surface.lower() == "works" and not is_noun(text, hit, start):
            return None
        plural = surface.lower().endswith("s") and not surface.lower().endswith(
            ("ss", "works", "campus", "gas", "basis")
        )
        lead = text[:start]
        name_match = _NAME_BEFORE.search(lead, max(0, len(lead) - _REACH))
        name = self._name(name_match[1].strip()) if name_match and not is_title(text) else ""
        if name and name_match:
            lead = lead[: name_match.start()] + "the "
        else:
            name = self._proper(text, lead, hit, taken)
        found = _BEFORE.search(lead[-_REACH:].lower())
        determiner = (found.lastgroup or "bare") if found else "bare"
        if (
            plural
            and hit.term.row["strength"] in ("generic", "weak", "beside")
            and not product
            and not _NUMBERED.search(lead)
        ):
            return None
        return Site(
            start, hit.end, text[start : hit.end], hit.term.row, product, determiner, plural, name, "", ordinal_of(lead)
        )

    def _proper(self, text: str, lead: str, hit: Hit, taken: Sequence[tuple[int, int]]) -> str:
        """A name that stands apart: "Blue Point, an ammonia plant", "a plant called Blue Point"."""
        found = _APPOSED.search(lead, max(0, len(lead) - _REACH)) or _NAMED_AFTER.match(text, hit.end)
        if found is None or any(start <= found.start(1) < end for start, end in taken):
            return ""
        return self._name(found[1])

    def _name(self, words: str) -> str:
        kept = [word for word in _POSSESSOR.sub("", words).split() if not SUCH.search(word)]
        while kept and (kept[0].strip("'’s") in self._not_names or kept[0] in self._not_names):
            kept = kept[1:]
        name = " ".join(kept)
        if re.fullmatch(r"[A-Z]{1,6}-?\d+[A-Z]?", name):
            return ""  # a model of reactor or engine
        return "" if not name or name in self._not_names or name.endswith(("'s", "’s", ".")) else name

    def _japanese(self, text: str, hit: Hit, products: Sequence[Hit]) -> Site | None:
        start, product, name = hit.start, {}, ""
        if hit.term.row["facility"] == "venture" and _JA_FIRM.match(text, hit.end):
            return None
        if hit.term.row["facility"] == "project" and _COUNTED.search(text[: hit.start]):
            return None
        before = next(
            (
                other
                for other in reversed(products)
                if other.end <= hit.start and JA_LINK.fullmatch(text[other.end : hit.start])
            ),
            None,
        )
        if before is not None:
            start, product = before.start, dict(before.term.row)
            name = self._katakana_name(text, start)
        elif hit.term.row["strength"] == "needs_product":
            return None
        else:
            name = self._japanese_name(text, hit)
            start = hit.start - len(name) - (text[: hit.start].endswith("・") if name else 0)
        quoted = _JA_QUOTED.match(text, hit.end)
        if quoted is not None and not name:
            name = quoted[1]
        if hit.term.row["strength"] == "needs_product" and not _VENTURE.match(text, hit.end):
            return None
        determiner = self._japanese_determiner(text[:start], text[start : hit.end])
        ordinal = _JA_NUMBER.search(text[max(0, start - 40) : start])
        number = unicodedata.normalize("NFKC", ordinal[1]) if ordinal else ""
        return Site(start, hit.end, text[start : hit.end], hit.term.row, product, determiner, False, name, "", number)

    def _katakana_name(self, text: str, start: int) -> str:
        """The name in front of what is mined or made: センチネラ in センチネラ銅鉱山."""
        run = _KATAKANA.search(text[:start])
        if run is None or any(run[1].startswith(word) or run[1].endswith(word) for word in self._not_names):
            return ""
        return run[1].strip("・")

    def _japanese_name(self, text: str, hit: Hit) -> str:
        """The name that a Japanese facility word bears in front (亀尾工場); empty where the words there are none."""
        run = re.search(r"([ァ-ヺー・]{2,}|[一-鿿]{1,4}(?:第[0-9０-９一二])?)$", text[: hit.start])
        named = hit.term.row["strength"] in ("generic", "beside") or hit.term.form in _BEARS_TOWN
        # Mines bear names of their own, which in kanji cannot be told from what they are (露天鉱山).
        named = named or (hit.term.row["facility"] in ("mine", "oil_field") and bool(run and run[1][0] in _KANA))
        if run is None or not named:
            return ""
        word = run[1] if run[1] in self._not_names else re.sub(r"^(?:新|同|旧|米(?!国)|現|本|両|各)", "", run[1])
        barred = not word or any(word.startswith(other) or word.endswith(other) for other in self._not_names)
        short = hit.term.row["strength"] == "strong" and len(word) < _LEAST
        return "" if barred or short else word.strip("・")

    def _japanese_determiner(self, lead: str, surface: str) -> Determiner:
        if self._other.search(lead):
            return "other"
        if _JA_TOPIC.search(lead) and (surface.startswith("新") or lead.endswith("新")):
            # 新工場は at the head of a sentence is the one that was just told.
            return "definite"
        if self._new.search(lead) or surface.startswith("新"):
            return "new"
        return "definite" if self._definite.search(lead) else "bare"


def _names(site: Site, inner: Site, text: str) -> bool:
    """Whether a facility word stands in the name of the facility before it: データセンター「ロングホーン・ヤード」."""
    quoted = _JA_QUOTED.match(text, site.end) if inner.start > site.end else None
    return quoted is not None and quoted[1] == site.name and inner.end <= quoted.end()


def _repeats(site: Site, before: Site, text: str) -> bool:
    """Whether a facility word goes on with the one before it ("SMR-300 reactors", "diamond factory project")."""
    own = bool(site.product or (site.name and before.text not in site.name))
    return not own and bool(MODEL.fullmatch(text[before.end : site.end - len(site.text)].removesuffix(site.name)))


def _is_hidden(text: str, site: Site, taken: Sequence[tuple[int, int]]) -> bool:
    """Whether the name in front of a facility is that of an organisation."""
    start = site.start - len(site.name) if site.product else site.start
    stop = site.start if site.product else site.start + len(site.name)
    return bool(site.name) and any(start < end and other < stop for other, end in taken)


def _unplaced(text: str, site: Site, places: set[str]) -> Site:
    """A facility without the place in front of it: "the Virginia plant" lies in Virginia and is not called so."""
    if any(place.endswith(f" {site.name}") and f"{place} " in text[: site.end] for place in places if site.name):
        # "The New York complex": the first word of the place has been taken for an adjective.
        return replace(site, name="")
    if site.name not in places:
        return site
    found = text.find(site.name, site.start, site.end)
    start = found + len(site.name) if found >= 0 else site.start
    return replace(site, name="", start=start, text=text[start : site.end])


def _is_bare(text: str, site: Site, hit: Hit) -> bool:
    """Whether "site" stands for no site: "on site", "site clearance", "told this site"."""
    none = bool(re.search(r"\b(?:[Nn]o|(?:told|tells|telling|with) this)\s$", text[: site.start]))
    return hit.term.form == "site" and (none or site.determiner == "bare") and not site.product and not site.name


def _pattern(modifiers: Sequence[Row], kind: str) -> re.Pattern[str]:
    forms = "|".join(row["form"] for row in modifiers if row["kind"] == kind) or "(?!)"
    return re.compile(f"(?:{forms})$" if kind.endswith("_ja") else f"(?:{forms})")

"""A document with everything that it mentions: the one place where all finders meet.

What belongs here: running the finders over the paragraphs and laying their mentions into sentences. What does not: the
finders themselves and what the mentions have to do with each other.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipelines.extract.amounts import scan_amounts
from pipelines.extract.anaphors import take_up
from pipelines.extract.dates import find_dates
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence, annotate, split_sentences
from pipelines.extract.newnames import Taken
from pipelines.extract.phases import name_phases
from pipelines.extract.places import PlaceMention, towns_of, with_towns
from pipelines.extract.proforms import find_proforms
from pipelines.extract.proper import name_projects, take_up_heads
from pipelines.extract.publishers import country_of
from pipelines.extract.same_state import take_up_states
from pipelines.extract.terms import Hit, has_cjk, longest
from pipelines.extract.towns import name_towns
from pipelines.records import Document

_MINERAL_CONTEXT = re.compile(
    r"^[\s-](?:ores?|mines?|mining|smelters?|smelting|concentrates?|refiner(?:y|ies)|refining|metal|"
    r"production|output|exports?|"
    r"deposits?|oxide|powder|alloys?|grit|plants?|factory|factories|works|wires?|foil|sheet|rods?|scrap|"
    r"sponge|ingots?|makers?|producers?|"
    r"micropowder|abrasives?|dust|paste|synthesis|cathodes?|magnets?|hydroxide|carbonate|sulphate|sulfate|"
    r"supply|supplies|imports?)\b"
)
_JA_CONTEXT = re.compile(
    r"^(?:新)?(?:工場|プラント|砥粒|粉|微粉|鉱山|製錬|精錬|精製|メーカー|地金|箔|線材|くず|スクラップ|ワイヤー)"
    r"|^の(?:製造|生産|製錬|精錬|精製|合成|増産|回収|工場|鉱山|原料|輸出|供給|需要)|^(?:を|の)(?:年|月)?[\d約]"
)
_GROWN = re.compile(
    r"^[\s-](?:plants?|factory|factories|works|grit|powder|micropowder|abrasives?|dust|paste|synthesis|wires?|"
    r"makers?|producers?)\b"
    r"|^(?:新)?(?:工場|プラント|砥粒|粉|微粉|ワイヤー)|^の(?:製造|合成|増産|工場|生産)"
)
"""What is built or sold as powder is grown, not mined."""
_JA_AFTER_SHORT = re.compile(r"[をはがのとやも、。，）)・]|鉱山|製錬|精錬|精鉱|地金|鉱石|線|箔|の生産|資源|$")


@dataclass(frozen=True, slots=True)
class Annotated:
    """A document, its sentences with their mentions, and the language it is written in."""

    document: Document
    sentences: tuple[Sentence, ...]
    language: str
    focus: dict[int, tuple[str, ...]] = field(default_factory=dict, compare=False)

    @property
    def published_on(self) -> dt.date | None:
        """Day of publication, where it is known to the day."""
        source = self.document.source
        return source.published_on if source.published_precision in (None, "day") else None

    def spoken_of(self, sentence: Sentence) -> tuple[str, ...]:
        """Keys of the projects that a sentence speaks of, once `projects.find_projects` has told."""
        return self.focus.get(sentence.number, ())

    def paragraph(self, number: int) -> list[Sentence]:
        """Sentences of one paragraph."""
        return [sentence for sentence in self.sentences if sentence.paragraph == number]


def annotate_document(document: Document, lexicon: Lexicon) -> Annotated | None:
    """Find every mention of a document; None where its words can give nothing that we publish."""
    texts = [paragraph.text for paragraph in document.paragraphs]
    hits = [lexicon.index.scan(text) for text in texts]
    if not lexicon.relevance.concerns(texts, hits):
        return None
    places = [lexicon.places.find(text, scanned) for text, scanned in zip(texts, hits, strict=True)]
    take_up_states(texts, places)
    towns = towns_of(places)
    found = [
        _mentions(text, scanned, with_towns(text, placed, towns), document, lexicon, towns)
        for text, scanned, placed in zip(texts, hits, places, strict=True)
    ]
    taken = [[Taken(one.start, one.end, one.kind, one.id, one.text) for one in mentions] for mentions in found]
    for name in lexicon.new_names.find(texts, taken, document.source.publisher or ""):
        if _is_product(name.start, name.end, hits[name.paragraph], texts[name.paragraph]):
            continue
        _unname(texts[name.paragraph], found[name.paragraph], name.start, name.end)
        found[name.paragraph].append(Mention("org", name.start, name.end, name.text, name.id))
    name_phases(texts, found)
    name_towns(texts, found)
    name_projects(texts, found)
    take_up_heads(texts, found)
    take_up(document, found, lexicon)
    _take_up_days(found)
    sentences: list[Sentence] = []
    for paragraph, mentions, scanned in zip(document.paragraphs, found, hits, strict=True):
        products = [
            hit for hit in scanned if hit.term.kind == "product" and not _is_verb(paragraph.text, hit.start, hit.end)
        ]
        for start, end in split_sentences(paragraph.text):
            text = paragraph.text[start:end]
            heading = paragraph.text == document.title or (
                len(paragraph.text) < 90
                and not re.search(r"[.。!?！？:：」”\"]$", paragraph.text)
                and " | " not in text
            )
            sentence = Sentence(len(sentences), paragraph.number, start, text, heading, " | " in text)
            sentence.products = tuple(hit for hit in products if start <= hit.start and hit.end <= end)
            annotate(sentence, _with_brackets(paragraph.text, mentions))
            sentences.append(sentence)
    language = document.source.language or ("ja" if any(map(has_cjk, texts)) else "en")
    return Annotated(document, tuple(sentences), language)


def _unname(text: str, mentions: list[Mention], start: int, end: int) -> None:
    """Take a firm's name off the Japanese facility that seemed to be called so: ビッグ・リバー製鉄所."""
    for number, one in enumerate(mentions):
        named = one.kind == "site" and one.value.name and not one.value.project_id and has_cjk(one.text)
        if named and start <= one.start < end < one.end and one.start + len(one.value.name) <= end:
            site = replace(one.value, start=end, text=text[end : one.end], name="")
            mentions[number] = replace(one, start=end, text=site.text, value=site)


_SHIPS = re.compile(r"\b(?:will|would|to|can|could|may|might|began to|it|they|who|which|that|also|now)\s(?:\w+ly\s)?$")


def _is_verb(text: str, start: int, end: int) -> bool:
    """Whether "ship" is what somebody does ("will ship its first transformers"), not what is made."""
    return text[start:end].lower() in ("ship", "ships", "mine", "mines") and bool(_SHIPS.search(text[:start]))


def _is_product(start: int, end: int, hits: Sequence[Hit], text: str) -> bool:
    """Whether what looks like a firm's name is a product with its short form: 液化天然ガス（LNG）."""
    return any(
        hit.term.kind == "product"
        and hit.start <= start
        and (hit.end >= end or (hit.start == start and text[hit.end : hit.end + 1] in "（("))
        for hit in hits
    )


def _take_up_days(found: list[list[Mention]]) -> None:
    """Read "the same day" and 同日 that open a paragraph as the day told last in the text."""
    last: dt.date | None = None
    for mentions in found:
        for number, one in sorted(enumerate(mentions), key=lambda pair: pair[1].start):
            if one.kind != "date" or one.value.precision != "day":
                continue
            if one.value.day is None and last is not None and _SAME_DAY.match(one.text):
                mentions[number] = replace(one, value=replace(one.value, day=last))
            last = mentions[number].value.day or last


_SAME_DAY = re.compile(r"同日|(?:[Tt]he|[Tt]hat) same day|[Tt]hat day")


def _mentions(
    text: str,
    hits: Sequence[Hit],
    places: Sequence[PlaceMention],
    document: Document,
    lexicon: Lexicon,
    towns: Mapping[str, PlaceMention],
) -> list[Mention]:
    japanese = has_cjk(text)
    published = document.source.published_on
    found = [
        Mention("org", org.start, org.end, org.text, org.org_id if org.known else f"@{org.org_id}", org)
        for org in lexicon.names.find(text, None, hits)
    ]
    named = {(hit.start, hit.end) for hit in hits if hit.term.kind == "project"}
    # A company formed for one project bears its name: the project is meant.
    found = [one for one in found if (one.start, one.end) not in named]
    programs = longest([hit for hit in hits if hit.term.kind == "program"])
    found += [
        Mention("program", hit.start, hit.end, text[hit.start : hit.end], hit.term.id, hit.term.row) for hit in programs
    ]
    found += [
        Mention("place", place.start, place.end, place.text, place.admin1 or place.country or "", place)
        for place in places
    ]
    hidden = [(one.start, one.end) for one in found if one.kind in ("org", "program")]
    sites = lexicon.sites.find(text, hits, hidden, towns)
    sites += find_proforms(text, places, hidden, [(site.start, site.end) for site in sites])
    found += [Mention("site", site.start, site.end, site.text, site.project_id, site) for site in sites]
    materials = longest(
        [hit for hit in hits if hit.term.kind == "material"], lambda hit: is_material(text, hit, hits, japanese)
    )
    found += [
        Mention("material", hit.start, hit.end, text[hit.start : hit.end], _material_id(text, hit), hit.term.row)
        for hit in materials
    ]
    found += [
        # Hedges and conversions belong to the sum: patterns see one character for all of it.
        Mention("money", amount.outer_start, amount.outer_end, amount.literal, amount.currency, amount)
        for amount in scan_amounts(text, "ja" if japanese else "en", country_of(document.source), lexicon.grammar)
    ]
    found += [
        Mention("date", date.start + len(date.text) - len(date.text.lstrip()), date.end, date.text.strip(), "", date)
        for date in find_dates(text, published)
    ]
    found += [
        Mention("share" if one.sort == "share" else "quantity", one.start, one.end, one.text, one.unit or "", one)
        for one in lexicon.measures.find(text, japanese=japanese)
    ]
    return found


def _material_id(text: str, hit: Hit) -> str:
    """The material a word names: bare "diamond" beside a factory or powder is the synthetic one."""
    ambiguous = hit.term.id == "diamond" and hit.term.row.get("kind") == "ambiguous"
    return "synthetic-diamond" if ambiguous and _GROWN.match(text[hit.end :].lower()) else hit.term.id


_MEASURED = re.compile(r"\b(?:ounces|tons|tonnes|kilograms|pounds|kg|carats) of (?:contained |refined |mined )?$")


def is_material(text: str, hit: Hit, hits: Sequence[Hit], japanese: bool) -> bool:
    """Whether a word is a material here: short and ambiguous ones need a neighbour that says so."""
    before, after = text[: hit.start], text[hit.end :]
    if japanese and is_inside_word(text[hit.start : hit.end], before, after):
        return False
    if not japanese and after.lower().startswith(("-ion", " ion ")):
        # A lithium-ion cell is what it is called.
        return False
    if hit.term.row.get("kind") != "ambiguous":
        return True
    if not japanese and _MINERAL_CONTEXT.match(after.lower()):
        return text[hit.start : hit.end].lower() != "lead" or not re.match(r"\s(?:production|output)", after)
    if (japanese and _JA_CONTEXT.match(after)) or (not japanese and _MEASURED.search(before)):
        return True
    sure = (other for other in hits if other.term.kind == "material" and other.term.row.get("kind") != "ambiguous")
    return any(_beside(text, hit, other) for other in sure)


def is_inside_word(surface: str, before: str, after: str) -> bool:
    """Whether a Japanese material's name is only part of another word (銀 in 銀行)."""
    if len(surface) == 1:
        return bool(re.search(r"[一-鿿ァ-ヺ]$", before)) or not _JA_AFTER_SHORT.match(after)
    katakana = re.fullmatch(r"[ァ-ヺー]+", surface)
    return bool(katakana and (re.search(r"[ァ-ヺー]$", before) or re.match(r"[ァ-ヺー]", after)))


def _beside(text: str, hit: Hit, other: Hit) -> bool:
    """Whether two materials stand in one list ("copper, silver and tin")."""
    gap = (
        text[hit.end : other.start]
        if other.start >= hit.end
        else text[other.end : hit.start]
        if other.end <= hit.start
        else "x"
    )
    return bool(re.fullmatch(r"(?:,? and |, |、|や|と|・|及び|および|,? or )", gap))


_LEGAL_FORM = re.compile(r"(?:株式会社|有限会社|合同会社|合資会社|[（(]株[）)]|㈱)")


def _with_form(text: str, mention: Mention) -> Mention:
    """Take the legal form behind a Japanese name into its mention, so that the name meets its particle."""
    form = _LEGAL_FORM.match(text, mention.end) if mention.kind == "org" else None
    return replace(mention, end=form.end()) if form is not None else mention


def _with_brackets(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """Join a name and the abbreviation in brackets behind it into one mention: `国際協力銀行（JBIC）`."""
    by_start = {mention.start: mention for mention in mentions if mention.kind == "org"}
    swallowed: set[int] = set()
    joined: list[Mention] = []
    for mention in (_with_form(text, one) for one in mentions):
        if mention.kind == "org":
            bracket = re.match(r"\s?[(（]", text[mention.end : mention.end + 2])
            inner = by_start.get(mention.end + bracket.end()) if bracket else None
            if inner is not None and inner.id == mention.id and text[inner.end : inner.end + 1] in ")）":
                swallowed.add(inner.start)
                joined.append(Mention("org", mention.start, inner.end + 1, mention.text, mention.id, mention.value))
                continue
        joined.append(mention)
    return [mention for mention in joined if not (mention.kind == "org" and mention.start in swallowed)]

"""What materials are for, and who makes most of them.

What belongs here: the vocabularies `uses`, `use_cues` and `production_patterns`. What does not: which materials a
project makes or takes (`ties`), export controls.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.extract.annotation import Annotated
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence

_DUAL = re.compile(r"\bdual[- ]use\b|civil(?:ian)? and military|military and civil|軍民両用|デュアルユース|軍民")
_ANAPHOR = re.compile(
    r"(?:the (?:material|metal|element|mineral|stones?|powder|stuff)s?|it|they|both|these)"
    r"\b|これらは|これは|この(?:素材|材料|金属)|同(?:素材|金属)"
)
_FRACTIONS = {
    "two thirds": 200 / 3,
    "three quarters": 75.0,
    "nine tenths": 90.0,
    "four fifths": 80.0,
    "half": 50.0,
    "a third": 100 / 3,
    "a quarter": 25.0,
    "one third": 100 / 3,
}


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a material."""

    material_id: str
    mention: Mention
    sentence: Sentence
    use: str
    sector: str
    dual_use: bool


@dataclass(frozen=True, slots=True)
class WorldShare:
    """A country's share of a material's production, as a bound or a figure; the year is not known."""

    material_id: str
    mention: Mention
    sentence: Sentence
    place: Mention
    low: float | None
    high: float | None
    code: str
    estimated: bool
    stage: str
    form: str


def find_uses(annotated: Annotated, lexicon: Lexicon) -> list[Use]:
    """Uses of materials: a material, a word of use, and what it is used for in one sentence."""
    dual = {
        material
        for sentence in annotated.sentences
        if _DUAL.search(sentence.masked)
        for material, _ in _materials(sentence, lexicon)
    }
    found: dict[tuple[str, str], Use] = {}
    recent: list[tuple[str, Mention]] = []
    for sentence in annotated.sentences:
        materials = _materials(sentence, lexicon)
        if not materials and _ANAPHOR.match(sentence.masked):
            materials = recent
            if _DUAL.search(sentence.masked):
                dual |= {material for material, _ in materials}
        recent = materials
        if not materials or not lexicon.matches("use_cues", sentence):
            continue
        text = sentence.text.lower()
        uses = _outer(lexicon, sentence, text)
        for start, use, sector in uses:
            for material, mention in _nearest(materials, start, sentence):
                if not _self_named(use, mention):
                    found.setdefault((material, use), Use(material, mention, sentence, use, sector, False))
    return [replace(use, dual_use=use.material_id in dual) for use in found.values()]


def _outer(lexicon: Lexicon, sentence: Sentence, text: str) -> list[tuple[int, str, str]]:
    """Uses of a sentence; one within a longer one ("semiconductors" in "polishing of semiconductors") goes."""
    matches = [
        (match.match.start(), match.match.end(), match.row) for match in lexicon.matches("uses", sentence, "plain")
    ]
    hidden = [
        (mention.start - sentence.start, mention.end - sentence.start) for mention in sentence.of("material", "org")
    ]
    matches = [one for one in matches if not any(start <= one[0] and one[1] <= end for start, end in hidden)]
    return [
        (start, row["use"], row["sector"])
        for start, end, row in matches
        if not any(other[0] <= start and end <= other[1] and (other[1] - other[0]) > (end - start) for other in matches)
    ]


def _nearest(materials: Sequence[tuple[str, Mention]], start: int, sentence: Sentence) -> list[tuple[str, Mention]]:
    """The materials a use belongs to: the coordination that stands last before it, else the first of the sentence."""
    inside = [pair for pair in materials if sentence.start <= pair[1].start < sentence.start + len(sentence.text)]
    if not inside:
        return list(materials)
    before = [(material, mention) for material, mention in inside if mention.start - sentence.start <= start]
    if not before:
        return list(materials[:1])
    last = before[-1]
    chosen = [last]
    for earlier in reversed(before[:-1]):
        gap = sentence.text[earlier[1].end - sentence.start : chosen[0][1].start - sentence.start]
        if earlier[1] is chosen[0][1] or re.fullmatch(r"(?:,? and |, |、|や|と|・|、ほかに)", gap):
            chosen.insert(0, earlier)
        else:
            break
    return chosen


def _self_named(use: str, mention: Mention) -> bool:
    return use.rstrip("s") in mention.text.lower()


def _materials(sentence: Sentence, lexicon: Lexicon) -> list[tuple[str, Mention]]:
    """Materials of a sentence, with the element inside a product's name ("neodymium magnets")."""
    found: list[tuple[str, Mention]] = []
    for mention in sentence.of("material"):
        found.append((mention.id, mention))
        found += [(material, mention) for material in inner_materials(mention, lexicon) if material != mention.id]
    for mention in sentence.of("site"):
        material = mention.value.product.get("material_id", "")
        if material and material not in {one for one, _ in found}:
            found.append((material, mention))
    return found


def inner_materials(mention: Mention, lexicon: Lexicon) -> list[str]:
    """Elements named within a longer material name."""
    hits = [
        hit for hit in lexicon.index.scan(mention.text) if hit.term.kind == "material" and hit.term.id != mention.id
    ]
    return list(dict.fromkeys(hit.term.id for hit in hits if hit.term.row.get("kind") != "ambiguous"))


def find_shares(annotated: Annotated, lexicon: Lexicon) -> list[WorldShare]:
    """Who makes how much of the world's supply of a material."""
    found: dict[tuple[str, str], WorldShare] = {}
    for sentence in annotated.sentences:
        if not (sentence.of("material") and sentence.of("place")):
            continue
        for match in lexicon.matches("production_patterns", sentence):
            place = next(iter(sentence.caught(match.mentions("place"))), None)
            materials = sentence.caught(match.mentions("materials"))
            if place is None or not place.value.country or not materials:
                continue
            figure = _figure(match.row["note"], match.match.groupdict(), sentence)
            if figure is None:
                continue
            for mention in materials:
                stage, form = _product(mention, sentence, lexicon)
                if stage:
                    low, high, code, estimated = figure
                    key = (mention.id, place.value.country)
                    found.setdefault(
                        key, WorldShare(mention.id, mention, sentence, place, low, high, code, estimated, stage, form)
                    )
    return list(found.values())


def _figure(
    note: str, groups: dict[str, str | None], sentence: Sentence
) -> tuple[float | None, float | None, str, bool] | None:
    if note == "majority":
        return 50.0, None, "bounded", False
    if note == "fraction":
        value = round(_FRACTIONS[groups["fraction"] or "half"], 1)
        return value, value, "exact", True
    share = next(iter(sentence.caught(groups.get("share") or "")), None)
    if share is None:
        return None
    hedge = (groups.get("hedge") or "").strip()
    if hedge in ("over", "more than", "at least"):
        return share.value.value, None, "bounded", False
    return share.value.value, share.value.value, "exact", bool(hedge)


def _product(mention: Mention, sentence: Sentence, lexicon: Lexicon) -> tuple[str, str]:
    """Stage and form of what is produced; an empty stage where the codelist has none (magnets)."""
    group = lexicon.materials.get(mention.id, {}).get("group", "")
    if group == "magnet" or "magnet" in mention.text.lower() or "磁石" in mention.text:
        return "", "magnet"
    if mention.id.startswith("synthetic-"):
        return "synthetic", "total"
    if re.search(r"refin|精製|製錬|精錬|separat", sentence.masked):
        return "refinery", "total"
    if re.search(r"\bmin(?:e|ed|es|ing)\b|採掘|鉱山", sentence.masked) or "natural" in mention.text.lower():
        return "mine", "total"
    return "", ""

"""Which materials a project makes, refines, takes in, recycles or secures.

What belongs here: materials in the names of a project's facilities, and materials beside words of making and taking in
the sentences about it. What does not: uses and world shares (`uses`), what an export control covers (`controls`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.extract.annotation import Annotated, is_inside_word
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.uses import inner_materials

_BULK = re.compile(r"^(?:chemical|gas|fuel|construction|energy(?!_mineral)|fertilizer)")
_FAMILIES = (
    (
        "recycles",
        re.compile(
            r"\brecycl\w*|\breclaim\w*|\bscrap\b|\b(?:dead|old|used|spent|worn|discarded) (?:magnets|"
            r"batteries|motors|cells|wafers|catalysts|parts)"
            r"|\bwaste\b|リサイクル|再生|再資源|廃(?:基板|電池|材|触媒|磁石|棄|液)|くず|スクラップ|使用済み"
        ),
    ),
    (
        "refines",
        re.compile(
            r"\brefin\w*|\bseparat(?!ors?\b|el)\w+|\bsmelt\w*|\bprocess(?:ing|es|ed)?\b|\bconcentrat\w+|\bpurif\w+|"
            r"\bbeneficiat\w+|\bconver(?:t|ts|ting|sion)\b|\bleach\w*|\belectrowin\w*"
            r"|精製|分離|製錬|精錬|選鉱|高純度化"
        ),
    ),
    (
        "consumes",
        re.compile(
            r"\bconsum\w+|\bfeedstock|\braw material|\bfed (?:by|with|on)\b|\bfeeds? on\b|\bcomes? (?:as|from|"
            r"in)\b|\bwill come (?:as|from)\b|\bturned into\b|\beats?\b|\bswallows?\b"
            r"|\bturn(?:s|ed|ing)? (?:\w+ ){0,2}(?=[\ue500-\ue5ff])(?!out)|\broll(?:s|ing|ed)?\b"
            r"|\bbuys?\b|\bbought\b|\bsourc(?:e[sd]?|ing) (?:\w+ ){0,3}from\b|\bneeds?\b"
            r"|\bdraws? (?:\w+ ){0,3}from\b|\bsuppl(?:y|ies|"
            r"ied) (?:\w+ ){0,6}(?:to|from|by)\b|\bimport\w*|\bdelivers?\b|\bmade (?:of|from|out of)\b"
            r"|\b(?:wire|sheet|plate|powder|foil|rod|ore|concentrate|feed|cathode|scrap|ingot|"
            r"strip)s? (?:\w+ )?from\b|原料|使う|使い|消費|調達|買(?:う|い)|仕入れ|受け取|納め"
        ),
    ),
    (
        "secures",
        re.compile(
            r"\bofftake|\bsecur(?:e|es|ed|ing)\b|\blift(?:s|ed)? .{0,20}mud|\bsupply chain|\bstockpil\w+|確保|引き揚げ|"
            r"安定供給|備蓄|引き取"
        ),
    ),
    (
        "produces",
        re.compile(
            r"\bmak(?:e|es|ing)\b|\bmade\b|\bproduc\w+|\boutput\b|\bput(?:s)? out\b|\bturn(?:s|ed|ing)? out\b|"
            r"\bwin(?:s|ning)?\b|\bmin(?:e|es|ed|ing)\b|\brecover\w*|\bextract\w*|\bsuppl(?:y|ies)\b"
            r"|\bcontain\w*|\byield\w*|\bsinter\w*|\bgrow(?:s|n|ing)?\b|\bgrew\b|\bmanufactur\w+|"
            r"\bsynthesi[sz]\w*|\bcast(?:s|ing)?\b|\bdraw(?:s|n)?\b|\bplant for\b|\bmeant for\b|\bdig(?:s|"
            r"ging)?\b|\bdeposits?\b|\bore\b"
            r"|[\ue700-\ue7ff](?: (?:a|per) (?:year|month)| annually)? of\b|\bwon from\b"
            r"|\b(?:half|thirds?|quarter|most|all|share) of the [\ue500-\ue5ff](?: and [\ue500-\ue5ff])? "
            r"(?:will )?goe?s?\b"
            r"|\boxide\b|\b(?:tons?|tonnes|kilograms?|kg|ounces) (?:a year |per year |annually )?of\b|"
            r"\bpress(?:es|ed)?\b|\bmining\b|\bmined\b"
            r"|生産|製造|回収|取り出|採掘|含|産出|供給|つくる|つくり|作る|作り|造る|合成|育成|焼結|鉱床|鉱石|"
            r"量産|加工|手がけ"
        ),
    ),
)
_BACKGROUND = re.compile(
    r"world's|worldwide|global(?:ly)?\b|\bchina|chinese|beijing|export control|export curb|elsewhere|"
    r"export licen|need a licen|"
    r"中国|世界の|世界全体|世界需要|輸出規制|輸出を許可|輸出許可|商業生産が途絶え|輸入に頼"
)
_USE_TALK = re.compile(
    r"\b(?:is|are) (?:used|needed|vital|essential|crucial|indispensable)\b|\bgoes into\b|\bends? up\b|欠かせ|"
    r"不可欠|使われ|用いられ"
)
_DENIED = re.compile(
    r"\b(?:no|not|without|rather than|instead of|unlike|except|former|old|onetime|once a|ex-)\s(?:\w+\s){0,1}$|旧$|"
    r"元$"
)
_BESIDE = re.compile(
    r"\b(?:at|beside|next to|near|alongside|inside|within|adjacent to|adjoining|outside|behind|former|"
    r"old) (?:its|the|an?|their|his)?\s?"
    r"(?:existing |former |old |own |\w+ ){0,2}$"
)
_BESIDE_JA = re.compile(r"^(?:に|と)(?:併設|隣接|隣り合|併せ|付設)|^の(?:隣|敷地|跡|一角|構内|横|近く)|^跡")
_MAKER = re.compile(
    r"\b(?:producers?|makers?|manufacturers?|growers?|smelters?|refiners?|miners?) of (?:\w+ ){0,2}[\ue500-\ue5ff]"
    r"|[\ue500-\ue5ff](?: \w+)? (?:producers?|makers?|manufacturers?|smelters?|refiners?|miners?|specialists?|group)\b"
    r"|[\ue500-\ue5ff](?:の)?(?:専業|大手|メーカー|製造|生産者|製錬会社|加工)"
)
_ADJACENT = re.compile(
    r"[\ue500-\ue5ff](?:[- ](?:and )?[\ue500-\ue5ff])?[ -](?:\w+ ){0,1}[\ue400-\ue4ff]|[\ue400-\ue4ff] (?:for|"
    r"of) (?:\w+ ){0,2}[\ue500-\ue5ff]"
    r"|[\ue500-\ue5ff](?:の)?(?:製錬|精錬|精製|回収|生産|製造|分離|合成|新)?[\ue400-\ue4ff]"
    r"|[\ue500-\ue5ff](?:ウエハー?|基板|粉末?|箔|磁石|線|薄?板|管|合金|化合物|薄膜|棒)の?[\ue400-\ue4ff]"
)


@dataclass(frozen=True, slots=True)
class Tied:
    """A material that a project makes or takes."""

    project: Cluster
    material_id: str
    mention: Mention
    sentence: Sentence
    relation: str


def find_tied(annotated: Annotated, projects: Projects, lexicon: Lexicon) -> list[Tied]:
    """Materials of each project: what its facilities are named after, and what its sentences say it makes or takes."""
    found: dict[tuple[str, str], Tied] = {}
    for one in _of_sites(annotated, projects, lexicon):
        found.setdefault((one.project.key, one.material_id), one)
    for sentence in annotated.sentences:
        if sentence.of("material"):
            for one in _of_sentence(sentence, projects, lexicon):
                found.setdefault((one.project.key, one.material_id), one)
    bare = {cluster.key for cluster in projects.clusters} - {key for key, _ in found}
    for sentence in annotated.sentences if bare else ():
        focus = projects.focus.get(sentence.number, [])
        if len(focus) == 1 and focus[0].key in bare and _MAKER.search(sentence.masked):
            for mention in sentence.caught(_MAKER.search(sentence.masked)[0]):  # type: ignore[index]
                for material in _materials(mention, lexicon):
                    found.setdefault((focus[0].key, material), Tied(focus[0], material, mention, sentence, "produces"))
    return list(found.values())


def _of_sites(annotated: Annotated, projects: Projects, lexicon: Lexicon) -> Iterator[Tied]:
    """Materials in the names of facilities ("gallium plant", 銀を回収する炉); not a works that only locates."""
    for cluster in projects.clusters:
        for number, mention in cluster.sites:
            sentence = annotated.sentences[number]
            materials = site_materials(mention, lexicon)
            if not materials:
                continue
            others = any(site is not mention and site_materials(site, lexicon) for _, site in cluster.sites)
            if others and _only_place(mention, sentence):
                continue
            for material in materials:
                yield Tied(
                    cluster, material, mention, sentence, _relation(sentence, sentence.position(mention), cluster)
                )


def site_materials(site: Mention, lexicon: Lexicon) -> list[str]:
    """Materials that a facility is named after: of its product, else in its own words."""
    material = site.value.product.get("material_id", "")
    if material:
        return [material]
    if site.value.facility.get("facility") == "seabed":
        return ["rare-earths"]
    text = site.text
    hits = [
        one
        for one in lexicon.index.scan(text)
        if one.term.kind == "material"
        if not is_inside_word(text[one.start : one.end], text[: one.start], text[one.end :])
    ]
    kept = [hit for hit in hits if not any(hit.start >= one.start and hit.end < one.end for one in hits)]
    ids = ["synthetic-diamond" if hit.term.id == "diamond" else hit.term.id for hit in kept]
    return [one for one in dict.fromkeys(ids) if _is_labelled(one, lexicon)]


def _is_labelled(material: str, lexicon: Lexicon) -> bool:
    """Bulk chemicals and fuels are no materials of a project here."""
    return not _BULK.match(lexicon.materials.get(material, {}).get("group", ""))


def _only_place(site: Mention, sentence: Sentence) -> bool:
    before, after = sentence.text[: site.start - sentence.start], sentence.text[site.end - sentence.start :]
    return bool(_BESIDE_JA.match(after) if sentence.japanese else _BESIDE.search(before.lower()))


def _of_sentence(sentence: Sentence, projects: Projects, lexicon: Lexicon) -> Iterator[Tied]:
    focus = projects.focus.get(sentence.number, [])
    adjacent, locating = _adjacent(sentence)
    if not focus or (sentence.heading and not adjacent) or _BACKGROUND.search(sentence.masked):
        return
    if not sentence.of("site", "quantity") and _USE_TALK.search(sentence.masked):
        return
    if any(match.row["what"] in ("trigger",) for match in lexicon.matches("control_patterns", sentence, "plain")):
        return
    for mention in sentence.of("material"):
        cluster = projects.nearest(sentence, mention) if len(focus) > 1 else focus[0]
        place = sentence.position(mention)
        if cluster is None or place < 0 or _of_another(sentence, cluster) or _DENIED.search(sentence.masked[:place]):
            continue
        if sentence.masked[place] in locating:
            continue
        beside = sentence.masked[place] in adjacent
        if not beside and (sentence.heading or not _family(sentence, place)):
            continue
        for material in _materials(mention, lexicon):
            if _is_labelled(material, lexicon):
                yield Tied(cluster, material, mention, sentence, _relation(sentence, place, cluster))


def _adjacent(sentence: Sentence) -> tuple[set[str], set[str]]:
    """Marks of materials right beside a facility; and of those whose facility only tells where another stands."""
    adjacent: set[str] = set()
    locating: set[str] = set()
    several = len(sentence.of("site")) > 1
    for match in _ADJACENT.finditer(sentence.masked):
        sites = [one for one in sentence.caught(match[0]) if one.kind == "site"]
        (locating if several and any(_only_place(site, sentence) for site in sites) else adjacent).update(match[0])
    return adjacent, locating


def _materials(mention: Mention, lexicon: Lexicon) -> list[str]:
    if mention.kind != "material":
        return []
    inner = inner_materials(mention, lexicon)
    group = lexicon.materials.get(mention.id, {}).get("group", "")
    return inner if inner and group == "magnet" else [mention.id]


def _of_another(sentence: Sentence, cluster: Cluster) -> bool:
    """Whether a sentence without a facility is about others: a state elsewhere, or a firm foreign to the project."""
    if sentence.of("site"):
        return False
    states = {place.value.admin1 for place in sentence.of("place") if place.value.admin1}
    if cluster.admin1 and states and cluster.admin1 not in states and sentence.of("org"):
        return True
    first = next((org for org in sentence.of("org") if org.start - sentence.start < 3), None)
    return first is not None and bool(cluster.org_ids) and first.id not in cluster.org_ids


def _family(sentence: Sentence, place: int) -> str:
    """The relation whose words stand nearest to a material; empty where none is near."""
    reach = 45 if sentence.japanese else 90
    best, distance = "", reach + 1
    for relation, pattern in _FAMILIES:
        for match in pattern.finditer(sentence.masked):
            gap = place - match.end() if match.end() <= place else match.start() - place - 1
            if 0 <= gap < distance:
                best, distance = relation, gap
    return best


def _relation(sentence: Sentence, place: int, cluster: Cluster) -> str:
    if cluster.facility.get("facility") == "seabed":
        return "secures"
    return _family(sentence, max(place, 0)) or "produces"

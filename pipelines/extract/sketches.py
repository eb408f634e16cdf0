"""What identifies a project or an organisation across documents: names, place, firms, sector.

What belongs here: sketches for `resolve/`, a project's name and description in our own words. What does not: final ids.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.extract.annotation import Annotated
from pipelines.extract.clusters import Cluster
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.phases import phase_of
from pipelines.extract.relations import Part
from pipelines.extract.terms import has_cjk
from pipelines.extract.ties import Tied
from pipelines.extract.vocabulary import Row
from pipelines.records import Claim

_LEAD_ROLES = ("developer", "operator", "owner", "interested", "equity_investor", "supplier", "")
_LEGAL_TAIL = re.compile(
    r",?\s(?:Inc|Corp|Corporation|Co|Ltd|Limited|LLC|plc|Holdings|Company)\b\.?(?:,?\s(?:Ltd|Inc|LLC)\b\.?)?$"
)


@dataclass(frozen=True, slots=True)
class ProjectSketch:
    """What a document tells of a project's identity.

    Attributes:
        key: Provisional key within the document.
        project_id: Known project that the text names outright; empty where it does not.
        names: Proper names.
        name, name_ja: A name in our own words.
        description: What is built and who has a part in it, in our own words.
        label: What is built ("lab-grown diamond factory").
        sector, country, admin1, city: Empty where unknown.
        org_ids: Organisations that take part.
        materials: Materials tied to it.
        place: Where the document first speaks of it.
    """

    key: str
    project_id: str
    names: tuple[str, ...]
    name: str
    name_ja: str
    description: str
    label: str
    sector: str
    country: str
    admin1: str
    city: str
    org_ids: tuple[str, ...]
    materials: tuple[str, ...]
    place: str
    listed: bool = False


@dataclass(frozen=True, slots=True)
class OrgSketch:
    """An organisation outside the reference: provisional id, name in either language, kind and country where told."""

    key: str
    name: str
    name_ja: str
    kind: str
    country: str
    locator: str


def project_sketch(
    cluster: Cluster, parts: Sequence[Part], tied: Sequence[Tied], annotated: Annotated, lexicon: Lexicon
) -> ProjectSketch:
    """Sketch one project of a document."""
    own = [part for part in parts if part.project is cluster and part.note != "state"]
    materials = [one.material_id for one in tied if one.project is cluster]
    city = (
        next(
            (
                place.value.city
                for _, place in cluster.places
                if place.value.city and place.value.admin1 == cluster.admin1
            ),
            "",
        )
        or ""
    )
    # A town without its state behind the facility, where nothing tells a better one.
    bare = (one.value.city for _, one in cluster.places if one.value.city and not one.value.country)
    city = city or next(bare, "") or _hint_city(cluster)
    city = city.title() if city.isascii() and city.isupper() else city
    label = _label(cluster, japanese=False)
    lead = _lead(own, lexicon, japanese=False)
    where = city or _spot(cluster) or _state_or_country(cluster, lexicon, japanese=False)
    proper = next((name for name in cluster.names if name and name != city and not has_cjk(name)), "")
    plain = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    name = f"{proper} ({plain})" if proper else " ".join(filter(None, (lead, plain if lead else label)))
    name += f", {where}" if where and where not in name else ""
    name_ja = (
        _japanese_name(cluster, own, lexicon, city) if any(has_cjk(place.text) for _, place in cluster.sites) else ""
    )
    partners = list(dict.fromkeys(short_name(part.org.id, part.org.text, lexicon, japanese=False) for part in own))
    described = label + (f" with {', '.join(partners[:8])}" if partners else "")
    number, first = cluster.sites[0]
    return ProjectSketch(
        cluster.key,
        cluster.project_id,
        tuple(cluster.names),
        name[:140],
        name_ja[:100],
        described,
        _label(cluster, japanese=False, exact=False),
        cluster.sector,
        cluster.country or "",
        cluster.admin1 or "",
        city,
        tuple(sorted({part.org.id for part in own})),
        tuple(dict.fromkeys(materials)),
        annotated.sentences[number].locator(first),
        cluster.listed,
    )


def _spot(cluster: Cluster) -> str:
    """A place that is neither town nor state, as the text spells it (南鳥島)."""
    place = next((place for _, place in cluster.places if place.value.admin1), None)
    return place.text if place is not None and place.value.named else ""


def _abroad(cluster: Cluster, *, japanese: bool) -> str:
    """A state or province outside the reference, as the text spells it in the language of the name."""
    found = (place.text for _, place in cluster.places if place.value.admin1 and has_cjk(place.text) == japanese)
    return next(found, "")


def _hint_city(cluster: Cluster) -> str:
    """The name before a Japanese facility word is its town (亀尾工場), unless it is that of a known project."""
    if cluster.project_id:
        return ""
    return next(
        (
            name
            for name in cluster.names
            if has_cjk(name) and not re.search(r"[a-zA-Z]", name) and cluster.facility.get("strength") == "generic"
        ),
        "",
    )


_NOUN_OF_WORKS = re.compile(
    r"\b(?:plant|factory|mill|works|terminal|facility|line|refinery|smelter|concentrator|fab|foundry|reactor|station|hub"
    r"|complex|project|cracker|furnace|link|corridor|lab|interconnector|switchyard)s?$"
    r"|(?:工場|所|送電線|連系線|拠点|基地|プラント|施設|設備|ライン|棟|高炉|電気炉|網)$"
)


def _as_told(facility: Row, *, japanese: bool) -> str:
    """The vocabulary's own word for a facility in the language of the text: a transformer factory is no substation."""
    form = facility.get("form", "")
    sure = facility.get("strength") in ("strong", "medium") and facility.get("language") == ("ja" if japanese else "en")
    known = facility.get("label_ja" if japanese else "label", "").endswith(form)
    return re.sub(r"(?<=[a-rt-z])s$", "", form) if sure and not known and _NOUN_OF_WORKS.search(form) else ""


def _label(cluster: Cluster, *, japanese: bool, exact: bool = True) -> str:
    """What is built, by the vocabulary's words: "Lab-grown diamond factory".

    Args:
        cluster: A project.
        japanese: In Japanese, else in English.
        exact: By the word of the text where the vocabulary has it in that language; else by the kind of facility alone,
            which two texts on one project share.
    """
    column = "label_ja" if japanese else "label"
    facility, product = cluster.facility, cluster.product
    strong = facility.get("strength") == "strong"
    words = (
        []
        if strong and (not product or facility.get("sector") != product.get("sector") or japanese)
        else [product.get(column, "")]
    )
    kind = (exact and _as_told(facility, japanese=japanese)) or facility.get(column, "")
    kind = kind or ("計画" if japanese else "project")
    electric = facility.get("facility") == "substation"
    if not japanese and (electric or (words and words[0] and words[0].lower().split()[0] in kind.lower())):
        # A transformer plant makes power equipment.
        words = []
    label = "".join(words) + kind if japanese else " ".join(filter(None, [*words, kind]))
    if phase_of(cluster):
        label += f"第{phase_of(cluster)}期" if japanese else f" phase {phase_of(cluster)}"
    return label[:1].upper() + label[1:]


def _lead(parts: Sequence[Part], lexicon: Lexicon, *, japanese: bool) -> str:
    for role in _LEAD_ROLES:
        for part in parts:
            if part.role == role:
                return short_name(part.org.id, part.org.text, lexicon, japanese=japanese)
    return ""


def short_name(org_id: str, text: str, lexicon: Lexicon, *, japanese: bool) -> str:
    """A known organisation's name without its legal form, or an unknown one's as found."""
    row = lexicon.organizations.get(org_id)
    if row is None:
        spelled = lexicon.firm_names.get(org_id.removeprefix("@"), {})
        return spelled.get("ja" if japanese else "en") or text
    if japanese:
        return row.get("name_ja") or row["name"]
    # Mitsui & Co. is nothing without its form.
    bare = _LEGAL_TAIL.sub("", row["name"])
    return f"{bare} Co." if bare.endswith(" &") else bare


def _japanese_name(cluster: Cluster, parts: Sequence[Part], lexicon: Lexicon, city: str) -> str:
    lead = _lead(parts, lexicon, japanese=True)
    where = city or _spot(cluster) or _state_or_country(cluster, lexicon, japanese=True)
    label = _label(cluster, japanese=True)
    proper = next((name for name in cluster.names if has_cjk(name) and name != city and name not in label), "")
    label = proper + label
    return (f"{lead}の{label}" if lead else label) + (f"（{where}）" if where else "")


def _state_or_country(cluster: Cluster, lexicon: Lexicon, *, japanese: bool) -> str:
    column = "name_ja" if japanese else "name"
    state = lexicon.place_names.get(cluster.admin1 or "", {}).get(column, "")
    country = lexicon.place_names.get(cluster.country or "", {}).get(column, "")
    return state or (_abroad(cluster, japanese=japanese) if cluster.admin1 else "") or country


def organization_sketches(claims: Sequence[Claim], annotated: Annotated, lexicon: Lexicon) -> tuple[OrgSketch, ...]:
    """Sketches of every unknown organisation that the claims name."""
    used: dict[str, str] = {}
    for claim in claims:
        for column, cell in claim.cells.items():
            if column.endswith("org_id") and str(cell.value).startswith("@"):
                used.setdefault(str(cell.value), cell.locator)
    mentions: dict[str, list[str]] = {}
    for sentence in annotated.sentences:
        for mention in sentence.of("org"):
            if mention.id in used:
                mentions.setdefault(mention.id, []).append(mention.text)
    found = []
    for key, locator in used.items():
        if key.startswith("@state:"):
            code = key.removeprefix("@state:")
            row = lexicon.place_names.get(code, {})
            found.append(
                OrgSketch(
                    key,
                    f"State of {row.get('name', code)}",
                    row.get("name_ja", ""),
                    "government",
                    code.split("-")[0],
                    locator,
                )
            )
            continue
        texts = mentions.get(key) or [key.removeprefix("@")]
        best = max(texts, key=len)
        name, name_ja = ("", best) if has_cjk(best) else (best, "")
        group = lexicon.firm_names.get(key.removeprefix("@"), {})
        kind = "commercial_bank" if re.search(r"Bank\b|銀行$", best) else "company"
        found.append(OrgSketch(key, name or group.get("en", ""), name_ja, kind, group.get("country", ""), locator))
    return tuple(found)

"""The project behind each record of a list: a known one of the text, or one of its own.

What belongs here: clusters for records, before the running text is grouped. What does not: the shape of lists
(`listing`) and what their cells state (`recorded`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipelines.extract.annotation import Annotated
from pipelines.extract.clusters import KIN, Cluster, Projects
from pipelines.extract.entitled import name_firms
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.listing import Cell, Record, find_records
from pipelines.extract.locations import locate
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.sites import Site
from pipelines.extract.terms import Hit, has_cjk

_TOTAL = re.compile(
    r"^(?:grand )?totals?\b|^(?:sum|all|together|altogether)\b|^(?:合計|総計|小計|計|総額)", re.IGNORECASE
)
_PROPER = re.compile(r"(?:[A-Z][\w'’&.-]*|of|the|and)(?:\s(?:[A-Z0-9][\w'’&.-]*|of|the|and|LNG)){0,5}")


@dataclass(slots=True)
class Records:
    """The records of a document and the sentences that are theirs alone.

    Attributes:
        opening: Sentence number -> records that begin there.
        owned: Sentences of records about projects: the running text's grouping leaves them alone.
        rows: Those of all records and headings.
        listed: A list of interest is among them.
    """

    all: list[Record] = field(default_factory=list)
    opening: dict[int, list[Record]] = field(default_factory=dict)
    owned: set[int] = field(default_factory=set)
    rows: set[int] = field(default_factory=set)
    listed: bool = False


def open_records(annotated: Annotated, lexicon: Lexicon) -> Records:
    """Find the records of a document."""
    found = Records()
    for record in find_records(annotated, lexicon.labels):
        name_firms(record, lexicon)
        found.all.append(record)
        found.rows.update(sentence.number for sentence in (*record.listing.header, *record.sentences))
        if record.listing.parties:
            continue
        found.owned.update(sentence.number for sentence in (*record.listing.header, *record.sentences))
        if is_total(record):
            continue
        found.opening.setdefault(record.sentences[0].number, []).append(record)
        found.listed = found.listed or record.listing.listed
    return found


def is_total(record: Record) -> bool:
    """Whether a row only adds up the others."""
    return any(_TOTAL.search(words(record, cell)) for cell in record.cells[:2])


def words(record: Record, cell: Cell) -> str:
    """Text of a cell."""
    found = [one for one in record.sentences if one.paragraph == cell.paragraph]
    pieces = [
        one.text[max(0, cell.start - one.start) : max(0, cell.end - one.start)] for one in found if one.start < cell.end
    ]
    return " ".join(filter(None, pieces)).strip()


def take(record: Record, projects: Projects, lexicon: Lexicon) -> None:
    """Give a record its project and the project what the record names."""
    cells = record.of("project") or [cell for cell in record.cells if cell.label.kind in ("", "sector")]
    cells = record.of("material") or cells if not record.of("project") else cells
    # 「品目・場所」: one column tells what is made and where.
    cells = cells or [cell for cell in record.of("place") if _products_in(record, cell)] or list(record.cells[:1])
    sites = [pair for cell in cells for pair in record.mentions(cell, "site")]
    # What a thing is only for ("cooling for data centers") is not what is built.
    own = [
        (sentence, one) for sentence, one in sites if not one.value.passing and not _serves(record, cells, one.start)
    ]
    sites = own or [_unsaid(record, cells)]
    cluster = _known(record, sites, projects) or _new(projects)
    record.cluster = cluster
    cluster.entry, cluster.listed = True, cluster.listed or record.listing.listed
    cluster.only_heading = False
    for sentence, mention in sites:
        cluster.add(sentence.number, mention)
        projects._of_mention[sentence.paragraph, mention.start, mention.end] = cluster
        if record.listing.listed or record.of("project"):
            locate(cluster, sentence, mention, lexicon)
    if not cluster.products:
        _add_product(cluster, record, cells)
    if not cluster.sector:
        cluster.sectors[_section_sector(record) or _sector_beside(record, projects) or "other"] += 1
    for sentence in record.sentences:
        explicit = projects.explicit.setdefault(sentence.number, [])
        if cluster not in explicit:
            explicit.append(cluster)
    firms = [mention.id for cell in record.of("firm", "role") for _, mention in record.mentions(cell, "org")]
    cluster.org_ids += [one for one in firms if one not in cluster.org_ids]
    for cell in record.of("place", *(() if record.listing.listed else ("project",))):
        for sentence, place in record.mentions(cell, "place"):
            if all(place is not other for _, other in cluster.places):
                cluster.places.append((sentence, place))


def _products_in(record: Record, cell: Cell) -> bool:
    """Whether a cell names something that is made."""
    return any(
        sentence.paragraph == cell.paragraph and cell.start <= hit.start < cell.end
        for sentence in record.sentences
        for hit in sentence.products
    )


_FOR = re.compile(r"\b(?:for|to (?:serve|supply|cool|power|equip)|used in|serving)\b")
_FOR_JA = re.compile(r"向け|用の|のための|に用いる|に使う")


def _serves(record: Record, cells: Sequence[Cell], place: int) -> bool:
    """Whether a word of a record only tells what the thing is for: behind "for", before 向け."""
    for cell in cells:
        text = words(record, cell)
        if not cell.start <= place < cell.end:
            continue
        japanese = has_cjk(text)
        cut = (_FOR_JA if japanese else _FOR).search(text)
        first = min((hit.start for _, _, hit in _products(record, [cell])), default=cell.end)
        if cut is None or (not japanese and first - cell.start > cut.start() and not _opens(record, cell, cut.start())):
            return False
        after = place - cell.start >= cut.start()
        return not after if japanese else after
    return False


def _opens(record: Record, cell: Cell, cut: int) -> bool:
    """Whether a facility stands before the word that tells what for."""
    return any(one.start - cell.start < cut for _, one in record.mentions(cell, "site"))


def _unsaid(record: Record, cells: Sequence[Cell]) -> tuple[Sentence, Mention]:
    """What a record without facility word builds: its product, or what its project is called."""
    told = list(_products(record, cells))
    for _, sentence, hit in [one for one in told if not _serves(record, cells, one[2].start)] or told:
        text = sentence.text[hit.start - sentence.start : hit.end - sentence.start]
        site = Site(hit.start, hit.end, text, {}, dict(hit.term.row), "new")
        return sentence, Mention("site", hit.start, hit.end, text, "", site)
    cell = cells[0]
    sentence = next(one for one in record.sentences if one.paragraph == cell.paragraph)
    text = words(record, cell)
    name = text if record.of("project") and _PROPER.fullmatch(text) and not record.mentions(cell, "org") else ""
    return sentence, Mention(
        "site", cell.start, cell.end, text, "", Site(cell.start, cell.end, text, {}, {}, "new", name=name)
    )


def _products(record: Record, cells: Sequence[Cell]) -> Iterator[tuple[Cell, Sentence, Hit]]:
    for cell in cells:
        for sentence in record.sentences:
            hits = [hit for hit in sentence.products if cell.start <= hit.start < cell.end]
            for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
                if sentence.paragraph == cell.paragraph:
                    yield cell, sentence, hit


def _add_product(cluster: Cluster, record: Record, cells: Sequence[Cell]) -> None:
    """What a record's facility makes, where another word of the record tells it."""
    for _, _, hit in _products(record, cells):
        row = hit.term.row
        if not cluster.sector or row["sector"] == cluster.sector or {row["sector"], cluster.sector} in KIN:
            cluster.products[row["product"]] += 1
            cluster.product_rows.setdefault(row["product"], row)
            cluster.sectors[row["sector"]] += 1
            return


def _section_sector(record: Record) -> str:
    """The sector that the column of fields or the heading above tells."""
    for _, _, hit in _products(record, record.of("sector")):
        return str(hit.term.row["sector"])
    products = record.section.products if record.section is not None else ()
    return str(products[0].term.row["sector"]) if products else ""


def _sector_beside(record: Record, projects: Projects) -> str:
    """The sector of the other projects of a table, where all told so far are of one; empty elsewhere."""
    others = [one for one in projects.clusters if one.entry and not one.listed and one is not record.cluster]
    told = {one.sector for one in others} - {""}
    return told.pop() if len(told) == 1 and "other" not in told and not record.listing.listed else ""


def _known(record: Record, sites: Sequence[tuple[Sentence, Mention]], projects: Projects) -> Cluster | None:
    """The project that the text has told of before: by name, or by sector with the same place or firm."""
    for _, mention in sites:
        site: Site = mention.value
        for cluster in projects.clusters:
            if (site.project_id and site.project_id == cluster.project_id) or (
                site.name and site.name in cluster.names
            ):
                return cluster
    if record.listing.listed:
        return None
    firms = {mention.id for cell in record.cells for _, mention in record.mentions(cell, "org")}
    states = {place.value.admin1 for cell in record.cells for _, place in record.mentions(cell, "place")} - {None}
    sectors = {mention.value.sector for _, mention in sites} - {""}
    for cluster in projects.clusters:
        kin = (
            not sectors
            or cluster.sector in sectors
            or any({cluster.sector, one} <= kin for one in sectors for kin in KIN)
        )
        if cluster.entry or not kin or not cluster.sector:
            continue
        if (cluster.admin1 and cluster.admin1 in states) or (
            firms & set(cluster.org_ids) and not (states and cluster.admin1)
        ):
            return cluster
    return None


def _new(projects: Projects) -> Cluster:
    cluster = Cluster(f"@p{len(projects.clusters)}")
    projects.clusters.append(cluster)
    return cluster


def remark(sentence: Sentence, projects: Projects) -> None:
    """A facility in what is said about a list of interest: the entry that alone builds such, else none."""
    for mention in sentence.of("site"):
        site: Site = mention.value
        found = [one for one in projects.clusters if one.entry and _same_kind(site, one)]
        if len(found) == 1:
            projects._of_mention[sentence.paragraph, mention.start, mention.end] = found[0]
            explicit = projects.explicit.setdefault(sentence.number, [])
            if found[0] not in explicit:
                explicit.append(found[0])


def _same_kind(site: Site, cluster: Cluster) -> bool:
    if site.product:
        return site.product.get("product") in cluster.products
    return bool(site.sector) and site.sector == cluster.sector

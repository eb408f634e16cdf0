"""The projects of a document: facilities grouped, put in focus, located, and given a sector.

What belongs here: the order in which that happens, and the sector of a project whose words do not tell it. What does
not: whether they are known ones (`resolve/projects`), and what is said about them (`relations`, `finance`, `stages`).
"""

from __future__ import annotations

import re
from collections import Counter

from pipelines.extract.annotation import Annotated
from pipelines.extract.clusters import Projects
from pipelines.extract.focus import fill_focus
from pipelines.extract.grouping import cluster_for, singled_out
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.locations import fill_places, locate, locate_by_name
from pipelines.extract.mentions import Sentence
from pipelines.extract.records import open_records, remark, take
from pipelines.extract.vocabulary import Row

_LIST = re.compile(
    r"\b(?:fact sheet|same sheet|the sheet|list of interest|interest list)\b|ファクトシート|関心.{0,6}(?:一覧|リスト)"
)


def find_projects(annotated: Annotated, lexicon: Lexicon) -> Projects:
    """Group the facilities of a document into projects and say which sentence speaks of which."""
    records = open_records(annotated, lexicon)
    projects = Projects(records=records)
    for sentence in annotated.sentences:
        for record in records.opening.get(sentence.number, ()):
            take(record, projects, lexicon)
        if sentence.number in records.owned:
            continue
        listed = _is_list(sentence, annotated)
        if listed and records.listed:
            remark(sentence, projects)
            continue
        for mention in sentence.of("site"):
            cluster = cluster_for(singled_out(mention, sentence), sentence, projects, listed)
            if cluster is None:
                continue
            cluster.add(sentence.number, mention)
            cluster.only_heading = cluster.only_heading and sentence.heading
            cluster.ordinal = cluster.ordinal or mention.value.ordinal
            cluster.org_ids += [
                org.id for org in sentence.of("org")[:1] if not sentence.heading and not cluster.org_ids
            ]
            cluster.listed = cluster.listed or (listed and len(cluster.sites) == 1)
            projects._of_mention[sentence.paragraph, mention.start, mention.end] = cluster
            explicit = projects.explicit.setdefault(sentence.number, [])
            if cluster not in explicit:
                explicit.append(cluster)
            locate(cluster, sentence, mention, lexicon)
            locate_by_name(cluster, sentence, mention, lexicon)
    fill_focus(annotated, projects)
    _infer_sectors(annotated, projects)
    _share_sectors(annotated, projects)
    fill_places(annotated, projects, lexicon)
    annotated.focus.update({number: tuple(one.key for one in focus) for number, focus in projects.focus.items()})
    return projects


def _is_list(sentence: Sentence, annotated: Annotated) -> bool:
    """Whether a sentence stands in a passage about an official list of interest."""
    if any(_LIST.search(other.masked) for other in annotated.sentences if other.heading):
        return not sentence.heading
    return any(
        _LIST.search(other.masked)
        for other in annotated.paragraph(sentence.paragraph)
        if other.number <= sentence.number
    )


def _infer_sectors(annotated: Annotated, projects: Projects) -> None:
    """Give a project without product what its sentences speak of most: "the plant" among magnets makes magnets."""
    for cluster in projects.clusters:
        if cluster.products and cluster.sector:
            continue
        counts: Counter[str] = Counter()
        rows: dict[str, Row] = {}
        for sentence in annotated.sentences:
            if not sentence.products or (
                cluster not in projects.focus.get(sentence.number, []) and not sentence.heading
            ):
                continue
            products = sentence.products
            for hit in products:
                if any(
                    (other.start <= hit.start and hit.end < other.end)
                    or (other.start < hit.start and hit.end <= other.end)
                    for other in products
                ):
                    continue
                if cluster.sector and hit.term.row["sector"] != cluster.sector:
                    continue
                counts[hit.term.id] += 1 + (cluster in projects.explicit.get(sentence.number, []))
                rows[hit.term.id] = hit.term.row
        if counts and not cluster.products:
            best = counts.most_common(1)[0][0]
            cluster.products[best], cluster.product_rows[best] = 1, rows[best]
            if not cluster.sector:
                cluster.sectors[rows[best]["sector"]] += 1


def _share_sectors(annotated: Annotated, projects: Projects) -> None:
    """A project told only by its place and firm is in the sector of the other project of the same firm."""
    for cluster in projects.clusters:
        if cluster.sector or not cluster.places:
            continue
        orgs = {
            org.id
            for sentence in annotated.sentences
            if cluster in projects.focus.get(sentence.number, [])
            for org in sentence.of("org")
        }
        others = [one for one in projects.clusters if one.sector and orgs & set(one.org_ids)]
        if len({one.sector for one in others}) == 1:
            cluster.sectors[others[0].sector] += 1
            if others[0].products:
                cluster.products.update(others[0].products)
                cluster.product_rows.update(others[0].product_rows)

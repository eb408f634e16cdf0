"""What the cells of records and labelled facts state: sums, parts, stages, places, capacities, materials.

What belongs here: from a cell under its heading to facts about the record's project. What does not: finding records
(`listing`, `fields`) and their projects (`records`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipelines.extract.amounts import AmountMention, scan_amounts
from pipelines.extract.attribution import attributions, modality
from pipelines.extract.capacities import Capacity, unit_of
from pipelines.extract.cues import role_in
from pipelines.extract.finance import Sum
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.listing import MONEY_KINDS, Cell, Record
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.records import is_total, words
from pipelines.extract.relations import Part
from pipelines.extract.stages import Step
from pipelines.extract.terms import has_cjk
from pipelines.extract.ties import Tied

PUBLIC_KINDS = frozenset({"ministry", "agency", "government", "committee"})
"""Kinds of organisations that tell of projects more often than they take part."""
_OPEN_TO_PUBLIC = frozenset(
    {("firm", ""), ("financing", "loan"), ("financing", "insurance")}
    | {("role", code) for code in ("lender", "owner", "operator", "guarantor", "insurer")}
)
"""Headings under which a ministry or an agency has the part itself; elsewhere it only tells of others."""
_NUMBER = re.compile(r"^(?:about |around |約|up to |最大)?\s?[0-9０-９][0-9０-９,，.]*$")
_CEILING = re.compile(r"\b(?:up to|maximum|max\.?|ceilings?|upper limit)\b|最大|上限", re.IGNORECASE)
_WITHIN = re.compile(r"(?:of which|including|out of|うち)\s?(?:the )?$|うち.{0,12}$", re.IGNORECASE)
_REFINES = re.compile(r"refin|smelt|separat|process|精製|製錬|精錬|分離")
_RECYCLES = re.compile(r"recycl|scrap|リサイクル|再生")


def parts_of(record: Record, lexicon: Lexicon) -> Iterator[Part]:
    """The firms of a record with the role that its heading gives; in a list of interest all are interested."""
    if record.cluster is None:
        return
    seen: set[str] = set()
    for cell in record.cells:
        for sentence, org in record.mentions(cell, "org"):
            public = lexicon.organizations.get(org.id, {}).get("kind", "company") in PUBLIC_KINDS
            if _in_brackets(record, cell, sentence, org):
                continue
            if org.id in seen or (public and (cell.label.kind, cell.label.code) not in _OPEN_TO_PUBLIC):
                continue
            if record.listing.listed:
                seen.add(org.id)
                yield Part(
                    record.cluster, "", org, sentence, "interested", "interest_expressed", "", None, "conditional"
                )
            elif cell.label.kind == "financing" and cell.label.code in _GIVERS:
                seen.add(org.id)
                told = modality(attributions(sentence, lexicon))
                role, instrument = _GIVERS[cell.label.code], cell.label.code
                yield Part(record.cluster, "", org, sentence, role, "", instrument, None, told)
            elif cell.label.kind in ("role", "firm"):
                seen.add(org.id)
                yield _part(record, cell, sentence, org, lexicon)


_INTEREST = re.compile(
    r"\b(?:interest|letters? of (?:intent|interest|support)|quot(?:e|ation)|bid)\b|関心|意向|見積もり|支持書"
)


def _in_brackets(record: Record, cell: Cell, sentence: Sentence, org: Mention) -> bool:
    """Whether a name under a heading of firms only explains the one before it: "ATA (our share 100%)"."""
    if cell.label.kind not in ("role", "firm"):
        return False
    before = sentence.text[max(0, cell.start - sentence.start) : org.start - sentence.start]
    told = any(other.start < org.start for _, other in record.mentions(cell, "org"))
    return told and len(re.findall("[(（]", before)) > len(re.findall("[)）]", before))


def _comes_to_build(record: Record) -> bool:
    """Whether a column "supplier" or "maker" heads those who build: each row has a place and a state of its own.

    A table whose rows name a facility tells who supplies that; one of products tells who makes them where.
    """
    alone = len(record.of("role")) == 1 and not record.of("firm")
    named = any(not site.value.passing for cell in record.of("project") for _, site in record.mentions(cell, "site"))
    return alone and not named and bool(record.of("place")) and bool(record.of("cost", "status", "capacity"))


def _part(record: Record, cell: Cell, sentence: Sentence, org: Mention, lexicon: Lexicon) -> Part:
    work = next((words(record, one) for one in record.of("work")), None)
    role = cell.label.code or ("developer" if not record.of("role") else "")
    if role == "supplier" and _comes_to_build(record):
        role = "developer"
    if work is not None:
        label = lexicon.labels.read(work)
        role = label.code if label is not None and label.kind == "role" else role_in(work.lower())
    interested = role == "interested" or bool(_INTEREST.search(sentence.text))
    told = "conditional" if interested else modality(attributions(sentence, lexicon))
    held = [cell] if role == "equity_investor" else record.of("share")
    shares = [one for other in held for _, one in record.mentions(other, "share")]
    share = next((one for one in shares if one.start >= org.end), None)
    return Part(record.cluster, "", org, sentence, role, "interest_expressed" if interested else "", "", share, told)


def sums_of(record: Record, lexicon: Lexicon, lead: str) -> Iterator[Sum]:
    """The sums of a record, by the heading they stand under; a list of interest knows ceilings alone."""
    if record.cluster is None:
        return
    for cell in record.cells:
        money = cell.label.kind in MONEY_KINDS
        if not money and not (record.listing.listed and cell.label.kind in ("project", "firm", "")):
            continue
        found = record.mentions(cell, "money") or (_bare_sum(record, cell, lexicon) if money else [])
        found = [
            (sentence, one)
            for sentence, one in found
            if not one.value.is_vague and not _WITHIN.search(sentence.text[: one.start - sentence.start])
        ]
        for sentence, one in found[:1]:
            yield _sum(record, cell, sentence, one, lead)


def _sum(record: Record, cell: Cell, sentence: Sentence, mention: Mention, lead: str) -> Sum:
    amount: AmountMention = mention.value
    kind = "business_scale" if record.listing.listed or cell.label.kind == "scale" else cell.label.kind
    kind = "project_cost" if kind == "cost" else kind
    ceiling = bool(kind == "business_scale" and (_CEILING.search(lead) or _CEILING.search(cell.label.unit)))
    ceiling = ceiling or (kind == "financing" and cell.label.ceiling)
    if ceiling and amount.low == amount.high:
        amount = replace(amount, low=None, qualifier="up_to")
    told = "conditional" if kind == "business_scale" else "asserted"
    instrument = cell.label.code if kind == "financing" else ""
    if record.listing.parties:
        role = next((one for one in record.of("role") if one.label.code in _FINANCE), None)
        payer = next((org for _, org in record.mentions(role, "org")), None) if role is not None else None
        if role is not None:
            kind, instrument = "financing", _FINANCE[role.label.code]
        return Sum(sentence, mention, amount, record.cluster, "", kind, instrument, told, payer)
    givers = [org for _, org in record.mentions(cell, "org")] if kind == "financing" else []
    payer = givers[0] if len(givers) == 1 else None
    return Sum(sentence, mention, amount, record.cluster, "", kind, instrument, told, payer)


_GIVERS = {"loan": "lender", "equity": "equity_investor", "insurance": "insurer"}
_FINANCE = {"lender": "loan", "equity_investor": "equity", "insurer": "insurance", "guarantor": "loan_guarantee"}


def _bare_sum(record: Record, cell: Cell, lexicon: Lexicon) -> list[tuple[Sentence, Mention]]:
    """A number without unit under a heading that gives it: "Cost ($ billion)" over "33", 金額（億円） over 250."""
    text, unit = words(record, cell), cell.label.unit
    if not unit or not _NUMBER.match(text):
        return []
    japanese = has_cjk(unit)
    sign = re.match(r"(?:in |単位[:：])?\s?((?:us|a|c)?[$€£¥]|usd|us dollars?|dollars?)?\s?(.*)$", unit, re.IGNORECASE)
    written = [f"{text} {unit}", f"{text}{re.sub(r'^(?:単位[:：]|in )', '', unit)}"]
    if sign and sign[1]:
        written.insert(0, f"${text} {sign[2]}".strip())
    for one in written[::-1] if japanese else written:
        amounts = scan_amounts(one, "ja" if japanese else "en", None, lexicon.grammar)
        if len(amounts) == 1:
            sentence = next(part for part in record.sentences if part.paragraph == cell.paragraph)
            value = replace(amounts[0], literal=text)
            return [(sentence, Mention("money", cell.start, cell.end, text, value.currency, value))]
    return []


def steps_of(record: Record, lexicon: Lexicon) -> Iterator[Step]:
    """How far a record's project is: interest, what its status says, the day of its announcement."""
    if record.cluster is None or record.listing.listed:
        return
    for cell in record.of("status"):
        sentence = next(part for part in record.sentences if part.paragraph == cell.paragraph)
        stage = lexicon.labels.stage(words(record, cell))
        if stage:
            dates = [one for _, one in record.mentions(cell, "date") if one.value.precision == "day"]
            yield Step(record.cluster, sentence, stage, "", "", next(iter(dates), None), words(record, cell)[:40])
    for cell in record.of("announced"):
        for sentence, date in record.mentions(cell, "date")[:1]:
            if date.value.day is not None and date.value.precision == "day":
                yield Step(record.cluster, sentence, "announced", "", "announcement", date, date.text[:40])


def place_record(record: Record) -> None:
    """Places and capacity under their headings."""
    cluster = record.cluster
    if cluster is None:
        return
    for cell in record.of("place"):
        for sentence, place in record.mentions(cell, "place")[::-1]:
            if all(place is not other for _, other in cluster.places):
                cluster.places.insert(0, (sentence, place))


def capacity_of(record: Record, lexicon: Lexicon) -> Capacity | None:
    """The capacity under a heading, with the heading's unit where the cell gives none."""
    if record.cluster is None:
        return None
    for cell in record.of("capacity"):
        for sentence, one in record.mentions(cell, "quantity"):
            if one.value.unit:
                return Capacity(sentence, one, one.value.value, unit_of(one, record.cluster))
        text, unit = words(record, cell), cell.label.unit
        if unit and _NUMBER.match(text):
            joined = f"{text}{unit}" if has_cjk(unit) else f"{text} {unit}"
            for found in lexicon.measures.find(joined, japanese=has_cjk(unit)):
                if found.unit:
                    sentence = next(part for part in record.sentences if part.paragraph == cell.paragraph)
                    mention = Mention("quantity", cell.start, cell.end, text, "", found)
                    return Capacity(sentence, mention, found.value, unit_of(mention, record.cluster))
    return None


def tied_of(record: Record) -> Iterator[Tied]:
    """The material that a record's project makes."""
    cluster = record.cluster
    if cluster is None:
        return
    if cluster.sector not in ("critical_materials", "metals_refining"):
        yield from _taken_in(record)
        return
    material = cluster.product.get("material_id", "")
    for cell in record.of("project", "material") if material else []:
        for sentence, one in record.mentions(cell, "material", "site"):
            if one.kind == "site" or one.id == material:
                text = words(record, cell)
                relation = "recycles" if _RECYCLES.search(text) else "refines" if _REFINES.search(text) else "produces"
                yield Tied(cluster, material, one, sentence, relation)
                return


_TAKES_IN = re.compile(r"を(?:用い|使|原料|主原料|活用)|(?:系|製)の")


def _taken_in(record: Record) -> Iterator[Tied]:
    """The materials of which a cell says that what is made consists of them (天然黒鉛を用いた負極材)."""
    for cell in record.of("project", "material", "place") if record.cluster is not None else []:
        for sentence, one in record.mentions(cell, "material"):
            if record.cluster is not None and _TAKES_IN.match(sentence.text, one.end - sentence.start):
                yield Tied(record.cluster, one.id, one, sentence, "consumes")


def total_of(record: Record, programs: Sequence[str], lexicon: Lexicon) -> Iterator[Sum]:
    """The last row, which adds up the others: the programme's, and no project's."""
    if not is_total(record) or not programs:
        return
    for cell in record.cells:
        for sentence, one in record.mentions(cell, "money") or _bare_sum(record, cell, lexicon):
            kind = "business_scale" if record.listing.listed else "tranche_total"
            yield Sum(sentence, one, one.value, None, programs[0], kind, "", "asserted")
            return

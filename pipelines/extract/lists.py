"""What lists, tables and labelled facts add to what running text tells, and what they take the place of.

What belongs here: joining facts of records with those of sentences. What does not: finding either.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pipelines.extract.annotation import Annotated
from pipelines.extract.clusters import Projects
from pipelines.extract.fields import find_fields
from pipelines.extract.finance import Sum
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.listing import LIST_NOUN, MONEY_KINDS, Record
from pipelines.extract.mentions import Mention
from pipelines.extract.patterns import BLOCKS
from pipelines.extract.recorded import capacity_of, parts_of, place_record, steps_of, sums_of, tied_of, total_of
from pipelines.extract.relations import Part
from pipelines.extract.stages import Step
from pipelines.extract.ties import Tied

_ADDED = re.compile(
    r"\b(?:in all|altogether|in total|total(?:s|led|ling)?|together|add(?:s|ed)? up|sum of|combined)\b"
    r"|合計|総額|足す|足し|合わせ|計"
)
_ORG = BLOCKS["org"]
_NAMES = rf"{_ORG}(?:(?:, and|, or|,| and| or|[、や・と]) ?{_ORG})*"
_ABSENT = re.compile(
    rf"(?P<before>{_NAMES}),? (?:(?:is|are|was|were|does|do|did|has|have) (?:not|no|nowhere)\b|isn't|aren't|wasn't"
    r"|(?:appears?|stands?|figures?) (?:not|nowhere)\b)[^.;]{0,40}?\b(?:list|sheet|table|named|listed|mentioned|entry"
    r"|entries|among|appear|document|text|annex)\b"
    r"|\b(?:no (?:mention|word|trace) of|(?:does|do|did) not (?:name|mention|list|include)|nor (?:is|are|does)"
    r"|not to be confused with|nothing to do with|no relation (?:of|to)|unrelated to)"
    rf" (?:\w+ ){{0,2}}?(?P<after>{_NAMES})"
    rf"|(?P<ja>{_NAMES})[^。\ue000-\ue1ff]{{0,30}}?(?:記載(?:は|が|も)(?:ない|無い|なく|見当たら)|記載されていない"
    r"|含まれ(?:ない|ていない|ておらず)|名(?:前)?(?:は|が|も)(?:ない|なく|見当たら|挙が(?:らない|っていない))"
    r"|載(?:らない|っていない|っておらず)|挙げられていない|入っていない|登場しない|(?:では|とは)(?:ない|別|無関係)"
    r"|別会社|別の会社|無関係|混同)"
)
"""Who is named only as not being on the list, or not being the one on it."""


def with_records(
    parts: Sequence[Part],
    sums: Sequence[Sum],
    steps: Sequence[Step],
    tied: Sequence[Tied],
    annotated: Annotated,
    projects: Projects,
    lexicon: Lexicon,
) -> tuple[list[Part], list[Sum], list[Step], list[Tied]]:
    """Join what records and labelled facts state with what the sentences state.

    Under a heading or a label a value means what that says, whatever its own words are like: there the sentence's
    reading gives way.
    """
    lists = projects.records
    records = [*_of_projects(projects), *find_fields(annotated, projects, lexicon, lists.rows)]
    found = [one for record in records for one in parts_of(record, lexicon)]
    absent = _absent(annotated) if lists.listed else set()
    whole = [one for one in [*_kept_parts(parts, records, lists.listed), *found] if id(one.org) not in absent]
    programs = [one.id for sentence in annotated.sentences for one in sentence.of("program")]
    programs += [one.program_id for one in sums if one.program_id]
    lead = " ".join(one.masked for one in annotated.sentences if one.number not in lists.owned)[:_LEAD]
    stated = [one for record in records for one in sums_of(record, lexicon, lead)]
    for record in lists.all:
        stated += total_of(record, programs, lexicon)
    if lists.listed:
        stated += _totals(annotated, lists.owned, programs)
    told = [one for record in records for one in steps_of(record, lexicon)]
    told += [one for record in records if record.listing.listed for one in _listing(record, annotated, lists.owned)]
    for record in records:
        place_record(record)
        capacity = capacity_of(record, lexicon)
        if record.cluster is not None and capacity is not None and not record.cluster.listed:
            record.cluster.capacity = record.cluster.capacity or capacity
    made = [one for record in records for one in tied_of(record)]
    return _once_parts(whole), _joined_sums(sums, stated, records), _joined_steps(steps, told), _joined_tied(tied, made)


_LEAD = 4000


def _of_projects(projects: Projects) -> list[Record]:
    """Records with their project; rows of parties are about the project that the passage speaks of."""
    for record in projects.records.all:
        if record.listing.parties and record.cluster is None:
            focus = projects.focus.get(record.sentences[0].number, [])
            only = projects.clusters[0] if len(projects.clusters) == 1 else None
            record.cluster = focus[0] if focus else only
    return [one for one in projects.records.all if one.cluster is not None]


def _kept_parts(parts: Sequence[Part], records: Sequence[Record], listed: bool) -> Iterator[Part]:
    """What sentences tell of parties, without what headings tell better and without bare remarks on a list."""
    cells = _cells(records, {"role", "firm", "financing"})
    rows = {sentence.number for one in records if one.listing.listed for sentence in one.sentences}
    for one in parts:
        remark = listed and one.role == "interested" and one.project is not None and one.project.entry
        if one.sentence.number not in rows and id(one.org) not in cells and not remark:
            yield one


def _cells(records: Sequence[Record], kinds: set[str] | frozenset[str]) -> set[int]:
    """The mentions that stand in cells of some kinds."""
    return {
        id(one)
        for record in records
        for cell in record.of(*kinds)
        for _, one in record.mentions(cell, "org", "money", "place")
    }


def _once_parts(parts: Sequence[Part]) -> list[Part]:
    """Each organisation, project and role once; a role takes the place of none."""
    roles = {(id(one.project), one.org.id) for one in parts if one.role}
    kept: dict[tuple[object, ...], Part] = {}
    for one in parts:
        if one.role or (id(one.project), one.org.id) not in roles or one.project is None:
            kept.setdefault((id(one.project), one.program_id, one.org.id, one.note, one.role, one.instrument), one)
    return list(kept.values())


def _joined_sums(sums: Sequence[Sum], stated: Sequence[Sum], records: Sequence[Record]) -> list[Sum]:
    cells = _cells(records, MONEY_KINDS)
    rows = {sentence.number for one in records if one.listing.listed for sentence in one.sentences}
    costed = {id(one.project) for one in stated if one.kind == "project_cost"}
    figures = {(id(one.project), one.amount.low, one.amount.high, one.amount.currency) for one in stated}
    kept = [
        one
        for one in sums
        if id(one.mention) not in cells
        and one.sentence.number not in rows
        # A cost under its own heading is the project's; what else reads like one is a part of it or somebody else's.
        and not (one.kind == "project_cost" and id(one.project) in costed)
        and (id(one.project), one.amount.low, one.amount.high, one.amount.currency) not in figures
    ]
    found: dict[tuple[object, ...], Sum] = {}
    for one in stated:
        found.setdefault((id(one.project), one.amount.low, one.amount.high, one.amount.currency, one.kind), one)
    return [*kept, *found.values()]


def _joined_steps(steps: Sequence[Step], told: Sequence[Step]) -> list[Step]:
    """What a status says stands beside what sentences say; of the same stage the one with a date stays."""
    dated = {(id(one.project), one.stage) for one in told if one.date is not None}
    known = {(id(one.project), one.stage) for one in steps if one.date is not None}
    kept = [one for one in steps if one.date is not None or (id(one.project), one.stage) not in dated]
    own = {id(one.project): one.stage for one in told if not one.event_type}
    common = Counter(one.sentence.number for one in kept)
    # A row's own status goes before what a sentence says of all rows at once.
    kept = [one for one in kept if own.get(id(one.project), one.stage) == one.stage or common[one.sentence.number] == 1]
    held = {(id(one.project), one.stage) for one in kept}
    return [*kept, *(one for one in told if (id(one.project), one.stage) not in held | known)]


def _joined_tied(tied: Sequence[Tied], made: Sequence[Tied]) -> list[Tied]:
    known = {(id(one.project), one.material_id) for one in tied}
    return [*tied, *(one for one in made if (id(one.project), one.material_id) not in known)]


def _listing(record: Record, annotated: Annotated, owned: set[int]) -> Iterator[Step]:
    """The entry in the list, on the day of the list."""
    if record.cluster is not None:
        date = _list_date(annotated, owned)
        yield Step(
            record.cluster, record.sentences[0], "listed_interest", "primary_document", "listing", date, "listed"
        )


def _list_date(annotated: Annotated, owned: set[int]) -> Mention | None:
    """The day the list was published: of the days that the text gives the one told with the list itself."""
    best: tuple[int, Mention] | None = None
    for sentence in annotated.sentences:
        noun = LIST_NOUN.search(sentence.masked)
        if sentence.number in owned or noun is None:
            continue
        for date in sentence.of("date"):
            if date.value.day is None or date.value.precision != "day":
                continue
            score = 2 * bool(_PUBLISHED.search(sentence.masked)) + bool(_LIST_NAME.search(sentence.masked))
            if best is None or score > best[0]:
                best = score, date
    return best[1] if best else None


_PUBLISHED = re.compile(
    r"\b(?:publish\w*|release[ds]?|issue[ds]?|note|announce\w*|unveil\w*|put out|made public|list(?:s|ed)?)\b"
    r"|公表|発表|公開|示した|まとめ"
)
_LIST_NAME = re.compile(r"fact ?sheet|ファクトシート|list of interest|関心.{0,6}(?:一覧|リスト)")


def _totals(annotated: Annotated, owned: set[int], programs: Sequence[str]) -> Iterator[Sum]:
    """What a text adds up of a list: no project's money."""
    for sentence in annotated.sentences:
        if sentence.number in owned or not programs or not _ADDED.search(sentence.masked):
            continue
        if any(one.value.plural is False for one in sentence.of("site")):
            continue
        for one in sentence.of("money")[:1]:
            if not one.value.is_vague:
                yield Sum(sentence, one, one.value, None, programs[0], "business_scale", "", "asserted")


def _absent(annotated: Annotated) -> set[int]:
    """Organisations that a text names only to say that they are not on the list, or not the ones on it."""
    found: set[int] = set()
    for sentence in annotated.sentences:
        for match in _ABSENT.finditer(sentence.masked) if sentence.of("org") else ():
            caught = next(filter(None, match.group("before", "after", "ja")), "")
            found.update(id(one) for one in sentence.caught(caught))
    return found

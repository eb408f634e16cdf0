"""Lists and tables in a document: which passages are one, and what each row or entry holds.

What belongs here: the shape of lists, columns and their headings, and whether a list is one of interest alone. What
does not: what labels mean (`labels`) and what becomes of the records (`records`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from pipelines.extract.annotation import Annotated
from pipelines.extract.clusters import Cluster
from pipelines.extract.columns import column_of_builders, is_of_parties, is_told_apart, tells_apart
from pipelines.extract.labels import NONE, Label, Labels, cells
from pipelines.extract.mentions import Mention, Sentence

MONEY_KINDS = frozenset({"cost", "scale", "financing", "purchase", "revenue"})
_ABOUT_PROJECT = frozenset({"cost", "scale", "financing", "place", "capacity", "status", "announced", "firm", "role"})
LIST_NOUN = re.compile(
    r"\b(?:fact ?sheet|list|annex|schedule|table|register|entries|undertakings|catalogue|sheet)\b"
    r"|ファクトシート|一覧|リスト|別表|別紙|名簿|下表|掲載"
)
_INTEREST = re.compile(
    r"\b(?:interest(?:ed)?(?! rate| payment|s? on )|non-?binding|under consideration|are considering|may take part)\b"
    r"|関心|意向|検討"
)
_CHOSEN = re.compile(
    r"\b(?:selected|chosen|approved|picked) (?:projects|undertakings|investments)\b|(?:選定|承認)(?:案件|事業)"
)
_ENTRY = re.compile(r"\s?(?:[(（][^()（）]{1,60}[)）])?\s?(?:[:：]|\s[–—-]\s|[–—]|\u3000|、)\s?")
_CLOSED = re.compile(r"[.。!?！？:：]$")
_BULLET = re.compile(r"^[\s・•●○◆■□※*–—\-0-9０-９()（）.．、①-⑳]{0,6}$")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a record: what its column or label announces, and its characters of a paragraph."""

    label: Label
    paragraph: int
    start: int
    end: int


@dataclass(slots=True)
class Listing:
    """One list or table.

    Attributes:
        listed: It tells companies' interest; nobody has said that they will pay or build.
        parties: Its rows are firms of one project, not projects.
        lead: The sentence that introduces it.
        header: The row of headings.
    """

    listed: bool = False
    parties: bool = False
    lead: Sentence | None = None
    header: tuple[Sentence, ...] = ()


@dataclass(slots=True)
class Record:
    """One row or entry.

    Attributes:
        sentences: Those that it covers.
        cells: Its values.
        section: The heading above it within the list.
        cluster: Its project, once `records` has told.
    """

    listing: Listing
    sentences: tuple[Sentence, ...]
    cells: tuple[Cell, ...]
    section: Sentence | None = None
    cluster: Cluster | None = None

    def mentions(self, cell: Cell, *kinds: str) -> list[tuple[Sentence, Mention]]:
        """Mentions of some kinds in a cell, with their sentences."""
        return [
            (sentence, one)
            for sentence in self.sentences
            if sentence.paragraph == cell.paragraph
            for one in sentence.of(*kinds)
            if cell.start <= one.start < cell.end
        ]

    def of(self, *kinds: str) -> list[Cell]:
        """Its cells of some kinds."""
        return [one for one in self.cells if one.label.kind in kinds]


@dataclass(slots=True)
class _Block:
    """A paragraph with its sentences and cells."""

    number: int
    text: str
    sentences: list[Sentence] = field(default_factory=list)
    cells: list[tuple[int, int]] = field(default_factory=list)

    @property
    def is_heading(self) -> bool:
        """Whether it is a short line without full stop."""
        return len(self.text) < 90 and not _CLOSED.search(self.text) and not self.is_row

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table."""
        return len(self.cells) > 1

    def words(self, cell: tuple[int, int]) -> str:
        """Text of a cell."""
        return self.text[cell[0] : cell[1]]

    def cell(self, place: int) -> str:
        """Text of a cell by its place; empty where the row is shorter, or the place is -1."""
        return self.words(self.cells[place]) if 0 <= place < len(self.cells) else ""

    def kinds(self, cell: tuple[int, int]) -> set[str]:
        """Kinds of mentions in a cell."""
        return {one.kind for sentence in self.sentences for one in sentence.mentions if cell[0] <= one.start < cell[1]}


def find_records(annotated: Annotated, labels: Labels) -> list[Record]:
    """The records of every list and table of a document that tells of projects, in its order."""
    blocks = _blocks(annotated)
    found = list(_table_records(blocks, annotated, labels))
    taken = {sentence.number for record in found for sentence in record.sentences}
    found += _entries(blocks, annotated, taken)
    return sorted(found, key=lambda record: record.sentences[0].number)


def is_interest(annotated: Annotated, before: int) -> bool:
    """Whether what stands before a paragraph announces an official list of companies' interest."""
    texts = [one.masked for one in annotated.sentences if one.heading or one.paragraph <= before]
    noun = any(LIST_NOUN.search(text) for text in texts)
    return noun and any(_INTEREST.search(text) for text in texts) and not any(_CHOSEN.search(text) for text in texts)


def _blocks(annotated: Annotated) -> list[_Block]:
    blocks = {
        one.number: _Block(one.number, one.text, [], cells(one.text) if " | " in one.text else [])
        for one in annotated.document.paragraphs
    }
    for sentence in annotated.sentences:
        blocks[sentence.paragraph].sentences.append(sentence)
    return [block for block in blocks.values() if block.sentences]


def _table_records(blocks: Sequence[_Block], annotated: Annotated, labels: Labels) -> Iterator[Record]:
    for table in (part for whole in _tables(blocks) for part in _parted(whole, labels)):
        first = blocks.index(table[0])
        lead = next((one for one in reversed(blocks[:first]) if not one.is_heading), None)
        listing = Listing(is_interest(annotated, table[0].number), False, lead.sentences[-1] if lead else None)
        rows = [block for block in table if block.is_row]
        heads = [labels.read(rows[0].words(cell)) for cell in rows[0].cells]
        if is_fields(rows, labels):
            if len(rows[-1].cells) > 2:
                yield from _transposed(rows, labels, listing)
            continue
        if not _is_header(rows[0], heads):
            heads = _inferred(rows)
        else:
            listing.header = tuple(rows[0].sentences)
            rows = rows[1:]
        kinds = {head.kind for head in heads}
        listing.parties = is_of_parties(heads)
        firm, apart = column_of_builders(heads), tells_apart(heads) and len(rows) > 1
        apart = apart and all(is_told_apart(row.text, row.sentences, row.cell(firm)) for row in rows)
        if not listing.parties and not apart and not _is_of_projects(kinds, rows, listing):
            continue
        section: Sentence | None = None
        for block in table:
            if not block.is_row:
                section = block.sentences[0]
            elif block in rows:
                aligned = _aligned(block, heads)
                yield Record(listing, tuple(block.sentences), tuple(aligned), section)


def _tables(blocks: Sequence[_Block]) -> Iterator[list[_Block]]:
    """Runs of rows; one short line between two rows is a heading within the table."""
    table: list[_Block] = []
    for number, block in enumerate(blocks):
        following = blocks[number + 1] if number + 1 < len(blocks) else None
        inside = bool(table) and block.is_heading and following is not None and following.is_row
        if block.is_row or inside:
            table.append(block)
            continue
        if len(table) > 1:
            yield table
        table = []
    if len(table) > 1:
        yield table


def _parted(table: list[_Block], labels: Labels) -> Iterator[list[_Block]]:
    """Two tables without text between them, parted where headings stand again."""
    start = 0
    for number in range(1, len(table)):
        row = table[number]
        if row.is_row and _is_header(row, [labels.read(row.words(cell)) for cell in row.cells]):
            named = any({"org", "site", "place"} & row.kinds(cell) for cell in row.cells)
            if not named and number - start > 1:
                yield table[start:number]
                start = number
    if len(table) - start > 1:
        yield table[start:]


def _is_header(row: _Block, heads: Sequence[Label]) -> bool:
    told = sum(bool(head.kind) for head in heads)
    money = any("money" in row.kinds(cell) for cell in row.cells)
    return told >= 2 and told * 2 >= len(heads) and not money


def is_fields(rows: Sequence[_Block], labels: Labels) -> bool:
    """Whether the first column of a table holds labels: "Location | Macon", "Cost | $2 billion"."""
    told = [labels.read(row.words(row.cells[0])) for row in rows]
    plain = [
        bool(label.kind) and not row.kinds(row.cells[0]) & {"org", "site", "money"}
        for row, label in zip(rows, told, strict=True)
    ]
    return len({label for label in told if label.kind}) > 1 and sum(plain) * 2 > len(rows)


def _inferred(rows: Sequence[_Block]) -> list[Label]:
    """Columns by what their cells mostly hold, for a table without headings."""
    heads: list[Label] = []
    for number in range(max(len(row.cells) for row in rows)):
        counts: Counter[str] = Counter()
        held = [row for row in rows if number < len(row.cells)]
        for row in held:
            counts.update(row.kinds(row.cells[number]))
        most = [kind for kind, count in counts.most_common() if count * 2 > len(held)]
        kind = next((kind for kind in ("money", "site", "org", "place") if kind in most), "")
        heads.append(Label({"money": "cost", "site": "project", "org": "firm", "place": "place"}.get(kind, "")))
    return heads


def _is_of_projects(kinds: set[str], rows: Sequence[_Block], listing: Listing) -> bool:
    if "share_table" in kinds or not kinds & _ABOUT_PROJECT:
        return False
    if listing.listed and "firm" in kinds and kinds & MONEY_KINDS:
        return True
    told = [row for row in rows if any(sentence.of("site") or sentence.products for sentence in row.sentences)]
    return "project" in kinds and len(told) * 2 >= len(rows) and not kinds <= {"project", "date", "announced", "note"}


_FITS = {"money": MONEY_KINDS, "org": {"firm", "role"}, "place": {"place"}, "site": {"project"}, "date": {"announced"}}


def _aligned(row: _Block, heads: Sequence[Label]) -> list[Cell]:
    """Cells under their headings; where cells are missing, so that most of them fit the heading."""
    count = min(len(row.cells), len(heads))
    shown = row.cells[:count]

    def fit(places: tuple[int, ...]) -> tuple[int, int]:
        kinds = [row.kinds(cell) for cell in shown]
        good = sum(
            heads[place].kind in _FITS.get(kind, ()) for place, held in zip(places, kinds, strict=True) for kind in held
        )
        return good, sum(places)

    best = max(combinations(range(len(heads)), count), key=fit) if count < len(heads) <= 9 else tuple(range(count))
    return [Cell(heads[place], row.number, *cell) for place, cell in zip(best, shown, strict=True)]


def _transposed(rows: Sequence[_Block], labels: Labels, listing: Listing) -> Iterator[Record]:
    """A table whose columns are the projects: its first column holds the labels."""
    width = len(rows[-1].cells)
    for column in range(1, width):
        found: list[Cell] = []
        sentences: list[Sentence] = []
        for number, row in enumerate(rows):
            place = column - (width - len(row.cells))
            if not 0 <= place < len(row.cells) or (place == 0 and number):
                continue
            label = labels.read(row.words(row.cells[0])) if number or len(row.cells) == width else NONE
            found.append(Cell(label if label.kind else Label("project"), row.number, *row.cells[place]))
            sentences += row.sentences
        yield Record(listing, tuple(sentences), tuple(found))


def _entries(blocks: Sequence[_Block], annotated: Annotated, taken: set[int]) -> Iterator[Record]:
    """Entries of a list of interest without table: paragraphs of one shape, or names and ceilings in one sentence."""
    free = [block for block in blocks if block.sentences[0].number not in taken and not block.is_row]
    shaped = [(block, _entry(block)) for block in free]
    firms = [block for block, opening in shaped if opening is not None and _is_priced(block)]
    bare = [block for block, opening in shaped if opening is None and _is_bare(block)]
    known = len(firms) if len(firms) > 1 else 0
    if known + len(bare) < _FEWEST and not any(_priced(sentence) for block in free for sentence in block.sentences):
        return
    entries = {block.number for block in (firms if known or bare else [])} | {block.number for block in bare}
    if len(entries) >= _FEWEST:
        listing = _listing(min(entries), blocks, annotated)
        if listing.listed:
            yield from _of_paragraphs(shaped, entries, listing)
            return
    for block in free:
        for sentence in block.sentences:
            if _priced(sentence) and is_interest(annotated, block.number):
                yield from _within(sentence, Listing(True, False, sentence))


def _listing(first: int, blocks: Sequence[_Block], annotated: Annotated) -> Listing:
    before = [block for block in blocks if block.number < first]
    lead = before[-1].sentences[-1] if before else None
    return Listing(bool(before) and is_interest(annotated, before[-1].number), False, lead)


def _of_paragraphs(
    shaped: Sequence[tuple[_Block, int | None]], entries: set[int], listing: Listing
) -> Iterator[Record]:
    section: Sentence | None = None
    for block, opening in shaped:
        whole = Cell(Label("project"), block.number, opening or 0, len(block.text))
        if block.number in entries or (opening is not None and block.number > min(entries)):
            name = _named(block) if opening is None else opening
            head = [Cell(Label("firm"), block.number, 0, name)] if name else []
            body = Cell(Label("project"), block.number, name, len(block.text)) if name else whole
            yield Record(listing, tuple(block.sentences), (*head, body), section)
        elif block.is_heading and block.number > min(entries) - 2:
            section = block.sentences[0]


def _is_priced(block: _Block) -> bool:
    return "money" in block.kinds((0, len(block.text)))


_SAYS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|could|may|might|said|says|plans?|do|does|did|comes?|came|adds?|made|wants?)\b"
)


def _is_bare(block: _Block) -> bool:
    """Whether a paragraph is an entry by its shape alone: one ceiling, one thing, no verb of a statement."""
    first = block.sentences[0]
    money = [one for sentence in block.sentences for one in sentence.of("money")]
    told = any(sentence.of("org", "site", "material") or sentence.products for sentence in block.sentences)
    said = first.masked.endswith("。") if first.japanese else bool(_SAYS.search(first.masked))
    return len(money) == 1 and bool(first.of("money")) and told and not said and len(block.text) < _ENTRY_LENGTH


_ENTRY_LENGTH, _FEWEST = 320, 2
_OPENING = re.compile(r"^[\s・•●○◆■□※*–—-]{0,3}([^:：。.!?]{2,40}?)\s?[:：]\s?(?=\S)")


def _named(block: _Block) -> int:
    """Where the words end that stand before the colon of an entry; they name whoever is interested."""
    opening = _OPENING.match(block.text)
    first = block.sentences[0]
    if opening is None or any(one.start < opening.end() for one in first.of("site", "money", "material", "date")):
        return 0
    return opening.end()


def _priced(sentence: Sentence) -> bool:
    """Whether a sentence holds several firms each with its ceiling."""
    money = sentence.of("money")
    return len(money) >= _FEWEST <= len(sentence.of("org")) and all(one.value.qualifier == "up_to" for one in money)


def _within(sentence: Sentence, listing: Listing) -> Iterator[Record]:
    """Entries within one sentence: each runs from its firm to the next one's behind a ceiling."""
    orgs, starts, last = sentence.of("org"), [], sentence.start
    for money in sentence.of("money"):
        firm = next((one for one in orgs if last <= one.start < money.start), None)
        if firm is None:
            return
        starts.append((firm.start, firm.end))
        last = money.end
    ends = [start for start, _ in starts[1:]] + [sentence.start + len(sentence.text)]
    for (start, behind), end in zip(starts, ends, strict=True):
        parts = (
            Cell(Label("firm"), sentence.paragraph, start, behind),
            Cell(Label("project"), sentence.paragraph, behind, end),
        )
        yield Record(listing, (sentence,), parts)


def _entry(block: _Block) -> int | None:
    """Where the name that opens an entry ends; None where a paragraph opens with none, or with a sentence about it."""
    sentence = block.sentences[0]
    orgs = sentence.of("org")
    if not orgs or not _BULLET.match(block.text[: orgs[0].start]):
        return None
    end = orgs[0].end
    for other in orgs[1:]:
        if not re.fullmatch(r"\s?(?:,|、|・|/|／|&|and|及び|と|, and)\s?", block.text[end : other.start]):
            break
        end = other.end
    behind = _ENTRY.match(block.text, end)
    return behind.end() if behind is not None and behind.end() < len(block.text) else None

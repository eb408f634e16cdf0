"""What an agency's file gave: rows in our own layout, what was set aside, and an account of every value.

What belongs here: the shapes that all agency readers fill. What does not: any agency's layout.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipelines.errors import RawFileError
from pipelines.ingest.agencies.figures import Figure, digits
from pipelines.ingest.coded import AS_FOUND
from pipelines.ingest.values import CellError
from pipelines.records import Quarantined, Source, TableFile
from schemas.contract import TABLES

ROOM = "agency"
"""Room of table files that were read from an agency's own file; `coded.METHODS` names their method."""

Fields = Mapping[str, str]

_FIGURES = (
    "reliance_low_pct", "reliance_high_pct", "reliance_code", "share_low_pct", "share_high_pct", "rank", "value_usd",
    "quantity", "quantity_low", "quantity_high", "quantity_code", "unit",
)  # fmt: skip
"""Columns of which a file must not give two values for one key."""


@dataclass(slots=True)
class Account:
    """The account of one file (or of one member of an archive).

    Attributes:
        path: The file, `archive.zip!member` for a member.
        layout: Which layout it was recognised as; empty where none.
        rows_in: Rows of figures in the file.
        rows_out: Rows of contract tables made of it.
        meanings: What kind of value -> how many cells of it.
        problem: Why the whole file was refused; empty where it was read.
    """

    path: str
    layout: str = ""
    rows_in: int = 0
    rows_out: int = 0
    meanings: Counter[str] = field(default_factory=Counter)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AgencyFile:
    """An agency's file as read.

    Attributes:
        accounts: One for the file, or one for each member of an archive.
        gaps: What rows that were set aside are about: source_id, reporter, flow, hs6, hs_revision, period.
    """

    source: Source
    tables: tuple[TableFile, ...]
    quarantined: tuple[Quarantined, ...]
    accounts: tuple[Account, ...]
    gaps: frozenset[tuple[str, ...]] = frozenset()


class Harvest:
    """Collects what one file (or member) says while its reader walks through the rows.

    Args:
        path: The file in raw, for messages and receipts.
        member: Name inside an archive, empty outside one.
        layout: Name of the layout.

    Attributes:
        gaps: Flows of which a row was set aside (reporter, flow, hs6, hs_revision, period): a sum over its partners
            would be too small, and every share of it too large.
    """

    def __init__(self, path: str, member: str, layout: str) -> None:
        self.path = path
        self.member = member
        self.account = Account(f"{path}!{member}" if member else path, layout)
        self.rows: dict[str, list[tuple[int, Fields]]] = {}
        self.bad: list[Quarantined] = []
        self.fields: dict[tuple[str, str], tuple[str, str, str]] = {}
        self.gaps: set[tuple[str, ...]] = set()
        self._given: dict[tuple[str, ...], tuple[tuple[str, ...], int]] = {}

    @property
    def place(self) -> str:
        """How locators call the file: its name, or the member's in an archive."""
        return (self.member or self.path).rsplit("/", 1)[-1]

    def count(self, meaning: str, number: int = 1) -> None:
        """Note that a value of some meaning was met."""
        if number:
            self.account.meanings[meaning] += number

    def locator(self, line: int, column: str) -> str:
        """Where a figure stands: file, row (1-based, the header is row 1) and column."""
        return f"{self.place} row {line}, column {column}"

    def give(self, table: str, line: int, values: Fields) -> None:
        """Add a row of a contract table; empty cells are left out."""
        key = (table, *(values.get(column, "") for column in TABLES[table].key))
        figures = tuple(values.get(column, "") for column in _FIGURES)
        before = self._given.get(key)
        if before is not None and before[0] != figures:
            found = f"another figure than in row {before[1]} for {', '.join(part for part in key if part)}"
            self.refuse_row(line, "", CellError(found, "one figure for each"), "duplicate")
        elif before is not None:
            self.count("the same figure again")
        else:
            self._given[key] = (figures, line)
            self.rows.setdefault(table, []).append((line, {name: text for name, text in values.items() if text}))
            self.account.rows_out += 1

    def refuse_row(self, line: int, column: str, error: CellError, reason_code: str = "invalid_value") -> None:
        """Set one row aside with file, row, column, found and expected."""
        place = f"{self.account.path}, row {line}, column {column}"
        remedy = "Compare it with the agency's page; correct the file or report the layout."
        problem = RawFileError(place, error.found, error.expected, remedy, reason_code)
        self.bad.append(Quarantined(self.path, "ingest", reason_code, str(problem), line, place))
        self.count("set aside")

    def went(self, raw_field: str, table: str = "", column: str = "", note: str = "") -> None:
        """Note where a field of the file went, for the crosswalk; no table: it is not used, and `note` says why.

        A field that goes to several tables is listed with the first; the note names the others.
        """
        key = (f"agencies-1:{self.account.layout}", raw_field)
        before = self.fields.get(key)
        if before is None:
            self.fields[key] = (table, column, note)
        elif table and f"{table}.{column}" not in before[2] and before[:2] != (table, column):
            self.fields[key] = (*before[:2], "; ".join(part for part in (before[2], f"also {table}.{column}") if part))


def bounds_of(figure: Figure, low: str, high: str, literal: str) -> dict[str, str]:
    """The two columns of a figure's bounds, each with what stood in the file."""
    values = {low: digits(figure.low), high: digits(figure.high)}
    found = {f"{name}{AS_FOUND}": literal for name, text in values.items() if text}
    return {**values, **found}


def tables_of(harvests: Iterable[Harvest], source: Source, path: str, sha256: str) -> tuple[TableFile, ...]:
    """Put the rows of a file's harvests together, one table file a contract table."""
    rows: dict[str, list[tuple[int, Fields]]] = {}
    fields: dict[tuple[str, str], tuple[str, str, str]] = {}
    for harvest in harvests:
        fields.update(harvest.fields)
        for table, found in harvest.rows.items():
            rows.setdefault(table, []).extend(found)
    went = tuple((*names, *goal) for names, goal in sorted(fields.items()))
    return tuple(
        TableFile(path, table, ROOM, sha256, source, tuple(found), fields=went if number == 0 else ())
        for number, (table, found) in enumerate(sorted(rows.items()))
    )

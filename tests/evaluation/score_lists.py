"""Score the two pairs of word lists: money amounts and organisation names.

What belongs here: `python -m tests.evaluation.score_lists`, which prints every miss of the worked lists and counts only
for the lists kept aside. What does not: the documents of the gold set (`score.py`).
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pipelines.extract.amounts import find_amounts
from pipelines.extract.lexicon import Lexicon, build_lexicon
from pipelines.extract.names import resolve_surface
from pipelines.extract.vocabulary import own_rows

HERE = Path(__file__).parent
REFERENCE = ("organizations", "organization_names", "materials", "material_names", "places", "program_names")
STEMS = ("worked", "second", "third", "aside")
AMOUNT_FIELDS = ("low", "high", "currency", "qualifier", "n_amounts")

Row = dict[str, str]


@dataclass(frozen=True)
class Miss:
    """One row that was read otherwise than it is labelled."""

    row: Row
    wanted: str
    found: str


@dataclass(frozen=True)
class AmountScore:
    """How a list of amounts was read.

    Attributes:
        rows: Rows of the list.
        misses: Rows in which any of the scored columns is wrong.
    """

    rows: int
    misses: list[Miss]

    @property
    def share(self) -> float:
        """Rows with all five columns right, from 0 to 1."""
        return 1 - len(self.misses) / self.rows


@dataclass(frozen=True)
class NameScore:
    """How a list of names was read.

    Attributes:
        rows: Rows of the list.
        wanted: Rows that name a known organisation.
        proposed: Rows for which the reader named one.
        right: Rows for which it named the right ones, and all of them.
        misses: Every row that was read otherwise than it is labelled.
    """

    rows: int
    wanted: int
    proposed: int
    right: int
    misses: list[Miss]

    @property
    def precision(self) -> float:
        """Right rows among those proposed; 1 if none was proposed."""
        return self.right / self.proposed if self.proposed else 1.0

    @property
    def recall(self) -> float:
        """Right rows among those wanted; 1 if none was wanted."""
        return self.right / self.wanted if self.wanted else 1.0


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a labelled list; cells are text as they stand."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _plain(value: Decimal | None) -> str:
    text = "" if value is None else format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount_as_read(row: Row) -> tuple[str, ...]:
    """Return what the reader makes of a row's text, in the order of `AMOUNT_FIELDS`."""
    found = find_amounts(row["text"], row["lang"], row["context_country"] or None)
    if not found:
        return ("", "", "", "", "0")
    first = found[0]
    return (_plain(first.low), _plain(first.high), first.currency or "", first.qualifier, str(len(found)))


def score_amounts(rows: list[Row]) -> AmountScore:
    """Score a list of amounts; a row is right only if all five columns are."""
    misses = []
    for row in rows:
        wanted, found = tuple(row[field] for field in AMOUNT_FIELDS), amount_as_read(row)
        if wanted != found:
            misses.append(Miss(row, " ".join(x or "-" for x in wanted), " ".join(x or "-" for x in found)))
    return AmountScore(len(rows), misses)


def name_as_read(lexicon: Lexicon, universe: set[str], row: Row) -> str:
    """Return the known organisations that a row's surface names, parted by `|`, or an empty text."""
    found = resolve_surface(lexicon.names, row["surface"], row["lang"])
    names = [lexicon.organizations[org]["name"] for org in found]
    return "|".join(name for name in names if name in universe)


def score_names(rows: list[Row], read: Callable[[Row], str]) -> NameScore:
    """Score a list of names with a reader that turns a row into canonical names parted by `|`."""
    misses, right, proposed = [], 0, 0
    for row in rows:
        found = read(row)
        proposed += bool(found)
        right += bool(found) and found == row["canonical"]
        if found != row["canonical"]:
            misses.append(Miss(row, row["canonical"] or "(blank)", found or "(blank)"))
    return NameScore(len(rows), sum(bool(row["canonical"]) for row in rows), proposed, right, misses)


def _print_misses(misses: list[Miss], surface: str) -> None:
    for miss in misses:
        print(f"  [{miss.row['lang']}] {miss.row[surface]!r} ({miss.row['note']})")
        print(f"       wanted {miss.wanted}\n       found  {miss.found}")


def main() -> None:
    """Print the figures of the four lists, and the misses of the worked ones."""
    lexicon = build_lexicon({name: own_rows(name) for name in REFERENCE}, ())
    lists = {stem: read_rows(HERE / f"names_{stem}.csv") for stem in STEMS}
    universe = {name for rows in lists.values() for row in rows for name in row["canonical"].split("|") if name}
    for stem in STEMS:
        amounts = score_amounts(read_rows(HERE / f"amounts_{stem}.csv"))
        print(f"amounts_{stem}: {amounts.rows - len(amounts.misses)} of {amounts.rows} right, {amounts.share:.1%}")
        names = score_names(lists[stem], lambda row: name_as_read(lexicon, universe, row))
        print(
            f"names_{stem}: precision {names.precision:.1%} ({names.right} of {names.proposed}),"
            f" recall {names.recall:.1%} ({names.right} of {names.wanted})"
        )
        if stem != "aside":
            _print_misses(amounts.misses, "text")
            _print_misses(names.misses, "surface")


if __name__ == "__main__":
    main()

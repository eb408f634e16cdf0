"""The one set in which an amount may be added, so that no dollar is counted twice.

What belongs here: the contract's rules for `amounts.sum_set`. What does not: the sums (`totals`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.reconcile.choose import Row
from pipelines.reconcile.stages import UNDER_WAY

SIGNED = ("equity", "loan", "subordinated_loan", "shareholder_loan", "bond", "convertible", "grant")
CONTINGENT = ("loan_guarantee", "insurance")
EXCLUSIVE_LINKS = ("candidate_for", "supersedes", "same_money")
"""Links between projects that may be the same money: never both in one set."""

_SETTLED = ("accepted", "corrected")
_COUNTED = ("asserted", "planned")
_SETS_OF_CHOSEN = {"pledge": "pledge", "business_scale": "interest", "project_cost": "cost"}
_CONTAINERS = ("part_of", "finances_amount_id", "covers_amount_id")


def assign(
    amounts: Mapping[str, Row], chosen: Mapping[str, Row], projects: Mapping[str, Row], links: Sequence[Row]
) -> None:
    """Fill `sum_set` of every amount that may be added somewhere.

    Args:
        amounts: Rows of `amounts` by id, with modality and review; changed in place.
        chosen: Subject -> the figure chosen among rivals.
        projects: Rows of `projects` with their stage.
        links: Rows of `project_links`.
    """
    winners = {row.key_text for row in chosen.values()}
    for amount_id, row in sorted(amounts.items()):
        if _may_count(row):
            candidate = _set_of(row, amount_id in winners, projects)
            row.put(
                "sum_set", candidate, row.receipts.get("kind", []), "the one set the contract's rules admit the row to"
            )
    for row in amounts.values():
        if row.text("sum_set") and _contained(row, amounts):
            del row.values["sum_set"]
    _drop_same_money(amounts, links)


def _may_count(row: Row) -> bool:
    return (
        row.text("review") in _SETTLED
        and row.text("modality") in _COUNTED
        and not row.values.get("restates")
        and row.values.get("source_converted") is not True
    )


def _set_of(row: Row, is_chosen: bool, projects: Mapping[str, Row]) -> str | None:
    kind, instrument = row.text("kind"), row.text("instrument")
    if kind in _SETS_OF_CHOSEN:
        project = projects.get(row.text("project_id"))
        stage = project.text("stage") if project is not None else ""
        return _SETS_OF_CHOSEN[kind] if is_chosen and (kind != "project_cost" or stage in UNDER_WAY) else None
    if kind == "financing" and row.text("modality") == "asserted":
        return "contingent" if instrument in CONTINGENT else "finance_committed" if instrument in SIGNED else None
    return "disbursed" if kind == "disbursement" else None


def _contained(row: Row, amounts: Mapping[str, Row]) -> bool:
    """Whether an amount that contains this one, at any depth, is already in the same set."""
    seen = {row.key_text}
    waiting = [row]
    while waiting:
        current = waiting.pop()
        for column in _CONTAINERS:
            other = amounts.get(current.text(column))
            if other is not None and other.key_text not in seen:
                seen.add(other.key_text)
                waiting.append(other)
                if other.text("sum_set") == row.text("sum_set"):
                    return True
    return False


def _drop_same_money(amounts: Mapping[str, Row], links: Sequence[Row]) -> None:
    """Of two linked projects that may be the same money one counts in a set: the named whole, or what supersedes."""
    by_project: dict[tuple[str, str], list[Row]] = {}
    for row in amounts.values():
        if row.text("sum_set") and row.text("project_id"):
            by_project.setdefault((row.text("project_id"), row.text("sum_set")), []).append(row)
    for link in sorted(links, key=lambda link: link.key):
        first, second = link.key[0], link.key[1]
        if link.text("relation") not in EXCLUSIVE_LINKS or first == second:
            continue
        # supersedes: the first stands for the second; candidate_for and same_money: the second, the named whole.
        loser = second if link.text("relation") == "supersedes" else first
        keeper = first if loser == second else second
        for sum_set in {name for project, name in by_project if project == loser}:
            if any(row.text("sum_set") == sum_set for row in by_project.get((keeper, sum_set), ())):
                for row in by_project[(loser, sum_set)]:
                    row.values.pop("sum_set", None)

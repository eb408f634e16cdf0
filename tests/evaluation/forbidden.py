"""Values that a document must not give: what a hasty reader would write.

What belongs here: the language of `negatives_checks.csv`. What does not: labels of what is right (`score.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch

from tests.evaluation.comparing import Answer, Label, Row, close, norm, num


def forbidden(document: str, answer: Answer, checks: Iterable[Label]) -> Iterator[str]:
    """Each forbidden value that occurs in a document's answer, in words."""
    for check in checks:
        for row in answer.rows(check["table"]):
            for column in check["column"].split("|"):
                value = row.get(column)
                if _is_one_of(value, check["value"]) and _hinted(answer, row, check["project_hint"]):
                    yield f"{document} {check['table']}.{column} = {value}: {check['note']}"


def _is_one_of(value: object, wanted: str) -> bool:
    if value in (None, ""):
        return False
    return any(
        close(value, word) if num(word) is not None else fnmatch(str(value).lower(), word.lower())
        for word in wanted.split("|")
    )


def _hinted(answer: Answer, row: Row, hint: str) -> bool:
    """Whether every `&` part of a hint holds.

    A gold_id names the row's project, `tied` any project, column=value a cell, other words stand in the row's text; `!`
    negates, `|` parts alternatives.
    """
    cells = _cells(answer, row)

    def holds(word: str) -> bool:
        if word == "tied":
            return bool(row.get("project_id"))
        if word.startswith("g-"):
            return answer.of_project(row, word)
        if "=" in word:
            return word.lower() in cells
        return any(form and form in cell for form in (word.lower(), norm(word)) for cell in cells)

    parts = [part.strip() for part in hint.split("&") if part.strip()]
    return all(any(map(holds, part.lstrip("!").split("|"))) != part.startswith("!") for part in parts)


def _cells(answer: Answer, row: Row) -> list[str]:
    """The row's own cells as column=value, and the names behind its ids, in lower case."""
    cells = []
    for column, value in row.items():
        figure = num(value)
        if column != "description":
            plain = figure is None or isinstance(value, bool)
            cells.append(f"{column}={value}" if plain else f"{column}={figure:.15g}")
        if column.endswith("org_id"):
            cells += sorted(answer.orgs.get(value, ()))
        if column == "material_id":
            cells += sorted(answer.mats.get(value, ()))
    for table, key in (("projects", "project_id"), ("export_controls", "control_id")):
        if row.get(key):
            same = (other for other in answer.rows(table) if other.get(key) == row[key])
            cells += [f"{other.get('name') or ''} {other.get('number') or ''}" for other in same]
    return [cell.lower() for cell in cells]

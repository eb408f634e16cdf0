"""The signs of known projects: what each is, in which places, under which other names.

What belongs here: the vocabulary `project_signs`. What does not: weighing them in a document (`described`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.extract.gating import Gate
from pipelines.extract.vocabulary import Reference, Row, rows


@dataclass(frozen=True, slots=True)
class Signs:
    """Patterns over lower-case text that tell a known project in one language.

    Attributes:
        works: What is built ("diamond", 原油).
        place: Towns, counties and names of the country around that tell the place.
    """

    works: re.Pattern[str] | None
    place: re.Pattern[str] | None


class SignBook:
    """Signs of all known projects by language."""

    def __init__(self, reference: Reference) -> None:
        self._rows = rows(reference, "project_signs")
        self._signs: dict[tuple[str, str], Signs] = {}
        self._works: dict[str, tuple[list[tuple[str, re.Pattern[str]]], Gate]] = {}
        for project, language in dict.fromkeys((row["project_id"], row["language"]) for row in self._rows):
            own = [row for row in self._rows if (row["project_id"], row["language"]) == (project, language)]
            self._signs[project, language] = Signs(_pattern(own, "works"), _pattern(own, "place"))
        for language in ("en", "ja"):
            works = [
                (project, signs.works)
                for (project, spoken), signs in self._signs.items()
                if spoken == language and signs.works is not None
            ]
            self._works[language] = works, Gate([pattern for _, pattern in works])

    def of(self, project_id: str, language: str) -> Signs | None:
        """Signs of a project in a language; None where it has none."""
        return self._signs.get((project_id, language))

    def names(self) -> list[tuple[str, str]]:
        """Project ids with their further names."""
        return [(row["project_id"], row["form"]) for row in self._rows if row["kind"] == "name"]

    def likely(self, language: str, text: str) -> list[str]:
        """Projects of which a text has both the works and a place or nothing that could be their place.

        Args:
            language: `en` or `ja`.
            text: A whole document in lower case.
        """
        works, gate = self._works.get(language, ([], None))
        opened = gate.open(text) if gate is not None else ()
        return [works[number][0] for number in sorted(opened) if works[number][1].search(text)]


def _pattern(own: Sequence[Row], kind: str) -> re.Pattern[str] | None:
    forms = [row["form"] for row in own if row["kind"] == kind]
    return re.compile("|".join(forms)) if forms else None

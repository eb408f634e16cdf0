"""The programme that a document speaks of without naming it: by its sum, by its chosen projects.

What belongs here: telling the programme. What does not: what is pledged for it (`finance`).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipelines.extract.amounts import AmountMention
from pipelines.extract.annotation import Annotated
from pipelines.extract.clusters import Projects
from pipelines.extract.lexicon import Lexicon

UNMISTAKABLE = Decimal(10) ** 11
"""From this figure on a sum alone tells the programme."""


def pledged_programs(annotated: Annotated, lexicon: Lexicon) -> Iterator[str]:
    """Programmes that a document knows by their sum alone."""
    for sentence in annotated.sentences:
        for mention in sentence.of("money"):
            amount: AmountMention = mention.value
            figure = amount.low if amount.low is not None else amount.high
            if figure is not None and figure >= UNMISTAKABLE and (figure, amount.currency) in lexicon.pledges:
                yield lexicon.pledges[figure, amount.currency]


def program_of_projects(projects: Projects, lexicon: Lexicon) -> tuple[str, ...]:
    """The programme of a document that speaks of several of its chosen projects without naming it."""
    known = [lexicon.known_projects.get(one.project_id) for one in projects.clusters]
    batches = ("selected", "candidate")
    chosen = [one.program_id for one in known if one and one.program_id and one.program_relation in batches]
    return (chosen[0],) if len(chosen) > 1 and len(set(chosen)) == 1 else ()

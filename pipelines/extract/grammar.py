"""Parts of organisations that no wording gives, by the grammar of what is said of them.

What belongs here: applying `frames` to the projects of a document, and the project of a party named without a facility.
What does not: wordings (`relations`), the frames themselves (`frames`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipelines.extract.annotation import Annotated
from pipelines.extract.attribution import attributions, modality
from pipelines.extract.clusters import Cluster, Projects
from pipelines.extract.focus import BATCH
from pipelines.extract.frames import framed
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Sentence
from pipelines.extract.parties import Part, denied, is_firm
from pipelines.extract.patterns import BLOCKS


def by_grammar(annotated: Annotated, projects: Projects, found: Sequence[Part], lexicon: Lexicon) -> Iterator[Part]:
    """Parts of organisations that no wording gave any part in a project, by the grammar of what is said of them."""
    known = {(id(part.project), part.org.id) for part in found}
    for sentence in annotated.sentences:
        if sentence.number in projects.detached or not sentence.of("org"):
            continue
        absent = denied(sentence)
        for org, role, instrument, _ in framed(sentence, lexicon):
            project = projects.nearest(sentence, org) or still(sentence, projects)
            if project is None or org.id in absent or (id(project), org.id) in known:
                continue
            if role in _OF_FIRMS and not is_firm(org, lexicon):
                continue
            if role in ("offtaker", "supplier") and _TENTATIVE.search(sentence.masked):
                # A letter of intent makes those with whom it is signed interested, and the signing owner nothing.
                if not _SIGNS_WITH.match(sentence.masked, sentence.position(org) + 1):
                    yield Part(
                        project, "", org, sentence, "interested", "negotiating", "", None, "conditional", "grammar"
                    )
                continue
            marks = attributions(sentence, lexicon)
            yield Part(project, "", org, sentence, role, "", instrument, None, modality(marks), "grammar")


_TENTATIVE = re.compile(
    r"意向(?!を?否定)|覚書|基本合意|関心表明|letters? of intent|memorand(?:um|a) of understanding|non-?binding"
)
_SIGNS_WITH = re.compile(rf"(?:は|が)[^。]*?{BLOCKS['org']}(?:など)?と")


_OF_FIRMS = frozenset({"developer", "owner", "operator", "supplier", "contractor", "offtaker"})


def still(sentence: Sentence, projects: Projects) -> Cluster | None:
    """The project that the paragraph before spoke of last: a party named without a facility is a party to that."""
    if sentence.number in projects.detached or sentence.heading or sentence.row or BATCH.search(sentence.masked):
        return None
    for number in range(sentence.number - 1, max(-1, sentence.number - 6), -1):
        if number in projects.detached:
            return None
        focus = projects.focus.get(number)
        if focus:
            return focus[0]
    return None

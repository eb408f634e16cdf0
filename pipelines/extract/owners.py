"""Who stands above whom: parents, joint ventures and their owners.

What belongs here: applying the vocabulary `ownership_patterns`. What does not: parts in projects (`relations`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.extract.annotation import Annotated
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.relations import Part


@dataclass(frozen=True, slots=True)
class Owner:
    """One organisation stands above another."""

    owner: Mention
    owned: Mention
    sentence: Sentence


def find_owners(annotated: Annotated, lexicon: Lexicon) -> list[Owner]:
    """Who stands above whom."""
    found: dict[tuple[str, str], Owner] = {}
    for sentence in annotated.sentences:
        for match in lexicon.matches("ownership_patterns", sentence):
            above = [one for one in sentence.caught(match.mentions("owner")) if one.kind == "org"]
            owned = next(iter(sentence.caught(match.mentions("owned"))), None)
            owner = above[0] if above else None
            for other in above[1:]:
                if owned is not None and other.id != owned.id:
                    found.setdefault((other.id, owned.id), Owner(other, owned, sentence))
            if owner is None and owned is not None and "owner" not in match.match.re.groupindex:
                owner = _firm_before(annotated, sentence, owned, lexicon)
            if owner is not None and owned is not None and owner.id != owned.id:
                found.setdefault((owner.id, owned.id), Owner(owner, owned, sentence))
    return list(found.values())


def without_parents(parts: Sequence[Part], owners: Sequence[Owner]) -> list[Part]:
    """Drop the builder's part of a firm of which a Japanese sentence says that its subsidiary builds.

    「信越化学工業は、米子会社のシンテックがルイジアナ州に工場を建てると発表した」: the parent only announces.
    """
    through = {
        (one.owner.id, one.sentence.number): one.owned.id
        for one in owners
        if one.sentence.japanese
        and one.sentence.masked[one.sentence.position(one.owned) + 1 :].startswith("が")
        and one.owner.start < one.owned.start
    }
    acting = {(id(part.project), part.org.id) for part in parts if part.role in ("developer", "owner", "operator")}
    return [
        part
        for part in parts
        if part.role != "developer"
        or (id(part.project), through.get((part.org.id, part.sentence.number))) not in acting
    ]


def _firm_before(annotated: Annotated, sentence: Sentence, owned: Mention, lexicon: Lexicon) -> Mention | None:
    """The firm last spoken of, for "the American subsidiary X": no bank and no public body."""
    found: Mention | None = None
    for earlier in annotated.sentences[: sentence.number + 1]:
        for org in earlier.of("org"):
            kind = lexicon.organizations.get(org.id, {}).get("kind", "company")
            if earlier.number == sentence.number and org.start >= owned.start:
                break
            if (
                kind in ("company", "utility", "trading_house")
                and not re.search(r"Bank\b|銀行", org.text)
                and org.id != owned.id
            ):
                found = org
    return found

"""Export controls that a document tells of: number, issuer, dates, kind, status, materials.

What belongs here: applying the vocabulary `control_patterns`. What does not: which controls hold today (`dependence`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.extract.annotation import Annotated
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.patterns import Found

_COUNTRIES = {
    "japan": "JPN",
    "united states": "USA",
    "u.s.": "USA",
    "us": "USA",
    "america": "USA",
    "taiwan": "TWN",
    "south korea": "KOR",
    "korea": "KOR",
    "netherlands": "NLD",
    "india": "IND",
    "日本": "JPN",
    "米国": "USA",
    "台湾": "TWN",
    "韓国": "KOR",
    "オランダ": "NLD",
    "対日": "JPN",
    "対米": "USA",
}


@dataclass(slots=True)
class Control:
    """One export-control measure.

    Attributes:
        control_id: `cn-2023-39` for a numbered Chinese announcement, else made of what the text says.
        number: `No. 39 of 2023`; empty where none is given.
        announced, effective: Dates to the day.
        status: announced, in_force, suspended, expired, revoked or unknown, as of the document.
        materials: What it covers.
    """

    control_id: str
    country: str
    sentence: Sentence
    number: str = ""
    number_said: str = ""
    authority: str = ""
    measure_type: str = ""
    target: str = ""
    announced: Mention | None = None
    effective: Mention | None = None
    effective_day: dt.date | None = None
    status: str = "unknown"
    materials: list[tuple[Sentence, Mention]] = field(default_factory=list)


def find_controls(annotated: Annotated, lexicon: Lexicon) -> list[Control]:
    """Export controls of a document, in its order."""
    found: dict[str, Control] = {}
    current: Control | None = None
    paragraph = 0
    for sentence in annotated.sentences:
        if sentence.paragraph != paragraph and current is not None and sentence.paragraph > paragraph + 1:
            current = None
        matches = _matches(annotated, sentence, lexicon)
        numbers = [match for match in matches if match.row["what"] == "number"]
        trigger = any(match.row["what"] == "trigger" for match in matches)
        if numbers:
            numbers = _told(numbers, sentence)
            for match in numbers:
                fresh = _numbered(match, sentence, matches)
                current = found.setdefault(fresh.control_id, fresh)
                _fill(current, sentence, matches)
            paragraph = sentence.paragraph
        elif current is not None and (
            sentence.paragraph == paragraph or (sentence.paragraph == paragraph + 1 and not current.materials)
        ):
            _continue(current, sentence, matches)
        elif trigger and not sentence.heading:
            general = _unnumbered(sentence, matches)
            if general is not None:
                found.setdefault(general.control_id, general)
    controls = list(found.values())
    numbered = [control for control in controls if control.number]
    for control in controls:
        _close(control, annotated)
    # A measure spoken of in general is the numbered one of the same document.
    return [control for control in controls if control.number or not numbered]


def _matches(annotated: Annotated, sentence: Sentence, lexicon: Lexicon) -> list[Found]:
    masked = lexicon.matches("control_patterns", sentence)
    # Numbers and issuers stand in the text itself: a date or a name may have masked them.
    raw = [
        match
        for match in lexicon.matches("control_patterns", sentence, "plain")
        if match.row["what"] in ("number", "issuer", "country", "target", "type")
    ]
    return [
        match for match in masked if match.row["what"] not in ("number", "issuer", "country", "target", "type")
    ] + raw


def _told(numbers: Sequence[Found], sentence: Sentence) -> list[Found]:
    """The numbers of measures in a sentence; one without year counts where nothing fuller covers it."""
    full = [match for match in numbers if "year" in match.match.groupdict()]
    spans = [match.match.span("no") for match in full]
    bare = [match for match in numbers if match not in full and match.match.span("no") not in spans and _year(sentence)]
    return full + bare


def _numbered(match: Found, sentence: Sentence, matches: Sequence[Found]) -> Control:
    number = int(match.match["no"])
    year = int(match.match.groupdict().get("year") or 0) or _year(sentence)
    country = _country(matches) or "CHN"
    prefix = {"CHN": "cn", "JPN": "jp", "USA": "us"}.get(country, country.lower())
    return Control(f"{prefix}-{year}-{number}", country, sentence, f"No. {number} of {year}", match.match.group())


def _year(sentence: Sentence) -> int:
    """Year of a number that has none: that of the only dates told with it; 0 where none is."""
    years = {date.value.day.year for date in sentence.of("date") if date.value.day}
    return years.pop() if len(years) == 1 else 0


def _country(matches: Sequence[Found]) -> str:
    codes = [match.row["value"] for match in matches if match.row["what"] == "country"]
    issuers = {match.row["value"] for match in matches if match.row["what"] == "issuer"}
    if "CHN" in codes or issuers & {"MOFCOM", "GACC"}:
        return "CHN"
    return codes[0] if codes else ""


def _unnumbered(sentence: Sentence, matches: Sequence[Found]) -> Control | None:
    """A measure without number: whose, on what, and if told since when."""
    if not any(match.row["what"] == "country" and match.row["value"] == "CHN" for match in matches):
        return None
    if not re.search(
        r"impos|introduc|announc|restrict|curb|controls?\b|need|require|place[ds]?|tighten|expand|規制|許可|制限|禁止|禁輸",
        sentence.masked,
    ):
        return None
    materials = _materials(sentence)
    if not materials:
        return None
    dates = [date for date in sentence.of("date") if date.value.day and date.value.precision == "day"]
    identity = "|".join(
        ["CHN", *sorted(mention.id for mention in materials), dates[0].value.day.isoformat() if dates else ""]
    )
    digest = hashlib.sha256(identity.encode()).hexdigest()[:8]
    control = Control(f"cn-{materials[0].id}-{digest}", "CHN", sentence)
    _fill(control, sentence, matches)
    control.materials = [(sentence, mention) for mention in materials]
    return control


def _materials(sentence: Sentence) -> list[Mention]:
    """Materials of a sentence, those of its facilities among them ("export controls on them" means what was named)."""
    found = sentence.of("material")
    return list({mention.id: mention for mention in found}.values())


def _fill(control: Control, sentence: Sentence, matches: Sequence[Found]) -> None:
    issuers = list(dict.fromkeys(match.row["value"] for match in matches if match.row["what"] == "issuer"))
    if issuers and not control.authority:
        own = [name for name in issuers if name in ("MOFCOM", "GACC")] if control.country == "CHN" else issuers
        control.authority = " and ".join(own or issuers)
    _continue(control, sentence, matches)


def _continue(control: Control, sentence: Sentence, matches: Sequence[Found]) -> None:
    """Take dates, kind, target and materials from a sentence about a measure."""
    others = [
        match for match in matches if match.row["what"] == "number" and match.match.group() != control.number_said
    ]
    for match in matches:
        what = match.row["what"]
        date = next(
            (one for one in sentence.caught(match.mentions("date")) if one.value.day and one.value.precision == "day"),
            None,
        )
        if (
            what == "announced"
            and date is not None
            and control.announced is None
            and not _is_effect(matches, date, sentence)
        ):
            control.announced = date
        elif what == "effective" and date is not None and control.effective is None:
            control.effective, control.effective_day = date, date.value.day
        elif what == "same_day":
            dates = [one for one in sentence.of("date") if one.value.day and one.value.precision == "day"]
            day = control.announced or (dates[0] if dates else None)
            if day is not None and control.effective is None:
                control.announced = control.announced or day
                control.effective, control.effective_day = day, day.value.day
        elif what == "type" and not control.measure_type:
            control.measure_type = match.row["value"]
        elif what == "status" and control.status == "unknown" and not others and sentence is not control.sentence:
            control.status = match.row["value"]
        elif what == "target" and not control.target and _is_target(sentence):
            control.target = _COUNTRIES.get(match.match["country"], "")
    days = [one for one in sentence.of("date") if one.value.day and one.value.precision == "day"]
    if (
        sentence is control.sentence
        and control.announced is None
        and len(days) == 1
        and control.effective is None
        and control.number
    ):
        control.announced = days[0]
    known = {mention.id for _, mention in control.materials}
    if not _about_licences(sentence):
        control.materials += [(sentence, mention) for mention in _materials(sentence) if mention.id not in known]


def _is_effect(matches: Sequence[Found], date: Mention, sentence: Sentence) -> bool:
    return any(
        match.row["what"] == "effective" and date in sentence.caught(match.mentions("date")) for match in matches
    )


def _about_licences(sentence: Sentence) -> bool:
    """Uses, trade and shares of the materials are no part of what a measure covers."""
    return bool(
        re.search(
            r"shipments|goes into|used (?:in|for)|world's|comes from|released from|世界の|使われ", sentence.masked
        )
    )


def _is_target(sentence: Sentence) -> bool:
    return bool(re.search(r"no country|any country|all countries|特定の国", sentence.masked)) is False and bool(
        re.search(r"export|shipment|ship\b|sales|輸出", sentence.masked)
    )


def _close(control: Control, annotated: Annotated) -> None:
    """Status as of the document: announced before the day of effect, in force after it."""
    published = annotated.published_on
    if control.status != "unknown":
        return
    if control.effective_day is not None and published is not None:
        control.status = "announced" if control.effective_day > published else "in_force"

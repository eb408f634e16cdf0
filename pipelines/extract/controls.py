"""Export controls that a document tells of: number, issuer, dates, kind, status, materials.

What belongs here: applying the vocabulary `control_patterns`. What does not: which controls hold today (`dependence`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.extract.annotation import Annotated
from pipelines.extract.control_dates import told_dates
from pipelines.extract.control_numbers import NumberMention, find_numbers
from pipelines.extract.control_record import (
    COUNTRIES,
    Control,
    say_dates,
    say_dates_in_brackets,
    say_issuers,
    say_same_day,
    say_status,
    set_date,
)
from pipelines.extract.control_status import (
    COUNTS,
    DEFINITE,
    GROUP,
    IMPOSED,
    ISSUES,
    NEW_MEASURE,
    OF_EXPORTS,
    ORDINANCE,
    clauses,
    status_words,
    suspends,
)
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.mentions import Mention, Sentence
from pipelines.extract.patterns import Found


@dataclass(slots=True)
class _State:
    """Where the reading of a document's controls stands.

    Attributes:
        found: Measures by id, in order.
        group: Those of the passage at hand, in order; "the four" are the last four of them.
        paragraph: Where the passage was last carried on.
        pending: A day of announcement told before the numbers ("on October 9 the ministry issued a bundle").
    """

    found: dict[str, Control] = field(default_factory=dict)
    group: list[Control] = field(default_factory=list)
    paragraph: int = 0
    pending: tuple[int, Mention] | None = None

    @property
    def numbers(self) -> dict[int, Control]:
        return {int(one.number.split()[1]): one for one in self.found.values() if one.number}


_PREFIXES = {"CHN": "cn", "JPN": "jp", "USA": "us"}


def find_controls(annotated: Annotated, lexicon: Lexicon) -> list[Control]:
    """Export controls of a document, in its order."""
    state = _State()
    triggers = lexicon.relevance.controls("\n".join(sentence.masked for sentence in annotated.sentences))
    numbers = [_may_number(sentence) for sentence in annotated.sentences]
    if not triggers and not any(numbers):
        return []
    for sentence, numbered in zip(annotated.sentences, numbers, strict=True):
        text = sentence.text.lower().replace("\u2019", "'")
        matches = _matches(sentence, lexicon) if triggers or numbered or state.group else []
        trigger = any(match.row["what"] == "trigger" for match in matches)
        told = _told(sentence, matches, state, annotated) if numbered else []
        if told:
            _read_numbered(told, sentence, text, matches, state)
        elif state.group and _goes_on(sentence, text, state) and (state.group[-1].number or not trigger):
            if not NEW_MEASURE.search(text):
                _read_on(sentence, text, matches, state)
                state.paragraph = sentence.paragraph
            elif (general := _unnumbered(sentence, matches)) is not None:
                state.found.setdefault(general.control_id, general)
        elif trigger and not sentence.heading:
            general = _unnumbered(sentence, matches)
            if general is not None:
                state.group = [state.found.setdefault(general.control_id, general)]
                state.paragraph = sentence.paragraph
        if not told:
            _remember(sentence, state, trigger or bool(ISSUES.search(text)))
    return _settled(annotated, list(state.found.values()))


def _settled(annotated: Annotated, controls: list[Control]) -> list[Control]:
    numbered = [control for control in controls if control.number and control.measure_type != "suspension"]
    if len(numbered) == 1:
        _told_elsewhere(numbered[0], annotated)
    days = {
        one.value.day for control in controls if control.number for one in (control.announced, control.effective) if one
    }
    for control in controls:
        _close(control, annotated)
    # A measure spoken of in general is the numbered one of the same document, unless it has a day of its own.
    return [
        control
        for control in controls
        if control.number
        or not any(other.number for other in controls)
        or (control.announced is not None and control.announced.value.day not in days)
    ]


def _matches(sentence: Sentence, lexicon: Lexicon) -> list[Found]:
    # Issuers and countries stand in the text itself: a name may have masked them.
    in_text = ("issuer", "country", "target", "type")
    masked = [one for one in lexicon.matches("control_patterns", sentence) if one.row["what"] not in in_text]
    plain = lexicon.matches("control_patterns", sentence, "plain")
    return masked + [one for one in plain if one.row["what"] in in_text]


def _may_number(sentence: Sentence) -> bool:
    """Whether a sentence can hold the number of an announcement at all."""
    if sentence.japanese:
        return "号" in sentence.text
    return bool(
        re.search(
            r"\b[Nn]os?\.? ?\d|[Nn]umbers? \d|# ?\d|[ae]s? (?:\d{1,3}|20\d\d)|(?:ment|ice|der|ree|tin|lar|ion)s? \d",
            sentence.text,
        )
    )


def _told(
    sentence: Sentence, matches: Sequence[Found], state: _State, annotated: Annotated
) -> list[tuple[NumberMention, Control]]:
    """The measures whose numbers a sentence gives; a number without year takes that of the passage or of its date."""
    known = state.numbers
    told: list[tuple[NumberMention, Control]] = []
    for one in find_numbers(sentence.text, known.keys(), japanese=sentence.japanese):
        known_one = known.get(one.number)
        if known_one is not None and one.year in (0, known_one.year):
            told.append((one, known_one))
            continue
        passage = state.group[-1].year if state.group and sentence.paragraph <= state.paragraph + 1 else 0
        year = one.year or passage or (_year(sentence) if one.headed else 0)
        if not year or not _concerns_exports(annotated, sentence):
            continue
        country = _country(matches) or (state.group[-1].country if state.group else "CHN")
        prefix = _PREFIXES.get(country, country.lower())
        control_id = f"{prefix}-{year}-{one.number}"
        fresh = Control(control_id, country, sentence, f"No. {one.number} of {year}", one.said, year=year)
        told.append((one, state.found.setdefault(control_id, fresh)))
        known = state.numbers
    return told


def _concerns_exports(annotated: Annotated, sentence: Sentence) -> bool:
    """Whether the passage is about exports: other authorities number their notices too."""
    near = (sentence.paragraph - 1, sentence.paragraph, sentence.paragraph + 1)
    return any(OF_EXPORTS.search(one.text.lower()) for one in annotated.sentences if one.paragraph in near)


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


def _read_numbered(
    told: Sequence[tuple[NumberMention, Control]],
    sentence: Sentence,
    text: str,
    matches: Sequence[Found],
    state: _State,
) -> None:
    """Read a sentence that names measures by number: who suspends whom, dates, kinds, what is covered."""
    if sentence.paragraph > state.paragraph + 1:
        state.group = []
    state.paragraph = sentence.paragraph
    suspenders = [control for one, control in told if _is_suspender(one, told, text, sentence)]
    subjects = [(one, control) for one, control in told if control not in suspenders]
    for control in suspenders:
        control.measure_type = "suspension"
        say_issuers(control, matches)
    dated = suspenders or [control for _, control in subjects]
    if not suspenders and GROUP.search(text) and not any(one.headed for one, _ in subjects):
        # "All took effect on the same day as No. 55": the day holds for those named before, too.
        dated = [*dated, *[control for control in _anaphor(text, state) if control not in dated]]
    say_dates(dated, told, sentence)
    if suspenders:
        say_dates_in_brackets(subjects, sentence)
        targets = [control for _, control in subjects] or _anaphor(text, state)
        for control in targets:
            control.status = "suspended"
    else:
        _status_by_clause(subjects, text, sentence)
    for number, (_, control) in enumerate(subjects):
        say_issuers(control, matches)
        _kind_and_target(control, sentence, matches)
        _cover(control, number, subjects, sentence)
        _take_pending(control, sentence, state)
    for _, control in subjects:
        if control not in state.group:
            state.group.append(control)


def _is_suspender(
    one: NumberMention, told: Sequence[tuple[NumberMention, Control]], text: str, sentence: Sentence
) -> bool:
    following = text[one.end : min((other.start for other, _ in told if other.start >= one.end), default=len(text))]
    return suspends(text, one.end, following, japanese=sentence.japanese)


def _take_pending(control: Control, sentence: Sentence, state: _State) -> None:
    if control.announced is None and state.pending is not None and state.pending[0] == sentence.paragraph:
        set_date(control, "announced", state.pending[1])


def _remember(sentence: Sentence, state: _State, speaks_of_controls: bool) -> None:
    """Keep the day on which a sentence without numbers says that announcements were made."""
    if speaks_of_controls and not sentence.heading:
        for date, kinds in told_dates(sentence):
            if "announced" in kinds and (state.pending is None or state.pending[0] != sentence.paragraph):
                state.pending = (sentence.paragraph, date)


def _goes_on(sentence: Sentence, text: str, state: _State) -> bool:
    """Whether a sentence without number goes on about the measures of the passage."""
    if sentence.heading:
        return False
    if sentence.paragraph == state.paragraph:
        return True
    if sentence.paragraph != state.paragraph + 1:
        return False
    return not state.group[-1].materials or bool(DEFINITE.match(text) or re.match(r"(?:it|they|under it|all) ", text))


def _anaphor(text: str, state: _State) -> list[Control]:
    """The measures that "the four", "both" or "they" mean; else the last one."""
    match = GROUP.search(text)
    if match is None:
        return state.group[-1:]
    groups = match.groupdict()
    count = COUNTS.get(groups.get("count") or "", 2 if groups.get("both") else len(state.group))
    return state.group[-count:]


def _read_on(sentence: Sentence, text: str, matches: Sequence[Found], state: _State) -> None:
    controls = _anaphor(text, state)
    for date, kinds in told_dates(sentence):
        for control in controls:
            for kind in ("announced", "effective"):
                if kind in kinds and (kind == "effective" or not status_words(text, japanese=sentence.japanese)):
                    set_date(control, kind, date)
    for control in controls:
        say_same_day(control, sentence)
        for word in status_words(text, japanese=sentence.japanese):
            say_status(control, word.status)
        _kind_and_target(control, sentence, matches)
    if len(controls) == 1 and not _about_licences(sentence):
        _add_materials(controls[0], sentence, _materials(sentence))


def _status_by_clause(subjects: Sequence[tuple[NumberMention, Control]], text: str, sentence: Sentence) -> None:
    """Give the status words of each clause to the measures it names, else to those named before it."""
    words = status_words(text, japanese=sentence.japanese)
    if not words:
        return
    before: list[Control] = []
    for start, end in clauses(text, japanese=sentence.japanese):
        named = [control for one, control in subjects if start <= one.start < end]
        for word in words:
            if start <= word.start < end:
                for control in named or before or [control for _, control in subjects]:
                    say_status(control, word.status)
        before = named or before


def _told_elsewhere(control: Control, annotated: Annotated) -> None:
    """The status of a document's only measure, where another passage tells it ("the ban has been suspended")."""
    if control.status != "unknown":
        return
    for sentence in annotated.sentences:
        text = sentence.text.lower().replace("\u2019", "'")
        if sentence.heading or not DEFINITE.search(text) or NEW_MEASURE.search(text):
            continue
        if not OF_EXPORTS.search(text) and not re.search(r"\b(?:ban|curb|control|announcement)|規制|公告|措置", text):
            continue
        for word in status_words(text, japanese=sentence.japanese):
            say_status(control, word.status)


def _kind_and_target(control: Control, sentence: Sentence, matches: Sequence[Found]) -> None:
    for match in matches:
        what = match.row["what"]
        if what == "type" and not control.measure_type:
            control.measure_type = match.row["value"]
        elif what == "target" and not control.target and _is_target(sentence):
            country = COUNTRIES.get(match.match["country"], "")
            control.target = country if country != control.country else ""


def _cover(
    control: Control, number: int, subjects: Sequence[tuple[NumberMention, Control]], sentence: Sentence
) -> None:
    """What a measure covers: the materials up to the next number, or before its own where Japanese puts them."""
    if _about_licences(sentence):
        return
    materials = _materials(sentence)
    if len(subjects) > 1:
        one = subjects[number][0]
        low = subjects[number - 1][0].end if number else 0
        high = subjects[number + 1][0].start if number + 1 < len(subjects) else len(sentence.text)
        leads = sentence.japanese and re.search(r"(?:する|した|の|る|た)$", sentence.text[: one.start])
        low, high = (low, one.start) if leads else (one.end, high)
        materials = [mention for mention in materials if low <= mention.start - sentence.start < high]
    _add_materials(control, sentence, materials)


def _add_materials(control: Control, sentence: Sentence, materials: Sequence[Mention]) -> None:
    known = {mention.id for _, mention in control.materials}
    control.materials += [(sentence, mention) for mention in materials if mention.id not in known]


def _unnumbered(sentence: Sentence, matches: Sequence[Found]) -> Control | None:
    """A measure without number: whose, on what, and if told since when."""
    codes = [match.row["value"] for match in matches if match.row["what"] == "country"]
    materials = _materials(sentence)
    ordinance = bool(ORDINANCE.search(sentence.text))
    if ordinance and any(match.row["value"] == "METI" for match in matches if match.row["what"] == "issuer"):
        codes = ["JPN"]
    if not codes or not (materials or ordinance) or not (ordinance or IMPOSED.search(sentence.masked)):
        return None
    dates = list(told_dates(sentence))
    announced = [date for date, kinds in dates if "announced" in kinds]
    country = "CHN" if "CHN" in codes else codes[0]
    if country != "CHN" and not announced:
        return None
    identity = "|".join(
        [
            country,
            *sorted(mention.id for mention in materials),
            dates[0][0].value.day.isoformat() if dates else "",
        ]
    )
    digest = hashlib.sha256(identity.encode()).hexdigest()[:8]
    what = materials[0].id if materials else "ordinance"
    control = Control(f"{_PREFIXES.get(country, country.lower())}-{what}-{digest}", country, sentence)
    say_issuers(control, matches)
    for kind in ("announced", "effective"):
        for date, kinds in dates:
            if kind in kinds:
                set_date(control, kind, date)
    say_same_day(control, sentence)
    for word in status_words(sentence.text.lower(), japanese=sentence.japanese):
        say_status(control, word.status)
    _kind_and_target(control, sentence, matches)
    _add_materials(control, sentence, materials)
    return control


def _materials(sentence: Sentence) -> list[Mention]:
    """Materials of a sentence."""
    return list({mention.id: mention for mention in sentence.of("material")}.values())


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

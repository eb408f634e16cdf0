"""`kakehashi explain --lines`: what each line of a JSONL stream mentions, for other tools to build on.

What belongs here: the lines, what of a finding is written and at which characters of the given text. What does not: the
finders (`pipelines/extract`) and whole documents (`explain.py`).

A line in: `text`, and where known `language` (en, ja), `country` of the publisher (ISO 3166-1, two or three letters),
`published_on` (YYYY-MM-DD) and an `id` of any kind. A line out, in the same order: the `id` if one was given,
`language`, and the lists `amounts`, `organizations`, `materials`, `places`, `dates`, `measures`; `start` and `end` are
characters (code points) of `text` as it was given. A line that cannot be read gives `{"error": {"line", "reason_code",
"reason"}}`, and the rest goes on. Empty lines are passed over.
"""

from __future__ import annotations

import codecs
import datetime as dt
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from kakehashi.country_codes import alpha_3
from kakehashi.passages import Original, Span, paragraphs
from pipelines.build import PROJECT_RAW, Inputs, ingest
from pipelines.errors import KakehashiError
from pipelines.extract.amounts import scan_amounts
from pipelines.extract.annotation import is_material
from pipelines.extract.dates import DateMention, find_dates
from pipelines.extract.lexicon import Lexicon, build_lexicon
from pipelines.extract.places import PlaceMention
from pipelines.extract.terms import Hit, has_cjk, longest
from pipelines.resolve.known import reference_rows

MAX_LINE = 16 * 2**20
"""Bytes of a line that are read at most: memory stays bounded whatever comes."""

USAGE = 2
_LANGUAGES = ("en", "ja")
_LINES = "JSON Lines"

Item = dict[str, Any]


class LineError(KakehashiError):
    """A line that cannot be read as what it should be."""


@dataclass(frozen=True, slots=True)
class Request:
    """One line as asked.

    Attributes:
        text: As given.
        language: `en`, `ja`, or None: to be found by the characters.
        country: ISO 3166-1 alpha-3 of the publisher, None where unknown.
        published_on: Day of publication, None where unknown: relative dates then stay out.
    """

    text: str
    language: str | None = None
    country: str | None = None
    published_on: dt.date | None = None


def explain_lines(lines: str, paths: Sequence[str], *, reference: Path | None) -> int:
    """Answer every line of a JSONL file on standard output, one line each, as soon as it is read.

    Args:
        lines: A file, or `-` for standard input.
        paths: Documents named beside it, which is a mistake.
        reference: Folder that serves as `reference/`; None: the project's own.

    Returns:
        0 when the stream was answered to its end: as with `explain --json`, each line tells of itself, a bad one by its
        `error`, and standard error says how many there were. 2 for wrong use.

    Raises:
        KakehashiError: The file cannot be read.
    """
    if paths:
        print(
            f"kakehashi explain: --lines reads one JSONL file and takes no documents; found {paths[0]!r} beside it. "
            f"Leave it out, or explain documents without --lines.",
            file=sys.stderr,
        )
        return USAGE
    with ExitStack() as stack:
        stream = sys.stdin.buffer if lines == "-" else stack.enter_context(_open(lines))
        lexicon = build_lexicon(reference_rows(ingest(Inputs(PROJECT_RAW, reference))))
        bad = total = 0
        for answer in answers(stream, lexicon):
            total, bad = total + 1, bad + ("error" in answer)
            sys.stdout.buffer.write(_encoded(answer))
            sys.stdout.buffer.flush()
    if bad:
        print(f"kakehashi explain: {bad} of {total} lines could not be read; each says why in `error`", file=sys.stderr)
    return 0


def answers(stream: BinaryIO, lexicon: Lexicon) -> Iterator[Item]:
    """Answer the lines of a stream in order, each before the next is read."""
    for number, line in _numbered(stream):
        given: dict[str, Any] = {}
        try:
            given = _object(line, number)
            answer = mentions(_request(given, number), lexicon)
        except LineError as error:
            answer = {"error": {"line": number, "reason_code": error.reason_code, "reason": str(error)}}
        yield {"id": given["id"], **answer} if "id" in given else answer


def mentions(request: Request, lexicon: Lexicon) -> Item:
    """Return what a text mentions, with the characters of the text as given.

    Returns:
        `language`, and the lists of the module's description. Amounts: each distinct sum once, a conversion with what
        it converts; `low` and `high` are plain decimals as text. Organisations: those of the reference, under its
        names; nothing where a name is no safe one. Dates: the day, or the first day of the period that `precision`
        names. Measures: capacities in the units of the contract.
    """
    given = Original(request.text)
    found: dict[str, list[Item]] = {
        name: [] for name in ("amounts", "organizations", "materials", "places", "dates", "measures")
    }
    sums: set[tuple[object, ...]] = set()
    for start, body in paragraphs(given.text):
        for one in _in_paragraph(body, request, lexicon, sums):
            begin, end = given.span(start + one.start, start + one.end)
            found[one.sort].append({**one.item, "start": begin, "end": end})
    for listed in found.values():
        listed.sort(key=lambda item: (item["start"], item["end"]))
    return {"language": request.language or language_of(given.text), **found}


@dataclass(frozen=True, slots=True)
class _Found:
    """One thing that a paragraph mentions: the list that it belongs to, its characters, and what is written of it."""

    sort: str
    start: int
    end: int
    item: Item


@dataclass(frozen=True, slots=True)
class _Passage:
    """A paragraph as one language reads it, with the vocabularies' hits in it and what is known of its publication."""

    text: str
    hits: Sequence[Hit]
    language: str
    request: Request


def _in_paragraph(text: str, request: Request, lexicon: Lexicon, sums: set[tuple[object, ...]]) -> Iterator[_Found]:
    """Everything that a paragraph mentions; of overlapping mentions the sort that comes first stays.

    Args:
        text: The paragraph.
        request: For language, country and day of publication.
        lexicon: Names and vocabularies.
        sums: Sums that the paragraphs before named; those of this one are added.
    """
    passages = _passages(text, request, lexicon)
    taken: list[Span] = []
    for finder in (_amounts, _organizations, _places, _materials, _dates, _measures):
        for number, passage in enumerate(passages):
            # What a bilingual passage says in its main language was found there.
            fresh = [one for one in finder(passage, lexicon) if not number or has_cjk(text[one.start : one.end])]
            fresh = [one for one in fresh if not _overlaps(one, taken)]
            yield from (one for one in fresh if one.item and not _is_told(one, text, sums))
            taken += [(one.start, one.end) for one in fresh]
        if finder is _organizations:
            programs = (hit for passage in passages for hit in passage.hits if hit.term.kind == "program")
            taken += [(hit.start, hit.end) for hit in programs]


def _passages(text: str, request: Request, lexicon: Lexicon) -> list[_Passage]:
    """The paragraph to be read; one in English with Japanese names in it first without them, then as it stands."""
    language = request.language or language_of(text)
    versions = [(text, language)]
    if language == "en" and has_cjk(text):
        versions = [(_CJK.sub(" ", text), "en"), (text, "ja")]
    return [_Passage(version, lexicon.index.scan(version), of, request) for version, of in versions]


def language_of(text: str) -> str:
    """`en` for a text without Japanese characters, or with more English words than kana; else `ja`."""
    if not has_cjk(text):
        return "en"
    return "en" if len(_WORD.findall(text)) > len(_HIRAGANA.findall(text)) else "ja"


_CJK = re.compile(r"[぀-ヿ㐀-鿿豈-﫿가-힯ｦ-ﾟ]")
_WORD = re.compile(r"(?<![A-Za-z])[a-z]{2,}(?![A-Za-z])")
_HIRAGANA = re.compile(r"[ぁ-ゖ]")


def _overlaps(one: _Found, taken: Iterable[Span]) -> bool:
    return any(one.start < end and start < one.end for start, end in taken)


def _is_told(one: _Found, text: str, sums: set[tuple[object, ...]]) -> bool:
    """Whether a sum was told before; notes it. A vague one ("millions of dollars") is known by its words."""
    if one.sort != "amounts":
        return False
    figure = tuple(one.item[name] for name in ("low", "high", "currency"))
    key = (*figure, text[one.start : one.end]) if figure[:2] == (None, None) else figure
    told = key in sums
    sums.add(key)
    return told


def _amounts(passage: _Passage, lexicon: Lexicon) -> Iterator[_Found]:
    for amount in scan_amounts(passage.text, passage.language, passage.request.country, lexicon.grammar):
        item = {
            "low": _decimal(amount.low),
            "high": _decimal(amount.high),
            "currency": amount.currency,
            "qualifier": amount.qualifier,
        }
        yield _Found("amounts", amount.start, amount.end, item)


def _organizations(passage: _Passage, lexicon: Lexicon) -> Iterator[_Found]:
    """Known organisations; an unknown firm or a name that several bear is told by nothing but hides what lies in it."""
    bearers: dict[Span, set[str]] = {}
    for hit in passage.hits:
        if hit.term.kind == "organization":
            bearers.setdefault((hit.start, hit.end), set()).add(hit.term.id)
    for org in lexicon.names.find(passage.text, passage.language, passage.hits):
        row = lexicon.organizations.get(org.org_id) if org.known else None
        sure = row is not None and len(bearers.get((org.start, org.end), ())) <= 1
        item = {"org_id": org.org_id, "name": row["name"]} if row is not None and sure else {}
        yield _Found("organizations", org.start, org.end, item)


def _places(passage: _Passage, lexicon: Lexicon) -> Iterator[_Found]:
    for place in lexicon.places.find(passage.text, passage.hits):
        item = {"name": _place_name(place, lexicon), "admin1": place.admin1, "country": place.country}
        yield _Found("places", place.start, place.end, item)


def _place_name(place: PlaceMention, lexicon: Lexicon) -> str:
    """The town as spelled; for a whole state or country the reference's name; else the words of the text."""
    if place.city or place.named:
        return place.city or place.text
    row = lexicon.place_names.get(place.admin1 or place.country or "")
    return row["name"] if row is not None else place.text


def _materials(passage: _Passage, lexicon: Lexicon) -> Iterator[_Found]:
    japanese = has_cjk(passage.text)
    named = [hit for hit in passage.hits if hit.term.kind == "material"]
    for hit in longest(named, lambda hit: is_material(passage.text, hit, passage.hits, japanese)):
        row = lexicon.materials.get(hit.term.id)
        if row is not None:
            yield _Found("materials", hit.start, hit.end, {"material_id": hit.term.id, "name": row["name"]})


def _dates(passage: _Passage, lexicon: Lexicon) -> Iterator[_Found]:
    for date in find_dates(passage.text, passage.request.published_on):
        if date.day is not None:
            start, end = _date_span(date)
            yield _Found("dates", start, end, {"date": date.day.isoformat(), "precision": date.precision})


def _date_span(date: DateMention) -> Span:
    """The date without the preposition that showed it to be one."""
    lead = _PREPOSITION.match(date.text)
    return date.start + (lead.end() if lead else 0), date.start + len(date.text.rstrip())


_PREPOSITION = re.compile(
    r"\s*(?:(?:in the|in|since|until|by|from|of|before|after|about|around|during)[\s-])?", re.IGNORECASE
)


def _measures(passage: _Passage, lexicon: Lexicon) -> Iterator[_Found]:
    for measure in lexicon.measures.find(passage.text, japanese=has_cjk(passage.text)):
        if measure.unit is not None:
            value = int(measure.value) if measure.value.is_integer() else measure.value
            yield _Found("measures", measure.start, measure.end, {"value": value, "unit": measure.unit})


def _decimal(value: Decimal | None) -> str | None:
    """Plain digits without exponent and without zeros behind the point."""
    if value is None:
        return None
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _open(path: str) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except (OSError, ValueError) as error:
        raise KakehashiError(path, str(error), "a file of JSON Lines", "Check it.", "unreadable_format") from error


def _numbered(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty, by their number in the stream; of an overlong one only its beginning."""
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        last = line
        while last and not last.endswith(b"\n") and len(last) > MAX_LINE:
            last = stream.readline(MAX_LINE + 1)
        line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if line.strip():
            yield number, line


def _object(line: bytes, number: int) -> dict[str, Any]:
    where = f"line {number}"
    if len(line) > MAX_LINE and not line.endswith(b"\n"):
        raise LineError(where, f"more than {MAX_LINE} bytes", "a shorter line", "Split its text.", "too_large")
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise LineError(
            where, f"bytes that are no UTF-8 ({error.reason})", _LINES, "Encode it as UTF-8.", "bad_encoding"
        ) from error
    except (ValueError, RecursionError) as error:
        raise LineError(
            where, f"no JSON ({error})", "one JSON object", "Write one object a line.", "malformed"
        ) from error
    if not isinstance(value, dict):
        raise LineError(where, f"{_kind(value)}", "one JSON object", "Write one object a line.", "malformed")
    return value


def _request(given: Mapping[str, Any], number: int) -> Request:
    where = f"line {number}"
    text = given.get("text")
    if not isinstance(text, str):
        found = "no `text`" if "text" not in given else f"{_kind(text)} as `text`"
        raise LineError(where, found, "`text`, a string", "Give the text to read.")
    words = {name: _word(given, name, where) for name in ("language", "country", "published_on")}
    language = words["language"] and re.split(r"[-_]", words["language"].lower())[0]
    if language and language not in _LANGUAGES:
        raise LineError(where, f"language {words['language']!r}", "en or ja", "Leave it out to have it found.")
    country = words["country"] and alpha_3(words["country"])
    if words["country"] and not country:
        raise LineError(
            where, f"country {words['country']!r}", "a code of ISO 3166-1 (USA, US)", "Mend it or leave it out."
        )
    return Request(text, language or None, country or None, _day(words["published_on"], where))


def _word(given: Mapping[str, Any], name: str, where: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise LineError(where, f"{_kind(value)} as `{name}`", f"`{name}`, a string", "Mend it or leave it out.")
    return value.strip() if value else None


def _day(word: str | None, where: str) -> dt.date | None:
    """A day; of a time of day with its zone the day as written."""
    if word is None:
        return None
    try:
        if not _DAY.match(word):
            raise ValueError(word)
        return dt.datetime.fromisoformat(word).date()
    except ValueError as error:
        raise LineError(where, f"published_on {word!r}", "a day, YYYY-MM-DD", "Mend it or leave it out.") from error


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:$|[T ])")


def _kind(value: object) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "a string",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return "null" if value is None else names[type(value)]


def _encoded(answer: Mapping[str, Any]) -> bytes:
    text = json.dumps(answer, ensure_ascii=False)
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # half of a surrogate pair in an `id`: only escaped it is JSON that others can read
        return json.dumps(answer).encode() + b"\n"

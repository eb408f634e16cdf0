"""What the sender of a letter wrote: without what he quotes, his signature and the mailing list's foot.

What belongs here: the shape of letters in both languages. What does not: the message's envelope (`mail`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.ingest.readers.dates import stamp, written_dates

_QUOTE = re.compile(r"^\s{0,2}(?:>|＞|\|\s)")
_ATTRIBUTION = re.compile(
    r"^\s*(?:on\b.{6,120}\bwrote\s*:|le\b.{6,120}a écrit\s*:"
    r"|.{0,120}<[^<>@\s]+@[^<>\s]+>\s*(?:wrote|の?メール|さんは書きました)?\s*[:：]"
    r"|(?:\d{4}[年/-]).{0,120}(?:のメール|さん(?:は|が)書きました|wrote)\s*[:：]?)\s*$",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^\s*-{2,}\s*(?:original message|original appointment|元のメッセージ|オリジナルメッセージ)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"^\s*(?:-{2,}\s*(?:forwarded message|転送メッセージ|転送されたメッセージ|forwarded by.*)\s*-*"
    r"|begin forwarded message\s*:?|転送されたメッセージ\s*[:：]?)\s*$",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^\s*[*＊]?(?P<name>from|sent|date|to|cc|bcc|subject|reply-to"
    r"|差出人|送信者|送信元|送信日時|日時|日付|送信日|宛先|件名|題名)[*＊]?\s*[:：][*＊]?\s*(?P<value>.*)$",
    re.IGNORECASE,
)
_SENT = frozenset({"sent", "date", "送信日時", "日時", "日付", "送信日"})
_FROM = frozenset({"from", "差出人", "送信者", "送信元"})
_SUBJECT = frozenset({"subject", "件名", "題名"})
_DASHES = re.compile(r"^\s*-- ?$")
_RULE = re.compile(r"^\s*(?:[-=_*~─━＿＊＝…‥・☆★◇◆+＋]\s?){6,}.{0,40}$")
_REACH = re.compile(
    r"tel|fax|phone|mobile|e-?mail|@|https?://|www\.|〒|電話|携帯|住所|内線|\bext\b|(?:部|課|室|係)\s|株式会社"
    r"|\bInc\b|\bLtd\b|\bCo\.|\bLLC\b",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"^\s*(?:sent from my .{2,40}|sent from .{0,12}(?:outlook|mail|iphone|ipad|android).{0,30}|get outlook for .{2,20}"
    r"|.{0,12}(?:iphone|ipad|android).{0,8}から送信)\W*$",
    re.IGNORECASE,
)
_FOOT = re.compile(
    r"unsubscribe|you (?:are receiving|received) this|manage (?:your )?(?:email )?(?:preferences|subscription)"
    r"|view (?:this|it) (?:e-?mail |message )?in (?:your|a) (?:web )?browser|intended (?:solely|only) for"
    r"|confidential(?:ity)?\b.{0,80}\b(?:intended|recipient|privileged)"
    r"|配信停止|配信解除|登録解除|このメールは.{0,40}(?:配信|送信|送付)|本メールに心当たり",
    re.IGNORECASE,
)
_LONGEST_SIGNATURE = 12
_LONGEST_FOOT = 400


@dataclass(frozen=True, slots=True)
class Letter:
    """The sender's own words, or those that he forwards.

    Attributes:
        blocks: Paragraphs.
        day: Day of the forwarded message, where its head gives a full one; else the envelope's.
        sender: Who wrote the forwarded message.
        subject: Its subject.
        is_forwarded: The text is another's, passed on.
    """

    blocks: tuple[str, ...]
    day: dt.date | None = None
    sender: str | None = None
    subject: str | None = None
    is_forwarded: bool = False


def own_words(text: str, *, is_forward: bool, unwrap: Callable[[str], list[str]]) -> Letter:
    """Take a letter apart.

    Args:
        text: Its lines.
        is_forward: Its subject says that it is forwarded; a marked head of a message inside says so too.
        unwrap: Lines to paragraphs.
    """
    lines = text.split("\n")
    forwarded, start = _forwarded(lines, is_forward)
    if forwarded is None or start is None:
        return Letter(tuple(_blocks(_unquoted(lines), unwrap)))
    inside = lines[start:]
    if sum(bool(_QUOTE.match(line)) for line in inside) > len(inside) / 2:
        inside = [re.sub(r"^\s{0,2}(?:>|＞|\|)\s?", "", line) for line in inside]
    return Letter(tuple(_blocks(_unquoted(inside), unwrap)), forwarded.day, forwarded.sender, forwarded.subject, True)


def _forwarded(lines: list[str], is_forward: bool) -> tuple[Letter | None, int | None]:
    """The head of a forwarded message, and the line where its text begins."""
    for number, line in enumerate(lines):
        marked = bool(_FORWARDED.match(line.lstrip("> ")))
        if not marked and not (is_forward and (_ORIGINAL.match(line) or _is_head(lines, number))):
            continue
        head, end = _head(lines, number + (0 if _is_head(lines, number) else 1))
        if head:
            day = next((_day(value) for name, value in head.items() if name in _SENT), None)
            sender = next((value for name, value in head.items() if name in _FROM and value), None)
            subject = next((value for name, value in head.items() if name in _SUBJECT and value), None)
            return Letter((), day, sender, subject, True), end
    return None, None


def _day(text: str) -> dt.date | None:
    dates = written_dates(text)
    found = stamp(text)
    return dates[0].day if dates else found.day if found else None


def _is_head(lines: list[str], number: int) -> bool:
    names = {match["name"].lower() for line in lines[number : number + 6] if (match := _FIELD.match(line.lstrip("> ")))}
    return bool(_FIELD.match(lines[number].lstrip("> "))) and bool(names & _FROM) and len(names) >= 3


def _head(lines: list[str], number: int) -> tuple[dict[str, str], int]:
    found: dict[str, str] = {}
    last = number
    while last < len(lines):
        line = lines[last].lstrip("> ")
        match = _FIELD.match(line)
        if match:
            found.setdefault(match["name"].lower(), match["value"].strip(" *"))
        elif line.strip() or (found and last + 1 < len(lines) and not _FIELD.match(lines[last + 1].lstrip("> "))):
            break
        last += 1
    return found, last


def _unquoted(lines: list[str]) -> list[str]:
    """The lines without quotations, what introduces them, and the signature."""
    kept: list[str] = []
    for number, line in enumerate(lines):
        if _ORIGINAL.match(line) or _FORWARDED.match(line) or (number and _is_head(lines, number)):
            break
        if _DASHES.match(line):
            break
        if _introduces(lines, number):
            continue
        if not _QUOTE.match(line) and not _DEVICE.match(line):
            kept.append(line)
    return _unsigned(kept)


def _introduces(lines: list[str], number: int) -> bool:
    """Whether a line (or it and the next, where it is wrapped) introduces a quotation that follows."""
    after = [line for line in lines[number + 1 : number + 5] if line.strip()]
    quoted = bool(after) and bool(_QUOTE.match(after[0]))
    if _ATTRIBUTION.match(lines[number]):
        return quoted or number > 0
    if re.match(r"\s*(?:on|le)\b", lines[number], re.IGNORECASE) and len(after) > 1 and _QUOTE.match(after[1]):
        return bool(_ATTRIBUTION.match(f"{lines[number]} {after[0]}"))
    before = lines[number - 1] if number else ""
    return quoted and bool(
        re.match(r"\s*(?:on|le)\b", before, re.IGNORECASE) and _ATTRIBUTION.match(f"{before} {lines[number]}")
    )


def _unsigned(lines: list[str]) -> list[str]:
    """Cut the signature that a rule of dashes opens near the end: a few short lines that say how to reach somebody."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    body = [number for number, line in enumerate(lines) if line.strip()]
    for number in body[1:]:
        tail = [line for line in lines[number + 1 :] if line.strip() and not _RULE.match(line)]
        if not _RULE.match(lines[number]) or len(tail) > _LONGEST_SIGNATURE:
            continue
        if all(len(line) <= 100 for line in tail) and (
            not tail or sum(bool(_REACH.search(line)) for line in tail) >= min(2, len(tail))
        ):
            return lines[:number]
    return lines


def _blocks(lines: list[str], unwrap: Callable[[str], list[str]]) -> list[str]:
    blocks = unwrap("\n".join(line for line in lines if not _RULE.fullmatch(line.strip()) or "|" in line))
    return [block for block in blocks if not (len(block) <= _LONGEST_FOOT and _FOOT.search(block))]

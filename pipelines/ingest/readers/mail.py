"""E-mail messages, and pages that browsers save in the same shape (MHTML).

What belongs here: headers, the part that holds the text, replies and signatures. What does not: what the text means.
The day of a message is the day at its sender's place; of a forwarded one it is that of the message inside.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr

from pipelines.errors import RawFileError
from pipelines.ingest.readers import html
from pipelines.ingest.readers.dates import stamp
from pipelines.ingest.readers.decoding import decode
from pipelines.ingest.readers.layout import paragraphs, tidy, unwrap
from pipelines.ingest.readers.letters import Letter, own_words
from pipelines.ingest.readers.record import source_of
from pipelines.records import Document, Source

READER = "mail-2"
MEDIA_TYPE = "message/rfc822"

_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]?[^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*\r?\n")
_KNOWN = frozenset(
    b"from to subject date message-id mime-version received return-path delivered-to content-type reply-to"
    b" sender".split()
)
_PREFIX = re.compile(
    r"^\s*(?:(?:re|fwd?|fw|aw|wg|sv|tr|返信|転送)\s*(?:\[\d+\])?\s*[:：]\s*|\[[^\]]{1,30}\]\s*)+", re.IGNORECASE
)
_FORWARD = re.compile(r"^\s*(?:\[[^\]]*\]\s*)?(?:fwd?|fw|wg|tr|転送)\s*[:：]", re.IGNORECASE)
_SHORT = 200


@dataclass(frozen=True, slots=True)
class _Message:
    """A message with its text still as markup or lines."""

    message: EmailMessage
    markup: str | None
    plain: str | None
    unread: tuple[str, ...]


def is_mail(content: bytes) -> bool:
    """Whether bytes begin with the headers of a message: at least three known ones, among them who or what about."""
    head = content[:65536].lstrip(b"\r\n")
    if head.startswith(b"From ") and b"\n" in head[:300]:
        head = head[head.index(b"\n") + 1 :]
    names: set[bytes] = set()
    place = 0
    while match := _HEADER.match(head, place):
        names.add(match.group(1).lower())
        place = match.end()
    known = names & _KNOWN
    ends = head[place : place + 2].startswith((b"\n", b"\r\n")) or place == len(head)
    return (
        ends
        and len(known) >= 3
        and bool(known & {b"from", b"subject"})
        and bool(known & {b"date", b"mime-version", b"message-id"})
    )


def read(content: bytes, path: str, source: Source | None) -> Document:
    """Read a message: its plain text, else its HTML; without quoted replies, signatures and attachments.

    Raises:
        RawFileError: No text, or in no known encoding.
    """
    found = _opened(content, path)
    if _is_saved_page(found.message):
        return _saved_page(found, content, path, source)
    letter = _letter(found, path)
    if not letter.blocks:
        raise RawFileError(path, "a message without text", "a message with text", "Save what is attached.", "no_text")
    title = letter.subject or _PREFIX.sub("", _header(found.message, "Subject")) or None
    blocks = [block for block in letter.blocks if block != title]
    if source is None:
        source = source_of(
            content,
            READER,
            "\n".join(blocks),
            title=title or blocks[0][:160],
            publisher=_sender(letter.sender or _header(found.message, "From")),
            published_on=letter.day,
            media_type=MEDIA_TYPE,
        )
    return Document(path, source, title or source.title, paragraphs([title, *blocks] if title else blocks))


def remarks(content: bytes, path: str) -> list[str]:
    """Which attachments were not read, and why a forwarded message has no date."""
    found = _opened(content, path)
    if _is_saved_page(found.message):
        page = html.read_page(found.markup or "", path)
        return [page.dating.remark] if page.dating.remark else []
    told = [f"attachment {name} not read; save it and add it by itself" for name in found.unread]
    letter = _letter(found, path)
    if letter.day is None and letter.is_forwarded:
        told.append("the message inside the forwarded one gives no full date")
    return told


def _opened(content: bytes, path: str) -> _Message:
    content = content.lstrip(b"\r\n")
    if content.startswith(b"From "):
        content = content[content.index(b"\n") + 1 :]
    message = email.message_from_bytes(content, policy=email.policy.default)
    if not isinstance(message, EmailMessage):  # pragma: no cover (the policy's promise, told to the type checker)
        raise RawFileError(path, "no message", "a message", "Save it again.", "malformed")
    inner = _inner(message)
    plain, markup = _text(inner, "plain", path), _text(inner, "html", path)
    unread = (
        [part.get_filename() or part.get_content_type() for part in inner.iter_attachments()]
        if inner.is_multipart()
        else []
    )
    return _Message(inner, markup, plain, tuple(unread))


def _inner(message: EmailMessage) -> EmailMessage:
    """The message that is attached to one that says hardly anything itself: forwarded as an attachment."""
    for part in message.walk():
        if part.get_content_type() != "message/rfc822" or not part.is_multipart():
            continue
        body = message.get_body(("plain",))
        said = str(body.get_payload()) if body is not None else ""
        attached = part.get_payload(0)
        if len(said.strip()) < _SHORT and isinstance(attached, EmailMessage):
            return attached
    return message


def _text(message: EmailMessage, kind: str, path: str) -> str | None:
    part = message.get_body((kind,))
    if part is None:
        return None
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return None
    return decode(payload, path, declared=part.get_content_charset() or "")


def _header(message: EmailMessage, name: str) -> str:
    """A header as text; one whose bytes nobody declared (raw Shift_JIS) is decoded by detection."""
    value = str(message.get(name, ""))
    if any("\udc80" <= character <= "\udcff" for character in value) or "\ufffd" in value:
        raw = next((text for key, text in message.raw_items() if key.lower() == name.lower()), "")
        try:
            value = decode(str(raw).encode("ascii", "surrogateescape"), name)
        except RawFileError:
            value = value.encode("utf-8", "replace").decode()
    return tidy(value)


def _sender(text: str) -> str | None:
    """Who publishes: the name in front of the address, else the address's domain."""
    if "@" not in text:
        return text.strip() or None
    name, address = parseaddr(text)
    name = name.strip(" '\"　")
    if name and "@" not in name:
        return name
    return address.rpartition("@")[2].strip().lower() or None


def _letter(found: _Message, path: str) -> Letter:
    is_forward = bool(_FORWARD.match(_header(found.message, "Subject")))
    blocks: list[str] = []
    if found.plain is not None and (found.markup is None or len(found.plain.strip()) > 80):
        letter = own_words(found.plain, is_forward=is_forward, unwrap=unwrap)
    elif found.markup is not None:
        blocks = list(_blocks_of_markup(found.markup))
        letter = own_words(
            "\n\n".join(blocks), is_forward=is_forward, unwrap=lambda text: [b for b in text.split("\n\n") if b]
        )
    else:
        letter = Letter(())
    day = stamp(_header(found.message, "Date"))
    if not letter.is_forwarded and day is not None:
        return Letter(letter.blocks, day.day, None, None, False)
    return letter


def _blocks_of_markup(markup: str) -> Iterator[str]:
    """The text of a message in HTML; its tables only lay it out, and what it quotes is left out."""
    from lxml import html as lxml_html

    from pipelines.ingest.readers.flow import blocks_of

    tree = lxml_html.document_fromstring(markup)
    for element in tree.xpath(
        "//style | //script | //head | //title | //blockquote[@type='cite'] | //*[contains(@style,'display:none')]"
    ):
        if element.getparent() is not None:
            element.drop_tree()
    for block in blocks_of(tree):
        if not (block.linked > 0.9 and len(block.text) < 60):
            yield block.text


def _is_saved_page(message: EmailMessage) -> bool:
    return message.get_content_type() == "multipart/related" and (
        "Snapshot-Content-Location" in message or "saved by" in str(message.get("From", "")).lower()
    )


def _saved_page(found: _Message, content: bytes, path: str, source: Source | None) -> Document:
    """A page that a browser saved: the message's date is the day of saving, and says nothing of publication."""
    if found.markup is None:
        raise RawFileError(path, "a saved page without HTML", "a page", "Save the page again.", "no_text")
    address = str(found.message.get("Snapshot-Content-Location", "")).strip() or None
    return html.document_of(html.read_page(found.markup, path), content, path, source, address)

"""Turn the bytes of a document into text, and say in which language it is written.

What belongs here: encodings (declared or detected) and the choice between English and Japanese. What does not: markup.
"""

from __future__ import annotations

import re
import unicodedata

from pipelines.errors import RawFileError

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_ESCAPES = (b"\x1b$B", b"\x1b$@", b"\x1b(J")
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]")
_HAN = re.compile(r"[一-鿿]")
_COMMON_JA = re.compile(r"[のにはをがとでした。、]")
_ELSEWHERE = re.compile(
    r"utf|gb|big5|hz|euc|johab|cp9\d\d|shift|cp1251|koi8|iso8859_[5-8]|mac_(?:cyrillic|greek)|cp125[356]|cp855|cp866"
)
"""Encodings of other scripts, as detection names them."""
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})


def looks_like_text(content: bytes) -> bool:
    """Whether bytes are text in some encoding: a byte-order mark, or hardly any control characters."""
    if content.startswith(tuple(mark for mark, _ in _BOMS[1:])):
        return True
    head = content[:65536]
    return len(head) - len(head.translate(None, _CONTROL)) <= len(head) // 200


def decode(content: bytes, path: str, *, tolerate_cut: bool = False) -> str:
    """Decode a document: byte-order mark, UTF-8, declaration in the head, Japanese encodings, then detection.

    Args:
        content: The bytes.
        path: File, for the message.
        tolerate_cut: The bytes end anywhere; a broken last character is dropped.

    Returns:
        NFC text with line feeds only.

    Raises:
        RawFileError: In no encoding that can be told.
    """
    body = content
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _clean(content[len(mark) :].decode(encoding, "ignore" if tolerate_cut else "replace"))
    if any(escape in content for escape in _ESCAPES):
        return _clean(body.decode("iso2022_jp", "replace"))
    text = _strict(body, "utf-8", tolerate_cut)
    if text is not None:
        return _clean(text)
    declared = _DECLARED.search(content[:4096])
    if declared:
        name = declared.group(1).decode("ascii", "ignore").lower()
        name = {"shift_jis": "cp932", "x-sjis": "cp932", "sjis": "cp932", "iso-8859-1": "cp1252"}.get(name, name)
        text = _strict(body, name, tolerate_cut)
        if text is not None:
            return _clean(text)
    return _clean(_detected(body, path, tolerate_cut))


def _strict(content: bytes, encoding: str, tolerate_cut: bool) -> str | None:
    for cut in range(4 if tolerate_cut else 1):
        try:
            return content[: len(content) - cut].decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return None


def _detected(content: bytes, path: str, tolerate_cut: bool) -> str:
    japanese = [text for name in ("cp932", "euc_jp") if (text := _strict(content, name, tolerate_cut)) is not None]
    best = max(japanese, key=lambda text: len(_COMMON_JA.findall(text)), default="")
    if len(_COMMON_JA.findall(best)) > len(best) / 12:
        return best
    from charset_normalizer import from_bytes

    match = from_bytes(content).best()
    if match is None or match.encoding is None:
        raise RawFileError(path, "bytes in no known encoding", "UTF-8", "Save the file as UTF-8.", "bad_encoding")
    western = _strict(content, "cp1252", tolerate_cut)
    # Detection tells Western from Baltic or Turkish by too little; the declared or multi-byte ones never come here.
    if western is not None and not _ELSEWHERE.match(str(match.encoding)):
        return western
    return str(match)


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))


def language_of(text: str) -> str:
    """BCP 47 code of a text: `ja` where kana stand, `zh` where Chinese characters stand alone, else `en`."""
    sample = text[:4000]
    kana, han = len(_KANA.findall(sample)), len(_HAN.findall(sample))
    letters = max(1, sum(map(str.isalpha, sample)))
    if kana / letters > 0.05:
        return "ja"
    return "zh" if han / letters > 0.3 else "en"

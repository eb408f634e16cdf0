"""Turn the bytes of a document into text, and say in which language it is written.

What belongs here: encodings (declared or detected) and the choice between English and Japanese. What does not: markup.
"""

from __future__ import annotations

import re
import unicodedata

from pipelines.errors import RawFileError

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_ESCAPE = re.compile(rb"\x1b(?:\$[B@]|\([BJI])")
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_ALIASES = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "ms_kanji": "cp932",
    "x-euc-jp": "euc_jp",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
}
_JAPANESE = (("cp932", "shift_jisx0213"), ("euc_jp", "euc_jis_2004"))
"""Each Japanese family: as it is mostly used, and with the characters that the standard added later (①, 髙)."""
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]")
_HAN = re.compile(r"[一-鿿]")
_UNLIKELY = re.compile(r"[ｦ-ﾟ\ue000-\uf8ff\ufffd\u0080-\u009f]")
"""Half-width kana, private characters and controls: what a text becomes in the wrong Japanese encoding."""
_COMMON_JA = re.compile(r"[のにはをがとでしたいるれてもらなっ。、・ーンスルトリアイ]")
_ELSEWHERE = re.compile(
    r"utf|gb|big5|hz|euc|johab|cp9\d\d|shift|cp1251|koi8|iso8859_[5-8]|mac_(?:cyrillic|greek)|cp125[356]|cp855|cp866"
)
"""Encodings of other scripts, as detection names them."""
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})


def looks_like_text(content: bytes) -> bool:
    """Whether bytes are text in some encoding: a byte-order mark, UTF-16, or hardly any control characters."""
    if content.startswith(tuple(mark for mark, _ in _BOMS[1:])):
        return True
    head = content[:65536]
    return _wide(head) is not None or len(head) - len(head.translate(None, _CONTROL)) <= len(head) // 200


def decode(content: bytes, path: str, *, tolerate_cut: bool = False, declared: str | None = None) -> str:
    """Decode a document: byte-order mark, escapes, UTF-8, declaration, Japanese encodings, then detection.

    A declaration is believed only where the bytes can be read by it and the outcome is text: pages that say UTF-8 and
    are Shift_JIS, or the other way round, are many.

    Args:
        content: The bytes.
        path: File, for the message.
        tolerate_cut: The bytes end anywhere; a broken last character is dropped.
        declared: Encoding that an envelope declares (a mail part); None: what the head of the bytes declares.

    Returns:
        NFC text with line feeds only.

    Raises:
        RawFileError: In no encoding that can be told.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _clean(content[len(mark) :].decode(encoding, "ignore" if tolerate_cut else "replace"))
    if _ESCAPE.search(content):
        return _clean(_from_jis(content))
    wide = _wide(content[:65536])
    if wide is not None:
        return _clean(content.decode(wide, "ignore" if tolerate_cut else "replace"))
    text = _strict(content, "utf-8", tolerate_cut)
    if text is None:
        text = _as_declared(content, declared, tolerate_cut)
    if text is None:
        text = _detected(content, path, tolerate_cut)
    return _clean(text)


def _as_declared(content: bytes, declared: str | None, tolerate_cut: bool) -> str | None:
    if declared is None:
        head = _DECLARED.search(content[:4096])
        declared = head.group(1).decode("ascii", "ignore") if head else ""
    name = _ALIASES.get(declared.lower(), declared.lower())
    if not name or name in ("utf-8", "utf8", "utf-16"):
        return None
    family = next((names for names in _JAPANESE if name in names), None)
    if family is not None:
        text = _in_family(content, family, tolerate_cut)
        rival = max(_japanese(content, tolerate_cut), key=_likeness, default=None)
        return rival if text is None or (rival is not None and _likeness(rival) > _likeness(text) + 0.1) else text
    text = _strict(content, name, tolerate_cut)
    if text is not None and name == "cp1252" and _best_japanese(content, tolerate_cut) is not None:
        return None
    return text


def _strict(content: bytes, encoding: str, tolerate_cut: bool) -> str | None:
    for cut in range(4 if tolerate_cut else 1):
        try:
            return content[: len(content) - cut].decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return None


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: on one side of its pairs nearly every byte is that of ASCII (0) or of kana (0x30)."""
    if len(head) < 8:
        return None
    sides = [head[side::2] for side in (0, 1)]
    high = [side.count(0) + side.count(0x30) for side in sides]
    big_endian = high[0] > high[1]
    if min(high) > max(high) // 10 or max(high) < len(head) // 2 * 0.25:
        return None
    encoding = "utf-16-be" if big_endian else "utf-16-le"
    sample = head[: len(head) // 2 * 2].decode(encoding, "ignore")
    readable = sum(character.isprintable() or character.isspace() for character in sample)
    is_text = b"\x00" in head or _likeness(sample) > 0.3
    return encoding if is_text and readable >= len(sample) * 0.98 else None


def _in_family(content: bytes, names: tuple[str, ...], tolerate_cut: bool) -> str | None:
    return next((text for name in names if (text := _strict(content, name, tolerate_cut)) is not None), None)


def _japanese(content: bytes, tolerate_cut: bool) -> list[str]:
    readings = (_in_family(content, names, tolerate_cut) for names in _JAPANESE)
    return [text for text in readings if text is not None]


def _likeness(text: str) -> float:
    """How much a text looks Japanese: shares of frequent kana less those of characters that nobody writes."""
    marked = [character for character in text if not character.isascii()]
    if not marked:
        return 0.0
    joined = "".join(marked)
    return (len(_COMMON_JA.findall(joined)) - 2 * len(_UNLIKELY.findall(joined))) / len(joined)


def _best_japanese(content: bytes, tolerate_cut: bool) -> str | None:
    best = max(_japanese(content, tolerate_cut), key=_likeness, default="")
    wide = len(_KANA.findall(best)) + len(_HAN.findall(best))
    marked = sum(not character.isascii() for character in best)
    # A Western text has its accents apart: read as Japanese they give stray kanji and half-width kana, no words.
    return best if _likeness(best) > 0.12 and wide >= marked * 0.5 else None


def _detected(content: bytes, path: str, tolerate_cut: bool) -> str:
    japanese = _best_japanese(content, tolerate_cut)
    if japanese is not None:
        return japanese
    from charset_normalizer import from_bytes

    western = _strict(content, "cp1252", tolerate_cut)
    match = from_bytes(content[:262144]).best()
    if match is None or match.encoding is None:
        # One stray byte in a text of an otherwise plain encoding is no reason to lose the text.
        repaired = _repaired(content)
        if repaired is None:
            raise RawFileError(path, "bytes in no known encoding", "UTF-8", "Save the file as UTF-8.", "bad_encoding")
        return repaired
    # Detection tells Western from Baltic or Turkish by too little; the declared or multi-byte ones never come here.
    if western is not None and (not _ELSEWHERE.match(str(match.encoding)) or _mostly_ascii(content)):
        return western
    text = _strict(content, str(match.encoding), tolerate_cut)
    return text if text is not None else str(match)


def _mostly_ascii(content: bytes) -> bool:
    head = content[:65536]
    return sum(byte > 127 for byte in head) <= len(head) * 0.05


def _repaired(content: bytes) -> str | None:
    """The text where less than one character in a hundred is broken, with a replacement mark for each; else None."""
    for name in ("utf-8", "cp932", "euc_jp", "cp1252"):
        text = content.decode(name, "replace")
        if text.count("\ufffd") <= len(text) // 100 and (name in ("utf-8", "cp1252") or _likeness(text) > 0.12):
            return text
    return None


def _from_jis(content: bytes) -> str:
    """ISO-2022-JP with what mail programs put into it: NEC's and IBM's characters (①, ㈱, 髙) and half-width kana."""
    parts: list[str] = []
    mode, start = b"\x1b(B", 0
    for found in (*_ESCAPE.finditer(content), None):
        chunk = content[start : found.start() if found else len(content)]
        if mode in (b"\x1b$B", b"\x1b$@"):
            parts.append(_two_bytes(chunk))
        elif mode == b"\x1b(I":
            parts.append(bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in chunk).decode("cp932"))
        else:
            parts.append(chunk.decode("ascii", "replace"))
        if found:
            mode, start = found.group(), found.end()
    return "".join(parts)


def _two_bytes(chunk: bytes) -> str:
    shifted = bytearray()
    place = 0
    while place < len(chunk):
        first, second = chunk[place], chunk[place + 1] if place + 1 < len(chunk) else 0
        if first < 0x21 or not 0x21 <= second <= 0x7E:
            shifted.append(first)  # a line end inside the shifted part
            place += 1
            continue
        lead = (first - 0x21) // 2 + 0x81
        trail = second + (0x1F if second < 0x60 else 0x20) if first % 2 else second + 0x7E
        shifted += bytes((lead + 0x40 if lead > 0x9F else lead, trail))
        place += 2
    return shifted.decode("cp932", "replace")


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


def language(declared: str | None, text: str) -> str:
    """The primary language of a text: the declared one (`ja-JP` is `ja`) unless the script says otherwise."""
    written = language_of(text)
    primary = re.split(r"[-_]", (declared or "").strip().lower())[0]
    if not re.fullmatch(r"[a-z]{2,3}", primary):
        return written
    if written != "en":
        # Kana are Japanese whatever the template says; Chinese characters alone may be a Japanese list of names.
        return written if written == "ja" or primary not in ("ja", "zh", "ko") else primary
    return written if primary in ("ja", "zh", "ko") and not _HAN.search(text[:4000]) else primary

"""PDF files for tests, written by hand: lines of text at given places, in Latin and Japanese fonts."""

from __future__ import annotations

from dataclasses import dataclass

A4 = (595.0, 842.0)


@dataclass
class Line:
    """A line of text with its baseline; `vertical` lines run down from (x, y)."""

    x: float
    y: float
    text: str
    size: float = 10.0
    vertical: bool = False


def pdf(pages: list[list[Line]], info: dict[str, str] | None = None) -> bytes:
    """A PDF with one page a list of lines; Japanese text in a font that is not embedded."""
    objects: list[bytes] = []

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    latin = add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    fonts = {}
    for name, encoding in (("H", b"UniJIS-UTF16-H"), ("V", b"UniJIS-UTF16-V")):
        descriptor = add(
            b"<< /Type /FontDescriptor /FontName /KozMinPr6N-Regular /Flags 6 /FontBBox [-437 -340 1147 1317]"
            b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 742 /StemV 80 >>"
        )
        child = add(
            b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /KozMinPr6N-Regular /CIDSystemInfo"
            b" << /Registry (Adobe) /Ordering (Japan1) /Supplement 6 >> /DW 1000 /FontDescriptor %d 0 R >>" % descriptor
        )
        fonts[name] = add(
            b"<< /Type /Font /Subtype /Type0 /BaseFont /KozMinPr6N-Regular-%s /Encoding /%s /DescendantFonts [%d 0 R] >>"
            % (encoding, encoding, child)
        )
    tree = len(objects) + 2 * len(pages) + 1
    kids = []
    for lines in pages:
        stream = b"\n".join(_shown(line) for line in lines)
        content = add(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(
            add(
                b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources"
                b" << /Font << /L %d 0 R /H %d 0 R /V %d 0 R >> >> >>" % (tree, content, latin, fonts["H"], fonts["V"])
            )
        )
    add(b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids)))
    catalog = add(b"<< /Type /Catalog /Pages %d 0 R >>" % tree)
    entries = b" ".join(
        b"/%s <%s>" % (k.encode(), b"feff" + v.encode("utf-16-be").hex().encode()) for k, v in (info or {}).items()
    )
    about = add(b"<< %s >>" % entries)
    return _file(objects, catalog, about)


def _shown(line: Line) -> bytes:
    if line.text.isascii():
        text = line.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode()
        return b"BT /L %.1f Tf 1 0 0 1 %.2f %.2f Tm (%s) Tj ET" % (line.size, line.x, line.y, text)
    font = b"V" if line.vertical else b"H"
    code = line.text.encode("utf-16-be").hex().encode()
    return b"BT /%s %.1f Tf 1 0 0 1 %.2f %.2f Tm <%s> Tj ET" % (font, line.size, line.x, line.y, code)


def _file(objects: list[bytes], catalog: int, about: int) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        catalog,
        about,
        start,
    )
    return bytes(out)

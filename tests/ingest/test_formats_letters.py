"""Word files and e-mail. All texts, people and figures are invented."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from email.message import EmailMessage
from typing import Any

import pytest

from pipelines.errors import RawFileError
from pipelines.ingest.readers import read_document, remarks_on

EN1 = "Birchwood Alloys will spend $140 million on a furnace hall in Toledo, Ohio, the company said on Tuesday."
EN2 = "Who lends the money was not said. A union official called the plan late but welcome."
JA1 = "白樺合金は17日、オハイオ州トレドに溶解工場を建設すると発表した。投資額は約1億4000万ドルを見込む。"
JA2 = "融資の内容は明らかにしていない。地元の労組幹部は「遅いが歓迎する」と述べた。"


def texts(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in read_document(content, "inbox/x", None).paragraphs]


# Word


def _docx(fill: Any, title: str = "") -> bytes:
    import docx

    file = docx.Document()
    file.core_properties.title = title
    file.core_properties.created = dt.datetime(2019, 1, 1)
    fill(file)
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def _edited(content: bytes, part: str, old: str, new: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            data = before.read(name)
            after.writestr(name, data.decode().replace(old, new).encode() if name == part else data)
    return out.getvalue()


def test_a_word_file() -> None:
    def fill(file: Any) -> None:
        file.sections[0].header.paragraphs[0].text = "CONFIDENTIAL, worth $9 billion"
        file.sections[0].footer.paragraphs[0].text = "Page 1"
        file.add_heading("A furnace hall", 0)
        file.add_paragraph("February 17, 2026, Toledo Works Bulletin")
        file.add_paragraph(EN1)
        file.add_heading("Figures", 2)
        for item in ("scrap: 12,000 tons", "jobs: 85"):
            file.add_paragraph(item, style="List Bullet")
        table = file.add_table(2, 2)
        for row, cells in zip(table.rows, (("Part", "Cost"), ("Hall", "$40 million")), strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
        file.add_paragraph(EN2)

    content = _docx(fill, "A furnace hall")
    document = read_document(content, "inbox/file.bin", None)
    expected = [
        "A furnace hall",
        EN1,
        "Figures",
        "scrap: 12,000 tons",
        "jobs: 85",
        "Part | Cost",
        "Hall | $40 million",
        EN2,
    ]
    assert [paragraph.text for paragraph in document.paragraphs] == expected
    source = document.source
    assert (source.title, source.published_on, source.publisher) == (
        "A furnace hall",
        dt.date(2026, 2, 17),
        "Toledo Works Bulletin",
    )


def test_the_day_of_editing_is_no_publication() -> None:
    assert read_document(_docx(lambda file: file.add_paragraph(EN1)), "a", None).source.published_on is None


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        (
            "<w:del><w:r><w:delText>$9 billion</w:delText></w:r></w:del><w:ins><w:r><w:t>$140 million</w:t></w:r></w:ins>",
            "$140 million",
        ),
        ("<w:moveFrom><w:r><w:t>$9 billion</w:t></w:r></w:moveFrom><w:r><w:t>here</w:t></w:r>", "here"),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>$9 billion</w:t></w:r><w:r><w:t>seen</w:t></w:r>", "seen"),
        (
            "<w:r><w:instrText>REF $9 billion</w:instrText></w:r><w:hyperlink><w:r><w:t>linked</w:t></w:r></w:hyperlink>",
            "linked",
        ),
        (
            "<w:r><w:ruby><w:rt><w:r><w:t>しらかば</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>白樺</w:t></w:r></w:rubyBase></w:ruby></w:r>",
            "白樺",
        ),
        ("<w:sdt><w:sdtContent><w:r><w:t>a field</w:t></w:r></w:sdtContent></w:sdt>", "a field"),
    ],
)
def test_what_is_no_text_as_it_stands_is_left_out(markup: str, shown: str) -> None:
    content = _docx(lambda file: (file.add_paragraph(EN1), file.add_paragraph("MARK")))
    content = _edited(content, "word/document.xml", "<w:r><w:t>MARK</w:t></w:r>", markup)
    assert texts(content) == [EN1, shown]


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


_BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (_zip(**{"word/document.xml": b"\0" * 30_000_000}), "unsafe", "unpacks"),
        (_zip(**{"word/document.xml": _BOMB}), "unsafe", "document type"),
        (
            _edited(_docx(lambda f: f.add_paragraph(EN1)), "docProps/core.xml", "<cp:", "<!DOCTYPE x><cp:"),
            "unsafe",
            "document type",
        ),
        (_zip(**{"xl/workbook.xml": b"<x/>"}), "unreadable_format", "spreadsheet"),
        (_zip(**{"a.txt": b"x"}), "unreadable_format", "archive"),
        (b"PK\x03\x04 broken", "malformed", "DOCX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "unreadable_format", "old or locked"),
        (_docx(lambda file: None), "no_text", "no text"),
        (_zip(**{"word/document.xml": b"<x/>"}), "malformed", "reader fails"),
    ],
)
def test_other_archives_are_refused_with_their_reason(content: bytes, code: str, words: str) -> None:
    with pytest.raises(RawFileError, match=words) as raised:
        read_document(content, "inbox/a.docx", None)
    assert raised.value.reason_code == code


# E-mail


def _mail(body: str, charset: str = "utf-8", subject: str = "A furnace hall", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = headers.pop("sender", "Toledo Works <press@works.example>")
    message["To"] = "desk@paper.example"
    message["Subject"] = subject
    message["Date"] = "Tue, 17 Feb 2026 23:30:00 -0500"
    message.set_content(body, charset=charset)
    return message


@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp", "shift_jis", "euc-jp"])
def test_a_japanese_message(charset: str) -> None:
    message = _mail(
        f"各位\n\n{JA1}\n\n{JA2}\n\n--\n広報室 西野\n",
        charset,
        "溶解工場の新設",
        sender="白樺合金 広報 <pr@shirakaba.example>",
    )
    document = read_document(message.as_bytes(), "inbox/m", None)
    assert [paragraph.text for paragraph in document.paragraphs] == ["溶解工場の新設", "各位", JA1, JA2]
    source = document.source
    assert (source.title, source.publisher, source.language) == ("溶解工場の新設", "白樺合金 広報", "ja")
    assert source.published_on == dt.date(2026, 2, 17)


def test_plain_text_is_preferred_and_attachments_are_told() -> None:
    message = _mail(
        f"{EN1}\n\n{EN2}\n\nThese lines are long enough to be the text itself.\n", sender="press@works.example"
    )
    message.add_alternative("<p>Another text, at $9 billion.</p>", subtype="html")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="plan.pdf")
    content = message.as_bytes()
    assert texts(content)[1:3] == [EN1, EN2]
    assert read_document(content, "m", None).source.publisher == "works.example"
    assert "plan.pdf" in remarks_on(content, "m")[0]


def test_a_message_in_html_alone() -> None:
    message = _mail("x")
    message.set_content(
        f"<html><body><table><tr><td><p>{EN1}</p><ul><li>85 jobs</li></ul><p>{EN2}</p><blockquote type='cite'>Old: $9 billion</blockquote>"
        "<p><a href='#'>Unsubscribe</a></p></td></tr></table></body></html>",
        subtype="html",
    )
    assert texts(message.as_bytes()) == ["A furnace hall", EN1, "85 jobs", EN2]


@pytest.mark.parametrize(
    "tail",
    [
        "On Mon, Feb 16, 2026 at 9:00 AM Ana Pell <ana@paper.example> wrote:\n> Is it $9 billion?\n> Ana\n",
        "On Mon, Feb 16, 2026 at 9:00 AM Ana Pell\n<ana@paper.example> wrote:\n\n> Is it $9 billion?\n",
        "-----Original Message-----\nFrom: Ana Pell\nSent: Monday, February 16, 2026\nTo: Press\nSubject: x\n\nIs it $9 billion?\n",
        "From: Ana Pell <ana@paper.example>\nSent: Monday, February 16, 2026 9:00\nTo: Press\nSubject: Price\n\nIs it $9 billion?\n",
        "2026年2月16日(月) 9:00 Ana Pell <ana@paper.example>:\n> 90億ドルですか\n",
        "-- \nToledo Works, $9 billion in assets\n1 Lake Street\n",
        "------------------------------\nToledo Works\nTEL 03-0000-0000\nE-mail: pr@works.example\n------------------------------\n",
        "━━━━━━━━━━━━━━\n白樺合金株式会社 広報室\n〒100-0000 東京都\n電話 03-0000-0000\n━━━━━━━━━━━━━━\n",
        "Sent from my iPhone\n",
    ],
)
def test_quotations_and_signatures_are_left_out(tail: str) -> None:
    assert texts(_mail(f"{EN1}\n\n{EN2}\n\n{tail}", subject="Re: Price").as_bytes()) == ["Price", EN1, EN2]


@pytest.mark.parametrize(
    "head",
    [
        "---------- Forwarded message ---------\nFrom: Basin Record <news@basin.example>\nDate: Mon, Feb 9, 2026 at 7:00 AM\nSubject: A hall for Toledo\nTo: <a@b.example>\n",
        "-----Original Message-----\nFrom: Basin Record\nSent: Monday, February 9, 2026 7:00 AM\nTo: A\nSubject: A hall for Toledo\n",
        "Begin forwarded message:\n\nFrom: Basin Record <news@basin.example>\nSubject: A hall for Toledo\nDate: February 9, 2026 at 07:00:00 GMT-5\nTo: A\n",
        "差出人: Basin Record <news@basin.example>\n送信日時: 2026年2月9日 7:00\n宛先: A\n件名: A hall for Toledo\n",
    ],
)
def test_what_is_forwarded_is_the_text_with_its_own_day_and_sender(head: str) -> None:
    source = read_document(
        _mail(f"FYI\n\n{head}\n{EN1}\n\n{EN2}\n", subject="Fwd: A hall for Toledo").as_bytes(), "m", None
    )
    assert [paragraph.text for paragraph in source.paragraphs] == ["A hall for Toledo", EN1, EN2]
    assert (source.source.published_on, source.source.publisher) == (dt.date(2026, 2, 9), "Basin Record")


def test_a_message_forwarded_as_an_attachment() -> None:
    outer = _mail("See below.", subject="Fwd: it")
    inner = _mail(f"{EN1}\n\n{EN2}", subject="A hall for Toledo", sender="Basin Record <n@basin.example>")
    outer.add_attachment(inner)
    document = read_document(outer.as_bytes(), "m", None)
    assert [paragraph.text for paragraph in document.paragraphs] == ["A hall for Toledo", EN1, EN2]
    assert document.source.publisher == "Basin Record"


def test_a_page_that_a_browser_saved_has_no_date_of_saving() -> None:
    page = f"<html><head><title>A furnace hall</title></head><body><article><h1>A furnace hall</h1><p>{EN1}</p><p>{EN2}</p></article></body></html>"
    head = "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://paper.example/a\r\nSubject: A furnace hall\r\nDate: Sun, 1 Mar 2026 00:00:00 -0000\r\nMIME-Version: 1.0\r\n"
    head += 'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n'
    document = read_document(f"{head}{page}\r\n--b--\r\n".encode(), "a.mhtml", None)
    assert [paragraph.text for paragraph in document.paragraphs] == ["A furnace hall", EN1, EN2]
    assert (document.source.published_on, document.source.url) == (None, "https://paper.example/a")


def test_a_letter_about_mail_is_no_mail() -> None:
    assert texts(f"From: our desk\n\n{EN1}\n".encode())[-1] == EN1

"""Encodings and bare text. All texts, people and figures are invented."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import RawFileError
from pipelines.ingest.readers import read_document
from pipelines.ingest.readers.decoding import decode
from tests.ingest.test_formats_letters import EN1, EN2, JA1, JA2

_KANA = "".join(chr(code) for code in (*range(0x3042, 0x3094), *range(0x30A2, 0x30F5)))
_WORDS = st.sampled_from(
    [
        "白樺合金は",
        "オハイオ州に",
        "溶解工場を",
        "建設すると",
        "発表した。",
        "投資額は",
        "約1億4000万ドル",
        "年1万2000トンの",
        "くず鉄を",
        "処理する",
        "「遅いが歓迎する」",
        "融資の",
        "Toledo",
        "2028年",
        "予定だ、",
    ]
)
_JAPANESE = st.lists(_WORDS, min_size=8, max_size=60).map("".join)
_ENGLISH = st.lists(
    st.sampled_from(
        [
            "Birchwood",
            "will",
            "spend",
            "€140",
            "million",
            "on",
            "a",
            "café",
            "in",
            "Québec",
            "–",
            "“late”",
            "but",
            "welcome;",
            "naïve",
            "señor",
            "Müller",
            "said",
            "£5",
            "more",
        ]
    ),
    min_size=8,
    max_size=60,
).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(
    _JAPANESE,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp932", "euc_jp", "iso2022_jp"]),
    st.sampled_from(["", "utf-8", "shift_jis", "euc-jp", "iso-2022-jp", "iso-8859-1", "nonsense"]),
)
def test_japanese_reads_back_whatever_is_declared(text: str, encoding: str, declared: str) -> None:
    page = f'<meta charset="{declared}">{text}' if declared else text
    assert decode(page.encode(encoding), "x") == page


@settings(max_examples=60, deadline=None)
@given(
    _ENGLISH,
    st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]),
    st.sampled_from(["", "utf-8", "iso-8859-1", "windows-1252", "us-ascii"]),
)
def test_english_reads_back_whatever_is_declared(text: str, encoding: str, declared: str) -> None:
    page = f'<meta charset="{declared}">{text}' if declared else text
    assert decode(page.encode(encoding), "x") == page


@settings(max_examples=40, deadline=None)
@given(
    st.text(alphabet=_KANA + "、。「」", min_size=12, max_size=80), st.sampled_from(["cp932", "euc_jp", "iso2022_jp"])
)
def test_any_kana_read_back(text: str, encoding: str) -> None:
    assert decode(f"これは試験です。{text}".encode(encoding), "x") == f"これは試験です。{text}"


def test_characters_of_makers_in_mail() -> None:
    assert decode("①".encode("cp932") + "髙橋㈱".encode("cp932") + JA1.encode("cp932"), "x") == f"①髙橋㈱{JA1}"
    jis = b"\x1b$B\x2d\x21\x2d\x6a\x1b(B" + JA1.encode("iso2022_jp")
    assert decode(jis, "x") == f"①㈱{JA1}"


def test_bytes_of_no_encoding_are_refused() -> None:
    with pytest.raises(RawFileError) as raised:
        decode(bytes(range(128, 256)) * 8, "x")
    assert raised.value.reason_code == "bad_encoding"


# Bare text


@pytest.mark.parametrize(
    ("head", "publisher", "day"),
    [
        ("A furnace hall\nBy Ana Pell\nFebruary 17, 2026\n", None, dt.date(2026, 2, 17)),
        ("A furnace hall\nLake Ledger, Feb. 17, 2026\n", "Lake Ledger", dt.date(2026, 2, 17)),
        ("A furnace hall\nPublished: 17 February 2026 | Updated: 19 February 2026\n", None, dt.date(2026, 2, 17)),
        ("A furnace hall\nUpdated February 19, 2026\n", None, None),
        ("FOR IMMEDIATE RELEASE\n\nA furnace hall\n\nTuesday, February 17, 2026\n", None, dt.date(2026, 2, 17)),
        (
            "Title: A furnace hall\nPublisher: Lake Ledger\nDate: 2026-02-17\nURL: https://ledger.example/1\n",
            "Lake Ledger",
            dt.date(2026, 2, 17),
        ),
    ],
)
def test_the_head_of_an_english_text(head: str, publisher: str | None, day: dt.date | None) -> None:
    document = read_document(f"{head}\n{EN1}\n\n{EN2}\n".encode(), "a.txt", None)
    assert (document.source.title, document.source.publisher, document.source.published_on) == (
        "A furnace hall",
        publisher,
        day,
    )
    assert [paragraph.text for paragraph in document.paragraphs][-2:] == [EN1, EN2]


@pytest.mark.parametrize(
    ("head", "publisher", "day"),
    [
        ("溶解工場の新設\n\n2026年2月17日 湖畔新聞\n", "湖畔新聞", dt.date(2026, 2, 17)),
        ("　　　　　　令和8年2月17日\n　　　　　　産業観察省\n\n溶解工場の新設\n", "産業観察省", dt.date(2026, 2, 17)),
        ("報道発表資料\n令和八年二月十七日\n\n溶解工場の新設\n", None, dt.date(2026, 2, 17)),
        ("溶解工場の新設\n公開：2026/02/17 5:00　更新：2026/02/19 8:00\n", None, dt.date(2026, 2, 17)),
        ("溶解工場の新設\n更新日：2026年2月19日\n", None, None),
        ("溶解工場の新設\n文＝西野遥\n2026年2月17日（火）5時00分\n", None, dt.date(2026, 2, 17)),
        ("タイトル：溶解工場の新設\n出典：湖畔新聞\n日付：2026年2月17日\n", "湖畔新聞", dt.date(2026, 2, 17)),
    ],
)
def test_the_head_of_a_japanese_text(head: str, publisher: str | None, day: dt.date | None) -> None:
    document = read_document(f"{head}\n{JA1}\n\n{JA2}\n".encode(), "a.txt", None)
    assert (document.source.title, document.source.publisher, document.source.published_on) == (
        "溶解工場の新設",
        publisher,
        day,
    )
    assert [paragraph.text for paragraph in document.paragraphs][-2:] == [JA1, JA2]


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        (
            "Lender                 Amount (US$ million)\nBirch State Bank       310\nHarbor Union           60",
            ["Lender | Amount (US$ million)", "Birch State Bank | 310", "Harbor Union | 60"],
        ),
        (
            "Works       Tonnes\nToledo       1,200\nErie           900",
            ["Works | Tonnes", "Toledo | 1,200", "Erie | 900"],
        ),
        (
            "貸し手　　　　　　　金額\n白樺銀行　　　　　　６０億円\n港湾信用金庫　　　　８億円",
            ["貸し手 | 金額", "白樺銀行 | ６０億円", "港湾信用金庫 | ８億円"],
        ),
    ],
)
def test_columns_set_with_blanks_are_rows(lines: str, rows: list[str]) -> None:
    text = f"Birchwood borrows for its works.\n\n{lines}\n\nThe rest is equity.\n"
    read = read_document(text.encode(), "inbox/a.txt", None)
    assert [paragraph.text for paragraph in read.paragraphs][1:-1] == rows


@pytest.mark.parametrize(
    "lines",
    [
        "It ended.  Then a new\none began in May.  Some\nsaid so.  Nobody knew.",
        "one  two\nthree  four",
        "Toledo  1,200\nErie  900  in brackets\nGary  80",
    ],
)
def test_blanks_that_set_no_columns_are_none(lines: str) -> None:
    read = read_document(f"Birchwood builds.\n\n{lines}\n".encode(), "inbox/a.txt", None)
    assert not any(" | " in paragraph.text for paragraph in read.paragraphs)

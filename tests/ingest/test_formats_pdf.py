"""PDF files: reading order, lines and pages joined, running heads left out. All texts are invented."""

from __future__ import annotations

import datetime as dt
import io
import textwrap

import pytest

from pipelines.errors import RawFileError
from pipelines.ingest.readers import read_document, remarks_on
from tests.ingest.pdf_maker import Line, pdf

EN1 = (
    "Birchwood Alloys will spend $140 million on a furnace hall in Toledo, Ohio, the company said on Tuesday. "
    "The hall is to melt 12,000 tons of scrap a year from 2028, and it will stand beside the rolling mill that the firm "
    "has run since 1962."
)
EN2 = (
    "Who lends the money was not said. A union official called the plan late but welcome, and asked for an apprentice "
    "school beside it; the state has offered a grant that is tied to targets."
)
EN3 = "A second hall may follow. Nothing of it is settled, and no price was named for the land that it would need."
JA1 = (
    "白樺合金は17日、オハイオ州トレドに溶解工場を建設すると発表した。投資額は約1億4000万ドルを見込む。"
    "年1万2000トンのくず鉄を処理し、2028年に稼働する予定だ。"
)
JA2 = "融資の内容は明らかにしていない。地元の労組幹部は「遅いが歓迎する」と述べ、訓練校の併設を求めた。"
TITLE, TITLE_JA = "Birchwood plans a furnace hall", "白樺合金、オハイオに溶解工場"


def flow(texts: list[str], x: float, y: float, width: int, size: float = 10, indent: float = 12) -> list[Line]:
    """Lines of paragraphs set into a column; the first line of each is indented."""
    lines = []
    for text in texts:
        wide = not text.isascii()
        parts = [text[n : n + width] for n in range(0, len(text), width)] if wide else textwrap.wrap(text, width)
        for number, part in enumerate(parts):
            lines.append(Line(x + (indent if number == 0 else 0), y, part, size))
            y -= size * 1.3
    return lines


def read(pages: list[list[Line]], info: dict[str, str] | None = None) -> list[str]:
    document = read_document(pdf(pages, info), "inbox/a", None)
    return [paragraph.text for paragraph in document.paragraphs]


def test_one_column() -> None:
    assert read([[Line(50, 780, TITLE, 16), *flow([EN1, EN2, EN3], 50, 740, 90)]]) == [TITLE, EN1, EN2, EN3]


def test_paragraphs_parted_by_space_alone() -> None:
    lines = flow([EN1], 50, 740, 90, indent=0) + flow([EN2], 50, 680, 90, indent=0)
    assert read([lines]) == [EN1, EN2]


@pytest.mark.parametrize("columns", [2, 3])
@pytest.mark.parametrize("by_row", [False, True])
def test_columns_in_reading_order(columns: int, by_row: bool) -> None:
    texts = [[EN1, EN3], [EN2, EN1], [EN3, EN2]][:columns]
    step, width = (270, 48) if columns == 2 else (180, 32)
    lines = [line for n, column in enumerate(texts) for line in flow(column, 40 + step * n, 700, width)]
    if by_row:  # as some programs write it: line by line across the columns
        lines.sort(key=lambda line: -line.y)
    title = Line(40, 760, f"{TITLE} beside its mill, and says nothing of lenders yet", 18)
    assert read([[title, *lines]]) == [title.text, *(text for column in texts for text in column)]


def test_a_paragraph_goes_on_in_the_next_column_and_on_the_next_page() -> None:
    whole = flow([f"{EN1} {EN2} {EN3} {EN1}", EN2], 40, 700, 48)
    size = len(whole) // 3 + 1
    left, right, beyond = whole[:size], whole[size : 2 * size], whole[2 * size :]
    for column, x in ((left, 40.0), (right, 310.0), (beyond, 40.0)):
        indent = [line.x - 40 for line in column]
        for number, line in enumerate(column):
            line.x, line.y = x + indent[number], 700 - 13 * number
    assert read([[*left, *right], beyond]) == [f"{EN1} {EN2} {EN3} {EN1}", EN2]


def test_a_heading_across_the_columns_parts_them() -> None:
    above = flow([EN1], 40, 760, 48) + flow([EN2], 310, 760, 48)
    below = flow([EN3, EN1], 40, 560, 48) + flow([EN2, EN3], 310, 560, 48)
    heading = Line(40, 620, "What the neighbours of the furnace hall have said about it so far", 15)
    assert read([[*above, heading, *below]]) == [EN1, EN2, heading.text, EN3, EN1, EN2, EN3]


def test_running_heads_and_page_numbers_are_left_out_but_date_the_text() -> None:
    pages = [
        [
            Line(50, 810, "The Lake Ledger, February 17, 2026", 8),
            *flow([text], 50, 740, 90),
            Line(290, 30, f"- {n} -", 8),
        ]
        for n, text in enumerate((EN1, EN2, EN3), 1)
    ]
    document = read_document(pdf(pages), "a.pdf", None)
    assert [paragraph.text for paragraph in document.paragraphs] == [EN1, EN2, EN3]
    assert document.source.published_on == dt.date(2026, 2, 17)


def test_a_page_number_of_a_single_page() -> None:
    assert read([[*flow([EN1], 50, 740, 90), Line(290, 30, "1", 8)]]) == [EN1]


def test_words_parted_at_the_line_end() -> None:
    lines = [
        "The furnace hall is a long-term plan of the com-",
        "pany, which calls it long-",
        "term again; it is a US-",
        "owned firm.",
    ]
    text = read([[Line(50, 700 - 13 * n, line) for n, line in enumerate(lines)]])
    assert text == [
        "The furnace hall is a long-term plan of the company, which calls it long-term again; it is a US-owned firm."
    ]


def test_japanese_lines_are_joined_without_blanks() -> None:
    title = Line(50, 780, TITLE_JA, 16)
    assert read([[title, *flow([JA1, JA2], 50, 740, 40, indent=10)]]) == [TITLE_JA, JA1, JA2]


def test_japanese_columns() -> None:
    lines = flow([JA1, JA2], 40, 700, 22, indent=10) + flow([JA2, JA1], 310, 700, 22, indent=10)
    assert read([sorted(lines, key=lambda line: -line.y)]) == [JA1, JA2, JA2, JA1]


def test_vertical_writing_runs_from_right_to_left() -> None:
    text = JA1.translate(str.maketrans("0123456789", "〇一二三四五六七八九"))
    lines, x = [], 500.0
    for paragraph in (text, JA2):
        for number, part in enumerate(
            [paragraph[:19], *(paragraph[n : n + 20] for n in range(19, len(paragraph), 20))]
        ):
            lines.append(Line(x, 690 if number == 0 else 700, part, 10, vertical=True))
            x -= 16
    assert read([lines]) == [text, JA2]


def test_a_table_is_read_by_rows() -> None:
    rows = [("Year", "Tons", "Cost"), ("2028", "4,000", "$60 million"), ("2029", "12,000", "$80 million")]
    lines = [Line(60 + 150 * c, 600 - 16 * r, cell) for r, row in enumerate(rows) for c, cell in enumerate(row)]
    assert read([[*flow([EN1], 50, 740, 90), *lines]]) == [EN1, *(" | ".join(row) for row in rows)]


def test_a_japanese_table_with_short_cells() -> None:
    rows = [("分野", "企業", "規模"), ("電力", "白樺電機", "最大2億ドル"), ("鉱物", "楡鉱業", "記載なし")]
    lines = [Line(60 + 150 * c, 600 - 16 * r, cell) for r, row in enumerate(rows) for c, cell in enumerate(row)]
    assert read([[*flow([JA1], 50, 740, 40, indent=10), *lines]]) == [JA1, *(" | ".join(row) for row in rows)]


def test_a_narrow_column_under_a_wide_headline_and_a_small_foot() -> None:
    title = Line(50, 780, f"{TITLE} beside its mill, and says nothing of lenders", 18)
    foot = Line(230, 28, "The Lake Ledger | vol. 41, no. 6 | 23", 7)
    assert read([[title, *flow([EN1, EN2], 50, 700, 44), foot]]) == [title.text, EN1, EN2]


def test_words_set_one_by_one_have_blanks_between() -> None:
    words = ["Birchwood", "Alloys", "will", "spend", "on", "a", "hall", "of", "its", "own", "in", "Ohio"]
    lines, x = [], 50.0
    for word in words:
        lines.append(Line(x, 700, word))
        x += sum(
            {
                "i": 2.2,
                "l": 2.2,
                "f": 2.8,
                "t": 2.8,
                "r": 3.3,
                "w": 7.2,
                "c": 5.0,
                "s": 5.0,
                "B": 6.7,
                "A": 6.7,
                "O": 7.8,
            }.get(c, 5.56)
            for c in word
        )
        x += 2.4
    assert read([lines]) == [" ".join(words)]


def test_items_of_a_list_stay_apart() -> None:
    items = [
        "- furnaces for $100 million",
        "- a hall for $40 million",
        "(1) rails, and a road that leads from the lake to the hall",
    ]
    lines = [Line(60, 650 - 13 * n, item) for n, item in enumerate(items)]
    assert read([[*flow([EN1], 50, 740, 90), *lines]]) == [EN1, *items]


def test_the_title_of_the_properties_counts_where_it_is_printed() -> None:
    page = [Line(50, 780, TITLE, 10), *flow([EN1], 50, 740, 90)]
    assert read_document(pdf([page], {"Title": TITLE}), "a", None).title == TITLE
    document = read_document(
        pdf([page], {"Title": "Microsoft Word - draft3.docx", "CreationDate": "D:20200101"}), "a", None
    )
    assert document.title == TITLE
    assert document.source.published_on is None


def test_a_page_without_text_is_told() -> None:
    content = pdf([flow([EN1], 50, 740, 90), []])
    assert [paragraph.text for paragraph in read_document(content, "a", None).paragraphs] == [EN1]
    assert "page 2" in remarks_on(content, "a")[0]


def _encrypted() -> bytes:
    key = b"<" + b"5a" * 32 + b">"
    lock = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O %s /U %s /P -4 >> /ID [<00> <00>] " % (key, key)
    return pdf([flow([EN1], 50, 740, 90)]).replace(b"trailer\n<< ", b"trailer\n<< " + lock)


def _scan() -> bytes:
    import pypdfium2

    file = pypdfium2.PdfDocument.new()
    file.new_page(200, 200)
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (_scan(), "no_text", "without text"),
        (_encrypted(), "unreadable_format", "password"),
        (b"%PDF-1.7\nbroken", "malformed", "PDF"),
        (pdf([flow([EN1], 50, 740, 90)])[:400], "malformed", "PDF"),
    ],
    ids=["scan", "locked", "broken", "cut"],
)
def test_what_cannot_be_read_is_set_aside_with_its_reason(content: bytes, code: str, words: str) -> None:
    with pytest.raises(RawFileError, match=words) as raised:
        read_document(content, "inbox/a.pdf", None)
    assert raised.value.reason_code == code

"""Japanese disclosures and tables: labels, lenders, ceilings, days, takeovers, controls by ordinance."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.extract.lexicon import Lexicon
from pipelines.extract.reading import Reading, read_document
from pipelines.ingest.readers.layout import unwrap
from pipelines.records import Document, Paragraph, Source

_DAY = dt.date(2026, 3, 13)


def _read(lexicon: Lexicon, *paragraphs: str, publisher: str | None = None) -> Reading:
    source = Source("x", language="ja", published_on=_DAY, publisher=publisher)
    body = tuple(Paragraph(number, text) for number, text in enumerate(paragraphs, 1))
    return read_document(Document("x.txt", source, None, body), lexicon)


def _cells(reading: Reading, table: str, *names: str) -> set[tuple[str, ...]]:
    return {
        tuple(str(claim.cells[name].value) if name in claim.cells else "" for name in names)
        for claim in reading.claims
        if claim.table == table
    }


def _roles(reading: Reading) -> set[tuple[str, str]]:
    return {(org.lstrip("@"), role) for org, role in _cells(reading, "participants", "org_id", "role")}


def test_wide_lines_cut_at_one_width_are_one_paragraph() -> None:
    lines = [
        "当社は、米国オハイオ州で検討してまいりました銅箔の新工場の建設計画を中止することを決議いたしましたので、次のとおりお知らせいたします。用地に関する契約は",
        "解約いたします。なお、同じ製法を用いるタイの工場は、通常どおり操業しております。また、建設費の高騰に加え、顧客との長期契約の獲得が想定を下回り、投資に見合",
        "う収益を確保できないと判断いたしました。",
    ]
    assert len(unwrap("\n".join(lines))) == 1


def test_labels_spread_by_wide_blanks_are_read(lexicon: Lexicon) -> None:
    reading = _read(
        lexicon,
        "高砂銅箔は米国に銅箔工場を建設すると発表した。",
        "（１）場　　所　　　米国オハイオ州トレド",
        "（２）投資予定額　　4億米ドル超",
    )
    assert ("US-OH",) in _cells(reading, "projects", "admin1")
    assert ("project_cost", "400000000") in _cells(reading, "amounts", "kind", "low")


def test_a_column_of_ceilings_gives_ceilings(lexicon: Lexicon) -> None:
    reading = _read(
        lexicon,
        "経済産業省は次の2件の供給確保計画を認定した。",
        "事業者 | 品目・場所 | 事業総額 | 最大助成額",
        "高砂電池 | 車載用電池（福岡県） | 約2000億円 | 約700億円",
        "北野化学 | 天然黒鉛を用いた負極材（香川県坂出市） | 約300億円 | 約100億円",
    )
    assert _cells(reading, "amounts", "kind", "low", "high") == {
        ("project_cost", "200000000000", "200000000000"),
        ("financing", "", "70000000000"),
        ("project_cost", "30000000000", "30000000000"),
        ("financing", "", "10000000000"),
    }
    assert _cells(reading, "events", "stage") == {("announced",)}
    assert ("graphite",) in _cells(reading, "project_materials", "material_id")
    assert {"高砂電池", "北野化学"} <= {name for name, _ in _roles(reading)}


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("融資は、国際協力銀行、ドイツのKfW IPEX銀行及び民間金融機関との協調融資により行う。", ("kfw", "lender")),
        ("このうち1億ドルはドイツのKfW IPEX銀行の融資だ。", ("kfw", "lender")),
        ("三井住友銀行が民間金融機関の取りまとめ役を務めた。", ("smbc", "lender")),
        (
            "オハイオ州に進めるのは高砂銅箔と日本の2社だ。日本側は住友商事と三井物産である。",
            ("mitsui", "equity_investor"),
        ),
    ],
)
def test_lenders_and_partners_from_several_countries(lexicon: Lexicon, sentence: str, found: tuple[str, str]) -> None:
    opening = "高砂銅箔は米オハイオ州トレドに銅箔工場を建設すると発表した。投資額は4億ドル。"
    assert found in _roles(_read(lexicon, opening + sentence))


def test_the_parent_that_announces_is_no_builder(lexicon: Lexicon) -> None:
    reading = _read(
        lexicon,
        "高砂銅箔は5日、米子会社のトレド・フォイルがオハイオ州トレドで銅箔工場を建設すると発表した。"
        "トレド・フォイルは4億ドルを投じる。",
    )
    assert ("高砂銅箔", "parent") in _roles(reading)
    assert ("高砂銅箔", "developer") not in _roles(reading)


def test_the_writer_of_a_release_is_its_publisher(lexicon: Lexicon) -> None:
    reading = _read(
        lexicon,
        "当社は、三井物産と共同で、米オハイオ州トレドに銅箔工場を建設することを決議した。投資額は4億ドル。",
        publisher="高砂銅箔株式会社",
    )
    assert "高砂銅箔" in {name for name, _ in _roles(reading)}


def test_the_day_is_that_on_which_the_plan_was_made_public(lexicon: Lexicon) -> None:
    reading = _read(
        lexicon,
        "高砂銅箔は5日、米オハイオ州トレドに建設する銅箔工場の起工式を開いたと発表した。計画は2025年5月15日に公表済みだ。",
    )
    assert ("2025-05-15",) in _cells(reading, "projects", "announced_on")


def test_a_companys_whole_plan_and_a_takeover_are_no_cost(lexicon: Lexicon) -> None:
    reading = _read(
        lexicon,
        "高砂銅箔は米オハイオ州トレドで銅箔工場の建設を進めている。会社全体では国内で2000億ドルを投じる方針だ。",
    )
    assert not {row for row in _cells(reading, "amounts", "kind") if row == ("project_cost",)}


def test_an_ordinance_is_a_measure_and_idle_trade_is_none(lexicon: Lexicon) -> None:
    reading = _read(
        lexicon,
        "経済産業省が外為法にもとづく省令の改正を1月8日に公布した。施行は3月8日。",
    )
    assert ("2026-01-08", "2026-03-08") in _cells(reading, "export_controls", "announced_on", "effective_on")
    reading = _read(
        lexicon,
        "中国の商務省は2025年2月4日、タングステンの輸出を許可制とした（公告2025年第10号）。見積もりは昨日から止まっている。",
    )
    assert all(status != "suspended" for (status,) in _cells(reading, "export_controls", "status"))

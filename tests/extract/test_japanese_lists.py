"""Japanese documents with several projects: phases, a ministry's table, towns and provinces without their context."""

from __future__ import annotations

import datetime as dt

import pytest

from kakehashi.explain import background
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.reading import Reading, read_document
from pipelines.records import Document, Paragraph, Source


def _read(*texts: str) -> Reading:
    source = Source("x", language="ja", published_on=dt.date(2026, 3, 13))
    paragraphs = tuple(Paragraph(number, text) for number, text in enumerate(texts, 1))
    return read_document(Document("x.txt", source, None, paragraphs), background().lexicon)


def _cells(reading: Reading, table: str, column: str) -> set[str]:
    return {
        str(claim.cells[column].value) for claim in reading.claims if claim.table == table and column in claim.cells
    }


_OPENING = "常総化学は米テキサス州オレンジで進める水素工場の第2期工事に着手した。投資額は6億ドル。"


def test_phases_are_projects_of_their_own() -> None:
    reading = _read(_OPENING, "第1期は2023年4月に操業を始めた。建設費は4億ドルだった。")
    assert {sketch.name.rpartition("phase ")[2][:1] for sketch in reading.projects} == {"1", "2"}
    costs = {
        str(claim.cells["project_id"].value): str(claim.cells["low"].value)
        for claim in reading.claims
        if claim.table == "amounts" and claim.cells["kind"].value == "project_cost"
    }
    assert sorted(costs.values()) == ["400000000", "600000000"]


def test_one_phase_alone_is_the_project() -> None:
    reading = _read(_OPENING, "完成は2028年を見込む。")
    assert len(reading.projects) == 1
    assert "phase" not in reading.projects[0].name


_HEADS = "事業者 | 品目 | 場所 | 事業総額 | 最大助成額"


def test_rows_of_a_ministry_are_projects() -> None:
    reading = _read(
        "経済産業省は供給確保計画を認定しました。",
        _HEADS,
        "常総チタン株式会社 | スポンジチタン | 茨城県神栖市 | 380億円 | 127億円",
        "株式会社讃岐リチウム | 水酸化リチウム | 愛媛県新居浜市 | 540億円 | 180億円",
        "合計 | | | 920億円 | 307億円",
    )
    assert {sketch.admin1 for sketch in reading.projects} == {"JP-08", "JP-38"}
    grants = [
        claim.cells
        for claim in reading.claims
        if claim.table == "amounts" and str(claim.cells["kind"].value) == "financing" and "project_id" in claim.cells
    ]
    assert {str(one["qualifier"].value) for one in grants} == {"up_to"}


def test_rows_of_lenders_are_no_projects() -> None:
    reading = _read(_OPENING, "貸し手 | 金額", "みずほ銀行 | 1億ドル", "三井住友銀行 | 2億ドル")
    assert len(reading.projects) == 1


def test_a_firms_seat_does_not_take_the_project_elsewhere() -> None:
    reading = _read(_OPENING, "事業を担うのは、常総化学と米ノースベイ・ガス（オハイオ州トレド）の合弁会社だ。")
    assert [sketch.admin1 for sketch in reading.projects] == ["US-TX"]


def test_shares_behind_their_label_tell_investors() -> None:
    reading = _read(_OPENING, "(4) 出資比率　常総化学株式会社 70％、伊藤忠商事株式会社 30％")
    roles = {
        str(claim.cells["org_id"].value) for claim in reading.claims
        if claim.table == "participants" and claim.cells.get("role") and claim.cells["role"].value == "equity_investor"
    }  # fmt: skip
    assert "itochu" in roles


@pytest.mark.parametrize(
    ("text", "admin1"),
    [
        ("ナミビア北西部クネネ州の鉱床", "NA-KU"),
        ("クネネ州の鉱床", None),
        ("チリ中部のコキンボ州にある鉱山", "CL-CO"),
        ("雲林県麦寮で工場を", "TW-YUN"),
        ("県が吉野ヶ里町に造成する", "JP-41"),
        ("府中市に工場を建てる", None),
        ("経済産業省の資料", None),
        ("越前市長は述べた", None),
    ],
)
def test_a_province_is_told_by_its_name(lexicon: Lexicon, text: str, admin1: str | None) -> None:
    found = lexicon.places.find(text, lexicon.index.scan(text))
    assert next((one.admin1 for one in found if one.admin1), None) == admin1


def _parties(*texts: str) -> set[tuple[str, str]]:
    return {
        (str(claim.cells["org_id"].value).lstrip("@"), str(claim.cells["role"].value) if "role" in claim.cells else "")
        for claim in _read(*texts).claims
        if claim.table == "participants"
    }


@pytest.mark.parametrize(
    ("sentence", "name", "roles"),
    [
        ("建屋の設計は播磨工務が担当し、クレーンは北斗機械から購入する。", "播磨工務", {"contractor"}),
        ("ラピダスが北海道千歳市で量産する製品に供給する。", "rapidus", {"offtaker"}),
        ("米ゼネラル・モーターズ向けの生産を3割増やす。", "general-motors", {"offtaker"}),
        ("建屋は竹中工務店の米国法人が建設する。", "takenaka", {"contractor"}),
        ("常総化学は米子会社のジョウソウ・アメリカを通じて新会社の60％を持つ。", "常総化学", {"developer", "equity_investor", "parent"}),
        ("トヨタ自動車の進出に合わせる。", "toyota", set()),
    ],
)  # fmt: skip
def test_a_verb_belongs_to_its_own_subject(sentence: str, name: str, roles: set[str]) -> None:
    opening = "常総化学は米テキサス州オレンジに電池工場を建設すると発表した。投資額は6億ドル。"
    assert {role for org, role in _parties(opening + sentence) if org == name} == roles


def test_a_year_to_come_opens_no_plant() -> None:
    reading = _read("常総化学は米テキサス州オレンジに水素工場を新設する。新工場は2028年秋に稼働し、雇用を生む。")
    stages = {str(claim.cells["stage"].value) for claim in reading.claims if "stage" in claim.cells}
    assert "operating" not in stages


def test_a_sum_belongs_to_the_project_at_its_place() -> None:
    reading = _read(
        "常総化学はポーランドのポズナニに電池工場を建てるほか、メキシコのケレタロ州にある電池工場を拡張する。",
        "投資額はポーランドが170億円、メキシコが90億円。",
    )
    country = {sketch.key: sketch.country for sketch in reading.projects}
    told = {
        country[str(claim.cells["project_id"].value)]: str(claim.cells["low"].value)
        for claim in reading.claims
        if claim.table == "amounts" and "project_id" in claim.cells
    }
    assert told == {"POL": "17000000000", "MEX": "9000000000"}

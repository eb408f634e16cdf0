"""Organisations that no reference knows, and the parts that a document gives them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines.extract.lexicon import Lexicon
from pipelines.extract.newnames import Taken
from pipelines.extract.reading import Reading

ReadText = Callable[[str], Reading]

NAMED = (
    ("Brightwater Storage, the Denver outfit that sold the land, approved the deal.", "Brightwater Storage"),
    ("Tamura Kinzoku will spend the money on a foil plant.", "Tamura Kinzoku"),
    ("Most of the foil goes to Arcwell, a maker of battery packs in Tulsa.", "Arcwell"),
    ("Rollers will be shipped from Okuma Seikosho, in Gunma.", "Okuma Seikosho"),
    ("The halls were poured by Hensley Crane Contractors.", "Hensley Crane Contractors"),
    ("The loan came from the Bank of Saijo.", "Bank of Saijo"),
    ("備前化成は3日、新工場を建設すると発表した。", "備前化成"),
    ("用地は米ブライトウォーター・ストレージから取得した。", "ブライトウォーター・ストレージ"),
    ("ドラムは奥間精工所（群馬県太田市）が納入する。", "奥間精工所"),
    ("建屋は米ヘンズリー社が請け負った。", "ヘンズリー"),
    ("製品は米電池大手アークウェルに供給する。", "アークウェル"),
    ("九州みらい電力（福岡市）とは基本合意にとどまる。", "九州みらい電力"),
)
NOT_NAMED = (
    "Gwen Stoudt, 61, said the county would grade the land.",
    "Under the Clean Foil Act, imports face duties.",
    "The Wall Street Ledger reported it on Monday.",
    "It will stand in Wyman Falls, near Big Spring.",
    "Utilities now wait up to four years for one.",
    "デルガド知事は歓迎し、田村社長は好機だと語った。",
    "車載用リチウムイオン電池の需要が伸び、海外の造船は受注を増やした。",
    "大手銀行と地方銀行が融資し、国内半導体が生産を増やす。",
)
PLANT = "Tamura Kinzoku will build a copper foil plant in Corpus Christi, Texas, for $420 million. "
WORKS = "備前化成は3日、米テキサス州ダラスに銅箔の新工場を建設すると発表した。投資額は420億円。"
ROLES = (
    (PLANT + "The halls of the plant are erected by Hensley Contractors.", "Hensley Contractors", "contractor"),
    (PLANT + "The furnaces will come from Otto Junkerswerk GmbH.", "Otto Junkerswerk", "supplier"),
    (PLANT + "Arcwell, a maker of battery packs, has contracted for half of the output.", "Arcwell", "offtaker"),
    (PLANT + "The plant was paid for with a loan from the Bank of Saijo.", "Bank of Saijo", "lender"),
    (
        PLANT + "Sable Creek Energy, a utility, would like to buy power from the plant.",
        "Sable Creek Energy",
        "interested",
    ),
    (WORKS + "建屋の工事は米ブルーリッジ・ビルダーズ社が請け負った。", "ブルーリッジ・ビルダーズ", "contractor"),
    (WORKS + "電解ドラムは奥間精工所（群馬県太田市）が納入する。", "奥間精工所", "supplier"),
    (WORKS + "製品の半分は米電池大手アークウェルに供給する。", "アークウェル", "offtaker"),
    (WORKS + "このほか西条銀行より3億ドルを借り入れる。", "西条銀行", "lender"),
)


def _names(lexicon: Lexicon, text: str) -> set[str]:
    taken: list[list[Taken]] = [[]]
    return {name.id.removeprefix("@") for name in lexicon.new_names.find([text], taken)}


@pytest.mark.parametrize(("text", "name"), NAMED)
def test_a_name_is_known_by_its_company(lexicon: Lexicon, text: str, name: str) -> None:
    assert name in _names(lexicon, text)


@pytest.mark.parametrize("text", NOT_NAMED)
def test_people_places_and_goods_are_no_firms(lexicon: Lexicon, text: str) -> None:
    assert not _names(lexicon, text)


def test_a_short_form_means_the_full_name(lexicon: Lexicon) -> None:
    texts = ["Painted Rock Renewables, a developer, owns it.", "Painted Rock keeps it running."]
    found = lexicon.new_names.find(texts, [[], []])
    assert {name.id for name in found if name.paragraph == 1} == {"@Painted Rock Renewables"}


@pytest.mark.parametrize(("text", "name", "role"), ROLES)
def test_roles(read_text: ReadText, text: str, name: str, role: str) -> None:
    rows = [
        {column: cell.value for column, cell in claim.cells.items()}
        for claim in read_text(text).claims
        if claim.table == "participants"
    ]
    assert (f"@{name}", role) in {(row["org_id"], row.get("role")) for row in rows}


def test_who_is_said_to_have_no_part_has_none(read_text: ReadText) -> None:
    text = WORKS + "資金は西条銀行が融資する。三菱商事はこの工場の計画に関与していない。"
    orgs = {claim.cells["org_id"].value for claim in read_text(text).claims if claim.table == "participants"}
    assert "mitsubishi-corporation" not in orgs

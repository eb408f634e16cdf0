"""Projects and where they lie: facilities of all kinds, places, and what must open no project."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines.extract.passing import in_passing, in_passing_japanese
from pipelines.extract.reading import Reading

ReadText = Callable[[str], Reading]


def projects(read: Reading) -> list[dict[str, str]]:
    """Sector, state and town of each project, in the order of the text."""
    return [{"sector": one.sector, "admin1": one.admin1, "city": one.city} for one in read.projects]


@pytest.mark.parametrize(
    ("text", "sector", "admin1", "city"),
    [
        (
            "Hakata Dock will build a second slipway in Pascagoula, Mississippi, for $280 million. Work starts in May.",
            "shipbuilding", "US-MS", "Pascagoula",
        ),
        (
            "Sanrei Pharma said it would put $210 million into a fill-finish campus in Lebanon, Indiana. "
            "Construction begins in June 2026.",
            "pharmaceuticals", "US-IN", "Lebanon",
        ),
        (
            "Tanabe Chemical will invest $340 million in a cathode material line at McPherson, Kansas. "
            "The line will produce 20,000 tons a year.",
            "batteries", "US-KS", "McPherson",
        ),
        (
            "Fujitsu and the state of Illinois will build a quantum computing park in Chicago for $400 million. "
            "IBM is to supply machines.",
            "quantum", "US-IL", "Chicago",
        ),
        (
            "Kuroda Cable will invest $90 million in new optical fiber works outside Raleigh, North Carolina. "
            "It plans to break ground in June 2026.",
            "telecom", "US-NC", "Raleigh",
        ),
        (
            "太平洋造船は、ペンシルベニア州フィラデルフィアの造船所に船台を1基増やすと発表した。総事業費は3億ドル。着工は来年1月。",
            "shipbuilding", "US-PA", "フィラデルフィア",
        ),
        (
            "東北電子は、アリゾナ州チャンドラーで先端パッケージの生産を始める計画を発表した。投資額は6億ドル、2028年に稼働する。",
            "semiconductors", "US-AZ", "チャンドラー",
        ),
        (
            "南海電機は、テネシー州ノックスビルに変圧器の組み立て棟を建設すると発表した。投資額は80億円。",
            "power_equipment", "US-TN", "ノックスビル",
        ),
    ],
)  # fmt: skip
def test_a_project_with_its_sector_and_place(
    read_text: ReadText, text: str, sector: str, admin1: str, city: str
) -> None:
    assert projects(read_text(text)) == [{"sector": sector, "admin1": admin1, "city": city}]


@pytest.mark.parametrize(
    ("text", "states"),
    [
        (
            "Ryuo Film will build two separator plants, one in Paducah, Kentucky, and the other in Dothan, Alabama. "
            "The Kentucky plant will cost $410 million. The Alabama plant will cost $240 million.",
            ["US-KY", "US-AL"],
        ),
        (
            "北洋化学は、ルイジアナ州レイクチャールズに塩ビの新工場を建設すると発表した。投資額は15億ドル。"
            "テキサス州フリーポートでは、年産30万トンの塩ビモノマーの設備を2015年から操業している。",
            ["US-LA", "US-TX"],
        ),
    ],
)
def test_sister_plants_are_two_projects(read_text: ReadText, text: str, states: list[str]) -> None:
    assert [one["admin1"] for one in projects(read_text(text))] == states


@pytest.mark.parametrize(
    "text",
    [
        "Mitsubishi Electric, of Tokyo, sells motors. Its old plant in Akron, Ohio, stands empty.",
        "The company already runs a magnet plant in Toyama.",
        "Traders in Memphis, Tennessee, said the mill in Huntsville, Alabama, paid 80 cents for cotton.",
        "The pump works well on LNG and saves $3 million a year in Texas.",
        "Toyota's tyre supplier likes glass from Ohio. It cost $4 million.",
        "電炉向けの黒鉛電極は値上がりした。テキサス州の工場から出るくずも高い。",
        "社長は東京の本社工場で記者会見した。",
    ],
)
def test_facilities_in_passing_are_no_projects(read_text: ReadText, text: str) -> None:
    assert projects(read_text(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Sekiya Titanium, of Boise, Idaho, will build a titanium sponge plant for $680 million.",
        "HOUSTON, Texas -- Sekiya Titanium will build a titanium sponge plant for $680 million, it said.",
        "北斗金属（秋田県小坂町）は、ガリウムの精製工場を建設すると発表した。投資額は100億円。",
        "北斗金属は東京で、ガリウムの精製工場を建設すると発表した。投資額は100億円。",
    ],
)
def test_a_headquarters_places_nothing(read_text: ReadText, text: str) -> None:
    assert [one["admin1"] for one in projects(read_text(text))] == [""]


@pytest.mark.parametrize(
    ("text", "facility", "passing"),
    [
        ("The cells come from Hansol's works at De Soto.", "works", True),
        ("A gas station meant for the data centers of the valley", "data centers", True),
        ("It stands beside the old bus plant", "bus plant", True),
        ("an operator whose plant lies nine miles away", "plant", True),
        ("The company will restart the old smelter", "smelter", False),
        ("a loan for the plant", "plant", False),
        ("It will build a plant in Ohio", "plant", False),
    ],
)
def test_english_words_of_passing(text: str, facility: str, passing: bool) -> None:
    start = text.index(facility)
    assert in_passing(text, start, start + len(facility)) is passing


@pytest.mark.parametrize(
    ("text", "facility", "passing"),
    [
        ("データセンター向けの発電機", "データセンター", True),
        ("自社の工場から出るくず", "工場", True),
        ("製油所跡地に建てる", "製油所", True),
        ("ガス田を掘るコムストック", "ガス田", True),
        ("工場を建設する", "工場", False),
        ("発電所に融資する", "発電所", False),
    ],
)
def test_japanese_words_of_passing(text: str, facility: str, passing: bool) -> None:
    start = text.index(facility)
    assert in_passing_japanese(text, start, start + len(facility)) is passing


def test_a_named_project_is_taken_up(read_text: ReadText) -> None:
    text = (
        "Coyote Flat, a battery storage project near Reno, Nevada, is in commercial operation. "
        "It cost $520 million.\n\nMizuho Bank lent $300 million to Coyote Flat."
    )
    (project,) = read_text(text).projects
    assert project.names == ("Coyote Flat",)
    assert (project.sector, project.admin1) == ("batteries", "US-NV")


def test_a_paragraph_headed_by_a_state(read_text: ReadText) -> None:
    text = (
        "Three projects were approved by President Trump on Tuesday.\n\n"
        "Ohio. By far the largest is a set of gas-fired power stations, put at $33 billion, which SB Energy is to operate."
    )
    assert [(one.sector, one.admin1) for one in read_text(text).projects] == [("power_generation", "US-OH")]

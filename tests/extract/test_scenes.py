"""Projects and places that a Japanese text tells without a facility word or without a state."""

from __future__ import annotations

import pytest

from pipelines.extract.annotation import annotate_document
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.plainforms import plain
from pipelines.extract.projects import find_projects
from pipelines.records import Document, Paragraph, Source


def _document(text: str) -> Document:
    return Document("x.txt", Source("x", language="ja"), None, (Paragraph(1, text),))


def _places(lexicon: Lexicon, text: str) -> set[tuple[str | None, str | None, str | None]]:
    annotated = annotate_document(_document(text), lexicon)
    assert annotated is not None
    return {
        (one.value.country, one.value.admin1, one.value.city)
        for sentence in annotated.sentences
        for one in sentence.of("place")
    }


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("東亜化学はオーストラリア・パースの電池工場を増強する。", ("AUS", None, "パース")),
        ("東亜化学はドイツのニーダーザクセン州ゴスラーで電池工場を動かす。", ("DEU", "DE-NI", "ゴスラー")),
        (
            "東亜化学はオンタリオ州ウィンザーに電池工場を建てる。納入先は同じ州のアリストンに工場を持つ。",
            ("CAN", "CA-ON", "アリストン"),
        ),
    ],
)
def test_a_place_abroad_is_told_by_what_stands_before_it(
    lexicon: Lexicon, text: str, place: tuple[str | None, str | None, str | None]
) -> None:
    assert place in _places(lexicon, text)


def test_a_name_with_a_middle_dot_is_no_town(lexicon: Lexicon) -> None:
    text = "東亜化学はオハイオ州に電池工場を建てる。アメリカ・ファーストの政策が追い風だ。"
    assert all(city != "ファースト" for _, _, city in _places(lexicon, text))


def test_a_second_place_with_work_of_its_own_is_a_second_project(lexicon: Lexicon) -> None:
    text = "東亜化学はオハイオ州で電池の新工場の建設を進めており、テキサス州でも着工を控える。"
    annotated = annotate_document(_document(text), lexicon)
    assert annotated is not None
    states = {one.admin1 for one in find_projects(annotated, lexicon).clusters}
    assert states == {"US-OH", "US-TX"}


def test_a_meeting_elsewhere_is_no_project(lexicon: Lexicon) -> None:
    text = "東亜化学はオハイオ州で電池の新工場の建設を進めている。テキサス州でも着工の説明会を開いた。"
    annotated = annotate_document(_document(text), lexicon)
    assert annotated is not None
    assert {one.admin1 for one in find_projects(annotated, lexicon).clusters} == {"US-OH"}


def test_a_town_named_again_without_its_ending_opens_a_project(lexicon: Lexicon) -> None:
    text = (
        "東亜電機（本社：愛知県豊橋市）は米ジョージア州メーコンに変圧器の工場を建設すると発表した。"
        "豊橋では、昨年4月に40億円を投じた新しい試験棟が完成した。"
    )
    annotated = annotate_document(_document(text), lexicon)
    assert annotated is not None
    assert {one.admin1 for one in find_projects(annotated, lexicon).clusters} == {"US-GA", "JP-23"}


@pytest.mark.parametrize(
    ("polite", "bare"),
    [("通常どおり操業しております", "通常どおり操業している"), ("公表しておりました", "公表していた")],
)
def test_humble_endings_are_plain(polite: str, bare: str) -> None:
    assert plain(polite) == bare

"""Japanese reports about firms that no reference knows: who is found, and in which role."""

from __future__ import annotations

import datetime as dt

import pytest

from kakehashi.explain import background
from pipelines.extract.reading import read_document
from pipelines.records import Document, Paragraph, Source

_OPENING = "高砂銅箔は米オハイオ州トレドに銅箔工場を建設すると発表した。投資額は4億ドル。"


def _parties(text: str) -> set[tuple[str, str]]:
    source = Source("x", language="ja", published_on=dt.date(2026, 3, 13))
    reading = read_document(Document("x.txt", source, None, (Paragraph(1, text),)), background().lexicon)
    return {
        (str(claim.cells["org_id"].value).lstrip("@"), str(claim.cells["role"].value) if "role" in claim.cells else "")
        for claim in reading.claims
        if claim.table == "participants"
    }


@pytest.mark.parametrize(
    ("sentence", "name", "role"),
    [
        ("", "高砂銅箔", "developer"),
        ("北野機械の圧延機を採用する。", "北野機械", "supplier"),
        ("台車は信濃鋳機が納める。", "信濃鋳機", "supplier"),
        ("原料の銅は米アリゾナ・カッパーから調達する。", "アリゾナ・カッパー", "supplier"),
        ("資金は北斗銀行などの協調融資で賄う。", "北斗銀行", "lender"),
        ("北斗銀行を幹事とする銀行団から借り入れる。", "北斗銀行", "lender"),
        ("出資比率は高砂銅箔が70%、三井物産が30%。", "mitsui", "equity_investor"),
        ("出資比率は高砂銅箔が70%、三井物産が30%。", "高砂銅箔", "equity_investor"),
        ("親会社の栄ホールディングスが承認した。", "栄ホールディングス", "parent"),
        ("野村証券が財務アドバイザーを務めた。", "nomura-securities", "advisor"),
    ],
)
def test_a_firm_has_the_role_that_the_sentence_gives(sentence: str, name: str, role: str) -> None:
    assert (name, role) in _parties(_OPENING + sentence)


@pytest.mark.parametrize(
    "sentence", ["工事は地元業者が請け負う。", "設備は複数の部門が納める。", "原料は各国から調達する。"]
)
def test_a_common_noun_is_no_firm(sentence: str) -> None:
    assert {name for name, _ in _parties(_OPENING + sentence)} == {"高砂銅箔"}

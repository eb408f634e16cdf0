"""The register of firms: look-alikes are kept apart, ordinary words are no firms, and the table is in order."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from pipelines.extract.lexicon import Lexicon
from pipelines.extract.vocabulary import own_rows

APART = [
    (
        "三井物産と三井金属、三井化学、三井不動産が出資する。",
        ["mitsui", "mitsui-kinzoku", "mitsui-chemicals", "mitsui-fudosan"],
    ),
    ("中国電力は融資を受けた。", ["chugoku-electric-power"]),
    ("関電工が工事を請け負う。", ["kandenko"]),
    ("日立製作所と日立建機が協力する。", ["hitachi", "hitachi-construction"]),
    ("住友ゴム工業は住友化学と組む。", ["sumitomo-rubber", "sumitomo-chemical"]),
    ("日本製鋼所が大型鋳鍛鋼品を納める。", ["jsw"]),
    ("三菱HCキャピタルが資金を出す。", ["mitsubishi-hc-capital"]),
    ("JFE商事が加工拠点を設ける。", ["jfe-shoji"]),
    ("韓国電力公社が参画する。", ["korea-electric-power"]),
    ("豊通リチウムが調達する。", ["toyotsu-lithium"]),
    ("JSW Steel will supply the plates.", ["jsw-steel"]),
    ("Japan Steel Works will supply the forgings.", ["jsw"]),
    ("Toyota Tsusho America bought the yard.", ["toyota-tsusho-america"]),
    ("Sumitomo Rubber and Sumitomo Chemical agreed.", ["sumitomo-rubber", "sumitomo-chemical"]),
    ("GE Vernova and GE Aerospace signed.", ["ge-vernova", "ge-aerospace"]),
    ("Rolls-Royce SMR chose the site.", ["rolls-royce-smr"]),
    ("Ultium Cells and BlueOval SK build batteries.", ["ultium-cells", "blueoval-sk"]),
    ("Hanwha Philly Shipyard takes the order.", ["philly-shipyard"]),
    ("US Magnesium restarted the furnace.", ["us-magnesium"]),
    ("Commonwealth Fusion Systems raised money.", ["commonwealth-fusion-systems"]),
]
NO_FIRM = [
    "The target is a sharp rise in the vale.",
    "Aid to the arena was refused by the emerson street council.",
    "The commonwealth asked the summit to switch its compass.",
    "Pena spoke to the board.",
    "東大阪市の工場が閉鎖された。",
    "週末はディスコで踊った。",
    "サーブを決めた。",
]


@pytest.mark.parametrize(("text", "groups"), APART, ids=lambda value: str(value)[:30])
def test_look_alikes_are_kept_apart(lexicon: Lexicon, text: str, groups: list[str]) -> None:
    assert [one.org_id for one in lexicon.names.find(text)] == groups


@pytest.mark.parametrize("text", NO_FIRM)
def test_ordinary_words_are_no_firms(lexicon: Lexicon, text: str) -> None:
    assert lexicon.names.find(text) == []


def test_a_name_stands_once_and_a_group_has_one_country() -> None:
    table = own_rows("vocabulary/firm_names")
    assert [key for key, times in Counter((row["name"], row["language"]) for row in table).items() if times > 1] == []
    countries = defaultdict(set)
    for row in table:
        countries[row["group"]].add(row["country"])
    assert {group: found for group, found in countries.items() if len(found) > 1} == {}


def test_kinds_are_of_groups_and_a_public_body_builds_no_plant(lexicon: Lexicon) -> None:
    groups = {row["group"] for row in own_rows("vocabulary/firm_names")}
    assert {row["group"] for row in own_rows("vocabulary/firm_kinds")} <= groups
    assert lexicon.firm_names["kfw"]["kind"] == "government_bank"
    assert "kind" not in lexicon.firm_names["hanwa"]

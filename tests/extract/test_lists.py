"""Lists, tables and labelled facts: rows as records, headings as context, and what is no list at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipelines.extract.labels import Labels, cells
from pipelines.extract.reading import Reading

ReadText = Callable[[str], Reading]


def table(reading: Reading, name: str) -> list[dict[str, Any]]:
    return [
        {column: cell.value for column, cell in claim.cells.items()} for claim in reading.claims if claim.table == name
    ]


def sums(reading: Reading) -> set[tuple[Any, ...]]:
    return {(row["kind"], row.get("project_id"), row.get("low"), row.get("high")) for row in table(reading, "amounts")}


def roles(reading: Reading) -> set[tuple[Any, ...]]:
    return {(row.get("project_id"), row["org_id"], row.get("role")) for row in table(reading, "participants")}


INTEREST = """Fact sheet on investment

TOKYO, October 28, 2025

The two governments today published a fact sheet that lists what companies are interested in. Each figure is a ceiling.

"""


@pytest.mark.parametrize(
    "entries",
    [
        "Westinghouse: AP1000 reactors, up to $100 billion\nFalcon Copper: copper smelter, up to $2 billion",
        "- Westinghouse – AP1000 reactors, up to $100 billion\n- Falcon Copper – copper smelter, up to $2 billion",
        "AP1000 reactors (Westinghouse), up to $100 billion\nCopper smelter (Falcon Copper), up to $2 billion",
        "Company | Undertaking | Scale\nWestinghouse | AP1000 reactors | up to $100 billion\n"
        "Falcon Copper | copper smelter | up to $2 billion",
        "Undertaking | Company | Upper limit ($ billion)\nAP1000 reactors | Westinghouse | 100\n"
        "Copper smelter | Falcon Copper | 2\nTotal | | 102",
        "They are Westinghouse (AP1000 reactors, up to $100 billion) and Falcon Copper (a copper smelter, up to $2 billion).",
    ],
)
def test_entries_of_interest(entries: str, read_text: ReadText) -> None:
    read = read_text(INTEREST + entries.replace("\n", "\n\n" if "|" not in entries else "\n"))
    nuclear, copper = table(read, "projects")
    assert (nuclear["sector"], copper["sector"]) == ("nuclear", "metals_refining")
    assert str(nuclear["announced_on"]) == str(copper["announced_on"]) == "2025-10-28"
    assert roles(read) == {("@p0", "westinghouse", "interested"), ("@p1", "falcon-copper", "interested")}
    assert sums(read) == {
        ("business_scale", "@p0", None, 100_000_000_000),
        ("business_scale", "@p1", None, 2_000_000_000),
    }
    assert {row["stage"] for row in table(read, "events")} == {"listed_interest"}


def test_japanese_entries_of_interest(read_text: ReadText) -> None:
    read = read_text(
        "関心案件の一覧\n\n2025年10月29日\n\n日米両政府は28日、企業が関心を示す案件をまとめたファクトシートを公表した。金額は上限。\n\n"
        "・キャリア：データセンター向け冷却装置、最大200億ドル\n\n・新星マテリアル：ガリウム精製工場の建設、最大3億ドル\n\n"
        "三菱商事の名前はない。"
    )
    assert roles(read) == {("@p0", "carrier", "interested"), ("@p1", "@新星マテリアル", "interested")}
    assert [row["sector"] for row in table(read, "projects")] == ["power_equipment", "critical_materials"]


@pytest.mark.parametrize(
    "remark",
    [
        "Mitsubishi Corporation is not on the list.",
        "Mitsubishi Corporation does not appear in the sheet.",
        "The sheet does not name Mitsubishi Corporation.",
    ],
)
def test_who_is_not_on_the_list(remark: str, read_text: ReadText) -> None:
    entries = "Westinghouse: AP1000 reactors, up to $100 billion\n\nFalcon Copper: copper smelter, up to $2 billion\n\n"
    assert not any("mitsubishi" in str(org) for _, org, _ in roles(read_text(INTEREST + entries + remark)))


def test_a_row_a_project(read_text: ReadText) -> None:
    read = read_text(
        "Four projects\n\nMarch 20, 2026\n\nThe President approved the following projects on March 18, 2026.\n\n"
        "Project | Developer | Location | Cost ($ billion) | Capacity | Status\n"
        "Gas-fired power station | SB Energy | Portsmouth, Ohio | 33.3 | 9.2 GW | approved\n"
        "Gallium refinery | Harrow Metals | Clarksville, Tennessee | 0.4 | 50 tons a year | under construction\n"
    )
    power, gallium = table(read, "projects")
    assert (power["admin1"], power["city"], power["capacity_value"], power["capacity_unit"]) == (
        "US-OH",
        "Portsmouth",
        9.2,
        "GW",
    )
    assert (gallium["admin1"], gallium["capacity_value"], gallium["capacity_unit"]) == ("US-TN", 50, "t/yr")
    assert {
        ("project_cost", "@p0", 33_300_000_000, 33_300_000_000),
        ("project_cost", "@p1", 400_000_000, 400_000_000),
    } <= (sums(read))
    assert {("@p0", "sb-energy", "developer"), ("@p1", "@Harrow Metals", "developer")} <= roles(read)
    stages = {(row["project_id"], row["stage"]) for row in table(read, "events")}
    assert {("@p0", "approved"), ("@p1", "under_construction")} <= stages
    assert ("@p0", "under_construction") not in stages


def test_projects_side_by_side(read_text: ReadText) -> None:
    read = read_text(
        "Compared\n\nWhat | gas-fired power station | copper smelter\nDeveloper | SB Energy | Falcon Copper\n"
        "State | Ohio | Texas\nCost | $33 billion | $1.8 billion\n"
    )
    assert [row["admin1"] for row in table(read, "projects")] == ["US-OH", "US-TX"]
    assert ("project_cost", "@p1", 1_800_000_000, 1_800_000_000) in sums(read)
    assert ("@p1", "falcon-copper", "developer") in roles(read)


FACTS = """Aoi Metals to build a germanium refinery in Tennessee

Aoi Metals announced on April 2, 2026 that it will build a germanium refinery in Clarksville, Tennessee.

"""


@pytest.mark.parametrize(
    "facts",
    [
        "Investment: $240 million\n\nCapacity: 35 tons a year\n\nContractor: Brasfield & Gorrie\n\nAnnual sales: $60 million",
        "Investment | $240 million\nCapacity | 35 tons a year\nContractor | Brasfield & Gorrie\nEmployees | 120",
        "Total investment ($ million) | 240\nAnnual capacity (tons a year) | 35\nMain contractor | Brasfield & Gorrie",
        "What it costs. $240 million, by its own estimate. Capacity: 35 tons a year. The builder: Brasfield & Gorrie.",
    ],
)
def test_labelled_facts(facts: str, read_text: ReadText) -> None:
    read = read_text(FACTS + facts)
    (project,) = table(read, "projects")
    assert (project["capacity_value"], project["capacity_unit"]) == (35, "t/yr")
    assert ("project_cost", "@p0", 240_000_000, 240_000_000) in sums(read)
    assert ("@p0", "@Brasfield & Gorrie", "contractor") in roles(read)
    assert not [one for one in sums(read) if one[0] == "project_cost" and one[2] == 60_000_000]


@pytest.mark.parametrize("form", ["【{}】{}", "・{}：{}", "（1）{}　　{}", "{} | {}"])
def test_japanese_labelled_facts(form: str, read_text: ReadText) -> None:
    facts = [
        ("所在地", "テキサス州エルパソ"),
        ("総事業費", "18億ドル"),
        ("生産能力", "年産20万トン"),
        ("施工", "ベクテル"),
        ("融資", "国際協力銀行 4億ドル"),
        ("資本金", "9億ドル"),
    ]
    lines = ("\n" if "|" in form else "\n\n").join(form.format(*fact) for fact in facts)
    read = read_text(
        f"銅製錬所の概要\n\n2026年5月12日\n\nローンスター・カッパーは銅製錬所を建設すると発表した。\n\n{lines}"
    )
    (project,) = table(read, "projects")
    assert (project["admin1"], project["capacity_value"]) == ("US-TX", 200_000)
    assert [one[2] for one in sums(read) if one[0] == "project_cost"] == [1_800_000_000]
    assert {("@p0", "bechtel", "contractor"), ("@p0", "jbic", "lender")} <= roles(read)


def test_lenders_and_partners_of_one_project(read_text: ReadText) -> None:
    read = read_text(
        "Copper smelter financed\n\nThe Lone Star copper smelter in El Paso, Texas, closed its financing on June 9, 2026.\n\n"
        "Lender | Amount\nJapan Bank for International Cooperation | $400 million\nMUFG Bank | $150 million\n"
        "Partner | Role | Stake\nSumitomo Metal Mining | technology | 25%\nBechtel | engineering and construction | \n"
    )
    assert len(table(read, "projects")) == 1
    assert {
        ("@p0", "jbic", "lender"),
        ("@p0", "mufg-bank", "lender"),
        ("@p0", "sumitomo-metal-mining", "supplier"),
        ("@p0", "bechtel", "contractor"),
    } <= roles(read)
    assert {one for one in sums(read) if one[0] == "financing"} == {
        ("financing", "@p0", 400_000_000, 400_000_000),
        ("financing", "@p0", 150_000_000, 150_000_000),
    }


@pytest.mark.parametrize(
    "text",
    [
        "Markets\n\nMetal | Price | Change\nCopper | $9,800 | 1.2%\nGallium | $560 | 0.4%\n",
        "Results\n\nCompany | Sales ($ million) | Profit\nToshiba | 21,000 | 3%\nHitachi | 61,000 | 5%\n",
        "Shares of world output\n\nMetal | Share of output | Main use\nGallium | 98% | chips\nGermanium | 60% | fibre\n",
    ],
)
def test_tables_of_other_things(text: str, read_text: ReadText) -> None:
    read = read_text(text)
    assert not table(read, "projects")
    assert not table(read, "participants")


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("Total investment", "cost", ""),
        ("What it costs.", "cost", ""),
        ("Who is behind it.", "role", "developer"),
        ("EPC contractor", "role", "contractor"),
        ("Headquarters", "note", ""),
        ("Annual sales", "revenue", ""),
        ("４．生産能力", "capacity", ""),
        ("資本金", "note", ""),
        ("事業主体", "role", "developer"),
        ("The minister smiled.", "", ""),
        ("彼はこう述べた", "", ""),
    ],
)
def test_labels(text: str, kind: str, code: str) -> None:
    label = Labels({}).read(text)
    assert (label.kind, label.code) == (kind, code)


def test_a_sentence_is_no_label() -> None:
    assert not list(Labels({}).in_line("Growing has cost other people's money. A round brought in $75 million."))
    assert not list(Labels({}).in_line("Costs rose. The plant took $75 million."))


def test_cells() -> None:
    assert [("a | b | c"[start:end]) for start, end in cells("a | b | c")] == ["a", "b", "c"]

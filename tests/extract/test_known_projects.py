"""Known projects told by description, several projects at once, and what must not become a known one."""

from __future__ import annotations

import pytest

from pipelines.extract.batches import counted
from pipelines.extract.lexicon import KnownProject, Lexicon, build_lexicon
from pipelines.extract.mentions import Sentence
from pipelines.extract.reading import Reading, read_document
from pipelines.extract.vocabulary import own_rows
from pipelines.ingest import readers
from tests.extract.conftest import TABLES

KNOWN = (
    KnownProject(
        "element-six-georgia-diamond",
        ("Element Six synthetic diamond grit plant in Georgia",),
        ("element-six", "de-beers"),
        "US-GA",
        None,
        "USA",
        "critical_materials",
    ),
    KnownProject(
        "texas-gulflink",
        ("Texas GulfLink deepwater crude export port",),
        ("texas-gulflink", "sentinel-midstream"),
        "US-TX",
        None,
        "USA",
        "oil_gas",
    ),
    KnownProject(
        "portsmouth-gas-power",
        ("Portsmouth gas-fired power complex",),
        ("sb-energy", "softbank-group"),
        "US-OH",
        "Portsmouth",
        "USA",
        "power_generation",
    ),
    KnownProject("alaska-lng", ("Alaska LNG",), ("glenfarne",), "US-AK", None, "USA", "oil_gas"),
)

THREE = (
    "The money comes from Japan's $550 billion investment plan.\n\n"
    "The first three are a gas-fired power plant in Ohio, a crude oil terminal off Texas and a synthetic diamond "
    "factory in Georgia. "
)
IDS = ["portsmouth-gas-power", "texas-gulflink", "element-six-georgia-diamond"]


@pytest.fixture(scope="module")
def known() -> Lexicon:
    return build_lexicon({name: own_rows(name) for name in TABLES}, KNOWN)


def read(text: str, lexicon: Lexicon) -> Reading:
    return read_document(readers.read_document(text.encode(), "inbox/text.txt", None), lexicon)


def costs(reading: Reading) -> dict[str, int]:
    ids = {one.key: one.project_id for one in reading.projects}
    return {
        ids[str(claim.cells["project_id"].value)]: int(str(claim.cells["high"].value))
        for claim in reading.claims
        if claim.table == "amounts" and "project_id" in claim.cells and claim.cells["kind"].value == "project_cost"
    }


@pytest.mark.parametrize(
    "prices",
    [
        "They will cost $33 billion, $2.1 billion and $600 million respectively.",
        "The three were priced at $33 billion, $2.1 billion and $600 million.",
        "All three projects have prices: $33 billion, $2.1 billion, and $600 million.",
    ],
)
def test_a_list_of_sums_goes_to_the_projects_in_order(prices: str, known: Lexicon) -> None:
    found = costs(read(THREE + prices, known))
    assert found == dict(zip(IDS, (33_000_000_000, 2_100_000_000, 600_000_000), strict=True))


def test_japanese_sums_in_order(known: Lexicon) -> None:
    text = (
        "5500億ドルの対米投資の第1弾が決まった。\n\n3件は、オハイオ州のガス火力発電所、テキサス州沖の原油輸出施設、"
        "ジョージア州の人工ダイヤ工場。事業費はそれぞれ333億ドル、21億ドル、6億ドル。"
    )
    assert costs(read(text, known)) == dict(zip(IDS, (33_300_000_000, 2_100_000_000, 600_000_000), strict=True))


def test_a_batch_total_is_no_project_s(known: Lexicon) -> None:
    reading = read(THREE + "\n\nTogether the three come to about $36 billion.", known)
    totals = [
        claim for claim in reading.claims if claim.table == "amounts" and claim.cells["kind"].value == "tranche_total"
    ]
    assert totals and all("project_id" not in claim.cells for claim in totals)


def test_lenders_of_a_batch_lend_to_each(known: Lexicon) -> None:
    reading = read(THREE + "\n\nJBIC has signed loans for the three projects.", known)
    parts = [
        claim for claim in reading.claims if claim.table == "participants" and claim.cells["org_id"].value == "jbic"
    ]
    assert {str(claim.cells["project_id"].value) for claim in parts} == {one.key for one in reading.projects}


@pytest.mark.parametrize(
    "text",
    [
        # Another firm's plant in the same state is another project.
        "Japan's $550 billion investment plan is elsewhere. Mitsubishi Materials will build a synthetic diamond plant in "
        "Georgia for $90 million.",
        # Another town of the same name.
        "The power station at Portsmouth, owned by the navy, will be rebuilt for $30 million.",
    ],
)
def test_what_only_looks_alike_is_no_known_project(text: str, known: Lexicon) -> None:
    assert not [one for one in read(text, known).projects if one.project_id]


def test_a_known_name_late_in_a_text_takes_no_other_project(known: Lexicon) -> None:
    text = (
        "Cordgrass Energy will build a liquefaction plant in Cameron Parish, Louisiana, for $9 billion.\n\n"
        "It starts in 2030.\n\nBuyers are free.\n\nPermits are in hand.\n\nPipes are ordered.\n\nMen are hired.\n\n"
        "Tokyo Gas has signed a letter of intent with Glenfarne for Alaska LNG, priced at $44 billion."
    )
    assert costs(read(text, known)).get("alaska-lng") == 44_000_000_000


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("The three projects were chosen.", 3),
        ("Both undertakings need water.", 2),
        ("It is one of three projects chosen in May.", None),
        ("The plant has three boilers.", None),
        ("三つの案件に融資する。", 3),
        ("両事業の総額は決まっていない。", 2),
        ("三件のうち最も大きいのは発電所だ。", None),
        ("12件の応募があった。", None),
    ],
)
def test_how_many_projects_a_sentence_speaks_of(text: str, number: int | None) -> None:
    assert counted(Sentence(0, 1, 0, text, False, False)) == number

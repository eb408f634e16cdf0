"""Trade statistics, the EU study and rates: each layout, its odd values, and what lies bare in the inbox."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kakehashi.files import accounts
from pipelines.build import Inputs, build_tables
from pipelines.errors import RawFileError
from pipelines.ingest.agencies import read_agency_file
from pipelines.ingest.agencies.account import AgencyFile
from pipelines.ingest.raw import read_raw
from pipelines.ingest.safety import RawFile
from pipelines.records import Source
from tests.ingest.test_agencies_usgs import FIG2, LONG, NIR, SALIENT

REFERENCE = Path(__file__).resolve().parents[2] / "raw" / "reference"


def read(content: str, name: str = "x.csv") -> AgencyFile:
    body = content.encode("utf-8")
    found = read_agency_file(RawFile(f"inbox/{name}", body, hashlib.sha256(body).hexdigest()))
    assert found is not None
    return found


def flows(file: AgencyFile) -> list[dict[str, str]]:
    return [dict(row) for one in file.tables if one.table == "trade_flows" for _, row in one.rows]


BASE = {
    "typeCode": "C", "freqCode": "A", "refYear": "2024", "period": "2024", "reporterCode": "842", "flowCode": "M",
    "partnerCode": "156", "partner2Code": "0", "classificationCode": "H6", "cmdCode": "250410", "customsCode": "C00",
    "mosCode": "0", "motCode": "0", "qtyUnitCode": "8", "qty": "10", "isQtyEstimated": "False", "netWgt": "10",
    "isNetWgtEstimated": "False", "cifvalue": "100.5", "fobvalue": "", "primaryValue": "100.5",
}  # fmt: skip


def comtrade(*changes: dict[str, str]) -> str:
    lines = [",".join(BASE), *(",".join({**BASE, **change}.values()) for change in changes)]
    return "\n".join(lines) + "\n"


def test_a_flow_is_its_total_and_its_parts_are_never_added_to_it() -> None:
    file = read(
        comtrade(
            {},
            {},
            {"motCode": "2100", "primaryValue": "60", "netWgt": "6"},
            {"motCode": "1000", "primaryValue": "40.5"},
        )
    )
    (flow,) = flows(file)
    assert flow["value_usd"] == "100.5" and flow["quantity"] == "10" and flow["valuation"] == "cif"
    assert (flow["reporter"], flow["partner"], flow["flow"], flow["hs_revision"]) == ("USA", "CHN", "import", "2022")
    assert file.accounts[0].meanings["a row that repeats another"] == 1


def test_parts_without_a_total_are_added_once_in_one_way_and_refused_in_two() -> None:
    one_way = read(
        comtrade(
            {"motCode": "2100", "primaryValue": "60", "netWgt": "6"},
            {"motCode": "1000", "primaryValue": "40.5", "netWgt": "4"},
        )
    )
    assert flows(one_way)[0]["value_usd"] == "100.5"
    two_ways = read(comtrade({"motCode": "2100", "primaryValue": "60"}, {"customsCode": "C04", "primaryValue": "40.5"}))
    assert not flows(two_ways) and two_ways.quarantined[0].reason_code == "conflicting_record"


@settings(max_examples=20)
@given(st.permutations(range(4)))
def test_the_order_of_rows_changes_nothing(order: list[int]) -> None:
    parts = [{}, {"motCode": "2100", "primaryValue": "60"}, {"motCode": "1000", "primaryValue": "40.5"}, {}]
    (flow,) = flows(read(comtrade(*(parts[place] for place in order))))
    assert flow["value_usd"] == "100.5"


def test_odd_rows_of_comtrade() -> None:
    file = read(comtrade(
        {"cmdCode": "2846"}, {"netWgt": "0", "qty": "0", "qtyUnitCode": "-1"}, {"partnerCode": "0"},
        {"classificationCode": "S4"}, {"partnerCode": "7777"}, {"primaryValue": "-5", "partnerCode": "392"},
        {"freqCode": "M", "period": "202403", "flowCode": "X"}, {"partnerCode": "490"}, {"partnerCode": "899", "primaryValue": "1.5", "cifvalue": "1.5"},
    ))  # fmt: skip
    found = {(flow["partner"], flow["period"]): flow for flow in flows(file)}
    assert "quantity" not in found["CHN", "2024"]
    assert found["ALL", "2024"]["value_usd"] == "100.5"
    assert found["CHN", "2024-03"]["flow"] == "export"
    assert found["OTH", "2024"]["value_usd"] == "102"  # two areas that are no country, each a flow of its own
    assert len(file.quarantined) == 3 and {item.row for item in file.quarantined} == {5, 6, 7}
    assert file.source.redistributable is False


def test_json_answers_say_the_same_as_csv() -> None:
    numbers = {name: float(BASE[name]) if name in ("primaryValue", "netWgt") else text for name, text in BASE.items()}
    file = read(
        json.dumps(
            {
                "elapsedTime": "0.1 secs",
                "count": 1,
                "data": [{**numbers, "partnerCode": 156, "motDesc": None}],
                "error": "",
            }
        )
    )
    assert flows(file)[0]["value_usd"] == "100.5"


def test_comtrade_without_year_or_with_a_new_column_is_refused_whole() -> None:
    with pytest.raises(RawFileError, match=r"layout never seen.*netwgt"):
        read("reporter,partner,cmd,flow,value,netwgt\n68,604,250490,M,541.0,345.475\n")
    with pytest.raises(RawFileError, match="wibble"):
        read(comtrade({}).replace("typeCode", "wibble"))


def test_baci_in_numbers_and_with_names() -> None:
    body = "t,i,j,k,v,q\n2024,156,842,250490,12.5,  3.25\n2024,156,490,250490,1,1\n2024,9999,842,250490,1,1\n2024,36,842,250490,2,NA\n"
    file = read(body, "BACI_HS17_Y2024_V202601.csv")
    china, australia = flows(file)
    assert (china["reporter"], china["partner"], china["value_usd"], china["quantity"], china["quantity_unit"]) == (
        "USA",
        "CHN",
        "12500",
        "3.25",
        "t",
    )
    assert china["hs_revision"] == "2017" and "quantity" not in australia
    assert [item.row for item in file.quarantined] == [4]
    with pytest.raises(RawFileError, match="revision"):
        read(body, "baci.csv")
    named = read(
        "year,exporter,exporter_name,importer,importer_name,hs6,material,value_kusd,qty_t\n2024,CHN,China,USA,United States,250490,graphite,1,2\n",
        "baci_hs17.csv",
    )
    assert flows(named)[0]["value_usd"] == "1000"


def test_areas_that_are_no_country_are_one_partner_of_baci() -> None:
    body = "t,i,j,k,v,q\n2024,490,842,250490,10,1\n2024,849,842,250490,90,2\n2024,697,842,250490,5,NA\n2024,490,842,250490,10,1\n2024,849,842,250490,91,2\n"
    file = read(body, "BACI_HS17.csv")
    (others,) = flows(file)
    assert (others["partner"], others["value_usd"]) == ("OTH", "105000") and "quantity" not in others
    assert [item.row for item in file.quarantined] == [6]


def test_a_part_of_a_flow_is_never_its_total() -> None:
    head = ["CTY_CODE", "CTY_NAME", "DISTRICT", "GEN_VAL_MO", "COMM_LVL", "I_COMMODITY", "time"]
    parts = [
        ["5880", "JAPAN", number, value, "HS6", "250410", "2024-06"] for number, value in (("01", "10"), ("02", "90"))
    ]
    assert not flows(read(json.dumps([head, *parts]), "census.json"))
    total = ["5880", "JAPAN", "-", "100", "HS6", "250410", "2024-06"]
    assert flows(read(json.dumps([head, *parts, total]), "census.json"))[0]["value_usd"] == "100"


@pytest.mark.parametrize("other", ["  ,KG,0,0", "  ,DZ,0,12"])
def test_what_some_lines_weigh_is_not_the_whole_of_a_code(other: str) -> None:
    head = "Exp or Imp,Year,HS,Country,Unit1,Unit2,Quantity1-Year,Quantity2-Year,Value-Year,Quantity1-Dec,Quantity2-Dec,Value-Dec\n"
    lines = f"2,2024,'250410000',105,  ,KG,0,100,20,0,100,20\n2,2024,'250410001',105,{other},5000,0,0,5000\n"
    assert not flows(read(head + lines))
    assert not flows(read(head + "".join(reversed(lines.splitlines(keepends=True)))))


def test_a_record_of_json_that_lacks_a_field_is_told() -> None:
    with pytest.raises(RawFileError, match="no column"):
        read(json.dumps({"data": [BASE, {"cmdCode": "280530"}]}), "comtrade.json")


def test_what_may_not_be_passed_on_stays_closed_whatever_a_record_leaves_out() -> None:
    body = comtrade({}).encode()
    file = read_agency_file(RawFile("inbox/x/x.csv", body, hashlib.sha256(body).hexdigest()), Source("mine"))
    assert file is not None and file.source.redistributable is False and file.source.source_id == "mine"


def test_country_numbers_of_baci_are_compared() -> None:
    file = read(
        "country_code,country_name,country_iso2,country_iso3\n156,China,CN,CHN\n392,Japan,JP,CHN\n490,Other Asia,N/A,S19\n"
    )
    assert [item.row for item in file.quarantined] == [3] and not file.tables


def test_census_answers() -> None:
    answer = [
        ["CTY_CODE", "CTY_NAME", "GEN_VAL_MO", "CON_VAL_MO", "GEN_QY1_MO", "UNIT_QY1", "COMM_LVL", "I_COMMODITY", "time"],
        ["5700", "CHINA", "1000", "900", "50", "KG", "HS6", "250410", "2024-06"],
        ["-", "TOTAL FOR ALL COUNTRIES", "5000", "1", "70", "KG", "HS6", "250410", "2024-06"],
        ["0003", "EUROPEAN UNION", "1", "1", "1", "KG", "HS6", "250410", "2024-06"],
        ["5700", "CHINA", "1000", "900", "50", "CKG", "HS6", "810411", "2021-12"],
        ["5700", "CHINA", "1000", "900", "50", "KG", "HS10", "2504101000", "2024-06"],
        ["9999", "NOWHERE", "1", "1", "1", "KG", "HS6", "250410", "2024-06"],
    ]  # fmt: skip
    file = read(json.dumps(answer), "census.json")
    found = {(flow["partner"], flow["hs6"]): flow for flow in flows(file)}
    assert set(found) == {("CHN", "250410"), ("ALL", "250410"), ("CHN", "810411")}
    assert found["CHN", "250410"]["value_usd"] == "1000" and found["CHN", "250410"]["quantity_unit"] == "kg"
    assert found["CHN", "810411"]["hs_revision"] == "2017" and "quantity" not in found["CHN", "810411"]
    assert [item.row for item in file.quarantined] == [7]
    with pytest.raises(RawFileError, match="layout never seen"):
        read('[{"material": "x", "share": 1}]')


def test_japan_customs_by_country_and_by_commodity() -> None:
    head = "Exp or Imp,Year,HS,{}Unit1,Unit2,Quantity1-Year,Quantity2-Year,Value-Year,Quantity1-Jan,Quantity2-Jan,Value-Jan,Quantity1-Dec,Quantity2-Dec,Value-Dec\n"
    by_country = read(
        head.format("Country,")
        + "2,2024,'250410000',105,  ,KG,0,300,70,0,100,20,0,200,50\n2,2024,'250410001',105,NO,KG,7,30,7,7,30,7,0,0,0\n2,2024,'250410000',999,  ,KG,0,1,1,0,1,1,0,0,0\n2,2024,'250410000',304,  ,KG,0,1,1\n"
    )
    found = {flow["period"]: flow for flow in flows(by_country)}
    assert (
        found["2024"]["quantity"] == "330"
        and found["2024-01"]["quantity"] == "130"
        and found["2024-12"]["quantity"] == "200"
    )
    assert found["2024"]["partner"] == "CHN" and "value_usd" not in found["2024"]
    assert {item.row: item.reason_code for item in by_country.quarantined} == {4: "invalid_value", 5: "malformed"}
    started = read(
        head.format("") + "1,2026,'852351000',  ,NO,0,1,2,0,1,2,0,0,0\n1,2026,'000000011',  ,KG,0,1,2,0,1,2,0,0,0\n"
    )
    assert [(flow["period"], flow["partner"], flow["flow"]) for flow in flows(started)] == [
        ("2026-01", "ALL", "export")
    ]
    ragged = read(
        head.format("")
        + "1,2024,'852351000',  ,NO,0,1,2,0,1,2,0,1,2,9,9,9,9\n1,2024,'852352000',  ,NO,0,1,2,0,1,2,0,1,2\n"
    )
    assert ragged.quarantined[0].row == 2 and ragged.quarantined[0].reason_code == "malformed"


def test_eu_study_gives_world_shares_with_bounds_and_never_mixes_the_congos() -> None:
    body = 'Material,Stage,Country,Share,t\nGallium,P,China,94%,1.0\nCopper,E,Congo,0.1%,1.0\nCopper,E,"Congo, D.R.",6.4%,1.1\nCopper,E,Spain,<0.1%,1.0\nCopper,X,Spain,1%,1\n'
    file = read(body, "fact_GlobalSupplyShares&t.csv")
    found = {(row["material_id"], row["country"]): row for _, row in file.tables[0].rows}
    assert found["copper", "COD"]["share_low_pct"] == "6.4" and found["copper", "COG"]["share_low_pct"] == "0.1"
    assert found["copper", "ESP"]["share_high_pct"] == "0.1" and found["gallium", "CHN"]["stage"] == "refinery"
    assert [item.row for item in file.quarantined] == [6]
    assert not read(body, "fact_EUSupplyShares&t.csv").tables


def test_rates_are_checked_value_by_value() -> None:
    ecb = read("Date,USD,JPY,EEK,\n2026-03-05,1.1618,183.03,N/A,\n2026-03-04,1.16,broken,N/A,\n")
    assert ecb.source.published_on == dt.date(2026, 3, 5) and "broken" in ecb.quarantined[0].reason
    fed = read("observation_date,DEXJPUS\n2015-07-13,123.35\n2015-09-07,\n")
    assert fed.accounts[0].meanings == {"rate": 1, "no rate (holiday)": 1}


def inbox(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        path = folder / "inbox" / name.replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("cp1252" if "Source," not in content else "utf-8"))
    return folder


SHARES = "TITANIUM MINERAL CONCENTRATES,Import Sources,Titanium Mineral Concentrates,{},Import sources 2021-2024,All,percent,2021\u201324,{},,Yes,\n"
NEWEST = f'TIN,Salient,Tin,United States,Net import reliance,"{NIR}, refined tin",percent,2025,77,Defined as imports \u2013 exports.,Yes,\n'


def test_two_lists_of_one_edition_are_not_mixed(tmp_path: Path) -> None:
    long = LONG + "".join(SHARES.format(*one) for one in (("South Africa", 60), ("Other countries", 40))) + NEWEST
    figure = "Source,Commodity,Import_Source_2021_24,Percent,NIR,Critical_Mineral\n" + "".join(
        f'MCS2026,"Titanium, mineral concentrates",{name},{share},86,Y\n'
        for name, share in (("South Africa", 32), ("Australia", 50), ("Other", 18))
    )
    raw = read_raw(inbox(tmp_path, long__csv=long, figure__csv=figure), REFERENCE)
    given = [row["partner"] for file in raw.tables if file.table == "import_sources" for _, row in file.rows]
    assert given.count("ZAF") == 2 and "AUS" not in given
    assert [item.reason_code for item in raw.quarantined] == ["conflicting_record"]


def test_one_build_from_bare_files_gives_the_dependence_tables_with_their_places(tmp_path: Path) -> None:
    long = (
        LONG
        + "".join(SHARES.format(*one) for one in (("South Africa", 60), ("Other countries", 40)))
        + NEWEST
        + (
            'GALLIUM,World Low-Purity Production and Production Capacity,Gallium,China,Production,Primary production,kilograms,2025,"900,000",Estimated.,Yes,\n'
        )
    )
    folder = inbox(
        tmp_path,
        a__csv=long,
        b__dat=FIG2,
        c__csv=SALIENT,
        d__csv=comtrade({}),
        odd__csv="alpha,beta,gamma\n1,2,3\n4,5,6\n",
    )
    tables = build_tables(Inputs(folder, REFERENCE, dt.date(2026, 11, 22), own_use=True)).tables
    dependencies = tables["dependencies"].set_index(["material_id", "form", "year", "edition"])
    tin = dependencies.loc[("tin", "metal", 2025, "usgs-mcs-2026")]
    assert tin["reliance_low_pct"] == 77 and tin["nir_formula"] == "imports_minus_exports"
    grit = dependencies.loc[("synthetic-diamond", "diamond_grit_all", 2023, "usgs-mcs-2024")]
    assert grit["reliance_low_pct"] == 50 and grit["reliance_high_pct"] == 100
    assert set(tables["import_sources"]["partner"]) >= {"ZAF", "OTH", "CHN", "KOR"}
    gallium = tables["material_production"].set_index("material_id").loc["gallium"]
    assert gallium["quantity_low"] == 900_000 and gallium["locator"] == "a.csv row 5, column Value"
    assert tables["trade_flows"].iloc[0]["hs6"] == "250410"
    literals = tables["receipts"][tables["receipts"]["column"] == "reliance_low_pct"]["raw_literal"]
    assert ">50" in set(literals)
    assert any("alpha, beta, gamma" in reason for reason in tables["quarantine"]["reason"])
    assert "agencies-1:usgs long table" in set(tables["crosswalk"]["source_reader"])


def test_the_table_of_files_counts_every_value(tmp_path: Path) -> None:
    folder = inbox(
        tmp_path, c__csv=SALIENT, odd__csv="alpha,beta,gamma\n1,2,3\n4,5,6\n", note__md="# A note\n\nProse.\n"
    )
    told = {Path(account["file"]).name: account for account in accounts(sorted((folder / "inbox").iterdir()))}
    salient = told["c.csv"]
    assert (salient["rows_in"], salient["rows_out"]) == (2, 6)
    assert sum(salient["values"].values()) == 2 * 5  # every cell but source, commodity and year
    assert "alpha" in told["odd.csv"]["problem"] and not told["odd.csv"]["rows_out"]
    assert told["note.md"]["layout"].startswith("a document")


def test_every_file_order_gives_the_same_tables(tmp_path: Path) -> None:
    texts = {"a__csv": FIG2, "b__csv": SALIENT, "c__csv": comtrade({})}
    seen = set()
    for number, names in enumerate(itertools.permutations(texts)):
        folder = inbox(tmp_path / str(number), **{f"{place}.csv": texts[name] for place, name in enumerate(names)})
        raw = read_raw(folder, REFERENCE)
        rows = sorted(
            (file.table, *sorted((k, v) for k, v in row.items() if k != "locator"))
            for file in raw.tables
            if file.room == "agency"
            for _, row in file.rows
        )
        seen.add(str(rows))
    assert len(seen) == 1


def test_values_of_three_decimals_are_rounded_to_the_cent_and_shown_as_printed() -> None:
    file = read(comtrade({"primaryValue": "2247651492.215"}, {"partnerCode": "0", "primaryValue": "0.125"}))
    assert {flow["partner"]: flow["value_usd"] for flow in flows(file)} == {"CHN": "2247651492.22", "ALL": "0.12"}
    assert flows(file)[0]["value_usd as found"] == "2247651492.215"


GROUP = ("USA", "import", "250410", "2022", "2024")


@pytest.mark.parametrize(
    ("content", "gaps"),
    [
        (comtrade({}, {"partnerCode": "77777"}), {GROUP}),
        (comtrade({}, {"partnerCode": "124", "primaryValue": "many"}), {GROUP}),
        (comtrade({}, {"partnerCode": "124"}, {"partnerCode": "124", "primaryValue": "7"}), {GROUP}),
        (comtrade({}, {"partnerCode": "124", "cmdCode": "25041"}), set()),
        ("t,i,j,k,v,q\n2024,156,842,250410,1,1\n2024,7777,842,250410,1,1\n", {(*GROUP[:3], "2017", "2024")}),
        ("t,i,j,k,v,q\n2024,156,842,250410,1,1\n2024,124,842,250410,W,1\n", {(*GROUP[:3], "2017", "2024")}),
    ],
)
def test_what_a_row_that_was_set_aside_is_about_is_known(content: str, gaps: set[tuple[str, ...]]) -> None:
    name = "BACI_HS17_Y2024.csv" if content.startswith("t,") else "x.csv"
    assert {gap[1:] for gap in read(content, name).gaps} == gaps


@pytest.mark.parametrize(("total", "shares"), [({}, {}), ({"partnerCode": "0", "primaryValue": "402"}, {"CHN": 25.0})])
def test_no_share_is_told_of_a_sum_that_lacks_a_partner(
    tmp_path: Path, total: dict[str, str], shares: dict[str, float]
) -> None:
    """Antimony has one code as metal: China's 100.5 of an unknown sum is no share, of a printed 402 it is a quarter."""
    rows = [{}, {"partnerCode": "77777"}, *([total] if total else [])]
    inbox = tmp_path / "raw" / "inbox"
    inbox.mkdir(parents=True)
    (inbox / "x.csv").write_text(comtrade(*({"cmdCode": "811010", **row} for row in rows)), encoding="utf-8")
    built = build_tables(Inputs(tmp_path / "raw", as_of=dt.date(2026, 11, 22), own_use=True)).tables
    found = built["import_sources"]
    value = found[found["measure"] == "value"]
    assert dict(zip(value["partner"], value["share_low_pct"], strict=True)) == shares

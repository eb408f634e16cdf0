"""The Mineral Commodity Summaries in each layout, with the odd values of the real files."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any

import pytest

from pipelines.errors import RawFileError
from pipelines.ingest.agencies import read_agency_file
from pipelines.ingest.agencies.account import AgencyFile
from pipelines.ingest.agencies.usgs import nir_formula
from pipelines.ingest.safety import RawFile

LONG = "MCS chapter,Section,Commodity,Country,Statistics,Statistics_detail,Unit,Year,Value,Notes,Is critical mineral 2025,Other notes\r\n"
NIR = "Net import reliance as a percentage of apparent consumption"


def read(content: str | bytes, name: str = "x.csv", encoding: str = "cp1252") -> AgencyFile:
    body = content if isinstance(content, bytes) else content.encode(encoding)
    found = read_agency_file(RawFile(f"inbox/{name}", body, hashlib.sha256(body).hexdigest()))
    assert found is not None
    return found


def rows(file: AgencyFile, table: str) -> list[dict[str, str]]:
    return [dict(row) for one in file.tables if one.table == table for _, row in one.rows]


def pick(found: list[dict[str, str]], **key: Any) -> dict[str, str]:
    chosen = [row for row in found if all(row.get(name) == str(value) for name, value in key.items())]
    assert len(chosen) == 1, chosen
    return chosen[0]


def long(*lines: str) -> AgencyFile:
    return read(LONG + "".join(f"{line}\r\n" for line in lines), "anything.txt")


def test_long_table_gives_reliance_with_code_bounds_formula_and_place() -> None:
    file = long(
        f"GALLIUM,Salient Statistics\u2014United States,Gallium,United States,Net import reliance,{NIR},percent,2025,100,Estimated. -- Defined as imports \u2013 exports.,Yes,",
        f"GERMANIUM,Salient Statistics\u2014United States,Germanium,United States,Net import reliance,{NIR},percent,2022,>50,Defined for 2021\u201322 as imports \u2013 exports \u00b1 adjustments for Government stock changes. Beginning in 2023\\, Government stock changes no longer included.,Yes,".replace(
            "\\,", ""
        ),
        f"BERYLLIUM,Salient Statistics\u2014United States,Beryllium,United States,Net import reliance,{NIR},percent,2024,E,,Yes,",
        f'DIAMOND (INDUSTRIAL),Salient Statistics\u2014United States,"Diamond (Bort, grit, and dust and powder; natural and synthetic)",United States,Net import reliance,{NIR},percent,2025,35,Estimated.,No,',
        f'DIAMOND (INDUSTRIAL),Salient Statistics\u2014United States,"Diamond (Stones, natural and synthetic)",United States,Net import reliance,{NIR},percent,2025,81,Estimated.,No,',
    )
    found = rows(file, "dependencies")
    gallium = pick(found, material_id="gallium", year=2025)
    assert gallium["edition"] == "usgs-mcs-2026" and gallium["estimated"] == "true" and gallium["form"] == "metal"
    assert gallium["nir_formula"] == "imports_minus_exports"
    assert gallium["locator"] == "anything.txt row 2, column Value"
    germanium = pick(found, material_id="germanium")
    assert (germanium["reliance_low_pct"], germanium["reliance_high_pct"]) == ("50", "100")
    assert germanium["reliance_code"] == "bounded" and germanium["reliance_low_pct as found"] == ">50"
    beryllium = pick(found, material_id="beryllium")
    assert beryllium["reliance_code"] == "net_exporter" and "reliance_low_pct" not in beryllium
    assert pick(found, form="diamond_grit_all")["reliance_low_pct"] == "35"
    assert pick(found, form="diamond_stone")["reliance_low_pct"] == "81"


def test_long_table_gives_import_sources_in_order_with_hong_kong() -> None:
    file = long(
        'COBALT,Import Sources,Cobalt,China,Import sources 2021-2024,"Metal, oxide, and salts",percent,2021\u201324,30,Includes Hong Kong.,Yes,',
        'COBALT,Import Sources,Cobalt,Finland,Import sources 2021-2024,"Metal, oxide, and salts",percent,2021\u201324,<1,,Yes,',
        'COBALT,Import Sources,Cobalt,Other countries,Import sources 2021-2024,"Metal, oxide, and salts",percent,2021\u201324,10,,Yes,',
        f"COBALT,Salient Statistics,Cobalt,United States,Net import reliance,{NIR},percent,2025,79,,Yes,",
    )
    found = rows(file, "import_sources")
    china = pick(found, partner="CHN")
    assert china["partner_scope"] == "incl_hkg" and china["rank"] == "1"
    assert (china["period_start_on"], china["period_end_on"]) == ("2021-01-01", "2024-12-31")
    assert pick(found, partner="FIN")["share_high_pct"] == "1"
    other = pick(found, partner="OTH")
    assert other["partner_scope"] == "other_countries" and "rank" not in other


def test_long_table_gives_production_and_keeps_kinds_of_diamond_apart() -> None:
    file = long(
        "ANTIMONY,World Mine Production and Reserves,Antimony,United States,Production,Mine production,metric tons,2025,W,,Yes,",
        'ANTIMONY,World Mine Production and Reserves,Antimony,Russiae,Production,Mine production,metric tons,2025,"30,000",,Yes,',
        'COPPER,World Mine and Refinery Production and Reserves,Copper,World total,Production,Refinery production: rounded,thousand metric tons,2025,"28,000",,Yes,',
        'DIAMOND (INDUSTRIAL),Salient Statistics\u2014United States,"Diamond (Bort, grit, and dust and powder; natural and synthetic)",United States,Production,Production: Manufactured diamond,million carats,2025,160,,No,',
        "DIAMOND (INDUSTRIAL),World Natural Industrial Diamond Mine Production and Reserves,Diamond (Industrial),Russia,Production,Mine production,million carats,2025,17,,No,",
        "ANTIMONY,World Mine Production and Reserves,Antimony,China,Reserves,Reserves,metric tons,2025,Large,,Yes,",
        'ANTIMONY,Salient Statistics\u2014United States,Antimony,United States,Price,"Price, metal",dollars,2025,"Variable, depending on size",,Yes,',
    )
    found = rows(file, "material_production")
    assert pick(found, material_id="antimony", country="USA")["quantity_code"] == "withheld"
    assert pick(found, country="RUS", material_id="antimony") | {"estimated": "true"} == pick(
        found, country="RUS", material_id="antimony"
    )
    assert pick(found, material_id="copper")["quantity_low"] == "28000000"
    assert pick(found, stage="synthetic") | {"material_id": "synthetic-diamond", "quantity_low": "160000000"} == pick(
        found, stage="synthetic"
    )
    assert pick(found, stage="mine", country="RUS", material_id="diamond")["unit"] == "ct"
    meanings = file.accounts[0].meanings
    assert meanings["not used (reserves): words instead of a figure"] == 1
    assert sum(number for text, number in meanings.items() if text.startswith("not used (prices)")) == 1
    assert not file.quarantined and file.accounts[0].rows_in == 7


def test_a_figure_that_cannot_be_read_sets_its_row_aside_with_row_column_found_and_expected() -> None:
    file = long(
        f"GALLIUM,Salient,Gallium,United States,Net import reliance,{NIR},percent,2025,around 100,,Yes,",
        f"UNOBTAINIUM,Salient,Unobtainium,United States,Net import reliance,{NIR},percent,2025,100,,Yes,",
        f'TIN,Salient,Tin,United States,Net import reliance,"{NIR}, refined tin",percent,2025,77,,Yes,',
    )
    assert [row["material_id"] for row in rows(file, "dependencies")] == ["tin"]
    first, second = file.quarantined
    assert first.row == 2 and "row 2, column Value" in first.reason and "around 100" in first.reason
    assert "UNOBTAINIUM" in second.reason


def test_two_figures_for_one_key_are_a_finding() -> None:
    line = f"GALLIUM,Salient,Gallium,United States,Net import reliance,{NIR},percent,2025,%s,,Yes,"
    file = long(line % "100", line % "99", line % "100")
    assert len(rows(file, "dependencies")) == 1
    assert [item.reason_code for item in file.quarantined] == ["duplicate"]


@pytest.mark.parametrize(
    ("notes", "year", "code"),
    [
        ("Defined as imports \u2013 exports.", 2025, "imports_minus_exports"),
        ("Defined as imports.", 2025, "imports_only"),
        (
            "Defined as imports \u2013 exports \u00b1 adjustments for industry stock changes.",
            2025,
            "with_industry_stocks",
        ),
        (
            "Defined for 2021\u201322 as imports \u2013 exports \u00b1 adjustments for Government and industry stock changes. Beginning in 2023, Government stock changes no longer included.",
            2022,
            "with_both",
        ),
        (
            "Defined for 2021\u201322 as imports \u2013 exports \u00b1 adjustments for Government and industry stock changes. Beginning in 2023, Government stock changes no longer included.",
            2023,
            "with_industry_stocks",
        ),
        (
            "Defined for 2021\u201322 as imports \u2013 exports \u00b1 adjustments for Government stock changes. Beginning in 2023, Government stock changes no longer included.",
            2024,
            "imports_minus_exports",
        ),
        (
            "Excludes imports and (or) exports of waste and scrap. -- Defined as imports \u2013 exports.",
            2025,
            "excl_scrap",
        ),
        ("Estimated.", 2025, ""),
        (
            "Defined as imports \u2013 exports; however, a meaningful net import reliance could not be calculated",
            2025,
            "",
        ),
    ],
)
def test_the_definition_decides_the_formula(notes: str, year: int, code: str) -> None:
    assert nir_formula(notes, year) == code


FIG2 = (
    "\ufeffSource,Import_Share_Order,Commodity,Net_Import_Reliance_pct_2025,Major_Import_Sources_2021_24,Notes\n"
    'MCS2026,1,"ARSENIC, all forms",100,"China, Malaysia",Imports from Hong Kong are included with China.\n'
    'MCS2026,2,"GARNET (INDUSTRIAL)",48,"South Africa, China3 ",\n'
    'MCS2026,3,"PALLADIUM",57,NA,\n'
    'MCS2026,4,"DIAMOND (INDUSTRIAL), bort, grit, and dust and powder",35,"China, Republic of Korea, Ireland",\n'
    'MCS2026,5,"POTASH",92,"Canada, Ruritania",\n'
)


def test_figure_2_gives_reliance_and_suppliers_in_order_without_shares() -> None:
    file = read(FIG2, encoding="utf-8")
    assert pick(rows(file, "dependencies"), material_id="palladium")["reliance_low_pct"] == "57"
    found = rows(file, "import_sources")
    korea = pick(found, material_id="synthetic-diamond", partner="KOR")
    assert korea["rank"] == "2" and "share_low_pct" not in korea
    assert pick(found, material_id="arsenic", partner="CHN")["partner_scope"] == "incl_hkg"
    assert pick(found, material_id="garnet", partner="CHN")["rank"] == "2"
    assert not [row for row in found if row["material_id"] == "potash"]  # a list is taken whole or not at all
    assert "Ruritania" in file.quarantined[0].reason


def test_figure_2_of_another_year_than_its_edition_is_refused() -> None:
    with pytest.raises(RawFileError, match="2024"):
        read(FIG2.replace("pct_2025", "pct_2023").replace("2026", "2025"), encoding="utf-8")


def test_figure_3_gives_shares_but_no_reliance_whose_sign_may_be_lost() -> None:
    file = read(
        "Source,Commodity,Import_Source_2021_24,Percent,NIR,Critical_Mineral\n"
        "MCS2026,Antimony,China,55,91,Y\nMCS2026,Antimony,Other,45,91,Y\nMCS2026,Barite,India,40,75,Y\n"
        "MCS2026,Boron,Turkey,90,0,Y\n"
    )
    assert [row["material_id"] for row in rows(file, "dependencies")] == ["antimony"]
    china = pick(rows(file, "import_sources"), partner="CHN")
    assert china["share_low_pct"] == "55" and "partner_scope" not in china


def test_world_table_of_2025_and_files_of_one_commodity_give_the_same_shape() -> None:
    world = read(
        "\ufeffSOURCE,COMMODITY,COUNTRY,TYPE,UNIT_MEAS,PROD_2023,PROD_EST_ 2024,PROD_NOTES,CAP_2023,CAP_EST_ 2024,CAP_NOTES,RESERVES_2024,RESERVE_NOTES\n"
        'MCS2025,Gemanium,China,Primary and secondary refinery production,kilograms,,,,,,,,\n'
        'MCS2025,Barite  ,United\u00a0States,"Mine production, barite, estimated",thousand metric tons,W,"1,200",,,,,Large,\n'
        'MCS2025,Titanium Mineral Concentrates,"World total (ilmenite and rutile, rounded)","Mine production, rutile, titanium dioxide (TiO2) content",metric tons,9000,9100,,,,,,\n',
        encoding="utf-8",
    )  # fmt: skip
    found = rows(world, "material_production")
    barite = pick(found, material_id="barite", year=2024)
    assert (barite["quantity_low"], barite["unit"], barite["estimated"]) == ("1200000", "t (gross weight)", "true")
    assert pick(found, material_id="titanium", year=2023)["country"] == "WLD"
    one = read(
        "Source,Country,Type,Prod_kg_2022,Prod_kg_est_2023,Prod_notes,Cap_kg_2023,Cap_notes,,\n"
        "MCS2024,China,Primary production,606000,600000,Reported production in 2022.,1000000,,,\n"
        "MCS2024,Other countries4,Primary production,\u2014,\u2014,,84000,Estimated capacity,,\n",
        "mcs2024-galli_world.csv",
    )
    gallium = rows(one, "material_production")
    assert pick(gallium, country="CHN", year=2023, stage="refinery")["quantity_low"] == "600000"
    assert pick(gallium, country="OTH", stage="capacity")["estimated"] == "true"
    assert pick(gallium, country="OTH", year=2022)["quantity_low"] == "0"


def test_a_file_of_one_commodity_that_says_nowhere_which_is_refused() -> None:
    body = "Source,Country,Type,Prod_kg_2022,Prod_kg_est_2023,Prod_notes\nMCS2024,China,Primary production,1,2,\n"
    with pytest.raises(RawFileError, match="no commodity"):
        read(body, "download.csv")
    named = body.replace("Primary production", '"Mine production, contained antimony"').replace("_kg", "_t")
    assert rows(read(named, "download.csv"), "material_production")[0]["material_id"] == "antimony"


SALIENT = (
    "DataSource,Commodity,Year,Bort_USprod_Manufactured_mct,Bort_Exports_mct,Bort_Price_Imports_dct,Bort_NIR_pct,Stones_NIR_pct,,\n"
    "MCS2024,Diamond (Industrial),2022,150,Less than 500\u00a0carats.,0.19,62,89,,\n"
    "MCS2024,Diamond (Industrial),2023,152,-4,0,>50,E,,\n"
)


def test_salient_statistics_give_reliance_of_each_product_and_synthetic_output() -> None:
    file = read(SALIENT, "any.csv")
    found = rows(file, "dependencies")
    assert pick(found, form="diamond_grit_all", year=2023)["reliance_code"] == "bounded"
    assert pick(found, form="diamond_stone", year=2023)["reliance_code"] == "net_exporter"
    assert pick(rows(file, "material_production"), year=2022)["stage"] == "synthetic"
    assert not file.quarantined
    assert file.source.published_precision == "year"


def test_a_column_never_seen_refuses_the_whole_file_and_names_it() -> None:
    with pytest.raises(RawFileError, match="Wibble"):
        read(SALIENT.replace("Bort_Exports_mct", "Wibble_mct"))
    with pytest.raises(RawFileError, match="alpha, beta, gamma"):
        read("alpha,beta,gamma\n1,2,3\n4,5,6\n")


def test_germanium_column_without_its_p_and_misspelt_units() -> None:
    file = read("DataSource,Commodity,Year,Imports_Metal_kg,Consump_g,NIR_ct\nMCS2025,Germanium,2024,20000,NA,>50\n")
    assert rows(file, "dependencies")[0]["reliance_low_pct"] == "50"


def test_an_archive_is_read_member_by_member_and_one_bad_member_does_not_spoil_it() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("Salient/mcs2024-diamo_salient.csv", SALIENT)
        archive.writestr("bad.csv", "alpha,beta,gamma\n1,2,3\n4,5,6\n")
        archive.writestr("meta.xml", "<?xml version='1.0'?><metadata><idinfo></idinfo></metadata>")
    file = read(buffer.getvalue(), "z.bin")
    assert len(rows(file, "dependencies")) == 4
    assert any("alpha" in item.reason for item in file.quarantined)
    assert rows(file, "dependencies")[0]["locator"].startswith("mcs2024-diamo_salient.csv row 2")


def test_prose_and_documents_are_left_to_their_readers() -> None:
    for text in (
        "Tokyo, Nov 3\n\nThe plant, he said, will open.\nIt is big.\n",
        "# Title\n\nSome text.\n",
        "one line only",
    ):
        body = text.encode()
        assert read_agency_file(RawFile("inbox/a.txt", body, hashlib.sha256(body).hexdigest())) is None


def test_files_of_another_shape_than_they_promise_are_told() -> None:
    with pytest.raises(RawFileError, match="no column Section"):
        read(LONG.replace("Section,", "") + "GALLIUM,Gallium,China,Production,Primary,kilograms,2025,1,,Yes,\r\n")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", LONG * 200)
    broken = bytearray(packed.getvalue())
    broken[45:60] = b"\xff" * 15
    with pytest.raises(RawFileError):
        read(bytes(broken), "a.zip")


def _workbook(cells: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'
        )
    return packed.getvalue()


@pytest.mark.parametrize("cells", ["", '<row r="1"><c r="ZZZZZ1"><v>1</v></c></row>'])
def test_a_workbook_that_is_empty_or_reaches_too_far_is_refused(cells: str) -> None:
    with pytest.raises(RawFileError):
        read(_workbook(cells), "a.xlsx")


def test_one_slip_does_not_move_the_edition() -> None:
    slipped = FIG2.replace("MCS2026", "MCS2025", 1)
    assert slipped != FIG2
    (edition,) = {row["edition"] for row in rows(read(slipped, encoding="utf-8"), "dependencies")}
    assert edition == "usgs-mcs-2026"


def test_one_year_too_late_sets_its_row_aside_alone() -> None:
    late = 'GALLIUM,World Production,Gallium,China,Production,Primary production,kilograms,2055,"1",,Yes,'
    names = ("Tin", "Zinc", "Nickel", "Cobalt", "Bismuth")
    lines = [
        f"{name.upper()},Salient,{name},United States,Net import reliance,{NIR},percent,2025,50,,Yes," for name in names
    ]
    file = long(late, *lines * 5)
    assert {row["edition"] for row in rows(file, "dependencies")} == {"usgs-mcs-2026"}
    assert file.quarantined[0].row == 2

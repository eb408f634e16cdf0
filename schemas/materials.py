"""Critical materials: what they are, which lists name them, what they are used for, who makes them.

What belongs here: facts about a material that do not depend on who imports it. What does not: dependence
(`dependence`) and export controls (`controls`).
"""

from __future__ import annotations

from schemas import recurring as common
from schemas.columns import Day, Flag, Number, Table, Text, Year, column, contract_table, key


@contract_table("materials", "Materials", "物資", "materials")
class Materials(Table):
    """One critical material, under its common English name; products of it differ by `form`."""

    material_id: Text = key("Stable slug of the material.", "物資の固定識別子。", pattern=common.SLUG)
    name: Text = column("Name in English.", "英語名。", required=True, disputable=False)
    name_ja: Text = column("Name in Japanese.", "日本語名。", disputable=False)
    symbol: Text = column("Chemical symbol; null for materials without one.", "元素記号。ないものは空。")
    group: Text = column(
        "Group it is counted in (as rare earths, platinum group); null for none.",
        "属する区分(希土類、白金族など)。ない場合は空。",
    )
    description: Text = column("What it is, in our own words.", "概要(独自の文章)。", disputable=False)


@contract_table("material_hs_codes", "HS codes of materials", "物資のHS番号", "materials")
class MaterialHsCodes(Table):
    """One customs heading under which a material is traded."""

    material_id: Text = common.material()
    hs6: Text = common.hs6()
    hs_revision: Text = common.hs_revision()
    form: Text = column("Form of the material under the code.", "その番号が指す物資の形態。", codelist="form")
    stage: Text = column("Stage of production it belongs to.", "該当する生産段階。", codelist="production_stage")
    exclusive: Flag = column(
        "False where the code covers other materials too, so that its trade is an upper bound.",
        "他の物資も含む番号なら偽(貿易量は上限値とみなす)。",
    )


@contract_table("material_listings", "Listings of materials", "物資の指定", "materials")
class MaterialListings(Table):
    """One official list that names a material."""

    material_id: Text = common.material()
    list_id: Text = key("The list.", "指定リスト。", codelist="list_id")
    authority: Text = column("Authority that keeps the list.", "リストを定める当局。")
    listed_on: Day = column("Date of the list (or of the addition to it).", "リストの公布日(または追加日)。")
    strategic: Flag = column(
        "True where the list also calls it strategic; null where the list makes no such difference.",
        "戦略物資にも指定されていれば真。リストにその区別がない場合は空。",
    )
    source_id: Text = common.source()


@contract_table("material_uses", "Uses of materials", "物資の用途", "materials")
class MaterialUses(Table):
    """One thing a material is used for."""

    material_id: Text = common.material()
    use: Text = key("The use, in a few words.", "用途(短い語句)。")
    sector: Text = column(
        "Part of the economy, as the source classes it.", "出典の分類による産業分野。", disputable=False
    )
    dual_use: Flag = column(
        "True where a source ties the use to arms or a dual-use control; null where none says.",
        "軍民両用と結び付ける出典があれば真。言及がない場合は空。",
    )
    source_id: Text = common.source()


@contract_table("material_production", "Production of materials", "物資の生産", "materials", receipts="own")
class MaterialProduction(Table):
    """What one country makes (or holds) of a material in one year, as one edition prints it."""

    material_id: Text = common.material()
    form: Text = common.material_form()
    country: Text = key(
        "Country, ISO 3166-1 alpha-3; WLD for the world total, OTH for other countries taken together.",
        "国。ISO 3166-1 の3文字コード。世界計は WLD、その他の国の合算は OTH。",
        pattern=common.COUNTRY,
    )
    year: Year = key(
        "Year; null where the source gives none (reserves).", "年。出典にない場合(埋蔵量など)は空。", required=False
    )
    stage: Text = key("Stage of production.", "生産段階。", codelist="production_stage")
    edition: Text = common.edition()
    quantity_low: Number = column(
        "Lower bound of the quantity in the unit beside it; null where withheld or not available.",
        "数量の下限(単位は unit 列)。非公表または不明の場合は空。",
        unit="see column unit",
        ge=0,
    )
    quantity_high: Number = column(
        "Upper bound of the quantity; equal to the lower for one figure, null for a floor.",
        "数量の上限。単一の数値では下限と同じ、下限のみの場合は空。",
        unit="see column unit",
        ge=0,
    )
    unit: Text = column(
        "Unit as the source gives it, content or gross weight named.", "出典の単位(純分か総量かを明記)。"
    )
    quantity_code: Text = column(
        "What stands in the source where a plain figure should.", "数値の示され方。", codelist="quantity_code"
    )
    estimated: Flag = column("True where the source marks an estimate.", "出典が推計とする値なら真。")
    share_low_pct: Number = common.percent(
        "Lower bound of the share of the world total.", "世界計に占める割合の下限(%)。"
    )
    share_high_pct: Number = common.percent(
        "Upper bound of the share of the world total.", "世界計に占める割合の上限(%)。"
    )
    source_id: Text = common.source()
    locator: Text = common.locator()

"""How far a country depends on others for a material: import sources, concentration, reliance, trade flows.

What belongs here: figures on dependence, each told apart by basis, form and edition. What does not: what a single
project depends on (`controls.ProjectExposures`).
"""

from __future__ import annotations

from schemas import recurring as common
from schemas.columns import Day, Flag, Money, Number, Table, Text, Texts, Whole, Year, column, contract_table, key


@contract_table("import_sources", "Import sources", "輸入先", "materials", receipts="own")
class ImportSources(Table):
    """What share of a country's imports of a material comes from one partner, as one edition prints it."""

    importer: Text = common.importer()
    material_id: Text = common.material()
    form: Text = common.material_form()
    partner: Text = key(
        "Supplying country, ISO 3166-1 alpha-3; OTH for other countries taken together.",
        "供給国。ISO 3166-1 の3文字コード。その他の国の合算は OTH。",
        pattern=common.COUNTRY,
    )
    period_start_on: Day = key("First day of the period.", "対象期間の初日。")
    period_end_on: Day = key("Last day of the period.", "対象期間の末日。")
    measure: Text = key("What the share is of.", "割合の基準(数量か金額か)。", codelist="measure")
    edition: Text = common.edition()
    share_low_pct: Number = common.percent("Lower bound of the share of imports.", "輸入に占める割合の下限(%)。")
    share_high_pct: Number = common.percent(
        "Upper bound of the share of imports; equal to the lower for one figure.",
        "輸入に占める割合の上限(%)。単一の数値では下限と同じ。",
    )
    rank: Whole = column(
        "Place in the source's order of suppliers, from 1.", "出典による供給国の順位(1から)。", unit="rank", ge=1
    )
    partner_scope: Text = column("What the partner covers.", "供給国が指す範囲。", codelist="partner_scope")
    source_id: Text = common.source()
    locator: Text = common.locator()


@contract_table("world_concentration", "World concentration", "世界の生産集中度", "materials")
class WorldConcentration(Table):
    """How concentrated the world's production of a material is in one year."""

    material_id: Text = common.material()
    form: Text = common.material_form()
    stage: Text = key("Stage of production.", "生産段階。", codelist="production_stage")
    year: Year = key(
        "Year; null where the source gives none (reserves).", "年。出典にない場合(埋蔵量など)は空。", required=False
    )
    measure: Text = key("What the shares are of.", "割合の基準。", codelist="measure")
    edition: Text = common.edition()
    top_producer: Text = column(
        "Country that makes most, ISO 3166-1 alpha-3; null where withheld figures could hide a larger one.",
        "最大の生産国。ISO 3166-1 の3文字コード。非公表値のため定まらない場合は空。",
        computed=True,
        pattern=common.COUNTRY,
    )
    top_share_pct: Number = common.percent(
        "Its share of the world total.", "その国が世界計に占める割合(%)。", computed=True
    )
    hhi_low: Number = common.hhi(
        "Herfindahl-Hirschman index with the unnamed remainder atomistic.",
        "ハーフィンダール・ハーシュマン指数の下限(内訳不明分を極小の供給者とみなす)。",
    )
    hhi_high: Number = common.hhi(
        "Herfindahl-Hirschman index with the remainder split into producers none larger than the smallest named.",
        "同指数の上限(内訳不明分を、記載された最小の国以下の生産者に分ける)。",
    )
    source_ids: Texts = common.source_list()


@contract_table("dependencies", "Dependencies", "対外依存", "materials")
class Dependencies(Table):
    """How far one country depends on imports of a material in one year, on one basis. No row compares two bases."""

    importer: Text = common.importer()
    material_id: Text = common.material()
    form: Text = common.material_form()
    year: Year = key("Year of the figure.", "数値の年。")
    basis: Text = key(
        "What the figure measures; figures of two bases are never compared.",
        "数値の基準。異なる基準の数値は比較しない。",
        codelist="basis",
    )
    edition: Text = common.edition()
    reliance_low_pct: Number = common.percent(
        "Lower bound of the reliance on imports; null for a net exporter.",
        "輸入依存度の下限(%)。純輸出国では空。",
        reasoned=True,
    )
    reliance_high_pct: Number = common.percent(
        "Upper bound of the reliance on imports; null for a floor (above 50) and for a net exporter.",
        "輸入依存度の上限(%)。下限のみ(50超など)や純輸出国では空。",
    )
    reliance_code: Text = column(
        "What stands in the source where a plain figure should.", "数値の示され方。", codelist="reliance_code"
    )
    nir_formula: Text = column(
        "How net import reliance was reckoned; null for other bases.",
        "純輸入依存度の算式。他の基準では空。",
        codelist="nir_formula",
    )
    origin: Text = column(
        "Printed by the source or computed here.",
        "出典の印刷値か、当方の計算値か。",
        codelist="origin",
        disputable=False,
    )
    estimated: Flag = column("True where the source marks an estimate.", "出典が推計とする値なら真。")
    top_supplier: Text = column(
        "Country that supplies most of the imports, ISO 3166-1 alpha-3.",
        "最大の供給国。ISO 3166-1 の3文字コード。",
        computed=True,
        pattern=common.COUNTRY,
    )
    top_supplier_share_pct: Number = common.percent(
        "Its share of imports.", "その国が輸入に占める割合(%)。", computed=True
    )
    china_share_pct: Number = common.percent(
        "China's share of imports; null where the source does not name it, which is not zero.",
        "中国が輸入に占める割合(%)。出典に記載がない場合は空(ゼロではない)。",
        computed=True,
        reasoned=True,
    )
    n_suppliers: Whole = column(
        "Number of supplying countries that the source names.",
        "出典に記載された供給国の数。",
        unit="count",
        computed=True,
        disputable=False,
        ge=0,
    )
    supplier_hhi_low: Number = common.hhi(
        "Herfindahl-Hirschman index of suppliers with the unnamed remainder atomistic.",
        "供給国のハーフィンダール・ハーシュマン指数の下限(内訳不明分を極小の供給者とみなす)。",
        reasoned=True,
    )
    supplier_hhi_high: Number = common.hhi(
        "The same with the remainder split into suppliers none larger than the smallest named.",
        "同指数の上限(内訳不明分を、記載された最小の国以下の供給者に分ける)。",
    )
    source_ids: Texts = common.source_list()


@contract_table("balances", "Supply balances", "需給バランス", "materials")
class Balances(Table):
    """What an agency prints of a material's supply in one year, and the net import reliance that follows from it."""

    importer: Text = common.importer()
    material_id: Text = common.material()
    form: Text = common.material_form()
    year: Year = key("Year of the figures.", "数値の年。")
    edition: Text = common.edition()
    unit: Text = column("Unit of the quantities, as printed.", "数量の単位(出典の表記)。", computed=True)
    production: Number = common.quantity("Primary production and recovery from scrap.", "一次生産とスクラップ回収。")
    imports: Number = common.quantity("Imports for consumption.", "消費用の輸入。")
    exports: Number = common.quantity("Exports.", "輸出。")
    industry_stocks: Number = common.quantity("Stocks of industry at the end of the year.", "年末の民間在庫。")
    government_stocks: Number = common.quantity("Stocks of Government at the end of the year.", "年末の政府在庫。")
    consumption: Number = common.quantity("Consumption as printed.", "消費(出典の値)。")
    nir_formula: Text = column(
        "Formula of the reckoning; without stock changes where they are not printed.",
        "計算に用いた算式。在庫変動の記載がない場合は含めない。",
        codelist="nir_formula",
        computed=True,
    )
    computed_pct: Number = common.percent(
        "Net import reliance reckoned from the parts; null for a net exporter.",
        "各項目から計算した純輸入依存度(%)。純輸出国では空。",
        computed=True,
    )
    computed_low_pct: Number = common.percent(
        "Least that rounding of the parts allows.", "各項目の端数処理から生じうる下限(%)。", computed=True
    )
    computed_high_pct: Number = common.percent(
        "Most that rounding of the parts allows.", "各項目の端数処理から生じうる上限(%)。", computed=True
    )
    printed_low_pct: Number = common.percent(
        "Lower bound of the reliance as printed.", "出典に印刷された依存度の下限(%)。", computed=True
    )
    printed_high_pct: Number = common.percent(
        "Upper bound of the reliance as printed.", "出典に印刷された依存度の上限(%)。", computed=True
    )
    printed_code: Text = column(
        "What is printed where a plain figure should stand.",
        "印刷値の示され方。",
        codelist="reliance_code",
        computed=True,
    )
    difference_points: Number = column(
        "Computed less printed; 0 within printed bounds.",
        "計算値から印刷値を引いた差(ポイント)。印刷された範囲内なら 0。",
        unit="percentage points",
        computed=True,
        ge=-100,
        le=100,
    )
    outcome: Text = column(
        "How the two compare.", "両者の比較結果。", codelist="balance_outcome", required=True, receipted=False
    )
    reason: Text = column(
        "Why they cannot be compared, or differ.", "比較できない、または異なる理由。", receipted=False
    )
    source_ids: Texts = common.source_list()


@contract_table("trade_flows", "Trade flows", "貿易統計", "materials", receipts="own")
class TradeFlows(Table):
    """Trade in one product between two countries in one period, as one of them reports it."""

    reporter: Text = key(
        "Country that reports, ISO 3166-1 alpha-3.", "報告国。ISO 3166-1 の3文字コード。", pattern=common.COUNTRY
    )
    partner: Text = key(
        "Partner, ISO 3166-1 alpha-3; ALL for all partners.",
        "相手国。ISO 3166-1 の3文字コード。全相手国は ALL。",
        pattern=common.COUNTRY,
    )
    flow: Text = key("Direction, seen from the reporter.", "報告国から見た取引の方向。", codelist="flow")
    hs6: Text = common.hs6()
    hs_revision: Text = common.hs_revision()
    period: Text = key(
        "Year (2024) or month (2024-06).", "年(2024)または月(2024-06)。", pattern=r"[0-9]{4}(?:-[0-9]{2})?"
    )
    value_usd: Money = common.money_usd("Value in nominal US dollars.", "金額(名目米ドル)。")
    valuation: Text = column("What the value includes.", "金額の評価基準。", codelist="valuation")
    quantity: Number = column(
        "Quantity in quantity_unit; null where not reported.",
        "数量(単位は quantity_unit)。報告がない場合は空。",
        unit="see column quantity_unit",
        ge=0,
    )
    quantity_unit: Text = column("Unit of the quantity.", "数量の単位。")
    quantity_estimated: Flag = column(
        "True where the publisher estimated the quantity.", "数量が公表機関の推計なら真。"
    )
    source_id: Text = common.source()
    locator: Text = common.locator()


@contract_table("mirror_gaps", "Mirror gaps", "輸出入統計の差", "materials")
class MirrorGaps(Table):
    """How far the importer's and the exporter's reports of the same trade differ in one year."""

    importer: Text = common.importer()
    exporter: Text = key(
        "Exporting country, ISO 3166-1 alpha-3.", "輸出国。ISO 3166-1 の3文字コード。", pattern=common.COUNTRY
    )
    hs6: Text = common.hs6()
    hs_revision: Text = common.hs_revision()
    year: Year = key("Year.", "年。")
    import_kg: Number = column(
        "Net weight that the importer reports.", "輸入国が報告した純重量。", unit="kg", disputable=False, ge=0
    )
    export_kg: Number = column(
        "Net weight that the exporter reports.", "輸出国が報告した純重量。", unit="kg", disputable=False, ge=0
    )
    import_usd: Money = common.money_usd(
        "Value that the importer reports, nominal US dollars.", "輸入国が報告した金額(名目米ドル)。"
    )
    export_usd: Money = common.money_usd(
        "Value that the exporter reports, nominal US dollars.", "輸出国が報告した金額(名目米ドル)。"
    )
    ratio: Number = column(
        "import_kg over export_kg; null where either is missing or the exporter reports none.",
        "import_kg ÷ export_kg。いずれかが欠けるか、輸出側がゼロの場合は空。",
        unit="ratio",
        computed=True,
        ge=0,
    )
    source_ids: Texts = common.source_list()

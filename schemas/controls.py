"""Export controls, and how projects stand to materials that are controlled or imported.

What belongs here: measures with their periods, items and entities; which project makes or needs what; what that exposes
it to. What does not: the reliance figures themselves (`dependence`).
"""

from __future__ import annotations

from schemas import recurring as common
from schemas.columns import Day, Flag, Number, Table, Text, Texts, Whole, Year, column, contract_table, key


@contract_table("export_controls", "Export controls", "輸出規制", "materials")
class ExportControls(Table):
    """One measure by which a country restricts exports, or lifts such a restriction."""

    control_id: Text = key("Stable slug of the measure.", "規制の固定識別子。", pattern=common.SLUG)
    authority: Text = column(
        "Authority or authorities that issued it, joined with |.", "公布した当局(複数は | で連結)。"
    )
    country: Text = column(
        "Country that restricts, ISO 3166-1 alpha-3.", "規制する国。ISO 3166-1 の3文字コード。", pattern=common.COUNTRY
    )
    number: Text = column(
        "Number as `No. 55 of 2025`, or the title of a catalogue or law; null where not seen.",
        "番号(No. 55 of 2025 の形)。目録・法律は題名。未確認の場合は空。",
    )
    title: Text = column("What it is about, in our own words.", "内容(独自の文章)。", disputable=False)
    measure_type: Text = column(
        "Kind of measure; null where the source does not say.",
        "措置の種類。出典にない場合は空。",
        codelist="measure_type",
    )
    amends_control_id: Text = column(
        "Measure that this one suspends, extends or changes; null for none.",
        "この措置が停止・延長・変更する規制。ない場合は空。",
        foreign_key="export_controls.control_id",
        pattern=common.SLUG,
    )
    target_country: Text = column(
        "Country it is aimed at, ISO 3166-1 alpha-3; ALL where it holds for every destination.",
        "対象国。ISO 3166-1 の3文字コード。全仕向地に及ぶ場合は ALL。",
        pattern=common.COUNTRY,
    )
    announced_on: Day = column("Date of the announcement at its place.", "公布日(公布地の日付)。")
    effective_on: Day = column(
        "First day it takes effect; null where unknown or where it never did.",
        "施行日。不明または未施行の場合は空。",
        reasoned=True,
    )
    status: Text = column(
        "Status on the release's date; unknown from the day after known_until.",
        "リリース日時点の状態。known_until の翌日以降は unknown。",
        codelist="control_status",
        required=True,
    )
    known_until: Day = column(
        "Last day for which sources tell the status; null only where the status is unknown.",
        "出典から状態が分かる最終日。状態が不明な場合のみ空。",
    )
    url: Text = column(
        "Address of its text; null where not seen.",
        "本文のURL。未確認の場合は空。",
        disputable=False,
        pattern=common.URL,
    )
    source_id: Text = common.source()


@contract_table("export_control_periods", "Periods of export controls", "輸出規制の期間", "materials")
class ExportControlPeriods(Table):
    """One span of time in which a measure had one status."""

    control_id: Text = key("Measure.", "規制。", foreign_key="export_controls.control_id", pattern=common.SLUG)
    seq: Whole = key("Number of the span, from 1.", "期間の番号(1から)。", ge=1)
    from_on: Day = column("First day.", "初日。")
    to_on: Day = column("Last day; null where no end is set.", "最終日。期限の定めがない場合は空。")
    status: Text = column("Status in the span.", "期間中の状態。", codelist="control_status", required=True)
    source_id: Text = common.source()


@contract_table("export_control_items", "Items of export controls", "輸出規制の品目", "materials")
class ExportControlItems(Table):
    """One product, code or technology that a measure covers."""

    control_id: Text = key("Measure.", "規制。", foreign_key="export_controls.control_id", pattern=common.SLUG)
    item_no: Whole = key("Number of the item, from 1.", "品目の番号(1から)。", ge=1)
    material_id: Text = column(
        "Material; null where the measure goes by end use.",
        "物資。最終用途による規制では空。",
        foreign_key="materials.material_id",
        pattern=common.SLUG,
    )
    form: Text = column("Form of the material.", "物資の形態。", codelist="form")
    code_system: Text = column("System of the code.", "番号の体系。", codelist="code_system")
    code_as_printed: Text = column("Code exactly as printed.", "印刷されたとおりの番号。")
    hs6: Text = column(
        "Six digits of the Harmonized System; null where the code has none.",
        "HS品目番号6桁。該当しない場合は空。",
        pattern=common.HS6,
    )
    hs_revision: Text = column("Revision of the Harmonized System.", "HSの改正年版。", codelist="hs_revision")
    code_flag: Text = column(
        "What is wrong with the printed code; null where nothing is.",
        "印刷された番号の問題点。問題がない場合は空。",
        codelist="code_flag",
        disputable=False,
    )
    description: Text = column("The item in our own words.", "品目の内容(独自の文章)。", disputable=False)


@contract_table("export_control_entities", "Entities of export controls", "輸出規制の対象者", "materials")
class ExportControlEntities(Table):
    """One organisation that a measure names."""

    control_id: Text = key("Measure.", "規制。", foreign_key="export_controls.control_id", pattern=common.SLUG)
    name_as_printed: Text = key("Name exactly as printed.", "印刷されたとおりの名称。")
    org_id: Text = column(
        "Organisation, where it is known to be the same; null otherwise.",
        "同一と判明している組織。判明していない場合は空。",
        foreign_key="organizations.org_id",
        pattern=common.SLUG,
    )
    source_id: Text = common.source()


@contract_table("project_materials", "Materials of projects", "案件の物資", "materials")
class ProjectMaterials(Table):
    """What a project does with a material."""

    project_id: Text = key("Project.", "案件。", foreign_key="projects.project_id", pattern=common.SLUG)
    material_id: Text = common.material()
    relation: Text = key("What the project does with it.", "物資との関係。", codelist="material_relation")
    form: Text = column("Form of the material.", "物資の形態。", codelist="form")
    stage: Text = column("Stage of production.", "生産段階。", codelist="production_stage")
    output_low: Number = column(
        "Lower bound of the output in output_unit; null where unknown.",
        "生産量の下限(単位は output_unit)。不明の場合は空。",
        unit="see column output_unit",
        ge=0,
    )
    output_high: Number = column(
        "Upper bound of the output in output_unit.",
        "生産量の上限(単位は output_unit)。",
        unit="see column output_unit",
        ge=0,
    )
    output_unit: Text = column("Unit of the output.", "生産量の単位。")
    per_year: Flag = column(
        "True where the output is per year, false where it is in all.",
        "年あたりの量なら真、総量なら偽。",
    )
    modality: Text = common.modality()
    n_witnesses: Whole = common.n_witnesses()
    review: Text = common.review()
    source_id: Text = common.source()


@contract_table("project_exposures", "Exposures of projects", "案件の依存状況", "materials")
class ProjectExposures(Table):
    """How far an importing country depends on others for a material that a project makes or needs."""

    project_id: Text = key("Project.", "案件。", foreign_key="projects.project_id", pattern=common.SLUG)
    material_id: Text = common.material()
    form: Text = common.material_form()
    importer: Text = common.importer()
    relation: Text = column(
        "What the project does with the material.", "案件と物資の関係。", codelist="material_relation", computed=True
    )
    dependence_year: Year = column("Year of the reliance figure.", "依存度の数値の年。", computed=True)
    basis: Text = column("What the reliance figure measures.", "依存度の基準。", codelist="basis", computed=True)
    edition: Text = column("Edition of the statistic.", "統計の版。", computed=True)
    reliance_low_pct: Number = common.percent(
        "Lower bound of the reliance on imports.", "輸入依存度の下限(%)。", computed=True
    )
    reliance_high_pct: Number = common.percent(
        "Upper bound of the reliance on imports.", "輸入依存度の上限(%)。", computed=True
    )
    china_share_pct: Number = common.percent(
        "China's share of imports; null where the source does not name it, which is not zero.",
        "中国が輸入に占める割合(%)。出典に記載がない場合は空(ゼロではない)。",
        computed=True,
    )
    supplier_hhi_low: Number = common.hhi(
        "Lower bound of the suppliers' Herfindahl-Hirschman index.",
        "供給国のハーフィンダール・ハーシュマン指数の下限。",
    )
    supplier_hhi_high: Number = common.hhi("Upper bound of that index.", "同指数の上限。")
    dependence_year_now: Year = column(
        "Year of the newest reliance figure on controls_as_of.",
        "controls_as_of 時点で最新の依存度の年。",
        computed=True,
    )
    basis_now: Text = column("What that figure measures.", "その数値の基準。", codelist="basis", computed=True)
    edition_now: Text = column("Edition of the statistic that gives it.", "その数値を載せた統計の版。", computed=True)
    reliance_low_now_pct: Number = common.percent(
        "Lower bound of the reliance on imports then.", "その時点の輸入依存度の下限(%)。", computed=True
    )
    reliance_high_now_pct: Number = common.percent(
        "Upper bound of the reliance on imports then.", "その時点の輸入依存度の上限(%)。", computed=True
    )
    china_share_now_pct: Number = common.percent(
        "China's share of imports then; null where the source does not name it, which is not zero.",
        "その時点で中国が輸入に占める割合(%)。出典に記載がない場合は空(ゼロではない)。",
        computed=True,
    )
    supplier_hhi_low_now: Number = common.hhi(
        "Lower bound of the suppliers' Herfindahl-Hirschman index then.",
        "その時点の供給国のハーフィンダール・ハーシュマン指数の下限。",
    )
    supplier_hhi_high_now: Number = common.hhi("Upper bound of that index then.", "その時点の同指数の上限。")
    output_share_of_consumption_pct: Number = column(
        "Project's output against the importer's consumption; null unless form and unit match. May exceed 100.",
        "輸入国の消費量に対する案件の生産量の割合(%)。形態と単位が一致しない場合は空。100を超えうる。",
        unit="percent",
        computed=True,
        ge=0,
    )
    controls_at_announcement: Whole = column(
        "Number of restricting measures on the material in force when the project was announced.",
        "案件発表時に有効だった、この物資を制限する措置の数。",
        unit="count",
        computed=True,
        ge=0,
    )
    controls_now: Whole = column(
        "Number of restricting measures on the material in force on controls_as_of.",
        "controls_as_of の時点で有効な、この物資を制限する措置の数。",
        unit="count",
        computed=True,
        ge=0,
    )
    controls_as_of: Day = column(
        "Date for which controls_now holds: the release's date.", "controls_now の基準日(リリース日)。", computed=True
    )
    control_ids: Texts = column(
        "Restricting measures on the material, sorted.",
        "この物資を制限する措置の一覧(並べ替え済み)。",
        foreign_key="export_controls.control_id",
        computed=True,
        pattern=common.SLUG,
    )

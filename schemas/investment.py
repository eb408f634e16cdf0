"""Programmes, their terms and batches, and the projects with their places and links.

What belongs here: what is invested in, where, and how far it has come. What does not: money (`money`) and who takes
part (`parties`).
"""

from __future__ import annotations

from schemas import recurring as common
from schemas.columns import Day, Money, Number, Table, Text, Whole, column, contract_table, key


@contract_table("programs", "Programmes", "プログラム", "investment")
class Programs(Table):
    """One programme under which governments promise investment."""

    program_id: Text = key("Stable slug of the programme.", "プログラムの固定識別子。", pattern=common.SLUG)
    name: Text = column("Name in English.", "英語名。", required=True, disputable=False)
    name_ja: Text = column("Name in Japanese.", "日本語名。", disputable=False)
    sponsor_country: Text = column(
        "Country that provides the money, ISO 3166-1 alpha-3.",
        "資金を出す国。ISO 3166-1 の3文字コード。",
        pattern=common.COUNTRY,
    )
    host_country: Text = column(
        "Country that receives the investment, ISO 3166-1 alpha-3.",
        "投資を受け入れる国。ISO 3166-1 の3文字コード。",
        pattern=common.COUNTRY,
    )
    pledged_usd: Money = common.money_usd(
        "Sum that the programme promises, nominal US dollars; taken from its pledge in amounts.",
        "プログラムが約束した総額(名目米ドル)。amounts の pledge から取る。",
        computed=True,
    )
    signed_on: Day = column(
        "Date of signing at the place of signing; null where not signed or not known.",
        "署名日(署名地の日付)。未署名または不明の場合は空。",
    )
    ends_on: Day = column("Last day for committing money.", "資金拠出の最終期限日。")
    legal_basis: Text = column("Document that the programme rests on.", "根拠となる文書。", disputable=False)
    description: Text = column("What it is, in our own words.", "概要(独自の文章)。", disputable=False)


@contract_table("tranches", "Tranches", "トランシェ(案件群)", "investment")
class Tranches(Table):
    """One batch of projects announced together under a programme."""

    tranche_id: Text = key("Stable slug of the batch.", "案件群の固定識別子。", pattern=common.SLUG)
    program_id: Text = column(
        "Programme it belongs to.",
        "属するプログラム。",
        foreign_key="programs.program_id",
        required=True,
        pattern=common.SLUG,
    )
    name: Text = column("Name in English.", "英語名。", required=True, disputable=False)
    name_ja: Text = column("Name in Japanese.", "日本語名。", disputable=False)
    announced_on: Day = column(
        "Date of the announcement at its place; null where not announced.",
        "発表日(発表地の日付)。未発表の場合は空。",
    )


@contract_table("program_terms", "Programme terms", "プログラムの条件", "investment", hashed_key=True)
class ProgramTerms(Table):
    """One rule of a programme. A split is of distributable cash flow, never of ownership."""

    term_id: Text = key("Hash or slug of the term.", "条件の識別子。", pattern=common.SLUG)
    program_id: Text = column(
        "Programme the rule belongs to.",
        "条件の属するプログラム。",
        foreign_key="programs.program_id",
        required=True,
        pattern=common.SLUG,
    )
    term: Text = column("Kind of rule.", "条件の種類。", codelist="term", required=True)
    value: Number = column(
        "Figure of the rule in the unit beside it; null where the rule has none.",
        "条件の数値(単位は unit 列)。数値のない条件では空。",
        unit="see column unit",
    )
    unit: Text = column(
        "Unit of the figure (USD, percent, day, business_day); null where there is no figure.",
        "数値の単位(USD、percent、day、business_day など)。数値がない場合は空。",
    )
    text: Text = column("The rule in our own words.", "条件の内容(独自の文章)。", disputable=False)
    valid_from: Day = column("Day from which the rule holds.", "条件が有効になる日。")
    source_id: Text = common.source()
    modality: Text = common.modality()
    review: Text = common.review()


@contract_table("projects", "Projects", "案件", "investment")
class Projects(Table):
    """One investment project: a plant, a mine, a line, a fund's single object."""

    project_id: Text = key("Stable slug of the project.", "案件の固定識別子。", pattern=common.SLUG)
    name: Text = column("Name in English.", "英語名。", required=True, disputable=False)
    name_ja: Text = column("Name in Japanese.", "日本語名。", disputable=False)
    program_id: Text = column(
        "Programme it is tied to; null for none.",
        "関係するプログラム。ない場合は空。",
        foreign_key="programs.program_id",
        pattern=common.SLUG,
    )
    program_relation: Text = column(
        "How it is tied to the programme.", "プログラムとの関係。", codelist="program_relation"
    )
    tranche: Text = column(
        "Batch it was announced in; null for none.",
        "発表された案件群。ない場合は空。",
        foreign_key="tranches.tranche_id",
        pattern=common.SLUG,
    )
    sector: Text = column("Sector.", "分野。", codelist="sector")
    technology: Text = column("Technology, in a few words.", "技術(短い語句)。")
    stage: Text = column(
        "Furthest stage reached on evidence from a primary document, a party or two witnesses.",
        "一次文書、当事者の確認、または独立した2者の証言に基づく最も進んだ段階。",
        codelist="stage",
        reasoned=True,
        computed=True,
    )
    stage_as_of: Day = column("Date of the evidence for the stage.", "段階の根拠の日付。", computed=True)
    stage_evidence: Text = column(
        "What the stage rests on.", "段階の根拠の種類。", codelist="evidence", computed=True, disputable=False
    )
    stage_claimed: Text = column(
        "Furthest stage that anyone claims, whatever the evidence.",
        "根拠の強さを問わず、主張された最も進んだ段階。",
        codelist="stage",
        computed=True,
    )
    last_evidence_on: Day = column(
        "Date of the newest source that speaks of the project.",
        "案件に触れた最新の出典の日付。",
        computed=True,
        disputable=False,
    )
    city: Text = column("City or nearest town; null where unknown.", "市町村。不明の場合は空。")
    admin1: Text = column(
        "State or prefecture, ISO 3166-2; null where no source places the project.",
        "州・都道府県(ISO 3166-2)。所在を示す出典がない場合は空。",
        reasoned=True,
        pattern=common.ADMIN1,
    )
    country: Text = column("Country, ISO 3166-1 alpha-3.", "国。ISO 3166-1 の3文字コード。", pattern=common.COUNTRY)
    latitude: Number = column("Latitude, WGS 84.", "緯度(WGS 84)。", unit="degree", disputable=False, ge=-90, le=90)
    longitude: Number = column("Longitude, WGS 84.", "経度(WGS 84)。", unit="degree", disputable=False, ge=-180, le=180)
    location_precision: Text = column(
        "What the coordinates stand for: the site itself or the middle of a larger place.",
        "座標が示すもの。敷地そのものか、より広い区域の代表点か。",
        codelist="location_precision",
        disputable=False,
    )
    capacity_value: Number = column(
        "Capacity of the whole project once complete, in capacity_unit.",
        "完成時の案件全体の能力(単位は capacity_unit)。",
        unit="see column capacity_unit",
        reasoned=True,
        ge=0,
    )
    capacity_unit: Text = column("Unit of the capacity.", "能力の単位。", codelist="capacity_unit")
    cost_usd_low: Money = common.money_usd(
        "Lower bound of the cost, nominal US dollars; null for a ceiling.",
        "費用の下限(名目米ドル)。上限のみの場合は空。",
        computed=True,
    )
    cost_usd_high: Money = common.money_usd(
        "Upper bound of the cost, nominal US dollars; equal to the lower for one figure, null for a floor.",
        "費用の上限(名目米ドル)。単一の数値では下限と同じ、下限のみの場合は空。",
        computed=True,
        reasoned=True,
    )
    cost_qualifier: Text = column("How exact the cost is.", "費用の確度。", codelist="qualifier", computed=True)
    cost_currency: Text = column(
        "Currency in which the cost was stated, ISO 4217.",
        "費用が示された通貨(ISO 4217)。",
        computed=True,
        pattern=common.CURRENCY,
    )
    cost_original_low: Money = column(
        "Lower bound of the cost in cost_currency; null for a ceiling.",
        "費用の下限(cost_currency 建て)。上限のみの場合は空。",
        unit="see column cost_currency",
        computed=True,
        ge=0,
    )
    cost_original_high: Money = column(
        "Upper bound of the cost in cost_currency; null for a floor.",
        "費用の上限(cost_currency 建て)。下限のみの場合は空。",
        unit="see column cost_currency",
        computed=True,
        reasoned=True,
        ge=0,
    )
    announced_on: Day = column(
        "Date at its place on which the project was first announced by who pays or builds, or by a government.",
        "資金提供者、事業者または政府が最初に発表した日(発表地の日付)。",
        reasoned=True,
    )
    description: Text = column("What it is, in our own words.", "概要(独自の文章)。", disputable=False)
    review: Text = common.review()
    n_sources: Whole = column(
        "Number of sources that speak of the project, reprints included.",
        "案件に触れた出典の数(転載を含む)。",
        unit="count",
        computed=True,
        disputable=False,
        receipted=False,
        ge=0,
    )
    n_witnesses: Whole = common.n_witnesses()
    n_conflicts: Whole = column(
        "Number of the project's cells on which sources differ.",
        "出典間で食い違うセルの数。",
        unit="count",
        computed=True,
        disputable=False,
        receipted=False,
        ge=0,
    )


@contract_table("project_locations", "Project locations", "案件の所在地", "investment")
class ProjectLocations(Table):
    """One place of a project; a project may have several."""

    project_id: Text = key("Project.", "案件。", foreign_key="projects.project_id", pattern=common.SLUG)
    seq: Whole = key("Number of the place within the project, from 1.", "案件内の所在地の番号(1から)。", ge=1)
    city: Text = column("City or nearest town.", "市町村。")
    admin1: Text = column("State or prefecture, ISO 3166-2.", "州・都道府県(ISO 3166-2)。", pattern=common.ADMIN1)
    admin2: Text = column("County or district, by name.", "郡などの名称。")
    country: Text = column("Country, ISO 3166-1 alpha-3.", "国。ISO 3166-1 の3文字コード。", pattern=common.COUNTRY)
    latitude: Number = column("Latitude, WGS 84.", "緯度(WGS 84)。", unit="degree", disputable=False, ge=-90, le=90)
    longitude: Number = column("Longitude, WGS 84.", "経度(WGS 84)。", unit="degree", disputable=False, ge=-180, le=180)
    precision: Text = column(
        "What the coordinates stand for.", "座標が示すもの。", codelist="location_precision", disputable=False
    )
    source_id: Text = common.source()


@contract_table("project_links", "Project links", "案件間の関係", "investment")
class ProjectLinks(Table):
    """How one project stands to another."""

    project_id: Text = key("Project.", "案件。", foreign_key="projects.project_id", pattern=common.SLUG)
    other_project_id: Text = key(
        "The other project.", "相手の案件。", foreign_key="projects.project_id", pattern=common.SLUG
    )
    relation: Text = key("What the first is to the other.", "前者の後者に対する関係。", codelist="link_relation")
    source_id: Text = common.source()

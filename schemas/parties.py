"""Who takes part, what happened, and the organisations with their names and owners.

What belongs here: parties and dated events. What does not: money (`money`) and the names on control lists
(`controls`).
"""

from __future__ import annotations

from schemas import recurring as common
from schemas.columns import Day, Number, Table, Text, Texts, Whole, column, contract_table, key


@contract_table("participants", "Participants", "参加者", "investment", hashed_key=True)
class Participants(Table):
    """One organisation in one role in a project, or in a programme as a whole."""

    participant_id: Text = key("Hash or slug of the row.", "行の識別子。", pattern=common.SLUG)
    program_id: Text = column(
        "Programme; null for none.",
        "プログラム。ない場合は空。",
        foreign_key="programs.program_id",
        pattern=common.SLUG,
    )
    project_id: Text = column(
        "Project; null: the programme as a whole.",
        "案件。空の場合はプログラム全体への参加。",
        foreign_key="projects.project_id",
        pattern=common.SLUG,
    )
    org_id: Text = column(
        "Organisation.", "組織。", foreign_key="organizations.org_id", required=True, pattern=common.SLUG
    )
    role: Text = column("What it does there.", "役割。", codelist="role")
    engagement: Text = column("How firm that is.", "関与の確かさ。", codelist="engagement")
    instrument: Text = column(
        "Instrument of a lender, insurer or investor; null for other roles.",
        "融資・保険・出資などの手段。他の役割では空。",
        codelist="instrument",
    )
    share_pct: Number = common.percent(
        "Share of what share_of names, in percent.", "share_of が示すものに対する持分(%)。"
    )
    share_of: Text = column(
        "What the share is of; a split of cash flow is no ownership.",
        "持分の対象。分配可能現金の配分は所有権ではない。",
        codelist="share_of",
    )
    modality: Text = common.modality()
    first_stated_on: Day = column(
        "Date of the oldest statement of it.", "最も古い言明の日付。", computed=True, disputable=False
    )
    last_stated_on: Day = column(
        "Date of the newest statement of it.", "最も新しい言明の日付。", computed=True, disputable=False
    )
    n_witnesses: Whole = common.n_witnesses()
    source_ids: Texts = common.source_list()
    review: Text = common.review()


@contract_table("events", "Events", "出来事", "investment", hashed_key=True)
class Events(Table):
    """One thing that happened, or is set to happen, to a project or programme."""

    event_id: Text = key("Hash or slug of the event.", "出来事の識別子。", pattern=common.SLUG)
    project_id: Text = column(
        "Project; null for an event of the programme.",
        "案件。プログラムの出来事では空。",
        foreign_key="projects.project_id",
        pattern=common.SLUG,
    )
    program_id: Text = column(
        "Programme; null for none.",
        "プログラム。ない場合は空。",
        foreign_key="programs.program_id",
        pattern=common.SLUG,
    )
    event_type: Text = column("What happened.", "出来事の種類。", codelist="event_type", required=True)
    stage: Text = column(
        "Stage that the event shows the project to be in; null where it shows none (a ceremony).",
        "出来事が示す案件の段階。段階を示さないもの(式典など)では空。",
        codelist="stage",
    )
    event_on: Day = column(
        "Date at the place of the event; first day of the period where event_precision is not day.",
        "出来事の日(現地の日付)。精度が日未満の場合は期間の初日。",
    )
    event_precision: Text = column(
        "How exactly that date is known.", "その日付の精度。", codelist="precision", disputable=False
    )
    description: Text = column("What happened, in our own words.", "内容(独自の文章)。", disputable=False)
    modality: Text = common.modality()
    evidence: Text = column(
        "What the event rests on.", "出来事の根拠の種類。", codelist="evidence", disputable=False, receipted=False
    )
    n_witnesses: Whole = common.n_witnesses()
    source_id: Text = common.source()
    review: Text = common.review()


@contract_table("organizations", "Organisations", "組織", "investment")
class Organizations(Table):
    """One company, ministry, bank or other body; never a person."""

    org_id: Text = key("Stable slug of the organisation.", "組織の固定識別子。", pattern=common.SLUG)
    name: Text = column("Name in English.", "英語名。", required=True, disputable=False)
    name_ja: Text = column("Name in Japanese.", "日本語名。", disputable=False)
    kind: Text = column("Kind of organisation.", "組織の種類。", codelist="organization_kind")
    country: Text = column(
        "Country of its seat, ISO 3166-1 alpha-3.", "本拠地の国。ISO 3166-1 の3文字コード。", pattern=common.COUNTRY
    )
    parent_org_id: Text = column(
        "Organisation that controls it now; null where none is known.",
        "現在の親組織。知られていない場合は空。",
        foreign_key="organizations.org_id",
        pattern=common.SLUG,
    )
    lei: Text = column(
        "Legal Entity Identifier (ISO 17442).", "取引主体識別子(LEI、ISO 17442)。", pattern=r"[A-Z0-9]{20}"
    )
    wikidata_id: Text = column("Wikidata item.", "ウィキデータの項目番号。", pattern=r"Q[1-9][0-9]*")
    website: Text = column("Official website.", "公式サイト。", disputable=False, pattern=common.URL)
    review: Text = common.review()


@contract_table("organization_names", "Organisation names", "組織の名称", "investment")
class OrganizationNames(Table):
    """One spelling by which an organisation is known."""

    org_id: Text = key("Organisation.", "組織。", foreign_key="organizations.org_id", pattern=common.SLUG)
    name: Text = key("The spelling.", "表記。")
    language: Text = column("Language of the spelling, BCP 47.", "表記の言語(BCP 47)。", pattern=common.LANGUAGE)
    kind: Text = column("Kind of name.", "名称の種類。", codelist="name_kind", disputable=False)


@contract_table("ownership", "Ownership", "所有関係", "investment")
class Ownership(Table):
    """One organisation that holds a stake in another, for a span of time."""

    owner_org_id: Text = key("Owner.", "所有者。", foreign_key="organizations.org_id", pattern=common.SLUG)
    owned_org_id: Text = key(
        "Organisation that is owned.", "被所有組織。", foreign_key="organizations.org_id", pattern=common.SLUG
    )
    valid_from: Day = key(
        "First day of the stake; null where unknown.", "所有の開始日。不明の場合は空。", required=False
    )
    valid_to: Day = column(
        "Last day of the stake; null where it lasts or the end is unknown.",
        "所有の終了日。継続中または不明の場合は空。",
    )
    share_pct: Number = common.percent("Stake in percent.", "持分(%)。")
    control: Text = column("Kind of control that the stake gives.", "持分による支配の種類。", codelist="control")
    source_id: Text = common.source()

"""Amounts of money and the only sums that may be made of them.

What belongs here: each amount once, with its bounds, currency, dollars and place in the nesting of amounts, and
`totals`. What does not: a project's headline cost (`investment`, chosen from here).
"""

from __future__ import annotations

from schemas import recurring as common
from schemas.columns import Day, Flag, Money, Rate, Table, Text, Texts, Whole, column, contract_table, key


@contract_table("amounts", "Amounts", "金額", "investment", hashed_key=True)
class Amounts(Table):
    """One amount of money that a source states, for a programme, a batch, a project or a party."""

    amount_id: Text = key("Hash or slug of the amount.", "金額の識別子。", pattern=common.SLUG)
    program_id: Text = column(
        "Programme the money belongs to; null for none.",
        "金額の属するプログラム。ない場合は空。",
        foreign_key="programs.program_id",
        pattern=common.SLUG,
    )
    project_id: Text = column(
        "Project the money belongs to; null where it belongs to no single one.",
        "金額の属する案件。特定の1件に属さない場合は空。",
        foreign_key="projects.project_id",
        pattern=common.SLUG,
    )
    tranche: Text = column(
        "Batch the money belongs to; null for none.",
        "金額の属する案件群。ない場合は空。",
        foreign_key="tranches.tranche_id",
        pattern=common.SLUG,
    )
    payer_org_id: Text = column(
        "Who pays; null where no single organisation is named.",
        "支払者。特定の組織名がない場合は空。",
        foreign_key="organizations.org_id",
        pattern=common.SLUG,
    )
    payee_org_id: Text = column(
        "Who receives; null where no single organisation is named.",
        "受取者。特定の組織名がない場合は空。",
        foreign_key="organizations.org_id",
        pattern=common.SLUG,
    )
    payer_country: Text = column(
        "Country of who pays, ISO 3166-1 alpha-3.", "支払者の国。ISO 3166-1 の3文字コード。", pattern=common.COUNTRY
    )
    funding_nature: Text = column("Public or private money.", "公的資金か民間資金か。", codelist="funding_nature")
    kind: Text = column("What the sum is.", "金額の種類。", codelist="amount_kind", required=True)
    instrument: Text = column("Financial instrument.", "資金手段。", codelist="instrument")
    low: Money = column(
        "Lower bound in the currency; null for a ceiling or a vague amount.",
        "下限(currency 建て)。上限のみ、または漠然とした金額では空。",
        unit="see column currency",
        ge=0,
    )
    high: Money = column(
        "Upper bound in the currency; null for a floor or a vague amount.",
        "上限(currency 建て)。下限のみ、または漠然とした金額では空。",
        unit="see column currency",
        ge=0,
    )
    qualifier: Text = column(
        "How exact the figure is; null for a vague amount.", "金額の確度。漠然とした金額では空。", codelist="qualifier"
    )
    currency: Text = column(
        "Currency in which the amount was stated, ISO 4217.",
        "金額が示された通貨(ISO 4217)。",
        required=True,
        pattern=common.CURRENCY,
    )
    as_of: Day = column(
        "Date the amount was stated or agreed; its exchange rate is taken on it.",
        "金額が示された、または合意された日。換算レートの基準日。",
        disputable=False,
    )
    as_of_precision: Text = column(
        "How exactly that date is known.", "その日付の精度。", codelist="precision", disputable=False
    )
    period_start_on: Day = column(
        "First day of the years the amount covers; null for a single sum.",
        "金額の対象期間の初日。一回限りの金額では空。",
    )
    period_end_on: Day = column("Last day of the years the amount covers.", "金額の対象期間の末日。")
    period_basis: Text = column("Kind of year of that period.", "対象期間の年度の種類。", codelist="period_basis")
    raw_literal: Text = column(
        "Figure as found, at most 40 characters.", "原文の金額表記(40字以内)。", disputable=False
    )
    fx_rate: Rate = column(
        "US dollars per unit of the currency; null for dollars and where no rate is near enough.",
        "通貨1単位あたりの米ドル。米ドル建て、または適用できるレートがない場合は空。",
        unit="USD per unit of currency",
        computed=True,
        disputable=False,
        ge=0,
    )
    fx_on: Day = column("Business day of the rate.", "換算レートの営業日。", computed=True, disputable=False)
    fx_source_id: Text = column(
        "Source of the rate.",
        "換算レートの出典。",
        foreign_key="sources.source_id",
        computed=True,
        disputable=False,
        pattern=common.SLUG,
    )
    usd_low: Money = common.money_usd("Lower bound in nominal US dollars.", "下限(名目米ドル)。", computed=True)
    usd_high: Money = common.money_usd("Upper bound in nominal US dollars.", "上限(名目米ドル)。", computed=True)
    source_converted: Flag = column(
        "True where the source itself prints the figure as a conversion of another currency.",
        "出典自身が他通貨からの換算額として示した数値なら真。",
        disputable=False,
        receipted=False,
    )
    restates: Text = column(
        "Amount that says the same money in another currency or text; such a row is never added.",
        "同じ資金を別の通貨や文書で示した金額。該当する行は加算しない。",
        foreign_key="amounts.amount_id",
        disputable=False,
        receipted=False,
        pattern=common.SLUG,
    )
    part_of: Text = column(
        "Amount that already contains this one.",
        "この金額を含む上位の金額。",
        foreign_key="amounts.amount_id",
        disputable=False,
        receipted=False,
        pattern=common.SLUG,
    )
    finances_amount_id: Text = column(
        "Cost that this finance pays for.",
        "この資金が賄う費用。",
        foreign_key="amounts.amount_id",
        disputable=False,
        receipted=False,
        pattern=common.SLUG,
    )
    covers_amount_id: Text = column(
        "Loan that this guarantee or insurance covers.",
        "この保証・保険が対象とする融資。",
        foreign_key="amounts.amount_id",
        disputable=False,
        receipted=False,
        pattern=common.SLUG,
    )
    sum_set: Text = column(
        "The one set in which the row may be added; null: never add it.",
        "加算してよい唯一の集合。空の場合は加算しない。",
        codelist="sum_set",
        computed=True,
        disputable=False,
    )
    modality: Text = common.modality()
    n_witnesses: Whole = common.n_witnesses()
    source_id: Text = common.source()
    review: Text = common.review()


@contract_table("totals", "Totals", "合計", "investment", receipts="none")
class Totals(Table):
    """The sum of one set of amounts within one scope. Sets are never added to each other."""

    scope: Text = key(
        "What is summed over: id of a programme or batch, code of a sector, ISO 3166-2 of a state, or all.",
        "集計範囲。プログラム・案件群の識別子、分野コード、州のISO 3166-2、または all。",
    )
    sum_set: Text = key("Set of amounts that is summed.", "合計する金額の集合。", codelist="sum_set")
    n: Whole = column(
        "Number of amounts in the set, ceilings and open ones included.",
        "集合に含まれる金額の数(上限のみ、金額未定の行を含む)。",
        unit="count",
        required=True,
        computed=True,
        ge=0,
    )
    low_usd: Money = common.money_usd(
        "Sum of lower bounds, nominal US dollars; null where no row has one.",
        "下限の合計(名目米ドル)。下限のある行がない場合は空。",
        computed=True,
    )
    high_usd: Money = common.money_usd(
        "Sum of upper bounds, nominal US dollars, without rows that are only a ceiling.",
        "上限の合計(名目米ドル)。上限のみの行は含まない。",
        computed=True,
    )
    ceiling_usd: Money = common.money_usd(
        "Sum of the rows that are only a ceiling; they count here and nowhere else.",
        "上限のみの行の合計。これらはここだけに算入する。",
        computed=True,
    )
    n_open: Whole = column(
        "Number of rows without a figure in dollars.",
        "米ドルの数値がない行の数。",
        unit="count",
        required=True,
        computed=True,
        ge=0,
    )
    amount_ids: Texts = column(
        "Amounts in the set, sorted.",
        "集合に含まれる金額の一覧(並べ替え済み)。",
        foreign_key="amounts.amount_id",
        computed=True,
        pattern=common.SLUG,
    )

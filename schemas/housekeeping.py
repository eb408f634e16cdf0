"""Tables about the dataset itself: rates used, what waits for a person, what was refused, what changed.

What belongs here: the dataset's own book-keeping. What does not: facts about projects or materials.
"""

from __future__ import annotations

from schemas import recurring as common
from schemas.columns import Day, Flag, Number, Rate, Table, Text, Whole, column, contract_table, key

# In a class body that declares columns named `key`, `column` and `table`, the functions need names of their own.
_key = key
_column = column


@contract_table("exchange_rates", "Exchange rates", "為替レート", "housekeeping", receipts="own")
class ExchangeRates(Table):
    """One exchange rate that the release used."""

    currency: Text = key("Currency, ISO 4217.", "通貨(ISO 4217)。", pattern=common.CURRENCY)
    on: Day = key("Business day of the rate.", "レートの営業日。")
    usd_per_unit: Rate = column(
        "US dollars per unit of the currency, the cross of two European Central Bank rates.",
        "通貨1単位あたりの米ドル(欧州中央銀行の2つのレートのクロス)。",
        unit="USD per unit of currency",
        required=True,
        ge=0,
    )
    source_id: Text = common.source()
    locator: Text = common.locator()


@contract_table("review_queue", "Review queue", "確認待ち", "housekeeping", receipts="none", hashed_key=True)
class ReviewQueue(Table):
    """One thing that a person has to decide."""

    item_id: Text = key("Hash of the item.", "項目のハッシュ。", pattern=common.SLUG)
    kind: Text = column("What is to be decided.", "確認対象の種類。", codelist="review_kind", required=True)
    text: Text = column("The name or figure in question.", "対象の名称または数値。", required=True)
    source_id: Text = column(
        "Source it was found in; null for an item that no source gives.",
        "見つかった出典。出典のない項目では空。",
        foreign_key="sources.source_id",
        pattern=common.SLUG,
    )
    locator: Text = common.locator()
    suggestion: Text = column(
        "Nearest known id or value; null where none is near.", "最も近い既知の識別子または値。ない場合は空。"
    )
    score: Number = column("Likeness of the suggestion, 0 to 1.", "候補の類似度(0から1)。", unit="ratio", ge=0, le=1)


@contract_table("quarantine", "Quarantine", "隔離", "housekeeping", receipts="none", hashed_key=True)
class Quarantine(Table):
    """One file or row of raw that could not be read and was set aside."""

    item_id: Text = key("Hash of the item.", "項目のハッシュ。", pattern=common.SLUG)
    source_path: Text = column("File, relative to raw.", "ファイル(raw からの相対パス)。", required=True)
    stage: Text = column(
        "Stage of the pipeline that refused it.", "受け付けなかった処理段階。", codelist="pipeline_stage", required=True
    )
    reason_code: Text = column("Why, as a code.", "理由コード。", codelist="quarantine_reason", required=True)
    reason: Text = column(
        "Why, in words: what was found, what was expected, what to do.",
        "理由(見つかったもの、期待したもの、対処)。",
        required=True,
    )
    row: Whole = column(
        "Row, from 1; null where the whole file is refused.",
        "行番号(1から)。ファイル全体の場合は空。",
        unit="row",
        ge=1,
    )
    locator: Text = column("Place within the row or file.", "行またはファイルの中の位置。")
    first_seen_on: Day = column("Date of the first release that set it aside.", "最初に隔離したリリースの日付。")


@contract_table("changes", "Changes", "変更", "housekeeping", receipts="none")
class Changes(Table):
    """One cell or row that differs from the release before."""

    table: Text = _key("Table.", "表。")
    key: Text = _key("Key of the row; parts joined with |.", "行のキー。複合キーは | で連結。")
    column: Text = _key("Column; * for a whole row.", "列。行全体の場合は *。")
    change: Text = _column("Kind of change.", "変更の種類。", codelist="change_kind", required=True)
    old: Text = _column("Value before, as text; null where there was none.", "変更前の値。なかった場合は空。")
    new: Text = _column("Value now, as text; null where there is none.", "変更後の値。なくなった場合は空。")
    reason: Text = _column("Why it changed.", "変更の理由。", codelist="change_reason")


@contract_table("redirects", "Redirects", "識別子の転送", "housekeeping", receipts="none")
class Redirects(Table):
    """One id that was merged into another; old ids are never used again."""

    kind: Text = key("What the id names.", "識別子の対象。", codelist="subject_kind")
    old_id: Text = key("Id that is no longer used.", "廃止された識別子。")
    new_id: Text = column("Id to use instead.", "代わりに使う識別子。", required=True)
    reason: Text = column("Why, in our own words.", "理由(独自の文章)。")
    since_version: Text = column("First version in which it holds.", "適用が始まった版。")


@contract_table("renames", "Renames", "列名の変更", "housekeeping", receipts="none")
class Renames(Table):
    """One column whose name changed with a contract version."""

    table: Text = _key("Table.", "表。")
    old_column: Text = _key("Name before.", "旧列名。")
    new_column: Text = _column("Name now.", "新列名。", required=True)
    since: Text = _column("Contract version that brought the new name.", "新列名を導入した契約の版。")
    until: Text = _column("Last contract version that still accepts the old name.", "旧列名を受け付ける最後の版。")


@contract_table("quality", "Quality checks", "品質検査", "housekeeping", receipts="none")
class Quality(Table):
    """One check of the release and what came of it."""

    check_id: Text = _key("Stable slug of the check.", "検査の固定識別子。")
    table: Text = _column("Table checked; null for the release as a whole.", "検査した表。リリース全体の場合は空。")
    column: Text = _column("Column checked; null for the table as a whole.", "検査した列。表全体の場合は空。")
    severity: Text = _column("What a failure means.", "不合格の重さ。", codelist="severity", required=True)
    threshold: Number = _column(
        "Bound that the value is held against; null for yes-or-no checks.",
        "基準値。可否のみの検査では空。",
        unit="see description",
    )
    value: Number = _column("Value measured.", "測定値。", unit="see description")
    passed: Flag = _column("Whether it passed.", "合格なら真。", required=True)
    waived_until: Day = _column(
        "Last day on which a failure is accepted; null for no waiver.", "不合格を認める最終日。猶予がない場合は空。"
    )
    description: Text = _column("What is checked.", "検査の内容。", required=True)


@contract_table("crosswalk", "Crosswalk of raw fields", "原データ項目の対応表", "housekeeping", receipts="none")
class Crosswalk(Table):
    """Where one field of a raw file went."""

    source_reader: Text = _key("Reader of the file.", "ファイルの読取器。")
    raw_field: Text = _key("Field as the file names it.", "ファイル内の項目名。")
    table: Text = _column("Table it went to; null where it is not used.", "対応する表。使わない場合は空。")
    column: Text = _column("Column it went to; null where it is not used.", "対応する列。使わない場合は空。")
    note: Text = _column("What was done with it, or why it is not used.", "処理の内容、または使わない理由。")


@contract_table("codelists", "Codelists", "コード表", "housekeeping", receipts="none")
class Codelists(Table):
    """One code and what it means."""

    list: Text = key("Codelist.", "コード表。")
    code: Text = key("Code.", "コード。")
    label_en: Text = column("Label in English.", "英語の表示名。", required=True)
    label_ja: Text = column("Label in Japanese.", "日本語の表示名。", required=True)
    definition: Text = column("What the code means, in one sentence.", "コードの意味(1文)。", required=True)
    crosswalk: Text = column(
        "The like code of OC4IDS, IATI or Global Energy Monitor; null where there is none.",
        "OC4IDS、IATI、Global Energy Monitor の対応コード。ない場合は空。",
    )

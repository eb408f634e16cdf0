"""Tables that say where every value comes from: sources, statements, receipts, null reasons, conflicts.

What belongs here: provenance of the published cells. What does not: the facts themselves.
"""

from __future__ import annotations

from schemas import recurring as common
from schemas.columns import Day, Flag, Number, Table, Text, Texts, Whole, column, contract_table, key

# In a class body that declares columns named `key`, `column` and `table`, the functions need names of their own.
_key = key
_column = column


@contract_table("sources", "Sources", "出典", "provenance", receipts="none")
class Sources(Table):
    """One publication that a value rests on, or that was read and gave none."""

    source_id: Text = key("Stable slug of the source.", "出典の固定識別子。", pattern=common.SLUG)
    publisher: Text = column("Who published it; null where unknown.", "発行者名。不明の場合は空。")
    publisher_kind: Text = column(
        "Kind of publisher; null where unknown.", "発行者の種類。不明の場合は空。", codelist="publisher_kind"
    )
    tier: Text = column(
        "How close the publisher is to the fact; decides between sources that disagree.",
        "事実への近さによる出典の階層。出典間の食い違いの裁定に使う。",
        codelist="tier",
        required=True,
        disputable=False,
    )
    distrusted: Flag = column(
        "True where the source is known to invent; it is asked last and never stands alone.",
        "虚偽を含むと知られる出典なら真。最後に参照し、単独の根拠にはしない。",
        required=True,
        disputable=False,
    )
    witness_id: Text = column(
        "First publisher of the story; reprints share it, so they count as one witness. Null: the source itself.",
        "記事の初出発行元。転載は同じ値を持ち、1件の証言として数える。空の場合は出典自身。",
        disputable=False,
    )
    title: Text = column("Title as published, possibly shortened.", "題名(短縮の場合あり)。", disputable=False)
    url: Text = column(
        "Address; null where none is known (such a source cannot be cited).",
        "所在URL。不明の場合は空(その出典は引用できない)。",
        disputable=False,
        pattern=common.URL,
    )
    archived_url: Text = column(
        "Address of an archived copy.", "保存された写しのURL。", disputable=False, pattern=common.URL
    )
    published_on: Day = column(
        "Date of publication at its place; first day of the period where published_precision is not day.",
        "発行地における発行日。精度が日未満の場合は期間の初日。",
    )
    published_precision: Text = column(
        "How exactly the date of publication is known.", "発行日の精度。", codelist="precision", disputable=False
    )
    retrieved_on: Day = column(
        "Date it was retrieved; null where the file does not say.", "取得日。記載がない場合は空。", disputable=False
    )
    language: Text = column("Language, BCP 47.", "言語(BCP 47)。", pattern=common.LANGUAGE)
    media_type: Text = column(
        "Media type of the file in raw.", "raw にあるファイルのメディアタイプ。", disputable=False
    )
    sha256: Text = column(
        "SHA-256 of the file in raw; null for a page that is only cited.",
        "raw にあるファイルのSHA-256。引用のみのページは空。",
        disputable=False,
        pattern=common.SHA256,
    )
    bytes: Whole = column(
        "Size of the file in raw; null for a page that is only cited.",
        "raw にあるファイルの大きさ。引用のみのページは空。",
        unit="byte",
        disputable=False,
        ge=0,
    )
    licence: Text = column("Licence as the publisher names it; null where not seen.", "利用条件。未確認の場合は空。")
    licence_url: Text = column("Address of the licence's text.", "利用条件の本文のURL。", pattern=common.URL)
    redistributable: Flag = column(
        "Whether the licence lets the source's own figures be passed on; null where not seen.",
        "出典の数値そのものの再配布が認められるか。未確認の場合は空。",
    )
    reader: Text = column(
        "Reader that read the file, with its version; null for a page that is only cited.",
        "ファイルを読んだ読取器とその版。引用のみのページは空。",
        disputable=False,
    )
    n_statements: Whole = column(
        "Number of statements taken from it.", "この出典から得た言明の数。", unit="count", computed=True, ge=0
    )


@contract_table("statements", "Statements", "言明", "provenance", receipts="none", hashed_key=True)
class Statements(Table):
    """One thing that one source says: a subject, a property, a value and the place where it stands."""

    statement_id: Text = key("Hash of the statement's content.", "言明の内容のハッシュ。", pattern=common.SLUG)
    subject_kind: Text = column(
        "What the statement is about.", "言明の対象の種類。", codelist="subject_kind", required=True
    )
    subject_id: Text = column(
        "Key of the subject; parts of a composite key joined with |.",
        "対象の識別子。複合キーは | で連結。",
        required=True,
    )
    property: Text = column("Column of the table it speaks of.", "述べている列の名。", required=True)
    value: Text = column(
        "Value as text in the contract's form; null where the figure was seen but could not be read.",
        "契約の形式による値の文字表現。読み取れなかった場合は空。",
    )
    value_type: Text = column("Type of the value.", "値の型。", codelist="value_type")
    unit: Text = column("Unit of the value; null for text.", "値の単位。文字の場合は空。")
    original_text: Text = column(
        "Figure or name as found, at most 40 characters, never a clause.",
        "原文の数値または名称(40字以内、文は含まない)。",
    )
    source_id: Text = common.source()
    locator: Text = common.locator()
    stated_on: Day = column("Day the statement was made; null where unknown.", "言明がなされた日。不明の場合は空。")
    modality: Text = common.modality()
    method: Text = column(
        "Reader and its version, or curated for rows coded by a person.",
        "読取器とその版。人が符号化した行は curated。",
        required=True,
    )
    confidence: Number = column(
        "Confidence of the reader, 0 to 1; null for curated rows.",
        "読取器の確信度(0から1)。人が符号化した行は空。",
        unit="ratio",
        ge=0,
        le=1,
    )
    review: Text = common.review()
    chosen: Flag = column(
        "True where the statement's value is the published one.", "公表値として採用された言明なら真。", required=True
    )


@contract_table("receipts", "Receipts", "受領証(根拠)", "provenance", receipts="none")
class Receipts(Table):
    """Where one published cell comes from; a computed cell has one row an input."""

    table: Text = _key("Table of the cell.", "セルの属する表。")
    key: Text = _key("Key of the cell's row; parts joined with |.", "セルの行のキー。複合キーは | で連結。")
    column: Text = _key("Column of the cell.", "セルの属する列。")
    input_no: Whole = _key("Number of the input, from 1.", "入力の番号(1から)。", ge=1)
    statement_id: Text = _column(
        "Statement the cell or input was chosen from; null where a file's own row is the receipt.",
        "採用元の言明。ファイルの行そのものが根拠の場合は空。",
        foreign_key="statements.statement_id",
        pattern=common.SLUG,
    )
    source_id: Text = _column(
        "Source of the input; null for an input that is itself computed.",
        "入力の出典。入力自体が計算値の場合は空。",
        foreign_key="sources.source_id",
        pattern=common.SLUG,
    )
    source_sha256: Text = _column(
        "SHA-256 of the raw file actually read.", "実際に読んだ raw ファイルのSHA-256。", pattern=common.SHA256
    )
    locator: Text = _column(
        "Place in that file, or the cell (table/key/column) that was the input.",
        "そのファイルの中の位置、または入力となったセル(表/キー/列)。",
    )
    raw_literal: Text = _column("Figure or name as found there.", "そこにある数値または名称の原文。")
    rule: Text = _column(
        "Formula of a computed cell, or the rule that chose the statement; null where nothing was to choose.",
        "計算式、または言明を採用した規則。選択の余地がない場合は空。",
    )


@contract_table("null_reasons", "Reasons for empty cells", "空欄の理由", "provenance", receipts="none")
class NullReasons(Table):
    """Why one cell of a published table is empty."""

    table: Text = _key("Table of the empty cell.", "空欄の属する表。")
    key: Text = _key("Key of the cell's row; parts joined with |.", "空欄の行のキー。複合キーは | で連結。")
    column: Text = _key("Column of the empty cell.", "空欄の属する列。")
    reason: Text = _column("Why it is empty.", "空欄の理由。", codelist="null_reason", required=True)


@contract_table("conflicts", "Conflicts", "出典間の食い違い", "provenance", receipts="none", hashed_key=True)
class Conflicts(Table):
    """One cell on which sources differ in substance, what was chosen and by which rule."""

    conflict_id: Text = _key("Hash of table, key and column.", "表・キー・列のハッシュ。", pattern=common.SLUG)
    table: Text = _column("Table of the cell.", "セルの属する表。", required=True)
    key: Text = _column(
        "Key of the cell's row; parts joined with |.", "セルの行のキー。複合キーは | で連結。", required=True
    )
    column: Text = _column("Column of the cell.", "セルの属する列。", required=True)
    chosen_value: Text = _column(
        "Value that is published, as text; null where none could be chosen.",
        "公表した値の文字表現。選べなかった場合は空。",
    )
    rule: Text = _column(
        "First rule of the order of precedence that told the values apart.",
        "優先順位のうち値を分けた最初の規則。",
        codelist="conflict_rule",
        required=True,
    )


@contract_table("conflict_values", "Conflicting values", "食い違う値", "provenance", receipts="none")
class ConflictValues(Table):
    """One of the values that sources give for a disputed cell, the chosen one among them."""

    conflict_id: Text = key(
        "Conflict it belongs to.", "属する食い違い。", foreign_key="conflicts.conflict_id", pattern=common.SLUG
    )
    value: Text = key("Value as text.", "値の文字表現。")
    statement_ids: Texts = column(
        "Statements that give the value.",
        "その値を述べる言明の一覧。",
        foreign_key="statements.statement_id",
        pattern=common.SLUG,
    )
    source_ids: Texts = common.source_list()
    n_witnesses: Whole = common.n_witnesses()

"""Columns that many tables share, declared once: who says so, how sure, in which country, checked by whom.

What belongs here: a column that means exactly the same in every table that has it. What does not: a column whose
meaning differs by table (`stage` of a project, of a material, of a quarantined file).
"""

from __future__ import annotations

from typing import Any

from schemas.columns import column, key

SLUG = r"[a-z0-9]+(?:[-_.][a-z0-9]+)*"
"""Ids of ours: lower-case ASCII slugs or hashes of content."""
COUNTRY = r"[A-Z]{3}"
"""ISO 3166-1 alpha-3, and our ALL, WLD (the world) and OTH (the rest that a source lumps together)."""
ADMIN1 = r"[A-Z]{2}-[A-Z0-9]{1,3}"
"""ISO 3166-2."""
CURRENCY = r"[A-Z]{3}"
"""ISO 4217."""
HS6 = r"[0-9]{6}"
"""Six digits of the Harmonized System; digits only, so that a leading zero survives."""
LANGUAGE = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"
"""BCP 47."""
SHA256 = r"[0-9a-f]{64}"
URL = r"https?://\S+"


def source() -> Any:
    """The one source that the row rests on."""
    return column(
        "Source the row rests on; where several sources agree, the one that reconciling chose.",
        "この行の根拠となる出典。複数の出典が一致する場合は、照合で採用したもの。",
        foreign_key="sources.source_id",
        required=True,
        disputable=False,
        receipted=False,
        pattern=SLUG,
    )


def source_list() -> Any:
    """Every source that the row rests on."""
    return column(
        "Sources the row rests on, sorted.",
        "この行の根拠となる出典の一覧(並べ替え済み)。",
        foreign_key="sources.source_id",
        required=True,
        disputable=False,
        receipted=False,
        pattern=SLUG,
    )


def locator() -> Any:
    """Where in the source the row stands."""
    return column(
        "Place in the source: paragraph and characters (p3:41-58), page, or file and row.",
        "出典の中の位置。段落と文字範囲(p3:41-58)、ページ、またはファイルと行。",
        disputable=False,
        receipted=False,
    )


def review() -> Any:
    """Whether a person has looked at the row."""
    return column(
        "Whether a person has checked the row; unreviewed rows never count in a sum.",
        "人による確認の状態。未確認の行は合計に算入しない。",
        codelist="review",
        required=True,
        disputable=False,
        receipted=False,
    )


def modality() -> Any:
    """How the source puts it."""
    return column(
        "How the source puts it: as a fact, a plan, hearsay, under a condition, or as a denial.",
        "出典の述べ方。事実、予定、伝聞、条件付き、否定の別。",
        codelist="modality",
        required=True,
        disputable=False,
        receipted=False,
    )


def n_witnesses() -> Any:
    """Count of independent first publishers."""
    return column(
        "Number of independent first publishers that state the row; reprints of one story count once.",
        "この行を述べる独立した初出発行元の数。転載は1件として数える。",
        unit="count",
        computed=True,
        disputable=False,
        receipted=False,
        ge=0,
    )


def material() -> Any:
    """A material as part of a key."""
    return key("Material.", "物資。", foreign_key="materials.material_id", pattern=SLUG)


def material_form() -> Any:
    """A material's form as part of a key."""
    return key(
        "Form of the material the figures cover; total where the source does not split by form.",
        "数値が対象とする物資の形態。出典が形態別に分けていない場合は total。",
        codelist="form",
    )


def edition() -> Any:
    """The edition of a statistic as part of a key."""
    return key(
        "Edition of the statistic that gives the figures (as usgs-mcs-2026); revisions stand side by side.",
        "数値を載せた統計の版(例 usgs-mcs-2026)。改定値は別の行として併存する。",
    )


def importer() -> Any:
    """The importing country as part of a key."""
    return key("Importing country, ISO 3166-1 alpha-3.", "輸入国。ISO 3166-1 の3文字コード。", pattern=COUNTRY)


def hs6() -> Any:
    """A product as part of a key."""
    return key(
        "Product, six digits of the Harmonized System; read it with hs_revision.",
        "HS品目番号6桁。hs_revision とあわせて読む。",
        pattern=HS6,
    )


def hs_revision() -> Any:
    """The revision of the Harmonized System as part of a key."""
    return key(
        "Revision of the Harmonized System; one code means different products in different revisions.",
        "HSの改正年版。同じ番号でも版により対象品目が異なる。",
        codelist="hs_revision",
    )


def percent(en: str, ja: str, *, computed: bool = False, reasoned: bool = False) -> Any:
    """A share or reliance between 0 and 100."""
    return column(en, ja, unit="percent", computed=computed, reasoned=reasoned, ge=0, le=100)


def quantity(en: str, ja: str) -> Any:
    """A quantity in the unit that the row's column `unit` names, reckoned from printed lines."""
    return column(en, ja, unit="see column unit", computed=True, ge=0)


def money_usd(en: str, ja: str, *, computed: bool = False, reasoned: bool = False) -> Any:
    """Nominal United States dollars."""
    return column(en, ja, unit="USD", computed=computed, reasoned=reasoned, ge=0)


def hhi(en: str, ja: str, *, computed: bool = True, reasoned: bool = False) -> Any:
    """A Herfindahl-Hirschman index of shares in percent: 0 to 10,000."""
    return column(en, ja, unit="HHI (0 to 10,000)", computed=computed, reasoned=reasoned, ge=0, le=10_000)

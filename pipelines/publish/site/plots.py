"""Plots as SVG: dollars by stage with ceilings apart, dependence by material.

What belongs here: which rows a plot shows, by the rules of counting, and how bars are drawn. What does not: sums of its
own: a plot of money adds exactly what `totals` adds.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.reconcile.totals import CEILINGS
from schemas.codelists import CODELISTS

Rows = Sequence[Mapping[str, Any]]

FIRM, OPEN = "#1f5673", "#b9d3e0"
_INK, _FAINT = "#1d2a32", "#5d6b73"
_WIDTH, _LEFT, _RIGHT, _ROW, _BAR = 520, 185, 150, 34, 18
"""As wide as the room that the UI gives to a picture; on a page it is drawn larger."""
_TOP, _BOTTOM = 84, 40
_BILLION = Decimal(10**9)
_MOST_MATERIALS = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a plot.

    Attributes:
        label_en, label_ja: What it is of; the second one is small, below the first.
        parts: Length in the plot's unit and colour, one drawn after the other.
        figure: What is written behind it.
        over: Draw the parts over one another from zero instead.
    """

    label_en: str
    label_ja: str
    parts: tuple[tuple[float, str], ...]
    figure: str
    over: bool = False


def dollars_by_stage(amounts: Rows, projects: Rows, labels: Mapping[tuple[str, str], tuple[str, str]]) -> str:
    """Draw what projects cost, by their stage; a ceiling is drawn apart, behind the sum, and never added to it.

    Args:
        amounts: Rows of `amounts`.
        projects: Rows of `projects`.
        labels: (codelist, code) -> label in English and Japanese.

    Returns:
        SVG text. Its sums are those of `totals` for scope `all` and set `cost`.
    """
    stages = {str(row["project_id"]): row["stage"] for row in projects}
    sums = sums_by_stage(amounts, stages)
    order = [code for code in CODELISTS["stage"] if code in sums] + ([""] if "" in sums else [])
    bars = []
    for code in order:
        firm, ceiling = sums[code]
        english, japanese = labels.get(("stage", code), ("stage not known", "段階不明"))
        told = [f"{firm / _BILLION:.1f}"] if firm else []
        told += [f"up to {ceiling / _BILLION:.1f} apart"] if ceiling else []
        parts = ((float(firm / _BILLION), FIRM), (float(ceiling / _BILLION), OPEN))
        bars.append(Bar(english, japanese, parts, "; ".join(told)))
    return _svg(
        "What projects cost, by stage, billion US dollars",
        "案件の費用(段階別、10億米ドル)",
        (("sum of lower bounds 下限の合計", FIRM), ("ceilings, never part of a sum 上限(合計に含めない)", OPEN)),
        bars,
    )


def sums_by_stage(amounts: Rows, stages: Mapping[str, Any]) -> dict[str, tuple[Decimal, Decimal]]:
    """Add the amounts of the set `cost` by stage of their project: sum of lower bounds, and ceilings apart."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for row in amounts:
        if row["sum_set"] != "cost":
            continue
        stage = str(stages.get(str(row["project_id"])) or "")
        firm, ceiling = found.get(stage, (Decimal(0), Decimal(0)))
        if row["qualifier"] in CEILINGS:
            ceiling += row["usd_high"] or 0
        else:
            firm += row["usd_low"] or 0
        found[stage] = firm, ceiling
    return found


def dependence_by_material(dependencies: Rows, names: Mapping[str, tuple[str, str]]) -> str:
    """Draw how far the United States depend on imports of the materials of which China sends them most.

    Args:
        dependencies: Rows of `dependencies`; drawn is the latest year of each material and form on which the agency
            prints both a net import reliance and China's share of imports.
        names: material_id -> its name in English and Japanese.

    Returns:
        SVG text.
    """
    latest: dict[tuple[str, str], Mapping[str, Any]] = {}
    for row in dependencies:
        if row["importer"] == "USA" and row["basis"] == "usgs_net_reliance" and row["origin"] == "printed":
            key = str(row["material_id"]), str(row["form"])
            if key not in latest or _newness(row) > _newness(latest[key]):
                latest[key] = row
    told = [key for key in latest if None not in (latest[key]["china_share_pct"], latest[key]["reliance_low_pct"])]
    bars = []
    for material, form in sorted(told, key=lambda key: (-float(latest[key]["china_share_pct"]), key))[:_MOST_MATERIALS]:
        row = latest[material, form]
        low, high, china = row["reliance_low_pct"], row["reliance_high_pct"], row["china_share_pct"]
        english, japanese = names.get(material, (material, material))
        below = japanese if form == "total" else f"{form.replace('_', ' ')} · {japanese}"
        parts = ((float(high or low), OPEN), (float(low), FIRM))
        figure = f"{_range(low, high)}; China {china:g} %"
        bars.append(Bar(f"{english}, {row['year']}", below, parts, figure, over=True))
    return _svg(
        "US net import reliance (% of consumption), China's materials first",
        "米国の純輸入依存度(消費量比、%):中国からの輸入の割合が大きい順",
        (("lower bound 下限", FIRM), ("up to 上限", OPEN)),
        bars,
        full=100.0,
    )


def _newness(row: Mapping[str, Any]) -> tuple[int, str]:
    return int(row["year"]), str(row["edition"])


def _range(low: float, high: float | None) -> str:
    return f"{low:g} %" if high is None or low == high else f"{low:g} to {high:g} %"


def _svg(
    title_en: str, title_ja: str, legend: Sequence[tuple[str, str]], bars: Sequence[Bar], full: float | None = None
) -> str:
    longest = full or max((sum(length for length, _ in bar.parts) for bar in bars), default=0.0) or 1.0
    scale = (_WIDTH - _LEFT - _RIGHT) / longest
    height = _TOP + _ROW * max(len(bars), 1) + _BOTTOM
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" '
        'font-family="Helvetica, Arial, Noto Sans CJK JP, Hiragino Sans, sans-serif" role="img">',
        f"<title>{html.escape(title_en)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(12, 28, title_en, 14, _INK, bold=True),
        _text(12, 50, title_ja, 12, _FAINT),
    ]
    x = 12
    for words, colour in legend:
        lines.append(f'<rect x="{x}" y="62" width="11" height="11" fill="{colour}"/>')
        lines.append(_text(x + 16, 72, words, 11, _FAINT))
        x += 40 + sum(11 if ord(letter) > 0x2E80 else 6 for letter in words)
    for number, bar in enumerate(bars):
        lines += _bar(bar, _TOP + number * _ROW, scale)
    if not bars:
        lines.append(_text(12, _TOP + 20, "nothing to show 該当なし", 12, _FAINT))
    return "\n".join([*lines, "</svg>", ""])


def _bar(bar: Bar, y: int, scale: float) -> list[str]:
    lines = [
        _text(_LEFT - 12, y + 15, bar.label_en, 12, _INK, end=True),
        _text(_LEFT - 12, y + 28, bar.label_ja, 9, _FAINT, end=True),
    ]
    x, furthest = float(_LEFT), float(_LEFT)
    for length, colour in bar.parts:
        width = length * scale
        if width:
            lines.append(f'<rect x="{x:.1f}" y="{y + 4}" width="{width:.1f}" height="{_BAR}" fill="{colour}"/>')
        furthest = max(furthest, x + width)
        x = x if bar.over else x + width
    return [*lines, _text(round(furthest) + 8, y + 18, bar.figure, 12, _INK)]


def _text(x: int, y: int, words: str, size: int, colour: str, *, bold: bool = False, end: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    anchor = ' text-anchor="end"' if end else ""
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}"{weight}{anchor}>{html.escape(words)}</text>'

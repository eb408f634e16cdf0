"""What changed since the release before, in plain words and in two languages, made from the table `changes`.

What belongs here: words. What does not: finding the changes and their reasons (`diff`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from pipelines.publish.diff import WHOLE_ROW
from pipelines.publish.findings import Tables
from schemas import contract

MOST_LINES = 25
"""Changes of one table and reason that are spelled out; the rest are counted, and stand in `changes`."""
_LONGEST = 80

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "# Changes in {version}",
        "since": "Against release {previous}: {n} changes. Each is a row of the table `changes`, with its reason.",
        "first": "This is the first release here: there is none to compare it with.",
        "nothing": "Against release {previous} no value of these tables changed.",
        "heading": "## {title} (`{table}`): {n}",
        "reason": "### {reason}: {n}",
        "added": "- new: `{key}`{name}",
        "removed": "- gone: `{key}`",
        "changed": "- `{key}` {column}: {old} → {new}",
        "more": "- and {n} more",
        "none": "nothing",
    },
    "ja": {
        "title": "# {version} の変更点",
        "since": "リリース {previous} との比較で {n} 件の変更。各件は理由とともに表 `changes` にある。",
        "first": "ここでの最初のリリースであり、比較の対象はない。",
        "nothing": "リリース {previous} から、これらの表の値に変更はない。",
        "heading": "## {title}(`{table}`):{n} 件",
        "reason": "### {reason}:{n} 件",
        "added": "- 追加:`{key}`{name}",
        "removed": "- 削除:`{key}`",
        "changed": "- `{key}` の {column}:{old} → {new}",
        "more": "- ほか {n} 件",
        "none": "なし",
    },
}


def changelog(language: str, data: Tables, version: str, previous: str | None) -> bytes:
    """Spell the changes of a release.

    Args:
        language: `en` or `ja`.
        data: Its tables; `changes`, `codelists` and the names of rows that came are read.
        version: Its version.
        previous: Version of the release before, None for a first one.

    Returns:
        Markdown, UTF-8: a section a table, in it a section a reason.
    """
    words = _WORDS[language]
    rows = data.rows("changes")
    lines = [words["title"].format(version=version), ""]
    if previous is None:
        lines.append(words["first"])
    elif not rows:
        lines.append(words["nothing"].format(previous=previous))
    else:
        lines.append(words["since"].format(previous=previous, n=len(rows)))
        lines.extend(_sections(language, data, rows))
    return ("\n".join(lines) + "\n").encode()


def _sections(language: str, data: Tables, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    words = _WORDS[language]
    label = {row["code"]: row[f"label_{language}"] for row in data.rows("codelists") if row["list"] == "change_reason"}
    order = {name: place for place, name in enumerate(contract.TABLES)}
    ranked = sorted(rows, key=lambda row: (order.get(row["table"], len(order)), row["reason"] or ""))
    numbers = Counter(row["table"] for row in rows)
    for table, own in groupby(ranked, key=lambda row: str(row["table"])):
        spec = contract.TABLES.get(table)
        title = table if spec is None else spec.meaning.title_en if language == "en" else spec.meaning.title_ja
        yield from ("", words["heading"].format(title=title, table=table, n=numbers[table]))
        names = _names(language, data, table)
        for reason, group in groupby(own, key=lambda row: row["reason"]):
            told = sorted(group, key=lambda row: (row["key"], row["column"]))
            yield from ("", words["reason"].format(reason=label.get(reason, reason), n=len(told)), "")
            yield from (_line(words, row, names) for row in told[:MOST_LINES])
            if len(told) > MOST_LINES:
                yield words["more"].format(n=len(told) - MOST_LINES)


def _line(words: Mapping[str, str], row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    key = row["key"].replace("`", "'")
    if row["column"] == WHOLE_ROW:
        name = names.get(row["key"])
        return words[row["change"]].format(key=key, name=f" ({_short(name)})" if name else "")
    old, new = (words["none"] if row[side] is None else _short(row[side]) for side in ("old", "new"))
    return words["changed"].format(key=key, column=row["column"], old=old, new=new)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + "…"


def _names(language: str, data: Tables, table: str) -> dict[str, str]:
    """Key -> what the row is called, for tables whose rows have a name."""
    columns = contract.TABLES[table].names if table in contract.TABLES else ()
    if "name" not in columns:
        return {}
    preferred = "name_ja" if language == "ja" and "name_ja" in columns else "name"
    pairs = zip(data.keys(table), data.rows(table), strict=True)
    return {key: row[preferred] or row["name"] for key, row in pairs if row[preferred] or row["name"]}

"""Documents for `make bench`: about 1.9 kB each, in English and Japanese, from sentences of our own.

What belongs here: putting documents together, the same ones on every machine. What does not: measuring
(`bench_reading.py`).

`dense`: every document is on an investment project. `mixed`: as papers bring them, one in five is, the others are ordinary
business news, which names known firms, sums and metals too.
"""

from __future__ import annotations

import csv
import random
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SENTENCES = Path(__file__).with_name("bench_sentences.csv")
SIZE = 1900
"""Bytes of a document, about."""
RELEVANT_SHARE = 0.2
"""Of the mixed documents."""
INDUSTRY_SHARE = 1 / 3
"""Of the documents that are on no project: they speak of industry all the same."""
NUMBER = 120
"""Documents of each language and kind."""

_SLOTS: dict[str, tuple[str, ...]] = {
    "firm": ("Hitachi", "Toshiba", "Panasonic", "Element Six", "Noveon Magnetics", "Westinghouse", "GE Vernova", "Lynas",
             "Bluewater Minerals", "Northfold Materials", "Harrow & Pike", "Tallgrass Magnetics"),
    "other": ("Mitsubishi Electric", "Sumitomo Corporation", "Mitsubishi Heavy Industries", "Fujikura", "TDK", "Bechtel",
             "Murata Manufacturing", "Carrier", "Kinder Morgan", "Eastline Engineering", "Oakvale Process Systems"),
    "bank": ("Japan Bank for International Cooperation", "JBIC", "MUFG Bank", "Mizuho Bank", "Sumitomo Mitsui Banking Corporation"),
    "house": ("Merrow & Sons", "Candlewick Stores", "Penhallow Foods", "Larkspur Retail", "Quillon Logistics", "Birchwater Group"),
    "known": ("Toyota", "Panasonic", "SoftBank", "Hitachi", "Mitsubishi Electric", "Marubeni", "Nippon Steel"),
    "person": ("Ada Merriweather", "Jonas Pell", "Ruth Okafor", "Kenji Sawamura", "Lena Brandt", "Tomas Hale"),
    "product": ("a plant for rare earth magnets", "a synthetic diamond factory", "a graphite anode plant", "a copper smelter",
             "a gallium refinery", "a transformer factory", "a small modular reactor", "an LNG export terminal"),
    "material": ("gallium", "graphite", "neodymium", "germanium", "synthetic diamond", "dysprosium", "tungsten"),
    "town": ("Savannah", "Corpus Christi", "Toledo", "Huntsville", "Baton Rouge", "Mobile", "Duluth", "Macon"),
    "state": ("Georgia", "Texas", "Ohio", "Alabama", "Louisiana", "Tennessee", "Minnesota", "Arizona"),
    "sum": ("$2.1 billion", "$600 million", "about $4 billion", "more than $900 million", "US$1.3bn", "roughly $7.5 billion"),
    "sum2": ("$250 million", "€80 million", "$1.2 billion", "12 billion yen", "£45 million", "$30 million", "$475m"),
    "share": ("4%", "12.5%", "30%", "7.8%", "60%", "15%", "2.3%"),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "March 3", "12 November"),
    "month": ("January", "February", "March", "April", "June", "September", "October", "December"),
    "year": ("2026", "2027", "2028", "2029", "2030"),
    "tonnes": ("2,000", "10,000", "4,500", "120,000", "800"),
    "mega": ("120", "450", "800", "1,200"),
    "jobs": ("150", "320", "1,100", "2,500", "90"),
    "few": ("five", "eleven", "twenty", "seven"),
    "firm_ja": ("日立製作所", "東芝", "三菱重工業", "パナソニック", "住友金属鉱山", "ＴＤＫ", "ウエスチングハウス", "北辰マテリアル", "青嶺工業"),
    "other_ja": ("三菱電機", "フジクラ", "村田製作所", "住友商事", "丸紅", "IHI", "ＧＥベルノバ", "東都エンジニアリング"),
    "bank_ja": ("国際協力銀行", "国際協力銀行（JBIC）", "三菱UFJ銀行", "みずほ銀行", "三井住友銀行"),
    "house_ja": ("すずらん百貨店", "山里フーズ", "ひなた物流", "川瀬ホールディングス", "なぎさ薬品"),
    "known_ja": ("トヨタ自動車", "パナソニック", "ソフトバンクグループ", "日立", "三菱電機", "日本製鉄"),
    "person_ja": ("沢村", "大槻", "森川", "早瀬", "深見"),
    "product_ja": ("レアアース磁石の工場", "人工ダイヤモンドの工場", "黒鉛の負極材工場", "銅の製錬所", "変圧器の工場", "LNGの輸出基地"),
    "material_ja": ("ガリウム", "黒鉛", "ネオジム", "ゲルマニウム", "人工ダイヤモンド", "タングステン"),
    "state_ja": ("ジョージア州", "テキサス州", "オハイオ州", "アラバマ州", "ルイジアナ州サバンナ", "テネシー州"),
    "sum_ja": ("約21億ドル", "6億ドル", "40億ドル超", "３０００億円", "1兆2000億円規模"),
    "sum2_ja": ("250億円", "12億ドル", "３億円", "約80億円", "4500億円", "30億円"),
    "dayno": ("3", "8", "12", "17", "25", "28"),
    "monthno": ("1", "2", "4", "6", "9", "10", "12"),
}  # fmt: skip


_KEPT = re.compile(r"(?:firm|state|town|product|material|sum|tonnes)(?:_ja)?$")
"""What stays the same throughout a document on one project."""


@dataclass(frozen=True, slots=True)
class BenchDocument:
    """One document of the corpus.

    Attributes:
        name: Unique in the corpus, with the suffix that tells its format.
        language: en or ja.
        relevant: Whether it is on an investment project.
        body: Its text; what peers get.
        content: The file that our own reader gets.
    """

    name: str
    language: str
    relevant: bool
    body: str
    content: bytes


@cache
def _sentences(language: str, kind: str) -> tuple[str, ...]:
    with SENTENCES.open(encoding="utf-8", newline="") as lines:
        found = [row for row in csv.DictReader(lines) if (row["language"], row["kind"]) == (language, kind)]
    return tuple(row["sentence"] for row in found)


def _filled(sentence: str, chance: random.Random, fixed: dict[str, str]) -> str:
    drawn = {slot: fixed.get(slot) or chance.choice(words) for slot, words in _SLOTS.items()}
    return sentence.format(**drawn)


def document(number: int, language: str, *, relevant: bool) -> BenchDocument:
    """Document of a number: a project keeps its firm, place, product and material throughout; news are on many things."""
    chance = random.Random(f"{number} {language} {relevant}")
    fixed = {slot: chance.choice(words) for slot, words in _SLOTS.items() if relevant and _KEPT.match(slot)}
    chosen = _on_project(language, chance) if relevant else _on_business(language, chance)
    texts: list[str] = []
    for sentence in chosen:
        texts.append(_filled(sentence, chance, fixed))
        if sum(len(text.encode()) for text in texts) >= SIZE:
            break
    gap = " " if language == "en" else ""
    paragraphs = [gap.join(texts[place : place + 3]) for place in range(0, len(texts), 3)]
    title = f"# {number}: {re.split('[,、]', texts[0])[0][:60]}"
    body = "\n\n".join([title, *paragraphs]) + "\n"
    head = f"---\npublisher: The Bench\npublished_on: 2026-03-05\nlanguage: {language}\n---\n\n"
    name = f"{language}-{'project' if relevant else 'news'}-{number:05d}.md"
    return BenchDocument(name, language, relevant, body, (head + body).encode())


def _on_project(language: str, chance: random.Random) -> list[str]:
    """The announcement, then what else there is to say; no paper writes of one project alone."""
    opening, *rest = _sentences(language, "project")
    news = [*_sentences(language, "news"), *_sentences(language, "industry")]
    rest = [*chance.sample(rest, len(rest) * 3 // 4), *chance.sample(news, 4)]
    chance.shuffle(rest)
    return [opening, *rest]


def _on_business(language: str, chance: random.Random) -> list[str]:
    """Sentences of the day; in a third of the documents some on metals, plants, cars or power among them."""
    news = list(_sentences(language, "news"))
    if chance.random() < INDUSTRY_SHARE:
        news = [*chance.sample(news, 14), *chance.sample(_sentences(language, "industry"), 3)]
    chance.shuffle(news)
    return news


def dense(language: str, number: int = NUMBER) -> list[BenchDocument]:
    """Documents that are all on investment projects: those put together, our digests and the worked gold set's."""
    return [*(document(one, language, relevant=True) for one in range(number)), *_written(language)]


def _written(language: str) -> list[BenchDocument]:
    """What people of the project wrote: Markdown and plain text, of any length."""
    found = []
    for pattern in ("raw/documents/*/*.md", f"tests/evaluation/{language}-worked/docs/*.[mt][dx]*"):
        for path in sorted(ROOT.glob(pattern)):
            text = path.read_text(encoding="utf-8", errors="replace")
            japanese = sum("ぁ" <= character <= "ヺ" for character in text) > len(text) / 20
            if japanese == (language == "ja"):
                name = f"{path.parent.name}-{path.name}"
                found.append(BenchDocument(name, language, True, text, path.read_bytes()))
    return found


def mixed(language: str, number: int = NUMBER) -> list[BenchDocument]:
    """Documents of which one in five is on an investment project."""
    every = round(1 / RELEVANT_SHARE)
    return [document(one, language, relevant=one % every == 0) for one in range(number)]

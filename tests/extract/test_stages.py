"""Stages, days and export controls in many wordings: one capability a table, never one sentence."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest

from pipelines.extract.dates import find_dates
from pipelines.extract.lexicon import Lexicon
from pipelines.extract.plainforms import plain
from pipelines.extract.reading import read_document
from pipelines.ingest import readers
from pipelines.records import Claim

PUBLISHED = dt.date(2026, 3, 20)
Told = Callable[[str], tuple[Claim, ...]]


@pytest.fixture(scope="module")
def told(lexicon: Lexicon) -> Told:
    """The claims of a text published on 20 March 2026."""

    def read(text: str) -> tuple[Claim, ...]:
        document = readers.read_document(text.encode(), "inbox/text.txt", None)
        source = dataclasses.replace(document.source, published_on=PUBLISHED, published_precision="day")
        return read_document(dataclasses.replace(document, source=source), lexicon).claims

    return read


def stages(claims: tuple[Claim, ...]) -> set[str]:
    return {str(one.cells["stage"].value) for one in claims if one.table == "events" and "stage" in one.cells}


OPENING = "A titanium plant in Mobile, Alabama\n\nSumitomo Corporation wants a titanium plant in Mobile, Alabama, for $620 million. "


@pytest.mark.parametrize(
    ("sentence", "stage"),
    [
        ("The company said on Tuesday that it has scrapped the plant.", "cancelled"),
        ("Sumitomo Corporation pulled the plug on the plant, it said on Tuesday.", "cancelled"),
        ("The plant will never be built, the company said.", "cancelled"),
        ("The company said it no longer intends to build there.", "cancelled"),
        ("The board decided against building the plant.", "cancelled"),
        ("The company has put the plant on ice, a spokesman said.", "shelved"),
        ("The plant was postponed indefinitely, the company said.", "shelved"),
        ("The plant has been mothballed, the company said.", "shelved"),
        ("Construction has been halted since a court order, the company said.", "suspended"),
        ("Work on the plant is at a standstill, the company said.", "suspended"),
        ("The plant came on stream last May, the company said.", "operating"),
        ("The company opened the plant in January.", "operating"),
        ("Commercial production began last autumn, it said: the plant has begun commercial operation.", "operating"),
        ("The plant is up and running, the company said.", "operating"),
        ("Workers are pouring the foundations of the plant, the company said.", "under_construction"),
        ("Crews have begun erecting the steel, the company said.", "under_construction"),
        ("The plant is half built, the company said.", "under_construction"),
        ("The company signed a loan agreement with three banks for the plant on Tuesday.", "financing_signed"),
        ("The plant reached financial close last week, the company said.", "financing_signed"),
        ("President Trump picked the plant on Tuesday as part of the first batch.", "approved"),
        ("The company took its final investment decision on Tuesday.", "announced"),
        ("Both boards have voted to go ahead with the plant, the company said.", "announced"),
        ("The company announced on Tuesday that it will build the plant.", "announced"),
        ("The plan was made public on March 3.", "announced"),
        ("The company confirmed that talks with the state are under way.", "under_discussion"),
        ("The company signed a letter of intent with the state on Monday.", "under_discussion"),
        ("A feasibility study is to be ready in June, the company said.", "under_discussion"),
    ],
)
def test_a_stage_in_many_wordings(told: Told, sentence: str, stage: str) -> None:
    assert stage in stages(told(OPENING + sentence))


@pytest.mark.parametrize(
    ("sentence", "stage"),
    [
        ("The plant is to open in 2029.", "operating"),
        ("The plant will start production once the permits are in.", "operating"),
        ("Commercial production should begin in 2029.", "operating"),
        ("The plant was to have been running by now.", "operating"),
        ("A trial line at the plant has been running since May.", "operating"),
        ("Work will begin in June, when the plant is to be put under construction.", "under_construction"),
        ("Nothing is being built yet.", "under_construction"),
        ("The company did not cancel the plant.", "cancelled"),
        ("The company could still abandon the plant.", "cancelled"),
        ("No loan agreement has been signed for the plant.", "financing_signed"),
        ("China has suspended its export controls on gallium.", "suspended"),
        ("China put on ice its export licence for antimony.", "shelved"),
        (
            "Bartow County, where a Korean battery plant is under construction, has room for one more.",
            "under_construction",
        ),
    ],
)
def test_what_is_planned_denied_or_anothers_has_not_happened(told: Told, sentence: str, stage: str) -> None:
    assert stage not in stages(told(OPENING + sentence))


OPENING_JA = "米アラバマ州にチタン工場\n\n住友商事は米アラバマ州モービルのチタン工場に6億2000万ドルを投じる計画を持つ。"


@pytest.mark.parametrize(
    ("sentence", "stage"),
    [
        ("同社は17日、工場の建設を断念したと発表した。", "cancelled"),
        ("同社は工場の建設を取りやめました。", "cancelled"),
        ("同社は計画を白紙撤回したと明らかにした。", "cancelled"),
        ("同社は工場の着工を無期限で延期すると発表した。", "shelved"),
        ("工場の計画は棚上げとなった。", "shelved"),
        ("工場の建設工事は止まったままで、作業を中断していると同社は説明した。", "suspended"),
        ("工場は昨年4月に稼働しました。", "operating"),
        ("工場は1月に商業生産を始めた。", "operating"),
        ("工場の本体工事に入ったと同社は説明した。", "under_construction"),
        ("工場の建設工事が進んでいる。", "under_construction"),
        ("同社は三井住友銀行と工場の融資契約を締結した。", "financing_signed"),
        ("トランプ大統領はこの工場を第1弾の案件に選んだ。", "approved"),
        ("同社は最終投資決定を行ったと発表した。", "announced"),
        ("同社は17日、工場を建設すると発表しました。", "announced"),
        ("同社は州と協議していることを認めた。", "under_discussion"),
        ("同社は州と基本合意書を交わした。", "under_discussion"),
    ],
)
def test_a_stage_in_many_japanese_wordings(told: Told, sentence: str, stage: str) -> None:
    assert stage in stages(told(OPENING_JA + sentence))


@pytest.mark.parametrize(
    ("sentence", "stage"),
    [
        ("工場は2029年に稼働する予定だ。", "operating"),
        ("着工は来年10月を見込む。", "under_construction"),
        ("工場の試験ラインは稼働している。", "operating"),
        ("同社は中国の輸出規制の停止を歓迎した。", "suspended"),
        ("計画を中止する考えはない。", "cancelled"),
    ],
)
def test_what_japanese_plans_have_not_done(told: Told, sentence: str, stage: str) -> None:
    assert stage not in stages(told(OPENING_JA + sentence))


def test_an_echo_announces_nothing_new(told: Told) -> None:
    read = told(OPENING_JA + "同社は17日、州と基本合意書を交わしたと発表した。")
    assert "announced_on" not in next(one for one in read if one.table == "projects").cells


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("The company announced on Tuesday that it will build the plant.", dt.date(2026, 3, 17)),
        ("The plan was made public on February 6.", dt.date(2026, 2, 6)),
        ("Announced on October 22, 2024, the plant is to open in 2029.", dt.date(2024, 10, 22)),
        ("The company said today that it will build the plant.", PUBLISHED),
        ("President Trump picked the plant on Feb. 17.", dt.date(2026, 2, 17)),
        ("The company said that construction will begin on June 1.", None),
        ("The company announced last month that it will build the plant.", None),
    ],
)
def test_the_day_of_an_announcement(told: Told, sentence: str, day: dt.date | None) -> None:
    project = next(one for one in told(OPENING + sentence) if one.table == "projects")
    found = project.cells.get("announced_on")
    assert (found.value if found else None) == day


def controls(claims: tuple[Claim, ...]) -> dict[str, tuple[object, object, object]]:
    found = {}
    for one in claims:
        if one.table == "export_controls" and (kind := one.cells.get("measure_type")) != "suspension":
            if kind is not None and kind.value == "suspension":
                continue
            values = [
                one.cells[name].value if name in one.cells else None
                for name in ("announced_on", "effective_on", "status")
            ]
            found[str(one.cells["number"].value) if "number" in one.cells else ""] = (values[0], values[1], values[2])
    return found


D = dt.date
LICENSING = (D(2023, 7, 3), D(2023, 8, 1), "in_force")


@pytest.mark.parametrize(
    "text",
    [
        "China's Ministry of Commerce published Announcement No. 23 of 2023 on July 3, 2023; since August 1 of that year exports of gallium need a licence.",
        "Under MOFCOM Announcement 23 of 2023, issued July 3 and effective August 1, 2023, gallium exports need a permit.",
        "On July 3, 2023, Beijing issued Announcement No. 23/2023. Exports of gallium have needed a licence since August 1, 2023.",
        "Announcement No. 23 of 2023, dated 3 July 2023, took effect on 1 August 2023 and covers exports of gallium and germanium.",
        "In its 2023 Announcement No. 23, published on July 3 of that year, China put gallium exports under licence from August 1.",
        "中国商務省は2023年7月3日、公告2023年第23号でガリウムの輸出を許可制にすると発表し、同年8月1日に施行した。",
        "ガリウムの輸出許可制は商務省公告2023年第23号（同年7月3日公布、8月1日施行）による。",
        "2023年の公告第23号は7月3日に公表され、8月1日から実施された。ガリウムの輸出には許可が要る。",
    ],
)
def test_days_of_a_measure_in_many_forms(told: Told, text: str) -> None:
    assert controls(told(f"A title\n\n{text}")) == {"No. 23 of 2023": LICENSING}


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        (
            "Announcement No. 46 of 2024, published and effective on December 3, 2024, bans exports of gallium to the United States. The ban was suspended on November 9, 2025.",
            ["suspended"],
        ),
        (
            "Announcement No. 46 of 2024 of December 3, 2024 bans exports of gallium. It has since been revoked.",
            ["revoked"],
        ),
        (
            "Announcement No. 46 of 2024 of December 3, 2024 took effect at once: no gallium exports. Washington has asked Beijing to suspend it.",
            ["in_force"],
        ),
        (
            "On October 9, 2025 MOFCOM issued Announcements Nos. 55, 57 and 58 of 2025 on exports. All three were to apply from November 8. Announcement No. 70 of 2025 suspends them for a year.",
            ["suspended"] * 3,
        ),
        (
            "Announcements No. 55 and No. 57 of 2025 on exports of holmium were suspended on November 7, 2025, while No. 18 of 2025, in force since April 4, 2025, still applies.",
            ["suspended", "suspended", "in_force"],
        ),
        (
            "Announcement No. 5 of 2026, published on March 12, requires a licence for exports of antimony from April 1.",
            ["announced"],
        ),
        (
            "公告2024年第46号（24年12月3日発表、即日実施）は米国向けのガリウム輸出を禁じた。この措置は昨年11月に停止された。",
            ["suspended"],
        ),
        (
            "公告2024年第46号（24年12月3日発表、即日実施）は米国向けのガリウム輸出を禁じた。この措置はいまも続いている。",
            ["in_force"],
        ),
        ("商務省は公告2025年第70号により、公告2025年第55号と第56号の輸出規制を1年間停止した。", ["suspended"] * 2),
    ],
)
def test_what_became_of_a_measure(told: Told, text: str, statuses: list[str]) -> None:
    assert sorted(str(one[2]) for one in controls(told(f"A title\n\n{text}")).values()) == sorted(statuses)


@pytest.mark.parametrize(
    "text",
    [
        "The harbour authority's Notice No. 12 of 2025 closes the channel to a titanium plant in Mobile, Alabama.",
        "3号機の建設は2025年に始まった。",
        "Highway No. 55 passes the titanium plant in Mobile, Alabama.",
    ],
)
def test_other_numbers_are_no_export_controls(told: Told, text: str) -> None:
    assert not controls(told(f"A title\n\n{text}"))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("on July 3 of last year", D(2025, 7, 3)),
        ("on Tuesday of last week", D(2026, 3, 10)),
        ("on Tuesday, March 3, 2026", D(2026, 3, 3)),
        ("three days ago", D(2026, 3, 17)),
        ("yesterday", D(2026, 3, 19)),
        ("昨年12月3日", D(2025, 12, 3)),
        ("先月28日", D(2026, 2, 28)),
        ("令和7年10月28日", D(2025, 10, 28)),
        ("17日、同社は", D(2026, 3, 17)),
        ("25日付で", D(2026, 2, 25)),
        ("おととい", D(2026, 3, 18)),
    ],
)
def test_days_relative_to_publication(text: str, day: dt.date) -> None:
    assert [one.day for one in find_dates(text, PUBLISHED)] == [day]


def test_days_relative_to_the_date_before() -> None:
    assert find_dates("2023年7月3日に発表し、同年8月1日に施行した。", PUBLISHED)[1].day == D(2023, 8, 1)
    assert find_dates("17日に発表し、翌日に署名した。", PUBLISHED)[1].day == D(2026, 3, 18)
    assert find_dates("It was published on July 3, 2023 and signed the same day.", PUBLISHED)[1].day == D(2023, 7, 3)
    assert find_dates("It was published on May 2 of that year.", PUBLISHED)[0].day is None


def test_polite_endings_read_like_plain_ones() -> None:
    assert plain("工場を建てると発表しました。") == "工場を建てると発表した。"
    assert plain("稼働しています。") == "稼働している。"
    assert plain("運びます。") == "運ぶ。"
    assert plain("決まっていません。") == "決まっていない。"


@pytest.mark.parametrize(
    ("sentence", "material"),
    [
        ("The plant is to turn out 12,000 tons of titanium a year from magnesium bought in Utah.", "magnesium"),
        ("It will win 22 tons of gallium a year from waste at the plant.", "gallium"),
    ],
)
def test_materials_that_a_plant_makes_or_takes(told: Told, sentence: str, material: str) -> None:
    tied = {str(one.cells["material_id"].value) for one in told(OPENING + sentence) if one.table == "project_materials"}
    assert {"titanium", material} <= tied


@pytest.mark.parametrize(
    "sentence",
    [
        "China makes most of the world's gallium.",
        "Gallium is used in chargers.",
        "Export licences for antimony take a month.",
        "It stands on a former phosphate site.",
    ],
)
def test_background_ties_no_material(told: Told, sentence: str) -> None:
    tied = {str(one.cells["material_id"].value) for one in told(OPENING + sentence) if one.table == "project_materials"}
    assert tied <= {"titanium"}

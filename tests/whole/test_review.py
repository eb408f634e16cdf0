"""From a document on what nobody knows to a decision, and back again when the document changes."""

from __future__ import annotations

import csv
import json
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from kakehashi import cli
from kakehashi.deciding import _doubt_the_clock
from kakehashi.ledger import Ledger
from pipelines.errors import KakehashiError

_RECORD = """source_id: {name}
publisher: Example Wire
publisher_kind: wire
tier: press
url: https://example.com/{name}
published_on: 2026-05-01
retrieved_on: 2026-05-02
language: en
document: document.md
"""

_PLANT = """# Norwick Alloys plans magnet plant in Ohio

Norwick Alloys Inc. said on 30 April 2026 that it will build a rare-earth magnet plant in Dayton, Ohio, at a cost of
$420 million.

Hitachi would supply equipment for the plant, Norwick Alloys said.
"""


class House:
    """A raw folder and its releases, used only by the commands."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str] | None) -> None:
        self.raw, self.output = folder / "raw", folder / "output"
        self._capsys = capsys

    def write(self, name: str, text: str) -> None:
        place = self.raw / "documents" / name
        place.mkdir(parents=True, exist_ok=True)
        (place / "source.yaml").write_text(_RECORD.format(name=name))
        (place / "document.md").write_text(text)

    def build(self, *, gated: bool = False) -> None:
        """What `kakehashi build` does, without its Dagster run and, unless `gated`, without the release's checks."""
        from pipelines.build import Inputs, build_tables
        from pipelines.publish.checks import gate
        from pipelines.publish.release import write_release

        built = build_tables(Inputs(self.raw))
        tables = {name: table for name, table in built.tables.items() if name != "changes"}
        write_release(
            tables, output=self.output, released_on=built.released_on, input_sha256=built.input_sha256,
            check=gate if gated else lambda _: (),
        )  # fmt: skip

    def run(self, *words: str) -> tuple[int, str, str]:
        code = cli.main([*words, "--output", str(self.output), "--raw", str(self.raw)])
        assert self._capsys is not None
        told = self._capsys.readouterr()
        return code, told.out, told.err

    def review(self, *words: str) -> list[dict[str, Any]]:
        code, out, err = self.run("review", "--json", "--limit", "0", *words)
        assert code == cli.DONE, err
        return [json.loads(line) for line in out.splitlines()]

    def decide(self, *words: str, by: str = "kim", why: str = "Seen in the register") -> str:
        code, out, err = self.run("decide", *words, "--by", by, "--why", why, "--on", "2026-06-01")
        assert code == cli.DONE, err
        return out

    def refused(self, *words: str, by: str = "kim", why: str = "Seen", on: str = "2026-06-01") -> str:
        before = self.files()
        code, out, err = self.run("decide", *words, "--by", by, "--why", why, "--on", on)
        assert (code, out) == (cli.FAILED, ""), out
        assert self.files() == before
        return err

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted((self.raw / "decisions").glob("*"))}

    def rows(self, table: str) -> list[dict[str, Any]]:
        return pq.read_table(self.output / "latest" / "tables" / f"{table}.parquet").to_pylist()

    def one(self, of: str, **cells: str) -> dict[str, Any] | None:
        found = [row for row in self.rows(of) if all(row[name] == value for name, value in cells.items())]
        assert len(found) < 2
        return found[0] if found else None

    def item(self, kind: str) -> dict[str, Any]:
        (found,) = [item for item in self.review() if item["kind"] == kind]
        return found


@pytest.fixture(scope="module", autouse=True)
def _known_once() -> Iterator[None]:
    """The reference is the same in all builds here: what is known from it is gathered once."""
    from pipelines import build

    kept: dict[Any, Any] = {}
    gather = build.build_lexicon

    def known(reference: Any, projects: Any) -> Any:
        key = tuple(projects)
        return kept[key] if key in kept else kept.setdefault(key, gather(reference, projects))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "build_lexicon", known)
        yield


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One document on an unknown firm's unknown plant, and its release."""
    folder = tmp_path_factory.mktemp("house")
    made = House(folder, None)
    made.write("press-1", _PLANT)
    made.build()
    return folder


@pytest.fixture
def house(built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> House:
    shutil.copytree(built, tmp_path, symlinks=True, dirs_exist_ok=True)
    return House(tmp_path, capsys)


def _kinds(house: House) -> list[str]:
    return [item["kind"] for item in house.review()]


def test_the_list_leads_with_what_is_worth_most_and_every_command_can_be_pasted(house: House) -> None:
    house.write("press-2", _PLANT.replace("Norwick Alloys", "Tolvane Metals").replace("420", "3").replace(
        "Dayton, Ohio", "Reno, Nevada").replace("in Ohio", "in Nevada"))  # fmt: skip
    house.build()
    found = house.review()
    assert [float(item["usd_at_stake"]) for item in found] == [420e6, 420e6, 3e6, 3e6]
    assert all(item["rows_touched"] > 0 and item["source_id"] and item["locator"] for item in found)
    assert {item["row"]["table"] for item in found} == {"projects", "organizations"}
    for item in found:
        assert {"accept", "new"} & {choice["decision"] for choice in item["choices"]}
        for choice in item["choices"]:
            words = shlex.split(choice["command"])[1:]
            parsed = cli._parser().parse_args(words)
            assert (parsed.item, parsed.decision, str(parsed.raw)) == (
                item["item_id"], choice["decision"], str(house.raw),
            )  # fmt: skip
    assert [item["kind"] for item in house.review("--kind", "project")] == ["project", "project"]
    code, out, _ = house.run("review", "--limit", "1")
    assert (code, "US$420.0m" in out, "US$3.0m" in out, "4 things wait" in out) == (cli.DONE, True, False, True)


def test_an_accepted_project_is_reviewed_and_open_again_when_its_text_changes(house: House) -> None:
    item = house.item("project")
    told = house.decide(item["item_id"], "accept")
    assert "decisions/reviews.csv, row 2" in told
    assert "as accepted" in told
    project = item["row"]["key"]
    house.build(gated=True)
    accepted = house.one("projects", project_id=project)
    assert accepted is not None
    assert (accepted["review"], _kinds(house)) == ("accepted", ["organization"])
    changed = house.one("changes", table="projects", key=project, column="review")
    assert changed is not None
    assert (changed["old"], changed["new"], changed["reason"]) == ("unreviewed", "accepted", "correction")

    house.write("press-1", _PLANT + "\nThe plant would employ 300 people.\n")
    house.build(gated=True)
    back = house.one("projects", project_id=project)
    assert back is not None
    assert back["review"] == "unreviewed"
    again = house.item("decision")
    assert (again["suggestion"], again["row"]["key"]) == ("accepted", project)
    assert "press-1" in again["text"]
    assert [choice["decision"] for choice in again["choices"]] == ["confirm", "withdraw"]
    assert "project" not in _kinds(house)

    house.decide(again["item_id"], "confirm")
    house.build()
    accepted = house.one("projects", project_id=project)
    assert accepted is not None
    assert (accepted["review"], _kinds(house)) == ("accepted", ["organization"])
    assert len(_lines(house, "reviews")) == 3


def _lines(house: House, name: str) -> list[list[str]]:
    return list(csv.reader((house.raw / "decisions" / f"{name}.csv").read_text().splitlines()))


@pytest.mark.slow
def test_a_merged_organisation_leaves_a_redirect_and_comes_back_when_its_text_changes(house: House) -> None:
    item = house.item("organization")
    old = item["row"]["key"]
    house.decide(item["item_id"], "merge", "--to", "hitachi")
    house.build(gated=True)
    assert house.one("organizations", org_id=old) is None
    redirect = house.one("redirects", old_id=old)
    assert redirect is not None
    assert (redirect["kind"], redirect["new_id"]) == ("organization", "hitachi")
    hitachi = house.one("organizations", org_id="hitachi")
    assert hitachi is not None
    assert hitachi["name"] == "Hitachi, Ltd."
    assert {row["reason"] for row in house.rows("changes") if row["key"] == old} == {"entity_merged"}
    assert old not in {row["org_id"] for row in house.rows("participants")}
    assert _kinds(house) == ["project"]

    house.write("press-1", _PLANT.replace("420", "430"))
    house.build(gated=True)
    assert house.one("organizations", org_id=old) is not None
    assert house.one("redirects", old_id=old) is None
    again = house.item("decision")
    assert (again["suggestion"], "organization" in _kinds(house)) == ("hitachi", False)
    house.decide(again["item_id"], "withdraw")
    house.build()
    assert sorted(_kinds(house)) == ["organization", "project"]


def test_a_vanished_source_is_told_and_the_old_id_still_leads_on(house: House) -> None:
    item = house.item("organization")
    house.decide(item["item_id"], "merge", "--to", "hitachi")
    (house.raw / "documents" / "press-1").rename(house.raw / "documents" / "press-9")
    house.write("press-9", "# Hitachi works\n\nHitachi Ltd. builds transformers.\n")
    house.build()
    assert house.one("redirects", old_id=item["row"]["key"]) is not None
    again = house.item("decision")
    assert [choice["decision"] for choice in again["choices"]] == ["withdraw"]


@pytest.mark.slow
def test_the_same_project_as_a_known_one_lends_it_what_was_said(house: House) -> None:
    curated = house.raw / "curated"
    curated.mkdir()
    (curated / "projects.csv").write_text(
        "project_id,name,sector,country,review,source_ids\n"
        "norwick-dayton,Dayton works,other,USA,accepted,kakehashi-reference\n"
    )
    house.build()
    item = house.item("project")
    house.decide(item["item_id"], "same-as", "--to", "norwick-dayton")
    house.build(gated=True)
    assert [row["project_id"] for row in house.rows("projects")] == ["norwick-dayton"]
    known = house.rows("projects")[0]
    assert (known["name"], known["cost_usd_high"]) == ("Dayton works", 420_000_000)
    assert house.one("redirects", old_id=item["row"]["key"]) is not None
    assert "project" not in _kinds(house)


def test_a_rejected_project_goes_with_all_that_refers_to_it_and_says_why(house: House) -> None:
    item = house.item("project")
    house.decide(item["item_id"], "reject")
    house.build(gated=True)
    assert house.rows("projects") == []
    assert (house.rows("participants"), house.rows("amounts"), _kinds(house)) == ([], [], ["organization"])
    reasons = {row["table"]: row["reason"] for row in house.rows("changes") if row["change"] == "removed"}
    assert {reasons[table] for table in ("projects", "participants", "amounts")} == {"correction"}
    said = [row for row in house.rows("statements") if row["subject_kind"] == "project"]
    assert said
    assert {(row["review"], row["chosen"]) for row in said} == {("rejected", False)}


def test_what_needs_nothing_leaves_the_queue_until_its_source_changes(house: House) -> None:
    item = house.item("organization")
    house.decide(item["item_id"], "dismiss")
    house.build()
    assert _kinds(house) == ["project"]
    house.write("press-1", _PLANT + "\nMore was not known.\n")
    house.build()
    assert sorted(_kinds(house)) == ["organization", "project"]
    house.decide(item["item_id"], "new")
    assert len(_lines(house, "reviews")) == 3


@pytest.mark.slow
def test_a_correction_is_guarded_and_told_when_it_is_not_needed_any_more(house: House) -> None:
    project = house.item("project")["row"]["key"]
    row = f"projects:{project}"
    assert "Dayton, which is published now" in house.refused(
        row, "correct", "--column", "city", "--expect", "Akron", "--value", "Xenia"
    )
    assert "computed from other cells" not in house.decide(
        row, "correct", "--column", "city", "--expect", "Dayton", "--value", "Xenia"
    )
    house.build()
    assert [one["city"] for one in house.rows("projects")] == ["Xenia"]
    assert "which is published" in house.refused(row, "correct", "--column", "city", "--value", "Xenia")
    assert "--supersede" in house.refused(row, "correct", "--column", "city", "--value", "Toledo")
    house.decide(row, "correct", "--column", "city", "--value", "Toledo", "--supersede")
    assert _lines(house, "corrections")[-1][6:8] == ["Dayton", "Toledo"]
    house.build()
    assert [one["city"] for one in house.rows("projects")] == ["Toledo"]

    curated = house.raw / "curated"
    curated.mkdir()
    (curated / "projects.csv").write_text(
        f"project_id,name,city,country,source_ids\n{project},Magnet plant,Toledo,USA,kakehashi-reference\n"
    )
    house.build()
    again = house.item("decision")
    assert "no longer needed" in again["text"]
    assert [choice["decision"] for choice in again["choices"]] == ["withdraw"]
    city = house.one("receipts", table="projects", key=project, column="city")
    assert city is not None
    assert city["source_id"] == "kakehashi-reference"
    house.decide(again["item_id"], "withdraw")
    house.build()
    assert "decision" not in _kinds(house)


def test_nothing_is_written_that_does_not_hold(house: House) -> None:
    item, firm = house.item("project"), house.item("organization")
    project = item["item_id"]
    told = {
        "no such item": house.refused("0123456789abcdef", "accept"),
        "one of accept": house.refused(project, "approve"),
        "only an organisation is new": house.refused(project, "new"),
        "no project nowhere": house.refused(project, "same-as", "--to", "nowhere"),
        "the id of the project that stays": house.refused(project, "same-as"),
        "another id": house.refused(project, "same-as", "--to", item["row"]["key"]),
        "an item about a cell": house.refused(project, "correct", "--value", "x"),
        "an earlier decision": house.refused(project, "confirm"),
        "Drop it": house.refused(project, "accept", "--to", "hitachi"),
        "the reason": house.refused(project, "accept", why=" … "),
        "who decides": house.refused(project, "accept", by=" "),
        "a day as": house.refused(project, "accept", on="2026-02-30"),
        "no such row": house.refused("projects:nowhere", "reject"),
        "no such decision": house.refused("reviews:nowhere", "withdraw"),
        "a column that sources state": house.refused(
            f"projects:{item['row']['key']}", "correct", "--column", "stage", "--value", "operating"
        ),
        "a code of": house.refused(
            f"projects:{item['row']['key']}", "correct", "--column", "sector", "--value", "flying"
        ),
        "no organization nowhere": house.refused(firm["item_id"], "merge", "--to", "nowhere"),
        "accepted for organization_names": house.refused(
            f"organization_names:{firm['row']['key']}|{firm['text']}", "accept"
        ),
    }
    assert {part for part, message in told.items() if part not in message} == set()
    assert house.files() == {}


def test_a_second_decision_on_the_same_thing_must_take_the_place_of_the_first(house: House) -> None:
    firm = house.item("organization")
    house.decide(firm["item_id"], "new")
    assert "--supersede" in house.refused(firm["item_id"], "new")
    assert "--supersede" in house.refused(firm["item_id"], "reject")
    assert "withdraw" in house.refused(firm["item_id"], "merge", "--to", "hitachi")
    house.decide(firm["item_id"], "reject", "--supersede")
    house.build()
    assert house.one("organizations", org_id=firm["row"]["key"]) is None
    (first, second) = _lines(house, "reviews")[1:]
    assert second[-1] == first[0]
    house.decide(f"reviews:{second[0]}", "withdraw")
    house.build()
    assert sorted(_kinds(house)) == ["organization", "project"]


@pytest.mark.parametrize(
    ("newline", "end", "columns"), [("\n", "\n", True), ("\r\n", "", True), ("\n", "", False), ("\r\n", "\r\n", False)]
)
def test_rows_that_stand_are_never_touched(house: House, newline: str, end: str, columns: bool) -> None:
    more, cells = (",evidence,supersedes", ",,") if columns else ("", "")
    before = (
        "\ufeffdecision_id,decided_on,decided_by,table,key,review,reason" + more + newline
        + 'old,2026-01-02,lee,projects,gone,accepted,"Two lines,' + newline + 'one ""cell"""' + cells + end
    )  # fmt: skip
    path = house.raw / "decisions" / "reviews.csv"
    path.parent.mkdir()
    path.write_bytes(before.encode())
    told = house.decide(house.item("project")["item_id"], "accept", why="Looked, and “seen”")
    after = path.read_bytes().decode()
    added = after.removeprefix(before).removeprefix("" if end else newline)
    assert after.startswith(before)
    assert (added.count(newline), added.endswith(newline), ("\r" in added)) == (1, True, newline == "\r\n")
    assert "row 4" in told
    assert ("no column evidence" in told) is not columns
    assert [name for name in house.files() if name != "reviews.csv"] == []
    assert [(one.decision_id, one.review) for one in Ledger(house.raw).decisions.reviews][1:] == [
        (added.split(",")[0], "accepted")
    ]
    if not columns:
        assert "no column supersedes" in house.refused("reviews:old", "withdraw")


def test_a_file_changed_meanwhile_is_not_written_over(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(house.raw)
    house.decide(house.item("project")["item_id"], "accept")
    before = house.files()
    with pytest.raises(KakehashiError, match="meanwhile"):
        ledger.add("reviews", {"decision_id": "late"})
    assert house.files() == before

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kakehashi.ledger.os.fsync", full)
    assert "No space left" in house.refused(house.item("organization")["item_id"], "new")


def test_what_a_killed_reviewer_left_behind_is_swept_away(tmp_path: Path) -> None:
    folder = tmp_path / "decisions"
    folder.mkdir()
    (folder / ".decision-half").write_text("decision_id,")
    row = {
        "decision_id": "one", "decided_on": "2026-11-22", "decided_by": "somebody", "table": "projects", "key": "p",
        "review": "accepted", "reason": "Seen.",
    }  # fmt: skip
    Ledger(tmp_path).add("reviews", row)
    assert [path.name for path in folder.iterdir()] == ["reviews.csv"]


def test_a_clock_before_the_release_is_doubted(capsys: pytest.CaptureFixture[str]) -> None:
    _doubt_the_clock("2026-11-22", "2026.11.22.3")
    assert capsys.readouterr().err == ""
    _doubt_the_clock("2016-11-22", "2026.11.22.3")
    assert "the clock here says 2016-11-22, before the release of 2026-11-22" in capsys.readouterr().err


def test_a_conflict_that_no_rule_decides_is_asked_and_settled(house: House) -> None:
    curated = house.raw / "curated"
    curated.mkdir()
    (curated / "projects.csv").write_text(
        "project_id,name,city,country,sector,source_ids,stated_on\n"
        "works,Works,Akron,USA,other,kakehashi-reference,2026-01-02\n"
        "works,,Toledo,,,kakehashi-reference,2026-01-02\n"
    )
    house.build()
    item = house.item("conflict")
    keep, other = item["choices"]
    assert (keep["decision"], other["decision"]) == ("keep", "correct")
    published = next(row["city"] for row in house.rows("projects") if row["project_id"] == "works")
    assert {published, other["value"]} == {"Akron", "Toledo"}
    house.decide(item["item_id"], "keep")
    house.build()
    assert "conflict" not in _kinds(house)
    conflict = house.one("conflicts", table="projects", key="works", column="city")
    assert conflict is not None
    assert (conflict["rule"], conflict["chosen_value"]) == ("decision", published)

    (curated / "projects.csv").write_text((curated / "projects.csv").read_text().replace(other["value"], "Lima"))
    house.build()
    assert sorted(_kinds(house)) == ["conflict", "decision", "organization", "project"]


def test_a_release_without_a_queue_says_so(house: House) -> None:
    for item in house.review():
        house.decide(item["item_id"], "dismiss")
    house.build()
    code, out, _ = house.run("review")
    assert (code, out) == (cli.DONE, "Nothing waits in release 2026.11.22.1.\n")
    code, _, err = house.run("review", "--kind", "nonsense")
    assert (code, "one of organization" in err) == (cli.FAILED, True)

"""What had been published on a day, what was true on a day, and what changed, in words."""

from __future__ import annotations

import datetime as dt
import functools
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from publish_sample import Row, frames

from kakehashi import load
from kakehashi.cli import main
from kakehashi.published import Published
from kakehashi.validity import valid_rows
from pipelines.errors import KakehashiError, ReleaseError
from pipelines.publish.release import write_release
from pipelines.publish.targets.index import index_json
from pipelines.reconcile.choose import Row as Store

FEBRUARY, MARCH = dt.date(2026, 2, 20), dt.date(2026, 3, 20)


@pytest.fixture
def two(tmp_path: Path, rows: Callable[[], dict[str, list[Row]]]) -> Path:
    """An output folder with a release of February and one of March in which a plant has another name."""
    first, second = rows(), rows()
    second["projects"][0]["name"] = "Plant of another name"
    for day, tables, mark in ((FEBRUARY, first, "a"), (MARCH, second, "b")):
        without = {name: frame for name, frame in frames(tables).items() if name != "changes"}
        write_release(without, output=tmp_path, released_on=day, input_sha256=mark * 64)
    return tmp_path


def name_of(frame: object) -> str:
    return str(frame["name"].tolist()[0])  # type: ignore[index]


@pytest.mark.parametrize(
    ("day", "name"),
    [("2026-02-20", "+Diamond plant"), ("2026-03-19", "+Diamond plant"), (MARCH, "Plant of another name")],
)
def test_as_of_gives_what_had_been_published(two: Path, day: str | dt.date, name: str) -> None:
    assert name_of(load("projects", output=two, as_of=day)) == name


def test_before_the_first_release_the_oldest_one_is_named(two: Path) -> None:
    with pytest.raises(ReleaseError, match=r"no release by 2026-02-19: the oldest one is 2026\.02\.20, of 2026-02-20"):
        load("projects", output=two, as_of="2026-02-19")
    with pytest.raises(KakehashiError, match="a day as 2026-03-01"):
        load("projects", output=two, as_of="March")
    with pytest.raises(ReleaseError, match="there is no release at all"):
        load("projects", output=two / "nowhere", as_of="2026-03-01")


@pytest.fixture
def address(two: Path) -> Iterator[str]:
    """The same releases at an address of this machine, with their index."""
    (two / "releases.json").write_bytes(index_json(["2026.03.20", "2026.02.20"]))
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(two))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_releases_at_an_address(two: Path, address: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert name_of(load("projects", releases=address)) == "Plant of another name"
    assert name_of(load("projects", releases=address, as_of="2026-03-01")) == "+Diamond plant"
    with pytest.raises(ReleaseError, match=r"the oldest one is 2026\.02\.20"):
        load("projects", releases=address, as_of="2020-01-01")
    with pytest.raises(ReleaseError, match=r"one of the releases there are: 2026\.02\.20, 2026\.03\.20"):
        load("projects", "2025.01.01", releases=address)
    with pytest.raises(ReleaseError, match="valid_on at an address"):
        load("projects", releases=address, valid_on="2026-03-01")
    path = two / "releases" / "2026.03.20" / "tables" / "projects.parquet"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ReleaseError, match="sha256"):
        load("projects", releases=address)
    (two / "releases.json").write_text("[{}]")
    with pytest.raises(ReleaseError, match="a list of releases"):
        load("projects", releases=address)
    capfd.readouterr()


def test_an_address_that_is_none() -> None:
    with pytest.raises(ReleaseError, match="no http address"):
        load("projects", releases="file:///etc")
    for none in ("http://127.0.0.1:9/none", "http://127.0.0.1:9/a b\n", "http://127.0.0.1:port/"):
        with pytest.raises(ReleaseError, match=r"a file of a release|no http address"):
            load("projects", releases=none)
    for none in ("http://[bad", "https://", "data"):
        with pytest.raises(ReleaseError, match="no http address"):
            load("projects", releases=none)


@pytest.mark.parametrize("day", [pd.Timestamp("2026-03-01T09:00"), dt.datetime(2026, 3, 1, 9), dt.date(2026, 3, 1)])
def test_a_moment_is_taken_as_its_day_and_a_folder_as_text(two: Path, day: dt.date) -> None:
    assert name_of(load("projects", output=str(two), as_of=day)) == "+Diamond plant"
    assert len(load("amounts", output=str(two), valid_on=day)) == len(
        load("amounts", output=two, valid_on=str(day)[:10])
    )


@pytest.mark.parametrize("day", [pd.NaT, 20260301, "", "2026-13-01"])
def test_what_is_no_day_is_told(two: Path, day: Any) -> None:
    for word in ("as_of", "valid_on"):
        with pytest.raises(KakehashiError, match="a day as 2026-03-01"):
            load("projects", output=two, **{word: day})


def test_what_lies_beside_the_releases_is_none_of_them(two: Path) -> None:
    for stray in ("2026-notes", ".signing-abc", "2026.03.20-copy", "old"):
        (two / "releases" / stray).mkdir()
    (two / "releases" / "2026.04.01").write_text("a file")
    assert name_of(load("projects", output=two, as_of="2026-03-01")) == "+Diamond plant"
    with pytest.raises(ReleaseError, match=r"one of the releases there are: 2026\.02\.20, 2026\.03\.20\."):
        load("projects", "2026.04.01", output=two)


def test_valid_on_gives_what_held_by_what_is_known_now(two: Path) -> None:
    everything = load("amounts", output=two)
    assert len(load("amounts", output=two, valid_on="2030-01-01")) == len(everything)
    assert len(load("amounts", output=two, valid_on="2000-01-01")) == 0
    undated = load("projects", output=two, valid_on="2000-01-01")
    assert undated["project_id"].tolist() == ["gas-plant"]  # nothing dates it: kept, at no known stage
    assert undated["stage"].isna().all()
    now = load("projects", output=two, valid_on="2030-01-01")
    assert list(now.columns) == list(load("projects", output=two).columns)
    with pytest.raises(ReleaseError, match="rows without a day"):
        load("materials", output=two, valid_on="2026-01-01")


def test_the_changelog_says_what_changed_in_both_languages(two: Path) -> None:
    first, second = (two / "releases" / name for name in ("2026.02.20", "2026.03.20"))
    assert "first release" in (first / "CHANGELOG.md").read_text("utf-8")
    english, japanese = ((second / name).read_text("utf-8") for name in ("CHANGELOG.md", "CHANGELOG.ja.md"))
    assert "Against release 2026.02.20: 1 changes" in english
    assert "- `diamond-plant` name: +Diamond plant → Plant of another name" in english
    assert "リリース 2026.02.20 との比較で 1 件の変更" in japanese
    assert "- `diamond-plant` の name:+Diamond plant → Plant of another name" in japanese


def test_the_command_tells_changes_to_people_programs_and_browsers(
    two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ["diff", "2026.02.20", "2026.03.20", "--output", str(two)]
    assert main(ask) == 0
    told = capsys.readouterr().out
    assert "Plant of another name" in told
    assert told.splitlines()[-1] == "1 changes from 2026.02.20 to 2026.03.20: 1 rule_changed"
    assert main([*ask, "--json"]) == 0
    (change,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (change["table"], change["key"], change["column"]) == ("projects", "diamond-plant", "name")
    assert main([*ask, "--html", str(tmp_path / "page.html")]) == 0
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "Plant of another name" in page
    assert "http" not in page
    assert main(["diff", str(two / "releases" / "2026.03.20"), "2026.03.20", "--output", str(two)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("none")
    assert main(["diff", "2025.01.01", "latest", "--output", str(two)]) == 1


def told(event_on: dt.date | None, precision: str = "day", announced_on: dt.date | None = None) -> Published:
    """A release of one project with one event."""
    values = {"project_id": "plant", "review": "approved", "announced_on": announced_on, "stage": "operating"}
    project = Store("projects", ("plant",), {name: value for name, value in values.items() if value is not None})
    event = Store("events", ("e1",), {"project_id": "plant", "stage": "announced", "event_precision": precision})
    event.values.update(
        event_id="e1", modality="asserted", evidence="primary_document", n_witnesses=1, review="approved"
    )
    if event_on is not None:
        event.values["event_on"] = event_on
    tables = {"projects": {"plant": project}, "events": {"e1": event}, "tranches": {}}

    class OneProject(Published):
        def __init__(self) -> None: ...

        def rows(self, *names: str) -> dict[str, dict[str, Store]]:
            return {name: tables[name] for name in names}

    return OneProject()


@pytest.mark.parametrize(
    ("precision", "before", "after"),
    [
        ("day", dt.date(2026, 2, 28), dt.date(2026, 3, 1)),
        ("month", dt.date(2026, 3, 30), dt.date(2026, 3, 31)),
        ("quarter", dt.date(2026, 3, 30), dt.date(2026, 3, 31)),
        ("year", dt.date(2026, 12, 30), dt.date(2026, 12, 31)),
    ],
)
@pytest.mark.parametrize("announced", [None, dt.date(2026, 3, 1)])
def test_a_period_counts_from_its_end(
    precision: str, before: dt.date, after: dt.date, announced: dt.date | None
) -> None:
    release = told(dt.date(2026, 3, 1), precision, announced)
    assert valid_rows(release, "projects", before) == {}
    assert valid_rows(release, "projects", after)["plant"].text("stage") == "announced"
    assert valid_rows(release, "events", before) == {}
    assert set(valid_rows(release, "events", after)) == {"e1"}


def test_a_project_that_nothing_dates_is_kept_at_no_known_stage() -> None:
    found = valid_rows(told(None), "projects", dt.date(2026, 3, 1))
    assert found["plant"].text("stage") == ""

"""Raw folders: what is read, what is set aside, and that nothing is lost."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.build import Inputs, ingest, state
from pipelines.errors import KakehashiError, RawFileError
from pipelines.fingerprint import input_sha256
from pipelines.ingest.coded import claims_of
from pipelines.ingest.raw import Raw, read_raw
from pipelines.ingest.safety import read_file
from pipelines.ingest.values import CellError, canonical, parse, parse_date
from schemas.contract import TABLES

REFERENCE = Path(__file__).resolve().parents[2] / "raw" / "reference"
SOURCES = "source_id,publisher,tier,url,published_on,retrieved_on\npaper,The Paper,press,https://example.org/a,2026-03,2026-03-09\nnote,Notebook,aggregator,,,\n"


def _raw(folder: Path, **files: str | bytes) -> Raw:
    for name, content in {"curated/sources.csv": SOURCES, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_raw(folder, REFERENCE)


def _claims(raw: Raw, table: str) -> list[tuple[dict[str, object], str, str]]:
    found = []
    for file in raw.tables:
        if file.table == table:
            for claim in claims_of(file, raw.sources).claims:
                found.append(({name: cell.value for name, cell in claim.cells.items()}, claim.review, claim.source_id))
    return found


def _reasons(raw: Raw) -> list[tuple[str, str, int | None]]:
    bad = list(raw.quarantined)
    for file in raw.tables:
        if file.room == "curated":
            bad.extend(claims_of(file, raw.sources).quarantined)
    return [(item.source_path, item.reason_code, item.row) for item in bad]


def test_one_claim_a_row_and_source_with_typed_cells_and_places(tmp_path: Path) -> None:
    raw = _raw(
        tmp_path,
        **{
            "curated/events.csv": (
                "event_id,project_id,event_type,event_on,source_ids\ne,plant,groundbreaking,2026-03,paper|note\n"
            )
        },
    )
    claims = _claims(raw, "events")
    assert [source for _, _, source in claims] == ["note", "paper"]
    assert claims[0][0]["event_on"] == dt.date(2026, 3, 1)
    assert claims[0][0]["event_precision"] == "month"
    (file,) = [file for file in raw.tables if file.table == "events"]
    cell = claims_of(file, raw.sources).claims[0].cells["event_on"]
    assert (cell.literal, cell.locator) == ("2026-03", "curated/events.csv#e/event_on")


def test_facts_that_rest_on_sources_without_a_url_stay_unreviewed(tmp_path: Path) -> None:
    rows = "project_id,country,source_ids\na,USA,note\nb,USA,note|paper\n"
    raw = _raw(tmp_path, **{"curated/projects.csv": rows})
    assert {(cells["project_id"], review) for cells, review, _ in _claims(raw, "projects")} == {
        ("a", "unreviewed"),
        ("b", "accepted"),
    }


def test_a_partial_date_where_no_precision_stands_beside_it_is_not_known(tmp_path: Path) -> None:
    raw = _raw(
        tmp_path, **{"curated/programs.csv": "program_id,name,signed_on,source_ids\np,Programme,2025-09,paper\n"}
    )
    ((cells, _, _),) = _claims(raw, "programs")
    assert "signed_on" not in cells


@pytest.mark.parametrize(
    ("name", "content", "reason", "row"),
    [
        ("curated/projects.csv", "project_id,colour,source_ids\n", "unknown_column", None),
        ("curated/planets.csv", "name\nMars\n", "unknown_table", None),
        ("curated/projects.csv", b"project_id,name,source_ids\na,caf\xe9,paper\n", "bad_encoding", None),
        ("curated/projects.csv", "project_id,name,source_ids\na,b\n", "malformed", 2),
        ("curated/projects.csv", "project_id,project_id,source_ids\na,b,paper\n", "malformed", None),
        ("curated/projects.csv", "  \n", "empty", None),
        ("curated/projects.csv", "project_id,sector,source_ids\na,unknown,paper\n", "invalid_value", 2),
        ("curated/projects.csv", "project_id,capacity_value,source_ids\na,\"1,000\",paper\n", "invalid_value", 2),
        ("curated/projects.csv", "project_id,announced_on,source_ids\na,2026-02-30,paper\n", "invalid_value", 2),
        ("curated/projects.csv", "project_id,name,source_ids\na,b,nobody\n", "unknown_source", 2),
        ("curated/projects.csv", "project_id,name,source_ids\na,b,\n", "unknown_source", 2),
        ("curated/sources__more.csv", "source_id,publisher\npaper,Again\n", "duplicate", 2),
        ("inbox/picture.bin", b"\x00\x01\x02\x03" * 50, "unreadable_format", None),
        ("documents/x/source.yaml", "source_id: x\ndocument: gone.md\n", "missing_source", None),
        ("documents/x/source.yaml", "source_id: x\ncolour: red\n", "unknown_column", None),
        ("documents/x/notes.md", "text", "missing_source", None),
        ("documents/paper/source.yaml", "source_id: paper\npublisher: Another\ndocument: a.md\n", "conflicting_record", None),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_set_aside_with_its_reason(
    tmp_path: Path, name: str, content: str | bytes, reason: str, row: int | None
) -> None:
    raw = _raw(tmp_path, **{name: content})
    ((path, code, number),) = _reasons(raw)
    assert (code, number) == (reason, row)
    assert name.startswith(path)
    assert name in raw.hashes, "a refused file still counts in the hash of the input"


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    inbox = tmp_path / "raw" / "inbox"
    inbox.mkdir(parents=True)
    (inbox / "innocent.txt").symlink_to(tmp_path / "secret")
    with pytest.raises(RawFileError, match="leaves the folder"):
        read_file(inbox / "innocent.txt", inbox)
    assert [item.reason_code for item in read_raw(tmp_path / "raw", REFERENCE).quarantined] == ["unsafe"]


def test_an_error_names_file_place_finding_expectation_and_remedy(tmp_path: Path) -> None:
    raw = _raw(tmp_path, **{"curated/projects.csv": "project_id,sector,source_ids\na,rockets,paper\n"})
    (file,) = [file for file in raw.tables if file.table == "projects"]
    (item,) = claims_of(file, raw.sources).quarantined
    for part in (
        "curated/projects.csv, row 2, column sector",
        "found rockets",
        "expected a code of sector",
        "Correct the cell",
    ):
        assert part in item.reason


def test_the_newest_date_in_raw_is_the_release_date(tmp_path: Path) -> None:
    raw = _raw(tmp_path)
    ours = read_raw(tmp_path / "empty", REFERENCE).newest_date()
    assert raw.newest_date() == max(dt.date(2026, 3, 9), ours or dt.date.min)


@given(st.decimals(min_value=-(10**17), max_value=10**17, places=2))
def test_money_written_plainly_reads_back(value: Decimal) -> None:
    column = next(c for c in TABLES["amounts"].columns if c.name == "high")
    assert parse(canonical(value), column.arrow_type) == value


@given(st.dates())
def test_dates_read_back(value: dt.date) -> None:
    assert parse_date(value.isoformat()) == (value, "day")


@given(st.text(max_size=20))
def test_a_cell_is_a_number_or_refused_but_never_guessed(text: str) -> None:
    column = next(c for c in TABLES["projects"].columns if c.name == "capacity_value")
    try:
        value = parse(text, column.arrow_type)
    except CellError:
        return
    assert value is None or isinstance(value, float)


def test_a_row_that_does_not_fit_its_header_is_set_aside_and_the_others_stay(tmp_path: Path) -> None:
    rows = f"project_id,name,source_ids\na,A,paper\nb,B\nc,C,paper,more\nd,{'x' * 200_000},paper\ne,E,paper\n"
    raw = _raw(tmp_path, **{"curated/projects.csv": rows})
    assert [cells["project_id"] for cells, _, _ in _claims(raw, "projects")] == ["a", "e"]
    assert _reasons(raw) == [("curated/projects.csv", "malformed", number) for number in (3, 4, 5)]


@pytest.mark.parametrize("day", ["soon", "2026-02-30", "2099", "2099-01"])
def test_a_decision_without_a_full_day_gives_no_release_date(tmp_path: Path, day: str) -> None:
    without = _raw(tmp_path).newest_date()
    header = "decision_id,decided_on,decided_by,table,key,review,reason\n"
    raw = _raw(tmp_path, **{"decisions/reviews.csv": f"{header}d,{day},me,projects,a,accepted,x\n"})
    assert raw.newest_date() == without


_BOMB = "title: &a [x, x]\npublisher: &b [*a, *a]\nnote: [*b, *b]\n"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("documents/d/source.yaml", "source_id: d\npublished_on: 2026-02-30\n", "malformed"),
        ("documents/d/source.yaml", "source_id: d\nnote: " + "[" * 5000, "malformed"),
        ("documents/d/source.yaml", "source_id: d\n" + _BOMB, "malformed"),
        ("documents/d/source.yaml", "source_id: d\ntitle: {a: b}\n", "malformed"),
        ("documents/d/source.yaml", "source_id: d\ndocument: [1]\n", "malformed"),
        ("documents/d/source.yaml", "source_id: a/b|c d\n", "invalid_value"),
        ("curated/sources__more.csv", "source_id,publisher\na b,P\n", "invalid_value"),
        ("inbox/a.md", "---\ndate: 2026-02-30\n---\n# A title\n\nText.\n", "malformed"),
        ("inbox/a.md", "---\nx: " + "[" * 5000 + "\n---\n# A title\n\nText.\n", "malformed"),
        ("inbox/a.md", "---\n" + _BOMB + "---\n# A title\n\nText.\n", "malformed"),
    ],
)
def test_hostile_records_are_set_aside(tmp_path: Path, name: str, content: str, reason: str) -> None:
    assert [code for _, code, _ in _reasons(_raw(tmp_path, **{name: content}))] == [reason]


def test_a_reader_that_fails_in_any_way_costs_its_file_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(content: bytes, path: str, source: object) -> None:
        raise LookupError("inside a library")

    monkeypatch.setattr("pipelines.ingest.readers.text.read", fail)
    (item,) = _raw(tmp_path, **{"inbox/a.txt": "Plain words.", "inbox/b.md": "# Title\n\nText.\n"}).quarantined
    assert (item.source_path, item.reason_code) == ("inbox/a.txt", "malformed")
    assert "LookupError" in item.reason


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("source.yaml", "- 1\n- a\n", "malformed"),
        ("places.csv", "a,b\n1,2\n", "missing_column"),
        ("program_names.csv", "a,b\n1,2\n", "missing_column"),
        ("organizations.csv", "org_id,kind\na,company\n", "missing_column"),
        ("vocabulary/scales.csv", "a\n1\n", "missing_column"),
        ("planets.csv", "a\n1\n", "unknown_table"),
        ("places__more.csv", "code,kind,name\nUSA,country,America\n", "unknown_table"),
    ],
)
def test_a_broken_reference_is_set_aside_and_the_build_goes_on(
    tmp_path: Path, name: str, content: str, reason: str
) -> None:
    path = tmp_path / "reference" / name
    path.parent.mkdir(parents=True)
    path.write_text(content)
    raw = ingest(Inputs(tmp_path))
    assert [(item.source_path, item.reason_code) for item in raw.quarantined] == [(f"reference/{name}", reason)]
    state(raw)


@pytest.mark.parametrize("make", ["nothing", "file"])
def test_a_reference_that_is_no_folder_is_an_error(tmp_path: Path, make: str) -> None:
    if make == "file":
        (tmp_path / "ref").write_text("x")
    with pytest.raises(KakehashiError, match="no folder"):
        ingest(Inputs(tmp_path, tmp_path / "ref"))


def test_a_file_name_of_any_bytes_can_be_told(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    for name in (b"\xff\xfe.bin", b"new\nline.bin"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/inbox/" + name)).write_bytes(b"\x00\x01\x02" * 50)
    raw = read_raw(tmp_path, REFERENCE)
    assert {item.source_path for item in raw.quarantined} == {"inbox/\\xff\\xfe.bin", "inbox/new\\nline.bin"}
    assert input_sha256(raw.hashes, None)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("documents/loose.md", "missing_source"),
        ("documents/README.md", "missing_source"),
        ("curated/projects.xlsx", "unreadable_format"),
        ("curated/PROJECTS.CSV", "unreadable_format"),
        ("statistics/x.csv", "missing_source"),
        ("decisions/unknown.csv", "unknown_table"),
        ("decisions/sources.csv", "unknown_table"),
        ("stray.pdf", "missing_source"),
        ("inbox", "unreadable_format"),
    ],
)
def test_no_file_is_passed_over_in_silence(tmp_path: Path, name: str, reason: str) -> None:
    raw = _raw(tmp_path, **{name: "a,b\n1,2\n"})
    assert _reasons(raw) == [(name, reason, None)]
    assert name in raw.hashes


def test_what_lies_beside_a_source_is_set_aside_and_the_source_stays(tmp_path: Path) -> None:
    files = {
        "documents/d/source.yaml": "source_id: d\ndocument: document.md\n",
        "documents/d/document.md": "# Title\n\nText.\n",
        "documents/d/second.md": "# Title\n\nText.\n",
        "statistics/s/source.yaml": "source_id: s\n",
        "statistics/s/data.xlsx": "x",
        "curated/README.md": "What lies here.",
    }
    raw = _raw(tmp_path, **files)
    assert {(path, code) for path, code, _ in _reasons(raw)} == {
        ("documents/d/second.md", "missing_source"),
        ("statistics/s/data.xlsx", "unreadable_format"),
    }
    assert [document.source.source_id for document in raw.documents] == ["d"]


def test_an_unknown_folder_and_links_to_folders_are_set_aside(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "raw" / "foo").mkdir(parents=True)
    (tmp_path / "raw" / "inbox").mkdir()
    (tmp_path / "raw" / "inbox" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "raw" / "curated").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "raw" / ".hidden").write_text("x")
    (tmp_path / "raw" / "README.md").write_text("x")
    found = {(item.source_path, item.reason_code) for item in read_raw(tmp_path / "raw", REFERENCE).quarantined}
    assert found == {("foo", "unknown_table"), ("inbox/linked", "unsafe"), ("curated", "unsafe")}


def test_a_folder_that_cannot_be_read_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "inbox" / "closed"
    closed.mkdir(parents=True)
    scandir = os.scandir

    def guarded(path: str) -> Any:
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    (item,) = read_raw(tmp_path, REFERENCE).quarantined
    assert (item.source_path, item.reason_code) == ("inbox/closed", "unreadable_format")

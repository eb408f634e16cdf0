"""Raw folders: what is read, what is set aside, and that nothing is lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import RawFileError
from pipelines.ingest.coded import claims_of
from pipelines.ingest.raw import Raw, read_raw
from pipelines.ingest.safety import read_file
from pipelines.ingest.values import CellError, canonical, parse, parse_date
from schemas.contract import TABLES

REFERENCE = Path(__file__).resolve().parents[2] / "raw" / "reference"
SOURCES = "source_id,publisher,tier,url,published_on,retrieved_on\npaper,The Paper,press,https://example.org/a,2026-03,2026-03-09\nnote,Notebook,aggregator,,,\n"


def _raw(folder: Path, **files: str | bytes) -> Raw:
    for name, content in {"curated/sources.csv": SOURCES, **files}.items():
        path = folder / name.replace("__", "/", 1) if not name.startswith("curated/") else folder / name
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
        ("curated/projects.csv", "project_id,name,source_ids\na,b\n", "malformed", None),
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

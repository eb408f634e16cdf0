"""`make bench` measures what it says: its documents, and its way of adding one. Nothing here looks at a clock."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.build import Inputs, ingest
from tests import bench_concentration, bench_incremental, bench_reading
from tests.bench_bilateral import write_trade
from tests.bench_corpus import NUMBER, SIZE, BenchDocument, dense, document, mixed


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_documents_are_many_distinct_and_of_one_size(language: str) -> None:
    for documents in (dense(language), mixed(language)):
        assert len({one.body for one in documents}) == len(documents) >= NUMBER
        assert len({one.name for one in documents}) == len(documents)
        assert 0.85 * SIZE < sum(len(one.content) for one in documents) / len(documents) < 1.15 * SIZE
    assert all(one.relevant for one in dense(language))
    assert sum(one.relevant for one in mixed(language)) == NUMBER // 5


def test_they_are_the_same_everywhere() -> None:
    assert document(7, "ja", relevant=False) == document(7, "ja", relevant=False)
    assert document(7, "ja", relevant=False) != document(8, "ja", relevant=False)


def test_a_rate_is_measured_over_every_item(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_reading, "PASS_SECONDS", 0.0)
    seen: list[str] = []
    rate = bench_reading.measure(seen.append, ["a", "b"], 2000)
    assert (seen, rate.texts, rate.size) == (["a", "b"] * bench_reading.PASSES, 2, 2000)


@pytest.mark.parametrize(("ours", "told"), [(300.0, "reached"), (50.0, "MISSED")])
def test_a_ratio_is_told_with_what_was_asked(ours: float, told: str) -> None:
    peer = bench_reading.Rate(1, 1000, 1.0)
    line = bench_reading._ratio(bench_reading.Rate(1, 1000, 1 / ours), peer, "spaCy")
    assert f"{ours:,.1f} times it (asked 100: {told})" in line


def test_one_document_is_added_to_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[int] = []

    def read(raw: Path, memory: Path) -> int:
        seen.append(len(ingest(Inputs(raw)).documents))
        return seen[-1]

    monkeypatch.setattr(bench_incremental, "_remembering", read)
    bench_incremental.main(4)
    assert seen == [4, 4, 5]
    assert "with one document more" in capsys.readouterr().out


def test_peers_that_are_not_installed_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_reading, "PEERS", tmp_path / "python")
    assert bench_reading._peers({("mixed", "en"): list[BenchDocument](), ("dense", "en"): []}) == {}


def test_flows_are_as_many_as_asked_and_none_stands_twice(tmp_path: Path) -> None:
    first, second = (write_trade(tmp_path, 30_000, products=40, rows_a_year=15_000) for _ in range(2))
    assert first == second
    whole = pa.concat_tables([pq.read_table(path) for path in first])
    assert whole.column_names == ["t", "i", "j", "k", "v", "q"]
    assert 0.9 * 30_000 < len(whole) < 1.1 * 30_000
    assert whole.group_by(["t", "i", "j", "k"]).aggregate([]).num_rows == len(whole)
    assert not any(one["i"] == one["j"] for one in whole.select(["i", "j"]).to_pylist())


@pytest.mark.slow
def test_concentration_is_measured_beside_the_hands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench_concentration.main(20_000, tmp_path)
    told = capsys.readouterr().out
    assert "1 and 2 threads: the same bytes" in told
    assert ", 0 differ" in told
    assert " by hand (asked at most 1.25" in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_what_needs_more_than_the_limit_is_ended_and_counts_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "baci"
    source.mkdir()
    write_trade(source, 2000, products=40, rows_a_year=2000)
    one = bench_concentration.run("polars", source, tmp_path / "polars", 1, limit=20_000_000)
    assert not one.whole
    monkeypatch.setattr(bench_concentration, "LIMIT", 20_000_000)
    bench_concentration.main(2000, tmp_path)
    told = capsys.readouterr().out
    assert told.count("ENDED") == 4
    assert "by hand" not in told

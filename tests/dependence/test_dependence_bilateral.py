"""Shares and concentration of whole bilateral tables: by hand, for any figures, on any number of threads, on real rows."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipelines.dependence import bilateral_files
from pipelines.dependence.bilateral import UNITS_PER_DOLLAR, concentrate
from pipelines.dependence.bilateral_files import CONCENTRATION, LEAST_MEMORY, SHARES, Told, concentrate_files
from pipelines.dependence.bilateral_ranges import range_starts
from pipelines.dependence.metrics import Share, hhi_bounds, leader, supplier_shares
from pipelines.dependence.trade_keys import UNSPLIT, country_code, country_text, pack
from pipelines.engine import LocalEngine, ThreadEngine
from pipelines.errors import RawFileError
from tests.bench_bilateral import write_trade
from tests.bench_concentration import differences, digest

PATIENT = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
NAMES = ("CHN", "DEU", "JPN", "KOR", "THA", "USA")
CHINA, JAPAN, GERMANY, ELSEWHERE = 156, 392, 276, 490
"""Numbers of CEPII; the last is an area that is no single country."""


def one_group(flows: list[tuple[str, int]]) -> tuple[dict[str, float], dict[str, Any]]:
    """Shares by partner and the row of concentration, of one importer's imports in whole dollars."""
    codes = np.array([UNSPLIT if name == "OTH" else country_code(name) for name, _ in flows], np.int64)
    same = np.ones(len(flows), np.int64)
    keys = pack(same * 2024, same * country_code("GBR"), same * 10121, codes)
    amounts = np.array([dollars * UNITS_PER_DOLLAR for _, dollars in flows], np.int64)
    found = concentrate(keys, amounts, country_code("CHN"), True)
    shares = {one["partner"]: one["share_pct"] for one in found.shares.to_pylist()}
    return shares, next(iter(found.concentration.to_pylist()), {})


def table(rows: list[tuple[Any, ...]], **columns: pa.DataType) -> pa.Table:
    """Rows of year, exporter, importer, product and thousand dollars."""
    types = {"t": pa.int32(), "i": pa.int32(), "j": pa.int32(), "k": pa.int32(), "v": pa.float64(), **columns}
    cells = zip(*rows, strict=True) if rows else ([],) * len(types)
    return pa.table({
        name: pa.array(list(values), kind) for (name, kind), values in zip(types.items(), cells, strict=True)
    })  # fmt: skip


def found_in(folder: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ds.dataset(folder / name).to_table().to_pylist()
    return rows


def reckoned(folder: Path, rows: pa.Table, **arguments: Any) -> Told:
    pq.write_table(rows, folder / "flows.parquet")
    return concentrate_files([folder / "flows.parquet"], folder / "found", **arguments)


def test_a_table_by_hand(tmp_path: Path) -> None:
    told = reckoned(tmp_path, table([
        (2024, CHINA, 826, 10121, 60.0), (2024, JAPAN, 826, 10121, 30.0), (2024, GERMANY, 826, 10121, 10.0),
        (2023, JAPAN, 826, 10121, 0.001),
    ]))  # fmt: skip
    assert told == Told(rows=4, flows=4, groups=2, without_country=0)
    assert [(one["year"], one["partner"], one["value_usd"], one["share_pct"]) for one in found_in(tmp_path / "found", SHARES)] == [
        (2023, "JPN", 1.0, 100.0), (2024, "CHN", 60_000.0, 60.0), (2024, "DEU", 10_000.0, 10.0), (2024, "JPN", 30_000.0, 30.0),
    ]  # fmt: skip
    assert found_in(tmp_path / "found", CONCENTRATION)[1] == {
        "importer": "GBR", "hs6": "010121", "year": 2024, "value_usd": 100_000.0, "n_suppliers": 3, "top_supplier": "CHN",
        "top_supplier_share_pct": 60.0, "china_share_pct": 60.0, "supplier_hhi_low": 4600.0, "supplier_hhi_high": 4600.0,
    }  # fmt: skip
    assert found_in(tmp_path / "found", CONCENTRATION)[0]["china_share_pct"] is None


def test_areas_that_are_no_country_supply_and_are_no_supplier(tmp_path: Path) -> None:
    told = reckoned(tmp_path, table([
        (2024, CHINA, 826, 10121, 30.0), (2024, ELSEWHERE, 826, 10121, 50.0), (2024, 849, 826, 10121, 20.0),
        (2024, CHINA, ELSEWHERE, 10121, 5.0),
    ]))  # fmt: skip
    assert told.without_country == 1
    (one,) = found_in(tmp_path / "found", CONCENTRATION)
    assert (one["n_suppliers"], one["top_supplier"], one["china_share_pct"]) == (1, None, 30.0)
    assert (one["supplier_hhi_low"], one["supplier_hhi_high"]) == (900.0, 900.0 + 70.0**2)
    assert {one["partner"]: one["share_pct"] for one in found_in(tmp_path / "found", SHARES)} == {
        "CHN": 30.0,
        "OTH": 70.0,
    }


def test_two_largest_are_none() -> None:
    assert one_group([("CHN", 40), ("JPN", 40), ("KOR", 20)])[1]["top_supplier"] is None


def test_codes_may_stay_as_they_are_written(tmp_path: Path) -> None:
    reckoned(tmp_path, table([(2024, 7, 9, 10121, 3.0), (2024, 156, 9, 10121, 1.0)]), place=None)
    (one,) = found_in(tmp_path / "found", CONCENTRATION)
    assert (one["importer"], one["top_supplier"], one["china_share_pct"]) == ("9", "7", 25.0)


def test_nothing_supplied_is_no_supplier(tmp_path: Path) -> None:
    told = reckoned(tmp_path, table([(2024, CHINA, 826, 10121, 0.0)]))
    assert (told.rows, told.flows, told.groups) == (1, 0, 0)
    assert found_in(tmp_path / "found", CONCENTRATION) == []
    (tmp_path / "none").mkdir()
    assert reckoned(tmp_path / "none", table([])).rows == 0


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ((2024, CHINA, 826, 10121, None), "empty cell"),
        ((2024, CHINA, 826, 10121, -1.0), "-1.0 thousand"),
        ((2024, CHINA, 826, 10121, math.nan), "nan thousand"),
        ((2024, CHINA, 826, 10121, 1e12), "thousand dollars"),
        ((2024, CHINA, 826, 1_000_000, 1.0), "HS code 1000000"),
        ((2024, CHINA, 826, None, 1.0), "empty cell"),
        ((24, CHINA, 826, 10121, 1.0), "year 24"),
        ((2024, 999, 826, 10121, 1.0), "999"),
        ((2024, CHINA, 70_000, 10121, 1.0), "country 70000"),
    ],
)
def test_what_is_no_flow_stops_the_table(tmp_path: Path, row: tuple[Any, ...], told: str) -> None:
    with pytest.raises(RawFileError, match=told) as caught:
        reckoned(tmp_path, table([(2024, CHINA, 826, 10121, 1.0), row]))
    assert "flows.parquet, row group 0" in caught.value.where
    assert [one.name for one in tmp_path.iterdir()] == ["flows.parquet"]


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    good, other, text = tmp_path / "good.parquet", tmp_path / "other.parquet", tmp_path / "words.csv"
    pq.write_table(table([(2024, CHINA, 826, 10121, 1.0)]), good)
    pq.write_table(pa.table({"t": [1]}), other)
    text.write_text("year,exporter,importer,hs6,value_kusd\n2024,CHN,GBR,010121,many\n")
    new = tmp_path / "found"
    for sources, told in (([], "0 layouts"), ([other], "columns t"), ([good, text], "2 layouts"), ([text], "many")):
        with pytest.raises(RawFileError, match=told):
            concentrate_files(sources, new)
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    with pytest.raises(RawFileError, match="Parquet or CSV"):
        concentrate_files([tmp_path / "broken.parquet"], new)
    with pytest.raises(RawFileError, match="at least"):
        concentrate_files([good], new, memory=LEAST_MEMORY - 1)
    new.mkdir()
    with pytest.raises(RawFileError, match="there already"):
        concentrate_files([good], new)


def test_an_importer_too_large_for_the_limit_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bilateral_files, "_ROW_BYTES", LEAST_MEMORY)
    with pytest.raises(RawFileError, match="rows of one importer and year"):
        reckoned(tmp_path, table([(2024, CHINA, 826, 10121, 1.0)]), memory=LEAST_MEMORY)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("baci")
    write_trade(folder, 60_000, products=40, rows_a_year=20_000)
    return folder


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranges of a few thousand rows, so that a small table is cut into many."""
    monkeypatch.setattr(bilateral_files, "_BYTES_FOR_A_ROW", bilateral_files.MEMORY // 5000)


@pytest.mark.usefixtures("narrow")
def test_threads_order_and_cutting_move_no_digit(generated: Path, tmp_path: Path) -> None:
    sources = sorted(generated.glob("*.parquet"))
    for threads in (1, 2, 5):
        concentrate_files(sources, tmp_path / str(threads), threads=threads)
    assert len(list((tmp_path / "1" / SHARES).iterdir())) > 5
    assert digest(tmp_path / "1") == digest(tmp_path / "2") == digest(tmp_path / "5")
    whole = pa.concat_tables([pq.read_table(path) for path in sources])
    shuffled = whole.take(np.random.default_rng(1).permutation(len(whole)))
    pq.write_table(shuffled, tmp_path / "shuffled.parquet", row_group_size=7000)
    concentrate_files([tmp_path / "shuffled.parquet"], tmp_path / "other order", threads=3)
    assert digest(tmp_path / "1") == digest(tmp_path / "other order")
    halves = whole.set_column(4, "v", pa.array(whole["v"].to_numpy() / 2))
    pq.write_table(pa.concat_tables([halves, halves]), tmp_path / "halves.parquet")
    told = concentrate_files([tmp_path / "halves.parquet"], tmp_path / "twice", threads=2)
    assert (told.rows, told.flows) == (2 * len(whole), len(whole))
    for name in (SHARES, CONCENTRATION):  # cut elsewhere, for it has more rows; the same rows in the same order
        once, twice = (ds.dataset(tmp_path / folder / name).to_table() for folder in ("1", "twice"))
        assert once.equals(twice)


@pytest.mark.usefixtures("narrow")
def test_pandas_reckons_the_same(generated: Path, tmp_path: Path) -> None:
    told = concentrate_files(sorted(generated.glob("*.parquet")), tmp_path / "found", threads=2)
    compared, wrong = differences(generated, tmp_path / "found", sample=30)
    assert compared > 1000
    assert wrong == 0
    assert told.rows == told.flows


@pytest.mark.usefixtures("narrow")
def test_a_wrong_result_does_not_pass_as_equal(generated: Path, tmp_path: Path) -> None:
    concentrate_files(sorted(generated.glob("*.parquet")), tmp_path / "found")
    for path in (tmp_path / "found" / SHARES).iterdir():
        rows = pq.read_table(path)
        pq.write_table(rows.set_column(5, "share_pct", pa.array(rows["share_pct"].to_numpy() + 1e-4)), path)
    assert differences(generated, tmp_path / "found", sample=5)[1] > 0


def test_real_rows_reckoned_plainly_are_the_same(shared: Path, tmp_path: Path) -> None:
    path = shared / "data" / "baci" / "baci_hs17_critical_2024.csv"
    told = concentrate_files([path], tmp_path / "found", threads=2)
    frame = pd.read_csv(path, dtype={"hs6": str}, keep_default_na=False)
    lumps = ("S19", "R20", "ZA1")
    frame = frame[~frame.importer.isin(lumps)]
    assert told.rows - told.without_country == len(frame) > 20_000
    frame["partner"] = frame.exporter.where(~frame.exporter.isin(lumps), "OTH")
    plain = frame.groupby(["importer", "hs6", "partner"]).value_kusd.sum().reset_index()
    plain["share"] = plain.value_kusd / plain.groupby(["importer", "hs6"]).value_kusd.transform("sum") * 100
    ours = pd.DataFrame(found_in(tmp_path / "found", SHARES))
    both = plain.merge(ours, on=["importer", "hs6", "partner"])
    assert len(both) == len(plain) == len(ours)
    assert (both.share - both.share_pct).abs().max() < 2e-6
    named = plain[plain.partner != "OTH"]
    index = (named.share**2).groupby([named.importer, named.hs6]).sum()
    groups = pd.DataFrame(found_in(tmp_path / "found", CONCENTRATION)).set_index(["importer", "hs6"])
    assert (groups.supplier_hhi_low - index.reindex(groups.index).fillna(0.0)).abs().max() < 1e-5
    assert (groups.supplier_hhi_high >= groups.supplier_hhi_low).all()
    assert (
        groups.n_suppliers - named.groupby(["importer", "hs6"]).size().reindex(groups.index).fillna(0)
    ).abs().max() == 0


# For any figures ------------------------------------------------------------------------------------------------------

FLOWS = st.lists(st.tuples(st.sampled_from((*NAMES, "OTH")), st.integers(0, 10**9)), min_size=1, max_size=12)


@PATIENT
@given(FLOWS, st.randoms(use_true_random=False))
def test_the_formulas_are_those_of_the_measures(flows: list[tuple[str, int]], chance: random.Random) -> None:
    sums: dict[str, int] = {}
    for name, dollars in flows:
        sums[name] = sums.get(name, 0) + dollars
    sums = {name: dollars for name, dollars in sums.items() if dollars}
    shares, row = one_group(flows)
    plain = supplier_shares({name: float(dollars) for name, dollars in sums.items()})
    assert shares == {name: pytest.approx(share, abs=1e-6) for name, share in plain.items()}
    if not plain:
        assert row == {}
        return
    assert math.isclose(math.fsum(shares.values()), 100, abs_tol=1e-5)
    rest = plain.pop("OTH", 0.0)
    exact = {name: Share(min(share, 100.0), min(share, 100.0)) for name, share in plain.items()}
    lumped = [Share(0.0, rest)] if rest else []
    if exact:
        low, high = hhi_bounds([*exact.values(), *lumped]) or (math.nan, math.nan)
        assert (row["supplier_hhi_low"], row["supplier_hhi_high"]) == (
            pytest.approx(low, abs=1e-5),
            pytest.approx(high, abs=1e-5),
        )
    assert 0 <= row["supplier_hhi_low"] <= row["supplier_hhi_high"] <= 10_000
    assert row["n_suppliers"] == len(exact)
    assert row["top_supplier"] == (None if sums.get("OTH", 0) == max(sums.values()) else leader(exact, rest))
    assert row["china_share_pct"] == (pytest.approx(plain["CHN"], abs=1e-6) if "CHN" in plain else None)
    shuffled = list(flows)
    chance.shuffle(shuffled)
    assert one_group(shuffled) == (shares, row)


@PATIENT
@given(st.dictionaries(st.sampled_from(NAMES), st.integers(1, 10**9), min_size=2))
def test_merging_two_suppliers_never_lowers_the_index(values: dict[str, int]) -> None:
    assume(len(values) >= 2)
    first, second, *_ = values
    before = one_group(list(values.items()))[1]
    after = one_group([(first if name == second else name, dollars) for name, dollars in values.items()])[1]
    for column in ("supplier_hhi_low", "supplier_hhi_high"):
        assert after[column] >= before[column] - 1e-5
    assert after["n_suppliers"] == before["n_suppliers"] - 1


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=3, max_size=3), st.text(min_size=0, max_size=4))
def test_codes_come_back_and_sort_as_written(code: str, other: str) -> None:
    assert country_text(country_code(code)) == code
    assert 0 < country_code(code) < UNSPLIT
    try:
        number = country_code(other)
    except ValueError:
        return
    assert (number < country_code(code)) == (other < code)


@given(st.dictionaries(st.integers(0, 2**24 - 1), st.integers(1, 50), min_size=1), st.integers(1, 100))
def test_ranges_take_all_and_stay_small(counts: dict[int, int], rows: int) -> None:
    starts = range_starts(counts, rows)
    assert starts == sorted(set(starts))
    assert starts[0] == min(counts)
    for begin, end in zip(starts, [*starts[1:], 2**24], strict=True):
        inside = [number for one, number in counts.items() if begin <= one < end]
        assert sum(inside) <= rows or len(inside) == 1


def _refusing(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number * number


@pytest.mark.parametrize("engine", [LocalEngine, lambda: ThreadEngine(1), lambda: ThreadEngine(3)])
def test_engines_keep_the_order_and_the_error(engine: Callable[[], LocalEngine | ThreadEngine]) -> None:
    assert engine().map(lambda one: one * 2, range(20)) == list(range(0, 40, 2))
    with pytest.raises(ValueError, match="three"):
        engine().map(_refusing, range(20))

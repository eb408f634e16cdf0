"""A bilateral trade table for `make bench`, in the shape of CEPII's BACI: `t,i,j,k,v,q`, one file a year, sorted.

What belongs here: making it, of any size, the same on every machine (`python -m tests.bench_bilateral FOLDER ROWS`). What
does not: measuring (`bench_concentration.py`).

Who trades what with whom is drawn cell by cell with chances that fall off by rank as trade does, so that large importers
have most exporters of a product and small ones a few; about nine suppliers an importer, product and year at BACI's size.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.ingest.agencies.places import OTHERS, by_number

ROWS_A_YEAR = 11_000_000
FIRST_YEAR = 2015
COUNTRIES, PRODUCTS = 226, 5300
_FALL = (1.1, 0.7, 0.4)
"""How fast the chances of exporters, importers and products fall off by rank."""
_SEED = 20261123


def country_numbers(number: int = COUNTRIES) -> npt.NDArray[np.int32]:
    """Numbers of as many single countries, in order."""
    known: dict[str, int] = {}
    for one in range(1, 900):
        code = by_number(str(one))
        if code is not None and code != OTHERS:
            known.setdefault(code, one)
    return np.array(sorted(known.values())[:number], dtype=np.int32)


def write_trade(folder: Path, rows: int, *, products: int = PRODUCTS, rows_a_year: int = ROWS_A_YEAR) -> list[Path]:
    """Write about `rows` flows into new Parquet files.

    Args:
        folder: Exists.
        rows: Of all years together; chance moves it by a few in a thousand.
        products: HS codes.
        rows_a_year: By which the number of years is found.
    """
    years = max(1, round(rows / rows_a_year))
    dice = np.random.default_rng(_SEED)
    countries = country_numbers()
    codes = np.sort(dice.choice(np.arange(10121, 970690), products, replace=False)).astype(np.int32)
    weights = [
        dice.permutation(1 / np.arange(1, n + 1) ** fall)
        for n, fall in zip((len(countries), len(countries), products), _FALL, strict=True)
    ]
    exporters, cells = weights[0], np.outer(weights[1], weights[2]).ravel().astype(np.float32)
    factor = _factor(exporters, cells, rows / years)
    paths = []
    for year in range(years):
        of_year = np.random.default_rng([_SEED, year])
        found = [np.flatnonzero(of_year.random(len(cells), np.float32) < factor * one * cells) for one in exporters]
        exporter = np.repeat(np.arange(len(countries)), [len(one) for one in found])
        importer, product = np.divmod(np.concatenate(found), products)
        foreign = exporter != importer
        exporter, importer, product = exporter[foreign], importer[foreign], product[foreign]
        value = np.round(np.exp(of_year.normal(2.5, 3, len(exporter))), 3) + 0.001
        table = pa.table({
            "t": pa.array(np.full(len(exporter), FIRST_YEAR + year, np.int32)),
            "i": countries[exporter], "j": countries[importer], "k": codes[product],
            "v": np.round(value, 3), "q": np.round(value / np.exp(of_year.normal(1, 1, len(exporter))), 3),
        })  # fmt: skip
        paths.append(folder / f"BACI_HS17_Y{FIRST_YEAR + year}.parquet")
        pq.write_table(table, paths[-1], compression="zstd", row_group_size=1_000_000)
    return paths


def _factor(exporters: npt.NDArray[np.float64], cells: npt.NDArray[np.float32], rows: float) -> float:
    """What the chances are multiplied by so that `rows` cells are filled; no chance is above one."""
    some = np.random.default_rng(_SEED).choice(cells, min(len(cells), 20_000), replace=False)
    low, high = 1e-9, 1e12
    for _ in range(80):
        middle = (low * high) ** 0.5
        expected = sum(float(np.minimum(1, middle * one * some).mean()) * len(cells) for one in exporters)
        low, high = (middle, high) if expected < rows else (low, middle)
    return low


if __name__ == "__main__":
    write_trade(Path(sys.argv[1]), int(sys.argv[2]))

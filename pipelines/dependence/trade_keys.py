"""One whole number a flow: year, importer, product and supplier of a bilateral trade table, packed so that they sort.

What belongs here: how codes become a number and how they come back. What does not: shares and concentration
(`bilateral`), files (`bilateral_files`).

A key is year, importer, HS code and supplier from the highest bits down: 8, 16, 20 and 16 bits. Keys in order are
therefore rows in order, and all suppliers of one importer, product and year stand together.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.dependence.rows import OTHERS

Keys = npt.NDArray[np.uint64]
Codes = npt.NDArray[np.int64]
Place = Callable[[str], str]
"""Country as written -> ISO 3166-1 alpha-3, or OTH; raises ValueError where there is none."""

YEARS = (1900, 2155)
PRODUCTS = 999_999
COUNTRY_BITS = 16
PRODUCT_BITS = 20
GROUP_BITS = PRODUCT_BITS + COUNTRY_BITS
"""Bits below year and importer."""
UNSPLIT = 2**COUNTRY_BITS - 1
"""Supplier code of areas that are no single country, all together; the last of its importer, product and year."""
_SIGNS = " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LETTERS = 3


def country_code(country: str) -> int:
    """Return the number of a country written in three letters or digits (ISO 3166-1 alpha-3); it sorts as the text.

    Raises:
        ValueError: The text is no such code.
    """
    if len(country) != _LETTERS or not set(country) <= set(_SIGNS[1:]):
        raise ValueError(f"country {country!r}")
    number = 0
    for sign in country:
        number = number * len(_SIGNS) + _SIGNS.index(sign)
    return number


def country_text(code: int) -> str:
    """Return the three letters or digits behind a number of `country_code`."""
    signs = []
    for _ in range(_LETTERS):
        code, sign = divmod(code, len(_SIGNS))
        signs.append(_SIGNS[sign])
    return "".join(reversed(signs))


def numbers(column: pa.Array) -> Codes:
    """Return a column of whole numbers, written as numbers or as digits.

    Raises:
        ValueError: A cell is empty or no whole number.
    """
    if column.null_count:
        raise ValueError("an empty cell")
    return _integers(column if pa.types.is_integer(column.type) else pc.cast(column, pa.int64()))


def countries(column: pa.Array, place: Place | None) -> Codes:
    """Return a column of countries as codes.

    Args:
        column: Numbers, or text of letters or digits.
        place: Gives for a number or code as written the country's three letters, or OTH for an area that is no single
            country; None: numbers below 65535 or three letters stay as they are written.

    Raises:
        ValueError: A cell is empty or no such country.
    """
    if column.null_count:
        raise ValueError("an empty cell")
    if pa.types.is_integer(column.type):
        written = _integers(column)
        _within(written, 0, UNSPLIT - 1, "country")
        codes = np.zeros(UNSPLIT, np.int64)
        there = np.zeros(UNSPLIT, dtype=bool)
        there[written] = True
        for one in np.flatnonzero(there):
            codes[one] = _code(str(one), place)
        return codes[written]
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    known = [_code(str(one), place) for one in coded.dictionary.to_pylist()]
    return np.array(known, dtype=np.int64)[_integers(coded.indices)] if known else np.empty(0, np.int64)


def written_in_letters(kind: pa.DataType, place: Place | None) -> bool:
    """Whether codes of a column of this type stand for three letters and not for numbers."""
    return place is not None or not pa.types.is_integer(kind)


def _code(written: str, place: Place | None) -> int:
    if place is not None:
        country = place(written)
        return UNSPLIT if country == OTHERS else country_code(country)
    if not written.isdigit():
        return country_code(written)
    if int(written) >= UNSPLIT:
        raise ValueError(f"country {written}")
    return int(written)


def pack(years: Codes, importers: Codes, products: Codes, suppliers: Codes) -> Keys:
    """Pack one key a row.

    Raises:
        ValueError: A year outside 1900 to 2155 or a product that has not six digits.
    """
    _within(products, 0, PRODUCTS, "HS code")
    keys = importer_years(years, importers) << np.uint64(GROUP_BITS)
    keys |= products.astype(np.uint64) << np.uint64(COUNTRY_BITS)
    keys |= suppliers.astype(np.uint64)
    return keys


def importer_years(years: Codes, importers: Codes) -> Keys:
    """Pack year and importer alone: the highest bits of a key.

    Raises:
        ValueError: A year outside 1900 to 2155.
    """
    _within(years, *YEARS, "year")
    return ((years - YEARS[0]).astype(np.uint64) << np.uint64(COUNTRY_BITS)) | importers.astype(np.uint64)


def suppliers(keys: Keys) -> Codes:
    """Return the supplier code of each key."""
    return (keys & np.uint64(UNSPLIT)).astype(np.int64)


def columns(groups: Keys, text: bool) -> dict[str, pa.Array]:
    """Return importer, hs6 and year of keys without their supplier.

    Args:
        groups: Keys shifted right by the supplier's bits.
        text: Countries were written in letters.
    """
    product = (groups & np.uint64(2**PRODUCT_BITS - 1)).astype(np.int64)
    importer_year = groups >> np.uint64(PRODUCT_BITS)
    importer = (importer_year & np.uint64(UNSPLIT)).astype(np.int64)
    year = (importer_year >> np.uint64(COUNTRY_BITS)).astype(np.int16) + np.int16(YEARS[0])
    return {
        "importer": country_column(importer, text),
        "hs6": _dictionary(product, PRODUCTS + 1, lambda code: f"{code:06d}"),
        "year": pa.array(year),
    }


def country_column(codes: Codes, text: bool, known: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Return codes as they were written: three letters or digits each.

    Args:
        codes: Of `countries`.
        text: Countries were written in letters; numbers come back as digits.
        known: False where the cell is empty; by default none is.
    """

    def written(code: int) -> str:
        if code == UNSPLIT:
            return OTHERS
        return country_text(code) if text else str(code)

    return _dictionary(codes, UNSPLIT + 1, written, known)


def _dictionary(
    codes: Codes, size: int, written: Callable[[int], str], known: npt.NDArray[np.bool_] | None = None
) -> pa.Array:
    there = np.zeros(size, dtype=bool)
    there[codes] = True
    places = (np.cumsum(there, dtype=np.int32) - 1)[codes]
    names = pa.array([written(int(code)) for code in np.flatnonzero(there)], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(places, mask=None if known is None else ~known), names)


def _integers(column: pa.Array) -> Codes:
    found: Codes = column.to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
    return found


def _within(codes: Codes, low: int, high: int, what: str) -> None:
    if len(codes) and (int(codes.min()) < low or int(codes.max()) > high):
        worst = int(codes.min()) if int(codes.min()) < low else int(codes.max())
        raise ValueError(f"{what} {worst}")

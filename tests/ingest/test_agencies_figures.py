"""Figures as agencies print them: what each odd value means, and that nothing else is let through."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.agencies.figures import digits, read_figure
from pipelines.ingest.agencies.places import by_number, country, several
from pipelines.ingest.values import CellError

TOP = Decimal(100)


@pytest.mark.parametrize(
    ("text", "low", "high", "code"),
    [
        ("91", 91, 91, "exact"),
        ("68\u00a0", 68, 68, "exact"),
        ("10,000", 10000, 10000, "exact"),
        (" 1,234,567.5 ", Decimal("1234567.5"), Decimal("1234567.5"), "exact"),
        ("34\u00b2", 34, 34, "exact"),
        ("\u2014", 0, 0, "exact"),
        ("W", None, None, "withheld"),
        ("NA", None, None, "not_available"),
        ("XX", None, None, "not_available"),
        ("E", None, None, "net_exporter"),
        ("s", None, None, "small"),
        (">50", 50, None, "bounded"),
        ("> 2,000,000", 2000000, None, "bounded"),
        ("<1", 0, 1, "bounded"),
        ("50\u2013300", 50, 300, "bounded"),
        ("330 - 390", 330, 390, "bounded"),
        ("10,000 - 15,000", 10000, 15000, "bounded"),
        ("Less than \u00bd unit", 0, Decimal("0.5"), "small"),
        ("Less than 1/2 unit.", 0, Decimal("0.5"), "small"),
        ("Less than 500\u00a0carats.", None, None, "small"),
        ("-4", None, None, "not_available"),
        ("(5)", None, None, "not_available"),
        ("?1", None, None, "not_available"),
        ("Moderate to large", None, None, "not_available"),
        ("", None, None, ""),
        ("  ", None, None, ""),
        ("e34,000", 34000, 34000, "exact"),
    ],
)
def test_each_odd_value_has_a_meaning(text: str, low: object, high: object, code: str) -> None:
    figure = read_figure(text)
    assert (figure.low, figure.high, figure.code) == (low, high, code)
    assert figure.meaning


def test_an_open_bound_of_a_percentage_ends_at_a_hundred() -> None:
    assert read_figure(">75", top=TOP).high == 100
    assert read_figure("34%", top=TOP).low == 34


@pytest.mark.parametrize(
    "text", ["1,23", "12,3456", "390-330", "about 5", "1.2.3", "12 345", "n", "\u00bd", "1e5", ">"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        read_figure(text)


@pytest.mark.parametrize("text", ["101", ">101", "50-120"])
def test_a_percentage_above_a_hundred_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        read_figure(text, top=TOP)


NUMBERS = st.decimals(min_value=0, max_value=10**12, allow_nan=False, allow_infinity=False, places=3)


@given(NUMBERS)
def test_numbers_come_back_with_and_without_separators(number: Decimal) -> None:
    for text in (format(number, "f"), format(number, ",f"), f"\u00a0{number:,f} "):
        figure = read_figure(text)
        assert figure.low == figure.high == number
        assert Decimal(digits(figure.low)) == number


@given(NUMBERS, NUMBERS, st.sampled_from(["-", "\u2013", " - ", " to "]))
def test_ranges_keep_their_order_or_are_refused(one: Decimal, other: Decimal, dash: str) -> None:
    low, high = sorted((one, other))
    figure = read_figure(f"{low}{dash}{high}")
    assert (figure.low, figure.high) == (low, high)
    if low < high:
        with pytest.raises(CellError):
            read_figure(f"{high}{dash}{low}")


@given(st.text(max_size=12))
def test_no_text_crashes_or_gives_bounds_out_of_order(text: str) -> None:
    try:
        figure = read_figure(text)
    except CellError:
        return
    assert figure.low is None or figure.high is None or figure.low <= figure.high


@given(NUMBERS, st.integers(min_value=1, max_value=10**6))
def test_scaling_is_exact(number: Decimal, factor: int) -> None:
    scaled = read_figure(format(number, "f")).scaled(Decimal(factor))
    assert scaled.low == number * factor


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("United\u00a0States", "USA"), ("Korea, Republic of", "KOR"), ("Republic of Korea", "KOR"), ("Burma", "MMR"),
        ("Congo (Kinshasa)", "COD"), ("Congo, D.R.", "COD"), ("C\u00f4te d\u2019Ivoire", "CIV"), ("China3 ", "CHN"),
        ("Russiae", "RUS"), ("Japane", "JPN"), ("Other countries4", "OTH"), ("World total (rounded) 10", "WLD"),
        ("World total (rounded), excluding U.S. production", "WLD"), ("Kazakhstan, concentrate", "KAZ"), ("Other", "OTH"),
    ],
)  # fmt: skip
def test_names_of_countries(name: str, code: str) -> None:
    found = country(name)
    assert found is not None and found.code == code


@pytest.mark.parametrize(
    "name", ["China, Hong Kong SAR?", "Guinea, Equatorial", "Atlantis", "Europe", "China, Taiwan Province"]
)
def test_a_name_that_is_not_known_is_never_its_beginning(name: str) -> None:
    assert country(name) is None


def test_marks_and_parts_are_told() -> None:
    assert country("Japane").marked  # type: ignore[union-attr]
    assert country("Kazakhstan, concentrate").part == "concentrate"  # type: ignore[union-attr]
    assert country("China, Germany, and Russia") is None and several("China, Germany, and Russia")
    assert (by_number("842"), by_number("0"), by_number("156"), by_number("490"), by_number("7777")) == (
        "USA", "ALL", "CHN", "OTH", None,
    )  # fmt: skip

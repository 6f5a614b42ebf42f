"""EDTF dates: bounds held against the `edtf` package where it is right, and against the calendar everywhere."""

from datetime import date

import edtf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.dates import Answer, Edtf, civil, day_number
from shared.domain.errors import InvalidInput


@given(st.dates())
def test_day_numbers_are_those_of_the_standard_library(day: date) -> None:
    assert day_number(day.year, day.month, day.day) == day.toordinal()
    assert civil(day.toordinal()) == (day.year, day.month, day.day)


@given(st.integers(-10_000_000, 10_000_000))
def test_civil_dates_and_day_numbers_are_inverse_before_the_common_era_too(number: int) -> None:
    assert day_number(*civil(number)) == number


def bounds(text: str) -> tuple[object, object]:
    parsed = Edtf.parse(text)
    return tuple(value if abs(value) == float("inf") else civil(int(value)) for value in (parsed.earliest, parsed.latest))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2001", (2001, 1, 1), (2001, 12, 31)),
        ("2000-02", (2000, 2, 1), (2000, 2, 29)),
        ("1900-02", (1900, 2, 1), (1900, 2, 28)),
        ("2001-11-09", (2001, 11, 9), (2001, 11, 9)),
        ("2001-11-09/2001-11-10", (2001, 11, 9), (2001, 11, 10)),
        ("2001-11-09/10", None, None),
        ("198X", (1980, 1, 1), (1989, 12, 31)),
        ("19XX", (1900, 1, 1), (1999, 12, 31)),
        ("-05XX", (-599, 1, 1), (-500, 12, 31)),
        ("-0489", (-489, 1, 1), (-489, 12, 31)),
        ("2001-21", (2001, 3, 1), (2001, 5, 31)),
        ("2001-24", (2001, 12, 1), (2002, 2, 28)),
        ("2001-34", (2001, 4, 1), (2001, 6, 30)),
        ("../1453", float("-inf"), (1453, 12, 31)),
        ("1991/", (1991, 1, 1), float("inf")),
        ("1200~", (1200, 1, 1), (1200, 12, 31)),
        ("2004-06~-11", (2004, 6, 11), (2004, 6, 11)),
        ("Y-12000", (-12000, 1, 1), (-12000, 12, 31)),
        ("1950S2", (1900, 1, 1), (1999, 12, 31)),
        ("[1667,1668,1670..1672]", (1667, 1, 1), (1672, 12, 31)),
        ("{1960,1961-12}", (1960, 1, 1), (1961, 12, 31)),
        ("1999-XX-31", (1999, 1, 31), (1999, 12, 31)),
        ("200X-02-29", (2000, 2, 29), (2008, 2, 29)),
    ],
)
def test_bounds(text: str, earliest: object, latest: object) -> None:
    if earliest is None:
        with pytest.raises(InvalidInput):
            Edtf.parse(text)
    else:
        assert bounds(text) == (earliest, latest)


@pytest.mark.parametrize(
    "text", ["", "soon", "2001-13", "2001-02-30", "2001-1", "01.11.2001", "2002/2001", "../..", "[2001", "2001-22-01", "1950S9"]
)
def test_what_is_no_date_is_refused_with_words(text: str) -> None:
    with pytest.raises(InvalidInput, match="not an EDTF date"):
        Edtf.parse(text)


points = st.one_of(
    st.integers(1, 9999).map(lambda y: f"{y:04d}"),
    st.dates().map(lambda d: f"{d.year:04d}-{d.month:02d}"),
    st.dates().map(lambda d: d.isoformat()),
    st.integers(1, 998).map(lambda decade: f"{decade:03d}X"),
    st.integers(1, 98).map(lambda century: f"{century:02d}XX"),
)


@given(points)
def test_strict_bounds_agree_with_the_edtf_package(text: str) -> None:
    theirs = edtf.parse_edtf(text)
    low, high = theirs.lower_strict(), theirs.upper_strict()
    assert bounds(text) == (tuple(low[:3]), tuple(high[:3]))


@given(points, points)
def test_answers_about_order_follow_from_the_bounds(one: str, other: str) -> None:
    a, b = Edtf.parse(one), Edtf.parse(other)
    answer = a.before(b)
    assert (answer is Answer.YES) == (a.latest < b.earliest)
    assert (answer is Answer.NO) == (a.latest >= b.earliest and a.earliest >= b.latest)
    assert a.overlaps(b) == b.overlaps(a)
    assert not (a.overlaps(b) and answer is Answer.YES)
    assert a.contains(a)


def test_a_day_lies_within_or_possibly_within() -> None:
    month = Edtf.parse("2001-11")
    first, last = day_number(2001, 11, 1), day_number(2001, 11, 30)
    assert month.within(first, last) is Answer.YES
    assert month.within(first + 1, last + 5) is Answer.POSSIBLE
    assert month.within(last + 1, last + 5) is Answer.NO

"""Dates of cells: all of a cell is a date, and it is clear which, or it is refused with what would do."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.tables.celldate import CellDate, Refused, closed, day_of
from services.ingest.tables.dates import DateReader, Order, Style, style_of
from shared.domain.dates import Edtf


def read(
    text: str, language: str = "en", column: tuple[str, ...] = (), order: Order | None = None, serial: str | None = None
) -> str | None:
    found = DateReader(language, style_of((text, *column), order, serial)).read(text)
    return found.edtf if isinstance(found, CellDate) else None


def refusal(text: str, language: str = "en", column: tuple[str, ...] = ()) -> str:
    found = DateReader(language, style_of((text, *column))).read(text)
    assert isinstance(found, Refused), found
    assert found.remedy
    return found.reason


@pytest.mark.parametrize(
    ("text", "edtf"),
    [
        ("2001-11-09", "2001-11-09"),
        ("2001-11-09T14:30:00Z", "2001-11-09"),
        ("2001/11/9", "2001-11-09"),
        ("20011109", "2001-11-09"),
        ("9.11.2001", "2001-11-09"),
        ("09.11.2001 14:30", "2001-11-09"),
        ("13/11/2001", "2001-11-13"),
        ("11/13/2001", "2001-11-13"),
        ("05/05/2001", "2001-05-05"),
        ("11/2001", "2001-11"),
        ("2001.11", "2001-11"),
        ("1999-03", "1999-03"),
        ("1991", "1991"),
        ("476", "0476"),
        ("9 Nov 2001", "2001-11-09"),
        ("9-Nov-2001", "2001-11-09"),
        ("Nov. 9, 2001", "2001-11-09"),
        ("Nov 2001", "2001-11"),
        ("9 November 2001, 14:30", "2001-11-09"),
        ("c. 1850", "1850~"),
        ("c.1850", "1850~"),
        ("~1850", "1850~"),
        ("1850?", "1850?"),
        ("c. 1850?", "1850%"),
        ("c. 1914–1918", "1914~/1918~"),
        ("1914–1918", "1914/1918"),
        ("1914-18", "1914/1918"),
        ("1914 - 1918", "1914/1918"),
        ("1901–05", "1901/1905"),
        ("490 BC", "-0489"),
        ("c. 490 BC", "-0489~"),
        ("44 BC – AD 14", "-0043/0014"),
        ("1990s", "199X"),
        ("19th century", "18XX"),
        ("spring 1968", "1968-21"),
        ("9–10 November 2001", "2001-11-09/2001-11-10"),
        ("9.–10.11.2001", "2001-11-09/2001-11-10"),
        ("30.11.–2.12.2001", "2001-11-30/2001-12-02"),
        ("9 Nov 2001 – 3 Dec 2001", "2001-11-09/2001-12-03"),
        ("09.11.2001 - 10.11.2001", "2001-11-09/2001-11-10"),
        ("2001-11-09/2001-11-10", "2001-11-09/2001-11-10"),
        ("1991–", "1991/.."),
        ("1991 – present", "1991/.."),
        ("since 1991", "1991/.."),
        ("198X", "198X"),
    ],
)
def test_dates_in_mixed_styles(text: str, edtf: str) -> None:
    assert read(text) == edtf


@pytest.mark.parametrize(
    ("language", "text", "edtf"),
    [
        ("az", "9 noyabr 2001", "2001-11-09"),
        ("az", "2001-ci il noyabrın 9-u", "2001-11-09"),
        ("az", "1918, 28 may", "1918-05-28"),
        ("az", "noyabr 2001", "2001-11"),
        ("az", "təqribən 1850", "1850~"),
        ("az", "1918 – indiyədək", "1918/.."),
        ("tr", "9 Kasım 2001", "2001-11-09"),
        ("tr", "yaklaşık 1850", "1850~"),
        ("de", "9. November 2001", "2001-11-09"),
        ("de", "um 1850", "1850~"),
        ("de", "seit 1991", "1991/.."),
        ("ru", "9 ноября 2001 г.", "2001-11-09"),
        ("ru", "около 1850", "1850~"),
        ("fr", "vers 1850", "1850~"),
        ("fr", "1er mai 1968", "1968-05-01"),
        ("fr", "XIXe siècle", "18XX"),
        ("az", "XIX əsr", "18XX"),
        ("es", "9 de noviembre de 2001", "2001-11-09"),
        ("es", "hacia 1850", "1850~"),
        ("uk", "9 листопада 2001 р.", "2001-11-09"),
        # Words of another language than the table's are understood, too.
        ("en", "9. Dezember 2001", "2001-12-09"),
        ("az", "9 декабря 2001", "2001-12-09"),
    ],
)
def test_dates_in_words(language: str, text: str, edtf: str) -> None:
    assert read(text, language) == edtf


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("09/11/2001", "cannot be told apart"),
        ("09-11-2001", "cannot be told apart"),
        ("9.11.01", "two figures"),
        ("11/9/01", "two figures"),
        ("2003-04", "a month, or two years"),
        ("2001/02", "a month, or two years"),
        ("31.02.2001", "no such day"),
        ("30 February 2001", "no such day"),
        ("1918–1914", "ends before it begins"),
        ("9 November", "which year"),
        ("November", "which year"),
        ("Nov-01", "which year"),
        ("37204", "spreadsheet"),
        ("13/2001", "no month 13"),
        ("9 November 2001 and 3 March 2002", "not a date"),
        ("2001 or 2002", "not a date"),
        ("100–50 BC", "ends before"),
        ("unknown", "not a date"),
        ("=1+1", "not a date"),
        ("2001.1", "two of them"),
        ("Baku, 1991", "not a date"),
        ("the congress of 9 November 2001", "not a date"),
        ("x" * 300, "too long"),
    ],
)
def test_what_is_not_clear_is_refused(text: str, reason: str) -> None:
    assert reason in refusal(text)


def test_the_whole_column_decides_which_number_is_the_day() -> None:
    assert read("09/11/2001", column=("25/12/1999",)) == "2001-11-09"
    assert read("09/11/2001", column=("12/25/1999",)) == "2001-09-11"
    assert read("09/11/2001", order="day-first") == "2001-11-09"
    assert read("09/11/2001", order="month-first") == "2001-09-11"


def test_a_column_that_contradicts_itself_decides_nothing() -> None:
    column = ("25/12/1999", "12/25/1999")
    assert "cannot be told apart" in refusal("09/11/2001", column=column)
    assert read("25/12/1999", column=column) == "1999-12-25"
    assert "cannot be told apart" in refusal("9.11.2001", column=("25.12.1999", "12.25.1999"))


def test_full_stops_begin_with_the_day_whatever_slashes_do() -> None:
    assert read("9.11.2001", column=("12/25/1999",)) == "2001-11-09"
    assert read("9.11.2001", column=("12.25.1999",)) == "2001-09-11"


def test_the_column_tells_months_from_years() -> None:
    assert read("2003-04", column=("2001-11-09",)) == "2003-04"
    assert read("2003-04", column=("1999-03",)) == "2003-04"
    assert "two years" in refusal("2003-04", column=("1914-18",))


def test_how_a_date_was_derived_is_told_where_its_words_do_not() -> None:
    found = DateReader("en", style_of(("09/11/2001", "12/25/1999"))).read("09/11/2001")
    assert isinstance(found, CellDate)
    assert found.how == "month first, as in the rest of the column"


def test_day_numbers_of_spreadsheets_are_read_when_it_is_said_from_when_they_count() -> None:
    assert read("37204", serial="1900") == "2001-11-09"
    assert read("35742", serial="1904") == "2001-11-09"


def test_a_year_in_another_column_completes_a_day() -> None:
    reader = DateReader("az", Style())
    assert reader.within("9 noyabr", 2001) == CellDate("2001-11-09")
    assert reader.within("9.11", 2001) == CellDate("2001-11-09")
    assert reader.within("9 noyabr 2001", 2001) == CellDate("2001-11-09")
    assert isinstance(reader.within("9 noyabr 2002", 2001), Refused)
    assert isinstance(reader.within("9/11", 2001), Refused)


def test_year_month_and_day_of_their_own_columns() -> None:
    assert day_of(2001, 11, 9) == CellDate("2001-11-09")
    assert day_of(2001, 11, None) == CellDate("2001-11")
    assert day_of(2001, None, None) == CellDate("2001")
    assert isinstance(day_of(2001, None, 9), Refused)
    assert isinstance(day_of(2001, 2, 29), Refused)


def test_the_end_of_another_column_closes_a_period() -> None:
    assert closed(CellDate("1914-07-28"), CellDate("1918")) == CellDate("1914-07-28/1918")
    assert closed(CellDate("1914"), CellDate("1914")) == CellDate("1914")
    assert isinstance(closed(CellDate("1918"), CellDate("1914")), Refused)
    assert isinstance(closed(CellDate("1914/1916"), CellDate("1918")), Refused)


def test_a_month_named_in_a_column_of_its_own() -> None:
    reader = DateReader("az", Style())
    assert [reader.month(text) for text in ("11", "noyabr", "November", "13", "spring")] == [11, 11, 11, None, None]


@given(st.text(max_size=40), st.sampled_from(["en", "az", "de", "ru"]))
def test_any_cell_is_a_valid_date_or_refused_with_a_remedy(text: str, language: str) -> None:
    text = " ".join(text.split())
    if not text:
        return
    found = DateReader(language, style_of((text,))).read(text)
    if isinstance(found, CellDate):
        Edtf.parse(found.edtf)
    else:
        assert found.reason
        assert found.remedy


@given(st.dates(), st.sampled_from(get_args(Order)), st.sampled_from("/-"))
def test_a_day_in_figures_is_never_read_in_the_other_order(day: object, order: Order, mark: str) -> None:
    year, month, of_month = str(day).split("-")
    first, second = (of_month, month) if order == "day-first" else (month, of_month)
    text = mark.join((first, second, year))
    assert read(text, order=order) in (str(day), None)
    assert read(text) in (str(day), None), "without the column's help, it is right or refused"

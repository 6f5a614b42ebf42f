"""Columns of numbers."""

import pytest

from services.ingest.tables.numbers import Attribute, NumberReader, attribute_of
from tests.ingest.tables.helpers import read


def number(text: str, language: str = "en", column: tuple[str, ...] = ()) -> str | None:
    found = NumberReader((text, *column), language).read(text)
    return (
        None
        if found is None
        else f"{found.bound} {found.value}{f'–{found.upper}' if found.upper else ''}{f' {found.unit}' if found.unit else ''}"
    )


@pytest.mark.parametrize(
    ("text", "language", "says"),
    [
        ("406", "en", "exact 406"),
        ("1,200", "en", "exact 1200"),
        ("1.200", "de", "exact 1200"),
        ("1 200", "ru", "exact 1200"),
        ("1'200", "de", "exact 1200"),
        ("12.5", "en", "exact 12.5"),
        ("12,5", "de", "exact 12.5"),
        ("12,5", "en", "exact 12.5"),
        ("1,234,567.5", "de", "exact 1234567.5"),
        ("-3", "en", "exact -3"),
        ("~200", "en", "about 200"),
        ("c. 200", "en", "about 200"),
        ("təqribən 200", "az", "about 200"),
        ("200?", "en", "about 200"),
        ("> 200", "en", "more_than 200"),
        ("≤200", "en", "at_most 200"),
        ("200+", "en", "at_least 200"),
        ("300–400", "en", "exact 300–400"),
        ("45 %", "en", "exact 45 %"),
        ("$1,200", "en", "exact 1200 USD"),
    ],
)
def test_numbers_of_cells(text: str, language: str, says: str) -> None:
    assert number(text, language) == says


@pytest.mark.parametrize("text", ["n/a", "many", "12 people", "1,2,3", "400–300", "1.2.3", "4" * 30, "1" + " " * 9_000 + "2x", "", "--3"])
def test_what_is_no_number(text: str) -> None:
    assert number(text) is None


def test_the_column_shows_which_mark_is_the_decimal_one() -> None:
    assert number("1.200", "en", column=("1.200.000",)) == "exact 1200"
    assert number("1.200", "de", column=("3.5",)) == "exact 1.2"


@pytest.mark.parametrize(
    ("header", "language", "attribute"),
    [
        ("Delegates", "en", Attribute("representatives")),
        ("Number of delegates", "en", Attribute("representatives")),
        ("Nümayəndə sayı", "az", Attribute("representatives")),
        ("Cost (EUR)", "en", Attribute("Cost", "money", "EUR")),
        ("Budget in $", "en", Attribute("Budget in", "money", "USD")),
        ("Turnout, %", "en", Attribute("Turnout", "percent", "%")),
        ("Blimps", "en", Attribute("Blimps")),
        ("Visitors (approx.)", "en", Attribute("visitors", bound="about")),
        ("Blimps (red)", "en", Attribute("Blimps (red)")),
    ],
)
def test_what_a_header_counts(header: str, language: str, attribute: Attribute) -> None:
    assert attribute_of(header, language) == attribute


def test_a_column_of_numbers_gives_each_row_a_value_with_its_cell_as_the_words() -> None:
    reading = read('Date,Event,Delegates,Cost (EUR)\n1991,A congress was held,~406,"1,200"\n1992,Another one,,n/a\n1993,One more,some,9\n')
    found = [[(value.attribute, value.shown, value.unit, value.quote) for value in claim.values] for claim in reading.claims]
    assert found == [[("representatives", "~406", None, "~406"), ("Cost", "1200", "EUR", "1,200")], [], [("Cost", "9", "EUR", "9")]]
    assert [(bad.row, bad.holds, bad.kept) for bad in reading.report.bad] == [(4, "some", True)]

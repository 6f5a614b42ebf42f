"""Dates in words."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.query.pages.dates import date_words, moment_words
from shared.domain.dates import Edtf
from shared.domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("edtf", "english", "azerbaijani"),
    [
        ("2001-11-09", "9 November 2001", "9 noyabr 2001"),
        ("2001-11", "November 2001", "noyabr 2001"),
        ("2001", "2001", "2001"),
        ("2001-11-09/2001-11-10", "9–10 November 2001", "9–10 noyabr 2001"),
        ("2001-11-09/2001-12-03", "9 November – 3 December 2001", "9 noyabr – 3 dekabr 2001"),
        ("2001-12-30/2002-01-02", "30 December 2001 – 2 January 2002", "30 dekabr 2001 – 2 yanvar 2002"),
        ("2001-11/2001-12", "November–December 2001", "noyabr–dekabr 2001"),
        ("2001-11-09/2001-12", "9 November 2001 – December 2001", "9 noyabr 2001 – dekabr 2001"),
        ("1918/1920", "1918–1920", "1918–1920"),
        ("1918/1918", "1918", "1918"),
        ("198X", "the 1980s", "1980-ci illər"),
        ("194X", "the 1940s", "1940-cı illər"),
        ("193X", "the 1930s", "1930-cu illər"),
        ("190X", "the 1900s", "1900-cü illər"),
        ("200X", "the 2000s", "2000-ci illər"),
        ("19XX", "1900–1999", "1900–1999"),
        ("1200~", "about 1200", "təxminən 1200"),
        ("2001?", "2001, uncertain", "2001, dəqiq deyil"),
        ("2001-11%", "about November 2001, uncertain", "təxminən noyabr 2001, dəqiq deyil"),
        ("1918/..", "from 1918 on", "1918 tarixindən"),
        ("../1918", "until 1918", "1918 tarixinədək"),
        ("1918/", "from 1918, end unknown", "1918 tarixindən, sonu məlum deyil"),
        ("/1918", "until 1918, beginning unknown", "1918 tarixinədək, başlanğıcı məlum deyil"),
        ("2001-21", "spring 2001", "2001, yaz"),
        ("2001-34", "second quarter of 2001", "2001, ikinci rüb"),
        ("2001-21/2001-23", "spring 2001 – autumn 2001", "2001, yaz – 2001, payız"),
        ("-0489", "490 BCE", "e.ə. 490"),
        ("0000", "1 BCE", "e.ə. 1"),
        ("-0099/0014", "100 BCE–14", "e.ə. 100–14"),
        ("-05XX", "600–501 BCE", "e.ə. 600–501"),
        ("-0489/-0478", "490–479 BCE", "e.ə. 490–479"),
        ("00XX", "1–99", "1–99"),
        ("00XX/01XX", "1–199", "1–199"),
        ("0000/0014", "1 BCE–14", "e.ə. 1–14"),
        ("18XX/19XX", "1800–1999", "1800–1999"),
        ("198X/199X", "1980–1999", "1980–1999"),
        ("2001-XX", "2001, month unknown", "2001, ay məlum deyil"),
        ("2001-XX-XX", "2001, day unknown", "2001, gün məlum deyil"),
        ("2001-11-XX", "November 2001, day unknown", "noyabr 2001, gün məlum deyil"),
        ("XXXX-12-25", "25 December, year unknown", "25 dekabr, il məlum deyil"),
        ("2001-1X", "1 October 2001 – 31 December 2001", "1 oktyabr 2001 – 31 dekabr 2001"),
        ("1950S2", "about 1950 (1900–1999)", "təxminən 1950 (1900–1999)"),
        ("[1667,1668,1670..1672]", "one of 1667, 1668 or 1670–1672", "bunlardan biri: 1667, 1668 və ya 1670–1672"),
        ("{1960,1961-12}", "1960 and December 1961", "1960 və dekabr 1961"),
        ("Y-17000", "17001 BCE", "e.ə. 17001"),
    ],
)
def test_dates_in_words(edtf: str, english: str, azerbaijani: str) -> None:
    assert date_words(edtf) == english
    assert date_words(edtf, "az") == azerbaijani


def test_a_language_without_a_table_is_told_in_english() -> None:
    assert date_words("2001-11", "xx") == "November 2001"


def test_what_is_no_date_is_refused() -> None:
    with pytest.raises(InvalidInput):
        date_words("2001-13-40")


def test_a_moment_is_told_to_the_minute() -> None:
    assert moment_words(datetime(2026, 3, 2, 9, 5, 59, tzinfo=UTC)) == "2 March 2026, 09:05 UTC"


digits = st.sampled_from("0123456789X")
years = st.builds(lambda sign, ds: sign + "".join(ds), st.sampled_from(["", "", "", "-"]), st.lists(digits, min_size=4, max_size=4))
months = st.sampled_from(["01", "02", "12", "XX", "1X", "0X", *(str(code) for code in range(21, 42))])
days = st.sampled_from(["01", "28", "29", "31", "XX", "0X", "3X"])
marks = st.sampled_from(["", "", "?", "~", "%"])
points = st.one_of(
    st.builds("{}{}".format, years, marks),
    st.builds("{}-{}{}".format, years, months, marks),
    st.builds("{}-{}-{}{}".format, years, months, days, marks),
)
written = st.one_of(
    points, st.builds("{}/{}".format, st.one_of(points, st.sampled_from(["", ".."])), st.one_of(points, st.sampled_from(["", ".."])))
)


@given(written, st.sampled_from(["en", "az"]))
@example("0000-1X-XX", "en")
def test_every_valid_date_can_be_told(edtf: str, language: str) -> None:
    try:
        Edtf.parse(edtf)
    except InvalidInput:
        return
    said = date_words(edtf, language)
    assert said
    assert "{" not in said
    assert "X" not in said

"""Rows as claims: every part cited by its own cell, what is wrong told, the rest kept."""

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.tables.limits import TableLimits
from services.ingest.tables.options import TableOptions
from services.ingest.tables.reading import read_table
from shared.domain.errors import InvalidInput, UnreadableDocument
from tests.ingest.tables.helpers import dates, read

HEAD = "Date,Event,Source,Page,Place\n"


def test_a_row_is_a_claim_with_the_row_as_its_quote_and_its_cells_as_the_words() -> None:
    row = '9 Nov 2001,"The congress opened, with 403 delegates","Valley Gazette",3,Baku'
    reading = read(HEAD + row + "\n1992,x,,,\n")
    claim = reading.claims[0]
    assert claim.quote == row
    assert claim.statement == "The congress opened, with 403 delegates"
    assert claim.date is not None
    assert (claim.date.quote, claim.date.edtf, claim.date.derivation) == ("9 Nov 2001", "2001-11-09", "explicit")
    assert [(value.attribute, value.value, value.quote) for value in claim.values] == [
        ("representatives", "403", "403 delegates"),
        ("place", "Baku", "Baku"),
    ]
    assert [(place.name, place.quote) for place in claim.places] == [("Baku", "Baku")]
    assert claim.prefix == HEAD[-32:]
    assert claim.suffix == "\n1992,x,,,\n"


def test_the_source_of_a_row_says_so_with_its_page() -> None:
    reading = read(HEAD + "1991,A fair was held,Gazette,3,\n1992,A fair was held,Gazette,verso,\n1993,A fair was held,,7,\n")
    said = [(claim.attribution.name, claim.attribution.quote) if claim.attribution else None for claim in reading.claims]
    assert said == [("Gazette, p. 3", "Gazette,3"), ("Gazette, verso", "Gazette,verso"), None]
    assert "7" in reading.claims[2].quote, "a page without a source stands in the row that is quoted"


def test_the_address_of_a_row_is_its_source_where_none_is_named() -> None:
    reading = read("Date,Event,Source,URL\n1991,A fair,Gazette,http://a.example\n1992,A fair,,http://b.example\n")
    assert [claim.attribution and claim.attribution.name for claim in reading.claims] == ["Gazette", "http://b.example"]


def test_who_says_so_in_the_statement_is_asked_where_no_column_tells() -> None:
    reading = read('Date,Event\n1991,"According to Reuters, the fair was held in Ganja"\n')
    assert reading.claims[0].attribution is not None
    assert reading.claims[0].attribution.name == "Reuters"


def test_an_end_makes_a_period_and_going_on_an_open_one() -> None:
    reading = read("From,To,Event\n28 Jul 1914,11 Nov 1918,The war\n1991,present,The league\n1918,1914,Backwards\n1920,,One year\n")
    assert dates(reading) == ["1914-07-28/1918-11-11", "1991/..", "1920"]
    assert reading.claims[0].date is not None
    assert reading.claims[0].date.quote == "28 Jul 1914,11 Nov 1918"
    assert reading.claims[0].date.derivation == 'column "From" to column "To"'
    assert [(bad.row, bad.column) for bad in reading.report.bad] == [(4, "B (To)")]


def test_year_month_and_day_in_columns_of_their_own() -> None:
    text = "Year,Month,Day,Event\n2001,Nov,9,One\n2001,11,,Two\n2001,,,Three\n2001,Foo,9,Four\n2001,2,30,Five\n,3,4,Six\n"
    reading = read(text)
    assert dates(reading) == ["2001-11-09", "2001-11", "2001"]
    assert reading.claims[0].date is not None
    assert reading.claims[0].date.quote == "2001,Nov,9"
    assert [(bad.row, bad.column) for bad in reading.report.bad] == [(5, "B (Month)"), (6, "C (Day)"), (7, "A (Year)")]


def test_a_year_beside_days_without_one() -> None:
    reading = read("Year,Date,Event\n2001,9 November,One\n2001,3 May 1999,Two\n")
    assert dates(reading) == ["2001-11-09"]
    assert reading.claims[0].date is not None
    assert reading.claims[0].date.derivation == 'year from column "Year"'
    assert "outside of the year 2001" in reading.report.bad[0].reason


def test_bad_rows_are_listed_with_what_would_do_and_good_ones_kept() -> None:
    text = 'Date,Event\n1991,Good\n09/11/2001,Which day\n,No date\n1992,\n1993,"Unclosed\n1994,Good too\n'
    reading = read(text)
    assert [claim.statement for claim in reading.claims] == ["Good", "Good too"]
    assert [(bad.row, bad.column, bad.holds, bad.kept) for bad in reading.report.bad] == [
        (3, "A (Date)", "09/11/2001", False),
        (4, "A (Date)", "", False),
        (5, "B (Event)", "", False),
        (6, None, '1993,"Unclosed', False),
    ]
    assert all(bad.reason and bad.remedy for bad in reading.report.bad)
    assert (reading.report.rows, reading.report.claims, reading.report.bad_rows) == (6, 2, 4)


def test_an_empty_date_means_the_one_above_where_that_is_said() -> None:
    text = "Date,Event\n,Before any\n1991,One\n,Two\n"
    assert dates(read(text)) == ["1991"]
    reading = read(text, fill_down=True)
    assert dates(reading) == ["1991", "1991"]
    assert reading.claims[1].date is not None
    assert reading.claims[1].date.derivation == 'carried from "1991"'
    assert [bad.row for bad in reading.report.bad] == [2]


def test_a_bad_date_is_not_carried_over_by_filling_down() -> None:
    reading = read("Date,Event\n1991,One\nsoon,Two\n,Three\n", fill_down=True)
    assert [(claim.statement, claim.date and claim.date.edtf) for claim in reading.claims] == [("One", "1991")]
    assert [bad.row for bad in reading.report.bad] == [3, 4]


def test_how_a_row_is_meant_is_told_by_its_status_or_its_statement() -> None:
    text = (
        "Date,Event,Status\n1991,The fair,held\n1992,The fair,planned\n1993,The fair,cancelled\n1994,The fair,supposed\n"
        "1995,The fair,blue\n1996,The mayor denied that a fair was held in Ganja,\n"
    )
    reading = read(text)
    assert [claim.modality for claim in reading.claims] == ["happened", "planned", "denied", "hypothetical", "happened", "denied"]
    assert [(bad.row, bad.kept) for bad in reading.report.bad] == [(6, True)]


def test_names_are_parted_by_semicolons() -> None:
    reading = read('Date,Event,Who,Place\n1991,A fair,"Aliyev, A.; League of Nations",Bakı; Quba\n', "az")
    claim = reading.claims[0]
    assert [actor.name for actor in claim.actors] == ["Aliyev, A.", "League of Nations"]
    assert [place.name for place in claim.places] == ["Baku", "Quba"]
    assert [place.quote for place in claim.places] == ["Bakı", "Quba"]


def test_a_title_stands_before_the_statement_unless_that_says_it() -> None:
    reading = read("Date,Title,Description\n1991,Seed fair,It was held in Ganja\n1992,Seed fair,The seed fair was held again\n")
    assert [claim.statement for claim in reading.claims] == ["Seed fair: It was held in Ganja", "The seed fair was held again"]


def test_values_of_statements_with_quotation_marks_stand_where_they_stand() -> None:
    reading = read('Date,Event\n1991,"The ""Great"" fair, with 120 stalls from 14 villages"\n')
    assert [value.quote for value in reading.claims[0].values] == ["120 stalls", "14 villages"]


def test_the_language_of_a_table_is_detected_or_declared() -> None:
    text = "Tarix,Hadisə\n1991,Qurultayda 36 ölkədən 406 nümayəndə iştirak etdi\n1992,Şəhərdə yeni məktəb açıldı\n"
    detected = read(text, None)
    assert (detected.language, detected.language_detected) == ("az", True)
    assert {claim.language for claim in detected.claims} == {"az"}
    assert {value.attribute for value in detected.claims[0].values} >= {"countries", "representatives"}
    assert (read(text, "az").language, read(text, "az").language_detected) == ("az", False)


def test_texts_in_other_encodings_are_decoded() -> None:
    rows = "".join(f"{year};Съезд открылся в Баку, и делегаты обсудили устав\n" for year in range(1990, 1999))
    reading = read(f"Дата;Событие\n{rows}".encode("cp1251"), "ru")
    assert len(reading.claims) == 9
    assert reading.report.encoding not in (None, "utf-8")
    assert read("Date\tEvent\n1991\tA fair was held\n".encode("utf-16")).report.media_type == "text/tab-separated-values"


def test_the_same_table_is_read_the_same_way() -> None:
    text = HEAD + "1991,A fair was held in Ganja with 14 stalls,Gazette,3,Ganja\n" * 5
    assert read(text).claims == read(text).claims


@given(st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=4), min_size=1, max_size=6), st.sampled_from(",;\t"))
def test_any_table_is_read_or_refused_with_a_reason(rows: list[list[str]], delimiter: str) -> None:
    text = f"Date{delimiter}Event\n" + "\n".join(delimiter.join(row) for row in rows)
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return
    try:
        reading = read_table(data, TableOptions(), "en", TableLimits())
    except (InvalidInput, UnreadableDocument):
        return  # refused in words, as the errors of the domain are; anything else fails the test
    assert reading.report.claims + reading.report.bad_rows == reading.report.rows
    for claim in reading.claims:
        claim.check(reading.grid.text)

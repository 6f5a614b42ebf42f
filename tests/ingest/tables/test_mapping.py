"""Which column is what: from headers in many languages, from contents, and as it is said."""

import pytest

from services.ingest.tables.lexicon import header_words, phrases, statuses
from shared.domain.errors import InvalidInput
from tests.ingest.tables.helpers import dates, read, roles


@pytest.mark.parametrize(
    ("headers", "row", "language"),
    [
        ("Date;Event;Source;Page;Place;Who;Link;Notes", "9 Nov 2001;It was so;Gazette;3;Baku;A. Aliyev;http://a.example;x", "en"),
        (
            "Tarix;Hadisə;Mənbə;Səhifə;Yer;Kim;Keçid;Qeyd",
            "9 noyabr 2001;Qurultay keçirildi;Qəzet;3;Bakı;Ə. Əliyev;http://a.example;x",
            "az",
        ),
        ("Tarih;Olay;Kaynak;Sayfa;Yer;Kişi;Bağlantı;Notlar", "9 Kasım 2001;Kongre yapıldı;Gazete;3;Bakü;A. Ali;http://a.example;x", "tr"),
        (
            "Дата;Событие;Источник;Страница;Место;Кто;Ссылка;Примечание",
            "9 ноября 2001;Съезд прошёл;Газета;3;Баку;А.;http://a.example;x",
            "ru",
        ),
        (
            "Datum;Ereignis;Quelle;Seite;Ort;Wer;Link;Anmerkung",
            "9. November 2001;Kongress fand statt;Blatt;3;Baku;A.;http://a.example;x",
            "de",
        ),
        (
            "Date;Événement;Source;Page;Lieu;Qui;Lien;Remarque",
            "9 novembre 2001;Le congrès eut lieu;Journal;3;Bakou;A.;http://a.example;x",
            "fr",
        ),
        (
            "Fecha;Suceso;Fuente;Página;Lugar;Quién;Enlace;Nota",
            "9 de noviembre de 2001;El congreso tuvo lugar;Diario;3;Bakú;A.;http://a.example;x",
            "es",
        ),
    ],
)
def test_headers_in_many_languages(headers: str, row: str, language: str) -> None:
    reading = read(f"{headers}\n{row}\n", language)
    expected = ["date", "statement", "source", "page", "place", "actor", "url", "note"]
    assert roles(reading) == dict(zip(headers.split(";"), expected, strict=True))
    assert dates(reading) == ["2001-11-09"]


def test_a_header_may_hold_other_words_besides() -> None:
    text = "Date of the happening,Short description of it,Primary source\n1991,A fair was held,Gazette\n"
    assert list(roles(read(text)).values()) == ["date", "statement", "source"]


def test_without_telling_headers_the_contents_show_it() -> None:
    text = "x,y,z,n\n17,9 Nov 2001,The fair was opened in the rain,a\n18,3 May 1999,The fair was closed by the mayor,b\n"
    reading = read(text)
    assert roles(reading) == {"x": "value", "y": "date", "z": "statement", "n": "ignore"}
    assert [column.why for column in reading.report.sheets[0].columns][1:3] == [
        "2 of its first 2 cells are dates",
        "it holds the longest texts",
    ]


def test_a_table_without_a_header_has_columns_by_their_letters() -> None:
    reading = read("9 Nov 2001,The fair was opened\n3 May 1999,The fair was closed\n")
    assert reading.report.sheets[0].header == 0
    assert roles(reading) == {"A": "date", "B": "statement"}
    assert len(reading.claims) == 2


def test_rows_above_the_header_are_told() -> None:
    reading = read("A list of fairs,,\n,,\nDate,Event,Source\n1991,A fair was held,Gazette\n")
    assert reading.report.sheets[0].header == 3
    assert dates(reading) == ["1991"]
    assert any("rows above the header" in note and "1" in note for note in reading.report.notes)


def test_a_header_that_comes_again_is_no_row() -> None:
    reading = read("Date,Event\n1991,A fair\nDate,Event\n1992,Another fair\n")
    assert reading.report.rows == 2
    assert reading.report.bad == ()


def test_what_is_said_outranks_what_is_guessed() -> None:
    text = "Date,Event,Text,When\n1991,short,This is what happened,1992\n"
    assert dates(read(text)) == ["1991"]
    said = read(text, columns={"date": "When", "statement": "c", "note": ("1", "Event")})
    assert dates(said) == ["1992"]
    assert said.claims[0].statement == "This is what happened"
    assert roles(said) == {"Date": "note", "Event": "note", "Text": "statement", "When": "date"}


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"dates": "Date"}, "no role"),
        ({"date": "Datum"}, "there is no column 'Datum'; the columns are A \\(Date\\)"),
        ({"date": "Same"}, "letter, C or D"),
        ({"date": ("Date", "Event")}, "two columns"),
        ({"date": "Date", "end": "A"}, "two roles"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(columns: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        read("Date,Event,Same,Same\n1991,A fair,x,y\n", columns=columns)


@pytest.mark.parametrize(
    ("text", "says"), [("a,b\nx,y\n", "dates"), ("Date,Number\n1991,5\n1992,6\n", "what happened"), ("Month,Event\n5,x\n", "dates")]
)
def test_a_table_whose_columns_cannot_be_told_is_refused_with_what_would_do(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=f"{says}.*--map.*columns are"):
        read(text)


def test_a_header_row_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInput, match="row 9"):
        read("Date,Event\n1991,A fair\n", header=9)


def test_the_tables_of_words_are_sound() -> None:
    assert {"date", "tarix", "datum", "data", "fecha"} <= set(header_words().part)
    assert "ignore" not in header_words().part.values(), "a word within a header is not enough to leave a column out"
    assert statuses()["geplant"] == "planned"
    for kind in ("circa", "ongoing", "since", "empty", "count_of", "counted"):
        assert all(phrases(kind))


def test_a_table_of_which_no_row_can_be_told_into_cells_says_so() -> None:
    with pytest.raises(InvalidInput, match=r"none of the 3 rows can be told into cells; row 2: .*quotation mark"):
        read("Date,Event\n" + '1991,"a"b\n' * 3, delimiter=",")


def test_of_very_many_columns_of_numbers_the_first_ones_are_values() -> None:
    header = ",".join(f"n{at}" for at in range(60))
    reading = read(f"Date,Event,{header}\n1991,A fair was held{',7' * 60}\n")
    assert len(reading.claims[0].values) == 50
    assert list(roles(reading).values()).count("note") == 10

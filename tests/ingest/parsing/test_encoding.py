"""Encodings: declared, marked, detected, and doubted."""

import pytest

from services.ingest.parsing.encoding import decode
from shared.domain.errors import UnreadableDocument
from tests.ingest.parsing.making import read

AZERBAIJANI = "Gəncədə yarmarka 4 may 1998-ci ildə açıldı; on dörd kənddən gələn arıçılar şəhərin kənarında çadır qurdular."
TURKISH = "Gence'deki panayır 4 Mayıs 1998'de açıldı; on dört köyden gelen arıcılar şehrin dışında çadır kurdular."
RUSSIAN = "Ярмарка открылась в Гяндже 4 мая 1998 года, и пчеловоды из четырнадцати сёл разбили палатки за городом."
UKRAINIAN = "Ярмарок відкрився в Гянджі 4 травня 1998 року, і бджолярі з чотирнадцяти сіл розбили намети за містом."
GERMAN = "Der Markt wurde am 4. Mai 1998 eröffnet; die Imker kamen aus vierzehn Dörfern und schlugen draußen Zelte auf."
FRENCH = "La foire fut ouverte le 4 mai 1998 à Gandja ; les apiculteurs étaient venus de quatorze villages, malgré la grêle."
SPANISH = "La feria se abrió el 4 de mayo de 1998; ¿quién contó los puestos? Los niños, según el señor alcalde."
ENGLISH = "The “Honey Fair” was opened on 4 May 1998 – a day the valley’s keepers hadn’t forgotten…"


@pytest.mark.parametrize(
    ("text", "encodings"),
    [
        # Azerbaijani was set without its ə where a code page had none: with ä, or with e.
        (AZERBAIJANI.replace("ə", "ä"), ["windows-1254", "iso8859-9", "mac_turkish", "cp857"]),
        (AZERBAIJANI.replace("ə", "e"), ["windows-1254", "iso8859-9", "cp857"]),
        (TURKISH, ["windows-1254", "iso8859-9", "mac_turkish", "cp857"]),
        (RUSSIAN, ["windows-1251", "koi8-r", "iso8859-5", "cp866", "mac_cyrillic"]),
        (RUSSIAN.upper(), ["windows-1251", "koi8-r", "cp866"]),
        ("Баку, 1998", ["windows-1251", "koi8-r"]),
        (UKRAINIAN, ["windows-1251", "koi8-u"]),
        (GERMAN, ["windows-1252", "mac_roman", "cp850", "iso8859-15"]),
        (FRENCH, ["windows-1252", "mac_roman", "cp850", "iso8859-15"]),
        (SPANISH, ["windows-1252", "mac_roman", "cp850"]),
        (ENGLISH, ["windows-1252", "mac_roman"]),
        ("Targi otwarto 4 maja; pszczelarze przyjechali z czternastu wsi, żeby sprzedać miód.", ["windows-1250", "iso8859-2"]),
        ("Το πανηγύρι άνοιξε στις 4 Μαΐου και ήρθαν μελισσοκόμοι.", ["windows-1253", "iso8859-7"]),
    ],
)
def test_encodings_are_told_by_their_letters(text: str, encodings: list[str]) -> None:
    for encoding in encodings:
        found = decode(text.encode(encoding))
        assert found.text == text, encoding


@pytest.mark.parametrize("text", [AZERBAIJANI, RUSSIAN])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_unicode_with_and_without_a_mark(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text.removeprefix("\ufeff") == text


def test_a_detection_that_leaves_no_doubt_is_not_remarked_on() -> None:
    for text, encoding in ((TURKISH, "windows-1254"), (RUSSIAN, "windows-1251"), (RUSSIAN, "koi8-r"), (GERMAN, "windows-1252")):
        found = decode(text.encode(encoding))
        assert (found.encoding, found.notes) == (encoding, ())


def test_a_doubtful_detection_is_told() -> None:
    found = decode("КОНГРЕСС ОТКРЫЛСЯ В БАКУ".encode("windows-1251"))
    assert len(found.notes) == 1
    assert "fits nearly as well: look at its letters, and save it as UTF-8 if they are wrong." in found.notes[0]


def test_other_encodings_are_guessed_with_a_note() -> None:
    text = "市の広場で蜂蜜の市が開かれた。十四の村から養蜂家が来た。" * 5
    found = decode(text.encode("shift_jis"))
    assert found.text == text
    assert "was guessed" in found.notes[0]


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("ISO-8859-1", "windows-1252", ENGLISH),  # as browsers read it
        ("iso-8859-9", "windows-1254", TURKISH),
        ("  KOI8-R ", "koi8-r", RUSSIAN),
        ("'windows-1251'", "windows-1251", RUSSIAN),
        ("x-mac-cyrillic", "mac_cyrillic", RUSSIAN),
    ],
)
def test_declared_encodings(label: str, encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), [label]) == (text, encoding, ())


@pytest.mark.parametrize("label", ["martian", "base64", "rot13", "utf-7", "punycode", "x" * 100, "../../etc"])
def test_declared_encodings_that_are_none_are_told(label: str) -> None:
    found = decode(AZERBAIJANI.encode(), [label])
    assert (found.text, found.encoding) == (AZERBAIJANI, "utf-8")
    assert "is not known" in found.notes[0]


def test_bytes_that_windows_leaves_open_are_kept() -> None:
    assert decode(b"A caf\xe9 \x81 in Baku" * 100, ["windows-1252"]).text.startswith("A café \x81 in Baku")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n\t ", "only white space"),
        (b"\xef\xbb\xbf \n", "only white space"),
        ("\ufeff\u200b\u200d\u202e\u00ad".encode(), "only white space"),
        (b"words \x00 words", "zero bytes"),
        (b"1998,\x00b", "zero bytes"),
        (b"\x01 words", "holds a control character: it is binary"),
        (b"\x00" * 100, "zero bytes"),
        (AZERBAIJANI.encode() + b"\xff", "UTF-8, but one byte is not, the first at byte"),
        (RUSSIAN.encode()[:28], "UTF-8, but one byte is not"),
        ("words \ud800 words".encode("utf-8", "surrogatepass"), "half a letter"),
        ("words \ud800 words".encode("utf-16", "surrogatepass"), "utf-16, but byte"),
        (b"\x01\x02\x03\x04 words", "control characters"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableDocument, match=said):
        decode(data)


def test_a_note_of_a_text_file_is_passed_on() -> None:
    parsed = read("КОНГРЕСС ОТКРЫЛСЯ В БАКУ".encode("windows-1251"), "a.txt")
    assert parsed.notes
    assert parsed.encoding == "windows-1251"
    assert read(RUSSIAN.encode("koi8-r"), "a.txt", "text/plain; charset=koi8-r").text == RUSSIAN


def test_a_huge_single_line_is_decoded() -> None:
    line = b"z" * 10_000_000 + "ı".encode("windows-1254")
    assert decode(line).text.endswith("zı")

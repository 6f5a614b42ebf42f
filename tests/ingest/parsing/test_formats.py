"""Which parser reads a file, what is refused with which advice, and what every parser promises."""

import io
import subprocess
import sys
import zipfile
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.ingest.parsing.formats import SUFFIXES, parse
from services.ingest.parsing.limits import ParseLimits
from services.ingest.parsing.parsed import Parsed
from shared.domain.errors import InvalidInput, TooLarge, UnreadableDocument
from tests.ingest.parsing.making import docx_of, mapped_pdf, pdf_of, read

MAIL = b"From: n@example.org\nSubject: The fair\nContent-Type: text/plain; charset=utf-8\n\nIt was held.\n> When?\nIn May.\n"
PAGE = b"<html><body><p>The fair was held.</p><blockquote>In May.</blockquote></body></html>"


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "filename", "media_type", "parser"),
    [
        (b"words", None, None, "text"),
        (b"words", "a.unknown", "application/octet-stream", "text"),
        (b"words", "a.md", "text/plain", "markdown"),
        (b"words", "a.txt", "text/markdown; charset=utf-8", "markdown"),
        (PAGE, None, None, "trafilatura"),
        (b"\xef\xbb\xbf\n" + PAGE, None, None, "trafilatura"),
        (PAGE, "a.txt", None, "text"),
        (PAGE, "a", "application/xhtml+xml", "trafilatura"),
        (MAIL, "a.eml", None, "email"),
        (MAIL, None, "message/rfc822", "email"),
        (MAIL, "a.eml", "text/plain", "email"),
        (MAIL, "a.txt", None, "text"),
        (pdf_of([["Words."]]), "a.txt", "text/plain", "pdfium"),
        (b"\n\n" + pdf_of([["Words."]]), None, None, "pdfium"),
        (docx_of("Words."), "a.pdf", "application/pdf", "python-docx"),
        (b"On PDF: a file begins with %PDF-1.7 and a table.", "a.txt", None, "text"),
    ],
)
def test_which_parser_reads(data: bytes, filename: str | None, media_type: str | None, parser: str) -> None:
    assert read(data, filename, media_type).parser == parser


@pytest.mark.parametrize(
    ("data", "filename", "media_type", "said"),
    [
        (b"{\\rtf1\\ansi words}", "a.rtf", None, "RTF file: save it as DOCX or PDF"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"),
            "a.doc",
            None,
            r"old kind \(.doc\): save it as DOCX or PDF",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx", None, "locked with a password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "__substg1.0_".encode("utf-16-le"), "a.msg", None, r"Outlook message .* save it as \.eml"),
        (zipped("mimetype", "content.xml"), "a.odt", None, "OpenDocument file: save it as DOCX or PDF"),
        (zipped("xl/workbook.xml"), "a.xlsx", None, "spreadsheet: import it as a table"),
        (b"Date,Event\n1998,It was held.", "a.csv", "text/plain", "this is a table: use `salname ingest-table`, or POST"),
        (b"Date,Event\n1998,It was held.", None, "text/csv; charset=utf-8", "this is a table"),
        (zipped("ppt/presentation.xml"), "a.pptx", None, "presentation: save it as PDF"),
        (zipped("META-INF/container.xml"), "a.epub", None, "e-book"),
        (zipped("a.txt"), "a", None, "ZIP archive"),
        (zipped("a.txt")[:30], "a", None, "damaged or cut off"),
        (b"\x89PNG\r\n\x1a\n", "a.png", None, r"a picture: run text recognition \(OCR\)"),
        (b"\x1f\x8b\x08\x00", "a.gz", None, "a compressed file: unpack it"),
        (b"words", "a.doc", None, "Word file of the old kind"),
        (b"words", "a.pdf", None, "called a PDF, but does not begin as one"),
        (b"words", "a.docx", None, r"called a Word file \(.docx\), but"),
        (b"words", None, "audio/mpeg", "audio/mpeg is not a format that is read"),
        (b"", "a.txt", None, "empty"),
    ],
)
def test_what_is_refused_and_what_would_do(data: bytes, filename: str | None, media_type: str | None, said: str) -> None:
    with pytest.raises(UnreadableDocument, match=said):
        read(data, filename, media_type)


def test_a_refusal_lists_what_is_read() -> None:
    with pytest.raises(UnreadableDocument, match=r"What is read: plain text, Markdown, HTML, PDF, Word \(\.docx\), e-mail \(\.eml\)"):
        read(b"{\\rtf1}")


def test_bytes_have_a_limit() -> None:
    with pytest.raises(TooLarge, match="SALNAME_MAX_DOCUMENT_BYTES"):
        read(b"eleven byte", limits=ParseLimits(bytes=10))


def test_marks_that_turn_the_writing_are_kept_and_told() -> None:
    parsed = read("Paid 100\u202e000 1\u202c manat.".encode(), "a.txt")
    assert "\u202e" in parsed.text
    assert parsed.notes == (
        "The text holds 2 marks that turn the direction of writing (U+202A to U+202E, U+2066 to U+2069): "
        "it may look different from what it says.",
    )
    assert read("שלום\u200f, 1998".encode(), "a.txt").notes == ()


def test_reading_a_text_loads_no_parser_of_another_format() -> None:
    code = (
        "import sys; from services.ingest.parsing.formats import parse; from services.ingest.parsing.limits import ParseLimits;"
        "parse(b'words', 'a.txt', None, ParseLimits());"
        "print([name for name in ('pypdfium2', 'docx', 'trafilatura', 'lxml', 'charset_normalizer') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def check(parsed: Parsed) -> None:
    """What every parser promises."""
    text = parsed.text
    assert text.strip()
    assert "\x00" not in text
    text.encode("utf-8")  # raises for a lone surrogate
    assert not parsed.pages or parsed.pages[0] == 0
    assert all(first <= second <= len(text) for first, second in pairwise(parsed.pages))
    assert all(span.end <= len(text) for span in parsed.skip)
    assert all(first.end <= second.start for first, second in pairwise(parsed.skip))
    assert all(note.endswith((".", "wrong.")) for note in parsed.notes)


SAMPLES = {
    ".txt": "Gəncə — 4 may.\n".encode(),
    ".md": b"---\ntitle: A\n---\n# The fair\n",
    ".html": PAGE,
    ".pdf": mapped_pdf(b"AB", {0x41: "0041", 0x42: "0259"}),
    ".docx": docx_of("The fair.", "It was held."),
    ".eml": MAIL,
}


def test_there_is_a_sample_of_every_format() -> None:
    same = {".text": ".txt", ".markdown": ".md", ".htm": ".html", ".xhtml": ".html"}
    assert {same.get(suffix, suffix) for suffix in SUFFIXES} == set(SAMPLES)
    for suffix, data in SAMPLES.items():
        check(read(data, f"a{suffix}"))


@settings(max_examples=300)
@given(st.sampled_from(sorted(SAMPLES)), st.binary(max_size=40), st.integers(0, 2**16), st.integers(0, 60))
def test_damage_is_read_or_refused(suffix: str, noise: bytes, at: int, cut: int) -> None:
    data = SAMPLES[suffix]
    at %= len(data)
    with suppress(InvalidInput, UnreadableDocument):
        check(read(data[:at] + noise + data[at + cut :], f"a{suffix}"))


@settings(max_examples=150)
@given(st.sampled_from([".txt", ".md", ".html", ".eml"]), st.text(st.characters(exclude_categories=[]), max_size=60))
@example(".html", "\ud800")
@example(".eml", "\ud800\x00")
@example(".txt", "a\u2028b\x85c\u202e")
def test_odd_letters_are_read_or_refused(suffix: str, text: str) -> None:
    head = {".html": "<html><body><p>words ", ".eml": f"From: n@example.org\nSubject: {text}\n\nwords "}.get(suffix, "words ")
    for encoding in ("utf-8", "utf-16", "utf-16-le"):
        with suppress(InvalidInput, UnreadableDocument):
            check(read((head + text).encode(encoding, "surrogatepass"), f"a{suffix}"))


@settings(max_examples=60)
@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=12))
@example([ord("ı")])
@example([ord("٣")])
def test_odd_fonts_are_read_or_refused(units: list[int]) -> None:
    codes = {33 + number: f"{unit:04x}" for number, unit in enumerate(units)}
    with suppress(InvalidInput, UnreadableDocument):
        check(read(mapped_pdf(bytes(codes), codes)))


@pytest.mark.parametrize("suffix", sorted(SAMPLES))
def test_parsers_are_deterministic(suffix: str) -> None:
    assert parse(SAMPLES[suffix], f"a{suffix}", None, ParseLimits()) == parse(SAMPLES[suffix], f"a{suffix}", None, ParseLimits())

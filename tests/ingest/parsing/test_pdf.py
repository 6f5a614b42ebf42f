"""PDF: reading order, pages, what repeats on them, what cannot be read."""

import io
import time
from collections.abc import Callable

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader

from services.ingest.extraction.reading import reading_view
from services.ingest.parsing.limits import ParseLimits
from services.ingest.parsing.parsed import Parsed
from shared.domain.errors import TooLarge, UnreadableDocument
from shared.domain.ports import ExtractionInput
from tests.ingest.parsing.making import Pdf, mapped_pdf, meanings, pdf_of, prose, raw_pdf, read

LEFT, WIDTH, GUTTER = 72, 215, 20


def skipped(parsed: Parsed) -> list[str]:
    return [parsed.text[span.start : span.end] for span in parsed.skip]


def page(parsed: Parsed, number: int) -> str:
    return parsed.text[parsed.pages[number - 1] : (*parsed.pages, len(parsed.text))[number]]


def picture(pdf: Pdf) -> None:
    from PIL import Image

    file = io.BytesIO()
    Image.new("L", (40, 40), 128).save(file, "PNG")
    file.seek(0)
    pdf.canvas.drawImage(ImageReader(file), 100, 100, 300, 400)


def test_lines_stay_lines_and_gaps_are_blank_lines() -> None:
    parsed = read(
        pdf_of([["The first fair of the con-", "federation was held in Quba.", "", "It had 120 stalls."], ["The second came in 1999."]])
    )
    assert parsed.text == "The first fair of the con-\nfederation was held in Quba.\n\nIt had 120 stalls.\nThe second came in 1999.\n"
    assert parsed.pages == (0, parsed.text.index("The second"))
    assert parsed.media_type == "application/pdf"


def test_the_reading_view_joins_what_a_line_end_hyphenates() -> None:
    parsed = read(pdf_of([["The first fair of the con-", "federation was held in Quba in May."]]))
    view = reading_view(ExtractionInput(text=parsed.text, language="en", skip=parsed.skip))
    assert "of the confederation was held" in view.text


@pytest.mark.parametrize("offset", [0, 5])
@pytest.mark.parametrize("lines", [4, 45])
def test_two_columns_under_a_heading(lines: int, offset: float) -> None:
    pdf = Pdf()
    sheet = pdf.sheet()
    sheet.line(LEFT, 780, "The honey fair and what the valley said of it in all its years", size=15)
    left, right = prose(lines, WIDTH, 1), prose(lines, WIDTH, 2)
    sheet.column(LEFT, 750, left)
    sheet.column(LEFT + WIDTH + GUTTER, 750 - offset, right)
    pdf.turn()
    assert read(pdf.data()).text == "\n".join(["The honey fair and what the valley said of it in all its years", "", *left, *right, ""])


def test_three_columns() -> None:
    pdf = Pdf()
    columns = [prose(45, 140, seed) for seed in range(3)]
    for number, lines in enumerate(columns):
        pdf.sheet().column(60 + number * 155, 770, lines)
    pdf.turn()
    assert read(pdf.data()).text == "\n".join([line for lines in columns for line in lines] + [""])


def test_columns_above_and_beneath_a_heading_and_full_lines_at_the_foot() -> None:
    pdf = Pdf()
    sheet = pdf.sheet()
    parts = [prose(14, WIDTH, seed) for seed in range(4)]
    sheet.column(LEFT, 780, parts[0])
    sheet.column(LEFT + WIDTH + GUTTER, 780, parts[1])
    sheet.line(LEFT, 590, "A heading that stands over both of the columns beneath", size=14)
    sheet.column(LEFT, 565, parts[2])
    sheet.column(LEFT + WIDTH + GUTTER, 565, parts[3])
    last = prose(5, 2 * WIDTH + GUTTER, 9)
    sheet.column(LEFT, 370, last)
    pdf.turn()
    text = read(pdf.data()).text
    order = ["\n".join([*parts[0], *parts[1]]), "A heading that stands", "\n".join([*parts[2], *parts[3]]), "\n".join(last)]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)


def test_notes_at_the_foot_of_a_column_come_last() -> None:
    pdf = Pdf()
    sheet = pdf.sheet()
    left, right = prose(40, WIDTH, 1), prose(46, WIDTH, 2)
    note = ["1 So the mayor said in a letter", "that nobody has seen since."]
    sheet.column(LEFT, 770, left)
    sheet.column(LEFT, 270, note, size=8, leading=9)
    sheet.column(LEFT + WIDTH + GUTTER, 770, right)
    pdf.turn()
    assert read(pdf.data()).text == "\n".join([*left, *right, "", *note, ""])


def test_rows_of_a_table_stay_rows() -> None:
    pdf = Pdf()
    rows = [
        ("1918", "Mill opened in the town", "12 000"),
        ("1919", "Bridge built over the river", "3 400"),
        ("1920", "Fair held again", "560"),
    ]
    for number, row in enumerate(rows):
        for x, cell in zip((72, 150, 400), row, strict=True):
            pdf.sheet().line(x, 700 - 14 * number, cell)
    pdf.turn()
    assert read(pdf.data()).text == "".join("\t".join(row) + "\n" for row in rows)


@pytest.mark.parametrize("seed", range(8))
def test_ragged_lines_of_one_column_are_not_torn(seed: int) -> None:
    lines = [line for width in (450, 200, 380, 90, 440, 300) for line in prose(8, width, seed * 10 + width)]
    assert read(pdf_of([lines])).text.split("\n") == [*lines, ""]


def test_raised_marks_stay_in_their_line() -> None:
    pdf = Pdf()
    sheet = pdf.sheet()
    sheet.line(72, 700, "The fair was held in Quba")
    sheet.line(72 + pdf.canvas.stringWidth("The fair was held in Quba", "Times-Roman", 10), 704, "1", size=6)
    sheet.line(190, 700, "in the month of May.")
    pdf.turn()
    assert read(pdf.data()).text == "The fair was held in Quba1 in the month of May.\n"


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_turned_pages(angle: int) -> None:
    pdf = Pdf()
    canvas = pdf.canvas
    canvas.setPageRotation(angle)
    canvas.translate(300, 400)
    canvas.rotate(angle)
    pdf.sheet().column(0, 0, ["A table of the fairs stands across", "the page, and is read like any other."])
    pdf.turn()
    assert read(pdf.data()).text == "A table of the fairs stands across\nthe page, and is read like any other.\n"


def test_text_at_the_side_of_a_page_comes_after_it() -> None:
    pdf = Pdf()
    pdf.sheet().column(72, 700, ["The fair was held in Quba", "in the month of May."])
    pdf.canvas.translate(30, 200)
    pdf.canvas.rotate(90)
    pdf.sheet().line(0, 0, "Scanned in the reading room")
    pdf.turn()
    assert read(pdf.data()).text == "The fair was held in Quba\nin the month of May.\n\nScanned in the reading room\n"


def book(pages: int, make_header: Callable[[int], list[tuple[float, str]]], foot: Callable[[int], str]) -> bytes:
    pdf = Pdf()
    for number in range(1, pages + 1):
        sheet = pdf.sheet()
        for x, text in make_header(number):
            sheet.line(x, 810, text)
        sheet.column(72, 770, prose(30, 450, number))
        if foot(number):
            sheet.line(280, 40, foot(number))
        pdf.turn()
    return pdf.data()


def test_headers_of_left_and_right_pages_and_footers_are_skipped() -> None:
    def header(number: int) -> list[tuple[float, str]]:
        return [(72, "Annals of the valley"), (500, str(number))] if number % 2 else [(72, str(number)), (400, "The honey years")]

    parsed = read(book(8, header, lambda number: "Example Press"))
    assert skipped(parsed)[0] == "Annals of the valley\t1\n"
    assert skipped(parsed)[1] == "Example Press\n2\tThe honey years\n"
    assert len(parsed.skip) == 9
    assert [page(parsed, number).split("\n")[1] for number in range(1, 9)] == [prose(30, 450, number)[0] for number in range(1, 9)]


@pytest.mark.parametrize(
    "foot",
    [lambda number: f"- {number + 10} -", lambda number: f"Page {number} of 4", lambda number: ["xi", "xii", "xiii", "xiv"][number - 1]],
)
def test_page_numbers_are_skipped(foot: Callable[[int], str]) -> None:
    parsed = read(book(4, lambda number: [], foot))
    assert skipped(parsed) == [foot(number) + "\n" for number in range(1, 5)]


def test_changing_heads_with_page_numbers_are_skipped() -> None:
    heads = ["Honey", "Wax and wicks", "Roads", "Floods of the year", "Letters", "Sugar"]
    parsed = read(book(6, lambda number: [(72, heads[number - 1]), (500, str(number + 100))], lambda number: ""))
    assert skipped(parsed) == [f"{head}\t{number}\n" for number, head in enumerate(heads, start=101)]


def test_what_stands_alone_on_pages_is_no_header() -> None:
    parsed = read(pdf_of([["The Herald", "On 4 May 1998 the Harvest Fair was held in Sheki.", f"{number}"] for number in (1, 2, 3)]))
    assert parsed.skip == ()
    assert parsed.text.count("Harvest Fair") == 3


def test_days_at_the_head_of_pages_are_no_page_numbers() -> None:
    days = [4, 9, 11, 12, 20, 21, 27, 30, 2, 5, 6, 13, 17, 18, 25, 26, 1, 8, 10, 14]
    parsed = read(pdf_of([[f"{day} May. The keepers met.", *prose(9, 400, number)] for number, day in enumerate(days)]))
    assert parsed.skip == ()


def test_a_sentence_goes_on_over_the_page_break() -> None:
    pages = [
        ["Annals of the valley", "", "", *prose(20, 400, 1), "The fair of the year 1998 was held in the old hall by the"],
        ["Annals of the valley", "", "", "river and 120 stalls stood there.", *prose(20, 400, 2)],
        ["Annals of the valley", "", "", *prose(20, 400, 3)],
    ]
    parsed = read(pdf_of(pages))
    view = reading_view(ExtractionInput(text=parsed.text, language="en", skip=parsed.skip))
    assert "in the old hall by the river and 120 stalls" in view.text
    assert "Annals" not in view.text


def test_scanned_pages_are_told() -> None:
    pdf = Pdf()
    for number in range(1, 8):
        if number in (3, 5, 6, 7):
            picture(pdf)
        elif number != 2:
            pdf.sheet().column(72, 700, prose(5, 400, number))
        pdf.turn()
    parsed = read(pdf.data())
    assert (
        parsed.notes[0] == "Pages 3 and 5 to 7 hold pictures and no text: they were not read; run text recognition (OCR) on the file first."
    )
    assert len(parsed.pages) == 7
    assert page(parsed, 2) == page(parsed, 3) == ""


def test_a_scan_without_text_is_refused() -> None:
    pdf = Pdf()
    picture(pdf)
    pdf.turn()
    with pytest.raises(UnreadableDocument, match=r"one page of pictures and no text.*OCR"):
        read(pdf.data())


def test_empty_pages_alone_are_refused() -> None:
    pdf = Pdf()
    for _ in range(2):
        pdf.turn()
    with pytest.raises(UnreadableDocument, match="2 pages and no text"):
        read(pdf.data())


def test_locked_and_broken_files_are_refused() -> None:
    locked = Pdf(encrypt=StandardEncryption("open", "own"))
    locked.sheet().line(72, 700, "Nobody reads this.")
    locked.turn()
    with pytest.raises(UnreadableDocument, match="locked with a password"):
        read(locked.data())
    whole = pdf_of([prose(30, 400, 1)])
    with pytest.raises(UnreadableDocument, match="damaged or cut off"):
        read(b"%PDF-1.7\n\x00\x01\x02 nothing of a PDF follows")
    with pytest.raises(UnreadableDocument, match="begin as one"):
        read(whole[20:], "cut.pdf")


def test_a_file_that_may_be_read_but_not_changed_is_read() -> None:
    guarded = Pdf(encrypt=StandardEncryption("", "own", canModify=0))
    guarded.sheet().line(72, 700, "The fair was held in May.")
    guarded.turn()
    assert read(guarded.data()).text == "The fair was held in May.\n"


def test_pages_have_a_limit() -> None:
    with pytest.raises(TooLarge, match=r"3 pages, more than the 2 allowed \(SALNAME_MAX_PAGES\)"):
        read(pdf_of([["One."], ["Two."], ["Three."]]), limits=ParseLimits(pages=2))


def test_what_the_file_says_of_itself() -> None:
    pdf = Pdf()
    pdf.canvas.setTitle("The honey\nfair")
    pdf.canvas.setAuthor("Nigar Specimen")
    pdf.sheet().line(72, 700, "Words.")
    pdf.turn()
    parsed = read(pdf.data().replace(b"D:20000101000000+00'00'", b"D:20080504101500+04'00'"))
    assert (parsed.details.title, parsed.details.author) == ("The honey fair", "Nigar Specimen")


def test_the_day_on_which_a_file_was_made_is_told_and_is_not_taken_for_that_of_publication() -> None:
    parsed = read(pdf_of([["Last Tuesday the fair was held."]]).replace(b"D:20000101000000+00'00'", b"D:20080504101500+04'00'"))
    assert parsed.details.published is None
    assert parsed.notes == (
        "The file was made on 2008-05-04. Where that is when it was published, say so: no date of publication is known of it.",
    )


@pytest.mark.parametrize(("x", "y"), [(700, 400), (-300, 400), (72, 900), (72, -60)])
def test_words_beyond_the_edges_of_the_paper_are_seen_by_nobody(x: float, y: float) -> None:
    pdf = Pdf()
    pdf.sheet().line(72, 700, "The fair was held in May.")
    pdf.sheet().line(x, y, "In 1999 it was held again.")
    pdf.turn()
    parsed = read(pdf.data())
    assert parsed.text == "The fair was held in May.\n"
    assert parsed.notes[0] == "Page 1 holds words beyond the edges of the paper, such as printers' marks: they were not read."


@pytest.mark.parametrize(
    ("title", "author"),
    [("Microsoft Word - fair_final2.doc", "user"), ("fair.indd", "Administrator"), ("Untitled", ""), ("(anonymous)", "(anonymous)")],
)
def test_what_programs_fill_in_is_no_title(title: str, author: str) -> None:
    pdf = Pdf()
    pdf.canvas.setTitle(title)
    pdf.canvas.setAuthor(author)
    pdf.sheet().line(72, 700, "Words.")
    pdf.turn()
    details = read(pdf.data().replace(b"D:20000101", b"D:19700101")).details
    assert (details.title, details.author, details.published) == (None, None, None)


def test_letters_of_every_script_come_as_the_font_says() -> None:
    text = "Gəncə şəhəri, Ёлки, naïve"
    assert read(mapped_pdf(*meanings(text))).text == text + "\n"


def test_words_that_run_from_right_to_left_keep_their_order() -> None:
    codes, letters = meanings("ירידהדבש")
    words = f"BT /F1 12 Tf 300 600 Td <{codes[:4].hex()}> Tj -60 0 Td <{codes[4:].hex()}> Tj ET"
    text = read(mapped_pdf(codes[:4], letters, extra=words)).text.split("\n")[1]
    first, second = text.split()
    assert sorted(first) == sorted("יריד")  # the word on the right is read first
    assert sorted(second) == sorted("הדבש")


def test_marks_of_direction_are_kept() -> None:
    text = "on\u200fto"
    assert read(mapped_pdf(*meanings(text))).text == text + "\n"


def test_half_letters_and_zeros_become_one_sign() -> None:
    codes = {0x41: "0041", 0x42: "d835", 0x43: "0000", 0x44: "0042", 0x45: "d835dc00"}
    parsed = read(mapped_pdf(b"ABDCDE", codes))
    assert "\x00" not in parsed.text
    assert parsed.text.encode("utf-8").decode() == parsed.text
    assert parsed.text.startswith("A\ufffdB")
    assert "\U0001d400" in parsed.text
    assert any("of its fonts stand for" in note for note in parsed.notes)


def test_a_page_that_cannot_be_loaded_is_told() -> None:
    data = raw_pdf(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        "<< /Length 44 >>\nstream\nBT /F1 12 Tf 72 700 Td (Readable words) Tj ET\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "(this is no page)",
    )
    parsed = read(data)
    assert parsed.text == "Readable words\n"
    assert parsed.notes == ("Page 2 is damaged and could not be read: get the file again.",)


def test_reading_is_deterministic_and_fast_enough() -> None:
    pdf = Pdf()
    for number in range(300):
        sheet = pdf.sheet()
        sheet.line(72, 810, "Annals of the valley")
        sheet.column(72, 780, prose(20, WIDTH, number))
        sheet.column(72 + WIDTH + GUTTER, 780, prose(20, WIDTH, number + 1000))
        sheet.line(290, 40, str(number + 1))
        pdf.turn()
    data = pdf.data()
    start = time.process_time()
    parsed = read(data)
    assert time.process_time() - start < 60  # a machine that does five pages a second is hopeless
    assert len(parsed.pages) == 300
    assert parsed == read(data)

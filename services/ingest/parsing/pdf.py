"""PDF, read by PDFium: the text of each page in reading order, the pages' offsets, and what repeats on them."""

import re
import threading
from datetime import date
from typing import TYPE_CHECKING

from services.ingest.parsing.characters import LOST
from services.ingest.parsing.details import sound_details
from services.ingest.parsing.fillings import meant_author, meant_title
from services.ingest.parsing.limits import ParseLimits
from services.ingest.parsing.notes import listed, runs
from services.ingest.parsing.parsed import Parsed
from services.ingest.parsing.pdf_pages import assembled
from services.ingest.parsing.pdf_words import PageWords, page_words
from shared.domain.errors import TooLarge, UnreadableDocument
from shared.domain.provenance import SourceDetails

if TYPE_CHECKING:
    import pypdfium2

PDF = "application/pdf"

_ENGINE = threading.Lock()  # PDFium knows one thread at a time
_PASSWORD_ERROR, _SECURITY_ERROR = 4, 5
_FIRST_YEAR = 1993  # of the format
_DATE = re.compile(r"D?:?(\d{4})(\d{2})(\d{2})")
_MANY_LOST = 0.05


def parse_pdf(data: bytes, limits: ParseLimits) -> Parsed:
    """Read a PDF. The canonical text has the lines of the pages in reading order, a blank line where a gap is seen between them."""
    with _ENGINE:
        pages, details, made, damaged = _read(data, limits)
    if not any(page.words for page in pages):
        raise UnreadableDocument(_why_empty(pages, damaged))
    text, offsets, skip = assembled(pages)
    notes = _notes(pages, damaged, text)
    if made:
        notes += (f"The file was made on {made}. Where that is when it was published, say so: no date of publication is known of it.",)
    return Parsed(text=text, media_type=PDF, parser="pdfium", skip=skip, pages=offsets, notes=notes, details=details)


def _read(data: bytes, limits: ParseLimits) -> tuple[list[PageWords], SourceDetails, str | None, list[int]]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in (_PASSWORD_ERROR, _SECURITY_ERROR):
            raise UnreadableDocument("this PDF is locked with a password: save a copy without one and send that") from error
        raise UnreadableDocument("this PDF is damaged or cut off, and cannot be opened: get it again, or print it to a new PDF") from error
    try:
        count = len(document)
        if not count:
            raise UnreadableDocument("this PDF has no pages: get it again, or print it to a new PDF")
        if count > limits.pages:
            raise TooLarge(f"the PDF has {count:,} pages, more than the {limits.pages:,} allowed (SALNAME_MAX_PAGES): send it in parts")
        pages: list[PageWords] = []
        damaged: list[int] = []
        for index in range(count):
            try:
                page = document[index]
            except pypdfium2.PdfiumError:
                damaged.append(index + 1)
                pages.append(PageWords((), 0.0, 0.0, pictures=False))
                continue
            try:
                pages.append(page_words(page))
            finally:
                page.close()
        return pages, *_details(document), damaged
    finally:
        document.close()


def _details(document: "pypdfium2.PdfDocument") -> tuple[SourceDetails, str | None]:
    """Return what a file says of its source, and the day on which it was made.

    That is the day of a scan or a print as often as that of publication, and "last Tuesday" would be counted from it.
    """
    said = document.get_metadata_dict()
    made = _DATE.match(said.get("CreationDate", ""))
    details = sound_details({"title": meant_title(said.get("Title", "")), "author": meant_author(said.get("Author", ""))})
    return details, _day(*map(int, made.groups())) if made else None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat() if year >= _FIRST_YEAR else None
    except ValueError:
        return None


def _why_empty(pages: list[PageWords], damaged: list[int]) -> str:
    number = f"{len(pages):,} pages" if len(pages) > 1 else "one page"
    if len(damaged) == len(pages):
        return "no page of this PDF can be read: it is damaged; get it again, or print it to a new PDF"
    if any(page.pictures for page in pages):
        return f"this PDF has {number} of pictures and no text, as scans have: run text recognition (OCR) on it first and send the result"
    return f"this PDF has {number} and no text on them: there is nothing to cite"


def _notes(pages: list[PageWords], damaged: list[int], text: str) -> tuple[str, ...]:
    notes = []
    scanned = [number for number, page in enumerate(pages, start=1) if page.pictures and not page.words]
    if scanned:
        verb, they = ("holds", "it was") if len(scanned) == 1 else ("hold", "they were")
        notes.append(f"{_pages(scanned)} {verb} pictures and no text: {they} not read; run text recognition (OCR) on the file first.")
    if damaged:
        notes.append(f"{_pages(damaged)} {'is' if len(damaged) == 1 else 'are'} damaged and could not be read: get the file again.")
    outside = [number for number, page in enumerate(pages, start=1) if page.outside]
    if outside:
        verb = "holds" if len(outside) == 1 else "hold"
        notes.append(f"{_pages(outside)} {verb} words beyond the edges of the paper, such as printers' marks: they were not read.")
    lost = text.count(LOST)
    if lost:
        letters = "one letter" if lost == 1 else f"{lost:,} letters"
        advice = " Run text recognition (OCR) on the file: much of it cannot be read." if lost > _MANY_LOST * len(text) else ""
        notes.append(f"The file does not say what {letters} of its fonts stand for; {LOST} stands in their place.{advice}")
    return tuple(notes)


def _pages(numbers: list[int]) -> str:
    return ("Page " if len(numbers) == 1 else "Pages ") + listed(runs(numbers))

"""Files for tests, made of words of our own: PDFs line by line where they are to stand, Word files with what python-docx cannot write."""

import io
import random
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docx import Document
from docx.document import Document as WordDocument
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from services.ingest.parsing.formats import parse
from services.ingest.parsing.limits import ParseLimits
from services.ingest.parsing.parsed import Parsed

A4 = (595.0, 842.0)
LIMITS = ParseLimits()

_WORDS = (
    "the keepers of the valley met in the hall to weigh honey and wax while traders from the coast counted jars and wrote long letters "
    "about the price of sugar which had risen since the floods and nobody could say whether the road over the pass would open again"
)
WORDS = _WORDS.split()


def read(data: bytes, filename: str | None = None, media_type: str | None = None, limits: ParseLimits = LIMITS) -> Parsed:
    """Parse a file under usual limits."""
    return parse(data, filename, media_type, limits)


def prose(lines: int, width: int, seed: int, font: str = "Times-Roman", size: float = 10) -> list[str]:
    """Return lines of made-up prose that each fill a column of a width in points."""
    rng = random.Random(seed)
    made = []
    for _ in range(lines):
        line = rng.choice(WORDS)
        while pdfmetrics.stringWidth(f"{line} {(word := rng.choice(WORDS))}", font, size) <= width:
            line += f" {word}"
        made.append(line)
    return made


@dataclass
class Sheet:
    """A page of a PDF that is being made."""

    canvas: Canvas

    def line(self, x: float, y: float, text: str, size: float = 10, font: str = "Times-Roman") -> None:
        """Write a line at a place from the left and the bottom."""
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, y, text)

    def column(self, x: float, y: float, lines: Iterable[str], size: float = 10, leading: float = 12, font: str = "Times-Roman") -> float:
        """Write lines beneath one another; an empty one leaves a gap. Returns the height beneath the last."""
        for text in lines:
            if text:
                self.line(x, y, text, size, font)
            y -= leading
        return y


class Pdf:
    """A PDF that is being made."""

    def __init__(self, **options: object) -> None:
        self._file = io.BytesIO()
        self.canvas = Canvas(self._file, pagesize=A4, invariant=True, **options)

    def sheet(self) -> Sheet:
        """Return the page at hand; call `turn` when it is done."""
        return Sheet(self.canvas)

    def turn(self) -> None:
        """End the page at hand."""
        self.canvas.showPage()

    def data(self) -> bytes:
        """Return the file."""
        self.canvas.save()
        return self._file.getvalue()


def pdf_of(pages: Sequence[Sequence[str]]) -> bytes:
    """Return a PDF of pages of lines."""
    pdf = Pdf()
    for page in pages:
        pdf.sheet().column(72, 760, page)
        pdf.turn()
    return pdf.data()


def mapped_pdf(shown: bytes, meanings: dict[int, str], *, extra: str = "") -> bytes:
    """Return a PDF of one line whose font says what each of its codes means, in hexadecimal UTF-16; `extra` adds to what is drawn."""
    rows = "\n".join(f"<{code:02x}> <{meaning}>" for code, meaning in meanings.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Own def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <ff> endcodespacerange\n{len(meanings)} beginbfchar\n{rows}\nendbfchar endcmap end end"
    )
    drawn = f"BT /F1 12 Tf 72 700 Td <{shown.hex()}> Tj ET {extra}"
    return raw_pdf(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        stream(drawn),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
        stream(cmap),
    )


def stream(content: str) -> str:
    """Return a stream object of a PDF."""
    return f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"


def raw_pdf(*objects: str) -> bytes:
    """Return a PDF of numbered objects, the first of which is the catalog."""
    data, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()


def meanings(text: str) -> tuple[bytes, dict[int, str]]:
    """Return codes for a text of few letters, and what each code means."""
    letters = sorted(set(text))
    codes = {letter: number for number, letter in enumerate(letters, start=33)}
    return bytes(codes[letter] for letter in text), {code: letter.encode("utf-16-be").hex() for letter, code in codes.items()}


def docx_of(*paragraphs: str) -> bytes:
    """Return a Word file of paragraphs."""
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return saved(document)


def saved(document: WordDocument) -> bytes:
    """Return the bytes of a Word file."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def with_part(data: bytes, name: str, content: bytes | None) -> bytes:
    """Return a Word file in which a part is another, or missing."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        if content is not None:
            new.writestr(name, content)
    return file.getvalue()


def part(data: bytes, name: str) -> str:
    """Return a part of a Word file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()

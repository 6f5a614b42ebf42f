"""What binary files are by their first bytes, and what to do about those that are not read."""

import re
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from services.ingest.parsing.docx import DOCX
from services.ingest.parsing.pdf import PDF

_PDF_WITHIN = 1024  # some programs put a line or two before the header
_PDF_HEADER = re.compile(rb"^%PDF-\d", re.MULTILINE)
_SIGNATURES = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"AT&TFORM", "a DjVu file"),
    (b"\x1f\x8b", "a compressed file"),
    (b"BZh", "a compressed file"),
    (b"\xfd7zXZ", "a compressed file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound file"),
    (b"%!PS", "a PostScript file"),
)
_ADVICE = {
    "a picture": "run text recognition (OCR) on it and send the PDF or the text that comes out",
    "a DjVu file": "convert it to PDF, with text recognition (OCR) where it is scanned",
    "a compressed file": "unpack it and send what is in it, or pack it as a ZIP",
    "a 7z archive": "unpack it and send what is in it, or pack it as a ZIP",
    "a RAR archive": "unpack it and send what is in it, or pack it as a ZIP",
    "a PostScript file": "convert it to PDF",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_KINDS = (
    ("EncryptedPackage", "an Office file that is locked with a password: save a copy without one and send that"),
    ("WordDocument", "a Word file of the old kind (.doc): save it as DOCX or PDF and send that"),
    ("__substg1.0_", "an Outlook message (.msg): save it as .eml and send that"),
    ("Workbook", "an Excel file of the old kind (.xls): save it as XLSX, and import it as a table"),
)
_ZIP_KINDS = (
    ("word/", DOCX),
    ("xl/", "a spreadsheet: import it as a table, or save it as PDF"),
    ("ppt/", "a presentation: save it as PDF and send that"),
    ("META-INF/container.xml", "an e-book: save its chapters as HTML or PDF and send those"),
    ("content.xml", "an OpenDocument file: save it as DOCX or PDF and send that"),
)


def binary_kind(data: bytes) -> tuple[str | None, str | None]:
    """Return the media type of a binary file that is read; else what the file is and what to do. Both are None for what may be text."""
    if _PDF_HEADER.search(data, 0, _PDF_WITHIN) and data.lstrip()[:1] != b"<":
        return PDF, None
    if data.startswith(b"PK\x03\x04"):
        kind = _zip_kind(data)
        return (DOCX, None) if kind == DOCX else (None, kind)
    if data.startswith(_OLE):
        return None, next((said for name, said in _OLE_KINDS if name.encode("utf-16-le") in data), "an Office file of an old kind")
    if data.startswith(b"{\\rtf"):
        return None, "an RTF file: save it as DOCX or PDF and send that"
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            advice = _ADVICE.get(what)
            return None, f"{what}: {advice}" if advice else what
    return None, None


def _zip_kind(data: bytes) -> str:
    try:
        with ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
    except (BadZipFile, ValueError, OSError, NotImplementedError, UnicodeError):
        return "a ZIP or Office file that is damaged or cut off: get it again"
    for start, kind in _ZIP_KINDS:
        if any(name.startswith(start) for name in names):
            return kind
    return "a ZIP archive, which is no document itself: name it .zip to have the documents in it read"

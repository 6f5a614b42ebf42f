"""DOCX, opened with python-docx: its text as it reads when all changes are accepted, its notes at the end, what it says of its source."""

from io import BytesIO
from typing import TYPE_CHECKING, Any

from services.ingest.parsing.archives import Entry, inflate, opened
from services.ingest.parsing.characters import whole
from services.ingest.parsing.details import sound_details
from services.ingest.parsing.docx_lists import ListNumbers
from services.ingest.parsing.docx_text import DocxText
from services.ingest.parsing.fillings import meant_author, meant_title
from services.ingest.parsing.limits import ParseLimits
from services.ingest.parsing.parsed import Parsed
from shared.domain.errors import TooLarge, UnreadableDocument
from shared.domain.provenance import SourceDetails

if TYPE_CHECKING:
    from docx.document import Document

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_DAMAGED = "this Word file is damaged ({}): open it in a word processor, save it again as DOCX, and send that"
_NOTES = ("footnotes", "endnotes")
_PROLOGUE = 4096  # bytes at the start of a part in which a document type may stand


def parse_docx(data: bytes, limits: ParseLimits) -> Parsed:
    """Read a Word file. Paragraphs and table rows are parted by blank lines, cells by tabs; notes are numbered [1], [2] and so on."""
    _weigh(data, limits)
    document = _opened(data)
    reader = DocxText(ListNumbers(_root(document, "numbering"), _root(document, "styles")))
    paragraphs = [*reader.paragraphs(document.element.body)]
    for kind in _NOTES:
        root = _root(document, kind)
        for note in root if root is not None else ():
            paragraphs += reader.note(note)
    text = whole("\n\n".join(paragraphs))
    if not text.strip():
        raise UnreadableDocument("this Word file has no text: where it holds pictures of pages, run text recognition (OCR) on them first")
    notes = ("The file holds tracked changes: it was read as if all were accepted.",) if reader.changed else ()
    return Parsed(text=text, media_type=DOCX, parser="python-docx", notes=notes, details=_details(document))


def _weigh(data: bytes, limits: ParseLimits) -> None:
    """Unpack every part once, counting: python-docx unpacks them all, however large they are."""
    weight = 0

    def weigh(size: int) -> None:
        nonlocal weight
        weight += size
        if weight > limits.unpacked_bytes:
            raise TooLarge(f"the Word file unpacks to more than the {limits.unpacked_bytes:,} bytes allowed (SALNAME_MAX_UNPACKED_BYTES)")

    with opened(BytesIO(data), limits) as archive:
        for info in archive.infolist():
            try:
                part = inflate(archive, Entry(info.filename, info, None), limits.unpacked_bytes, weigh)
            except TooLarge:
                raise
            except UnreadableDocument as error:
                raise UnreadableDocument(_DAMAGED.format(f"its part {info.filename}")) from error
            if info.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in part[:_PROLOGUE]:
                raise UnreadableDocument(
                    f"the part {info.filename} of this Word file defines entities of its own, which none may (ECMA-376, part 2): "
                    "it is made to swell or to fetch other files"
                )


def _opened(data: bytes) -> "Document":
    from docx import Document
    from docx.exceptions import PythonDocxError
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        return Document(BytesIO(data))
    except (OpcError, PythonDocxError, LxmlError, KeyError, ValueError, AttributeError, IndexError, TypeError) as error:
        raise UnreadableDocument(_DAMAGED.format(f"{type(error).__name__}: {error}"[:120])) from error


def _root(document: "Document", kind: str) -> Any:
    """Return the root of the part of a kind that belongs to a document; None where it has none."""
    from docx.oxml.parser import parse_xml
    from lxml.etree import LxmlError

    for relation in document.part.rels.values():
        if relation.is_external or relation.reltype.rpartition("/")[2] != kind:
            continue
        try:
            return parse_xml(relation.target_part.blob)
        except (LxmlError, ValueError) as error:
            raise UnreadableDocument(_DAMAGED.format(f"its {kind}")) from error
    return None


def _details(document: "Document") -> SourceDetails:
    said = document.core_properties
    # The day of creation is often that of the template, and the day of change that of the last look: neither is a date of publication.
    title, author = meant_title(said.title), meant_author(said.author)
    return sound_details({"title": title, "author": author, "language": said.language.partition("-")[0].lower()})

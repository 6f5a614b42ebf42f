"""Which parser reads a file: binary formats by their first bytes; text by its media type, else by its name, else by how it begins.

Parsers are imported when they are needed: loading those of PDF, DOCX and HTML takes a while, and who sends a text does not wait for them.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from email.message import Message
from itertools import pairwise
from pathlib import PurePosixPath

from services.ingest.parsing.characters import turning_note
from services.ingest.parsing.docx import DOCX
from services.ingest.parsing.encoding import decode
from services.ingest.parsing.frontmatter import front_matter
from services.ingest.parsing.limits import ParseLimits
from services.ingest.parsing.parsed import Parsed
from services.ingest.parsing.pdf import PDF
from services.ingest.parsing.signatures import binary_kind
from shared.domain.errors import TooLarge, UnreadableDocument

PLAIN, MARKDOWN, HTML, EML = "text/plain", "text/markdown", "text/html", "message/rfc822"

READABLE = "plain text, Markdown, HTML, PDF, Word (.docx), e-mail (.eml), and ZIP archives of these"
"""The formats that are read, in words."""

_BY_SUFFIX: Mapping[str, str] = {
    ".txt": PLAIN,
    ".text": PLAIN,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".pdf": PDF,
    ".docx": DOCX,
    ".eml": EML,
}
SUFFIXES = frozenset(_BY_SUFFIX)
"""The file name endings that are read."""

TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".xlsx"})
"""The name endings of tables: read as prose, their rows would run into one another."""

A_TABLE = "this is a table: use `salname ingest-table`, or POST …/tables, which makes a claim of each row"

_TABLES = ("text/csv", "text/tab-separated-values")
_REFUSED_SUFFIXES: Mapping[str, str] = {
    ".doc": "a Word file of the old kind (.doc): save it as DOCX or PDF and send that",
    ".odt": "an OpenDocument file: save it as DOCX or PDF and send that",
    ".rtf": "an RTF file: save it as DOCX or PDF and send that",
}
_UNSPECIFIC = ("", "application/octet-stream", "binary/octet-stream")
_ALIASES: Mapping[str, str] = {
    "text/x-markdown": MARKDOWN,
    "application/xhtml+xml": HTML,
    "application/x-pdf": PDF,
    "message/global": EML,
}

Parser = Callable[[bytes, str | None, ParseLimits], Parsed]
"""Reads bytes; the encoding that came with them, if one did, goes before what they say themselves."""


def is_table(name: str) -> bool:
    """Whether a file is a table by its name."""
    return name.lower().endswith(tuple(TABLE_SUFFIXES))


def _text(media_type: str, parser: str) -> Parser:
    def parse_text(data: bytes, charset: str | None, limits: ParseLimits) -> Parsed:
        text, encoding, notes = decode(data, [charset])
        details, skip = front_matter(text)
        return Parsed(text=text, media_type=media_type, parser=parser, encoding=encoding, skip=skip, notes=notes, details=details)

    return parse_text


def _html(data: bytes, charset: str | None, limits: ParseLimits) -> Parsed:
    from services.ingest.parsing.html import parse_html

    return parse_html(data, charset, limits)


def _pdf(data: bytes, charset: str | None, limits: ParseLimits) -> Parsed:
    from services.ingest.parsing.pdf import parse_pdf

    return parse_pdf(data, limits)


def _docx(data: bytes, charset: str | None, limits: ParseLimits) -> Parsed:
    from services.ingest.parsing.docx import parse_docx

    return parse_docx(data, limits)


def _eml(data: bytes, charset: str | None, limits: ParseLimits) -> Parsed:
    from services.ingest.parsing.eml import parse_eml

    return parse_eml(data)


PARSERS: Mapping[str, Parser] = {
    PLAIN: _text(PLAIN, "text"),
    MARKDOWN: _text(MARKDOWN, "markdown"),
    HTML: _html,
    PDF: _pdf,
    DOCX: _docx,
    EML: _eml,
}


def parse(data: bytes, filename: str | None, media_type: str | None, limits: ParseLimits) -> Parsed:
    """Read a document; raise `UnreadableDocument` that says what is wrong with it and what would do.

    `media_type` may carry a charset, as in `text/html; charset=windows-1251`.
    """
    if len(data) > limits.bytes:
        raise TooLarge(f"the file has {len(data):,} bytes, more than the {limits.bytes:,} allowed (SALNAME_MAX_DOCUMENT_BYTES)")
    if not data:
        raise UnreadableDocument("the file is empty: there is nothing to cite")
    bare, charset = _parts(media_type)
    kind = _media_type(data, PurePosixPath(filename or "").suffix.lower(), bare)
    return _checked(PARSERS[kind](data, charset, limits))


def _checked(parsed: Parsed) -> Parsed:
    """Return what was parsed, with a note where its writing is turned; what breaks a parser's promises is a mistake of ours."""
    length = len(parsed.text)
    assert "\x00" not in parsed.text, "a canonical text holds no zeros"
    assert not parsed.pages or (parsed.pages[0] == 0 and parsed.pages[-1] <= length and all(a <= b for a, b in pairwise(parsed.pages)))
    assert not parsed.skip or (parsed.skip[-1].end <= length and all(a.end <= b.start for a, b in pairwise(parsed.skip)))
    note = turning_note(parsed.text)
    return replace(parsed, notes=(*parsed.notes, note)) if note else parsed


def _parts(media_type: str | None) -> tuple[str, str | None]:
    """Return the bare media type and the charset of a header such as `text/html; charset=utf-8`."""
    header = Message()
    header["Content-Type"] = " ".join((media_type or "").split())
    bare = (media_type or "").partition(";")[0].strip().lower()
    return _ALIASES.get(bare, bare), header.get_content_charset()


def _media_type(data: bytes, suffix: str, given: str) -> str:
    kind, unread = binary_kind(data)
    if kind:
        return kind
    if unread:
        raise UnreadableDocument(f"this is {unread}. What is read: {READABLE}")
    if is_table(suffix) or given in _TABLES:
        raise UnreadableDocument(A_TABLE)
    named = _BY_SUFFIX.get(suffix)
    # Clients call a Markdown file plain text, and any file bytes: its name knows better.
    said = given if given in PARSERS and not (given == PLAIN and named) else named
    if said in (PDF, DOCX):
        what = "a PDF" if said == PDF else "a Word file (.docx)"
        raise UnreadableDocument(f"the file is called {what}, but does not begin as one: it is damaged or something else; get it again")
    if said:
        return said
    if suffix in _REFUSED_SUFFIXES:
        raise UnreadableDocument(f"this is {_REFUSED_SUFFIXES[suffix]}. What is read: {READABLE}")
    if given not in (*_UNSPECIFIC, PLAIN):
        raise UnreadableDocument(f"{given} is not a format that is read. What is read: {READABLE}")
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return HTML if start.startswith((b"<!doctype html", b"<html")) else PLAIN
